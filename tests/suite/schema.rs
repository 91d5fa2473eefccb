//! The JSON Schema of plans, held to the reader of plans both ways.

use std::fs;

use jsonschema::Validator;
use podroom::output::schema::{schema, value};
use podroom::plan::field::{FIELDS, Field, Section, fields};
use podroom::plan::parse;
use serde_json::{Value, json};

const SECTIONS: [Section; 7] = [
    Section::Plan,
    Section::Subnet,
    Section::Network,
    Section::Cluster,
    Section::Env,
    Section::NodeGroup,
    Section::Workload,
];

fn validator(schema: &Value) -> Validator {
    jsonschema::draft7::new(schema).expect("a schema")
}

/// A TOML text as JSON has it.
fn as_json(text: &str) -> Value {
    let table: toml::Table = text.parse().expect("TOML");
    serde_json::to_value(table).expect("JSON")
}

#[test]
fn the_schema_of_the_repository_is_the_one_that_is_printed() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/podroom.schema.json");
    let kept: Value = serde_json::from_str(&fs::read_to_string(path).expect("there")).expect("JSON");
    assert!(kept == schema(), "out of date: podroom schema > docs/podroom.schema.json");
}

#[test]
fn every_plan_of_the_repository_is_one_by_the_schema() {
    let validator = validator(&schema());
    let mut plans = 0;
    for folder in ["presets/plans", "tests/data"] {
        for entry in fs::read_dir(folder).expect("there") {
            let path = entry.expect("a file").path();
            let Ok(text) = fs::read_to_string(&path) else { continue };
            if path.extension().is_none_or(|e| e != "toml") || parse(&text).plan.is_none() {
                continue;
            }
            let errors: Vec<String> = validator.iter_errors(&as_json(&text)).map(|e| e.to_string()).collect();
            assert!(errors.is_empty(), "{}: {errors:?}", path.display());
            plans += 1;
        }
    }
    assert!(plans > 15, "{plans}");
}

/// A plan in which a field has a value, as TOML.
fn with(field: &Field, value: &str) -> String {
    let key = field.key;
    let put = |section: Section| match section == field.section {
        true => format!("{key} = {value}\n"),
        false => String::new(),
    };
    // a required key of another value stands twice otherwise
    let name = |section: Section, name: &str, line: &str| match section == field.section && key == name {
        true => String::new(),
        false => format!("{line}\n"),
    };
    let mut text = String::new();
    if !(field.section == Section::Plan && key == "format") {
        text += "format = 1\n";
    }
    text += &put(Section::Plan);
    text += "[[subnet]]\n";
    text += &name(Section::Subnet, "name", "name = \"a\"");
    text += &name(Section::Subnet, "cidr", "cidr = \"10.0.0.0/16\"");
    text += &put(Section::Subnet);
    if field.section == Section::Network {
        text += "[[network]]\n";
        text += &name(Section::Network, "name", "name = \"n\"");
        text += &put(Section::Network);
    }
    text += "[[cluster]]\n";
    text += &name(Section::Cluster, "name", "name = \"c\"");
    text += &put(Section::Cluster);
    text += "[cluster.env]\n";
    text += &put(Section::Env);
    text += "[[cluster.node_group]]\n";
    text += &name(Section::NodeGroup, "name", "name = \"g\"");
    text += &name(Section::NodeGroup, "instance_type", "instance_type = \"m5.large\"");
    text += &name(Section::NodeGroup, "nodes", "nodes = 1");
    text += &name(Section::NodeGroup, "subnets", "subnets = [\"a\"]");
    text += &put(Section::NodeGroup);
    text += "[[cluster.workload]]\n";
    text += &name(Section::Workload, "name", "name = \"w\"");
    text += &put(Section::Workload);
    text
}

