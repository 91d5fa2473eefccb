//! Figures that are known from outside: what the real programs printed, and the formulas of their documentation, as
//! plans show them.

use podroom::engine::{At, Event, Lives, Threshold, Verdict, What};

use super::Seen;

/// A docker network with so many containers, all of them given out an address.
fn network(keys: &str, containers: usize) -> Seen {
    let names: Vec<String> = (1..=containers).map(|i| format!("c{i} = \"auto\"")).collect();
    let names =
        if names.is_empty() { String::new() } else { format!("containers = {{ {} }}\n", names.join(", ")) };
    Seen::of(&format!("format = 1\n[[network]]\nname = \"n\"\n{keys}\n{names}"))
}

/// The addresses of containers, in order, by the map.
fn given(seen: &Seen) -> String {
    let runs = seen.evaluation.map(&seen.plan, seen.index("n"));
    let given = runs.iter().filter(|run| run.who.starts_with("container"));
    given.map(|run| run.range.to_string()).collect::<Vec<_>>().join(" ")
}

/// Sources: docker's own libnetwork, run: cases dk-29-gw1-aux6, dk-29-gw1, dk-24-range-28 and others.
#[test]
fn docker_networks_hold_what_docker_gives() {
    let range = |subnet: &str, from: u8, to: u8| {
        (from..=to).map(|i| format!("{subnet}{i}")).collect::<Vec<_>>().join(" ")
    };
    // keys, capacity of the pool, usable, all that containers get
    let cases = [
        (
            "subnet = \"172.20.0.0/29\"\ngateway = \"172.20.0.1\"\naux_addresses = { reserved1 = \"172.20.0.6\" }",
            8,
            4,
            range("172.20.0.", 2, 5),
        ),
        ("subnet = \"172.20.0.0/29\"\ngateway = \"172.20.0.1\"", 8, 5, range("172.20.0.", 2, 6)),
        ("subnet = \"172.20.0.0/29\"", 8, 5, range("172.20.0.", 2, 6)),
        ("subnet = \"172.20.0.0/29\"\ngateway = \"172.20.0.6\"", 8, 5, range("172.20.0.", 1, 5)),
        (
            "subnet = \"172.20.0.0/29\"\ngateway = \"172.20.0.3\"\n\
             aux_addresses = { a = \"172.20.0.1\", b = \"172.20.0.5\" }",
            8,
            3,
            "172.20.0.2 172.20.0.4 172.20.0.6".to_string(),
        ),
        ("subnet = \"172.20.0.0/28\"\ngateway = \"172.20.0.1\"", 16, 13, range("172.20.0.", 2, 14)),
        (
            "subnet = \"172.20.0.0/28\"\ngateway = \"172.20.0.1\"\n\
             aux_addresses = { a = \"172.20.0.12\", b = \"172.20.0.13\", c = \"172.20.0.14\" }",
            16,
            10,
            range("172.20.0.", 2, 11),
        ),
        ("subnet = \"172.20.0.0/30\"\ngateway = \"172.20.0.1\"", 4, 1, "172.20.0.2".to_string()),
        ("subnet = \"172.20.0.0/31\"", 2, 1, "172.20.0.1".to_string()),
        ("subnet = \"172.20.0.0/24\"\ngateway = \"172.20.0.1\"", 256, 253, range("172.20.0.", 2, 254)),
        // of a range inside of the subnet the first and the last are usable
        (
            "subnet = \"172.20.0.0/24\"\ngateway = \"172.20.0.1\"\nip_range = \"172.20.0.64/28\"",
            16,
            16,
            range("172.20.0.", 64, 79),
        ),
        ("subnet = \"172.20.0.0/24\"\nip_range = \"172.20.0.64/28\"", 16, 15, range("172.20.0.", 65, 79)),
        (
            "subnet = \"172.20.0.0/24\"\ngateway = \"172.20.0.1\"\nip_range = \"172.20.0.0/28\"",
            16,
            14,
            range("172.20.0.", 2, 15),
        ),
        ("subnet = \"fd00:30::/125\"", 8, 6, range("fd00:30::", 2, 7)),
    ];
    for (keys, capacity, usable, all) in cases {
        let n = all.split(' ').count();
        assert_eq!(n as u64, usable, "{keys}");
        for containers in [0, 1, n - 1, n, n + 1, n + 2] {
            let seen = network(keys, containers);
            let (pool, held) = (seen.pool("n"), containers as u64);
            assert_eq!((pool.capacity, pool.reserved), (capacity, capacity - usable), "{keys}");
            let (free, short) = (usable.saturating_sub(held), held.saturating_sub(usable));
            assert_eq!(seen.settled("n"), [usable, held, 0, held, 0, free, short], "{keys} {containers}");
            assert_eq!(given(&seen), all.split(' ').take(containers).collect::<Vec<_>>().join(" "), "{keys}");
            assert_eq!(seen.findings("network-refused").len(), usize::from(containers > n), "{keys}");
        }
        let family = if keys.contains("fd00") { "IPv6" } else { "IPv4" };
        assert_eq!(
            network(keys, n + 1).finding("network-refused"),
            format!(
                "c{} gets no address of n: no available {family} addresses on this network's address pools: n \
                 (<network id>)",
                n + 1
            )
        );
    }
}

