//! What the inputs consist of: sections, their rows, and which fields a row shows at once.

use crate::manager::Manager;
use crate::plan::document::Document;
use crate::plan::field::{self, Field, FieldKind, Section};
pub use crate::plan::rows::{all_rows, fields_of, manager, row, rows};
use crate::plan::{Place, Row};
use crate::text::{shown, thousands};

/// The fields that a row shows side by side, under its cluster's manager.
pub fn columns(section: Section, manager: &Manager) -> Vec<&'static Field> {
    let all = field::fields(section);
    let everyday: Vec<_> = all.iter().copied().filter(|f| f.is_everyday(manager)).collect();
    match section {
        Section::Env => Vec::new(),
        _ if everyday.is_empty() => all.into_iter().filter(|f| f.key == "name").collect(),
        _ => everyday,
    }
}

/// How many of a cluster's fields are always shown, where its manager is not the AWS VPC CNI.
const FIRST: usize = 4;

/// The fields of a cluster that are shown below it even when it is not open: who manages it, the first of what
/// that one reads, and what is set. Those of the AWS VPC CNI are all behind the row: its variables matter more.
pub fn first(row: Row, document: &Document) -> Vec<&'static Field> {
    let Row::Cluster(c) = row else { return Vec::new() };
    let manager = manager(document.plan(), c);
    if manager.is_aws() {
        return Vec::new();
    }
    let first = manager.keys.iter().take(FIRST);
    let is_first = |f: &&Field| f.key == "manager" || first.clone().any(|key| *key == f.key);
    let set = |f: &&Field| document.value(&Place::key(row, f.key)).is_some();
    rest(row, document).into_iter().filter(|f| is_first(f) || set(f)).collect()
}

/// The other fields of a row: those to show when it is open. What nobody edits here, and what means nothing to
/// the manager, is left out unless it is set.
pub fn rest(row: Row, document: &Document) -> Vec<&'static Field> {
    let section = field::section(row);
    let manager = manager(document.plan(), row.cluster().unwrap_or(usize::MAX));
    let beside = columns(section, manager);
    let set = |f: &Field| document.value(&Place::key(row, f.key)).is_some();
    field::fields(section)
        .into_iter()
        .filter(|f| f.is_of(manager) || set(f))
        .filter(|f| f.key != "format" && !beside.iter().any(|c| c.key == f.key))
        .filter(|f| f.key != "cluster" || set(f))
        .collect()
}

/// How many fields of a row are set and not shown.
pub fn set_beyond_columns(row: Row, document: &Document) -> usize {
    let shown = first(row, document);
    let hidden = |f: &Field| !shown.iter().any(|s| s.key == f.key);
    let set = |f: &&Field| hidden(f) && document.value(&Place::key(row, f.key)).is_some();
    rest(row, document).into_iter().filter(set).count()
}

/// A field's value as the form shows it: whole numbers with separators; `None` where the default holds.
pub fn value(document: &Document, row: Row, field: &Field) -> Option<String> {
    let text = document.value(&Place::key(row, field.key))?;
    let number = matches!(field.kind, FieldKind::Count { .. } | FieldKind::Nodes | FieldKind::Other);
    match text.parse::<u64>() {
        Ok(n) if number => Some(thousands(n)),
        _ => Some(shown(&text)),
    }
}
