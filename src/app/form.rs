//! The inputs as lines: rows with their everyday fields side by side, and the rest of a row's fields below
//! it, one a line, when asked for.

use std::collections::BTreeSet;

use crate::plan::document::Document;
use crate::plan::field::{self, Field, FieldKind, Section};
use crate::plan::{Place, Plan, Row};
use crate::text::{shown, thousands};

/// One line of the form.
#[derive(Debug, Clone, Copy)]
pub enum Line {
    Gap,
    /// The names of a section's columns.
    Head(Section),
    /// A row with its everyday fields.
    Row(Row),
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
    column: usize,
    /// The cluster that is shown.
    pub cluster: usize,
    /// Rows whose rest is shown.
    open: BTreeSet<Row>,
    /// The rest of every row is shown.
    everywhere: Option<Everywhere>,
}

/// The rest of the fields is shown of every row.
#[derive(Debug, Clone, Copy)]
struct Everywhere;

/// The fields that a row shows side by side.
pub fn columns(section: Section) -> Vec<&'static Field> {
    let all = field::fields(section);
    let everyday: Vec<_> = all.iter().copied().filter(|f| f.everyday).collect();
    match section {
        Section::Env => Vec::new(),
        _ if everyday.is_empty() => all.into_iter().filter(|f| f.key == "name").collect(),
        _ => everyday,
    }
}

/// The other fields of a row: those to show when it is open. What nobody edits here is left out.
fn rest(row: Row, document: &Document) -> Vec<&'static Field> {
    let section = field::section(row);
    let beside = columns(section);
    let set = |f: &Field| document.value(&Place::key(row, f.key)).is_some();
    field::fields(section)
        .into_iter()
        .filter(|f| f.key != "format" && !beside.iter().any(|c| c.key == f.key))
        .filter(|f| f.key != "cluster" || set(f))
        .collect()
}

/// How many fields of a row are set and not among its columns.
pub fn set_beyond_columns(row: Row, document: &Document) -> usize {
    let set = |f: &&Field| document.value(&Place::key(row, f.key)).is_some();
    rest(row, document).into_iter().filter(set).count()
}

/// A field's value as the form shows it: whole numbers with separators; `None` where the default holds.
pub fn value(document: &Document, row: Row, field: &Field) -> Option<String> {
    let text = document.value(&Place::key(row, field.key))?;
    let number = matches!(field.kind, FieldKind::Count { .. } | FieldKind::Nodes | FieldKind::Other);
    match text.parse::<u64>() {
        Ok(n) if number => Some(thousands(n)),
        _ => Some(shown(&text)),
    }
}

/// How many rows a section has, in one cluster where it belongs to one.
pub fn rows(plan: &Plan, section: Section, cluster: usize) -> usize {
    let cluster = plan.clusters.get(cluster);
    match section {
        Section::Plan => 1,
        Section::Subnet => plan.subnets.len(),
        Section::Cluster => plan.clusters.len(),
        Section::Env => usize::from(cluster.is_some()),
        Section::NodeGroup => cluster.map_or(0, |c| c.node_groups.len()),
        Section::Workload => cluster.map_or(0, |c| c.workloads.len()),
    }
}

/// The row of a section by its index.
pub fn row(section: Section, cluster: usize, index: usize) -> Row {
    match section {
        Section::Plan => Row::Plan,
        Section::Subnet => Row::Subnet(index),
        Section::Cluster => Row::Cluster(index),
        Section::Env => Row::Env(index),
        Section::NodeGroup => Row::NodeGroup(cluster, index),
        Section::Workload => Row::Workload(cluster, index),
    }
}

/// The cluster that a row belongs to.
pub fn cluster_of(row: Row) -> Option<usize> {
    match row {
        Row::Plan | Row::Subnet(_) => None,
        Row::Cluster(c) | Row::Env(c) | Row::NodeGroup(c, _) | Row::Workload(c, _) => Some(c),
    }
}

