//! What it means that two ranges of a plan have addresses in common.
//!
//! | overlap | what it does | |
//! |---|---|---|
//! | ranges of the VPC, or subnets | AWS refuses the later one | error |
//! | docker networks | docker refuses the later one | error |
//! | an EKS cluster's services with the VPC or a subnet | what has a service's address is out of reach | error |
//! | pods or services with their own nodes | nodes and pods do not reach each other | error |
//! | host-local's ranges with the network of their own nodes | how macvlan is set up, or else the same | warning |
//! | pods with their own services, node ranges given out around these | fewer nodes | warning |
//! | the same where all node ranges are touched, or where nobody looks at the services | no node, or pods out of reach | error |
//! | pods of two clusters | no route between them | warning |
//! | pods or services with what is another cluster's, or the host's | out of reach for those pods | warning |
//! | a docker network with the VPC | out of reach for the containers | warning |
//! | pods of two clusters of Azure's overlay | nothing: pods leave under the address of their node | info |
//! | services of two clusters | nothing, unless somebody routes them | info |
//!
//! Nothing is said of subnets in the VPC, of nodes where nodes are, and of the services of two EKS clusters, which
//! have the same by default.

use super::ranges::{Range, What, pairs};
use super::report::Severity;
use crate::ipam::docker;
use crate::limits;
use crate::manager::{From, Node, Plane, Settings};
use crate::plan::{Cluster, Plan};
use crate::text::{count, thousands};

/// What an overlap does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Harm {
    /// AWS refuses a range of the VPC.
    Vpc,
    /// AWS refuses a subnet.
    Subnets,
    /// Docker refuses a network.
    Docker,
    /// Services of EKS with the VPC.
    EksServices,
    /// Pods or services with their own nodes.
    OwnNodes,
    /// The same, maybe on purpose.
    OnePlane,
    /// Node ranges that the cluster's services touch: so many of so many are given to no node.
    LeftOut { nodes: u64, of: u64 },
    /// Pods with their own services.
    OwnServices,
    /// Pods of two clusters.
    Pods,
    /// Pods with something that is not their cluster's.
    PodsBeside,
    /// Services with something that is not their cluster's.
    ServicesBeside,
    /// A docker network with the VPC.
    Containers,
    /// Pods of two clusters of Azure's overlay.
    Overlays,
    /// Services of two clusters.
    Services,
}

/// Two ranges with addresses in common, as indices, the first below the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overlap {
    pub a: usize,
    pub b: usize,
    pub harm: Harm,
}

impl Harm {
    pub fn severity(self) -> Severity {
        match self {
            Harm::Vpc
            | Harm::Subnets
            | Harm::Docker
            | Harm::EksServices
            | Harm::OwnNodes
            | Harm::OwnServices => Severity::Error,
            Harm::LeftOut { nodes, of } if nodes >= of => Severity::Error,
            Harm::LeftOut { .. }
            | Harm::OnePlane
            | Harm::Pods
            | Harm::PodsBeside
            | Harm::ServicesBeside
            | Harm::Containers => Severity::Warning,
            Harm::Overlays | Harm::Services => Severity::Info,
        }
    }

    /// What happens: the end of a sentence.
    pub fn reason(self) -> String {
        let fixed = match self {
            Harm::Vpc => "AWS takes no range that overlaps another of the VPC",
            Harm::Subnets => "AWS makes no subnet that overlaps another",
            Harm::Docker => {
                return format!(
                    "docker makes only the first of them, then says \"{}\"",
                    docker::Error::Overlap
                );
            }
            Harm::EksServices => "what has the address of a service is out of reach for the pods",
            Harm::OwnNodes => {
                "what is meant for a node ends at a pod or service of that address, or the other way"
            }
            Harm::OnePlane => {
                "right only if the pods are meant to be on that network and nobody else gives out these addresses"
            }
            Harm::LeftOut { nodes, of } if nodes >= of => {
                "every range of a node touches the services, so no node gets one"
            }
            Harm::LeftOut { nodes, of } => {
                return format!(
                    "ranges of nodes that touch the services are left out, which costs {} of {}",
                    thousands(nodes),
                    count(of, "node")
                );
            }
            Harm::OwnServices => "a pod that gets the address of a service is out of reach",
            Harm::Pods => "no route can lead from one to the other; legal while the clusters stay apart",
            Harm::PodsBeside => "what has these addresses there is out of reach for the pods",
            Harm::ServicesBeside => {
                "what has the address of a service is out of reach for that cluster's pods"
            }
            Harm::Containers => "addresses of the VPC in it are out of reach for the containers",
            Harm::Overlays => "Azure allows it, as pods leave their cluster under the address of their node",
            Harm::Services => {
                "legal, as only a cluster's own nodes know its services; no route can lead to both"
            }
        };
        fixed.to_string()
    }
}

