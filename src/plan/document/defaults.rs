//! The same plan without what is at its default, and with all of it. Comments stay; those on a line that goes, go
//! with it.
//!
//! What is a default under one manager or for one kind of group is none under another, and a variant may change
//! these: such keys stay as they are in a plan with variants.

use super::layout::{block, entry_end, headers, indent, line_break, line_end, line_start};
use super::rows::insert_element;
use super::splice::Splice;
use super::{Document, Edit, keys};
use crate::cni::env;
use crate::manager::{AWS_VPC_CNI, Manager};
use crate::plan::field::typed::Typed;
use crate::plan::field::{self, Field, FieldKind, Section, quote};
use crate::plan::tree::{self, Form, Node};
use crate::plan::{Cluster, GroupKind, Nodes, Place, Row};

impl Document {
    /// The text with only what differs from the defaults.
    pub fn without_defaults(&self) -> String {
        let mut lean = self.clone();
        let gone: Vec<Place> = self.all_rows().into_iter().flat_map(|row| self.at_default(row)).collect();
        let in_lines = |place: &&Place| {
            self.tree.row(place.row).is_some_and(|row| row.form(&self.text) != Form::Inline)
                && place.row.cluster().is_none_or(|c| {
                    self.tree.row(Row::Cluster(c)).is_some_and(|row| row.form(&self.text) != Form::Inline)
                })
        };
        let (lines, inline): (Vec<&Place>, Vec<&Place>) = gone.iter().partition(in_lines);
        // keys in braces one after the other, their places being those of others; then all lines at once
        let edits = inline.into_iter().map(|place| Edit::Set { place: place.clone(), value: None });
        for edit in edits {
            // what cannot be edited stays
            let _ = lean.apply(edit);
        }
        let splices = lines.iter().filter_map(|place| keys::unset(&lean.text, &lean.tree, place)).collect();
        if let Some(splice) = Splice::all(&lean.text, splices) {
            let _ = lean.apply(Edit::Text(splice));
        }
        lean.text
    }

    /// The text with every default in it; what has no value to write is a comment.
    pub fn with_defaults(&self) -> String {
        let splices = self.all_rows().into_iter().filter_map(|row| self.completed(row)).collect();
        let mut text = self.text.clone();
        if let Some(splice) = Splice::all(&self.text, splices) {
            splice.apply(&mut text);
        }
        text
    }

    /// Every row that the text has or may have: clusters always have variables.
    fn all_rows(&self) -> Vec<Row> {
        let (plan, mut rows) = (&self.plan, vec![Row::Plan]);
        rows.extend((0..plan.subnets.len()).map(Row::Subnet));
        let networks = plan.networks.iter().enumerate().filter(|(_, network)| !network.implied);
        rows.extend(networks.map(|(n, _)| Row::Network(n)));
        for (c, cluster) in plan.clusters.iter().enumerate() {
            rows.extend([Row::Cluster(c), Row::Env(c)]);
            rows.extend((0..cluster.node_groups.len()).map(|g| Row::NodeGroup(c, g)));
            rows.extend((0..cluster.workloads.len()).map(|w| Row::Workload(c, w)));
        }
        rows
    }

    /// The keys of a row that say what holds without them. All variables of a cluster are its `env`.
    fn at_default(&self, row: Row) -> Vec<Place> {
        let entries = self.tree.row(row).map_or(&[][..], Node::entries);
        let keys = entries.iter().filter(|entry| {
            let known = field::field(field::section(row), &entry.key);
            known.is_some_and(|field| match field.section {
                Section::Env => self.is_shipped(field, &entry.node),
                _ => self
                    .default(row, field)
                    .and_then(|d| tree::parse_value(&d))
                    .is_some_and(|default| default.value == entry.node.value),
            })
        });
        let places: Vec<Place> = keys.map(|entry| Place::key(row, &entry.key)).collect();
        match row {
            Row::Env(c) if places.len() == entries.len() && !places.is_empty() => {
                vec![Place::key(Row::Cluster(c), "env")]
            }
            _ => places,
        }
    }

