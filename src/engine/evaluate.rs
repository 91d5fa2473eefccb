//! Everything together: a plan's report, and what is needed to explain it.

use super::auto::place_with_auto;
use super::blocks::blocks;
use super::findings::findings;
use super::fleet::{Group, resolve};
use super::hold::{Part, Take};
use super::join::{Dry, Ends, Nodes, first_dry};
use super::outcome::{Outcome, capacity, free, hold_cluster, other};
use super::report::{
    HeldBy, Holding, NodeGroupRow, PerNode, PoolKind, PoolRow, Report, Verdict, WorkloadRow,
};
use crate::cni::settle::Range;
use crate::instance::Tables;
use crate::plan::{Cluster, Plan, Problem};

/// A report, and what is needed to say how each of its numbers came about.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// Without thresholds: they cost more than the rest and come from [`Evaluation::thresholds`].
    pub report: Report,
    pub(super) clusters: Vec<Outcome>,
}

/// Evaluates a plan.
///
/// # Errors
///
/// Rules that need the instance tables: unknown types, more `pods` than a node may run.
pub fn evaluate(plan: &Plan, tables: &Tables) -> Result<Evaluation, Vec<Problem>> {
    Ok(evaluate_groups(plan, resolve(plan, tables)?))
}

/// The same with groups that are resolved already: those of each cluster.
pub(super) fn evaluate_groups(plan: &Plan, fleet: Vec<Vec<Group>>) -> Evaluation {
    let mut free = free(plan);
    let clusters: Vec<Outcome> = plan
        .clusters
        .iter()
        .zip(fleet)
        .map(|(cluster, groups)| {
            let placed = place_with_auto(cluster, &groups);
            let (parts, starved) = hold_cluster(plan, cluster, &groups, &placed, &mut free);
            Outcome { groups, placed, parts, starved }
        })
        .collect();
    let mut report = Report {
        format: 1,
        plan: plan.name.clone(),
        verdict: Verdict::Fits,
        pools: pools(plan, &clusters),
        node_groups: Vec::new(),
        workloads: Vec::new(),
        thresholds: Vec::new(),
        findings: Vec::new(),
    };
    for (cluster, outcome) in plan.clusters.iter().zip(&clusters) {
        node_group_rows(cluster, outcome, &mut report.node_groups);
        workload_rows(cluster, outcome, &mut report.workloads);
    }
    let dry = dry(plan, &report, &clusters);
    report.verdict = if dry.is_some() { Verdict::Exhausted } else { verdict(&report) };
    report.findings = findings(plan, &report, &clusters, dry.as_ref());
    Evaluation { report, clusters }
}

fn pools(plan: &Plan, clusters: &[Outcome]) -> Vec<PoolRow> {
    let mut rows: Vec<PoolRow> = plan
        .subnets
        .iter()
        .enumerate()
        .map(|(s, subnet)| {
            let (capacity, reserved) = capacity(subnet);
            PoolRow {
                name: subnet.name.clone(),
                kind: PoolKind::Subnet,
                cidr: subnet.cidr.to_string(),
                zone: subnet.zone.clone(),
                capacity,
                reserved,
                other: other(plan, s),
                usable: capacity - reserved,
                settled: Holding {
                    held: 0,
                    held_min: None,
                    held_max: None,
                    settles: true,
                    primary: 0,
                    assigned: 0,
                    unused: 0,
                    free: 0,
                    short: 0,
                    blocks: None,
                    by: Vec::new(),
                },
            }
        })
        .collect();
    // the other end of each pool's range, as a difference
    let mut less = vec![0u64; rows.len()];
    let mut more = vec![0u64; rows.len()];
    // where in `by` a group's entry for a pool is
    let mut entry = vec![usize::MAX; rows.len()];
    // addresses that come one by one, and prefixes
    let mut asked = vec![(0u64, 0u64); rows.len()];
    for (cluster, outcome) in plan.clusters.iter().zip(clusters) {
        for (group, parts) in cluster.node_groups.iter().zip(&outcome.parts) {
            let mut by: Vec<(usize, HeldBy)> = Vec::new();
            for part in parts {
                for take in &part.takes {
                    if by.get(entry[take.subnet]).is_none_or(|(s, _)| *s != take.subnet) {
                        entry[take.subnet] = by.len();
                        by.push((
                            take.subnet,
                            HeldBy {
                                cluster: cluster.name.clone(),
                                node_group: group.name.clone(),
                                nodes: 0,
                                primary: 0,
                                assigned: 0,
                                unused: 0,
                            },
                        ));
                    }
                    let held = &mut by[entry[take.subnet]].1;
                    held.nodes += part.nodes;
                    held.primary += take.primary * part.nodes;
                    held.assigned += take.assigned * part.nodes;
                    held.unused += take.unused * part.nodes;
                    asked[take.subnet].0 += take.singles() * part.nodes;
                    asked[take.subnet].1 += take.prefixes * part.nodes;
                }
                other_end(part, &mut rows, &mut less, &mut more);
            }
            for (s, entry) in by {
                rows[s].settled.by.push(entry);
            }
        }
    }
    for (s, row) in rows.iter_mut().enumerate() {
        let sum = |of: fn(&HeldBy) -> u64| row.settled.by.iter().map(of).sum::<u64>();
        let (primary, assigned, unused) = (sum(|b| b.primary), sum(|b| b.assigned), sum(|b| b.unused));
        let held = primary + assigned + unused;
        let holding = &mut row.settled;
        (holding.primary, holding.assigned, holding.unused, holding.held) = (primary, assigned, unused, held);
        holding.held_min = (!holding.settles).then(|| held - less[s].min(held));
        holding.held_max = holding.held_max.map(|_| held + more[s]);
        let wanted = row.other + held;
        holding.free = row.usable.saturating_sub(wanted);
        holding.short = wanted.saturating_sub(row.usable);
        let (singles, prefixes) = asked[s];
        holding.blocks = (prefixes > 0).then(|| blocks(plan, s, singles, prefixes));
    }
    rows
}

