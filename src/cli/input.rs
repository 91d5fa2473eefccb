//! PLAN, `--instances` and `--situation`: what commands are asked about.

use std::io;
use std::path::Path;

use clap::ValueEnum;

use super::{Failure, Global};
use crate::engine::fleet::unknown_types;
use crate::engine::routes::{self, Routes};
use crate::engine::{self, Evaluation};
use crate::file;
use crate::file::load::{self, Loaded, add_tables, load, load_tables};
use crate::file::preset::{self, Source};
use crate::instance::{InstanceType, Tables};
use crate::plan::document::Document;
use crate::plan::policy::Checked;
use crate::plan::{Plan, Problem};
use crate::text::{Ink, excerpt, shown};

/// A plan without a mistake, with its instance tables.
pub struct Opened {
    pub loaded: Loaded,
    pub tables: Tables,
}

/// Reads a plan, by default the example.
pub fn open(plan: Option<&Path>, global: &Global) -> Result<Opened, Failure> {
    let source = plan.map_or(Ok(Source::Preset(preset::EXAMPLE)), preset::resolve)?;
    let loaded = match source {
        Source::Preset(preset) => Loaded::of_text(preset.name, preset.text),
        Source::File(path) => load(&path)?,
    };
    if let Some(draft) = &loaded.parsed.draft {
        return Err(all_mistakes(&loaded, draft, global).into());
    }
    loaded.plan(ink(global))?;
    let tables = load_tables(&loaded, &global.instances, ink(global))?;
    Ok(Opened { loaded, tables })
}

/// Every mistake of a plan's text.
pub fn problems(loaded: &Loaded, global: &Global) -> Failure {
    loaded.rejected(&loaded.parsed.problems, ink(global)).into()
}

/// Whether a path means standard input or output.
pub fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

/// Where a plan that is in no file came from.
pub fn origin(plan: Option<&Path>, loaded: &Loaded) -> String {
    if plan.is_some_and(is_standard) { loaded.name.clone() } else { format!("preset {}", loaded.name) }
}

/// Every mistake of a plan that has some: those of its text, and types that no table knows.
fn all_mistakes(loaded: &Loaded, draft: &Plan, global: &Global) -> file::Error {
    let mut problems = loaded.parsed.problems.clone();
    let tables = load::tables(&draft.instances, loaded.path.as_deref(), &global.instances, ink(global));
    // a table that cannot be read is told once the plan is right
    for mut problem in tables.iter().flat_map(|tables| unknown_types(draft, tables)) {
        problem.span = loaded.parsed.span(&problem.place);
        problems.push(problem);
    }
    problems.sort_by_key(|p| p.span.clone().map(|s| (s.start, s.end)));
    loaded.rejected(&problems, ink(global))
}

impl Opened {
    /// The plan itself.
    pub fn plan(&self, global: &Global) -> Result<&Plan, Failure> {
        Ok(self.loaded.plan(ink(global))?)
    }

    /// The plan as a text that edits can be made to.
    pub fn document(&self, global: &Global) -> Result<Document, Failure> {
        self.loaded.document().map_err(|problems| self.rejected(&problems, global))
    }

    /// The routes between its clusters.
    pub fn routes(&self, global: &Global) -> Result<Routes, Failure> {
        let routes = routes::routes(self.plan(global)?, &self.evaluate(global)?);
        routes.map_err(|problems| self.rejected(&problems, global))
    }

    /// What the engine says of the plan.
    pub fn evaluate(&self, global: &Global) -> Result<Evaluation, Failure> {
        let evaluation = engine::evaluate(self.plan(global)?, &self.tables);
        evaluation.map_err(|problems| self.rejected(&problems, global))
    }

    /// Mistakes that only show with the tables.
    pub fn rejected(&self, problems: &[Problem], global: &Global) -> Failure {
        self.loaded.rejected(problems, ink(global)).into()
    }
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
    /// Every node once ran as many pods as it can, then fell back: the 95th percentile.
    Churned,
    /// The same, whichever pods survive: the worst case.
    ChurnedWorst,
    /// Settled, with the nodes that a rolling upgrade adds.
    Upgrade,
    /// All of them.
    All,
}

impl Situation {
    /// What a check looks at.
    pub fn checked(self) -> Vec<Checked> {
        match self {
            Situation::Settled => vec![Checked::Settled],
            Situation::Churned => vec![Checked::Churned],
            Situation::ChurnedWorst => vec![Checked::ChurnedWorst],
            Situation::Upgrade => vec![Checked::Upgrade],
            Situation::All => Checked::ALL.to_vec(),
        }
    }

    /// What is shown; `None` is everything.
    pub fn shown(self) -> Option<engine::Situation> {
        match self {
            Situation::Settled => Some(engine::Situation::Settled),
            Situation::Churned | Situation::ChurnedWorst => Some(engine::Situation::Churned),
            Situation::Upgrade => Some(engine::Situation::Upgrade),
            Situation::All => None,
        }
    }
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
