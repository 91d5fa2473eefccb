//! What became of each cluster: its pods placed, its nodes' addresses held, who goes without.

use std::sync::Arc;

use super::brought::Brought;
use super::findings::Found;
use super::fleet::Group;
use super::hold::{Free, Part, hold};
use super::join::Nodes;
use super::place::{Key, Placed, Position, turn};
use super::report::Reason;
use super::share::{self, Share};
use super::upgrade::Surge;
use crate::manager::{ANY_CLOUD, AWS, Cloud, Manager};
use crate::plan::range::{kept, shared};
use crate::plan::{Address, Addresses, Cluster, NodeGroup, Placement, Plan, ReservationType};

/// What became of one cluster.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub groups: Vec<Group>,
    pub placed: Arc<Placed>,
    /// Per group.
    pub parts: Vec<Vec<Part>>,
    /// Per workload.
    pub starved: Vec<Starved>,
    /// Whether a node of it takes what it takes because of what others left free.
    pub chooses: bool,
    /// Per group: what a rolling upgrade of it adds; `None` while that is not known.
    pub surges: Option<Vec<Surge>>,
    /// Its share of the report; `None` while that is not made.
    pub share: Option<Share>,
    /// What there is to say of it alone; `None` while nobody has looked.
    pub findings: Option<Vec<Found>>,
}

impl Outcome {
    /// Per group: what a rolling upgrade of it adds.
    pub fn surges(&self) -> &[Surge] {
        self.surges.as_deref().unwrap_or_default()
    }

    /// Its share of the report.
    pub fn share(&self) -> &Share {
        self.share.as_ref().unwrap_or(&share::NOTHING)
    }

    /// A group's fullest node: the one that holds most over all its pools, the first of equals.
    pub fn fullest(&self, group: usize) -> Option<&Part> {
        self.parts.get(group)?.iter().max_by_key(|p| (p.held(), std::cmp::Reverse(p.first)))
    }

    /// Pods with an address of their own on a node of a group.
    pub fn running(&self, group: usize, index: u32) -> u64 {
        let has = |part: &&Part| self.placed.bins.get(part.bin).is_some_and(|bin| bin.nodes.contains(index));
        self.parts.get(group).into_iter().flatten().find(has).map_or(0, |part| part.running)
    }

    /// What its nodes are, for [`super::join`].
    pub fn nodes(&self) -> Nodes<'_> {
        (&self.groups, &self.placed.bins, &self.parts)
    }
}

/// Pods of a workload that are placed and never get an address.
#[derive(Debug, Clone, Copy, Default)]
pub struct Starved {
    pub pods: u64,
    /// Why the first of them does not, and when it was placed.
    pub first: Option<((Key, Position), Reason)>,
}

/// What of a subnet others use.
///
/// The plan says how much that is, by number and reason and for control planes, and it may say where: `used`
/// lists addresses of it, as far as they are known. So the larger of the two counts, not both. Addresses in
/// `explicit` reservations are others' in any case, in use or not: AWS gives none of them to a node.
pub fn other(plan: &Plan, subnet: usize) -> u64 {
    let others = Others::of(plan, subnet);
    others.stated.max(others.used) + others.explicit
}

/// What the plan says of the addresses that others use in a subnet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Others {
    /// By reason, and one for each cluster whose control plane has one of its ENIs there: in the first four
    /// of its subnets.
    /// Source: Amazon EKS user guide, "View Amazon EKS networking requirements for VPC and subnets".
    pub stated: u64,
    /// By address, outside of `explicit` reservations.
    pub used: u64,
    /// Set aside by `explicit` reservations, less what AWS keeps.
    pub explicit: u64,
}

