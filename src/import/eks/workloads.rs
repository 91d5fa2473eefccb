//! Workloads: the pods there are, by what owns them, and the pods that their owners want.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::super::draft::eks::{Eks, Workload};
use super::super::draft::unique;
use super::super::fact::{Ask, Controller, Owner, Pod};
use super::super::live::{Cluster, without_figures};
use super::fits;
use super::groups::Grouped;
use crate::limits;
use crate::text::{count, excerpt, thousands};

/// Pods of one owner that ask for the same.
#[derive(Default)]
struct Pods {
    there: u32,
    /// Groups that they run on.
    runs_on: BTreeSet<usize>,
}

/// What makes pods alike.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'l> {
    namespace: &'l str,
    owner: &'l Owner,
    ask: &'l Ask,
}

pub(super) fn all(cluster: &Cluster, grouped: &Grouped, eks: &mut Eks) {
    let system = |c: &Controller| is_system(&c.namespace, &c.owner);
    if cluster.pods.is_empty() && cluster.controllers.iter().all(system) {
        eks.notes.push("its pods are not in the inputs (kubectl get pods -A -o json)".to_owned());
        return;
    }
    // with the pods of all namespaces at hand there are no others beside them
    let listed = all_daemonsets_known(cluster);
    eks.system_pods = listed.then_some(0);
    if !listed {
        eks.notes
            .push("kube-system's pods are not in the inputs: the plan takes two on every node".to_owned());
    }
    rows(cluster, grouped, listed, eks);
}

/// The workloads of a cluster that is not AWS's, on any of its nodes, and what there is to say of them. Pods that use
/// their node's network have no address of its pools.
pub(in crate::import) fn elsewhere(
    pods: Vec<Pod>,
    controllers: Vec<Controller>,
) -> (Vec<Workload>, Vec<String>) {
    let mut cluster = Cluster { pods, controllers, ..Cluster::default() };
    cluster.pods.retain(|pod| !pod.ask.host_network);
    cluster.controllers.retain(|controller| !controller.ask.host_network);
    cluster.settle();
    let mut eks = Eks::default();
    rows(&cluster, &Grouped::default(), true, &mut eks);
    (eks.workloads, eks.notes)
}

