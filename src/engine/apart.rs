//! The smallest changes that leave no two ranges with addresses in common: one range to the nearest free place, by
//! one key of one row.
//!
//! Of two that overlap the one that can be moved with less harm is: pods and services before docker networks, those
//! before subnets and the VPC; a default before what somebody wrote; the smaller of two networks; what comes later.
//! A range is not moved while other keys have addresses in it (a network's gateway, a cluster's `node_ranges`),
//! unless nothing else can be.
//!
//! The changes are made in any order, and each holds for itself: a place that another change gives up is taken only
//! where there is no other, or by docker for a network without a subnet.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use ipnet::IpNet;

use super::overlaps::{Overlap, overlaps};
use super::ranges::{self, Range, What};
use super::space::{Space, blocks};
use crate::ipam::docker;
use crate::ipam::host_local::RangeSpec;
use crate::ipam::range::{number, step};
use crate::plan::field::quote;
use crate::plan::{Cluster, Edit, Place, Plan, Row};
use crate::text::shown;

/// The overlaps of a plan, and what removes them.
#[derive(Debug, Clone, PartialEq)]
pub struct Apart {
    pub ranges: Vec<Range>,
    pub overlaps: Vec<Overlap>,
    /// By range, if it is one to move.
    pub changes: Vec<Option<Change>>,
    /// Networks that docker then gives another subnet, in which something is already; each with what is written to
    /// keep it apart.
    pub then: Vec<Change>,
    /// By range: the less, the sooner it stays.
    ranks: Vec<Rank>,
}

/// One key of one row.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub place: Place,
    /// As TOML.
    pub value: String,
    /// `write pod_subnet = "10.245.0.0/16" in cluster two`.
    pub text: String,
    /// For a network that only docker has: its row.
    body: Option<String>,
}

impl Change {
    /// The edit of the plan's text.
    pub fn edit(&self) -> Edit {
        match &self.body {
            Some(body) => Edit::Insert { row: self.place.row, body: body.clone() },
            None => Edit::Set { place: self.place.clone(), value: Some(self.value.clone()) },
        }
    }
}

impl Apart {
    /// Of an overlap the range to move, or the one that would rather be.
    pub fn mover(&self, overlap: &Overlap) -> usize {
        let (stays, rather) = match self.ranks[overlap.a] <= self.ranks[overlap.b] {
            true => (overlap.a, overlap.b),
            false => (overlap.b, overlap.a),
        };
        if self.changes[rather].is_none() && self.changes[stays].is_some() { stays } else { rather }
    }
}

/// What a range is of a plan, wherever it is: [`Range::id`].
type Id = (What, usize);

/// Most rounds of changes. One is enough, unless the room that is left is what the first one leaves, or docker gives
/// what becomes free to one of its 31 networks without a subnet.
const ROUNDS: usize = 40;

/// How much a range should stay: the least first.
type Rank = (bool, u8, bool, u8, usize, What, usize);

/// The overlaps of a plan, and what removes them as far as anything does.
pub fn apart(plan: &Plan) -> Apart {
    let first = Round::of(plan);
    let mut changes = vec![None; first.ranges.len()];
    let mut then = Vec::new();
    if !first.overlaps.is_empty() {
        let mut after = plan.clone();
        let mut moved: HashMap<Id, Range> = HashMap::new();
        let mut order: Vec<Id> = Vec::new();
        for _ in 0..ROUNDS {
            let round = Round::of(&after);
            let mut again = false;
            for range in round.part(&mut after) {
                // what is not needed in the VPC stays in `after`
                again |= !matches!(range.what, What::Vpc(_)) || !moved.contains_key(&range.id());
                if let Entry::Vacant(entry) = moved.entry(range.id()) {
                    order.push(range.id());
                    entry.insert(range);
                }
            }
            if !again {
                break;
            }
        }
        let overlapping: HashSet<usize> = first.overlaps.iter().flat_map(|o| [o.a, o.b]).collect();
        let write = |range: &Range| change(plan, &after, &moved, range);
        let mut said = HashSet::new();
        for &r in &overlapping {
            let range = &first.ranges[r];
            if moved.contains_key(&range.id()) {
                changes[r] = write(range);
                said.insert(range.id());
            }
        }
        then = order.iter().filter(|id| !said.contains(*id)).filter_map(|id| write(moved.get(id)?)).collect();
    }
    let Round { ranges, overlaps, ranks } = first;
    Apart { ranges, overlaps, changes, then, ranks }
}

