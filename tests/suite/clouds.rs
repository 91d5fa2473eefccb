//! Managers whose rules are arithmetic: Calico's blocks, GKE, AKS, Cilium. Facts by hand, and each formula held against
//! the program's own steps taken one by one.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::{IpNet, Ipv4Net};
use podroom::ipam::azure::{self, Scaler};
use podroom::ipam::calico::{self, BadPool, Cluster, Os, Pool, Why};
use podroom::ipam::cilium::{self, ClusterPool, Enis, Watermarks};
use podroom::ipam::gke::{self, LimitedBy, Nodes};
use proptest::prelude::*;

fn pool(cidr: &str, block: u8, strict: bool, most: u64) -> Pool {
    Pool::new(cidr.parse().unwrap(), block, strict, most).unwrap()
}

#[test]
fn gke_ranges_have_twice_the_pods() {
    let table = [
        (1, 28),
        (8, 28),
        (9, 27),
        (16, 27),
        (17, 26),
        (32, 26),
        (33, 25),
        (64, 25),
        (65, 24),
        (110, 24),
        (128, 24),
        (129, 23),
        (256, 23),
    ];
    for (pods, prefix) in table {
        assert_eq!(gke::node_prefix(pods), Some(prefix), "{pods}");
    }
    assert_eq!((gke::node_prefix(0), gke::node_prefix(257), gke::node_prefix(u32::MAX)), (None, None, None));
    assert_eq!(Nodes::of(14, 24, 20).most(), 1024);
    assert_eq!(Nodes::of(21, 24, 20).most(), 8);
    let small = Nodes::of(17, 26, 24);
    assert_eq!((small.pod_range, small.primary, small.limited_by), (512, 252, LimitedBy::Primary));
    assert_eq!((small.in_zones(3), Nodes::of(14, 24, 20).in_zones(3)), (252, 1023));
    // smaller than one node's range, or no range at all
    assert_eq!(
        (Nodes::of(25, 24, 20).most(), Nodes::of(20, 24, 31).most(), Nodes::of(0, 200, 99).most()),
        (0, 0, 0)
    );
}

#[test]
fn aks_node_subnets_hold_max_pods_for_every_node() {
    assert_eq!(azure::classic(50, 1, azure::MAX_PODS_NODE_SUBNET, 0), 1581);
    assert_eq!(azure::smallest_subnet(1581), Some(21));
    assert_eq!(azure::classic(60, 1, 30, 1), 1892);
    // 3 nodes and one more: one address too many for a /25
    assert_eq!((azure::classic(3, 1, 30, 0), azure::usable(25)), (124, 123));
    assert_eq!(azure::smallest_subnet(124), Some(24));
    assert_eq!((azure::smallest_subnet(0), azure::smallest_subnet(4)), (Some(29), Some(28)));
    assert_eq!(azure::smallest_subnet(u64::MAX), None);
    assert_eq!((azure::usable(29), azure::usable(30), azure::usable(255)), (3, 0, 0));
    assert_eq!(azure::classic(u64::MAX, 1, 30, 1), u64::MAX);
}

#[test]
fn aks_blocks_and_overlay() {
    assert_eq!([0, 1, 16, 17, 30, 250].map(azure::static_blocks), [0, 1, 1, 2, 2, 16]);
    assert_eq!([16, 20, 24, 25].map(azure::overlay_nodes), [256, 16, 1, 0]);
}

#[test]
fn aks_dynamic_pools_are_half_a_batch_ahead() {
    let scaler = Scaler::default();
    let held = [0, 8, 9, 24, 25, 110, 232, 233, 250, 300].map(|pods| scaler.held(pods));
    assert_eq!(held, [16, 16, 32, 32, 48, 128, 240, 250, 250, 250]);
    // the subnet is reported exhausted: one at a time
    assert_eq!([0, 8, 249, 250].map(|pods| scaler.exhausted().held(pods)), [1, 9, 250, 250]);
    assert_eq!((scaler.least_free(), scaler.most_free()), (8, 24));
    // the past shows only under the cap
    assert_eq!((scaler.held_after(0, 230), scaler.held_after(250, 230)), (240, 250));
    assert_eq!((scaler.held_after(250, 226), scaler.held_after(128, 8)), (240, 16));
}

