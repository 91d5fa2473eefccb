//! Pods onto nodes: one pod at a time in the rule, a class of identical nodes at a time in the cost.
//!
//! DaemonSet pods come first, then workloads in file order. `spread` takes the allowed node with room and
//! the lowest score, then the fewest pods, then the first in order; `pack` the first in order. A node's
//! score only grows with every pod, and its number of pods always does, so identical pods go to the nodes in
//! the order of their (score, pods, position): the nodes that share a score and a number of pods are filled
//! as one, and only the last, incomplete round splits a class in two.

mod single;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::fleet::Group;
use super::nodes::NodeSet;
use super::report::Reason;
use crate::plan::{Address, Cluster, Placement, Workload};

/// Nodes of one shape that run the same pods.
#[derive(Debug, Clone)]
pub struct Bin {
    /// Index of the group within the cluster.
    pub group: usize,
    /// Index of the shape within the group.
    pub shape: usize,
    pub nodes: NodeSet,
    /// What each node runs, in placement order: workload, pods.
    pub contents: Vec<(usize, u64)>,
    /// Pods on each node that ask for an address from its pool.
    pub asking: u64,
    /// Most of such pods that each ever ran ([`super::churn::high_water`]); `None` where nobody asks.
    pub high: Option<u64>,
    pub used: Used,
}

impl Bin {
    /// Where its first node stands.
    pub fn position(&self) -> Position {
        (self.group, self.nodes.first().unwrap_or(u32::MAX))
    }
}

/// The nodes of a group in their order: index, and bin.
pub fn in_order(bins: &[Bin], group: usize) -> Vec<(u32, usize)> {
    let own = bins.iter().enumerate().filter(|(_, bin)| bin.group == group);
    let mut order: Vec<(u32, usize)> =
        own.flat_map(|(b, bin)| bin.nodes.iter().map(move |index| (index, b))).collect();
    order.sort_unstable();
    order
}

/// What the pods of a node use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Used {
    pub cpu: u64,
    pub memory: u64,
    /// System pods left out.
    pub pods: u64,
    pub branch_enis: u64,
}

impl Used {
    pub(super) fn plus(self, workload: &Workload, pods: u64) -> Used {
        Used {
            // saturating: what is unknown of a node never refuses, so nothing bounds these
            cpu: self.cpu.saturating_add(workload.cpu.saturating_mul(pods)),
            memory: self.memory.saturating_add(workload.memory.saturating_mul(pods)),
            pods: self.pods + pods,
            branch_enis: self.branch_enis + workload.branch_enis() * pods,
        }
    }
}

/// What a node has for pods. `None` is unknown and never refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Room {
    pub cpu: Option<u64>,
    pub memory: Option<u64>,
    pub pods: u64,
    pub branch_enis: u64,
}

impl Room {
    pub fn of(cluster: &Cluster, group: &Group, shape: usize) -> Room {
        let shape = &group.shapes[shape];
        Room {
            cpu: shape.cpu,
            memory: shape.memory,
            pods: u64::from(group.max_pods.saturating_sub(cluster.system_pods)),
            branch_enis: shape.node.branch_enis,
        }
    }

    /// Pods of a workload that still fit beside what is used.
    pub fn left(&self, used: Used, workload: &Workload) -> u64 {
        let by = |have: Option<u64>, used: u64, each: u64| match have {
            Some(have) if each > 0 => have.saturating_sub(used) / each,
            _ => u64::MAX,
        };
        by(self.cpu, used.cpu, workload.cpu)
            .min(by(self.memory, used.memory, workload.memory))
            .min(by(Some(self.branch_enis), used.branch_enis, workload.branch_enis()))
            .min(self.pods.saturating_sub(used.pods))
    }

    /// Everything that refuses one more pod, in the order in which it is named.
    fn refusals(&self, used: Used, workload: &Workload) -> Vec<Reason> {
        let over = |have: Option<u64>, used: u64, each: u64| {
            each > 0 && have.is_some_and(|have| used.saturating_add(each) > have)
        };
        [
            (Reason::Cpu, over(self.cpu, used.cpu, workload.cpu)),
            (Reason::Memory, over(self.memory, used.memory, workload.memory)),
            (Reason::MaxPods, over(Some(self.pods), used.pods, 1)),
            (Reason::BranchEnis, over(Some(self.branch_enis), used.branch_enis, workload.branch_enis())),
        ]
        .into_iter()
        .filter_map(|(reason, refuses)| refuses.then_some(reason))
        .collect()
    }

