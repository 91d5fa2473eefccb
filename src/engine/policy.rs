//! What must hold of a plan ([`Policy`]), and what does not: `podroom check`, and findings of the planner.

use std::collections::HashMap;

use super::blocks::Blocks;
use super::percentiles::Lives;
use super::report::{Finding, Holding, PoolRow, Report, Severity, Situation};
use super::{Evaluation, Pointer, evaluate};
use crate::instance::Tables;
use crate::plan::policy::{Checked, Intolerable};
use crate::plan::{MinFree, Place, Plan, Policy, Problem, Row};
use crate::text::{addresses, count, thousands};

/// The rule whose findings say what check says anyway.
pub const CODE: &str = "policy";

/// Something that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// `None`: a finding, which is of the plan.
    pub situation: Option<Checked>,
    /// `pool private-a`, `workload prod/web`, `node group prod/workers`, `finding subnet-overlap`.
    pub what: String,
    /// What of the plan it is about.
    pub place: Place,
    /// `None`: it is as it must be.
    pub violation: Option<Violation>,
}

/// What is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The first month of growth in which it is not; 0 is today.
    pub month: u32,
    /// Something is missing; otherwise less is free than is asked for, and the message goes on with the first month
    /// in which something is missing.
    pub short: bool,
    pub message: String,
    /// How the figure of the message came about.
    pub why: String,
}

/// Why nothing can be said.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// The plan breaks rules that need the instance tables.
    Invalid(Vec<Problem>),
    /// A percentile that decides is not computed.
    Unknown(String),
}

/// Everything that a policy asks about, in the order of its situations: pods, pools, and the findings that it does
/// not tolerate.
///
/// # Errors
///
/// [`Fault`].
pub fn check(plan: &Plan, tables: &Tables, policy: &Policy) -> Result<Vec<Case>, Fault> {
    let mut cases: Vec<Case> = Vec::new();
    let mut known: HashMap<(Option<Checked>, String), usize> = HashMap::new();
    let mut lives = Lives::default();
    for month in 0..=months(plan, policy) {
        let grown = plan.after(month);
        let mut evaluation = evaluate(&grown, tables).map_err(Fault::Invalid)?;
        live(&mut evaluation, &grown, policy, &mut lives);
        for case in judged(&evaluation, &grown, policy, month)? {
            match known.get(&(case.situation, case.what.clone())).and_then(|at| cases.get_mut(*at)) {
                Some(before) => worse(before, case),
                None => {
                    known.insert((case.situation, case.what.clone()), cases.len());
                    cases.push(case);
                }
            }
        }
    }
    cases.sort_by_key(|case| (case.situation.is_none(), case.situation));
    Ok(cases)
}

/// The last month that is looked at: what does not grow is the same in every month.
pub fn months(plan: &Plan, policy: &Policy) -> u32 {
    if plan.months() > 0 { policy.months } else { 0 }
}

/// A case with what a later month says of it.
fn worse(case: &mut Case, later: Case) {
    match (&mut case.violation, later.violation) {
        (Some(before), Some(now)) if !before.short && now.short => {
            before.short = true;
            before.message.push_str(&format!("; in month {} {}", now.month, now.message));
        }
        (Some(_), _) => {}
        (before, now) => *before = now,
    }
}

/// The percentiles, where they decide: no chance is worse than the worst case.
fn live(evaluation: &mut Evaluation, plan: &Plan, policy: &Policy, lives: &mut Lives) {
    let bad = |pool| Seen::of(pool, &pool.churned).violation(policy.min_free).is_some();
    if policy.situations.contains(&Checked::Churned) && evaluation.report.pools.iter().any(bad) {
        evaluation.live_with(plan, lives);
    }
}

