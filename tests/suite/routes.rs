//! `podroom routes`: what is to be run where, and when nothing is.

use std::collections::HashMap;
use std::net::IpAddr;
use std::process::Command;

use ipnet::IpNet;
use podroom::engine::evaluate;
use podroom::engine::routes::{Routes, What};
use podroom::instance::Tables;
use podroom::output::routes::{json, script};
use podroom::plan::{Plan, Problem, parse};
use proptest::prelude::*;
use serde_json::Value;

fn plan(text: &str) -> Plan {
    let parsed = parse(&format!("format = 1\n{text}"));
    assert!(parsed.problems.is_empty(), "{:?}\n{text}", parsed.problems);
    parsed.plan.expect("a plan without problems")
}

fn routes(plan: &Plan) -> Result<Routes, Vec<Problem>> {
    let evaluation = evaluate(plan, &Tables::builtin()).expect("the engine takes it");
    podroom::engine::routes::routes(plan, &evaluation)
}

fn refused(text: &str) -> Vec<String> {
    let problems = routes(&plan(text)).expect_err("there are no routes");
    problems.into_iter().map(|problem| problem.message).collect()
}

/// A kind cluster with one worker, all of it known; `n` tells clusters apart.
fn kind(name: &str, n: u8) -> String {
    let [first, second] = ["control-plane", "worker"].map(|role| format!("{name}-{role}"));
    format!(
        "[[cluster]]\nname = {name:?}\nmanager = \"kind\"\nworkers = 1\npod_subnet = \"10.{n}.0.0/16\"\n\
         service_subnet = \"10.{}.0.0/16\"\n\
         node_addresses = {{ {first:?} = \"172.18.{n}.2\", {second:?} = \"172.18.{n}.3\" }}\n\
         node_ranges = {{ {first:?} = \"10.{n}.0.0/24\", {second:?} = \"10.{n}.1.0/24\" }}\n",
        n + 100
    )
}

fn commands(routes: &Routes) -> Vec<Vec<String>> {
    let document: Value = serde_json::from_str(&json("p", routes).expect("JSON")).expect("JSON");
    let hosts = document["hosts"].as_array().expect("a list");
    let routes = hosts.iter().flat_map(|host| host["routes"].as_array().expect("a list"));
    let words = |route: &Value| -> Vec<String> {
        let words = route["command"].as_array().expect("a list");
        words.iter().map(|word| word.as_str().expect("a text").to_owned()).collect()
    };
    routes.map(words).collect()
}

#[test]
fn every_node_is_told_the_way_to_every_other_clusters_nodes() {
    let text = format!(
        "{}{}[[network]]\nname = \"kind\"\ncontainers = {{ client = \"auto\" }}\n",
        kind("a", 1),
        kind("b", 2)
    );
    let routes = routes(&plan(&text)).expect("nothing overlaps");
    let lines: Vec<String> = commands(&routes).iter().map(|words| words.join(" ")).collect();
    let on = |host: &str, routes: [&str; 3]| {
        routes.map(|route| format!("docker exec {host} ip route add {route}"))
    };
    let to_a = ["10.1.0.0/24 via 172.18.1.2", "10.1.1.0/24 via 172.18.1.3", "10.101.0.0/16 via 172.18.1.2"];
    let to_b = ["10.2.0.0/24 via 172.18.2.2", "10.2.1.0/24 via 172.18.2.3", "10.102.0.0/16 via 172.18.2.2"];
    let expected: Vec<String> = [
        on("a-control-plane", to_b),
        on("a-worker", to_b),
        on("b-control-plane", to_a),
        on("b-worker", to_a),
        on("client", to_a),
        on("client", to_b),
    ]
    .concat();
    assert_eq!(lines, expected);
    let script = script("p", &routes);
    let run: Vec<&str> = script.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
    assert_eq!(run, expected);
}

