//! The panes that take the focus.

/// A pane of the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pane {
    Inputs,
    Pools,
    Groups,
    Workloads,
    Thresholds,
    Findings,
}

/// Every pane, in the order of Tab.
pub const PANES: [Pane; 6] =
    [Pane::Inputs, Pane::Pools, Pane::Groups, Pane::Workloads, Pane::Thresholds, Pane::Findings];

impl Pane {
    /// The next one, after the last the first.
    pub fn next(self) -> Pane {
        self.turn(1)
    }

    /// The one before, before the first the last.
    pub fn previous(self) -> Pane {
        self.turn(PANES.len() - 1)
    }

    fn turn(self, by: usize) -> Pane {
        PANES[(self.index() + by) % PANES.len()]
    }

    /// Position in [`PANES`].
    pub fn index(self) -> usize {
        PANES.iter().position(|p| *p == self).unwrap_or(0)
    }
}
