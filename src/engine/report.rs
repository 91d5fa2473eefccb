//! The answer: what `podroom show --format json` prints, and what every screen draws. Keys are stable.

use std::sync::Arc;

use serde::Serialize;

use super::blocks::Blocks;
use super::thresholds::{HUNDREDTHS, Level, Threshold, What, WithNodes};
use crate::plan::{Edit, Place};

pub use crate::manager::PoolKind;

/// What the engine answers for a plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Version of this format: 1.
    pub format: u32,
    /// The plan's name.
    pub plan: String,
    pub verdict: Verdict,
    pub pools: Vec<PoolRow>,
    pub node_groups: Vec<NodeGroupRow>,
    pub workloads: Vec<WorkloadRow>,
    pub thresholds: Arc<[Threshold]>,
    pub findings: Vec<Finding>,
}

impl Report {
    /// Findings that are errors.
    pub fn errors(&self) -> u64 {
        self.findings.iter().filter(|f| f.severity == Severity::Error).count() as u64
    }

    /// Pods without a node or an address, of workloads and of what node groups bring.
    pub fn pending(&self) -> u64 {
        let workloads: u64 = self.workloads.iter().map(|w| w.pending).sum();
        workloads + self.node_groups.iter().map(|g| g.pending).sum::<u64>()
    }

    /// What runs out first, in a sentence: of a plan that fails what fails now, otherwise the threshold that is
    /// reached by the least growth, the smallest ratio of the count that fails to today's (the first of
    /// equals). `None` when nothing fails, or thresholds are not computed.
    pub fn first_to_run_out(&self) -> Option<&str> {
        let failing = || self.findings.iter().find(|f| FAILING.contains(&f.code)).map(|f| f.message.as_str());
        match self.verdict {
            Verdict::Exhausted | Verdict::Short => failing(),
            Verdict::AtRisk | Verdict::Fits => self.nearest_threshold().map(|t| t.sentence.as_str()),
        }
    }

    /// What runs out with the least growth.
    pub fn nearest_threshold(&self) -> Option<&Threshold> {
        let named = |t: &Threshold, cluster: &str, name: &str| {
            t.of.strip_prefix(cluster).and_then(|rest| rest.strip_prefix('/')) == Some(name)
        };
        let today = |t: &Threshold| -> Option<u128> {
            let groups = self.node_groups.iter();
            let workloads = self.workloads.iter();
            let count = match t.what {
                What::Nodes => groups.filter(|g| named(t, &g.cluster, &g.name)).map(|g| g.nodes).next(),
                What::Replicas => {
                    workloads.filter(|w| named(t, &w.cluster, &w.name)).map(|w| w.replicas).next()
                }
                What::AllReplicas => Some(HUNDREDTHS),
                // months say when, not how much more
                What::Month => return None,
            };
            Some(count.unwrap_or(0).max(1).into())
        };
        self.thresholds
            .iter()
            .filter(|t| t.nodes != Some(WithNodes::Auto))
            .filter_map(|t| Some((t, u128::from(t.at?.scaled()), today(t)?)))
            // a/b < c/d as a*d < c*b
            .reduce(|best, next| if next.1 * best.2 < best.1 * next.2 { next } else { best })
            .map(|(t, _, _)| t)
    }
}

/// Codes of the findings that make a plan exhausted or short.
const FAILING: [&str; 4] = ["pods-pending", "subnet-dry", "pool-short", "blocks-short"];

/// The plan in one word, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// A pod is pending when settled.
    Exhausted,
    /// A pool is short when settled: warm pools cannot fill, all pods run.
    Short,
    /// A pool is short in an upgrade or after churn.
    AtRisk,
    Fits,
}

impl Verdict {
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Exhausted => "exhausted",
            Verdict::Short => "short",
            Verdict::AtRisk => "at-risk",
            Verdict::Fits => "fits",
        }
    }
}

/// One pool. `usable + short = other + held + free` holds in every situation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PoolRow {
    pub name: String,
    pub kind: PoolKind,
    pub cidr: String,
    pub zone: Option<String>,
    pub capacity: u64,
    pub reserved: u64,
    pub other: u64,
    pub usable: u64,
    /// What free addresses are still good for; `None` where no node is in the pool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub useful: Option<Useful>,
    pub settled: Holding,
    /// The worst case over all survivors.
    pub churned: Holding,
    pub upgrade: Holding,
    /// What it comes from, for programs in this process.
    #[serde(skip)]
    pub place: Place,
}

/// The fewest free addresses with which the nodes of a pool can still do something. What is free below the least
/// of them is useless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Useful {
    /// A node more, settled: what the one that holds least of the pool does.
    pub node: u64,
    /// A new ENI, which comes whole or not at all; `None` where no new ENI comes to the pool. With IP targets one
    /// address beside its own is enough, in prefix mode it takes a prefix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eni: Option<u64>,
    /// A prefix on an ENI that has room: one aligned /28; `None` without nodes in prefix mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block: Option<u64>,
}

