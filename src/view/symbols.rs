//! Signs, in Unicode and in ASCII (`--ascii`, or a locale without UTF-8).

use ratatui::symbols::border;

/// The signs of one screen.
#[derive(Debug, Clone)]
pub struct Symbols {
    pub border: border::Set<'static>,
    pub dots: &'static str,
    /// A row whose other fields are shown, and one that has other fields set.
    pub open: &'static str,
    pub more: &'static str,
    /// Something is not saved.
    pub unsaved: &'static str,
    /// The cursor's line.
    pub here: &'static str,
    /// Rows above and below what is shown.
    pub above: &'static str,
    pub below: &'static str,
    /// The cursor of a chart: its line, and its foot on the axis.
    pub cursor: [&'static str; 2],
    /// Parts of a pool: other, primary, assigned, unused, free.
    pub parts: [&'static str; 5],
    /// How full a cell of a map is, in eighths.
    pub eighths: [&'static str; 9],
}

impl Symbols {
    /// For terminals with UTF-8.
    pub const UNICODE: Symbols = Symbols {
        border: border::ROUNDED,
        dots: "…",
        open: "▾",
        more: "▸",
        unsaved: "●",
        here: "›",
        above: "↑",
        below: "↓",
        cursor: ["┊", "▲"],
        parts: ["▚", "▓", "█", "░", "·"],
        eighths: [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    };

    /// For all others.
    pub const ASCII: Symbols = Symbols {
        border: border::Set {
            top_left: "+",
            top_right: "+",
            bottom_left: "+",
            bottom_right: "+",
            vertical_left: "|",
            vertical_right: "|",
            horizontal_top: "-",
            horizontal_bottom: "-",
        },
        dots: "...",
        open: "v",
        more: ">",
        unsaved: "*",
        here: ">",
        above: "^",
        below: "v",
        cursor: [":", "^"],
        parts: ["o", "=", "#", "-", "."],
        eighths: [" ", "1", "2", "3", "4", "5", "6", "7", "8"],
    };

    /// Whether there is more than ASCII.
    pub fn is_unicode(&self) -> bool {
        self.dots == Symbols::UNICODE.dots
    }

    /// What a character outside ASCII becomes where there is only that.
    pub fn plain(&self, text: &str) -> String {
        if self.is_unicode() {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                '…' => out.push_str("..."),
                '→' => out.push_str("->"),
                '×' => out.push('x'),
                '–' | '—' => out.push('-'),
                c if c.is_ascii() => out.push(c),
                _ => out.push('?'),
            }
        }
        out
    }
}
