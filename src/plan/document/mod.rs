//! The plan file's text as something that can be edited and undone. Comments, order and the way values are
//! written survive, because an edit replaces only the bytes that it is about.
//!
//! The text is the document; its tree (`tree.rs`) knows where everything is, the plan is what it
//! means. An edit within one value (every keystroke is one) patches the tree, and of the plan only the cluster of that
//! value is read again; others read the text (about 4 ms for 100 kB, which is a plan of 100,000 nodes).
//!
//! | file | what it knows |
//! |---|---|
//! | `splice.rs` | a change of the text, and of its tree |
//! | `touched.rs` | what of the plan a change can have changed |
//! | `layout.rs` | where rows, keys and elements are, comments and blank lines included |
//! | `keys.rs` | adding and removing keys |
//! | `rows.rs` | adding, removing and moving rows |
//! | `variants.rs` | adding, removing and renaming variants |
//! | `defaults.rs` | the same plan without what is at its default, or with all of it |

mod defaults;
mod keys;
mod layout;
mod rows;
mod splice;
mod touched;
mod variants;

pub(super) use layout::line_break;
pub use splice::Splice;
use std::sync::Arc;
use touched::Touched;

use super::field::typed::Typed;
use super::field::{self, Field};
use super::tree::{self, Form, Node, Value};
use super::variant::Variant;
use super::{Parsed, Place, Plan, Problem, Row, read};
use crate::manager::AWS_VPC_CNI;
use crate::text::{excerpt, shown};

/// A plan text under edit. It always reads as a valid [`Plan`] (as far as can be told without instance
/// tables): an edit that would make it invalid is refused and leaves no trace.
#[derive(Debug, Clone)]
pub struct Document {
    text: String,
    tree: Node,
    plan: Arc<Plan>,
    edits: u64,
    /// What changed since the plan was read.
    touched: Touched,
}

/// One change. Applying it gives the change that takes it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// The value of a key, as TOML; `None` removes the key (back to its default). Of an element, if the
    /// place names one that is there.
    Set { place: Place, value: Option<String> },
    /// Adds a row so that it gets this place; the text is the table's body as TOML.
    Insert { row: Row, body: String },
    /// Takes a row away.
    Remove { row: Row },
    /// Moves a row to the place of another of its kind in the same table.
    Move { from: Row, to: Row },
    /// Gives a variant of this name its differences, those of another name its name too; `None` takes it away.
    Variant { name: String, variant: Option<Variant> },
    /// Several, one after the other, as one: only the result has to be valid.
    Many(Vec<Edit>),
    /// Takes an edit back; valid on the text that the edit made, and on no other.
    Text(Splice),
}

impl Document {
    /// A document of a text that [`super::parse`] accepts; otherwise its problems.
    pub fn new(text: &str) -> Result<Document, Vec<Problem>> {
        Document::of(text, &super::parse(text))
    }

    /// The same of a text that is parsed already.
    pub fn of(text: &str, parsed: &Parsed) -> Result<Document, Vec<Problem>> {
        let plan = parsed.plan.clone().ok_or_else(|| parsed.problems.clone())?;
        let (text, tree) = (text.to_owned(), parsed.tree.clone());
        Ok(Document { text, tree, plan: Arc::new(plan), edits: 0, touched: Touched::Nothing })
    }

    /// The text, comments and all.
    pub fn text(&self) -> String {
        self.text.clone()
    }

    /// The plan that the text means.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The same, to keep.
    pub fn shared(&self) -> Arc<Plan> {
        Arc::clone(&self.plan)
    }

    /// Counts the edits that were applied, those that take others back too.
    pub fn edits(&self) -> u64 {
        self.edits
    }

    /// The edit that makes another text of this one.
    pub fn rewritten(&self, text: &str) -> Edit {
        Edit::Text(Splice::between(&self.text, text))
    }

    /// What a field holds, as the user would type it in the form; `None` if the key is absent.
    pub fn value(&self, place: &Place) -> Option<String> {
        let node = self.tree.at(place).filter(|_| !place.key.is_empty())?;
        match (field::field(field::section(place.row), &place.key), &node.value) {
            (Some(field), _) => Some(field.show_node(node, &self.text)),
            (None, Value::String(s)) => Some(s.clone()),
            (None, _) => Some(node.source(&self.text).to_owned()),
        }
    }

    /// The variables of a cluster as Kubernetes stores them, those without effect on addresses too, in the order of
    /// the text.
    pub fn variables(&self, cluster: usize) -> Vec<(&str, String)> {
        let entries = self.tree.row(Row::Env(cluster)).map_or(&[][..], Node::entries);
        let value = |node| Typed { node, text: &self.text }.variable().ok();
        entries.iter().filter_map(|e| Some((e.key.as_str(), value(&e.node)?))).collect()
    }

    pub(super) fn source(&self) -> &str {
        &self.text
    }

    pub(super) fn tree(&self) -> &Node {
        &self.tree
    }

