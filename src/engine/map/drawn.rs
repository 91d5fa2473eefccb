//! A pool's addresses for drawing: any stretch of them is counted at a cost that does not grow with it.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::counts::Counts;
use super::lots::Series;
use super::{Run, Use};
use crate::ipam::Range;

/// Addresses of an aligned /28.
pub const BLOCK: u128 = crate::cni::PREFIX as u128;

/// A pool's addresses, each by how many are before it: a pool of several ranges has them one after the other.
#[derive(Debug, Clone, Default)]
pub struct Map {
    /// Each with the number of its first address.
    wholes: Vec<(u128, Range)>,
    pub(super) spans: Vec<Span>,
    pub(super) series: [Series; 2],
    counts: Counts,
    /// What is wanted of each use and not there, and so not on the map.
    pub missing: Counts,
    /// Who chose where each address is; `None`: that is known.
    pub chosen_by: Option<&'static str>,
    /// The aligned /28 blocks, where they matter.
    pub blocks: Option<Whole>,
}

/// The aligned /28 blocks of a subnet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whole {
    /// Those of which nothing is kept by the cloud: all but the first and the last.
    pub all: u64,
    /// Of which no address is taken: what a prefix can be.
    pub free: u64,
    /// Of which some addresses are taken and some are free, the first and the last included.
    pub broken: u64,
    /// `free` to be expected if single addresses lie scattered.
    pub scattered: u64,
    /// Whether nodes take prefixes from the subnet, so that this is what decides.
    pub decides: bool,
}

/// Neighbouring addresses, from one to another, both included.
#[derive(Debug, Clone)]
pub(super) struct Span {
    pub from: u128,
    pub to: u128,
    pub filled: Filled,
}

/// What neighbouring addresses are.
#[derive(Debug, Clone)]
pub(super) enum Filled {
    With(Use, String),
    /// With what one of the series has from some address on.
    From(usize, u64),
}

/// Neighbouring addresses of one use and one owner, by their numbers, both included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    pub from: u128,
    pub to: u128,
    pub of: Use,
    /// Whose they are, or what they are for.
    pub who: String,
}

impl Map {
    /// A map of what is known run by run.
    pub(super) fn of_runs(runs: Vec<Run>) -> Map {
        let mut map = Map::default();
        let mut next = 0u128;
        for run in runs {
            let to = next.saturating_add(run.range.count() - 1);
            let follows = |whole: &(u128, Range)| {
                crate::ipam::range::step(whole.1.last, 1).is_some_and(|at| at == run.range.first)
            };
            match map.wholes.last_mut().filter(|whole| follows(whole)) {
                Some((_, whole)) => whole.last = run.range.last,
                None => map.wholes.push((next, run.range)),
            }
            map.counts.add(run.of, run.range.count());
            map.spans.push(Span { from: next, to, filled: Filled::With(run.of, run.who) });
            next = to.saturating_add(1);
        }
        map
    }

    /// A map of one range, filled in order and without gaps.
    pub(super) fn of_spans(whole: Range, mut spans: Vec<Span>, series: [Series; 2]) -> Map {
        spans.sort_by_key(|span| span.from);
        // what goes on in the next span is one
        spans.dedup_by(|next, span| match (&span.filled, &next.filled) {
            (Filled::From(a, first), Filled::From(b, on))
                if a == b && u128::from(*on - (*first).min(*on)) == next.from - span.from =>
            {
                span.to = next.to;
                true
            }
            _ => false,
        });
        let map = Map { wholes: vec![(0, whole)], spans, series, ..Map::default() };
        Map { counts: map.counts_in(0, map.last()), ..map }
    }

    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The number of the last address; 0 also where there is none.
    pub fn last(&self) -> u128 {
        self.spans.last().map_or(0, |span| span.to)
    }

    /// All addresses by use.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The address with a number.
    pub fn address(&self, at: u128) -> Option<IpAddr> {
        let i = self.wholes.partition_point(|(first, _)| *first <= at).checked_sub(1)?;
        let (first, whole) = self.wholes.get(i)?;
        whole.nth(at - first)
    }

