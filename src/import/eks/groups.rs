//! Groups of the nodes there are: alike are those that the same node group or NodePool runs, of one instance type,
//! with the same max pods.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::super::Refusal;
use super::super::aws::answer;
use super::super::draft::eks::Group;
use super::super::draft::unique;
use super::super::fact::{Interface, Machine, Member, Runner, Taint};
use super::super::live::{Cluster, Index, Live};
use super::subnets::Subnets;
use super::zones::{self, Left, Served, home};
use crate::engine::fleet::{allocatable_cpu, allocatable_memory};
use crate::instance::{Hypervisor, Tables};
use crate::limits::QUANTITY;
use crate::plan::GroupKind;
use crate::text::{count, excerpt, listed};

/// The groups of a cluster.
#[derive(Default)]
pub(super) struct Grouped {
    pub groups: Vec<Made>,
    /// The group of each node by name.
    pub of_node: HashMap<String, usize>,
    /// Nodes that are in no group: their pods are no workloads of the plan.
    pub without: HashSet<String>,
    /// Who runs them.
    pub left: HashSet<Runner>,
    pub names: HashSet<String>,
    pub facts: Vec<String>,
    pub findings: Vec<String>,
    pub notes: Vec<String>,
}

/// A group, with what decides which pods it takes.
pub(super) struct Made {
    pub row: Group,
    pub runner: Runner,
    /// Labels that some of its nodes have.
    pub labels: HashSet<(String, String)>,
    /// Taints that all of its nodes have.
    pub taints: Vec<Taint>,
}

/// What makes nodes alike.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Alike<'l> {
    runner: &'l Runner,
    instance_type: &'l str,
    max_pods: Option<u32>,
}

/// The nodes of a group with their places.
type Nodes<'l> = Vec<(&'l Member, &'l Machine, usize)>;

pub(super) fn all(
    live: &Live,
    index: &Index<'_>,
    c: usize,
    cluster: &Cluster,
    subnets: &Subnets,
    served: &Served,
) -> Result<Grouped, Refusal> {
    let mut grouped = Grouped::default();
    let first_enis = first_enis(live, index, c);
    let unmanaged = unmanaged(live, index, c);
    let mut left: BTreeMap<Left, u64> = BTreeMap::new();
    let mut alike: BTreeMap<Alike<'_>, Nodes<'_>> = BTreeMap::new();
    for (m, member) in cluster.members.iter().enumerate() {
        let Some(machine) = member.machine.as_deref() else { continue };
        let home = home(first_enis.get(&m).copied(), member, machine, subnets, served);
        match home {
            Ok((instance_type, place)) if machine.is_planned() => {
                let key = Alike { runner: &machine.runner, instance_type, max_pods: member.max_pods };
                alike.entry(key).or_default().push((member, machine, place));
                continue;
            }
            Err(why) if machine.not_modelled.is_none() => *left.entry(why).or_default() += 1,
            _ => {}
        }
        grouped.without.insert(member.name.clone());
        grouped.left.insert(machine.runner.clone());
    }
    let nowhere = left.get(&Left::Nowhere).copied().unwrap_or(0);
    if alike.is_empty() && nowhere > 0 && !left.keys().any(|why| matches!(why, Left::Unserved(_))) {
        return Err(lacking(cluster, nowhere, subnets));
    }
    grouped.findings.extend(cluster.not_modelled());
    grouped.findings.extend(left.into_iter().map(|(why, n)| why.says(n)));
    if cluster.members.is_empty() {
        grouped.notes.push("its nodes are not in the inputs (kubectl get nodes -o json)".to_owned());
    }
    let tables = Tables::builtin();
    let keys: Vec<Alike<'_>> = alike.keys().cloned().collect();
    for (key, nodes) in &alike {
        let name = unique(&mut grouped.names, &name(key, &keys));
        let mut row = Group::named(name, kind(key.runner));
        row.instance_types = vec![key.instance_type.to_owned()];
        row.max_pods = key.max_pods;
        of_type(live, &tables, key.instance_type, nodes, &mut row);
        of_nodegroup(cluster, key.runner, nodes.len(), &mut row);
        let mut places = BTreeMap::new();
        for place in asked_places(cluster, key.runner, subnets) {
            if served.has(place, subnets) {
                places.insert(place, 0);
            }
        }
        for (member, _, place) in nodes {
            *places.entry(*place).or_insert(0_u32) += 1;
            grouped.of_node.insert(member.name.clone(), grouped.groups.len());
        }
        zones::put(&mut row, &places, subnets);
        let mut enis: BTreeSet<u32> = BTreeSet::new();
        for (member, ..) in nodes {
            enis.insert(unmanaged.get(member.name.as_str()).copied().unwrap_or(0));
        }
        row.unmanaged_enis = enis.last().copied().unwrap_or(0);
        if enis.len() > 1 {
            row.notes.push(
                "its nodes differ in the ENIs that the CNI leaves alone: the most are taken".to_owned(),
            );
        }
        let taints = common_taints(nodes);
        row.dedicated = !taints.is_empty();
        let labels = nodes.iter().flat_map(|(_, machine, _)| machine.labels.iter().cloned()).collect();
        grouped.groups.push(Made { row, runner: key.runner.clone(), labels, taints });
    }
    let cordoned =
        cluster.members.iter().filter(|m| m.machine.as_deref().is_some_and(|m| m.unschedulable)).count();
    if cordoned > 0 {
        grouped.notes.push(format!(
            "cordoned, and with pods in the plan all the same: {}",
            count(cordoned as u64, "node")
        ));
    }
    Ok(grouped)
}

