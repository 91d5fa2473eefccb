//! A whole report in each format.

use std::fmt::Write as _;

use clap::ValueEnum;
use serde::Serialize;

use super::columns::{FINDINGS, NODE_GROUPS, PoolIn, THRESHOLDS, WORKLOADS};
use super::sheet;
use super::table::Table;
use super::{Format, Paper, csv, json, markdown, text};
use crate::engine::sheet::Sheet;
use crate::engine::{
    Finding, Holding, NodeGroupRow, PoolKind, PoolRow, Report, Situation, Threshold, Useful, Verdict,
    WorkloadRow,
};
use crate::text::shown;

/// One table of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Part {
    Pools,
    NodeGroups,
    Workloads,
    Thresholds,
    Findings,
}

/// What is asked for of a report.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub format: Format,
    /// One table; `None` is all of them, and for CSV the pools.
    pub part: Option<Part>,
    /// Pools in one situation; `None` is in each.
    pub situation: Option<Situation>,
    /// A second opinion, beside all tables; as CSV in their place.
    pub sheet: Option<&'a Sheet>,
}

/// The report as it is asked for. `why` says in a sentence how the verdict came about.
///
/// # Errors
///
/// None that a report can cause: JSON is the only format that could refuse a value, and a report has no such.
pub fn print(
    report: &Report,
    why: &str,
    asked: Asked<'_>,
    paper: Paper,
) -> Result<String, serde_json::Error> {
    let situation = asked.situation;
    let of_part = |part: Part| -> Vec<Table> {
        match (part, situation) {
            (Part::Pools, None) => Situation::ALL.iter().map(|s| table(report, part, &[*s])).collect(),
            _ => vec![table(report, part, situation.as_slice())],
        }
    };
    match (asked.format, asked.part) {
        (Format::Json, None) => {
            json::write(&WithSheet { report: ReportIn::new(report, situation), sheet: asked.sheet })
        }
        (Format::Json, Some(part)) => json_part(report, part, situation),
        (Format::Csv, part) => {
            if let Some(sheet) = asked.sheet {
                return Ok(sheet::csv(sheet));
            }
            let all = situation.map_or(Situation::ALL.to_vec(), |one| vec![one]);
            Ok(csv::write(&table(report, part.unwrap_or(Part::Pools), &all)))
        }
        (Format::Table, Some(part)) => Ok(joined(of_part(part).iter().map(|t| text::write(t, paper)))),
        (Format::Markdown, Some(part)) => Ok(joined(of_part(part).iter().map(markdown::write))),
        (Format::Table, None) => {
            let sheet = asked.sheet.map_or(String::new(), |sheet| sheet::text(sheet, paper));
            Ok(all_text(report, why, parts(of_part), paper) + &sheet)
        }
        (Format::Markdown, None) => {
            let sheet = asked.sheet.map_or(String::new(), sheet::markdown);
            Ok(all_markdown(report, why, parts(of_part)) + &sheet)
        }
    }
}

fn joined(tables: impl Iterator<Item = String>) -> String {
    tables.collect::<Vec<_>>().join("\n")
}

/// The rows of one table, laid out; those of pools in each of some situations.
pub fn table(report: &Report, part: Part, situations: &[Situation]) -> Table {
    match part {
        Part::Pools => pools(report, situations),
        Part::NodeGroups => Table::of("Node groups", NODE_GROUPS, &report.node_groups),
        Part::Workloads => Table::of("Workloads", WORKLOADS, &report.workloads),
        Part::Thresholds => Table::of("Thresholds", THRESHOLDS, report.thresholds.iter()),
        Part::Findings => Table::of("Findings", FINDINGS, &report.findings),
    }
}

fn pools(report: &Report, situations: &[Situation]) -> Table {
    let each = |situation: Situation| report.pools.iter().map(move |pool| PoolIn { pool, situation });
    let rows = situations.iter().flat_map(|s| each(*s));
    let title = match situations {
        [Situation::Churned] => "Pools, churned: the worst case, and percentiles",
        [Situation::Upgrade] => "Pools, upgrade",
        _ => "Pools, settled",
    };
    let table = Table::of(title, PoolIn::COLUMNS, rows);
    // what is not there is not held
    let over = |p: &PoolRow| situations.iter().any(|s| p.holding(*s).held > p.usable);
    if report.pools.iter().any(over) { table.headed("held", "wanted") } else { table }
}

/// A report whose pools are shown in one situation, or in each; its keys are those of [`Report`].
#[derive(Serialize)]
struct ReportIn<'a> {
    format: u32,
    plan: &'a str,
    verdict: Verdict,
    pools: Vec<PoolOf<'a>>,
    node_groups: &'a [NodeGroupRow],
    workloads: &'a [WorkloadRow],
    thresholds: &'a [Threshold],
    findings: &'a [Finding],
}