    /// Addresses by their numbers: as a CIDR if they are one.
    pub fn name(&self, from: u128, to: u128) -> String {
        let Some((first, last)) = self.address(from).zip(self.address(to)) else { return String::new() };
        let Some(range) = Range::new(first, last).filter(|range| range.count() == to - from + 1) else {
            // of two ranges of the pool
            return format!("{first} to {last}");
        };
        let bits = range.count().trailing_zeros();
        let net = match first {
            IpAddr::V4(v4) => Ipv4Net::new(v4, 32u8.saturating_sub(bits as u8)).map(IpNet::V4),
            IpAddr::V6(v6) => Ipv6Net::new(v6, 128u8.saturating_sub(bits as u8)).map(IpNet::V6),
        };
        match net {
            Ok(net) if bits > 0 && Range::of(net) == range => net.to_string(),
            _ => range.to_string(),
        }
    }

    /// The spans that some addresses are in, cut to them.
    fn within(&self, from: u128, to: u128) -> impl Iterator<Item = (u128, u128, &Span)> {
        let start = self.spans.partition_point(|span| span.to < from);
        let spans = self.spans.iter().skip(start).take_while(move |span| span.from <= to);
        spans.map(move |span| (span.from.max(from), span.to.min(to), span))
    }

    /// Addresses by use, from one to another.
    pub fn counts_in(&self, from: u128, to: u128) -> Counts {
        let mut counts = Counts::default();
        for (from, to, span) in self.within(from, to) {
            match &span.filled {
                Filled::With(of, _) => counts.add(*of, (to - from).saturating_add(1)),
                Filled::From(which, first) => {
                    let (from, to) = numbers(span, *first, from, to);
                    let own = self.series.get(*which).map(|s| s.between(from, to));
                    counts = counts + own.unwrap_or_default();
                }
            }
        }
        counts
    }

    /// Whose the addresses from one to another are and how many of each use; at most so many, and how many more
    /// there are.
    pub fn holders(&self, from: u128, to: u128, most: usize) -> (Vec<(String, Counts)>, usize) {
        let mut all: Vec<(String, Counts)> = Vec::new();
        let mut more = 0;
        for (from, to, span) in self.within(from, to) {
            let some = match &span.filled {
                Filled::With(Use::Free, _) => continue,
                Filled::With(of, who) => {
                    let mut counts = Counts::default();
                    counts.add(*of, (to - from).saturating_add(1));
                    vec![(who.clone(), counts)]
                }
                Filled::From(which, first) => {
                    let (from, to) = numbers(span, *first, from, to);
                    self.series.get(*which).map_or(Vec::new(), |s| s.holders(from, to))
                }
            };
            for (who, counts) in some {
                let room = all.len() < most;
                match all.iter_mut().find(|(known, _)| *known == who) {
                    Some((_, known)) => *known = *known + counts,
                    None if room => all.push((who, counts)),
                    None => more += 1,
                }
            }
        }
        (all, more)
    }

    /// The neighbours of an address that are of its use and its owner, it included.
    pub fn stretch(&self, at: u128) -> Option<Stretch> {
        let (.., span) = self.within(at, at).next()?;
        match &span.filled {
            Filled::With(of, who) => {
                Some(Stretch { from: span.from, to: span.to, of: *of, who: who.clone() })
            }
            Filled::From(which, first) => {
                let (n, _) = numbers(span, *first, at, at);
                let (start, end, stretch) = self.series.get(*which)?.at(n)?;
                let back = u128::from(n - start).min(at - span.from);
                let on = u128::from(end - 1 - n).min(span.to - at);
                Some(Stretch { from: at - back, to: at + on, ..stretch })
            }
        }
    }

    /// Aligned /28 blocks from one address to another, both at bounds of blocks: those that are free as wholes, and
    /// those of which a part is.
    pub fn blocks_in(&self, from: u128, to: u128) -> (u128, u128) {
        let (mut whole, mut touched, mut last) = (0, 0, None);
        for (from, to, span) in self.within(from, to) {
            if !matches!(span.filled, Filled::With(Use::Free, _)) {
                continue;
            }
            let (first, end) = (from / BLOCK, to / BLOCK);
            whole += (to.saturating_add(1) / BLOCK).saturating_sub(from.div_ceil(BLOCK));
            touched += end - first + u128::from(last != Some(first));
            last = Some(end);
        }
        (whole, touched - whole)
    }
}

/// Of the series that a span is filled from: what is from one address to before another, for addresses of the span.
fn numbers(span: &Span, first: u64, from: u128, to: u128) -> (u64, u64) {
    let number = |n: u128| first.saturating_add(u64::try_from(n).unwrap_or(u64::MAX));
    (number(from - span.from), number(to - span.from + 1))
}
