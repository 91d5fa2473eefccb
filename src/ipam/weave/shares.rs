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

/// How many addresses peers own after the first split, the most first, and how many peers own so many: those of
/// [`shares`] without a list of them. There are at most two sizes, one twice the other, beside peers that own nothing.
pub fn sizes(range: Ipv4Net, peers: u64) -> Vec<(u64, u64)> {
    let Split { unit, large, small, none } = Split::of(range, peers);
    let sizes = [(unit * 2, large), (unit, small), (0, none)];
    sizes.into_iter().filter(|(_, peers)| *peers > 0).collect()
}

/// Addresses that containers can have in the so many largest of the shares.
pub fn largest(range: Ipv4Net, peers: u64, most: u64) -> u64 {
    let Split { unit, large, small, .. } = Split::of(range, peers);
    // the first address of all is that of a large share, if there is one, and the last one that of a small share
    let shares = match (large, small) {
        (0, 0) => return 0,
        (0, 1) => return if most > 0 { unit.saturating_sub(2) } else { 0 },
        (0, small) => [(unit, small - 2), (unit - 1, 2), (0, 0), (0, 0)],
        (large, small) => {
            [(unit * 2, large - 1), (unit * 2 - 1, 1), (unit, small.saturating_sub(1)), (unit - 1, 1)]
        }
    };
    let mut left = most;
    let sum = shares.into_iter().map(|(usable, shares)| {
        let here = left.min(shares);
        left -= here;
        usable * here
    });
    sum.sum()
}

/// What the first split gives: so many shares of two units, so many of one, and peers without any.
struct Split {
    unit: u64,
    large: u64,
    small: u64,
    none: u64,
}

impl Split {
    fn of(range: Ipv4Net, peers: u64) -> Split {
        let all = 1_u64 << (32 - range.prefix_len());
        let owners = peers.min(all);
        let units = owners.next_power_of_two();
        let large = if owners == 0 { 0 } else { units - owners };
        Split { unit: all / units, large, small: owners - large, none: peers - owners }
    }
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
