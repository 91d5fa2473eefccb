//! What a cluster says to its manager, checked and with the manager's defaults.

use ipnet::IpNet;

use super::Manager;
use crate::ipam::host_local::RangeSpec;
use crate::ipam::range;

/// What a cluster says to its manager. What the manager does not read is at its default.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// At most one range of each family.
    pub pod_subnet: Vec<IpNet>,
    /// At most one range of each family.
    pub service_subnet: Vec<IpNet>,
    /// Prefix lengths of a node's ranges, IPv4 and IPv6.
    pub node_mask: (u8, u8),
    /// Services with an address, the API server's left out.
    pub services: u32,
    /// The kubelet's, where a group does not say.
    pub max_pods: u32,
    pub control_planes: u32,
    pub workers: u32,
    /// Prefix length of a block.
    pub block_size: u8,
    pub max_blocks_per_node: u32,
    /// Whether nodes keep to their own blocks.
    pub strict_affinity: bool,
    /// Whether a node takes an address for its tunnel.
    pub tunnel: bool,
    /// Whether nodes have a third address of their range for the hybrid overlay.
    pub hybrid_overlay: bool,
    pub pre_allocate: u32,
    pub min_allocate: u32,
    pub max_above_watermark: u32,
    pub release_excess: bool,
    /// Peers that are gone without giving back what they own.
    pub dead_peers: u32,
    /// Sets of ranges, each of which gives every pod one address.
    pub ranges: Vec<Vec<RangeSpec>>,
}

impl Settings {
    /// What holds where a cluster says nothing.
    pub fn of(manager: &Manager) -> Settings {
        let defaults = &manager.defaults;
        let net = |text: &str| text.parse().into_iter().collect();
        Settings {
            pod_subnet: net(defaults.pod_subnet),
            service_subnet: net(defaults.service_subnet),
            node_mask: defaults.node_mask,
            services: 0,
            max_pods: defaults.max_pods,
            control_planes: 1,
            workers: 0,
            block_size: 26,
            max_blocks_per_node: 20,
            strict_affinity: false,
            tunnel: false,
            hybrid_overlay: false,
            pre_allocate: 8,
            min_allocate: 0,
            max_above_watermark: 0,
            release_excess: false,
            dead_peers: 0,
            ranges: Vec::new(),
        }
    }

    /// The prefix length of a node's range in one of the pod ranges.
    pub fn mask(&self, range: &IpNet) -> u8 {
        if range.addr().is_ipv4() { self.node_mask.0 } else { self.node_mask.1 }
    }

    /// Addresses of a node's range in one of the pod ranges.
    pub fn node_size(&self, range: &IpNet) -> u128 {
        let bits = range.max_prefix_len().saturating_sub(self.mask(range));
        1u128.checked_shl(bits.into()).unwrap_or(u128::MAX)
    }
}

/// Most addresses that a row counts, so that every reader of JSON has the number exactly.
pub const MOST: u64 = (1 << 53) - 1;

/// The addresses of a range as rows count them: of a larger IPv6 range as many as they can count, which nothing
/// ever uses up.
pub fn counted(net: IpNet) -> u64 {
    u64::try_from(range::size(net)).unwrap_or(u64::MAX).min(MOST)
}