/// What a policy asks about in one month.
fn judged(evaluation: &Evaluation, plan: &Plan, policy: &Policy, month: u32) -> Result<Vec<Case>, Fault> {
    let report = &evaluation.report;
    let mut cases = running(evaluation, plan, month);
    if month == 0 {
        cases.extend(intolerable(report, policy));
    }
    for situation in policy.situations.iter().copied() {
        for (row, pool) in report.pools.iter().enumerate() {
            let found = match Seen::in_situation(pool, situation) {
                Some(seen) => {
                    seen.violation(policy.min_free).map(|message| (message, seen.is_short(), seen.key))
                }
                None if Seen::of(pool, &pool.churned).violation(policy.min_free).is_none() => None,
                // the worst case has a line of its own
                None if policy.situations.contains(&Checked::ChurnedWorst) => continue,
                None => return Err(Fault::Unknown(not_computed(pool))),
            };
            let violation = found.map(|(message, short, key)| Violation {
                month,
                short,
                message,
                why: evaluation.why(plan, &Pointer::PoolIn(situation.situation(), row, key)),
            });
            let what = format!("pool {}", pool.name);
            cases.push(Case { situation: Some(situation), what, place: pool.place.clone(), violation });
        }
    }
    Ok(cases)
}

fn not_computed(pool: &PoolRow) -> String {
    format!(
        "the 95th percentile of \"churned\" is not computed for this plan, and in the worst case {} has too few \
         addresses; check \"churned-worst\"",
        pool.name
    )
}

/// Workloads and groups: their pods must run when settled.
fn running(evaluation: &Evaluation, plan: &Plan, month: u32) -> Vec<Case> {
    let report = &evaluation.report;
    let case = |what: String, row: Row, message: Option<String>, pointer: Pointer| {
        let why = || evaluation.why(plan, &pointer);
        let violation = message.map(|message| Violation { month, short: true, message, why: why() });
        Case { situation: Some(Checked::Settled), what, place: Place::row(row), violation }
    };
    let workloads = plan.clusters.iter().enumerate();
    let workloads = workloads.flat_map(|(c, x)| (0..x.workloads.len()).map(move |w| Row::Workload(c, w)));
    let workloads = workloads.zip(&report.workloads).enumerate().map(|(i, (row, w))| {
        let reason = w.reason.map_or(String::new(), |r| format!(" ({})", r.name()));
        let (pending, replicas) = (thousands(w.pending), count(w.replicas, "pod"));
        let message = (w.pending > 0).then(|| format!("{pending} of {replicas} pending{reason}"));
        case(format!("workload {}/{}", w.cluster, w.name), row, message, Pointer::Workload(i, "pending"))
    });
    let groups = plan.clusters.iter().enumerate();
    let groups = groups.flat_map(|(c, x)| (0..x.node_groups.len()).map(move |g| Row::NodeGroup(c, g)));
    let groups = groups.zip(&report.node_groups).enumerate().map(|(i, (row, g))| {
        let message = (g.pending > 0).then(|| format!("{} pending", count(g.pending, "pod")));
        case(format!("node group {}/{}", g.cluster, g.name), row, message, Pointer::NodeGroup(i, "pending"))
    });
    workloads.chain(groups).collect()
}

/// Findings that say what other cases say where their situation is looked at; `None` is always.
const SAID: &[(&str, Option<Checked>)] = &[
    (CODE, None),
    ("pods-pending", None),
    ("pool-short", Some(Checked::Settled)),
    ("blocks-short", Some(Checked::Settled)),
    ("subnet-dry", Some(Checked::Settled)),
    ("upgrade-short", Some(Checked::Upgrade)),
    ("churned-short", Some(Checked::ChurnedWorst)),
];

/// Findings that are not tolerated, and not said anyway.
fn intolerable(report: &Report, policy: &Policy) -> Vec<Case> {
    let said = |finding: &&Finding| {
        let row = SAID.iter().find(|(code, _)| *code == finding.code);
        row.is_some_and(|(_, situation)| situation.is_none_or(|s| policy.situations.contains(&s)))
    };
    let is = |finding: &&Finding| match policy.findings {
        Intolerable::None => false,
        Intolerable::Errors => finding.severity == Severity::Error,
        Intolerable::Warnings => finding.severity <= Severity::Warning,
    };
    let found = report.findings.iter().filter(is).filter(|finding| !said(finding));
    let case = |finding: &Finding| Case {
        situation: None,
        what: format!("{} {} at {}", finding.severity.name(), finding.code, finding.at),
        place: finding.place.clone(),
        violation: Some(Violation {
            month: 0,
            short: false,
            message: finding.message.clone(),
            why: finding.help.clone(),
        }),
    };
    found.map(case).collect()
}

