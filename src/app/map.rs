//! The map screen: the addresses of the selected pool, from the first to the last, and a cursor on them.
//!
//! The pool is the one that is selected in the table of pools. Its map is computed when the screen is shown, once for
//! each answer and pool.

use super::App;
use super::pane::Pane;
use super::screen::Screen;
use crate::engine::map::{Run, length};
use crate::plan::{Place, Row};
use crate::text::{addresses, shown};

/// What is said where there is nothing to show.
pub const NONE: &str = "there is no pool: add a subnet, a network or a cluster to the plan's inputs";

/// The map that is shown, and where the cursor is.
#[derive(Debug, Default)]
pub struct MapView {
    shown: Option<Shown>,
    /// The run that the cursor is on.
    at: usize,
}

#[derive(Debug)]
struct Shown {
    generation: u64,
    pool: usize,
    runs: Vec<Run>,
}

impl App {
    /// The addresses of the selected pool.
    pub fn map(&self) -> &[Run] {
        self.map.shown.as_ref().map_or(&[], |shown| &shown.runs)
    }

    /// The run that the cursor is on.
    pub fn run_of_map(&self) -> usize {
        self.map.at.min(self.map().len().saturating_sub(1))
    }

    /// Computes what the map screen shows, if it is shown and something has changed.
    pub(super) fn refresh_map(&mut self) {
        if self.screen() != Screen::Map {
            return;
        }
        let pool = self.cell(Pane::Pools).row;
        let known = self.map.shown.as_ref();
        if known.is_some_and(|s| s.generation == self.generation && s.pool == pool) {
            return;
        }
        if known.is_some_and(|s| s.pool != pool) {
            self.map.at = 0;
        }
        let answer = self.answer.as_ref();
        let runs = answer.map_or(Vec::new(), |a| a.evaluation.map(&a.plan, pool));
        self.map.shown = Some(Shown { generation: self.generation, pool, runs });
    }

    /// Selects the pool that the cursor of the inputs is on, if it is on one.
    pub(super) fn select_pool_of_inputs(&mut self) {
        let (Pane::Inputs, Some((row, _)), Some(report)) = (self.focus, self.form.field(), self.report())
        else {
            return;
        };
        let own = |place: &Place| match row {
            Row::Subnet(_) | Row::Network(_) => place.row == row,
            Row::Cluster(_) => place.row == row && place.key != "service_subnet",
            _ => false,
        };
        if let Some(pool) = report.pools.iter().position(|pool| own(&pool.place)) {
            let cell = self.cell(Pane::Pools);
            self.select(Pane::Pools, super::Cell { row: pool, ..cell });
        }
    }

    /// Shows another pool, after the last the first.
    pub(super) fn turn_pool_of_map(&mut self, by: isize) {
        let pools = self.report().map_or(0, |r| r.pools.len()).max(1);
        let cell = self.cell(Pane::Pools);
        let step = if by < 0 { pools - 1 } else { 1 };
        self.select(Pane::Pools, super::Cell { row: (cell.row + step) % pools, ..cell });
    }

    /// Moves the cursor by runs.
    pub(super) fn walk_map(&mut self, by: isize) {
        let last = self.map().len().saturating_sub(1);
        self.map.at = self.run_of_map().saturating_add_signed(by).min(last);
    }

    /// Puts the cursor on a run.
    pub(super) fn stand_on_run(&mut self, run: usize) {
        self.map.at = run.min(self.map().len().saturating_sub(1));
    }

    /// The title and text of the why panel on the map screen.
    pub(super) fn why_of_map(&self) -> (String, String) {
        let Some(run) = self.map().get(self.run_of_map()) else { return ("the map".into(), NONE.into()) };
        let text = format!("{}, {}: {}", addresses(length(run)), run.of.name(), shown(&run.who));
        (run.range.to_string(), text)
    }
}
