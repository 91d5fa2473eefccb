//! What became of each cluster: its pods placed, its nodes' addresses held, who goes without.

use super::fleet::Group;
use super::hold::{Free, Part, hold};
use super::place::{Key, Placed, Position, turn};
use super::report::Reason;
use crate::plan::{Address, Cluster, Placement, Plan, Subnet};

/// Addresses that AWS keeps in every subnet: the first four and the last.
/// Source: Amazon VPC user guide, "Subnet CIDR blocks".
pub const RESERVED: u64 = 5;

/// What became of one cluster.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub groups: Vec<Group>,
    pub placed: Placed,
    /// Per group.
    pub parts: Vec<Vec<Part>>,
    /// Per workload.
    pub starved: Vec<Starved>,
}

/// Pods of a workload that are placed and never get an address.
#[derive(Debug, Clone, Copy, Default)]
pub struct Starved {
    pub pods: u64,
    /// Why the first of them does not, and when it was placed.
    pub first: Option<((Key, Position), Reason)>,
}

/// What of a subnet others use: what the plan says, and one address for each cluster whose control plane
/// has one of its ENIs there: in the first four of its subnets.
/// Source: Amazon EKS user guide, "View Amazon EKS networking requirements for VPC and subnets".
pub fn other(plan: &Plan, subnet: usize) -> u64 {
    let own: u64 = plan.subnets[subnet].other.iter().map(|(_, n)| u64::from(*n)).sum();
    let control =
        plan.clusters.iter().filter(|c| c.control_plane_subnets.iter().take(4).any(|s| *s == subnet));
    own + control.count() as u64
}

/// Addresses of a subnet, and how many of them AWS keeps.
pub fn capacity(subnet: &Subnet) -> (u64, u64) {
    let capacity = 1u64 << (32 - subnet.cidr.prefix_len().min(32));
    (capacity, RESERVED.min(capacity))
}

/// What each subnet can give to nodes.
pub fn free(plan: &Plan) -> Free {
    (0..plan.subnets.len())
        .map(|s| {
            let (capacity, reserved) = capacity(&plan.subnets[s]);
            i64::try_from(capacity - reserved).unwrap_or(i64::MAX)
                - i64::try_from(other(plan, s)).unwrap_or(i64::MAX)
        })
        .collect()
}

/// The addresses of a cluster whose pods are placed, and who goes without.
pub fn hold_cluster(
    plan: &Plan,
    cluster: &Cluster,
    groups: &[Group],
    placed: &Placed,
    free: &mut Free,
) -> (Vec<Vec<Part>>, Vec<Starved>) {
    let parts: Vec<Vec<Part>> = groups
        .iter()
        .zip(&cluster.node_groups)
        .map(|(group, spec)| hold(plan, group, spec.kind, &spec.nodes, &placed.bins, free))
        .collect();
    let starved = starved(cluster, groups, placed, &parts);
    (parts, starved)
}

/// Who goes without an address: on each node the pods that were placed last.
fn starved(cluster: &Cluster, groups: &[Group], placed: &Placed, parts: &[Vec<Part>]) -> Vec<Starved> {
    let mut starved = vec![Starved::default(); cluster.workloads.len()];
    for part in parts.iter().flatten().filter(|p| p.settled.starved() > 0 || p.node.is_dead()) {
        let bin = &placed.bins[part.bin];
        let reason = starving_reason(part);
        let mut left = part.settled.starved();
        for &(w, pods) in bin.contents.iter().rev() {
            let workload = &cluster.workloads[w];
            let without = match workload.address() {
                Address::Pool => left.min(pods),
                Address::Branch if part.node.is_dead() => pods,
                Address::Branch | Address::Host => 0,
            };
            if without == 0 {
                continue;
            }
            if workload.address() == Address::Pool {
                left -= without;
            }
            let turn = match cluster.placement {
                Placement::Spread if !workload.daemonset => turn(cluster, groups, bin, w, pods - without),
                _ => (0, 0),
            };
            let first = ((turn, (bin.group, part.first)), reason);
            starved[w].pods += without * part.nodes;
            starved[w].first = Some(starved[w].first.map_or(first, |known| known.min(first)));
        }
    }
    starved
}

/// Why pods of a node starve: all slots of its ENIs are used, or its pool stops growing before that.
pub fn starving_reason(part: &Part) -> Reason {
    if part.settled.slots >= part.node.slot_limit() { Reason::EniLimit } else { Reason::WarmPool }
}
