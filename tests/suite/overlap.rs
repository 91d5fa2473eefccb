//! Ranges with addresses in common: all of them are found, each is said once with what it does, and what is proposed
//! removes them.

use std::collections::BTreeSet;

use ipnet::IpNet;
use podroom::engine::apart::{Apart, Change, apart};
use podroom::engine::ranges::{Range, What, all, pairs};
use podroom::engine::{Finding, Severity};
use podroom::ipam::node_ranges::NodeRanges;
use podroom::manager::{MANAGERS, Manager, Nodes, Settings};
use podroom::plan::{Document, Edit, Plan};
use proptest::prelude::*;

use crate::facts::{evaluated, plan};

const CODES: [&str; 3] = ["subnet-overlap", "service-overlap", "range-overlap"];

fn findings(text: &str) -> Vec<Finding> {
    let all = evaluated(text).report.findings;
    all.into_iter().filter(|finding| CODES.contains(&finding.code)).collect()
}

/// Severity, place, message and help of every overlap.
fn said(text: &str) -> Vec<(Severity, String, String)> {
    let lines = findings(text).into_iter();
    lines.map(|f| (f.severity, f.at, format!("{}; {}", f.message, f.help))).collect()
}

fn cluster(name: &str, manager: &str, more: &str) -> String {
    format!("\n[[cluster]]\nname = \"{name}\"\nmanager = \"{manager}\"\n{more}\n")
}

fn of(parts: &[&str]) -> String {
    format!("format = 1\n{}", parts.concat())
}

/// The text of a plan once everything that is proposed is done, in the order of the list and in the other.
fn done(text: &str, backwards: bool) -> Document {
    let mut document = Document::new(text).unwrap_or_else(|problems| panic!("{problems:#?}\n{text}"));
    let Apart { changes, then, .. } = apart(document.plan());
    let mut changes: Vec<_> = changes.into_iter().flatten().chain(then).collect();
    if backwards {
        changes.reverse();
    }
    for change in changes {
        let applied = document.apply(change.edit());
        assert!(applied.is_ok(), "{change:?}: {applied:#?}\n{}", document.text());
    }
    document
}

#[test]
fn two_kind_clusters_have_the_same_defaults() {
    let (a, b) = (cluster("one", "kind", ""), cluster("two", "kind", ""));
    let text = of(&[&a, &b]);
    assert_eq!(
        said(&text),
        [
            (
                Severity::Warning,
                "cluster.two.pod_subnet".to_string(),
                "pods of two 10.244.0.0/16 (default) overlap pods of one 10.244.0.0/16 (default): no route can lead from \
                 one to the other; legal while the clusters stay apart; write pod_subnet = \"10.245.0.0/16\" in cluster \
                 two"
                .to_string()
            ),
            (
                Severity::Info,
                "cluster.two.service_subnet".to_string(),
                "services of two 10.96.0.0/16 (default) overlap services of one 10.96.0.0/16 (default): legal, as only a \
                 cluster's own nodes know its services; no route can lead to both; write service_subnet = \
                 \"10.97.0.0/16\" in cluster two"
                    .to_string()
            ),
        ]
    );
    let document = done(&text, false);
    assert!(findings(&document.text()).is_empty(), "{}", document.text());
    assert!(document.text().contains("name = \"two\"\nmanager = \"kind\"\npod_subnet = \"10.245.0.0/16\"\n"));
}

