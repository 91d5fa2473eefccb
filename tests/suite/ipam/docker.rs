//! Cases of docker bridges.

use ipnet::IpNet;
use podroom::ipam::docker::{Error, Network, Spec, next_default};
use serde_json::{Map, Value, json};

use super::{Facts, ip, ip_of, net, only, steps, text, words};

/// The id that the messages of a case show.
fn id(expected: &Map<String, Value>) -> Option<String> {
    let error = expected.get("error")?.as_str()?;
    Some(error.rsplit_once('(')?.1.trim_end_matches(')').to_string())
}

fn spec(inputs: &Map<String, Value>, expected: &Map<String, Value>) -> Spec {
    let mut aux: Vec<_> =
        inputs.get("aux_addresses").and_then(Value::as_object).into_iter().flatten().collect();
    let one = inputs.get("aux").map(|address| ("aux".to_string(), address.clone()));
    aux.extend(one.as_ref().map(|(name, address)| (name, address)));
    Spec {
        name: "kind".into(),
        id: id(expected),
        subnet: net(text(inputs, "subnet")),
        ip_range: inputs.get("ip_range").map(|_| net(text(inputs, "ip_range"))),
        gateway: inputs.get("gateway").map(|_| ip(text(inputs, "gateway"))),
        aux: aux.into_iter().map(|(name, address)| (name.clone(), ip(address.as_str().unwrap()))).collect(),
    }
}

pub fn facts(inputs: &Map<String, Value>, expected: &Map<String, Value>) -> Facts {
    only(inputs, &["subnet", "ip_range", "gateway", "aux_addresses", "aux", "steps", "endpoints"]);
    let mut facts = Facts::new();
    if !inputs.contains_key("subnet") {
        default_pools(&steps(inputs), &mut facts);
        return facts;
    }
    let spec = spec(inputs, expected);
    let length = spec.subnet.prefix_len();
    let mut network = match Network::create(spec) {
        Ok(network) => network,
        Err(error) => {
            facts.insert("network_create".into(), json!(error.to_string()));
            return facts;
        }
    };
    facts.insert("gateway".into(), json!(format!("{}/{length}", network.gateway())));
    let steps = steps(inputs);
    let filled =
        steps.iter().find_map(|step| step.strip_prefix("create endpoints node1..nodeN until one fails"));
    match (filled, inputs.get("endpoints")) {
        (Some(most), _) => {
            let most = most.trim_matches([' ', '(', ')']).trim_start_matches("at most ").parse().unwrap();
            fill(&mut network, most, &mut facts);
        }
        (None, Some(endpoints)) => (0..endpoints.as_u64().unwrap()).for_each(|n| {
            network.attach(&format!("node{n}"), None).unwrap();
        }),
        (None, None) => walk(&mut network, &steps, expected, &mut facts),
    }
    let status = network.status();
    facts.insert("IPsInUse".into(), json!(status.in_use));
    facts.insert("DynamicIPsAvailable".into(), json!(status.available));
    facts
}

fn fill(network: &mut Network, most: usize, facts: &mut Facts) {
    let length = network.spec().subnet.prefix_len();
    let capacity = network.capacity();
    let mut ips = Vec::new();
    for node in (1..=most).map(|n| format!("node{n}")) {
        match network.attach(&node, None) {
            Ok(address) => ips.push(format!("{address}/{length}")),
            Err(error) => {
                assert_eq!(capacity, ips.len() as u128, "the formula");
                facts.insert("fails_at".into(), json!(node));
                facts.insert("error".into(), json!(error.to_string()));
                break;
            }
        }
    }
    facts.insert("n".into(), json!(ips.len()));
    facts.insert("ips".into(), json!(ips));
}

/// `add a`, `del a`, or `a --ip .3`: what each gave.
fn walk(network: &mut Network, steps: &[String], expected: &Map<String, Value>, facts: &mut Facts) {
    let subnet = network.spec().subnet;
    let with_step = expected.get("results").is_some_and(|results| results[0].is_array());
    let mut results = Vec::new();
    for step in steps {
        let words: Vec<&str> = step.split(' ').collect();
        let result = match words.as_slice() {
            ["del" | "stop" | "detach", name] => network.detach(name).map(|_| "ok".to_string()),
            ["add" | "start" | "attach", name] | [name] => attach(network, name, None),
            ["add" | "start" | "attach", name, "--ip", address] | [name, "--ip", address] => {
                attach(network, name, Some(ip_of(address, subnet)))
            }
            _ => panic!("no pattern for {step}"),
        };
        let result = result.unwrap_or_else(|error| format!("ERR {error}"));
        results.push(if with_step { json!([step, result]) } else { json!(result) });
    }
    facts.insert("results".into(), json!(results));
}

fn attach(network: &mut Network, name: &str, fixed: Option<std::net::IpAddr>) -> Result<String, Error> {
    let length = network.spec().subnet.prefix_len();
    network.attach(name, fixed).map(|address| format!("{address}/{length}"))
}

fn default_pools(steps: &[String], facts: &mut Facts) {
    assert!(
        steps[0].starts_with("create networks with no --subnet until it fails"),
        "no pattern for {steps:?}"
    );
    let mut networks: Vec<IpNet> = Vec::new();
    while let Some(next) = next_default(&networks) {
        networks.push(next);
    }
    facts.insert("count".into(), json!(networks.len()));
    facts.insert("subnets".into(), words(&networks));
    facts.insert("error".into(), json!(Error::PoolsFull.to_string()));
}
