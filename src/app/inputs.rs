//! What the inputs consist of: sections, their rows, and which fields a row shows at once.

use crate::manager::{AWS_VPC_CNI, Manager, Nodes};
use crate::plan::document::Document;
use crate::plan::field::{self, Field, FieldKind, Section};
use crate::plan::{Place, Plan, Row};
use crate::text::{shown, thousands};

/// The manager of a cluster.
pub fn manager(plan: &Plan, cluster: usize) -> &'static Manager {
    plan.clusters.get(cluster).map_or(&AWS_VPC_CNI, |c| c.manager)
}

/// The fields that a row shows side by side, under its cluster's manager.
pub fn columns(section: Section, manager: &Manager) -> Vec<&'static Field> {
    let all = field::fields(section);
    let everyday: Vec<_> = all.iter().copied().filter(|f| f.is_everyday(manager)).collect();
    match section {
        Section::Env => Vec::new(),
        _ if everyday.is_empty() => all.into_iter().filter(|f| f.key == "name").collect(),
        _ => everyday,
    }
}

/// How many of a cluster's fields are always shown, where its manager is not the AWS VPC CNI.
const FIRST: usize = 4;

/// The fields of a cluster that are shown below it even when it is not open: who manages it, the first of what
/// that one reads, and what is set. Those of the AWS VPC CNI are all behind the row: its variables matter more.
pub fn first(row: Row, document: &Document) -> Vec<&'static Field> {
    let Row::Cluster(c) = row else { return Vec::new() };
    let manager = manager(document.plan(), c);
    if manager.is_aws() {
        return Vec::new();
    }
    let first = manager.keys.iter().take(FIRST);
    let is_first = |f: &&Field| f.key == "manager" || first.clone().any(|key| *key == f.key);
    let set = |f: &&Field| document.value(&Place::key(row, f.key)).is_some();
    rest(row, document).into_iter().filter(|f| is_first(f) || set(f)).collect()
}

/// The other fields of a row: those to show when it is open. What nobody edits here, and what means nothing to
/// the manager, is left out unless it is set.
pub fn rest(row: Row, document: &Document) -> Vec<&'static Field> {
    let section = field::section(row);
    let manager = manager(document.plan(), row.cluster().unwrap_or(usize::MAX));
    let beside = columns(section, manager);
    let set = |f: &Field| document.value(&Place::key(row, f.key)).is_some();
    field::fields(section)
        .into_iter()
        .filter(|f| f.is_of(manager) || set(f))
        .filter(|f| f.key != "format" && !beside.iter().any(|c| c.key == f.key))
        .filter(|f| f.key != "cluster" || set(f))
        .collect()
}

/// How many fields of a row are set and not shown.
pub fn set_beyond_columns(row: Row, document: &Document) -> usize {
    let shown = first(row, document);
    let hidden = |f: &Field| !shown.iter().any(|s| s.key == f.key);
    let set = |f: &&Field| hidden(f) && document.value(&Place::key(row, f.key)).is_some();
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
        Section::Network => plan.networks.iter().filter(|n| !n.implied).count(),
        Section::Cluster => plan.clusters.len(),
        Section::Env => usize::from(cluster.is_some_and(|c| c.manager.is_aws())),
        Section::NodeGroup => cluster.map_or(0, |c| match c.manager.nodes {
            // stated by their number
            Nodes::Containers => 0,
            _ => c.node_groups.len(),
        }),
        Section::Workload => cluster.map_or(0, |c| c.workloads.len()),
    }
}

/// The row of a section by its index.
pub fn row(section: Section, cluster: usize, index: usize) -> Row {
    match section {
        Section::Plan => Row::Plan,
        Section::Subnet => Row::Subnet(index),
        Section::Network => Row::Network(index),
        Section::Cluster => Row::Cluster(index),
        Section::Env => Row::Env(index),
        Section::NodeGroup => Row::NodeGroup(cluster, index),
        Section::Workload => Row::Workload(cluster, index),
    }
}

/// Every row of a plan, in the order of the form.
pub fn all_rows(plan: &Plan) -> impl Iterator<Item = Row> + '_ {
    let of_plan = [Section::Plan, Section::Subnet, Section::Network].into_iter();
    let of_plan = of_plan.flat_map(move |s| (0..rows(plan, s, 0)).map(move |i| row(s, 0, i)));
    let of_cluster = move |c: usize| {
        let sections = [Section::Env, Section::NodeGroup, Section::Workload].into_iter();
        let below = sections.flat_map(move |s| {
            (0..rows(plan, s, c)).map(move |i| row(s, c, if s == Section::Env { c } else { i }))
        });
        std::iter::once(Row::Cluster(c)).chain(below)
    };
    of_plan.chain((0..plan.clusters.len()).flat_map(of_cluster))
}

/// The fields of a row that mean something to its cluster's manager.
pub fn fields_of(row: Row, plan: &Plan) -> Vec<&'static Field> {
    let manager = manager(plan, row.cluster().unwrap_or(usize::MAX));
    let fields = field::fields(field::section(row)).into_iter();
    fields.filter(|f| f.is_of(manager) && f.key != "format" && f.key != "cluster").collect()
}
