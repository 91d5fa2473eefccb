//! What happened on a node, in figures; the words are the reader's.

use super::Ms;
use super::ec2::SubnetId;
use super::pods::PodId;

/// Events with their times, the first first.
pub type Log = Vec<(Ms, Event)>;

/// One thing that happened. Addresses and prefixes are counted in slots: a slot has one or the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The pool was too low, and an ENI that had room got more.
    Filled { low: Low, eni: u32, slots: u64 },
    /// The pool was too low, and a new ENI came with so many.
    Attached { low: Low, eni: u32, slots: u64 },
    /// The pool is too low, and a subnet did not give what was asked.
    Refused { low: Low, subnet: SubnetId, asked: u64, free: u64, new_eni: bool },
    /// The pool is too low, and every subnet that a new ENI could have is tagged against it.
    NoSubnet { low: Low },
    /// The pool is too low, and every slot is in use.
    Full { low: Low },
    /// Nothing grows until then.
    BackedOff { until: Ms },
    /// So many slots without a pod were given back, because only so many of the free were wanted.
    Shrunk { free: u64, slots: u64 },
    /// An ENI without pods was detached.
    Detached { eni: u32 },
    /// The trunk was found.
    Trunk,
    /// A pod got its address, after so long.
    Served { pod: PodId, waited: Ms },
}

/// Why a pool was too low: what was there and what was wanted, addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Low {
    /// Fewer free addresses than the target keeps.
    Free { free: u64, wanted: u64 },
    /// Fewer addresses in all than MINIMUM_IP_TARGET.
    Total { total: u64, wanted: u64 },
}
