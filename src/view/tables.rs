//! All live tables: which gets how many rows.

use ratatui::layout::Rect;

use super::grid::{self, Column, Fitted};
use super::layout::{Size, share};
use super::paint::{Paint, wrap};
use super::{fill, sheet};
use crate::app::App;
use crate::app::columns::SHEETS;
use crate::app::msg::Target;
use crate::app::sheet::{Align, Sheet};
use crate::engine::Report;

/// Rows of a table's heading, one row, and how many more there are.
const LEAST: u16 = 3;

/// Widest that a column other than a sentence wants to be.
const WIDEST: u16 = 40;

/// A table that is to be drawn.
pub struct Part {
    pub sheet: &'static Sheet,
    pub fitted: Fitted,
    /// The lines of each row's sentence, if there is room for them.
    pub sentences: Option<Vec<Vec<String>>>,
}

/// Draws all tables, or on a small screen the focused one.
pub fn draw(paint: &mut Paint, app: &App, area: Rect, size: Size) {
    let focused = SHEETS.iter().position(|s| s.pane == app.focus);
    let theme = paint.look.theme.clone();
    let area = match size {
        Size::Wide => {
            let style = if focused.is_some() { theme.accent } else { theme.muted };
            paint.framed(area, title(app), style)
        }
        _ => area,
    };
    let Some(report) = app.report() else {
        paint.put(area, area.x + 1, area.y, "no figures: the plan is not valid yet", theme.muted);
        return;
    };
    let room = area.width.saturating_sub(sheet::MARGIN);
    let mut parts: Vec<Part> = SHEETS.iter().map(|sheet| Part::new(sheet, app, report, room)).collect();
    if size != Size::Small {
        wrap_if_room(&mut parts, report, area.height);
    }
    let wants: Vec<u16> = parts.iter().map(|part| part.rows_wanted(report)).collect();
    let mut rows = match (size, focused) {
        (Size::Small, Some(f)) => (0..wants.len()).map(|i| if i == f { area.height } else { 0 }).collect(),
        _ => share(area.height, &wants, focused, LEAST),
    };
    // a blank line between tables, where there is room for all
    let gaps = u16::try_from(rows.len()).unwrap_or(u16::MAX);
    if rows == wants && rows.iter().sum::<u16>().saturating_add(gaps) <= area.height {
        rows.iter_mut().for_each(|r| *r += 1);
    }
    let mut y = area.y;
    for (i, (part, rows)) in parts.iter().zip(rows).enumerate() {
        let room = Rect { y, height: rows, ..area };
        y += rows;
        if rows > 0 {
            paint.hit(room, Target::Pane(part.sheet.pane));
            sheet::draw(paint, app, report, part, i, room);
        }
    }
    if y < area.bottom() {
        fill::draw_legend(paint, Rect { y: area.bottom() - 1, height: 1, ..area });
    }
}

fn title(app: &App) -> &'static str {
    if app.is_stale() {
        "settled: STALE, of the last valid plan"
    } else {
        "settled: every node came up empty and got its pods"
    }
}

impl Part {
    fn new(sheet: &'static Sheet, app: &App, report: &Report, room: u16) -> Part {
        let selected = (app.focus == sheet.pane).then(|| app.cell(sheet.pane).column);
        let total = (sheet.rows)(report);
        let useful = sheet.columns.iter().enumerate().filter(|(_, c)| (c.useful)(report));
        let wanted = useful.map(|(index, c)| {
            let cells: Vec<String> = match c.align {
                Align::Flow | Align::Bar => Vec::new(),
                Align::Left | Align::Right => (0..total).map(|row| (c.cell)(report, row)).collect(),
            };
            let width =
                grid::wants(c.least, (c.header)(report), cells.iter().map(String::as_str)).min(WIDEST);
            Column { index, align: c.align, width, gives_way: c.gives_way }
        });
        Part { sheet, fitted: grid::fit(wanted.collect(), room, selected), sentences: None }
    }

    /// Heading and rows.
    fn rows_wanted(&self, report: &Report) -> u16 {
        let lines = match &self.sentences {
            Some(sentences) => sentences.iter().map(Vec::len).sum(),
            None => (self.sheet.rows)(report),
        };
        u16::try_from(lines.max(1)).unwrap_or(u16::MAX).saturating_add(1)
    }

    /// The lines that each row's sentence needs.
    fn written_out(&self, report: &Report) -> Option<Vec<Vec<String>>> {
        let flow = self.fitted.columns.iter().find(|c| c.align == Align::Flow)?;
        let of = self.sheet.columns.get(flow.index)?;
        let rows = 0..(self.sheet.rows)(report);
        Some(rows.map(|row| wrap(&(of.cell)(report, row), flow.width)).collect())
    }
}

/// The sentences of the last table, the findings, are written out where there is room for all of them. Those
/// of a table above others are not: while one types, they would push the others up and down.
fn wrap_if_room(parts: &mut [Part], report: &Report, room: u16) {
    let total = |parts: &[Part]| parts.iter().map(|p| usize::from(p.rows_wanted(report)) + 1).sum::<usize>();
    // a row takes a line at least: where these have no room, their sentences need not be looked at
    if total(parts) > usize::from(room) {
        return;
    }
    let sentences = parts.last().and_then(|part| part.written_out(report));
    if let Some(part) = parts.last_mut() {
        part.sentences = sentences;
    }
    if total(parts) > usize::from(room)
        && let Some(part) = parts.last_mut()
    {
        part.sentences = None;
    }
}
