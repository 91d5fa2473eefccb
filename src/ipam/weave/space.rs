//! The free addresses of one peer, and the block of them that it gives away. From `ipam/space/space.go`
//! (`biggestFreeRange`, `Donate`) and `net/address/address.go` (`BiggestCIDRRange`).

use std::net::{IpAddr, Ipv4Addr};

use crate::ipam::Runs;
use crate::ipam::range::{Range, number};

/// Free addresses; those of neighbouring parts of the ring are one run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Space {
    free: Runs,
}

impl Space {
    pub fn add(&mut self, range: Range) {
        self.free.add_all(number(range.first), number(range.last));
    }

    /// How many are free in a range.
    pub fn free_in(&self, range: Range) -> u64 {
        u64::try_from(self.free.within(number(range.first), number(range.last))).unwrap_or(u64::MAX)
    }

    /// Takes the lowest free address of a range.
    pub fn take_lowest(&mut self, range: Range) -> Option<IpAddr> {
        let from = number(range.first);
        let lowest =
            self.free.iter().map(|(first, last)| (first.max(from), last)).find(|(n, last)| n <= last)?.0;
        let address = range.nth(lowest - from)?;
        self.free.remove(lowest);
        Some(address)
    }

    /// Takes the block that goes to another peer: the biggest free block that is a power of two in size and
    /// aligned to it, or its upper half (rounded up) if it is more than half of what is free here. Of equal blocks
    /// the one in the highest run; within a run the lowest.
    pub fn donate(&mut self) -> Option<Range> {
        let (from, size) =
            self.free.iter().map(|(first, last)| biggest_block(first, last)).max_by_key(|b| b.1)?;
        let last = from + size - 1;
        let first = if size > self.free.count() / 2 { from + size / 2 } else { from };
        self.free.remove_all(first, last);
        let address = |n| Some(Ipv4Addr::from(u32::try_from(n).ok()?).into());
        Range::new(address(first)?, address(last)?)
    }
}

/// The lowest of the biggest aligned powers of two between two numbers: start and size.
fn biggest_block(first: u128, last: u128) -> (u128, u128) {
    let most = (last - first).saturating_add(1).ilog2();
    // two neighbouring blocks of half the size always have an aligned one of that size in them
    [most, most.saturating_sub(1)]
        .into_iter()
        .map(|bits| (first.next_multiple_of(1 << bits), 1 << bits))
        .find(|(start, size)| start + (size - 1) <= last)
        .unwrap_or((first, 1))
}
