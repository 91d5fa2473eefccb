//! Report -> text, Markdown, HTML, JSON, CSV.
//!
//! [`columns`] has one list of columns per table: header, key, alignment and where its cell comes from.
//! [`table::Table::of`] lays rows out by such a list, and each format is one function over the result. Nothing
//! foreign leaves unescaped: every text cell goes through [`crate::text::shown`], and through what its
//! format needs on top.

pub mod addresses;
pub mod audit;
pub mod check;
pub mod columns;
pub mod copies;
pub mod csv;
pub mod diff;
pub mod html;
pub mod json;
pub mod markdown;
pub mod recommend;
pub mod report;
pub mod routes;
pub mod schema;
pub mod sheet;
pub mod simulate;
pub mod subnets;
pub mod sweep;
pub mod table;
pub mod text;
pub mod variants;

pub use report::{Asked, Part, print};
pub use table::{Align, Cell, Column, On, Table};

use clap::ValueEnum;

use crate::text::Ink;

/// How a table is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Aligned text, for people.
    Table,
    /// One JSON document.
    Json,
    /// Comma-separated values (RFC 4180), one table.
    Csv,
    /// Markdown tables, for a pull request or a page.
    Markdown,
}

/// What aligned text may use of the terminal that it goes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Paper {
    /// Columns; `None` when the text does not go to a terminal, and then nothing is wrapped or left out.
    pub width: Option<usize>,
    pub ink: Ink,
}
