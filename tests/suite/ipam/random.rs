//! The allocators against naive references that walk address by address, and what always holds: no address given
//! twice unless files were lost, sums, formulas equal to giving out until it fails.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use podroom::ipam::docker::{Error, Network, Spec};
use podroom::ipam::host_local::{HostLocal, Lost, Owner, RangeSpec};
use podroom::ipam::node_ranges::NodeRanges;
use podroom::ipam::ovn::NodeSubnets;
use podroom::ipam::services::{Services, dynamic_band, static_band};
use podroom::ipam::{Runs, range};
use proptest::prelude::*;

/// Where the small subnets of the tests are.
const FOUR: u32 = 0x0a01_0000;
const SIX: u128 = 0xfd00 << 112;

/// The address of a family with so many before it.
fn at(six: bool, n: u128) -> IpAddr {
    if six { Ipv6Addr::from(SIX + n).into() } else { Ipv4Addr::from(FOUR + n as u32).into() }
}

/// A subnet of 2^bits addresses after so many others.
fn subnet(six: bool, n: u128, bits: u8) -> IpNet {
    IpNet::new(at(six, n), if six { 128 } else { 32 } - bits).unwrap().trunc()
}

fn place(address: IpAddr) -> u128 {
    range::number(address) - if address.is_ipv6() { SIX } else { FOUR.into() }
}

proptest! {
    #[test]
    fn runs_are_sets(changes in prop::collection::vec((any::<bool>(), 0..60u128, 0..12u128), 0..40), from in 0..70u128, span in 0..70u128) {
        let (mut runs, mut set) = (Runs::default(), BTreeSet::new());
        for (add, first, more) in changes {
            let all = first..=first + more;
            if add {
                let new = all.clone().filter(|n| set.insert(*n)).count();
                prop_assert_eq!(runs.add_all(first, first + more), new as u128);
            } else {
                let gone = all.clone().filter(|n| set.remove(n)).count();
                prop_assert_eq!(runs.remove_all(first, first + more), gone as u128);
            }
        }
        let to = from + span;
        let free: Vec<u128> = (from..=to).filter(|n| !set.contains(n)).collect();
        prop_assert_eq!(runs.count(), set.len() as u128);
        prop_assert_eq!(runs.within(from, to), set.range(from..=to).count() as u128);
        prop_assert_eq!(runs.first_gap(from, to), free.first().copied());
        let gaps = runs.gaps(from, to);
        prop_assert!(gaps.windows(2).all(|two| two[0].1 + 1 < two[1].0));
        prop_assert_eq!(gaps.into_iter().flat_map(|(a, b)| a..=b).collect::<Vec<_>>(), free);
        prop_assert!((0..80).all(|n| runs.contains(n) == set.contains(&n)));
    }
}

/// Docker as plainly as possible: what is used, by name of the container or none.
struct Bridge {
    used: BTreeMap<u128, Option<u8>>,
    size: u128,
    pool: std::ops::Range<u128>,
}

impl Bridge {
    fn lowest(&self) -> Option<u128> {
        self.pool.clone().find(|n| !self.used.contains_key(n))
    }

    fn take(&mut self, n: u128, by: Option<u8>) -> bool {
        let free = n < self.size && !self.used.contains_key(&n);
        if free {
            self.used.insert(n, by);
        }
        free
    }
}

