//! Edits that concern more than one value: a rename that its references follow, a removal that leaves no
//! dangling name, new rows that are valid at once. They build an [`Edit`] and change nothing.

mod add;
mod free;
mod ranges;

pub use add::{add, duplicate};
pub use ranges::{free_range, next_free, parts, split};

use super::document::{Document, Edit};
use super::field::{Section, quote, quote_key};
use super::{Nodes, Place, Plan, Row, variant};
use crate::text::{count, list};

/// Why an edit cannot be made, and what to do.
pub type Refusal = String;

/// Up or down among its siblings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Up,
    Down,
}

fn set(place: Place, value: impl Into<String>) -> Edit {
    Edit::Set { place, value: Some(value.into()) }
}

fn unset(row: Row, key: &str) -> Edit {
    Edit::Set { place: Place::key(row, key), value: None }
}

/// Renames a row; whoever refers to it follows. Rows without a name, and names that are not allowed, are
/// refused when the edit is applied.
pub fn rename(document: &Document, row: Row, name: &str) -> Edit {
    let plan = document.plan();
    let mut edits = vec![set(Place::key(row, "name"), quote(name))];
    match row {
        Row::Subnet(s) => {
            edits.extend(subnet_lists(plan).filter_map(|list| {
                let i = list.subnets.iter().position(|x| *x == s)?;
                Some(set(Place::item(list.row, list.key, i), quote(name)))
            }));
            edits.extend(rename_zone(plan, s, name));
        }
        Row::Network(n) => edits
            .extend(on_network(plan, n).map(|c| set(Place::key(Row::Cluster(c), "network"), quote(name)))),
        Row::Cluster(c) => edits.extend(assertions(document, c, name)),
        Row::NodeGroup(c, g) => edits.extend(group_lists(plan, c).filter_map(|(row, groups)| {
            let i = groups.iter().position(|x| *x == g)?;
            Some(set(Place::item(row, "node_groups", i), quote(name)))
        })),
        Row::Plan | Row::Env(_) | Row::Workload(..) => {}
    }
    edits.extend(variant::renamed(plan, row, name));
    Edit::Many(edits)
}

/// A subnet without a zone is a zone named by it, and tables of nodes name zones.
fn rename_zone(plan: &Plan, s: usize, name: &str) -> Vec<Edit> {
    let Some(subnet) = plan.subnets.get(s).filter(|s| s.zone.is_none()) else { return Vec::new() };
    let new = |zone: &str| if zone == subnet.name { name.to_owned() } else { zone.to_owned() };
    groups(plan)
        .filter(|(_, group)| group.subnets.contains(&s))
        .filter_map(|(row, group)| match &group.nodes {
            Nodes::ByZone(zones) => {
                let zones: Vec<_> = zones.iter().map(|(zone, n)| (new(zone), *n)).collect();
                Some(set(Place::key(row, "nodes"), by_zone(&zones)))
            }
            _ => None,
        })
        .collect()
}

fn by_zone(zones: &[(String, u32)]) -> String {
    let pairs: Vec<String> = zones.iter().map(|(z, n)| format!("{} = {n}", quote_key(z))).collect();
    format!("{{ {} }}", pairs.join(", "))
}

/// The rows of cluster `c` that assert its name, told another.
fn assertions(document: &Document, c: usize, name: &str) -> Vec<Edit> {
    let Some(cluster) = document.plan().clusters.get(c) else { return Vec::new() };
    let groups = (0..cluster.node_groups.len()).map(|g| Row::NodeGroup(c, g));
    let workloads = (0..cluster.workloads.len()).map(|w| Row::Workload(c, w));
    groups
        .chain(workloads)
        .map(|row| Place::key(row, "cluster"))
        .filter(|place| document.value(place).is_some())
        .map(|place| set(place, quote(name)))
        .collect()
}

/// The clusters whose nodes are in a docker network.
fn on_network(plan: &Plan, n: usize) -> impl Iterator<Item = usize> {
    plan.clusters.iter().enumerate().filter(move |(_, c)| c.network == Some(n)).map(|(c, _)| c)
}

