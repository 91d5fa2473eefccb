//! Pictures of a screen: a grid of cells as SVG, as text for terminals, or as plain text.

pub mod ansi;
pub mod colour;
mod glyph;
pub mod svg;

use std::fmt::Write as _;

use colour::{Colour, Paper};

/// What was on a screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// What it shows, in a sentence.
    pub title: String,
    /// Cells in a line.
    pub columns: u16,
    pub lines: Vec<Vec<Cell>>,
    /// What colours are where the screen leaves them to the terminal.
    pub paper: &'static Paper,
}

/// A cell, or two beside each other with one wide character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// One character, with what combines with it.
    pub text: String,
    /// Columns: 1 or 2.
    pub wide: u16,
    pub look: Look,
}

/// What a cell looks like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Look {
    pub ink: Colour,
    pub ground: Colour,
    pub bold: bool,
    pub dim: bool,
    pub underlined: bool,
    pub reversed: bool,
}

/// A format of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Svg,
    Ansi,
    Text,
}

/// Every format with its name, which also ends the names of its files.
pub const FORMATS: &[(Format, &str)] = &[(Format::Svg, "svg"), (Format::Ansi, "ansi"), (Format::Text, "txt")];

impl Format {
    /// The format of a name.
    pub fn named(name: &str) -> Option<Format> {
        FORMATS.iter().find(|(_, own)| *own == name).map(|(format, _)| *format)
    }
}

impl Picture {
    /// The picture as a text.
    pub fn write(&self, format: Format) -> String {
        match format {
            Format::Svg => svg::write(self),
            Format::Ansi => ansi::write(self),
            Format::Text => self.text(),
        }
    }

    /// The characters alone, without the blanks at the ends of lines.
    fn text(&self) -> String {
        let mut out = String::new();
        for line in &self.lines {
            let line: String = line.iter().map(|cell| cell.text.as_str()).collect();
            let _ = writeln!(out, "{}", line.trim_end());
        }
        out
    }
}

/// The parts of a line that look the same, with the column of each.
fn runs(line: &[Cell]) -> impl Iterator<Item = (u16, &[Cell])> {
    let mut column = 0;
    line.chunk_by(|a, b| a.look == b.look).map(move |run| {
        let at = column;
        column += run.iter().map(|cell| cell.wide).sum::<u16>();
        (at, run)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str, wide: u16, look: Look) -> Cell {
        Cell { text: text.to_owned(), wide, look }
    }

    fn picture(line: Vec<Cell>) -> Picture {
        Picture { title: "a <b> & \u{1}".to_owned(), columns: 8, lines: vec![line], paper: &colour::DARK }
    }

    #[test]
    fn wide_characters_take_two_columns_in_every_format() {
        let bold = Look { bold: true, ..Look::default() };
        let plain = Look::default();
        let picture = picture(vec![cell("東", 2, bold), cell("a", 1, plain), cell(" ", 1, plain)]);
        assert_eq!(picture.write(Format::Text), "東a\n");
        assert_eq!(picture.write(Format::Ansi), "\x1b[1m東\x1b[0ma\n");
        let svg = picture.write(Format::Svg);
        assert!(svg.contains(">東</text>") && svg.contains(r#"x="24.8""#), "{svg}");
    }

    #[test]
    fn nothing_in_a_picture_is_markup_or_acts_on_a_terminal() {
        let plain = Look::default();
        let line = "<&>\"'".chars().map(|c| cell(&c.to_string(), 1, plain));
        let svg = picture(line.chain([cell("\u{1b}", 1, plain)]).collect()).write(Format::Svg);
        assert!(svg.contains("&lt;&amp;&gt;&quot;&#39;\u{fffd}</text>"), "{svg}");
        assert!(svg.contains("<title>a &lt;b&gt; &amp; \u{fffd}</title>"), "{svg}");
        let ansi = picture(vec![cell("\u{9b}31m", 1, plain)]).write(Format::Ansi);
        assert_eq!(ansi, "\u{fffd}31m\n");
    }
}
