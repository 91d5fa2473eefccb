//! AKS: what nodes hold of a subnet in each mode of Azure CNI.
//!
//! | mode | a node holds | a pod that finds none |
//! |---|---|---|
//! | node subnet (classic) | itself + max pods, from creation to deletion | never: the node is not created |
//! | pod subnet, dynamic | batches of 16, half a batch ahead of its pods ([`Scaler`]) | waits: [`WAITING`] |
//! | pod subnet, static blocks | whole /28s for max pods | never: the node is not created |
//! | overlay | a /24 of a private range, and one address of the subnet | never: the node does not get ready |
//!
//! From the AKS documentation ("Plan IP addressing", "IP address planning", `PodIPAllocationMode`; read 2026-11-21) and
//! Azure/azure-container-networking `cbd7560` (2026-08-20): `cns/ipampool/v2/monitor.go`
//! (`calculateTargetIPCountOrMax`; the formula was run), `cns/ipampool/monitor.go` (`reconcile`),
//! `cns/restserver/ipam.go`.

/// Addresses that Azure keeps of every subnet: the first four and the last.
pub const RESERVED: u64 = 5;
/// Smallest and largest IPv4 subnet of a virtual network, as prefixes.
pub const SMALLEST_SUBNET: u8 = 29;
pub const LARGEST_SUBNET: u8 = 2;
/// Pods of a node when nobody says: in a node subnet, and in the other modes.
pub const MAX_PODS_NODE_SUBNET: u64 = 30;
pub const MAX_PODS: u64 = 250;
/// Prefix of each node's range with overlay, and of one static block.
pub const OVERLAY_NODE: u8 = 24;
pub const BLOCK: u8 = 28;
/// Addresses of one static block.
pub const BLOCK_ADDRESSES: u64 = 1 << (32 - BLOCK);
/// What a pod gets to hear while its node has no address left; it is tried again.
pub const WAITING: &str = "not enough IPs available, waiting on Azure CNS to allocate more";

/// Addresses of a subnet that can be used. A prefix beyond [`SMALLEST_SUBNET`] has none.
pub fn usable(prefix: u8) -> u64 {
    if prefix > SMALLEST_SUBNET { 0 } else { (1_u64 << (32 - prefix)) - RESERVED }
}

/// Prefix of the smallest subnet that has so many usable addresses; `None` if Azure has no such subnet.
pub fn smallest_subnet(needed: u64) -> Option<u8> {
    (LARGEST_SUBNET..=SMALLEST_SUBNET).rev().find(|prefix| usable(*prefix) >= needed)
}

/// Addresses of a node subnet (classic): each node, those of a rolling upgrade included, takes max pods + 1 when it is
/// created, whether there are pods or not; an internal load balancer takes one.
pub fn classic(nodes: u64, surge: u64, max_pods: u64, load_balancers: u64) -> u64 {
    let nodes = nodes.saturating_add(surge);
    nodes.saturating_mul(max_pods.saturating_add(1)).saturating_add(load_balancers)
}

/// /28 blocks that a node holds for its life.
pub fn static_blocks(max_pods: u64) -> u64 {
    max_pods.div_ceil(BLOCK_ADDRESSES)
}

/// Nodes that a private pod range of that prefix has ranges for. The node subnet needs one address for each.
pub fn overlay_nodes(pod_prefix: u8) -> u64 {
    OVERLAY_NODE.checked_sub(pod_prefix).map_or(0, |bits| 1 << bits)
}

/// How the addresses of a node in a dynamic pod subnet follow its pods (`Status.Scaler` of the NodeNetworkConfig).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scaler {
    /// Addresses asked for, and given back, at once. At least 1.
    pub batch: u64,
    /// Part of a batch that is to be free at least: 0 to 1.
    pub buffer: f64,
    /// Most addresses of a node.
    pub max: u64,
}

impl Default for Scaler {
    fn default() -> Scaler {
        Scaler { batch: 16, buffer: 0.5, max: MAX_PODS }
    }
}

impl Scaler {
    /// What it becomes while the subnet is reported exhausted: one address at a time, one ahead.
    pub fn exhausted(self) -> Scaler {
        Scaler { batch: 1, buffer: 1.0, ..self }
    }

    /// Addresses of a node with so many pods, by the second monitor: it asks for what it wants at once, and gives
    /// back at once, so that the past makes no difference. (Its floating point arithmetic, that results be equal.)
    pub fn held(&self, pods: u64) -> u64 {
        let batch = self.batch.max(1);
        let batches = (self.buffer + pods as f64 / batch as f64).ceil();
        batch.saturating_mul(batches as u64).min(self.max)
    }

    /// The first monitor asks for a batch while fewer than this are free (8).
    pub fn least_free(&self) -> u64 {
        (self.batch as f64 * self.buffer) as u64
    }

    /// The first monitor gives a batch back while this many or more are free (24; its documentation says *more* than
    /// 24, the code is `>=`).
    pub fn most_free(&self) -> u64 {
        self.least_free().saturating_add(self.batch)
    }

    /// Addresses of a node with so many pods that held so many before, by the first monitor: batch by batch, until
    /// the free ones are between its thresholds. These are one batch apart, so the past makes a difference only
    /// where the cap cuts the last batch short: 230 pods hold 240 on the way up, and 250 after there were 240.
    pub fn held_after(&self, before: u64, pods: u64) -> u64 {
        let (batch, held) = (self.batch.max(1), before.max(pods).min(self.max));
        let free = held.saturating_sub(pods);
        if free < self.least_free() {
            let wanted = pods.saturating_add(self.least_free());
            return wanted.div_ceil(batch).saturating_mul(batch).min(self.max);
        }
        if free >= self.most_free() {
            return (pods.saturating_add(self.most_free()) - 1) / batch * batch;
        }
        held
    }
}
