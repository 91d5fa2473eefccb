//! What a node of a group holds with every number of pods, and why it grows where it does: the staircase of
//! held against pods.
//!
//! Each count is a node that came up empty, settled, and then got so many pods at once, with pools that give
//! whatever is asked; that of the contract's situation `settled`.
//!
//! | module | whose nodes |
//! |---|---|
//! | [`cni`] | those of the AWS VPC CNI, as in [`crate::cni::settle()`]; it tells their lives, too |
//! | [`managed`] | those of every other manager, by its [`crate::manager::Model`] |

pub mod cni;
pub mod managed;

use super::evaluate::Evaluation;
use super::hold::Part;
use super::timeline::Line;
use super::why::at;
use crate::manager::Manager;
use crate::plan::Plan;

/// The staircase of one node group, of the kind of node that its fullest node is.
#[derive(Debug, Clone)]
pub struct Staircase {
    pub cluster: String,
    pub group: String,
    /// The type of the node; a group may have others, and none where nobody names one.
    pub instance_type: String,
    pub manager: &'static Manager,
    /// Whether the node's own addresses are those of its ENIs, one each.
    pub enis: bool,
    /// What its pods' addresses come in, where that is not one by one: `prefix`, `block`, `batch`.
    pub piece: Option<&'static str>,
    /// One row per number of pods that ask for an address, from 0 to the most that the kubelet runs beside
    /// the system pods.
    pub counts: Vec<Count>,
    pub steps: Vec<Step>,
    /// Pods that mean something in the plan, by number of pods.
    pub marks: Vec<Mark>,
    /// Addresses of branch-ENI pods on the fullest node: they come on top of every step.
    pub branch: u64,
    kind: Kind,
}

/// What a node holds with one number of pods, in addresses of the plan's pools.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// Pods that ask for an address.
    pub pods: u64,
    /// Pods that get one.
    pub running: u64,
    pub primary: u64,
    pub assigned: u64,
    pub unused: u64,
    /// Of the unused ones those that no pod can ever have, because another limit binds first.
    pub stranded: u64,
    /// So many of [`Staircase::piece`].
    pub pieces: u64,
    /// The least of a cycle that never settles.
    pub held_min: Option<u64>,
    /// The most where the outcome is random.
    pub held_max: Option<u64>,
    /// The most that it holds with so many pods once it ran as many as it ever does. `None` under the AWS VPC CNI,
    /// where [`Staircase::timeline`] shows that, and where no node ever has a pod.
    pub churned: Option<u64>,
}

impl Count {
    pub fn held(&self) -> u64 {
        self.primary + self.pool()
    }

    /// What of it is for pods.
    pub fn pool(&self) -> u64 {
        self.assigned + self.unused
    }

    /// What it may hold instead, where that is not one number.
    pub fn instead(&self) -> Option<u64> {
        self.held_min.or(self.held_max).or(self.churned).filter(|other| *other != self.held())
    }
}

/// By whose rules a node takes addresses.
#[derive(Debug, Clone)]
enum Kind {
    Cni(Box<cni::Climb>),
    Managed(managed::Climb),
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
        let bin = match fullest {
            Some(part) => Some(outcome.placed.bins.get(part.bin)?),
            None => None,
        };
        let shape = bin.map_or(0, |bin| bin.shape);
        let asked = |part: Option<&Part>| part.map(|p| p.asked);
        let (today, least, high) = (asked(fullest), asked(emptiest), bin.and_then(|bin| bin.high));
        let most = u64::from(group.max_pods.saturating_sub(cluster.system_pods));
        let (kind, piece, counts) = match &group.managed {
            None => cni::climb(plan, group, shape, fullest, most)?,
            Some(managed) => managed::climb(managed, group, shape, fullest, most, high)?,
        };
        let marks = [
            (Point::Least, least.filter(|_| least != today)),
            (Point::Today, today),
            (Point::HighWater, high.filter(|_| high > today)),
            (Point::Most, Some(most)),
        ];
        let marks = marks.into_iter().filter_map(|(what, pods)| Some(Mark { what, pods: pods?.min(most) }));
        Some(Staircase {
            cluster: cluster.name.to_string(),
            group: cluster.node_groups.get(g)?.name.to_string(),
            instance_type: group.shapes.get(shape)?.instance_type.clone(),
            manager: cluster.manager,
            enis: cluster.manager.has_enis(),
            piece,
            steps: steps(&counts),
            counts,
            marks: marks.collect(),
            branch: fullest.map_or(0, Part::branch_pods),
            kind,
        })
    }
}

/// Runs of counts with which a node holds the same.
fn steps(counts: &[Count]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let same = |a: &Count, b: &Count| {
        (a.primary, a.pool(), a.held_min, a.held_max) == (b.primary, b.pool(), b.held_min, b.held_max)
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
    pub fn count(&self, pods: u64) -> Option<&Count> {
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

    /// Whether the node may hold something else with the same pods.
    pub fn varies(&self) -> bool {
        self.counts.iter().any(|count| count.instead().is_some())
    }

    /// Why the node holds what it does with so many pods: what happens as the last of them comes, and what keeps
    /// its holding as large as it is.
    pub fn why(&self, pods: u64) -> String {
        let pods = pods.min(self.most());
        let before = pods.checked_sub(1);
        let (growth, goal) = match &self.kind {
            Kind::Cni(climb) => (before.map(|before| climb.growth(before, pods)), climb.goal(pods)),
            Kind::Managed(climb) => {
                let rows = before.and_then(|before| Some((self.count(before)?, self.count(pods)?)));
                (rows.map(|(before, now)| now.growth(before)), climb.goal(pods))
            }
        };
        match growth {
            Some(growth) => format!("{growth}; {goal}"),
            None => format!("the empty node: {goal}"),
        }
    }

    /// The most pods that the fullest node ever runs, where that is more than so many.
    pub fn high_water(&self, pods: u64) -> Option<u64> {
        let mark = self.marks.iter().find(|mark| mark.what == Point::HighWater);
        mark.map(|mark| mark.pods).filter(|high| *high > pods)
    }

    /// The life of a fresh node that settles and then gets so many pods, then as many as it ever runs. Empty where
    /// the manager's nodes have no life but to settle at once: [`Staircase::rules`] says by which rules.
    pub fn timeline(&self, pods: u64) -> Vec<Line> {
        let pods = pods.min(self.most());
        match &self.kind {
            Kind::Cni(climb) => climb.timeline(pods, self.high_water(pods).unwrap_or(pods)),
            Kind::Managed(_) => Vec::new(),
        }
    }

    /// How the manager gives addresses to a node, and where that stands: sentences.
    pub fn rules(&self) -> Vec<String> {
        let Manager { doc, source, read_on, .. } = self.manager;
        vec![format!("{doc}."), format!("Source: {source}; read {read_on}.")]
    }
}
