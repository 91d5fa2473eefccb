//! Plans side by side: a plan and its variants, or the plan as it was.
//!
//! Each side is a plan of its own, evaluated like any other. What is compared is one table of lines ([`lines()`]): the
//! verdict, what runs out first, the figures by which [`crate::explore`] compares, and what is free of each pool in
//! each situation.

pub mod change;

pub use change::{Change, Worth, plus};

use crate::engine::{Evaluation, Lives, Pointer, PoolRow, Report, Verdict};
use crate::explore::figure::{Better, figure};
use crate::explore::{Comes, FIGURES, Figure, evaluated};
use crate::instance::Tables;
use crate::plan::Plan;
use crate::plan::document::Document;
use crate::plan::policy::Checked;
use crate::text::{shown, signed};

/// A plan that is to be compared.
#[derive(Debug, Clone)]
pub struct Side {
    /// What it is called among the others.
    pub name: String,
    /// What differs from the plan, a line each.
    pub differs: Vec<String>,
    /// The plan, or why there is none.
    pub plan: Result<Plan, String>,
}

/// What is to be compared.
#[derive(Debug, Clone)]
pub struct Question {
    pub document: Document,
    /// The plan as it was: the first side, where there is one.
    pub baseline: Option<Plan>,
}

impl Question {
    /// What the sides are called.
    pub fn names(&self) -> Vec<String> {
        let before = self.baseline.iter().map(|_| BASELINE.to_owned());
        let variants = self.document.plan().variants.iter().map(|v| v.name.clone());
        before.chain([PLAN.to_owned()]).chain(variants).collect()
    }

    /// A side by its index.
    pub fn side(&self, index: usize) -> Option<Side> {
        match (&self.baseline, index) {
            (Some(plan), 0) => {
                Some(Side { name: BASELINE.to_owned(), differs: Vec::new(), plan: Ok(plan.clone()) })
            }
            (Some(_), index) => side(&self.document, index - 1),
            (None, index) => side(&self.document, index),
        }
    }
}

/// What the sides are called that are no variants.
const BASELINE: &str = "baseline";
const PLAN: &str = "plan";

/// What the engine says of it.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub plan: Plan,
    /// With the thresholds.
    pub evaluation: Evaluation,
    pub comes: Comes,
}

/// The plan, then each of its variants in file order, by index.
pub fn side(document: &Document, index: usize) -> Option<Side> {
    let own = document.plan();
    let Some(index) = index.checked_sub(1) else {
        return Some(Side { name: PLAN.to_owned(), differs: Vec::new(), plan: Ok(own.clone()) });
    };
    let variant = own.variants.get(index)?;
    let plan = variant.alone(document).map(|own| own.plan().clone()).map_err(|problems| {
        let first = problems.into_iter().next();
        first.map_or_else(String::new, |p| match p.help {
            Some(help) => format!("{}: {help}", p.message),
            None => p.message,
        })
    });
    Some(Side { name: variant.name.clone(), differs: variant.lines(), plan })
}

impl Side {
    /// What the side comes to.
    ///
    /// # Errors
    ///
    /// Why there is no such plan, or the first rule that it breaks.
    pub fn outcome(&self, tables: &Tables, lives: &mut Lives) -> Result<Outcome, String> {
        let plan = self.plan.clone()?;
        let evaluation = evaluated(&plan, tables, lives)?;
        Ok(Outcome::of(plan, evaluation))
    }
}

impl Outcome {
    /// What is said of a plan that is evaluated ([`evaluated`], or with [`settle_verdict`]).
    ///
    /// [`settle_verdict`]: crate::explore::settle_verdict
    pub fn of(plan: Plan, mut evaluation: Evaluation) -> Outcome {
        let comes = Comes::from(&evaluation, &plan);
        evaluation.report.thresholds = evaluation.thresholds(&plan).into();
        Outcome { plan, evaluation, comes }
    }

    /// Its report, with the thresholds.
    pub fn report(&self) -> &Report {
        &self.evaluation.report
    }
}

