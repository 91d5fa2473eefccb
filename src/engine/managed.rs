//! Nodes whose manager is not the AWS VPC CNI: what each takes, by its [`crate::manager::Model`].

use std::sync::Arc;

use super::brought;
use super::fleet::{Group, Zone, zone_name};
use super::hold::{Churn, Part, Take};
use super::networks::is_on;
use super::place::Bin;
use super::report::Reason;
use crate::manager::{self, From, Held, Limit, Model, Node, Nodes, Sharing};
use crate::plan::{Cluster, NodeGroup, Plan};

/// What a manager is asked for one node.
#[derive(Debug, Clone)]
pub struct Asked {
    pub model: Arc<dyn Model>,
    pub node: Node,
}

impl Asked {
    /// How what the node takes came about: the end of a sentence.
    pub fn why(&self) -> String {
        self.model.why(&self.node)
    }
}

/// The home of nodes whose own addresses are none of the plan's.
pub const ELSEWHERE: usize = usize::MAX;

/// What every node of a group has in common.
#[derive(Debug, Clone)]
pub struct Managed {
    pub model: Arc<dyn Model>,
    /// Index of the first pool that the cluster brings along.
    first: usize,
    /// The pool of the second address that a node has in a docker network of both families.
    home_v6: Option<usize>,
    /// Whether a load balancer comes with the second node: kind puts one before several control planes.
    balanced: bool,
    /// How many of the plan's pools are subnets: they come first.
    subnets: usize,
}

impl Managed {
    /// `None` under the AWS VPC CNI.
    pub fn of(plan: &Plan, first: usize, cluster: &Cluster, g: usize) -> Option<Managed> {
        let model = cluster.model()?;
        let network = cluster.network.filter(|_| is_on(cluster, g));
        let home_v6 = network.and_then(|n| brought::network_v6(plan, n));
        let balanced = network.is_some() && g == 0 && cluster.manager.nodes == Nodes::Containers;
        Some(Managed { model, first, home_v6, balanced, subnets: plan.subnets.len() })
    }

    /// The node with which a load balancer comes, by its index.
    pub fn balanced(&self) -> Option<u32> {
        self.balanced.then_some(1)
    }

    /// A node, and the load balancer that comes with it: of each range of the network one address more.
    pub fn with_balancer(&self, mut part: Part) -> Part {
        let homes = [Some(part.subnet), self.home_v6];
        // it is there whatever the pods do
        let churned = part.churn.iter_mut().flat_map(|churn| &mut churn.takes);
        for take in churned.filter(|take| homes.contains(&Some(take.pool))) {
            take.assigned += 1;
        }
        for take in part.takes.iter_mut().filter(|take| homes.contains(&Some(take.pool))) {
            take.assigned += 1;
            part.balancer += 1;
        }
        part
    }

    /// What decides the addresses of a group's node, of one of its shapes, with so many pods that ask for one.
    pub fn node(&self, group: &Group, shape: usize, asked: u64) -> Node {
        let shape = &group.shapes[shape % group.shapes.len()];
        let enis = shape.typed.then_some((shape.shape.enis, shape.shape.ipv4_per_eni));
        Node { asked, max_pods: group.max_pods.into(), enis }
    }

    /// One node, at home in a pool of one of the group's zones, running a bin's pods.
    pub fn part(
        &self,
        group: &Group,
        zone: usize,
        home: usize,
        (bin, b): (usize, &Bin),
        churns: bool,
    ) -> Part {
        let node = self.node(group, b.shape, b.asking);
        let pods = group.zones[zone].pods.unwrap_or(home);
        let settled = self.model.settled(&node);
        let takes = self.takes(&settled, home, pods);
        let churn = b.high.filter(|_| churns).map(|high| {
            let high = high.max(b.asking);
            let takes = self.takes(&self.model.churned(&node, high), home, pods);
            Churn { high, worst: None, takes, other_end: Vec::new() }
        });
        Part {
            bin,
            subnet: home,
            nodes: 1,
            first: 0,
            asked: b.asking,
            running: settled.running,
            limit: reason(settled.limit),
            takes,
            other_end: Vec::new(),
            churn,
            balancer: 0,
            cni: None,
            managed: Some(Asked { model: self.model.clone(), node }),
        }
    }

    /// What a node takes of each pool of the plan: at home in one, with its pods in another if its manager says so.
    pub fn takes(&self, held: &Held, home: usize, pods: usize) -> Vec<Take> {
        let mut takes: Vec<Take> = Vec::with_capacity(held.takes.len());
        let homes = held.takes.iter().filter(|take| take.from == From::Home);
        let sixes = homes.filter_map(|take| Some((self.home_v6?, take)));
        let of = |take: &manager::Take| match take.from {
            From::Home => home,
            From::Pods => pods,
            From::Own(i) => self.first + i,
        };
        for (subnet, take) in held.takes.iter().map(|take| (of(take), take)).chain(sixes) {
            if subnet == ELSEWHERE {
                continue;
            }
            let at = takes.iter().position(|t| t.pool == subnet).unwrap_or_else(|| {
                takes.push(Take { pool: subnet, ..Take::default() });
                takes.len() - 1
            });
            // a node of a docker network is a container of it: the address is assigned, there is no other holder
            let container = take.from == From::Home && subnet >= self.subnets;
            takes[at].primary += if container { 0 } else { take.primary };
            takes[at].assigned += take.assigned + if container { take.primary } else { 0 };
            takes[at].unused += take.unused;
            takes[at].stranded += take.stranded;
        }
        takes
    }

    /// What a node gets of a pool that has too little.
    pub fn sharing(&self, pools: &[brought::Brought], plan: &Plan, pool: usize) -> Sharing {
        let brought = pool.checked_sub(plan.subnets.len()).and_then(|i| pools.get(i));
        brought.map_or(self.model.of_subnets(), |pool| pool.sharing)
    }
}

fn reason(limit: Limit) -> Reason {
    match limit {
        Limit::Range => Reason::NodeRange,
        Limit::Blocks => Reason::BlockLimit,
        Limit::Enis => Reason::EniLimit,
        Limit::Most => Reason::NodeLimit,
    }
}

/// The zones of a group: those of its subnets, or one where the docker network of its cluster is, or nowhere in
/// the plan.
pub fn zones(plan: &Plan, cluster: &Cluster, group: &NodeGroup) -> Vec<Zone> {
    let pods = |name: &str| {
        let own = if group.pod_subnets.is_empty() { &cluster.pod_subnets } else { &group.pod_subnets };
        let near = own.iter().find(|s| plan.subnets.get(**s).is_some_and(|p| zone_name(p) == name));
        near.or(own.first()).copied()
    };
    if group.subnets.is_empty() {
        let home = cluster.network.map_or(ELSEWHERE, |n| brought::network(plan, n));
        return vec![Zone { name: String::new(), subnets: vec![home], pods: pods("") }];
    }
    let mut zones: Vec<Zone> = Vec::new();
    for &s in &group.subnets {
        let Some(subnet) = plan.subnets.get(s) else { continue };
        let name = zone_name(subnet);
        match zones.iter_mut().find(|zone| zone.name == name) {
            Some(zone) => zone.subnets.push(s),
            None => zones.push(Zone { name: name.to_string(), subnets: vec![s], pods: pods(name) }),
        }
    }
    zones
}
