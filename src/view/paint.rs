//! Writing into the buffer: never outside an area, never more than fits.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::widgets::{Block, Clear};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{Look, Screen};
use crate::app::App;
use crate::app::border::{Border, Lies};
use crate::app::msg::Target;

/// A frame, what it looks like, and what on it can be clicked.
pub struct Paint<'a, 'f> {
    pub frame: &'a mut Frame<'f>,
    pub look: &'a Look,
    pub screen: &'a mut Screen,
}

/// Least columns of a pane beside another, and least rows of one above another.
const LEAST: (u16, u16) = (32, 4);

/// Columns that a text takes.
pub fn width(text: &str) -> u16 {
    u16::try_from(text.width()).unwrap_or(u16::MAX)
}

/// A text cut to a width, with dots in place of what is cut off.
pub fn cut(text: &str, most: u16, dots: &str) -> String {
    if width(text) <= most {
        return text.to_owned();
    }
    let room = most.saturating_sub(width(dots));
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        let wide = u16::try_from(c.width().unwrap_or(0)).unwrap_or(0);
        if used + wide > room {
            break;
        }
        used += wide;
        out.push(c);
    }
    if width(dots) <= most { out + dots } else { out }
}

/// A text cut to a width in its middle: names that begin alike keep the end that tells them apart.
pub fn cut_middle(text: &str, most: u16, dots: &str) -> String {
    let Some(room) = most.checked_sub(width(dots)).filter(|room| *room > 1 && width(text) > most) else {
        return cut(text, most, dots);
    };
    let head = cut(text, room.div_ceil(2), "");
    let end: String = text.chars().rev().collect();
    let end: String = cut(&end, room - width(&head), "").chars().rev().collect();
    head + dots + &end
}

/// A text as lines of at most a width, broken between words where possible.
pub fn wrap(text: &str, most: u16) -> Vec<String> {
    let most = most.max(1);
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            let mut word = word.to_owned();
            if !line.is_empty() && width(&line) + 1 + width(&word) > most {
                lines.push(std::mem::take(&mut line));
            }
            while width(&word) > most {
                let head = cut(&word, most, "");
                // a character wider than the line cannot be shown
                let at =
                    if head.is_empty() { word.chars().next().map_or(0, char::len_utf8) } else { head.len() };
                word = word.get(at..).unwrap_or_default().to_owned();
                lines.push(head);
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&word);
        }
        lines.push(line);
    }
    lines
}

impl Paint<'_, '_> {
    /// Writes text from a position on, as far as the area goes; gives the columns that were written.
    pub fn put(&mut self, area: Rect, x: u16, y: u16, text: &str, style: Style) -> u16 {
        let area = area.intersection(self.frame.area());
        if !area.contains(Position::new(x, y)) {
            return 0;
        }
        let text = cut(&self.look.symbols.plain(text), area.right() - x, self.look.symbols.dots);
        self.frame.buffer_mut().set_string(x, y, &text, style);
        width(&text)
    }

    /// Writes text so that it ends at a column (exclusive).
    pub fn put_right(&mut self, area: Rect, right: u16, y: u16, text: &str, style: Style) {
        let text = self.look.symbols.plain(text);
        let x = right.saturating_sub(width(&text)).max(area.x);
        self.put(area, x, y, &text, style);
    }

    /// Writes signs as they are: they belong to the set that is in use.
    pub fn put_signs(&mut self, room: Rect, signs: &str, style: Style) {
        let room = room.intersection(self.frame.area());
        if !room.is_empty() {
            self.frame.buffer_mut().set_stringn(room.x, room.y, signs, usize::from(room.width), style);
        }
    }

    /// Gives a part of a line a style.
    pub fn style(&mut self, area: Rect, style: Style) {
        let area = area.intersection(self.frame.area());
        self.frame.buffer_mut().set_style(area, style);
    }

    /// Draws a frame with a title, and gives what is inside.
    pub fn framed(&mut self, area: Rect, title: &str, style: Style) -> Rect {
        let title =
            cut(&self.look.symbols.plain(title), area.width.saturating_sub(4), self.look.symbols.dots);
        let block = Block::bordered().border_set(self.look.symbols.border).border_style(style);
        let block = if title.is_empty() { block } else { block.title(format!(" {title} ")) };
        let inner = block.inner(area);
        self.frame.render_widget(block, area);
        inner
    }

