//! What differs between two plan texts, as a variant of the first. Rows are the same rows if they have the same name.

use super::path::{List, Outline, place_of};
use super::value::inline;
use super::{Addition, Variant};
use crate::plan::document::Document;
use crate::plan::tree::{Entry, Node};
use crate::plan::{Place, Plan, Problem, Row};

/// What `to` has that `from` has not, and the other way round. Scenarios and variants are left alone.
///
/// # Errors
///
/// The texts differ in what a variant cannot say, such as scenarios.
pub fn difference(name: &str, from: &Document, to: &Document) -> Result<Variant, String> {
    let variant = Variant { name: name.to_owned(), ..found(from, to)? };
    // what cannot be told as differences is found out by telling them
    let mut told = from.clone();
    let edit = variant.edit(from).map_err(|problems| Problem::first(&problems))?;
    let done = told.apply(edit).map_err(|problems| Problem::first(&problems));
    done.map_err(|reason| format!("this change cannot be kept as a variant: {reason}"))?;
    match (same(told.plan(), to.plan()), from.plan().scenarios == to.plan().scenarios) {
        (true, _) => Ok(variant),
        (false, false) => Err("the scenarios differ: a variant cannot have others".to_owned()),
        (false, true) => Err("this change cannot be kept as a variant: edit the file itself".to_owned()),
    }
}

/// What differs, a line each, with what was: `- subnet.private-c`, `+ subnet pods-a`,
/// `cluster.prod.env.WARM_IP_TARGET: 2 -> 3`. Nothing where plans are the same but for variants, the order of keys, and
/// defaults that are written out.
pub fn inputs(from: &Document, to: &Document) -> Vec<String> {
    let variant = match found(from, to) {
        Ok(variant) => variant,
        Err(reason) => return vec![format!("not told line by line: {reason}")],
    };
    // paths are those of the second plan; its rows have the same names in the first
    let value = |path: &String| {
        let said = |document: &Document| -> Option<String> {
            let said = document.says(&place_of(document.plan(), path).ok()?);
            said.split_once(" = ").map(|(_, value)| value.to_owned())
        };
        let (before, now) = (said(from).unwrap_or_default(), said(to).unwrap_or_default());
        let plain = |value: &str| value.trim_end_matches(" (default)").to_owned();
        (plain(&before) != plain(&now)).then(|| format!("{path}: {before} -> {now}"))
    };
    let values = variant.set.iter().map(|(path, _)| path).chain(&variant.unset);
    let values: Vec<String> = values.filter_map(value).collect();
    let rows = Variant { set: Vec::new(), unset: Vec::new(), ..variant.clone() };
    let mut lines: Vec<String> = rows.lines().into_iter().chain(values).collect();
    if from.plan().scenarios != to.plan().scenarios {
        lines.push("the scenarios differ".to_owned());
    }
    lines
}

/// The differences that paths can say.
fn found(from: &Document, to: &Document) -> Result<Variant, String> {
    let outlines = [Outline::of(from.plan()), Outline::of(to.plan())];
    let mut both = Both { from, to, outlines, variant: Variant::default() };
    both.keys(Row::Plan, Row::Plan)?;
    for list in [List::Subnets, List::Networks, List::Clusters] {
        both.rows(list, list)?;
    }
    Ok(both.variant)
}

/// Whether two plans are the same but for variants and the order of keys, which means nothing.
fn same(a: &Plan, b: &Plan) -> bool {
    let plain = |plan: &Plan| {
        let mut plan = Plan { variants: Vec::new(), ..plan.clone() };
        plan.unread.sort();
        for cluster in plan.clusters_mut() {
            cluster.env.sort();
            cluster.written.sort_unstable();
        }
        plan
    };
    plain(a) == plain(b)
}

/// Two texts, and what differs so far.
struct Both<'a> {
    from: &'a Document,
    to: &'a Document,
    outlines: [Outline; 2],
    variant: Variant,
}