impl Useful {
    /// The least of both.
    pub(super) fn least(self, other: Useful) -> Useful {
        let least = |a: Option<u64>, b: Option<u64>| a.into_iter().chain(b).min();
        Useful {
            node: self.node.min(other.node),
            eni: least(self.eni, other.eni),
            block: least(self.block, other.block),
        }
    }
}

impl PoolRow {
    /// What the pool's holders hold in a situation.
    pub fn holding(&self, situation: Situation) -> &Holding {
        match situation {
            Situation::Settled => &self.settled,
            Situation::Churned => &self.churned,
            Situation::Upgrade => &self.upgrade,
        }
    }

    /// What is free of the pool and what is missing, if so much is held.
    pub fn balance(&self, held: u64) -> (u64, u64) {
        let wanted = self.other + held;
        (self.usable.saturating_sub(wanted), wanted.saturating_sub(self.usable))
    }

    /// Whether addresses are missing in more than one of twenty runs of churn; not while that is not computed.
    pub fn is_short_at_p95(&self) -> bool {
        self.churned.p95().is_some_and(|held| self.balance(held).1 > 0)
    }
}

/// What a pool is looked at in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Situation {
    Settled,
    Churned,
    Upgrade,
}

impl Situation {
    pub const ALL: [Situation; 3] = [Situation::Settled, Situation::Churned, Situation::Upgrade];

    pub fn name(self) -> &'static str {
        match self {
            Situation::Settled => "settled",
            Situation::Churned => "churned",
            Situation::Upgrade => "upgrade",
        }
    }

    /// What it means, in a line.
    pub fn doc(self) -> &'static str {
        match self {
            Situation::Settled => "every node came up empty and got its pods",
            Situation::Churned => "worst case after each node was full once and fell back",
            Situation::Upgrade => "settled, and the surge nodes of a rolling upgrade",
        }
    }
}

/// What a pool's holders hold in one situation. `held = primary + assigned + unused`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Holding {
    /// With `settles` false the largest holding of the cycle.
    pub held: u64,
    /// Of `churned`.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub percentiles: Option<Percentiles>,
    /// The smallest holding of the cycle of a pool that never settles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_min: Option<u64>,
    /// The upper bound where the outcome is random (prefix mode, WARM_PREFIX_TARGET of 2 and more).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_max: Option<u64>,
    /// Absent (`true`) for a pool that settles.
    #[serde(skip_serializing_if = "is_true")]
    pub settles: bool,
    pub primary: u64,
    pub assigned: u64,
    pub unused: u64,
    /// Of the unused ones those that no pod can ever have, because another limit of their node binds first.
    #[serde(skip_serializing_if = "is_zero")]
    pub stranded: u64,
    /// What a node could still get, free or held by others without a pod: where holders hand addresses on (Weave), or
    /// borrow them (Calico without strict affinity). Absent: only what is free.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reachable: Option<u64>,
    /// Addresses that two pods have: 0 except after lost state.
    #[serde(skip_serializing_if = "is_zero")]
    pub duplicates: u64,
    pub free: u64,
    pub short: u64,
    /// The aligned /28 blocks, where a node in the pool takes prefixes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocks: Option<Blocks>,
    /// Who holds it: one entry per node group with a node in the pool.
    pub by: Vec<HeldBy>,
}

/// Of the pool's sum over its nodes; each is `None`, and null, while not computed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Percentiles {
    pub held_p50: Option<u64>,
    pub held_p95: Option<u64>,
}

impl Holding {
    /// What is left: what is free, or below 0 what it is short by.
    pub fn left(&self) -> i64 {
        let signed = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        signed(self.free).saturating_sub(signed(self.short))
    }

    /// The median of what is held after churn.
    pub fn p50(&self) -> Option<u64> {
        self.percentiles?.held_p50
    }

    /// The 95th percentile of what is held after churn.
    pub fn p95(&self) -> Option<u64> {
        self.percentiles?.held_p95
    }

    /// Whether something is wanted that the pool cannot give: addresses, or a prefix with addresses free but
    /// no whole block among them.
    pub fn is_short(&self) -> bool {
        self.lack().is_some()
    }

    /// What is wanted and not there, and how many: addresses (of which those in reservations for prefixes are
    /// of no use to ENIs and nodes in secondary-IP mode), or whole blocks while addresses are left.
    pub fn lack(&self) -> Option<(Level, u64)> {
        let singles = self.blocks.map_or(0, |b| b.singles.short);
        let blocks = self.blocks.map_or(0, |b| b.short);
        match (self.short.max(singles), blocks) {
            (0, 0) => None,
            (0, blocks) => Some((Level::Blocks, blocks)),
            (addresses, _) => Some((Level::Pool, addresses)),
        }
    }
}

fn is_zero(n: &u64) -> bool {
    *n == 0
}

fn is_true(b: &bool) -> bool {
    *b
}

/// A node group's part of what a pool's holders hold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HeldBy {
    pub cluster: Arc<str>,
    pub node_group: Arc<str>,
    pub nodes: u64,
    pub primary: u64,
    pub assigned: u64,
    pub unused: u64,
}

