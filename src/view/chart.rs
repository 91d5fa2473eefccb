//! A chart of lines over two axes of whole numbers: in Braille dots, or with one sign a cell in ASCII.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::paint::{Paint, width};
use crate::plan::scenario::duration;
use crate::text::{spaced, thousands, ticks};

/// What is drawn.
#[derive(Debug, Default)]
pub struct Chart {
    /// Drawn in this order, a later one over an earlier.
    pub series: Vec<Series>,
    /// Drawn over the lines, a later one over an earlier.
    pub marks: Vec<Mark>,
    /// Draws a line from top to bottom there, below everything else, and a sign on the axis.
    pub cursor: Option<u64>,
    /// The right end of the x axis; it begins at 0, or where [`Chart::from`] says.
    pub most: u64,
    pub from: u64,
    /// What the axes count.
    pub x: Axis,
    pub y: &'static str,
}

/// What the numbers of the x axis are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// So many of something.
    Count(&'static str),
    /// Seconds, written as times.
    Time,
}

impl Default for Axis {
    fn default() -> Axis {
        Axis::Count("")
    }
}

impl Axis {
    fn text(self, n: u64) -> String {
        match self {
            Axis::Count(_) => thousands(n),
            Axis::Time => duration(n.saturating_mul(1_000)),
        }
    }

    /// What stands beside the numbers.
    fn name(self) -> &'static str {
        match self {
            Axis::Count(name) => name,
            // a time says that it is one
            Axis::Time => "",
        }
    }

    /// Round numbers below `top`, about so many.
    fn ticks(self, top: u64, about: u64) -> Box<dyn Iterator<Item = u64>> {
        let least = top / about.max(1);
        match TIMES.iter().find(|apart| **apart >= least) {
            Some(apart) if self == Axis::Time => Box::new(spaced(*apart, top)),
            _ => Box::new(ticks(top, about)),
        }
    }
}

/// Round times, in seconds: up to half a day, whole days after that.
#[rustfmt::skip] // seconds, minutes, hours, days
const TIMES: &[u64] = &[
    1, 2, 5, 10, 15, 30,
    60, 120, 300, 600, 900, 1_800,
    3_600, 7_200, 10_800, 21_600, 43_200,
    86_400, 172_800, 604_800,
];

/// Points from left to right, and how they are joined.
#[derive(Debug)]
pub struct Series {
    pub points: Vec<(u64, u64)>,
    pub join: Join,
    pub pen: Pen,
}

/// What a line is drawn with. Lines of one chart differ in more than their colour.
#[derive(Debug, Clone, Copy)]
pub struct Pen {
    pub style: Style,
    /// Where there is only ASCII.
    pub sign: char,
    /// Every second dot of Braille.
    pub dotted: bool,
}

impl Pen {
    /// A bit of the line, for a legend.
    pub fn sample(&self, unicode: bool) -> char {
        match (unicode, self.dotted) {
            (true, true) => '\u{2810}',
            (true, false) => '\u{2812}',
            (false, _) => self.sign,
        }
    }
}

/// How two points are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    /// By a straight line.
    Line,
    /// The first holds until the second.
    Step,
}

/// A letter at a point.
#[derive(Debug)]
pub struct Mark {
    pub at: (u64, u64),
    pub letter: char,
    pub style: Style,
}

/// Where the chart's points are on the screen.
#[derive(Debug, Clone, Copy)]
pub struct Plot {
    /// Inside the axes.
    pub area: Rect,
    /// Ends of the axes.
    x: (u64, u64),
    y: u64,
    /// Dots of a cell.
    dots: (u16, u16),
}

