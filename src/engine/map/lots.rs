//! What nodes take of a subnet, as lots of alike nodes one after the other: a stretch of it is counted by arithmetic,
//! however many nodes and addresses it has.

use super::counts::Counts;
use super::{Stretch, Use};

/// Neighbouring addresses of one node for one use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub of: Use,
    pub addresses: u64,
    pub what: String,
}

/// Who takes as much as another, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lot {
    /// `prod/workers`.
    pub whose: String,
    /// What each of them is called, and the number of the first: `node` 4. `None`: there is one, and it has no number.
    pub number: Option<(&'static str, u64)>,
    pub nodes: u64,
    /// What each takes, in the order of its addresses.
    pub pieces: Vec<Piece>,
}

/// Lots in the order of their addresses.
#[derive(Debug, Clone, Default)]
pub(super) struct Series {
    lots: Vec<Lot>,
    /// Of each lot, what is before it: addresses, by use.
    before: Vec<(u64, Counts)>,
    all: (u64, Counts),
}

impl Lot {
    /// Addresses of each.
    fn each(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.addresses).sum()
    }

    /// By use, of its first so many addresses.
    fn first(&self, addresses: u64) -> Counts {
        let each = self.each().max(1);
        let (whole, mut rest) = (addresses / each, addresses % each);
        let mut counts = Counts::default();
        for piece in &self.pieces {
            let of_rest = rest.min(piece.addresses);
            rest -= of_rest;
            counts.add(piece.of, u128::from(whole) * u128::from(piece.addresses) + u128::from(of_rest));
        }
        counts
    }

    /// Who its node with so many before it is.
    fn who(&self, nth: u64) -> String {
        match self.number {
            Some((word, first)) => format!("{} {word} {}", self.whose, first + nth),
            None => self.whose.clone(),
        }
    }

    /// Addresses at the end of each that go without in a round, where units are taken as wholes.
    fn spare(&self, round: Round, unit: u64) -> u64 {
        let goes = |piece: &&Piece| match round {
            Round::Unused => piece.of == Use::Unused,
            Round::Assigned => [Use::Unused, Use::Assigned].contains(&piece.of),
            Round::Any => true,
        };
        let end: u64 = self.pieces.iter().rev().take_while(goes).map(|piece| piece.addresses).sum();
        end / unit * unit
    }

    /// The same with fewer addresses at the end of each.
    fn without(&self, mut addresses: u64) -> Lot {
        let mut lot = self.clone();
        while let Some(last) = lot.pieces.last_mut().filter(|_| addresses > 0) {
            let gone = last.addresses.min(addresses);
            last.addresses -= gone;
            addresses -= gone;
            if last.addresses == 0 {
                lot.pieces.pop();
            }
        }
        lot
    }

    /// Some of its nodes: so many, after so many others.
    fn part(&self, skipped: u64, nodes: u64) -> Lot {
        let number = self.number.map(|(word, first)| (word, first + skipped));
        Lot { number, nodes, ..self.clone() }
    }
}

/// What goes first where not all is there: what nobody uses, then what pods use, then the rest.
#[derive(Debug, Clone, Copy)]
enum Round {
    Unused,
    Assigned,
    Any,
}

/// Lots with so many units of addresses less: those of the last nodes.
pub(super) fn cut(mut lots: Vec<Lot>, mut units: u64, unit: u64) -> Vec<Lot> {
    for round in [Round::Unused, Round::Assigned, Round::Any] {
        let mut kept: Vec<Lot> = Vec::with_capacity(lots.len());
        for lot in lots.into_iter().rev() {
            let spare = lot.spare(round, unit);
            let each = spare / unit;
            if units == 0 || each == 0 {
                kept.push(lot);
                continue;
            }
            let without = (units / each).min(lot.nodes);
            let rest = if without < lot.nodes { units - without * each } else { 0 };
            units -= without * each + rest;
            let whole = lot.nodes - without - u64::from(rest > 0);
            kept.push(lot.part(lot.nodes - without, without).without(spare));
            if rest > 0 {
                kept.push(lot.part(whole, 1).without(rest * unit));
            }
            kept.push(lot.part(0, whole));
        }
        kept.reverse();
        lots = kept;
    }
    lots
}

impl Series {
    pub fn of(lots: Vec<Lot>) -> Series {
        let lots: Vec<Lot> = lots.into_iter().filter(|lot| lot.nodes > 0 && lot.each() > 0).collect();
        let mut all = (0u64, Counts::default());
        let mut before = Vec::with_capacity(lots.len());
        for lot in &lots {
            before.push(all);
            let own = lot.each().saturating_mul(lot.nodes);
            all = (all.0.saturating_add(own), all.1 + lot.first(own));
        }
        Series { lots, before, all }
    }

    pub fn addresses(&self) -> u64 {
        self.all.0
    }

