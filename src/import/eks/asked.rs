//! Groups that files ask for and no node shows: managed node groups, eksctl's, Karpenter's.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::super::draft::eks::Group;
use super::super::draft::unique;
use super::super::fact::{EksctlGroup, NodeClass, NodePool, Nodegroup, Runner, Subnet, tag};
use super::super::live::{Cluster, Live, without_figures};
use super::groups::{Grouped, Made, words};
use super::subnets::Subnets;
use super::zones::{self, Served};
use crate::limits::NODES;
use crate::plan::GroupKind;
use crate::text::{count, excerpt, thousands};

/// Where nodes can be.
struct Site<'s> {
    subnets: &'s Subnets,
    served: &'s Served,
}

/// Adds the groups that have no node among the inputs.
pub(super) fn add(live: &Live, cluster: &Cluster, subnets: &Subnets, served: &Served, grouped: &mut Grouped) {
    let site = Site { subnets, served };
    let mut there: HashSet<Runner> = grouped.groups.iter().map(|made| made.runner.clone()).collect();
    // what nodes that are left out would have is not known, and has been said
    there.extend(grouped.left.iter().cloned());
    // with the nodes at hand a group without any has none
    let counted = !cluster.members.is_empty();
    for group in &cluster.nodegroups {
        let runner = Runner::Nodegroup(group.name.clone());
        if !there.contains(&runner) {
            let places = group.subnets.iter().filter_map(|id| subnets.by_id(id)).collect();
            let made = nodegroup(group, GroupKind::Managed, None, places, counted, &site, grouped);
            grouped.groups.extend(made.map(|row| bare(row, runner)));
        }
    }
    for asked in cluster.eksctl.iter().flat_map(|asked| &asked.groups) {
        let name = &asked.group.name;
        let runner =
            if asked.managed { Runner::Nodegroup(name.clone()) } else { Runner::SelfManaged(name.clone()) };
        if there.contains(&runner) || cluster.nodegroups.iter().any(|group| group.name == *name) {
            continue;
        }
        let kind = if asked.managed { GroupKind::Managed } else { GroupKind::SelfManaged };
        let places = eksctl_places(cluster, asked, subnets);
        let made = nodegroup(&asked.group, kind, asked.max_pods, places, counted, &site, grouped);
        grouped.groups.extend(made.map(|row| bare(row, runner)));
    }
    for pool in &cluster.pools {
        let runner = Runner::NodePool(pool.name.clone());
        if !there.contains(&runner) {
            let made = node_pool(live, cluster, pool, &site, grouped);
            grouped.groups.extend(made.map(|row| bare(row, runner)));
        }
    }
}

/// A group of whose nodes no labels are known.
fn bare(row: Group, runner: Runner) -> Made {
    Made { row, runner, labels: HashSet::new(), taints: Vec::new() }
}

/// At most so many nodes may be unavailable in an upgrade.
pub(super) fn unavailable(group: &Nodegroup, nodes: u64, row: &mut Group) {
    row.max_unavailable = group.max_unavailable;
    if let (None, Some(percent)) = (group.max_unavailable, group.max_unavailable_percent) {
        let of = nodes.saturating_mul(percent.into()).div_ceil(100).clamp(1, NODES.into());
        row.max_unavailable = u32::try_from(of).ok();
        row.notes.push(format!(
            "maxUnavailablePercentage is {percent}: of {} nodes, rounded up",
            thousands(nodes)
        ));
    }
}

fn nodegroup(
    group: &Nodegroup,
    kind: GroupKind,
    max_pods: Option<u32>,
    mut places: BTreeSet<usize>,
    counted: bool,
    site: &Site<'_>,
    grouped: &mut Grouped,
) -> Option<Group> {
    let shown = excerpt(&group.name);
    if group.ami.as_deref().is_some_and(|ami| ami.to_ascii_uppercase().starts_with("WINDOWS")) {
        grouped
            .findings
            .push(without_figures(&format!("the node group {shown}, whose nodes are of Windows")));
        return None;
    }
    if group.instance_types.is_empty() {
        grouped.findings.push(format!(
            "the node group {shown} has its instance type from its launch template, which is not in the inputs: it \
             is left out; its nodes would tell (kubectl get nodes -o json)"
        ));
        return None;
    }
    if places.is_empty() {
        grouped.findings.push(format!(
            "no input has the range of a subnet of the node group {shown} (aws ec2 describe-subnets): it is left out"
        ));
        return None;
    }
    places.retain(|place| site.served.has(*place, site.subnets));
    if places.is_empty() {
        grouped
            .findings
            .push(format!("no input has a pod subnet in a zone of the node group {shown}: it is left out"));
        return None;
    }
    let mut row = Group::named(unique(&mut grouped.names, &group.name), kind);
    for instance_type in &group.instance_types {
        if !row.instance_types.contains(instance_type) {
            row.instance_types.push(instance_type.clone());
        }
    }
    row.max_pods = max_pods;
    row.dedicated = group.tainted;
    let nodes = if counted { 0 } else { asked_for(group, &mut row.notes) };
    unavailable(group, nodes.into(), &mut row);
    if group.ami.as_deref() == Some("CUSTOM") && max_pods.is_none() {
        row.notes.push(
            "its AMI is its own, so that EKS does not set max pods: the plan takes what managed groups have"
                .to_owned(),
        );
    }
    zones::put(&mut row, &places.into_iter().map(|place| (place, 0)).collect(), site.subnets);
    // how they are over the zones is not known: the plan's own way
    row.zones.clear();
    row.nodes = nodes;
    match (counted, group.least, group.most) {
        (true, ..) => row.notes.push("it has no node now".to_owned()),
        (false, Some(least), Some(most)) if least != most => {
            row.notes.push(format!(
                "it may have {} to {} nodes",
                thousands(least.into()),
                thousands(most.into())
            ));
        }
        _ => {}
    }
    Some(row)
}

