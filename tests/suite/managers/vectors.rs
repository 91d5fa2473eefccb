//! Outcomes of the real managers, held through a plan: what rows, maps, rosters, thresholds, findings and refusals say.
//!
//! `tests/vectors/other-managers.jsonl` has one case a line; [`crate::ipam`] and [`crate::vectors_ipam`] hold all of
//! them against the allocators. What no plan can say is [`UNSAID`]: any other case that has no pattern here fails.

use std::collections::BTreeMap;

use podroom::engine::map::Use;
use podroom::engine::{At, Event, Threshold, What};
use podroom::ipam::Range;
use podroom::plan::parse;
use serde_json::{Value, json};

use super::Seen;

const VECTORS: &str = include_str!("../../vectors/other-managers.jsonl");

/// Cases that no plan can say, by the beginning of their names, and why.
const UNSAID: &[(&str, &str)] = &[
    ("dk-29-reuse-lowest-free", "containers that come and go"),
    ("dk-29-static-ip", "an address of one's own choice after automatic ones"),
    ("dk-v6-64", "more addresses than are counted"),
    ("hl-wipe-with-holes", "pods that end before state is lost"),
    ("hl-round-robin", "pods that come and go"),
    ("hl-same-id-twice", "one container twice"),
    ("hl-request", "an address of one's own choice"),
    ("kind-ula-test-cluster", "a docker network of kind's with another name"),
    ("cilium-eni", "one step of the watermark from any state"),
    ("weave-join", "peers that join after the split"),
    ("weave-leave", "peers that leave"),
    ("weave-crash", "peers that leave"),
    ("weave-consensus", "peers that are left out of the split"),
];

#[test]
fn plans_say_what_the_programs_do() {
    let mut done: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for line in VECTORS.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let (id, system) = (text(&case["id"]), text(&case["system"]));
        let count = done.entry(system.to_string()).or_default();
        if UNSAID.iter().any(|(name, _)| id.starts_with(name)) {
            count.1 += 1;
            continue;
        }
        let check: fn(&str, &Value, &Value) = match system {
            "docker-bridge" => docker,
            "cni-host-local" => host_local,
            "kube-node-ipam" => node_ranges,
            "kube-services" => services,
            "ovn-kubernetes" => ovn,
            "kind" => kind,
            "gke" => gke,
            "aks-azure-cni-node-subnet" => aks_node_subnet,
            "aks-azure-cni-static-block" => aks_static_block,
            "aks-azure-cni-overlay" => aks_overlay,
            "azure-cni-dynamic" => azure_dynamic,
            "calico" => calico,
            "weave" => weave,
            _ => panic!("{id}: nothing is known of {system}"),
        };
        // so that failures say which cases they are
        let result = std::panic::catch_unwind(|| check(id, &case["inputs"], &case["expected"]));
        match result {
            Ok(()) => count.0 += 1,
            Err(_) => wrong.push(id.to_string()),
        }
    }
    assert!(wrong.is_empty(), "{wrong:?} differ (see above)");
    println!("through plans, and not: {done:#?}");
    assert!(done.values().map(|(held, _)| held).sum::<usize>() > 90, "{done:#?}");
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("text: {value}"))
}

fn int(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("number: {value}"))
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap_or_else(|| panic!("list: {value}")).iter().map(text).collect()
}

/// One cluster with one group, and what is before both.
fn one(head: &str, manager: &str, keys: &str, group: &str) -> Seen {
    Seen::of(&written(head, manager, keys, group))
}

fn written(head: &str, manager: &str, keys: &str, group: &str) -> String {
    format!(
        "format = 1\n{head}\n[[cluster]]\nname = \"c\"\nmanager = \"{manager}\"\nsystem_pods = 0\n{keys}\n\
         [[cluster.node_group]]\nname = \"g\"\n{group}\n"
    )
}

/// The only thing that is wrong with a plan.
fn refusal(text: &str) -> String {
    let problems = parse(text).problems;
    let [problem] = &problems[..] else { panic!("{problems:#?}") };
    problem.message.clone()
}

