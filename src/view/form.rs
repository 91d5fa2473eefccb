//! The inputs.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::grid::{self, Column, GAP};
use super::layout::Size;
use super::paint::{Paint, width};
use super::{Screen, field};
use crate::app::form::{self, Line};
use crate::app::msg::Target;
use crate::app::pane::Pane;
use crate::app::sheet::Align;
use crate::app::{App, rows};
use crate::plan::Row;
use crate::plan::field::{self as fields, Field, FieldKind, Section};
use crate::text::count;

/// Columns before a line's first field: the cursor's sign, and the sign of more fields.
const MARGIN: u16 = 3;

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
    let below = if app.editor.is_some() { BELOW } else { 1 };
    let rows = usize::from(inner.height);
    if focused {
        paint.screen.rows = rows.saturating_sub(1);
    }
    let from = visible(paint.screen, line, lines.len(), rows, below);
    let mut sections: Vec<(Section, Vec<Column>)> = Vec::new();
    for ((i, line), y) in lines.iter().enumerate().skip(from).zip(inner.y..inner.bottom()) {
        let cursor = at.filter(|(at, _)| *at == i).map(|(_, column)| column);
        let place = LinePlace { inner, y, index: i, cursor, focused };
        match *line {
            Line::Gap => {}
            Line::Head(section) => draw_head(paint, app, place, section, &mut sections),
            Line::Row(row) => draw_row(paint, app, place, row, &mut sections),
            Line::Field(row, field) => draw_field(paint, app, place, row, field, &lines),
            Line::Add(section) => draw_add(paint, place, section),
        }
    }
    scroll_marks(paint, inner, from, lines.len());
    if let Some((editor, (x, y, wide))) = app.editor.as_ref().zip(paint.screen.edited.take()) {
        field::draw(paint, editor, inner, x, y, wide);
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

/// The columns of a section: wide enough for all of its rows, whichever are on the screen.
fn columns<'s>(
    app: &App,
    section: Section,
    inner: Rect,
    known: &'s mut Vec<(Section, Vec<Column>)>,
) -> &'s [Column] {
    let at = known.iter().position(|(s, _)| *s == section).unwrap_or_else(|| {
        let wanted = form::columns(section).into_iter().enumerate().map(|(index, f)| {
            let cells: Vec<String> = (0..form::rows(app.plan(), section, app.form.cluster))
                .map(|i| cell(app, form::row(section, app.form.cluster, i), f).0)
                .collect();
            let width = grid::wants(least(f), head(f), cells.iter().map(String::as_str)).min(30);
            Column { index, align: align(f), width, gives_way: 0 }
        });
        let fitted = grid::fit(wanted.collect(), inner.width.saturating_sub(MARGIN + 1), None);
        known.push((section, fitted));
        known.len() - 1
    });
    known.get(at).map_or(&[], |(_, columns)| columns)
}

fn align(field: &Field) -> Align {
    match field.kind {
        FieldKind::Count { .. }
        | FieldKind::Nodes
        | FieldKind::Other
        | FieldKind::Cpu
        | FieldKind::Memory => Align::Right,
        _ => Align::Left,
    }
}

/// What a column is called; shorter than the label where that is long.
fn head(field: &Field) -> &'static str {
    match field.label {
        "instance type" => "type",
        "pods per node" => "pods",
        label => label,
    }
}

/// Least columns of a field, so that nothing moves while it is edited.
fn least(field: &Field) -> u16 {
    match field.kind {
        FieldKind::Name if field.key == "name" => 10,
        FieldKind::Cidr => 14,
        FieldKind::Count { .. } | FieldKind::Nodes | FieldKind::Cpu | FieldKind::Memory => 5,
        _ => 4,
    }
}

/// A field's text among others of its row, and whether it is set.
fn cell(app: &App, row: Row, field: &Field) -> (String, bool) {
    match form::value(app.document(), row, field) {
        Some(text) => (text, true),
        None if width(field.default) <= 6 => (field.default.to_owned(), false),
        None => ("-".to_owned(), false),
    }
}

fn draw_head(
    paint: &mut Paint,
    app: &App,
    place: LinePlace,
    section: Section,
    known: &mut Vec<(Section, Vec<Column>)>,
) {
    let LinePlace { inner, y, .. } = place;
    let style = paint.look.theme.heading;
    let mut x = inner.x + MARGIN;
    let names = form::columns(section);
    for column in columns(app, section, inner, known) {
        let name = names.get(column.index).map_or("", |f| head(f));
        put_cell(paint, inner, x, y, column, name, style);
        x += column.width + GAP;
    }
}

fn put_cell(paint: &mut Paint, inner: Rect, x: u16, y: u16, column: &Column, text: &str, style: Style) {
    let room = Rect { x, y, width: column.width.min(inner.right().saturating_sub(x)), height: 1 };
    match column.align {
        Align::Right => paint.put_right(room, room.right(), y, text, style),
        _ => {
            paint.put(room, x, y, text, style);
        }
    }
}

