//! Cases of kind.

use ipnet::IpNet;
use podroom::ipam::docker::{Network, Spec};
use podroom::ipam::kind::{DATA_DIR, Family, NETWORK, containers, ula};
use podroom::ipam::node_ranges::{DEFAULT_MASK, most_nodes};
use serde_json::{Map, Value, json};

use super::{Facts, ip, n, net, only, text, word};

pub fn facts(inputs: &Map<String, Value>, expected: &Map<String, Value>) -> Facts {
    only(
        inputs,
        &[
            "docker_network_name",
            "control_planes",
            "workers",
            "docker_subnet",
            "aux_addresses",
            "clusters_node_counts",
            "control_planes_each",
        ],
    );
    if inputs.contains_key("docker_network_name") {
        let name = text(inputs, "docker_network_name");
        return (0..2).map(|attempt| (format!("attempt{attempt}"), word(ula(name, attempt)))).collect();
    }
    if let Some(counts) = inputs.get("clusters_node_counts") {
        let planes = n(inputs, "control_planes_each");
        let counts = counts.as_array().unwrap().iter().map(|nodes| nodes.as_u64().unwrap());
        let needed: u64 = counts.map(|nodes| containers(planes, nodes - planes)).sum();
        let available = capacity(text(inputs, "docker_subnet"), 0);
        return [
            ("needed".into(), json!(needed)),
            ("available".into(), json!(available)),
            ("fits".into(), json!(needed <= available)),
        ]
        .into();
    }
    if inputs.contains_key("control_planes") {
        let needed = containers(n(inputs, "control_planes"), n(inputs, "workers"));
        let subnet = text(inputs, "docker_subnet");
        let (without, with) = (capacity(subnet, 0), capacity(subnet, 1));
        return [
            ("containers_on_docker_network".into(), json!(needed)),
            (format!("fits_without_aux({without})"), json!(needed <= without)),
            (format!("fits_with_one_aux({with})"), json!(needed <= with)),
        ]
        .into();
    }
    defaults(expected)
}

/// Containers that fit on `/29, gateway .1[, no aux]` with so many auxiliary addresses.
fn capacity(words: &str, aux: u8) -> u64 {
    let length = words.strip_prefix('/').unwrap().split(',').next().unwrap();
    assert!(words.contains("gateway .1"), "no pattern for {words}");
    let spec = Spec {
        name: NETWORK.into(),
        id: None,
        subnet: net(&format!("172.20.0.0/{length}")),
        ip_range: None,
        gateway: Some(ip("172.20.0.1")),
        aux: (0..aux).map(|n| (format!("aux{n}"), ip(&format!("172.20.0.{}", n + 2)))).collect(),
    };
    Network::create(spec).unwrap().capacity() as u64
}

fn defaults(expected: &Map<String, Value>) -> Facts {
    let families = [("ipv4", Family::Ipv4), ("ipv6", Family::Ipv6), ("dual", Family::Dual)];
    let by_family = |of: fn(Family) -> Vec<IpNet>| -> Value {
        let list = |family| of(family).iter().map(IpNet::to_string).collect::<Vec<_>>().join(",");
        families
            .iter()
            .map(|(name, family)| (name.to_string(), json!(list(*family))))
            .collect::<Map<_, _>>()
            .into()
    };
    let (four, six) = DEFAULT_MASK;
    let most: Vec<u128> = Family::Dual
        .pod_subnets()
        .into_iter()
        .zip([four, six])
        .map(|(subnet, mask)| most_nodes(subnet, mask, &[]).unwrap())
        .collect();
    assert_eq!(most[0], most[1], "both families allow as many nodes");
    let mut facts: Facts = [
        ("docker_network".into(), json!(NETWORK)),
        ("podSubnet".into(), by_family(Family::pod_subnets)),
        ("serviceSubnet".into(), by_family(Family::service_subnets)),
        ("node_cidr_mask".into(), json!({ "ipv4": four, "ipv6": six })),
        ("max_nodes_by_podSubnet".into(), json!(most[0] as u64)),
    ]
    .into();
    // a sentence, of which the directory is ours to know
    let ipam = text(expected, "kindnet_ipam");
    let ours = format!("host-local, dataDir {DATA_DIR}, network name kindnet, one range set per family");
    assert_eq!(ipam, ours);
    facts.insert("kindnet_ipam".into(), json!(ours));
    facts
}
