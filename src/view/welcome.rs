//! The hint of the first session: one quiet line, no tour.

use ratatui::layout::Rect;

use super::paint::{Paint, width};
use crate::app::App;
use crate::app::action::{Action, Context};
use crate::app::msg::Target;

/// What the line says: keys, what they do, and how early it goes where there is no room.
fn parts(app: &App) -> [(String, &'static str, u8); 7] {
    let key = |context, action| app.key(context, action);
    let steps =
        format!("{}/{}", key(Context::Inputs, Action::StepUp), key(Context::Inputs, Action::StepDown));
    [
        ("digits".to_owned(), "type a number", 1),
        (steps, "step it", 2),
        (key(Context::Inputs, Action::Edit), "edits any value", 0),
        (key(Context::Session, Action::Open), "opens a plan", 4),
        (key(Context::Session, Action::Palette), "finds everything", 3),
        (key(Context::Session, Action::Help), "lists all keys", 0),
        (key(Context::Session, Action::Back), "hides this", 0),
    ]
}

/// Draws the line.
pub fn draw(paint: &mut Paint, app: &App, area: Rect) {
    const LEAD: &str = "new here? ";
    let theme = paint.look.theme.clone();
    let mut parts = parts(app).to_vec();
    let wide = |parts: &[(String, &str, u8)]| {
        parts.iter().map(|(key, words, _)| width(key) + 1 + width(words) + 2).sum::<u16>() + width(LEAD)
    };
    while wide(&parts) > area.width
        && let Some(goes) = (0..parts.len()).max_by_key(|i| parts.get(*i).map_or(0, |part| part.2))
        && parts.len() > 1
    {
        parts.remove(goes);
    }
    paint.hit(area, Target::Welcome);
    let mut x = area.x + 1 + paint.put(area, area.x + 1, area.y, LEAD, theme.muted);
    for (key, words, _) in parts {
        x += paint.put(area, x, area.y, &key, theme.accent) + 1;
        x += paint.put(area, x, area.y, words, theme.muted) + 2;
    }
}
