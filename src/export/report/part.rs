//! The tables of a report: what they are called, and their rows.

use super::facts::Facts;
use super::inputs::{INPUTS, inputs};
use super::why::{Why, every};
use crate::engine::staircase::{Count, Point, Staircase};
use crate::engine::{PoolRow, Situation};
use crate::explore::{FIGURES, Figure};
use crate::output::addresses::RunOf;
use crate::output::columns::column;
use crate::output::sweep::number;
use crate::output::table::Align::{Flow, Left, Right};
use crate::output::table::On::{Data, Everywhere, IfRoom, PrintIfAny};
use crate::output::{self, Cell, Column, Table, report, variants};

/// One table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Figures,
    Findings,
    Pools,
    Addresses,
    NodeGroups,
    Nodes,
    Staircase,
    Workloads,
    Thresholds,
    Growth,
    Variants,
    Inputs,
    Reasons,
}

#[rustfmt::skip] // a row is a line
/// Every table with its name and what has a row in it.
pub const PARTS: &[(Part, &str, &str)] = &[
    (Part::Figures, "figures", "each figure of the whole plan"),
    (Part::Findings, "findings", "each finding, with what helps"),
    (Part::Pools, "pools", "each pool in each situation"),
    (Part::Addresses, "addresses", "each run of addresses of each pool"),
    (Part::NodeGroups, "node_groups", "each node group"),
    (Part::Nodes, "nodes", "a node of each group, with each number of pods that means something"),
    (Part::Staircase, "staircase", "a node of each group, with every number of pods"),
    (Part::Workloads, "workloads", "each workload"),
    (Part::Thresholds, "thresholds", "each first count that fails"),
    (Part::Growth, "growth", "each pool in each month of [growth]"),
    (Part::Variants, "variants", "the plan and each variant"),
    (Part::Inputs, "inputs", "each field that the plan sets"),
    (Part::Reasons, "reasons", "each figure of the other tables, with how it came about"),
];

impl Part {
    pub fn named(name: &str) -> Option<Part> {
        PARTS.iter().find(|(_, own, _)| *own == name).map(|(part, ..)| *part)
    }

    pub fn name(self) -> &'static str {
        PARTS.iter().find(|(part, ..)| *part == self).map_or("", |(_, name, _)| name)
    }

    /// What has a row in it.
    pub fn doc(self) -> &'static str {
        PARTS.iter().find(|(part, ..)| *part == self).map_or("", |(.., doc)| doc)
    }

    /// All of its rows.
    pub fn table(self, facts: &Facts) -> Table {
        let of = |part| report::table(&facts.evaluation.report, part, &Situation::ALL);
        match self {
            Part::Figures => Table::of("Figures", FIGURE, figures(facts)),
            Part::Findings => of(output::Part::Findings),
            Part::Pools => of(output::Part::Pools),
            Part::Addresses => {
                let runs = facts.runs();
                let pools = facts.pools().iter().zip(&runs);
                let rows = pools.flat_map(|(pool, runs)| runs.iter().map(move |run| RunOf { pool, run }));
                Table::of("Addresses", RunOf::COLUMNS, rows)
            }
            Part::NodeGroups => of(output::Part::NodeGroups),
            Part::Nodes => nodes(&facts.staircases()),
            Part::Staircase => {
                let all = facts.staircases();
                let rows = all.iter().flat_map(|of| of.counts.iter().map(move |count| Step { of, count }));
                Table::of("Staircase", Step::COLUMNS, rows)
            }
            Part::Workloads => of(output::Part::Workloads),
            Part::Thresholds => of(output::Part::Thresholds),
            Part::Growth => growth(facts, |_| true, |_| true),
            Part::Variants => variants::table(&facts.variants),
            Part::Inputs => Table::of("Inputs", INPUTS, inputs(facts.document)),
            Part::Reasons => Table::of("Reasons", REASONS, every(facts)),
        }
    }
}

/// The figures that the plan has.
fn figures<'a>(facts: &'a Facts) -> impl Iterator<Item = (&'static Figure, Cell)> + 'a {
    let all = FIGURES.iter().map(|figure| (figure, number(figure, &facts.comes)));
    all.filter(|(_, cell)| *cell != Cell::None)
}

const FIGURE: &[Column<(&Figure, Cell)>] = &[
    column("figure", "figure", Left, Everywhere, |f| f.0.name.into()),
    column("value", "value", Right, Everywhere, |f| f.1.clone()),
    column("what it is", "meaning", Flow, Everywhere, |f| f.0.doc.into()),
];

const REASONS: &[Column<Why>] = &[
    column("figure", "figure", Left, Everywhere, |w| (&w.pointer).into()),
    column("because", "because", Flow, Everywhere, |w| (&w.sentence).into()),
];

/// What a node holds with one number of pods.
struct Step<'a> {
    of: &'a Staircase,
    count: &'a Count,
}

