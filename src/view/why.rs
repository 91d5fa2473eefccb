//! The why panel: how the selected number came about, and below it what that is made of. A click on a line goes there.

use ratatui::layout::Rect;

use super::paint::{Paint, wrap};
use crate::app::msg::Target;
use crate::app::{App, Panel};
use crate::text::shown;

/// A line on the screen: the index of the reason that it belongs to, how deep it stands, and its text.
pub type Line = (usize, usize, String);

/// Columns by which what a figure is made of stands further right.
const INDENT: usize = 2;

/// The panel's title and lines for a screen of that width; `None` when it is closed.
pub fn lines(app: &App, width: u16) -> Option<(String, Vec<Line>)> {
    if app.panel == Panel::Closed {
        return None;
    }
    let (title, _) = app.why();
    let mut lines = Vec::new();
    for (i, reason) in app.derivation().into_iter().enumerate() {
        let indent = u16::try_from(reason.depth * INDENT).unwrap_or(u16::MAX);
        let paragraphs: Vec<String> = reason.text.lines().map(shown).collect();
        let wrapped = wrap(&paragraphs.join("\n"), width.saturating_sub(4 + indent).max(20));
        lines.extend(wrapped.into_iter().map(|line| (i, reason.depth, line)));
    }
    if lines.is_empty() {
        lines.push((0, 0, String::new()));
    }
    Some((format!("why: {title}"), lines))
}

/// Draws the panel.
pub fn draw(paint: &mut Paint, area: Rect, title: &str, lines: &[Line]) {
    let theme = paint.look.theme.clone();
    let inner = paint.framed(area, title, theme.accent);
    for ((reason, depth, text), y) in lines.iter().zip(inner.y..inner.bottom()) {
        let indent = u16::try_from(depth * INDENT).unwrap_or(u16::MAX);
        let style = if *depth == 0 { theme.text } else { theme.muted };
        paint.put(inner, inner.x.saturating_add(1 + indent), y, text, style);
        paint.hit(Rect { y, height: 1, ..inner }, Target::Reason(*reason));
    }
    if lines.len() > usize::from(inner.height) {
        let right = area.right().saturating_sub(2);
        let text = format!(" {} W: all ", paint.look.symbols.dots);
        paint.put_right(area, right, area.bottom().saturating_sub(1), &text, theme.accent);
    }
}
