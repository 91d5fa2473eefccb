//! What is recommended: `podroom recommend`.

use std::fmt::Write as _;

use serde::Serialize;

use super::json::{self, Object as Row};
use super::sweep::number;
use super::table::{Align, Cell, Head, On, Table};
use super::{Format, Paper, csv, markdown, text};
use crate::explore::recommend::{Answer, Choice, OBJECTIVES, Tried};
use crate::explore::{Comes, FIGURES};
use crate::plan::Plan;
use crate::text::{count, shown, thousands};

#[derive(Serialize)]
struct Object<'a> {
    format: u32,
    plan: &'a str,
    cluster: &'a str,
    burst: u64,
    tried: u64,
    fit: u64,
    unbeaten: u64,
    all_values: bool,
    notes: &'a [String],
    now: Present<'a>,
    choices: Vec<Offer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nearest: Option<Near<'a>>,
}

#[derive(Serialize)]
struct Present<'a> {
    figures: Row<'a>,
    beaten_by: u64,
    place: &'a str,
}

#[derive(Serialize)]
struct Offer<'a> {
    number: usize,
    names: &'a [&'static str],
    changes: Vec<Value>,
    figures: Row<'a>,
    beats_now: bool,
    why: &'a str,
}

#[derive(Serialize)]
struct Near<'a> {
    changes: Vec<Value>,
    why: &'a str,
}

/// A field with its new value; null is its default.
#[derive(Serialize)]
struct Value {
    at: String,
    value: Option<String>,
}

/// The answer as it is asked for.
///
/// # Errors
///
/// None that it can cause: JSON is the only format that could refuse a value, and this has no such.
pub fn print(answer: &Answer, plan: &Plan, form: Format, paper: Paper) -> Result<String, serde_json::Error> {
    let table = table(answer, plan);
    Ok(match form {
        Format::Csv => csv::write(&table),
        Format::Json => return object(answer, plan),
        Format::Table => {
            let mut out = format!("{}\n\n", shown(&head(answer)));
            out += &text::write(&table, paper);
            out.push('\n');
            for line in said(answer, plan) {
                let _ = writeln!(out, "{}", shown(&line));
            }
            out
        }
        Format::Markdown => {
            let mut out = markdown::write(&table);
            let _ = write!(out, "\n{}\n\n", markdown::escape(&head(answer)));
            for line in said(answer, plan) {
                let _ = writeln!(out, "- {}", markdown::escape(&line));
            }
            out
        }
    })
}

fn object(answer: &Answer, plan: &Plan) -> Result<String, serde_json::Error> {
    let figures =
        |comes: &Comes| Table { title: String::new(), columns: figure_heads(), rows: vec![figures(comes)] };
    let now = figures(&answer.now.comes);
    let of_choices: Vec<Table> = answer.choices.iter().map(|choice| figures(&choice.tried.comes)).collect();
    let choices = (1..).zip(&answer.choices).zip(&of_choices);
    json::write(&Object {
        format: 1,
        plan: &plan.name,
        cluster: &answer.cluster,
        burst: answer.burst,
        tried: answer.tried,
        fit: answer.fit,
        unbeaten: answer.unbeaten,
        all_values: !answer.thinned,
        notes: &answer.notes,
        now: Present { figures: only(&now), beaten_by: answer.now.beaten_by, place: &answer.now.place },
        choices: choices
            .map(|((number, choice), figures)| Offer {
                number,
                names: &choice.names,
                changes: values(&choice.tried, plan),
                figures: only(figures),
                beats_now: choice.beats_now,
                why: &choice.why,
            })
            .collect(),
        nearest: answer
            .nearest
            .as_ref()
            .map(|(fault, tried)| Near { changes: values(tried, plan), why: &fault.why }),
    })
}

/// The only row of a table.
fn only(table: &Table) -> Row<'_> {
    Row(table, table.rows.first().map_or(&[], Vec::as_slice))
}

fn values(tried: &Tried, plan: &Plan) -> Vec<Value> {
    let value = |text: &String| (!text.is_empty()).then(|| text.clone());
    tried.values.iter().map(|(at, text)| Value { at: at.path(plan), value: value(text) }).collect()
}

