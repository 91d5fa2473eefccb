//! How the room is divided between panes that stand side by side.

use super::App;
use super::screen::Screen;

/// A border that can be moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Border {
    /// Plan screen: inputs and tables.
    Inputs,
    /// Node screen: staircase and steps.
    Steps,
    /// Simulation screen: series and events.
    Events,
}

/// The screen of each border, and about what share of the room, in thousandths, its left side has until it is
/// moved.
const BORDERS: &[(Border, Screen, u16)] = &[
    (Border::Inputs, Screen::Plan, 370),
    (Border::Steps, Screen::Node, 500),
    (Border::Events, Screen::Simulate, 620),
];

/// How far a key moves a border, in thousandths.
pub const STEP: i16 = 25;

/// Shares of the left sides, in thousandths; `None` is the screen's own choice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Borders([Option<u16>; BORDERS.len()]);

impl Borders {
    fn place(border: Border) -> usize {
        BORDERS.iter().position(|(s, ..)| *s == border).unwrap_or(0)
    }
}

impl App {
    /// The share of the left side of a border, in thousandths; `None` until it is moved.
    pub fn share(&self, border: Border) -> Option<u16> {
        self.borders.0.get(Borders::place(border)).copied().flatten()
    }

    /// Moves a border; no side gets nothing.
    pub(super) fn put_border(&mut self, border: Border, share: u16) {
        if let Some(slot) = self.borders.0.get_mut(Borders::place(border)) {
            *slot = Some(share.clamp(100, 900));
        }
    }

    /// Moves the border of the screen by thousandths.
    pub(super) fn move_border(&mut self, by: i16) {
        let Some((border, _, own)) = self.border() else { return };
        self.put_border(border, self.share(border).unwrap_or(own).saturating_add_signed(by));
    }

    /// The border of the screen that is shown.
    pub(super) fn border(&self) -> Option<(Border, Screen, u16)> {
        BORDERS.iter().find(|(_, screen, _)| *screen == self.screen()).copied()
    }
}
