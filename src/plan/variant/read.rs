//! TOML to [`Variant`], with every mistake at its place: what can be told of a variant without the rest of the plan.

use std::ops::Range;

use super::path::{fields, no_word};
use super::value::inline;
use super::{Addition, Variant};
use crate::limits;
use crate::plan::field::typed::{Fault, Typed, named};
use crate::plan::field::{self, Field, Section};
use crate::plan::tree::{Entry, Node, Value};
use crate::plan::{Place, Problem, Row};
use crate::suggest::nearest;
use crate::text::{excerpt, thousands};

const KEYS: [&str; 5] = ["set", "unset", "remove", "order", "add"];

/// Reads `[variant.*]` of a plan.
pub(in crate::plan) fn of_plan(text: &str, node: &Node) -> (Vec<Variant>, Vec<Problem>) {
    let mut read = Read { text, name: "", problems: Vec::new() };
    let Value::Table(entries) = &node.value else {
        read.fault(node.span.clone(), Fault::new("variant is not a table").help("write [variant.NAME]"));
        return (Vec::new(), read.problems);
    };
    if let Some(over) = entries.get(limits::VARIANTS) {
        let many = format!("{} variants: at most {} are kept", entries.len(), limits::VARIANTS);
        read.fault(over.span.clone(), Fault::new(many).help("keep the others as plans of their own"));
    }
    let variants = entries.iter().take(limits::VARIANTS).map(|entry| {
        read.name = &entry.key;
        read.variant(entry)
    });
    (variants.collect(), read.problems)
}

struct Read<'a> {
    text: &'a str,
    /// Of the variant that is read.
    name: &'a str,
    problems: Vec<Problem>,
}

impl<'a> Read<'a> {
    fn fault(&mut self, span: Range<usize>, fault: Fault) {
        if self.problems.len() >= limits::PROBLEMS {
            return;
        }
        let place = match self.name {
            "" => Place::key(Row::Plan, "variant"),
            name => Place::item(Row::Plan, "variant", name),
        };
        let problem = Problem::new(place, fault.message);
        self.problems.push(Problem { span: Some(span), help: fault.help, ..problem });
    }

