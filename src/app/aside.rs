//! Long computations that the session asks for, and that whoever runs it does where they hold nothing up.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use super::action::{Action, Context};
use super::advise;
use super::export::Wanted;
use super::picker::try_type;
use super::screen::Screen;
use super::{Answer, App, Msg};
use crate::engine::Lives;
use crate::export::Source;
use crate::instance::Tables;
use crate::plan::document::Document;
use crate::plan::scenario::Scenario;
use crate::plan::{Plan, Problem};
use crate::simulate::{Ms, World, follow};
use crate::text::thousands;
use crate::{compare, explore};

/// The seed of runs on the screen: that of `podroom simulate` unless it is told another.
const SEED: u64 = 1;

/// Something that takes long.
#[derive(Debug, Clone)]
pub enum Task {
    Thresholds {
        generation: u64,
        answer: Arc<Answer>,
    },
    /// The percentiles of `churned`.
    Percentiles {
        generation: u64,
        answer: Arc<Answer>,
    },
    /// What the plan holds with other types in a group (cluster, group).
    Try {
        generation: u64,
        answer: Arc<Answer>,
        tables: Arc<Tables>,
        group: (usize, usize),
        types: Vec<String>,
    },
    /// A scenario, with a moment every so many milliseconds.
    Simulate {
        question: (u64, usize),
        answer: Arc<Answer>,
        tables: Arc<Tables>,
        scenario: Scenario,
        every: u64,
    },
    /// What comes of every pair of values.
    Explore {
        question: u64,
        ask: Arc<explore::Question>,
        tables: Arc<Tables>,
    },
    /// The plan in a form that other programs read, for a path.
    Export {
        wanted: Wanted,
        to: String,
        document: Box<Document>,
        answer: Arc<Answer>,
        tables: Arc<Tables>,
    },
    /// Advice about the plan.
    Advise {
        number: u64,
        question: advise::Question,
        plan: Arc<Plan>,
        tables: Arc<Tables>,
    },
    /// What every side of a comparison comes to.
    Compare {
        question: u64,
        ask: Arc<compare::Question>,
        tables: Arc<Tables>,
    },
}

/// What a task is about: of each only the newest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Thresholds,
    Percentiles,
    Try,
    Simulate,
    Explore,
    Advise,
    Compare,
    Export,
}

impl Kind {
    pub const ALL: [Kind; 8] = [
        Kind::Thresholds,
        Kind::Percentiles,
        Kind::Try,
        Kind::Simulate,
        Kind::Explore,
        Kind::Advise,
        Kind::Compare,
        Kind::Export,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Kind::Thresholds => "thresholds",
            Kind::Percentiles => "percentiles",
            Kind::Try => "types",
            Kind::Simulate => "simulate",
            Kind::Explore => "explore",
            Kind::Advise => "advise",
            Kind::Compare => "compare",
            Kind::Export => "export",
        }
    }
}

impl Task {
    pub fn kind(&self) -> Kind {
        match self {
            Task::Thresholds { .. } => Kind::Thresholds,
            Task::Percentiles { .. } => Kind::Percentiles,
            Task::Try { .. } => Kind::Try,
            Task::Simulate { .. } => Kind::Simulate,
            Task::Explore { .. } => Kind::Explore,
            Task::Advise { .. } => Kind::Advise,
            Task::Compare { .. } => Kind::Compare,
            Task::Export { .. } => Kind::Export,
        }
    }
}

/// What was asked for last in parts, and what has come of it, in their order. Parts of the question before stand in
/// until then.
#[derive(Debug)]
pub struct Asked<T> {
    question: u64,
    all: usize,
    known: Vec<T>,
    before: Vec<Option<T>>,
    stopped: bool,
}

impl<T> Asked<T> {
    /// Nothing is known of the question, and of the ones before only what is still right for a part of it.
    pub fn new(question: u64, all: usize, before: Vec<Option<T>>) -> Asked<T> {
        Asked { question, all, known: Vec::new(), before, stopped: false }
    }

    /// Every part that is known, of this question or else of the one before.
    pub fn parts(self) -> Vec<Option<T>> {
        let known = self.known.len();
        self.known.into_iter().map(Some).chain(self.before.into_iter().skip(known)).collect()
    }

    /// A part, and whether it is of this question.
    pub fn part(&self, index: usize) -> Option<(&T, bool)> {
        let fresh = self.known.get(index).map(|part| (part, true));
        fresh.or_else(|| Some((self.before.get(index)?.as_ref()?, false)))
    }

    /// How many parts are known, and how many there are.
    pub fn so_far(&self) -> (usize, usize) {
        (self.known.len(), self.all)
    }

    /// Whether more parts are on their way.
    pub fn is_coming(&self) -> bool {
        !self.stopped && self.known.len() < self.all
    }

