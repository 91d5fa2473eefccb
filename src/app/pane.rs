//! The panes that take the focus. Which are on which screen is in [`super::screen::SCREENS`].

/// A pane of the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pane {
    // plan
    Inputs,
    Pools,
    Groups,
    Workloads,
    Thresholds,
    Findings,
    // node
    Staircase,
    Steps,
    Timeline,
    // map
    Addresses,
    Runs,
    // explore
    Heat,
    Ranking,
    Choices,
    Sizes,
    Copies,
    // simulate
    Series,
    Happenings,
    // compare
    Sides,
    // findings
    AllFindings,
}

impl Pane {
    /// What it is called, where its screen has others.
    pub fn name(self) -> Option<&'static str> {
        Some(match self {
            Pane::Inputs | Pane::Sides | Pane::AllFindings => return None,
            Pane::Pools => "pools",
            Pane::Groups => "node groups",
            Pane::Workloads => "workloads",
            Pane::Thresholds => "thresholds",
            Pane::Findings => "findings",
            Pane::Staircase => "staircase",
            Pane::Steps => "steps",
            Pane::Timeline => "timeline",
            Pane::Addresses => "addresses",
            Pane::Runs => "runs",
            Pane::Heat => "map",
            Pane::Ranking => "ranking",
            Pane::Choices => "recommended",
            Pane::Sizes => "subnet sizes",
            Pane::Copies => "copies",
            Pane::Series => "series",
            Pane::Happenings => "events",
        })
    }
}
