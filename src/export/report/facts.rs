//! What a report is made of: the plan, what the engine says of it, month by month and beside its variants.

use std::sync::Arc;

use crate::compare::side;
use crate::engine::map::Run;
use crate::engine::{Evaluation, Lives, PoolRow, Staircase, Verdict};
use crate::explore::Comes;
use crate::export::Source;
use crate::limits;
use crate::output::variants::Compared;
use crate::plan::Plan;
use crate::plan::document::Document;

use super::Part;

/// Everything that the tables and the pages of a report show.
pub struct Facts<'a> {
    pub document: &'a Document,
    /// With percentiles, and with thresholds where they are needed.
    pub evaluation: Evaluation,
    pub comes: Comes,
    /// The pools by month of growth, the first as they are today; empty where nothing grows.
    pub months: Vec<Vec<PoolRow>>,
    /// The plan and its variants; empty where it has none.
    pub variants: Vec<Compared>,
}

impl<'a> Facts<'a> {
    /// What one table shows, or all of them.
    pub fn of(source: &Source<'a>, part: Option<Part>) -> Facts<'a> {
        let needs = |parts: &[Part]| part.is_none_or(|part| parts.contains(&part));
        let (document, plan) = (source.document, source.document.plan());
        let mut lives = Lives::default();
        let mut evaluation = source.evaluation.clone();
        evaluation.live_with(plan, &mut lives);
        // those of a session may be of the plan before
        evaluation.report.thresholds = match needs(&[Part::Thresholds, Part::Reasons]) {
            true => evaluation.thresholds(plan).into(),
            false => Arc::default(),
        };
        let months = match plan.months() {
            months if months > 0 && needs(&[Part::Growth]) => {
                (0..=months).map(|month| evaluation.pools_after(plan, month)).collect()
            }
            _ => Vec::new(),
        };
        let variants = if needs(&[Part::Variants]) && !plan.variants.is_empty() {
            let sides = (0..=limits::VARIANTS).map_while(|i| side(document, i));
            let compared = sides.map(|side| {
                let outcome = side.outcome(source.tables, &mut lives);
                (side, outcome)
            });
            compared.collect()
        } else {
            Vec::new()
        };
        let comes = Comes::from(&evaluation, plan);
        Facts { document, evaluation, comes, months, variants }
    }

    pub fn plan(&self) -> &Plan {
        self.document.plan()
    }

    pub fn verdict(&self) -> Verdict {
        self.evaluation.report.verdict
    }

    pub fn pools(&self) -> &[PoolRow] {
        &self.evaluation.report.pools
    }

    /// What a node of a group holds with every number of pods, by row of `node_groups`; `None` where the group's nodes
    /// have no type that anything is known of.
    pub fn staircase(&self, group: usize) -> Option<Staircase> {
        self.evaluation.staircase(self.plan(), group)
    }

    /// The staircases of all groups.
    pub fn staircases(&self) -> Vec<Staircase> {
        (0..self.evaluation.report.node_groups.len()).filter_map(|group| self.staircase(group)).collect()
    }

    /// What the addresses of each pool are.
    pub fn runs(&self) -> Vec<Vec<Run>> {
        (0..self.pools().len()).map(|pool| self.evaluation.map(self.plan(), pool)).collect()
    }
}
