//! JSON texts: one document, or several behind each other, as `cat one.json two.json` and
//! `kubectl cluster-info dump` make.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::mistake::Mistake;
use super::value::{Entry, Node, Table, View};

/// How the logs of a container begin and end in what `kubectl cluster-info dump` prints.
const LOGS: (&str, &str) = ("==== START logs", "==== END logs");

/// The documents of a text. What serde_json passes over it passes over without recursion, and no reader follows
/// more levels than it knows: nesting needs no bound here.
///
/// # Errors
///
/// The first syntax error.
pub(super) fn documents(text: &str) -> Result<Vec<&RawValue>, Mistake> {
    let mut documents = Vec::new();
    let mut rest = text.trim_start_matches('\u{feff}');
    loop {
        rest = without_logs(rest.trim_start());
        let mut stream = serde_json::Deserializer::from_str(rest).into_iter();
        match stream.next() {
            None => return Ok(documents),
            Some(Ok(document)) => documents.push(document),
            Some(Err(error)) => return Err(syntax(rest, text.len().saturating_sub(rest.len()), &error)),
        }
        rest = rest.get(stream.byte_offset()..).unwrap_or_default();
    }
}

/// The text behind logs that it begins with.
fn without_logs(mut text: &str) -> &str {
    while text.starts_with(LOGS.0) {
        let end = text.find(LOGS.1).and_then(|end| text.get(end..));
        text = end.and_then(|end| end.split_once('\n')).map_or("", |(_, behind)| behind.trim_start());
    }
    text
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
