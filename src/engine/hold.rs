//! Nodes onto subnets: which addresses each distinct node takes from which pool.

use std::ops::Range;

use super::fleet::{Group, Reach, offered, reach};
use super::managed::{Asked, Managed};
use super::place::{Bin, in_order};
use super::report::Reason;
use crate::cni::churn::fall;
use crate::cni::settle::Range as Bounds;
use crate::cni::{Churned, Node, PREFIX, Primary, Settled, settle};
use crate::manager::Manager;
use crate::plan::{GroupKind, Nodes, Plan};

/// Nodes of a group that run the same pods and take the same addresses from the same pools.
#[derive(Debug, Clone)]
pub struct Part {
    /// Index into the cluster's bins.
    pub bin: usize,
    /// The nodes' own subnet.
    pub subnet: usize,
    pub nodes: u64,
    /// The lowest index of them.
    pub first: u32,
    /// Pods of each that ask for an address of its pool, and those of them that get one as far as the node's own
    /// limits go.
    pub asked: u64,
    pub running: u64,
    /// Why the others do not.
    pub limit: Reason,
    /// What each takes, one entry per pool.
    pub takes: Vec<Take>,
    /// The same at the other end of [`Settled::range`]; empty where that is exact.
    pub other_end: Vec<Take>,
    /// What each holds at the most after churn, where the bin's high water is known.
    pub churn: Option<Churn>,
    /// Addresses among those that it takes that are not its own, but of the load balancer that comes with it.
    pub balancer: u64,
    /// What the AWS VPC CNI makes of it; `None` under another manager.
    pub cni: Option<Cni>,
    /// What another manager was asked; `None` under the AWS VPC CNI.
    pub managed: Option<Asked>,
}

/// A node of the AWS VPC CNI.
#[derive(Debug, Clone)]
pub struct Cni {
    /// What decides its address pool.
    pub node: Node,
    pub settled: Settled,
    /// Its branch-ENI pods that run.
    pub branch_pods: u64,
}

/// What a node holds at the most once it ran as many pods as it can and fell back to today's.
#[derive(Debug, Clone, PartialEq)]
pub struct Churn {
    /// Pods that asked for an address at high water.
    pub high: u64,
    /// What is left of its ENIs; `None` under another manager than the AWS VPC CNI.
    pub worst: Option<Churned>,
    /// What it takes, one entry per pool. A node whose ENIs are in several pools may not hold the most of each
    /// at the same time.
    pub takes: Vec<Take>,
    /// The other end of a cycle that even the worst case goes through; otherwise empty.
    pub other_end: Vec<Take>,
}

/// What one node takes from one pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Take {
    /// Its place among all pools.
    pub pool: usize,
    pub primary: u64,
    pub assigned: u64,
    pub unused: u64,
    /// Prefixes among them: of its addresses, 16 each come as one.
    pub prefixes: u64,
    /// Of the unused ones those that no pod can ever have, because another limit binds first.
    pub stranded: u64,
}

impl Take {
    pub fn held(&self) -> u64 {
        self.primary + self.assigned + self.unused
    }

    /// Addresses that are not part of a prefix.
    pub fn singles(&self) -> u64 {
        self.held() - self.prefixes * PREFIX
    }
}

impl Part {
    /// Addresses of one node over all its pools.
    pub fn held(&self) -> u64 {
        self.sum(Take::held)
    }

    /// Of these, those that no pod uses.
    pub fn unused(&self) -> u64 {
        self.sum(|take| take.unused)
    }

    /// Those that pods use.
    pub fn assigned(&self) -> u64 {
        self.sum(|take| take.assigned)
    }

    fn sum(&self, of: fn(&Take) -> u64) -> u64 {
        self.takes.iter().map(of).sum()
    }

    /// Pods without an address, because of the node's own limits.
    pub fn starved(&self) -> u64 {
        self.asked.saturating_sub(self.running)
    }

    /// Pods with a branch ENI of their own.
    pub fn branch_pods(&self) -> u64 {
        self.cni.as_ref().map_or(0, |cni| cni.branch_pods)
    }

    /// ENIs of each, branch ENIs left out; `None` where nodes have none.
    pub fn enis(&self, manager: &Manager) -> Option<u64> {
        let own = || self.sum(|take| take.primary);
        match &self.cni {
            Some(cni) => Some(cni.settled.enis),
            None => manager.has_enis().then(own),
        }
    }

