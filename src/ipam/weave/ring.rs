//! Who owns which part of the range.
//!
//! A ring is a list of starts with an owner each; a part goes up to the next start. Neighbouring parts of one owner
//! stay apart: nothing ever joins them again. From `ipam/ring/ring.go` (`subdivide`, `GrantRangeToHost`,
//! `Transfer`, `PickPeerForTransfer`).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, Ipv4Net};

use crate::ipam::Range;
use crate::text::shown;

/// A range and the owner of each part. Without parts nobody has split it yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ring {
    range: Ipv4Net,
    /// By start; the first starts with the range.
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    start: u64,
    owner: String,
}

impl Ring {
    /// A range that nobody has split yet.
    pub fn empty(range: Ipv4Net) -> Ring {
        Ring { range, parts: Vec::new() }
    }

    /// The first split, among these peers in the order of their names; a name that comes twice counts once.
    ///
    /// Real names are 48-bit numbers, written like a MAC address: alike in length and case, they have the same
    /// order as text.
    pub fn split(range: Ipv4Net, peers: &[String]) -> Ring {
        let mut peers = peers.to_vec();
        peers.sort();
        peers.dedup();
        let mut ring = Ring::empty(range);
        subdivide(range, peers.len(), &mut |start, _, peer| {
            if let Some(owner) = peers.get(peer) {
                ring.parts.push(Part { start, owner: owner.clone() });
            }
        });
        ring
    }

    pub fn range(&self) -> Ipv4Net {
        self.range
    }

    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The parts in order, with their owners: together the whole range, each address once.
    pub fn parts(&self) -> impl Iterator<Item = (Range, &str)> {
        let ends = self.parts.iter().skip(1).map(|next| next.start).chain([end(self.range)]);
        self.parts.iter().zip(ends).map(|(part, end)| (between(part.start, end), part.owner.as_str()))
    }

    /// The parts of one peer.
    pub fn owned(&self, peer: &str) -> Vec<Range> {
        self.parts().filter(|(_, owner)| *owner == peer).map(|(part, _)| part).collect()
    }

    /// Who owns an address; `None` outside the range, or if nobody owns anything yet.
    pub fn owner(&self, address: Ipv4Addr) -> Option<&str> {
        let address = u64::from(u32::from(address));
        if address >= end(self.range) {
            return None;
        }
        let after = self.parts.partition_point(|part| part.start <= address);
        self.parts.get(after.checked_sub(1)?).map(|part| part.owner.as_str())
    }

    /// Gives a block to another peer: starts inside it stay where they are, and what follows it stays with the owner
    /// it had. Addresses outside the range are ignored.
    pub fn grant(&mut self, block: Range, to: &str) {
        let Some(block) = block.meet(&whole(self.range)) else { return };
        let (from, until) = bounds(block);
        self.cut(from);
        self.cut(until);
        for part in &mut self.parts {
            if (from..until).contains(&part.start) {
                part.owner = to.into();
            }
        }
    }

    /// Gives all of one peer to another and says what that was; the starts stay.
    pub fn transfer(&mut self, from: &str, to: &str) -> Vec<Range> {
        let moved = self.owned(from);
        for part in self.parts.iter_mut().filter(|part| part.owner == from) {
            part.owner = to.into();
        }
        moved
    }

    /// The owner of the first part that a test accepts.
    pub fn first_owner(&self, accepts: impl Fn(&str) -> bool) -> Option<&str> {
        self.parts.iter().map(|part| part.owner.as_str()).find(|owner| accepts(owner))
    }

    /// Forgets who owns what.
    pub(super) fn clear(&mut self) {
        self.parts.clear();
    }

    /// Makes a part begin there, with the owner it has.
    fn cut(&mut self, at: u64) {
        let after = self.parts.partition_point(|part| part.start <= at);
        let Some(before) = after.checked_sub(1).and_then(|i| self.parts.get(i)) else { return };
        if before.start < at && at < end(self.range) {
            self.parts.insert(after, Part { start: at, owner: before.owner.clone() });
        }
    }
}

impl fmt::Display for Ring {
    /// `[10.32.0.0+128 a 10.32.0.128+128 b]`: start, addresses and owner of each part.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (i, (part, owner)) in self.parts().enumerate() {
            let gap = if i == 0 { "" } else { " " };
            write!(f, "{gap}{}+{} {}", part.first, part.count(), shown(owner))?;
        }
        f.write_str("]")
    }
}

/// The first split, by the place of each peer in the order of names: `own(start, addresses, peer)` for each part in
/// order. Halves are halved again, with half of the peers each, the smaller half first; a peer alone owns what is
/// left, and one address goes to the first of its peers. So parts are powers of two, equal only when the number of
/// peers is one, and with more peers than addresses some own nothing.
pub(super) fn subdivide(range: Ipv4Net, peers: usize, own: &mut impl FnMut(u64, u64, usize)) {
    if peers > 0 {
        halve(first(range), end(range) - first(range), 0, peers, own);
    }
}

/// Sizes are powers of two, so that halves are equal: at most 32 levels.
fn halve(start: u64, size: u64, peer: usize, peers: usize, own: &mut impl FnMut(u64, u64, usize)) {
    if size <= 1 || peers == 1 {
        own(start, size, peer);
        return;
    }
    let (half, few) = (size / 2, peers / 2);
    halve(start, half, peer, few, own);
    halve(start + half, half, peer + few, peers - few, own);
}

pub(super) fn whole(range: Ipv4Net) -> Range {
    Range::of(IpNet::V4(range))
}

fn first(range: Ipv4Net) -> u64 {
    u64::from(u32::from(range.network()))
}

/// One past the last address.
fn end(range: Ipv4Net) -> u64 {
    u64::from(u32::from(range.broadcast())) + 1
}

/// First address of a range, and one past its last.
fn bounds(range: Range) -> (u64, u64) {
    let number = |address| match address {
        IpAddr::V4(v4) => u64::from(u32::from(v4)),
        IpAddr::V6(_) => 0,
    };
    (number(range.first), number(range.last) + 1)
}

/// The addresses from `start` up to, not including, `end`, which is above it.
pub(super) fn between(start: u64, end: u64) -> Range {
    Range { first: v4(start), last: v4(end.saturating_sub(1).max(start)) }
}

fn v4(n: u64) -> IpAddr {
    Ipv4Addr::from(u32::try_from(n).unwrap_or(u32::MAX)).into()
}
