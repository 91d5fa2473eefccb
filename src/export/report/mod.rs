//! A plan's report for a design document or a pull request, and its tables for other programs.
//!
//! The tables, the words in them and the reasons are those of `podroom show`: nothing is computed or laid out twice.
//!
//! | module | what it is |
//! |---|---|
//! | [`facts`] | what there is to report: the evaluation with everything in it, month by month, beside variants |
//! | [`part`] | the tables by name |
//! | [`inputs`] | what the plan says |
//! | [`why`] | the figures that a reader asks about, with how they came about |
//! | [`chart`] | figures as SVG, and as letters |
//! | [`pages`] | the report as chapters of tables, charts and sentences, before it is written |
//! | [`markdown`], [`html`] | the pages written |

pub mod chart;
pub mod facts;
pub mod html;
pub mod inputs;
pub mod markdown;
pub mod pages;
pub mod part;
pub mod why;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::{Exported, Source};
use crate::engine::Pointer;
use crate::output::json::Rows;
use crate::output::report::first;
use crate::output::{Table, csv, json};

pub use facts::Facts;
pub use pages::Pages;
pub use part::{PARTS, Part};

/// The report as Markdown.
///
/// # Errors
///
/// None: every plan has a report.
pub(super) fn write_markdown(source: &Source<'_>) -> Result<Exported, String> {
    Ok(markdown::write(&Pages::of(&Facts::of(source, None))).into())
}

/// The report as one HTML file.
///
/// # Errors
///
/// None: every plan has a report.
pub(super) fn write_html(source: &Source<'_>) -> Result<Exported, String> {
    Ok(html::write(&Pages::of(&Facts::of(source, None))).into())
}

/// One table as CSV, by default the pools.
///
/// # Errors
///
/// None: a table without rows is its header.
pub(super) fn write_csv(source: &Source<'_>) -> Result<Exported, String> {
    let part = source.table.unwrap_or(Part::Pools);
    Ok(csv::write(&part.table(&Facts::of(source, Some(part)))).into())
}

/// All tables in one JSON document, or the rows of one.
///
/// # Errors
///
/// None that a table can cause: no value of one is refused.
pub(super) fn write_json(source: &Source<'_>) -> Result<Exported, String> {
    let facts = Facts::of(source, source.table);
    let text = match source.table {
        Some(part) => json::write(&Rows(&part.table(&facts))),
        None => json::write(&Document::of(&facts)),
    };
    Ok(text.map_err(|e| e.to_string())?.into())
}

/// The whole report for programs. Addresses are left out, of which there may be thousands for each pool: they are asked
/// for by name.
#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    plan: &'a str,
    verdict: &'static str,
    why: String,
    runs_out_first: String,
    tables: Tables,
}

struct Tables(Vec<(Part, Table)>);

impl<'a> Document<'a> {
    fn of(facts: &'a Facts) -> Document<'a> {
        let parts = PARTS.iter().map(|(part, ..)| *part).filter(|part| *part != Part::Addresses);
        Document {
            format: 1,
            plan: &facts.plan().name,
            verdict: facts.verdict().name(),
            why: facts.evaluation.why(facts.plan(), &Pointer::Verdict),
            runs_out_first: first(&facts.evaluation.report),
            tables: Tables(parts.map(|part| (part, part.table(facts))).collect()),
        }
    }
}

impl Serialize for Tables {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(Some(self.0.len()))?;
        for (part, table) in &self.0 {
            map.serialize_entry(part.name(), &Rows(table))?;
        }
        map.end()
    }
}
