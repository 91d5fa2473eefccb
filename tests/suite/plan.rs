//! Plan texts in, plans out.

use std::sync::Arc;

use podroom::engine::evaluate;
use podroom::file::diagnose::{self, Ink};
use podroom::file::preset::PLANS;
use podroom::instance::Tables;
use podroom::manager::{self, AWS_VPC_CNI, MANAGERS};
use podroom::plan::field::{self, FIELDS, FieldKind, Section};
use podroom::plan::{
    Cluster, Document, MaxPods, NodeGroup, Nodes, Place, Plan, Problem, Row, Subnet, Workload, parse,
};
use podroom::text::is_hostile;

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
        used: Vec::new(),
        reservations: Vec::new(),
        id: None,
        role_cni: None,
        elb: false,
    };
    let workload = |name: &str, replicas, cpu, memory| Workload {
        name: name.into(),
        replicas: Some(replicas),
        cpu,
        memory,
        daemonset: false,
        host_network: false,
        branch_eni: false,
        node_groups: Vec::new(),
        peak_replicas: None,
        growth: None,
    };
    let expected = Plan {
        subnets: vec![subnet("a", "10.68.0.0/22"), subnet("b", "10.68.4.0/22"), subnet("c", "10.68.8.0/22")],
        clusters: vec![Arc::new(Cluster {
            written: vec!["service_cidr"],
            service_cidr: Some("172.20.0.0/16".parse().expect("a CIDR")),
            env: vec![("WARM_ENI_TARGET".to_owned(), "1".to_owned())],
            node_groups: vec![NodeGroup {
                instance_types: vec!["m5.8xlarge".to_owned()],
                subnets: vec![0, 1, 2],
                ..NodeGroup::named("workers", 30)
            }],
            workloads: vec![workload("small", 1000, 300, 512 << 20), workload("big", 200, 3000, 6 << 30)],
            ..Cluster::named("prod", &AWS_VPC_CNI)
        })],
        ..Plan::named("eks-1200-pods")
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

/// The keys and values of a table.
type Keys = &'static [(&'static str, &'static str)];

/// A plan in which every section is there once, with one key replaced or added.
fn with(section: Section, key: &str, value: &str) -> String {
    let base: [(Section, &str, Keys); 7] = [
        (Section::Plan, "", &[("format", "1")]),
        (Section::Subnet, "[[subnet]]", &[("name", "\"s\""), ("cidr", "\"10.0.0.0/24\"")]),
        (Section::Network, "[[network]]", &[("name", "\"n\""), ("subnet", "\"172.20.0.0/24\"")]),
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

#[test]
fn mistakes_are_all_shown_where_they_are() {
    insta::glob!("../cases/invalid", "*.toml", |path| {
        let text = std::fs::read_to_string(path).expect("a case");
        let parsed = parse(&text);
        assert_eq!(parsed.plan, None);
        let name = path.file_name().and_then(|n| n.to_str()).expect("a name");
        let rendered = diagnose::problems(&parsed.problems, name, &text, Ink::Plain);
        assert!(!rendered.chars().any(|c| c != '\n' && is_hostile(c)), "{rendered:?}");
        insta::assert_snapshot!(rendered);
    });
}

/// Whatever the text: problems that can be shown, or a plan that can be edited.
fn survives(text: &str) {
    let parsed = parse(text);
    assert_eq!(parsed.plan.is_none(), !parsed.problems.is_empty(), "{text:?}");
    for problem in &parsed.problems {
        let span = problem.span.clone().expect("a span");
        assert!(text.get(span.clone()).is_some(), "{problem:?} {span:?} {text:?}");
        assert!(!problem.message.contains(is_hostile), "{problem:?}");
        assert_eq!(problem.message.lines().count(), 1, "{problem:?}");
    }
    let rendered = diagnose::problems(&parsed.problems, "p", text, Ink::Plain);
    assert!(!rendered.chars().any(|c| c != '\n' && is_hostile(c)), "{rendered:?}");
    if let Some(plan) = parsed.plan {
        let document = Document::new(text).expect("what parses is a document");
        assert_eq!((document.text().as_str(), document.plan()), (text, &plan));
    }
}

/// Pieces of plans, whole and broken.
const PIECES: [&str; 40] = [
    "[[subnet]]\n",
    "[[cluster]]\n",
    "[[cluster.node_group]]\n",
    "[[cluster.workload]]\n",
    "[cluster.env]\n",
    "[subnet]\n",
    "[[cluster",
    "]",
    "[",
    "{",
    "}",
    "name = ",
    "cidr = ",
    "zone = ",
    "nodes = ",
    "subnets = ",
    "other.x = ",
    "env.MAX_ENI = ",
    "\"a\"",
    "'b",
    "\"\"\"\n",
    "[\"a\", \"b\"]",
    "{ a = 1, b = 2 }",
    "1",
    "-1",
    "1e9",
    "1979-05-27",
    "true",
    "auto",
    "10.0.0.0/24",
    "\"10.0.0.0/24\"",
    "\n",
    "\r\n",
    " = ",
    ", ",
    "# c\n",
    "\u{1b}",
    "é",
    "\\",
    "\u{202e}",
];

proptest::proptest! {
    #[test]
    fn no_text_does_harm(text in "\\PC{0,200}|[a-z\\[\\]{}=.,\"' \n\r\t#0-9-]{0,200}") {
        survives(&text);
    }

    #[test]
    fn no_pieces_of_plans_do_harm(pieces in proptest::collection::vec(0..PIECES.len(), 0..60)) {
        let text: String = pieces.iter().map(|p| PIECES[*p]).collect();
        survives(&text);
        survives(&format!("format = 1\n{text}"));
    }

    /// The example, or a plan of every manager, with something replaced anywhere.
    #[test]
    fn no_damage_to_a_plan_does_harm(
        of in 0..PLANS.len() + 1, at in 0..6000_usize, len in 0..40_usize, piece in 0..PIECES.len(),
    ) {
        let text = PLANS.get(of).map_or(CONTRACT, |preset| preset.text);
        let at = at % (text.len() + 1);
        let boundary = |i: usize| (0..=i.min(text.len())).rev().find(|i| text.is_char_boundary(*i));
        let (from, to) = (boundary(at).unwrap_or(0), boundary(at + len).unwrap_or(0));
        survives(&format!("{}{}{}", &text[..from], PIECES[piece], &text[to..]));
    }

    /// Plans with every key of other managers, bits of them exchanged: read or refused, and evaluated if read.
    #[test]
    fn no_damage_to_plans_of_managers_does_harm(
        of in 0..MANAGERS.len(), damage in proptest::collection::vec((0..4000_usize, 0..6_usize, 0..VALUES.len()), 0..4),
    ) {
        let mut text = EVERY_KEY.replace("MANAGER", MANAGERS[of].name);
        if MANAGERS[of].nodes == manager::Nodes::Containers {
            text.truncate(text.find("[[cluster.node_group]]").expect("a group"));
        }
        for (at, len, piece) in damage {
            let at = at % text.len();
            let boundary = |i: usize| (0..=i.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
            text.replace_range(boundary(at)..boundary(at + len), VALUES[piece]);
        }
        survives(&text);
        if let Some(plan) = parse(&text).plan
            && let Ok(evaluation) = evaluate(&plan, &Tables::builtin())
        {
            for pool in 0..evaluation.report.pools.len() {
                evaluation.map(&plan, pool);
            }
        }
    }
}

/// Values of keys of managers, fine and odd.
const VALUES: [&str; 24] = [
    "0",
    "1",
    "9",
    "32",
    "128",
    "/8",
    "/30",
    "/32",
    ".0",
    ".255",
    ":",
    "::",
    "fd00::/56",
    "10.244.0.0/16",
    "0.0.0.0/0",
    "255.255.255.255",
    "auto",
    ",",
    "\"",
    "{}",
    "[]",
    "[[\"10.9.0.0/24\"]]",
    "true",
    "\n",
];

/// A plan with every key that some manager has.
const EVERY_KEY: &str = r#"format = 1
[[subnet]]
name = "s"
cidr = "10.1.0.0/24"
[[network]]
name = "n"
subnet = "172.20.0.0/28"
ip_range = "172.20.0.8/29"
gateway = "172.20.0.1"
aux_addresses = { a = "172.20.0.9" }
ipv6_subnet = "fd00:20::/120"
containers = { x = "auto", y = "172.20.0.3" }
[[cluster]]
name = "c"
manager = "MANAGER"
network = "n"
pod_subnet = "10.244.0.0/20"
service_subnet = "10.244.0.0/25"
services = 9
node_mask = 24
node_mask_v6 = 64
max_pods = 40
control_planes = 2
workers = 3
block_size = 28
max_blocks_per_node = 2
strict_affinity = false
tunnel = true
hybrid_overlay = true
pre_allocate = 2
min_allocate = 5
max_above_watermark = 3
release_excess = true
dead_peers = 1
ranges = ["10.22.0.0/24", [{ subnet = "10.23.0.0/24", range_start = "10.23.0.9" }]]
state_loss = { node = "c-worker", deleted = "everything", running = 4, new_pods = 9 }
node_addresses = { c-worker = "172.20.0.4", g-2 = "172.20.0.5" }
node_ranges = { c-worker = "10.244.3.0/24", g-2 = "10.244.5.0/24" }
[[cluster.node_group]]
name = "g"
instance_type = "m5.large"
nodes = 1
subnets = ["s"]
pods = 7
"#;

#[test]
fn places_are_found_in_the_text() {
    let parsed = parse(CONTRACT);
    let at = |place: Place| parsed.span(&place).map(|span| &CONTRACT[span]);
    let workers = Row::NodeGroup(0, 0);
    let cases = [
        (Place::row(Row::Plan), Some("")),
        (Place::key(Row::Plan, "name"), Some("\"eks-1200-pods\"")),
        (Place::row(Row::Subnet(1)), Some("[[subnet]]")),
        (Place::key(Row::Subnet(1), "cidr"), Some("\"10.68.4.0/22\"")),
        (Place::key(Row::Subnet(1), "other"), Some("[[subnet]]")),
        (Place::item(workers, "subnets", 2), Some("\"private-c\"")),
        (Place::item(workers, "subnets", 7), Some("[\"private-a\", \"private-b\", \"private-c\"]")),
        (Place::key(Row::Env(0), "WARM_ENI_TARGET"), Some("1")),
        (Place::key(Row::Env(0), "MAX_ENI"), Some("[cluster.env]")),
        (Place::row(Row::Subnet(3)), None),
        (Place::key(Row::Workload(1, 0), "name"), None),
    ];
    for (place, text) in cases {
        assert_eq!(at(place.clone()), text, "{place:?}");
    }
}

#[test]
fn defaults_and_forms_of_values() {
    let text = "format = 1
[[subnet]]
name = 's'
cidr = '10.0.0.0/24'
[subnet.other]
\"alb public\" = 8
endpoints = 0x3
[[subnet]]
name = 't'
cidr = '10.0.1.0/24'
zone = 'z'
[[cluster]]
name = 'c'
[cluster.env]
WARM_IP_TARGET = 2
ENABLE_PREFIX_DELEGATION = true
AWS_VPC_K8S_CNI_LOGLEVEL = 'DEBUG'
WARM_ENI_TARGET = ''
[[cluster.node_group]]
name = 'auto'
instance_type = ['m5.large', 'c5.large']
nodes = 'auto'
subnets = ['s']
max_pods = 'ami'
memory = 1.5
[[cluster.node_group]]
name = 'many'
instance_type = 'm5.large'
nodes = 'auto'
min_nodes = 2000
max_nodes = 3000
subnets = ['s']
[[cluster.node_group]]
name = 'none'
instance_type = 'm5.large'
nodes = 'auto'
min_nodes = 0
max_nodes = 0
subnets = ['s']
[[cluster.node_group]]
name = 'zones'
instance_type = 'm5.large'
nodes = { z = 2, s = 1 }
subnets = ['s', 't']
[[cluster.workload]]
name = 'one'
cpu = 0.0001
[[cluster.workload]]
name = 'agent'
daemonset = true
node_groups = ['zones', 'auto']
";
    let plan = plan(text);
    assert_eq!(plan.name, "plan");
    assert_eq!(plan.subnets[0].other, [("alb public".to_owned(), 8), ("endpoints".to_owned(), 3)]);
    let cluster = &plan.clusters[0];
    let env: Vec<_> = cluster.env.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(env, [("WARM_IP_TARGET", "2"), ("ENABLE_PREFIX_DELEGATION", "true"), ("WARM_ENI_TARGET", "")]);
    let groups = &cluster.node_groups;
    assert_eq!(groups[0].instance_types, ["m5.large", "c5.large"]);
    assert_eq!((groups[0].max_pods, groups[0].memory), (Some(MaxPods::Ami), Some(2)));
    let nodes: Vec<&Nodes> = groups.iter().map(|g| &g.nodes).collect();
    assert_eq!(
        nodes,
        [
            &Nodes::Auto { min: 1, max: 1000 },
            &Nodes::Auto { min: 2000, max: 3000 },
            &Nodes::Auto { min: 0, max: 0 },
            // in the order of the group's subnets, whatever the table's
            &Nodes::ByZone(vec![("s".to_owned(), 1), ("z".to_owned(), 2)]),
        ]
    );
    let workloads = &cluster.workloads;
    assert_eq!((workloads[0].replicas, workloads[0].cpu), (Some(1), 1));
    assert_eq!((workloads[1].replicas, workloads[1].node_groups.as_slice()), (None, &[3, 0][..]));
}

#[test]
fn mistakes_of_the_text_do_not_hide_types_that_no_table_knows() {
    let text = "format = 1\n[[subnet]]\nname = 'a'\ncidr = '10.0.0.5/24'\n[[cluster]]\nname = 'c'\n\
                [[cluster.node_group]]\nname = 'g'\ninstance_type = 'm5.8xlarg'\nnodes = 3\nsubnets = ['a']\n";
    let parsed = podroom::plan::parse(text);
    assert_eq!(parsed.problems.len(), 1, "{:#?}", parsed.problems);
    let draft = parsed.draft.as_ref().expect("a draft");
    let unknown = podroom::engine::fleet::unknown_types(draft, &podroom::instance::Tables::builtin());
    let places: Vec<String> = unknown.iter().map(|p| p.place.path(draft)).collect();
    assert_eq!(places, ["cluster.c.node_group.g.instance_type"]);
}
