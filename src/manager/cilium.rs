//! Cilium: ranges of nodes from a list of pools, or addresses of ENIs by watermarks.

use std::sync::Arc;

use ipnet::IpNet;

use super::model::{From, Held, Limit, Model, Node, Pool, Take};
use super::node_range::{KEYS, KUBEADM, NodeRange};
use super::{Defaults, Manager, Nodes, Settings};
use crate::ipam::range::size;
use crate::text::{count, thousands};

/// The operator gives every node a range; Cilium keeps of it, beside the first address and the last, the
/// router's and that of the health endpoint.
pub const CLUSTER_POOL: Manager = Manager {
    name: "cilium-cluster-pool",
    title: "Cilium cluster-pool",
    doc: "Cilium's operator gives every node a range; two addresses of it are the node's own",
    source: "cilium/cilium operator cluster-pool IPAM (read, not run)",
    keys: KEYS,
    defaults: Defaults { pod_subnet: "10.0.0.0/8", ..KUBEADM.defaults },
    model: Some(|settings| {
        let usable = |range: IpNet| size(range).saturating_sub(if range.addr().is_ipv4() { 4 } else { 3 });
        Arc::new(NodeRange::new(settings, usable, (2, "router, health endpoint"), "range is full"))
    }),
    ..KUBEADM
};

#[derive(Debug)]
struct Watermark(Settings);

/// Addresses of ENIs, a fixed number ahead of the pods.
pub const ENI: Manager = Manager {
    name: "cilium-eni",
    title: "Cilium ENI",
    doc: "nodes hold addresses of their ENIs, pre_allocate more than their pods use",
    source: "cilium/cilium pkg/ipam/node.go (formulas read, not run)",
    keys: &[
        "service_subnet",
        "services",
        "max_pods",
        "pre_allocate",
        "min_allocate",
        "max_above_watermark",
        "release_excess",
    ],
    defaults: Defaults { service_subnet: "", ..KUBEADM.defaults },
    nodes: Nodes::Instances,
    surge: 1,
    kept: 5,
    model: Some(|settings| Arc::new(Watermark(settings.clone()))),
    ..KUBEADM
};

impl Watermark {
    /// Addresses for pods that a node has when it used so many, and those it can have.
    fn available(&self, node: &Node, used: u64) -> (u64, u64) {
        let most = node.enis.map_or(0, |(enis, each)| enis * each.saturating_sub(1));
        let ahead = used.saturating_add(self.0.pre_allocate.into());
        (ahead.max(self.0.min_allocate.into()).min(most), most)
    }

    fn held(&self, node: &Node, high: u64) -> Held {
        let (_, most) = self.available(node, node.asked);
        let running = node.asked.min(most);
        let top = self.available(node, high.max(running).min(most)).0;
        let now = if self.0.release_excess {
            let above: u64 = self.0.max_above_watermark.into();
            top.min(self.available(node, running).0.saturating_add(above))
        } else {
            top
        };
        let each = node.enis.map_or(1, |(_, each)| each.saturating_sub(1)).max(1);
        let take = Take {
            from: From::Home,
            primary: now.div_ceil(each).max(1),
            assigned: running,
            unused: now.saturating_sub(running),
            stranded: 0,
        };
        Held { takes: vec![take], running, limit: Limit::Enis }
    }
}

impl Model for Watermark {
    fn pools(&self, _: u64) -> Vec<Pool> {
        super::node_range::services(&self.0)
    }

    fn settled(&self, node: &Node) -> Held {
        self.held(node, node.asked)
    }

    /// What is above the watermark goes back only where `release_excess` is on.
    fn churned(&self, node: &Node, high: u64) -> Held {
        self.held(node, high)
    }

    fn why(&self, node: &Node) -> String {
        let (held, most) = self.available(node, node.asked);
        let each = node.enis.map_or(1, |(_, each)| each.saturating_sub(1)).max(1);
        format!(
            "{} of their own + {} for pods: {} and {} ahead, at least {}, at most {}",
            count(held.div_ceil(each).max(1), "ENI"),
            thousands(held),
            count(node.asked, "pod"),
            thousands(self.0.pre_allocate.into()),
            thousands(self.0.min_allocate.into()),
            thousands(most)
        )
    }
}
