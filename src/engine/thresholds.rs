//! The first counts that fail: nodes of a group until a pool is short, replicas of a workload until a pool
//! is short or a pod pending.

use std::collections::HashMap;
use std::ops::Range;

use super::auto::place_with_auto;
use super::evaluate::Evaluation;
use super::hold::{Free, Sites, Take, take};
use super::outcome::{Outcome, free, hold_cluster};
use super::place::{Bin, allowed, empty_nodes, in_order};
use super::report::{Event, Level, Reason, Threshold, What};
use crate::limits::THRESHOLD;
use crate::plan::{Cluster, Plan};
use crate::text::{addresses, count, listed, thousands};

impl Evaluation {
    /// The first counts that fail, for every node group and every workload that is not a DaemonSet, the
    /// rest of the plan as it is. Pools count as they are when settled.
    pub fn thresholds(&self, plan: &Plan) -> Vec<Threshold> {
        let mut thresholds = Vec::new();
        for (c, cluster) in plan.clusters.iter().enumerate() {
            for g in 0..cluster.node_groups.len() {
                thresholds.push(self.nodes_threshold(plan, c, g));
            }
            let mut probes = Probes::new(plan, self, c);
            for w in 0..cluster.workloads.len() {
                if !cluster.workloads[w].daemonset {
                    thresholds.extend(probes.thresholds(w));
                }
            }
        }
        thresholds
    }

    /// The first node of a group whose pool cannot fill: nodes in their order, each as full as it is today,
    /// those beyond today's as full as the fullest.
    pub(super) fn nodes_threshold(&self, plan: &Plan, c: usize, g: usize) -> Threshold {
        let cluster = &plan.clusters[c];
        let spec = &cluster.node_groups[g];
        let outcome = &self.clusters[c];
        let of = format!("{}/{}", cluster.name, spec.name);
        // a choice by what is free looks at the nodes before it in file order; a shortage at all of them
        let mut before = free(plan);
        let mut free = free(plan);
        for (oc, o) in self.clusters.iter().enumerate() {
            for (og, parts) in o.parts.iter().enumerate() {
                if (oc, og) != (c, g) {
                    parts.iter().for_each(|p| take(p, p.nodes, &mut free));
                }
                if (oc, og) < (c, g) {
                    parts.iter().for_each(|p| take(p, p.nodes, &mut before));
                }
            }
        }
        let mut bins = outcome.placed.bins.clone();
        let today: Vec<usize> = in_order(&bins, g).into_iter().map(|(_, b)| b).collect();
        let added = self.added_nodes(cluster, c, g, &mut bins);
        let mut sites = Sites::new(plan, &outcome.groups[g], spec.kind, &spec.nodes, &bins);
        for index in 0..THRESHOLD - 1 {
            let bin = today.get(index as usize).copied();
            let bin = bin.unwrap_or_else(|| added.start + index as usize % added.len());
            let part = sites.next(index, bin, &before);
            take(&part, 1, &mut before);
            take(&part, 1, &mut free);
            if let Some(short) = part.takes.iter().find(|t| t.held() > 0 && free[t.subnet] < 0) {
                let had = free[short.subnet].saturating_add_unsigned(short.held());
                let who =
                    if today.is_empty() { of.clone() } else { format!("{of}, each node as full as today,") };
                let sentence = nodes_sentence(plan, &who, index, short, had);
                return Threshold {
                    what: What::Nodes,
                    of,
                    event: Event::WarmPoolShort,
                    at: Some(u64::from(index) + 1),
                    level: Level::Pool,
                    limit: Some(plan.subnets[short.subnet].name.clone()),
                    left: None,
                    sentence,
                };
            }
        }
        nothing(What::Nodes, of, Event::WarmPoolShort)
    }
}

impl Evaluation {
    /// Nodes that a group would get next, one of each shape: with the pods of its fullest node, or, without
    /// any node, with its DaemonSets. They are put behind the known bins; where, is returned.
    fn added_nodes(&self, cluster: &Cluster, c: usize, g: usize, bins: &mut Vec<Bin>) -> Range<usize> {
        let outcome = &self.clusters[c];
        let mut added = empty_nodes(cluster, &outcome.groups, g);
        if let Some(fullest) = fullest(outcome, g) {
            for bin in &mut added {
                bin.asking = bins[fullest].asking;
                bin.used.branch_enis = bins[fullest].used.branch_enis;
            }
        }
        let start = bins.len();
        bins.append(&mut added);
        start..bins.len()
    }
}

