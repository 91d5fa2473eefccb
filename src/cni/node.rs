//! ENI limits and address slots of one node.

use super::PREFIX;
use super::settings::{Settings, Targets};
use crate::instance::InstanceType;

/// Whether a type can have a trunk ENI for security groups for pods.
/// Source: `pkg/aws/vpc/limits.go` of aws/amazon-vpc-resource-controller-k8s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trunking {
    /// Listed, with this many branch ENIs.
    Able(u32),
    /// Listed as unable.
    Unable,
    /// Not listed: the program still reserves the slot, the resource controller never attaches a trunk.
    Unlisted,
}

impl Trunking {
    /// From the branch ENIs of an instance table.
    pub fn of(branch_enis: Option<u32>) -> Trunking {
        match branch_enis {
            None => Trunking::Unlisted,
            Some(0) => Trunking::Unable,
            Some(n) => Trunking::Able(n),
        }
    }
}

/// What the first ENI of a node does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Primary {
    /// It serves pods like any other.
    Serves,
    /// It serves none: custom networking, or subnet discovery with the node's subnet tagged
    /// `kubernetes.io/role/cni = 0`.
    Idle,
}

/// Everything about a node that decides what its address pool holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Node {
    pub targets: Targets,
    /// ENIs hold /28 prefixes: asked for, and the type can.
    pub prefix_mode: bool,
    /// ENIs of the node, MAX_ENI applied.
    pub eni_limit: u64,
    /// ENIs that the program leaves alone; they use up ENI slots.
    pub unmanaged: u64,
    /// One slot is kept for the trunk.
    pub trunk_reserved: bool,
    /// The trunk is attached; it holds one address and serves no pods.
    pub trunk: bool,
    /// Branch ENIs that pods with security groups can use.
    pub branch_enis: u64,
    /// Address slots of one ENI: its addresses less its own. A slot holds one address or one prefix.
    pub slots: u64,
    pub primary: Primary,
    /// Whether further ENIs can be created at all (there is a subnet for them).
    pub more_enis: bool,
    /// The kubelet's max pods, at which the pool stops growing.
    pub max_pods: u64,
    /// WARM_PREFIX_TARGET: in prefix mode an ENI without pods stays until others have so many free prefixes,
    /// even where IP targets are set (`getDeletableENI`).
    pub warm_prefix: u64,
}

/// What an instance type brings to a [`Node`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    /// ENIs of the default network card.
    pub enis: u64,
    /// Addresses per ENI, the primary included.
    pub ipv4_per_eni: u64,
    /// Whether ENIs can hold prefixes.
    pub prefixes: bool,
    pub trunking: Trunking,
}

impl Shape {
    /// That of an instance type.
    pub fn of(instance: &InstanceType) -> Shape {
        Shape {
            enis: instance.enis.into(),
            ipv4_per_eni: instance.ipv4_per_eni.into(),
            prefixes: instance.hypervisor.prefixes(),
            trunking: Trunking::of(instance.branch_enis),
        }
    }
}

impl Node {
    /// A node of a shape under some settings.
    ///
    /// - MAX_ENI counts only below the type's own limit (`getMaxENI`).
    /// - Prefix mode on a type that cannot do it falls back to single addresses (`isConfigValid`).
    /// - ENABLE_POD_ENI reserves a slot for the trunk unless the type is listed as unable (`hasRoomForEni`);
    ///   the trunk is attached if two ENIs are left without the unmanaged ones.
    pub fn new(settings: &Settings, shape: Shape, unmanaged: u64, max_pods: u64) -> Node {
        let prefix_mode = settings.prefixes && shape.prefixes;
        let eni_limit = settings.max_eni.map_or(shape.enis, |m| m.min(shape.enis));
        let trunk = match shape.trunking {
            Trunking::Able(_) => settings.pod_eni && eni_limit.saturating_sub(unmanaged) >= 2,
            Trunking::Unable | Trunking::Unlisted => false,
        };
        Node {
            targets: settings.targets(prefix_mode),
            prefix_mode,
            eni_limit,
            unmanaged,
            trunk_reserved: settings.pod_eni && shape.trunking != Trunking::Unable,
            trunk,
            branch_enis: match shape.trunking {
                Trunking::Able(n) if trunk => u64::from(n),
                _ => 0,
            },
            slots: shape.ipv4_per_eni.saturating_sub(1),
            primary: if settings.custom_networking { Primary::Idle } else { Primary::Serves },
            more_enis: true,
            max_pods,
            warm_prefix: settings.warm_prefix,
        }
    }

    /// ENIs that the program may use for pods, its first one included: the limit less unmanaged ENIs and the
    /// trunk's slot. A first ENI that serves pods keeps doing so even when nothing is left of the limit.
    pub fn pod_enis(&self) -> u64 {
        let usable = self.eni_limit.saturating_sub(self.unmanaged + u64::from(self.trunk_reserved));
        let more = if self.more_enis { usable.saturating_sub(1) } else { 0 };
        more + u64::from(self.primary == Primary::Serves)
    }

    /// Slots that the node can ever fill.
    pub fn slot_limit(&self) -> u64 {
        self.pod_enis() * self.slots
    }

    /// Whether the node never has an address for any pod. The program then gives up, so that pods with branch
    /// ENIs get none either (`nodeInit`).
    pub fn is_dead(&self) -> bool {
        self.slot_limit() == 0
    }

    /// Addresses of one slot: 1, in prefix mode 16.
    pub fn per_slot(&self) -> u64 {
        if self.prefix_mode { PREFIX } else { 1 }
    }

    /// Pod addresses that the node can ever hold.
    pub fn address_limit(&self) -> u64 {
        self.slot_limit() * self.per_slot()
    }
}
