//! Charts: pure functions from figures to a picture, and to text where no picture can be.
//!
//! Each area has a pattern and each line its own dashes, with the figures beside them in words: a chart is read in grey,
//! on paper and by ear as well. In Markdown, which has no pictures of its own, the same figures are bars of letters in
//! a block of code, those of the map screen: every reader of Markdown shows these, and they are read in a diff, too.

mod growth;
mod map;
mod pools;
mod staircase;
pub mod svg;

pub use growth::GrowthOf;
pub use map::MapOf;
pub use pools::PoolBars;

use svg::{Anchor, Svg, WIDE};

use crate::engine::Staircase;
use crate::text::thousands;

/// One chart.
pub enum Chart {
    Pools(PoolBars),
    Map(Box<MapOf>),
    Staircase(Box<Staircase>),
    Growth(GrowthOf),
}

/// What a chart is called, and what it shows in sentences.
pub struct Words {
    pub title: String,
    /// How to read it, where that is not on it; may be empty.
    pub note: String,
    /// Its figures, for whoever does not see it.
    pub about: String,
}

impl Chart {
    pub fn words(&self) -> Words {
        match self {
            Chart::Pools(bars) => bars.words(),
            Chart::Map(map) => map.words(),
            Chart::Staircase(stairs) => staircase::words(stairs),
            Chart::Growth(growth) => growth.words(),
        }
    }

    /// As SVG for a page with the style sheet and the patterns of reports; `id` is of this chart alone.
    pub fn svg(&self, id: &str) -> String {
        let (svg, high) = match self {
            Chart::Pools(bars) => bars.draw(),
            Chart::Map(map) => map.draw(),
            Chart::Staircase(stairs) => staircase::draw(stairs),
            Chart::Growth(growth) => growth.draw(),
        };
        let words = self.words();
        svg.finish(id, &words.title, &words.about, high)
    }

    /// As lines of letters; foreign names are as they are.
    pub fn text(&self) -> Vec<String> {
        match self {
            Chart::Pools(bars) => bars.text(),
            Chart::Map(map) => map.text(),
            Chart::Staircase(stairs) => staircase::text(stairs),
            Chart::Growth(growth) => growth.text(),
        }
    }
}

/// The class of an area and the letter of it.
type Area = (&'static str, &'static str);
const OTHER: Area = ("u-other", "o");
const PRIMARY: Area = ("u-primary", "p");
const ASSIGNED: Area = ("u-assigned", "#");
const UNUSED: Area = ("u-unused", "-");
const FREE: Area = ("u-free", ".");
const SHORT: Area = ("u-short", "!");

/// Where figures are in a picture.
struct Frame {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    /// The figures at the right and at the top.
    most: (f64, f64),
}

impl Frame {
    fn at(&self, x: f64, y: f64) -> (f64, f64) {
        let across = x / self.most.0.max(1.0) * (self.right - self.left);
        let up = y / self.most.1.max(1.0) * (self.bottom - self.top);
        (self.left + across, self.bottom - up)
    }

    /// Lines and figures at the left and below, and what they count.
    fn axes(&self, svg: &mut Svg, (x, y): (&str, &str), ticks: (Vec<u64>, Vec<u64>)) {
        for tick in ticks.1 {
            let (_, at) = self.at(0.0, svg::length(tick));
            svg.line("grid", (self.left, at), (self.right, at));
            svg.text("tick", Anchor::End, (self.left - 6.0, at + 4.0), &thousands(tick));
        }
        for tick in ticks.0 {
            let (at, _) = self.at(svg::length(tick), 0.0);
            svg.line("grid", (at, self.bottom), (at, self.bottom + 4.0));
            svg.text("tick", Anchor::Middle, (at, self.bottom + 17.0), &thousands(tick));
        }
        svg.line("axis", (self.left, self.bottom), (self.right, self.bottom));
        svg.text("axis-name", Anchor::End, (self.right, self.bottom + 33.0), x);
        svg.text("axis-name", Anchor::Start, (self.left - 6.0, self.top - 8.0), y);
    }
}

/// Height of a line of a legend, and about how wide a letter is.
const LINE: f64 = 20.0;
const LETTER: f64 = 6.4;

/// Says what areas are, below each other where they do not fit; gives what is below.
fn legend(svg: &mut Svg, mut y: f64, items: &[(&str, String)]) -> f64 {
    let (left, mut x) = (10.0, 10.0);
    for (class, text) in items {
        let wide = 28.0 + LETTER * text.chars().count() as f64 + 14.0;
        if x > left && x + wide > WIDE {
            (x, y) = (left, y + LINE);
        }
        match class.starts_with("u-") {
            true => svg.rect(class, (x, y), (20.0, 12.0)),
            false => svg.line(class, (x, y + 6.0), (x + 20.0, y + 6.0)),
        }
        svg.text("", Anchor::Start, (x + 26.0, y + 10.5), text);
        x += wide;
    }
    y + LINE
}

/// Letters, so many of each as its share of a whole is of a width; what is there has one at the least, if there is room.
fn bar(parts: &[(Area, u64)], whole: u64, width: usize) -> String {
    let mut out = String::new();
    let (mut sum, mut at) = (0u128, 0);
    for ((_, letter), n) in parts {
        sum += u128::from(*n);
        let end = sum * width as u128 / u128::from(whole.max(1));
        let end = usize::try_from(end).unwrap_or(width).max(at + usize::from(*n > 0)).min(width);
        out.push_str(&letter.repeat(end - at));
        at = end;
    }
    out
}

/// The letters of some areas: `o other  p primary`.
fn letters(areas: &[(Area, &str)]) -> String {
    let each: Vec<String> = areas.iter().map(|((_, letter), name)| format!("{letter} {name}")).collect();
    each.join("   ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_their_figures() {
        let parts = [(PRIMARY, 30), (ASSIGNED, 400), (UNUSED, 470), (FREE, 119)];
        let drawn = bar(&parts, 1_019, 50);
        assert_eq!(drawn, format!("p{}{}{}", "#".repeat(20), "-".repeat(23), ".".repeat(6)));
        assert_eq!(bar(&[(PRIMARY, 1), (FREE, u64::MAX)], u64::MAX, 8), "p.......");
        assert_eq!(bar(&[], 0, 8), "");
    }
}
