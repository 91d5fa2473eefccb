//! The explore screen: a figure of every pair of values, the pairs ranked by it, and all figures of the one under the
//! cursor beside those of the plan as it is.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::layout::Size;
use super::paint::{Paint, cut, width};
use crate::app::App;
use crate::app::border::Border;
use crate::app::msg::Target;
use crate::app::pane::Pane;
use crate::app::sheet::Tone;
use crate::explore::{Axis, Cell, FIGURES, Figure};
use crate::text::shown;

/// Columns of the ranking, where it stands beside the map.
const RANKING: u16 = 44;

/// Draws the screen.
pub fn draw(paint: &mut Paint, app: &App, area: Rect, size: Size) {
    let Some(axes) = app.axes() else {
        let inner =
            if size == Size::Small { area } else { paint.framed(area, "explore", paint.look.theme.accent) };
        let text = app.explore_refused().unwrap_or("no figures: the plan is not valid yet");
        paint.put(inner, inner.x + 1, inner.y, text, paint.look.theme.muted);
        return;
    };
    if size == Size::Small {
        if app.ranks() {
            draw_ranking(paint, app, axes, area)
        } else {
            draw_map(paint, app, axes, area)
        }
        return;
    }
    let below = u16::try_from(FIGURES.len()).unwrap_or(8) + 3;
    let (above, below) = match area.height >= below + 14 {
        true => paint.parted(app, Border::Pair, area, area.height - below),
        false => (area, Rect { height: 0, ..area }),
    };
    match size {
        Size::Wide => {
            let (map, ranking) = paint.parted(app, Border::Ranking, above, above.width - RANKING);
            framed(paint, app, axes, Pane::Heat, map);
            framed(paint, app, axes, Pane::Ranking, ranking);
            paint.border(Border::Ranking, map, ranking);
        }
        _ => framed(paint, app, axes, if app.ranks() { Pane::Ranking } else { Pane::Heat }, above),
    }
    if below.height > 0 {
        draw_pair(paint, app, axes, below);
        paint.border(Border::Pair, above, below);
    }
}

fn framed(paint: &mut Paint, app: &App, axes: &[Axis; 2], pane: Pane, area: Rect) {
    let theme = &paint.look.theme;
    let style = if app.focus == pane { theme.accent } else { theme.muted };
    let so_far = app.explored_cells().map_or(String::new(), |asked| asked.progress(&app.stop_key()));
    let title = match pane {
        Pane::Ranking => format!("best by {}, failing last", app.figure().name),
        _ => format!("{}{so_far}: {}", app.figure().name, app.figure().doc),
    };
    let inner = paint.framed(area, &title, style);
    paint.hit(area, Target::Pane(pane));
    match pane {
        Pane::Ranking => draw_ranking(paint, app, axes, inner),
        _ => draw_map(paint, app, axes, inner),
    }
}

fn label(value: &str) -> String {
    if value.is_empty() { "default".to_owned() } else { shown(value) }
}

/// The name of a field that is varied.
fn name(app: &App, axis: &Axis) -> String {
    axis.field().map_or(String::new(), |field| app.plan().label(axis.place.row, field))
}

