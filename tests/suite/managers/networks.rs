//! Docker networks with everybody attached: rows, rosters, findings, thresholds and routes say the same.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use podroom::engine::{At, Event, Pointer, PoolKind, Threshold, What};
use podroom::manager::settings::counted;
use proptest::prelude::*;

use super::Seen;
use super::properties::check;

const NONE_LEFT: &str = "no available IPv4 addresses on this network's address pools: kind (<network id>)";

/// One kind cluster `k` on the network `kind`.
fn kind(network: &str, cluster: &str) -> Seen {
    Seen::of(&format!(
        "format = 1\n[[network]]\nname = \"kind\"\n{network}\n[[cluster]]\nname = \"k\"\nmanager = \"kind\"\n{cluster}\n"
    ))
}

fn addresses(seen: &Seen, c: usize) -> Vec<String> {
    let roster = seen.evaluation.roster(&seen.plan, c);
    let words = |m: &podroom::engine::roster::Member| {
        let all: Vec<String> = m.addresses.iter().map(ToString::to_string).collect();
        format!("{} {}", m.name, all.join(" ")).trim_end().to_string()
    };
    roster.iter().map(words).collect()
}

fn threshold(seen: &Seen, of: &str) -> Threshold {
    let all = seen.evaluation.thresholds(&seen.plan);
    let is = |t: &&Threshold| t.what == What::Nodes && t.of == of && t.event == Event::WarmPoolShort;
    all.iter().find(is).cloned().unwrap_or_else(|| panic!("no threshold of {of} in {all:#?}"))
}

const SMALL: &str = "subnet = \"172.20.0.0/29\"";

/// kind puts a load balancer before the second control plane, however they come to be two.
#[test]
fn the_load_balancer_comes_with_the_second_control_plane() {
    // of 5 addresses: 1 + 3 workers; a second control plane brings the balancer, and is one too many
    let one = kind(SMALL, "workers = 3");
    let grown = threshold(&one, "k/control-plane");
    assert_eq!(grown.at, Some(At::Count(2)), "{}", grown.sentence);
    assert!(
        grown.sentence.contains("node 2 wants 2 addresses of kind, which has 1 left"),
        "{}",
        grown.sentence
    );
    let two = kind(SMALL, "control_planes = 2\nworkers = 3");
    assert_eq!(two.settled("kind"), [5, 6, 0, 6, 0, 0, 1]);
    // with one worker less it fits, and a third is too many
    let fits = kind(SMALL, "control_planes = 2\nworkers = 2");
    assert_eq!(fits.settled("kind"), [5, 5, 0, 5, 0, 0, 0]);
    assert_eq!(threshold(&fits, "k/control-plane").at, Some(At::Count(3)));
    // what holds them is said, and a node's own row has the node's own addresses only
    let row = &fits.pool("kind").settled.by;
    let by: Vec<(&str, u64, u64)> =
        row.iter().map(|b| (b.node_group.as_ref(), b.nodes, b.assigned)).collect();
    assert_eq!(by, [("control-plane", 2, 3), ("worker", 2, 2)]);
    let held = |seen: &Seen| seen.evaluation.report.node_groups[0].per_node.held;
    assert_eq!(held(&fits), held(&one));
}

#[test]
fn the_load_balancer_stays_when_pods_have_come_and_gone() {
    let text = "format = 1\n[[network]]\nname = \"kind\"\nsubnet = \"172.20.0.0/24\"\n[[cluster]]\nname = \"k\"\n\
                manager = \"kind\"\ncontrol_planes = 3\nworkers = 3\n";
    let plan = podroom::plan::parse(text).plan.expect("a plan");
    let evaluation =
        podroom::engine::evaluate(&plan, &podroom::instance::Tables::builtin()).expect("figures");
    let pool = &evaluation.report.pools[0];
    assert_eq!([pool.settled.held, pool.churned.held, pool.upgrade.held], [7; 3], "6 nodes and the balancer");
    assert_eq!([pool.settled.free, pool.churned.free], [pool.usable - 7; 2]);
}