/// Severity, place and a part of what is said of each kind of overlap.
#[test]
fn every_overlap_is_as_bad_as_it_is() {
    use Severity::{Error, Info, Warning};
    let subnet = |name: &str, cidr: &str| format!("\n[[subnet]]\nname = \"{name}\"\ncidr = \"{cidr}\"\n");
    let network =
        |name: &str, subnet: &str| format!("\n[[network]]\nname = \"{name}\"\nsubnet = \"{subnet}\"\n");
    let group = |subnets: &str| format!("\n[[cluster.node_group]]\nname = \"g\"\nnodes = 1\n{subnets}\n");
    let gke =
        |name: &str, more: &str| cluster(name, "gke", &format!("service_subnet = \"10.30.0.0/20\"\n{more}"));
    let kubeadm = |name: &str, pods: &str| cluster(name, "kubeadm", &format!("pod_subnet = \"{pods}\""));
    let on = group("subnets = [\"a\"]");
    let cases: Vec<(&str, String, Severity, &str, &str, &str)> = vec![
        (
            "ranges of the VPC",
            of(&["vpc = [\"10.0.0.0/16\", \"10.0.128.0/17\", \"100.64.0.0/16\"]\n"]),
            Error,
            "vpc.1",
            "AWS takes no range that overlaps",
            "write vpc = [\"10.0.0.0/16\", \"100.64.0.0/16\"]",
        ),
        (
            "subnets",
            of(&["vpc = [\"10.0.0.0/22\"]\n", &subnet("a", "10.0.0.0/24"), &subnet("b", "10.0.0.0/25")]),
            Error,
            "subnet.b.cidr",
            "subnet b 10.0.0.0/25 overlaps subnet a 10.0.0.0/24: AWS makes no subnet",
            "write cidr = \"10.0.1.0/25\" in subnet b",
        ),
        (
            "the last range of a VPC goes down",
            of(&["vpc = [\"10.0.0.0/22\"]\n", &subnet("a", "10.0.3.0/24"), &subnet("b", "10.0.3.128/25")]),
            Error,
            "subnet.b.cidr",
            "AWS",
            "write cidr = \"10.0.2.128/25\" in subnet b",
        ),
        (
            "docker networks",
            of(&[&network("x", "172.20.0.0/16"), &network("y", "172.20.4.0/24")]),
            Error,
            "network.y.subnet",
            "\"invalid pool request: Pool overlaps with other one on this address space\"",
            "write subnet = \"172.21.0.0/24\" in network y",
        ),
        (
            "the later network has a gateway, so the other one moves",
            of(&[
                &network("x", "172.20.4.0/24"),
                &network("y", "172.20.0.0/16"),
                "gateway = \"172.20.0.1\"\n",
            ]),
            Error,
            "network.x.subnet",
            "docker makes only the first of them",
            "write subnet = \"172.21.0.0/24\" in network x",
        ),
        (
            "EKS services in a subnet",
            of(&[
                &subnet("a", "10.0.0.0/24"),
                &cluster("c", "aws-vpc-cni", "service_cidr = \"10.0.0.0/16\""),
            ]),
            Error,
            "cluster.c.service_cidr",
            "services of c 10.0.0.0/16 overlap subnet a 10.0.0.0/24",
            "write service_cidr = \"10.1.0.0/16\" in cluster c",
        ),
        (
            "pods in the subnet of their nodes",
            of(&[&subnet("a", "10.0.0.0/24"), &gke("c", "pod_subnet = \"10.0.0.0/17\""), &on]),
            Error,
            "cluster.c.pod_subnet",
            "what is meant for a node",
            "write pod_subnet = \"10.0.128.0/17\" in cluster c",
        ),
        (
            "pods in the VPC of their nodes",
            of(&[
                "vpc = [\"10.0.0.0/16\"]\n",
                &subnet("a", "10.0.0.0/24"),
                &gke("c", "pod_subnet = \"10.0.128.0/17\""),
                &on,
            ]),
            Error,
            "cluster.c.pod_subnet",
            "overlap the VPC's 10.0.0.0/16",
            "write pod_subnet = \"10.1.0.0/17\" in cluster c",
        ),
        (
            "pods in a VPC that their nodes are not in",
            of(&["vpc = [\"10.0.0.0/16\"]\n", &kubeadm("c", "10.0.128.0/17")]),
            Warning,
            "cluster.c.pod_subnet",
            "out of reach for the pods",
            "write pod_subnet = \"10.1.0.0/17\" in cluster c",
        ),
        (
            "services in the docker network of their nodes",
            of(&[
                &network("lan", "10.96.4.0/24"),
                &cluster("c", "kubeadm", "pod_subnet = \"10.244.0.0/16\"\nnetwork = \"lan\""),
            ]),
            Error,
            "cluster.c.service_subnet",
            "what is meant for a node",
            "write service_subnet = \"10.112.0.0/12\" in cluster c",
        ),
        (
            "pods around the address of their node",
            of(&[&cluster("c", "calico", "node_addresses = { n1 = \"192.168.7.11\" }"), &group("")]),
            Error,
            "cluster.c.pod_subnet",
            "pods of c 192.168.0.0/16 (default) overlap node n1 of c, 192.168.7.11",
            "write pod_subnet = \"10.0.0.0/16\" in cluster c",
        ),
        (
            "host-local on the network of its nodes",
            of(&[
                &network("lan", "192.168.7.0/24"),
                &cluster("c", "host-local", "ranges = [\"192.168.7.0/25\"]\nnetwork = \"lan\""),
            ]),
            Warning,
            "cluster.c.ranges",
            "right only if the pods are meant to be on that network",
            "write ranges = [\"192.168.8.0/25\"] in cluster c",
        ),
        (
            "services in the pods' range, which is cut around them",
            of(&[&cluster(
                "c",
                "kubeadm",
                "pod_subnet = \"10.0.0.0/16\"\nservice_subnet = \"10.0.16.0/20\"",
            )]),
            Warning,
            "cluster.c.service_subnet",
            "which costs 16 of 256 nodes",
            "write service_subnet = \"10.1.0.0/20\" in cluster c",
        ),
        (
            "services all over the pods' range",
            of(&[&cluster("c", "kubeadm", "pod_subnet = \"10.100.0.0/16\"")]),
            Error,
            "cluster.c.service_subnet",
            "no node gets one",
            "write service_subnet = \"10.112.0.0/12\" in cluster c",
        ),
        (
            "services in a pool that is not cut around them",
            of(&[&cluster("c", "weave", "service_subnet = \"10.33.0.0/16\"")]),
            Error,
            "cluster.c.pod_subnet",
            "a pod that gets the address of a service",
            "write pod_subnet = \"10.48.0.0/12\" in cluster c",
        ),
        (
            "pods of two clusters, of which one wrote its range",
            of(&[
                &cluster("a", "flannel", ""),
                &cluster("b", "kind", "pod_subnet = \"10.244.128.0/17\"\nservice_subnet = \"10.1.0.0/16\""),
            ]),
            Warning,
            "cluster.a.pod_subnet",
            "no route can lead",
            "write pod_subnet = \"10.245.0.0/16\" in cluster a",
        ),
        (
            "pods of one with services of another",
            of(&[&kubeadm("a", "10.244.0.0/16"), &cluster("b", "k3s", "service_subnet = \"10.244.0.0/20\"")]),
            Warning,
            "cluster.b.service_subnet",
            "what has these addresses there is out of reach",
            "write service_subnet = \"10.245.0.0/20\" in cluster b",
        ),
        (
            "pods of one with nodes of another",
            of(&[
                &kubeadm("a", "10.1.0.0/16"),
                &cluster("b", "k3s", "pod_subnet = \"10.2.0.0/16\"\nnode_addresses = { n = \"10.1.2.3\" }"),
            ]),
            Warning,
            "cluster.a.pod_subnet",
            "overlap node n of b, 10.1.2.3",
            "write pod_subnet = \"10.3.0.0/16\" in cluster a",
        ),
        (
            "services with a docker network that is not theirs",
            of(&[&network("x", "10.97.0.0/24"), &kubeadm("c", "10.244.0.0/16")]),
            Warning,
            "cluster.c.service_subnet",
            "out of reach for that cluster's pods",
            "write service_subnet = \"10.112.0.0/12\" in cluster c",
        ),
        (
            "a docker network with the VPC",
            of(&["vpc = [\"172.18.0.0/16\"]\n\n[[network]]\nname = \"x\"\n"]),
            Warning,
            "network.x.subnet",
            "docker network x 172.18.0.0/16 (default) overlaps the VPC's 172.18.0.0/16",
            "write subnet = \"172.19.0.0/16\" in network x",
        ),
        (
            "kind's own network with the VPC",
            of(&["vpc = [\"172.18.0.0/16\"]\n", &cluster("c", "kind", "")]),
            Warning,
            "cluster.c.network",
            "addresses of the VPC in it are out of reach",
            "write [[network]] with name = \"kind\" and subnet = \"172.19.0.0/16\"",
        ),
        (
            "pods of overlays",
            of(&[
                &cluster("a", "aks-overlay", ""),
                &cluster("b", "aks-overlay", "service_subnet = \"10.1.0.0/16\""),
            ]),
            Info,
            "cluster.b.pod_subnet",
            "Azure allows it",
            "write pod_subnet = \"10.245.0.0/16\" in cluster b",
        ),
        (
            "IPv6 only",
            of(&[
                &kubeadm("a", "10.1.0.0/16,fd00:1::/56"),
                &cluster(
                    "b",
                    "kubeadm",
                    "pod_subnet = \"10.2.0.0/16,fd00:1::/56\"\nservice_subnet = \"10.3.0.0/16\"",
                ),
            ]),
            Warning,
            "cluster.b.pod_subnet",
            "pods of b fd00:1::/56 overlap pods of a fd00:1::/56",
            "write pod_subnet = \"10.2.0.0/16,fd00:1:0:100::/56\" in cluster b",
        ),
        (
            "a range that existing nodes have",
            of(&[
                &kubeadm("a", "10.244.0.0/16"),
                &cluster(
                    "b",
                    "k3s",
                    "pod_subnet = \"10.244.0.0/16\"\nnode_ranges = { n = \"10.244.3.0/24\" }",
                ),
            ]),
            Warning,
            "cluster.a.pod_subnet",
            "no route can lead",
            "write pod_subnet = \"10.245.0.0/16\" in cluster a",
        ),
        (
            "service_cidr is the same key",
            of(&[&kubeadm("a", "10.1.0.0/16"), &cluster("b", "k3s", "service_cidr = \"10.1.0.0/20\"")]),
            Warning,
            "cluster.b.service_cidr",
            "out of reach",
            "write service_cidr = \"10.2.0.0/20\" in cluster b",
        ),
    ];
    for (name, text, severity, at, message, help) in cases {
        let found = said(&text);
        let [(s, place, line)] = found.as_slice() else { panic!("{name}: {found:#?}\n{text}") };
        assert_eq!((*s, place.as_str()), (severity, at), "{name}: {line}");
        assert!(line.contains(message) && line.ends_with(help), "{name}: {line}");
        for backwards in [false, true] {
            let document = done(&text, backwards);
            assert!(findings(&document.text()).is_empty(), "{name}: {}", document.text());
        }
    }
}

