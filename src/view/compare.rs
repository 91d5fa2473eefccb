//! The compare screen: what the plan and its variants come to side by side, and what differs.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::layout::Size;
use super::paint::{Paint, cut, width, wrap};
use crate::app::App;
use crate::app::border::Border;
use crate::app::msg::Target;
use crate::compare::{Line, Worth};
use crate::text::{listed, shown};

/// Columns of a side: least and most.
const SIDE: [u16; 2] = [17, 30];
/// Columns of what is compared, at most.
const LABEL: u16 = 32;

/// Draws the screen.
pub fn draw(paint: &mut Paint, app: &App, area: Rect, size: Size) {
    let theme = paint.look.theme.clone();
    let lines = app.compare_lines();
    let differs = differs(app, area.width.saturating_sub(4));
    let below = u16::try_from(differs.len()).unwrap_or(u16::MAX).saturating_add(2).min(area.height / 3);
    let (above, below) = match size {
        Size::Small => (area, Rect { height: 0, ..area }),
        _ => paint.parted(app, Border::Differs, area, area.height - below),
    };
    let inner = match size {
        Size::Small => above,
        _ => paint.framed(above, &title(app), theme.accent),
    };
    draw_lines(paint, app, &lines, inner);
    if below.height > 2 {
        let (_, side) = app.compare_at();
        let name = app.sides().get(side).map_or(String::new(), |name| shown(name));
        let inner = paint.framed(below, &format!("what differs in {name}"), theme.muted);
        for (line, y) in differs.iter().zip(inner.y..inner.bottom()) {
            paint.put(inner, inner.x + 1, y, line, theme.text);
        }
        if differs.len() > usize::from(inner.height) {
            paint.put_right(below, below.right() - 2, below.bottom() - 1, " ... ", theme.muted);
        }
        paint.border(Border::Differs, above, below);
    }
}

fn title(app: &App) -> String {
    let base = match app.pinned() {
        Some((plan, true)) => format!("the baseline, of {}, another plan", shown(plan)),
        Some((_, false)) => "the baseline".to_owned(),
        None => "the plan".to_owned(),
    };
    let so_far = app.compared_sides().map_or(String::new(), |asked| asked.progress(&app.stop_key()));
    format!("compare: changes against {base}{so_far}")
}

/// What differs in the side under the cursor, or what can be done where nothing does.
fn differs(app: &App, room: u16) -> Vec<String> {
    let (_, at) = app.compare_at();
    let lines = match app.compared(at) {
        None => vec!["being computed".to_owned()],
        Some(((side, outcome), _)) => {
            let problem = outcome.as_ref().err().map(|reason| format!("! {}", shown(reason)));
            problem.into_iter().chain(side.differs.iter().map(|line| shown(line))).collect()
        }
    };
    let lines = match lines.is_empty() {
        false => lines,
        true if app.plan().variants.is_empty() => vec![
            "no variants yet: change the plan, then n here keeps the changes as one and takes the plan back"
                .to_owned(),
        ],
        true => vec!["nothing".to_owned()],
    };
    lines.iter().flat_map(|line| wrap(line, room)).collect()
}

