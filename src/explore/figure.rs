//! The figures that values are compared by: one table.

use super::{Cell, Comes};
use crate::text::{signed, thousands};

/// A figure of a plan.
pub struct Figure {
    /// For lists and commands.
    pub name: &'static str,
    /// What is counted, in a line.
    pub doc: &'static str,
    pub better: Better,
    pub unit: Unit,
    /// For comparing; `None` where the plan has none.
    pub value: fn(&Comes) -> Option<i64>,
}

/// Which of two values a user would rather have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    Less,
    More,
}

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Count,
    /// Milliseconds; [`NEVER`] for what does not come.
    Millis,
    /// Cents of a US dollar.
    Cents,
    /// [`crate::engine::Verdict`]s, the worst first.
    Verdict,
}

/// The time of what never comes.
pub const NEVER: i64 = i64::MAX;

#[rustfmt::skip] // a figure is a line
/// Every figure; the first is the one that the map shows at first.
pub const FIGURES: &[Figure] = &[
    Figure { name: "held-but-unused", doc: "addresses held without a pod, over all pools, settled", better: Better::Less, unit: Unit::Count, value: |c| known(c.unused) },
    Figure { name: "free", doc: "free in the pool that has least, settled; below 0 it is short", better: Better::More, unit: Unit::Count, value: |c| Some(c.free) },
    Figure { name: "verdict", doc: "the plan in a word", better: Better::More, unit: Unit::Verdict, value: |c| Some(c.verdict as i64) },
    Figure { name: "pending", doc: "pods without a node or an address", better: Better::Less, unit: Unit::Count, value: |c| known(c.pending) },
    Figure { name: "burst-at-once", doc: "pods that start at once when every node gets as full as it ever is", better: Better::More, unit: Unit::Count, value: |c| known(c.burst?.at_once) },
    Figure { name: "burst-rest", doc: "seconds until the last pod of such a burst has an address", better: Better::Less, unit: Unit::Millis, value: |c| c.burst.and_then(|b| if b.never > 0 { Some(NEVER) } else { known(b.millis) }) },
    Figure { name: "ec2-calls", doc: "EC2 calls of all nodes in an hour in which one such burst comes, stays for ten minutes, and goes", better: Better::Less, unit: Unit::Count, value: |c| known(c.burst?.calls) },
    Figure { name: "held", doc: "addresses held, over all pools, settled", better: Better::Less, unit: Unit::Count, value: |c| known(c.held) },
    Figure { name: "held-churned", doc: "addresses held in the worst case after churn, over all pools", better: Better::Less, unit: Unit::Count, value: |c| known(c.held_churned) },
    Figure { name: "usd-a-month", doc: "US dollars a month for all nodes, on demand", better: Better::Less, unit: Unit::Cents, value: |c| known(c.cents?) },
];

/// The figure of that name.
pub fn figure(name: &str) -> Option<&'static Figure> {
    FIGURES.iter().find(|figure| figure.name == name)
}

impl Figure {
    /// The figure for people; `-` where the plan has none.
    pub fn text(&self, comes: &Comes) -> String {
        let number = |value: i64| u64::try_from(value).unwrap_or(0);
        match (self.unit, (self.value)(comes)) {
            (Unit::Verdict, _) => comes.verdict.name().to_owned(),
            (_, None) => "-".to_owned(),
            (Unit::Count, Some(value)) => signed(value),
            (Unit::Millis, Some(NEVER)) => "never".to_owned(),
            (Unit::Millis, Some(value)) => format!("{} s", thousands(number(value).div_ceil(1_000))),
            (Unit::Cents, Some(value)) => thousands(number(value).saturating_add(50) / 100),
        }
    }

    /// The figure of a cell; `None` where the plan is not valid, or has none.
    pub fn of(&self, cell: &Cell) -> Option<i64> {
        match cell {
            Cell::Comes(comes) => (self.value)(comes),
            Cell::Invalid(_) => None,
        }
    }

    /// Sorts cells best first. Whoever looks for few unused addresses does not want the plans that hold few because
    /// their pods do not run: those that fail come after the others, and those without the figure last.
    pub fn rank(&self, cell: &Cell) -> (bool, bool, i128) {
        let value = self.of(cell);
        let worth = value.map_or(0, |v| match self.better {
            Better::Less => i128::from(v),
            Better::More => -i128::from(v),
        });
        (value.is_none(), cell.fails(), worth)
    }

    /// How good a value is between the worst and the best of some, in tenths: 10 is the best. All are equally good
    /// where there is no difference.
    pub fn grade(&self, value: i64, all: impl Iterator<Item = i64>) -> u8 {
        // what never comes is not measured against what does
        let (least, most) = all
            .filter(|v| *v != NEVER)
            .fold((i64::MAX, i64::MIN), |(least, most), v| (least.min(v), most.max(v)));
        if value == NEVER {
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
    Some(i64::try_from(n).unwrap_or(NEVER - 1))
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
