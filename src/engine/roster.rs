//! Which node of a cluster has which address and which ranges, one by one: what an import knows of existing nodes,
//! and for the others what their managers give them when they register in order.
//!
//! Control planes register first, then the groups in file order. Which container of a docker network gets which
//! address is chance, as kind starts them at once: the roster lists them in the order in which they would come one
//! by one ([`super::networks`]).

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use ipnet::IpNet;

use super::networks::{Attached, is_on};
use super::outcome::Outcome;
use super::place::Position;
use super::seats::{Seats, known_names};
use crate::ipam::kind;
use crate::manager::Nodes;
use crate::plan::{Cluster, Plan};

/// Nodes of one cluster that are listed one by one at the most: as many as have ranges of an IPv4 range.
pub const MOST: usize = 65_536;

/// One node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub name: String,
    /// Group, and index in it.
    pub group: usize,
    pub index: u32,
    /// Its own addresses, as far as the plan has them or they follow from a docker network.
    pub addresses: Vec<IpAddr>,
    /// Its pod ranges, one of each family.
    pub ranges: Vec<IpNet>,
    /// The docker network's or the manager's refusal, word for word.
    pub refused: Option<String>,
}

/// The nodes of a cluster, at most [`MOST`].
pub fn roster(plan: &Plan, attached: &Attached, c: usize, outcome: &Outcome) -> Vec<Member> {
    let Some(cluster) = plan.clusters.get(c) else { return Vec::new() };
    let mut members = members(cluster, outcome);
    addresses(cluster, attached.clusters.get(c), &mut members);
    ranges(cluster, &mut members);
    members
}

/// The same without their own addresses.
pub fn ranged(plan: &Plan, c: usize, outcome: &Outcome) -> Vec<Member> {
    let Some(cluster) = plan.clusters.get(c) else { return Vec::new() };
    let mut members = members(cluster, outcome);
    ranges(cluster, &mut members);
    members
}

fn members(cluster: &Cluster, outcome: &Outcome) -> Vec<Member> {
    let member = |(group, index, name)| Member {
        name,
        group,
        index,
        addresses: Vec::new(),
        ranges: Vec::new(),
        refused: None,
    };
    named(cluster, &outcome.placed.nodes).into_iter().map(member).collect()
}

/// Group, index and name of every node, if there are so many of each group: those that exist come first. No two are
/// called the same.
fn named(cluster: &Cluster, nodes: &[u32]) -> Vec<(usize, u32, String)> {
    let groups = nodes.iter().enumerate();
    let all = groups.flat_map(|(group, nodes)| (0..*nodes).map(move |index| (group, index))).take(MOST);
    let known = known_names(cluster);
    let mut names: Box<dyn Iterator<Item = String>> = match cluster.manager.nodes {
        Nodes::Containers => {
            let count = |g: usize| nodes.get(g).map_or(0, |n| u64::from(*n));
            Box::new(kind::names(&cluster.name, count(0), count(1)))
        }
        _ => Box::new(known.iter().map(ToString::to_string)),
    };
    let taken: HashSet<&str> = known.iter().copied().collect();
    let mut numbers: HashMap<usize, u64> = HashMap::new();
    let mut made = |group: usize| {
        let name = cluster.node_groups.get(group).map_or("", |g| g.name.as_ref());
        let number = numbers.entry(group).or_insert(0);
        loop {
            *number += 1;
            let name = format!("{name}-{number}");
            if !taken.contains(name.as_str()) {
                return name;
            }
        }
    };
    all.map(|(group, index)| (group, index, names.next().unwrap_or_else(|| made(group)))).collect()
}

/// What is known of each node, by its name.
fn by_name<T: Copy>(known: &[(String, T)]) -> HashMap<&str, Vec<T>> {
    let mut all: HashMap<&str, Vec<T>> = HashMap::new();
    for (name, one) in known {
        all.entry(name).or_default().push(*one);
    }
    all
}

/// Own addresses: those of the docker network, or those known where a node is on none.
fn addresses(cluster: &Cluster, seats: Option<&Seats>, members: &mut [Member]) {
    let known = by_name(&cluster.node_addresses);
    for member in members.iter_mut().filter(|member| !is_on(cluster, member.group)) {
        member.addresses = known.get(member.name.as_str()).cloned().unwrap_or_default();
    }
    let seats = seats.into_iter().flat_map(Seats::nodes);
    for (ordinal, seat) in seats.take_while(|(ordinal, _)| *ordinal < MOST as u64) {
        let Some(member) = usize::try_from(ordinal).ok().and_then(|at| members.get_mut(at)) else { break };
        match seat {
            Ok(addresses) => member.addresses = addresses,
            Err(error) => member.refused = Some(error.to_string()),
        }
    }
}

/// Pod ranges: those known, and for the others what the manager gives next.
fn ranges(cluster: &Cluster, members: &mut [Member]) {
    let Some(model) = cluster.model() else { return };
    let known: Vec<IpNet> = cluster.node_ranges.iter().map(|(_, range)| *range).collect();
    let by_name = by_name(&cluster.node_ranges);
    let of =
        |name: &str, v4: bool| by_name.get(name)?.iter().copied().find(|range| range.addr().is_ipv4() == v4);
    for (pool, pods) in cluster.settings.pod_subnet.iter().enumerate() {
        let own: Vec<IpNet> = known.iter().copied().filter(|range| pods.contains(range)).collect();
        let Some(mut next) = model.ranges(pool, &own) else { continue };
        for member in members.iter_mut() {
            match of(&member.name, pods.addr().is_ipv4()).map_or_else(|| next(&member.name), Ok) {
                Ok(range) => member.ranges.push(range),
                Err(error) => member.refused = member.refused.take().or(Some(error)),
            }
        }
    }
}

/// What the program says to a pod that a node's own limits leave without an address, as the end of a sentence:
/// ` ("range is full")`; empty where that is not known. Of a node that is not there the group's first stands for it, or
/// else the next.
pub fn says(plan: &Plan, c: usize, outcome: &Outcome, at: Position) -> String {
    let said = || {
        let cluster = plan.clusters.get(c)?;
        let model = cluster.model()?;
        // most need no roster to know it
        if let Some(said) = model.full(&[]) {
            return Some(said);
        }
        let members = ranged(plan, c, outcome);
        let of = |m: &&Member| m.group == at.0 && !m.ranges.is_empty();
        let member = members.iter().find(|m| of(m) && m.index == at.1);
        let ranges = match member.or_else(|| members.iter().find(of)) {
            Some(member) => member.ranges.clone(),
            None => {
                let known: Vec<IpNet> = members.iter().flat_map(|m| m.ranges.iter().copied()).collect();
                let pools = 0..cluster.settings.pod_subnet.len();
                let next = pools.filter_map(|pool| model.ranges(pool, &known)?("").ok());
                next.collect()
            }
        };
        model.full(&ranges)
    };
    said().map_or(String::new(), |text| format!(" (\"{text}\")"))
}
