//! The findings screen: all of them as a table, and the selected one in full.

use ratatui::layout::Rect;

use super::layout::Size;
use super::paint::{Paint, wrap};
use super::sheet;
use super::tables::{self, Part};
use crate::app::App;
use crate::app::action::{Action, Context};
use crate::app::msg::Target;
use crate::app::pane::Pane;
use crate::app::screen::Screen;
use crate::engine::Finding;
use crate::engine::findings::RULES;
use crate::text::{count, shown};

/// Rows of the selected finding, where there is room beside the table.
const DETAIL: u16 = 12;
/// Fewer say nothing.
const LEAST_DETAIL: u16 = 5;

/// Draws the screen.
pub fn draw(paint: &mut Paint, app: &App, area: Rect, size: Size) {
    let theme = paint.look.theme.clone();
    let inner = match size {
        Size::Small => area,
        _ => paint.framed(area, &title(app), theme.accent),
    };
    let (Some(figures), Some(table)) = (app.figures(), tables::of_screen(Screen::Findings).next()) else {
        return tables::draw_problems(paint, app, inner);
    };
    // the selected one in full, below as many as there are or there is room for
    let rows = u16::try_from(figures.report.findings.len()).unwrap_or(u16::MAX).saturating_add(2);
    let below = match inner.height {
        height if height >= DETAIL + 8 => DETAIL,
        height => height.saturating_sub(rows.max(6)).min(DETAIL),
    };
    let below = if below >= LEAST_DETAIL { below } else { 0 };
    let above = Rect { height: inner.height - below, ..inner };
    let part = Part::new(table, app, &figures, paint.look, above.width.saturating_sub(sheet::MARGIN));
    paint.hit(above, Target::Pane(Pane::AllFindings));
    sheet::draw(paint, app, &figures, &part, above);
    if let Some(finding) = app.finding().filter(|_| below > 0) {
        draw_detail(paint, app, finding, Rect { y: above.bottom(), height: below, ..inner });
    }
}

fn title(app: &App) -> String {
    let Some(report) = app.report() else { return "findings".to_owned() };
    let of = |severity: &str| report.findings.iter().filter(|f| f.severity.name() == severity).count() as u64;
    let stale = if app.is_stale() { "STALE, of the last valid plan: " } else { "" };
    format!(
        "{stale}{}, {}, {} to know",
        count(of("error"), "error"),
        count(of("warning"), "warning"),
        of("info")
    )
}

/// The selected finding: what its rule is about, what it says, what to do, what one key does.
fn draw_detail(paint: &mut Paint, app: &App, finding: &Finding, area: Rect) {
    let theme = paint.look.theme.clone();
    let rule = paint.look.symbols.border.horizontal_top.repeat(usize::from(area.width));
    paint.put_signs(Rect { height: 1, ..area }, &rule, theme.muted);
    let about = RULES.iter().find(|rule| rule.code == finding.code).map_or("", |rule| rule.doc);
    let mut lines = vec![(format!("{}: {about}", finding.code), theme.heading)];
    lines.push((shown(&finding.message), theme.text));
    if !finding.help.is_empty() {
        lines.push((format!("what to do: {}", shown(&finding.help)), theme.text));
    }
    if let Some(fix) = &finding.fix {
        lines
            .push((format!("{}: {}", app.key(Context::Tables, Action::Fix), shown(&fix.text)), theme.accent));
    }
    lines.push((format!("{}: {}", app.key(Context::Tables, Action::GoTo), shown(&finding.at)), theme.muted));
    let room = area.width.saturating_sub(3);
    let lines = lines.into_iter().flat_map(|(text, style)| {
        wrap(&text, room).into_iter().map(move |line| (line, style)).collect::<Vec<_>>()
    });
    for ((line, style), y) in lines.zip(area.y + 1..area.bottom()) {
        paint.put(area, area.x + 1, y, &line, style);
    }
}