/// Values of every shape.
const VALUES: &[&str] = &[
    "0",
    "1",
    "2",
    "-1",
    "17",
    "4294967296",
    "1.5",
    "-0.5",
    "true",
    "false",
    "\"\"",
    "\" \"",
    "\"x\"",
    "\"auto\"",
    "\"true\"",
    "\"10.0.0.0/24\"",
    "\"10.0.0.0\"",
    "\"500m\"",
    "\"1Gi\"",
    "\"5%\"",
    "[]",
    "[1]",
    "[\"a\"]",
    "[[]]",
    "{}",
    "{ x = 1 }",
    "{ x = -1 }",
    "{ x = \"10.0.0.9\" }",
    "{ replicas = 5 }",
    "{ subnet = \"10.0.0.0/24\" }",
    "{ deleted = \"everything\" }",
    "[{ cidr = \"10.0.0.0/28\", type = \"prefix\" }]",
    "[{ cidr = \"10.0.0.0/28\" }]",
    "[\"a\", \"a\"]",
    "[\"g\", \"g\"]",
    "\"100x\"",
    "\"+.5e+3\"",
    "\"1.E-2\"",
    "\"-0.0Ki\"",
    "\"-1m\"",
    "\"1K\"",
    "{ min_free = \"115%\" }",
    "{ min_free = \"0100.0%\" }",
    "{ min_free = \"12.5%\" }",
];

#[test]
fn what_the_schema_refuses_the_reader_refuses_too() {
    let validator = validator(&schema());
    for field in SECTIONS.iter().flat_map(|section| fields(*section)) {
        for value in VALUES {
            let text = with(field, value);
            if !validator.is_valid(&as_json(&text)) {
                let parsed = parse(&text);
                assert!(parsed.plan.is_none(), "{} = {value} is a plan, but not by the schema", field.key);
            }
        }
    }
}

#[test]
fn what_the_reader_refuses_for_its_shape_the_schema_refuses_too() {
    for field in SECTIONS.iter().flat_map(|section| fields(*section)) {
        let own = validator(&value(field.kind));
        for text in VALUES {
            let json = as_json(&format!("x = {text}"))["x"].clone();
            // what is in a text, a list or a table may be wrong in a way that only podroom knows
            let shape = !(json.is_string() || json.is_array() || json.is_object());
            // "key: value is not …": the value has the wrong shape, whatever the rest of the plan
            let wrong = parse(&with(field, text)).problems.iter().any(|p| {
                p.place.key == field.key
                    && p.message.contains(" is not ")
                    && !["is not in", "is not modelled"].iter().any(|other| p.message.contains(other))
            });
            if shape && wrong {
                assert!(!own.is_valid(&json), "{} = {text} is right by the schema", field.key);
            }
        }
    }
}

/// Of what stands in a text or a list, what is wrong whatever the rest of the plan.
#[test]
fn a_text_and_a_list_can_be_wrong_by_themselves() {
    let validator = validator(&schema());
    let field =
        |section: Section, key: &str| fields(section).into_iter().find(|f| f.key == key).expect("a field");
    for (section, key, value, right) in [
        (Section::NodeGroup, "subnets", "[]", false),
        (Section::NodeGroup, "subnets", "[\"a\", \"a\"]", false),
        (Section::Workload, "node_groups", "[\"g\", \"g\"]", false),
        (Section::Workload, "node_groups", "[\"g\"]", true),
        (Section::Workload, "cpu", "\"100x\"", false),
        (Section::Workload, "cpu", "\"-1m\"", false),
        (Section::Workload, "cpu", "\"-0.0m\"", true),
        (Section::Workload, "cpu", "\"+.5e+1\"", true),
        (Section::Workload, "memory", "\"1.5Gi\"", true),
        (Section::Workload, "memory", "\"1K\"", false),
        (Section::Plan, "policy", "{ min_free = \"115%\" }", false),
        (Section::Plan, "policy", "{ min_free = \"100.1%\" }", false),
        (Section::Plan, "policy", "{ min_free = \"100%\" }", true),
        (Section::Plan, "policy", "{ min_free = \"007.25%\" }", true),
    ] {
        let text = with(field(section, key), value);
        assert_eq!(validator.is_valid(&as_json(&text)), right, "{key} = {value}");
        assert_eq!(parse(&text).plan.is_some(), right, "{key} = {value}");
    }
}

#[test]
fn every_field_is_described_and_nothing_else_is_known() {
    let schema = schema();
    let described = schema.to_string();
    for field in FIELDS {
        assert!(described.contains(&json!(field.key).to_string()), "{}", field.key);
    }
    let validator = validator(&schema);
    for text in [
        "format = 1\nnmae = \"x\"",
        "format = 2",
        "",
        "format = 1\n[[cluster]]\nname = \"c\"\n[cluster.env]\nWARM = 1",
    ] {
        assert!(!validator.is_valid(&as_json(text)), "{text}");
        assert!(parse(text).plan.is_none(), "{text}");
    }
}
