//! What a map tells of each manager's addresses, and what its model says of them.

use ipnet::IpNet;
use podroom::ipam::weave;
use podroom::manager::{MANAGERS, Node, Settings};

use super::Seen;

/// One node with some pods, under a manager.
fn one(manager: &str, keys: &str, pods: u32) -> Seen {
    Seen::of(&format!(
        "format = 1\n[[cluster]]\nname = \"c\"\nmanager = \"{manager}\"\n{keys}\n[[cluster.node_group]]\nname = \"g\"\n\
         nodes = 1\npods = {pods}\n"
    ))
}

/// Whose an address is.
fn who(seen: &Seen, pool: &str, address: &str) -> String {
    let address = address.parse().unwrap();
    let runs = seen.evaluation.map(&seen.plan, seen.index(pool));
    runs.into_iter().find(|run| run.range.contains(address)).map(|run| run.who).unwrap()
}

/// Source: ovn-org/ovn-kubernetes `pkg/allocator/ip/subnet/allocator.go`: round robin, from the lowest.
#[test]
fn ovn_keeps_the_first_addresses_of_a_nodes_range() {
    let seen = one("ovn-kubernetes", "pod_subnet = \"10.128.0.0/22\"\nnode_mask = 24", 10);
    assert_eq!(
        seen.map("c/pods"),
        [
            "10.128.0.0 reserved",
            "10.128.0.1 primary",
            "10.128.0.2 primary",
            "10.128.0.3-10.128.0.12 assigned",
            "10.128.0.13-10.128.0.254 unused",
            "10.128.0.255 reserved",
            "10.128.1.0-10.128.3.255 free"
        ]
    );
    assert_eq!(who(&seen, "c/pods", "10.128.0.2"), "g-1: management port");
    let hybrid =
        one("ovn-kubernetes", "pod_subnet = \"10.128.0.0/22\"\nnode_mask = 24\nhybrid_overlay = true", 1);
    assert_eq!(who(&hybrid, "c/pods", "10.128.0.3"), "g-1: hybrid overlay");
    assert_eq!(who(&hybrid, "c/pods", "10.128.0.4"), "g-1: 1 pod");
}

/// Source: cilium/cilium `pkg/ipam/hostscope.go`: which address comes next is chance.
#[test]
fn cilium_gives_out_what_is_between_the_first_and_the_last_by_chance() {
    let seen = one("cilium-cluster-pool", "pod_subnet = \"10.4.0.0/23\"", 10);
    assert_eq!(
        seen.map("c/pods"),
        ["10.4.0.0 reserved", "10.4.0.1-10.4.0.254 mixed", "10.4.0.255 reserved", "10.4.1.0-10.4.1.255 free"]
    );
    assert_eq!(
        who(&seen, "c/pods", "10.4.0.77"),
        "g-1: 10 pods, router, health endpoint somewhere here, and free: by chance"
    );
}

#[test]
fn ranges_of_ipv6_are_told_node_by_node_too() {
    let seen = one("flannel", "pod_subnet = \"10.244.0.0/16,fd00:10:244::/56\"", 3);
    assert_eq!(
        seen.map("c/pods-v6"),
        [
            "fd00:10:244:: reserved",
            "fd00:10:244::1 primary",
            "fd00:10:244::2-fd00:10:244::4 assigned",
            "fd00:10:244::5-fd00:10:244:0:ffff:ffff:ffff:ffff unused",
            "fd00:10:244:1::-fd00:10:244:ff:ffff:ffff:ffff:ffff free"
        ]
    );
}

/// What lost state does to either address of a pod.
#[test]
fn lost_state_is_in_the_maps_of_both_families() {
    let loss = "pod_subnet = \"10.244.0.0/16,fd00:10:244::/56\"\nstate_loss = { new_pods = 2 }";
    let seen = one("flannel", loss, 1);
    assert_eq!(who(&seen, "c/pods", "10.244.0.2"), "g-1: a pod from before and new pod 1");
    assert_eq!(who(&seen, "c/pods-v6", "fd00:10:244::2"), "g-1: a pod from before and new pod 1");
    assert_eq!(who(&seen, "c/pods-v6", "fd00:10:244::3"), "g-1: new pod 2");
}

