//! host-local: the CNI plugin that keeps one file for each address that it gave out, on each node.
//!
//! Round robin: the walk begins after the last address given, so that one that is given back waits until the
//! walk comes round. What the files say ([`HostLocal::recorded`]) and what containers really use
//! ([`HostLocal::in_use`]) are two things: once files are lost, addresses are given out twice, and the plugin
//! never says so. Nothing collects files whose container went without a DEL.
//!
//! From containernetworking/plugins `3d27709` (2026-04-13), `plugins/ipam/host-local`: `main.go` (`cmdAdd`),
//! `backend/allocator/` (`Get`, `GetIter`, `Next`, `Canonicalize`), `backend/disk/backend.go`.
//!
//! | module | what it knows |
//! |---|---|
//! | [`set`] | ranges and sets of them: defaults, what is refused, in which order they are walked |
//! | [`outlook`] | what the next new pods get, and which of it is in use already |
//! | `error` | what the plugin says |

mod error;
pub mod outlook;
pub mod set;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ipnet::IpNet;

pub use error::{CODE, Error, Refused, SetIs};
pub use outlook::{New, Outlook};
pub use set::{RangeSpec, Set};

use super::range::{Range, number, step};
use super::runs::Runs;

/// What a file holds: the container and its interface.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owner {
    pub id: String,
    pub ifname: String,
}

impl Owner {
    /// A container by its first interface.
    pub fn eth0(id: &str) -> Owner {
        Owner { id: id.into(), ifname: "eth0".into() }
    }
}

/// What can be deleted of the data directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    Everything,
    /// The files named by addresses; the `last_reserved_ip` files stay.
    AddressFiles,
    /// The `last_reserved_ip` files; those of addresses stay.
    LastReserved,
}

/// One node's data directory of one network, and the containers that run there.
#[derive(Debug, Clone)]
pub struct HostLocal {
    sets: Vec<Set>,
    files: BTreeMap<IpAddr, Owner>,
    of: BTreeMap<Owner, BTreeSet<IpAddr>>,
    /// The addresses of the files, of IPv4 and of IPv6.
    blocked: [Runs; 2],
    last: Vec<Option<IpAddr>>,
    running: BTreeMap<Owner, Vec<IpAddr>>,
    users: BTreeMap<IpAddr, u32>,
}

impl HostLocal {
    /// Sets of ranges; a container gets one address of each set.
    ///
    /// # Errors
    /// What the plugin refuses: no sets, ranges that are not ones or overlap ([`set`]).
    pub fn new(sets: &[Vec<RangeSpec>]) -> Result<HostLocal, Error> {
        let sets = set::all(sets)?;
        Ok(HostLocal {
            last: vec![None; sets.len()],
            sets,
            files: BTreeMap::new(),
            of: BTreeMap::new(),
            blocked: [Runs::default(), Runs::default()],
            running: BTreeMap::new(),
            users: BTreeMap::new(),
        })
    }

    /// ADD: one address of each set, with the length of its subnet. Of `requested`, each is taken in the set that
    /// has it.
    ///
    /// # Errors
    /// The first set that fails. What earlier sets gave is given back, but their walks have moved on.
    pub fn add(&mut self, owner: &Owner, requested: &[IpAddr]) -> Result<Vec<IpNet>, Error> {
        let mut requested = requested.to_vec();
        let mut given = Vec::new();
        for index in 0..self.sets.len() {
            let one = requested.iter().position(|r| self.sets[index].range_of(*r).is_some());
            let one = one.map(|at| requested.remove(at));
            match self.of_set(index, owner, one) {
                Ok(address) => given.push(address),
                Err(why) => {
                    // by the content of the files: all of this container's, not only those of this ADD
                    if index > 0 {
                        self.remove_files(owner);
                    }
                    return Err(Error::Set { set: index, why });
                }
            }
        }
        if !requested.is_empty() {
            self.remove_files(owner);
            return Err(Error::NotAll(requested));
        }
        self.vanish(owner);
        self.running.insert(owner.clone(), given.iter().map(IpNet::addr).collect());
        given.iter().for_each(|net| *self.users.entry(net.addr()).or_insert(0) += 1);
        Ok(given)
    }

    /// DEL: the container ends, and every file with its name goes. One whose file was lost, and then written for
    /// another container, frees nothing.
    pub fn del(&mut self, owner: &Owner) {
        self.remove_files(owner);
        self.vanish(owner);
    }

    /// The container ends without a DEL: its files stay.
    pub fn vanish(&mut self, owner: &Owner) {
        for address in self.running.remove(owner).unwrap_or_default() {
            match self.users.get_mut(&address) {
                Some(users) if *users > 1 => *users -= 1,
                _ => {
                    self.users.remove(&address);
                }
            }
        }
    }