#[test]
fn growth_of_control_planes_brings_the_load_balancer() {
    let seen = Seen::of(
        "format = 1\ngrowth = { nodes = \"100%\", months = 2 }\n[[network]]\nname = \"kind\"\nsubnet = \
         \"172.20.0.0/30\"\nip_range = \"172.20.0.0/30\"\n[[cluster]]\nname = \"k\"\nmanager = \"kind\"\n",
    );
    // of one address; in month 1 two control planes and the balancer
    let months = seen.evaluation.thresholds(&seen.plan);
    let of = |t: &&Threshold| t.what == What::Month && t.of == "kind";
    let sentence = &months.iter().find(of).expect("a month").sentence;
    assert!(
        sentence.contains("short in month 1") && sentence.contains("want 3 addresses, 1 today"),
        "{sentence}"
    );
}

#[test]
fn known_addresses_that_docker_refuses_are_held_by_nobody() {
    // the gateway's, one outside, one twice: of three known nodes one is there
    let seen = kind(
        SMALL,
        "workers = 3\nnode_addresses = { k-worker = \"172.20.0.1\", k-worker2 = \"10.0.0.9\", k-worker3 = \"172.20.0.4\" }",
    );
    assert_eq!(seen.settled("kind"), [5, 2, 0, 2, 0, 3, 0]);
    assert_eq!(
        addresses(&seen, 0),
        ["k-control-plane 172.20.0.2", "k-worker", "k-worker2", "k-worker3 172.20.0.4"]
    );
    let roster = seen.evaluation.roster(&seen.plan, 0);
    let outside = "invalid address 10.0.0.9: It does not belong to any of this network's subnets";
    let refused: Vec<Option<&str>> = roster.iter().map(|m| m.refused.as_deref()).collect();
    assert_eq!(refused, [None, Some("Address already in use"), Some(outside), None]);
    let [found] = seen.findings("network-refused")[..] else { panic!("one") };
    assert_eq!(
        (found.at.as_str(), found.message.as_str(), found.help.as_str()),
        (
            "cluster.k.node_addresses.k-worker",
            "k/k-worker gets no address of kind: Address already in use; one more gets none",
            "172.20.0.1 is the gateway's: write another, such as 172.20.0.3"
        )
    );
    assert!(
        seen.finding("kind-create").contains("of 4 containers 2 get 172.20.0.2, 172.20.0.4 of kind, 2 fail")
    );
    let why = seen.evaluation.why(&seen.plan, &Pointer::Pool(seen.index("kind"), "held"));
    assert!(why.contains("less 2 that nodes ask for elsewhere or cannot have"), "{why}");
}

#[test]
fn known_addresses_outside_of_the_ip_range_are_not_in_the_pool() {
    let network = "subnet = \"172.20.0.0/24\"\nip_range = \"172.20.0.128/30\"\ngateway = \"172.20.0.1\"\n\
                   containers = { registry = \"172.20.0.9\", dns = \"172.20.0.9\" }";
    let seen = kind(network, "workers = 4\nnode_addresses = { k-worker = \"172.20.0.7\" }");
    // of four addresses: the control plane and three workers; the registry and the known worker are outside
    assert_eq!(seen.settled("kind"), [4, 4, 0, 4, 0, 0, 0]);
    let [found] = seen.findings("network-refused")[..] else { panic!("one") };
    assert_eq!(found.help, "172.20.0.9 is that of registry: write another, or \"auto\"");
    assert_eq!(threshold(&seen, "k/worker").at, Some(At::Count(5)));
    let full = kind(network, "workers = 6\nnode_addresses = { k-worker = \"172.20.0.7\" }");
    assert_eq!(full.settled("kind"), [4, 6, 0, 6, 0, 0, 2]);
    let [create] = full.findings("kind-create")[..] else { panic!("one") };
    assert_eq!(
        (create.at.as_str(), create.help.as_str()),
        ("network.kind.ip_range", "make the ip_range 172.20.0.128/29, or have 2 nodes fewer")
    );
}

