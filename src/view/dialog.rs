//! Dialogs: a line of text that is asked for, questions.

use ratatui::layout::Rect;

use super::field::draw_input;
use super::paint::{Paint, wrap};
use crate::app::App;
use crate::app::action::{Action, Context};
use crate::app::editor::Selection;
use crate::app::msg::Target;
use crate::app::popup::{About, Prompt, Question, Then};
use crate::text::shown;

/// Draws the question for a line of text.
pub fn draw_prompt(paint: &mut Paint, app: &App, prompt: &Prompt, area: Rect) {
    let theme = paint.look.theme.clone();
    let inner = paint.popup(area, area.width.min(80), 5, &prompt.title());
    let input = Rect { x: inner.x + 1, y: inner.y, width: inner.width.saturating_sub(2), height: 1 };
    let style = if prompt.selection == Selection::All { theme.selection } else { theme.input };
    draw_input(paint, &prompt.input, input.intersection(inner), style);
    if let Some(error) = &prompt.error {
        paint.put(inner, inner.x + 1, inner.y + 1, &format!("! {error}"), theme.bad);
    }
    let [accept, cancel] = [Action::Accept, Action::Back].map(|action| app.key(Context::Prompt, action));
    let keys = format!("{accept} {}, {cancel} cancels", prompt.accepts());
    paint.put(inner, inner.x + 1, inner.bottom().saturating_sub(1), &keys, theme.muted);
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
