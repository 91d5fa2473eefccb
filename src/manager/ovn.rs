//! OVN-Kubernetes: ranges of nodes out of the cluster network, in an order of its own.

use std::sync::Arc;

use ipnet::IpNet;

use super::model::{Inside, NextRange, Order};
use super::node_range::{KUBEADM, NodeRange, Rule, not_cut, refusing};
use super::{Defaults, Manager};
use crate::ipam::Range;
use crate::ipam::ovn::{Error, NodeSubnets};

/// OVN-Kubernetes keeps of every node's range, beside the first and the last, .1 for the gateway and .2 for
/// the management port, and .3 with the hybrid overlay. Pods get the others one after the other, round and round.
/// Source: ovn-org/ovn-kubernetes `go-controller/pkg/util/net.go`, `pkg/allocator/ip/subnet/allocator.go`.
const PLAIN: Rule = Rule {
    usable: |range| usable(range, false),
    own: OWN.split_at(2).0,
    inside: Some(|range| inside(range, false)),
    next: Some(next),
    around_services: false,
    host_local: false,
    exhausted: || Error::Full.to_string(),
    full: |_| None,
};

const HYBRID: Rule = Rule {
    usable: |range| usable(range, true),
    own: &OWN,
    inside: Some(|range| inside(range, true)),
    ..PLAIN
};

const OWN: [&str; 3] = ["gateway", "management port", "hybrid overlay"];

pub const OVN_KUBERNETES: Manager = Manager {
    name: "ovn-kubernetes",
    title: "OVN-Kubernetes",
    doc: "OVN-Kubernetes gives every node a range, not in ascending order; each node keeps two or three addresses of it",
    source: "ovn-org/ovn-kubernetes 6c366bb, subnet_allocator.go and util/net.go",
    keys: &[
        "pod_subnet",
        "service_subnet",
        "services",
        "node_mask",
        "node_mask_v6",
        "max_pods",
        "network",
        "hybrid_overlay",
        "node_addresses",
        "node_ranges",
    ],
    defaults: Defaults {
        pod_subnet: "10.128.0.0/14",
        service_subnet: "172.30.0.0/16",
        node_mask: (23, 64),
        // OpenShift's kubelet, which runs 250
        max_pods: 250,
    },
    refuses: not_cut,
    model: Some(|settings| {
        Arc::new(NodeRange::new(settings, if settings.hybrid_overlay { &HYBRID } else { &PLAIN }))
    }),
    ..KUBEADM
};

fn usable(range: IpNet, hybrid: bool) -> u128 {
    NodeSubnets::new(range, range.prefix_len()).map_or(0, |node| node.pods(hybrid))
}

fn inside(range: IpNet, hybrid: bool) -> Option<Inside> {
    let own = OWN.into_iter().take(if hybrid { 3 } else { 2 });
    let (all, kept) = (Range::of(range), own.len() as u128 + 1);
    let last = (kept - 1).checked_add(usable(range, hybrid))?;
    Some(Inside {
        own: own.zip(1..).map(|(what, n)| Some((Some(all.nth(n)?), what))).collect::<Option<_>>()?,
        open: Range::new(all.nth(kept)?, all.nth(last)?).into_iter().collect(),
        order: Order::InTurn,
    })
}

fn next(pods: IpNet, mask: u8, _: &[IpNet], known: &[IpNet]) -> NextRange {
    let made = NodeSubnets::new(pods, mask).map(|mut subnets| {
        for (i, range) in known.iter().enumerate() {
            // the plan's reader holds known ranges to the pod subnet
            let _ended = subnets.mark(&format!("known/{i}"), *range);
        }
        subnets
    });
    match made {
        Ok(mut subnets) => Box::new(move |name| subnets.allocate(name).map_err(|error| error.to_string())),
        Err(error) => refusing(error.to_string()),
    }
}
