//! The compare screen: the plan and its variants side by side, and before them the baseline if one is pinned. What
//! each comes to is computed aside, and comes side by side; a change of the plan asks again.

use std::sync::Arc;

use super::App;
use super::aside::{self, Asked, Task};
use super::history::Step;
use super::msg::Effect;
use super::popup::{Ask, Popup, Prompt};
use super::screen::Screen;
use crate::compare::{Line, Outcome, Question, Side, lines};
use crate::plan::document::{Document, Edit};
use crate::plan::edits::fresh;
use crate::plan::variant::difference;
use crate::plan::{Place, Row, Variant};
use crate::text::{count, shown};

/// A side, and what it comes to or why it comes to nothing.
pub type Compared = (Side, Result<Box<Outcome>, String>);

/// What the screen knows.
#[derive(Debug, Default)]
pub struct CompareView {
    /// The cell that the cursor is on: line and side.
    at: (usize, usize),
    asked: Option<Sides>,
    /// Counts questions.
    questions: u64,
}

/// What was asked last, and what is known of it.
#[derive(Debug)]
struct Sides {
    generation: u64,
    baseline: Option<u64>,
    /// What the sides are called.
    names: Vec<String>,
    sides: Asked<Compared>,
}

impl App {
    /// What the sides are called: the baseline, the plan, its variants.
    pub fn sides(&self) -> &[String] {
        self.compare.asked.as_ref().map_or(&[], |asked| &asked.names)
    }

    /// A side by its index, and whether it is of the plan as it is.
    pub fn compared(&self, side: usize) -> Option<(&Compared, bool)> {
        self.compared_sides()?.part(side)
    }

    /// What was asked, and how much of it is known.
    pub fn compared_sides(&self) -> Option<&Asked<Compared>> {
        self.compare.asked.as_ref().map(|asked| &asked.sides)
    }

    /// What is known stays, and no more is computed.
    pub(super) fn stop_comparing(&mut self) {
        self.effects.push(Effect::Stop(aside::Kind::Compare));
        self.compare.asked.iter_mut().for_each(|asked| asked.sides.stop());
        self.done("stopped: what has been computed is shown; an edit begins anew");
    }

    fn outcome(&self, side: usize) -> Option<&Outcome> {
        self.compared(side)?.0.1.as_ref().ok().map(AsRef::as_ref)
    }

    /// What is compared, line by line.
    pub fn compare_lines(&self) -> Vec<Line> {
        let known: Vec<&Outcome> = (0..self.sides().len()).filter_map(|side| self.outcome(side)).collect();
        lines(known.into_iter())
    }

    /// The cell under the cursor: line and side.
    pub fn compare_at(&self) -> (usize, usize) {
        let (line, side) = self.compare.at;
        let (lines, sides) = (self.compare_lines().len(), self.sides().len());
        (line.min(lines.saturating_sub(1)), side.min(sides.saturating_sub(1)))
    }

    /// Asks for what the screen shows, if it is shown and something has changed.
    pub(super) fn refresh_compare(&mut self) {
        if self.screen() != Screen::Compare || self.editor.is_some() {
            return;
        }
        let baseline = self.baseline.as_ref().map(|b| b.generation);
        let same = |asked: &&Sides| asked.generation == self.generation && asked.baseline == baseline;
        if self.compare.asked.as_ref().filter(same).is_some() {
            return;
        }
        let before = self.compare.asked.take().map_or(Vec::new(), |asked| asked.sides.parts());
        let mut before: Vec<Compared> = before.into_iter().flatten().collect();
        self.compare.questions += 1;
        let question = self.compare.questions;
        let ask = Question {
            document: self.document.clone(),
            baseline: self.baseline.as_ref().map(|b| b.document.plan().clone()),
        };
        let (generation, names) = (self.generation, ask.names());
        // sides come and go: what is known is of the one of that name
        let known = |name: &String| {
            let at = before.iter().position(|(side, _)| side.name == *name)?;
            Some(before.swap_remove(at))
        };
        let sides = Asked::new(question, names.len(), names.iter().map(known).collect());
        self.compare.asked = Some(Sides { generation, baseline, names, sides });
        let task = Task::Compare { question, ask: Arc::new(ask), tables: self.tables.clone() };
        self.effects.push(Effect::Aside(task));
    }

