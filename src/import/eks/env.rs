//! aws-node's variables as they are, in the plan's words.
//!
//! A plan's absent variable has the shipped manifest's value; one that the DaemonSet lacks has the program's own
//! default. Where the two differ the plan says it.

use super::super::draft::eks::Eks;
use super::super::fact::AwsNode;
use super::super::live::{Cluster, is_mode};
use crate::cni::env::VARIABLES;
use crate::plan::read::env::given;
use crate::text::excerpt;

pub(super) fn read(cluster: &Cluster, eks: &mut Eks) {
    let Some(first) = cluster.aws_nodes.first() else {
        return without(cluster, eks);
    };
    let different = cluster.aws_nodes.iter().filter(|other| effective(other) != effective(first)).count();
    if different > 0 {
        let of = if first.daemonset { "the DaemonSet's" } else { "one pod's" };
        eks.notes.push(format!(
            "pods of aws-node run with different variables (an older setting is still in force on some nodes): {of} \
             are taken"
        ));
    }
    eks.facts.extend(first.version.as_ref().map(|version| format!("aws-node {}", excerpt(version))));
    for variable in VARIABLES {
        let known = first.env.iter().rfind(|(name, _)| name == variable.name);
        match known {
            // see `Cluster::modes`
            _ if is_mode(variable.name) => {}
            Some((_, Some(value))) => eks.env.push((variable.name.to_owned(), value.clone())),
            Some((_, None)) => eks.notes.push(format!(
                "{} has its value from elsewhere (valueFrom), which is not in the inputs: the plan takes its default",
                variable.name
            )),
            None if variable.shipped() != variable.code_default => {
                eks.env.push((variable.name.to_owned(), variable.code_default.to_owned()));
            }
            None => {}
        }
    }
    for (name, value) in &first.env {
        let unknown = !VARIABLES.iter().any(|variable| variable.name == name);
        if let (true, Err(reason)) = (unknown, given(name, value.as_deref().unwrap_or_default())) {
            eks.notes.push(format!("left out: {reason}"));
        }
    }
}

/// The variables that plans know.
fn effective(read: &AwsNode) -> Vec<(&str, Option<&str>)> {
    let pair = |variable: &'static crate::cni::env::Variable| {
        let (_, value) = read.env.iter().rfind(|(name, _)| name == variable.name)?;
        Some((variable.name, value.as_deref()))
    };
    VARIABLES.iter().filter_map(pair).collect()
}

/// No input has aws-node: what eksctl's file says of it, or nothing.
fn without(cluster: &Cluster, eks: &mut Eks) {
    if !cluster.pods.is_empty() {
        eks.notes.push(
            "no pod of the inputs is aws-node's: if another CNI gives out the addresses, the plan is wrong"
                .to_owned(),
        );
    }
    let asked = cluster.eksctl.as_ref().map_or(&[][..], |asked| &asked.env);
    for (name, value) in asked.iter().filter(|(name, _)| !is_mode(name)) {
        match given(name, value) {
            Ok(pair) => eks.env.extend(pair),
            Err(reason) => eks.notes.push(format!("left out: {name}: {reason}")),
        }
    }
    if asked.is_empty() {
        eks.notes.push(
            "aws-node's variables are not in the inputs: the shipped manifest's are taken (kubectl -n kube-system get \
             ds aws-node -o json)"
                .to_owned(),
        );
    }
}
