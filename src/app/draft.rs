//! Texts that were typed and left: Esc steps back, and loses nothing. The key that edits a value as text goes on with
//! what was left in that field; Up in a line that is asked for brings back what was left there. Neither is a change
//! of the plan, so neither is in its history.

use std::mem::{Discriminant, discriminant};

use super::App;
use super::action::{Action, Context};
use super::editor::Selection;
use super::popup::{Ask, Popup, Prompt};
use crate::limits;
use crate::plan::Row;
use crate::plan::field::{self, Field, Section};
use crate::text::excerpt;

/// A text that was left.
#[derive(Debug)]
pub struct Draft {
    of: Of,
    text: String,
}

/// Where a text was left. Rows are known by their names, for they move.
#[derive(Debug, PartialEq, Eq)]
enum Of {
    Field { section: Section, cluster: Option<String>, row: Option<String>, key: &'static str },
    Prompt(Discriminant<Ask>),
}

impl App {
    fn of_field(&self, row: Row, field: &Field) -> Of {
        let plan = self.plan();
        let cluster = row.cluster().and_then(|c| plan.clusters.get(c)).map(|c| c.name.to_string());
        let name = plan.name_of(row).map(str::to_owned);
        Of::Field { section: field::section(row), cluster, row: name, key: field.key }
    }

    fn draft(&self, of: &Of) -> Option<&str> {
        self.drafts.iter().find(|draft| draft.of == *of).map(|draft| draft.text.as_str())
    }

    /// What was left in a field.
    pub fn draft_of_field(&self, row: Row, field: &Field) -> Option<&str> {
        self.draft(&self.of_field(row, field))
    }

    fn keep_draft(&mut self, of: Of, text: String) {
        self.drafts.retain(|draft| draft.of != of);
        if self.drafts.len() >= limits::DRAFTS {
            self.drafts.remove(0);
        }
        self.drafts.push(Draft { of, text });
    }

    /// Leaves the field under edit as it was before; what was typed is kept.
    pub(super) fn leave_field(&mut self) {
        let Some(editor) = &self.editor else { return };
        let (row, field, text) = (editor.row, editor.field, editor.text().trim().to_owned());
        let is_new = text != editor.before && !text.is_empty();
        self.cancel_edit();
        if is_new {
            let as_text = self.key(Context::Inputs, Action::EditText);
            self.done(format!("{} as before: {as_text} goes on with {}", field.label, excerpt(&text)));
            self.keep_draft(self.of_field(row, field), text);
        }
    }

    /// The value of a field was accepted: what was left there before is of no use.
    pub(super) fn forget_draft(&mut self, row: Row, field: &Field) {
        let of = self.of_field(row, field);
        self.drafts.retain(|draft| draft.of != of);
    }

    /// Edits the field under the cursor as text, from its end: what was left there, else its value.
    pub(super) fn edit_text(&mut self) {
        let Some((row, field)) = self.form.field() else { return };
        let draft = self.draft_of_field(row, field).map(str::to_owned);
        self.begin_edit(row, field, Selection::Nothing);
        if let (Some(editor), Some(text)) = (&mut self.editor, draft) {
            editor.set_text(text);
            self.preview();
        }
    }

    /// A line of text that was asked for is not given; what was typed is kept.
    pub(super) fn leave_prompt(&mut self, prompt: &Prompt) {
        let text = prompt.input.value().trim();
        if text != prompt.before && !text.is_empty() {
            self.keep_draft(Of::Prompt(discriminant(&prompt.ask)), text.to_owned());
            let up = self.key(Context::Prompt, Action::Up);
            self.done(format!("{up} brings {} back when this is asked for again", excerpt(text)));
        }
    }

    /// Puts what was left in the line that is asked for into it.
    pub(super) fn recall(&mut self) {
        let Some(Popup::Prompt(prompt)) = self.popups.last() else { return };
        let Some(text) = self.draft(&Of::Prompt(discriminant(&prompt.ask))).map(str::to_owned) else {
            return;
        };
        if let Some(Popup::Prompt(prompt)) = self.popups.last_mut() {
            prompt.input = tui_input::Input::new(text);
            prompt.selection = Selection::Nothing;
            prompt.error = None;
        }
    }
}
