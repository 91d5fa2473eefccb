//! The JSON of a whole audit.

use std::collections::BTreeMap;

use serde::Serialize;

use super::tables::{duplicates, remedies, sharing};
use crate::audit::nodes::{InSubnet, NodeRow, Told};
use crate::audit::remedies::total;
use crate::audit::subnets::{Balance, SubnetRow};
use crate::audit::{Audit, ClusterRow, Figures};
use crate::output::json::{self, Rows};
use crate::plan::Plan;

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    plan: Option<&'a str>,
    clusters: &'a [ClusterRow],
    nodes: Vec<JsonNode<'a>>,
    subnets: Vec<JsonSubnet<'a>>,
    remedies: Rows<'a>,
    /// Addresses that the remedies give back in all.
    gives_back: u64,
    duplicates: Rows<'a>,
    duplicate_nodes: Rows<'a>,
    unknown: Vec<&'a str>,
}

#[derive(Serialize)]
struct JsonFigures {
    enis: u64,
    prefixes: u64,
    pool: u64,
    assigned: Option<u64>,
    unused: Option<u64>,
    held: u64,
}

#[derive(Serialize)]
struct JsonNode<'a> {
    cluster: &'a str,
    node: &'a str,
    node_group: Option<&'a str>,
    instance_type: &'a str,
    real: Option<JsonFigures>,
    predicted: Option<JsonFigures>,
    /// The least and the most that the prediction lets it hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<(u64, u64)>,
    subnets: Vec<JsonInSubnet<'a>>,
    difference: Option<i64>,
    why: &'a [Told],
}

#[derive(Serialize)]
struct JsonInSubnet<'a> {
    subnet: Option<&'a str>,
    #[serde(flatten)]
    real: JsonFigures,
    predicted: Option<u64>,
}

#[derive(Serialize)]
struct JsonSubnet<'a> {
    subnet: &'a str,
    cidr: &'a str,
    zone: Option<&'a str>,
    usable: u64,
    real: Option<Balance>,
    /// Free addresses by AWS's own count.
    counted: Option<u64>,
    uses: BTreeMap<&'a str, u64>,
    predicted: Balance,
    difference: Option<i64>,
    why: &'a [Told],
}

impl JsonFigures {
    fn of(figures: &Figures) -> JsonFigures {
        let Figures { enis, prefixes, pool, assigned, held } = *figures;
        JsonFigures { enis, prefixes, pool, assigned, unused: figures.unused(), held }
    }
}

/// The document; `plan` is what the audit compared with.
///
/// # Errors
///
/// None that an audit can cause.
pub fn document(audit: &Audit, plan: Option<&Plan>) -> Result<String, serde_json::Error> {
    let name = |own: &InSubnet| Some(plan?.subnets.get(own.place?)?.name.as_str());
    let node = |row| {
        let row: &NodeRow = row;
        let one = |own| {
            let own: &InSubnet = own;
            JsonInSubnet { subnet: name(own), real: JsonFigures::of(&own.real), predicted: own.predicted }
        };
        JsonNode {
            cluster: &row.cluster,
            node: &row.node,
            node_group: row.group.as_deref(),
            instance_type: &row.instance_type,
            real: row.real.as_ref().map(JsonFigures::of),
            predicted: row.predicted.as_ref().map(JsonFigures::of),
            range: row.range,
            subnets: row.subnets.iter().map(one).collect(),
            difference: row.difference,
            why: &row.why,
        }
    };
    let subnet = |row| {
        let row: &SubnetRow = row;
        JsonSubnet {
            subnet: &row.subnet,
            cidr: &row.cidr,
            zone: row.zone.as_deref(),
            usable: row.usable,
            real: row.real,
            counted: row.counted,
            uses: row.uses.iter().copied().collect(),
            predicted: row.predicted,
            difference: row.difference,
            why: &row.why,
        }
    };
    json::write(&Document {
        format: 1,
        plan: plan.map(|plan| plan.name.as_str()),
        clusters: &audit.clusters,
        nodes: audit.nodes.iter().map(node).collect(),
        subnets: audit.subnets.iter().map(subnet).collect(),
        remedies: Rows(&remedies(audit)),
        gives_back: total(&audit.remedies),
        duplicates: Rows(&duplicates(audit)),
        duplicate_nodes: Rows(&sharing(audit)),
        unknown: audit.unknown.iter().chain(&audit.twice.notes).map(String::as_str).collect(),
    })
}
