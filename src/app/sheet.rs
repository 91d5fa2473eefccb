//! The live tables: one list of columns per table. A cell is a number that can be pointed at and asked why.

use super::columns::SHEETS;
use super::pane::Pane;
use super::situation::{Show, Situation};
use crate::engine::{Holding, Pointer, PoolRow, Report, Verdict};
use crate::explore::figure::Better;

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

impl Tone {
    /// What a verdict says about the plan.
    pub fn of(verdict: Verdict) -> Tone {
        match verdict {
            Verdict::Exhausted | Verdict::Short => Tone::Bad,
            Verdict::AtRisk => Tone::Warn,
            Verdict::Fits => Tone::Good,
        }
    }
}

/// What the live tables show.
#[derive(Clone, Copy)]
pub struct Figures<'a> {
    pub report: &'a Report,
    /// Of which situation the figures of pools are.
    pub show: Show,
}

impl<'a> Figures<'a> {
    /// The pool of a row, and what its holders hold in the situation that is shown.
    pub fn holding(&self, row: usize) -> Option<(&'a PoolRow, &'a Holding)> {
        let Show::One(situation) = self.show else { return None };
        let pool = self.report.pools.get(row)?;
        Some((pool, pool.holding(situation)))
    }
}

/// One column of a live table.
pub struct Column {
    /// The figure of the report that explains the cell, for [`Pointer`].
    pub key: &'static str,
    /// What it is called; no two of a sheet and a situation are called the same, but for a sentence without a name.
    pub name: &'static str,
    /// What it is headed by, where that depends on the figures.
    pub header: Option<fn(&Figures) -> &'static str>,
    /// What it has in common with its neighbours, above its header; `""` for nothing.
    pub band: fn(&Figures) -> &'static str,
    pub align: Align,
    /// Least width: numbers that grow while one types move nothing.
    pub least: u16,
    /// Where there is no room, columns with the highest value go first; 0 stays.
    pub gives_way: u8,
    pub cell: fn(&Figures, usize) -> String,
    pub tone: fn(&Figures, usize) -> Tone,
    /// Whether the column says anything about these figures.
    pub useful: fn(&Figures) -> bool,
    /// Whether it is a figure, beside which there is room for what became of it since the baseline.
    pub varies: bool,
    /// Which is better, where one is: colours what changed since the baseline.
    pub better: Option<Better>,
    /// The situation whose figure it is; `None`: it has none, or that which is shown.
    pub situation: Option<Situation>,
}

impl Column {
    /// What it is headed by.
    pub fn header(&self, figures: &Figures) -> &'static str {
        self.header.map_or(self.name, |header| header(figures))
    }

    /// What tells it from the others of its sheet: `held`, `churned held`.
    pub fn id(&self) -> String {
        self.situation.map_or(self.name.to_owned(), |s| format!("{} {}", s.name(), self.name))
    }
}

/// One live table.
pub struct Sheet {
    pub pane: Pane,
    /// What it is called, in sentences and in files.
    pub name: &'static str,
    pub columns: &'static [Column],
    pub rows: fn(&Report) -> usize,
    pub pointer: fn(usize, &'static str) -> Pointer,
    /// What tells a row from the others, whatever its figures.
    pub id: fn(&Report, usize) -> String,
    /// What it says when there are no rows.
    pub empty: &'static str,
}

/// The table of a pane; `None` for the inputs.
pub fn sheet(pane: Pane) -> Option<&'static Sheet> {
    SHEETS.iter().find(|s| s.pane == pane)
}

impl Sheet {
    /// The columns that say something about the figures, with their indices.
    pub fn useful_columns<'a>(
        &'a self,
        figures: &Figures<'_>,
    ) -> impl Iterator<Item = (usize, &'static Column)> + use<'a> {
        let useful: Vec<bool> = self.columns.iter().map(|c| (c.useful)(figures)).collect();
        self.columns.iter().enumerate().zip(useful).filter(|(_, useful)| *useful).map(|(column, _)| column)
    }

    /// The column nearest to one that says something about the figures: itself, or one of the same figure.
    pub fn useful(&self, figures: &Figures, column: usize) -> usize {
        let says = |c: &Column| (c.useful)(figures);
        let Some(here) = self.columns.get(column) else { return 0 };
        let same = || self.columns.iter().position(|c| says(c) && c.key == here.key && c.align == here.align);
        if says(here) { column } else { same().unwrap_or(0) }
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

/// Position of a pane's table among all.
pub fn index(pane: Pane) -> Option<usize> {
    SHEETS.iter().position(|s| s.pane == pane)
}

/// How full a pool is with what its holders hold.
pub fn fullness(pool: &PoolRow, h: &Holding) -> Fullness {
    match h.free {
        _ if h.short > 0 => Fullness::Short,
        0 => Fullness::Full,
        free if free.saturating_mul(10) < pool.usable => Fullness::Low,
        _ => Fullness::Roomy,
    }
}