impl Others {
    pub fn of(plan: &Plan, s: usize) -> Others {
        let subnet = &plan.subnets[s];
        let own: u64 = subnet.other.iter().map(|(_, n)| u64::from(*n)).sum();
        let control =
            plan.clusters.iter().filter(|c| c.control_plane_subnets.iter().take(4).any(|other| *other == s));
        let mut others = Others { stated: own + control.count() as u64, used: 0, explicit: 0 };
        let explicit = subnet.reservations.iter().filter(|r| r.kind == ReservationType::Explicit);
        let explicit: Vec<Addresses> = explicit.map(|r| Addresses::of(r.cidr)).collect();
        let count = |all: &[Addresses]| all.iter().map(Addresses::count).sum::<u64>();
        others.used = count(&subnet.used) - shared(&explicit, &subnet.used);
        others.explicit = count(&explicit) - shared(&explicit, &kept(subnet.cidr));
        others
    }

    /// Addresses that others use somewhere in the subnet, nobody knows where.
    pub fn unplaced(&self) -> u64 {
        self.stated.saturating_sub(self.used)
    }
}

/// The manager of the first cluster with nodes, or pods of them, in a subnet.
pub fn manager_in(plan: &Plan, s: usize) -> Option<&'static Manager> {
    let there = |c: &&Arc<Cluster>| {
        c.pod_subnets.contains(&s)
            || c.node_groups.iter().any(|g| g.subnets.contains(&s) || g.pod_subnets.contains(&s))
    };
    plan.clusters.iter().find(there).map(|c| c.manager)
}

/// Whose a subnet is: by who is in it, otherwise by who is in the plan.
pub fn cloud(plan: &Plan, s: usize) -> &'static Cloud {
    let anyone = || {
        let aws = plan.clusters.is_empty() || plan.clusters.iter().any(|c| c.manager.is_aws());
        if aws { &AWS } else { &ANY_CLOUD }
    };
    manager_in(plan, s).map_or_else(anyone, |manager| manager.cloud)
}

/// Addresses of a subnet, and how many of them its cloud keeps.
pub fn capacity(plan: &Plan, s: usize) -> (u64, u64) {
    let capacity = 1u64 << (32 - plan.subnets[s].cidr.prefix_len().min(32));
    (capacity, cloud(plan, s).kept.min(capacity))
}

/// What each subnet can give to nodes.
pub fn free(plan: &Plan, brought: &[Brought]) -> Free {
    let subnets = (0..plan.subnets.len()).map(|s| {
        let (capacity, reserved) = capacity(plan, s);
        i64::try_from(capacity - reserved).unwrap_or(i64::MAX)
            - i64::try_from(other(plan, s)).unwrap_or(i64::MAX)
    });
    subnets.chain(brought.iter().map(Brought::for_nodes)).collect()
}

/// The addresses of a cluster whose pods are placed, and who goes without.
pub fn hold_cluster(
    plan: &Plan,
    cluster: &Cluster,
    groups: Vec<Group>,
    placed: Arc<Placed>,
    free: &mut Free,
) -> Outcome {
    let hold =
        |(group, spec): (&Group, &NodeGroup)| hold(plan, group, spec.kind, &spec.nodes, &placed.bins, free);
    let (parts, choose): (Vec<Vec<Part>>, Vec<bool>) =
        groups.iter().zip(&cluster.node_groups).map(hold).unzip();
    let starved = starved(cluster, &groups, &placed, &parts);
    Outcome {
        groups,
        placed,
        parts,
        starved,
        chooses: choose.contains(&true),
        surges: None,
        share: None,
        findings: None,
    }
}

/// Who goes without an address: on each node the pods that were placed last.
fn starved(cluster: &Cluster, groups: &[Group], placed: &Placed, parts: &[Vec<Part>]) -> Vec<Starved> {
    let mut starved = vec![Starved::default(); cluster.workloads.len()];
    for part in parts.iter().flatten().filter(|p| p.starved() > 0 || p.is_dead()) {
        let bin = &placed.bins[part.bin];
        let reason = part.limit;
        let mut left = part.starved();
        for &(w, pods) in bin.contents.iter().rev() {
            let workload = &cluster.workloads[w];
            let without = match workload.address() {
                Address::Pool => left.min(pods),
                Address::Branch if part.is_dead() => pods,
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
