//! Karpenter's NodePools and EC2NodeClasses, and what they were called before.
//!
//! Source: aws/karpenter-provider-aws `pkg/apis/v1`, kubernetes-sigs/karpenter `pkg/apis/v1` and their forerunners
//! v1beta1 and v1alpha5.

use super::super::fact::{Fact, NodeClass, NodePool, SubnetTerm};
use super::super::take::{Take, harmless};
use super::super::value::Table;
use super::{Meta, within};
use crate::limits;

/// EKS Auto Mode's own node class.
const AUTO_MODE: &str = "NodeClass";

pub(super) fn pool(row: &Table<'_>, take: &mut Take) {
    let Some(meta) = Meta::of(row, "a NodePool", take) else { return };
    let Some(spec) = take.table(row, "spec") else { return };
    // a Provisioner has at its top what a NodePool has in a template
    let template = within(&spec, &["template", "spec"], take);
    let spec = template.unwrap_or(spec);
    let mut pool = NodePool { name: meta.name, ..NodePool::default() };
    for key in ["nodeClassRef", "providerRef"] {
        let Some(class) = take.table(&spec, key) else { continue };
        pool.class = take.text(&class, "name");
        pool.auto_mode = class.text("kind").as_deref() == Some(AUTO_MODE);
    }
    for requirement in take.rows(&spec, "requirements") {
        let is_type = requirement.text("key").as_deref() == Some("node.kubernetes.io/instance-type");
        if is_type && requirement.text("operator").as_deref() == Some("In") {
            pool.instance_types = take.texts(&requirement, "values");
        }
    }
    for key in ["kubelet", "kubeletConfiguration"] {
        let Some(kubelet) = take.table(&spec, key) else { continue };
        pool.max_pods = take.count(&kubelet, "maxPods", 1, limits::PODS_PER_NODE);
    }
    let effects = ["NoSchedule", "NoExecute"];
    let keeps_away = |taint: &Table<'_>| taint.text("effect").is_some_and(|e| effects.contains(&e.as_ref()));
    pool.tainted = take.rows(&spec, "taints").iter().any(keeps_away);
    take.facts.push(Fact::NodePool(pool));
}

pub(super) fn class(row: &Table<'_>, take: &mut Take) {
    let Some(meta) = Meta::of(row, "an EC2NodeClass", take) else { return };
    let Some(spec) = take.table(row, "spec") else { return };
    let mut class = NodeClass { name: meta.name, ..NodeClass::default() };
    if let Some(kubelet) = take.table(&spec, "kubelet") {
        class.max_pods = take.count(&kubelet, "maxPods", 1, limits::PODS_PER_NODE);
    }
    for term in take.rows(&spec, "subnetSelectorTerms") {
        let id = term.text("id").map(|id| harmless(&id));
        class.subnets.push(SubnetTerm { id, tags: take.pairs(&term, "tags") });
    }
    take.facts.push(Fact::NodeClass(class));
}