#[test]
fn known_addresses_of_no_node_are_held_and_named() {
    let seen = kind(
        SMALL,
        "workers = 1\nnode_addresses = { k-worker2 = \"172.20.0.2\", k-worker3 = \"172.20.0.3\" }",
    );
    assert_eq!(seen.settled("kind"), [5, 4, 0, 4, 0, 1, 0]);
    assert_eq!(
        seen.pool("kind").settled.by.last().map(|own| (own.node_group.as_ref(), own.assigned)),
        Some(("containers", 2))
    );
    assert_eq!(addresses(&seen, 0), ["k-control-plane 172.20.0.4", "k-worker 172.20.0.5"]);
    assert_eq!(
        seen.finding("unknown-node"),
        "k-worker2 has the address 172.20.0.2, but the plan has no such node; the same is true of 1 other name"
    );
    // a load balancer is somebody's only before several control planes
    let known = "node_addresses = { k-external-load-balancer = \"172.20.0.6\" }";
    let one = kind(SMALL, known);
    assert_eq!((one.settled("kind")[1], one.findings("unknown-node").len()), (2, 1));
    let two = kind(SMALL, &format!("control_planes = 2\n{known}"));
    assert_eq!((two.settled("kind")[1], two.findings("unknown-node").len()), (3, 0));
}

#[test]
fn refused_containers_are_one_finding_with_the_smallest_change() {
    let auto = |n: usize| {
        let all: Vec<String> = (0..n).map(|i| format!("c{i} = \"auto\"")).collect();
        format!("containers = {{ {} }}", all.join(", "))
    };
    for (keys, containers, at, help) in [
        (SMALL, 9, "network.n.subnet", "make the subnet a /28, or have 4 containers fewer"),
        (
            "subnet = \"172.20.0.0/29\"\naux_addresses = { a = \"172.20.0.6\" }",
            5,
            "network.n.subnet",
            "take aux_addresses away (a), or make the subnet a /28, or have 1 container fewer",
        ),
        (
            "subnet = \"172.20.0.0/24\"\nip_range = \"172.20.0.8/30\"",
            12,
            "network.n.ip_range",
            "make the ip_range 172.20.0.0/28, or have 9 containers fewer",
        ),
        (
            "subnet = \"172.20.0.0/29\"\nip_range = \"172.20.0.4/30\"",
            30,
            "network.n.subnet",
            "make the subnet a /26 without ip_range, or have 28 containers fewer",
        ),
    ] {
        let seen =
            Seen::of(&format!("format = 1\n[[network]]\nname = \"n\"\n{keys}\n{}\n", auto(containers)));
        let [found] = seen.findings("network-refused")[..] else { panic!("one: {keys}") };
        assert_eq!((found.at.as_str(), found.help.as_str()), (at, help), "{keys}");
    }
}

/// kind's own network has a /64 of IPv6: more addresses than rows count. Source: kind-ula-kind.
#[test]
fn networks_of_both_families_give_an_address_of_each() {
    let seen = Seen::of("format = 1\n[[cluster]]\nname = \"k\"\nmanager = \"kind\"\nworkers = 1\n");
    assert_eq!(
        addresses(&seen, 0),
        ["k-control-plane 172.18.0.2 fc00:f853:ccd:e793::2", "k-worker 172.18.0.3 fc00:f853:ccd:e793::3"]
    );
    let most = (1 << 53) - 1;
    let row = seen.pool("kind/v6");
    assert_eq!((row.kind, row.capacity, row.reserved), (PoolKind::Network, most, 2));
    assert_eq!(seen.settled("kind/v6"), [most - 2, 2, 0, 2, 0, most - 4, 0]);
    // auxiliary addresses and addresses of one's own choice are looked at in both
    let seen = kind(
        "subnet = \"172.20.0.0/24\"\nipv6_subnet = \"fd00:30::/64\"\naux_addresses = { a = \"fd00:30::2\" }\n\
         containers = { x = \"fd00:30::3\", y = \"fd00:30::2\", z = \"fd00:31::1\" }",
        "workers = 1\nnode_addresses = { k-worker = \"172.20.0.2,fd00:30::3\" }",
    );
    assert_eq!(addresses(&seen, 0), ["k-control-plane 172.20.0.3 fd00:30::4", "k-worker"]);
    let [found] = seen.findings("network-refused")[..] else { panic!("one") };
    assert_eq!(found.message, "y gets no address of kind: Address already in use; 2 more get none");
    assert_eq!(
        found.help,
        "fd00:30::2 is kept for a (aux_addresses): write another, such as fd00:30::5, or \"auto\""
    );
    assert_eq!((seen.settled("kind")[1], seen.settled("kind/v6")[1]), (2, 2));
}

