//! JSON texts: one document, or several behind each other, as `cat one.json two.json` makes.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::mistake::Mistake;
use super::value::{Entry, Node, Table, View};
use crate::limits;

/// The documents of a text.
///
/// # Errors
///
/// The first syntax error; more than [`limits::IMPORT_DEPTH`] levels.
pub(super) fn documents(text: &str) -> Result<Vec<&RawValue>, Mistake> {
    let body = text.trim_start_matches('\u{feff}');
    let skipped = text.len() - body.len();
    if let Some(at) = too_deep(body) {
        let message = format!("more than {} levels of lists and tables", limits::IMPORT_DEPTH);
        return Err(Mistake::new(skipped + at..skipped + at + 1, message));
    }
    let documents = serde_json::Deserializer::from_str(body).into_iter();
    documents.map(|document| document.map_err(|error| syntax(body, skipped, &error))).collect()
}

/// Where lists and tables are nested too deep. Texts are skipped; what is no JSON gets an error of its own.
fn too_deep(text: &str) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > limits::IMPORT_DEPTH {
            return Some(at);
        }
    }
    None
}

fn syntax(body: &str, skipped: usize, error: &serde_json::Error) -> Mistake {
    let whole = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let reason = whole.strip_suffix(&place).unwrap_or(&whole);
    // serde_json counts columns in bytes, and the end of the text as the column behind it
    let before: usize = body.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let at = skipped.saturating_add(before).saturating_add(error.column().saturating_sub(1));
    let message = if error.is_eof() {
        format!("the JSON ends too early: {reason}")
    } else {
        format!("not valid JSON: {reason}")
    };
    Mistake::new(at..at.saturating_add(1), message)
}

/// Where a part of a text stands in it.
pub(super) fn place(text: &str, part: &RawValue) -> Range<usize> {
    let start = part.get().as_ptr().addr().saturating_sub(text.as_ptr().addr());
    start..start.saturating_add(part.get().len())
}

/// One level of a value. A text with an escape that means no character is taken as it is written.
pub(super) fn view<'t>(text: &'t str, raw: &'t RawValue, node: Node<'t>) -> View<'t> {
    let source = raw.get();
    let number = || View::Number(Cow::Borrowed(source));
    match source.as_bytes().first() {
        Some(b'n') => View::Null,
        Some(b't') => View::Bool(true),
        Some(b'f') => View::Bool(false),
        Some(b'"') => {
            let read = serde_json::from_str::<Word>(source);
            View::Text(read.map_or(Cow::Borrowed(source), |word| word.0))
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(source).unwrap_or_default();
            View::List(items.into_iter().map(|raw| Node::Json { text, raw }).collect())
        }
        Some(b'{') => {
            let read: Pairs = serde_json::from_str(source).unwrap_or_default();
            let entry =
                |(Word(key), raw): (Word<'t>, &'t RawValue)| Entry { key, node: Node::Json { text, raw } };
            View::Table(Table { node, entries: read.0.into_iter().map(entry).collect() })
        }
        _ => number(),
    }
}

/// A text, borrowed where it has no escapes.
#[derive(Deserialize)]
struct Word<'a>(#[serde(borrow)] Cow<'a, str>);

/// The keys and values of an object in their order; a key may be there twice.
#[derive(Default)]
struct Pairs<'a>(Vec<(Word<'a>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Pairs<'a>, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<'de>, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Visit)
    }
}
