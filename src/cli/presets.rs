//! `podroom presets`.

use clap::Args;

use super::{Failure, Global, Outcome};
use crate::file::preset::{InstanceTable, PLANS, Preset, SCENARIOS, TABLES};
use crate::instance::Tables;
use crate::output::table::{Align, Column, On};
use crate::output::{Table, text};

/// List the built-in plans, scenarios and instance tables.
#[derive(Args, Debug)]
pub struct Presets {}

const COLUMNS: &[Column<Preset>] = &[
    Column { header: "name", key: "name", align: Align::Left, on: On::Everywhere, cell: |p| p.name.into() },
    Column {
        header: "what",
        key: "title",
        align: Align::Flow,
        on: On::Everywhere,
        cell: |p| p.title().into(),
    },
];

/// A table, and how many types it has.
type Counted = (&'static InstanceTable, u64);

const TABLE_COLUMNS: &[Column<Counted>] = &[
    Column { header: "name", key: "name", align: Align::Left, on: On::Everywhere, cell: |t| t.0.name.into() },
    Column { header: "types", key: "types", align: Align::Right, on: On::Everywhere, cell: |t| t.1.into() },
    Column {
        header: "as of",
        key: "date",
        align: Align::Left,
        on: On::Everywhere,
        cell: |t| t.0.date().into(),
    },
];

impl Presets {
    pub fn run(self, global: &Global) -> Result<Outcome, Failure> {
        let paper = global.color.paper();
        let types = Tables::builtin().iter().count() as u64;
        let plans = Table::of("Plans", COLUMNS, PLANS);
        let scenarios = Table::of("Scenarios", COLUMNS, SCENARIOS);
        let tables = Table::of("Instance tables", TABLE_COLUMNS, TABLES.iter().map(|t| (t, types)));
        Ok(Outcome::Print(format!(
            "{}\n{}\n{}\n`podroom NAME` opens a plan, `podroom show NAME` prints its tables.\n\
             `podroom simulate --scenario NAME` follows a scenario.\n",
            text::write(&plans, paper),
            text::write(&scenarios, paper),
            text::write(&tables, paper)
        )))
    }
}
