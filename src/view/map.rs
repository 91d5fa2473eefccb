//! The map screen: a pool's addresses as cells, what they come to, and as a list of runs.
//!
//! A cell of one address is a letter; a cell of more is the letter of what most of its taken addresses are, how much of
//! it is in use in eighths, and a mark if it has an aligned /28 that is taken in part.

use std::net::IpAddr;

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::layout::Size;
use super::legend;
use super::node::pane;
use super::paint::{Paint, width};
use super::theme::Theme;
use crate::app::App;
use crate::app::border::Border;
use crate::app::map;
use crate::app::msg::Target;
use crate::app::pane::Pane;
use crate::app::plot::Plot;
use crate::engine::map::{BLOCK, Map, Use};
use crate::text::shown;

/// Columns of what stands beside the cells.
const BESIDE: u16 = 40;
/// Columns of the last two parts of an IPv4 address and a blank: what a line is labelled with where more does not fit.
const LABEL: u16 = 9;
/// Rows of the list, its heading and its frame, where it has not the focus.
const LIST: u16 = 5;
/// Lines of cells on a small screen at the least.
const LEAST: u16 = 3;
/// Rows of what stands beside the cells.
const ROWS: u16 = 22;
/// Rows from which on the list has a third of them.
const TALL: u16 = 30;
/// A block that is broken.
pub const BROKEN: &str = "!";

pub fn style(theme: &Theme, of: Use) -> Style {
    match of {
        Use::Twice => theme.bad,
        Use::Assigned => theme.accent,
        Use::Primary => theme.heading,
        Use::Unused => theme.warn,
        Use::Free => theme.good,
        Use::Reserved | Use::Other | Use::Mixed => theme.muted,
    }
}

/// Draws the screen.
pub fn draw(paint: &mut Paint, app: &App, area: Rect, size: Size) {
    let Some(map) = app.map() else {
        let inner = match size {
            Size::Small => area,
            _ => pane(paint, app, Pane::Addresses, &title(app), area),
        };
        paint.put(inner, inner.x + 1, inner.y, map::NONE, paint.look.theme.muted);
        return;
    };
    match size {
        Size::Wide => {
            let least = area.height / if area.height < TALL { 4 } else { 3 };
            // so many columns that a line of the cells is full
            let beside = if area.width >= 190 { area.width - 148 } else { BESIDE };
            let inside = Rect { width: area.width - beside - 2, ..area };
            let (above, list, room) = divided(paint, app, map, (area, inside), (least, ROWS, 0));
            let cells = Rect { width: above.width - beside, ..above };
            let inner = pane(paint, app, Pane::Addresses, &title(app), cells);
            draw_cells(paint, app, map, inner, room);
            let beside = Rect { x: cells.right(), width: beside, ..above };
            let inner = paint.framed(beside, "what they are", paint.look.theme.muted);
            legend::draw_beside(paint, app, inner);
            let note = app.note_of_map().map_or(String::new(), |note| format!(": {note}"));
            let inner = pane(paint, app, Pane::Runs, &format!("one after the other{note}"), list);
            legend::draw_runs(paint, app, map, inner);
            paint.border(Border::Runs, above, list);
        }
        Size::Middle | Size::TooSmall => {
            let least = if app.focus == Pane::Runs { (area.height / 3).max(LIST + 2) } else { LIST };
            let inside = Rect { width: area.width.saturating_sub(2), ..area };
            let below = small(legend::lines_below(paint, app, inside).len() as u128);
            let (above, list, room) = divided(paint, app, map, (area, inside), (least, 0, below));
            let inner = pane(paint, app, Pane::Addresses, &title(app), above);
            draw_with_legend(paint, app, map, inner, room);
            let inner = pane(paint, app, Pane::Runs, "one after the other", list);
            legend::draw_runs(paint, app, map, inner);
            paint.border(Border::Runs, above, list);
        }
        Size::Small => {
            paint.hit(area, Target::Pane(app.focus));
            paint.put(area, area.x + 1, area.y, &title(app), paint.look.theme.heading);
            let rest = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
            match app.focus {
                Pane::Runs => legend::draw_runs(paint, app, map, rest),
                _ => {
                    let lines = small(legend::lines_below(paint, app, rest).len() as u128);
                    let rows = rest.height.saturating_sub(lines).max(rest.height.min(LEAST));
                    draw_with_legend(paint, app, map, rest, room(map, Rect { height: rows, ..rest }));
                }
            }
        }
    }
}

/// An area divided between the cells and the list, and the room for cells: the list has at least some rows, and what the
/// cells, at least some rows with others below them, do not need.
fn divided(
    paint: &Paint,
    app: &App,
    map: &Map,
    (area, inside): (Rect, Rect),
    (list, least, below): (u16, u16, u16),
) -> (Rect, Rect, (u16, u16)) {
    let (most, _) = paint.parted(app, Border::Runs, area, area.height.saturating_sub(list));
    let rows = most.height.saturating_sub(2 + below);
    let room = room(map, Rect { height: rows, ..inside });
    let needed = small(app.plot_in(room).lines).max(least).min(rows) + 2 + below;
    let (above, below) = paint.parted(app, Border::Runs, area, needed);
    (above, below, room)
}

