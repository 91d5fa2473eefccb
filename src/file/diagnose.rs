//! Mistakes as rustc shows them: `file:line:column`, the line, a caret, what to do.
//!
//! Everything that comes from the file is made visible before it is laid out, so that hostile bytes neither
//! reach the terminal nor move the caret.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};

use crate::import;
use crate::instance::TableProblem;
use crate::limits;
use crate::plan::Problem;
use crate::replay::timeline;
use crate::text::{count, is_hostile, shown};

pub use crate::text::Ink;

/// Longest line that is laid out as it is, in bytes; of a longer one the part around the caret is shown.
const LONG: usize = 1_000;
/// Characters of such a part before the caret, from the caret on, and behind what is marked.
const PART: usize = 60;

/// The mistakes of a plan; `name` is what the file is called.
pub fn problems(problems: &[Problem], name: &str, text: &str, ink: Ink) -> String {
    let mistakes = problems.iter().map(|p| Mistake {
        span: p.span.clone(),
        message: &p.message,
        help: p.help.as_deref(),
    });
    all(mistakes, name, text, ink)
}

/// The mistakes of an instance table.
pub fn table_problems(problems: &[TableProblem], name: &str, text: &str, ink: Ink) -> String {
    let mistakes = problems.iter().map(|p| Mistake {
        span: Some(p.span.clone()),
        message: &p.message,
        help: p.help.as_deref(),
    });
    all(mistakes, name, text, ink)
}

/// The mistakes of a file of timelines.
pub fn timeline_problems(problems: &[timeline::Mistake], name: &str, text: &str, ink: Ink) -> String {
    let mistakes = problems.iter().map(|p| Mistake {
        span: Some(p.span.clone()),
        message: &p.message,
        help: p.help.as_deref(),
    });
    all(mistakes, name, text, ink)
}

/// The mistakes of an input of `podroom import`.
pub fn import_problems(problems: &[import::Mistake], name: &str, text: &str, ink: Ink) -> String {
    let mistakes = problems.iter().map(|p| Mistake {
        span: Some(p.span.clone()),
        message: &p.message,
        help: p.help.as_deref(),
    });
    all(mistakes, name, text, ink)
}

/// The mistakes of the configuration: where each is, what it is, and what to do.
pub fn config_problems(
    problems: &[(Range<usize>, String, Option<String>)],
    name: &str,
    text: &str,
    ink: Ink,
) -> String {
    let mistakes = problems.iter().map(|(span, message, help)| Mistake {
        span: Some(span.clone()),
        message,
        help: help.as_deref(),
    });
    all(mistakes, name, text, ink)
}

/// One mistake, be it in a plan, a table or a timeline.
struct Mistake<'a> {
    span: Option<Range<usize>>,
    message: &'a str,
    help: Option<&'a str>,
}

fn all<'a>(mistakes: impl ExactSizeIterator<Item = Mistake<'a>>, name: &str, text: &str, ink: Ink) -> String {
    let name = shown(name);
    let renderer = match ink {
        Ink::Plain => Renderer::plain(),
        Ink::Coloured => Renderer::styled(),
    };
    let total = mistakes.len();
    let mut lines = Lines::new(text);
    let mut out: String = mistakes.map(|m| one(&renderer, &mut lines, &name, &m) + "\n\n").collect();
    if total > 1 {
        let more = if total >= limits::PROBLEMS { "; there may be more" } else { "" };
        out += &format!("{name}: {}{more}\n", count(total as u64, "mistake"));
    }
    out
}

fn one(renderer: &Renderer, lines: &mut Lines<'_>, name: &str, mistake: &Mistake<'_>) -> String {
    let message = shown(mistake.message);
    let help = mistake.help.map(|h| Level::HELP.message(shown(h)));
    let title = Level::ERROR.primary_title(&*message);
    let Some(span) = mistake.span.clone() else {
        let group = title.element(Origin::path(name)).elements(help);
        return renderer.render(&[group]);
    };
    let line = lines.of(&span);
    let snippet = Snippet::source(&*line.text)
        .line_start(line.number)
        .annotation(AnnotationKind::Primary.span(line.span.clone()));
    // of a part the renderer cannot know the column
    let group = match line.column {
        None => title.element(snippet.path(name)),
        Some(column) => {
            let origin = Origin::path(name).line(line.number).char_column(column);
            title.element(origin).element(snippet)
        }
    };
    renderer.render(&[group.elements(help)])
}