    fn typed(&self, node: &'a Node) -> Typed<'a> {
        Typed { node, text: self.text }
    }

    /// A variant; what is wrong with it is left out.
    fn variant(&mut self, entry: &'a Entry) -> Variant {
        let mut variant = Variant { name: entry.key.clone(), ..Variant::default() };
        if let Err(fault) = named(&entry.key) {
            self.fault(entry.span.clone(), Fault { message: format!("variant: {}", fault.message), ..fault });
        }
        let Value::Table(entries) = &entry.node.value else {
            let fault = Fault::new("a variant is a table").help("write [variant.NAME]");
            self.fault(entry.node.span.clone(), fault);
            return variant;
        };
        for Entry { key, span, node } in entries {
            match key.as_str() {
                "set" => variant.set = self.set(node),
                "unset" => variant.unset = self.paths(key, node, |path| fields(path).map(drop)),
                "remove" => variant.remove = self.paths(key, node, row_path),
                "order" => variant.order = self.order(node),
                "add" => variant.add = self.additions(node),
                other => {
                    let help = match nearest(other, KEYS) {
                        Some(near) => format!("did you mean {near}?"),
                        None => format!("the keys are {}", KEYS.join(", ")),
                    };
                    let what = format!("unknown key {} in a variant", excerpt(other));
                    self.fault(span.clone(), Fault::new(what).help(help));
                }
            }
        }
        let changes = variant.set.len() + variant.unset.len() + variant.remove.len() + variant.add.len();
        if changes > limits::CHANGES {
            let [changes, most] = [changes, limits::CHANGES].map(|n| thousands(n as u64));
            let fault = Fault::new(format!("{changes} changes: a variant has at most {most}"));
            self.fault(entry.span.clone(), fault.help("keep it as a plan of its own"));
        }
        variant
    }

    fn set(&mut self, node: &'a Node) -> Vec<(String, String)> {
        let Value::Table(entries) = &node.value else {
            let fault = Fault::new("set is not a table")
                .help("write set = { \"subnet.NAME.cidr\" = \"10.0.0.0/22\" }");
            self.fault(node.span.clone(), fault);
            return Vec::new();
        };
        let mut set = Vec::new();
        for Entry { key, span, node } in entries {
            match fields(key) {
                Err(fault) => self.fault(span.clone(), fault.of("set")),
                // a key of several tables is looked at when it is known which it is
                Ok(found) => {
                    if let [field] = found.as_slice() {
                        self.check(field, node);
                    }
                }
            }
            set.push((key.clone(), inline(node, self.text)));
        }
        set
    }

    fn check(&mut self, field: &Field, node: &'a Node) {
        if let Err(fault) = self.typed(node).check(field) {
            self.fault(node.span.clone(), fault.of(field.key));
        }
    }

    /// The elements of a list of texts.
    fn texts(&mut self, key: &str, node: &'a Node) -> Vec<(&'a str, Range<usize>)> {
        let Value::Array(items) = &node.value else {
            self.fault(node.span.clone(), Fault::new(format!("{key} is not a list")).help("write [\"…\"]"));
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in items {
            match &item.value {
                Value::String(text) => texts.push((text.as_str(), item.span.clone())),
                _ => self.fault(item.span.clone(), self.typed(item).is_no("a text").of(key)),
            }
        }
        texts
    }

    fn paths(&mut self, key: &str, node: &'a Node, check: fn(&str) -> Result<(), Fault>) -> Vec<String> {
        let mut paths = Vec::new();
        for (path, span) in self.texts(key, node) {
            match check(path) {
                Ok(()) => paths.push(path.to_owned()),
                Err(fault) => self.fault(span, fault.of(key)),
            }
        }
        paths
    }

    fn order(&mut self, node: &'a Node) -> Vec<(String, Vec<String>)> {
        let Value::Table(entries) = &node.value else {
            let fault = Fault::new("order is not a table").help("write order = { subnet = [\"NAME\"] }");
            self.fault(node.span.clone(), fault);
            return Vec::new();
        };
        let mut orders = Vec::new();
        for Entry { key, span, node } in entries {
            if let Err(fault) = list_path(key) {
                self.fault(span.clone(), fault.of("order"));
            }
            let names = self.texts("order", node).into_iter().map(|(name, _)| name.to_owned());
            orders.push((key.clone(), names.collect()));
        }
        orders
    }

    fn additions(&mut self, node: &'a Node) -> Vec<Addition> {
        let Value::Array(items) = &node.value else {
            self.fault(
                node.span.clone(),
                Fault::new("add is not a list of tables").help("write [[variant.NAME.add]]"),
            );
            return Vec::new();
        };
        items.iter().filter_map(|item| self.addition(item)).collect()
    }

    fn addition(&mut self, node: &'a Node) -> Option<Addition> {
        let Value::Table(entries) = &node.value else {
            self.fault(
                node.span.clone(),
                Fault::new("a row that is added is a table").help("write [[variant.NAME.add]]"),
            );
            return None;
        };
        let help = "say where the row comes to: to = \"subnet\" or to = \"cluster.NAME.node_group\"";
        let Some(to) = entries.iter().find(|e| e.key == "to") else {
            self.fault(node.span.clone(), Fault::new("to is missing").help(help));
            return None;
        };
        let Value::String(path) = &to.node.value else {
            self.fault(
                to.node.span.clone(),
                self.typed(&to.node).is_no("a list of the plan").of("to").help(help),
            );
            return None;
        };
        let section = match list_path(path) {
            Ok(section) => section,
            Err(fault) => {
                self.fault(to.node.span.clone(), fault.of("to"));
                return None;
            }
        };
        let mut keys = Vec::new();
        for Entry { key, span, node } in entries.iter().filter(|e| e.key != "to") {
            match field::field(section, key) {
                Some(field) => self.check(field, node),
                None if section == Section::Cluster && key == "env" => {}
                None => {
                    let all = field::fields(section);
                    let help = match nearest(key, all.iter().map(|f| f.key)) {
                        Some(near) => format!("did you mean {near}?"),
                        None => format!(
                            "its keys are {}",
                            all.iter().map(|f| f.key).collect::<Vec<_>>().join(", ")
                        ),
                    };
                    let what = format!(
                        "add: unknown key {} of {}",
                        excerpt(key),
                        crate::plan::read::header(section)
                    );
                    self.fault(span.clone(), Fault::new(what).help(help));
                }
            }
            keys.push((key.clone(), inline(node, self.text)));
        }
        if !entries.iter().any(|e| e.key == "name") {
            self.fault(node.span.clone(), Fault::new("name is missing").help("every row has a name"));
        }
        Some(Addition { to: path.clone(), keys })
    }
}

/// Whether a path can be that of a row.
fn row_path(path: &str) -> Result<(), Fault> {
    match path.split_once('.') {
        Some(("subnet" | "network" | "cluster", rest)) if !rest.is_empty() => Ok(()),
        _ => Err(no_word(path).help("write subnet.NAME, cluster.NAME or cluster.NAME.node_group.NAME")),
    }
}

/// The section of the rows of a list, if the path can be that of one.
fn list_path(path: &str) -> Result<Section, Fault> {
    let of_cluster = path.strip_prefix("cluster.").and_then(|rest| rest.rsplit_once('.'));
    let lists = ["subnet", "network", "cluster", "cluster.NAME.node_group", "cluster.NAME.workload"];
    match (path, of_cluster) {
        ("subnet", _) => Ok(Section::Subnet),
        ("network", _) => Ok(Section::Network),
        ("cluster", _) => Ok(Section::Cluster),
        (_, Some((_, "node_group"))) => Ok(Section::NodeGroup),
        (_, Some((_, "workload"))) => Ok(Section::Workload),
        _ => {
            let help = match nearest(path, lists) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("the lists are {}", lists.join(", ")),
            };
            Err(Fault::new(format!("{} is no list of a plan", excerpt(path))).help(help))
        }
    }
}