/// The addresses of a node's range that are told are as many as its pods can have by the figures.
#[test]
fn a_node_has_room_for_as_many_pods_as_its_range_is_drawn_for() {
    let mut seen = 0;
    for manager in MANAGERS {
        for range in
            ["10.9.0.0/24", "10.9.0.0/28", "10.9.0.0/30", "10.9.0.0/31", "fd00:9::/64", "fd00:9::/120"]
        {
            let range: IpNet = range.parse().unwrap();
            for hybrid_overlay in [false, true] {
                let mask = (range.prefix_len(), range.prefix_len());
                let pod_subnet = vec![range];
                let settings =
                    Settings { pod_subnet, node_mask: mask, hybrid_overlay, ..Settings::of(manager) };
                let Some(model) = manager.model.map(|model| model(&settings)) else { continue };
                let Some(inside) = model.inside(0, Some(range)).filter(|_| model.ranges(0, &[]).is_some())
                else {
                    continue;
                };
                let node = Node { asked: 1 << 40, max_pods: 1 << 40, enis: None };
                let room = u128::from(model.settled(&node).running);
                assert_eq!(room, inside.room().min(1 << 40), "{} {range}", manager.name);
                seen += 1;
            }
        }
    }
    assert!(seen > 60, "{seen}");
}

/// Counting shares gives what a list of them gives.
#[test]
fn sizes_of_shares_are_those_of_the_shares() {
    for prefix in [30, 29, 28, 26, 24, 12] {
        let ring = format!("10.32.0.0/{prefix}").parse().unwrap();
        for peers in 0..70usize {
            let shares = weave::shares(ring, peers);
            let mut sizes: Vec<(u64, u64)> = Vec::new();
            let mut all: Vec<u64> = shares.iter().map(weave::Share::addresses).collect();
            all.sort_unstable_by(|a, b| b.cmp(a));
            for size in all {
                match sizes.last_mut() {
                    Some((last, n)) if *last == size => *n += 1,
                    _ => sizes.push((size, 1)),
                }
            }
            assert_eq!(weave::sizes(ring, peers as u64), sizes, "/{prefix} {peers}");
            let mut usable: Vec<u64> = shares.iter().map(|share| share.usable).collect();
            usable.sort_unstable_by(|a, b| b.cmp(a));
            for most in 0..=peers {
                let sum: u64 = usable.iter().take(most).sum();
                assert_eq!(weave::largest(ring, peers as u64, most as u64), sum, "/{prefix} {peers} {most}");
            }
        }
    }
}

/// As many nodes as there are, not as many as are written.
#[test]
fn dead_peers_keep_shares_among_the_nodes_that_auto_adds() {
    let plan = |nodes: &str| {
        Seen::of(&format!(
            "format = 1\n[[cluster]]\nname = \"c\"\nmanager = \"weave\"\npod_subnet = \"10.32.0.0/24\"\ndead_peers = 1\n\
             [[cluster.node_group]]\nname = \"g\"\nnodes = {nodes}\nmax_pods = 12\n[[cluster.workload]]\nname = \"w\"\n\
             replicas = 30\n"
        ))
    };
    let (auto, three) = (plan("\"auto\""), plan("3"));
    assert_eq!(auto.evaluation.report.node_groups[0].nodes, 3);
    assert_eq!(auto.settled("c/pods"), three.settled("c/pods"));
    assert_eq!(auto.map("c/pods"), three.map("c/pods"));
    let dead = &auto.pool("c/pods").settled.by[1];
    assert_eq!((dead.node_group.as_ref(), dead.unused), ("dead peers", 64));
}
