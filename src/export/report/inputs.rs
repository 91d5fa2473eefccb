//! The inputs of a plan: one row for each field that it sets, and the same side by side for people.

use crate::manager::Manager;
use crate::output::columns::column;
use crate::output::table::Align::{self, Flow, Left, Right};
use crate::output::table::On::{self, Everywhere};
use crate::output::table::{Cell, Column, Head, Table};
use crate::plan::document::Document;
use crate::plan::field::{Field, FieldKind, Section, section};
use crate::plan::rows::{all_rows, fields_of, manager};
use crate::plan::{Place, Row};

/// A field of a row.
pub struct Input {
    pub row: Row,
    pub field: &'static Field,
    /// As the form has it.
    pub value: String,
    /// Whether the plan says it; what it does not say is listed of variables that everybody looks for.
    pub stated: bool,
    /// As findings name it: `cluster.prod.env.WARM_IP_TARGET`.
    pub path: String,
}

/// Every field that the plan sets, and the everyday variables that it leaves at their defaults.
pub fn inputs(document: &Document) -> Vec<Input> {
    let plan = document.plan();
    let mut all = Vec::new();
    for row in all_rows(plan) {
        let manager: &Manager = manager(plan, row.cluster().unwrap_or(usize::MAX));
        for field in fields_of(row, plan) {
            let place = Place::key(row, field.key);
            let value = document.value(&place);
            let stated = value.is_some();
            let usual =
                || (field.section == Section::Env && field.everyday).then(|| field.default_under(manager));
            if let Some(value) = value.or_else(usual) {
                all.push(Input { row, field, value, stated, path: place.path(plan) });
            }
        }
    }
    all
}

pub const INPUTS: &[Column<Input>] = &[
    column("input", "input", Left, Everywhere, |i| (&i.path).into()),
    column("value", "value", Left, Everywhere, |i| (&i.value).into()),
    column("", "stated", Left, On::Data, |i| i.stated.into()),
    column("what it is", "meaning", Flow, Everywhere, |i| i.field.doc.into()),
];

/// The inputs of a section that are set: one line each, or its rows with a column for each field.
pub fn tables(document: &Document) -> Vec<Table> {
    let all = inputs(document);
    let several = document.plan().clusters.len() > 1;
    let mut tables = Vec::new();
    for (own, title) in SECTIONS {
        let rows: Vec<&Input> = all.iter().filter(|i| i.field.section == *own).collect();
        let table = match own {
            Section::Plan => Table::of(*title, PLAN, rows.into_iter().filter(|i| i.field.key != "name")),
            Section::Env => variables(document, title, &rows, several),
            _ => beside(document, title, &rows, several),
        };
        if !table.rows.is_empty() {
            tables.push(table);
        }
    }
    tables
}

const SECTIONS: &[(Section, &str)] = &[
    (Section::Plan, "Plan"),
    (Section::Subnet, "Subnets"),
    (Section::Network, "Docker networks"),
    (Section::Cluster, "Clusters"),
    (Section::Env, "Variables of the aws-node DaemonSet"),
    (Section::NodeGroup, "Node groups"),
    (Section::Workload, "Workloads"),
];

const PLAN: &[Column<Input>] = &[
    column("input", "input", Left, Everywhere, |i| i.field.label.into()),
    column("value", "value", Left, Everywhere, value),
    column("what it is", "meaning", Flow, Everywhere, |i| i.field.doc.into()),
];

/// What stands there; what the plan does not say is marked.
fn value(input: &Input) -> Cell {
    match input.stated {
        true => (&input.value).into(),
        false => format!("{} (default)", input.value).into(),
    }
}

fn head(header: &'static str, align: Align) -> Head {
    Head { header: header.into(), key: header.into(), align, on: Everywhere }
}

fn name_of(document: &Document, row: Row) -> Cell {
    document.plan().name_of(row).into()
}

fn cluster_of(document: &Document, row: Row) -> Cell {
    row.cluster().and_then(|c| document.plan().name_of(Row::Cluster(c))).into()
}

/// One line for each variable.
fn variables(document: &Document, title: &str, rows: &[&Input], several: bool) -> Table {
    let mut columns = vec![head("variable", Left), head("value", Left), head("what it is", Flow)];
    let mut lines: Vec<Vec<Cell>> =
        rows.iter().map(|i| vec![i.field.key.into(), value(i), i.field.doc.into()]).collect();
    if several {
        columns.insert(0, head("cluster", Left));
        lines.iter_mut().zip(rows).for_each(|(line, i)| line.insert(0, cluster_of(document, i.row)));
    }
    Table { title: title.to_owned(), columns, rows: lines }
}

/// One line for each row of the plan, with a column for each field that one of them sets.
fn beside(document: &Document, title: &str, rows: &[&Input], several: bool) -> Table {
    let mut fields: Vec<&'static Field> = Vec::new();
    for input in rows {
        if input.field.key != "name" && !fields.iter().any(|f| f.key == input.field.key) {
            fields.push(input.field);
        }
    }
    let in_cluster = rows
        .first()
        .is_some_and(|i| several && matches!(section(i.row), Section::NodeGroup | Section::Workload));
    let named = rows.first().map_or("name", |i| match section(i.row) {
        Section::Network => "network",
        Section::Subnet => "subnet",
        Section::Cluster => "cluster",
        Section::NodeGroup => "group",
        Section::Workload => "workload",
        Section::Plan | Section::Env => "name",
    });
    let mut columns: Vec<Head> = if in_cluster { vec![head("cluster", Left)] } else { Vec::new() };
    columns.push(head(named, Left));
    columns.extend(fields.iter().map(|f| head(f.label, align(f.kind))));
    let mut lines = Vec::new();
    for of_row in rows.chunk_by(|a, b| a.row == b.row) {
        let Some(row) = of_row.first().map(|i| i.row) else { continue };
        let mut line = if in_cluster { vec![cluster_of(document, row)] } else { Vec::new() };
        line.push(name_of(document, row));
        line.extend(
            fields
                .iter()
                .map(|f| of_row.iter().find(|i| i.field.key == f.key).map_or(Cell::None, |i| value(i))),
        );
        lines.push(line);
    }
    Table { title: title.to_owned(), columns, rows: lines }
}

fn align(kind: FieldKind) -> Align {
    match kind {
        FieldKind::Count { .. } | FieldKind::Nodes | FieldKind::Cpu | FieldKind::Memory => Right,
        _ => Left,
    }
}