/// Where there is room, for subnets and for all else.
struct Spaces {
    all: Space,
    /// Subnets are in the VPC, so that is no obstacle to them.
    in_vpc: Space,
    /// For what there is no room: EKS services or anything else, IPv4 or IPv6, prefix length.
    full: HashSet<(bool, bool, u8)>,
}

impl Spaces {
    fn of(plan: &Plan, ranges: &[Range]) -> Spaces {
        // the bridge that every docker has
        let bridge = docker::next_default(&[]).filter(|_| !plan.networks.is_empty());
        let nets = |ranges: &[Range]| -> Vec<IpNet> { ranges.iter().map(|r| r.net).chain(bridge).collect() };
        let without: Vec<Range> =
            ranges.iter().filter(|r| !matches!(r.what, What::Vpc(_))).cloned().collect();
        Spaces { all: Space::of(&nets(ranges)), in_vpc: Space::of(&nets(&without)), full: HashSet::new() }
    }

    fn find(&mut self, plan: &Plan, range: &Range) -> Option<IpNet> {
        let vpc = plan.vpc.iter().map(|cidr| IpNet::V4(*cidr)).find(|cidr| cidr.contains(&range.net));
        let found = match (range.what, vpc) {
            (What::Subnet(_), Some(vpc)) => self.in_vpc.nearest(range.net, &[vpc]),
            _ => self.private(plan, range),
        }?;
        self.all.take(found);
        self.in_vpc.take(found);
        Some(found)
    }

    fn private(&mut self, plan: &Plan, range: &Range) -> Option<IpNet> {
        let eks = matches!(range.what, What::Services(c) if plan.clusters[c].manager.is_aws());
        let size = (eks, range.net.addr().is_ipv4(), range.net.prefix_len());
        if self.full.contains(&size) {
            return None;
        }
        let mut blocks = blocks(range.net);
        // EKS takes no other for services. Source: Amazon EKS user guide, "serviceIpv4Cidr"
        blocks.retain(|block| !eks || is_rfc1918(block));
        let found = self.all.nearest(range.net, &blocks);
        if found.is_none() {
            self.full.insert(size);
        }
        found
    }
}

fn is_rfc1918(block: &IpNet) -> bool {
    matches!(block, IpNet::V4(block) if block.network().is_private())
}

/// One look at the ranges of a plan.
struct Round {
    ranges: Vec<Range>,
    overlaps: Vec<Overlap>,
    ranks: Vec<Rank>,
}

impl Round {
    fn of(plan: &Plan) -> Round {
        let ranges = ranges::all(plan);
        let overlaps = overlaps(plan, &ranges);
        let fixed = if overlaps.is_empty() { HashSet::new() } else { fixed(plan, &ranges) };
        let ranks = ranges.iter().enumerate().map(|(r, range)| rank(range, fixed.contains(&r))).collect();
        Round { ranges, overlaps, ranks }
    }

    /// Moves what has to be moved, and says what it was. One after the other, those first that would rather stay: a
    /// range moves if it overlaps one that stays.
    fn part(&self, plan: &mut Plan) -> Vec<Range> {
        let mut spaces = Spaces::of(plan, &self.ranges);
        let mut beside: HashMap<usize, Vec<usize>> = HashMap::new();
        for overlap in &self.overlaps {
            beside.entry(overlap.a).or_default().push(overlap.b);
            beside.entry(overlap.b).or_default().push(overlap.a);
        }
        let mut order: Vec<usize> = beside.keys().copied().collect();
        order.sort_by_key(|&r| self.ranks[r]);
        let (mut stays, mut moved) = (HashSet::new(), Vec::new());
        for r in order {
            let touched: Vec<usize> = beside[&r].iter().copied().filter(|o| stays.contains(o)).collect();
            if touched.is_empty() {
                stays.insert(r);
                continue;
            }
            if self.go(r, plan, &mut spaces) {
                moved.push(r);
                continue;
            }
            // no room for it, but maybe for those that it overlaps
            stays.insert(r);
            for o in touched {
                if self.go(o, plan, &mut spaces) {
                    stays.remove(&o);
                    moved.push(o);
                }
            }
        }
        moved.into_iter().map(|r| self.ranges[r].clone()).collect()
    }