    /// Files are deleted while containers run on.
    pub fn lose(&mut self, what: Lost) {
        if what != Lost::LastReserved {
            self.files.clear();
            self.of.clear();
            self.blocked = [Runs::default(), Runs::default()];
        }
        if what != Lost::AddressFiles {
            self.last.fill(None);
        }
    }

    /// What the files say.
    pub fn recorded(&self) -> impl Iterator<Item = (IpAddr, &Owner)> {
        self.files.iter().map(|(address, owner)| (*address, owner))
    }

    /// What running containers use, and how many use each address.
    pub fn in_use(&self) -> impl Iterator<Item = (IpAddr, u32)> {
        self.users.iter().map(|(address, users)| (*address, *users))
    }

    /// Addresses that more than one running container uses.
    pub fn duplicates(&self) -> impl Iterator<Item = (IpAddr, u32)> {
        self.in_use().filter(|(_, users)| *users > 1)
    }

    pub fn runs(&self, owner: &Owner) -> bool {
        self.running.contains_key(owner)
    }

    /// Whether a file has its name.
    pub fn is_recorded(&self, owner: &Owner) -> bool {
        self.of.contains_key(owner)
    }

    /// What a running container has that others use too.
    pub fn shared_by(&self, owner: &Owner) -> impl Iterator<Item = IpAddr> {
        let has = self.running.get(owner).into_iter().flatten().copied();
        has.filter(|address| self.users.get(address).is_some_and(|users| *users > 1))
    }

    /// Held but unused: addresses whose file names a container that does not run.
    pub fn leaked(&self) -> impl Iterator<Item = IpAddr> {
        self.recorded().filter(|(_, owner)| !self.running.contains_key(owner)).map(|(address, _)| address)
    }

    /// `last_reserved_ip` of a set.
    pub fn last_reserved(&self, set: usize) -> Option<IpAddr> {
        self.last.get(set).copied().flatten()
    }

    pub fn sets(&self) -> &[Set] {
        &self.sets
    }

    /// Containers that an empty directory has addresses for: the smallest set decides.
    pub fn capacity(&self) -> u128 {
        self.sets.iter().map(Set::capacity).min().unwrap_or(0)
    }

    /// What the next new pods get of a set, after something was deleted or as things are. `None` if there is no
    /// such set.
    pub fn outlook(&self, set: usize, lost: Option<Lost>) -> Option<Outlook> {
        let of = self.sets.get(set)?;
        let none = Runs::default();
        let files = if matches!(lost, Some(Lost::Everything | Lost::AddressFiles)) {
            &none
        } else {
            &self.blocked[of.family()]
        };
        let forgotten = matches!(lost, Some(Lost::Everything | Lost::LastReserved));
        let last = if forgotten { None } else { self.last_reserved(set) };
        Some(of.outlook(last, files, self.users.keys().copied()))
    }

    fn of_set(&mut self, index: usize, owner: &Owner, requested: Option<IpAddr>) -> Result<IpNet, Refused> {
        let set = &self.sets[index];
        let address = match requested {
            Some(address) => {
                if set.range_of(address).is_some_and(|range| range.gateway == address) {
                    return Err(Refused::Gateway(address));
                }
                if self.files.contains_key(&address) {
                    return Err(Refused::NotAvailable { address, set: set.to_string() });
                }
                address
            }
            None => {
                let has = self.of.get(owner).into_iter().flatten();
                // of several, the one that a walk through the directory meets first: files sort as text
                if let Some(address) =
                    has.filter(|a| set.range_of(**a).is_some()).min_by_key(|a| a.to_string())
                {
                    return Err(Refused::Again { address: *address, id: owner.id.clone() });
                }
                let blocked = &self.blocked[set.family()];
                let first_free = |part: Range| {
                    let base = number(part.first);
                    step(part.first, blocked.first_gap(base, number(part.last))? - base)
                };
                let free = set.walk(self.last_reserved(index)).find_map(first_free);
                free.ok_or_else(|| Refused::NoneLeft(set.to_string()))?
            }
        };
        let length = set.range_of(address).map(|range| range.subnet.prefix_len());
        self.blocked[set.family()].add(number(address));
        self.files.insert(address, owner.clone());
        self.of.entry(owner.clone()).or_default().insert(address);
        self.last[index] = Some(address);
        Ok(length.and_then(|length| IpNet::new(address, length).ok()).unwrap_or(address.into()))
    }

    fn remove_files(&mut self, owner: &Owner) {
        for address in self.of.remove(owner).unwrap_or_default() {
            self.files.remove(&address);
            self.blocked[usize::from(address.is_ipv6())].remove(number(address));
        }
    }
}
