//! All live tables: which gets how many rows.

use std::collections::HashMap;

use ratatui::layout::Rect;

use super::against::{self, Form, ROOMS, said};
use super::grid::{self, Column, Fitted};
use super::layout::{Size, share};
use super::paint::{Paint, cut, width, wrap};
use super::{Look, fill, header, sheet};
use crate::app::App;
use crate::app::arrange::{Arrangement, Order};
use crate::app::baseline::Against;
use crate::app::columns::SHEETS;
use crate::app::msg::Target;
use crate::app::screen::Screen;
use crate::app::sheet::{Align, Figures, Sheet};
use crate::app::situation::Show;
use crate::text::shown;

/// Rows of a table's heading, one row, and how many more there are.
const LEAST: u16 = 3;

/// Widest that a column other than a sentence wants to be.
const WIDEST: u16 = 40;

/// Rows by which columns are measured: so many first ones, whatever is filtered, so that nothing moves; of longer tables
/// also as many around the selected one, with all that are in sight. To measure tens of thousands would take longer than
/// all the rest of a key.
const MEASURED: usize = 500;

/// A table that is to be drawn.
pub struct Part<'a> {
    pub sheet: &'static Sheet,
    /// The same table of the baseline.
    pub against: Option<Against<'a>>,
    /// The room that each of the fitted columns keeps for changes.
    pub kept: Vec<u16>,
    pub fitted: Fitted,
    /// What each of the fitted columns has in common with its neighbours.
    pub bands: Vec<&'static str>,
    /// Indices of columns in which different texts would be the same if their ends were cut off.
    pub alike: Vec<usize>,
    /// The rows that are shown, in their order.
    pub rows: Vec<usize>,
    /// The lines of the sentence of each of them, if there is room for all.
    pub sentences: Option<Vec<Vec<String>>>,
}

/// The tables of a screen.
pub fn of_screen(screen: Screen) -> impl Iterator<Item = &'static Sheet> {
    SHEETS.iter().filter(move |sheet| Screen::of(sheet.pane) == screen)
}

/// Draws all tables of the plan screen, or on a small screen the focused one.
pub fn draw(paint: &mut Paint, app: &App, area: Rect, size: Size) {
    let of_screen: Vec<&'static Sheet> = of_screen(Screen::Plan).collect();
    let focused = of_screen.iter().position(|s| s.pane == app.focus);
    let theme = paint.look.theme.clone();
    let area = match size {
        Size::Wide => {
            let style = if focused.is_some() { theme.accent } else { theme.muted };
            paint.framed(area, &title(app), style)
        }
        _ => area,
    };
    let Some(figures) = app.figures() else {
        draw_problems(paint, app, area);
        return;
    };
    let room = area.width.saturating_sub(sheet::MARGIN);
    let mut parts: Vec<Part> =
        of_screen.into_iter().map(|sheet| Part::new(sheet, app, &figures, paint.look, room)).collect();
    if size != Size::Small {
        wrap_if_room(&mut parts, &figures, area.height);
    }
    let wants: Vec<u16> = parts.iter().map(Part::rows_wanted).collect();
    let mut rows = match (size, focused) {
        (Size::Small, Some(f)) => (0..wants.len()).map(|i| if i == f { area.height } else { 0 }).collect(),
        _ => share(area.height, &wants, focused, LEAST),
    };
    // a blank line between tables, where there is room for all
    let gaps = u16::try_from(rows.len()).unwrap_or(u16::MAX);
    if rows == wants && rows.iter().sum::<u16>().saturating_add(gaps) <= area.height {
        rows.iter_mut().for_each(|r| *r += 1);
    }
    let mut y = area.y;
    for (part, rows) in parts.iter().zip(rows) {
        let room = Rect { y, height: rows, ..area };
        y += rows;
        if rows > 0 {
            paint.hit(room, Target::Pane(part.sheet.pane));
            sheet::draw(paint, app, &figures, part, room);
        }
    }
    if y < area.bottom() {
        fill::draw_legend(paint, Rect { y: area.bottom() - 1, height: 1, ..area });
    }
}

/// What is wrong with a plan that never had figures.
pub fn draw_problems(paint: &mut Paint, app: &App, area: Rect) {
    let theme = paint.look.theme.clone();
    let sentences = app.problems().iter().map(|p| format!("! {}", header::problem_sentence(app, p)));
    let lines = sentences.flat_map(|s| wrap(&s, area.width.saturating_sub(2)));
    for (line, y) in lines.zip(area.y..area.bottom()) {
        paint.put(area, area.x + 1, y, &line, theme.bad);
    }
}

fn title(app: &App) -> String {
    if app.report().is_none() {
        return "no figures: the plan is not valid yet".to_owned();
    }
    let doc = match app.show {
        _ if app.is_stale() => "STALE, of the last valid plan",
        Show::One(situation) => situation.doc(),
        Show::All => "held and free side by side",
    };
    let against = if app.pinned().is_some() { ", against the baseline" } else { "" };
    format!("{}: {doc}{against}", app.show.name())
}

