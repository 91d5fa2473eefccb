//! Which node of a cluster has which address and which ranges, one by one: what an import knows of existing nodes,
//! and for the others what their managers give them when they register in order.
//!
//! Control planes register first, then the groups in file order. Which container of a docker network gets which
//! address is chance, as kind starts them at once: the roster lists them in the order in which they would come one
//! by one.

use std::net::IpAddr;

use ipnet::IpNet;

use super::brought;
use super::outcome::Outcome;
use crate::ipam::{docker, kind, node_ranges, ovn};
use crate::manager::Nodes;
use crate::plan::{Cluster, Plan};

/// Nodes of one cluster that are listed one by one at the most: as many as have ranges of an IPv4 range.
pub const MOST: usize = 65_536;

/// One node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub name: String,
    /// Group, and index in it.
    pub group: usize,
    pub index: u32,
    /// Its own addresses, as far as the plan has them or they follow from a docker network.
    pub addresses: Vec<IpAddr>,
    /// Its pod ranges, one of each family.
    pub ranges: Vec<IpNet>,
    /// The docker network's or the manager's refusal, word for word.
    pub refused: Option<String>,
}

/// The nodes of a cluster, at most [`MOST`].
pub fn roster(plan: &Plan, c: usize, outcome: &Outcome) -> Vec<Member> {
    let Some(cluster) = plan.clusters.get(c) else { return Vec::new() };
    let mut members = members(cluster, outcome);
    addresses(plan, c, &mut members);
    ranges(cluster, &mut members);
    members
}

fn members(cluster: &Cluster, outcome: &Outcome) -> Vec<Member> {
    let groups = outcome.placed.nodes.iter().enumerate();
    let all = groups.flat_map(|(group, nodes)| (0..*nodes).map(move |index| (group, index))).take(MOST);
    let known = known_names(cluster);
    let mut names = known.into_iter();
    let mut kind_names = match cluster.manager.nodes {
        Nodes::Containers => {
            let count = |g: usize| outcome.placed.nodes.get(g).map_or(0, |n| u64::from(*n));
            kind::names(&cluster.name, count(0), count(1)).collect::<Vec<_>>().into_iter()
        }
        _ => Vec::new().into_iter(),
    };
    all.map(|(group, index)| {
        let own = kind_names.next().or_else(|| names.next());
        let group_name = cluster.node_groups.get(group).map_or("", |g| g.name.as_str());
        let name = own.unwrap_or_else(|| format!("{group_name}-{}", u64::from(index) + 1));
        Member { name, group, index, addresses: Vec::new(), ranges: Vec::new(), refused: None }
    })
    .collect()
}

/// The names of existing nodes, each once, in the order of the plan.
fn known_names(cluster: &Cluster) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let ranged = cluster.node_ranges.iter().map(|(name, _)| name);
    for name in ranged.chain(cluster.node_addresses.iter().map(|(name, _)| name)) {
        if !name.ends_with("-external-load-balancer") && !names.iter().any(|known| known == name) {
            names.push(name.to_string());
        }
    }
    names
}

/// Own addresses: those known, and of a docker network the lowest that are free, one by one over all clusters
/// that share it.
fn addresses(plan: &Plan, c: usize, members: &mut [Member]) {
    let cluster = &plan.clusters[c];
    let known = |name: &str| -> Vec<IpAddr> {
        let own = cluster.node_addresses.iter().filter(|(node, _)| node == name);
        own.map(|(_, address)| *address).collect()
    };
    for member in members.iter_mut() {
        member.addresses = known(&member.name);
    }
    let Some(n) = cluster.network else { return };
    for made in brought::networks(plan).into_iter().nth(n).into_iter().flatten() {
        let Ok(mut network) = made.network else { continue };
        attach_known(plan, n, &mut network);
        // clusters before this one have taken theirs
        for (before, other) in plan.clusters.iter().enumerate().take(c) {
            if other.network == Some(n) {
                for name in unknown_names(plan, before) {
                    let _ended = network.attach(&name, None);
                }
            }
        }
        for member in members.iter_mut().filter(|m| known(&m.name).is_empty() && m.refused.is_none()) {
            match network.attach(&format!("{}/{}", cluster.name, member.name), None) {
                Ok(address) => member.addresses.push(address),
                Err(error) => {
                    // docker starts no container that lacks an address of one family, and takes back the other
                    member.refused = Some(error.to_string());
                    member.addresses.clear();
                }
            }
        }
    }
}

