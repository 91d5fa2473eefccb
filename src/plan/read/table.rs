//! Reading one table of the plan file: its keys by name, typed as [`crate::plan::field::FIELDS`] says.

use std::ops::Range;

use super::keys::{children, header, name_of, unknown};
use crate::limits;
use crate::manager::Manager;
use crate::plan::field::typed::{Fault, Typed};
use crate::plan::field::{self, Field, FieldKind, Section};
use crate::plan::tree::{Entry, Form, Node, Value};
use crate::plan::{Place, Problem, Row};
use crate::text::excerpt;

/// A value that may be absent or bad. A bad one has been reported, so nobody says more about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Got<T> {
    Absent,
    Bad,
    Is(T),
}

impl<T> Got<T> {
    pub fn or(self, default: T) -> T {
        self.some().unwrap_or(default)
    }

    pub fn some(self) -> Option<T> {
        match self {
            Got::Is(value) => Some(value),
            Got::Absent | Got::Bad => None,
        }
    }

    pub fn is(&self) -> bool {
        matches!(self, Got::Is(_))
    }

    /// The value in force, if it is known: with the default where the key is absent.
    pub fn known(self, default: T) -> Option<T> {
        match self {
            Got::Is(value) => Some(value),
            Got::Absent => Some(default),
            Got::Bad => None,
        }
    }

    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Got<U> {
        match self {
            Got::Is(value) => Got::Is(f(value)),
            Got::Absent => Got::Absent,
            Got::Bad => Got::Bad,
        }
    }
}

/// What a problem is about; decides whether it can be an echo of a syntax error elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// A value that is there.
    Value,
    /// What is there, missing or double.
    Structure,
}

#[derive(Debug)]
pub(super) struct Found {
    pub about: About,
    pub problem: Problem,
}

/// What is read, and what was found wrong.
pub(super) struct Reader<'a> {
    pub text: &'a str,
    root: &'a Node,
    pub found: Vec<Found>,
    /// Keys that mean nothing to the manager of their cluster.
    pub unread: Vec<Place>,
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str, root: &'a Node) -> Reader<'a> {
        Reader { text, root, found: Vec::new(), unread: Vec::new() }
    }

    /// Whether no more problems are taken: then it is no use to think of a good message.
    pub fn is_full(&self) -> bool {
        self.found.len() >= limits::PROBLEMS
    }

    /// Notes a problem.
    fn note(&mut self, about: About, mut problem: Problem) {
        if !self.is_full() {
            problem.span = problem.span.or_else(|| Some(self.root.span_of(&problem.place)));
            self.found.push(Found { about, problem });
        }
    }

    /// Opens a table: reports keys that its section does not have, and required ones that are missing.
    pub fn table<'r>(&'r mut self, row: Row, node: &'a Node) -> Option<Table<'r, 'a>> {
        let Value::Table(entries) = &node.value else { return None };
        let section = field::section(row);
        // a required key that somebody has misspelt is not missing, too
        let mut meant = Vec::new();
        for entry in entries {
            if !self.is_full()
                && !children(section).contains(&entry.key.as_str())
                && field::field(section, &entry.key).is_none()
            {
                let (problem, name) = unknown(row, section, &entry.key);
                meant.extend(name);
                self.note(About::Structure, Problem { span: Some(entry.span.clone()), ..problem });
            }
        }
        for f in field::slice(section).iter().filter(|f| f.required) {
            if !entries.iter().any(|e| e.key == f.key) && !meant.contains(&f.key) {
                let problem = Problem::new(Place::key(row, f.key), format!("{} is missing", f.key))
                    .help(format!("write {}", f.kind.allowed()));
                self.note(About::Structure, Problem { span: Some(node.span.clone()), ..problem });
            }
        }
        Some(Table { reader: self, row, entries, meant })
    }
}

/// One table being read.
pub(super) struct Table<'r, 'a> {
    pub reader: &'r mut Reader<'a>,
    pub row: Row,
    entries: &'a [Entry],
    /// Keys that unknown ones are probably meant for.
    meant: Vec<&'static str>,
}

