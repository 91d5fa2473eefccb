//! Weave: facts by hand, and the model held against a naive one that knows each address.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};

use ipnet::Ipv4Net;
use podroom::ipam::weave::{self, Allocated, Network, Refused, Ring, Share, cancelled, shares, totals};
use proptest::prelude::*;

fn range(text: &str) -> Ipv4Net {
    weave::range(text).unwrap()
}

fn names(n: usize) -> Vec<String> {
    (0..n).map(|i| format!("{i:02x}")).collect()
}

fn sizes(text: &str, peers: usize) -> Vec<u64> {
    shares(range(text), peers).iter().map(Share::addresses).collect()
}

fn take(network: &mut Network, peer: &str, container: &str) -> Option<String> {
    match network.allocate(peer, container).unwrap() {
        Allocated::Address(address) => Some(address.to_string()),
        Allocated::Blocked => None,
    }
}

#[test]
fn a_split_is_equal_only_for_powers_of_two() {
    let p = |bits: &[u32]| bits.iter().map(|bits| 1_u64 << (32 - bits)).collect::<Vec<_>>();
    assert_eq!(sizes("10.32.0.0/12", 2), p(&[13, 13]));
    assert_eq!(sizes("10.32.0.0/12", 7), p(&[14, 15, 15, 15, 15, 15, 15]));
    assert_eq!(sizes("10.32.0.0/12", 10), p(&[15, 15, 15, 16, 16, 15, 15, 15, 16, 16]));
    // more peers than addresses: each half of the peers has half of them
    assert_eq!(sizes("10.32.0.0/30", 5), [1, 1, 1, 1, 0]);
    assert_eq!(sizes("10.32.0.0/12", 0), [0_u64; 0]);
}

#[test]
fn the_largest_ranges_are_split_at_once() {
    let eight = range("10.0.0.0/8");
    let thousand = shares(eight, 1_000);
    assert_eq!(thousand.iter().map(Share::addresses).sum::<u64>(), 1 << 24);
    assert_eq!(thousand.iter().map(|share| share.usable).sum::<u64>(), (1 << 24) - 2);
    assert!(thousand.iter().all(|share| [1 << 14, 1 << 15].contains(&share.addresses())));
    let wanted = vec![Some(20_000); 1_000];
    let all = totals(&thousand, &wanted);
    assert_eq!((all.assigned, all.blocked), ((1 << 24) - 2, 20_000_000 - ((1 << 24) - 2)));
    assert_eq!(all.free, 0);
    // and the network itself keeps runs, not addresses
    let mut network = Network::new(eight, &names(1_000), 7);
    network.join("new").unwrap();
    assert!(take(&mut network, "new", "a").is_some());
    assert_eq!(network.rows().len(), 1_001);
}

#[test]
fn names_are_sorted_and_count_once() {
    let peers = ["b", "a", "b"].map(String::from);
    assert_eq!(Ring::split(range("10.32.0.0/29"), &peers).to_string(), "[10.32.0.0+4 a 10.32.0.4+4 b]");
}

#[test]
fn ranges_that_weave_refuses() {
    let error = |text: &str| weave::range(text).unwrap_err().to_string();
    assert_eq!(error("10.32.0.0/31"), "invalid subnet - smaller than minimum size 4: 10.32.0.0/31");
    assert_eq!(error("0.0.0.0/0"), "invalid subnet - smaller than minimum size 4: 0.0.0.0/0");
    assert_eq!(
        error("10.32.0.1/24"),
        "invalid subnet - bits after network prefix are not all zero: 10.32.0.1/24"
    );
    // both: the size is what it says
    assert_eq!(error("10.32.0.1/31"), "invalid subnet - smaller than minimum size 4: 10.32.0.1/31");
    assert_eq!(error("fd00::/64"), "invalid Non-IPv4 address not supported: fd00::/64");
    assert_eq!(error("10.32\u{1b}"), "invalid CIDR address: 10.32\\u{1b}");
    assert!(error("255.255.255.0/24").contains("255.255.255.255"));
    assert!(weave::range("10.32.0.0/30").is_ok() && weave::range(weave::DEFAULT_RANGE).is_ok());
}