#[test]
fn a_network_that_docker_does_not_make_has_no_addresses() {
    for (keys, text) in [
        ("gateway = \"172.20.0.7\"", "failed to allocate gateway (172.20.0.7): Address already in use"),
        (
            "aux_addresses = { x = \"172.20.0.0\" }",
            "failed to allocate secondary ip address (x:172.20.0.0): Address already in use",
        ),
        (
            "aux_addresses = { x = \"172.21.0.1\" }",
            "auxiliary address: (x:172.21.0.1) must belong to the master pool: 172.20.0.0/29",
        ),
    ] {
        let seen = network(&format!("subnet = \"172.20.0.0/29\"\n{keys}"), 2);
        assert_eq!(seen.finding("network-refused"), format!("docker does not make n: {text}"));
        assert_eq!(seen.pool("n").usable, 0);
        assert!(seen.map("n").is_empty());
    }
    let seen = kinds("subnet = \"172.20.0.0/29\"\ngateway = \"172.20.0.7\"", &[(2, 3)]);
    let roster = seen.evaluation.roster(&seen.plan, 0);
    let text = "failed to allocate gateway (172.20.0.7): Address already in use";
    assert_eq!(roster.iter().map(|m| m.refused.as_deref()).collect::<Vec<_>>(), [Some(text); 5]);
}

/// docker0 has 172.17.0.0/16. Source: dk-default-pools.
#[test]
fn networks_without_a_subnet_get_dockers_next() {
    let rows: String = (0..31).map(|i| format!("[[network]]\nname = \"n{i}\"\n")).collect();
    let seen = Seen::of(&format!("format = 1\n{rows}"));
    let cidrs: Vec<&str> = seen.evaluation.report.pools.iter().map(|pool| pool.cidr.as_str()).collect();
    let sixteen = (18..=31).map(|i| format!("172.{i}.0.0/16"));
    let twenty = (0..16).map(|i| format!("192.168.{}.0/20", 16 * i));
    assert_eq!(cidrs[..30], sixteen.chain(twenty).collect::<Vec<_>>());
    assert_eq!(
        seen.finding("network-refused"),
        "docker does not make n30: all predefined address pools have been fully subnetted"
    );
}

/// Clusters of kind on one network, each `(control planes, workers)`.
fn kinds(network: &str, clusters: &[(u32, u32)]) -> Seen {
    let mut text = "format = 1\n".to_string();
    if !network.is_empty() {
        text += &format!("[[network]]\nname = \"kind\"\n{network}\n");
    }
    for (i, (control_planes, workers)) in clusters.iter().enumerate() {
        text += &format!(
            "[[cluster]]\nname = \"k{i}\"\nmanager = \"kind\"\ncontrol_planes = {control_planes}\n\
             workers = {workers}\n"
        );
    }
    Seen::of(&text)
}

const SMALL: &str = "subnet = \"172.20.0.0/29\"\ngateway = \"172.20.0.1\"";
const TEXT: &str = "no available IPv4 addresses on this network's address pools: kind (<network id>)";

/// Source: "What happens when Kind doesn't have enough IP(s)?".
#[test]
fn kind_on_a_network_of_eight_addresses() {
    let aux = format!("{SMALL}\naux_addresses = {{ reserved1 = \"172.20.0.6\" }}");
    let seen = kinds(&aux, &[(1, 4)]);
    assert_eq!(seen.settled("kind"), [4, 5, 0, 5, 0, 0, 1]);
    assert_eq!(seen.evaluation.report.verdict, Verdict::Short);
    assert_eq!(
        seen.finding("kind-create"),
        format!(
            "kind create cluster --name k0: of 5 containers 4 get 172.20.0.2-172.20.0.5 of kind, one fails with \
             \"{TEXT}\""
        )
    );
    let seen = kinds(SMALL, &[(1, 4)]);
    assert_eq!(seen.settled("kind"), [5, 5, 0, 5, 0, 0, 0]);
    assert_eq!(
        seen.finding("kind-create"),
        "kind create cluster --name k0: all 5 containers get 172.20.0.2-172.20.0.6 of kind"
    );
    assert!(seen.evaluation.report.verdict >= Verdict::AtRisk);
}

#[test]
fn clusters_of_kind_share_their_network() {
    let ends = |seen: &Seen| -> Vec<(String, bool)> {
        let found = seen.findings("kind-create").into_iter();
        let mut found: Vec<_> = found.map(|f| (f.message.clone(), f.message.contains("fail"))).collect();
        found.sort();
        found
    };
    assert!(ends(&kinds(SMALL, &[(1, 2), (1, 1)])).iter().all(|(_, fails)| !fails), "3 + 2 of 5");
    let seen = kinds(SMALL, &[(1, 2), (1, 2)]);
    assert_eq!(seen.settled("kind"), [5, 6, 0, 6, 0, 0, 1]);
    assert_eq!(
        ends(&seen),
        [
            (
                "kind create cluster --name k0: all 3 containers get 172.20.0.2-172.20.0.4 of kind"
                    .to_string(),
                false
            ),
            (
                format!(
                    "kind create cluster --name k1: of 3 containers 2 get 172.20.0.5-172.20.0.6 of kind, one fails with \
                     \"{TEXT}\""
                ),
                true
            ),
        ]
    );
    // two control planes have a load balancer before them
    let seen = kinds(SMALL, &[(2, 2)]);
    assert_eq!(seen.settled("kind"), [5, 5, 0, 5, 0, 0, 0]);
    assert!(seen.finding("kind-create").contains("all 5 containers get 172.20.0.2-172.20.0.6"));
    // and who comes first has his addresses before another's load balancer
    let seen = kinds(SMALL, &[(2, 2), (2, 0)]);
    let found = ends(&seen);
    assert!(found[0].0.contains("all 5 containers get 172.20.0.2-172.20.0.6"), "{found:?}");
    assert!(found[1].0.contains("of 3 containers none gets an address of kind, 3 fail"), "{found:?}");
}