    /// Draws a framed popup in the middle of an area, and gives what is inside.
    pub fn popup(&mut self, area: Rect, width: u16, height: u16, title: &str) -> Rect {
        let (width, height) = (width.min(area.width), height.min(area.height));
        let x = area.x + (area.width - width) / 2;
        let y = area.y + (area.height - height) / 2;
        let area = Rect { x, y, width, height };
        self.frame.render_widget(Clear, area);
        self.style(area, self.look.theme.text);
        self.hit(area, Target::Popup);
        self.framed(area, title, self.look.theme.accent)
    }

    /// Divides a room between two panes where the border is, or else so that the first has some columns, or rows.
    /// Give the border to the mouse with [`Paint::border`] once the panes are drawn.
    pub fn parted(&self, app: &App, border: Border, area: Rect, otherwise: u16) -> (Rect, Rect) {
        let (room, least) = match border.lies() {
            Lies::Upright => (area.width, LEAST.0),
            Lies::Level => (area.height, LEAST.1),
        };
        let share = app.share(border).filter(|_| room >= 2 * least);
        let first = share.map_or(otherwise, |share| {
            let part = u32::from(room) * u32::from(share) / 1_000;
            u16::try_from(part).unwrap_or(u16::MAX).clamp(least, room - least)
        });
        let first = first.min(room);
        match border.lies() {
            Lies::Upright => {
                (Rect { width: first, ..area }, Rect { x: area.x + first, width: room - first, ..area })
            }
            Lies::Level => {
                (Rect { height: first, ..area }, Rect { y: area.y + first, height: room - first, ..area })
            }
        }
    }

    /// Lets the mouse take the border between two panes: the columns, or the row, at which they meet.
    pub fn border(&mut self, border: Border, first: Rect, second: Rect) {
        let area = first.union(second);
        let meet = match border.lies() {
            Lies::Upright => {
                let x = second.x.saturating_sub(1);
                Rect { x, width: 2.min(area.right().saturating_sub(x)), ..area }
            }
            // the first pane's frame alone: the second's has its title, which takes the focus
            Lies::Level => Rect { y: second.y.saturating_sub(1), height: 1, ..area },
        };
        self.hit(meet, Target::Border(border));
        let size = if border.lies() == Lies::Upright { first.width } else { first.height };
        self.screen.borders.push((border, area, size));
    }

    /// Remembers what is where.
    pub fn hit(&mut self, area: Rect, target: Target) {
        self.screen.hits.push((area.intersection(self.frame.area()), target));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_by_columns() {
        assert_eq!(cut("private-a", 9, "…"), "private-a");
        assert_eq!(cut("private-a", 6, "…"), "priva…");
        assert_eq!(cut("private-a", 0, "…"), "");
        assert_eq!(cut("日本語", 4, "…"), "日…");
        assert_eq!(cut("abc", 2, "..."), "");
    }

    #[test]
    fn names_are_cut_in_the_middle() {
        assert_eq!(cut_middle("private-a", 9, "…"), "private-a");
        assert_eq!(cut_middle("private-a", 6, "…"), "pri…-a");
        assert_eq!(cut_middle("a-very-long-subnet-1", 9, "..."), "a-v...t-1");
        assert_eq!(cut_middle("日本語日本語", 6, "…"), "日…語");
        assert_eq!(cut_middle("private-a", 2, "…"), "p…");
        assert_eq!(cut_middle("private-a", 0, "…"), "");
    }

    #[test]
    fn words_are_wrapped_and_nothing_is_lost() {
        assert_eq!(wrap("90 held: 3 ENIs x 30", 8), ["90 held:", "3 ENIs x", "30"]);
        assert_eq!(wrap("abcdefghij k", 4), ["abcd", "efgh", "ij k"]);
        assert_eq!(wrap("a\n\nb", 4), ["a", "", "b"]);
        assert_eq!(wrap("日本", 1).len(), 3);
    }
}