    /// Whether the program makes of a variable what it makes of the shipped manifest.
    fn is_shipped(&self, field: &Field, node: &Node) -> bool {
        let Some(variable) = env::variable(field.key) else { return false };
        let said = Typed { node, text: &self.text }.variable();
        said.is_ok_and(|said| variable.means(&said) == variable.means(variable.shipped()))
    }

    /// What holds where a key is absent, as TOML, if there is such a value that means the same.
    fn default(&self, row: Row, field: &Field) -> Option<String> {
        let cluster = row.cluster().and_then(|c| self.plan.clusters.get(c));
        let manager = cluster.map_or(&AWS_VPC_CNI, |cluster| cluster.manager);
        let depends = DEPENDING.contains(&field.key) || field.default_under(manager) != field.default;
        if !field.is_of(manager) || (depends && !self.plan.variants.is_empty()) {
            return None;
        }
        match (row, field.key, cluster) {
            (Row::NodeGroup(_, g), key, Some(cluster)) => of_group(cluster, g, key, field, manager),
            (Row::Workload(_, w), "replicas", Some(cluster)) => {
                let daemonset = cluster.workloads.get(w).is_some_and(|w| w.daemonset);
                written(field, manager).filter(|_| !daemonset)
            }
            _ => written(field, manager),
        }
    }

    /// The lines, or in braces the pairs, that a row lacks.
    fn completed(&self, row: Row) -> Option<Splice> {
        let cluster = row.cluster().and_then(|c| self.plan.clusters.get(c)).map(|cluster| &**cluster);
        let manager = cluster.map_or(&AWS_VPC_CNI, |cluster| cluster.manager);
        if matches!(row, Row::Env(_)) && !manager.is_aws() {
            return None;
        }
        let node = self.tree.row(row);
        let absent = field::slice(field::section(row)).iter().filter(|field| {
            field.is_of(manager)
                && !field.required
                && field.key != "cluster"
                && node.is_none_or(|node| node.get(field.key).is_none())
                && may_be(cluster, row, field)
        });
        let (mut pairs, mut comments) = (Vec::new(), Vec::new());
        for field in absent {
            match self.default(row, field) {
                Some(value) => pairs.push(format!("{} = {value}", field.key)),
                None => comments.push(format!("# {}: {}", field.key, field.default_under(manager))),
            }
        }
        let lines: Vec<String> = pairs.iter().chain(&comments).cloned().collect();
        let holder = row.cluster().and_then(|c| self.tree.row(Row::Cluster(c)));
        let in_braces = |node: Option<&Node>| node.is_some_and(|node| node.form(&self.text) == Form::Inline);
        if lines.is_empty() {
            return None;
        }
        match (node, row) {
            (Some(node), _) if in_braces(Some(node)) => {
                (!pairs.is_empty()).then(|| insert_element(&self.text, node, usize::MAX, &pairs.join(", ")))
            }
            // `{ env.A = 1 }`, or none at all in braces: a cluster on one line stays one
            _ if in_braces(holder) => None,
            (Some(node), _) => self.below(node, row, &lines),
            (None, Row::Env(c)) => {
                let at = self.end_of(self.tree.row(Row::Cluster(c))?);
                let eol = line_break(&self.text);
                let lines = std::iter::once("[cluster.env]".to_owned()).chain(lines);
                let lines: String = lines.map(|line| format!("{eol}{line}")).collect();
                Some(Splice::new(at..at, format!("{eol}{lines}")))
            }
            (None, _) => None,
        }
    }

