//! Weave Net: peers own shares of one range, and hand them on when another needs some.
//!
//! A share is what a peer gives out first, not what it is limited to: until the whole range is used, one that has
//! nothing left is given some. What a dead peer owns is out of reach until somebody takes it over.

use std::sync::Arc;

use super::model::{From, Held, Limit, Model, Node, Pool, PoolKind, Sharing, Take};
use super::node_range::{KUBEADM, services};
use super::settings::counted;
use super::{Defaults, Manager, Nodes, Settings};
use crate::text::thousands;

#[derive(Debug)]
struct Ring(Settings);

/// Source: weaveworks/weave 8c84763 `ipam/ring`, `ipam/space`, `ipam/allocator.go`; the project is archived.
pub const WEAVE: Manager = Manager {
    name: "weave",
    title: "Weave Net",
    doc: "the range is split among the peers by powers of two; who has nothing left is given some of another's",
    source: "weaveworks/weave 8c84763 (archived), ipam/",
    keys: &[
        "pod_subnet",
        "service_subnet",
        "services",
        "max_pods",
        "network",
        "dead_peers",
        "node_addresses",
    ],
    defaults: Defaults { pod_subnet: "10.32.0.0/12", ..KUBEADM.defaults },
    nodes: Nodes::Anywhere,
    model: Some(|settings| Arc::new(Ring(settings.clone()))),
    ..KUBEADM
};

impl Model for Ring {
    fn pools(&self, _: u64) -> Vec<Pool> {
        let ring = self.0.pod_subnet.iter().map(|range| Pool {
            name: "pods",
            kind: PoolKind::Ring,
            ranges: vec![*range],
            counted_in: None,
            capacity: counted(*range),
            reserved: 2,
            because: "the first address of the range and the last".to_string(),
            own: None,
            sharing: Sharing::Handed,
            exhausted: "Allocate request for <id> cancelled".to_string(),
        });
        ring.chain(services(&self.0)).collect()
    }

    /// One for the host's bridge (`weave expose`), and one for each pod; the rest of the shares is the pool's.
    fn settled(&self, node: &Node) -> Held {
        let pods = Take { from: From::Own(0), primary: 1, assigned: node.asked, unused: 0, stranded: 0 };
        Held { takes: vec![Take::HOME, pods], running: node.asked, limit: Limit::Range }
    }

    fn why(&self, node: &Node) -> String {
        format!(
            "one for the bridge of the host + {} for pods, out of its share or of another's",
            thousands(node.asked)
        )
    }
}
