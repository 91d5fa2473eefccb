//! Outcomes of Weave, Calico, GKE, AKS and Cilium, held against the models.
//!
//! `tests/vectors/other-managers.jsonl` has one case a line: `system`, `inputs`, `expected`; the real program printed
//! those of Weave, the others are arithmetic over documented rules. What was done is prose in `inputs.steps`; it is read
//! clause by clause here, so that a case of the same kind needs no code. `nondeterministic` cases were one observation
//! of several possible ones: each must be possible, and what they have in common must hold.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::Ipv4Net;
use podroom::ipam::azure::{self, Scaler};
use podroom::ipam::calico::{self, Os};
use podroom::ipam::cilium::Watermarks;
use podroom::ipam::gke;
use podroom::ipam::weave::{self, Allocated, Network, Ring};
use serde_json::{Value, json};

const VECTORS: &str = include_str!("../vectors/other-managers.jsonl");
/// Chance is tried so often where a case depends on it.
const SEEDS: u64 = 200;
/// How many cases of each there are at least.
const LEAST: &[(&str, usize)] = &[
    ("weave", 34),
    ("calico", 12),
    ("gke", 9),
    ("cilium-eni", 6),
    ("aks-azure-cni-node-subnet", 3),
    ("aks-azure-cni-static-block", 2),
    ("aks-azure-cni-overlay", 2),
    ("azure-cni-dynamic", 1),
];

#[test]
fn the_models_do_what_the_programs_do() {
    let mut done: BTreeMap<String, usize> = BTreeMap::new();
    for line in VECTORS.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let system = text(&case["system"]);
        let model: fn(&Value, &Value) = match system {
            "weave" => weave_case,
            "calico" => calico_case,
            "gke" => gke_case,
            "aks-azure-cni-node-subnet" => |inputs, expected| equal(&node_subnet(inputs), expected),
            "aks-azure-cni-static-block" => |inputs, expected| equal(&static_block(inputs), expected),
            "aks-azure-cni-overlay" => |inputs, expected| equal(&overlay(inputs), expected),
            "azure-cni-dynamic" => |inputs, expected| equal(&dynamic(inputs, expected), expected),
            "cilium-eni" => |inputs, expected| equal(&cilium_eni(inputs), expected),
            // held in [`crate::ipam`]
            _ if crate::ipam::SYSTEMS.iter().any(|(known, ..)| *known == system) => continue,
            _ => panic!("{}: nothing is known of {system}", case["id"]),
        };
        // so that a failure says which case it is
        let result = std::panic::catch_unwind(|| model(&case["inputs"], &case["expected"]));
        assert!(result.is_ok(), "{} differs (see above)", case["id"]);
        *done.entry(system.into()).or_default() += 1;
    }
    println!("equal: {done:#?}");
    for (system, least) in LEAST {
        assert!(done.get(*system) >= Some(least), "{system}: {done:?}");
    }
}

fn equal(found: &Value, expected: &Value) {
    assert_eq!(found, expected);
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("text: {value}"))
}

fn int(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("number: {value}"))
}

fn prefix(value: &Value) -> u8 {
    u8::try_from(int(value)).unwrap()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().unwrap_or_else(|| panic!("list: {value}")).iter().map(|v| text(v).to_string()).collect()
}

// Calico

fn calico_case(inputs: &Value, expected: &Value) {
    if let Some(used) = inputs.get("addresses_assigned_on_node") {
        assert_eq!(inputs["fresh_node"], true);
        let block = prefix(&inputs["block_size"]);
        let pool = calico_pool(8, block);
        let held = pool.held(int(used), Os::Linux).unwrap();
        let blocks = pool.blocks_for(int(used), Os::Linux);
        equal(&json!({ "blocks_held": blocks, "held": held, "held_but_unused": held - int(used) }), expected);
        return;
    }
    let pool = calico_pool(prefix(&inputs["pool_prefix"]), prefix(&inputs["block_size"]));
    let found = json!({
        "blocks": pool.blocks(),
        "addresses_per_block": pool.usable(Os::Linux),
        "total": pool.total(),
        "max_nodes_with_a_block": pool.blocks(),
        "default_max_blocks_per_node": pool.max_blocks(),
        "default_max_addresses_per_node": pool.max_blocks() * pool.usable(Os::Linux),
        "windows_usable_per_block": pool.usable(Os::Windows),
    });
    equal(&found, expected);
}

fn calico_pool(prefix: u8, block: u8) -> calico::Pool {
    let cidr = format!("10.0.0.0/{prefix}").parse().unwrap();
    calico::Pool::new(cidr, block, false, 0).unwrap()
}

