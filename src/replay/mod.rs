//! Timelines: what happens to one node, or to an address manager, step by step, and what can be seen after each.
//!
//! | module | what it knows |
//! |---|---|
//! | [`timeline`] | the shape of a timeline, one JSON object a line |
//! | [`obs`] | what is seen after a step, and how several runs of it are put together |
//! | `run` | the steps |
//! | [`allocate`] | the same for the address managers of [`crate::ipam`]: lines with the key `manager` |
//!
//! The environment of a timeline is exact: a variable that is absent has the code's default, only that
//! ENABLE_IPv4 is true. Subnets that are not named have plenty.

pub mod allocate;
pub mod obs;
mod run;
pub mod timeline;

pub use allocate::Allocation;
pub use obs::{Obs, Spread, Value};
pub use run::run;
pub use timeline::{Mistake, Timeline};

/// One line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// One node of the VPC CNI.
    Node(Timeline),
    Manager(Allocation),
}

impl Entry {
    /// Reads lines of either kind; empty ones are passed over.
    ///
    /// # Errors
    /// As [`Timeline::all`] and [`Allocation`]: the first mistake of each line.
    pub fn all(text: &str) -> Result<Vec<Entry>, Vec<Mistake>> {
        timeline::lines(text, |line, number| match allocate::keys(line) {
            Some(keys) => keys.allocation(number).map(Entry::Manager),
            None => line.timeline(number).map(Entry::Node),
        })
    }
}

/// Runs a timeline so many times, each with its own chance drawn from the seed, and puts what was seen together:
/// one observation for each step, up to a start-up that fails.
pub fn replay(timeline: &Timeline, runs: u32, seed: u64) -> Vec<Spread> {
    let all: Vec<Vec<Obs>> = (0..runs.max(1)).map(|r| run(timeline, seed_of(seed, r))).collect();
    let steps = all.iter().map(Vec::len).min().unwrap_or(0);
    (0..steps).map(|step| Spread::of(all.iter().filter_map(|run| run.get(step)))).collect()
}

/// The seed of one run: the first run has the seed itself.
fn seed_of(seed: u64, run: u32) -> u64 {
    seed ^ u64::from(run).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
