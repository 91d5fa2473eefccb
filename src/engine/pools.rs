//! What is held of each pool in each situation.

use std::sync::Arc;

use super::blocks::blocks;
use super::brought::Brought;
use super::hold::{Part, Take};
use super::lost::lost;
use super::outcome::{Outcome, capacity, other};
use super::report::{HeldBy, Holding, Percentiles, PoolKind, PoolRow, Useful};
use super::share::Share;
use super::tally::Tally;
use super::upgrade::{self, At};
use crate::cni::settle::Range;
use crate::manager::Sharing;
use crate::plan::{Place, Plan, ReservationType, Row};

/// The rows of `pools`.
pub fn pools(plan: &Plan, brought: &[Brought], clusters: &[Arc<Outcome>]) -> Vec<PoolRow> {
    let pools = plan.subnets.len() + brought.len();
    let settled = total(clusters, pools, |share| &share.settled);
    let churned = total(clusters, pools, |share| &share.churned);
    let surges = upgrade::costliest(clusters, pools);
    let costliest = |pool: usize| surges.get(pool).copied().flatten();
    let useful = useful(clusters, plan.subnets.len());
    let mut tallies = settled.into_iter().zip(churned);
    let subnets = plan.subnets.iter().zip(tallies.by_ref().take(plan.subnets.len())).enumerate();
    let mut rows: Vec<PoolRow> = subnets
        .map(|(s, (subnet, (settled, churned)))| {
            let (capacity, reserved) = capacity(plan, s);
            let (other, usable) = (other(plan, s), capacity - reserved);
            let upgrade = with_surge(plan, clusters, costliest(s), s, settled.clone());
            let holding = |tally: Tally| tally.holding(plan, s, other, usable);
            PoolRow {
                name: subnet.name.clone(),
                kind: PoolKind::Subnet,
                cidr: subnet.cidr.to_string(),
                zone: subnet.zone.clone(),
                capacity,
                reserved,
                other,
                usable,
                useful: useful.get(s).copied().flatten(),
                settled: holding(settled),
                churned: Holding { percentiles: Some(Percentiles::default()), ..holding(churned) },
                upgrade: holding(upgrade),
                place: Place::row(Row::Subnet(s)),
            }
        })
        .collect();
    for (brought, (settled, churned)) in brought.iter().zip(tallies) {
        let upgrade = with_surge(plan, clusters, costliest(rows.len()), rows.len(), settled.clone());
        rows.push(row(brought, [settled, churned, upgrade]));
    }
    for (c, outcome) in clusters.iter().enumerate().filter(|(c, _)| plan.clusters[*c].state_loss.is_some()) {
        // of all sets of ranges together: with the first
        let own = brought.iter().position(|pool| pool.of == Some((c, 0))).map(|i| plan.subnets.len() + i);
        if let (Some(row), Some(loss)) = (own.and_then(|i| rows.get_mut(i)), lost(plan, c, outcome)) {
            row.settled.duplicates = loss.duplicates();
        }
    }
    rows
}

/// The row of a pool that is no subnet, with what is held of it in each situation.
fn row(pool: &Brought, tallies: [Tally; 3]) -> PoolRow {
    let usable = pool.capacity - pool.reserved.min(pool.capacity);
    let [settled, churned, upgrade] = tallies.map(|mut tally| {
        tally.leave_out(pool);
        let mut holding = tally.plain(0, usable);
        let own = pool.own.clone();
        let nodes = holding.by.len();
        holding.by.extend(own.inspect(|own| {
            holding.primary += own.primary;
            holding.assigned += own.assigned;
            holding.unused += own.unused;
            holding.held += own.held();
            let wanted = holding.held;
            (holding.free, holding.short) = (usable.saturating_sub(wanted), wanted.saturating_sub(usable));
        }));
        // who finds no block any more holds none, and borrows addresses that others hold
        if let Sharing::Borrowed(_) = pool.sharing {
            for by in holding.by.iter_mut().take(nodes).rev() {
                let none = holding.short.min(by.unused);
                by.unused -= none;
                holding.unused -= none;
                holding.held -= none;
                holding.short -= none;
            }
        }
        // all that is not assigned changes hands on demand, and somebody holds it from the start
        if pool.sharing == Sharing::Handed && nodes > 0 {
            let (holders, others) = holding.by.split_at_mut(nodes);
            hand_out(
                holders,
                holding.free,
                usable - others.iter().map(HeldBy::held).sum::<u64>().min(usable),
            );
            holding.unused += holding.free;
            holding.held += holding.free;
            holding.free = 0;
        }
        if matches!(pool.sharing, Sharing::Handed | Sharing::Borrowed(_)) {
            let unused = holding.by.iter().take(nodes).map(|by| by.unused).sum::<u64>();
            holding.reachable = Some(holding.free + unused);
        }
        holding
    });
    PoolRow {
        name: pool.name.clone(),
        kind: pool.kind,
        cidr: pool.cidr.clone(),
        zone: None,
        capacity: pool.capacity,
        reserved: pool.reserved,
        other: 0,
        usable,
        useful: None,
        settled,
        churned: Holding { percentiles: Some(Percentiles::default()), ..churned },
        upgrade,
        place: pool.place.clone(),
    }
}

