//! Whereabouts: what it gives out address by address, and what comes of it in a plan.
//!
//! Source: k8snetworkplumbingwg/whereabouts v0.9.4 3a262bd, `pkg/allocate/allocate.go`, `pkg/iphelpers/iphelpers.go`,
//! `README.md`; read, not run.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;
use podroom::engine::{At, Event, What};
use podroom::ipam::host_local::RangeSpec;
use podroom::ipam::range::number;
use podroom::ipam::whereabouts::{Error, IpPool};
use proptest::prelude::*;

use super::Seen;

fn net(text: &str) -> IpNet {
    text.parse().expect("a range")
}

fn ip(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

fn spec(subnet: &str, ends: [&str; 2], exclude: &[&str]) -> RangeSpec {
    let [range_start, range_end] = ends.map(|end| (!end.is_empty()).then(|| ip(end)));
    RangeSpec {
        range_start,
        range_end,
        exclude: exclude.iter().map(|part| net(part)).collect(),
        ..RangeSpec::of(net(subnet))
    }
}

/// All that pods get until none is left, and what is said then.
fn all(spec: &RangeSpec) -> (Vec<IpAddr>, String) {
    let mut pool = IpPool::new(spec).expect("a range");
    let mut given = Vec::new();
    loop {
        match pool.assign(&format!("default/web-{}", given.len())) {
            Ok(address) => given.push(address),
            Err(error) => return (given, error.to_string()),
        }
    }
}

/// `.1-.3 .6`: the last numbers of addresses.
fn runs(addresses: &[IpAddr]) -> String {
    let mut runs: Vec<(u128, u128)> = Vec::new();
    for at in addresses.iter().map(|address| number(*address) % 256) {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == at => *last = at,
            _ => runs.push((at, at)),
        }
    }
    let word = |(first, last): &(u128, u128)| match first == last {
        true => format!(".{first}"),
        false => format!(".{first}-.{last}"),
    };
    runs.iter().map(word).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_range_gives_all_but_its_ends_and_what_is_excluded() {
    for (subnet, ends, exclude, given) in [
        // of the README
        ("192.168.2.0/24", ["", ""], &[][..], ".1-.254"),
        ("192.168.2.0/24", ["", ""], &["192.168.2.0/28"], ".16-.254"),
        (
            "192.168.2.224/28",
            ["", ""],
            &["192.168.2.228/30", "192.168.2.236/32"],
            ".225-.227 .232-.235 .237-.238",
        ),
        ("192.168.2.224/28", ["192.168.2.225", "192.168.2.230"], &[], ".225-.230"),
        // what the plugin's own tests hold, less what they have reserved
        ("192.168.0.0/29", ["", ""], &["192.168.0.0/30"], ".4-.6"),
        ("192.168.0.0/29", ["", ""], &["192.168.0.4/30"], ".1-.3"),
        ("192.168.0.0/28", ["192.168.0.1", "192.168.0.6"], &["192.168.0.4/30"], ".1-.3"),
        // ends that are none count for nothing, and so does an end before the start
        ("192.168.0.0/29", ["192.168.0.0", "192.168.0.8"], &[], ".1-.6"),
        ("192.168.0.0/29", ["192.168.0.0", "192.168.0.7"], &[], ".1-.6"),
        ("192.168.0.0/29", ["192.168.0.4", "192.168.0.2"], &[], ".4-.6"),
        ("192.168.0.0/29", ["fd00::1", "fd00::2"], &["fd00::/64", "192.168.9.0/24"], ".1-.6"),
        ("192.168.0.0/30", ["", ""], &[], ".1-.2"),
        ("192.168.0.0/29", ["", ""], &["192.168.0.0/28"], ""),
        // of IPv6, too, the first and the last are not given out
        ("fd00:9::/125", ["", ""], &[], ".1-.6"),
        ("fd00:9::/125", ["", ""], &["fd00:9::4/126"], ".1-.3"),
    ] {
        let spec = spec(subnet, ends, exclude);
        let (addresses, _) = all(&spec);
        assert_eq!(runs(&addresses), given, "{spec:?}");
        let pool = IpPool::new(&spec).expect("a range");
        assert_eq!(pool.capacity(), addresses.len() as u128, "{spec:?}");
        let open: Vec<IpAddr> =
            pool.open().iter().flat_map(|part| (0..part.count()).filter_map(|n| part.nth(n))).collect();
        assert_eq!(open, addresses, "{spec:?}");
    }
}

/// The README has another sentence on addresses that end in .0, which the code does not keep.
#[test]
fn addresses_that_end_in_nought_are_given_out() {
    let (addresses, _) = all(&spec("10.9.0.0/23", ["", ""], &[]));
    assert_eq!(addresses.len(), 510);
    assert!(addresses.contains(&ip("10.9.1.0")) && addresses.contains(&ip("10.9.0.255")));
}

#[test]
fn what_is_given_back_is_the_next_and_a_pod_keeps_what_it_has() {
    let mut pool = IpPool::new(&spec("10.9.0.0/29", ["", ""], &[])).expect("a range");
    let mut assign = |pod: &str| pool.assign(pod).map(|address| runs(&[address]));
    assert_eq!([assign("a"), assign("b"), assign("c")].map(Result::unwrap), [".1", ".2", ".3"]);
    assert_eq!(assign("b").unwrap(), ".2");
    assert_eq!(pool.release("b"), Some(ip("10.9.0.2")));
    assert_eq!(pool.release("b"), None);
    assert_eq!(pool.assign("d").unwrap(), ip("10.9.0.2"));
    assert_eq!(pool.assign("b").unwrap(), ip("10.9.0.4"));
}

#[test]
fn what_is_said_of_a_full_range() {
    let (_, plain) = all(&spec("192.168.2.0/24", ["", "192.168.2.9"], &[]));
    assert_eq!(
        plain,
        "error at storage engine: Could not allocate IP in range: ip: 192.168.2.1 / - 192.168.2.9 / range: \
         192.168.2.0/24 / excludeRanges: []"
    );
    let (_, excluding) = all(&spec("192.168.2.224/28", ["", ""], &["192.168.2.228/30", "192.168.2.236/32"]));
    assert_eq!(
        excluding,
        "error at storage engine: Could not allocate IP in range: ip: 192.168.2.225 / - 192.168.2.238 / range: \
         192.168.2.224/28 / excludeRanges: [192.168.2.228/30 192.168.2.236/32]"
    );
}

/// Source: README, "Note 2"; `toIPReservationList` reads a distance of 63 bits.
#[test]
fn ranges_that_are_none() {
    for small in ["10.9.0.0/31", "10.9.0.0/32", "fd00:9::/127", "fd00:9::/128"] {
        let error = IpPool::new(&RangeSpec::of(net(small))).expect_err(small);
        assert_eq!(error, Error::TooSmall(net(small)));
    }
    let half = IpPool::new(&RangeSpec::of(net("fd00:9::/64"))).expect("a range");
    assert_eq!(half.capacity(), (1 << 63) - 1);
    let most = IpPool::new(&RangeSpec::of(net("fd00:9::/65"))).expect("a range");
    assert_eq!(most.capacity(), (1 << 63) - 2);
    let beyond = spec("fd00:9::/48", ["fd00:9::8000:0:0:0", ""], &[]);
    assert!(matches!(IpPool::new(&beyond), Err(Error::Unrecorded { .. })));
}

proptest! {
    /// Against a walk over every address.
    #[test]
    fn pods_get_the_lowest_free_address_of_any_range(
        prefix in 26u8..31,
        ends in (prop::option::of(0u8..64), prop::option::of(0u8..64)),
        parts in prop::collection::vec((27u8..33, 0u8..64), 0..4),
        steps in prop::collection::vec((any::<bool>(), 0u8..40), 1..80),
    ) {
        let at = |n: u8| IpAddr::from([10, 9, 0, n]);
        let exclude: Vec<IpNet> =
            parts.iter().map(|(prefix, n)| IpNet::new(at(*n), *prefix).unwrap().trunc()).collect();
        let spec = RangeSpec {
            range_start: ends.0.map(at), range_end: ends.1.map(at), exclude: exclude.clone(),
            ..RangeSpec::of(IpNet::new(at(0), prefix).unwrap())
        };
        let size = 1u8 << (32 - prefix);
        let inner = |n: &u8| (1..size - 1).contains(n);
        let start = ends.0.filter(inner).unwrap_or(1);
        let end = ends.1.filter(|n| inner(n) && *n >= start).unwrap_or(size - 2);
        let open = |n: u8| (start..=end).contains(&n) && !exclude.iter().any(|part| part.contains(&at(n)));

        let mut pool = IpPool::new(&spec).unwrap();
        prop_assert_eq!(pool.capacity(), (0..size).filter(|n| open(*n)).count() as u128);
        let mut has: Vec<(u8, u8)> = Vec::new();
        for (comes, pod) in steps {
            let name = format!("default/{pod}");
            let had = has.iter().position(|(owner, _)| *owner == pod);
            if comes {
                let lowest = (0..size).find(|n| open(*n) && has.iter().all(|(_, taken)| taken != n));
                let expected = had.map(|i| has[i].1).or(lowest);
                prop_assert_eq!(pool.assign(&name).ok(), expected.map(at));
                if had.is_none() {
                    has.extend(expected.map(|n| (pod, n)));
                }
            } else {
                prop_assert_eq!(pool.release(&name), had.map(|i| at(has.remove(i).1)));
            }
        }
        let distinct: BTreeSet<u8> = has.iter().map(|(_, n)| *n).collect();
        prop_assert_eq!(distinct.len(), has.len());
    }
}

const RANGE: &str =
    "[{ subnet = \"192.168.2.224/28\", exclude = [\"192.168.2.228/30\", \"192.168.2.236/32\"] }]";

fn seen(ranges: &str, nodes: u32, pods: u32) -> Seen {
    Seen::of(&format!(
        "format = 1\n[[subnet]]\nname = \"s\"\ncidr = \"10.1.0.0/24\"\n[[cluster]]\nname = \"c\"\n\
         manager = \"whereabouts\"\nranges = {ranges}\n[[cluster.node_group]]\nname = \"g\"\nnodes = {nodes}\n\
         subnets = [\"s\"]\npods = {pods}\n"
    ))
}

/// Nodes take an address of their own subnet, and none of the range.
#[test]
fn every_pod_takes_one_address_of_the_clusters_range() {
    let few = seen(RANGE, 3, 2);
    assert_eq!(few.settled("c/range-0"), [9, 6, 0, 6, 0, 3, 0]);
    assert_eq!(few.settled("s"), [251, 3, 3, 0, 0, 248, 0]);
    assert_eq!((few.pool("c/range-0").capacity, few.pool("c/range-0").reserved), (16, 7));
    assert_eq!(
        few.map("c/range-0"),
        [
            "192.168.2.224 reserved",
            "192.168.2.225-192.168.2.227 assigned",
            "192.168.2.228-192.168.2.231 reserved",
            "192.168.2.232-192.168.2.234 assigned",
            "192.168.2.235 free",
            "192.168.2.236 reserved",
            "192.168.2.237-192.168.2.238 free",
            "192.168.2.239 reserved",
        ]
    );
    // nothing stays behind: the high water is nobody's
    assert_eq!(few.pool("c/range-0").churned.held, 6);
    let full = seen(RANGE, 3, 3);
    assert_eq!(full.settled("c/range-0"), [9, 9, 0, 9, 0, 0, 0]);
    assert!(!full.map("c/range-0").iter().any(|run| run.ends_with("free")));
}

#[test]
fn a_full_range_is_said_in_the_words_of_the_plugin() {
    let short = seen(RANGE, 4, 3);
    assert_eq!(short.settled("c/range-0"), [9, 12, 0, 12, 0, 0, 3]);
    let [finding] = short.findings("pool-short")[..] else {
        panic!("{:#?}", short.evaluation.report.findings)
    };
    assert_eq!(
        finding.help,
        "what does not fit ends with \"error at storage engine: Could not allocate IP in range: ip: 192.168.2.225 / - \
         192.168.2.238 / range: 192.168.2.224/28 / excludeRanges: [192.168.2.228/30 192.168.2.236/32]\": a larger \
         range, or fewer pods"
    );
    let thresholds = short.evaluation.thresholds(&short.plan);
    let nodes = thresholds.iter().find(|t| t.what == What::Nodes && t.event == Event::PodPending);
    assert_eq!(nodes.map(|t| t.at), Some(Some(At::Count(4))));
}

#[test]
fn every_pod_takes_an_address_of_each_range() {
    let both = seen("[{ subnet = \"10.9.0.0/24\", range_end = \"10.9.0.9\" }, \"fd00:9::/120\"]", 2, 4);
    assert_eq!(both.settled("c/range-0"), [9, 8, 0, 8, 0, 1, 0]);
    assert_eq!(both.settled("c/range-1"), [254, 8, 0, 8, 0, 246, 0]);
    // the smaller one ends first
    let thresholds = both.evaluation.thresholds(&both.plan);
    let nodes = thresholds.iter().find(|t| t.what == What::Nodes && t.event == Event::PodPending);
    assert_eq!(nodes.map(|t| t.at), Some(Some(At::Count(3))));
}
