//! Replicas of one workload, or of all workloads of a cluster at once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use super::{
    At, Behind, Event, HUNDREDTHS, Level, Limit, Threshold, What, WithNodes, behind_sentence, first, nothing,
};
use crate::engine::auto::place_with_auto;
use crate::engine::blocks::Supply;
use crate::engine::brought::{self, Brought};
use crate::engine::evaluate::Evaluation;
use crate::engine::fleet::Group;
use crate::engine::hold::{Free, Part, Take, take};
use crate::engine::join::{Dry, Ends, Nodes as Joining, Refused, first_dry};
use crate::engine::outcome::{Others, free, hold_cluster};
use crate::engine::place::allowed;
use crate::engine::report::Reason;
use crate::engine::roster;
use crate::limits;
use crate::manager;
use crate::plan::{Cluster, Nodes, Plan};
use crate::text::{addresses, count, listed, stay_free, thousands};

/// Trying other numbers of replicas in one cluster.
pub(super) struct Probes<'a> {
    plan: &'a Plan,
    evaluation: &'a Evaluation,
    c: usize,
    /// What the clusters before this one leave of each subnet.
    before: Free,
    /// Single addresses and prefixes that the others take of each.
    others: Vec<(u64, u64)>,
    supply: Vec<Supply>,
    brought: &'a [Brought],
}

/// What a number of replicas leads to.
#[derive(Debug, Clone, Default)]
struct Probe {
    /// Per workload its pending pods, and why the first of them is.
    pending: Vec<(u64, Option<Reason>)>,
    /// A pool that is short: by how many addresses, or by how many blocks while addresses are left.
    short: Option<Short>,
    /// The first node on which a pod gets no address because a subnet has none.
    dry: Option<Dry>,
}

#[derive(Debug, Clone, Copy)]
struct Short {
    pool: usize,
    by: u64,
    level: Level,
    /// Addresses left that nothing can take, when the first node that is short has settled.
    left: Option<u64>,
}

/// Why pods are pending.
#[derive(Debug, Clone, Copy)]
enum Cause {
    /// Of this workload, for this reason.
    Pods(usize, Reason),
    Dry {
        pool: usize,
        level: Level,
        left: u64,
    },
}

/// Limits that are not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lifted {
    Nothing,
    Pool(usize),
    Reason(Reason),
}

/// One row: which replicas grow, and on which nodes.
struct Trial<'t> {
    what: What,
    of: String,
    nodes: Option<WithNodes>,
    cluster: &'t Cluster,
    /// The workload that grows; all of them if `None`.
    workload: Option<usize>,
    /// The count or the hundredths of today.
    today: u32,
}

