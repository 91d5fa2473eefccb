//! `podroom check`: for scripts and CI.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;

use super::input::{self, Situation};
use super::{Failure, Global, Outcome};
use crate::engine::{Blocks, Holding, PoolRow, Report};
use crate::text::{addresses, count, shown, thousands};

/// Check a plan, for scripts and CI: one line per violation.
///
/// Violated, with exit status 1: a pod is pending when settled, a pool is short in a situation that is checked,
/// or fewer addresses are free in it than --min-free says. Silent, with exit status 0, when nothing is.
#[derive(Args, Debug)]
pub struct Check {
    /// File, preset or -.
    plan: PathBuf,
    /// What to check (repeatable): `churned` is the 95th percentile, `all` is each of the others [default:
    /// settled].
    #[arg(long, value_name = "S")]
    situation: Vec<Situation>,
    /// Addresses that must be free in every pool: a number, or a share of the usable ones such as 12.5%,
    /// rounded up.
    #[arg(long, value_name = "N|P%", default_value = "0", hide_default_value = true)]
    min_free: MinFree,
}

/// The situations in the order in which they are checked, each with its name.
const CHECKED: [(Situation, &str); 4] = [
    (Situation::Settled, "settled"),
    (Situation::Churned, "churned"),
    (Situation::ChurnedWorst, "churned-worst"),
    (Situation::Upgrade, "upgrade"),
];

impl Check {
    pub fn run(self, global: &Global) -> Result<Outcome, Failure> {
        let opened = input::open(Some(&self.plan), global)?;
        let mut evaluation = opened.evaluate(global)?;
        if self.asks(Situation::Churned) {
            evaluation.live(opened.plan(global)?);
        }
        let report = evaluation.report;
        let mut violations = pending(&report);
        for (situation, name) in CHECKED {
            if !self.asks(situation) {
                continue;
            }
            for pool in &report.pools {
                match of(pool, situation) {
                    Some(seen) => {
                        violations.extend(seen.violation(self.min_free).map(|v| format!("{name}: {v}")))
                    }
                    // nothing that chance may do is worse than the worst case
                    None if Seen::worst(pool).violation(self.min_free).is_none() => {}
                    // the worst case has a line of its own
                    None if self.situation.contains(&Situation::All) => {}
                    None => return Err(not_computed(pool).into()),
                }
            }
        }
        if violations.is_empty() {
            return Ok(Outcome::Print(String::new()));
        }
        Ok(Outcome::Violated(violations.join("\n") + "\n"))
    }

    fn asks(&self, situation: Situation) -> bool {
        let all = self.situation.contains(&Situation::All);
        let default = self.situation.is_empty() && situation == Situation::Settled;
        all || default || self.situation.contains(&situation)
    }
}

fn not_computed(pool: &PoolRow) -> String {
    format!(
        "the 95th percentile of \"churned\" is not computed for this plan, and in the worst case {} has too few \
         addresses; check \"churned-worst\"",
        shown(&pool.name)
    )
}

/// One line for every workload and group with pending pods.
fn pending(report: &Report) -> Vec<String> {
    let workloads = report.workloads.iter().filter(|w| w.pending > 0).map(|w| {
        let reason = w.reason.map_or(String::new(), |r| format!(" ({})", r.name()));
        let (pending, replicas) = (thousands(w.pending), count(w.replicas, "pod"));
        format!(
            "settled: workload {}/{}: {pending} of {replicas} pending{reason}",
            shown(&w.cluster),
            shown(&w.name)
        )
    });
    let groups = report.node_groups.iter().filter(|g| g.pending > 0).map(|g| {
        format!(
            "settled: node group {}/{}: {} pending",
            shown(&g.cluster),
            shown(&g.name),
            count(g.pending, "pod")
        )
    });
    workloads.chain(groups).collect()
}

/// A pool as it is in a situation.
struct Seen<'a> {
    pool: &'a PoolRow,
    free: u64,
    short: u64,
    blocks: Option<Blocks>,
}

/// A pool in a situation; `None` while that is not computed.
fn of(pool: &PoolRow, situation: Situation) -> Option<Seen<'_>> {
    match situation {
        Situation::Settled | Situation::All => Some(Seen::of(pool, &pool.settled)),
        Situation::ChurnedWorst => Some(Seen::worst(pool)),
        Situation::Upgrade => Some(Seen::of(pool, &pool.upgrade)),
        Situation::Churned => pool.churned.p95().map(|held| {
            let (free, short) = pool.balance(held);
            Seen { pool, free, short, blocks: None }
        }),
    }
}

