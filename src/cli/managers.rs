//! `podroom managers`.

use clap::Args;

use super::{Failure, Global, Outcome};
use crate::manager::MANAGERS;
use crate::output::columns;
use crate::output::json::Rows;
use crate::output::{Format, Table, csv, json, markdown, text};
use crate::text::count;

/// List the address managers that a cluster may have, with what holds where a plan does not say.
///
/// Empty is what a plan has to say, what the manager does not have, or what follows from the nodes' types. Each names
/// where its rules stand, and the day on which they were read.
#[derive(Args, Debug)]
pub struct Managers {
    #[arg(long, default_value = "table")]
    format: Format,
}

impl Managers {
    pub fn run(self, global: &Global) -> Result<Outcome, Failure> {
        let title = count(MANAGERS.len() as u64, "address manager");
        let table = Table::of(title, columns::MANAGERS, MANAGERS);
        Ok(Outcome::Print(match self.format {
            Format::Table => text::write(&table, global.color.paper()),
            Format::Json => json::write(&Rows(&table)).map_err(|e| e.to_string())?,
            Format::Csv => csv::write(&table),
            Format::Markdown => markdown::write(&table),
        }))
    }
}