impl<'a> Probes<'a> {
    pub fn new(plan: &'a Plan, evaluation: &'a Evaluation, c: usize) -> Probes<'a> {
        let (mut before, brought) = (free(plan, &evaluation.brought), &evaluation.brought);
        let mut others = vec![(0, 0); before.len()];
        for (o, outcome) in evaluation.clusters.iter().enumerate().filter(|(o, _)| *o != c) {
            for part in outcome.parts.iter().flatten() {
                if o < c {
                    take(part, part.nodes, &mut before);
                }
                add(part, &mut others);
            }
        }
        for (s, other) in others.iter_mut().enumerate().take(plan.subnets.len()) {
            other.0 += Others::of(plan, s).unplaced();
        }
        let supply = plan.subnets.iter().map(Supply::of).collect();
        Probes { plan, evaluation, c, before, others, supply, brought }
    }

    /// The name of a pool.
    fn name(&self, pool: usize) -> String {
        brought::name(self.plan, self.brought, pool).0
    }

    /// Two thresholds for each workload that has replicas, and for all of them with today's nodes and with as
    /// many as they need.
    pub fn all(&self, go_on: &dyn Fn() -> bool) -> Option<Vec<Threshold>> {
        let cluster = &self.plan.clusters[self.c];
        let mut thresholds = Vec::new();
        for (w, workload) in cluster.workloads.iter().enumerate().filter(|(_, w)| !w.daemonset) {
            if !go_on() {
                return None;
            }
            thresholds.extend(self.thresholds(&Trial {
                what: What::Replicas,
                of: format!("{}/{}", cluster.name, workload.name),
                nodes: None,
                cluster,
                workload: Some(w),
                today: workload.replicas.unwrap_or(0),
            }));
        }
        if cluster.workloads.iter().all(|w| w.replicas.unwrap_or(0) == 0) {
            return Some(thresholds);
        }
        // a host that is the only one cannot be several
        let may_grow = cluster.manager.nodes != manager::Nodes::One;
        for nodes in [WithNodes::Fixed, WithNodes::Auto].into_iter().take(if may_grow { 2 } else { 1 }) {
            let cluster = &self.with_nodes(nodes);
            thresholds.extend(self.thresholds(&Trial {
                what: What::AllReplicas,
                of: cluster.name.to_string(),
                nodes: Some(nodes),
                cluster,
                workload: None,
                today: HUNDREDTHS as u32,
            }));
        }
        Some(thresholds)
    }

    /// The cluster with as many nodes as today, or as many as its pods need: at least today's, at most what
    /// `nodes = "auto"` adds by default.
    fn with_nodes(&self, nodes: WithNodes) -> Cluster {
        let mut cluster = Cluster::clone(&self.plan.clusters[self.c]);
        let today = &self.evaluation.clusters[self.c].placed.nodes;
        for (group, &today) in cluster.node_groups.iter_mut().zip(today) {
            match (nodes, &group.nodes) {
                (WithNodes::Fixed, Nodes::Auto { .. }) => group.nodes = Nodes::Count(today),
                (WithNodes::Auto, Nodes::Count(_) | Nodes::ByZone(_)) if group.pods.is_none() => {
                    group.nodes = Nodes::Auto { min: today, max: today.max(limits::AUTO_NODES) };
                }
                _ => {}
            }
        }
        cluster
    }

    fn thresholds(&self, trial: &Trial) -> [Threshold; 2] {
        let search = Search { probes: self, trial, lifted: Lifted::Nothing, seen: RefCell::default() };
        [search.short_threshold(), search.pending_threshold()]
    }
}

/// Singles and prefixes of a part's nodes.
fn add(part: &Part, asked: &mut [(u64, u64)]) {
    for take in &part.takes {
        asked[take.pool].0 += take.singles().saturating_mul(part.nodes);
        asked[take.pool].1 += take.prefixes.saturating_mul(part.nodes);
    }
}

/// The search for the counts of one row.
struct Search<'s> {
    probes: &'s Probes<'s>,
    trial: &'s Trial<'s>,
    lifted: Lifted,
    seen: RefCell<HashMap<u32, Probe>>,
}

