//! Every range of addresses of a plan, whichever its manager, and which of them overlap.
//!
//! Ranges that nobody wrote are there, too: the defaults of managers, and the subnets that docker gives to networks
//! without one.

use std::net::IpAddr;

use ipnet::IpNet;

use super::networks;
use crate::ipam;
use crate::plan::{Cluster, Place, Plan, Row};
use crate::text::shown;

/// What a range is of: VPC, subnet, network and cluster by their index. The order is that of [`all`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    Vpc(usize),
    Subnet(usize),
    Network(usize),
    /// The address of a node, which the plan states.
    Node(usize),
    Pods(usize),
    Services(usize),
}

/// A range, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    pub what: What,
    /// Which one of its key: of two families, of several sets, of several nodes.
    pub part: usize,
    pub net: IpNet,
    /// Its addresses: those of `net`, unless host-local is bound to a part of them.
    pub taken: ipam::Range,
    /// Where the key is, or would be.
    pub place: Place,
    /// Whether nobody wrote it.
    pub default: bool,
}

/// Every range of a plan.
///
/// The ranges of one cluster's pods never overlap each other, nor do those of its services: the reader holds them
/// to one of each family, and host-local's to what the plugin takes.
pub fn all(plan: &Plan) -> Vec<Range> {
    let mut all = Vec::new();
    for (i, cidr) in plan.vpc.iter().enumerate() {
        all.push(range(What::Vpc(i), 0, (*cidr).into(), Place::item(Row::Plan, "vpc", i)));
    }
    for (s, subnet) in plan.subnets.iter().enumerate() {
        all.push(range(What::Subnet(s), 0, subnet.cidr.into(), Place::key(Row::Subnet(s), "cidr")));
    }
    for (n, (network, subnet)) in plan.networks.iter().zip(networks::subnets(plan)).enumerate() {
        let place = |key: &str| match network.implied {
            false => Place::key(Row::Network(n), key),
            true => Place::key(Row::Cluster(first_on(plan, n)), "network"),
        };
        if let Some(net) = subnet {
            let default = network.subnet.is_none();
            all.push(Range { default, ..range(What::Network(n), 0, net, place("subnet")) });
        }
        if let Some(net) = network.ipv6_subnet {
            let default = network.implied;
            all.push(Range { default, ..range(What::Network(n), 1, net, place("ipv6_subnet")) });
        }
    }
    let clusters = || plan.clusters.iter().enumerate();
    for (c, cluster) in clusters() {
        for (i, (name, address)) in cluster.node_addresses.iter().enumerate() {
            let place = Place::item(Row::Cluster(c), "node_addresses", name);
            all.push(range(What::Node(c), i, (*address).into(), place));
        }
    }
    clusters().for_each(|(c, cluster)| pods(c, cluster, &mut all));
    clusters().for_each(|(c, cluster)| services(c, cluster, &mut all));
    all
}

fn range(what: What, part: usize, net: IpNet, place: Place) -> Range {
    Range { what, part, net, taken: ipam::Range::of(net), place, default: false }
}

/// The first cluster on a network: that of a network which is not in the file.
fn first_on(plan: &Plan, n: usize) -> usize {
    plan.clusters.iter().position(|c| c.network == Some(n)).unwrap_or(0)
}

fn pods(c: usize, cluster: &Cluster, all: &mut Vec<Range>) {
    // a manager reads one of them at the most
    let place = Place::key(Row::Cluster(c), "ranges");
    for (part, spec) in cluster.settings.ranges.iter().flatten().enumerate() {
        let whole = range(What::Pods(c), part, spec.subnet, place.clone());
        let first = spec.range_start.filter(|at| whole.taken.contains(*at)).unwrap_or(whole.taken.first);
        let last = spec.range_end.filter(|at| whole.taken.contains(*at)).unwrap_or(whole.taken.last);
        let taken = ipam::Range::new(first, last).unwrap_or(whole.taken);
        all.push(Range { taken, ..whole });
    }
    let default = !cluster.written.contains(&"pod_subnet");
    for (part, net) in cluster.settings.pod_subnet.iter().enumerate() {
        let place = Place::key(Row::Cluster(c), "pod_subnet");
        all.push(Range { default, ..range(What::Pods(c), part, *net, place) });
    }
}

fn services(c: usize, cluster: &Cluster, all: &mut Vec<Range>) {
    let place = Place::key(Row::Cluster(c), services_key(cluster));
    if cluster.manager.is_aws() {
        let cidr = cluster.service_cidr.iter();
        all.extend(cidr.map(|cidr| range(What::Services(c), 0, (*cidr).into(), place.clone())));
    } else {
        let default = !["service_subnet", "service_cidr"].iter().any(|key| cluster.written.contains(key));
        for (part, net) in cluster.settings.service_subnet.iter().enumerate() {
            all.push(Range { default, ..range(What::Services(c), part, *net, place.clone()) });
        }
    }
}

/// The key of a cluster's services: the one that is written, of two that say the same.
fn services_key(cluster: &Cluster) -> &'static str {
    let cidr = cluster.manager.is_aws() || cluster.written.contains(&"service_cidr");
    if cidr { "service_cidr" } else { "service_subnet" }
}

impl Range {
    /// Which one it is of the plan, wherever it is.
    pub fn id(&self) -> (What, usize) {
        (self.what, self.part)
    }

    /// `pods of two 10.244.0.0/16 (default)`.
    pub fn words(&self, plan: &Plan) -> String {
        let default = if self.default { " (default)" } else { "" };
        let cluster = |c: usize| plan.clusters.get(c);
        let name = |c: usize| cluster(c).map_or(String::new(), |c| shown(&c.name));
        match self.what {
            What::Vpc(_) => format!("the VPC's {}", self.net),
            What::Subnet(s) => {
                let name = plan.subnets.get(s).map_or(String::new(), |s| shown(&s.name));
                format!("subnet {name} {}", self.net)
            }
            What::Network(n) => {
                let name = plan.networks.get(n).map_or(String::new(), |n| shown(&n.name));
                format!("docker network {name} {}{default}", self.net)
            }
            What::Node(c) => {
                let node = cluster(c).and_then(|c| c.node_addresses.get(self.part));
                let node = node.map_or(String::new(), |(node, _)| shown(node));
                format!("node {node} of {}, {}", name(c), self.net.addr())
            }
            What::Pods(c) if self.taken != ipam::Range::of(self.net) => {
                format!("pods of {} {}", name(c), self.taken)
            }
            What::Pods(c) => format!("pods of {} {}{default}", name(c), self.net),
            What::Services(c) => format!("services of {} {}{default}", name(c), self.net),
        }
    }
}

/// Every pair of ranges with an address in common, as indices; found in one sweep over the sorted ranges, so that
/// the cost grows with the ranges and the pairs that there are.
pub fn pairs(ranges: &[Range]) -> impl Iterator<Item = (usize, usize)> {
    let ends = |r: usize| -> (IpAddr, IpAddr) { (ranges[r].taken.first, ranges[r].taken.last) };
    let mut order: Vec<usize> = (0..ranges.len()).collect();
    // IPv4 addresses come before all of IPv6
    order.sort_by_key(|&r| (ends(r).0, r));
    let mut open: Vec<usize> = Vec::new();
    order.into_iter().flat_map(move |r| {
        // none begins behind this one, so what has not ended has this one's first address
        open.retain(|&o| ends(o).1 >= ends(r).0);
        let pairs: Vec<(usize, usize)> = open.iter().map(|&o| (o.min(r), o.max(r))).collect();
        open.push(r);
        pairs
    })
}