/// The first of the nodes on which a pod stays pending.
fn pending(seen: &Seen) -> Threshold {
    let thresholds = seen.evaluation.thresholds(&seen.plan);
    let of = |t: &Threshold| t.what == What::Nodes && t.event == Event::PodPending;
    thresholds.into_iter().find(of).expect("a threshold")
}

/// Of a pool: the addresses of a use, one by one.
fn each(seen: &Seen, pool: &str, of: Use) -> Vec<String> {
    let runs = seen.evaluation.map(&seen.plan, seen.index(pool));
    let runs = runs.into_iter().filter(|run| run.of == of);
    runs.flat_map(|run| (0..run.range.count()).filter_map(move |n| run.range.nth(n)))
        .map(|address| address.to_string())
        .collect()
}

/// Addresses without the lengths of their subnets.
fn bare(addresses: &[&str]) -> Vec<String> {
    addresses.iter().map(|text| text.split('/').next().unwrap().to_string()).collect()
}

// docker

fn network(inputs: &Value, aux: &str, containers: u64) -> String {
    let mut text = format!("[[network]]\nname = \"kind\"\nsubnet = {}\n", inputs["subnet"]);
    for key in ["gateway", "ip_range"] {
        if let Some(value) = inputs.get(key) {
            text += &format!("{key} = {value}\n");
        }
    }
    let names: Vec<String> = (1..=containers).map(|n| format!("node{n} = \"auto\"")).collect();
    text + &format!("aux_addresses = {{ {aux} }}\ncontainers = {{ {} }}\n", names.join(", "))
}

fn docker(id: &str, inputs: &Value, expected: &Value) {
    if id == "dk-default-pools" {
        // docker's own bridge, which was not there, has the first
        let networks = (0..=30).map(|n| format!("[[network]]\nname = \"n{n}\"\n"));
        let seen = Seen::of(&format!("format = 1\n{}", networks.collect::<String>()));
        let subnets: Vec<&str> = texts(&expected["subnets"]).into_iter().skip(1).collect();
        let pools = &seen.evaluation.report.pools;
        assert_eq!(pools.iter().take(30).map(|pool| pool.cidr.as_str()).collect::<Vec<_>>(), subnets);
        assert!(seen.finding("network-refused").ends_with(text(&expected["error"])));
        return;
    }
    let aux = match (inputs.get("aux_addresses"), inputs.get("aux")) {
        (Some(all), _) => format!("reserved = {}", all["reserved"]),
        (None, Some(one)) => format!("reserved = {one}"),
        (None, None) => String::new(),
    };
    let plan = |containers| format!("format = 1\n{}", network(inputs, &aux, containers));
    if let Some(error) = expected.get("network_create") {
        let seen = Seen::of(&plan(0));
        assert!(seen.finding("network-refused").contains(text(error)), "{}", seen.finding("network-refused"));
        return;
    }
    if let Some(endpoints) = inputs.get("endpoints") {
        let seen = Seen::of(&plan(int(endpoints)));
        assert_eq!(seen.pool("kind").settled.free, int(&expected["DynamicIPsAvailable"]));
        return;
    }
    let fits = int(&expected["n"]);
    let seen = Seen::of(&plan(fits));
    assert_eq!(each(&seen, "kind", Use::Assigned), bare(&texts(&expected["ips"])));
    assert_eq!((seen.pool("kind").settled.free, seen.findings("network-refused").len()), (0, 0));
    let gateway = bare(&[text(&expected["gateway"])]).remove(0).parse().unwrap();
    let runs = seen.evaluation.map(&seen.plan, seen.index("kind"));
    let at = runs.iter().find(|run| run.range.contains(gateway)).unwrap();
    assert_eq!((at.of, at.who.as_str()), (Use::Reserved, "the gateway"));
    // whatever id the network has
    let seen = Seen::of(&plan(fits + 1));
    let (error, _) = text(&expected["error"]).split_once(" (").unwrap();
    let found = seen.finding("network-refused");
    assert!(found.starts_with(text(&expected["fails_at"])) && found.contains(error), "{found}");
}

