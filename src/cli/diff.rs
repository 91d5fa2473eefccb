//! `podroom diff`: two plans, or a plan and the one that is committed.

use std::io;
use std::path::PathBuf;

use clap::Args;

use super::input::{self, Opened, is_standard};
use super::{Failure, Global, Outcome};
use crate::compare;
use crate::engine::Lives;
use crate::file::committed;
use crate::file::load::{Loaded, load_tables};
use crate::output::diff::{Diff, Form, print};
use crate::plan::variant::inputs;

/// Compare two plans, or a plan with its committed version: what differs in the inputs, and what that does.
///
/// With one plan the other is the one that git has of it.
#[derive(Args, Debug)]
#[command(after_long_help = "Examples:
  podroom diff plan.toml
  podroom diff plan.toml --rev main --check
  podroom diff before.toml after.toml --all
  git show main:plan.toml | podroom diff - plan.toml --format markdown")]
pub struct DiffArgs {
    /// The plan before: file, preset or -. If it is the only plan, it is the one now, and the one before is what git
    /// has of it.
    a: PathBuf,
    /// The plan now: file, preset or -.
    b: Option<PathBuf>,
    /// The revision that a single plan is compared with.
    #[arg(long, value_name = "REVISION", default_value = "HEAD", conflicts_with = "b")]
    rev: String,
    #[arg(long, default_value = "table")]
    format: Form,
    /// All figures, not only those that differ.
    #[arg(long)]
    all: bool,
    /// Exit with status 1 if the verdict is worse than before, or a pool is short that was not: settled, churned or
    /// upgrade.
    ///
    /// As everywhere, `churned` is the 95th percentile; `churned-worst`, which takes every node at its worst at once,
    /// is shown and does not count.
    #[arg(long)]
    check: bool,
}

impl DiffArgs {
    pub fn run(self, global: &Global) -> Result<Outcome, Failure> {
        if is_standard(&self.a) && self.b.as_deref().is_some_and(is_standard) {
            return Err("both plans cannot be standard input".to_owned().into());
        }
        let (before, now) = match &self.b {
            Some(b) => (input::open(Some(&self.a), global)?, input::open(Some(b), global)?),
            None => (self.committed(global)?, input::open(Some(&self.a), global)?),
        };
        let documents = [before.document(global)?, now.document(global)?];
        let mut lives = Lives::default();
        let outcomes = [outcome(&before, &mut lives, global)?, outcome(&now, &mut lives, global)?];
        let [old, new] = &documents;
        let [a, b] = &outcomes;
        let diff = Diff {
            names: [before.loaded.name.clone(), now.loaded.name.clone()],
            inputs: inputs(old, new),
            outcomes: [a, b],
            check: self.check,
        };
        let text = print(&diff, self.all, self.format, global.color.paper()).map_err(|e| e.to_string())?;
        Ok(if self.check && !diff.worse().is_empty() {
            Outcome::Violated(text)
        } else {
            Outcome::Print(text)
        })
    }

    /// The plan as git has it, with tables as they lie beside the file now.
    fn committed(&self, global: &Global) -> Result<Opened, Failure> {
        let text = committed::text(&self.a, &self.rev)?;
        let name = format!("{}:{}", self.rev, self.a.to_string_lossy());
        let loaded = Loaded { path: Some(self.a.clone()), ..Loaded::of_text(name, text) };
        let ink = global.color.ink(&io::stderr());
        loaded.plan(ink)?;
        let tables = load_tables(&loaded, &global.instances, ink)?;
        Ok(Opened { loaded, tables })
    }
}

fn outcome(opened: &Opened, lives: &mut Lives, global: &Global) -> Result<compare::Outcome, Failure> {
    // mistakes that only the tables know are told with their places
    let mut evaluation = opened.evaluate(global)?;
    let plan = opened.plan(global)?.clone();
    evaluation.live_with(&plan, lives);
    Ok(compare::Outcome::of(plan, evaluation))
}