/// Adds what nobody uses to the groups that hold it: as if every node held as much of `all`. Which node holds more
/// than another is decided by their names, so this is what is to be expected.
fn hand_out(holders: &mut [HeldBy], unused: u64, all: u64) {
    let nodes: u64 = holders.iter().map(|by| by.nodes).sum();
    let part = |n: u64, of: u64, all: u64| {
        let part = u128::from(n) * u128::from(of) / u128::from(all.max(1));
        u64::try_from(part).unwrap_or(u64::MAX)
    };
    let wants: Vec<u64> =
        holders.iter().map(|by| part(all, by.nodes, nodes).saturating_sub(by.held())).collect();
    let wanted = wants.iter().sum();
    let mut left = unused;
    for (by, want) in holders.iter_mut().zip(wants) {
        let given = part(unused, want, wanted).min(left);
        by.unused += given;
        left -= given;
    }
    // what does not go into whole addresses
    if let Some(first) = holders.first_mut() {
        first.unused += left;
    }
}

/// What the nodes of all clusters take of each pool.
fn total(clusters: &[Arc<Outcome>], pools: usize, of: fn(&Share) -> &[(usize, Tally)]) -> Vec<Tally> {
    let mut all = vec![Tally::default(); pools];
    for (pool, tally) in clusters.iter().flat_map(|outcome| of(outcome.share())) {
        if let Some(all) = all.get_mut(*pool) {
            all.append(tally);
        }
    }
    all
}

/// What free addresses of each subnet are still good for.
fn useful(clusters: &[Arc<Outcome>], subnets: usize) -> Vec<Option<Useful>> {
    let mut all: Vec<Option<Useful>> = vec![None; subnets];
    for (subnet, useful) in clusters.iter().flat_map(|outcome| &outcome.share().useful) {
        if let Some(known) = all.get_mut(*subnet) {
            *known = Some(known.map_or(*useful, |known| known.least(*useful)));
        }
    }
    all
}

/// Whether a part of the pool is reserved for prefixes.
fn reserves(plan: &Plan, s: usize) -> bool {
    plan.subnets[s].reservations.iter().any(|r| r.kind == ReservationType::Prefix)
}

/// The pool with the surge nodes of the group whose rolling upgrade adds most to it. Their pods exist once, on
/// the old nodes.
fn with_surge(plan: &Plan, clusters: &[Arc<Outcome>], of: Option<At>, s: usize, mut tally: Tally) -> Tally {
    let Some((c, g)) = of else { return tally };
    for part in &clusters[c].surges()[g].parts {
        let Part { nodes, takes, other_end, .. } = part;
        for take in takes.iter().filter(|t| t.pool == s) {
            let idle = Take { assigned: 0, unused: take.assigned + take.unused, ..*take };
            tally.add(&plan.clusters[c], (c, g), *nodes, &idle);
        }
        if part.range() != Range::Exact {
            tally.other_end(*nodes, s, takes, other_end, part.range());
        }
    }
    tally
}

impl Tally {
    /// Leaves out what nodes do not take of a pool of all that is reckoned for them.
    fn leave_out(&mut self, pool: &Brought) {
        for (at, held) in &mut self.by {
            held.assigned -= pool.absent.get(at).copied().unwrap_or(0).min(held.assigned);
        }
    }

    /// What is held of a subnet.
    fn holding(self, plan: &Plan, s: usize, other: u64, usable: u64) -> Holding {
        // a reservation for prefixes matters even where nobody takes any: single addresses keep out of it
        let blocks =
            (self.prefixes > 0 || reserves(plan, s)).then(|| blocks(plan, s, self.singles, self.prefixes));
        Holding { blocks, ..self.plain(other, usable) }
    }

    fn plain(self, other: u64, usable: u64) -> Holding {
        let sum = |of: fn(&HeldBy) -> u64| self.by.iter().map(|(_, b)| of(b)).sum::<u64>();
        let (primary, assigned, unused) = (sum(|b| b.primary), sum(|b| b.assigned), sum(|b| b.unused));
        let held = primary + assigned + unused;
        let wanted = other + held;
        Holding {
            held,
            percentiles: None,
            held_min: self.cycles.then(|| held - self.less.min(held)),
            held_max: self.random.then_some(held + self.more),
            settles: !self.cycles,
            primary,
            assigned,
            unused,
            free: usable.saturating_sub(wanted),
            short: wanted.saturating_sub(usable),
            stranded: self.stranded,
            reachable: None,
            duplicates: 0,
            blocks: None,
            by: self.by.into_iter().map(|(_, entry)| entry).collect(),
        }
    }
}
