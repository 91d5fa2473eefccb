//! What the nodes of a cluster take of each pool, summed up.

use super::hold::Take;
use super::outcome::Outcome;
use super::report::{HeldBy, Situation};
use super::upgrade::At;
use crate::cni::settle::Range;
use crate::plan::Cluster;

/// What the nodes take of one pool.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// In file order.
    pub by: Vec<(At, HeldBy)>,
    /// Addresses that come one by one, and prefixes.
    pub singles: u64,
    pub prefixes: u64,
    pub stranded: u64,
    /// The other end of the pool's range, as a difference.
    pub less: u64,
    pub more: u64,
    pub cycles: bool,
    pub random: bool,
}

/// The sums of a cluster in a situation, each beside the pool it is of.
pub fn tallies(
    (c, cluster): (usize, &Cluster),
    outcome: &Outcome,
    situation: Situation,
) -> Vec<(usize, Tally)> {
    let mut tallies: Vec<(usize, Tally)> = Vec::new();
    for (g, part) in outcome.parts.iter().enumerate().flat_map(|(g, all)| all.iter().map(move |p| (g, p))) {
        let churn = part.churn.as_ref().filter(|_| situation == Situation::Churned);
        let (takes, other_end, range) = match churn {
            Some(churn) => {
                let range = churn.worst.map_or(Range::Exact, |worst| worst.range);
                (&churn.takes, &churn.other_end, range)
            }
            None => (&part.takes, &part.other_end, part.range()),
        };
        for take in takes {
            of_pool(&mut tallies, take.pool).add(cluster, (c, g), part.nodes, take);
        }
        if range != Range::Exact {
            for s in pools(takes, other_end) {
                of_pool(&mut tallies, s).other_end(part.nodes, s, takes, other_end, range);
            }
        }
    }
    tallies
}

fn pools(takes: &[Take], other_end: &[Take]) -> Vec<usize> {
    let mut pools: Vec<usize> = takes.iter().chain(other_end).map(|t| t.pool).collect();
    pools.sort_unstable();
    pools.dedup();
    pools
}

impl Tally {
    /// Adds what so many nodes of a group take.
    pub fn add(&mut self, cluster: &Cluster, at: At, nodes: u64, take: &Take) {
        let held = self.entry(cluster, at);
        held.nodes += nodes;
        held.primary += take.primary * nodes;
        held.assigned += take.assigned * nodes;
        held.unused += take.unused * nodes;
        self.singles += take.singles() * nodes;
        self.prefixes += take.prefixes * nodes;
        self.stranded += take.stranded * nodes;
    }

    /// The entry of a group.
    fn entry(&mut self, cluster: &Cluster, at: At) -> &mut HeldBy {
        // most often the last one, which is the one that is being added up
        let known = self.by.binary_search_by_key(&at, |(at, _)| *at);
        let place = known.unwrap_or_else(|place| {
            let entry = HeldBy {
                cluster: cluster.name.clone(),
                node_group: cluster.node_groups[at.1].name.clone(),
                nodes: 0,
                primary: 0,
                assigned: 0,
                unused: 0,
            };
            self.by.insert(place, (at, entry));
            place
        });
        &mut self.by[place].1
    }

    /// Notes what so many nodes could hold less or more of pool `s` than they are reported to.
    pub fn other_end(&mut self, nodes: u64, s: usize, takes: &[Take], other_end: &[Take], range: Range) {
        let sum = |takes: &[Take], of: fn(&Take) -> u64| -> u64 {
            takes.iter().filter(|t| t.pool == s).map(of).sum()
        };
        let (now, then) = (sum(takes, Take::held), sum(other_end, Take::held));
        self.less += now.saturating_sub(then) * nodes;
        self.more += then.saturating_sub(now) * nodes;
        match range {
            Range::Oscillates { .. } => self.cycles |= now != then,
            Range::Random { .. } => self.random |= sum(other_end, |t| t.assigned + t.unused) > 0,
            Range::Exact => {}
        }
    }

    /// Addresses that are taken.
    pub fn held(&self) -> u64 {
        self.by.iter().map(|(_, by)| by.held()).sum()
    }

    /// The same with what a cluster after it takes.
    pub fn append(&mut self, more: &Tally) {
        self.by.extend_from_slice(&more.by);
        self.singles += more.singles;
        self.prefixes += more.prefixes;
        self.stranded += more.stranded;
        self.less += more.less;
        self.more += more.more;
        self.cycles |= more.cycles;
        self.random |= more.random;
    }
}

/// What belongs to a pool in a short list, which is quicker than a map.
pub fn of_pool<T: Default>(list: &mut Vec<(usize, T)>, pool: usize) -> &mut T {
    let known = list.iter().position(|(known, _)| *known == pool);
    let at = known.unwrap_or_else(|| {
        list.push((pool, T::default()));
        list.len() - 1
    });
    &mut list[at].1
}
