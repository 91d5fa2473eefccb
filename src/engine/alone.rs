//! One cluster of a plan on its own, for who tries many settings of it: the others under the AWS VPC CNI are not
//! evaluated again and again, and what they hold of the subnets is added as it is.
//!
//! That is exact as long as no node goes by what is free, which is what others leave ([`super::hold`]).

use super::blocks::blocks;
use super::evaluate::{Evaluation, figures};
use super::hold::Sites;
use super::placements::Placements;
use super::report::{Holding, PoolRow, Situation};
use crate::instance::Tables;
use crate::plan::{Plan, Problem};

/// What is held of a subnet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Held {
    addresses: u64,
    prefixes: u64,
}

/// What the others hold of a subnet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Others {
    settled: Held,
    churned: Held,
    /// What the rolling upgrade adds that adds most.
    surge: Held,
}

/// A cluster on its own.
#[derive(Debug, Clone)]
pub struct Alone {
    /// The plan without the nodes and pods of the other clusters under the AWS VPC CNI.
    pub plan: Plan,
    others: Vec<Others>,
}

impl Alone {
    /// A cluster of a plan; `None` where it cannot be told apart.
    ///
    /// # Errors
    ///
    /// Those of [`figures`].
    pub fn of(plan: &Plan, c: usize, tables: &Tables) -> Result<Option<Alone>, Vec<Problem>> {
        let look = |plan: &Plan| figures(plan, tables, &mut Placements::default());
        let aws = |i: &usize| plan.clusters.get(*i).is_some_and(|cluster| cluster.manager.is_aws());
        let others: Vec<usize> = (0..plan.clusters.len()).filter(|i| *i != c).filter(aws).collect();
        if others.is_empty() {
            return Ok(Some(Alone { plan: plan.clone(), others: Vec::new() }));
        }
        if look(plan)?.goes_by_free(plan) {
            return Ok(None);
        }
        let own = without(plan, &others);
        let nobody = look(&without(&own, &[c]))?;
        let rest = look(&without(plan, &[c]))?;
        let rows = rest.report.pools.iter().zip(&nobody.report.pools).take(plan.subnets.len());
        let others = rows.map(|(rest, nobody)| Others {
            settled: Held::of(&rest.settled).less(Held::of(&nobody.settled)),
            churned: Held::of(&rest.churned).less(Held::of(&nobody.churned)),
            surge: Held::of(&rest.upgrade).less(Held::of(&rest.settled)),
        });
        Ok(Some(Alone { plan: own, others: others.collect() }))
    }

    /// Adds what the others hold to the pools of an evaluation of [`Alone::plan`], or of that with other settings. Who
    /// holds what, is still said of the cluster alone.
    pub fn join(&self, evaluation: &mut Evaluation) {
        for (s, (pool, others)) in evaluation.report.pools.iter_mut().zip(&self.others).enumerate() {
            let own = Held::of(&pool.upgrade).less(Held::of(&pool.settled));
            let more = if others.surge.addresses > own.addresses { others.surge } else { own };
            let settled = Held::of(&pool.settled).plus(others.settled);
            let churned = Held::of(&pool.churned).plus(others.churned);
            for (situation, held) in [
                (Situation::Settled, settled),
                (Situation::Churned, churned),
                (Situation::Upgrade, settled.plus(more)),
            ] {
                held.put(&self.plan, s, pool, situation);
            }
        }
    }
}

/// The plan with some clusters emptied. They stay where they are, as do their control planes.
fn without(plan: &Plan, clusters: &[usize]) -> Plan {
    let mut plan = plan.clone();
    for c in clusters {
        if let Some(cluster) = plan.cluster_mut(*c) {
            cluster.node_groups.clear();
            cluster.workloads.clear();
        }
    }
    plan
}

impl Held {
    fn of(holding: &Holding) -> Held {
        Held { addresses: holding.held, prefixes: holding.blocks.map_or(0, |blocks| blocks.held) }
    }

    fn plus(self, other: Held) -> Held {
        Held { addresses: self.addresses + other.addresses, prefixes: self.prefixes + other.prefixes }
    }

    fn less(self, other: Held) -> Held {
        Held {
            addresses: self.addresses.saturating_sub(other.addresses),
            prefixes: self.prefixes.saturating_sub(other.prefixes),
        }
    }

    /// Makes this what is held of a pool.
    fn put(self, plan: &Plan, s: usize, pool: &mut PoolRow, situation: Situation) {
        let (free, short) = pool.balance(self.addresses);
        let holding = match situation {
            Situation::Settled => &mut pool.settled,
            Situation::Churned => &mut pool.churned,
            Situation::Upgrade => &mut pool.upgrade,
        };
        (holding.held, holding.free, holding.short) = (self.addresses, free, short);
        if self.prefixes > 0 || holding.blocks.is_some() {
            let singles = self.addresses.saturating_sub(self.prefixes * crate::cni::PREFIX);
            holding.blocks = Some(blocks(plan, s, singles, self.prefixes));
        }
    }
}

impl Evaluation {
    /// Whether some node under the AWS VPC CNI goes, or takes new ENIs, where most is free.
    fn goes_by_free(&self, plan: &Plan) -> bool {
        plan.clusters.iter().zip(&self.clusters).any(|(cluster, outcome)| {
            let groups = outcome.groups.iter().zip(&cluster.node_groups);
            groups.filter(|(group, _)| group.managed.is_none()).any(|(group, spec)| {
                Sites::new(plan, group, spec.kind, &spec.nodes, &outcome.placed.bins).depends_on_free()
            })
        })
    }
}
