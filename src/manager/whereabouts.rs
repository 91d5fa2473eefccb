//! Whereabouts: the ranges are the whole cluster's, every pod takes an address of each, and nodes take none.

use std::sync::Arc;

use ipnet::IpNet;

use super::model::{From, Held, Inside, Limit, Model, Node, Order, Pool, PoolKind, Sharing, Take};
use super::node_range::{KUBEADM, services};
use super::settings::counted;
use super::{Defaults, Manager, Nodes, Plane, Refusal, Settings};
use crate::ipam::Range;
use crate::ipam::whereabouts::IpPool;
use crate::text::count;

#[derive(Debug)]
struct Ranges(Settings);

/// Source: k8snetworkplumbingwg/whereabouts 3a262bd `pkg/allocate`, `pkg/iphelpers`, `pkg/storage/kubernetes`.
pub const WHEREABOUTS: Manager = Manager {
    name: "whereabouts",
    title: "Whereabouts",
    doc: "every pod gets the lowest free address of ranges that are the whole cluster's; nodes hold none",
    source: "k8snetworkplumbingwg/whereabouts v0.9.4 3a262bd, pkg/allocate (read, not run)",
    read_on: "2026-11-21",
    keys: &["ranges", "max_pods", "network", "service_subnet", "services", "node_addresses"],
    defaults: Defaults { service_subnet: "", ..KUBEADM.defaults },
    refuses: refused,
    nodes: Nodes::Anywhere,
    plane: Plane::Nodes,
    model: Some(|settings| Arc::new(Ranges(settings.clone()))),
    ..KUBEADM
};

/// What Whereabouts does not take, and what it takes and does otherwise than a plan would suggest.
fn refused(settings: &Settings) -> Option<Refusal> {
    let of = |message: String, help: &str| Refusal { key: "ranges", message, help: help.to_string() };
    if let Some(set) = settings.ranges.iter().position(|set| set.len() > 1) {
        let message = format!("range set {set} has several ranges, and a pod gets an address of each range");
        return Some(of(message, "write each range for itself, or one that has all of them"));
    }
    let all: Vec<_> = settings.ranges.iter().flatten().collect();
    if let Some(range) = all.iter().find(|range| range.gateway.is_some()) {
        let message = format!("{}: a gateway is given to pods like any other address", range.subnet);
        return Some(of(message, "leave the gateway out, and exclude its address if no pod is to have it"));
    }
    if let Some(error) = all.iter().find_map(|range| IpPool::new(range).err()) {
        return Some(of(
            error.to_string(),
            "correct the range: a pod gets what is between its first and last",
        ));
    }
    let pairs = all.iter().enumerate().flat_map(|(i, a)| all.iter().skip(i + 1).map(move |b| (a, b)));
    let (a, b) = pairs.into_iter().find(|(a, b)| Range::of(a.subnet).meet(&Range::of(b.subnet)).is_some())?;
    let message = format!("{} and {} overlap: a pod may get the same address of both", a.subnet, b.subnet);
    Some(of(message, "write ranges that have no address in common"))
}

impl Ranges {
    /// One for each range; the plan's reader holds them to [`refused`].
    fn pools(&self) -> Vec<IpPool> {
        self.0.ranges.iter().flatten().filter_map(|range| IpPool::new(range).ok()).collect()
    }
}

impl Model for Ranges {
    fn pools(&self, _: u64) -> Vec<Pool> {
        let pool = |(i, pool): (usize, IpPool)| {
            let capacity = counted(pool.net());
            let usable = u64::try_from(pool.capacity()).unwrap_or(u64::MAX).min(capacity);
            Pool {
                name: format!("range-{i}").into(),
                key: "ranges",
                kind: PoolKind::PodCidr,
                ranges: vec![pool.net()],
                counted_in: None,
                capacity,
                reserved: capacity - usable,
                because: "the first address and the last, what is excluded and what is out of bounds"
                    .to_string(),
                left_out: Vec::new(),
                own: None,
                sharing: Sharing::Pieces(1),
                exhausted: pool.none_left().to_string(),
            }
        };
        self.pools().into_iter().enumerate().map(pool).chain(services(&self.0)).collect()
    }

    /// Nothing stays behind: what a pod had is free as soon as it is gone.
    fn settled(&self, node: &Node) -> Held {
        let pods = |i| Take { from: From::Own(i), primary: 0, assigned: node.asked, unused: 0, stranded: 0 };
        let takes = std::iter::once(Take::HOME).chain((0..self.0.ranges.len()).map(pods));
        Held { takes: takes.collect(), running: node.asked, limit: Limit::Range }
    }

    fn inside(&self, pool: usize, _: Option<IpNet>) -> Option<Inside> {
        let open = self.pools().get(pool)?.open();
        Some(Inside { own: Vec::new(), open, order: Order::Lowest })
    }

    fn why(&self, node: &Node) -> String {
        format!(
            "one of each of {} for each of {}",
            count(self.0.ranges.len() as u64, "range"),
            count(node.asked, "pod")
        )
    }
}
