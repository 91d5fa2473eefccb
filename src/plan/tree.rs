//! A TOML text as a tree in which every key and value knows its bytes. Between the TOML parser and
//! everything else: the reader lowers it to a plan, the document edits the text by it.
//!
//! Knows TOML, and nothing about plans except how to find a [`Row`] in the tree.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

use super::{Place, Row};

/// A value and where it stands. A table or array made by headers stands at its first header, one made by
/// dotted keys at its first key.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub span: Range<usize>,
    pub value: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    String(String),
    /// `None`: beyond 128 bits.
    Integer(Option<i128>),
    /// Its text is the number, see [`Node::source`].
    Float,
    Bool(bool),
    Datetime,
    Array(Vec<Node>),
    /// In the order of the text.
    Table(Vec<Entry>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub key: String,
    /// Of the key; of its last part, if it is dotted.
    pub span: Range<usize>,
    pub node: Node,
}

/// How a value came to be where it is; decides how it can be edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `key = value`, or an element of such a list.
    Inline,
    /// By a `[header]` or `[[header]]`, or only implied by one.
    Header,
    /// By keys such as `a.b = 1`.
    Dotted,
}

/// Texts up to this size are read on behind a syntax error, to find them all; longer ones are not: junk has
/// an error every other byte, and each costs a kilobyte.
const RECOVERED: usize = 256 << 10;

/// The tree of a text, as far as it can be read, and every syntax error; of a long text the first.
pub fn parse(text: &str) -> (Node, Vec<Error>) {
    let (root, errors) = if text.len() <= RECOVERED {
        DeTable::parse_recoverable(text)
    } else {
        match DeTable::parse(text) {
            Ok(root) => (root, Vec::new()),
            Err(error) => (Spanned::new(0..0, DeTable::new()), vec![error]),
        }
    };
    (Node { span: 0..0, value: table(root.into_inner()) }, errors)
}

/// One value, such as `[1, 2]`, if `text` is one.
pub fn parse_value(text: &str) -> Option<Node> {
    DeValue::parse(text).ok().map(node)
}

fn node(value: Spanned<DeValue<'_>>) -> Node {
    let span = value.span();
    let value = match value.into_inner() {
        DeValue::String(s) => Value::String(s.into_owned()),
        DeValue::Integer(i) => Value::Integer(i128::from_str_radix(i.as_str(), i.radix()).ok()),
        DeValue::Float(_) => Value::Float,
        DeValue::Boolean(b) => Value::Bool(b),
        DeValue::Datetime(_) => Value::Datetime,
        DeValue::Array(items) => Value::Array(items.into_iter().map(node).collect()),
        DeValue::Table(entries) => table(entries),
    };
    Node { span, value }
}

fn table(entries: DeTable<'_>) -> Value {
    let mut entries: Vec<Entry> = entries
        .into_iter()
        .map(|(key, value)| Entry { span: key.span(), key: key.into_inner().into_owned(), node: node(value) })
        .collect();
    // the parser sorts by key; the file's order decides placement, zones and the form
    entries.sort_by_key(|e| e.span.start);
    Value::Table(entries)
}

impl Node {
    /// The bytes of the node.
    pub fn source<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.span.clone()).unwrap_or_default()
    }

    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Table(entries) => entries,
            _ => &[],
        }
    }

    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::Array(items) => items,
            _ => &[],
        }
    }

    /// The value of a key, if the node is a table that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|e| &e.node)
    }

    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|e| e.key == key)
    }

    /// How the node came to be.
    pub fn form(&self, text: &str) -> Form {
        let first = |n: &Node| n.source(text).as_bytes().first().copied();
        match &self.value {
            Value::Table(_) if first(self) == Some(b'{') => Form::Inline,
            Value::Table(_) if self.has_header(text) => Form::Header,
            Value::Table(_) => Form::Dotted,
            Value::Array(items) => match items.first() {
                Some(item) if matches!(item.value, Value::Table(_)) && first(item) == Some(b'[') => {
                    Form::Header
                }
                _ => Form::Inline,
            },
            _ => Form::Inline,
        }
    }

    /// Whether a table has a header, or a table in it does.
    fn has_header(&self, text: &str) -> bool {
        self.source(text).starts_with('[')
            || self.entries().iter().any(|e| {
                matches!(e.node.value, Value::Table(_) | Value::Array(_)) && e.node.form(text) == Form::Header
            })
    }

    /// The table of a row.
    pub fn row(&self, row: Row) -> Option<&Node> {
        match row {
            Row::Plan => Some(self),
            Row::Subnet(s) => self.get("subnet")?.items().get(s),
            Row::Network(n) => self.get("network")?.items().get(n),
            Row::Cluster(c) => self.get("cluster")?.items().get(c),
            Row::Env(c) => self.row(Row::Cluster(c))?.get("env"),
            Row::NodeGroup(c, g) => self.row(Row::Cluster(c))?.get("node_group")?.items().get(g),
            Row::Workload(c, w) => self.row(Row::Cluster(c))?.get("workload")?.items().get(w),
        }
    }

    /// The value at a place; for a row without a key the row's table.
    pub fn at(&self, place: &Place) -> Option<&Node> {
        let row = self.row(place.row)?;
        if place.key.is_empty() {
            return Some(row);
        }
        let value = row.get(&place.key)?;
        match &place.item {
            None => Some(value),
            Some(item) => match &value.value {
                Value::Array(items) => items.get(item.parse::<usize>().ok()?),
                _ => value.get(item),
            },
        }
    }

    /// Where `place` stands: the value; what is not there stands where what it belongs to stands.
    pub fn span_of(&self, place: &Place) -> Range<usize> {
        let whole = |n: &Node| n.span.clone();
        if let Some(found) = self.at(place) {
            return whole(found);
        }
        let outer = match (place.item.is_some(), place.key.is_empty(), place.row) {
            (true, ..) => Place::key(place.row, place.key.clone()),
            (_, false, row) => Place::row(row),
            (.., Row::Env(c) | Row::NodeGroup(c, _) | Row::Workload(c, _)) => Place::row(Row::Cluster(c)),
            (.., Row::Plan | Row::Subnet(_) | Row::Network(_) | Row::Cluster(_)) => return 0..0,
        };
        self.span_of(&outer)
    }

    /// Moves everything that begins at or after byte `from` by `to - from`, and ends there too.
    pub fn shift(&mut self, from: usize, to: usize) {
        if from == to {
            return;
        }
        let moved = |at: usize| if at >= from { at - from + to } else { at };
        self.span = moved(self.span.start)..moved(self.span.end);
        match &mut self.value {
            Value::Array(items) => items.iter_mut().for_each(|n| n.shift(from, to)),
            Value::Table(entries) => {
                for entry in entries {
                    entry.span = moved(entry.span.start)..moved(entry.span.end);
                    entry.node.shift(from, to);
                }
            }
            _ => {}
        }
    }
}