proptest! {
    #[test]
    fn docker_gives_the_lowest_free(
        six: bool,
        bits in 0..7u8,
        range in prop::option::of((0..64u128, 0..7u8)),
        gateway in prop::option::of(0..66u128),
        aux in prop::collection::vec(0..66u128, 0..4),
        steps in prop::collection::vec((0..3u8, 0..12u8, 0..66u128), 0..60),
    ) {
        let size = 1u128 << bits;
        let range = range.map(|(n, small)| (n % size, small.min(bits))).map(|(n, small)| (n >> small << small, small));
        let pool = range.map_or(0..size, |(first, small)| first..first + (1 << small));
        let mut naive = Bridge { used: BTreeMap::new(), size, pool };
        if six || bits > 1 {
            naive.take(0, None);
        }
        if !six && bits > 1 {
            naive.take(size - 1, None);
        }
        let spec = Spec {
            name: "n".into(),
            id: None,
            subnet: subnet(six, 0, bits),
            ip_range: range.map(|(first, small)| subnet(six, first, small)),
            gateway: gateway.map(|n| at(six, n)),
            aux: aux.iter().map(|n| (n.to_string(), at(six, *n))).collect(),
        };
        let has_gateway = gateway.or(naive.lowest()).is_some_and(|n| naive.take(n, None));
        let possible = has_gateway && aux.iter().all(|n| naive.take(*n, None));
        let network = Network::create(spec);
        prop_assert_eq!(network.is_ok(), possible, "{:?}", network.err().map(|e| e.to_string()));
        let Ok(mut network) = network else { return Ok(()) };

        // the formula is what can be given out
        let mut empty = network.clone();
        let given = (0..).take_while(|n| empty.attach(&n.to_string(), None).is_ok()).count();
        prop_assert_eq!(network.capacity(), given as u128);
        prop_assert_eq!(empty.attach("more", None), Err(empty.none_left()));

        for (what, name, n) in steps {
            let attached = naive.used.iter().find(|(_, by)| **by == Some(name)).map(|(n, _)| *n);
            match (what, attached) {
                (2, Some(n)) => {
                    naive.used.remove(&n);
                    prop_assert_eq!(network.detach(&name.to_string()), Ok(at(six, n)));
                }
                (2, None) => prop_assert!(network.detach(&name.to_string()).is_err()),
                (_, Some(_)) => {
                    let twice = network.attach(&name.to_string(), None);
                    let already = matches!(twice, Err(Error::Attached { .. }));
                    prop_assert!(already);
                }
                (fixed, None) => {
                    let fixed = (fixed == 1).then_some(n);
                    let expected = fixed.or(naive.lowest()).filter(|n| naive.take(*n, Some(name)));
                    let ours = network.attach(&name.to_string(), fixed.map(|n| at(six, n)));
                    prop_assert_eq!(ours.ok(), expected.map(|n| at(six, n)));
                }
            }
            let taken: Vec<u128> = network.taken().map(|(address, _)| place(address)).collect();
            prop_assert_eq!(&taken, &naive.used.keys().copied().collect::<Vec<_>>());
            let free = naive.pool.clone().filter(|n| !naive.used.contains_key(n)).count();
            prop_assert_eq!(network.left(), free as u128);
            prop_assert_eq!(network.status().in_use, taken.len() as u64);
            prop_assert_eq!(network.status().available, free as u64);
        }
    }
}

/// host-local as plainly as possible: files, the last address of each set, and its walk one address at a time.
struct Files {
    /// (first, last, gateway) of each range, by set.
    sets: Vec<Vec<(u128, u128, u128)>>,
    files: BTreeMap<u128, u8>,
    last: Vec<Option<u128>>,
}

impl Files {
    fn next(&self, set: usize) -> Option<u128> {
        let ranges = &self.sets[set];
        let within = |n: u128| ranges.iter().position(|(first, last, _)| (*first..=*last).contains(&n));
        let (mut at, mut current) = match self.last[set].and_then(|last| Some((within(last)?, last))) {
            Some((at, last)) => (at, Some(last)),
            None => (0, None),
        };
        let mut start = None;
        loop {
            let next = match current {
                None => ranges[at].0,
                Some(current) if current == ranges[at].1 => {
                    at = (at + 1) % ranges.len();
                    ranges[at].0
                }
                Some(current) => current + 1,
            };
            if start == Some(next) {
                return None;
            }
            start = start.or(Some(next));
            current = Some(next);
            if next != ranges[at].2 && !self.files.contains_key(&next) {
                return Some(next);
            }
        }
    }

    fn has(&self, set: usize, n: u128) -> bool {
        self.sets[set].iter().any(|(first, last, _)| (*first..=*last).contains(&n))
    }

    fn add(&mut self, id: u8, mut requested: Vec<u128>) -> Option<Vec<u128>> {
        let mut given = Vec::new();
        for set in 0..self.sets.len() {
            let one = requested.iter().position(|n| self.has(set, *n)).map(|at| requested.remove(at));
            let gateway = |n: u128| self.sets[set].iter().any(|r| (r.0..=r.1).contains(&n) && r.2 == n);
            let again = self.files.iter().any(|(n, owner)| *owner == id && self.has(set, *n));
            let found = match one {
                Some(n) => Some(n).filter(|n| !gateway(*n) && !self.files.contains_key(n)),
                None if again => None,
                None => self.next(set),
            };
            let Some(n) = found else {
                if set > 0 {
                    self.files.retain(|_, owner| *owner != id);
                }
                return None;
            };
            self.files.insert(n, id);
            self.last[set] = Some(n);
            given.push(n);
        }
        if !requested.is_empty() {
            self.files.retain(|_, owner| *owner != id);
            return None;
        }
        Some(given)
    }
}

