//! `[[cluster.node_group]]`.

use std::collections::{HashMap, HashSet};

use super::growth;
use super::managed::above_most;
use super::names::Names;
use super::subnet::Subnets;
use super::table::{Got, Table};
use crate::limits;
use crate::manager::{self, Manager};
use crate::plan::field::typed::Fault;
use crate::plan::field::{self, Section};
use crate::plan::tree::Value;
use crate::plan::{GroupKind, MaxPods, NodeGroup, Nodes, Place, Row};
use crate::suggest::nearest;
use crate::text::{excerpt, list, thousands};

/// What a cluster's rows need to know of it.
pub(super) struct Parent<'a> {
    pub index: usize,
    pub name: Got<&'a str>,
    /// `None` if unreadable.
    pub system_pods: Option<u32>,
    pub manager: &'static Manager,
    /// Whether that is what the plan says, and not what is assumed for an unreadable one.
    pub known: bool,
}

/// What the cluster's other checks ask of a group.
pub(super) struct Facts<'a> {
    pub row: Row,
    /// `None` if unreadable.
    pub subnets: Option<Vec<usize>>,
    /// The zones of its subnets by first mention; `None` if any is unreadable.
    pub zones: Option<Vec<&'a str>>,
    pub pod_subnets: Got<Vec<usize>>,
}

/// A cluster's groups.
pub(super) struct Groups<'a> {
    pub rows: Vec<NodeGroup>,
    pub names: Names<'a>,
    pub facts: Vec<Facts<'a>>,
}

/// Reads the groups of a cluster.
pub(super) fn read<'a>(
    cluster: &mut Table<'_, 'a>,
    parent: &Parent<'a>,
    subnets: &Subnets<'a>,
) -> Groups<'a> {
    let mut groups = Groups { rows: Vec::new(), names: Names::new("node group"), facts: Vec::new() };
    if parent.manager.nodes == manager::Nodes::Containers {
        containers(cluster, &mut groups);
        return groups;
    }
    for (g, node) in cluster.rows(Section::NodeGroup).iter().enumerate() {
        let row = Row::NodeGroup(parent.index, g);
        let Some(mut table) = cluster.reader.table(row, node) else {
            groups.names.unreadable();
            continue;
        };
        let name = groups.names.read(&mut table);
        assertion(&mut table, parent);
        table.note_unread(parent.manager);
        let (facts, group) = one(&mut table, name, parent, subnets);
        groups.facts.push(facts);
        groups.rows.push(group);
    }
    let nodes: u64 = groups.rows.iter().map(|group| u64::from(group.nodes.most())).sum();
    if parent.known && parent.manager.nodes == manager::Nodes::One && nodes > 1 {
        let message = format!("{} nodes would each give out the same addresses", thousands(nodes));
        let help = format!("{} is about one host: write a cluster for each", parent.manager.name);
        cluster.report("node_group", message, help);
    }
    groups
}

/// `cluster = "prod"` says which cluster the row belongs to, and must be right.
pub(super) fn assertion(table: &mut Table<'_, '_>, parent: &Parent<'_>) {
    if let (Got::Is(said), Got::Is(is)) = (table.name("cluster"), parent.name)
        && said != is
    {
        table.relate(
            Place::key(table.row, "cluster"),
            format!(
                "cluster: {} is said, but the row stands below the cluster {}",
                excerpt(said),
                excerpt(is)
            ),
            "move the row below its cluster, or correct the name",
        );
    }
}

