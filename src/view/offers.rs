//! What may stand in a field under edit, below it.

use ratatui::layout::Rect;
use ratatui::widgets::Clear;

use super::paint::{Paint, cut, width};
use crate::app::msg::Target;
use crate::app::offers::Offers;
use crate::text::{shown, thousands};

/// Most rows of the list.
pub const ROWS: u16 = 7;

/// Draws the list below a line, from a column on where there is room for it.
pub fn draw(paint: &mut Paint, offers: &Offers, inner: Rect, x: u16, y: u16) {
    let theme = paint.look.theme.clone();
    let room = Rect { y, height: inner.bottom().saturating_sub(y).min(ROWS), ..inner };
    if room.is_empty() {
        return;
    }
    let all = offers.all.len();
    // the last line says how many there are
    let rows =
        if all > usize::from(room.height) { room.height.saturating_sub(1).max(1) } else { room.height };
    let rows = usize::from(rows).min(all);
    let taken = offers.taken.unwrap_or(0);
    let from = (taken + 1).saturating_sub(rows);
    let here: Vec<_> = offers.all.iter().enumerate().skip(from).take(rows).collect();
    // wide enough for all of them: nothing moves while one goes through them
    let names = offers.all.iter().map(|offer| width(&shown(&offer.text))).max().unwrap_or(0);
    let abouts = offers.all.iter().map(|offer| width(&offer.about)).max().unwrap_or(0);
    let wanted = names.saturating_add(abouts).saturating_add(5).min(room.width);
    let x = x.saturating_sub(2).min(room.right().saturating_sub(wanted)).max(room.x);
    let names = names.min(wanted.saturating_sub(3));
    let list = Rect { x, width: wanted, ..room };
    let dots = paint.look.symbols.dots;
    let bar = paint.look.symbols.border.vertical_left;
    for ((i, offer), y) in here.into_iter().zip(list.y..) {
        let line = Rect { y, height: 1, ..list };
        let is_here = offers.taken == Some(i);
        paint.frame.render_widget(Clear, line.intersection(paint.frame.area()));
        paint.style(line, if is_here { theme.cursor } else { theme.text });
        let (name, about) = if is_here { (theme.cursor, theme.cursor) } else { (theme.text, theme.muted) };
        paint.put_signs(Rect { width: 1, ..line }, bar, theme.accent);
        paint.put(line, x + 2, y, &cut(&shown(&offer.text), names, dots), name);
        let room = Rect { width: line.width.saturating_sub(1), ..line };
        paint.put(room, x + 2 + names + 2, y, &offer.about, about);
        paint.hit(line, Target::Offer(i));
    }
    if rows < all && usize::from(room.height) > rows {
        let line = Rect { y: list.y + u16::try_from(rows).unwrap_or(0), height: 1, ..list };
        paint.frame.render_widget(Clear, line.intersection(paint.frame.area()));
        paint.style(line, theme.text);
        paint.put_signs(Rect { width: 1, ..line }, bar, theme.accent);
        let [last, all] = [from + rows, all].map(|n| thousands(n as u64));
        paint.put(line, x + 2, line.y, &format!("{last} of {all}"), theme.muted);
    }
}