/// Dots of a Braille sign, by column and row from the upper left: their bits from U+2800.
/// Source: The Unicode Standard, section "Braille Patterns".
const BRAILLE: [[u32; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

/// Least columns and rows inside the axes for a chart to say anything.
const LEAST: (u16, u16) = (8, 2);

/// Least rows of a chart with its axes.
pub const ROWS: u16 = LEAST.1 + 3;

/// Divides a place between a chart and the lines of text below it: the lines have half at most, and all of it
/// where a chart would have no room. Gives the chart's rows.
pub fn rows_above(height: u16, lines: usize) -> u16 {
    let lines = u16::try_from(lines).unwrap_or(u16::MAX);
    let Some(most) = height.checked_sub(ROWS).filter(|most| *most > 0) else { return 0 };
    height - lines.min((height / 2).max(1)).min(most)
}

/// Draws a chart; gives where its points are, `None` where there is no room for it.
pub fn draw(paint: &mut Paint, area: Rect, chart: &Chart) -> Option<Plot> {
    let top = chart.series.iter().flat_map(|s| &s.points).map(|p| p.1).max().unwrap_or(0).max(1);
    let labels = width(&thousands(top)).max(width(chart.y));
    let left = labels + 1;
    // the names of the axes have a line above and, with the numbers, one below
    let inner = Rect {
        x: area.x + left.min(area.width),
        y: area.y + 1,
        width: area.width.saturating_sub(left),
        height: area.height.saturating_sub(3),
    };
    if inner.width < LEAST.0 || inner.height < LEAST.1 {
        return None;
    }
    let dots = if paint.look.symbols.is_unicode() { (2, 4) } else { (1, 1) };
    let plot = Plot { area: inner, x: (chart.from, chart.most.max(chart.from + 1)), y: top, dots };
    draw_axes(paint, area, chart, &plot);
    if let Some(x) = chart.cursor {
        let column = plot.column(x);
        let [line, foot] = paint.look.symbols.cursor;
        for y in inner.y..inner.bottom() {
            paint.put_signs(cell(column, y), line, paint.look.theme.accent);
        }
        paint.put_signs(cell(column, inner.bottom()), foot, paint.look.theme.accent);
    }
    for series in &chart.series {
        draw_series(paint, &plot, series);
    }
    for mark in &chart.marks {
        let (x, y) = (plot.column(mark.at.0), plot.line(mark.at.1));
        paint.put(inner, x, y, &mark.letter.to_string(), mark.style);
    }
    Some(plot)
}

fn cell(x: u16, y: u16) -> Rect {
    Rect { x, y, width: 1, height: 1 }
}

impl Plot {
    /// The column of a number on the x axis.
    pub fn column(&self, x: u64) -> u16 {
        self.area.x + self.dot_x(x) / self.dots.0
    }

    /// The line of a number on the y axis.
    pub fn line(&self, y: u64) -> u16 {
        self.area.y + self.dot_y(y) / self.dots.1
    }

    /// The number of the x axis that a column stands for.
    pub fn number(&self, column: u16) -> u64 {
        let last = u128::from(self.area.width.saturating_sub(1).max(1));
        let at = u128::from(column.saturating_sub(self.area.x)).min(last);
        let (from, to) = self.x;
        // the middle of the numbers that share the column
        from + u64::try_from((at * u128::from(to - from) + last / 2) / last).unwrap_or(u64::MAX)
    }

    fn dot_x(&self, x: u64) -> u16 {
        let (from, to) = self.x;
        scaled(x.clamp(from, to) - from, to - from, self.area.width.saturating_mul(self.dots.0) - 1)
    }

    /// Dots from the top.
    fn dot_y(&self, y: u64) -> u16 {
        let last = self.area.height.saturating_mul(self.dots.1) - 1;
        last - scaled(y.min(self.y), self.y, last)
    }
}

/// `n` of `whole` as a part of `last`, rounded to the nearest.
fn scaled(n: u64, whole: u64, last: u16) -> u16 {
    let whole = u128::from(whole.max(1));
    u16::try_from((u128::from(n) * u128::from(last) + whole / 2) / whole).unwrap_or(last).min(last)
}

fn draw_axes(paint: &mut Paint, area: Rect, chart: &Chart, plot: &Plot) {
    let style = paint.look.theme.muted;
    let inner = plot.area;
    let border = paint.look.symbols.border;
    for y in inner.y..inner.bottom() {
        paint.put_signs(cell(inner.x - 1, y), border.vertical_left, style);
    }
    let base = Rect { x: inner.x, y: inner.bottom(), width: inner.width, height: 1 };
    paint.put_signs(base, &border.horizontal_top.repeat(usize::from(inner.width)), style);
    paint.put_signs(cell(inner.x - 1, inner.bottom()), border.bottom_left, style);
    paint.put(area, area.x, area.y, chart.y, style);
    // numbers stand where their point is; between ends that are taken only where they are apart
    let lines = inner.height / 4;
    let mut taken: Vec<u16> = Vec::new();
    for value in std::iter::once(plot.y).chain(ticks(plot.y, lines.into())) {
        let y = plot.line(value);
        if taken.iter().all(|t| t.abs_diff(y) > 1) {
            paint.put_right(
                Rect { width: inner.x - 1 - area.x, ..area },
                inner.x - 1,
                y,
                &thousands(value),
                style,
            );
            taken.push(y);
        }
    }
    let below = inner.bottom() + 1;
    let (from, to) = plot.x;
    let end = chart.x.text(to);
    paint.put_right(area, inner.right(), below, &end, style);
    let mut right = inner.right().saturating_sub(width(&end) + 2);
    let name = width(chart.x.name()) + 2;
    if inner.width > 2 * name && name > 2 {
        paint.put_right(area, right, below, chart.x.name(), style);
        right = right.saturating_sub(name);
    }
    let mut x = inner.x;
    let ticks = chart.x.ticks(to - from, (inner.width / 12).into());
    for value in std::iter::once(from).chain(ticks.map(|t| from + t)) {
        let (at, text) = (plot.column(value), chart.x.text(value));
        if at >= x && at + width(&text) <= right {
            paint.put(area, at, below, &text, style);
            x = at + width(&text) + 2;
        }
    }
}

fn draw_series(paint: &mut Paint, plot: &Plot, series: &Series) {
    let mut dots = Dots::new(plot);
    let place = |(x, y): &(u64, u64)| (plot.dot_x(*x), plot.dot_y(*y));
    let mut before: Option<(u16, u16)> = None;
    for point in &series.points {
        let (x, y) = place(point);
        match (before, series.join) {
            (None, _) => dots.line((x, y), (x, y)),
            (Some(last), Join::Line) => dots.line(last, (x, y)),
            (Some(last), Join::Step) => {
                dots.line(last, (x, last.1));
                dots.line((x, last.1), (x, y));
            }
        }
        before = Some((x, y));
    }
    if series.pen.dotted {
        dots.thin();
    }
    dots.draw(paint, plot, &series.pen);
}

/// The dots of one series, cell by cell.
struct Dots {
    columns: usize,
    cells: Vec<u32>,
    dots: (u16, u16),
}

impl Dots {
    fn new(plot: &Plot) -> Dots {
        let columns = usize::from(plot.area.width);
        Dots { columns, cells: vec![0; columns * usize::from(plot.area.height)], dots: plot.dots }
    }

    fn set(&mut self, x: u16, y: u16) {
        let (across, down) = self.dots;
        let at = usize::from(y / down) * self.columns + usize::from(x / across);
        let bit = BRAILLE.get(usize::from(x % across)).and_then(|c| c.get(usize::from(y % down)));
        if let Some((cell, bit)) = self.cells.get_mut(at).zip(bit) {
            *cell |= bit;
        }
    }

    /// Every dot on the way from one to another, without gaps.
    fn line(&mut self, from: (u16, u16), to: (u16, u16)) {
        let ((x0, y0), (x1, y1)) = (signed(from), signed(to));
        let steps = (x1 - x0).abs().max((y1 - y0).abs());
        for i in 0..=steps {
            // rounded to the nearest dot
            let on = |a: i64, b: i64| a + ((b - a) * i * 2 + steps * (b - a).signum()) / (2 * steps.max(1));
            if let (Ok(x), Ok(y)) = (u16::try_from(on(x0, x1)), u16::try_from(on(y0, y1))) {
                self.set(x, y);
            }
        }
    }

    /// Leaves every second dot out.
    fn thin(&mut self) {
        // the dots of a chess board of one colour, of both columns
        const KEPT: u32 = 0x01 | 0x04 | 0x10 | 0x80;
        if self.dots != (1, 1) {
            self.cells.iter_mut().for_each(|cell| *cell &= KEPT);
        }
    }

    fn draw(&self, paint: &mut Paint, plot: &Plot, pen: &Pen) {
        let places = (plot.area.y..plot.area.bottom())
            .flat_map(|y| (plot.area.x..plot.area.right()).map(move |x| cell(x, y)));
        for (place, bits) in places.zip(&self.cells).filter(|(_, bits)| **bits > 0) {
            let sign = match self.dots {
                (1, 1) => pen.sign,
                _ => char::from_u32(0x2800 + bits).unwrap_or(pen.sign),
            };
            paint.put_signs(place, sign.encode_utf8(&mut [0; 4]), pen.style);
        }
    }
}

fn signed((x, y): (u16, u16)) -> (i64, i64) {
    (x.into(), y.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(ticks(232, 4).collect::<Vec<_>>(), [0, 100, 200]);
        assert_eq!(ticks(240, 6).collect::<Vec<_>>(), [0, 50, 100, 150, 200]);
        assert_eq!(ticks(3, 9).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(ticks(0, 3).count(), 0);
        assert!(ticks(u64::MAX, 3).take(9).count() <= 4);
    }

    #[test]
    fn times_are_round_as_times() {
        let texts = |top| Axis::Time.ticks(top, 5).map(|t| Axis::Time.text(t)).collect::<Vec<_>>();
        assert_eq!(texts(2_400), ["0s", "10m", "20m", "30m"]);
        assert_eq!(texts(86_400), ["0s", "6h", "12h", "18h"]);
        assert_eq!(texts(20), ["0s", "5s", "10s", "15s"]);
        assert!(Axis::Time.ticks(u64::MAX, 3).take(9).count() <= 4);
    }

    #[test]
    fn text_has_everything_where_a_chart_has_no_room() {
        assert_eq!((rows_above(5, 6), rows_above(ROWS, 1)), (0, 0));
        assert_eq!((rows_above(6, 6), rows_above(12, 3), rows_above(12, 9)), (5, 9, 6));
    }

    #[test]
    fn points_are_where_they_belong_and_columns_lead_back() {
        let area = Rect { x: 5, y: 1, width: 50, height: 10 };
        let plot = Plot { area, x: (0, 232), y: 240, dots: (2, 4) };
        assert_eq!((plot.column(0), plot.column(232), plot.column(9_999)), (5, 54, 54));
        assert_eq!((plot.line(0), plot.line(240), plot.line(120)), (10, 1, 5));
        for column in area.x..area.right() {
            assert!(plot.column(plot.number(column)).abs_diff(column) <= 1, "{column}");
        }
    }

    #[test]
    fn lines_have_no_gaps() {
        let area = Rect { x: 0, y: 0, width: 4, height: 4 };
        let plot = Plot { area, x: (0, 3), y: 3, dots: (1, 1) };
        for to in [(3, 3), (3, 1), (0, 3), (0, 0)] {
            let mut dots = Dots::new(&plot);
            dots.line((0, 0), to);
            assert!(dots.cells[0] > 0 && dots.cells[usize::from(to.1 * 4 + to.0)] > 0, "{to:?}");
            let set = dots.cells.iter().filter(|c| **c > 0).count();
            assert_eq!(set, usize::from(to.0.max(to.1)) + 1, "{to:?}");
        }
    }
}
