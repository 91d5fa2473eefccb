//! `podroom import`: what is not modelled, and what too little is known of, is told, and is never a number of a group
//! or a workload; the addresses that it has are counted all the same, each once.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use podroom::audit::{Planned, audit};
use podroom::engine::{self, fleet::resolve};
use podroom::import::live::UNLISTED;
use podroom::import::{Imported, Reading, Source, import};
use podroom::instance::Tables;
use podroom::plan::{Nodes, Plan, parse};
use proptest::prelude::*;
use serde_json::{Value, json};

fn fixture(name: &str) -> Vec<Value> {
    let path = format!("{}/tests/data/import/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("the fixture is there");
    serde_json::Deserializer::from_str(&text).into_iter().map(|one| one.expect("JSON")).collect()
}

fn of(inputs: &[Value]) -> Imported {
    let texts: Vec<String> = inputs.iter().map(Value::to_string).collect();
    let sources: Vec<Source> = texts.iter().map(|text| Source { name: "input", text }).collect();
    import(&sources).unwrap_or_else(|refusal| panic!("{refusal:?}"))
}

fn plan(imported: &Imported) -> Plan {
    let parsed = parse(&imported.text);
    assert!(parsed.problems.is_empty(), "{:?}\n{}", parsed.problems, imported.text);
    let plan = parsed.plan.expect("a plan without problems");
    engine::evaluate(&plan, &Tables::builtin()).expect("the engine takes it");
    plan
}

const PROD: &[&str] = &["subnets", "interfaces", "nodes", "pods", "cluster", "nodegroup", "vpcs", "aws-node"];

fn prod() -> Vec<Value> {
    PROD.iter().flat_map(|name| fixture(&format!("eks/{name}.json"))).collect()
}

/// The objects of a kind among inputs, lists or not.
fn objects<'v>(inputs: &'v mut [Value], kind: &str) -> Vec<&'v mut Value> {
    let mut all = Vec::new();
    for input in inputs {
        match input.get("items").is_some() {
            true => all.extend(input["items"].as_array_mut().expect("a list")),
            false => all.push(input),
        }
    }
    all.retain(|one| one["kind"] == kind);
    all
}

/// A node without its instance type.
fn typeless(node: &mut Value) {
    let labels = node["metadata"]["labels"].as_object_mut().expect("a table");
    labels.retain(|key, _| !key.ends_with("/instance-type"));
}

fn deployment(name: &str, replicas: u32, spec: Value) -> Value {
    json!({"kind": "Deployment", "metadata": {"name": name, "namespace": "n"},
        "spec": {"replicas": replicas, "template": {"spec": spec}}})
}

/// Running pods of a Deployment on a node; `""`: they wait for one.
fn pods(of: &str, n: u32, node: &str, more: &Value) -> Value {
    let one = |i: u32| {
        let mut pod = json!({"kind": "Pod", "metadata": {"name": format!("{of}-6d-{i}"), "namespace": "n",
            "labels": {"pod-template-hash": "6d"}, "ownerReferences": [{"kind": "ReplicaSet", "name": format!("{of}-6d")}]},
            "spec": {"containers": []}, "status": {"phase": if node.is_empty() { "Pending" } else { "Running" }}});
        if !node.is_empty() {
            pod["spec"]["nodeName"] = json!(node);
        }
        let own = more.as_object().expect("a table").clone();
        pod["metadata"]["labels"].as_object_mut().expect("a table").extend(own);
        pod
    };
    json!({"kind": "List", "items": (0..n).map(one).collect::<Vec<_>>()})
}

const FARGATE: &str = "fargate-ip-10-0-1-30.ec2.internal";
const WINDOWS: &str = "ip-10-0-0-130.ec2.internal";

