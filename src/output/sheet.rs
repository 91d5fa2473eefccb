//! What AWS's calculator sheet says of a plan, beside what is: `podroom show --sheet`.

use std::fmt::Write as _;

use super::table::Align::{Left, Right};
use super::table::On::{Data, Everywhere, Print};
use super::table::{Align, Cell, Column, On, Table};
use super::{Paper, csv, markdown, text};
use crate::engine::sheet::{Sheet, SheetGroup, SheetPool};
use crate::text::{shown, thousands};

const fn column<R>(
    header: &'static str,
    key: &'static str,
    align: Align,
    on: On,
    cell: fn(&R) -> Cell,
) -> Column<R> {
    Column { header, key, align, on, cell }
}

const NODE_GROUPS: &[Column<SheetGroup>] = &[
    column("cluster", "cluster", Left, Everywhere, |g| (&g.cluster).into()),
    column("node group", "node_group", Left, Everywhere, |g| (&g.name).into()),
    column("nodes", "nodes", Right, Everywhere, |g| g.nodes.into()),
    column("pods a node", "pods", Right, Everywhere, |g| g.pods.into()),
    column("tab", "tab", Left, Everywhere, |g| g.tab.into()),
    column("n", "n", Right, Everywhere, |g| g.n.into()),
    column("ENIs", "enis", Right, Everywhere, |g| g.enis.into()),
    column("sheet, a node", "per_node", Right, Everywhere, |g| g.per_node.into()),
    column("held, a node", "held", Right, Print, |g| span(g.held).into()),
    column("held_least", "held_least", Right, Data, |g| g.held[0].into()),
    column("held_most", "held_most", Right, Data, |g| g.held[1].into()),
];

const POOLS: &[Column<SheetPool>] = &[
    column("pool", "pool", Left, Everywhere, |p| (&p.name).into()),
    column("sheet: used", "used", Right, Everywhere, |p| p.used.into()),
    column("held", "held", Right, Everywhere, |p| p.held.into()),
    column("sheet: free", "free", Right, Everywhere, |p| Cell::Signed(p.free)),
    column("free", "left", Right, Everywhere, |p| Cell::Signed(p.left)),
];

fn span([least, most]: [u64; 2]) -> String {
    if least == most { thousands(most) } else { format!("{}..{}", thousands(least), thousands(most)) }
}

fn groups(sheet: &Sheet) -> Table {
    Table::of("AWS's calculator sheet: node groups", NODE_GROUPS, &sheet.node_groups)
}

fn pools(sheet: &Sheet) -> Table {
    Table::of("AWS's calculator sheet: subnets", POOLS, &sheet.pools)
}

/// Why each row says what it says.
fn reasons(sheet: &Sheet) -> impl Iterator<Item = String> {
    let groups = sheet.node_groups.iter().map(|g| format!("{}/{}: {}", g.cluster, g.name, g.why));
    groups.chain(sheet.pools.iter().map(|p| format!("{}: {}", p.name, p.why)))
}

/// As text, after the report.
pub fn text(sheet: &Sheet, paper: Paper) -> String {
    let mut out = format!("\n{}\n{}", text::write(&groups(sheet), paper), text::write(&pools(sheet), paper));
    for reason in reasons(sheet) {
        for line in text::wrap(&shown(&reason), paper.width.unwrap_or(usize::MAX)) {
            let _ = write!(out, "\n{line}");
        }
    }
    out + "\n"
}

/// As Markdown, after the report.
pub fn markdown(sheet: &Sheet) -> String {
    let mut out = format!("\n{}\n{}", markdown::write(&groups(sheet)), markdown::write(&pools(sheet)));
    for reason in reasons(sheet) {
        let _ = write!(out, "\n- {}", markdown::escape(&reason));
    }
    out + "\n"
}

/// The subnets as CSV.
pub fn csv(sheet: &Sheet) -> String {
    csv::write(&pools(sheet))
}