/// One line of the comparison.
#[derive(Clone, PartialEq)]
pub enum Line {
    /// Of [`FIGURES`].
    Figure(&'static str),
    /// What runs out first.
    First,
    /// What is free of a pool in a situation.
    Free(String, Checked),
}

/// The lines of some outcomes, none of which says nothing of all of them.
pub fn lines<'a>(outcomes: impl Iterator<Item = &'a Outcome> + Clone) -> Vec<Line> {
    let verdict = FIGURES.iter().filter(|f| f.name == "verdict");
    let others = FIGURES.iter().filter(|f| f.name != "verdict");
    let says = |f: &&Figure| {
        outcomes.clone().next().is_none() || outcomes.clone().any(|o| (f.value)(&o.comes).is_some())
    };
    let named = |f: &'static Figure| Line::Figure(f.name);
    let mut lines: Vec<Line> = verdict.map(named).collect();
    lines.push(Line::First);
    lines.extend(others.filter(says).map(named));
    let mut known: Vec<&str> = Vec::new();
    let mut names: std::collections::HashSet<&str> = std::collections::HashSet::new();
    for pool in outcomes.clone().flat_map(|o| &o.report().pools) {
        if names.insert(&pool.name) {
            known.push(&pool.name);
        }
    }
    // a percentile is a line where it is known of every side
    let says = |name: &str, checked: Checked| {
        let mut pools = outcomes.clone().filter_map(|o| o.pool(name));
        checked != Checked::Churned || pools.all(|(_, pool)| pool.churned.p95().is_some())
    };
    let situations = |name: &&str| Checked::ALL.map(|checked| ((*name).to_owned(), checked));
    let free = known.iter().flat_map(situations).filter(|(name, checked)| says(name, *checked));
    lines.extend(free.map(|(name, checked)| Line::Free(name, checked)));
    lines
}

impl Line {
    /// What is compared.
    pub fn name(&self) -> String {
        match self {
            Line::Figure(name) => (*name).to_owned(),
            Line::First => "runs out first".to_owned(),
            Line::Free(pool, checked) => format!("free {} {}", shown(pool), checked.name()),
        }
    }

    /// Which is better, where one is.
    pub fn better(&self) -> Option<Better> {
        match self {
            Line::Figure(name) => figure(name).map(|f| f.better),
            Line::First => None,
            Line::Free(..) => Some(Better::More),
        }
    }

    /// What an outcome has there; `""` for nothing.
    pub fn text(&self, outcome: &Outcome) -> String {
        match self {
            Line::Figure(name) => figure(name).map_or(String::new(), |f| f.text(&outcome.comes)),
            Line::First => first(outcome.report()),
            Line::Free(..) => self.value(outcome).map_or(String::new(), signed),
        }
    }

    /// For comparing; `None` where there is nothing, or what is no number.
    pub fn value(&self, outcome: &Outcome) -> Option<i64> {
        match self {
            Line::Figure(name) => (figure(name)?.value)(&outcome.comes),
            Line::First => None,
            Line::Free(name, checked) => outcome.pool(name)?.1.left(*checked),
        }
    }

    /// What became of it from one outcome to another; `None` if it is the same.
    pub fn change(&self, before: &Outcome, now: &Outcome) -> Option<(Change, Worth)> {
        let change = Change::of(&self.text(before), &self.text(now))?;
        let worth = match (self.value(before), self.value(now), self.better()) {
            (Some(a), Some(b), Some(_)) if a == b => Worth::Neutral,
            (Some(a), Some(b), Some(better)) if (b > a) == (better == Better::More) => Worth::Good,
            (Some(_), Some(_), Some(_)) => Worth::Bad,
            _ => Worth::Neutral,
        };
        Some((change, worth))
    }

    /// How an outcome came to it.
    pub fn why(&self, outcome: &Outcome) -> String {
        let of_verdict = || outcome.evaluation.why(&outcome.plan, &Pointer::Verdict);
        match self {
            Line::Figure("verdict") => of_verdict(),
            Line::Figure("free") => {
                let tightest = outcome.pool(&outcome.comes.tightest);
                tightest.map_or_else(of_verdict, |(i, _)| outcome.why(Pointer::Pool(i, "free")))
            }
            Line::Figure(name) => {
                figure(name).map_or(String::new(), |f| format!("{}: {}", f.text(&outcome.comes), f.doc))
            }
            Line::First => outcome.report().first_to_run_out().map_or_else(of_verdict, str::to_owned),
            Line::Free(name, checked) => {
                let key = if *checked == Checked::Churned { "held_p95" } else { "free" };
                let pool = outcome.pool(name);
                let pointer = |i| Pointer::PoolIn(checked.situation(), i, key);
                pool.map_or(String::new(), |(i, _)| outcome.why(pointer(i)))
            }
        }
    }
}

impl Outcome {
    fn pool(&self, name: &str) -> Option<(usize, &PoolRow)> {
        self.report().pools.iter().enumerate().find(|(_, pool)| pool.name == name)
    }

    fn why(&self, pointer: Pointer) -> String {
        self.evaluation.why(&self.plan, &pointer)
    }
}

/// What runs out first, in a few words.
pub fn first(report: &Report) -> String {
    match (report.verdict, report.nearest_threshold()) {
        (Verdict::Exhausted | Verdict::Short, _) => "now".to_owned(),
        (_, None) => "nothing".to_owned(),
        (_, Some(t)) => {
            let at = t.at.map_or_else(|| "never".to_owned(), |at| at.to_string());
            format!("{at} {} of {}", t.what.name().replace('_', " "), shown(&t.of))
        }
    }
}
