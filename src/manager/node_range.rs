//! Managers that give every node a range of its own, for as long as it lives.
//!
//! The ranges are all of one size; kube-controller-manager gives them out with next fit
//! ([`crate::ipam::node_ranges`]), or the manager's own controller does. What a node holds does not depend on its
//! pods: the rest of its range is of no use to any other.

use std::sync::Arc;

use ipnet::IpNet;

use super::host_local;
use super::model::{From, Held, Inside, Limit, Model, NextRange, Node, Own, Pool, PoolKind, Sharing, Take};
use super::settings::counted;
use super::{ANY_CLOUD, Defaults, Manager, Nodes, Plane, Refusal, Settings};
use crate::ipam::host_local::{RangeSpec, Set};
use crate::ipam::{Range, node_ranges, range, services as service};
use crate::text::{addresses, count, thousands};

/// Nodes whose ranges are cut from the pod ranges of the cluster.
#[derive(Debug)]
pub struct NodeRange {
    settings: Settings,
    rule: &'static Rule,
}

/// What differs between those who give nodes ranges.
#[derive(Debug)]
pub struct Rule {
    /// Addresses of a node's range that pods can have.
    pub usable: fn(IpNet) -> u128,
    /// Addresses of it that the node itself uses: what each is for.
    pub own: &'static [&'static str],
    /// Which of them is which, where that is known.
    pub inside: Option<fn(IpNet) -> Option<Inside>>,
    /// Who chooses the range of a node; `None`: the cloud.
    pub next: Option<Chooses>,
    /// Whether no node gets a range that the services touch.
    pub around_services: bool,
    /// Whether it is host-local that gives out the addresses of a node's range.
    pub host_local: bool,
    /// What is said when no range is left.
    pub exhausted: fn() -> String,
    /// What is said when a node's ranges have no address left; `None` where it is not known.
    pub full: fn(&[IpNet]) -> Option<String>,
}

/// Who chooses ranges: of a length, out of a pod range, none that one of the services touches, where nodes have the
/// known ones already.
pub type Chooses = fn(IpNet, u8, &[IpNet], &[IpNet]) -> NextRange;

/// Next fit, as kube-controller-manager and Cilium's operator do it.
pub fn next_fit(pods: IpNet, mask: u8, services: &[IpNet], known: &[IpNet]) -> NextRange {
    let made = node_ranges::NodeRanges::new(pods, mask).and_then(|mut ranges| {
        ranges.restart(services, known)?;
        Ok(ranges)
    });
    match made {
        Ok(mut ranges) => Box::new(move |_| ranges.allocate_next().map_err(|error| error.to_string())),
        Err(error) => refusing(error.to_string()),
    }
}

/// What gives nobody a range, for the same reason.
pub fn refusing(error: String) -> NextRange {
    Box::new(move |_| Err(error.clone()))
}

/// host-local's one set of a node's range.
fn set(range: IpNet) -> Option<Set> {
    Set::new(&[RangeSpec::of(range)]).ok()
}

/// kube-controller-manager's ranges and a bridge with host-local on every node.
/// Source: kubernetes `pkg/controller/nodeipam/ipam/range_allocator.go`, `filterOutServiceRange`.
pub const BRIDGED: Rule = Rule {
    usable: |range| set(range).map_or(0, |set| set.capacity()),
    own: &["the bridge"],
    inside: Some(|range| set(range).map(|set| host_local::inside(&set))),
    next: Some(next_fit),
    around_services: true,
    host_local: true,
    exhausted: || node_ranges::Error::NoneLeft.to_string(),
    full: |ranges| {
        let sets: Vec<Set> = ranges.iter().filter_map(|range| set(*range)).collect();
        host_local::none_left(&sets)
    },
};

/// Ranges that the cloud gives to nodes: it chooses which, and what of them pods get.
pub const BY_CLOUD: Rule = Rule {
    usable: range::size,
    own: &[],
    inside: None,
    next: None,
    around_services: false,
    host_local: false,
    exhausted: String::new,
    full: |_| None,
};

impl NodeRange {
    pub fn new(settings: &Settings, rule: &'static Rule) -> NodeRange {
        NodeRange { settings: settings.clone(), rule }
    }

    /// No node gets a range that one of these touches.
    fn avoided(&self) -> &[IpNet] {
        if self.rule.around_services { &self.settings.service_subnet } else { &[] }
    }

    /// Addresses of a node's range that are its own.
    fn own(&self) -> u64 {
        self.rule.own.len() as u64
    }

    /// Pods that a node's ranges have addresses for: each gets one of every family.
    fn usable(&self) -> u64 {
        let each = self.settings.pod_subnet.iter().map(|range| self.usable_of(range));
        each.min().unwrap_or(0)
    }

    /// Those of the node's range in one of the pod ranges.
    fn usable_of(&self, range: &IpNet) -> u64 {
        let node = IpNet::new(range.network(), self.settings.mask(range));
        node.map_or(0, |node| u64::try_from((self.rule.usable)(node)).unwrap_or(u64::MAX))
    }

