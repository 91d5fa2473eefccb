//! The order in which the program looks through its ENIs and addresses: that of a Go map.
//!
//! A range over a Go map starts at a random place and goes round from there. Since Go 1.24 a map of up to 8
//! entries is one group of 8 slots that are filled in the order of insertion, a freed slot first; a larger
//! one is a table of such groups, twice as large whenever more than 7 of 8 slots would be in use, in which
//! a hash says where an entry goes. Source: `src/internal/runtime/maps` of the Go sources.

use fastrand::Rng;

/// Slots of one group.
const GROUP: usize = 8;

/// Keys in the order of a Go map.
#[derive(Debug, Clone)]
pub struct Order {
    slots: Vec<Slot>,
    len: usize,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    key: u32,
    hash: u32,
}

const FREE: u32 = u32::MAX;
const EMPTY: Slot = Slot { key: FREE, hash: 0 };

impl Default for Order {
    fn default() -> Order {
        Order { slots: vec![EMPTY; GROUP], len: 0 }
    }
}

impl Order {
    /// Number of keys.
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Puts a key in; its hash is drawn.
    pub fn insert(&mut self, key: u32, rng: &mut Rng) {
        let capacity = self.slots.len();
        let most = if capacity == GROUP { GROUP } else { capacity / GROUP * 7 };
        if self.len >= most {
            let old = std::mem::replace(&mut self.slots, vec![EMPTY; capacity * 2]);
            for slot in old.into_iter().filter(|slot| slot.key != FREE) {
                self.put(slot);
            }
        }
        self.put(Slot { key, hash: rng.u32(..) });
        self.len += 1;
    }

    /// Into the first free slot of its group; of the next in triangular steps where that is full.
    fn put(&mut self, slot: Slot) {
        let groups = self.slots.len() / GROUP;
        let mut group = slot.hash as usize % groups;
        for step in 1..=groups {
            let own = &mut self.slots[group * GROUP..(group + 1) * GROUP];
            if let Some(free) = own.iter_mut().find(|s| s.key == FREE) {
                *free = slot;
                return;
            }
            group = (group + step) % groups;
        }
    }

    /// Takes a key out.
    pub fn remove(&mut self, key: u32) {
        if let Some(slot) = self.slots.iter_mut().find(|slot| slot.key == key) {
            *slot = EMPTY;
            self.len -= 1;
        }
    }

    /// The keys from a random place round.
    pub fn walk<'a>(&'a self, rng: &mut Rng) -> impl Iterator<Item = u32> + use<'a> {
        let start = rng.usize(..self.slots.len());
        let (before, after) = self.slots.split_at(start);
        after.iter().chain(before).map(|slot| slot.key).filter(|key| *key != FREE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two ENIs in slots 0 and 1: the scan meets the second first from one start of eight.
    #[test]
    fn the_first_of_two_comes_first_in_seven_of_eight() {
        let mut rng = Rng::with_seed(1);
        let mut order = Order::default();
        order.insert(10, &mut rng);
        order.insert(20, &mut rng);
        let second = (0..80_000).filter(|_| order.walk(&mut rng).next() == Some(20)).count();
        assert!((9_500..10_500).contains(&second), "{second}");
    }

    #[test]
    fn every_key_is_met_once_whatever_came_and_went() {
        let mut rng = Rng::with_seed(2);
        let mut order = Order::default();
        let mut keys = Vec::new();
        for key in 0..200 {
            order.insert(key, &mut rng);
            keys.push(key);
            if key % 3 == 0 {
                order.remove(key / 2);
                keys.retain(|k| *k != key / 2);
            }
            let mut met: Vec<u32> = order.walk(&mut rng).collect();
            met.sort_unstable();
            assert_eq!(met, keys);
            assert_eq!(order.len(), keys.len());
        }
    }
}
