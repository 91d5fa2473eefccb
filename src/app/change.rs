//! Changes of the plan: each is an edit of the document, evaluated at once; what turns out invalid leaves no
//! trace.

use std::sync::Arc;

use super::aside::Task;
use super::history::Step;
use super::msg::Effect;
use super::pane::Pane;
use super::{Answer, App};
use crate::engine::{self, Before};
use crate::plan::document::Edit;
use crate::plan::edits;
use crate::plan::field::Field;
use crate::plan::{Place, Plan, Problem, Row};
use crate::text::shown;

impl App {
    /// Evaluates the document as it is.
    fn evaluate(&mut self) -> Result<(), Vec<Problem>> {
        let (plan, tables) = (self.document.shared(), self.tables.clone());
        let before = self.answer.as_ref().filter(|before| Arc::ptr_eq(&before.tables, &tables));
        let before = before.and_then(|b| Before::of(&plan, &b.plan, &b.evaluation));
        let mut evaluation = engine::evaluate_after(&plan, &tables, before)?;
        self.verdict = evaluation.why(&plan, &engine::Pointer::Verdict);
        // until others are known
        evaluation.report.thresholds = self.report().map(|r| Arc::clone(&r.thresholds)).unwrap_or_default();
        let answer = Arc::new(Answer { plan, tables, evaluation });
        self.answer = Some(answer.clone());
        self.problems.clear();
        self.generation += 1;
        self.effects
            .push(Effect::Aside(Task::Percentiles { generation: self.generation, answer: answer.clone() }));
        self.effects.push(Effect::Aside(Task::Thresholds { generation: self.generation, answer }));
        for sheet in super::columns::SHEETS {
            self.select(sheet.pane, self.cell(sheet.pane));
        }
        Ok(())
    }

    /// Evaluates the document as it is; what is wrong with it is kept to be shown.
    pub(super) fn evaluate_anyway(&mut self) {
        if let Err(problems) = self.evaluate() {
            self.problems = problems;
        }
    }

    /// Thresholds became known.
    pub(super) fn thresholds(&mut self, generation: u64, thresholds: Vec<engine::Threshold>) {
        let thresholds = thresholds.into();
        self.pinned_thresholds(generation, &thresholds);
        if let Some(answer) = self.answer.as_mut().filter(|_| generation == self.generation) {
            Arc::make_mut(answer).evaluation.report.thresholds = thresholds;
            self.thresholds_of = generation;
            self.select(Pane::Thresholds, self.cell(Pane::Thresholds));
            self.ask_pinned_thresholds();
        }
    }

    /// Percentiles became known: they may change the verdict and the findings.
    pub(super) fn percentiles(&mut self, generation: u64, percentiles: &[engine::Percentiles]) {
        let Some(answer) = self.answer.as_mut().filter(|_| generation == self.generation) else { return };
        let Answer { plan, evaluation, .. } = Arc::make_mut(answer);
        evaluation.set_percentiles(plan, percentiles);
        self.verdict = evaluation.why(plan, &engine::Pointer::Verdict);
        self.pinned_percentiles(generation);
        for pane in [Pane::Findings, Pane::AllFindings] {
            self.select(pane, self.cell(pane));
        }
    }

    /// Applies an edit and gives the one that takes it back; or says why not, and nothing has changed. A plan
    /// that was not valid before may stay so.
    pub(super) fn attempt(&mut self, edit: Edit) -> Result<Edit, String> {
        let before = self.document.shared();
        let back = self.document.apply(edit).map_err(|problems| self.describe(&problems))?;
        if let Err(problems) = self.evaluate() {
            if self.problems.is_empty() || problems.len() > self.problems.len() {
                let description = self.describe(&problems);
                self.turn_back(back);
                return Err(description);
            }
            self.problems = problems;
        }
        self.form.follow(&before, &self.document);
        Ok(back)
    }

    /// Applies an edit that leads to a text that was valid.
    pub(super) fn turn_back(&mut self, back: Edit) -> Option<Edit> {
        self.document.apply(back).ok()
    }

    /// The first problem in words, and how many more there are.
    pub(super) fn describe(&self, problems: &[Problem]) -> String {
        let Some(first) = problems.first() else { return "not valid".into() };
        let help = first.help.as_ref().map_or_else(String::new, |h| format!(": {h}"));
        let more = match problems.len() {
            1 => String::new(),
            n => format!(" (and {} more)", n - 1),
        };
        shown(&format!("{}{help}{more}", first.message))
    }

    /// The edit that gives a field a value; references follow a new name.
    pub(super) fn set(&self, row: Row, field: &Field, toml: Option<String>, text: &str) -> Edit {
        match (field.key, toml) {
            ("name", Some(_)) if row != Row::Plan => edits::rename(&self.document, row, text.trim()),
            (key, value) => Edit::Set { place: Place::key(row, key), value },
        }
    }

