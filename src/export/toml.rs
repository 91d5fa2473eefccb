//! The plan itself, with only what differs from defaults, or with everything.

use super::{Exported, Source};

pub(super) fn lean(source: &Source<'_>) -> Result<Exported, String> {
    Ok(source.document.without_defaults().into())
}

pub(super) fn full(source: &Source<'_>) -> Result<Exported, String> {
    Ok(source.document.with_defaults().into())
}
