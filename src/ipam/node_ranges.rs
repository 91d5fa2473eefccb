//! A pod CIDR cut into ranges of one size, one for each node, as kube-controller-manager does.
//!
//! Next fit, round and round: a range that a deleted node gives back waits until the pointer comes round. The
//! pointer is not kept anywhere: once the controller restarts, the lowest gap goes first. A node keeps its range
//! until its Node object is deleted, ready or not.
//!
//! From kubernetes `0be333d`: `pkg/controller/nodeipam/ipam/cidrset/cidr_set.go` (`NewCIDRSet`, `AllocateNext`,
//! `Occupy`, `Release`), `ipam/range_allocator.go` (`filterOutServiceRange`), `nodeipam/node_ipam_controller.go`,
//! `cmd/kubeadm/app/apis/kubeadm/validation` (`ValidatePodSubnetNodeMask`). A cluster of both families has two.

use std::fmt;

use ipnet::IpNet;

use super::range::{number, step};
use super::runs::Runs;

/// The node mask if nothing is said: `--node-cidr-mask-size-ipv4` and `-ipv6`.
pub const DEFAULT_MASK: (u8, u8) = (24, 64);
/// The kubelet's `maxPods` if nothing is said.
pub const DEFAULT_MAX_PODS: u64 = 110;
/// Most bits between the cluster's mask and the node's: of IPv6 always, of IPv4 only where kubeadm checks.
pub const MOST_BITS: u8 = 16;
/// The event of a node without a range; it is asked for again and again.
pub const EVENT: &str = "CIDRNotAvailable";

/// The ranges of a cluster.
#[derive(Debug, Clone)]
pub struct NodeRanges {
    cluster: IpNet,
    mask: u8,
    used: Runs,
    next: u128,
}

impl NodeRanges {
    /// Ranges of a mask out of a cluster CIDR, none of them used.
    ///
    /// # Errors
    /// A node mask that is shorter than the cluster's or longer than an address, or in IPv6 more than 16 bits
    /// longer than the cluster's.
    pub fn new(cluster: IpNet, mask: u8) -> Result<NodeRanges, Error> {
        let cluster = cluster.trunc();
        if mask > cluster.max_prefix_len() {
            return Err(Error::NoMask { mask, longest: cluster.max_prefix_len() });
        }
        let bits = mask.checked_sub(cluster.prefix_len()).ok_or(Error::ClusterTooSmall)?;
        if cluster.addr().is_ipv6() && bits > MOST_BITS {
            return Err(Error::TooManyBits);
        }
        Ok(NodeRanges { cluster, mask, used: Runs::default(), next: 0 })
    }

    /// What kubeadm refuses before anything starts.
    ///
    /// # Errors
    /// A pod subnet that is smaller than a node's, or more than 16 bits larger.
    pub fn kubeadm(cluster: IpNet, mask: u8) -> Result<(), Error> {
        let cluster = cluster.prefix_len();
        match mask.checked_sub(cluster) {
            None => Err(Error::KubeadmTooSmall { cluster, mask }),
            Some(bits) if bits > MOST_BITS => Err(Error::KubeadmTooLarge { cluster, mask }),
            Some(_) => Ok(()),
        }
    }

    /// The range of a new node.
    ///
    /// # Errors
    /// [`Error::NoneLeft`]: the node gets the event [`EVENT`] and no pods.
    pub fn allocate_next(&mut self) -> Result<IpNet, Error> {
        let index = self.next_free().ok_or(Error::NoneLeft)?;
        self.used.add(index);
        self.next = (index + 1) % self.all();
        self.range(index).ok_or(Error::NoneLeft)
    }

    /// Every range that a CIDR touches is used from now on, whether it was or not. A CIDR around the cluster's is
    /// all of them.
    ///
    /// # Errors
    /// It has nothing in common with the cluster CIDR.
    pub fn occupy(&mut self, cidr: IpNet) -> Result<(), Error> {
        let (first, last) = self.touched(cidr)?;
        self.used.add_all(first, last);
        Ok(())
    }

    /// Every range that a CIDR touches is free again: its node was deleted.
    ///
    /// # Errors
    /// It has nothing in common with the cluster CIDR.
    pub fn release(&mut self, cidr: IpNet) -> Result<(), Error> {
        let (first, last) = self.touched(cidr)?;
        self.used.remove_all(first, last);
        Ok(())
    }

    /// The controller starts (again): what services touch and what nodes have is used, and the pointer is at the
    /// start. Service CIDRs elsewhere are passed over.
    ///
    /// # Errors
    /// The range of a node that has nothing in common with the cluster CIDR: the controller does not start.
    pub fn restart(&mut self, services: &[IpNet], nodes: &[IpNet]) -> Result<(), Error> {
        (self.used, self.next) = (Runs::default(), 0);
        for service in services {
            let _elsewhere = self.occupy(*service);
        }
        nodes.iter().try_for_each(|node| self.occupy(*node))
    }

