//! `nodes = "auto"`: as many nodes as the workloads need.

use super::fleet::{Group, GroupShape};
use super::place::{Placed, allowed, fits_empty, place};
use crate::plan::{Cluster, Nodes, Workload};

/// Places a cluster's pods, adding nodes to its `auto` groups one at a time: the first pending pod in
/// placement order for which a group exists that is allowed, below its most, and whose empty node has room,
/// adds a node to the first such group in file order; then everything is placed again from scratch.
/// DaemonSet pods and missing addresses never add nodes.
pub fn place_with_auto(cluster: &Cluster, groups: &[Group]) -> Placed {
    let mut nodes: Vec<u32> = cluster.node_groups.iter().map(|g| least(&g.nodes)).collect();
    let candidates = candidates(cluster, groups);
    loop {
        let placed = place(cluster, groups, &nodes);
        // the group to which each workload's first pending pod would add a node
        let below_most = |g: &usize| nodes[*g] < most(&cluster.node_groups[*g].nodes);
        let adds: Vec<Option<usize>> =
            candidates.iter().map(|groups| groups.iter().copied().find(below_most)).collect();
        let pending = |w: &usize| placed.workloads[*w].unplaced > 0;
        let Some(group) = (0..adds.len()).filter(pending).find_map(|w| adds[w]) else { return placed };
        let sure = certain(cluster, groups, &nodes, &adds, group);
        nodes[group] += sure.clamp(1, most(&cluster.node_groups[group].nodes) - nodes[group]);
    }
}

fn least(nodes: &Nodes) -> u32 {
    match nodes {
        Nodes::Count(n) => *n,
        Nodes::ByZone(zones) => zones.iter().map(|(_, n)| *n).sum(),
        Nodes::Auto { min, .. } => *min,
    }
}

fn most(nodes: &Nodes) -> u32 {
    match nodes {
        Nodes::Auto { max, .. } => *max,
        other => least(other),
    }
}

/// Per workload the auto groups, in file order, that may run its pods and whose empty node has room for one.
fn candidates(cluster: &Cluster, groups: &[Group]) -> Vec<Vec<usize>> {
    let auto = |g: &usize| matches!(cluster.node_groups[*g].nodes, Nodes::Auto { .. });
    (0..cluster.workloads.len())
        .map(|w| match cluster.workloads[w].daemonset {
            true => Vec::new(),
            false => allowed(cluster, &cluster.workloads[w])
                .into_iter()
                .filter(auto)
                .filter(|&g| fits_empty(cluster, groups, g, w))
                .collect(),
        })
        .collect()
}

/// How many nodes the rule adds to `group` in a row for certain. While the pods that can add nodes ask in
/// total for more than all nodes together have, one of them is pending, and if all of them add to `group`
/// (until it has its most), each turn adds to it. 0 where this says nothing.
fn certain(cluster: &Cluster, groups: &[Group], nodes: &[u32], adds: &[Option<usize>], group: usize) -> u32 {
    if adds.iter().flatten().any(|&g| g != group) {
        return 0;
    }
    let pods = |g: &Group| Some(u128::from(g.max_pods.saturating_sub(cluster.system_pods)));
    let demand = |each: fn(&Workload) -> u64| -> u128 {
        let growing = cluster.workloads.iter().zip(adds).filter(|(_, group)| group.is_some());
        growing.map(|(w, _)| u128::from(each(w)) * u128::from(w.replicas.unwrap_or(0))).sum()
    };
    let more = |need: u128, have: &dyn Fn(&Group) -> Option<u128>| -> Option<u128> {
        let all: Option<u128> = groups.iter().zip(nodes).map(|(g, &n)| Some(have(g)? * u128::from(n))).sum();
        let each = have(&groups[group])?;
        // with this many more nodes the demand is covered for the first time
        if each == 0 { None } else { Some(need.saturating_sub(all?).div_ceil(each)) }
    };
    [
        more(demand(|_| 1), &pods),
        more(demand(|w| w.cpu), &|g| largest(g, |s| s.cpu)),
        more(demand(|w| w.memory), &|g| largest(g, |s| s.memory)),
    ]
    .into_iter()
    .flatten()
    .max()
    .map_or(0, |sure| u32::try_from(sure).unwrap_or(u32::MAX))
}

/// The most that a node of the group has, over its shapes; `None` if it is unknown of one.
fn largest(group: &Group, of: fn(&GroupShape) -> Option<u64>) -> Option<u128> {
    let all: Option<Vec<u64>> = group.shapes.iter().map(of).collect();
    all?.into_iter().max().map(u128::from)
}
