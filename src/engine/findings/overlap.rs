//! Ranges with addresses in common, and keys without a reader.

use super::super::overlaps::{Harm, Overlap};
use super::super::ranges::What;
use super::super::report::Severity;
use super::{Context, Note};
use crate::plan::{Place, Row};
use crate::text::{shown, thousands};

/// Ranges of one finding that are named.
const LISTED: usize = 4;

pub fn subnets(context: &Context) -> Vec<Note> {
    of(context, |harm| harm == Harm::Subnets)
}

pub fn services(context: &Context) -> Vec<Note> {
    of(context, |harm| harm == Harm::EksServices)
}

pub fn ranges(context: &Context) -> Vec<Note> {
    of(context, |harm| !matches!(harm, Harm::Subnets | Harm::EksServices))
}

/// One finding for each range to move and each harm that it does: two clusters of the same defaults have one, a
/// hundred of them have 99.
fn of(context: &Context, wanted: fn(Harm) -> bool) -> Vec<Note> {
    let apart = context.apart();
    let mut found: Vec<(usize, &Overlap)> = apart
        .overlaps
        .iter()
        .filter(|overlap| wanted(overlap.harm))
        .map(|overlap| (apart.mover(overlap), overlap))
        .collect();
    let other = |mover: usize, overlap: &Overlap| if overlap.a == mover { overlap.b } else { overlap.a };
    found.sort_by_key(|(mover, overlap)| (*mover, overlap.harm, other(*mover, overlap)));
    let groups = found.chunk_by(|(r, a), (s, b)| r == s && a.harm == b.harm);
    groups
        .filter_map(|group| {
            let (mover, overlap) = group.first()?;
            let range = &apart.ranges[*mover];
            let others = group.iter().map(|(_, o)| &apart.ranges[other(*mover, o)]);
            let mut others: Vec<String> =
                others.take(LISTED).map(|range| range.words(context.plan)).collect();
            if group.len() > LISTED {
                others.push(format!("and {} more", thousands((group.len() - LISTED) as u64)));
            }
            let verb =
                if matches!(range.what, What::Pods(_) | What::Services(_)) { "overlap" } else { "overlaps" };
            let message = format!(
                "{} {verb} {}: {}",
                range.words(context.plan),
                others.join(", "),
                overlap.harm.reason()
            );
            let note =
                Note::new(overlap.harm.severity(), range.place.clone(), message, help(context, *mover));
            Some(match &apart.changes[*mover] {
                Some(change) => note.fixed(change.text.clone(), change.edit()),
                None => note,
            })
        })
        .collect()
}

/// What removes the overlaps of a range.
fn help(context: &Context, mover: usize) -> String {
    let apart = context.apart();
    let Some(change) = &apart.changes[mover] else {
        return "no one key removes it: either no range of that size is left, or other keys (gateway, \
                aux_addresses, node_ranges, used, …) have addresses in both"
            .to_string();
    };
    let mut help = change.text.clone();
    // said once, where the first network moves
    let network =
        |r: &usize| matches!(apart.ranges[*r].what, What::Network(_)) && apart.changes[*r].is_some();
    if (0..apart.ranges.len()).find(network) == Some(mover) {
        for then in &apart.then {
            help +=
                &format!("; docker then gives what becomes free to the next network, so {}, too", then.text);
        }
    }
    help
}

/// Keys that mean nothing to the manager of their cluster.
pub fn unread(context: &Context) -> Vec<Note> {
    let note = |place: &Place| {
        let c = match place.row {
            Row::Cluster(c) | Row::Env(c) | Row::NodeGroup(c, _) | Row::Workload(c, _) => c,
            Row::Plan | Row::Subnet(_) | Row::Network(_) => return None,
        };
        let manager = context.plan.clusters.get(c)?.manager;
        let message = format!("{} means nothing to {}", shown(&place.key), manager.name);
        let note = |help: &str| Note::new(Severity::Info, place.clone(), message, help);
        Some(match place.key.as_str() {
            "service_subnet" => note("write service_cidr instead"),
            _ => note("remove it: it has no effect").taken_out(),
        })
    };
    context.plan.unread.iter().filter_map(note).collect()
}
