//! `podroom [PLAN]`: the planner, or the tables where it cannot run.

use std::io::{self, IsTerminal};
use std::path::Path;

use clap::CommandFactory;

use super::input::{self, Opened};
use super::show::Show;
use super::{Cli, Failure, Global, Outcome, tone};
use crate::file::preset;
use crate::suggest::nearest;
use crate::term::{self, Mouse, Start};
use crate::text::Ink;
use crate::view::Look;
use crate::view::symbols::Symbols;
use crate::view::theme::Theme;

/// Opens the planner on a plan.
pub fn run(plan: Option<&Path>, global: &Global) -> Result<Outcome, Failure> {
    if let Some(command) = plan.and_then(mistyped) {
        return Err(command.into());
    }
    if tone::dumb() || !io::stdout().is_terminal() {
        return Show::of(plan).run(global);
    }
    let Opened { loaded, tables } = input::open(plan, global)?;
    let origin =
        if plan == Some(Path::new("-")) { loaded.name.clone() } else { format!("preset {}", loaded.name) };
    let look = Look {
        theme: if global.color.ink(&io::stdout()) == Ink::Plain { Theme::mono() } else { Theme::ansi() },
        symbols: if global.ascii || !tone::utf8() { Symbols::ASCII } else { Symbols::UNICODE },
    };
    let mouse = if global.no_mouse { Mouse::Left } else { Mouse::Captured };
    let extra = global.instances.clone();
    Ok(Outcome::Ended(term::run(Start { loaded, origin, tables, extra, look, mouse })?))
}

/// What to say of a PLAN that is none, and looks like a command.
fn mistyped(plan: &Path) -> Option<String> {
    let unknown = preset::resolve(plan).err()?;
    let commands = Cli::command();
    let names = commands.get_subcommands().map(clap::Command::get_name);
    let meant = nearest(plan.to_str()?, names)?;
    Some(format!("{unknown}\n  did you mean the command podroom {meant}?"))
}
