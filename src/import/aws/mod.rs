//! What the commands of `aws` print: an object with one key, in JSON. Each key is a row of `ANSWERS` and a file.
//!
//! Source of the keys: the service models of EC2 and EKS. Everything but names and ids may be absent; what nobody
//! needs is passed over. Version 1 of the command and version 2 differ in their timestamps only, which are not read.

mod cluster;
mod interfaces;
mod subnets;
mod types;
mod vpcs;

use super::fact::Fact;
use super::mistake::Mistake;
use super::take::{Take, harmless};
use super::value::{Document, Node, Table, View};

/// What one command prints.
pub(super) struct Answer {
    /// The only key at the top, beside `NextToken`.
    pub key: &'static str,
    /// What tells one of its elements, where somebody took the key away (`--query`).
    mark: &'static str,
    /// The command, as it heads what `--output table` draws.
    pub operation: &'static str,
    pub run: &'static str,
    read: fn(&Document<'_>, Node<'_>, &mut Take),
}

pub(super) const ANSWERS: &[Answer] = &[
    Answer {
        key: "Subnets",
        mark: "AvailableIpAddressCount",
        operation: "DescribeSubnets",
        run: "aws ec2 describe-subnets --output json > subnets.json",
        read: |_, node, take| subnets::read(node, take),
    },
    Answer {
        key: "NetworkInterfaces",
        mark: "NetworkInterfaceId",
        operation: "DescribeNetworkInterfaces",
        run: "aws ec2 describe-network-interfaces --output json > interfaces.json",
        read: |_, node, take| interfaces::read(node, take),
    },
    Answer {
        key: "InstanceTypes",
        mark: "VCpuInfo",
        operation: "DescribeInstanceTypes",
        run: "aws ec2 describe-instance-types --output json > instance-types.json",
        read: types::read,
    },
    Answer {
        key: "Vpcs",
        mark: "CidrBlockAssociationSet",
        operation: "DescribeVpcs",
        run: "aws ec2 describe-vpcs --output json > vpcs.json",
        read: |_, node, take| vpcs::read(node, take),
    },
    Answer {
        key: "cluster",
        mark: "kubernetesNetworkConfig",
        operation: "DescribeCluster",
        run: "aws eks describe-cluster --name CLUSTER --output json > cluster.json",
        read: |_, node, take| cluster::read(node, take),
    },
    Answer {
        key: "nodegroup",
        mark: "nodegroupName",
        operation: "DescribeNodegroup",
        run: "aws eks describe-nodegroup --cluster-name CLUSTER --nodegroup-name NAME --output json > nodegroup.json",
        read: |_, node, take| cluster::read_nodegroup(node, take),
    },
];

/// The answer of that key.
#[allow(clippy::indexing_slicing)] // while it is compiled
pub(super) fn answer(key: &str) -> &'static Answer {
    const FIRST: &Answer = &ANSWERS[0];
    ANSWERS.iter().find(|answer| answer.key == key).unwrap_or(FIRST)
}

fn of<'a>(document: &Document<'a>) -> Option<(&'static Answer, Node<'a>)> {
    let table = document.table()?;
    ANSWERS.iter().find_map(|answer| Some((answer, table.get(answer.key)?)))
}

/// An answer, or the elements of one without the key around them.
pub(super) fn is(document: &Document<'_>) -> bool {
    let kubernetes = document.kind().is_some();
    !kubernetes && (of(document).is_some() || bare(document).is_some())
}

pub(super) fn read(document: &Document<'_>, take: &mut Take) {
    let at = document.node.span().start;
    let Some((answer, node)) = of(document) else {
        if let Some(answer) = bare(document) {
            let message = format!("what {} prints, without {} around it", answer.operation, answer.key);
            let help = format!("run it without --query: {}", answer.run);
            take.note(Mistake::new(at..at, message).help(help));
        }
        return;
    };
    if matches!(document.node, Node::Yaml(_)) {
        let message = format!("YAML of {}: only its JSON is read", answer.operation);
        take.note(Mistake::new(at..at, message).help(format!("run {}", answer.run)));
        return;
    }
    (answer.read)(document, node, take);
    if document.table().is_some_and(|table| table.get("NextToken").is_some()) {
        take.facts.push(Fact::Cut(answer.key));
    }
}

/// Which answer's elements these are.
fn bare(document: &Document<'_>) -> Option<&'static Answer> {
    let first;
    let table = match &document.view {
        View::List(items) => {
            first = items.first()?.table()?;
            &first
        }
        View::Table(table) => table,
        _ => return None,
    };
    ANSWERS.iter().find(|answer| table.get(answer.mark).is_some())
}

/// The elements of a list, with a mistake for each that is no table; an empty list is said.
fn elements<'t>(node: Node<'t>, key: &str, take: &mut Take) -> Vec<Table<'t>> {
    let Some(items) = node.list() else {
        take.wrong(node, key, "a list");
        return Vec::new();
    };
    if items.is_empty() {
        let at = node.span().start;
        let help = format!("look at --region and --filters, and run {}", answer(key).run);
        take.empty.push(Mistake::new(at..at, format!("an empty list of {key}")).help(help));
    }
    let mut rows = Vec::with_capacity(items.len());
    for item in items {
        match item.table() {
            Some(row) => rows.push(row),
            None => take.wrong(item, &format!("an element of {key}"), "a table"),
        }
    }
    rows
}

/// Tags: a list of keys and values. Whatever else is in it is passed over.
fn tags(row: &Table<'_>, key: &str) -> Vec<(String, String)> {
    let pair = |tag: Node<'_>| {
        let tag = tag.table()?;
        Some((harmless(&tag.text("Key")?), harmless(&tag.text("Value").unwrap_or_default())))
    };
    row.list(key).into_iter().filter_map(pair).collect()
}