    /// A field with its row and its value, for sentences: `WARM_ENI_TARGET of prod = 1 (default)`.
    pub fn says(&self, place: &Place) -> String {
        let Some(field) = field_of(place) else { return shown(&place.path(&self.plan)) };
        let cluster = place.row.cluster().and_then(|c| self.plan.clusters.get(c));
        let manager = cluster.map_or(&AWS_VPC_CNI, |cluster| cluster.manager);
        let label = self.plan.label(place.row, field);
        match self.value(place) {
            Some(value) => format!("{label} = {}", shown(&value)),
            None => format!("{label} = {} (default)", field.default_under(manager)),
        }
    }

    /// Applies an edit and gives the one that takes it back, or the problems that the result would have, and
    /// then nothing has changed.
    pub fn apply(&mut self, edit: Edit) -> Result<Edit, Vec<Problem>> {
        let before = self.text.clone();
        self.touched = Touched::Nothing;
        let done = self.perform(edit).and_then(|()| self.read());
        let back = Splice::between(&self.text, &before);
        match done {
            Ok(plan) => {
                self.plan = plan;
                self.edits += u64::from(self.text != before);
                Ok(Edit::Text(back))
            }
            Err(problems) => {
                // what was valid before is valid again
                let _ = self.splice(&back);
                Err(problems)
            }
        }
    }

    /// One edit for two that take edits back, the second after the first.
    pub fn both(&self, first: Edit, then: Edit) -> Edit {
        let mut text = self.text.clone();
        match (&first, &then) {
            (Edit::Text(one), Edit::Text(two)) if one.apply(&mut text) && two.apply(&mut text) => {
                self.rewritten(&text)
            }
            _ => Edit::Many(vec![first, then]),
        }
    }

    /// The plan that the text means now.
    fn read(&self) -> Result<Arc<Plan>, Vec<Problem>> {
        let known = match self.touched {
            Touched::Nothing => Some(self.shared()),
            Touched::Cluster(c) => read::again(&self.text, &self.tree, &self.plan, c).map(Arc::new),
            Touched::All => None,
        };
        known.map_or_else(|| read::lower(&self.text, &self.tree).map(Arc::new), Ok)
    }

    /// The body of a row as TOML, comments and all, for another row like it.
    pub(super) fn body(&self, row: Row) -> Option<String> {
        rows::body(&self.text, &self.tree, row)
    }

    fn perform(&mut self, edit: Edit) -> Result<(), Vec<Problem>> {
        match edit {
            Edit::Set { place, value: Some(value) } => self.set(&place, &value),
            Edit::Set { place, value: None } => self.unset(&place),
            Edit::Insert { row, body } => {
                self.splice_if(row, rows::insert(&self.text, &self.tree, row, &body))
            }
            Edit::Remove { row } => self.splice_if(row, rows::remove(&self.text, &self.tree, row)),
            Edit::Move { from, to } => self.splice_if(from, rows::rotate(&self.text, &self.tree, from, to)),
            Edit::Variant { name, variant } => self.set_variant(&name, variant.as_ref()),
            Edit::Many(edits) => edits.into_iter().try_for_each(|edit| self.perform(edit)),
            Edit::Text(splice) => self.splice(&splice),
        }
    }

    fn set_variant(&mut self, name: &str, variant: Option<&Variant>) -> Result<(), Vec<Problem>> {
        let there = self.tree.get("variant").and_then(|all| all.entry(name)).is_some();
        let only_renamed = |v: &&Variant| {
            let before = Variant { name: name.to_owned(), ..(*v).clone() };
            v.name != name && self.plan.variants.contains(&before)
        };
        // its comments stay where only the name is another
        if let Some(new) = variant.filter(only_renamed)
            && let Some(splice) = variants::rename(&self.text, &self.tree, name, &new.name)
        {
            return self.splice(&splice);
        }
        if let Some(variant) = variant
            && let Some(splice) = variants::replace(&self.text, &self.tree, name, variant)
        {
            return self.splice(&splice);
        }
        if there {
            self.splice_if(Row::Plan, variants::remove(&self.text, &self.tree, name))?;
        }
        match variant {
            Some(variant) => self.splice(&variants::add(&self.text, &self.tree, variant)),
            None => Ok(()),
        }
    }

    fn splice_if(&mut self, row: Row, splice: Option<Splice>) -> Result<(), Vec<Problem>> {
        match splice {
            Some(splice) => self.splice(&splice),
            None => Err(vec![
                Problem::new(Place::row(row), "this cannot be edited here").help("edit the file itself"),
            ]),
        }
    }

    fn splice(&mut self, splice: &Splice) -> Result<(), Vec<Problem>> {
        let patched = splice.patch(&self.text, &mut self.tree);
        self.touched = self.touched.and(Touched::by(&self.tree, patched.as_deref()));
        if !splice.apply(&mut self.text) {
            return Err(vec![Problem::new(Place::row(Row::Plan), "the text has changed since the edit")]);
        }
        if patched.is_none() {
            let (tree, errors) = tree::parse(&self.text);
            if !errors.is_empty() {
                // a tree that nothing can be patched in: the next change reads the text again
                self.tree = Node { span: 0..0, value: Value::Table(Vec::new()) };
                return Err(super::parse(&self.text).problems);
            }
            self.tree = tree;
        }
        Ok(())
    }

