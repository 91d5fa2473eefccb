//! A run of a scenario in each format.

use std::fmt::Write as _;

use clap::ValueEnum;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::table::Align::{Flow, Left, Right};
use super::table::On::{Data, Everywhere, IfRoom, Print};
use super::table::{Align, Cell, Column, On, Table};
use super::{Paper, csv, json, text};
use crate::cni::machine::ec2::CALLS;
use crate::plan::scenario::duration;
use crate::simulate::throttle::bucket;
use crate::simulate::{Batch, GroupAt, Moment, Note, PoolAt, Run, Throttle};
use crate::text::{shown, thousands};

/// How a run is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Series {
    /// Aligned text, for people: moments at which nothing has changed are left out.
    Table,
    /// Comma-separated values (RFC 4180), one table.
    Csv,
    /// JSON lines: one object a line, with its type.
    Json,
}

/// One table of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Part {
    /// All nodes and pools together, moment by moment.
    Fleet,
    /// Every pool, moment by moment.
    Pools,
    /// Every node group, moment by moment.
    NodeGroups,
    /// How long pods waited that were made for one reason.
    Bursts,
    /// EC2 calls by kind, against the buckets of AWS.
    Calls,
    Events,
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

/// A moment, and the calls since the one before it.
struct FleetRow<'a>(&'a Moment, u64, u64);

impl<'a> FleetRow<'a> {
    const COLUMNS: &'a [Column<FleetRow<'a>>] = &[
        column("time", "seconds", Right, Everywhere, |r| Cell::Time(r.0.at)),
        column("nodes", "nodes", Right, Everywhere, |r| r.0.nodes().into()),
        column("running", "running", Right, Everywhere, |r| r.0.running().into()),
        column("ending", "ending", Right, Everywhere, |r| r.0.ending().into()),
        column("waiting", "waiting", Right, Everywhere, |r| r.0.waiting().into()),
        column("unplaced", "unplaced", Right, Everywhere, |r| r.0.unplaced.into()),
        column("held", "held", Right, Everywhere, |r| r.0.held().into()),
        column("unused", "unused", Right, Everywhere, |r| r.0.unused().into()),
        column("free", "free", Right, Everywhere, |r| r.0.free().into()),
        column("EC2 calls", "calls", Right, Everywhere, |r| r.1.into()),
        column("mutating", "mutating", Right, IfRoom, |r| r.2.into()),
    ];
}

struct PoolRow<'a>(u64, &'a str, PoolAt);

impl<'a> PoolRow<'a> {
    const COLUMNS: &'a [Column<PoolRow<'a>>] = &[
        column("time", "seconds", Right, Everywhere, |r| Cell::Time(r.0)),
        column("pool", "pool", Left, Everywhere, |r| r.1.into()),
        column("other", "other", Right, Everywhere, |r| r.2.other.into()),
        column("usable", "usable", Right, Everywhere, |r| r.2.usable.into()),
        column("held", "held", Right, Everywhere, |r| r.2.held.into()),
        column("primary", "primary", Right, Everywhere, |r| r.2.primary.into()),
        column("assigned", "assigned", Right, Everywhere, |r| r.2.assigned.into()),
        column("unused", "unused", Right, Everywhere, |r| r.2.unused.into()),
        column("free", "free", Right, Everywhere, |r| r.2.free.into()),
        column("refused", "refused", Right, Everywhere, |r| r.2.refused.into()),
        column("/28 free", "blocks_free", Right, IfRoom, |r| r.2.blocks.into()),
        column("refusing", "refusing", Left, Data, |r| r.2.refusing.into()),
        column("refusing", "", Left, Print, |r| if r.2.refusing { "yes".into() } else { Cell::None }),
    ];
}

struct GroupRow<'a>(u64, &'a (String, String), GroupAt);

impl<'a> GroupRow<'a> {
    const COLUMNS: &'a [Column<GroupRow<'a>>] = &[
        column("time", "seconds", Right, Everywhere, |r| Cell::Time(r.0)),
        column("cluster", "cluster", Left, Everywhere, |r| (&r.1.0).into()),
        column("group", "node_group", Left, Everywhere, |r| (&r.1.1).into()),
        column("nodes", "nodes", Right, Everywhere, |r| r.2.nodes.into()),
        column("running", "running", Right, Everywhere, |r| r.2.running.into()),
        column("ending", "ending", Right, Everywhere, |r| r.2.ending.into()),
        column("waiting", "waiting", Right, Everywhere, |r| r.2.waiting.into()),
        column("held", "held", Right, Everywhere, |r| r.2.held.into()),
        column("primary", "primary", Right, Everywhere, |r| r.2.primary.into()),
        column("assigned", "assigned", Right, Everywhere, |r| r.2.assigned.into()),
        column("unused", "unused", Right, Everywhere, |r| r.2.unused.into()),
    ];
}

