//! Shares and totals as arithmetic: what a plan shows without following each container.

use ipnet::Ipv4Net;

use super::ring::{between, subdivide, whole};
use crate::ipam::Range;

/// What one peer starts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// One aligned block; `None` for peers beyond the addresses there are.
    pub owned: Option<Range>,
    /// How many addresses of it containers can have: all but the first and the last of the whole range.
    pub usable: u64,
}

impl Share {
    /// How many addresses are owned.
    pub fn addresses(&self) -> u64 {
        self.owned.map_or(0, count)
    }
}

/// What each of `peers` peers owns after the first split, in the order of their names. Takes as long as there are
/// peers, whatever the range.
pub fn shares(range: Ipv4Net, peers: usize) -> Vec<Share> {
    let mut shares = vec![Share { owned: None, usable: 0 }; peers];
    subdivide(range, peers, &mut |start, size, peer| {
        if let Some(share) = shares.get_mut(peer) {
            let owned = between(start, start + size);
            *share = Share { owned: Some(owned), usable: usable(range, owned) };
        }
    });
    shares
}

/// What becomes of a demand on all peers together. The order in which containers come and who donates to whom make
/// no difference to it: a donor with anything free gives something, down to its last address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Addresses that containers have.
    pub assigned: u64,
    /// How many of them a peer had to get from another, at least. A grant is a block, so more than these change hands.
    pub donated: u64,
    /// Addresses of peers that run which nobody has.
    pub free: u64,
    /// Usable addresses of peers that are down: theirs until somebody takes them over.
    pub unreachable: u64,
    /// Requests that wait for ever.
    pub blocked: u64,
}

/// Totals of peers that want so many addresses each (`None`: the peer is down), one for each share. The bridge of a
/// Kubernetes host is one of them. Demands without a share are left out.
pub fn totals(shares: &[Share], wanted: &[Option<u64>]) -> Totals {
    let (mut usable, mut asked, mut over) = (0_u64, 0_u64, 0_u64);
    let mut totals = Totals::default();
    for (share, wanted) in shares.iter().zip(wanted) {
        match wanted {
            Some(wanted) => {
                usable += share.usable;
                asked = asked.saturating_add(*wanted);
                over = over.saturating_add(wanted.saturating_sub(share.usable));
            }
            None => totals.unreachable += share.usable,
        }
    }
    totals.assigned = asked.min(usable);
    totals.blocked = asked - totals.assigned;
    totals.donated = over - totals.blocked;
    totals.free = usable - totals.assigned;
    totals
}

/// How many addresses of a part containers can have.
pub(super) fn usable(range: Ipv4Net, part: Range) -> u64 {
    let ends = whole(range);
    let lost = [ends.first, ends.last].into_iter().filter(|end| part.contains(*end)).count();
    count(part).saturating_sub(lost as u64)
}

fn count(range: Range) -> u64 {
    u64::try_from(range.count()).unwrap_or(u64::MAX)
}