/// How much was tried, and what came of it.
pub fn head(answer: &Answer) -> String {
    let some = if answer.thinned { " (of some settings not every value)" } else { "" };
    let fit = match answer.fit {
        0 => "none runs all pods and keeps enough free".to_string(),
        n => format!(
            "{} run all pods and keep enough free, nobody beats {} of them; a burst is {}",
            thousands(n),
            thousands(answer.unbeaten),
            count(answer.burst, "pod"),
        ),
    };
    format!("{}: {} tried{some}, {fit}", answer.cluster, count(answer.tried, "combination"))
}

fn said(answer: &Answer, plan: &Plan) -> Vec<String> {
    let (mut lines, notes) = sentences(answer, plan);
    lines.extend(notes);
    lines
}

/// A sentence for each row of the table: the place of the plan as it is; of each choice why it is there, and what it
/// changes. And what there is to say of all.
pub fn sentences(answer: &Answer, plan: &Plan) -> (Vec<String>, Vec<String>) {
    let mut notes = Vec::new();
    let mut lines = vec![format!("now: {}", answer.now.place)];
    for (n, choice) in (1..).zip(&answer.choices) {
        lines.push(format!("{n}: {}: {}", changes(&choice.tried, plan), choice.why));
    }
    if let Some((fault, tried)) = &answer.nearest {
        notes.push(format!(
            "nothing that is allowed is a choice; nearest comes {}: {}",
            changes(tried, plan),
            crate::explore::recommend::words::nearest(fault)
        ));
    }
    notes.extend_from_slice(&answer.notes);
    (lines, notes)
}

/// `WARM_IP_TARGET = 12, nodes of workers = 26`.
pub fn changes(tried: &Tried, plan: &Plan) -> String {
    let value = |text: &str| if text.is_empty() { "unset".to_owned() } else { format!("= {text}") };
    let label = |place: &crate::plan::Place| match place.row {
        crate::plan::Row::NodeGroup(..) => {
            format!("{} of {}", place.key, plan.name_of(place.row).unwrap_or_default())
        }
        _ => place.key.clone(),
    };
    match tried.values.as_slice() {
        [] => "as it is".to_owned(),
        all => {
            let all: Vec<String> =
                all.iter().map(|(at, text)| format!("{} {}", label(at), value(text))).collect();
            all.join(", ")
        }
    }
}

/// The figures of choices, and what is free.
fn shown_figures() -> impl Iterator<Item = &'static crate::explore::Figure> {
    let compared = |figure: &&crate::explore::Figure| {
        figure.name == "free" || OBJECTIVES.iter().any(|o| o.figure == figure.name)
    };
    FIGURES.iter().filter(compared)
}

fn figure_heads() -> Vec<Head> {
    let head = |figure: &crate::explore::Figure| Head {
        header: figure.name.into(),
        key: figure.name.replace('-', "_").into(),
        align: Align::Right,
        on: On::Everywhere,
    };
    shown_figures().map(head).collect()
}

fn figures(comes: &Comes) -> Vec<Cell> {
    shown_figures().map(|figure| number(figure, comes)).collect()
}

/// The plan as it is, and each choice.
pub fn table(answer: &Answer, plan: &Plan) -> Table {
    let own = |header: &'static str, align, on| Head { header: header.into(), key: header.into(), align, on };
    let mut columns = vec![own("choice", Align::Right, On::Everywhere)];
    columns.extend(figure_heads());
    columns.push(own("best", Align::Left, On::Everywhere));
    columns.push(own("changes", Align::Left, On::Data));
    columns.push(own("why", Align::Left, On::Data));
    let mut now = vec![Cell::from("now")];
    now.extend(figures(&answer.now.comes));
    now.extend([Cell::None, Cell::None, Cell::from(&answer.now.place)]);
    let row = |(n, choice): (u64, &Choice)| {
        let mut cells = vec![Cell::from(n)];
        cells.extend(figures(&choice.tried.comes));
        let names = choice.names.iter().map(|name| (*name).to_owned()).collect();
        cells.extend([Cell::Words(names), Cell::from(changes(&choice.tried, plan)), Cell::from(&choice.why)]);
        cells
    };
    let rows = std::iter::once(now).chain((1..).zip(&answer.choices).map(row)).collect();
    Table { title: "Choices".into(), columns, rows }
}
