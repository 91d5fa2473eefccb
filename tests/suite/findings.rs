//! Every rule fires where it should, at the field it is about, and stays silent elsewhere.

use std::collections::BTreeSet;

use podroom::engine::findings::RULES;
use podroom::engine::{Finding, Severity};
use podroom::file::preset;

use crate::facts::{evaluated, two_zones};

fn findings(text: &str) -> Vec<Finding> {
    evaluated(text).report.findings
}

/// Code, severity, where, and the plan.
pub fn cases() -> Vec<(&'static str, Severity, &'static str, String)> {
    use Severity::{Error, Info, Warning};
    let node = |cluster: &str, group: &str| two_zones("", cluster, group);
    let env = |variables: &str, group: &str| node(&format!("env = {{ {variables} }}"), group);
    let custom = "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG = true";
    let own = |more: &str| {
        node("", &format!("nodes = 1\n{more}"))
            .replace("\"m5.large\"", "\"own.large\"\nenis = 3\nipv4_per_eni = 10")
    };
    let workload = "\n[[cluster.workload]]\nname = \"w\"\n";
    let by_default = |name: &str| {
        let first = if name == "one" { "format = 1\n" } else { "" };
        format!("{first}[[cluster]]\nname = \"{name}\"\nmanager = \"kind\"\n")
    };
    vec![
        (
            "pods-pending",
            Error,
            "cluster.c.workload.w",
            node("", "nodes = 1") + workload + "replicas = 3\ncpu = \"1\"",
        ),
        (
            "pods-pending",
            Error,
            "cluster.c.node_group.g.pods",
            env("MINIMUM_IP_TARGET = 3", "nodes = 1\npods = 5"),
        ),
        ("subnet-dry", Error, "subnet.b1", node("", "nodes = 30\npods = 20")),
        ("pool-short", Error, "subnet.b1", node("", "nodes = 30\npods = 20")),
        ("upgrade-short", Warning, "cluster.c.node_group.g", node("", "nodes = 24\npods = 9")),
        (
            "control-plane-upgrade",
            Warning,
            "cluster.c.control_plane_subnets",
            two_zones("other = 247", "", "nodes = 0"),
        ),
        ("churned-short", Warning, "subnet.b1", node("", "nodes = 24\npods = 9\npeak_pods = 27")),
        (
            "no-pod-address",
            Error,
            "cluster.c.node_group.g.instance_type",
            node(
                &format!("pod_subnets = [\"pods-a\", \"pods-b\"]\nenv = {{ {custom}, MAX_ENI = 1 }}"),
                "nodes = 1",
            ),
        ),
        ("no-pod-subnets", Error, "cluster.c.node_group.g.pod_subnets", env(custom, "nodes = 1")),
        (
            "subnet-overlap",
            Error,
            "subnet.a2.cidr",
            node("", "nodes = 1").replace("10.0.1.0/24", "10.0.0.128/25"),
        ),
        (
            "service-overlap",
            Error,
            "cluster.c.service_cidr",
            node("service_cidr = \"10.0.0.0/16\"", "nodes = 1"),
        ),
        (
            "prefix-length",
            Error,
            "subnet.a2.cidr",
            node("", "nodes = 1").replace("10.0.1.0/24", "10.0.1.0/29"),
        ),
        (
            "prefix-length",
            Error,
            "vpc.0",
            node("", "nodes = 1")
                .replace("format = 1", "format = 1\nvpc = [\"10.0.0.0/8\", \"100.64.0.0/16\"]"),
        ),
        (
            "vpc-range",
            Error,
            "vpc.1",
            node("", "nodes = 1")
                .replace("format = 1", "format = 1\nvpc = [\"10.0.0.0/16\", \"198.19.0.0/16\"]"),
        ),
        (
            "outside-vpc",
            Error,
            "subnet.pods-a.cidr",
            node("", "nodes = 1").replace("format = 1", "format = 1\nvpc = [\"10.0.0.0/16\"]"),
        ),
        (
            "never-settles",
            Warning,
            "cluster.c.env.WARM_ENI_TARGET",
            env("WARM_ENI_TARGET = 0", "nodes = 1\npods = 9"),
        ),
        (
            "never-settles",
            Info,
            "cluster.c.env.WARM_ENI_TARGET",
            env("WARM_ENI_TARGET = 0", "nodes = 1\npods = 8"),
        ),
        (
            "never-settles",
            Warning,
            "cluster.c.env.WARM_PREFIX_TARGET",
            env("ENABLE_PREFIX_DELEGATION = true, WARM_PREFIX_TARGET = 0", "nodes = 1\npods = 16"),
        ),
        (
            "retries",
            Warning,
            "subnet.b1",
            env("WARM_IP_TARGET = 5", "nodes = 30\npods = 20").replace("10.0.2.0/24", "10.0.2.0/25"),
        ),
        (
            "retries",
            Warning,
            "subnet.a1.role_cni",
            two_zones("role_cni = \"0\"", "env = { ENABLE_SUBNET_DISCOVERY = false }", "nodes = 1\npods = 5"),
        ),
        (
            "slow-burst",
            Warning,
            "cluster.c.env.WARM_IP_TARGET",
            env("WARM_IP_TARGET = 1", "nodes = 1\npods = 20"),
        ),
        ("cool-down", Info, "cluster.c.env.IP_COOLDOWN_PERIOD", node("", "nodes = 1\npods = 27")),
        (
            "cool-down",
            Warning,
            "cluster.c.env.IP_COOLDOWN_PERIOD",
            env("IP_COOLDOWN_PERIOD = 300", "nodes = 1\npods = 27"),
        ),
        (
            "mode-switch",
            Info,
            "cluster.c.env.ENABLE_PREFIX_DELEGATION",
            env("ENABLE_PREFIX_DELEGATION = true, WARM_IP_TARGET = 5", "nodes = 1\npods = 27"),
        ),
        (
            "minimum-alone",
            Warning,
            "cluster.c.env.MINIMUM_IP_TARGET",
            env("MINIMUM_IP_TARGET = 3", "nodes = 1\npods = 3"),
        ),
        (
            "prefix-unsupported",
            Warning,
            "cluster.c.node_group.g.instance_type",
            env("ENABLE_PREFIX_DELEGATION = true", "nodes = 1").replace("m5.large", "m4.large"),
        ),
        ("enis-taken", Warning, "cluster.c.node_group.g.max_pods", env("MAX_ENI = 2", "nodes = 1")),
        ("enis-taken", Warning, "cluster.c.node_group.g.max_pods", node("", "nodes = 1\nunmanaged_enis = 1")),
        ("enis-taken", Warning, "cluster.c.node_group.g.max_pods", env("ENABLE_POD_ENI = true", "nodes = 1")),
        (
            "max-pods-above-addresses",
            Warning,
            "cluster.c.node_group.g.max_pods",
            node("", "nodes = 1\nmax_pods = 110"),
        ),
        (
            "max-pods-secondary",
            Warning,
            "cluster.c.node_group.g.max_pods",
            env("ENABLE_PREFIX_DELEGATION = true", "nodes = 1\nkind = \"karpenter\""),
        ),
        (
            "trunk-unlisted",
            Warning,
            "cluster.c.node_group.g.instance_type",
            own("").replace("name = \"c\"", "name = \"c\"\nenv = { ENABLE_POD_ENI = true }"),
        ),
        (
            "no-new-enis",
            Warning,
            "subnet.a1.role_cni",
            two_zones("role_cni = \"0\"", "env = { ENABLE_SUBNET_DISCOVERY = false }", "nodes = 1"),
        ),
        (
            "value-unset",
            Warning,
            "cluster.c.env.WARM_ENI_TARGET",
            env("WARM_ENI_TARGET = \"two\"", "nodes = 1"),
        ),
        ("value-unset", Warning, "cluster.c.env.WARM_ENI_TARGET", env("WARM_ENI_TARGET = \"\"", "nodes = 1")),
        ("value-unset", Warning, "cluster.c.env.MAX_ENI", env("MAX_ENI = \"\"", "nodes = 1")),
        ("value-unset", Warning, "cluster.c.env.MAX_ENI", env("MAX_ENI = 0", "nodes = 1")),
        (
            "unmanaged-enis",
            Error,
            "cluster.c.node_group.g.unmanaged_enis",
            node("", "nodes = 1\nunmanaged_enis = 3"),
        ),
        ("value-unset", Info, "cluster.c.env.WARM_IP_TARGET", env("WARM_IP_TARGET = 0", "nodes = 1")),
        (
            "no-effect",
            Info,
            "cluster.c.env.WARM_ENI_TARGET",
            env("WARM_ENI_TARGET = 3, WARM_IP_TARGET = 2", "nodes = 1"),
        ),
        ("no-effect", Info, "cluster.c.env.WARM_PREFIX_TARGET", env("WARM_PREFIX_TARGET = 1", "nodes = 1")),
        ("no-effect", Info, "cluster.c.env.MAX_ENI", env("MAX_ENI = 3", "nodes = 1")),
        (
            "pod-subnets-unused",
            Warning,
            "cluster.c.pod_subnets",
            node("pod_subnets = [\"pods-a\"]", "nodes = 1"),
        ),
        ("load-balancers", Warning, "subnet.a1.elb", two_zones("elb = true\nother = 245", "", "nodes = 0")),
        (
            "random",
            Info,
            "cluster.c.env.WARM_PREFIX_TARGET",
            env("ENABLE_PREFIX_DELEGATION = true, WARM_PREFIX_TARGET = 2", "nodes = 1"),
        ),
        ("unknown", Info, "cluster.c.node_group.g.vcpus", own("") + workload + "cpu = 1"),
        ("unknown", Info, "cluster.c.node_group.g.memory", own("") + workload + "memory = \"1Gi\""),
        ("high-water", Info, "cluster.c", node("", "nodes = 1") + workload),
        (
            "variant-misfit",
            Warning,
            "variant.v",
            node("", "nodes = 1") + "[variant.v]\nremove = [\"subnet.gone\"]\n",
        ),
        (
            "instance-note",
            Info,
            "cluster.c.node_group.g.instance_type",
            node("", "nodes = 1").replace("m5.large", "i7ie.48xlarge"),
        ),
        (
            "vpc-free",
            Info,
            "vpc",
            node("", "nodes = 1").replace("format = 1", "format = 1\nvpc = [\"10.0.0.0/16\"]"),
        ),
        ("blocks-short", Error, "subnet.b1", env("ENABLE_PREFIX_DELEGATION = true", "nodes = 10\npods = 20")),
        (
            "blocks-short",
            Error,
            "subnet.a1.reservations",
            two_zones(
                "reservations = [{ cidr = \"10.0.0.0/24\", type = \"prefix\" }]",
                "env = { ENABLE_PREFIX_DELEGATION = true }",
                "nodes = 1",
            ),
        ),
        (
            "blocks-scattered",
            Warning,
            "subnet.b1",
            env("ENABLE_PREFIX_DELEGATION = true", "nodes = 8\npods = 20"),
        ),
        (
            "blocks-fragmented",
            Warning,
            "subnet.a1.used",
            two_zones(
                &format!("used = {:?}", (1..9).map(|i| format!("10.0.0.{}", 16 * i + 3)).collect::<Vec<_>>()),
                "env = { ENABLE_PREFIX_DELEGATION = true }",
                "nodes = 1",
            ),
        ),
        (
            "reservation-unused",
            Warning,
            "subnet.a1.reservations",
            two_zones("reservations = [{ cidr = \"10.0.0.128/25\", type = \"prefix\" }]", "", "nodes = 1"),
        ),
        ("range-overlap", Warning, "cluster.two.pod_subnet", by_default("one") + &by_default("two")),
        ("range-overlap", Info, "cluster.two.service_subnet", by_default("one") + &by_default("two")),
        ("range-overlap", Error, "cluster.c.pod_subnet", kind("", "pod_subnet = \"172.20.0.0/16\"")),
        ("key-unused", Info, "cluster.one.tunnel", by_default("one") + "tunnel = true"),
        (
            "policy",
            Error,
            "policy.min_free",
            node("", "nodes = 1").replace("format = 1", "format = 1\npolicy = { min_free = \"100%\" }"),
        ),
        (
            "growth-unused",
            Warning,
            "growth.nodes",
            node("", "nodes = \"auto\"").replace("format = 1", "format = 1\ngrowth = { nodes = 3 }"),
        ),
        ("network-refused", Error, "network.kind.gateway", kind("gateway = \"172.20.0.7\"", "workers = 1")),
        (
            "network-refused",
            Error,
            "network.kind.containers.b",
            kind("containers = { a = \"172.20.0.3\", b = \"172.20.0.3\" }", ""),
        ),
        ("kind-create", Error, "network.kind.subnet", kind("", "workers = 5")),
        ("kind-create", Info, "cluster.c.workers", kind("", "workers = 4")),
        (
            "state-lost",
            Error,
            "cluster.c.state_loss",
            kind("", "workers = 1\nstate_loss = { running = 10, new_pods = 20 }"),
        ),
        (
            "state-lost",
            Warning,
            "cluster.c.state_loss",
            kind("", "state_loss = { deleted = \"addresses\", running = 10, new_pods = 20 }"),
        ),
        ("stranded", Info, "cluster.c.node_mask", kind("", "")),
        (
            "state-lost",
            Info,
            "cluster.c.state_loss",
            kind("", "state_loss = { deleted = \"last_reserved_ip\", running = 10, new_pods = 20 }"),
        ),
        // three blocks of 64 addresses for two
        ("blocks-borrowed", Info, "cluster.c.pod_subnet", calico("pod_subnet = \"10.9.0.0/25\"")),
        ("ring", Info, "cluster.c.pod_subnet", weave("")),
        ("ring", Warning, "cluster.c.dead_peers", weave("dead_peers = 1")),
        (
            "node-ranges",
            Error,
            "cluster.c.node_ranges.c-worker",
            kind(
                "",
                "workers = 1\nnode_ranges = { c-worker = \"10.244.1.0/25\", c-control-plane = \"10.244.1.0/24\" }",
            ),
        ),
        (
            "unknown-node",
            Info,
            "cluster.c.node_ranges.c-worker9",
            kind("", "workers = 1\nnode_ranges = { c-worker9 = \"10.244.1.0/24\" }"),
        ),
        (
            "unknown-node",
            Info,
            "cluster.c.node_addresses.c-worker2",
            kind("", "workers = 1\nnode_addresses = { c-worker2 = \"172.20.0.4\" }"),
        ),
    ]
}

