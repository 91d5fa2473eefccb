//! Undo and redo. A step is the edit that takes a change back, and what the change was.

use std::collections::VecDeque;

use crate::limits;
use crate::plan::Place;
use crate::plan::document::Edit;

/// A change that can be taken back, or made again.
#[derive(Debug, Clone)]
pub struct Step {
    /// The edit that turns the text around this step; valid on exactly the text beside it.
    pub turn: Edit,
    /// `nodes of workers`.
    pub what: String,
    /// ` 30 -> 31`, or how else it changed.
    pub how: String,
    /// Where the cursor goes when it is undone.
    pub place: Place,
    /// What was there before, for steps that repeated key presses merge into.
    pub before: Option<String>,
}

/// The changes of a session, and where in them the saved text is.
#[derive(Debug, Default)]
pub struct History {
    undo: VecDeque<Step>,
    redo: Vec<Step>,
    /// Changes that lie before the saved text; `None` when no undo or redo leads there.
    saved: Option<usize>,
    /// Changes that were forgotten.
    forgotten: usize,
}

impl History {
    /// The history of a text that is as saved.
    pub fn saved() -> History {
        History { saved: Some(0), ..History::default() }
    }

    /// The history of a text that is saved nowhere.
    pub fn unsaved() -> History {
        History::default()
    }

    /// A new change: what was undone cannot be done again.
    pub fn push(&mut self, step: Step) {
        if self.saved.is_some_and(|s| s > self.now()) {
            self.saved = None;
        }
        self.redo.clear();
        self.undo.push_back(step);
        if self.undo.len() > limits::UNDO {
            self.undo.pop_front();
            self.forgotten += 1;
        }
    }

    fn now(&self) -> usize {
        self.forgotten + self.undo.len()
    }

    /// The text as it is now is the saved one.
    pub fn mark_saved(&mut self) {
        self.saved = Some(self.now());
    }

    /// The text is not the saved one.
    pub fn is_dirty(&self) -> bool {
        self.saved != Some(self.now())
    }

    /// The change that undo takes back.
    pub fn last(&self) -> Option<&Step> {
        self.undo.back()
    }

    /// The change that redo makes again.
    pub fn next(&self) -> Option<&Step> {
        self.redo.last()
    }

    /// The changes that undo takes back, the latest first.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.undo.iter().rev()
    }

    /// The changes that redo makes again, the last to be made first.
    pub fn undone_steps(&self) -> impl Iterator<Item = &Step> {
        self.redo.iter()
    }

    /// The last change, if another one at the same place may merge into it: the saved text must stay
    /// reachable, and so must what was undone.
    pub fn mergeable(&self, place: &Place) -> Option<&Step> {
        let step = self.undo.back()?;
        (self.redo.is_empty() && self.is_dirty() && step.before.is_some() && step.place == *place)
            .then_some(step)
    }

    /// Takes the last change out of the history, for one that replaces it.
    pub fn pop(&mut self) -> Option<Step> {
        self.undo.pop_back()
    }

    /// The last change was taken back; `again` makes it again.
    pub fn undone(&mut self, again: Edit) {
        if let Some(step) = self.undo.pop_back() {
            self.redo.push(Step { turn: again, ..step });
        }
    }

    /// The change before was made again; `back` takes it back.
    pub fn redone(&mut self, back: Edit) {
        if let Some(step) = self.redo.pop() {
            self.undo.push_back(Step { turn: back, ..step });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Row;

    fn step() -> Step {
        Step {
            turn: Edit::Many(Vec::new()),
            what: String::new(),
            how: String::new(),
            place: Place::row(Row::Plan),
            before: None,
        }
    }

    #[test]
    fn undo_back_to_the_saved_text_is_clean() {
        let mut h = History::saved();
        assert!(!h.is_dirty());
        h.push(step());
        h.push(step());
        assert!(h.is_dirty());
        h.undone(Edit::Many(Vec::new()));
        h.mark_saved();
        h.redone(Edit::Many(Vec::new()));
        assert!(h.is_dirty());
        h.undone(Edit::Many(Vec::new()));
        assert!(!h.is_dirty());
    }

    #[test]
    fn a_saved_text_that_was_edited_away_is_never_reached_again() {
        let mut h = History::saved();
        h.push(step());
        h.mark_saved();
        h.undone(Edit::Many(Vec::new()));
        h.push(step());
        assert!(h.is_dirty(), "as many changes as when it was saved, but other ones");
    }

    #[test]
    fn what_is_forgotten_does_not_move_the_saved_text() {
        let mut h = History::saved();
        for _ in 0..limits::UNDO + 5 {
            h.push(step());
        }
        h.mark_saved();
        h.push(step());
        assert!(h.is_dirty());
        h.undone(Edit::Many(Vec::new()));
        assert!(!h.is_dirty());
    }
}
