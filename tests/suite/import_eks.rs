//! `podroom import` of clusters of AWS: what aws, kubectl, ipamd, eksctl and Karpenter say becomes plans.

use std::fmt::Write as _;

use podroom::engine::{self, blocks::blocks};
use podroom::file::diagnose::{Ink, import_problems};
use podroom::import::live::{Index, USES, Use, usage};
use podroom::import::{Imported, Reading, Refusal, Source, import};
use podroom::instance::Tables;
use podroom::plan::{Nodes, Plan, parse};
use proptest::prelude::*;
use serde_json::{Value, json};

fn fixture(name: &str) -> String {
    let path = format!("{}/tests/data/import/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).expect("the fixture is there")
}

fn of(inputs: &[(&str, String)]) -> Result<Imported, Refusal> {
    let sources: Vec<Source> = inputs.iter().map(|(name, text)| Source { name, text }).collect();
    import(&sources)
}

fn fixtures(names: &[&str]) -> Imported {
    let inputs: Vec<(&str, String)> = names.iter().map(|name| (*name, fixture(name))).collect();
    of(&inputs).unwrap_or_else(|refusal| panic!("{names:?}: {refusal:?}"))
}

fn plan(imported: &Imported) -> Plan {
    let parsed = parse(&imported.text);
    assert!(parsed.problems.is_empty(), "{:?}\n{}", parsed.problems, imported.text);
    parsed.plan.expect("a plan without problems")
}

/// The comments of a plan.
fn comments(imported: &Imported) -> String {
    imported.text.lines().filter(|line| line.starts_with("# ")).map(|line| format!("{line}\n")).collect()
}

/// What is wrong with a text, as it is printed.
fn said(text: &str) -> String {
    match of(&[("input", text.to_owned())]) {
        Err(Refusal::Inputs(wrong)) => import_problems(&wrong[0].1, "input", text, Ink::Plain),
        other => panic!("{text}: {other:?}"),
    }
}

const PROD: &[&str] = &[
    "eks/subnets.json",
    "eks/interfaces.json",
    "eks/nodes.json",
    "eks/pods.json",
    "eks/workloads.json",
    "eks/cluster.json",
    "eks/nodegroup.json",
    "eks/nodegroup-empty.json",
    "eks/vpcs.json",
];

const MIXES: &[&[&str]] = &[
    PROD,
    &["eks/subnets.json", "eks/nodes.json"],
    &["eks/subnets.json"],
    &["eks/subnets.json", "eks/nodegroup.json", "eks/cluster.json", "eks/aws-node.json"],
    &["dump.txt", "subnet-one.json"],
    &["eksctl.yaml"],
    &["karpenter.yaml", "eks/subnets.json"],
    &["eks/subnets.json", "eks/interfaces.json", "eks/nodes.json", "ipamd-enis.json", "node.prom"],
    &["custom.json"],
    &["both.yaml", "eks/nodes.json", "eks/subnets.json"],
];

#[test]
fn mixes_of_inputs_become_plans() {
    let mut all = String::new();
    for names in MIXES {
        let imported = fixtures(names);
        let plan = plan(&imported);
        assert_eq!((plan.clusters.len(), plan.subnets.len()), (imported.clusters, imported.subnets));
        engine::evaluate(&plan, &Tables::builtin()).expect("the engine takes it");
        assert_eq!(imported, fixtures(names), "the same bytes every time");
        let _ = writeln!(all, "=== {}\n{}", names.join(" "), imported.text);
    }
    insta::assert_snapshot!(all);
}

#[test]
fn the_order_of_inputs_and_their_packing_change_nothing_about_a_plan() {
    let text = |imported: &Imported| imported.text.split_once('\n').expect("a first line").1.to_owned();
    let forth = text(&fixtures(PROD));
    let back: Vec<&str> = PROD.iter().rev().copied().collect();
    assert_eq!(text(&fixtures(&back)), forth);
    let all: String = PROD.iter().map(|name| fixture(name)).collect();
    let one = of(&[("all.json", all.clone())]).expect("several documents behind each other");
    assert_eq!(text(&one), forth);
    // the same things twice are there once
    let twice = of(&[("all.json", all.clone()), ("again.json", all)]).expect("the same twice");
    assert_eq!(text(&twice), forth);
}

#[test]
fn every_address_of_a_subnet_is_accounted_for() {
    let mut reading = Reading::default();
    for name in PROD {
        reading.add(&Source { name, text: &fixture(name) }).expect("it is whole");
    }
    let live = reading.live();
    let index = Index::of(&live);
    let used = usage(&live, &index, &live.subnets[0]);
    let count = |by: Use| used.count(by);
    assert_eq!(count(Use::Workload), 8, "running pods hold addresses, also those that are being deleted");
    assert_eq!(count(Use::Warm), 18 - 6 + 32 - 2);
    assert_eq!((count(Use::Primary), count(Use::ControlPlane), count(Use::Leaked)), (3, 1, 10));
    let sum: u64 = USES.iter().map(|(by, ..)| count(*by)).sum();
    assert_eq!((used.usable, used.free), (251, 251 - sum));
    // blocks 0 and 15 are AWS's, 1 has ENIs, 3 and 4 are prefixes, 6, 7 and 8 have others
    assert_eq!(used.blocks, 16 - 8);
    // AWS counts the same
    assert_eq!(live.subnets[0].available.map(u64::from), Some(used.free));
}

#[test]
fn the_plan_has_what_others_use_and_where() {
    let plan = plan(&fixtures(PROD));
    let subnet = &plan.subnets[0];
    let other: u32 = subnet.other.iter().map(|(_, n)| *n).sum();
    let used: u64 = subnet.used.iter().map(|used| used.count()).sum();
    assert_eq!((other, used), (17, 17), "what nodes hold is no one else's");
    // whole blocks that are left to nodes: all but the first, the last, and those with others in them
    assert_eq!(blocks(&plan, 0, 0, 0).free, 16 - 2 - 3);
    // 16 more are in use than the interfaces have
    assert!(plan.subnets[1].other.contains(&("not in the interfaces".to_owned(), 16)));
    assert_eq!((plan.subnets[1].role_cni.as_deref(), plan.subnets[0].elb), (Some("1"), true));
}

#[test]
fn nodes_are_grouped_as_they_are() {
    let plan = plan(&fixtures(PROD));
    let groups = &plan.clusters[0].node_groups;
    let names: Vec<&str> = groups.iter().map(|group| group.name.as_ref()).collect();
    assert_eq!(names, ["workers", "batch", "gpu"]);
    let zones = |n| Nodes::ByZone(vec![("us-east-1a".to_owned(), n), ("us-east-1b".to_owned(), 1)]);
    assert_eq!((&groups[0].nodes, groups[0].max_unavailable), (&zones(2), Some(2)));
    assert_eq!((groups[1].dedicated, groups[2].dedicated), (true, true));
    assert_eq!(groups[2].nodes, Nodes::Count(0));
}

#[test]
fn allocatable_memory_is_exactly_that_of_the_nodes() {
    let plan = plan(&fixtures(PROD));
    let group = &plan.clusters[0].node_groups[0];
    let left = engine::fleet::allocatable_memory(group.memory.expect("it is said"), 29);
    assert_eq!(left, 7_220_452 << 10, "the least of the group's");
}

#[test]
fn workloads_are_those_of_the_pods_owners() {
    let plan = plan(&fixtures(PROD));
    let workload = |name: &str| {
        let all = &plan.clusters[0].workloads;
        all.iter().find(|w| *w.name == *name).unwrap_or_else(|| panic!("{name}"))
    };
    let web = workload("shop/web");
    // a sidecar of 50m beside 250m, and a migration of 1Gi before both
    assert_eq!((web.replicas, web.cpu, web.memory), (Some(6), 300, 1 << 30));
    assert_eq!((workload("shop/pay").branch_eni, workload("shop/pay").cpu), (true, 100));
    let report = workload("batch/report");
    assert_eq!(
        (report.replicas, report.peak_replicas, report.node_groups.as_slice()),
        (Some(1), Some(4), &[1][..])
    );
    let proxy = workload("kube-system/kube-proxy");
    assert_eq!((proxy.daemonset, proxy.host_network, proxy.node_groups.len()), (true, true, 0));
    assert_eq!(plan.clusters[0].system_pods, 0, "aws-node and kube-proxy are there by themselves");
    // scaled to nothing, ended, on Fargate, on the way out
    for name in ["shop/idle", "batch/pods", "shop/old-1"] {
        assert!(!plan.clusters[0].workloads.iter().any(|w| *w.name == *name), "{name}");
    }
}

#[test]
fn absent_variables_have_the_programs_own_default() {
    let env = |variables: Value| {
        let daemonset = json!({"kind": "DaemonSet", "metadata": {"name": "aws-node"}, "spec": {"template": {"spec":
            {"containers": [{"name": "aws-node", "env": variables}]}}}});
        plan(&of(&[("ds.json", daemonset.to_string())]).expect("it is whole")).clusters[0].env.clone()
    };
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    // the shipped manifest has 1, the program 0
    assert_eq!(env(json!([])), [pair("WARM_PREFIX_TARGET", "0")]);
    let variables = json!([{"name": "WARM_PREFIX_TARGET", "value": "1"}, {"name": "WARM_IP_TARGET", "value": "5"},
        {"name": "AWS_VPC_K8S_CNI_LOGLEVEL", "value": "DEBUG"}, {"name": "ENABLE_IPv4", "value": "true"}]);
    assert_eq!(env(variables), [pair("WARM_IP_TARGET", "5"), pair("WARM_PREFIX_TARGET", "1")]);
}

#[test]
fn what_is_not_modelled_has_no_figures() {
    let imported = fixtures(PROD);
    let comments = comments(&imported);
    for word in ["1 node of Fargate", "1 node of Windows", "WARM_IP_TARGETS", "MAX_ENI"] {
        assert!(comments.contains(word), "{word}\n{comments}");
    }
    let nodes: u32 = plan(&imported).clusters[0].node_groups.iter().map(|group| group.nodes.stated()).sum();
    assert_eq!(nodes, 4);
}

#[test]
fn clusters_are_told_apart() {
    let node = |name: &str, instance: &str, labels: Value| {
        let mut all = json!({"node.kubernetes.io/instance-type": "m5.large"});
        all.as_object_mut().expect("a table").extend(labels.as_object().expect("a table").clone());
        json!({"kind": "Node", "metadata": {"name": name, "labels": all},
            "spec": {"providerID": format!("aws:///us-east-1a/{instance}")},
            "status": {"capacity": {"pods": "29"}, "addresses": [{"type": "InternalIP", "address": "10.0.0.9"}]}})
        .to_string()
    };
    let pod = |node: &str| {
        json!({"kind": "PodList", "items": [{"metadata": {"name": "p"}, "spec": {"nodeName": node}, "status": {}}]})
            .to_string()
    };
    let daemonset = |cluster: &str| {
        json!({"kind": "DaemonSet", "metadata": {"name": "aws-node"}, "spec": {"template": {"spec": {"containers":
            [{"name": "aws-node", "env": [{"name": "CLUSTER_NAME", "value": cluster}]}]}}}})
        .to_string()
    };
    let subnets = ("subnets.json", fixture("subnet-one.json"));
    let names = |inputs: &[(&str, String)]| -> Vec<(String, usize)> {
        let mut all = vec![subnets.clone()];
        all.extend_from_slice(inputs);
        let clusters = plan(&of(&all).expect("a plan")).clusters;
        clusters.into_iter().map(|c| (c.name.to_string(), c.workloads.len())).collect()
    };
    let is = |name: &str, workloads: usize| (name.to_owned(), workloads);
    let none = json!({});
    // a file each, with the pods that its nodes run
    assert_eq!(
        names(&[
            ("a/nodes.json", node("n1", "i-1", none.clone())),
            ("b/nodes.json", node("n2", "i-2", none.clone())),
            ("pods.json", pod("n2")),
        ]),
        [is("a", 0), is("b", 1)]
    );
    // two files with a node in common are of one
    assert_eq!(
        names(&[
            ("one.json", node("n1", "i-1", none.clone())),
            ("two.json", node("n1", "i-1", none.clone()) + &node("n2", "i-2", none.clone()))
        ]),
        [is("one", 0)]
    );
    // its name in a label, in aws-node's variables, in what describes it
    let labelled = node("n1", "i-1", json!({"alpha.eksctl.io/cluster-name": "blue"}));
    assert_eq!(names(&[("nodes.json", labelled + &pod("n1"))]), [is("blue", 1)]);
    assert_eq!(names(&[("x.json", node("n1", "i-1", none.clone()) + &daemonset("green"))]).len(), 1);
    assert_eq!(names(&[("x.json", node("n1", "i-1", none.clone()) + &daemonset("green"))])[0].0, "green");
    let described = (r#"{"cluster": {"name": "red"}}"#).to_owned();
    assert_eq!(names(&[("nodes.json", node("n1", "i-1", none)), ("c.json", described)]), [is("red", 0)]);
}

#[test]
fn subnets_of_other_vpcs_are_left_out_where_the_clusters_are_known() {
    let subnet = |id: &str, vpc: &str, cidr: &str| json!({"SubnetId": id, "VpcId": vpc, "CidrBlock": cidr});
    let subnets = json!({"Subnets": [subnet("s1", "v1", "10.1.0.0/24"), subnet("s2", "v2", "10.2.0.0/24"),
        subnet("s3", "v3", "10.3.0.0/24")]});
    let cluster =
        |name: &str, vpc: Value| json!({"cluster": {"name": name, "resourcesVpcConfig": {"vpcId": vpc}}});
    let names = |clusters: &[Value]| -> Vec<String> {
        let mut inputs = vec![("subnets.json", subnets.to_string())];
        inputs.extend(clusters.iter().map(|cluster| ("cluster.json", cluster.to_string())));
        plan(&of(&inputs).expect("a plan")).subnets.into_iter().map(|subnet| subnet.name).collect()
    };
    assert_eq!(names(&[cluster("a", json!("v2"))]), ["s2"]);
    assert_eq!(names(&[cluster("a", json!("v2")), cluster("b", json!("v3"))]), ["s2", "s3"]);
    assert_eq!(names(&[cluster("a", json!("v2")), cluster("b", json!(null))]).len(), 3, "b may be anywhere");
}

#[test]
fn without_the_nodes_subnets_there_is_no_plan() {
    let of = |names: &[&str]| {
        let inputs: Vec<(&str, String)> = names.iter().map(|name| (*name, fixture(name))).collect();
        match of(&inputs) {
            Err(Refusal::Lacking { message, help }) => format!("{message}\n{help}\n"),
            other => panic!("{other:?}"),
        }
    };
    let all = [of(&["eks/nodes.json"]), of(&["eks/vpcs.json"]), of(&["ipamd-enis.json"])].concat();
    insta::assert_snapshot!(all);
}

#[test]
fn mistakes_say_where_and_what_to_run() {
    let cases = [
        "{\"Subnets\": []}",
        "{\"Subnets\": {}}",
        "{\"Subnets\": [1, {\"VpcId\": \"v\"}]}",
        "{\"Subnets\": [{\"SubnetId\": \"s\", \"CidrBlock\": \"10.0.0.0\", \"AvailableIpAddressCount\": -1}]}",
        "[{\"SubnetId\": \"s\", \"AvailableIpAddressCount\": 5}]",
        "{\"NetworkInterfaces\": [{\"NetworkInterfaceId\": \"e\", \"PrivateIpAddress\": \"::1\", \"Ipv4Prefixes\": [{\"Ipv4Prefix\": \"10.0.0.0/8\"}]}]}",
        "{\"NetworkInterfaces\": [{\"NetworkInterfaceId\": \"e\", \"TagSet\":",
        "Subnets:\n- SubnetId: s\n",
        "SUBNETS\tFalse\t4089\tus-east-1d\n",
        "------------------------\n|    DescribeSubnets   |\n+----------------------+\n",
        "NETWORKINTERFACES\tx\n",
        "An error occurred (UnauthorizedOperation) when calling the DescribeSubnets operation\n",
        "NAMESPACE     NAME        READY   STATUS    RESTARTS   AGE   IP\nkube-system   aws-node-1  2/2     Running   0  1d  10.0.0.1\n",
        "{\"InstanceTypes\": [{\"InstanceType\": \"x9.large\", \"VCpuInfo\": {}}]}",
        "{\"nodegroup\": {\"nodegroupName\": \"n\"}}",
        "{\"kind\": \"Pod\", \"metadata\": {\"name\": \"p\"}, \"spec\": {\"containers\": [{\"resources\": {\"requests\": {\"cpu\": \"lots\"}}}]}}",
        "{\"kind\": \"PodList\", \"items\": []}",
        "{\"kind\": \"PodList\", \"items\": [7]}",
        "{\"TotalIPs\": \"many\", \"ENIs\": {\"e\": 1}}",
        "awscni_total_ip_addresses much\n",
        "awscni_eni_max 4\n",
        "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\n",
    ];
    let mut all = String::new();
    for case in cases {
        let _ = writeln!(all, "=== {case:?}\n{}", said(case));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn hostile_names_are_harmless() {
    let evil = "\u{1b}[2J\u{202e}\"]\n[x]\u{7}";
    let inputs = [
        json!({"Subnets": [{"SubnetId": evil, "VpcId": evil, "CidrBlock": "10.0.0.0/24", "AvailabilityZone": evil,
            "Tags": [{"Key": "Name", "Value": evil}, {"Key": format!("cni.networking.k8s.aws/cluster/{evil}"), "Value": evil},
                {"Key": "kubernetes.io/role/cni", "Value": evil}]}]}),
        json!({"NetworkInterfaces": [{"NetworkInterfaceId": evil, "SubnetId": evil, "Description": evil,
            "PrivateIpAddress": "10.0.0.9", "Attachment": {"InstanceId": evil, "DeviceIndex": 0},
            "TagSet": [{"Key": "cluster.k8s.amazonaws.com/name", "Value": evil}]}]}),
        json!({"kind": "Node", "metadata": {"name": evil, "labels": {"eks.amazonaws.com/nodegroup": evil,
            "node.kubernetes.io/instance-type": evil, evil: evil}},
            "spec": {"providerID": format!("aws:///a/i-{evil}"), "taints": [{"key": evil, "effect": "NoSchedule"}]},
            "status": {"addresses": [{"type": "InternalIP", "address": "10.0.0.9"}]}}),
        json!({"kind": "Pod", "metadata": {"name": evil, "namespace": evil,
            "ownerReferences": [{"kind": evil, "name": evil}]}, "spec": {"nodeName": evil, "nodeSelector": {evil: evil}}}),
        json!({"kind": "DaemonSet", "metadata": {"name": "aws-node"}, "spec": {"template": {"spec": {"containers":
            [{"name": "aws-node", "image": format!("x:{evil}"), "env": [{"name": evil, "value": evil},
                {"name": "CLUSTER_NAME", "value": evil}, {"name": "MAX_ENI", "value": evil}]}]}}}}),
        json!({"nodegroup": {"nodegroupName": format!("{evil}2"), "clusterName": evil, "status": evil}}),
    ];
    let inputs: Vec<(&str, String)> = inputs.iter().map(|input| (evil, input.to_string())).collect();
    let imported = of(&inputs).expect("names are data");
    assert!(
        !imported.text.contains(|c: char| (c.is_control() && c != '\n') || c == '\u{202e}'),
        "{}",
        imported.text
    );
    let plan = plan(&imported);
    assert_eq!((plan.clusters.len(), plan.clusters[0].node_groups.len()), (1, 1));
}

#[test]
fn published_outputs_are_read() {
    let read = |name: &str| {
        let path = format!("{}/tests/data/{name}.json", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(path).expect("the sample is there")
    };
    let subnet =
        plan(&of(&[("s", read("describe-subnets.aws-cli-example2"))]).expect("a subnet")).subnets.remove(0);
    assert_eq!((subnet.name.as_str(), subnet.other), ("MySubnet", vec![("in use".to_owned(), 2)]));
    // one of them is no JSON
    assert!(said(&read("describe-subnets.aws-cli-example1")).contains("input:17:39"));
    let mut reading = Reading::default();
    for name in ["network-interfaces", "nodegroup", "instance-types"] {
        let text = read(&format!("describe-{name}.aws-cli-example1"));
        reading.add(&Source { name, text: &text }).expect("it is whole");
    }
    let live = reading.live();
    assert_eq!((live.interfaces.len(), live.types.len(), live.clusters[0].nodegroups.len()), (2, 1, 1));
    assert_eq!((live.interfaces[1].device, live.interfaces[1].card), (Some(0), 0));
}

#[test]
fn ipamd_of_all_ages_says_what_is_assigned() {
    let mut reading = Reading::default();
    for name in ["ipamd-enis.json", "ipamd-old.json", "node.prom"] {
        reading.add(&Source { name, text: &fixture(name) }).expect("it is whole");
    }
    let live = reading.live();
    for ipamd in &live.ipamd {
        assert_eq!(ipamd.enis[0].assigned, ["10.0.0.11".parse::<std::net::Ipv4Addr>().expect("an address")]);
    }
    assert_eq!((live.ipamd[0].total, live.ipamd[1].total), (18, 3));
    assert_eq!((live.metrics[0].nodes, live.metrics[0].total, live.metrics[0].assigned), (1, 18, 12));
}

/// A pod for each name of an owner, on the node of `custom.json`.
fn pods(owners: impl Iterator<Item = (String, Value)>) -> String {
    let items: Vec<Value> = owners
        .map(|(owner, spec)| {
            let mut pod = json!({"metadata": {"name": owner, "namespace": "n",
                "ownerReferences": [{"kind": "StatefulSet", "name": owner}]},
                "spec": {"nodeName": "n1", "containers": []}, "status": {"phase": "Running"}});
            let own = spec.as_object().expect("a table").clone();
            pod["spec"].as_object_mut().expect("a table").extend(own);
            pod
        })
        .collect();
    json!({"kind": "PodList", "items": items}).to_string()
}

#[test]
fn too_many_workloads_are_put_together() {
    let most = podroom::limits::IMPORT_WORKLOADS;
    let workloads = |n: usize| {
        let names = (0..n).map(|i| (format!("w{i}"), json!({"hostNetwork": i % 2 == 0})));
        let inputs = [("custom.json", fixture("custom.json")), ("pods.json", pods(names))];
        let imported = of(&inputs).expect("a plan");
        plan(&imported).clusters.remove(0).workloads.clone()
    };
    assert_eq!(workloads(most).len(), most);
    let folded = workloads(most + 10);
    let all: Vec<(&str, Option<u32>)> = folded.iter().map(|w| (w.name.as_ref(), w.replicas)).collect();
    let half = u32::try_from(most / 2 + 5).expect("it is small");
    assert_eq!(all, [("n/pods", Some(half)), ("n/pods-2", Some(half))]);
}

#[test]
fn workloads_may_run_where_their_pods_may() {
    let mut cluster = fixture("custom.json");
    // a second group, tainted, with a label of its own
    cluster.push_str(
        &json!({"kind": "Node", "metadata": {"name": "n3", "labels": {"node.kubernetes.io/instance-type": "m5.xlarge",
            "eks.amazonaws.com/nodegroup": "special", "tier": "gold"}},
            "spec": {"providerID": "aws:///eu-west-1a/i-3", "taints": [{"key": "only", "value": "gold", "effect": "NoSchedule"}]},
            "status": {"capacity": {"pods": "58"}, "addresses": [{"type": "InternalIP", "address": "10.1.0.30"}]}})
        .to_string(),
    );
    let only = json!([{"key": "only", "operator": "Exists"}]);
    let pods = pods(
        [
            ("anywhere", json!({})),
            ("tolerant", json!({"tolerations": only})),
            ("bound", json!({"tolerations": only, "nodeSelector": {"tier": "gold"}, "nodeName": "n3"})),
            ("refused", json!({"nodeSelector": {"tier": "gold"}, "nodeName": null})),
            (
                "affine",
                json!({"nodeName": "n3", "tolerations": only, "affinity": {"nodeAffinity":
                {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": []}}}}),
            ),
        ]
        .into_iter()
        .map(|(name, spec)| (name.to_owned(), spec)),
    );
    let imported = of(&[("custom.json", cluster), ("pods.json", pods)]).expect("a plan");
    let plan = plan(&imported);
    let groups: Vec<&str> = plan.clusters[0].node_groups.iter().map(|g| g.name.as_ref()).collect();
    let (special, blue) = (0, 1);
    assert_eq!(groups, ["special", "blue"]);
    let allowed = |name: &str| {
        let all = &plan.clusters[0].workloads;
        all.iter().find(|w| *w.name == format!("n/{name}")).expect(name).node_groups.clone()
    };
    assert!(allowed("anywhere").is_empty());
    assert_eq!(allowed("tolerant"), [special, blue]);
    assert_eq!(allowed("bound"), [special]);
    assert!(allowed("refused").is_empty() && comments(&imported).contains("fits no node group"));
    assert_eq!(allowed("affine"), [special]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Usage against counting one by one.
    #[test]
    fn usage_counts_every_address_once(
        enis in prop::collection::vec((4_u8..250, prop::collection::vec(0_u8..=255, 0..6), 0_u8..16), 0..12)
    ) {
        let at = |n: u8| format!("10.0.0.{n}");
        let interfaces: Vec<Value> = enis.iter().enumerate().map(|(i, (primary, more, prefix))| {
            let addresses: Vec<Value> = more.iter().map(|n| json!({"PrivateIpAddress": at(*n)})).collect();
            let prefixes = if prefix % 3 == 0 { vec![json!({"Ipv4Prefix": format!("10.0.0.{}/28", prefix * 16)})] } else { vec![] };
            json!({"NetworkInterfaceId": format!("e{i}"), "SubnetId": "subnet-0aa1", "PrivateIpAddress": at(*primary),
                "PrivateIpAddresses": addresses, "Ipv4Prefixes": prefixes})
        }).collect();
        let mut reading = Reading::default();
        reading.add(&Source { name: "s", text: &fixture("subnet-one.json") }).expect("a subnet");
        if !interfaces.is_empty() {
            let text = json!({"NetworkInterfaces": interfaces}).to_string();
            reading.add(&Source { name: "i", text: &text }).expect("interfaces");
        }
        let live = reading.live();
        let used = usage(&live, &Index::of(&live), &live.subnets[0]);
        let mut taken = [false; 256];
        for (primary, more, prefix) in &enis {
            taken[usize::from(*primary)] = true;
            more.iter().for_each(|n| taken[usize::from(*n)] = true);
            if prefix % 3 == 0 {
                (0..16).for_each(|n| taken[usize::from(*prefix) * 16 + n] = true);
            }
        }
        let kept = |n: usize| n < 4 || n == 255;
        let naive = (0..256).filter(|n| taken[*n] && !kept(*n)).count() as u64;
        let whole = (0..16).filter(|b| (0..16).all(|n| !taken[b * 16 + n] && !kept(b * 16 + n))).count() as u64;
        // an address that AWS keeps is nobody's
        prop_assert_eq!(used.usable - used.free, naive);
        prop_assert_eq!(used.blocks, whole);
        let mut last = None;
        for one in &used.used {
            prop_assert!(last.is_none_or(|last| one.addresses.first > last));
            last = Some(one.addresses.last);
        }
    }
}