/// A range of 2^bits addresses, with ends and gateway where given.
type Written = (u8, Option<(u128, u128)>, Option<u128>);

fn ranges(six: bool, first: u128, written: &[Written]) -> (Vec<RangeSpec>, Vec<(u128, u128, u128)>) {
    let each = written.iter().enumerate().map(|(n, (bits, ends, gateway))| {
        // 64 addresses apart
        let base = first + 64 * n as u128;
        let size = 1u128 << bits;
        let ends = ends.map(|(a, b)| (a % size, b % size)).map(|(a, b)| (base + a.min(b), base + a.max(b)));
        let gateway = gateway.map(|n| base + n % size);
        let spec = RangeSpec {
            subnet: subnet(six, base, *bits),
            range_start: ends.map(|ends| at(six, ends.0)),
            range_end: ends.map(|ends| at(six, ends.1)),
            gateway: gateway.map(|n| at(six, n)),
            exclude: Vec::new(),
        };
        let usual = (base + 1, base + size - if six { 1 } else { 2 });
        let (start, end) = ends.unwrap_or(usual);
        (spec, (start, end, gateway.unwrap_or(base + 1)))
    });
    each.unzip()
}

fn written() -> impl Strategy<Value = Vec<Written>> {
    let ends = prop::option::of((0..64u128, 0..64u128));
    prop::collection::vec((2..6u8, ends, prop::option::of(0..64u128)), 1..4)
}