/// A report with a second opinion, if one is asked for.
#[derive(Serialize)]
struct WithSheet<'a> {
    #[serde(flatten)]
    report: ReportIn<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sheet: Option<&'a Sheet>,
}

/// The keys of [`PoolRow`].
#[derive(Serialize)]
struct PoolOf<'a> {
    name: &'a str,
    kind: PoolKind,
    cidr: &'a str,
    zone: Option<&'a str>,
    capacity: u64,
    reserved: u64,
    other: u64,
    usable: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    useful: Option<Useful>,
    #[serde(skip_serializing_if = "Option::is_none")]
    settled: Option<&'a Holding>,
    #[serde(skip_serializing_if = "Option::is_none")]
    churned: Option<&'a Holding>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upgrade: Option<&'a Holding>,
}

impl<'a> ReportIn<'a> {
    fn new(report: &'a Report, situation: Option<Situation>) -> ReportIn<'a> {
        ReportIn {
            format: report.format,
            plan: &report.plan,
            verdict: report.verdict,
            pools: PoolOf::all(report, situation),
            node_groups: &report.node_groups,
            workloads: &report.workloads,
            thresholds: &report.thresholds,
            findings: &report.findings,
        }
    }
}

impl<'a> PoolOf<'a> {
    fn all(report: &'a Report, only: Option<Situation>) -> Vec<PoolOf<'a>> {
        let of = |pool: &'a PoolRow| {
            let holding = |s: Situation| only.is_none_or(|only| only == s).then(|| pool.holding(s));
            PoolOf {
                name: &pool.name,
                kind: pool.kind,
                cidr: &pool.cidr,
                zone: pool.zone.as_deref(),
                capacity: pool.capacity,
                reserved: pool.reserved,
                other: pool.other,
                usable: pool.usable,
                useful: pool.useful,
                settled: holding(Situation::Settled),
                churned: holding(Situation::Churned),
                upgrade: holding(Situation::Upgrade),
            }
        };
        report.pools.iter().map(of).collect()
    }
}

fn json_part(report: &Report, part: Part, situation: Option<Situation>) -> Result<String, serde_json::Error> {
    fn write(rows: &impl Serialize) -> Result<String, serde_json::Error> {
        json::write(rows)
    }
    match part {
        Part::Pools => write(&PoolOf::all(report, situation)),
        Part::NodeGroups => write(&report.node_groups),
        Part::Workloads => write(&report.workloads),
        Part::Thresholds => write(&report.thresholds),
        Part::Findings => write(&report.findings),
    }
}

/// Groups and workloads that a plan does not have are left out; everything else is said even if empty.
fn parts(of: impl Fn(Part) -> Vec<Table>) -> Vec<Table> {
    Part::value_variants()
        .iter()
        .flat_map(|part| of(*part).into_iter().map(move |table| (part, table)))
        .filter(|(part, table)| !table.rows.is_empty() || matches!(part, Part::Pools | Part::Findings))
        .map(|(_, table)| table)
        .collect()
}

fn all_text(report: &Report, why: &str, tables: Vec<Table>, paper: Paper) -> String {
    let verdict = paper.ink.paint(verdict_style(report.verdict), report.verdict.name());
    let mut out = format!("{}: {verdict}\n", shown(&report.plan));
    for sentence in sentences(report, why) {
        for line in text::wrap(&shown(&sentence), paper.width.unwrap_or(usize::MAX)) {
            let _ = writeln!(out, "{line}");
        }
    }
    for table in tables {
        let _ = write!(out, "\n{}", text::write(&table, paper));
    }
    out
}

fn all_markdown(report: &Report, why: &str, tables: Vec<Table>) -> String {
    let mut out = format!("# {}: {}\n", markdown::escape(&report.plan), report.verdict.name());
    for sentence in sentences(report, why) {
        let _ = write!(out, "\n{}\n", markdown::escape(&sentence));
    }
    for table in tables {
        let _ = write!(out, "\n{}", markdown::write(&table));
    }
    out
}

/// What stands below the verdict: how it came about, and what runs out first.
fn sentences(report: &Report, why: &str) -> [String; 2] {
    [why.to_string(), format!("first to run out: {}", first(report))]
}

/// Red for what fails, yellow for what may, green for what fits.
fn verdict_style(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Exhausted | Verdict::Short => "1;31",
        Verdict::AtRisk => "1;33",
        Verdict::Fits => "1;32",
    }
}

/// What runs out first, or that nothing does.
pub fn first(report: &Report) -> String {
    report.first_to_run_out().map_or_else(
        || format!("nothing below {}", crate::text::thousands(crate::limits::THRESHOLD.into())),
        str::to_owned,
    )
}
