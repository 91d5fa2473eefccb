//! The pools of a plan beside its subnets: docker networks, and what clusters bring along.
//!
//! Pools have one numbering everywhere: subnets in file order, then these.

use ipnet::IpNet;

use super::report::{HeldBy, PoolKind};
use crate::ipam::docker::{self, Spec};
use crate::manager::settings::{counted, is_counted};
use crate::manager::{Pool, Sharing};
use crate::plan::{Cluster, Network, NodeGroup, Place, Plan, Row};

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
    pub sharing: Sharing,
    /// What the program says when it has nothing left.
    pub exhausted: String,
    /// The input that it comes from.
    pub place: Place,
    /// The cluster that brings it, and which of its pools it is.
    pub of: Option<(usize, usize)>,
}

impl Brought {
    /// Addresses that nodes can have.
    pub fn for_nodes(&self) -> i64 {
        let own = self.own.as_ref().map_or(0, HeldBy::held);
        signed(self.capacity - self.reserved.min(self.capacity)).saturating_sub(signed(own))
    }
}

fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// All of them as far as they follow from the plan alone, in the order of their rows: networks, then clusters in file
/// order. What clusters themselves hold of them may depend on the number of their nodes: [`with_nodes`].
pub fn all(plan: &Plan) -> Vec<Brought> {
    let stated = |group: &NodeGroup| u64::from(group.nodes.stated());
    let nodes = plan.clusters.iter().map(|cluster| cluster.node_groups.iter().map(stated).sum());
    with_nodes(plan, &nodes.collect::<Vec<u64>>())
}

/// The same where the clusters have so many nodes.
pub fn with_nodes(plan: &Plan, nodes: &[u64]) -> Vec<Brought> {
    let networks = networks(plan);
    let ranges = networks.iter().enumerate().flat_map(|(n, made)| made.iter().map(move |m| (n, m)));
    let mut all: Vec<Brought> = ranges.map(|(n, made)| of_network(plan, n, made)).collect();
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

/// The name of a pool, and the input that it comes from.
pub fn name(plan: &Plan, pool: usize) -> (String, Place) {
    match plan.subnets.get(pool) {
        Some(subnet) => (subnet.name.clone(), Place::row(Row::Subnet(pool))),
        None => {
            let pool = all(plan).into_iter().nth(pool - plan.subnets.len());
            pool.map_or((String::new(), Place::row(Row::Plan)), |pool| (pool.name, pool.place))
        }
    }
}

/// The same as the end of a sentence: ` ("range is full")`.
pub fn says(plan: &Plan, pool: usize) -> String {
    exhausted(plan, pool).map_or(String::new(), |text| format!(" (\"{text}\")"))
}

/// Whether nodes that find nothing left in a pool borrow what others hold of it.
pub fn lends(plan: &Plan, pool: usize) -> bool {
    let brought = pool.checked_sub(plan.subnets.len()).and_then(|i| all(plan).into_iter().nth(i));
    brought.is_some_and(|pool| matches!(pool.sharing, Sharing::Borrowed(_)))
}

/// What is said of a pool that has nothing left for a node.
pub fn ended(plan: &Plan, pool: usize) -> &'static str {
    if pool < plan.subnets.len() { "is dry" } else { "has nothing left" }
}

/// What the program says when a pool that is no subnet has nothing left.
pub fn exhausted(plan: &Plan, pool: usize) -> Option<String> {
    let brought = pool.checked_sub(plan.subnets.len())?;
    all(plan).into_iter().nth(brought).map(|pool| pool.exhausted)
}

/// What to have fewer of where a pool that is no subnet has nothing left.
pub fn fewer(plan: &Plan, pool: usize) -> &'static str {
    let brought = pool.checked_sub(plan.subnets.len()).and_then(|i| all(plan).into_iter().nth(i));
    match brought.map(|pool| (pool.kind, pool.sharing)) {
        Some((PoolKind::ServiceCidr, _)) => "services",
        Some((PoolKind::Ring, _) | (PoolKind::PodCidr, Sharing::Pieces(1) | Sharing::Borrowed(_))) => "pods",
        _ => "nodes",
    }
}

