//! What kubectl and aws print of a large cluster, generated: nodes and pods in six subnets. They are lean, with every part that is read and one or two that are passed over; real ones have three to ten
//! times as much of the latter.

use std::fmt::Write as _;

const SUBNETS: usize = 6;
/// Addresses of a node: two ENIs of fifteen.
const ENIS: usize = 2;
const PER_ENI: usize = 15;

/// Name, subnet and addresses of a node: those of its first ENI, then those of its second.
struct Node {
    name: String,
    subnet: usize,
    addresses: Vec<String>,
}

fn nodes(n: usize) -> Vec<Node> {
    let mut next = [16_usize; SUBNETS];
    (0..n)
        .map(|i| {
            let subnet = i % SUBNETS;
            let addresses = (0..ENIS * PER_ENI).map(|_| {
                next[subnet] += 1;
                format!("10.{subnet}.{}.{}", next[subnet] / 256, next[subnet] % 256)
            });
            Node { addresses: addresses.collect(), subnet, name: format!("ip-10-{subnet}-{i}.ec2.internal") }
        })
        .collect()
}

fn joined(key: &str, kind: &str, items: impl Iterator<Item = String>) -> String {
    let mut text = format!("{{{kind}\"{key}\": [\n");
    for (i, item) in items.enumerate() {
        text.push_str(if i == 0 { "" } else { ",\n" });
        text.push_str(&item);
    }
    text.push_str("\n]}\n");
    text
}

fn subnet_list() -> String {
    joined(
        "Subnets",
        "",
        (0..SUBNETS).map(|s| {
            format!(
                r#"{{"SubnetId": "subnet-{s}", "VpcId": "vpc-1", "CidrBlock": "10.{s}.0.0/16", "AvailabilityZone": "us-east-1{}", "AvailableIpAddressCount": 40000}}"#,
                ["a", "b", "c"][s % 3]
            )
        }),
    )
}

fn interface_list(nodes: &[Node]) -> String {
    let enis = nodes.iter().enumerate().flat_map(|(i, node)| (0..ENIS).map(move |eni| (i, node, eni)));
    joined(
        "NetworkInterfaces",
        "",
        enis.map(|(i, node, eni)| {
            let addresses = &node.addresses[eni * PER_ENI..(eni + 1) * PER_ENI];
            let mut all = String::new();
            for (a, address) in addresses.iter().enumerate() {
                let comma = if a == 0 { "" } else { ", " };
                let _ = write!(all, r#"{comma}{{"Primary": {}, "PrivateDnsName": "ip-{address}.ec2.internal", "PrivateIpAddress": "{address}"}}"#, a == 0);
            }
            format!(
                r#"{{"Attachment": {{"DeviceIndex": {eni}, "InstanceId": "i-{i:017x}", "Status": "attached"}}, "Description": "", "InterfaceType": "interface", "NetworkInterfaceId": "eni-{i:015x}{eni}", "PrivateIpAddress": "{}", "PrivateIpAddresses": [{all}], "Status": "in-use", "SubnetId": "subnet-{}", "TagSet": [{{"Key": "cluster.k8s.amazonaws.com/name", "Value": "big"}}], "VpcId": "vpc-1"}}"#,
                addresses[0], node.subnet
            )
        }),
    )
}

fn node_list(nodes: &[Node]) -> String {
    joined(
        "items",
        "\"kind\": \"List\", ",
        nodes.iter().enumerate().map(|(i, node)| {
            format!(
                r#"{{"kind": "Node", "metadata": {{"name": "{}", "labels": {{"kubernetes.io/os": "linux", "node.kubernetes.io/instance-type": "m5.2xlarge", "topology.kubernetes.io/zone": "us-east-1{}", "eks.amazonaws.com/nodegroup": "group-{}"}}, "annotations": {{"node.alpha.kubernetes.io/ttl": "300"}}}}, "spec": {{"providerID": "aws:///us-east-1a/i-{i:017x}"}}, "status": {{"addresses": [{{"type": "InternalIP", "address": "{}"}}], "allocatable": {{"cpu": "7910m", "memory": "31482288Ki", "pods": "58"}}, "capacity": {{"cpu": "8", "memory": "32386544Ki", "pods": "58"}}, "conditions": [{{"type": "Ready", "status": "True", "reason": "KubeletReady"}}]}}}}"#,
                node.name,
                ["a", "b", "c"][node.subnet % 3],
                i % 4,
                node.addresses[0]
            )
        }),
    )
}

fn pod_list(nodes: &[Node], pods: usize) -> String {
    // the first address of each ENI is its own
    let free = |k: usize| if k < PER_ENI - 1 { k + 1 } else { k + 2 };
    joined(
        "items",
        "\"kind\": \"List\", ",
        (0..pods).map(|p| {
            let node = &nodes[p % nodes.len()];
            let (app, team) = (p % 400, p % 40);
            let address = &node.addresses[free(p / nodes.len())];
            format!(
                r#"{{"kind": "Pod", "metadata": {{"name": "app-{app}-6d4cf56db6-{p}", "namespace": "team-{team}", "labels": {{"app": "app-{app}", "pod-template-hash": "6d4cf56db6"}}, "ownerReferences": [{{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "app-{app}-6d4cf56db6"}}]}}, "spec": {{"containers": [{{"name": "main", "image": "registry.example.com/app-{app}:1.2.3", "env": [{{"name": "LEVEL", "value": "info"}}], "resources": {{"requests": {{"cpu": "100m", "memory": "256Mi"}}}}}}], "nodeName": "{}", "tolerations": [{{"effect": "NoExecute", "key": "node.kubernetes.io/not-ready", "operator": "Exists", "tolerationSeconds": 300}}]}}, "status": {{"phase": "Running", "podIP": "{address}", "podIPs": [{{"ip": "{address}"}}], "conditions": [{{"type": "Ready", "status": "True"}}]}}}}"#,
                node.name
            )
        }),
    )
}

/// Subnets, interfaces, nodes and pods. A node runs 28 pods at most, a subnet has 65,000 addresses.
pub fn texts(n: usize, pods: usize) -> [(&'static str, String); 4] {
    let nodes = nodes(n);
    [
        ("subnets", subnet_list()),
        ("interfaces", interface_list(&nodes)),
        ("nodes", node_list(&nodes)),
        ("pods", pod_list(&nodes, pods)),
    ]
}