// host-local

fn host_local(id: &str, inputs: &Value, expected: &Value) {
    if id == "hl-wipe-ip-files-keep-last-wrap" {
        let total = int(&expected["new_pods_ok_total"]);
        let seen = wiped("[\"10.244.2.0/24\"]", "addresses", 10, total + 1);
        let pod = int(&expected["first_duplicate_is_new_pod_number"]);
        let first = bare(&[text(&expected["first_duplicate_ip"])]).remove(0);
        let found = seen.finding("state-lost");
        assert!(found.contains(&format!("in use is new pod {pod}, with {first};")), "{found}");
        assert!(found.ends_with("; 1 new pod gets none at all"), "{found}");
        return;
    }
    let ranges = sets(&inputs["ranges"]);
    if id == "hl-host-bits" {
        let plan = written("", "host-local", &format!("ranges = {ranges}"), "nodes = 1");
        // the reader of plans takes no range with host bits, under any manager
        assert!(text(&expected["error"]).contains("host bits") && refusal(&plan).contains("host bits"));
        return;
    }
    if let Some(capacity) = expected.get("capacity") {
        let group = format!("nodes = 1\nmax_pods = 999\npods = {}", int(capacity) + 1);
        let seen = one("", "host-local", &format!("ranges = {ranges}"), &group);
        assert_eq!(seen.pool("c/set-0").settled.assigned, int(capacity));
        assert!(
            seen.finding("pods-pending").contains(text(&expected["error"])),
            "{}",
            seen.finding("pods-pending")
        );
        let given = each(&seen, "c/set-0", Use::Assigned);
        match expected.get("ips") {
            Some(ips) => assert_eq!(given, bare(&texts(ips))),
            None => {
                let ends = [text(&expected["first"]), text(&expected["last"])];
                assert_eq!([&given[0], &given[given.len() - 1]], [&bare(&ends)[0], &bare(&ends)[1]]);
            }
        }
        let gateway = text(&expected["gateway"]);
        let own = each(&seen, "c/set-0", Use::Primary);
        assert!(own == [gateway] || own.is_empty() && !given.contains(&gateway.to_string()), "{own:?}");
        return;
    }
    if let Some(files) = expected.get("held_but_unused") {
        let pods = texts(&expected["ips"]).len();
        let seen = one(
            "",
            "host-local",
            &format!("ranges = {ranges}"),
            &format!("nodes = 1\npods = 0\npeak_pods = {pods}"),
        );
        assert_eq!(seen.pool("c/set-0").churned.unused, int(files));
        assert_eq!(seen.pool("c/set-0").churned.free, 0);
        return;
    }
    let deleted = match id {
        "hl-wipe-all" => "everything",
        "hl-wipe-ip-files-keep-last" => "addresses",
        "hl-wipe-last-only" => "last_reserved_ip",
        _ => panic!("no pattern for {id}"),
    };
    let new = bare(&texts(&expected["new"]));
    let seen = wiped(&ranges, deleted, 10, new.len() as u64);
    assert_eq!(each(&seen, "c/set-0", Use::Twice), bare(&texts(&expected["duplicates"])));
    let runs = seen.evaluation.map(&seen.plan, seen.index("c/set-0"));
    for (n, address) in (1..).zip(&new) {
        let run = runs.iter().find(|run| run.range.contains(address.parse().unwrap())).unwrap();
        assert!(run.who.ends_with(&format!("new pod {n}")), "{address}: {}", run.who);
    }
}

fn wiped(ranges: &str, deleted: &str, running: u64, new: u64) -> Seen {
    let loss = format!("state_loss = {{ deleted = \"{deleted}\", running = {running}, new_pods = {new} }}");
    one("", "host-local", &format!("ranges = {ranges}\n{loss}"), "nodes = 1")
}