/// Per cluster the index of its first own pool among all.
pub fn firsts(plan: &Plan) -> Vec<usize> {
    let ranges = plan.networks.iter().map(|n| 1 + usize::from(has_v6(n)));
    let mut next = plan.subnets.len() + ranges.sum::<usize>();
    let first = |cluster: &Cluster| {
        let first = next;
        next += own_pools(cluster, 0).len();
        first
    };
    plan.clusters.iter().map(first).collect()
}

/// The index of a network's pool among all: that of IPv4 where it has both.
pub fn network(plan: &Plan, n: usize) -> usize {
    plan.subnets.len() + plan.networks.iter().take(n).map(|n| 1 + usize::from(has_v6(n))).sum::<usize>()
}

/// The index of a network's IPv6 pool among all, where it has one beside that of IPv4.
pub fn network_v6(plan: &Plan, n: usize) -> Option<usize> {
    plan.networks.get(n).filter(|row| has_v6(row)).map(|_| network(plan, n) + 1)
}

/// The network that a pool is a range of, and which of its ranges.
pub fn network_of(plan: &Plan, pool: usize) -> Option<(usize, usize)> {
    let mut rest = pool.checked_sub(plan.subnets.len())?;
    for (n, network) in plan.networks.iter().enumerate() {
        let ranges = 1 + usize::from(has_v6(network));
        if rest < ranges {
            return Some((n, rest));
        }
        rest -= ranges;
    }
    None
}

