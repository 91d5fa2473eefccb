//! New rows: a copy of one, or one with sensible values.

use ipnet::Ipv4Net;

use super::{Refusal, fresh, names, set};
use crate::plan::document::{Document, Edit};
use crate::plan::field::{Section, quote};
use crate::plan::read::custom_networking;
use crate::plan::{Place, Plan, Row};

/// Copies a row to right below it, under a name of its own; a subnet gets the next free range of its size.
/// Also gives the place of the copy.
///
/// # Errors
///
/// If there is no free range.
pub fn duplicate(document: &Document, row: Row) -> Result<(Edit, Row), Refusal> {
    let plan = document.plan();
    let gone = || "the row is not there".to_owned();
    let (section, c, to) = match row {
        Row::Subnet(s) => (Section::Subnet, 0, Row::Subnet(s + 1)),
        Row::Network(n) => (Section::Network, 0, Row::Network(n + 1)),
        Row::Cluster(c) => (Section::Cluster, c, Row::Cluster(c + 1)),
        Row::NodeGroup(c, g) => (Section::NodeGroup, c, Row::NodeGroup(c, g + 1)),
        Row::Workload(c, w) => (Section::Workload, c, Row::Workload(c, w + 1)),
        Row::Plan | Row::Env(_) => return Err("this is not a row: only rows can be duplicated".to_owned()),
    };
    let old = plan.name_of(row).ok_or_else(gone)?;
    let new = fresh(old, &names(plan, section, c));
    let body = document.body(row).ok_or_else(gone)?;
    let mut edits = vec![Edit::Insert { row: to, body }, set(Place::key(to, "name"), quote(&new))];
    match (row, to) {
        (Row::Subnet(s), _) => {
            let cidr = plan.subnets.get(s).ok_or_else(gone)?.cidr;
            edits.push(set(Place::key(to, "cidr"), quote(&free(plan, cidr)?.to_string())));
            // they are about addresses of the old range
            edits.extend(["used", "reservations"].map(|key| super::unset(to, key)));
        }
        // docker gives it a range of its own
        (Row::Network(_), _) => {
            let keys = ["subnet", "ip_range", "gateway", "aux_addresses", "ipv6_subnet"];
            edits.extend(keys.map(|key| super::unset(to, key)));
        }
        (Row::Cluster(c), Row::Cluster(copy)) => {
            edits.extend(super::assertions(document, c, &new).into_iter().map(|e| in_cluster(e, copy)));
        }
        _ => {}
    }
    Ok((Edit::Many(edits), to))
}

/// The same assertion in another cluster.
fn in_cluster(edit: Edit, c: usize) -> Edit {
    let Edit::Set { place, value } = edit else { return edit };
    let row = match place.row {
        Row::NodeGroup(_, g) => Row::NodeGroup(c, g),
        Row::Workload(_, w) => Row::Workload(c, w),
        other => other,
    };
    Edit::Set { place: Place { row, ..place }, value }
}

fn free(plan: &Plan, after: Ipv4Net) -> Result<Ipv4Net, Refusal> {
    super::free::next_block(plan, after, after.prefix_len())
        .ok_or_else(|| format!("no free /{} is left after {after}: widen vpc first", after.prefix_len()))
}

/// Adds a row at the end of a section, valid and sensible, and gives its place. `c` is the cluster of groups
/// and workloads, and means nothing for subnets and clusters.
///
/// # Errors
///
/// If there is no free range for a subnet, or no subnet for a group.
pub fn add(document: &Document, section: Section, c: usize) -> Result<(Edit, Row), Refusal> {
    let plan = document.plan();
    let cluster = || plan.clusters.get(c).ok_or_else(|| "add a cluster first".to_owned());
    let taken = names(plan, section, c);
    let called = |stem: &str| if taken.contains(&stem) { fresh(stem, &taken) } else { stem.to_owned() };
    let (row, body) = match section {
        Section::Subnet => (Row::Subnet(plan.subnets.len()), subnet(plan, &called("subnet"))?),
        Section::Network => {
            let n = plan.networks.iter().filter(|n| !n.implied).count();
            (Row::Network(n), format!("name = {}", quote(&called("network"))))
        }
        Section::Cluster => {
            (Row::Cluster(plan.clusters.len()), format!("name = {}", quote(&called("cluster"))))
        }
        Section::NodeGroup => {
            let row = Row::NodeGroup(c, cluster()?.node_groups.len());
            (row, group(plan, c, &called("workers"))?)
        }
        Section::Workload => {
            let keys = "replicas = 1\ncpu = \"100m\"\nmemory = \"128Mi\"";
            let row = Row::Workload(c, cluster()?.workloads.len());
            (row, format!("name = {}\n{keys}", quote(&called("app"))))
        }
        Section::Plan | Section::Env => return Err("this is not a list: nothing can be added".to_owned()),
    };
    Ok((Edit::Insert { row, body }, row))
}