fn rows(cluster: &Cluster, grouped: &Grouped, listed: bool, eks: &mut Eks) {
    let Running { mut there, elsewhere } = running(cluster, grouped, eks);
    let mut wanted = wanted(cluster, &elsewhere);
    let not_modelled = cluster.controllers.iter().filter(|c| c.replicas > 0 && !c.ask.is_modelled()).count();
    if not_modelled > 0 {
        let n = count(not_modelled as u64, "workload");
        eks.findings.push(without_figures(&format!("{n} for nodes of Windows, Fargate or Auto Mode alone")));
    }
    if !listed {
        wanted.retain(|(namespace, owner), _| !is_system(namespace, owner));
    }
    let with_pods: HashSet<(&str, &Owner)> = there.keys().map(|key| (key.namespace, key.owner)).collect();
    let no_node = |ask: &Ask| fits::groups(ask, &BTreeSet::new(), true, grouped).is_none();
    let mut nowhere = 0_u64;
    for (of, wants) in wanted.iter().filter(|(of, _)| !with_pods.contains(*of)) {
        if is_daemonset(of.1) && no_node(wants.ask) && !cluster.members.is_empty() {
            nowhere += 1;
        } else if wants.replicas > 0 || is_daemonset(of.1) {
            // one that wants nothing, and has nothing, is none
            there.insert(Key { namespace: of.0, owner: of.1, ask: wants.ask }, Pods::default());
        }
    }
    if nowhere > 0 {
        eks.notes.push(format!(
            "left out: {} without pods, whose selectors and tolerations fit no node group",
            count(nowhere, "DaemonSet")
        ));
    }
    if there.len() > limits::IMPORT_WORKLOADS {
        eks.notes.push(format!(
            "{} workloads are too many to plan one by one: those of a namespace that ask for the same are one here",
            thousands(there.len() as u64)
        ));
    }
    let fold = there.len() > limits::IMPORT_WORKLOADS;
    let (mut other_count, mut homeless, mut names) = (Vec::new(), Vec::new(), HashSet::new());
    let mut rows: BTreeMap<(bool, String), Vec<Workload>> = BTreeMap::new();
    let mut shares: HashMap<(&str, &Owner), usize> = HashMap::new();
    there.keys().for_each(|key| *shares.entry((key.namespace, key.owner)).or_default() += 1);
    for (key, pods) in &there {
        let of = (key.namespace, key.owner);
        let daemonset = is_daemonset(key.owner);
        // pods that ask for different things share what their owner wants
        let wants = wanted.get(&of).filter(|_| shares.get(&of) == Some(&1));
        let mut replicas = pods.there;
        let mut peak = None;
        if let Some(wants) = wants {
            match key.owner.kind.as_str() {
                "CronJob" => peak = Some(wants.replicas.max(replicas)).filter(|peak| *peak > replicas),
                "DaemonSet" => {}
                _ => {
                    if !cluster.pods.is_empty() && replicas != wants.replicas {
                        other_count.push(format!("{}/{}", key.namespace, key.owner.name));
                    }
                    replicas = wants.replicas;
                }
            }
        }
        let ask = wants.filter(|_| pods.there == 0).map_or(key.ask, |wants| wants.ask);
        let groups = fits::groups(ask, &pods.runs_on, daemonset, grouped);
        if groups.is_none() && !daemonset {
            homeless.push(name(key));
        }
        let row = Workload {
            name: if fold && !daemonset { format!("{}/pods", key.namespace) } else { name(key) },
            replicas: (!daemonset).then_some(replicas),
            peak,
            cpu: ask.cpu,
            memory: ask.memory,
            host_network: ask.host_network,
            branch: ask.branch,
            groups: groups.unwrap_or_default(),
        };
        rows.entry((!daemonset, row.name.clone())).or_default().push(row);
    }
    for row in rows.into_values().flat_map(|rows| folded(rows, fold)) {
        let name = unique(&mut names, &row.name);
        eks.workloads.push(Workload { name, ..row });
    }
    if let Some(first) = homeless.first() {
        eks.notes.push(format!(
            "{} fits no node group by its selector and tolerations (such as {}): the plan has it on any",
            count(homeless.len() as u64, "workload"),
            excerpt(first)
        ));
    }
    if let Some(first) = other_count.first() {
        eks.notes.push(format!(
            "{} another number of pods than asked for (such as {}): the plan has what is asked for",
            match other_count.len() {
                1 => "1 workload has".to_owned(),
                n => format!("{} have", count(n as u64, "workload")),
            },
            excerpt(first)
        ));
    }
}

fn is_daemonset(owner: &Owner) -> bool {
    owner.kind == "DaemonSet"
}

/// What an owner wants of the plan's nodes.
struct Wants<'l> {
    replicas: u32,
    ask: &'l Ask,
}

/// What the owners of pods want, by namespace and owner, less the pods that they have elsewhere: who has all of them
/// there wants nothing here, and neither does who asks for nodes that are not modelled.
fn wanted<'l>(cluster: &'l Cluster, elsewhere: &Owned<'l>) -> BTreeMap<(&'l str, &'l Owner), Wants<'l>> {
    let here = |c: &'l Controller| {
        let of = (c.namespace.as_str(), &c.owner);
        let away = elsewhere.get(&of).copied().unwrap_or(0);
        let replicas = c.replicas.saturating_sub(away);
        let gone = away > 0 && (replicas == 0 || is_daemonset(&c.owner));
        (!gone && c.ask.is_modelled()).then_some((of, Wants { replicas, ask: &c.ask }))
    };
    cluster.controllers.iter().filter_map(here).collect()
}

/// Pods by namespace and owner.
type Owned<'l> = HashMap<(&'l str, &'l Owner), u32>;

/// The pods there are.
struct Running<'l> {
    there: BTreeMap<Key<'l>, Pods>,
    /// Those that are of no group.
    elsewhere: Owned<'l>,
}