#[test]
fn who_lacks_an_address_of_one_family_gives_that_of_the_other_back() {
    let seen = kind(
        "subnet = \"172.20.0.0/24\"\nipv6_subnet = \"fd00:30::/126\"\ncontainers = { a = \"auto\" }",
        "workers = 2",
    );
    // two addresses of IPv6: the container's and the control plane's
    assert_eq!(addresses(&seen, 0), ["k-control-plane 172.20.0.3 fd00:30::3", "k-worker", "k-worker2"]);
    let six = NONE_LEFT.replace("IPv4", "IPv6");
    let roster = seen.evaluation.roster(&seen.plan, 0);
    assert_eq!(roster[2].refused.as_deref(), Some(six.as_str()));
    assert_eq!((seen.settled("kind/v6")[6], seen.settled("kind")[6]), (2, 0));
    let [create] = seen.findings("kind-create")[..] else { panic!("one") };
    assert_eq!(
        (create.at.as_str(), create.help.as_str()),
        ("network.kind.ipv6_subnet", "make the subnet a /125, or have 2 nodes fewer")
    );
}

/// Nodes of a group in subnets are no containers.
#[test]
fn groups_in_subnets_are_not_on_the_network() {
    let seen = Seen::of(
        "format = 1\n[[subnet]]\nname = \"s\"\ncidr = \"10.1.0.0/24\"\n[[network]]\nname = \"n\"\n\
         subnet = \"172.20.0.0/24\"\nipv6_subnet = \"fd00:30::/125\"\n[[cluster]]\nname = \"c\"\nmanager = \"kubeadm\"\n\
         pod_subnet = \"10.9.0.0/16\"\nnetwork = \"n\"\nnode_addresses = { one = \"10.1.0.9\" }\n\
         [[cluster.node_group]]\nname = \"g\"\nnodes = 2\nsubnets = [\"s\"]\n\
         [[cluster.node_group]]\nname = \"h\"\nnodes = 2\n",
    );
    assert_eq!((seen.settled("s")[1], seen.settled("n")[1], seen.settled("n/v6")[1]), (2, 2, 2));
    assert_eq!(
        addresses(&seen, 0),
        ["one 10.1.0.9", "g-1", "h-1 172.20.0.2 fd00:30::2", "h-2 172.20.0.3 fd00:30::3"]
    );
    assert!(seen.findings("network-refused").is_empty());
    assert_eq!(threshold(&seen, "c/h").at, Some(At::Count(7)));
}

#[test]
fn rows_of_sets_count_no_more_than_json_has_exactly() {
    let seen = Seen::of(
        "format = 1\n[[cluster]]\nname = \"h\"\nmanager = \"host-local\"\n\
         ranges = [[\"fd00:1::/64\", \"fd00:2::/64\", \"fd00:3::/64\"]]\n[[cluster.node_group]]\nname = \"g\"\nnodes = 1\n",
    );
    let row = seen.pool("h/set-0");
    assert_eq!((row.capacity, row.usable), ((1 << 53) - 1, (1 << 53) - 1));
}