    /// Writes a change into the history and says so.
    pub(super) fn record(&mut self, step: Step) {
        self.done(format!("{}{}", step.what, step.how));
        self.history.push(step);
        self.settle_in();
        self.read_tables_if_needed();
    }

    /// Makes a change of rows.
    pub(super) fn change(&mut self, what: String, place: Place, edit: Edit) -> Result<(), String> {
        let turn = self.attempt(edit)?;
        self.record(Step { turn, what, how: String::new(), place, before: None });
        Ok(())
    }

    /// Gives a field a value that was typed or chosen; `""` unsets it.
    pub(super) fn set_value(&mut self, row: Row, field: &'static Field, text: &str) -> Result<(), String> {
        let old = self.document.value(&Place::key(row, field.key)).unwrap_or_default();
        let toml = field.parse(text)?;
        let what = self.what(self.plan(), row, field);
        if text.trim() == old {
            self.done(format!("{what} as before"));
            return Ok(());
        }
        let edit = self.set(row, field, toml, text);
        let turn = self.attempt(edit)?;
        let how = how(&self.default_of(field), &old, text);
        self.record(Step { turn, what, how, place: Place::key(row, field.key), before: None });
        Ok(())
    }

    /// Gives a field a value by a key that may be pressed again and again: that is one change.
    pub(super) fn step_value(&mut self, row: Row, field: &'static Field, text: &str) -> Result<(), String> {
        let place = Place::key(row, field.key);
        let toml = field.parse(text)?;
        let merged = self.history.mergeable(&place).cloned();
        let first = merged.as_ref().and_then(|step| step.before.clone());
        let old = first.unwrap_or_else(|| self.document.value(&place).unwrap_or_default());
        let edit = match &merged {
            Some(step) if text == old => step.turn.clone(),
            None if text == old => Edit::Many(Vec::new()),
            _ => self.set(row, field, toml, text),
        };
        let turn = self.attempt(edit)?;
        if merged.is_some() {
            self.history.pop();
        }
        let what = self.what(self.plan(), row, field);
        if text == old {
            self.done(format!("{what} as before"));
        } else {
            let turn = match merged {
                Some(step) => self.document.both(turn, step.turn),
                None => turn,
            };
            let how = how(&self.default_of(field), &old, text);
            self.record(Step { turn, what, how, place, before: Some(old) });
        }
        Ok(())
    }

    /// `nodes of workers`, or `node group workers` for a name.
    pub(super) fn what(&self, plan: &Plan, row: Row, field: &Field) -> String {
        match field.key {
            "name" => field.label.to_owned(),
            _ => plan.label(row, field),
        }
    }

    /// Takes the last change back.
    pub(super) fn undo(&mut self) {
        let Some(step) = self.history.last().cloned() else { return };
        if let Some(again) = self.turn(&step) {
            self.history.undone(again);
            self.done(format!("undid: {}{}", step.what, step.how));
        }
    }

    /// Makes the last change that was taken back again.
    pub(super) fn redo(&mut self) {
        let Some(step) = self.history.next().cloned() else { return };
        if let Some(back) = self.turn(&step) {
            self.history.redone(back);
            self.done(format!("redid: {}{}", step.what, step.how));
        }
    }

    /// Turns the text around a step of the history.
    fn turn(&mut self, step: &Step) -> Option<Edit> {
        let before = self.document.shared();
        match self.document.apply(step.turn.clone()) {
            Ok(turn) => {
                self.evaluate_anyway();
                self.form.follow(&before, &self.document);
                if self.plan().name_of(step.place.row).is_some() {
                    self.form.put_place(&step.place);
                }
                self.read_tables_if_needed();
                Some(turn)
            }
            Err(problems) => {
                let reason = self.describe(&problems);
                self.refuse(reason);
                None
            }
        }
    }

    /// Asks for the instance tables if the plan names others than were read.
    fn read_tables_if_needed(&mut self) {
        let instances = &self.document.plan().instances;
        if *instances != self.instances {
            self.instances.clone_from(instances);
            let (text, path) = (self.document.text(), self.path.clone());
            self.effects.push(Effect::ReadTables { text, path });
        }
    }

    /// The instance tables were read, or not.
    pub(super) fn tables_read(&mut self, tables: Result<Arc<crate::instance::Tables>, String>) {
        match tables {
            Ok(tables) => {
                self.tables = tables;
                self.evaluate_anyway();
            }
            Err(reason) => {
                self.popups.push(super::popup::Popup::Text {
                    title: "instance tables".into(),
                    text: reason,
                    scroll: 0,
                });
            }
        }
    }
}

/// ` 30 -> 31`; an absent value is its default.
pub(super) fn how(default: &str, old: &str, new: &str) -> String {
    let named = |text: &str| if text.is_empty() { default.to_owned() } else { shown(text) };
    format!(" {} -> {}", named(old), named(new))
}
