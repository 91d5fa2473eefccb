//! What a threshold is.

use serde::{Serialize, Serializer};

use crate::engine::report::Situation;
use crate::text::thousands;

/// The first count of something with which something fails.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Threshold {
    pub what: What,
    /// `cluster/group`, `cluster/workload`, a cluster, or the pool that is exhausted in a month.
    pub of: String,
    /// For a factor on all replicas: whether nodes are those of today or come as they are needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nodes: Option<WithNodes>,
    /// For a month: the situation in which the pool is looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub situation: Option<Situation>,
    pub event: Event,
    /// `None`, with level `none`, when nothing fails below [`crate::limits::THRESHOLD`], or within the months
    /// of growth that are looked at.
    pub at: Option<At>,
    pub level: Level,
    /// The pool, or the node groups, that bind.
    pub limit: Option<String>,
    /// Addresses of the pool that binds which are then free and that nothing can take.
    pub left: Option<u64>,
    pub sentence: String,
    /// What would bind next if that did not; for a month, the pool that ends after it. `None` where nothing binds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behind: Option<Behind>,
}

/// The limit behind a limit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Behind {
    pub at: Option<At>,
    pub level: Level,
    pub limit: Option<String>,
}

/// A count, or a factor in hundredths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    Count(u64),
    Hundredths(u64),
}

/// A factor of 1.
pub const HUNDREDTHS: u64 = 100;

impl At {
    /// Counts as they are, factors in hundredths.
    pub fn scaled(self) -> u64 {
        match self {
            At::Count(n) | At::Hundredths(n) => n,
        }
    }
}

impl std::fmt::Display for At {
    /// `1,381` or `1.38x`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            At::Count(n) => f.write_str(&thousands(*n)),
            At::Hundredths(n) => write!(f, "{}.{:02}x", thousands(n / HUNDREDTHS), n % HUNDREDTHS),
        }
    }
}

impl Serialize for At {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            At::Count(n) => s.serialize_u64(*n),
            // below 10^8: exact enough to be written as it is
            At::Hundredths(n) => s.serialize_f64(*n as f64 / HUNDREDTHS as f64),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WithNodes {
    /// As many as today.
    Fixed,
    /// As many as the pods need.
    Auto,
}

impl WithNodes {
    pub fn name(self) -> &'static str {
        match self {
            WithNodes::Fixed => "fixed",
            WithNodes::Auto => "auto",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Nodes of a group.
    Nodes,
    /// Replicas of one workload, the others as they are.
    Replicas,
    /// A factor on the replicas of all workloads of a cluster.
    AllReplicas,
    /// A month of growth.
    Month,
}

impl What {
    pub fn name(self) -> &'static str {
        match self {
            What::Nodes => "nodes",
            What::Replicas => "replicas",
            What::AllReplicas => "all_replicas",
            What::Month => "month",
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

    /// For people: only nodes of the AWS VPC CNI have warm pools.
    pub fn words(self) -> &'static str {
        match self {
            Event::WarmPoolShort => "pool short",
            Event::PodPending => "pod pending",
        }
    }
}

/// What binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Addresses of a pool.
    Pool,
    /// Whole /28 blocks of a pool, addresses being left.
    Blocks,
    Enis,
    MaxPods,
    Cpu,
    Memory,
    BranchEnis,
    /// Addresses of a node's own range.
    NodeRange,
    /// Blocks that a node may claim.
    BlockLimit,
    /// Addresses that a manager ever holds for a node.
    NodeLimit,
    None,
}

impl Level {
    pub fn name(self) -> &'static str {
        match self {
            Level::Pool => "pool",
            Level::Blocks => "blocks",
            Level::Enis => "enis",
            Level::MaxPods => "max_pods",
            Level::Cpu => "cpu",
            Level::Memory => "memory",
            Level::BranchEnis => "branch_enis",
            Level::NodeRange => "node_range",
            Level::BlockLimit => "block_limit",
            Level::NodeLimit => "node_limit",
            Level::None => "none",
        }
    }

    /// For sentences.
    pub fn words(self) -> &'static str {
        match self {
            Level::Pool => "addresses",
            Level::Blocks => "/28 blocks",
            Level::Enis => "address slots",
            Level::MaxPods => "max pods",
            Level::Cpu => "cpu",
            Level::Memory => "memory",
            Level::BranchEnis => "branch ENIs",
            Level::NodeRange => "addresses of a node's range",
            Level::BlockLimit => "blocks of a node",
            Level::NodeLimit => "addresses of a node",
            Level::None => "nothing",
        }
    }
}