impl Search<'_> {
    fn lift(&self, lifted: Lifted) -> Search<'_> {
        Search { probes: self.probes, trial: self.trial, lifted, seen: RefCell::default() }
    }

    fn at(&self, n: u32) -> At {
        match self.trial.what {
            What::AllReplicas => At::Hundredths(n.into()),
            _ => At::Count(n.into()),
        }
    }

    fn probe(&self, n: u32) -> Probe {
        if let Some(known) = self.seen.borrow().get(&n) {
            return known.clone();
        }
        let probe = self.look(n);
        self.seen.borrow_mut().insert(n, probe.clone());
        probe
    }

    /// The first count with which a pool is short, and how.
    fn short(&self) -> Option<(u32, Short)> {
        let at = first(self.trial.today, |n| self.probe(n).short.is_some())?;
        Some((at, self.probe(at).short?))
    }

    /// The first count with which a pod is pending, and why. What is pending even without the workload is not
    /// its doing.
    fn pending(&self) -> Option<(u32, Cause)> {
        let none = self.probe(0);
        let own = |w: usize| match self.trial.workload {
            Some(own) => own == w,
            None => !self.trial.cluster.workloads[w].daemonset,
        };
        let cause = |probe: &Probe| {
            let mut pairs = probe.pending.iter().zip(&none.pending).enumerate();
            let pods = pairs.find(|(w, (now, none))| now.0 > if own(*w) { 0 } else { none.0 });
            match (pods, probe.dry.filter(|dry| self.concerns(dry, &none))) {
                (Some((w, (now, _))), _) => Some(Cause::Pods(w, now.1.unwrap_or(Reason::NoNode))),
                (None, Some(Dry { refused: Refused { pool, level, left, .. }, .. })) => {
                    Some(Cause::Dry { pool, level, left })
                }
                (None, None) => None,
            }
        };
        let at = first(self.trial.today, |n| cause(&self.probe(n)).is_some())?;
        Some((at, cause(&self.probe(at))?))
    }

    /// Whether a dry subnet has to do with what grows: nodes that were dry without it, and that may not run it,
    /// have not.
    fn concerns(&self, dry: &Dry, none: &Probe) -> bool {
        let cluster = self.trial.cluster;
        let runs_there = |w: usize| {
            dry.cluster == self.probes.c && allowed(cluster, &cluster.workloads[w]).contains(&dry.group)
        };
        none.dry.is_none() || self.trial.workload.is_none_or(runs_there)
    }

    fn short_threshold(&self) -> Threshold {
        let Trial { what, of, nodes, .. } = self.trial;
        let Some((at, short)) = self.short() else {
            return Threshold { nodes: *nodes, ..nothing(*what, of.clone(), Event::WarmPoolShort) };
        };
        let pool = &self.probes.name(short.pool);
        let behind = self.lift(Lifted::Pool(short.pool)).short();
        let behind = Some(Behind {
            at: behind.map(|(next, _)| self.at(next.max(at))),
            level: behind.map_or(Level::None, |(_, short)| short.level),
            limit: behind.map(|(_, short)| self.probes.name(short.pool)),
        });
        let missing = match short.level {
            _ if brought::lends(self.probes.plan, self.probes.brought, short.pool) => {
                let lacks = addresses(short.by);
                format!("has blocks for {lacks} too few, which nodes borrow as long as there are any")
            }
            Level::Blocks => format!("is short by {}", count(short.by, "/28 block")),
            _ => format!("is short by {}", addresses(short.by)),
        };
        let left = match short.left {
            None | Some(0) => String::new(),
            Some(left) => format!(", and {} that nothing can take", stay_free(left)),
        };
        let aws = self.trial.cluster.manager.is_aws();
        let how = self.runs(at, if aws { "with full warm pools" } else { "with no pool short" });
        let sentence = format!("{how}: {} {pool} {missing}{left}{}", self.with(at), behind_sentence(&behind));
        let limit = Limit { level: short.level, name: Some(pool.clone()), left: short.left };
        self.threshold(Event::WarmPoolShort, at, limit, sentence, behind)
    }

    fn pending_threshold(&self) -> Threshold {
        let Trial { what, of, nodes, .. } = self.trial;
        let Some((at, cause)) = self.pending() else {
            return Threshold { nodes: *nodes, ..nothing(*what, of.clone(), Event::PodPending) };
        };
        let limit = self.limit(cause);
        let lifted = match cause {
            Cause::Pods(_, reason) => Lifted::Reason(reason),
            Cause::Dry { pool, .. } => Lifted::Pool(pool),
        };
        let behind = (!matches!(cause, Cause::Pods(_, Reason::NoNode))).then(|| {
            let next = self.lift(lifted).pending();
            let limit = next.map(|(_, cause)| self.limit(cause));
            Behind {
                // what the limit hid may fail even sooner: it is behind it all the same
                at: next.map(|(next, _)| self.at(next.max(at))),
                level: limit.as_ref().map_or(Level::None, |l| l.level),
                limit: limit.and_then(|l| l.name),
            }
        });
        let why = self.because(cause);
        let sentence = format!("{}: {} {why}{}", self.runs(at, ""), self.with(at), behind_sentence(&behind));
        self.threshold(Event::PodPending, at, limit, sentence, behind)
    }

    fn threshold(
        &self,
        event: Event,
        at: u32,
        limit: Limit,
        sentence: String,
        behind: Option<Behind>,
    ) -> Threshold {
        Threshold {
            nodes: self.trial.nodes,
            at: Some(self.at(at)),
            level: limit.level,
            limit: limit.name,
            left: limit.left,
            sentence,
            behind,
            ..nothing(self.trial.what, self.trial.of.clone(), event)
        }
    }

    fn limit(&self, cause: Cause) -> Limit {
        let (w, reason) = match cause {
            Cause::Dry { pool, level, left } => {
                let name = Some(self.probes.name(pool));
                return Limit { level, name, left: Some(left) };
            }
            Cause::Pods(w, reason) => (w, reason),
        };
        let level = reason.level();
        let named = !matches!(reason, Reason::WarmPool | Reason::NoNode);
        Limit { level, name: named.then(|| self.groups(w).join(", ")), left: None }
    }

    /// The groups that may run a workload.
    fn groups(&self, w: usize) -> Vec<&str> {
        let cluster = self.trial.cluster;
        let groups = allowed(cluster, &cluster.workloads[w]).into_iter();
        groups.map(|g| cluster.node_groups[g].name.as_ref()).collect()
    }

    fn because(&self, cause: Cause) -> String {
        let (w, reason) = match cause {
            Cause::Dry { pool, left, .. } => {
                let name = self.probes.name(pool);
                let left = match left {
                    0 => String::new(),
                    left => format!(", of which it has {} that nothing can take", thousands(left)),
                };
                let says = brought::says(self.probes.plan, self.probes.brought, pool);
                return format!("a pod gets no address of {name}{left}{says}");
            }
            Cause::Pods(w, reason) => (w, reason),
        };
        let own = self.trial.workload == Some(w);
        let whose = if own {
            "its last pod".into()
        } else {
            format!("a pod of {}", self.trial.cluster.workloads[w].name)
        };
        let nodes = listed(&self.groups(w));
        let (plan, c) = (self.probes.plan, self.probes.c);
        let group = allowed(self.trial.cluster, &self.trial.cluster.workloads[w]).first().copied();
        // the first node of the first of the groups stands for the one that ends
        let says = || {
            let outcome = &self.probes.evaluation.clusters[c];
            group.map_or(String::new(), |g| roster::says(plan, c, outcome, (g, 0)))
        };
        let why = match reason {
            Reason::Cpu => format!("is pending: no node of {nodes} has cpu left for it"),
            Reason::Memory => format!("is pending: no node of {nodes} has memory left for it"),
            Reason::MaxPods => format!("is pending: every node of {nodes} runs max pods"),
            Reason::BranchEnis => format!("is pending: no node of {nodes} has a branch ENI left"),
            Reason::EniLimit => format!("starves: all address slots of a node of {nodes} are used{}", says()),
            Reason::WarmPool => format!("starves: the pool of a node of {nodes} stops growing too early"),
            Reason::NodeRange => format!("starves: the range of a node of {nodes} is used up{}", says()),
            Reason::BlockLimit => format!("starves: a node of {nodes} may claim no more blocks{}", says()),
            Reason::NodeLimit => format!("starves: a node of {nodes} is given no more addresses{}", says()),
            Reason::NoNode => "is pending: no node may run it".to_string(),
        };
        format!("{whose} {why}")
    }

    /// The first half of a sentence. A count of 0 that fails has a reason outside of what grows.
    fn runs(&self, at: u32, how: &str) -> String {
        let of = &self.trial.of;
        let how = if how.is_empty() { String::new() } else { format!(" {how}") };
        let nodes = match self.trial.nodes {
            None => "",
            Some(WithNodes::Fixed) => " on today's nodes",
            Some(WithNodes::Auto) => " on as many nodes as they need",
        };
        match (at.checked_sub(1), self.trial.what) {
            (None, _) => format!("{of} cannot run{how}"),
            (Some(most), What::AllReplicas) => {
                format!("{of} runs {} its replicas{nodes}{how}", At::Hundredths(most.into()))
            }
            (Some(most), _) => format!("{of} runs {}{how}", count(most.into(), "replica")),
        }
    }

    fn with(&self, at: u32) -> String {
        if at == 0 { "even without it".into() } else { format!("with {}", self.at(at)) }
    }

    /// The cluster with so many replicas.
    fn cluster(&self, n: u32) -> Cluster {
        let mut cluster = self.trial.cluster.clone();
        match self.trial.workload {
            Some(w) => cluster.workloads[w].replicas = Some(n),
            None => {
                for replicas in cluster.workloads.iter_mut().filter_map(|w| w.replicas.as_mut()) {
                    let scaled = (u64::from(*replicas) * u64::from(n)).div_ceil(HUNDREDTHS);
                    *replicas = u32::try_from(scaled).unwrap_or(u32::MAX).min(limits::REPLICAS);
                }
            }
        }
        cluster
    }

    /// The groups, without the limit that is lifted.
    fn lifted_groups(&self) -> Vec<Group> {
        let mut groups = self.probes.evaluation.clusters[self.probes.c].groups.clone();
        for group in &mut groups {
            match self.lifted {
                Lifted::Reason(Reason::Cpu) => group.shapes.iter_mut().for_each(|s| s.cpu = None),
                Lifted::Reason(Reason::Memory) => group.shapes.iter_mut().for_each(|s| s.memory = None),
                Lifted::Reason(Reason::MaxPods) => group.max_pods = limits::PODS_PER_NODE,
                Lifted::Reason(Reason::BranchEnis) => {
                    group.shapes.iter_mut().for_each(|s| s.node.branch_enis = limits::PODS_PER_NODE.into());
                }
                _ => {}
            }
        }
        groups
    }

    fn look(&self, n: u32) -> Probe {
        let Probes { plan, before, .. } = self.probes;
        let cluster = self.cluster(n);
        let groups = self.lifted_groups();
        let placed = place_with_auto(&cluster, &groups);
        let mut free = before.clone();
        let outcome = hold_cluster(plan, &cluster, groups, Arc::new(placed), &mut free);
        let lifted = |reason| self.lifted == Lifted::Reason(reason);
        let pending = outcome.placed.workloads.iter().zip(&outcome.starved).map(|(demand, starved)| {
            let without = starved.first.filter(|(_, reason)| !lifted(*reason));
            let reason = without.map(|(_, reason)| reason).or(demand.reason);
            (demand.unplaced + without.map_or(0, |_| starved.pods), reason)
        });
        let pending = pending.collect();
        let short = self.short_of(&outcome.parts);
        if short.is_empty() {
            return Probe { pending, short: None, dry: None };
        }
        let join = |ends| self.join(&cluster, outcome.nodes(), ends);
        // the pool in which the first node that joins in vain is, if it is one of them
        let first = join(Ends::Short);
        let own = first.and_then(|dry| short.iter().find(|s| s.pool == dry.refused.pool));
        let left = own.and(first).map(|dry| dry.refused.left);
        let short = own.or(short.first()).map(|short| Short { left, ..*short });
        Probe { pending, short, dry: join(Ends::Pending) }
    }

    /// The pools of the cluster that are short of addresses or of blocks.
    fn short_of(&self, parts: &[Vec<Part>]) -> Vec<Short> {
        let mut asked = self.probes.others.clone();
        parts.iter().flatten().for_each(|part| add(part, &mut asked));
        let mut touched = vec![false; asked.len()];
        parts.iter().flatten().flat_map(|p| &p.takes).for_each(|t: &Take| touched[t.pool] = true);
        let subnets = (0..asked.len()).filter(|s| touched[*s] && self.lifted != Lifted::Pool(*s));
        let short = |s: usize| {
            if let Some(pool) = s.checked_sub(self.probes.plan.subnets.len()) {
                let has = self.probes.brought.get(pool).map_or(0, Brought::for_nodes);
                let by = asked[s].0.saturating_sub(u64::try_from(has).unwrap_or(0));
                return (by > 0).then_some(Short { pool: s, by, level: Level::Pool, left: None });
            }
            let blocks = self.probes.supply[s].take(asked[s].0, asked[s].1);
            let by_addresses = (asked[s].0 + crate::cni::PREFIX * asked[s].1)
                .saturating_sub(self.probes.supply[s].addresses());
            match (by_addresses.max(blocks.singles.short), blocks.short) {
                (0, 0) => None,
                (0, by) => Some(Short { pool: s, by, level: Level::Blocks, left: None }),
                (by, _) => Some(Short { pool: s, by, level: Level::Pool, left: None }),
            }
        };
        subnets.filter_map(short).collect()
    }

    /// The subnet with which something ends when all nodes join one at a time.
    fn join(&self, cluster: &Cluster, own: Joining, ends: Ends) -> Option<Dry> {
        let Probes { plan, evaluation, c, .. } = self.probes;
        let lifted = match self.lifted {
            Lifted::Pool(pool) => Some(pool),
            _ => None,
        };
        let all: Vec<(&Cluster, Joining)> = (plan.clusters.iter().zip(&evaluation.clusters).enumerate())
            .map(|(o, (known, outcome))| if o == *c { (cluster, own) } else { (&**known, outcome.nodes()) })
            .collect();
        first_dry(plan, self.probes.brought, &all, lifted, ends)
    }
}
