//! What is always visible: the plan, the verdict, what runs out first.

use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::layout::{Layout, Size};
use super::paint::Paint;
use crate::app::App;
use crate::app::sheet::Tone;
use crate::engine::Verdict;
use crate::text::{shown, thousands};

/// Draws the header: three lines, or one on a small screen.
pub fn draw(paint: &mut Paint, app: &App, layout: &Layout) {
    let area = layout.header;
    if layout.size == Size::Small {
        let x = draw_verdict(paint, app, area, area.y);
        draw_name(paint, app, area, x, area.y);
        return;
    }
    let x = area.x + 1 + paint.put(area, area.x + 1, area.y, "podroom", paint.look.theme.accent);
    draw_name(paint, app, area, x + 2, area.y);
    let x = draw_verdict(paint, app, area, area.y + 1);
    let style = if app.is_stale() { paint.look.theme.muted } else { paint.look.theme.text };
    paint.put(area, x, area.y + 1, &verdict_sentence(app), style);
    let style = if app.thresholds_are_known() { style } else { paint.look.theme.muted };
    paint.put(area, area.x + 1, area.y + 2, &first_sentence(app), style);
}

fn draw_name(paint: &mut Paint, app: &App, area: Rect, x: u16, y: u16) {
    let theme = paint.look.theme.clone();
    let name = match app.path() {
        Some(path) => shown(&path.to_string_lossy()),
        None => app.origin().to_owned(),
    };
    let mut x = x + paint.put(area, x, y, &name, theme.heading);
    if app.is_dirty() {
        let mark = format!("  {} unsaved", paint.look.symbols.unsaved);
        x += paint.put(area, x, y, &mark, theme.warn);
    } else if app.path().is_none() {
        x += paint.put(area, x, y, "  not in a file yet", theme.muted);
    }
    if app.is_stale() {
        paint.put(area, x, y, "  figures are STALE: of the last valid plan", theme.bad);
    }
}

/// The verdict in a word; gives the column after it.
fn draw_verdict(paint: &mut Paint, app: &App, area: Rect, y: u16) -> u16 {
    let (word, tone) = match app.report().map(|r| r.verdict) {
        None => ("NOT VALID", Tone::Bad),
        Some(Verdict::Exhausted) => ("EXHAUSTED", Tone::Bad),
        Some(Verdict::Short) => ("SHORT", Tone::Bad),
        Some(Verdict::AtRisk) => ("AT RISK", Tone::Warn),
        Some(Verdict::Fits) => ("FITS", Tone::Good),
    };
    let style = paint.look.theme.tone(tone).add_modifier(Modifier::BOLD | Modifier::REVERSED);
    let x = area.x + 1;
    x + paint.put(area, x, y, &format!(" {word} "), style) + 1
}

fn verdict_sentence(app: &App) -> String {
    match app.problems().first() {
        Some(problem) => {
            let help = problem.help.as_ref().map_or_else(String::new, |h| format!(": {h}"));
            shown(&format!("{}: {}{help}", problem.place.path(app.plan()), problem.message))
        }
        None => shown(app.verdict_sentence()),
    }
}

fn first_sentence(app: &App) -> String {
    let Some(report) = app.report() else { return String::new() };
    let dots = if app.thresholds_are_known() { "" } else { " (computing)" };
    match report.first_to_run_out() {
        Some(sentence) => format!("runs out first: {}{dots}", shown(sentence)),
        None if !app.thresholds_are_known() => "runs out first: computing".into(),
        None => {
            format!("runs out first: nothing below {}", thousands(crate::limits::THRESHOLD.into()))
        }
    }
}
