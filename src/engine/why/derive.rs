//! A figure with what it is made of, down to the inputs: one table of what each figure depends on.

use super::{Pointer, at};
use crate::engine::evaluate::Evaluation;
use crate::engine::report::{PoolKind, Situation, Verdict};
use crate::manager::Nodes;
use crate::plan::{Place, Plan, Row};

/// One line of a derivation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// How many figures stand above it.
    pub depth: usize,
    pub of: Of,
}

/// What a line is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    /// A figure, with the sentence that says how it came about.
    Figure(Pointer, String),
    /// An input of the plan.
    Input(Place),
}

/// Figures below a figure, and lines in all: a derivation is to be read at a glance.
const DEPTH: usize = 6;
const LINES: usize = 60;
/// Rows of one kind below a figure.
const ROWS: usize = 6;

impl Evaluation {
    /// How a figure came about, with the figures and inputs that it is made of below it; each is said once. Empty if
    /// there is no such figure.
    pub fn derive(&self, plan: &Plan, pointer: &Pointer) -> Vec<Line> {
        let mut lines = Vec::new();
        self.add(plan, &Of::Figure(pointer.clone(), String::new()), 0, &mut lines);
        lines
    }

    fn add(&self, plan: &Plan, of: &Of, depth: usize, lines: &mut Vec<Line>) {
        let known = |line: &Line| match (&line.of, of) {
            (Of::Figure(a, _), Of::Figure(b, _)) => a == b,
            (a, b) => a == b,
        };
        if depth > DEPTH || lines.len() >= LINES || lines.iter().any(known) {
            return;
        }
        match of {
            Of::Input(_) => lines.push(Line { depth, of: of.clone() }),
            Of::Figure(pointer, _) => {
                let sentence = self.why(plan, pointer);
                if sentence.is_empty() {
                    return;
                }
                lines.push(Line { depth, of: Of::Figure(pointer.clone(), sentence) });
                for below in self.below(plan, pointer) {
                    self.add(plan, &below, depth + 1, lines);
                }
            }
        }
    }

    /// What a figure is made of.
    fn below(&self, plan: &Plan, pointer: &Pointer) -> Vec<Of> {
        match pointer {
            Pointer::Verdict => self.below_verdict(),
            Pointer::Pool(row, key) => self.below_pool(plan, Situation::Settled, *row, key),
            Pointer::PoolIn(situation, row, key) => self.below_pool(plan, *situation, *row, key),
            Pointer::NodeGroup(row, key) => self.below_group(plan, *row, key),
            Pointer::Workload(row, key) => below_workload(plan, *row, key),
            Pointer::Threshold(row) => {
                let limit = self.report.thresholds.get(*row).and_then(|t| t.limit.as_ref());
                let pool = limit.and_then(|name| self.report.pools.iter().position(|p| p.name == *name));
                pool.map(|pool| figure(Pointer::Pool(pool, "free"))).into_iter().collect()
            }
            Pointer::Finding(row) => {
                let place = self.report.findings.get(*row).map(|f| f.place.clone());
                let own = |place: &Place| self.report.pools.iter().position(|p| p.place.row == place.row);
                let pool = place.as_ref().and_then(own).map(|pool| figure(Pointer::Pool(pool, "free")));
                place.filter(|place| !place.key.is_empty()).map(Of::Input).into_iter().chain(pool).collect()
            }
        }
    }

    fn below_verdict(&self) -> Vec<Of> {
        let pools = || self.report.pools.iter().enumerate();
        let short = |situation| {
            let short =
                move |(_, pool): &(usize, &crate::engine::PoolRow)| pool.holding(situation).is_short();
            pools().filter(short).take(ROWS).map(move |(i, _)| figure(Pointer::PoolIn(situation, i, "short")))
        };
        let least = pools().min_by_key(|(_, pool)| pool.settled.free);
        match self.report.verdict {
            Verdict::Exhausted => {
                let workloads = self.report.workloads.iter().enumerate().filter(|(_, w)| w.pending > 0);
                let workloads = workloads.map(|(i, _)| figure(Pointer::Workload(i, "pending")));
                let groups = self.report.node_groups.iter().enumerate().filter(|(_, g)| g.pending > 0);
                let groups = groups.map(|(i, _)| figure(Pointer::NodeGroup(i, "pending")));
                workloads.take(ROWS).chain(groups.take(ROWS)).chain(short(Situation::Settled)).collect()
            }
            Verdict::Short => short(Situation::Settled).collect(),
            Verdict::AtRisk => short(Situation::Upgrade).chain(short(Situation::Churned)).collect(),
            Verdict::Fits => least.map(|(i, _)| figure(Pointer::Pool(i, "free"))).into_iter().collect(),
        }
    }

