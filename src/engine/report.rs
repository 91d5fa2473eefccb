//! The answer: what `podroom show --format json` prints, and what every screen draws. Keys are stable.

use serde::Serialize;

use crate::plan::Place;

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
    pub thresholds: Vec<Threshold>,
    pub findings: Vec<Finding>,
}

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
    pub settled: Holding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PoolKind {
    Subnet,
}

impl PoolKind {
    pub fn name(self) -> &'static str {
        match self {
            PoolKind::Subnet => "subnet",
        }
    }
}

/// What a pool's holders hold in one situation. `held = primary + assigned + unused`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Holding {
    /// With `settles` false the largest holding of the cycle.
    pub held: u64,
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
    pub free: u64,
    pub short: u64,
    /// Who holds it: one entry per node group with a node in the pool.
    pub by: Vec<HeldBy>,
}

fn is_true(b: &bool) -> bool {
    *b
}

/// A node group's part of what a pool's holders hold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HeldBy {
    pub cluster: String,
    pub node_group: String,
    pub nodes: u64,
    pub primary: u64,
    pub assigned: u64,
    pub unused: u64,
}

/// One node group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NodeGroupRow {
    pub cluster: String,
    pub name: String,
    pub instance_type: String,
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
    pub cluster: String,
    pub name: String,
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
    /// No node may run it.
    NoNode,
}

impl Reason {
    pub fn name(self) -> &'static str {
        match self {
            Reason::Cpu => "cpu",
            Reason::Memory => "memory",
            Reason::MaxPods => "max_pods",
            Reason::BranchEnis => "branch_enis",
            Reason::WarmPool => "warm_pool",
            Reason::EniLimit => "eni_limit",
            Reason::NoNode => "no_node",
        }
    }
}

/// The first count of something with which something fails.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Threshold {
    pub what: What,
    /// `cluster/group` or `cluster/workload`.
    pub of: String,
    pub event: Event,
    /// `None`, with level `none`, when nothing fails below [`crate::limits::THRESHOLD`].
    pub at: Option<u64>,
    pub level: Level,
    /// The pool, node group or resource that binds.
    pub limit: Option<String>,
    /// Free addresses that are then useless; `None` while not computed.
    pub left: Option<u64>,
    pub sentence: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Nodes,
    Replicas,
}

impl What {
    pub fn name(self) -> &'static str {
        match self {
            What::Nodes => "nodes",
            What::Replicas => "replicas",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    WarmPoolShort,
    PodPending,
}

impl Event {
    pub fn name(self) -> &'static str {
        match self {
            Event::WarmPoolShort => "warm_pool_short",
            Event::PodPending => "pod_pending",
        }
    }
}

/// What binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Pool,
    Enis,
    MaxPods,
    Cpu,
    Memory,
    BranchEnis,
    None,
}

impl Level {
    pub fn name(self) -> &'static str {
        match self {
            Level::Pool => "pool",
            Level::Enis => "enis",
            Level::MaxPods => "max_pods",
            Level::Cpu => "cpu",
            Level::Memory => "memory",
            Level::BranchEnis => "branch_enis",
            Level::None => "none",
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