/// `one/pods 10.244.0.0/16`, which of the plan's pools it is, and in which situation.
fn title(app: &App) -> String {
    let Some(report) = app.report() else { return "addresses".to_owned() };
    let at = app.cell(Pane::Pools).row;
    let Some(pool) = report.pools.get(at) else { return "addresses".to_owned() };
    let of = match report.pools.len() {
        0 | 1 => String::new(),
        n => format!(", pool {} of {n}", at + 1),
    };
    let situation = app.situation_of_map().map_or(String::new(), |s| format!(", {}", s.name()));
    format!("addresses of {} {}{situation}{of}", shown(&pool.name), pool.cidr)
}

/// The cells, and below them what they are.
fn draw_with_legend(paint: &mut Paint, app: &App, map: &Map, area: Rect, room: (u16, u16)) {
    let rows = small(app.plot_in(room).lines).min(area.height);
    draw_cells(paint, app, map, Rect { height: rows, ..area }, room);
    let inside = Rect { y: area.y + rows, height: area.height - rows, ..area };
    for (line, y) in legend::lines_below(paint, app, area).iter().zip(inside.y..inside.bottom()) {
        legend::put(paint, Rect { y, height: 1, ..area }, line);
    }
}

/// Columns and lines for the cells in an area.
fn room(map: &Map, area: Rect) -> (u16, u16) {
    let label = if matches!(map.address(0), Some(IpAddr::V4(_))) { LABEL } else { 0 };
    (area.width.saturating_sub(1 + label).max(1), area.height.max(1))
}

/// The cells, each line labelled with its first address.
fn draw_cells(paint: &mut Paint, app: &App, map: &Map, area: Rect, room: (u16, u16)) {
    let theme = paint.look.theme.clone();
    paint.screen.room = room;
    let plot = app.plot_in(room);
    paint.screen.rows = usize::try_from(plot.lines).unwrap_or(1).max(1);
    let wide = small(plot.column(plot.line));
    let label = label(map, &plot, area.width.saturating_sub(1 + wide));
    let x0 = area.x + 1 + label.iter().map(|text| width(text) + 1).max().unwrap_or(0);
    let here = app.here_of_map();
    for (n, y) in (0..plot.lines).zip(area.y..area.bottom()) {
        let line = Rect { y, height: 1, ..area };
        let text = label.get(usize::try_from(n).unwrap_or(usize::MAX)).map_or("", String::as_str);
        paint.put(line, area.x + 1, y, text, theme.muted);
        for column in 0..plot.line {
            let Some((from, to)) = plot.cell((plot.top + n) * plot.line + column, map.last()) else { break };
            let x = x0 + small(plot.column(column));
            draw_cell(paint, map, (from, to), &plot, Rect { x, ..line }.intersection(line), here);
        }
    }
}

/// A cell, and what is behind it.
fn draw_cell(
    paint: &mut Paint,
    map: &Map,
    (from, to): (u128, u128),
    plot: &Plot,
    room: Rect,
    here: Option<(u128, u128)>,
) {
    let theme = paint.look.theme.clone();
    let counts = map.counts_in(from, to);
    let Some(of) = counts.telling() else { return };
    let under = here.is_some_and(|(first, last)| first <= to && from <= last);
    let own = if under { theme.cursor } else { style(&theme, of) };
    let mut x = room.x;
    x += paint.put(room, x, room.y, of.letter(), own);
    let mut wide = 1;
    if plot.each > 1 {
        let full = if of == Use::Mixed {
            of.letter()
        } else {
            let eighths = &paint.look.symbols.eighths;
            eighths.get(usize::from(counts.eighths())).or(eighths.last()).copied().unwrap_or_default()
        };
        paint.put_signs(Rect { x, width: 1, ..room }.intersection(room), full, own);
        (x, wide) = (x + 1, 3);
    }
    // behind a cell of several, or behind the last address of a block
    let block = if plot.each > 1 {
        Some((from, to))
    } else {
        to.checked_sub(BLOCK - 1).filter(|_| to % BLOCK == BLOCK - 1).map(|first| (first, to))
    };
    let broken = map.blocks.is_some() && block.is_some_and(|(from, to)| map.blocks_in(from, to).1 > 0);
    if broken {
        paint.put(Rect { x, width: 1, ..room }.intersection(room), x, room.y, BROKEN, theme.warn);
    }
    paint.hit(Rect { width: wide, ..room }, Target::Address(from));
}

/// The first address of each line, as much of it as there is room for; nothing where there is none.
fn label(map: &Map, plot: &Plot, room: u16) -> Vec<String> {
    let first = |n: u128| map.address((plot.top + n).saturating_mul(plot.line).saturating_mul(plot.each));
    let all: Vec<IpAddr> = (0..plot.lines).filter_map(first).collect();
    let full: Vec<String> = all.iter().map(IpAddr::to_string).collect();
    let fits = |labels: &[String], most: u16| labels.iter().all(|text| width(text).max(most) < room);
    // as if all were as long as any, so that nothing moves
    if fits(&full, if all.iter().all(IpAddr::is_ipv4) { 15 } else { 0 }) {
        return full;
    }
    let ends = |address: &IpAddr| match address {
        IpAddr::V4(v4) => {
            let [.., third, fourth] = v4.octets();
            format!(".{third}.{fourth}")
        }
        IpAddr::V6(_) => String::new(),
    };
    let short: Vec<String> = all.iter().map(ends).collect();
    if fits(&short, LABEL - 1) { short } else { Vec::new() }
}

fn small(n: u128) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}
