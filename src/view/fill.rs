//! Shares of a pool as a bar: each with a sign of its own, and a word for how full it is.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::paint::Paint;
use crate::engine::{Holding, PoolRow};

/// Columns for the word and a blank before it.
const WORD: u16 = 6;

/// What the signs stand for.
const PARTS: [&str; 5] = ["other", "primary", "assigned", "unused", "free"];

/// Draws the bar of a pool, and the word.
pub fn draw(paint: &mut Paint, room: Rect, (pool, held): (&PoolRow, &Holding), word: &str, style: Style) {
    let cells = room.width.saturating_sub(WORD);
    let parts = [pool.other, held.primary, held.assigned, held.unused];
    let whole = pool.usable.max(1);
    let mut bar = String::new();
    let (mut sum, mut drawn) = (0u64, 0);
    for (part, sign) in parts.iter().zip(paint.look.symbols.parts) {
        sum = sum.saturating_add(*part);
        // rounded up, so that a part that is there is seen
        let end = (u128::from(sum) * u128::from(cells)).div_ceil(u128::from(whole));
        let end = u16::try_from(end).unwrap_or(u16::MAX).min(cells);
        if *part > 0 {
            bar.push_str(&sign.repeat(usize::from(end.saturating_sub(drawn))));
            drawn = end.max(drawn);
        }
    }
    let free = paint.look.symbols.parts.last().copied().unwrap_or(" ");
    bar.push_str(&free.repeat(usize::from(cells.saturating_sub(drawn))));
    let theme = &paint.look.theme;
    let own = if style == theme.cursor || style == theme.muted { style } else { theme.text };
    paint.put_signs(room, &bar, own);
    paint.put(room, room.x + cells + 1, room.y, word, style);
}

/// What the signs mean, on one line.
pub fn draw_legend(paint: &mut Paint, line: Rect) {
    let style = paint.look.theme.muted;
    let mut x = line.x + 1;
    for (sign, name) in paint.look.symbols.parts.into_iter().zip(PARTS) {
        let room = Rect { x, width: line.right().saturating_sub(x), ..line };
        paint.put_signs(room, sign, style);
        x += 2;
        x += paint.put(line, x, line.y, name, style) + 2;
    }
}