fn nodes_sentence(plan: &Plan, of: &str, index: u32, short: &Take, free: i64) -> String {
    let subnet = &plan.subnets[short.subnet];
    let had = if free > 0 {
        format!("which has {} left", thousands(free.unsigned_abs()))
    } else {
        "which has none left".to_string()
    };
    format!(
        "{of} fits {}: node {} wants {} of {}, {had}",
        count(index.into(), "node"),
        thousands(u64::from(index) + 1),
        addresses(short.held()),
        subnet.name,
    )
}

fn nothing(what: What, of: String, event: Event) -> Threshold {
    let limit = thousands(THRESHOLD.into());
    let sentence = match (what, event) {
        (What::Nodes, _) => format!("{of} fits {limit} nodes and more"),
        (What::Replicas, Event::WarmPoolShort) => {
            format!("no number of replicas of {of} leaves a subnet short: other limits come first")
        }
        (What::Replicas, Event::PodPending) => format!("{of} runs {limit} replicas and more"),
    };
    Threshold { what, of, event, at: None, level: Level::None, limit: None, left: None, sentence }
}

/// The bin of the node that holds most over all its pools, the first on a tie.
pub(super) fn fullest(outcome: &Outcome, group: usize) -> Option<usize> {
    outcome.parts[group]
        .iter()
        .max_by_key(|p| (p.held(), std::cmp::Reverse(outcome.placed.bins[p.bin].position())))
        .map(|p| p.bin)
}

/// Trying other numbers of replicas in one cluster.
struct Probes<'a> {
    plan: &'a Plan,
    outcome: &'a Outcome,
    cluster: Cluster,
    /// What the clusters before this one leave of each subnet.
    before: Free,
    /// What the clusters after it take of each.
    after: Free,
}

/// What a number of replicas leads to.
#[derive(Debug, Clone, Default)]
struct Probe {
    /// Per workload its pending pods, and why the first of them is.
    pending: Vec<(u64, Option<Reason>)>,
    /// A pool that is short, and by how many.
    short: Option<(usize, u64)>,
}

