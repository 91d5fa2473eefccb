//! Plan + instance tables -> [`Report`], pure and deterministic.

pub mod report;

pub use report::*;

use crate::instance::Tables;
use crate::plan::{Plan, Problem};

/// A report, and what is needed to say how each of its numbers came about.
#[derive(Debug, Clone)]
pub struct Evaluation {
    pub report: Report,
}

/// Evaluates a plan. `thresholds` of the report are empty: they cost more than the rest and come from
/// [`Evaluation::thresholds`].
///
/// # Errors
///
/// Rules that need the instance tables: unknown types, more `pods` than a node may run.
pub fn evaluate(plan: &Plan, tables: &Tables) -> Result<Evaluation, Vec<Problem>> {
    let _ = (plan, tables);
    todo!()
}

/// A number of the report, or its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pointer {
    Verdict,
    /// Row of `pools`, and the key of the figure: `held`, `free`, `usable`, …
    Pool(usize, &'static str),
    /// Row of `node_groups`, and the key: `nodes`, `max_pods`, `pods`, `enis`, `held`, `unused`.
    NodeGroup(usize, &'static str),
    /// Row of `workloads`, and the key: `replicas`, `running`, `pending`, `reason`.
    Workload(usize, &'static str),
    Threshold(usize),
    Finding(usize),
}

impl Evaluation {
    /// How a number came about, in a sentence with its own figures in it.
    pub fn why(&self, plan: &Plan, pointer: &Pointer) -> String {
        let _ = (plan, pointer);
        todo!()
    }

    /// The first counts that fail, for every group and workload.
    pub fn thresholds(&self, plan: &Plan, tables: &Tables) -> Vec<Threshold> {
        let _ = (plan, tables);
        todo!()
    }
}
