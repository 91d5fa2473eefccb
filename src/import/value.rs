//! JSON and YAML as one kind of value that knows its place in the text.
//!
//! A [`Node`] is read one level at a time: what nobody asks for is never built, so that a list of nodes takes
//! little more memory than its text.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::value::RawValue;

use super::{json, yaml};
use crate::text::{excerpt, shown};

/// A value of a document.
#[derive(Debug, Clone, Copy)]
pub(super) enum Node<'t> {
    /// Still text; `text` is the whole of it.
    Json {
        text: &'t str,
        raw: &'t RawValue,
    },
    Yaml(&'t yaml::Tree),
}

/// One level of a value.
#[derive(Debug, Clone)]
pub(super) enum View<'t> {
    Null,
    Bool(bool),
    /// As it is written.
    Number(Cow<'t, str>),
    Text(Cow<'t, str>),
    List(Vec<Node<'t>>),
    Table(Table<'t>),
}

/// A document with its first level, which is looked at once however many formats there are.
#[derive(Debug, Clone)]
pub(super) struct Document<'t> {
    pub node: Node<'t>,
    pub view: View<'t>,
}

impl<'t> Document<'t> {
    pub fn of(node: Node<'t>) -> Document<'t> {
        Document { node, view: node.view() }
    }

    pub fn table(&self) -> Option<&Table<'t>> {
        if let View::Table(table) = &self.view { Some(table) } else { None }
    }

    pub fn list(&self) -> Option<&[Node<'t>]> {
        if let View::List(items) = &self.view { Some(items) } else { None }
    }

    /// The value of its `kind`.
    pub fn kind(&self) -> Option<Cow<'t, str>> {
        self.table()?.text("kind")
    }

    /// The value of its `apiVersion`.
    pub fn version(&self) -> Option<Cow<'t, str>> {
        self.table()?.text("apiVersion")
    }
}

/// Keys and values, in the order of the text.
#[derive(Debug, Clone)]
pub(super) struct Table<'t> {
    pub node: Node<'t>,
    pub entries: Vec<Entry<'t>>,
}

#[derive(Debug, Clone)]
pub(super) struct Entry<'t> {
    pub key: Cow<'t, str>,
    pub node: Node<'t>,
}

impl<'t> Node<'t> {
    /// Its bytes.
    pub fn span(self) -> Range<usize> {
        match self {
            Node::Json { text, raw } => json::place(text, raw),
            Node::Yaml(tree) => tree.span.clone(),
        }
    }

    pub fn view(self) -> View<'t> {
        match self {
            Node::Json { text, raw } => json::view(text, raw, self),
            Node::Yaml(tree) => yaml::view(tree, self),
        }
    }

    /// Without looking into it.
    fn is_null(self) -> bool {
        match self {
            Node::Json { raw, .. } => raw.get() == "null",
            Node::Yaml(tree) => tree.is_null(),
        }
    }

    pub fn table(self) -> Option<Table<'t>> {
        match self.view() {
            View::Table(table) => Some(table),
            _ => None,
        }
    }

    pub fn list(self) -> Option<Vec<Node<'t>>> {
        match self.view() {
            View::List(items) => Some(items),
            _ => None,
        }
    }

    /// A scalar as text. YAML has texts without quotes that look like something else.
    pub fn text(self) -> Option<Cow<'t, str>> {
        match self.view() {
            View::Text(text) | View::Number(text) => Some(text),
            View::Bool(is) => Some(Cow::Borrowed(if is { "true" } else { "false" })),
            View::Null | View::List(_) | View::Table(_) => None,
        }
    }

    /// A whole number, be it written as one or as a text.
    pub fn count(self) -> Option<u32> {
        match self.view() {
            View::Text(text) | View::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// What is at the end of a path of keys; `None` if anything on it is absent or no table.
    pub fn at(self, path: &[&str]) -> Option<Node<'t>> {
        path.iter().try_fold(self, |node, key| node.table()?.get(key))
    }

    /// What it is, in a sentence.
    pub fn described(self) -> String {
        match self.view() {
            View::Null => "null".to_owned(),
            View::Bool(is) => is.to_string(),
            View::Number(number) => shown(&number.chars().take(40).collect::<String>()),
            View::Text(text) => excerpt(&text),
            View::List(items) => format!("a list of {}", items.len()),
            View::Table(_) => "a table".to_owned(),
        }
    }
}

impl<'t> Table<'t> {
    /// The value of a key, if it has one: null is none.
    pub fn get(&self, key: &str) -> Option<Node<'t>> {
        let entry = self.entries.iter().rfind(|entry| entry.key == key)?;
        Some(entry.node).filter(|node| !node.is_null())
    }

    /// A scalar as text.
    pub fn text(&self, key: &str) -> Option<Cow<'t, str>> {
        self.get(key)?.text()
    }

    /// A table within it; `None` if it is absent or none.
    pub fn table(&self, key: &str) -> Option<Table<'t>> {
        self.get(key)?.table()
    }

    /// A list within it; empty if it is absent or none.
    pub fn list(&self, key: &str) -> Vec<Node<'t>> {
        self.get(key).and_then(Node::list).unwrap_or_default()
    }

    /// Whether a flag is set; absent is not.
    pub fn is_set(&self, key: &str) -> bool {
        self.text(key).is_some_and(|text| text == "true")
    }
}
