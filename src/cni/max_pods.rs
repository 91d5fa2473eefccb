//! The max-pods formulas: pod addresses of all ENIs, plus 2 for the host-network pods of every node.
//! Source: `nodeadm` of awslabs/amazon-eks-ami (`eni_max_pods.go`) and the Amazon EKS user guide,
//! "Choosing an optimal Amazon EC2 node instance type".

use super::{PREFIX, Settings};
use crate::instance::InstanceType;

/// Host-network pods that the formula adds (aws-node and kube-proxy).
pub const HOST_NETWORK: u64 = 2;
/// vCPUs from which a managed node group's cap is [`CAP_LARGE`].
pub const LARGE_VCPUS: u32 = 30;
/// Cap of managed node groups below [`LARGE_VCPUS`], or when the vCPUs are not known.
pub const CAP_SMALL: u64 = 110;
/// Cap of managed node groups from [`LARGE_VCPUS`].
pub const CAP_LARGE: u64 = 250;

/// The formula in every mode, uncapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModeMaxPods {
    pub secondary: u64,
    /// `None` on types whose ENIs cannot hold prefixes.
    pub prefix: Option<u64>,
    pub custom: u64,
    pub prefix_custom: Option<u64>,
}

/// The formula: ENIs x (addresses - 1) + 2; with custom networking one ENI less; in prefix mode x 16.
pub fn formula(enis: u64, ipv4_per_eni: u64, prefix_mode: bool, custom_networking: bool) -> u64 {
    let enis = enis.saturating_sub(u64::from(custom_networking));
    let per_slot = if prefix_mode { PREFIX } else { 1 };
    enis * ipv4_per_eni.saturating_sub(1) * per_slot + HOST_NETWORK
}

/// The formula of a type in every mode.
pub fn of(instance: &InstanceType) -> ModeMaxPods {
    let f = |prefix, custom| formula(instance.enis.into(), instance.ipv4_per_eni.into(), prefix, custom);
    let can = instance.hypervisor.prefixes();
    ModeMaxPods {
        secondary: f(false, false),
        prefix: can.then(|| f(true, false)),
        custom: f(false, true),
        prefix_custom: can.then(|| f(true, true)),
    }
}

/// The formula of the mode in force on a type under some settings.
pub fn in_force(instance: &InstanceType, settings: &Settings) -> u64 {
    let prefix_mode = settings.prefixes && instance.hypervisor.prefixes();
    formula(instance.enis.into(), instance.ipv4_per_eni.into(), prefix_mode, settings.custom_networking)
}

/// What a managed node group sets: the formula in force, capped.
pub fn managed(instance: &InstanceType, settings: &Settings) -> u64 {
    in_force(instance, settings).min(cap(instance.vcpus))
}

/// The cap that managed node groups put on the formula.
pub fn cap(vcpus: Option<u32>) -> u64 {
    if vcpus.is_some_and(|n| n >= LARGE_VCPUS) { CAP_LARGE } else { CAP_SMALL }
}
