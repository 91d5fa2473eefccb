//! Edits that are not saved are kept aside, [`PAUSE`] after the last of them; those that an earlier session left
//! are offered. Where they are kept, and who else is on the file, the outside knows ([`crate::file::recovery`]).

use std::time::Duration;

use super::App;
use super::action::{Action, Context};
use super::diff::{self, Line};
use super::history::Step;
use super::msg::Effect;
use super::popup::{About, Popup, Question};
use crate::plan::{Place, Problem, Row};
use crate::text::count;

/// From the last edit until it is kept: long enough not to write at every key.
pub const PAUSE: Duration = Duration::from_secs(2);

/// What the session knows of what is kept of it.
#[derive(Debug, Default)]
pub struct Keep {
    /// Edits of the document that the outside was told to wait after.
    seen: u64,
    /// Whether something is kept that a save makes needless.
    kept: bool,
    /// Whether it was said that nothing can be kept.
    failing: bool,
    /// Processes of other sessions on the same file.
    others: Vec<u32>,
}

/// What the outside found when the session began on a plan.
#[derive(Debug, Default)]
pub struct Found {
    pub others: Vec<u32>,
    /// The latest first.
    pub left: Vec<Edits>,
}

/// Edits that an earlier session left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edits {
    /// What the outside calls them.
    pub id: u64,
    /// The whole plan.
    pub text: String,
    /// Since they were made.
    pub age: Duration,
    /// The file was written after them.
    pub outdated: bool,
}

/// What becomes of edits that were left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// They are this session's now.
    Taken,
    Discarded,
    /// They stay for later.
    Left,
}

/// Edits that were left behind, as a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub edits: Edits,
    pub diff: Vec<Line>,
}

impl App {
    /// Processes of other sessions on the same file.
    pub fn others(&self) -> &[u32] {
        &self.keep.others
    }

    /// After a message: if the text is another, it is to be kept once no other follows.
    pub(super) fn mind_edits(&mut self) {
        let now = self.document.edits();
        if now != self.keep.seen {
            self.keep.seen = now;
            self.effects.push(Effect::Remind { edit: now, after: PAUSE });
        }
    }

    /// Some time has passed since an edit.
    pub(super) fn paused(&mut self, edit: u64) {
        if edit != self.keep.seen {
            return;
        }
        if self.is_dirty() {
            self.keep.kept = true;
            self.effects.push(Effect::KeepEdits(self.text()));
        } else {
            self.forget_edits();
        }
    }

    /// The text is saved, or as it was: nothing has to be kept.
    pub(super) fn forget_edits(&mut self) {
        if std::mem::take(&mut self.keep.kept) {
            self.effects.push(Effect::ForgetEdits);
        }
    }

    /// The edits are kept, or not: that is said once.
    pub(super) fn edits_kept(&mut self, done: Result<(), String>) {
        match done {
            Ok(()) => self.keep.failing = false,
            Err(reason) => {
                if !std::mem::replace(&mut self.keep.failing, true) {
                    self.refuse(format!("unsaved edits are only here, they cannot be kept aside: {reason}"));
                }
            }
        }
    }

    /// The session has begun on a plan.
    pub(super) fn found(&mut self, found: Found) {
        self.meet(found.others);
        // the latest is asked about first
        for edits in found.left.into_iter().rev() {
            let diff = diff::lines(&self.text(), &edits.text);
            self.ask(About::Left(Box::new(Offer { edits, diff })));
        }
    }

    /// Other sessions are on the same file, or no longer.
    pub(super) fn meet(&mut self, others: Vec<u32>) {
        if others.iter().any(|process| !self.keep.others.contains(process)) {
            self.refuse(format!(
                "this file is open in {}, too: saving asks first if it has changed",
                processes(&others)
            ));
        }
        self.keep.others = others;
    }

    /// Edits that were left behind take the place of the text: one change, and not saved.
    pub(super) fn restore(&mut self, edits: Edits) {
        let before = self.plan().clone();
        match self.document.apply(self.document.rewritten(&edits.text)) {
            Ok(turn) => {
                self.evaluate_anyway();
                self.form.follow(&before, &self.document);
                let what = format!("restored edits of {}", ago(edits.age));
                self.record(Step {
                    turn,
                    what,
                    how: String::new(),
                    place: Place::row(Row::Plan),
                    before: None,
                });
                self.keep.kept = true;
                self.effects.push(Effect::Settle { id: edits.id, fate: Fate::Taken });
                self.compare_again();
            }
            Err(problems) => {
                let problem = Problem::first(&problems);
                self.refuse(format!("these edits are no plan, and stay where they are: {problem}"));
                self.effects.push(Effect::Settle { id: edits.id, fate: Fate::Left });
            }
        }
    }

    /// What else is offered is compared with the text as it is now.
    fn compare_again(&mut self) {
        let now = self.text();
        for popup in &mut self.popups {
            if let Popup::Question(Question { about: About::Left(offer), .. }) = popup {
                offer.diff = diff::lines(&now, &offer.edits.text);
            }
        }
    }

    /// A plan that was only in edits that were left behind takes the place of this one; it is not saved.
    pub(super) fn recovered(&mut self, opened: super::msg::Opened) {
        self.loaded(opened);
        self.history = super::history::History::unsaved();
        self.keep.kept = true;
        let save = self.key(Context::Session, Action::Save);
        self.done(format!("opened edits that were not saved: {save} saves them"));
    }
}

/// `another podroom (process 12)`.
fn processes(processes: &[u32]) -> String {
    let numbers: Vec<String> = processes.iter().map(u32::to_string).collect();
    match numbers.as_slice() {
        [one] => format!("another podroom (process {one})"),
        many => format!("other podrooms (processes {})", many.join(", ")),
    }
}

/// `5 minutes ago`.
pub fn ago(age: Duration) -> String {
    let seconds = age.as_secs();
    let (n, unit) = match seconds {
        0..60 => (seconds, "second"),
        60..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{} ago", count(n, unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_said_in_the_largest_unit() {
        let ago = |seconds| super::ago(Duration::from_secs(seconds));
        assert_eq!((ago(1), ago(119)), ("1 second ago".into(), "1 minute ago".into()));
        assert_eq!((ago(7_200), ago(400_000)), ("2 hours ago".into(), "4 days ago".into()));
    }
}