    /// How many ranges there are, and how many of them nobody gets.
    fn ranges(&self, range: &IpNet) -> (u64, u64) {
        let mask = self.settings.mask(range);
        let counted = |n: u128| u64::try_from(n).unwrap_or(u64::MAX);
        let all = node_ranges::most_nodes(*range, mask, &[]).map_or(0, counted);
        let left = node_ranges::most_nodes(*range, mask, self.avoided()).map_or(0, counted);
        (all, all.saturating_sub(left))
    }

    /// The ranges of nodes that services touch: each as a whole, even where these have only a part of it.
    fn left_out(&self, range: &IpNet) -> Vec<Range> {
        let mask = self.settings.mask(range);
        let touched = |service: &IpNet| {
            let wide = IpNet::new(service.addr(), mask.min(service.prefix_len())).ok()?.trunc();
            Range::of(*range).meet(&Range::of(wide))
        };
        self.avoided().iter().filter_map(touched).collect()
    }

    fn pool(&self, range: &IpNet) -> Pool {
        let mask = self.settings.mask(range);
        let (ranges, touched) = self.ranges(range);
        let v4 = range.addr().is_ipv4();
        // IPv6 has too many addresses to be counted: its pools count the ranges of nodes
        let unit = if v4 { u64::try_from(self.settings.node_size(range)).unwrap_or(u64::MAX) } else { 1 };
        Pool {
            name: if v4 { "pods" } else { "pods-v6" }.into(),
            key: "pod_subnet",
            kind: PoolKind::PodCidr,
            ranges: vec![*range],
            counted_in: (!v4).then_some(mask),
            capacity: if v4 { counted(*range) } else { ranges },
            reserved: touched * unit,
            because: match touched {
                0 => "every range can be a node's".to_string(),
                n => format!("the service range touches {} of nodes", count(n, "range")),
            },
            left_out: self.left_out(range),
            own: None,
            sharing: Sharing::Whole,
            exhausted: (self.rule.exhausted)(),
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
        let primary = self.own();
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

    fn ranges(&self, pool: usize, known: &[IpNet]) -> Option<NextRange> {
        let range = self.settings.pod_subnet.get(pool)?;
        let next = self.rule.next?;
        Some(next(*range, self.settings.mask(range), self.avoided(), known))
    }

    fn inside(&self, _: usize, node: Option<IpNet>) -> Option<Inside> {
        (self.rule.inside?)(node?)
    }

    fn host_local(&self, ranges: &[IpNet]) -> Option<Vec<Vec<RangeSpec>>> {
        self.rule.host_local.then(|| ranges.iter().map(|range| vec![RangeSpec::of(*range)]).collect())
    }

    fn full(&self, ranges: &[IpNet]) -> Option<String> {
        (self.rule.full)(ranges)
    }

    fn why(&self, node: &Node) -> String {
        let Some(range) = self.settings.pod_subnet.first() else { return String::new() };
        let usable = self.usable();
        let size = self.settings.node_size(range);
        let strands = match stranded(node.max_pods, usable) {
            0 => String::new(),
            n => format!("; max pods {} strands {}", thousands(node.max_pods), thousands(n)),
        };
        let own = match self.own() {
            0 => String::new(),
            n => format!(" and {} the node's ({})", thousands(n), self.rule.own.join(", ")),
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
            key: "service_subnet",
            kind: PoolKind::ServiceCidr,
            ranges: vec![*range],
            counted_in: None,
            capacity,
            reserved: capacity.saturating_sub(usable),
            because: if v4 { "the first address and the last" } else { "the first address" }.to_string(),
            left_out: Vec::new(),
            own: Some(Own { name: "services", primary: 1, assigned: settings.services.into(), unused: 0 }),
            sharing: Sharing::Pieces(1),
            exhausted: "failed to allocate a serviceIP: range is full".to_string(),
        }
    };
    settings.service_subnet.iter().map(pool).collect()
}

/// Services that the API server does not give addresses to, in its words.
pub fn services_refused(settings: &Settings) -> Option<Refusal> {
    let error = settings.service_subnet.iter().find_map(|range| service::Services::new(*range).err())?;
    let help = "write a smaller range, such as \"fd00:10:96::/112\"".to_string();
    Some(Refusal { key: "service_subnet", message: error.to_string(), help })
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

/// A pod range that is smaller than a node's, where nobody writes how large that is; `help` is what to write.
pub fn too_small(settings: &Settings, help: &str) -> Option<Refusal> {
    let small = |range: &&IpNet| range.prefix_len() > settings.mask(range);
    let range = settings.pod_subnet.iter().find(small)?;
    let message = format!("{range} is smaller than the range of a node, /{}", settings.mask(range));
    Some(Refusal { key: "pod_subnet", message, help: help.to_string() })
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
    Arc::new(NodeRange::new(settings, &BRIDGED))
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
    plane: Plane::Routed,
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
