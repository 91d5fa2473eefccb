//! PLAN, `--instances` and `--situation`: what commands are asked about.

use std::io;
use std::path::Path;

use clap::ValueEnum;

use super::{Failure, Global};
use crate::engine::{self, Evaluation, Pointer, Report};
use crate::file::load::{Loaded, add_tables, load, load_tables};
use crate::file::preset::{self, Source};
use crate::instance::{InstanceType, Tables};
use crate::text::{Ink, excerpt, shown};

/// A plan without a mistake, with its instance tables.
pub struct Opened {
    pub loaded: Loaded,
    pub tables: Tables,
}

/// Everything there is to say about a plan.
pub struct Answer {
    pub report: Report,
    /// How the verdict came about.
    pub why: String,
}

/// Reads a plan, by default the example.
pub fn open(plan: Option<&Path>, global: &Global) -> Result<Opened, Failure> {
    let source = plan.map_or(Ok(Source::Preset(preset::EXAMPLE)), preset::resolve)?;
    let loaded = match source {
        Source::Preset(preset) => Loaded::of_text(preset.name, preset.text),
        Source::File(path) => load(&path)?,
    };
    loaded.plan(ink(global))?;
    let tables = load_tables(&loaded, &global.instances, ink(global))?;
    Ok(Opened { loaded, tables })
}

impl Opened {
    /// What the engine says of the plan.
    pub fn evaluate(&self, global: &Global) -> Result<Evaluation, Failure> {
        let evaluation = engine::evaluate(self.loaded.plan(ink(global))?, &self.tables);
        Ok(evaluation.map_err(|problems| self.loaded.rejected(&problems, ink(global)))?)
    }
}

/// Reads and evaluates a plan.
pub fn answer(plan: Option<&Path>, global: &Global) -> Result<Answer, Failure> {
    let opened = open(plan, global)?;
    let evaluation = opened.evaluate(global)?;
    let plan = opened.loaded.plan(ink(global))?;
    let why = evaluation.why(plan, &Pointer::Verdict);
    let thresholds = evaluation.thresholds(plan);
    Ok(Answer { report: Report { thresholds, ..evaluation.report }, why })
}

/// The built-in instance table with those of the command line on top.
pub fn tables(global: &Global) -> Result<Tables, Failure> {
    let mut tables = Tables::builtin();
    add_tables(&mut tables, &global.instances, ink(global))?;
    Ok(tables)
}

/// For diagnostics, which go to standard error.
fn ink(global: &Global) -> Ink {
    global.color.ink(&io::stderr())
}

/// A situation that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Situation {
    /// Every node came up empty, got its pods, and its address pool settled.
    Settled,
    /// Every node once ran as many pods as it can, then fell back (95th percentile); not computed yet.
    Churned,
    /// The same, whichever pods survive; not computed yet.
    ChurnedWorst,
    /// Settled, with the nodes that a rolling upgrade adds; not computed yet.
    Upgrade,
    /// All that are computed.
    All,
}

/// Holds if all of these are computed in this version.
pub fn computed(situations: &[Situation]) -> Result<(), Failure> {
    let missing = situations.iter().find(|s| !matches!(s, Situation::Settled | Situation::All));
    let Some(value) = missing.and_then(ValueEnum::to_possible_value) else { return Ok(()) };
    Err(format!(
        "the situation \"{}\" is not computed by this version; ask for \"settled\", or for \"all\" that are",
        value.get_name()
    )
    .into())
}

/// The facts about an instance type.
pub fn instance(name: &str, global: &Global) -> Result<InstanceType, Failure> {
    let tables = tables(global)?;
    tables.get(name).cloned().ok_or_else(|| {
        let meant =
            tables.nearest(name).map_or(String::new(), |n| format!("; did you mean \"{}\"?", shown(n)));
        format!("no instance type {}{meant} (\"podroom instances\" lists them)", excerpt(name)).into()
    })
}
