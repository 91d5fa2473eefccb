//! The routes that connect a plan's clusters pod to pod.
//!
//! kind's nodes share a docker network, and nodes of other clusters often share one, too; what is missing is that
//! they know where the pods of another cluster are. So on every node of a cluster, for each node of each other
//! cluster: its pod range via its address; and the other cluster's service range via its first node, whose
//! kube-proxy does the rest. Containers of the same docker network that are no nodes get the same routes.
//!
//! Addresses and ranges of nodes are those that the plan states, and else those that docker and the manager would
//! give if the nodes came one by one ([`super::roster`]): such nodes are said to be assumed.
//!
//! `hosts.rs` has the clusters and their nodes, `overlaps.rs` which ranges may not be routed.

mod hosts;
mod overlaps;

use std::net::IpAddr;

use ipnet::IpNet;

use super::evaluate::Evaluation;
use super::roster::Member;
use crate::limits;
use crate::plan::{Place, Plan, Problem, Row};
use crate::text::{excerpt, thousands};
use hosts::{Side, address, sides, ways};

/// What to do where, and what could not be known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Routes {
    /// Every node and container that gets a route, in the order of the plan.
    pub hosts: Vec<Host>,
    /// Nodes that no route leads to, and what is not known of them.
    pub unknown: Vec<Node>,
    /// Nodes with an address or a range that the plan does not state.
    pub assumed: Vec<Node>,
    /// Clusters that are left out, or that no route leads from one to the other, each with the reason.
    pub left_out: Vec<String>,
}

/// A node, or a container that is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    pub name: String,
    /// `None` for a container that is no node.
    pub cluster: Option<String>,
    /// The docker network that it is a container of.
    pub network: Option<String>,
    pub routes: Vec<Route>,
}

/// One `ip route add TO via VIA`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    pub to: IpNet,
    /// Of the same family.
    pub via: IpAddr,
    pub what: What,
    /// Where it leads: a cluster and its node.
    pub cluster: String,
    pub node: String,
}

/// What addresses a route leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum What {
    Pods,
    Services,
}

impl What {
    pub fn name(self) -> &'static str {
        match self {
            What::Pods => "pods",
            What::Services => "services",
        }
    }
}

/// A node of which something is not known, or assumed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub cluster: String,
    pub name: String,
    /// Which of both it is.
    pub address: bool,
    pub range: bool,
    /// What docker or the manager says to that, if they refuse it.
    pub refused: Option<String>,
}

impl Node {
    /// Its address, its range or both, as a sentence has it.
    pub fn what(&self) -> &'static str {
        match (self.address, self.range) {
            (true, true) => "address and pod range",
            (true, false) => "address",
            (false, _) => "pod range",
        }
    }
}

/// The routes of a plan.
///
/// # Errors
///
/// Each pair of ranges that overlap; less than two clusters whose nodes have ranges of pods, and no container
/// either; nothing known of any node; more than [`limits::ROUTES`] routes.
pub fn routes(plan: &Plan, evaluation: &Evaluation) -> Result<Routes, Vec<Problem>> {
    let (mut sides, mut left_out) = sides(plan);
    let containers = containers(plan, &sides);
    if sides.len() + containers.len() < 2 || sides.is_empty() {
        return Err(vec![too_few(sides.len())]);
    }
    bounded(&sides, evaluation, containers.len())?;
    let overlaps = overlaps::overlaps(plan, evaluation, &sides);
    if !overlaps.is_empty() {
        return Err(overlaps);
    }
    for side in &mut sides {
        side.nodes = evaluation.roster(plan, side.index);
    }
    if !sides.iter().flat_map(|side| &side.nodes).any(|node| ways(node).next().is_some()) {
        return Err(vec![nothing_known(&sides)]);
    }
    let mut hosts = Vec::new();
    for from in &sides {
        let mut to = Vec::new();
        for other in sides.iter().filter(|other| other.index != from.index) {
            match apart(plan, from, other) {
                // said once for both
                Some(reason) if other.index > from.index => left_out.push(reason),
                Some(_) => {}
                None => to.push(other),
            }
        }
        for node in &from.nodes {
            let routes = to.iter().flat_map(|side| side.routes(from.families()));
            let cluster = Some(from.cluster.name.to_string());
            hosts.push(host(plan, from.cluster.network, &node.name, cluster, routes.collect()));
        }
    }
    for (n, name) in containers {
        let ranges = plan.networks.get(n).map_or([None; 2], |network| [network.subnet, network.ipv6_subnet]);
        let six = ranges.into_iter().flatten().any(|range| range.addr().is_ipv6());
        let on_it = sides.iter().filter(|side| side.cluster.network == Some(n));
        let routes = on_it.flat_map(|side| side.routes((true, six)));
        hosts.push(host(plan, Some(n), name, None, routes.collect()));
    }
    hosts.retain(|host| !host.routes.is_empty());
    Ok(Routes {
        hosts,
        unknown: sides.iter().flat_map(Side::unknown).collect(),
        assumed: sides.iter().flat_map(Side::assumed).collect(),
        left_out,
    })
}

