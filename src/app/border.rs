//! How the room is divided between panes that stand side by side, or one above the other.

use super::App;
use super::screen::Screen;

/// A border that can be moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Border {
    /// Plan screen: inputs and tables.
    Inputs,
    /// Node screen: staircase and steps.
    Steps,
    /// Node screen: steps and timeline.
    Timeline,
    /// Map screen: cells and list.
    Runs,
    /// Explore screen: map and ranking.
    Ranking,
    /// Explore screen: map and the figures of the pair under the cursor.
    Pair,
    /// Simulation screen: series and events.
    Events,
    /// Simulation screen: series above the events, where they have no room beside them.
    EventsBelow,
    /// Compare screen: lines and what differs.
    Differs,
}

/// How a border lies between its panes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lies {
    /// They stand side by side.
    Upright,
    /// One stands above the other.
    Level,
}

/// The screen of each border, and about what share of the room, in thousandths, its first side (left, or above) has
/// until it is moved.
const BORDERS: &[(Border, Screen, Lies, u16)] = &[
    (Border::Inputs, Screen::Plan, Lies::Upright, 370),
    (Border::Steps, Screen::Node, Lies::Upright, 500),
    (Border::Timeline, Screen::Node, Lies::Level, 500),
    (Border::Runs, Screen::Map, Lies::Level, 670),
    (Border::Ranking, Screen::Explore, Lies::Upright, 630),
    (Border::Pair, Screen::Explore, Lies::Level, 680),
    (Border::Events, Screen::Simulate, Lies::Upright, 620),
    (Border::EventsBelow, Screen::Simulate, Lies::Level, 670),
    (Border::Differs, Screen::Compare, Lies::Level, 670),
];

/// How far a key moves a border, in thousandths.
pub const STEP: i16 = 25;

/// Shares of the first sides, in thousandths; `None` is the screen's own choice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Borders([Option<u16>; BORDERS.len()]);

impl Borders {
    /// The shares of some borders.
    pub fn of(shares: impl Iterator<Item = (Border, u16)>) -> Borders {
        let mut borders = Borders::default();
        shares.for_each(|(border, share)| borders.put(border, share));
        borders
    }

    fn get(&self, border: Border) -> Option<u16> {
        self.0.get(Borders::place(border)).copied().flatten()
    }

    fn put(&mut self, border: Border, share: u16) {
        if let Some(slot) = self.0.get_mut(Borders::place(border)) {
            *slot = Some(share);
        }
    }

    fn place(border: Border) -> usize {
        BORDERS.iter().position(|(s, ..)| *s == border).unwrap_or(0)
    }
}

impl Border {
    pub fn lies(self) -> Lies {
        BORDERS.get(Borders::place(self)).map_or(Lies::Upright, |(_, _, lies, _)| *lies)
    }
}

impl App {
    /// The share of the first side of a border, in thousandths; `None` until it is moved.
    pub fn share(&self, border: Border) -> Option<u16> {
        self.borders.get(border)
    }

    /// Moves a border; no side gets nothing.
    pub(super) fn put_border(&mut self, border: Border, share: u16) {
        self.borders.put(border, share.clamp(100, 900));
    }

    /// Moves the border of the screen that lies so by thousandths, from where it was drawn.
    pub(super) fn move_border(&mut self, lies: Lies, by: i16) {
        let Some((border, own)) = self.border(lies) else { return };
        let share = self.share(border).or_else(|| self.drawn_borders.get(border)).unwrap_or(own);
        self.put_border(border, share.saturating_add_signed(by));
    }

    /// The border of the screen that is shown which lies so, and the share that it has until it is moved.
    pub(super) fn border(&self, lies: Lies) -> Option<(Border, u16)> {
        let here =
            |(_, screen, of, _): &&(Border, Screen, Lies, u16)| *screen == self.screen() && *of == lies;
        BORDERS.iter().find(here).map(|(border, _, _, own)| (*border, *own))
    }
}
