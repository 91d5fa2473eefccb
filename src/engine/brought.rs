//! The pools of a plan beside its subnets: docker networks, and what clusters bring along.
//!
//! Pools have one numbering everywhere: subnets in file order, then these.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;

use super::networks::{Attached, Made};
use super::report::{HeldBy, PoolKind};
use crate::ipam::docker;
use crate::manager::settings::counted;
use crate::manager::{Pool, Sharing};
use crate::plan::{Cluster, Network, Place, Plan, Row};

/// A pool that is no subnet.
#[derive(Debug, Clone)]
pub struct Brought {
    /// The row of `pools` is called this.
    pub name: String,
    pub kind: PoolKind,
    pub cidr: String,
    pub capacity: u64,
    pub reserved: u64,
    /// What is reserved, in words.
    pub because: String,
    /// What is held without any node: containers, services.
    pub own: Option<HeldBy>,
    /// By cluster and group of it: addresses that its nodes take elsewhere, or cannot have.
    pub absent: BTreeMap<(usize, usize), u64>,
    pub sharing: Sharing,
    /// What the program says when it has nothing left.
    pub exhausted: String,
    /// The input that it comes from.
    pub place: Place,
    /// The cluster that brings it, and which of its pools it is.
    pub of: Option<(usize, usize)>,
}

impl Brought {
    /// Addresses that nodes can have, if each takes one: those that are absent leave theirs.
    pub fn for_nodes(&self) -> i64 {
        let own = self.own.as_ref().map_or(0, HeldBy::held);
        let absent = self.absent.values().sum();
        signed(self.capacity - self.reserved.min(self.capacity))
            .saturating_sub(signed(own))
            .saturating_add(signed(absent))
    }
}

fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// All of them, in the order of their rows: networks, then clusters in file order; where the clusters have so many
/// nodes.
pub fn all(plan: &Plan, attached: &Attached, nodes: &[u64]) -> Vec<Brought> {
    let networks = plan.networks.iter().zip(&attached.networks).enumerate();
    let ranges = networks.flat_map(|(n, (row, network))| {
        network.ranges.iter().enumerate().map(move |(i, made)| of_network(n, row, i, made))
    });
    let mut all: Vec<Brought> = ranges.collect();
    for ((c, cluster), nodes) in plan.clusters.iter().enumerate().zip(nodes) {
        all.extend(
            own_pools(cluster, *nodes)
                .into_iter()
                .enumerate()
                .map(|(i, pool)| of_cluster(c, cluster, i, pool)),
        );
    }
    all
}

/// The pool with an index, if it is no subnet.
fn at<'b>(plan: &Plan, brought: &'b [Brought], pool: usize) -> Option<&'b Brought> {
    brought.get(pool.checked_sub(plan.subnets.len())?)
}

/// The name of a pool, and the input that it comes from.
pub fn name(plan: &Plan, brought: &[Brought], pool: usize) -> (String, Place) {
    match plan.subnets.get(pool) {
        Some(subnet) => (subnet.name.clone(), Place::row(Row::Subnet(pool))),
        None => {
            let pool = at(plan, brought, pool);
            pool.map_or((String::new(), Place::row(Row::Plan)), |pool| {
                (pool.name.clone(), pool.place.clone())
            })
        }
    }
}

/// The same as the end of a sentence: ` ("range is full")`.
pub fn says(plan: &Plan, brought: &[Brought], pool: usize) -> String {
    exhausted(plan, brought, pool).map_or(String::new(), |text| format!(" (\"{text}\")"))
}

/// Whether nodes that find nothing left in a pool borrow what others hold of it.
pub fn lends(plan: &Plan, brought: &[Brought], pool: usize) -> bool {
    at(plan, brought, pool).is_some_and(|pool| matches!(pool.sharing, Sharing::Borrowed(_)))
}

/// What is said of a pool that has nothing left for a node.
pub fn ended(plan: &Plan, pool: usize) -> &'static str {
    if pool < plan.subnets.len() { "is dry" } else { "has nothing left" }
}

/// What the program says when a pool that is no subnet has nothing left.
pub fn exhausted<'b>(plan: &Plan, brought: &'b [Brought], pool: usize) -> Option<&'b str> {
    at(plan, brought, pool).map(|pool| pool.exhausted.as_str())
}

/// What to have fewer of where a pool that is no subnet has nothing left.
pub fn fewer(plan: &Plan, brought: &[Brought], pool: usize) -> &'static str {
    match at(plan, brought, pool).map(|pool| (pool.kind, pool.sharing)) {
        Some((PoolKind::ServiceCidr, _)) => "services",
        Some((PoolKind::Ring, _) | (PoolKind::PodCidr, Sharing::Pieces(1) | Sharing::Borrowed(_))) => "pods",
        _ => "nodes",
    }
}

