//! Clusters as they are beside what is predicted for them: `podroom audit`.

use clap::ValueEnum;
use serde::Serialize;

use super::json::{self, Rows};
use super::table::Align::{self, Flow, Left, Right};
use super::table::On::{self, Csv, Data, Everywhere, IfRoom, Json, Print, PrintIfAny};
use super::table::{Cell, Column, Table};
use super::{Format, Paper, csv, markdown, text};
use crate::audit::nodes::{InSubnet, NodeRow, Told};
use crate::audit::remedies::{Remedy, total};
use crate::audit::subnets::{Balance, SubnetRow};
use crate::audit::twice::{Shared, Sharing};
use crate::audit::{Audit, ClusterRow, Figures};
use crate::plan::Plan;
use crate::text::{addresses, count, shown, thousands};

/// One table of an audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Nodes: what they hold beside what is predicted.
    Nodes,
    /// Subnets: who uses them beside what the plan says.
    Subnets,
    /// What to do, and what it gives back.
    Remedies,
    /// Addresses that several pods have.
    Duplicates,
}

/// What is asked for of an audit.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    pub format: Format,
    /// One table; `None` is all of them, and for CSV the nodes.
    pub part: Option<Part>,
    /// Nodes that hold what is predicted, too, where people read.
    pub all: bool,
}

/// The audit as it is asked for; `plan` is what it was compared with.
///
/// # Errors
///
/// None that an audit can cause: JSON is the only format that could refuse a value, and this has no such.
pub fn print(
    audit: &Audit,
    plan: Option<&Plan>,
    asked: Asked,
    paper: Paper,
) -> Result<String, serde_json::Error> {
    let all = asked.all || !matches!(asked.format, Format::Table | Format::Markdown);
    let of = |part| tables(audit, part, all);
    let parts = asked.part.map_or_else(|| shown_parts(audit), |part| vec![part]);
    Ok(match asked.format {
        Format::Json => match asked.part {
            None => return document(audit, plan),
            Some(part) => return json::write(&Rows(&first(of(part)))),
        },
        Format::Csv => csv::write(&first(of(asked.part.unwrap_or(Part::Nodes)))),
        Format::Table => {
            let written = |table: &Table| text::write(table, paper);
            whole(audit, &parts, asked.part.is_none(), of, written, shown)
        }
        Format::Markdown => whole(audit, &parts, asked.part.is_none(), of, markdown::write, markdown::escape),
    })
}

/// The tables that have something to say.
fn shown_parts(audit: &Audit) -> Vec<Part> {
    let mut parts = Vec::new();
    if !audit.clusters.is_empty() {
        parts.push(Part::Nodes);
    }
    if !audit.subnets.is_empty() {
        parts.extend([Part::Subnets, Part::Remedies]);
    }
    if audit.twice.pods > 0 {
        parts.push(Part::Duplicates);
    }
    parts
}

fn whole(
    audit: &Audit,
    parts: &[Part],
    alone: bool,
    of: impl Fn(Part) -> Vec<Table>,
    table: impl Fn(&Table) -> String,
    line: impl Fn(&str) -> String,
) -> String {
    let mut blocks = Vec::new();
    if alone {
        let words = audit.clusters.iter().map(|cluster| line(&summary(cluster)) + "\n");
        blocks.extend(words);
    }
    blocks.extend(parts.iter().flat_map(|part| of(*part)).map(|own| table(&own)));
    let sum = total(&audit.remedies);
    if alone && sum > 0 {
        blocks.push(format!("The remedies give back {} in all.\n", addresses(sum)));
    }
    let notes: Vec<&String> = audit.unknown.iter().chain(&audit.twice.notes).collect();
    if alone && !notes.is_empty() {
        let lines: Vec<String> = notes.iter().map(|note| format!("- {}\n", line(note))).collect();
        blocks.push(format!("Not known:\n\n{}", lines.concat()));
    }
    blocks.join("\n")
}

fn summary(cluster: &ClusterRow) -> String {
    let ClusterRow { nodes, compared, differ, held, predicted, unused, .. } = cluster;
    if *compared == 0 {
        return format!("{}: of {} nothing could be compared", cluster.cluster, count(*nodes, "node"));
    }
    let of = if nodes == compared {
        count(*nodes, "node")
    } else {
        format!("{} of {}", thousands(*compared), count(*nodes, "node"))
    };
    let differ = match differ {
        0 => "all as predicted".to_owned(),
        n => format!("{} not as predicted", thousands(*n)),
    };
    format!(
        "{}: {of} compared, {differ}: {} held, {} predicted, {} held and unused",
        cluster.cluster,
        addresses(*held),
        thousands(*predicted),
        thousands(*unused)
    )
}