proptest! {
    #[test]
    fn host_local_goes_round(
        six: bool,
        first in written(),
        second in prop::option::of(written()),
        steps in prop::collection::vec((0..12u8, 0..30u8, 0..450u128), 0..60),
    ) {
        let (specs, plain) = ranges(six, 0, &first);
        let (mut all, mut sets) = (vec![specs], vec![plain]);
        if let Some(second) = second {
            let (specs, plain) = ranges(six, 256, &second);
            all.push(specs);
            sets.push(plain);
        }
        let node = HostLocal::new(&all);
        prop_assert!(node.is_ok(), "{}", node.unwrap_err());
        let mut node = node.unwrap();
        let mut naive = Files { last: vec![None; sets.len()], sets, files: BTreeMap::new() };

        let mut empty = node.clone();
        let given = (0..).take_while(|n| empty.add(&Owner::eth0(&n.to_string()), &[]).is_ok()).count();
        prop_assert_eq!(node.capacity(), given as u128);

        let mut running: BTreeMap<u8, Vec<u128>> = BTreeMap::new();
        let mut lost = false;
        for (what, id, n) in steps {
            let owner = Owner::eth0(&id.to_string());
            match what {
                0..7 => {
                    let requested: Vec<u128> = (what == 0).then_some(n).into_iter().collect();
                    let ask: Vec<IpAddr> = requested.iter().map(|n| at(six, *n)).collect();
                    let expected = naive.add(id, requested);
                    let ours = node.add(&owner, &ask).ok();
                    let ours = ours.map(|nets| nets.iter().map(|net| place(net.addr())).collect::<Vec<_>>());
                    prop_assert_eq!(&ours, &expected);
                    running.extend(expected.map(|given| (id, given)));
                }
                7 | 8 => {
                    node.del(&owner);
                    naive.files.retain(|_, owner| *owner != id);
                    running.remove(&id);
                }
                9 => {
                    node.vanish(&owner);
                    running.remove(&id);
                }
                _ if n < 300 => {}
                _ => {
                    let what = [Lost::Everything, Lost::AddressFiles, Lost::LastReserved][(n % 3) as usize];
                    node.lose(what);
                    if what != Lost::LastReserved {
                        naive.files.clear();
                        lost = true;
                    }
                    if what != Lost::AddressFiles {
                        naive.last.fill(None);
                    }
                }
            }
            let files: BTreeMap<u128, u8> =
                node.recorded().map(|(a, owner)| (place(a), owner.id.parse().unwrap())).collect();
            prop_assert_eq!(&files, &naive.files);
            let mut users: BTreeMap<u128, u32> = BTreeMap::new();
            running.values().flatten().for_each(|n| *users.entry(*n).or_insert(0) += 1);
            prop_assert_eq!(node.in_use().map(|(a, users)| (place(a), users)).collect::<BTreeMap<_, _>>(), users);
            let leaked = naive.files.values().filter(|owner| !running.contains_key(owner)).count();
            prop_assert_eq!(node.leaked().count(), leaked);
            // a container that is added again after its files were given back by a failed ADD counts as lost too
            let kept = running.iter().all(|(id, has)| has.iter().all(|n| naive.files.get(n) == Some(id)));
            prop_assert!(lost || !kept || node.duplicates().count() == 0);
        }

        // the outlook is what new pods then get
        for what in [None, Some(Lost::Everything), Some(Lost::AddressFiles), Some(Lost::LastReserved)] {
            let mut later = node.clone();
            if let Some(what) = what {
                later.lose(what);
            }
            let looks: Vec<_> = (0..all.len()).map(|set| node.outlook(set, what).unwrap()).collect();
            let used: HashSet<IpAddr> = node.in_use().map(|(address, _)| address).collect();
            let room = looks.iter().map(|look| look.room()).min().unwrap();
            for pod in 1..=room {
                let given = later.add(&Owner::eth0(&format!("new{pod}")), &[]).unwrap();
                for (look, net) in looks.iter().zip(given) {
                    let new = look.pod(pod).unwrap();
                    prop_assert_eq!((new.address, new.duplicate), (net.addr(), used.contains(&net.addr())));
                }
            }
            prop_assert!(later.add(&Owner::eth0("more"), &[]).is_err());
            for look in &looks {
                let all: Vec<_> = look.pods().collect();
                prop_assert_eq!(all.len() as u128, look.room());
                let number = |shared: bool| Some(all.iter().position(|new| new.duplicate == shared)? as u128 + 1);
                prop_assert_eq!(look.first_clean().map(|(n, _)| n), number(false));
                prop_assert_eq!(look.first_duplicate().map(|(n, _)| n), number(true));
                prop_assert_eq!(look.duplicates(look.room()), all.iter().filter(|new| new.duplicate).count() as u128);
            }
        }
    }
}