#[test]
fn what_is_meant_to_overlap_is_not_said() {
    let eks = |name: &str| cluster(name, "aws-vpc-cni", "service_cidr = \"172.20.0.0/16\"");
    let kind = cluster("k", "kind", "node_addresses = { k-control-plane = \"172.18.0.2\" }");
    for text in [
        of(&[&eks("a"), &eks("b")]),
        of(&["vpc = [\"10.0.0.0/16\"]\n[[subnet]]\nname = \"a\"\ncidr = \"10.0.0.0/24\"\n"]),
        of(&[&kind]),
        of(&[
            "vpc = [\"10.0.0.0/16\"]\n[[subnet]]\nname = \"a\"\ncidr = \"10.0.0.0/24\"\n",
            &cluster("c", "kubeadm", "pod_subnet = \"10.244.0.0/16\"\nnode_addresses = { n = \"10.0.0.9\" }"),
        ]),
        // two plugins share a subnet by bounds
        of(&[
            &cluster(
                "a",
                "host-local",
                "ranges = [{ subnet = \"10.22.0.0/24\", range_start = \"10.22.0.10\", range_end = \"10.22.0.99\" }]",
            ),
            &cluster(
                "b",
                "host-local",
                "ranges = [{ subnet = \"10.22.0.0/24\", range_start = \"10.22.0.100\" }]",
            ),
        ]),
    ] {
        assert_eq!(said(&text), [], "{text}");
    }
}

