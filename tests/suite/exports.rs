//! `podroom export`: what other programs read, read again.

use std::process::Command;

use hcl::eval::{Context, Evaluate};
use podroom::engine::{self, Report};
use podroom::export::{self, Exported, FORMS, Form, Scope, Source};
use podroom::file::preset::PLANS;
use podroom::import;
use podroom::instance::Tables;
use podroom::plan::document::Document;
use podroom::plan::{Edit, Place, Plan, Row, parse};
use proptest::prelude::*;
use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Value, json};

use crate::edit::{BRACES, HEADERS, any_edit, document};

/// Custom networking with full names of zones and ids.
const FULL: &str = r#"
format = 1
name = "full"
vpc = ["10.0.0.0/16", "100.64.0.0/16"]

[[subnet]]
name = "nodes-a"
cidr = "10.0.0.0/24"
zone = "eu-west-1a"
id = "subnet-0aa"
elb = true

[[subnet]]
name = "nodes-b"
cidr = "10.0.1.0/24"
zone = "eu-west-1b"
id = "subnet-0ab"

[[subnet]]
name = "pods-a"
cidr = "100.64.0.0/18"
zone = "eu-west-1a"
id = "subnet-0ba"
role_cni = "1"
reservations = [{ cidr = "100.64.0.0/20", type = "prefix" }]

[[subnet]]
name = "pods-b"
cidr = "100.64.64.0/18"
zone = "eu-west-1b"
id = "subnet-0bb"

[[subnet]]
name = "elsewhere"
cidr = "10.0.9.0/24"

[[cluster]]
name = "prod"
service_cidr = "172.20.0.0/16"
pod_subnets = ["pods-a", "pods-b"]

[cluster.env]
AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG = true
ENABLE_PREFIX_DELEGATION = "true"
WARM_IP_TARGET = 5

[[cluster.node_group]]
name = "managed"
instance_type = ["m5.large", "m5a.large"]
nodes = { eu-west-1a = 2, eu-west-1b = 1 }
subnets = ["nodes-a", "nodes-b"]
max_unavailable = 2

[[cluster.node_group]]
name = "own"
instance_type = "m5.xlarge"
nodes = "auto"
max_nodes = 9
kind = "self-managed"
max_pods = "eni"
subnets = ["nodes-a"]

[[cluster.node_group]]
name = "karp"
instance_type = ["m5.large"]
nodes = 2
kind = "karpenter"
dedicated = true
subnets = ["nodes-a", "nodes-b"]

[[cluster.workload]]
name = "web"
replicas = 20
cpu = "100m"
"#;

fn form(name: &str) -> &'static Form {
    export::form(name).expect("a form")
}

fn of(document: &Document, form: &Form, cluster: Option<&str>) -> Result<Exported, String> {
    let tables = Tables::builtin();
    let evaluation = engine::evaluate(document.plan(), &tables).expect("a plan of known types");
    let source = Source { document, tables: &tables, evaluation: &evaluation, cluster: None, table: None };
    export::write(form, &source, cluster)
}

fn write(text: &str, name: &str) -> String {
    written(text, name).text
}

fn written(text: &str, name: &str) -> Exported {
    of(&document(text), form(name), None).unwrap_or_else(|reason| panic!("{name}: {reason}"))
}

fn refused(text: &str, name: &str) -> String {
    of(&document(text), form(name), None).expect_err(name)
}

fn plan(text: &str) -> Plan {
    let parsed = parse(text);
    assert!(parsed.problems.is_empty(), "{:#?}\n{text}", parsed.problems);
    parsed.plan.expect("a plan without problems")
}

/// A plan with every variable changed by some other way than the exports know.
fn with(text: &str, edits: &[(Row, &str, &str)]) -> String {
    let mut document = document(text);
    for (row, key, value) in edits {
        let edit = Edit::Set { place: Place::key(*row, *key), value: Some((*value).to_owned()) };
        document.apply(edit).expect("a valid plan");
    }
    document.text()
}

// reading what is exported

/// The documents of a YAML text, as its own parser reads them.
pub fn yaml(text: &str) -> Vec<Value> {
    enum Open {
        List(Vec<Value>),
        Map(Map<String, Value>, Option<String>),
    }
    let (mut stack, mut documents): (Vec<Open>, Vec<Value>) = (Vec::new(), Vec::new());
    for event in Parser::new_from_str(text) {
        let (event, _) = event.unwrap_or_else(|e| panic!("{e}\n{text}"));
        let value = match event {
            Event::SequenceStart(..) => {
                stack.push(Open::List(Vec::new()));
                continue;
            }
            Event::MappingStart(..) => {
                stack.push(Open::Map(Map::new(), None));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match stack.pop().expect("an open one") {
                Open::List(list) => Value::Array(list),
                Open::Map(map, _) => Value::Object(map),
            },
            Event::Scalar(text, ScalarStyle::Plain, ..) => plain(&text),
            Event::Scalar(text, ..) => Value::String(text.into_owned()),
            Event::Alias(_) => panic!("an alias"),
            _ => continue,
        };
        match stack.last_mut() {
            None => documents.push(value),
            Some(Open::List(list)) => list.push(value),
            Some(Open::Map(map, key)) => match key.take() {
                None => *key = Some(value.as_str().expect("a key that is a text").to_owned()),
                Some(key) => assert!(map.insert(key.clone(), value).is_none(), "{key} twice"),
            },
        }
    }
    documents
}

/// A plain scalar by YAML 1.1 and 1.2: what either does not take for a text is none.
fn plain(text: &str) -> Value {
    let words = ["y", "n", "yes", "no", "on", "off"];
    assert!(!words.contains(&text.to_lowercase().as_str()), "{text} is a flag in YAML 1.1");
    match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "" | "~" | "null" => Value::Null,
        text => text.parse::<u64>().map_or_else(|_| Value::String(text.to_owned()), Value::from),
    }
}

