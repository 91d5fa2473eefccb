//! Every timeline of the real program (aws/amazon-vpc-cni-k8s v1.23.1, its Go code run on a virtual clock) on
//! the state machine: all groups, all steps, all keys, the EC2 calls too. Nothing is left out.
//!
//! `tests/vectors/vpc-cni.jsonl` has one timeline a line, with what was seen in `obs`: a number, or [least, most]
//! over some runs (`runs`), because which ENI a pod lands on is chance. A value of ours is
//!
//! - equal to the number,
//! - or within [least, most],
//! - or, rarely, another that those few runs did not show. Then both must be possible: the recorded value must
//!   be among those of 1,000 runs of ours; and every run of ours keeps the bounds that the program's rules give.

use std::collections::{BTreeMap, BTreeSet};

use podroom::replay::{Obs, Spread, Timeline, replay, run};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const VECTORS: &str = include_str!("../vectors/vpc-cni.jsonl");

/// The groups, and the timelines of each.
const GROUPS: [(&str, usize); 38] = [
    ("steady", 830),
    ("direct", 13),
    ("override", 17),
    ("ramp", 12),
    ("churn", 430),
    ("replace", 25),
    ("burst", 23),
    ("saw", 2),
    ("pd", 411),
    ("pdramp", 3),
    ("pdchurn", 166),
    ("maxpods", 72),
    ("pdmaxpods", 36),
    ("maxeni", 142),
    ("cn", 134),
    ("pdcn", 27),
    ("cnchurn", 4),
    ("cnmaxeni", 10),
    ("exh", 410),
    ("pdexh", 136),
    ("cnexh", 30),
    ("subdisc", 110),
    ("restart", 60),
    ("sip2pd", 12),
    ("pd2sip", 4),
    ("pdrestart", 1),
    ("trunk", 59),
    ("cntrunk", 8),
    ("trunklate", 12),
    ("unmanaged", 23),
    ("cordon", 6),
    ("cooldown", 14),
    ("xen", 2),
    ("noprov", 2),
    ("ipv6", 1),
    ("ipv6bad", 1),
    ("sip2pddel", 4),
    ("pd2sipdel", 1),
];

/// What became of the values of a group.
#[derive(Default, Debug)]
struct Count {
    timelines: usize,
    compared: usize,
    equal: usize,
    within: usize,
    by_chance: usize,
}

#[test]
fn every_timeline_of_the_real_program() {
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    let mut wrong = Vec::new();
    for line in VECTORS.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let timeline = Timeline::all(line).unwrap().remove(0);
        let group = GROUPS.iter().find(|(name, _)| case["grp"] == *name).unwrap().0;
        let count = counts.entry(group).or_default();
        count.timelines += 1;
        let ours = serde_json::to_value(replay(&timeline, 1, 1)).unwrap();
        compare(&case, &timeline, &ours, count, &mut wrong);
    }
    println!("group      timelines compared   equal  within chance");
    for (group, c) in &counts {
        let Count { timelines, compared, equal, within, by_chance } = c;
        println!("{group:<10} {timelines:>9} {compared:>8} {equal:>7} {within:>7} {by_chance:>6}");
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong[..wrong.len().min(30)].join("\n"));
    for (group, timelines) in GROUPS {
        let count = &counts[group];
        assert_eq!(count.timelines, timelines, "{group}");
        assert_eq!(count.equal + count.within + count.by_chance, count.compared, "{group}");
        assert!(count.by_chance * 100 <= count.compared, "{group}: {count:?}");
    }
}

/// Compares what was seen after each step, up to a start-up that failed: every step after it shows the same.
fn compare(case: &Value, timeline: &Timeline, ours: &Value, count: &mut Count, wrong: &mut Vec<String>) {
    let runs = case["runs"].as_i64().unwrap();
    for (step, their) in case["obs"].as_array().unwrap().iter().enumerate() {
        let failed = !their["init_error"].is_null();
        let Some(our) = ours.get(step) else {
            assert!(failed && ours[ours.as_array().unwrap().len() - 1]["init_error"] == 1, "{}", case["id"]);
            return;
        };
        for (key, their, our) in pairs(their, our) {
            count.compared += 1;
            match verdict(&key, &their, &our, runs) {
                Verdict::Equal => count.equal += 1,
                Verdict::Within => count.within += 1,
                Verdict::Other if possible(timeline, step, &key, &their) => count.by_chance += 1,
                Verdict::Other => {
                    let step = format!("step {step} {}", case["steps"][step]);
                    wrong.push(format!("{} {step}: {key} is {their}, ours {our}", case["id"]));
                }
            }
        }
    }
}

