//! The tables of an audit. Keys are stable (CSV headers, JSON keys); the order is that of the CSV.

use super::Part;
use crate::audit::nodes::{NodeRow, Told};
use crate::audit::remedies::Remedy;
use crate::audit::subnets::{Balance, SubnetRow};
use crate::audit::twice::{Shared, Sharing};
use crate::audit::{Audit, Figures};
use crate::output::columns::column;
use crate::output::table::Align::{Flow, Left, Right};
use crate::output::table::On::{Csv, Data, Everywhere, IfRoom, Json, Print, PrintIfAny};
use crate::output::table::{Cell, Column, Table};
use crate::text::thousands;

/// The table of a part; `all`: nodes that hold what is predicted, too.
pub fn table(audit: &Audit, part: Part, all: bool) -> Table {
    match part {
        Part::Nodes => {
            let own = audit.nodes.iter().filter(|row| all || row.difference.is_some_and(|n| n != 0));
            let title = if all { "Nodes" } else { "Nodes that hold something else than is predicted" };
            Table::of(format!("{title}: real (predicted)"), NODES, own)
        }
        Part::Subnets => Table::of("Subnets: real (predicted)", SUBNETS, &audit.subnets),
        Part::Remedies => remedies(audit),
        Part::Duplicates => duplicates(audit),
    }
}

/// What to do.
pub fn remedies(audit: &Audit) -> Table {
    Table::of("Remedies", REMEDIES, &audit.remedies)
}

/// Addresses that several pods have.
pub fn duplicates(audit: &Audit) -> Table {
    Table::of("Addresses in use twice", SHARED, &audit.twice.shared)
}

/// Nodes with pods that share an address.
pub fn sharing(audit: &Audit) -> Table {
    Table::of("Nodes with such addresses", SHARING, &audit.twice.nodes)
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

/// As [`beside`], where there is any of either.
fn if_any(real: Option<u64>, predicted: Option<u64>) -> Cell {
    if real.unwrap_or(0).max(predicted.unwrap_or(0)) > 0 { beside(real, predicted) } else { Cell::None }
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
    column("prefixes", "", Right, PrintIfAny, |n| if_any(real(n, prefixes), predicted(n, prefixes))),
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

fn pair(row: &SubnetRow, of: fn(&Balance) -> Option<u64>) -> Cell {
    beside(row.real.as_ref().and_then(of), of(&row.predicted))
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
    column("pods", "", Right, Print, |s| pair(s, |b| b.assigned)),
    column("", "assigned", Right, Data, |s| s.real.and_then(|b| b.assigned).into()),
    column("", "assigned_predicted", Right, Data, |s| s.predicted.assigned.into()),
    column("ENIs", "", Right, Print, |s| pair(s, |b| Some(b.enis))),
    column("", "enis", Right, Data, |s| s.real.map(|b| b.enis).into()),
    column("", "enis_predicted", Right, Data, |s| s.predicted.enis.into()),
    column("prefixes", "", Right, PrintIfAny, |s| {
        if_any(s.real.map(|b| b.prefixes), Some(s.predicted.prefixes))
    }),
    column("", "prefixes", Right, Data, |s| s.real.map(|b| b.prefixes).into()),
    column("", "prefixes_predicted", Right, Data, |s| s.predicted.prefixes.into()),
    column("unused", "", Right, Print, |s| pair(s, |b| b.unused)),
    column("", "unused", Right, Data, |s| s.real.and_then(|b| b.unused).into()),
    column("", "unused_predicted", Right, Data, |s| s.predicted.unused.into()),
    column("held", "", Right, Print, |s| pair(s, |b| Some(b.held))),
    column("", "held", Right, Data, |s| s.real.map(|b| b.held).into()),
    column("", "held_predicted", Right, Data, |s| s.predicted.held.into()),
    column("other", "", Right, Print, |s| pair(s, |b| Some(b.other))),
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
