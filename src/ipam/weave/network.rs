//! Peers that allocate, donate, join, leave and die. From `ipam/allocator.go` and `ipam/allocate.go`.
//!
//! Everything that peers tell each other is known at once: who asks for addresses asks peers that do have some. In a
//! real network somebody who just ran out may be asked first, and says no.
//!
//! A container that dies gives its address back 30 seconds later, one that is removed at once
//! ([`Network::free`]).

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use fastrand::Rng;
use ipnet::Ipv4Net;

use super::ring::{Ring, whole};
use super::shares::usable;
use super::space::Space;
use crate::ipam::Range;
use crate::text::excerpt;

/// Peers that share a range.
#[derive(Debug, Clone)]
pub struct Network {
    ring: Ring,
    peers: BTreeMap<String, Peer>,
    /// Which peer is asked.
    rng: Rng,
}

#[derive(Debug, Clone, Default)]
struct Peer {
    up: bool,
    space: Space,
    containers: BTreeMap<String, IpAddr>,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allocated {
    Address(IpAddr),
    /// No peer that runs has a free address: the request waits, without a word, until there is one. Ask again
    /// then, or see [`super::cancelled`].
    Blocked,
}

/// What a peer that leaves with `weave reset` leaves behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Who has all of it now; `None` if there was nobody else, and the range is split anew.
    pub heir: Option<String>,
    pub ranges: Vec<Range>,
    /// Addresses that its containers had. The heir takes them for free: as long as such a container runs, its address
    /// can be given out twice.
    pub in_use: Vec<IpAddr>,
}

/// One peer, in addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub peer: String,
    pub up: bool,
    /// Its parts of the ring.
    pub owned: u64,
    /// Those that containers can have: all but the first and the last of the range.
    pub usable: u64,
    pub assigned: u64,
    /// usable - assigned
    pub free: u64,
    /// What it could still get from the other peers that run; nothing while it is down itself.
    pub reachable: u64,
}

impl Network {
    /// These peers share a range from the start, as with `--ipalloc-init seed=`. The seed decides who is asked for
    /// addresses where several could be.
    pub fn new(range: Ipv4Net, peers: &[String], seed: u64) -> Network {
        let mut network =
            Network { ring: Ring::empty(range), peers: BTreeMap::new(), rng: Rng::with_seed(seed) };
        for name in peers {
            network.peers.insert(name.clone(), Peer { up: true, ..Peer::default() });
        }
        network.split();
        network
    }

    /// Gives a container the lowest free address of its peer, if need be after other peers gave some to that peer. A
    /// container that has one gets the same again.
    ///
    /// # Errors
    /// A peer that is not there or down.
    pub fn allocate(&mut self, peer: &str, container: &str) -> Result<Allocated, Refused> {
        self.running(peer)?;
        if self.ring.is_empty() {
            self.split();
        }
        loop {
            let hosts = self.hosts();
            let Some(asking) = self.peers.get_mut(peer) else { return Err(Refused::unknown(peer)) };
            if let Some(address) = asking.containers.get(container) {
                return Ok(Allocated::Address(*address));
            }
            if let Some(address) = hosts.and_then(|hosts| asking.space.take_lowest(hosts)) {
                asking.containers.insert(container.into(), address);
                return Ok(Allocated::Address(address));
            }
            // each round moves something to the peer that asks, so they end
            if !self.donate(peer) {
                return Ok(Allocated::Blocked);
            }
        }
    }

    /// Gives a container's address back to its peer.
    ///
    /// # Errors
    /// A peer that is not there or down; a container that has no address.
    pub fn free(&mut self, peer: &str, container: &str) -> Result<IpAddr, Refused> {
        let at = self.running(peer)?;
        let Some(address) = at.containers.remove(container) else {
            return Err(Refused::NoAddress { peer: peer.into(), container: container.into() });
        };
        at.space.add(Range { first: address, last: address });
        Ok(address)
    }