const BURSTS: &[Column<Batch>] = &[
    column("time", "seconds", Right, Everywhere, |b| Cell::Time(b.at)),
    column("what", "what", Left, Everywhere, |b| (&b.what).into()),
    column("pods", "pods", Right, Everywhere, |b| b.pods.into()),
    column("served", "served", Right, Everywhere, |b| b.served.into()),
    column("gone before", "gone", Right, Everywhere, |b| b.gone.into()),
    column("pending", "pending", Right, Everywhere, |b| b.pending().into()),
    column("served after", "served_after", Right, Everywhere, |b| b.took().map_or(Cell::None, Cell::Time)),
];

const CALL_COLUMNS: &[Column<Throttle>] = &[
    column("EC2 action", "action", Left, Everywhere, |t| format!("{:?}", t.call).into()),
    column("calls", "calls", Right, Everywhere, |t| t.made.into()),
    column("failed", "failed", Right, Everywhere, |t| t.failed.into()),
    column("busiest minute", "busiest", Right, Everywhere, |t| t.busiest.into()),
    column("at", "busiest_seconds", Right, IfRoom, |t| Cell::Time(t.busiest_at)),
    column("bucket size", "bucket", Right, IfRoom, |t| bucket(t.call).0.into()),
    column("refill a second", "refill", Right, IfRoom, |t| bucket(t.call).1.into()),
    column("over bucket", "over", Right, Everywhere, |t| t.over.into()),
    column("first over", "over_seconds", Right, IfRoom, |t| t.over_at.map_or(Cell::None, Cell::Time)),
];

const EVENTS: &[Column<Note>] = &[
    column("time", "seconds", Right, Everywhere, |n| Cell::Time(n.at)),
    column("until", "until", Right, IfRoom, |n| if n.last > n.at { Cell::Time(n.last) } else { Cell::None }),
    column("count", "count", Right, Everywhere, |n| n.count.into()),
    column("event", "event", Left, Everywhere, |n| n.topic.name().into()),
    column("of", "of", Left, Everywhere, |n| (&n.of).into()),
    column("message", "message", Flow, Everywhere, |n| (&n.text).into()),
];

/// The pools of a moment, with what they refused since an earlier one.
fn since(before: Option<&Moment>, moment: &Moment) -> Vec<PoolAt> {
    let of = |s: usize| before.and_then(|b| b.pools.get(s)).map_or(0, |p| p.refused);
    let one = |(s, p): (usize, &PoolAt)| PoolAt { refused: p.refused.saturating_sub(of(s)), ..*p };
    moment.pools.iter().enumerate().map(one).collect()
}

/// One table of a run; of moments at which nothing has changed only the first and the last, if `short`.
fn table(run: &Run, part: Part, short: bool) -> Table {
    let moments = || {
        let last = run.moments.len().saturating_sub(1);
        let same = |i: usize| {
            let before = i.checked_sub(1).and_then(|b| run.moments.get(b));
            before.zip(run.moments.get(i)).is_some_and(|(b, m)| Moment { at: m.at, ..b.clone() } == *m)
        };
        run.moments.iter().enumerate().filter(move |(i, _)| !short || *i == last || !same(*i)).map(|(_, m)| m)
    };
    match part {
        Part::Fleet => {
            let (mut all, mut mutating) = (0, 0);
            let rows = moments().map(|m| {
                let row = FleetRow(m, m.calls.all() - all, m.calls.mutating() - mutating);
                (all, mutating) = (m.calls.all(), m.calls.mutating());
                row
            });
            Table::of("Fleet", FleetRow::COLUMNS, rows.collect::<Vec<_>>())
        }
        Part::Pools => {
            let mut before = None;
            let pools = moments().flat_map(|m| {
                let pools = since(before.replace(m), m);
                run.pools.iter().zip(pools).map(move |(name, pool)| PoolRow(m.at, name, pool))
            });
            Table::of("Pools", PoolRow::COLUMNS, pools)
        }
        Part::NodeGroups => {
            let groups = moments().flat_map(|m| {
                run.groups.iter().zip(&m.groups).map(move |(name, group)| GroupRow(m.at, name, *group))
            });
            Table::of("Node groups", GroupRow::COLUMNS, groups)
        }
        Part::Bursts => {
            Table::of("Pods that were made", BURSTS, run.batches.iter().filter(|b| !short || b.pods > 0))
        }
        Part::Calls => {
            let made = run.throttles.iter().filter(|t| !short || t.made > 0);
            Table::of("EC2 calls, and those over AWS's published default limits", CALL_COLUMNS, made)
        }
        Part::Events => Table::of("Events", EVENTS, &run.notes),
    }
}

