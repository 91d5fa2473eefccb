//! What the subnet advisor says: `podroom recommend --subnets`.

use std::fmt::Write as _;

use serde::Serialize;

use super::json::{self, Rows};
use super::table::Align::{Left, Right};
use super::table::On::{Everywhere, Json, Print};
use super::table::{Cell, Column, Table};
use super::{Format, Paper, csv, markdown, text};
use crate::explore::subnets::{Advice, Extra, Need, New, Row, Source};
use crate::plan::Plan;
use crate::text::shown;

/// A subnet in a situation, today and in the last month.
struct Line<'a> {
    plan: &'a Plan,
    row: &'a Row,
}

/// The same in one month.
struct Month<'a> {
    line: Line<'a>,
    need: &'a Need,
}

impl Line<'_> {
    fn name(&self) -> Cell {
        self.plan.subnets.get(self.row.subnet).map(|subnet| &subnet.name).into()
    }

    fn cidr(&self) -> Cell {
        self.plan.subnets.get(self.row.subnet).map(|subnet| subnet.cidr.to_string()).into()
    }

    fn today(&self) -> Option<&Need> {
        self.row.needs.first()
    }

    /// In the last month, if that is not today.
    fn last(&self) -> Option<&Need> {
        self.row.needs.last().filter(|need| need.month > 0)
    }
}

fn length(need: Option<&Need>) -> Cell {
    match need {
        None => Cell::None,
        Some(need) => need.length.map_or("none".to_owned(), |length| format!("/{length}")).into(),
    }
}

fn yes(suffices: bool) -> &'static str {
    if suffices { "yes" } else { "no" }
}

impl<'a> Line<'a> {
    #[rustfmt::skip] // a column is a line
    const COLUMNS: &'a [Column<Line<'a>>] = &[
        Column { header: "subnet", key: "subnet", align: Left, on: Everywhere, cell: Line::name },
        Column { header: "cidr", key: "cidr", align: Left, on: Everywhere, cell: Line::cidr },
        Column { header: "situation", key: "situation", align: Left, on: Everywhere, cell: |l| l.row.when.name().into() },
        Column { header: "wanted", key: "wanted", align: Right, on: Print, cell: |l| l.today().map(|n| n.wanted.addresses).into() },
        Column { header: "smallest", key: "smallest", align: Right, on: Print, cell: |l| length(l.today()) },
        Column { header: "suffices", key: "suffices", align: Left, on: Print, cell: |l| l.today().map(|n| yes(n.suffices)).into() },
        Column { header: "short from month", key: "short_from", align: Right, on: Everywhere, cell: |l| l.row.needs.iter().find(|n| !n.suffices).map(|n| n.month).into() },
        Column { header: "wanted then", key: "last_wanted", align: Right, on: super::On::PrintIfAny, cell: |l| l.last().map(|n| n.wanted.addresses).into() },
        Column { header: "smallest then", key: "last_smallest", align: Right, on: super::On::PrintIfAny, cell: |l| l.last().map_or(Cell::None, |n| length(Some(n))) },
        Column { header: "", key: "sentence", align: Left, on: Json, cell: |l| (&l.row.sentence).into() },
    ];
}

impl<'a> Month<'a> {
    #[rustfmt::skip] // a column is a line
    const COLUMNS: &'a [Column<Month<'a>>] = &[
        Column { header: "subnet", key: "subnet", align: Left, on: Everywhere, cell: |m| m.line.name() },
        Column { header: "cidr", key: "cidr", align: Left, on: Everywhere, cell: |m| m.line.cidr() },
        Column { header: "situation", key: "situation", align: Left, on: Everywhere, cell: |m| m.line.row.when.name().into() },
        Column { header: "month", key: "month", align: Right, on: Everywhere, cell: |m| m.need.month.into() },
        Column { header: "wanted", key: "wanted", align: Right, on: Everywhere, cell: |m| m.need.wanted.addresses.into() },
        Column { header: "prefixes", key: "prefixes", align: Right, on: Everywhere, cell: |m| m.need.wanted.prefixes.into() },
        Column { header: "smallest", key: "smallest_length", align: Right, on: Everywhere, cell: |m| m.need.length.map(u32::from).into() },
        Column { header: "suffices", key: "suffices", align: Left, on: Everywhere, cell: |m| m.need.suffices.into() },
    ];
}

#[derive(Serialize)]
struct Object<'a> {
    format: u32,
    plan: &'a str,
    months: u32,
    subnets: Rows<'a>,
    needs: Rows<'a>,
    extras: Vec<Way<'a>>,
}

