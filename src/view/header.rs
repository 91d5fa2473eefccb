//! What is always visible: the plan and where one is in it, the verdict, what runs out first.

use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::crumbs;
use super::layout::{Layout, Size};
use super::paint::{Paint, width, wrap};
use crate::app::App;
use crate::app::msg::Target;
use crate::app::screen::{Row, SCREENS, Screen};
use crate::app::sheet::Tone;
use crate::engine::{Report, Verdict};
use crate::plan::Problem;
use crate::text::{count, shown, thousands};

/// Draws the header: three lines, or one on a small screen.
pub fn draw(paint: &mut Paint, app: &App, layout: &Layout) {
    let area = layout.header;
    if layout.size == Size::Small {
        let tabs = draw_tabs(paint, app, area);
        let x = draw_verdict(paint, app, tabs, area.y);
        crumbs::draw(paint, app, tabs, x);
        return;
    }
    let left = draw_tabs(paint, app, area);
    crumbs::draw(paint, app, left, area.x + 1);
    // sentences that are cut off do not touch the edge
    let area = Rect { width: area.width.saturating_sub(1), ..area };
    let x = draw_verdict(paint, app, area, area.y + 1);
    if let Some(problem) = app.problems().first() {
        let style = paint.look.theme.text;
        let lines = wrap(&problem_sentence(app, problem), area.right().saturating_sub(x + 1));
        for (line, y) in lines.iter().zip([area.y + 1, area.y + 2]) {
            paint.put(area, x, y, line, style);
        }
        return;
    }
    let style = if app.is_stale() { paint.look.theme.muted } else { paint.look.theme.text };
    paint.put(area, x, area.y + 1, &shown(app.verdict_sentence()), style);
    let style = if app.thresholds_are_known() { style } else { paint.look.theme.muted };
    paint.put(area, area.x + 1, area.y + 2, &first_sentence(app), style);
}

/// Columns that the name of the plan has beside the tabs.
const NAME: u16 = 44;

/// The tabs of the screens at the right end of the first line: with their names where there is room, else with their
/// digits, else only that of the screen which is shown; gives what is left of them.
fn draw_tabs(paint: &mut Paint, app: &App, area: Rect) -> Rect {
    let theme = paint.look.theme.clone();
    let full = |row: &Row| format!(" {} {} ", row.digit, row.name);
    let digit = |row: &Row| format!(" {} ", row.digit);
    let here = |row: &&Row| app.screen() == row.screen;
    let total = |text: &dyn Fn(&Row) -> String| SCREENS.iter().map(|row| width(&text(row))).sum::<u16>();
    let short = |row: &Row| if here(&row) { full(row) } else { digit(row) };
    // on a number a digit edits it; the tabs stay where they are
    const ALT: &str = " alt-";
    let alt = if app.number().is_some() { ALT } else { "" };
    let room = area.width.saturating_sub(NAME + width(ALT));
    let tabs: Vec<(String, Screen)> = match () {
        () if total(&full) <= room => SCREENS.iter().map(|row| (full(row), row.screen)).collect(),
        () if total(&short) <= room => SCREENS.iter().map(|row| (short(row), row.screen)).collect(),
        () => SCREENS.iter().filter(here).map(|row| (full(row), row.screen)).collect(),
    };
    let mut right = area.right();
    for (text, screen) in tabs.into_iter().rev() {
        let here = app.screen() == screen;
        let style = if here { theme.accent.add_modifier(Modifier::REVERSED) } else { theme.muted };
        let x = right.saturating_sub(width(&text)).max(area.x);
        paint.put(area, x, area.y, &text, style);
        paint.hit(Rect { x, y: area.y, width: right - x, height: 1 }, Target::Screen(screen));
        right = x;
    }
    right = right.saturating_sub(width(alt)).max(area.x);
    paint.put(area, right, area.y, alt, theme.muted);
    Rect { width: right.saturating_sub(area.x + 1), ..area }
}

/// The verdict in a word; gives the column after it.
fn draw_verdict(paint: &mut Paint, app: &App, area: Rect, y: u16) -> u16 {
    let verdict = app.report().map(|r| r.verdict);
    let word = verdict.map_or("NOT VALID".to_owned(), |v| v.name().replace('-', " ").to_uppercase());
    let tone = verdict.map_or(Tone::Bad, Tone::of);
    let style = paint.look.theme.tone(tone).add_modifier(Modifier::BOLD | Modifier::REVERSED);
    let x = area.x + 1;
    let x = x + paint.put(area, x, y, &format!(" {word} "), style) + 1;
    // a plan may fit and still be none that AWS takes; one that fails says so already
    let fits = matches!(verdict, Some(Verdict::Fits | Verdict::AtRisk));
    let errors = app.report().filter(|_| fits).map_or(0, Report::errors);
    if errors == 0 {
        return x;
    }
    x + paint.put(area, x, y, &format!("{}:", count(errors, "error")), paint.look.theme.bad) + 1
}

/// A problem of the plan, and where it is.
pub fn problem_sentence(app: &App, problem: &Problem) -> String {
    let help = problem.help.as_ref().map_or_else(String::new, |h| format!(": {h}"));
    shown(&format!("{}{help} ({})", problem.message, problem.place.path(app.plan())))
}

fn first_sentence(app: &App) -> String {
    let Some(report) = app.report() else { return String::new() };
    // what fails now needs no threshold
    let known = app.thresholds_are_known() || matches!(report.verdict, Verdict::Exhausted | Verdict::Short);
    let later = if known { "" } else { " (computing)" };
    match report.first_to_run_out() {
        Some(sentence) => format!("runs out first: {}{later}", shown(sentence)),
        None if !known => "runs out first: computing".into(),
        None => {
            format!("runs out first: nothing below {}", thousands(crate::limits::THRESHOLD.into()))
        }
    }
}
