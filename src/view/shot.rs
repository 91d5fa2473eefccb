//! The screen as a picture.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell as Drawn};
use ratatui::style::{Color, Modifier};

use super::paint::width;
use super::{Look, Screen, draw};
use crate::app::App;
use crate::app::theme::ThemeName;
use crate::picture::colour::{self, Colour, Paper};
use crate::picture::{self, Cell, Picture};

/// Draws the session on a screen of some size that is nowhere to be seen.
pub fn picture(app: &App, look: &Look, screen: &mut Screen, (columns, rows): (u16, u16)) -> Picture {
    // a backend in memory cannot fail
    let buffer = match Terminal::new(TestBackend::new(columns, rows)) {
        Ok(mut terminal) => {
            let _ = terminal.draw(|frame| draw(frame, app, look, screen));
            terminal.backend().buffer().clone()
        }
        Err(never) => match never {},
    };
    let lines = (0..rows).map(|y| line(&buffer, y)).collect();
    Picture { title: app.picture_title(), columns, lines, paper: paper(app.settings().theme) }
}

fn paper(theme: ThemeName) -> &'static Paper {
    match theme {
        ThemeName::Light => &colour::LIGHT,
        ThemeName::Terminal | ThemeName::Dark | ThemeName::ColourBlind | ThemeName::Mono => &colour::DARK,
    }
}

fn line(buffer: &Buffer, y: u16) -> Vec<Cell> {
    let mut cells = Vec::with_capacity(usize::from(buffer.area.width));
    let mut x = 0;
    while let Some(cell) = buffer.cell((x, y)) {
        let wide = width(cell.symbol()).clamp(1, 2);
        cells.push(Cell { text: cell.symbol().to_owned(), wide, look: look(cell) });
        // a wide character takes the cell after it, too
        x += wide;
    }
    cells
}

fn look(cell: &Drawn) -> picture::Look {
    picture::Look {
        ink: colour(cell.fg),
        ground: colour(cell.bg),
        bold: cell.modifier.contains(Modifier::BOLD),
        dim: cell.modifier.contains(Modifier::DIM),
        underlined: cell.modifier.contains(Modifier::UNDERLINED),
        reversed: cell.modifier.contains(Modifier::REVERSED),
    }
}

fn colour(colour: Color) -> Colour {
    Colour::Index(match colour {
        // no theme has others than indices
        Color::Reset | Color::Rgb(..) => return Colour::Default,
        Color::Indexed(index) => index,
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
    })
}
