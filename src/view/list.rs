//! Lists to choose from.

use ratatui::layout::Rect;

use super::field::draw_input;
use super::paint::{Paint, cut, width};
use crate::app::chooser::{Chooser, Item};
use crate::app::msg::Target;
use crate::text::thousands;

/// A line of a list: what is next to each other has in common, or an item by its position.
enum Line<'a> {
    Group(&'a str),
    Item(usize, &'a Item),
}

/// Most columns of the keys.
const KEYS: u16 = 14;

/// Draws a list.
pub fn draw(paint: &mut Paint, list: &Chooser, area: Rect) {
    let theme = paint.look.theme.clone();
    let lines = lines(list);
    // as high as all of it, so that it stays where it is while one types
    let rows = u16::try_from(grouped(list.all()).len()).unwrap_or(u16::MAX).saturating_add(4);
    let inner = paint.popup(area, area.width.min(100), rows.max(12), list.kind.title());
    let prompt = format!("{}: ", list.kind.prompt());
    let x = inner.x + 1 + paint.put(inner, inner.x + 1, inner.y, &prompt, theme.muted);
    let input = Rect { x, y: inner.y, width: inner.right().saturating_sub(x + 1), height: 1 };
    draw_input(paint, &list.input, input.intersection(inner), theme.text);
    let body = Rect { y: inner.y + 2, height: inner.height.saturating_sub(2), ..inner };
    if list.is_empty() {
        paint.put(body, body.x + 2, body.y, "nothing matches", theme.muted);
        return;
    }
    let rows = usize::from(body.height);
    // the list scrolls by items; its groups take lines of their own
    paint.screen.rows = rows.saturating_sub(usize::from(!list.is_searched()) * 2).max(1);
    let at =
        |n: usize| lines.iter().position(|line| matches!(line, Line::Item(i, _) if *i == n)).unwrap_or(0);
    let marked = at(list.marked);
    let from = at(list.first).min(marked).max((marked + 1).saturating_sub(rows));
    // the group of the first item is shown with it
    let from = if list.first == 0 && marked < rows { 0 } else { from };
    // names that something is said about stand in a column; others take the line
    let beside = list.matching().filter(|item| !item.about.is_empty());
    let names = beside.map(|item| width(&item.name)).max().unwrap_or(0).min(body.width / 2);
    let keys = list.matching().map(|item| width(&item.keys)).max().unwrap_or(0).min(KEYS);
    for (line, y) in lines.iter().skip(from).zip(body.y..body.bottom()) {
        let room = Rect { y, height: 1, ..body };
        match line {
            Line::Group(group) => {
                paint.put(room, room.x + 1, y, group, theme.heading);
            }
            Line::Item(n, item) => {
                draw_item(paint, item, *n == list.marked, (names, keys), room);
                paint.hit(room, Target::Item(*n));
            }
        }
    }
    let count = format!(" {} of {} ", thousands(list.marked as u64 + 1), thousands(list.len() as u64));
    let x = inner.right().saturating_sub(width(&count) + 1);
    let line = Rect { y: inner.y, height: 1, ..inner };
    paint.put(line, x, inner.y, &count, theme.muted);
}

fn draw_item(paint: &mut Paint, item: &Item, here: bool, (names, keys): (u16, u16), room: Rect) {
    let theme = paint.look.theme.clone();
    let (style, muted, accent) = match (here, &item.refused) {
        (true, _) => (theme.cursor, theme.cursor, theme.cursor),
        (false, Some(_)) => (theme.muted, theme.muted, theme.muted),
        (false, None) => (theme.text, theme.muted, theme.accent),
    };
    if here {
        paint.style(room, theme.cursor);
        paint.put(room, room.x, room.y, paint.look.symbols.here, theme.cursor);
    }
    let line = Rect { x: room.x + 2, width: room.width.saturating_sub(3), ..room };
    paint.put(line, line.x, line.y, &cut(&item.keys, keys, ""), accent);
    let x = line.x + if keys > 0 { keys + 2 } else { 0 };
    let about = item.refused.as_ref().map_or(item.about.clone(), |reason| format!("({reason})"));
    let most = if about.is_empty() {
        line.right().saturating_sub(x)
    } else {
        names.max(line.right().saturating_sub(x) / 2)
    };
    let name = cut(&item.name, most, paint.look.symbols.dots);
    let end = x + paint.put(line, x, line.y, &name, style);
    paint.put(line, end.max(x + names) + 2, line.y, &about, muted);
}

/// The lines: groups are named while the items are in their own order.
fn lines(list: &Chooser) -> Vec<Line<'_>> {
    match list.is_searched() {
        true => list.matching().enumerate().map(|(n, item)| Line::Item(n, item)).collect(),
        false => grouped(list.matching()),
    }
}

/// Items in their own order, under the names of their groups.
fn grouped<'a>(items: impl Iterator<Item = &'a Item>) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    let mut group = "";
    for (n, item) in items.enumerate() {
        if item.group != group {
            group = item.group;
            lines.push(Line::Group(group));
        }
        lines.push(Line::Item(n, item));
    }
    lines
}
