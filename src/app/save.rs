//! Saving, and leaving a plan with changes.

use std::path::PathBuf;

use super::App;
use super::keep::Fate;
use super::msg::{Effect, Leave, NotSaved, Over};
use super::popup::{About, Ask, Popup, Prompt, Question, Reply, Then};
use crate::file::preset::Source;
use crate::text::shown;

impl App {
    /// Saves to the plan's own file, or asks for one; a field under edit is accepted first.
    pub(super) fn save(&mut self, then: Then) {
        if let Err(reason) = self.accept() {
            return self.refuse(format!("not saved: {reason}"));
        }
        match self.path.clone() {
            Some(path) => self.write(path, Over::OwnUnchanged, then),
            None => self.ask_path(then),
        }
    }

    /// Asks where to save.
    pub(super) fn ask_path(&mut self, then: Then) {
        if let Err(reason) = self.accept() {
            return self.refuse(format!("not saved: {reason}"));
        }
        let path = match &self.path {
            Some(path) => path.to_string_lossy().into_owned(),
            None => format!("{}.toml", file_name(&self.plan().name)),
        };
        self.popups.push(Popup::Prompt(Prompt::new(Ask::Path(then), path)));
    }

    /// Saves to the path that was typed.
    pub(super) fn save_to(&mut self, path: &str, then: Then) {
        self.asked_path = Some(path.to_owned());
        let path = PathBuf::from(path);
        let over = if self.path.as_ref() == Some(&path) { Over::OwnUnchanged } else { Over::Nothing };
        self.write(path, over, then);
    }

    fn write(&mut self, path: PathBuf, over: Over, then: Then) {
        self.then = then;
        let text = self.document.text();
        self.effects.push(Effect::Save { path, text, over });
    }

    /// The plan was written.
    pub(super) fn saved(&mut self, path: PathBuf) {
        self.history.mark_saved();
        self.forget_edits();
        self.saved = self.document.text();
        self.asked_path = None;
        self.done(format!("saved {}", shown(&path.to_string_lossy())));
        self.path = Some(path);
        let then = std::mem::replace(&mut self.then, Then::Stay);
        self.go_on(then);
    }

    /// The plan was not written.
    pub(super) fn not_saved(&mut self, why: NotSaved) {
        let then = std::mem::replace(&mut self.then, Then::Stay);
        match why {
            NotSaved::Changed(path) => self.ask(About::Changed(path, then)),
            NotSaved::Exists(path) => self.ask(About::Exists(path, then)),
            NotSaved::Failed(reason) => {
                self.refuse(format!("not saved: {reason}"));
                // what was typed is asked for again, with what is wrong with it
                if let Some(path) = self.asked_path.take() {
                    let prompt = Prompt::new(Ask::Path(then), path);
                    self.popups.push(Popup::Prompt(Prompt { error: Some(reason), ..prompt }));
                }
            }
        }
    }

    pub(super) fn ask(&mut self, about: About) {
        self.popups.push(Popup::Question(Question::new(about)));
    }

    /// What follows: after saving, or when there is nothing to save.
    pub(super) fn go_on(&mut self, then: Then) {
        match then {
            Then::Stay => {}
            Then::Quit => self.effects.push(Effect::Quit(Leave::Done)),
            Then::Load(source) => self.effects.push(Effect::Load(source)),
            Then::LoadEdits(mark) => self.effects.push(Effect::LoadEdits(mark)),
        }
    }

    /// Leaves the plan, after asking if there are changes.
    pub(super) fn leave(&mut self, then: Then) {
        if self.is_dirty() {
            self.ask(About::Unsaved(then));
        } else {
            self.go_on(then);
        }
    }

    /// Takes the answer to a question.
    pub(super) fn reply(&mut self, about: About, reply: Reply) {
        match (about, reply) {
            (About::Taken(path), Reply::Overwrite) => self.export_over(path),
            (About::Taken(_), _) => self.exporting = None,
            (About::Left(offer), Reply::Restore) => self.restore(offer.edits),
            (About::Left(offer), reply) => {
                let fate = if reply == Reply::Discard { Fate::Discarded } else { Fate::Left };
                self.effects.push(Effect::Settle { id: offer.edits.id, fate });
            }
            (_, Reply::Cancel) => {}
            (About::Unsaved(then), Reply::Discard) => {
                self.cancel_edit();
                self.go_on(then);
            }
            (About::Unsaved(then), _) => self.save(then),
            (About::Changed(path, then), Reply::Overwrite) => self.write(path, Over::Anything, then),
            (About::Changed(path, _), Reply::Reload) => self.effects.push(Effect::Load(Source::File(path))),
            (About::Changed(_, then), _) => self.ask_path(then),
            (About::Exists(path, then), _) => self.write(path, Over::Anything, then),
        }
    }

    /// Another plan takes the place of this one.
    pub(super) fn loaded(&mut self, opened: super::msg::Opened) {
        let what = match &opened.path {
            Some(path) => format!("opened {}", shown(&path.to_string_lossy())),
            None => format!("opened {}: an unsaved copy", opened.origin),
        };
        let (baseline, opening) = (self.baseline.take(), self.opening + 1);
        let settings = std::mem::take(&mut self.settings).of_another_plan();
        let begun = App::begin(opened, settings, self.generation);
        *self = App { page: self.page, borders: self.borders, baseline, opening, ..begun };
        self.done(what);
    }
}

/// A name as a file's name.
pub(super) fn file_name(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    let name: String = name.chars().take(100).map(plain).collect();
    if name.trim_matches(['-', '.']).is_empty() { "plan".into() } else { name }
}