    /// A new peer owns nothing: at its first allocation another gives it some. One that was down is back with all
    /// that it owned and its containers' addresses, which it keeps on disk.
    ///
    /// # Errors
    /// A peer that runs already.
    pub fn join(&mut self, peer: &str) -> Result<(), Refused> {
        let at = self.peers.entry(peer.into()).or_default();
        if at.up {
            return Err(Refused::Up(peer.into()));
        }
        at.up = true;
        Ok(())
    }

    /// `weave stop`, or a host that is gone: everything it owns stays its own, and nobody else gets any of it until
    /// it is back, or [`Network::rmpeer`].
    ///
    /// # Errors
    /// A peer that is not there or down.
    pub fn stop(&mut self, peer: &str) -> Result<(), Refused> {
        self.running(peer)?.up = false;
        Ok(())
    }

    /// `weave reset`: the peer leaves, and all it owns goes to one heir: the owner of the first part of the ring among
    /// the peers that run; else one that runs and owns nothing (any; here the first by name); else the same among
    /// those that are down.
    ///
    /// # Errors
    /// A peer that is not there or down.
    pub fn reset(&mut self, peer: &str) -> Result<Left, Refused> {
        self.running(peer)?;
        let in_use = match self.peers.remove(peer) {
            Some(left) => left.containers.into_values().collect(),
            None => Vec::new(),
        };
        let heir = [true, false].into_iter().find_map(|up| self.heir(up));
        let ranges = match &heir {
            Some(heir) => self.hand_over(peer, heir),
            None => {
                let owned = self.ring.owned(peer);
                self.ring.clear();
                owned
            }
        };
        Ok(Left { heir, ranges, in_use })
    }

    /// `weave rmpeer` on the host `by`, and what the reclaim daemon of Weave on Kubernetes does (`kube-utils -reclaim`)
    /// with peers whose nodes are gone: takes over all that a dead peer owns, and says how many addresses that is; 0
    /// for a peer nobody knows (any more). Of two hosts that do it at once each believes it owns them: both give the
    /// same addresses out.
    ///
    /// # Errors
    /// A peer that runs (Weave itself does not check, and then both believe they own its addresses); a `by` that is not
    /// there or down.
    pub fn rmpeer(&mut self, peer: &str, by: &str) -> Result<u64, Refused> {
        self.running(by)?;
        match self.peers.get(peer) {
            None => return Ok(0),
            Some(at) if at.up => return Err(Refused::Up(peer.into())),
            Some(_) => self.peers.remove(peer),
        };
        let taken = self.hand_over(peer, by);
        Ok(taken.iter().map(|range| u64::try_from(range.count()).unwrap_or(u64::MAX)).sum())
    }

    pub fn ring(&self) -> &Ring {
        &self.ring
    }

    /// Which addresses containers have, peer by peer.
    pub fn containers(&self) -> impl Iterator<Item = (&str, &str, IpAddr)> {
        let of = |peer| self.containers_of(peer).map(move |(container, address)| (peer, container, address));
        self.peers.keys().flat_map(move |peer| of(peer.as_str()))
    }

    /// Which addresses the containers of one peer have.
    pub fn containers_of(&self, peer: &str) -> impl Iterator<Item = (&str, IpAddr)> {
        let at = self.peers.get(peer).into_iter();
        at.flat_map(|at| at.containers.iter().map(|(container, address)| (container.as_str(), *address)))
    }

    /// The address of a container.
    pub fn address_of(&self, peer: &str, container: &str) -> Option<IpAddr> {
        self.peers.get(peer)?.containers.get(container).copied()
    }

    /// Each peer, by name. Together they own the whole range; down peers included, nothing is left over.
    pub fn rows(&self) -> Vec<Row> {
        let mut owned: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        for (part, owner) in self.ring.parts() {
            let sum = owned.entry(owner).or_default();
            sum.0 += u64::try_from(part.count()).unwrap_or(u64::MAX);
            sum.1 += usable(self.ring.range(), part);
        }
        let mut rows: Vec<Row> = self
            .peers
            .iter()
            .map(|(name, at)| {
                let (owned, usable) = owned.get(name.as_str()).copied().unwrap_or_default();
                let assigned = at.containers.len() as u64;
                let free = usable.saturating_sub(assigned);
                Row { peer: name.clone(), up: at.up, owned, usable, assigned, free, reachable: 0 }
            })
            .collect();
        let free: u64 = rows.iter().filter(|row| row.up).map(|row| row.free).sum();
        for row in rows.iter_mut().filter(|row| row.up) {
            row.reachable = free - row.free;
        }
        rows
    }

