//! A cluster's share of the report: made once, and put together with those of the others at every evaluation.

use std::sync::Arc;

use super::hold::{Free, Part};
use super::outcome::Outcome;
use super::report::{NodeGroupRow, PerNode, Situation, Useful, WorkloadRow};
use super::tally::{Tally, of_pool, tallies};
use super::upgrade::Surge;
use crate::cni::{PREFIX, Primary, Targets};
use crate::plan::{Cluster, Plan};

/// The rows of a cluster, and what its nodes take of each pool.
#[derive(Debug, Clone, Default)]
pub struct Share {
    pub node_groups: Vec<NodeGroupRow>,
    pub workloads: Vec<WorkloadRow>,
    pub settled: Vec<(usize, Tally)>,
    pub churned: Vec<(usize, Tally)>,
    /// The group whose rolling upgrade adds most to the pool, the first of equals, and how much.
    pub costliest: Vec<(usize, (u64, usize))>,
    /// What free addresses of a subnet are still good for.
    pub useful: Vec<(usize, Useful)>,
}

/// Those of a cluster without nodes.
pub static NOTHING: Share = Share {
    node_groups: Vec::new(),
    workloads: Vec::new(),
    settled: Vec::new(),
    churned: Vec::new(),
    costliest: Vec::new(),
    useful: Vec::new(),
};

impl Share {
    /// Takes what the nodes hold off what is free.
    pub fn take(&self, free: &mut Free) {
        for (pool, tally) in &self.settled {
            free[*pool] = free[*pool].saturating_sub(i64::try_from(tally.held()).unwrap_or(i64::MAX));
        }
    }
}

/// Makes the shares that are not made yet.
pub fn share(plan: &Plan, clusters: &mut [Arc<Outcome>]) {
    for (c, (cluster, outcome)) in plan.clusters.iter().zip(clusters).enumerate() {
        if outcome.share.is_none() {
            let share = Share {
                node_groups: node_groups(cluster, outcome),
                workloads: workloads(cluster, outcome),
                settled: tallies((c, cluster), outcome, Situation::Settled),
                churned: tallies((c, cluster), outcome, Situation::Churned),
                costliest: costliest(outcome.surges()),
                useful: useful(plan.subnets.len(), outcome),
            };
            Arc::make_mut(outcome).share = Some(share);
        }
    }
}

fn costliest(surges: &[Surge]) -> Vec<(usize, (u64, usize))> {
    let mut most: Vec<(usize, (u64, usize))> = Vec::new();
    for (g, surge) in surges.iter().enumerate() {
        let mut held: Vec<(usize, u64)> = Vec::new();
        for (part, take) in surge.parts.iter().flat_map(|p| p.takes.iter().map(move |take| (p, take))) {
            *of_pool(&mut held, take.pool) += part.nodes * take.held();
        }
        for (pool, held) in held {
            let known = of_pool(&mut most, pool);
            if held > known.0 {
                *known = (held, g);
            }
        }
    }
    most.retain(|(_, (held, _))| *held > 0);
    most
}

fn useful(subnets: usize, outcome: &Outcome) -> Vec<(usize, Useful)> {
    let mut all: Vec<(usize, Option<Useful>)> = Vec::new();
    let parts = outcome.parts.iter().flatten();
    let parts = parts.filter_map(|p| Some((p, &p.cni.as_ref()?.node)));
    for (part, node, take) in parts.flat_map(|(p, n)| p.takes.iter().map(move |t| (p, n, t))) {
        if take.pool >= subnets {
            continue;
        }
        // with custom networking new ENIs are in the pods' subnet
        let comes = node.pod_enis() > u64::from(node.primary == Primary::Serves);
        let own = part.subnet == take.pool && node.primary == Primary::Serves;
        let block = node.prefix_mode.then_some(PREFIX);
        let eni = (comes && (own || part.subnet != take.pool)).then(|| match node.targets {
            Targets::Enis { .. } => 1 + node.slots,
            Targets::Ips { .. } | Targets::Prefixes { .. } => 1 + node.per_slot(),
        });
        let own = Useful { node: take.held(), eni, block };
        let known = of_pool(&mut all, take.pool);
        *known = Some(known.map_or(own, |known| known.least(own)));
    }
    all.into_iter().filter_map(|(pool, useful)| Some((pool, useful?))).collect()
}

fn node_groups(cluster: &Cluster, outcome: &Outcome) -> Vec<NodeGroupRow> {
    let mut rows = Vec::with_capacity(outcome.groups.len());
    for (g, (group, parts)) in outcome.groups.iter().zip(&outcome.parts).enumerate() {
        let range = |of: &dyn Fn(&Part) -> Option<u64>| -> Option<[u64; 2]> {
            Some([parts.iter().filter_map(of).min()?, parts.iter().filter_map(of).max()?])
        };
        let spec = &cluster.node_groups[g];
        let pending = match spec.pods {
            Some(_) => parts.iter().map(|p| p.starved() * p.nodes).sum(),
            None => 0,
        };
        rows.push(NodeGroupRow {
            cluster: cluster.name.clone(),
            name: spec.name.clone(),
            instance_type: group.instance_type.clone(),
            nodes: outcome.placed.nodes[g].into(),
            max_pods: group.max_pods,
            per_node: PerNode {
                pods: range(&|p| Some(p.running)),
                enis: range(&|p| p.enis(cluster.manager)),
                held: range(&|p| Some(p.held() - p.balancer)),
                unused: range(&|p| Some(p.unused())),
            },
            pending,
        });
    }
    rows
}

fn workloads(cluster: &Cluster, outcome: &Outcome) -> Vec<WorkloadRow> {
    let mut rows = Vec::with_capacity(cluster.workloads.len());
    for (w, workload) in cluster.workloads.iter().enumerate() {
        let demand = outcome.placed.workloads[w];
        let starved = outcome.starved[w];
        let pending = demand.unplaced + starved.pods;
        // pods that found no node come after all that did; a DaemonSet's go by node
        let unplaced_first = match (demand.node, starved.first) {
            (Some(node), Some(((_, first), _))) => node < first,
            _ => starved.first.is_none(),
        };
        let reason = if unplaced_first { demand.reason } else { starved.first.map(|(_, reason)| reason) };
        rows.push(WorkloadRow {
            cluster: cluster.name.clone(),
            name: workload.name.clone(),
            replicas: demand.wanted,
            running: demand.wanted - pending,
            pending,
            reason: if pending > 0 { reason } else { None },
        });
    }
    rows
}
