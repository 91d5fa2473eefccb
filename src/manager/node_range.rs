//! Managers that give every node a range of its own, for as long as it lives.
//!
//! The ranges are all of one size; kube-controller-manager gives them out with next fit
//! ([`crate::ipam::node_ranges`]), or the manager's own controller does. What a node holds does not depend on its
//! pods: the rest of its range is of no use to any other.

use std::sync::Arc;

use ipnet::IpNet;

use super::model::{From, Held, Limit, Model, Node, Own, Pool, PoolKind, Sharing, Take};
use super::settings::counted;
use super::{ANY_CLOUD, Defaults, Manager, Nodes, Refusal, Settings};
use crate::ipam::host_local::{self, RangeSpec};
use crate::ipam::{node_ranges, ovn, services as service};
use crate::text::{addresses, count, thousands};

/// Nodes whose ranges are cut from the pod ranges of the cluster.
#[derive(Debug)]
pub struct NodeRange {
    settings: Settings,
    /// Addresses of a node's range that pods can have.
    usable: fn(IpNet) -> u128,
    /// Addresses of it that the node itself uses, with what they are.
    primary: (u64, &'static str),
    /// What is said when no range is left.
    exhausted: String,
    /// No node gets a range that one of these touches.
    avoided: Vec<IpNet>,
}

/// Addresses of a node's range that a bridge with host-local gives to pods.
pub fn bridge(range: IpNet) -> u128 {
    host_local::Set::new(&[RangeSpec::of(range)]).map_or(0, |set| set.capacity())
}

/// What kube-controller-manager logs when it has no range for a node.
pub fn no_cidrs() -> String {
    node_ranges::Error::NoneLeft.to_string()
}

impl NodeRange {
    pub fn new(
        settings: &Settings,
        usable: fn(IpNet) -> u128,
        primary: (u64, &'static str),
        exhausted: impl Into<String>,
    ) -> NodeRange {
        NodeRange {
            settings: settings.clone(),
            usable,
            primary,
            exhausted: exhausted.into(),
            avoided: Vec::new(),
        }
    }

    /// The same where no node gets a range that the services touch, as kube-controller-manager does it.
    /// Source: kubernetes `pkg/controller/nodeipam/ipam/range_allocator.go`, `filterOutServiceRange`.
    pub fn around_services(self) -> NodeRange {
        NodeRange { avoided: self.settings.service_subnet.clone(), ..self }
    }

    /// Pods that a node's ranges have addresses for: each gets one of every family.
    fn usable(&self) -> u64 {
        let each = self.settings.pod_subnet.iter().map(|range| self.usable_of(range));
        each.min().unwrap_or(0)
    }

    /// Those of the node's range in one of the pod ranges.
    fn usable_of(&self, range: &IpNet) -> u64 {
        let node = IpNet::new(range.network(), self.settings.mask(range));
        node.map_or(0, |node| u64::try_from((self.usable)(node)).unwrap_or(u64::MAX))
    }

    /// How many ranges there are, and how many of them nobody gets.
    fn ranges(&self, range: &IpNet) -> (u64, u64) {
        let mask = self.settings.mask(range);
        let counted = |n: u128| u64::try_from(n).unwrap_or(u64::MAX);
        let all = node_ranges::most_nodes(*range, mask, &[]).map_or(0, counted);
        let left = node_ranges::most_nodes(*range, mask, &self.avoided).map_or(0, counted);
        (all, all.saturating_sub(left))
    }

    fn pool(&self, range: &IpNet) -> Pool {
        let mask = self.settings.mask(range);
        let (ranges, touched) = self.ranges(range);
        let v4 = range.addr().is_ipv4();
        // IPv6 has too many addresses to be counted: its pools count the ranges of nodes
        let unit = if v4 { u64::try_from(self.settings.node_size(range)).unwrap_or(u64::MAX) } else { 1 };
        Pool {
            name: if v4 { "pods" } else { "pods-v6" }.into(),
            kind: PoolKind::PodCidr,
            ranges: vec![*range],
            counted_in: (!v4).then_some(mask),
            capacity: if v4 { counted(*range) } else { ranges },
            reserved: touched * unit,
            because: match touched {
                0 => "every range can be a node's".to_string(),
                n => format!("the service range touches {} of nodes", count(n, "range")),
            },
            own: None,
            sharing: Sharing::Whole,
            exhausted: self.exhausted.clone(),
        }
    }
}

impl Model for NodeRange {
    fn pools(&self, _: u64) -> Vec<Pool> {
        let pods = self.settings.pod_subnet.iter().map(|range| self.pool(range));
        pods.chain(services(&self.settings)).collect()
    }

