//! What may stand in a field by name: one table. What is offered while one types comes from it.

use super::{Field, FieldKind, MAX_PODS, Section, show};
use crate::cni::env::{Kind, VARIABLES};
use crate::plan::Deleted;
use crate::plan::policy::{Checked, Intolerable};
use crate::plan::range::ReservationType;

/// What a value, or an item of it, is the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// Nothing that is known.
    Nothing,
    Subnets,
    /// Zones of the plan's subnets; a new one is as good.
    Zones,
    Networks,
    Clusters,
    /// Node groups of the cluster.
    Groups,
    InstanceTypes,
    /// Ranges of the VPC that no subnet has.
    FreeRanges,
    /// Ranges of a VPC that the subnets would be in.
    AroundSubnets,
    /// One of these words.
    Words(&'static [&'static str]),
    /// The second word of each item is one of these.
    SecondWords(&'static [&'static str]),
    /// Pairs of one of these keys and a value, which is one of some words where there are such.
    Keys(&'static [(&'static str, &'static [&'static str])]),
    /// `auto`, or pairs of a zone and a number.
    NodesByZone,
}

impl Field {
    /// What may stand in it by name.
    pub fn names(&self) -> Names {
        use FieldKind as K;
        match (self.section, self.key, self.kind) {
            (Section::Plan, "vpc", _) => Names::AroundSubnets,
            (Section::Subnet, "zone", _) => Names::Zones,
            (Section::Subnet, "cidr", _) => Names::FreeRanges,
            (Section::Cluster, "network", _) => Names::Networks,
            (_, "cluster", _) => Names::Clusters,
            (_, _, K::Subnets) => Names::Subnets,
            (_, _, K::Groups) => Names::Groups,
            (_, _, K::InstanceTypes) => Names::InstanceTypes,
            (_, _, K::Nodes) => Names::NodesByZone,
            (_, _, K::Choice(words)) => Names::Words(words),
            (_, _, K::MaxPods) => Names::Words(MAX_PODS),
            (_, _, K::Flag) => Names::Words(FLAGS),
            (_, key, K::Variable) if is_flag(key) => Names::Words(FLAGS),
            (_, _, K::Reservations) => Names::SecondWords(ReservationType::NAMES),
            (_, _, K::StateLoss) => Names::Keys(STATE_LOSS),
            (_, _, K::Growth) => Names::Keys(GROWTH),
            (_, _, K::Policy) => Names::Keys(POLICY),
            _ => Names::Nothing,
        }
    }
}

const FLAGS: &[&str] = &["true", "false"];
const STATE_LOSS: &[(&str, &[&str])] =
    &[("deleted", Deleted::NAMES), ("running", &[]), ("new_pods", &[]), ("node", &[])];
const GROWTH: &[(&str, &[&str])] = &[("replicas", &[]), ("nodes", &[]), ("months", &[])];
const POLICY: &[(&str, &[&str])] =
    &[("min_free", &[]), ("situations", Checked::NAMES), ("months", &[]), ("findings", Intolerable::NAMES)];

fn is_flag(variable: &str) -> bool {
    VARIABLES.iter().any(|v| v.name == variable && v.kind == Kind::Flag)
}

/// How the items of a value stand in its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The whole text is one.
    One,
    /// With commas between them.
    List,
    /// The words of items with commas between them.
    Words,
    /// `a=1 b=2`, with or without commas.
    Pairs,
}

impl Names {
    /// How they stand in a text.
    pub fn shape(self) -> Shape {
        match self {
            Names::Subnets | Names::Groups | Names::InstanceTypes | Names::AroundSubnets => Shape::List,
            Names::SecondWords(_) => Shape::Words,
            Names::Keys(_) | Names::NodesByZone => Shape::Pairs,
            _ => Shape::One,
        }
    }

    /// Whether a text that is no such name is wrong, so that one that is much like it may be meant.
    pub fn are_all(self) -> bool {
        use Names::{AroundSubnets, FreeRanges, NodesByZone, Words, Zones};
        !matches!(self, Zones | FreeRanges | AroundSubnets | NodesByZone | Words(MAX_PODS))
    }

    /// A name as it is typed into a value.
    pub fn typed(self, name: &str) -> String {
        match self.shape() {
            Shape::One => show::show_text(name, |s| !s.starts_with(['"', '\''])),
            Shape::Pairs => show::show_text(name, |s| show::is_item(s) && !s.contains(['=', ' '])),
            _ => show::show_text(name, show::is_item),
        }
    }
}

/// The item of a text that the cursor, in characters, is in: its first character and the one after its last. `None`
/// where the text is TOML.
pub fn item(text: &[char], cursor: usize, shape: Shape) -> Option<std::ops::Range<usize>> {
    if shape == Shape::One {
        return Some(0..text.len());
    }
    if matches!(text.iter().find(|c| !c.is_whitespace()), Some('[' | '{')) {
        return None;
    }
    let separates = |c: char| match shape {
        Shape::One => false,
        Shape::List => c == ',',
        Shape::Words | Shape::Pairs => c == ',' || c.is_whitespace() || (c == '=' && shape == Shape::Pairs),
    };
    let (mut start, mut end, mut quoted) = (0, text.len(), false);
    for (at, c) in text.iter().copied().enumerate() {
        match c {
            '"' => quoted = !quoted,
            c if !quoted && separates(c) && at < cursor => start = at + 1,
            c if !quoted && separates(c) => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    while start < cursor.min(end) && text.get(start).is_some_and(|c| c.is_whitespace()) {
        start += 1;
    }
    Some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_item_under_the_cursor_is_found() {
        let cases = [
            ("private-a|", Shape::One, "private-a"),
            ("private-a, pri|", Shape::List, "pri"),
            ("private-a, |", Shape::List, ""),
            ("private-a|, b", Shape::List, "private-a"),
            ("pri|x, b", Shape::List, "prix"),
            ("\"a, b|\", c", Shape::List, "\"a, b\""),
            ("|", Shape::List, ""),
            ("a=1 b|", Shape::Pairs, "b"),
            ("deleted=ev|", Shape::Pairs, "ev"),
            ("10.0.0.0/28 pre|", Shape::Words, "pre"),
        ];
        for (text, shape, expected) in cases {
            let cursor = text.chars().position(|c| c == '|').expect("a cursor");
            let text: Vec<char> = text.chars().filter(|c| *c != '|').collect();
            let found: Option<String> = item(&text, cursor, shape).map(|range| text[range].iter().collect());
            assert_eq!(found.as_deref(), Some(expected), "{text:?} {shape:?}");
        }
        let toml: Vec<char> = "[\"a\"]".chars().collect();
        assert_eq!(item(&toml, 3, Shape::List), None);
    }

    #[test]
    fn names_are_typed_so_that_they_read_back() {
        assert_eq!(Names::Subnets.typed("private a"), "private a");
        assert_eq!(Names::Subnets.typed("a, b"), "\"a, b\"");
        assert_eq!(Names::NodesByZone.typed("zone a"), "\"zone a\"");
        assert_eq!(Names::Zones.typed("a, b"), "a, b");
    }
}