/// The name of a row.
pub fn name(plan: &Plan, row: Row) -> Option<&str> {
    let cluster = |c: usize| plan.clusters.get(c);
    Some(match row {
        Row::Plan => &plan.name,
        Row::Subnet(s) => &plan.subnets.get(s)?.name,
        Row::Cluster(c) | Row::Env(c) => &cluster(c)?.name,
        Row::NodeGroup(c, g) => &cluster(c)?.node_groups.get(g)?.name,
        Row::Workload(c, w) => &cluster(c)?.workloads.get(w)?.name,
    })
}

impl Form {
    /// The form of a plan, the cursor on the first node group's number of nodes: what is changed most.
    pub fn new(plan: &Plan) -> Form {
        let groups = plan.clusters.first().is_some_and(|c| !c.node_groups.is_empty());
        let mut form = Form {
            spot: Spot::Add(Section::Subnet),
            column: 0,
            cluster: 0,
            open: BTreeSet::new(),
            everywhere: None,
        };
        form.put(if groups { Spot::Key(Row::NodeGroup(0, 0), "nodes") } else { Spot::Add(Section::Subnet) });
        form
    }

    /// The lines, for the cluster that is shown.
    pub fn lines(&self, document: &Document) -> Vec<Line> {
        let plan = document.plan();
        let mut lines = Vec::new();
        self.push_row(&mut lines, Row::Plan, document);
        self.push_section(&mut lines, Section::Subnet, document);
        lines.push(Line::Gap);
        if self.cluster < plan.clusters.len() {
            self.push_row(&mut lines, Row::Cluster(self.cluster), document);
            self.push_env(&mut lines, document);
            self.push_section(&mut lines, Section::NodeGroup, document);
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
        lines.push(Line::Row(row));
        if self.is_open(row) {
            lines.extend(rest(row, document).into_iter().map(|f| Line::Field(row, f)));
        }
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
        self.everywhere.is_some() || self.open.contains(&row)
    }

    /// The columns that a line has for the cursor.
    pub fn fields_of(line: Line) -> Vec<&'static Field> {
        match line {
            Line::Row(row) => columns(field::section(row)),
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

    /// Where the cursor is among the lines: line and column.
    pub fn position(&self, lines: &[Line]) -> Option<(usize, usize)> {
        let exact = lines.iter().enumerate().find_map(|(i, line)| match (self.spot, line) {
            (Spot::Add(at), Line::Add(section)) if at == *section => Some((i, 0)),
            (Spot::Key(at, key), Line::Row(row) | Line::Field(row, _)) if at == *row => {
                Form::fields_of(*line).iter().position(|f| f.key == key).map(|column| (i, column))
            }
            _ => None,
        });
        exact.or_else(|| {
            let same_row =
                |line: &Line| matches!((self.spot, line), (Spot::Key(at, _), Line::Row(row)) if at == *row);
            lines.iter().position(same_row).map(|i| (i, 0))
        })
    }

    /// Puts the cursor on a line, in the column it keeps to or the last one.
    pub fn stand(&mut self, line: Line) {
        let fields = Form::fields_of(line);
        match line {
            Line::Row(row) | Line::Field(row, _) => {
                if let Some(field) = fields.get(self.column).or(fields.last()) {
                    self.spot = Spot::Key(row, field.key);
                }
            }
            Line::Add(section) => self.spot = Spot::Add(section),
            Line::Gap | Line::Head(_) => {}
        }
    }

    /// Moves by lines on which the cursor can stand.
    pub fn move_by(&mut self, document: &Document, by: isize) {
        let lines = self.lines(document);
        let stands: Vec<usize> = (0..lines.len())
            .filter(|i| !matches!(lines.get(*i), Some(Line::Gap | Line::Head(_)) | None))
            .collect();
        let at = self.position(&lines).map_or(0, |(line, _)| line);
        let now = stands.iter().position(|i| *i >= at).unwrap_or(0);
        let then = now.saturating_add_signed(by).min(stands.len().saturating_sub(1));
        if let Some(line) = stands.get(then).and_then(|i| lines.get(*i)) {
            self.stand(*line);
        }
    }

    /// Moves by columns.
    pub fn sidestep(&mut self, document: &Document, by: isize) {
        let lines = self.lines(document);
        let Some((line, column)) = self.position(&lines) else { return };
        let Some(line) = lines.get(line) else { return };
        let columns = Form::fields_of(*line).len();
        self.column = column.saturating_add_signed(by).min(columns.saturating_sub(1));
        self.stand(*line);
    }

    /// Keeps the cursor on a line that is there.
    pub fn stay(&mut self, document: &Document) {
        let lines = self.lines(document);
        if let Some((line, _)) = self.position(&lines).and_then(|(i, c)| Some((*lines.get(i)?, c))) {
            self.stand(line);
        }
    }

    /// Moves to the next field or the one before, over the ends of rows.
    pub fn advance(&mut self, document: &Document, by: isize) {
        let lines = self.lines(document);
        let fields: Vec<Spot> = lines
            .iter()
            .flat_map(|line| match line {
                Line::Row(row) | Line::Field(row, _) => {
                    Form::fields_of(*line).into_iter().map(|f| Spot::Key(*row, f.key)).collect()
                }
                _ => Vec::new(),
            })
            .collect();
        let now = fields.iter().position(|spot| *spot == self.spot).unwrap_or(0);
        let then = now.saturating_add_signed(by).min(fields.len().saturating_sub(1));
        if let Some(spot) = fields.get(then) {
            self.put(*spot);
        }
    }

    /// Puts the cursor in a column of a line.
    pub fn click(&mut self, document: &Document, line: usize, column: usize) {
        if let Some(line) = self.lines(document).get(line) {
            self.column = column;
            self.stand(*line);
        }
    }

    /// Puts the cursor on a spot and shows it.
    pub fn put(&mut self, spot: Spot) {
        self.spot = spot;
        if let Spot::Key(row, key) = spot {
            self.cluster = cluster_of(row).unwrap_or(self.cluster);
            let section = field::section(row);
            match columns(section).iter().position(|f| f.key == key) {
                Some(column) => self.column = column,
                None => {
                    let everyday = field::field(section, key).is_some_and(|f| f.everyday);
                    if !everyday {
                        self.open.insert(row);
                    }
                }
            }
        }
    }

    /// Puts the cursor on a place of the plan; a row as a whole is its first field.
    pub fn put_place(&mut self, place: &Place) {
        let section = field::section(place.row);
        let first = columns(section).first().copied().or(field::fields(section).first().copied());
        if let Some(field) = field::field(section, &place.key).or(first) {
            self.put(Spot::Key(place.row, field.key));
        }
    }

    /// Shows or hides the rest of a row.
    pub fn toggle(&mut self, row: Row) {
        if !self.open.remove(&row) {
            self.open.insert(row);
        }
    }

    /// Shows or hides the rest of every row.
    pub fn toggle_everywhere(&mut self) {
        self.everywhere = if self.everywhere.is_some() { None } else { Some(Everywhere) };
        self.open.clear();
    }

    /// After a change: open rows stay those of the same name, and the cursor stands on something that is
    /// there.
    pub fn follow(&mut self, before: &Plan, document: &Document) {
        let now = document.plan();
        let same = |row: &Row| {
            let was = name(before, *row);
            if was == name(now, *row) {
                return Some(*row);
            }
            let section = field::section(*row);
            let cluster = cluster_of(*row).unwrap_or(0);
            let by_name = (0..rows(now, section, cluster))
                .map(|i| self::row(section, cluster, i))
                .find(|r| name(now, *r) == was);
            by_name.or(name(now, *row).map(|_| *row))
        };
        self.open = self.open.iter().filter_map(same).collect();
        self.cluster = self.cluster.min(now.clusters.len().saturating_sub(1));
        if let Spot::Key(row, _) = self.spot
            && name(now, row).is_none()
        {
            let section = field::section(row);
            match rows(now, section, self.cluster).checked_sub(1) {
                Some(last) => self.put_place(&Place::row(self::row(section, self.cluster, last))),
                None => self.spot = Spot::Add(section),
            }
        }
        if let Spot::Key(row, _) = self.spot {
            self.cluster = cluster_of(row).unwrap_or(self.cluster);
        }
    }
}
