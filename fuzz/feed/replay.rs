//! Timelines of nodes and of other address managers.

use podroom::file::diagnose::{self, Ink};
use podroom::replay::allocate::{self, Allocation};
use podroom::replay::timeline::{Step, Timeline};
use podroom::replay::{Entry, replay};

use super::harmless;

/// Pods, seconds and addresses of one line that are gone through: many times as many are allowed, and take their time.
const PODS: u64 = 2_000;
const SECONDS: u64 = 100_000;

pub fn feed(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match Entry::all(&text) {
        Err(mistakes) => {
            assert!(!mistakes.is_empty());
            harmless(&diagnose::timeline_problems(&mistakes, "t.jsonl", &text, Ink::Plain));
        }
        Ok(entries) => entries.iter().take(4).for_each(run),
    }
}

fn run(entry: &Entry) {
    match entry {
        Entry::Node(timeline) if is_short(timeline) => {
            let seen = replay(timeline, 2, 1);
            assert!(seen.len() <= timeline.steps.len());
        }
        Entry::Manager(allocation) if is_little(allocation) => {
            let seen = allocation.run(1);
            assert!(seen.len() <= allocation.steps.len().max(1));
        }
        Entry::Node(_) | Entry::Manager(_) => {}
    }
}

fn is_short(timeline: &Timeline) -> bool {
    let pods = |step: &Step| match step {
        Step::Add(n) | Step::Delete(n, _) => u64::from(*n),
        _ => 1,
    };
    let seconds = |step: &Step| if let Step::Wait(n) = step { *n } else { 0 };
    timeline.steps.iter().map(pods).sum::<u64>() <= PODS
        && timeline.steps.iter().map(seconds).sum::<u64>() <= SECONDS
}

fn is_little(allocation: &Allocation) -> bool {
    fn comes(step: &allocate::Step) -> u64 {
        match step {
            allocate::Step::Fill(most) => *most,
            allocate::Step::At(_, step) => comes(step),
            _ => 1,
        }
    }
    allocation.steps.iter().map(comes).sum::<u64>() <= PODS
}
