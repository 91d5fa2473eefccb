//! Pods.

use std::net::Ipv4Addr;

use super::super::fact::{Phase, Pod};
use super::super::json;
use super::super::take::{Take, address};
use super::super::value::{Node, Table};
use super::{Gathered, Meta, ask, aws_node, owner};

/// Who gives a pod branch ENIs writes them here, as a text of JSON (aws/amazon-vpc-resource-controller-k8s,
/// `pkg/config/type.go`).
const BRANCH: &str = "vpc.amazonaws.com/pod-eni";

/// Pods of Fargate have it, placed or not. Source: Amazon EKS, the admission webhook of Fargate profiles.
const FARGATE: &str = "eks.amazonaws.com/fargate-profile";

pub(super) fn read(row: &Table<'_>, take: &mut Take, all: &mut Gathered) {
    let Some(meta) = Meta::of(row, "a pod", take) else { return };
    let owner = owner::read(&meta.table, take);
    let branches = take
        .table(&meta.table, "annotations")
        .and_then(|annotations| Some(branches(&annotations.text(BRANCH)?)));
    let spec = take.table(row, "spec");
    let status = take.table(row, "status");
    let text = |table: &Option<Table<'_>>, key: &str, take: &mut Take| {
        table.as_ref().and_then(|table| take.text(table, key))
    };
    let node = text(&spec, "nodeName", take);
    let phase = match text(&status, "phase", take).as_deref() {
        Some("Succeeded" | "Failed") => Phase::Over,
        Some("Pending") | None => Phase::Pending,
        Some(_) => Phase::Running,
    };
    let mut asked = spec.as_ref().map_or_else(Default::default, |spec| ask::read(spec, take));
    asked.branch = branches.is_some();
    if let Some(spec) = &spec
        && owner.kind == "DaemonSet"
        && owner.name == aws_node::NAME
        && phase != Phase::Over
    {
        aws_node::of_pod(spec, node.as_deref(), take, all);
    }
    let pod = Pod {
        namespace: meta.namespace,
        name: meta.name,
        owner,
        node,
        phase,
        terminating: meta.table.get("deletionTimestamp").is_some(),
        address: status.as_ref().and_then(|status| pod_ip(status, take)),
        branches: branches.unwrap_or_default(),
        fargate: meta.table.table("labels").is_some_and(|labels| labels.get(FARGATE).is_some()),
        ask: all.ask(asked),
    };
    all.pods.push(pod);
}

/// `podIP`, or the first of `podIPs`.
fn pod_ip(status: &Table<'_>, take: &mut Take) -> Option<std::net::IpAddr> {
    take.address(status, "podIP").or_else(|| {
        let first = status.list("podIPs").into_iter().find_map(|node| node.table())?;
        address(&first.text("ip")?)
    })
}

/// The addresses of branch ENIs. What cannot be read has none: that there is an annotation says enough.
fn branches(annotation: &str) -> Vec<Ipv4Addr> {
    let documents = json::documents(annotation).unwrap_or_default();
    let enis =
        documents.first().and_then(|raw| Node::Json { text: annotation, raw }.list()).unwrap_or_default();
    enis.iter().filter_map(|eni| eni.at(&["privateIp"])?.text()?.parse().ok()).collect()
}