#[test]
fn both_families_where_both_clusters_have_them() {
    let racks = |n: u8, pods: &str, ranges: &str| {
        format!(
            "[[cluster]]\nname = \"r{n}\"\nmanager = \"kubeadm\"\npod_subnet = \"{pods}\"\n\
             service_subnet = \"10.20{n}.0.0/16,fd00:{n}:ff::/112\"\n\
             node_addresses = {{ n{n} = \"192.168.1.{n},fd01::{n}\" }}\nnode_ranges = {{ n{n} = \"{ranges}\" }}\n\
             [[cluster.node_group]]\nname = \"g\"\nnodes = 1\n"
        )
    };
    let one = racks(1, "10.1.0.0/16,fd00:1::/56", "10.1.0.0/24,fd00:1::/64");
    let two = racks(2, "10.2.0.0/16,fd00:2::/56", "10.2.0.0/24,fd00:2::/64");
    let three = racks(3, "10.3.0.0/16", "10.3.0.0/24");
    let routes = routes(&plan(&[one, two, three].concat())).expect("nothing overlaps");
    let lines: Vec<String> = commands(&routes).iter().map(|words| words.join(" ")).collect();
    assert_eq!(
        lines[..6],
        [
            "ip route add 10.2.0.0/24 via 192.168.1.2",
            "ip -6 route add fd00:2::/64 via fd01::2",
            "ip route add 10.202.0.0/16 via 192.168.1.2",
            "ip -6 route add fd00:2:ff::/112 via fd01::2",
            "ip route add 10.3.0.0/24 via 192.168.1.3",
            "ip route add 10.203.0.0/16 via 192.168.1.3",
        ]
        .map(str::to_owned)
    );
    let six_of_three = routes.hosts[2].routes.iter().filter(|route| route.via.is_ipv6()).count();
    assert_eq!(six_of_three, 0, "its pods have no addresses of IPv6");
    assert!(routes.unknown.is_empty());
}

#[test]
fn ranges_that_overlap_are_named() {
    let two = |change: &dyn Fn(String) -> String| kind("a", 1) + &change(kind("b", 2));
    let pods = refused(&two(&|b| b.replace("10.2.", "10.1.")));
    assert_eq!(pods, ["pods of b 10.1.0.0/16 overlap pods of a 10.1.0.0/16"]);
    let services = refused(&two(&|b| b.replace("10.102.0.0/16", "10.1.128.0/20")));
    assert_eq!(services, ["services of b 10.1.128.0/20 overlap pods of a 10.1.0.0/16"]);
    let network =
        format!("{}{}[[network]]\nname = \"kind\"\nsubnet = \"10.2.3.0/24\"\n", kind("a", 1), kind("b", 2));
    assert_eq!(refused(&network), ["pods of b 10.2.0.0/16 overlap docker network kind 10.2.3.0/24"]);
    let node = refused(&two(&|b| b.replace("172.18.2.3", "10.1.9.9")));
    assert_eq!(node, ["pods of a 10.1.0.0/16 overlap node b-worker of b, 10.1.9.9"]);
    let same = refused(&two(&|b| b.replace("172.18.2.3", "172.18.1.3")));
    assert_eq!(same, ["node b-worker of b, 172.18.1.3 overlaps node a-worker of a, 172.18.1.3"]);
}

#[test]
fn what_is_not_known_is_said() {
    let racks = "[[cluster]]\nname = \"r\"\nmanager = \"k3s\"\nnode_ranges = { n1 = \"10.42.0.0/24\" }\n\
                 node_addresses = { n2 = \"192.168.1.2\" }\n[[cluster.node_group]]\nname = \"g\"\nnodes = 3\n\
                 [[cluster]]\nname = \"s\"\nmanager = \"flannel\"\nservice_subnet = \"10.99.0.0/16\"\n\
                 node_ranges = { s1 = \"10.244.0.0/24\" }\nnode_addresses = { s1 = \"192.168.1.9\" }\n\
                 [[cluster.node_group]]\nname = \"g\"\nnodes = 1\n";
    let routes = routes(&plan(racks)).expect("nothing overlaps");
    let unknown: Vec<(&str, &str)> = routes.unknown.iter().map(|n| (n.name.as_str(), n.what())).collect();
    assert_eq!(unknown, [("n1", "address"), ("g-1", "address")]);
    let assumed: Vec<(&str, &str)> = routes.assumed.iter().map(|n| (n.name.as_str(), n.what())).collect();
    assert_eq!(
        assumed,
        [("n2", "pod range"), ("g-1", "pod range")],
        "kube-controller-manager gives them the next"
    );
    let of_s: Vec<String> = routes.hosts[3].routes.iter().map(|r| format!("{} {}", r.to, r.via)).collect();
    assert_eq!(of_s, ["10.42.1.0/24 192.168.1.2", "10.43.0.0/16 192.168.1.2"]);
    let script = script("p", &routes);
    for line in ["# not known: address of n1\n", "# assumed, as if nodes came one by one: pod range of n2\n"]
    {
        assert!(script.contains(line), "{script}");
    }
}

