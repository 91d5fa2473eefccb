//! YAML texts as trees. The parser gives events; the trees are built here, so that what they may cost is bounded:
//! depth, values (an alias costs as many as what it stands for), and no recursion while reading.
//!
//! Plain scalars are what YAML 1.2's core schema makes of them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput};

use super::mistake::Mistake;
use super::value::{Entry, Node, Table, View};
use crate::limits;
use crate::text::{excerpt, thousands};

/// A value and its bytes.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    pub span: Range<usize>,
    value: Value,
}

#[derive(Debug, Clone)]
enum Value {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Tree>),
    Table(Vec<(String, Tree)>),
}

impl Tree {
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    fn pairs(self) -> Option<Vec<(String, Tree)>> {
        if let Value::Table(pairs) = self.value { Some(pairs) } else { None }
    }
}

/// One level of a tree.
pub(super) fn view<'t>(tree: &'t Tree, node: Node<'t>) -> View<'t> {
    match &tree.value {
        Value::Null => View::Null,
        Value::Bool(is) => View::Bool(*is),
        Value::Number(number) => View::Number(Cow::Borrowed(number)),
        Value::Text(text) => View::Text(Cow::Borrowed(text)),
        Value::List(items) => View::List(items.iter().map(Node::Yaml).collect()),
        Value::Table(pairs) => {
            let entry = |(key, tree): &'t (String, Tree)| Entry { key: key.into(), node: Node::Yaml(tree) };
            View::Table(Table { node, entries: pairs.iter().map(entry).collect() })
        }
    }
}

/// The documents of a text; empty ones are left out.
///
/// # Errors
///
/// The first syntax error, a key twice in one table, a key that is no scalar, more than
/// [`limits::IMPORT_DEPTH`] levels or [`limits::YAML_VALUES`] values, a longer text than
/// [`limits::YAML_BYTES`].
pub(super) fn documents(text: &str) -> Result<Vec<Tree>, Mistake> {
    if text.len() > limits::YAML_BYTES {
        let [bytes, most] = [text.len(), limits::YAML_BYTES].map(|n| thousands(n as u64));
        let message = format!("the YAML has {bytes} bytes: at most {most} are read");
        return Err(Mistake::new(0..0, message).help(AS_JSON));
    }
    // the parser knows no byte order mark
    let body = text.trim_start_matches('\u{feff}');
    let mut build = Build { places: Places::of(body, text.len() - body.len()), ..Build::default() };
    for event in Parser::new(StrInput::new(body)) {
        let (event, span) = event.map_err(|error| {
            let at = build.places.byte(error.marker().index());
            Mistake::new(at..at.saturating_add(1), format!("not valid YAML: {}", error.info()))
        })?;
        build.take(event, build.places.of_span(span))?;
    }
    Ok(build.documents)
}

/// The parser counts characters, everybody else here bytes.
#[derive(Default)]
struct Places {
    /// Byte of each character, and of the end; empty where every character has one byte.
    bytes: Vec<usize>,
    /// Bytes before the text that the parser sees.
    skipped: usize,
}

impl Places {
    fn of(body: &str, skipped: usize) -> Places {
        let ends = || body.char_indices().map(|(at, _)| at).chain([body.len()]);
        Places { bytes: if body.is_ascii() { Vec::new() } else { ends().collect() }, skipped }
    }

    fn byte(&self, character: usize) -> usize {
        let at = match self.bytes.last() {
            None => character,
            Some(end) => *self.bytes.get(character).unwrap_or(end),
        };
        at.saturating_add(self.skipped)
    }

    fn of_span(&self, span: Span) -> Range<usize> {
        let start = self.byte(span.start.index());
        start..self.byte(span.end.index()).max(start)
    }
}

/// A list or table whose end has not come.
struct Open {
    start: usize,
    anchor: usize,
    /// How many values there were before it.
    before: usize,
    value: Value,
    /// Of a table: the key whose value comes next, and the place of each key that there was.
    key: Option<String>,
    keys: HashMap<String, Place>,
}

/// Where a key's value is among those of its table; `None` as long as it has not come.
struct Place {
    at: Option<usize>,
    /// It came with a merge, so that the table's own key takes its place.
    merged: bool,
}

#[derive(Default)]
struct Build {
    places: Places,
    open: Vec<Open>,
    documents: Vec<Tree>,
    /// By the parser's number of the anchor: the value and how many values it has.
    anchors: HashMap<usize, (Tree, usize)>,
    values: usize,
}

