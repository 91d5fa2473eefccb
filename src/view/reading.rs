//! Texts to read: long messages.

use ratatui::layout::Rect;

use super::paint::{Paint, width, wrap};
use crate::text::shown;

/// Draws a text, from a line on.
pub fn draw(paint: &mut Paint, area: Rect, title: &str, text: &str, scroll: usize) {
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
