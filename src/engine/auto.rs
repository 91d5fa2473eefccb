//! `nodes = "auto"`: as many nodes as the workloads need.

use super::fleet::{Group, GroupShape};
use super::place::{Placed, allowed, fits_empty, place};
use crate::plan::{Cluster, NodeGroup, Nodes, Workload};

/// Places a cluster's pods, adding nodes to its `auto` groups one at a time: the first pending pod in
/// placement order for which a group exists that is allowed, below its most, and whose empty node has room,
/// adds a node to the first such group in file order; then everything is placed again from scratch.
/// DaemonSet pods and missing addresses never add nodes.
pub fn place_with_auto(cluster: &Cluster, groups: &[Group]) -> Placed {
    let mut nodes: Vec<u32> = cluster.node_groups.iter().map(|g| g.nodes.stated()).collect();
    if !cluster.node_groups.iter().any(is_auto) {
        return place(cluster, groups, &nodes);
    }
    let rooms = rooms(cluster, groups);
    loop {
        let placed = place(cluster, groups, &nodes);
        // the group to which each workload's first pending pod would add a node
        let grows = |g: &usize| nodes[*g] < cluster.node_groups[*g].nodes.most();
        let adds: Vec<Option<usize>> =
            rooms.iter().map(|room| room.iter().map(|(g, _)| *g).find(grows)).collect();
        let pending = |w: &usize| placed.workloads[*w].unplaced > 0;
        let Some(group) = (0..adds.len()).filter(pending).find_map(|w| adds[w]) else { return placed };
        let sure = certain(cluster, groups, &nodes, &rooms, &adds, group);
        nodes[group] += sure.clamp(1, cluster.node_groups[group].nodes.most() - nodes[group]);
    }
}

fn is_auto(group: &NodeGroup) -> bool {
    matches!(group.nodes, Nodes::Auto { .. })
}

/// Per workload the groups, in file order, that may run its pods and whose empty node has room for some, and
/// for how many. None for DaemonSets, which never add nodes.
fn rooms(cluster: &Cluster, groups: &[Group]) -> Vec<Vec<(usize, u64)>> {
    let room = |w: usize| -> Vec<(usize, u64)> {
        let workload = &cluster.workloads[w];
        let open = if workload.daemonset { Vec::new() } else { allowed(cluster, workload) };
        open.into_iter()
            .map(|g| (g, fits_empty(cluster, groups, g, w)))
            .filter(|(_, room)| *room > 0)
            .collect()
    };
    (0..cluster.workloads.len()).map(room).collect()
}

/// How many nodes the rule adds to `group` in a row for certain. Workloads that cannot run there, before the
/// first that can, are placed as before, whatever is added. From that one up to the first that would add to
/// another group, all add to this one (until it has its most): as long as they need more than all nodes have,
/// one of them is pending, and no workload behind them has its turn. They need more if they ask for more cpu,
/// memory or pods in total, or if one of them has more replicas than empty nodes would have room for.
fn certain(
    cluster: &Cluster,
    groups: &[Group],
    nodes: &[u32],
    rooms: &[Vec<(usize, u64)>],
    adds: &[Option<usize>],
    group: usize,
) -> u32 {
    let runs_there = |room: &Vec<(usize, u64)>| room.iter().any(|(g, _)| *g == group);
    let first = rooms.iter().position(runs_there).unwrap_or(0);
    let same = (first..adds.len()).take_while(|w| adds[*w].is_none_or(|g| g == group));
    let growing = || same.clone().filter(|w| adds[*w].is_some()).map(|w| (w, &cluster.workloads[w]));
    let replicas = |w: &Workload| u128::from(w.replicas.unwrap_or(0));
    let demand = |each: fn(&Workload) -> u64| -> u128 {
        growing().map(|(_, w)| u128::from(each(w)) * replicas(w)).sum()
    };
    // nodes after which `need` is covered for the first time, if a node of each group has so much
    let more = |need: u128, have: &dyn Fn(usize) -> Option<u128>| -> Option<u128> {
        let all: Option<u128> = (0..groups.len()).map(|g| Some(have(g)? * u128::from(nodes[g]))).sum();
        let each = have(group).filter(|each| *each > 0)?;
        Some(need.saturating_sub(all?).div_ceil(each))
    };
    let pods = |g: usize| Some(u128::from(groups[g].max_pods.saturating_sub(cluster.system_pods)));
    let totals = [
        more(demand(|_| 1), &pods),
        more(demand(|w| w.cpu), &|g| largest(&groups[g], |s| s.cpu)),
        more(demand(|w| w.memory), &|g| largest(&groups[g], |s| s.memory)),
    ];
    let alone = growing().map(|(w, workload)| {
        let room = |g: usize| rooms[w].iter().find(|(known, _)| *known == g).map_or(0, |(_, room)| *room);
        more(replicas(workload), &|g| Some(u128::from(room(g))))
    });
    let sure = totals.into_iter().chain(alone).flatten().max().unwrap_or(0);
    u32::try_from(sure).unwrap_or(u32::MAX)
}

/// The most that a node of the group has, over its shapes; `None` if it is unknown of one.
fn largest(group: &Group, of: fn(&GroupShape) -> Option<u64>) -> Option<u128> {
    let all: Option<Vec<u64>> = group.shapes.iter().map(of).collect();
    all?.into_iter().max().map(u128::from)
}
