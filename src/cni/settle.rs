//! The address pool of a fresh node once it has settled, its subnets giving whatever is asked.
//!
//! The program decides every few seconds from three numbers, the pool's total, assigned and free addresses;
//! pods that wait are never counted. Each decision fills one ENI further or attaches one more. That makes a
//! staircase which [`settle`] climbs step by step, exactly as `isDatastorePoolTooLow` and
//! `increaseDatastorePool` of `pkg/ipamd/ipamd.go` do; only what takes no part in it (time, which ENI a pod
//! lands on) is left out. Where an outcome is random (WARM_PREFIX_TARGET of 2 and more) or never comes to
//! rest (targets of 0), the bounds are given.

use super::PREFIX;
use super::node::{Node, Primary};
use super::settings::Targets;

/// A settled node. Addresses unless said otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// Pods that asked for an address.
    pub asked: u64,
    /// Pods that have one; the others starve.
    pub running: u64,
    /// Slots filled: single addresses, in prefix mode prefixes.
    pub slots: u64,
    /// Addresses for pods: `slots`, in prefix mode times 16.
    pub pool: u64,
    /// ENIs with everything: the first one, further ones, trunk, unmanaged; branch ENIs left out.
    pub enis: u64,
    /// Why the pool stopped growing.
    pub stop: Stop,
    /// The other end of the range that the node may hold, where that is not one number.
    pub range: Range,
}

/// Why a pool stopped growing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The targets are met.
    Satisfied,
    /// The pool has as many addresses as the kubelet's max pods.
    MaxPods,
    /// All slots of all ENIs are used.
    Slots,
}

/// Whether a node's holding is one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// It is.
    Exact,
    /// It never settles: what is reported is the most that it holds, this the least.
    Oscillates { slots: u64, enis: u64 },
    /// It depends on which prefix a pod lands on: what is reported is the least, this the most.
    Random { slots: u64, enis: u64 },
}

impl Settled {
    /// Addresses held and not assigned to a pod.
    pub fn unused(&self) -> u64 {
        self.pool - self.running
    }

    /// Addresses taken from subnets: every ENI's own and the pool.
    pub fn held(&self) -> u64 {
        self.enis + self.pool
    }

    /// Pods that asked for an address and never get one.
    pub fn starved(&self) -> u64 {
        self.asked - self.running
    }
}

/// Settles a node that came up empty, settled, and on which `asked` pods then ask for an address.
///
/// Settling empty first matters where max pods stops the growth: a pool that already has that many
/// addresses does not grow for the pods that come, one that is still growing may overshoot.
pub fn settle(node: &Node, asked: u64) -> Settled {
    let (empty, _) = climb(node, 0, 0);
    let (slots, stop) = climb(node, empty, asked);
    settled(node, asked, slots, stop)
}

/// [`settle`] for every number of pods from 0 to `most`, at the cost of one climb.
pub fn settle_each(node: &Node, most: u64) -> Vec<Settled> {
    let (mut base, _) = climb(node, 0, 0);
    let each = |asked: u64| {
        // as long as every address has a pod, more pods change nothing: those steps are the same for all
        while let Ok(more) = step(node, base, base * node.per_slot())
            && (base + more) * node.per_slot() <= asked
        {
            base += more;
        }
        let (slots, stop) = climb(node, base, asked);
        settled(node, asked, slots, stop)
    };
    (0..=most).map(each).collect()
}

fn settled(node: &Node, asked: u64, slots: u64, stop: Stop) -> Settled {
    let pool = slots * node.per_slot();
    Settled {
        asked,
        running: asked.min(pool),
        slots,
        pool,
        enis: enis(node, slots),
        stop,
        range: range(node, slots, asked),
    }
}

/// Grows a pool from `slots` until the program stops, and says why it does.
fn climb(node: &Node, mut slots: u64, asked: u64) -> (u64, Stop) {
    loop {
        match step(node, slots, asked.min(slots * node.per_slot())) {
            Ok(more) => slots += more,
            Err(stop) => return (slots, stop),
        }
    }
}

/// One decision of the program: the slots that it adds to `slots` of which `assigned` addresses have a pod.
///
/// # Errors
///
/// Why it adds none.
pub fn step(node: &Node, slots: u64, assigned: u64) -> Result<u64, Stop> {
    let Some(step) = growth(node, slots, assigned) else { return Err(Stop::Satisfied) };
    if slots * node.per_slot() >= node.max_pods {
        return Err(Stop::MaxPods);
    }
    if slots >= node.slot_limit() {
        return Err(Stop::Slots);
    }
    // one ENI is filled at a time, so a step ends where the ENI does
    Ok(step.min(node.slots - slots % node.slots))
}

/// Slots that the program asks for next; `None` when the targets are met.
fn growth(node: &Node, slots: u64, assigned: u64) -> Option<u64> {
    let total = slots * node.per_slot();
    let free = total - assigned;
    match node.targets {
        Targets::Ips { warm, minimum } => {
            let short = warm.saturating_sub(free).max(minimum.saturating_sub(total));
            (short > 0).then(|| short.div_ceil(node.per_slot()))
        }
        // the unit of the test is 16 addresses, wherever they are; the unit of the step is whole prefixes
        Targets::Prefixes { warm } => {
            let low = free < warm.saturating_mul(PREFIX) || (warm == 0 && free == 0);
            low.then(|| warm.saturating_sub(slots - assigned.div_ceil(PREFIX)).max(1))
        }
        Targets::Enis { warm } => {
            let low = free < warm.saturating_mul(node.slots) || (warm == 0 && free == 0);
            low.then_some(node.slots)
        }
    }
}

/// ENIs of a node that has filled `slots`: a first ENI is always there, whether it serves pods or not.
pub fn enis(node: &Node, slots: u64) -> u64 {
    let full = if node.slots == 0 { 0 } else { slots.div_ceil(node.slots) };
    let pod_enis = match node.primary {
        Primary::Serves => full.max(1),
        Primary::Idle => 1 + full,
    };
    pod_enis + u64::from(node.trunk) + node.unmanaged
}

fn range(node: &Node, slots: u64, asked: u64) -> Range {
    let total = slots * node.per_slot();
    let free = total - asked.min(total);
    match node.targets {
        // a free ENI was attached because no address was free, and is given back because a whole ENI is
        // free; the first ENI never is
        Targets::Enis { warm: 0 } if node.slots > 0 && free >= node.slots => {
            let least = slots - node.slots;
            let kept = node.primary == Primary::Serves && least == 0;
            if kept { Range::Exact } else { Range::Oscillates { slots: least, enis: enis(node, least) } }
        }
        // likewise with one prefix, which any ENI gives back
        Targets::Prefixes { warm: 0 } if free >= PREFIX => {
            Range::Oscillates { slots: slots - 1, enis: enis(node, slots - 1) }
        }
        // pods land on any prefix, so a step finds between 0 and all of the warm ones still wholly free
        Targets::Prefixes { warm } if warm >= 2 => {
            let most = asked
                .div_ceil(PREFIX)
                .saturating_add(warm.saturating_mul(2) - 1)
                .min(node.max_pods.div_ceil(PREFIX).saturating_add(warm) - 1)
                .min(node.slot_limit())
                .max(slots);
            Range::Random { slots: most, enis: enis(node, most) }
        }
        _ => Range::Exact,
    }
}
