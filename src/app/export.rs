//! Exports: the plan in a form that other programs read ([`crate::export`]), to a file or the clipboard.

use std::path::PathBuf;
use std::sync::Arc;

use super::App;
use super::aside::Task;
use super::chooser::{Choice, Chooser, Item, Kind};
use super::msg::{Effect, NotSaved, Over};
use super::popup::{About, Ask, Popup, Prompt};
use crate::export::{Exported, FORMS, Form, Scope};
use crate::limits;
use crate::text::{count, shown, thousands};

/// What is written: an index of [`FORMS`], and of the plan's clusters where the form is of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    pub form: usize,
    pub cluster: Option<usize>,
}

impl Wanted {
    /// Its row.
    pub fn form(self) -> Option<&'static Form> {
        FORMS.get(self.form)
    }
}

/// A text on its way to a file: what asked for it, the path as it was typed, and what is to be said of it.
#[derive(Debug)]
pub struct Exporting {
    ask: Ask,
    typed: String,
    text: String,
    notes: Vec<String>,
}

impl App {
    /// Opens the list of forms.
    pub(super) fn open_forms(&mut self) -> Result<(), String> {
        self.accept().map_err(|reason| format!("not exported: {reason}"))?;
        let item = |(i, form): (usize, &Form)| {
            let group = if form.scope == Scope::Cluster { "of a cluster" } else { "of the plan" };
            let refused = (form.scope == Scope::Cluster && self.plan().clusters.is_empty())
                .then(|| format!("{} is of a cluster, and the plan has none", form.name));
            Item { refused, ..Item::new(group, form.name, Choice::Form(i)).about(form.doc) }
        };
        let items = FORMS.iter().enumerate().map(item).collect();
        self.popups.push(Popup::List(Chooser::new(Kind::Forms, items, 0)));
        Ok(())
    }

    /// A form was chosen: asks for the cluster where it is of one of several, then for the path.
    pub(super) fn choose_form(&mut self, form: usize) {
        let Some(row) = FORMS.get(form) else { return };
        match (row.scope == Scope::Cluster, self.plan().clusters.as_slice()) {
            (false, _) => self.ask_for_export(Wanted { form, cluster: None }),
            (true, [_]) => self.ask_for_export(Wanted { form, cluster: Some(0) }),
            (true, clusters) => {
                let item = |(c, cluster): (usize, &Arc<crate::plan::Cluster>)| {
                    let wanted = Wanted { form, cluster: Some(c) };
                    Item::new("", shown(&cluster.name), Choice::Export(wanted)).about(cluster.manager.title)
                };
                let items = clusters.iter().enumerate().map(item).collect();
                let marked = self.form.cluster.min(clusters.len().saturating_sub(1));
                self.popups.push(Popup::List(Chooser::new(Kind::Clusters, items, marked)));
            }
        }
    }

    /// Asks for the path, by default beside the plan.
    pub(super) fn ask_for_export(&mut self, wanted: Wanted) {
        let Some(form) = wanted.form() else { return };
        let folder = self.path.as_ref().and_then(|path| path.parent());
        let path = folder.map_or_else(|| PathBuf::from(form.file), |folder| folder.join(form.file));
        let prompt = Prompt::new(Ask::Form(wanted), path.to_string_lossy().into_owned());
        self.popups.push(Popup::Prompt(prompt));
    }

    /// Has the form written, to a path, or without one to the clipboard.
    pub(super) fn export_to(&mut self, wanted: Wanted, typed: &str) -> Result<(), String> {
        let current = self.problems.is_empty();
        let answer = self.answer.clone().filter(|_| current);
        let answer = answer.ok_or("the plan has problems: mend them first")?;
        // a report of a large plan takes seconds
        self.done(format!("writing {} ...", wanted.form().map_or("", |form| form.name)));
        let (document, tables) = (Box::new(self.document.clone()), self.tables.clone());
        let to = typed.to_owned();
        self.effects.push(Effect::Aside(Task::Export { wanted, to, document, answer, tables }));
        Ok(())
    }

    /// A form was written, or why there is none.
    pub(super) fn formed(&mut self, wanted: Wanted, to: String, exported: Result<Exported, String>) {
        let Some(form) = wanted.form() else { return };
        let Exported { text, notes } = match exported {
            Ok(exported) => exported,
            Err(reason) => return self.refuse(format!("not exported: {reason}")),
        };
        if !to.is_empty() {
            return self.write_text(Exporting { ask: Ask::Form(wanted), typed: to, text, notes });
        }
        if text.len() > limits::COPY_BYTES {
            let most = thousands(limits::COPY_BYTES as u64);
            return self.refuse(format!(
                "not copied: {} has {}, terminals take {most}: write it to a file",
                form.name,
                count(text.len() as u64, "byte")
            ));
        }
        self.told(format!("copied {}", form.name), &notes);
        self.effects.push(Effect::Copy(text));
    }

    /// Writes a plan of its own.
    pub(super) fn write_plan(&mut self, ask: Ask, typed: &str, text: String) {
        self.write_text(Exporting { ask, typed: typed.to_owned(), text, notes: Vec::new() });
    }

    fn write_text(&mut self, exporting: Exporting) {
        let (path, text) = (PathBuf::from(&exporting.typed), exporting.text.clone());
        self.exporting = Some(exporting);
        self.effects.push(Effect::Export { path, text, over: Over::Nothing });
    }

    /// A text was written to a file, or not: over one that is there only after a question, and a path that cannot be
    /// written is asked for again.
    pub(super) fn exported(&mut self, done: Result<PathBuf, NotSaved>) {
        let Some(exporting) = self.exporting.take() else { return };
        match done {
            Ok(path) => {
                self.told(format!("written to {}", shown(&path.to_string_lossy())), &exporting.notes);
            }
            Err(NotSaved::Exists(path) | NotSaved::Changed(path)) => {
                self.exporting = Some(exporting);
                self.ask(About::Taken(path));
            }
            Err(NotSaved::Failed(reason)) => {
                self.refuse(format!("not written: {reason}"));
                let prompt = Prompt::new(exporting.ask, exporting.typed);
                self.popups.push(Popup::Prompt(Prompt { error: Some(reason), ..prompt }));
            }
        }
    }

    /// Says what was done, and above the session what the form has no way to say.
    fn told(&mut self, done: String, notes: &[String]) {
        if !notes.is_empty() {
            self.popups.push(Popup::Text { title: done.clone(), text: notes.join("\n\n"), scroll: 0 });
        }
        self.done(done);
    }

    /// The file may be written over.
    pub(super) fn export_over(&mut self, path: PathBuf) {
        if let Some(exporting) = &self.exporting {
            let text = exporting.text.clone();
            self.effects.push(Effect::Export { path, text, over: Over::Anything });
        }
    }
}
