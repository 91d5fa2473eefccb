//! `podroom fit`: how many nodes and pods some subnets can take.

use std::fmt::Write as _;

use clap::Args;
use ipnet::Ipv4Net;

use super::env::Env;
use super::{Failure, Global, Outcome, input};
use crate::engine::{PoolRow, Situation, fit};
use crate::output::columns::PoolIn;
use crate::output::{Table, text};
use crate::plan::field::typed::Fault;
use crate::plan::field::{Section, field};
use crate::plan::read::subnet::of_aws;
use crate::text::{shown, thousands};

/// Say how many nodes and pods fit into subnets.
///
/// All nodes are of one type, run the same number of pods, and are spread over the subnets in turn. Says which
/// limit binds.
#[derive(Args, Debug)]
pub struct Fit {
    /// Subnets, each one zone.
    #[arg(long, value_name = "C", required = true, num_args = 1.., value_delimiter = ',', value_parser = cidr)]
    cidr: Vec<Ipv4Net>,
    /// EC2 instance type.
    #[arg(long, value_name = "T")]
    instance_type: String,
    /// Address-taking pods on every node [default: as many as max pods allows].
    #[arg(long, value_name = "N")]
    pods: Option<u32>,
    #[command(flatten)]
    env: Env,
}

impl Fit {
    pub fn run(self, global: &Global) -> Result<Outcome, Failure> {
        let instance = input::instance(&self.instance_type, global)?;
        apart(&self.cidr)?;
        let fit = fit::fit(&self.cidr, &instance, &self.env.pairs(), self.pods)?;
        // here a pool's name is its range
        let pools: Vec<PoolRow> =
            fit.pools.iter().map(|p| PoolRow { zone: None, cidr: String::new(), ..p.clone() }).collect();
        let rows = pools.iter().map(|pool| PoolIn { pool, situation: Situation::Settled });
        let mut out = format!("{}\n\n", shown(&fit.sentence));
        for (what, n) in [
            ("nodes", fit.nodes),
            ("pods", fit.pods),
            ("pods/node", fit.pods_per_node),
            ("max pods", fit.max_pods.into()),
            ("held/node", fit.held_per_node),
        ] {
            let _ = writeln!(out, "{what:<10}{:>9}", thousands(n));
        }
        let limit = fit.limit.as_deref().map_or(String::new(), |limit| format!(" ({})", shown(limit)));
        let _ = writeln!(out, "{:<10}{:>9}{limit}\n", "limit", fit.level.name());
        out += &text::write(&Table::of("Pools, settled", PoolIn::COLUMNS, rows), global.color.paper());
        Ok(Outcome::Print(out))
    }
}

/// A range that a subnet of a plan can have.
pub(super) fn cidr(text: &str) -> Result<Ipv4Net, String> {
    if let Some(field) = field(Section::Subnet, "cidr") {
        field.parse(text)?;
    }
    let range = text.trim().parse().map_err(|e: ipnet::AddrParseError| e.to_string())?;
    of_aws(range).map_err(Fault::said)
}

/// Addresses that two subnets share would be counted twice.
pub(super) fn apart(ranges: &[Ipv4Net]) -> Result<(), String> {
    let mut sorted = ranges.to_vec();
    sorted.sort_unstable();
    let overlap = sorted.iter().zip(sorted.iter().skip(1)).find(|(a, b)| a.contains(*b));
    overlap.map_or(Ok(()), |(a, b)| Err(format!("{a} and {b} overlap: give ranges that do not")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_overlap_are_refused() {
        let ranges = |texts: &[&str]| texts.iter().map(|t| t.parse().unwrap()).collect::<Vec<Ipv4Net>>();
        assert!(apart(&ranges(&["10.0.4.0/22", "10.0.0.0/22"])).is_ok());
        for overlap in [["10.0.0.0/24", "10.0.0.0/24"], ["10.0.3.0/24", "10.0.0.0/22"]] {
            assert!(apart(&ranges(&overlap)).is_err(), "{overlap:?}");
        }
    }
}
