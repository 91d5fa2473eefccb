//! `podroom import`: what inputs become, and what is said of those that cannot be read.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use podroom::engine;
use podroom::file::diagnose::{Ink, import_problems};
use podroom::import::{Imported, Refusal, Source, import};
use podroom::instance::Tables;
use podroom::limits;
use podroom::plan::{Plan, parse};
use proptest::prelude::*;
use serde_json::json;

fn fixture(name: &str) -> String {
    let path = format!("{}/tests/data/import/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).expect("the fixture is there")
}

/// The fixtures of these names, put together.
fn fixtures(names: &[&str]) -> Imported {
    let texts: Vec<String> = names.iter().map(|name| fixture(name)).collect();
    let sources: Vec<Source> = names.iter().zip(&texts).map(|(name, text)| Source { name, text }).collect();
    import(&sources).unwrap_or_else(|refusal| panic!("{names:?}: {refusal:?}"))
}

fn of(text: &str) -> Result<Imported, Refusal> {
    import(&[Source { name: "input", text }])
}

fn plan(imported: &Imported) -> Plan {
    let parsed = parse(&imported.text);
    assert!(parsed.problems.is_empty(), "{:?}\n{}", parsed.problems, imported.text);
    parsed.plan.expect("a plan without problems")
}

/// What is wrong with a text, as it is printed.
fn said(text: &str) -> String {
    match of(text) {
        Err(Refusal::Inputs(wrong)) => {
            assert_eq!(wrong.len(), 1);
            import_problems(&wrong[0].1, "input", text, Ink::Plain)
        }
        other => panic!("{text}: {other:?}"),
    }
}

/// The comments of a plan.
fn notes(imported: &Imported) -> Vec<&str> {
    imported.text.lines().skip(1).filter_map(|line| line.strip_prefix("# ")).collect()
}

const MIXES: &[&[&str]] = &[
    &["one.yaml", "network-small.json"],
    &["both.yaml", "networks.json", "nodes-one.json", "nodes-two.json"],
    &["networks.json", "nodes-two.json"],
    &["rack1.json", "rack2.yaml"],
];

#[test]
fn mixes_of_inputs_become_plans() {
    let mut all = String::new();
    for names in MIXES {
        let imported = fixtures(names);
        let plan = plan(&imported);
        assert_eq!(plan.clusters.len(), imported.clusters);
        assert_eq!(notes(&imported).len(), imported.notes);
        engine::evaluate(&plan, &Tables::builtin()).expect("the engine takes it");
        assert_eq!(imported, fixtures(names), "the same bytes every time");
        let _ = writeln!(all, "=== {}\n{}", names.join(" "), imported.text);
    }
    insta::assert_snapshot!(all);
}

#[test]
fn the_source_documents_network_has_room_for_four_of_five() {
    let plan = plan(&fixtures(&["one.yaml", "network-small.json"]));
    let report = engine::evaluate(&plan, &Tables::builtin()).expect("the engine takes it").report;
    let kind = report.pools.iter().find(|pool| pool.name == "kind").expect("the docker network");
    assert_eq!((kind.usable, kind.settled.held, kind.settled.short), (4, 5, 1));
}

#[test]
fn facts_of_several_inputs_meet_in_one_cluster() {
    let plan = plan(&fixtures(&["both.yaml", "networks.json", "nodes-one.json", "nodes-two.json"]));
    let [one, two] = &plan.clusters[..] else { panic!("two clusters") };
    assert_eq!((one.name.as_ref(), two.name.as_ref()), ("one", "two"));
    let shown = |pairs: Vec<String>| pairs.join(" ");
    let addresses = one.node_addresses.iter().map(|(name, a)| format!("{name}={a}")).collect();
    assert_eq!(
        shown(addresses),
        "one-control-plane=172.18.5.0 one-control-plane=fc00:f853:ccd:e793::2 one-worker=172.18.5.1 \
         one-worker=fc00:f853:ccd:e793::3"
    );
    let ranges = two.node_ranges.iter().map(|(name, r)| format!("{name}={r}")).collect();
    assert_eq!(
        shown(ranges),
        "two-control-plane=10.20.0.0/25 two-control-plane=fd00:10:20::/64 two-worker=10.20.0.128/25 \
         two-worker=fd00:10:20:1::/64"
    );
    assert_eq!((two.settings.control_planes, two.settings.workers, two.settings.max_pods), (3, 1, 60));
    assert_eq!(two.settings.node_mask, (25, 64));
    let network = &plan.networks[0];
    let containers: Vec<&str> = network.containers.iter().map(|(name, _)| name.as_str()).collect();
    // by address, and without the nodes
    assert_eq!((network.name.as_str(), containers), ("kind", vec!["registry", "client"]));
    // a node that is in another network, too, is a container there
    assert_eq!(plan.networks[1].containers[0].0, "one-worker");
}

#[test]
fn inputs_keep_their_order() {
    let clusters = |names: &[&str]| -> Vec<String> {
        plan(&fixtures(names)).clusters.into_iter().map(|cluster| cluster.name.to_string()).collect()
    };
    assert_eq!(clusters(&["rack1.json", "nodes-two.json", "rack2.yaml"]), ["rack1", "two", "rack2"]);
    assert_eq!(clusters(&["rack2.yaml", "nodes-two.json", "rack1.json"]), ["rack2", "two", "rack1"]);
    assert_eq!(clusters(&["nodes-two.json", "both.yaml"]), ["two", "one"]);
    assert_eq!(clusters(&["rack1.json", "rack1.json"]), ["rack1", "rack1-2"]);
}

const KIND: &str = "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n";

#[test]
fn the_second_address_of_a_container_that_is_no_node_is_said() {
    let imported =
        of(r#"[{"Name": "lan", "Driver": "bridge", "IPAM": {"Config": [{"Subnet": "172.20.0.0/24"},
        {"Subnet": "fd00:30::/64"}]}, "Containers": {"a": {"Name": "registry", "IPv4Address": "172.20.0.9/24",
        "IPv6Address": "fd00:30::9/64"}}}]"#)
        .expect("a plan");
    let said = "\"registry\" has fd00:30::9, too: the plan states one address of a container that is no node";
    assert!(notes(&imported).join(" ").contains(said), "{}", imported.text);
    assert_eq!(plan(&imported).networks[0].containers.len(), 1);
}

