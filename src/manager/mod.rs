//! Who gives out a cluster's addresses: one table of managers, and what differs between them behind one small
//! interface ([`Model`]).
//!
//! Every manager cuts **pools** into grants for **holders** (nodes), who assign addresses out of them to pods. A
//! manager says which pools a cluster brings along, and what a node takes of them; placement, situations,
//! thresholds, reasons and tables are the same for all ([`crate::engine`]). The AWS VPC CNI is the one whose
//! nodes need more than a formula: its row has no model, [`crate::cni`] is it.
//!
//! # How to add a manager
//!
//! 1. What it does address by address, or its arithmetic: a file in [`crate::ipam`] and a row of the table there. Its
//!    head says where the rules stand, of which version and day, and whether they were run or read; where
//!    documentation and code differ, the code counts, and the head says so.
//! 2. A file here with a [`Manager`] and its [`Model`]. What `..KUBEADM` fills in was not read for it: `source`,
//!    `read_on`, `keys`, `defaults`, `refuses` and `plane` are its own. Where nodes have ranges of one size it is a
//!    [`node_range::Rule`] of [`node_range::NodeRange`] and nothing else. The model answers all that others ask of it:
//!    which pools there are and which key says their ranges ([`Pool`]), what a node takes of them and what ends first
//!    ([`Held`]), which range the next node gets ([`Model::ranges`]), in which order addresses come
//!    ([`Model::inside`]: the map is drawn by it), whether host-local keeps state that can be lost
//!    ([`Model::host_local`]), and the texts of the program when a pool ends ([`Pool::exhausted`]) and when a node's
//!    own limit does ([`Model::full`]).
//! 3. Its keys, out of those of `[[cluster]]` (`src/plan/field/rows.rs`). A value of which it has no use is no key's
//!    that it reads, or it [refuses](Manager::refuses) it: nothing that is written is ignored. A new key is a row
//!    there, a field of [`Settings`] with its default, a line in `src/plan/read/managed.rs`, and a value in the tests'
//!    `VALUES`.
//! 4. `pub mod`, and a row in [`MANAGERS`]. The plan reader, the form, `podroom managers`, thresholds, findings and the
//!    tests of every manager follow from it.
//! 5. Its cases, with their sources: `tests/suite/managers/NAME.rs` for allocation, figures, map and texts; a line for
//!    each refusal in `tests/suite/managers.rs`; its rules once more, in arithmetic of its own, in
//!    `tests/suite/managers/naive.rs`. New rows in snapshots are to be looked at.
//! 6. Its name in `README.md` ("Not only EKS") and in `docs/model.md`.
//!
//! Other modules ask the row ([`Nodes`], [`Plane`], [`Cloud`]) and the model, and never for a name or a key: only the form
//! and the reader of plans ask for keys ([`Manager::reads`]). Where one has to be touched beyond these steps, the
//! interface lacks something, and that is where to add it. Optional are
//! `podroom replay` (`src/replay/allocate`) and `podroom import` (`src/import`).

pub mod azure;
pub mod calico;
pub mod cilium;
pub mod gke;
pub mod host_local;
pub mod kind;
pub mod model;
pub mod node_range;
pub mod ovn;
pub mod settings;
pub mod weave;
pub mod whereabouts;

pub use model::{
    From, Held, Inside, Limit, Model, NextRange, Node, Order, Own, Pool, PoolKind, Sharing, Take,
};
pub use settings::Settings;

use std::sync::Arc;

use ipnet::Ipv4Net;

use crate::ipam::{Range, azure as azure_rules, gke as gke_rules};

