//! `podroom import`: zones without pod subnets, and the subnets of eksctl's files.

use podroom::engine;
use podroom::import::{Imported, Refusal, Source, import};
use podroom::instance::Tables;
use podroom::plan::{Plan, parse};
use serde_json::{Value, json};

fn of(texts: &[String]) -> Imported {
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

/// Nodes' subnets in two zones, and a pod subnet in the first alone.
fn custom() -> Vec<String> {
    let subnet = |id: &str, cidr: &str, zone: &str| json!({"SubnetId": id, "VpcId": "v", "CidrBlock": cidr, "AvailabilityZone": zone});
    let subnets = json!({"Subnets": [subnet("s-a", "10.0.0.0/24", "a"), subnet("s-b", "10.0.1.0/24", "b"),
        subnet("p-a", "10.0.2.0/24", "a")]});
    let variables = json!([{"name": "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", "value": "true"}]);
    let daemonset = json!({"kind": "DaemonSet", "metadata": {"name": "aws-node"}, "spec": {"template": {"spec":
        {"containers": [{"name": "aws-node", "env": variables}]}}}});
    let config = json!({"kind": "ENIConfig", "metadata": {"name": "a"}, "spec": {"subnet": "p-a"}});
    [subnets, daemonset, config].iter().map(Value::to_string).collect()
}

fn nodegroup(name: &str, subnets: &[&str]) -> String {
    json!({"nodegroup": {"nodegroupName": name, "clusterName": "c", "instanceTypes": ["m5.large"], "subnets": subnets,
        "scalingConfig": {"desiredSize": 2}}})
    .to_string()
}

fn node(name: &str, address: &str) -> String {
    json!({"kind": "Node", "metadata": {"name": name, "labels": {"node.kubernetes.io/instance-type": "m5.large",
            "eks.amazonaws.com/nodegroup": "g"}},
        "spec": {"providerID": format!("aws:///x/i-{name}")},
        "status": {"capacity": {"pods": "29"}, "addresses": [{"type": "InternalIP", "address": address}]}})
    .to_string()
}

#[test]
fn groups_of_a_zone_without_pod_subnet_are_left_out() {
    let mut inputs = custom();
    inputs.extend([nodegroup("g", &["s-b"]), nodegroup("h", &["s-a", "s-b"])]);
    let imported = of(&inputs);
    let cluster = &plan(&imported).clusters[0];
    let groups: Vec<(&str, usize)> =
        cluster.node_groups.iter().map(|group| (group.name.as_ref(), group.subnets.len())).collect();
    assert_eq!(groups, [("h", 1)], "{}", imported.text);
    assert!(imported.text.contains("zone of the node group \"g\": it is left out"), "{}", imported.text);
}

#[test]
fn nodes_of_a_zone_without_pod_subnet_are_left_out_with_their_pods() {
    let pod = |name: &str, node: &str| {
        json!({"kind": "Pod", "metadata": {"name": name}, "spec": {"nodeName": node}, "status": {"phase": "Running"}}).to_string()
    };
    let mut inputs = custom();
    inputs.extend([node("one", "10.0.1.9"), pod("p", "one")]);
    let imported = of(&inputs);
    assert!(plan(&imported).clusters[0].node_groups.is_empty(), "{}", imported.text);
    assert!(imported.text.contains("left out, with its pods: 1 node in zone \"b\""), "{}", imported.text);
    inputs.extend([node("two", "10.0.0.9"), pod("q", "two")]);
    let both = plan(&of(&inputs));
    let cluster = &both.clusters[0];
    assert_eq!((cluster.node_groups.len(), cluster.node_groups[0].nodes.stated()), (1, 1));
    let pods: u32 = cluster.workloads.iter().filter_map(|workload| workload.replicas).sum();
    assert_eq!(pods, 1, "the other's pod is on a node that is left out");
}

fn eksctl(rest: &str) -> String {
    format!(
        "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {{name: lab, region: eu-west-1}}\n{rest}"
    )
}

fn ranges(plan: &Plan) -> Vec<(String, String)> {
    plan.subnets.iter().map(|subnet| (subnet.name.clone(), subnet.cidr.to_string())).collect()
}

fn is(name: &str, cidr: &str) -> (String, String) {
    (name.to_owned(), cidr.to_owned())
}

#[test]
fn private_and_public_subnets_of_a_zone_are_two() {
    let text = eksctl(
        "vpc:\n  subnets:\n    private:\n      a: {cidr: 10.0.0.0/24}\n    public:\n      a: {cidr: 10.0.1.0/24}\n\
         managedNodeGroups:\n- {name: in, privateNetworking: true, desiredCapacity: 1}\n- {name: out, desiredCapacity: 1}\n\
         - {name: called, privateNetworking: true, subnets: [a], desiredCapacity: 1}\n",
    );
    let imported = of(std::slice::from_ref(&text));
    let plan = plan(&imported);
    assert_eq!(ranges(&plan), [is("private-a", "10.0.0.0/24"), is("public-a", "10.0.1.0/24")]);
    let places: Vec<&[usize]> =
        plan.clusters[0].node_groups.iter().map(|group| group.subnets.as_slice()).collect();
    assert_eq!(places, [&[0][..], &[1], &[0]]);
    // the same subnets as aws lists them are no others
    let listed =
        json!({"Subnets": [{"SubnetId": "s-1", "CidrBlock": "10.0.0.0/24", "AvailabilityZone": "a"}]});
    let both = self::plan(&of(&[text, listed.to_string()]));
    assert_eq!(ranges(&both), [is("s-1", "10.0.0.0/24"), is("public-a", "10.0.1.0/24")]);
}

#[test]
fn a_file_without_subnets_has_those_that_eksctl_makes() {
    let group = "managedNodeGroups: [{name: apps, privateNetworking: true, desiredCapacity: 4}]\n";
    let short = of(&[eksctl(group)]);
    let made = plan(&short);
    let names: Vec<&str> = made.subnets.iter().map(|subnet| subnet.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "public-zone-1",
            "public-zone-2",
            "public-zone-3",
            "private-zone-1",
            "private-zone-2",
            "private-zone-3"
        ]
    );
    assert_eq!(
        (ranges(&made)[0].1.as_str(), ranges(&made)[5].1.as_str()),
        ("192.168.0.0/19", "192.168.160.0/19")
    );
    assert_eq!(made.clusters[0].node_groups[0].subnets, [3, 4, 5]);
    for part in ["eksctl's is 192.168.0.0/16", "takes 3 by chance"] {
        assert!(short.text.contains(part), "{part}\n{}", short.text);
    }
    let zones =
        eksctl(&format!("vpc: {{cidr: 10.9.0.0/20}}\navailabilityZones: [eu-west-1b, eu-west-1c]\n{group}"));
    let made = plan(&of(std::slice::from_ref(&zones)));
    assert_eq!(
        ranges(&made),
        [
            is("public-eu-west-1b", "10.9.0.0/23"),
            is("public-eu-west-1c", "10.9.2.0/23"),
            is("private-eu-west-1b", "10.9.4.0/23"),
            is("private-eu-west-1c", "10.9.6.0/23")
        ]
    );
    // where aws has listed the subnets, there are no others
    let listed = json!({"Subnets": [{"SubnetId": "s-1", "CidrBlock": "10.9.6.0/23", "AvailabilityZone": "eu-west-1c"}]});
    let both = plan(&of(&[zones, listed.to_string()]));
    assert_eq!(
        (ranges(&both), &both.clusters[0].node_groups[0].subnets[..]),
        (vec![is("s-1", "10.9.6.0/23")], &[0][..])
    );
    // ranges and zones that it does not take, and a VPC that is there already
    for rest in ["vpc: {cidr: 10.0.0.0/8}\n", "availabilityZones: [a, b, c, d, e]\n", "vpc: {id: vpc-1}\n"] {
        let none = plan(&of(&[eksctl(&format!("{rest}{group}"))]));
        assert!(none.subnets.is_empty() && none.clusters[0].node_groups.is_empty(), "{rest}");
    }
}

#[test]
fn a_file_without_a_name_has_one_mistake() {
    for metadata in ["", "metadata: {region: eu-west-1}\n", "metadata: {name: ''}\n"] {
        let text = format!("apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\n{metadata}");
        let refusal = import(&[Source { name: "f", text: &text }]);
        let Err(Refusal::Inputs(wrong)) = refusal else { panic!("{refusal:?}") };
        let messages: Vec<&str> = wrong[0].1.iter().map(|mistake| mistake.message.as_str()).collect();
        assert_eq!(messages, ["a ClusterConfig without metadata.name"]);
    }
}
