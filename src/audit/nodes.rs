//! Every node that is modelled: what it has beside what is predicted for it, and why.

use std::collections::HashMap;

use serde::Serialize;

use super::causes::{Case, PLAN, Room, SETTING, Stage, explain};
use super::predict::{Fleet, Predicted, Site};
use super::real::{Attached, Figures, Places, Pods, Real, real};
use crate::cni::env::VARIABLES;
use crate::cni::settings::{effective, readable};
use crate::cni::{Node, Primary, Settings};
use crate::import::fact::{AwsNode, Machine, Member};
use crate::import::live::{Cluster, Index, Live};
use crate::text::{excerpt, listed};

/// A node.
#[derive(Debug, Clone)]
pub struct NodeRow {
    pub cluster: String,
    pub node: String,
    pub instance_type: String,
    /// Of the plan; `None`: no group of it has such a node.
    pub group: Option<String>,
    /// `None`: no input says what it has.
    pub real: Option<Figures>,
    /// `None`: its pods are not known, or it is in no group of the plan.
    pub predicted: Option<Figures>,
    /// What the prediction lets it hold at the least and at the most, where that is not one number.
    pub range: Option<(u64, u64)>,
    /// By subnet.
    pub subnets: Vec<InSubnet>,
    /// Addresses held beyond the prediction; below 0: fewer.
    pub difference: Option<i64>,
    pub why: Vec<Told>,
}

/// What a node has of one subnet.
#[derive(Debug, Clone)]
pub struct InSubnet {
    /// Its place in the plan; `None`: the plan does not have it.
    pub place: Option<usize>,
    pub real: Figures,
    /// Addresses that are predicted for it there.
    pub predicted: Option<u64>,
}

/// A part of a difference that is explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    pub cause: &'static str,
    pub addresses: i64,
    pub sentence: String,
}

/// Nodes of a cluster that are not compared, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Left {
    NoType,
    NoSubnet,
    NoGroup,
}

/// The nodes of a cluster.
#[derive(Debug, Default)]
pub struct Rows {
    pub rows: Vec<NodeRow>,
    pub left: Vec<(Left, String)>,
    /// Nodes with ENIs that are known, and with pods that are.
    pub with_enis: u64,
    pub with_pods: u64,
}

/// What the nodes of one cluster are compared with.
pub struct Compared<'a> {
    pub live: &'a Live,
    pub index: &'a Index<'a>,
    pub fleet: &'a Fleet<'a>,
    pub attached: &'a Attached<'a>,
    pub places: &'a Places<'a>,
    /// By subnet of the plan, what it can still give.
    pub rooms: &'a [Option<Room>],
    /// The plan is the user's own, and not made of these inputs.
    pub given: bool,
}

/// The variables of nodes of a cluster, as far as inputs have them.
struct InForce<'c> {
    by_node: HashMap<&'c str, &'c AwsNode>,
    daemonset: Option<&'c AwsNode>,
}

