//! Rules of the managers, each as its programs show it: tables of capacities, orders, messages, limits.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use podroom::ipam::docker::{self, Error, Network, Spec, Use, beside, next_default};
use podroom::ipam::host_local::{HostLocal, Lost, New, Outlook, Owner, RangeSpec, Set};
use podroom::ipam::kind::{self, Family};
use podroom::ipam::node_ranges::{LimitedBy, NodeRanges, most_nodes, pods_per_node, stranded};
use podroom::ipam::ovn::NodeSubnets;
use podroom::ipam::services::{self, Services, dynamic_band, static_band, static_range, usable};

use super::{ip, ip_of, net};

fn spec(subnet: &str) -> Spec {
    Spec { name: "kind".into(), id: None, subnet: net(subnet), ip_range: None, gateway: None, aux: vec![] }
}

/// A network of 172.30.0.0, its addresses by their last part.
fn network(subnet: &str, range: Option<&str>, gateway: Option<&str>, aux: &[&str]) -> Network {
    let subnet = net(subnet);
    let spec = Spec {
        ip_range: range.map(net),
        gateway: gateway.map(|g| ip_of(g, subnet)),
        aux: aux.iter().map(|a| (format!("a{a}"), ip_of(a, subnet))).collect(),
        ..spec(&subnet.to_string())
    };
    Network::create(spec).unwrap()
}

/// What containers get until one fails, by the last part, and what docker then says.
fn fill(network: &mut Network) -> (Vec<String>, String) {
    let mut given = Vec::new();
    loop {
        match network.attach(&format!("node{}", given.len() + 1), None) {
            Ok(address) => given.push(last_part(address)),
            Err(error) => return (given, error.to_string()),
        }
    }
}

fn last_part(address: IpAddr) -> String {
    let text = address.to_string();
    text.rsplit_once(['.', ':']).unwrap().1.to_string()
}

const NONE_LEFT: &str = "no available IPv4 addresses on this network's address pools: kind (<network id>)";

