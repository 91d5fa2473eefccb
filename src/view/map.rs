//! The map screen: a pool's addresses as cells, and as a table of runs.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::layout::Size;
use super::paint::{Paint, width};
use super::theme::Theme;
use crate::app::App;
use crate::app::map;
use crate::app::msg::Target;
use crate::app::pane::Pane;
use crate::engine::map::{Run, Use, length};
use crate::ipam::range::number;
use crate::text::{addresses, shown, thousands};

/// Rows that the cells take at the most.
const CELLS: u16 = 8;

/// The letter of a use, so that no cell says by colour alone what it is.
pub fn letter(of: Use) -> &'static str {
    match of {
        Use::Reserved => "x",
        Use::Other => "o",
        Use::Primary => "p",
        Use::Assigned => "#",
        Use::Twice => "2",
        Use::Unused => "-",
        Use::Free => ".",
        Use::Mixed => "~",
    }
}

fn style(theme: &Theme, of: Use) -> Style {
    match of {
        Use::Twice => theme.bad,
        Use::Assigned | Use::Primary => theme.accent,
        Use::Unused => theme.warn,
        Use::Free => theme.good,
        Use::Reserved | Use::Other | Use::Mixed => theme.muted,
    }
}

/// Draws the screen.
pub fn draw(paint: &mut Paint, app: &App, area: Rect, size: Size) {
    let runs = app.map();
    let inner = match size {
        Size::Small => area,
        _ => {
            let theme = paint.look.theme.clone();
            paint.framed(area, &title(app), theme.accent)
        }
    };
    paint.hit(area, Target::Pane(Pane::Addresses));
    let (Some(first), Some(last)) = (runs.first(), runs.last()) else {
        paint.put(inner, inner.x + 1, inner.y, map::NONE, paint.look.theme.muted);
        return;
    };
    let mut y = inner.y;
    if size == Size::Small {
        paint.put(inner, inner.x + 1, y, &title(app), paint.look.theme.heading);
        y += 1;
    }
    let columns = u128::from(inner.width.saturating_sub(2).max(1));
    let whole = number(last.range.last).saturating_sub(number(first.range.first)).saturating_add(1);
    let rows = u128::from(CELLS.min(inner.height / 3)).max(1);
    // a cell is a power of two of addresses, so that it begins where a block begins
    let each = whole.div_ceil(columns * rows).next_power_of_two();
    let cells = whole.div_ceil(each);
    let per_row = columns.min(64.max(columns / 64 * 64)).max(1);
    let at = app.run_of_map();
    for cell in 0..cells {
        let line = u16::try_from(cell / per_row).unwrap_or(u16::MAX);
        let (x, y) = (inner.x + 1 + u16::try_from(cell % per_row).unwrap_or(0), y.saturating_add(line));
        if y >= inner.bottom() {
            break;
        }
        let from = number(first.range.first) + cell * each;
        let Some((run, of)) = dominant(runs, from, from + (each - 1)) else { continue };
        let here = runs
            .get(at)
            .is_some_and(|r| number(r.range.first) <= from + (each - 1) && from <= number(r.range.last));
        let theme = paint.look.theme.clone();
        let style = if here { theme.cursor } else { style(&theme, of) };
        paint.put(Rect { x, y, width: 1, height: 1 }, x, y, letter(of), style);
        paint.hit(Rect { x, y, width: 1, height: 1 }, Target::Run(run));
    }
    let lines = u16::try_from(cells.div_ceil(per_row)).unwrap_or(u16::MAX);
    y = y.saturating_add(lines);
    draw_legend(paint, runs, Rect { y, height: inner.bottom().saturating_sub(y).min(1), ..inner }, each);
    let below = Rect { y: y + 2, height: inner.bottom().saturating_sub(y + 2), ..inner };
    draw_runs(paint, app, runs, below);
}

