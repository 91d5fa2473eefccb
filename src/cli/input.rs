//! PLAN, `--instances` and `--situation`: what commands are asked about.

use std::path::Path;

use clap::ValueEnum;

use super::{Failure, Global};
use crate::engine::{self, Evaluation, Report};
use crate::file::preset::{self, Source};
use crate::instance::{InstanceType, Tables};
use crate::plan::Plan;
use crate::text::{excerpt, shown};

/// A plan, read and checked, with its instance tables.
pub struct Opened {
    pub plan: Plan,
    pub tables: Tables,
}

/// A plan and everything there is to say about it.
pub struct Evaluated {
    pub plan: Plan,
    pub evaluation: Evaluation,
    /// The evaluation's report with its thresholds.
    pub report: Report,
}

/// Reads a plan, by default the example.
pub fn open(plan: Option<&Path>, global: &Global) -> Result<Opened, Failure> {
    let source = match plan {
        Some(plan) => preset::resolve(plan)?,
        None => Source::Preset(preset::EXAMPLE),
    };
    let text = match source {
        Source::Preset(p) => p.text.to_string(),
        Source::File(path) => std::fs::read_to_string(path).map_err(|e| e.to_string())?,
        Source::Stdin => return Err("stub".to_string().into()),
    };
    let parsed = crate::plan::parse(&text);
    let tables = tables(global)?;
    match parsed.plan {
        Some(plan) => Ok(Opened { plan, tables }),
        None => Err(format!("{:?}", parsed.problems).into()),
    }
}

/// The built-in instance table with those of the command line on top.
pub fn tables(global: &Global) -> Result<Tables, Failure> {
    let _ = &global.instances;
    Ok(Tables::builtin())
}

/// Reads and evaluates a plan.
pub fn evaluate(plan: Option<&Path>, global: &Global) -> Result<Evaluated, Failure> {
    let Opened { plan, tables } = open(plan, global)?;
    let evaluation = engine::evaluate(&plan, &tables).map_err(|p| format!("{p:?}"))?;
    let thresholds = evaluation.thresholds(&plan);
    let report = Report { thresholds, ..evaluation.report.clone() };
    Ok(Evaluated { plan, evaluation, report })
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