    /// Moves a range to the nearest free place, if it can be moved and there is one.
    fn go(&self, r: usize, plan: &mut Plan, spaces: &mut Spaces) -> bool {
        let range = &self.ranges[r];
        let (can_move, ..) = self.ranks[r];
        if !can_move {
            return false;
        }
        match range.what {
            // one that lies in another is not needed
            What::Vpc(i) => {
                let mut others = plan.vpc.iter().enumerate().filter(|(j, _)| *j != i);
                others.any(|(_, other)| IpNet::V4(*other).contains(&range.net))
            }
            _ => spaces.find(plan, range).is_some_and(|to| {
                put(plan, range, to);
                true
            }),
        }
    }
}

fn rank(range: &Range, fixed: bool) -> Rank {
    let (class, row) = match range.what {
        What::Vpc(i) => (0, i),
        What::Subnet(s) => (1, s),
        What::Network(n) => (2, n),
        What::Node(c) => (0, c),
        What::Pods(c) | What::Services(c) => (3, c),
    };
    // the wider one of two: then docker finds the same place taken for networks without a subnet
    let width = if class == 0 || class == 2 { range.net.prefix_len() } else { 0 };
    (!fixed, class, range.default, width, row, range.what, range.part)
}

/// Ranges in which other keys have addresses, and those that have no key.
fn fixed(plan: &Plan, ranges: &[Range]) -> HashSet<usize> {
    let mut nodes: HashMap<usize, Vec<IpAddr>> = HashMap::new();
    for cluster in &plan.clusters {
        if let Some(n) = cluster.network {
            nodes.entry(n).or_default().extend(cluster.node_addresses.iter().map(|(_, address)| *address));
        }
    }
    let is_fixed = |range: &Range| match range.what {
        What::Vpc(_) | What::Services(_) => false,
        What::Node(_) => true,
        What::Subnet(s) => !plan.subnets[s].used.is_empty() || !plan.subnets[s].reservations.is_empty(),
        What::Pods(c) => plan.clusters[c].node_ranges.iter().any(|(_, node)| range.net.contains(node)),
        What::Network(n) => {
            let network = &plan.networks[n];
            let part = network.ip_range.map(|net| net.network());
            let named = network.aux_addresses.iter().map(|(_, address)| *address);
            let own = network.containers.iter().filter_map(|(_, address)| *address);
            let mut inside = part.into_iter().chain(network.gateway).chain(named).chain(own);
            (network.implied && range.part > 0)
                || inside.any(|address| range.net.contains(&address))
                || nodes.get(&n).is_some_and(|all| all.iter().any(|address| range.net.contains(address)))
        }
    };
    (0..ranges.len()).filter(|&r| is_fixed(&ranges[r])).collect()
}

/// Gives a range its new place.
fn put(plan: &mut Plan, range: &Range, to: IpNet) {
    match range.what {
        What::Subnet(s) => {
            if let IpNet::V4(to) = to {
                plan.subnets[s].cidr = to;
            }
        }
        What::Network(n) if range.part == 0 => {
            let network = &mut plan.networks[n];
            network.subnet = Some(to);
            if network.implied {
                (network.implied, network.ipv6_subnet) = (false, None);
            }
        }
        What::Network(n) => plan.networks[n].ipv6_subnet = Some(to),
        What::Pods(c) => {
            let Some(Cluster { settings, .. }) = plan.cluster_mut(c) else { return };
            if settings.ranges.is_empty() {
                settings.pod_subnet[range.part] = to;
            } else if let Some(spec) = settings.ranges.iter_mut().flatten().nth(range.part) {
                *spec = moved(spec, to);
            }
        }
        What::Services(c) => {
            let Some(cluster) = plan.cluster_mut(c) else { return };
            match (cluster.manager.is_aws(), to) {
                (true, IpNet::V4(to)) => cluster.service_cidr = Some(to),
                _ => cluster.settings.service_subnet[range.part] = to,
            }
        }
        What::Vpc(_) | What::Node(_) => {}
    }
}

