//! What comes of every combination of values: `podroom sweep`.

use std::borrow::Cow;

use clap::ValueEnum;

use super::table::{Align, Cell, Head, On, Table};
use super::{Paper, csv, json, markdown, text};
use crate::explore::figure::{NEVER, Unit};
use crate::explore::{self, Comes, FIGURES, Figure};
use crate::text::shown;

/// How combinations are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// Aligned text, for people.
    Table,
    /// Comma-separated values (RFC 4180).
    Csv,
    /// One JSON object a line.
    Jsonl,
    /// A Markdown table.
    Markdown,
}

/// One combination: its values, and what comes of it.
pub type Row = (Vec<String>, explore::Cell);

/// The rows, with a column for each field, called by its path, and one for each figure.
///
/// # Errors
///
/// None that a table can cause: JSON is the only format that could refuse a value, and this has no such.
pub fn print(paths: &[String], rows: &[Row], form: Form, paper: Paper) -> Result<String, serde_json::Error> {
    let table = table(paths, rows);
    Ok(match form {
        Form::Table => text::write(&table, paper),
        Form::Markdown => markdown::write(&table),
        Form::Csv => csv::write(&table),
        Form::Jsonl => {
            let mut out = String::new();
            for row in &table.rows {
                out.push_str(&json::line(&json::Object(&table, row))?);
            }
            out
        }
    })
}

fn table(paths: &[String], rows: &[Row]) -> Table {
    // people know the fields by their keys, unless two have the same
    let key = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
    let alone = |path: &str| paths.iter().filter(|other| key(other) == key(path)).count() == 1;
    let field = |path: &String| Head {
        header: Cow::Owned(shown(&if alone(path) { key(path) } else { path.clone() })),
        key: Cow::Owned(path.clone()),
        align: Align::Right,
        on: On::Everywhere,
    };
    let figure = |figure: &Figure| Head {
        header: figure.name.into(),
        key: figure.name.replace('-', "_").into(),
        align: if figure.unit == Unit::Verdict { Align::Left } else { Align::Right },
        on: On::Everywhere,
    };
    let own =
        |header: &'static str, on| Head { header: header.into(), key: header.into(), align: Align::Left, on };
    let mut columns: Vec<Head> = paths.iter().map(field).collect();
    columns.extend(FIGURES.iter().map(figure));
    columns.push(own("tightest", On::IfRoom));
    columns.push(own(
        "problem",
        if rows.iter().any(|(_, cell)| invalid(cell)) { On::Everywhere } else { On::Data },
    ));
    let cells = |(values, cell): &Row| {
        let word = |value: &String| Cell::from(if value.is_empty() { "default" } else { value });
        let mut cells: Vec<Cell> = values.iter().map(word).collect();
        match cell {
            explore::Cell::Comes(comes) => {
                cells.extend(FIGURES.iter().map(|figure| number(figure, comes)));
                cells.extend([Cell::from(&comes.tightest), Cell::None]);
            }
            explore::Cell::Invalid(reason) => {
                cells.extend(FIGURES.iter().map(|_| Cell::None));
                cells.extend([Cell::None, Cell::from(reason)]);
            }
        }
        cells
    };
    Table { title: "Combinations".into(), columns, rows: rows.iter().map(cells).collect() }
}

fn invalid(cell: &explore::Cell) -> bool {
    matches!(cell, explore::Cell::Invalid(_))
}

/// A figure as people read it; for programs a number where it is one.
pub fn number(figure: &Figure, comes: &Comes) -> Cell {
    let Some(value) = (figure.value)(comes) else { return Cell::None };
    let number = u64::try_from(value).unwrap_or(0);
    match figure.unit {
        Unit::Count => Cell::Signed(value),
        Unit::Millis if value != NEVER => Cell::Time(number),
        Unit::Millis | Unit::Verdict => figure.text(comes).into(),
        // whole dollars: prices age faster than cents matter
        Unit::Cents => Cell::Count(number.saturating_add(50) / 100),
    }
}
