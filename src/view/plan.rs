//! The plan screen: inputs and live tables, side by side where there is room, else the one with the focus.

use ratatui::layout::Rect;

use super::layout::Size;
use super::paint::Paint;
use super::{form, tables};
use crate::app::App;
use crate::app::pane::Pane;

/// Draws the screen.
pub fn draw(paint: &mut Paint, app: &App, area: Rect, size: Size) {
    match (size, app.focus) {
        (Size::Wide, _) => {
            let left = (area.width * 37 / 100).clamp(44, 80);
            form::draw(paint, app, Rect { width: left, ..area }, size);
            let tables = Rect { x: area.x + left, width: area.width - left, ..area };
            tables::draw(paint, app, tables, size);
        }
        (_, Pane::Inputs) => form::draw(paint, app, area, size),
        _ => tables::draw(paint, app, area, size),
    }
}