#[test]
fn pods_of_nodes_in_no_group_are_none_of_the_plans() {
    let none = json!({});
    let windows = json!({"nodeSelector": {"kubernetes.io/os": "windows"}});
    let daemonset = |name: &str, spec: &Value| json!({"kind": "DaemonSet", "metadata": {"name": name, "namespace": "n"}, "spec": {"template": {"spec": spec}}});
    let profile = json!({"eks.amazonaws.com/fargate-profile": "fp"});
    let mut inputs = prod();
    inputs.extend([
        // all of them on Fargate; some of them; all of them on Windows; none yet, and they can go nowhere else
        deployment("fargate", 20, none.clone()),
        pods("fargate", 20, FARGATE, &none),
        deployment("both", 25, none.clone()),
        pods("both", 20, FARGATE, &none),
        deployment("iis", 3, windows.clone()),
        pods("iis", 3, WINDOWS, &none),
        deployment("waiting", 4, windows.clone()),
        // of Fargate by its profile, be its node among the inputs or not
        deployment("profiled", 5, none.clone()),
        pods("profiled", 2, "fargate-ip-10-9-9-9.ec2.internal", &profile),
        json!({"kind": "List", "items": pods("profiled", 5, "", &profile)["items"].as_array().expect("a list")[2..]}),
        daemonset("win-proxy", &windows),
        daemonset("gpu", &json!({"nodeSelector": {"accelerator": "gpu"}})),
        daemonset("agent", &none),
    ]);
    let imported = of(&inputs);
    let workloads = &plan(&imported).clusters[0].workloads;
    let own: BTreeMap<&str, Option<u32>> = workloads
        .iter()
        .filter_map(|workload| Some((workload.name.strip_prefix("n/")?, workload.replicas)))
        .collect();
    assert_eq!(own, BTreeMap::from([("agent", None), ("both", Some(5))]), "{}", imported.text);
    let comments = &imported.text;
    // 1 is the fixture's
    assert!(
        comments.contains("left out: 49 pods of nodes in no group: their owners want as many"),
        "{comments}"
    );
    assert!(comments.contains("without figures: 3 workloads for nodes of Windows"), "{comments}");
    assert!(comments.contains("left out: 1 DaemonSet without pods, whose selectors"), "{comments}");
}

#[test]
fn nodes_of_which_too_little_is_known_are_left_out_with_their_pods() {
    let mut inputs = prod();
    let known = plan(&of(&inputs));
    typeless(objects(&mut inputs, "Node").remove(0));
    inputs.extend([deployment("app", 7, json!({})), pods("app", 7, "ip-10-0-0-10.ec2.internal", &json!({}))]);
    let imported = of(&inputs);
    let left = plan(&imported);
    assert!(!left.clusters[0].workloads.iter().any(|workload| &*workload.name == "n/app"));
    let finding = "prod: left out, with its pods: 1 node without an instance type";
    assert!(imported.findings.iter().any(|one| one.starts_with(finding)), "{:?}", imported.findings);
    let of = |plan: &Plan, reason: &str| -> Vec<u32> {
        plan.subnets.iter().flat_map(|s| &s.other).filter(|(of, _)| of == reason).map(|(_, n)| *n).collect()
    };
    assert_eq!(of(&known, "nodes in no group"), [0_u32; 0]);
    let [n] = of(&left, "nodes in no group")[..] else { panic!("{}", imported.text) };
    let others = |plan: &Plan| -> u32 { plan.subnets[0].other.iter().map(|(_, n)| n).sum() };
    assert_eq!(others(&left), others(&known) + n);
    assert_eq!(n, 20, "its two ENIs with their secondary addresses");
    assert_eq!(
        left.clusters[0].node_groups[0].nodes,
        Nodes::ByZone(vec![("us-east-1a".to_owned(), 1), ("us-east-1b".to_owned(), 1)])
    );
}

#[test]
fn a_group_whose_nodes_are_all_left_out_is_no_group_of_none() {
    let mut inputs = prod();
    for node in objects(&mut inputs, "Node") {
        if node["metadata"]["labels"]["eks.amazonaws.com/nodegroup"] == "workers" {
            typeless(node);
        }
    }
    let imported = of(&inputs);
    let plan = plan(&imported);
    let names: Vec<&str> = plan.clusters[0].node_groups.iter().map(|group| group.name.as_ref()).collect();
    assert_eq!(names, ["batch"], "{}", imported.text);
}