/// The first monitor, batch by batch.
fn monitor(scaler: &Scaler, before: u64, pods: u64) -> u64 {
    let mut held = before.max(pods).min(scaler.max);
    loop {
        let free = held.saturating_sub(pods);
        if free < scaler.least_free() && held < scaler.max {
            held = (held + scaler.batch - held % scaler.batch).min(scaler.max);
        } else if free >= scaler.most_free() {
            let over = held % scaler.batch;
            held -= if over > 0 { over } else { scaler.batch };
        } else {
            return held;
        }
    }
}

#[test]
fn calico_blocks_as_arithmetic() {
    let default = pool("192.168.0.0/16", calico::BLOCK_V4, false, 0);
    assert_eq!((default.blocks(), default.total(), default.max_blocks()), (1024, 65_536, 20));
    let table = [(0, 0), (1, 64), (64, 64), (65, 128), (110, 128), (128, 128), (129, 192)];
    for (used, held) in table {
        assert_eq!(default.held(used, Os::Linux), Some(held), "{used}");
    }
    // windows nodes keep four addresses of each block
    assert_eq!((default.usable(Os::Windows), default.blocks_for(61, Os::Windows)), (60, Some(2)));
    assert_eq!(pool("10.0.0.0/24", 30, true, 0).held(1, Os::Windows), None);
    // 110 pods once, 3 now: both blocks, unless empty ones are collected, and never fewer than one
    let after = |high, now| {
        (default.held_after(high, now, Os::Linux), default.held_after_collection(high, now, Os::Linux))
    };
    assert_eq!(after(110, 3), (Some(128), Some(128)));
    assert_eq!(after(300, 2), (Some(320), Some(128)));
    assert_eq!(after(300, 0), (Some(320), Some(64)));
    assert_eq!(after(10, 100), (Some(128), Some(128)));
    // a pool of all of IPv6 overflows nothing
    assert_eq!(pool("::/0", calico::BLOCK_V6, false, 0).total(), u64::MAX);
    let error = |cidr: &str, block| Pool::new(cidr.parse::<IpNet>().unwrap(), block, false, 0).unwrap_err();
    assert_eq!(error("10.0.0.0/24", 19), BadPool::Block { block: 19, least: 20, most: 32 });
    assert_eq!(
        error("fd00::/120", 115).to_string(),
        "block size /115 is none of Calico's; take /116 to /128"
    );
    assert_eq!(
        error("10.0.0.0/28", 26).to_string(),
        "pool 10.0.0.0/28 is smaller than a block of /26; take a larger pool or smaller blocks"
    );
}

#[test]
fn calico_borrows_or_refuses() {
    // four blocks for five nodes of 30 pods: the fifth borrows
    let loose = pool("10.0.0.0/24", 26, false, 0);
    let nodes = loose.serve(&[30; 5], Os::Linux);
    assert_eq!(
        nodes.iter().map(|node| (node.blocks, node.borrowed)).collect::<Vec<_>>()[3..],
        [(1, 0), (0, 30)]
    );
    // all 256 addresses, and no more
    let nodes = loose.serve(&[60; 5], Os::Linux);
    assert_eq!((nodes[4].borrowed, nodes[4].refused, nodes[4].why), (16, 44, Some(Why::Exhausted)));
    assert!(nodes[..4].iter().all(|node| (node.refused, node.why) == (0, None)));
    assert_eq!(
        loose.text(Why::Exhausted, Os::Linux),
        "Assigned 0 out of 1 requested IPv4 addresses; No IPs available in pools: [10.0.0.0/24]"
    );
    let strict = pool("10.0.0.0/24", 26, true, 0);
    let nodes = strict.serve(&[30; 5], Os::Linux);
    assert_eq!((nodes[4].blocks, nodes[4].refused, nodes[4].why), (0, 30, Some(Why::Strict)));
    assert_eq!(
        strict.text(Why::Strict, Os::Linux),
        "Assigned 0 out of 1 requested IPv4 addresses; No more free affine blocks and strict affinity enabled"
    );
    // the limit: 20 blocks, and no borrowing beyond
    let large = pool("10.0.0.0/16", 26, false, 0);
    let nodes = large.serve(&[10, 1_300], Os::Linux);
    assert_eq!((nodes[1].blocks, nodes[1].own, nodes[1].refused), (20, 1_280, 20));
    assert_eq!(nodes[1].why, Some(Why::BlockLimit));
    assert_eq!(
        large.text(Why::BlockLimit, Os::Linux),
        "cannot allocate new block due to per host block limit"
    );
    assert_eq!(
        large.limit_message(),
        "Need to allocate an IPAM block but could not - limit of 20 blocks reached for this node"
    );
    // windows
    assert_eq!(loose.serve(&[1], Os::Windows)[0].why, Some(Why::WindowsNotStrict));
    assert_eq!(pool("10.0.0.0/24", 32, true, 0).serve(&[1], Os::Windows)[0].why, Some(Why::NoQualifiedPool));
    assert_eq!(strict.serve(&[60, 61], Os::Windows)[1].blocks, 2);
}

