//! What a plan comes to with other values of its fields.
//!
//! Some fields are varied ([`axis`]): every combination of their values is an edit of the plan, evaluated like any
//! other. Of each a few figures are kept ([`figure`]), so that the combinations can be compared.

pub mod axis;
pub mod change;
pub mod copies;
pub mod figure;
pub mod recommend;
pub mod subnets;
pub mod trials;

pub use axis::Axis;
pub use change::Change;
pub use figure::{FIGURES, Figure};
pub use trials::Trials;

use crate::engine::burst::Burst;
use crate::engine::{Evaluation, HeldBy, Lives, Report, Situation, Verdict, evaluate};
use crate::instance::Tables;
use crate::plan::document::{Document, Edit};
use crate::plan::{Plan, Problem};

/// A plan and the fields of it that are varied.
#[derive(Debug, Clone)]
pub struct Question {
    pub document: Document,
    pub axes: Vec<Axis>,
}

/// What comes of one combination of values.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Comes(Box<Comes>),
    /// The plan is not valid with them, and why.
    Invalid(String),
}

/// The figures of a plan that are compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Comes {
    pub verdict: Verdict,
    /// Addresses that nodes hold, of all pools, settled.
    pub held: u64,
    /// Of them those without a pod.
    pub unused: u64,
    /// Addresses that nodes hold, of all pools, in the worst case after churn.
    pub held_churned: u64,
    /// Free in the pool of nodes that has least, settled; below 0 where it is short.
    pub free: i64,
    /// That pool.
    pub tightest: String,
    /// Pods without a node or an address.
    pub pending: u64,
    /// `None` where no node has a warm pool.
    pub burst: Option<Burst>,
    /// Cents of a US dollar a month for all nodes; `None` where a type has no price.
    pub cents: Option<u64>,
}

impl Cell {
    /// Whether pods do not run or warm pools cannot fill.
    pub fn fails(&self) -> bool {
        let verdict = |comes: &Comes| matches!(comes.verdict, Verdict::Exhausted | Verdict::Short);
        matches!(self, Cell::Comes(comes) if verdict(comes))
    }
}

impl Question {
    /// How many combinations there are.
    pub fn len(&self) -> usize {
        self.axes.iter().fold(1, |all, axis| all.saturating_mul(axis.values.len()))
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A combination by its index, as a position in the values of each field; the first field changes fastest.
    pub fn positions(&self, index: usize) -> Vec<usize> {
        let mut rest = index;
        let position = |axis: &Axis| {
            let values = axis.values.len().max(1);
            let at = rest % values;
            rest /= values;
            at
        };
        self.axes.iter().map(position).collect()
    }

    /// The values of a combination by its index, as they are typed; `""` is a default.
    pub fn values(&self, index: usize) -> Vec<&str> {
        let values = self.axes.iter().zip(self.positions(index));
        values.map(|(axis, at)| axis.values.get(at).map_or("", String::as_str)).collect()
    }

    /// The edit that gives the fields the values of a combination. A field that is varied twice has the first.
    ///
    /// # Errors
    ///
    /// A value that its field does not take.
    pub fn edit(&self, index: usize) -> Result<Edit, String> {
        let mut edits = Vec::with_capacity(self.axes.len());
        for (i, (axis, at)) in self.axes.iter().zip(self.positions(index)).enumerate() {
            if !self.axes.iter().take(i).any(|before| before.place == axis.place) {
                edits.push(axis.edit(at)?);
            }
        }
        Ok(Edit::Many(edits))
    }

    /// What comes of a combination of values. `trials` are those of this question.
    pub fn cell(&self, index: usize, tables: &Tables, trials: &mut Trials, lives: &mut Lives) -> Cell {
        let looked_at = match self.changes(index) {
            Some(changes) => {
                trials.plan(self.document.plan(), &changes);
                Ok(())
            }
            None => self.edited(index).map(|plan| trials.instead(plan)),
        };
        let comes = looked_at.and_then(|()| trials.comes(tables, lives));
        comes.map_or_else(Cell::Invalid, |comes| Cell::Comes(Box::new(comes)))
    }

    /// The combination as changes of the plan, if it can be said by such.
    fn changes(&self, index: usize) -> Option<Vec<Change>> {
        let plan = self.document.plan();
        let axes = self.axes.iter().zip(self.positions(index)).rev();
        // a field that is varied twice has the first, which comes last here
        axes.map(|(axis, at)| Change::typed(plan, &axis.place, axis.values.get(at)?)).collect()
    }

    /// The plan with a combination of values, by an edit of its text.
    fn edited(&self, index: usize) -> Result<Plan, String> {
        let mut document = self.document.clone();
        document.apply(self.edit(index)?).map_err(|problems| Problem::first(&problems))?;
        Ok(document.plan().clone())
    }
}

impl Comes {
    /// The figures of a plan.
    ///
    /// # Errors
    ///
    /// The first rule that it breaks.
    pub fn of(plan: &Plan, tables: &Tables, lives: &mut Lives) -> Result<Comes, String> {
        Ok(Comes::from(&evaluated(plan, tables, lives)?, plan))
    }