// GKE

fn gke_case(inputs: &Value, expected: &Value) {
    if let Some(pods) = inputs.get("max_pods_per_node") {
        let prefix = gke::node_prefix(u32::try_from(int(pods)).unwrap()).unwrap();
        let found = json!({ "node_pod_range": format!("/{prefix}"), "addresses": 1_u64 << (32 - prefix) });
        return equal(&found, expected);
    }
    let part = |name: &str| prefix(&inputs[name]);
    let nodes = gke::Nodes::of(part("pod_range_prefix"), part("node_pod_prefix"), part("primary_prefix"));
    let found = json!({
        "max_nodes_primary": nodes.primary,
        "max_nodes_pod_range": nodes.pod_range,
        "max_nodes": nodes.most(),
        "limited_by": nodes.limited_by.name(),
    });
    equal(&found, expected);
}

// AKS

fn node_subnet(inputs: &Value) -> Value {
    let n = |name: &str| int(&inputs[name]);
    let needed = azure::classic(n("nodes"), n("surge_nodes"), n("max_pods"), n("internal_load_balancers"));
    let prefix = azure::smallest_subnet(needed).unwrap();
    json!({
        "addresses_needed": needed,
        "smallest_subnet": format!("/{prefix}"),
        "usable_in_it": azure::usable(prefix),
    })
}

fn static_block(inputs: &Value) -> Value {
    let blocks = azure::static_blocks(int(&inputs["max_pods"]));
    let addresses = blocks * azure::BLOCK_ADDRESSES;
    json!({
        "blocks_per_node": blocks,
        "addresses_per_node": addresses,
        "addresses_needed": int(&inputs["nodes"]) * addresses,
    })
}

fn overlay(inputs: &Value) -> Value {
    json!({
        "per_node": format!("/{}", azure::OVERLAY_NODE),
        "max_nodes": azure::overlay_nodes(prefix(&inputs["pod_cidr_prefix"])),
        "max_pods_per_node": azure::MAX_PODS,
    })
}

fn dynamic(inputs: &Value, expected: &Value) -> Value {
    let scaler = Scaler {
        batch: int(&inputs["batch"]),
        buffer: inputs["buffer"].as_f64().unwrap(),
        max: int(&inputs["max"]),
    };
    let row = |row: &Value| {
        let pods = int(&row["pods"]);
        let held = scaler.held(pods);
        json!({ "pods": pods, "held": held, "held_but_unused": held - pods })
    };
    json!({ "table": expected["table"].as_array().unwrap().iter().map(row).collect::<Vec<_>>() })
}

// Cilium

fn cilium_eni(inputs: &Value) -> Value {
    let n = |name: &str| int(&inputs[name]);
    let marks = Watermarks {
        pre_allocate: n("preAllocate"),
        min_allocate: n("minAllocate"),
        max_allocate: n("maxAllocate"),
        max_above: n("maxAboveWatermark"),
    };
    let (available, used) = (n("available"), n("used"));
    json!({ "neededIPs": marks.needed(available, used), "excessIPs": marks.excess(available, used) })
}

// Weave

/// Weave's peers in these cases: peer 1 is `00`.
fn name(number: u64) -> String {
    format!("{:02x}", number - 1)
}

fn weave_case(inputs: &Value, expected: &Value) {
    if let Some(ranges) = inputs.get("ranges") {
        let errors: Vec<String> =
            texts(ranges).iter().map(|range| weave::range(range).unwrap_err().to_string()).collect();
        return equal(&json!({ "errors": errors }), expected);
    }
    let range = weave::range(text(&inputs["ipalloc_range"])).unwrap();
    let peers = int(&inputs["peers"]);
    let Some(steps) = inputs.get("steps").map(text) else {
        return equal(&json!({ "shares": split(range, peers) }), expected);
    };
    if let Some(rings) = expected.get("observed_rings") {
        let quorum = weave::quorum(usize::try_from(peers).unwrap());
        assert_eq!(quorum as u64, int(&inputs["quorum"]));
        assert!(steps.contains("peer 1 allocates one"));
        for ring in rings.as_object().unwrap().keys() {
            possible_start(range, peers, quorum, ring);
        }
        return;
    }
    let runs: Vec<Run> = (0..SEEDS).map(|seed| Run::of(range, peers, steps, seed)).collect();
    for (key, value) in expected.as_object().unwrap() {
        check(&runs, key, value);
    }
}