/// The values of two observations by key; those that both leave out are 0 in both. Lists that vary go by the
/// name of those that do not.
fn pairs(their: &Value, our: &Value) -> Vec<(String, Value, Value)> {
    let flat = |obs: &Value| {
        let mut all: Map<String, Value> = obs.as_object().unwrap().clone();
        if let Some(Value::Object(api)) = all.remove("api") {
            all.extend(api.into_iter().map(|(call, n)| (format!("api {call}"), n)));
        }
        let vary = (all.remove("dn"), all.remove("dv"));
        if let (Some(dn), Some(dv)) = vary {
            all.insert("d".into(), json!({ "dn": dn, "dv": dv }));
        }
        all
    };
    let (their, our) = (flat(their), flat(our));
    let keys: BTreeSet<&String> = their.keys().chain(our.keys()).collect();
    let of = |obs: &Map<String, Value>, key: &str| obs.get(key).cloned().unwrap_or(json!(0));
    // pods by ENI are only recorded where they were the same in all runs
    let recorded = keys.into_iter().filter(|key| *key != "g" || their.contains_key("g"));
    recorded.map(|key| (key.clone(), of(&their, key), of(&our, key))).collect()
}

enum Verdict {
    Equal,
    Within,
    Other,
}

fn verdict(key: &str, their: &Value, our: &Value, runs: i64) -> Verdict {
    if key == "osc" {
        // how many of the runs oscillated: one run of ours is none or all
        let (their, our) = (their.as_i64().unwrap(), our.as_i64().unwrap());
        return match (their == our * runs, 0 < their && their < runs) {
            (true, _) => Verdict::Equal,
            (_, true) => Verdict::Within,
            _ => Verdict::Other,
        };
    }
    if their == our {
        return Verdict::Equal;
    }
    let within = match (their, our.as_i64()) {
        (Value::Array(range), Some(our)) if key != "d" && key != "g" => {
            range[0].as_i64().unwrap() <= our && our <= range[1].as_i64().unwrap()
        }
        // up to six of the lists that came are recorded; of the others the sums are, as e, n, i and x
        (Value::Object(lists), _) => {
            let recorded = lists["dv"].as_array().unwrap();
            let all = lists["dn"].as_u64() == Some(recorded.len() as u64);
            !all || recorded.iter().any(|list| &list[1] == our)
        }
        _ => false,
    };
    if within { Verdict::Within } else { Verdict::Other }
}

/// Whether the recorded value is among those of many runs.
fn possible(timeline: &Timeline, step: usize, key: &str, recorded: &Value) -> bool {
    let runs: Vec<Value> = (2..1002)
        .map(|seed| serde_json::to_value(Spread::of(run(timeline, seed)[step..=step].iter())).unwrap())
        .collect();
    let ours: Vec<Value> = runs
        .iter()
        .map(|run| pairs(&json!({ "g": 0 }), run).into_iter().find(|p| p.0 == key).map_or(json!(0), |p| p.2))
        .collect();
    match recorded {
        Value::Array(range) if key != "d" && key != "g" => range.iter().all(|end| ours.contains(end)),
        Value::Object(lists) => lists["dv"].as_array().unwrap().iter().all(|list| ours.contains(&list[1])),
        one => ours.contains(one),
    }
}

/// What every look at a node keeps, whatever chance does: the identities, and the bounds that the program's
/// rules give.
fn keeps_bounds(timeline: &Timeline, obs: &Obs) {
    let n = |key: &str| obs.numbers.get(key).copied().unwrap_or(0);
    let (Some(cidrs), Some(pods)) = (&obs.cidrs, &obs.pods) else { return };
    let at = format!("{}: {obs:?}", timeline.id);
    let enis = timeline.enis as i64;
    let slots = timeline.ipv4_per_eni as i64 - 1;
    assert_eq!(n("s"), n("e") + n("orphan") + n("i") + 16 * n("x"), "{at}");
    assert_eq!(n("h"), pods.iter().filter(|p| **p > 0).count() as i64, "{at}");
    assert!(n("e") <= enis.max(1) && n("e") >= 1, "{at}");
    assert!(cidrs.iter().all(|c| *c as i64 <= slots), "{at}");
    // all pods fit on what their ENI has
    assert!(cidrs.iter().zip(pods).all(|(c, p)| *p <= 16 * c), "{at}");
    if obs.numbers.contains_key("n") {
        assert_eq!(n("f"), n("n") - n("a"), "{at}");
        assert!(n("f") >= 0 && n("n") <= n("i") + 16 * n("x"), "{at}");
    }
}