    /// Splits the range among the peers that run.
    fn split(&mut self) {
        let up: Vec<String> =
            self.peers.iter().filter(|(_, at)| at.up).map(|(name, _)| name.clone()).collect();
        self.ring = Ring::split(self.ring.range(), &up);
        for (part, owner) in self.ring.parts() {
            if let Some(at) = self.peers.get_mut(owner) {
                at.space.add(part);
            }
        }
    }

    /// Another peer gives some addresses away; `false` if none has any. Whom to ask is chance, weighted by free
    /// addresses: the highest of free x random (`ChoosePeersToAskForSpace`). First and last address of the range count
    /// as free here and are given away too, though no container can have them.
    fn donate(&mut self, to: &str) -> bool {
        let all = whole(self.ring.range());
        let mut chosen: Option<(f64, &str)> = None;
        for (name, at) in &self.peers {
            let free = at.space.free_in(all);
            if at.up && name != to && free > 0 {
                let weight = free as f64 * self.rng.f64();
                if chosen.is_none_or(|(most, _)| weight > most) {
                    chosen = Some((weight, name));
                }
            }
        }
        let Some(donor) = chosen.map(|(_, name)| name.to_string()) else { return false };
        let Some(block) = self.peers.get_mut(&donor).and_then(|at| at.space.donate()) else { return false };
        self.ring.grant(block, to);
        if let Some(at) = self.peers.get_mut(to) {
            at.space.add(block);
        }
        true
    }

    /// Moves parts from one peer to another, where all of it counts as free.
    fn hand_over(&mut self, from: &str, to: &str) -> Vec<Range> {
        let ranges = self.ring.transfer(from, to);
        if let Some(at) = self.peers.get_mut(to) {
            ranges.iter().for_each(|range| at.space.add(*range));
        }
        ranges
    }

    /// Who inherits, of the peers that are up or of those that are down.
    fn heir(&self, up: bool) -> Option<String> {
        let fits = |name: &str| self.peers.get(name).is_some_and(|at| at.up == up);
        let owner = self.ring.first_owner(fits).map(str::to_string);
        owner.or_else(|| self.peers.keys().find(|name| fits(name)).cloned())
    }

    /// What containers can have: all but the first and the last address.
    fn hosts(&self) -> Option<Range> {
        let range = self.ring.range();
        let inner = |address: Ipv4Addr, by: i64| u32::try_from(i64::from(u32::from(address)) + by).ok();
        let first = Ipv4Addr::from(inner(range.network(), 1)?);
        let last = Ipv4Addr::from(inner(range.broadcast(), -1)?);
        Range::new(first.into(), last.into())
    }

    fn running(&mut self, peer: &str) -> Result<&mut Peer, Refused> {
        match self.peers.get_mut(peer) {
            None => Err(Refused::unknown(peer)),
            Some(at) if !at.up => Err(Refused::Down(peer.into())),
            Some(at) => Ok(at),
        }
    }
}

/// A step that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    Unknown(String),
    Up(String),
    Down(String),
    NoAddress { peer: String, container: String },
}

impl Refused {
    fn unknown(peer: &str) -> Refused {
        Refused::Unknown(peer.into())
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Unknown(peer) => write!(f, "no peer {}; let it join first", excerpt(peer)),
            Refused::Up(peer) => write!(f, "peer {} runs; stop it first", excerpt(peer)),
            Refused::Down(peer) => write!(f, "peer {} is down; let it join again first", excerpt(peer)),
            Refused::NoAddress { peer, container } => {
                write!(f, "container {} has no address on peer {}", excerpt(container), excerpt(peer))
            }
        }
    }
}

impl std::error::Error for Refused {}
