//! The node screen: the staircase of held against pods, its steps as a table, and the count under the
//! cursor.

use ratatui::layout::Rect;

use super::chart::{self, Axis, Chart, Join, Mark, Pen, Series};
use super::layout::Size;
use super::paint::{Paint, wrap};
use super::steps;
use crate::app::App;
use crate::app::border::Border;
use crate::app::msg::Target;
use crate::app::node;
use crate::app::pane::Pane;
use crate::engine::staircase::{Count, Point, Staircase};
use crate::engine::timeline::seconds;
use crate::text::{count, shown, thousands};

/// Columns of the table and its frame.
const TABLE: u16 = 49;

/// Draws the screen.
pub fn draw(paint: &mut Paint, app: &App, area: Rect, size: Size) {
    let Some(staircase) = app.staircase() else {
        paint.put(area, area.x + 1, area.y, node::NONE, paint.look.theme.muted);
        return;
    };
    match (size, app.focus) {
        (Size::Small, Pane::Steps) => steps::draw(paint, app, staircase, area),
        (Size::Small, Pane::Timeline) => draw_timeline(paint, app, staircase, area),
        (Size::Small, _) => draw_chart(paint, app, staircase, area),
        _ => {
            let columns = area.width - TABLE.min(area.width / 2);
            let (left, table) = paint.parted(app, Border::Steps, area, columns);
            draw_chart(paint, app, staircase, left);
            // heading and frame, and half at most: the timeline has the rest
            let rows = u16::try_from(staircase.steps.len()).unwrap_or(u16::MAX).saturating_add(3);
            let (above, below) = paint.parted(app, Border::Timeline, table, rows.min(area.height / 2));
            steps::draw(paint, app, staircase, above);
            draw_timeline(paint, app, staircase, below);
            paint.border(Border::Timeline, above, below);
            paint.border(Border::Steps, left, table);
        }
    }
}

/// A frame in which a pane's focus shows; on a small screen its inside alone.
pub(super) fn pane(paint: &mut Paint, app: &App, pane: Pane, title: &str, area: Rect) -> Rect {
    let theme = &paint.look.theme;
    let style = if app.focus == pane { theme.accent } else { theme.muted };
    paint.hit(area, Target::Pane(pane));
    paint.framed(area, title, style)
}

/// `workers, m5.8xlarge`, where nobody names a type the manager; and which of the plan's groups it is.
fn title(app: &App, staircase: &Staircase) -> String {
    let groups = app.report().map_or(0, |r| r.node_groups.len());
    let of = match groups {
        0 | 1 => String::new(),
        n => format!(", group {} of {n}", app.cell(Pane::Groups).row + 1),
    };
    let kind = match staircase.instance_type.as_str() {
        "" => staircase.manager.title.to_string(),
        name => shown(name),
    };
    format!("a node of {}, {kind}{of}", shown(&staircase.group))
}

pub(super) fn letter(what: Point) -> char {
    match what {
        Point::Least => 'E',
        Point::Today => 'T',
        Point::HighWater => 'H',
        Point::Most => 'M',
    }
}

fn draw_chart(paint: &mut Paint, app: &App, staircase: &Staircase, area: Rect) {
    let theme = paint.look.theme.clone();
    let inner = pane(paint, app, Pane::Staircase, &title(app, staircase), area);
    let at = app.pods();
    let held = |pods: u64| staircase.count(pods).map_or(0, Count::held);
    let series = |pen: Pen, of: fn(&Count) -> u64| Series {
        points: staircase.counts.iter().map(|row| (row.pods, of(row))).collect(),
        join: Join::Step,
        pen,
    };
    let mut all = vec![series(Pen { style: theme.text, sign: '#', dotted: false }, Count::held)];
    if staircase.varies() {
        let pen = Pen { style: theme.muted, sign: '.', dotted: true };
        all.insert(0, series(pen, |row| row.instead().unwrap_or(row.held())));
    }
    let letters = staircase.marks.iter().map(|mark| Mark {
        at: (mark.pods, held(mark.pods)),
        letter: letter(mark.what),
        style: theme.accent,
    });
    let chart = Chart {
        series: all,
        marks: letters.collect(),
        cursor: Some(at),
        from: 0,
        most: staircase.most(),
        x: Axis::Count("pods"),
        y: "held",
    };
    let most = inner.width.saturating_sub(2);
    let lines: Vec<(usize, String)> = below(staircase, at)
        .iter()
        .enumerate()
        .flat_map(|(i, line)| wrap(line, most).into_iter().map(move |part| (i, part)))
        .collect();
    // the count under the cursor has a line wherever a chart has room, the letters where there is more
    let room = Rect { height: chart::rows_above(inner.height, lines.len()), ..inner };
    if let Some(plot) = chart::draw(paint, room, &chart) {
        for x in plot.area.x..plot.area.right() {
            let column = Rect { x, width: 1, ..plot.area };
            paint.hit(column, Target::Pods(plot.number(x)));
        }
    }
    if app.focus == Pane::Staircase {
        paint.screen.rows = 10;
    }
    let style = |i: usize| if i == 0 { theme.heading } else { theme.text };
    for ((i, line), y) in lines.iter().zip(room.bottom()..inner.bottom()) {
        paint.put(inner, inner.x + 1, y, line, style(*i));
    }
}

