//! Other nodes for a cluster: types, counts and max pods of one node group at a time, the others as they are.
//!
//! A type of another family is not a question of addresses, so of a group's own accord only its family is tried, and
//! of counts the fewest nodes that run all pods: what lies between that and the present count costs more and holds
//! more. With `--allow` every value that is given is tried, in every combination.

use super::super::{Change, Trials};
use super::dimension::{Allowed, Bounds, is_described};
use super::setting::Setting;
use crate::engine::Evaluation;
use crate::engine::warm::Kind;
use crate::instance::Tables;
use crate::limits;
use crate::plan::{NodeGroup, Nodes, Place, Plan, Row};

/// Nodes of a cluster, as what differs from the plan's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fleet {
    /// Fields of a node group, each with its value as it is typed.
    pub values: Vec<(Place, String)>,
}

/// A fleet whose pods are placed in one mode.
#[derive(Debug, Clone)]
pub struct Manned {
    pub fleet: Fleet,
    pub prefix: bool,
    pub kinds: Vec<Kind>,
}

/// Looks at fleets of a plan.
pub struct Yard<'a> {
    pub plan: &'a Plan,
    pub tables: &'a Tables,
    pub allowed: &'a Allowed,
    pub now: Setting,
    trials: Trials,
    /// What makes the plan of any fleet the plan again.
    back: Vec<Change>,
}

/// How many times as many nodes as now are tried of a smaller type.
const MOST_TIMES: u32 = 64;

