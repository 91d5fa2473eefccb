//! The four modes of Azure CNI.

use std::sync::Arc;

use super::model::{From, Held, Limit, Model, Node, Pool, Sharing, Take};
use super::node_range::{BY_CLOUD, KUBEADM, NodeRange, Rule, services, too_small};
use super::{AZURE, Defaults, Manager, Nodes, Plane, Settings};
use crate::ipam::azure::{self, Scaler};
use crate::ipam::range;
use crate::text::{count, thousands};

#[derive(Debug)]
struct NodeSubnet(Settings);
#[derive(Debug)]
struct Dynamic(Settings);
#[derive(Debug)]
struct StaticBlock(Settings);

const KEYS: &[&str] = &["service_subnet", "services", "max_pods"];
const POD_KEYS: &[&str] = &["service_subnet", "services", "max_pods", "pod_subnets"];

/// Every node takes its own address and max pods more when it is created.
pub const NODE_SUBNET: Manager = Manager {
    name: "aks-node-subnet",
    title: "Azure CNI, node subnet",
    doc: "every node takes max pods addresses of its subnet when it is created, and one for itself",
    source: "AKS documentation, \"Plan IP addressing\"",
    keys: KEYS,
    defaults: Defaults { service_subnet: "10.0.0.0/16", max_pods: 30, ..KUBEADM.defaults },
    // the largest of the AKS documentation, which fits 32 bits
    most_pods: azure::MAX_PODS as u32,
    refuses: Manager::refuses_v6,
    nodes: Nodes::InSubnets,
    surge: 1,
    cloud: &AZURE,
    model: Some(|settings| Arc::new(NodeSubnet(settings.clone()))),
    ..KUBEADM
};

/// Batches of 16 from a subnet of the pods', as pods come and go.
pub const POD_SUBNET: Manager = Manager {
    name: "aks-pod-subnet",
    title: "Azure CNI, pod subnet, dynamic",
    doc: "nodes take batches of 16 addresses of the pods' subnet, with 8 or more to spare",
    source: "Azure/azure-container-networking cbd7560, cns/ipampool/v2/monitor.go",
    keys: POD_KEYS,
    dry: azure::WAITING,
    model: Some(|settings| Arc::new(Dynamic(settings.clone()))),
    ..NODE_SUBNET
};

/// Blocks of 16 for max pods, for as long as the node lives.
pub const STATIC_BLOCK: Manager = Manager {
    name: "aks-static-block",
    title: "Azure CNI, pod subnet, static blocks",
    doc: "every node takes /28 blocks of the pods' subnet for max pods, for as long as it lives",
    source: "Azure SDK documentation, PodIPAllocationMode.StaticBlock",
    keys: POD_KEYS,
    model: Some(|settings| Arc::new(StaticBlock(settings.clone()))),
    ..NODE_SUBNET
};

/// A /24 of a range of its own for every node.
pub const OVERLAY: Manager = Manager {
    name: "aks-overlay",
    title: "Azure CNI overlay",
    doc: "every node takes a /24 of a private pod range, and one address of its subnet",
    source: "AKS documentation, \"IP address planning for Azure CNI Overlay\"",
    keys: &["pod_subnet", "service_subnet", "services", "max_pods"],
    plane: Plane::Hidden,
    defaults: Defaults { pod_subnet: "10.244.0.0/16", max_pods: 250, ..NODE_SUBNET.defaults },
    refuses: |settings| {
        let small = || {
            too_small(&overlay(settings), "write a pod_subnet of /24 or larger, such as \"10.244.0.0/16\"")
        };
        Manager::refuses_v6(settings).or_else(small)
    },
    model: Some(|settings| Arc::new(NodeRange::new(&overlay(settings), &RULE))),
    ..NODE_SUBNET
};

fn overlay(settings: &Settings) -> Settings {
    Settings { node_mask: (azure::OVERLAY_NODE, 64), ..settings.clone() }
}

/// Source: AKS documentation: the pod CIDR cannot be enlarged, and a node without a range is not ready.
const RULE: Rule = Rule {
    usable: |range| range::size(range).min(azure::MAX_PODS.into()),
    exhausted: || NOT_READY.to_string(),
    ..BY_CLOUD
};

const NOT_READY: &str = "the node stays NotReady: no /24 is left in the pod CIDR";

impl Model for NodeSubnet {
    fn pools(&self, _: u64) -> Vec<Pool> {
        services(&self.0)
    }

    fn settled(&self, node: &Node) -> Held {
        let running = node.asked.min(node.max_pods);
        let take = Take {
            from: From::Home,
            primary: 1,
            assigned: running,
            unused: node.max_pods - running,
            stranded: 0,
        };
        Held { takes: vec![take], running, limit: Limit::Most }
    }

    /// A node whose addresses are not all there is not created.
    fn of_subnets(&self) -> Sharing {
        Sharing::Whole
    }

    fn why(&self, node: &Node) -> String {
        format!("1 for the node + {} for max pods, whether there are pods or not", thousands(node.max_pods))
    }
}

impl Dynamic {
    fn of(node: &Node, held: impl Fn(Scaler, u64) -> u64) -> Held {
        let scaler = Scaler::default();
        let running = node.asked.min(scaler.max);
        let held = held(scaler, running);
        let pods =
            Take { from: From::Pods, primary: 0, assigned: running, unused: held - running, stranded: 0 };
        Held { takes: vec![Take::HOME, pods], running, limit: Limit::Most }
    }
}

impl Model for Dynamic {
    fn pools(&self, _: u64) -> Vec<Pool> {
        services(&self.0)
    }

    fn settled(&self, node: &Node) -> Held {
        Dynamic::of(node, |scaler, pods| scaler.held(pods))
    }

    /// By the first monitor, which gives back later than the second.
    fn churned(&self, node: &Node, high: u64) -> Held {
        Dynamic::of(node, |scaler, pods| {
            scaler.held_after(scaler.held(high.min(scaler.max)), pods).max(scaler.held(pods))
        })
    }

    fn pieces(&self, held: &Held) -> Option<(&'static str, u64)> {
        Some(("batch", held.away().div_ceil(Scaler::default().batch)))
    }

    fn why(&self, node: &Node) -> String {
        let scaler = Scaler::default();
        format!(
            "1 for the node + {} in batches of {} for {} with {} to spare, at most {}",
            thousands(scaler.held(node.asked)),
            thousands(scaler.batch),
            count(node.asked, "pod"),
            thousands(scaler.least_free()),
            thousands(scaler.max)
        )
    }
}

impl Model for StaticBlock {
    fn pools(&self, _: u64) -> Vec<Pool> {
        services(&self.0)
    }

    fn settled(&self, node: &Node) -> Held {
        let held = azure::static_blocks(node.max_pods) * azure::BLOCK_ADDRESSES;
        let running = node.asked.min(node.max_pods);
        let pods = Take {
            from: From::Pods,
            primary: 0,
            assigned: running,
            unused: held - running,
            stranded: held - node.max_pods,
        };
        Held { takes: vec![Take::HOME, pods], running, limit: Limit::Most }
    }

    fn pieces(&self, held: &Held) -> Option<(&'static str, u64)> {
        Some(("block", held.away() / azure::BLOCK_ADDRESSES))
    }

    fn why(&self, node: &Node) -> String {
        format!(
            "1 for the node + {} of {} for max pods {}",
            count(azure::static_blocks(node.max_pods), "block"),
            thousands(azure::BLOCK_ADDRESSES),
            thousands(node.max_pods)
        )
    }
}
