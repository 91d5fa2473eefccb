//! Calico: nodes claim blocks of the pool, one more when none of theirs has a free address.

use std::sync::Arc;

use super::model::{From, Held, Limit, Model, Node, Pool, PoolKind, Sharing, Take};
use super::node_range::{KUBEADM, services};
use super::settings::counted;
use super::{Defaults, Manager, Nodes, Settings};
use crate::text::{count, thousands};

#[derive(Debug)]
struct Blocks(Settings);

/// Source: projectcalico/calico 87c1590 `libcalico-go/lib/ipam`.
pub const CALICO: Manager = Manager {
    name: "calico",
    title: "Calico",
    doc: "nodes claim blocks of the pool, one more when theirs are full; without strict affinity they borrow addresses",
    source: "projectcalico/calico 87c1590, libcalico-go/lib/ipam (read, not run)",
    keys: &[
        "pod_subnet",
        "service_subnet",
        "services",
        "max_pods",
        "network",
        "block_size",
        "max_blocks_per_node",
        "strict_affinity",
        "tunnel",
        "node_addresses",
    ],
    defaults: Defaults { pod_subnet: "192.168.0.0/16", ..KUBEADM.defaults },
    nodes: Nodes::Anywhere,
    model: Some(|settings| Arc::new(Blocks(settings.clone()))),
    ..KUBEADM
};

impl Blocks {
    fn size(&self) -> u64 {
        let bits =
            self.0.pod_subnet.first().map_or(0, |r| r.max_prefix_len().saturating_sub(self.0.block_size));
        1u64.checked_shl(bits.into()).unwrap_or(u64::MAX)
    }

    /// What a node holds whose blocks had so many addresses in use at some time.
    fn held(&self, node: &Node, high: u64) -> Held {
        let tunnel = u64::from(self.0.tunnel);
        let most = self.size().saturating_mul(self.0.max_blocks_per_node.into());
        let running = node.asked.min(most.saturating_sub(tunnel));
        let used = high.max(node.asked).saturating_add(tunnel).min(most);
        let held = used.div_ceil(self.size()).saturating_mul(self.size());
        let pods = Take {
            from: From::Own(0),
            primary: tunnel,
            assigned: running,
            unused: held - tunnel - running,
            stranded: 0,
        };
        Held { takes: vec![Take::HOME, pods], running, limit: Limit::Blocks }
    }
}

impl Model for Blocks {
    fn pools(&self, _: u64) -> Vec<Pool> {
        let pool = self.0.pod_subnet.iter().take(1).map(|range| Pool {
            name: "pods",
            kind: PoolKind::PodCidr,
            ranges: vec![*range],
            counted_in: None,
            capacity: counted(*range),
            reserved: 0,
            because: "every address of a block can be a pod's".to_string(),
            own: None,
            sharing: match self.0.strict_affinity {
                true => Sharing::Pieces(self.size()),
                false => Sharing::Borrowed(self.size()),
            },
            exhausted: match self.0.strict_affinity {
                true => {
                    "Assigned 0 out of 1 requested IPv4 addresses; No more free affine blocks and strict \
                             affinity enabled"
                        .to_string()
                }
                false => format!(
                    "Assigned 0 out of 1 requested IPv4 addresses; No IPs available in pools: [{range}]"
                ),
            },
        });
        pool.chain(services(&self.0)).collect()
    }

    fn settled(&self, node: &Node) -> Held {
        self.held(node, node.asked)
    }

    /// Blocks stay with the node that claimed them, until another needs one and it is empty.
    fn churned(&self, node: &Node, high: u64) -> Held {
        self.held(node, high)
    }

    fn why(&self, node: &Node) -> String {
        let tunnel = u64::from(self.0.tunnel);
        let blocks = (node.asked + tunnel).div_ceil(self.size()).min(self.0.max_blocks_per_node.into());
        let of_tunnel = if self.0.tunnel { " and the tunnel" } else { "" };
        format!(
            "{} of {} for {}{of_tunnel}",
            count(blocks, "block"),
            thousands(self.size()),
            count(node.asked, "pod")
        )
    }
}