/// Every overlap that means something, in the order of the sweep; of more than [`limits::OVERLAPS`] pairs the first.
pub fn overlaps(plan: &Plan, ranges: &[Range]) -> Vec<Overlap> {
    let judge = |(a, b): (usize, usize)| {
        // `What` is in the order of the indices
        Some(Overlap { a, b, harm: harm(plan, &ranges[a], &ranges[b])? })
    };
    pairs(ranges).take(limits::OVERLAPS).filter_map(judge).collect()
}

/// Whether nodes of cluster `c` are in a range, and whether that is a network of the host.
fn is_in(plan: &Plan, c: usize, what: What) -> bool {
    let cluster = &plan.clusters[c];
    let in_subnet = |is: &dyn Fn(usize) -> bool| {
        let groups = cluster.node_groups.iter().flat_map(|g| g.subnets.iter().chain(&g.pod_subnets));
        let mut all = groups.chain(&cluster.pod_subnets).chain(&cluster.control_plane_subnets);
        all.any(|s| is(*s))
    };
    match what {
        What::Vpc(_) => in_subnet(&|s| s < plan.subnets.len()),
        What::Subnet(subnet) => in_subnet(&|s| s == subnet),
        What::Network(n) => cluster.network == Some(n),
        What::Node(of) => of == c,
        What::Pods(_) | What::Services(_) => false,
    }
}

fn harm(plan: &Plan, a: &Range, b: &Range) -> Option<Harm> {
    use What::{Network, Node, Pods, Services, Subnet, Vpc};
    let manager = |c: usize| plan.clusters[c].manager;
    Some(match (a.what, b.what) {
        (Vpc(_), Vpc(_)) => Harm::Vpc,
        (Subnet(_), Subnet(_)) => Harm::Subnets,
        (Network(_), Network(_)) => Harm::Docker,
        (Vpc(_) | Subnet(_), Network(_)) => Harm::Containers,
        (Pods(a), Pods(b)) | (Services(a), Services(b)) if a == b => return None,
        (Pods(c), Pods(d)) if [c, d].iter().all(|c| manager(*c).plane == Plane::Hidden) => Harm::Overlays,
        (Pods(_), Pods(_)) => Harm::Pods,
        (Services(c), Services(d)) if manager(c).is_aws() && manager(d).is_aws() => return None,
        (Services(_), Services(_)) => Harm::Services,
        (Pods(c), Services(d)) if c == d => own_services(&plan.clusters[c], a.part),
        (Pods(_), Services(_)) => Harm::PodsBeside,
        (Network(_) | Node(_), Pods(c)) if is_in(plan, c, a.what) && manager(c).plane == Plane::Nodes => {
            Harm::OnePlane
        }
        (Vpc(_) | Subnet(_), Services(c)) if manager(c).is_aws() => Harm::EksServices,
        (what, Pods(c) | Services(c)) if is_in(plan, c, what) => Harm::OwnNodes,
        (_, Pods(_)) => Harm::PodsBeside,
        (_, Services(_)) => Harm::ServicesBeside,
        // subnets in the VPC, and nodes where nodes are
        (_, Vpc(_) | Subnet(_) | Network(_) | Node(_)) => return None,
    })
}

/// Pods with their own services: what the manager's model makes of it, in nodes.
fn own_services(cluster: &Cluster, part: usize) -> Harm {
    let Some(model) = cluster.manager.model else { return Harm::OwnServices };
    let alone = Settings { service_subnet: Vec::new(), ..cluster.settings.clone() };
    let reserved =
        |settings: &Settings| model(settings).pools(0).get(part).map_or((0, 0), |p| (p.reserved, p.capacity));
    let ((with, capacity), (without, _)) = (reserved(&cluster.settings), reserved(&alone));
    let node = Node { asked: 0, max_pods: cluster.settings.max_pods.into(), enis: None };
    let takes = model(&alone).settled(&node).takes;
    let each = takes.iter().find(|take| take.from == From::Own(part)).map_or(0, |take| take.held());
    match with.saturating_sub(without) {
        left @ 1.. if each > 0 => Harm::LeftOut { nodes: left / each, of: capacity / each },
        _ => Harm::OwnServices,
    }
}