fn host(
    plan: &Plan,
    network: Option<usize>,
    name: &str,
    cluster: Option<String>,
    routes: Vec<Route>,
) -> Host {
    let network = network.and_then(|n| Some(plan.networks.get(n)?.name.clone()));
    Host { name: name.to_owned(), cluster, network, routes }
}

fn too_few(sides: usize) -> Problem {
    let message = match sides {
        0 => "no cluster whose nodes have ranges of pods: there is nothing to route to",
        _ => "one cluster alone: routes lead from one cluster to another, or from a container",
    };
    let help = "routes are for clusters of kind, kubeadm and others that give every node a range of pods";
    Problem::new(Place::row(Row::Plan), message).help(help)
}

/// Containers that are no nodes, by network, where a cluster is.
fn containers<'p>(plan: &'p Plan, sides: &[Side<'_>]) -> Vec<(usize, &'p str)> {
    let networks = plan.networks.iter().enumerate();
    networks
        .filter(|(n, _)| sides.iter().any(|side| side.cluster.network == Some(*n)))
        .flat_map(|(n, network)| network.containers.iter().map(move |(name, _)| (n, name.as_str())))
        .collect()
}

/// Every pair of nodes is a route or two.
fn bounded(sides: &[Side<'_>], evaluation: &Evaluation, containers: usize) -> Result<(), Vec<Problem>> {
    let nodes = |side: &Side<'_>| -> u64 {
        let outcome = evaluation.clusters.get(side.index);
        outcome.map_or(0, |outcome| outcome.placed.nodes.iter().map(|n| u64::from(*n)).sum())
    };
    let all: u64 = sides.iter().map(nodes).sum();
    let own: u64 = sides.iter().map(|side| nodes(side).saturating_pow(2)).sum();
    let routes = all.saturating_add(containers as u64).saturating_mul(all).saturating_sub(own);
    if routes <= limits::ROUTES {
        return Ok(());
    }
    let [routes, most] = [routes, limits::ROUTES].map(thousands);
    let message = format!("{routes} routes between single nodes: at most {most} are written");
    let help = "so many nodes want a routing protocol, such as BGP, in place of routes by hand";
    Err(vec![Problem::new(Place::row(Row::Plan), message).help(help)])
}

/// Why no route leads from one cluster to another: the next hop of a route must be a neighbour.
fn apart(plan: &Plan, a: &Side<'_>, b: &Side<'_>) -> Option<String> {
    let name = |network: Option<usize>| {
        let network = network.and_then(|n| plan.networks.get(n));
        network.map_or("no docker network".to_owned(), |n| format!("the docker network {}", excerpt(&n.name)))
    };
    (a.cluster.network != b.cluster.network).then(|| {
        format!(
            "{} and {}: their nodes share no network ({} and {}), so that none is a next hop for the other",
            excerpt(&a.cluster.name),
            excerpt(&b.cluster.name),
            name(a.cluster.network),
            name(b.cluster.network)
        )
    })
}

fn nothing_known(sides: &[Side<'_>]) -> Problem {
    let names: Vec<&str> = sides.iter().map(|side| side.cluster.name.as_ref()).collect();
    let message =
        format!("no node of {} has both its address and its pod range known", crate::text::list(&names));
    let place = sides.first().map_or(Place::row(Row::Plan), |side| Place::row(Row::Cluster(side.index)));
    Problem::new(place, message).help(
        "write node_addresses and node_ranges, or make the plan with podroom import from kubectl get nodes -o json \
         of each cluster",
    )
}

impl Side<'_> {
    /// The routes to this cluster for a host of these families: (IPv4, IPv6).
    fn routes(&self, families: (bool, bool)) -> Vec<Route> {
        let has = |ip: &IpAddr| if ip.is_ipv4() { families.0 } else { families.1 };
        let mut routes = Vec::new();
        for node in &self.nodes {
            let ways = ways(node).filter(|(_, via)| has(via));
            routes.extend(ways.map(|(to, via)| self.route(to, via, What::Pods, node)));
        }
        for range in self.services.iter().filter(|range| has(&range.addr())) {
            let four = range.addr().is_ipv4();
            let first = self.nodes.iter().find_map(|node| Some((node, address(node, four)?)));
            routes.extend(first.map(|(node, via)| self.route(*range, via, What::Services, node)));
        }
        routes
    }

    fn route(&self, to: IpNet, via: IpAddr, what: What, node: &Member) -> Route {
        Route { to, via, what, cluster: self.cluster.name.to_string(), node: node.name.clone() }
    }
}