/// The count under the cursor, and what the letters are.
fn below(staircase: &Staircase, at: u64) -> Vec<String> {
    let mut lines: Vec<String> =
        staircase.count(at).map(|row| in_words(staircase, row)).into_iter().collect();
    for mark in &staircase.marks {
        let held = staircase.count(mark.pods).map_or_else(String::new, held_of);
        let pods = count(mark.pods, "pod");
        lines.push(format!("{} {}: {pods}, {held} held", letter(mark.what), mark.what.name()));
    }
    if staircase.branch > 0 {
        lines.push(format!(
            "+ {} of branch-ENI pods on the fullest",
            crate::text::addresses(staircase.branch)
        ));
    }
    lines
}

/// `40 pods: 3 ENIs + 87 (40 assigned, 47 unused) = 90 held`.
fn in_words(staircase: &Staircase, row: &Count) -> String {
    let own = match row.primary {
        n if staircase.enis => format!("{} + ", count(n, "ENI")),
        0 => String::new(),
        n => format!("{} of the node + ", thousands(n)),
    };
    let pieces = staircase.piece.map_or(String::new(), |one| format!(" of {}", count(row.pieces, one)));
    let stranded = match row.stranded {
        0 => String::new(),
        n => format!(", {} of them stranded", thousands(n)),
    };
    let later = match row.churned.filter(|churned| *churned != row.held()) {
        None => String::new(),
        Some(churned) => format!("; {} after the high water", thousands(churned)),
    };
    let starve = match row.pods - row.running {
        0 => String::new(),
        n => format!(", {} starve", thousands(n)),
    };
    format!(
        "{}{starve}: {own}{}{pieces} ({} assigned, {} unused{stranded}) = {} held{later}",
        count(row.pods, "pod"),
        thousands(row.pool()),
        thousands(row.assigned),
        thousands(row.unused),
        held_of(row)
    )
}

/// A range where it is not one number.
pub(super) fn held_of(row: &Count) -> String {
    span(row.held_min.unwrap_or(row.held()), row.held_max.unwrap_or(row.held()))
}

/// One number, or the least and the most.
pub(super) fn span(a: u64, b: u64) -> String {
    if a == b { thousands(a) } else { format!("{}..{}", thousands(a.min(b)), thousands(a.max(b))) }
}

/// Columns of a line's seconds.
const SECONDS: u16 = 9;

/// The node's life; where its manager's nodes have none to tell, by which rules they take addresses.
fn draw_timeline(paint: &mut Paint, app: &App, staircase: &Staircase, area: Rect) {
    let theme = paint.look.theme.clone();
    let (lines, first) = app.timeline();
    let pods = count(app.pods(), "pod");
    let title = match staircase.high_water(app.pods()) {
        _ if lines.is_empty() => format!("by the rules of {}", staircase.manager.title),
        Some(high) => format!("a fresh node, then {}, {}, {pods}", thousands(app.pods()), thousands(high)),
        None => format!("a fresh node, then {pods}"),
    };
    let inner = pane(paint, app, Pane::Timeline, &title, area);
    let lead = if lines.is_empty() { 0 } else { SECONDS.min(inner.width) };
    let told: Vec<(String, String)> = match lines {
        [] => staircase.rules().into_iter().map(|rule| (String::new(), rule)).collect(),
        lines => lines.iter().map(|line| (seconds(line.millis), line.text.clone())).collect(),
    };
    let rows: Vec<(String, String)> = told
        .into_iter()
        .flat_map(|(time, text)| {
            let first = std::iter::once(time).chain(std::iter::repeat(String::new()));
            first.zip(wrap(&text, inner.width.saturating_sub(lead + 2)))
        })
        .collect();
    let height = usize::from(inner.height);
    let end = rows.len().saturating_sub(height);
    if app.focus == Pane::Timeline {
        (paint.screen.rows, paint.screen.end) = (height.max(1), end);
    }
    let left = Rect { width: lead, ..inner };
    for ((seconds, text), y) in rows.iter().skip(first.min(end)).zip(inner.y..inner.bottom()) {
        paint.put_right(left, inner.x + lead, y, seconds, theme.muted);
        paint.put(inner, inner.x + lead + 1, y, text, theme.text);
    }
    if end > first.min(end) {
        let more = format!(" {} {} ", paint.look.symbols.below, count((end - first.min(end)) as u64, "line"));
        paint.put_right(
            area,
            area.right().saturating_sub(1),
            area.bottom().saturating_sub(1),
            &more,
            theme.muted,
        );
    }
}
