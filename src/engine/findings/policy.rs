//! What the plan asks of itself.

use super::super::policy::too_full;
use super::super::report::Severity;
use super::{Context, Note};
use crate::plan::{Place, Row};

/// Pools that have less free than the policy wants.
pub fn free(context: &Context) -> Vec<Note> {
    let Some(policy) = &context.plan.policy else { return Vec::new() };
    let found = too_full(context.report, policy).map(|(pool, checked, message)| {
        let message = format!("{} ({}): {message}", pool.name, checked.name());
        let help = "podroom check fails: free addresses, enlarge the pool, or lower min_free";
        Note::new(Severity::Error, Place::item(Row::Plan, "policy", "min_free"), message, help)
    });
    found.collect()
}
