//! The nodes that a rolling upgrade of a node group adds, while the old ones still hold theirs.
//!
//! A managed node group raises its Auto Scaling group by the larger of twice the number of its zones and
//! `max_unavailable`, and removes the old nodes once the new ones are ready. What an old node holds comes back
//! only when it is terminated.
//! Source: Amazon EKS user guide, "Understand each phase of node updates".
//!
//! Each of these surge nodes runs what the group's fullest node runs, and holds what such a node holds where it
//! comes up. They continue the group's node order over zones and subnets.

use std::sync::Arc;

use super::brought::Brought;
use super::hold::{Free, Part, Sites, merge, take};
use super::outcome::{self, Outcome};
use crate::plan::{GroupKind, NodeGroup, Plan};

/// Addresses that an upgrade of the control plane needs in each of the cluster's subnets.
/// Source: Amazon EKS user guide, "Update existing cluster to new Kubernetes version".
pub const CONTROL_PLANE: u64 = 5;

/// Most nodes that a managed group adds. Source: as above, on `maxUnavailable`.
const MANAGED: u32 = 100;

/// What a rolling upgrade of a node group adds.
#[derive(Debug, Clone, Default)]
pub struct Surge {
    pub nodes: u32,
    /// The nodes by what they take; pods count once, so nothing of it is assigned.
    pub parts: Vec<Part>,
}

impl Surge {
    /// Addresses that it takes from a pool.
    pub fn held(&self, subnet: usize) -> u64 {
        self.takes(subnet).map(|(nodes, held)| nodes * held).sum()
    }

    /// Nodes in a pool and what each holds of it, for every kind of node that holds some.
    pub fn takes(&self, subnet: usize) -> impl Iterator<Item = (u64, u64)> {
        let takes = self.parts.iter().flat_map(|p| p.takes.iter().map(move |t| (p.nodes, t)));
        takes.filter(move |(_, t)| t.pool == subnet).map(|(nodes, t)| (nodes, t.held()))
    }
}

/// Cluster, and group of it.
pub type At = (usize, usize);

/// Of every pool the group whose rolling upgrade adds most to it, the first of equals; `None` if none adds anything.
pub fn costliest(clusters: &[Arc<Outcome>], pools: usize) -> Vec<Option<At>> {
    let mut best: Vec<Option<(u64, At)>> = vec![None; pools];
    for (c, outcome) in clusters.iter().enumerate() {
        for &(pool, (held, g)) in &outcome.share().costliest {
            if let Some(known) = best.get_mut(pool).filter(|known| known.is_none_or(|(most, _)| held > most))
            {
                *known = Some((held, (c, g)));
            }
        }
    }
    best.into_iter().map(|best| best.map(|(_, at)| at)).collect()
}

/// Finds what a rolling upgrade adds, of every cluster and group where that is not known yet. A choice by what is free
/// looks at the nodes before it in file order, as that of the group's own nodes does.
pub fn surges(plan: &Plan, brought: &[Brought], clusters: &mut [Arc<Outcome>]) {
    let mut free = outcome::free(plan, brought);
    for (cluster, outcome) in plan.clusters.iter().zip(clusters) {
        if outcome.surges.is_some() {
            outcome.share().take(&mut free);
            continue;
        }
        let mut surges = Vec::new();
        for (g, spec) in cluster.node_groups.iter().enumerate() {
            outcome.parts[g].iter().for_each(|part| take(part, part.nodes, &mut free));
            surges.push(surge(plan, spec, outcome, g, &free));
        }
        Arc::make_mut(outcome).surges = Some(surges);
    }
}

fn surge(plan: &Plan, spec: &NodeGroup, outcome: &Outcome, g: usize, free: &Free) -> Surge {
    let Some(fullest) = outcome.fullest(g) else { return Surge::default() };
    let (group, today) = (&outcome.groups[g], outcome.placed.nodes[g]);
    let nodes = match &group.managed {
        Some(_) => spec.surge.unwrap_or(plan.clusters[group.cluster].manager.surge),
        None => nodes(spec, group.zones.len(), today),
    };
    let mut sites = Sites::new(plan, group, spec.kind, &spec.nodes, &outcome.placed.bins);
    let mut parts = Vec::new();
    let indices = today..today.saturating_add(nodes);
    if sites.depends_on_free() {
        let mut free = free.clone();
        for index in indices {
            let part = sites.next(index, fullest.bin, &free);
            take(&part, 1, &mut free);
            merge(&mut parts, part);
        }
    } else {
        for (zone, subnet, nodes, first) in sites.seats(indices) {
            parts.push(Part { nodes, first, ..sites.part(zone, subnet, fullest.bin, free) });
        }
    }
    Surge { nodes, parts }
}

/// Nodes that a rolling upgrade adds to a group of some: `surge` where the plan says so; of a self-managed group
/// one, of a karpenter group a tenth of its nodes, rounded up.
pub fn nodes(spec: &NodeGroup, zones: usize, today: u32) -> u32 {
    let by_kind = || match spec.kind {
        GroupKind::Managed => {
            let zones = u32::try_from(zones).unwrap_or(u32::MAX);
            zones.saturating_mul(2).max(spec.max_unavailable.unwrap_or(1)).min(MANAGED)
        }
        GroupKind::SelfManaged => 1,
        GroupKind::Karpenter => today.div_ceil(10),
    };
    spec.surge.unwrap_or_else(by_kind)
}
