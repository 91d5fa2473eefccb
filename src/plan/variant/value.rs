//! A TOML value on one line, the same for all ways to write it.

use crate::plan::field::{quote, quote_key};
use crate::plan::tree::{Node, Value, parse_value};

/// The value on one line: equal values of different texts are equal texts.
pub(super) fn inline(node: &Node, text: &str) -> String {
    match &node.value {
        Value::String(s) => quote(s),
        Value::Integer(Some(n)) => n.to_string(),
        Value::Bool(b) => b.to_string(),
        Value::Integer(None) | Value::Float | Value::Datetime => node.source(text).to_owned(),
        Value::Array(items) => list(items.iter().map(|item| inline(item, text))),
        Value::Table(entries) => table(entries.iter().map(|e| (e.key.as_str(), inline(&e.node, text)))),
    }
}

/// A list of values.
pub(super) fn list(values: impl Iterator<Item = String>) -> String {
    format!("[{}]", values.collect::<Vec<_>>().join(", "))
}

/// A table in braces.
pub(super) fn table<'a>(pairs: impl Iterator<Item = (&'a str, String)>) -> String {
    let pairs: Vec<String> = pairs.map(|(key, value)| format!("{} = {value}", quote_key(key))).collect();
    if pairs.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", pairs.join(", ")) }
}

/// What a string says, without its quotes; other values as they are.
pub(super) fn plain(toml: &str) -> String {
    match parse_value(toml).map(|node| node.value) {
        Some(Value::String(s)) => s,
        _ => toml.to_owned(),
    }
}
