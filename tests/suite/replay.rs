//! Every timeline of the real program (aws/amazon-vpc-cni-k8s v1.23.1) on the state machine: all groups, all
//! steps, all keys, the EC2 calls too.

use std::collections::BTreeMap;

use podroom::replay::{Timeline, replay};
use serde_json::{Map, Value};

const VECTORS: &str = include_str!("../vectors/vpc-cni.jsonl");

/// What became of the values of a group.
#[derive(Default, Debug)]
struct Count {
    timelines: usize,
    compared: usize,
    equal: usize,
    within: usize,
    beyond: usize,
}

#[test]
fn every_timeline_of_the_real_program() {
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    let mut wrong = Vec::new();
    for line in VECTORS.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let group = case["grp"].as_str().unwrap().to_string();
        let timeline = Timeline::parse(line).unwrap();
        let count = counts.entry(group).or_default();
        count.timelines += 1;
        let ours = serde_json::to_value(replay(&timeline, 1, seed())).unwrap();
        compare(&case, &ours, count, &mut wrong);
    }
    for (group, c) in &counts {
        println!(
            "{group:<10} {:>6} {:>7} {:>7} {:>7} {:>7}",
            c.timelines, c.compared, c.equal, c.within, c.beyond
        );
    }
    for line in wrong.iter().take(2000) {
        println!("{line}");
    }
    assert!(wrong.is_empty(), "{} differ", wrong.len());
}

fn compare(case: &Value, ours: &Value, count: &mut Count, wrong: &mut Vec<String>) {
    let id = case["id"].as_str().unwrap();
    let (theirs, ours) = (case["obs"].as_array().unwrap(), ours.as_array().unwrap());
    for (step, their) in theirs.iter().enumerate() {
        let at = format!("{id} step {step} {}", case["steps"][step]);
        if !their["init_error"].is_null() {
            count.compared += 1;
            if ours.get(step).is_some_and(|o| o["init_error"] == 1) {
                count.equal += 1;
            } else {
                wrong.push(format!("{at}: no init_error"));
            }
            return;
        }
        let Some(our) = ours.get(step) else {
            wrong.push(format!("{at}: missing"));
            return;
        };
        let empty = Map::new();
        let (their, our) = (their.as_object().unwrap(), our.as_object().unwrap());
        let api = |o: &Map<String, Value>| o.get("api").and_then(Value::as_object).unwrap_or(&empty).clone();
        let osc = their.get("osc").is_some();
        let mut keys: Vec<&String> = their.keys().chain(our.keys()).filter(|k| *k != "api").collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            if ["d", "dv", "dn", "g"].contains(&key.as_str()) {
                continue;
            }
            one(&at, key, their.get(key), our.get(key), case["runs"].as_i64().unwrap(), count, wrong);
        }
        let (ta, oa) = (api(their), api(our));
        let mut keys: Vec<&String> = ta.keys().chain(oa.keys()).collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            one(&at, &format!("api.{key}"), ta.get(key), oa.get(key), 0, count, wrong);
        }
        if let Some(d) = their.get("d") {
            count.compared += 1;
            if our.get("d") == Some(d) {
                count.equal += 1
            } else {
                wrong.push(format!("{at}: d {d} ours {:?}", our.get("d").map(|d| d.to_string())))
            }
        }
        if let Some(g) = their.get("g") {
            count.compared += 1;
            if our.get("g") == Some(g) {
                count.equal += 1
            } else {
                wrong.push(format!(
                    "{at}: g {g} ours {:?} (d {:?})",
                    our.get("g").map(|d| d.to_string()),
                    their.get("d").map(|d| d.to_string())
                ))
            }
        }
        if osc {
            return;
        }
    }
}

fn one(
    at: &str,
    key: &str,
    their: Option<&Value>,
    our: Option<&Value>,
    runs: i64,
    count: &mut Count,
    wrong: &mut Vec<String>,
) {
    count.compared += 1;
    let our = our.and_then(Value::as_i64).unwrap_or(0);
    let (lo, hi) = match their {
        None => (0, 0),
        Some(Value::Array(a)) => (a[0].as_i64().unwrap(), a[1].as_i64().unwrap()),
        Some(v) => {
            let v = v.as_i64().unwrap();
            (v, v)
        }
    };
    let our = if key == "osc" { our * runs } else { our };
    if lo == hi && our == lo {
        count.equal += 1
    } else if lo <= our && our <= hi {
        count.within += 1
    } else if lo < hi {
        count.beyond += 1;
        wrong.push(format!("{at}: {key} [{lo},{hi}] ours {our}"))
    } else {
        wrong.push(format!("{at}: {key} {lo} ours {our}"))
    }
}
fn seed() -> u64 { std::env::var("SEED").map_or(1, |s| s.parse().unwrap()) }
