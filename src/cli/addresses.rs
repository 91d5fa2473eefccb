//! `podroom addresses`: what a pool's addresses are.

use std::path::PathBuf;

use clap::Args;

use super::input;
use super::{Failure, Global, Outcome};
use crate::output::{Format, addresses};
use crate::suggest::nearest;
use crate::text::{excerpt, list};

/// Print what a pool's addresses are, from the first to the last.
///
/// Every address is told as the program gives them out: of docker networks, host-local and Whereabouts; of nodes'
/// ranges, node by node; of rings, share by share, as if the names of the peers were in the order of the nodes. Where
/// chance or the cloud chooses (services, Cilium, Calico's blocks, subnets) what never moves is told, and the rest in
/// numbers.
#[derive(Args, Debug)]
pub struct Addresses {
    /// File, preset or - [default: the preset eks-1200-pods].
    plan: Option<PathBuf>,
    /// One pool alone, by the name it has in `podroom show`.
    #[arg(long, value_name = "NAME")]
    pool: Option<String>,
    #[arg(long, default_value = "table")]
    format: Format,
}

impl Addresses {
    pub fn run(self, global: &Global) -> Result<Outcome, Failure> {
        let opened = input::open(self.plan.as_deref(), global)?;
        let evaluation = opened.evaluate(global)?;
        let plan = opened.plan(global)?;
        let pools = &evaluation.report.pools;
        let wanted: Vec<usize> = match &self.pool {
            None => (0..pools.len()).collect(),
            Some(name) => {
                let found = pools.iter().position(|pool| pool.name == *name);
                vec![found.ok_or_else(|| unknown(name, pools.iter().map(|p| p.name.as_str()).collect()))?]
            }
        };
        let maps: Vec<addresses::Map> = wanted
            .into_iter()
            .filter_map(|pool| {
                Some(addresses::Map { pool: pools.get(pool)?, runs: evaluation.map(plan, pool) })
            })
            .collect();
        let text = addresses::print(&maps, self.format, global.color.paper()).map_err(|e| e.to_string())?;
        Ok(Outcome::Print(text))
    }
}

fn unknown(name: &str, pools: Vec<&str>) -> Failure {
    let help = match nearest(name, pools.iter().copied()) {
        Some(close) => format!("did you mean {}?", excerpt(close)),
        None if pools.is_empty() => "the plan has no pool at all".to_string(),
        None => format!("the pools are {}", list(&pools)),
    };
    format!("--pool: no pool is called {}: {help}", excerpt(name)).into()
}
