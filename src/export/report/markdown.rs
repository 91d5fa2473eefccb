//! The report as Markdown in GitHub's dialect, for a pull request or a page.
//!
//! Long tables and reasons are folded (`<details>`). Charts are blocks of code ([`super::chart`] says why).

use std::fmt::Write as _;

use super::chart::Chart;
use super::pages::{Block, Chapter, Pages, Told};
use crate::output::markdown::{escape, rows};
use crate::output::table::Table;
use crate::text::{count, shown};

/// Rows of a table that is not folded.
const OPEN: usize = 16;

pub fn write(pages: &Pages) -> String {
    let mut out = format!("# {}: {}\n", escape(&pages.plan), pages.verdict.name());
    for sentence in &pages.summary {
        let _ = write!(out, "\n{}\n", escape(sentence));
    }
    for Chapter { title, blocks, .. } in &pages.chapters {
        let _ = write!(out, "\n## {}\n", escape(title));
        if blocks.is_empty() {
            out.push_str("\nNone.\n");
        }
        for block in blocks {
            write_block(&mut out, block);
        }
    }
    out.push_str("\n---\n");
    for sentence in &pages.made {
        let _ = write!(out, "\n{}\n", escape(sentence));
    }
    out
}

fn write_block(out: &mut String, block: &Block) {
    match block {
        Block::Text(text) => {
            let _ = write!(out, "\n{}\n", escape(text));
        }
        Block::Figures(figures) => {
            let _ = write!(out, "\n{}", rows(figures));
        }
        Block::Table(told) => table(out, told),
        Block::Chart(chart) => drawn(out, chart),
    }
}

fn table(out: &mut String, told: &Told) {
    let Table { title, rows: all, .. } = &told.table;
    if all.len() <= OPEN {
        let _ = write!(out, "\n### {}\n\n{}", escape(title), rows(&told.table));
    } else {
        let title = format!("{title} ({})", count(all.len() as u64, "row"));
        folded(out, &escape(&title), &rows(&told.table));
    }
    if told.whys.is_empty() {
        return;
    }
    let mut lines = String::new();
    for why in &told.whys {
        let _ = writeln!(lines, "- **{}**: {}", escape(&why.name), escape(&why.sentence));
    }
    folded(out, "Why these numbers", &lines);
}

/// Shown once the summary is clicked.
fn folded(out: &mut String, summary: &str, content: &str) {
    let _ = write!(out, "\n<details>\n<summary>{summary}</summary>\n\n{content}\n</details>\n");
}

/// A block of code that no name in it can end.
fn drawn(out: &mut String, chart: &Chart) {
    let words = chart.words();
    let lines: Vec<String> = chart.text().iter().map(|line| shown(line.trim_end())).collect();
    let text = lines.join("\n");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let _ = write!(out, "\n### {}\n", escape(&words.title));
    if !words.note.is_empty() {
        let _ = write!(out, "\n{}\n", escape(&words.note));
    }
    let _ = write!(out, "\n{fence}text\n{text}\n{fence}\n");
}
