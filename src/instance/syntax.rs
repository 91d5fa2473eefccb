//! Syntax errors of a TOML table: which of them to tell, and what beside them can still be relied on.

use std::ops::Range;

use toml::de::Error;

use super::own::TWICE;
use super::problem::{Fault, written};
use crate::text::shown;

/// The syntax errors, in the order of the text.
pub(super) fn faults(text: &str, errors: &[Error]) -> Vec<Fault> {
    let mut faults: Vec<Fault> = errors.iter().map(|error| fault(text, error)).collect();
    faults.sort_by_key(|fault| fault.span.start);
    faults
}

fn fault(text: &str, error: &Error) -> Fault {
    let span = error.span().unwrap_or(text.len()..text.len());
    if error.message() == "duplicate key" {
        let key = dotted(text, span);
        let message = format!("{} is listed twice", written(text, key.clone()));
        return Fault::new(key, message).help(TWICE);
    }
    Fault::new(span, format!("not valid TOML: {}", shown(error.message())))
}

/// The span of the last part of a dotted key, with the parts before it.
pub(super) fn dotted(text: &str, last: Range<usize>) -> Range<usize> {
    let before = text.get(..last.start).unwrap_or_default();
    let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    before.trim_end_matches(is_key).len()..last.end
}

/// Whether one of the sorted syntax errors is in a part of the text: what recovery makes of that part is not
/// what the user wrote, and its mistakes would be told twice.
pub(super) fn spoils(syntax: &[Fault], part: &Range<usize>) -> bool {
    let next = syntax.partition_point(|fault| fault.span.start < part.start);
    syntax.get(next).is_some_and(|fault| fault.span.start <= part.end)
}

/// Those of the sorted syntax errors that are worth telling: the first of each line, and of each of the
/// sorted parts. Recovery often finds more behind it; an unclosed part swallows the lines that follow, and
/// each of them is one.
pub(super) fn telling(
    text: &str,
    syntax: Vec<Fault>,
    parts: Vec<Range<usize>>,
) -> impl Iterator<Item = Fault> {
    let mut parts = parts.into_iter().peekable();
    // ends of the parts that begin before the error, and of what the last told error covers
    let (mut reach, mut told) = (0, 0);
    syntax.into_iter().filter(move |fault| {
        let start = fault.span.start;
        while let Some(part) = parts.next_if(|part| part.start <= start) {
            reach = reach.max(part.end);
        }
        if start < told {
            return false;
        }
        let line = text.get(start..).and_then(|rest| rest.find('\n'));
        let line = line.map_or(text.len(), |length| start.saturating_add(length));
        told = line.max(reach).saturating_add(1);
        true
    })
}
