//! Plan texts in, plans out.

use podroom::plan::field::{self, FIELDS, FieldKind, Section};
use podroom::plan::{
    Cluster, GroupKind, NodeGroup, Nodes, Placement, Plan, Problem, Subnet, Workload, parse,
};

const CONTRACT: &str = include_str!("../cases/contract.toml");

/// The plan of a text without mistakes.
fn plan(text: &str) -> Plan {
    let parsed = parse(text);
    assert_eq!(parsed.problems, [], "{text}");
    parsed.plan.expect("no problems, so a plan")
}

/// The messages of a text's mistakes.
fn messages(text: &str) -> Vec<String> {
    parse(text).problems.into_iter().map(|p| p.message).collect()
}

#[test]
fn the_contracts_example_is_read_exactly() {
    let subnet = |zone: &str, cidr: &str| Subnet {
        name: format!("private-{zone}"),
        cidr: cidr.parse().expect("a CIDR"),
        zone: Some(zone.to_owned()),
        other: if zone == "a" { vec![(String::new(), 0)] } else { Vec::new() },
        id: None,
        role_cni: None,
        elb: false,
    };
    let workload = |name: &str, replicas, cpu, memory| Workload {
        name: name.to_owned(),
        replicas: Some(replicas),
        cpu,
        memory,
        daemonset: false,
        host_network: false,
        branch_eni: false,
        node_groups: Vec::new(),
        peak_replicas: None,
    };
    let expected = Plan {
        name: "eks-1200-pods".to_owned(),
        vpc: Vec::new(),
        instances: Vec::new(),
        subnets: vec![subnet("a", "10.68.0.0/22"), subnet("b", "10.68.4.0/22"), subnet("c", "10.68.8.0/22")],
        clusters: vec![Cluster {
            name: "prod".to_owned(),
            service_cidr: Some("172.20.0.0/16".parse().expect("a CIDR")),
            placement: Placement::Spread,
            system_pods: 2,
            control_plane_subnets: Vec::new(),
            pod_subnets: Vec::new(),
            env: vec![("WARM_ENI_TARGET".to_owned(), "1".to_owned())],
            node_groups: vec![NodeGroup {
                name: "workers".to_owned(),
                instance_types: vec!["m5.8xlarge".to_owned()],
                nodes: Nodes::Count(30),
                subnets: vec![0, 1, 2],
                kind: GroupKind::Managed,
                max_pods: None,
                pods: None,
                peak_pods: None,
                pod_subnets: Vec::new(),
                max_unavailable: None,
                surge: None,
                dedicated: false,
                unmanaged_enis: 0,
                enis: None,
                ipv4_per_eni: None,
                vcpus: None,
                memory: None,
            }],
            workloads: vec![workload("small", 1000, 300, 512 << 20), workload("big", 200, 3000, 6 << 30)],
        }],
    };
    assert_eq!(plan(CONTRACT), expected);
}

#[test]
fn commented_keys_of_the_contract_are_legal_too() {
    // every "# key = value" line of the example, taken in
    let text: String = CONTRACT
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(key) if !key.starts_with("replicas") && key.contains(" = ") => key,
            _ => line,
        })
        .filter(|line| !line.starts_with("daemonset") && !line.starts_with("instances"))
        .map(|line| format!("{line}\n"))
        .collect();
    let text = format!(
        "{}\n{}",
        text,
        ["a", "b", "c"]
            .map(|z| format!("[[subnet]]\nname = \"pods-{z}\"\ncidr = \"100.64.0.0/20\"\nzone = \"{z}\"\n"))
            .concat()
    );
    let plan = plan(&text);
    assert_eq!(plan.clusters[0].node_groups[0].pod_subnets, [3, 4, 5]);
    assert_eq!(plan.clusters[0].workloads[1].peak_replicas, Some(400));
}

/// A plan in which every section is there once, with one key replaced or added.
fn with(section: Section, key: &str, value: &str) -> String {
    let base: [(Section, &str, &[(&str, &str)]); 6] = [
        (Section::Plan, "", &[("format", "1")]),
        (Section::Subnet, "[[subnet]]", &[("name", "\"s\""), ("cidr", "\"10.0.0.0/24\"")]),
        (Section::Cluster, "[[cluster]]", &[("name", "\"c\"")]),
        (Section::Env, "[cluster.env]", &[]),
        (
            Section::NodeGroup,
            "[[cluster.node_group]]",
            &[("name", "\"g\""), ("instance_type", "\"m5.large\""), ("nodes", "1"), ("subnets", "[\"s\"]")],
        ),
        (Section::Workload, "[[cluster.workload]]", &[("name", "\"w\"")]),
    ];
    let mut text = String::new();
    for (s, header, keys) in base {
        text += &format!("{header}\n");
        for (k, v) in keys {
            if (s, *k) != (section, key) {
                text += &format!("{k} = {v}\n");
            }
        }
        if s == section {
            text += &format!("{key} = {value}\n");
        }
    }
    text
}

#[test]
fn every_field_is_read_and_typed() {
    // a date is right for no key: who does not read the key says nothing
    for field in FIELDS.iter().chain(field::fields(Section::Env)) {
        let text = with(field.section, field.key, "1979-05-27");
        let problems = parse(&text).problems;
        assert_eq!(problems.len(), 1, "{:?} {}: {problems:?}", field.section, field.key);
        assert_eq!(problems[0].place.key, field.key);
        assert!(
            problems[0].message.starts_with(&format!("{}: 1979-05-27 is not", field.key)),
            "{problems:?}"
        );
        let span = problems[0].span.clone().expect("a span");
        assert_eq!(&text[span], "1979-05-27");
    }
}

#[test]
fn bounds_of_counts_are_those_of_the_table() {
    for field in FIELDS {
        let FieldKind::Count { least, most } = field.kind else { continue };
        let text = |value: i64| {
            let text = with(field.section, field.key, &value.to_string());
            // bounds of nodes need automatic nodes
            if field.key.ends_with("_nodes") {
                text.replace("nodes = 1\n", "nodes = \"auto\"\n")
            } else {
                text
            }
        };
        for value in [i64::from(least) - 1, i64::from(most) + 1] {
            assert_eq!(messages(&text(value)).len(), 1, "{} = {value}", field.key);
        }
        let own = |p: &Problem| p.message.contains("is not a whole number");
        for value in [least, most] {
            let problems = parse(&text(value.into())).problems;
            assert!(!problems.iter().any(own), "{} = {value}: {problems:?}", field.key);
        }
    }
}