/// The next range of the last subnet's size, in the zone after its.
fn subnet(plan: &Plan, name: &str) -> Result<String, Refusal> {
    let cidr = match (plan.subnets.last(), plan.vpc.first()) {
        (Some(last), _) => free(plan, last.cidr)?,
        (None, Some(vpc)) => Ipv4Net::new(vpc.network(), vpc.prefix_len().max(24)).unwrap_or(*vpc),
        (None, None) => Ipv4Net::new([10, 0, 0, 0].into(), 24).unwrap_or_default(),
    };
    let mut zones: Vec<&str> = Vec::new();
    for zone in plan.subnets.iter().filter_map(|s| s.zone.as_deref()) {
        if !zones.contains(&zone) {
            zones.push(zone);
        }
    }
    let last = plan.subnets.last().and_then(|s| s.zone.as_deref());
    let after = last.and_then(|last| zones.iter().position(|z| *z == last)).map(|i| (i + 1) % zones.len());
    let zone = after.and_then(|i| zones.get(i)).map(|z| format!("\nzone = {}", quote(z))).unwrap_or_default();
    Ok(format!("name = {}\ncidr = \"{cidr}\"{zone}", quote(name)))
}

/// Three m5.large where the cluster's last group is; for a first group wherever the rules of pod subnets
/// allow nodes.
fn group(plan: &Plan, c: usize, name: &str) -> Result<String, Refusal> {
    let cluster = plan.clusters.get(c).ok_or("add a cluster first")?;
    let last = cluster.node_groups.last();
    let subnets = last.map_or_else(|| places_for_nodes(plan, c), |g| g.subnets.clone());
    if subnets.is_empty() {
        return Err("a node group needs a subnet that is no pod subnet: add one first".to_owned());
    }
    let list = |subnets: &[usize]| {
        let names: Vec<String> =
            subnets.iter().filter_map(|s| plan.subnets.get(*s)).map(|s| quote(&s.name)).collect();
        format!("[{}]", names.join(", "))
    };
    let mut body = format!(
        "name = {}\ninstance_type = \"m5.large\"\nnodes = 3\nsubnets = {}",
        quote(name),
        list(&subnets)
    );
    if let Some(pods) = last.map(|g| &g.pod_subnets).filter(|pods| !pods.is_empty()) {
        body += &format!("\npod_subnets = {}", list(pods));
    }
    Ok(body)
}

/// The subnets that are nobody's pod subnets; with custom networking those in the zones of the cluster's.
fn places_for_nodes(plan: &Plan, c: usize) -> Vec<usize> {
    let Some(cluster) = plan.clusters.get(c) else { return Vec::new() };
    let pods: Vec<usize> = super::subnet_lists(plan)
        .filter(|l| l.key == "pod_subnets")
        .flat_map(|l| l.subnets.to_vec())
        .collect();
    let zone = |s: usize| plan.subnets.get(s).and_then(|x| x.zone.as_deref());
    let zones: Vec<&str> = cluster.pod_subnets.iter().filter_map(|s| zone(*s)).collect();
    let anywhere = !custom_networking(&cluster.env) || cluster.pod_subnets.is_empty();
    (0..plan.subnets.len())
        .filter(|s| !pods.contains(s))
        .filter(|s| anywhere || zone(*s).is_some_and(|z| zones.contains(&z)))
        .collect()
}