    /// What some sides come to, in their order.
    pub(super) fn compared_more(&mut self, question: u64, sides: Vec<Compared>) {
        if let Some(asked) = &mut self.compare.asked {
            asked.sides.take(question, sides);
        }
    }

    /// Moves the cursor by lines and sides.
    pub(super) fn walk_compare(&mut self, lines: isize, sides: isize) {
        let (line, side) = self.compare_at();
        self.compare.at = (line.saturating_add_signed(lines), side.saturating_add_signed(sides));
        self.compare.at = self.compare_at();
    }

    pub(super) fn stand_on_side(&mut self, line: usize, side: usize) {
        self.compare.at = (line, side);
        self.compare.at = self.compare_at();
    }

    /// The variant that the cursor is on.
    pub fn variant(&self) -> Option<&Variant> {
        let (_, side) = self.compare_at();
        let first = self.sides().len().checked_sub(self.plan().variants.len())?;
        self.plan().variants.get(side.checked_sub(first)?)
    }

    /// Whether nothing has changed that could be kept as a variant, and which text it has changed since.
    fn changed_since(&self) -> Result<(Document, &'static str), String> {
        let (before, what) = match &self.baseline {
            Some(baseline) if baseline.opening == self.opening => (baseline.document.clone(), "the baseline"),
            Some(_) => {
                return Err(
                    "the baseline is of another plan: B pins this one, b takes the pin out".to_owned()
                );
            }
            None => {
                let saved = Document::new(&self.saved);
                (saved.map_err(|problems| self.describe(&problems))?, "it was opened or saved")
            }
        };
        Ok((before, what))
    }

    /// What has changed since the baseline, or since the plan was opened or saved, as a variant.
    fn kept(&self, name: &str) -> Result<(Document, Variant), String> {
        let (before, what) = self.changed_since()?;
        let variant = difference(name, &before, &self.document)?;
        if variant.lines().is_empty() {
            return Err(format!("nothing has changed since {what}: change the plan first, then keep that"));
        }
        Ok((before, variant))
    }

    /// Asks what the variant is called that the changes become.
    pub(super) fn ask_to_keep(&mut self) -> Result<(), String> {
        let (_, variant) = self.kept("variant")?;
        let taken: Vec<&str> = self.plan().variants.iter().map(|v| v.name.as_str()).collect();
        let name = if taken.contains(&"variant") { fresh("variant", &taken) } else { "variant".to_owned() };
        let changes = count(variant.lines().len() as u64, "change");
        self.popups.push(Popup::Prompt(Prompt::new(Ask::Keep(changes), name)));
        Ok(())
    }

    /// Keeps the changes as a variant, and takes the plan back to what it was: one change.
    pub(super) fn keep_as_variant(&mut self, name: &str) -> Result<(), String> {
        self.refuse_taken(name)?;
        let (mut then, variant) = self.kept(name)?;
        // variants are no part of what has changed
        let now = &self.document.plan().variants;
        let old = then.plan().variants.clone();
        let gone = old.iter().filter(|v| !now.iter().any(|w| w.name == v.name));
        let gone = gone.map(|v| Edit::Variant { name: v.name.clone(), variant: None });
        let come = now.iter().filter(|v| !old.contains(v)).chain([&variant]);
        let come = come.map(|v| Edit::Variant { name: v.name.clone(), variant: Some(v.clone()) });
        let edits = gone.chain(come).collect();
        then.apply(Edit::Many(edits)).map_err(|problems| self.describe(&problems))?;
        let lines = count(variant.lines().len() as u64, "change");
        let what = format!("{lines} kept as variant {}", shown(name));
        self.change_variants(what, self.document.rewritten(&then.text()))?;
        self.stand_on_variant(name);
        Ok(())
    }

    fn stand_on_variant(&mut self, name: &str) {
        let at = self.plan().variants.iter().position(|v| v.name == name);
        let first = 1 + usize::from(self.baseline.is_some());
        // the sides are asked for after this
        self.compare.at.1 = at.map_or(0, |at| first + at);
    }

    fn refuse_taken(&self, name: &str) -> Result<(), String> {
        match self.plan().variants.iter().any(|v| v.name == name) {
            true => Err(format!("there is a variant {} already: type another name", shown(name))),
            false if name.is_empty() => Err("type a name, such as fewer-addresses".to_owned()),
            false => Ok(()),
        }
    }

