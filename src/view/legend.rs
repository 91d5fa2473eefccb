//! What the cells of a map come to: how many there are of each use, blocks, what is under the cursor, and the list of runs.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::map::{BROKEN, style};
use super::paint::{Paint, width, wrap};
use crate::app::App;
use crate::app::map::{Key, each};
use crate::app::msg::Target;
use crate::app::pane::Pane;
use crate::engine::map::{Map, Stretch};
use crate::text::{addresses, many, shown};

/// A line: parts of a style each.
pub type Line = Vec<(String, Style)>;

/// Writes a line.
pub fn put(paint: &mut Paint, area: Rect, line: &Line) {
    let mut x = area.x + 1;
    for (text, style) in line {
        x += paint.put(area, x, area.y, text, *style);
    }
}

/// `409`, or `409 of 470` where some are missing.
fn number(key: &Key) -> String {
    match key.missing {
        0 => many(key.drawn),
        missing => format!("{} of {}", many(key.drawn), many(key.drawn.saturating_add(missing))),
    }
}

/// What a cell is, and how to read it.
fn scale(paint: &Paint, app: &App) -> Option<String> {
    let cell = app.plot().each;
    let cell = match (cell, u64::try_from(cell)) {
        (1, _) => return None,
        (_, Ok(n)) => addresses(n),
        (n, Err(_)) => format!("{} addresses", many(n)),
    };
    let eighths = paint.look.symbols.eighths;
    let (first, last) = (eighths.get(1).unwrap_or(&""), eighths.get(8).unwrap_or(&""));
    Some(format!("a cell is {cell}: what most are, and how much is in use ({first} to {last})"))
}

/// Everything beside the cells.
pub fn draw_beside(paint: &mut Paint, app: &App, area: Rect) {
    let theme = paint.look.theme.clone();
    let room = area.width.saturating_sub(2);
    let keys = app.legend_of_map();
    let all: u128 = keys.iter().fold(0, |sum, key| sum.saturating_add(key.drawn));
    let numbers: Vec<String> = keys.iter().map(number).chain([many(all)]).collect();
    let wide = numbers.iter().map(|text| width(text)).max().unwrap_or(0).max(6);
    let mut y = area.y;
    for (key, number) in keys.iter().zip(&numbers) {
        let line = Rect { y, height: 1, ..area };
        paint.put(line, area.x + 1, y, key.of.letter(), style(&theme, key.of));
        paint.put(line, area.x + 3, y, key.of.name(), theme.text);
        paint.put_right(line, area.x + 13 + wide, y, number, theme.text);
        let share = key.drawn.checked_mul(1_000).map(|n| n / all.max(1));
        if let Some(share) = share.and_then(|share| u64::try_from(share).ok()) {
            let share = format!("{}.{} %", share / 10, share % 10);
            paint.put_right(line, area.x + 13 + wide + 9, y, &share, theme.muted);
        }
        y += 1;
    }
    let line = Rect { y, height: 1, ..area };
    paint.put(line, area.x + 3, y, "in all", theme.heading);
    paint.put_right(line, area.x + 13 + wide, y, &many(all), theme.heading);
    let (range, counts, holders) = app.cursor_of_map();
    let mut lines: Vec<Line> =
        wrap(&range, room).into_iter().map(|text| vec![(text, theme.heading)]).collect();
    for (of, n) in counts.uses() {
        let text = format!(" {} {}", many(n), of.name());
        lines.push(vec![(of.letter().to_owned(), style(&theme, of)), (text, theme.text)]);
    }
    for (who, own) in holders {
        // what is left of a list that is too long has no figures
        let bare = [0, counts.total()].contains(&own.total());
        let text = if bare { who } else { format!("{who}: {}", each(own)) };
        lines.extend(wrap(&text, room).into_iter().map(|text| vec![(text, theme.muted)]));
    }
    let mut above: Vec<Line> = Vec::new();
    let mut say = |text: String, style: Style| {
        above.extend(wrap(&text, room).into_iter().map(|text| vec![(text, style)]));
    };
    if let Some(text) = scale(paint, app) {
        say(text, theme.muted);
    }
    if let Some(text) = app.missing_of_map() {
        say(text, theme.bad);
    }
    let blocks = app.blocks_of_map();
    if !blocks.is_empty() {
        above.push(Vec::new());
    }
    for (i, text) in blocks.into_iter().enumerate() {
        let mark = if i == 1 { (format!("{BROKEN} "), theme.warn) } else { ("  ".to_owned(), theme.text) };
        above.push(vec![mark, (text, theme.text)]);
    }
    above.push(Vec::new());
    for (line, y) in above.iter().chain(&lines).zip(y + 1..area.bottom()) {
        put(paint, Rect { y, height: 1, ..area }, line);
    }
}

