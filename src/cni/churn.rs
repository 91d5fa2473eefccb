//! What a node holds at the most once pods have come and gone.
//!
//! A node that ran many pods and runs few may keep what it had then: a whole ENI with one pod on it is never
//! given back, nor is a prefix. Which pods survive, and which address each of them has, is chance
//! (`pkg/ipamd/datastore` takes them in map order), so this is the worst case: the largest holding over
//!
//! - every split of the pods over the slots that the node filled at high water: every ENI and every prefix may
//!   have one (pods are replaced while the high water lasts, so those attached last get some, too),
//! - every set of survivors, and every order in which the others go,
//! - every choice of the program among the addresses and ENIs that it may give back.
//!
//! The high water itself is that of a fresh node that gets all its pods at once ([`settle()`]), max pods and its
//! overshoot included: max pods stops growth and never makes a pool shrink. Growth comes in steps of several
//! slots and stops at the first at or beyond max pods, so pods that come in several waves may overshoot further: by
//! what one step adds. Which waves there were is not known, and not counted. The rules of giving back are those of `isDatastorePoolTooHigh`,
//! `shouldRemoveExtraENIs` and `getDeletableENI`:
//!
//! | targets | what stays |
//! |---|---|
//! | WARM_ENI_TARGET | ENIs with a pod, and as many as pods and target need; all of them full |
//! | IP targets, single addresses | exactly the addresses of pods and targets, on as many ENIs as there are addresses |
//! | IP targets, prefixes | prefixes with a pod, at least those of pods and targets |
//! | WARM_PREFIX_TARGET | prefixes with a pod, and as many free ones as the target says |
//!
//! An ENI with an address that the targets need stays, pods or not. In prefix mode an ENI may even stay
//! without any prefix, as long as the others lack free ones.

use super::PREFIX;
use super::node::{Node, Primary};
use super::settings::Targets;
use super::settle::{Range, Settled, enis, settle};

/// The most that a node holds after churn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Churned {
    /// Slots filled: single addresses, in prefix mode prefixes.
    pub slots: u64,
    /// ENIs with everything: the first one, further ones, trunk, unmanaged; branch ENIs left out.
    pub enis: u64,
    /// [`Range::Oscillates`] where even the worst case is a cycle; otherwise [`Range::Exact`].
    pub range: Range,
}

impl Churned {
    /// Addresses taken from subnets: every ENI's own and the pool.
    pub fn held(&self, node: &Node) -> u64 {
        self.enis + self.slots * node.per_slot()
    }
}

/// The most that a node holds on which `high` pods once asked for an address, of which `today` are left.
///
/// Never below what a fresh node with today's pods holds, which is what `high` at or below `today` gives.
pub fn churn(node: &Node, high: u64, today: u64) -> Churned {
    fall(node, &settle(node, high.max(today)), &settle(node, today))
}

/// [`churn`] of nodes that are settled already: at high water, and a fresh one with today's pods.
pub fn fall(node: &Node, top: &Settled, today: &Settled) -> Churned {
    let fresh = Churned {
        slots: today.slots,
        enis: today.enis,
        range: match today.range {
            Range::Oscillates { .. } => today.range,
            Range::Exact | Range::Random { .. } => Range::Exact,
        },
    };
    if node.slots == 0 {
        return fresh;
    }
    let fallen = Fall::new(node, top, today.running).worst();
    if fallen.held(node) > fresh.held(node) { fallen } else { fresh }
}

/// A node that falls from what it has to fewer pods.
struct Fall<'a> {
    node: &'a Node,
    /// Pods left that have an address.
    pods: u64,
    /// Slots that were filled.
    slots: u64,
    /// ENIs that were attached for pods, without the first where that serves none.
    enis: u64,
}

impl<'a> Fall<'a> {
    fn new(node: &'a Node, top: &Settled, pods: u64) -> Fall<'a> {
        let slots = match top.range {
            Range::Random { slots, .. } => slots,
            Range::Exact | Range::Oscillates { .. } => top.slots,
        };
        Fall { node, pods, slots, enis: slots.div_ceil(node.slots) }
    }

    fn worst(&self) -> Churned {
        match self.node.targets {
            Targets::Enis { warm } => self.whole_enis(warm),
            Targets::Ips { warm, minimum } if self.node.prefix_mode => self.prefixes_for(warm, minimum),
            Targets::Ips { warm, minimum } => {
                self.on_most_enis(self.slots.min(self.pods.saturating_add(warm).max(minimum)))
            }
            Targets::Prefixes { warm } => self.on_most_enis(self.slots.min(self.pods.saturating_add(warm))),
        }
    }

    /// ENIs with a pod stay. Of the others one goes as long as all pods and the target, and a whole ENI
    /// beyond, are covered.
    fn whole_enis(&self, warm: u64) -> Churned {
        let needed = self.pods.div_ceil(self.node.slots).saturating_add(warm);
        let kept = self.enis.min(needed.max(self.with_one_each(self.pods)));
        self.churned(kept * self.node.slots, kept)
    }

    /// So many slots on as many ENIs as can be: none that holds one of them goes, for its pod or because the
    /// targets need it.
    fn on_most_enis(&self, slots: u64) -> Churned {
        self.churned(slots, self.with_one_each(slots))
    }

    /// Prefix mode with IP targets. Prefixes with a pod stay, and as many as pods and targets need.
    ///
    /// ENIs without a prefix stay as long as the others have fewer free addresses than WARM_IP_TARGET is in
    /// whole prefixes, or fewer free prefixes than WARM_PREFIX_TARGET. Fewer prefixes may be the worse case
    /// then: of a node with very many ENIs.
    fn prefixes_for(&self, warm: u64, minimum: u64) -> Churned {
        let needed = self.pods.saturating_add(warm).max(minimum).div_ceil(PREFIX).min(self.slots);
        let pinned = self.pods.min(self.slots);
        let most = pinned.max(needed);
        // one address less than would let the ENIs go
        let few =
            warm.div_ceil(PREFIX).saturating_mul(PREFIX).saturating_add(self.pods).saturating_sub(1) / PREFIX;
        let all_stay = (warm > 0 && most <= few) || (most - pinned < self.node.warm_prefix);
        if all_stay {
            return self.churned(most, self.enis);
        }
        let spread = self.on_most_enis(most);
        if warm == 0 || few < needed {
            return spread;
        }
        let packed = self.churned(few.min(most), self.enis);
        if packed.held(self.node) > spread.held(self.node) { packed } else { spread }
    }

    /// ENIs that stay if each of so many pods or addresses is on one of its own, if need be. A first ENI that
    /// serves pods stays in any case.
    fn with_one_each(&self, n: u64) -> u64 {
        match self.node.primary {
            Primary::Serves => 1 + n.min(self.enis.saturating_sub(1)),
            Primary::Idle => n.min(self.enis),
        }
    }

    fn churned(&self, slots: u64, pod_enis: u64) -> Churned {
        // beside those for pods: the first if it serves none, trunk, unmanaged
        let others = match self.node.primary {
            Primary::Serves => enis(self.node, 0) - 1,
            Primary::Idle => enis(self.node, 0),
        };
        Churned { slots, enis: others + pod_enis, range: Range::Exact }
    }
}