    /// The figures of a plan that is evaluated.
    pub fn from(evaluation: &Evaluation, plan: &Plan) -> Comes {
        Comes::with(evaluation, evaluation.burst(plan))
    }

    /// The figures of a plan that is evaluated, and whose burst is known.
    pub fn with(evaluation: &Evaluation, burst: Option<Burst>) -> Comes {
        let report = &evaluation.report;
        let tightest = tightest(report, |by| by.nodes > 0);
        Comes {
            verdict: report.verdict,
            held: report.pools.iter().map(|p| p.settled.held).sum(),
            unused: report.pools.iter().map(|p| p.settled.unused).sum(),
            held_churned: report.pools.iter().map(|p| p.churned.held).sum(),
            free: tightest.as_ref().map_or(0, |(free, _)| *free),
            tightest: tightest.map_or(String::new(), |(_, name)| name),
            pending: report.pending(),
            burst,
            cents: evaluation.usd_a_month().map(cents),
        }
    }

    /// The figures of one cluster of a plan: what its nodes hold, its pods, its burst and its price; what is free is
    /// free of its pools, whoever else is in them.
    pub fn of_cluster(evaluation: &Evaluation, plan: &Plan, c: usize, burst: Option<Burst>) -> Comes {
        let report = &evaluation.report;
        let name = plan.clusters.get(c).map_or("", |cluster| cluster.name.as_ref());
        let own = |by: &&HeldBy| *by.cluster == *name;
        let sum = |situation: Situation, of: fn(&HeldBy) -> u64| -> u64 {
            report.pools.iter().flat_map(|pool| pool.holding(situation).by.iter().filter(own)).map(of).sum()
        };
        let tightest = tightest(report, |by| own(&by) && by.nodes > 0);
        Comes {
            verdict: report.verdict,
            held: sum(Situation::Settled, HeldBy::held),
            unused: sum(Situation::Settled, |by| by.unused),
            held_churned: sum(Situation::Churned, HeldBy::held),
            free: tightest.as_ref().map_or(0, |(free, _)| *free),
            tightest: tightest.map_or(String::new(), |(_, name)| name),
            pending: evaluation.pending_of(c),
            burst,
            cents: evaluation.usd_a_month_of(c).map(cents),
        }
    }
}

/// What the engine says of a plan; its verdict knows the percentiles where it depends on them.
///
/// # Errors
///
/// The first rule that the plan breaks.
pub fn evaluated(plan: &Plan, tables: &Tables, lives: &mut Lives) -> Result<Evaluation, String> {
    let mut evaluation = evaluate(plan, tables).map_err(|problems| Problem::first(&problems))?;
    settle_verdict(&mut evaluation, plan, lives);
    Ok(evaluation)
}

/// The verdict depends on percentiles only where all else fits and the worst case of churn does not.
pub fn settle_verdict(evaluation: &mut Evaluation, plan: &Plan, lives: &mut Lives) {
    let report = &evaluation.report;
    let in_doubt = report.verdict == Verdict::Fits && report.pools.iter().any(|p| p.churned.is_short());
    if in_doubt {
        evaluation.live_with(plan, lives);
    }
}

/// Prices are bounded, nodes too: far below 2^53.
fn cents(usd: f64) -> u64 {
    (usd * 100.0).round() as u64
}

/// What is free in the pool that has least, among those that somebody holds; the first of equals.
fn tightest(report: &Report, holds: impl Fn(&HeldBy) -> bool) -> Option<(i64, String)> {
    let pools = report.pools.iter().filter(|pool| pool.settled.by.iter().any(&holds));
    let free = pools.map(|pool| (pool.settled.left(), pool));
    free.min_by_key(|(free, _)| *free).map(|(free, pool)| (free, pool.name.clone()))
}