    fn settled(&self, node: &Node) -> Held {
        let usable = self.usable();
        let running = node.asked.min(usable);
        let (primary, _) = self.primary;
        let mut takes = vec![Take::HOME];
        for (i, range) in self.settings.pod_subnet.iter().enumerate() {
            let from = From::Own(i);
            takes.push(if range.addr().is_ipv4() {
                let size = u64::try_from(self.settings.node_size(range)).unwrap_or(u64::MAX);
                let primary = primary.min(size);
                let assigned = running.min(size - primary);
                let room = self.usable_of(range);
                Take {
                    from,
                    primary,
                    assigned,
                    unused: size - primary - assigned,
                    stranded: stranded(node.max_pods.max(running), room),
                }
            } else {
                let assigned = u64::from(running > 0);
                Take { from, primary: 0, assigned, unused: 1 - assigned, stranded: 0 }
            });
        }
        Held { takes, running, limit: Limit::Range }
    }

    fn why(&self, node: &Node) -> String {
        let Some(range) = self.settings.pod_subnet.first() else { return String::new() };
        let (primary, what) = self.primary;
        let usable = self.usable();
        let size = self.settings.node_size(range);
        let strands = match stranded(node.max_pods, usable) {
            0 => String::new(),
            n => format!("; max pods {} strands {}", thousands(node.max_pods), thousands(n)),
        };
        let own = match primary {
            0 => String::new(),
            n => format!(" and {} the node's ({what})", thousands(n)),
        };
        format!(
            "its whole /{} of {range}, {}, of which {} can be pods'{own}{strands}",
            self.settings.mask(range),
            addresses(u64::try_from(size).unwrap_or(u64::MAX)),
            thousands(usable),
        )
    }
}

/// The pools of the cluster's services. Sources: kubernetes `pkg/registry/core/service/ipallocator`.
pub fn services(settings: &Settings) -> Vec<Pool> {
    let pool = |range: &IpNet| {
        let capacity = counted(*range);
        let v4 = range.addr().is_ipv4();
        let usable = u64::try_from(service::usable(*range)).unwrap_or(u64::MAX);
        Pool {
            name: if v4 { "services" } else { "services-v6" }.into(),
            kind: PoolKind::ServiceCidr,
            ranges: vec![*range],
            counted_in: None,
            capacity,
            reserved: capacity.saturating_sub(usable),
            because: if v4 { "the first address and the last" } else { "the first address" }.to_string(),
            own: Some(Own { name: "services", primary: 1, assigned: settings.services.into(), unused: 0 }),
            sharing: Sharing::Pieces(1),
            exhausted: "failed to allocate a serviceIP: range is full".to_string(),
        }
    };
    settings.service_subnet.iter().map(pool).collect()
}

/// Masks that kubeadm refuses, in its words.
/// Source: kubernetes `cmd/kubeadm/app/apis/kubeadm/validation`.
fn refused(settings: &Settings) -> Option<Refusal> {
    settings.pod_subnet.iter().find_map(|range| {
        let mask = settings.mask(range);
        let (key, most) =
            if range.addr().is_ipv4() { ("node_mask", 32) } else { ("node_mask_v6", range.max_prefix_len()) };
        let refusal = |message: String, help: String| Some(Refusal { key, message, help });
        if mask > most {
            return refusal(
                format!("a node's range of /{mask} is no range"),
                format!("write at most {most}"),
            );
        }
        match node_ranges::NodeRanges::kubeadm(*range, mask).err()? {
            error @ node_ranges::Error::KubeadmTooLarge { .. } => refusal(
                format!("{range}: {error}"),
                format!("write a smaller pod_subnet, or a smaller {key}"),
            ),
            error => {
                refusal(format!("{range}: {error}"), format!("write a larger pod_subnet, or a larger {key}"))
            }
        }
    })
}

/// Masks that no manager can cut ranges with.
pub fn not_cut(settings: &Settings) -> Option<Refusal> {
    settings.pod_subnet.iter().find_map(|range| {
        let mask = settings.mask(range);
        let key = if range.addr().is_ipv4() { "node_mask" } else { "node_mask_v6" };
        // of IPv6 they all count no more than 2^16
        let message =
            match (node_ranges::NodeRanges::new(*range, mask).err()?, mask.checked_sub(range.prefix_len())) {
                (_, None) => format!("{range} is smaller than the range of a node, /{mask}"),
                (error, _) => format!("{range}: {error}"),
            };
        let help = format!("write another pod_subnet, or another {key}");
        Some(Refusal { key, message, help })
    })
}

/// Keys of clusters whose nodes have ranges; the last is that of host-local in them.
pub const KEYS: &[&str] = &[
    "pod_subnet",
    "service_subnet",
    "services",
    "node_mask",
    "node_mask_v6",
    "max_pods",
    "network",
    "node_addresses",
    "node_ranges",
    "state_loss",
];

fn bridged(settings: &Settings) -> Arc<dyn Model> {
    Arc::new(NodeRange::new(settings, bridge, (1, "the bridge"), no_cidrs()).around_services())
}

/// kube-controller-manager's ranges and a bridge with host-local on every node.
pub const KUBEADM: Manager = Manager {
    name: "kubeadm",
    title: "node CIDRs (kubeadm)",
    doc: "kube-controller-manager gives every node a range; a bridge with host-local gives out its addresses",
    source: "kubernetes pkg/controller/nodeipam/ipam; containernetworking/plugins host-local",
    read_on: "2026-11-21",
    keys: KEYS,
    defaults: Defaults {
        pod_subnet: "",
        service_subnet: "10.96.0.0/12",
        node_mask: (24, 64),
        max_pods: MAX_PODS,
    },
    most_pods: crate::limits::PODS_PER_NODE,
    refuses: refused,
    nodes: Nodes::Anywhere,
    surge: 0,
    cloud: &ANY_CLOUD,
    dry: "",
    model: Some(bridged),
};

/// The kubelet's default. Source: Kubernetes documentation, KubeletConfiguration `maxPods`.
pub const MAX_PODS: u32 = 110;

pub const FLANNEL: Manager = Manager {
    name: "flannel",
    title: "Flannel",
    doc: "kube-controller-manager gives every node a range; flannel routes them, host-local gives out addresses",
    source: "flannel-io/flannel Documentation/kube-flannel.yml",
    defaults: Defaults { pod_subnet: "10.244.0.0/16", ..KUBEADM.defaults },
    ..KUBEADM
};

pub const K3S: Manager = Manager {
    name: "k3s",
    title: "k3s",
    doc: "Flannel's node ranges with the ranges that k3s sets by default",
    source: "k3s documentation, cluster-cidr and service-cidr",
    defaults: Defaults { pod_subnet: "10.42.0.0/16", service_subnet: "10.43.0.0/16", ..KUBEADM.defaults },
    ..KUBEADM
};

pub const KUBE_ROUTER: Manager = Manager {
    name: "kube-router",
    title: "kube-router",
    doc: "kube-controller-manager gives every node a range; a bridge with host-local gives out its addresses",
    source: "cloudnativelabs/kube-router documentation",
    ..KUBEADM
};

/// Addresses that pods could have but for max pods.
fn stranded(max_pods: u64, usable: u64) -> u64 {
    u64::try_from(node_ranges::stranded(max_pods, usable.into())).unwrap_or(u64::MAX)
}

/// OVN-Kubernetes keeps of every node's range, beside the first and the last, .1 for the gateway and .2 for
/// the management port, and .3 with the hybrid overlay.
/// Source: ovn-org/ovn-kubernetes `go-controller/pkg/util/net.go`.
fn of_ovn(range: IpNet, hybrid: bool) -> u128 {
    ovn::NodeSubnets::new(range, range.prefix_len()).map_or(0, |node| node.pods(hybrid))
}

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
        let (usable, primary): (fn(IpNet) -> u128, _) = if settings.hybrid_overlay {
            (|range| of_ovn(range, true), (3, "gateway, management port, hybrid overlay"))
        } else {
            (|range| of_ovn(range, false), (2, "gateway, management port"))
        };
        Arc::new(NodeRange::new(settings, usable, primary, "no subnets available"))
    }),
    ..KUBEADM
};