/// Sets as a plan writes them.
fn sets(sets: &Value) -> String {
    let range = |range: &Value| match range {
        Value::String(subnet) => format!("{subnet:?}"),
        all => {
            let keys = [
                ("subnet", "subnet"),
                ("range_start", "rangeStart"),
                ("range_end", "rangeEnd"),
                ("gateway", "gateway"),
            ];
            let known = keys.iter().filter_map(|(key, of)| Some(format!("{key} = {}", all.get(of)?)));
            format!("{{ {} }}", known.collect::<Vec<_>>().join(", "))
        }
    };
    let sets = sets.as_array().unwrap().iter().map(|set| {
        let ranges: Vec<String> = set.as_array().unwrap().iter().map(range).collect();
        format!("[{}]", ranges.join(", "))
    });
    format!("[{}]", sets.collect::<Vec<_>>().join(", "))
}

// node ranges

/// The ranges of the nodes, in their order.
fn ranges(seen: &Seen) -> Vec<String> {
    let roster = seen.evaluation.roster(&seen.plan, 0);
    roster.iter().flat_map(|member| member.ranges.iter().map(ToString::to_string)).collect()
}

/// Nodes that a pool of ranges is enough for.
fn room(seen: &Seen) -> u64 {
    let pool = seen.evaluation.report.pools.iter().find(|pool| pool.name.starts_with("c/pods")).unwrap();
    let nodes: u64 = pool.settled.by.iter().map(|by| by.nodes).sum();
    pool.usable / (pool.settled.held / nodes)
}

/// Ranges as they are given out until there are none.
fn until_it_fails(manager: &str, keys: &str, expected: &Value) {
    let first = expected.get("first3").or(expected.get("first5")).map(texts).unwrap();
    let seen = one("", manager, keys, &format!("nodes = {}\npods = 1", first.len()));
    assert_eq!(ranges(&seen), first);
    let Some(most) = expected.get("max_nodes").map(int) else { return };
    assert_eq!(room(&seen), most);
    let end = pending(&seen);
    assert_eq!(end.at, Some(At::Count(most + 1)));
    let error = text(&expected["error"]);
    assert!(end.sentence.contains(&format!("(\"{error}\")")), "{}", end.sentence);
    if most < 5_000 {
        let seen = one("", manager, keys, &format!("nodes = {}\npods = 1", most + 1));
        assert_eq!(ranges(&seen).last().unwrap(), text(&expected["last"]));
        assert_eq!(seen.evaluation.roster(&seen.plan, 0).last().unwrap().refused.as_deref(), Some(error));
    }
}

fn node_ranges(id: &str, inputs: &Value, expected: &Value) {
    if let Some(prefix) = inputs.get("cluster_cidr_prefix") {
        let mask = int(&inputs["node_mask"]);
        let keys = format!(
            "pod_subnet = \"10.244.0.0/{prefix}\"\nnode_mask = {mask}\nmax_pods = {}",
            int(&inputs["max_pods"])
        );
        let seen =
            one("", "flannel", &keys, "nodes = 1\n[[cluster.workload]]\nname = \"w\"\nreplicas = 9999");
        let (pool, row) = (seen.pool("c/pods"), &seen.evaluation.report.node_groups[0]);
        assert_eq!(pool.settled.held, int(&expected["addresses_per_node"]));
        assert_eq!(pool.settled.stranded, int(&expected["never_usable_per_node"]));
        let pods = row.per_node.pods.unwrap()[0];
        assert_eq!(pods, int(&expected["pods_per_node"]));
        assert_eq!(
            (room(&seen), room(&seen) * pods),
            (int(&expected["max_nodes"]), int(&expected["max_pods_cluster"]))
        );
        let open = each(&seen, "c/pods", Use::Assigned).len() + each(&seen, "c/pods", Use::Unused).len();
        assert_eq!(open as u64, int(&expected["usable_per_node"]));
        return;
    }
    let cluster = text(&inputs["cluster_cidr"]);
    let mask = if cluster.contains(':') { "node_mask_v6" } else { "node_mask" };
    let length = int(&inputs["node_cidr_mask_size"]);
    let keys = format!("pod_subnet = \"{cluster}\"\n{mask} = {length}");
    if let Some(error) = expected.get("new_error") {
        // kubeadm refuses it sooner, in other words
        let plan = written("", "cilium-cluster-pool", &keys, "nodes = 1");
        assert_eq!(refusal(&plan), format!("{mask}: {cluster}: {}", text(error)));
        return;
    }
    if id == "cidrset-restart" {
        let seen =
            one("", "kubeadm", &format!("{keys}\nnode_ranges = {{ g-1 = \"10.244.1.0/24\" }}"), "nodes = 3");
        assert_eq!(ranges(&seen)[1..], texts(&expected["results"]));
        return;
    }
    if let Some(services) = inputs.get("service_cidr") {
        let seen = one("", "kubeadm", &format!("{keys}\nservice_subnet = {services}"), "nodes = 1");
        assert_eq!(
            (ranges(&seen).remove(0).as_str(), room(&seen)),
            (text(&expected["first"]), int(&expected["max_nodes"]))
        );
        return;
    }
    // the services elsewhere
    until_it_fails("kubeadm", &format!("{keys}\nservice_subnet = \"172.16.0.0/16\""), expected);
}

