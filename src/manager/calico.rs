//! Calico: nodes claim blocks of the pool, one more when none of theirs has a free address.

use std::sync::Arc;

use ipnet::IpNet;

use super::model::{From, Held, Limit, Model, Node, Pool, PoolKind, Sharing, Take};
use super::node_range::{KUBEADM, services};
use super::settings::counted;
use super::{Defaults, Manager, Nodes, Refusal, Settings};
use crate::ipam::calico::{self, Os, Why};
use crate::text::{addresses, count};

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
    refuses: refused,
    nodes: Nodes::Anywhere,
    model: Some(|settings| Arc::new(Blocks(settings.clone()))),
    ..KUBEADM
};

/// Blocks that Calico does not cut a pool into, and limits that it does not take.
fn refused(settings: &Settings) -> Option<Refusal> {
    let pool = |range: &ipnet::IpNet| {
        let Settings { block_size, strict_affinity, max_blocks_per_node, .. } = *settings;
        calico::Pool::new(*range, block_size, strict_affinity, max_blocks_per_node.into()).err()
    };
    let blocks = || settings.pod_subnet.iter().find_map(pool);
    // one that is the default is as good as none
    let limited = || {
        let limit = u64::from(settings.max_blocks_per_node);
        let not_strict = limit != calico::MAX_BLOCKS && !settings.strict_affinity;
        not_strict.then(|| Refusal {
            key: "max_blocks_per_node",
            message: calico::LIMIT_NOT_STRICT.to_string(),
            help: "write strict_affinity = true beside it, or leave it out".into(),
        })
    };
    Manager::refuses_v6(settings).or_else(limited).or_else(|| {
        let message = blocks()?.to_string();
        Some(Refusal {
            key: "block_size",
            message,
            help: "write a larger pod_subnet, or a larger block_size".into(),
        })
    })
}

impl Blocks {
    /// The pool; the plan's reader holds it to what Calico takes.
    fn pool(&self) -> Option<calico::Pool> {
        let Settings { block_size, strict_affinity, max_blocks_per_node, .. } = self.0;
        let range = *self.0.pod_subnet.first()?;
        calico::Pool::new(range, block_size, strict_affinity, max_blocks_per_node.into()).ok()
    }

    /// Addresses of a block.
    fn block_size(&self) -> u64 {
        self.pool().map_or(1, |pool| pool.block_size()).max(1)
    }

    fn tunnel(&self) -> u64 {
        if self.0.tunnel { calico::TUNNEL } else { 0 }
    }

    /// What a node holds whose blocks had so many addresses in use at some time.
    fn held(&self, node: &Node, high: u64) -> Held {
        let (tunnel, pool) = (self.tunnel(), self.pool());
        let most = pool.map_or(0, |pool| pool.block_size().saturating_mul(pool.max_blocks()));
        let running = node.asked.min(most.saturating_sub(tunnel));
        let used = running + tunnel;
        let high = high.saturating_add(tunnel).min(most);
        let held = pool.and_then(|pool| pool.held_after(high, used, Os::Linux)).unwrap_or(used);
        let pods = Take {
            from: From::Own(0),
            primary: tunnel,
            assigned: running,
            unused: held.saturating_sub(used),
            stranded: 0,
        };
        Held { takes: vec![Take::HOME, pods], running, limit: Limit::Blocks }
    }
}

impl Model for Blocks {
    fn pools(&self, _: u64) -> Vec<Pool> {
        let of = |pool: calico::Pool| {
            let size = pool.block_size();
            let why = if pool.strict() { Why::Strict } else { Why::Exhausted };
            Pool {
                name: "pods".into(),
                key: "pod_subnet",
                kind: PoolKind::PodCidr,
                ranges: vec![pool.cidr()],
                counted_in: None,
                capacity: counted(pool.cidr()),
                reserved: 0,
                because: "every address of a block can be a pod's".to_string(),
                left_out: Vec::new(),
                own: None,
                sharing: if pool.strict() { Sharing::Pieces(size) } else { Sharing::Borrowed(size) },
                exhausted: pool.text(why, Os::Linux),
            }
        };
        let pool = self.pool().into_iter().map(of);
        pool.chain(services(&self.0)).collect()
    }

    fn settled(&self, node: &Node) -> Held {
        self.held(node, node.asked)
    }

    /// Blocks stay with the node that claimed them, until another needs one and it is empty.
    fn churned(&self, node: &Node, high: u64) -> Held {
        self.held(node, high)
    }

    fn full(&self, _: &[IpNet]) -> Option<String> {
        self.pool().map(|pool| pool.limit_message())
    }

    fn pieces(&self, held: &Held) -> Option<(&'static str, u64)> {
        Some(("block", held.away() / self.block_size()))
    }

    fn why(&self, node: &Node) -> String {
        let size = self.block_size();
        let blocks = self.settled(node).away() / size;
        let of_tunnel = if self.0.tunnel { " and the tunnel" } else { "" };
        format!(
            "{} of {} for {}{of_tunnel}",
            count(blocks, "block"),
            addresses(size),
            count(node.asked, "pod")
        )
    }
}
