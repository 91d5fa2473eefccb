//! Edits of rows and keys as changes of the text. Each works on rows written with headers, and on rows
//! written as lists of tables in braces.

use std::ops::Range;

use super::layout::{
    block, blocks, element_insertion, element_removal, elements, entry_lines, headers, indent, line_break,
    next_line, skip_blank, skip_blank_back,
};
use super::splice::Splice;
use crate::plan::field::quote_key;
use crate::plan::read::header;
use crate::plan::tree::{self, Form, Node};
use crate::plan::{Row, field};

/// The table that holds a row's list, the key of the list, and the row's index in it.
fn list_of(row: Row) -> Option<(Row, &'static str, usize)> {
    match row {
        Row::Subnet(s) => Some((Row::Plan, "subnet", s)),
        Row::Network(n) => Some((Row::Plan, "network", n)),
        Row::Cluster(c) => Some((Row::Plan, "cluster", c)),
        Row::NodeGroup(c, g) => Some((Row::Cluster(c), "node_group", g)),
        Row::Workload(c, w) => Some((Row::Cluster(c), "workload", w)),
        Row::Plan | Row::Env(_) => None,
    }
}

/// Removes blocks, and one of the gaps around each: the blank lines below it if there are some above, at the
/// end of the file those above.
pub(super) fn remove_blocks(text: &str, blocks: Vec<Range<usize>>) -> Option<Splice> {
    let gone = blocks.into_iter().map(|block| {
        let (above, below) = (skip_blank_back(text, block.start), next_line(text, block.end));
        let end = skip_blank(text, below);
        let at = match (above == block.start, end >= text.len()) {
            (_, true) => above..end,
            (false, false) => block.start..end,
            (true, false) => block.start..below,
        };
        Splice::new(at, "")
    });
    Splice::all(text, gone.collect())
}

/// A new element of a list or a table in braces, at place `i` or at the end.
pub(super) fn insert_element(text: &str, node: &Node, i: usize, element: &str) -> Splice {
    let (at, with) = element_insertion(text, node, i, element);
    Splice::new(at..at, with)
}

/// Takes a row away, with everything that belongs to it.
pub(super) fn remove(text: &str, tree: &Node, row: Row) -> Option<Splice> {
    let (parent, key, i) = list_of(row)?;
    let list = tree.row(parent)?.get(key)?;
    let node = list.items().get(i)?;
    match list.form(text) {
        Form::Inline => Some(Splice::new(element_removal(text, list, i)?, "")),
        _ => remove_blocks(text, blocks(text, tree, node)),
    }
}

/// Adds a row at its place.
pub(super) fn insert(text: &str, tree: &Node, row: Row, body: &str) -> Option<Splice> {
    let (parent, key, i) = list_of(row)?;
    let holder = tree.row(parent)?;
    let body = body.trim();
    let list = holder.get(key);
    let rows = list.map_or(&[][..], Node::items);
    if i > rows.len() {
        return None;
    }
    if let Some(list) = list.filter(|l| l.form(text) == Form::Inline) {
        return Some(insert_element(text, list, i, &braces(body)?));
    }
    if parent != Row::Plan && holder.form(text) == Form::Inline {
        let pair = format!("{key} = [{}]", braces(body)?);
        return Some(insert_element(text, holder, usize::MAX, &pair));
    }
    let eol = line_break(text);
    let neighbour = rows.get(i).or(rows.last());
    let indent = neighbour.map_or("", |n| indent(text, n.span.start));
    let lines: Vec<String> = std::iter::once(header(field::section(row)))
        .chain(body.lines())
        .map(|line| if line.is_empty() { String::new() } else { format!("{indent}{line}") })
        .collect();
    let new = lines.join(eol);
    if let Some(next) = rows.get(i) {
        let at = blocks(text, tree, next).first()?.start;
        return Some(Splice::new(at..at, format!("{new}{eol}{eol}")));
    }
    let after = match rows.last() {
        Some(last) => blocks(text, tree, last).last()?.end,
        None => end_of_holder(text, tree, holder, row)?,
    };
    Some(Splice::new(after..after, format!("{eol}{eol}{new}")))
}

