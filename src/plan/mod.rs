//! What is asked: the plan as data ([`Plan`]), the table of everything in it that can be edited
//! ([`field::FIELDS`]), reading it from TOML ([`parse`]), editing its text ([`document::Document`]).
//!
//! The plan is checked on the way in: whoever holds a [`Plan`] holds one in which every reference
//! resolves (indices, not names), every name is unique and printable, and every number is within
//! [`crate::limits`]. Rules that need an instance table are checked by [`crate::engine::evaluate()`].
//!
//! | part | what it knows |
//! |---|---|
//! | `place.rs` | rows, keys, and problems with them |
//! | `field/` | every key: its kind, bounds, default; values typed by users, TOML values typed by plans |
//! | `quantity.rs` | Kubernetes quantities |
//! | `range.rs` | parts of a subnet: addresses in use, reservations |
//! | [`rows`] | every row of a plan, and the fields that mean something in it |
//! | `growth.rs` | rates of growth, and the plan after some months |
//! | `min_free.rs`, [`policy`] | what must hold of a plan: how much must stay free, in which situations |
//! | [`scenario`] | what happens to a plan's clusters, and when |
//! | `tree.rs` | TOML with the bytes of every value |
//! | `read/` | tree to plan; one file for each section |
//! | `document/` | edits as changes of the text, with their inverses |
//! | [`variant`] | what-if versions of a plan, as what differs |
//! | [`mod@format`] | a plan's text in one form |
//! | `edits/` | edits that keep a plan's references right; new rows |

pub mod document;
pub mod edits;
pub mod field;
pub mod format;
pub mod growth;
mod min_free;
pub mod place;
pub mod policy;
pub mod quantity;
pub mod range;
pub mod read;
pub mod rows;
pub mod scenario;
pub(crate) mod tree;
pub mod variant;

use std::net::IpAddr;
use std::sync::Arc;

use ipnet::{IpNet, Ipv4Net};

pub use document::{Document, Edit};
pub use growth::{Growth, Rate};
pub use min_free::MinFree;
pub use place::{Place, Problem, Row};
pub use policy::Policy;
pub use range::{Addresses, Reservation, ReservationType};
pub use read::{Parsed, parse};
pub use scenario::Scenario;
pub use variant::Variant;

use crate::manager::{Manager, Model, Settings};
use crate::text::shown;

/// A plan: subnets, and the clusters whose nodes take addresses from them.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub name: String,
    /// Ranges of the VPC; empty when the plan does not say.
    pub vpc: Vec<Ipv4Net>,
    /// Instance table files on top of the built-in table, relative to the plan file.
    pub instances: Vec<String>,
    /// How fast replicas and nodes grow, where the plan says so.
    pub growth: Option<Growth>,
    /// What must hold of it, where the plan says so.
    pub policy: Option<Policy>,
    /// What may happen to it: `[scenario.*]`, in file order.
    pub scenarios: Vec<Scenario>,
    /// Versions of it: `[variant.*]`, in file order. They change nothing about it.
    pub variants: Vec<Variant>,
    pub subnets: Vec<Subnet>,
    /// Docker networks: those of the file, and after them those that kind makes for its clusters.
    pub networks: Vec<Network>,
    /// Each shared by the copies of the plan that it is the same in.
    pub clusters: Vec<Arc<Cluster>>,
    /// Keys of the file that mean nothing to the manager of their cluster, cluster by cluster.
    pub unread: Vec<Place>,
}

/// A pool of addresses: an AWS subnet, /16 to /28.
#[derive(Debug, Clone, PartialEq)]
pub struct Subnet {
    pub name: String,
    pub cidr: Ipv4Net,
    /// Availability zone. A subnet without one counts as a zone of its own.
    pub zone: Option<String>,
    /// Addresses used by things outside the plan, with the reason where one is given (`""` where not).
    pub other: Vec<(String, u32)>,
    /// Addresses known to be in use by things outside the plan: those of [`Subnet::other`] and of control
    /// planes whose place is known. By address, none twice, none that AWS keeps.
    pub used: Vec<Addresses>,
    /// Subnet CIDR reservations, none overlapping another.
    pub reservations: Vec<Reservation>,
    /// `subnet-0abc…`, kept for import, audit and export.
    pub id: Option<String>,
    /// Value of the tag `kubernetes.io/role/cni`.
    pub role_cni: Option<String>,
    /// Load balancers are placed here.
    pub elb: bool,
}