impl<'a> Seen<'a> {
    fn of(pool: &'a PoolRow, h: &Holding) -> Seen<'a> {
        Seen { pool, free: h.free, short: h.short, blocks: h.blocks }
    }

    fn worst(pool: &PoolRow) -> Seen<'_> {
        Seen::of(pool, &pool.churned)
    }

    /// What is wrong with it. A pool that is short has nothing free: that is one violation, not two.
    fn violation(&self, min_free: MinFree) -> Option<String> {
        let name = shown(&self.pool.name);
        if self.short > 0 {
            return Some(format!("pool {name}: short by {}", thousands(self.short)));
        }
        if let Some(blocks) = self.blocks.filter(|b| b.is_short()) {
            let (singles, short) = (blocks.singles.short, blocks.short);
            return Some(match short {
                0 => format!("pool {name}: short by {} outside of reservations", addresses(singles)),
                _ => format!("pool {name}: short by {} for prefixes", count(short, "whole /28 block")),
            });
        }
        let least = min_free.of(self.pool.usable);
        if self.free >= least {
            return None;
        }
        let asked = match min_free {
            MinFree::Count(_) => String::new(),
            MinFree::Share { .. } => format!(" ({min_free} of {} usable)", thousands(self.pool.usable)),
        };
        Some(format!("pool {name}: {} free, fewer than {}{asked}", thousands(self.free), thousands(least)))
    }
}

/// How many addresses must stay free in a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MinFree {
    Count(u64),
    /// Millionths of a percent of the usable addresses, at most 100 %.
    Share {
        micro_percent: u64,
    },
}

/// Digits after the point that a share may have.
const DECIMALS: usize = 6;
const HUNDRED_PERCENT: u64 = 100 * 10u64.pow(DECIMALS as u32);

impl MinFree {
    /// The least free addresses of a pool with so many usable ones; a share is rounded up.
    fn of(self, usable: u64) -> u64 {
        match self {
            MinFree::Count(n) => n,
            MinFree::Share { micro_percent } => {
                let exact = u128::from(usable) * u128::from(micro_percent);
                u64::try_from(exact.div_ceil(HUNDRED_PERCENT.into())).unwrap_or(u64::MAX)
            }
        }
    }
}

impl std::fmt::Display for MinFree {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            MinFree::Count(n) => write!(f, "{n}"),
            MinFree::Share { micro_percent } => {
                let one = HUNDRED_PERCENT / 100;
                let decimals = format!("{:0DECIMALS$}", micro_percent % one);
                let decimals = decimals.trim_end_matches('0');
                let point = if decimals.is_empty() { "" } else { "." };
                write!(f, "{}{point}{decimals}%", micro_percent / one)
            }
        }
    }
}

impl FromStr for MinFree {
    type Err = String;

    fn from_str(text: &str) -> Result<MinFree, String> {
        let wrong =
            || "a number of addresses such as 64, or a share from 0% to 100% such as 12.5%".to_string();
        let Some(share) = text.strip_suffix('%') else {
            return digits(text).map(MinFree::Count).ok_or_else(wrong);
        };
        let (whole, decimals) = share.split_once('.').unwrap_or((share, "0"));
        if decimals.len() > DECIMALS {
            return Err(format!("a share has at most {DECIMALS} decimals"));
        }
        let micro_percent = digits(&format!("{whole}{decimals:0<DECIMALS$}"))
            .filter(|n| *n <= HUNDRED_PERCENT && !whole.is_empty() && !decimals.is_empty())
            .ok_or_else(wrong)?;
        Ok(MinFree::Share { micro_percent })
    }
}

/// Decimal digits and nothing else.
fn digits(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_up() {
        let cases = [
            ("0", 1019, 0),
            ("64", 1019, 64),
            ("0%", 1019, 0),
            ("10%", 1019, 102),
            ("12.5%", 1019, 128),
            ("100%", 1019, 1019),
            ("0.000001%", 1019, 1),
            ("50%", u64::MAX, u64::MAX / 2 + 1),
        ];
        for (text, usable, least) in cases {
            let min_free: MinFree = text.parse().unwrap();
            assert_eq!((min_free.of(usable), min_free.to_string().as_str()), (least, text));
        }
    }

    #[test]
    fn what_is_no_number_and_no_share_is_refused() {
        for text in ["", "%", "-1", "+5", "1.5", ".5%", "5.%", "100.1%", "1e3", "ten", "0.0000001%", "5 %"] {
            assert!(text.parse::<MinFree>().is_err(), "{text:?}");
        }
    }
}