/// weave-exhaust-29 with two peers: one donor, so no chance. The last address of the range is donated too, and lost.
#[test]
fn one_donor_gives_everything() {
    let mut network = Network::new(range("10.32.0.0/29"), &names(2), 1);
    let mut given = Vec::new();
    while let Some(address) = take(&mut network, "00", &format!("c{}", given.len())) {
        given.push(address);
    }
    assert_eq!(given, ["10.32.0.1", "10.32.0.2", "10.32.0.3", "10.32.0.6", "10.32.0.5", "10.32.0.4"]);
    assert_eq!(network.ring().to_string(), "[10.32.0.0+4 00 10.32.0.4+1 00 10.32.0.5+1 00 10.32.0.6+2 00]");
    // weave-exhausted-cancelled: it waits until the kubelet gives up
    assert_eq!(network.allocate("01", "c").unwrap(), Allocated::Blocked);
    assert_eq!(cancelled("4f1c"), "Allocate request for 4f1c cancelled");
    // one that is freed is what the next one gets, wherever it asks
    assert_eq!(network.free("00", "c3").unwrap().to_string(), "10.32.0.6");
    assert_eq!(take(&mut network, "01", "c").as_deref(), Some("10.32.0.6"));
}

#[test]
fn a_container_keeps_its_address() {
    let mut network = Network::new(range("10.32.0.0/24"), &names(2), 1);
    assert_eq!(take(&mut network, "01", "a").as_deref(), Some("10.32.0.128"));
    assert_eq!(take(&mut network, "01", weave::EXPOSE).as_deref(), Some("10.32.0.129"));
    assert_eq!(take(&mut network, "01", "a").as_deref(), Some("10.32.0.128"));
    network.free("01", "a").unwrap();
    assert_eq!(take(&mut network, "01", "b").as_deref(), Some("10.32.0.128"));
    let error = network.free("01", "a").unwrap_err();
    assert_eq!(error.to_string(), "container \"a\" has no address on peer \"01\"");
}

/// weave-crash-then-rmpeer: a dead peer keeps its share until one host takes it over.
#[test]
fn a_dead_peer_keeps_its_share() {
    let mut network = Network::new(range("10.32.0.0/22"), &names(3), 1);
    for peer in names(3) {
        take(&mut network, &peer, "a").unwrap();
    }
    let before = network.ring().to_string();
    network.stop("02").unwrap();
    assert_eq!(network.ring().to_string(), before);
    // 510 and 255 left on the peers that run, and no more than that
    let row = network.rows().remove(0);
    assert_eq!((row.usable, row.free, row.reachable), (511, 510, 255));
    let mut given = 0;
    while take(&mut network, "00", &format!("more{given}")).is_some() {
        given += 1;
    }
    assert_eq!(given, 510 + 255);
    assert_eq!(network.rmpeer("02", "00"), Ok(256));
    assert!(network.ring().to_string().ends_with("10.32.3.0+256 00]"));
    assert_eq!(take(&mut network, "00", "b").as_deref(), Some("10.32.3.0"));
    // nobody knows it any more
    assert_eq!(network.rmpeer("02", "01"), Ok(0));
    // it comes back with nothing
    network.join("02").unwrap();
    assert_eq!(network.rows()[2].owned, 0);
}

#[test]
fn a_stopped_peer_comes_back_with_everything() {
    let mut network = Network::new(range("10.32.0.0/24"), &names(2), 1);
    take(&mut network, "01", "a").unwrap();
    let before = network.rows();
    network.stop("01").unwrap();
    assert_eq!(network.allocate("01", "b"), Err(Refused::Down("01".into())));
    assert_eq!(network.rows()[0].reachable, 0);
    network.join("01").unwrap();
    assert_eq!(network.rows(), before);
    assert_eq!(network.rmpeer("01", "00"), Err(Refused::Up("01".into())));
    assert_eq!(network.join("01"), Err(Refused::Up("01".into())));
    assert_eq!(network.stop("zz").unwrap_err().to_string(), "no peer \"zz\"; let it join first");
}

