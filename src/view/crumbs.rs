//! Where the user is, and how the plan stands: the plan's name, the steps down to the cursor, and at the right end
//! what is to be known of the plan.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::paint::{Paint, cut, cut_middle, width};
use crate::app::App;
use crate::text::shown;

/// What is to be known of the plan: in words, in fewer, and what it looks like.
struct Mark {
    words: String,
    few: &'static str,
    style: Style,
}

/// Columns that the name of the program is worth, beside all else.
const BRAND: u16 = 90;

/// Fewest columns of the plan's name.
const NAME: u16 = 12;

/// Draws them into a line, from a column on.
pub fn draw(paint: &mut Paint, app: &App, area: Rect, x: u16) {
    let theme = paint.look.theme.clone();
    let mut room = Rect { x, width: area.right().saturating_sub(x), height: 1, ..area };
    if room.width >= BRAND {
        let brand = paint.put(room, x, room.y, "podroom", theme.accent) + 2;
        room = Rect { x: room.x + brand, width: room.width - brand, ..room };
    }
    let name = match app.path() {
        Some(path) => shown(&path.to_string_lossy()),
        None => app.origin().to_owned(),
    };
    let marks = marks(paint, app);
    let sign = format!(" {} ", paint.look.symbols.here);
    let crumbs = app.crumbs();
    let wide = |all: u16, c: &String| all.saturating_add(width(&sign)).saturating_add(width(c));
    let long = |from: usize| crumbs.iter().skip(from).fold(0, wide);
    let words =
        marks.iter().fold(0_u16, |all, mark| all.saturating_add(width(&mark.words)).saturating_add(2));
    let few: u16 = marks.iter().filter(|mark| !mark.few.is_empty()).map(|mark| width(mark.few) + 2).sum();
    // the steps in the middle go first: the tabs tell the screen, what the cursor is on is seen
    let last = crumbs.len().saturating_sub(1);
    let may = |(from, marks): &(usize, u16)| {
        width(&name).saturating_add(long(*from)).saturating_add(*marks) <= room.width
    };
    let pair = last.saturating_sub(1);
    let attempts = (0..=pair).map(|from| (from, words));
    let attempts = attempts.chain([(pair, few), (last, words), (last, few), (crumbs.len(), few)]);
    let (from, taken) = attempts.clone().find(may).unwrap_or((crumbs.len(), few));
    let left = room.width.saturating_sub(taken.saturating_add(long(from)));
    let dots = paint.look.symbols.dots;
    let name = cut_middle(&name, left.max(NAME.min(room.width)), dots);
    let mut at = room.x + paint.put(room, room.x, room.y, &name, theme.heading);
    for (i, crumb) in crumbs.iter().enumerate().skip(from) {
        at += paint.put(room, at, room.y, &sign, theme.muted);
        let style = if i == last { theme.text } else { theme.muted };
        at += paint.put(room, at, room.y, crumb, style);
    }
    let mut right = room.right();
    for mark in marks.iter().rev() {
        let text = if taken == words { mark.words.as_str() } else { mark.few };
        if text.is_empty() {
            continue;
        }
        let text = cut(text, right.saturating_sub(at + 2), dots);
        let x = right.saturating_sub(width(&text));
        paint.put(room, x, room.y, &text, mark.style);
        right = x.saturating_sub(2);
    }
}

fn marks(paint: &Paint, app: &App) -> Vec<Mark> {
    let theme = &paint.look.theme;
    let mut marks = Vec::new();
    if let Some((plan, other)) = app.pinned() {
        let of = if other { format!(" of {}, another plan", shown(plan)) } else { String::new() };
        marks.push(Mark { words: format!("against the baseline{of}"), few: "pinned", style: theme.accent });
    }
    if !app.others().is_empty() {
        let numbers: Vec<String> = app.others().iter().map(u32::to_string).collect();
        let words = format!("also open: process {}", numbers.join(", "));
        marks.push(Mark { words, few: "also open", style: theme.warn });
    }
    if app.is_stale() && app.report().is_some() {
        let words = "figures are STALE: of the last valid plan".to_owned();
        marks.push(Mark { words, few: "STALE", style: theme.bad });
    }
    if app.is_dirty() {
        let words = format!("{} unsaved", paint.look.symbols.unsaved);
        marks.push(Mark { words, few: paint.look.symbols.unsaved, style: theme.warn });
    } else if app.path().is_none() {
        marks.push(Mark { words: "not in a file yet".to_owned(), few: "", style: theme.muted });
    }
    marks
}
