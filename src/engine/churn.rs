//! The high water of each node: the most pods with an address from its pool that it ever ran.
//!
//! It ran this plan's workloads, the smallest first (cpu share + memory share of the node's allocatable, ties in
//! file order), as many as cpu, memory and max pods allow and as there are replicas (`peak_replicas` where the
//! plan says so), each node on its own. `peak_pods` of the group bounds it further. It is never below what the
//! node runs today. A group with `pods = N` says nothing of cpu and memory: N, or `peak_pods`.
//!
//! What does not come and go with the load stays where it runs today and keeps its cpu, memory and max-pods
//! slots: DaemonSets, host-network pods, pods with branch ENIs.

use super::fleet::Group;
use super::place::{Bin, Placed, Room, Used, allowed};
use crate::plan::{Address, Cluster, Workload};

/// Fills in the high water of every bin.
pub fn high_water(cluster: &Cluster, groups: &[Group], placed: &mut Placed) {
    // per group and shape the workloads that come and go, the smallest first
    let mut orders: Vec<(usize, usize, Vec<usize>)> = Vec::new();
    let allowed: Vec<Vec<usize>> = cluster.workloads.iter().map(|w| allowed(cluster, w)).collect();
    for bin in &mut placed.bins {
        let room = Room::of(cluster, &groups[bin.group], bin.shape);
        let known = orders.iter().position(|(g, s, _)| (*g, *s) == (bin.group, bin.shape));
        let known = known.unwrap_or_else(|| {
            let mut order: Vec<usize> = (0..cluster.workloads.len())
                .filter(|&w| comes_and_goes(&cluster.workloads[w]) && allowed[w].contains(&bin.group))
                .collect();
            order.sort_by_cached_key(|&w| share(&room, &cluster.workloads[w]));
            orders.push((bin.group, bin.shape, order));
            orders.len() - 1
        });
        bin.high = Some(high(cluster, bin, &room, &orders[known].2));
    }
}

fn high(cluster: &Cluster, bin: &Bin, room: &Room, order: &[usize]) -> u64 {
    let group = &cluster.node_groups[bin.group];
    let peak = group.peak_pods.map(u64::from);
    if group.pods.is_some() {
        return peak.unwrap_or(bin.asking).min(room.pods).max(bin.asking);
    }
    let (mut used, mut high) = (Used::default(), 0);
    for &(w, pods) in &bin.contents {
        let workload = &cluster.workloads[w];
        if !comes_and_goes(workload) {
            used = used.plus(workload, pods);
            high += if workload.address() == Address::Pool { pods } else { 0 };
        }
    }
    for &w in order {
        let workload = &cluster.workloads[w];
        let most = workload.peak_replicas.or(workload.replicas).unwrap_or(0);
        let pods = room.left(used, workload).min(most.into());
        used = used.plus(workload, pods);
        high += pods;
    }
    high.min(peak.unwrap_or(u64::MAX)).max(bin.asking)
}

/// Whether its pods take addresses of the node's pool and are there today and gone tomorrow.
fn comes_and_goes(workload: &Workload) -> bool {
    !workload.daemonset && workload.address() == Address::Pool
}

/// What orders workloads by cpu share + memory share of a node: the sum, times both allocatables. What is
/// unknown of the node, or nothing, counts as no share.
fn share(room: &Room, workload: &Workload) -> u128 {
    let (cpu, memory) = (room.cpu.unwrap_or(0), room.memory.unwrap_or(0));
    let part = |asked: u64, of: u64, other: u64| {
        if of == 0 { 0 } else { u128::from(asked) * u128::from(other.max(1)) }
    };
    part(workload.cpu, cpu, memory).saturating_add(part(workload.memory, memory, cpu))
}