fn draw_row(
    paint: &mut Paint,
    app: &App,
    place: LinePlace,
    row: Row,
    known: &mut Vec<(Section, Vec<Column>)>,
) {
    let LinePlace { inner, y, index, cursor, focused } = place;
    let theme = paint.look.theme.clone();
    let section = fields::section(row);
    let beyond = form::set_beyond_columns(row, app.document());
    let sign = match (app.form.is_open(row), beyond) {
        (true, _) => paint.look.symbols.open,
        (false, 0) => " ",
        (false, _) => paint.look.symbols.more,
    };
    put_here(paint, place);
    paint.put(inner, inner.x + 1, y, sign, theme.muted);
    let mut x = inner.x + MARGIN;
    // the plan and a cluster have no heading: their only column is called on the line itself
    if matches!(section, Section::Plan | Section::Cluster) {
        let label = if section == Section::Plan { "plan" } else { "cluster" };
        x += paint.put(inner, x, y, label, theme.heading) + GAP;
        x = x.max(inner.x + MARGIN + 9);
    }
    for (i, field) in form::columns(section).into_iter().enumerate() {
        let column = match section {
            Section::Plan | Section::Cluster => {
                let (text, _) = cell(app, row, field);
                Column { index: 0, align: Align::Left, width: width(&text).max(10), gives_way: 0 }
            }
            _ => match columns(app, section, inner, known).get(i) {
                Some(column) => column.clone(),
                None => continue,
            },
        };
        let (text, set) = cell(app, row, field);
        let here = cursor == Some(i);
        let style = cell_style(paint, here, focused, set);
        if here {
            let room = Rect { x, y, width: column.width, height: 1 }.intersection(inner);
            paint.style(room, style);
            paint.screen.edited = Some((x, y, column.width));
        }
        put_cell(paint, inner, x, y, &column, &text, style);
        let target = Target::Input { line: index, column: i };
        paint.hit(Rect { x, y, width: column.width + 1, height: 1 }.intersection(inner), target);
        x += column.width + GAP;
    }
    if beyond > 0 && !app.form.is_open(row) {
        let more = if section == Section::Cluster {
            format!("+{beyond} set ({})", "o shows")
        } else {
            format!("+{beyond}")
        };
        if x + width(&more) <= inner.right() {
            paint.put_right(inner, inner.right(), y, &more, theme.muted);
        }
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

fn draw_field(
    paint: &mut Paint,
    app: &App,
    place: LinePlace,
    row: Row,
    field: &'static Field,
    lines: &[Line],
) {
    let LinePlace { inner, y, index, cursor, focused } = place;
    let theme = paint.look.theme.clone();
    put_here(paint, place);
    let left = inner.x + MARGIN + if matches!(row, Row::Env(_)) { 0 } else { 2 };
    let labels = lines.iter().filter_map(|line| match line {
        Line::Field(r, f) if *r == row => Some(width(f.label)),
        _ => None,
    });
    let label_width = labels.max().unwrap_or(0).min(inner.width.saturating_sub(left - inner.x + 12));
    let room = Rect { x: left, y, width: label_width, height: 1 }.intersection(inner);
    paint.put(room, left, y, field.label, theme.text);
    let x = left + label_width + GAP;
    let (text, set) = match form::value(app.document(), row, field) {
        Some(text) => (text, true),
        None => (field.default.to_owned(), false),
    };
    let here = cursor.is_some();
    let style = cell_style(paint, here, focused, set);
    let wide = width(&text).max(6);
    if here {
        paint.style(Rect { x, y, width: wide, height: 1 }.intersection(inner), style);
        paint.screen.edited = Some((x, y, wide));
    }
    paint.put(inner, x, y, &text, style);
    let line = Rect { y, height: 1, ..inner };
    paint.hit(line, Target::Input { line: index, column: 0 });
}

fn draw_add(paint: &mut Paint, place: LinePlace, section: Section) {
    let LinePlace { inner, y, index, cursor, focused } = place;
    put_here(paint, place);
    let style = cell_style(paint, cursor.is_some(), focused, false);
    let x = inner.x + MARGIN;
    let wide = paint.put(inner, x, y, &format!("+ {}", rows::called(section)), style);
    paint.hit(
        Rect { x, y, width: wide, height: 1 }.intersection(inner),
        Target::Input { line: index, column: 0 },
    );
}

/// Says how many lines are above and below.
fn scroll_marks(paint: &mut Paint, inner: Rect, from: usize, lines: usize) {
    let style = paint.look.theme.muted;
    let below = lines.saturating_sub(from + usize::from(inner.height));
    let marks = [
        (from, paint.look.symbols.above, inner.y),
        (below, paint.look.symbols.below, inner.bottom().saturating_sub(1)),
    ];
    for (hidden, sign, y) in marks {
        if hidden > 0 && inner.height > 2 {
            paint.put_right(
                inner,
                inner.right(),
                y,
                &format!("{sign} {}", count(hidden as u64, "line")),
                style,
            );
        }
    }
}