/// A docker bridge network.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    pub name: String,
    /// `None`: the next of docker's default pools.
    pub subnet: Option<IpNet>,
    pub ip_range: Option<IpNet>,
    pub gateway: Option<IpAddr>,
    /// Addresses that no container gets.
    pub aux_addresses: Vec<(String, IpAddr)>,
    /// A second range, of IPv6.
    pub ipv6_subnet: Option<IpNet>,
    /// Containers beside the nodes of clusters, in their order, some with an address of their own choice.
    pub containers: Vec<(String, Option<IpAddr>)>,
    /// Not in the file: kind makes it.
    pub implied: bool,
}

/// What was lost of host-local's state on one node while pods ran there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateLoss {
    /// `None`: the node that runs most pods.
    pub node: Option<String>,
    pub deleted: Deleted,
    /// Pods that ran then, with addresses from the first on; `None`: as many as the
    /// node runs.
    pub running: Option<u32>,
    /// Pods that come after.
    pub new_pods: u32,
}

/// What of host-local's state is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deleted {
    Everything,
    /// The files named by addresses; what was given out last is remembered.
    Addresses,
    /// Only what was given out last.
    LastReserved,
}

impl Deleted {
    /// As plans write them, in the order of [`Deleted::ALL`].
    pub const NAMES: &'static [&'static str] = &["everything", "addresses", "last_reserved_ip"];
    pub const ALL: [Deleted; 3] = [Deleted::Everything, Deleted::Addresses, Deleted::LastReserved];
}

/// One cluster.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    pub name: Arc<str>,
    pub manager: &'static Manager,
    /// The ranges that its row of the file says, by key; the others are the manager's defaults.
    pub written: Vec<&'static str>,
    /// What it says to its manager; that of the AWS VPC CNI looks at `env` instead.
    pub settings: Settings,
    /// The docker network of its nodes: index into [`Plan::networks`].
    pub network: Option<usize>,
    /// Addresses and pod ranges of existing nodes, by name; a node of two families is there twice, IPv4 first.
    pub node_addresses: Vec<(String, IpAddr)>,
    pub node_ranges: Vec<(String, IpNet)>,
    pub state_loss: Option<StateLoss>,
    pub service_cidr: Option<Ipv4Net>,
    pub placement: Placement,
    /// Host-network pods on every node (aws-node, kube-proxy).
    pub system_pods: u32,
    /// Indices into [`Plan::subnets`]. One address in each of the first four counts as other.
    pub control_plane_subnets: Vec<usize>,
    /// Custom networking: default for the groups. Indices into [`Plan::subnets`].
    pub pod_subnets: Vec<usize>,
    /// Variables of the aws-node DaemonSet as Kubernetes stores them, in file order. Only variables of
    /// [`crate::cni::env::VARIABLES`] come this far.
    pub env: Vec<(String, String)>,
    pub node_groups: Vec<NodeGroup>,
    pub workloads: Vec<Workload>,
}

/// How pods choose among the nodes with room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// The least loaded node.
    Spread,
    /// The first node in order.
    Pack,
}