/// A range with its bounds, its gateway and its excluded parts as far from its beginning as before.
fn moved(spec: &RangeSpec, to: IpNet) -> RangeSpec {
    let along = |address: Option<IpAddr>| {
        address.map(|address| match spec.subnet.contains(&address) {
            true => step(to.network(), number(address) - number(spec.subnet.network())).unwrap_or(address),
            false => address,
        })
    };
    let part = |net: &IpNet| {
        let first = along(Some(net.network())).unwrap_or(net.network());
        IpNet::new(first, net.prefix_len()).map_or(*net, |net| net.trunc())
    };
    RangeSpec {
        subnet: to,
        range_start: along(spec.range_start),
        range_end: along(spec.range_end),
        gateway: along(spec.gateway),
        exclude: spec.exclude.iter().map(part).collect(),
    }
}

/// What is written for a range to be where it is in the plan `after`, once all those are moved.
fn change(before: &Plan, after: &Plan, moved: &HashMap<Id, Range>, range: &Range) -> Option<Change> {
    let nets = |nets: &[IpNet]| quote(&nets.iter().map(IpNet::to_string).collect::<Vec<_>>().join(","));
    let net = |net: Option<IpNet>| net.map(|net| quote(&net.to_string()));
    let of = |what: &str, name: &str| format!("{what} {}", shown(name));
    let (value, row) = match range.what {
        What::Vpc(_) => {
            let left =
                before.vpc.iter().enumerate().filter(|(i, _)| !moved.contains_key(&(What::Vpc(*i), 0)));
            let left: Vec<String> = left.map(|(_, cidr)| quote(&cidr.to_string())).collect();
            (format!("[{}]", left.join(", ")), String::new())
        }
        What::Subnet(s) => {
            let subnet = after.subnets.get(s)?;
            (quote(&subnet.cidr.to_string()), of("subnet", &subnet.name))
        }
        What::Network(n) => {
            let network = after.networks.get(n)?;
            let value = net(if range.part == 0 { network.subnet } else { network.ipv6_subnet })?;
            if before.networks.get(n)?.implied {
                let text =
                    format!("write [[network]] with name = {} and subnet = {value}", quote(&network.name));
                let body = Some(format!("name = {}\nsubnet = {value}", quote(&network.name)));
                return Some(Change { place: Place::key(Row::Network(n), "subnet"), value, text, body });
            }
            (value, of("network", &network.name))
        }
        What::Pods(c) => {
            let cluster = after.clusters.get(c)?;
            let value = match cluster.settings.ranges.is_empty() {
                true => nets(&cluster.settings.pod_subnet),
                false => sets(&cluster.settings.ranges),
            };
            (value, of("cluster", &cluster.name))
        }
        What::Services(c) => {
            let cluster = after.clusters.get(c)?;
            let value = match cluster.manager.is_aws() {
                true => net(cluster.service_cidr.map(IpNet::V4))?,
                false => nets(&cluster.settings.service_subnet),
            };
            (value, of("cluster", &cluster.name))
        }
        What::Node(_) => return None,
    };
    // of a list all of it is written
    let place = Place { item: None, ..range.place.clone() };
    let row = if row.is_empty() { row } else { format!(" in {row}") };
    Some(Change { text: format!("write {} = {value}{row}", place.key), place, value, body: None })
}

/// Sets of ranges as TOML.
fn sets(sets: &[Vec<RangeSpec>]) -> String {
    let quoted = |address: IpAddr| quote(&address.to_string());
    let range = |spec: &RangeSpec| {
        let subnet = quote(&spec.subnet.to_string());
        let more =
            [("range_start", spec.range_start), ("range_end", spec.range_end), ("gateway", spec.gateway)];
        let mut more: Vec<String> =
            more.iter().filter_map(|(key, at)| Some(format!("{key} = {}", quoted((*at)?)))).collect();
        if !spec.exclude.is_empty() {
            let parts: Vec<String> = spec.exclude.iter().map(|net| quote(&net.to_string())).collect();
            more.push(format!("exclude = [{}]", parts.join(", ")));
        }
        if more.is_empty() { subnet } else { format!("{{ subnet = {subnet}, {} }}", more.join(", ")) }
    };
    let set = |set: &Vec<RangeSpec>| match set.as_slice() {
        [one] => range(one),
        all => format!("[{}]", all.iter().map(range).collect::<Vec<_>>().join(", ")),
    };
    format!("[{}]", sets.iter().map(set).collect::<Vec<_>>().join(", "))
}
