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
    // simulate
    Series,
    Happenings,
    // compare
    Sides,
    // findings
    AllFindings,
}
