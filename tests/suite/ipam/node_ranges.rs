//! Cases of kube-controller-manager's node ranges.

use ipnet::IpNet;
use podroom::ipam::host_local::{RangeSpec, Set};
use podroom::ipam::node_ranges::{LimitedBy, NodeRanges, most_nodes, pods_per_node, stranded};
use serde_json::{Map, Value, json};

use super::{Facts, n, net, number_word, only, steps, text, word, words};

pub fn facts(inputs: &Map<String, Value>, _: &Map<String, Value>) -> Facts {
    if inputs.contains_key("cluster_cidr_prefix") {
        return pods(inputs);
    }
    only(inputs, &["cluster_cidr", "node_cidr_mask_size", "steps", "service_cidr"]);
    let (cluster, mask) = (net(text(inputs, "cluster_cidr")), n(inputs, "node_cidr_mask_size") as u8);
    let services: Vec<IpNet> =
        inputs.get("service_cidr").map(|_| net(text(inputs, "service_cidr"))).into_iter().collect();
    let mut ranges = match NodeRanges::new(cluster, mask) {
        Ok(ranges) => ranges,
        Err(error) => return [("new_error".into(), json!(error.to_string()))].into(),
    };
    ranges.restart(&services, &[]).unwrap();
    let most = most_nodes(cluster, mask, &services).unwrap();
    let steps = steps(inputs);
    match steps.first().map(String::as_str) {
        None | Some("AllocateNext until it fails") => fill(ranges, most),
        Some(_) => {
            let results: Vec<Value> = steps.iter().flat_map(|step| walk(&mut ranges, step)).collect();
            [("results".into(), json!(results))].into()
        }
    }
}

fn fill(mut ranges: NodeRanges, most: u128) -> Facts {
    let mut given = Vec::new();
    let error = loop {
        match ranges.allocate_next() {
            Ok(range) => given.push(range),
            Err(error) => break error,
        }
    };
    assert_eq!(most, given.len() as u128, "the formula");
    [
        ("max_nodes".into(), json!(given.len())),
        ("first".into(), word(given[0])),
        ("first3".into(), words(&given[..given.len().min(3)])),
        ("last".into(), word(given[given.len() - 1])),
        ("error".into(), json!(error.to_string())),
    ]
    .into()
}

/// What new nodes got.
fn walk(ranges: &mut NodeRanges, step: &str) -> Vec<Value> {
    let words: Vec<&str> = step.split(' ').collect();
    match words.as_slice() {
        ["controller", "restarts", "with", "one", "live", "node", "holding", cidr] => {
            ranges.restart(&[], &[net(cidr)]).unwrap();
            Vec::new()
        }
        ["then", count, "new", "node" | "nodes"] => (0..number_word(count))
            .map(|_| match ranges.allocate_next() {
                Ok(range) => word(range),
                Err(error) => json!(error.to_string()),
            })
            .collect(),
        _ => panic!("no pattern for {step}"),
    }
}

/// A node with host-local on its range, and the kubelet's max pods.
fn pods(inputs: &Map<String, Value>) -> Facts {
    only(inputs, &["cluster_cidr_prefix", "node_mask", "max_pods", "node_plugin"]);
    assert_eq!(text(inputs, "node_plugin"), "host-local (gateway .1)");
    let cluster = net(&format!("10.0.0.0/{}", n(inputs, "cluster_cidr_prefix")));
    let mask = n(inputs, "node_mask") as u8;
    let max_pods = n(inputs, "max_pods");
    let mut ranges = NodeRanges::new(cluster, mask).unwrap();
    let most = ranges.left() as u64;
    let range = RangeSpec::of(ranges.allocate_next().unwrap());
    let usable = Set::new(&[range]).unwrap().capacity();
    let (pods, limited_by) = pods_per_node(max_pods, usable);
    let limited_by = match limited_by {
        LimitedBy::MaxPods => "max_pods",
        LimitedBy::Range => "range",
    };
    [
        ("max_nodes".into(), json!(most)),
        ("addresses_per_node".into(), json!(ranges.range_size() as u64)),
        ("usable_per_node".into(), json!(usable as u64)),
        ("pods_per_node".into(), json!(pods)),
        ("max_pods_cluster".into(), json!(pods * most)),
        ("limited_by".into(), json!(limited_by)),
        ("never_usable_per_node".into(), json!(stranded(max_pods, usable) as u64)),
    ]
    .into()
}
