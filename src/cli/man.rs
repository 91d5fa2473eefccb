//! `podroom man`: one page, every command on it.

use std::io;

use clap::{Args, Command};

use super::{Failure, Outcome};
use crate::app::action::ACTIONS;

/// Print the manual page.
///
/// To read it: podroom man > podroom.1 && man ./podroom.1
#[derive(Args, Debug)]
pub struct Man {}

impl Man {
    pub fn run(self, command: Command) -> Result<Outcome, Failure> {
        let page = page(command).map_err(|e| e.to_string())?;
        Ok(Outcome::Print(String::from_utf8_lossy(&page).into_owned()))
    }
}

fn page(command: Command) -> io::Result<Vec<u8>> {
    // without the global options, which the page has once
    let commands: Vec<Command> = command
        .get_subcommands()
        .map(|c| c.clone().bin_name(format!("podroom {}", c.get_name())).disable_help_flag(true))
        .collect();
    let man = clap_mangen::Man::new(command.disable_help_subcommand(true));
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    for command in commands {
        page.extend(format!(".SH PODROOM {}\n", command.get_name().to_uppercase()).into_bytes());
        let man = clap_mangen::Man::new(command);
        let mut parts = Vec::new();
        man.render_synopsis_section(&mut parts)?;
        man.render_description_section(&mut parts)?;
        man.render_options_section(&mut parts)?;
        page.extend(String::from_utf8_lossy(&parts).replace(".SH ", ".SS ").into_bytes());
    }
    page.extend(keys().into_bytes());
    Ok(page)
}

/// The keys of the planner as it comes, and the file that gives it others.
fn keys() -> String {
    let mut out = ".SH KEYS\nA digit shows a screen; with Alt also on a number. Others can be given in the\n\
                   configuration, ~/.config/podroom/config.toml: see podroom config.\n"
        .to_owned();
    let mut before = None;
    for row in ACTIONS {
        if before != Some(row.context) {
            before = Some(row.context);
            out += &format!(".SS {}\n", row.context.title());
        }
        out += &format!(".TP\n\\fB{}\\fR\n{}\n", row.keys.join(" ").replace('-', "\\-"), row.doc);
    }
    out
}
