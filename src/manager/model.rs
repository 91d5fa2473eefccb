//! What a manager answers.

use std::borrow::Cow;
use std::fmt::Debug;
use std::net::IpAddr;

use ipnet::IpNet;
use serde::Serialize;

use crate::ipam::Range;
use crate::ipam::host_local::RangeSpec;

/// How the nodes of one cluster come by addresses.
pub trait Model: Debug + Send + Sync {
    /// The pools that the cluster brings along, beside the subnets and networks of the plan.
    ///
    /// Of so many nodes, as far as the plan states them.
    fn pools(&self, nodes: u64) -> Vec<Pool>;

    /// What a node takes, settled.
    fn settled(&self, node: &Node) -> Held;

    /// What it takes at the most once so many of its pods had an address and it fell back to today's.
    fn churned(&self, node: &Node, high: u64) -> Held {
        let _ = high;
        self.settled(node)
    }

    /// Whether every node holds [`Model::churned`] then, and not only in the worst case.
    fn is_certain(&self) -> bool {
        true
    }

    /// What a node gets of a subnet that has less than it wants.
    fn of_subnets(&self) -> Sharing {
        Sharing::Pieces(1)
    }

    /// The pieces in which its pods' addresses come, where that is not one by one: what one of them is called, and how
    /// many make up a holding.
    fn pieces(&self, held: &Held) -> Option<(&'static str, u64)> {
        let _ = held;
        None
    }

    /// What gives nodes their ranges of one of its pools, where `known` are those of nodes that are there. `None` where
    /// nodes have no ranges, or the cloud chooses which.
    fn ranges(&self, pool: usize, known: &[IpNet]) -> Option<NextRange> {
        let _ = (pool, known);
        None
    }

    /// What the addresses are of a node's range of one of its pools, or of the pool itself where pods have addresses of
    /// it that no node holds. `None` where the order in which they come is not known.
    fn inside(&self, pool: usize, node: Option<IpNet>) -> Option<Inside> {
        let _ = (pool, node);
        None
    }

    /// The sets of host-local on a node with such ranges, where that is what gives out its pods' addresses: its state
    /// is in files of the node, and can be lost.
    fn host_local(&self, ranges: &[IpNet]) -> Option<Vec<Vec<RangeSpec>>> {
        let _ = ranges;
        None
    }

    /// What the program says to a pod that gets no address because of [`Held::limit`], on a node with such ranges.
    /// `None` where it is not known, or nothing is said.
    fn full(&self, ranges: &[IpNet]) -> Option<String> {
        let _ = ranges;
        None
    }

    /// How a node's holding came about, with its figures: the end of a sentence.
    fn why(&self, node: &Node) -> String;
}

/// Gives the next node, of that name, its range; or what the program says when it has none.
pub type NextRange = Box<dyn FnMut(&str) -> Result<IpNet, String>>;

/// What the addresses of a range are. Those that are not told are given to nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inside {
    /// The node's own ones, and what each is for; without an address where chance decides which of `open` it is.
    pub own: Vec<(Option<IpAddr>, &'static str)>,
    /// Those that pods can have, in the order in which they come unless that is [`Order::Chance`].
    pub open: Vec<Range>,
    pub order: Order,
}

/// Which free address is the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The lowest.
    Lowest,
    /// The one after the last that was given, round and round.
    InTurn,
    Chance,
}

impl Inside {
    /// Addresses that pods can have.
    pub fn room(&self) -> u128 {
        let open = self.open.iter().map(Range::count).fold(0, u128::saturating_add);
        let own = self.own.iter().filter(|(address, _)| address.is_none()).count();
        open.saturating_sub(own as u128)
    }
}

/// What decides a node's addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// Its pods that ask for an address of their own.
    pub asked: u64,
    /// Most pods that its kubelet runs, those on the host's network included.
    pub max_pods: u64,
    /// ENIs and addresses of each, where the manager knows instance types.
    pub enis: Option<(u64, u64)>,
}

/// What a node takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// One entry for each pool that it is in.
    pub takes: Vec<Take>,
    /// Its pods that get an address.
    pub running: u64,
    /// Why the others do not.
    pub limit: Limit,
}

/// What a node takes of one pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Take {
    pub from: From,
    pub primary: u64,
    pub assigned: u64,
    pub unused: u64,
    /// Of the unused ones those that no pod can ever have, because another limit binds first.
    pub stranded: u64,
}

/// Which pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// The subnet or network that the node itself is in.
    Home,
    /// The subnet that its pods are in, where that is another: `pod_subnets`.
    Pods,
    /// One of [`Model::pools`].
    Own(usize),
}

/// What ends on a node whose pods ask for more addresses than it can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Addresses of its own range.
    Range,
    /// Blocks that it may claim.
    Blocks,
    /// Slots of its ENIs.
    Enis,
    /// Addresses that its manager ever holds for it.
    Most,
}

/// A pool that a cluster brings along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// What it is of the cluster: `pods`, `services`.
    pub name: Cow<'static, str>,
    /// The key of the cluster that says its ranges.
    pub key: &'static str,
    pub kind: PoolKind,
    pub ranges: Vec<IpNet>,
    /// What is counted where it is not single addresses: a node's range of so many bits.
    pub counted_in: Option<u8>,
    pub capacity: u64,
    /// Can never be given out, and why.
    pub reserved: u64,
    pub because: String,
    /// Where that is, if it is in one place.
    pub left_out: Vec<Range>,
    /// Held by the cluster itself, not by its nodes.
    pub own: Option<Own>,
    pub sharing: Sharing,
    /// What the program says when it has nothing left.
    pub exhausted: String,
}

/// What a cluster holds of a pool beside its nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Own {
    pub name: &'static str,
    pub primary: u64,
    pub assigned: u64,
    pub unused: u64,
}

/// What a node gets of a pool that has less than it wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    /// Nothing.
    Whole,
    /// As many pieces of this size as there are.
    Pieces(u64),
    /// As many blocks of this size as there are, and then single addresses of the blocks of other nodes.
    Borrowed(u64),
    /// Any address that is not assigned: all of them are held from the start, and change hands on demand.
    Handed,
}

/// What a pool is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PoolKind {
    Subnet,
    Network,
    PodCidr,
    ServiceCidr,
    Ring,
}

impl PoolKind {
    pub fn name(self) -> &'static str {
        match self {
            PoolKind::Subnet => "subnet",
            PoolKind::Network => "network",
            PoolKind::PodCidr => "pod_cidr",
            PoolKind::ServiceCidr => "service_cidr",
            PoolKind::Ring => "ring",
        }
    }

    /// For sentences.
    pub fn words(self) -> &'static str {
        match self {
            PoolKind::Subnet => "subnet",
            PoolKind::Network => "docker network",
            PoolKind::PodCidr => "pod CIDR",
            PoolKind::ServiceCidr => "service CIDR",
            PoolKind::Ring => "ring",
        }
    }
}

impl Take {
    /// The node's own address, where it is.
    pub const HOME: Take = Take { from: From::Home, primary: 1, assigned: 0, unused: 0, stranded: 0 };

    pub fn held(&self) -> u64 {
        self.primary + self.assigned + self.unused
    }
}

impl Held {
    /// What the node takes of the pools that its pods are in, where the node itself is not.
    pub fn away(&self) -> u64 {
        self.takes.iter().filter(|take| take.from != From::Home).map(Take::held).sum()
    }
}