fn first(tables: Vec<Table>) -> Table {
    let none = || Table::of("", REMEDIES, &[] as &[Remedy]);
    tables.into_iter().next().unwrap_or_else(none)
}

fn tables(audit: &Audit, part: Part, all: bool) -> Vec<Table> {
    match part {
        Part::Nodes => {
            let own = audit.nodes.iter().filter(|row| all || row.difference.is_some_and(|n| n != 0));
            let title = if all { "Nodes" } else { "Nodes that hold something else than is predicted" };
            vec![Table::of(format!("{title}: real (predicted)"), NODES, own)]
        }
        Part::Subnets => vec![Table::of("Subnets: real (predicted)", SUBNETS, &audit.subnets)],
        Part::Remedies => vec![Table::of("Remedies", REMEDIES, &audit.remedies)],
        Part::Duplicates => {
            let mut tables = vec![Table::of("Addresses in use twice", SHARED, &audit.twice.shared)];
            if !audit.twice.nodes.is_empty() {
                tables.push(Table::of("Nodes with such addresses", SHARING, &audit.twice.nodes));
            }
            tables
        }
    }
}

const fn column<R>(
    header: &'static str,
    key: &'static str,
    align: Align,
    on: On,
    cell: fn(&R) -> Cell,
) -> Column<R> {
    Column { header, key, align, on, cell }
}

/// What there is, and in brackets what is predicted where that is something else.
fn beside(real: Option<u64>, predicted: Option<u64>) -> Cell {
    match (real, predicted) {
        (Some(real), Some(predicted)) if real != predicted => {
            format!("{} ({})", thousands(real), thousands(predicted)).into()
        }
        (Some(real), _) => real.into(),
        (None, Some(predicted)) => format!("? ({})", thousands(predicted)).into(),
        (None, None) => Cell::None,
    }
}

fn real(row: &NodeRow, of: fn(&Figures) -> Option<u64>) -> Option<u64> {
    row.real.as_ref().and_then(of)
}

fn predicted(row: &NodeRow, of: fn(&Figures) -> Option<u64>) -> Option<u64> {
    row.predicted.as_ref().and_then(of)
}

fn both(row: &NodeRow, of: fn(&Figures) -> Option<u64>) -> Cell {
    beside(real(row, of), predicted(row, of))
}

/// Held: a prediction may be a range.
fn held(row: &NodeRow) -> Cell {
    let held = real(row, |f| Some(f.held));
    match (held, row.range) {
        (Some(held), Some((least, most))) if !(least..=most).contains(&held) => {
            format!("{} ({}..{})", thousands(held), thousands(least), thousands(most)).into()
        }
        (Some(held), Some(_)) => held.into(),
        _ => both(row, |f| Some(f.held)),
    }
}

/// Above 0 with a sign: it is a difference.
fn plus(n: Option<i64>) -> Cell {
    match n {
        None => Cell::None,
        Some(n) if n > 0 => format!("+{}", thousands(n.unsigned_abs())).into(),
        Some(n) => Cell::Signed(n),
    }
}

fn sentences(why: &[Told]) -> Vec<String> {
    why.iter().map(|told| told.sentence.clone()).collect()
}

fn prefixes(figures: &Figures) -> Option<u64> {
    Some(figures.prefixes)
}