    /// Between which bounds its holding lies.
    pub fn range(&self) -> Bounds {
        self.cni.as_ref().map_or(Bounds::Exact, |cni| cni.settled.range)
    }

    /// Whether no pod on it ever gets an address.
    pub fn is_dead(&self) -> bool {
        self.cni.as_ref().is_some_and(|cni| cni.node.is_dead())
    }
}

/// Addresses that each subnet has left, below 0 where more is wanted than there is.
pub type Free = Vec<i64>;

/// The parts of a group, their addresses taken off `free`, and whether any choice depended on that.
///
/// Most groups go by arithmetic. Node by node go those whose choice depends on what is free then: karpenter
/// groups with several subnets in a zone, and subnets whose tags offer new ENIs more than one subnet.
pub fn hold(
    plan: &Plan,
    group: &Group,
    kind: GroupKind,
    nodes: &Nodes,
    bins: &[Bin],
    free: &mut Free,
) -> (Vec<Part>, bool) {
    let mut sites = Sites { churns: true, ..Sites::new(plan, group, kind, nodes, bins) };
    let mut parts = Vec::new();
    let own: Vec<usize> = (0..bins.len()).filter(|&b| bins[b].group == group.index).collect();
    let chooses = sites.depends_on_free();
    if chooses {
        for (index, b) in in_order(bins, group.index) {
            let part = sites.next(index, b, free);
            take(&part, 1, free);
            merge(&mut parts, part);
        }
    } else {
        for b in own {
            for (zone, subnet, within, rest, step) in sites.stretches() {
                if let Some((count, first)) = bins[b].nodes.congruent(&within, rest, step) {
                    let part = sites.part(zone, subnet, b, free);
                    let part = sites.balanced(first, part);
                    let part = Part { nodes: count.into(), first, ..part };
                    take(&part, part.nodes, free);
                    parts.push(part);
                }
            }
        }
    }
    (parts, chooses)
}

/// Takes the addresses of so many nodes of a part off what is free.
pub fn take(part: &Part, nodes: u64, free: &mut Free) {
    for take in &part.takes {
        let held = i64::try_from(take.held().saturating_mul(nodes)).unwrap_or(i64::MAX);
        free[take.pool] = free[take.pool].saturating_sub(held);
    }
}

/// Adds a part to others, as more of one of them if it is the same.
pub(super) fn merge(parts: &mut Vec<Part>, part: Part) {
    let same = |p: &&mut Part| {
        p.bin == part.bin && p.subnet == part.subnet && p.takes == part.takes && p.churn == part.churn
    };
    match parts.iter_mut().find(same) {
        Some(known) => known.nodes += part.nodes,
        None => parts.push(part),
    }
}

/// Where the nodes of a group go.
#[derive(Debug)]
pub struct Sites<'a> {
    group: &'a Group,
    kind: GroupKind,
    bins: &'a [Bin],
    /// Nodes of each zone where a table says; otherwise round robin.
    by_zone: Option<Vec<u32>>,
    /// Nodes that the plan states.
    nodes: u32,
    /// Per zone and subnet of it.
    reaches: Vec<Vec<Reach>>,
    /// Settled nodes seen before.
    seen: Vec<Seen>,
    /// Whether churn is looked at.
    churns: bool,
}

/// A settled node, and what it was settled for: shape, first ENI, whether more can come, pods that ask.
#[derive(Debug)]
struct Seen {
    key: (usize, Primary, bool, u64),
    node: Node,
    settled: Settled,
}