fn ovn(_: &str, inputs: &Value, expected: &Value) {
    let mask = int(&inputs["hostPrefix"]);
    if let Some(prefix) = inputs.get("cluster_prefix") {
        let of = |hybrid: bool| {
            let keys = format!(
                "pod_subnet = \"10.128.0.0/{prefix}\"\nnode_mask = {mask}\nhybrid_overlay = {hybrid}\nmax_pods = 999"
            );
            one("", "ovn-kubernetes", &keys, "nodes = 1\n[[cluster.workload]]\nname = \"w\"\nreplicas = 998")
        };
        let pods = |seen: &Seen| seen.evaluation.report.node_groups[0].per_node.pods.unwrap()[0];
        assert_eq!(pods(&of(false)), int(&expected["pods_per_node_by_range"]));
        assert_eq!(pods(&of(true)), int(&expected["with_hybrid_overlay"]));
        assert_eq!(of(false).pool("c/pods").settled.held, int(&expected["addresses_per_node"]));
        assert_eq!(room(&of(false)), int(&expected["max_nodes"]));
        return;
    }
    let cluster = text(&inputs["cluster_network"]);
    let key = if cluster.contains(':') { "node_mask_v6" } else { "node_mask" };
    until_it_fails("ovn-kubernetes", &format!("pod_subnet = \"{cluster}\"\n{key} = {mask}"), expected);
}

// services

fn services(_: &str, inputs: &Value, expected: &Value) {
    let seen = one("", "flannel", &format!("service_subnet = {}", inputs["service_cidr"]), "nodes = 1");
    assert_eq!(seen.pool("c/services").usable, int(&expected["usable"]));
    let runs = seen.evaluation.map(&seen.plan, seen.index("c/services"));
    let of = |word: &str| runs.iter().find(|run| run.who.starts_with(word)).unwrap().range;
    let (api, band) = (of("kubernetes"), of("static band"));
    assert_eq!(api.first.to_string(), text(&expected["kubernetes_api_service_ip"]));
    assert_eq!(api.first.to_string(), text(&expected["first_ip"]));
    assert_eq!(format!("{}..{}", api.first, band.last), text(&expected["static_band"]));
    assert_eq!(Range::new(api.first, band.last).unwrap().count(), int(&expected["static_band_size"]).into());
    assert_eq!(of("0 services").count(), int(&expected["dynamic_band_size"]).into());
    assert_eq!(text(&expected["last_address"]), "excluded");
    assert_eq!(runs.last().unwrap().of, Use::Reserved);
}

// kind

