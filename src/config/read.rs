//! TOML to [`Config`], with every mistake at its place.

use std::ops::Range;

use super::{Config, KEYS, Mistake, When, keys, table_name};
use crate::app::arrange::is_fixed;
use crate::app::columns::SHEETS;
use crate::app::key::Key;
use crate::app::sheet::Column;
use crate::app::theme::{THEMES, ThemeName};
use crate::limits;
use crate::plan::read::syntax;
use crate::plan::tree::{self, Node, Value};
use crate::suggest::nearest;
use crate::text::excerpt;

/// Reads a configuration. What is not in it is as [`Config::default`] has it.
///
/// # Errors
///
/// Every mistake, in the order of the text; at most [`limits::PROBLEMS`].
pub fn parse(text: &str) -> Result<Config, Vec<Mistake>> {
    let (tree, errors) = tree::parse(text);
    let mut reader = Reader::default();
    for problem in errors.iter().map(|error| syntax::told(text, &tree, error)) {
        let help = match problem.message.as_str() {
            // of plans more can be said
            "duplicate key" => "leave one of them",
            _ => problem.help.as_deref().unwrap_or_default(),
        };
        reader.mistake(problem.span.unwrap_or(0..0), problem.message, help);
    }
    let mut config = Config::default();
    // what stands beside an error of syntax may be an echo of it
    if errors.is_empty() {
        for entry in tree.entries() {
            match KEYS.iter().find(|key| key.name == entry.key) {
                Some(key) => (key.read)(&mut reader, &mut config, &entry.node),
                None => reader.unknown("key", &entry.key, &entry.span, KEYS.iter().map(|key| key.name)),
            }
        }
        keys::check(&mut reader, &config);
    }
    let mut mistakes = reader.mistakes;
    mistakes.sort_by_key(|(span, ..)| (span.start, span.end));
    if mistakes.is_empty() { Ok(config) } else { Err(mistakes) }
}

/// What was found wrong, and which keys the file gives.
#[derive(Default)]
pub(super) struct Reader {
    mistakes: Vec<Mistake>,
    /// What the file says about keys.
    pub given: Vec<Given>,
}

/// The keys that a row of the table of actions is given.
pub(super) struct Given {
    pub row: usize,
    pub keys: Vec<(Key, Range<usize>)>,
    /// All of them.
    pub span: Range<usize>,
}

impl Reader {
    /// Notes a mistake; `help` says what to do, if that is not clear.
    pub fn mistake(&mut self, span: Range<usize>, message: impl Into<String>, help: &str) {
        if self.mistakes.len() < limits::PROBLEMS {
            self.mistakes.push((span, message.into(), (!help.is_empty()).then(|| help.to_owned())));
        }
    }

    /// Notes a name that is none of those that are known.
    pub fn unknown<'a>(
        &mut self,
        what: &str,
        name: &str,
        span: &Range<usize>,
        known: impl Iterator<Item = &'a str>,
    ) {
        let known: Vec<&str> = known.collect();
        let help = match nearest(name, known.iter().copied()) {
            Some(meant) => format!("did you mean {meant}?"),
            None if known.is_empty() => "remove it".to_owned(),
            None => format!("there are {}", known.join(", ")),
        };
        self.mistake(span.clone(), format!("unknown {what} {}", excerpt(name)), &help);
    }

    /// The text of a value; another kind of value is a mistake.
    fn text<'n>(&mut self, key: &str, node: &'n Node, help: &str) -> Option<&'n str> {
        if let Value::String(text) = &node.value {
            return Some(text);
        }
        self.mistake(node.span.clone(), format!("{key} is not a text"), help);
        None
    }

    /// A list of texts, or one that stands for itself, each with its place.
    pub fn texts<'n>(&mut self, key: &str, node: &'n Node, help: &str) -> Option<Vec<(&'n str, &'n Node)>> {
        match &node.value {
            Value::String(text) => Some(vec![(text, node)]),
            Value::Array(items) => {
                items.iter().map(|item| Some((self.text(key, item, help)?, item))).collect()
            }
            _ => {
                self.mistake(node.span.clone(), format!("{key} is not a list of texts"), help);
                None
            }
        }
    }

    /// Whether a node is a table; another kind of value is a mistake.
    pub fn is_table(&mut self, key: &str, node: &Node, help: &str) -> bool {
        let table = matches!(node.value, Value::Table(_));
        if !table {
            self.mistake(node.span.clone(), format!("{key} is not a table"), help);
        }
        table
    }
}

/// Names in quotes, as they are written: `"auto", "always"`.
fn quoted<'a>(names: impl Iterator<Item = &'a str>) -> String {
    format!("write {}", names.map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", "))
}

pub(super) fn theme(reader: &mut Reader, config: &mut Config, node: &Node) {
    let names = || THEMES.iter().map(|row| row.name);
    let Some(name) = reader.text("theme", node, &quoted(names())) else { return };
    match ThemeName::named(name) {
        Some(theme) => config.theme = theme,
        None => reader.unknown("theme", name, &node.span, names()),
    }
}

pub(super) fn ascii(reader: &mut Reader, config: &mut Config, node: &Node) {
    let help = quoted(When::ALL.iter().map(|(_, name)| *name));
    let Some(text) = reader.text("ascii", node, &help) else { return };
    match When::ALL.iter().find(|(_, name)| *name == text) {
        Some((when, _)) => config.ascii = *when,
        None => reader.mistake(node.span.clone(), format!("ascii is {}", excerpt(text)), &help),
    }
}

pub(super) fn mouse(reader: &mut Reader, config: &mut Config, node: &Node) {
    match node.value {
        Value::Bool(mouse) => config.mouse = mouse,
        _ => reader.mistake(node.span.clone(), "mouse is neither true nor false", "write true or false"),
    }
}

pub(super) fn hidden(reader: &mut Reader, config: &mut Config, node: &Node) {
    if !reader.is_table("hidden", node, "write [hidden], and below it a list of columns for each table") {
        return;
    }
    for entry in node.entries() {
        let Some(index) = SHEETS.iter().position(|sheet| table_name(sheet.name) == entry.key) else {
            let names: Vec<String> = SHEETS.iter().map(|sheet| table_name(sheet.name)).collect();
            reader.unknown("table", &entry.key, &entry.span, names.iter().map(String::as_str));
            continue;
        };
        let columns = hideable(index);
        let texts = reader.texts(&entry.key, &entry.node, "write [\"COLUMN\", …], or [] for none");
        for (name, at) in texts.into_iter().flatten() {
            if columns.iter().any(|id| id == name) {
                if let Some(hidden) = config.hidden.get_mut(index) {
                    hidden.insert(name.to_owned());
                }
            } else {
                reader.unknown("column", name, &at.span, columns.iter().map(String::as_str));
            }
        }
    }
}

/// The columns of a table that can be hidden.
pub(super) fn hideable(table: usize) -> Vec<String> {
    let Some(sheet) = SHEETS.get(table) else { return Vec::new() };
    let free = sheet.columns.iter().enumerate().filter(|(i, _)| !is_fixed(sheet, *i));
    free.map(|(_, column): (usize, &Column)| column.id()).collect()
}
