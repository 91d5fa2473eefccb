//! What the next new pods get, and which of it other pods use already: by arithmetic over the walk, so that a /8
//! takes no longer than a /28.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::Set;
use crate::ipam::range::{Range, number};
use crate::ipam::runs::Runs;

/// What one new pod gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct New {
    pub address: IpAddr,
    /// Another pod uses it.
    pub duplicate: bool,
}

/// What new pods get of a set, one after the other, as long as none of them ends. New pods never share an address
/// with each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// What is given out, in this order, and how many pods got something before each part.
    parts: Vec<(u128, Range)>,
    /// The addresses in use that are given out again, by the number of the pod that gets each.
    again: BTreeMap<u128, IpAddr>,
}

impl Set {
    /// What new pods get once `last` was the last address given, `files` block theirs and `in_use` are used by
    /// running containers.
    pub fn outlook(
        &self,
        last: Option<IpAddr>,
        files: &Runs,
        in_use: impl IntoIterator<Item = IpAddr>,
    ) -> Outlook {
        let mut parts = Vec::new();
        let mut before: u128 = 0;
        for part in self.walk(last) {
            let base = number(part.first);
            for (first, to) in files.gaps(base, number(part.last)) {
                let ends = part.nth(first - base).zip(part.nth(to - base));
                if let Some(free) = ends.and_then(|(first, to)| Range::new(first, to)) {
                    parts.push((before, free));
                    before = before.saturating_add(free.count());
                }
            }
        }
        let places: BTreeMap<IpAddr, (u128, IpAddr)> =
            parts.iter().map(|(before, part)| (part.first, (*before, part.last))).collect();
        let pod = |address: IpAddr| {
            let (first, (before, last)) = places.range(..=address).next_back()?;
            let within = Range::new(*first, *last)?.contains(address);
            within.then(|| (before + (number(address) - number(*first)) + 1, address))
        };
        Outlook { again: in_use.into_iter().filter_map(pod).collect(), parts }
    }
}

impl Outlook {
    /// New pods that get an address: pod number `room + 1` gets none.
    pub fn room(&self) -> u128 {
        self.parts.last().map_or(0, |(before, part)| before.saturating_add(part.count()))
    }

    /// What a new pod gets, counted from 1.
    pub fn pod(&self, number: u128) -> Option<New> {
        let index = number.checked_sub(1)?;
        let part = self.parts.partition_point(|(before, _)| *before <= index).checked_sub(1)?;
        let (before, part) = self.parts.get(part)?;
        Some(New { address: part.nth(index - before)?, duplicate: self.again.contains_key(&number) })
    }

    /// What new pods get, from the first on.
    pub fn pods(&self) -> impl Iterator<Item = New> {
        let addresses = self.parts.iter().flat_map(|(_, part)| (0..part.count()).filter_map(|n| part.nth(n)));
        (1..)
            .zip(addresses)
            .map(|(number, address)| New { address, duplicate: self.again.contains_key(&number) })
    }

    /// How many of the first so many new pods share their address with an older one.
    pub fn duplicates(&self, pods: u128) -> u128 {
        self.again.range(..=pods).count() as u128
    }

    /// Which new pods share their address with an older one, and which address.
    pub fn again(&self) -> impl Iterator<Item = (u128, IpAddr)> {
        self.again.iter().map(|(pod, address)| (*pod, *address))
    }

    /// The first new pod that shares its address.
    pub fn first_duplicate(&self) -> Option<(u128, IpAddr)> {
        self.again().next()
    }

    /// The first new pod that has its address for itself.
    pub fn first_clean(&self) -> Option<(u128, IpAddr)> {
        let shared = (1..).zip(self.again.keys()).take_while(|(number, pod)| number == *pod).count() as u128;
        Some((shared + 1, self.pod(shared + 1)?.address))
    }
}