#[test]
fn addresses_that_docker_gives_out_are_assumed_and_its_refusal_is_said() {
    let bare = |name: &str, n: u8| {
        let all = kind(name, n);
        all.split("node_addresses").next().expect("a part").to_owned()
    };
    let network = "[[network]]\nname = \"kind\"\nsubnet = \"172.18.1.0/29\"\ngateway = \"172.18.1.1\"\n\
                   aux_addresses = { kept = \"172.18.1.6\", too = \"172.18.1.5\" }\n";
    let routes = routes(&plan(&(bare("a", 1) + &bare("b", 2) + network))).expect("nothing overlaps");
    let assumed: Vec<&str> = routes.assumed.iter().map(|node| node.name.as_str()).collect();
    assert_eq!(assumed, ["a-control-plane", "a-worker", "b-control-plane", "b-worker"]);
    let [unknown] = &routes.unknown[..] else { panic!("{:?}", routes.unknown) };
    assert_eq!((unknown.name.as_str(), unknown.what()), ("b-worker", "address"));
    let text = unknown.refused.as_deref().expect("docker says why");
    assert!(text.contains("no available IPv4 addresses on this network's address pools: kind"), "{text}");
    assert!(script("p", &routes).contains(text));
}

#[test]
fn clusters_that_share_no_network_have_no_routes() {
    let rack = "[[cluster]]\nname = \"r\"\nmanager = \"k3s\"\nnode_ranges = { n1 = \"10.42.0.0/24\" }\n\
                node_addresses = { n1 = \"192.168.1.1\" }\n[[cluster.node_group]]\nname = \"g\"\nnodes = 1\n";
    let routes = routes(&plan(&(kind("a", 1) + rack))).expect("nothing overlaps");
    assert!(routes.hosts.is_empty());
    let [reason] = &routes.left_out[..] else { panic!("{:?}", routes.left_out) };
    assert!(reason.contains("the docker network \"kind\" and no docker network"), "{reason}");
}

#[test]
fn where_there_is_nothing_to_route_it_says_so() {
    assert!(refused("")[0].starts_with("no cluster whose nodes"));
    assert!(refused(&kind("a", 1))[0].starts_with("one cluster alone"));
    let rack = |name: &str, n: u8, nodes: u32| {
        format!(
            "[[cluster]]\nname = \"{name}\"\nmanager = \"kubeadm\"\npod_subnet = \"10.{n}.0.0/16\"\n\
             service_subnet = \"10.{}.0.0/16\"\n[[cluster.node_group]]\nname = \"g\"\nnodes = {nodes}\n",
            n + 100
        )
    };
    let nowhere = refused(&(rack("a", 1, 1) + &rack("b", 2, 1)));
    assert!(nowhere[0].starts_with("no node of \"a\", \"b\" has both"), "{nowhere:?}");
    let many = refused(&(rack("a", 1, 251) + &rack("b", 2, 251)));
    assert!(many[0].starts_with("126,002 routes between single nodes: at most 100,000"), "{many:?}");
}

/// The words that sh makes of a script, with `docker` and `ip` that print theirs.
fn run_by_sh(script: &str) -> Vec<Vec<String>> {
    let print = "print() { for word in \"$@\"; do printf '%s\\037' \"$word\"; done; printf '\\036'; }\n\
                 docker() { print docker \"$@\"; }\nip() { print ip \"$@\"; }\n";
    let output = Command::new("sh").arg("-euc").arg(format!("{print}{script}")).output().expect("sh starts");
    assert!(output.status.success() && output.stderr.is_empty(), "{script}\n{output:?}");
    let text = String::from_utf8(output.stdout).expect("words of the plan");
    let words = |line: &str| line.split_terminator('\u{1f}').map(str::to_owned).collect();
    text.split_terminator('\u{1e}').map(words).collect()
}