/// The pods there are, without those that have ended, and those of nodes that are in no group by themselves.
fn running<'l>(cluster: &'l Cluster, grouped: &Grouped, eks: &mut Eks) -> Running<'l> {
    let mut there: BTreeMap<Key<'l>, Pods> = BTreeMap::new();
    let mut elsewhere = Owned::new();
    let (mut left, mut ending) = (0_u64, 0_u64);
    for pod in cluster.pods.iter().filter(|pod| !pod.is_over()) {
        let away = match &pod.node {
            Some(node) => grouped.without.contains(node),
            None => !pod.ask.is_modelled(),
        };
        if away || pod.fargate {
            left += 1;
            if !pod.terminating {
                let n = elsewhere.entry((pod.namespace.as_str(), &pod.owner)).or_default();
                *n = u32::saturating_add(*n, 1);
            }
            continue;
        }
        if pod.terminating {
            ending += 1;
            continue;
        }
        let key = Key { namespace: &pod.namespace, owner: owner(pod), ask: Arc::as_ref(&pod.ask) };
        let pods = there.entry(key).or_default();
        pods.there = pods.there.saturating_add(1);
        pods.runs_on.extend(pod.node.as_ref().and_then(|node| grouped.of_node.get(node)));
    }
    for (n, why) in [
        (left, "of nodes in no group: their owners want as many fewer here"),
        (ending, "on the way out (with a deletionTimestamp)"),
    ] {
        if n > 0 {
            eks.notes.push(format!("left out: {} {why}", count(n, "pod")));
        }
    }
    Running { there, elsewhere }
}

/// Who nobody owns belong together, namespace by namespace.
fn owner(pod: &Pod) -> &Owner {
    const NOBODY: &Owner = &Owner { kind: String::new(), name: String::new() };
    match pod.owner.kind.as_str() {
        // executors of a batch job that their driver owns
        "" | "Pod" => NOBODY,
        _ => &pod.owner,
    }
}

/// The host-network pods that a plan has on every node unless it says otherwise.
fn is_system(namespace: &str, owner: &Owner) -> bool {
    namespace == "kube-system"
        && is_daemonset(owner)
        && ["aws-node", "kube-proxy"].contains(&owner.name.as_str())
}

/// Whether those are among the inputs: a DaemonSet aws-node by itself says nothing of others.
fn all_daemonsets_known(cluster: &Cluster) -> bool {
    let of_proxy = |c: &Controller| is_system(&c.namespace, &c.owner) && c.owner.name == "kube-proxy";
    cluster.pods.iter().any(|pod| is_system(&pod.namespace, &pod.owner))
        || cluster.controllers.iter().any(of_proxy)
}

fn name(key: &Key<'_>) -> String {
    match key.owner.kind.as_str() {
        "" => format!("{}/pods", key.namespace),
        "Node" => format!("{}/static-pods", key.namespace),
        _ => format!("{}/{}", key.namespace, key.owner.name),
    }
}

/// Of too many those that are alike in all but their owner are one.
fn folded(rows: Vec<Workload>, fold: bool) -> Vec<Workload> {
    if !fold {
        return rows;
    }
    let mut folded: Vec<Workload> = Vec::new();
    for row in rows {
        let alike = |other: &&mut Workload| {
            (other.cpu, other.memory, other.host_network, other.branch, &other.groups)
                == (row.cpu, row.memory, row.host_network, row.branch, &row.groups)
        };
        match (folded.iter_mut().find(alike), row.replicas) {
            (Some(other), Some(more)) => {
                let (replicas, peak) = (other.replicas.unwrap_or(0), other.peak.unwrap_or(0));
                let most = peak.max(replicas).saturating_add(row.peak.unwrap_or(more)).min(limits::REPLICAS);
                let replicas = replicas.saturating_add(more).min(limits::REPLICAS);
                (other.replicas, other.peak) = (Some(replicas), Some(most).filter(|most| *most > replicas));
            }
            _ => folded.push(row),
        }
    }
    folded
}
