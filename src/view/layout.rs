//! What is where, by size.

use ratatui::layout::Rect;

/// What a size allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Inputs and tables side by side.
    Wide,
    /// One of them.
    Middle,
    /// The focused pane alone.
    Small,
    /// Nothing useful.
    TooSmall,
}

/// Least columns and rows of each size but the last.
pub const WIDE: (u16, u16) = (120, 30);
pub const MIDDLE: (u16, u16) = (80, 24);
pub const SMALL: (u16, u16) = (40, 10);

/// What a size allows.
pub fn size(area: Rect) -> Size {
    let at_least = |(columns, rows)| area.width >= columns && area.height >= rows;
    if at_least(WIDE) {
        Size::Wide
    } else if at_least(MIDDLE) {
        Size::Middle
    } else if at_least(SMALL) {
        Size::Small
    } else {
        Size::TooSmall
    }
}

/// The parts of the screen.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    pub size: Size,
    pub header: Rect,
    /// What the screen that is shown has for itself.
    pub body: Rect,
    pub panel: Option<Rect>,
    /// The hint of the first session.
    pub welcome: Option<Rect>,
    pub hint: Rect,
    pub bar: Rect,
}

/// Divides the screen; the panel gets as many rows as it asks for, up to half of what is there,
/// on a small screen all of it. The hint of the first session has so many rows, on a small screen none.
pub fn layout(area: Rect, panel_rows: Option<u16>, welcome_rows: u16) -> Layout {
    let size = size(area);
    let header_rows = if size == Size::Small { 1 } else { 3 };
    let row = |y: u16, height: u16| Rect { y, height, ..area };
    let header = row(area.y, header_rows.min(area.height));
    let bar = row(area.bottom().saturating_sub(1), 1);
    let hint = row(area.bottom().saturating_sub(2), 1);
    let welcome_rows = if size == Size::Small { 0 } else { welcome_rows };
    let welcome = row(hint.y.saturating_sub(welcome_rows), welcome_rows);
    let mut body = row(header.bottom(), welcome.y.saturating_sub(header.bottom()));
    let welcome = (welcome_rows > 0).then_some(welcome);
    let panel = panel_rows.map(|rows| {
        // on a small screen half would be the frame alone
        let most = if size == Size::Small { body.height } else { body.height / 2 };
        let height = rows.min(most);
        body.height -= height;
        row(body.bottom(), height)
    });
    Layout { size, header, body, panel, welcome, hint, bar }
}

/// Shares rows among tables: each gets what it wants as far as there is room, the focused one first up to
/// half of it, and none less than `least` as long as that is possible.
pub fn share(room: u16, wants: &[u16], focused: Option<usize>, least: u16) -> Vec<u16> {
    let mut rows: Vec<u16> = wants.iter().map(|w| (*w).min(least)).collect();
    while rows.iter().sum::<u16>() > room {
        // the last that is not focused goes without
        match (0..rows.len()).rev().find(|i| Some(*i) != focused && rows.get(*i) > Some(&0)) {
            Some(i) => rows.iter_mut().skip(i).take(1).for_each(|r| *r = 0),
            None => rows.iter_mut().for_each(|r| *r = (*r).min(room)),
        }
    }
    let mut left = room.saturating_sub(rows.iter().sum());
    if let Some((row, want)) = focused.and_then(|f| rows.get_mut(f).zip(wants.get(f))) {
        let more = (*want).min(room / 2).saturating_sub(*row).min(left);
        *row += more;
        left -= more;
    }
    // the rest in turns of one row, so that a long table does not starve the others
    let mut turns: Vec<usize> = (0..rows.len()).collect();
    turns.sort_by_key(|i| Some(*i) != focused);
    while left > 0 {
        let before = left;
        for i in &turns {
            if let Some((row, want)) = rows.get_mut(*i).zip(wants.get(*i))
                && *row > 0
                && *row < *want
                && left > 0
            {
                *row += 1;
                left -= 1;
            }
        }
        if left == before {
            break;
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_shared_fairly_and_the_focused_table_comes_first() {
        assert_eq!(share(30, &[5, 3, 4], None, 3), [5, 3, 4]);
        assert_eq!(share(12, &[50, 3, 50], None, 3), [5, 3, 4]);
        assert_eq!(share(12, &[50, 3, 50], Some(2), 3), [3, 3, 6]);
        assert_eq!(share(30, &[50, 3, 50], Some(2), 3), [7, 3, 20]);
        assert_eq!(share(30, &[5, 3, 50], Some(2), 3), [5, 3, 22]);
        assert_eq!(share(7, &[50, 3, 50], Some(2), 3), [3, 0, 4]);
        assert_eq!(share(2, &[50, 3], Some(0), 3), [2, 0]);
        assert_eq!(share(0, &[50, 3], None, 3), [0, 0]);
    }
}
