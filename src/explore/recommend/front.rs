//! The choices that nobody beats: another one is as good in everything, and better in something.
//!
//! To take other nodes is a cost of its own: a choice on the nodes that there are is only beaten by another on them.

use std::cmp::Ordering;

use super::super::figure::{Better, figure};
use super::super::{Comes, Figure};
use crate::plan::{Place, Row};

/// What choices are compared by.
#[derive(Debug)]
pub struct Objective {
    /// Of the figure that is compared.
    pub figure: &'static str,
    /// What the best choice in it is called.
    pub best: &'static str,
}

#[rustfmt::skip] // an objective is a line
/// Every objective, in the order in which choices are listed.
pub const OBJECTIVES: [Objective; 6] = [
    Objective { figure: "held", best: "fewest-held" },
    Objective { figure: "held-churned", best: "fewest-churned" },
    Objective { figure: "burst-at-once", best: "most-at-once" },
    Objective { figure: "burst-rest", best: "shortest-wait" },
    Objective { figure: "ec2-calls", best: "fewest-calls" },
    Objective { figure: "usd-a-month", best: "cheapest" },
];

impl Objective {
    pub fn figure(&self) -> Option<&'static Figure> {
        figure(self.figure)
    }
}

/// What a choice costs in each of [`OBJECTIVES`], and whether it takes other nodes: less is better.
pub type Cost = [i64; OBJECTIVES.len() + 1];

/// The cost of a plan that differs in some fields. What is not known, a price or a burst of a plan without nodes, is as
/// bad as can be.
pub fn cost(comes: &Comes, values: &[(Place, String)]) -> Cost {
    let mut cost = [i64::from(!is_on_own_nodes(values)); OBJECTIVES.len() + 1];
    for (own, objective) in cost.iter_mut().zip(&OBJECTIVES) {
        let figure = objective.figure();
        let value = figure.and_then(|figure| (figure.value)(comes));
        *own = match (value, figure.map(|figure| figure.better)) {
            (Some(value), Some(Better::More)) => value.saturating_neg(),
            (Some(value), _) => value,
            (None, _) => i64::MAX,
        };
    }
    cost
}

/// Whether no field of nodes differs.
pub fn is_on_own_nodes(values: &[(Place, String)]) -> bool {
    !values.iter().any(|(place, _)| matches!(place.row, Row::NodeGroup(..)))
}

/// Whether the first is as good in everything, and better in something.
pub fn beats(a: &Cost, b: &Cost) -> bool {
    a != b && a.iter().zip(b).all(|(a, b)| a <= b)
}

/// What nobody beats of what was put in.
#[derive(Debug, Clone)]
pub struct Front<T> {
    pub members: Vec<(Cost, T)>,
}

impl<T> Default for Front<T> {
    fn default() -> Front<T> {
        Front { members: Vec::new() }
    }
}

impl<T> Front<T> {
    /// Puts one in. Of two that cost the same the one stays that comes first in the order of `rather`.
    pub fn put(&mut self, cost: Cost, member: T, rather: impl Fn(&T, &T) -> Ordering) {
        let worse = |(own, other): &(Cost, T)| {
            beats(own, &cost) || (*own == cost && rather(other, &member) != Ordering::Greater)
        };
        if self.members.iter().any(worse) {
            return;
        }
        self.members.retain(|(own, _)| *own != cost && !beats(&cost, own));
        self.members.push((cost, member));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn everything_is_in_front_or_beaten_by_it(
            all in prop::collection::vec(prop::array::uniform7(0_i64..4), 0..60),
        ) {
            let mut front = Front::default();
            for (i, cost) in all.iter().enumerate() {
                front.put(*cost, i, Ord::cmp);
            }
            for (i, cost) in all.iter().enumerate() {
                let first = all.iter().position(|other| other == cost) == Some(i);
                let beaten = all.iter().any(|other| beats(other, cost));
                let is_in = front.members.iter().any(|(_, member)| *member == i);
                prop_assert_eq!(is_in, first && !beaten);
            }
        }
    }
}