fn has_v6(network: &Network) -> bool {
    network.ipv6_subnet.is_some_and(is_counted)
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
        own: pool.own.map(|own| HeldBy {
            cluster: cluster.name.clone(),
            node_group: own.name.to_string(),
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

/// What becomes of one range of a network.
pub struct Made {
    pub range: IpNet,
    /// The network as docker makes it, with its containers; or docker's refusal.
    pub network: Result<docker::Network, String>,
    /// Containers that ask for an address and get none, with what docker says; those that a node is not.
    pub refused: Vec<(String, String)>,
}

/// Every network of the plan as docker makes them, in file order: each of its ranges, with the containers that
/// are not nodes. A network without a subnet gets the next of docker's default pools that overlaps no other;
/// docker's own bridge has the first.
pub fn networks(plan: &Plan) -> Vec<Vec<Made>> {
    let mut all = Vec::with_capacity(plan.networks.len());
    for (n, (network, subnet)) in plan.networks.iter().zip(subnets(plan)).enumerate() {
        let mut made = Vec::with_capacity(2);
        match subnet {
            Some(subnet) => made.push(make(plan, n, subnet)),
            None => made.push(Made {
                range: IpNet::default(),
                network: Err("all predefined address pools have been fully subnetted".to_string()),
                refused: Vec::new(),
            }),
        }
        if has_v6(network)
            && let Some(v6) = network.ipv6_subnet
        {
            made.push(make(plan, n, v6));
        }
        all.push(made);
    }
    all
}

/// The subnet of every network, in file order: its own, or the one that docker gives it; `None` where docker has none
/// left.
pub fn subnets(plan: &Plan) -> Vec<Option<IpNet>> {
    let mut taken: Vec<IpNet> = plan.networks.iter().filter_map(|n| n.subnet).collect();
    if plan.networks.iter().any(|n| n.subnet.is_none()) {
        taken.extend(docker::next_default(&taken));
    }
    let given = plan.networks.iter().map(|network| {
        network.subnet.or_else(|| {
            let next = docker::next_default(&taken)?;
            taken.push(next);
            Some(next)
        })
    });
    given.collect()
}

/// One range of a network with its containers. What the plan says of the other family is not looked at.
fn make(plan: &Plan, n: usize, subnet: IpNet) -> Made {
    let network = &plan.networks[n];
    let same = |address: std::net::IpAddr| address.is_ipv4() == subnet.addr().is_ipv4();
    let spec = Spec {
        name: network.name.clone(),
        id: None,
        subnet,
        ip_range: network.ip_range.filter(|r| same(r.addr())),
        gateway: network.gateway.filter(|g| same(*g)),
        aux: network.aux_addresses.iter().filter(|(_, a)| same(*a)).cloned().collect(),
    };
    let mut refused = Vec::new();
    let made = docker::Network::create(spec).map_err(|error| error.to_string()).map(|mut made| {
        // who has an address of his own choice, or is there already, comes first
        let chosen =
            network.containers.iter().filter_map(|(name, address)| Some((name.clone(), (*address)?)));
        let nodes = plan.clusters.iter().filter(|cluster| cluster.network == Some(n));
        let nodes = nodes.flat_map(|cluster| {
            cluster.node_addresses.iter().map(|(name, address)| (endpoint(cluster, name), *address))
        });
        let known = chosen.chain(nodes).filter(|(_, address)| same(*address));
        let auto = network.containers.iter().filter(|(_, address)| address.is_none_or(|a| !same(a)));
        let all = known.map(|(name, address)| (name, Some(address)));
        for (name, fixed) in all.chain(auto.map(|(name, _)| (name.clone(), None))) {
            if let Err(error) = made.attach(&name, fixed) {
                refused.push((name, error.to_string()));
            }
        }
        made
    });
    Made { range: subnet, network: made, refused }
}

/// The load balancer that kind puts before several control planes.
pub fn balancer(cluster: &Cluster) -> Option<String> {
    let several = cluster.settings.control_planes > 1;
    several.then(|| format!("{}-external-load-balancer", cluster.name))
}

/// What a container of a cluster is called on a network that several clusters share.
pub fn endpoint(cluster: &Cluster, container: &str) -> String {
    format!("{}/{container}", cluster.name)
}

fn of_network(plan: &Plan, n: usize, made: &Made) -> Brought {
    let network = &plan.networks[n];
    let v6 = made.range.addr().is_ipv6() && network.subnet.is_none_or(|s| s.addr().is_ipv4());
    let key = if v6 { "ipv6_subnet" } else { "subnet" };
    let place = Place::key(Row::Network(n), key);
    let name = if v6 { format!("{}/v6", network.name) } else { network.name.clone() };
    let kind = PoolKind::Network;
    let Ok(docker) = &made.network else {
        let exhausted = made.network.as_ref().err().cloned().unwrap_or_default();
        return Brought {
            name,
            kind,
            cidr: made.range.to_string(),
            capacity: 0,
            reserved: 0,
            because: "docker does not make the network".to_string(),
            own: None,
            sharing: Sharing::Pieces(1),
            exhausted,
            place,
            of: None,
        };
    };
    // what containers are given automatically; the rest of the subnet is for addresses of one's own choice
    let pool = docker.spec().ip_range.unwrap_or(made.range);
    let capacity = counted(pool);
    let usable = u64::try_from(docker.capacity()).unwrap_or(u64::MAX).min(capacity);
    // nodes count on their own
    let balancers = plan.clusters.iter().filter(|c| c.network == Some(n) && balancer(c).is_some());
    let outside = |(name, _): &&(String, _)| docker.address_of(name).is_some_and(|a| !pool.contains(&a));
    let outside = network.containers.iter().filter(outside).count();
    let wants = (network.containers.len() + balancers.count() - outside) as u64;
    Brought {
        name,
        kind,
        cidr: pool.to_string(),
        capacity,
        reserved: capacity - usable,
        because: taken(docker, pool),
        own: (wants > 0).then(|| HeldBy {
            cluster: network.name.clone(),
            node_group: "containers".to_string(),
            nodes: 0,
            primary: 0,
            assigned: wants,
            unused: 0,
        }),
        sharing: Sharing::Pieces(1),
        exhausted: docker.none_left().to_string(),
        place,
        of: None,
    }
}

/// `the network's 172.20.0.0, the gateway 172.20.0.1, …`: what docker keeps of a pool.
fn taken(network: &docker::Network, pool: IpNet) -> String {
    use docker::Use;
    let words: Vec<String> = network
        .taken()
        .filter(|(address, _)| pool.contains(address))
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
