//! Where the rows, keys and list elements of a plan text are, comments and blank lines included.
//!
//! | word | meaning |
//! |---|---|
//! | lead | the comment lines directly above a header: they are about what follows |
//! | block | lead, header, keys, and comments directly below the last key |
//! | element | one of a list in brackets, or one `key = value` in braces |

use std::ops::Range;

use crate::plan::tree::{Entry, Form, Node, Value};

/// The line break of a text: that of its first line.
pub(in crate::plan) fn line_break(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text.get(..at).is_some_and(|line| line.ends_with('\r')) => "\r\n",
        _ => "\n",
    }
}

/// Where the line of a byte begins.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |i| i + 1)
}

/// Where the line of a byte ends, before its line break.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let end = text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |i| at + i);
    if end > at && text.get(..end).is_some_and(|line| line.ends_with('\r')) { end - 1 } else { end }
}

/// Where the line after that of a byte begins.
pub(super) fn next_line(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |i| at + i + 1)
}

fn line(text: &str, start: usize) -> &str {
    text.get(start..line_end(text, start)).unwrap_or_default().trim()
}

/// The white space that a line begins with.
pub(super) fn indent(text: &str, at: usize) -> &str {
    let line = text.get(line_start(text, at)..).unwrap_or_default();
    line.get(..line.len() - line.trim_start_matches([' ', '\t']).len()).unwrap_or_default()
}

/// The blank lines from the line that begins at `start`: where they end.
pub(super) fn skip_blank(text: &str, mut start: usize) -> usize {
    while start < text.len() && line(text, start).is_empty() {
        start = next_line(text, start);
    }
    start
}

/// The blank lines before the line that begins at `start`: where they begin.
pub(super) fn skip_blank_back(text: &str, mut start: usize) -> usize {
    while start > 0 && line(text, line_start(text, start - 1)).is_empty() {
        start = line_start(text, start - 1);
    }
    start
}

/// Where every header of a tree begins, in the order of the text.
pub(super) fn headers(text: &str, node: &Node) -> Vec<usize> {
    let mut found = Vec::new();
    collect(text, node, &mut found);
    found.sort_unstable();
    found
}

fn collect(text: &str, node: &Node, found: &mut Vec<usize>) {
    match &node.value {
        Value::Table(_) if node.source(text).starts_with('{') => return,
        Value::Table(_) if node.source(text).starts_with('[') => found.push(node.span.start),
        _ => {}
    }
    node.items().iter().chain(node.entries().iter().map(|e| &e.node)).for_each(|n| collect(text, n, found));
}

/// The blocks of everything below `node` that has a header; neighbours are one.
pub(super) fn blocks(text: &str, root: &Node, node: &Node) -> Vec<Range<usize>> {
    let all = headers(text, root);
    let mut blocks: Vec<Range<usize>> = Vec::new();
    let mut last = usize::MAX;
    for header in headers(text, node) {
        let Ok(i) = all.binary_search(&header) else { continue };
        let block = block(text, root, header, all.get(i + 1).copied());
        match blocks.last_mut() {
            Some(before) if last.checked_add(1) == Some(i) => before.end = block.end,
            _ => blocks.push(block),
        }
        last = i;
    }
    blocks
}

/// The block of the header at `header`, without its last line break; `next` is the header after it.
pub(super) fn block(text: &str, root: &Node, header: usize, next: Option<usize>) -> Range<usize> {
    let mut start = line_start(text, header);
    while start > 0 && line(text, line_start(text, start - 1)).starts_with('#') {
        start = line_start(text, start - 1);
    }
    let limit = next.map_or(text.len(), |n| line_start(text, n));
    let content = line_end(text, last_byte(root, header..limit).max(header));
    let mut end = content;
    let mut below = next_line(text, content);
    while below < limit && line(text, below).starts_with('#') {
        end = line_end(text, below);
        below = next_line(text, below);
    }
    // comments that reach the next header are its lead
    let leads = next.is_some() && below >= limit;
    start..if leads { content } else { end }
}