proptest! {
    #[test]
    fn node_ranges_are_next_fit(
        six: bool,
        bits in 0..6u8,
        host in 0..5u8,
        service in prop::option::of((0..1024u128, 0..12u8)),
        steps in prop::collection::vec((0..6u8, 0..64u128), 0..80),
    ) {
        let cluster = subnet(six, 0, bits + host);
        let mask = cluster.prefix_len() + bits;
        let mut ours = NodeRanges::new(cluster, mask).unwrap();
        let all = 1usize << bits;
        let services: Vec<IpNet> = service.map(|(n, size)| subnet(six, n, size)).into_iter().collect();
        let range = |index: usize| subnet(six, (index as u128) << host, host);
        let touched = |index: usize| services.iter().any(|s| s.contains(&range(index)) || range(index).contains(s));
        let begin = || (0..all).map(touched).collect::<Vec<bool>>();
        ours.restart(&services, &[]).unwrap();
        let (mut used, mut next) = (begin(), 0);
        prop_assert_eq!(ours.left(), used.iter().filter(|used| !**used).count() as u128);
        let mut nodes: BTreeSet<usize> = BTreeSet::new();
        for (what, n) in steps {
            match what {
                0..4 => {
                    let found = (0..all).map(|n| (next + n) % all).find(|index| !used[*index]);
                    prop_assert_eq!(ours.allocate_next().ok(), found.map(range));
                    if let Some(index) = found {
                        used[index] = true;
                        next = (index + 1) % all;
                        prop_assert!(nodes.insert(index), "given twice");
                    }
                }
                4 => {
                    if let Some(index) = nodes.iter().nth(n as usize % nodes.len().max(1)).copied() {
                        nodes.remove(&index);
                        ours.release(range(index)).unwrap();
                        used[index] = false;
                    }
                }
                _ => {
                    let there: Vec<IpNet> = nodes.iter().map(|index| range(*index)).collect();
                    ours.restart(&services, &there).unwrap();
                    (used, next) = (begin(), 0);
                    nodes.iter().for_each(|index| used[*index] = true);
                }
            }
            prop_assert_eq!(ours.used() + ours.left(), ours.all());
            prop_assert_eq!(ours.used(), used.iter().filter(|used| **used).count() as u128);
        }
    }

    /// Against the order as it is told: subnets whose bits in the octet shared with hosts are all 0 come first,
    /// ascending; then those with 1 there; and so on.
    #[test]
    fn ovn_gives_out_by_the_shared_octet(
        length in 8..30u8,
        bits in 0..9u8,
        steps in prop::collection::vec((0..4u8, 0..40u8), 0..60),
    ) {
        let host_prefix = (length + bits).min(31);
        let cluster = IpNet::new(Ipv4Addr::from(0xac10_0000u32).into(), length).unwrap().trunc();
        let mut order: Vec<IpNet> = cluster.subnets(host_prefix).unwrap().collect();
        let octet_before = host_prefix / 8 * 8;
        if host_prefix % 8 != 0 && length < octet_before {
            let shared = |net: &IpNet| range::number(net.network()) % (1 << (32 - octet_before));
            order.sort_by_key(|net| (shared(net), net.network()));
        }
        let mut ours = NodeSubnets::new(cluster, host_prefix).unwrap();
        prop_assert_eq!(ours.left(), order.len() as u128);
        let mut nodes: BTreeMap<u8, usize> = BTreeMap::new();
        let mut next = 0;
        for (what, node) in steps {
            let name = node.to_string();
            if what == 0 {
                prop_assert_eq!(ours.release(&name), nodes.remove(&node).is_some());
            } else if let Some(place) = nodes.get(&node) {
                prop_assert_eq!(ours.allocate(&name), Ok(order[*place]));
            } else {
                let taken: HashSet<usize> = nodes.values().copied().collect();
                let found = (0..order.len()).map(|n| (next + n) % order.len()).find(|place| !taken.contains(place));
                prop_assert_eq!(ours.allocate(&name).ok(), found.map(|place| order[place]));
                next = found.map_or(0, |place| place + 1) % order.len();
                nodes.extend(found.map(|place| (node, place)));
            }
            prop_assert_eq!(ours.left(), (order.len() - nodes.len()) as u128);
        }
        // what is marked in the order of names is the same again
        let mut again = NodeSubnets::new(cluster, host_prefix).unwrap();
        for (node, place) in &nodes {
            again.mark(&node.to_string(), order[*place]).unwrap();
        }
        prop_assert_eq!(again.left(), ours.left());
    }

    #[test]
    fn services_take_the_upper_band_first(
        six: bool,
        bits in 0..8u8,
        steps in prop::collection::vec((0..6u8, 0..300u64), 0..200),
    ) {
        let cidr = subnet(six, 0, bits);
        let mut ours = Services::new(cidr).unwrap();
        let size = 1u128 << bits;
        let last = (size - 1).saturating_sub(u128::from(!six));
        let lower: Vec<u128> = (1..=static_band(cidr)).collect();
        let upper: Vec<u128> = (1..=last).filter(|n| !lower.contains(n)).collect();
        prop_assert_eq!(upper.len() as u128, dynamic_band(cidr));
        let mut used = BTreeSet::new();
        for (what, n) in steps {
            match what {
                0 => {
                    ours.release(at(six, n.into()));
                    used.remove(&u128::from(n));
                }
                1 => {
                    let n = u128::from(n);
                    let possible = (1..=last).contains(&n) && used.insert(n);
                    prop_assert_eq!(ours.allocate(at(six, n)).is_ok(), possible);
                }
                _ => {
                    let from = |band: &[u128]| {
                        let begin = n as usize % band.len().max(1);
                        band[begin..].iter().chain(&band[..begin]).find(|n| !used.contains(*n)).copied()
                    };
                    let found = from(&upper).or(from(&lower));
                    prop_assert_eq!(ours.allocate_next(n).ok(), found.map(|n| at(six, n)));
                    used.extend(found);
                }
            }
            prop_assert_eq!(ours.left(), last - used.len() as u128);
        }
    }
}
