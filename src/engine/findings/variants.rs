//! Findings about variants.

use super::{Context, Note};
use crate::engine::Severity;

/// A variant that names what the plan does not have any more.
pub(super) fn misfit(c: &Context) -> Vec<Note> {
    let misfits = c.plan.variants.iter().filter_map(|variant| variant.misfit(c.plan));
    misfits
        .map(|p| {
            let help = p.help.unwrap_or_default();
            Note::new(Severity::Warning, p.place, p.message, help)
        })
        .collect()
}
