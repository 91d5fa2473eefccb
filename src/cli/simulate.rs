//! `podroom simulate`.

use std::ops::ControlFlow;
use std::path::PathBuf;

use clap::Args;

use super::input::{self, Opened, is_standard};
use super::{Failure, Global, Outcome};
use crate::file::{diagnose, load, preset};
use crate::limits;
use crate::output::simulate::{Part, Series, print};
use crate::plan::Plan;
use crate::plan::scenario::{self, Scenario, duration, duration_of};
use crate::simulate::{Ms, World, follow};
use crate::suggest::nearest;
use crate::term::progress::Progress;
use crate::text::excerpt;

/// Follow a plan's nodes and pods over time while a scenario happens to them.
///
/// Every node runs as the VPC CNI does, on one clock, and takes its addresses from the subnets it shares with
/// the others. Says what each pool held and when, which pods waited and for how long, and what EC2 refused.
#[derive(Args, Debug)]
#[command(after_long_help = scenario::kind::help())]
pub struct Simulate {
    /// File, preset or - [default: the plan that the scenario is for, else the preset eks-1200-pods].
    plan: Option<PathBuf>,
    /// A scenario of the plan, a file, a preset or - [default: the plan's first, else the preset
    /// rolling-restart].
    #[arg(long, value_name = "NAME|FILE")]
    scenario: Option<PathBuf>,
    #[arg(long, default_value = "table")]
    format: Series,
    /// One table alone; CSV prints one, by default the pools.
    #[arg(long)]
    table: Option<Part>,
    /// Time from one moment of the series to the next [default: about a sixtieth of the whole].
    #[arg(long, value_name = "TIME", value_parser = time)]
    every: Option<Ms>,
    /// How long the scenario is followed [default: what the scenario says].
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<Ms>,
    /// Chance comes from this: the same seed is the same run.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

/// `90s`, `1h30m`: at least a second.
fn time(text: &str) -> Result<Ms, String> {
    let most = limits::SCENARIO_HOURS * 60 * scenario::MINUTE;
    duration_of(text).filter(|t| (scenario::SECOND..=most).contains(t)).ok_or_else(|| {
        format!("{} is not a time from 1s to {}, such as 90s or 1h30m", excerpt(text), duration(most))
    })
}

/// Steps between moments that people like.
const STEPS: [Ms; 12] = [1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600];

/// The smallest step with at most 60 moments.
fn step(until: Ms) -> Ms {
    let steps = STEPS.map(|s| s * scenario::SECOND);
    steps.into_iter().find(|s| until / s <= 60).unwrap_or(until / 60)
}

impl Simulate {
    pub fn run(self, global: &Global) -> Result<Outcome, Failure> {
        if [&self.plan, &self.scenario].into_iter().all(|path| path.as_deref().is_some_and(is_standard)) {
            return Err("plan and scenario cannot both be standard input".to_owned().into());
        }
        let opened = input::open(self.plan_of_scenario().as_deref(), global)?;
        let plan = opened.plan(global)?;
        let scenario = self.scenario(plan, global)?;
        let until = self.until.unwrap_or(scenario.until);
        let every = self.every.unwrap_or_else(|| step(until));
        if until / every > limits::SERIES as u64 {
            return Err(format!(
                "{} in steps of {} are more than {} moments: give a longer --every",
                duration(until),
                duration(every),
                crate::text::thousands(limits::SERIES as u64)
            )
            .into());
        }
        let scenario = Scenario { until, ..scenario };
        let world = World::new(plan, &opened.tables, &scenario)
            .map_err(|problems| refused(&opened, &problems, global))?;
        let mut progress = Progress::begin().map_err(|e| format!("signals cannot be caught: {e}"))?;
        let run = follow(&world, self.seed, every, until, |at| {
            progress.tell(|| format!("{} of {}", duration(at), duration(until)));
            match progress.stopped() {
                Some(_) => ControlFlow::Break(()),
                None => ControlFlow::Continue(()),
            }
        });
        let signal = progress.stopped();
        progress.end();
        let text = print(&run, self.format, self.table, global.color.paper()).map_err(|e| e.to_string())?;
        Ok(match signal.filter(|_| !run.complete) {
            Some(signal) => {
                let at = run.moments.last().map_or(0, |m| m.at);
                super::tell(&format!(
                    "stopped at {} of {}: what there is follows",
                    duration(at),
                    duration(until)
                ));
                Outcome::Interrupted(text, signal)
            }
            None => Outcome::Print(text),
        })
    }