/// A network that kind makes, on a host with nothing in the way. Source: kind-ula-kind.
#[test]
fn kind_makes_its_network() {
    let seen = kinds("", &[(1, 2)]);
    assert_eq!((seen.pool("kind").cidr.as_str(), seen.settled("kind")[1]), ("172.18.0.0/16", 3));
    let v6 = seen.plan.networks[0].ipv6_subnet.map(|net| net.to_string());
    assert_eq!(v6.as_deref(), Some("fc00:f853:ccd:e793::/64"));
}

#[test]
fn known_addresses_are_nobody_elses() {
    let seen = Seen::of(&format!(
        "format = 1\n[[network]]\nname = \"kind\"\n{SMALL}\ncontainers = {{ registry = \"auto\" }}\n[[cluster]]\n\
         name = \"k\"\nmanager = \"kind\"\ncontrol_planes = 2\nworkers = 1\n\
         node_addresses = {{ k-control-plane = \"172.20.0.2\", k-worker = \"172.20.0.3\" }}\n"
    ));
    let roster = seen.evaluation.roster(&seen.plan, 0);
    let nodes: Vec<String> = roster.iter().map(|m| format!("{} {}", m.name, m.addresses[0])).collect();
    assert_eq!(nodes, ["k-control-plane 172.20.0.2", "k-control-plane2 172.20.0.6", "k-worker 172.20.0.3"]);
    let map = seen.map("kind");
    assert!(
        map.contains(&"172.20.0.4 assigned".to_string()) && map.contains(&"172.20.0.5 assigned".to_string()),
        "{map:?}"
    );
    let twice = "node_addresses = { k-control-plane = \"172.20.0.2\", k-worker = \"172.20.0.2\" }";
    let seen = Seen::of(&format!(
        "format = 1\n[[network]]\nname = \"kind\"\n{SMALL}\n[[cluster]]\nname = \"k\"\nmanager = \"kind\"\nworkers = 1\n{twice}\n"
    ));
    assert_eq!(seen.finding("network-refused"), "k/k-worker gets no address of kind: Address already in use");
}

/// A cluster whose nodes have ranges, its group, and more keys of the cluster.
fn ranged(manager: &str, keys: &str, group: &str) -> Seen {
    Seen::of(&format!(
        "format = 1\n[[cluster]]\nname = \"c\"\nmanager = \"{manager}\"\n{keys}\n[[cluster.node_group]]\n\
         name = \"g\"\n{group}\n"
    ))
}

/// The first number of nodes with which an event happens, and what is said.
fn nodes(seen: &Seen, event: Event) -> (Option<At>, String) {
    let thresholds = seen.evaluation.thresholds(&seen.plan);
    let of = |t: &&Threshold| t.what == What::Nodes && t.event == event;
    let found = thresholds.iter().find(of).expect("a threshold of nodes");
    (found.at, found.sentence.clone())
}

/// Sources: kubernetes cidrset, run: podcidr-*, cidrset-*.
#[test]
fn clusters_end_with_their_node_ranges() {
    let end = "CIDR allocation failed; there are no remaining CIDRs left to allocate in the accepted range";
    for (keys, most) in [
        ("pod_subnet = \"10.244.0.0/16\"", 256),
        ("pod_subnet = \"10.244.0.0/16\"\nnode_mask = 25", 512),
        ("pod_subnet = \"10.244.0.0/16\"\nnode_mask = 26", 1024),
        ("pod_subnet = \"10.244.0.0/20\"", 16),
        ("pod_subnet = \"10.244.0.0/14\"\nnode_mask = 23", 512),
        ("pod_subnet = \"10.0.0.0/8\"\nservice_subnet = \"172.30.0.0/16\"", 65_536),
        // services inside of the pods' range take 16 of 256
        ("pod_subnet = \"10.244.0.0/16\"\nservice_subnet = \"10.244.0.0/20\"", 240),
    ] {
        let seen = ranged("kubeadm", keys, "nodes = 3\npods = 10");
        let (at, sentence) = nodes(&seen, Event::PodPending);
        assert_eq!(at, Some(At::Count(most + 1)), "{keys}");
        assert!(sentence.contains(end), "{sentence}");
        assert_eq!(nodes(&seen, Event::WarmPoolShort).0, Some(At::Count(most + 1)), "{keys}");
    }
    let inside = ranged(
        "kubeadm",
        "pod_subnet = \"10.244.0.0/16\"\nservice_subnet = \"10.244.0.0/20\"",
        "nodes = 3\npods = 1",
    );
    assert_eq!((inside.pool("c/pods").reserved, inside.pool("c/pods").usable), (16 * 256, 240 * 256));
    let roster = inside.evaluation.roster(&inside.plan, 0);
    assert_eq!(roster[0].ranges[0].to_string(), "10.244.16.0/24");
}

