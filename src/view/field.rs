//! A field under edit: its text where the value stood, and below it what is allowed or what is wrong.

use ratatui::layout::{Position, Rect};
use ratatui::widgets::Clear;

use super::offers;
use super::paint::{Paint, width, wrap};
use crate::app::editor::{Editor, Selection};
use crate::plan::field::FieldKind;
use crate::text::shown;

/// Narrowest field that is comfortable to type into, by what is typed.
fn narrowest(kind: FieldKind) -> u16 {
    use FieldKind as K;
    match kind {
        K::Count { .. } | K::Flag | K::MaxPods | K::Cpu | K::Memory | K::Variable | K::Rate => 9,
        K::Nodes | K::Choice(_) | K::Cidr | K::Name | K::Net | K::Ip => 16,
        K::Addresses | K::Reservations | K::Growth | K::Policy => 40,
        K::Nets | K::Addressed | K::Ranged | K::Sets | K::StateLoss => 40,
        K::Text | K::Texts | K::Cidrs | K::Other | K::Subnets | K::Groups | K::InstanceTypes => 30,
    }
}

/// Where a field is on the screen.
#[derive(Debug, Clone)]
pub struct Place {
    pub x: u16,
    pub y: u16,
    pub width: u16,
    /// Columns at which a field that needs more room may end without covering half a cell.
    pub ends: Vec<u16>,
}

/// Draws the field over its cell, inside of the form; `default` is what holds when it is empty.
pub fn draw(paint: &mut Paint, (editor, default): (&Editor, &str), inner: Rect, place: &Place) {
    let theme = paint.look.theme.clone();
    let Place { x, y, .. } = *place;
    let text = width(editor.text()).saturating_add(2);
    let wanted = text.max(place.width).max(narrowest(editor.field.kind)).min(inner.width);
    let end = place.ends.iter().copied().find(|end| *end >= x.saturating_add(wanted));
    let wanted = end.map_or(wanted, |end| end.saturating_sub(x));
    let x = x.min(inner.right().saturating_sub(wanted)).max(inner.x);
    let area = Rect { x, y, width: wanted, height: 1 }.intersection(inner);
    if area.is_empty() {
        return;
    }
    // a blank before it sets it apart from the cell beside it
    let before = Rect { x: x.saturating_sub(1), width: wanted + 1, ..area };
    paint.frame.render_widget(Clear, before.intersection(inner));
    paint.style(area, theme.input);
    let style = if editor.selection == Selection::All { theme.selection } else { theme.input };
    draw_input(paint, &editor.input, area, style);
    if let Some(offers) = &editor.offers {
        let before: String = editor.text().chars().take(offers.column()).collect();
        return offers::draw(paint, offers, inner, x.saturating_add(width(&before)), y + 1);
    }
    let (text, style) = match &editor.error {
        Some(error) => (format!("! {error}"), theme.bad),
        None => (hint(editor, default), theme.muted),
    };
    let below =
        Rect { x: inner.x, y: y + 1, width: inner.width, height: inner.bottom().saturating_sub(y + 1) };
    for (line, y) in wrap(&text, below.width.saturating_sub(4)).iter().take(3).zip(below.y..below.bottom()) {
        let line_area = Rect { y, height: 1, ..below };
        paint.frame.render_widget(Clear, line_area);
        paint.put(line_area, below.x + 3, y, line, style);
    }
}

/// Draws a line of text with its cursor, scrolled so that the cursor is visible.
pub fn draw_input(paint: &mut Paint, input: &tui_input::Input, area: Rect, style: ratatui::style::Style) {
    let room = usize::from(area.width.saturating_sub(1));
    let scroll = input.visual_scroll(room);
    // the scroll is in columns; whole characters are left out until it is reached
    let mut skipped = 0;
    let mut text = input.value();
    while skipped < scroll {
        let Some(c) = text.chars().next() else { break };
        let (head, rest) = text.split_at(c.len_utf8());
        skipped += usize::from(width(head));
        text = rest;
    }
    let visible = super::paint::cut(&shown(text), area.width, "");
    paint.put(area, area.x, area.y, &visible, style);
    let cursor = input.visual_cursor().saturating_sub(skipped);
    let x =
        area.x.saturating_add(u16::try_from(cursor).unwrap_or(u16::MAX)).min(area.right().saturating_sub(1));
    paint.frame.set_cursor_position(Position::new(x, area.y));
}

fn hint(editor: &Editor, default: &str) -> String {
    let field = editor.field;
    let default = if default == "required" { default.to_owned() } else { format!("empty is {default}") };
    format!("{}; {}; {default}", field.doc_of(editor.text()), field.kind.allowed())
}
