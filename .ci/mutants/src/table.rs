//! What came of it.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;

use serde_json::Value;

const CAUGHT: usize = 1;
const TIMEOUT: usize = 2;
const MISSED: usize = 3;
const UNREACHED: usize = 4;
const SURVIVED: usize = 5;
const LEFT: usize = 6;
const NOT_RUN: usize = 7;

/// Every mutant and its verdict.
fn verdicts(tree: &Path) -> Vec<(Value, usize)> {
    let rows: Vec<Value> =
        serde_json::from_str(&fs::read_to_string(tree.join("mutants.json")).expect("woven")).expect("JSON");
    let text = fs::read_to_string(tree.join("results.jsonl")).unwrap_or_default();
    let results: Vec<Value> = text.lines().filter_map(|l| serde_json::from_str(l).ok()).collect();
    let verdicts: HashMap<u64, &str> =
        results.iter().filter_map(|r| Some((r["id"].as_u64()?, r["verdict"].as_str()?))).collect();
    let verdict = |row: &Value| match verdicts.get(&row["id"].as_u64().expect("an id")).copied() {
        _ if !row["left"].is_null() => LEFT,
        Some("caught") => CAUGHT,
        Some("timeout") => TIMEOUT,
        Some("missed") => MISSED,
        Some("unreached") => UNREACHED,
        Some("survived") => SURVIVED,
        _ => NOT_RUN,
    };
    rows.iter().map(|row| (row.clone(), verdict(row))).collect()
}

pub fn table(tree: &Path) {
    let mut table: BTreeMap<String, [u32; 8]> = BTreeMap::new();
    for (row, verdict) in verdicts(tree) {
        let path: Vec<&str> = row["file"].as_str().unwrap_or_default().split('/').collect();
        let module = path[1..path.len() - 1].join("::");
        for row in [module, "all".into()] {
            let counts = table.entry(row).or_default();
            counts[0] += 1;
            counts[verdict] += 1;
        }
    }
    println!(
        "| module | mutants | caught | timeout | missed | unreached | survived so far | left out | not run |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for (module, n) in table {
        println!("| {module} | {} |", n.map(|n| n.to_string()).join(" | "));
    }
}

pub fn missed(tree: &Path) {
    for (row, verdict) in verdicts(tree) {
        if matches!(verdict, MISSED | UNREACHED | SURVIVED) {
            let never = match verdict {
                UNREACHED => " (no test reaches it)",
                SURVIVED => " (so far)",
                _ => "",
            };
            println!("{} {}{never}", row["id"], row["name"].as_str().unwrap_or_default());
        }
    }
}