impl<'a> Sites<'a> {
    pub fn new(plan: &Plan, group: &'a Group, kind: GroupKind, nodes: &Nodes, bins: &'a [Bin]) -> Sites<'a> {
        let total = bins.iter().filter(|b| b.group == group.index).map(|b| b.nodes.len()).sum();
        let by_zone = match nodes {
            Nodes::ByZone(zones) => {
                let of = |name: &str| zones.iter().find(|(n, _)| n == name).map_or(0, |(_, n)| *n);
                Some(group.zones.iter().map(|z| of(&z.name)).collect())
            }
            _ => None,
        };
        let offered = offered(plan);
        let reach = |zone, s| match &group.managed {
            Some(_) => Reach { primary: Primary::Serves, new_enis: Vec::new() },
            None => reach(plan, group, zone, s, &offered),
        };
        let reaches =
            group.zones.iter().map(|zone| zone.subnets.iter().map(|&s| reach(zone, s)).collect()).collect();
        Sites { group, kind, bins, by_zone, nodes: total, reaches, seen: Vec::new(), churns: false }
    }

    /// Whether what a node takes depends on what is free then.
    pub fn depends_on_free(&self) -> bool {
        let karpenter =
            self.kind == GroupKind::Karpenter && self.group.zones.iter().any(|z| z.subnets.len() > 1);
        karpenter || self.reaches.iter().flatten().any(|r| r.new_enis.len() > 1)
    }

    /// Zone, subnet of it, and which node indices are there: those in a range with a rest and a step.
    fn stretches(&self) -> Vec<(usize, usize, Range<u32>, u32, u32)> {
        let size = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let zones = size(self.group.zones.len());
        let mut stretches = Vec::new();
        let mut start = 0;
        for (z, zone) in self.group.zones.iter().enumerate() {
            let subnets = size(zone.subnets.len());
            let end = start + self.by_zone.as_ref().map_or(0, |zones| zones[z]);
            for s in 0..zone.subnets.len() {
                let (within, rest, step) = match self.by_zone {
                    Some(_) => (start..end, start + size(s), subnets),
                    None => (0..self.nodes, size(z) + zones * size(s), zones.saturating_mul(subnets)),
                };
                for within in self.apart(within) {
                    stretches.push((z, s, within, rest, step));
                }
            }
            start = end;
        }
        stretches
    }

    /// Node indices without the one that takes more than the others, and that one.
    fn apart(&self, within: Range<u32>) -> Vec<Range<u32>> {
        match self.group.managed.as_ref().and_then(Managed::balanced).filter(|at| within.contains(at)) {
            Some(at) => vec![within.start..at, at..at + 1, at + 1..within.end],
            None => vec![within],
        }
    }

    /// The zone of a node, and how many nodes of the zone come before it. Nodes beyond those of a table go
    /// round robin from the first zone.
    fn zone(&self, index: u32) -> (usize, u32) {
        let zones = u32::try_from(self.group.zones.len()).unwrap_or(1);
        let Some(table) = &self.by_zone else { return ((index % zones) as usize, index / zones) };
        let mut before = 0;
        for (z, &n) in table.iter().enumerate() {
            if index < before + n {
                return (z, index - before);
            }
            before += n;
        }
        let added = index - before;
        let zone = (added % zones) as usize;
        (zone, table[zone] + added / zones)
    }

    /// Zone and subnet of it of the node with an index, when this much is free.
    pub fn home(&self, index: u32, free: &Free) -> (usize, usize) {
        let (zone, rank) = self.zone(index);
        let subnets = &self.group.zones[zone].subnets;
        let subnet = match self.kind {
            GroupKind::Managed | GroupKind::SelfManaged => rank as usize % subnets.len(),
            GroupKind::Karpenter => most_free(subnets, free),
        };
        (zone, subnet)
    }

    /// The node with an index, running a bin's pods, as it takes addresses when this much is free.
    pub fn next(&mut self, index: u32, bin: usize, free: &Free) -> Part {
        let (zone, subnet) = self.home(index, free);
        let part = self.part(zone, subnet, bin, free);
        Part { first: index, ..self.balanced(index, part) }
    }

    /// A node with what comes with that of its index.
    fn balanced(&self, index: u32, part: Part) -> Part {
        match &self.group.managed {
            Some(managed) if managed.balanced() == Some(index) => managed.with_balancer(part),
            _ => part,
        }
    }

    /// One node of a zone's subnet.
    pub fn part(&mut self, zone: usize, subnet: usize, bin: usize, free: &Free) -> Part {
        let (group, reach) = (self.group, &self.reaches[zone][subnet]);
        let subnet = group.zones[zone].subnets[subnet];
        let b = &self.bins[bin];
        if let Some(managed) = &group.managed {
            return managed.part(group, zone, subnet, (bin, b), self.churns);
        }
        let mut settled = |asked: u64| {
            let key = (b.shape, reach.primary, reach.new_enis.is_empty(), asked);
            self.seen.iter().position(|seen| seen.key == key).unwrap_or_else(|| {
                let node = group.node_in(b.shape, reach);
                let settled = settle(&node, asked);
                self.seen.push(Seen { key, node, settled });
                self.seen.len() - 1
            })
        };
        let now = settled(b.asking);
        let top = b.high.filter(|_| self.churns).map(|high| settled(high.max(b.asking)));
        let top = top.map(|top| self.seen[top].settled.clone());
        let (node, settled) = (self.seen[now].node.clone(), self.seen[now].settled.clone());
        let branch_pods = if node.is_dead() { 0 } else { b.used.branch_enis };
        let pods_home =
            if group.settings.custom_networking { group.zones[zone].pods.unwrap_or(subnet) } else { subnet };
        let place = Homes { node: &node, own: subnet, pods: pods_home, branch_pods };
        let other = match settled.range {
            Bounds::Exact => None,
            Bounds::Oscillates { slots, .. } | Bounds::Random { slots, .. } => Some(slots),
        };
        let enis = place.choose(settled.slots.max(other.unwrap_or(0)), &reach.new_enis, free);
        let takes = place.takes(settled.slots, settled.running, &enis);
        let other_end = other.map_or(Vec::new(), |slots| {
            place.takes(slots, settled.running.min(slots * node.per_slot()), &enis)
        });
        let churn = top.map(|top| place.churn(&top, &settled, &takes, &other_end, &reach.new_enis, free));
        let (asked, running) = (settled.asked, settled.running);
        // all slots of its ENIs are used, or its pool stops growing before that
        let limit = if settled.slots >= node.slot_limit() { Reason::EniLimit } else { Reason::WarmPool };
        let cni = Some(Cni { node, settled, branch_pods });
        Part {
            bin,
            subnet,
            nodes: 1,
            first: 0,
            asked,
            running,
            limit,
            takes,
            other_end,
            churn,
            balancer: 0,
            cni,
            managed: None,
        }
    }

    /// Zone and subnet of it where each of some nodes goes, as long as that does not depend on what is free:
    /// how many of them go there, and the first of those.
    pub fn seats(&self, nodes: Range<u32>) -> Vec<(usize, usize, u64, u32)> {
        let mut seats: Vec<(usize, usize, u64, u32)> = Vec::new();
        for index in nodes {
            let (zone, rank) = self.zone(index);
            let subnet = rank as usize % self.group.zones[zone].subnets.len();
            match seats.iter_mut().find(|(z, s, ..)| (*z, *s) == (zone, subnet)) {
                Some((_, _, nodes, _)) => *nodes += 1,
                None => seats.push((zone, subnet, 1, index)),
            }
        }
        seats
    }
}

