//! How a number came about: one sentence with its own figures in it.

mod blocks;
pub(super) mod node;

use super::evaluate::Evaluation;
use super::hold::{Part, Take};
use super::outcome::Others;
use super::place::allowed;
use super::report::{Holding, PoolRow, Reason, Situation, Verdict};
use crate::plan::{Nodes, Plan};
use crate::text::{addresses, count, listed, thousands};

/// A number of the report, or its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pointer {
    Verdict,
    /// Row of `pools`, and the key of the figure: `held`, `free`, `usable`, …
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
            Pointer::Verdict => Some(self.why_verdict()),
            Pointer::Pool(row, key) => self.why_pool(plan, *row, key),
            Pointer::PoolIn(Situation::Settled, row, key) => self.why_pool(plan, *row, key),
            Pointer::PoolIn(situation, row, key) => self.why_pool_in(plan, *situation, *row, key),
            Pointer::NodeGroup(row, key) => self.why_group(plan, *row, key),
            Pointer::Workload(row, key) => self.why_workload(plan, *row, key),
            Pointer::Threshold(row) => self.report.thresholds.get(*row).map(|t| t.sentence.clone()),
            Pointer::Finding(row) => {
                self.report.findings.get(*row).map(|f| format!("{}; {}", f.message, f.help))
            }
        };
        sentence.unwrap_or_default()
    }

    fn why_verdict(&self) -> String {
        let pending: u64 = self.report.workloads.iter().map(|w| w.pending).sum::<u64>()
            + self.report.node_groups.iter().map(|g| g.pending).sum::<u64>();
        let tightest = self.report.pools.iter().min_by_key(|p| (p.settled.free, u64::MAX - p.settled.short));
        match (self.report.verdict, tightest) {
            (Verdict::Exhausted, _) => format!("{} pending when settled", are(pending, "pod")),
            (Verdict::Short, Some(pool)) if pool.settled.short > 0 => format!(
                "all pods run, but warm pools cannot fill: {} is short by {}",
                pool.name,
                addresses(pool.settled.short)
            ),
            (Verdict::Short, _) => format!(
                "every subnet has addresses enough, but not as prefixes take them: {}",
                self.report.first_to_run_out().unwrap_or_default()
            ),
            (_, Some(pool)) => format!(
                "all pods run and every subnet can give what its nodes want; {} has least left: {} free of {}",
                pool.name,
                thousands(pool.settled.free),
                thousands(pool.usable)
            ),
            (_, None) => "the plan has no subnet".to_string(),
        }
    }

    fn why_pool(&self, plan: &Plan, row: usize, key: &str) -> Option<String> {
        let pool = self.report.pools.get(row)?;
        let subnet = plan.subnets.get(row)?;
        let now = &pool.settled;
        Some(match key {
            "capacity" => format!(
                "{} addresses: {} is 2^(32 - {})",
                thousands(pool.capacity),
                pool.cidr,
                subnet.cidr.prefix_len()
            ),
            "reserved" => {
                format!(
                    "{} reserved: AWS keeps the first four addresses and the last of every subnet",
                    pool.reserved
                )
            }
            "usable" => format!(
                "{} usable: the {} addresses of {} less the {} that AWS keeps",
                thousands(pool.usable),
                thousands(pool.capacity),
                pool.cidr,
                pool.reserved
            ),
            "other" => format!("{} other: {}", thousands(pool.other), others(plan, row)),
            "free" | "short" => balance(pool, now, key),
            "held" => {
                let range = match (now.held_min, now.held_max) {
                    (Some(least), _) => format!("; it never settles and goes down to {}", thousands(least)),
                    (_, Some(most)) => format!("; it may be up to {}", thousands(most)),
                    _ => String::new(),
                };
                format!("{} held: {}{range}", thousands(now.held), self.sum(plan, row, Take::held))
            }
            "primary" => format!(
                "{} primary, one per ENI: {}",
                thousands(now.primary),
                self.sum(plan, row, |t| t.primary)
            ),
            "assigned" => format!(
                "{} assigned to pods: {}",
                thousands(now.assigned),
                self.sum(plan, row, |t| t.assigned)
            ),
            "unused" => format!(
                "{} held but unused: {} held - {} primary - {} assigned; {}",
                thousands(now.unused),
                thousands(now.held),
                thousands(now.primary),
                thousands(now.assigned),
                self.sum(plan, row, |t| t.unused)
            ),
            key => blocks::why(plan, row, pool, key.strip_prefix("blocks.")?)?,
        })
    }

    /// `10 nodes of prod/workers x 90`, for every distinct node in a pool.
    fn sum(&self, plan: &Plan, subnet: usize, of: fn(&Take) -> u64) -> String {
        let mut terms: Vec<(String, u64, u64)> = Vec::new();
        for (cluster, outcome) in plan.clusters.iter().zip(&self.clusters) {
            for (group, parts) in cluster.node_groups.iter().zip(&outcome.parts) {
                for part in parts {
                    for take in part.takes.iter().filter(|t| t.subnet == subnet) {
                        let (name, each) = (format!("{}/{}", cluster.name, group.name), of(take));
                        match terms.iter_mut().find(|(n, e, _)| *n == name && *e == each) {
                            Some((_, _, nodes)) => *nodes += part.nodes,
                            None => terms.push((name, each, part.nodes)),
                        }
                    }
                }
            }
        }
        let most = 6;
        let mut words: Vec<String> = terms
            .iter()
            .take(most)
            .map(|(name, each, nodes)| format!("{} of {name} x {}", count(*nodes, "node"), thousands(*each)))
            .collect();
        if words.is_empty() {
            return "no node is in it".into();
        }
        if terms.len() > most {
            let rest: u64 = terms.iter().skip(most).map(|(_, each, nodes)| each * nodes).sum();
            words.push(format!("{} on others", thousands(rest)));
        }
        words.join(" + ")
    }

    /// A figure of another situation than settled.
    fn why_pool_in(&self, plan: &Plan, situation: Situation, row: usize, key: &str) -> Option<String> {
        let pool = self.report.pools.get(row)?;
        let figure: fn(&Holding) -> u64 = match key {
            "held" => |h| h.held,
            "primary" => |h| h.primary,
            "assigned" => |h| h.assigned,
            "unused" => |h| h.unused,
            "free" | "short" => |h| h.free,
            _ => return self.why_pool(plan, row, key),
        };
        let name = situation.name();
        let Some(now) = pool.holding(situation) else { return Some(format!("{name}: not computed yet")) };
        let sentence = match key {
            "free" | "short" => balance(pool, now, key),
            _ => format!(
                "{} {key}: {} held are {} primary + {} assigned + {} unused",
                thousands(figure(now)),
                thousands(now.held),
                thousands(now.primary),
                thousands(now.assigned),
                thousands(now.unused)
            ),
        };
        Some(format!("{name}: {sentence}; {}", situation.doc()))
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
            "enis" => self.each(parts, |p| format!("{}: {}", count(p.settled.enis, "ENI"), node::enis(p))),
            "held" => self.each(parts, |p| format!("{} held: {}", thousands(p.held()), node::held(p))),
            "unused" => self.each(parts, |p| {
                format!(
                    "{} unused: {} held - {} - {} assigned; {}",
                    thousands(p.settled.unused()),
                    thousands(p.held()),
                    count(p.settled.enis, "ENI"),
                    thousands(p.settled.running + p.branch_pods),
                    node::held(p)
                )
            }),
            "pending" => self.each(parts, |p| {
                format!(
                    "{} pending on each such node: {}",
                    thousands(p.settled.starved()),
                    node::pool(&p.node, &p.settled)
                )
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
            allowed(cluster, workload).into_iter().map(|g| cluster.node_groups[g].name.as_str()).collect();
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
                    Reason::NoNode => "no node may run it",
                });
                format!(
                    "{} pending: {} without a node, {} without an address; the first: {why} ({on})",
                    thousands(figures.pending),
                    thousands(demand.unplaced),
                    thousands(starved.pods)
                )
            }
            _ => return None,
        })
    }
}

