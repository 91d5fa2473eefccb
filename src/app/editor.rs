//! A field that is being edited: its text, what is wrong with it, and the preview of it in the plan.

use tui_input::{Input, InputRequest};

use super::key::{Code, Key, With};
use super::offers::Offers;
use crate::plan::document::Edit;
use crate::plan::field::Field;
use crate::plan::{Place, Row};
use crate::text::is_hostile;

/// Longest text that a field takes; no value of a plan is longer.
pub const CHARS: usize = 4_096;

/// A field that is being edited.
#[derive(Debug)]
pub struct Editor {
    pub row: Row,
    pub field: &'static Field,
    pub input: Input,
    /// Whether the next character replaces the whole text.
    pub selection: Selection,
    /// The text of the value before.
    pub before: String,
    /// Takes the preview back; `None` while the plan is as it was before.
    pub preview: Option<Edit>,
    /// What is offered for the item under the cursor.
    pub offers: Option<Offers>,
    /// Why the text is no valid value. The plan is then that of the last valid text.
    pub error: Option<String>,
}

/// What of a text is selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selection {
    Nothing,
    /// All of it: typing replaces, moving keeps.
    All,
}

impl Editor {
    /// An editor of a field's text.
    pub fn new(row: Row, field: &'static Field, text: String, selection: Selection) -> Editor {
        let input = Input::new(text.clone());
        Editor { row, field, input, selection, before: text, preview: None, offers: None, error: None }
    }

    pub fn place(&self) -> Place {
        Place::key(self.row, self.field.key)
    }

    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// Replaces the text.
    pub fn set_text(&mut self, text: String) {
        self.offers = None;
        self.input = Input::new(text);
        self.selection = Selection::Nothing;
    }

    /// Takes a key if it edits the text, and says whether the text has changed.
    pub fn key(&mut self, key: Key) -> Typed {
        edit_text(&mut self.input, &mut self.selection, key)
    }

    /// Puts pasted text at the cursor.
    pub fn paste(&mut self, text: &str) {
        paste(&mut self.input, &mut self.selection, text);
    }
}

/// What a key did to a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typed {
    /// It is no key for text.
    Nothing,
    /// The cursor may have moved.
    Moved,
    Changed,
}

/// Lets a key edit a line of text.
pub fn edit_text(input: &mut Input, selection: &mut Selection, key: Key) -> Typed {
    let Some(request) = request(key) else { return Typed::Nothing };
    if std::mem::replace(selection, Selection::Nothing) == Selection::All {
        match request {
            InputRequest::InsertChar(_) => input.reset(),
            // the selected text goes
            InputRequest::DeletePrevChar | InputRequest::DeleteNextChar => {
                input.reset();
                return Typed::Changed;
            }
            // the cursor goes to the end that it is moved to
            InputRequest::GoToPrevChar => {
                input.handle(InputRequest::GoToStart);
                return Typed::Moved;
            }
            _ => {}
        }
    }
    if matches!(request, InputRequest::InsertChar(_)) && input.value().chars().count() >= CHARS {
        return Typed::Moved;
    }
    match input.handle(request) {
        Some(changed) if changed.value => Typed::Changed,
        _ => Typed::Moved,
    }
}

/// Puts pasted text at the cursor: as one line, without what a terminal could act on.
pub fn paste(input: &mut Input, selection: &mut Selection, text: &str) {
    if std::mem::replace(selection, Selection::Nothing) == Selection::All {
        input.reset();
    }
    let line = one_line(text);
    let cursor = input.cursor();
    let mut chars: Vec<char> = input.value().chars().collect();
    let room = CHARS.saturating_sub(chars.len());
    let new: Vec<char> = line.chars().take(room).collect();
    let after = cursor + new.len();
    chars.splice(cursor..cursor, new);
    *input = Input::new(chars.into_iter().collect()).with_cursor(after);
}

/// A text as one line: its lines with a blank between, hostile characters left out.
fn one_line(text: &str) -> String {
    let cut = text.char_indices().nth(2 * CHARS).map_or(text.len(), |(at, _)| at);
    let lines = text.get(..cut).unwrap_or_default().lines().map(str::trim).filter(|l| !l.is_empty());
    let joined = lines.collect::<Vec<_>>().join(" ");
    joined.chars().filter(|c| !is_hostile(*c)).collect()
}

/// What a key asks of a line of text.
fn request(key: Key) -> Option<InputRequest> {
    use InputRequest as R;
    Some(match (key.with, key.code) {
        (With::Nothing, Code::Char(c)) if !is_hostile(c) => R::InsertChar(c),
        (With::Nothing, Code::Backspace) => R::DeletePrevChar,
        (With::Nothing, Code::Delete) => R::DeleteNextChar,
        (With::Nothing, Code::Left) => R::GoToPrevChar,
        (With::Nothing, Code::Right) => R::GoToNextChar,
        (With::Nothing, Code::Home) | (With::Ctrl, Code::Char('a')) => R::GoToStart,
        (With::Nothing, Code::End) | (With::Ctrl, Code::Char('e')) => R::GoToEnd,
        (With::Ctrl | With::Alt, Code::Left) | (With::Alt, Code::Char('b')) => R::GoToPrevWord,
        (With::Ctrl | With::Alt, Code::Right) | (With::Alt, Code::Char('f')) => R::GoToNextWord,
        (With::Ctrl, Code::Char('w') | Code::Backspace) | (With::Alt, Code::Backspace) => R::DeletePrevWord,
        (With::Alt, Code::Char('d')) => R::DeleteNextWord,
        (With::Ctrl, Code::Char('u')) => R::DeleteFromStart,
        (With::Ctrl, Code::Char('k')) => R::DeleteTillEnd,
        (With::Ctrl, Code::Char('y')) => R::Yank,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str, selection: Selection, keys: &str) -> (String, usize) {
        let mut input = Input::new(text.into());
        let mut selection = selection;
        for key in keys.split(' ') {
            edit_text(&mut input, &mut selection, Key::parse(key).expect("a key"));
        }
        (input.value().to_owned(), input.cursor())
    }

    #[test]
    fn a_selected_text_is_replaced_by_typing_and_kept_by_moving() {
        assert_eq!(typed("30", Selection::All, "3 1"), ("31".into(), 2));
        assert_eq!(typed("30", Selection::All, "end 1"), ("301".into(), 3));
        assert_eq!(typed("30", Selection::All, "left 1"), ("130".into(), 1));
        assert_eq!(typed("30", Selection::All, "backspace"), (String::new(), 0));
        assert_eq!(typed("30", Selection::Nothing, "1"), ("301".into(), 3));
    }

    #[test]
    fn a_paste_is_one_clean_short_line() {
        let mut input = Input::new("ab".into()).with_cursor(1);
        paste(&mut input, &mut Selection::Nothing, " 10.0.0.0/16\r\n\n\u{1b}[31m  x\u{202e}\n");
        assert_eq!((input.value(), input.cursor()), ("a10.0.0.0/16 [31m  xb", 20));
        paste(&mut input, &mut Selection::All, &"x".repeat(1 << 20));
        assert_eq!(input.value().len(), CHARS);
    }
}
