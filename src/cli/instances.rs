//! `podroom instances`.

use clap::Args;

use super::{Failure, Global, Outcome, input};
use crate::output::columns::INSTANCES;
use crate::output::json::Rows;
use crate::output::{Format, Table, csv, json, markdown, text};
use crate::text::{count, shown};

/// List the instance types that plans can name, with max pods per mode (formula, uncapped).
#[derive(Args, Debug)]
pub struct Instances {
    /// Only types that match, best first.
    filter: Option<String>,
    #[arg(long, default_value = "table")]
    format: Format,
}

impl Instances {
    pub fn run(self, global: &Global) -> Result<Outcome, Failure> {
        let tables = input::tables(global)?;
        let types: Vec<_> = match &self.filter {
            Some(filter) => tables.search(filter),
            None => tables.iter().collect(),
        };
        if let (Some(filter), []) = (&self.filter, types.as_slice()) {
            return Err(format!("no instance type matches `{}`", shown(filter)).into());
        }
        let title = count(types.len() as u64, "instance type");
        let table = Table::of(title, INSTANCES, types);
        Ok(Outcome::Print(match self.format {
            Format::Table => text::write(&table, global.color.paper()),
            Format::Json => json::write(&Rows(&table)).map_err(|e| e.to_string())?,
            Format::Csv => csv::write(&table),
            Format::Markdown => markdown::write(&table),
        }))
    }
}
