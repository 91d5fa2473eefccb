//! One live table.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::against::{self, Form, Said};
use super::fill;
use super::grid::Column;
use super::paint::{Paint, cut, cut_middle, width};
use super::tables::{self, Part};
use super::theme::Theme;
use crate::app::App;
use crate::app::action::{Action, Context};
use crate::app::msg::Target;
use crate::app::pane::Pane;
use crate::app::sheet::{self, Align, Figures, Tone};
use crate::compare::Worth;
use crate::text::{listed, thousands};

/// Columns before the first: the cursor's sign.
pub const MARGIN: u16 = 1;

/// Draws a table. Rows beyond the height are scrolled to when the selection goes there.
pub fn draw(paint: &mut Paint, app: &App, figures: &Figures, part: &Part, area: Rect) {
    let theme = paint.look.theme.clone();
    let focused = app.focus == part.sheet.pane;
    let total = part.rows.len();
    let bands = u16::from(part.bands.iter().any(|band| !band.is_empty()));
    draw_bands(paint, part, area, bands);
    let area = Rect { y: area.y + bands, height: area.height.saturating_sub(bands), ..area };
    for (i, (column, room)) in cells(part, Rect { height: 1, ..area }).enumerate() {
        let room = figures_of(part, i, room);
        let style = if focused { theme.accent } else { theme.heading };
        let header = tables::heading(app, part.sheet, column.index, figures, paint.look);
        let later = if column.align == Align::Flow && waits(app, part) { " (computing)" } else { "" };
        put(paint, room, column, &format!("{header}{later}"), style);
    }
    let body = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let body = draw_gone(paint, part, body);
    if total == 0 {
        let filtered = (part.sheet.rows)(figures.report) > 0;
        let empty = match () {
            () if filtered => {
                format!("no row has these words: {} shows all", app.key(Context::Session, Action::Back))
            }
            () if waits(app, part) => "computing".to_owned(),
            () => part.sheet.empty.to_owned(),
        };
        paint.put(body, body.x + MARGIN, body.y, &empty, theme.muted);
        return;
    }
    let rows = match usize::from(body.height) {
        _ if part.sentences.is_some() => total,
        all if total <= all => total,
        // the last line says how many more there are
        some => some.saturating_sub(1),
    };
    if focused {
        paint.screen.rows = rows.max(1);
    }
    let selected = app.cell(part.sheet.pane).row;
    let at = part.rows.iter().position(|row| *row == selected).unwrap_or(0);
    let from = scroll(paint, sheet::index(part.sheet.pane), at, total, rows);
    let mut y = body.y;
    for (at, row) in part.rows.iter().copied().enumerate().skip(from).take(rows) {
        let height = sentence(part, at).map_or(1, |lines| u16::try_from(lines.len().max(1)).unwrap_or(1));
        let room = Rect { y, height, ..body }.intersection(body);
        draw_row(paint, app, figures, part, (at, row), room);
        y = y.saturating_add(height);
    }
    if rows < total {
        let [first, last, total] = [from + 1, from + rows, total].map(|n| thousands(n as u64));
        let all = (part.sheet.rows)(figures.report);
        let of_all = if all > part.rows.len() {
            format!(" ({} in all)", thousands(all as u64))
        } else {
            String::new()
        };
        let text = format!("{first} to {last} of {total}{of_all}");
        paint.put(body, body.x + MARGIN, y, &text, theme.muted);
    }
}

/// Names the rows that there are no more below all others, where there is room; gives the rest of the room.
fn draw_gone(paint: &mut Paint, part: &Part, body: Rect) -> Rect {
    let gone = part.against.as_ref().map_or(&[][..], |against| &against.gone);
    if gone.is_empty() || body.height < 2 {
        return body;
    }
    let above = Rect { height: body.height - 1, ..body };
    let lines = part.sentences.as_ref().map_or(part.rows.len(), |s| s.iter().map(|l| l.len().max(1)).sum());
    let below = u16::try_from(lines.max(1)).unwrap_or(u16::MAX).min(above.height);
    let names: Vec<&str> = gone.iter().map(String::as_str).collect();
    let text = format!("gone: {}", listed(&names));
    let room = Rect { width: body.width.saturating_sub(1), ..body };
    paint.put(room, body.x + MARGIN, body.y + below, &text, paint.look.theme.muted);
    above
}

/// The room of a column's figures, without that which is kept for changes.
fn figures_of(part: &Part, column: usize, room: Rect) -> Rect {
    let kept = part.kept.get(column).copied().unwrap_or(0);
    Rect { width: room.width.saturating_sub(kept), ..room }
}

