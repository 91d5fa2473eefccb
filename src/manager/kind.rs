//! kind: nodes are containers of one docker network that all clusters share.
//!
//! Their pods' ranges are those of kube-controller-manager; kindnet has a host-local on each
//! ([`super::node_range`]), with its state on the node's tmpfs.

use std::sync::Arc;

use super::node_range::{BRIDGED, KEYS, KUBEADM, NodeRange, Rule};
use super::{Defaults, Manager, Nodes};

/// Source: kubernetes-sigs/kind `pkg/apis/config/v1alpha4/default.go`, `images/kindnetd`.
pub const KIND: Manager = Manager {
    name: "kind",
    title: "kind",
    doc: "nodes are containers of a docker network; each has a range of the pod subnet, given out by host-local",
    source: "kubernetes-sigs/kind fed2688",
    keys: &{
        let mut keys = [""; KEYS.len() + 2];
        (keys[0], keys[1]) = ("control_planes", "workers");
        let mut i = 0;
        while i < KEYS.len() {
            keys[i + 2] = KEYS[i];
            i += 1;
        }
        keys
    },
    defaults: Defaults { pod_subnet: "10.244.0.0/16", service_subnet: "10.96.0.0/16", ..KUBEADM.defaults },
    nodes: Nodes::Containers,
    model: Some(|settings| Arc::new(NodeRange::new(settings, &RULE))),
    ..KUBEADM
};

/// kindnet has no bridge: the pods' gateway is an address of the node.
const RULE: Rule = Rule { own: &["the gateway"], ..BRIDGED };
