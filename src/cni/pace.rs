//! How fast the program is, and how many EC2 calls it makes where it never stops: closed forms of what
//! [`super::machine`] lives, for answers at every keystroke. The tests hold them to it.

use super::machine::{DETACH, ENI_LIFE, HALF_LOOP, LOOP, Ms, SECOND, SHRINK_INTERVAL};
use super::node::{Node, Primary};
use super::settings::Targets;
use super::settle::{Range, Settled, settle, step};

const HOUR: Ms = 3_600 * SECOND;

/// What a node that never settles does again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cycle {
    /// Whether an ENI comes and goes, or only a prefix.
    pub eni: bool,
    pub period: Ms,
    /// EC2 calls of one round that change something.
    pub calls: u64,
}

impl Cycle {
    pub fn calls_an_hour(&self) -> u64 {
        self.calls * HOUR / self.period
    }
}

/// The cycle of a node that never settles.
///
/// An ENI is created, attached, modified, and after a minute detached and deleted; the detachment makes the loop
/// late. A prefix is given back at the first decision that is more than 30 s after the last time, and assigned
/// again at the next. A prefix that needs an ENI of its own comes and goes on it while it is there.
pub fn cycle(settled: &Settled) -> Option<Cycle> {
    let Range::Oscillates { enis, slots } = settled.range else { return None };
    let prefixes = (SHRINK_INTERVAL / LOOP + 1) * LOOP;
    let with_eni = ENI_LIFE + DETACH + LOOP;
    Some(match (enis < settled.enis, settled.slots - slots) {
        (false, _) => Cycle { eni: false, period: prefixes, calls: 2 },
        (true, 1) if settled.pool > settled.slots => {
            Cycle { eni: true, period: with_eni, calls: 5 + 2 * ENI_LIFE.div_ceil(prefixes) }
        }
        (true, _) => Cycle { eni: true, period: with_eni, calls: 5 },
    })
}

/// From the moment at which so many pods come to a settled, empty node until the last of them has its address;
/// `None` if one never gets any. The pods come half a loop before a decision, and ask again at whole seconds.
pub fn burst(node: &Node, pods: u64) -> Option<Ms> {
    let mut slots = settle(node, 0).slots;
    let mut decisions = 0;
    while slots * node.per_slot() < pods {
        slots += step(node, slots, slots * node.per_slot()).ok()?;
        decisions += 1;
    }
    let first = HALF_LOOP.next_multiple_of(SECOND);
    Some(if decisions == 0 { 0 } else { (decisions - 1) * LOOP + first })
}

/// Failing EC2 calls an hour of a node that has all its ENIs, lacks addresses on one of them, and finds the
/// subnet dry, with subnet discovery: it asks for all that is missing and then for one, at every decision,
/// without any pause (`tryAssignCidrs`). With an ENI to come, or without discovery, it pauses 120 s.
pub const DRY_CALLS_AN_HOUR: u64 = 2 * HOUR / LOOP;

/// DescribeSubnets calls an hour of a node that lacks addresses and finds every subnet tagged against new ENIs.
pub const TAG_CALLS_AN_HOUR: u64 = HOUR / LOOP;

/// Whether a settled node may have come to have all its ENIs and still want addresses on the last of them: there
/// it asks without pause once the subnet is dry. A first ENI is there before it has an address; a further one
/// comes with at least one, or full where the target is whole ENIs.
pub fn may_lack_on_last_eni(node: &Node, settled: &Settled) -> bool {
    let Some(others) = node.pod_enis().checked_sub(1) else { return false };
    let comes_with = match (node.primary, node.targets) {
        (Primary::Serves, _) if others == 0 => 0,
        (_, Targets::Enis { .. }) => node.slots,
        _ => 1,
    };
    settled.slots > others * node.slots + comes_with
}