/// Index of the subnet with most free addresses, the first of those that tie.
fn most_free(subnets: &[usize], free: &Free) -> usize {
    let mut best = 0;
    for (i, &s) in subnets.iter().enumerate() {
        // where nodes are is not always a pool of the plan
        if free.get(s) > free.get(subnets[best]) {
            best = i;
        }
    }
    best
}

/// Which subnet each ENI of a node is in.
struct Homes<'a> {
    node: &'a Node,
    /// The first ENI and the unmanaged ones.
    own: usize,
    /// The trunk and the branch ENIs.
    pods: usize,
    branch_pods: u64,
}

impl Homes<'_> {
    /// Slots on the first ENI and the number of further ENIs, when so many slots are filled.
    fn split(&self, slots: u64) -> (u64, u64) {
        let first = match self.node.primary {
            Primary::Serves => slots.min(self.node.slots),
            Primary::Idle => 0,
        };
        let further = if self.node.slots == 0 { 0 } else { (slots - first).div_ceil(self.node.slots) };
        (first, further)
    }

    /// The subnets of the further ENIs, in the order of their attachment: each goes where most is free at
    /// that moment, as if every subnet could give what is asked.
    fn choose(&self, slots: u64, offered: &[usize], free: &Free) -> Vec<usize> {
        let (first, further) = self.split(slots);
        if offered.len() <= 1 {
            return offered.iter().copied().cycle().take(further as usize).collect();
        }
        let taken = |slots: u64| i64::try_from(1 + slots * self.node.per_slot()).unwrap_or(i64::MAX);
        let mut free = free.clone();
        let unmanaged = i64::try_from(self.node.unmanaged).unwrap_or(i64::MAX);
        free[self.own] = free[self.own].saturating_sub(taken(first)).saturating_sub(unmanaged);
        let mut left = slots - first;
        (0..further)
            .map(|_| {
                let subnet = offered[most_free(offered, &free)];
                free[subnet] = free[subnet].saturating_sub(taken(left.min(self.node.slots)));
                left -= left.min(self.node.slots);
                subnet
            })
            .collect()
    }

    /// What the node takes from each pool with so many slots filled. Pods fill the ENIs in the order of
    /// their attachment: the oldest is by far the likeliest.
    fn takes(&self, slots: u64, running: u64, enis: &[usize]) -> Vec<Take> {
        let mut takes: Vec<Take> = Vec::with_capacity(2);
        let mut add = |subnet: usize, primary: u64, assigned: u64, unused: u64, slots: u64| {
            let at = takes.iter().position(|t| t.pool == subnet).unwrap_or_else(|| {
                takes.push(Take { pool: subnet, ..Take::default() });
                takes.len() - 1
            });
            takes[at].primary += primary;
            takes[at].assigned += assigned;
            takes[at].unused += unused;
            takes[at].prefixes += if self.node.prefix_mode { slots } else { 0 };
        };
        let (first, _) = self.split(slots);
        let mut waiting = running;
        let mut fill = |slots: u64| {
            let addresses = slots * self.node.per_slot();
            let assigned = waiting.min(addresses);
            waiting -= assigned;
            (assigned, addresses - assigned)
        };
        let (assigned, unused) = fill(first);
        add(self.own, 1 + self.node.unmanaged, assigned, unused, first);
        let mut left = slots - first;
        for &subnet in enis {
            if left == 0 {
                break;
            }
            let filled = left.min(self.node.slots);
            let (assigned, unused) = fill(filled);
            left -= filled;
            add(subnet, 1, assigned, unused, filled);
        }
        if self.node.trunk || self.branch_pods > 0 {
            add(self.pods, u64::from(self.node.trunk), self.branch_pods, 0, 0);
        }
        takes
    }

    /// What the node takes at the most after it was settled as `top`. Pool by pool: of ENIs in several subnets
    /// those in this one are the ones that stay.
    fn churn(
        &self,
        top: &Settled,
        settled: &Settled,
        takes: &[Take],
        other_end: &[Take],
        offered: &[usize],
        free: &Free,
    ) -> Churn {
        let (node, high) = (self.node, top.asked);
        let worst = fall(node, top, settled);
        let as_settled = || Churn { high, worst: Some(worst), takes: takes.to_vec(), other_end: Vec::new() };
        if worst.range != Bounds::Exact {
            return Churn { other_end: other_end.to_vec(), ..as_settled() };
        }
        if high == settled.asked && worst.slots == settled.slots {
            return as_settled();
        }
        let slots = match top.range {
            Bounds::Random { slots, .. } => slots,
            Bounds::Exact | Bounds::Oscillates { .. } => top.slots,
        };
        let slots = slots.max(worst.slots);
        let enis = self.choose(slots, offered, free);
        // of the first ENI, unmanaged ones and the trunk none ever goes
        let staying = 1 + node.unmanaged + u64::from(node.trunk);
        let mut churned: Vec<Take> = Vec::with_capacity(takes.len());
        let pods = (node.trunk || self.branch_pods > 0).then_some(self.pods);
        for subnet in [self.own].into_iter().chain(enis.iter().copied()).chain(pods) {
            if churned.iter().any(|t| t.pool == subnet) {
                continue;
            }
            let (first, _) = self.split(slots);
            let (mut room, mut further, mut left) = (0, worst.enis - staying, slots - first);
            let mut primary = 0;
            if subnet == self.own {
                (room, primary) = (first, 1 + node.unmanaged);
            }
            for &eni in &enis {
                let filled = left.min(node.slots);
                left -= filled;
                if eni == subnet && further > 0 {
                    (room, primary, further) = (room + filled, primary + 1, further - 1);
                }
            }
            let branch = if pods == Some(subnet) { self.branch_pods } else { 0 };
            if pods == Some(subnet) {
                primary += u64::from(node.trunk);
            }
            let filled = worst.slots.min(room);
            let assigned = takes.iter().find(|t| t.pool == subnet).map_or(0, |t| t.assigned);
            churned.push(Take {
                pool: subnet,
                primary,
                assigned,
                unused: (filled * node.per_slot() + branch).saturating_sub(assigned),
                prefixes: if node.prefix_mode { filled } else { 0 },
                stranded: 0,
            });
        }
        Churn { high, worst: Some(worst), takes: churned, other_end: Vec::new() }
    }
}
