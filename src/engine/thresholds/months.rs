//! Growth: the month in which each pool is exhausted, in each situation.

use super::{At, Behind, Event, Level, Threshold, What, nothing};
use crate::engine::evaluate::{Evaluation, outcomes};
use crate::engine::fleet::Group;
use crate::engine::placements::Placements;
use crate::engine::pools::pools as pools_of;
use crate::engine::report::{Holding, PoolRow, Situation};
use crate::plan::Plan;
use crate::text::{addresses, count, thousands};

/// What pools are looked at in; churned in its worst case.
const SITUATIONS: [Situation; 3] = [Situation::Settled, Situation::Churned, Situation::Upgrade];

impl Evaluation {
    /// The pools after so many months of growth, in the order of the report's; without percentiles.
    pub fn pools_after(&self, plan: &Plan, months: u32) -> Vec<PoolRow> {
        let plan = plan.after(months);
        let groups: Vec<Vec<Group>> = self.clusters.iter().map(|c| c.groups.clone()).collect();
        // other counts every month: nothing to remember
        let known = vec![None; groups.len()];
        let placed = Placements::default().of(&plan, &groups, &known);
        let (_, brought, clusters) = outcomes(&plan, groups, placed, known);
        pools_of(&plan, &brought, &clusters)
    }

    /// For every pool that nodes use, in every situation that is computed: the first month in which it is short,
    /// 0 for today. `None` if `go_on` says no.
    pub(super) fn month_thresholds(&self, plan: &Plan, go_on: &dyn Fn() -> bool) -> Option<Vec<Threshold>> {
        let months = plan.months();
        if months == 0 {
            return Some(Vec::new());
        }
        let pools = &self.report.pools;
        let mut seen = vec![[const { Seen { used: false, short: None } }; SITUATIONS.len()]; pools.len()];
        for month in 0..=months {
            if !go_on() {
                return None;
            }
            for (row, seen) in self.pools_after(plan, month).into_iter().zip(&mut seen) {
                for (situation, seen) in SITUATIONS.iter().zip(seen) {
                    let holding = row.holding(*situation);
                    seen.used |= !holding.by.is_empty();
                    if seen.short.is_none() && holding.is_short() {
                        seen.short = Some((month, holding.clone()));
                    }
                }
            }
        }
        let mut thresholds = Vec::new();
        for (p, pool) in pools.iter().enumerate() {
            for (s, situation) in SITUATIONS.into_iter().enumerate().filter(|(s, _)| seen[p][*s].used) {
                // by month, then in file order
                let of = |p: usize| seen[p][s].short.as_ref().map(|(month, _)| (*month, p));
                let after = |own| (0..pools.len()).filter_map(of).filter(|next| *next > own).min();
                let next = of(p).and_then(after).map(|(month, p)| (month, pools[p].name.clone()));
                thresholds.push(threshold(pool, situation, seen[p][s].short.as_ref(), next, months));
            }
        }
        Some(thresholds)
    }
}

/// What is seen of a pool in one situation.
#[derive(Debug, Clone)]
struct Seen {
    /// In some month a node is in it.
    used: bool,
    /// The first month in which it is short, and what its nodes want then.
    short: Option<(u32, Holding)>,
}

/// The threshold of a pool that is found short in some month; `next` is the pool that ends after it.
fn threshold(
    pool: &PoolRow,
    situation: Situation,
    found: Option<&(u32, Holding)>,
    next: Option<(u32, String)>,
    months: u32,
) -> Threshold {
    let of = pool.name.clone();
    let how = match situation {
        Situation::Settled => "when settled",
        Situation::Churned => "after churn, in the worst case",
        Situation::Upgrade => "in an upgrade",
    };
    let none = Threshold {
        situation: Some(situation),
        sentence: format!("{of} lasts for {} of growth {how}", count(months.into(), "month")),
        ..nothing(What::Month, of.clone(), Event::WarmPoolShort)
    };
    let Some((month, holding)) = found else { return none };
    let when = match month {
        0 => "today".to_string(),
        n => format!("in month {n}"),
    };
    let Some((level, missing)) = holding.lack() else { return none };
    let missing = match level {
        Level::Blocks => count(missing, "/28 block"),
        _ => addresses(missing),
    };
    let today = pool.holding(situation).held;
    let behind = Some(Behind {
        at: next.as_ref().map(|(month, _)| At::Count((*month).into())),
        level: if next.is_some() { Level::Pool } else { Level::None },
        limit: next.map(|(_, name)| name),
    });
    let sentence = format!(
        "{of} is short {when} {how}: its nodes want {}, {} today, {missing} more than it has{}",
        addresses(holding.held),
        thousands(today),
        match &behind {
            Some(Behind { at: Some(at), limit: Some(pool), .. }) => match at.scaled() {
                0 => format!("; {pool} is, too"),
                _ => format!("; after it {pool}, in month {at}"),
            },
            _ => String::new(),
        }
    );
    let limit = Some(of.clone());
    Threshold { at: Some(At::Count((*month).into())), level, limit, sentence, behind, ..none }
}
