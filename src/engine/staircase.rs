//! What a node of a group holds with every number of pods, and why it grows where it does: the staircase of
//! held against pods.
//!
//! Each count is a node that came up empty, settled, and then got so many pods at once, as in
//! [`crate::cni::settle()`]; that of the contract's situation `settled`.

use super::evaluate::Evaluation;
use super::fleet::{offered, reach};
use super::hold::Part;
use super::node::{NodeRow, row};
use super::timeline::{self, Alone};
use super::why::{at, node as words};
use crate::cni::settle::settle_each;
use crate::cni::{Node, Stop, settle};
use crate::plan::Plan;
use crate::text::{addresses, count, thousands};

/// The staircase of one node group, of the kind of node that its fullest node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staircase {
    pub cluster: String,
    pub group: String,
    /// The type of the node; a group may have others.
    pub instance_type: String,
    /// Whether slots hold prefixes.
    pub prefix_mode: bool,
    /// One row per number of pods that ask for an address, from 0 to the most that the kubelet runs beside
    /// the system pods.
    pub counts: Vec<NodeRow>,
    pub steps: Vec<Step>,
    /// Pods that mean something in the plan, by number of pods.
    pub marks: Vec<Mark>,
    /// Addresses of branch-ENI pods on the fullest node: they come on top of every step.
    pub branch: u64,
    node: Node,
    alone: Alone,
}

/// Numbers of pods with which a node holds the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Least and most pods.
    pub from: u64,
    pub to: u64,
}

/// A number of pods that means something in the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    pub what: Point,
    pub pods: u64,
}

/// What a number of pods is in the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Point {
    /// The emptiest node, where it is not as full as the fullest.
    Least,
    /// The fullest node.
    Today,
    /// As many as a node ever runs.
    HighWater,
    /// Max pods, less the system pods.
    Most,
}

impl Point {
    /// What a reader calls it.
    pub fn name(self) -> &'static str {
        match self {
            Point::Least => "emptiest node today",
            Point::Today => "today",
            Point::HighWater => "high water",
            Point::Most => "max pods",
        }
    }
}

impl Evaluation {
    /// The staircase of a row of `node_groups`; `None` if there is no such row.
    pub fn staircase(&self, plan: &Plan, group_row: usize) -> Option<Staircase> {
        let (c, g) = at(plan.clusters.iter().map(|c| c.node_groups.len()), group_row)?;
        let (cluster, outcome) = (plan.clusters.get(c)?, self.clusters.get(c)?);
        let (group, parts) = (outcome.groups.get(g)?, outcome.parts.get(g)?);
        let fullest = outcome.fullest(g);
        let emptiest = parts.iter().min_by_key(|p| p.held());
        let shape = match fullest {
            Some(part) => outcome.placed.bins.get(part.bin)?.shape,
            None => 0,
        };
        let first = group.zones.first()?;
        let subnet = fullest.map_or(*first.subnets.first()?, |part| part.subnet);
        let zone = group.zones.iter().find(|zone| zone.subnets.contains(&subnet)).unwrap_or(first);
        let node = match fullest {
            Some(part) => part.cni.as_ref()?.node.clone(),
            None => group.node_in(shape, &reach(plan, group, zone, subnet, &offered(plan))),
        };
        let most = u64::from(group.max_pods.saturating_sub(cluster.system_pods));
        let counts: Vec<NodeRow> =
            settle_each(&node, most).iter().map(|settled| row(&node, settled)).collect();
        let asked = |part: Option<&Part>| part.map(|p| p.asked);
        let (today, least) = (asked(fullest), asked(emptiest));
        let high = fullest.and_then(|part| outcome.placed.bins.get(part.bin)?.high);
        let marks = [
            (Point::Least, least.filter(|_| least != today)),
            (Point::Today, today),
            (Point::HighWater, high.filter(|_| high > today)),
            (Point::Most, Some(most)),
        ];
        let marks = marks.into_iter().filter_map(|(what, pods)| Some(Mark { what, pods: pods?.min(most) }));
        Some(Staircase {
            cluster: cluster.name.clone(),
            group: cluster.node_groups.get(g)?.name.clone(),
            instance_type: group.shapes.get(shape)?.instance_type.clone(),
            prefix_mode: node.prefix_mode,
            steps: steps(&counts),
            counts,
            marks: marks.collect(),
            branch: fullest.map_or(0, Part::branch_pods),
            node,
            alone: Alone::new(plan, group, shape, subnet),
        })
    }
}