/// The blocks of an HCL text: their labels, with the type in front, and their attributes. What is no value is its
/// source.
fn terraform(text: &str) -> Vec<(Vec<String>, Value)> {
    let body = hcl::parse(text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    let block = |block: &hcl::Block| {
        let labels = block.labels.iter().map(|label| label.as_str().to_owned());
        let labels = std::iter::once(block.identifier.to_string()).chain(labels).collect();
        let attributes = block.body.attributes().map(|a| (a.key.to_string(), value(&a.expr)));
        (labels, Value::Object(attributes.collect()))
    };
    body.blocks().map(block).collect()
}

fn value(expression: &hcl::Expression) -> Value {
    use hcl::Expression;
    match expression {
        Expression::FuncCall(call) if call.name.to_string() == "jsonencode" => value(&call.args[0]),
        Expression::Object(object) => {
            let key = |key: &hcl::ObjectKey| match key {
                hcl::ObjectKey::Expression(e) => value(e).as_str().expect("a text").to_owned(),
                other => other.to_string(),
            };
            Value::Object(object.iter().map(|(k, v)| (key(k), value(v))).collect())
        }
        Expression::Array(items) => items.iter().map(value).collect(),
        Expression::Traversal(_) | Expression::Variable(_) => {
            Value::String(format!("<{}>", hcl::format::to_string(expression).expect("an expression")))
        }
        other => {
            let value = other.evaluate(&Context::new()).unwrap_or_else(|e| panic!("{other:?}: {e}"));
            serde_json::to_value(value).expect("a value")
        }
    }
}

/// The words that a shell makes of a line, and gives to kubectl.
fn words(line: &str) -> Vec<String> {
    let script = format!("kubectl() {{ for a; do printf '%s\\0' \"$a\"; done; }}\n{line}");
    let output = Command::new("sh").args(["-c", &script]).env_clear().output().expect("a shell");
    assert!(output.status.success() && output.stderr.is_empty(), "{line}: {output:?}");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.split_terminator('\0').map(str::to_owned).collect()
}

// the plan itself

/// A report without the findings about keys that nobody reads, and its name.
fn figures(plan: &Plan) -> Report {
    let evaluation = engine::evaluate(plan, &Tables::builtin()).expect("a plan of known types");
    Report { findings: Vec::new(), ..evaluation.report }
}

/// What a plan means: itself, with what is at its default written out.
fn meaning(plan: &Plan) -> Plan {
    let mut plan = plan.clone();
    plan.unread.clear();
    for subnet in &mut plan.subnets {
        subnet.other.retain(|(reason, n)| !reason.is_empty() || *n > 0);
    }
    for cluster in plan.clusters_mut() {
        let given = |name: &str| cluster.env.iter().rev().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
        let variables = podroom::cni::env::VARIABLES.iter();
        cluster.env = match cluster.manager.is_aws() {
            true => variables
                .map(|v| (v.name.to_owned(), v.means(given(v.name).unwrap_or(v.shipped()))))
                .collect(),
            false => Vec::new(),
        };
        let aws = cluster.manager.is_aws();
        for group in &mut cluster.node_groups {
            group.max_pods = if aws { Some(group.max_pods_rule()) } else { group.max_pods };
            group.max_unavailable = Some(group.max_unavailable.unwrap_or(1));
        }
    }
    plan
}

fn keeps_its_meaning(text: &str) -> Result<(), TestCaseError> {
    let before = document(text);
    let tables = Tables::builtin();
    let known = engine::evaluate(before.plan(), &tables).is_ok();
    for after in [before.without_defaults(), before.with_defaults()] {
        let parsed = parse(&after);
        prop_assert!(parsed.problems.is_empty(), "{:#?}\n{text}\n-> {after}", parsed.problems);
        let plan = parsed.plan.expect("a plan without problems");
        prop_assert_eq!(meaning(&plan), meaning(before.plan()), "{}\n-> {}", text, after);
        if known {
            prop_assert_eq!(figures(&plan), figures(before.plan()), "{}\n-> {}", text, after);
        }
        for variant in &before.plan().variants {
            let [then, now] = [&before, &document(&after)].map(|document| variant.alone(document));
            let meant = |own: Result<Document, _>| own.map(|own| meaning(own.plan())).map_err(drop);
            prop_assert_eq!(meant(now), meant(then), "{}", variant.name);
        }
    }
    let lean = before.without_defaults();
    prop_assert_eq!(&document(&lean).without_defaults(), &lean, "nothing is left to take away");
    let full = document(&before.with_defaults());
    prop_assert_eq!(full.with_defaults().matches(" = ").count(), full.text().matches(" = ").count());
    Ok(())
}

#[test]
fn both_toml_forms_mean_the_plan() {
    let variants = include_str!("../data/variants.toml");
    let contract = include_str!("../cases/contract.toml");
    let presets = PLANS.iter().map(|preset| preset.text);
    for text in presets.chain([HEADERS, BRACES, FULL, variants, contract]) {
        keeps_its_meaning(text).unwrap_or_else(|e| panic!("{e}"));
    }
}

proptest! {
    /// However a plan came about, and whichever way its text is written.
    #[test]
    fn both_toml_forms_mean_any_plan(
        braces in any::<bool>(),
        steps in prop::collection::vec((0..17_u8, 0..40_usize, 0..40_usize, 0..40_usize), 0..12),
    ) {
        let mut document = document(if braces { BRACES } else { HEADERS });
        for step in steps {
            if let Some(edit) = any_edit(&document, step) {
                let _ = document.apply(edit);
            }
        }
        keeps_its_meaning(&document.text())?;
    }
}

#[test]
fn only_what_differs_stays_and_comments_do() {
    let text = with(
        FULL,
        &[
            (Row::NodeGroup(0, 1), "unmanaged_enis", "0"),
            (Row::NodeGroup(0, 1), "min_nodes", "1"),
            (Row::Cluster(0), "manager", "\"aws-vpc-cni\""),
            (Row::Env(0), "WARM_ENI_TARGET", "\"+1\""),
            (Row::Env(0), "ENABLE_POD_ENI", "\"F\""),
        ],
    );
    let text = text.replace("name = \"own\"", "# the ones of our own\nname = \"own\"");
    let kept = FULL.replace("name = \"own\"", "# the ones of our own\nname = \"own\"");
    assert_eq!(write(&text, "toml"), kept);
    // a table of variables that are all at their defaults goes with them
    let text = "format = 1\n[[cluster]]\nname = \"c\"\n\n[cluster.env]\nWARM_ENI_TARGET = 1\n";
    assert!(!write(text, "toml").contains("env"), "{}", write(text, "toml"));
}

#[test]
fn everything_is_there_with_its_default() {
    let full = write(FULL, "toml-full");
    for line in [
        "system_pods = 2",
        "placement = \"spread\"",
        "WARM_ENI_TARGET = 1",
        "WARM_PREFIX_TARGET = 1",
        "# MAX_ENI: unset",
        "max_pods = \"managed\"",
        "# peak_pods: by resources",
        "min_nodes = 1",
        "# zone: a zone of its own",
        "other = 0",
        "branch_eni = false",
    ] {
        assert!(full.lines().any(|l| l == line), "{line}\n{full}");
    }
}

// variables

#[test]
fn the_line_for_kubectl_sets_every_variable_that_has_an_effect() {
    assert_eq!(
        write(FULL, "set-env"),
        "kubectl set env daemonset aws-node -n kube-system AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG=true \
         ENABLE_PREFIX_DELEGATION=true WARM_IP_TARGET=5 ENI_CONFIG_LABEL_DEF=topology.kubernetes.io/zone \
         WARM_ENI_TARGET=1 MINIMUM_IP_TARGET- WARM_PREFIX_TARGET=1 MAX_ENI- ENABLE_POD_ENI=false \
         ENABLE_SUBNET_DISCOVERY=true IP_COOLDOWN_PERIOD- AWS_MANAGE_ENIS_NON_SCHEDULABLE- MANAGE_UNTAGGED_ENI- \
         DISABLE_LEAKED_ENI_CLEANUP=false\n"
    );
}

/// Whatever a DaemonSet has before, afterwards the program makes of it what the plan says.
#[test]
fn the_line_for_kubectl_leaves_nothing_of_what_was() {
    let live = [
        ("WARM_ENI_TARGET", "7"),
        ("WARM_IP_TARGET", "9"),
        ("MINIMUM_IP_TARGET", "40"),
        ("MAX_ENI", "2"),
        ("WARM_PREFIX_TARGET", "3"),
        ("ENABLE_PREFIX_DELEGATION", "true"),
        ("ENABLE_POD_ENI", "true"),
        ("ENABLE_SUBNET_DISCOVERY", "false"),
        ("IP_COOLDOWN_PERIOD", "5"),
        ("AWS_MANAGE_ENIS_NON_SCHEDULABLE", "true"),
        ("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", "true"),
        ("CLUSTER_NAME", "prod"),
        ("ENABLE_IPv4", "true"),
    ];
    for text in [FULL, "format = 1\n[[cluster]]\nname = \"c\"\n"] {
        let mut env: Vec<(String, String)> = live.map(|(n, v)| (n.to_owned(), v.to_owned())).to_vec();
        let line = words(&write(text, "set-env"));
        for word in line.iter().skip(6) {
            let (name, value) = word.split_once('=').unwrap_or((word.trim_end_matches('-'), ""));
            env.retain(|(n, _)| n != name);
            env.extend(word.contains('=').then(|| (name.to_owned(), value.to_owned())));
        }
        let settings = podroom::cni::Settings::exact(&env);
        let plan = plan(text);
        assert_eq!(settings, podroom::cni::Settings::over_manifest(&plan.clusters[0].env), "{text}");
        assert!(env.contains(&("CLUSTER_NAME".to_owned(), "prod".to_owned())), "EKS wrote it");
    }
}

#[test]
fn what_only_the_init_container_reads_is_set_there() {
    let text = with(
        FULL,
        &[
            (Row::Env(0), "DISABLE_TCP_EARLY_DEMUX", "true"),
            (Row::Env(0), "ENABLE_V6_EGRESS", "false"),
            (Row::Env(0), "VPC_ID", "\"vpc-1\""),
            (Row::Env(0), "CLUSTER_NAME", "\"prod\""),
        ],
    );
    let line = written(&text, "set-env");
    assert!(!line.text.contains("DEMUX"), "{}", line.text);
    let command =
        "kubectl set env daemonset aws-node -n kube-system -c aws-vpc-cni-init DISABLE_TCP_EARLY_DEMUX=true";
    assert!(line.notes.iter().any(|note| note.ends_with(command)), "{:?}", line.notes);
    let init = json!({ "env": { "DISABLE_TCP_EARLY_DEMUX": "true", "ENABLE_V6_EGRESS": "false" } });
    let exported = written(&text, "addon");
    let addon: Value = serde_json::from_str(&exported.text).expect("JSON");
    let chart = &yaml(&write(&text, "helm"))[0];
    for (values, ours) in [(&addon, Value::Null), (chart, json!("vpc-1"))] {
        assert_eq!(values["init"], init);
        assert_eq!(values["env"].get("DISABLE_TCP_EARLY_DEMUX"), None);
        assert_eq!(values["env"]["ENABLE_V6_EGRESS"], "false");
        assert_eq!(values["env"]["VPC_ID"], ours, "the add-on refuses what its schema does not have");
    }
    let note = "left out, as the add-on takes no such variable: VPC_ID, CLUSTER_NAME";
    assert!(exported.notes.iter().any(|n| n == note), "{:?}", exported.notes);
    assert!(write(&text, "terraform").contains(note) && write(&text, "eksctl").contains(note));
}

#[test]
fn variables_without_effect_on_addresses_are_exported_too() {
    let text = with(FULL, &[(Row::Env(0), "AWS_VPC_K8S_CNI_EXTERNALSNAT", "true")]);
    assert!(words(&write(&text, "set-env")).contains(&"AWS_VPC_K8S_CNI_EXTERNALSNAT=true".to_owned()));
    let addon: Value = serde_json::from_str(&write(&text, "addon")).expect("JSON");
    assert_eq!(addon["env"]["AWS_VPC_K8S_CNI_EXTERNALSNAT"], "true");
}

#[test]
fn the_add_on_and_the_chart_take_the_same_values() {
    let addon: Value = serde_json::from_str(&write(FULL, "addon")).expect("JSON");
    assert_eq!(
        addon,
        json!({
            "env": {
                "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG": "true",
                "ENABLE_PREFIX_DELEGATION": "true",
                "WARM_IP_TARGET": "5",
                "ENI_CONFIG_LABEL_DEF": "topology.kubernetes.io/zone",
            },
            "eniConfig": {
                "create": true,
                "region": "eu-west-1",
                "subnets": { "eu-west-1a": { "id": "subnet-0ba" }, "eu-west-1b": { "id": "subnet-0bb" } },
            },
        })
    );
    assert_eq!(yaml(&write(FULL, "helm")), [addon]);
    let notes = written(FULL, "addon").notes;
    assert!(
        notes.iter().any(|note| note.starts_with("ENI_CONFIG_LABEL_DEF is not in the plan")),
        "{notes:?}"
    );
    // by whatever the plan says
    let text = with(FULL, &[(Row::Env(0), "ENI_CONFIG_LABEL_DEF", "\"team\"")]);
    let addon: Value = serde_json::from_str(&write(&text, "addon")).expect("JSON");
    assert_eq!(addon["env"]["ENI_CONFIG_LABEL_DEF"], "team");
}

#[test]
fn what_is_not_known_is_left_out_and_said() {
    let text = FULL.replace("id = \"subnet-0bb\"\n", "");
    let exported = written(&text, "addon");
    let addon: Value = serde_json::from_str(&exported.text).expect("JSON");
    // whoever makes the ENIConfigs, nodes have to find them
    assert_eq!(addon.get("eniConfig"), None);
    assert_eq!(addon["env"]["ENI_CONFIG_LABEL_DEF"], "topology.kubernetes.io/zone");
    assert_eq!(
        exported.notes,
        [
            "ENI_CONFIG_LABEL_DEF is not in the plan: nodes find the ENIConfig of their zone by it",
            "eniConfig is left out: the pod subnet \"pods-b\" has no id: write id = \"subnet-…\" in the plan"
        ]
    );
    assert!(write(&text, "helm").contains("# eniConfig is left out: "));
    let text = FULL.replace("eu-west-1", "");
    let notes = written(&text, "addon").notes;
    assert!(notes[1].contains("have no full names such as us-east-1a"), "{notes:?}");
    assert_eq!(write("format = 1\n[[cluster]]\nname = \"c\"\n", "addon"), "{}\n");
}

#[test]
fn a_zone_has_an_eniconfig_and_a_group_its_own() {
    let names = |text: &str| -> Vec<(Value, Value)> {
        let documents = yaml(&write(text, "eniconfig"));
        documents.iter().map(|d| (d["metadata"]["name"].clone(), d["spec"]["subnet"].clone())).collect()
    };
    let zones = [("eu-west-1a", "subnet-0ba"), ("eu-west-1b", "subnet-0bb")];
    assert_eq!(names(FULL), zones.map(|(zone, id)| (json!(zone), json!(id))));
    let own = with(FULL, &[(Row::NodeGroup(0, 1), "pod_subnets", "[\"nodes-a\"]")]);
    assert_eq!(names(&own)[2], (json!("own-eu-west-1a"), json!("subnet-0aa")));
    assert!(write(&own, "eniconfig").contains("k8s.amazonaws.com/eniConfig=own-eu-west-1a"));
    // by the annotation that the plan names; the zone is still found by its label
    let other = with(&own, &[(Row::Env(0), "ENI_CONFIG_ANNOTATION_DEF", "\"team/eni\"")]);
    let manifests = write(&other, "eniconfig");
    assert!(manifests.contains("the annotation team/eni=own-eu-west-1a"), "{manifests}");
    assert!(
        manifests.contains("# nodes find the one of their zone where aws-node has ENI_CONFIG_LABEL_DEF=")
    );
    assert!(
        words(&write(&other, "set-env"))
            .contains(&"ENI_CONFIG_LABEL_DEF=topology.kubernetes.io/zone".to_owned())
    );
    // and by the label that it names
    let other = with(&other, &[(Row::Env(0), "ENI_CONFIG_LABEL_DEF", "\"team/zone\"")]);
    let manifests = write(&other, "eniconfig");
    assert!(
        manifests.contains("# nodes of zone \"eu-west-1b\" need the label team/zone=eu-west-1b"),
        "{manifests}"
    );
    assert!(!manifests.contains("topology.kubernetes.io"), "{manifests}");
    // without an id there is none to write, and it is said which
    let text = FULL.replace("id = \"subnet-0bb\"\n", "");
    assert_eq!(names(&text)[1], (json!("eu-west-1b"), Value::Null));
    assert!(write(&text, "eniconfig").contains("# subnet: that of \"pods-b\" (100.64.64.0/18)"));
}

// node groups

#[test]
fn eksctl_has_subnets_groups_and_the_add_on() {
    let [config] = yaml(&write(FULL, "eksctl")).try_into().expect("one document");
    assert_eq!(config["metadata"], json!({ "name": "prod", "region": "eu-west-1" }));
    assert_eq!(config["vpc"]["cidr"], "10.0.0.0/16");
    let subnets = config["vpc"]["subnets"]["private"].as_object().expect("subnets");
    assert_eq!(subnets.keys().collect::<Vec<_>>(), ["nodes-a", "nodes-b"], "no pods, nothing of others");
    assert_eq!(subnets["nodes-b"], json!({ "id": "subnet-0ab", "cidr": "10.0.1.0/24", "az": "eu-west-1b" }));
    assert_eq!(
        config["managedNodeGroups"],
        json!([{
            "name": "managed",
            "instanceTypes": ["m5.large", "m5a.large"],
            "desiredCapacity": 3,
            "subnets": ["nodes-a", "nodes-b"],
            "privateNetworking": true,
            "updateConfig": { "maxUnavailable": 2 },
        }])
    );
    let own = &config["nodeGroups"][0];
    // (4 - 1) x 14 x 16 + 2
    assert_eq!((&own["instanceType"], &own["maxPodsPerNode"]), (&json!("m5.xlarge"), &json!(674)));
    assert_eq!((&own["minSize"], &own["maxSize"]), (&json!(1), &json!(9)));
    let values = config["addons"][0]["configurationValues"].as_str().expect("a text");
    let addon: Value = serde_json::from_str(&write(FULL, "addon")).expect("JSON");
    assert_eq!(serde_json::from_str::<Value>(values).expect("JSON"), addon);
}

/// The same figures of the groups that a format has, from a plan that was exported and imported.
fn imported(files: &[(&str, String)]) -> Plan {
    let sources: Vec<import::Source> =
        files.iter().map(|(name, text)| import::Source { name, text }).collect();
    plan(&import::import(&sources).unwrap_or_else(|refusal| panic!("{refusal:?}")).text)
}

#[test]
fn what_eksctl_is_told_is_imported_with_the_same_figures() {
    let example = PLANS.iter().find(|preset| preset.name == "eks-1200-pods").expect("a preset").text;
    // what the format has no word for: workloads, numbers by zone, auto
    let plain = |text: &str| {
        let mut plan = plan(text);
        let cluster = plan.cluster_mut(0).expect("a cluster");
        cluster.workloads.clear();
        cluster.node_groups.iter_mut().for_each(|g| g.pods = Some(20));
        plan
    };
    for text in [example.to_owned(), FULL.replace("nodes = { eu-west-1a = 2, eu-west-1b = 1 }", "nodes = 3")]
    {
        let text = text.replace("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG = true\n", "");
        let text = text.replace("nodes = \"auto\"\nmax_nodes = 9", "nodes = 4");
        let (before, after) = (plain(&text), plain(&write_imported(&text)));
        let rows = |plan: &Plan| {
            let report = figures(plan);
            let groups: Vec<_> = report.node_groups.iter().filter(|g| &*g.name != "karp").cloned().collect();
            groups
                .into_iter()
                .map(|g| (g.name, g.instance_type, g.nodes, g.max_pods, g.per_node))
                .collect::<Vec<_>>()
        };
        assert_eq!(rows(&after), rows(&before));
        assert_eq!(after.clusters[0].service_cidr, before.clusters[0].service_cidr);
        assert_eq!(
            podroom::cni::Settings::over_manifest(&after.clusters[0].env),
            podroom::cni::Settings::over_manifest(&before.clusters[0].env)
        );
    }
    // and what was imported is exported as it came
    let first = write(FULL, "eksctl");
    let again = imported(&[("eksctl.yaml", first)]);
    let ranges: Vec<String> = again.subnets.iter().map(|s| s.cidr.to_string()).collect();
    assert_eq!(ranges, ["10.0.0.0/24", "10.0.1.0/24"]);
}

fn write_imported(text: &str) -> String {
    let source = [import::Source { name: "eksctl.yaml", text: &write(text, "eksctl") }];
    import::import(&source).unwrap_or_else(|refusal| panic!("{refusal:?}")).text
}

#[test]
fn karpenter_gets_pools_classes_and_its_own_settings() {
    let text = write(FULL, "karpenter");
    let [pool, class] = yaml(&text).try_into().expect("two documents");
    assert_eq!(
        pool["spec"]["template"]["spec"],
        json!({
            "nodeClassRef": { "group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "karp" },
            "requirements": [
                { "key": "node.kubernetes.io/instance-type", "operator": "In", "values": ["m5.large"] }
            ],
        })
    );
    // custom networking takes an ENI, and the plan has the AMI's formula all the same
    assert_eq!(class["spec"]["kubelet"], json!({ "maxPods": 29 }));
    assert_eq!(class["spec"]["subnetSelectorTerms"], json!([{ "id": "subnet-0aa" }, { "id": "subnet-0ab" }]));
    assert!(
        text.contains("#   reservedENIs: \"1\"") && text.contains("vmMemoryOverheadPercent: 0.075"),
        "{text}"
    );
    assert!(text.contains("# dedicated: a taint"), "{text}");
    // by tag where there is no id; nothing where Karpenter's own formula is the plan's
    let plain =
        FULL.replace("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG = true\n", "").replace("id = \"subnet-0ab\"\n", "");
    let [_, class] = yaml(&write(&plain, "karpenter")).try_into().expect("two documents");
    assert_eq!(class["spec"].get("kubelet"), None);
    assert_eq!(class["spec"]["subnetSelectorTerms"][1], json!({ "tags": { "Name": "nodes-b" } }));
    // and back: with the subnets that aws lists
    let subnets = json!({ "Subnets": [
        { "SubnetId": "subnet-0aa", "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/24", "AvailabilityZone": "eu-west-1a" },
        { "SubnetId": "subnet-0ab", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "eu-west-1b" },
    ]});
    let again = imported(&[("karpenter.yaml", text), ("subnets.json", subnets.to_string())]);
    let group = &again.clusters[0].node_groups[0];
    assert_eq!(
        (group.name.as_ref(), group.instance_types.as_slice()),
        ("karp", &["m5.large".to_owned()][..])
    );
    assert_eq!(group.max_pods, Some(podroom::plan::MaxPods::Fixed(29)));
    assert_eq!(group.subnets.len(), 2);
}

/// Names that Kubernetes, or eksctl, does not take are made ones that it does, each once, and it is said of which.
#[test]
fn names_are_made_such_as_are_taken() {
    let karpenter = |name: &str| {
        let text = FULL.replace("name = \"karp\"", &format!("name = \"{name}\""));
        let text = write(&text, "karpenter");
        let [pool, class] = yaml(&text).try_into().expect("two documents");
        assert_eq!(pool["metadata"], class["metadata"]);
        assert_eq!(pool["spec"]["template"]["spec"]["nodeClassRef"]["name"], class["metadata"]["name"]);
        (
            class["metadata"]["name"].as_str().expect("a text").to_owned(),
            text.contains(" in the plan, which is no name"),
        )
    };
    let long = "x".repeat(64);
    for (name, made, said) in [
        ("karp", "karp", false),
        ("a.b-1", "a.b-1", false),
        ("My Workers_1", "my-workers-1", true),
        ("-a-", "a", true),
        ("☃", "n", true),
        (&long, &long[..55], true),
    ] {
        assert_eq!(karpenter(name), (made.to_owned(), said));
    }
    let two =
        FULL.replace("name = \"own\"", "name = \"Own 1\"").replace("name = \"managed\"", "name = \"own-1\"");
    let [config] = yaml(&write(&two, "eksctl")).try_into().expect("one document");
    let name = |key: &str| config[key][0]["name"].clone();
    assert_eq!((name("managedNodeGroups"), name("nodeGroups")), (json!("own-1"), json!("own-1-2")));
    // what eksctl takes stays: another name would be another group
    let text = FULL.replace("name = \"own\"", "name = \"Own-1\"");
    assert_eq!(yaml(&write(&text, "eksctl"))[0]["nodeGroups"][0]["name"], "Own-1");
    // an ENIConfig, and its key in the values of the chart
    let own = with(FULL, &[(Row::NodeGroup(0, 1), "pod_subnets", "[\"nodes-a\"]")]);
    let own = own.replace("name = \"own\"", "name = \"Own 1\"");
    assert_eq!(yaml(&write(&own, "eniconfig"))[2]["metadata"]["name"], "own-1-eu-west-1a");
    assert!(yaml(&write(&own, "helm"))[0]["eniConfig"]["subnets"].get("own-1-eu-west-1a").is_some());
}

#[test]
fn what_eksctl_has_no_word_for_is_said() {
    let text = with(
        FULL,
        &[
            (Row::NodeGroup(0, 0), "surge", "3"),
            (Row::NodeGroup(0, 1), "surge", "1"),
            (Row::NodeGroup(0, 1), "max_unavailable", "2"),
        ],
    );
    let text = write(&text, "eksctl");
    for said in [
        "# the plan has 3 nodes more in an upgrade: EKS has a rule of its own",
        "# the plan has 1 node more in an upgrade: whoever replaces the nodes adds them",
        "# the plan has at most 2 nodes unavailable in an upgrade: whoever replaces the nodes keeps to it",
    ] {
        assert!(text.contains(said), "{said}\n{text}");
    }
}

#[test]
fn nodeadm_gets_an_expression_where_one_says_it() {
    let kubelet = |text: &str, n: usize| yaml(&write(text, "nodeadm"))[n]["spec"]["kubelet"].clone();
    // the lowest of two types; EKS's cap
    assert_eq!(kubelet(FULL, 0), json!({ "config": { "maxPods": 110 } }));
    assert_eq!(
        kubelet(FULL, 1),
        json!({ "maxPodsExpression": "((default_enis - 1) * (ips_per_eni - 1) * 16) + 2" })
    );
    let ami = with(FULL, &[(Row::NodeGroup(0, 1), "max_pods", "\"ami\"")]);
    assert_eq!(kubelet(&ami, 1), json!({ "maxPodsExpression": "max_pods" }));
    let fixed = with(FULL, &[(Row::NodeGroup(0, 1), "max_pods", "50")]);
    assert_eq!(kubelet(&fixed, 1), json!({ "config": { "maxPods": 50 } }));
    let xen = with(FULL, &[(Row::NodeGroup(0, 1), "instance_type", "\"m4.xlarge\"")]);
    assert_eq!(
        kubelet(&xen, 1),
        json!({ "maxPodsExpression": "((default_enis - 1) * (ips_per_eni - 1)) + 2" })
    );
    assert_eq!(yaml(&write(FULL, "nodeadm"))[1]["spec"]["cluster"]["name"], "prod");
}

/// What an expression of max pods comes to, for every type and mode that plans know: what the engine says.
#[test]
fn expressions_come_to_what_the_engine_says() {
    let tables = Tables::builtin();
    let types = ["m5.large", "m4.xlarge", "c5.18xlarge", "t3.nano", "p5.48xlarge", "m5.metal"];
    for name in types {
        for (custom, prefix) in [(false, false), (false, true), (true, false), (true, true)] {
            let text = FULL.replace("instance_type = \"m5.xlarge\"", &format!("instance_type = \"{name}\""));
            let text = text.replace("NETWORK_CFG = true", &format!("NETWORK_CFG = {custom}"));
            let text = text.replace("PREFIX_DELEGATION = \"true\"", &format!("PREFIX_DELEGATION = {prefix}"));
            let instance = tables.get(name).expect("a type");
            let expression =
                yaml(&write(&text, "nodeadm"))[1]["spec"]["kubelet"]["maxPodsExpression"].clone();
            let expression = expression.as_str().expect("an expression");
            let filled = expression
                .replace("default_enis", &instance.enis.to_string())
                .replace("ips_per_eni", &instance.ipv4_per_eni.to_string());
            // HCL has the same arithmetic
            let body = hcl::parse(&format!("x = {filled}")).expect("an expression");
            let came_to = value(&body.attributes().next().expect("one").expr);
            let report = figures(&plan(&text));
            assert_eq!(
                came_to,
                json!(report.node_groups[1].max_pods),
                "{name} {custom} {prefix}: {expression}"
            );
        }
    }
}

/// A plan of what is not there yet.
fn without_ids(text: &str) -> String {
    text.lines().filter(|line| !line.starts_with("id = ")).map(|line| format!("{line}\n")).collect()
}

/// What is there already is read, and neither made again nor changed.
#[test]
fn terraform_leaves_alone_what_is_there() {
    let text = write(FULL, "terraform");
    let blocks = terraform(&text);
    let kinds: Vec<&[String]> = blocks.iter().map(|(labels, _)| labels.as_slice()).collect();
    assert_eq!(
        kinds,
        [
            &["data", "aws_subnet", "nodes_a"][..],
            &["data", "aws_subnet", "nodes_b"],
            &["data", "aws_subnet", "pods_a"],
            &["data", "aws_subnet", "pods_b"],
            &["import"],
            &["resource", "aws_eks_addon", "vpc_cni"],
        ]
    );
    assert_eq!(blocks[1].1, json!({ "id": "subnet-0ab", "cidr_block": "10.0.1.0/24" }));
    assert_eq!(blocks[4].1, json!({ "to": "<aws_eks_addon.vpc_cni>", "id": "prod:vpc-cni" }));
    let values = &blocks[5].1["configuration_values"];
    assert_eq!(values["eniConfig"]["subnets"]["eu-west-1b"], json!({ "id": "<data.aws_subnet.pods_b.id>" }));
    for said in [
        "# 100.64.0.0/16 is a range of the VPC already: subnets with ids are in it",
        "# with the reservation of 100.64.0.0/20, prefix",
        "# with the tag kubernetes.io/role/cni = 1",
        "\n  lifecycle {\n    ignore_changes = [tags, service_account_role_arn, pod_identity_association]\n  }\n",
    ] {
        assert!(text.contains(said), "{said}\n{text}");
    }
    // a new subnet in a range that is there waits for nothing
    let blocks = terraform(&write(&FULL.replace("id = \"subnet-0ba\"\n", ""), "terraform"));
    let new = blocks.iter().find(|(labels, _)| labels[1..] == ["aws_subnet", "pods_a"]).expect("a block");
    assert_eq!((new.0[0].as_str(), new.1.get("depends_on")), ("resource", None));
    assert_eq!(blocks[0].0, ["variable", "vpc_id"]);
}

#[test]
fn terraform_has_the_add_on_subnets_and_further_ranges() {
    let blocks = terraform(&write(&without_ids(FULL), "terraform"));
    let body = |labels: &[&str]| {
        let found = blocks.iter().find(|(of, _)| of == labels);
        &found.unwrap_or_else(|| panic!("{labels:?} of {blocks:#?}")).1
    };
    assert_eq!(
        body(&["resource", "aws_vpc_ipv4_cidr_block_association", "more_1"]),
        &json!({ "vpc_id": "<var.vpc_id>", "cidr_block": "100.64.0.0/16" })
    );
    assert_eq!(
        body(&["resource", "aws_subnet", "pods_a"]),
        &json!({
            "vpc_id": "<var.vpc_id>",
            "cidr_block": "100.64.0.0/18",
            "availability_zone": "eu-west-1a",
            "tags": { "Name": "pods-a", "kubernetes.io/role/cni": "1" },
            "depends_on": ["<aws_vpc_ipv4_cidr_block_association.more_1>"],
        })
    );
    assert_eq!(
        body(&["resource", "aws_ec2_subnet_cidr_reservation", "pods_a_1"]),
        &json!({ "subnet_id": "<aws_subnet.pods_a.id>", "cidr_block": "100.64.0.0/20", "reservation_type": "prefix" })
    );
    assert!(blocks.iter().all(|(labels, _)| labels[0] != "import" && labels[0] != "data"), "{blocks:#?}");
    let addon = body(&["resource", "aws_eks_addon", "vpc_cni"]);
    assert_eq!((&addon["cluster_name"], &addon["addon_name"]), (&json!("prod"), &json!("vpc-cni")));
    let values = &addon["configuration_values"];
    assert_eq!(values["env"]["WARM_IP_TARGET"], "5");
    // ids that Terraform knows, and the plan need not
    assert_eq!(values["eniConfig"]["subnets"]["eu-west-1b"], json!({ "id": "<aws_subnet.pods_b.id>" }));
}

// what a form is not for

#[test]
fn a_form_without_meaning_says_what_to_do() {
    let example = PLANS.iter().find(|preset| preset.name == "eks-1200-pods").expect("a preset").text;
    for (text, name, reason) in [
        (
            example,
            "eniconfig",
            "\"prod\" has no custom networking, so that it has no ENIConfig: AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG = \
             true and pod_subnets turn it on",
        ),
        (example, "karpenter", "\"prod\" has no node group of Karpenter: kind = \"karpenter\" makes one"),
        ("format = 1\n", "set-env", "the plan has no cluster, and set-env is of one"),
        (HEADERS, "addon", "addon is of one cluster, name it with --cluster: there are \"prod\", \"test\""),
    ] {
        assert_eq!(refused(text, name), reason);
    }
    let kind = PLANS.iter().find(|preset| preset.name == "flannel").expect("a preset").text;
    for form in FORMS.iter().filter(|form| form.scope == Scope::Cluster) {
        let said = refused(kind, form.name);
        assert!(said.ends_with("this form is for clusters of aws-vpc-cni"), "{}: {said}", form.name);
    }
    let two = document(HEADERS);
    let said = of(&two, form("set-env"), Some("prd")).expect_err("no such cluster");
    assert_eq!(said, "no cluster is called \"prd\": did you mean \"prod\"?");
    assert!(of(&two, form("set-env"), Some("test")).expect("written").text.contains("WARM_IP_TARGET=2"));
    assert!(of(&two, form("toml"), Some("test")).is_err());
}

#[test]
fn files_of_forms_have_names_of_their_own() {
    for (i, form) in FORMS.iter().enumerate() {
        assert!(!form.doc.is_empty() && !form.doc.ends_with('.'), "{}", form.name);
        assert!(
            FORMS[..i].iter().all(|other| other.name != form.name && other.file != form.file),
            "{}",
            form.name
        );
    }
}

// hostile names

/// What no form may take for anything else than a text.
const HOSTILE: [&str; 24] = [
    "${var.secret}",
    "%{ if true }x%{ endif }",
    "$${a} $$${b} %%%{c}",
    "$(touch /tmp/x) `id`",
    "a\"b\\c'd",
    "'; rm -rf / #",
    "a: b # c",
    "- x",
    "{{ .Values.x }}",
    "yes",
    "Null",
    "~",
    "0x10",
    "1e3",
    "1_000",
    "2026-01-01",
    "12:30:45",
    "&a *b !c |",
    "[a, b]",
    "{a}",
    "---",
    "größe ☃ 日本 𝄞",
    "\\u0041 \\n",
    "<<",
];
/// What only values may have.
const CONTROLS: [&str; 6] =
    ["a\nb", "a\r\n---\nb: c", "\u{1b}[31m\u{9b}", "\u{202e}a\u{2028}b\u{85}", "\u{0}", "\u{feff}x"];

/// A plan whose every name is this one, with a variable of this value.
fn named(name: &str, value: &str) -> String {
    let rows = [(Row::Env(0), "CLUSTER_NAME", value), (Row::Env(0), "ADDITIONAL_ENI_TAGS", value)];
    let quoted = |text: &str| {
        let escaped = text.chars().map(|c| match c {
            '"' | '\\' => format!("\\{c}"),
            c if c.is_control() => format!("\\U{:08X}", u32::from(c)),
            c => c.to_string(),
        });
        format!("\"{}\"", escaped.collect::<String>())
    };
    let mut text = FULL.to_owned();
    for old in ["nodes-a", "pods-a", "prod", "managed", "own", "karp"] {
        // subnets keep names that differ
        text = text.replace(
            &format!("\"{old}\""),
            &quoted(&format!("{name}{}", if old.len() > 5 { &old[..1] } else { "" })),
        );
    }
    for id in ["subnet-0aa", "subnet-0ba"] {
        text = text.replace(&format!("\"{id}\""), &quoted(name));
    }
    text = text.replace("role_cni = \"1\"", &format!("role_cni = {}", quoted(name)));
    // names of groups have to differ, too
    let mut n = 0;
    let lines: Vec<String> = text
        .lines()
        .map(|line| match line.strip_prefix("name = ") {
            Some(value) if value == quoted(name) => {
                n += 1;
                if n == 1 { line.to_owned() } else { format!("name = {}", quoted(&format!("{name}{n}"))) }
            }
            _ => line.to_owned(),
        })
        .collect();
    let escaped: Vec<(Row, &str, String)> =
        rows.iter().map(|(row, key, v)| (*row, *key, quoted(v))).collect();
    let edits: Vec<(Row, &str, &str)> =
        escaped.iter().map(|(row, key, v)| (*row, *key, v.as_str())).collect();
    with(&lines.join("\n"), &edits)
}

/// Every text of a value, keys included.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(map) => map.iter().flat_map(|(k, v)| [vec![k.clone()], texts(v)].concat()).collect(),
        _ => Vec::new(),
    }
}