    /// All of them by use.
    pub fn counts(&self) -> Counts {
        self.all.1
    }

    /// The lot that an address is in, and how many addresses are before the lot.
    fn lot(&self, at: u64) -> Option<(usize, &Lot, u64)> {
        let i = self.before.partition_point(|(before, _)| *before <= at).checked_sub(1)?;
        let lot = self.lots.get(i).filter(|_| at < self.all.0)?;
        Some((i, lot, self.before.get(i)?.0))
    }

    /// By use, of the first so many.
    fn first(&self, addresses: u64) -> Counts {
        let Some((i, lot, before)) = self.lot(addresses) else { return self.all.1 };
        self.before.get(i).map_or(Counts::default(), |(_, counts)| *counts) + lot.first(addresses - before)
    }

    /// By use, from one to before another.
    pub fn between(&self, from: u64, to: u64) -> Counts {
        self.first(to) - self.first(from)
    }

    /// The piece that an address is in: its first, the one after its last, and what it is.
    pub fn at(&self, at: u64) -> Option<(u64, u64, Stretch)> {
        let (_, lot, before) = self.lot(at)?;
        let each = lot.each().max(1);
        let nth = (at - before) / each;
        let mut start = before + nth * each;
        for piece in &lot.pieces {
            let end = start + piece.addresses;
            if at < end {
                let who = format!("{}: {}", lot.who(nth), piece.what);
                return Some((start, end, Stretch { of: piece.of, who, from: 0, to: 0 }));
            }
            start = end;
        }
        None
    }

    /// Whose the addresses from one to before another are, and how many of each use.
    pub fn holders(&self, from: u64, to: u64) -> Vec<(String, Counts)> {
        let mut holders = Vec::new();
        let mut at = from;
        while at < to
            && let Some((_, lot, before)) = self.lot(at)
        {
            let each = lot.each().max(1);
            let end = (before + each * lot.nodes).min(to);
            let (first, last) = ((at - before) / each, (end - 1 - before) / each);
            let who = match lot.number {
                Some((word, n)) if last > first => {
                    format!("{} {word}s {}-{}", lot.whose, n + first, n + last)
                }
                _ => lot.who(first),
            };
            holders.push((who, lot.first(end - before) - lot.first(at - before)));
            at = end;
        }
        holders
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lot(whose: &str, nodes: u64, pieces: &[(Use, u64)]) -> Lot {
        let piece =
            |(of, addresses): &(Use, u64)| Piece { of: *of, addresses: *addresses, what: String::new() };
        let pieces = pieces.iter().map(piece).collect();
        Lot { whose: whose.into(), number: Some(("node", 1)), nodes, pieces }
    }

    fn lots() -> Vec<Lot> {
        vec![
            lot("a", 3, &[(Use::Primary, 1), (Use::Assigned, 4), (Use::Unused, 2)]),
            lot("b", 2, &[(Use::Primary, 2), (Use::Assigned, 1), (Use::Unused, 5)]),
        ]
    }

    #[test]
    fn counting_by_arithmetic_is_counting_one_by_one() {
        let series = Series::of(lots());
        let one = |at: u64| series.at(at).map(|(.., stretch)| stretch.of);
        for from in 0..=series.addresses() {
            for to in from..=series.addresses() {
                let mut naive = Counts::default();
                (from..to).for_each(|at| naive.add(one(at).expect("an address"), 1));
                assert_eq!(series.between(from, to), naive, "{from}..{to}");
                let held = series.holders(from, to).into_iter().map(|(_, counts)| counts);
                assert_eq!(held.fold(Counts::default(), |a, b| a + b), naive, "{from}..{to}");
            }
        }
        assert_eq!(one(series.addresses()), None);
    }

    #[test]
    fn what_is_not_there_is_missing_at_the_last_nodes_and_what_nobody_uses_first() {
        let of = |units: u64| {
            let counts = Series::of(cut(lots(), units, 1)).counts();
            [Use::Primary, Use::Assigned, Use::Unused].map(|of| counts.of(of))
        };
        assert_eq!(of(0), [7, 14, 16]);
        assert_eq!(of(7), [7, 14, 9]);
        assert_eq!(of(16), [7, 14, 0]);
        assert_eq!(of(17), [7, 13, 0]);
        assert_eq!(of(30), [7, 0, 0]);
        assert_eq!(of(36), [1, 0, 0]);
        assert_eq!(of(99), [0, 0, 0]);
        // prefixes go as wholes: those without a pod first
        let prefixes = || vec![lot("a", 2, &[(Use::Assigned, 20), (Use::Unused, 28)])];
        let of = |units: u64| {
            let counts = Series::of(cut(prefixes(), units, 16)).counts();
            [Use::Assigned, Use::Unused].map(|of| counts.of(of))
        };
        assert_eq!((of(1), of(2), of(3)), ([40, 40], [40, 24], [36, 12]));
    }
}