/// Notes what a part could hold less or more of each pool than it is reported to.
fn other_end(part: &Part, rows: &mut [PoolRow], less: &mut [u64], more: &mut [u64]) {
    if part.settled.range == Range::Exact {
        return;
    }
    let sum = |takes: &[Take], s: usize, of: fn(&Take) -> u64| -> u64 {
        takes.iter().filter(|t| t.subnet == s).map(of).sum()
    };
    let mut subnets: Vec<usize> = part.takes.iter().chain(&part.other_end).map(|t| t.subnet).collect();
    subnets.sort_unstable();
    subnets.dedup();
    for s in subnets {
        let (now, then) = (sum(&part.takes, s, Take::held), sum(&part.other_end, s, Take::held));
        let pool = sum(&part.other_end, s, |t| t.assigned + t.unused);
        less[s] += now.saturating_sub(then) * part.nodes;
        more[s] += then.saturating_sub(now) * part.nodes;
        match part.settled.range {
            Range::Oscillates { .. } => rows[s].settled.settles &= now == then,
            Range::Random { .. } if pool > 0 => rows[s].settled.held_max = Some(0),
            Range::Random { .. } | Range::Exact => {}
        }
    }
}

fn node_group_rows(cluster: &Cluster, outcome: &Outcome, rows: &mut Vec<NodeGroupRow>) {
    for (g, (group, parts)) in outcome.groups.iter().zip(&outcome.parts).enumerate() {
        let range = |of: fn(&Part) -> u64| -> Option<[u64; 2]> {
            Some([parts.iter().map(of).min()?, parts.iter().map(of).max()?])
        };
        let spec = &cluster.node_groups[g];
        let pending = match spec.pods {
            Some(_) => parts.iter().map(|p| p.settled.starved() * p.nodes).sum(),
            None => 0,
        };
        rows.push(NodeGroupRow {
            cluster: cluster.name.clone(),
            name: spec.name.clone(),
            instance_type: group.instance_type(),
            nodes: outcome.placed.nodes[g].into(),
            max_pods: group.max_pods,
            per_node: PerNode {
                pods: range(|p| p.settled.running),
                enis: range(|p| p.settled.enis),
                held: range(Part::held),
                unused: range(|p| p.settled.unused()),
            },
            pending,
        });
    }
}

fn workload_rows(cluster: &Cluster, outcome: &Outcome, rows: &mut Vec<WorkloadRow>) {
    for (w, workload) in cluster.workloads.iter().enumerate() {
        let demand = outcome.placed.workloads[w];
        let starved = outcome.starved[w];
        let pending = demand.unplaced + starved.pods;
        // pods that found no node come after all that did; a DaemonSet's go by node
        let unplaced_first = match (demand.node, starved.first) {
            (Some(node), Some(((_, first), _))) => node < first,
            _ => starved.first.is_none(),
        };
        let reason = if unplaced_first { demand.reason } else { starved.first.map(|(_, reason)| reason) };
        rows.push(WorkloadRow {
            cluster: cluster.name.clone(),
            name: workload.name.clone(),
            replicas: demand.wanted,
            running: demand.wanted - pending,
            pending,
            reason: if pending > 0 { reason } else { None },
        });
    }
}

/// The first node on which a pod stays pending because a subnet is dry. Where every pool has what is wanted of
/// it, there is none.
fn dry(plan: &Plan, report: &Report, clusters: &[Outcome]) -> Option<Dry> {
    if !report.pools.iter().any(|p| p.settled.is_short()) {
        return None;
    }
    let all: Vec<(&Cluster, Nodes)> = plan.clusters.iter().zip(clusters.iter().map(Outcome::nodes)).collect();
    first_dry(plan, &all, None, Ends::Pending)
}

fn verdict(report: &Report) -> Verdict {
    let pending =
        report.workloads.iter().map(|w| w.pending).chain(report.node_groups.iter().map(|g| g.pending));
    if pending.sum::<u64>() > 0 {
        Verdict::Exhausted
    } else if report.pools.iter().any(|p| p.settled.is_short()) {
        Verdict::Short
    } else {
        Verdict::Fits
    }
}
