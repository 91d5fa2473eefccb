//! aws-node, the VPC CNI: its variables, from the DaemonSet or from its pods.

use super::super::fact::{AwsNode, Fact};
use super::super::take::{Take, harmless};
use super::super::value::Table;
use super::{Gathered, named};

/// Of the DaemonSet and of its container.
pub(super) const NAME: &str = "aws-node";

pub(super) fn of_daemonset(template: &Table<'_>, take: &mut Take) {
    if let Some(read) = read(template, take) {
        take.facts.push(Fact::AwsNode(AwsNode { daemonset: true, ..read }));
    }
}

/// Pods that have the same variables are one fact. The node's own name and the like come from elsewhere, and are the
/// same for all.
pub(super) fn of_pod(spec: &Table<'_>, node: Option<&str>, take: &mut Take, all: &mut Gathered) {
    let Some(read) = read(spec, take) else { return };
    let next = all.aws_nodes.len();
    let at = *all.aws_node_of.entry(read.env.clone()).or_insert(next);
    if at == next {
        all.aws_nodes.push(read);
    }
    if let Some(known) = all.aws_nodes.get_mut(at) {
        known.nodes.extend(node.map(harmless));
    }
}

fn read(spec: &Table<'_>, take: &mut Take) -> Option<AwsNode> {
    let container = named(&take.list(spec, "containers"), NAME)?;
    let mut env = Vec::new();
    for row in take.rows(&container, "env") {
        let Some(name) = take.text(&row, "name") else { continue };
        let elsewhere = row.get("valueFrom").is_some();
        // an empty text is a value, and so is a missing one
        let value = row.text("value").map_or(String::new(), |value| harmless(&value));
        env.push((name, (!elsewhere).then_some(value)));
    }
    let version = take.text(&container, "image").and_then(|image| Some(image.rsplit_once(':')?.1.to_owned()));
    Some(AwsNode { env, version, ..AwsNode::default() })
}
