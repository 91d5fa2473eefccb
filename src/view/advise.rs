//! Advice on the explore screen: a table, and what its selected row and all of it mean.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::layout::Size;
use super::paint::{Paint, cut, width, wrap};
use crate::app::App;
use crate::app::action::{Action, Context};
use crate::app::advise::Told;
use crate::app::msg::Target;
use crate::app::pane::Pane;
use crate::output::table::Head;
use crate::output::{Align, On};
use crate::text::shown;

/// Columns between two cells.
const GAP: u16 = 2;

/// Draws the pane of advice that has the focus.
pub fn draw(paint: &mut Paint, app: &App, area: Rect, size: Size) {
    let theme = paint.look.theme.clone();
    let pane = app.focus;
    let progress = app.advice_progress(pane);
    let title = format!("{}{progress}", pane.name().unwrap_or_default());
    let inner = if size == Size::Small { area } else { paint.framed(area, &title, theme.accent) };
    paint.hit(area, Target::Pane(pane));
    let mut y = inner.y;
    let line = |paint: &mut Paint, y: &mut u16, text: &str, style: Style| {
        for text in wrap(text, inner.width.saturating_sub(2)) {
            if *y < inner.bottom() {
                paint.put(inner, inner.x + 1, *y, &text, style);
                *y += 1;
            }
        }
    };
    if size == Size::Small {
        line(paint, &mut y, &title, theme.heading);
    }
    let options = app.key(Context::Explore, Action::Options);
    line(paint, &mut y, &format!("{} ({options}: options)", shown(&app.advice_asked(pane))), theme.muted);
    match app.advice(pane) {
        None => {}
        Some((Err(reason), _)) => line(paint, &mut y, &shown(reason), theme.warn),
        Some((Ok(told), fresh)) => {
            let style = if fresh { theme.text } else { theme.muted };
            y += 1;
            y = draw_table(
                paint,
                app,
                pane,
                &told,
                style,
                Rect { y, height: inner.bottom().saturating_sub(y), ..inner },
            );
            y += 1;
            let row = app.advice_row(pane);
            if let Some(text) = told.rows.get(row) {
                line(paint, &mut y, &shown(text), style);
                y += 1;
            }
            for note in &told.notes {
                line(paint, &mut y, &shown(note), theme.muted);
            }
        }
    }
}

/// Draws the table, and gives the line after it. Columns that have no room are left out, the last ones first.
fn draw_table(paint: &mut Paint, app: &App, pane: Pane, told: &Told, style: Style, area: Rect) -> u16 {
    let theme = paint.look.theme.clone();
    let dots = paint.look.symbols.dots;
    let table = &told.table;
    let heads = table.columns.iter().enumerate().filter(|(_, head)| head.on.printed());
    let columns: Vec<(usize, &Head, u16)> = heads
        .map(|(i, head)| {
            let cells = table.rows.iter().filter_map(|row| row.get(i)).map(|cell| width(&cell.shown()));
            (i, head, cells.max().unwrap_or(0))
        })
        .collect();
    let whole: u16 =
        columns.iter().map(|(_, head, cells)| width(&head.header).max(*cells).saturating_add(GAP)).sum();
    // headings that have no room beside each other stand on two lines
    let folded = whole > area.width;
    let heading = |head: &Head| match folded {
        true => fold(&head.header),
        false => (String::new(), head.header.to_string()),
    };
    let top = area.y + u16::from(folded);
    let gap = if folded { 1 } else { GAP };
    // half of the room is for what the rows mean
    let rows = usize::from(area.height / 2).max(3).min(table.rows.len());
    paint.screen.rows = rows.max(1);
    let at = app.advice_row(pane);
    let first = (at + 1).saturating_sub(rows);
    let mut x = area.x + 1;
    let mut last = top;
    for (i, head, cells) in columns {
        let (above, below) = heading(head);
        let wide = cells.max(width(&above)).max(width(&below)).min(area.right().saturating_sub(x + 1));
        if wide < 3 && head.on != On::Everywhere || wide == 0 {
            break;
        }
        let room = Rect { x, width: wide, ..area };
        let put = |paint: &mut Paint, y: u16, text: &str, style: Style| {
            let text = cut(text, wide, dots);
            if head.align == Align::Right {
                paint.put_right(room, room.right(), y, &text, style);
            } else {
                paint.put(room, x, y, &text, style);
            }
        };
        put(paint, area.y, &above, theme.heading);
        put(paint, top, &below, theme.heading);
        for ((r, cells), y) in
            table.rows.iter().enumerate().skip(first).take(rows).zip(top + 1..area.bottom())
        {
            let style = if r == at { theme.cursor } else { style };
            let text = cells.get(i).map_or(String::new(), crate::output::Cell::shown);
            put(paint, y, &text, style);
            last = last.max(y);
        }
        x = x.saturating_add(wide + gap);
    }
    for (r, y) in (first..table.rows.len()).take(rows).zip(top + 1..area.bottom()) {
        let line = Rect { y, height: 1, ..area };
        if r == at {
            paint.style(line, theme.cursor);
            paint.put(line, line.x, y, paint.look.symbols.here, theme.cursor);
        }
        paint.hit(line, Target::Advice(r));
    }
    last + 1
}

/// A heading on two lines, broken where the longer one is shortest: `burst-` and `at-once`.
fn fold(header: &str) -> (String, String) {
    let breaks = header.match_indices(['-', ' ']).map(|(at, _)| header.split_at(at + 1));
    let halves = breaks.min_by_key(|(above, below)| width(above.trim_end()).max(width(below)));
    let (above, below) = halves.unwrap_or(("", header));
    (above.trim_end().to_owned(), below.to_owned())
}
