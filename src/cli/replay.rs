//! `podroom replay`: timelines of one node.

use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::{Failure, Global, Outcome};
use crate::file::load;
use crate::limits;
use crate::replay::{Spread, replay};

/// Run timelines of one node on the program's state machine.
///
/// A timeline is one line of JSON: `id`, `inst` ([ENIs, addresses of an ENI]), `maxpods`, `env` (exactly the
/// variables of the container: an absent one has the code's default, only that ENABLE_IPv4 is true), `steps`,
/// and where wanted `subnets` ({name: [free /28 blocks, free single addresses]}; those of the names subnet-node
/// and subnet-pod that are absent have plenty), `tags` ({subnet: value of kubernetes.io/role/cni}), `unmanaged`
/// ENIs and `hyp` (nitro or xen). Steps: ["start"], ["add", pods], ["del", pods, "fifo", "lifo", "pack" or
/// "spread"], ["wait", seconds], ["settle"], ["restart", {variable: value}], ["cordon", 0 or 1],
/// ["subnet", name, blocks, addresses].
///
/// Prints one line for each, {"id": …, "obs": […]}, with what is seen after each step: e ENIs, n pool
/// addresses, a assigned, f free, w pending, c in cool-down, i single addresses, x prefixes, s taken from
/// subnets, h ENIs with pods, d addresses or prefixes by ENI, g pods by ENI, sec and rdy seconds until nothing
/// changed and no pod was pending, osc runs that never settle, orphan ENIs on their way out.
#[derive(Args, Debug)]
pub struct Replay {
    /// Timelines, or - for standard input.
    file: PathBuf,
    /// Runs of each timeline: which ENI a pod lands on is chance. A number that varies is printed as
    /// [least, most].
    #[arg(long, value_name = "R", default_value_t = 1,
        value_parser = clap::value_parser!(u32).range(1..=limits::RUNS as i64))]
    runs: u32,
    /// The same seed gives the same runs.
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// Count the EC2 calls too, by kind; "!" are those that failed.
    #[arg(long)]
    api: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    obs: Vec<Spread>,
}

impl Replay {
    pub fn run(self, global: &Global) -> Result<Outcome, Failure> {
        let timelines = load::timelines(&self.file, global.color.ink(&io::stderr()))?;
        let mut out = String::new();
        for timeline in &timelines {
            let mut obs = replay(timeline, self.runs, self.seed);
            if !self.api {
                obs.iter_mut().for_each(|step| step.api.clear());
            }
            let line = serde_json::to_string(&Line { id: &timeline.id, obs });
            let _ = writeln!(out, "{}", line.map_err(|e| e.to_string())?);
        }
        Ok(Outcome::Print(out))
    }
}
