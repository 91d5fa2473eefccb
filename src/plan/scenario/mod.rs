//! A scenario: what happens to the clusters of a plan, and when. It is read from a file of its own
//! ([`parse()`]) or from `[scenario.NAME]` of a plan.
//!
//! | part | what it knows |
//! |---|---|
//! | [`kind`] | the kinds of events, and which keys each has |
//! | `time.rs` | spans of time as people write them |
//! | `read.rs`, `read/` | TOML to scenario, with every mistake at its place |

pub mod kind;
mod read;
mod time;

pub(in crate::plan) use read::of_plan;
pub use read::{ParsedScenario, parse, parse_in as plan_of};
pub use time::{MINUTE, SECOND, shown as duration, written as duration_of};

/// Milliseconds since the scenario began.
pub type Ms = u64;

/// What happens, and how it is looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    pub name: String,
    /// The plan that it was written for, where it says so.
    pub plan: Option<String>,
    pub start: Start,
    /// How long it is followed.
    pub until: Ms,
    /// From the launch of an instance until its node takes pods.
    pub boot: Ms,
    /// From a pod's address until the pod is ready.
    pub ready: Ms,
    /// From the deletion of a pod until it has ended; its address cools down after that.
    pub grace: Ms,
    pub events: Vec<Event>,
}

/// What there is at the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// The plan's nodes, settled, with the plan's pods.
    Running,
    /// The plan's nodes, settled, with their DaemonSet pods and those of `pods = N`.
    Empty,
}

/// One thing that somebody does.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub at: Ms,
    pub what: What,
    /// It names no node group, and its cluster has several: the first is taken.
    pub first_group: bool,
}

/// A workload: cluster, workload.
pub type WorkloadId = (usize, usize);
/// A node group: cluster, group.
pub type GroupId = (usize, usize);

/// What somebody does.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// Workloads get the replicas of the plan.
    Deploy(Vec<WorkloadId>),
    /// A workload gets other replicas.
    Scale { workload: WorkloadId, replicas: u32 },
    /// Every pod of the workloads is replaced, as a Kubernetes Deployment does it.
    Roll { workloads: Vec<WorkloadId>, max_surge: Share, max_unavailable: Share },
    /// Pods come again and again, and end by themselves.
    Burst(Burst),
    /// Nodes are added to a group, spread evenly over a time.
    Join { group: GroupId, nodes: u32, within: Ms },
    /// The newest nodes of a group are drained and terminated; `None`: all.
    Drain { group: GroupId, nodes: Option<u32> },
    /// Every node of a group is replaced.
    Replace { group: GroupId, style: Style, surge: Option<u32>, max_unavailable: Option<u32> },
    /// Others take addresses of a subnet, or give them back.
    Subnet { subnet: usize, change: Change, singles: u32, blocks: u32 },
}

impl What {
    /// The node group that it is about, if it is about one.
    pub fn group(&self) -> Option<GroupId> {
        match self {
            What::Join { group, .. } | What::Drain { group, .. } | What::Replace { group, .. } => {
                Some(*group)
            }
            _ => None,
        }
    }
}

/// Pods of a job.
#[derive(Debug, Clone, PartialEq)]
pub struct Burst {
    pub name: String,
    pub cluster: usize,
    /// Where they may run; empty: every group that is not dedicated.
    pub node_groups: Vec<usize>,
    pub pods: u32,
    pub every: Ms,
    /// How often they come; `None`: to the end.
    pub times: Option<u32>,
    /// How long each pod works once it has its address.
    pub lives: Ms,
    /// Millicores and bytes that each requests.
    pub cpu: u64,
    pub memory: u64,
}

/// A number of pods, or a part of a workload's replicas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    Pods(u32),
    Percent(u32),
}

impl Share {
    /// What a Deployment has where nothing is said: a quarter.
    /// Source: Kubernetes documentation, "Deployments", max surge and max unavailable.
    pub const DEFAULT: Share = Share::Percent(25);

    /// Pods, a part of one counting as one.
    pub fn up(self, replicas: u64) -> u64 {
        match self {
            Share::Pods(n) => n.into(),
            Share::Percent(p) => (replicas * u64::from(p)).div_ceil(100),
        }
    }

    /// Pods, a part of one counting as none.
    pub fn down(self, replicas: u64) -> u64 {
        match self {
            Share::Pods(n) => n.into(),
            Share::Percent(p) => replicas * u64::from(p) / 100,
        }
    }
}

/// How the nodes of a group are replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// As a managed node group is updated: surge nodes come, then each old node that goes has a new one.
    Rolling,
    /// As many new nodes as there are come first, then the old ones go.
    BlueGreen,
}

/// Which way addresses go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Others take them.
    Lose,
    /// Others give them back.
    Gain,
}
