//! The inputs.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::cells::{self, Cell, Cells, MARGIN};
use super::layout::Size;
use super::paint::{Paint, cut, cut_middle, width};
use super::{Screen, field, offers};
use crate::app::form::Line;
use crate::app::msg::Target;
use crate::app::pane::Pane;
use crate::app::sheet::Align;
use crate::app::{App, inputs, rows};
use crate::plan::Row;
use crate::plan::field::{Field, FieldKind, Section};
use crate::text::count;

/// Rows below the cursor that stay visible while a field is edited, for its hint.
const BELOW: usize = 4;

/// Draws the form.
pub fn draw(paint: &mut Paint, app: &App, area: Rect, size: Size) {
    let focused = app.focus == Pane::Inputs;
    let theme = paint.look.theme.clone();
    paint.hit(area, Target::Pane(Pane::Inputs));
    let inner = match size {
        Size::Wide => {
            let style = if focused { theme.accent } else { theme.muted };
            paint.framed(area, &title(app), style)
        }
        _ => area,
    };
    let lines = app.form.lines(app.document());
    let at = app.form.position(&lines);
    let line = at.map_or(0, |(line, _)| line);
    let below = match &app.editor {
        Some(editor) => {
            let offers = editor.offers.as_ref().map_or(0, |offers| offers.all.len());
            offers.clamp(BELOW, offers::ROWS.into())
        }
        None => 1,
    };
    let rows = usize::from(inner.height);
    if focused {
        paint.screen.rows = rows.saturating_sub(1);
    }
    let from = visible(paint.screen, line, lines.len(), rows, below);
    let mut cells = Cells::default();
    for ((i, line), y) in lines.iter().enumerate().skip(from).zip(inner.y..inner.bottom()) {
        let cursor = at.filter(|(at, _)| *at == i).map(|(_, column)| column);
        let place = LinePlace { inner, y, index: i, cursor, focused };
        if !matches!(line, Line::Gap | Line::Head(_)) {
            paint.hit(Rect { y, height: 1, ..inner }, Target::Input { line: i, column: 0 });
        }
        match *line {
            Line::Gap => {}
            Line::Head(section) => draw_head(paint, place, &cells.of(app, section, inner)),
            Line::Row(row, _) => draw_row(paint, app, place, row, &cells.of(app, cells::section(row), inner)),
            Line::Field(row, field) => {
                draw_field(paint, app, place, (row, field), cells::label_width(row, &lines))
            }
            Line::Add(section) => draw_add(paint, place, section),
        }
    }
    scroll_marks(paint, area, from..from + rows, lines.len());
    let edited = paint.screen.edited.take();
    if let Some((editor, place)) = app.editor.as_ref().zip(edited) {
        let default = app.default_of(editor.field);
        field::draw(paint, (editor, &default), inner, &place);
    }
}

/// Where a line is drawn.
#[derive(Debug, Clone, Copy)]
struct LinePlace {
    inner: Rect,
    y: u16,
    index: usize,
    /// The column of the cursor, if it is on this line.
    cursor: Option<usize>,
    focused: bool,
}

fn title(app: &App) -> String {
    match app.plan().clusters.len() {
        0 | 1 => "inputs".to_owned(),
        n => format!("inputs, cluster {} of {n} ([ and ] switch)", app.form.cluster + 1),
    }
}

/// Scrolls so that a line, and some below it, are on the screen; gives the first line to draw.
fn visible(screen: &mut Screen, line: usize, lines: usize, rows: usize, below: usize) -> usize {
    let below = below.min(rows.saturating_sub(1) / 2);
    let least = (line + below + 1).saturating_sub(rows);
    // the section's heading stays with its first row
    let most = line.saturating_sub(1);
    let end = lines.saturating_sub(rows) + if below > 1 { below } else { 0 };
    screen.form = screen.form.clamp(least.min(most), most).min(end.max(least));
    screen.form
}

fn draw_head(paint: &mut Paint, place: LinePlace, cells: &[Cell]) {
    let style = paint.look.theme.heading;
    for cell in cells {
        put_cell(paint, place, *cell, cells::head(cell.field), style);
    }
}

fn put_cell(paint: &mut Paint, place: LinePlace, cell: Cell, text: &str, style: Style) {
    let room = Rect { x: cell.x, y: place.y, width: cell.width, height: 1 }.intersection(place.inner);
    if cell.align == Align::Right {
        let text = cut(text, room.width, paint.look.symbols.dots);
        paint.put_right(room, room.right(), place.y, &text, style);
    } else {
        paint.put(room, cell.x, place.y, text, style);
    }
}

