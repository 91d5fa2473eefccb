//! GKE with alias ranges: each node gets a range of pod addresses for life, whose size follows from the most pods a
//! node may run.
//!
//! From GKE's documentation "Configure maximum Pods per node" (read 2026-11-21) and, for the number of nodes,
//! GoogleCloudPlatform/gke-ip-address-management `90af1c2` (`src/rules/output/NodeOutputRules.js`). Not run.

/// Most pods of a node when nobody says.
pub const MAX_PODS: u32 = 110;
/// Highest max pods of a node.
pub const MOST_PODS: u32 = 256;
/// Addresses that Google Cloud keeps of a primary range: the first two and the last two.
pub const RESERVED: u64 = 4;
/// Why a node is not created when no range is left for its pods; the node pool reports it.
pub const EXHAUSTED: &str = "IP_SPACE_EXHAUSTED";

/// Prefix of each node's pod range: the smallest power of two with twice as many addresses as pods, so that an address
/// rests before it is used again; at least a /28. `None` for no pods, or more than [`MOST_PODS`].
pub fn node_prefix(max_pods: u32) -> Option<u8> {
    if !(1..=MOST_PODS).contains(&max_pods) {
        return None;
    }
    let bits = (2 * max_pods).next_power_of_two().ilog2().max(4);
    u8::try_from(32 - bits).ok()
}

/// Which range a cluster runs out of first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitedBy {
    PodRange,
    /// The nodes' own addresses.
    Primary,
}

impl LimitedBy {
    pub fn name(self) -> &'static str {
        match self {
            LimitedBy::PodRange => "pod range",
            LimitedBy::Primary => "primary",
        }
    }
}

/// How many nodes fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nodes {
    /// Node ranges in the pod range.
    pub pod_range: u64,
    /// Addresses of the primary range, less [`RESERVED`].
    pub primary: u64,
    /// The lower of both; the pod range's if they are equal.
    pub limited_by: LimitedBy,
}

impl Nodes {
    /// Nodes of a cluster with these prefixes: the pod range, the range of each node, the primary range.
    pub fn of(pod_range: u8, node: u8, primary: u8) -> Nodes {
        let pod_range = match node.checked_sub(pod_range) {
            Some(bits) if node <= 32 => 1 << bits,
            _ => 0,
        };
        let primary = 32_u8.checked_sub(primary).map_or(0, |bits| (1_u64 << bits).saturating_sub(RESERVED));
        let limited_by = if primary < pod_range { LimitedBy::Primary } else { LimitedBy::PodRange };
        Nodes { pod_range, primary, limited_by }
    }

    /// Most nodes.
    pub fn most(&self) -> u64 {
        self.pod_range.min(self.primary)
    }

    /// Most nodes of a cluster in so many zones (a regional one has three): as many in each.
    pub fn in_zones(&self, zones: u64) -> u64 {
        self.most() - self.most() % zones.max(1)
    }
}
