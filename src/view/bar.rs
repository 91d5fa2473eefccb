//! The two last lines: a hint or a message, and the keys of the moment.

use ratatui::layout::Rect;

use super::paint::{Paint, width};
use crate::app::action::{ACTIONS, Action, Row};
use crate::app::msg::Target;
use crate::app::pane::Pane;
use crate::app::{App, Tone, keymap};
use crate::text::shown;

/// What was just done or refused, else what is under the cursor.
pub fn draw_hint(paint: &mut Paint, app: &App, area: Rect) {
    let theme = paint.look.theme.clone();
    let (text, style) = match &app.message {
        Some(message) if message.tone == Tone::Refused => (format!("! {}", message.text), theme.bad),
        Some(message) => (message.text.clone(), theme.good),
        None => (hint(app), theme.muted),
    };
    paint.put(area, area.x + 1, area.y, &text.replace('\n', " "), style);
}

fn hint(app: &App) -> String {
    if app.focus != Pane::Inputs {
        let (_, text) = app.why();
        return shown(&text.replace('\n', " "));
    }
    match app.form.field() {
        Some((_, field)) => {
            let default =
                if field.required { "required".into() } else { format!("default: {}", field.default) };
            format!("{}: {} ({default})", field.label, field.doc)
        }
        None => "Enter adds a row".into(),
    }
}

/// The keys that mean something now: as many as fit, help and quit always.
pub fn draw_keys(paint: &mut Paint, app: &App, area: Rect) {
    let contexts = keymap::contexts(app);
    let of_context =
        |c| ACTIONS.iter().enumerate().filter(move |(_, r)| r.context == c && !r.label.is_empty());
    let rows: Vec<(usize, &Row)> = contexts.iter().flat_map(|c| of_context(*c)).collect();
    let always = |row: &Row| matches!(row.action, Action::Help | Action::Quit | Action::Back);
    let mut room = area.width.saturating_sub(2);
    for (_, row) in rows.iter().filter(|(_, r)| always(r)) {
        room = room.saturating_sub(wide(row));
    }
    let mut shown = Vec::new();
    for (i, row) in rows {
        let fits = always(row) || wide(row) <= room;
        if fits {
            room = if always(row) { room } else { room - wide(row) };
            shown.push((i, row));
        }
    }
    let theme = paint.look.theme.clone();
    let mut x = area.x + 1;
    for (i, row) in shown {
        let enabled = (row.enabled)(app).is_ok();
        let (keys, label) = words(row);
        let start = x;
        x += paint.put(area, x, area.y, keys, if enabled { theme.accent } else { theme.muted });
        x += 1;
        x += paint.put(area, x, area.y, label, if enabled { theme.text } else { theme.muted });
        paint.hit(Rect { x: start, y: area.y, width: x.saturating_sub(start), height: 1 }, Target::Bar(i));
        x += 2;
    }
}

/// The key and the word for it. A label that names more than one key begins with them.
fn words(row: &Row) -> (&'static str, &'static str) {
    let key = row.keys.first().copied().unwrap_or_default();
    match row.label.split_once(' ') {
        Some((keys, label)) if keys.starts_with(key) && keys != key => (keys, label),
        _ => (key, row.label),
    }
}

/// Columns of an entry and the blanks after it.
fn wide(row: &Row) -> u16 {
    let (keys, label) = words(row);
    width(keys) + 1 + width(label) + 2
}