fn one<'a>(
    table: &mut Table<'_, 'a>,
    name: Got<&'a str>,
    parent: &Parent<'a>,
    all: &Subnets<'a>,
) -> (Facts<'a>, NodeGroup) {
    for key in ["instance_type", "subnets"] {
        if !parent.known || !parent.manager.requires(key) || table.node(key).is_some() {
            continue;
        }
        let kind = field::field(Section::NodeGroup, key).map_or(String::new(), |f| f.kind.allowed());
        table.missing(key, format!("write {kind}"));
    }
    let subnets = all.names.refer(table, "subnets");
    if subnets == Got::Is(Vec::new()) {
        table.report("subnets", "the list is empty", "name at least one subnet of the plan");
    }
    let subnets = subnets.some();
    let zones = subnets.as_deref().and_then(|list| zones(list, all));
    let pod_subnets = all.names.refer(table, "pod_subnets");
    let max_pods = table.read("max_pods", |value, _| value.max_pods());
    let pods = table.count("pods");
    bounds(table, parent, max_pods, pods);
    growth::of_nodes(table);
    let group = NodeGroup {
        name: name.or("").into(),
        instance_types: instance_types(table),
        nodes: nodes(table, zones.as_deref()),
        subnets: subnets.clone().unwrap_or_default(),
        kind: table
            .choice("kind", &[GroupKind::Managed, GroupKind::SelfManaged, GroupKind::Karpenter])
            .or(GroupKind::Managed),
        max_pods: max_pods.some(),
        pods: pods.some(),
        peak_pods: table.count("peak_pods").some(),
        pod_subnets: pod_subnets.clone().or(Vec::new()),
        max_unavailable: table.count("max_unavailable").some(),
        surge: table.count("surge").some(),
        dedicated: table.flag("dedicated").or(false),
        unmanaged_enis: table.count("unmanaged_enis").or(0),
        enis: table.count("enis").some(),
        ipv4_per_eni: table.count("ipv4_per_eni").some(),
        vcpus: table.count("vcpus").some(),
        memory: table.quantity("memory").some(),
        growth: growth::rate(table).some(),
    };
    (Facts { row: table.row, subnets, zones, pod_subnets }, group)
}

/// Zones in order of first mention; a subnet without one is a zone of its own, named by the subnet.
fn zones<'a>(list: &[usize], all: &Subnets<'a>) -> Option<Vec<&'a str>> {
    let (mut zones, mut seen) = (Vec::new(), HashSet::new());
    for s in list {
        let zone = match all.zones.get(*s)? {
            Got::Is(zone) => zone,
            Got::Absent => all.names.name(*s)?,
            Got::Bad => return None,
        };
        if seen.insert(zone) {
            zones.push(zone);
        }
    }
    Some(zones)
}

/// Max pods leaves room for the system pods, and for `pods` besides them.
fn bounds(table: &mut Table<'_, '_>, parent: &Parent<'_>, max_pods: Got<MaxPods>, pods: Got<u32>) {
    let Got::Is(MaxPods::Fixed(max)) = max_pods else { return };
    if max > parent.manager.most_pods {
        above_most(table, "max_pods", max, parent.manager);
    }
    let Some(system) = parent.system_pods else { return };
    match (max.checked_sub(system), pods) {
        (None, _) => table.report(
            "max_pods",
            format!("{max} is below the {system} system pods of every node"),
            format!("write at least {system}, or a smaller system_pods"),
        ),
        (Some(room), Got::Is(pods)) if pods > room => table.report(
            "pods",
            format!("{pods} is above max_pods - system_pods = {max} - {system} = {room}"),
            format!("write at most {room}, or a larger max_pods"),
        ),
        _ => {}
    }
}

/// One type, or several.
fn instance_types(table: &mut Table<'_, '_>) -> Vec<String> {
    let one = |name: &str| vec![name.to_owned()];
    match table.node("instance_type").map(|n| &n.value) {
        Some(Value::Array(items)) if items.is_empty() => {
            table.report("instance_type", "the list is empty", "name at least one instance type");
            Vec::new()
        }
        Some(Value::Array(_)) => {
            table.names("instance_type").or(Vec::new()).into_iter().map(str::to_owned).collect()
        }
        _ => table
            .read("instance_type", |value, kind| match value.node.value {
                Value::String(_) => value.name().map(one),
                _ => Err(value.is_not(kind)),
            })
            .or(Vec::new()),
    }
}

/// `min_nodes` when it is absent.
const AUTO_LEAST: u32 = 1;

/// `nodes`, `min_nodes` and `max_nodes`.
fn nodes(table: &mut Table<'_, '_>, zones: Option<&[&str]>) -> Nodes {
    let (min, max) = (table.count("min_nodes"), table.count("max_nodes"));
    let node = table.node("nodes");
    match node.map(|n| &n.value) {
        Some(Value::String(s)) if s == "auto" => {
            let (least, most) = (min.or(AUTO_LEAST), max.or(limits::AUTO_NODES));
            let readable = !matches!(min, Got::Bad) && !matches!(max, Got::Bad);
            if least > most && readable {
                let default =
                    |bound: Got<u32>| if matches!(bound, Got::Is(_)) { "" } else { ", the default" };
                let (low, high) = (thousands(least.into()), thousands(most.into()));
                if matches!(min, Got::Is(_)) {
                    let message = format!("{low} is above max_nodes = {high}{}", default(max));
                    table.report("min_nodes", message, "give both, the least first");
                } else {
                    let message = format!("{high} is below min_nodes = {low}{}", default(min));
                    table.report("max_nodes", message, "give both, the least first");
                }
            }
            return Nodes::Auto { min: least, max: most };
        }
        Some(Value::Table(_)) => {
            return by_zone(table, zones);
        }
        _ => {}
    }
    let count = table.read("nodes", |value, kind| match value.node.value {
        Value::Integer(_) => value.count(0, limits::NODES),
        _ => Err(nearly_auto(value.is_not(kind), &value.node.value)),
    });
    for (key, bound) in [("min_nodes", min), ("max_nodes", max)] {
        if let (Got::Is(_), Got::Is(_)) = (bound, count) {
            not_auto(table, key);
        }
    }
    Nodes::Count(count.or(0))
}

