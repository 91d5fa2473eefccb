//! Cases of OVN-Kubernetes.

use podroom::ipam::ovn::NodeSubnets;
use serde_json::{Map, Value, json};

use super::{Facts, n, net, only, text, word, words};

pub fn facts(inputs: &Map<String, Value>, _: &Map<String, Value>) -> Facts {
    let host_prefix = n(inputs, "hostPrefix") as u8;
    if inputs.contains_key("cluster_prefix") {
        only(inputs, &["cluster_prefix", "hostPrefix"]);
        let cluster = net(&format!("10.0.0.0/{}", n(inputs, "cluster_prefix")));
        let subnets = NodeSubnets::new(cluster, host_prefix).unwrap();
        let all = subnets.subnet_size() as u64;
        return [
            ("max_nodes".into(), json!(subnets.left() as u64)),
            ("addresses_per_node".into(), json!(all)),
            ("pods_per_node_by_range".into(), json!(subnets.pods(false) as u64)),
            ("with_hybrid_overlay".into(), json!(subnets.pods(true) as u64)),
            // what the documents of OpenShift count: without network and broadcast address only
            ("openshift_docs_count".into(), json!(all - 2)),
        ]
        .into();
    }
    only(inputs, &["cluster_network", "hostPrefix", "steps"]);
    assert_eq!(text(inputs, "steps"), "AllocateNetworks per node until it fails (v6: at most 5)");
    let cluster = net(text(inputs, "cluster_network"));
    let mut subnets = NodeSubnets::new(cluster, host_prefix).unwrap();
    let most = if cluster.addr().is_ipv6() { 5 } else { usize::MAX };
    let left = subnets.left();
    let mut given = Vec::new();
    let error = loop {
        match subnets.allocate(&format!("node{}", given.len())) {
            _ if given.len() == most => break None,
            Ok(subnet) => given.push(subnet),
            Err(error) => break Some(error.to_string()),
        }
    };
    if error.is_some() {
        assert_eq!(left, given.len() as u128, "the formula");
    }
    [
        ("first5".into(), words(&given[..given.len().min(5)])),
        ("last".into(), word(given[given.len() - 1])),
        ("max_nodes".into(), json!(given.len())),
        ("error".into(), json!(error)),
    ]
    .into()
}