#[test]
fn max_pods_strands_what_is_left_of_a_node_s_range() {
    for (mask, size, usable, stranded) in [(24, 256, 253, 143), (25, 128, 125, 15), (26, 64, 61, 0)] {
        let keys = format!("pod_subnet = \"10.244.0.0/16\"\nnode_mask = {mask}");
        let seen = ranged("kubeadm", &keys, "nodes = 4\npods = 20");
        assert_eq!(seen.settled("c/pods"), [65_536, 4 * size, 4, 80, 4 * (size - 21), 65_536 - 4 * size, 0]);
        assert_eq!(seen.pool("c/pods").settled.stranded, 4 * stranded);
        // a node full of pods: max pods or its range ends
        let pods = usable.min(108);
        let full = ranged("kubeadm", &keys, "nodes = 1\npods = 108");
        let row = &full.evaluation.report.node_groups[0];
        assert_eq!((row.per_node.pods, row.pending), (Some([pods, pods]), 108 - pods), "/{mask}");
    }
}

#[test]
fn both_families_have_ranges() {
    let keys =
        "pod_subnet = \"10.244.0.0/16,fd00:10:244::/56\"\nservice_subnet = \"10.96.0.0/16,fd00:10:96::/112\"";
    let seen = ranged("kubeadm", keys, "nodes = 3\npods = 10");
    assert_eq!(seen.settled("c/pods"), [65_536, 768, 3, 30, 735, 64_768, 0]);
    // ranges of nodes, not addresses
    assert_eq!(
        (seen.pool("c/pods-v6").cidr.as_str(), seen.settled("c/pods-v6")),
        ("fd00:10:244::/56 in /64", [256, 3, 0, 3, 0, 253, 0])
    );
    assert_eq!(seen.settled("c/services")[0], 65_534);
    assert_eq!(seen.settled("c/services-v6")[0], 65_535);
    assert_eq!(nodes(&seen, Event::PodPending).0, Some(At::Count(257)));
    let roster = seen.evaluation.roster(&seen.plan, 0);
    let ranges: Vec<String> = roster[2].ranges.iter().map(ToString::to_string).collect();
    assert_eq!(ranges, ["10.244.2.0/24", "fd00:10:244:2::/64"]);
}

#[test]
fn the_ranges_that_distributions_assume() {
    for (manager, keys, pods, services) in [
        ("flannel", "", "10.244.0.0/16", "10.96.0.0/12"),
        ("k3s", "", "10.42.0.0/16", "10.43.0.0/16"),
        ("cilium-cluster-pool", "", "10.0.0.0/8", "10.96.0.0/12"),
        ("ovn-kubernetes", "", "10.128.0.0/14", "172.30.0.0/16"),
        ("weave", "", "10.32.0.0/12", "10.96.0.0/12"),
        ("calico", "", "192.168.0.0/16", "10.96.0.0/12"),
        ("kube-router", "pod_subnet = \"10.5.0.0/16\"", "10.5.0.0/16", "10.96.0.0/12"),
    ] {
        let seen = ranged(manager, keys, "nodes = 1");
        assert_eq!(
            (seen.pool("c/pods").cidr.as_str(), seen.pool("c/services").cidr.as_str()),
            (pods, services)
        );
    }
}

/// Pods of one node that is asked for more than it has: those that get an address.
fn fullest(manager: &str, keys: &str) -> u64 {
    let seen = ranged(manager, &format!("max_pods = 2000\n{keys}"), "nodes = 1\npods = 1900");
    let row = &seen.evaluation.report.node_groups[0];
    let [pods, _] = row.per_node.pods.expect("a node");
    assert_eq!(pods + row.pending, 1900);
    pods
}

#[test]
fn nodes_have_so_many_addresses_for_pods() {
    assert_eq!(fullest("flannel", ""), 253);
    assert_eq!(fullest("ovn-kubernetes", ""), 508);
    assert_eq!(fullest("ovn-kubernetes", "hybrid_overlay = true"), 507);
    assert_eq!(fullest("cilium-cluster-pool", ""), 252);
    // of IPv6 the last address is a pod's too
    let v6 = "pod_subnet = \"fd00::/104\"\nservice_subnet = \"fd01::/112\"\nnode_mask_v6 = 120";
    assert_eq!(fullest("cilium-cluster-pool", v6), 253);
    assert_eq!(fullest("calico", ""), 1_280);
    assert_eq!(fullest("calico", "tunnel = true"), 1_279);
    assert_eq!(fullest("host-local", "ranges = [\"10.9.0.0/24\"]"), 253);
    assert_eq!(
        nodes(&ranged("ovn-kubernetes", "", "nodes = 1\npods = 9"), Event::PodPending).0,
        Some(At::Count(513))
    );
}

/// Source: ovn-10.128.0.0/14-23, which the allocator printed.
#[test]
fn ovn_gives_ranges_out_of_order() {
    let seen = ranged("ovn-kubernetes", "", "nodes = 6\npods = 9");
    let ranges: Vec<String> =
        seen.evaluation.roster(&seen.plan, 0).iter().map(|m| m.ranges[0].to_string()).collect();
    assert_eq!(
        ranges,
        [
            "10.128.0.0/23",
            "10.129.0.0/23",
            "10.130.0.0/23",
            "10.131.0.0/23",
            "10.128.2.0/23",
            "10.129.2.0/23"
        ]
    );
}

