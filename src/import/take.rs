//! Reading values of a document: what is there and wrong is a mistake with its place, what is not there is not.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, Ipv4Net};

use super::fact::Fact;
use super::mistake::Mistake;
use super::value::{Entry, Node, Table};
use crate::limits;
use crate::text::shown;

/// What has been read of an input, and what is wrong with it.
#[derive(Debug, Default)]
pub(super) struct Take {
    pub facts: Vec<Fact>,
    pub mistakes: Vec<Mistake>,
    /// Documents that no format reads: mistakes if nothing else is in the input, else notes.
    pub strange: Vec<Mistake>,
    /// Documents with nothing in them: mistakes if nothing else is in the input.
    pub empty: Vec<Mistake>,
}

impl Take {
    /// Notes a mistake; of very many the first.
    pub fn note(&mut self, mistake: Mistake) {
        if self.mistakes.len() < limits::PROBLEMS {
            self.mistakes.push(mistake);
        }
    }

    /// A value that is not what it must be.
    pub fn wrong(&mut self, node: Node<'_>, what: &str, must: &str) {
        self.note(Mistake::new(node.span(), format!("{what} must be {must}, not {}", node.described())));
    }

    /// The value of a key as what it must be; `None` if it is not there, or wrong.
    fn read<'t, T>(
        &mut self,
        table: &Table<'t>,
        key: &str,
        must: &str,
        read: impl FnOnce(Node<'t>) -> Option<T>,
    ) -> Option<T> {
        let node = table.get(key)?;
        let value = read(node);
        if value.is_none() {
            self.wrong(node, key, must);
        }
        value
    }