/// Shares as arithmetic, which the ring and a network have to agree with.
fn split(range: Ipv4Net, peers: u64) -> Vec<Value> {
    let names: Vec<String> = (1..=peers).map(name).collect();
    let ring = Ring::split(range, &names);
    let rows = Network::new(range, &names, 0).rows();
    let shares = weave::shares(range, names.len());
    assert_eq!(shares.len(), rows.len());
    let mut found = Vec::new();
    for (i, share) in shares.iter().enumerate() {
        assert_eq!(ring.owned(&names[i]), share.owned.into_iter().collect::<Vec<_>>());
        assert_eq!((rows[i].owned, rows[i].usable), (share.addresses(), share.usable));
        let cidr = |owned: podroom::ipam::Range| {
            let bits = share.addresses().ilog2();
            assert_eq!(share.addresses(), 1 << bits);
            format!("{}/{}", owned.first, 32 - bits)
        };
        found.push(json!({
            "peer": i + 1,
            "addresses": share.addresses(),
            "ranges": share.owned.map(cidr).into_iter().collect::<Vec<_>>(),
            "usable": share.usable,
        }));
    }
    found
}

/// A first split of a network in which enough peers agreed, the one that asked first among them.
fn possible_start(range: Ipv4Net, peers: u64, quorum: usize, ring: &str) {
    let words = ring.trim_matches(['[', ']']).split(' ').skip(1).step_by(2);
    let owners: Vec<String> = words.map(str::to_string).collect();
    let all: BTreeSet<String> = (1..=peers).map(name).collect();
    assert!(owners.len() >= quorum && owners.contains(&name(1)), "{ring}");
    assert!(owners.iter().all(|owner| all.contains(owner)), "{ring}");
    let mut network = Network::new(range, &owners, 0);
    for left_out in all.iter().filter(|peer| !owners.contains(peer)) {
        network.join(left_out).unwrap();
    }
    network.allocate(&name(1), "a").unwrap();
    assert_eq!(network.ring().to_string(), ring);
}

/// What was done once, and what was seen.
struct Run {
    network: Network,
    /// Each allocation that gave an address, and the ring after it.
    given: Vec<(String, String, Vec<String>)>,
    blocked: bool,
    /// Before a peer joined or left, else at the start.
    before: Vec<String>,
    /// The peer that joined, and what it owned then.
    joined: Option<(String, Vec<String>)>,
}

impl Run {
    fn of(range: Ipv4Net, peers: u64, steps: &str, seed: u64) -> Run {
        let names: Vec<String> = (1..=peers).map(name).collect();
        let network = Network::new(range, &names, seed);
        let before = parts(network.ring());
        let mut run = Run { network, given: Vec::new(), blocked: false, before, joined: None };
        for clause in steps.split([';', ',']).flat_map(|clause| clause.split(" and ")) {
            run.step(&names, clause.trim());
        }
        run
    }

    /// One clause. Who is not named is who was named last.
    fn step(&mut self, names: &[String], clause: &str) {
        let words: Vec<&str> = clause.split(' ').collect();
        match words[..] {
            ["each", "peer", "allocates", n, ..] | ["each", "allocates", n, ..] => {
                for peer in names {
                    (0..number(n)).for_each(|_| self.allocate(peer));
                }
            }
            // the ring is made when the first peer asks for an address
            ["ring", "made", "by", n, ..] => {
                assert_eq!(number(n), names.len() as u64);
                self.allocate(&names[0]);
            }
            ["peer", who, "joins"] => {
                self.before = parts(self.network.ring());
                self.network.join(who).unwrap();
                let owned = self.network.ring().owned(who).iter().map(|part| part.to_string()).collect();
                self.joined = Some((who.into(), owned));
            }
            ["peer", who, "leaves", ..] => {
                self.before = parts(self.network.ring());
                self.network.reset(&names[who.parse::<usize>().unwrap() - 1]).unwrap();
            }
            ["peer", _, "allocates", "none"] => {}
            ["peer", who, "allocates", "until", "it", "blocks"] => {
                let peer = name(who.parse().unwrap());
                while !self.blocked {
                    self.allocate(&peer);
                }
            }
            ["peer", who, "allocates", n] => {
                // a peer that joined is called by its name
                let known = self.joined.as_ref().is_some_and(|(joined, _)| joined == who);
                let peer = if known { who.to_string() } else { name(who.parse().unwrap()) };
                (0..number(n)).for_each(|_| self.allocate(&peer));
            }
            ["allocates", n] => {
                let peer = self.joined.as_ref().unwrap().0.clone();
                (0..number(n)).for_each(|_| self.allocate(&peer));
            }
            _ => panic!("what is {clause:?}?"),
        }
    }

