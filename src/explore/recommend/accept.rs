//! What a choice must not do: leave pods without an address, or pools with too little.

use std::cmp::Reverse;

use crate::engine::{Evaluation, Holding, Level, PoolRow, Situation};
use crate::plan::{MinFree, Plan};
use crate::text::{addresses, count, shown, thousands};

/// What must hold of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Must {
    /// Of the cluster's pools, in each of the situations.
    pub min_free: MinFree,
    /// Of churn the worst case.
    pub situations: Vec<Situation>,
}

impl Default for Must {
    fn default() -> Must {
        Must { min_free: MinFree::default(), situations: Situation::ALL.to_vec() }
    }
}

/// Why a plan is no choice, the worst thing first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Pods without a node or an address.
    pub pending: u64,
    /// Its settings are none to have, whatever they come to.
    pub refused: bool,
    /// Addresses that pools lack, in the situation in which they lack most.
    pub short: u64,
    /// Addresses by which pools have too little free, likewise.
    pub lacking: u64,
    /// Nodes whose pool never comes to rest.
    pub restless: bool,
    /// The first of them, in words.
    pub why: String,
}

impl Fault {
    /// Sorts faults, the nearest to none first.
    pub fn distance(&self) -> (u64, bool, u64, u64, bool) {
        (self.pending, self.refused, self.short, self.lacking, self.restless)
    }
}

impl Must {
    /// Why a plan is no choice for a cluster; `None` if it is one. `refused`: why its settings are none to have.
    pub fn fault(
        &self,
        evaluation: &Evaluation,
        plan: &Plan,
        c: usize,
        refused: Option<&str>,
    ) -> Option<Fault> {
        let name = plan.clusters.get(c).map_or("", |cluster| cluster.name.as_ref());
        let holds = |holding: &Holding| holding.by.iter().any(|by| *by.cluster == *name && by.nodes > 0);
        let pools = &evaluation.report.pools;
        let own = || pools.iter().filter(|pool| Situation::ALL.iter().any(|s| holds(pool.holding(*s))));
        let mut fault = Fault {
            pending: evaluation.pending_of(c),
            refused: refused.is_some(),
            short: 0,
            lacking: 0,
            restless: own().any(|pool| !pool.settled.settles),
            why: String::new(),
        };
        let mut worst: Option<(Seen, &PoolRow)> = None;
        for situation in &self.situations {
            let (mut short, mut lacking) = (0_u64, 0_u64);
            for pool in own() {
                let seen = Seen::of(pool, *situation, self.min_free);
                short += seen.short();
                lacking += seen.lacking;
                let worse = |known: &(Seen, &PoolRow)| seen.rank() < known.0.rank();
                if worst.as_ref().is_none_or(worse) {
                    worst = Some((seen, pool));
                }
            }
            (fault.short, fault.lacking) = (fault.short.max(short), fault.lacking.max(lacking));
        }
        fault.why = if fault.pending > 0 {
            let have = if fault.pending == 1 { "has" } else { "have" };
            format!("{} of {} {have} no node or no address", count(fault.pending, "pod"), shown(name))
        } else if let Some(why) = refused {
            why.to_owned()
        } else if let Some((seen, pool)) = worst.filter(|(seen, _)| seen.fails()) {
            seen.words(pool, self.min_free)
        } else if fault.restless {
            "ENIs or prefixes come and go for ever".to_owned()
        } else {
            return None;
        };
        Some(fault)
    }
}

/// A pool in a situation.
struct Seen {
    situation: Situation,
    /// Wanted and not there.
    lack: Option<(Level, u64)>,
    /// By so many there is too little free.
    lacking: u64,
    free: u64,
}

impl Seen {
    fn of(pool: &PoolRow, situation: Situation, min_free: MinFree) -> Seen {
        let holding = pool.holding(situation);
        let least = min_free.of(pool.usable);
        let lacking = least.saturating_sub(holding.free);
        Seen { situation, lack: holding.lack(), lacking, free: holding.free }
    }

    fn short(&self) -> u64 {
        self.lack.map_or(0, |(_, n)| n)
    }

    fn fails(&self) -> bool {
        self.lack.is_some() || self.lacking > 0
    }

    fn rank(&self) -> (Reverse<u64>, Reverse<u64>) {
        (Reverse(self.short()), Reverse(self.lacking))
    }

    fn words(&self, pool: &PoolRow, min_free: MinFree) -> String {
        let when = match self.situation {
            Situation::Settled => "when settled",
            Situation::Churned => "after churn, in the worst case",
            Situation::Upgrade => "in an upgrade",
        };
        let name = shown(&pool.name);
        match self.lack {
            Some((Level::Blocks, n)) => format!("{name} is short by {} {when}", count(n, "whole /28 block")),
            Some((_, n)) => format!("{name} is short by {} {when}", addresses(n)),
            None => {
                let least = thousands(min_free.of(pool.usable));
                format!("{name} has {} free {when}, fewer than {least}", thousands(self.free))
            }
        }
    }
}
