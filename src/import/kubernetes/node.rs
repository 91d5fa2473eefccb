//! Nodes.
//!
//! Source of the keys: the Kubernetes API, core/v1 Node. kind's providerID is `kind://PROVIDER/CLUSTER/NODE`
//! (kubernetes-sigs/kind, `pkg/cluster/internal/kubeadm/config.go`).

use std::net::IpAddr;

use ipnet::IpNet;

use super::super::fact::Member;
use super::super::mistake::Mistake;
use super::super::take::{A_RANGE, AN_ADDRESS, Take, address, one_of_each, range};
use super::super::value::{Node, Table};
use super::machine;
use crate::limits;
use crate::text::excerpt;

pub(in crate::import) const RUN: &str = "kubectl get nodes -o json > nodes.json";

/// Where the pods of these nodes get their addresses from is not in the nodes.
const CLOUDS: [(&str, &str); 2] = [("azure://", "Azure"), ("gce://", "Google Cloud")];

/// Of AWS the subnets are among the inputs, or are asked for.
const AWS: &str = "aws://";

/// Labels of nodes whose ranges come from the cloud, too: GKE's and AKS's.
const MANAGED: [&str; 2] = ["cloud.google.com/gke-nodepool", "kubernetes.azure.com/cluster"];

/// What a manager leaves on its nodes: the beginning of the `providerID`, or of an annotation.
///
/// Sources: k3s-io/k3s `pkg/cloudprovider`; flannel-io/flannel `pkg/subnet/kube/annotations.go`;
/// ovn-org/ovn-kubernetes `go-controller/pkg/util/node_annotations.go`; projectcalico/calico
/// `libcalico-go/lib/backend/k8s/resources/node.go`.
const SIGNS: [(&str, &str); 4] = [
    ("k3s://", "k3s"),
    ("k8s.ovn.org/", "ovn-kubernetes"),
    ("projectcalico.org/", "calico"),
    ("flannel.alpha.coreos.com/", "flannel"),
];

/// Whether the nodes of a document say where their pods get addresses from; if not, that is said.
pub(super) fn somewhere(node: Node<'_>, members: &[Member], take: &mut Take) {
    let nowhere = |member: &Member| {
        member.ranges.is_empty()
            && member.manager.is_none()
            && member.kind.is_none()
            && member.machine.is_none()
    };
    if members.iter().all(nowhere) && take.mistakes.is_empty() {
        let at = node.span().start;
        let message = "no node has a podCIDR, and none shows who gives out its pods' addresses";
        let help =
            "such a plan is to be written by hand: podroom presets lists beginnings, [[cluster]] has manager";
        take.note(Mistake::new(at..at, message).help(help));
    }
}

pub(super) fn member(row: &Table<'_>, take: &mut Take) -> Option<Member> {
    let metadata = take.table(row, "metadata");
    let Some(name) = metadata.as_ref().and_then(|metadata| take.text(metadata, "name")) else {
        let at = row.node.span().start;
        take.note(Mistake::new(at..at, "a node without metadata.name"));
        return None;
    };
    let keys = |of: &str| -> Vec<String> {
        let table = metadata.as_ref().and_then(|metadata| metadata.get(of)?.table());
        table.map_or(Vec::new(), |table| table.entries.iter().map(|entry| entry.key.to_string()).collect())
    };
    let mut member = Member { name, ..Member::default() };
    let roles = ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"];
    member.control_plane = keys("labels").iter().any(|label| roles.contains(&label.as_str()));
    let (mut signs, mut machine) = (keys("annotations"), None);
    if let Some(spec) = take.table(row, "spec") {
        let provider = take.text(&spec, "providerID");
        member.ranges = pod_ranges(&spec, take);
        member.provided = provider.is_some();
        let cloud = CLOUDS.iter().find(|(start, _)| provider.as_ref().is_some_and(|p| p.starts_with(start)));
        let managed = keys("labels").iter().any(|label| MANAGED.contains(&label.as_str()));
        if let Some((_, cloud)) = cloud.filter(|_| managed || member.ranges.is_empty()) {
            not_modelled(&spec, &member.name, cloud, take);
            return None;
        }
        let provider = provider.unwrap_or_default();
        if provider.starts_with(AWS) {
            machine = Some(Box::new(machine::read(row, &provider, take)));
        }
        // kind://docker/NAME/NODE
        member.kind = provider
            .strip_prefix("kind://")
            .and_then(|path| Some(path.split('/').nth(1)?.to_owned()).filter(|name| !name.is_empty()));
        signs.insert(0, provider);
    }
    let shown = |start: &&(&str, &str)| signs.iter().any(|sign| sign.starts_with(start.0));
    member.manager = SIGNS.iter().find(shown).map(|(_, manager)| *manager);
    // with a range of its own, or another manager, its pods' addresses come from no subnet
    member.machine = machine.filter(|_| member.ranges.is_empty() && member.manager.is_none());
    if let Some(status) = take.table(row, "status") {
        member.addresses = internal(&status, take);
        member.max_pods = take
            .table(&status, "capacity")
            .and_then(|capacity| take.count(&capacity, "pods", 0, limits::PODS_PER_NODE));
    }
    Some(member)
}

/// Said once for an input, of its first such node.
fn not_modelled(spec: &Table<'_>, name: &str, cloud: &str, take: &mut Take) {
    let tail = format!("is a node of {cloud}, whose subnets its pods' addresses come from");
    let message = format!("{} {tail}", excerpt(name));
    let help =
        "they are not in this input: write the plan by hand, beginning with a preset (podroom presets)";
    let at = spec.get("providerID").map_or(0..0, Node::span);
    if !take.mistakes.iter().any(|mistake| mistake.message.ends_with(&tail)) {
        take.note(Mistake::new(at, message).help(help));
    }
}

/// `podCIDRs`, or `podCIDR` of before there was dual stack.
fn pod_ranges(spec: &Table<'_>, take: &mut Take) -> Vec<IpNet> {
    let mut ranges = Vec::new();
    for node in take.list(spec, "podCIDRs") {
        match node.text().as_deref().and_then(range) {
            Some(range) => ranges.push(range),
            None => take.wrong(node, "an element of podCIDRs", A_RANGE),
        }
    }
    if ranges.is_empty() {
        ranges.extend(take.range(spec, "podCIDR"));
    }
    if !one_of_each(&ranges, IpNet::addr)
        && let Some(node) = spec.get("podCIDRs")
    {
        take.wrong(node, "podCIDRs", "one range of each family at most");
    }
    ranges
}

/// Addresses of type InternalIP, the first of each family.
fn internal(status: &Table<'_>, take: &mut Take) -> Vec<IpAddr> {
    let mut addresses: Vec<IpAddr> = Vec::new();
    for node in take.list(status, "addresses") {
        let Some(row) = node.table().filter(|row| row.text("type").as_deref() == Some("InternalIP")) else {
            continue;
        };
        match row.text("address").as_deref().and_then(address) {
            Some(address) if addresses.iter().any(|other| other.is_ipv4() == address.is_ipv4()) => {}
            Some(address) => addresses.push(address),
            None => take.wrong(row.get("address").unwrap_or(node), "address", AN_ADDRESS),
        }
    }
    addresses
}
