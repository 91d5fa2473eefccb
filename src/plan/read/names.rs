//! The names of one kind of row: unique, and found again by those who refer to them.

use std::collections::HashMap;

use super::table::{Got, Table};
use crate::plan::Place;
use crate::suggest::nearest;
use crate::text::{excerpt, list};

/// What is called what, by index.
#[derive(Debug)]
pub(super) struct Names<'a> {
    /// What the rows are, in words.
    kind: &'static str,
    index: HashMap<&'a str, usize>,
    /// By index; `None` if unreadable.
    rows: Vec<Option<&'a str>>,
    /// Whether any is: then an unknown name may be meant for it, and is not reported.
    unreadable: bool,
}

impl<'a> Names<'a> {
    pub fn new(kind: &'static str) -> Names<'a> {
        Names { kind, index: HashMap::new(), rows: Vec::new(), unreadable: false }
    }

    /// Whether a row is called that.
    pub fn has(&self, name: &str) -> bool {
        self.index.contains_key(name)
    }

    /// Reads the name of the next row.
    pub fn read(&mut self, table: &mut Table<'_, 'a>) -> Got<&'a str> {
        let name = table.name("name");
        let Got::Is(text) = name else {
            self.unreadable();
            return name;
        };
        let next = self.rows.len();
        self.rows.push(Some(text));
        if *self.index.entry(text).or_insert(next) == next {
            return name;
        }
        table.relate(
            Place::key(table.row, "name"),
            format!("name: another {} is called {}", self.kind, excerpt(text)),
            "names are unique: rename one of them",
        );
        Got::Bad
    }

    /// A row that is not in the file.
    pub fn add(&mut self, name: &'a str) {
        self.index.insert(name, self.rows.len());
        self.rows.push(Some(name));
    }

    /// The next row is not even a table.
    pub fn unreadable(&mut self) {
        self.rows.push(None);
        self.unreadable = true;
    }

    /// The name of a row.
    pub fn name(&self, index: usize) -> Option<&'a str> {
        self.rows.get(index).copied().flatten()
    }

    /// A list of names as indices; unknown ones are reported.
    pub fn refer(&self, table: &mut Table<'_, 'a>, key: &str) -> Got<Vec<usize>> {
        let names = match table.names(key) {
            Got::Is(names) => names,
            Got::Absent => return Got::Absent,
            Got::Bad => return Got::Bad,
        };
        let mut found = Vec::with_capacity(names.len());
        for (i, name) in names.iter().enumerate() {
            match self.index.get(name) {
                Some(index) => found.push(*index),
                None if self.unreadable || table.reader.is_full() => {}
                None => table.relate(
                    Place::item(table.row, key, i),
                    format!("{key}: no {} is called {}", self.kind, excerpt(name)),
                    self.known(name),
                ),
            }
        }
        if found.len() == names.len() { Got::Is(found) } else { Got::Bad }
    }

    /// One name as an index; an unknown one is reported.
    pub fn refer_one(&self, table: &mut Table<'_, 'a>, key: &str) -> Got<usize> {
        let name = match table.name(key) {
            Got::Is(name) => name,
            Got::Absent => return Got::Absent,
            Got::Bad => return Got::Bad,
        };
        if let Some(index) = self.index.get(name) {
            return Got::Is(*index);
        }
        if !self.unreadable && !table.reader.is_full() {
            let message = format!("{key}: no {} is called {}", self.kind, excerpt(name));
            table.relate(Place::key(table.row, key), message, self.known(name));
        }
        Got::Bad
    }

    /// What could be meant instead.
    fn known(&self, name: &str) -> String {
        let names = || self.rows.iter().flatten().copied();
        if let Some(close) = nearest(name, names()) {
            return format!("did you mean {}?", excerpt(close));
        }
        match names().collect::<Vec<_>>().as_slice() {
            [] => format!("there is no {} at all", self.kind),
            all => format!("there are {}", list(all)),
        }
    }
}