    pub fn table<'t>(&mut self, table: &Table<'t>, key: &str) -> Option<Table<'t>> {
        self.read(table, key, "a table", Node::table)
    }

    pub fn list<'t>(&mut self, table: &Table<'t>, key: &str) -> Vec<Node<'t>> {
        self.read(table, key, "a list", Node::list).unwrap_or_default()
    }

    /// A name or another text, made harmless; an empty one is none.
    pub fn text(&mut self, table: &Table<'_>, key: &str) -> Option<String> {
        let text = self.read(table, key, "a text", Node::text)?;
        let text = harmless(&text);
        (!text.is_empty()).then_some(text)
    }

    pub fn flag(&mut self, table: &Table<'_>, key: &str) -> Option<bool> {
        self.read(table, key, "true or false", |node| node.text()?.parse().ok())
    }

    /// A text that must be there; `what` is the thing that has it.
    pub fn needed(&mut self, table: &Table<'_>, key: &str, what: &str) -> Option<String> {
        let before = self.mistakes.len();
        let text = self.text(table, key);
        if text.is_none() && self.mistakes.len() == before {
            let at = table.node.span().start;
            self.note(Mistake::new(at..at, format!("{what} without {key}")));
        }
        text
    }

    /// Texts of a list.
    pub fn texts(&mut self, table: &Table<'_>, key: &str) -> Vec<String> {
        let mut texts = Vec::new();
        for node in self.list(table, key) {
            match node.text() {
                Some(text) => texts.push(harmless(&text)),
                None => self.wrong(node, &format!("an element of {key}"), "a text"),
            }
        }
        texts
    }

    /// Names and texts of a table, such as labels.
    pub fn pairs(&mut self, table: &Table<'_>, key: &str) -> Vec<(String, String)> {
        let Some(table) = self.table(table, key) else { return Vec::new() };
        let pair =
            |entry: &Entry<'_>| (harmless(&entry.key), harmless(&entry.node.text().unwrap_or_default()));
        table.entries.iter().map(pair).collect()
    }

    /// Tables of a list; what is none is a mistake.
    pub fn rows<'t>(&mut self, table: &Table<'t>, key: &str) -> Vec<Table<'t>> {
        let mut rows = Vec::new();
        for node in self.list(table, key) {
            match node.table() {
                Some(row) => rows.push(row),
                None => self.wrong(node, &format!("an element of {key}"), "a table"),
            }
        }
        rows
    }

    /// An IPv4 address; an empty text is none.
    pub fn ipv4(&mut self, table: &Table<'_>, key: &str) -> Option<Ipv4Addr> {
        self.read(table, key, "an IPv4 address such as \"10.0.0.17\"", |node| {
            let text = node.text()?;
            if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) }
        })?
    }

    /// An IPv4 range, cut down to its network address; an empty text is none.
    pub fn cidr(&mut self, table: &Table<'_>, key: &str) -> Option<Ipv4Net> {
        self.read(table, key, "an IPv4 range such as \"10.0.0.0/24\"", |node| {
            let text = node.text()?;
            if text.is_empty() { Some(None) } else { text.parse().ok().map(|net: Ipv4Net| Some(net.trunc())) }
        })?
    }

    /// A Kubernetes quantity.
    pub fn quantity(
        &mut self,
        table: &Table<'_>,
        key: &str,
        read: fn(&str) -> Result<u64, String>,
    ) -> Option<u64> {
        let node = table.get(key)?;
        let text = node.text();
        match text.as_deref().map(read) {
            Some(Ok(value)) => Some(value),
            Some(Err(reason)) => {
                self.note(Mistake::new(node.span(), format!("{key}: {reason}")));
                None
            }
            None => {
                self.wrong(node, key, "a Kubernetes quantity such as \"500m\" or \"1Gi\"");
                None
            }
        }
    }

    /// A whole number within bounds.
    pub fn count(&mut self, table: &Table<'_>, key: &str, least: u32, most: u32) -> Option<u32> {
        let must = format!("a whole number from {least} to {most}");
        self.read(table, key, &must, |node| node.count().filter(|n| (least..=most).contains(n)))
    }

    /// A range, cut down to its network address; an empty text is none.
    pub fn range(&mut self, table: &Table<'_>, key: &str) -> Option<IpNet> {
        let text = self.text(table, key)?;
        let range = range(&text);
        if range.is_none() {
            self.wrong(table.get(key)?, key, A_RANGE);
        }
        range
    }

    /// Ranges with commas between them, as they stand in one text: at most one of each family.
    pub fn ranges(&mut self, table: &Table<'_>, key: &str) -> Vec<IpNet> {
        let Some(text) = self.text(table, key) else { return Vec::new() };
        let ranges: Option<Vec<IpNet>> = text.split(',').map(range).collect();
        match (ranges.filter(|ranges| one_of_each(ranges, |r| r.addr())), table.get(key)) {
            (Some(ranges), _) => ranges,
            (None, Some(node)) => {
                self.wrong(node, key, "a range such as \"10.244.0.0/16\", or an IPv4 and an IPv6 range");
                Vec::new()
            }
            (None, None) => Vec::new(),
        }
    }

    /// An address; docker writes some with the length of their network behind them. An empty text is none.
    pub fn address(&mut self, table: &Table<'_>, key: &str) -> Option<IpAddr> {
        let text = self.text(table, key)?;
        let address = address(&text);
        if address.is_none() {
            self.wrong(table.get(key)?, key, AN_ADDRESS);
        }
        address
    }
}

pub(super) const A_RANGE: &str = "a range such as \"10.244.0.0/16\"";
pub(super) const AN_ADDRESS: &str = "an address such as \"172.18.0.2\"";

pub(super) fn range(text: &str) -> Option<IpNet> {
    text.trim().parse().ok().map(|net: IpNet| net.trunc())
}

pub(super) fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    text.split_once('/').map_or(text, |(address, _)| address).parse().ok()
}

/// Whether there is at most one of each family.
pub(super) fn one_of_each<T>(of: &[T], address: impl Fn(&T) -> IpAddr) -> bool {
    let four = of.iter().filter(|item| address(item).is_ipv4()).count();
    four <= 1 && of.len() - four <= 1
}

/// A foreign name as a plan can have it: visible, without spaces around it, not longer than names are.
pub(super) fn harmless(name: &str) -> String {
    let shown = shown(name.trim());
    let cut =
        shown.char_indices().nth(limits::NAME_CHARS).map_or(shown.as_str(), |(at, _)| shown.split_at(at).0);
    cut.trim_end().to_owned()
}
