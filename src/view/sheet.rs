//! The live tables.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::grid::{self, Column, GAP};
use super::layout::{Size, share};
use super::paint::{Paint, cut};
use crate::app::App;
use crate::app::msg::Target;
use crate::app::sheet::{Align, SHEETS, Sheet, Tone};
use crate::engine::{PoolRow, Report};

/// Rows of a table's heading and a row of its own.
const LEAST: u16 = 3;

/// Draws all tables, or on a small screen the focused one.
pub fn draw(paint: &mut Paint, app: &App, area: Rect, size: Size) {
    let focused = SHEETS.iter().position(|s| s.pane == app.focus);
    let theme = paint.look.theme.clone();
    let area = match size {
        Size::Wide => {
            let style = if focused.is_some() { theme.accent } else { theme.muted };
            paint.framed(area, &title(app), style)
        }
        _ => area,
    };
    let Some(report) = app.report() else {
        paint.put(area, area.x + 1, area.y, "no figures: the plan is not valid yet", theme.muted);
        return;
    };
    let wants: Vec<u16> = SHEETS.iter().map(|s| rows_wanted(s, report)).collect();
    let rows = match (size, focused) {
        (Size::Small, Some(f)) => {
            let mut rows = vec![0; wants.len()];
            rows.iter_mut().skip(f).take(1).for_each(|r| *r = area.height);
            rows
        }
        _ => share(area.height, &wants, focused, LEAST),
    };
    let mut y = area.y;
    for (i, (sheet, rows)) in SHEETS.iter().zip(rows).enumerate() {
        let part = Rect { y, height: rows, ..area };
        y += rows;
        if rows > 0 {
            paint.hit(part, Target::Pane(sheet.pane));
            draw_sheet(paint, app, report, sheet, i, part);
        }
    }
    draw_legend(paint, area, y);
}

fn title(app: &App) -> String {
    if app.is_stale() {
        "settled: STALE, of the last valid plan".into()
    } else {
        "settled: every node came up empty and got its pods".into()
    }
}

/// Heading, rows, and a blank line after them.
fn rows_wanted(sheet: &Sheet, report: &Report) -> u16 {
    u16::try_from((sheet.rows)(report).max(1)).unwrap_or(u16::MAX).saturating_add(2)
}

/// One table. Rows beyond the height are scrolled to when the selection goes there.
fn draw_sheet(paint: &mut Paint, app: &App, report: &Report, sheet: &Sheet, index: usize, area: Rect) {
    let theme = paint.look.theme.clone();
    let focused = app.focus == sheet.pane;
    let cell = app.cell(sheet.pane);
    let total = (sheet.rows)(report);
    let columns = columns(sheet, report, area.width.saturating_sub(2), focused.then_some(cell.column));
    let left = area.x + 2;
    let mut x = left;
    for column in &columns {
        let Some(of) = sheet.columns.get(column.index) else { continue };
        let style = if focused { theme.accent } else { theme.heading };
        put(paint, area, x, area.y, column, (of.header)(report), style);
        x += column.width + GAP;
    }
    let body = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    if total == 0 {
        paint.put(body, left, body.y, sheet.empty, theme.muted);
        return;
    }
    let rows = match usize::from(body.height) {
        all if total <= all => all,
        // the last line says how many more there are
        some => some.saturating_sub(1),
    };
    if focused {
        paint.screen.rows = rows.max(1);
    }
    let from = scroll(paint, index, cell.row, total, rows);
    for (row, y) in (from..total).zip(body.y..body.y + u16::try_from(rows).unwrap_or(0).min(body.height)) {
        let here = focused && row == cell.row;
        if here {
            paint.put(area, area.x, y, paint.look.symbols.here, theme.accent);
        }
        let mut x = left;
        for column in &columns {
            let Some(of) = sheet.columns.get(column.index) else { continue };
            let tone = if app.is_stale() { Tone::Muted } else { (of.tone)(report, row) };
            let mut style = theme.tone(tone);
            if here && column.index == cell.column {
                style = theme.cursor;
                paint.style(Rect { x, y, width: column.width, height: 1 }.intersection(area), style);
            }
            let text = (of.cell)(report, row);
            match (column.align, report.pools.get(row)) {
                (Align::Bar, Some(pool)) => {
                    let room = Rect { x, y, width: column.width, height: 1 }.intersection(area);
                    draw_bar(paint, room, pool, &text, style);
                }
                _ => put(paint, area, x, y, column, &text, style),
            }
            let target = Target::Cell { pane: sheet.pane, row, column: column.index };
            paint.hit(Rect { x, y, width: column.width + GAP, height: 1 }.intersection(area), target);
            x += column.width + GAP;
        }
    }
    let hidden = total.saturating_sub(rows);
    if hidden > 0 {
        let text = format!("{} to {} of {total}", from + 1, (from + rows).min(total));
        let style = theme.muted;
        let y = body.y.saturating_add(u16::try_from(rows).unwrap_or(0));
        paint.put(body, left, y, &text, style);
    }
}

