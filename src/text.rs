//! How numbers and foreign names are written, on every output.

use std::fmt::Write as _;

/// With or without colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Ink {
    #[default]
    Plain,
    /// Escape sequences that every colour terminal has.
    Coloured,
}

impl Ink {
    /// The text in a style, given as the parameters of an SGR sequence (`1` bold, `31` red).
    pub fn paint(self, style: &str, text: &str) -> String {
        match self {
            Ink::Plain => text.to_string(),
            Ink::Coloured => format!("\x1b[{style}m{text}\x1b[0m"),
        }
    }
}

/// `1234567` as `1,234,567`.
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// `1,024`, or `2^64` and more where there are too many to write.
pub fn many(n: u128) -> String {
    match u64::try_from(n) {
        Ok(n) => thousands(n),
        Err(_) => format!("2^{}", n.ilog2()),
    }
}

/// `1234567` as `1,234,567`, `-1234` as `-1,234`.
pub fn signed(n: i64) -> String {
    let sign = if n < 0 { "-" } else { "" };
    format!("{sign}{}", thousands(n.unsigned_abs()))
}

/// `1 node`, `2 prefixes`, `1,000 nodes`.
pub fn count(n: u64, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{} {}", thousands(n), plural(one)) }
}

/// `nodes`, `prefixes`, `batches`, `addresses`.
pub fn plural(one: &str) -> String {
    let hisses = ["s", "x", "ch"].iter().any(|end| one.ends_with(end));
    format!("{one}{}", if hisses { "es" } else { "s" })
}

/// With a capital letter, to begin a sentence.
pub fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

/// `1 address stays free`, `2 addresses stay free`.
pub fn stay_free(n: u64) -> String {
    format!("{} {} free", addresses(n), if n == 1 { "stays" } else { "stay" })
}

/// `1 address`, `2 addresses`.
pub fn addresses(n: u64) -> String {
    count(n, "address")
}

/// Round numbers below `top`, about so many: 1, 2 or 5 times a power of ten apart.
pub fn ticks(top: u64, about: u64) -> impl Iterator<Item = u64> {
    let least = top / about.max(1);
    let mut power = 1u64;
    while least / power >= 10 {
        power = power.saturating_mul(10);
    }
    let apart = [1, 2, 5, 10].into_iter().map(|n| power.saturating_mul(n)).find(|n| *n >= least);
    spaced(apart.unwrap_or(power).max(1), top)
}

/// Multiples of a number below `top`, 0 first.
pub fn spaced(apart: u64, top: u64) -> impl Iterator<Item = u64> {
    std::iter::successors(Some(0u64), move |n| n.checked_add(apart)).take_while(move |n| *n < top)
}

/// Names as a list; of more than three the first three and how many more there are.
pub fn listed(names: &[&str]) -> String {
    match names {
        [first, second, third, rest @ ..] if rest.len() > 1 => {
            format!("{first}, {second}, {third} and {} more", rest.len())
        }
        names => names.join(", "),
    }
}

/// Text from a file or the user with everything a terminal could act on made visible: control characters
/// and bidirectional controls become `\u{..}`. Everything that is not podroom's own text goes through here
/// on its way out.
pub fn shown(foreign: &str) -> String {
    let mut out = String::with_capacity(foreign.len());
    for c in foreign.chars() {
        if is_hostile(c) {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// Foreign text as one short quoted word of a sentence: made visible, and cut after 60 characters.
pub fn excerpt(foreign: &str) -> String {
    let cut: String = foreign.chars().take(60).collect();
    let dots = if cut.len() < foreign.len() { "…" } else { "" };
    format!("\"{}{dots}\"", shown(&cut))
}

/// Foreign names as a list in a sentence, the first five of them: `"a", "b" and 7 more`.
pub fn list(foreign: &[&str]) -> String {
    const MOST: usize = 5;
    let some: Vec<String> = foreign.iter().take(MOST).map(|name| excerpt(name)).collect();
    match foreign.len().saturating_sub(MOST) {
        0 => some.join(", "),
        more => format!("{} and {} more", some.join(", "), thousands(more as u64)),
    }
}

/// Line and column of a byte of a text, from 1; columns are characters. `None` beyond the text.
pub fn position(text: &str, at: usize) -> Option<(usize, usize)> {
    let before = text.get(..at)?;
    let start = before.rfind('\n').map_or(0, |feed| feed + 1);
    let column = before.get(start..)?.chars().count() + 1;
    Some((before.matches('\n').count() + 1, column))
}

/// Whether a character may change what a terminal or a reader sees beyond its own cell: C0 and C1
/// controls, bidirectional controls, line and paragraph separators, invisible format characters.
pub fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        for (n, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(n), text);
        }
    }

    #[test]
    fn ticks_are_round_and_about_as_many_as_wanted() {
        for (top, about, expected) in [
            (100, 5, &[0, 20, 40, 60, 80][..]),
            (101, 5, &[0, 20, 40, 60, 80, 100]),
            (7, 5, &[0, 1, 2, 3, 4, 5, 6]),
            (1, 5, &[0]),
            (0, 5, &[]),
        ] {
            assert_eq!(ticks(top, about).collect::<Vec<_>>(), expected, "{top}");
        }
        assert!(ticks(u64::MAX, 5).count() <= 6);
    }

    #[test]
    fn long_lists_are_cut() {
        assert_eq!(listed(&["a", "b", "c", "d"]), "a, b, c, d");
        assert_eq!(listed(&["a", "b", "c", "d", "e"]), "a, b, c and 2 more");
    }

    #[test]
    fn hostile_characters_are_made_visible() {
        assert_eq!(shown("a\u{1b}[31mb\u{202e}c"), "a\\u{1b}[31mb\\u{202e}c");
        assert_eq!(shown("größe-1"), "größe-1");
    }

    #[test]
    fn excerpts_are_short() {
        assert_eq!(excerpt("a\nb"), "\"a\\u{a}b\"");
        assert_eq!(excerpt(&"x".repeat(1_000)).chars().count(), 63);
    }
}
