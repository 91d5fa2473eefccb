//! What the program knows to be attached: ENIs, their addresses and prefixes, and which are assigned
//! (`pkg/ipamd/datastore/data_store.go`).

use std::collections::VecDeque;

use fastrand::Rng;

use super::Ms;
use super::ec2::SubnetId;
use super::order::Order;
use crate::cni::PREFIX;

/// What an ENI is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The node's own, never deleted.
    Primary,
    /// For pods.
    Secondary,
    /// For branch ENIs; holds no pod addresses, never deleted.
    Trunk,
}

/// An attached ENI.
#[derive(Debug, Clone)]
pub struct Eni {
    /// Never used twice on a node.
    pub id: u32,
    pub role: Role,
    /// Place on the node: the lowest that was free.
    pub device: u32,
    pub subnet: SubnetId,
    /// Its subnet is tagged against pods: it serves none and counts in no sum.
    pub excluded: bool,
    /// When the program first saw it.
    pub born: Ms,
    cidrs: Vec<Cidr>,
    order: Order,
    /// Sums of `cidrs`: addresses of the mode in force, those of them assigned and (`cooling_here`) in
    /// cool-down; over both modes pods, addresses in cool-down, what has no pod, and prefixes.
    total: u64,
    assigned: u64,
    pods: u64,
    cooling: u64,
    cooling_here: u64,
    idle: u64,
    blocks: u64,
    idle_blocks: u64,
}

/// A single address or a /28 on an ENI, and how many of its addresses have a pod or are in cool-down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cidr {
    /// 1 or 16; 0 where nothing is.
    pub size: u64,
    pub assigned: u64,
    pub cooling: u64,
}

impl Cidr {
    const NONE: Cidr = Cidr { size: 0, assigned: 0, cooling: 0 };

    pub fn is_block(self) -> bool {
        self.size == PREFIX
    }

    fn available(self) -> u64 {
        self.size - self.assigned - self.cooling
    }
}

impl Eni {
    pub fn new(id: u32, role: Role, device: u32, subnet: SubnetId, excluded: bool, born: Ms) -> Eni {
        Eni {
            id,
            role,
            device,
            subnet,
            excluded,
            born,
            cidrs: Vec::new(),
            order: Order::default(),
            total: 0,
            assigned: 0,
            pods: 0,
            cooling: 0,
            cooling_here: 0,
            idle: 0,
            blocks: 0,
            idle_blocks: 0,
        }
    }

    /// Address slots in use: singles and prefixes of either mode.
    pub fn used(&self) -> u64 {
        self.order.len() as u64
    }

    /// Pods with an address on it, of either mode.
    pub fn pods(&self) -> u64 {
        self.pods
    }

    /// Addresses in cool-down.
    pub fn cooling(&self) -> u64 {
        self.cooling
    }

    /// Addresses of the mode in force, and those without a pod, cool-down included.
    pub fn total_and_free(&self) -> (u64, u64) {
        (self.total, self.total - self.assigned)
    }

    /// Slots without a pod, of either mode.
    pub fn idle(&self) -> u64 {
        self.idle
    }

    /// Singles and /28s on it.
    pub fn singles_and_blocks(&self) -> (u64, u64) {
        (self.used() - self.blocks, self.blocks)
    }