fn ask(cluster: &mut Cluster, host: &str, pod: &str) -> Result<String, Why> {
    cluster.assign(host, pod).unwrap().map(|address| address.to_string())
}

#[test]
fn calico_uses_a_freed_address_last() {
    let mut cluster = Cluster::new(pool("10.0.0.0/30", 30, false, 0));
    assert!(cluster.join("a", Os::Linux) && !cluster.join("a", Os::Linux));
    assert_eq!(ask(&mut cluster, "a", "1").unwrap(), "10.0.0.0");
    assert_eq!(ask(&mut cluster, "a", "1").unwrap(), "10.0.0.0");
    assert_eq!(ask(&mut cluster, "a", "2").unwrap(), "10.0.0.1");
    assert_eq!(cluster.release("a", "1").unwrap().to_string(), "10.0.0.0");
    assert_eq!(cluster.release("a", "1"), None);
    let next = ["3", "4", "5"].map(|pod| ask(&mut cluster, "a", pod).unwrap());
    assert_eq!(next, ["10.0.0.2", "10.0.0.3", "10.0.0.0"]);
    assert_eq!(ask(&mut cluster, "a", "6"), Err(Why::Exhausted));
    assert_eq!(cluster.assign("nobody", "1"), None);
}

#[test]
fn calico_takes_an_empty_block_from_another_node() {
    let mut cluster = Cluster::new(pool("10.0.0.0/29", 30, true, 0));
    for host in ["a", "b", "c"] {
        cluster.join(host, Os::Linux);
    }
    ask(&mut cluster, "a", "1").unwrap();
    ask(&mut cluster, "b", "1").unwrap();
    assert_eq!(ask(&mut cluster, "c", "1"), Err(Why::Strict));
    cluster.release("b", "1").unwrap();
    let held = |cluster: &Cluster| cluster.rows().iter().map(|row| row.held).collect::<Vec<_>>();
    // b keeps its empty block until somebody needs it, and its only one even when empty ones are collected
    cluster.collect();
    assert_eq!(held(&cluster), [4, 4, 0]);
    ask(&mut cluster, "c", "1").unwrap();
    assert_eq!(held(&cluster), [4, 0, 4]);
    assert_eq!(ask(&mut cluster, "b", "1"), Err(Why::Strict));
    assert!(cluster.leave("a") && !cluster.leave("a"));
    ask(&mut cluster, "b", "1").unwrap();
}

#[test]
fn cilium_cluster_pool() {
    let cidrs = ["10.0.0.0/23", "10.9.0.0/25", "10.8.0.0/24"].map(|cidr| cidr.parse::<Ipv4Net>().unwrap());
    let pool = ClusterPool { cidrs: cidrs.to_vec(), mask: cilium::NODE_MASK };
    assert_eq!((pool.nodes(), pool.pods_per_node()), (3, 252));
    let ranges = [0, 1, 2].map(|n| pool.range(n).unwrap().to_string());
    // one CIDR after the other; the /25 has no room for a node
    assert_eq!(ranges, ["10.0.0.0-10.0.0.255", "10.0.1.0-10.0.1.255", "10.8.0.0-10.8.0.255"]);
    assert_eq!((pool.range(3), pool.range(u64::MAX)), (None, None));
    let default = ClusterPool { cidrs: vec![cilium::CLUSTER_POOL.parse().unwrap()], mask: cilium::NODE_MASK };
    assert_eq!(default.nodes(), 65_536);
    assert_eq!(
        [32, 30, 29, 33, 255].map(|mask| ClusterPool { mask, ..pool.clone() }.pods_per_node()),
        [0, 0, 4, 0, 0]
    );
    assert!(cilium::FULL_EVENT.ends_with(cilium::FULL));
}