/// A run in a format: all of it, or one table. CSV is one table, by default the pools.
///
/// # Errors
///
/// None that a run can cause.
pub fn print(
    run: &Run,
    format: Series,
    part: Option<Part>,
    paper: Paper,
) -> Result<String, serde_json::Error> {
    match (format, part) {
        (Series::Csv, part) => Ok(csv::write(&table(run, part.unwrap_or(Part::Pools), false))),
        (Series::Table, Some(part)) => Ok(text::write(&table(run, part, true), paper)),
        (Series::Table, None) => Ok(all(run, paper)),
        (Series::Json, part) => lines(run, part),
    }
}

/// What came of it, in sentences.
pub fn summary(run: &Run) -> Vec<String> {
    let end = run.moments.last().map_or(0, |m| m.at);
    let mut sentences = vec![if run.complete {
        format!("{}, followed for {}", run.scenario, duration(end))
    } else {
        format!("{}, stopped at {} of {}", run.scenario, duration(end), duration(run.until))
    }];
    let worst = &run.worst;
    let mut waits = Vec::new();
    if worst.waiting > 0 {
        waits.push(format!("{} for an address", thousands(worst.waiting)));
    }
    if worst.unplaced > 0 {
        waits.push(format!("{} for a node", thousands(worst.unplaced)));
    }
    sentences.push(match waits.as_slice() {
        [] => format!("no pod ever waited; at {} {}", duration(worst.at), worst.why),
        waits => {
            format!("worst at {}: pods wait, {}: {}", duration(worst.at), waits.join(" and "), worst.why)
        }
    });
    if let Some(last) = run.moments.last() {
        let pending = last.waiting() + last.unplaced;
        if pending > 0 {
            sentences.push(format!(
                "at the end {} still pending",
                if pending == 1 { "1 pod is".to_owned() } else { format!("{} pods are", thousands(pending)) }
            ));
        }
    }
    sentences.extend(run.remarks.iter().cloned());
    let over: Vec<String> = run
        .throttles
        .iter()
        .filter(|t| t.over > 0)
        .map(|t| {
            format!("{:?} from {} on ({} calls)", t.call, duration(t.over_at.unwrap_or(0)), thousands(t.over))
        })
        .collect();
    if !over.is_empty() {
        sentences.push(format!("EC2 would throttle {}; throttling is not modelled", over.join(", ")));
    }
    sentences
}

fn all(run: &Run, paper: Paper) -> String {
    let mut out = String::new();
    for sentence in summary(run) {
        let sentence = format!("{}: {}", shown(&run.plan), shown(&sentence));
        for line in text::wrap(&sentence, paper.width.unwrap_or(usize::MAX)) {
            let _ = writeln!(out, "{line}");
        }
    }
    let rows = run.pools.iter().zip(&run.worst.pools);
    let at_worst = Table::of(
        "Pools at the worst moment",
        PoolRow::COLUMNS,
        rows.map(|(name, pool)| PoolRow(run.worst.at, name, *pool)),
    );
    let mut tables = vec![table(run, Part::Fleet, true), at_worst];
    tables.extend([Part::Bursts, Part::Calls, Part::Events].map(|part| table(run, part, true)));
    for table in tables {
        let _ = write!(out, "\n{}", text::write(&table, paper));
    }
    if run.more_notes > 0 {
        let _ = writeln!(out, "and {} more", thousands(run.more_notes));
    }
    out
}

/// An object with its type in front.
struct Line<T>(&'static str, T);

impl Serialize for Line<Vec<(&str, Field<'_>)>> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(None)?;
        map.serialize_entry("type", self.0)?;
        for (key, field) in &self.1 {
            map.serialize_entry(key, field)?;
        }
        map.end()
    }
}

