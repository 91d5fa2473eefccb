//! Room for ranges: what is taken, and the nearest place of a size that is not.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;

use crate::ipam;
use crate::ipam::range::{number, step};

/// Where ranges are looked for, from the first on; of IPv6 those that anybody may choose before the rest.
/// Sources: RFC 1918, RFC 6598 (100.64.0.0/10), RFC 4193 (fc00::/7, of which fd00::/8 is in use).
const PRIVATE: [&str; 6] =
    ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fd00::/8", "fc00::/7"];

/// The private blocks for a range: the one that it is in, then the others of its family.
pub fn blocks(net: IpNet) -> Vec<IpNet> {
    let all = PRIVATE.iter().filter_map(|block| block.parse::<IpNet>().ok());
    let mut blocks: Vec<IpNet> = all.filter(|block| block.addr().is_ipv4() == net.addr().is_ipv4()).collect();
    blocks.sort_by_key(|block| !block.contains(&net));
    blocks
}

/// What is taken, as runs that do not touch each other's addresses: first and last, by family.
#[derive(Debug, Clone, Default)]
pub struct Space {
    four: BTreeMap<u128, u128>,
    six: BTreeMap<u128, u128>,
}

impl Space {
    /// Everything but these is free.
    pub fn of(nets: &[IpNet]) -> Space {
        let mut sorted: Vec<IpNet> = nets.to_vec();
        sorted.sort_by_key(|net| (net.network(), net.prefix_len()));
        let mut space = Space::default();
        // a CIDR that begins within an earlier one is all in it
        sorted.iter().for_each(|net| {
            if !space.touches(*net) {
                space.take(*net);
            }
        });
        space
    }

    /// Takes a range that is free.
    pub fn take(&mut self, net: IpNet) {
        let (first, last) = ends(net);
        let runs = if net.addr().is_ipv4() { &mut self.four } else { &mut self.six };
        runs.insert(first, last);
    }

    fn touches(&self, net: IpNet) -> bool {
        let (first, last) = ends(net);
        self.last_run(net, last).is_some_and(|(_, end)| end >= first)
    }

    /// The last run that begins at or before a number.
    fn last_run(&self, net: IpNet, at: u128) -> Option<(u128, u128)> {
        let runs = if net.addr().is_ipv4() { &self.four } else { &self.six };
        runs.range(..=at).next_back().map(|(first, last)| (*first, *last))
    }

    /// The nearest free range of the same size: up, then down, in the first block if it is in that; else the first
    /// one of the next block that has any.
    pub fn nearest(&self, net: IpNet, blocks: &[IpNet]) -> Option<IpNet> {
        let fitting = blocks.iter().filter(|block| block.prefix_len() <= net.prefix_len());
        fitting.copied().find_map(|block| {
            let bounds = ends(block);
            if !block.contains(&net) {
                return self.up(net, bounds.0, bounds);
            }
            let (first, last) = ends(net);
            let up = last.checked_add(1).and_then(|from| self.up(net, from, bounds));
            up.or_else(|| self.down(net, first, bounds))
        })
    }

    /// The first free range of a size from a number on. Each step goes past a run, so there are no more than those.
    fn up(&self, net: IpNet, from: u128, (_, end): (u128, u128)) -> Option<IpNet> {
        let size = size(net)?;
        let mut first = from.checked_next_multiple_of(size)?;
        loop {
            let last = first.checked_add(size - 1).filter(|last| *last <= end)?;
            match self.last_run(net, last).filter(|(_, taken)| *taken >= first) {
                Some((_, taken)) => first = taken.checked_add(1)?.checked_next_multiple_of(size)?,
                None => return range(net, first),
            }
        }
    }

    /// The last free range of a size below a number.
    fn down(&self, net: IpNet, below: u128, (begin, _): (u128, u128)) -> Option<IpNet> {
        let size = size(net)?;
        let mut first = (below - below % size).checked_sub(size)?;
        loop {
            if first < begin {
                return None;
            }
            match self.last_run(net, first + (size - 1)).filter(|(_, taken)| *taken >= first) {
                Some((taken, _)) => first = (taken - taken % size).checked_sub(size)?,
                None => return range(net, first),
            }
        }
    }
}

fn ends(net: IpNet) -> (u128, u128) {
    let all = ipam::Range::of(net);
    (number(all.first), number(all.last))
}

/// `None` for all of IPv6.
fn size(net: IpNet) -> Option<u128> {
    1u128.checked_shl((net.max_prefix_len() - net.prefix_len()).into())
}

/// The range of the same family and size that begins at a number.
fn range(net: IpNet, first: u128) -> Option<IpNet> {
    let zero: IpAddr = match net {
        IpNet::V4(_) => std::net::Ipv4Addr::UNSPECIFIED.into(),
        IpNet::V6(_) => std::net::Ipv6Addr::UNSPECIFIED.into(),
    };
    IpNet::new(step(zero, first)?, net.prefix_len()).ok()
}