/// A list of subnets somewhere in the plan.
struct SubnetList<'a> {
    row: Row,
    key: &'static str,
    subnets: &'a [usize],
}

fn subnet_lists(plan: &Plan) -> impl Iterator<Item = SubnetList<'_>> {
    let of_clusters = plan.clusters.iter().enumerate().flat_map(|(c, cluster)| {
        [("control_plane_subnets", &cluster.control_plane_subnets), ("pod_subnets", &cluster.pod_subnets)]
            .map(|(key, subnets)| SubnetList { row: Row::Cluster(c), key, subnets })
    });
    let of_groups =
        groups(plan).flat_map(|(row, group)| {
            [("subnets", &group.subnets), ("pod_subnets", &group.pod_subnets)]
                .map(|(key, subnets)| SubnetList { row, key, subnets })
        });
    of_clusters.chain(of_groups)
}

fn groups(plan: &Plan) -> impl Iterator<Item = (Row, &super::NodeGroup)> {
    plan.clusters.iter().enumerate().flat_map(|(c, cluster)| {
        cluster.node_groups.iter().enumerate().map(move |(g, group)| (Row::NodeGroup(c, g), group))
    })
}

/// The workloads of a cluster with the groups they name.
fn group_lists(plan: &Plan, c: usize) -> impl Iterator<Item = (Row, &[usize])> {
    let workloads = plan.clusters.get(c).map_or(&[][..], |c| &c.workloads);
    workloads.iter().enumerate().map(move |(w, x)| (Row::Workload(c, w), x.node_groups.as_slice()))
}

/// Takes a row away, and every reference to it.
///
/// # Errors
///
/// If a node group would have no subnet left, or a workload that names its groups no group.
pub fn remove(document: &Document, row: Row) -> Result<Edit, Refusal> {
    let plan = document.plan();
    let mut edits = match row {
        Row::Subnet(s) => without_subnet(plan, s)?,
        Row::Network(n) => on_network(plan, n).map(|c| unset(Row::Cluster(c), "network")).collect(),
        Row::NodeGroup(c, g) => without_group(plan, c, g)?,
        Row::Cluster(_) | Row::Workload(..) => Vec::new(),
        Row::Plan | Row::Env(_) => return Err("this is not a row: only rows can be removed".to_owned()),
    };
    edits.push(Edit::Remove { row });
    Ok(Edit::Many(edits))
}

fn without_subnet(plan: &Plan, s: usize) -> Result<Vec<Edit>, Refusal> {
    let stuck: Vec<&str> = groups(plan)
        .filter(|(_, group)| group.subnets == [s])
        .map(|(_, group)| group.name.as_ref())
        .collect();
    if !stuck.is_empty() {
        let one = count(stuck.len() as u64, "node group");
        return Err(format!("{one} would have no subnet left: give {} another first", list(&stuck)));
    }
    let mut edits: Vec<Edit> =
        subnet_lists(plan).filter_map(|list| without(list.row, list.key, list.subnets, s)).collect();
    for (row, group) in groups(plan).filter(|(_, group)| group.subnets.contains(&s)) {
        edits.extend(without_zone(plan, row, group, s));
    }
    Ok(edits)
}

/// Takes an element out of a list; the key goes with the last.
fn without(row: Row, key: &str, list: &[usize], gone: usize) -> Option<Edit> {
    let i = list.iter().position(|x| *x == gone)?;
    let alone = Edit::Set { place: Place::item(row, key, i), value: None };
    Some(if list.len() == 1 { unset(row, key) } else { alone })
}

/// A group that loses its last subnet of a zone loses the zone's nodes and pod subnet.
fn without_zone(plan: &Plan, row: Row, group: &super::NodeGroup, s: usize) -> Vec<Edit> {
    let zone = |s: usize| plan.subnets.get(s).map(|x| x.zone.as_ref().unwrap_or(&x.name));
    let Some(lost) = zone(s) else { return Vec::new() };
    if group.subnets.iter().any(|x| *x != s && zone(*x) == Some(lost)) {
        return Vec::new();
    }
    let mut edits = Vec::new();
    if let Nodes::ByZone(zones) = &group.nodes {
        let rest: Vec<_> = zones.iter().filter(|(z, _)| z != lost).cloned().collect();
        edits.push(set(Place::key(row, "nodes"), by_zone(&rest)));
    }
    let pods = group.pod_subnets.iter().find(|p| **p != s && zone(**p) == Some(lost));
    edits.extend(pods.and_then(|p| {
        // the list as it is once the subnet itself is out of it
        let left: Vec<usize> = group.pod_subnets.iter().copied().filter(|x| *x != s).collect();
        without(row, "pod_subnets", &left, *p)
    }));
    edits
}

