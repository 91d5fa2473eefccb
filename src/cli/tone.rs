//! Colour and width of what is printed.

use std::io::{self, IsTerminal};

use clap::ValueEnum;

use crate::output::Paper;
use crate::text::Ink;

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    /// The ink for a stream. `auto`: a terminal that can, and NO_COLOR unset or empty
    /// (<https://no-color.org>).
    pub fn ink(self, stream: &impl IsTerminal) -> Ink {
        let on = match self {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                stream.is_terminal() && !dumb() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
            }
        };
        if on { Ink::Coloured } else { Ink::Plain }
    }

    /// Standard output as paper for tables.
    pub fn paper(self) -> Paper {
        let stdout = io::stdout();
        let size = stdout.is_terminal().then(|| crossterm::terminal::size().ok()).flatten();
        // a terminal that does not know its size says 0
        let width = size.map(|(columns, _)| usize::from(columns)).filter(|columns| *columns > 0);
        Paper { width, ink: self.ink(&stdout) }
    }
}

/// How many colours the terminal says it has, by COLORTERM and TERM.
pub fn colours() -> u16 {
    crossterm::style::available_color_count()
}

/// Whether the terminal only writes line after line.
pub fn dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// Whether the locale has more than ASCII: the first of LC_ALL, LC_CTYPE and LANG that is set names UTF-8
/// (POSIX, "Internationalization variables").
pub fn utf8() -> bool {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = set("LC_ALL").or_else(|| set("LC_CTYPE")).or_else(|| set("LANG"));
    locale.is_some_and(|l| l.to_lowercase().replace('-', "").contains("utf8"))
}