fn draw_row(paint: &mut Paint, app: &App, place: LinePlace, row: Row, cells: &[Cell]) {
    let LinePlace { inner, y, index, cursor, focused } = place;
    let theme = paint.look.theme.clone();
    let beyond = inputs::set_beyond_columns(row, app.document());
    let sign = match (app.form.is_open(row), beyond) {
        (true, _) => paint.look.symbols.open,
        (false, 0) => " ",
        (false, _) => paint.look.symbols.more,
    };
    put_here(paint, place);
    paint.put(inner, inner.x + 1, y, sign, theme.muted);
    if let Some(label) = cells::label(cells::section(row)) {
        paint.put(inner, inner.x + MARGIN, y, label, theme.heading);
    }
    let mut end = inner.x;
    for (column, cell) in cells.iter().enumerate() {
        let (text, set) = cells::text(app, row, cell.field);
        let text = cells::fitting(cell.field, text, cell.width);
        // names of one plan often begin alike
        let text = match cell.field.kind {
            FieldKind::Name => cut_middle(&text, cell.width, paint.look.symbols.dots),
            _ => text,
        };
        let here = cursor == Some(column);
        let style = cell_style(paint, here, focused, set);
        let room = Rect { x: cell.x, y, width: cell.width, height: 1 }.intersection(inner);
        if here {
            paint.style(room, style);
            let ends = cells.iter().filter(|c| c.x >= cell.x).map(|c| c.x + c.width);
            let ends = ends.chain([inner.right()]).collect();
            paint.screen.edited = Some(field::Place { x: cell.x, y, width: cell.width, ends });
        }
        put_cell(paint, place, *cell, &text, style);
        paint.hit(room, Target::Input { line: index, column });
        end = cell.x + cell.width;
    }
    let clusters = app.plan().clusters.len();
    if let (Row::Cluster(c), 2..) = (row, clusters) {
        end += paint.put(inner, end, y, &format!(" {} of {clusters}", c + 1), theme.muted);
    }
    // fields that are set and not seen
    let more = format!(" +{beyond}");
    if beyond > 0 && !app.form.is_open(row) && end + width(&more) <= inner.right() {
        paint.put(inner, end, y, &more, theme.muted);
    }
}

fn cell_style(paint: &Paint, here: bool, focused: bool, set: bool) -> Style {
    let theme = &paint.look.theme;
    match (here, focused, set) {
        (true, true, _) => theme.cursor,
        (true, false, _) => theme.mark,
        (false, _, true) => theme.text,
        (false, _, false) => theme.muted,
    }
}

/// The sign of the cursor's line.
fn put_here(paint: &mut Paint, place: LinePlace) {
    if place.cursor.is_some() && place.focused {
        let (here, style) = (paint.look.symbols.here, paint.look.theme.accent);
        paint.put(place.inner, place.inner.x, place.y, here, style);
    }
}

fn draw_field(paint: &mut Paint, app: &App, place: LinePlace, (row, field): (Row, &Field), labels: u16) {
    let LinePlace { inner, y, cursor, focused, .. } = place;
    put_here(paint, place);
    let left = inner.x + MARGIN + if matches!(row, Row::Env(_)) { 0 } else { 2 };
    // where both do not fit, the value is what matters
    let x = (left + labels + 2).min(inner.right().saturating_sub(8));
    let room = Rect { x: left, y, width: x.saturating_sub(left + 1), height: 1 }.intersection(inner);
    let style = paint.look.theme.text;
    paint.put(room, left, y, field.label, style);
    let (text, set) = cells::long_text(app, row, field);
    let style = cell_style(paint, cursor.is_some(), focused, set);
    let wide = width(&text).max(6);
    let room = Rect { x, y, width: wide, height: 1 }.intersection(inner);
    if cursor.is_some() {
        paint.style(room, style);
        paint.screen.edited = Some(field::Place { x, y, width: wide, ends: vec![inner.right()] });
    }
    paint.put(inner, x, y, &text, style);
}

fn draw_add(paint: &mut Paint, place: LinePlace, section: Section) {
    let LinePlace { inner, y, cursor, focused, .. } = place;
    put_here(paint, place);
    let style = cell_style(paint, cursor.is_some(), focused, false);
    let x = inner.x + MARGIN;
    paint.put(inner, x, y, &format!("+ {}", rows::called(section)), style);
}

/// Says how many lines are above and below: on the frame, if there is one.
fn scroll_marks(paint: &mut Paint, area: Rect, shown: std::ops::Range<usize>, lines: usize) {
    let style = paint.look.theme.muted;
    let marks = [
        (shown.start, paint.look.symbols.above, area.y),
        (lines.saturating_sub(shown.end), paint.look.symbols.below, area.bottom().saturating_sub(1)),
    ];
    for (hidden, sign, y) in marks {
        if hidden > 0 {
            let mark = format!(" {sign} {} ", count(hidden as u64, "line"));
            paint.put_right(area, area.right().saturating_sub(1), y, &mark, style);
        }
    }
}