/// The use that a cell of several addresses shows: the one that matters most, and the run it is of.
fn dominant(runs: &[Run], from: u128, to: u128) -> Option<(usize, Use)> {
    const RANK: [Use; 8] = [
        Use::Twice,
        Use::Assigned,
        Use::Primary,
        Use::Other,
        Use::Unused,
        Use::Mixed,
        Use::Free,
        Use::Reserved,
    ];
    let start = runs.partition_point(|run| number(run.range.last) < from);
    let within = runs.iter().enumerate().skip(start).take_while(|(_, run)| number(run.range.first) <= to);
    let rank = |of: Use| RANK.iter().position(|r| *r == of);
    within.map(|(i, run)| (i, run.of)).min_by_key(|(i, of)| (rank(*of), *i))
}

/// `one/pods 10.244.0.0/16`, and which of the plan's pools it is.
fn title(app: &App) -> String {
    let Some(report) = app.report() else { return "addresses".to_owned() };
    let at = app.cell(Pane::Pools).row;
    let Some(pool) = report.pools.get(at) else { return "addresses".to_owned() };
    let of = match report.pools.len() {
        0 | 1 => String::new(),
        n => format!(", pool {} of {n}", at + 1),
    };
    format!("addresses of {} {}{of}", shown(&pool.name), pool.cidr)
}

/// How many addresses a cell is, and what the letters stand for that are there.
fn draw_legend(paint: &mut Paint, runs: &[Run], line: Rect, each: u128) {
    let theme = paint.look.theme.clone();
    let y = line.y;
    let mut x = line.x + 1;
    let text = match u64::try_from(each) {
        Ok(n) => format!("a cell is {}:", addresses(n)),
        Err(_) => format!("a cell is 2^{} addresses:", each.ilog2()),
    };
    x += paint.put(line, x, y, &text, theme.muted) + 1;
    for of in Use::ALL.into_iter().filter(|of| runs.iter().any(|run| run.of == *of)) {
        if x + 4 >= line.right() {
            break;
        }
        let room = Rect { x, width: line.right().saturating_sub(x), ..line };
        x += paint.put(room, x, y, letter(of), style(&theme, of)) + 1;
        let room = Rect { x, width: line.right().saturating_sub(x), ..line };
        x += paint.put(room, x, y, of.name(), theme.muted) + 2;
    }
}

/// The runs, one a line, the cursor's in sight.
fn draw_runs(paint: &mut Paint, app: &App, runs: &[Run], area: Rect) {
    let theme = paint.look.theme.clone();
    let shown_of = |run: &Run| (run.range.to_string(), thousands(length(run)));
    let height = usize::from(area.height.saturating_sub(1));
    paint.screen.rows = height.max(1);
    let at = app.run_of_map();
    let from = at.saturating_sub(height / 2).min(runs.len().saturating_sub(height));
    let lines: Vec<(usize, &Run)> = runs.iter().enumerate().skip(from).take(height).collect();
    let wide = |of: fn(&(String, String)) -> &str, least: u16| {
        lines.iter().map(|(_, run)| width(of(&shown_of(run)))).max().unwrap_or(0).max(least)
    };
    let (ranges, counts) = (wide(|s| &s.0, 9), wide(|s| &s.1, 9));
    let x = area.x + 1;
    let uses = x + ranges + 2 + counts + 2;
    if area.height > 0 {
        paint.put(area, x, area.y, "addresses", theme.heading);
        paint.put_right(area, uses - 2, area.y, "number", theme.heading);
        paint.put(area, uses, area.y, "use", theme.heading);
        paint.put(area, uses + 10, area.y, "whose", theme.heading);
    }
    for ((i, run), y) in lines.into_iter().zip(area.y + 1..area.bottom()) {
        let line = Rect { y, height: 1, ..area };
        let (range, number) = shown_of(run);
        let here = i == at;
        let plain = if here { theme.cursor } else { theme.text };
        if here {
            paint.style(line, theme.cursor);
            paint.put(line, line.x, y, paint.look.symbols.here, theme.cursor);
        }
        paint.put(line, x, y, &range, plain);
        paint.put_right(line, uses - 2, y, &number, plain);
        let of = if here { theme.cursor } else { style(&theme, run.of) };
        paint.put(line, uses, y, run.of.name(), of);
        let rest = Rect { x: uses + 10, width: line.right().saturating_sub(uses + 10), ..line };
        paint.put(rest, rest.x, y, &shown(&run.who), plain);
        paint.hit(line, Target::Run(i));
    }
}
