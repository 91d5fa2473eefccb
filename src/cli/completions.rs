//! `podroom completions`.

use clap::{Args, Command};
use clap_complete::{Shell, generate};

use super::{Failure, Outcome};

/// Print the completion script of a shell.
///
/// For bash: podroom completions bash > ~/.local/share/bash-completion/completions/podroom
#[derive(Args, Debug)]
pub struct Completions {
    shell: Shell,
}

impl Completions {
    pub fn run(self, mut command: Command) -> Result<Outcome, Failure> {
        let mut script = Vec::new();
        generate(self.shell, &mut command, "podroom", &mut script);
        Ok(Outcome::Print(String::from_utf8_lossy(&script).into_owned()))
    }
}
