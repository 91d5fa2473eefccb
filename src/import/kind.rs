//! kind's own cluster file.
//!
//! Source of keys and defaults: kubernetes-sigs/kind, `pkg/apis/config/v1alpha4/{types,default}.go`. kind refuses
//! keys that it does not know; here they become notes, since a newer kind may know them.

use ipnet::IpNet;

use super::fact::{Fact, KindCluster};
use super::mistake::Mistake;
use super::patch;
use super::take::Take;
use super::value::{Document, Node, Table};
use crate::ipam::kind::Family;
use crate::limits;
use crate::suggest::nearest;
use crate::text::excerpt;

pub(super) const RUN: &str = "the file given to kind create cluster --config";

const VERSION: &str = "kind.x-k8s.io/v1alpha4";

const KEYS: &[&str] = &[
    "kind",
    "apiVersion",
    "name",
    "nodes",
    "networking",
    "featureGates",
    "runtimeConfig",
    "kubeadmConfigPatches",
    "kubeadmConfigPatchesJSON6902",
    "containerdConfigPatches",
    "containerdConfigPatchesJSON6902",
];
const NODE_KEYS: &[&str] = &[
    "role",
    "image",
    "labels",
    "extraMounts",
    "extraPortMappings",
    "kubeadmConfigPatches",
    "kubeadmConfigPatchesJSON6902",
];
const NETWORKING_KEYS: &[&str] = &[
    "ipFamily",
    "apiServerPort",
    "apiServerAddress",
    "podSubnet",
    "serviceSubnet",
    "disableDefaultCNI",
    "kubeProxyMode",
    "dnsSearch",
];

/// Another version is recognised too, to say which one is read.
pub(super) fn is(document: &Document<'_>) -> bool {
    match document.version() {
        Some(version) => version.starts_with("kind.x-k8s.io/"),
        None => document.kind().is_some_and(|kind| kind == "Cluster"),
    }
}

pub(super) fn read(document: &Document<'_>, take: &mut Take) {
    let Some(table) = document.table() else { return };
    if table.text("kind").as_deref() != Some("Cluster")
        || table.text("apiVersion").as_deref() != Some(VERSION)
    {
        let at = table.get("apiVersion").map_or(0..0, Node::span);
        let message = format!("of kind's files only those of kind: Cluster, apiVersion: {VERSION} are read");
        take.note(Mistake::new(at, message).help(format!("write both keys, with apiVersion: {VERSION}")));
        return;
    }
    let name = take.text(table, "name");
    let mut cluster = KindCluster { name, ..KindCluster::default() };
    unknown(table, "the file", KEYS, &mut cluster.notes);
    patch::read(table, take, &mut cluster);
    nodes(table, take, &mut cluster);
    if let Some(networking) = take.table(table, "networking") {
        read_networking(&networking, take, &mut cluster);
    }
    // the flag without a family is that of the only one there is
    if !cluster.pods.is_empty() && cluster.pods.iter().all(|range| range.addr().is_ipv6()) {
        cluster.mask_v6 = cluster.mask_v6.or(cluster.mask_v4.take());
    }
    take.facts.push(Fact::Kind(cluster));
}

/// Keys that kind is not known to have.
fn unknown(table: &Table<'_>, what: &str, known: &[&'static str], notes: &mut Vec<String>) {
    for entry in table.entries.iter().filter(|entry| !known.contains(&entry.key.as_ref())) {
        let meant = nearest(&entry.key, known.iter().copied());
        let meant = meant.map_or(String::new(), |key| format!("; did you mean {key}?"));
        notes.push(format!("{what} has the key {}, which kind does not know{meant}", excerpt(&entry.key)));
    }
}

/// Counts the nodes; without any there is one control plane.
fn nodes(table: &Table<'_>, take: &mut Take, cluster: &mut KindCluster) {
    let nodes = take.list(table, "nodes");
    if nodes.is_empty() {
        cluster.control_planes = 1;
        return;
    }
    let mut max_pods = Vec::new();
    for node in &nodes {
        let Some(row) = node.table() else {
            take.wrong(*node, "a node", "a table with a role");
            continue;
        };
        unknown(&row, "a node", NODE_KEYS, &mut cluster.notes);
        match row.text("role").as_deref() {
            Some("control-plane") | None => cluster.control_planes += 1,
            Some("worker") => cluster.workers += 1,
            Some(_) => {
                let role = row.get("role").unwrap_or(*node);
                take.wrong(role, "role", "control-plane or worker");
            }
        }
        let mut own = KindCluster::default();
        patch::read(&row, take, &mut own);
        max_pods.push(own.max_pods.or(cluster.max_pods));
        cluster.notes.append(&mut own.notes);
    }
    alike(&max_pods, cluster);
    if cluster.control_planes == 0 && take.mistakes.is_empty() {
        let at = table.get("nodes").map_or(0..0, Node::span);
        let message = "no node is a control plane: kind makes no such cluster";
        take.note(Mistake::new(at.start..at.start, message).help("add a node with role: control-plane"));
    }
    if nodes.len() > limits::NODES as usize {
        let at = table.get("nodes").map_or(0..0, Node::span);
        take.note(Mistake::new(at.start..at.start, format!("more than {} nodes", limits::NODES)));
    }
}

/// A plan's kind cluster has one max pods for all of its nodes.
fn alike(max_pods: &[Option<u32>], cluster: &mut KindCluster) {
    match max_pods.first() {
        Some(first) if max_pods.iter().all(|other| other == first) => cluster.max_pods = *first,
        _ => {
            let said = |n: &Option<u32>| n.map_or("its default".to_owned(), |n| n.to_string());
            let all: Vec<String> = max_pods.iter().take(8).map(said).collect();
            let dots = if max_pods.len() > all.len() { ", …" } else { "" };
            let all = all.join(", ");
            cluster
                .notes
                .push(format!("max pods differ from node to node ({all}{dots}): the plan has one for all"));
        }
    }
}

fn read_networking(networking: &Table<'_>, take: &mut Take, cluster: &mut KindCluster) {
    unknown(networking, "networking", NETWORKING_KEYS, &mut cluster.notes);
    let family = take.text(networking, "ipFamily");
    let families = match family.as_deref() {
        Some("ipv6") => Some(Family::Ipv6),
        Some("dual") => Some(Family::Dual),
        Some("ipv4") | None => None,
        Some(_) => {
            if let Some(node) = networking.get("ipFamily") {
                take.wrong(node, "ipFamily", "ipv4, ipv6 or dual");
            }
            None
        }
    };
    // a plan knows the families by the ranges
    let given = |ranges: Vec<IpNet>, own: fn(Family) -> Vec<IpNet>| match families {
        Some(families) if ranges.is_empty() => own(families),
        _ => ranges,
    };
    cluster.pods = given(take.ranges(networking, "podSubnet"), Family::pod_subnets);
    cluster.services = given(take.ranges(networking, "serviceSubnet"), Family::service_subnets);
    if take.flag(networking, "disableDefaultCNI") == Some(true) {
        cluster.notes.push(
            "kind's own CNI is disabled: how pods get addresses depends on what is installed instead; the plan \
             takes the nodes' pod ranges, as kind's own does"
                .to_owned(),
        );
    }
}