/// What a pool can still give, or what it lacks.
fn balance(pool: &PoolRow, now: &Holding, key: &str) -> String {
    match (now.short, key) {
        (0, "short") => format!("0 short: {} are free", thousands(now.free)),
        (0, _) => format!(
            "{} free: {} usable - {} other - {} held",
            thousands(now.free),
            thousands(pool.usable),
            thousands(pool.other),
            thousands(now.held)
        ),
        (short, _) => format!(
            "{} short: {} other + {} wanted by nodes - {} usable",
            thousands(short),
            thousands(pool.other),
            thousands(now.held),
            thousands(pool.usable)
        ),
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

fn are(n: u64, one: &str) -> String {
    format!("{} {}", count(n, one), if n == 1 { "is" } else { "are" })
}

/// What others use, by reason; and where the plan knows more of them by address, those.
fn others(plan: &Plan, subnet: usize) -> String {
    let Some(row) = plan.subnets.get(subnet) else { return String::new() };
    let all = Others::of(plan, subnet);
    let mut words: Vec<String> = Vec::new();
    if all.used > all.stated {
        words.push(format!("{} listed in used", thousands(all.used)));
    } else {
        words.extend(row.other.iter().filter(|(_, n)| *n > 0).map(|(reason, n)| {
            let reason = if reason.is_empty() { "given by the plan" } else { reason };
            format!("{} {}", thousands((*n).into()), crate::text::shown(reason))
        }));
        for cluster in &plan.clusters {
            if cluster.control_plane_subnets.iter().take(4).any(|s| *s == subnet) {
                words.push(format!("1 for the control plane of {}", cluster.name));
            }
        }
    }
    if all.explicit > 0 {
        words.push(format!("{} in explicit reservations", thousands(all.explicit)));
    }
    let known = match (all.used, all.stated) {
        (0, _) => String::new(),
        (used, stated) if used > stated && stated > 0 => {
            format!("; more than the {} that other and control planes say", thousands(stated))
        }
        (used, stated) if used <= stated => format!("; the place of {} is known", thousands(used)),
        _ => String::new(),
    };
    if words.is_empty() { "the plan gives none".into() } else { format!("{}{known}", words.join(" + ")) }
}