    /// Lines below the last key of a row, and above whatever has a header of its own.
    fn below(&self, node: &Node, row: Row, lines: &[String]) -> Option<Splice> {
        let (text, eol) = (&self.text, line_break(&self.text));
        let ends = node.entries().iter().filter_map(|e| Some((entry_end(text, e)?, e.span.start)));
        let (at, prefix) = match ends.max() {
            Some((end, start)) => {
                // `env.` of a dotted key
                let dotted = node.form(text) == Form::Dotted && row != Row::Plan;
                let prefix =
                    if dotted { text.get(line_start(text, start)..start)? } else { indent(text, start) };
                (line_end(text, end), prefix)
            }
            None if row == Row::Plan => {
                let lines: String = lines.iter().map(|line| format!("{line}{eol}")).collect();
                return Some(Splice::new(0..0, lines));
            }
            None => (line_end(text, node.span.end), indent(text, node.span.start)),
        };
        let line = |line: &String| match line.starts_with('#') {
            true => format!("{eol}{}{line}", indent(text, at)),
            false => format!("{eol}{prefix}{line}"),
        };
        Some(Splice::new(at..at, lines.iter().map(line).collect::<String>()))
    }

    /// Where the keys of a row with a header end.
    fn end_of(&self, node: &Node) -> usize {
        let all = headers(&self.text, &self.tree);
        let next = all.get(all.partition_point(|h| *h <= node.span.start)).copied();
        block(&self.text, &self.tree, node.span.start, next).end
    }
}

/// Keys whose defaults, or whose being allowed, depend on another key of their row.
const DEPENDING: [&str; 5] = ["max_pods", "max_unavailable", "replicas", "min_nodes", "max_nodes"];

/// Whether a row may have a key, as its other keys are.
fn may_be(cluster: Option<&Cluster>, row: Row, field: &Field) -> bool {
    let group = |g: usize| cluster.and_then(|cluster| cluster.node_groups.get(g));
    let workload = |w: usize| cluster.and_then(|cluster| cluster.workloads.get(w));
    match (row, field.key) {
        (Row::NodeGroup(_, g), "min_nodes" | "max_nodes") => {
            group(g).is_some_and(|g| matches!(g.nodes, Nodes::Auto { .. }))
        }
        (Row::NodeGroup(_, g), "growth") => group(g).is_some_and(|g| !matches!(g.nodes, Nodes::Auto { .. })),
        (Row::NodeGroup(_, g), "max_unavailable") => group(g).is_some_and(|g| g.kind == GroupKind::Managed),
        (Row::Workload(_, w), "replicas" | "peak_replicas" | "growth") => {
            workload(w).is_some_and(|w| !w.daemonset)
        }
        _ => true,
    }
}

fn of_group(cluster: &Cluster, g: usize, key: &str, field: &Field, manager: &Manager) -> Option<String> {
    let group = cluster.node_groups.get(g)?;
    match (key, group.kind) {
        ("max_pods", _) if !manager.is_aws() => None,
        ("max_pods", GroupKind::Managed) => Some(quote("managed")),
        ("max_pods", GroupKind::SelfManaged | GroupKind::Karpenter) => Some(quote("ami")),
        // an empty list is none of its own
        ("pod_subnets" | "subnets", _) => None,
        _ => written(field, manager),
    }
}

/// A default as TOML, where its text is a value.
fn written(field: &Field, manager: &Manager) -> Option<String> {
    const NONE: [&str; 3] = ["none", "not said", "built in"];
    let default = field.default_under(manager);
    match field.kind {
        _ if field.required => None,
        FieldKind::Flag => Some(default),
        FieldKind::Count { .. } => {
            let digits = default.replace(',', "");
            digits.parse::<u32>().is_ok().then_some(digits)
        }
        FieldKind::Choice(choices) => choices.contains(&default.as_str()).then(|| quote(&default)),
        FieldKind::Other | FieldKind::Cpu | FieldKind::Memory => (default == "0").then_some(default),
        FieldKind::Subnets
        | FieldKind::Texts
        | FieldKind::Cidrs
        | FieldKind::Addresses
        | FieldKind::Reservations => NONE.contains(&default.as_str()).then(|| "[]".to_owned()),
        FieldKind::Name if field.section == Section::Plan => Some(quote(&default)),
        FieldKind::Variable if default != "unset" => Some(default),
        _ => None,
    }
}
