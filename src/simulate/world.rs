//! What a run begins with.

use crate::engine::auto::place_with_auto;
use crate::engine::blocks::Supply;
use crate::engine::fleet::{Group, resolve};
use crate::engine::outcome::{capacity, other};
use crate::instance::Tables;
use crate::limits::{FLEET_NODES, FLEET_PODS};
use crate::plan::scenario::{Scenario, What};
use crate::plan::{Place, Plan, Problem, Row, Workload};
use crate::text::thousands;

/// A plan and a scenario, ready to be followed.
#[derive(Debug, Clone)]
pub struct World {
    /// The plan, with one workload more for each burst of the scenario.
    pub plan: Plan,
    pub scenario: Scenario,
    /// Per cluster.
    pub groups: Vec<Vec<Group>>,
    /// Nodes of each group in the beginning.
    pub nodes: Vec<Vec<u32>>,
    /// Per event of the scenario: the workload of its burst.
    pub jobs: Vec<Option<(usize, usize)>>,
    /// Workloads of the plan itself, per cluster.
    pub own: Vec<usize>,
}

impl World {
    /// Puts a plan and a scenario together.
    ///
    /// # Errors
    ///
    /// What [`resolve`] refuses, and fleets of more than [`FLEET_NODES`] nodes or [`FLEET_PODS`] pods.
    pub fn new(plan: &Plan, tables: &Tables, scenario: &Scenario) -> Result<World, Vec<Problem>> {
        if let Some((c, cluster)) = plan.clusters.iter().enumerate().find(|(_, c)| !c.manager.is_aws()) {
            let message = format!(
                "{} is managed by {}: only nodes of the AWS VPC CNI are followed over time",
                crate::text::excerpt(&cluster.name),
                cluster.manager.title
            );
            let problem = Problem::new(Place::key(Row::Cluster(c), "manager"), message);
            return Err(vec![problem.help("simulate a plan of the other clusters")]);
        }
        let groups = resolve(plan, tables)?;
        let mut plan = plan.clone();
        let nodes: Vec<Vec<u32>> =
            plan.clusters.iter().zip(&groups).map(|(c, g)| place_with_auto(c, g).nodes).collect();
        let own = plan.clusters.iter().map(|c| c.workloads.len()).collect();
        let mut jobs = Vec::with_capacity(scenario.events.len());
        for event in &scenario.events {
            let What::Burst(burst) = &event.what else {
                jobs.push(None);
                continue;
            };
            let Some(cluster) = plan.cluster_mut(burst.cluster) else {
                jobs.push(None);
                continue;
            };
            cluster.workloads.push(Workload {
                name: burst.name.as_str().into(),
                replicas: Some(0),
                cpu: burst.cpu,
                memory: burst.memory,
                daemonset: false,
                host_network: false,
                branch_eni: false,
                node_groups: burst.node_groups.clone(),
                peak_replicas: None,
                growth: None,
            });
            jobs.push(Some((burst.cluster, cluster.workloads.len() - 1)));
        }
        let world = World { plan, scenario: scenario.clone(), groups, nodes, jobs, own };
        world.bounded()?;
        Ok(world)
    }

    /// Nodes and pods that there will ever be.
    fn bounded(&self) -> Result<(), Vec<Problem>> {
        let first: u64 = self.nodes.iter().flatten().map(|n| u64::from(*n)).sum();
        let of_group = |(c, g): (usize, usize)| u64::from(self.nodes[c][g]);
        let joined = self.scenario.events.iter().map(|e| match &e.what {
            What::Join { nodes, .. } => u64::from(*nodes),
            What::Replace { group, surge, .. } => 2 * of_group(*group) + u64::from(surge.unwrap_or(100)),
            _ => 0,
        });
        let nodes = first.saturating_add(joined.sum());
        let replicas =
            |c: usize, w: usize| u64::from(self.plan.clusters[c].workloads[w].replicas.unwrap_or(0));
        let all: u64 = (0..self.plan.clusters.len())
            .flat_map(|c| (0..self.plan.clusters[c].workloads.len()).map(move |w| replicas(c, w)))
            .sum();
        let asked = self.scenario.events.iter().map(|e| match &e.what {
            What::Deploy(loads) | What::Roll { workloads: loads, .. } => {
                loads.iter().map(|(c, w)| replicas(*c, *w)).sum()
            }
            What::Scale { replicas, .. } => (*replicas).into(),
            What::Burst(b) => {
                let left = self.scenario.until.saturating_sub(e.at);
                let times = (left / b.every.max(1) + 1).min(b.times.unwrap_or(u32::MAX).into());
                times.saturating_mul(b.pods.into())
            }
            What::Join { .. } | What::Drain { .. } | What::Replace { .. } | What::Subnet { .. } => 0,
        });
        let pods = asked.fold(all, u64::saturating_add);
        for (what, n, most) in [("nodes", nodes, FLEET_NODES), ("pods", pods, FLEET_PODS)] {
            if n > most as u64 {
                let message = format!(
                    "the scenario {} has {} {what} in all: at most {} can be followed over time",
                    self.scenario.name,
                    thousands(n),
                    thousands(most as u64)
                );
                return Err(vec![Problem::new(Place::row(Row::Plan), message).help("ask for fewer")]);
            }
        }
        Ok(())
    }

    /// Per subnet: usable, in use by others, and free addresses that nothing can take.
    pub(super) fn given(&self) -> Vec<(u64, u64, u64)> {
        let of = |(s, subnet)| {
            let (capacity, reserved) = capacity(&self.plan, s);
            (capacity - reserved, other(&self.plan, s), Supply::of(subnet).lost)
        };
        self.plan.subnets.iter().enumerate().map(of).collect()
    }
}
