//! What the address managers other than the AWS VPC CNI do, each as the program itself does it: in which order
//! addresses come, which are never given out, what is said when there are none left.
//!
//! Allocators work address by address; where a manager's rule is arithmetic, its module is that arithmetic.
//! They know nothing of plans: [`crate::engine`] asks them what nodes hold.
//!
//! | module | what it knows |
//! |---|---|
//! | [`range`] | neighbouring addresses of either family |
//! | [`runs`] | sets of numbers that are mostly neighbours |
//! | [`docker`] | docker bridge networks |
//! | [`host_local`] | the host-local plugin: files on each node, and what is given out twice once they are lost |
//! | [`node_ranges`] | a pod CIDR cut into one range a node, as kube-controller-manager does |
//! | [`ovn`] | the same as OVN-Kubernetes does |
//! | [`services`] | the addresses of services |
//! | [`kind`] | kind: containers on a docker network, default ranges |
//! | [`weave`] | Weave Net: peers that share a range and donate addresses |
//! | [`calico`] | Calico: blocks of a pool, affinity, borrowing |
//! | [`gke`] | GKE: node ranges by max pods |
//! | [`azure`] | AKS: node subnet, dynamic batches, static blocks, overlay |
//! | [`whereabouts`] | Whereabouts: ranges of the whole cluster, the lowest free address first |
//! | [`cilium`] | Cilium: cluster-pool ranges, ENI watermarks |

pub mod azure;
pub mod calico;
pub mod cilium;
pub mod docker;
pub mod gke;
pub mod host_local;
pub mod kind;
pub mod node_ranges;
pub mod ovn;
pub mod range;
pub mod runs;
pub mod services;
pub mod weave;
pub mod whereabouts;

pub use range::Range;
pub use runs::Runs;
