//! How the addresses of a map are laid out as cells: how many a cell is, how many cells a line has, which lines are seen.

/// Addresses of a block, with a column behind it for its mark where a cell is one address.
const BLOCK: u128 = 16;
/// Columns of a cell of several addresses: its letter, how full it is, its mark.
const WIDE: u128 = 3;

/// The cells of a map that are on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plot {
    /// Addresses of a cell: 1, 16, and then four times as many each time.
    pub each: u128,
    /// Cells of a line: a power of two.
    pub line: u128,
    /// The first line that is seen, and how many are.
    pub top: u128,
    pub lines: u128,
    /// Cells of the whole map.
    pub cells: u128,
    /// Steps that this is nearer than what shows all of the map as near as can be; below 0 it is farther.
    pub zoom: isize,
    /// Steps to one address a cell, and to all of the map in one line.
    pub nearer: usize,
    pub farther: usize,
}

impl Plot {
    /// The cells of a map that ends at an address, around a cursor, so many steps nearer than what shows all of it in a
    /// room of some columns and lines.
    pub fn of(last: u128, at: u128, zoom: isize, (columns, rows): (u16, u16)) -> Plot {
        let rows = u128::from(rows.max(1));
        let cells = |level| (last / each(level)).saturating_add(1);
        // the levels end where a cell is all of IPv6
        let fits = |rows: u128| {
            (0..LEVELS).find(|level| cells(*level) <= line(*level, columns) * rows).unwrap_or(LEVELS - 1)
        };
        let (fit, farthest) = (fits(rows), fits(1));
        let level = fit.saturating_add_signed(zoom.saturating_neg()).min(farthest);
        let zoom = fit.cast_signed() - level.cast_signed();
        let (each, line, cells) = (each(level), line(level, columns), cells(level));
        let all = cells.div_ceil(line);
        let lines = all.min(rows);
        let top = (at.min(last) / each / line).saturating_sub(lines / 2).min(all - lines);
        Plot { each, line, top, lines, cells, zoom, nearer: level, farther: farthest - level }
    }

    /// The addresses of a cell, both included, if there is such a cell.
    pub fn cell(&self, cell: u128, last: u128) -> Option<(u128, u128)> {
        let from = cell.checked_mul(self.each).filter(|from| *from <= last)?;
        Some((from, from.saturating_add(self.each - 1).min(last)))
    }

    /// The cell that an address is in.
    pub fn cell_of(&self, at: u128) -> u128 {
        at / self.each
    }

    /// Columns from the beginning of a line to a cell of it.
    pub fn column(&self, cell: u128) -> u128 {
        if self.each == 1 { cell + cell / BLOCK } else { cell * WIDE }
    }
}

/// Levels of zoom: the last has all of IPv6 in a line.
const LEVELS: usize = 63;

fn each(level: usize) -> u128 {
    match level {
        0 => 1,
        level => 1u128.checked_shl(2 + 2 * u32::try_from(level).unwrap_or(62)).unwrap_or(u128::MAX),
    }
}

/// Cells of a line of some columns.
fn line(level: usize, columns: u16) -> u128 {
    let columns = u128::from(columns);
    let room = match level {
        // the last column of a line is that of a mark
        0 if columns <= BLOCK => columns,
        0 => columns / (BLOCK + 1) * BLOCK,
        _ => columns / WIDE,
    };
    1 << room.max(1).ilog2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_a_map_is_seen_and_each_step_is_nearer_around_the_cursor() {
        let slash22 = 1023;
        let whole = Plot::of(slash22, 0, 0, (68, 10));
        assert_eq!((whole.each, whole.line, whole.lines, whole.cells), (16, 16, 4, 64));
        let near = Plot::of(slash22, 700, 1, (68, 10));
        assert_eq!((near.each, near.line, near.lines, near.cells), (1, 64, 10, 1024));
        assert_eq!((near.top, near.nearer, near.farther), (700 / 64 - 5, 0, 2));
        // no nearer than one address, no farther than all in a line
        assert_eq!(Plot::of(slash22, 700, 9, (68, 10)), near);
        let far = Plot::of(slash22, 700, -9, (68, 10));
        assert_eq!((far.each, far.lines, far.cells, far.zoom), (64, 1, 16, -1));
        assert_eq!(Plot::of(7, 0, 0, (68, 10)).each, 1);
    }

    #[test]
    fn every_address_is_in_the_room_at_any_size_and_zoom() {
        for last in [0, 1, 15, 255, 1023, (1 << 24) - 1, (1 << 64) - 1, u128::MAX - 1] {
            for room in [(1, 1), (16, 2), (30, 5), (68, 10), (200, 60)] {
                for zoom in -3..66 {
                    for at in [0, last / 3, last] {
                        let plot = Plot::of(last, at, zoom, room);
                        assert!(plot.lines <= u128::from(room.1).max(1) && plot.lines > 0);
                        let here = plot.cell_of(at);
                        let (from, to) = plot.cell(here, last).expect("a cell");
                        assert!(from <= at && at <= to, "{last} {at} {plot:?}");
                        let line = here / plot.line;
                        assert!((plot.top..plot.top + plot.lines).contains(&line), "{last} {at} {plot:?}");
                    }
                }
            }
        }
    }
}
