//! What is too much of a node's pool, and which ENI it does without: the other half of a decision, whose first half is
//! [`super::settle::step`].
//!
//! Sources: `shouldRemoveExtraIPs`, `shouldRemoveExtraENIs` and `getDeletableENI` of aws/amazon-vpc-cni-k8s
//! `pkg/ipamd/ipamd.go` and `pkg/ipamd/datastore/data_store.go`.

use super::PREFIX;
use super::node::Node;
use super::settings::Targets;

/// Slots that are too many, of a pool of so many addresses; `prefixes` are all, and those of them without a pod.
pub fn surplus(node: &Node, total: u64, assigned: u64, prefixes: impl FnOnce() -> (u64, u64)) -> u64 {
    match node.targets {
        Targets::Ips { warm, minimum } if !node.prefix_mode => {
            (total - assigned).saturating_sub(warm).min(total.saturating_sub(minimum))
        }
        Targets::Ips { warm, minimum } => {
            let (all, idle) = prefixes();
            let wanted = assigned.saturating_add(warm).div_ceil(PREFIX);
            all.saturating_sub(wanted).min(idle).min(all.saturating_sub(minimum.div_ceil(PREFIX)))
        }
        Targets::Prefixes { warm } => prefixes().1.saturating_sub(warm),
        Targets::Enis { .. } => 0,
    }
}

/// Whether there is reason to look for an ENI to delete; `empty` says whether one beside the first has no pod.
pub fn may_drop(node: &Node, free: u64, empty: impl FnOnce() -> bool) -> bool {
    let more = |warm: u64| warm.saturating_add(1).saturating_mul(node.slots);
    match node.targets {
        Targets::Ips { .. } => true,
        Targets::Enis { warm } => free >= more(warm),
        Targets::Prefixes { warm } => free >= more(warm).saturating_mul(PREFIX) || empty(),
    }
}

/// Whether the targets are met by an ENI's others, with so many addresses, of which so many are free, and so many slots
/// without a pod. WARM_PREFIX_TARGET counts here as it is set, even where IP targets rule.
pub fn does_without(node: &Node, total: u64, free: u64, idle: u64) -> bool {
    let (warm, minimum) = match node.targets {
        Targets::Ips { warm, minimum } => (warm, minimum),
        Targets::Prefixes { .. } | Targets::Enis { .. } => (0, 0),
    };
    let per = node.per_slot();
    let whole = |target: u64| target.div_ceil(per).saturating_mul(per);
    (warm == 0 || free >= whole(warm))
        && (minimum == 0 || total >= whole(minimum))
        && (!node.prefix_mode || node.warm_prefix == 0 || idle >= node.warm_prefix)
}
