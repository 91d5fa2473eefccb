//! Ranges that may not be routed, because an address of theirs could be in two places.

use super::hosts::Side;
use crate::engine::evaluate::Evaluation;
use crate::engine::ranges::{Range, What, all, pairs};
use crate::plan::{Plan, Problem};

/// Every pair of ranges that overlap, of those that routes have to do with: docker networks, and pods, services and
/// stated nodes of the clusters that are connected. Other nodes have addresses of their network.
pub(super) fn overlaps(plan: &Plan, evaluation: &Evaluation, sides: &[Side<'_>]) -> Vec<Problem> {
    let made = |n: usize| {
        let network = evaluation.attached.networks.get(n);
        network.is_some_and(|network| network.ranges.iter().all(|made| made.network.is_ok()))
    };
    let concerned = |range: &Range| match range.what {
        What::Network(n) => made(n),
        What::Pods(c) | What::Services(c) | What::Node(c) => sides.iter().any(|side| side.index == c),
        What::Vpc(_) | What::Subnet(_) => false,
    };
    let ranges: Vec<Range> = all(plan).into_iter().filter(concerned).collect();
    let what = |r: usize| ranges.get(r).map(|range| range.what);
    // an address of a node may lie in a docker network, and only there
    let home =
        |a: usize, b: usize| matches!((what(a), what(b)), (Some(What::Network(_)), Some(What::Node(_))));
    let pairs = pairs(&ranges).filter(|(a, b)| !home(*a, *b));
    let mut pairs: Vec<(usize, usize)> = pairs.take(crate::limits::PROBLEMS).collect();
    pairs.sort_unstable_by_key(|(a, b)| (*b, *a));
    let problem = |(a, b): (usize, usize)| {
        let (first, second) = (ranges.get(a)?, ranges.get(b)?);
        let overlap = if matches!(second.what, What::Node(_)) { "overlaps" } else { "overlap" };
        let message = format!("{} {overlap} {}", second.words(plan), first.words(plan));
        let help = "a route leads to one of them only: give each cluster ranges of its own, apart from those of the \
                    docker networks";
        Some(Problem::new(second.place.clone(), message).help(help))
    };
    pairs.into_iter().filter_map(problem).collect()
}
