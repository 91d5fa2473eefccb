//! The columns of the form's rows, and what their cells say.

use ratatui::layout::Rect;

use super::grid::{self, Column, Fitted};
use super::paint::width;
use crate::app::App;
use crate::app::form::Line;
use crate::app::inputs;
use crate::app::sheet::Align;
use crate::plan::Row;
use crate::plan::field::{self, Field, FieldKind, Section};
use crate::text::count;

/// Columns before a line's first field: the cursor's sign, and the sign of more fields.
pub const MARGIN: u16 = 2;

/// Columns of the label of rows that have no heading.
const LABEL: u16 = 9;

/// Widest that a column wants to be.
const WIDEST: u16 = 34;

/// A field's cell on the screen.
#[derive(Debug, Clone, Copy)]
pub struct Cell {
    pub field: &'static Field,
    pub x: u16,
    pub width: u16,
    pub align: Align,
}

/// Where the cells of a section are, computed once a frame: wide enough for all of its rows, whichever are
/// on the screen.
#[derive(Debug, Default)]
pub struct Cells {
    known: Vec<(Section, Vec<Cell>)>,
}

impl Cells {
    /// The cells of a section's rows.
    pub fn of(&mut self, app: &App, section: Section, inner: Rect) -> Vec<Cell> {
        if let Some((_, cells)) = self.known.iter().find(|(s, _)| *s == section) {
            return cells.clone();
        }
        let left = inner.x + MARGIN + label(section).map_or(0, |_| LABEL);
        let fields = inputs::columns(section, inputs::manager(app.plan(), app.form.cluster));
        let room = inner.right().saturating_sub(left);
        let wanted = |shortly: bool| {
            let column = |(index, f): (usize, &&'static Field)| {
                let texts: Vec<String> = (0..inputs::rows(app.plan(), section, app.form.cluster))
                    .map(|i| text(app, inputs::row(section, app.form.cluster, i), f).0)
                    .map(|text| if shortly { fitting(f, text, 0) } else { text })
                    .collect();
                let width = grid::wants(least(f), head(f), texts.iter().map(String::as_str)).min(WIDEST);
                Column { index, align: align(f), width, gives_way: 0 }
            };
            fields.iter().enumerate().map(column).collect::<Vec<_>>()
        };
        let in_full = wanted(false);
        let fits = in_full.iter().map(|c| c.width + 1).sum::<u16>() <= room + 1;
        // lists are counted before names are cut
        let Fitted { columns, gap } = grid::fit(if fits { in_full } else { wanted(true) }, room, None);
        let mut x = left;
        let mut cells = Vec::new();
        for column in columns {
            if let Some(field) = fields.get(column.index) {
                cells.push(Cell { field, x, width: column.width, align: column.align });
            }
            x += column.width + gap;
        }
        self.known.push((section, cells.clone()));
        cells
    }
}

/// What stands before the only field of rows that have no heading.
pub fn label(section: Section) -> Option<&'static str> {
    match section {
        Section::Plan => Some("plan"),
        Section::Cluster => Some("cluster"),
        _ => None,
    }
}

/// What a column is called; shorter than the label where that is long.
pub fn head(field: &Field) -> &'static str {
    match field.key {
        "instance_type" => "type",
        "pods" => "pods",
        "name" if field.section == Section::NodeGroup => "group",
        _ => field.label,
    }
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

/// Least columns of a field, so that nothing moves while it is edited.
fn least(field: &Field) -> u16 {
    match field.kind {
        FieldKind::Name if field.key == "name" => 8,
        FieldKind::Cidr => 13,
        FieldKind::Subnets => 9,
        FieldKind::Nodes | FieldKind::Cpu | FieldKind::Memory => 5,
        _ => 4,
    }
}

/// A field's text among others of its row, and whether it is set. Short defaults are in brackets.
pub fn text(app: &App, row: Row, field: &Field) -> (String, bool) {
    match inputs::value(app.document(), row, field) {
        Some(text) => (text, true),
        None => match app.default_of(field) {
            short if width(&short) <= 4 => (format!("({short})"), false),
            _ => ("-".to_owned(), false),
        },
    }
}

/// The text as it fits a cell: a list that does not is counted.
pub fn fitting(field: &Field, text: String, room: u16) -> String {
    let what = match field.kind {
        FieldKind::Subnets => "subnet",
        FieldKind::Groups => "group",
        FieldKind::InstanceTypes if text.contains(',') => "type",
        _ => return text,
    };
    if width(&text) <= room { text } else { count(text.split(", ").count() as u64, what) }
}

/// A field's text on a line of its own, and whether it is set. Defaults are in brackets.
pub fn long_text(app: &App, row: Row, field: &Field) -> (String, bool) {
    match inputs::value(app.document(), row, field) {
        Some(text) => (text, true),
        None => (format!("({})", app.default_of(field)), false),
    }
}

/// The columns that the labels of a row's own lines take.
pub fn label_width(row: Row, lines: &[Line]) -> u16 {
    let labels = lines.iter().filter_map(|line| match line {
        Line::Field(r, f) if *r == row => Some(width(f.label)),
        _ => None,
    });
    labels.max().unwrap_or(0)
}

/// The section of a row.
pub fn section(row: Row) -> Section {
    field::section(row)
}
