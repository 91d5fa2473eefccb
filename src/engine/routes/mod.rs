//! The routes that connect a plan's clusters pod to pod.
//!
//! kind's nodes share a docker network, and nodes of other clusters often share one, too; what is missing is that
//! they know where the pods of another cluster are. So on every node of a cluster, for each node of each other
//! cluster: its pod range via its address; and the other cluster's service range via its first node, whose
//! kube-proxy does the rest. Containers of the same docker network that are no nodes get the same routes.
//!
//! `hosts.rs` knows what is known of nodes, `overlaps.rs` which ranges may not be routed.

mod hosts;
mod overlaps;

use std::net::IpAddr;

use ipnet::IpNet;

use crate::limits;
use crate::plan::{Place, Plan, Problem, Row};
use crate::text::{excerpt, thousands};
use hosts::{Known, Side, sides};

/// What to do where, and what could not be known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Routes {
    /// Every node and container that gets a route, in the order of the plan.
    pub hosts: Vec<Host>,
    /// Nodes that others cannot be told the way to, or of which nothing is known.
    pub unknown: Vec<Unknown>,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// Nodes of which something is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    pub cluster: String,
    /// `None`: nodes that the plan counts and that nothing names.
    pub node: Option<String>,
    pub count: u64,
    pub address: bool,
    pub range: bool,
}

impl Unknown {
    /// What is not known, as a sentence has it.
    pub fn missing(&self) -> &'static str {
        match (self.node.is_some(), self.address, self.range) {
            (false, ..) => "name, address and pod range",
            (true, true, true) => "address and pod range",
            (true, true, false) => "address",
            (true, false, _) => "pod range",
        }
    }
}

/// The routes of a plan.
///
/// # Errors
///
/// Each pair of ranges that overlap; less than two clusters whose nodes have ranges of pods, and no container
/// either; nothing known of any node; more than [`limits::ROUTES`] routes.
pub fn routes(plan: &Plan) -> Result<Routes, Vec<Problem>> {
    let (sides, mut left_out) = sides(plan);
    let overlaps = overlaps::overlaps(plan, &sides);
    if !overlaps.is_empty() {
        return Err(overlaps);
    }
    let containers: Vec<(usize, &str)> = containers(plan, &sides);
    if sides.len() + containers.len() < 2 || sides.is_empty() {
        let message = match sides.len() {
            0 => "no cluster whose nodes have ranges of pods: there is nothing to route to".to_owned(),
            _ => "one cluster alone: routes lead from one cluster to another, or from a container".to_owned(),
        };
        let help = "routes are for clusters of kind, kubeadm and others that give every node a range of pods";
        return Err(vec![Problem::new(Place::row(Row::Plan), message).help(help)]);
    }
    bounded(&sides, &containers)?;
    if !sides.iter().flat_map(|side| &side.nodes).any(|node| node.ways().next().is_some()) {
        return Err(vec![nothing_known(&sides)]);
    }
    let unknown: Vec<Unknown> = sides.iter().flat_map(Side::unknown).collect();
    let mut hosts = Vec::new();
    for (at, from) in sides.iter().enumerate() {
        let mut to = Vec::new();
        for (_, other) in sides.iter().enumerate().filter(|(other, _)| *other != at) {
            match apart(plan, from, other) {
                // said once for both
                Some(reason) if other.index > from.index => left_out.push(reason),
                Some(_) => {}
                None => to.push(other),
            }
        }
        let network = from.network.and_then(|n| Some(plan.networks.get(n)?.name.clone()));
        for node in &from.nodes {
            let routes: Vec<Route> = to.iter().flat_map(|side| side.routes(from.families())).collect();
            if !routes.is_empty() {
                let (name, cluster) = (node.name.clone(), Some(from.name.to_owned()));
                hosts.push(Host { name, cluster, network: network.clone(), routes });
            }
        }
    }
    for (n, name) in containers {
        let Some(network) = plan.networks.get(n) else { continue };
        let families =
            (true, network.ipv6_subnet.is_some() || network.subnet.is_some_and(|s| s.addr().is_ipv6()));
        let on_it = sides.iter().filter(|side| side.network == Some(n));
        let routes: Vec<Route> = on_it.flat_map(|side| side.routes(families)).collect();
        if !routes.is_empty() {
            let network = Some(network.name.clone());
            hosts.push(Host { name: name.to_owned(), cluster: None, network, routes });
        }
    }
    Ok(Routes { hosts, unknown, left_out })
}

/// Containers that are no nodes, by network, where a cluster is.
fn containers<'p>(plan: &'p Plan, sides: &[Side<'_>]) -> Vec<(usize, &'p str)> {
    let networks = plan.networks.iter().enumerate();
    networks
        .filter(|(n, _)| sides.iter().any(|side| side.network == Some(*n)))
        .flat_map(|(n, network)| network.containers.iter().map(move |(name, _)| (n, name.as_str())))
        .collect()
}

/// Every pair of nodes is a route or two.
fn bounded(sides: &[Side<'_>], containers: &[(usize, &str)]) -> Result<(), Vec<Problem>> {
    let all: u64 = sides.iter().map(|side| side.nodes.len() as u64).sum();
    let hosts = all.saturating_add(containers.len() as u64);
    let own: u64 = sides.iter().map(|side| (side.nodes.len() as u64).saturating_pow(2)).sum();
    let routes = hosts.saturating_mul(all).saturating_sub(own);
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
    (a.network != b.network).then(|| {
        format!(
            "{} and {}: their nodes share no network ({} and {}), so that none is a next hop for the other",
            excerpt(a.name),
            excerpt(b.name),
            name(a.network),
            name(b.network)
        )
    })
}

fn nothing_known(sides: &[Side<'_>]) -> Problem {
    let names: Vec<&str> = sides.iter().map(|side| side.name).collect();
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
            routes.extend(
                node.ways()
                    .filter(|(_, via)| has(via))
                    .map(|(to, via)| self.route(to, via, What::Pods, node)),
            );
        }
        for range in self.services.iter().filter(|range| has(&range.addr())) {
            let first =
                self.nodes.iter().find_map(|node| Some((node, node.address(range.addr().is_ipv4())?)));
            routes.extend(first.map(|(node, via)| self.route(*range, via, What::Services, node)));
        }
        routes
    }

    fn route(&self, to: IpNet, via: IpAddr, what: What, node: &Known) -> Route {
        Route { to, via, what, cluster: self.name.to_owned(), node: node.name.clone() }
    }
}