    /// The plan to open: the one that is named, or that a built-in scenario or a file was written for.
    fn plan_of_scenario(&self) -> Option<PathBuf> {
        if self.plan.is_some() {
            return self.plan.clone();
        }
        let scenario = self.scenario.as_deref()?;
        let text = match preset::scenario(&scenario.to_string_lossy()).filter(|_| !scenario.exists()) {
            Some(preset) => preset.text.to_owned(),
            None if is_standard(scenario) => return None,
            // a file that cannot be read is told when it is
            None => load::scenario_text(scenario).ok()?,
        };
        scenario::plan_of(&text).map(PathBuf::from)
    }

    /// The scenario: of the plan, a file, or built in.
    fn scenario(&self, plan: &Plan, global: &Global) -> Result<Scenario, Failure> {
        let own = |name: &str| plan.scenarios.iter().find(|s| s.name == name).cloned();
        let Some(path) = &self.scenario else {
            return match plan.scenarios.first() {
                Some(first) => Ok(first.clone()),
                None => read(
                    "rolling-restart",
                    preset::scenario("rolling-restart").map_or("", |p| p.text),
                    plan,
                    global,
                ),
            };
        };
        let name = path.to_string_lossy();
        if let Some(scenario) = own(&name) {
            return Ok(scenario);
        }
        if is_standard(path) || path.symlink_metadata().is_ok() {
            let called = if is_standard(path) { "standard input".into() } else { name.clone() };
            return read(&called, &load::scenario_text(path)?, plan, global);
        }
        match preset::scenario(&name) {
            Some(preset) => read(preset.name, preset.text, plan, global),
            None => Err(unknown(&name, plan).into()),
        }
    }
}

fn read(name: &str, text: &str, plan: &Plan, global: &Global) -> Result<Scenario, Failure> {
    let parsed = scenario::parse(text, plan);
    let ink = global.color.ink(&std::io::stderr());
    let rendered = || crate::file::Error::Rendered(diagnose::problems(&parsed.problems, name, text, ink));
    let mut scenario = parsed.scenario.clone().ok_or_else(rendered)?;
    if scenario.name == "scenario" {
        scenario.name = name.to_owned();
    }
    Ok(scenario)
}

fn unknown(name: &str, plan: &Plan) -> String {
    let own = plan.scenarios.iter().map(|s| s.name.as_str());
    let names: Vec<&str> = own.chain(preset::SCENARIOS.iter().map(|p| p.name)).collect();
    let meant =
        nearest(name, names.iter().copied()).map_or(String::new(), |n| format!("; did you mean \"{n}\"?"));
    format!(
        "there is no scenario {}: the plan has none of that name, there is no such file, and no preset{meant}\n  \
         scenarios: {}",
        excerpt(name),
        names.iter().map(|n| crate::text::shown(n)).collect::<Vec<_>>().join(", ")
    )
}

/// What the engine says of the plan, at its place; what it says of the scenario has none.
fn refused(opened: &Opened, problems: &[crate::plan::Problem], global: &Global) -> Failure {
    match problems {
        [only] if only.place == crate::plan::Place::row(crate::plan::Row::Plan) => {
            let help = only.help.as_deref().map_or(String::new(), |h| format!(": {h}"));
            format!("{}{help}", only.message).into()
        }
        problems => opened.loaded.rejected(problems, global.color.ink(&std::io::stderr())).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_has_about_sixty_moments() {
        for (until, every) in [("1s", "1s"), ("1m", "1s"), ("30m", "30s"), ("1h", "1m"), ("168h", "2h48m")] {
            let (until, every) = (duration_of(until).unwrap(), duration_of(every).unwrap());
            assert_eq!(step(until), every);
        }
    }
}
