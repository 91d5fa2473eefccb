//! Every row of a plan, section by section, and the fields that mean something in each.

use super::field::{self, Field, Section};
use super::{Plan, Row};
use crate::manager::{AWS_VPC_CNI, Manager, Nodes};

/// The manager of a cluster.
pub fn manager(plan: &Plan, cluster: usize) -> &'static Manager {
    plan.clusters.get(cluster).map_or(&AWS_VPC_CNI, |c| c.manager)
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
