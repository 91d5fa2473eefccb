//! `podroom check`: for scripts and CI.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::input::{self, Opened, Situation};
use super::{Failure, Global, Outcome};
use crate::engine::policy::{Case, Fault, check};
use crate::limits;
use crate::output::check::{Check as Checked, Form};
use crate::plan::policy::Intolerable;
use crate::plan::{MinFree, Policy};
use crate::text::position;

/// Check a plan, for scripts and CI: one line per violation.
///
/// Violated, with exit status 1: a pod is pending when settled, a pool is short in a situation that is checked,
/// fewer addresses are free in it than --min-free says, or there is a finding that is not tolerated. Silent, with
/// exit status 0, when nothing is.
///
/// What is asked is the plan's own policy; an option goes before the policy's key of its name.
#[derive(Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Check {
    /// File, preset or -.
    plan: PathBuf,
    /// What to check (repeatable): `churned` is the 95th percentile, `all` is each of the others [default: the
    /// policy's, else settled].
    #[arg(long, value_name = "S")]
    situation: Vec<Situation>,
    /// Addresses that must be free in every pool: a number, or a share of the usable ones such as 12.5%,
    /// rounded up [default: the policy's, else 0].
    #[arg(long, value_name = "N|P%")]
    min_free: Option<MinFree>,
    /// Every month of growth up to this one, too; a violation is told with its first month, and one of --min-free
    /// with the first month in which the pool is short, too [default: the policy's, else 0, which is today].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=i64::from(limits::MONTHS)))]
    months: Option<u32>,
    /// Findings that are violations: errors, or warnings, too [default: the policy's, else none].
    #[arg(long, value_name = "SEVERITY", value_parser = severities())]
    findings: Option<Intolerable>,
    /// How violations are printed.
    #[arg(long, default_value = "text")]
    format: Form,
}

const EXAMPLES: &str = "Examples:
  podroom check plan.toml
  podroom check plan.toml --situation all --min-free 15% --months 12
  podroom check plan.toml --format github       # in a workflow: annotations at the lines of the plan
  podroom check plan.toml --format junit > podroom.xml

A policy in the plan:
  [policy]
  min_free = \"15%\"
  situations = [\"settled\", \"churned\", \"upgrade\"]
  months = 12            # with [growth]
  findings = \"errors\"";

fn severities() -> impl TypedValueParser<Value = Intolerable> {
    let named = |name: String| Intolerable::ALL.into_iter().find(|one| one.name() == name);
    PossibleValuesParser::new(Intolerable::NAMES).map(move |name| named(name).unwrap_or_default())
}

impl Check {
    pub fn run(self, global: &Global) -> Result<Outcome, Failure> {
        let opened = input::open(Some(&self.plan), global)?;
        let plan = opened.plan(global)?;
        let policy = self.policy(plan.policy.clone().unwrap_or_default());
        let cases = check(plan, &opened.tables, &policy).map_err(|fault| match fault {
            Fault::Invalid(problems) => opened.rejected(&problems, global),
            Fault::Unknown(message) => message.into(),
        })?;
        let file = opened.loaded.path.as_ref().map(|path| path.to_string_lossy());
        let at = cases.iter().map(|case| at(&opened, case)).collect();
        let checked = Checked { plan, policy: &policy, file: file.as_deref(), at, cases: &cases };
        if let Some(reason) = checked.not_checked() {
            super::tell(&reason);
        }
        let text = checked.print(self.format).map_err(|e| e.to_string())?;
        Ok(if checked.is_violated() { Outcome::Violated(text) } else { Outcome::Print(text) })
    }

    /// The plan's policy, with what the options say instead.
    fn policy(&self, own: Policy) -> Policy {
        let mut situations: Vec<_> = self.situation.iter().flat_map(|s| s.checked()).collect();
        situations.sort_unstable();
        situations.dedup();
        Policy {
            min_free: self.min_free.unwrap_or(own.min_free),
            situations: if situations.is_empty() { own.situations } else { situations },
            months: self.months.unwrap_or(own.months),
            findings: self.findings.unwrap_or(own.findings),
        }
    }
}

/// Where in the file a case is, as line and column.
fn at(opened: &Opened, case: &Case) -> Option<(usize, usize)> {
    let span = opened.loaded.parsed.span(&case.place)?;
    position(&opened.loaded.text, span.start)
}