/// Runs of counts with which a node holds the same.
fn steps(counts: &[NodeRow]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let same = |a: &NodeRow, b: &NodeRow| {
        (a.enis, a.pool, a.held_min, a.held_max) == (b.enis, b.pool, b.held_min, b.held_max)
    };
    for (before, now) in counts.iter().take(1).chain(counts).zip(counts) {
        match steps.last_mut() {
            Some(step) if same(before, now) => step.to = now.pods,
            _ => steps.push(Step { from: now.pods, to: now.pods }),
        }
    }
    steps
}

impl Staircase {
    /// What the node holds with so many pods; with more than there are rows the last.
    pub fn count(&self, pods: u64) -> Option<&NodeRow> {
        let at = usize::try_from(pods).unwrap_or(usize::MAX);
        self.counts.get(at).or(self.counts.last())
    }

    /// The most pods there is a row for.
    pub fn most(&self) -> u64 {
        self.counts.last().map_or(0, |row| row.pods)
    }

    /// Pods of the fullest node today; without nodes 0.
    pub fn today(&self) -> u64 {
        self.marks.iter().find(|mark| mark.what == Point::Today).map_or(0, |mark| mark.pods)
    }

    /// Index of the step that a number of pods is on.
    pub fn step_of(&self, pods: u64) -> usize {
        self.steps.partition_point(|step| step.to < pods).min(self.steps.len().saturating_sub(1))
    }

    /// Why the node holds what it does with so many pods: what the program does as the last of them comes,
    /// and what keeps the pool as large as it is.
    pub fn why(&self, pods: u64) -> String {
        let pods = pods.min(self.most());
        let goal = words::pool(&self.node, &settle(&self.node, pods));
        match pods.checked_sub(1) {
            Some(before) => format!("{}; {goal}", self.growth(before, pods)),
            None => format!("the empty node: {goal}"),
        }
    }

    /// What the program does as one more pod comes: `at 30 pods free 28 < 29: ENI 3 is attached`.
    fn growth(&self, before: u64, pods: u64) -> String {
        let (was, is) = (settle(&self.node, before), settle(&self.node, pods));
        let assigned = pods.min(was.pool);
        let here = format!("at {}", count(pods, "pod"));
        let free = format!("{here} free {}", thousands(was.pool - assigned));
        if is.slots > was.slots {
            let low = timeline::too_low(timeline::low(&self.node, was.slots, assigned));
            return format!("{here} {low}: {}", timeline::added(&self.node, was.slots, is.slots));
        }
        if is.slots < was.slots {
            let found = addresses(is.pool);
            return format!("{free}: pods that come at once find {found}, one by one they had found more");
        }
        match is.stop {
            _ if is.running < is.asked => format!("{free}: nothing is added, the pod starves"),
            Stop::Satisfied if timeline::free_wanted(&self.node) > 0 => {
                let wanted = thousands(timeline::free_wanted(&self.node));
                format!("{free}, not below {wanted}: nothing is added")
            }
            _ => format!("{free}: nothing is added"),
        }
    }

    /// The most pods that the fullest node ever runs, where that is more than so many.
    pub fn high_water(&self, pods: u64) -> Option<u64> {
        let mark = self.marks.iter().find(|mark| mark.what == Point::HighWater);
        mark.map(|mark| mark.pods).filter(|high| *high > pods)
    }

    /// The life of a fresh node that settles and then gets so many pods, then as many as it ever runs.
    pub fn timeline(&self, pods: u64) -> Vec<timeline::Line> {
        let pods = pods.min(self.most());
        let whole = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        self.alone.timeline(whole(pods), whole(self.high_water(pods).unwrap_or(pods)))
    }
}
