//! How a number came about: one sentence with its own figures in it.

mod blocks;
mod derive;
pub(super) mod node;
mod pointer;
mod pools;

pub use derive::{Line, Of};

use super::brought;
use super::evaluate::Evaluation;
use super::hold::Part;
use super::place::allowed;
use super::report::{Finding, PoolKind, PoolRow, Reason, Situation, Verdict};
use super::roster;
use crate::plan::{Nodes, Plan};
use crate::text::{addresses, count, listed, thousands};

/// A number of the report, or its verdict. By name: [`Pointer::parse`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pointer {
    Verdict,
    /// Row of `pools`, and the key of the figure when settled: `held`, `free`, `usable`, …
    Pool(usize, &'static str),
    /// The same figure in a situation.
    PoolIn(Situation, usize, &'static str),
    /// Row of `node_groups`, and the key: `nodes`, `max_pods`, `pods`, `enis`, `held`, `unused`, `pending`.
    NodeGroup(usize, &'static str),
    /// Row of `workloads`, and the key: `replicas`, `running`, `pending`, `reason`.
    Workload(usize, &'static str),
    Threshold(usize),
    Finding(usize),
}

impl Evaluation {
    /// How a number came about. Empty if there is no such number.
    pub fn why(&self, plan: &Plan, pointer: &Pointer) -> String {
        let sentence = match pointer {
            Pointer::Verdict => Some(self.why_verdict(plan)),
            Pointer::Pool(row, key) => self.why_pool(plan, Situation::Settled, *row, key),
            Pointer::PoolIn(situation, row, key) => self.why_pool(plan, *situation, *row, key),
            Pointer::NodeGroup(row, key) => self.why_group(plan, *row, key),
            Pointer::Workload(row, key) => self.why_workload(plan, *row, key),
            Pointer::Threshold(row) => self.report.thresholds.get(*row).map(|t| t.sentence.clone()),
            Pointer::Finding(row) => {
                let says = |f: &Finding| match f.help.as_str() {
                    "" => f.message.clone(),
                    help => format!("{}; {help}", f.message),
                };
                self.report.findings.get(*row).map(says)
            }
        };
        sentence.unwrap_or_default()
    }

    /// Pods that are not placed or that their node's limits starve; and where pods that are placed find no
    /// address.
    fn why_exhausted(&self, plan: &Plan, pending: u64) -> String {
        let dry = self.dry.map(|dry| {
            format!(
                "{} {}: from node {} of {} on, pods that are placed get no address",
                brought::name(plan, &self.brought, dry.refused.pool).0,
                brought::ended(plan, dry.refused.pool),
                thousands(u64::from(dry.index) + 1),
                dry.group_name(plan)
            )
        });
        match (pending, dry) {
            (0, Some(dry)) => dry,
            (_, None) => format!("{} pending when settled", are(pending, "pod")),
            (_, Some(dry)) => format!("{} pending when settled; and {dry}", are(pending, "pod")),
        }
    }

    fn why_verdict(&self, plan: &Plan) -> String {
        let pending = self.report.pending();
        // a ring is held whole from the start: it ends when its last address is assigned
        let pools = self.report.pools.iter().filter(|p| p.kind != PoolKind::Ring || p.settled.short > 0);
        // a small subnet that nobody uses is nobody's limit
        let used = |pool: &PoolRow| pool.settled.by.iter().any(|by| by.nodes > 0);
        let tightest = pools
            .min_by_key(|p| (!used(p) && p.settled.short == 0, p.settled.free, u64::MAX - p.settled.short));
        let subnets = self.report.pools.iter().all(|p| p.kind == PoolKind::Subnet);
        let pool_word = if subnets { "subnet" } else { "pool" };
        let warm = all_warm(plan);
        match (self.report.verdict, tightest) {
            (Verdict::Exhausted, _) => self.why_exhausted(plan, pending),
            (Verdict::Short, Some(pool)) if pool.settled.short > 0 => format!(
                "all pods run, but {}: {} is short by {}",
                if warm { "warm pools cannot fill" } else { "not every node holds what it wants" },
                pool.name,
                addresses(pool.settled.short)
            ),
            (Verdict::Short, _) => format!(
                "every subnet has addresses enough, but not as prefixes take them: {}",
                self.report.first_to_run_out().unwrap_or_default()
            ),
            (Verdict::AtRisk, Some(_)) => {
                let filled = if warm { "every warm pool can fill" } else { "every node holds what it wants" };
                format!("all pods run and {filled}, but {}", self.why_at_risk())
            }
            (_, Some(pool)) => format!(
                "all pods run and every {pool_word} can give what its nodes want; {} has least left: {} free of {}",
                pool.name,
                thousands(pool.settled.free),
                thousands(pool.usable)
            ),
            (_, None) => format!("all pods run; the plan has no {pool_word} that could end"),
        }
    }

    fn why_group(&self, plan: &Plan, row: usize, key: &str) -> Option<String> {
        let (c, g) = at(plan.clusters.iter().map(|c| c.node_groups.len()), row)?;
        let (cluster, outcome) = (plan.clusters.get(c)?, self.clusters.get(c)?);
        let (spec, group) = (cluster.node_groups.get(g)?, outcome.groups.get(g)?);
        let parts = outcome.parts.get(g)?;
        let nodes = outcome.placed.nodes.get(g)?;
        Some(match key {
            "nodes" => match &spec.nodes {
                Nodes::Count(_) => format!("{}: the plan says so", count((*nodes).into(), "node")),
                Nodes::ByZone(zones) => {
                    let zones: Vec<String> = zones.iter().map(|(z, n)| format!("{n} in {z}")).collect();
                    format!("{}: {}", count((*nodes).into(), "node"), zones.join(" + "))
                }
                Nodes::Auto { min, max } => format!(
                    "{}: as many as the workloads need, between {} and {}",
                    count((*nodes).into(), "node"),
                    thousands((*min).into()),
                    thousands((*max).into())
                ),
            },
            "max_pods" => node::max_pods(cluster, g, group),
            "pods" | "enis" | "held" | "unused" if parts.is_empty() => "the group has no node".to_string(),
            "pods" => self.each(parts, |p| node::pods(cluster, outcome, p)),
            "enis" => self.each(parts, |p| node::enis(cluster, p)),
            "held" => self.each(parts, |p| format!("{} held: {}", thousands(p.held()), node::held(p))),
            "unused" => self.each(parts, node::unused),
            "pending" => self.each(parts, |p| {
                let says = if p.starved() > 0 {
                    roster::says(plan, c, outcome, (g, p.first))
                } else {
                    String::new()
                };
                format!("{} pending on each such node: {}{says}", thousands(p.starved()), node::starved(p))
            }),
            _ => return None,
        })
    }

    /// The sentence of the fullest and of the emptiest node, where they differ.
    fn each(&self, parts: &[Part], say: impl Fn(&Part) -> String) -> String {
        let most = parts.iter().max_by_key(|p| p.held());
        let least = parts.iter().min_by_key(|p| p.held());
        match (most, least) {
            (Some(most), Some(least)) => {
                let (full, empty) = (say(most), say(least));
                if full == empty { full } else { format!("fullest node: {full} / emptiest node: {empty}") }
            }
            _ => String::new(),
        }
    }

    fn why_workload(&self, plan: &Plan, row: usize, key: &str) -> Option<String> {
        let (c, w) = at(plan.clusters.iter().map(|c| c.workloads.len()), row)?;
        let (cluster, outcome) = (plan.clusters.get(c)?, self.clusters.get(c)?);
        let workload = cluster.workloads.get(w)?;
        let figures = self.report.workloads.get(row)?;
        let demand = outcome.placed.workloads.get(w)?;
        let starved = outcome.starved.get(w)?;
        let groups: Vec<&str> =
            allowed(cluster, workload).into_iter().map(|g| cluster.node_groups[g].name.as_ref()).collect();
        let on = if groups.is_empty() { "no group".to_string() } else { listed(&groups) };
        Some(match key {
            "replicas" if workload.daemonset => {
                format!("{}: one on every node of {on}", count(figures.replicas, "pod"))
            }
            "replicas" => format!("{}: the plan says so", count(figures.replicas, "replica")),
            "running" => format!(
                "{} running: {} - {} without a node - {} without an address; they may run on {on}",
                thousands(figures.running),
                thousands(figures.replicas),
                thousands(demand.unplaced),
                thousands(starved.pods)
            ),
            "pending" | "reason" if figures.pending == 0 => {
                format!("none is pending: all {} run on {on}", thousands(figures.replicas))
            }
            "pending" | "reason" => {
                let why = figures.reason.map_or("", |reason| match reason {
                    Reason::Cpu => "the node that lacks least has too little cpu left",
                    Reason::Memory => "the node that lacks least has too little memory left",
                    Reason::MaxPods => "the node that lacks least already runs max pods",
                    Reason::BranchEnis => "the node that lacks least has no branch ENI left",
                    Reason::WarmPool => {
                        "it is placed, but its node's pool stops growing before it has an address"
                    }
                    Reason::EniLimit => "it is placed, but all address slots of its node's ENIs are used",
                    Reason::NodeRange => "it is placed, but its node's range has no address left",
                    Reason::BlockLimit => "it is placed, but its node may claim no more blocks",
                    Reason::NodeLimit => {
                        "it is placed, but its node's manager holds no more addresses for it"
                    }
                    Reason::NoNode => "no node may run it",
                });
                let node = starved.first.filter(|(_, reason)| Some(*reason) == figures.reason);
                let says = node.map_or(String::new(), |((_, at), _)| roster::says(plan, c, outcome, at));
                format!(
                    "{} pending: {} without a node, {} without an address; the first: {why}{says} ({on})",
                    thousands(figures.pending),
                    thousands(demand.unplaced),
                    thousands(starved.pods)
                )
            }
            _ => return None,
        })
    }
}

/// Which cluster and which of its rows the row of a flat table is.
pub(super) fn at(sizes: impl Iterator<Item = usize>, mut row: usize) -> Option<(usize, usize)> {
    for (c, size) in sizes.enumerate() {
        if row < size {
            return Some((c, row));
        }
        row -= size;
    }
    None
}

/// Whether all nodes have warm pools: those of the AWS VPC CNI.
fn all_warm(plan: &Plan) -> bool {
    !plan.clusters.is_empty() && plan.clusters.iter().all(|cluster| cluster.manager.is_aws())
}

fn are(n: u64, one: &str) -> String {
    format!("{} {}", count(n, one), if n == 1 { "is" } else { "are" })
}
