//! A pool address by address, as pods come and go.
//!
//! Where a node starts to look for a block follows from its name (`randomBlockGenerator`), so that nodes do not all
//! claim the same one; here too, but with another generator: the blocks differ from the real ones, how they spread
//! does not. Time is left out: an empty block is taken from another node at once (Calico leaves it alone for a minute
//! after it was claimed), and [`Cluster::collect`] is kube-controllers after its 15 minutes.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::IpAddr;

use fastrand::Rng;

use super::{Os, Pool, WINDOWS_END, WINDOWS_START, Why};
use crate::ipam::range::step;

/// A pool and the nodes that use it.
#[derive(Debug, Clone)]
pub struct Cluster {
    pool: Pool,
    hosts: BTreeMap<String, Host>,
    /// Those that exist, by their place in the pool.
    blocks: BTreeMap<u64, Block>,
}

#[derive(Debug, Clone, Default)]
struct Host {
    os: Os,
    /// Its affine blocks.
    blocks: BTreeSet<u64>,
    /// Block and place in it, by pod.
    pods: BTreeMap<String, (u64, u64)>,
}

#[derive(Debug, Clone)]
struct Block {
    /// `None` once its node is gone while others' pods still have addresses of it.
    affinity: Option<String>,
    /// Free places, next one first; what is given back goes to the end.
    free: VecDeque<u64>,
    in_use: u64,
}

/// One node, in addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub host: String,
    pub blocks: u64,
    /// All addresses of its blocks.
    pub held: u64,
    /// Its pods' addresses out of its own blocks.
    pub own: u64,
    /// Its pods' addresses out of other blocks.
    pub borrowed: u64,
    /// Addresses of its blocks that other nodes' pods have.
    pub lent: u64,
}

impl Cluster {
    pub fn new(pool: Pool) -> Cluster {
        Cluster { pool, hosts: BTreeMap::new(), blocks: BTreeMap::new() }
    }

    /// A node joins; it has no block yet. `false` if it is there already.
    pub fn join(&mut self, host: &str, os: Os) -> bool {
        let new = !self.hosts.contains_key(host);
        if new {
            self.hosts.insert(host.into(), Host { os, ..Host::default() });
        }
        new
    }

    /// Gives a pod an address, or the one it has; a node's tunnel address is asked for like this too. `None` if there is
    /// no such node.
    pub fn assign(&mut self, host: &str, pod: &str) -> Option<Result<IpAddr, Why>> {
        let at = self.hosts.get(host)?;
        let place = match at.pods.get(pod) {
            Some(place) => Ok(*place),
            None => self.find(host, at.os).and_then(|block| self.take(block).ok_or(Why::Exhausted)),
        };
        if let (Ok(place), Some(at)) = (place, self.hosts.get_mut(host)) {
            at.pods.insert(pod.into(), place);
        }
        match place {
            Ok(place) => self.address(place).map(Ok),
            Err(why) => Some(Err(why)),
        }
    }

    /// A pod is gone: its address goes to the end of its block's queue. The block stays with its node. `None` if the
    /// pod has none.
    pub fn release(&mut self, host: &str, pod: &str) -> Option<IpAddr> {
        let place = self.hosts.get_mut(host)?.pods.remove(pod)?;
        self.put_back(place);
        self.address(place)
    }

    /// A node is gone with all its pods: kube-controllers give up its empty blocks; the others lose their affinity and
    /// go once other nodes' pods have left them.
    pub fn leave(&mut self, host: &str) -> bool {
        let Some(gone) = self.hosts.remove(host) else { return false };
        for block in gone.blocks {
            if let Some(block) = self.blocks.get_mut(&block) {
                block.affinity = None;
            }
            self.drop_if_orphaned(block);
        }
        gone.pods.into_values().for_each(|place| self.put_back(place));
        true
    }

    /// kube-controllers give up empty blocks of nodes that have another one.
    pub fn collect(&mut self) {
        for host in self.hosts.values_mut() {
            for block in host.blocks.clone() {
                if host.blocks.len() > 1 && self.blocks.get(&block).is_some_and(|b| b.in_use == 0) {
                    host.blocks.remove(&block);
                    self.blocks.remove(&block);
                }
            }
        }
    }

    /// Each node, by name.
    pub fn rows(&self) -> Vec<Row> {
        self.hosts
            .iter()
            .map(|(name, host)| {
                let own = host.pods.values().filter(|(block, _)| host.blocks.contains(block)).count() as u64;
                let used: u64 = host.blocks.iter().filter_map(|b| self.blocks.get(b)).map(|b| b.in_use).sum();
                let blocks = host.blocks.len() as u64;
                Row {
                    host: name.clone(),
                    blocks,
                    held: blocks.saturating_mul(self.pool.block_size()),
                    own,
                    borrowed: host.pods.len() as u64 - own,
                    lent: used - own,
                }
            })
            .collect()
    }