    fn below_pool(&self, plan: &Plan, situation: Situation, row: usize, key: &str) -> Vec<Of> {
        let Some(pool) = self.report.pools.get(row) else { return Vec::new() };
        let own = |keys: &[&'static str]| -> Vec<Of> {
            keys.iter().map(|key| figure(Pointer::PoolIn(situation, row, key))).collect()
        };
        let groups = |key: &'static str| -> Vec<Of> {
            let by = pool.holding(situation).by.iter().filter(|by| by.nodes > 0).take(ROWS);
            let rows = by.filter_map(|by| {
                let groups = self.report.node_groups.iter();
                groups.enumerate().find(|(_, g)| g.cluster == by.cluster && g.name == by.node_group)
            });
            // a node is one address of a docker network, whatever else it holds
            let keys = if pool.kind == PoolKind::Network { &["nodes"][..] } else { &["nodes", key] };
            let nodes = |i: usize| keys.iter().map(move |key| figure(Pointer::NodeGroup(i, key)));
            rows.flat_map(|(i, _)| nodes(i)).collect()
        };
        let inputs = |keys: &[&str]| -> Vec<Of> {
            let place = |key: &&str| Of::Input(Place::key(pool.place.row, *key));
            keys.iter().map(place).collect()
        };
        match key {
            "free" | "short" => {
                own(if pool.other > 0 { &["usable", "other", "held"] } else { &["usable", "held"] })
            }
            "usable" if row < plan.subnets.len() => inputs(&["cidr"]),
            "usable" | "capacity" | "reserved" => vec![Of::Input(pool.place.clone())],
            "other" => inputs(&["other"]),
            "held" => groups("held"),
            "primary" => groups("enis"),
            "assigned" => groups("pods"),
            "unused" => groups("unused"),
            "held_p50" | "held_p95" => vec![figure(Pointer::PoolIn(Situation::Churned, row, "held"))],
            _ => Vec::new(),
        }
    }

    fn below_group(&self, plan: &Plan, row: usize, key: &str) -> Vec<Of> {
        let place = at(plan.clusters.iter().map(|c| c.node_groups.len()), row);
        let Some((c, g)) = place else { return Vec::new() };
        let Some((cluster, group)) =
            plan.clusters.get(c).and_then(|cluster| Some((cluster, cluster.node_groups.get(g)?)))
        else {
            return Vec::new();
        };
        let input = |key: &str| Of::Input(Place::key(Row::NodeGroup(c, g), key));
        let own = |key: &'static str| figure(Pointer::NodeGroup(row, key));
        let variables = || {
            let set = cluster.env.iter().map(|(name, _)| Of::Input(Place::key(Row::Env(c), name)));
            let usual = Of::Input(Place::key(Row::Env(c), "WARM_ENI_TARGET"));
            let aws = cluster.manager.is_aws();
            let none = cluster.env.is_empty() && aws;
            set.chain(none.then_some(usual)).take(ROWS).collect::<Vec<_>>()
        };
        let typed = cluster.manager.has_enis();
        match key {
            "nodes" if cluster.manager.nodes == Nodes::Containers => {
                let keys = ["control_planes", "workers"];
                keys.get(g).map(|key| Of::Input(Place::key(Row::Cluster(c), *key))).into_iter().collect()
            }
            "nodes" => vec![input("nodes")],
            "held" | "unused" if typed => [vec![own("enis"), own("pods")], variables()].concat(),
            "held" | "unused" => vec![own("pods"), own("max_pods")],
            "enis" => [vec![input("instance_type")], variables()].concat(),
            "pods" if group.pods.is_some() => vec![input("pods")],
            "pods" => {
                let first: usize = plan.clusters.iter().take(c).map(|c| c.workloads.len()).sum();
                let rows = first..first + cluster.workloads.len().min(ROWS);
                rows.map(|w| figure(Pointer::Workload(w, "running"))).collect()
            }
            "max_pods" if group.max_pods.is_none() && typed => {
                vec![input("instance_type"), input("max_pods")]
            }
            "max_pods" => vec![input("max_pods")],
            "pending" => vec![own("max_pods"), own("held")],
            _ => Vec::new(),
        }
    }
}

fn below_workload(plan: &Plan, row: usize, key: &str) -> Vec<Of> {
    let Some((c, w)) = at(plan.clusters.iter().map(|c| c.workloads.len()), row) else { return Vec::new() };
    let input = |key: &str| Of::Input(Place::key(Row::Workload(c, w), key));
    match key {
        "running" => vec![figure(Pointer::Workload(row, "replicas"))],
        "replicas" => vec![input("replicas")],
        "pending" | "reason" => {
            vec![figure(Pointer::Workload(row, "replicas")), input("cpu"), input("memory")]
        }
        _ => Vec::new(),
    }
}

fn figure(pointer: Pointer) -> Of {
    Of::Figure(pointer, String::new())
}
