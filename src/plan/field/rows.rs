//! The rows of [`FIELDS`]: every key of the plan file.

use super::FieldKind::{
    Addressed, Addresses, Cidr, Cidrs, Count, Cpu, Flag, Groups, Growth, InstanceTypes, Ip, MaxPods, Memory,
    Name, Net, Nets, Nodes, Other, Policy, Ranged, Rate, Reservations, Sets, StateLoss, Subnets, Text, Texts,
};
use super::{Field, FieldKind, Section};
use crate::cni::env::Variable;
use crate::{limits, manager};

use Section::{Cluster, Network, NodeGroup, Plan, Subnet, Workload};

/// The fields, in the order of the form; the variables of [`Section::Env`] are not among them, see
/// [`super::fields`].
#[rustfmt::skip] // a row is a line
pub const FIELDS: &[Field] = &[
    row(Plan, "format", "format", count(1, 1), "1", "version of the plan file's format").required(),
    row(Plan, "name", "plan", Name, "plan", "what the plan is called"),
    row(Plan, "vpc", "VPC ranges", Cidrs, "not said", "ranges of the VPC, /16 to /28 each"),
    row(Plan, "instances", "instance tables", Texts, "built in", "more instance tables, relative to the plan"),
    row(Plan, "growth", "growth", Growth, "none", "percent a month on replicas and on nodes, months looked at: replicas=5 nodes=2.5 months=36"),
    row(Plan, "policy", "policy", Policy, "none", "what must hold: min_free=15% situations=[\"settled\", \"upgrade\"] months=12 findings=errors"),
    // subnets
    row(Subnet, "name", "subnet", Name, "", "what clusters and groups call the subnet").required().everyday(),
    row(Subnet, "cidr", "CIDR", Cidr, "", "address range, /16 to /28").required().everyday(),
    row(Subnet, "zone", "zone", Name, "a zone of its own", "availability zone").everyday(),
    row(Subnet, "other", "other", Other, "0", "addresses used outside the plan: load balancers, endpoints"),
    row(Subnet, "used", "used", Addresses, "not said", "which addresses others use, as far as known: counted in other, not on top of it"),
    row(Subnet, "reservations", "reservations", Reservations, "none", "CIDR reservations: 10.0.0.128/25 prefix, 10.0.1.0/28 explicit"),
    row(Subnet, "id", "id", Text, "none", "subnet-0abc…, kept for import, audit and export"),
    row(Subnet, "role_cni", "role/cni tag", Text, "none", "tag kubernetes.io/role/cni: 1 invites ENIs, 0 forbids"),
    row(Subnet, "elb", "load balancers", Flag, "false", "load balancers are placed here and want 8 free addresses"),
    // docker networks
    row(Network, "name", "network", Name, "", "what clusters call the network: kind for kind's own").required().everyday(),
    row(Network, "subnet", "subnet", Net, "docker's next", "range of the network").everyday(),
    row(Network, "ip_range", "ip range", Net, "the subnet", "part of the subnet that addresses are given out of").everyday(),
    row(Network, "gateway", "gateway", Ip, "the lowest", "address of the bridge").everyday(),
    row(Network, "aux_addresses", "aux addresses", Addressed, "none", "addresses that no container gets: reserved1=172.20.0.6"),
    row(Network, "ipv6_subnet", "IPv6 subnet", Net, "none", "a second range, of IPv6"),
    row(Network, "containers", "containers", Addressed, "none", "other containers in their order: registry=auto db=172.20.0.9"),
    // clusters
    row(Cluster, "name", "cluster", Name, "", "what the cluster is called").required(),
    row(Cluster, "manager", "manager", MANAGER, "aws-vpc-cni", "who manages the addresses"),
    row(Cluster, "service_cidr", "service CIDR", Nets, "by manager", "range of service addresses, checked for overlap"),
    row(Cluster, "placement", "placement", PLACEMENT, "spread", "spread: least loaded node; pack: first with room"),
    row(Cluster, "system_pods", "system pods", count(0, limits::PODS_PER_NODE), "2", "host-network pods on every node"),
    row(Cluster, "control_plane_subnets", "control plane", Subnets, "none", "one address in each of the first four is taken"),
    row(Cluster, "pod_subnets", "pod subnets", Subnets, "none", "custom networking: one for each zone, for every group"),
    row(Cluster, "control_planes", "control planes", count(1, 99), "1", "more than one have a load balancer before them"),
    row(Cluster, "workers", "workers", count(0, limits::NODES), "0", "nodes beside the control planes"),
    row(Cluster, "network", "network", Name, "kind's own", "docker network that its nodes are in"),
    row(Cluster, "pod_subnet", "pod subnet", Nets, "by manager", "range of pod addresses; with a comma one of IPv6, too"),
    row(Cluster, "service_subnet", "service subnet", Nets, "by manager", "range of service addresses; with a comma one of IPv6, too"),
    row(Cluster, "services", "services", count(0, limits::SERVICES), "0", "services with an address, the API server's left out"),
    row(Cluster, "node_mask", "node mask", count(1, 32), "by manager", "prefix length of a node's range"),
    row(Cluster, "node_mask_v6", "IPv6 node mask", count(1, 128), "64", "prefix length of a node's IPv6 range"),
    row(Cluster, "max_pods", "max pods", count(0, limits::PODS_PER_NODE), "by manager", "of the kubelet, where a group does not say"),
    row(Cluster, "block_size", "block size", count(20, 32), "26", "prefix length of a block"),
    row(Cluster, "max_blocks_per_node", "most blocks", count(1, 65_536), "20", "that a node may claim"),
    row(Cluster, "strict_affinity", "strict affinity", Flag, "false", "nodes keep to their own blocks"),
    row(Cluster, "tunnel", "tunnel", Flag, "false", "IPIP, VXLAN or WireGuard: takes an address on every node"),
    row(Cluster, "hybrid_overlay", "hybrid overlay", Flag, "false", "takes a third address on every node"),
    row(Cluster, "pre_allocate", "pre-allocate", count(0, limits::PODS_PER_NODE), "8", "addresses ahead of the pods"),
    row(Cluster, "min_allocate", "min allocate", count(0, limits::PODS_PER_NODE), "0", "addresses at least"),
    row(Cluster, "max_above_watermark", "above watermark", count(0, limits::PODS_PER_NODE), "0", "addresses that a node keeps above the watermark"),
    row(Cluster, "release_excess", "release excess", Flag, "false", "gives back what is above the watermark"),
    row(Cluster, "dead_peers", "dead peers", count(0, limits::NODES), "0", "peers that are gone and still own their share"),
    row(Cluster, "ranges", "ranges", Sets, "", "of each of them a pod gets an address"),
    row(Cluster, "state_loss", "lost state", StateLoss, "none", "what was deleted of host-local while pods ran: deleted=everything running=10 new_pods=20"),
    row(Cluster, "node_addresses", "node addresses", Addressed, "not said", "addresses of existing nodes; with a comma one of IPv6, too"),
    row(Cluster, "node_ranges", "node ranges", Ranged, "not said", "pod ranges of existing nodes; with a comma one of IPv6, too"),
    // node groups
    row(NodeGroup, "name", "node group", Name, "", "what workloads call the group").required().everyday(),
    row(NodeGroup, "instance_type", "instance type", InstanceTypes, "none", "a list alternates node by node").everyday(),
    row(NodeGroup, "nodes", "nodes", Nodes, "", "a number, or numbers by zone such as a=14 b=9 c=7, or auto").required().everyday(),
    row(NodeGroup, "subnets", "subnets", Subnets, "elsewhere", "where the nodes are, zones in this order").everyday(),
    row(NodeGroup, "pods", "pods per node", count(0, limits::PODS_PER_NODE), "by workloads", "address-taking pods on every node, whatever they are").everyday(),
    row(NodeGroup, "min_nodes", "least nodes", count(0, limits::NODES), "1", "with nodes = auto"),
    row(NodeGroup, "max_nodes", "most nodes", count(0, limits::NODES), "1,000", "with nodes = auto"),
    row(NodeGroup, "kind", "kind", GROUP_KIND, "managed", "who runs the nodes: decides max pods, subnets, surge"),
    row(NodeGroup, "max_pods", "max pods", MaxPods, "by kind", "a number, managed, ami or eni"),
    row(NodeGroup, "peak_pods", "peak pods", count(0, limits::PODS_PER_NODE), "by resources", "most address-taking pods that a node ever runs"),
    row(NodeGroup, "pod_subnets", "pod subnets", Subnets, "the cluster's", "custom networking: one for each zone of the group"),
    row(NodeGroup, "max_unavailable", "max unavailable", count(1, limits::NODES), "1", "nodes down at once in an upgrade of a managed group"),
    row(NodeGroup, "surge", "surge", count(0, limits::NODES), "by kind", "nodes that an upgrade adds"),
    row(NodeGroup, "dedicated", "dedicated", Flag, "false", "only workloads that name the group, and DaemonSets, run here"),
    row(NodeGroup, "unmanaged_enis", "unmanaged ENIs", count(0, limits::ENIS), "0", "ENIs from boot that the CNI leaves alone"),
    row(NodeGroup, "enis", "ENIs", count(1, limits::ENIS), "by type", "most ENIs of a node, instead of the type's"),
    row(NodeGroup, "ipv4_per_eni", "IPv4 per ENI", count(1, limits::ENIS), "by type", "addresses per ENI, instead of the type's"),
    row(NodeGroup, "vcpus", "vCPUs", count(1, limits::VCPUS), "by type", "virtual cpus, instead of the type's"),
    row(NodeGroup, "memory", "memory", Memory, "by type", "bytes of a node, taken as they are"),
    row(NodeGroup, "growth", "growth", Rate, "the plan's", "percent a month on its nodes, unless they are auto"),
    row(NodeGroup, "cluster", "of cluster", Name, "the one above", "asserts which cluster the group belongs to"),
    // workloads
    row(Workload, "name", "workload", Name, "", "what the workload is called").required().everyday(),
    row(Workload, "replicas", "replicas", count(0, limits::REPLICAS), "1", "pods that should run").everyday(),
    row(Workload, "cpu", "cpu", Cpu, "0", "requested cores a pod").everyday(),
    row(Workload, "memory", "memory", Memory, "0", "requested bytes a pod").everyday(),
    row(Workload, "daemonset", "DaemonSet", Flag, "false", "one pod per node instead of replicas"),
    row(Workload, "host_network", "host network", Flag, "false", "takes a max-pods slot and no address"),
    row(Workload, "branch_eni", "branch ENI", Flag, "false", "security groups for pods: one subnet address each"),
    row(Workload, "node_groups", "node groups", Groups, "every group not dedicated", "the only groups it may run on"),
    row(Workload, "peak_replicas", "peak replicas", count(0, limits::REPLICAS), "as replicas", "most replicas it ever has"),
    row(Workload, "growth", "growth", Rate, "the plan's", "percent a month on its replicas"),
    row(Workload, "cluster", "of cluster", Name, "the one above", "asserts which cluster the workload belongs to"),
];

const MANAGER: FieldKind = FieldKind::Choice(manager::NAMES);
const PLACEMENT: FieldKind = FieldKind::Choice(&["spread", "pack"]);
const GROUP_KIND: FieldKind = FieldKind::Choice(&["managed", "self-managed", "karpenter"]);

const fn row(
    section: Section,
    key: &'static str,
    label: &'static str,
    kind: FieldKind,
    default: &'static str,
    doc: &'static str,
) -> Field {
    Field { section, key, label, kind, required: false, everyday: false, default, doc }
}

const fn count(least: u32, most: u32) -> FieldKind {
    Count { least, most }
}

/// The row of a variable: absent, it has the value of the shipped manifest, or the program's own default.
pub(super) const fn variable(v: &Variable) -> Field {
    let default = match (v.manifest.is_empty(), v.code_default.is_empty()) {
        (false, _) => v.manifest,
        (true, false) => v.code_default,
        (true, true) => "unset",
    };
    row(Section::Env, v.name, v.name, FieldKind::Variable, default, v.doc)
}

impl Field {
    const fn required(mut self) -> Field {
        self.required = true;
        self.default = "required";
        self
    }

    const fn everyday(mut self) -> Field {
        self.everyday = true;
        self
    }
}
