//! Texts to read: the keys, made from the table of actions, and long messages.

use ratatui::layout::Rect;

use super::paint::{Paint, width, wrap};
use crate::app::action::{ACTIONS, Context};
use crate::app::screen::SCREENS;
use crate::text::shown;

/// A line of the help.
enum Line {
    Title(&'static str),
    Keys(String, String),
}

/// Columns of the keys.
const KEYS: u16 = 18;

/// Every action: its keys and what it does.
fn lines(room: u16) -> Vec<Line> {
    let mut lines = vec![Line::Title("Screens")];
    for row in SCREENS {
        let doc = format!("{}: {}", row.name, row.doc);
        lines.push(Line::Keys(format!("{} alt-{}", row.digit, row.digit), doc));
    }
    lines.push(Line::Keys(String::new(), "a digit edits where the cursor is on a number".into()));
    lines.push(Line::Title(""));
    let mut context: Option<Context> = None;
    for row in ACTIONS {
        if context != Some(row.context) {
            lines.extend(context.map(|_| Line::Title("")));
            lines.push(Line::Title(row.context.title()));
            context = Some(row.context);
        }
        let mut keys = row.keys.join(" ");
        let mut doc = wrap(row.doc, room);
        // many keys have a line of their own
        if width(&keys) >= KEYS {
            lines.push(Line::Keys(std::mem::take(&mut keys), String::new()));
        }
        for line in doc.drain(..) {
            lines.push(Line::Keys(std::mem::take(&mut keys), line));
        }
    }
    lines
}

/// Draws the keys, from a line on.
pub fn draw(paint: &mut Paint, area: Rect, scroll: usize) {
    let inner = paint.popup(area, area.width.min(96), area.height, "keys");
    let lines = lines(inner.width.saturating_sub(KEYS + 4));
    let theme = paint.look.theme.clone();
    let from = scrolled(paint, inner, lines.len(), scroll);
    for (line, y) in lines.iter().skip(from).zip(inner.y..inner.bottom()) {
        match line {
            Line::Title(title) => {
                paint.put(inner, inner.x + 1, y, title, theme.heading);
            }
            Line::Keys(keys, doc) => {
                paint.put(inner, inner.x + 2, y, keys, theme.accent);
                paint.put(inner, inner.x + 2 + KEYS, y, doc, theme.text);
            }
        }
    }
}

/// Draws a text, from a line on.
pub fn draw_text(paint: &mut Paint, area: Rect, title: &str, text: &str, scroll: usize) {
    let wide = area.width.min(110);
    let paragraphs: Vec<String> = text.lines().map(shown).collect();
    let lines: Vec<String> = paragraphs.iter().flat_map(|p| hang(p, wide.saturating_sub(4))).collect();
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let inner = paint.popup(area, wide, height, title);
    let from = scrolled(paint, inner, lines.len(), scroll);
    let style = paint.look.theme.text;
    for (line, y) in lines.iter().skip(from).zip(inner.y..inner.bottom()) {
        paint.put(inner, inner.x + 1, y, line, style);
    }
}

/// A line of a diagnostic keeps its blanks, for its carets; only one that is too long is wrapped.
fn hang(line: &str, most: u16) -> Vec<String> {
    if width(line) <= most { vec![line.to_owned()] } else { wrap(line, most) }
}

/// The first line to show; the session learns how far it can go.
fn scrolled(paint: &mut Paint, inner: Rect, lines: usize, scroll: usize) -> usize {
    let rows = usize::from(inner.height);
    paint.screen.rows = rows;
    paint.screen.end = lines.saturating_sub(rows);
    scroll.min(paint.screen.end)
}