    /// Its addresses and prefixes, with their keys.
    pub fn cidrs(&self) -> impl Iterator<Item = (u32, Cidr)> + '_ {
        (0..).zip(self.cidrs.iter().copied()).filter(|(_, c)| c.size > 0)
    }

    /// Pods on each of its addresses or prefixes that has any: key, pods.
    pub fn pods_by_cidr(&self) -> impl Iterator<Item = (u32, u64)> + '_ {
        self.cidrs().filter(|(_, c)| c.assigned > 0).map(|(key, c)| (key, c.assigned))
    }

    fn add(&mut self, size: u64, prefix_mode: bool, rng: &mut Rng) {
        let gap = self.order.len() < self.cidrs.len();
        let free = if gap { self.cidrs.iter().position(|c| c.size == 0) } else { None };
        let key = free.unwrap_or(self.cidrs.len());
        if key == self.cidrs.len() {
            self.cidrs.push(Cidr::NONE);
        }
        self.cidrs[key].size = size;
        self.order.insert(u32::try_from(key).unwrap_or(u32::MAX), rng);
        self.idle += 1;
        self.blocks += u64::from(size == PREFIX);
        self.idle_blocks += u64::from(size == PREFIX);
        if (size == PREFIX) == prefix_mode {
            self.total += size;
        }
    }

    fn remove(&mut self, key: u32, prefix_mode: bool) {
        let cidr = std::mem::replace(&mut self.cidrs[key as usize], Cidr::NONE);
        self.order.remove(key);
        self.cooling -= cidr.cooling;
        if cidr.is_block() == prefix_mode {
            self.cooling_here -= cidr.cooling;
        }
        self.idle -= 1;
        self.blocks -= u64::from(cidr.is_block());
        self.idle_blocks -= u64::from(cidr.is_block());
        if cidr.is_block() == prefix_mode {
            self.total -= cidr.size;
        }
    }

    /// Addresses of the mode in force that a pod could have now.
    fn available(&self) -> u64 {
        self.total - self.assigned - self.cooling_here
    }

    fn assign(&mut self, key: u32, prefix_mode: bool) {
        let cidr = &mut self.cidrs[key as usize];
        let was_idle = u64::from(cidr.assigned == 0);
        cidr.assigned += 1;
        self.pods += 1;
        self.assigned += u64::from(cidr.is_block() == prefix_mode);
        self.idle -= was_idle;
        self.idle_blocks -= was_idle * u64::from(cidr.is_block());
    }

    fn release(&mut self, key: u32, prefix_mode: bool) {
        let cidr = &mut self.cidrs[key as usize];
        let here = u64::from(cidr.is_block() == prefix_mode);
        cidr.assigned -= 1;
        cidr.cooling += 1;
        let is_idle = u64::from(cidr.assigned == 0);
        self.pods -= 1;
        self.assigned -= here;
        self.cooling += 1;
        self.cooling_here += here;
        self.idle += is_idle;
        self.idle_blocks += is_idle * u64::from(cidr.is_block());
    }

    fn cool(&mut self, key: u32, prefix_mode: bool) {
        let cidr = &mut self.cidrs[key as usize];
        cidr.cooling -= 1;
        self.cooling -= 1;
        self.cooling_here -= u64::from(cidr.is_block() == prefix_mode);
    }
}

/// Where a pod's address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address {
    pub eni: u32,
    pub cidr: u32,
}

/// What the program decides from. Addresses of the mode in force, excluded ENIs left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    pub total: u64,
    pub assigned: u64,
}

impl Stats {
    /// Addresses without a pod, those in cool-down included.
    pub fn free(self) -> u64 {
        self.total - self.assigned
    }
}

/// The ENIs and addresses of one node.
#[derive(Debug, Clone)]
pub struct Store {
    /// In the order of their attachment.
    pub enis: Vec<Eni>,
    order: Order,
    pub prefix_mode: bool,
    /// Addresses in cool-down, the longest first.
    released: VecDeque<(Ms, Address)>,
}

impl Store {
    pub fn new(prefix_mode: bool) -> Store {
        Store { enis: Vec::new(), order: Order::default(), prefix_mode, released: VecDeque::new() }
    }

    /// The same ENIs seen by a program that has just started: nothing is in cool-down, every ENI is young.
    pub fn restarted(mut self, prefix_mode: bool, now: Ms, rng: &mut Rng) -> Store {
        let mut store = Store::new(prefix_mode);
        for mut old in self.enis.drain(..) {
            old.born = now;
            old.order = Order::default();
            (old.cooling, old.cooling_here) = (0, 0);
            (old.total, old.assigned) = (0, 0);
            for (key, cidr) in (0..).zip(&mut old.cidrs).filter(|(_, c)| c.size > 0) {
                cidr.cooling = 0;
                old.order.insert(key, rng);
                if cidr.is_block() == prefix_mode {
                    old.total += cidr.size;
                    old.assigned += cidr.assigned;
                }
            }
            store.attach(old, rng);
        }
        store
    }

    pub fn attach(&mut self, eni: Eni, rng: &mut Rng) {
        self.order.insert(eni.id, rng);
        self.enis.push(eni);
    }

    /// Forgets an ENI.
    pub fn detach(&mut self, id: u32) -> Option<Eni> {
        let at = self.enis.iter().position(|e| e.id == id)?;
        self.order.remove(id);
        self.released.retain(|(_, address)| address.eni != id);
        Some(self.enis.remove(at))
    }

