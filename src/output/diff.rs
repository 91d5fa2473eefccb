//! Two plans, what differs in their inputs, and what that does: `podroom diff`.

use std::fmt::Write as _;

use clap::ValueEnum;
use serde::Serialize;

use super::json::{self, Rows};
use super::sweep::number;
use super::table::Align::{Left, Right};
use super::table::On::{Data, Everywhere, Print};
use super::table::{Cell, Column, Table};
use super::{Paper, markdown, text};
use crate::compare::{Line, Outcome, Worth, lines, plus};
use crate::explore::figure::figure;
use crate::plan::policy::Checked;
use crate::text::shown;

/// How a comparison is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// Aligned text, for people.
    Table,
    /// For a comment on a pull request.
    Markdown,
    /// One JSON document.
    Json,
}

/// Two plans.
pub struct Diff<'a> {
    pub names: [String; 2],
    /// What differs in what was typed, a line each.
    pub inputs: Vec<String>,
    pub outcomes: [&'a Outcome; 2],
    /// Whether it is to be said if that is worse.
    pub check: bool,
}

/// A figure that is not what it was.
struct Row {
    name: String,
    before: Cell,
    now: Cell,
    /// Of two numbers.
    by: Option<i64>,
    worth: Worth,
}

impl Diff<'_> {
    /// What the inputs do: the figures that differ, or all.
    fn rows(&self, all: bool) -> Vec<Row> {
        let [before, now] = self.outcomes;
        let row = |line: Line| {
            let change = line.change(before, now);
            let row = Row {
                name: line.name(),
                before: cell(&line, before),
                now: cell(&line, now),
                by: change.as_ref().and_then(|(change, _)| change.by()),
                worth: change.as_ref().map_or(Worth::Neutral, |(_, worth)| *worth),
            };
            (all || change.is_some()).then_some(row)
        };
        lines([before, now].into_iter()).into_iter().filter_map(row).collect()
    }

    /// What is worse than it was, a line each: the verdict, and pools that have become short where it looks, which
    /// is every situation but the worst case of churn.
    pub fn worse(&self) -> Vec<String> {
        let [before, now] = self.outcomes;
        let (old, new) = (before.report().verdict, now.report().verdict);
        let mut worse: Vec<String> =
            (new < old).then(|| format!("verdict: {} -> {}", old.name(), new.name())).into_iter().collect();
        let looked_at = Checked::ALL.into_iter().filter(|checked| *checked != Checked::ChurnedWorst);
        for checked in looked_at {
            let was = |name: &str| {
                before.report().pools.iter().any(|pool| pool.name == name && pool.is_short_in(checked))
            };
            let became = now.report().pools.iter().filter(|p| p.is_short_in(checked) && !was(&p.name));
            worse.extend(became.map(|pool| format!("{}: pool {} is short", checked.name(), pool.name)));
        }
        worse
    }

    /// The answer to `--check`, for people.
    fn answer(&self) -> String {
        match self.worse().as_slice() {
            [] => "not worse: neither the verdict, nor a pool settled, churned or in an upgrade".to_owned(),
            some => format!("worse: {}", some.join("; ")),
        }
    }
}

/// A line of the inputs in words: what stands in front of rows that came and went begins a list in Markdown.
fn in_words(line: &str) -> String {
    let word =
        |sign, word: &str| line.strip_prefix(sign).map(|rest| format!("{word} {}", markdown::escape(rest)));
    word("- ", "removed").or_else(|| word("+ ", "added")).unwrap_or_else(|| markdown::escape(line))
}

/// What an outcome has in a line.
fn cell(line: &Line, outcome: &Outcome) -> Cell {
    match line {
        Line::Figure(name) => figure(name).map_or(Cell::None, |figure| number(figure, &outcome.comes)),
        Line::First => line.text(outcome).into(),
        Line::Free(..) => line.value(outcome).map_or(Cell::None, Cell::Signed),
    }
}

const fn column(
    header: &'static str,
    key: &'static str,
    align: super::Align,
    on: super::On,
    cell: fn(&Row) -> Cell,
) -> Column<Row> {
    Column { header, key, align, on, cell }
}

const COLUMNS: &[Column<Row>] = &[
    column("figure", "figure", Left, Everywhere, |r| (&r.name).into()),
    column("before", "before", Right, Everywhere, |r| r.before.clone()),
    column("now", "now", Right, Everywhere, |r| r.now.clone()),
    column("change", "change", Right, Print, |r| r.by.map(plus).into()),
    column("", "change", Right, Data, |r| r.by.map_or(Cell::None, Cell::Signed)),
    column("", "worse", Left, Data, |r| (r.worth == Worth::Bad).into()),
];

#[derive(Serialize)]
struct Object<'a> {
    format: u32,
    before: &'a str,
    now: &'a str,
    inputs: &'a [String],
    figures: Rows<'a>,
    worse: Vec<String>,
}

/// The comparison as it is asked for; `all` figures, or those that differ.
///
/// # Errors
///
/// None that a table can cause: JSON is the only format that could refuse a value, and this has no such.
pub fn print(diff: &Diff, all: bool, form: Form, paper: Paper) -> Result<String, serde_json::Error> {
    let table = Table::of("What that does", COLUMNS, diff.rows(all));
    let [before, now] = &diff.names;
    let answer = |escape: &dyn Fn(&str) -> String| match diff.check {
        true => format!("\n{}\n", escape(&diff.answer())),
        false => String::new(),
    };
    Ok(match form {
        Form::Json => {
            return json::write(&Object {
                format: 1,
                before,
                now,
                inputs: &diff.inputs,
                figures: Rows(&table),
                worse: diff.worse(),
            });
        }
        Form::Table => {
            let mut out = paper.ink.paint("1", &format!("{} -> {}", shown(before), shown(now))) + "\n";
            if diff.inputs.is_empty() {
                out.push_str("no input differs\n");
            }
            for line in &diff.inputs {
                let _ = writeln!(out, "{}", shown(line));
            }
            out + "\n" + &text::write(&table, paper) + &answer(&shown)
        }
        Form::Markdown => {
            let mut out = format!("## {} -> {}\n\n", markdown::escape(before), markdown::escape(now));
            if diff.inputs.is_empty() {
                out.push_str("no input differs\n");
            }
            for line in &diff.inputs {
                let _ = writeln!(out, "- {}", in_words(line));
            }
            out + "\n" + &markdown::write(&table) + &answer(&markdown::escape)
        }
    })
}