/// Sets a variable of aws-node wherever the inputs have its container.
fn set(inputs: &mut [Value], name: &str, value: &str) {
    let containers = |object: &mut Value, at: &str| {
        for container in object.pointer_mut(at).and_then(Value::as_array_mut).into_iter().flatten() {
            if let (true, Some(env)) = (container["name"] == "aws-node", container["env"].as_array_mut()) {
                env.retain(|row| row["name"] != name);
                env.push(json!({"name": name, "value": value}));
            }
        }
    };
    objects(inputs, "DaemonSet")
        .into_iter()
        .for_each(|one| containers(one, "/spec/template/spec/containers"));
    objects(inputs, "Pod").into_iter().for_each(|one| containers(one, "/spec/containers"));
}

#[test]
fn a_cluster_in_a_mode_that_plans_do_not_model_has_no_figures() {
    let mut six = prod();
    set(&mut six, "ENABLE_IPv4", "false");
    set(&mut six, "ENABLE_IPv6", "true");
    let mut cards = prod();
    set(&mut cards, "ENABLE_MULTI_NIC", "true");
    let mut family = prod();
    family.iter_mut().filter(|one| one.get("cluster").is_some()).for_each(|one| {
        one["cluster"]["kubernetesNetworkConfig"]["ipFamily"] = json!("ipv6");
    });
    for (inputs, word) in
        [(six, "ENABLE_IPv6 is \"true\""), (cards, "ENABLE_MULTI_NIC is \"true\""), (family, "\"ipv6\"")]
    {
        let imported = of(&inputs);
        let plan = plan(&imported);
        let cluster = &plan.clusters[0];
        assert!(cluster.node_groups.is_empty() && cluster.workloads.is_empty(), "{}", imported.text);
        let found = |what: &str| imported.findings.iter().any(|one| one.contains(what));
        assert!(found(word) && found("4 nodes of a cluster in a mode"), "{:?}", imported.findings);
        assert!(plan.subnets[0].other.contains(&("nodes in no group".to_owned(), 53)), "{}", imported.text);
        // and an audit compares none of them
        let mut reading = Reading::default();
        for input in &inputs {
            reading.add(&Source { name: "input", text: &input.to_string() }).expect("it is whole");
        }
        let live = reading.clone().live();
        let groups = resolve(&plan, &Tables::builtin()).expect("known types");
        let evaluation = engine::evaluate(&plan, &Tables::builtin()).expect("the engine takes it");
        let planned = Planned { plan: &plan, groups: &groups, evaluation: &evaluation, given: false };
        let audit = audit(&reading, &live, Some(planned));
        assert!(audit.nodes.is_empty() && audit.clusters[0].nodes == 0);
        assert!(audit.unknown.iter().any(|one| one.contains("4 nodes of a cluster in a mode")));
        assert!(
            audit.subnets.iter().all(|row| row.why.iter().all(|told| told.cause == "leaked")),
            "{:?}",
            audit.subnets
        );
    }
}

#[test]
fn node_groups_that_nobody_has_counted_say_so() {
    let subnets = json!({"Subnets": [{"SubnetId": "s", "VpcId": "v", "CidrBlock": "10.0.0.0/24", "AvailabilityZone": "a"}]});
    let group = |name: &str, types: Value, scaling: Value| {
        json!({"nodegroup": {"nodegroupName": name, "clusterName": "c", "subnets": ["s"], "instanceTypes": types,
            "scalingConfig": scaling}})
    };
    let imported = of(&[
        subnets,
        group("ga", json!(["m5.large", "m5.xlarge", "m5.large"]), json!({"desiredSize": 3})),
        group("gb", json!(["m5.large"]), json!({"minSize": 2})),
        group("gc", json!(["m5.large"]), json!(null)),
    ]);
    let groups = &plan(&imported).clusters[0].node_groups;
    let nodes: Vec<u64> = groups.iter().map(|group| group.nodes.stated().into()).collect();
    assert_eq!(nodes, [3, 2, 0]);
    assert_eq!(groups[0].instance_types, ["m5.large", "m5.xlarge"]);
    let said = |name: &str| {
        let before = imported.text.split(&format!("name = \"{name}\"")).next().expect("it is there");
        before.rsplit("\n\n").next().expect("a block").to_owned()
    };
    assert!(said("gb").contains("the plan has 2 nodes, the least"), "{}", said("gb"));
    assert!(
        said("gc").contains("how many nodes it has is not in the inputs (scalingConfig)"),
        "{}",
        said("gc")
    );
    assert!(!said("ga").contains("not in the inputs"), "{}", said("ga"));
}

