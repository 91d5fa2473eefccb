//! The real terminal: the only place that enters and leaves it, reads keys and hears signals.
//!
//! | module | what it does |
//! |---|---|
//! | [`tty`] | enters the terminal, gives it back on every way out |
//! | [`events`] | keys and signals, as events on one channel |
//! | [`worker`] | long computations, aside |

pub mod events;
pub mod tty;
pub mod worker;

use std::path::PathBuf;
use std::process::ExitCode;

use crate::file::load::Loaded;
use crate::instance::Tables;
use crate::text::Ink;

/// What a session starts with.
pub struct Start {
    /// A plan without a mistake.
    pub loaded: Loaded,
    /// The built-in instance table, those of the plan and those of the command line.
    pub tables: Tables,
    /// Instance tables of the command line, also for plans that are opened later.
    pub instances: Vec<PathBuf>,
    /// With or without colours.
    pub ink: Ink,
    /// Draw with ASCII characters only.
    pub ascii: bool,
    /// Take the mouse over.
    pub mouse: tty::Mouse,
}

/// Runs a session until the user leaves it. The exit status is 0, or 128 + n after signal n.
///
/// # Errors
///
/// The terminal cannot be used; it is then as it was.
pub fn run(start: Start) -> Result<ExitCode, String> {
    let _ = start;
    Err("the planner is not there yet".to_string())
}