    /// Load of a node in billionths, cpu and memory added; what is unknown or nothing counts 0.
    fn score(&self, used: Used) -> u64 {
        let part = |used: u64, have: Option<u64>| match have {
            Some(have) if have > 0 => {
                u64::try_from(u128::from(used) * 1_000_000_000 / u128::from(have)).unwrap_or(u64::MAX / 2)
            }
            _ => 0,
        };
        part(used.cpu, self.cpu).saturating_add(part(used.memory, self.memory))
    }

    /// What `spread` compares, before the position.
    fn key(&self, used: Used) -> Key {
        (self.score(used), used.pods)
    }
}

/// The pods of a cluster on its nodes.
#[derive(Debug, Clone)]
pub struct Placed {
    pub bins: Vec<Bin>,
    /// One per workload.
    pub workloads: Vec<Demand>,
    /// Nodes of each group.
    pub nodes: Vec<u32>,
}

/// What became of a workload's pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Demand {
    pub wanted: u64,
    /// Pods that no node has room for.
    pub unplaced: u64,
    /// Why the first of them has none.
    pub reason: Option<Reason>,
    /// The node that the first of them, a DaemonSet's, was for.
    pub node: Option<Position>,
}

/// Group and node index: the order of a cluster's nodes.
pub type Position = (usize, u32);

/// What `spread` compares before the position: score and pods of a node.
pub type Key = (u64, u64);

/// The groups of a cluster in which a workload's pods may run. A group that says `pods = N` takes no part.
pub fn allowed(cluster: &Cluster, workload: &Workload) -> Vec<usize> {
    let named = |g: &usize| workload.node_groups.contains(g);
    (0..cluster.node_groups.len())
        .filter(|g| match (workload.node_groups.is_empty(), workload.daemonset) {
            (false, _) => named(g),
            (true, true) => true,
            (true, false) => !cluster.node_groups[*g].dedicated,
        })
        .filter(|g| cluster.node_groups[*g].pods.is_none())
        .collect()
}

/// Places all pods of a cluster on groups of so many nodes.
pub fn place(cluster: &Cluster, groups: &[Group], nodes: &[u32]) -> Placed {
    let mut placer = Placer::empty(cluster, groups, nodes);
    let demands = (0..cluster.workloads.len())
        .map(|w| Demand { wanted: cluster.workloads[w].replicas.unwrap_or(0).into(), ..Demand::default() });
    let mut workloads: Vec<Demand> = demands.collect();
    for (w, demand) in workloads.iter_mut().enumerate() {
        if cluster.workloads[w].daemonset {
            *demand = placer.daemonset(w);
        }
    }
    for (w, demand) in workloads.iter_mut().enumerate() {
        if !cluster.workloads[w].daemonset {
            demand.unplaced = match cluster.placement {
                Placement::Spread => placer.spread(w, demand.wanted),
                Placement::Pack => placer.pack(w, demand.wanted),
            };
            if demand.unplaced > 0 {
                demand.reason = Some(placer.reason(w));
            }
        }
    }
    Placed { bins: placer.bins, workloads, nodes: nodes.to_vec() }
}

/// Empty nodes of a group with their DaemonSet pods, one of each shape.
pub fn empty_nodes(cluster: &Cluster, groups: &[Group], group: usize) -> Vec<Bin> {
    Placer::one_group(cluster, groups, group).bins
}

/// Pods of a workload that an empty node of the group, with its DaemonSet pods, has room for. With several
/// shapes, the most of them.
pub fn fits_empty(cluster: &Cluster, groups: &[Group], group: usize, workload: usize) -> u64 {
    let placer = Placer::one_group(cluster, groups, group);
    (0..placer.bins.len()).map(|b| placer.left(b, workload)).max().unwrap_or(0)
}

/// Nodes that pods are placed on.
#[derive(Debug)]
pub struct Placer<'a> {
    cluster: &'a Cluster,
    /// Room of each group's shapes.
    rooms: Vec<Vec<Room>>,
    bins: Vec<Bin>,
    allowed: Vec<Vec<usize>>,
}

