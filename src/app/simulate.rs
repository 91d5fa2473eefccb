//! The simulation screen: a scenario of the plan or a built-in one, its run, and a cursor in time.
//!
//! A run is asked for when the screen is shown, once for each answer and scenario; it is computed aside.

use std::sync::Arc;

use super::App;
use super::aside::{Kind, Task};
use super::msg::Effect;
use super::screen::Screen;
use crate::file::preset::{self, SCENARIOS};
use crate::plan::scenario::{self, Scenario, duration};
use crate::simulate::{Moment, Ms, Note, Run};
use crate::text::count;

/// Moments of a run, beside the first: as many as a wide chart has dots.
const MOMENTS: u64 = 240;

/// What the screen knows.
#[derive(Debug, Default)]
pub struct SimulateView {
    /// Index into [`App::scenarios`]; `None`: the one that goes best with the plan.
    chosen: Option<usize>,
    /// The answer and scenario that were asked for last, and what came of it.
    asked: Option<(u64, usize)>,
    /// How long the run that was asked for last is.
    until: Ms,
    /// How far it is.
    reached: Ms,
    shown: Option<Result<Arc<Run>, String>>,
    /// Whether what is shown is of an earlier question.
    stale: bool,
    /// The moment that the cursor is at.
    at: usize,
    /// The pool whose series is shown.
    pool: usize,
    /// The time runs; counts how often it was started.
    playing: bool,
    plays: u64,
}

/// A scenario that can be chosen.
#[derive(Debug, Clone, Copy)]
pub struct Choice<'a> {
    pub name: &'a str,
    pub about: &'a str,
}