    fn change_variants(&mut self, what: String, edit: Edit) -> Result<(), String> {
        let turn = self.attempt(edit)?;
        let place = Place::row(Row::Plan);
        self.record(Step { turn, what, how: String::new(), place, before: None });
        Ok(())
    }

    fn chosen(&self) -> Result<Variant, String> {
        self.variant().cloned().ok_or_else(|| "this is no variant: move to one".to_owned())
    }

    /// Makes the plan the variant under the cursor, which is then no longer needed: one change.
    pub(super) fn apply_variant(&mut self) -> Result<(), String> {
        let variant = self.chosen()?;
        let edit = variant.edit(&self.document).map_err(|problems| self.describe(&problems))?;
        let gone = Edit::Variant { name: variant.name.clone(), variant: None };
        let what = format!("variant {} is the plan now", shown(&variant.name));
        self.change_variants(what, Edit::Many(vec![edit, gone]))
    }

    pub(super) fn remove_variant(&mut self) -> Result<(), String> {
        let variant = self.chosen()?;
        let what = format!("variant {} deleted", shown(&variant.name));
        self.change_variants(what, Edit::Variant { name: variant.name, variant: None })
    }

    pub(super) fn duplicate_variant(&mut self) -> Result<(), String> {
        let variant = self.chosen()?;
        let taken: Vec<&str> = self.plan().variants.iter().map(|v| v.name.as_str()).collect();
        let name = fresh(&variant.name, &taken);
        let what = format!("variant {} copied to {}", shown(&variant.name), shown(&name));
        let copy = Variant { name: name.clone(), ..variant };
        self.change_variants(what, Edit::Variant { name: name.clone(), variant: Some(copy) })?;
        self.stand_on_variant(&name);
        Ok(())
    }

    /// Asks for another name.
    pub(super) fn ask_to_rename(&mut self) -> Result<(), String> {
        let name = self.chosen()?.name;
        self.popups.push(Popup::Prompt(Prompt::new(Ask::Rename(name.clone()), name)));
        Ok(())
    }

    pub(super) fn rename_variant(&mut self, old: &str, name: &str) -> Result<(), String> {
        if old == name {
            return Ok(());
        }
        self.refuse_taken(name)?;
        let variants = &self.plan().variants;
        let variant = variants.iter().find(|v| v.name == old).cloned().ok_or("it is there no more")?;
        let what = format!("variant {} renamed to {}", shown(old), shown(name));
        let renamed = Variant { name: name.to_owned(), ..variant };
        self.change_variants(what, Edit::Variant { name: old.to_owned(), variant: Some(renamed) })
    }

    /// Asks for the file that the variant is written to as a plan of its own.
    pub(super) fn ask_to_export(&mut self) -> Result<(), String> {
        let variant = self.chosen()?;
        let own = variant.alone(&self.document).map_err(|problems| self.describe(&problems))?;
        let path = format!("{}.toml", super::save::file_name(&own.plan().name));
        self.popups.push(Popup::Prompt(Prompt::new(Ask::Export(variant.name), path)));
        Ok(())
    }

    pub(super) fn export_variant(&mut self, name: &str, path: &str) -> Result<(), String> {
        if path.is_empty() {
            return Err("type a path, such as plan.toml".to_owned());
        }
        let variants = &self.plan().variants;
        let variant = variants.iter().find(|v| v.name == name).ok_or("it is there no more")?;
        let own = variant.alone(&self.document).map_err(|problems| self.describe(&problems))?;
        self.write_plan(Ask::Export(name.to_owned()), path, own.text());
        Ok(())
    }

    /// The title and text of the why panel on the compare screen.
    pub(super) fn why_of_side(&self) -> (String, String) {
        let (at, side) = self.compare_at();
        let lines = self.compare_lines();
        let name = self.sides().get(side).map_or(String::new(), |name| shown(name));
        let Some(line) = lines.get(at) else { return (name, String::new()) };
        let title = format!("{} of {name}", line.name());
        let text = match self.compared(side) {
            None => "being computed".to_owned(),
            Some(((_, Err(reason)), _)) => shown(reason),
            Some(((_, Ok(outcome)), _)) => {
                let change = self.outcome(0).filter(|_| side > 0).and_then(|base| line.change(base, outcome));
                let change = change.map_or(String::new(), |(c, _)| format!("{} {}\n", line.name(), c.long()));
                format!("{change}{}", line.why(outcome))
            }
        };
        (title, text)
    }
}
