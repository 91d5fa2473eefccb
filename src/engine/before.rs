//! The plan before an edit. A cluster that the edit left as it was comes to the same again, and is not looked at twice.

use std::sync::Arc;

use super::brought;
use super::evaluate::Evaluation;
use super::outcome::Outcome;
use crate::plan::Plan;

/// A plan before an edit, and what came of it with the same instance tables.
#[derive(Clone, Copy)]
pub struct Before<'a> {
    plan: &'a Plan,
    evaluation: &'a Evaluation,
}

impl<'a> Before<'a> {
    /// `None` where the edit may reach every cluster: where it is one of subnets or networks, or moves the pools that
    /// clusters bring along.
    pub fn of(plan: &Plan, before: &'a Plan, evaluation: &'a Evaluation) -> Option<Before<'a>> {
        let same = plan.subnets == before.subnets
            && plan.networks == before.networks
            && brought::firsts(plan) == brought::firsts(before);
        same.then_some(Before { plan: before, evaluation })
    }

    /// What came of a cluster that is as it was; `None` where it is not, or where it is not the only one that decides:
    /// where its nodes are on a docker network with others, or choose their subnet by what others left free.
    pub(super) fn outcome(&self, plan: &Plan, c: usize) -> Option<&'a Arc<Outcome>> {
        let outcome = self.evaluation.clusters.get(c).filter(|outcome| !outcome.chooses)?;
        let own = |cluster: &&Arc<crate::plan::Cluster>| cluster.manager.model.is_none();
        let (before, now) = self.plan.clusters.get(c).zip(plan.clusters.get(c).filter(own))?;
        (Arc::ptr_eq(before, now) || before == now).then_some(outcome)
    }
}