/// Pods and Deployments go to the cluster of their nodes, whoever manages its addresses, and make no other cluster.
#[test]
fn workloads_of_clusters_that_are_not_awss_are_taken_over() {
    let node = |name: &str, range: &str| {
        json!({"kind": "Node", "metadata": {"name": name}, "spec": {"podCIDR": range},
            "status": {"capacity": {"pods": "110"}}})
    };
    let pod = |name: &str, node: &str, host: bool| {
        json!({"kind": "Pod", "metadata": {"name": name, "namespace": "shop",
                "labels": {"pod-template-hash": "7c5ddbdf54"}, "ownerReferences": [{"kind": "ReplicaSet", "name": format!("{}-7c5ddbdf54", &name[..3])}]},
            "spec": {"nodeName": node, "hostNetwork": host, "containers": [{"name": "c", "image": "x",
                "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}}}]},
            "status": {"phase": "Running", "podIP": "10.244.1.2"}})
    };
    let web = json!({"kind": "Deployment", "metadata": {"name": "web", "namespace": "shop"}, "spec": {"replicas": 5,
        "template": {"spec": {"containers": [{"name": "c", "image": "x",
            "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}}}]}}}});
    let list = |items: &[serde_json::Value]| json!({"kind": "List", "items": items}).to_string();
    let kind = [node("kind-control-plane", "10.244.0.0/24"), node("kind-worker", "10.244.1.0/24")];
    let mine = [node("n1", "10.20.0.0/24"), node("n2", "10.20.1.0/24")];
    let runs = [pod("web-1", "kind-worker", false), pod("web-2", "kind-worker", false), web];
    let others = [pod("job-1", "n1", false), pod("agent-1", "n2", true)];
    let import_all = |texts: &[String]| {
        let sources: Vec<Source> = texts.iter().map(|text| Source { name: "input", text }).collect();
        import(&sources).unwrap_or_else(|refusal| panic!("{refusal:?}"))
    };
    // pods of both in one list, Deployments of the first alone
    let pods: Vec<_> = runs[..2].iter().chain(&others).cloned().collect();
    let deployments: Vec<_> = kind.iter().chain(&runs[2..]).cloned().collect();
    let imported = import_all(&[list(&deployments), list(&mine), list(&pods)]);
    let plan = plan(&imported);
    let workloads = |c: usize| -> Vec<(&str, Option<u32>)> {
        plan.clusters[c].workloads.iter().map(|w| (w.name.as_ref(), w.replicas)).collect()
    };
    assert_eq!(plan.clusters.len(), 2, "{}", imported.text);
    assert_eq!(workloads(0), [("shop/web", Some(5))]);
    assert_eq!(workloads(1), [("shop/job", Some(1))], "those of the host's network have no address");
    // kind's own file is enough to know its nodes
    let file = "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nname: kind\nnodes: [{role: worker}, {role: control-plane}]\n";
    let imported = import_all(&[file.to_owned(), list(&runs)]);
    assert_eq!(self::plan(&imported).clusters.len(), 1, "{}", imported.text);
    assert!(imported.text.contains("name = \"shop/web\""), "{}", imported.text);
    // what is of no cluster that is known is said
    let imported = import_all(&[list(&kind), list(&mine), list(&runs[2..])]);
    assert!(
        notes(&imported).iter().any(|note| note.starts_with("1 pod or workload of clusters")),
        "{:?}",
        notes(&imported)
    );
}

#[test]
fn kinds_defaults_are_left_to_the_plan() {
    let imported = of(KIND).expect("it is whole");
    assert_eq!(
        imported.text,
        "# made by podroom import from input\nformat = 1\nname = \"kind\"\n\n# its file has no name: it is \"kind\", \
         unless kind was run with --name\n[[cluster]]\nname = \"kind\"\nmanager = \"kind\"\ncontrol_planes = 1\n\
         workers = 0\n"
    );
    for (family, pods, services) in [
        ("ipv4", "10.244.0.0/16", "10.96.0.0/16"),
        ("ipv6", "fd00:10:244::/56", "fd00:10:96::/112"),
        ("dual", "10.244.0.0/16,fd00:10:244::/56", "10.96.0.0/16,fd00:10:96::/112"),
    ] {
        let cluster = plan(&of(&format!("{KIND}networking: {{ipFamily: {family}}}\n")).expect("it is whole"))
            .clusters
            .remove(0);
        let joined = |nets: &[ipnet::IpNet]| nets.iter().map(|n| n.to_string()).collect::<Vec<_>>().join(",");
        assert_eq!(joined(&cluster.settings.pod_subnet), pods);
        assert_eq!(joined(&cluster.settings.service_subnet), services);
    }
}

#[test]
fn kubeadm_patches_are_read_where_they_are_simple() {
    let patched = |patch: &str| {
        let indented: String = patch.lines().map(|line| format!("  {line}\n")).collect();
        let imported = of(&format!("{KIND}kubeadmConfigPatches:\n- |\n{indented}")).expect("it is whole");
        let settings = plan(&imported).clusters.remove(0).settings.clone();
        (settings.node_mask.0, settings.max_pods, imported.notes - 1)
    };
    let args = "kind: ClusterConfiguration\ncontrollerManager:\n  extraArgs:\n";
    for (patch, expected) in [
        (format!("{args}    node-cidr-mask-size: \"26\"\n"), (26, 110, 0)),
        (format!("{args}    nodeCidrMaskSize: 23\n"), (23, 110, 0)),
        (format!("{args}  - name: node-cidr-mask-size-ipv4\n    value: \"25\"\n"), (25, 110, 0)),
        (format!("{args}    bind-address: 0.0.0.0\n"), (24, 110, 0)),
        ("kind: KubeletConfiguration\nmaxPods: 30".to_owned(), (24, 30, 0)),
        (
            "kind: KubeletConfiguration\nmaxPods: 30\n---\nkind: KubeletConfiguration\nmaxPods: 31"
                .to_owned(),
            (24, 30, 1),
        ),
        (
            "kind: InitConfiguration\nnodeRegistration: {kubeletExtraArgs: {max-pods: 60}}".to_owned(),
            (24, 60, 0),
        ),
        (format!("{args}    node-cidr-mask-size: many\n"), (24, 110, 1)),
        ("[not yaml".to_owned(), (24, 110, 1)),
    ] {
        assert_eq!(patched(&patch), expected, "{patch}");
    }
}

#[test]
fn a_json_list_of_nodes_and_its_yaml_are_the_same() {
    let json = fixture("rack1.json");
    let value: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    // YAML has JSON within it; a comment before it makes it YAML
    let yaml = format!("# from kubectl\n{value}");
    assert_eq!(of(&json).expect("JSON").text, of(&yaml).expect("YAML").text);
    let items = value["items"].as_array().expect("a list");
    // the same nodes one by one, as `kubectl get node NAME -o json` prints them, are clusters of their own
    let stream: String = items.iter().map(|item| format!("{item}\n")).collect();
    assert_eq!(of(&stream).expect("several documents").clusters, items.len());
}

#[test]
fn mistakes_say_where_and_what_to_run() {
    let nodes =
        r#"{"kind":"List","items":[{"kind":"Node","metadata":{"name":"a"},"spec":{"podCIDR":"10.0.0.0"}}]}"#;
    let network = r#"[{"Name":"n","Driver":"bridge","IPAM":{"Config":[{"Subnet":"10.0.0.0/24","Gateway":"10.1.0.1"}]}}]"#;
    let cases = [
        "",
        "\u{feff} \n",
        "hello",
        "NETWORK ID     NAME      DRIVER    SCOPE\n0c1d2e3f4a5b   bridge    bridge    local\n",
        "NAME                 STATUS   ROLES           AGE   VERSION\nkind-control-plane   Ready    control-plane   1d    v1.34.0\n",
        "Error response from daemon: network knd not found\n",
        "[]\n",
        "{}",
        "[1, 2]",
        "{\"kind\": \"List\", \"items\": []}",
        "{\"kind\": \"List\", \"items\": [{\"kind\": \"Pod\"}]}",
        "{\"kind\": \"NodeList\", \"items\": null}",
        "{\"kind\": \"Deployment\"}",
        "[{\"Id\": \"1\", \"NetworkSettings\": {}}]",
        "{\"kind\": \"List\",\n \"items\": [{\"kind\": \"Node\", \"meta",
        "{\"kind\": \"List\",\n \"items\": [,]}",
        "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha3\n",
        "kind: Cluster\n",
        "kind: Cluster\n  nodes: [\n",
        "kind: Cluster\nkind: Cluster\n",
        &format!("{KIND}nodes:\n- role: master\n- worker\n"),
        &format!("{KIND}nodes:\n- role: worker\n"),
        &format!(
            "{KIND}networking:\n  podSubnet: 10.244.0.0\n  ipFamily: both\n  disableDefaultCNI: maybe\n"
        ),
        &format!("\u{feff}{KIND}name: größe\r\nnodes: # größer\r\n- {{labels: {{ä: ö}}, role: mäster}}\r\n"),
        nodes,
        network,
    ];
    let mut all = String::new();
    for case in cases {
        let said = said(case);
        assert!(said.contains("input:") || said.contains("--> input"), "{said}");
        let _ = writeln!(all, "=== {case:?}\n{said}");
    }
    insta::assert_snapshot!(all);
}

#[test]
fn what_together_is_no_plan_is_said_of_the_plan() {
    let Err(Refusal::Plan { text, problems }) =
        of(&format!("{KIND}networking: {{podSubnet: 10.1.0.0/28}}\n"))
    else {
        panic!("kubeadm refuses a node range that is larger than the cluster's");
    };
    assert!(text.contains("pod_subnet = \"10.1.0.0/28\""));
    assert!(problems[0].message.contains("smaller than the size of node subnet"), "{problems:?}");
}

#[test]
fn hostile_names_are_harmless() {
    let node = |name: &str, range: &str| {
        serde_json::json!({"kind": "Node", "metadata": {"name": name}, "spec": {"podCIDR": range},
            "status": {"addresses": [{"type": "InternalIP", "address": "10.9.0.1"}]}})
    };
    let items = [
        node("\u{1b}[2Jboot", "10.244.0.0/24"),
        node("a\"]\nformat = 2\n[x]", "10.244.1.0/24"),
        node("\u{202e}evil", "10.244.2.0/24"),
        node(&"x".repeat(10_000), "10.244.3.0/24"),
        node(&"x".repeat(20_000), "10.244.4.0/24"),
        node("  '''  ", "10.244.5.0/24"),
    ];
    let list = serde_json::json!({"kind": "List", "items": items}).to_string();
    let name = "/tmp/\u{1b}[31m\n[[cluster]]\u{2066}.json";
    let imported = import(&[Source { name, text: &list }]).expect("names are data");
    assert!(
        !imported.text.contains(|c: char| (c.is_control() && c != '\n') || "\u{202e}\u{2066}".contains(c))
    );
    let cluster = plan(&imported).clusters.remove(0);
    assert_eq!(cluster.node_groups.len(), 1);
    assert!(
        cluster.node_ranges.iter().any(|(name, _)| name == "\\u{1b}[2Jboot"),
        "{:?}",
        cluster.node_ranges
    );
    let network = serde_json::json!([{"Name": "\u{7}n", "Driver": "bridge\u{1b}", "IPAM": {"Config": [
        {"Subnet": "10.0.0.0/24", "AuxiliaryAddresses": {"\u{1b}": "10.0.0.9", "\\u{1b}": "10.0.0.8", "": "10.0.0.7"}}]},
        "Containers": {"1": {"Name": "\u{0}", "IPv4Address": "10.0.0.5/24"}, "\u{0}": {"IPv4Address": "10.0.0.6/24"}}}]);
    let networks = plan(&of(&network.to_string()).expect("names are data")).networks;
    assert_eq!((networks[0].aux_addresses.len(), networks[0].containers.len()), (3, 2));
}

#[test]
fn sizes_and_nesting_have_bounds() {
    let deep = |open: &str, close: &str, n: usize| open.repeat(n) + &close.repeat(n);
    let anchors: String = (1..40).map(|i| format!("a{i}: &a{i} [*a{0}, *a{0}, *a{0}]\n", i - 1)).collect();
    let hostile = [
        ("a JSON list in lists", deep("[", "]", 1_000_000)),
        ("JSON tables", deep("{\"a\":", "}", 1_000_000)),
        ("YAML lists", format!("a: {}", deep("[", "]", 100_000))),
        ("YAML tables", format!("a: {}", deep("{b: ", "}", 100_000))),
        ("indented YAML", (0..5_000).map(|i| format!("{}a:\n", " ".repeat(i))).collect()),
        ("dashes", "- ".repeat(100_000)),
        ("aliases of aliases", format!("a0: &a0 x\n{anchors}")),
        ("an alias in itself", "a: &a [*a]".to_owned()),
        ("many values", "- a\n".repeat(limits::YAML_VALUES + 1)),
        ("a large YAML text", "# \n".repeat(limits::YAML_BYTES / 3 + 1)),
    ];
    for (what, text) in hostile {
        let start = Instant::now();
        let refusal = of(&text);
        assert!(matches!(refusal, Err(Refusal::Inputs(_))), "{what}");
        assert!(start.elapsed() < Duration::from_secs(20), "{what} takes {:?}", start.elapsed());
    }
}

/// Something wrong with a valid text: bytes changed, left out, put in, or its end cut off.
fn mutated(text: String) -> impl Strategy<Value = String> {
    let change = (any::<prop::sample::Index>(), prop::sample::select(MUTATIONS.to_vec()), 0..3_usize);
    (prop::collection::vec(change, 1..8), any::<Option<prop::sample::Index>>()).prop_map(
        move |(changes, cut)| {
            let mut chars: Vec<char> = text.chars().collect();
            for (at, with, gone) in changes {
                let at = at.index(chars.len());
                let end = (at + gone).min(chars.len());
                chars.splice(at..end, with.chars());
                if chars.is_empty() {
                    break;
                }
            }
            if let Some(cut) = cut.filter(|_| !chars.is_empty()) {
                chars.truncate(cut.index(chars.len()));
            }
            chars.into_iter().collect()
        },
    )
}

const MUTATIONS: &[&str] = &[
    "", "\"", "{", "}", "[", "]", ":", ",", "\n", " ", "- ", "null", "0", "/", "999", "&a ", "*a", "<<: ",
    "\u{0}", "\u{202e}", "é", "'", "|", "---\n", "#", "\\u0000", "\\ud800", "true", "%", "\t", "\r",
];

/// Every outcome is one: a plan that parses, or mistakes that can be printed.
fn survives(text: &str) -> Result<(), TestCaseError> {
    match of(text) {
        Ok(imported) => prop_assert!(parse(&imported.text).plan.is_some()),
        Err(Refusal::Plan { problems, .. }) => prop_assert!(!problems.is_empty()),
        Err(Refusal::Lacking { message, help }) => prop_assert!(!message.is_empty() && !help.is_empty()),
        Err(Refusal::Inputs(wrong)) => {
            for (_, mistakes) in wrong {
                prop_assert!(!mistakes.is_empty());
                let printed = import_problems(&mistakes, "input", text, Ink::Plain);
                prop_assert!(!printed.contains(|c: char| c.is_control() && c != '\n'));
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn any_text_has_an_answer(text in any::<String>()) {
        survives(&text)?;
    }

    #[test]
    fn any_yaml_has_an_answer(text in "(([a-z&*!|>%@`'\"#?:,\\[\\]{}~0-9 -]|\n|: |- |\n  |é){0,80})") {
        survives(&text)?;
        survives(&format!("{KIND}{text}"))?;
    }

    #[test]
    fn inputs_with_mistakes_have_an_answer(text in prop::sample::select(vec![
        "one.yaml", "both.yaml", "rack2.yaml", "networks.json", "network-small.json", "nodes-one.json",
        "nodes-two.json", "rack1.json", "custom.json", "dump.txt", "eksctl.yaml", "karpenter.yaml", "ipamd-enis.json",
        "node.prom", "eks/subnets.json", "eks/interfaces.json", "eks/nodes.json", "eks/pods.json",
        "eks/workloads.json", "eks/nodegroup.json", "eks/vpcs.json",
    ]).prop_flat_map(|name| mutated(fixture(name)))) {
        survives(&text)?;
    }
}

#[test]
fn plans_and_other_toml_are_told_apart_from_what_is_imported() {
    for preset in podroom::file::preset::PLANS {
        let said = said(preset.text);
        assert!(said.contains("this is a plan already"), "{}: {said}", preset.name);
        assert!(said.contains("without import: podroom input"), "{said}");
    }
    for (text, words) in [
        ("# mine\n\n[[subnet]]\nname = \"a\"\n", "this is a plan already"),
        ("name = \"x\"\n[[cluster]]\n", "this is a plan already"),
        ("[package]\nname = \"x\"\n", "this is TOML"),
        ("m5.large = { enis = 3, ipv4_per_eni = 10 }\n", "this is TOML"),
        ("[[bin]]\nx = 1\n", "this is TOML"),
        ("[true]", "nothing that is read"),
        ("[[1]]", "nothing that is read"),
        ("[\"a\"]", "nothing that is read"),
        ("kind: a = 1\nb: c\n", "nothing that is read"),
    ] {
        assert!(said(text).contains(words), "{text}: {}", said(text));
    }
    let Err(Refusal::Inputs(wrong)) = import(&[Source { name: "standard input", text: "format = 1\n" }])
    else {
        panic!("a plan was imported");
    };
    assert!(wrong[0].1[0].help.as_ref().is_some_and(|help| help.ends_with("podroom -")));
}