/// The last byte of any value within a range.
fn last_byte(node: &Node, range: Range<usize>) -> usize {
    let own = if range.contains(&node.span.start) { node.span.end } else { 0 };
    let inner = node.items().iter().chain(node.entries().iter().map(|e| &e.node));
    inner.map(|n| last_byte(n, range.clone())).fold(own, usize::max)
}

/// Where the last value ends that an entry has in lines of its own: `key = value`, or all of `key.a = value`.
/// `None` if it is made by headers.
pub(super) fn entry_end(text: &str, entry: &Entry) -> Option<usize> {
    match entry.node.form(text) {
        Form::Inline => Some(entry.node.span.end),
        Form::Dotted => entry.node.entries().iter().filter_map(|e| entry_end(text, e)).max(),
        Form::Header => None,
    }
}

/// The lines of an entry in a table with a header, line breaks included.
pub(super) fn entry_lines(text: &str, entry: &Entry) -> Vec<Range<usize>> {
    match entry.node.form(text) {
        Form::Inline => {
            std::iter::once(line_start(text, entry.span.start)..next_line(text, entry.node.span.end))
                .collect()
        }
        Form::Dotted => entry.node.entries().iter().flat_map(|e| entry_lines(text, e)).collect(),
        Form::Header => Vec::new(),
    }
}

/// The elements of a list in brackets or a table in braces, in order.
pub(super) fn elements(text: &str, node: &Node) -> Vec<Range<usize>> {
    let mut ends: Vec<usize> = match &node.value {
        Value::Array(items) => items.iter().map(|n| n.span.end).collect(),
        _ => {
            let mut ends = Vec::new();
            leaves(text, node, &mut ends);
            ends
        }
    };
    ends.sort_unstable();
    let mut from = node.span.start + 1;
    ends.into_iter()
        .map(|end| {
            let start = skip_separators(text, from);
            from = end;
            start.min(end)..end
        })
        .collect()
}

/// Where the `key = value` pairs of a table in braces end.
fn leaves(text: &str, node: &Node, ends: &mut Vec<usize>) {
    for entry in node.entries() {
        match entry.node.form(text) {
            Form::Dotted => leaves(text, &entry.node, ends),
            _ => ends.push(entry.node.span.end),
        }
    }
}

/// The first byte from `from` that is no white space, line break, comma or comment.
fn skip_separators(text: &str, mut from: usize) -> usize {
    while let Some(c) = text.get(from..).and_then(|rest| rest.chars().next()) {
        match c {
            '#' => from = next_line(text, from),
            c if c.is_whitespace() || c == ',' => from += c.len_utf8(),
            _ => break,
        }
    }
    from
}

/// What to remove so that element `i` is gone.
pub(super) fn element_removal(text: &str, node: &Node, i: usize) -> Option<Range<usize>> {
    let all = elements(text, node);
    let own = all.get(i)?.clone();
    if let Some(next) = all.get(i + 1) {
        return Some(own.start..next.start);
    }
    if let Some(before) = i.checked_sub(1).and_then(|b| all.get(b)) {
        return Some(before.end..own.end);
    }
    // alone: its trailing comma goes, too
    Some(own.start..skip_separators(text, own.end).min(node.span.end - 1).max(own.end))
}

/// What to put where so that a new element stands at `i`.
pub(super) fn element_insertion(text: &str, node: &Node, i: usize, element: &str) -> (usize, String) {
    let all = elements(text, node);
    let open = node.span.start + 1;
    let Some(first) = all.first() else {
        let braces = matches!(node.value, Value::Table(_));
        return (open, if braces { format!(" {element} ") } else { element.to_owned() });
    };
    // one a line, if the first has a line of its own
    let before = text.get(open..first.start).unwrap_or_default();
    let separator = match before.rfind('\n') {
        Some(at) => {
            format!(",{}{}", line_break(text), before.get(at + 1..).unwrap_or_default())
        }
        None => ", ".to_owned(),
    };
    match (all.get(i), all.last()) {
        (Some(at), _) => (at.start, format!("{element}{separator}")),
        (None, last) => (last.map_or(open, |l| l.end), format!("{separator}{element}")),
    }
}
