//! The JSON Schema of a plan file (draft 7, which editors of TOML know), made from the table of fields
//! ([`crate::plan::field`]), so that editors complete and check plans: `podroom schema`.
//!
//! It says what can be said of a value by itself. What depends on other values (names that must be there, ranges that
//! must not overlap, host bits of a CIDR) is only told by podroom: what the schema refuses is no plan, what it takes
//! may still have a mistake.

use serde_json::{Map, Value, json};

use crate::limits;
use crate::plan::Deleted;
use crate::plan::field::{self, Field, FieldKind, MAX_PODS, Section};
use crate::plan::policy::{Checked, Intolerable};
use crate::plan::range::ReservationType;
use crate::plan::scenario::kind::{KEYS, KINDS, NAMES};

/// Where it says what it is.
const DRAFT: &str = "http://json-schema.org/draft-07/schema#";
/// An IPv4 range; whether each number is at most 255 is told by podroom.
const CIDR: &str = r"^[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}$";
/// A quantity that is not negative: `300m`, `2Gi`, `1.5`, `1e9`.
const QUANTITY: &str =
    r"^([+]?([0-9]+\.?[0-9]*|\.[0-9]+)|-(0+\.?0*|\.0+))([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)?$";
/// A number of addresses, or a share of at most 100 %: `64`, `12.5%`.
const MIN_FREE: &str = r"^([0-9]+|0*(100(\.0{1,6})?|[0-9]{1,2}(\.[0-9]{1,6})?)%)$";

/// The schema.
pub fn schema() -> Value {
    let mut plan = properties(Section::Plan);
    plan.insert("subnet".into(), rows(Section::Subnet, "subnets of a VPC"));
    plan.insert("network".into(), rows(Section::Network, "docker networks"));
    plan.insert("cluster".into(), list(cluster(), "clusters"));
    plan.insert("scenario".into(), named(scenario(), "what happens over time: podroom simulate"));
    plan.insert("variant".into(), named(variant(), "what-if versions: podroom variants"));
    let mut root = table(plan, &required(Section::Plan));
    if let Value::Object(root) = &mut root {
        root.insert("$schema".into(), DRAFT.into());
        root.insert("title".into(), "podroom plan".into());
    }
    root
}

/// The values that a field's kind takes, by their shape.
pub fn value(kind: FieldKind) -> Value {
    let name = || json!({ "type": "string", "pattern": r"\S", "maxLength": limits::NAME_CHARS });
    let text = || json!({ "type": "string" });
    let count = |least: u32, most: u32| json!({ "type": "integer", "minimum": least, "maximum": most });
    let each = |items: Value| json!({ "type": "array", "items": items });
    let each_once = |items: Value| json!({ "type": "array", "items": items, "uniqueItems": true });
    let by_name = |values: Value| json!({ "type": "object", "additionalProperties": values });
    let range = json!({ "type": "string", "pattern": "/" });
    match kind {
        FieldKind::Name => name(),
        FieldKind::Text => json!({ "type": "string", "maxLength": limits::NAME_CHARS }),
        FieldKind::Texts => each(name()),
        FieldKind::Subnets | FieldKind::Groups => each_once(name()),
        FieldKind::Cidr => json!({ "type": "string", "pattern": CIDR }),
        FieldKind::Cidrs => each(value(FieldKind::Cidr)),
        FieldKind::Net => range,
        FieldKind::Nets => json!({ "anyOf": [range, each(range.clone())] }),
        FieldKind::Ip => text(),
        FieldKind::Addressed => by_name(text()),
        FieldKind::Ranged => by_name(value(FieldKind::Nets)),
        FieldKind::Sets => {
            let keys = json!({
                "subnet": range, "range_start": text(), "range_end": text(), "gateway": text(), "exclude": each(range.clone())
            });
            let one = json!({ "anyOf": [range, object(keys, &["subnet"])] });
            let ranges = json!({ "type": "array", "items": one, "minItems": 1 });
            json!({ "type": "array", "items": { "anyOf": [one, ranges] }, "minItems": 1 })
        }
        FieldKind::StateLoss => {
            let pods = count(0, limits::PODS_PER_NODE);
            let keys = json!({ "node": name(), "deleted": { "enum": Deleted::NAMES }, "running": pods, "new_pods": pods });
            object(keys, &[])
        }
        FieldKind::Count { least, most } => count(least, most),
        FieldKind::Flag => json!({ "type": "boolean" }),
        FieldKind::Choice(choices) => json!({ "enum": choices }),
        FieldKind::Other => json!({ "anyOf": [count(0, limits::OTHER), by_name(count(0, limits::OTHER))] }),
        FieldKind::Addresses => each(text()),
        FieldKind::Reservations => {
            let keys = json!({ "cidr": value(FieldKind::Cidr), "type": { "enum": ReservationType::NAMES } });
            each(object(keys, &["cidr", "type"]))
        }
        FieldKind::Growth => {
            let rate = value(FieldKind::Rate);
            object(json!({ "replicas": rate, "nodes": rate, "months": count(1, limits::MONTHS) }), &[])
        }
        FieldKind::Policy => {
            let situation = json!({ "enum": Checked::NAMES });
            let min_free = json!({ "anyOf": [
                { "type": "integer", "minimum": 0 },
                { "type": "string", "pattern": MIN_FREE },
            ] });
            let situations =
                json!({ "anyOf": [situation, { "type": "array", "items": situation, "minItems": 1 }] });
            let keys = json!({
                "min_free": min_free, "situations": situations, "months": count(0, limits::MONTHS),
                "findings": { "enum": Intolerable::NAMES },
            });
            object(keys, &[])
        }
        FieldKind::Rate => json!({ "anyOf": [
            { "type": "number", "minimum": 0, "maximum": limits::GROWTH_PERCENT },
            { "type": "string", "pattern": "%$" },
        ] }),
        FieldKind::InstanceTypes => json!({ "anyOf": [name(), each(name())] }),
        FieldKind::Nodes => {
            json!({ "anyOf": [count(0, limits::NODES), by_name(count(0, limits::NODES)), { "const": "auto" }] })
        }
        FieldKind::MaxPods => json!({ "anyOf": [count(0, limits::PODS_PER_NODE), { "enum": MAX_PODS }] }),
        FieldKind::Cpu | FieldKind::Memory => {
            json!({ "anyOf": [{ "type": "number", "minimum": 0 }, { "type": "string", "pattern": QUANTITY }] })
        }
        FieldKind::Variable => json!({ "type": ["integer", "boolean", "string"] }),
    }
}

