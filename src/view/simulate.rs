//! The simulation screen: the series of pools as charts, the moment under the cursor, and what happened
//! around it.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::Look;
use super::chart::{self, Axis, Chart, Join, Mark, Pen, Series};
use super::layout::Size;
use super::paint::{Paint, cut_middle, width, wrap};
use crate::app::App;
use crate::app::border::Border;
use crate::app::msg::Target;
use crate::app::pane::Pane;
use crate::app::simulate::failures;
use crate::plan::scenario::duration;
use crate::simulate::{Moment, PoolAt, Run, Topic};
use crate::text::{addresses, count, shown, thousands};

/// Columns of the list of events, where there is room for it beside the charts.
const EVENTS: u16 = 46;
/// Columns that a pool's name keeps before a legend gives way.
const NAME: u16 = 9;
/// Least rows for the charts and the list of events, one above the other.
const BOTH: u16 = 14;
/// Rows of a chart that says something.
const CHART: u16 = 9;

/// Draws the screen; while a newer run is computed, the one that is there dimmed.
pub fn draw(paint: &mut Paint, app: &App, area: Rect, size: Size) {
    if !app.run_is_stale() || app.run().is_none() {
        return draw_panes(paint, app, area, size);
    }
    let look = Look { theme: paint.look.theme.dimmed(), symbols: paint.look.symbols.clone() };
    let mut dim = Paint { frame: &mut *paint.frame, look: &look, screen: &mut *paint.screen };
    draw_panes(&mut dim, app, area, size);
}

fn draw_panes(paint: &mut Paint, app: &App, area: Rect, size: Size) {
    match (size, app.focus) {
        (Size::Small, Pane::Happenings) => draw_events(paint, app, area),
        (Size::Small, _) => draw_series(paint, app, area),
        // beside an open panel there is room for one of them
        (Size::Middle, Pane::Happenings) if area.height < BOTH => draw_events(paint, app, area),
        (Size::Middle, _) if area.height < BOTH => draw_series(paint, app, area),
        (Size::Middle, _) => {
            let (above, below) = paint.parted(app, Border::EventsBelow, area, area.height - area.height / 3);
            draw_series(paint, app, above);
            draw_events(paint, app, below);
            paint.border(Border::EventsBelow, above, below);
        }
        _ => {
            let columns = area.width - EVENTS.min(area.width / 2);
            let (left, right) = paint.parted(app, Border::Events, area, columns);
            draw_series(paint, app, left);
            draw_events(paint, app, right);
            paint.border(Border::Events, left, right);
        }
    }
}

/// A frame in which a pane's focus shows.
fn pane(paint: &mut Paint, app: &App, pane: Pane, title: &str, area: Rect) -> Rect {
    let theme = &paint.look.theme;
    let style = if app.focus == pane { theme.accent } else { theme.muted };
    paint.hit(area, Target::Pane(pane));
    paint.framed(area, title, style)
}

/// `small-then-big (1 of 5), playing`.
fn title(app: &App) -> String {
    let all = app.scenarios();
    let at = app.scenario();
    let name = all.get(at).map_or("", |c| c.name);
    let state = match (app.run_is_stale(), app.reached(), app.is_playing()) {
        (true, Some(reached), _) => {
            format!(", computing: {reached}, {} stops", app.stop_key())
        }
        (true, None, _) => ", computing".to_owned(),
        (false, _, true) => ", playing".to_owned(),
        (false, _, false) => match app.run() {
            Some(Ok(run)) if !run.complete => {
                let at = run.moments.last().map_or(0, |m| m.at);
                format!(", stopped at {} of {}", duration(at), duration(run.until))
            }
            _ => String::new(),
        },
    };
    format!("scenario {} ({} of {}){state}", shown(name), at + 1, all.len())
}

fn draw_series(paint: &mut Paint, app: &App, area: Rect) {
    let inner = pane(paint, app, Pane::Series, &title(app), area);
    let theme = paint.look.theme.clone();
    let (run, moment) = match (app.run(), app.moment()) {
        (Some(Ok(run)), Some((_, moment))) => (run, moment),
        (Some(Err(reason)), _) => {
            let lines = wrap(&shown(reason), inner.width.saturating_sub(2));
            for (line, y) in lines.iter().zip(inner.y..inner.bottom()) {
                paint.put(inner, inner.x + 1, y, line, theme.text);
            }
            return;
        }
        _ => {
            let lines = wrap(&shown(&app.asked_for()), inner.width.saturating_sub(2));
            for (line, y) in lines.iter().zip(inner.y..inner.bottom()) {
                paint.put(inner, inner.x + 1, y, line, theme.muted);
            }
            return;
        }
    };
    let lines: Vec<String> =
        figures(app, run, moment).iter().flat_map(|line| wrap(line, inner.width.saturating_sub(2))).collect();
    let room = Rect { height: chart::rows_above(inner.height, lines.len()), ..inner };
    // the selected pool, and as many after it as there is room for
    let fit = usize::from((room.height / CHART).max(1)).min(run.pools.len().max(1));
    let first = app.pool_of_run().min(run.pools.len().saturating_sub(fit));
    let height = room.height / u16::try_from(fit).unwrap_or(1).max(1);
    for (pool, y) in (first..first + fit).zip((room.y..).step_by(usize::from(height.max(1)))) {
        draw_pool(paint, app, run, pool, moment, Rect { y, height, ..room });
    }
    for (i, (line, y)) in lines.iter().zip(room.bottom()..inner.bottom()).enumerate() {
        let style = if i == 0 { theme.heading } else { theme.text };
        paint.put(inner, inner.x + 1, y, line, style);
    }
    if app.focus == Pane::Series {
        paint.screen.rows = 1;
    }
}