    /// Ranges of the cluster, used or not.
    pub fn all(&self) -> u128 {
        1u128.checked_shl((self.mask - self.cluster.prefix_len()).into()).unwrap_or(u128::MAX)
    }

    /// Ranges that are used, those that services touch too.
    pub fn used(&self) -> u128 {
        self.used.count()
    }

    /// Ranges that new nodes can still get: with none used but those of services, the most nodes.
    pub fn left(&self) -> u128 {
        self.all().saturating_sub(self.used())
    }

    /// Addresses of one range.
    pub fn range_size(&self) -> u128 {
        1u128.checked_shl((self.cluster.max_prefix_len() - self.mask).into()).unwrap_or(u128::MAX)
    }

    fn next_free(&self) -> Option<u128> {
        let last = self.all() - 1;
        let before = self.next.checked_sub(1);
        let from_start = || self.used.first_gap(0, before?);
        self.used.first_gap(self.next, last).or_else(from_start)
    }

    fn range(&self, index: u128) -> Option<IpNet> {
        let first = step(self.cluster.network(), index.checked_mul(self.range_size())?)?;
        IpNet::new(first, self.mask).ok()
    }

    /// Indexes of the ranges that a CIDR touches.
    fn touched(&self, cidr: IpNet) -> Result<(u128, u128), Error> {
        let cidr = cidr.trunc();
        if cidr.contains(&self.cluster) {
            return Ok((0, self.all() - 1));
        }
        if !self.cluster.contains(&cidr) {
            return Err(Error::Outside { cidr, cluster: self.cluster });
        }
        let base = number(self.cluster.network());
        let index = |n: u128| (n - base) / self.range_size();
        Ok((index(number(cidr.network())), index(number(cidr.broadcast()))))
    }
}

/// Most nodes of a cluster: its ranges without those that service CIDRs touch.
///
/// # Errors
/// Those of [`NodeRanges::new`].
pub fn most_nodes(cluster: IpNet, mask: u8, services: &[IpNet]) -> Result<u128, Error> {
    let mut ranges = NodeRanges::new(cluster, mask)?;
    ranges.restart(services, &[])?;
    Ok(ranges.left())
}

/// What limits the pods of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitedBy {
    MaxPods,
    /// The addresses of the node's range.
    Range,
}

/// Pods that a node takes, given the kubelet's max pods and the usable addresses of its range, and what limits
/// them.
pub fn pods_per_node(max_pods: u64, usable: u128) -> (u64, LimitedBy) {
    match u64::try_from(usable) {
        Ok(usable) if usable < max_pods => (usable, LimitedBy::Range),
        _ => (max_pods, LimitedBy::MaxPods),
    }
}

/// Stranded: usable addresses of a node's range that no pod can ever have, because max pods binds first.
pub fn stranded(max_pods: u64, usable: u128) -> u128 {
    usable.saturating_sub(max_pods.into())
}

/// What Kubernetes says, word for word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    NoneLeft,
    TooManyBits,
    ClusterTooSmall,
    Outside {
        cidr: IpNet,
        cluster: IpNet,
    },
    KubeadmTooSmall {
        cluster: u8,
        mask: u8,
    },
    KubeadmTooLarge {
        cluster: u8,
        mask: u8,
    },
    /// In podroom's words.
    NoMask {
        mask: u8,
        longest: u8,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::NoneLeft => f.write_str(
                "CIDR allocation failed; there are no remaining CIDRs left to allocate in the accepted range",
            ),
            Error::TooManyBits => f.write_str("New CIDR set failed; the node CIDR size is too big"),
            Error::ClusterTooSmall => f.write_str(
                "Controller: Invalid --cluster-cidr, mask size of cluster CIDR must be less than or equal to \
                 --node-cidr-mask-size configured for CIDR family",
            ),
            Error::Outside { cidr, cluster } => {
                write!(f, "cidr {cidr} is out the range of cluster cidr {cluster}")
            }
            Error::KubeadmTooSmall { cluster, mask } => write!(
                f,
                "the size of pod subnet with mask {cluster} is smaller than the size of node subnet with mask {mask}"
            ),
            Error::KubeadmTooLarge { cluster, mask } => write!(
                f,
                "pod subnet mask ({cluster}) and node-mask ({mask}) difference is greater than {MOST_BITS}"
            ),
            Error::NoMask { mask, longest } => {
                write!(f, "node mask /{mask} is longer than an address: at most /{longest}")
            }
        }
    }
}

impl std::error::Error for Error {}