    /// ` (3 of 169 computed, esc stops)`, where esc is the key that stops; nothing once all is there.
    pub fn progress(&self, stop: &str) -> String {
        let (done, all) = (thousands(self.known.len() as u64), thousands(self.all as u64));
        match (self.known.len() < self.all, self.stopped) {
            (false, _) => String::new(),
            (true, false) => format!(" ({done} of {all} computed, {stop} stops)"),
            (true, true) => format!(" (stopped at {done} of {all})"),
        }
    }

    /// Takes more parts of a question, if it is this one.
    pub fn take(&mut self, question: u64, parts: Vec<T>) {
        if self.question == question {
            self.known.extend(parts);
        }
    }

    /// No more parts come.
    pub fn stop(&mut self) {
        self.stopped = true;
    }
}

impl App {
    /// The key that ends what the screen waits for, in words.
    pub fn stop_key(&self) -> String {
        self.key(Context::Session, Action::Back)
    }

    /// Ends what the screen waits for; `false` if it waits for nothing.
    pub(super) fn stop_computing(&mut self) -> bool {
        match self.screen() {
            Screen::Simulate if self.run_is_stale() => self.stop_run(),
            Screen::Explore if self.advice_is_coming() => self.stop_advising(),
            Screen::Explore if self.explored_cells().is_some_and(Asked::is_coming) => self.stop_exploring(),
            Screen::Compare if self.compared_sides().is_some_and(Asked::is_coming) => self.stop_comparing(),
            _ => return false,
        }
        true
    }
}

/// Computes a task as long as it is `wanted`, and tells what is known as it becomes known. `lives` are those of nodes
/// that have been followed before: each costs a thousand runs.
pub fn compute(task: Task, lives: &Mutex<Lives>, wanted: &dyn Fn() -> bool, tell: &mut dyn FnMut(Msg)) {
    let shared = lives;
    let lives = || shared.lock().unwrap_or_else(PoisonError::into_inner);
    match task {
        Task::Thresholds { generation, answer } => {
            let thresholds = answer.evaluation.thresholds_while(&answer.plan, wanted);
            thresholds.into_iter().for_each(|thresholds| tell(Msg::Thresholds { generation, thresholds }));
        }
        Task::Percentiles { generation, answer } => {
            let percentiles = answer.evaluation.percentiles(&answer.plan, &mut lives(), wanted);
            percentiles
                .into_iter()
                .for_each(|percentiles| tell(Msg::Percentiles { generation, percentiles }));
        }
        Task::Try { generation, answer, tables, group, types } => {
            let trial = |name: String| (name.clone(), try_type(&answer, &tables, group, &name));
            tell(Msg::Tried { generation, trials: types.into_iter().map(trial).collect() });
        }
        Task::Simulate { question, answer, tables, scenario, every } => {
            let mut said = 0;
            // said at each fiftieth: often enough to see it move
            let go_on = |at: Ms| {
                let part = at.saturating_mul(50) / scenario.until.max(1);
                if part > said {
                    said = part;
                    tell(Msg::Progress { question, at });
                }
                if wanted() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            };
            let world = World::new(&answer.plan, &tables, &scenario);
            let run = world.map(|world| Arc::new(follow(&world, SEED, every, scenario.until, go_on)));
            let run = run.map_err(|problems| Problem::first(&problems));
            // also as far as it came: whoever stopped it knows whether that is still wanted
            tell(Msg::Simulated { question, run });
        }
        Task::Explore { question, ask, tables } => {
            // a row of pairs at a time, that there is something to see
            let columns = ask.axes.first().map_or(1, |axis| axis.values.len().max(1));
            let mut trials = explore::Trials::default();
            for row in 0..ask.len().div_ceil(columns) {
                if !wanted() {
                    return;
                }
                let mut lives = lives();
                let row = row * columns..((row + 1) * columns).min(ask.len());
                let cells = row.map(|i| ask.cell(i, &tables, &mut trials, &mut lives)).collect();
                tell(Msg::Explored { question, cells });
            }
        }
        Task::Export { wanted, to, document, answer, tables } => {
            let source = Source {
                document: &document,
                tables: &tables,
                evaluation: &answer.evaluation,
                cluster: wanted.cluster,
                table: None,
            };
            let form = wanted.form().ok_or_else(|| "there is no such form".to_owned());
            let exported = form.and_then(|form| (form.write)(&source));
            tell(Msg::Formed { wanted, to, exported });
        }
        Task::Advise { number, question, plan, tables } => {
            advise::compute(number, question, &plan, tables, shared, wanted, tell);
        }
        Task::Compare { question, ask, tables } => {
            for side in (0..).map_while(|i| ask.side(i)) {
                if !wanted() {
                    return;
                }
                let outcome = side.outcome(&tables, &mut lives()).map(Box::new);
                tell(Msg::Compared { question, sides: vec![(side, outcome)] });
            }
        }
    }
}