fn draw_pool(paint: &mut Paint, app: &App, run: &Run, pool: usize, moment: &Moment, area: Rect) {
    let theme = paint.look.theme.clone();
    let of = |f: fn(&PoolAt) -> u64| -> Vec<(u64, u64)> {
        let points = run.moments.iter().filter_map(|m| Some((m.at / 1_000, f(m.pools.get(pool)?))));
        points.collect()
    };
    let other = run.moments.iter().filter_map(|m| m.pools.get(pool)).any(|p| p.other > 0);
    // what nodes can have, what they hold, and what of that pods have
    let lines: [Line; 3] = [
        Line {
            name: if other { "usable less other" } else { "usable" },
            letter: 'u',
            pen: Pen { style: theme.muted, sign: '-', dotted: true },
            of: |p| p.usable.saturating_sub(p.other),
        },
        Line {
            name: "assigned",
            letter: 'a',
            pen: Pen { style: theme.good, sign: '#', dotted: false },
            of: |p| p.assigned,
        },
        Line {
            name: "held",
            letter: 'h',
            pen: Pen { style: theme.accent, sign: '*', dotted: false },
            of: |p| p.held,
        },
    ];
    let series: Vec<Series> =
        lines.iter().map(|line| Series { points: of(line.of), join: Join::Step, pen: line.pen }).collect();
    // each line is told by the letter at its end, whatever the colours
    let ends = lines.iter().zip(&series).filter_map(|(line, series)| {
        Some(Mark { at: *series.points.last()?, letter: line.letter, style: line.pen.style })
    });
    let failures =
        failures(run).into_iter().map(|time| Mark { at: (time / 1_000, 0), letter: 'x', style: theme.bad });
    let marks = ends.chain(failures).collect();
    let chart = Chart {
        series,
        marks,
        cursor: Some(moment.at / 1_000),
        from: 0,
        most: run.until / 1_000,
        x: Axis::Time,
        y: "",
    };
    let Some(plot) = chart::draw(paint, area, &chart) else { return };
    draw_legend(paint, app, run, pool, moment, &lines, area);
    let moments = run.moments.len();
    for x in plot.area.x..plot.area.right() {
        let seconds = plot.number(x);
        let nearest = run.moments.partition_point(|m| m.at / 1_000 < seconds).min(moments.saturating_sub(1));
        paint.hit(Rect { x, width: 1, ..plot.area }, Target::Moment(nearest));
    }
}

/// A line of a chart.
struct Line {
    name: &'static str,
    letter: char,
    pen: Pen,
    of: fn(&PoolAt) -> u64,
}

/// The line above a chart: the pool's name and which of all it is, then what each line is, with its figure at
/// the cursor as long as there is room.
fn draw_legend(
    paint: &mut Paint,
    app: &App,
    run: &Run,
    pool: usize,
    moment: &Moment,
    lines: &[Line],
    area: Rect,
) {
    let theme = paint.look.theme.clone();
    let unicode = paint.look.symbols.is_unicode();
    let at = moment.pools.get(pool);
    let entries = |figures: bool| {
        let mut entries: Vec<(String, String, Style)> = lines
            .iter()
            .map(|line| {
                let figure = at.filter(|_| figures).map(|p| format!(" {}", thousands((line.of)(p))));
                (
                    format!("{}{}", line.pen.sample(unicode), line.letter),
                    format!("{}{}", line.name, figure.unwrap_or_default()),
                    line.pen.style,
                )
            })
            .collect();
        entries.push(("x".into(), "failure".into(), theme.bad));
        entries
    };
    let wide = |entries: &[(String, String, Style)]| -> u16 {
        entries.iter().map(|(sample, text, _)| width(sample) + width(text) + 3).sum()
    };
    let name = run.pools.get(pool).map_or_else(String::new, |n| shown(n));
    let which = |word: &str| match run.pools.len() {
        0 | 1 => String::new(),
        all => format!(" ({word}{} of {all})", pool + 1),
    };
    let refuses = if at.is_some_and(|p| p.refusing) { " refuses" } else { "" };
    let left = area.x + 1;
    let room = area.right().saturating_sub(left);
    let least = |which: &str, refuses: &str| width(which) + width(refuses) + width(&name).min(NAME);
    // what says least goes first where there is no room
    let mut tries = [
        (which("pool "), refuses, entries(true)),
        (which("pool "), refuses, entries(false)),
        (which(""), refuses, entries(false)),
        (which(""), "", entries(false)),
        (String::new(), "", entries(false)),
    ]
    .into_iter();
    let fits = tries.find(|(which, refuses, legend)| least(which, refuses) + wide(legend) <= room);
    let (which, refuses, legend) = fits.unwrap_or((which("pool "), refuses, Vec::new()));
    let most = room.saturating_sub(width(&which) + width(refuses) + wide(&legend));
    let name = cut_middle(&name, most, paint.look.symbols.dots);
    let style = if pool == app.pool_of_run() { theme.heading } else { theme.muted };
    let x = left + paint.put(area, left, area.y, &format!("{name}{which}"), style);
    paint.put(area, x, area.y, refuses, theme.bad);
    let mut x = area.right().saturating_sub(wide(&legend));
    for (sample, text, style) in legend {
        x += 2;
        paint.put_signs(Rect { x, y: area.y, width: width(&sample), height: 1 }, &sample, style);
        x += width(&sample) + 1;
        x += paint.put(area, x, area.y, &text, style);
    }
}