/// A cluster in a subnet.
fn cloud(manager: &str, subnet: &str, keys: &str, group: &str) -> Seen {
    let types = if manager == "cilium-eni" { "instance_type = \"m5.large\"\n" } else { "" };
    Seen::of(&format!(
        "format = 1\n[[subnet]]\nname = \"s\"\ncidr = \"{subnet}\"\n[[subnet]]\nname = \"pods\"\n\
         cidr = \"10.240.0.0/16\"\n[[cluster]]\nname = \"c\"\nmanager = \"{manager}\"\nsystem_pods = 0\n{keys}\n\
         [[cluster.node_group]]\nname = \"g\"\nsubnets = [\"s\"]\n{types}{group}\n"
    ))
}

/// Source: GKE documentation, "Configure maximum Pods per node".
#[test]
fn gke_node_ranges_have_twice_max_pods() {
    for (max_pods, size) in [
        (8, 16),
        (9, 32),
        (16, 32),
        (17, 64),
        (32, 64),
        (33, 128),
        (64, 128),
        (65, 256),
        (110, 256),
        (128, 256),
        (129, 512),
        (256, 512),
    ] {
        let keys = format!("pod_subnet = \"10.64.0.0/14\"\nmax_pods = {max_pods}");
        let seen = cloud("gke", "10.1.0.0/20", &keys, "nodes = 2\npods = 8");
        assert_eq!(
            seen.settled("c/pods"),
            [1 << 18, 2 * size, 0, 16, 2 * size - 16, (1 << 18) - 2 * size, 0],
            "{max_pods}"
        );
    }
    // pods of the range, and addresses of the primary range, whichever ends first
    for (pods, max_pods, subnet, most, limit) in [
        ("10.64.0.0/14", 110, "10.1.0.0/20", 1_024, "c/pods"),
        ("10.64.0.0/21", 110, "10.1.0.0/20", 8, "c/pods"),
        ("10.64.0.0/17", 32, "10.1.0.0/20", 512, "c/pods"),
        ("10.64.0.0/17", 32, "10.1.0.0/24", 252, "s"),
    ] {
        let keys = format!("pod_subnet = \"{pods}\"\nmax_pods = {max_pods}");
        let seen = cloud("gke", subnet, &keys, "nodes = 1\npods = 8");
        let (at, sentence) = nodes(&seen, Event::PodPending);
        assert_eq!(at, Some(At::Count(most + 1)), "{sentence}");
        assert!(sentence.contains(&format!(" {limit} has")), "{sentence}");
        assert!(limit == "s" || sentence.contains("IP_SPACE_EXHAUSTED"), "{sentence}");
    }
}

/// Sources: AKS documentation, "Plan IP addressing"; Azure/azure-container-networking.
#[test]
fn aks_holds_max_pods_batches_or_blocks() {
    // 51 nodes of 30 + 1: 1,581 addresses are wanted while one of 50 is replaced
    let seen = cloud("aks-node-subnet", "10.1.0.0/21", "", "nodes = 50\npods = 10");
    assert_eq!(seen.settled("s"), [2_043, 1_550, 50, 500, 1_000, 493, 0]);
    assert_eq!((seen.pool("s").upgrade.held, seen.pool("s").upgrade.free), (1_581, 462));
    let short = cloud("aks-node-subnet", "10.1.0.0/25", "", "nodes = 3\npods = 10");
    assert_eq!(
        (short.pool("s").usable, short.pool("s").upgrade.held, short.pool("s").upgrade.short),
        (123, 124, 1)
    );
    assert_eq!(short.evaluation.report.verdict, Verdict::AtRisk);

    for (pods, held) in [(0, 16), (8, 16), (9, 32), (24, 32), (25, 48), (110, 128), (250, 250)] {
        let keys = "pod_subnets = [\"pods\"]\nmax_pods = 250";
        let seen = cloud("aks-pod-subnet", "10.1.0.0/24", keys, &format!("nodes = 3\npods = {pods}"));
        assert_eq!(
            seen.settled("pods"),
            [65_531, 3 * held, 0, 3 * pods, 3 * (held - pods), 65_531 - 3 * held, 0],
            "{pods}"
        );
        assert_eq!(seen.settled("s"), [251, 3, 3, 0, 0, 248, 0]);
    }
    for (max_pods, held) in [(30, 32), (32, 32), (33, 48), (110, 112), (250, 256)] {
        let keys = format!("pod_subnets = [\"pods\"]\nmax_pods = {max_pods}");
        let seen = cloud("aks-static-block", "10.1.0.0/24", &keys, "nodes = 2\npods = 12");
        assert_eq!(
            seen.settled("pods"),
            [65_531, 2 * held, 0, 24, 2 * (held - 12), 65_531 - 2 * held, 0],
            "{max_pods}"
        );
        assert_eq!(seen.pool("pods").settled.stranded, 2 * (held - max_pods), "{max_pods}");
    }
    let seen = cloud("aks-overlay", "10.1.0.0/20", "", "nodes = 3\npods = 12");
    assert_eq!(seen.settled("c/pods"), [65_536, 768, 0, 36, 732, 64_768, 0]);
    assert_eq!(seen.settled("s")[1], 3);
    assert_eq!(nodes(&seen, Event::PodPending).0, Some(At::Count(257)));
}