/// Takes the known addresses of the nodes of every cluster on a network.
fn attach_known(plan: &Plan, n: usize, network: &mut docker::Network) {
    for cluster in plan.clusters.iter().filter(|c| c.network == Some(n)) {
        for (name, address) in &cluster.node_addresses {
            // one that is taken or outside is a finding of its own
            let _ended = network.attach(&format!("{}/{name}", cluster.name), Some(*address));
        }
    }
}

/// Stand-ins for the nodes of a cluster whose addresses are not known.
fn unknown_names(plan: &Plan, c: usize) -> Vec<String> {
    let cluster = &plan.clusters[c];
    let nodes: u64 = cluster.node_groups.iter().map(|g| u64::from(g.nodes.stated())).sum();
    let names = known_names(cluster);
    let addressed = |name: &&String| cluster.node_addresses.iter().any(|(node, _)| *node == **name);
    let known = names.iter().filter(addressed).count();
    let left = usize::try_from(nodes).unwrap_or(MOST).saturating_sub(known).min(MOST);
    (0..left).map(|i| format!("{}/{i}", cluster.name)).collect()
}

/// Pod ranges: those known, and for the others what the manager's allocator gives next.
fn ranges(cluster: &Cluster, members: &mut [Member]) {
    if !cluster.manager.reads("node_mask") {
        return;
    }
    let known: Vec<IpNet> = cluster.node_ranges.iter().map(|(_, range)| *range).collect();
    let of = |name: &str, v4: bool| {
        let own = cluster.node_ranges.iter().filter(|(node, _)| node == name);
        own.map(|(_, range)| *range).find(|range| range.addr().is_ipv4() == v4)
    };
    for pods in &cluster.settings.pod_subnet {
        let mask = cluster.settings.mask(pods);
        let v4 = pods.addr().is_ipv4();
        let own: Vec<IpNet> = known.iter().copied().filter(|range| pods.contains(range)).collect();
        let mut next = allocator(cluster, *pods, mask, &own);
        for member in members.iter_mut() {
            match of(&member.name, v4).map_or_else(|| next(&member.name), Ok) {
                Ok(range) => member.ranges.push(range),
                Err(error) => member.refused = member.refused.take().or(Some(error)),
            }
        }
    }
}

/// What gives a range to the next node of that name.
type Next = Box<dyn FnMut(&str) -> Result<IpNet, String>>;

fn allocator(cluster: &Cluster, pods: IpNet, mask: u8, known: &[IpNet]) -> Next {
    if cluster.manager.name == crate::manager::node_range::OVN_KUBERNETES.name {
        let made = ovn::NodeSubnets::new(pods, mask).map(|mut subnets| {
            for (i, range) in known.iter().enumerate() {
                // the plan's reader holds known ranges to the pod subnet
                let _ended = subnets.mark(&format!("known/{i}"), *range);
            }
            subnets
        });
        return match made {
            Ok(mut subnets) => Box::new(move |name| subnets.allocate(name).map_err(|e| e.to_string())),
            Err(error) => refusing(error.to_string()),
        };
    }
    let made = node_ranges::NodeRanges::new(pods, mask).and_then(|mut ranges| {
        ranges.restart(&cluster.settings.service_subnet, known)?;
        Ok(ranges)
    });
    match made {
        Ok(mut ranges) => Box::new(move |_| ranges.allocate_next().map_err(|e| e.to_string())),
        Err(error) => refusing(error.to_string()),
    }
}

fn refusing(error: String) -> Next {
    Box::new(move |_| Err(error.clone()))
}