#[test]
fn known_ranges_that_overlap_are_one_finding() {
    let seen = Seen::of(
        "format = 1\n[[cluster]]\nname = \"c\"\nmanager = \"kubeadm\"\npod_subnet = \"10.9.0.0/16\"\n\
         node_ranges = { a = \"10.9.1.0/24\", b = \"10.9.2.0/24\", d = \"10.9.1.0/24\", e = \"10.9.2.128/25\" }\n\
         [[cluster.node_group]]\nname = \"g\"\nnodes = 3\n",
    );
    let [found] = seen.findings("node-ranges")[..] else { panic!("one") };
    assert_eq!(
        (found.at.as_str(), found.message.as_str()),
        (
            "cluster.c.node_ranges.d",
            "d has the pod range 10.9.1.0/24, which is that of a, too; 1 other overlap"
        )
    );
    assert_eq!(
        seen.finding("unknown-node"),
        "e has the pod range 10.9.2.128/25, but the plan has no such node"
    );
}

/// Addresses in blocks of others are borrowed, each once: those of a node that finds less than it wants are not
/// reckoned twice when its group joins again one by one.
#[test]
fn borrowed_addresses_last_to_the_last_one() {
    let seen = Seen::of(
        "format = 1\n[[cluster]]\nname = \"c\"\nmanager = \"calico\"\npod_subnet = \"10.0.0.0/24\"\n\
         [[cluster.node_group]]\nname = \"g\"\nnodes = 9\n[[cluster.node_group]]\nname = \"h\"\nnodes = 6\n\
         [[cluster.workload]]\nname = \"w\"\nreplicas = 177\n",
    );
    let all = seen.evaluation.thresholds(&seen.plan);
    let at = |what: What, of: &str| {
        let is = |t: &&Threshold| t.what == what && t.of == of && t.event == Event::PodPending;
        all.iter().find(is).and_then(|t| t.at)
    };
    // 256 addresses for pods: 257 replicas are one too many
    assert_eq!(at(What::Replicas, "c/w"), Some(At::Count(257)));
    // nine nodes of g run 12 each and h 69: with 15 of g it is 249, with 16 it is 261
    assert_eq!(at(What::Nodes, "c/g"), Some(At::Count(16)));
}

/// Known addresses by role and number: the last byte, and whether it is of IPv6.
type Known = BTreeMap<(usize, u32), (u8, bool)>;

/// A plan of one network.
#[derive(Debug, Clone)]
struct Case {
    prefix: u8,
    /// Whether only the upper half is given out automatically.
    half: bool,
    six: Option<u8>,
    /// The last byte of each chosen address, and whether it is of IPv6.
    containers: Vec<Option<(u8, bool)>>,
    /// Control planes, workers, and known addresses.
    clusters: Vec<(u32, u32, Known)>,
}

const ROLES: [&str; 3] = ["control-plane", "worker", "external-load-balancer"];

fn named(c: usize, (role, n): (usize, u32)) -> String {
    let number = if n == 1 { String::new() } else { n.to_string() };
    format!("c{c}-{}{number}", ROLES[role])
}

fn four(last: u8) -> IpAddr {
    Ipv4Addr::new(172, 20, 0, last).into()
}

fn six(last: u8) -> IpAddr {
    Ipv6Addr::new(0xfd00, 0x30, 0, 0, 0, 0, 0, last.into()).into()
}

fn chosen((last, of_six): (u8, bool)) -> IpAddr {
    if of_six { six(last) } else { four(last) }
}

