//! `podroom config`.

use clap::Args;

use super::{Failure, Outcome};
use crate::config::defaults;

/// Print a configuration file with every default in it, and what each means.
///
/// It is a file that changes nothing: keep what you change, in $XDG_CONFIG_HOME/podroom/config.toml, by default
/// ~/.config/podroom/config.toml. podroom does not start with a mistake in it, and says where it is.
#[derive(Args, Debug)]
pub struct Config {}

impl Config {
    pub fn run(self) -> Result<Outcome, Failure> {
        Ok(Outcome::Print(defaults::text()))
    }
}