/// Whether all containers of clusters with so many control planes and workers have an address of a /29.
fn all_start(clusters: &[(u64, u64)], aux: bool) -> bool {
    let aux = if aux { "aux_addresses = { one = \"172.20.0.6\" }\n" } else { "" };
    let mut text = format!(
        "format = 1\n[[network]]\nname = \"kind\"\nsubnet = \"172.20.0.0/29\"\ngateway = \"172.20.0.1\"\n{aux}"
    );
    for (c, (planes, workers)) in clusters.iter().enumerate() {
        text += &format!(
            "[[cluster]]\nname = \"c{c}\"\nmanager = \"kind\"\ncontrol_planes = {planes}\nworkers = {workers}\n\
             pod_subnet = \"10.{c}.0.0/16\"\nservice_subnet = \"10.9{c}.0.0/16\"\n"
        );
    }
    let seen = Seen::of(&text);
    let refused =
        seen.findings("kind-create").iter().any(|finding| finding.message.contains("no available IPv4"));
    assert_eq!(refused, seen.pool("kind").settled.short > 0);
    !refused
}

fn kind(id: &str, inputs: &Value, expected: &Value) {
    if let Some(counts) = inputs.get("clusters_node_counts") {
        let planes = int(&inputs["control_planes_each"]);
        let counts = counts.as_array().unwrap().iter().map(int);
        let clusters: Vec<(u64, u64)> = counts.map(|nodes| (planes, nodes - planes)).collect();
        assert_eq!(json!(all_start(&clusters, false)), expected["fits"]);
        return;
    }
    if inputs.get("control_planes").is_some() {
        let cluster = [(int(&inputs["control_planes"]), int(&inputs["workers"]))];
        assert_eq!(json!(all_start(&cluster, false)), expected["fits_without_aux(5)"]);
        assert_eq!(json!(all_start(&cluster, true)), expected["fits_with_one_aux(4)"]);
        return;
    }
    let seen = Seen::of("format = 1\n[[cluster]]\nname = \"c\"\nmanager = \"kind\"\n");
    let network = &seen.plan.networks[0];
    if id == "kind-ula-kind" {
        assert_eq!(network.ipv6_subnet.unwrap().to_string(), text(&expected["attempt0"]));
        return;
    }
    assert_eq!(network.name, text(&expected["docker_network"]));
    assert_eq!(seen.pool("c/pods").cidr, text(&expected["podSubnet"]["ipv4"]));
    assert_eq!(seen.pool("c/services").cidr, text(&expected["serviceSubnet"]["ipv4"]));
    assert_eq!(room(&seen), int(&expected["max_nodes_by_podSubnet"]));
    assert!(ranges(&seen)[0].ends_with(&format!("/{}", expected["node_cidr_mask"]["ipv4"])));
}

// clouds

fn subnets(prefix: u64) -> String {
    format!(
        "[[subnet]]\nname = \"s\"\ncidr = \"10.0.0.0/{prefix}\"\n[[subnet]]\nname = \"t\"\ncidr = \"10.128.0.0/12\"\n"
    )
}

fn gke(_: &str, inputs: &Value, expected: &Value) {
    if let Some(pods) = inputs.get("max_pods_per_node") {
        let keys = format!("pod_subnet = \"10.64.0.0/10\"\nmax_pods = {pods}");
        let seen = one(&subnets(20), "gke", &keys, "nodes = 1\nsubnets = [\"s\"]");
        assert_eq!(seen.pool("c/pods").settled.held, int(&expected["addresses"]));
        return;
    }
    let max_pods = match int(&inputs["node_pod_prefix"]) {
        24 => 110,
        26 => 32,
        28 => 8,
        other => panic!("no pattern for /{other}"),
    };
    let keys = format!("pod_subnet = \"10.64.0.0/{}\"\nmax_pods = {max_pods}", inputs["pod_range_prefix"]);
    let seen =
        one(&subnets(int(&inputs["primary_prefix"])), "gke", &keys, "nodes = 1\nsubnets = [\"s\"]\npods = 1");
    assert_eq!(seen.pool("s").usable, int(&expected["max_nodes_primary"]));
    assert_eq!(room(&seen), int(&expected["max_nodes_pod_range"]));
    let end = pending(&seen);
    assert_eq!(end.at, Some(At::Count(int(&expected["max_nodes"]) + 1)));
    let limit = if text(&expected["limited_by"]) == "primary" { "s" } else { "c/pods" };
    assert_eq!(end.limit.as_deref(), Some(limit));
}