impl<'a> Part<'a> {
    pub fn new(sheet: &'static Sheet, app: &'a App, figures: &Figures, look: &Look, room: u16) -> Part<'a> {
        let selected = (app.focus == sheet.pane).then(|| app.cell(sheet.pane).column);
        let arrangement = app.arrangement(sheet.pane);
        let rows = arrangement.rows(sheet, figures);
        let measured = measured((sheet.rows)(figures.report), &rows, app.cell(sheet.pane).row);
        let against = app.against(sheet);
        // what a table wants, and the room of it that is kept for changes; with what is told of changes elsewhere
        let fit = |kept: Option<u16>, elsewhere: Form| {
            let shown =
                sheet.columns.iter().enumerate().filter(|(i, c)| arrangement.shows(sheet, *i, c, figures));
            let wanted = shown.map(|(index, c)| {
                let header = heading(app, sheet, index, figures, look);
                let against = against.as_ref().filter(|_| kept.is_some() && !c.varies);
                // rows that are not shown count, too: a column keeps its place while a filter is typed
                let cells: Vec<String> = match c.align {
                    Align::Flow | Align::Bar => Vec::new(),
                    Align::Left | Align::Right => measured
                        .iter()
                        .map(|row| said(against, figures, (index, c), *row, elsewhere, look).text)
                        .collect(),
                };
                let kept = kept.map_or(0, |main| against::room(c, main));
                let width =
                    grid::wants(c.least, &header, cells.iter().map(String::as_str)).min(WIDEST) + kept;
                (Column { index, align: c.align, width, gives_way: c.gives_way }, (index, kept))
            });
            let (columns, kept): (Vec<Column>, Vec<(usize, u16)>) = wanted.unzip();
            (grid::fit(columns, room, selected), kept)
        };
        let (fitted, kept) = match &against {
            None => fit(None, Form::Full),
            Some(_) => {
                // a change in full is not worth a column
                let most = fit(None, Form::Full).0.columns.len();
                let forms = ROOMS.iter().flat_map(|room| [(*room, Form::Full), (*room, Form::Short)]);
                let mut fits = forms.map(|(room, elsewhere)| fit(Some(room), elsewhere));
                let in_full = fits.find(|(fitted, _)| fitted.columns.len() >= most);
                in_full.unwrap_or_else(|| fit(ROOMS.last().copied(), Form::Short))
            }
        };
        let of = |c: &Column| kept.iter().find(|(index, _)| *index == c.index).map_or(0, |(_, kept)| *kept);
        let kept = fitted.columns.iter().map(of).collect();
        let alike = fitted.columns.iter().filter(|c| c.align == Align::Left).filter(|c| {
            let Some(of) = sheet.columns.get(c.index) else { return false };
            are_alike(measured.iter().map(|row| (of.cell)(figures, *row)), c.width)
        });
        let alike = alike.map(|c| c.index).collect();
        let bands = fitted.columns.iter().filter_map(|c| sheet.columns.get(c.index));
        let bands = bands.map(|c| (c.band)(figures)).collect();
        Part { sheet, against, kept, fitted, bands, alike, rows, sentences: None }
    }

    /// Heading and rows.
    fn rows_wanted(&self) -> u16 {
        let lines = match &self.sentences {
            Some(sentences) => sentences.iter().map(Vec::len).sum(),
            None => self.rows.len(),
        };
        let gone = u16::from(self.against.as_ref().is_some_and(|a| !a.gone.is_empty()));
        let heading = gone + 1 + u16::from(self.bands.iter().any(|band| !band.is_empty()));
        u16::try_from(lines.max(1)).unwrap_or(u16::MAX).saturating_add(heading)
    }

    /// The lines that each row's sentence needs.
    fn written_out(&self, figures: &Figures) -> Option<Vec<Vec<String>>> {
        let flow = self.fitted.columns.iter().find(|c| c.align == Align::Flow)?;
        let of = self.sheet.columns.get(flow.index)?;
        Some(self.rows.iter().map(|row| wrap(&(of.cell)(figures, *row), flow.width)).collect())
    }
}

/// What a column is headed by: its header, whether it is sorted by, and at the first column the filter.
pub fn heading(app: &App, sheet: &Sheet, index: usize, figures: &Figures, look: &Look) -> String {
    let Some(column) = sheet.columns.get(index) else { return String::new() };
    let Arrangement { filter, sort, .. } = app.arrangement(sheet.pane);
    let mut text = column.header(figures).to_owned();
    if let Some(sort) = sort.as_ref().filter(|sort| sort.column == column.id()) {
        let sign = match sort.order {
            Order::Rising => look.symbols.above,
            Order::Falling => look.symbols.below,
        };
        text = format!("{text} {sign}").trim_start().to_owned();
    }
    if index == 0 && !filter.is_empty() {
        text = format!("{text} /{}", shown(filter));
    }
    text
}

/// The rows by which the columns of a table are measured; `shown` are those that are shown, in their order.
fn measured(total: usize, shown: &[usize], selected: usize) -> Vec<usize> {
    let at = shown.iter().position(|row| *row == selected).unwrap_or(0);
    let near = shown.iter().skip(at.saturating_sub(MEASURED / 2)).take(MEASURED);
    (0..total.min(MEASURED)).chain(near.copied().filter(|row| *row >= MEASURED)).collect()
}

/// Whether different texts begin alike as far as a width shows them.
fn are_alike(texts: impl Iterator<Item = String>, room: u16) -> bool {
    let mut known: HashMap<String, String> = HashMap::new();
    texts.filter(|text| width(text) > room).any(|text| {
        let before = known.insert(cut(&text, room, "…"), text.clone());
        before.is_some_and(|before| before != text)
    })
}

/// The sentences of the last table, the findings, are written out where there is room for all of them. Those
/// of a table above others are not: while one types, they would push the others up and down.
fn wrap_if_room(parts: &mut [Part], figures: &Figures, room: u16) {
    let total = |parts: &[Part]| parts.iter().map(|p| usize::from(p.rows_wanted()) + 1).sum::<usize>();
    // a row takes a line at least: where these have no room, their sentences need not be looked at
    if total(parts) > usize::from(room) {
        return;
    }
    let sentences = parts.last().and_then(|part| part.written_out(figures));
    if let Some(part) = parts.last_mut() {
        part.sentences = sentences;
    }
    if total(parts) > usize::from(room)
        && let Some(part) = parts.last_mut()
    {
        part.sentences = None;
    }
}