#[test]
fn cilium_eni_watermarks() {
    let m5_large = Enis { enis: 3, per_eni: 10 };
    let marks = Watermarks::default();
    // the relative of WARM_IP_TARGET = 8: pods + 8, up to 3 x 9
    let held = |pods| {
        let held = marks.settled(pods, m5_large);
        (held.primary, held.least, held.most, held.starved)
    };
    assert_eq!([held(0), held(1), held(2)], [(1, 8, 8, 0), (1, 9, 9, 0), (2, 10, 10, 0)]);
    assert_eq!([held(20), held(27), held(30)], [(3, 27, 27, 0), (3, 27, 27, 0), (3, 27, 27, 3)]);
    let few = Watermarks { min_allocate: 15, max_allocate: 20, ..marks };
    assert_eq!((few.settled(0, m5_large).least, few.settled(14, m5_large).least), (15, 20));
    assert_eq!(few.settled(25, m5_large).starved, 5);
    // all of it stays unless the operator releases excess; ENIs stay in any case
    let keeps = marks.churned(19, 1, m5_large, false);
    let gives = marks.churned(19, 1, m5_large, true);
    assert_eq!((keeps.primary, keeps.most, gives.primary, gives.most), (3, 27, 3, 9));
    // 0 is not set, which is 8
    assert_eq!(Watermarks { pre_allocate: 0, ..marks }.needed(0, 0), cilium::PRE_ALLOCATE);
    // a cap below what is there asks for nothing
    assert_eq!(Watermarks { max_allocate: 5, ..marks }.needed(8, 8), 0);
    assert_eq!(Watermarks { max_allocate: 10, ..marks }.needed(6, 6), 4);
    assert_eq!(marks.needed(u64::MAX, 0), 0);
    assert_eq!(marks.settled(5, Enis { enis: 0, per_eni: 0 }).starved, 5);
}

/// What the operator does for a node until it needs nothing more: fills the ENI that has room, then adds one.
fn operator(marks: &Watermarks, enis: Enis, mut available: u64, used: u64) -> u64 {
    let each = enis.per_eni - 1;
    loop {
        let needed = marks.needed(available, used);
        let room = if available < enis.enis * each { each - available % each } else { 0 };
        if needed == 0 || room == 0 {
            return available;
        }
        available += room.min(needed + marks.max_above);
    }
}