/// A /24 has 253 for pods: not the first, the bridge's and the last.
/// Source: containernetworking/plugins `plugins/ipam/host-local`.
#[test]
fn a_node_that_runs_more_pods_than_its_range_has_says_so() {
    let seen = ranged("flannel", "max_pods = 300", "nodes = 2\npods = 260");
    let (at, sentence) = nodes(&seen, Event::PodPending);
    assert_eq!(at, Some(At::Count(1)));
    let said =
        "7 of 260 pods of node 1 get no address, its own range is used up (\"failed to allocate for range 0";
    assert!(sentence.contains(said), "{sentence}");
}

/// Source: projectcalico/calico `libcalico-go/lib/ipam`: held = 64 x the blocks that are needed.
#[test]
fn calico_holds_blocks() {
    for (pods, tunnel, held) in
        [(0, false, 0), (1, false, 64), (64, false, 64), (64, true, 128), (65, false, 128), (100, true, 128)]
    {
        let keys = format!("pod_subnet = \"192.168.0.0/16\"\ntunnel = {tunnel}");
        let seen = ranged("calico", &keys, &format!("nodes = 2\npods = {pods}"));
        let primary = u64::from(tunnel) * 2;
        let expected =
            [65_536, 2 * held, primary, 2 * pods, 2 * held - 2 * pods - primary, 65_536 - 2 * held, 0];
        assert_eq!(seen.settled("c/pods"), expected, "{pods} {tunnel}");
    }
    // strict affinity ends with the blocks, borrowing with the addresses
    let pool = |keys: &str| {
        ranged("calico", &format!("pod_subnet = \"10.0.0.0/24\"\n{keys}"), "nodes = 1\npods = 10")
    };
    let strict = nodes(&pool("strict_affinity = true"), Event::PodPending);
    assert_eq!(strict.0, Some(At::Count(5)));
    assert!(strict.1.contains("Assigned 0 out of 1 requested IPv4 addresses; No more free affine blocks and strict affinity enabled"), "{}", strict.1);
    let borrowing = nodes(&pool(""), Event::PodPending);
    assert_eq!(borrowing.0, Some(At::Count(26)), "25 nodes of 10 pods have 250 of 256 addresses");
    assert!(
        borrowing.1.contains(
            "Assigned 0 out of 1 requested IPv4 addresses; No IPs available in pools: [10.0.0.0/24]"
        ),
        "{}",
        borrowing.1
    );
    // both see that a fifth node gets no block
    let fifth = nodes(&pool(""), Event::WarmPoolShort);
    assert_eq!(fifth.0, Some(At::Count(5)));
    assert!(fifth.1.contains("which has none left: it borrows single addresses"), "{}", fifth.1);
    let five = |keys: &str| {
        ranged("calico", &format!("pod_subnet = \"10.0.0.0/24\"\n{keys}"), "nodes = 5\npods = 10")
    };
    let (borrows, strict) = (five(""), five("strict_affinity = true"));
    assert_eq!(borrows.evaluation.report.verdict, Verdict::Fits);
    assert_eq!(borrows.settled("c/pods"), [256, 256, 0, 50, 206, 0, 0]);
    assert_eq!(
        borrows.finding("blocks-borrowed"),
        "c/pods has 256 addresses in blocks, and nodes want blocks of 320: the last of them borrow single addresses of \
         other nodes' blocks"
    );
    assert_eq!(strict.evaluation.report.verdict, Verdict::Exhausted);
    assert_eq!(strict.settled("c/pods"), [256, 320, 0, 50, 270, 0, 64]);
    assert_eq!(strict.findings("blocks-borrowed").len(), 0);
    // who finds nothing to borrow goes without
    let full = ranged("calico", "pod_subnet = \"10.0.0.0/24\"", "nodes = 26\npods = 10");
    assert_eq!(full.settled("c/pods"), [256, 260, 0, 260, 0, 0, 4]);
    assert_eq!(full.evaluation.report.verdict, Verdict::Exhausted);
    // four blocks: the second node gets one of the three that it wants, and a pod for each address of it
    let strict = ranged(
        "calico",
        "max_pods = 250\npod_subnet = \"10.244.0.0/24\"\nstrict_affinity = true",
        "nodes = 1\npods = 130",
    );
    let (at, sentence) = nodes(&strict, Event::PodPending);
    assert_eq!(at, Some(At::Count(2)));
    assert!(sentence.contains("66 of 130 pods of node 2 get no address"), "{sentence}");
}

/// An m5.large has 3 ENIs of 10 addresses. Source: cilium/cilium `pkg/ipam/node.go`.
#[test]
fn cilium_holds_a_watermark_of_addresses_ahead() {
    // pods, keys -> primary, held for pods
    for (pods, keys, primary, held) in [
        (0, "", 1, 8),
        (1, "", 1, 9),
        (2, "", 2, 10),
        (10, "", 2, 18),
        (11, "", 3, 19),
        (25, "", 3, 27),
        (27, "", 3, 27),
        (3, "pre_allocate = 2", 1, 5),
        (3, "min_allocate = 15", 2, 15),
        (14, "min_allocate = 15", 3, 22),
    ] {
        let seen = cloud("cilium-eni", "10.1.0.0/20", keys, &format!("nodes = 2\npods = {pods}"));
        let all = 2 * (primary + held);
        assert_eq!(
            seen.settled("s"),
            [4_091, all, 2 * primary, 2 * pods, 2 * (held - pods), 4_091 - all, 0],
            "{pods} {keys}"
        );
    }
    let full = cloud("cilium-eni", "10.1.0.0/20", "", "nodes = 1\npods = 30");
    assert_eq!(full.evaluation.report.node_groups[0].pending, 3);
}