impl HeldBy {
    pub fn held(&self) -> u64 {
        self.primary + self.assigned + self.unused
    }
}

/// One node group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NodeGroupRow {
    pub cluster: Arc<str>,
    pub name: Arc<str>,
    pub instance_type: Arc<str>,
    pub nodes: u64,
    pub max_pods: u32,
    pub per_node: PerNode,
    /// Starving pods of a group that says `pods = N`; 0 for other groups, whose pods are in the workloads.
    pub pending: u64,
}

/// `[least, most]` over the group's nodes; `None` without nodes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PerNode {
    /// Pods with an address from the node's pool.
    pub pods: Option<[u64; 2]>,
    /// ENIs, branch ENIs left out.
    pub enis: Option<[u64; 2]>,
    /// Over all pools of the node, branch addresses included.
    pub held: Option<[u64; 2]>,
    pub unused: Option<[u64; 2]>,
}

/// One workload.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WorkloadRow {
    pub cluster: Arc<str>,
    pub name: Arc<str>,
    /// For a DaemonSet the nodes that should run it.
    pub replicas: u64,
    pub running: u64,
    pub pending: u64,
    /// Why the first pending pod is pending.
    pub reason: Option<Reason>,
}

/// Why a pod is pending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    Cpu,
    Memory,
    MaxPods,
    BranchEnis,
    /// Placed, but the node's address pool stops growing before it has an address for the pod.
    WarmPool,
    /// Placed, but all address slots of the node's ENIs are used.
    EniLimit,
    /// Placed, but the node's own range has no address left.
    NodeRange,
    /// Placed, but the node may claim no more blocks.
    BlockLimit,
    /// Placed, but the node's manager holds no more addresses for it.
    NodeLimit,
    /// No node may run it.
    NoNode,
}

impl Reason {
    /// What binds then.
    pub fn level(self) -> Level {
        match self {
            Reason::Cpu => Level::Cpu,
            Reason::Memory => Level::Memory,
            Reason::MaxPods => Level::MaxPods,
            Reason::BranchEnis => Level::BranchEnis,
            Reason::EniLimit => Level::Enis,
            Reason::WarmPool => Level::Pool,
            Reason::NodeRange => Level::NodeRange,
            Reason::BlockLimit => Level::BlockLimit,
            Reason::NodeLimit => Level::NodeLimit,
            Reason::NoNode => Level::None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Reason::Cpu => "cpu",
            Reason::Memory => "memory",
            Reason::MaxPods => "max_pods",
            Reason::BranchEnis => "branch_enis",
            Reason::WarmPool => "warm_pool",
            Reason::EniLimit => "eni_limit",
            Reason::NodeRange => "node_range",
            Reason::BlockLimit => "block_limit",
            Reason::NodeLimit => "node_limit",
            Reason::NoNode => "no_node",
        }
    }
}

/// Something a user should know.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    pub severity: Severity,
    /// Stable name of the rule.
    pub code: &'static str,
    /// Path of the field it is about.
    pub at: String,
    pub message: String,
    pub help: String,
    /// The same place for programs in this process.
    #[serde(skip)]
    pub place: Place,
    /// A change of the plan that does what the help says, where one key or row does.
    #[serde(skip)]
    pub fix: Option<Fix>,
}

/// A change that removes the cause of a finding.
#[derive(Debug, Clone, PartialEq)]
pub struct Fix {
    /// What it does: `take WARM_ENI_TARGET out`.
    pub text: String,
    pub edit: Edit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Error,
    Warning,
    Info,
}

impl Severity {
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{At, Event, Level};

    fn threshold(of: &str, at: Option<u64>) -> Threshold {
        Threshold {
            what: What::Nodes,
            of: of.to_string(),
            nodes: None,
            situation: None,
            event: Event::WarmPoolShort,
            at: at.map(At::Count),
            level: Level::Pool,
            limit: None,
            left: None,
            sentence: of.to_string(),
            behind: None,
        }
    }

    fn group(name: &str, nodes: u64) -> NodeGroupRow {
        NodeGroupRow {
            cluster: "prod".into(),
            name: name.into(),
            instance_type: "m5.large".into(),
            nodes,
            max_pods: 29,
            per_node: PerNode { pods: None, enis: None, held: None, unused: None },
            pending: 0,
        }
    }

    #[test]
    fn what_runs_out_first_needs_the_least_growth() {
        let mut report = Report {
            format: 1,
            plan: "test".to_string(),
            verdict: Verdict::Fits,
            pools: Vec::new(),
            node_groups: vec![group("few", 2), group("many", 100), group("none", 0)],
            workloads: Vec::new(),
            thresholds: [
                threshold("prod/few", Some(4)),
                threshold("prod/many", Some(130)),
                threshold("prod/none", None),
            ]
            .into(),
            findings: Vec::new(),
        };
        assert_eq!(report.first_to_run_out(), Some("prod/many"));
        report.thresholds = report.thresholds[..1].into();
        assert_eq!(report.first_to_run_out(), Some("prod/few"));
        report.thresholds = Arc::default();
        assert_eq!(report.first_to_run_out(), None);
    }
}
