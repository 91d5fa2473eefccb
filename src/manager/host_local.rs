//! host-local alone: every node gives out the addresses of the same ranges.

use std::sync::Arc;

use ipnet::IpNet;

use super::model::{From, Held, Inside, Limit, Model, Node, Order, Pool, PoolKind, Sharing, Take};
use super::node_range::{KUBEADM, services};
use super::settings::{MOST, counted};
use super::{Defaults, Manager, Nodes, Plane, Refusal, Settings};
use crate::ipam::host_local::{Error, RangeSpec, Refused, Set, set};
use crate::ipam::range::distinct;
use crate::text::{addresses, count};

#[derive(Debug)]
struct Sets(Settings);

/// Source: containernetworking/plugins 3d27709 `plugins/ipam/host-local`.
pub const HOST_LOCAL: Manager = Manager {
    name: "host-local",
    title: "host-local",
    doc: "the plugin of a host gives out addresses of its ranges in turn, and remembers them in files",
    source: "containernetworking/plugins 3d27709, plugins/ipam/host-local",
    keys: &["ranges", "max_pods", "network", "state_loss", "service_subnet", "services", "node_addresses"],
    defaults: Defaults { service_subnet: "", ..KUBEADM.defaults },
    refuses: refused,
    nodes: Nodes::One,
    plane: Plane::Nodes,
    model: Some(|settings| Arc::new(Sets(settings.clone()))),
    ..KUBEADM
};

/// Ranges that the plugin does not take, in its words; parts of them to leave out, of which it knows nothing.
fn refused(settings: &Settings) -> Option<Refusal> {
    if settings.ranges.is_empty() {
        return None;
    }
    let of = |message: String, help: &str| Refusal { key: "ranges", message, help: help.to_string() };
    if let Some(range) = settings.ranges.iter().flatten().find(|range| !range.exclude.is_empty()) {
        let message = format!("{}: host-local excludes nothing", range.subnet);
        return Some(of(
            message,
            "write several ranges in one set: [[\"10.22.0.0/25\", \"10.22.0.192/26\"]]",
        ));
    }
    let error = set::all(&settings.ranges).err()?;
    Some(of(error.to_string(), "correct the ranges: this is what the plugin says of them"))
}

/// What the addresses of a set are before any was given out.
pub fn inside(set: &Set) -> Inside {
    let gateways = set.ranges().iter().filter(|one| one.range.contains(one.gateway));
    Inside {
        own: gateways.map(|one| (Some(one.gateway), "the gateway")).collect(),
        open: set.walk(None).collect(),
        order: Order::InTurn,
    }
}

/// What the plugin says of the first of some sets that ends: the one with the least room.
pub fn none_left(sets: &[Set]) -> Option<String> {
    let (set, least) = sets.iter().enumerate().min_by_key(|(_, set)| set.capacity())?;
    Some(Error::Set { set, why: Refused::NoneLeft(least.to_string()) }.to_string())
}

impl Sets {
    fn sets(&self) -> Vec<Set> {
        set::all(&self.0.ranges).unwrap_or_default()
    }
}

impl Model for Sets {
    /// One for each set, of one node: there is only one.
    fn pools(&self, _: u64) -> Vec<Pool> {
        let pool = |(i, set): (usize, &Set)| {
            // several ranges may be parts of one subnet, which is there once
            let ranges = distinct(set.ranges().iter().map(|range| range.subnet));
            let capacity = ranges.iter().map(|range| counted(*range)).sum::<u64>().min(MOST);
            let usable = u64::try_from(set.capacity()).unwrap_or(u64::MAX).min(capacity);
            Pool {
                name: format!("set-{i}").into(),
                key: "ranges",
                kind: PoolKind::PodCidr,
                counted_in: None,
                capacity,
                reserved: capacity.saturating_sub(usable),
                because: "the first address, the gateway, in IPv4 the last, and what is out of bounds"
                    .to_string(),
                left_out: Vec::new(),
                own: None,
                sharing: Sharing::Pieces(1),
                exhausted: Error::Set { set: i, why: Refused::NoneLeft(set.to_string()) }.to_string(),
                ranges,
            }
        };
        let sets = self.sets();
        sets.iter().enumerate().map(pool).chain(services(&self.0)).collect()
    }

    fn settled(&self, node: &Node) -> Held {
        self.churned(node, node.asked)
    }

    /// The files of pods that ended without a DEL stay: in the worst case those of all that are gone.
    fn churned(&self, node: &Node, high: u64) -> Held {
        let sets = self.sets();
        let room = sets.iter().map(Set::capacity).min().unwrap_or(0);
        let room = u64::try_from(room).unwrap_or(u64::MAX);
        let running = node.asked.min(room);
        let files = high.max(running).min(room);
        let take = |i| Take {
            from: From::Own(i),
            primary: 0,
            assigned: running,
            unused: files - running,
            stranded: 0,
        };
        let takes = std::iter::once(Take::HOME).chain((0..sets.len()).map(take));
        Held { takes: takes.collect(), running, limit: Limit::Range }
    }

    /// Files stay only where a container ends without a DEL.
    fn is_certain(&self) -> bool {
        false
    }

    fn inside(&self, pool: usize, _: Option<IpNet>) -> Option<Inside> {
        self.sets().get(pool).map(inside)
    }

    fn host_local(&self, _: &[IpNet]) -> Option<Vec<Vec<RangeSpec>>> {
        Some(self.0.ranges.clone())
    }

    fn full(&self, _: &[IpNet]) -> Option<String> {
        none_left(&self.sets())
    }

    fn why(&self, node: &Node) -> String {
        let running = self.settled(node).running;
        let room = self.settled(&Node { asked: u64::MAX, ..*node }).running;
        format!(
            "a file for each of {}, of the {} that its ranges have",
            count(running, "pod"),
            addresses(room)
        )
    }
}