impl<'a> Table<'_, 'a> {
    pub fn typed(&self, node: &'a Node) -> Typed<'a> {
        Typed { node, text: self.reader.text }
    }

    /// Anything in the table, be it a field or a child.
    pub fn node(&self, key: &str) -> Option<&'a Node> {
        self.entries.iter().find(|e| e.key == key).map(|e| &e.node)
    }

    /// Notes the keys that mean nothing to the manager of the row's cluster.
    pub fn note_unread(&mut self, manager: &Manager) {
        let section = field::section(self.row);
        // EKS and all others read it, each by rules of its own
        let read = |field: &Field| field.is_of(manager) || field.key == "service_cidr";
        let unread = self.entries.iter().filter(|e| field::field(section, &e.key).is_some_and(|f| !read(f)));
        self.reader.unread.extend(unread.map(|e| Place::key(self.row, &e.key)));
    }

    /// The value of a field and its row of the table.
    fn value(&self, key: &str) -> Option<(Typed<'a>, &'static Field)> {
        let node = self.node(key)?;
        let row = field::field(field::section(self.row), key);
        debug_assert!(row.is_some(), "{key} is read but has no row in FIELDS");
        Some((self.typed(node), row?))
    }

    /// Notes a problem with a value.
    pub fn report_at(&mut self, place: Place, message: String, help: impl Into<String>) {
        let help = help.into();
        let problem = Problem { help: (!help.is_empty()).then_some(help), ..Problem::new(place, message) };
        self.reader.note(About::Value, problem);
    }

    /// Notes a problem between a value and another row: if that row is broken, this may be an echo.
    pub fn relate(&mut self, place: Place, message: String, help: impl Into<String>) {
        self.reader.note(About::Structure, Problem::new(place, message).help(help));
    }

    /// As [`Table::relate`], with the key of an inner table, not its value.
    pub fn relate_key(&mut self, key: &str, item: &str, message: String, help: String) {
        let entry = self.node(key).and_then(|n| n.entry(item));
        let place = Place::item(self.row, key, item);
        let problem = Problem { span: entry.map(|e| e.span.clone()), ..Problem::new(place, message) };
        self.reader.note(About::Structure, problem.help(help));
    }

    /// Notes a problem at a span of its own.
    pub fn report_span(&mut self, place: Place, span: Range<usize>, fault: Fault) {
        let problem = Problem { span: Some(span), help: fault.help, ..Problem::new(place, fault.message) };
        self.reader.note(About::Value, problem);
    }

    /// Notes a problem with the value of a key.
    pub fn report(&mut self, key: &str, message: impl std::fmt::Display, help: impl Into<String>) {
        self.report_at(Place::key(self.row, key), format!("{key}: {message}"), help);
    }

    /// Notes that a key is missing.
    pub fn missing(&mut self, key: &str, help: String) {
        if self.meant.contains(&key) {
            return;
        }
        let problem = Problem::new(Place::key(self.row, key), format!("{key} is missing")).help(help);
        self.reader.note(About::Structure, problem);
    }

    /// Notes a problem with an element of a list, or a key of an inner table.
    pub fn report_item(
        &mut self,
        key: &str,
        item: impl ToString,
        message: impl std::fmt::Display,
        help: impl Into<String>,
    ) {
        self.report_at(Place::item(self.row, key, item), format!("{key}: {message}"), help);
    }

    pub fn fault(&mut self, key: &str, fault: Fault) {
        self.report(key, fault.message, fault.help.unwrap_or_default());
    }

    pub fn fault_item(&mut self, key: &str, item: impl ToString, fault: Fault) {
        self.report_item(key, item, fault.message, fault.help.unwrap_or_default());
    }

    /// Faults of a field that is a table, each with its key if it is about one.
    pub fn fault_items(&mut self, key: &str, faults: Vec<(Option<&str>, Fault)>) {
        for (item, fault) in faults {
            match item {
                Some(item) => self.fault_item(key, item, fault),
                None => self.fault(key, fault),
            }
        }
    }

    /// A field's value; a fault is reported.
    pub fn read<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(Typed<'a>, FieldKind) -> Result<T, Fault>,
    ) -> Got<T> {
        let Some((typed, field)) = self.value(key) else { return Got::Absent };
        match read(typed, field.kind) {
            Ok(value) => Got::Is(value),
            Err(fault) => {
                self.fault(key, fault);
                Got::Bad
            }
        }
    }

    /// A whole number within the bounds of its field.
    pub fn count(&mut self, key: &str) -> Got<u32> {
        self.read(key, |value, kind| match kind {
            FieldKind::Count { least, most } => value.count(least, most),
            _ => Err(value.is_not(kind)),
        })
    }

    /// A whole number, whatever it is.
    pub fn integer(&mut self, key: &str) -> Got<i128> {
        self.read(key, |value, kind| match value.node.value {
            Value::Integer(Some(n)) => Ok(n),
            _ => Err(value.is_not(kind)),
        })
    }

    pub fn flag(&mut self, key: &str) -> Got<bool> {
        self.read(key, |value, _| value.flag())
    }

    pub fn name(&mut self, key: &str) -> Got<&'a str> {
        self.read(key, |value, _| value.name())
    }

    pub fn string(&mut self, key: &str) -> Got<String> {
        self.read(key, |value, kind| value.string(kind)).map(str::to_owned)
    }

    pub fn quantity(&mut self, key: &str) -> Got<u64> {
        self.read(key, Typed::quantity)
    }

    /// The chosen one of `values`, which stand in the order of the field's choices.
    pub fn choice<T: Copy>(&mut self, key: &str, values: &[T]) -> Got<T> {
        self.read(key, |value, kind| {
            let FieldKind::Choice(choices) = kind else { return Err(value.is_not(kind)) };
            let chosen = value.choice(kind, choices)?;
            values.get(chosen).copied().ok_or_else(|| value.is_not(kind))
        })
    }

    /// The elements of a list.
    pub fn list(&mut self, key: &str) -> Got<&'a [Node]> {
        self.read(key, |value, kind| match &value.node.value {
            Value::Array(items) => Ok(items.as_slice()),
            _ => Err(value.is_not(kind)),
        })
    }

    /// A list of names, each once.
    pub fn names(&mut self, key: &str) -> Got<Vec<&'a str>> {
        let items = match self.list(key) {
            Got::Is(items) => items,
            Got::Absent => return Got::Absent,
            Got::Bad => return Got::Bad,
        };
        let mut seen = std::collections::HashSet::new();
        let mut names = Vec::with_capacity(items.len());
        for (i, node) in items.iter().enumerate() {
            match self.typed(node).name() {
                Ok(name) if !seen.insert(name) => {
                    self.report_item(key, i, format!("{} is in the list twice", excerpt(name)), "remove one")
                }
                Ok(name) => names.push(name),
                Err(fault) => self.fault_item(key, i, fault),
            }
        }
        if names.len() == items.len() { Got::Is(names) } else { Got::Bad }
    }

    /// Numbers under names, 0 where the number is bad.
    pub fn counts(&mut self, key: &str, most: u32) -> Vec<(&'a str, u32)> {
        let Some(node) = self.node(key) else { return Vec::new() };
        let mut counts = Vec::new();
        for (name, count) in self.typed(node).counts(most) {
            counts.push((name, *count.as_ref().unwrap_or(&0)));
            if let Err(fault) = count {
                self.fault_item(key, name, fault);
            }
        }
        counts
    }

    /// The rows of a child: `[[subnet]]`, `[[cluster.workload]]`.
    pub fn rows(&mut self, section: Section) -> &'a [Node] {
        let key = name_of(section);
        let Some(node) = self.node(key) else { return &[] };
        match &node.value {
            Value::Array(items) => {
                let form = node.form(self.reader.text);
                for (i, item) in items.iter().enumerate() {
                    if !matches!(item.value, Value::Table(_)) {
                        let help = match form {
                            Form::Inline => "write { name = … }",
                            Form::Header | Form::Dotted => "",
                        };
                        self.report_item(key, i, "the element is not a table", help);
                    }
                }
                items
            }
            _ => {
                let message = format!("{key} is not a list of tables");
                self.report_at(Place::key(self.row, key), message, format!("write {}", header(section)));
                &[]
            }
        }
    }
}
