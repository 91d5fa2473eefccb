//! The map screen: the addresses of the selected pool as cells, from the first to the last, and as a list of runs.
//!
//! The pool is the one that is selected in the table of pools, the situation the one that this shows. Its map is
//! computed when the screen is shown, once for each answer, pool and situation. The cursor is on an address, whatever
//! a cell is; how cells are laid out is in [`super::plot`].

use super::App;
use super::pane::Pane;
use super::plot::Plot;
use super::screen::Screen;
use super::situation::{Show, Situation};
use crate::engine::PoolKind;
use crate::engine::map::{Counts, Map, Stretch, Use};
use crate::plan::{Place, Row};
use crate::text::{addresses, many, shown, thousands};

/// What is said where there is nothing to show.
pub const NONE: &str = "there is no pool: add a subnet, a network or a cluster to the plan's inputs";

/// Holders that are named of one cell.
const HOLDERS: usize = 6;

/// The map that is shown, and where the cursor is.
#[derive(Debug)]
pub struct MapView {
    shown: Option<Shown>,
    /// The address that the cursor is on, by how many are before it.
    at: u128,
    /// Steps nearer than what shows all of the pool.
    zoom: isize,
    /// Columns and lines for its cells.
    room: (u16, u16),
}

impl Default for MapView {
    fn default() -> MapView {
        // until the screen says what room there is
        MapView { shown: None, at: 0, zoom: 0, room: (64, 8) }
    }
}

#[derive(Debug)]
struct Shown {
    generation: u64,
    pool: usize,
    situation: Situation,
    map: Map,
}

/// A line of the legend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    pub of: Use,
    /// On the map.
    pub drawn: u128,
    /// Wanted and not there.
    pub missing: u128,
}

impl App {
    /// The addresses of the selected pool; `None` if there are none.
    pub fn map(&self) -> Option<&Map> {
        self.map.shown.as_ref().map(|shown| &shown.map).filter(|map| !map.is_empty())
    }

    /// The number of the address that the cursor is on.
    pub fn at_of_map(&self) -> u128 {
        self.map.at.min(self.map().map_or(0, Map::last))
    }

    /// The cells of the map in the room that they had last.
    pub fn plot(&self) -> Plot {
        self.plot_in(self.map.room)
    }

    /// The cells of the map in a room of some columns and lines.
    pub fn plot_in(&self, room: (u16, u16)) -> Plot {
        Plot::of(self.map().map_or(0, Map::last), self.at_of_map(), self.map.zoom, room)
    }

    /// The situation that the map is drawn in; `None` where maps are drawn as the pool is settled.
    pub fn situation_of_map(&self) -> Option<Situation> {
        let pool = self.report()?.pools.get(self.cell(Pane::Pools).row)?;
        (pool.kind == PoolKind::Subnet).then_some(match self.show {
            Show::One(situation) => situation,
            Show::All => Situation::Settled,
        })
    }

    /// Computes what the map screen shows, if it is shown and something has changed.
    pub(super) fn refresh_map(&mut self) {
        if self.screen() != Screen::Map {
            return;
        }
        let pool = self.cell(Pane::Pools).row;
        let situation = self.situation_of_map().unwrap_or(Situation::Settled);
        let known = self.map.shown.as_ref();
        if known.is_some_and(|s| (s.generation, s.pool, s.situation) == (self.generation, pool, situation)) {
            return;
        }
        if known.is_some_and(|s| s.pool != pool) {
            (self.map.at, self.map.zoom) = (0, 0);
        }
        let answer = self.answer.as_ref();
        let map = answer.map_or(Map::default(), |a| a.evaluation.drawn(&a.plan, pool, situation));
        self.map.shown = Some(Shown { generation: self.generation, pool, situation, map });
    }

