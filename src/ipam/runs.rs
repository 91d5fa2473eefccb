//! Sets of numbers that are mostly neighbours: what is taken of a /8 or a /64 is a handful of runs, where a
//! bitmap would be megabytes.

use std::collections::BTreeMap;

/// Numbers as runs of neighbours. Finding the lowest free one takes as long as looking one run up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Runs {
    /// Last of each run by its first; there is a gap between any two.
    runs: BTreeMap<u128, u128>,
}

impl Runs {
    pub fn contains(&self, n: u128) -> bool {
        self.at(n).is_some()
    }

    /// How many there are; all numbers count as one less than there are.
    pub fn count(&self) -> u128 {
        self.within(0, u128::MAX)
    }

    /// How many there are from `first` to `last`.
    pub fn within(&self, first: u128, last: u128) -> u128 {
        self.overlapping(first, last)
            .map(|(from, to)| to.min(last) - from.max(first))
            .fold(0, |sum: u128, span| sum.saturating_add(span).saturating_add(1))
    }

    /// Adds a number; `false` if it was there.
    pub fn add(&mut self, n: u128) -> bool {
        self.add_all(n, n) > 0
    }

    /// Removes a number; `false` if it was not there.
    pub fn remove(&mut self, n: u128) -> bool {
        self.remove_all(n, n) > 0
    }

    /// Adds `first` to `last`, and says how many of them were not there.
    pub fn add_all(&mut self, first: u128, last: u128) -> u128 {
        if first > last {
            return 0;
        }
        let new = (last - first).saturating_add(1).saturating_sub(self.within(first, last));
        let (mut from, mut to) = (first, last);
        // neighbours on both sides become one run with it
        let around: Vec<_> = self.overlapping(first.saturating_sub(1), last.saturating_add(1)).collect();
        for (old_from, old_to) in around {
            self.runs.remove(&old_from);
            (from, to) = (from.min(old_from), to.max(old_to));
        }
        self.runs.insert(from, to);
        new
    }

    /// Removes `first` to `last`, and says how many of them were there.
    pub fn remove_all(&mut self, first: u128, last: u128) -> u128 {
        let there = self.within(first, last);
        let cut: Vec<_> = self.overlapping(first, last).collect();
        for (from, to) in cut {
            self.runs.remove(&from);
            if from < first {
                self.runs.insert(from, first - 1);
            }
            if to > last {
                self.runs.insert(last + 1, to);
            }
        }
        there
    }

    /// The lowest number from `first` to `last` that is not there.
    pub fn first_gap(&self, first: u128, last: u128) -> Option<u128> {
        let free = match self.at(first) {
            Some((_, to)) => to.checked_add(1)?,
            None => first,
        };
        (free <= last).then_some(free)
    }

    /// The first neighbours from `first` to `last` that are not there, all of them.
    pub fn gap(&self, first: u128, last: u128) -> Option<(u128, u128)> {
        let from = self.first_gap(first, last)?;
        Some((from, self.runs.range(from..).next().map_or(last, |(run, _)| last.min(run - 1))))
    }

    /// What is not there from `first` to `last`, in order.
    pub fn gaps(&self, first: u128, last: u128) -> Vec<(u128, u128)> {
        let mut gaps = Vec::new();
        let mut next = Some(first);
        while let Some((from, to)) = next.and_then(|n| self.gap(n, last)) {
            gaps.push((from, to));
            next = to.checked_add(1);
        }
        gaps
    }

    /// First and last of each run, in order.
    pub fn iter(&self) -> impl Iterator<Item = (u128, u128)> {
        self.runs.iter().map(|(from, to)| (*from, *to))
    }

    /// The run that has a number.
    fn at(&self, n: u128) -> Option<(u128, u128)> {
        self.runs.range(..=n).next_back().filter(|(_, to)| **to >= n).map(|(from, to)| (*from, *to))
    }

    /// The runs that have a number from `first` to `last`.
    fn overlapping(&self, first: u128, last: u128) -> impl Iterator<Item = (u128, u128)> {
        let before = self.at(first).filter(|(from, _)| *from < first && first <= last);
        let after = (first <= last).then(|| self.runs.range(first..=last));
        before.into_iter().chain(after.into_iter().flatten().map(|(from, to)| (*from, *to)))
    }
}
