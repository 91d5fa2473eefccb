//! The table of a staircase's steps.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::node::{held_of, letter, pane, span};
use super::paint::{Paint, width};
use crate::app::App;
use crate::app::msg::Target;
use crate::app::pane::Pane;
use crate::engine::staircase::{Count, Staircase, Step};
use crate::text::{count, plural, thousands};

/// A column of the table of steps.
struct StepColumn {
    header: fn(&Staircase) -> String,
    least: u16,
    /// From the step's first and last row.
    cell: fn(&Count, &Count) -> String,
    /// Whether it says anything.
    useful: fn(&Staircase) -> bool,
    /// Where there is no room it goes before those of a higher rank; 0 stays.
    gives_way: u8,
}

const fn column(
    header: fn(&Staircase) -> String,
    least: u16,
    cell: fn(&Count, &Count) -> String,
) -> StepColumn {
    StepColumn { header, least, cell, useful: |_| true, gives_way: 0 }
}

impl StepColumn {
    const fn useful(self, useful: fn(&Staircase) -> bool) -> StepColumn {
        StepColumn { useful, ..self }
    }

    const fn gives_way(self, rank: u8) -> StepColumn {
        StepColumn { gives_way: rank, ..self }
    }
}

#[rustfmt::skip] // a column is a line
const STEPS: &[StepColumn] = &[
    column(|_| "from".into(), 4, |first, _| thousands(first.pods)),
    column(|_| "to".into(), 4, |_, last| thousands(last.pods)),
    column(|_| "ENIs".into(), 4, |first, _| thousands(first.primary)).useful(|s| s.enis),
    column(|s| s.piece.map_or(String::new(), plural), 4, |first, _| thousands(first.pieces)).useful(|s| s.piece.is_some()),
    column(|_| "pool".into(), 4, |first, _| thousands(first.pool())).useful(|s| s.enis).gives_way(1),
    column(|_| "unused".into(), 6, |first, last| span(first.unused, last.unused)).gives_way(2),
    column(|_| "stranded".into(), 8, |first, last| span(first.stranded, last.stranded)).useful(|s| s.counts.iter().any(|c| c.stranded > 0)),
    column(|_| "held".into(), 4, |first, _| held_of(first)),
    column(|_| "churned".into(), 7, |first, last| span(churned(first), churned(last))).useful(|s| s.counts.iter().any(|c| churned(c) != c.held())),
];

fn churned(count: &Count) -> u64 {
    count.churned.unwrap_or(count.held())
}

/// A column that is drawn: its header and its cells, and how wide they are.
struct Laid {
    cells: Vec<String>,
    width: u16,
    gives_way: u8,
}

fn lay(staircase: &Staircase, column: &StepColumn) -> Laid {
    let steps = staircase.steps.iter().filter_map(|step| {
        let (first, last) = (staircase.count(step.from)?, staircase.count(step.to)?);
        Some((column.cell)(first, last))
    });
    let cells: Vec<String> = std::iter::once((column.header)(staircase)).chain(steps).collect();
    let width = cells.iter().map(|cell| width(cell)).fold(column.least, u16::max);
    Laid { cells, width, gives_way: column.gives_way }
}

/// The letters of the marks on each step.
fn letters(staircase: &Staircase) -> Vec<String> {
    let of = |step: &Step| {
        let here = staircase.marks.iter().filter(|m| (step.from..=step.to).contains(&m.pods));
        here.map(|m| letter(m.what)).collect()
    };
    staircase.steps.iter().map(of).collect()
}

/// Draws the table of steps.
pub fn draw(paint: &mut Paint, app: &App, staircase: &Staircase, area: Rect) {
    let theme = paint.look.theme.clone();
    let inner = pane(paint, app, Pane::Steps, &count(staircase.steps.len() as u64, "step"), area);
    let letters = letters(staircase);
    let beside = letters.iter().map(|letters| width(letters)).max().unwrap_or(0);
    let useful = STEPS.iter().filter(|column| (column.useful)(staircase));
    let mut columns: Vec<Laid> = useful.map(|column| lay(staircase, column)).collect();
    let needed = |columns: &[Laid], gap: u16| columns.iter().map(|c| c.width + gap).sum::<u16>() + 1 + beside;
    while needed(&columns, 1) > inner.width {
        let spare = columns.iter().enumerate().filter(|(_, column)| column.gives_way > 0);
        let Some((first, _)) = spare.min_by_key(|(_, column)| column.gives_way) else { break };
        columns.remove(first);
    }
    let gap = if needed(&columns, 2) <= inner.width { 2 } else { 1 };
    let draw_line = |paint: &mut Paint, y: u16, row: usize, style: Style| {
        let mut right = inner.x + 1;
        for column in &columns {
            right += column.width;
            let room = Rect { width: right.saturating_sub(inner.x).min(inner.width), ..inner };
            paint.put_right(room, right, y, column.cells.get(row).map_or("", String::as_str), style);
            right += gap;
        }
        right
    };
    draw_line(paint, inner.y, 0, theme.heading);
    let body = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
    let all = usize::from(body.height);
    let marked = staircase.step_of(app.pods());
    if app.focus == Pane::Steps {
        paint.screen.rows = all.max(1);
    }
    // the step of the cursor in the middle, as far as the ends allow
    let from = marked.saturating_sub(all / 2).min(letters.len().saturating_sub(all));
    for ((i, letters), y) in letters.iter().enumerate().skip(from).zip(body.y..body.bottom()) {
        let style = if i == marked { theme.cursor } else { theme.text };
        let line = Rect { y, height: 1, ..body };
        if i == marked {
            paint.style(line, theme.cursor);
            paint.put(line, line.x, y, paint.look.symbols.here, theme.cursor);
        }
        let x = draw_line(paint, y, i + 1, style);
        paint.put(line, x, y, letters, if i == marked { theme.cursor } else { theme.accent });
        paint.hit(line, Target::Pods(staircase.steps.get(i).map_or(0, |step| step.from)));
    }
}