#[test]
fn without_the_nodes_their_addresses_may_count_twice_which_is_said() {
    let said =
        |inputs: &[Value]| of(inputs).findings.iter().any(|one| one.contains("counts among other instances"));
    assert!(!said(&prod()));
    let inputs: Vec<Value> = ["subnets", "interfaces", "nodegroup"]
        .iter()
        .flat_map(|name| fixture(&format!("eks/{name}.json")))
        .collect();
    assert!(said(&inputs));
    assert!(!said(&[inputs[0].clone(), inputs[2].clone()]), "without interfaces nothing is counted");
}

type Taken = BTreeSet<Ipv4Addr>;

/// Everything that interfaces take of each subnet, and what of it those of some instances take. Counted one by one.
fn taken(inputs: &[Value], instances: &BTreeSet<String>) -> BTreeMap<String, (Taken, Taken)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let address = |value: &Value| text(value).parse::<Ipv4Addr>().ok();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let tag = |eni: &Value, key: &str| {
        list(&eni["TagSet"]).iter().find(|tag| tag["Key"] == key).map(|tag| text(&tag["Value"]))
    };
    let enis: Vec<Value> = inputs.iter().flat_map(|input| list(&input["NetworkInterfaces"])).collect();
    let on = |eni: &Value| instances.contains(&text(&eni["Attachment"]["InstanceId"]));
    let mut all: BTreeMap<String, (Taken, Taken)> = BTreeMap::new();
    for eni in &enis {
        let (every, own) = all.entry(text(&eni["SubnetId"])).or_default();
        let primary = address(&eni["PrivateIpAddress"]);
        let mut more: Taken = list(&eni["PrivateIpAddresses"])
            .iter()
            .filter_map(|one| address(&one["PrivateIpAddress"]))
            .collect();
        for prefix in list(&eni["Ipv4Prefixes"]) {
            let first = text(&prefix["Ipv4Prefix"])
                .split('/')
                .next()
                .and_then(|first| first.parse::<Ipv4Addr>().ok());
            more.extend(
                first
                    .into_iter()
                    .flat_map(|first| (0..16).map(move |n| Ipv4Addr::from(u32::from(first) + n))),
            );
        }
        let trunk = tag(eni, "vpcresources.k8s.aws/trunk-eni-id");
        let hung =
            trunk.is_some_and(|trunk| enis.iter().any(|eni| eni["NetworkInterfaceId"] == *trunk && on(eni)));
        if on(eni) || hung {
            own.extend(primary);
            if tag(eni, "node.k8s.amazonaws.com/no_manage").is_none() {
                own.extend(more.iter().copied());
            }
        }
        every.extend(primary.into_iter().chain(more));
    }
    all
}

/// The instances of a plan's groups, by what its makers say of each node.
fn planned(inputs: &mut [Value], plan: &Plan) -> BTreeSet<String> {
    let zones: BTreeSet<Option<&str>> =
        plan.clusters[0].pod_subnets.iter().map(|place| plan.subnets[*place].zone.as_deref()).collect();
    let mut all = BTreeSet::new();
    for node in objects(inputs, "Node") {
        let label = |keys: &[&str]| {
            keys.iter()
                .find_map(|key| node["metadata"]["labels"][key].as_str())
                .filter(|value| !value.is_empty())
        };
        let typed =
            label(&["node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type"]).is_some();
        let linux = label(&["kubernetes.io/os"]) != Some("windows");
        let own = label(&["eks.amazonaws.com/compute-type"]).is_none();
        let internal: Ipv4Addr =
            node["status"]["addresses"][0]["address"].as_str().expect("it has one").parse().expect("IPv4");
        let home = plan.subnets.iter().find(|subnet| subnet.cidr.contains(&internal));
        let served = home.is_some_and(|home| zones.is_empty() || zones.contains(&home.zone.as_deref()));
        if typed && linux && own && served {
            all.extend(
                node["spec"]["providerID"]
                    .as_str()
                    .expect("it has one")
                    .rsplit('/')
                    .next()
                    .map(str::to_owned),
            );
        }
    }
    all
}

