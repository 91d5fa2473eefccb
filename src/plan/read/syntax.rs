//! Syntax errors as problems, and which of the other mistakes of a broken text are worth telling.

use std::collections::HashSet;
use std::ops::Range;

use toml::de::Error;

use super::sorted;
use super::table::{About, Found};
use crate::limits;
use crate::plan::tree::{Node, Value};
use crate::plan::{Place, Problem, Row};
use crate::text::shown;

/// All problems of a text with syntax errors: those, one per line, and of the mistakes found in what could be
/// read those that cannot be echoes of them.
pub(super) fn problems(text: &str, tree: &Node, errors: &[Error], found: Vec<Found>) -> Vec<Problem> {
    let lines = Lines::new(text);
    let unclosed: Vec<Range<usize>> = errors.iter().filter_map(|e| unclosed(tree, e)).collect();
    let mut broken = HashSet::new();
    let mut problems: Vec<Problem> = errors
        .iter()
        .map(|e| problem(text, tree, e))
        .filter(|p| {
            // what follows in a list that is never closed is read as its elements
            let at = p.span.as_ref().map_or(0, |s| s.start);
            !unclosed.iter().any(|list| list.start < at && at <= list.end)
        })
        .collect();
    problems.sort_by_key(|p| p.span.as_ref().map(|s| s.start));
    problems.retain(|p| broken.insert(lines.of(p.span.as_ref().map_or(0, |s| s.start))));
    problems.truncate(limits::PROBLEMS);

    let local = unclosed.is_empty() && problems.iter().all(|p| is_local(text, tree, &lines, p));
    let worth_telling = |f: &Found| {
        let span = f.problem.span.clone().unwrap_or(0..0);
        (local || f.about == About::Value)
            && !broken.contains(&lines.of(span.start))
            && !unclosed.iter().any(|list| list.start <= span.start && span.start <= list.end)
    };
    problems.extend(found.into_iter().filter(worth_telling).map(|f| f.problem));
    sorted(problems)
}

fn problem(text: &str, tree: &Node, error: &Error) -> Problem {
    let end = text.len();
    let span = unclosed(tree, error).map(|list| list.start..list.start + 1).or_else(|| error.span());
    let span = span.map_or(end..end, |s| s.start.min(end)..s.end.min(end));
    let found = text.get(span.clone()).and_then(|s| s.chars().next());
    let problem = Problem::new(Place::row(Row::Plan), shown(error.message()));
    let problem = match (error.message(), found) {
        ("duplicate key", _) if starts_header(text, span.start) => {
            problem.help("[[…]] for each row of a list, [cluster.env] once for each cluster")
        }
        ("duplicate key", _) => problem.help("leave one of them"),
        (_, Some(c)) if c.is_control() && c != '\n' && c != '\r' => problem
            .help(format!("the control character {} cannot stand in a plan file", shown(&c.to_string()))),
        (message, _) if message.starts_with("string values must be quoted") => {
            problem.help("write a number, true, false, a list, or text in double quotes")
        }
        _ => problem,
    };
    Problem { span: Some(span), ..problem }
}

/// The list or inline table that an error says is never closed.
fn unclosed(tree: &Node, error: &Error) -> Option<Range<usize>> {
    let message = error.message();
    if !message.starts_with("unclosed array,") && !message.starts_with("unclosed inline table") {
        return None;
    }
    let end = error.span()?.start;
    find(tree, end)
}

/// The outermost list or inline table that ends at a byte.
fn find(node: &Node, end: usize) -> Option<Range<usize>> {
    let inner = |n: &Node| {
        if n.span.end == end && matches!(n.value, Value::Array(_) | Value::Table(_)) {
            return Some(n.span.clone());
        }
        find(n, end)
    };
    node.entries().iter().map(|e| &e.node).chain(node.items()).find_map(inner)
}

/// Whether an error is about the value of a key that has been read all the same: then the rest of the tree
/// is what the text means.
fn is_local(text: &str, tree: &Node, lines: &Lines, problem: &Problem) -> bool {
    let at = problem.span.as_ref().map_or(0, |s| s.start);
    if problem.message == "duplicate key" {
        return !starts_header(text, at);
    }
    let line = lines.of(at);
    let same = |span: &Range<usize>| lines.of(span.start) == line && lines.of(span.end) == line;
    fn any(node: &Node, f: &dyn Fn(&Range<usize>, &Range<usize>) -> bool) -> bool {
        node.entries().iter().any(|e| f(&e.span, &e.node.span) || any(&e.node, f))
            || node.items().iter().any(|n| any(n, f))
    }
    any(tree, &|key, value| same(key) && same(value))
}

/// Whether the line of a byte begins with a header.
fn starts_header(text: &str, at: usize) -> bool {
    let line = text.get(..at).unwrap_or_default().rsplit('\n').next().unwrap_or_default();
    line.trim_start().starts_with('[')
}

/// Where lines begin.
struct Lines(Vec<usize>);

impl Lines {
    fn new(text: &str) -> Lines {
        Lines(std::iter::once(0).chain(text.match_indices('\n').map(|(i, _)| i + 1)).collect())
    }

    /// The line of a byte, from 1.
    fn of(&self, at: usize) -> usize {
        self.0.partition_point(|start| *start <= at)
    }
}
