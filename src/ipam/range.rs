//! Neighbouring addresses of either family, and arithmetic on them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// Neighbouring addresses of one family, both ends included; `first` is never above `last`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Range {
    pub first: IpAddr,
    pub last: IpAddr,
}

impl Range {
    /// All addresses of a CIDR, its first and last included.
    pub fn of(net: IpNet) -> Range {
        Range { first: net.network(), last: net.broadcast() }
    }

    /// From one address to another of the same family; `None` if there is nothing between them.
    pub fn new(first: IpAddr, last: IpAddr) -> Option<Range> {
        (first.is_ipv4() == last.is_ipv4() && first <= last).then_some(Range { first, last })
    }

    /// How many there are; all of IPv6 counts as one less than there are.
    pub fn count(&self) -> u128 {
        (number(self.last) - number(self.first)).saturating_add(1)
    }

    pub fn contains(&self, address: IpAddr) -> bool {
        address.is_ipv4() == self.first.is_ipv4() && (self.first..=self.last).contains(&address)
    }

    /// What both have.
    pub fn meet(&self, other: &Range) -> Option<Range> {
        if self.first.is_ipv4() != other.first.is_ipv4() {
            return None;
        }
        Range::new(self.first.max(other.first), self.last.min(other.last))
    }

    /// The address with that many before it, if it is in the range.
    pub fn nth(&self, n: u128) -> Option<IpAddr> {
        let address = step(self.first, n)?;
        (address <= self.last).then_some(address)
    }
}

impl std::fmt::Display for Range {
    /// `10.0.0.2` or `10.0.0.2-10.0.0.5`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.first == self.last {
            return write!(f, "{}", self.first);
        }
        write!(f, "{}-{}", self.first, self.last)
    }
}

/// An address as a number.
pub fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u32::from(v4).into(),
        IpAddr::V6(v6) => v6.into(),
    }
}

/// The address `n` after another; `None` beyond the last of its family.
pub fn step(address: IpAddr, n: u128) -> Option<IpAddr> {
    let number = number(address).checked_add(n)?;
    Some(match address {
        IpAddr::V4(_) => Ipv4Addr::from(u32::try_from(number).ok()?).into(),
        IpAddr::V6(_) => Ipv6Addr::from(number).into(),
    })
}

/// Addresses of a CIDR; all of IPv6 counts as one less than there are.
pub fn size(net: IpNet) -> u128 {
    Range::of(net).count()
}

/// CIDRs in the order of their addresses, without those that are in another.
pub fn distinct(nets: impl IntoIterator<Item = IpNet>) -> Vec<IpNet> {
    let mut all: Vec<IpNet> = nets.into_iter().map(|net| net.trunc()).collect();
    // one that is around others comes before them
    all.sort_unstable_by_key(|net| (net.network(), net.prefix_len()));
    all.dedup_by(|inner, outer| outer.contains(&*inner));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_cidrs_in_each_other_the_widest_counts() {
        let nets = ["10.0.1.0/24", "10.0.0.128/25", "10.0.0.0/24", "10.0.0.0/24", "10.0.0.0/25"];
        let distinct = distinct(nets.map(|net| net.parse().unwrap()));
        assert_eq!(distinct, ["10.0.0.0/24", "10.0.1.0/24"].map(|net| net.parse().unwrap()));
    }

    #[test]
    fn arithmetic_stays_within_the_family() {
        let all: IpNet = "::/0".parse().unwrap();
        assert_eq!(size(all), u128::MAX);
        assert_eq!(size("10.0.0.0/29".parse().unwrap()), 8);
        assert_eq!(step("255.255.255.255".parse().unwrap(), 1), None);
        let four = Range::of("0.0.0.0/0".parse().unwrap());
        assert_eq!(Range::of(all).meet(&four), None);
        assert_eq!(four.nth(1 << 31), "128.0.0.0".parse().ok());
        assert_eq!(four.nth(1 << 32), None);
    }
}
