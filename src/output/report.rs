//! A whole report in each format.

use std::fmt::Write as _;

use clap::ValueEnum;
use serde::Serialize;

use super::columns::{FINDINGS, NODE_GROUPS, PoolIn, THRESHOLDS, WORKLOADS};
use super::table::Table;
use super::{Format, Paper, csv, json, markdown, text};
use crate::engine::{Report, Verdict};
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

/// The report in a format: all of it, or one table. CSV is one table, by default the pools. `why` says in a
/// sentence how the verdict came about.
///
/// # Errors
///
/// None that a report can cause: JSON is the only format that could refuse a value, and a report has no such.
pub fn print(
    report: &Report,
    why: &str,
    format: Format,
    part: Option<Part>,
    paper: Paper,
) -> Result<String, serde_json::Error> {
    match (format, part) {
        (Format::Json, None) => json::write(report),
        (Format::Json, Some(part)) => json_part(report, part),
        (Format::Csv, part) => Ok(csv::write(&table(report, part.unwrap_or(Part::Pools)))),
        (Format::Table, Some(part)) => Ok(text::write(&table(report, part), paper)),
        (Format::Markdown, Some(part)) => Ok(markdown::write(&table(report, part))),
        (Format::Table, None) => Ok(all_text(report, why, paper)),
        (Format::Markdown, None) => Ok(all_markdown(report, why)),
    }
}

/// The rows of one table, laid out.
pub fn table(report: &Report, part: Part) -> Table {
    match part {
        Part::Pools => pools(report),
        Part::NodeGroups => Table::of("Node groups", NODE_GROUPS, &report.node_groups),
        Part::Workloads => Table::of("Workloads", WORKLOADS, &report.workloads),
        Part::Thresholds => Table::of("Thresholds", THRESHOLDS, &report.thresholds),
        Part::Findings => Table::of("Findings", FINDINGS, &report.findings),
    }
}

fn pools(report: &Report) -> Table {
    let rows = report.pools.iter().map(|p| PoolIn { pool: p, situation: "settled", holding: &p.settled });
    let table = Table::of("Pools, settled", PoolIn::COLUMNS, rows);
    // what is not there is not held
    let wanted = report.pools.iter().any(|p| p.settled.held > p.usable);
    if wanted { table.headed("held", "wanted") } else { table }
}

fn json_part(report: &Report, part: Part) -> Result<String, serde_json::Error> {
    fn write(rows: &impl Serialize) -> Result<String, serde_json::Error> {
        json::write(rows)
    }
    match part {
        Part::Pools => write(&report.pools),
        Part::NodeGroups => write(&report.node_groups),
        Part::Workloads => write(&report.workloads),
        Part::Thresholds => write(&report.thresholds),
        Part::Findings => write(&report.findings),
    }
}

/// Groups and workloads that a plan does not have are left out; everything else is said even if empty.
fn parts(report: &Report) -> impl Iterator<Item = Table> + '_ {
    Part::value_variants()
        .iter()
        .map(|part| (part, table(report, *part)))
        .filter(|(part, table)| !table.rows.is_empty() || matches!(part, Part::Pools | Part::Findings))
        .map(|(_, table)| table)
}

fn all_text(report: &Report, why: &str, paper: Paper) -> String {
    let verdict = paper.ink.paint(verdict_style(report.verdict), report.verdict.name());
    let mut out = format!("{}: {verdict}\n", shown(&report.plan));
    for sentence in sentences(report, why) {
        for line in text::wrap(&shown(&sentence), paper.width.unwrap_or(usize::MAX)) {
            let _ = writeln!(out, "{line}");
        }
    }
    for table in parts(report) {
        let _ = write!(out, "\n{}", text::write(&table, paper));
    }
    out
}

fn all_markdown(report: &Report, why: &str) -> String {
    let mut out = format!("# {}: {}\n", markdown::escape(&report.plan), report.verdict.name());
    for sentence in sentences(report, why) {
        let _ = write!(out, "\n{}\n", markdown::escape(&sentence));
    }
    for table in parts(report) {
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

fn first(report: &Report) -> String {
    report.first_to_run_out().map_or_else(
        || format!("nothing below {}", crate::text::thousands(crate::limits::THRESHOLD.into())),
        str::to_owned,
    )
}
