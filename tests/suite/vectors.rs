//! Outcomes of the real program (aws/amazon-vpc-cni-k8s v1.23.1, its Go code run on a virtual clock), held
//! against the closed form.
//!
//! `tests/vectors/vpc-cni.jsonl` has one timeline a line: `inst` is [ENIs, addresses per ENI], `env` the exact
//! environment, `steps` what was done, `obs` what was seen after each step: `e` ENIs, `n` pool addresses, `a`
//! assigned, `f` free, `w` pending, `s` subnet addresses; a number, or [least, most] over the runs;
//! `osc` marks a timeline that never settled, with the range of its last ten minutes.

use std::collections::BTreeMap;

use podroom::cni::settle::Range;
use podroom::cni::{Node, Settings, Trunking, node::Shape, settle};
use serde_json::Value;

pub const VECTORS: &str = include_str!("../vectors/vpc-cni.jsonl");

/// The groups that fill a node from empty, and how many settled observations of each are compared.
const GROUPS: &[(&str, usize)] = &[
    ("steady", 1_600),
    ("direct", 13),
    ("override", 29),
    ("maxpods", 125),
    ("maxeni", 259),
    ("cn", 247),
    ("cnmaxeni", 6),
    ("pd", 744),
    ("pdcn", 46),
    ("pdmaxpods", 57),
    ("unmanaged", 44),
    ("xen", 3),
    ("trunk", 107),
    ("cntrunk", 13),
];

#[derive(Default, Debug)]
struct Count {
    equal: usize,
    within: usize,
    oscillating: usize,
    /// What is set aside, by reason.
    aside: BTreeMap<&'static str, usize>,
}

#[test]
fn fresh_nodes_settle_as_the_real_program_does() {
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    let mut wrong = Vec::new();
    for line in VECTORS.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let group = case["grp"].as_str().unwrap();
        if GROUPS.iter().any(|(name, _)| *name == group) {
            compare(&case, counts.entry(group.into()).or_default(), &mut wrong);
        }
    }
    println!("{:<10} {:>6} {:>7} {:>12}  set aside", "group", "equal", "within", "oscillating");
    for (group, count) in &counts {
        let Count { equal, within, oscillating, aside } = count;
        println!("{group:<10} {equal:>6} {within:>7} {oscillating:>12}  {aside:?}");
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
    for (group, expected) in GROUPS {
        let count = &counts[*group];
        assert_eq!(count.equal + count.within + count.oscillating, *expected, "{group}");
    }
}

fn compare(case: &Value, count: &mut Count, wrong: &mut Vec<String>) {
    let node = node(case);
    let mut aside = |why| *count.aside.entry(why).or_insert(0) += 1;
    let mut asked = 0;
    let mut oscillated = false;
    // custom networking without a single pod address: the process exits, and there is nothing to compare
    let dead = case["obs"].as_array().unwrap().iter().any(|seen| seen.get("init_error").is_some());
    if dead {
        assert_eq!((node.slot_limit(), settle(&node, 1).running), (0, 0), "{}", case["id"]);
    }
    for (step, seen) in case["steps"].as_array().unwrap().iter().zip(case["obs"].as_array().unwrap()) {
        match step[0].as_str().unwrap() {
            "add" => asked += step[1].as_u64().unwrap(),
            _ if dead => aside("nodeInit fails; the model has no slot either"),
            "start" => aside("after start: one step only, not settled"),
            "settle" if oscillated => aside("after an oscillation: not reproducible"),
            "settle" => {
                let settled = settle(&node, asked);
                let mut differ = |what: &str| {
                    wrong.push(format!("{} asked {asked}: {what}\n  {settled:?}\n  {seen}", case["id"]))
                };
                oscillated = seen.get("osc").is_some();
                let (_, most_running) = bounds(&seen["a"]);
                if oscillated {
                    count.oscillating += 1;
                    let Range::Oscillates { slots, enis } = settled.range else {
                        differ("oscillates");
                        continue;
                    };
                    let least = enis + slots * node.per_slot();
                    let lo = |key: &str| seen[key].as_u64().unwrap();
                    if (least, settled.held()) != (lo("osc_s_lo"), lo("osc_s_hi"))
                        || (enis, settled.enis) != (lo("osc_e_lo"), lo("osc_e_hi"))
                    {
                        differ("cycle");
                    }
                    continue;
                }
                let (most_pool, most_enis) = match settled.range {
                    Range::Exact => (settled.pool, settled.enis),
                    Range::Random { slots, enis } => (slots * node.per_slot(), enis),
                    Range::Oscillates { .. } => {
                        differ("settles");
                        continue;
                    }
                };
                if most_running != settled.running {
                    differ("running");
                }
                let within = |key: &str, least: u64, most: u64| {
                    let (lo, hi) = bounds(&seen[key]);
                    least <= lo && hi <= most
                };
                let inside = within("e", settled.enis, most_enis)
                    && within("n", settled.pool, most_pool)
                    && within("f", settled.unused(), most_pool - settled.running)
                    && within("w", settled.starved(), settled.starved())
                    && within("s", settled.held(), most_enis + most_pool);
                if !inside {
                    differ("figures");
                } else if settled.range == Range::Exact {
                    count.equal += 1;
                } else {
                    count.within += 1;
                }
            }
            other => panic!("{}: step {other}", case["id"]),
        }
    }
}

pub fn node(case: &Value) -> Node {
    let env: Vec<(String, String)> = case["env"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_string()))
        .collect();
    let shape = Shape {
        enis: case["inst"][0].as_u64().unwrap(),
        ipv4_per_eni: case["inst"][1].as_u64().unwrap(),
        prefixes: case["hyp"] != "xen",
        trunking: Trunking::Able(9),
    };
    let unmanaged = case["unmanaged"].as_u64().unwrap_or(0);
    Node::new(&Settings::exact(&env), shape, unmanaged, case["maxpods"].as_u64().unwrap())
}

/// A number or [least, most]; a missing one is 0.
pub fn bounds(value: &Value) -> (u64, u64) {
    match value {
        Value::Array(pair) => (pair[0].as_u64().unwrap(), pair[1].as_u64().unwrap()),
        other => (other.as_u64().unwrap_or(0), other.as_u64().unwrap_or(0)),
    }
}
