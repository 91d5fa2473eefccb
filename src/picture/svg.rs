//! Pictures as SVG: one file that needs nothing else, every character where its cell is, whatever the font.

use std::fmt::Write as _;

use super::colour::{Rgb, mixed};
use super::glyph::{self, CELL, Paths};
use super::{Cell, Look, Picture, runs};
use crate::text::is_hostile;

/// Around the cells.
const MARGIN: f64 = 8.0;
/// Of the letters, and how far below the top of its cell a line stands.
const LETTERS: f64 = 14.0;
const FOOT: f64 = 13.5;
/// How far dim letters are on their way to the ground, in percent.
const DIM: u16 = 35;

/// The picture as a file.
pub fn write(picture: &Picture) -> String {
    let (wide, high) = CELL;
    let (width, height) =
        (f64::from(picture.columns) * wide + 2.0 * MARGIN, index(picture.lines.len()) * high + 2.0 * MARGIN);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.1} {height:.1}\" font-family=\"ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', \
         monospace\" font-size=\"{LETTERS:.0}\">\n<title>{}</title>\n<rect width=\"100%\" height=\"100%\" \
         rx=\"6\" fill=\"{}\"/>\n",
        escaped(&picture.title),
        hex(ground_of(picture)),
    );
    for (y, line) in picture.lines.iter().enumerate() {
        for (x, run) in runs(line) {
            draw(&mut out, picture, run, (MARGIN + f64::from(x) * wide, MARGIN + index(y) * high));
        }
    }
    out + "</svg>\n"
}

/// The ground that most of the screen has: that of its first cell.
fn ground_of(picture: &Picture) -> Rgb {
    let first = picture.lines.first().and_then(|line| line.first());
    first.map_or(picture.paper.ground, |cell| colours(picture, Look { reversed: false, ..cell.look }).1)
}

/// The colours of letters and ground.
fn colours(picture: &Picture, look: Look) -> (Rgb, Rgb) {
    let paper = picture.paper;
    let (ink, ground) = (paper.rgb(look.ink, paper.ink), paper.rgb(look.ground, paper.ground));
    let ink = if look.dim { mixed(ink, ground, DIM) } else { ink };
    if look.reversed { (ground, ink) } else { (ink, ground) }
}

/// Draws cells that look the same.
fn draw(out: &mut String, picture: &Picture, run: &[Cell], (x, y): (f64, f64)) {
    let Some(look) = run.first().map(|cell| cell.look) else { return };
    let (ink, ground) = colours(picture, look);
    let columns = |cells: &[Cell]| f64::from(cells.iter().map(|cell| cell.wide).sum::<u16>());
    let width = columns(run) * CELL.0;
    if ground != ground_of(picture) {
        let high = CELL.1;
        let _ = writeln!(
            out,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{high:.1}\" fill=\"{}\"/>",
            hex(ground)
        );
    }
    let mut paths = Paths::default();
    let mut at = x;
    let mut words =
        Words { out, ink: hex(ink), bold: look.bold, y, start: x, text: String::new(), columns: 0 };
    for cell in run {
        let mut signs = cell.text.chars();
        let sign = signs.next().filter(|_| signs.next().is_none() && cell.wide == 1);
        if sign.is_some_and(|sign| glyph::draw(&mut paths, sign, (at, y))) {
            words.end();
        } else {
            words.add(cell, at);
        }
        at += f64::from(cell.wide) * CELL.0;
    }
    words.end();
    if look.underlined {
        let line = y + FOOT + 2.0;
        let _ = write!(paths.drawn, "M{x:.1} {line:.1}h{width:.1}");
    }
    let ink = hex(ink);
    if !paths.filled.is_empty() {
        let _ = writeln!(out, "<path fill=\"{ink}\" d=\"{}\"/>", paths.filled);
    }
    for (lines, gaps) in [(paths.drawn, ""), (paths.dashed, " stroke-dasharray=\"2 2.5\"")] {
        if !lines.is_empty() {
            let _ = writeln!(out, "<path fill=\"none\" stroke=\"{ink}\"{gaps} d=\"{lines}\"/>");
        }
    }
}

/// Text that is collected until something parts it: two blanks, a sign that is drawn, a wide character. No part
/// has blanks that a reader of SVG would swallow, and each begins where its cell does.
struct Words<'a> {
    out: &'a mut String,
    ink: String,
    bold: bool,
    /// The top of the line, and where the text begins.
    y: f64,
    start: f64,
    text: String,
    columns: u16,
}

impl Words<'_> {
    fn add(&mut self, cell: &Cell, at: f64) {
        if cell.wide != 1 {
            self.end();
            self.push(cell, at);
            return self.end();
        }
        if cell.text == " " && (self.text.is_empty() || self.text.ends_with(' ')) {
            return self.end();
        }
        self.push(cell, at);
    }

    fn push(&mut self, cell: &Cell, at: f64) {
        if self.text.is_empty() {
            self.start = at;
        }
        self.text.push_str(&cell.text);
        self.columns += cell.wide;
    }

    /// Writes what has been collected.
    fn end(&mut self) {
        let columns = std::mem::take(&mut self.columns);
        let text = std::mem::take(&mut self.text);
        let trimmed = text.trim_end_matches(' ');
        if trimmed.is_empty() {
            return;
        }
        let columns = columns - u16::try_from(text.len() - trimmed.len()).unwrap_or(0);
        let bold = if self.bold { " font-weight=\"bold\"" } else { "" };
        let _ = writeln!(
            self.out,
            "<text x=\"{:.1}\" y=\"{:.1}\" textLength=\"{:.1}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{}\"{bold}>{}</text>",
            self.start,
            self.y + FOOT,
            f64::from(columns) * CELL.0,
            self.ink,
            escaped(trimmed),
        );
    }
}

/// A position as a factor.
fn index(n: usize) -> f64 {
    u32::try_from(n).map_or(f64::MAX, f64::from)
}

fn hex([r, g, b]: Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// Text without anything that XML would read as its own, or cannot have in it.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if is_hostile(c) || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                out.push(char::REPLACEMENT_CHARACTER)
            }
            c => out.push(c),
        }
    }
    out
}