/// A finding for each range to move, not for each pair: 4,950 pairs, 99 findings.
#[test]
fn a_hundred_clusters_and_a_thousand_networks_are_quick() {
    let clusters: String = (0..100).map(|c| cluster(&format!("c{c}"), "kind", "workers = 1")).collect();
    let networks: String = (0..1_000)
        .map(|n| {
            format!("[[network]]\nname = \"n{n}\"\nsubnet = \"10.{}.{}.0/24\"\n", 200 + n / 250, n % 250 / 2)
        })
        .collect();
    let text = of(&[&networks, &clusters]);
    let plan = plan(&text);
    let ranges = all(&plan);
    assert!(ranges.len() >= 1_200);
    let apart = apart(&plan);
    let moved = |is: fn(What) -> bool| {
        let moved = apart
            .ranges
            .iter()
            .zip(&apart.changes)
            .filter(|(range, change)| is(range.what) && change.is_some());
        moved.count()
    };
    assert_eq!(moved(|what| matches!(what, What::Pods(_))), 99);
    assert_eq!(moved(|what| matches!(what, What::Services(_))), 99);
    assert_eq!(
        moved(|what| matches!(what, What::Network(_))),
        500,
        "every other one is a second of its kind"
    );
    let mut document = Document::new(&text).expect("a plan");
    let edits = apart.changes.iter().flatten().map(Change::edit).collect();
    document.apply(Edit::Many(edits)).expect("still a plan");
    assert!(apart_of(&document).overlaps.is_empty());
}

