//! GKE: every node gets a range for its pods, twice as large as max pods.

use std::sync::Arc;

use super::model::{Held, Model, Node, Pool};
use super::node_range::{KUBEADM, NodeRange};
use super::{Defaults, Manager, Nodes, Settings};

#[derive(Debug)]
struct AliasRanges(Settings);

/// Source: Google Cloud documentation, "Configure maximum Pods per node".
pub const GKE: Manager = Manager {
    name: "gke",
    title: "GKE alias ranges",
    doc: "every node gets a pod range of at least twice its max pods, and one address of the subnet",
    source: "GKE documentation, \"Configure maximum Pods per node\"; GoogleCloudPlatform/gke-ip-address-management",
    keys: &["pod_subnet", "service_subnet", "services", "max_pods"],
    defaults: Defaults { service_subnet: "", ..KUBEADM.defaults },
    nodes: Nodes::InSubnets,
    surge: 1,
    // the first two addresses and the last two
    kept: 4,
    model: Some(|settings| Arc::new(AliasRanges(settings.clone()))),
    ..KUBEADM
};

/// Prefix length of a node's range: the smallest power of two of at least twice max pods, at least 16.
pub fn node_mask(max_pods: u32) -> u8 {
    let size = max_pods.saturating_mul(2).max(16).next_power_of_two();
    u8::try_from(32 - size.trailing_zeros()).unwrap_or(32)
}

impl AliasRanges {
    fn ranges(&self, max_pods: u32) -> NodeRange {
        let settings = Settings { node_mask: (node_mask(max_pods), 64), ..self.0.clone() };
        NodeRange::new(&settings, crate::ipam::range::size, (0, "none"), "IP_SPACE_EXHAUSTED")
    }
}

impl Model for AliasRanges {
    fn pools(&self, nodes: u64) -> Vec<Pool> {
        self.ranges(self.0.max_pods).pools(nodes)
    }

    fn settled(&self, node: &Node) -> Held {
        self.ranges(u32::try_from(node.max_pods).unwrap_or(u32::MAX)).settled(node)
    }

    fn why(&self, node: &Node) -> String {
        self.ranges(u32::try_from(node.max_pods).unwrap_or(u32::MAX)).why(node)
    }
}
