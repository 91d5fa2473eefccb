//! What is known of the nodes of a plan's clusters: names, addresses, pod ranges.

use std::collections::HashSet;
use std::net::IpAddr;

use ipnet::IpNet;

use super::Node;
use crate::engine::roster::Member;
use crate::plan::{Cluster, Plan};
use crate::text::excerpt;

/// A cluster that routes lead from and to.
pub(super) struct Side<'p> {
    /// Of the plan's clusters.
    pub index: usize,
    pub cluster: &'p Cluster,
    pub pods: &'p [IpNet],
    pub services: &'p [IpNet],
    /// With what the plan states of them, and else with what docker and the manager give.
    pub nodes: Vec<Member>,
}

/// The clusters whose nodes have pod ranges of their own, without their nodes yet, and the others with the reason
/// why they are left out.
pub(super) fn sides(plan: &Plan) -> (Vec<Side<'_>>, Vec<String>) {
    let (mut sides, mut left_out) = (Vec::new(), Vec::new());
    for (index, cluster) in plan.clusters.iter().enumerate() {
        if cluster.model().is_some_and(|model| model.ranges(0, &[]).is_some()) {
            let (pods, services) = (&cluster.settings.pod_subnet, &cluster.settings.service_subnet);
            sides.push(Side { index, cluster, pods, services, nodes: Vec::new() });
        } else {
            let (name, manager) = (excerpt(&cluster.name), cluster.manager.name);
            left_out
                .push(format!("{name}: under {manager} nodes have no pod ranges that a route could lead to"));
        }
    }
    (sides, left_out)
}

impl Side<'_> {
    /// Families that its pods have: (IPv4, IPv6).
    pub fn families(&self) -> (bool, bool) {
        let has = |four: bool| self.pods.iter().any(|range| range.addr().is_ipv4() == four);
        (has(true), has(false))
    }

    fn asked(&self) -> impl Iterator<Item = bool> {
        let (four, six) = self.families();
        [(true, four), (false, six)].into_iter().filter(|(_, has)| *has).map(|(four, _)| four)
    }

    /// The nodes that have no address, or no range, in a family of the pods.
    pub fn unknown(&self) -> impl Iterator<Item = Node> {
        self.nodes.iter().filter_map(|node| {
            let address = self.asked().any(|four| address(node, four).is_none());
            let range = self.asked().any(|four| range(node, four).is_none());
            let refused = node.refused.clone();
            (address || range).then(|| self.node(node, address, range, refused))
        })
    }

    /// The nodes whose address or range is not in the plan, but follows from the order in which nodes come.
    pub fn assumed(&self) -> impl Iterator<Item = Node> {
        let Cluster { node_addresses, node_ranges, .. } = self.cluster;
        let addresses: HashSet<(&str, IpAddr)> =
            node_addresses.iter().map(|(n, a)| (n.as_str(), *a)).collect();
        let ranges: HashSet<(&str, IpNet)> = node_ranges.iter().map(|(n, r)| (n.as_str(), *r)).collect();
        self.nodes.iter().filter_map(move |node| {
            let name = node.name.as_str();
            let address = node.addresses.iter().any(|address| !addresses.contains(&(name, *address)));
            let range = node.ranges.iter().any(|range| !ranges.contains(&(name, *range)));
            (address || range).then(|| self.node(node, address, range, None))
        })
    }

    fn node(&self, node: &Member, address: bool, range: bool, refused: Option<String>) -> Node {
        Node { cluster: self.cluster.name.to_string(), name: node.name.clone(), address, range, refused }
    }
}

pub(super) fn address(node: &Member, four: bool) -> Option<IpAddr> {
    node.addresses.iter().find(|address| address.is_ipv4() == four).copied()
}

fn range(node: &Member, four: bool) -> Option<IpNet> {
    node.ranges.iter().find(|range| range.addr().is_ipv4() == four).copied()
}

/// A node's ranges, each with its address of the same family.
pub(super) fn ways(node: &Member) -> impl Iterator<Item = (IpNet, IpAddr)> {
    [true, false].into_iter().filter_map(|four| Some((range(node, four)?, address(node, four)?)))
}