fn apart_of(document: &Document) -> Apart {
    apart(document.plan())
}

/// A network without a subnet that is given one leaves its place to the next.
#[test]
fn docker_gives_a_place_that_becomes_free_to_the_next_network() {
    let text = of(&["vpc = [\"172.18.0.0/16\"]\n[[network]]\nname = \"x\"\n[[network]]\nname = \"y\"\n"]);
    let [(_, at, line)] = &said(&text)[..] else { panic!("{:#?}", said(&text)) };
    assert_eq!(at, "network.x.subnet");
    assert!(
        line.ends_with(
            "write subnet = \"172.20.0.0/16\" in network x; docker then gives what becomes free to the next network, so \
             write subnet = \"172.19.0.0/16\" in network y, too"
        ),
        "{line}"
    );
    assert!(findings(&done(&text, false).text()).is_empty());
}

#[test]
fn what_nothing_can_move_is_said_to_be_so() {
    let text = of(&[
        &cluster("a", "cilium-cluster-pool", "service_subnet = \"172.30.0.0/16\""),
        &cluster("b", "cilium-cluster-pool", "service_subnet = \"172.31.0.0/16\""),
    ]);
    let [(Severity::Warning, at, line)] = &said(&text)[..] else { panic!("{:#?}", said(&text)) };
    assert_eq!(at, "cluster.b.pod_subnet");
    assert!(line.contains("no one key removes it"), "{line}");
}

#[test]
fn keys_that_mean_nothing_to_the_manager() {
    let group = "\n[[cluster.node_group]]\nname = \"g\"\nnodes = 1\nkind = \"karpenter\"\nmax_unavailable = 2\n\
                 \n[[cluster.workload]]\nname = \"w\"\nbranch_eni = true\n";
    let text = of(&[
        &cluster(
            "c",
            "calico",
            "node_mask = 25\nblock_size = 27\nenv = { WARM_IP_TARGET = 3, AWS_VPC_K8S_CNI_LOGLEVEL = \"DEBUG\" }",
        ),
        group,
        &cluster("d", "aws-vpc-cni", "service_subnet = \"10.3.0.0/16\"\nservice_cidr = \"10.4.0.0/16\""),
        &cluster("e", "kubeadm", "pod_subnet = \"10.5.0.0/16\"\nservice_cidr = \"10.6.0.0/16\""),
    ]);
    let found = evaluated(&text).report.findings;
    let unread: Vec<(Severity, &str, &str)> = found
        .iter()
        .filter(|f| f.code == "key-unused")
        .map(|f| (f.severity, f.at.as_str(), f.message.as_str()))
        .collect();
    assert_eq!(
        unread,
        [
            (Severity::Info, "cluster.c.node_mask", "node_mask means nothing to calico"),
            (Severity::Info, "cluster.c.env.WARM_IP_TARGET", "WARM_IP_TARGET means nothing to calico"),
            (Severity::Info, "cluster.c.node_group.g.kind", "kind means nothing to calico"),
            (
                Severity::Info,
                "cluster.c.node_group.g.max_unavailable",
                "max_unavailable means nothing to calico"
            ),
            (Severity::Info, "cluster.c.workload.w.branch_eni", "branch_eni means nothing to calico"),
            (Severity::Info, "cluster.d.service_subnet", "service_subnet means nothing to aws-vpc-cni"),
        ]
    );
}