/// Per cluster the index of its first own pool among all.
pub fn firsts(plan: &Plan) -> Vec<usize> {
    let mut next = network(plan, plan.networks.len());
    let mut first = |cluster: &Cluster| {
        let first = next;
        next += own_pools(cluster, 0).len();
        first
    };
    plan.clusters.iter().map(|cluster| first(cluster)).collect()
}

/// The index of a network's pool among all: that of IPv4 where it has both.
pub fn network(plan: &Plan, n: usize) -> usize {
    plan.subnets.len() + plan.networks.iter().take(n).map(ranges).sum::<usize>()
}

/// How many pools a network is: one of each family.
fn ranges(network: &Network) -> usize {
    1 + usize::from(network.ipv6_subnet.is_some())
}

/// The index of a network's IPv6 pool among all, where it has one beside that of IPv4.
pub fn network_v6(plan: &Plan, n: usize) -> Option<usize> {
    plan.networks.get(n).filter(|row| row.ipv6_subnet.is_some()).map(|_| network(plan, n) + 1)
}

/// The network that a pool is a range of, and which of its ranges.
pub fn network_of(plan: &Plan, pool: usize) -> Option<(usize, usize)> {
    let mut rest = pool.checked_sub(plan.subnets.len())?;
    for (n, network) in plan.networks.iter().enumerate() {
        let ranges = ranges(network);
        if rest < ranges {
            return Some((n, rest));
        }
        rest -= ranges;
    }
    None
}

fn own_pools(cluster: &Cluster, nodes: u64) -> Vec<Pool> {
    cluster.model().map_or(Vec::new(), |model| model.pools(nodes))
}

fn of_cluster(c: usize, cluster: &Cluster, i: usize, pool: Pool) -> Brought {
    let cidrs: Vec<String> = pool.ranges.iter().map(IpNet::to_string).collect();
    let (_, prefix) = pool.counted_in.map_or(("", String::new()), |mask| ("in", format!(" in /{mask}")));
    Brought {
        name: format!("{}/{}", cluster.name, pool.name),
        kind: pool.kind,
        cidr: cidrs.join(",") + &prefix,
        capacity: pool.capacity,
        reserved: pool.reserved,
        because: pool.because,
        absent: BTreeMap::new(),
        own: pool.own.map(|own| HeldBy {
            cluster: cluster.name.clone(),
            node_group: own.name.into(),
            nodes: 0,
            primary: own.primary,
            assigned: own.assigned,
            unused: own.unused,
        }),
        sharing: pool.sharing,
        exhausted: pool.exhausted,
        place: Place::key(Row::Cluster(c), pool.key),
        of: Some((c, i)),
    }
}

fn of_network(n: usize, row: &Network, range: usize, made: &Made) -> Brought {
    let (name, key) = match range {
        0 => (row.name.clone(), "subnet"),
        _ => (format!("{}/v6", row.name), "ipv6_subnet"),
    };
    let pool = made.pool();
    // a container has its address or is none
    let none = Brought {
        name,
        kind: PoolKind::Network,
        cidr: pool.to_string(),
        capacity: 0,
        reserved: 0,
        because: "docker does not make the network".to_string(),
        own: None,
        absent: BTreeMap::new(),
        sharing: Sharing::Whole,
        exhausted: String::new(),
        place: Place::key(Row::Network(n), key),
        of: None,
    };
    let docker = match &made.network {
        Ok(docker) => docker,
        Err(error) => return Brought { exhausted: error.to_string(), ..none },
    };
    let reserved = reserved(docker, pool).count() as u64;
    Brought {
        capacity: counted(pool),
        reserved,
        because: because(docker, pool),
        own: (made.own > 0).then(|| HeldBy {
            cluster: row.name.as_str().into(),
            node_group: "containers".into(),
            nodes: 0,
            primary: 0,
            assigned: made.own,
            unused: 0,
        }),
        absent: made.absent.clone(),
        exhausted: docker.none_left().to_string(),
        ..none
    }
}

/// What docker keeps of a pool.
fn reserved(network: &docker::Network, pool: IpNet) -> impl Iterator<Item = (IpAddr, &docker::Use)> {
    let all = network.taken().filter(move |(address, _)| pool.contains(address));
    all.filter(|(_, by)| !matches!(by, docker::Use::Endpoint(_)))
}

/// `the network's 172.20.0.0, the gateway 172.20.0.1, …`: what docker keeps of a pool.
fn because(network: &docker::Network, pool: IpNet) -> String {
    use docker::Use;
    let words: Vec<String> = reserved(network, pool)
        .filter_map(|(address, by)| {
            Some(match by {
                Use::Network => format!("{address} of the network"),
                Use::Anycast => format!("{address} of routers"),
                Use::Broadcast => format!("{address} for broadcasts"),
                Use::Gateway => format!("{address} of the gateway"),
                Use::Aux(name) => format!("{address} for {}", crate::text::shown(name)),
                Use::Endpoint(_) => return None,
            })
        })
        .take(8)
        .collect();
    if words.is_empty() { "none of it".to_string() } else { words.join(", ") }
}