impl<'c> InForce<'c> {
    fn of(cluster: &'c Cluster) -> InForce<'c> {
        let mut by_node = HashMap::new();
        for pod in cluster.aws_nodes.iter().filter(|read| !read.daemonset) {
            pod.nodes.iter().for_each(|node| _ = by_node.entry(node.as_str()).or_insert(pod));
        }
        let daemonset = cluster.aws_nodes.iter().find(|read| read.daemonset);
        InForce { by_node, daemonset }
    }
}

/// Compares the nodes of a cluster.
pub fn compare(all: &Compared<'_>, c: usize, cluster: &Cluster) -> Rows {
    let mut rows = Rows::default();
    let Some(planned) = all.fleet.cluster(&cluster.name) else {
        let names = cluster.members.iter().map(|member| (Left::NoGroup, member.name.clone()));
        rows.left.extend(names);
        return rows;
    };
    let pods = Pods::of(cluster);
    let in_force = InForce::of(cluster);
    let settings = all.fleet.settings(planned);
    for (m, member) in cluster.members.iter().enumerate() {
        let Some(machine) = member.machine.as_deref().filter(|machine| machine.not_modelled.is_none()) else {
            continue;
        };
        let Some(instance_type) = &machine.instance_type else {
            rows.left.push((Left::NoType, member.name.clone()));
            continue;
        };
        let Some(subnet) = home(all, (c, m), member) else {
            rows.left.push((Left::NoSubnet, member.name.clone()));
            continue;
        };
        let site = all.fleet.site(planned, member, machine, subnet);
        let forbidden = |place: Option<usize>| {
            let tag = place.and_then(|at| all.fleet.plan.subnets.get(at)?.role_cni.as_deref());
            settings.subnet_discovery && tag == Some("0")
        };
        let idle =
            |first: bool, place: Option<usize>| forbidden(place) || first && settings.custom_networking;
        let real = real((c, m), &member.name, all.attached, &pods, all.places, settings.cooldown, idle);
        rows.with_enis += u64::from(real.is_some());
        rows.with_pods += u64::from(real.as_ref().is_some_and(|real| real.figures.assigned.is_some()));
        if site.is_none() {
            rows.left.push((Left::NoGroup, member.name.clone()));
        }
        let mut row = NodeRow {
            cluster: cluster.name.clone(),
            node: member.name.clone(),
            instance_type: instance_type.clone(),
            group: site.as_ref().and_then(|site| group(all, site)),
            real: real.as_ref().map(|real| real.figures),
            predicted: None,
            range: None,
            subnets: Vec::new(),
            difference: None,
            why: Vec::new(),
        };
        if let Some(real) = &real {
            let of = |(place, figures): &(Option<usize>, Figures)| InSubnet {
                place: *place,
                real: *figures,
                predicted: None,
            };
            row.subnets = real.by_subnet.iter().map(of).collect();
            if let (Some(site), true) = (&site, real.figures.assigned.is_some()) {
                judge(all, (planned, site), (member, machine), real, (&settings, &in_force), &mut row);
            }
        }
        rows.rows.push(row);
    }
    rows
}

fn group(all: &Compared<'_>, site: &Site) -> Option<String> {
    Some(all.fleet.plan.clusters.get(site.cluster)?.node_groups.get(site.group)?.name.to_string())
}

/// The subnet of a node: that of its first ENI, or the one that its address is in.
fn home(all: &Compared<'_>, node: (usize, usize), member: &Member) -> Option<usize> {
    let by_interface = all.attached.first(node).and_then(|id| all.places.place(Some(id), None));
    by_interface.or_else(|| {
        let v4 = member.addresses.iter().find_map(|address| match address {
            std::net::IpAddr::V4(address) => Some(*address),
            std::net::IpAddr::V6(_) => None,
        });
        all.places.place(None, v4)
    })
}

/// Predicts, and explains what is not as predicted.
fn judge(
    all: &Compared<'_>,
    (planned, site): (usize, &Site),
    (member, machine): (&Member, &Machine),
    real: &Real,
    (settings, in_force): (&Settings, &InForce<'_>),
    row: &mut NodeRow,
) {
    let node = |settings: &Settings| all.fleet.node(site, settings, member.max_pods, real.unmanaged);
    let Some(wanted) = node(settings) else { return };
    let predicted = Predicted::of(wanted.clone(), real.pods);
    let env = all.fleet.plan.clusters.get(planned).map_or(&[][..], |cluster| &cluster.env);
    let pod = in_force.by_node.get(member.name.as_str()).copied();
    let (stages, last, of) = stages(all.given, env, (in_force.daemonset, pod), wanted, &node, real.pods);
    let shipped = pod.is_none().then(|| node(&Settings::over_manifest(&[]))).flatten();
    let shipped = shipped.filter(|shipped| *shipped != last).map(|shipped| Predicted::of(shipped, real.pods));
    let shipped = shipped.filter(|shipped| is_exactly(shipped, real));
    let branches = real.branches.len() as u64;
    row.predicted = Some(figures(&predicted, branches));
    row.range = (predicted.least != predicted.most)
        .then_some((predicted.least + branches, predicted.most + branches));
    let further = further(site, real);
    let mut takes = predicted.takes(site.subnet, further);
    for place in real.branches.iter().flatten() {
        takes.push((*place, 1));
    }
    for (place, n) in takes {
        match row.subnets.iter_mut().find(|own| own.place == Some(place)) {
            Some(own) => own.predicted = Some(own.predicted.unwrap_or(0) + n),
            None => {
                let real = Figures { assigned: Some(0), ..Figures::default() };
                row.subnets.push(InSubnet { place: Some(place), real, predicted: Some(n) });
            }
        }
    }
    let left = predicted.difference(real.of_pool());
    row.difference = Some(left);
    let pods_at = if predicted.node.primary == Primary::Idle { further } else { site.subnet };
    let case = Case {
        real,
        predicted: &predicted,
        stages: &stages,
        shipped: shipped.as_ref(),
        of,
        cordoned: machine.unschedulable && !settings.manage_cordoned,
        room: all.rooms.get(pods_at).and_then(Option::as_ref),
        left,
    };
    let told = |(cause, addresses, sentence)| Told { cause, addresses, sentence };
    row.why = explain(case).into_iter().map(told).collect();
}

/// The variables that differ on the way from the plan to a node, the node that they come to in the end, and whose
/// variables should be in force there.
fn stages(
    given: bool,
    env: &[(String, String)],
    (daemonset, pod): (Option<&AwsNode>, Option<&AwsNode>),
    wanted: Node,
    node: &impl Fn(&Settings) -> Option<Node>,
    pods: u64,
) -> (Vec<Stage>, Node, &'static str) {
    let mut stages: Vec<Stage> = Vec::new();
    let (mut last, mut env, mut of) = (wanted, env.to_vec(), if given { "the plan" } else { "the inputs" });
    let reads = [(daemonset, PLAN, "the DaemonSet has"), (pod, SETTING, "its aws-node still runs with")];
    for (read, cause, start) in
        reads.into_iter().filter_map(|(read, cause, start)| Some((read?, cause, start)))
    {
        let (own, words) = set(read, &env, of);
        if let Some(own) = node(&Settings::exact(&own)).filter(|own| *own != last) {
            // without the DaemonSet a pod's variables are the cluster's, as far as a plan of the user's is concerned
            let cause = if given && daemonset.is_none() { PLAN } else { cause };
            let words = format!("{start} {words}");
            stages.push(Stage { cause, predicted: Predicted::of(own.clone(), pods), words });
            last = own;
        }
        (env, of) = (own, "the DaemonSet");
    }
    (stages, last, of)
}

fn figures(predicted: &Predicted, branches: u64) -> Figures {
    let settled = &predicted.settled;
    Figures {
        enis: settled.enis,
        prefixes: if predicted.node.prefix_mode { settled.slots } else { 0 },
        pool: settled.pool,
        assigned: Some(settled.running + branches),
        held: settled.held() + branches,
    }
}

/// Whether a node has just the ENIs and addresses that are predicted.
fn is_exactly(predicted: &Predicted, real: &Real) -> bool {
    (predicted.settled.enis, predicted.settled.pool) == (real.figures.enis, real.figures.pool)
}

/// The subnet of the ENIs beyond the first: of those that the plan allows the one where the node has most.
fn further(site: &Site, real: &Real) -> usize {
    let allowed = &site.reach.new_enis;
    let there = |place: &usize| {
        let own = real.by_subnet.iter().find(|(at, _)| *at == Some(*place));
        own.map_or(0, |(_, figures)| figures.held)
    };
    // the first of those that have as much
    let most =
        allowed.iter().copied().reduce(|best, next| if there(&next) > there(&best) { next } else { best });
    most.unwrap_or(site.subnet)
}

/// All variables of an aws-node, and those that are not as `env` has them. What an input does not say of them
/// (valueFrom) is taken to be the same.
fn set(read: &AwsNode, env: &[(String, String)], of: &str) -> (Vec<(String, String)>, String) {
    let wanted = |name: &str| env.iter().rfind(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let (mut pairs, mut words) = (Vec::new(), Vec::new());
    for variable in VARIABLES {
        let asked = wanted(variable.name).unwrap_or(variable.shipped());
        let own = match read.env.iter().rfind(|(key, _)| key == variable.name) {
            Some((_, Some(value))) => value.as_str(),
            Some((_, None)) => asked,
            None => variable.code_default,
        };
        pairs.push((variable.name.to_owned(), own.to_owned()));
        if effective(variable, own) != effective(variable, asked) {
            let shown = |value: &str| match readable(variable, value) && !value.is_empty() {
                true => crate::text::shown(value),
                false => format!("unset or {}", excerpt(value)),
            };
            words.push(format!("{} = {} ({of}: {})", variable.name, shown(own), shown(asked)));
        }
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    (pairs, listed(&words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_that_differ_are_named() {
        let read = AwsNode {
            env: vec![("WARM_ENI_TARGET".to_owned(), Some("3".to_owned())), ("MAX_ENI".to_owned(), None)],
            ..AwsNode::default()
        };
        let env = [("MAX_ENI".to_owned(), "4".to_owned()), ("WARM_PREFIX_TARGET".to_owned(), "0".to_owned())];
        let (own, words) = set(&read, &env, "the plan");
        let settings = Settings::exact(&own);
        assert_eq!((settings.warm_eni, settings.max_eni), (3, Some(4)));
        assert!(words.starts_with("WARM_ENI_TARGET = 3 (the plan: 1)"), "{words}");
    }
}
