//! How a number came about.
use super::Evaluation;
use crate::plan::Plan;

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
        String::new()
    }
}
