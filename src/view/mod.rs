//! The session on the screen. Draws what [`App`] says and decides nothing.
//!
//! ```text
//! +--------------------------------------------------------+
//! | header: the plan, the tabs of the screens, the verdict,  |
//! | what runs out first                                     |
//! +--------------------------------------------------------+
//! | a screen: plan, node, simulate                          |
//! |                                                         |
//! +--------------------------------------------------------+
//! | why panel                                               |
//! | hint of the first session                               |
//! | hint or message                                         |
//! | keys                                                    |
//! +--------------------------------------------------------+
//! ```
//!
//! Each screen has a file: [`plan`], [`node`] (and [`steps`]), [`map`] (and [`legend`]), [`explore`], [`simulate`], [`compare`],
//! [`findings`]. What a size allows is in
//! [`layout`]; on the smallest a screen shows the pane with the focus alone. What only the screen knows (scroll
//! offsets, what can be clicked where) is in [`Screen`].

pub mod advise;
pub mod against;
pub mod bar;
pub mod cells;
pub mod chart;
pub mod compare;
pub mod crumbs;
pub mod dialog;
pub mod explore;
pub mod field;
pub mod fill;
pub mod findings;
pub mod form;
pub mod grid;
pub mod header;
pub mod layout;
pub mod legend;
pub mod list;
pub mod map;
pub mod node;
pub mod offers;
pub mod paint;
pub mod picker;
pub mod plan;
pub mod reading;
pub mod sheet;
pub mod shot;
pub mod simulate;
pub mod steps;
pub mod symbols;
pub mod tables;
pub mod theme;
pub mod welcome;
pub mod why;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::app::App;
use crate::app::border::{Border, Borders, Lies};
use crate::app::msg::{Drawn, Target};
use crate::app::popup::Popup;
use crate::app::screen;
use crate::app::settings::Welcome;
use layout::Size;
use paint::Paint;
use symbols::Symbols;
use theme::Theme;

/// How the screen looks, whatever it shows.
#[derive(Debug, Clone)]
pub struct Look {
    pub theme: Theme,
    pub symbols: Symbols,
}

/// What only the screen knows.
#[derive(Debug, Default)]
pub struct Screen {
    /// What can be clicked, the topmost last.
    hits: Vec<(Rect, Target)>,
    /// First line of the form, and first row of each table, that is shown.
    form: usize,
    sheets: [usize; crate::app::columns::SHEETS.len()],
    /// Where the cursor of the form is, for a field under edit.
    edited: Option<field::Place>,
    /// Borders between panes, and the room that each divides.
    borders: Vec<(Border, Rect, u16)>,
    /// Rows that the list under the cursor shows at once.
    rows: usize,
    /// How far the text of the popup on top can be scrolled.
    end: usize,
    /// Columns and lines for the cells of a map.
    room: (u16, u16),
}

impl Screen {
    /// What is at a position.
    pub fn at(&self, column: u16, row: u16) -> Option<Target> {
        let position = Position::new(column, row);
        self.hits.iter().rev().find(|(area, _)| area.contains(position)).map(|(_, target)| *target)
    }

    /// The share of the first side, in thousandths, if a border were at a position.
    pub fn share(&self, border: Border, column: u16, row: u16) -> Option<u16> {
        let (_, area, _) = self.borders.iter().find(|(s, ..)| *s == border)?;
        let first = match border.lies() {
            Lies::Upright => column.saturating_sub(area.x),
            // it is the last row of the first side
            Lies::Level => row.saturating_sub(area.y).saturating_add(1),
        };
        share(border, *area, first)
    }

    /// What the session wants to know of the last frame.
    pub fn drawn(&self) -> Drawn {
        let shares = self
            .borders
            .iter()
            .filter_map(|(border, area, first)| Some((*border, share(*border, *area, *first)?)));
        Drawn { rows: self.rows, end: self.end, room: self.room, borders: Borders::of(shares) }
    }
}

/// The share of the first side of a border that has so many columns, or rows, of a room; in thousandths, rounded up, so
/// that the share of the room, rounded down, is the same again.
fn share(border: Border, area: Rect, first: u16) -> Option<u16> {
    let room = u32::from(match border.lies() {
        Lies::Upright => area.width,
        Lies::Level => area.height,
    });
    (room > 0).then(|| u16::try_from((u32::from(first) * 1_000).div_ceil(room)).ok()).flatten()
}

/// Draws the session.
pub fn draw(frame: &mut Frame, app: &App, look: &Look, screen: &mut Screen) {
    screen.hits.clear();
    screen.borders.clear();
    (screen.rows, screen.end, screen.room) = (0, 0, (0, 0));
    let area = frame.area();
    // the ground, for themes that have one
    frame.buffer_mut().set_style(area, look.theme.text);
    let mut paint = Paint { frame, look, screen };
    if layout::size(area) == Size::TooSmall {
        let (columns, rows) = layout::SMALL;
        let text = format!("podroom needs {columns}x{rows}, this is {}x{}", area.width, area.height);
        paint.put(area, area.x, area.y, &text, look.theme.text);
        return;
    }
    let panel = why::lines(app, area.width);
    let rows =
        panel.as_ref().map(|(_, lines)| u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2));
    let welcome = app.settings().welcome == Welcome::Shown;
    let layout = layout::layout(area, rows, u16::from(welcome));
    header::draw(&mut paint, app, &layout);
    // one line per screen
    let draw_screen = match app.screen() {
        screen::Screen::Plan => plan::draw,
        screen::Screen::Node => node::draw,
        screen::Screen::Map => map::draw,
        screen::Screen::Explore if app.is_advised() => advise::draw,
        screen::Screen::Explore => explore::draw,
        screen::Screen::Simulate => simulate::draw,
        screen::Screen::Compare => compare::draw,
        screen::Screen::Findings => findings::draw,
    };
    draw_screen(&mut paint, app, layout.body, layout.size);
    if let Some((area, (title, lines))) = layout.panel.zip(panel) {
        why::draw(&mut paint, area, &title, &lines);
    }
    if let Some(area) = layout.welcome {
        welcome::draw(&mut paint, app, area);
    }
    bar::draw_hint(&mut paint, app, layout.hint);
    bar::draw_keys(&mut paint, app, layout.bar);
    let above = Rect { height: area.height.saturating_sub(2), ..area };
    for popup in &app.popups {
        match popup {
            Popup::Text { title, text, scroll } => reading::draw(&mut paint, above, title, text, *scroll),
            Popup::Picker(picker) => picker::draw(&mut paint, app, picker, above),
            Popup::List(list) => list::draw(&mut paint, list, above),
            Popup::Prompt(prompt) => dialog::draw_prompt(&mut paint, app, prompt, above),
            Popup::Question(question) => dialog::draw_question(&mut paint, app, question, above),
        }
    }
}