impl Both<'_> {
    /// The path of a place in one of the texts.
    fn path(&self, side: usize, place: &Place) -> Result<String, String> {
        let path = self.outlines.get(side).and_then(|outline| outline.path(place));
        path.ok_or_else(|| "a row's name reads as the path of something else: rename it first".to_owned())
    }

    fn list_path(&self, list: List) -> Result<String, String> {
        let path = self.outlines.get(1).and_then(|outline| outline.path_of(list));
        path.ok_or_else(|| "a cluster's name reads as the path of something else: rename it first".to_owned())
    }

    fn node(&self, row: Row) -> (Option<&Node>, Option<&Node>) {
        (self.from.tree().row(row), self.to.tree().row(row))
    }

    /// The keys of a row that both have.
    fn keys(&mut self, a: Row, b: Row) -> Result<(), String> {
        let (old, new) = (self.node(a).0, self.node(b).1);
        let (old, new) = (old.map_or(&[][..], Node::entries), new.map_or(&[][..], Node::entries));
        let value = |entries: &[Entry], key: &str, text: &str| {
            entries.iter().find(|e| e.key == key).map(|e| inline(&e.node, text))
        };
        let (from, to) = (self.from.source(), self.to.source());
        let mut set = Vec::new();
        for entry in new.iter().filter(|e| is_value(b, &e.key)) {
            let now = inline(&entry.node, to);
            if value(old, &entry.key, from).as_ref() != Some(&now) {
                set.push((self.path(1, &Place::key(b, &entry.key))?, now));
            }
        }
        let mut unset = Vec::new();
        for entry in old.iter().filter(|e| is_value(a, &e.key)) {
            if value(new, &entry.key, to).is_none() {
                unset.push(self.path(1, &Place::key(b, &entry.key))?);
            }
        }
        self.variant.set.extend(set);
        self.variant.unset.extend(unset);
        Ok(())
    }

    /// The rows of a list: `a` in the first text, `b` in the second.
    fn rows(&mut self, a: List, b: List) -> Result<(), String> {
        let names = |outline: Option<&Outline>, list| -> Vec<String> {
            outline.map_or(Vec::new(), |o| o.names(list).into_iter().map(str::to_owned).collect())
        };
        let (old, new) = (names(self.outlines.first(), a), names(self.outlines.get(1), b));
        let known: std::collections::HashMap<&str, usize> =
            old.iter().enumerate().map(|(i, name)| (name.as_str(), i)).collect();
        let stay: std::collections::HashSet<&str> = new.iter().map(String::as_str).collect();
        for (i, _) in old.iter().enumerate().filter(|(_, name)| !stay.contains(name.as_str())) {
            let path = self.path(0, &Place::row(a.row(i)))?;
            self.variant.remove.push(path);
        }
        for (j, name) in new.iter().enumerate() {
            match known.get(name.as_str()) {
                Some(i) => self.row(a.row(*i), b.row(j))?,
                None => self.addition(b, j)?,
            }
        }
        let kept = old.iter().filter(|name| stay.contains(name.as_str()));
        let come = new.iter().filter(|name| !known.contains_key(name.as_str()));
        if !kept.chain(come).eq(new.iter()) {
            let path = self.list_path(b)?;
            self.variant.order.push((path, new));
        }
        Ok(())
    }

    /// A row that both have.
    fn row(&mut self, a: Row, b: Row) -> Result<(), String> {
        self.keys(a, b)?;
        if let (Row::Cluster(c), Row::Cluster(d)) = (a, b) {
            self.keys(Row::Env(c), Row::Env(d))?;
            self.rows(List::NodeGroups(c), List::NodeGroups(d))?;
            self.rows(List::Workloads(c), List::Workloads(d))?;
        }
        Ok(())
    }

    /// A row that only the second text has, and the rows within it.
    fn addition(&mut self, list: List, i: usize) -> Result<(), String> {
        let row = list.row(i);
        let text = self.to.source();
        let entries = self.node(row).1.map_or(&[][..], Node::entries).iter();
        let keys = entries.filter(|e| is_value(row, &e.key) || e.key == "env");
        let keys = keys.map(|e| (e.key.clone(), inline(&e.node, text))).collect();
        let to = self.list_path(list)?;
        self.variant.add.push(Addition { to, keys });
        if let Row::Cluster(c) = row {
            for list in [List::NodeGroups(c), List::Workloads(c)] {
                let rows = self.outlines.get(1).map_or(0, |outline| outline.names(list).len());
                (0..rows).try_for_each(|i| self.addition(list, i))?;
            }
        }
        Ok(())
    }
}

/// Whether a key of a row is a value, and not its rows or what variants leave alone.
fn is_value(row: Row, key: &str) -> bool {
    use crate::plan::field;
    (row, key) != (Row::Plan, "format") && field::field(field::section(row), key).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::field::quote;

    fn row(kind: &str, name: &str, keys: &str) -> String {
        format!("[[{kind}]]\nname = {}\n{keys}\n", quote(name))
    }

    #[test]
    fn names_that_read_as_paths_are_put_in_quotes() {
        let subnets = |zone: &str| {
            row("subnet", "a", "cidr = \"10.0.0.0/24\"\nzone = \"z\"")
                + &row("subnet", "a.zone", &format!("cidr = \"10.0.1.0/24\"\nzone = \"{zone}\""))
                + &row("subnet", "a.zone.zone", "cidr = \"10.0.2.0/24\"")
        };
        let document = |text: String| Document::new(&format!("format = 1\n{text}")).expect("a plan");
        let (from, to) = (document(subnets("z")), document(subnets("y")));
        let variant = difference("v", &from, &to).expect("a difference");
        assert_eq!(variant.set, [("subnet.a.zone.zone".to_owned(), "\"y\"".to_owned())]);
        let less = document(
            row("subnet", "a", "cidr = \"10.0.0.0/24\"") + &row("subnet", "a.zone", "cidr = \"10.0.1.0/24\""),
        );
        let more = document(
            row("subnet", "a", "cidr = \"10.0.0.0/24\"\nzone = \"x\"")
                + &row("subnet", "a.zone", "cidr = \"10.0.1.0/24\""),
        );
        assert_eq!(difference("v", &less, &more).expect("a difference").lines(), ["subnet.a.zone = \"x\""]);
        let removed = document(row("subnet", "a", "cidr = \"10.0.0.0/24\""));
        assert_eq!(difference("v", &less, &removed).expect("a difference").remove, ["subnet.a.zone"]);
    }
}
