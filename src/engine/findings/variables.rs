//! Variables of the DaemonSet that do not do what their reader expects.

use super::super::report::Severity;
use super::{Context, Note};
use crate::cni::env::{Kind, Variable, parse_count, parse_flag, variable};
use crate::cni::settings::readable;
use crate::cni::{Targets, Trunking};
use crate::plan::{Cluster, Place, Rate, Row};
use crate::text::shown;

/// Values that the program cannot read, and zeros of targets for which 0 is "not set".
pub fn unset(context: &Context) -> Vec<Note> {
    let mut notes = Vec::new();
    for (c, cluster, _) in context.clusters() {
        for (name, value) in &cluster.env {
            let Some(known) = variable(name) else { continue };
            let place = Place::key(Row::Env(c), name);
            let value = shown(value);
            if !readable(known, &value) {
                let default = match known.code_default {
                    "" => "no limit".to_string(),
                    default => format!("{default}, the code's default"),
                };
                let message =
                    format!("{name} = \"{value}\" is not {}: the program takes {default}", allowed(known));
                let help = format!("give {}, or leave it out", allowed(known));
                notes.push(Note::new(Severity::Warning, place, message, help).taken_out());
            } else if zero_is_unset(name) && parse_count(&value) == Some(0) {
                let message = format!("{name} = {value} is the same as not setting it");
                let help = "leave it out, or set it to 1 or more";
                notes.push(Note::new(Severity::Info, place, message, help).taken_out());
            }
        }
    }
    notes
}

fn zero_is_unset(name: &str) -> bool {
    matches!(name, "WARM_IP_TARGET" | "MINIMUM_IP_TARGET")
}

fn allowed(known: &Variable) -> &'static str {
    match known.kind {
        Kind::Count => "a whole number of 0 or more",
        Kind::PositiveCount => "a whole number of 1 or more",
        Kind::Flag | Kind::Fixed(_) => "true or false",
        Kind::Text => "a text",
    }
}

/// Variables that the plan sets and that do nothing on any node of the cluster.
pub fn no_effect(context: &Context) -> Vec<Note> {
    let mut notes = Vec::new();
    for (c, cluster, outcome) in context.clusters() {
        let nodes: Vec<_> =
            outcome.groups.iter().flat_map(|g| &g.shapes).map(|s| (&s.node, s.shape)).collect();
        if nodes.is_empty() {
            continue;
        }
        let ip_targets = nodes.iter().all(|(n, _)| matches!(n.targets, Targets::Ips { .. }));
        let prefixes = nodes.iter().all(|(n, _)| n.prefix_mode);
        let secondary = nodes.iter().all(|(n, _)| !n.prefix_mode);
        let enis = nodes.iter().any(|(n, _)| matches!(n.targets, Targets::Enis { .. }));
        let mut note = |name: &str, why: &str, help: &str| {
            if let Some(value) = given(cluster, name) {
                let message = format!("{name} = {} has no effect: {why}", shown(value));
                let note = Note::new(Severity::Info, Place::key(Row::Env(c), name), message, help);
                notes.push(note.taken_out());
            }
        };
        let ips = "WARM_IP_TARGET or MINIMUM_IP_TARGET is set and wins";
        if ip_targets {
            note("WARM_ENI_TARGET", ips, "take it out, or take the IP targets out");
        } else if prefixes && !enis {
            note(
                "WARM_ENI_TARGET",
                "nodes are in prefix mode",
                "WARM_PREFIX_TARGET is its like in prefix mode",
            );
        }
        if secondary {
            note(
                "WARM_PREFIX_TARGET",
                "no node is in prefix mode",
                "set ENABLE_PREFIX_DELEGATION, or take it out",
            );
        } else if ip_targets {
            note("WARM_PREFIX_TARGET", ips, "take it out, or take the IP targets out");
        }
        let limit = given(cluster, "MAX_ENI").and_then(parse_count).filter(|n| *n >= 1);
        if limit.is_some_and(|limit| nodes.iter().all(|(_, shape)| limit >= shape.enis)) {
            note("MAX_ENI", "no type of the cluster has more ENIs than that", "take it out, or lower it");
        }
        let pod_eni = given(cluster, "ENABLE_POD_ENI").and_then(parse_flag) == Some(true);
        if pod_eni && nodes.iter().all(|(_, shape)| shape.trunking == Trunking::Unable) {
            note("ENABLE_POD_ENI", "no type of the cluster has branch ENIs", "choose a type that has");
        }
    }
    notes
}

fn given<'a>(cluster: &'a Cluster, name: &str) -> Option<&'a str> {
    cluster.env.iter().rev().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
}

pub fn pod_subnets_unused(context: &Context) -> Vec<Note> {
    let mut notes = Vec::new();
    let help = "set AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG = true, or take them out";
    let mut note = |place| {
        let message = "pod_subnets have no effect: custom networking is off".to_string();
        notes.push(Note::new(Severity::Warning, place, message, help).taken_out());
    };
    for (c, cluster, outcome) in context.clusters() {
        let custom = outcome.groups.iter().any(|g| g.managed.is_none() && g.settings.custom_networking);
        if !custom && !cluster.pod_subnets.is_empty() {
            note(Place::key(Row::Cluster(c), "pod_subnets"));
        }
    }
    for seen in context.groups() {
        if !seen.group.settings.custom_networking && !seen.spec.pod_subnets.is_empty() {
            note(seen.key("pod_subnets"));
        }
    }
    notes
}

/// Growth of nodes in a plan in which no group has a number of nodes.
pub fn growth(context: &Context) -> Vec<Note> {
    let plan = context.plan;
    let nodes = plan.growth.is_some_and(|g| g.nodes > Rate(0));
    if !nodes || plan.clusters.iter().flat_map(|c| &c.node_groups).any(|g| g.grows()) {
        return Vec::new();
    }
    let message = "growth of nodes has no effect: no group has a number of nodes that could grow".to_string();
    let help = "groups with nodes = \"auto\" grow with the workloads: let replicas grow";
    vec![Note::new(Severity::Warning, Place::item(Row::Plan, "growth", "nodes"), message, help)]
}
