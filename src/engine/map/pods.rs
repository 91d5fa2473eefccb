//! What the addresses of pod CIDRs are.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::{Run, Use, between};
use crate::engine::evaluate::Evaluation;
use crate::engine::lost::{Loss, lost};
use crate::ipam::Range;
use crate::manager::{Inside, Order};
use crate::plan::Plan;
use crate::text::{count, thousands};

/// Whose addresses are drawn.
struct Whose<'a> {
    /// The node whose range it is; `None`: everybody's.
    node: Option<&'a str>,
    pods: u64,
    /// What was lost there, and which of its sets of ranges this is.
    loss: Option<(&'a Loss, usize)>,
}

impl Evaluation {
    /// A pod CIDR: node by node where nodes have ranges.
    pub(super) fn pods(&self, plan: &Plan, c: usize, i: usize) -> Vec<Run> {
        let (cluster, outcome) = (&plan.clusters[c], &self.clusters[c]);
        let at = self.brought.iter().position(|pool| pool.of == Some((c, i)));
        let row = at.and_then(|at| self.report.pools.get(plan.subnets.len() + at));
        let pool = cluster.model().and_then(|model| Some((model.pools(0).into_iter().nth(i)?, model)));
        let (Some(row), Some((pool, model))) = (row, pool) else { return Vec::new() };
        let wholes: Vec<Range> = pool.ranges.iter().map(|range| Range::of(*range)).collect();
        let loss = lost(plan, c, outcome);
        if let Some(inside) = model.inside(i, None) {
            let loss = loss.as_ref().map(|loss| (loss, i));
            let pods = row.settled.assigned;
            return drawn(&wholes, &inside, &Whose { node: None, pods, loss });
        }
        if model.ranges(i, &[]).is_none() {
            let who = format!(
                "{} held by nodes and {} free; which is the manager's to choose",
                thousands(row.settled.held),
                thousands(row.settled.free)
            );
            return wholes.into_iter().map(|range| Run { range, of: Use::Mixed, who: who.clone() }).collect();
        }
        let mut known: BTreeMap<IpAddr, Run> = BTreeMap::new();
        for member in self.roster(plan, c) {
            let range = member.ranges.iter().position(|range| pool.ranges.iter().any(|p| p.contains(range)));
            let Some((set, range)) = range.and_then(|set| Some((set, *member.ranges.get(set)?))) else {
                continue;
            };
            let loss = loss.as_ref().filter(|loss| loss.node == member.name).map(|loss| (loss, set));
            let pods = outcome.running(member.group, member.index);
            let runs = match model.inside(i, Some(range)) {
                Some(inside) => {
                    drawn(&[Range::of(range)], &inside, &Whose { node: Some(&member.name), pods, loss })
                }
                None => {
                    let who = format!("{}: {}", member.name, count(pods, "pod"));
                    vec![Run { range: Range::of(range), of: Use::Mixed, who }]
                }
            };
            known.extend(runs.into_iter().map(|run| (run.range.first, run)));
        }
        for range in pool.left_out {
            let who = "the service range is here: no node gets a range".to_string();
            known.insert(range.first, Run { range, of: Use::Reserved, who });
        }
        let gap = |_| (Use::Free, "for the ranges of nodes to come".to_string());
        let inside = |whole: &Range| between(*whole, within(whole, known.values()), gap);
        wholes.iter().flat_map(inside).collect()
    }
}

/// The runs that are in a range.
fn within<'a>(whole: &'a Range, runs: impl Iterator<Item = &'a Run>) -> impl Iterator<Item = Run> {
    runs.filter(|run| whole.contains(run.range.first)).cloned()
}

/// The addresses of ranges that pods get addresses of one by one.
pub(super) fn drawn_as(wholes: &[Range], inside: &Inside, node: &str, pods: u64) -> Vec<Run> {
    drawn(wholes, inside, &Whose { node: Some(node), pods, loss: None })
}

fn drawn(wholes: &[Range], inside: &Inside, whose: &Whose) -> Vec<Run> {
    let mut known: BTreeMap<IpAddr, Run> = BTreeMap::new();
    let mut add = |run: Run| {
        known.insert(run.range.first, run);
    };
    for (address, what) in &inside.own {
        if let Some(at) = *address {
            add(Run { range: Range { first: at, last: at }, of: Use::Primary, who: whose.says(what) });
        }
    }
    let running = whose.loss.map_or(whose.pods, |(loss, _)| loss.running);
    let mut left = u128::from(running);
    for open in &inside.open {
        if inside.order == Order::Chance {
            add(Run { range: *open, of: Use::Mixed, who: whose.says(&by_chance(inside, running)) });
            continue;
        }
        let here = left.min(open.count());
        left -= here;
        if let Some(last) = here.checked_sub(1).and_then(|n| open.nth(n)) {
            let who = whose.says(&count(u64::try_from(here).unwrap_or(u64::MAX), "pod"));
            after_loss(Run { range: Range { first: open.first, last }, of: Use::Assigned, who }, whose)
                .into_iter()
                .for_each(&mut add);
        }
        if let Some(range) = open.nth(here).and_then(|first| Range::new(first, open.last)) {
            let (of, what) = match (whose.node, inside.order) {
                (Some(_), _) => (Use::Unused, "for its next pods"),
                (None, Order::Lowest) => (Use::Free, "the lowest is the next"),
                (None, _) => (Use::Free, "for the next pods"),
            };
            after_loss(Run { range, of, who: whose.says(what) }, whose).into_iter().for_each(&mut add);
        }
    }
    let gap = |_| (Use::Reserved, whose.says("not given out"));
    wholes.iter().flat_map(|whole| between(*whole, within(whole, known.values()), gap)).collect()
}

/// `10 pods, router, health endpoint somewhere here, and free: by chance`.
fn by_chance(inside: &Inside, pods: u64) -> String {
    let own = inside.own.iter().filter(|(address, _)| address.is_none()).map(|(_, what)| what.to_string());
    let all: Vec<String> = std::iter::once(count(pods, "pod")).chain(own).collect();
    format!("{} somewhere here, and free: by chance", all.join(", "))
}

impl Whose<'_> {
    fn says(&self, what: &str) -> String {
        self.node.map_or_else(|| what.to_string(), |node| format!("{node}: {what}"))
    }
}

/// A run as it is once the new pods have come that follow lost state: address by address where it changes.
fn after_loss(run: Run, whose: &Whose) -> Vec<Run> {
    let Some((loss, set)) = whose.loss else { return vec![run] };
    let new = loss.new_pods(set);
    let known = new.iter().filter(|(address, _)| run.range.contains(**address)).map(|(address, n)| {
        let (of, who) = match run.of {
            Use::Assigned => (Use::Twice, whose.says(&format!("a pod from before and new pod {n}"))),
            _ => (Use::Assigned, whose.says(&format!("new pod {n}"))),
        };
        Run { range: Range { first: *address, last: *address }, of, who }
    });
    between(run.range, known, |_| (run.of, run.who.clone()))
}
