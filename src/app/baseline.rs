//! The pinned baseline: the plan as it was at a moment, beside which the live tables show what has changed.
//!
//! It stays while the plan is edited, saved, or another one opened. Rows of a table are the same rows if they have
//! the same [`Sheet::id`]; of several with the same the first is the first.

use std::collections::HashMap;
use std::sync::Arc;

use super::aside::Task;
use super::msg::Effect;
use super::pane::Pane;
use super::sheet::{self, Align, Column, Figures, Sheet};
use super::{Answer, App, columns};
use crate::compare::Change;
use crate::engine::{Report, Threshold};
use crate::plan::document::Document;
use crate::text::shown;

/// The plan as it was.
#[derive(Debug)]
pub struct Baseline {
    pub(super) document: Document,
    /// Its figures; thresholds and percentiles as far as they came in time.
    answer: Arc<Answer>,
    pub(super) generation: u64,
    thresholds_are_known: bool,
    /// What was open then: counts plans of the session.
    pub(super) opening: u64,
}

impl Baseline {
    pub(super) fn report(&self) -> &Report {
        &self.answer.evaluation.report
    }
}

/// A table beside the same of the baseline.
pub struct Against<'a> {
    sheet: &'static Sheet,
    figures: Figures<'a>,
    /// By row: that of the baseline, if there was one.
    before: Vec<Option<usize>>,
    /// The rows that there are no more, by name.
    pub gone: Vec<String>,
}

impl Against<'_> {
    /// Whether there was no such row.
    pub fn is_new(&self, row: usize) -> bool {
        self.before.get(row) == Some(&None)
    }

    /// What became of a cell; `None` if it is as it was, or says nothing that can be compared.
    pub fn change(&self, now: &Figures, column: &Column, row: usize) -> Option<Change> {
        let before = (*self.before.get(row)?)?;
        match column.align {
            Align::Left | Align::Right => {
                Change::of(&(column.cell)(&self.figures, before), &(column.cell)(now, row))
            }
            Align::Flow | Align::Bar => None,
        }
    }

    /// What the sentence of a row was, if it was another.
    pub fn was(&self, now: &Figures, row: usize) -> Option<String> {
        let before = (*self.before.get(row)?)?;
        let sentence = self.sheet.columns.iter().find(|column| column.align == Align::Flow)?;
        let was = (sentence.cell)(&self.figures, before);
        (was != (sentence.cell)(now, row)).then_some(was)
    }

    /// Whether the sentence of a row was another, in a table without figures that would tell.
    pub fn reads_otherwise(&self, now: &Figures, row: usize) -> bool {
        !self.sheet.columns.iter().any(|column| column.align == Align::Right) && self.was(now, row).is_some()
    }
}

impl App {
    /// The plan that is pinned: its name, and whether it is not the one that is open.
    pub fn pinned(&self) -> Option<(&str, bool)> {
        let baseline = self.baseline.as_ref()?;
        Some((&baseline.document.plan().name, baseline.opening != self.opening))
    }

    /// Pins the plan as it is.
    pub(super) fn pin(&mut self) {
        let Some(answer) = self.answer.clone() else { return };
        let again = self.baseline.is_some();
        self.baseline = Some(Baseline {
            document: self.document.clone(),
            answer,
            generation: self.generation,
            thresholds_are_known: self.thresholds_are_known(),
            opening: self.opening,
        });
        let what = if again { "pinned anew" } else { "pinned" };
        self.done(format!("{what}: the tables show what changes from here; b takes the pin out"));
    }

    /// Pins the plan as it is, or takes the pin out.
    pub(super) fn toggle_pin(&mut self) {
        match self.baseline.take() {
            Some(_) => self.done("no longer pinned"),
            None => self.pin(),
        }
    }

    /// Figures of the baseline that came after it was pinned.
    pub(super) fn pinned_thresholds(&mut self, generation: u64, thresholds: &Arc<[Threshold]>) {
        if let Some(baseline) = self.baseline.as_mut().filter(|b| b.generation == generation) {
            Arc::make_mut(&mut baseline.answer).evaluation.report.thresholds = Arc::clone(thresholds);
            baseline.thresholds_are_known = true;
        }
    }

    /// Asks for the thresholds of the baseline once those of the plan are there: an edit that came before them has made
    /// them needless for the plan, but not for the comparison.
    pub(super) fn ask_pinned_thresholds(&mut self) {
        if let Some(Baseline { thresholds_are_known: false, answer, generation, .. }) = &self.baseline {
            let task = Task::Thresholds { generation: *generation, answer: answer.clone() };
            self.effects.push(Effect::Aside(task));
        }
    }

    /// As [`App::pinned_thresholds`]: the answer of this generation has its percentiles now.
    pub(super) fn pinned_percentiles(&mut self, generation: u64) {
        let baseline = self.baseline.as_mut().filter(|b| b.generation == generation);
        if let Some((baseline, answer)) = baseline.zip(self.answer.clone()) {
            baseline.answer = answer;
        }
    }

    /// A table beside the same of the baseline; `None` without one, and where it is not known.
    pub fn against(&self, sheet: &'static Sheet) -> Option<Against<'_>> {
        let baseline = self.baseline.as_ref()?;
        let (now, then) = (self.report()?, baseline.report());
        let thresholds = baseline.thresholds_are_known && self.thresholds_are_known();
        if sheet.pane == Pane::Thresholds && !thresholds {
            return None;
        }
        let ids =
            |report: &Report| (0..(sheet.rows)(report)).map(|i| (sheet.id)(report, i)).collect::<Vec<_>>();
        let mut known: HashMap<String, Vec<usize>> = HashMap::new();
        let old = ids(then);
        for (i, id) in old.iter().enumerate().rev() {
            known.entry(id.clone()).or_default().push(i);
        }
        let before: Vec<Option<usize>> =
            ids(now).iter().map(|id| known.get_mut(id).and_then(Vec::pop)).collect();
        let mut gone: Vec<usize> = known.into_values().flatten().collect();
        gone.sort_unstable();
        let mut gone: Vec<String> = gone.into_iter().filter_map(|i| old.get(i)).map(|id| shown(id)).collect();
        gone.dedup();
        Some(Against { sheet, figures: Figures { report: then, show: self.show }, before, gone })
    }

    /// What became of the selected cell of the table with the focus: `free of private-a: 119 -> 549 (+430)`.
    pub fn change_here(&self) -> Option<String> {
        let sheet = sheet::sheet(self.focus)?;
        let (figures, against) = (self.figures()?, self.against(sheet)?);
        let cell = self.cell(self.focus);
        let column = sheet.columns.get(cell.column)?;
        let id = shown(&(sheet.id)(figures.report, cell.row));
        if against.is_new(cell.row) {
            return Some(format!("{id} is new"));
        }
        if column.align == Align::Flow {
            return against.was(&figures, cell.row).map(|was| format!("before: {}", shown(&was)));
        }
        let change = against.change(&figures, column, cell.row)?;
        let situation = columns::situation_of(&figures, sheet, column);
        let situation = situation.map_or(String::new(), |s| format!(", {}", s.name()));
        Some(format!("{} of {id}{situation}: {}", column.name, change.long()))
    }
}
