//! Everything together: a plan's report, and what is needed to explain it.

use std::sync::Arc;

use super::before::Before;
use super::brought::{self, Brought};
use super::findings::{findings, of_clusters};
use super::fleet::{Group, resolve_if};
use super::join::{Dry, Ends, Nodes, first_dry};
use super::networks::{Attached, attach};
use super::outcome::{Outcome, free, hold_cluster};
use super::place::Placed;
use super::placements::Placements;
use super::pools::pools;
use super::report::{Percentiles, PoolRow, Report, Verdict};
use super::share::share;
use super::upgrade::surges;
use crate::instance::Tables;
use crate::plan::{Cluster, Plan, Problem};

/// A report, and what is needed to say how each of its numbers came about.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// Without thresholds: they cost more than the rest and come from [`Evaluation::thresholds`].
    pub report: Report,
    /// The pools that are no subnets.
    pub(super) brought: Vec<Brought>,
    pub(super) attached: Attached,
    pub(super) clusters: Vec<Arc<Outcome>>,
    /// The first node on which a pod stays pending because a subnet is dry.
    pub(super) dry: Option<Dry>,
}

/// Evaluates a plan.
///
/// # Errors
///
/// Rules that need the instance tables: unknown types, more `pods` than a node may run.
pub fn evaluate(plan: &Plan, tables: &Tables) -> Result<Evaluation, Vec<Problem>> {
    evaluate_after(plan, tables, None)
}

/// The same, with what came of the plan before an edit.
///
/// # Errors
///
/// As [`evaluate`].
pub fn evaluate_after(
    plan: &Plan,
    tables: &Tables,
    before: Option<Before<'_>>,
) -> Result<Evaluation, Vec<Problem>> {
    let mut evaluation = computed(plan, tables, &mut Placements::default(), before)?;
    evaluation.find(plan);
    Ok(evaluation)
}

/// A plan's figures: what [`evaluate`] says, without findings. For who tries many plans that differ in settings,
/// types, counts and max pods alone: their pods are placed once for all that have the same nodes.
///
/// # Errors
///
/// As [`evaluate`].
pub fn figures(
    plan: &Plan,
    tables: &Tables,
    placements: &mut Placements,
) -> Result<Evaluation, Vec<Problem>> {
    computed(plan, tables, placements, None)
}

fn computed(
    plan: &Plan,
    tables: &Tables,
    placements: &mut Placements,
    before: Option<Before<'_>>,
) -> Result<Evaluation, Vec<Problem>> {
    let known = |c: usize| before.and_then(|before| before.outcome(plan, c)).cloned();
    let known: Vec<Option<Arc<Outcome>>> = (0..plan.clusters.len()).map(known).collect();
    let fleet = resolve_if(plan, tables, |c| known.get(c).is_none_or(Option::is_none))?;
    let placed = placements.of(plan, &fleet, &known);
    let (attached, brought, clusters) = outcomes(plan, fleet, placed, known);
    let mut report = Report {
        format: 1,
        plan: plan.name.clone(),
        verdict: Verdict::Fits,
        pools: pools(plan, &brought, &clusters),
        node_groups: Vec::new(),
        workloads: Vec::new(),
        thresholds: Arc::default(),
        findings: Vec::new(),
    };
    for share in clusters.iter().map(|outcome| outcome.share()) {
        report.node_groups.extend_from_slice(&share.node_groups);
        report.workloads.extend_from_slice(&share.workloads);
    }
    let dry = dry(plan, &brought, &report, &clusters);
    report.verdict = verdict(&report, dry.as_ref());
    Ok(Evaluation { report, brought, attached, clusters, dry })
}

/// What becomes of each network and each cluster, and the pools that are no subnets; `fleet` are the clusters' groups,
/// resolved, `placed` their pods, and `known` what is known to come of clusters already.
pub(super) fn outcomes(
    plan: &Plan,
    fleet: Vec<Vec<Group>>,
    placed: Vec<Arc<Placed>>,
    known: Vec<Option<Arc<Outcome>>>,
) -> (Attached, Vec<Brought>, Vec<Arc<Outcome>>) {
    let attached =
        attach(plan, &placed.iter().map(|placed| placed.nodes.as_slice()).collect::<Vec<&[u32]>>());
    let nodes = |placed: &Arc<Placed>| placed.nodes.iter().map(|n| u64::from(*n)).sum();
    let brought = brought::all(plan, &attached, &placed.iter().map(nodes).collect::<Vec<u64>>());
    let mut free = free(plan, &brought);
    let mut clusters: Vec<Arc<Outcome>> = (plan.clusters.iter().zip(fleet).zip(placed).zip(known))
        .map(|(((cluster, groups), placed), known)| match known {
            Some(known) => {
                known.share().take(&mut free);
                known
            }
            None => Arc::new(hold_cluster(plan, cluster, groups, placed, &mut free)),
        })
        .collect();
    surges(plan, &brought, &mut clusters);
    share(plan, &mut clusters);
    (attached, brought, clusters)
}

impl Evaluation {
    /// Fills in the percentiles of `churned`, by row of `pools`, and what follows from them: the verdict and
    /// the findings. They come from seeded runs, which take longer than all the rest.
    pub fn set_percentiles(&mut self, plan: &Plan, percentiles: &[Percentiles]) {
        for (pool, percentiles) in self.report.pools.iter_mut().zip(percentiles) {
            pool.churned.percentiles = Some(*percentiles);
        }
        self.report.verdict = verdict(&self.report, self.dry.as_ref());
        self.find(plan);
    }

    fn find(&mut self, plan: &Plan) {
        for (c, found) in of_clusters(plan, self) {
            Arc::make_mut(&mut self.clusters[c]).findings = Some(found);
        }
        self.report.findings = findings(plan, self);
    }
}

/// The first node on which a pod stays pending because a subnet is dry. Where every pool has what is wanted of
/// it, there is none.
fn dry(plan: &Plan, brought: &[Brought], report: &Report, clusters: &[Arc<Outcome>]) -> Option<Dry> {
    if !report.pools.iter().any(|p| p.settled.is_short()) {
        return None;
    }
    let all: Vec<(&Cluster, Nodes)> = plan
        .clusters
        .iter()
        .map(|cluster| &**cluster)
        .zip(clusters.iter().map(|outcome| outcome.nodes()))
        .collect();
    first_dry(plan, brought, &all, None, Ends::Pending)
}

fn verdict(report: &Report, dry: Option<&Dry>) -> Verdict {
    let any = |holds: fn(&PoolRow) -> bool| report.pools.iter().any(holds);
    if dry.is_some() || report.pending() > 0 {
        Verdict::Exhausted
    } else if any(|p| p.settled.is_short()) {
        Verdict::Short
    } else if any(|p| p.upgrade.is_short() || p.is_short_at_p95()) {
        Verdict::AtRisk
    } else {
        Verdict::Fits
    }
}
