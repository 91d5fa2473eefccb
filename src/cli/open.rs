//! `podroom [PLAN]`: the planner, or the tables where it cannot run.

use std::io::{self, IsTerminal};
use std::path::Path;

use clap::CommandFactory;

use super::input::{self, Opened};
use super::show::Show;
use super::{Cli, Failure, Global, Outcome, look, tone};
use crate::file::preset;
use crate::suggest::nearest;
use crate::term::{self, Mouse, Start};

/// Opens the planner on a plan.
pub fn run(plan: Option<&Path>, global: &Global) -> Result<Outcome, Failure> {
    if let Some(command) = plan.and_then(mistyped) {
        return Err(command.into());
    }
    if tone::dumb() || !io::stdout().is_terminal() {
        return Show::of(plan).run(global);
    }
    let config = look::config(global)?;
    let settings = look::settings(&config, global);
    let Opened { loaded, tables } = input::open(plan, global)?;
    let origin = input::origin(plan, &loaded);
    let depth = look::depth();
    let look = look::look(settings.theme, depth, &config, global, !tone::utf8());
    let mouse = if global.no_mouse || !config.mouse { Mouse::Left } else { Mouse::Captured };
    let extra = global.instances.clone();
    let start = Start { loaded, origin, tables, extra, config, settings, look, depth, mouse };
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
