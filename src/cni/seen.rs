//! A node as it is seen from outside, and what the program will do with it: nothing, or take or give back
//! addresses.
//!
//! The rules are those of the loop ([`step`], [`excess`]), without the clock: what is too much goes sooner or later.

use super::node::{Node, Primary};
use super::settle::{Stop, step};
use super::{PREFIX, excess};

/// An ENI as it is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Eni {
    /// The node's own, which is never deleted.
    pub first: bool,
    /// It serves no pods, and what is on it counts in no sum: the first one with custom networking, one in a subnet
    /// whose tag forbids pods.
    pub idle: bool,
    /// Single addresses for pods, and prefixes.
    pub singles: u64,
    pub prefixes: u64,
    /// Of these, those with a pod.
    pub busy_singles: u64,
    pub busy_prefixes: u64,
    /// Pods with an address of it.
    pub pods: u64,
    /// Addresses in cool-down.
    pub cooling: u64,
}

impl Eni {
    /// Everything it takes from its subnet.
    pub fn held(&self) -> u64 {
        1 + self.singles + self.prefixes * PREFIX
    }

    /// Slots without a pod, of either mode.
    fn spare(&self) -> u64 {
        (self.singles + self.prefixes).saturating_sub(self.busy_singles + self.busy_prefixes)
    }
}

/// The ENIs of a node that the program manages and that can serve pods: trunk, branch and unmanaged ones left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    pub enis: Vec<Eni>,
}

/// The sums that the program decides from: of the mode in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sums {
    slots: u64,
    total: u64,
    assigned: u64,
}

impl Seen {
    fn sums(&self, node: &Node) -> Sums {
        let own = || self.enis.iter().filter(|eni| !eni.idle);
        let slots: u64 = own().map(|eni| if node.prefix_mode { eni.prefixes } else { eni.singles }).sum();
        let old = |eni: &Eni| if node.prefix_mode { eni.busy_singles } else { 0 };
        let busy: u64 = match node.prefix_mode {
            true => own().map(|eni| eni.pods.saturating_sub(old(eni))).sum(),
            false => own().map(|eni| eni.busy_singles).sum(),
        };
        let total = slots * node.per_slot();
        Sums { slots, total, assigned: busy.min(total) }
    }

    /// The slots that the program would take next; `Err`: why it takes none.
    ///
    /// # Errors
    ///
    /// Why the pool does not grow.
    pub fn low(&self, node: &Node) -> Result<u64, Stop> {
        let sums = self.sums(node);
        step(node, sums.slots, sums.assigned)
    }

    /// Whether an ENI has room for more, so that none has to be attached for it.
    pub fn has_room(&self, node: &Node) -> bool {
        let used = |eni: &Eni| eni.singles + eni.prefixes;
        let serves = |eni: &&Eni| !(eni.idle || eni.first && node.primary == Primary::Idle);
        self.enis.iter().filter(serves).any(|eni| used(eni) < node.slots)
    }

    /// Slots that are too many.
    fn surplus(&self, node: &Node) -> u64 {
        if matches!(self.low(node), Ok(_) | Err(Stop::Slots)) {
            return 0;
        }
        let sums = self.sums(node);
        let own = self.enis.iter().filter(|eni| !eni.idle);
        let spare = || own.map(|eni| eni.prefixes.saturating_sub(eni.busy_prefixes)).sum();
        excess::surplus(node, sums.total, sums.assigned, || (sums.slots, spare()))
    }

    /// Whether there is reason to look for an ENI to delete.
    fn may_drop(&self, node: &Node) -> bool {
        let sums = self.sums(node);
        let empty = |eni: &Eni| !eni.first && eni.pods == 0;
        excess::may_drop(node, sums.total - sums.assigned, || self.enis.iter().any(empty))
    }

    /// An ENI that the node does without. With `patient` the cool-down of its addresses has passed.
    fn goes(&self, node: &Node, patient: bool) -> Option<usize> {
        let may = |at: &usize| {
            let Some(own) = self.enis.get(*at) else { return false };
            if own.first || own.pods > 0 || (own.cooling > 0 && !patient) {
                return false;
            }
            let others: Vec<Eni> =
                self.enis.iter().enumerate().filter(|(i, _)| i != at).map(|(_, eni)| *eni).collect();
            let others = Seen { enis: others };
            let sums = others.sums(node);
            let spare: u64 = others.enis.iter().filter(|eni| !eni.idle).map(Eni::spare).sum();
            excess::does_without(node, sums.total, sums.total - sums.assigned, spare)
        };
        (0..self.enis.len()).find(may)
    }

    /// Addresses that the program gives back by itself, if no pod comes or goes, at the least and at the most:
    /// `patient` says whether it is waited for the end of every cool-down. ENI by ENI the slots without a pod go, and
    /// which is the first is chance: what stays on an ENI without pods keeps it. An ENI has the one after it behind it,
    /// the last one the first: a map of Go is gone through from a place by chance.
    pub fn gives_back(&self, node: &Node, patient: bool) -> (u64, u64) {
        let given = (0..self.enis.len()).map(|first| self.given(node, patient, first));
        given.map(|n| (n, n)).reduce(|(a, b), (c, d)| (a.min(c), b.max(d))).unwrap_or_default()
    }

    /// What is given back where the ENI at `first` is the first that is looked at.
    fn given(&self, node: &Node, patient: bool, first: usize) -> u64 {
        let mut now = self.clone();
        let mut given = 0;
        let mut over = now.surplus(node);
        now.enis.rotate_left(first);
        for eni in &mut now.enis {
            let prefixes = over.min(eni.prefixes.saturating_sub(eni.busy_prefixes));
            eni.prefixes -= prefixes;
            let singles = (over - prefixes).min(eni.singles.saturating_sub(eni.busy_singles));
            eni.singles -= singles;
            over -= prefixes + singles;
            given += prefixes * PREFIX + singles;
        }
        while now.may_drop(node)
            && let Some(at) = now.goes(node, patient)
        {
            given += now.enis.remove(at).held();
        }
        given
    }
}
