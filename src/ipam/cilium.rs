//! Cilium: one range a node out of a list ([`ClusterPool`]), or addresses of ENIs by watermarks ([`Watermarks`]; the
//! same rules for Azure and Alibaba interfaces).
//!
//! From cilium/cilium `pkg/ipam/node.go` (`calculateNeededIPs`, `calculateExcessIPs`, `determineMaintenanceAction`),
//! `pkg/aws/eni/node.go` and `pkg/ipam/allocator/clusterpool` (read 2026-11-21, not run).

use ipnet::Ipv4Net;

use crate::ipam::Range;

/// `cluster-pool-ipv4-cidr` and `cluster-pool-ipv4-mask-size` when nobody says.
pub const CLUSTER_POOL: &str = "10.0.0.0/8";
pub const NODE_MASK: u8 = 24;
/// Addresses of each node's range that pods cannot have: first and last, Cilium's router, its health endpoint.
pub const NODE_RESERVED: u64 = 4;
/// What the operator writes into the CiliumNode of a node that it has no range for
/// (`pkg/ipam/allocator/podcidr/podcidr.go`).
pub const NO_RANGE: &str = "allocator full";
/// What the agent says when its node's range is used up, and how the pod's event wraps it.
pub const FULL: &str = "range is full";
pub const FULL_EVENT: &str =
    "unable to allocate IP via local cilium agent: [POST /ipam][502] postIpamFailure range is full";

/// Cluster-pool: the operator gives each node one range for life, of the first CIDR that has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterPool {
    pub cidrs: Vec<Ipv4Net>,
    /// Prefix of a node's range.
    pub mask: u8,
}

impl ClusterPool {
    /// Most nodes. A CIDR smaller than a node's range has none.
    pub fn nodes(&self) -> u64 {
        self.cidrs.iter().map(|cidr| self.nodes_of(cidr)).sum()
    }

    /// Pods that have room in each node's range: 252 of a /24.
    pub fn pods_per_node(&self) -> u64 {
        32_u8.checked_sub(self.mask).map_or(0, |bits| (1_u64 << bits).saturating_sub(NODE_RESERVED))
    }

    /// The range of the node that comes `n`th (from 0) while none leaves: ascending, a CIDR after the other. Ranges that
    /// overlap a route of the operator's host are left out by Cilium; they are not here.
    pub fn range(&self, n: u64) -> Option<Range> {
        let mut n = n;
        for cidr in &self.cidrs {
            let here = self.nodes_of(cidr);
            if n < here {
                let size = 1_u128 << 32_u8.checked_sub(self.mask)?;
                let all = Range::of((*cidr).into());
                let first = u128::from(n) * size;
                return Range::new(all.nth(first)?, all.nth(first + size - 1)?);
            }
            n -= here;
        }
        None
    }

    fn nodes_of(&self, cidr: &Ipv4Net) -> u64 {
        match self.mask.checked_sub(cidr.prefix_len()) {
            Some(bits) if self.mask <= 32 => 1 << bits,
            _ => 0,
        }
    }
}

/// `spec.ipam` of a CiliumNode, and what its instance type can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watermarks {
    /// Addresses to be free at least. 0 is not set, which is [`PRE_ALLOCATE`].
    pub pre_allocate: u64,
    /// Addresses to have at least.
    pub min_allocate: u64,
    /// Addresses to have at most; 0 is no cap but the type's.
    pub max_allocate: u64,
    /// Addresses that are taken on top when some are needed, to ask the cloud less often.
    pub max_above: u64,
}

/// `preAllocate` when nobody says.
pub const PRE_ALLOCATE: u64 = 8;

impl Default for Watermarks {
    fn default() -> Watermarks {
        Watermarks { pre_allocate: PRE_ALLOCATE, min_allocate: 0, max_allocate: 0, max_above: 0 }
    }
}

/// The ENIs that Cilium may use on a node and the addresses of each, its primary one included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enis {
    pub enis: u64,
    pub per_eni: u64,
}

impl Enis {
    /// Addresses that pods can have: all but the primary one of each ENI.
    pub fn pods(&self) -> u64 {
        self.enis.saturating_mul(self.per_eni.saturating_sub(1))
    }

    /// ENIs that so many pod addresses take, at least the one that the node starts with.
    fn for_pods(&self, addresses: u64) -> u64 {
        match self.per_eni.saturating_sub(1) {
            0 => self.enis.min(1),
            each => addresses.div_ceil(each).max(1).min(self.enis),
        }
    }
}

/// What a node holds, in addresses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Holding {
    /// The primary addresses of its ENIs: one each.
    pub primary: u64,
    /// Addresses for pods, used or not: at least and at most. They differ by `max_above`: how many of these were taken
    /// depends on how the pods came.
    pub least: u64,
    pub most: u64,
    /// Pods without an address, at most.
    pub starved: u64,
}

impl Watermarks {
    /// Addresses that a node asks for that has `available` of which `used` are in use.
    pub fn needed(&self, available: u64, used: u64) -> u64 {
        let free = available.saturating_sub(used);
        let lacking = used.saturating_sub(available);
        let needed = self
            .pre_allocate()
            .saturating_add(lacking)
            .saturating_sub(free)
            .max(self.min_allocate.saturating_sub(available));
        match self.max_allocate {
            0 => needed,
            most => needed.min(most.saturating_sub(available)),
        }
    }

    /// Addresses that it gives back, only where the operator releases excess addresses.
    pub fn excess(&self, available: u64, used: u64) -> u64 {
        let start = self.min_allocate.saturating_add(self.max_above);
        let keep = used.saturating_add(self.pre_allocate());
        if used <= start && (available <= start || keep <= start) {
            return available.saturating_sub(start);
        }
        available.saturating_sub(keep.saturating_add(self.max_above))
    }

    /// What a node holds that came up empty and got so many pods.
    pub fn settled(&self, pods: u64, enis: Enis) -> Holding {
        let limit = match self.max_allocate {
            0 => enis.pods(),
            most => enis.pods().min(most),
        };
        let used = pods.min(limit);
        let least = used.saturating_add(self.pre_allocate()).max(self.min_allocate).min(limit);
        // what is taken on top is not held against max_allocate
        let most = least.saturating_add(self.max_above).min(enis.pods());
        Holding { primary: enis.for_pods(most), least, most, starved: pods - used }
    }

    /// What a node holds that once had `high` pods and now has `now`: all of it, or what is left after excess addresses
    /// were given back. ENIs stay attached either way.
    pub fn churned(&self, high: u64, now: u64, enis: Enis, release: bool) -> Holding {
        let before = self.settled(high.max(now), enis);
        let keep = |held: u64| match release {
            true => held - self.excess(held, now.min(held)),
            false => held,
        };
        let (least, most) = (keep(before.least), keep(before.most));
        Holding { least, most, starved: now.saturating_sub(least), ..before }
    }

    fn pre_allocate(&self) -> u64 {
        if self.pre_allocate == 0 { PRE_ALLOCATE } else { self.pre_allocate }
    }
}