impl Build {
    fn take(&mut self, event: Event<'_>, span: Range<usize>) -> Result<(), Mistake> {
        match event {
            Event::SequenceStart(anchor, _) => self.begin(Value::List(Vec::new()), anchor, &span),
            Event::MappingStart(anchor, _) => self.begin(Value::Table(Vec::new()), anchor, &span),
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else { return Ok(()) };
                let tree = Tree { span: open.start..span.end.max(open.start), value: open.value };
                self.done(tree, open.anchor, self.values.saturating_sub(open.before))
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.values = counted(self.values, 1, &span)?;
                let is_text = style != ScalarStyle::Plain || tag.is_some_and(|tag| tag.suffix == "str");
                let value = if is_text { Value::Text(text.into_owned()) } else { plain(&text) };
                self.done(Tree { span, value }, anchor, 1)
            }
            Event::Alias(anchor) => {
                // the parser knows every anchor; one whose value has not ended would be a value within itself
                let Some((tree, values)) = self.anchors.get(&anchor) else {
                    return Err(Mistake::new(span, "an alias within what it stands for"));
                };
                // counted before it is copied
                self.values = counted(self.values, *values, &span)?;
                self.done(Tree { span, ..tree.clone() }, 0, 0)
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, value: Value, anchor: usize, span: &Range<usize>) -> Result<(), Mistake> {
        if self.open.len() >= limits::IMPORT_DEPTH {
            let message = format!("more than {} levels of lists and tables", limits::IMPORT_DEPTH);
            return Err(Mistake::new(span.clone(), message));
        }
        let before = self.values;
        self.values = counted(self.values, 1, span)?;
        self.open.push(Open { start: span.start, anchor, before, value, key: None, keys: HashMap::new() });
        Ok(())
    }

    /// A value has ended; it has so many values in all.
    fn done(&mut self, tree: Tree, anchor: usize, values: usize) -> Result<(), Mistake> {
        if anchor > 0 {
            self.values = counted(self.values, values, &tree.span)?;
            self.anchors.insert(anchor, (tree.clone(), values));
        }
        let Some(Open { value, key, keys, .. }) = self.open.last_mut() else {
            if !tree.is_null() {
                self.documents.push(tree);
            }
            return Ok(());
        };
        match (value, key.take()) {
            (Value::List(items), _) => items.push(tree),
            (Value::Table(pairs), Some(own)) if own == MERGE => merge(pairs, keys, tree),
            (Value::Table(pairs), Some(own)) => put(pairs, keys, own, tree),
            (Value::Table(_), None) => *key = Some(own_key(keys, &tree)?),
            _ => {}
        }
        Ok(())
    }
}

/// The number of values with some more.
fn counted(before: usize, more: usize, span: &Range<usize>) -> Result<usize, Mistake> {
    let values = before.saturating_add(more);
    if values <= limits::YAML_VALUES {
        return Ok(values);
    }
    let message = format!("more than {} values", thousands(limits::YAML_VALUES as u64));
    Err(Mistake::new(span.clone(), message).help(AS_JSON))
}

/// What to do about a YAML text that is too large.
const AS_JSON: &str = "save it as JSON, which kubectl prints with -o json";

/// The key of a table that a scalar is.
fn own_key(keys: &mut HashMap<String, Place>, tree: &Tree) -> Result<String, Mistake> {
    let Some(key) = Node::Yaml(tree).text().map(Cow::into_owned) else {
        return Err(Mistake::new(tree.span.clone(), "a key that is no text"));
    };
    match keys.entry(key.clone()) {
        Slot::Occupied(mut slot) if slot.get().merged => slot.get_mut().merged = false,
        Slot::Occupied(_) => {
            let message = format!("the key {} is there twice", excerpt(&key));
            return Err(Mistake::new(tree.span.clone(), message).help("remove one of them"));
        }
        Slot::Vacant(slot) => _ = slot.insert(Place { at: None, merged: false }),
    }
    Ok(key)
}

fn put(pairs: &mut Vec<(String, Tree)>, keys: &mut HashMap<String, Place>, key: String, tree: Tree) {
    let place = keys.entry(key.clone()).or_insert(Place { at: None, merged: false });
    match place.at.and_then(|at| pairs.get_mut(at)) {
        Some(pair) => pair.1 = tree,
        None => {
            place.at = Some(pairs.len());
            pairs.push((key, tree));
        }
    }
}

/// The key whose value's keys become those of the table. Source: yaml.org/type/merge.html.
const MERGE: &str = "<<";

/// Takes over the keys of one table, or of several, that the table has none of.
fn merge(pairs: &mut Vec<(String, Tree)>, keys: &mut HashMap<String, Place>, from: Tree) {
    let tables = match from.value {
        Value::List(items) => items,
        _ => vec![from],
    };
    for (key, tree) in tables.into_iter().filter_map(Tree::pairs).flatten() {
        if let Slot::Vacant(slot) = keys.entry(key.clone()) {
            slot.insert(Place { at: Some(pairs.len()), merged: true });
            pairs.push((key, tree));
        }
    }
}

/// A scalar without quotes. Source: YAML 1.2.2, section 10.3.2.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ if text.parse::<f64>().is_ok_and(f64::is_finite) => Value::Number(text.to_owned()),
        _ => Value::Text(text.to_owned()),
    }
}
