//! Adding and removing keys: of rows with headers, of tables in braces, and of dotted keys.

use std::ops::Range;

use super::layout::{
    block, blocks, element_removal, elements, entry_end, entry_lines, headers, indent, line_break, line_end,
    line_start,
};
use super::rows::{insert_element, remove_blocks};
use super::splice::Splice;
use crate::plan::field::quote_key;
use crate::plan::tree::{Entry, Form, Node, Value};
use crate::plan::{Place, Row, field};

/// Adds a key that is not there, after the key that comes before it in the form.
pub(super) fn set_new(text: &str, tree: &Node, place: &Place, value: &str) -> Option<Splice> {
    let pair = format!("{} = {value}", quote_key(&place.key));
    if let Some(item) = &place.item {
        let table = tree.at(&Place::key(place.row, place.key.clone()))?;
        let pair = format!("{} = {value}", quote_key(item));
        return match (&table.value, table.form(text)) {
            (Value::Table(_), Form::Inline) => Some(insert_element(text, table, usize::MAX, &pair)),
            (Value::Table(_), _) if braces_around(text, tree, place.row).is_none() => {
                below(text, table, &pair)
            }
            _ => None,
        };
    }
    let Some(row) = tree.row(place.row) else {
        let Row::Env(c) = place.row else { return None };
        return new_env(text, tree, c, &pair);
    };
    let before = predecessor(text, row, place);
    match (braces_around(text, tree, place.row), row.form(text)) {
        (Some(braces), Form::Inline) => {
            let i = before.map_or(0, |e| elements_until(text, braces, e));
            Some(insert_element(text, braces, i, &pair))
        }
        // `{ env.A = 1 }`: another element like the last
        (Some(braces), _) => {
            let last = row.entries().last()?;
            let at = elements(text, braces).into_iter().position(|e| e.contains(&last.span.start))?;
            Some(insert_element(text, braces, at + 1, &format!("env.{pair}")))
        }
        // `env.A = 1`: another line like the last
        (None, Form::Dotted) if place.row != Row::Plan => below(text, row, &pair),
        (None, _) => {
            let (at, indent) = match before {
                Some(entry) => (entry_end(text, entry)?, indent(text, entry.span.start)),
                None if place.row == Row::Plan => return Some(Splice::new(0..0, pair + line_break(text))),
                None => (row.span.end, indent(text, row.span.start)),
            };
            let at = line_end(text, at);
            Some(Splice::new(at..at, format!("{}{indent}{pair}", line_break(text))))
        }
    }
}

/// Another line of a table in lines, like its last: with its indent, and its dots.
fn below(text: &str, table: &Node, pair: &str) -> Option<Splice> {
    let last = table.entries().iter().max_by_key(|e| e.span.start)?;
    let prefix = text.get(line_start(text, last.span.start)..last.span.start)?;
    let at = line_end(text, entry_end(text, last)?);
    Some(Splice::new(at..at, format!("{}{prefix}{pair}", line_break(text))))
}

/// The table in braces that a row's keys stand in, if they do: its own, or for `{ env.A = 1 }` the cluster's.
fn braces_around<'a>(text: &str, tree: &'a Node, row: Row) -> Option<&'a Node> {
    let node = tree.row(row)?;
    match (node.form(text), row) {
        (Form::Inline, _) => Some(node),
        (Form::Dotted, Row::Env(c)) => tree.row(Row::Cluster(c)).filter(|c| c.form(text) == Form::Inline),
        _ => None,
    }
}

