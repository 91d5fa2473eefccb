//! A plan and its variants side by side: `podroom variants`.

use std::fmt::Write as _;

use serde::Serialize;

use super::json::Rows;
use super::table::Align::{Flow, Left, Right};
use super::table::On::{Data, Everywhere, IfRoom, Print};
use super::table::{Cell, Column, Table};
use super::{Format, Paper, csv, json, markdown, text};
use crate::compare::{Outcome, Side, first};
use crate::text::shown;

/// A side, and what it comes to.
pub type Compared = (Side, Result<Outcome, String>);

/// The sides as they are asked for; the first is the plan itself.
///
/// # Errors
///
/// None that a table can cause: JSON is the only format that could refuse a value, and this has no such.
pub fn print(sides: &[Compared], format: Format, paper: Paper) -> Result<String, serde_json::Error> {
    let table = table(sides);
    Ok(match format {
        Format::Table => text::write(&table, paper) + &problems(sides),
        Format::Markdown => markdown::write(&table) + &problems(sides),
        Format::Csv => csv::write(&table),
        Format::Json => return json::write(&Object { format: 1, variants: Rows(&table) }),
    })
}

/// The sides as a table.
pub fn table(sides: &[Compared]) -> Table {
    Table::of("Variants", COLUMNS, sides)
}

#[derive(Serialize)]
struct Object<'a> {
    format: u32,
    /// The first is the plan itself.
    variants: Rows<'a>,
}

/// Why some do not apply, a line each.
fn problems(sides: &[Compared]) -> String {
    let mut out = String::new();
    for (side, outcome) in sides {
        if let Err(reason) = outcome {
            let _ = writeln!(out, "\n{} has no figures: {}", shown(&side.name), shown(reason));
        }
    }
    out
}

fn of(row: &Compared, cell: impl Fn(&Outcome) -> Cell) -> Cell {
    row.1.as_ref().map_or(Cell::None, cell)
}

const fn column(
    header: &'static str,
    key: &'static str,
    align: super::Align,
    on: super::On,
    cell: fn(&Compared) -> Cell,
) -> Column<Compared> {
    Column { header, key, align, on, cell }
}

const COLUMNS: &[Column<Compared>] = &[
    column("variant", "variant", Left, Everywhere, |r| (&r.0.name).into()),
    column("verdict", "verdict", Left, Everywhere, |r| match &r.1 {
        Ok(outcome) => outcome.report().verdict.name().into(),
        Err(_) => Cell::None,
    }),
    column("runs out first", "runs_out_first", Left, IfRoom, |r| of(r, |o| first(o.report()).into())),
    column("held", "held", Right, Everywhere, |r| of(r, |o| o.comes.held.into())),
    column("unused", "unused", Right, Everywhere, |r| of(r, |o| o.comes.unused.into())),
    column("free", "free", Right, Everywhere, |r| of(r, |o| u64::try_from(o.comes.free).unwrap_or(0).into())),
    column("short", "short", Right, Everywhere, |r| {
        of(r, |o| if o.comes.free < 0 { o.comes.free.unsigned_abs() } else { 0 }.into())
    }),
    column("in pool", "tightest", Left, Everywhere, |r| of(r, |o| (&o.comes.tightest).into())),
    column("pending", "pending", Right, Everywhere, |r| of(r, |o| o.comes.pending.into())),
    column("what differs", "differs", Flow, Print, |r| r.0.differs.join("; ").into()),
    column("", "differs", Left, Data, |r| Cell::Words(r.0.differs.clone())),
    column("", "problem", Left, Data, |r| r.1.as_ref().err().into()),
];