fn cluster() -> Value {
    let mut keys = properties(Section::Cluster);
    keys.insert("env".into(), table(properties(Section::Env), &[]));
    keys.insert("node_group".into(), rows(Section::NodeGroup, "groups of nodes"));
    keys.insert("workload".into(), rows(Section::Workload, "pods that run"));
    table(keys, &required(Section::Cluster))
}

fn scenario() -> Value {
    let mut keys = Map::new();
    for key in KEYS.iter().filter(|key| !["format", "name"].contains(&key.name)) {
        keys.insert(key.name.into(), json!({ "description": key.doc }));
    }
    let mut event = Map::new();
    event.insert("at".into(), json!({ "type": "string", "description": "when, such as 1m30s" }));
    let docs: Vec<String> = KINDS.iter().map(|kind| format!("{}: {}", kind.name, kind.doc)).collect();
    event.insert("do".into(), json!({ "enum": NAMES, "description": docs.join("; ") }));
    for key in KINDS.iter().flat_map(|kind| kind.required.iter().chain(kind.optional)) {
        event.insert((*key).into(), json!({}));
    }
    keys.insert("event".into(), list(table(event, &["at", "do"]), "what happens"));
    table(keys, &[])
}

fn variant() -> Value {
    let paths = json!({ "type": "array", "items": { "type": "string" } });
    let names = json!({ "type": "object", "additionalProperties": paths });
    let row = json!({ "type": "object", "properties": { "to": { "type": "string" } }, "required": ["to"] });
    let add = list(row, "rows that come");
    object(
        json!({ "set": { "type": "object" }, "unset": paths, "remove": paths, "order": names, "add": add }),
        &[],
    )
}

/// The keys of a section.
fn properties(section: Section) -> Map<String, Value> {
    let property = |field: &&Field| {
        let mut value = value(field.kind);
        if let Value::Object(map) = &mut value {
            let default = match field.default {
                "" => String::new(),
                default => format!(" [default: {default}]"),
            };
            map.insert("description".into(), format!("{}{default}", field.doc).into());
            // nodes have to be somewhere
            if (section, field.key) == (Section::NodeGroup, "subnets") {
                map.insert("minItems".into(), 1.into());
            }
        }
        (field.key.to_owned(), value)
    };
    field::fields(section).iter().map(property).collect()
}

fn required(section: Section) -> Vec<&'static str> {
    field::fields(section).iter().filter(|field| field.required).map(|field| field.key).collect()
}

/// The rows of a section.
fn rows(section: Section, doc: &str) -> Value {
    let mut keys = properties(section);
    if matches!(section, Section::NodeGroup | Section::Workload) {
        keys.insert(
            "cluster".into(),
            json!({ "type": "string", "description": "the cluster above it: checked" }),
        );
    }
    list(table(keys, &required(section)), doc)
}

fn list(items: Value, doc: &str) -> Value {
    json!({ "type": "array", "items": items, "description": doc })
}

/// Tables under names.
fn named(values: Value, doc: &str) -> Value {
    json!({ "type": "object", "additionalProperties": values, "description": doc })
}

fn table(properties: Map<String, Value>, required: &[&str]) -> Value {
    object(Value::Object(properties), required)
}

/// A table with these keys and no others.
fn object(properties: Value, required: &[&str]) -> Value {
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}
