//! Variants in the text: each stands in blocks of its own, or in a table in braces.

use std::ops::Range;

use super::keys::{remove_elements, remove_lines};
use super::layout::{blocks, headers, line_break, line_end};
use super::rows::{insert_element, remove_blocks};
use super::splice::Splice;
use crate::plan::field::quote_key;
use crate::plan::tree::{self, Form, Node};
use crate::plan::variant::Variant;

/// Takes a variant away. `None`: it is not there, or cannot be taken out.
pub(super) fn remove(text: &str, tree: &Node, name: &str) -> Option<Splice> {
    let all = tree.get("variant")?;
    let entry = all.entry(name)?;
    // with the last one the table goes
    let (holder, entry) = match all.entries() {
        [_] if all.form(text) == Form::Inline => (tree, tree.entry("variant")?),
        _ => (all, entry),
    };
    match entry.node.form(text) {
        Form::Header => remove_blocks(text, blocks(text, tree, &entry.node)),
        _ if holder.form(text) == Form::Inline && holder.source(text).starts_with('{') => {
            remove_elements(text, holder, entry)
        }
        _ => remove_lines(text, entry),
    }
}

/// Writes a variant anew where it stands, if that is one place, below the comment that leads to it.
pub(super) fn replace(text: &str, tree: &Node, name: &str, variant: &Variant) -> Option<Splice> {
    let node = tree.get("variant")?.get(name).filter(|node| node.form(text) == Form::Header)?;
    let found = blocks(text, tree, node);
    let [block] = found.as_slice() else { return None };
    let header = headers(text, node).first().copied()?;
    let new = variant.blocks().lines().collect::<Vec<_>>().join(line_break(text));
    Some(Splice::new(header..block.end, new))
}

/// Adds a variant that is not there, at the end.
pub(super) fn add(text: &str, tree: &Node, variant: &Variant) -> Splice {
    if let Some(all) = tree.get("variant").filter(|all| all.form(text) == Form::Inline) {
        return insert_element(text, all, usize::MAX, &variant.pair());
    }
    let eol = line_break(text);
    let end = text.trim_end().len();
    let new = variant.blocks().lines().collect::<Vec<_>>().join(eol);
    let after = if text.get(end..).is_some_and(|rest| rest.contains('\n')) { "" } else { eol };
    Splice::new(end..end, format!("{eol}{eol}{new}{after}"))
}

/// Calls a variant something else, where its name stands in headers. `None`: it stands elsewhere, too.
pub(super) fn rename(text: &str, tree: &Node, name: &str, new: &str) -> Option<Splice> {
    let node = tree.get("variant")?.get(name).filter(|node| node.form(text) == Form::Header)?;
    let places: Option<Vec<Range<usize>>> = headers(text, node)
        .into_iter()
        .map(|at| {
            let (header, errors) = tree::parse(text.get(at..line_end(text, at))?);
            let span =
                errors.is_empty().then(|| Some(header.get("variant")?.entry(name)?.span.clone()))??;
            Some(at + span.start..at + span.end)
        })
        .collect();
    Splice::all(text, places?.into_iter().map(|at| Splice::new(at, quote_key(new))).collect())
}