    fn set(&mut self, place: &Place, value: &str) -> Result<(), Vec<Problem>> {
        let Some(new) = tree::parse_value(value).filter(|n| n.span == (0..value.len())) else {
            let message = format!("{}: {} is not a TOML value", place.key, excerpt(value));
            return Err(vec![Problem::new(place.clone(), message)]);
        };
        match self.tree.at(place) {
            Some(old)
                if matches!(new.value, Value::Table(_))
                    && is_table_in_lines(&self.text, old)
                    && self.tree.row(place.row).is_some_and(|row| row.form(&self.text) != Form::Inline) =>
            {
                self.set_entries(place, &new, value)
            }
            Some(old) if place.key.is_empty() || old.form(&self.text) != Form::Inline => {
                self.unset(place)?;
                self.set_new(place, value)
            }
            Some(old) => {
                let value = restyle(&self.text, old, &new, value);
                self.splice(&Splice::new(old.span.clone(), value))
            }
            None => self.set_new(place, value),
        }
    }

    /// Gives a table in lines of its own (with a header, or of dotted keys) the entries of another, and leaves
    /// alone what is the same.
    fn set_entries(&mut self, place: &Place, new: &Node, value: &str) -> Result<(), Vec<Problem>> {
        let item = |key: &str| Place::item(place.row, place.key.clone(), key);
        for entry in new.entries() {
            self.set(&item(&entry.key), entry.node.source(value))?;
        }
        let old = self.tree.at(place).map_or(&[][..], Node::entries);
        let gone: Vec<String> =
            old.iter().filter(|e| new.get(&e.key).is_none()).map(|e| e.key.clone()).collect();
        gone.iter().try_for_each(|key| self.unset(&item(key)))
    }

    fn set_new(&mut self, place: &Place, value: &str) -> Result<(), Vec<Problem>> {
        let splice = keys::set_new(&self.text, &self.tree, place, value);
        self.splice_if(place.row, splice)
    }

    fn unset(&mut self, place: &Place) -> Result<(), Vec<Problem>> {
        if place.key.is_empty() {
            return Err(vec![Problem::new(place.clone(), "a row is no value: remove it instead")]);
        }
        if self.tree.at(place).is_none() {
            return Ok(());
        }
        let splice = keys::unset(&self.text, &self.tree, place);
        self.splice_if(place.row, splice)
    }
}

/// Whether a value is a table whose entries stand in lines of their own, one at least.
fn is_table_in_lines(text: &str, node: &Node) -> bool {
    matches!(node.value, Value::Table(_))
        && node.form(text) != Form::Inline
        && node.entries().iter().any(|e| e.node.form(text) == Form::Inline)
}

/// A new value written as the old one is: quoting style, and of a list everything around the elements that
/// stay.
fn restyle(text: &str, old: &Node, new: &Node, value: &str) -> String {
    match (&old.value, &new.value) {
        (Value::String(_), Value::String(s)) if old.source(text).starts_with('\'') => {
            let literal = format!("'{s}'");
            let same = tree::parse_value(&literal).is_some_and(|n| n.value == new.value);
            if same { literal } else { value.to_owned() }
        }
        (Value::Array(old_items), Value::Array(new_items)) => {
            relist(text, old, old_items, new_items, value).unwrap_or_else(|| value.to_owned())
        }
        _ => value.to_owned(),
    }
}

/// The source of a list with what differs exchanged.
fn relist(text: &str, old: &Node, from: &[Node], to: &[Node], value: &str) -> Option<String> {
    let same = |(a, b): &(&Node, &Node)| matches!(a.value, Value::String(_)) && a.value == b.value;
    let head = from.iter().zip(to).take_while(same).count();
    let tail = from.iter().skip(head).rev().zip(to.iter().skip(head).rev()).take_while(same).count();
    let mut source = old.source(text).to_owned();
    let list = |source: &str| tree::parse_value(source);
    let swapped = (from.len().min(to.len())).checked_sub(head + tail)?;
    for i in head..head + swapped {
        let at = list(&source)?.items().get(i)?.span.clone();
        Splice::new(at, to.get(i)?.source(value)).apply(&mut source);
    }
    for i in (head + swapped..to.len() - tail).take(to.len().saturating_sub(from.len())) {
        let (at, with) = layout::element_insertion(&source, &list(&source)?, i, to.get(i)?.source(value));
        Splice::new(at..at, with).apply(&mut source);
    }
    for _ in 0..from.len().saturating_sub(to.len()) {
        let at = layout::element_removal(&source, &list(&source)?, head + swapped)?;
        Splice::new(at, "").apply(&mut source);
    }
    Some(source)
}

/// The field of a place, for whoever edits it.
pub fn field_of(place: &Place) -> Option<&'static Field> {
    field::field(field::section(place.row), &place.key)
}