fn aks_node_subnet(_: &str, inputs: &Value, expected: &Value) {
    let prefix: u64 = text(&expected["smallest_subnet"]).trim_start_matches('/').parse().unwrap();
    let of = |prefix: u64| {
        let head = subnets(prefix).replacen(
            "[[subnet]]\nname = \"t\"",
            &format!(
                "other = {{ balancers = {} }}\n[[subnet]]\nname = \"t\"",
                inputs["internal_load_balancers"]
            ),
            1,
        );
        let group =
            format!("nodes = {}\nsurge = {}\nsubnets = [\"s\"]", inputs["nodes"], inputs["surge_nodes"]);
        one(&head, "aks-node-subnet", &format!("max_pods = {}", inputs["max_pods"]), &group)
    };
    let fits = of(prefix);
    let pool = fits.pool("s");
    assert_eq!(pool.other + pool.upgrade.held, int(&expected["addresses_needed"]));
    assert_eq!((pool.usable, pool.upgrade.short), (int(&expected["usable_in_it"]), 0));
    assert!(of(prefix + 1).pool("s").upgrade.short > 0);
}

fn aks_static_block(_: &str, inputs: &Value, expected: &Value) {
    let group = format!("nodes = {}\nsubnets = [\"s\"]\npod_subnets = [\"t\"]", inputs["nodes"]);
    let seen = one(&subnets(20), "aks-static-block", &format!("max_pods = {}", inputs["max_pods"]), &group);
    assert_eq!(seen.pool("t").settled.held, int(&expected["addresses_needed"]));
    let each = seen.pool("t").settled.held / int(&inputs["nodes"]);
    assert_eq!((each, each / 16), (int(&expected["addresses_per_node"]), int(&expected["blocks_per_node"])));
}

fn aks_overlay(_: &str, inputs: &Value, expected: &Value) {
    let keys = format!("pod_subnet = \"10.244.0.0/{}\"", inputs["pod_cidr_prefix"]);
    let seen = one(&subnets(20), "aks-overlay", &keys, "nodes = 1\nsubnets = [\"s\"]\npods = 1");
    assert_eq!((seen.pool("c/pods").settled.held, text(&expected["per_node"])), (256, "/24"));
    assert_eq!(pending(&seen).at, Some(At::Count(int(&expected["max_nodes"]) + 1)));
    assert_eq!(
        u64::from(seen.evaluation.report.node_groups[0].max_pods),
        int(&expected["max_pods_per_node"])
    );
}

fn azure_dynamic(_: &str, inputs: &Value, expected: &Value) {
    assert_eq!((int(&inputs["batch"]), inputs["buffer"].as_f64(), int(&inputs["max"])), (16, Some(0.5), 250));
    for row in expected["table"].as_array().unwrap() {
        let group = format!(
            "nodes = 1\nsubnets = [\"s\"]\npod_subnets = [\"t\"]\nmax_pods = 250\npods = {}",
            row["pods"]
        );
        let seen = one(&subnets(20), "aks-pod-subnet", "", &group);
        let pool = &seen.pool("t").settled;
        assert_eq!((pool.held, pool.unused), (int(&row["held"]), int(&row["held_but_unused"])), "{row}");
    }
}

// Calico