fn chosen(of: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop::sample::select(of)
}

const SERVICES: &[&str] =
    &["10.96.0.0/12", "10.96.0.0/16", "10.0.0.0/20", "172.20.0.0/16", "10.244.16.0/20", "192.168.3.0/24"];
const PODS: &[&str] = &[
    "10.244.0.0/16",
    "10.244.0.0/17",
    "10.0.0.0/9",
    "10.0.0.0/8",
    "192.168.0.0/16",
    "172.16.0.0/12",
    "100.64.0.0/10",
    "10.255.0.0/16",
    "203.0.0.0/16",
    "10.244.0.0/16,fd00:10:244::/56",
    "10.98.0.0/16,fd00:10:244:80::/57",
    "fc00:f853:ccd:e700::/56",
];
const SETS: &[&str] = &[
    "[\"10.22.0.0/16\"]",
    "[\"172.18.0.0/24\"]",
    "[{ subnet = \"10.22.0.0/24\", range_start = \"10.22.0.10\", range_end = \"10.22.0.99\", gateway = \"10.22.0.1\" }]",
    "[[\"10.244.1.0/24\", \"10.22.1.0/24\"], \"fd00:10:244::/64\"]",
];
const NETWORKS: &[&str] = &[
    "",
    "",
    "subnet = \"172.18.0.0/16\"",
    "subnet = \"172.18.0.0/24\"\nipv6_subnet = \"fd00:10:244::/64\"",
    "subnet = \"172.16.0.0/12\"",
    "subnet = \"192.168.0.0/20\"\ngateway = \"192.168.0.1\"",
    "subnet = \"172.18.128.0/17\"\naux_addresses = { x = \"172.18.200.1\" }",
    "subnet = \"10.96.0.0/16\"",
    "subnet = \"fd00:30::/64\"",
    "ipv6_subnet = \"fd00:30::/60\"",
];

/// The range, or one like it that the manager does not refuse.
fn accepted(manager: &Manager, pods: &'static str) -> &'static str {
    let v4 = pods.split(',').next().unwrap_or(pods);
    let taken = |pods: &&str| {
        let pod_subnet = pods.split(',').map(|range| range.parse().unwrap()).collect();
        (manager.refuses)(&Settings { pod_subnet, ..Settings::of(manager) }).is_none()
    };
    [pods, v4, "10.0.0.0/9"].into_iter().find(taken).unwrap_or("10.244.0.0/16")
}

fn a_cluster(networks: usize, subnets: usize) -> impl Strategy<Value = String> {
    let some = |keys: &'static [&'static str]| prop::option::of(chosen(keys));
    let places = (0..=networks, prop::option::of(0..subnets.max(1)), 0..4u8);
    (0..MANAGERS.len(), chosen(PODS), some(PODS), some(SERVICES), chosen(SETS), places).prop_map(
        move |(m, pods, maybe, services, sets, (network, subnet, facts))| {
            let manager = MANAGERS[m];
            let mut keys = String::new();
            let pods = if manager.defaults.pod_subnet.is_empty() { Some(pods) } else { maybe };
            if let Some(pods) = pods.filter(|_| manager.reads("pod_subnet")) {
                let pods = accepted(manager, pods);
                keys += &format!("pod_subnet = \"{pods}\"\n");
                if facts == 1 && manager.reads("node_ranges") {
                    let net: IpNet = pods.split(',').next().unwrap().parse().unwrap();
                    let node = IpNet::new(net.network(), if net.addr().is_ipv4() { 24 } else { 64 }).unwrap();
                    keys += &format!("node_ranges = {{ n = \"{node}\" }}\n");
                }
            }
            if manager.reads("ranges") {
                // sets of several ranges, and gateways, are host-local's alone
                let sets = if manager.nodes == Nodes::One { sets } else { SETS[0] };
                keys += &format!("ranges = {sets}\n");
            }
            if let Some(services) = services {
                let key = if manager.is_aws() || facts == 2 { "service_cidr" } else { "service_subnet" };
                keys += &format!("{key} = \"{services}\"\n");
            }
            if network < networks && manager.reads("network") {
                keys += &format!("network = \"n{network}\"\n");
            }
            if facts == 3 && manager.reads("node_addresses") {
                keys += "node_addresses = { x = \"10.244.3.4\", y = \"192.168.0.7\" }\n";
            }
            if let Some(s) = subnet.filter(|_| subnets > 0 && manager.nodes == Nodes::InSubnets) {
                keys += &format!("[[cluster.node_group]]\nname = \"g\"\nnodes = 1\nsubnets = [\"s{s}\"]\n");
            }
            cluster("NAME", manager.name, &keys)
        },
    )
}

