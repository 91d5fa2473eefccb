//! A pool's addresses, from the first to the last, as cells.

use super::svg::{Anchor, Path, Svg, length};
use super::{Words, legend};
use crate::engine::PoolRow;
use crate::engine::map::{Map, Use};
use crate::text::{capital, many};

/// A pool and its addresses, settled.
pub struct MapOf {
    pub pool: PoolRow,
    pub map: Map,
}

/// Cells of a line and lines at the most.
const LINE: u128 = 64;
const LINES: u128 = 16;
/// Where cells begin and end.
const LEFT: f64 = 128.0;
const RIGHT: f64 = 704.0;
const HIGH: f64 = 14.0;

/// How addresses are laid out as cells.
struct Plot {
    /// Addresses of a cell.
    each: u128,
    /// Cells of a line.
    line: u128,
    lines: u128,
}

impl MapOf {
    fn plot(&self) -> Plot {
        let last = self.map.last();
        let mut each = 1u128;
        while last / each >= LINE * LINES {
            each = each.saturating_mul(2);
        }
        let cells = last / each + 1;
        let line = if cells > LINE * 4 { LINE } else { LINE / 2 };
        Plot { each, line, lines: cells.div_ceil(line) }
    }

    /// The addresses of a cell, both included, if there is such a cell.
    fn cell(&self, plot: &Plot, cell: u128) -> Option<(u128, u128)> {
        let from = cell.checked_mul(plot.each).filter(|from| *from <= self.map.last())?;
        Some((from, from.saturating_add(plot.each - 1).min(self.map.last())))
    }

    /// What most taken addresses of a cell are.
    fn of_cell(&self, plot: &Plot, cell: u128) -> Option<Use> {
        let (from, to) = self.cell(plot, cell)?;
        self.map.counts_in(from, to).telling()
    }

    /// Each use with its figure: what is drawn, and what is wanted and not there.
    pub fn legend(&self) -> Vec<(Use, String)> {
        let (drawn, missing) = (self.map.counts(), self.map.missing);
        let says = |of: Use| {
            let name = if of == Use::Unused { "held but unused" } else { of.name() };
            match (drawn.of(of), missing.of(of)) {
                (0, 0) => None,
                (n, 0) => Some((of, format!("{name} {}", many(n)))),
                (n, missing) => {
                    Some((of, format!("{name} {} of {} wanted", many(n), many(n.saturating_add(missing)))))
                }
            }
        };
        Use::ALL.into_iter().filter_map(says).collect()
    }

    /// How to read a cell.
    fn cells(&self, plot: &Plot) -> String {
        match plot.each {
            1 => "a cell is an address".to_owned(),
            each => format!("a cell is {} addresses: what most of those are that are taken", many(each)),
        }
    }

    pub fn words(&self) -> Words {
        let uses: Vec<String> = self.legend().into_iter().map(|(_, text)| text).collect();
        let place = match self.map.chosen_by {
            Some(who) => format!(" Which address is whose is for {who} to choose: this is one way of many."),
            None => String::new(),
        };
        let blocks = self.map.blocks.map_or(String::new(), |blocks| {
            format!(
                " {} of {} /28 blocks are wholly free.",
                many(blocks.free.into()),
                many(blocks.all.into())
            )
        });
        Words {
            title: format!("Map: the addresses of {} {}, settled", self.pool.name, self.pool.cidr),
            about: format!("{}.", uses.join(", ")),
            note: format!("{}.{blocks}{place}", capital(&self.cells(&self.plot()))),
        }
    }

    pub fn draw(&self) -> (Svg, f64) {
        let mut svg = Svg::default();
        let plot = self.plot();
        let wide = (RIGHT - LEFT) / length(u64::try_from(plot.line).unwrap_or(1));
        let mut paths: Vec<(Use, Path)> = Use::ALL.into_iter().map(|of| (of, Path::default())).collect();
        for line in 0..plot.lines {
            let first = line * plot.line;
            let y = 6.0 + HIGH * length(u64::try_from(line).unwrap_or(0));
            let x = |cell: u128| LEFT + wide * length(u64::try_from(cell - first).unwrap_or(0));
            let address = self.cell(&plot, first).and_then(|(from, _)| self.map.address(from));
            let name = address.map_or(String::new(), |a| a.to_string());
            svg.text("tick", Anchor::End, (LEFT - 8.0, y + 10.5), &name);
            let cells: Vec<(u128, Use)> = (first..first.saturating_add(plot.line))
                .map_while(|cell| Some((cell, self.of_cell(&plot, cell)?)))
                .collect();
            for run in cells.chunk_by(|a, b| a.1 == b.1) {
                let (Some((from, of)), Some((to, _))) = (run.first(), run.last()) else { continue };
                if let Some((_, path)) = paths.iter_mut().find(|(own, _)| own == of) {
                    path.rect((x(*from), y), (x(to + 1) - x(*from), HIGH));
                }
            }
        }
        for (of, path) in &paths {
            svg.path(&class(*of), path);
        }
        let bottom = 6.0 + HIGH * length(u64::try_from(plot.lines).unwrap_or(0));
        let mut net = Path::default();
        for line in 0..=u32::try_from(plot.lines).unwrap_or(0) {
            let y = 6.0 + HIGH * f64::from(line);
            net.jump((LEFT, y));
            net.across(RIGHT);
        }
        for cell in 0..=u32::try_from(plot.line).unwrap_or(0) {
            net.jump((LEFT + wide * f64::from(cell), 6.0));
            net.up(bottom);
        }
        svg.path("net", &net);
        let items: Vec<(Use, String)> = self.legend();
        let classes: Vec<(String, String)> = items.into_iter().map(|(of, text)| (class(of), text)).collect();
        let items: Vec<(&str, String)> =
            classes.iter().map(|(class, text)| (class.as_str(), text.clone())).collect();
        let high = legend(&mut svg, bottom + 10.0, &items);
        (svg, high)
    }

    pub fn text(&self) -> Vec<String> {
        let plot = self.plot();
        let uses: Vec<String> =
            self.legend().into_iter().map(|(of, text)| format!("{} {text}", of.letter())).collect();
        let mut lines = vec![uses.join("   "), self.cells(&plot)];
        for line in 0..plot.lines {
            let first = line * plot.line;
            let address = self.cell(&plot, first).and_then(|(from, _)| self.map.address(from));
            let cells = (first..first.saturating_add(plot.line)).map_while(|cell| self.of_cell(&plot, cell));
            let cells: String = cells.map(Use::letter).collect();
            lines.push(format!("{:>15}  {cells}", address.map_or(String::new(), |a| a.to_string())));
        }
        lines
    }
}

fn class(of: Use) -> String {
    format!("u-{}", of.name())
}
