//! Dialogs: plans to open, the path to save to, questions.

use ratatui::layout::Rect;

use super::field::draw_input;
use super::paint::{Paint, width, wrap};
use crate::app::App;
use crate::app::editor::Selection;
use crate::app::msg::Target;
use crate::app::plans::Plans;
use crate::app::popup::{About, PathPrompt, Question, Then};
use crate::text::shown;

/// Draws the dialog of plans.
pub fn draw_plans(paint: &mut Paint, plans: &Plans, area: Rect) {
    let theme = paint.look.theme.clone();
    let entries = plans.entries();
    let rows = u16::try_from(entries.len()).unwrap_or(u16::MAX).saturating_add(4);
    let inner = paint.popup(area, area.width.min(100), rows.max(12), "open a plan");
    let x = inner.x + 1 + paint.put(inner, inner.x + 1, inner.y, "name or path: ", theme.muted);
    let input = Rect { x, y: inner.y, width: inner.right().saturating_sub(x + 1), height: 1 };
    draw_input(paint, &plans.input, input.intersection(inner), theme.text);
    let list = Rect { y: inner.y + 2, height: inner.height.saturating_sub(2), ..inner };
    let rows = usize::from(list.height);
    paint.screen.rows = rows;
    let from = (plans.marked + 1).saturating_sub(rows);
    let names = entries.iter().map(|e| width(&e.name)).max().unwrap_or(0).min(list.width / 2);
    for ((i, entry), y) in entries.iter().enumerate().skip(from).zip(list.y..list.bottom()) {
        let line = Rect { y, height: 1, ..list };
        let here = i == plans.marked;
        let (style, about) = if here { (theme.cursor, theme.cursor) } else { (theme.text, theme.muted) };
        if here {
            paint.style(line, theme.cursor);
            paint.put(line, line.x, y, paint.look.symbols.here, theme.cursor);
        }
        paint.put(Rect { width: names + 2, ..line }, line.x + 2, y, &entry.name, style);
        paint.put(line, line.x + names + 4, y, entry.about, about);
        paint.hit(line, Target::Item(i));
    }
}

/// Draws the question for a path.
pub fn draw_path(paint: &mut Paint, prompt: &PathPrompt, area: Rect) {
    let theme = paint.look.theme.clone();
    let inner = paint.popup(area, area.width.min(80), 5, "save the plan to");
    let input = Rect { x: inner.x + 1, y: inner.y, width: inner.width.saturating_sub(2), height: 1 };
    let style = if prompt.selection == Selection::All { theme.selection } else { theme.input };
    draw_input(paint, &prompt.input, input.intersection(inner), style);
    if let Some(error) = &prompt.error {
        paint.put(inner, inner.x + 1, inner.y + 1, &format!("! {error}"), theme.bad);
    }
    paint.put(inner, inner.x + 1, inner.bottom().saturating_sub(1), "enter saves, esc cancels", theme.muted);
}

/// Draws a question and its answers.
pub fn draw_question(paint: &mut Paint, app: &App, question: &Question, area: Rect) {
    let theme = paint.look.theme.clone();
    let text = text(app, question);
    let wide = area.width.min(64);
    let lines = wrap(&text, wide.saturating_sub(4));
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(4);
    let inner = paint.popup(area, wide, rows, "");
    for (line, y) in lines.iter().zip(inner.y..inner.bottom()) {
        paint.put(inner, inner.x + 1, y, line, theme.text);
    }
    let y = inner.bottom().saturating_sub(1);
    let mut x = inner.x + 1;
    for (i, (key, word, _)) in question.choices().iter().enumerate() {
        let style = if i == question.marked { theme.cursor } else { theme.accent };
        let start = x;
        x += paint.put(inner, x, y, &format!(" {key}: {word} "), style);
        paint.hit(Rect { x: start, y, width: x - start, height: 1 }, Target::Item(i));
        x += 2;
    }
}

fn text(app: &App, question: &Question) -> String {
    let path = |path: &std::path::PathBuf| shown(&path.to_string_lossy());
    match &question.about {
        About::Unsaved(then) => {
            let name = app.path().map_or_else(|| app.origin().to_owned(), path);
            let first = match then {
                Then::Quit => "before leaving",
                _ => "before opening another plan",
            };
            format!("{name} has changes that are not saved. Save them {first}?")
        }
        About::Changed(p, _) => format!(
            "{} has changed on disk since it was read. Overwrite it, reload it and lose your changes, \
             save elsewhere, or cancel?",
            path(p)
        ),
        About::Exists(p, _) => format!("{} exists already. Overwrite it?", path(p)),
    }
}