impl<'a> Step<'a> {
    const COLUMNS: &'a [Column<Step<'a>>] = &[
        column("cluster", "cluster", Left, Everywhere, |s| (&s.of.cluster).into()),
        column("group", "node_group", Left, Everywhere, |s| (&s.of.group).into()),
        column("pods", "pods", Right, Everywhere, |s| s.count.pods.into()),
        column("running", "running", Right, Everywhere, |s| s.count.running.into()),
        column("primary", "primary", Right, Everywhere, |s| s.count.primary.into()),
        column("assigned", "assigned", Right, Everywhere, |s| s.count.assigned.into()),
        column("unused", "unused", Right, Everywhere, |s| s.count.unused.into()),
        column("of no use", "stranded", Right, Data, |s| s.count.stranded.into()),
        column("pieces", "pieces", Right, Data, |s| s.of.piece.map(|_| s.count.pieces).into()),
        column("held", "held", Right, Everywhere, |s| s.count.held().into()),
        column("or", "held_min", Right, Data, |s| s.count.held_min.into()),
        column("or", "held_max", Right, Data, |s| s.count.held_max.into()),
        column("after churn", "held_churned", Right, Data, |s| s.count.churned.into()),
    ];
}

/// What a node holds with a number of pods that means something in the plan.
struct At<'a> {
    of: &'a Staircase,
    what: Point,
    count: &'a Count,
    because: String,
}

impl<'a> At<'a> {
    const COLUMNS: &'a [Column<At<'a>>] = &[
        column("cluster", "cluster", Left, Everywhere, |n| (&n.of.cluster).into()),
        column("group", "node_group", Left, Everywhere, |n| (&n.of.group).into()),
        column("node", "at", Left, Everywhere, |n| n.what.name().into()),
        column("pods", "pods", Right, Everywhere, |n| n.count.pods.into()),
        column("running", "running", Right, Data, |n| n.count.running.into()),
        column("primary", "primary", Right, Everywhere, |n| n.count.primary.into()),
        column("assigned", "assigned", Right, Everywhere, |n| n.count.assigned.into()),
        column("unused", "unused", Right, Everywhere, |n| n.count.unused.into()),
        column("held", "held", Right, Everywhere, |n| n.count.held().into()),
        column("or", "instead", Right, PrintIfAny, |n| n.count.instead().into()),
        column("", "instead", Right, Data, |n| n.count.instead().into()),
        column("because", "because", Flow, Everywhere, |n| (&n.because).into()),
    ];
}

/// The numbers of pods of some staircases that mean something.
pub fn nodes(all: &[Staircase]) -> Table {
    let rows = all.iter().flat_map(|of| {
        of.marks.iter().filter_map(move |mark| {
            let because = of.why(mark.pods);
            Some(At { of, what: mark.what, count: of.count(mark.pods)?, because })
        })
    });
    Table::of("One node of each group, by the number of its pods", At::COLUMNS, rows)
}

/// A pool after some months.
struct Month<'a> {
    month: usize,
    pool: &'a PoolRow,
}

impl<'a> Month<'a> {
    const COLUMNS: &'a [Column<Month<'a>>] = &[
        column("month", "month", Right, Everywhere, |m| (m.month as u64).into()),
        column("pool", "pool", Left, Everywhere, |m| (&m.pool.name).into()),
        column("cidr", "cidr", Left, Data, |m| (&m.pool.cidr).into()),
        column("usable", "usable", Right, Everywhere, |m| m.pool.usable.into()),
        column("other", "other", Right, IfRoom, |m| m.pool.other.into()),
        column("held settled", "held", Right, Everywhere, |m| m.pool.settled.held.into()),
        column("churned, worst", "held_churned", Right, Everywhere, |m| m.pool.churned.held.into()),
        column("upgrade", "held_upgrade", Right, Everywhere, |m| m.pool.upgrade.held.into()),
        column("free settled", "free", Right, Everywhere, |m| m.pool.settled.free.into()),
        column("short settled", "short", Right, Everywhere, |m| m.pool.settled.short.into()),
        column("short churned", "short_churned", Right, Data, |m| m.pool.churned.short.into()),
        column("short in an upgrade", "short_upgrade", Right, Data, |m| m.pool.upgrade.short.into()),
    ];
}

/// The months and the pools (by row) that are wanted.
pub fn growth(facts: &Facts, months: impl Fn(usize) -> bool, pools: impl Fn(usize) -> bool) -> Table {
    let mut rows = Vec::new();
    for (month, all) in facts.months.iter().enumerate().filter(|(month, _)| months(*month)) {
        let wanted = all.iter().enumerate().filter(|(row, _)| pools(*row));
        rows.extend(wanted.map(|(_, pool)| Month { month, pool }));
    }
    Table::of("Pools by month", Month::COLUMNS, rows)
}

/// The pools of some rows in one situation.
pub fn pools(facts: &Facts, situation: Situation) -> Table {
    report::table(&facts.evaluation.report, output::Part::Pools, &[situation])
}
