//! Ranges of addresses and sets of them: what is assumed where nothing is said, what is refused, and the order
//! in which a set is walked.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

use super::{Error, SetIs};
use crate::ipam::range::{Range, step};

/// One range as written in a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RangeSpec {
    pub subnet: IpNet,
    /// First address; the one after the network's if not given.
    pub range_start: Option<IpAddr>,
    /// Last address; if not given the one before the broadcast, or in IPv6 the very last.
    pub range_end: Option<IpAddr>,
    /// Never given out, if it is in the range at all; the first address after the network's if not given.
    pub gateway: Option<IpAddr>,
    /// Parts that are not given out. host-local has no such thing, and its manager refuses them.
    pub exclude: Vec<IpNet>,
}

impl RangeSpec {
    /// A subnet with everything else as assumed.
    pub fn of(subnet: IpNet) -> RangeSpec {
        RangeSpec { subnet, range_start: None, range_end: None, gateway: None, exclude: Vec::new() }
    }
}

/// One range with everything said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Canonical {
    pub subnet: IpNet,
    pub range: Range,
    pub gateway: IpAddr,
}

impl Canonical {
    fn new(spec: &RangeSpec) -> Result<Canonical, SetIs> {
        let RangeSpec { subnet, range_start, range_end, gateway, .. } = *spec;
        if subnet.max_prefix_len() - subnet.prefix_len() < 2 {
            return Err(SetIs::TooSmall(subnet));
        }
        if subnet != subnet.trunc() {
            return Err(SetIs::WithHostBits(subnet));
        }
        let all = Range::of(subnet);
        let first = step(all.first, 1).unwrap_or(all.last);
        let before_last = all.count().checked_sub(2).and_then(|n| all.nth(n)).unwrap_or(all.last);
        // a start is held against the end that was written, an end against the start that holds
        let start = range_start.unwrap_or(first);
        if range_start.is_some() && (!all.contains(start) || range_end.is_some_and(|end| start > end)) {
            return Err(SetIs::StartOutside { start, subnet });
        }
        let last = if subnet.addr().is_ipv4() { before_last } else { all.last };
        let end = range_end.unwrap_or(last);
        if range_end.is_some() && (!all.contains(end) || end < start) {
            return Err(SetIs::EndOutside { end, subnet });
        }
        let range = Range::new(start, end).ok_or(SetIs::Backwards { start, end })?;
        Ok(Canonical { subnet, range, gateway: gateway.unwrap_or(first) })
    }

    /// Addresses that can be given out.
    pub fn capacity(&self) -> u128 {
        self.range.count() - u128::from(self.range.contains(self.gateway))
    }
}

impl fmt::Display for Canonical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.range.first, self.range.last)
    }
}

/// Ranges of one family; a container gets one address out of all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    ranges: Vec<Canonical>,
}

/// The sets of a configuration.
///
/// # Errors
/// What the plugin refuses before it gives out anything.
pub fn all(sets: &[Vec<RangeSpec>]) -> Result<Vec<Set>, Error> {
    if sets.is_empty() {
        return Err(Error::NoSets);
    }
    let each = sets.iter().enumerate();
    let sets: Vec<Set> = each
        .map(|(set, ranges)| Set::new(ranges).map_err(|is| Error::NotASet { set, is }))
        .collect::<Result<_, _>>()?;
    for (at, one) in sets.iter().enumerate() {
        if let Some(other) = sets.iter().skip(at + 1).position(|other| one.overlaps(other)) {
            return Err(Error::SetsOverlap(at, at + 1 + other));
        }
    }
    Ok(sets)
}

