//! Dialogs: a line of text that is asked for, questions.

use ratatui::layout::Rect;

use super::field::draw_input;
use super::paint::{Paint, wrap};
use crate::app::App;
use crate::app::action::{Action, Context};
use crate::app::diff::{Line, Sign};
use crate::app::editor::Selection;
use crate::app::keep::ago;
use crate::app::msg::Target;
use crate::app::popup::{About, Prompt, Question, Then};
use crate::text::{shown, thousands};

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
    let diff: &[Line] = match &question.about {
        About::Left(offer) => &offer.diff,
        _ => &[],
    };
    let wide = area.width.min(if diff.is_empty() { 64 } else { 100 });
    let lines = wrap(&text, wide.saturating_sub(4));
    let blank = usize::from(!diff.is_empty());
    let rows = u16::try_from(lines.len() + blank + diff.len()).unwrap_or(u16::MAX).saturating_add(4);
    let inner = paint.popup(area, wide, rows, "");
    for (line, y) in lines.iter().zip(inner.y..inner.bottom()) {
        paint.put(inner, inner.x + 1, y, line, theme.text);
    }
    let above = u16::try_from(lines.len() + blank).unwrap_or(u16::MAX);
    // a blank line, and the answers
    let height = inner.height.saturating_sub(above.saturating_add(2));
    draw_diff(paint, app, diff, question.scroll, Rect { y: inner.y.saturating_add(above), height, ..inner });
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

/// Draws what texts differ in, as far as there is room; the signs say what the colours say.
fn draw_diff(paint: &mut Paint, app: &App, diff: &[Line], scroll: usize, area: Rect) {
    let theme = paint.look.theme.clone();
    let rows = usize::from(area.height);
    if diff.is_empty() {
        return;
    }
    paint.screen.rows = rows.max(1);
    paint.screen.end = diff.len().saturating_sub(rows);
    for (line, y) in diff.iter().skip(scroll.min(paint.screen.end)).zip(area.y..area.bottom()) {
        let (sign, style) = match line.sign {
            Sign::Same => (" ", theme.muted),
            Sign::Gone => ("-", theme.bad),
            Sign::New => ("+", theme.good),
            Sign::Skipped => ("...", theme.muted),
        };
        paint.put(area, area.x + 1, y, &format!("{sign} {}", shown(&line.text)), style);
    }
    if paint.screen.end > 0 {
        let last = (scroll.min(paint.screen.end) + rows).min(diff.len()) as u64;
        let more = app.key(Context::Question, Action::PageDown);
        let text = format!(" lines to {} of {}, {more} ", thousands(last), thousands(diff.len() as u64));
        paint.put_right(area, area.right().saturating_sub(1), area.bottom(), &text, theme.muted);
    }
}

fn text(app: &App, question: &Question) -> String {
    let path = |path: &std::path::PathBuf| shown(&path.to_string_lossy());
    let name = app.path().map_or_else(|| app.origin().to_owned(), path);
    match &question.about {
        About::Unsaved(then) => {
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
        About::Left(offer) => {
            let since = match offer.edits.outdated {
                true => " The file was changed after that: lines with - would go with what was changed.",
                false => "",
            };
            let age = ago(offer.edits.age);
            format!(
                "An earlier session left edits of {name} that were not saved, {age}.{since} Restore them?"
            )
        }
        About::Exists(p, _) | About::Taken(p) => format!("{} exists already. Overwrite it?", path(p)),
    }
}