/// A kind cluster on a docker network of eight addresses.
fn kind(network: &str, cluster: &str) -> String {
    format!(
        "format = 1\n[[network]]\nname = \"kind\"\nsubnet = \"172.20.0.0/29\"\n{network}\n\
         [[cluster]]\nname = \"c\"\nmanager = \"kind\"\n{cluster}\n"
    )
}

/// Three peers.
fn weave(cluster: &str) -> String {
    three("weave", cluster)
}

/// Three nodes with blocks.
fn calico(cluster: &str) -> String {
    three("calico", cluster)
}

fn three(manager: &str, cluster: &str) -> String {
    format!(
        "format = 1\n[[cluster]]\nname = \"c\"\nmanager = \"{manager}\"\n{cluster}\n\
         [[cluster.node_group]]\nname = \"g\"\nnodes = 3\npods = 4\n"
    )
}

#[test]
fn every_rule_fires_at_its_field() {
    for (code, severity, at, text) in cases() {
        let found = findings(&text);
        let hit = found.iter().find(|f| f.code == code && f.at == at);
        let Some(hit) = hit else { panic!("no {code} at {at} in {found:#?}\n{text}") };
        assert_eq!(hit.severity, severity, "{code}: {}", hit.message);
    }
    let fired: BTreeSet<&str> = cases().iter().map(|(code, ..)| *code).collect();
    let rules: BTreeSet<&str> = RULES.iter().map(|rule| rule.code).collect();
    assert_eq!(fired, rules);
    assert_eq!(RULES.len(), rules.len(), "a code stands for one rule");
}