/// One row for each node.
const NODES: &[Column<NodeRow>] = &[
    column("cluster", "cluster", Left, IfRoom, |n| (&n.cluster).into()),
    column("node", "node", Left, Everywhere, |n| (&n.node).into()),
    column("group", "node_group", Left, IfRoom, |n| n.group.as_ref().into()),
    column("instance type", "instance_type", Left, IfRoom, |n| (&n.instance_type).into()),
    column("pods", "assigned", Right, Everywhere, |n| real(n, |f| f.assigned).into()),
    column("ENIs", "", Right, Print, |n| both(n, |f| Some(f.enis))),
    column("", "enis", Right, Data, |n| real(n, |f| Some(f.enis)).into()),
    column("", "enis_predicted", Right, Data, |n| predicted(n, |f| Some(f.enis)).into()),
    column("prefixes", "", Right, PrintIfAny, |n| {
        let any = real(n, prefixes).unwrap_or(0) + predicted(n, prefixes).unwrap_or(0) > 0;
        if any { both(n, prefixes) } else { Cell::None }
    }),
    column("", "prefixes", Right, Data, |n| real(n, prefixes).into()),
    column("", "prefixes_predicted", Right, Data, |n| predicted(n, prefixes).into()),
    column("pool", "", Right, Print, |n| both(n, |f| Some(f.pool))),
    column("", "pool", Right, Data, |n| real(n, |f| Some(f.pool)).into()),
    column("", "pool_predicted", Right, Data, |n| predicted(n, |f| Some(f.pool)).into()),
    column("unused", "", Right, Print, |n| both(n, Figures::unused)),
    column("", "unused", Right, Data, |n| real(n, Figures::unused).into()),
    column("", "unused_predicted", Right, Data, |n| predicted(n, Figures::unused).into()),
    column("held", "", Right, Print, held),
    column("", "held", Right, Data, |n| real(n, |f| Some(f.held)).into()),
    column("", "held_predicted", Right, Data, |n| predicted(n, |f| Some(f.held)).into()),
    column("", "held_min", Right, Data, |n| n.range.map(|(least, _)| least).into()),
    column("", "held_max", Right, Data, |n| n.range.map(|(_, most)| most).into()),
    column("difference", "", Right, Print, |n| plus(n.difference)),
    column("", "difference", Right, Data, |n| n.difference.map_or(Cell::None, Cell::Signed)),
    column("why", "", Flow, Print, |n| sentences(&n.why).join("; ").into()),
    column("", "why", Left, Csv, |n| sentences(&n.why).join("; ").into()),
    column("", "why", Left, Json, |n| Cell::Words(sentences(&n.why))),
];

fn pair(row: &SubnetRow, of: fn(&Balance) -> u64) -> Cell {
    beside(row.real.as_ref().map(of), Some(of(&row.predicted)))
}

/// Free addresses: where the interfaces are not known, as AWS counts them.
fn free(row: &SubnetRow) -> Option<u64> {
    row.real.map(|real| real.free).or(row.counted)
}

/// One row for each subnet.
const SUBNETS: &[Column<SubnetRow>] = &[
    column("subnet", "subnet", Left, Everywhere, |s| (&s.subnet).into()),
    column("cidr", "cidr", Left, IfRoom, |s| (&s.cidr).into()),
    column("zone", "zone", Left, IfRoom, |s| s.zone.as_ref().into()),
    column("usable", "usable", Right, Everywhere, |s| s.usable.into()),
    column("held", "", Right, Print, |s| pair(s, |b| b.held)),
    column("", "held", Right, Data, |s| s.real.map(|b| b.held).into()),
    column("", "held_predicted", Right, Data, |s| s.predicted.held.into()),
    column("other", "", Right, Print, |s| pair(s, |b| b.other)),
    column("", "other", Right, Data, |s| s.real.map(|b| b.other).into()),
    column("", "other_predicted", Right, Data, |s| s.predicted.other.into()),
    column("free", "", Right, Print, |s| beside(free(s), Some(s.predicted.free))),
    column("", "free", Right, Data, |s| free(s).into()),
    column("", "free_predicted", Right, Data, |s| s.predicted.free.into()),
    column("used", "used", Left, IfRoom, |s| used(s).into()),
    column("difference", "", Right, Print, |s| plus(s.difference)),
    column("", "difference", Right, Data, |s| s.difference.map_or(Cell::None, Cell::Signed)),
    column("why", "", Flow, Print, |s| sentences(&s.why).join("; ").into()),
    column("", "why", Left, Csv, |s| sentences(&s.why).join("; ").into()),
    column("", "why", Left, Json, |s| Cell::Words(sentences(&s.why))),
];

/// `workload 8, warm 42`.
fn used(row: &SubnetRow) -> String {
    let words: Vec<String> = row.uses.iter().map(|(word, n)| format!("{word} {}", thousands(*n))).collect();
    words.join(", ")
}

/// One row for each remedy.
const REMEDIES: &[Column<Remedy>] = &[
    column("gives back", "addresses", Right, Everywhere, |r| r.addresses.into()),
    column("of", "of", Left, Everywhere, |r| (&r.of).into()),
    column("for", "cause", Left, Everywhere, |r| r.cause.into()),
    column("what to do", "what", Flow, Everywhere, |r| (&r.what).into()),
    column("on", "", Flow, Print, |r| {
        let names: Vec<&str> = r.on.iter().map(String::as_str).collect();
        crate::text::listed(&names).into()
    }),
    column("", "on", Left, Data, |r| Cell::Words(r.on.clone())),
];

/// One row for each address that several pods have.
const SHARED: &[Column<Shared>] = &[
    column("cluster", "cluster", Left, IfRoom, |s| (&s.cluster).into()),
    column("address", "address", Left, Everywhere, |s| s.address.to_string().into()),
    column("node", "", Left, Print, |s| s.nodes.join(", ").into()),
    column("", "nodes", Left, Data, |s| Cell::Words(s.nodes.clone())),
    column("pods", "", Flow, Print, |s| s.pods.join(", ").into()),
    column("", "pods", Left, Data, |s| Cell::Words(s.pods.clone())),
];