    fn allocate(&mut self, peer: &str) {
        let container = format!("c{}", self.given.len());
        match self.network.allocate(peer, &container).unwrap() {
            Allocated::Address(address) => {
                self.given.push((peer.into(), address.to_string(), parts(self.network.ring())))
            }
            Allocated::Blocked => self.blocked = true,
        }
    }

    /// The addresses in the order they were given, and `BLOCKED`.
    fn sequence(&self) -> Vec<String> {
        let blocked = self.blocked.then(|| "BLOCKED".to_string());
        self.given.iter().map(|(_, address, _)| address.clone()).chain(blocked).collect()
    }

    fn of_peer(&self, peer: &str) -> Vec<String> {
        self.given.iter().filter(|(at, _, _)| at == peer).map(|(_, address, _)| address.clone()).collect()
    }

    fn changes(&self) -> Vec<String> {
        let mut last: &[String] = &[];
        let mut changes = Vec::new();
        for (i, (_, address, ring)) in self.given.iter().enumerate() {
            if ring.as_slice() != last {
                changes.push(format!("after allocation {} ({address}): ring [{}]", i + 1, ring.join(" ")));
                last = ring;
            }
        }
        changes
    }
}

fn number(word: &str) -> u64 {
    match word {
        "one" => 1,
        "two" => 2,
        digits => digits.parse().unwrap(),
    }
}

/// `start+addresses owner` of each part.
fn parts(ring: &Ring) -> Vec<String> {
    ring.parts().map(|(part, owner)| format!("{}+{} {owner}", part.first, part.count())).collect()
}

/// One expectation on all runs.
fn check(runs: &[Run], key: &str, value: &Value) {
    let every =
        |found: &dyn Fn(&Run) -> Value| runs.iter().for_each(|run| assert_eq!(&found(run), value, "{key}"));
    match key {
        "ring_before" => every(&|run| json!(run.before)),
        key if key == "ring" || key.starts_with("ring_after") => {
            every(&|run| json!(parts(run.network.ring())))
        }
        "ring_changes" => every(&|run| json!(run.changes())),
        "sequence_on_peer1" => every(&|run| json!(run.sequence())),
        "first_two_per_peer" => every(&|run| {
            json!(run.network.rows().iter().map(|row| run.of_peer(&row.peer).join(" ")).collect::<Vec<_>>())
        }),
        "first3" => every(&|run| json!(run.sequence()[..3])),
        "then_in_some_order" => {
            let orders: BTreeSet<Vec<String>> = runs
                .iter()
                .map(|run| run.given[3..].iter().map(|(_, address, _)| address.clone()).collect())
                .collect();
            let expected: BTreeSet<String> = texts(value).into_iter().collect();
            for order in &orders {
                assert_eq!(order.iter().cloned().collect::<BTreeSet<_>>(), expected);
            }
            assert!(orders.len() > 1, "{orders:?}");
        }
        "seventh" => every(&|run| json!(run.sequence()[6])),
        "count" | "total" => every(&|run| json!(run.given.len())),
        "first" => every(&|run| json!(run.sequence().first())),
        "last" => every(&|run| json!(run.given.last().unwrap().1)),
        "new_peer_owned_after_join" => every(&|run| json!(run.joined.as_ref().unwrap().1)),
        "new_peer_first_ip" => every(&|run| json!(run.of_peer(&run.joined.as_ref().unwrap().0).first())),
        // one size or the other, and chance reaches both
        "new_peer_owned_after_first_allocation_size" => {
            let expected: BTreeSet<u64> =
                text(value).split(' ').filter_map(|word| word.parse().ok()).collect();
            let owned = |run: &Run| {
                let joined = &run.joined.as_ref().unwrap().0;
                run.network.rows().iter().find(|row| row.peer == *joined).unwrap().owned
            };
            assert_eq!(runs.iter().map(owned).collect::<BTreeSet<_>>(), expected);
        }
        "one_observation" => assert!(runs.iter().any(|run| parts(run.network.ring()) == texts(value))),
        _ => match key.strip_prefix("free_on_peer") {
            // Weave's own count: first and last address of the range are free ones to it
            Some(peer) => every(&|run| {
                let row = &run.network.rows()[peer.parse::<usize>().unwrap() - 1];
                json!(row.owned - row.assigned)
            }),
            None => panic!("what is {key:?}?"),
        },
    }
}