/// Fresh nodes that keep 2 or more prefixes warm end with ceil(pods / 16) + WP to ceil(pods / 16) + 2 WP - 1
/// prefixes, or fewer where slots or max pods end it.
fn keeps_prefix_bounds(timeline: &Timeline, obs: &[Obs]) {
    let env = |name: &str| timeline.env.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    let warm = env("WARM_PREFIX_TARGET").and_then(|v| v.parse::<i64>().ok()).unwrap_or(0);
    let ip_targets = ["WARM_IP_TARGET", "MINIMUM_IP_TARGET"].iter().any(|t| env(t).is_some());
    let fresh = ["pd", "pdramp"].iter().any(|g| timeline.id.starts_with(&format!("{g}-")));
    if warm < 2 || ip_targets || !fresh {
        return;
    }
    for obs in obs.iter().filter(|o| o.numbers.contains_key("sec")) {
        let used = (obs.numbers["a"] + 15) / 16;
        let cap = (timeline.enis as i64) * (timeline.ipv4_per_eni as i64 - 1);
        let by_pods = (timeline.max_pods as i64 + 15) / 16;
        let least = (used + warm).min(cap).min(by_pods);
        let most = (used + 2 * warm - 1).min(cap).min(by_pods + warm - 1).max(least);
        assert!((least..=most).contains(&obs.numbers["x"]), "{}: {obs:?}", timeline.id);
    }
}

#[test]
fn every_run_keeps_the_identities_and_the_bounds() {
    for timeline in Timeline::all(VECTORS).unwrap() {
        for seed in 1..4 {
            let seen = run(&timeline, seed);
            seen.iter().for_each(|obs| keeps_bounds(&timeline, obs));
            keeps_prefix_bounds(&timeline, &seen);
        }
    }
}

#[test]
fn the_spread_of_chance_is_that_of_the_real_program() {
    // 8 pods come to two ENIs of 9 addresses, the first with one pod already
    let line =
        r#"{"id": 1, "inst": [2, 10], "maxpods": 20, "env": {"WARM_ENI_TARGET": "1"}, "steps": [["start"],
        ["add", 1], ["settle"], ["add", 8], ["wait", 1]]}"#
            .replace('\n', " ");
    let timeline = Timeline::all(&line).unwrap().remove(0);
    let runs = 4_000;
    let on_second = (0..runs).map(|seed| *run(&timeline, seed)[4].pods.as_ref().unwrap().last().unwrap());
    let mut times = [0; 9];
    on_second.for_each(|pods| times[pods as usize] += 1);
    // binomial: eight pods, one chance in eight each
    let share = |n: u32, k: i32| f64::from(n) * 0.125_f64.powi(k) * 0.875_f64.powi(8 - k);
    for (pods, expected) in [(0, share(1, 0)), (1, share(8, 1)), (2, share(28, 2)), (3, share(56, 3))] {
        let found = f64::from(times[pods]) / f64::from(runs as u32);
        assert!(
            (found - expected).abs() < 0.03,
            "{pods} pods on the second ENI: {found} instead of {expected}"
        );
    }
}

proptest! {
    /// The same seed is the same life; several runs are put together from the single ones.
    #[test]
    fn a_seed_decides_everything(at in 0..3_253usize, seed: u64) {
        let line = VECTORS.lines().nth(at).unwrap();
        let timeline = Timeline::all(line).unwrap().remove(0);
        prop_assert_eq!(run(&timeline, seed), run(&timeline, seed));
        let (one, three) = (replay(&timeline, 1, seed), replay(&timeline, 3, seed));
        for (one, three) in one.iter().zip(&three) {
            for (key, value) in &one.numbers {
                let (podroom::replay::Value::One(n), spread) = (value, three.numbers[key]) else {
                    panic!("one run has no spread")
                };
                let (least, most) = spread.range();
                prop_assert!(least <= *n && *n <= most);
            }
        }
    }

    /// Whatever is in a file of timelines, reading it neither panics nor takes longer than reading.
    #[test]
    fn any_text_is_read_or_refused(text in r#"(\{"id": ?"?[a-z]?"?, "inst": \[[0-9]{1,20},[0-9]{1,4}\], "maxpods": -?[0-9]{1,4}, "steps": \[(\["(start|add|del|wait|subnet)"(, ?("[a-z]*"|-?[0-9]{1,20}))*\],?){0,3}\]\}\n?){0,3}"#) {
        let _ = Timeline::all(&text);
    }
}