fn calico(_: &str, inputs: &Value, expected: &Value) {
    let block = int(&inputs["block_size"]);
    if let Some(used) = inputs.get("addresses_assigned_on_node") {
        let keys = format!("pod_subnet = \"10.0.0.0/8\"\nblock_size = {block}\nmax_pods = 999");
        let seen = one("", "calico", &keys, &format!("nodes = 1\npods = {used}"));
        let pool = &seen.pool("c/pods").settled;
        assert_eq!((pool.held, pool.unused), (int(&expected["held"]), int(&expected["held_but_unused"])));
        assert_eq!(pool.held >> (32 - block), int(&expected["blocks_held"]));
        return;
    }
    let keys =
        format!("pod_subnet = \"10.0.0.0/{}\"\nblock_size = {block}\nmax_pods = 9999", inputs["pool_prefix"]);
    let strict = one("", "calico", &format!("{keys}\nstrict_affinity = true"), "nodes = 1\npods = 1");
    let pool = strict.pool("c/pods");
    assert_eq!((pool.capacity, pool.usable), (int(&expected["total"]), int(&expected["total"])));
    assert_eq!(pool.settled.held, int(&expected["addresses_per_block"]));
    assert_eq!(pool.capacity / pool.settled.held, int(&expected["blocks"]));
    assert_eq!(pending(&strict).at, Some(At::Count(int(&expected["max_nodes_with_a_block"]) + 1)));
    // one node with more pods than its blocks have addresses, as far as the pool has these
    let most = int(&expected["default_max_addresses_per_node"]);
    let full = one("", "calico", &keys, &format!("nodes = 1\npods = {}", most + 1));
    assert_eq!(full.pool("c/pods").settled.assigned, most);
    assert!(
        full.finding("pods-pending")
            .contains(&format!("limit of {} blocks", expected["default_max_blocks_per_node"]))
    );
}

// Weave

fn weave(_: &str, inputs: &Value, expected: &Value) {
    if let Some(bad) = inputs.get("ranges") {
        for (range, error) in texts(bad).into_iter().zip(texts(&expected["errors"])) {
            let found = refusal(&written("", "weave", &format!("pod_subnet = \"{range}\""), "nodes = 1"));
            // the reader of plans takes no range with host bits, under any manager
            assert!(
                found.ends_with(error) || error.contains("not all zero") && found.contains("host bits"),
                "{found}"
            );
        }
        return;
    }
    let keys = format!("pod_subnet = {}", inputs["ipalloc_range"]);
    let of = |pods: u64| one("", "weave", &keys, &format!("nodes = {}\npods = {pods}", inputs["peers"]));
    if let Some(two) = expected.get("first_two_per_peer") {
        // the bridge of the host is the first
        let (seen, runs) = (of(1), |of: Use, seen: &Seen| each(seen, "c/pods", of));
        let both = runs(Use::Primary, &seen).into_iter().zip(runs(Use::Assigned, &seen));
        assert_eq!(both.map(|(a, b)| format!("{a} {b}")).collect::<Vec<_>>(), texts(two));
        return;
    }
    if let Some(count) = expected.get("count").or(expected.get("total")).cloned().or_else(|| {
        let sequence = expected.get("sequence_on_peer1")?;
        Some(json!(texts(sequence).iter().filter(|address| **address != "BLOCKED").count()))
    }) {
        // whoever asks gets all of it in the end
        assert_eq!(of(0).pool("c/pods").usable, int(&count));
        return;
    }
    let seen = of(0);
    let runs = seen.evaluation.map(&seen.plan, seen.index("c/pods"));
    for share in expected["shares"].as_array().unwrap() {
        let node = format!("g-{}:", share["peer"]);
        let own: Vec<_> = runs.iter().filter(|run| run.who.starts_with(&node)).collect();
        let count = |of: &dyn Fn(Use) -> bool| -> u128 {
            own.iter().filter(|run| of(run.of)).map(|run| run.range.count()).sum()
        };
        assert_eq!(count(&|_| true), int(&share["addresses"]).into(), "{share}");
        assert_eq!(count(&|of| of != Use::Reserved), int(&share["usable"]).into(), "{share}");
        let whole = own.first().zip(own.last()).and_then(|(a, b)| Range::new(a.range.first, b.range.last));
        let ranges = texts(&share["ranges"]);
        assert_eq!(whole, ranges.first().map(|range| Range::of(range.parse().unwrap())), "{share}");
    }
}
