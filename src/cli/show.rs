//! `podroom show`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::input::{self, Opened};
use super::{Failure, Global, Outcome, variants};
use crate::engine::{Evaluation, Line, Of, Pointer, Report};
use crate::file::preset;
use crate::output::{self, Asked, Format, Part};
use crate::plan::Plan;
use crate::text::shown;

/// Print the tables of a plan.
#[derive(Args, Debug)]
#[command(after_long_help = "Examples:
  podroom show plan.toml --table pools --format csv > pools.csv
  podroom show plan.toml --why verdict
  podroom show plan.toml --sheet
  podroom show plan.toml --why pools.private-a.churned.held
  podroom show plan.toml --why thresholds.0")]
pub struct Show {
    /// File, preset or - [default: the preset eks-1200-pods].
    plan: Option<PathBuf>,
    #[arg(long, default_value = "table")]
    format: Format,
    /// One table alone; CSV prints one, by default the pools.
    #[arg(long)]
    table: Option<Part>,
    /// Only the figures of one situation; those of `churned` have the worst case and the percentiles.
    #[arg(long, value_name = "S")]
    situation: Option<input::Situation>,
    /// A variant of the plan in its place; `podroom variants` lists them.
    #[arg(long, value_name = "NAME")]
    variant: Option<String>,
    /// What AWS's published calculator sheet would say of the same groups, and why the truth differs.
    #[arg(long, conflicts_with_all = ["table", "why"])]
    sheet: bool,
    /// How one number came about, down to the inputs, instead of the tables: --why pools.private-a.free
    ///
    /// A number is named by its table, its row and its figure, as in podroom show --format json: verdict,
    /// pools.NAME.free, pools.NAME.churned.held, node_groups.CLUSTER/GROUP.held, workloads.CLUSTER/WORKLOAD.running.
    /// Rows are called as in the tables. Those of thresholds and findings have no names and are counted from 0:
    /// thresholds.0 is the first threshold. Without its row (pools) or its figure (pools.private-a) a number is not
    /// shown, and it is said which there are.
    #[arg(long, value_name = "POINTER", conflicts_with_all = ["format", "table", "situation"])]
    why: Option<String>,
}

impl Show {
    /// All tables of a plan as text.
    pub fn of(plan: Option<&Path>) -> Show {
        Show {
            plan: plan.map(Path::to_path_buf),
            format: Format::Table,
            table: None,
            situation: None,
            variant: None,
            sheet: false,
            why: None,
        }
    }

    pub fn run(self, global: &Global) -> Result<Outcome, Failure> {
        let opened = input::open(self.plan.as_deref(), global)?;
        let opened = variants::opened(opened, self.variant.as_deref(), global)?;
        let mut evaluation = opened.evaluate(global)?;
        let plan = opened.plan(global)?;
        evaluation.live(plan);
        if let Some(pointer) = &self.why {
            evaluation.report.thresholds = evaluation.thresholds(plan).into();
            let pointer = Pointer::parse(pointer, &evaluation.report).map_err(|e| self.swallowed(e))?;
            return Ok(Outcome::Print(derivation(&opened, &evaluation, plan, &pointer)));
        }
        let why = evaluation.why(plan, &Pointer::Verdict);
        // thresholds are the one part that takes time: a second for a plan of a million pods
        let printed = match (self.format, self.table) {
            (_, Some(part)) => part == Part::Thresholds,
            (format, None) => format != Format::Csv,
        };
        let thresholds = if printed { evaluation.thresholds(plan) } else { Vec::new() };
        let sheet = self.sheet.then(|| evaluation.sheet(plan));
        let report = Report { thresholds: thresholds.into(), ..evaluation.report };
        let situation = self.situation.and_then(input::Situation::shown);
        let asked = Asked { format: self.format, part: self.table, situation, sheet: sheet.as_ref() };
        let text = output::print(&report, &why, asked, global.color.paper());
        Ok(Outcome::Print(text.map_err(|e| e.to_string())?))
    }
}

impl Show {
    /// What is wrong with the number that is asked for; a plan may have been taken for one.
    fn swallowed(&self, error: String) -> String {
        let name = self.why.as_deref().filter(|_| self.plan.is_none()).unwrap_or_default();
        match name.ends_with(".toml") || preset::find(name).is_some() || Path::new(name).is_file() {
            true => {
                let name = shown(name);
                format!("--why takes a number, and {name} is a plan: write podroom show {name} --why verdict")
            }
            false => error,
        }
    }
}

/// A figure, and what it is made of below it.
fn derivation(opened: &Opened, evaluation: &Evaluation, plan: &Plan, pointer: &Pointer) -> String {
    let document = opened.loaded.document().ok();
    let text = |line: &Line| match &line.of {
        Of::Figure(_, sentence) => shown(sentence),
        Of::Input(place) => document.as_ref().map_or(shown(&place.path(plan)), |d| d.says(place)),
    };
    let lines = evaluation.derive(plan, pointer);
    lines.iter().map(|line| format!("{}{}\n", "  ".repeat(line.depth), text(line))).collect()
}