/// How many nodes the group should have, as far as its description says it.
fn asked_for(group: &Nodegroup, notes: &mut Vec<String>) -> u32 {
    match (group.desired, group.least) {
        (Some(desired), _) => desired,
        (None, Some(least)) => {
            let nodes = count(least.into(), "node");
            notes.push(format!(
                "how many nodes are desired is not in the inputs: the plan has {nodes}, the least"
            ));
            least
        }
        (None, None) => {
            notes.push(
                "how many nodes it has is not in the inputs (scalingConfig): the plan has none; set nodes"
                    .to_owned(),
            );
            0
        }
    }
}

/// The subnets of a group of eksctl's: those that it names, or all private or public ones of its zones.
/// Source: eksctl-io/eksctl `pkg/vpc/vpc.go`.
fn eksctl_places(cluster: &Cluster, asked: &EksctlGroup, subnets: &Subnets) -> BTreeSet<usize> {
    let called = |public: bool, name: &str| subnets.of_eksctl(&cluster.name, public, name);
    if !asked.group.subnets.is_empty() {
        // names are those of the private subnets for a private group, and of the public ones otherwise
        let named = |name: &String| {
            let own = || called(!asked.private, name);
            subnets.by_id(name).or_else(own).or_else(|| called(asked.private, name))
        };
        return asked.group.subnets.iter().filter_map(named).collect();
    }
    let all = cluster.eksctl.iter().flat_map(|eksctl| &eksctl.subnets);
    let own = all.filter(|subnet| subnet.public != asked.private).filter(|subnet| {
        asked.zones.is_empty() || subnet.zone.as_ref().is_some_and(|zone| asked.zones.contains(zone))
    });
    own.filter_map(|subnet| called(subnet.public, &subnet.name)).collect()
}

/// A NodePool without nodes: a group of none, if its types are named and its subnets found.
fn node_pool(
    live: &Live,
    cluster: &Cluster,
    pool: &NodePool,
    site: &Site<'_>,
    grouped: &mut Grouped,
) -> Option<Group> {
    let shown = excerpt(&pool.name);
    if pool.auto_mode {
        grouped.findings.push(without_figures(&format!("the NodePool {shown}, which is one of Auto Mode")));
        return None;
    }
    let class = pool.class.as_ref().and_then(|name| cluster.classes.iter().find(|class| class.name == *name));
    let mut places: BTreeMap<usize, u32> =
        class.map_or_else(BTreeMap::new, |class| selected(live, class, site.subnets));
    places.retain(|place, _| site.served.has(*place, site.subnets));
    let lacks = match (pool.instance_types.is_empty(), places.is_empty()) {
        (true, _) => "does not name its instance types one by one",
        (_, true) => "has no subnets that are found in the inputs",
        _ => "",
    };
    if !lacks.is_empty() {
        grouped
            .findings
            .push(format!("the NodePool {shown} has no node in the inputs, and {lacks}: it is left out"));
        return None;
    }
    let mut row = Group::named(unique(&mut grouped.names, &pool.name), GroupKind::Karpenter);
    row.instance_types.extend(pool.instance_types.first().cloned());
    if let [_, others @ ..] = pool.instance_types.as_slice()
        && !others.is_empty()
    {
        row.notes.push(format!("its nodes may be of {}, too", words(others)));
    }
    row.max_pods = pool.max_pods.or(class.and_then(|class| class.max_pods));
    row.dedicated = pool.tainted;
    row.notes.push("it has no node in the inputs".to_owned());
    zones::put(&mut row, &places, site.subnets);
    row.zones.clear();
    Some(row)
}

/// The subnets that a term of the class selects.
fn selected(live: &Live, class: &NodeClass, subnets: &Subnets) -> BTreeMap<usize, u32> {
    let is = |subnet: &&Subnet| {
        class.subnets.iter().any(|term| {
            let has = |(key, value): &(String, String)| {
                tag(&subnet.tags, key).is_some_and(|is| value == "*" || is == value)
            };
            let id = term.id.as_ref().is_none_or(|id| *id == subnet.id);
            id && term.tags.iter().all(has) && (term.id.is_some() || !term.tags.is_empty())
        })
    };
    live.subnets.iter().filter(is).filter_map(|subnet| Some((subnets.by_id(&subnet.id)?, 0))).collect()
}
