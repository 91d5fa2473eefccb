//! Columns of a table, fitted to a width: what does not fit gives way, the selected column never.

use super::paint::width;
use crate::app::sheet::Align;

/// One column before and after it is fitted.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its index among all columns.
    pub index: usize,
    pub align: Align,
    /// Columns it wants, and then has.
    pub width: u16,
    pub gives_way: u8,
}

/// Blanks between columns: one where two would leave less room for what they are between.
const GAPS: [u16; 2] = [2, 1];

/// Columns that fit, and the blanks between them.
#[derive(Debug, Clone, Default)]
pub struct Fitted {
    pub columns: Vec<Column>,
    pub gap: u16,
}

/// Narrowest that a sentence is cut to: less of it says nothing.
const SENTENCE: u16 = 24;

/// Narrowest that names are cut to before columns are left out, and at all.
const NARROW: u16 = 14;
const NARROWEST: u16 = 8;

/// What a column wants: its header, its cells, its least.
pub fn wants<'a>(least: u16, header: &str, cells: impl Iterator<Item = &'a str>) -> u16 {
    cells.map(width).chain([width(header), least]).max().unwrap_or(least)
}

/// Columns that give way before any text is cut have at least this rank.
const DISPENSABLE: u8 = 8;

/// Fits columns to a width. A flowing column takes what is left.
pub fn fit(mut columns: Vec<Column>, room: u16, selected: Option<usize>) -> Fitted {
    let [wide, narrow] = GAPS;
    let gap = if total(&columns, wide) <= room { wide } else { narrow };
    loop {
        let over = total(&columns, gap).saturating_add(behind(&columns)).saturating_sub(room);
        if over == 0 {
            break;
        }
        // sentences shrink first, then dispensable columns go, then names shrink, then other columns go, and
        // at last names shrink further
        if let Some(c) = columns.iter_mut().find(|c| c.align == Align::Flow && c.width > SENTENCE) {
            c.width -= over.min(c.width - SENTENCE);
            continue;
        }
        let going = |least: u8| {
            let may = |c: &&Column| c.gives_way >= least && Some(c.index) != selected;
            columns.iter().filter(may).max_by_key(|c| c.gives_way).map(|c| c.index)
        };
        let widest = |least: u16| {
            let may = |c: &&Column| c.align == Align::Left && c.width > least;
            columns.iter().filter(may).max_by_key(|c| c.width).map(|c| c.index)
        };
        let (dispensable, wide) = (going(DISPENSABLE), widest(NARROW));
        let (out, shrinking) = match (dispensable, wide, going(1)) {
            (Some(out), _, _) => (Some(out), None),
            (None, Some(wide), _) => (None, Some(wide)),
            (None, None, Some(out)) => (Some(out), None),
            (None, None, None) => (None, widest(NARROWEST)),
        };
        if out.is_none() && shrinking.is_none() {
            break;
        }
        columns.retain(|c| Some(c.index) != out);
        columns.iter_mut().filter(|c| Some(c.index) == shrinking).for_each(|c| c.width -= 1);
    }
    let left = room.saturating_sub(total(&columns, gap).saturating_add(behind(&columns)));
    if let Some(column) = columns.iter_mut().find(|c| c.align == Align::Flow) {
        column.width = column.width.saturating_add(left);
    } else if let Some(column) = columns.iter_mut().find(|c| c.align == Align::Bar) {
        column.width = column.width.saturating_add(left.min(WIDEST_BAR.saturating_sub(column.width)));
    }
    Fitted { columns, gap }
}

/// Widest that a bar grows to.
const WIDEST_BAR: u16 = 30;

/// Blanks behind the last column: a sentence that is cut off does not touch what is beside it.
fn behind(columns: &[Column]) -> u16 {
    u16::from(columns.last().is_some_and(|c| c.align == Align::Flow))
}

fn total(columns: &[Column], gap: u16) -> u16 {
    let gaps = u16::try_from(columns.len().saturating_sub(1)).unwrap_or(u16::MAX).saturating_mul(gap);
    columns.iter().fold(gaps, |sum, c| sum.saturating_add(c.width))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(index: usize, align: Align, width: u16, gives_way: u8) -> Column {
        Column { index, align, width, gives_way }
    }

    fn fitted(room: u16, selected: Option<usize>) -> Vec<(usize, u16)> {
        let columns = vec![
            column(0, Align::Left, 12, 0),
            column(1, Align::Left, 18, 9),
            column(2, Align::Right, 7, 0),
            column(3, Align::Right, 7, 2),
            column(4, Align::Bar, 12, 5),
        ];
        fit(columns, room, selected).columns.iter().map(|c| (c.index, c.width)).collect()
    }

    #[test]
    fn sentences_shrink_then_columns_give_way_then_names_shrink() {
        assert_eq!(fitted(64, None), [(0, 12), (1, 18), (2, 7), (3, 7), (4, 12)]);
        assert_eq!(fitted(60, None), [(0, 12), (1, 18), (2, 7), (3, 7), (4, 12)], "one blank between");
        assert_eq!(fitted(59, None), [(0, 12), (2, 7), (3, 7), (4, 30)]);
        assert_eq!(fitted(40, None), [(0, 12), (2, 7), (3, 7)], "the bar goes before the name is cut");
        assert_eq!(fitted(26, None), [(0, 12), (2, 7)]);
        assert_eq!(fitted(46, Some(1)), [(0, 12), (1, 14), (2, 7), (3, 7)], "the selected column stays");
        assert_eq!(fitted(0, None), [(0, 8), (2, 7)]);
    }
}