fn stays_a_text(name: &str, value: &str) {
    let text = named(name, value);
    let plan = plan(&text);
    let cluster = &plan.clusters[0];
    let [group, own, karp] = [0, 1, 2].map(|g| cluster.node_groups[g].name.as_ref());
    let subnet = plan.subnets[0].name.as_str();
    let has = |form: &str, all: &[String], wanted: &[&str]| {
        for wanted in wanted {
            assert!(all.iter().any(|text| text == wanted), "{form} lost {wanted:?}: {all:#?}");
        }
    };
    let form = |form: &str| -> Vec<String> {
        let text = write(&text, form);
        let visible = |c: char| c == '\n' || !podroom::text::is_hostile(c);
        assert!(text.chars().all(visible), "{form}: {text:?}");
        match form {
            "addon" => texts(&serde_json::from_str(&text).expect("JSON")),
            "terraform" => terraform(&text).iter().flat_map(|(_, body)| texts(body)).collect(),
            _ => yaml(&text).iter().flat_map(texts).collect(),
        }
    };
    has("addon", &form("addon"), &[value, name]);
    has("helm", &form("helm"), &[value, name]);
    has("eniconfig", &form("eniconfig"), &[name]);
    has("eksctl", &form("eksctl"), &[&cluster.name, subnet, name]);
    has("terraform", &form("terraform"), &[&cluster.name, name, value]);
    let new = terraform(&write(&without_ids(&text), "terraform"));
    let new: Vec<String> = new.iter().flat_map(|(_, body)| texts(body)).collect();
    has("terraform", &new, &[&cluster.name, subnet, name, value]);
    has("nodeadm", &form("nodeadm"), &[&cluster.name]);
    has("karpenter", &form("karpenter"), &[name]);
    let [config] = yaml(&write(&text, "eksctl")).try_into().expect("one document");
    let groups = ["managedNodeGroups", "nodeGroups"].map(|key| config[key][0]["name"].clone());
    assert_ne!(groups[0], groups[1]);
    let pool = &yaml(&write(&text, "karpenter"))[0]["metadata"]["name"];
    for (foreign, own) in [(group, &groups[0]), (own, &groups[1]), (karp, pool)] {
        let own = own.as_str().expect("a text");
        let of_dns = |c: char| c.is_ascii_alphanumeric() || "-.".contains(c);
        assert!(
            own.len() <= 63
                && own.chars().all(of_dns)
                && own.starts_with(|c: char| c.is_ascii_alphanumeric())
        );
        assert!(own != foreign || own.chars().all(of_dns), "{foreign:?} -> {own:?}");
    }
    for form in ["toml", "toml-full"] {
        assert_eq!(meaning(&self::plan(&write(&text, form))), meaning(&plan), "{form}");
    }
    if value.contains(podroom::text::is_hostile) {
        let said = refused(&text, "set-env");
        assert!(said.contains("which no shell line should have"), "{said}");
        assert!(!said.contains(podroom::text::is_hostile), "{said:?}");
    } else {
        let words = words(&write(&text, "set-env"));
        assert!(words.contains(&format!("CLUSTER_NAME={value}")), "{words:?}");
    }
}

#[test]
fn no_name_is_more_than_a_name() {
    for name in HOSTILE {
        stays_a_text(name, name);
    }
    for value in CONTROLS {
        stays_a_text("n", value);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn no_text_is_more_than_a_text(
        name in "[a-c$%{}\"'\\\\:# \\[\\]&*!|>~`@,0-9.-]{1,12}[a-z]",
        value in "\\PC{0,10}|[$%{}\"'\\\\\n\t:# -]{0,10}",
    ) {
        stays_a_text(&name, &value);
    }
}
