//! Clusters as they are beside what is predicted for them: `podroom audit`.

mod document;
mod tables;

use clap::ValueEnum;
use document::document;
use tables::{sharing, table};

use super::json::{self, Rows};
use super::table::Table;
use super::{Format, Paper, csv, markdown, text};
use crate::audit::remedies::total;
use crate::audit::{Audit, ClusterRow};
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
    let of = |part| table(audit, part, all);
    let parts = asked.part.map_or_else(|| shown_parts(audit), |part| vec![part]);
    Ok(match asked.format {
        Format::Json => match asked.part {
            None => return document(audit, plan),
            Some(part) => return json::write(&Rows(&of(part))),
        },
        Format::Csv => csv::write(&of(asked.part.unwrap_or(Part::Nodes))),
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
    of: impl Fn(Part) -> Table,
    written: impl Fn(&Table) -> String,
    line: impl Fn(&str) -> String,
) -> String {
    let mut blocks = Vec::new();
    if alone {
        let words = audit.clusters.iter().map(|cluster| line(&summary(cluster)) + "\n");
        blocks.extend(words);
    }
    for part in parts {
        blocks.push(written(&of(*part)));
        if *part == Part::Duplicates && !audit.twice.nodes.is_empty() {
            blocks.push(written(&sharing(audit)));
        }
    }
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
