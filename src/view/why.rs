//! The why panel: how the selected number came about.

use ratatui::layout::Rect;

use super::paint::{Paint, wrap};
use crate::app::{App, Panel};
use crate::text::shown;

/// The panel's title and lines for a screen of that width; `None` when it is closed.
pub fn lines(app: &App, width: u16) -> Option<(String, Vec<String>)> {
    if app.panel == Panel::Closed {
        return None;
    }
    let (title, text) = app.why();
    let paragraphs: Vec<String> = text.lines().map(shown).collect();
    let mut lines = wrap(&paragraphs.join("\n"), width.saturating_sub(4));
    if lines.is_empty() {
        lines.push(String::new());
    }
    Some((format!("why: {title}"), lines))
}

/// Draws the panel.
pub fn draw(paint: &mut Paint, area: Rect, title: &str, lines: &[String]) {
    let theme = paint.look.theme.clone();
    let inner = paint.framed(area, title, theme.accent);
    for (line, y) in lines.iter().zip(inner.y..inner.bottom()) {
        paint.put(inner, inner.x + 1, y, line, theme.text);
    }
    if lines.len() > usize::from(inner.height) {
        let right = area.right().saturating_sub(2);
        let text = format!(" {} ", paint.look.symbols.dots);
        paint.put_right(area, right, area.bottom().saturating_sub(1), &text, theme.accent);
    }
}
