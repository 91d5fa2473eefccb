//! `podroom [PLAN]`: the planner, or the tables where it cannot run.

use std::io::{self, IsTerminal};
use std::path::Path;

use clap::CommandFactory;

use super::input::{self, Opened};
use super::show::Show;
use super::{Cli, Failure, Global, Outcome, tone};
use crate::file::preset;
use crate::plan::suggest::nearest;
use crate::term::{self, Start, tty::Mouse};

/// Opens the planner on a plan. One with mistakes is refused as by every other command.
pub fn run(plan: Option<&Path>, global: &Global) -> Result<Outcome, Failure> {
    if let Some(command) = plan.and_then(mistyped) {
        return Err(command.into());
    }
    let stdout = io::stdout();
    if tone::dumb() || !stdout.is_terminal() {
        return Show::of(plan).run(global);
    }
    let opened = input::open(plan, global)?;
    opened.evaluate(global)?;
    let Opened { loaded, tables } = opened;
    let start = Start {
        loaded,
        tables,
        instances: global.instances.clone(),
        ink: global.color.ink(&stdout),
        ascii: global.ascii,
        mouse: if global.no_mouse { Mouse::Left } else { Mouse::Captured },
    };
    Ok(Outcome::Ended(term::run(start)?))
}

/// What to say of a PLAN that is none, and looks like a command.
fn mistyped(plan: &Path) -> Option<String> {
    let unknown = preset::resolve(plan).err()?;
    let commands = Cli::command();
    let names = commands.get_subcommands().map(clap::Command::get_name);
    let meant = nearest(plan.to_str()?, names)?;
    Some(format!("{unknown}\n  did you mean the command podroom {meant}?"))
}