/// An address manager.
#[derive(Debug)]
pub struct Manager {
    /// As plans write it.
    pub name: &'static str,
    pub title: &'static str,
    /// How it gives out addresses, in a line.
    pub doc: &'static str,
    /// Where its rules stand, and the day on which they were read.
    pub source: &'static str,
    pub read_on: &'static str,
    /// The keys of `[[cluster]]` that mean something to it, beside those of every cluster.
    pub keys: &'static [&'static str],
    pub defaults: Defaults,
    /// Most pods that the kubelet of a node may be set to.
    pub most_pods: u32,
    /// What it does not start with.
    pub refuses: fn(&Settings) -> Option<Refusal>,
    pub nodes: Nodes,
    pub plane: Plane,
    /// Nodes that a rolling upgrade of a group adds, unless the plan says.
    pub surge: u32,
    /// Whose subnets its nodes are in, where they are in any.
    pub cloud: &'static Cloud,
    /// What is said where a subnet has no address left for a pod; empty where it does not come to that, as a node
    /// without its addresses is not created.
    pub dry: &'static str,
    /// `None`: the AWS VPC CNI.
    pub model: Option<Build>,
}

/// What a manager does not start with: one of its keys, what is said of it, what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub key: &'static str,
    pub message: String,
    pub help: String,
}

/// Makes the model of one cluster.
pub type Build = fn(&Settings) -> Arc<dyn Model>;

/// What holds where a cluster does not say.
#[derive(Debug)]
pub struct Defaults {
    /// Empty: the plan has to say it, where the manager reads it.
    pub pod_subnet: &'static str,
    /// Empty: none.
    pub service_subnet: &'static str,
    /// Prefix lengths of a node's ranges, IPv4 and IPv6.
    pub node_mask: (u8, u8),
    /// The kubelet's.
    pub max_pods: u32,
}

/// How a cluster's nodes are stated, and where they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nodes {
    /// Groups of instance types in subnets of the plan.
    Instances,
    /// Groups in subnets of the plan.
    InSubnets,
    /// Groups, wherever they are.
    Anywhere,
    /// One host, wherever it is: what it has is no other's.
    One,
    /// Containers of a docker network, by their number.
    Containers,
}

/// Who knows pods by their own addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plane {
    /// Their cluster, and whoever has a route to them.
    Routed,
    /// Whoever is on the network of the nodes, if that is where the plan puts them.
    Nodes,
    /// Their cluster alone: they leave it under the address of their node.
    Hidden,
}

/// Who owns subnets, and what that means for them.
#[derive(Debug, PartialEq, Eq)]
pub struct Cloud {
    /// For sentences.
    pub name: &'static str,
    /// Addresses that it keeps of every subnet, and which.
    pub kept: u64,
    pub which: &'static str,
    /// How many of them are the first.
    pub first: u32,
    /// Prefix lengths of subnets that it allows.
    pub lengths: std::ops::RangeInclusive<u8>,
}

impl Cloud {
    /// The addresses of a subnet that it keeps: all of one that has no more.
    pub fn keeps(&self, subnet: Ipv4Net) -> Vec<Range> {
        let whole = Range::of(subnet.into());
        let (first, all) = (u128::from(self.first), u128::from(self.kept));
        if whole.count() <= all {
            return vec![whole];
        }
        let part = |from: u128, to: u128| Range::new(whole.nth(from)?, whole.nth(to.checked_sub(1)?)?);
        let end = whole.count();
        [part(0, first), part(end - (all - first.min(all)), end)].into_iter().flatten().collect()
    }
}

/// Source: Amazon VPC user guide, "Subnet CIDR blocks".
pub const AWS: Cloud = Cloud {
    name: "AWS",
    kept: 5,
    which: "the first four addresses and the last",
    first: 4,
    lengths: 16..=28,
};
/// Source: Azure documentation, "Virtual network FAQ".
pub const AZURE: Cloud = Cloud { name: "Azure", kept: azure_rules::RESERVED, lengths: 2..=29, ..AWS };
/// Source: Google Cloud documentation, "Subnets": "Unusable addresses in IPv4 subnet ranges", "Limitations".
pub const GOOGLE: Cloud = Cloud {
    name: "Google Cloud",
    kept: gke_rules::RESERVED,
    which: "the first two addresses and the last two",
    first: 2,
    lengths: 4..=29,
};
/// Where nobody says: what most keep.
pub const ANY_CLOUD: Cloud = Cloud { name: "the cloud", lengths: 0..=32, ..AWS };