impl<'a> Placer<'a> {
    fn empty(cluster: &'a Cluster, groups: &[Group], nodes: &[u32]) -> Placer<'a> {
        let mut bins = Vec::new();
        for (g, group) in groups.iter().enumerate() {
            let lanes = u32::try_from(group.shapes.len()).unwrap_or(1);
            for (shape, lane) in (0..group.shapes.len()).zip(0..lanes) {
                let set = NodeSet::lane(lane, lanes, nodes[g]);
                if !set.is_empty() {
                    let asking = cluster.node_groups[g].pods.unwrap_or(0).into();
                    let used = Used::default();
                    bins.push(Bin {
                        group: g,
                        shape,
                        nodes: set,
                        contents: Vec::new(),
                        asking,
                        high: None,
                        used,
                    });
                }
            }
        }
        let rooms = groups
            .iter()
            .map(|group| (0..group.shapes.len()).map(|s| Room::of(cluster, group, s)).collect())
            .collect();
        let allowed = cluster.workloads.iter().map(|w| allowed(cluster, w)).collect();
        Placer { cluster, rooms, bins, allowed }
    }

    fn one_group(cluster: &'a Cluster, groups: &[Group], group: usize) -> Placer<'a> {
        let mut nodes = vec![0; groups.len()];
        nodes[group] = u32::try_from(groups[group].shapes.len()).unwrap_or(1);
        let mut placer = Placer::empty(cluster, groups, &nodes);
        for w in (0..cluster.workloads.len()).filter(|&w| cluster.workloads[w].daemonset) {
            placer.daemonset(w);
        }
        placer
    }

    fn room(&self, bin: usize) -> &Room {
        &self.rooms[self.bins[bin].group][self.bins[bin].shape]
    }

    fn left(&self, bin: usize, workload: usize) -> u64 {
        self.room(bin).left(self.bins[bin].used, &self.cluster.workloads[workload])
    }

    /// The bins that may run a workload, whether or not they have room.
    fn open(&self, workload: usize) -> Vec<usize> {
        let allowed = &self.allowed[workload];
        (0..self.bins.len()).filter(|&b| allowed.contains(&self.bins[b].group)).collect()
    }

    /// Puts pods of a workload on every node of a bin.
    fn add(&mut self, bin: usize, workload: usize, pods: u64) {
        let spec = &self.cluster.workloads[workload];
        let bin = &mut self.bins[bin];
        bin.used = bin.used.plus(spec, pods);
        if spec.address() == Address::Pool {
            bin.asking += pods;
        }
        match bin.contents.last_mut() {
            Some((last, count)) if *last == workload => *count += pods,
            _ => bin.contents.push((workload, pods)),
        }
    }

    /// Splits the nodes below an index off a bin; the new bin's number, or `None` if there are none.
    fn split(&mut self, bin: usize, below: u32) -> Option<usize> {
        let nodes = self.bins[bin].nodes.take_below(below);
        if nodes.is_empty() {
            return None;
        }
        let mut part = self.bins[bin].clone();
        part.nodes = nodes;
        self.bins.push(part);
        Some(self.bins.len() - 1)
    }

    /// One pod on every node that may run it.
    fn daemonset(&mut self, workload: usize) -> Demand {
        let mut demand = Demand::default();
        let mut open = self.open(workload);
        open.sort_by_key(|&b| self.bins[b].position());
        for b in open {
            let nodes = u64::from(self.bins[b].nodes.len());
            demand.wanted += nodes;
            if self.left(b, workload) > 0 {
                self.add(b, workload, 1);
            } else {
                demand.unplaced += nodes;
                let refusals = self.room(b).refusals(self.bins[b].used, &self.cluster.workloads[workload]);
                demand.reason = demand.reason.or(refusals.first().copied());
                demand.node = demand.node.or(Some(self.bins[b].position()));
            }
        }
        demand
    }

    /// Places pods by the `spread` rule; the pods that found no node.
    fn spread(&mut self, workload: usize, mut pods: u64) -> u64 {
        let mut queue: BinaryHeap<Reverse<(Key, usize)>> = self
            .open(workload)
            .into_iter()
            .filter(|&b| self.left(b, workload) > 0)
            .map(|b| Reverse((self.room(b).key(self.bins[b].used), b)))
            .collect();
        while pods > 0 {
            let Some(Reverse((key, first))) = queue.pop() else { break };
            let mut round = vec![first];
            while let Some(&Reverse((same, b))) = queue.peek()
                && same == key
            {
                queue.pop();
                round.push(b);
            }
            let nodes: u64 = round.iter().map(|&b| u64::from(self.bins[b].nodes.len())).sum();
            if nodes > pods {
                for b in self.first_nodes(&round, pods) {
                    self.add(b, workload, 1);
                }
                self.bins.retain(|bin| !bin.nodes.is_empty());
                return 0;
            }
            let next = queue.peek().map(|Reverse((key, _))| *key);
            let rounds = if round.len() == 1 { self.rounds(first, workload, pods / nodes, next) } else { 1 };
            pods -= nodes * rounds;
            for b in round {
                self.add(b, workload, rounds);
                if self.left(b, workload) > 0 {
                    queue.push(Reverse((self.room(b).key(self.bins[b].used), b)));
                }
            }
        }
        pods
    }

    /// How many pods each node of a bin takes before the next bin's turn: at least one, at most `most`.
    fn rounds(&self, bin: usize, workload: usize, most: u64, next: Option<Key>) -> u64 {
        let most = most.min(self.left(bin, workload));
        let Some(next) = next else { return most };
        let spec = &self.cluster.workloads[workload];
        let turn = |pods: u64| self.room(bin).key(self.bins[bin].used.plus(spec, pods)) < next;
        // the key grows with every pod, so the pods that come before `next` are a prefix
        let (mut taken, mut over) = (1, most + 1);
        while over - taken > 1 {
            let middle = taken + (over - taken) / 2;
            if turn(middle - 1) { taken = middle } else { over = middle }
        }
        taken
    }

    /// The first `count` nodes in order of some bins, split off where a bin is cut.
    fn first_nodes(&mut self, bins: &[usize], mut count: u64) -> Vec<usize> {
        let mut groups: Vec<usize> = bins.iter().map(|&b| self.bins[b].group).collect();
        groups.sort_unstable();
        groups.dedup();
        let mut first = Vec::new();
        for group in groups {
            let here: Vec<usize> = bins.iter().copied().filter(|&b| self.bins[b].group == group).collect();
            let nodes: u64 = here.iter().map(|&b| u64::from(self.bins[b].nodes.len())).sum();
            if nodes <= count {
                count -= nodes;
                first.extend(here);
                continue;
            }
            let below = |index: u32| -> u64 {
                here.iter().map(|&b| u64::from(self.bins[b].nodes.below(index))).sum()
            };
            let cut = last_index(|index| below(index) <= count);
            first.extend(here.into_iter().filter_map(|b| self.split(b, cut)));
            break;
        }
        first
    }

    /// Places pods by the `pack` rule; the pods that found no node.
    fn pack(&mut self, workload: usize, mut pods: u64) -> u64 {
        for group in self.allowed[workload].clone() {
            let here: Vec<(usize, u64)> = (0..self.bins.len())
                .filter(|&b| self.bins[b].group == group)
                .map(|b| (b, self.left(b, workload)))
                .filter(|(_, left)| *left > 0)
                .collect();
            let room = |index: u32| -> u64 {
                here.iter().map(|&(b, left)| left * u64::from(self.bins[b].nodes.below(index))).sum()
            };
            let all = room(u32::MAX);
            if pods >= all {
                pods -= all;
                for (b, left) in here {
                    self.add(b, workload, left);
                }
                continue;
            }
            // nodes below the cut are filled, the node at the cut gets what is then left
            let cut = last_index(|index| room(index) <= pods);
            let rest = pods - room(cut);
            for (b, left) in here {
                if let Some(full) = self.split(b, cut) {
                    self.add(full, workload, left);
                }
                if rest > 0
                    && let Some(last) = self.split(b, cut + 1)
                {
                    self.add(last, workload, rest);
                }
            }
            self.bins.retain(|bin| !bin.nodes.is_empty());
            return 0;
        }
        pods
    }

    /// Why a pod of the workload finds no node now: on the node that lacks least, what refuses it first.
    fn reason(&self, workload: usize) -> Reason {
        let spec = &self.cluster.workloads[workload];
        self.open(workload)
            .into_iter()
            .map(|b| {
                let refusals = self.room(b).refusals(self.bins[b].used, spec);
                (refusals.len(), self.bins[b].position(), refusals.first().copied())
            })
            .min()
            .and_then(|(_, _, reason)| reason)
            .unwrap_or(Reason::NoNode)
    }
}

/// The last index for which something that holds for 0 and then stops holding still does.
fn last_index(holds: impl Fn(u32) -> bool) -> u32 {
    let (mut low, mut high) = (0, u32::MAX);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if holds(middle) { low = middle } else { high = middle }
    }
    low
}

/// The key by which `spread` gave a node its pod number `taken` of a workload, for telling which of two
/// pods came first.
pub fn turn(cluster: &Cluster, groups: &[Group], bin: &Bin, workload: usize, taken: u64) -> Key {
    let mut used = Used::default();
    for &(w, pods) in &bin.contents {
        if w == workload {
            used = used.plus(&cluster.workloads[w], taken);
            break;
        }
        used = used.plus(&cluster.workloads[w], pods);
    }
    Room::of(cluster, &groups[bin.group], bin.shape).key(used)
}