enum Field<'a> {
    Cell(Cell),
    Rows(&'a Table),
    Calls(&'a Moment),
}

impl Serialize for Field<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Field::Cell(cell) => cell.serialize(s),
            Field::Rows(table) => json::Rows(table).serialize(s),
            Field::Calls(moment) => {
                let made = CALLS.iter().map(|(call, _)| (format!("{call:?}"), moment.calls.made(*call)));
                s.collect_map(made.filter(|(_, n)| *n > 0))
            }
        }
    }
}

/// The rows of a table, a line each.
fn row_lines(out: &mut String, kind: &'static str, table: &Table) -> Result<(), serde_json::Error> {
    for row in &table.rows {
        let fields = table.pick(row, On::in_json).map(|(c, cell)| (&*c.key, Field::Cell(cell.clone())));
        out.push_str(&json::line(&Line(kind, fields.collect()))?);
    }
    Ok(())
}

fn lines(run: &Run, part: Option<Part>) -> Result<String, serde_json::Error> {
    let mut out = String::new();
    let text = |s: &str| Field::Cell(s.into());
    let wants = |p: Part| part.is_none_or(|only| only == p);
    if part.is_none() {
        let head = vec![
            ("plan", text(&run.plan)),
            ("scenario", text(&run.scenario)),
            ("seed", Field::Cell(run.seed.into())),
            ("every", Field::Cell(Cell::Time(run.every))),
            ("until", Field::Cell(Cell::Time(run.until))),
        ];
        out.push_str(&json::line(&Line("run", head))?);
        let mut before = None;
        for moment in &run.moments {
            let pools = since(before.replace(moment), moment);
            let one = Run {
                moments: vec![Moment { pools, ..moment.clone() }],
                notes: Vec::new(),
                batches: Vec::new(),
                ..skeleton(run)
            };
            let (pools, groups) = (untimed(&one, Part::Pools), untimed(&one, Part::NodeGroups));
            let line = vec![
                ("seconds", Field::Cell(Cell::Time(moment.at))),
                ("nodes", Field::Cell(moment.nodes().into())),
                ("running", Field::Cell(moment.running().into())),
                ("ending", Field::Cell(moment.ending().into())),
                ("waiting", Field::Cell(moment.waiting().into())),
                ("unplaced", Field::Cell(moment.unplaced.into())),
                ("pools", Field::Rows(&pools)),
                ("node_groups", Field::Rows(&groups)),
                ("calls", Field::Calls(moment)),
            ];
            out.push_str(&json::line(&Line("moment", line))?);
        }
    }
    for (kind, p) in [("moment", Part::Fleet), ("pool", Part::Pools), ("node_group", Part::NodeGroups)] {
        if part == Some(p) {
            row_lines(&mut out, kind, &table(run, p, false))?;
        }
    }
    for (kind, p) in [("event", Part::Events), ("burst", Part::Bursts), ("calls", Part::Calls)] {
        if wants(p) {
            row_lines(&mut out, kind, &table(run, p, false))?;
        }
    }
    if part.is_none() {
        let refuses = run.worst.refuses;
        let pool = refuses.and_then(|(s, _)| run.pools.get(s)).map(|name| name.as_str());
        let worst = vec![
            ("seconds", Field::Cell(Cell::Time(run.worst.at))),
            ("waiting", Field::Cell(run.worst.waiting.into())),
            ("unplaced", Field::Cell(run.worst.unplaced.into())),
            ("pool", Field::Cell(pool.into())),
            ("useless", Field::Cell(refuses.map(|(_, free)| free).into())),
            ("why", text(&run.worst.why)),
        ];
        out.push_str(&json::line(&Line("worst", worst))?);
        for remark in &run.remarks {
            out.push_str(&json::line(&Line("remark", vec![("text", text(remark))]))?);
        }
        let end =
            vec![("complete", Field::Cell(run.complete.into())), ("steps", Field::Cell(run.steps.into()))];
        out.push_str(&json::line(&Line("end", end))?);
    }
    Ok(out)
}

/// The table of one moment, without the time.
fn untimed(run: &Run, part: Part) -> Table {
    let mut table = table(run, part, false);
    table.columns.drain(..1);
    for row in &mut table.rows {
        row.drain(..1);
    }
    table
}

/// A run without what is long.
fn skeleton(run: &Run) -> Run {
    Run {
        plan: String::new(),
        scenario: String::new(),
        moments: Vec::new(),
        notes: Vec::new(),
        batches: Vec::new(),
        throttles: Vec::new(),
        remarks: Vec::new(),
        worst: run.worst.clone(),
        pools: run.pools.clone(),
        groups: run.groups.clone(),
        ..*run
    }
}