    /// Which addresses pods have, node by node.
    pub fn pods(&self) -> impl Iterator<Item = (&str, &str, IpAddr)> {
        self.hosts.iter().flat_map(|(host, at)| {
            at.pods
                .iter()
                .filter_map(|(pod, place)| Some((host.as_str(), pod.as_str(), self.address(*place)?)))
        })
    }

    /// The block that a node's next address comes from.
    fn find(&mut self, host: &str, os: Os) -> Result<u64, Why> {
        self.pool.serves(os)?;
        let Some(at) = self.hosts.get(host) else { return Err(Why::Exhausted) };
        if let Some(block) = at.blocks.iter().find(|block| self.has_free(**block)) {
            return Ok(*block);
        }
        let why = self.pool.why_full(at.blocks.len() as u64);
        if why == Why::BlockLimit {
            return Err(why);
        }
        let from = start(host, self.pool.blocks());
        match self.unclaimed(from).or_else(|| self.reclaim(from)) {
            Some(block) => {
                self.claim(block, host, os);
                Ok(block)
            }
            None if why == Why::Strict => Err(why),
            None => self.around(from).map(|(block, _)| block).find(|b| self.has_free(*b)).ok_or(why),
        }
    }

    fn has_free(&self, block: u64) -> bool {
        self.blocks.get(&block).is_some_and(|block| !block.free.is_empty())
    }

    /// The first block from there on, around the pool, that nobody has claimed.
    fn unclaimed(&self, from: u64) -> Option<u64> {
        let blocks = self.pool.blocks();
        (from..blocks).chain(0..from).find(|block| !self.blocks.contains_key(block))
    }

    /// Takes the first empty block from the node that has it.
    fn reclaim(&mut self, from: u64) -> Option<u64> {
        let (block, owner) = self
            .around(from)
            .find(|(_, at)| at.in_use == 0 && !at.free.is_empty())
            .map(|(block, at)| (block, at.affinity.clone()))?;
        self.blocks.remove(&block);
        if let Some(host) = owner.and_then(|owner| self.hosts.get_mut(&owner)) {
            host.blocks.remove(&block);
        }
        Some(block)
    }

    /// The blocks that exist, around the pool.
    fn around(&self, from: u64) -> impl Iterator<Item = (u64, &Block)> {
        self.blocks.range(from..).chain(self.blocks.range(..from)).map(|(block, at)| (*block, at))
    }

    fn claim(&mut self, block: u64, host: &str, os: Os) {
        let size = self.pool.block_size();
        let free = match os {
            Os::Linux => 0..size,
            Os::Windows => WINDOWS_START..size.saturating_sub(WINDOWS_END),
        };
        self.blocks.insert(block, Block { affinity: Some(host.into()), free: free.collect(), in_use: 0 });
        if let Some(at) = self.hosts.get_mut(host) {
            at.blocks.insert(block);
        }
    }

    fn take(&mut self, block: u64) -> Option<(u64, u64)> {
        let at = self.blocks.get_mut(&block)?;
        let place = at.free.pop_front()?;
        at.in_use += 1;
        Some((block, place))
    }

    fn put_back(&mut self, (block, place): (u64, u64)) {
        if let Some(at) = self.blocks.get_mut(&block) {
            at.free.push_back(place);
            at.in_use = at.in_use.saturating_sub(1);
        }
        self.drop_if_orphaned(block);
    }

    fn drop_if_orphaned(&mut self, block: u64) {
        if self.blocks.get(&block).is_some_and(|at| at.affinity.is_none() && at.in_use == 0) {
            self.blocks.remove(&block);
        }
    }

    fn address(&self, (block, place): (u64, u64)) -> Option<IpAddr> {
        let before = u128::from(block) * u128::from(self.pool.block_size()) + u128::from(place);
        step(self.pool.cidr().network(), before)
    }
}

/// Where a node starts to look, of so many blocks: a random number seeded by a hash (FNV-1) of its name.
fn start(host: &str, blocks: u64) -> u64 {
    let hash =
        host.bytes().fold(0x811c_9dc5_u32, |hash, byte| hash.wrapping_mul(0x0100_0193) ^ u32::from(byte));
    Rng::with_seed(hash.into()).u64(0..blocks.max(1))
}