/// Nodes whose subnets nobody knows make no plan.
fn lacking(cluster: &Cluster, nodes: u64, subnets: &Subnets) -> Refusal {
    let nodes = count(nodes, "node");
    let of = excerpt(&cluster.name);
    let message = if subnets.rows.is_empty() {
        format!("the subnets of the {nodes} of the cluster {of} are in none of the inputs")
    } else {
        format!("none of the {nodes} of the cluster {of} is in a subnet of the inputs")
    };
    let help = format!(
        "run {}, for the nodes' region and VPC, and import that, too; podroom import --commands prints all commands",
        answer("Subnets").run
    );
    Refusal::Lacking { message, help }
}

/// The first ENI of each node.
pub(super) fn first_enis<'l>(live: &'l Live, index: &Index<'_>, c: usize) -> HashMap<usize, &'l Interface> {
    let mut first = HashMap::new();
    for interface in live.interfaces.iter().filter(|i| i.device == Some(0) && i.card == 0) {
        if let Some((_, m)) = index.node(interface).filter(|(of, _)| *of == c) {
            first.entry(m).or_insert(interface);
        }
    }
    first
}

/// By node: how many ENIs the VPC CNI leaves alone.
fn unmanaged<'l>(live: &'l Live, index: &Index<'l>, c: usize) -> HashMap<&'l str, u32> {
    let mut unmanaged: HashMap<&str, u32> = HashMap::new();
    // those of further cards take no place of the first one's ENIs
    let left_alone = |interface: &&Interface| interface.is_unmanaged() && interface.card == 0;
    for interface in live.interfaces.iter().filter(left_alone) {
        if let Some((_, member, _)) = index.machine(interface).filter(|(of, ..)| *of == c) {
            *unmanaged.entry(&member.name).or_default() += 1;
        }
    }
    unmanaged
}

fn kind(runner: &Runner) -> GroupKind {
    match runner {
        Runner::Nodegroup(_) => GroupKind::Managed,
        Runner::NodePool(_) => GroupKind::Karpenter,
        Runner::SelfManaged(_) | Runner::Nobody => GroupKind::SelfManaged,
    }
}

/// The runner's name, with as much more as tells a group from the runner's others.
fn name(key: &Alike<'_>, all: &[Alike<'_>]) -> String {
    let base = match key.runner {
        Runner::Nodegroup(name) | Runner::SelfManaged(name) | Runner::NodePool(name) => name,
        Runner::Nobody => "workers",
    };
    let same = || all.iter().filter(|other| other.runner == key.runner);
    let several_types = same().any(|other| other.instance_type != key.instance_type);
    let several_max = same().any(|o| o.instance_type == key.instance_type && o.max_pods != key.max_pods);
    let mut name = base.to_owned();
    if several_types {
        name = format!("{name}-{}", key.instance_type);
    }
    match key.max_pods {
        Some(max_pods) if several_max => format!("{name}-{max_pods}"),
        _ => name,
    }
}

