//! The figures that values are compared by: one table.

use super::{Cell, Comes};
use crate::engine::Verdict;
use crate::text::{signed, thousands};

/// A figure of a plan.
pub struct Figure {
    /// For lists and commands.
    pub name: &'static str,
    /// What is counted, in a line.
    pub doc: &'static str,
    pub better: Better,
    /// For comparing; `None` where the plan has none.
    pub value: fn(&Comes) -> Option<i64>,
    pub text: fn(&Comes) -> String,
}

/// Which of two values a user would rather have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    Less,
    More,
}

#[rustfmt::skip] // a figure is a line
/// Every figure; the first is the one that the map shows at first.
pub const FIGURES: &[Figure] = &[
    Figure { name: "held-but-unused", doc: "addresses held without a pod, over all pools, settled", better: Better::Less, value: |c| known(c.unused), text: |c| thousands(c.unused) },
    Figure { name: "free", doc: "free in the pool that has least, settled; below 0 it is short", better: Better::More, value: |c| Some(c.free), text: |c| signed(c.free) },
    Figure { name: "verdict", doc: "the plan in a word", better: Better::More, value: |c| Some(rank(c.verdict)), text: |c| c.verdict.name().to_owned() },
    Figure { name: "pending", doc: "pods without a node or an address", better: Better::Less, value: |c| known(c.pending), text: |c| thousands(c.pending) },
    Figure { name: "burst-at-once", doc: "pods that start at once when every node gets as full as it ever is", better: Better::More, value: |c| known(c.burst?.at_once), text: |c| c.burst.map_or_else(none, |b| thousands(b.at_once)) },
    Figure { name: "burst-rest", doc: "seconds until the last pod of such a burst has an address", better: Better::Less, value: |c| c.burst.map(|b| if b.never > 0 { i64::MAX } else { i64::try_from(b.millis).unwrap_or(i64::MAX) }), text: |c| c.burst.map_or_else(none, |b| if b.never > 0 { "never".to_owned() } else { format!("{} s", thousands(b.millis.div_ceil(1_000))) }) },
    Figure { name: "ec2-calls", doc: "EC2 calls of all nodes in an hour in which one such burst comes and goes", better: Better::Less, value: |c| known(c.burst?.calls), text: |c| c.burst.map_or_else(none, |b| thousands(b.calls)) },
    Figure { name: "held", doc: "addresses held, over all pools, settled", better: Better::Less, value: |c| known(c.held), text: |c| thousands(c.held) },
];

/// The figure of that name.
pub fn figure(name: &str) -> Option<&'static Figure> {
    FIGURES.iter().find(|figure| figure.name == name)
}

impl Figure {
    /// The figure of a cell; `None` where the plan is not valid, or has none.
    pub fn of(&self, cell: &Cell) -> Option<i64> {
        match cell {
            Cell::Comes(comes) => (self.value)(comes),
            Cell::Invalid(_) => None,
        }
    }

    /// How good a value is between the worst and the best of some, in tenths: 10 is the best. All are equally good
    /// where there is no difference.
    pub fn grade(&self, value: i64, all: impl Iterator<Item = i64>) -> u8 {
        // what never comes is not measured against what does
        let (least, most) = all
            .filter(|v| *v != i64::MAX)
            .fold((i64::MAX, i64::MIN), |(least, most), v| (least.min(v), most.max(v)));
        if value == i64::MAX {
            return 0;
        }
        let (above, range) = (i128::from(value) - i128::from(least), i128::from(most) - i128::from(least));
        if range <= 0 {
            return 10;
        }
        let tenths = u8::try_from((above * 10 / range).clamp(0, 10)).unwrap_or(0);
        match self.better {
            Better::More => tenths,
            Better::Less => 10 - tenths,
        }
    }
}

fn known(n: u64) -> Option<i64> {
    Some(i64::try_from(n).unwrap_or(i64::MAX))
}

fn none() -> String {
    "-".to_owned()
}

fn rank(verdict: Verdict) -> i64 {
    match verdict {
        Verdict::Exhausted => 0,
        Verdict::Short => 1,
        Verdict::AtRisk => 2,
        Verdict::Fits => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grades_go_from_the_worst_to_the_best() {
        let (less, more) = (&FIGURES[0], &FIGURES[1]);
        let all = || [100, 200, 300].into_iter();
        assert_eq!([100, 200, 300].map(|v| less.grade(v, all())), [10, 5, 0]);
        assert_eq!([100, 200, 300].map(|v| more.grade(v, all())), [0, 5, 10]);
        assert_eq!(less.grade(7, [7].into_iter()), 10);
        assert_eq!(less.grade(i64::MAX, all()), 0, "never is the worst");
        assert_eq!(more.grade(i64::MIN, [i64::MIN, i64::MAX - 1].into_iter()), 0);
    }
}
