//! One plan tried again and again with other values: what does not change is worked out once.

use super::{Change, Comes, settle_verdict};
use crate::engine::burst::Bursts;
use crate::engine::{Evaluation, Lives, Placements, figures};
use crate::instance::Tables;
use crate::plan::{Plan, Problem};

/// What is kept from one combination of values to the next, by whoever tries many of one plan.
#[derive(Debug, Default)]
pub struct Trials {
    plan: Option<Plan>,
    placements: Placements,
    bursts: Bursts,
}

impl Trials {
    /// Looks at a plan with changes. The same fields are changed every time: what one left behind, the next one
    /// takes away.
    pub fn plan(&mut self, base: &Plan, changes: &[Change]) {
        let plan = self.plan.get_or_insert_with(|| base.clone());
        changes.iter().for_each(|change| change.apply(plan));
    }

    /// Looks at a plan that is given as a whole, in which other things may differ, too.
    pub fn instead(&mut self, plan: Plan) {
        (self.plan, self.placements) = (Some(plan), Placements::default());
    }

    /// The plan that is looked at.
    pub fn now(&self) -> Option<&Plan> {
        self.plan.as_ref()
    }

    /// What the engine says of the plan, without findings.
    ///
    /// # Errors
    ///
    /// The first rule that the plan breaks.
    pub fn evaluation(&mut self, tables: &Tables) -> Result<Evaluation, String> {
        let plan = self.plan.as_ref().ok_or("there is no plan")?;
        figures(plan, tables, &mut self.placements).map_err(|problems| Problem::first(&problems))
    }

    /// The plan's figures.
    ///
    /// # Errors
    ///
    /// The first rule that the plan breaks.
    pub fn comes(&mut self, tables: &Tables, lives: &mut Lives) -> Result<Comes, String> {
        let mut evaluation = self.evaluation(tables)?;
        let plan = self.plan.as_ref().ok_or("there is no plan")?;
        settle_verdict(&mut evaluation, plan, lives);
        Ok(Comes::with(&evaluation, evaluation.burst_of(plan, None, None, &mut self.bursts)))
    }

    /// The figures of one cluster of an evaluation of the plan, with a burst of so many pods on its nodes.
    pub fn of_cluster(&mut self, evaluation: &Evaluation, c: usize, pods: u64) -> Option<Comes> {
        let plan = self.plan.as_ref()?;
        let burst = evaluation.burst_of(plan, Some(c), Some(pods), &mut self.bursts);
        Some(Comes::of_cluster(evaluation, plan, c, burst))
    }
}