/// Parts of names that mean something to a shell, to docker, or to a terminal.
const HOSTILE: &[&str] = &[
    "'",
    "\"",
    "$(touch pwned)",
    "`id`",
    ";",
    "|",
    "&",
    ">",
    "<",
    "\\",
    " ",
    "*",
    "?",
    "~",
    "#",
    "!",
    "$HOME",
    "{a,b}",
    "%s",
    "-u",
    "--",
    "\\n",
    "é",
    "=",
    "(",
    ")",
    "[",
    "x",
    "/",
    "..",
];

#[test]
#[cfg(unix)]
fn names_are_words_to_a_shell_whatever_is_in_them() {
    let names = HOSTILE.iter().enumerate().map(|(i, hostile)| (format!("{hostile}{i}"), i + 1));
    for (name, n) in names {
        // both ends of the table: a cluster's name, and a container's
        let text = format!(
            "{}{}[[network]]\nname = \"kind\"\ncontainers = {{ {name:?} = \"auto\" }}\n",
            kind(&name, 1),
            kind("b", 2)
        );
        let routes = routes(&plan(&text)).expect("nothing overlaps");
        let expected = commands(&routes);
        assert!(expected.iter().any(|words| words.contains(&name)), "{n}");
        assert_eq!(run_by_sh(&script(&name, &routes)), expected, "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever is known: the routes of a node lead to exactly the ranges of the other clusters' nodes whose
    /// addresses are known, each via its node, and to their services; no node has two routes to one range.
    #[test]
    fn routes_lead_where_the_pods_are(
        clusters in prop::collection::vec(prop::collection::vec(any::<bool>(), 1..5), 2..5)
    ) {
        let mut text = String::new();
        for (c, nodes) in clusters.iter().enumerate() {
            let list = |key: &str, of: &dyn Fn(usize) -> Option<String>| {
                let pairs: Vec<String> = (0..nodes.len()).filter_map(of).collect();
                format!("{key} = {{ {} }}\n", pairs.join(", "))
            };
            text += &format!(
                "[[cluster]]\nname = \"c{c}\"\nmanager = \"flannel\"\npod_subnet = \"10.{c}.0.0/16\"\n\
                 service_subnet = \"10.{}.0.0/16\"\n", 100 + c
            );
            text += &list("node_addresses", &|n| nodes[n].then(|| format!("n{n} = \"192.168.{c}.{n}\"")));
            text += &list("node_ranges", &|n| Some(format!("n{n} = \"10.{c}.{n}.0/24\"")));
            text += &format!("[[cluster.node_group]]\nname = \"g\"\nnodes = {}\n", nodes.len());
        }
        let missing = clusters.iter().flatten().filter(|known| !**known).count();
        let Ok(routes) = routes(&plan(&text)) else {
            prop_assert_eq!(missing, clusters.iter().flatten().count(), "nothing is known of any node");
            return Ok(());
        };
        prop_assert_eq!((routes.unknown.len(), routes.assumed.len()), (missing, 0));
        let mut hosts = 0;
        for (own, nodes) in clusters.iter().enumerate() {
            let mut expected: HashMap<(IpNet, What), IpAddr> = HashMap::new();
            for (c, others) in clusters.iter().enumerate().filter(|(c, _)| *c != own) {
                let known: Vec<usize> = (0..others.len()).filter(|n| others[*n]).collect();
                let via = |n: usize| -> IpAddr { format!("192.168.{c}.{n}").parse().expect("an address") };
                let range = |text: String| -> IpNet { text.parse().expect("a range") };
                expected.extend(known.iter().map(|n| ((range(format!("10.{c}.{n}.0/24")), What::Pods), via(*n))));
                let services = (range(format!("10.{}.0.0/16", 100 + c)), What::Services);
                expected.extend(known.first().map(|n| (services, via(*n))));
            }
            let of_own = routes.hosts.iter().filter(|host| host.cluster == Some(format!("c{own}")));
            for host in of_own {
                let found: HashMap<(IpNet, What), IpAddr> =
                    host.routes.iter().map(|route| ((route.to, route.what), route.via)).collect();
                prop_assert_eq!(host.routes.len(), found.len());
                prop_assert_eq!(&found, &expected);
                hosts += 1;
            }
            hosts += if expected.is_empty() { nodes.len() } else { 0 };
        }
        prop_assert_eq!(hosts, clusters.iter().flatten().count());
    }
}