impl App {
    /// The scenarios of the plan, then those that are built in.
    pub fn scenarios(&self) -> Vec<Choice<'_>> {
        let own = self.scenarios_of_plan().iter().map(|s| Choice { name: &s.name, about: "of the plan" });
        own.chain(SCENARIOS.iter().map(|p| Choice { name: p.name, about: p.title() })).collect()
    }

    fn scenarios_of_plan(&self) -> &[Scenario] {
        self.answer.as_ref().map_or(&[], |a| &a.plan.scenarios)
    }

    /// Index of the scenario that is shown: the plan's first, else one that was written for the plan, else one
    /// that goes with every plan.
    pub fn scenario(&self) -> usize {
        let count = self.scenarios_of_plan().len() + SCENARIOS.len();
        if let Some(chosen) = self.simulation.chosen.filter(|c| *c < count) {
            return chosen;
        }
        if !self.scenarios_of_plan().is_empty() {
            return 0;
        }
        let written_for =
            |name: Option<&str>| SCENARIOS.iter().position(|p| scenario::plan_of(p.text).as_deref() == name);
        let name = self.answer.as_ref().map(|a| a.plan.name.as_str());
        written_for(name).or_else(|| written_for(None)).unwrap_or(0)
    }

    /// The run that is shown, or why there is none; `None` before the first is there.
    pub fn run(&self) -> Option<Result<&Arc<Run>, &str>> {
        self.simulation.shown.as_ref().map(|run| run.as_ref().map_err(String::as_str))
    }

    pub(super) fn done_run(&self) -> Option<&Arc<Run>> {
        self.run()?.ok()
    }

    /// Whether a newer run than the one that is shown is on its way.
    pub fn run_is_stale(&self) -> bool {
        self.simulation.stale
    }

    /// What is computed, where a run is on its way.
    pub fn asked_for(&self) -> String {
        let scenarios = self.scenarios();
        let name = scenarios.get(self.scenario()).map_or("", |c| c.name);
        let nodes = self.report().map_or(0, |r| r.node_groups.iter().map(|g| g.nodes).sum());
        let (nodes, until) = (count(nodes, "node"), duration(self.simulation.until));
        format!("computing {name}: {nodes} of the plan, followed for {until}")
    }

    /// How far the run is that is on its way: `12h of 168h`; nothing before it says so.
    pub fn reached(&self) -> Option<String> {
        let SimulateView { reached, until, stale, .. } = &self.simulation;
        (*stale && *reached > 0).then(|| format!("{} of {}", duration(*reached), duration(*until)))
    }

    /// The run that was asked for has come so far.
    pub(super) fn run_is_at(&mut self, question: (u64, usize), at: Ms) {
        if self.simulation.asked == Some(question) {
            self.simulation.reached = at;
        }
    }

    /// Ends the run that is on its way: what there is of it is shown.
    pub(super) fn stop_run(&mut self) {
        self.effects.push(Effect::Stop(Kind::Simulate));
        self.done("stopped: what has been followed is shown; another scenario or an edit begins anew");
    }

    pub fn is_playing(&self) -> bool {
        self.simulation.playing
    }

    /// The moment under the cursor: index, moment.
    pub fn moment(&self) -> Option<(usize, &Moment)> {
        let moments = &self.done_run()?.moments;
        let at = self.simulation.at.min(moments.len().saturating_sub(1));
        moments.get(at).map(|m| (at, m))
    }

    /// Index of the pool whose series is shown.
    pub fn pool_of_run(&self) -> usize {
        self.simulation.pool.min(self.pools_of_run().saturating_sub(1))
    }

    /// Pools that have a series.
    pub fn pools_of_run(&self) -> usize {
        self.done_run().map_or(0, |run| run.pools.len())
    }

    /// Index of the last note that has begun by the time under the cursor.
    pub fn note_of_run(&self) -> Option<usize> {
        let (run, (_, moment)) = (self.done_run()?, self.moment()?);
        run.notes.iter().rposition(|n| n.at <= moment.at)
    }

    /// Asks for what the screen shows, if it is shown and something has changed.
    pub(super) fn refresh_simulation(&mut self) {
        // nothing moves where it is not looked at
        if self.screen() != Screen::Simulate || !self.popups.is_empty() {
            self.simulation.playing = false;
        }
        if self.screen() != Screen::Simulate {
            return;
        }
        let Some(answer) = self.answer.clone() else { return };
        let wanted = (self.generation, self.scenario());
        if self.simulation.asked == Some(wanted) {
            return;
        }
        let other = self.simulation.asked.is_none_or(|(_, chosen)| chosen != wanted.1);
        self.simulation.asked = Some(wanted);
        if other {
            (self.simulation.at, self.simulation.playing) = (0, false);
        }
        match self.scenario_text(wanted.1) {
            Ok(scenario) => {
                (self.simulation.stale, self.simulation.reached) = (true, 0);
                self.simulation.until = scenario.until;
                let every = (scenario.until / MOMENTS).max(1_000);
                let tables = self.tables.clone();
                let task = Task::Simulate { question: wanted, answer, tables, scenario, every };
                self.effects.push(Effect::Aside(task));
            }
            Err(reason) => {
                self.simulation.stale = false;
                self.simulation.shown = Some(Err(reason));
            }
        }
    }

    /// The scenario with an index, or why it does not go with the plan.
    fn scenario_text(&self, index: usize) -> Result<Scenario, String> {
        let own = self.scenarios_of_plan();
        if let Some(scenario) = own.get(index) {
            return Ok(scenario.clone());
        }
        let preset = SCENARIOS.get(index - own.len()).ok_or("there is no such scenario")?;
        let plan = self.answer.as_ref().map(|a| &a.plan).ok_or("the plan has problems")?;
        let parsed = scenario::parse(preset.text, plan);
        match (parsed.scenario, parsed.problems.first()) {
            (Some(scenario), _) => Ok(Scenario { name: preset.name.to_owned(), ..scenario }),
            (None, problem) => {
                let why = problem.map_or("", |p| p.message.as_str());
                let other = scenario::plan_of(preset.text).filter(|name| preset::find(name).is_some());
                let other = other.map_or(String::new(), |name| format!("; it was written for {name}"));
                Err(format!("this scenario does not go with the plan: {why}{other}"))
            }
        }
    }

    /// Takes a run.
    pub(super) fn simulated(&mut self, question: (u64, usize), run: Result<Arc<Run>, String>) {
        if self.simulation.asked == Some(question) {
            (self.simulation.shown, self.simulation.stale) = (Some(run), false);
        }
    }

    /// Another scenario, after the last the first.
    pub(super) fn turn_scenario(&mut self, by: isize) {
        let count = self.scenarios_of_plan().len() + SCENARIOS.len();
        let step = if by < 0 { count - 1 } else { 1 };
        self.simulation.chosen = Some((self.scenario() + step) % count);
    }

    /// Moves the cursor in time.
    pub(super) fn scrub(&mut self, by: isize) {
        let last = self.done_run().map_or(0, |run| run.moments.len().saturating_sub(1));
        self.simulation.playing = false;
        self.simulation.at = self.simulation.at.min(last).saturating_add_signed(by).min(last);
    }

    /// Puts the cursor on a moment.
    pub(super) fn scrub_to(&mut self, moment: usize) {
        self.simulation.at = moment;
        self.scrub(0);
    }

    /// Shows another pool.
    pub(super) fn turn_pool(&mut self, by: isize) {
        let pool = self.pool_of_run().saturating_add_signed(by);
        self.simulation.pool = pool.min(self.pools_of_run().saturating_sub(1));
    }

    /// Moves the cursor to another note: the first moment at which it is there.
    pub(super) fn turn_note(&mut self, by: isize) {
        let Some(run) = self.done_run() else { return };
        let Some(last) = run.notes.len().checked_sub(1) else { return };
        let to = match (self.note_of_run(), by) {
            (None, by) if by <= 1 => 0,
            (at, by) => at.unwrap_or(0).saturating_add_signed(by).min(last),
        };
        let mut to = to;
        // notes of one moment are one stop
        let moment_of = |note: &Note| run.moments.partition_point(|m| m.at < note.at);
        let here = self.simulation.at;
        while by < 0 && to > 0 && run.notes.get(to).is_some_and(|n| moment_of(n) >= here) {
            to -= 1;
        }
        if let Some(moment) = run.notes.get(to).map(moment_of) {
            self.scrub_to(moment);
        }
    }

    /// Lets the time run, or stops it.
    pub(super) fn play(&mut self) {
        if self.simulation.playing {
            self.simulation.playing = false;
            return;
        }
        let Some((at, _)) = self.moment() else { return };
        let last = self.done_run().map_or(0, |run| run.moments.len().saturating_sub(1));
        if at >= last {
            self.simulation.at = 0;
        }
        self.simulation.playing = true;
        self.simulation.plays += 1;
        self.effects.push(Effect::Tick(self.simulation.plays));
    }

    /// The time has gone on by one moment.
    pub(super) fn tick(&mut self, play: u64) {
        if !self.simulation.playing || play != self.simulation.plays {
            return;
        }
        self.scrub(1);
        let last = self.done_run().map_or(0, |run| run.moments.len().saturating_sub(1));
        if self.simulation.at < last {
            self.simulation.playing = true;
            self.effects.push(Effect::Tick(play));
        }
    }

    /// Shows the next pool, after the last the first.
    pub(super) fn next_pool(&mut self) {
        let pools = self.pools_of_run().max(1);
        self.simulation.pool = (self.pool_of_run() + 1) % pools;
    }
}

/// Times at which something went wrong: when it began, and when it was seen last.
pub fn failures(run: &Run) -> Vec<Ms> {
    run.notes.iter().filter(|n| n.topic.is_failure()).flat_map(|n| [n.at, n.last]).collect()
}