    /// Indices of the ENIs in the order of a map.
    pub fn walk<'a>(&'a self, rng: &mut Rng) -> impl Iterator<Item = usize> + use<'a> {
        self.order.walk(rng).filter_map(|id| self.enis.iter().position(|e| e.id == id))
    }

    /// Adds addresses (or, in prefix mode, prefixes) to an ENI.
    pub fn add(&mut self, eni: usize, count: u64, rng: &mut Rng) {
        let size = if self.prefix_mode { PREFIX } else { 1 };
        for _ in 0..count {
            self.enis[eni].add(size, self.prefix_mode, rng);
        }
    }

    /// Gives up to so many singles and prefixes without a pod back, those in cool-down too: how many of
    /// each. `goes` says by kind (is it a prefix?) what may go.
    pub fn remove_idle(
        &mut self,
        eni: usize,
        most: u64,
        goes: impl Fn(bool) -> bool,
        rng: &mut Rng,
    ) -> (u64, u64) {
        let own = &self.enis[eni];
        if own.idle == 0 || most == 0 {
            return (0, 0);
        }
        let cidr = |key: &u32| own.cidrs[*key as usize];
        let idle = own.order.walk(rng).filter(|k| cidr(k).assigned == 0 && goes(cidr(k).is_block()));
        let keys: Vec<u32> = idle.take(usize::try_from(most).unwrap_or(usize::MAX)).collect();
        let blocks = keys.iter().filter(|k| cidr(k).is_block()).count() as u64;
        let cooling = keys.iter().any(|k| cidr(k).cooling > 0);
        let own = &mut self.enis[eni];
        keys.iter().for_each(|key| own.remove(*key, self.prefix_mode));
        if cooling {
            let gone = |a: &Address| a.eni == own.id && own.cidrs[a.cidr as usize].size == 0;
            self.released.retain(|(_, address)| !gone(address));
        }
        (keys.len() as u64 - blocks, blocks)
    }

    pub fn stats(&self) -> Stats {
        let own = self.enis.iter().filter(|e| !e.excluded);
        own.fold(Stats::default(), |s, e| Stats {
            total: s.total + e.total,
            assigned: s.assigned + e.assigned,
        })
    }

    /// Prefixes, and those of them that have no pod.
    pub fn prefixes(&self) -> (u64, u64) {
        let own = || self.enis.iter().filter(|e| !e.excluded);
        let all = if self.prefix_mode {
            own().map(|e| e.total / PREFIX).sum()
        } else {
            own().map(|e| e.singles_and_blocks().1).sum()
        };
        (all, own().map(|e| e.idle_blocks).sum())
    }

    /// Addresses in cool-down.
    pub fn cooling(&self) -> u64 {
        self.released.len() as u64
    }

    /// Addresses that a pod could have now.
    pub fn available(&self) -> u64 {
        self.enis.iter().filter(|e| !e.excluded).map(Eni::available).sum()
    }

    /// Gives a pod an address: of the first ENI with one, in the order of a map, likewise within the ENI.
    pub fn assign(&mut self, rng: &mut Rng) -> Option<Address> {
        let mode = self.prefix_mode;
        let at = self.walk(rng).find(|e| !self.enis[*e].excluded && self.enis[*e].available() > 0)?;
        let eni = &mut self.enis[at];
        let free = |key: &u32| {
            let cidr = eni.cidrs[*key as usize];
            cidr.is_block() == mode && cidr.available() > 0
        };
        let cidr = eni.order.walk(rng).find(free)?;
        eni.assign(cidr, mode);
        Some(Address { eni: eni.id, cidr })
    }

    /// Whether an address is one of a /28.
    pub fn is_block(&self, address: Address) -> bool {
        let eni = self.enis.iter().find(|e| e.id == address.eni);
        eni.and_then(|e| e.cidrs.get(address.cidr as usize)).is_some_and(|c| c.is_block())
    }

    /// Takes a pod's address back; it cools down from now on.
    pub fn release(&mut self, address: Address, now: Ms) {
        let mode = self.prefix_mode;
        if let Some(eni) = self.enis.iter_mut().find(|e| e.id == address.eni) {
            eni.release(address.cidr, mode);
            self.released.push_back((now, address));
        }
    }

    /// Ends the cool-down of what was released more than so long ago.
    pub fn cool(&mut self, now: Ms, cooldown: Ms) {
        let mode = self.prefix_mode;
        while let Some((at, address)) = self.released.front().copied() {
            if now.saturating_sub(at) <= cooldown {
                return;
            }
            self.released.pop_front();
            if let Some(eni) = self.enis.iter_mut().find(|e| e.id == address.eni) {
                eni.cool(address.cidr, mode);
            }
        }
    }

    /// When the address that has cooled longest was released.
    pub fn oldest_release(&self) -> Option<Ms> {
        self.released.front().map(|(at, _)| *at)
    }
}
