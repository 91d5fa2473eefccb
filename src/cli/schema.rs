//! `podroom schema`.

use clap::Args;

use super::{Failure, Outcome};
use crate::output::{json, schema::schema};

/// Print the JSON Schema of plan files, so that editors complete and check them.
///
/// Editors that know TOML schemas (Even Better TOML, taplo) take it from the first line of a plan:
/// #:schema ./podroom.schema.json
#[derive(Args, Debug)]
#[command(after_long_help = "Example:
  podroom schema > podroom.schema.json")]
pub struct Schema {}

impl Schema {
    pub fn run(self) -> Result<Outcome, Failure> {
        Ok(Outcome::Print(json::write(&schema()).map_err(|e| e.to_string())?))
    }
}