/// The map: values down, values across, a figure in each cell.
fn draw_map(paint: &mut Paint, app: &App, axes: &[Axis; 2], area: Rect) {
    let theme = paint.look.theme.clone();
    let [across, down] = axes;
    let figure = app.figure();
    let columns = across.values.len().max(1);
    let count = columns * down.values.len();
    // how good a plan is is measured against those that work
    let works = |i: usize| app.explored(i).map(|(cell, _)| cell).filter(|cell| !cell.fails());
    let known: Vec<i64> = (0..count).filter_map(|i| figure.of(works(i)?)).collect();
    let text = |i: usize| match app.explored(i) {
        None => "..".to_owned(),
        Some((Cell::Invalid(_), _)) => "x".to_owned(),
        Some((cell @ Cell::Comes(comes), _)) if cell.fails() && figure.name != "verdict" => {
            format!("!{}", figure.text(comes))
        }
        Some((Cell::Comes(comes), _)) => figure.text(comes),
    };
    let texts: Vec<String> = (0..count).map(text).collect();
    let labels: Vec<String> = across.values.iter().map(|v| label(v)).collect();
    let wide = texts.iter().chain(&labels).map(|t| width(t)).max().unwrap_or(1).max(4) + 2;
    let left = down.values.iter().map(|v| width(&label(v))).max().unwrap_or(1).max(4).min(area.width / 3) + 2;
    let (x0, y0) = (area.x + 1 + left, area.y + 2);
    let room = usize::from(area.right().saturating_sub(x0) / wide).max(1);
    let rows = usize::from(area.bottom().saturating_sub(y0)).max(1);
    let (at_x, at_y) = app.pair();
    paint.screen.rows = rows;
    let first_x = (at_x + 1).saturating_sub(room);
    let first_y = (at_y + 1).saturating_sub(rows);
    // how many of the values there is room for, where it is not all
    let part = |fit: usize, axis: &Axis| match axis.values.len() {
        all if fit < all => format!(" ({fit} of {all})"),
        _ => String::new(),
    };
    let (fit_x, fit_y) = (part(room, across), part(rows, down));
    let title = format!("across: {}{fit_x}, down: {}{fit_y}", name(app, across), name(app, down));
    paint.put(area, area.x + 1, area.y, &title, theme.heading);
    let legend = "! fails  x not valid  [ ] as it is now";
    if rows > down.values.len() + 1 {
        paint.put(area, area.x + 1, area.bottom() - 1, legend, theme.muted);
    }
    let head = Rect { y: area.y + 1, height: 1, ..area };
    for (i, text) in labels.iter().enumerate().skip(first_x).take(room) {
        let column = cell_room(x0, y0 - 1, wide, i - first_x).intersection(head);
        let style = if i == at_x { theme.accent } else { theme.heading };
        paint.put_right(column, column.right(), head.y, text, style);
    }
    let present = app.present_pair();
    for (y, line) in (first_y..down.values.len()).take(rows).zip(y0..area.bottom()) {
        let value = down.values.get(y).map_or(String::new(), |v| label(v));
        let style = if y == at_y { theme.accent } else { theme.heading };
        let value = cut(&value, left, paint.look.symbols.dots);
        paint.put_right(
            Rect { x: area.x, width: left, y: line, height: 1 },
            area.x + left,
            line,
            &value,
            style,
        );
        for x in (first_x..columns).take(room) {
            let i = y * columns + x;
            let room = cell_room(x0, line, wide, x - first_x).intersection(area);
            let here = (x, y) == (at_x, at_y);
            let style = if here { theme.cursor } else { cell_style(paint, app, figure, i, &known) };
            let text = texts.get(i).map_or("", String::as_str);
            paint.put_right(room, room.right(), line, text, style);
            if present == Some((x, y)) {
                // what the plan has now is between brackets
                let at = room.right().saturating_sub(width(text) + 1);
                paint.put(room, at, line, "[", theme.accent);
                paint.put(area, room.right(), line, "]", theme.accent);
            }
            paint.hit(room, Target::Pair(i));
        }
    }
}

/// The name of the field down, where there is little room.
fn short(app: &App, axis: &Axis) -> String {
    let full = name(app, axis);
    full.split(' ').next().unwrap_or_default().to_owned()
}

fn cell_room(x0: u16, y: u16, wide: u16, column: usize) -> Rect {
    let x = x0.saturating_add(u16::try_from(column).unwrap_or(0).saturating_mul(wide));
    Rect { x, y, width: wide.saturating_sub(1), height: 1 }
}

/// Better is greener, the best bold, what fails red; what is of an earlier plan is dim.
fn cell_style(paint: &Paint, app: &App, figure: &Figure, index: usize, all: &[i64]) -> Style {
    let theme = &paint.look.theme;
    let Some((cell @ Cell::Comes(comes), true)) = app.explored(index) else { return theme.muted };
    if figure.name == "verdict" || cell.fails() {
        return theme.tone(Tone::of(comes.verdict));
    }
    match figure.of(cell).map(|value| figure.grade(value, all.iter().copied())) {
        None => theme.muted,
        Some(10) => theme.good.add_modifier(Modifier::BOLD),
        Some(7..10) => theme.good,
        Some(4..7) => theme.text,
        Some(_) => theme.warn,
    }
}

