//! The containers of one cluster on its docker network: which of its nodes has which addresses.

use std::collections::HashSet;
use std::net::IpAddr;

use super::networks::is_on;
use crate::ipam::Range;
use crate::ipam::docker::Error;
use crate::ipam::kind::{self, Part};
use crate::manager::Nodes;
use crate::plan::Cluster;

/// What the containers of a cluster have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seats {
    /// Of the load balancer that kind puts before several control planes.
    pub balancer: Option<Result<Vec<IpAddr>, Error>>,
    /// Its nodes on the network, in order.
    pub runs: Vec<Run>,
}

/// Nodes that come one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The first of them, among all nodes of the cluster.
    pub first: u64,
    pub nodes: u64,
    /// So many have an address of every range: the first of them.
    pub got: u64,
    /// Of each range of the network the addresses of those, in their order.
    pub addresses: Vec<Vec<Range>>,
    /// What docker says to the others.
    pub refusal: Option<Error>,
}

impl Run {
    /// One node.
    pub fn one(first: u64, has: Result<Vec<Option<IpAddr>>, Error>) -> Run {
        let got = u64::from(has.is_ok());
        let single = |address: Option<IpAddr>| address.map(|at| Range { first: at, last: at });
        let (addresses, refusal) = match has {
            Ok(has) => (has.into_iter().map(|at| single(at).into_iter().collect()).collect(), None),
            Err(error) => (Vec::new(), Some(error)),
        };
        Run { first, nodes: 1, got, addresses, refusal }
    }

    /// Its nodes one by one: which it is of the cluster's, and its addresses or docker's refusal.
    fn seats(&self) -> impl Iterator<Item = (u64, Result<Vec<IpAddr>, &Error>)> {
        let each = |ranges: &Vec<Range>| {
            let ranges = ranges.clone().into_iter();
            ranges.flat_map(|range| (0..range.count()).map_while(move |n| range.nth(n)))
        };
        let mut each: Vec<_> = self.addresses.iter().map(each).collect();
        (0..self.nodes).map(move |n| {
            let seat = match &self.refusal {
                Some(error) if n >= self.got => Err(error),
                _ => Ok(each.iter_mut().filter_map(Iterator::next).collect()),
            };
            (self.first + n, seat)
        })
    }
}

impl Seats {
    /// Of a network that docker does not make.
    pub fn refused(cluster: &Cluster, nodes: &[u32], error: &Error) -> Seats {
        let mut first = 0;
        let run = |(g, nodes): (usize, &u32)| {
            let nodes = u64::from(*nodes);
            let refusal = Some(error.clone());
            let run = Run { first, nodes, got: 0, addresses: Vec::new(), refusal };
            first += nodes;
            is_on(cluster, g).then_some(run)
        };
        let runs = nodes.iter().enumerate().filter_map(run).collect();
        Seats { balancer: balancer(cluster, nodes).map(|_| Err(error.clone())), runs }
    }

    /// The nodes on the network one by one: which it is of the cluster's, and its addresses or docker's refusal.
    pub fn nodes(&self) -> impl Iterator<Item = (u64, Result<Vec<IpAddr>, &Error>)> {
        self.runs.iter().flat_map(Run::seats)
    }

    /// The addresses of the load balancer.
    pub fn balancer(&self) -> &[IpAddr] {
        self.balancer.as_ref().and_then(|seat| seat.as_ref().ok()).map_or(&[], Vec::as_slice)
    }

    /// Containers that get addresses.
    pub fn got(&self) -> u64 {
        let balancer = self.balancer.as_ref().is_some_and(Result::is_ok);
        self.runs.iter().map(|run| run.got).sum::<u64>() + u64::from(balancer)
    }

    /// Those that there are.
    pub fn wanted(&self) -> u64 {
        self.runs.iter().map(|run| run.nodes).sum::<u64>() + u64::from(self.balancer.is_some())
    }

    /// What docker says to the first that gets none.
    pub fn refusal(&self) -> Option<&Error> {
        let balancer = self.balancer.as_ref().and_then(|seat| seat.as_ref().err());
        self.runs.iter().find_map(|run| run.refusal.as_ref()).or(balancer)
    }

    /// The addresses of all of one range of the network: unordered.
    pub fn addresses(&self, range: usize) -> impl Iterator<Item = Range> {
        let balancer = self.balancer().get(range).map(|at| Range { first: *at, last: *at });
        let nodes = self.runs.iter().filter_map(move |run| run.addresses.get(range));
        balancer.into_iter().chain(nodes.flatten().copied())
    }
}

/// The load balancer that kind puts before several control planes.
pub fn balancer(cluster: &Cluster, nodes: &[u32]) -> Option<String> {
    let several = cluster.manager.nodes == Nodes::Containers && nodes.first().is_some_and(|n| *n > 1);
    several.then(|| kind::balancer(&cluster.name))
}

/// Which container of a cluster a name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    Balancer,
    /// Its group, and which it is of all nodes of the cluster.
    Node {
        group: usize,
        ordinal: u64,
    },
    /// None that the plan has.
    Nobody,
}

/// Which containers names are of a cluster with so many nodes, by group. kind's are called as kind calls them; those
/// of other clusters are called as the plan knows them, in its order ([`known_names`]).
pub fn whose<'n>(cluster: &Cluster, nodes: &[u32], names: impl Iterator<Item = &'n str>) -> Vec<Whose> {
    let count = |g: usize| nodes.get(g).copied().unwrap_or(0);
    if cluster.manager.nodes == Nodes::Containers {
        let of = |name: &str| match kind::split(name).filter(|(of, _)| **of == *cluster.name) {
            Some((_, Part::LoadBalancer)) if count(0) > 1 => Whose::Balancer,
            Some((_, Part::ControlPlane(n))) if n <= count(0) => {
                Whose::Node { group: 0, ordinal: u64::from(n).saturating_sub(1) }
            }
            Some((_, Part::Worker(n))) if n <= count(1) => {
                Whose::Node { group: 1, ordinal: (u64::from(count(0)) + u64::from(n)).saturating_sub(1) }
            }
            _ => Whose::Nobody,
        };
        return names.map(of).collect();
    }
    let ordinals: std::collections::HashMap<&str, u64> = known_names(cluster).into_iter().zip(0..).collect();
    let group = |ordinal: u64| {
        let mut end = 0;
        nodes.iter().position(|n| {
            end += u64::from(*n);
            ordinal < end
        })
    };
    let of = |name: &str| {
        let ordinal = *ordinals.get(name)?;
        Some(Whose::Node { group: group(ordinal)?, ordinal })
    };
    names.map(|name| of(name).unwrap_or(Whose::Nobody)).collect()
}

/// The names of existing nodes, each once, in the order of the plan.
pub fn known_names(cluster: &Cluster) -> Vec<&str> {
    let ranged = cluster.node_ranges.iter().map(|(name, _)| name.as_str());
    let all = ranged.chain(cluster.node_addresses.iter().map(|(name, _)| name.as_str()));
    let mut seen = HashSet::new();
    all.filter(|name| seen.insert(*name)).collect()
}
