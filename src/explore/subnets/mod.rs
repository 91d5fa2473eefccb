//! The subnet advisor: which size each situation and each month of growth needs of every subnet, and where more
//! addresses would come from.
//!
//! | part | what it knows |
//! |---|---|
//! | `mod.rs` | the smallest prefix length that would do, subnet by subnet, situation by situation, month by month |
//! | [`extra`] | ranges that would help where today's do not: free parts of the VPC, 100.64.0.0/10 |
//! | `words.rs` | the same in sentences |
//!
//! Nodes are spread over subnets whatever their sizes are, so what is wanted of a subnet does not depend on its
//! length, and the length follows from what is wanted: addresses, those that AWS keeps, those that must stay free, and
//! in prefix mode whole /28 blocks beside single addresses that lie as well as they can
//! ([`crate::engine::blocks`]). Only where nodes go by what is free (Karpenter with several subnets in a zone, subnets
//! that are tagged for new ENIs) another size would also draw more or fewer of them.

pub mod extra;
mod words;

pub use extra::{Extra, New, Source};

use std::collections::BTreeSet;

use ipnet::Ipv4Net;

use crate::engine::blocks::Supply;
use crate::engine::outcome::cloud;
use crate::engine::{Evaluation, Lives, Placements, PoolKind, PoolRow, Situation, figures};
use crate::instance::Tables;
use crate::plan::{MinFree, Plan, Problem, Subnet};

/// What a subnet is looked at in: a situation, of churn both what happens in 95 of 100 runs and the worst case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum When {
    Settled,
    Churned,
    ChurnedWorst,
    Upgrade,
}

impl When {
    pub const ALL: [When; 4] = [When::Settled, When::Churned, When::ChurnedWorst, When::Upgrade];

    /// As checks name it.
    pub fn name(self) -> &'static str {
        match self {
            When::Settled => "settled",
            When::Churned => "churned",
            When::ChurnedWorst => "churned-worst",
            When::Upgrade => "upgrade",
        }
    }

    /// The situation of the report; what happens in 95 of 100 runs is apart.
    fn situation(self) -> Situation {
        match self {
            When::Settled => Situation::Settled,
            When::Churned | When::ChurnedWorst => Situation::Churned,
            When::Upgrade => Situation::Upgrade,
        }
    }
}

/// What is wanted of a subnet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// By nodes and by others.
    pub addresses: u64,
    /// Of these, prefixes of 16, and what comes one by one.
    pub prefixes: u64,
    pub singles: u64,
}

/// What one month needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    pub month: u32,
    pub wanted: Wanted,
    /// The smallest subnet that does, as its prefix length; `None` where the largest is too small.
    pub length: Option<u8>,
    /// Whether today's does.
    pub suffices: bool,
}

/// A subnet in one situation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Index into [`Plan::subnets`].
    pub subnet: usize,
    pub when: When,
    /// Month by month, today first. What happens in 95 of 100 runs is known of today, of the last month, and of the
    /// first that is short with the one before it.
    pub needs: Vec<Need>,
    pub sentence: String,
}

/// What the advisor says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// Subnets that nodes are in, in file order, each in every situation.
    pub rows: Vec<Row>,
    /// Months that were looked at beside today.
    pub months: u32,
    /// What would help where a subnet does not suffice, in the order in which one would try it.
    pub extras: Vec<Extra>,
}

/// What is asked of the advisor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    pub min_free: MinFree,
    pub when: Vec<When>,
}

/// Looks at every subnet; `None` if `go_on` says no.
///
/// # Errors
///
/// The first rule that the plan breaks.
pub fn advise(
    plan: &Plan,
    tables: &Tables,
    ask: &Ask,
    lives: &mut Lives,
    go_on: &dyn Fn() -> bool,
) -> Result<Option<Advice>, String> {
    let Some(rows) = needs(plan, tables, ask, lives, go_on)? else { return Ok(None) };
    let Some(extras) = extra::extras(plan, tables, ask, &rows, go_on)? else { return Ok(None) };
    Ok(Some(Advice { rows, months: plan.months(), extras }))
}

/// What every subnet needs.
pub(super) fn needs(
    plan: &Plan,
    tables: &Tables,
    ask: &Ask,
    lives: &mut Lives,
    go_on: &dyn Fn() -> bool,
) -> Result<Option<Vec<Row>>, String> {
    let months = plan.months();
    let mut rows: Vec<Row> = Vec::new();
    for month in 0..=months {
        if !go_on() {
            return Ok(None);
        }
        let then = plan.after(month);
        let mut evaluation = look(&then, tables)?;
        if ask.when.contains(&When::Churned) && (month == 0 || month == months) {
            let Some(percentiles) = evaluation.percentiles(&then, lives, go_on) else { return Ok(None) };
            evaluation.set_percentiles(&then, &percentiles);
        }
        add(&mut rows, &then, &evaluation, &ask.when, month, ask.min_free);
    }
    // percentiles of every month would take long: that in which a subnet gets short is halved for
    let mut looked_at = BTreeSet::from([0, months]);
    while let Some(month) = rows.iter().filter_map(middle).find(|month| looked_at.insert(*month)) {
        let then = plan.after(month);
        let mut evaluation = look(&then, tables)?;
        let Some(percentiles) = evaluation.percentiles(&then, lives, go_on) else { return Ok(None) };
        evaluation.set_percentiles(&then, &percentiles);
        add(&mut rows, &then, &evaluation, &[When::Churned], month, ask.min_free);
    }
    rows.sort_by_key(|row| (row.subnet, row.when));
    for row in &mut rows {
        row.sentence = words::row(plan, row, ask.min_free);
    }
    Ok(Some(rows))
}