fn without_group(plan: &Plan, c: usize, g: usize) -> Result<Vec<Edit>, Refusal> {
    let workloads = plan.clusters.get(c).map_or(&[][..], |c| &c.workloads);
    let stuck: Vec<&str> =
        workloads.iter().filter(|w| w.node_groups == [g]).map(|w| w.name.as_ref()).collect();
    if !stuck.is_empty() {
        // without its list the workload would run on every group, which nobody asked for
        let one = count(stuck.len() as u64, "workload");
        return Err(format!("{one} would have no node group left: give {} another first", list(&stuck)));
    }
    Ok(group_lists(plan, c).filter_map(|(row, groups)| without(row, "node_groups", groups, g)).collect())
}

/// Moves a row by one among its siblings, and its new place; `None` at the end.
pub fn shift(plan: &Plan, row: Row, direction: Direction) -> Option<(Edit, Row)> {
    let step = |i: usize, len: usize| match direction {
        Direction::Up => i.checked_sub(1),
        Direction::Down => i.checked_add(1).filter(|i| *i < len),
    };
    let cluster = |c: usize| plan.clusters.get(c);
    let to = match row {
        Row::Subnet(s) => Row::Subnet(step(s, plan.subnets.len())?),
        Row::Network(n) => Row::Network(step(n, plan.networks.iter().filter(|n| !n.implied).count())?),
        Row::Cluster(c) => Row::Cluster(step(c, plan.clusters.len())?),
        Row::NodeGroup(c, g) => Row::NodeGroup(c, step(g, cluster(c)?.node_groups.len())?),
        Row::Workload(c, w) => Row::Workload(c, step(w, cluster(c)?.workloads.len())?),
        Row::Plan | Row::Env(_) => return None,
    };
    Some((Edit::Move { from: row, to }, to))
}

/// The names in use among the siblings of a section's rows.
fn names(plan: &Plan, section: Section, c: usize) -> Vec<&str> {
    let cluster = plan.clusters.get(c);
    match section {
        Section::Subnet => plan.subnets.iter().map(|x| x.name.as_str()).collect(),
        Section::Network => plan.networks.iter().map(|x| x.name.as_str()).collect(),
        Section::Cluster => plan.clusters.iter().map(|x| x.name.as_ref()).collect(),
        Section::NodeGroup => {
            cluster.map_or(Vec::new(), |c| c.node_groups.iter().map(|x| x.name.as_ref()).collect())
        }
        Section::Workload => {
            cluster.map_or(Vec::new(), |c| c.workloads.iter().map(|x| x.name.as_ref()).collect())
        }
        Section::Plan | Section::Env => Vec::new(),
    }
}

/// `workers-2` for a second `workers`: the next number that is free.
pub fn fresh(name: &str, taken: &[&str]) -> String {
    let (stem, number) = match name.rsplit_once('-') {
        Some((stem, n)) if !stem.is_empty() => (stem, n.parse::<u32>().ok()),
        _ => (name, None),
    };
    let (stem, from) = number.map_or((name, 2), |n| (stem, n.saturating_add(1)));
    (u64::from(from)..)
        .map(|n| format!("{stem}-{n}"))
        .find(|name| !taken.contains(&name.as_str()))
        .unwrap_or_else(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fresh_names_count_on() {
        for (name, taken, new) in [
            ("workers", &["workers"][..], "workers-2"),
            ("workers-2", &["workers-2", "workers-3"], "workers-4"),
            ("private-a", &["private-a"], "private-a-2"),
            ("-1", &["-1"], "-1-2"),
        ] {
            assert_eq!(fresh(name, taken), new);
        }
    }
}