/// All goes to one heir: the first owner on the ring that runs; what containers still use can be given out again.
#[test]
fn who_leaves_has_one_heir() {
    let mut network = Network::new(range("10.32.0.0/24"), &names(3), 1);
    take(&mut network, "00", "a").unwrap();
    network.join("new").unwrap();
    network.stop("01").unwrap();
    let left = network.reset("00").unwrap();
    assert_eq!(left.heir.as_deref(), Some("02"));
    assert_eq!(left.ranges.len(), 1);
    assert_eq!(left.in_use, ["10.32.0.1".parse::<IpAddr>().unwrap()]);
    // the address that was in use is the lowest free one of the heir
    assert_eq!(take(&mut network, "02", "b").as_deref(), Some("10.32.0.1"));
    // next: one that runs and owns nothing; then the one that is down; then nobody, and the range is split anew
    assert_eq!(network.reset("02").unwrap().heir.as_deref(), Some("new"));
    assert_eq!(network.reset("new").unwrap().heir.as_deref(), Some("01"));
    assert_eq!(network.ring().owned("01").len(), network.ring().parts().count());
    network.join("01").unwrap();
    assert_eq!(network.reset("01").unwrap().heir, None);
    assert!(network.ring().is_empty() && network.rows().is_empty());
    network.join("x").unwrap();
    assert_eq!(take(&mut network, "x", "a").as_deref(), Some("10.32.0.1"));
    assert_eq!(network.ring().to_string(), "[10.32.0.0+256 x]");
}

#[test]
fn a_consensus_may_leave_peers_out() {
    assert_eq!([1, 2, 3, 4, 5].map(weave::quorum), [1, 2, 2, 3, 3]);
    let mut network = Network::new(range("10.32.0.0/24"), &names(2), 1);
    network.join("02").unwrap();
    let row = network.rows().remove(2);
    assert_eq!((row.owned, row.reachable), (0, 254));
    assert!(take(&mut network, "02", "a").is_some());
    assert_eq!(network.rows()[2].owned, 64);
}

/// The first mistake of a timeline with so many peers at the start, and as many that join.
fn mistake(peers: usize, joins: usize) -> Option<String> {
    let steps: Vec<[String; 2]> = (0..joins).map(|i| ["join".into(), format!("new{i}")]).collect();
    let line = serde_json::json!({
        "manager": "weave", "range": "10.32.0.0/12", "peers": names(peers), "steps": steps,
    });
    podroom::replay::Entry::all(&line.to_string()).err().map(|mistakes| mistakes[0].message.clone())
}

#[test]
fn a_timeline_has_so_many_peers() {
    assert_eq!(mistake(1_000, 1_000), None);
    assert_eq!(mistake(1_001, 0).unwrap(), "peers: 1,001 is not between 0 and 1,000");
    assert_eq!(mistake(0, 1_001).unwrap(), "peers that join in all: 1,001 is not between 0 and 1,000");
}

/// Every address on its own: who owns it, and who has it.
struct Naive {
    owner: Vec<usize>,
    user: Vec<Option<(usize, u32)>>,
}

impl Naive {
    fn new(size: usize, peers: usize) -> Naive {
        let mut owner = vec![0; size];
        halve(&mut owner, &(0..peers).collect::<Vec<_>>());
        Naive { owner, user: vec![None; size] }
    }

    fn free(&self, i: usize, peer: usize) -> bool {
        self.owner[i] == peer && self.user[i].is_none()
    }

    fn allocate(&mut self, peer: usize, container: u32) -> Option<usize> {
        loop {
            if let Some(i) = self.user.iter().position(|user| *user == Some((peer, container))) {
                return Some(i);
            }
            let inner = 1..self.owner.len() - 1;
            if let Some(i) = inner.into_iter().find(|i| self.free(*i, peer)) {
                self.user[i] = Some((peer, container));
                return Some(i);
            }
            // with two peers there is one to ask
            for i in self.block(1 - peer)? {
                self.owner[i] = peer;
            }
        }
    }

    /// What a donor gives away.
    fn block(&self, donor: usize) -> Option<std::ops::Range<usize>> {
        let size = self.owner.len();
        let free = (0..size).filter(|i| self.free(*i, donor)).count();
        let mut best: Option<std::ops::Range<usize>> = None;
        let mut run_of_best = 0;
        for bits in 0..=size.ilog2() {
            for start in (0..size).step_by(1 << bits) {
                let block = start..start + (1 << bits);
                if !block.clone().all(|i| self.free(i, donor)) {
                    continue;
                }
                // the first address of the run that it lies in
                let run = (0..start).rev().take_while(|i| self.free(*i, donor)).last().unwrap_or(start);
                let larger = best.as_ref().is_none_or(|best| best.len() < block.len());
                if larger || run > run_of_best {
                    (best, run_of_best) = (Some(block), run);
                }
            }
        }
        let best = best?;
        let half = best.len() / 2;
        Some(if best.len() > free / 2 { best.start + half..best.end } else { best })
    }
}