/// In each subnet what is in use is what others use and what the nodes of the plan's groups hold, nothing else and
/// nothing twice.
fn accounted(inputs: &mut [Value]) -> Result<(), TestCaseError> {
    let imported = of(inputs);
    let plan = plan(&imported);
    let instances = planned(inputs, &plan);
    let nodes: u64 = plan.clusters[0].node_groups.iter().map(|group| u64::from(group.nodes.stated())).sum();
    prop_assert_eq!(nodes, instances.len() as u64, "{}", imported.text);
    let taken = taken(inputs, &instances);
    for subnet in &plan.subnets {
        let Some((every, own)) = taken.get(subnet.id.as_ref().unwrap_or(&subnet.name)) else { continue };
        let other: u32 = subnet.other.iter().filter(|(reason, _)| reason != UNLISTED).map(|(_, n)| *n).sum();
        prop_assert_eq!(every.len(), own.len() + other as usize, "{} of\n{}", subnet.name, imported.text);
        let used: u64 = subnet.used.iter().map(|used| used.count()).sum();
        prop_assert_eq!(used, u64::from(other), "{}", subnet.name);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Of nodes all of which have ENIs some lose their type, some are of Windows or Auto Mode, a zone loses its pod
    /// subnet, the list of pods is missing.
    #[test]
    fn no_address_is_lost_and_none_counted_twice(
        custom in any::<bool>(),
        fates in prop::collection::vec(0_u8..6, 6),
        no_pods in any::<bool>(),
        no_zone in any::<bool>(),
    ) {
        let mut inputs = if custom { fixture("custom.json") } else { prod() };
        // so that there is a group whatever happens to the others
        for (node, fate) in objects(&mut inputs, "Node").into_iter().skip(1).zip(fates) {
            match fate {
                0 => typeless(node),
                1 => node["metadata"]["labels"]["kubernetes.io/os"] = json!("windows"),
                2 => node["metadata"]["labels"]["eks.amazonaws.com/compute-type"] = json!("auto"),
                _ => {}
            }
        }
        if no_pods {
            inputs.retain(|one| one["items"][0]["kind"] != "Pod");
        }
        if no_zone {
            for input in &mut inputs {
                if let Some(items) = input.get_mut("items").and_then(Value::as_array_mut) {
                    items.retain(|one| one["kind"] != "ENIConfig" || one["metadata"]["name"] != "eu-west-1b");
                }
            }
        }
        accounted(&mut inputs)?;
    }
}

#[test]
fn enis_of_further_cards_are_others() {
    let mut inputs = fixture("custom.json");
    inputs.push(json!({"NetworkInterfaces": [{"NetworkInterfaceId": "eni-card", "SubnetId": "subnet-p1",
        "Status": "in-use", "PrivateIpAddress": "100.64.0.40", "PrivateIpAddresses": [{"PrivateIpAddress": "100.64.0.41"}],
        "Attachment": {"InstanceId": "i-1", "DeviceIndex": 1, "NetworkCardIndex": 1}}]}));
    let plan = plan(&of(&inputs));
    let subnet = plan.subnets.iter().find(|subnet| subnet.name == "subnet-p1").expect("it is there");
    assert_eq!(subnet.other, [("unmanaged ENIs".to_owned(), 2)]);
    assert!(plan.clusters[0].node_groups.iter().all(|group| group.unmanaged_enis <= 1));
}