#[test]
fn weave_holds_all_that_is_not_assigned() {
    let seen = ranged("weave", "pod_subnet = \"10.32.0.0/12\"", "nodes = 3\npods = 100");
    assert_eq!(seen.settled("c/pods"), [1_048_574, 1_048_574, 3, 300, 1_048_271, 0, 0]);
    // each gives out its lowest, the first of all to the bridge of its host; the ends of the ring are nobody's
    assert_eq!(
        seen.map("c/pods"),
        [
            "10.32.0.0 reserved",
            "10.32.0.1 primary",
            "10.32.0.2-10.32.0.101 assigned",
            "10.32.0.102-10.39.255.255 unused",
            "10.40.0.0 primary",
            "10.40.0.1-10.40.0.100 assigned",
            "10.40.0.101-10.43.255.255 unused",
            "10.44.0.0 primary",
            "10.44.0.1-10.44.0.100 assigned",
            "10.44.0.101-10.47.255.254 unused",
            "10.47.255.255 reserved"
        ]
    );
    assert_eq!(
        seen.finding("ring"),
        "10.32.0.0/12 is split among 3 peers by powers of two: 524,288 addresses for one, 262,144 each for 2"
    );
    // any peer can have all of them
    let small = ranged("weave", "pod_subnet = \"10.32.0.0/24\"\nmax_pods = 500", "nodes = 2\npods = 126");
    assert_eq!(small.settled("c/pods"), [254, 254, 2, 252, 0, 0, 0]);
    // what one lacks is in the shares of others: nobody knows of which
    let uneven = Seen::of(
        "format = 1\n[[cluster]]\nname = \"c\"\nmanager = \"weave\"\npod_subnet = \"10.32.0.0/24\"\nmax_pods = 500\n\
         [[cluster.node_group]]\nname = \"a\"\nnodes = 1\npods = 130\n[[cluster.node_group]]\nname = \"b\"\n\
         nodes = 1\npods = 3\n",
    );
    assert_eq!(
        uneven.map("c/pods"),
        [
            "10.32.0.0 reserved",
            "10.32.0.1 primary",
            "10.32.0.2-10.32.0.127 assigned",
            "10.32.0.128 primary",
            "10.32.0.129-10.32.0.131 assigned",
            "10.32.0.132-10.32.0.254 mixed",
            "10.32.0.255 reserved"
        ]
    );
    let by: Vec<_> = uneven.pool("c/pods").settled.by.iter().map(|by| (by.held(), by.unused)).collect();
    assert_eq!(by, [(131, 0), (123, 119)]);
    assert_eq!(nodes(&small, Event::PodPending).0, Some(At::Count(3)));
    // but what a dead one has, nobody
    let dead = ranged("weave", "pod_subnet = \"10.32.0.0/24\"\ndead_peers = 1", "nodes = 3\npods = 4");
    assert_eq!(dead.settled("c/pods"), [254, 254, 3, 12, 239, 0, 0]);
    assert!(dead.evaluation.report.verdict >= Verdict::AtRisk);
    // of four equal shares the ones at the ends have an address less
    assert_eq!(dead.map("c/pods")[7], "10.32.0.128-10.32.0.191 unused");
    // 254 less the 64 of the dead one: 38 nodes of 5
    assert_eq!(nodes(&dead, Event::PodPending).0, Some(At::Count(39)));
    let none = ranged("weave", "", "nodes = 0");
    assert_eq!(
        (none.settled("c/pods")[1], none.map("c/pods")),
        (0, vec!["10.32.0.0-10.47.255.255 free".to_string()])
    );
}

/// Source: hl-two-sets-dual-stack and others, which the plugin printed.
#[test]
fn host_local_ends_with_its_smallest_set() {
    let of = |ranges: &str| fullest("host-local", &format!("ranges = {ranges}"));
    assert_eq!(of("[\"10.9.0.0/24\"]"), 253);
    assert_eq!(of("[\"10.9.0.0/30\"]"), 1);
    assert_eq!(of("[[\"10.9.0.0/24\", \"10.9.1.0/25\"]]"), 253 + 125);
    assert_eq!(of("[\"10.9.0.0/24\", \"10.9.1.0/25\"]"), 125);
    assert_eq!(of("[\"10.9.0.0/24\", \"fd00:9::/120\"]"), 253);
    assert_eq!(of("[\"fd00:9::/120\"]"), 254);
    assert_eq!(
        of("[{ subnet = \"10.9.0.0/24\", range_start = \"10.9.0.10\", range_end = \"10.9.0.19\" }]"),
        10
    );
    assert_eq!(of("[{ subnet = \"10.9.0.0/24\", range_end = \"10.9.0.19\" }]"), 18);
    assert_eq!(of("[{ subnet = \"10.9.0.0/24\", range_end = \"10.9.0.19\", gateway = \"10.9.0.254\" }]"), 19);
}

