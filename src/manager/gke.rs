//! GKE: every node gets a range for its pods, twice as large as max pods.

use std::sync::Arc;

use super::model::{Held, Model, Node, Pool};
use super::node_range::{BY_CLOUD, KUBEADM, NodeRange, Rule, too_small};
use super::{Defaults, GOOGLE, Manager, Nodes, Refusal, Settings};
use crate::ipam::gke;

#[derive(Debug)]
struct AliasRanges(Settings);

/// Source: Google Cloud documentation, "Configure maximum Pods per node".
pub const GKE: Manager = Manager {
    name: "gke",
    title: "GKE alias ranges",
    doc: "every node gets a pod range of at least twice its max pods, and one address of the subnet",
    source: "GKE documentation, \"Configure maximum Pods per node\"; GoogleCloudPlatform/gke-ip-address-management",
    keys: &["pod_subnet", "service_subnet", "services", "max_pods"],
    defaults: Defaults { service_subnet: "", max_pods: gke::MAX_PODS, ..KUBEADM.defaults },
    most_pods: gke::MOST_PODS,
    refuses: refused,
    nodes: Nodes::InSubnets,
    surge: 1,
    cloud: &GOOGLE,
    model: Some(|settings| Arc::new(AliasRanges(settings.clone()))),
    ..KUBEADM
};

/// A node's alias range is twice its max pods: the kubelet ends before it does.
const RULE: Rule = Rule { exhausted: || gke::EXHAUSTED.to_string(), ..BY_CLOUD };

impl AliasRanges {
    fn ranges(&self, max_pods: u32) -> NodeRange {
        NodeRange::new(&with_mask(&self.0, max_pods), &RULE)
    }
}

/// What a cluster says, with the range of a node of so many pods.
fn with_mask(settings: &Settings, max_pods: u32) -> Settings {
    // the plan's reader holds clusters and groups to what GKE takes
    let mask = gke::node_prefix(max_pods.clamp(1, gke::MOST_PODS)).unwrap_or(24);
    Settings { node_mask: (mask, 64), ..settings.clone() }
}

fn refused(settings: &Settings) -> Option<Refusal> {
    let help = "write a larger pod_subnet, or a lower max_pods";
    Manager::refuses_v6(settings).or_else(|| too_small(&with_mask(settings, settings.max_pods), help))
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
