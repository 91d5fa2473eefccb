//! What is wrong with an instance table, and where.

use std::fmt;
use std::ops::Range;

use crate::text::shown;

/// One mistake in an instance table. The message is lower case, names the value and says what is allowed;
/// `help` says what to do. Parts that come from the table are made safe to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableProblem {
    /// What the table is called: its file, as the user gave it.
    pub source: String,
    /// Bytes of the table's text, on character boundaries; empty where nothing is to be underlined.
    pub span: Range<usize>,
    /// Line of the span's start, from 1.
    pub line: usize,
    /// Column of the span's start, from 1, in characters.
    pub column: usize,
    pub message: String,
    pub help: Option<String>,
}

impl fmt::Display for TableProblem {
    /// `more-types.toml:3:12: enis of m5.large must be a whole number from 1 to 256, not 0`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", shown(&self.source), self.line, self.column, self.message)
    }
}

/// A mistake as a reader finds it: it knows its bytes, not yet its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub span: Range<usize>,
    pub message: String,
    pub help: Option<String>,
}

impl Fault {
    pub fn new(span: Range<usize>, message: impl Into<String>) -> Fault {
        Fault { span, message: message.into(), help: None }
    }

    pub fn help(mut self, help: impl Into<String>) -> Fault {
        self.help = Some(help.into());
        self
    }
}

/// The faults of a text in its order, with line and column. One pass over the text, however many they are.
pub(super) fn located(text: &str, source: &str, mut faults: Vec<Fault>) -> Vec<TableProblem> {
    faults.sort_by_key(|fault| fault.span.start);
    let (mut passed, mut line, mut column) = (0, 1, 1);
    let mut problems = Vec::with_capacity(faults.len());
    for Fault { span, message, help } in faults {
        let start = boundary(text, span.start).max(passed);
        for c in text.get(passed..start).unwrap_or_default().chars() {
            (line, column) = if c == '\n' { (line + 1, 1) } else { (line, column + 1) };
        }
        passed = start;
        let span = start..boundary(text, span.end).max(start);
        problems.push(TableProblem { source: source.to_string(), span, line, column, message, help });
    }
    problems
}

/// The last character boundary at or before an offset.
fn boundary(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len())).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0)
}

/// A value as its table writes it, for a message: its first line, cut after 40 characters.
pub(super) fn written(text: &str, span: Range<usize>) -> String {
    let value = text.get(span).unwrap_or_default();
    let cut: String = value.lines().next().unwrap_or_default().chars().take(40).collect();
    let dots = if cut.len() < value.len() { "…" } else { "" };
    shown(&cut) + dots
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_in_characters() {
        let text = "é = 1\nö = 2\n";
        let faults = vec![Fault::new(12..13, "b"), Fault::new(5..6, "a"), Fault::new(1..99, "c")];
        let at: Vec<_> =
            located(text, "t", faults).iter().map(|p| (p.line, p.column, p.span.clone())).collect();
        assert_eq!(at, [(1, 1, 0..text.len()), (1, 5, 5..6), (2, 5, 12..13)]);
    }

    #[test]
    fn foreign_text_is_cut_and_made_visible() {
        assert_eq!(written("\"a\u{1b}[0m\"", 0..7), "\"a\\u{1b}[0m\"");
        assert_eq!(written("{\n  1\n}", 0..7), "{…");
        assert_eq!(written(&"x".repeat(50), 0..50).chars().count(), 41);
    }
}