/// Sources: kubernetes `pkg/registry/core/service/ipallocator`; service-* of the cases.
#[test]
fn services_have_a_static_band_and_the_rest() {
    for (range, usable, band) in [
        ("10.96.0.0/12", 1_048_574, 256),
        ("10.96.0.0/16", 65_534, 256),
        ("10.96.0.0/20", 4_094, 256),
        ("10.96.0.0/22", 1_022, 64),
        ("10.96.0.0/24", 254, 16),
        ("10.96.0.0/25", 126, 16),
        ("10.96.0.0/27", 30, 16),
        ("10.96.0.0/28", 14, 0),
        ("fd00:10:96::/112", 65_535, 256),
    ] {
        let six = range.contains(':');
        let (keys, pool) = match six {
            false => (format!("service_subnet = \"{range}\"\nservices = 9"), "c/services"),
            true => (format!("service_subnet = \"10.96.0.0/16,{range}\"\nservices = 9"), "c/services-v6"),
        };
        let seen = ranged("flannel", &keys, "nodes = 1");
        // one more for the API server
        assert_eq!(seen.settled(pool), [usable, 10, 1, 9, 0, usable - 10, 0], "{range}");
        let runs = seen.evaluation.map(&seen.plan, seen.index(pool));
        let count = |word: &str| -> u128 {
            runs.iter().filter(|run| run.of.name() == word).map(|run| run.range.count()).sum()
        };
        // the API server's address is the first of the band
        assert_eq!(
            (count("free"), count("primary")),
            (u128::from(u64::saturating_sub(band, 1)), 1),
            "{range}"
        );
    }
    let full = ranged("flannel", "service_subnet = \"10.96.0.0/28\"\nservices = 14", "nodes = 1");
    assert_eq!(full.settled("c/services"), [14, 15, 1, 14, 0, 0, 1]);
    let short = full.finding("pool-short");
    assert!(short.contains("short by 1 address"), "{short}");
    assert!(full.findings("pool-short")[0].help.contains("range is full") || short.contains("range is full"));
}

/// Chance makes no difference where nothing is drawn: every run holds what the worst does, unless something fails.
#[test]
fn percentiles_of_pools_without_chance_are_what_they_hold() {
    for (manager, keys) in [
        ("flannel", "services = 4"),
        ("calico", "pod_subnet = \"10.9.0.0/20\""),
        ("weave", "pod_subnet = \"10.9.0.0/20\""),
        ("weave", "pod_subnet = \"10.9.0.0/20\"\ndead_peers = 2"),
        ("weave", "pod_subnet = \"10.9.0.0/26\""),
    ] {
        let seen = ranged(manager, keys, "nodes = 3\npods = 20\npeak_pods = 90");
        let percentiles =
            seen.evaluation.percentiles(&seen.plan, &mut Lives::default(), || true).expect("all");
        for (pool, percentiles) in seen.evaluation.report.pools.iter().zip(percentiles) {
            assert_eq!(percentiles.held_p50, Some(pool.churned.held), "{} {keys}", pool.name);
            assert_eq!(percentiles.held_p95, Some(pool.churned.held), "{} {keys}", pool.name);
        }
    }
    // files of pods that are gone stay only if a container ends without a DEL
    let seen = ranged("host-local", "ranges = [\"10.9.0.0/24\"]", "nodes = 1\npods = 20\npeak_pods = 90");
    let percentiles = seen.evaluation.percentiles(&seen.plan, &mut Lives::default(), || true).expect("all");
    assert_eq!((percentiles[0].held_p95, seen.pool("c/set-0").churned.held), (Some(20), 90));
}

/// Source: containernetworking/plugins `plugins/ipam/host-local`, which takes parts of a subnet that do not overlap.
#[test]
fn parts_of_one_subnet_are_one_pool_in_the_order_of_its_addresses() {
    let parts = "ranges = [[{ subnet = \"10.9.0.0/24\", range_start = \"10.9.0.100\", range_end = \"10.9.0.109\" }, \
                 { subnet = \"10.9.0.0/24\", range_start = \"10.9.0.10\", range_end = \"10.9.0.19\" }]]";
    let seen = ranged("host-local", parts, "nodes = 1\npods = 12");
    assert_eq!(seen.settled("c/set-0"), [20, 12, 0, 12, 0, 8, 0]);
    let pool = seen.pool("c/set-0");
    assert_eq!((pool.cidr.as_str(), pool.capacity), ("10.9.0.0/24", 256));
    // the walk begins with the range that is written first
    assert_eq!(
        seen.map("c/set-0"),
        [
            "10.9.0.0-10.9.0.9 reserved",
            "10.9.0.10-10.9.0.11 assigned",
            "10.9.0.12-10.9.0.19 free",
            "10.9.0.20-10.9.0.99 reserved",
            "10.9.0.100-10.9.0.109 assigned",
            "10.9.0.110-10.9.0.255 reserved"
        ]
    );
    let turned = ranged("host-local", "ranges = [[\"10.9.1.0/30\", \"10.9.0.0/30\"]]", "nodes = 1\npods = 1");
    assert_eq!(
        turned.map("c/set-0"),
        [
            "10.9.0.0 reserved",
            "10.9.0.1 primary",
            "10.9.0.2 free",
            "10.9.0.3 reserved",
            "10.9.1.0 reserved",
            "10.9.1.1 primary",
            "10.9.1.2 assigned",
            "10.9.1.3 reserved"
        ]
    );
}
