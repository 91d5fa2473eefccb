//! `podroom routes`: from the pods of one cluster to those of another.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Failure, Global, Outcome, input, tell};
use crate::output::routes::{json, script};
use crate::text::count;

/// Print the routes that connect a plan's clusters pod to pod.
///
/// On every node of a cluster, for each node of each other cluster: its pod range via its address; and the other
/// cluster's service range via its first node. Containers of the same docker network get the same. Addresses and
/// pod ranges are the plan's node_addresses and node_ranges, which `podroom import` reads from kubectl; where the
/// plan has none, those that nodes would get if they came one by one, which the output says.
///
/// Ranges that overlap are an error: a route leads to one of them only.
#[derive(Args, Debug)]
pub struct Routes {
    /// File, preset or -.
    plan: PathBuf,
    #[arg(long, default_value = "sh")]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// A script: `docker exec NODE ip route add …` where nodes are containers.
    Sh,
    /// One JSON document.
    Json,
}

impl Routes {
    pub fn run(self, global: &Global) -> Result<Outcome, Failure> {
        let opened = input::open(Some(&self.plan), global)?;
        let routes = opened.routes(global)?;
        for (nodes, what) in [
            (&routes.unknown, "is not known: no route leads there"),
            (&routes.assumed, "is not in the plan and assumed, as if nodes came one by one"),
        ] {
            if !nodes.is_empty() {
                tell(&format!("of {} an address or a pod range {what}", count(nodes.len() as u64, "node")));
            }
        }
        let plan = &opened.plan(global)?.name;
        Ok(Outcome::Print(match self.format {
            Format::Sh => script(plan, &routes),
            Format::Json => json(plan, &routes).map_err(|e| e.to_string())?,
        }))
    }
}