fn nearly_auto(fault: Fault, value: &Value) -> Fault {
    match value {
        Value::String(s) if nearest(s, ["auto"]).is_some() => fault.help("did you mean \"auto\"?"),
        Value::String(s) if s.parse::<u32>().is_ok() => fault.help(format!("write {s} without quotes")),
        _ => fault,
    }
}

fn not_auto(table: &mut Table<'_, '_>, key: &str) {
    table.report(key, "only nodes = \"auto\" has bounds", format!("remove {key}, or write nodes = \"auto\""));
}

/// `nodes = { a = 14, b = 9 }`: names exactly the group's zones.
fn by_zone(table: &mut Table<'_, '_>, zones: Option<&[&str]>) -> Nodes {
    for key in ["min_nodes", "max_nodes"] {
        if table.node(key).is_some() {
            not_auto(table, key);
        }
    }
    let given = table.counts("nodes", limits::NODES);
    let total: u64 = given.iter().map(|(_, n)| u64::from(*n)).sum();
    if total > limits::NODES.into() {
        let most = thousands(limits::NODES.into());
        let message = format!("{} nodes in all", thousands(total));
        table.report("nodes", message, format!("at most {most} are allowed"));
    }
    let Some(zones) = zones else { return Nodes::ByZone(Vec::new()) };
    let known: HashSet<&str> = zones.iter().copied().collect();
    // a zone that somebody has misspelt is not missing, too
    let mut meant = HashSet::new();
    for (zone, _) in given.iter().filter(|(zone, _)| !known.contains(zone)).take(limits::PROBLEMS) {
        let close = nearest(zone, zones.iter().copied());
        meant.extend(close);
        let help = match close {
            Some(close) => format!("did you mean {}?", excerpt(close)),
            None => format!("the zones of its subnets are {}", list(zones)),
        };
        table.relate_key("nodes", zone, format!("nodes: the group has no zone {}", excerpt(zone)), help);
    }
    let given: HashMap<&str, u32> = given.into_iter().collect();
    let missing = |z: &&str| !given.contains_key(z) && !meant.contains(z);
    let missing: Vec<&str> = zones.iter().copied().filter(missing).collect();
    if !missing.is_empty() {
        let message = format!("nodes: no number for zone {}", list(&missing));
        let help = "name every zone of the group's subnets, 0 is allowed";
        table.relate(Place::key(table.row, "nodes"), message, help);
    }
    let nodes = |zone: &&str| ((*zone).to_owned(), given.get(zone).copied().unwrap_or(0));
    Nodes::ByZone(zones.iter().map(nodes).collect())
}

/// The names of kind's two kinds of nodes.
const CONTROL_PLANE: &str = "control-plane";
const WORKER: &str = "worker";

/// The nodes of a kind cluster: its control planes, which run pods only if there is no other node, and its
/// workers. They are stated by number; a group of the file would be a second statement.
/// Source: kubernetes-sigs/kind `pkg/cluster/internal/create/actions/kubeadminit` (the taint).
fn containers<'a>(cluster: &mut Table<'_, 'a>, groups: &mut Groups<'a>) {
    if cluster.node("node_group").is_some() {
        let message = "node groups are not kind's: its nodes are containers";
        cluster.report("node_group", message, "write control_planes and workers instead");
    }
    let count = |table: &mut Table<'_, 'a>, key: &str, default: u32| table.count(key).or(default);
    let (control_planes, workers) = (count(cluster, "control_planes", 1), count(cluster, "workers", 0));
    for (name, nodes, dedicated) in
        [(CONTROL_PLANE, control_planes, control_planes + workers > 1), (WORKER, workers, false)]
    {
        groups.names.add(name);
        groups.rows.push(NodeGroup { dedicated, ..NodeGroup::named(name, nodes) });
    }
}