/// Nodes that are alike.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeGroup {
    pub name: Arc<str>,
    /// One or more where the manager knows instance types; shapes alternate node by node.
    pub instance_types: Vec<String>,
    pub nodes: Nodes,
    /// Indices into [`Plan::subnets`]; at least one where the manager's nodes are in subnets.
    pub subnets: Vec<usize>,
    pub kind: GroupKind,
    /// `None` is the default of [`NodeGroup::kind`].
    pub max_pods: Option<MaxPods>,
    /// Every node runs this many address-taking pods, whatever they are.
    pub pods: Option<u32>,
    /// Most address-taking pods a node of the group ever runs.
    pub peak_pods: Option<u32>,
    /// Custom networking, one per zone. Indices into [`Plan::subnets`]; empty: the cluster's.
    pub pod_subnets: Vec<usize>,
    /// Nodes that may be unavailable during an upgrade of a managed group.
    pub max_unavailable: Option<u32>,
    /// Nodes that an upgrade adds; overrides the rule of [`NodeGroup::kind`].
    pub surge: Option<u32>,
    /// Only workloads that name the group, and DaemonSets, run here.
    pub dedicated: bool,
    /// ENIs tagged `node.k8s.amazonaws.com/no_manage`, attached from boot.
    pub unmanaged_enis: u32,
    /// Overrides of the instance table, or the facts of a type that no table knows.
    pub enis: Option<u32>,
    pub ipv4_per_eni: Option<u32>,
    pub vcpus: Option<u32>,
    /// Bytes, taken as they are (nothing is kept back for the hypervisor).
    pub memory: Option<u64>,
    /// Of its nodes; `None` is that of the plan.
    pub growth: Option<Rate>,
}

/// How many nodes a group has.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Nodes {
    Count(u32),
    /// Per zone, in the order of the group's zones (first mention in its subnets).
    ByZone(Vec<(String, u32)>),
    /// As many as the workloads need.
    Auto {
        min: u32,
        max: u32,
    },
}

impl Nodes {
    /// As many as the plan states; the least of those that the workloads need.
    pub fn stated(&self) -> u32 {
        match self {
            Nodes::Count(n) => *n,
            Nodes::ByZone(zones) => zones.iter().map(|(_, n)| *n).sum(),
            Nodes::Auto { min, .. } => *min,
        }
    }
}

impl Nodes {
    /// As many as there can be.
    pub fn most(&self) -> u32 {
        match self {
            Nodes::Auto { max, .. } => *max,
            other => other.stated(),
        }
    }
}

/// Who runs the nodes; decides the default of max pods, the choice among a zone's subnets and the surge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupKind {
    Managed,
    SelfManaged,
    Karpenter,
}

/// The kubelet's `--max-pods`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaxPods {
    Fixed(u32),
    /// The formula of the mode in force, capped at 110 below 30 vCPU (or unknown), else at 250.
    Managed,
    /// The secondary-IP formula, whatever the mode.
    Ami,
    /// The formula of the mode in force.
    Eni,
}

/// Pods that are alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Workload {
    pub name: Arc<str>,
    /// `None` for a DaemonSet.
    pub replicas: Option<u32>,
    /// Requested millicores a pod.
    pub cpu: u64,
    /// Requested bytes a pod.
    pub memory: u64,
    /// One pod per node instead of replicas.
    pub daemonset: bool,
    /// Takes a max-pods slot and no address.
    pub host_network: bool,
    /// Security groups for pods: one subnet address a pod, none from the warm pool.
    pub branch_eni: bool,
    /// Indices into the cluster's groups; empty: every group that is not dedicated (DaemonSets: every group).
    pub node_groups: Vec<usize>,
    /// Most replicas it ever has.
    pub peak_replicas: Option<u32>,
    /// Of its replicas; `None` is that of the plan.
    pub growth: Option<Rate>,
}

impl NodeGroup {
    /// What sets the kubelet's max pods: what the plan says, or the default of the group's kind. The AMI sets
    /// it where no managed node group does.
    pub fn max_pods_rule(&self) -> MaxPods {
        self.max_pods.unwrap_or(match self.kind {
            GroupKind::Managed => MaxPods::Managed,
            GroupKind::SelfManaged | GroupKind::Karpenter => MaxPods::Ami,
        })
    }
}

impl Plan {
    /// A cluster, to be changed.
    pub fn cluster_mut(&mut self, c: usize) -> Option<&mut Cluster> {
        self.clusters.get_mut(c).map(Arc::make_mut)
    }

    /// Every cluster, to be changed.
    pub fn clusters_mut(&mut self) -> impl Iterator<Item = &mut Cluster> {
        self.clusters.iter_mut().map(Arc::make_mut)
    }