/// One row for each node with pods that share an address.
const SHARING: &[Column<Sharing>] = &[
    column("cluster", "cluster", Left, IfRoom, |s| (&s.cluster).into()),
    column("node", "node", Left, Everywhere, |s| (&s.node).into()),
    column("pods", "pods", Right, Everywhere, |s| s.pods.into()),
    column("sharing", "sharing", Right, Everywhere, |s| s.sharing.into()),
    column("addresses", "addresses", Right, Everywhere, |s| s.addresses.into()),
    column("why", "why", Flow, Everywhere, |s| (&s.sentence).into()),
];

/// The JSON of the whole.
#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    plan: Option<&'a str>,
    clusters: Vec<JsonCluster<'a>>,
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
struct JsonCluster<'a> {
    cluster: &'a str,
    nodes: u64,
    compared: u64,
    differ: u64,
    held: u64,
    predicted: u64,
    unused: u64,
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
    why: Vec<JsonTold<'a>>,
}

#[derive(Serialize)]
struct JsonInSubnet<'a> {
    subnet: Option<&'a str>,
    #[serde(flatten)]
    real: JsonFigures,
    predicted: Option<u64>,
}

#[derive(Serialize)]
struct JsonTold<'a> {
    cause: &'a str,
    addresses: i64,
    sentence: &'a str,
}

#[derive(Serialize)]
struct JsonBalance {
    held: u64,
    other: u64,
    free: u64,
}

#[derive(Serialize)]
struct JsonSubnet<'a> {
    subnet: &'a str,
    cidr: &'a str,
    zone: Option<&'a str>,
    usable: u64,
    real: Option<JsonBalance>,
    /// Free addresses by AWS's own count.
    counted: Option<u64>,
    uses: std::collections::BTreeMap<&'a str, u64>,
    predicted: JsonBalance,
    difference: Option<i64>,
    why: Vec<JsonTold<'a>>,
}

impl JsonFigures {
    fn of(figures: &Figures) -> JsonFigures {
        let Figures { enis, prefixes, pool, assigned, held } = *figures;
        JsonFigures { enis, prefixes, pool, assigned, unused: figures.unused(), held }
    }
}

fn told(why: &[Told]) -> Vec<JsonTold<'_>> {
    let one = |told| {
        let Told { cause, addresses, sentence }: &Told = told;
        JsonTold { cause, addresses: *addresses, sentence }
    };
    why.iter().map(one).collect()
}

fn balance(balance: Balance) -> JsonBalance {
    let Balance { held, other, free } = balance;
    JsonBalance { held, other, free }
}

fn document(audit: &Audit, plan: Option<&Plan>) -> Result<String, serde_json::Error> {
    let name = |own: &InSubnet| Some(plan?.subnets.get(own.place?)?.name.as_str());
    let cluster = |row| {
        let ClusterRow { cluster, nodes, compared, differ, held, predicted, unused }: &ClusterRow = row;
        JsonCluster {
            cluster,
            nodes: *nodes,
            compared: *compared,
            differ: *differ,
            held: *held,
            predicted: *predicted,
            unused: *unused,
        }
    };
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
            why: told(&row.why),
        }
    };
    let subnet = |row| {
        let row: &SubnetRow = row;
        JsonSubnet {
            subnet: &row.subnet,
            cidr: &row.cidr,
            zone: row.zone.as_deref(),
            usable: row.usable,
            real: row.real.map(balance),
            counted: row.counted,
            uses: row.uses.iter().copied().collect(),
            predicted: balance(row.predicted),
            difference: row.difference,
            why: told(&row.why),
        }
    };
    let remedies = Table::of("", REMEDIES, &audit.remedies);
    let shared = Table::of("", SHARED, &audit.twice.shared);
    let sharing = Table::of("", SHARING, &audit.twice.nodes);
    json::write(&Document {
        format: 1,
        plan: plan.map(|plan| plan.name.as_str()),
        clusters: audit.clusters.iter().map(cluster).collect(),
        nodes: audit.nodes.iter().map(node).collect(),
        subnets: audit.subnets.iter().map(subnet).collect(),
        remedies: Rows(&remedies),
        gives_back: total(&audit.remedies),
        duplicates: Rows(&shared),
        duplicate_nodes: Rows(&sharing),
        unknown: audit.unknown.iter().chain(&audit.twice.notes).map(String::as_str).collect(),
    })
}