    /// Takes notice of the room that the cells have.
    pub(super) fn map_drawn(&mut self, room: (u16, u16)) {
        if room != (0, 0) {
            self.map.room = room;
        }
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

    /// Shows the subnet in the next situation: one at a time.
    pub(super) fn turn_situation_of_map(&mut self) {
        self.next_situation();
        if self.show == Show::All {
            self.next_situation();
        }
    }

    /// Moves the cursor by cells and by lines of cells.
    pub(super) fn walk_map(&mut self, cells: isize, lines: isize) {
        let Some(last) = self.map().map(Map::last) else { return };
        let plot = self.plot();
        let (at, end) = (plot.cell_of(self.at_of_map()), plot.cell_of(last));
        let moved = |at: u128, by: isize, end: u128| match (by < 0, by.unsigned_abs() as u128) {
            (true, by) => at.saturating_sub(by),
            (false, by) => at.saturating_add(by).min(end),
        };
        let at = match lines {
            isize::MIN => 0,
            isize::MAX => end,
            // in the same column, as far as the line has it
            lines => (moved(at / plot.line, lines, end / plot.line) * plot.line + at % plot.line).min(end),
        };
        self.map.at = moved(at, cells, end).saturating_mul(plot.each);
    }

    /// Moves the cursor by runs of one use and one owner.
    pub(super) fn walk_runs(&mut self, by: isize) {
        let Some(map) = self.map() else { return };
        let mut at = self.at_of_map();
        if by == isize::MIN || by == isize::MAX {
            at = if by < 0 { 0 } else { map.last() };
        }
        let start = |at: u128| map.stretch(at).map_or(at, |run| run.from);
        at = start(at);
        for _ in 0..by.unsigned_abs().min(1_000) {
            at = match (by < 0, map.stretch(at)) {
                (true, _) => start(at.saturating_sub(1)),
                (false, Some(run)) if run.to < map.last() => run.to + 1,
                (false, _) => break,
            };
        }
        self.map.at = at;
    }

    /// Puts the cursor on an address, in one of the panes of the map.
    pub(super) fn stand_on_map(&mut self, pane: Pane, at: u128) {
        self.focus = pane;
        self.map.at = at.min(self.map().map_or(0, Map::last));
    }

    /// Zooms by steps around an address, or the cursor.
    pub(super) fn zoom_map(&mut self, around: Option<u128>, steps: isize) {
        let plot = self.plot();
        // a cell that is in sight stays under the mouse
        if let Some(at) = around.filter(|at| plot.cell_of(*at) != plot.cell_of(self.at_of_map())) {
            self.map.at = at;
        }
        let most = isize::try_from(plot.nearer).unwrap_or(0);
        let least = isize::try_from(plot.farther).unwrap_or(0);
        self.map.zoom = plot.zoom + steps.clamp(-least, most);
    }

    /// The addresses that the cursor is on: those of its cell, or of its run in the list.
    pub fn here_of_map(&self) -> Option<(u128, u128)> {
        let (map, at) = (self.map()?, self.at_of_map());
        if self.focus == Pane::Runs {
            return map.stretch(at).map(|run| (run.from, run.to));
        }
        let plot = self.plot();
        plot.cell(plot.cell_of(at), map.last())
    }

    /// The uses that there are, with how many addresses; of a subnet what its figures have.
    pub fn legend_of_map(&self) -> Vec<Key> {
        let Some(map) = self.map() else { return Vec::new() };
        let (drawn, missing) = (map.counts(), map.missing);
        let figures = [Use::Reserved, Use::Other, Use::Primary, Use::Assigned, Use::Unused, Use::Free];
        let always = |of: &Use| map.chosen_by.is_some() && figures.contains(of);
        let keys = Use::ALL.into_iter().filter(|of| always(of) || drawn.of(*of) + missing.of(*of) > 0);
        keys.map(|of| Key { of, drawn: drawn.of(of), missing: missing.of(of) }).collect()
    }

    /// The runs around the cursor, at most so many: the one that it is on among them.
    pub fn runs_of_map(&self, most: usize) -> Vec<Stretch> {
        let Some(map) = self.map() else { return Vec::new() };
        let before = |run: &Stretch| run.from.checked_sub(1).and_then(|at| map.stretch(at));
        let after = |run: &Stretch| map.stretch(run.to.saturating_add(1)).filter(|next| next.from > run.to);
        let Some(here) = map.stretch(self.at_of_map()) else { return Vec::new() };
        let mut runs: Vec<Stretch> = std::iter::successors(before(&here), before).take(most).collect();
        let mut below: Vec<Stretch> = std::iter::successors(after(&here), after).take(most).collect();
        let room = most.saturating_sub(1);
        // half of the room above, and what there is not below
        runs.truncate((room / 2).max(room.saturating_sub(below.len())));
        below.truncate(room.saturating_sub(runs.len()));
        runs.reverse();
        runs.push(here);
        runs.extend(below);
        runs
    }

    /// What is missing on the map, if anything is.
    pub fn missing_of_map(&self) -> Option<String> {
        let missing = self.map()?.missing;
        (missing.total() > 0).then(|| format!("wanted and not there, so not drawn: {}", each(missing)))
    }

    /// Whether the places on the map are one choice of many, and whether it is of another situation than the tables.
    pub fn note_of_map(&self) -> Option<String> {
        match self.map()?.chosen_by {
            Some(who) => {
                Some(format!("one possible placement, packed: {who} chooses addresses; the counts are exact"))
            }
            None if self.show != Show::One(Situation::Settled) => {
                Some("drawn as the pool is settled".to_owned())
            }
            None => None,
        }
    }

    /// What is said of the aligned /28 blocks of a subnet, the shortest first.
    pub fn blocks_of_map(&self) -> Vec<String> {
        let Some(blocks) = self.map().and_then(|map| map.blocks) else { return Vec::new() };
        let mut lines = vec![
            format!("{} of {} /28s wholly free", thousands(blocks.free), thousands(blocks.all)),
            format!("{} broken (partly taken)", thousands(blocks.broken)),
        ];
        if blocks.scattered != blocks.free {
            lines.push(format!("{} if scattered", thousands(blocks.scattered)));
        }
        if blocks.decides {
            lines.push("a prefix takes a whole one".to_owned());
        }
        lines
    }

    /// What the cursor is on: the range, how many of each use, and whose.
    pub fn cursor_of_map(&self) -> (String, Counts, Vec<(String, Counts)>) {
        let Some((map, (from, to))) = self.map().zip(self.here_of_map()) else {
            return (String::new(), Counts::default(), Vec::new());
        };
        let counts = map.counts_in(from, to);
        let run = map.stretch(from).filter(|run| run.from <= from && to <= run.to);
        let holders = match run {
            Some(run) => vec![(shown(&run.who), counts)],
            None => {
                let (holders, more) = map.holders(from, to, HOLDERS);
                let mut all: Vec<(String, Counts)> =
                    holders.into_iter().map(|(who, counts)| (shown(&who), counts)).collect();
                if more > 0 {
                    all.push((format!("and {} more", thousands(more as u64)), Counts::default()));
                }
                all
            }
        };
        (map.name(from, to), counts, holders)
    }

    /// The title and text of the why panel on the map screen.
    pub(super) fn why_of_map(&self) -> (String, String) {
        if self.map().is_none() {
            return ("the map".into(), NONE.into());
        }
        let (range, counts, holders) = self.cursor_of_map();
        let text = match &holders[..] {
            [(who, own)] if own.uses().count() == 1 => format!("{}: {who}", uses(counts)),
            holders => {
                let whose = |(who, own): &(String, Counts)| match own.total() {
                    0 => who.clone(),
                    _ => format!("{who}: {}", each(*own)),
                };
                let lines: Vec<String> = holders.iter().map(whose).collect();
                let joined = lines.join("; ");
                if joined.is_empty() { uses(counts) } else { format!("{}; {joined}", uses(counts)) }
            }
        };
        (range, text)
    }
}

/// `1 address, assigned` or `16 addresses, 3 assigned, 13 unused`.
fn uses(counts: Counts) -> String {
    let all = match u64::try_from(counts.total()) {
        Ok(n) => addresses(n),
        Err(_) => format!("{} addresses", many(counts.total())),
    };
    let mut uses = counts.uses();
    match (uses.next(), uses.next()) {
        (Some((of, _)), None) => format!("{all}, {}", of.name()),
        _ => format!("{all}, {}", each(counts)),
    }
}

/// `3 assigned, 13 unused`.
pub fn each(counts: Counts) -> String {
    let all: Vec<String> = counts.uses().map(|(of, n)| format!("{} {}", many(n), of.name())).collect();
    all.join(", ")
}
