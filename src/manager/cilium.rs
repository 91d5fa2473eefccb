//! Cilium: ranges of nodes from a list of pools, or addresses of ENIs by watermarks.

use std::sync::Arc;

use ipnet::IpNet;

use super::model::{From, Held, Inside, Limit, Model, Node, Order, Pool, Take};
use super::node_range::{KUBEADM, NodeRange, Rule, next_fit, not_cut};
use super::{AWS, Defaults, Manager, Nodes, Settings};
use crate::ipam::Range;
use crate::ipam::cilium::{self, Enis, Holding, Watermarks};
use crate::ipam::range::size;
use crate::text::{count, thousands};

/// The operator gives every node a range; Cilium keeps of it, beside the first address and the last, the
/// router's and that of the health endpoint.
pub const CLUSTER_POOL: Manager = Manager {
    name: "cilium-cluster-pool",
    title: "Cilium cluster-pool",
    doc: "Cilium's operator gives every node a range; two addresses of it are the node's own",
    source: "cilium/cilium operator cluster-pool IPAM (read, not run)",
    keys: &[
        "pod_subnet",
        "service_subnet",
        "services",
        "node_mask",
        "node_mask_v6",
        "max_pods",
        "network",
        "node_addresses",
        "node_ranges",
    ],
    defaults: Defaults { pod_subnet: "10.0.0.0/8", ..KUBEADM.defaults },
    refuses: not_cut,
    model: Some(|settings| Arc::new(NodeRange::new(settings, &OF_POOL))),
    ..KUBEADM
};

/// Of a node's range the agent gives out addresses by chance, to itself first.
/// Source: cilium/cilium `pkg/ipam/hostscope.go`, cilium/ipam `service/allocator/bitmap.go`.
const OF_POOL: Rule = Rule {
    usable,
    own: &OWN,
    inside: Some(|range| {
        let (all, usable) = (Range::of(range), usable(range));
        let last = all.nth(usable.checked_add(OWN.len() as u128)?)?;
        let open = Range::new(all.nth(1)?, last).into_iter().collect();
        Some(Inside { own: OWN.iter().map(|what| (None, *what)).collect(), open, order: Order::Chance })
    }),
    next: Some(|pods, mask, services, known| {
        let mut next = next_fit(pods, mask, services, known);
        Box::new(move |name| next(name).map_err(|_| cilium::NO_RANGE.to_string()))
    }),
    around_services: false,
    host_local: false,
    exhausted: || cilium::NO_RANGE.to_string(),
    full: |_| Some(cilium::FULL_EVENT.to_string()),
};

const OWN: [&str; 2] = ["router", "health endpoint"];

/// Of IPv6 the last address is usable, too.
fn usable(range: IpNet) -> u128 {
    size(range).saturating_sub(u128::from(cilium::NODE_RESERVED) - u128::from(range.addr().is_ipv6()))
}

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
    refuses: |_| None,
    nodes: Nodes::Instances,
    surge: 1,
    cloud: &AWS,
    model: Some(|settings| Arc::new(Watermark(settings.clone()))),
    ..KUBEADM
};

impl Watermark {
    fn rule(&self) -> Watermarks {
        Watermarks {
            pre_allocate: self.0.pre_allocate.into(),
            min_allocate: self.0.min_allocate.into(),
            max_allocate: 0,
            max_above: self.0.max_above_watermark.into(),
        }
    }

    fn enis(node: &Node) -> Enis {
        let (enis, per_eni) = node.enis.unwrap_or((0, 0));
        Enis { enis, per_eni }
    }

    fn held(node: &Node, holding: Holding, held: u64) -> Held {
        let running = node.asked - holding.starved.min(node.asked);
        let take = Take {
            from: From::Home,
            primary: holding.primary,
            assigned: running,
            unused: held.saturating_sub(running),
            stranded: 0,
        };
        Held { takes: vec![take], running, limit: Limit::Enis }
    }
}

impl Model for Watermark {
    fn pools(&self, _: u64) -> Vec<Pool> {
        super::node_range::services(&self.0)
    }

    /// At least: what is taken on top to ask the cloud less often depends on how the pods came.
    fn settled(&self, node: &Node) -> Held {
        let holding = self.rule().settled(node.asked, Watermark::enis(node));
        Watermark::held(node, holding, holding.least)
    }

    /// What is above the watermark goes back only where `release_excess` is on.
    fn churned(&self, node: &Node, high: u64) -> Held {
        let holding = self.rule().churned(high, node.asked, Watermark::enis(node), self.0.release_excess);
        Watermark::held(node, holding, holding.most)
    }

    fn why(&self, node: &Node) -> String {
        let (rule, enis) = (self.rule(), Watermark::enis(node));
        let holding = rule.settled(node.asked, enis);
        format!(
            "{} of ENIs + {} for pods: {} and {} ahead, at least {}, at most the {} that its ENIs have",
            thousands(holding.primary),
            thousands(holding.least),
            count(node.asked, "pod"),
            thousands(rule.pre_allocate),
            thousands(rule.min_allocate),
            thousands(enis.pods())
        )
    }
}
