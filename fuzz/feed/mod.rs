//! Whatever bytes: nothing panics, nothing hangs, and what is said of every input holds.
//!
//! Each function takes what a fuzz target is given. `fuzz/targets` hands it what libFuzzer makes up, and the tests
//! (`tests/suite/fuzz.rs`) what is in `fuzz/corpus`: there every finding stays.

pub mod bytes;
pub mod config;
pub mod edits;
pub mod import;
pub mod instances;
pub mod keys;
pub mod plan;
pub mod replay;

use std::sync::LazyLock;

use podroom::engine::{Report, Situation};
use podroom::instance::Tables;
use podroom::plan::{Nodes, Plan};
use podroom::text::is_hostile;

/// What takes an input, and panics if something is not as it has to be.
type Feed = fn(&[u8]);

/// Every target: its name, which is that of its corpus and its binary.
pub const FEEDS: &[(&str, Feed)] = &[
    ("config", config::feed),
    ("edits", edits::feed),
    ("import", import::feed),
    ("instances", instances::feed),
    ("keys", keys::feed),
    ("plan", plan::feed),
    ("replay", replay::feed),
];

static TABLES: LazyLock<Tables> = LazyLock::new(Tables::builtin);

/// Nothing in a text that is printed does anything to a terminal.
pub fn harmless(text: &str) {
    assert!(!text.contains(|c: char| c != '\n' && is_hostile(c)), "{text:?}");
}

/// Whether a plan is evaluated: one of a million nodes is allowed, and takes its time.
fn is_small(plan: &Plan) -> bool {
    let clusters = plan.clusters.iter();
    let sizes = clusters.map(|cluster| {
        let nodes = cluster.node_groups.iter().map(|group| u64::from(most(&group.nodes)));
        let pods = cluster.workloads.iter().map(|w| u64::from(w.peak_replicas.max(w.replicas).unwrap_or(0)));
        let settings = &cluster.settings;
        let managed = [settings.services, settings.control_planes, settings.workers].map(u64::from);
        nodes.chain(pods).chain(managed).sum::<u64>()
    });
    sizes.sum::<u64>() <= 5_000
}

fn most(nodes: &Nodes) -> u32 {
    match nodes {
        Nodes::ByZone(zones) => zones.iter().fold(0, |sum, (_, n)| sum.saturating_add(*n)),
        other => other.most(),
    }
}

/// What the figures of a report have to do with each other.
pub fn is_consistent(report: &Report) {
    for pool in &report.pools {
        assert_eq!(pool.usable, pool.capacity - pool.reserved, "{}", pool.name);
        for situation in Situation::ALL {
            let h = pool.holding(situation);
            assert_eq!(pool.usable + h.short, pool.other + h.held + h.free, "{} {situation:?}", pool.name);
            assert_eq!(h.held, h.primary + h.assigned + h.unused, "{} {situation:?}", pool.name);
            assert!(h.free == 0 || h.short == 0, "{} {situation:?}", pool.name);
        }
    }
    for workload in &report.workloads {
        assert_eq!(workload.replicas, workload.running + workload.pending, "{}", workload.name);
    }
}
