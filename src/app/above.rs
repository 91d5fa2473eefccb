//! What actions do in what lies above the session.

use super::App;
use super::action::{Action, Context};
use super::chooser::{Chooser, Kind};
use super::editor::Selection;
use super::picker::Picker;
use super::popup::{Ask, Popup, Prompt, Reply};

impl App {
    pub(super) fn act_on_popup(&mut self, action: Action) {
        let page = self.page.max(1);
        let by = match action {
            Action::Up | Action::Left => -1,
            Action::Down | Action::Right => 1,
            Action::PageUp => -isize::try_from(page).unwrap_or(10),
            Action::PageDown => isize::try_from(page).unwrap_or(10),
            Action::First => isize::MIN,
            Action::Last => isize::MAX,
            Action::Accept => return self.accept_popup(),
            Action::EditText => return self.type_instead(),
            Action::Back => {
                match self.popups.pop() {
                    Some(Popup::Question(question)) => self.reply(question.about, Reply::Cancel),
                    Some(Popup::Prompt(prompt)) => self.leave_prompt(&prompt),
                    Some(Popup::List(Chooser { kind: Kind::Themes { before }, .. })) => {
                        self.show_theme(before)
                    }
                    _ => {}
                }
                return;
            }
            _ => return,
        };
        match (self.popups.last_mut(), action) {
            (Some(Popup::Question(question)), Action::PageUp | Action::PageDown) => {
                question.scroll = question.scroll.saturating_add_signed(by);
            }
            (Some(Popup::Prompt(_)), _) if by < 0 => self.recall(),
            _ => self.move_popup(by),
        }
    }

    /// Moves the mark or scrolls the popup on top.
    pub(super) fn move_popup(&mut self, by: isize) {
        let page = self.page;
        match self.popups.last_mut() {
            Some(Popup::Text { scroll, .. }) => {
                *scroll = scroll.saturating_add_signed(by);
            }
            Some(Popup::Picker(picker)) => picker.mark(by, page),
            Some(Popup::List(list)) => list.mark(by, page),
            Some(Popup::Question(question)) => {
                let last = question.choices().len().saturating_sub(1);
                question.marked = question.marked.saturating_add_signed(by).min(last);
            }
            Some(Popup::Prompt(_)) | None => {}
        }
        self.try_visible();
        self.try_theme();
    }

    /// Enter in a popup.
    pub(super) fn accept_popup(&mut self) {
        match self.popups.pop() {
            Some(Popup::Picker(picker)) => self.take_type(picker),
            Some(Popup::List(list)) => self.take_item(list),
            Some(Popup::Prompt(prompt)) => self.accept_prompt(prompt),
            Some(Popup::Question(question)) => {
                let reply = question.choices().get(question.marked).map_or(Reply::Cancel, |c| c.2);
                self.reply(question.about, reply);
            }
            Some(Popup::Text { .. }) | None => {}
        }
    }

    /// Chooses the marked item.
    fn take_item(&mut self, list: Chooser) {
        match list.item().map(|item| (item.refused.clone(), item.choice.clone())) {
            Some((None, choice)) => self.choose(choice),
            Some((Some(reason), _)) => {
                self.popups.push(Popup::List(list));
                self.refuse(reason);
            }
            None => {
                let typed = list.input.value().to_owned();
                self.popups.push(Popup::List(list));
                self.refuse(format!("nothing matches \"{}\"", crate::text::shown(&typed)));
            }
        }
    }

    fn accept_prompt(&mut self, mut prompt: Prompt) {
        let text = prompt.input.value().trim().to_owned();
        let done = match prompt.ask.clone() {
            Ask::Path(_) if text.is_empty() => Err("type a path, such as plan.toml".to_owned()),
            Ask::Path(then) => {
                self.save_to(&text, then);
                Ok(())
            }
            Ask::Values(side) => self.take_values(side, &text),
            Ask::Option(option) => self.take_option(option, &text),
            Ask::Keep(_) => self.keep_as_variant(&text),
            Ask::Rename(name) => self.rename_variant(&name, &text),
            Ask::Export(name) => self.export_variant(&name, &text),
            Ask::Form(wanted) => self.export_to(wanted, &text),
        };
        if let Err(reason) = done {
            prompt.error = Some(reason);
            self.popups.push(Popup::Prompt(prompt));
        }
    }

    /// Takes the marked type.
    fn take_type(&mut self, picker: Picker) {
        let Some(name) = picker.name().cloned() else {
            let as_text = self.key(Context::Picker, Action::EditText);
            let nothing = format!("no type matches \"{}\": {as_text} edits it as text", picker.input.value());
            self.popups.push(Popup::Picker(picker));
            return self.refuse(nothing);
        };
        if let Some((row, field)) = self.form.field()
            && let Err(reason) = self.set_value(row, field, &name)
        {
            self.popups.push(Popup::Picker(picker));
            self.refuse(reason);
        }
    }

    /// Leaves the picker for the text of the field.
    fn type_instead(&mut self) {
        self.popups.pop();
        if let Some((row, field)) = self.form.field() {
            self.begin_edit(row, field, Selection::Nothing);
        }
    }
}
