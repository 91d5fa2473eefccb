//! The node subnets of OVN-Kubernetes. Their order is not ascending where the mask is not on an octet: subnets
//! whose shared octet has zeros come first, so that the octets before it tell nodes apart.
//!
//! From ovn-org/ovn-kubernetes `6c366bb` (2024-12-20): `go-controller/pkg/clustermanager/node/subnet_allocator.go`
//! (`newSubnetAllocatorRange`, `allocateNetwork`), `pkg/allocator/ip/allocator.go` (`NewAllocatorCIDRRange`).

use std::collections::BTreeMap;
use std::fmt;

use ipnet::IpNet;

use super::range::{number, step};
use super::runs::Runs;

/// Most subnets that are looked at, whatever the cluster network has.
const MOST: u128 = 1 << 24;
/// Most addresses of an IPv6 subnet that pods get: the allocator's bitmap.
const MOST_V6_ADDRESSES: u128 = 65_536;

/// The subnets of a cluster network, and the nodes that have them.
#[derive(Debug, Clone)]
pub struct NodeSubnets {
    cluster: IpNet,
    host_prefix: u8,
    /// By place in the order of allocation; those that are never given out count as used.
    used: Runs,
    next: u128,
    nodes: BTreeMap<String, u128>,
}

impl NodeSubnets {
    /// Subnets of a length (`hostPrefix`) out of a cluster network.
    ///
    /// # Errors
    /// A host prefix that leaves no addresses, or is shorter than the cluster network's.
    pub fn new(cluster: IpNet, host_prefix: u8) -> Result<NodeSubnets, Error> {
        let cluster = cluster.trunc();
        if host_prefix >= cluster.max_prefix_len() {
            return Err(Error::NoHosts);
        }
        if host_prefix < cluster.prefix_len() {
            return Err(Error::TooLarge);
        }
        let mut subnets =
            NodeSubnets { cluster, host_prefix, used: Runs::default(), next: 0, nodes: BTreeMap::new() };
        // an IPv6 subnet whose low word is 0 would be written in another form than its neighbours
        if cluster.addr().is_ipv6() && subnets.bits() >= 16 {
            (0..subnets.places()).step_by(1 << 16).for_each(|place| {
                subnets.used.add(place);
            });
        }
        Ok(subnets)
    }

    /// The subnet of a node; one that has a subnet keeps it.
    ///
    /// # Errors
    /// [`Error::Full`].
    pub fn allocate(&mut self, node: &str) -> Result<IpNet, Error> {
        if let Some(place) = self.nodes.get(node) {
            return self.subnet(*place).ok_or(Error::Full);
        }
        let before = self.next.checked_sub(1);
        let from_start = || self.used.first_gap(0, before?);
        let Some(place) = self.used.first_gap(self.next, self.places() - 1).or_else(from_start) else {
            self.next = 0;
            return Err(Error::Full);
        };
        self.used.add(place);
        self.next = (place + 1) % self.places();
        self.nodes.insert(node.into(), place);
        self.subnet(place).ok_or(Error::Full)
    }

    /// The node is deleted, and its subnet free; `false` if it had none.
    pub fn release(&mut self, node: &str) -> bool {
        self.nodes.remove(node).is_some_and(|place| self.used.remove(place))
    }

    /// A node has this subnet already: what the program reads from the nodes' annotations when it starts.
    ///
    /// # Errors
    /// A subnet that is not one of this cluster network's, or that another node has.
    pub fn mark(&mut self, node: &str, subnet: IpNet) -> Result<(), Error> {
        let place = self.place(subnet).ok_or(Error::Unknown(subnet))?;
        match self.nodes.iter().find(|(_, other)| **other == place) {
            Some((owner, _)) if owner == node => return Ok(()),
            Some((owner, _)) => return Err(Error::Owned { subnet, owner: owner.clone() }),
            None => {}
        }
        self.used.add(place);
        self.nodes.insert(node.into(), place);
        Ok(())
    }

    /// Subnets that new nodes can still get: with no nodes, the most nodes.
    pub fn left(&self) -> u128 {
        self.places() - self.used.count()
    }

    /// Addresses of one subnet.
    pub fn subnet_size(&self) -> u128 {
        1u128.checked_shl(self.host_bits()).unwrap_or(u128::MAX)
    }

    /// Addresses of one subnet that pods can have: not the network and, of IPv4, the broadcast address, nor `.1`
    /// (gateway), `.2` (management port) and with the hybrid overlay `.3`.
    pub fn pods(&self, hybrid: bool) -> u128 {
        let all = self.subnet_size();
        let addresses = match self.cluster {
            IpNet::V4(_) => all.saturating_sub(2),
            IpNet::V6(_) => all.min(MOST_V6_ADDRESSES).saturating_sub(1),
        };
        addresses.saturating_sub(2 + u128::from(hybrid))
    }

    fn bits(&self) -> u32 {
        (self.host_prefix - self.cluster.prefix_len()).into()
    }

    fn host_bits(&self) -> u32 {
        (self.cluster.max_prefix_len() - self.host_prefix).into()
    }

    fn places(&self) -> u128 {
        1u128.checked_shl(self.bits()).unwrap_or(MOST).min(MOST)
    }

    /// Bits of the subnet number that share an octet with host bits while others are in the octets before:
    /// the number is rotated by so many. 0 leaves the order ascending, as in IPv6 always.
    fn shared_bits(&self) -> u32 {
        let (host, bits) = (self.host_bits(), self.bits());
        let within_octet = bits == 0 || (host - 1) / 8 == (host + bits - 1) / 8;
        if self.cluster.addr().is_ipv6() || host.is_multiple_of(8) || within_octet { 0 } else { 8 - host % 8 }
    }

    fn subnet(&self, place: u128) -> Option<IpNet> {
        let index = rotated(place, self.shared_bits(), self.bits());
        let first = step(self.cluster.network(), index.checked_mul(self.subnet_size())?)?;
        IpNet::new(first, self.host_prefix).ok()
    }

    fn place(&self, subnet: IpNet) -> Option<u128> {
        if subnet.prefix_len() != self.host_prefix || !self.cluster.contains(&subnet) {
            return None;
        }
        let index = (number(subnet.network()) - number(self.cluster.network())) / self.subnet_size();
        let place = match self.shared_bits() {
            0 => index,
            shared => rotated(index, self.bits() - shared, self.bits()),
        };
        (place < self.places()).then_some(place)
    }
}

/// A number of `bits` bits rotated left; by 0 it is as it was.
fn rotated(number: u128, by: u32, bits: u32) -> u128 {
    if by == 0 {
        return number;
    }
    let mask = (1 << bits) - 1;
    ((number << by) & mask) | (number >> (bits - by))
}

/// What OVN-Kubernetes says, word for word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    Full,
    NoHosts,
    TooLarge,
    Unknown(IpNet),
    Owned { subnet: IpNet, owner: String },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Full => f.write_str("no subnets available"),
            Error::NoHosts => f.write_str("host capacity cannot be zero"),
            Error::TooLarge => {
                f.write_str("subnet capacity cannot be larger than number of networks available")
            }
            Error::Unknown(subnet) => write!(f, "network {subnet} does not belong to any known range"),
            Error::Owned { subnet, owner } => write!(f, "network {subnet} already owned by {owner}"),
        }
    }
}

impl std::error::Error for Error {}
