//! How the room is divided between panes that stand side by side.

use super::App;
use super::screen::Screen;

/// A border that can be moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Splitter {
    /// Plan screen: inputs and tables.
    Inputs,
    /// Node screen: staircase and steps.
    Steps,
    /// Simulation screen: series and events.
    Events,
}

/// The screen of each splitter, and about what share of the room, in thousandths, its left side has until it is
/// moved.
const SPLITTERS: &[(Splitter, Screen, u16)] = &[
    (Splitter::Inputs, Screen::Plan, 370),
    (Splitter::Steps, Screen::Node, 500),
    (Splitter::Events, Screen::Simulate, 620),
];

/// How far a key moves a border, in thousandths.
pub const STEP: i16 = 25;

/// Shares of the left sides, in thousandths; `None` is the screen's own choice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Splits([Option<u16>; SPLITTERS.len()]);

impl Splits {
    fn place(splitter: Splitter) -> usize {
        SPLITTERS.iter().position(|(s, ..)| *s == splitter).unwrap_or(0)
    }
}

impl App {
    /// The share of the left side of a splitter, in thousandths; `None` until it is moved.
    pub fn share(&self, splitter: Splitter) -> Option<u16> {
        self.splits.0.get(Splits::place(splitter)).copied().flatten()
    }

    /// Moves a splitter; no side gets nothing.
    pub(super) fn split(&mut self, splitter: Splitter, share: u16) {
        if let Some(slot) = self.splits.0.get_mut(Splits::place(splitter)) {
            *slot = Some(share.clamp(100, 900));
        }
    }

    /// Moves the splitter of the screen by thousandths.
    pub(super) fn move_split(&mut self, by: i16) {
        let Some((splitter, _, own)) = self.splitter() else { return };
        self.split(splitter, self.share(splitter).unwrap_or(own).saturating_add_signed(by));
    }

    /// The splitter of the screen that is shown.
    pub(super) fn splitter(&self) -> Option<(Splitter, Screen, u16)> {
        SPLITTERS.iter().find(|(_, screen, _)| *screen == self.screen()).copied()
    }
}
