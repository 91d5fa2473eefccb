//! What a plan comes to with other values of its fields.
//!
//! Two fields are varied ([`axis`]): every pair of their values is an edit of the plan, evaluated like any other. Of
//! each a few figures are kept ([`figure`]), so that the pairs can be compared.

pub mod axis;
pub mod figure;

pub use axis::Axis;
pub use figure::{FIGURES, Figure};

use crate::engine::burst::Burst;
use crate::engine::{Evaluation, Lives, Report, Verdict, evaluate};
use crate::instance::Tables;
use crate::plan::document::{Document, Edit};
use crate::plan::{Plan, Problem};

/// A plan and the fields of it that are varied.
#[derive(Debug, Clone)]
pub struct Question {
    pub document: Document,
    /// The fields: across and down.
    pub axes: [Axis; 2],
}

/// What comes of one pair of values.
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
    /// Free in the pool of nodes that has least, settled; below 0 where it is short.
    pub free: i64,
    /// That pool.
    pub tightest: String,
    /// Pods without a node or an address.
    pub pending: u64,
    /// `None` where no node has a warm pool.
    pub burst: Option<Burst>,
}

impl Cell {
    /// Whether pods do not run or warm pools cannot fill.
    pub fn fails(&self) -> bool {
        let verdict = |comes: &Comes| matches!(comes.verdict, Verdict::Exhausted | Verdict::Short);
        matches!(self, Cell::Comes(comes) if verdict(comes))
    }
}

impl Question {
    /// How many pairs there are.
    pub fn len(&self) -> usize {
        self.axes.iter().map(|axis| axis.values.len()).product()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The pairs by index, row by row: positions across and down.
    pub fn pair(&self, index: usize) -> (usize, usize) {
        let columns = self.axes[0].values.len().max(1);
        (index % columns, index / columns)
    }

    /// The edit that gives both fields the values of a pair.
    ///
    /// # Errors
    ///
    /// A value that its field does not take.
    pub fn edit(&self, (x, y): (usize, usize)) -> Result<Edit, String> {
        let [across, down] = &self.axes;
        let mut edits = vec![across.edit(x)?];
        // one field varied twice is one list of values
        if across.place != down.place {
            edits.push(down.edit(y)?);
        }
        Ok(Edit::Many(edits))
    }

    /// What comes of a pair of values.
    pub fn cell(&self, index: usize, tables: &Tables, lives: &mut Lives) -> Cell {
        let plan = self.edit(self.pair(index)).and_then(|edit| {
            let mut document = self.document.clone();
            document.apply(edit).map_err(|problems| Problem::first(&problems))?;
            Ok(document.plan().clone())
        });
        let comes = plan.and_then(|plan| Comes::of(&plan, tables, lives));
        comes.map_or_else(Cell::Invalid, |comes| Cell::Comes(Box::new(comes)))
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
        let burst = evaluation.burst(plan);
        let report = &evaluation.report;
        let tightest = tightest(report);
        Comes {
            verdict: report.verdict,
            held: report.pools.iter().map(|p| p.settled.held).sum(),
            unused: report.pools.iter().map(|p| p.settled.unused).sum(),
            free: tightest.as_ref().map_or(0, |(free, _)| *free),
            tightest: tightest.map_or(String::new(), |(_, name)| name),
            pending: report.pending(),
            burst,
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
fn settle_verdict(evaluation: &mut Evaluation, plan: &Plan, lives: &mut Lives) {
    let report = &evaluation.report;
    let in_doubt = report.verdict == Verdict::Fits && report.pools.iter().any(|p| p.churned.is_short());
    if in_doubt && let Some(percentiles) = evaluation.percentiles(plan, lives, || true) {
        evaluation.set_percentiles(plan, &percentiles);
    }
}

/// What is free in the pool that has least, among those that nodes are in; the first of equals.
fn tightest(report: &Report) -> Option<(i64, String)> {
    let pools = report.pools.iter().filter(|pool| pool.settled.by.iter().any(|by| by.nodes > 0));
    let free = pools.map(|pool| (pool.settled.left(), pool));
    free.min_by_key(|(free, _)| *free).map(|(free, pool)| (free, pool.name.clone()))
}
