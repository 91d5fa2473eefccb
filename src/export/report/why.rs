//! The figures that a reader asks about, each with how it came about.

use super::facts::Facts;
use crate::engine::{Pointer, PoolRow, Situation};

/// How a figure came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// Row of its table and key of its column.
    pub row: usize,
    pub key: &'static str,
    /// What it is called in the page: `private-a, free`.
    pub name: String,
    /// As `podroom show --why` takes it.
    pub pointer: String,
    pub sentence: String,
}

/// Figures of a pool; those of `settled` first, as they say most.
const SETTLED: &[&str] = &["usable", "other", "held", "primary", "assigned", "unused", "free", "short"];
const CHURNED: &[&str] = &["held", "held_p95", "free", "short"];
const UPGRADE: &[&str] = &["held", "free", "short"];
const NODE_GROUP: &[&str] = &["nodes", "max_pods", "pods", "enis", "held", "unused", "pending"];
const WORKLOAD: &[&str] = &["running", "pending"];

/// Of a pool in a situation; of other situations than `settled` only where they differ from it.
pub fn pool(facts: &Facts, situation: Situation, row: usize) -> Vec<Why> {
    let Some(pool) = facts.pools().get(row) else { return Vec::new() };
    let keys = match situation {
        Situation::Settled => SETTLED,
        Situation::Churned => CHURNED,
        Situation::Upgrade => UPGRADE,
    };
    if situation != Situation::Settled && pool.holding(situation).held == pool.settled.held {
        return Vec::new();
    }
    let keys = keys.iter().filter(|key| says(pool, situation, key));
    keys.map(|key| {
        let name = match situation {
            Situation::Settled => format!("{}, {}", pool.name, words(key)),
            other => format!("{}, {} ({})", pool.name, words(key), other.name()),
        };
        let pointer = format!("pools.{}.{}.{key}", pool.name, situation.name());
        facts.told(row, key, name, pointer, Pointer::PoolIn(situation, row, key))
    })
    .filter(|why| !why.sentence.is_empty())
    .collect()
}

/// A key for people.
fn words(key: &str) -> String {
    key.replace('_', " ")
}

/// Whether a figure of a pool says something: no 0 of others, and what is free or what is short.
fn says(pool: &PoolRow, situation: Situation, key: &str) -> bool {
    let now = pool.holding(situation);
    match key {
        "other" => pool.other > 0,
        "primary" => now.primary > 0,
        "assigned" => now.assigned > 0,
        "unused" => now.unused > 0,
        "held_p95" => now.p95().is_some_and(|held| held < now.held),
        "free" => now.short == 0,
        "short" => now.short > 0,
        _ => true,
    }
}

/// Of a row of `node_groups`.
pub fn node_group(facts: &Facts, row: usize) -> Vec<Why> {
    let Some(group) = facts.evaluation.report.node_groups.get(row) else { return Vec::new() };
    let keys = NODE_GROUP.iter().filter(|key| match **key {
        "pending" => group.pending > 0,
        "enis" => group.per_node.enis.is_some(),
        "nodes" | "max_pods" => true,
        _ => group.nodes > 0,
    });
    let of = format!("{}/{}", group.cluster, group.name);
    keys.map(|key| {
        let name = format!("{of}, {}", words(key));
        facts.told(row, key, name, format!("node_groups.{of}.{key}"), Pointer::NodeGroup(row, key))
    })
    .filter(|why| !why.sentence.is_empty())
    .collect()
}

/// Of a row of `workloads`.
pub fn workload(facts: &Facts, row: usize) -> Vec<Why> {
    let Some(workload) = facts.evaluation.report.workloads.get(row) else { return Vec::new() };
    let of = format!("{}/{}", workload.cluster, workload.name);
    let keys = WORKLOAD.iter().filter(|key| (**key == "pending") == (workload.pending > 0));
    keys.map(|key| {
        let pointer = format!("workloads.{of}.{key}");
        facts.told(row, key, format!("{of}, {key}"), pointer, Pointer::Workload(row, key))
    })
    .collect()
}

/// The verdict, and every figure of pools, node groups and workloads that a reader asks about.
pub fn every(facts: &Facts) -> Vec<Why> {
    let report = &facts.evaluation.report;
    let verdict = facts.told(0, "verdict", "verdict".into(), "verdict".into(), Pointer::Verdict);
    let mut all = vec![verdict];
    for situation in Situation::ALL {
        all.extend((0..report.pools.len()).flat_map(|row| pool(facts, situation, row)));
    }
    all.extend((0..report.node_groups.len()).flat_map(|row| node_group(facts, row)));
    all.extend((0..report.workloads.len()).flat_map(|row| workload(facts, row)));
    all.extend((0..report.thresholds.len()).map(|row| {
        let pointer = format!("thresholds.{row}");
        facts.told(row, "at", pointer.clone(), pointer, Pointer::Threshold(row))
    }));
    all
}

impl Facts<'_> {
    fn told(&self, row: usize, key: &'static str, name: String, pointer: String, of: Pointer) -> Why {
        Why { row, key, name, pointer, sentence: self.evaluation.why(self.plan(), &of) }
    }
}