/// The first variable of a cluster.
fn new_env(text: &str, tree: &Node, c: usize, pair: &str) -> Option<Splice> {
    let cluster = tree.row(Row::Cluster(c))?;
    if cluster.form(text) == Form::Inline {
        let table = format!("env = {{ {pair} }}");
        let rows = |e: &&Entry| matches!(e.key.as_str(), "node_group" | "workload");
        let at = cluster.entries().iter().find(rows).map_or(usize::MAX, |e| {
            elements(text, cluster).iter().position(|at| at.contains(&e.span.start)).unwrap_or(usize::MAX)
        });
        return Some(insert_element(text, cluster, at, &table));
    }
    let all = headers(text, tree);
    let next = all.get(all.partition_point(|h| *h <= cluster.span.start)).copied();
    let end = block(text, tree, cluster.span.start, next).end;
    let (eol, indent) = (line_break(text), indent(text, cluster.span.start));
    Some(Splice::new(end..end, format!("{eol}{eol}{indent}[cluster.env]{eol}{indent}{pair}")))
}

/// The last key of a row, in the order of the text, that comes before a new one in the form. Variables come
/// after all others.
fn predecessor<'a>(text: &str, row: &'a Node, place: &Place) -> Option<&'a Entry> {
    let fields = field::slice(field::section(place.row));
    let rank = |key: &str| fields.iter().position(|f| f.key == key).unwrap_or(usize::MAX);
    let own = if matches!(place.row, Row::Env(_)) { usize::MAX } else { rank(&place.key) };
    let in_lines = |e: &&Entry| entry_end(text, e).is_some();
    row.entries().iter().filter(in_lines).rfind(|e| rank(&e.key) < own || own == usize::MAX)
}

/// How many elements of a table in braces end with or before an entry.
fn elements_until(text: &str, row: &Node, entry: &Entry) -> usize {
    let end = entry_end(text, entry).unwrap_or(entry.node.span.end);
    elements(text, row).iter().filter(|e| e.end <= end).count()
}

/// Removes a key, or an element of a list or of an inner table.
pub(super) fn unset(text: &str, tree: &Node, place: &Place) -> Option<Splice> {
    let entry = tree.row(place.row)?.entry(&place.key)?;
    let braces = braces_around(text, tree, place.row);
    let Some(item) = &place.item else {
        return match (braces, entry.node.form(text)) {
            (Some(braces), _) => remove_elements(text, braces, entry),
            (None, Form::Header) => remove_blocks(text, blocks(text, tree, &entry.node)),
            (None, _) => remove_lines(text, entry),
        };
    };
    let value = &entry.node;
    if matches!(value.value, Value::Array(_)) {
        return Some(Splice::new(element_removal(text, value, item.parse().ok()?)?, ""));
    }
    let inner = value.entry(item)?;
    match (value.form(text), braces) {
        (Form::Inline, _) => remove_elements(text, value, inner),
        (Form::Dotted, Some(braces)) => remove_elements(text, braces, inner),
        _ => remove_lines(text, inner),
    }
}

/// Removes an entry from a table in braces: its one element, or with dotted keys all of them, if they are
/// neighbours.
pub(super) fn remove_elements(text: &str, braces: &Node, entry: &Entry) -> Option<Splice> {
    let starts: Vec<usize> = match entry.node.form(text) {
        Form::Dotted => entry.node.entries().iter().map(|e| e.span.start).collect(),
        _ => vec![entry.span.start],
    };
    let all = elements(text, braces);
    let mine = |at: &Range<usize>| starts.iter().any(|s| at.contains(s));
    let (first, last) = (all.iter().position(mine)?, all.iter().rposition(mine)?);
    if all.iter().filter(|at| mine(at)).count() != last - first + 1 {
        return None;
    }
    let before = first.checked_sub(1).and_then(|i| all.get(i));
    let at = match (before, all.get(last + 1)) {
        (_, Some(next)) => all.get(first)?.start..next.start,
        (Some(before), None) => before.end..all.get(last)?.end,
        (None, None) => all.get(first)?.start..element_removal(text, braces, last)?.end,
    };
    Some(Splice::new(at, ""))
}

pub(super) fn remove_lines(text: &str, entry: &Entry) -> Option<Splice> {
    let lines = entry_lines(text, entry).into_iter();
    Splice::all(text, lines.map(|at| Splice::new(at, "")).collect())
}