#[test]
fn docker_capacities() {
    type Row<'a> =
        (&'a str, Option<&'a str>, Option<&'a str>, &'a [&'a str], &'a str, std::ops::RangeInclusive<u32>);
    // subnet, ip-range, gateway, aux, the gateway it has, first and last container
    let rows: &[Row] = &[
        ("172.30.0.0/29", None, None, &[], "1", 2..=6),
        ("172.30.0.0/29", None, Some(".1"), &[".6"], "1", 2..=5),
        ("172.30.0.0/29", None, Some(".6"), &[], "6", 1..=5),
        ("172.30.0.0/28", None, Some(".1"), &[], "1", 2..=14),
        ("172.30.0.0/28", None, Some(".1"), &[".12", ".13", ".14"], "1", 2..=11),
        ("172.30.0.0/30", None, Some(".1"), &[], "1", 2..=2),
        ("172.30.0.0/31", None, None, &[], "0", 1..=1),
        ("172.30.0.0/24", None, Some(".1"), &[], "1", 2..=254),
        // the ends of an ip-range are usable: only those of the subnet are not
        ("172.30.0.0/24", Some("172.30.0.64/28"), Some(".1"), &[], "1", 64..=79),
        ("172.30.0.0/24", Some("172.30.0.64/28"), None, &[], "64", 65..=79),
        ("172.30.0.0/24", Some("172.30.0.0/28"), Some(".1"), &[], "1", 2..=15),
        ("172.30.0.0/24", Some("172.30.0.240/28"), Some(".1"), &[], "1", 240..=254),
    ];
    for (subnet, range, gateway, aux, has, containers) in rows {
        let mut network = network(subnet, *range, *gateway, aux);
        let expected: Vec<String> = containers.clone().map(|n| n.to_string()).collect();
        assert_eq!(network.capacity(), expected.len() as u128, "{subnet} {range:?}");
        assert_eq!(last_part(network.gateway()), *has, "{subnet} {range:?}");
        assert_eq!(fill(&mut network), (expected, NONE_LEFT.to_string()), "{subnet} {range:?}");
    }
    let mut middle = network("172.30.0.0/29", None, Some(".3"), &[".1", ".5"]);
    assert_eq!(fill(&mut middle).0, ["2", "4", "6"]);
    for (subnet, capacity) in [("172.16.0.0/16", 65_533), ("10.0.0.0/8", (1 << 24) - 3), ("172.30.0.1/32", 0)]
    {
        assert_eq!(Network::create(spec(subnet)).unwrap().capacity(), capacity, "{subnet}");
    }
    // IPv6: the first is reserved, the last is not; automatic addresses come from the first 2^63
    for (subnet, capacity) in
        [("fd00::/125", 6), ("fd00::/127", 0), ("fd00::/64", (1 << 63) - 2), ("::/0", (1 << 63) - 2)]
    {
        assert_eq!(Network::create(spec(subnet)).unwrap().capacity(), capacity, "{subnet}");
    }
    let mut six = Network::create(spec("fd00:30::/125")).unwrap();
    let (given, error) = fill(&mut six);
    assert_eq!(given, ["2", "3", "4", "5", "6", "7"]);
    assert_eq!(error, NONE_LEFT.replace("IPv4", "IPv6"));
}

#[test]
fn docker_says_what_is_taken_by_what() {
    let mut network = network("172.30.0.0/29", None, Some(".1"), &[".6"]);
    network.attach("web", None).unwrap();
    let by: Vec<_> = network.taken().map(|(address, by)| (last_part(address), by.clone())).collect();
    let expected = [
        ("0", Use::Network),
        ("1", Use::Gateway),
        ("2", Use::Endpoint("web".into())),
        ("6", Use::Aux("a.6".into())),
        ("7", Use::Broadcast),
    ];
    assert_eq!(by, expected.map(|(last, by)| (last.to_string(), by)));
    let status = |network: &Network| (network.status().in_use, network.status().available);
    network.attach("db", None).unwrap();
    assert_eq!(status(&network), (6, 2));
    fill(&mut network);
    assert_eq!(status(&network), (8, 0));
    // beyond 64 bits docker shows the largest number it has
    let six = Network::create(spec("fd00::/56")).unwrap();
    assert_eq!(status(&six), (2, u64::MAX));
}

#[test]
fn docker_containers_swap_addresses_when_they_start_in_another_order() {
    let mut network = network("172.30.0.0/29", None, Some(".1"), &[]);
    let start = |network: &mut Network, name: &str| last_part(network.attach(name, None).unwrap());
    let first = ["a", "b", "c"].map(|name| start(&mut network, name));
    ["a", "b", "c"].iter().for_each(|name| {
        network.detach(name).unwrap();
    });
    let second = ["c", "a", "b"].map(|name| start(&mut network, name));
    assert_eq!((first, second.clone()), (["2", "3", "4"].map(String::from), second));
    assert_eq!(
        network.endpoints().map(|(name, a)| format!("{name} {}", last_part(a))).collect::<Vec<_>>(),
        ["a 3", "b 4", "c 2"]
    );
    // one of its choice is not kept for a container that is stopped
    network.attach("fixed", Some(ip("172.30.0.5"))).unwrap();
    assert_eq!(network.detach("fixed").unwrap(), ip("172.30.0.5"));
    assert_eq!(start(&mut network, "d"), "5");
    assert_eq!(network.attach("fixed", Some(ip("172.30.0.5"))), Err(Error::Taken));
}

#[test]
fn docker_messages() {
    let create = |spec: Spec| Network::create(spec).unwrap_err().to_string();
    let gateway = |address: &str| create(Spec { gateway: Some(ip(address)), ..spec("172.30.0.0/29") });
    assert_eq!(
        gateway("172.30.1.1"),
        "failed to allocate gateway (172.30.1.1): requested address is out of range"
    );
    assert_eq!(gateway("fd00::1"), "failed to allocate gateway (fd00::1): requested address is out of range");
    assert_eq!(gateway("172.30.0.7"), "failed to allocate gateway (172.30.0.7): Address already in use");
    assert_eq!(
        create(spec("fd00::/128")),
        "failed to allocate gateway (): no available addresses on this pool"
    );
    let aux = |addresses: &[&str]| {
        let aux = addresses.iter().map(|a| ("r".to_string(), ip(a))).collect();
        create(Spec { aux, gateway: Some(ip("172.30.0.1")), ..spec("172.30.0.0/29") })
    };
    assert_eq!(
        aux(&["172.30.0.9"]),
        "auxiliary address: (r:172.30.0.9) must belong to the master pool: 172.30.0.0/29"
    );
    for taken in [&["172.30.0.1"][..], &["172.30.0.7"], &["172.30.0.5", "172.30.0.5"]] {
        let last = taken[taken.len() - 1];
        let expected = format!("failed to allocate secondary ip address (r:{last}): Address already in use");
        assert_eq!(aux(taken), expected);
    }
    assert_eq!(create(spec("172.30.0.1/29")), "invalid subnet 172.30.0.1/29: it should be 172.30.0.0/29");
    let range = |range: &str| create(Spec { ip_range: Some(net(range)), ..spec("172.30.0.0/24") });
    for (wrong, why) in [
        ("172.30.0.0/20", "CIDR block is bigger than its parent subnet 172.30.0.0/24"),
        ("172.30.1.0/28", "parent subnet 172.30.0.0/24 doesn't contain ip-range"),
        ("172.30.0.1/28", "it should be 172.30.0.0/28"),
        ("fd00::/64", "parent subnet is an IPv4 block"),
    ] {
        assert_eq!(range(wrong), format!("invalid ip-range {wrong}: {why}"));
    }
    let mut full = Network::create(Spec { id: Some("abc".into()), ..spec("172.30.0.0/31") }).unwrap();
    full.attach("a", None).unwrap();
    assert_eq!(full.attach("b", None).unwrap_err().to_string(), NONE_LEFT.replace("<network id>", "abc"));
    assert_eq!(
        full.attach("a", None).unwrap_err().to_string(),
        "endpoint with name a already exists in network kind"
    );
    assert_eq!(full.detach("z").unwrap_err().to_string(), "container z is not connected to network kind");
    let overlaps = beside(net("172.18.5.0/24"), &[net("172.18.0.0/16")]).unwrap_err();
    assert_eq!(
        overlaps.to_string(),
        "invalid pool request: Pool overlaps with other one on this address space"
    );
    assert_eq!(beside(net("172.18.0.0/16"), &[net("172.19.0.0/16"), net("fd00::/8")]), Ok(()));
}

#[test]
fn docker_reuses_the_lowest_default_subnet() {
    let mut networks = Vec::new();
    for _ in 0..4 {
        networks.push(next_default(&networks).unwrap());
    }
    assert_eq!(networks[3], net("172.20.0.0/16"));
    networks.remove(1);
    assert_eq!(next_default(&networks), Some(net("172.18.0.0/16")));
    // what the host has a route to, even a part of it, is passed over
    assert_eq!(next_default(&[net("172.16.0.0/12"), net("192.168.1.0/24")]), Some(net("192.168.16.0/20")));
    assert_eq!(next_default(&[net("172.16.0.0/12"), net("192.168.0.0/16")]), None);
}

#[test]
fn docker_is_quick_on_large_networks() {
    let begin = Instant::now();
    for subnet in ["10.0.0.0/8", "fd00::/64"] {
        let mut network = Network::create(spec(subnet)).unwrap();
        for n in 0..20_000 {
            network.attach(&format!("n{n}"), None).unwrap();
        }
        assert_eq!(network.left(), network.capacity() - 20_000);
    }
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
}

fn host_local(subnets: &[&str]) -> HostLocal {
    let sets: Vec<_> = subnets.iter().map(|subnet| vec![RangeSpec::of(net(subnet))]).collect();
    HostLocal::new(&sets).unwrap()
}

fn add(node: &mut HostLocal, id: &str) -> Result<IpAddr, String> {
    node.add(&Owner::eth0(id), &[]).map(|nets| nets[0].addr()).map_err(|error| error.to_string())
}

/// A node with pods old1, old2, ….
fn with_pods(subnet: &str, pods: u32) -> HostLocal {
    let mut node = host_local(&[subnet]);
    (1..=pods).for_each(|n| {
        add(&mut node, &format!("old{n}")).unwrap();
    });
    node
}

#[test]
fn host_local_capacities() {
    for (subnet, capacity) in [
        ("10.244.2.0/24", 253),
        ("10.244.2.0/25", 125),
        ("10.244.2.0/26", 61),
        ("10.244.2.0/27", 29),
        ("10.244.2.0/28", 13),
        ("10.244.2.0/29", 5),
        ("10.244.2.0/30", 1),
        ("10.0.0.0/8", (1 << 24) - 3),
        ("fd00::/120", 254),
        ("fd00::/126", 2),
        ("fd00::/64", (1 << 64) - 2),
    ] {
        assert_eq!(host_local(&[subnet]).capacity(), capacity, "{subnet}");
    }
    // ranges of one set add up
    let set = [RangeSpec::of(net("10.1.0.0/29")), RangeSpec::of(net("10.2.0.0/30"))];
    let mut node = HostLocal::new(&[set.to_vec()]).unwrap();
    let given: Vec<String> = (0..6).map(|n| add(&mut node, &n.to_string()).unwrap().to_string()).collect();
    assert_eq!(given, ["10.1.0.2", "10.1.0.3", "10.1.0.4", "10.1.0.5", "10.1.0.6", "10.2.0.2"]);
    let full = "failed to allocate for range 0: no IP addresses available in range set: 10.1.0.1-10.1.0.6,10.2.0.1-10.2.0.2";
    assert_eq!(add(&mut node, "more"), Err(full.into()));
}

#[test]
fn host_local_refuses_ranges() {
    let one = |range: RangeSpec| HostLocal::new(&[vec![range]]).unwrap_err().to_string();
    let of = |subnet: &str| RangeSpec::of(net(subnet));
    for subnet in ["10.1.0.0/31", "10.1.0.0/32", "fd00::/127"] {
        assert_eq!(
            one(of(subnet)),
            format!("invalid range set 0: Network {subnet} too small to allocate from")
        );
    }
    let start = |start: &str, end: Option<&str>| {
        one(RangeSpec { range_start: Some(ip(start)), range_end: end.map(ip), ..of("10.1.0.0/24") })
    };
    assert_eq!(
        start("10.2.0.1", None),
        "invalid range set 0: RangeStart 10.2.0.1 not in network 10.1.0.0/24"
    );
    assert_eq!(
        start("10.1.0.9", Some("10.1.0.8")),
        "invalid range set 0: RangeStart 10.1.0.9 not in network 10.1.0.0/24"
    );
    assert_eq!(
        start("10.1.0.9", Some("10.2.0.8")),
        "invalid range set 0: RangeEnd 10.2.0.8 not in network 10.1.0.0/24"
    );
    assert_eq!(
        start("10.1.0.255", None),
        "invalid range set 0: range start 10.1.0.255 is after the last usable address 10.1.0.254"
    );
    let sets = |sets: &[&[&str]]| {
        let sets: Vec<Vec<_>> =
            sets.iter().map(|set| set.iter().map(|subnet| of(subnet)).collect()).collect();
        HostLocal::new(&sets).unwrap_err().to_string()
    };
    assert_eq!(sets(&[]), "no IP ranges specified");
    assert_eq!(sets(&[&[]]), "invalid range set 0: empty range set");
    assert_eq!(
        sets(&[&["10.1.0.0/24"], &["10.2.0.0/24", "fd00::/64"]]),
        "invalid range set 1: mixed address families"
    );
    assert_eq!(
        sets(&[&["10.1.0.0/24", "10.1.0.0/28"]]),
        "invalid range set 0: subnets 10.1.0.1-10.1.0.254 and 10.1.0.1-10.1.0.14 overlap"
    );
    assert_eq!(sets(&[&["10.1.0.0/24"], &["fd00::/64"], &["10.1.0.0/16"]]), "range set 0 overlaps with 2");
}

#[test]
fn host_local_walks_round_while_a_pod_crashes() {
    let mut node = host_local(&["10.244.2.0/24"]);
    let mut given = Vec::new();
    for round in 1..=254 {
        given.push(add(&mut node, "pod").unwrap());
        node.del(&Owner::eth0("pod"));
        assert_eq!(given.len(), round);
    }
    assert_eq!((given[0], given[252], given[253]), (ip("10.244.2.2"), ip("10.244.2.254"), ip("10.244.2.2")));
}

#[test]
fn host_local_sets_do_not_add_up() {
    let mut node = host_local(&["10.1.0.0/24", "fd00::/126"]);
    assert_eq!(node.capacity(), 2);
    for (pod, four, six) in [("a", "10.1.0.2/24", "fd00::2/126"), ("b", "10.1.0.3/24", "fd00::3/126")] {
        assert_eq!(node.add(&Owner::eth0(pod), &[]).unwrap(), [net(four), net(six)]);
    }
    // what set 0 gave is given back, but its walk has moved on
    let full = "failed to allocate for range 1: no IP addresses available in range set: fd00::1-fd00::3";
    for moved in ["10.1.0.4", "10.1.0.5"] {
        assert_eq!(add(&mut node, "c"), Err(full.into()));
        assert_eq!(node.last_reserved(0), Some(ip(moved)));
        assert_eq!(node.recorded().count(), 4);
    }
    node.del(&Owner::eth0("a"));
    assert_eq!(node.add(&Owner::eth0("c"), &[]).unwrap(), [net("10.1.0.6/24"), net("fd00::2/126")]);
    // an address asked for that no set has gives everything back
    let nowhere = node.add(&Owner::eth0("d"), &[ip("10.9.0.1")]).unwrap_err();
    assert_eq!(
        nowhere.to_string(),
        "failed to allocate for range 1: no IP addresses available in range set: fd00::1-fd00::3"
    );
    node.del(&Owner::eth0("b"));
    let nowhere = node.add(&Owner::eth0("d"), &[ip("10.9.0.1"), ip("10.1.0.99")]).unwrap_err();
    assert_eq!(nowhere.to_string(), "failed to allocate all requested IPs: 10.9.0.1");
    assert_eq!((node.recorded().count(), node.last_reserved(0)), (2, Some(ip("10.1.0.99"))));
}

#[test]
fn host_local_keeps_the_file_of_a_pod_that_vanishes() {
    let mut node = host_local(&["10.244.2.0/24"]);
    let owner = Owner::eth0("a");
    node.add(&owner, &[]).unwrap();
    node.vanish(&owner);
    assert_eq!((node.runs(&owner), node.is_recorded(&owner)), (false, true));
    node.lose(Lost::Everything);
    assert!(!node.is_recorded(&owner));
}

#[test]
fn host_local_after_a_wipe_an_old_pod_frees_nothing() {
    let mut node = with_pods("10.244.2.0/24", 10);
    node.lose(Lost::Everything);
    assert_eq!(add(&mut node, "new1"), Ok(ip("10.244.2.2")));
    assert_eq!(node.duplicates().collect::<Vec<_>>(), [(ip("10.244.2.2"), 2)]);
    let shared = |node: &HostLocal| {
        ["old1", "new1", "old2"].map(|id| node.shared_by(&Owner::eth0(id)).collect::<Vec<_>>())
    };
    assert_eq!(shared(&node), [vec![ip("10.244.2.2")], vec![ip("10.244.2.2")], vec![]]);
    // the file is the new pod's
    node.del(&Owner::eth0("old1"));
    assert_eq!(node.duplicates().count(), 0);
    assert_eq!(shared(&node), [vec![], vec![], Vec::<IpAddr>::new()]);
    assert_eq!(
        node.recorded().map(|(a, owner)| (a, owner.id.as_str())).collect::<Vec<_>>(),
        [(ip("10.244.2.2"), "new1")]
    );
    // a new pod that ends frees the address of an old one that runs on
    assert_eq!(add(&mut node, "new2"), Ok(ip("10.244.2.3")));
    node.del(&Owner::eth0("new2"));
    assert!(node.in_use().any(|(address, users)| (address, users) == (ip("10.244.2.3"), 1)));
    assert!(node.recorded().all(|(address, _)| address != ip("10.244.2.3")));
}

/// What the source document saw: 10 pods at .2 to .11, everything deleted, then 20 more.
#[test]
fn host_local_outlook_of_a_wipe() {
    let node = with_pods("10.244.2.0/24", 10);
    let look = node.outlook(0, Some(Lost::Everything)).unwrap();
    assert_eq!((look.duplicates(20), look.duplicates(3), look.room()), (10, 3, 253));
    assert_eq!(look.first_duplicate(), Some((1, ip("10.244.2.2"))));
    assert_eq!(look.first_clean(), Some((11, ip("10.244.2.12"))));
    assert_eq!(look.pod(10), Some(New { address: ip("10.244.2.11"), duplicate: true }));
    assert_eq!(look.pod(20), Some(New { address: ip("10.244.2.21"), duplicate: false }));
    assert_eq!((look.pod(0), look.pod(254)), (None, None));

    let look = node.outlook(0, Some(Lost::AddressFiles)).unwrap();
    assert_eq!(look.first_clean(), Some((1, ip("10.244.2.12"))));
    assert_eq!(look.first_duplicate(), Some((244, ip("10.244.2.2"))));
    assert_eq!((look.room(), look.duplicates(243), look.duplicates(253)), (253, 0, 10));

    for lost in [Some(Lost::LastReserved), None] {
        let look = node.outlook(0, lost).unwrap();
        assert_eq!((look.room(), look.duplicates(u128::MAX)), (243, 0));
        assert_eq!(look.pods().next(), Some(New { address: ip("10.244.2.12"), duplicate: false }));
    }

    let mut holes = with_pods("10.244.2.0/24", 10);
    ["old1", "old4"].iter().for_each(|id| holes.del(&Owner::eth0(id)));
    let look = holes.outlook(0, Some(Lost::Everything)).unwrap();
    assert_eq!(look.first_clean(), Some((1, ip("10.244.2.2"))));
    let clean: Vec<usize> =
        (1..).zip(look.pods().take(10)).filter(|(_, new)| !new.duplicate).map(|(n, _)| n).collect();
    assert_eq!((clean, look.duplicates(10)), (vec![1, 4], 8));
    assert!(holes.outlook(1, None).is_none());
}

#[test]
fn host_local_is_quick_on_large_ranges() {
    let begin = Instant::now();
    let set = Set::new(&[RangeSpec::of(net("10.0.0.0/8"))]).unwrap();
    let in_use = (0..100_000u32).map(|n| IpAddr::from(std::net::Ipv4Addr::from(0x0a00_0002 + n)));
    let look: Outlook = set.outlook(Some(ip("10.128.0.0")), &podroom::ipam::Runs::default(), in_use);
    assert_eq!(look.first_duplicate(), Some(((1 << 23) - 1, ip("10.0.0.2"))));
    assert_eq!(look.duplicates(u128::MAX), 100_000);
    assert_eq!(look.pod((1 << 24) - 3).unwrap().address, ip("10.128.0.0"));
    let mut node = host_local(&["10.0.0.0/8"]);
    (0..20_000).for_each(|n| {
        add(&mut node, &n.to_string()).unwrap();
    });
    assert_eq!(node.leaked().count(), 0);
    (0..20_000).for_each(|n| node.vanish(&Owner::eth0(&n.to_string())));
    assert_eq!((node.leaked().count(), node.in_use().count()), (20_000, 0));
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
}

#[test]
fn node_ranges_go_round_and_start_over() {
    let mut ranges = NodeRanges::new(net("10.244.0.0/22"), 24).unwrap();
    let mut next = || ranges.allocate_next().map(|range| range.to_string());
    assert_eq!((next().unwrap(), next().unwrap()), ("10.244.0.0/24".into(), "10.244.1.0/24".into()));
    ranges.release(net("10.244.0.0/24")).unwrap();
    let after: Vec<String> = (0..3).map(|_| ranges.allocate_next().unwrap().to_string()).collect();
    assert_eq!(after, ["10.244.2.0/24", "10.244.3.0/24", "10.244.0.0/24"]);
    let full = "CIDR allocation failed; there are no remaining CIDRs left to allocate in the accepted range";
    assert_eq!(ranges.allocate_next().unwrap_err().to_string(), full);
    assert_eq!((ranges.used(), ranges.left()), (4, 0));
    // the pointer is not kept
    ranges.restart(&[], &[net("10.244.1.0/24"), net("10.244.3.0/24")]).unwrap();
    assert_eq!(ranges.allocate_next(), Ok(net("10.244.0.0/24")));
    let outside = ranges.restart(&[], &[net("10.245.0.0/24")]).unwrap_err();
    assert_eq!(outside.to_string(), "cidr 10.245.0.0/24 is out the range of cluster cidr 10.244.0.0/22");
}

#[test]
fn node_ranges_counts() {
    for (cluster, mask, most) in [
        ("10.244.0.0/16", 24, 256),
        ("10.244.0.0/16", 25, 512),
        ("10.244.0.0/16", 26, 1_024),
        ("10.244.0.0/20", 24, 16),
        ("10.240.0.0/14", 23, 512),
        ("10.0.0.0/8", 24, 65_536),
        ("0.0.0.0/0", 32, 1 << 32),
        ("fd00:10:244::/56", 64, 256),
        ("fd00:10::/48", 64, 65_536),
        ("fd00::/128", 128, 1),
    ] {
        assert_eq!(most_nodes(net(cluster), mask, &[]), Ok(most), "{cluster} {mask}");
    }
    let with = |service: &str| most_nodes(net("10.244.0.0/16"), 24, &[net(service)]).unwrap();
    // a service range inside takes the node ranges it touches; around, all; elsewhere, none
    let services = ["10.244.0.0/20", "10.244.7.128/25", "10.0.0.0/8", "10.96.0.0/12", "fd00::/112"];
    assert_eq!(services.map(with), [240, 255, 0, 256, 256]);
    let mut inside = NodeRanges::new(net("10.244.0.0/16"), 24).unwrap();
    inside.restart(&[net("10.244.0.0/20")], &[]).unwrap();
    assert_eq!(inside.allocate_next(), Ok(net("10.244.16.0/24")));
}

#[test]
fn node_ranges_refuse() {
    let new = |cluster: &str, mask: u8| NodeRanges::new(net(cluster), mask).unwrap_err().to_string();
    assert_eq!(new("fd00::/40", 64), "New CIDR set failed; the node CIDR size is too big");
    assert_eq!(
        new("10.0.0.0/25", 24),
        "Controller: Invalid --cluster-cidr, mask size of cluster CIDR must be less than or equal to --node-cidr-mask-size configured for CIDR family"
    );
    assert_eq!(new("10.0.0.0/25", 33), "node mask /33 is longer than an address: at most /32");
    let kubeadm =
        |cluster: &str, mask: u8| NodeRanges::kubeadm(net(cluster), mask).map_err(|e| e.to_string());
    assert_eq!(
        kubeadm("10.0.0.0/25", 24),
        Err("the size of pod subnet with mask 25 is smaller than the size of node subnet with mask 24".into())
    );
    assert_eq!(
        kubeadm("10.0.0.0/7", 24),
        Err("pod subnet mask (7) and node-mask (24) difference is greater than 16".into())
    );
    assert_eq!(kubeadm("10.0.0.0/8", 24), Ok(()));
}

#[test]
fn node_ranges_pods_per_node() {
    // usable addresses of a range, what max pods leaves of them, what it strands
    for (mask, usable, pods, stranded_there, by) in [
        (23, 509, 110, 399, LimitedBy::MaxPods),
        (24, 253, 110, 143, LimitedBy::MaxPods),
        (25, 125, 110, 15, LimitedBy::MaxPods),
        (26, 61, 61, 0, LimitedBy::Range),
    ] {
        let range = RangeSpec::of(net(&format!("10.244.0.0/{mask}")));
        assert_eq!(Set::new(&[range]).unwrap().capacity(), usable);
        assert_eq!(pods_per_node(110, usable), (pods, by));
        assert_eq!(stranded(110, usable), stranded_there);
    }
    assert_eq!(pods_per_node(110, (1 << 64) - 2), (110, LimitedBy::MaxPods));
    // the kubelet refuses a pod before it asks for an address
    assert_eq!(pods_per_node(253, 253), (253, LimitedBy::MaxPods));
}

#[test]
fn node_ranges_are_quick() {
    let begin = Instant::now();
    let mut ranges = NodeRanges::new(net("10.0.0.0/8"), 24).unwrap();
    let given: Vec<_> = (0..65_536).map(|_| ranges.allocate_next().unwrap()).collect();
    given.iter().step_by(2).for_each(|range| ranges.release(*range).unwrap());
    let again = (0..32_768).map(|_| ranges.allocate_next().unwrap());
    assert!(again.eq(given.iter().step_by(2).copied()));
    assert!(ranges.allocate_next().is_err());
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
}

fn ovn(cluster: &str, host_prefix: u8) -> NodeSubnets {
    NodeSubnets::new(net(cluster), host_prefix).unwrap()
}

#[test]
fn ovn_order() {
    let first = |cluster: &str, host_prefix: u8, nodes: usize| -> Vec<String> {
        let mut subnets = ovn(cluster, host_prefix);
        (0..nodes).map(|n| subnets.allocate(&n.to_string()).unwrap().to_string()).collect()
    };
    assert_eq!(
        first("10.128.0.0/14", 23, 5),
        ["10.128.0.0/23", "10.129.0.0/23", "10.130.0.0/23", "10.131.0.0/23", "10.128.2.0/23"]
    );
    let shared = first("10.1.0.0/16", 26, 1_024);
    assert_eq!(shared[..2], ["10.1.0.0/26", "10.1.1.0/26"]);
    assert_eq!(shared[255..257], ["10.1.255.0/26", "10.1.0.64/26"]);
    assert_eq!(shared[1_023], "10.1.255.192/26");
    // on an octet, or within one, the order is ascending
    assert_eq!(first("10.1.0.0/16", 24, 3), ["10.1.0.0/24", "10.1.1.0/24", "10.1.2.0/24"]);
    assert_eq!(
        first("10.1.2.0/24", 26, 4),
        ["10.1.2.0/26", "10.1.2.64/26", "10.1.2.128/26", "10.1.2.192/26"]
    );
    assert_eq!(first("fd01::/48", 64, 2), ["fd01:0:0:1::/64", "fd01:0:0:2::/64"]);
    assert_eq!(first("fd01::/56", 64, 2), ["fd01::/64", "fd01:0:0:1::/64"]);
}

#[test]
fn ovn_counts_and_messages() {
    for (cluster, host_prefix, nodes, pods) in [
        ("10.128.0.0/14", 23, 512, 508),
        ("10.128.0.0/16", 24, 256, 252),
        ("10.128.0.0/16", 26, 1_024, 60),
        // the subnets whose low word is 0 are never given out
        ("fd01::/48", 64, 65_535, 65_533),
        ("fd01::/32", 64, (1 << 24) - 256, 65_533),
    ] {
        let subnets = ovn(cluster, host_prefix);
        assert_eq!(
            (subnets.left(), subnets.pods(false), subnets.pods(true)),
            (nodes, pods, pods - 1),
            "{cluster}"
        );
    }
    let new =
        |cluster: &str, host_prefix: u8| NodeSubnets::new(net(cluster), host_prefix).unwrap_err().to_string();
    assert_eq!(new("10.0.0.0/14", 32), "host capacity cannot be zero");
    assert_eq!(new("10.0.0.0/14", 13), "subnet capacity cannot be larger than number of networks available");
    let mut one = ovn("10.128.0.0/22", 23);
    assert_eq!(one.allocate("a"), Ok(net("10.128.0.0/23")));
    assert_eq!(one.allocate("a"), Ok(net("10.128.0.0/23")), "a node keeps its subnet");
    one.mark("b", net("10.128.2.0/23")).unwrap();
    let full = one.allocate("c").unwrap_err();
    assert_eq!(full.to_string(), "no subnets available");
    let owned = one.mark("c", net("10.128.2.0/23")).unwrap_err();
    assert_eq!(owned.to_string(), "network 10.128.2.0/23 already owned by b");
    let unknown = one.mark("c", net("10.200.0.0/23")).unwrap_err();
    assert_eq!(unknown.to_string(), "network 10.200.0.0/23 does not belong to any known range");
    assert!(one.release("a") && !one.release("a"));
    assert_eq!(one.allocate("c"), Ok(net("10.128.0.0/23")));
    // nodes that are there have theirs, in the order of allocation too
    let mut known = ovn("10.128.0.0/14", 23);
    known.mark("there", net("10.129.0.0/23")).unwrap();
    let next = ["a", "b"].map(|node| known.allocate(node).unwrap().to_string());
    assert_eq!(next, ["10.128.0.0/23", "10.130.0.0/23"]);
    // 2^24 subnets are looked at: the next is none of this network's
    let mut large = ovn("fd01::/32", 64);
    assert_eq!(large.mark("a", net("fd01:0:ff:ffff::/64")), Ok(()));
    assert!(large.mark("b", net("fd01:0:100::/64")).is_err());
}

#[test]
fn services_bands() {
    for (cidr, all, lower, upper) in [
        ("10.96.0.0/12", 1_048_574, 256, 1_048_318),
        ("10.96.0.0/16", 65_534, 256, 65_278),
        ("10.96.0.0/20", 4_094, 256, 3_838),
        ("10.96.0.0/22", 1_022, 64, 958),
        ("10.96.0.0/24", 254, 16, 238),
        ("10.96.0.0/25", 126, 16, 110),
        ("10.96.0.0/27", 30, 16, 14),
        ("10.96.0.0/28", 14, 0, 14),
        ("10.96.0.0/31", 0, 0, 0),
        ("10.96.0.0/32", 0, 0, 0),
        ("fd00:10:96::/112", 65_535, 256, 65_279),
        ("fd00:10:96::/108", (1 << 20) - 1, 256, (1 << 20) - 257),
    ] {
        let cidr = net(cidr);
        assert_eq!((usable(cidr), static_band(cidr), dynamic_band(cidr)), (all, lower, upper), "{cidr}");
    }
    let band = |cidr: &str| static_range(net(cidr)).map(|band| band.to_string());
    assert_eq!(band("10.96.0.0/16").unwrap(), "10.96.0.1-10.96.1.0");
    assert_eq!(band("10.96.0.0/24").unwrap(), "10.96.0.1-10.96.0.16");
    assert_eq!(band("10.96.0.0/28"), None);
    assert_eq!(services::api_server(net("10.96.0.0/12")), Some(ip("10.96.0.1")));
    assert_eq!(services::api_server(net("10.96.0.0/31")), None);
}

#[test]
fn services_fill_the_upper_band_first() {
    let mut services = Services::new(net("10.96.0.0/27")).unwrap();
    services.allocate(ip("10.96.0.1")).unwrap();
    // by chance 3: the fourth of the band, on to its end, round to its start, then the lower band
    let given: Vec<String> = (0..29).map(|_| services.allocate_next(3).map(last_part).unwrap()).collect();
    let order = (20..=30).chain(17..=19).chain(4..=16).chain(2..=3);
    assert_eq!(given, order.map(|n: u32| n.to_string()).collect::<Vec<_>>());
    assert_eq!(services.allocate_next(0).unwrap_err().to_string(), "range is full");
    assert_eq!(services.left(), 0);
    services.release(ip("10.96.0.9"));
    services.release(ip("10.1.1.1"));
    assert_eq!((services.left(), services.allocate_next(7)), (1, Ok(ip("10.96.0.9"))));
    let refused =
        |services: &mut Services, address: &str| services.allocate(ip(address)).unwrap_err().to_string();
    assert_eq!(refused(&mut services, "10.96.0.9"), "provided IP is already allocated");
    assert_eq!(refused(&mut services, "10.96.0.31"), "provided IP 10.96.0.31 is not in the valid range");
    assert_eq!(refused(&mut services, "10.96.0.0"), "provided IP 10.96.0.0 is not in the valid range");
    let six = Services::new(net("fd00::/60")).unwrap_err();
    assert_eq!(six.to_string(), "shortest allowed prefix length for service CIDR is 64, got 60");
    let mut none = Services::new(net("10.96.0.0/31")).unwrap();
    assert_eq!(none.allocate_next(0), Err(services::Error::Full));
    let mut last = Services::new(net("fd00::/64")).unwrap();
    assert_eq!(last.allocate(ip("fd00::ffff:ffff:ffff:ffff")), Ok(()));
    assert!(last.allocate_next(u64::MAX).is_ok());
}

#[test]
fn kind_containers_and_their_names() {
    for (planes, workers, containers) in [(1, 0, 1), (1, 4, 5), (1, 5, 6), (2, 0, 3), (3, 0, 4), (3, 2, 6)] {
        assert_eq!(kind::containers(planes, workers), containers, "{planes} {workers}");
        assert_eq!(kind::names("c", planes, workers).count() as u64, containers);
    }
    assert_eq!(
        kind::names(kind::CLUSTER, 2, 2).collect::<Vec<_>>(),
        [
            "kind-control-plane",
            "kind-control-plane2",
            "kind-worker",
            "kind-worker2",
            "kind-external-load-balancer"
        ]
    );
    // 4 workers fit on a /29 as docker makes it, and not with one auxiliary address
    let mut plain = network("172.20.0.0/29", None, Some(".1"), &[]);
    let mut small = network("172.20.0.0/29", None, Some(".1"), &[".6"]);
    let fails = |network: &mut Network| {
        kind::names("kind", 1, 4).filter(|name| network.attach(name, None).is_err()).count()
    };
    assert_eq!((fails(&mut plain), fails(&mut small)), (0, 1));
    assert_eq!(small.attach("more", None).unwrap_err().to_string(), NONE_LEFT);
}

#[test]
fn kind_ranges() {
    let dual = [net("10.244.0.0/16"), net("fd00:10:244::/56")];
    assert_eq!(Family::Dual.pod_subnets(), dual);
    assert_eq!(Family::Ipv4.service_subnets(), [net("10.96.0.0/16")]);
    assert_eq!(Family::Ipv6.service_subnets(), [net("fd00:10:96::/112")]);
    // two clusters as kind assumes them overlap: it does not compare them
    assert!(beside(Family::Ipv4.pod_subnets()[0], &Family::Ipv4.pod_subnets()).is_err());
    assert!(beside(Family::Ipv4.service_subnets()[0], &Family::Ipv4.service_subnets()).is_err());
    let tries: Vec<_> = (0..kind::ATTEMPTS).map(|attempt| kind::ula("kind", attempt)).collect();
    assert_eq!(kind::free_ula("kind", &[]), Some(net("fc00:f853:ccd:e793::/64")));
    assert_eq!(kind::free_ula("kind", &tries[..1]), Some(net("fc00:8866:27d0:bd7e::/64")));
    assert_eq!(kind::free_ula("kind", &tries), None);
    // docker0 has the first default subnet, the network kind the next
    assert_eq!(docker::next_default(&[net("172.17.0.0/16")]), Some(net("172.18.0.0/16")));
}