fn a_plan() -> impl Strategy<Value = String> {
    let vpcs =
        chosen(&["[]", "[\"10.0.0.0/16\"]", "[\"10.0.0.0/16\", \"10.0.128.0/17\", \"172.18.0.0/16\"]"]);
    let subnets = prop::collection::vec(
        chosen(&["10.0.0.0/20", "10.0.0.0/24", "10.0.128.0/18", "10.0.0.128/25", "10.244.0.0/24"]),
        0..5,
    );
    let networks = prop::collection::vec(chosen(NETWORKS), 0..6);
    (vpcs, subnets, networks).prop_flat_map(|(vpc, subnets, networks)| {
        let rows = subnets.iter().enumerate();
        let rows: String =
            rows.map(|(s, cidr)| format!("[[subnet]]\nname = \"s{s}\"\ncidr = \"{cidr}\"\n")).collect();
        let nets = networks.iter().enumerate();
        let nets: String = nets.map(|(n, keys)| format!("[[network]]\nname = \"n{n}\"\n{keys}\n")).collect();
        let head = format!("format = 1\nvpc = {vpc}\n{rows}{nets}").replace("vpc = []\n", "");
        prop::collection::vec(a_cluster(networks.len(), subnets.len()), 0..7).prop_map(move |clusters| {
            let named = clusters.iter().enumerate().map(|(c, text)| text.replace("NAME", &format!("c{c}")));
            head.clone() + &named.collect::<String>()
        })
    })
}

fn naive(ranges: &[Range]) -> BTreeSet<(usize, usize)> {
    let mut pairs = BTreeSet::new();
    for (i, a) in ranges.iter().enumerate() {
        for (j, b) in ranges.iter().enumerate().skip(i + 1) {
            if a.taken.meet(&b.taken).is_some() {
                pairs.insert((i, j));
            }
        }
    }
    pairs
}

