//! Addresses of services (ClusterIP). The first one is that of the service `kubernetes`; services that ask for no
//! address get one by chance from the upper band, and from the lower one only when that is full: the band is a
//! preference, it costs no address. Headless services take none.
//!
//! From kubernetes `0be333d`: `pkg/registry/core/service/ipallocator/ipallocator.go` (`NewIPAllocator`,
//! `allocateNextService`, `hostsPerNetwork`), `bitmap.go` (`calculateRangeOffset`).

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

use super::range::{Range, number, size, step};
use super::runs::Runs;

/// Shortest prefix of an IPv6 service CIDR.
pub const SHORTEST_V6: u8 = 64;

/// The static band in parts of the CIDR, and the least and most addresses of it.
const BAND: (u128, u128, u128) = (16, 16, 256);

/// Addresses that services can have: 2^h - 2 of IPv4, 2^h - 1 of IPv6, whose last is usable.
pub fn usable(cidr: IpNet) -> u128 {
    size(cidr).saturating_sub(if cidr.addr().is_ipv4() { 2 } else { 1 })
}

/// Addresses of the lower band, that automatic ones come from last: a sixteenth, 16 to 256; none of a CIDR of 16
/// addresses or fewer.
pub fn static_band(cidr: IpNet) -> u128 {
    let (parts, least, most) = BAND;
    if size(cidr) <= least { 0 } else { (size(cidr) / parts).clamp(least, most) }
}

/// Addresses of the upper band.
pub fn dynamic_band(cidr: IpNet) -> u128 {
    usable(cidr).saturating_sub(static_band(cidr))
}

/// The address of the service `kubernetes`: the first usable one.
pub fn api_server(cidr: IpNet) -> Option<IpAddr> {
    first_to_last(cidr).map(|usable| usable.first)
}

/// The usable addresses, if there are any.
pub fn first_to_last(cidr: IpNet) -> Option<Range> {
    part(cidr, 0, usable(cidr))
}

/// The lower band, if there is one.
pub fn static_range(cidr: IpNet) -> Option<Range> {
    part(cidr, 0, static_band(cidr).min(usable(cidr)))
}

/// So many usable addresses, after so many others.
fn part(cidr: IpNet, skipped: u128, count: u128) -> Option<Range> {
    let nth = |n: u128| step(cidr.network(), skipped.checked_add(n)?.checked_add(1)?);
    Range::new(nth(0)?, nth(count.checked_sub(1)?)?)
}

/// A service CIDR and the addresses that services have.
#[derive(Debug, Clone)]
pub struct Services {
    cidr: IpNet,
    used: Runs,
}

impl Services {
    /// A CIDR without services, the service `kubernetes` neither.
    ///
    /// # Errors
    /// IPv6 with a prefix shorter than /64.
    pub fn new(cidr: IpNet) -> Result<Services, Error> {
        if cidr.addr().is_ipv6() && cidr.prefix_len() < SHORTEST_V6 {
            return Err(Error::TooLarge(cidr.prefix_len()));
        }
        Ok(Services { cidr: cidr.trunc(), used: Runs::default() })
    }

    /// An address that a service asks for, in either band.
    ///
    /// # Errors
    /// One outside the usable addresses, or one that another service has.
    pub fn allocate(&mut self, address: IpAddr) -> Result<(), Error> {
        if !first_to_last(self.cidr).is_some_and(|usable| usable.contains(address)) {
            return Err(Error::Outside(address));
        }
        if self.used.add(number(address)) { Ok(()) } else { Err(Error::Taken) }
    }

    /// An address for a service that asks for none. Where the search begins is chance: `chance` is the number
    /// drawn, and the address the next free one after so many of the band, round to its start.
    ///
    /// # Errors
    /// [`Error::Full`].
    pub fn allocate_next(&mut self, chance: u64) -> Result<IpAddr, Error> {
        let bands =
            [part(self.cidr, static_band(self.cidr), dynamic_band(self.cidr)), static_range(self.cidr)];
        // without an upper band nothing is given out, as the program has it
        let [Some(upper), lower] = bands else { return Err(Error::Full) };
        let found = [Some(upper), lower].into_iter().flatten().find_map(|band| self.free(band, chance));
        let address = found.ok_or(Error::Full)?;
        self.used.add(number(address));
        Ok(address)
    }

    /// The service is deleted; an address that none has is no mistake.
    pub fn release(&mut self, address: IpAddr) {
        self.used.remove(number(address));
    }

    /// Addresses that services can still get.
    pub fn left(&self) -> u128 {
        usable(self.cidr).saturating_sub(self.used.count())
    }

    fn free(&self, band: Range, chance: u64) -> Option<IpAddr> {
        let (first, last) = (number(band.first), number(band.last));
        let begin = first + u128::from(chance) % band.count();
        let before = begin.checked_sub(1).filter(|before| *before >= first);
        let free = self.used.first_gap(begin, last).or_else(|| self.used.first_gap(first, before?))?;
        step(band.first, free - first)
    }
}

/// What Kubernetes says, word for word; the API server puts `failed to allocate a serviceIP: ` before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    Full,
    Taken,
    Outside(IpAddr),
    TooLarge(u8),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Full => f.write_str("range is full"),
            Error::Taken => f.write_str("provided IP is already allocated"),
            Error::Outside(address) => write!(f, "provided IP {address} is not in the valid range"),
            Error::TooLarge(prefix) => {
                write!(f, "shortest allowed prefix length for service CIDR is {SHORTEST_V6}, got {prefix}")
            }
        }
    }
}

impl std::error::Error for Error {}