/// What the nodes say of their type, where it is not what the built-in table says.
fn of_type(live: &Live, tables: &Tables, name: &str, nodes: &Nodes<'_>, row: &mut Group) {
    let known = tables.get(name);
    let stated = live.types.iter().find(|stated| stated.name == name);
    if let Some(stated) = stated {
        row.enis = Some(stated.enis).filter(|enis| known.is_none_or(|known| known.enis != *enis));
        row.ipv4_per_eni =
            Some(stated.ipv4_per_eni).filter(|n| known.is_none_or(|known| known.ipv4_per_eni != *n));
        if known.is_none() && stated.hypervisor == Hypervisor::Xen {
            row.notes.push(format!("{name} runs on Xen, which has no prefixes: the plan takes it for Nitro"));
        }
    } else if known.is_none() {
        row.notes.push(format!(
            "no table knows {}: run {} --instance-types {}, and import that, too",
            excerpt(name),
            "aws ec2 describe-instance-types --output json",
            crate::text::shown(name)
        ));
    }
    let each = |of: fn(&Machine) -> Option<u64>| nodes.iter().filter_map(move |(_, machine, _)| of(machine));
    let vcpus = nodes.iter().find_map(|(_, machine, _)| machine.vcpus);
    let expected = known.and_then(|known| known.vcpus);
    row.vcpus = vcpus.or(stated.and_then(|s| s.vcpus)).filter(|vcpus| Some(*vcpus) != expected);
    // so that exactly what the nodes say is left for pods: those of a type differ by some KiB
    if let (Some(allocatable), Some(max_pods)) = (each(|machine| machine.memory).min(), row.max_pods) {
        let kept = QUANTITY.saturating_sub(allocatable_memory(QUANTITY, max_pods));
        row.memory = Some(allocatable.saturating_add(kept)).filter(|bytes| *bytes <= QUANTITY);
    }
    let planned = row.vcpus.or(expected).map(allocatable_cpu);
    if let (Some(least), Some(planned)) = (each(|machine| machine.cpu).min(), planned)
        && least != planned
    {
        row.notes
            .push(format!("{least}m of cpu are allocatable on its nodes: the plan reckons with {planned}m"));
    }
}

/// What the managed node group says of its upgrades.
fn of_nodegroup(cluster: &Cluster, runner: &Runner, nodes: usize, row: &mut Group) {
    let Runner::Nodegroup(name) = runner else { return };
    let Some(group) = cluster.nodegroups.iter().find(|group| group.name == *name) else { return };
    super::asked::unavailable(group, nodes as u64, row);
    if let Some(status) = group.status.as_deref().filter(|status| *status != "ACTIVE") {
        row.notes.push(format!("EKS calls it {}", excerpt(status)));
    }
}

/// Where nodes of the runner may come, too.
fn asked_places(cluster: &Cluster, runner: &Runner, subnets: &Subnets) -> Vec<usize> {
    match runner {
        Runner::Nodegroup(name) => {
            let group = cluster.nodegroups.iter().find(|group| group.name == *name);
            let ids = group.map_or(&[][..], |group| &group.subnets);
            ids.iter().filter_map(|id| subnets.by_id(id)).collect()
        }
        _ => Vec::new(),
    }
}

/// Taints that all have.
fn common_taints(nodes: &Nodes<'_>) -> Vec<Taint> {
    let Some((_, first, _)) = nodes.first() else { return Vec::new() };
    let everywhere = |taint: &&Taint| nodes.iter().all(|(_, machine, _)| machine.taints.contains(taint));
    first.taints.iter().filter(everywhere).cloned().collect()
}

/// Names of groups in a sentence.
pub(super) fn words(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| excerpt(name)).collect();
    listed(&names.iter().map(String::as_str).collect::<Vec<_>>())
}