/// Scrolls a table so that its selected row is on the screen; gives the first row to draw.
fn scroll(paint: &mut Paint, index: usize, row: usize, total: usize, rows: usize) -> usize {
    let Some(from) = paint.screen.sheets.get_mut(index) else { return 0 };
    let end = total.saturating_sub(rows);
    *from = (*from).clamp((row + 1).saturating_sub(rows).min(row), row).min(end);
    *from
}

fn columns(sheet: &Sheet, report: &Report, room: u16, selected: Option<usize>) -> Vec<Column> {
    let total = (sheet.rows)(report);
    let wanted = sheet.columns.iter().enumerate().filter(|(_, c)| (c.useful)(report)).map(|(index, c)| {
        let cells: Vec<String> = match c.align {
            Align::Flow | Align::Bar => Vec::new(),
            _ => (0..total).map(|row| (c.cell)(report, row)).collect(),
        };
        let header = (c.header)(report);
        let width = grid::wants(c.least, header, cells.iter().map(String::as_str)).min(40);
        Column { index, align: c.align, width, gives_way: c.gives_way }
    });
    grid::fit(wanted.collect(), room, selected)
}

fn put(paint: &mut Paint, area: Rect, x: u16, y: u16, column: &Column, text: &str, style: Style) {
    let room = Rect { x, y, width: column.width.min(area.right().saturating_sub(x)), height: 1 };
    match column.align {
        Align::Right => {
            let text = cut(text, room.width, paint.look.symbols.dots);
            paint.put_right(room, room.right(), y, &text, style);
        }
        _ => {
            paint.put(room, x, y, text, style);
        }
    }
}

/// Shares of a pool, each with a sign of its own, and a word for how full it is.
fn draw_bar(paint: &mut Paint, room: Rect, pool: &PoolRow, word: &str, style: Style) {
    let cells = room.width.saturating_sub(6);
    let parts = [pool.other, pool.settled.primary, pool.settled.assigned, pool.settled.unused];
    let mut bar = String::new();
    let mut sum = 0u64;
    let mut drawn = 0;
    let whole = pool.usable.max(1);
    for (part, sign) in parts.iter().zip(paint.look.symbols.parts) {
        sum = sum.saturating_add(*part);
        // a part that is there is seen, as long as there is room
        let end = (u128::from(sum) * u128::from(cells)).div_ceil(u128::from(whole));
        let end = u16::try_from(end).unwrap_or(u16::MAX).min(cells);
        if *part > 0 {
            bar.push_str(&sign.repeat(usize::from(end.saturating_sub(drawn))));
            drawn = end.max(drawn);
        }
    }
    let free = paint.look.symbols.parts.last().copied().unwrap_or(" ");
    bar.push_str(&free.repeat(usize::from(cells.saturating_sub(drawn))));
    let plain = paint.look.theme.text;
    let muted =
        if style == paint.look.theme.cursor || style == paint.look.theme.muted { style } else { plain };
    put_signs(paint, room, &bar, muted);
    paint.put(room, room.x + cells + 1, room.y, word, style);
}

/// Signs are written as they are: they belong to the set that is in use.
fn put_signs(paint: &mut Paint, room: Rect, signs: &str, style: Style) {
    if !room.is_empty() {
        paint.frame.buffer_mut().set_stringn(room.x, room.y, signs, usize::from(room.width), style);
    }
}

/// What the signs of the bars mean, if a line is left for it.
fn draw_legend(paint: &mut Paint, area: Rect, y: u16) {
    let names = ["other", "primary", "assigned", "unused", "free"];
    let mut x = area.x + 2;
    if y < area.bottom() {
        let line = Rect { y: area.bottom() - 1, height: 1, ..area };
        let style = paint.look.theme.muted;
        for (sign, name) in paint.look.symbols.parts.into_iter().zip(names) {
            let room = Rect { x, width: line.right().saturating_sub(x), ..line }.intersection(line);
            put_signs(paint, room, sign, style);
            x += 2;
            x += paint.put(line, x, line.y, name, style) + 2;
        }
    }
}
