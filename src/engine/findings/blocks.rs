//! Aligned /28 blocks: a subnet may run out of them long before it runs out of addresses.

use super::super::blocks::Supply;
use super::super::report::{PoolRow, Severity};
use super::{Context, Note};
use crate::cni::PREFIX;
use crate::plan::{Addresses, Place, ReservationType, Row};
use crate::text::{addresses, count, thousands};

/// What EC2 answers.
const EC2: &str = "EC2 answers InsufficientCidrBlocks";
const HELP: &str = "reserve a range for prefixes (reservations, type prefix), or use a fresh subnet";

/// Pools in which blocks matter: nodes take prefixes, or a part is reserved for them.
fn pools<'a>(context: &Context<'a>) -> impl Iterator<Item = (usize, &'a PoolRow, crate::engine::Blocks)> {
    let pools = context.report.pools.iter().enumerate();
    pools.filter_map(|(s, pool)| Some((s, pool, pool.settled.blocks?)))
}

/// Blocks or single addresses are short, however well the single ones lie.
pub fn short(context: &Context) -> Vec<Note> {
    let mut notes = Vec::new();
    for (s, pool, blocks) in pools(context) {
        if blocks.short > 0 {
            let message = format!(
                "{} has {} of the {} that its nodes' prefixes take: {EC2}, with {} free",
                pool.name,
                thousands(blocks.held - blocks.short),
                count(blocks.held, "whole /28 block"),
                addresses(pool.settled.free)
            );
            let help = "fewer nodes, a smaller warm pool, a larger subnet, or fewer used blocks";
            notes.push(Note::new(Severity::Error, Place::row(Row::Subnet(s)), message, help));
        } else if blocks.singles.short > 0 && pool.settled.short == 0 {
            let message = format!(
                "{} is short by {} for ENIs and others: what is free is reserved for prefixes",
                pool.name,
                addresses(blocks.singles.short)
            );
            let help = "make the reservations of type prefix smaller";
            notes.push(Note::new(Severity::Error, Place::key(Row::Subnet(s), "reservations"), message, help));
        }
    }
    notes
}

/// Blocks last only as long as single addresses lie well.
pub fn scattered(context: &Context) -> Vec<Note> {
    let mut notes = Vec::new();
    for (s, pool, blocks) in pools(context) {
        if blocks.scattered.short == 0 || blocks.is_short() {
            continue;
        }
        let message = format!(
            "{} has /28 blocks for its nodes only if its {} lie together: scattered, as EC2 may put them, they \
             leave {} too few, with {} free",
            pool.name,
            addresses(blocks.singles.held),
            count(blocks.scattered.short, "block"),
            addresses(pool.settled.free)
        );
        notes.push(Note::new(Severity::Warning, Place::row(Row::Subnet(s)), message, HELP));
    }
    notes
}

/// Addresses in use break more blocks than they would if they lay together.
pub fn fragmented(context: &Context) -> Vec<Note> {
    let mut notes = Vec::new();
    for (s, pool, blocks) in pools(context) {
        let subnet = &context.plan.subnets[s];
        let used = subnet.used.iter().map(Addresses::count).sum::<u64>();
        let broken = Supply::broken_by_used(subnet);
        // they break blocks that they do not fill, and more than half of all there are
        if blocks.held == 0 || used >= broken * PREFIX || broken * 2 <= blocks.capacity {
            continue;
        }
        let message = format!(
            "the {} in used keep prefixes out of {} of the {} of {}: once the rest is taken {EC2}, however many \
             addresses are free",
            addresses(used),
            thousands(broken),
            count(blocks.capacity, "/28 block"),
            pool.name,
        );
        notes.push(Note::new(Severity::Warning, Place::key(Row::Subnet(s), "used"), message, HELP));
    }
    notes
}

/// A reservation of type `prefix` that no prefix is taken from.
pub fn unused(context: &Context) -> Vec<Note> {
    let mut notes = Vec::new();
    for (s, (pool, subnet)) in context.report.pools.iter().zip(&context.plan.subnets).enumerate() {
        let prefix = subnet.reservations.iter().filter(|r| r.kind == ReservationType::Prefix);
        let Some(first) = prefix.map(|r| r.cidr).next() else { continue };
        let supply = Supply::of(subnet);
        let message = if pool.settled.blocks.is_none_or(|blocks| blocks.held == 0) {
            format!(
                "{} of {} are reserved for prefixes, and no node there takes prefixes: nothing else can have them",
                addresses(supply.kept_for_prefixes * PREFIX + supply.lost),
                pool.name
            )
        } else if supply.kept_for_prefixes == 0 {
            format!(
                "the reservation of {first} for prefixes has no whole /28 block: no prefix fits, nothing else may"
            )
        } else {
            continue;
        };
        let help = "remove the reservation, or set ENABLE_PREFIX_DELEGATION";
        notes.push(Note::new(Severity::Warning, Place::key(Row::Subnet(s), "reservations"), message, help));
    }
    notes
}
