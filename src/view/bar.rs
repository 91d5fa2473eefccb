//! The two last lines: a hint or a message, and the keys of the moment.

use ratatui::layout::Rect;

use super::field::draw_input;
use super::paint::{Paint, width};
use crate::app::action::{ACTIONS, Action, Context, Row};
use crate::app::key::Key;
use crate::app::msg::Target;
use crate::app::pane::Pane;
use crate::app::screen::Screen;
use crate::app::{App, Panel, Tone, inputs, keymap};
use crate::plan::field::FieldKind;
use crate::text::{count, excerpt, shown};

/// What was just done or refused, else what is under the cursor.
pub fn draw_hint(paint: &mut Paint, app: &App, area: Rect) {
    let theme = paint.look.theme.clone();
    let (text, style) = match &app.message {
        Some(message) if message.tone == Tone::Refused => (format!("! {}", message.text), theme.bad),
        Some(message) => (message.text.clone(), theme.good),
        None if app.filter.is_some() => return draw_filter(paint, app, area),
        None => (hint(app), theme.muted),
    };
    let area = Rect { width: area.width.saturating_sub(1), ..area };
    paint.put(area, area.x + 1, area.y, &text.replace('\n', " "), style);
}

/// The filter that is being typed, and how many rows it leaves.
fn draw_filter(paint: &mut Paint, app: &App, area: Rect) {
    let theme = paint.look.theme.clone();
    let Some(filter) = &app.filter else { return };
    let rows = app.rows_shown(filter.pane).len();
    let prompt = format!("{} with: ", count(rows as u64, "row"));
    let x = area.x + 1 + paint.put(area, area.x + 1, area.y, &prompt, theme.text);
    let room = Rect { x, width: area.right().saturating_sub(x + 1), ..area };
    draw_input(paint, &filter.input, room.intersection(area), theme.input);
}

/// Sentences of several lines as one.
fn one_line(text: &str) -> String {
    text.lines().collect::<Vec<_>>().join("; ")
}

fn hint(app: &App) -> String {
    if app.panel == Panel::Why {
        return String::new();
    }
    if app.screen() == Screen::Simulate {
        return shown(&one_line(&app.hint_of_run()));
    }
    if app.focus != Pane::Inputs {
        let (_, text) = app.why();
        let text = app.change_here().map_or(text.clone(), |change| format!("{change}; {text}"));
        return shown(&one_line(&text));
    }
    if let Some(editor) = &app.editor {
        let before = match editor.before.as_str() {
            "" => &app.default_of(editor.field),
            before => before,
        };
        // the suggestions stand where the error would
        let wrong = editor.error.as_ref().filter(|_| editor.offers.is_some());
        let wrong = wrong.map_or_else(String::new, |error| format!("; {error}"));
        return format!("{}: was {}{wrong}", editor.field.label, shown(before));
    }
    match app.form.field() {
        Some((row, field)) => {
            // a list may not have fitted its cell
            let list =
                matches!(field.kind, FieldKind::Subnets | FieldKind::Groups | FieldKind::InstanceTypes);
            let value = inputs::value(app.document(), row, field);
            let default = app.default_of(field);
            let doc = field.doc_of(value.as_deref().unwrap_or(&default));
            let value = value.filter(|_| list).map_or_else(String::new, |v| format!(" {v}:"));
            let default = if default == "required" { default } else { format!("default: {default}") };
            let left = app.draft_of_field(row, field).map_or_else(String::new, |text| {
                format!("; {} goes on with {}", app.key(Context::Inputs, Action::EditText), excerpt(text))
            });
            format!("{}:{value} {doc} ({default}{left})", field.label)
        }
        None => format!("{} adds a row", app.key(Context::Inputs, Action::Edit)),
    }
}

/// The keys that mean something now: as many as fit, by rank, and first those that can be done.
pub fn draw_keys(paint: &mut Paint, app: &App, area: Rect) {
    let contexts = keymap::contexts(app);
    let of_context =
        |c| ACTIONS.iter().enumerate().filter(move |(_, r)| r.context == c && !r.label.is_empty());
    // what is in the way of a key means something else now
    let keymap = &app.settings().keymap;
    let means = |(i, row): &(usize, &Row)| {
        let first = keymap.keys(*i).first();
        first
            .and_then(|key| keymap.resolve(&contexts, *key))
            .is_some_and(|r| (r.context, r.action) == (row.context, row.action))
    };
    let rows: Vec<(usize, &Row)> = contexts.iter().flat_map(|c| of_context(*c)).filter(means).collect();
    let mut room = area.width.saturating_sub(2);
    let mut ranked: Vec<&(usize, &Row)> = rows.iter().collect();
    ranked.sort_by_key(|(_, row)| ((row.enabled)(app).is_err(), row.rank));
    let mut shown: Vec<usize> = Vec::new();
    for (i, row) in ranked {
        // the first that does not fit is the last: no gaps in the ranks
        let Some(left) = room.checked_sub(wide(app, *i, row)) else { break };
        room = left;
        shown.push(*i);
    }
    let theme = paint.look.theme.clone();
    let mut x = area.x + 1;
    for (i, row) in rows.into_iter().filter(|(i, _)| shown.contains(i)) {
        let enabled = (row.enabled)(app).is_ok();
        let (keys, label) = words(app, i, row);
        let start = x;
        x += paint.put(area, x, area.y, &keys, if enabled { theme.accent } else { theme.muted });
        x += 1;
        x += paint.put(area, x, area.y, label, if enabled { theme.text } else { theme.muted });
        paint.hit(Rect { x: start, y: area.y, width: x.saturating_sub(start), height: 1 }, Target::Bar(i));
        x += 2;
    }
}

/// The keys and the word for them: the first of the row, and of the one beside it.
fn words(app: &App, at: usize, row: &Row) -> (String, &'static str) {
    let keymap = &app.settings().keymap;
    let of = |action| ACTIONS.iter().position(|r| r.context == row.context && r.action == action);
    let rows = [Some(at), row.beside.and_then(of)];
    let keys = rows.iter().flatten().filter_map(|row| keymap.keys(*row).first());
    (keys.map(Key::to_string).collect::<Vec<_>>().join("/"), row.label)
}

/// Columns of an entry and the blanks after it.
fn wide(app: &App, at: usize, row: &Row) -> u16 {
    let (keys, label) = words(app, at, row);
    width(&keys) + 1 + width(label) + 2
}