impl Set {
    /// One set.
    ///
    /// # Errors
    /// No ranges, ranges of both families, ranges that are not ones or overlap.
    pub fn new(ranges: &[RangeSpec]) -> Result<Set, SetIs> {
        let mut set = Set { ranges: Vec::new() };
        for spec in ranges {
            let range = Canonical::new(spec)?;
            let first = set.ranges.first().unwrap_or(&range);
            if first.range.first.is_ipv4() != range.range.first.is_ipv4() {
                return Err(SetIs::Mixed);
            }
            set.ranges.push(range);
        }
        for (at, one) in set.ranges.iter().enumerate() {
            let others = set.ranges.iter().skip(at + 1);
            if let Some(other) = others.into_iter().find(|other| one.range.meet(&other.range).is_some()) {
                return Err(SetIs::Overlap(one.to_string(), other.to_string()));
            }
        }
        if set.ranges.is_empty() { Err(SetIs::Empty) } else { Ok(set) }
    }

    /// Addresses that can be given out: the sum of the ranges. For one subnet without more this is
    /// 2^(32-p) - 3, or 2^(128-p) - 2 in IPv6, whose last address is usable.
    pub fn capacity(&self) -> u128 {
        self.ranges.iter().map(Canonical::capacity).fold(0, u128::saturating_add)
    }

    pub fn ranges(&self) -> &[Canonical] {
        &self.ranges
    }

    /// The range that has an address.
    pub fn range_of(&self, address: IpAddr) -> Option<&Canonical> {
        self.ranges.iter().find(|range| range.range.contains(address))
    }

    /// The set in the order in which a free address is looked for, without gateways: from the one after the last
    /// given, round to it. A last one that is not in the set counts for nothing.
    pub fn walk(&self, last: Option<IpAddr>) -> impl Iterator<Item = Range> {
        let after =
            last.and_then(|last| self.after(last)).or(self.ranges.first().map(|r| (0, r.range.first)));
        let (begin, first) = after.map_or((0, None), |(at, first)| (at, Some(first)));
        let beginning = self.ranges.get(begin);
        let head = beginning.zip(first).and_then(|(r, first)| Some((r, Range::new(first, r.range.last)?)));
        let around = self.ranges.iter().cycle().skip(begin + 1).take(self.ranges.len().saturating_sub(1));
        let tail = beginning.zip(first).and_then(|(r, first)| Some((r, before(&r.range, first)?)));
        let whole = around.map(|r| (r, r.range));
        head.into_iter().chain(whole).chain(tail).flat_map(|(r, part)| without(part, r.gateway))
    }

    /// The address that comes after another of the set, and the range that has it.
    fn after(&self, last: IpAddr) -> Option<(usize, IpAddr)> {
        let at = self.ranges.iter().position(|range| range.range.contains(last))?;
        let range = self.ranges.get(at)?.range;
        if last < range.last {
            return Some((at, step(last, 1)?));
        }
        let next = (at + 1) % self.ranges.len();
        Some((next, self.ranges.get(next)?.range.first))
    }

    fn overlaps(&self, other: &Set) -> bool {
        let all = self.ranges.iter().flat_map(|one| other.ranges.iter().map(move |two| (one, two)));
        all.into_iter().any(|(one, two)| one.range.meet(&two.range).is_some())
    }

    /// 0 of IPv4, 1 of IPv6.
    pub(super) fn family(&self) -> usize {
        usize::from(self.ranges.first().is_some_and(|r| r.range.first.is_ipv6()))
    }
}

impl fmt::Display for Set {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ranges: Vec<String> = self.ranges.iter().map(Canonical::to_string).collect();
        f.write_str(&ranges.join(","))
    }
}

/// What of a range comes before an address.
fn before(range: &Range, address: IpAddr) -> Option<Range> {
    let all = Range::new(range.first, address)?;
    Range::new(range.first, all.nth(all.count().checked_sub(2)?)?)
}

/// A range without one address.
fn without(range: Range, address: IpAddr) -> impl Iterator<Item = Range> {
    let inside = range.contains(address);
    let low = if inside { before(&range, address) } else { Some(range) };
    let high = if inside { step(address, 1).and_then(|next| Range::new(next, range.last)) } else { None };
    low.into_iter().chain(high)
}
