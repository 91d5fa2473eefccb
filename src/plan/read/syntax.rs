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
    let mut errors: Vec<(Range<usize>, &Error)> = errors.iter().map(|e| (span(text, tree, e), e)).collect();
    // what follows in a list that is never closed is read as its elements
    errors.retain(|(at, _)| !unclosed.iter().any(|list| list.start < at.start && at.start <= list.end));
    errors.sort_by_key(|(at, _)| at.start);
    let mut broken = HashSet::new();
    errors.retain(|(at, _)| broken.insert(lines.of(at.start)));
    let mut problems: Vec<Problem> =
        errors.into_iter().take(limits::PROBLEMS).map(|(at, e)| problem(text, at, e)).collect();

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

/// An error as a problem at its place.
pub(crate) fn told(text: &str, tree: &Node, error: &Error) -> Problem {
    problem(text, span(text, tree, error), error)
}

/// Where an error is; of an unclosed list where it is opened.
fn span(text: &str, tree: &Node, error: &Error) -> Range<usize> {
    let end = text.len();
    let opened = unclosed(tree, error).map(|list| list.start..list.start + 1);
    opened.or_else(|| error.span()).map_or(end..end, |s| s.start.min(end)..s.end.min(end))
}

fn problem(text: &str, span: Range<usize>, error: &Error) -> Problem {
    let rest = text.get(span.start..).unwrap_or_default();
    let at_end = |c: Option<char>| matches!(c, None | Some('\n' | '\r'));
    let help = |help: &str| Some(help.to_owned());
    let message = error.message();
    // the parser's messages, in words that name the value where that helps
    let (span, message, help) = match rest.chars().next() {
        Some(c) if c.is_control() && !matches!(c, '\n' | '\r' | '\t') => (
            span,
            format!("the control character {} cannot stand in a plan file", shown(&c.to_string())),
            help("remove it"),
        ),
        c if at_end(c) && message.starts_with("invalid basic string") => {
            (span, "the text is not closed".to_owned(), help("write \" at its end"))
        }
        c if at_end(c) && message.starts_with("string values must be quoted") => {
            (span, "the value is missing".to_owned(), help(VALUE))
        }
        Some(_) if NO_VALUE.iter().any(|m| message.starts_with(m)) => {
            let before = text.get(..span.start).unwrap_or_default();
            let start = before.rfind(BETWEEN).map_or(0, |i| i + 1);
            let value = text.get(start..).unwrap_or_default().split(BETWEEN).next().unwrap_or_default();
            let named = shown(&value.chars().take(60).collect::<String>());
            (start..start + value.len(), format!("{named} is not a value"), help(VALUE))
        }
        _ if message == "duplicate key" && starts_header(text, span.start) => (
            span,
            message.to_owned(),
            help("[[…]] for each row of a list, [cluster.env] once for each cluster"),
        ),
        _ if message == "duplicate key" => (span, message.to_owned(), help("leave one of them")),
        _ => (span, shown(message), None),
    };
    Problem { span: Some(span), help, ..Problem::new(Place::row(Row::Plan), message) }
}

const VALUE: &str = "write a number, true, false, a list, or text in double quotes";

/// How the parser's messages about values that are none begin.
const NO_VALUE: &[&str] = &[
    "string values must be quoted",
    "invalid float",
    "invalid integer",
    "invalid datetime",
    "invalid boolean",
];

/// What stands between values.
const BETWEEN: [char; 10] = [' ', '\t', '\n', '\r', ',', '=', '[', ']', '{', '}'];

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