impl<'a> Yard<'a> {
    pub fn new(plan: &'a Plan, tables: &'a Tables, allowed: &'a Allowed, now: Setting) -> Yard<'a> {
        let back = Change::back(plan, allowed.cluster);
        Yard { plan, tables, allowed, now, trials: Trials::default(), back }
    }

    /// Every fleet that is allowed, in every mode that is, of which all pods are placed, with as many pods on its nodes
    /// at the most as a burst brings; `None` if `go_on` says no.
    pub fn manned(&mut self, burst: u64, go_on: &dyn Fn() -> bool) -> Option<Vec<Manned>> {
        let modes: Vec<bool> = match self.allowed.variable("ENABLE_PREFIX_DELEGATION") {
            Bounds::Kept => vec![self.now.prefix],
            Bounds::Open => vec![self.now.prefix, !self.now.prefix],
            Bounds::Given(values) => values.iter().map(|value| value == "true").collect(),
        };
        let mut manned = Vec::new();
        for prefix in modes {
            for fleet in self.fleets(prefix, go_on)? {
                if !go_on() {
                    return None;
                }
                let Some(evaluation) = self.look(&fleet, prefix) else { continue };
                let come = evaluation.burst_on_one(self.plan, self.allowed.cluster, burst);
                let mut kinds = evaluation.kinds(self.plan, self.allowed.cluster);
                for kind in &mut kinds {
                    kind.high = kind.high.max(kind.room).min(kind.asked + come).max(kind.asked);
                }
                // a mode that no type can do is the other one
                let able = kinds.iter().any(|kind| kind.per_slot > 1) || prefix == self.now.prefix;
                if !kinds.is_empty() && able {
                    manned.push(Manned { fleet, prefix, kinds });
                }
            }
        }
        Some(manned)
    }

    /// What the engine says of a fleet in a mode, with the targets that the plan has.
    fn look(&mut self, fleet: &Fleet, prefix: bool) -> Option<Evaluation> {
        let setting = Setting { prefix, ..self.now };
        let changes = changes(self.plan, &self.now, &setting, self.allowed.cluster, &self.back, fleet)?;
        self.trials.plan(self.plan, &changes);
        self.trials.evaluation(self.tables).ok()
    }

    /// Whether all pods of the cluster find a node. Addresses are another question.
    fn runs(&mut self, fleet: &Fleet, prefix: bool) -> bool {
        let c = self.allowed.cluster;
        self.look(fleet, prefix).is_some_and(|evaluation| evaluation.unplaced_of(c) == 0)
    }

    /// The plan's own nodes first, unless they are not among what is allowed.
    fn fleets(&mut self, prefix: bool, go_on: &dyn Fn() -> bool) -> Option<Vec<Fleet>> {
        let plan = self.plan;
        let groups = plan.clusters.get(self.allowed.cluster).map_or(&[][..], |c| &c.node_groups);
        let must = must_change(plan, self.allowed);
        let mut fleets = if must.is_empty() { vec![Fleet::default()] } else { Vec::new() };
        for (g, group) in groups.iter().enumerate().filter(|(g, _)| must.is_empty() || must.contains(g)) {
            for fleet in self.of_group(g, group, prefix, go_on)? {
                if !fleets.contains(&fleet) && (must.is_empty() || !fleet.values.is_empty()) {
                    fleets.push(fleet);
                }
            }
        }
        let mut runs = Vec::with_capacity(fleets.len());
        for fleet in &fleets {
            if !go_on() {
                return None;
            }
            runs.push(fleet.values.is_empty() || self.runs(fleet, prefix));
        }
        // where the present nodes are not allowed, and none that are run all pods, they tell what comes nearest
        if runs.contains(&true) {
            let mut runs = runs.into_iter();
            fleets.retain(|_| runs.next().unwrap_or(false));
        }
        Some(fleets)
    }

    fn of_group(
        &mut self,
        g: usize,
        group: &NodeGroup,
        prefix: bool,
        go_on: &dyn Fn() -> bool,
    ) -> Option<Vec<Fleet>> {
        let place = |key: &str| Place::key(Row::NodeGroup(self.allowed.cluster, g), key);
        let (at_type, at_nodes, at_pods) = (place("instance_type"), place("nodes"), place("max_pods"));
        let now = now(group);
        let types = self.types(group, &at_type);
        let mut fleets = Vec::new();
        for name in &types {
            if !go_on() {
                return None;
            }
            let with = |nodes: &str, max_pods: &str| {
                let all = [(&at_type, name.as_str()), (&at_nodes, nodes), (&at_pods, max_pods)];
                let differ = all.into_iter().zip(&now).filter(|((_, value), now)| value != now);
                Fleet {
                    values: differ.map(|((place, value), _)| (place.clone(), value.to_owned())).collect(),
                }
            };
            let counts = match self.allowed.of(&at_nodes).clone() {
                Bounds::Given(counts) => counts,
                Bounds::Open if counted(group) => {
                    let fewest = self.fewest(group, prefix, &|n| with(&n.to_string(), &now[2]));
                    let mut counts: Vec<String> = fewest.map(|n| n.to_string()).into_iter().collect();
                    counts.insert(0, now[1].clone());
                    counts.dedup();
                    counts
                }
                Bounds::Open | Bounds::Kept => vec![now[1].clone()],
            };
            let own = *name == now[0];
            for nodes in &counts {
                let max_pods = match self.allowed.of(&at_pods) {
                    Bounds::Given(values) => values.clone(),
                    // without being asked max pods is changed of the nodes that there are
                    Bounds::Open if own && *nodes == now[1] && group.pods.is_none() => {
                        self.max_pods(&Fleet::default(), g, prefix, &now[2])
                    }
                    Bounds::Open | Bounds::Kept => vec![now[2].clone()],
                };
                fleets.extend(max_pods.iter().map(|max_pods| with(nodes, max_pods)));
            }
        }
        Some(fleets)
    }

    /// The types that are tried of a group.
    fn types(&self, group: &NodeGroup, at: &Place) -> Vec<String> {
        let now = group.instance_types.join(",");
        match self.allowed.of(at) {
            Bounds::Given(types) => types.clone(),
            Bounds::Open if !is_described(group) && group.instance_types.len() == 1 => {
                let family = now.split('.').next();
                let all = self.tables.search("").into_iter().map(|t| t.name.clone());
                let others = all.filter(|t| t.split('.').next() == family && *t != now);
                std::iter::once(now.clone()).chain(others).collect()
            }
            Bounds::Open | Bounds::Kept => vec![now],
        }
    }

    /// The fewest nodes with which all pods are placed; `None` if even very many are not enough.
    fn fewest(&mut self, group: &NodeGroup, prefix: bool, with: &dyn Fn(u32) -> Fleet) -> Option<u32> {
        let today = group.nodes.stated().max(1);
        let most = today.saturating_mul(MOST_TIMES).min(limits::NODES);
        let mut runs = today;
        while !self.runs(&with(runs), prefix) {
            if runs >= most {
                return None;
            }
            runs = runs.saturating_mul(2).min(most);
        }
        let mut fails = 0;
        while runs - fails > 1 {
            let middle = fails + (runs - fails) / 2;
            if self.runs(&with(middle), prefix) { runs = middle } else { fails = middle }
        }
        Some(runs)
    }

    /// Max pods as now, and the most with which a pool stops growing after so many whole ENIs.
    fn max_pods(&mut self, fleet: &Fleet, g: usize, prefix: bool, now: &str) -> Vec<String> {
        let mut values = vec![now.to_owned()];
        let Some(evaluation) = self.look(fleet, prefix) else { return values };
        let kinds = evaluation.kinds_of(self.plan, self.allowed.cluster, g);
        let Some(kind) = kinds.first() else { return values };
        let ends = (1..=kind.enis).map(|enis| enis * kind.slots * kind.per_slot);
        let fits = |n: &u64| *n < kind.max_pods && *n <= u64::from(limits::PODS_PER_NODE);
        values.extend(ends.filter(fits).map(|n| n.to_string()));
        values
    }
}

/// The groups that are not as it is allowed. What cannot be another stays, as [`Allowed::fixed`] says.
pub fn must_change(plan: &Plan, allowed: &Allowed) -> Vec<usize> {
    let groups = plan.clusters.get(allowed.cluster).map_or(&[][..], |c| &c.node_groups);
    let barred = |(g, group): (usize, &NodeGroup)| {
        let keys = ["instance_type", "nodes", "max_pods"].into_iter().zip(now(group));
        let mut keys = keys.filter(|(key, _)| *key != "nodes" || matches!(group.nodes, Nodes::Count(_)));
        let is_barred = keys.any(|(key, now)| {
            let bounds = allowed.of(&Place::key(Row::NodeGroup(allowed.cluster, g), key));
            matches!(bounds, Bounds::Given(values) if !values.contains(&now))
        });
        is_barred.then_some(g)
    };
    groups.iter().enumerate().filter_map(barred).collect()
}

/// Whether the count of a group can be another without its pods being others.
fn counted(group: &NodeGroup) -> bool {
    matches!(group.nodes, Nodes::Count(n) if n > 0) && group.pods.is_none()
}

/// Type, nodes and max pods of a group as they are typed.
fn now(group: &NodeGroup) -> [String; 3] {
    use crate::plan::MaxPods as M;
    let max_pods = match group.max_pods {
        None => String::new(),
        Some(M::Fixed(n)) => n.to_string(),
        Some(M::Managed) => "managed".to_owned(),
        Some(M::Ami) => "ami".to_owned(),
        Some(M::Eni) => "eni".to_owned(),
    };
    [group.instance_types.join(","), group.nodes.stated().to_string(), max_pods]
}

/// The changes that make a plan one with a fleet and a setting, whatever it was changed to before.
pub fn changes(
    plan: &Plan,
    now: &Setting,
    setting: &Setting,
    cluster: usize,
    back: &[Change],
    fleet: &Fleet,
) -> Option<Vec<Change>> {
    let mut changes = own_variables(plan, cluster);
    changes.extend_from_slice(back);
    let settings = setting.differences(now, cluster);
    for (place, value) in fleet.values.iter().chain(&settings) {
        changes.push(Change::typed(plan, place, value)?);
    }
    Some(changes)
}

/// The variables that a search changes, as the plan has them.
fn own_variables(plan: &Plan, cluster: usize) -> Vec<Change> {
    let variables = super::DIMENSIONS.iter().filter(|d| d.variable);
    let env = plan.clusters.get(cluster).map_or(&[][..], |c| &c.env);
    let own = variables.map(|d| Change::Variable {
        cluster,
        name: d.name,
        value: env.iter().rev().find(|(name, _)| name == d.name).map(|(_, value)| value.clone()),
    });
    own.collect()
}