/// A line, safe to print, and the bytes of it that a span is about.
struct Line {
    number: usize,
    text: String,
    span: Range<usize>,
    /// If the text is only a part of the line: the column in the whole line, from 1, in characters.
    column: Option<usize>,
}

/// The lines of a text. Mistakes come in its order, so that lines and columns are counted once.
struct Lines<'t> {
    text: &'t str,
    /// How far it has been counted.
    at: usize,
    /// Of that byte, from 1; and where its line starts.
    number: usize,
    column: usize,
    start: usize,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str) -> Lines<'t> {
        Lines { text, at: 0, number: 1, column: 1, start: 0 }
    }

    fn part(&self, range: Range<usize>) -> &'t str {
        self.text.get(range).unwrap_or_default()
    }

    fn count_to(&mut self, to: usize) {
        if to < self.at {
            *self = Lines::new(self.text);
        }
        let passed = self.part(self.at..to);
        if let Some(last) = passed.rfind('\n') {
            self.number += passed.matches('\n').count();
            self.start = self.at + last + 1;
            self.column = 1 + self.part(self.start..to).chars().count();
        } else {
            self.column += passed.chars().count();
        }
        self.at = to;
    }

    /// The line in which a span begins.
    fn of(&mut self, span: &Range<usize>) -> Line {
        let from = boundary(self.text, span.start);
        self.count_to(from);
        let rest = self.part(from..self.text.len());
        let rest = rest.split_once('\n').map_or(rest, |(line, _)| line.strip_suffix('\r').unwrap_or(line));
        let end = from + rest.len();
        let to = boundary(self.text, span.end).clamp(from, end);
        let (before, marked, after) = (self.part(self.start..from), self.part(from..to), self.part(to..end));
        if end - self.start > LONG {
            return self.part_of_line(before, marked, after);
        }
        let (before, marked, after) = (visible(before), visible(marked), visible(after));
        let span = before.len()..before.len() + marked.len();
        Line { number: self.number, text: [before, marked, after].concat(), span, column: None }
    }

    fn part_of_line(&self, before: &str, marked: &str, after: &str) -> Line {
        let first = before.char_indices().rev().take(PART).last().map_or(before.len(), |(at, _)| at);
        let head = format!("…{}", visible(before.split_at(first).1));
        let tail = |text: &str| visible(&text.chars().take(PART).collect::<String>());
        let marked = tail(marked);
        let span = head.len()..head.len() + marked.len();
        let text = format!("{head}{marked}{}…", tail(after));
        Line { number: self.number, text, span, column: Some(self.column) }
    }
}

/// The last character boundary at or before an offset.
fn boundary(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0)
}

/// A part of a line with hostile characters exchanged, one for one, so that the columns stay. The renderer
/// does that too, but not for all of them.
fn visible(part: &str) -> String {
    let exchange = |c: char| match c {
        '\t' => '\t',
        // the control pictures, such as ␛
        c if c.is_ascii_control() => {
            char::from_u32(0x2400 + u32::from(c)).filter(|_| c != '\u{7f}').unwrap_or('␡')
        }
        c if is_hostile(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    part.chars().map(exchange).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Place, Row};

    fn shown_at(text: &str, span: Range<usize>) -> String {
        let problem = Problem { span: Some(span), ..Problem::new(Place::row(Row::Plan), "m") };
        problems(&[problem], "p", text, Ink::Plain)
    }

    #[test]
    fn carets_stand_under_what_is_meant() {
        let long = format!("{}é\tbad{}", "x".repeat(2_000), "y".repeat(2_000));
        let at = long.find("bad").unwrap_or(0);
        insta::assert_snapshot!(
            [
                shown_at("a = 1\r\n\tb\u{9b} = größe # \u{202e}\r\nc", 14..21),
                shown_at("a", 1..1),
                shown_at("a\nb", 9..12),
                shown_at("a = [\n  1,\n]\n", 4..12),
                shown_at(&long, at..at + 3),
            ]
            .concat()
        );
    }
}
