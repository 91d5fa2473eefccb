//! Growth: the month in which each pool is exhausted, in each situation.

use super::{At, Behind, Event, Level, Threshold, What, nothing};
use crate::engine::evaluate::{Evaluation, evaluate_groups};
use crate::engine::report::{PoolRow, Situation};
use crate::plan::Plan;
use crate::text::{addresses, count, thousands};

/// What pools are looked at in; churned in its worst case.
const SITUATIONS: [Situation; 3] = [Situation::Settled, Situation::Churned, Situation::Upgrade];

impl Evaluation {
    /// For every pool that nodes use, in every situation that is computed: the first month in which it is short,
    /// 0 for today. None without growth.
    pub(super) fn month_thresholds(&self, plan: &Plan) -> Vec<Threshold> {
        let months = plan.months();
        if months == 0 {
            return Vec::new();
        }
        let pools = &self.report.pools;
        let mut found: Vec<[Option<(u32, PoolRow)>; SITUATIONS.len()]> =
            vec![Default::default(); pools.len()];
        for month in 0..=months {
            let plan = plan.after(month);
            let groups = self.clusters.iter().map(|c| c.groups.clone()).collect();
            let report = evaluate_groups(&plan, groups).report;
            for (row, found) in report.pools.iter().zip(&mut found) {
                for (situation, found) in SITUATIONS.iter().zip(found) {
                    if found.is_none() && row.holding(*situation).is_short() {
                        *found = Some((month, row.clone()));
                    }
                }
            }
            if found.iter().flatten().all(Option::is_some) {
                break;
            }
        }
        // per situation the pools that are exhausted, the first first
        let mut order: [Vec<(u32, usize)>; SITUATIONS.len()] = Default::default();
        for (pool, found) in found.iter().enumerate() {
            for (order, found) in order.iter_mut().zip(found) {
                order.extend(found.as_ref().map(|(month, _)| (*month, pool)));
            }
        }
        order.iter_mut().for_each(|order| order.sort_unstable());
        let mut thresholds = Vec::new();
        for (pool, found) in pools.iter().zip(&found).filter(|(pool, _)| !pool.settled.by.is_empty()) {
            for ((situation, found), order) in SITUATIONS.iter().zip(found).zip(&order) {
                let own = order.iter().position(|(_, p)| pools.get(*p).is_some_and(|p| p.name == pool.name));
                let next = own.and_then(|own| order.get(own + 1));
                let next = next.and_then(|(month, p)| Some((*month, pools.get(*p)?.name.clone())));
                thresholds.push(threshold(pool, *situation, found.as_ref(), next, months));
            }
        }
        thresholds
    }
}

/// The threshold of a pool that is found short in some month; `next` is the pool that ends after it.
fn threshold(
    pool: &PoolRow,
    situation: Situation,
    found: Option<&(u32, PoolRow)>,
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
    let Some((month, row)) = found else { return none };
    let holding = row.holding(situation);
    let when = match month {
        0 => "today".to_string(),
        n => format!("in month {n}"),
    };
    let (level, missing) = match (holding.short, &holding.blocks) {
        (0, Some(blocks)) => (Level::Blocks, count(blocks.short.max(blocks.singles.short), "/28 block")),
        (short, _) => (Level::Pool, addresses(short)),
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