/// The same in lines below the cells.
pub fn lines_below(paint: &Paint, app: &App, area: Rect) -> Vec<Line> {
    let theme = &paint.look.theme;
    let room = area.width.saturating_sub(2);
    let mut lines: Vec<Line> = vec![Vec::new()];
    let mut used = 0;
    for key in app.legend_of_map() {
        let text = format!(" {} {}  ", key.of.name(), number(&key));
        let wide = 1 + width(&text);
        if used + wide > room + 2 && used > 0 {
            lines.push(Vec::new());
            used = 0;
        }
        used += wide;
        if let Some(line) = lines.last_mut() {
            line.extend([(key.of.letter().to_owned(), style(theme, key.of)), (text, theme.text)]);
        }
    }
    let blocks = app.blocks_of_map();
    if !blocks.is_empty() {
        let mut line: Line = Vec::new();
        for (i, text) in blocks.into_iter().enumerate() {
            let mark = if i == 1 { BROKEN } else { "" };
            let gap = if i == 0 { "" } else { "  " };
            line.push((format!("{gap}{mark}"), theme.warn));
            line.push((if i == 1 { format!(" {text}") } else { text }, theme.text));
        }
        lines.push(line);
    }
    if let Some(text) = app.missing_of_map() {
        lines.push(vec![(text, theme.bad)]);
    }
    for text in app.note_of_map().into_iter().chain(scale(paint, app)) {
        lines.push(vec![(text, theme.muted)]);
    }
    let (range, counts, holders) = app.cursor_of_map();
    let whose =
        holders.into_iter().map(|(who, own)| match own.total() == counts.total() || own.total() == 0 {
            true => who,
            false => format!("{who}: {}", each(own)),
        });
    let whose: Vec<String> = whose.collect();
    let mut cursor: Vec<Line> =
        vec![vec![(range, theme.heading), (format!("  {}", each(counts)), theme.text)]];
    cursor.push(vec![(whose.join("; "), theme.text)]);
    // the list tells it, where that has the focus
    if app.focus == Pane::Runs {
        return lines;
    }
    cursor.extend(lines);
    cursor
}

/// The runs, one a line, the cursor's in sight.
pub fn draw_runs(paint: &mut Paint, app: &App, map: &Map, area: Rect) {
    let theme = paint.look.theme.clone();
    let height = usize::from(area.height.saturating_sub(1));
    if app.focus == Pane::Runs {
        paint.screen.rows = height.max(1);
    }
    let runs = app.runs_of_map(height);
    let at = app.at_of_map();
    let text = |run: &Stretch| {
        let range = match map.address(run.from).zip(map.address(run.to)) {
            Some((first, last)) if first != last => format!("{first}-{last}"),
            Some((first, _)) => first.to_string(),
            None => String::new(),
        };
        (range, many((run.to - run.from).saturating_add(1)))
    };
    let lines: Vec<(&Stretch, (String, String))> = runs.iter().map(|run| (run, text(run))).collect();
    let wide = |of: fn(&(String, String)) -> &str, least: u16| {
        lines.iter().map(|(_, texts)| width(of(texts))).max().unwrap_or(0).max(least)
    };
    let (ranges, counts) = (wide(|s| &s.0, 9), wide(|s| &s.1, 9));
    let x = area.x + 1;
    let uses = x + ranges + 2 + counts + 2;
    if area.height > 0 {
        paint.put(area, x, area.y, "addresses", theme.heading);
        paint.put_right(area, uses - 2, area.y, "number", theme.heading);
        paint.put(area, uses, area.y, "use", theme.heading);
        paint.put(area, uses + 12, area.y, "whose", theme.heading);
    }
    for ((run, (range, number)), y) in lines.into_iter().zip(area.y + 1..area.bottom()) {
        let line = Rect { y, height: 1, ..area };
        let here = run.from <= at && at <= run.to;
        let cursor = if app.focus == Pane::Runs { theme.cursor } else { theme.row };
        let plain = if here { cursor } else { theme.text };
        if here {
            paint.style(line, cursor);
            paint.put(line, line.x, y, paint.look.symbols.here, cursor);
        }
        paint.put(line, x, y, &range, plain);
        paint.put_right(line, uses - 2, y, &number, plain);
        paint.put(line, uses, y, run.of.letter(), if here { cursor } else { style(&theme, run.of) });
        paint.put(line, uses + 2, y, run.of.name(), if here { cursor } else { style(&theme, run.of) });
        let rest = Rect { x: uses + 12, width: line.right().saturating_sub(uses + 12), ..line };
        paint.put(rest, rest.x, y, &shown(&run.who), plain);
        paint.hit(line, Target::Run(run.from));
    }
}