/// The pairs, best first.
fn draw_ranking(paint: &mut Paint, app: &App, axes: &[Axis; 2], area: Rect) {
    let theme = paint.look.theme.clone();
    let [across, down] = axes;
    let figure = app.figure();
    let columns = across.values.len().max(1);
    let each = area.width.saturating_sub(1) / 4;
    let places = [
        Rect { x: area.x + 1, width: each.saturating_sub(1), ..area },
        Rect { x: area.x + 1 + each, width: each.saturating_sub(1), ..area },
        Rect { x: area.x + 1 + 2 * each, width: each.saturating_sub(1), ..area },
        Rect { x: area.x + 1 + 3 * each, width: area.right().saturating_sub(area.x + 1 + 3 * each), ..area },
    ];
    let head = [short(app, across), short(app, down), figure.name.to_owned(), "verdict".to_owned()];
    let numbers = |axis: &Axis| axis.values.iter().all(|v| !v.starts_with(|c: char| c.is_alphabetic()));
    let right = [numbers(across), numbers(down), figure.name != "verdict", false];
    let put = |paint: &mut Paint, texts: &[String; 4], y: u16, style: Style| {
        for ((room, text), right) in places.iter().zip(texts).zip(right) {
            let room = Rect { y, height: 1, ..*room };
            let text = cut(text, room.width, paint.look.symbols.dots);
            if right {
                paint.put_right(room, room.right(), y, &text, style);
            } else {
                paint.put(room, room.x, y, &text, style);
            }
        }
    };
    put(paint, &head, area.y, theme.heading);
    let ranking = app.ranking();
    let rows = usize::from(area.height.saturating_sub(1)).max(1);
    if app.ranks() {
        paint.screen.rows = rows;
    }
    let here = app.pair_index();
    let at = ranking.iter().position(|i| *i == here).unwrap_or(0);
    // the best are shown while the cursor is in the map
    let first = if app.ranks() { (at + 1).saturating_sub(rows) } else { 0 };
    for (index, y) in ranking.iter().copied().skip(first).take(rows).zip(area.y + 1..area.bottom()) {
        let line = Rect { y, height: 1, ..area };
        let value = |axis: &Axis, i: usize| axis.values.get(i).map_or(String::new(), |v| label(v));
        let (text, verdict, plain) = match app.explored(index) {
            Some((Cell::Comes(comes), fresh)) => {
                let style = if fresh { theme.text } else { theme.muted };
                (figure.text(comes), comes.verdict.name().to_owned(), style)
            }
            Some((Cell::Invalid(reason), _)) => ("x".to_owned(), shown(reason), theme.muted),
            None => continue,
        };
        let style = if index == here { theme.cursor } else { plain };
        if index == here {
            paint.style(line, theme.cursor);
            paint.put(line, line.x, y, paint.look.symbols.here, theme.cursor);
        }
        let texts = [value(across, index % columns), value(down, index / columns), text, verdict];
        put(paint, &texts, y, style);
        paint.hit(line, Target::Pair(index));
    }
}

/// All figures of the pair under the cursor, beside those of the plan as it is.
fn draw_pair(paint: &mut Paint, app: &App, axes: &[Axis; 2], area: Rect) {
    let theme = paint.look.theme.clone();
    let (x, y) = app.pair();
    let [across, down] = axes;
    let title = format!("{}, {}", app.assignment(across, x), app.assignment(down, y));
    let inner = paint.framed(area, &title, theme.muted);
    let comes = match app.explored(app.pair_index()) {
        Some((Cell::Comes(comes), _)) => comes,
        Some((Cell::Invalid(reason), _)) => {
            paint.put(inner, inner.x + 1, inner.y, &format!("! no valid plan: {}", shown(reason)), theme.bad);
            return;
        }
        None => {
            paint.put(inner, inner.x + 1, inner.y, "being computed", theme.muted);
            return;
        }
    };
    let [name, now, then] = [inner.x + 1, inner.x + 29, inner.x + 42];
    let doc = inner.x + 46;
    let put_right = |paint: &mut Paint, right: u16, y: u16, text: &str, style: Style| {
        let room = Rect { x: right.saturating_sub(11), y, width: 11, height: 1 }.intersection(inner);
        paint.put_right(room, right, y, text, style);
    };
    put_right(paint, now, inner.y, "now", theme.heading);
    put_right(paint, then, inner.y, "then", theme.heading);
    let present = app.present();
    for (figure, y) in FIGURES.iter().zip(inner.y + 1..inner.bottom()) {
        let here = figure.name == app.figure().name;
        let style = if here { theme.accent } else { theme.text };
        paint.put(inner, name, y, figure.name, style);
        let before = present.map(|comes| figure.text(comes)).unwrap_or_default();
        put_right(paint, now, y, &before, theme.text);
        let better = present.and_then(|p| Some((figure.value)(comes)?.cmp(&(figure.value)(p)?)));
        let tone = match (better, figure.better) {
            (Some(std::cmp::Ordering::Less), crate::explore::figure::Better::Less)
            | (Some(std::cmp::Ordering::Greater), crate::explore::figure::Better::More) => theme.good,
            (Some(std::cmp::Ordering::Equal) | None, _) => theme.text,
            _ => theme.warn,
        };
        put_right(paint, then, y, &figure.text(comes), tone);
        paint.put(inner, doc, y, figure.doc, theme.muted);
    }
}
