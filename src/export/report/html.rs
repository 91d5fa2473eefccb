//! The report as one HTML file that needs nothing else: no script, no other file, readable in print.

use std::fmt::Write as _;

use super::chart::svg::PATTERNS;
use super::pages::{Block, Chapter, Pages, Told};
use crate::output::html::{self, escape};
use crate::output::table::Table;

/// Looks: of the page in light, in dark and on paper, and of charts.
const STYLE: &str = include_str!("style.css");

/// The page.
pub fn write(pages: &Pages) -> String {
    let verdict = pages.verdict.name();
    let title = escape(&pages.plan);
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"generator\" content=\"podroom {}\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{title}: {verdict}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n{PATTERNS}\
         <header>\n<p class=\"kind\">IP address plan</p>\n<h1>{title} <span class=\"verdict {verdict}\">{verdict}</span></h1>\n",
        env!("CARGO_PKG_VERSION"),
    );
    for sentence in &pages.summary {
        let _ = writeln!(out, "<p class=\"lead\">{}</p>", escape(sentence));
    }
    out.push_str("</header>\n<nav aria-label=\"Contents\"><ul>\n");
    for Chapter { id, title, .. } in &pages.chapters {
        let _ = writeln!(out, "<li><a href=\"#{id}\">{}</a></li>", escape(title));
    }
    out.push_str("</ul></nav>\n<main>\n");
    let mut numbers = Numbers::default();
    for chapter in &pages.chapters {
        let Chapter { id, title, blocks } = chapter;
        let _ = writeln!(out, "<section id=\"{id}\">\n<h2>{}</h2>", escape(title));
        if blocks.is_empty() {
            out.push_str("<p class=\"none\">None.</p>\n");
        }
        blocks.iter().for_each(|block| write_block(&mut out, block, &mut numbers));
        out.push_str("</section>\n");
    }
    out.push_str("</main>\n<footer>\n");
    for sentence in &pages.made {
        let _ = writeln!(out, "<p>{}</p>", escape(sentence));
    }
    out + "</footer>\n</body>\n</html>\n"
}

/// So many sentences and charts have been written: what they are called by links.
#[derive(Default)]
struct Numbers {
    whys: usize,
    charts: usize,
}

fn write_block(out: &mut String, block: &Block, numbers: &mut Numbers) {
    match block {
        Block::Text(text) => {
            let _ = writeln!(out, "<p>{}</p>", escape(text));
        }
        Block::Figures(table) => figures(out, table),
        Block::Table(told) => table(out, told, numbers),
        Block::Chart(chart) => {
            numbers.charts += 1;
            let words = chart.words();
            let svg = chart.svg(&format!("chart-{}", numbers.charts));
            let title = escape(&words.title);
            let _ = write!(
                out,
                "<figure>\n<figcaption><strong>{title}</strong> {}</figcaption>\n",
                escape(&words.note)
            );
            let _ = write!(out, "<div class=\"wide\">{svg}</div>\n</figure>\n");
        }
    }
}

/// Figures of the whole plan as cards.
fn figures(out: &mut String, table: &Table) {
    out.push_str("<dl class=\"cards\">\n");
    for row in &table.rows {
        let [name, value, meaning] = ["figure", "value", "meaning"].map(|key| {
            let cell = table.columns.iter().zip(row).find(|(head, _)| head.key == key);
            cell.map_or(String::new(), |(_, cell)| escape(&cell.shown()))
        });
        let _ = writeln!(out, "<div><dt>{name}</dt><dd><b>{value}</b> <span>{meaning}</span></dd></div>");
    }
    out.push_str("</dl>\n");
}

/// A table whose figures lead to the sentences below it.
fn table(out: &mut String, told: &Told, numbers: &mut Numbers) {
    let first = numbers.whys;
    let link = |row: usize, key: &str| {
        let at = told.whys.iter().position(|why| why.row == row && why.key == key)?;
        Some(format!("why-{}", first + at + 1))
    };
    out.push_str(&html::write(&told.table, link));
    if told.whys.is_empty() {
        return;
    }
    out.push_str("<h3>Why these numbers</h3>\n<dl class=\"why\">\n");
    for why in &told.whys {
        numbers.whys += 1;
        let (id, name, sentence) = (numbers.whys, escape(&why.name), escape(&why.sentence));
        let _ = writeln!(out, "<div id=\"why-{id}\"><dt>{name}</dt><dd>{sentence}</dd></div>");
    }
    out.push_str("</dl>\n");
}
