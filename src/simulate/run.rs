//! What comes out of a run.

use std::ops::ControlFlow;

use super::books::{GroupAt, PoolAt};
use super::fleet::Fleet;
use super::throttle::Throttle;
use super::{Ms, World};
use crate::cni::machine::ec2::Calls;

/// A fleet at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    pub at: Ms,
    /// In the order of [`Run::pools`].
    pub pools: Vec<PoolAt>,
    /// In the order of [`Run::groups`].
    pub groups: Vec<GroupAt>,
    /// Pods that no node has room for.
    pub unplaced: u64,
    /// EC2 calls since the beginning.
    pub calls: Calls,
}

impl Moment {
    fn sum(&self, of: fn(&GroupAt) -> u64) -> u64 {
        self.groups.iter().map(of).sum()
    }

    pub fn nodes(&self) -> u64 {
        self.sum(|g| g.nodes)
    }

    /// Pods with an address of their own.
    pub fn running(&self) -> u64 {
        self.sum(|g| g.running)
    }

    /// Of those, pods that are deleted and have not ended yet.
    pub fn ending(&self) -> u64 {
        self.sum(|g| g.ending)
    }

    /// Pods on nodes that wait for an address.
    pub fn waiting(&self) -> u64 {
        self.sum(|g| g.waiting)
    }

    pub fn held(&self) -> u64 {
        self.pools.iter().map(|p| p.held).sum()
    }

    pub fn unused(&self) -> u64 {
        self.pools.iter().map(|p| p.unused).sum()
    }

    pub fn free(&self) -> u64 {
        self.pools.iter().map(|p| p.free).sum()
    }
}

/// What an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// What the scenario does.
    Scenario,
    /// Pods that wait for an address: the event of the pod, as `kubectl` shows it.
    FailedCreatePodSandBox,
    /// Pods that no node has room for, likewise.
    FailedScheduling,
    /// A subnet refuses.
    Subnet,
    /// Nodes that cannot start.
    Node,
}

impl Topic {
    pub fn name(self) -> &'static str {
        match self {
            Topic::Scenario => "Scenario",
            Topic::FailedCreatePodSandBox => "FailedCreatePodSandBox",
            Topic::FailedScheduling => "FailedScheduling",
            Topic::Subnet => "InsufficientAddresses",
            Topic::Node => "NodeNotReady",
        }
    }

    /// Whether something went wrong.
    pub fn is_failure(self) -> bool {
        self != Topic::Scenario
    }
}

/// Something that happened; the same again within 130 s is counted, not told twice, and the figures of its text
/// are then those of the last time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub at: Ms,
    /// When it happened last.
    pub last: Ms,
    /// How often.
    pub count: u64,
    pub topic: Topic,
    /// Workload, subnet, group or scenario.
    pub of: String,
    pub text: String,
}

/// Pods that something in the scenario made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    pub what: String,
    pub at: Ms,
    pub pods: u64,
    /// Pods that got an address, and when the last of them did.
    pub served: u64,
    pub last: Ms,
    /// Pods that were gone before they got one.
    pub gone: u64,
}

impl Batch {
    /// Pods that still have no address.
    pub fn pending(&self) -> u64 {
        self.pods - self.served - self.gone
    }

    /// How long it took until all pods had an address; `None` if some never did.
    pub fn took(&self) -> Option<Ms> {
        (self.pods > 0 && self.served == self.pods).then(|| self.last.saturating_sub(self.at))
    }
}

/// The moment at which most pods waited while a subnet refused; where none did, at which most pods waited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worst {
    pub at: Ms,
    /// Pods that wait for an address, and those that no node has room for.
    pub waiting: u64,
    pub unplaced: u64,
    /// Index of the subnet that has nothing for most of those who wait, and its free addresses that are then of
    /// no use; `None` if it is something else that keeps them waiting.
    pub refuses: Option<(usize, u64)>,
    /// Why, in a sentence.
    pub why: String,
    /// The pools at that moment.
    pub pools: Vec<PoolAt>,
}

/// A run of a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub plan: String,
    pub scenario: String,
    pub seed: u64,
    pub every: Ms,
    /// The end that was asked for.
    pub until: Ms,
    /// Whether the run got there.
    pub complete: bool,
    pub pools: Vec<String>,
    /// Cluster and name.
    pub groups: Vec<(String, String)>,
    pub moments: Vec<Moment>,
    pub notes: Vec<Note>,
    /// Notes that were left out: more than [`crate::limits::SERIES_EVENTS`].
    pub more_notes: u64,
    pub batches: Vec<Batch>,
    pub throttles: Vec<Throttle>,
    pub worst: Worst,
    /// What is not finished, not reached or not modelled, a sentence each.
    pub remarks: Vec<String>,
    /// Steps that nodes made.
    pub steps: u64,
}

/// So much of a fleet's time passes at most between two questions whether to go on.
const SLICE: Ms = super::MINUTE;

/// Advances a fleet to a time, slice by slice.
fn reach(fleet: &mut Fleet, to: Ms, go_on: &mut impl FnMut(Ms) -> ControlFlow<()>) -> ControlFlow<()> {
    let mut at = fleet.since();
    loop {
        go_on(at)?;
        at = at.saturating_add(SLICE).min(to);
        fleet.advance(at);
        if at >= to {
            return ControlFlow::Continue(());
        }
    }
}

/// Follows a fleet from its beginning to `until`, with a moment every so often. `go_on` hears how far it is,
/// and may end it.
pub fn follow(
    world: &World,
    seed: u64,
    every: Ms,
    until: Ms,
    mut go_on: impl FnMut(Ms) -> ControlFlow<()>,
) -> Run {
    let mut fleet = Fleet::new(world, seed);
    let every = every.max(1);
    let mut moments = Vec::new();
    let mut at = 0;
    let complete = loop {
        if reach(&mut fleet, at, &mut go_on).is_break() {
            // events go on to where it stopped, and so does the series
            if moments.last().is_none_or(|m: &Moment| m.at < fleet.since()) {
                moments.push(fleet.moment());
            }
            break false;
        }
        moments.push(fleet.moment());
        if at >= until {
            break true;
        }
        at = at.saturating_add(every).min(until);
    };
    fleet.finish(moments, every, until, complete)
}
