//! Whereabouts: ranges of the whole cluster, of each of which every pod gets the lowest free address.
//!
//! What is given out of a range stands in one object (`IPPool`), which all nodes write under one lease: a node holds
//! nothing, and an address that comes back is the next one again. A record whose pod went without a DEL, as with its
//! node, stays until the reconciler looks, by default at 4:30 every day.
//!
//! From k8snetworkplumbingwg/whereabouts v0.9.4 `3a262bd` (2026-06-02): `pkg/allocate/allocate.go` (`AssignIP`,
//! `IterateForAssignment`), `pkg/iphelpers/iphelpers.go` (`GetIPRange`, `FirstUsableIP`, `LastUsableIP`),
//! `pkg/storage/kubernetes/ipam.go` (`IPManagementKubernetesUpdate`, `toIPReservationList`), `cmd/whereabouts.go`
//! (`cmdAdd`), `README.md`. Read, not run. The README says that no address that ends in .0 is given out: the code has no
//! such rule. Node slices (`node_slice_size`) are not modelled.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

use super::host_local::RangeSpec;
use super::range::{Range, number, step};
use super::runs::Runs;

/// Addresses from a range's first on that have a record: its distance, as a number of 63 bits. The README says the
/// same: of a range of /64 or larger only the first half can be given out.
pub const RECORDED: u128 = 1 << 63;

/// One range, and who has which of its addresses.
#[derive(Debug, Clone)]
pub struct IpPool {
    net: IpNet,
    /// From the first address that is given out to the last.
    range: Range,
    exclude: Vec<IpNet>,
    /// What of the range no pod ever gets.
    closed: Runs,
    /// That, and what pods have.
    taken: Runs,
    of: BTreeMap<String, IpAddr>,
}

impl IpPool {
    /// A range with nothing given out. Its first address and its last are never given out, in IPv6 neither. A start or
    /// an end that is not between them counts as not written, and so does an end before the start. The gateway is told
    /// to pods, and not kept from them.
    ///
    /// # Errors
    /// A range without an address between its first and its last, or one that starts where nothing is recorded.
    pub fn new(spec: &RangeSpec) -> Result<IpPool, Error> {
        let (net, all) = (spec.subnet.trunc(), Range::of(spec.subnet));
        let before_last = all.count().checked_sub(2).and_then(|n| all.nth(n));
        let usable = step(all.first, 1).zip(before_last).and_then(|(first, last)| Range::new(first, last));
        let mut range = usable.ok_or(Error::TooSmall(net))?;
        if let Some(start) = spec.range_start.filter(|start| range.contains(*start)) {
            range.first = start;
        }
        if let Some(end) = spec.range_end.filter(|end| range.contains(*end)) {
            range.last = end;
        }
        let mut closed = Runs::default();
        if let Some(beyond) = step(all.first, RECORDED).and_then(|first| Range::new(first, all.last)) {
            if beyond.contains(range.first) {
                return Err(Error::Unrecorded { net, start: range.first });
            }
            closed.add_all(number(beyond.first), number(beyond.last));
        }
        for part in spec.exclude.iter().filter_map(|net| Range::of(*net).meet(&range)) {
            closed.add_all(number(part.first), number(part.last));
        }
        let taken = closed.clone();
        Ok(IpPool { net, range, exclude: spec.exclude.clone(), closed, taken, of: BTreeMap::new() })
    }

    pub fn net(&self) -> IpNet {
        self.net
    }

    /// Addresses that pods can have.
    pub fn capacity(&self) -> u128 {
        let (first, last) = (number(self.range.first), number(self.range.last));
        self.range.count().saturating_sub(self.closed.within(first, last))
    }

    /// The addresses that pods can have, in the order in which they come.
    pub fn open(&self) -> Vec<Range> {
        let (first, last) = (number(self.range.first), number(self.range.last));
        let part = |(from, to): (u128, u128)| {
            let at = |n: u128| step(self.range.first, n - first);
            Range::new(at(from)?, at(to)?)
        };
        self.closed.gaps(first, last).into_iter().filter_map(part).collect()
    }

    /// The lowest free address; a pod that has one keeps it.
    ///
    /// # Errors
    /// None is free.
    pub fn assign(&mut self, pod: &str) -> Result<IpAddr, Error> {
        if let Some(address) = self.of.get(pod) {
            return Ok(*address);
        }
        let (first, last) = (number(self.range.first), number(self.range.last));
        let lowest = self.taken.first_gap(first, last).and_then(|n| step(self.range.first, n - first));
        let address = lowest.ok_or_else(|| self.none_left())?;
        self.taken.add(number(address));
        self.of.insert(pod.to_string(), address);
        Ok(address)
    }

    /// Gives back what a pod has; what has none is nothing to the plugin.
    pub fn release(&mut self, pod: &str) -> Option<IpAddr> {
        let address = self.of.remove(pod)?;
        self.taken.remove(number(address));
        Some(address)
    }

    /// What is said when no address is free.
    pub fn none_left(&self) -> Error {
        Error::NoneLeft { range: self.range, net: self.net, exclude: self.exclude.clone() }
    }
}

/// Why a range gives no address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    TooSmall(IpNet),
    /// The plugin takes it, forgets what it gave out, and gives it out again; podroom refuses it.
    Unrecorded {
        net: IpNet,
        start: IpAddr,
    },
    NoneLeft {
        range: Range,
        net: IpNet,
        exclude: Vec<IpNet>,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::TooSmall(net) => {
                // the plugin prints the mask in hexadecimal digits
                let mask = match net.netmask() {
                    IpAddr::V4(mask) => format!("{:08x}", u32::from(mask)),
                    IpAddr::V6(mask) => format!("{:032x}", u128::from(mask)),
                };
                let subnet = format!("{{{} {mask}}}", net.network());
                write!(
                    f,
                    "net mask is too short, subnet {subnet} has no usable IP addresses, it is too small"
                )
            }
            Error::Unrecorded { net, start } => {
                write!(f, "{start} is behind the first 2^63 addresses of {net}: nothing is recorded there")
            }
            Error::NoneLeft { range, net, exclude } => {
                let exclude: Vec<String> = exclude.iter().map(IpNet::to_string).collect();
                write!(
                    f,
                    "error at storage engine: Could not allocate IP in range: ip: {} / - {} / range: {net} / \
                     excludeRanges: [{}]",
                    range.first,
                    range.last,
                    exclude.join(" ")
                )
            }
        }
    }
}

impl std::error::Error for Error {}
