//! `podroom presets`.

use clap::Args;

use super::{Failure, Global, Outcome};
use crate::file::preset::{PLANS, Preset};
use crate::output::table::{Align, Column, On};
use crate::output::{Table, text};

/// List the plans and instance tables that are built in.
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

impl Presets {
    pub fn run(self, global: &Global) -> Result<Outcome, Failure> {
        let plans = Table::of("Plans (podroom NAME opens one)", COLUMNS, PLANS);
        Ok(Outcome::Print(text::write(&plans, global.color.paper())))
    }
}