impl Checked {
    /// The situation of the report that a check looks at.
    pub fn situation(self) -> Situation {
        match self {
            Checked::Settled => Situation::Settled,
            Checked::Churned | Checked::ChurnedWorst => Situation::Churned,
            Checked::Upgrade => Situation::Upgrade,
        }
    }
}

impl PoolRow {
    /// What is left of the pool in a situation of checks: what is free, or below 0 what it is short by; `None`
    /// where the percentile is not computed.
    pub fn left(&self, checked: Checked) -> Option<i64> {
        let signed = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let p95 = |held| {
            let (free, short) = self.balance(held);
            signed(free).saturating_sub(signed(short))
        };
        match checked {
            Checked::Churned => self.churned.p95().map(p95),
            _ => Some(self.holding(checked.situation()).left()),
        }
    }

    /// Whether something is missing in a situation of checks; not while that is not computed.
    pub fn is_short_in(&self, checked: Checked) -> bool {
        match checked {
            Checked::Churned => self.is_short_at_p95(),
            _ => self.holding(checked.situation()).is_short(),
        }
    }
}

/// A pool as it is in a situation.
struct Seen<'a> {
    pool: &'a PoolRow,
    free: u64,
    short: u64,
    blocks: Option<Blocks>,
    /// The figure that says how it came about.
    key: &'static str,
}

impl<'a> Seen<'a> {
    fn of(pool: &'a PoolRow, h: &Holding) -> Seen<'a> {
        let key = if h.short > 0 { "short" } else { "free" };
        Seen { pool, free: h.free, short: h.short, blocks: h.blocks, key }
    }

    /// `None` while that is not computed.
    fn in_situation(pool: &'a PoolRow, checked: Checked) -> Option<Seen<'a>> {
        match checked {
            Checked::Churned => pool.churned.p95().map(|held| {
                let (free, short) = pool.balance(held);
                Seen { pool, free, short, blocks: None, key: "held_p95" }
            }),
            _ => Some(Seen::of(pool, pool.holding(checked.situation()))),
        }
    }

    /// Whether something is missing: addresses, or whole blocks.
    fn is_short(&self) -> bool {
        self.short > 0 || self.blocks.is_some_and(|b| b.is_short())
    }

    /// What is wrong with it. A pool that is short has nothing free: that is one violation, not two.
    fn violation(&self, min_free: MinFree) -> Option<String> {
        if self.short > 0 {
            return Some(format!("short by {}", thousands(self.short)));
        }
        if let Some(blocks) = self.blocks.filter(|b| b.is_short()) {
            let (singles, short) = (blocks.singles.short, blocks.short);
            return Some(match short {
                0 => format!("short by {} outside of reservations", addresses(singles)),
                _ => format!("short by {} for prefixes", count(short, "whole /28 block")),
            });
        }
        let least = min_free.of(self.pool.usable);
        if self.free >= least {
            return None;
        }
        let asked = match min_free {
            MinFree::Count(_) => String::new(),
            MinFree::Share { .. } => format!(" ({min_free} of {} usable)", thousands(self.pool.usable)),
        };
        Some(format!("{} free, fewer than {}{asked}", thousands(self.free), thousands(least)))
    }
}

/// Pools that have less free than a policy wants, today: for each the first situation, and what is wrong. Whatever is
/// short is found anyway; growth is left to check.
pub(super) fn too_full<'r>(
    report: &'r Report,
    policy: &Policy,
) -> impl Iterator<Item = (&'r PoolRow, Checked, String)> {
    let min_free = policy.min_free;
    let situations = policy.situations.clone();
    report.pools.iter().filter_map(move |pool| {
        let first = situations.iter().find_map(|checked| {
            let seen = Seen::in_situation(pool, *checked).filter(|seen| seen.short == 0)?;
            Some((*checked, seen.violation(min_free)?))
        });
        first.map(|(checked, message)| (pool, checked, message))
    })
}
