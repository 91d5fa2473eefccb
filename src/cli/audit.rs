//! `podroom audit`: clusters as they are, beside what is predicted for them.

use std::path::PathBuf;

use clap::Args;

use super::input::{self, is_standard};
use super::reading::{read, refused};
use super::{Failure, Global, Outcome};
use crate::audit::{Audit as Report, Planned, audit};
use crate::engine;
use crate::engine::fleet::resolve;
use crate::file::load::Loaded;
use crate::import::live::Live;
use crate::import::{Reading, Refusal};
use crate::instance::Tables;
use crate::output::Format;
use crate::output::audit::{Asked, Part, print};
use crate::plan::Plan;

/// Compare a cluster with what is predicted for it, and find pod addresses in use twice.
///
/// Read is what `podroom import` reads, and beside that the table of `kubectl get pods -A -o wide`, in which only
/// addresses in use twice are looked for. Of each node of the AWS VPC CNI the prediction is that of its instance type,
/// its max pods, the plan's variables and as many pods as it has; without --plan the plan is made of the files.
///
/// What is held beyond that is explained as far as the files have figures for it, and each remedy says how many
/// addresses it gives back. Nothing is ever contacted; `podroom import --commands` prints what to run.
///
/// Exit status 1 if an address is in use twice.
#[derive(Args, Debug)]
#[command(after_long_help = "Examples:
  podroom audit .
  podroom audit subnets.json interfaces.json nodes.json pods.json --plan prod.toml
  kubectl get pods -A -o wide | podroom audit -
  podroom audit . --table nodes --format csv > nodes.csv")]
pub struct Audit {
    /// Files, directories, or - for standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The plan that is compared with: file, preset or - [default: the one that the files make].
    #[arg(long, value_name = "PLAN")]
    plan: Option<PathBuf>,
    #[arg(long, default_value = "table")]
    format: Format,
    /// One table only [default: all; csv: nodes].
    #[arg(long, value_name = "TABLE")]
    table: Option<Part>,
    /// Nodes that hold what is predicted, too (json and csv always have them).
    #[arg(long)]
    all: bool,
}

/// A plan with its instance tables.
struct Own {
    plan: Plan,
    tables: Tables,
    loaded: Loaded,
    given: bool,
}

impl Audit {
    pub fn run(self, global: &Global) -> Result<Outcome, Failure> {
        if self.plan.as_deref().is_some_and(is_standard) && self.files.iter().any(|file| is_standard(file)) {
            return Err("- twice: standard input can be read once".to_owned().into());
        }
        let reading = read(&self.files, Reading::with_tables(), global)?;
        let live = reading.clone().live();
        let (own, lacking) = self.own(&reading, &live, global)?;
        let report = match &own {
            None => audit(&reading, &live, None),
            Some(own) => own.audit(&reading, &live, global)?,
        };
        let mut report = Report { unknown: lacking.into_iter().chain(report.unknown).collect(), ..report };
        if report.clusters.is_empty() && report.subnets.is_empty() && report.twice.pods == 0 {
            let what = report
                .unknown
                .drain(..)
                .next()
                .unwrap_or_else(|| "no nodes, subnets or pods in the files".to_owned());
            return Err(format!(
                "nothing to audit: {what}\nhelp: podroom import --commands prints what to run"
            )
            .into());
        }
        let asked = Asked { format: self.format, part: self.table, all: self.all };
        let plan = own.as_ref().map(|own| &own.plan);
        let text = print(&report, plan, asked, global.color.paper()).map_err(|e| e.to_string())?;
        Ok(if report.twice.shared.is_empty() { Outcome::Print(text) } else { Outcome::Violated(text) })
    }

    /// The plan to compare with, where there is something of AWS to compare; and what was lacking for one.
    fn own(
        &self,
        reading: &Reading,
        live: &Live,
        global: &Global,
    ) -> Result<(Option<Own>, Option<String>), Failure> {
        if let Some(path) = &self.plan {
            let opened = input::open(Some(path), global)?;
            let plan = opened.plan(global)?.clone();
            return Ok((Some(Own { plan, tables: opened.tables, loaded: opened.loaded, given: true }), None));
        }
        if live.is_empty() {
            return Ok((None, None));
        }
        let imported = match reading.clone().plan() {
            Ok(imported) => imported,
            Err(Refusal::Lacking { message, help }) => return Ok((None, Some(format!("{message}: {help}")))),
            Err(refusal) => return Err(refused(refusal, global)),
        };
        let loaded = Loaded::of_text("the plan that these files make", imported.text);
        let plan = loaded.plan(global.color.ink(&std::io::stderr()))?.clone();
        Ok((Some(Own { plan, tables: input::tables(global)?, loaded, given: false }), None))
    }
}

impl Own {
    fn audit(&self, reading: &Reading, live: &Live, global: &Global) -> Result<Report, Failure> {
        let rejected = |problems: Vec<_>| {
            Failure::from(self.loaded.rejected(&problems, global.color.ink(&std::io::stderr())))
        };
        let groups = resolve(&self.plan, &self.tables).map_err(rejected)?;
        let evaluation = engine::evaluate(&self.plan, &self.tables).map_err(rejected)?;
        let planned =
            Planned { plan: &self.plan, groups: &groups, evaluation: &evaluation, given: self.given };
        Ok(audit(reading, live, Some(planned)))
    }
}