    /// A field with its row: `WARM_ENI_TARGET of prod`; the plan's own fields without.
    pub fn label(&self, row: Row, field: &field::Field) -> String {
        match row {
            Row::Plan => field.label.to_owned(),
            row => format!("{} of {}", field.label, shown(self.name_of(row).unwrap_or_default())),
        }
    }

    /// The name of a row; of its cluster for what has none; `None` if it is not there.
    pub fn name_of(&self, row: Row) -> Option<&str> {
        let cluster = |c: usize| self.clusters.get(c);
        Some(match row {
            Row::Plan => &self.name,
            Row::Subnet(s) => &self.subnets.get(s)?.name,
            Row::Network(n) => &self.networks.get(n)?.name,
            Row::Cluster(c) | Row::Env(c) => &cluster(c)?.name,
            Row::NodeGroup(c, g) => &cluster(c)?.node_groups.get(g)?.name,
            Row::Workload(c, w) => &cluster(c)?.workloads.get(w)?.name,
        })
    }

    /// A plan of this name, with nothing in it.
    pub fn named(name: &str) -> Plan {
        Plan {
            name: name.to_owned(),
            vpc: Vec::new(),
            instances: Vec::new(),
            growth: None,
            policy: None,
            scenarios: Vec::new(),
            variants: Vec::new(),
            subnets: Vec::new(),
            networks: Vec::new(),
            clusters: Vec::new(),
            unread: Vec::new(),
        }
    }

    /// Where a node group stands: where its number of nodes is said, if it is no row of the file.
    pub fn place_of_group(&self, c: usize, g: usize) -> Place {
        let containers =
            self.clusters.get(c).is_some_and(|c| c.manager.nodes == crate::manager::Nodes::Containers);
        match (containers, g) {
            (false, _) => Place::row(Row::NodeGroup(c, g)),
            (true, 0) => Place::key(Row::Cluster(c), "control_planes"),
            (true, _) => Place::key(Row::Cluster(c), "workers"),
        }
    }
}

impl Cluster {
    /// A cluster of this name under a manager, with nothing in it and everything at its default.
    pub fn named(name: &str, manager: &'static Manager) -> Cluster {
        Cluster {
            name: name.into(),
            manager,
            written: Vec::new(),
            settings: Settings::of(manager),
            network: None,
            node_addresses: Vec::new(),
            node_ranges: Vec::new(),
            state_loss: None,
            service_cidr: None,
            placement: Placement::Spread,
            system_pods: 2,
            control_plane_subnets: Vec::new(),
            pod_subnets: Vec::new(),
            env: Vec::new(),
            node_groups: Vec::new(),
            workloads: Vec::new(),
        }
    }

    /// What its manager makes of what it says; `None` under the AWS VPC CNI.
    pub fn model(&self) -> Option<Arc<dyn Model>> {
        self.manager.model.map(|model| model(&self.settings))
    }
}

impl NodeGroup {
    /// A group of so many nodes of which nothing else is said.
    pub fn named(name: &str, nodes: u32) -> NodeGroup {
        NodeGroup {
            name: name.into(),
            instance_types: Vec::new(),
            nodes: Nodes::Count(nodes),
            subnets: Vec::new(),
            kind: GroupKind::Managed,
            max_pods: None,
            pods: None,
            peak_pods: None,
            pod_subnets: Vec::new(),
            max_unavailable: None,
            surge: None,
            dedicated: false,
            unmanaged_enis: 0,
            enis: None,
            ipv4_per_eni: None,
            vcpus: None,
            memory: None,
            growth: None,
        }
    }
}

/// Where a pod's address comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Address {
    /// It uses the node's own.
    Host,
    /// The node's address pool.
    Pool,
    /// A branch ENI of its own.
    Branch,
}

impl Workload {
    /// Where its pods' addresses come from. A host-network pod has no ENI of its own, whatever else it says.
    pub fn address(&self) -> Address {
        match (self.host_network, self.branch_eni) {
            (true, _) => Address::Host,
            (false, true) => Address::Branch,
            (false, false) => Address::Pool,
        }
    }

    /// Branch ENIs that a pod needs.
    pub fn branch_enis(&self) -> u64 {
        u64::from(self.address() == Address::Branch)
    }
}