/// The moment under the cursor in words.
fn figures(app: &App, run: &Run, moment: &Moment) -> Vec<String> {
    let mut lines = vec![format!(
        "{}: {}, {} with an address, {} waiting, {} without a node",
        duration(moment.at),
        count(moment.nodes(), "node"),
        thousands(moment.running()),
        thousands(moment.waiting()),
        thousands(moment.unplaced)
    )];
    let pool = app.pool_of_run();
    if let Some((name, p)) = run.pools.get(pool).zip(moment.pools.get(pool)) {
        lines.push(format!(
            "{}: {} usable = {} other + {} held ({} primary, {} assigned, {} unused) + {} free",
            shown(name),
            thousands(p.usable),
            thousands(p.other),
            thousands(p.held),
            thousands(p.primary),
            thousands(p.assigned),
            thousands(p.unused),
            thousands(p.free)
        ));
    }
    let worst = &run.worst;
    let useless = worst.refuses.map_or_else(String::new, |(s, free)| {
        let name = run.pools.get(s).map_or_else(String::new, |n| shown(n));
        match free {
            0 => format!(", {name} was empty"),
            free => format!(", {} of {name} useless", addresses(free)),
        }
    });
    let waits = worst.waiting + worst.unplaced;
    lines.push(format!("worst at {}: {} wait{useless}", duration(worst.at), count(waits, "pod")));
    lines
}

fn draw_events(paint: &mut Paint, app: &App, area: Rect) {
    let theme = paint.look.theme.clone();
    let Some(Ok(run)) = app.run() else {
        pane(paint, app, Pane::Happenings, "events", area);
        return;
    };
    let inner = pane(paint, app, Pane::Happenings, &count(run.notes.len() as u64, "event"), area);
    let now = app.note_of_run();
    let room = inner.width.saturating_sub(2);
    let height = usize::from(inner.height);
    let mut rows: Vec<(String, Option<usize>, bool)> = Vec::new();
    let mut cursor = 0;
    for (i, note) in run.notes.iter().enumerate() {
        if Some(i) == now {
            cursor = rows.len();
        }
        let times = if note.count > 1 { format!(" x {}", thousands(note.count)) } else { String::new() };
        let head = format!("{} {}{times}: {}", duration(note.at), note.topic.name(), shown(&note.of));
        rows.extend(wrap(&head, room).into_iter().map(|line| (line, Some(i), note.topic.is_failure())));
        // the events of pods are long and all alike: their end says it
        let pod = note.topic == Topic::FailedCreatePodSandBox;
        let text = if pod { note.text.rsplit(": ").next().unwrap_or_default() } else { &note.text };
        let text = wrap(&shown(text), room.saturating_sub(2));
        rows.extend(text.into_iter().map(|line| (format!("  {line}"), Some(i), false)));
    }
    let first = cursor.saturating_sub(height / 3).min(rows.len().saturating_sub(height));
    for ((i, (line, note, bad)), y) in rows.iter().enumerate().skip(first).zip(inner.y..inner.bottom()) {
        let style = match (*note == now, bad) {
            (true, false) => theme.row,
            (_, true) => theme.bad,
            (false, false) => theme.muted,
        };
        paint.put(inner, inner.x + 1, y, line, style);
        if let Some(moment) =
            note.and_then(|i| run.notes.get(i)).map(|n| run.moments.partition_point(|m| m.at < n.at))
        {
            paint.hit(Rect { y, height: 1, ..inner }, Target::Moment(moment));
        }
        if *note == now && rows.iter().position(|row| row.1 == now) == Some(i) {
            paint.put(inner, inner.x, y, paint.look.symbols.here, theme.accent);
        }
    }
    if app.focus == Pane::Happenings {
        paint.screen.rows = 5;
    }
}
