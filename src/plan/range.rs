//! Parts of a subnet: addresses in use, and ranges set aside.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

/// Neighbouring addresses, both ends included; `first` is never above `last`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Addresses {
    pub first: Ipv4Addr,
    pub last: Ipv4Addr,
}

impl Addresses {
    /// All addresses of a CIDR.
    pub fn of(cidr: Ipv4Net) -> Addresses {
        Addresses { first: cidr.network(), last: cidr.broadcast() }
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        u64::from(u32::from(self.last)) - u64::from(u32::from(self.first)) + 1
    }

    /// The first address that both have.
    pub fn meet(&self, other: &Addresses) -> Option<Ipv4Addr> {
        let first = self.first.max(other.first);
        (first <= self.last.min(other.last)).then_some(first)
    }
}

impl std::fmt::Display for Addresses {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.first == self.last {
            return write!(f, "{}", self.first);
        }
        write!(f, "{}-{}", self.first, self.last)
    }
}

/// How many addresses two lists share, each by address and without doubles.
pub fn shared(a: &[Addresses], b: &[Addresses]) -> u64 {
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    let mut shared = 0;
    while let (Some(one), Some(other)) = (a.peek(), b.peek()) {
        let last = one.last.min(other.last);
        shared += one.meet(other).map_or(0, |first| Addresses { first, last }.count());
        if one.last <= other.last {
            a.next()
        } else {
            b.next()
        };
    }
    shared
}

/// A subnet CIDR reservation. Addresses in it that are in use stay in use.
/// Source: Amazon VPC user guide, "Subnet CIDR reservations".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reservation {
    pub cidr: Ipv4Net,
    pub kind: ReservationType,
}

/// What a reservation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReservationType {
    /// AWS takes prefixes from it, and no single address.
    Prefix,
    /// AWS takes nothing from it: its addresses are assigned by hand.
    Explicit,
}

impl ReservationType {
    /// As the plan writes them; in the order of [`ReservationType::ALL`].
    pub const NAMES: &'static [&'static str] = &["prefix", "explicit"];
    pub const ALL: [ReservationType; 2] = [ReservationType::Prefix, ReservationType::Explicit];
}

/// Addresses that AWS keeps in every subnet: the first four and the last.
/// Source: Amazon VPC user guide, "Subnet CIDR blocks".
pub const KEPT: u64 = 5;

/// The addresses of a subnet that AWS keeps: its first four and its last, all of a subnet that has no more.
pub fn kept(subnet: Ipv4Net) -> Vec<Addresses> {
    let whole = Addresses::of(subnet);
    if whole.count() <= KEPT {
        return vec![whole];
    }
    let fourth = Ipv4Addr::from(u32::from(whole.first).saturating_add(3));
    vec![Addresses { first: whole.first, last: fourth }, Addresses { first: whole.last, last: whole.last }]
}
