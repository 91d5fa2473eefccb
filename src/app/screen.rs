//! The screens: one table. The tabs, the keys that choose one, the order of Tab within one and the help come
//! from it.
//!
//! To add a screen: a row here, with a variant for it and for its panes; a line and a file for its drawing in
//! [`crate::view`]. What its keys mean is said where that of every key is, in [`super::action::ACTIONS`]; what
//! moving does in its panes, in [`super::act`].

use super::action::Context;
use super::key::{Code, Key, With};
use super::pane::Pane;

/// A screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Screen {
    Plan,
    Node,
    Map,
    Explore,
    Simulate,
    Compare,
    Findings,
}

/// One row of [`SCREENS`].
pub struct Row {
    pub screen: Screen,
    /// The digit that chooses it where no number is edited, and with Alt always.
    pub digit: char,
    /// What it is called: on its tab, and for commands.
    pub name: &'static str,
    /// One line for the help.
    pub doc: &'static str,
    /// Its panes in the order of Tab, at least one; the first has the focus when it is first shown.
    pub panes: &'static [Pane],
    /// Where keys are looked up on it; the inputs have a context of their own.
    pub context: Context,
}

use Pane::{
    Addresses, AllFindings, Choices, Copies, Findings, Groups, Happenings, Heat, Inputs, Pools, Ranking,
    Runs, Series, Sides, Sizes, Staircase, Steps, Thresholds, Timeline, Workloads,
};

/// Every screen, in the order of the tabs. The first is the one that Esc leads back to.
#[rustfmt::skip] // a row is a line
pub const SCREENS: &[Row] = &[
    Row { screen: Screen::Plan, digit: '1', name: "plan", doc: "the plan: inputs and live tables", panes: &[Inputs, Pools, Groups, Workloads, Thresholds, Findings], context: Context::Tables },
    Row { screen: Screen::Node, digit: '2', name: "node", doc: "a node of a group: held against pods", panes: &[Staircase, Steps, Timeline], context: Context::Node },
    Row { screen: Screen::Map, digit: '3', name: "map", doc: "the addresses of a pool, from the first to the last", panes: &[Addresses, Runs], context: Context::Map },
    Row { screen: Screen::Explore, digit: '4', name: "explore", doc: "two fields varied, what is recommended, the size of subnets, and how many such clusters fit", panes: &[Heat, Ranking, Choices, Sizes, Copies], context: Context::Explore },
    Row { screen: Screen::Simulate, digit: '5', name: "simulate", doc: "the fleet over time, while a scenario happens to it", panes: &[Series, Happenings], context: Context::Simulate },
    Row { screen: Screen::Compare, digit: '6', name: "compare", doc: "the plan and its variants side by side", panes: &[Sides], context: Context::Compare },
    Row { screen: Screen::Findings, digit: '7', name: "findings", doc: "all findings, and what removes them", panes: &[AllFindings], context: Context::Tables },
];

impl Screen {
    /// Its row.
    pub fn row(self) -> &'static Row {
        &SCREENS[self.index()]
    }

    /// Position in [`SCREENS`].
    pub fn index(self) -> usize {
        SCREENS.iter().position(|row| row.screen == self).unwrap_or(0)
    }

    /// The screen that a pane is on.
    pub fn of(pane: Pane) -> Screen {
        SCREENS.iter().find(|row| row.panes.contains(&pane)).map_or(Screen::Plan, |row| row.screen)
    }
}

/// The screen that a key chooses: its digit, alone or with Alt.
pub fn chosen_by(key: Key) -> Option<Screen> {
    let digit = match (key.code, key.with) {
        (Code::Char(c), With::Nothing | With::Alt) => c,
        _ => return None,
    };
    SCREENS.iter().find(|row| row.digit == digit).map(|row| row.screen)
}

impl Pane {
    /// The next one of its screen, after the last the first.
    pub fn next(self) -> Pane {
        self.turn(1)
    }

    /// The one before, before the first the last.
    pub fn previous(self) -> Pane {
        self.turn(Screen::of(self).row().panes.len() - 1)
    }

    fn turn(self, by: usize) -> Pane {
        let panes = Screen::of(self).row().panes;
        let at = panes.iter().position(|p| *p == self).unwrap_or(0);
        panes[(at + by) % panes.len()]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::action::ACTIONS;
    use super::*;

    #[test]
    fn screens_have_their_own_digits_names_and_panes() {
        let digits: BTreeSet<char> = SCREENS.iter().map(|row| row.digit).collect();
        let names: BTreeSet<&str> = SCREENS.iter().map(|row| row.name).collect();
        let panes: Vec<Pane> = SCREENS.iter().flat_map(|row| row.panes).copied().collect();
        assert_eq!((digits.len(), names.len()), (SCREENS.len(), SCREENS.len()));
        for (i, pane) in panes.iter().enumerate() {
            assert!(!panes[..i].contains(pane), "{pane:?} is on two screens");
            assert_eq!(pane.next().previous(), *pane);
            assert_eq!(Screen::of(pane.next()), Screen::of(*pane));
        }
        for row in SCREENS {
            assert!(row.digit.is_ascii_digit() && !row.panes.is_empty() && row.screen.row().name == row.name);
            let taken =
                |key: &&str| [row.digit.to_string(), format!("alt-{}", row.digit)].contains(&key.to_string());
            assert!(!ACTIONS.iter().flat_map(|a| a.keys).any(taken), "{} means something else", row.digit);
        }
    }
}