/// Whether nothing could move a range: other keys have addresses in it, or no place of its size is free.
fn is_stuck(plan: &Plan, taken: &[Range], range: &Range) -> bool {
    let held = match range.what {
        What::Vpc(_) | What::Node(_) => true,
        What::Subnet(_) | What::Services(_) => false,
        What::Network(n) => {
            let network = &plan.networks[n];
            network.gateway.is_some()
                || !network.aux_addresses.is_empty()
                || (network.implied && range.part > 0)
                || plan.clusters.iter().any(|c| c.network == Some(n) && !c.node_addresses.is_empty())
        }
        What::Pods(c) => !plan.clusters[c].node_ranges.is_empty(),
    };
    let vpc = plan.vpc.iter().map(|cidr| IpNet::V4(*cidr)).find(|vpc| vpc.contains(&range.net));
    let in_vpc = vpc.filter(|_| matches!(range.what, What::Subnet(_)));
    let private = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"];
    let blocks: Vec<IpNet> = match in_vpc {
        Some(vpc) => vec![vpc],
        None => private.iter().map(|block| block.parse().unwrap()).collect(),
    };
    let eks = matches!(range.what, What::Services(c) if plan.clusters[c].manager.is_aws());
    let mut blocks = blocks.iter().filter(|b| !eks || b.prefix_len() != 10);
    let free = |place: IpNet| {
        let own = |other: &Range| in_vpc.is_some() && matches!(other.what, What::Vpc(_));
        let beside = |net: &IpNet| !(net.contains(&place) || place.contains(net));
        taken.iter().all(|other| own(other) || beside(&other.net))
            && (plan.networks.is_empty() || beside(&"172.17.0.0/16".parse().unwrap()))
    };
    held || !blocks.any(|block| {
        block.addr().is_ipv4() == range.net.addr().is_ipv4()
            && block.subnets(range.net.prefix_len()).is_ok_and(|mut places| places.any(free))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_pair_is_found_once(text in a_plan()) {
        let ranges = all(&plan(&text));
        let found: Vec<(usize, usize)> = pairs(&ranges).collect();
        let set: BTreeSet<(usize, usize)> = found.iter().copied().collect();
        prop_assert_eq!(found.len(), set.len());
        prop_assert_eq!(set, naive(&ranges));
    }

    #[test]
    fn what_is_proposed_leaves_no_overlap(text in a_plan(), backwards in any::<bool>()) {
        let before = plan(&text);
        let document = done(&text, backwards);
        let after = apart_of(&document);
        let taken: Vec<Range> = all(&before).into_iter().chain(after.ranges.iter().cloned()).collect();
        for overlap in &after.overlaps {
            for r in [overlap.a, overlap.b] {
                let range = &after.ranges[r];
                prop_assert!(is_stuck(document.plan(), &taken, range), "{range:?} of {overlap:?}\n{}", document.text());
            }
        }
        for finding in findings(&document.text()) {
            prop_assert!(finding.help.starts_with("no one key removes it"), "{finding:?}\n{}", document.text());
        }
    }

    #[test]
    fn every_overlap_is_in_one_finding_with_its_change(text in a_plan()) {
        let plan = plan(&text);
        let apart = apart(&plan);
        let found = findings(&text);
        let groups: BTreeSet<_> = apart.overlaps.iter().map(|o| (apart.mover(o), o.harm)).collect();
        prop_assert_eq!(found.len(), groups.len());
        for (mover, harm) in groups {
            let (range, change) = (&apart.ranges[mover], &apart.changes[mover]);
            let words = range.words(&plan);
            let is = |f: &&Finding| f.place == range.place && f.message.starts_with(&words) && f.message.ends_with(&harm.reason());
            let finding = found.iter().find(is);
            let Some(finding) = finding else { panic!("{words} {harm:?} in {found:#?}") };
            prop_assert_eq!(finding.severity, harm.severity());
            if let Some(change) = change {
                prop_assert!(finding.help.starts_with(&change.text), "{}", finding.help);
            }
        }
    }

    /// Nodes that a service range costs, counted one by one.
    #[test]
    fn nodes_that_services_cost(pods in 12..=20u8, mask in 24..=26u8, services in 12..=28u8, at in any::<u8>()) {
        let pods = IpNet::new([10, 0, 0, 0].into(), pods).unwrap();
        let services = IpNet::new([10, 0, at, 0].into(), services).unwrap().trunc();
        let keys = format!("pod_subnet = \"{pods}\"\nservice_subnet = \"{services}\"\nnode_mask = {mask}");
        let text = of(&[&cluster("c", "kubeadm", &keys)]);
        let mut ranges = NodeRanges::new(pods, mask).unwrap();
        ranges.restart(&[services], &[]).unwrap_or_default();
        let (all, left) = (ranges.all(), (0u128..).take_while(|_| ranges.allocate_next().is_ok()).count() as u128);
        let line: Vec<String> = said(&text).into_iter().map(|(.., line)| line.replace(',', "")).collect();
        match all - left {
            0 => prop_assert!(line.is_empty(), "{line:?}"),
            lost if lost == all => prop_assert!(line[0].contains("no node gets one"), "{line:?}"),
            lost => prop_assert!(line[0].contains(&format!("costs {lost} of {all} nodes")), "{line:?}"),
        }
    }
}
