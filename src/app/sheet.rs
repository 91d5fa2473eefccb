//! The live tables: one list of columns per table. A cell is a number that can be pointed at and asked why.

use super::columns::SHEETS;
use super::pane::Pane;
use crate::engine::{Pointer, PoolRow, Report};

/// How a cell stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
    /// A sentence: the last column, as wide as there is room.
    Flow,
    /// Shares of a pool drawn as a bar, with a word.
    Bar,
}

/// What a cell's text says about the plan. The text itself says it too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Muted,
    Good,
    Warn,
    Bad,
}

/// One column of a live table.
pub struct Column {
    /// The figure of the report that explains the cell, for [`Pointer`].
    pub key: &'static str,
    pub header: fn(&Report) -> &'static str,
    pub align: Align,
    /// Least width: numbers that grow while one types move nothing.
    pub least: u16,
    /// Where there is no room, columns with the highest value go first; 0 stays.
    pub gives_way: u8,
    pub cell: fn(&Report, usize) -> String,
    pub tone: fn(&Report, usize) -> Tone,
    /// Whether the column says anything in this report.
    pub useful: fn(&Report) -> bool,
}

/// One live table.
pub struct Sheet {
    pub pane: Pane,
    pub columns: &'static [Column],
    pub rows: fn(&Report) -> usize,
    pub pointer: fn(usize, &'static str) -> Pointer,
    /// What it says when there are no rows.
    pub empty: &'static str,
}

/// The table of a pane; `None` for the inputs.
pub fn sheet(pane: Pane) -> Option<&'static Sheet> {
    SHEETS.iter().find(|s| s.pane == pane)
}

impl Sheet {
    /// The columns that say something in a report.
    pub fn useful(&self, report: &Report) -> Vec<&'static Column> {
        self.columns.iter().filter(|c| (c.useful)(report)).collect()
    }
}

/// How full a pool is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fullness {
    Roomy,
    /// Less than a tenth is free.
    Low,
    Full,
    Short,
}

/// How full a pool is.
pub fn fullness(pool: &PoolRow) -> Fullness {
    let h = &pool.settled;
    match h.free {
        _ if h.short > 0 => Fullness::Short,
        0 => Fullness::Full,
        free if free.saturating_mul(10) < pool.usable => Fullness::Low,
        _ => Fullness::Roomy,
    }
}
