//! Keys as the session knows them, and as text: `ctrl-s`, `enter`, `+`.

use std::fmt;

/// One key press. Shift is part of the character (`J`) or of the code ([`Code::BackTab`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    pub code: Code,
    pub with: With,
}

/// The modifier that is held down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum With {
    Nothing,
    Ctrl,
    Alt,
}

/// What is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    Char(char),
    F(u8),
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
}

/// Keys that have a name.
pub const NAMES: &[(&str, Code)] = &[
    ("enter", Code::Enter),
    ("esc", Code::Esc),
    ("tab", Code::Tab),
    ("shift-tab", Code::BackTab),
    ("backspace", Code::Backspace),
    ("del", Code::Delete),
    ("up", Code::Up),
    ("down", Code::Down),
    ("left", Code::Left),
    ("right", Code::Right),
    ("home", Code::Home),
    ("end", Code::End),
    ("pgup", Code::PageUp),
    ("pgdn", Code::PageDown),
    ("space", Code::Char(' ')),
    ("f1", Code::F(1)),
    ("f2", Code::F(2)),
    ("f3", Code::F(3)),
    ("f4", Code::F(4)),
    ("f5", Code::F(5)),
    ("f6", Code::F(6)),
    ("f7", Code::F(7)),
    ("f8", Code::F(8)),
    ("f9", Code::F(9)),
    ("f10", Code::F(10)),
    ("f11", Code::F(11)),
    ("f12", Code::F(12)),
];

impl Key {
    /// A key without modifier.
    pub const fn plain(code: Code) -> Key {
        Key { code, with: With::Nothing }
    }

    /// A character with Alt.
    pub const fn alt(c: char) -> Key {
        Key { code: Code::Char(c), with: With::Alt }
    }

    /// Reads the text form; `None` if no key is called that.
    pub fn parse(text: &str) -> Option<Key> {
        let (with, rest) = match (text.strip_prefix("ctrl-"), text.strip_prefix("alt-")) {
            (Some(rest), _) if !rest.is_empty() => (With::Ctrl, rest),
            (_, Some(rest)) if !rest.is_empty() => (With::Alt, rest),
            _ => (With::Nothing, text),
        };
        let mut chars = rest.chars();
        let code = match (NAMES.iter().find(|(name, _)| *name == rest), chars.next(), chars.next()) {
            (Some((_, code)), _, _) => *code,
            (None, Some(c), None) => Code::Char(c),
            _ => return None,
        };
        Some(Key { code, with })
    }

    /// The character that the key types into a text field.
    pub fn typed(self) -> Option<char> {
        match self.code {
            Code::Char(c) if self.with == With::Nothing => Some(c),
            _ => None,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.with {
            With::Nothing => "",
            With::Ctrl => "ctrl-",
            With::Alt => "alt-",
        })?;
        match (NAMES.iter().find(|(_, code)| *code == self.code), self.code) {
            (Some((name, _)), _) => f.write_str(name),
            (None, Code::Char(c)) => write!(f, "{c}"),
            (None, other) => write!(f, "{other:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_one_text_form() {
        for text in ["j", "J", "+", "-", "ctrl-s", "alt-up", "shift-tab", "space", "f1", "enter", "ctrl--"] {
            assert_eq!(Key::parse(text).map(|k| k.to_string()).as_deref(), Some(text));
        }
        for text in ["", "ctrl-", "nokey"] {
            assert_eq!(Key::parse(text), None, "{text:?}");
        }
    }
}