#[test]
fn a_plan_without_trouble_has_no_findings() {
    let found = findings(preset::find("eks-1200-pods-warm-ip").expect("a preset").text);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn errors_come_first() {
    let text = two_zones("", "env = { WARM_IP_TARGET = 0, MAX_ENI = 2 }", "nodes = 90");
    let severities: Vec<Severity> = findings(&text).iter().map(|f| f.severity).collect();
    assert!(severities.is_sorted() && severities.len() > 2, "{severities:?}");
}

/// The message of the only finding of a rule.
fn message(code: &str, text: &str) -> String {
    let found: Vec<Finding> = findings(text).into_iter().filter(|f| f.code == code).collect();
    let [one] = &found[..] else { panic!("{found:#?}") };
    one.message.clone()
}

/// The 738 seconds were measured on the real program.
#[test]
fn what_a_node_s_life_costs_is_said_in_figures() {
    let env = |variables: &str, group: &str| two_zones("", &format!("env = {{ {variables} }}"), group);
    assert_eq!(
        message("never-settles", &env("WARM_ENI_TARGET = 0", "nodes = 10\npods = 9")),
        "WARM_ENI_TARGET = 0: 10 nodes of c/g never settle: each takes a whole ENI and gives it back every 67 seconds, \
         for ever: 2,680 EC2 calls an hour"
    );
    assert_eq!(
        message(
            "slow-burst",
            &env("WARM_IP_TARGET = 5, MINIMUM_IP_TARGET = 10", "nodes = 1\nmax_pods = 737\npods = 735")
                .replace("m5.large", "p3dn.24xlarge")
        ),
        "WARM_IP_TARGET = 5: a new node of c/g gives out at most 5 addresses every 5 seconds; of the 735 pods of a full \
         node the last starts after 738 s"
    );
    assert_eq!(
        message("cool-down", &two_zones("", "", "nodes = 1\npods = 25")),
        "a full node of c/g has 2 addresses beside those of its 25 pods and can have no more: when a rolling update \
         replaces a quarter of the pods there, 5 of 7 new ones wait 30 seconds or longer until an address has cooled \
         down"
    );
    assert_eq!(
        message(
            "retries",
            &two_zones(
                "role_cni = \"0\"",
                "env = { ENABLE_SUBNET_DISCOVERY = false }",
                "nodes = 9\npods = 5"
            )
        ),
        "3 nodes of c/g want more addresses than the first ENI has, and no subnet may take another: 2,160 \
         DescribeSubnets calls an hour for ever, as nothing makes the program pause"
    );
}

#[test]
fn rules_of_a_node_s_life_are_silent_where_nothing_is_wrong() {
    let env = |variables: &str, group: &str| two_zones("", &format!("env = {{ {variables} }}"), group);
    for (code, text) in [
        ("never-settles", env("WARM_ENI_TARGET = 1", "nodes = 1\npods = 9")),
        ("slow-burst", env("WARM_IP_TARGET = 1", "nodes = 1\npods = 5")),
        ("slow-burst", env("WARM_IP_TARGET = 10", "nodes = 1\npods = 20")),
        ("slow-burst", env("WARM_IP_TARGET = 1, MINIMUM_IP_TARGET = 27", "nodes = 1\npods = 20")),
        ("cool-down", env("IP_COOLDOWN_PERIOD = 0", "nodes = 1\npods = 27")),
        ("cool-down", two_zones("", "", "nodes = 1\npods = 15")),
        ("mode-switch", env("ENABLE_PREFIX_DELEGATION = true, WARM_IP_TARGET = 5", "nodes = 1\npods = 26")),
        ("mode-switch", env("ENABLE_PREFIX_DELEGATION = true", "nodes = 1\npods = 27")),
        ("retries", env("WARM_IP_TARGET = 5", "nodes = 3\npods = 20")),
        (
            "retries",
            env("WARM_IP_TARGET = 5, ENABLE_SUBNET_DISCOVERY = false", "nodes = 30\npods = 20")
                .replace("10.0.2.0/24", "10.0.2.0/25"),
        ),
    ] {
        let found = findings(&text);
        assert!(found.iter().all(|f| f.code != code), "{code} {found:#?}\n{text}");
    }
}

/// As an import has them: the host-network pods of every node are DaemonSets, and not `system_pods`.
#[test]
fn pods_of_the_hosts_network_take_a_place_and_no_address() {
    let plan = |max_pods: u32, groups: &str| {
        let agent = |name: &str| {
            format!(
                "[[cluster.workload]]\nname = \"{name}\"\ndaemonset = true\nhost_network = true\n{groups}\n"
            )
        };
        let node =
            format!("nodes = 1\nmax_pods = {max_pods}\n\n{}{}", agent("aws-node"), agent("kube-proxy"));
        two_zones("", "system_pods = 0", &node) + "[[cluster.workload]]\nname = \"w\"\nreplicas = 27\n"
    };
    let found = |text: &str| -> Vec<Finding> {
        findings(text)
            .into_iter()
            .filter(|f| f.code == "max-pods-above-addresses" || f.code == "pods-pending")
            .collect()
    };
    assert!(found(&plan(29, "")).is_empty(), "27 addresses for 27 pods: {:?}", found(&plan(29, "")));
    let many = found(&plan(40, ""));
    assert_eq!(many.len(), 1);
    assert_eq!(
        many[0].message,
        "max pods 40 allows 38 pods with an address, beside 2 of the host's network, on a node of c/g, but m5.large \
         can hold 27 addresses: 3 ENIs x 9 slots"
    );
    assert_eq!(many[0].help, "set max_pods to 29 or less");
    // those of other groups are none of this one's
    let elsewhere = plan(29, "node_groups = [\"h\"]")
        + "[[cluster.node_group]]\nname = \"h\"\ninstance_type = \"m5.large\"\nnodes = 1\nsubnets = [\"b1\"]\n";
    assert!(
        found(&elsewhere)
            .iter()
            .any(|f| f.message.starts_with("max pods 29 allows 29 pods with an address on")),
        "{:?}",
        found(&elsewhere)
    );
}
