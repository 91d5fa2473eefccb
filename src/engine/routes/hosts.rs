//! What is known of the nodes of a plan's clusters: names, addresses, pod ranges.

use std::collections::HashMap;
use std::net::IpAddr;

use ipnet::IpNet;

use super::Unknown;
use crate::ipam::kind::names;
use crate::manager::Nodes;
use crate::plan::{Cluster, Plan};
use crate::text::excerpt;

/// A cluster that routes lead from and to.
pub(super) struct Side<'p> {
    /// Of the plan's clusters.
    pub index: usize,
    pub name: &'p str,
    /// The docker network of its nodes.
    pub network: Option<usize>,
    pub pods: &'p [IpNet],
    pub services: &'p [IpNet],
    pub nodes: Vec<Known>,
    /// Nodes that the plan counts and that nothing names.
    unnamed: u64,
}

/// A node; at most one address and one range of each family.
pub(super) struct Known {
    pub name: String,
    pub addresses: Vec<IpAddr>,
    ranges: Vec<IpNet>,
}

/// The clusters whose nodes have pod ranges of their own, and the others with the reason why they are left out.
pub(super) fn sides(plan: &Plan) -> (Vec<Side<'_>>, Vec<String>) {
    let (mut sides, mut left_out) = (Vec::new(), Vec::new());
    for (index, cluster) in plan.clusters.iter().enumerate() {
        if !cluster.manager.reads("node_ranges") {
            let (name, manager) = (excerpt(&cluster.name), cluster.manager.name);
            left_out
                .push(format!("{name}: under {manager} nodes have no pod ranges that a route could lead to"));
            continue;
        }
        let (nodes, unnamed) = known(cluster);
        sides.push(Side {
            index,
            name: &cluster.name,
            network: cluster.network,
            pods: &cluster.settings.pod_subnet,
            services: &cluster.settings.service_subnet,
            nodes,
            unnamed,
        });
    }
    (sides, left_out)
}

/// The nodes of a cluster, in kind's order of names or else that of the plan, and how many more it counts.
///
/// Addresses and ranges are those that the plan states. Which node gets which of those that docker and
/// kube-controller-manager give out is not fixed: nodes start at the same time.
fn known(cluster: &Cluster) -> (Vec<Known>, u64) {
    let stated: u64 = cluster.node_groups.iter().map(|group| u64::from(group.nodes.stated())).sum();
    let mut all: Vec<String> = match cluster.manager.nodes {
        Nodes::Containers => {
            let settings = &cluster.settings;
            let nodes = settings.control_planes as usize + settings.workers as usize;
            // the load balancer is behind them
            names(&cluster.name, settings.control_planes.into(), settings.workers.into())
                .take(nodes)
                .collect()
        }
        _ => {
            let addressed = cluster.node_addresses.iter().map(|(name, _)| name);
            addressed.chain(cluster.node_ranges.iter().map(|(name, _)| name)).cloned().collect()
        }
    };
    let mut index = HashMap::new();
    let mut next = 0;
    all.retain(|name| {
        let new = !index.contains_key(name);
        if new {
            index.insert(name.clone(), next);
            next += 1;
        }
        new
    });
    let mut nodes: Vec<Known> =
        all.into_iter().map(|name| Known { name, addresses: Vec::new(), ranges: Vec::new() }).collect();
    for (name, address) in &cluster.node_addresses {
        if let Some(node) = index.get(name).and_then(|at| nodes.get_mut(*at)) {
            node.addresses.push(*address);
        }
    }
    for (name, range) in &cluster.node_ranges {
        if let Some(node) = index.get(name).and_then(|at| nodes.get_mut(*at)) {
            node.ranges.push(*range);
        }
    }
    let unnamed = stated.saturating_sub(nodes.len() as u64);
    (nodes, unnamed)
}

impl Side<'_> {
    /// Families that its nodes have: (IPv4, IPv6).
    pub fn families(&self) -> (bool, bool) {
        let has = |four: bool| self.pods.iter().any(|range| range.addr().is_ipv4() == four);
        (has(true), has(false))
    }

    /// The nodes of which something is not known that its pods' ranges ask for.
    pub fn unknown(&self) -> Vec<Unknown> {
        let families = [(true, self.families().0), (false, self.families().1)];
        let asked = || families.into_iter().filter(|(_, has)| *has).map(|(four, _)| four);
        let mut unknown: Vec<Unknown> = Vec::new();
        for node in &self.nodes {
            let address = asked().any(|four| node.address(four).is_none());
            let range = asked().any(|four| node.range(four).is_none());
            if address || range {
                let (cluster, node) = (self.name.to_owned(), Some(node.name.clone()));
                unknown.push(Unknown { cluster, node, count: 1, address, range });
            }
        }
        if self.unnamed > 0 {
            let (cluster, count) = (self.name.to_owned(), self.unnamed);
            unknown.push(Unknown { cluster, node: None, count, address: true, range: true });
        }
        unknown
    }
}

impl Known {
    pub fn address(&self, four: bool) -> Option<IpAddr> {
        self.addresses.iter().find(|address| address.is_ipv4() == four).copied()
    }

    fn range(&self, four: bool) -> Option<IpNet> {
        self.ranges.iter().find(|range| range.addr().is_ipv4() == four).copied()
    }

    /// Its ranges, each with the address of its family.
    pub fn ways(&self) -> impl Iterator<Item = (IpNet, IpAddr)> {
        [true, false].into_iter().filter_map(|four| Some((self.range(four)?, self.address(four)?)))
    }
}