impl Case {
    fn text(&self) -> String {
        let mut text =
            format!("format = 1\n[[network]]\nname = \"n\"\nsubnet = \"172.20.0.0/{}\"\n", self.prefix);
        if self.half {
            text += &format!("ip_range = \"{}\"\n", self.pools()[0].1);
        }
        if let Some(prefix) = self.six {
            text += &format!("ipv6_subnet = \"fd00:30::/{prefix}\"\n");
        }
        let word = |at: &Option<(u8, bool)>| at.map_or("auto".to_string(), |at| chosen(at).to_string());
        let all: Vec<String> =
            self.containers.iter().enumerate().map(|(i, at)| format!("x{i} = \"{}\"", word(at))).collect();
        text += &format!("containers = {{ {} }}\n", all.join(", "));
        for (c, (control_planes, workers, known)) in self.clusters.iter().enumerate() {
            let all: Vec<String> =
                known.iter().map(|(who, at)| format!("{} = \"{}\"", named(c, *who), chosen(*at))).collect();
            text += &format!(
                "[[cluster]]\nname = \"c{c}\"\nmanager = \"kind\"\nnetwork = \"n\"\npod_subnet = \"10.{c}.0.0/16\"\n\
                 service_subnet = \"11.{c}.0.0/16\"\ncontrol_planes = {control_planes}\nworkers = {workers}\n\
                 node_addresses = {{ {} }}\n",
                all.join(", ")
            );
        }
        text
    }

    /// Of each family the range, and the part that is given out automatically.
    fn pools(&self) -> Vec<(IpNet, IpNet)> {
        let four: IpNet = format!("172.20.0.0/{}", self.prefix).parse().unwrap();
        let upper = 1u32 << (31 - self.prefix);
        let pool =
            if self.half { format!("172.20.0.{upper}/{}", self.prefix + 1).parse().unwrap() } else { four };
        let six = self.six.map(|prefix| format!("fd00:30::/{prefix}").parse().unwrap());
        std::iter::once((four, pool)).chain(six.map(|six| (six, six))).collect()
    }
}

/// The lowest address that is not taken; so many are never taken.
fn lowest(pool: IpNet, taken: &BTreeSet<IpAddr>) -> Option<IpAddr> {
    let all = pool.hosts().take(300).chain([pool.network(), pool.broadcast()]);
    all.filter(|address| !taken.contains(address)).min()
}

/// A container, by hand.
struct Container {
    /// Its cluster and its name; of no cluster those that are no nodes.
    who: (Option<usize>, String),
    own: Option<IpAddr>,
    /// A known address that is no node's: nobody asks for more.
    ghost: bool,
    /// Its addresses by range; or whether it was only full.
    got: Result<BTreeMap<usize, IpAddr>, bool>,
}

/// Everybody, in the order in which docker attaches them.
fn everybody(case: &Case) -> Vec<Container> {
    let one = |who, own: Option<(u8, bool)>, ghost| Container {
        who,
        own: own.map(chosen),
        ghost,
        got: Ok(BTreeMap::new()),
    };
    let mut all: Vec<Container> =
        case.containers.iter().enumerate().map(|(i, at)| one((None, format!("x{i}")), *at, false)).collect();
    for (c, (control_planes, workers, known)) in case.clusters.iter().enumerate() {
        let mut nodes: Vec<(usize, u32)> = if *control_planes > 1 { vec![(2, 1)] } else { Vec::new() };
        nodes.extend((1..=*control_planes).map(|n| (0, n)));
        nodes.extend((1..=*workers).map(|n| (1, n)));
        let ghosts = known.keys().filter(|who| !nodes.contains(who)).copied();
        let ghosts: Vec<(usize, u32)> = ghosts.collect();
        for who in nodes.into_iter().chain(ghosts.iter().copied()) {
            all.push(one((Some(c), named(c, who)), known.get(&who).copied(), ghosts.contains(&who)));
        }
    }
    all
}

