//! What a node of AWS says of its machine, its group and its zone.
//!
//! Sources of the labels: Kubernetes (`node.kubernetes.io`, `topology.kubernetes.io` and their forerunners),
//! Amazon EKS (`eks.amazonaws.com`), Karpenter.

use super::super::fact::{Machine, NotModelled, Runner, Taint};
use super::super::take::{Take, harmless};
use super::super::value::Table;
use crate::limits;
use crate::plan::quantity;

const TYPE: &[&str] = &["node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type"];
const ZONE: &[&str] = &["topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"];
const NODEGROUP: &[&str] = &["eks.amazonaws.com/nodegroup"];
/// eksctl's, of groups of both kinds.
const SELF_MANAGED: &[&str] = &["alpha.eksctl.io/nodegroup-name"];
const POOL: &[&str] = &["karpenter.sh/nodepool", "karpenter.sh/provisioner-name"];

/// Begins the keys of taints that come and go with a node's condition, and its drain's.
const PASSING: [&str; 3] =
    ["node.kubernetes.io/", "karpenter.sh/disrupted", "ToBeDeletedByClusterAutoscaler"];

pub(super) fn is_passing(key: &str) -> bool {
    PASSING.iter().any(|start| key.starts_with(start))
}

/// Reads a node whose `providerID` is AWS's.
pub(super) fn read(row: &Table<'_>, provider: &str, take: &mut Take) -> Machine {
    let labels = row.table("metadata").map_or(Vec::new(), |metadata| take.pairs(&metadata, "labels"));
    let label = |keys: &[&str]| {
        let value = |key: &&str| labels.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone());
        keys.iter().find_map(value).filter(|value| !value.is_empty())
    };
    // aws:///ZONE/INSTANCE
    let path: Vec<&str> = provider.trim_start_matches("aws:///").split('/').collect();
    let instance = path.last().filter(|last| last.starts_with("i-")).map(|last| harmless(last));
    let zone = path.first().filter(|zone| path.len() > 1 && !zone.is_empty()).map(|zone| harmless(zone));
    let fargate = path.last().is_some_and(|last| last.starts_with("fargate-"));
    // how it is run says more than its system
    let labelled = labels.iter().filter_map(|(key, value)| NotModelled::by_label(key, value)).min();
    let not_modelled = labelled.or(fargate.then_some(NotModelled::Fargate));
    let runner = label(POOL)
        .map(Runner::NodePool)
        .or_else(|| label(NODEGROUP).map(Runner::Nodegroup))
        .or_else(|| label(SELF_MANAGED).map(Runner::SelfManaged))
        .unwrap_or_default();
    let mut machine = Machine {
        instance_type: label(TYPE),
        zone: label(ZONE).or(zone),
        instance,
        runner,
        not_modelled,
        labels,
        ..Machine::default()
    };
    if let Some(spec) = take.table(row, "spec") {
        machine.unschedulable = spec.is_set("unschedulable");
        machine.taints = taints(&spec, take);
    }
    if let Some(status) = take.table(row, "status") {
        resources(&status, &mut machine, take);
    }
    machine
}

fn taints(spec: &Table<'_>, take: &mut Take) -> Vec<Taint> {
    let mut taints = Vec::new();
    for row in take.rows(spec, "taints") {
        let text = |key: &str| row.text(key).map_or(String::new(), |text| harmless(&text));
        let taint = Taint { key: text("key"), value: text("value"), effect: text("effect") };
        if ["NoSchedule", "NoExecute"].contains(&taint.effect.as_str()) && !is_passing(&taint.key) {
            taints.push(taint);
        }
    }
    taints.sort();
    taints
}

fn resources(status: &Table<'_>, machine: &mut Machine, take: &mut Take) {
    if let Some(allocatable) = take.table(status, "allocatable") {
        machine.cpu = take.quantity(&allocatable, "cpu", quantity::cpu);
        machine.memory = take.quantity(&allocatable, "memory", quantity::memory);
        machine.branch_enis = take.count(&allocatable, "vpc.amazonaws.com/pod-eni", 0, limits::PODS_PER_NODE);
    }
    if let Some(capacity) = take.table(status, "capacity") {
        let cores = take.quantity(&capacity, "cpu", quantity::cpu).map(|millicores| millicores / 1_000);
        machine.vcpus = cores.and_then(|cores| u32::try_from(cores).ok()).filter(|cores| *cores > 0);
    }
}
