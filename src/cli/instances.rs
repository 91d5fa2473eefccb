//! `podroom instances`.

use clap::Args;

use super::{Failure, Global, Outcome, input};
use crate::output::columns::INSTANCES;
use crate::output::json::Rows;
use crate::output::{Format, Table, csv, json, markdown, text};
use crate::text::{count, excerpt};

/// List instance types, with max pods per mode.
///
/// Max pods are what the formula gives, uncapped: with secondary addresses, in prefix mode, and both with custom
/// networking. Empty is unknown or impossible.
#[derive(Args, Debug)]
pub struct Instances {
    /// Only types whose names contain every word of it, as in "m5 8x"; if there is none, those most like it.
    filter: Option<String>,
    #[arg(long, default_value = "table")]
    format: Format,
}

impl Instances {
    pub fn run(self, global: &Global) -> Result<Outcome, Failure> {
        let tables = input::tables(global)?;
        let filter = self.filter.as_deref().unwrap_or_default().to_lowercase();
        let mut types = tables.search("");
        types.retain(|t| filter.split_whitespace().all(|word| t.name.contains(word)));
        if types.is_empty() {
            types = tables.search(&filter);
        }
        if let (Some(filter), []) = (&self.filter, types.as_slice()) {
            return Err(format!("no instance type matches {}", excerpt(filter)).into());
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