proptest! {
    #[test]
    fn gke_prefixes_are_the_smallest_that_fit(pods in 1_u32..=256) {
        let prefix = gke::node_prefix(pods).unwrap();
        let size = 1_u32 << (32 - prefix);
        prop_assert!(size >= 2 * pods && (size / 2 < 2 * pods || prefix == 28));
    }

    #[test]
    fn subnets_are_the_smallest_that_fit(needed in 0_u64..(1 << 30) - 5) {
        let prefix = azure::smallest_subnet(needed).unwrap();
        prop_assert!(azure::usable(prefix) >= needed);
        prop_assert!(prefix == 29 || azure::usable(prefix + 1) < needed);
    }

    #[test]
    fn the_first_monitor_step_by_step(batch in 1_u64..40, percent in 0_u64..=100, max in 1_u64..300, before in 0_u64..400, pods in 0_u64..400) {
        let scaler = Scaler { batch: batch.min(max), buffer: percent as f64 / 100.0, max };
        prop_assert_eq!(scaler.held_after(before, pods), monitor(&scaler, before, pods));
        // and the second has what it wants free at least, in whole batches
        let held = scaler.held(pods);
        prop_assert!(held == max || held.is_multiple_of(scaler.batch));
        prop_assert!(held == max || held >= pods + scaler.least_free());
        prop_assert!(held <= pods + scaler.most_free() + 1);
    }

    #[test]
    fn cilium_settles_between_least_and_most(
        pre in 1_u64..12, min in 0_u64..30, max in 0_u64..40, above in 0_u64..8, n in 1_u64..5, per_eni in 2_u64..12,
        jumps in prop::collection::vec(0_u64..40, 1..6), now in 0_u64..40,
    ) {
        let marks = Watermarks { pre_allocate: pre, min_allocate: min, max_allocate: max, max_above: above };
        let enis = Enis { enis: n, per_eni };
        let (mut jumps, mut held) = (jumps, 0);
        jumps.sort();
        let high = *jumps.last().unwrap();
        for pods in jumps {
            // pods wait for an address, and are used ones once they have it
            loop {
                let more = operator(&marks, enis, held, pods.min(held));
                let same = more == held;
                held = more;
                if same {
                    break;
                }
            }
        }
        let settled = marks.settled(high, enis);
        prop_assert!((settled.least..=settled.most).contains(&held), "{held} {settled:?}");
        prop_assert!(high.saturating_sub(held) <= settled.starved);
        let now = now.min(high);
        let mut left = held;
        loop {
            let excess = marks.excess(left, now.min(left));
            if excess == 0 {
                break;
            }
            left -= excess;
        }
        let churned = marks.churned(high, now, enis, true);
        prop_assert!((churned.least..=churned.most).contains(&left), "{left} {churned:?}");
        prop_assert_eq!(marks.churned(high, now, enis, false).most, settled.most);
    }

    /// Nodes one after another, one address at a time, get what the arithmetic says.
    #[test]
    fn calico_serves_as_the_arithmetic_says(
        prefix in 24_u8..=29, block in 27_u8..=32, strict: bool, most in 1_u64..5, windows: bool,
        wanted in prop::collection::vec(0_u64..70, 1..8),
    ) {
        let pool = pool(&format!("10.0.0.0/{}", prefix.min(block)), block, strict, most);
        let os = if windows { Os::Windows } else { Os::Linux };
        let mut cluster = Cluster::new(pool);
        let mut seen = BTreeSet::new();
        let expected = pool.serve(&wanted, os);
        for (i, (wanted, expected)) in wanted.iter().zip(&expected).enumerate() {
            let host = format!("node{i}");
            cluster.join(&host, os);
            let mut refused = 0;
            for pod in 0..*wanted {
                match ask(&mut cluster, &host, &pod.to_string()) {
                    Ok(address) => prop_assert!(seen.insert(address)),
                    Err(why) => {
                        prop_assert_eq!(Some(why), expected.why);
                        refused += 1;
                    }
                }
            }
            let row = cluster.rows().into_iter().find(|row| row.host == host).unwrap();
            prop_assert_eq!((row.blocks, row.own, row.borrowed), (expected.blocks, expected.own, expected.borrowed));
            prop_assert_eq!(refused, expected.refused);
        }
        prop_assert!(seen.len() as u64 <= pool.total());
    }

    /// Pods and nodes come and go: no address twice, lent = borrowed, and no node above its worst case.
    #[test]
    fn calico_identities_hold_through_churn(
        strict: bool, steps in prop::collection::vec((0_u8..12, 0_usize..4, 0_u32..40), 0..300),
    ) {
        let pool = pool("10.0.0.0/26", 29, strict, 6);
        let mut cluster = Cluster::new(pool);
        let mut high: BTreeMap<usize, u64> = BTreeMap::new();
        for (what, node, pod) in steps {
            let (host, pod) = (format!("node{node}"), pod.to_string());
            match what {
                0 => drop(cluster.leave(&host)),
                1 => cluster.collect(),
                2..5 => drop(cluster.release(&host, &pod)),
                _ => {
                    cluster.join(&host, Os::Linux);
                    let refused = ask(&mut cluster, &host, &pod).is_err();
                    let row = cluster.rows().into_iter().find(|row| row.host == host).unwrap();
                    prop_assert!(!refused || strict || row.blocks == 6 || cluster.pods().count() == 64);
                }
            }
            let rows = cluster.rows();
            let addresses: BTreeSet<_> = cluster.pods().map(|(_, _, address)| address).collect();
            prop_assert_eq!(addresses.len(), cluster.pods().count());
            prop_assert_eq!(addresses.len() as u64, rows.iter().map(|row| row.own + row.borrowed).sum::<u64>());
            let sum = |of: fn(&calico::blocks::Row) -> u64| rows.iter().map(of).sum::<u64>();
            // what a node that left still lends is nobody's
            prop_assert!(sum(|row| row.lent) <= sum(|row| row.borrowed));
            prop_assert!(!strict || sum(|row| row.borrowed) == 0);
            prop_assert!(sum(|row| row.held) <= 64);
            for row in &rows {
                prop_assert!(row.own + row.lent <= row.held && row.blocks <= 6);
                let node = row.host["node".len()..].parse::<usize>().unwrap();
                let high = high.entry(node).or_default();
                *high = row.own.max(*high);
                // others' pods in its blocks are what can make it take more
                if strict {
                    prop_assert!(row.held <= pool.held_after(*high, row.own, Os::Linux).unwrap());
                }
            }
        }
    }
}
