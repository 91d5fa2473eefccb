//! Every outcome of the real address managers that work address by address or range by range, on ours: docker
//! bridges, host-local, kube-controller-manager, OVN-Kubernetes, services, kind.
//!
//! `tests/vectors/other-managers.jsonl` has one case a line: `inputs`, where `steps` are words, and what was
//! `expected`. Words are translated by their pattern; words, inputs and expectations that have no pattern here
//! fail the test. Cases marked `nondeterministic` are set aside.

mod docker;
mod host_local;
mod kind;
mod node_ranges;
mod ovn;
mod random;
mod rules;
mod services;

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::{Map, Value};

const VECTORS: &str = include_str!("../../vectors/other-managers.jsonl");

/// A manager, how many cases it has, and what ours says of the expected keys of one.
pub type System = (&'static str, usize, fn(&Map<String, Value>, &Map<String, Value>) -> Facts);

/// What ours says, by expected key.
pub type Facts = BTreeMap<String, Value>;

pub const SYSTEMS: [System; 6] = [
    ("docker-bridge", 12, docker::facts),
    ("cni-host-local", 19, host_local::facts),
    ("kube-node-ipam", 15, node_ranges::facts),
    ("kube-services", 4, services::facts),
    ("ovn-kubernetes", 7, ovn::facts),
    ("kind", 7, kind::facts),
];

#[test]
fn every_outcome_of_the_real_managers() {
    let cases: Vec<Value> = VECTORS.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let by_id = |id: &Value| cases.iter().find(|case| &case["id"] == id).expect("a case of that id");
    let mut wrong = Vec::new();
    for (system, expected, facts) in SYSTEMS {
        let (mut compared, mut aside) = (0, 0);
        for case in cases.iter().filter(|case| case["system"] == system) {
            if case.get("nondeterministic").is_some() {
                aside += 1;
                continue;
            }
            compared += 1;
            let mut inputs = case["inputs"].as_object().unwrap().clone();
            // a case that goes on where another ended
            if let Some(after) = inputs.remove("after") {
                let mut all = by_id(&after)["inputs"].clone();
                let more = inputs["steps"].as_array().unwrap().clone();
                all["steps"].as_array_mut().unwrap().extend(more);
                inputs = all.as_object().unwrap().clone();
            }
            let theirs = case["expected"].as_object().unwrap();
            let ours = facts(&inputs, theirs);
            for (key, their) in theirs {
                let our = ours.get(key).unwrap_or(&Value::Null);
                if our != their {
                    wrong.push(format!("{}: {key} is {their}, ours {our}", case["id"]));
                }
            }
        }
        println!("{system:<16} {compared:>3} compared, {aside} by chance");
        assert_eq!(compared + aside, expected, "{system}");
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

fn net(text: &str) -> IpNet {
    text.parse().unwrap_or_else(|_| panic!("{text} is not a CIDR"))
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap_or_else(|_| panic!("{text} is not an address"))
}

/// `172.30.0.3`, or `.3` of a subnet.
fn ip_of(text: &str, subnet: IpNet) -> IpAddr {
    match text.strip_prefix('.') {
        Some(last) => {
            let whole = subnet.network().to_string();
            ip(&format!("{}.{last}", whole.rsplit_once('.').unwrap().0))
        }
        None => ip(text),
    }
}

fn text<'a>(inputs: &'a Map<String, Value>, key: &str) -> &'a str {
    inputs.get(key).and_then(Value::as_str).unwrap_or_else(|| panic!("{key} of {inputs:?}"))
}

fn n(inputs: &Map<String, Value>, key: &str) -> u64 {
    inputs.get(key).and_then(Value::as_u64).unwrap_or_else(|| panic!("{key} of {inputs:?}"))
}

/// Keys that no pattern knows.
fn only(inputs: &Map<String, Value>, known: &[&str]) {
    let unknown: Vec<_> = inputs.keys().filter(|key| !known.contains(&key.as_str())).collect();
    assert!(unknown.is_empty(), "no pattern for {unknown:?}");
}

/// The words of `steps`: a list, or one sentence with commas.
fn steps(inputs: &Map<String, Value>) -> Vec<String> {
    match inputs.get("steps") {
        Some(Value::Array(list)) => list.iter().map(|step| step.as_str().unwrap().to_string()).collect(),
        Some(Value::String(sentence)) => sentence.split(", ").map(str::to_string).collect(),
        None => Vec::new(),
        other => panic!("no pattern for steps {other:?}"),
    }
}

/// `one`, `two`, `3`.
fn number_word(word: &str) -> u64 {
    const WORDS: [&str; 11] =
        ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    let place = WORDS.iter().position(|known| *known == word).map(|at| at as u64);
    place.or(word.parse().ok()).unwrap_or_else(|| panic!("{word} is not a number"))
}

/// As a case writes an address or a CIDR.
fn word(of: impl std::fmt::Display) -> Value {
    Value::String(of.to_string())
}

fn words<T: std::fmt::Display>(of: &[T]) -> Value {
    of.iter().map(word).collect()
}