/// One container after the other; what docker keeps of each range is returned.
fn docker(case: &Case, all: &mut [Container]) -> Vec<BTreeSet<IpAddr>> {
    let pools = case.pools();
    let keep = |(range, pool): &(IpNet, IpNet)| {
        let mut here = BTreeSet::from([range.network()]);
        here.extend(Some(range.broadcast()).filter(IpAddr::is_ipv4));
        here.insert(lowest(*pool, &here).expect("room for a gateway"));
        here
    };
    let kept: Vec<BTreeSet<IpAddr>> = pools.iter().map(keep).collect();
    let mut taken = kept.clone();
    // who knows his address comes first, in the order of the file
    let file = |one: &Container| {
        let (c, name) = &one.who;
        let known = c.map(|c| case.clusters[c].2.keys().position(|who| named(c, *who) == *name));
        (c.is_some(), *c, known.flatten())
    };
    let mut first: Vec<usize> = (0..all.len()).filter(|i| all[*i].own.is_some()).collect();
    first.sort_by_key(|i| (file(&all[*i]), *i));
    for i in first {
        let Some(own) = all[i].own else { continue };
        let range = pools.iter().position(|(range, _)| range.contains(&own));
        all[i].got = match range.filter(|range| taken[*range].insert(own)) {
            Some(range) => Ok(BTreeMap::from([(range, own)])),
            None => Err(false),
        };
    }
    for one in all.iter_mut().filter(|one| !one.ghost) {
        let Ok(got) = &mut one.got else { continue };
        for (i, (_, pool)) in pools.iter().enumerate() {
            if let (false, Some(address)) = (got.contains_key(&i), lowest(*pool, &taken[i])) {
                taken[i].insert(address);
                got.insert(i, address);
            }
        }
        if got.len() < pools.len() {
            got.iter().for_each(|(i, address)| assert!(taken[*i].remove(address)));
            one.got = Err(true);
        }
    }
    kept
}

fn cases() -> impl Strategy<Value = Case> {
    let at = || (1u8..20, prop::bool::weighted(0.3));
    let known = prop::collection::btree_map(((0usize..3), (1u32..4)), at(), 0..4);
    let known =
        known.prop_map(|known| known.into_iter().filter(|((role, n), _)| *role < 2 || *n == 1).collect());
    (
        (26u8..30, any::<bool>(), prop::option::of(prop_oneof![Just(64u8), 122u8..127])),
        prop::collection::vec(prop::option::of(at()), 0..5),
        prop::collection::vec((1u32..4, 0u32..4, known), 1..4),
    )
        .prop_map(|((prefix, half, six), containers, clusters)| Case {
            prefix,
            // a gateway needs room
            half: half && prefix < 29,
            six,
            containers,
            clusters,
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn everybody_gets_what_docker_gives_one_after_the_other(case in cases()) {
        let text = case.text();
        let seen = Seen::of(&text);
        let mut all = everybody(&case);
        let kept = docker(&case, &mut all);
        for c in 0..case.clusters.len() {
            for member in seen.evaluation.roster(&seen.plan, c) {
                let by_hand = all.iter().find(|one| one.who == (Some(c), member.name.clone())).expect("a container");
                let got: Vec<IpAddr> = by_hand.got.iter().flat_map(BTreeMap::values).copied().collect();
                prop_assert_eq!(&member.addresses, &got, "{} of {}", member.name, text);
                prop_assert_eq!(member.refused.is_some(), by_hand.got.is_err(), "{} of {}", member.name, text);
            }
        }
        for (i, (_, pool)) in case.pools().iter().enumerate() {
            let name = if i == 0 { "n" } else { "n/v6" };
            let wants = |one: &&Container| match &one.got {
                Ok(got) => got.get(&i).is_some_and(|address| pool.contains(address)),
                Err(full) => *full,
            };
            let held = all.iter().filter(wants).count() as u64;
            let usable = counted(*pool) - kept[i].iter().filter(|address| pool.contains(*address)).count() as u64;
            let (free, short) = (usable.saturating_sub(held), held.saturating_sub(usable));
            prop_assert_eq!(seen.settled(name), [usable, held, 0, held, 0, free, short], "{} of {}", name, text);
        }
        prop_assert!(seen.findings("network-refused").len() <= 1);
        check(&seen)?;
    }
}
