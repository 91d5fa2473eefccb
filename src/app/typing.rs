//! A field under edit: every text that is a valid value is previewed in the plan; accepting makes it a change.

use super::App;
use super::action::Action;
use super::change::how;
use super::editor::{Editor, Selection};
use super::form::Spot;
use super::history::Step;
use super::popup::Then;
use super::step::{self, Step as Far};
use crate::plan::document::Edit;
use crate::plan::field::Field;
use crate::plan::{Place, Row};

impl App {
    /// Begins to edit a field.
    pub(super) fn begin_edit(&mut self, row: Row, field: &'static Field, selection: Selection) {
        let text = self.document.value(&Place::key(row, field.key)).unwrap_or_default();
        self.form.put(Spot::Key(row, field.key));
        self.editor = Some(Editor::new(row, field, text, selection));
    }

    /// Shows what the plan comes to with the text of the field under edit.
    pub(super) fn preview(&mut self) {
        let Some(mut editor) = self.editor.take() else { return };
        editor.error = self.preview_of(&mut editor).err();
        self.editor = Some(editor);
    }

    fn preview_of(&mut self, editor: &mut Editor) -> Result<(), String> {
        // nothing is shown of what is being typed but what is a value: else the plan as it was
        let back = editor.preview.take();
        let was_shown = back.is_some();
        back.and_then(|back| self.turn_back(back));
        let previewed = self.preview_of_value(editor);
        if previewed.is_err() && was_shown {
            self.evaluate_anyway();
        }
        previewed
    }

    fn preview_of_value(&mut self, editor: &mut Editor) -> Result<(), String> {
        let toml = editor.field.parse(editor.text())?;
        // another way to write the same value is no change
        let means_before = || editor.field.parse(&editor.before).is_ok_and(|before| before == toml);
        let same = editor.text().trim() == editor.before || means_before();
        let edit = if same {
            Edit::Many(Vec::new())
        } else {
            self.set(editor.row, editor.field, toml, editor.text())
        };
        let back = self.attempt(edit)?;
        editor.preview = (!same).then_some(back);
        Ok(())
    }

    /// Accepts the field under edit, if there is one: a change.
    ///
    /// # Errors
    ///
    /// Why its text is no valid value; it stays under edit.
    pub(super) fn accept(&mut self) -> Result<(), String> {
        let Some(editor) = self.editor.take() else { return Ok(()) };
        if let Some(error) = editor.error.clone() {
            self.editor = Some(editor);
            return Err(error);
        }
        if let Some(turn) = editor.preview {
            let field = editor.field;
            let how = how(&self.default_of(field), &editor.before, editor.input.value().trim());
            let what = self.what(self.plan(), editor.row, field);
            let place = Place::key(editor.row, field.key);
            self.forget_draft(editor.row, field);
            self.record(Step { turn, what, how, place, before: None });
        }
        Ok(())
    }

    /// Leaves the field under edit as it was before.
    pub(super) fn cancel_edit(&mut self) {
        let Some(editor) = self.editor.take() else { return };
        if let Some(back) = editor.preview {
            let before = self.document.plan().clone();
            self.turn_back(back);
            self.evaluate_anyway();
            self.form.follow(&before, &self.document);
        }
    }

    pub(super) fn act_on_field(&mut self, action: Action) -> Result<(), String> {
        if self.act_on_offers(action) {
            return Ok(());
        }
        let steps = self.editor.as_ref().is_some_and(|editor| step::steps(editor.field));
        match action {
            Action::Accept => self.accept(),
            Action::AcceptNext => self.accept_and_go(1),
            Action::AcceptPrevious => self.accept_and_go(-1),
            Action::Back => {
                self.leave_field();
                Ok(())
            }
            Action::Save => {
                self.save(Then::Stay);
                Ok(())
            }
            Action::StepUp | Action::StepDown if !steps && self.offers_something() => self.offer_all(),
            Action::StepUp => self.step_text(Far::Up),
            Action::StepDown => self.step_text(Far::Down),
            Action::LeapUp => self.step_text(Far::LeapUp),
            Action::LeapDown => self.step_text(Far::LeapDown),
            _ => Ok(()),
        }
    }

    /// Accepts the field and edits the one beside it; a type as text, so that the picker does not jump up.
    fn accept_and_go(&mut self, by: isize) -> Result<(), String> {
        self.accept()?;
        self.form.advance(&self.document, by);
        if let Some((row, field)) = self.form.field() {
            self.begin_edit(row, field, Selection::All);
        }
        Ok(())
    }

    fn step_text(&mut self, step: Far) -> Result<(), String> {
        let default = self.editor.as_ref().map_or(String::new(), |editor| self.default_of(editor.field));
        let Some(editor) = &mut self.editor else { return Ok(()) };
        let from = if editor.text().trim().is_empty() { default.as_str() } else { editor.text() };
        let text = step::stepped(editor.field, from, step)?;
        editor.set_text(text);
        self.preview();
        Ok(())
    }
}