/// Adds what every subnet needs in a month, in the order of months.
fn add(
    rows: &mut Vec<Row>,
    then: &Plan,
    evaluation: &Evaluation,
    when: &[When],
    month: u32,
    min_free: MinFree,
) {
    for (s, pool) in evaluation.report.pools.iter().enumerate().take(then.subnets.len()) {
        for when in when {
            let Some(need) = need(then, s, pool, *when, month, min_free) else { continue };
            match rows.iter_mut().find(|row| (row.subnet, row.when) == (s, *when)) {
                Some(row) => row.needs.insert(row.needs.partition_point(|n| n.month < month), need),
                None => rows.push(Row { subnet: s, when: *when, needs: vec![need], sentence: String::new() }),
            }
        }
    }
}

/// The month between the first that is known to be short and the one that is known before it.
fn middle(row: &Row) -> Option<u32> {
    let short = row.needs.iter().position(|need| !need.suffices)?;
    let (before, first) = (row.needs.get(short.checked_sub(1)?)?.month, row.needs.get(short)?.month);
    (first - before > 1).then_some(before + (first - before) / 2)
}

fn look(plan: &Plan, tables: &Tables) -> Result<Evaluation, String> {
    figures(plan, tables, &mut Placements::default()).map_err(|problems| Problem::first(&problems))
}

/// What a subnet needs; `None` where no node is in it, or the situation is not computed.
fn need(plan: &Plan, s: usize, pool: &PoolRow, when: When, month: u32, min_free: MinFree) -> Option<Need> {
    let used = Situation::ALL.iter().any(|s| pool.holding(*s).by.iter().any(|by| by.nodes > 0));
    if pool.kind != PoolKind::Subnet || !used {
        return None;
    }
    let wanted = wanted(pool, when)?;
    let subnet = plan.subnets.get(s)?;
    // blocks of today's subnet are known exactly: what is in use, and what is reserved
    let blocks = wanted.prefixes == 0 || !pool.holding(when.situation()).blocks.is_some_and(|b| b.is_short());
    let suffices = wanted.addresses + min_free.of(pool.usable) <= pool.usable && blocks;
    Some(Need { month, wanted, length: smallest(plan, s, subnet, &wanted, min_free), suffices })
}

fn wanted(pool: &PoolRow, when: When) -> Option<Wanted> {
    let holding = pool.holding(when.situation());
    let held = match when {
        When::Churned => holding.p95()?,
        _ => holding.held,
    };
    let prefixes = holding.blocks.map_or(0, |blocks| blocks.held);
    let addresses = pool.other + held;
    // in 95 of 100 runs there are at least as few prefixes as in the worst
    let prefixes = prefixes.min(held / crate::cni::PREFIX);
    Some(Wanted { addresses, prefixes, singles: addresses - prefixes * crate::cni::PREFIX })
}

/// The prefix length of the smallest subnet in which so much is there.
fn smallest(plan: &Plan, s: usize, subnet: &Subnet, wanted: &Wanted, min_free: MinFree) -> Option<u8> {
    let cloud = cloud(plan, s);
    cloud.lengths.clone().rev().filter(|length| *length >= 8).find(|length| {
        let Ok(cidr) = Ipv4Net::new(subnet.cidr.network(), *length) else { return false };
        let usable = (1_u64 << (32 - length)).saturating_sub(cloud.kept);
        let enough = wanted.addresses.saturating_add(min_free.of(usable)) <= usable;
        enough && (wanted.prefixes == 0 || has_blocks(cidr.trunc(), wanted))
    })
}

/// Whether an empty subnet has the whole blocks for the prefixes.
fn has_blocks(cidr: Ipv4Net, wanted: &Wanted) -> bool {
    !Supply::of(&plain("", cidr, None)).take(wanted.singles, wanted.prefixes).is_short()
}

/// A subnet of which nothing else is said.
pub(super) fn plain(name: &str, cidr: Ipv4Net, zone: Option<String>) -> Subnet {
    Subnet {
        name: name.to_owned(),
        cidr,
        zone,
        other: Vec::new(),
        used: Vec::new(),
        reservations: Vec::new(),
        id: None,
        role_cni: None,
        elb: false,
    }
}