impl<'a> Probes<'a> {
    fn new(plan: &'a Plan, evaluation: &'a Evaluation, c: usize) -> Probes<'a> {
        let (mut before, mut after) = (free(plan), vec![0; plan.subnets.len()]);
        for (o, outcome) in evaluation.clusters.iter().enumerate() {
            let of = if o < c { &mut before } else { &mut after };
            if o != c {
                outcome.parts.iter().flatten().for_each(|p| take(p, p.nodes, of));
            }
        }
        let outcome = &evaluation.clusters[c];
        Probes { plan, outcome, cluster: plan.clusters[c].clone(), before, after }
    }

    /// The two thresholds of a workload. A failing count is found by doubling and halving from today's: with
    /// it something fails, and with one replica less nothing does.
    fn thresholds(&mut self, w: usize) -> [Threshold; 2] {
        let today = self.cluster.workloads[w].replicas.unwrap_or(0);
        let mut seen: HashMap<u32, Probe> = HashMap::new();
        let mut probe = |replicas: u32| -> Probe {
            seen.entry(replicas).or_insert_with(|| self.probe(w, replicas)).clone()
        };
        // what is pending even without the workload is not its doing
        let none = probe(0);
        let caused = |probe: &Probe| {
            let pairs = probe.pending.iter().zip(&none.pending).enumerate();
            pairs
                .into_iter()
                .find(|(v, (now, none))| now.0 > if *v == w { 0 } else { none.0 })
                .map(|(v, (now, _))| (v, now.1))
        };
        let pending =
            first(today, |n| caused(&probe(n)).is_some()).and_then(|n| Some((n, caused(&probe(n))?)));
        let short = first(today, |n| probe(n).short.is_some()).map(|n| (n, probe(n)));
        self.cluster.workloads[w].replicas = Some(today);
        let of = format!("{}/{}", self.cluster.name, self.cluster.workloads[w].name);
        let short = match short {
            Some((at, Probe { short: Some((s, by)), .. })) => {
                let pool = &self.plan.subnets[s].name;
                Threshold {
                    what: What::Replicas,
                    sentence: format!(
                        "{}: {} {pool} is short by {}",
                        runs(&of, at, "with full warm pools"),
                        with(at),
                        addresses(by)
                    ),
                    of: of.clone(),
                    event: Event::WarmPoolShort,
                    at: Some(at.into()),
                    level: Level::Pool,
                    limit: Some(pool.clone()),
                    left: None,
                }
            }
            _ => nothing(What::Replicas, of.clone(), Event::WarmPoolShort),
        };
        let pending = match pending {
            Some((at, (pending, Some(reason)))) => self.pending_threshold(of, w, at, pending, reason),
            _ => nothing(What::Replicas, of, Event::PodPending),
        };
        [short, pending]
    }

    fn pending_threshold(&self, of: String, w: usize, at: u32, pending: usize, reason: Reason) -> Threshold {
        let workload = &self.cluster.workloads[pending];
        let groups: Vec<&str> = allowed(&self.cluster, workload)
            .into_iter()
            .map(|g| self.cluster.node_groups[g].name.as_str())
            .collect();
        let whose = if pending == w { "its last pod".into() } else { format!("a pod of {}", workload.name) };
        let nodes = listed(&groups);
        let why = match reason {
            Reason::Cpu => format!("is pending: no node of {nodes} has cpu left for it"),
            Reason::Memory => format!("is pending: no node of {nodes} has memory left for it"),
            Reason::MaxPods => format!("is pending: every node of {nodes} runs max pods"),
            Reason::BranchEnis => format!("is pending: no node of {nodes} has a branch ENI left"),
            Reason::EniLimit => format!("starves: all address slots of a node of {nodes} are used"),
            Reason::WarmPool => format!("starves: the pool of a node of {nodes} stops growing too early"),
            Reason::NoNode => "is pending: no node may run it".to_string(),
        };
        let level = match reason {
            Reason::Cpu => Level::Cpu,
            Reason::Memory => Level::Memory,
            Reason::MaxPods => Level::MaxPods,
            Reason::BranchEnis => Level::BranchEnis,
            Reason::EniLimit => Level::Enis,
            Reason::WarmPool => Level::Pool,
            Reason::NoNode => Level::None,
        };
        Threshold {
            what: What::Replicas,
            sentence: format!("{}: {} {whose} {why}", runs(&of, at, ""), with(at)),
            of,
            event: Event::PodPending,
            at: Some(at.into()),
            level,
            limit: match reason {
                Reason::WarmPool | Reason::NoNode => None,
                _ => Some(groups.join(", ")),
            },
            left: None,
        }
    }

    fn probe(&mut self, w: usize, replicas: u32) -> Probe {
        self.cluster.workloads[w].replicas = Some(replicas);
        let placed = place_with_auto(&self.cluster, &self.outcome.groups);
        let mut free = self.before.clone();
        let (parts, starved) =
            hold_cluster(self.plan, &self.cluster, &self.outcome.groups, &placed, &mut free);
        let pending = placed
            .workloads
            .iter()
            .zip(&starved)
            .map(|(demand, starved)| {
                let reason = starved.first.map(|(_, reason)| reason).or(demand.reason);
                (demand.unplaced + starved.pods, reason)
            })
            .collect();
        let mut touched = vec![false; free.len()];
        parts.iter().flatten().flat_map(|p| &p.takes).for_each(|t| touched[t.subnet] = true);
        let left = |s: usize| free[s].saturating_add(self.after[s]);
        let short = (0..free.len()).find(|&s| touched[s] && left(s) < 0);
        Probe { pending, short: short.map(|s| (s, left(s).unsigned_abs())) }
    }
}

/// The first half of a sentence on replicas. A count of 0 that fails has a reason outside the workload.
fn runs(of: &str, at: u32, how: &str) -> String {
    let space = if how.is_empty() { "" } else { " " };
    match at.checked_sub(1) {
        Some(most) => format!("{of} runs {}{space}{how}", count(most.into(), "replica")),
        None => format!("{of} cannot run{space}{how}"),
    }
}

fn with(at: u32) -> String {
    if at == 0 { "even without it".into() } else { format!("with {}", thousands(at.into())) }
}

/// The first count that fails, found by doubling and halving from `today`; `None` if none below
/// [`THRESHOLD`] does.
fn first(today: u32, mut fails: impl FnMut(u32) -> bool) -> Option<u32> {
    let most = THRESHOLD - 1;
    let mut works = today.min(most);
    let mut fail = if fails(works) {
        if works == 0 || fails(0) {
            return Some(0);
        }
        std::mem::replace(&mut works, 0)
    } else {
        loop {
            if works == most {
                return None;
            }
            let next = works.saturating_mul(2).clamp(works + 1, most);
            if fails(next) {
                break next;
            }
            works = next;
        }
    };
    while fail - works > 1 {
        let middle = works + (fail - works) / 2;
        if fails(middle) { fail = middle } else { works = middle }
    }
    Some(fail)
}
