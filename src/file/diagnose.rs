//! Mistakes as rustc shows them: `file:line:column`, the line, a caret, what to do.
//!
//! Everything that comes from the file is made visible before it is laid out, so that hostile bytes neither
//! reach the terminal nor move the caret.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};

use crate::instance::TableProblem;
use crate::limits;
use crate::plan::Problem;
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

/// One mistake, be it in a plan or a table.
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
    let mut lines = Lines { text, at: 0, number: 1 };
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

/// The lines of a text. Mistakes come in its order, so lines are counted once.
struct Lines<'t> {
    text: &'t str,
    at: usize,
    number: usize,
}

impl Lines<'_> {
    /// The line in which a span begins.
    fn of(&mut self, span: &Range<usize>) -> Line {
        let from = boundary(self.text, span.start);
        if from < self.at {
            (self.at, self.number) = (0, 1);
        }
        self.number += self.text.get(self.at..from).unwrap_or_default().matches('\n').count();
        self.at = from;
        let number = self.number;
        let start = self.text.get(..from).and_then(|t| t.rfind('\n')).map_or(0, |i| i + 1);
        let end = self.text.get(from..).and_then(|t| t.find('\n')).map_or(self.text.len(), |i| from + i);
        let ending = self.text.get(from..end).is_some_and(|line| line.ends_with('\r'));
        let end = if ending { end - 1 } else { end };
        let to = boundary(self.text, span.end).clamp(from, end);
        let part = |range: Range<usize>| visible(self.text.get(range).unwrap_or_default());
        let (before, marked, after) = (part(start..from), part(from..to), part(to..end));
        if end - start <= LONG {
            let span = before.len()..before.len() + marked.len();
            return Line { number, text: [before, marked, after].concat(), span, column: None };
        }
        let column = before.chars().count();
        let head: String = before.chars().skip(column.saturating_sub(PART)).collect();
        let tail = |text: &str| text.chars().take(PART).collect::<String>();
        let (head, marked) = (format!("…{head}"), tail(&marked));
        let span = head.len()..head.len() + marked.len();
        let text = format!("{head}{marked}{}…", tail(&after));
        Line { number, text, span, column: Some(column + 1) }
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
