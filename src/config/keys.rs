//! `[keys]`: the keys of actions, and what would make some of them useless.

use std::ops::Range;

use super::Config;
use super::read::{Given, Reader};
use crate::app::action::{ACTIONS, Action, Context, Row};
use crate::app::key::{self, Code, Key, With};
use crate::plan::tree::Node;
use crate::suggest::nearest;
use crate::text::excerpt;

const HELP: &str = "write [\"KEY\", …], or [] for none";

/// Keys that terminals send as others (ASCII: a control key clears the two high bits of the letter).
const SAME: &[(&str, &str)] = &[("ctrl-i", "tab"), ("ctrl-m", "enter"), ("ctrl-[", "esc")];

/// Reads `[keys.CONTEXT]`.
pub(super) fn read(reader: &mut Reader, config: &mut Config, node: &Node) {
    if !reader.is_table("keys", node, "write [keys.session], and below it a list of keys for each action") {
        return;
    }
    for entry in node.entries() {
        let of_context = |row: &&Row| row.context.name() == entry.key;
        if !ACTIONS.iter().any(|row| of_context(&row)) {
            let mut names: Vec<String> = ACTIONS.iter().map(|row| row.context.name()).collect();
            names.dedup();
            reader.unknown("place of keys", &entry.key, &entry.span, names.iter().map(String::as_str));
            continue;
        }
        if !reader.is_table(&entry.key, &entry.node, "write a list of keys for each action in it") {
            continue;
        }
        for action in entry.node.entries() {
            let here = |(_, row): &(usize, &Row)| of_context(row) && row.action.name() == action.key;
            match ACTIONS.iter().enumerate().find(here) {
                Some((index, _)) => give(reader, config, index, &action.key, &action.node),
                None => {
                    let names: Vec<String> =
                        ACTIONS.iter().filter(of_context).map(|r| r.action.name()).collect();
                    let names = names.iter().map(String::as_str);
                    reader.unknown(&format!("action of {}", entry.key), &action.key, &action.span, names);
                }
            }
        }
    }
}

/// Gives a row the keys of a list.
fn give(reader: &mut Reader, config: &mut Config, row: usize, name: &str, node: &Node) {
    let Some(texts) = reader.texts(name, node, HELP) else { return };
    let mut keys: Vec<(Key, Range<usize>)> = Vec::with_capacity(texts.len());
    for (text, at) in texts {
        let span = at.span.clone();
        match self::key(text) {
            Ok(key) if keys.iter().any(|(other, _)| *other == key) => {
                reader.mistake(span, format!("{} is there twice", excerpt(text)), "remove one");
            }
            Ok(key) => keys.push((key, span)),
            Err(help) => reader.mistake(span, format!("there is no key {}", excerpt(text)), &help),
        }
    }
    config.keymap.set(row, keys.iter().map(|(key, _)| *key).collect());
    reader.given.push(Given { row, keys, span: node.span.clone() });
}

/// The key of a name, or what to write.
fn key(text: &str) -> Result<Key, String> {
    let Some(key) = Key::parse(text) else {
        let names = key::NAMES.iter().map(|(name, _)| *name);
        return Err(match nearest(text, names) {
            Some(meant) => format!("did you mean \"{meant}\"?"),
            None => "write a character, \"enter\", \"f2\", or \"ctrl-\" or \"alt-\" before one".to_owned(),
        });
    };
    if let Some((_, other)) = SAME.iter().find(|(same, _)| *same == text) {
        return Err(format!("terminals send \"{other}\" for it: write that, or another"));
    }
    match key.code {
        Code::Char(c) if key.with == With::Ctrl && c.is_uppercase() => {
            Err(format!("terminals send \"ctrl-{}\" for it: write that, or another", c.to_lowercase()))
        }
        // such as a line break, or half a character
        Code::Char(c) if crate::text::is_hostile(c) => Err("write the name of a key".to_owned()),
        _ => Ok(key),
    }
}

/// Looks for keys of the file that would mean two things, could not be typed any more, or lock the user in.
pub(super) fn check(reader: &mut Reader, config: &Config) {
    let given = std::mem::take(&mut reader.given);
    for Given { row: index, keys, span } in &given {
        let Some(row) = ACTIONS.get(*index) else { continue };
        for (key, at) in keys {
            if let Some((message, help)) = wrong(row, *key) {
                reader.mistake(at.clone(), message, &help);
            }
            for (other, same) in ACTIONS.iter().enumerate().filter(|(other, _)| other != index) {
                // of two that are both in the file the later is told
                let later = given.iter().any(|g| g.row == other && g.span.start > span.start);
                let shared = config.keymap.keys(other).contains(key);
                if shared && !later && row.context.meets(same.context) {
                    let (action, context) = (same.action.name(), same.context.name());
                    let message =
                        format!("{} is {action} in [keys.{context}], too", excerpt(&key.to_string()));
                    let help = format!("give one of them another key; {action} = [] leaves that without");
                    reader.mistake(at.clone(), message, &help);
                }
            }
        }
        if keys.is_empty() && is_needed(row) {
            let message = format!("{} of {} has no key", row.action.name(), row.context.name());
            reader.mistake(span.clone(), message, "give it one: nothing else does that");
        }
    }
}

/// Why a key cannot have a meaning somewhere, and what to do.
fn wrong(row: &Row, key: Key) -> Option<(String, String)> {
    let name = excerpt(&key.to_string());
    let typed = key.typed().is_some();
    if typed && row.context.is_typed_in() {
        let message = format!("{name} is a character, and text is typed in {}", row.context.name());
        return Some((message, "write a key with ctrl- or alt-, or one with a name".to_owned()));
    }
    if typed && row.context == Context::Always {
        let message = format!("{name} is a character, and always is also where text is typed");
        return Some((message, "write a key with ctrl- or alt-, or one with a name".to_owned()));
    }
    let digit = matches!(key.code, Code::Char(c) if c.is_ascii_digit()) && key.with != With::Ctrl;
    if row.context.is_of_session() && digit {
        let message = format!("{name} is a digit, and digits show screens and begin numbers");
        return Some((message, "write another key".to_owned()));
    }
    let own = |name: &&str| Key::parse(name) == Some(key);
    if typed && row.context == Context::Question && !row.keys.iter().any(own) {
        let message = format!("{name} may be the letter of an answer");
        return Some((message, "write a key with a name".to_owned()));
    }
    None
}

/// Whether the user would be lost without a key for it: no palette is above what lies above the session.
fn is_needed(row: &Row) -> bool {
    match row.action {
        Action::Quit => row.context == Context::Always,
        Action::Accept | Action::Back => !row.context.is_of_session(),
        Action::Palette => true,
        _ => false,
    }
}