/// Where the first row of a list goes: subnets before clusters, groups before workloads.
fn end_of_holder(text: &str, tree: &Node, holder: &Node, row: Row) -> Option<usize> {
    let before = |keys: &[&str]| {
        let rows = holder.entries().iter().filter(|e| keys.contains(&e.key.as_str()));
        rows.flat_map(|e| blocks(text, tree, &e.node)).map(|b| b.end).max()
    };
    match row {
        Row::Subnet(_) | Row::Network(_) | Row::Cluster(_) => {
            let keys = block(text, tree, 0, headers(text, tree).first().copied()).end;
            let earlier = match row {
                Row::Cluster(_) => before(&["subnet", "network"]),
                Row::Network(_) => before(&["subnet"]),
                _ => None,
            };
            Some(earlier.unwrap_or(0).max(keys))
        }
        _ => {
            let all = headers(text, tree);
            let next = all.get(all.partition_point(|h| *h <= holder.span.start)).copied();
            let own = block(text, tree, holder.span.start, next).end;
            let keys: &[&str] =
                if matches!(row, Row::Workload(..)) { &["env", "node_group"] } else { &["env"] };
            Some(before(keys).unwrap_or(0).max(own))
        }
    }
}

/// Lines of `key = value` as a table in braces; `None` if there are headers among them.
fn braces(body: &str) -> Option<String> {
    let (tree, errors) = tree::parse(body);
    if !errors.is_empty() || !headers(body, &tree).is_empty() {
        return None;
    }
    let pairs: Vec<&str> = tree
        .entries()
        .iter()
        .flat_map(|e| entry_lines(body, e))
        .map(|at| body.get(at).unwrap_or_default().trim())
        .collect();
    // with comments in it, a line would swallow the next pair
    let joined = format!("{{ {} }}", pairs.join(", "));
    let same = tree::parse_value(&joined).is_some_and(|n| n.entries().len() == tree.entries().len());
    if same { Some(joined) } else { braces_of(&tree, body) }
}

/// As [`braces`], without what stands besides keys and values.
fn braces_of(tree: &Node, body: &str) -> Option<String> {
    let pairs: Option<Vec<String>> = tree
        .entries()
        .iter()
        .map(|e| {
            let value = match e.node.form(body) {
                Form::Inline => e.node.source(body).to_owned(),
                _ => braces_of(&e.node, body)?,
            };
            Some(format!("{} = {value}", quote_key(&e.key)))
        })
        .collect();
    Some(format!("{{ {} }}", pairs?.join(", ")))
}

/// Moves a row to the place of another: their texts, and those of the rows between, change places; what
/// stands between them stays.
pub(super) fn rotate(text: &str, tree: &Node, from: Row, to: Row) -> Option<Splice> {
    let ((parent, key, i), (other, other_key, j)) = (list_of(from)?, list_of(to)?);
    if (parent, key) != (other, other_key) {
        return None;
    }
    let list = tree.row(parent)?.get(key)?;
    let (low, high) = (i.min(j), i.max(j));
    if high >= list.items().len() {
        return None;
    }
    let slots: Vec<Vec<Range<usize>>> = match list.form(text) {
        Form::Inline => {
            elements(text, list).into_iter().skip(low).take(high + 1 - low).map(|e| vec![e]).collect()
        }
        _ => list.items().get(low..=high)?.iter().map(|n| blocks(text, tree, n)).collect(),
    };
    let eol = line_break(text);
    let mut contents: Vec<String> = slots
        .iter()
        .map(|slot| {
            let parts: Vec<&str> = slot.iter().filter_map(|at| text.get(at.clone())).collect();
            parts.join(&format!("{eol}{eol}"))
        })
        .collect();
    if i < j {
        contents.rotate_left(1);
    } else {
        contents.rotate_right(1);
    }
    let parts = slots.into_iter().zip(contents).flat_map(|(slot, content)| {
        let rest = slot.len().saturating_sub(1);
        let texts = std::iter::once(content).chain(std::iter::repeat_n(String::new(), rest));
        slot.into_iter().zip(texts).map(|(at, with)| Splice::new(at, with)).collect::<Vec<_>>()
    });
    Splice::all(text, parts.collect())
}

/// The body of a row, for another row like it: what [`insert`] takes.
pub(super) fn body(text: &str, tree: &Node, row: Row) -> Option<String> {
    let node = tree.row(row)?;
    if node.form(text) == Form::Inline {
        let pairs: Vec<&str> = elements(text, node).into_iter().filter_map(|at| text.get(at)).collect();
        return Some(pairs.join("\n"));
    }
    let blocks = blocks(text, tree, node);
    let indent = indent(text, node.span.start);
    let first = blocks.first()?;
    let parts: Vec<&str> = std::iter::once(next_line(text, node.span.end)..first.end)
        .chain(blocks.iter().skip(1).cloned())
        .filter_map(|at| text.get(at))
        .collect();
    let lines: Vec<&str> = parts
        .iter()
        .flat_map(|part| part.lines().chain(std::iter::once("")))
        .map(|line| line.strip_prefix(indent).unwrap_or(line))
        .collect();
    Some(lines.join("\n").trim_end().to_owned())
}
