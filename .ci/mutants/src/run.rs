//! For each mutant the tests that reach it, the quick ones first, until one fails, or they took long enough.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::tests::{Test, start, tests};

pub const WORKERS: usize = 2;
/// Seconds; slower tests come last, whatever they may find.
const SLOW: f64 = 1.5;

/// Runs for so many seconds what has not been run, or survived tests of less than `cap` seconds; `prefixes` are those
/// of files, all without any.
pub fn run(tree: &Path, seconds: u64, cap: f64, prefixes: &[String]) {
    let end = Instant::now() + Duration::from_secs(seconds);
    let rows: Vec<Value> =
        serde_json::from_str(&fs::read_to_string(tree.join("mutants.json")).expect("woven")).expect("JSON");
    let tests = tests(tree);
    let bad: Vec<&str> = tests.iter().filter(|t| !t.passes).map(|t| t.name.as_str()).collect();
    println!("{} tests, {} left out: {bad:?}", tests.len(), bad.len());
    let mut reached: Vec<Vec<usize>> = vec![Vec::new(); rows.len()];
    for (i, test) in tests.iter().enumerate().filter(|(_, t)| t.passes) {
        for id in &test.reaches {
            reached[*id].push(i);
        }
    }
    let results = tree.join("results.jsonl");
    let text = fs::read_to_string(&results).unwrap_or_default();
    let rows_done: Vec<Value> = text.lines().filter_map(|l| serde_json::from_str(l).ok()).collect();
    let done: Vec<u64> = rows_done
        .iter()
        .filter(|row| row["verdict"] != "survived" || row["cap"].as_f64() >= Some(cap))
        .filter_map(|row| row["id"].as_u64())
        .collect();
    // by file and test, and by test in all files
    let mut kills: HashMap<(String, usize), u32> = HashMap::new();
    let place: HashMap<&str, usize> = tests.iter().enumerate().map(|(i, t)| (t.name.as_str(), i)).collect();
    for row in &rows_done {
        let by = row["by"].as_array().into_iter().flatten().filter_map(|name| place.get(name.as_str()?));
        for test in by {
            for file in [row["file"].as_str().unwrap_or_default(), ""] {
                *kills.entry((file.to_string(), *test)).or_default() += 1;
            }
        }
    }
    let mut queue: Vec<usize> = (0..rows.len())
        .filter(|id| rows[*id]["left"].is_null() && !done.contains(&(*id as u64)))
        .filter(|id| {
            let file = rows[*id]["file"].as_str().unwrap_or_default();
            prefixes.is_empty() || prefixes.iter().any(|p| file.starts_with(p.as_str()))
        })
        .collect();
    // what survived before comes first; else any order but that of the files, so that whatever is run is a sample of all
    let before: HashSet<u64> = rows_done.iter().filter_map(|row| row["id"].as_u64()).collect();
    queue.sort_by_key(|id| {
        let id = *id as u64;
        (before.contains(&id), std::cmp::Reverse((id + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15)))
    });
    println!("{} mutants to run", queue.len());
    let queue = Mutex::new(queue);
    let kills = Mutex::new(kills);
    let out = Mutex::new(fs::File::options().append(true).create(true).open(&results).expect("results"));
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while Instant::now() < end
                    && let Some(id) = { queue.lock().expect("no panic").pop() }
                {
                    let file = rows[id]["file"].as_str().unwrap_or_default().to_string();
                    let mut order = reached[id].clone();
                    let known = kills.lock().expect("no panic").clone();
                    // quick, of little else, and known to look
                    let cost = |i: &usize| {
                        let of = |file: &str| known.get(&(file.to_string(), *i)).copied().unwrap_or_default();
                        let test = &tests[*i];
                        (test.seconds + 0.02) * test.reaches.len() as f64
                            / f64::from(1 + 6 * of(&file) + of(""))
                    };
                    order.sort_by_cached_key(|i| (tests[*i].seconds > SLOW, (cost(i) * 1e6) as u64));
                    let start = Instant::now();
                    let (verdict, by) = verdict(tree, id, cap, &order, &tests);
                    for test in by.iter().filter_map(|name| place.get(name.as_str())) {
                        let mut kills = kills.lock().expect("no panic");
                        for file in [file.as_str(), ""] {
                            *kills.entry((file.to_string(), *test)).or_default() += 1;
                        }
                    }
                    let row = json!({
                        "id": id, "file": file, "name": rows[id]["name"], "verdict": verdict, "by": by,
                        "reached_by": order.len(), "cap": cap, "seconds": start.elapsed().as_secs_f64(),
                    });
                    writeln!(out.lock().expect("no panic"), "{row}").expect("written");
                }
            });
        }
    });
}

fn verdict(tree: &Path, id: usize, cap: f64, order: &[usize], tests: &[Test]) -> (&'static str, Vec<String>) {
    let mut at = 0;
    let mut budget = 0.5;
    let mut spent = 0.0;
    while at < order.len() {
        if spent >= cap {
            return ("survived", Vec::new());
        }
        let program = &tests[order[at]].program;
        let mut sum = 0.0;
        let mut names = Vec::new();
        while at < order.len() && tests[order[at]].program == *program {
            let test = &tests[order[at]];
            if !names.is_empty() && sum + test.seconds > budget {
                break;
            }
            sum += test.seconds;
            names.push(test.name.as_str());
            at += 1;
        }
        spent += sum;
        budget = (budget * 4.0_f64).min(30.0);
        // of processor time: others may have the machine
        let limit = 5 + (sum * 3.0) as u64;
        let (code, text) = start(tree, program, &names, limit, ("MUTANT", &id.to_string()));
        let failed = text
            .lines()
            .filter_map(|l| {
                Some(
                    l.strip_prefix("test ")?
                        .strip_suffix(" ... FAILED")?
                        .trim_end_matches(" - should panic")
                        .to_string(),
                )
            })
            .collect::<Vec<_>>();
        match code {
            Some(0) => {}
            None | Some(124 | 137 | 152) => {
                return ("timeout", names.iter().map(|n| n.to_string()).take(1).collect());
            }
            _ => return ("caught", failed),
        }
    }
    (if order.is_empty() { "unreached" } else { "missed" }, Vec::new())
}
