//! Ranges that may not be routed, because an address of theirs could be in two places.

use ipnet::IpNet;

use super::hosts::Side;
use crate::engine::evaluate::Evaluation;
use crate::plan::{Place, Plan, Problem, Row};
use crate::text::excerpt;

/// A range, and what it is.
struct Taken {
    range: IpNet,
    what: String,
    place: Place,
    /// An address of a node may lie in a docker network, and only there.
    address: bool,
    network: bool,
}

/// Every range that lies within another, or is the same, each with the next one around it.
pub(super) fn overlaps(plan: &Plan, evaluation: &Evaluation, sides: &[Side<'_>]) -> Vec<Problem> {
    let mut taken = taken(plan, evaluation, sides);
    // sorted like this, a range lies within another exactly if that is still open when it comes
    taken.sort_by_key(|t| (t.range.addr().is_ipv6(), t.range.network(), t.range.prefix_len()));
    let mut open: Vec<&Taken> = Vec::new();
    let mut problems = Vec::new();
    for t in &taken {
        while open.last().is_some_and(|outer| !outer.range.contains(&t.range)) {
            open.pop();
        }
        let outer = open.iter().rev().find(|outer| !(t.address && outer.network));
        if let Some(outer) = outer {
            let message = format!("{} ({}) overlaps {} ({})", shown(t), t.what, shown(outer), outer.what);
            let help = "a route leads to one of them only: give each cluster ranges of its own, apart from those of \
                        the docker networks";
            problems.push(Problem::new(t.place.clone(), message).help(help));
        }
        open.push(t);
    }
    problems.truncate(crate::limits::PROBLEMS);
    problems
}

fn shown(taken: &Taken) -> String {
    if taken.address { taken.range.addr().to_string() } else { taken.range.to_string() }
}

/// Everything that has addresses: docker networks, pods, services, nodes.
fn taken(plan: &Plan, evaluation: &Evaluation, sides: &[Side<'_>]) -> Vec<Taken> {
    let mut taken = Vec::new();
    for (n, network) in evaluation.attached.networks.iter().enumerate() {
        for made in network.ranges.iter().filter(|made| made.network.is_ok()) {
            let name = plan.networks.get(n).map_or(String::new(), |network| excerpt(&network.name));
            let place = Place::row(Row::Network(n));
            let what = format!("docker network {name}");
            taken.push(Taken { range: made.range, what, place, address: false, network: true });
        }
    }
    for side in sides {
        let name = excerpt(&side.cluster.name);
        for (key, what, ranges) in
            [("pod_subnet", "pods", side.pods), ("service_subnet", "services", side.services)]
        {
            let place = Place::key(Row::Cluster(side.index), key);
            let what = format!("{what} of {name}");
            let of = |range: &IpNet| Taken {
                range: *range,
                what: what.clone(),
                place: place.clone(),
                address: false,
                network: false,
            };
            taken.extend(ranges.iter().map(of));
        }
        for node in &side.nodes {
            let place = Place::item(Row::Cluster(side.index), "node_addresses", &node.name);
            let of = |address: &std::net::IpAddr| Taken {
                range: (*address).into(),
                what: format!("address of {}", excerpt(&node.name)),
                place: place.clone(),
                address: true,
                network: false,
            };
            taken.extend(node.addresses.iter().map(of));
        }
    }
    taken
}