/// What columns have in common, once above each run of them.
fn draw_bands(paint: &mut Paint, part: &Part, area: Rect, bands: u16) {
    let style = paint.look.theme.heading;
    let places: Vec<(u16, u16)> =
        cells(part, Rect { height: bands, ..area }).map(|(_, room)| (room.x, room.right())).collect();
    let runs = part.bands.chunk_by(|a, b| a == b);
    let mut at = 0;
    for run in runs {
        let ends = places.get(at).zip(places.get(at + run.len() - 1));
        at += run.len();
        let (Some(((left, _), (_, right))), Some(band)) = (ends, run.first().filter(|b| !b.is_empty()))
        else {
            continue;
        };
        let room = Rect { x: *left, width: right - left, height: bands, ..area };
        let rule = paint.look.symbols.border.horizontal_top.repeat(usize::from(room.width));
        paint.put_signs(room, &rule, paint.look.theme.muted);
        let x = left + (room.width.saturating_sub(width(band) + 2)) / 2;
        paint.put(room, x, area.y, &format!(" {band} "), style);
    }
}

/// Whether what the table shows is still of an earlier plan.
fn waits(app: &App, part: &Part) -> bool {
    part.sheet.pane == Pane::Thresholds && !app.thresholds_are_known()
}

/// The columns of a table and their places.
fn cells<'a>(part: &'a Part<'_>, area: Rect) -> impl Iterator<Item = (&'a Column, Rect)> {
    let mut x = area.x + MARGIN;
    part.fitted.columns.iter().map(move |column| {
        let room = Rect { x, width: column.width, ..area }.intersection(area);
        x = x.saturating_add(column.width + part.fitted.gap);
        (column, room)
    })
}

/// The lines of a row's sentence by its position, where sentences are written out.
fn sentence<'a>(part: &'a Part<'_>, at: usize) -> Option<&'a Vec<String>> {
    part.sentences.as_ref()?.get(at)
}

fn draw_row(
    paint: &mut Paint,
    app: &App,
    figures: &Figures,
    part: &Part,
    (at, row): (usize, usize),
    area: Rect,
) {
    let theme = paint.look.theme.clone();
    let pane = part.sheet.pane;
    let selected = app.cell(pane);
    let here = app.focus == pane && row == selected.row;
    if here {
        paint.put(area, area.x, area.y, paint.look.symbols.here, theme.accent);
    }
    for (i, (column, room)) in cells(part, area).enumerate() {
        let Some(of) = part.sheet.columns.get(column.index) else { continue };
        let tone = if app.is_stale() || waits(app, part) { Tone::Muted } else { (of.tone)(figures, row) };
        let cursor = here && column.index == selected.column;
        let style = if cursor { theme.cursor } else { theme.tone(tone) };
        if cursor {
            paint.style(room, style);
        }
        match (column.align, figures.holding(row), sentence(part, at)) {
            (Align::Bar, Some(pool), _) => fill::draw(paint, room, pool, &(of.cell)(figures, row), style),
            (Align::Flow, _, Some(lines)) => {
                for (line, y) in lines.iter().zip(room.y..room.bottom()) {
                    paint.put(room, room.x, y, line, style);
                }
            }
            _ => {
                let dots = paint.look.symbols.dots;
                let cell = (column.index, of);
                let told = |form| against::said(part.against.as_ref(), figures, cell, row, form, paint.look);
                let own = figures_of(part, i, room);
                let full = told(Form::Full);
                let fits = width(&full.text) <= own.width && width(&full.change) <= room.width - own.width;
                let Said { text, change, worth } = if fits { full } else { told(Form::Short) };
                let alike = part.alike.contains(&column.index);
                let text = if alike { cut_middle(&text, own.width, dots) } else { text };
                put(paint, own, column, &text, style);
                let style = if cursor { style } else { worth_style(&theme, worth) };
                paint.put(room, own.right(), own.y, &change, style);
            }
        }
        paint.hit(room, Target::Cell { pane, row, column: column.index });
    }
}

fn worth_style(theme: &Theme, worth: Worth) -> Style {
    match worth {
        Worth::Good => theme.good,
        Worth::Bad => theme.bad,
        Worth::Neutral => theme.accent,
    }
}

/// Scrolls a table so that its selected row is on the screen; gives the first row to draw.
fn scroll(paint: &mut Paint, index: Option<usize>, row: usize, total: usize, rows: usize) -> usize {
    let Some(from) = index.and_then(|i| paint.screen.sheets.get_mut(i)) else { return 0 };
    let end = total.saturating_sub(rows);
    *from = (*from).clamp((row + 1).saturating_sub(rows).min(row), row).min(end);
    *from
}

fn put(paint: &mut Paint, room: Rect, column: &Column, text: &str, style: Style) {
    if column.align == Align::Right {
        let text = cut(text, room.width, paint.look.symbols.dots);
        paint.put_right(room, room.right(), room.y, &text, style);
    } else {
        paint.put(room, room.x, room.y, text, style);
    }
}