/// The lines, the first side always at the left.
fn draw_lines(paint: &mut Paint, app: &App, lines: &[Line], area: Rect) {
    let theme = paint.look.theme.clone();
    let dots = paint.look.symbols.dots;
    let sides = app.sides().len();
    let (at, here) = app.compare_at();
    let label =
        lines.iter().map(|line| width(&line.name())).max().unwrap_or(8).min(LABEL).min(area.width / 3);
    let x0 = area.x + 2 + label + 1;
    let room = area.right().saturating_sub(x0);
    let [least, most] = SIDE;
    let fit = usize::from(room / least).clamp(1, sides.max(1));
    let wide = (room / u16::try_from(fit).unwrap_or(1)).min(most);
    // the base stays, the others scroll to the cursor
    let rest = fit.saturating_sub(1).max(1);
    let first = (here + 1).saturating_sub(rest).clamp(1, sides.saturating_sub(rest).max(1));
    let shown_sides: Vec<usize> = match fit {
        1 => vec![here],
        _ => std::iter::once(0).chain((first..sides).take(rest)).collect(),
    };
    let rows = usize::from(area.height.saturating_sub(1)).max(1);
    paint.screen.rows = rows;
    let top = (at + 1).saturating_sub(rows);
    let head = Rect { height: 1, ..area };
    for (i, side) in shown_sides.iter().enumerate() {
        let cell = cell_room(x0, area.y, wide, i).intersection(head);
        let name = app.sides().get(*side).map_or(String::new(), |name| shown(name));
        let style = if *side == here { theme.accent } else { theme.heading };
        let room = cell.width.saturating_sub(1);
        paint.put_right(cell, cell.x + room, area.y, &cut(&name, room, dots), style);
    }
    if shown_sides.len() < sides {
        let hidden: Vec<&str> = (0..sides)
            .filter(|s| !shown_sides.contains(s))
            .filter_map(|s| app.sides().get(s))
            .map(String::as_str)
            .collect();
        let text = cut(&format!("+ {}", shown(&listed(&hidden))), label, dots);
        paint.put(head, area.x + 2, area.y, &text, theme.muted);
    }
    for ((i, line), y) in lines.iter().enumerate().skip(top).take(rows).zip(area.y + 1..area.bottom()) {
        let row = Rect { y, height: 1, ..area };
        if i == at {
            paint.put(row, area.x, y, paint.look.symbols.here, theme.accent);
        }
        let style = if i == at { theme.accent } else { theme.text };
        paint.put(row, area.x + 2, y, &cut(&line.name(), label, dots), style);
        for (column, side) in shown_sides.iter().enumerate() {
            let cell = cell_room(x0, y, wide, column).intersection(row);
            let (text, style) = said(app, &theme, line, *side, cell.width.saturating_sub(1));
            let style = if (i, *side) == (at, here) { theme.cursor } else { style };
            let right = cell.x + cell.width.saturating_sub(1);
            paint.put_right(cell, right, y, &cut(&text, cell.width.saturating_sub(1), dots), style);
            paint.hit(cell, Target::Side { line: i, side: *side });
        }
    }
}

fn cell_room(x0: u16, y: u16, wide: u16, column: usize) -> Rect {
    let x = x0.saturating_add(u16::try_from(column).unwrap_or(0).saturating_mul(wide));
    Rect { x, y, width: wide, height: 1 }
}

/// A cell: what it is, and beside the first side by how much it is another.
fn said(app: &App, theme: &super::theme::Theme, line: &Line, side: usize, room: u16) -> (String, Style) {
    let outcome = |side| app.compared(side).map(|((_, outcome), fresh)| (outcome, fresh));
    match outcome(side) {
        None => ("..".to_owned(), theme.muted),
        Some((Err(_), _)) if *line == Line::Figure("verdict") => ("not valid".to_owned(), theme.bad),
        Some((Err(_), _)) => ("x".to_owned(), theme.muted),
        Some((Ok(own), fresh)) => {
            let text = line.text(own);
            let base = outcome(0).filter(|_| side > 0).and_then(|(base, _)| base.as_ref().ok());
            let (text, worth) = match base.and_then(|base| line.change(base, own)) {
                None => (text, None),
                Some((change, worth)) => {
                    // what is no number stands beside what it was
                    let full = if change.grew().is_some() { change.text() } else { format!("* {text}") };
                    (if width(&full) <= room { full } else { text }, Some(worth))
                }
            };
            // of an earlier plan, until this one is computed
            let text = if fresh { text } else { format!("~{text}") };
            let style = match worth {
                _ if !fresh => theme.muted,
                Some(Worth::Good) => theme.good,
                Some(Worth::Bad) => theme.bad,
                Some(Worth::Neutral) | None => theme.text,
            };
            (text, style)
        }
    }
}