#[derive(Serialize)]
struct Way<'a> {
    helps: &'a [String],
    subnets: Vec<Fresh<'a>>,
    custom_networking: bool,
    sentence: &'a str,
}

/// A new subnet, and the range of the VPC that it is in: one that there is, or a new one.
#[derive(Serialize)]
struct Fresh<'a> {
    cidr: String,
    zone: &'a str,
    vpc: Option<String>,
    secondary: Option<String>,
}

impl<'a> Way<'a> {
    fn of(extra: &'a Extra) -> Way<'a> {
        let fresh = |new: &'a New| {
            let (vpc, secondary) = match new.source {
                Source::Vpc(range) => (Some(range.to_string()), None),
                Source::Secondary(range) => (None, Some(range.to_string())),
            };
            Fresh { cidr: new.cidr.to_string(), zone: &new.zone, vpc, secondary }
        };
        Way {
            helps: &extra.helps,
            subnets: extra.subnets.iter().map(fresh).collect(),
            custom_networking: extra.custom_networking,
            sentence: &extra.sentence,
        }
    }
}

/// What each subnet needs in each situation, today and in the last month.
pub fn table(advice: &Advice, plan: &Plan) -> Table {
    Table::of("Subnets", Line::COLUMNS, advice.rows.iter().map(|row| Line { plan, row }))
}

/// The advice as it is asked for; CSV has a line for each month.
///
/// # Errors
///
/// None that it can cause: JSON is the only format that could refuse a value, and this has no such.
pub fn print(advice: &Advice, plan: &Plan, form: Format, paper: Paper) -> Result<String, serde_json::Error> {
    let line = |row| Line { plan, row };
    let lines = table(advice, plan);
    let months = advice.rows.iter().flat_map(|row| row.needs.iter().map(move |need| (row, need)));
    let months =
        Table::of("Needs", Month::COLUMNS, months.map(|(row, need)| Month { line: line(row), need }));
    Ok(match form {
        Format::Csv => csv::write(&months),
        Format::Json => {
            return json::write(&Object {
                format: 1,
                plan: &plan.name,
                months: advice.months,
                subnets: Rows(&lines),
                needs: Rows(&months),
                extras: advice.extras.iter().map(Way::of).collect(),
            });
        }
        Format::Table => {
            let mut out = text::write(&lines, paper);
            for (i, line) in sentences(advice, plan).iter().enumerate() {
                let _ = writeln!(out, "{}{}", if i == 0 { "\n" } else { "" }, shown(line));
            }
            out
        }
        Format::Markdown => {
            let mut out = markdown::write(&lines);
            for (i, line) in sentences(advice, plan).iter().enumerate() {
                let _ = writeln!(out, "{}- {}", if i == 0 { "\n" } else { "" }, markdown::escape(line));
            }
            out
        }
    })
}

/// Of each subnet that is too small now or later the situation that needs most, and what would help.
fn sentences(advice: &Advice, plan: &Plan) -> Vec<String> {
    let mut worst: Vec<&Row> = Vec::new();
    let wanted = |row: &Row| row.needs.iter().map(|need| need.wanted.addresses).max();
    for row in advice.rows.iter().filter(|row| row.needs.iter().any(|need| !need.suffices)) {
        match worst.last_mut().filter(|last| last.subnet == row.subnet) {
            Some(last) if wanted(last) < wanted(row) => *last = row,
            Some(_) => {}
            None => worst.push(row),
        }
    }
    let mut lines: Vec<String> = worst.iter().map(|row| row.sentence.clone()).collect();
    lines.extend(ways(advice, plan));
    lines
}

/// What would help where a subnet is too small; otherwise that none is.
pub fn ways(advice: &Advice, plan: &Plan) -> Vec<String> {
    if advice.rows.iter().all(|row| row.needs.iter().all(|need| need.suffices)) {
        let until = match advice.months {
            0 => String::new(),
            month => format!(" to month {month}"),
        };
        return vec![format!("every subnet suffices{until}, in every situation that was looked at")];
    }
    let mut lines: Vec<String> =
        advice.extras.iter().map(|extra| format!("would help: {}", extra.sentence)).collect();
    if advice.extras.is_empty() {
        lines.push(
            "no other range would help: fewer addresses have to be held, see podroom recommend".to_owned(),
        );
    } else if plan.vpc.is_empty() {
        lines.push(
            "the plan does not say the ranges of the VPC: with vpc their free parts come first".to_owned(),
        );
    }
    lines
}
