//! The inputs as lines: rows with their everyday fields side by side, and the rest of a row's fields below
//! it, one a line, when asked for. The cursor, and which rows are open.

use std::collections::BTreeSet;

use super::inputs::{columns, first, manager, rest, row, rows};
use crate::manager::{Manager, Nodes};
use crate::plan::document::Document;
use crate::plan::field::{self, Field, Section};
use crate::plan::{Place, Plan, Row};

/// One line of the form.
#[derive(Debug, Clone, Copy)]
pub enum Line {
    Gap,
    /// The names of a section's columns.
    Head(Section),
    /// A row with its everyday fields.
    Row(Row, &'static Manager),
    /// One field of a row.
    Field(Row, &'static Field),
    /// Where a row is added.
    Add(Section),
}

/// What the cursor is on. Survives whatever happens to the lines around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    Key(Row, &'static str),
    Add(Section),
}

/// The form: which lines there are, and where the cursor is.
#[derive(Debug)]
pub struct Form {
    pub spot: Spot,
    /// The column that the cursor keeps to when it moves over shorter lines.
    pub(super) column: usize,
    /// The cluster that is shown.
    pub cluster: usize,
    /// Rows whose rest is shown.
    pub(super) open: BTreeSet<Row>,
    pub(super) rest: Rest,
}

/// Of which rows the rest of the fields is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    OfOpenRows,
    OfAllRows,
}

/// Whether the subnets and the docker networks are shown: those that there are, and those that the cluster's nodes
/// may be in.
fn pools(plan: &Plan, cluster: usize) -> (bool, bool) {
    let nodes = manager(plan, cluster).nodes;
    let subnets = matches!(nodes, Nodes::Instances | Nodes::InSubnets);
    (subnets || !plan.subnets.is_empty(), !subnets || !plan.networks.is_empty())
}

impl Form {
    /// The form of a plan, the cursor on the first node group's number of nodes: what is changed most.
    pub fn new(plan: &Plan) -> Form {
        let groups = rows(plan, Section::NodeGroup, 0) > 0;
        let kind = manager(plan, 0).nodes == Nodes::Containers;
        let mut form = Form {
            spot: Spot::Add(Section::Subnet),
            column: 0,
            cluster: 0,
            open: BTreeSet::new(),
            rest: Rest::OfOpenRows,
        };
        form.put(match (kind, groups) {
            (true, _) => Spot::Key(Row::Cluster(0), "workers"),
            (_, true) => Spot::Key(Row::NodeGroup(0, 0), "nodes"),
            (false, false) => Spot::Add(Section::Subnet),
        });
        form
    }

    /// The lines, for the cluster that is shown.
    pub fn lines(&self, document: &Document) -> Vec<Line> {
        let plan = document.plan();
        let mut lines = Vec::new();
        self.push_row(&mut lines, Row::Plan, document);
        let (subnets, networks) = pools(plan, self.cluster);
        if subnets {
            self.push_section(&mut lines, Section::Subnet, document);
        }
        if networks {
            self.push_section(&mut lines, Section::Network, document);
        }
        lines.push(Line::Gap);
        if self.cluster < plan.clusters.len() {
            self.push_row(&mut lines, Row::Cluster(self.cluster), document);
            let manager = manager(plan, self.cluster);
            if manager.is_aws() {
                self.push_env(&mut lines, document);
            }
            if manager.nodes != Nodes::Containers {
                self.push_section(&mut lines, Section::NodeGroup, document);
            }
            self.push_section(&mut lines, Section::Workload, document);
        } else {
            lines.push(Line::Add(Section::Cluster));
        }
        lines
    }

    fn push_section(&self, lines: &mut Vec<Line>, section: Section, document: &Document) {
        lines.extend([Line::Gap, Line::Head(section)]);
        for index in 0..rows(document.plan(), section, self.cluster) {
            self.push_row(lines, row(section, self.cluster, index), document);
        }
        lines.push(Line::Add(section));
    }

    fn push_row(&self, lines: &mut Vec<Line>, row: Row, document: &Document) {
        let manager = manager(document.plan(), row.cluster().unwrap_or(self.cluster));
        lines.push(Line::Row(row, manager));
        let below = if self.is_open(row) { rest(row, document) } else { first(row, document) };
        lines.extend(below.into_iter().map(|f| Line::Field(row, f)));
    }

    /// The everyday variables, those that are set, and all when open.
    fn push_env(&self, lines: &mut Vec<Line>, document: &Document) {
        let row = Row::Env(self.cluster);
        let shown =
            |f: &&Field| f.everyday || self.is_open(row) || document.value(&Place::key(row, f.key)).is_some();
        lines.extend(field::fields(Section::Env).into_iter().filter(shown).map(|f| Line::Field(row, f)));
    }

    /// Whether the rest of a row is shown.
    pub fn is_open(&self, row: Row) -> bool {
        self.rest == Rest::OfAllRows || self.open.contains(&row)
    }

    /// The columns that a line has for the cursor.
    pub fn fields_of(line: Line) -> Vec<&'static Field> {
        match line {
            Line::Row(row, manager) => columns(field::section(row), manager),
            Line::Field(_, field) => vec![field],
            Line::Gap | Line::Head(_) | Line::Add(_) => Vec::new(),
        }
    }

    /// The row and field that the cursor is on.
    pub fn field(&self) -> Option<(Row, &'static Field)> {
        match self.spot {
            Spot::Key(row, key) => Some((row, field::field(field::section(row), key)?)),
            Spot::Add(_) => None,
        }
    }

    /// The section that the cursor is in.
    pub fn section(&self) -> Section {
        match self.spot {
            Spot::Key(row, _) => field::section(row),
            Spot::Add(section) => section,
        }
    }
}