fn halve(owner: &mut [usize], peers: &[usize]) {
    if owner.len() == 1 || peers.len() == 1 {
        owner.fill(peers[0]);
        return;
    }
    let (low, high) = owner.split_at_mut(owner.len() / 2);
    let (few, rest) = peers.split_at(peers.len() / 2);
    // one peer and several addresses never end here, so that both halves of the peers have some
    halve(low, few);
    halve(high, rest);
}

fn place(base: Ipv4Net, address: IpAddr) -> usize {
    let IpAddr::V4(v4) = address else { panic!("{address}") };
    (u32::from(v4) - u32::from(base.network())) as usize
}

/// Each address of the range has exactly one owner, and parts are in order.
fn owners(network: &Network) -> Vec<String> {
    let base = network.ring().range();
    let mut owners = Vec::new();
    for (part, owner) in network.ring().parts() {
        assert_eq!(place(base, part.first), owners.len());
        owners.extend((0..part.count()).map(|_| owner.to_string()));
    }
    for (i, owner) in owners.iter().enumerate() {
        let address = Ipv4Addr::from(u32::from(base.network()) + i as u32);
        assert_eq!(network.ring().owner(address), Some(owner.as_str()));
    }
    owners
}

fn small() -> impl Strategy<Value = Ipv4Net> {
    (24_u8..=30).prop_map(|prefix| range(&format!("10.32.7.0/{prefix}")))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn a_split_gives_each_address_to_one_peer(net in small(), peers in 1_usize..40) {
        let size = 1 << (32 - net.prefix_len());
        let naive = Naive::new(size, peers);
        let network = Network::new(net, &names(peers), 0);
        let expected: Vec<String> = naive.owner.iter().map(|i| names(peers)[*i].clone()).collect();
        prop_assert_eq!(owners(&network), expected);
        let shares = shares(net, peers);
        prop_assert_eq!(shares.iter().map(Share::addresses).sum::<u64>(), size as u64);
        prop_assert_eq!(shares.iter().map(|share| share.usable).sum::<u64>(), size as u64 - 2);
    }

    /// Everybody asks until nobody gets any: each usable address once, whoever asks in whatever order.
    #[test]
    fn nothing_is_lost_and_nothing_given_twice(
        net in small(), peers in 1_usize..12, order in prop::collection::vec(0_usize..12, 300), seed: u64,
    ) {
        let mut network = Network::new(net, &names(peers), seed);
        let mut given = BTreeSet::new();
        let rest = (0..peers).cycle().take(400 * peers);
        for (i, peer) in order.into_iter().map(|peer| peer % peers).chain(rest).enumerate() {
            match network.allocate(&names(peers)[peer], &i.to_string()).unwrap() {
                Allocated::Address(address) => prop_assert!(given.insert(address)),
                Allocated::Blocked => break,
            }
        }
        let usable = (1_usize << (32 - net.prefix_len())) - 2;
        prop_assert_eq!(given.len(), usable);
        prop_assert!(given.iter().all(|address| (1..=usable).contains(&place(net, *address))));
        prop_assert_eq!(owners(&network).len(), usable + 2);
        for peer in names(peers) {
            prop_assert_eq!(network.allocate(&peer, "one more").unwrap(), Allocated::Blocked);
        }
    }

    /// Two peers, so that there is one to ask: the same addresses and the same owners, step by step.
    #[test]
    fn two_peers_do_as_the_naive_ones_do(
        net in small(), steps in prop::collection::vec((0_usize..2, 0_u32..160, prop::bool::weighted(0.3)), 0..400),
    ) {
        let mut naive = Naive::new(1 << (32 - net.prefix_len()), 2);
        let mut network = Network::new(net, &names(2), 0);
        for (peer, container, free) in steps {
            let at = &names(2)[peer];
            let id = container.to_string();
            if free {
                let user = Some((peer, container));
                let had = naive.user.iter().position(|now| *now == user);
                prop_assert_eq!(network.free(at, &id).ok().map(|address| place(net, address)), had);
                if let Some(i) = had {
                    naive.user[i] = None;
                }
            } else {
                let expected = naive.allocate(peer, container);
                let found = match network.allocate(at, &id).unwrap() {
                    Allocated::Address(address) => Some(place(net, address)),
                    Allocated::Blocked => None,
                };
                prop_assert_eq!(found, expected);
            }
            let expected: Vec<String> = naive.owner.iter().map(|i| names(2)[*i].clone()).collect();
            prop_assert_eq!(owners(&network), expected);
        }
    }

    /// Whatever happens, each address has one owner, rows add up, and a request waits only if no peer that runs has
    /// anything. An address is given twice only after its peer left with containers running.
    #[test]
    fn identities_hold_through_joins_and_leaves(
        net in small(), seed: u64,
        steps in prop::collection::vec((0_u8..16, 0_usize..5, 0_usize..5, 0_u32..60), 0..200),
    ) {
        let all = names(5);
        let mut network = Network::new(net, &all[..3], seed);
        let usable = (1_u64 << (32 - net.prefix_len())) - 2;
        for (what, peer, other, container) in steps {
            let (peer, other, id) = (&all[peer], &all[other], container.to_string());
            match what {
                0 => drop(network.join(peer)),
                1 => drop(network.stop(peer)),
                2 => drop(network.rmpeer(peer, other)),
                3 if container < 8 => drop(network.reset(peer)),
                4..6 => drop(network.free(peer, &id)),
                _ => {
                    let rows = network.rows();
                    let free: u64 = rows.iter().filter(|row| row.up).map(|row| row.free).sum();
                    let had = network.containers().any(|(at, had, _)| at == peer && had == id);
                    let split = !network.ring().is_empty();
                    match network.allocate(peer, &id) {
                        Ok(Allocated::Blocked) => prop_assert!(split && free == 0 && !had),
                        Ok(Allocated::Address(_)) => prop_assert!(!split || free > 0 || had),
                        Err(_) => prop_assert!(!rows.iter().any(|row| row.up && row.peer == *peer)),
                    }
                }
            }
            let rows = network.rows();
            let up: u64 = rows.iter().filter(|row| row.up).map(|row| row.free).sum();
            for row in &rows {
                prop_assert_eq!(row.usable, row.assigned + row.free);
                prop_assert_eq!(row.reachable, if row.up { up - row.free } else { 0 });
            }
            let mut seen = BTreeSet::new();
            for (_, _, address) in network.containers() {
                prop_assert!(seen.insert(address));
            }
            if network.ring().is_empty() {
                continue;
            }
            let owners = owners(&network);
            prop_assert_eq!(owners.len() as u64, usable + 2);
            prop_assert_eq!(rows.iter().map(|row| row.usable).sum::<u64>(), usable);
            for (peer, _, address) in network.containers() {
                prop_assert_eq!(&owners[place(net, address)], peer);
            }
        }
    }

    /// The totals are what the peers come to, one address at a time.
    #[test]
    fn totals_need_no_simulation(
        net in small(), wanted in prop::collection::vec(prop::option::weighted(0.8, 0_u64..90), 1..9), seed: u64,
    ) {
        let peers = names(wanted.len());
        let split = shares(net, peers.len());
        let expected = totals(&split, &wanted);
        let mut network = Network::new(net, &peers, seed);
        let mut own: BTreeMap<&str, u64> = BTreeMap::new();
        for (peer, share) in peers.iter().zip(&split) {
            own.insert(peer, share.usable);
        }
        for (peer, wanted) in peers.iter().zip(&wanted) {
            if wanted.is_none() {
                network.stop(peer).unwrap();
            }
        }
        // everybody takes what is in its own share first: then exactly what has to change hands does
        let (mut blocked, mut donated) = (0, 0);
        for within in [true, false] {
            for ((peer, wanted), share) in peers.iter().zip(&wanted).zip(&split) {
                let Some(wanted) = wanted else { continue };
                let mine = share.usable.min(*wanted);
                let asks = if within { 0..mine } else { mine..*wanted };
                for i in asks {
                    match network.allocate(peer, &i.to_string()).unwrap() {
                        Allocated::Blocked => blocked += 1,
                        Allocated::Address(address) => {
                            donated += u64::from(!share.owned.is_some_and(|owned| owned.contains(address)));
                        }
                    }
                }
            }
        }
        let rows = network.rows();
        let sum = |up: bool, of: fn(&weave::Row) -> u64| -> u64 {
            rows.iter().filter(|row| row.up == up).map(of).sum()
        };
        prop_assert_eq!(expected.assigned, sum(true, |row| row.assigned));
        prop_assert_eq!(expected.free, sum(true, |row| row.free));
        prop_assert_eq!(expected.unreachable, sum(false, |row| row.free));
        prop_assert_eq!(expected.blocked, blocked);
        prop_assert_eq!(expected.donated, donated);
    }
}
