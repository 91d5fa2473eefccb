//! `podroom [PLAN]`: the planner, or the tables where it cannot run.

use std::io::{self, IsTerminal};
use std::path::Path;

use super::show::Show;
use super::{Failure, Global, Outcome, tone};

/// Opens the planner on a plan.
pub fn run(plan: Option<&Path>, global: &Global) -> Result<Outcome, Failure> {
    if tone::dumb() || !io::stdout().is_terminal() {
        return Show::of(plan).run(global);
    }
    todo!()
}