/// Every manager, the AWS VPC CNI first.
pub const MANAGERS: &[&Manager] = &[
    &AWS_VPC_CNI,
    &kind::KIND,
    &node_range::KUBEADM,
    &node_range::FLANNEL,
    &node_range::K3S,
    &node_range::KUBE_ROUTER,
    &cilium::CLUSTER_POOL,
    &ovn::OVN_KUBERNETES,
    &host_local::HOST_LOCAL,
    &whereabouts::WHEREABOUTS,
    &weave::WEAVE,
    &calico::CALICO,
    &cilium::ENI,
    &gke::GKE,
    &azure::NODE_SUBNET,
    &azure::POD_SUBNET,
    &azure::STATIC_BLOCK,
    &azure::OVERLAY,
];

/// The names of [`MANAGERS`], as plans write them.
pub const NAMES: &[&str] = &{
    let mut names = [""; MANAGERS.len()];
    let mut i = 0;
    while i < names.len() {
        names[i] = MANAGERS[i].name;
        i += 1;
    }
    names
};

/// The manager of EKS by default.
pub const AWS_VPC_CNI: Manager = Manager {
    name: "aws-vpc-cni",
    title: "AWS VPC CNI",
    doc: "ENIs of the node hold addresses of its subnets, warm ones for pods to come among them",
    source: "aws/amazon-vpc-cni-k8s v1.23.1",
    read_on: "2026-11-21",
    keys: &["control_plane_subnets", "pod_subnets"],
    defaults: Defaults { pod_subnet: "", service_subnet: "", node_mask: (0, 0), max_pods: 0 },
    most_pods: crate::limits::PODS_PER_NODE,
    refuses: |_| None,
    nodes: Nodes::Instances,
    plane: Plane::Routed,
    surge: 0,
    cloud: &AWS,
    dry: "failed to assign an IP address to container",
    model: None,
};

impl Manager {
    /// Whether the form and the reader of plans have a key of a cluster under it, beside those of every cluster.
    pub fn reads(&self, key: &str) -> bool {
        self.keys.contains(&key)
    }

    /// What it does not start with, or the API server that it works for.
    pub fn refusal(&self, settings: &Settings) -> Option<Refusal> {
        (self.refuses)(settings).or_else(|| node_range::services_refused(settings))
    }

    /// Whether a node group under it must say a key.
    pub fn requires(&self, key: &str) -> bool {
        match self.nodes {
            Nodes::Instances => ["instance_type", "subnets"].contains(&key),
            Nodes::InSubnets => key == "subnets",
            Nodes::Anywhere | Nodes::One | Nodes::Containers => false,
        }
    }

    /// Whether its nodes have ENIs, which a type limits.
    pub fn has_enis(&self) -> bool {
        self.nodes == Nodes::Instances
    }

    /// Refuses what no range of IPv6 can be, for managers of which only IPv4 is known here.
    pub fn refuses_v6(settings: &Settings) -> Option<Refusal> {
        let range = settings.pod_subnet.iter().find(|range| range.addr().is_ipv6())?;
        Some(Refusal {
            key: "pod_subnet",
            message: format!("{range}: only IPv4 ranges are modelled under this manager"),
            help: "write the IPv4 range alone".to_string(),
        })
    }

    /// Whether it is the AWS VPC CNI, with the variables of its DaemonSet and all else that only it has.
    pub fn is_aws(&self) -> bool {
        self.model.is_none()
    }
}

impl PartialEq for Manager {
    fn eq(&self, other: &Manager) -> bool {
        self.name == other.name
    }
}
