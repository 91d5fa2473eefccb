//! Tables, laid out and not yet written: titles, columns, cells.

use std::borrow::{Borrow, Cow};

use serde::{Serialize, Serializer};

use crate::engine::At;
use crate::plan::scenario::duration;
use crate::text;

/// One column of a table whose rows are `R`s.
pub struct Column<R> {
    /// What it is called in text and Markdown.
    pub header: &'static str,
    /// What it is called in CSV and JSON: stable.
    pub key: &'static str,
    pub align: Align,
    pub on: On,
    pub cell: fn(&R) -> Cell,
}

/// How a column stands in text and Markdown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
    /// Sentences: the last column, wrapped to what the terminal has left.
    Flow,
}

/// Where a column appears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    Everywhere,
    /// Everywhere, but a narrow terminal does without it (the widest goes first).
    IfRoom,
    /// Text and Markdown.
    Print,
    /// Text and Markdown, if any row has it.
    PrintIfAny,
    /// CSV and JSON.
    Data,
    /// CSV alone.
    Csv,
    /// JSON alone, and absent there when it is [`Cell::None`].
    Json,
}

impl On {
    /// For people to read.
    pub fn printed(self) -> bool {
        matches!(self, On::Everywhere | On::IfRoom | On::Print | On::PrintIfAny)
    }

    /// A column of the CSV table.
    pub fn in_csv(self) -> bool {
        matches!(self, On::Everywhere | On::IfRoom | On::Data | On::Csv)
    }

    /// A key of the JSON object.
    pub fn in_json(self) -> bool {
        !matches!(self, On::Print | On::PrintIfAny | On::Csv)
    }
}

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Count(u64),
    /// Below 0 where something is short.
    Signed(i64),
    /// US dollars.
    Price(f64),
    /// How many times as much.
    Factor(At),
    Flag(bool),
    /// Milliseconds; in CSV and JSON seconds.
    Time(u64),
    Text(String),
    /// Words: a list in JSON, with blanks between elsewhere.
    Words(Vec<String>),
    /// Unknown, impossible or not there.
    None,
}

impl Cell {
    /// The value for people: thousands separated, foreign characters made visible.
    pub fn shown(&self) -> String {
        match self {
            Cell::Count(n) => text::thousands(*n),
            Cell::Signed(n) => text::signed(*n),
            // as many decimals for all: the points stand below each other
            Cell::Price(usd) => format!("{usd:.4}"),
            Cell::Time(span) => duration(*span),
            Cell::Factor(at) => at.to_string(),
            Cell::Text(_) | Cell::Words(_) => text::shown(&self.plain()),
            other => other.plain(),
        }
    }

    /// The value for programs: bare digits, text as it is, nothing for [`Cell::None`].
    pub fn plain(&self) -> String {
        match self {
            Cell::Count(n) => n.to_string(),
            Cell::Signed(n) => n.to_string(),
            Cell::Price(usd) => usd.to_string(),
            Cell::Factor(at) => at.to_string().trim_end_matches('x').replace(',', ""),
            Cell::Flag(b) => b.to_string(),
            Cell::Time(span) => (*span as f64 / 1_000.0).to_string(),
            Cell::Text(s) => s.clone(),
            Cell::Words(words) => words.join(" "),
            Cell::None => String::new(),
        }
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Cell::Count(n) => s.serialize_u64(*n),
            Cell::Signed(n) => s.serialize_i64(*n),
            Cell::Price(usd) => s.serialize_f64(*usd),
            Cell::Factor(at) => at.serialize(s),
            Cell::Flag(b) => s.serialize_bool(*b),
            Cell::Time(span) if span.is_multiple_of(1_000) => s.serialize_u64(span / 1_000),
            Cell::Time(span) => s.serialize_f64(*span as f64 / 1_000.0),
            Cell::Text(text) => s.serialize_str(text),
            Cell::Words(words) => words.serialize(s),
            Cell::None => s.serialize_unit(),
        }
    }
}

impl From<u64> for Cell {
    fn from(n: u64) -> Cell {
        Cell::Count(n)
    }
}

impl From<At> for Cell {
    fn from(at: At) -> Cell {
        match at {
            At::Count(n) => Cell::Count(n),
            At::Hundredths(_) => Cell::Factor(at),
        }
    }
}

impl From<u32> for Cell {
    fn from(n: u32) -> Cell {
        Cell::Count(n.into())
    }
}

impl From<bool> for Cell {
    fn from(b: bool) -> Cell {
        Cell::Flag(b)
    }
}

impl From<&str> for Cell {
    fn from(s: &str) -> Cell {
        Cell::Text(s.to_string())
    }
}

impl From<String> for Cell {
    fn from(s: String) -> Cell {
        Cell::Text(s)
    }
}

impl From<&String> for Cell {
    fn from(s: &String) -> Cell {
        Cell::Text(s.clone())
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Cell {
        value.map_or(Cell::None, Into::into)
    }
}

/// A column without its rows' type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub header: Cow<'static, str>,
    pub key: Cow<'static, str>,
    pub align: Align,
    pub on: On,
}

/// Rows laid out by columns: `rows[r][c]` belongs to `columns[c]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub title: String,
    pub columns: Vec<Head>,
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Lays rows out.
    pub fn of<R>(
        title: impl Into<String>,
        columns: &[Column<R>],
        rows: impl IntoIterator<Item: Borrow<R>>,
    ) -> Table {
        let rows: Vec<Vec<Cell>> =
            rows.into_iter().map(|row| columns.iter().map(|c| (c.cell)(row.borrow())).collect()).collect();
        let said = |i: usize| rows.iter().any(|row: &Vec<Cell>| row.get(i).is_some_and(|c| *c != Cell::None));
        let keep: Vec<bool> =
            columns.iter().enumerate().map(|(i, c)| c.on != On::PrintIfAny || said(i)).collect();
        let kept = |i: &usize| keep.get(*i).is_some_and(|keep| *keep);
        let pick = |row: Vec<Cell>| -> Vec<Cell> {
            row.into_iter().enumerate().filter(|(i, _)| kept(i)).map(|(_, cell)| cell).collect()
        };
        Table {
            title: title.into(),
            columns: columns
                .iter()
                .enumerate()
                .filter(|(i, _)| kept(i))
                .map(|(_, c)| Head { header: c.header.into(), key: c.key.into(), align: c.align, on: c.on })
                .collect(),
            rows: rows.into_iter().map(pick).collect(),
        }
    }

    /// The same table with another title.
    pub fn titled(self, title: impl Into<String>) -> Table {
        Table { title: title.into(), ..self }
    }

    /// The same table with another header, in text and Markdown, for the column `key`.
    pub fn headed(mut self, key: &str, header: &'static str) -> Table {
        for column in self.columns.iter_mut().filter(|c| c.key == key) {
            column.header = header.into();
        }
        self
    }

    /// The columns that `keep` chooses, with the cells of one row.
    pub fn pick<'a>(
        &'a self,
        row: &'a [Cell],
        keep: impl Fn(On) -> bool + 'a,
    ) -> impl Iterator<Item = (&'a Head, &'a Cell)> {
        self.columns.iter().zip(row).filter(move |(column, _)| keep(column.on))
    }
}
