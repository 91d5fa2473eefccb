//! How many such clusters or node groups fit: `podroom recommend --into`.

use std::fmt::Write as _;

use serde::Serialize;

use super::json::{self, Rows};
use super::table::Align::{Left, Right};
use super::table::On::{Data, Everywhere, Json};
use super::table::{Cell, Column, Table};
use super::{Format, Paper, csv, markdown, text};
use crate::explore::copies::{Copies, Of};
use crate::text::shown;

/// One of them, with the name of its cluster.
struct Row<'a> {
    cluster: &'a str,
    copies: &'a Copies,
}

impl Row<'_> {
    fn what(&self) -> Cell {
        match &self.copies.of {
            Of::Cluster => format!("cluster {}", self.cluster).into(),
            Of::Smallest => format!("cluster {}, smallest subnets", self.cluster).into(),
            Of::NodeGroup(name) => format!("node group {name}").into(),
        }
    }

    fn kind(&self) -> Cell {
        let kind = match &self.copies.of {
            Of::Cluster => "cluster",
            Of::Smallest => "cluster_smallest",
            Of::NodeGroup(_) => "node_group",
        };
        kind.into()
    }

    fn name(&self) -> Cell {
        match &self.copies.of {
            Of::NodeGroup(name) => name.into(),
            Of::Cluster | Of::Smallest => self.cluster.into(),
        }
    }
}

impl<'a> Row<'a> {
    #[rustfmt::skip] // a column is a line
    const COLUMNS: &'a [Column<Row<'a>>] = &[
        Column { header: "of", key: "of", align: Left, on: super::On::Print, cell: Row::what },
        Column { header: "", key: "of", align: Left, on: Data, cell: Row::kind },
        Column { header: "", key: "name", align: Left, on: Data, cell: Row::name },
        Column { header: "fit", key: "number", align: Right, on: Everywhere, cell: |r| r.copies.number.into() },
        Column { header: "", key: "and_more", align: Left, on: Data, cell: |r| r.copies.and_more.into() },
        Column { header: "addresses each", key: "addresses", align: Right, on: Everywhere, cell: |r| r.copies.each.into() },
        Column { header: "limit", key: "limit", align: Left, on: Everywhere, cell: |r| (&r.copies.limit).into() },
        Column { header: "", key: "sentence", align: Left, on: Json, cell: |r| (&r.copies.sentence).into() },
    ];
}

#[derive(Serialize)]
struct Object<'a> {
    format: u32,
    cluster: &'a str,
    copies: Rows<'a>,
}

/// What fits, a row each.
pub fn table(all: &[Copies], cluster: &str) -> Table {
    Table::of("Copies", Row::COLUMNS, all.iter().map(|copies| Row { cluster, copies }))
}

/// The answer as it is asked for.
///
/// # Errors
///
/// None that it can cause: JSON is the only format that could refuse a value, and this has no such.
pub fn print(all: &[Copies], cluster: &str, form: Format, paper: Paper) -> Result<String, serde_json::Error> {
    let table = table(all, cluster);
    Ok(match form {
        Format::Csv => csv::write(&table),
        Format::Json => return json::write(&Object { format: 1, cluster, copies: Rows(&table) }),
        Format::Table => {
            let mut out = text::write(&table, paper) + "\n";
            for copies in all {
                let _ = writeln!(out, "{}", shown(&copies.sentence));
            }
            out
        }
        Format::Markdown => {
            let mut out = markdown::write(&table) + "\n";
            for copies in all {
                let _ = writeln!(out, "- {}", markdown::escape(&copies.sentence));
            }
            out
        }
    })
}
