//! Pictures for terminals: text with SGR sequences (ECMA-48, 8.3.117), every line complete in itself.

use std::fmt::Write as _;

use super::colour::Colour;
use super::{Look, Picture, runs};
use crate::text::is_hostile;

/// The picture as lines.
pub fn write(picture: &Picture) -> String {
    let mut out = String::new();
    for line in &picture.lines {
        // blanks at the end that look like nothing
        let plain = |cell: &&super::Cell| cell.look == Look::default() && cell.text == " ";
        let end = line.len() - line.iter().rev().take_while(plain).count();
        for (_, run) in runs(line.get(..end).unwrap_or_default()) {
            let text: String = run.iter().flat_map(|cell| cell.text.chars()).map(safe).collect();
            let codes = run.first().map(|cell| codes(cell.look)).unwrap_or_default();
            if codes.is_empty() {
                out.push_str(&text);
            } else {
                let _ = write!(out, "\x1b[{codes}m{text}\x1b[0m");
            }
        }
        out.push('\n');
    }
    out
}

fn safe(c: char) -> char {
    if is_hostile(c) { char::REPLACEMENT_CHARACTER } else { c }
}

/// The parameters of a look: `1;38;5;114`.
fn codes(look: Look) -> String {
    let mut codes: Vec<String> =
        [(look.bold, "1"), (look.dim, "2"), (look.underlined, "4"), (look.reversed, "7")]
            .into_iter()
            .filter(|(on, _)| *on)
            .map(|(_, code)| code.to_owned())
            .collect();
    for (colour, base) in [(look.ink, 30), (look.ground, 40)] {
        match colour {
            Colour::Default => {}
            Colour::Index(index @ 0..8) => codes.push((base + u16::from(index)).to_string()),
            Colour::Index(index @ 8..16) => codes.push((base + 52 + u16::from(index)).to_string()),
            Colour::Index(index) => codes.push(format!("{};5;{index}", base + 8)),
        }
    }
    codes.join(";")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_written_as_terminals_read_them() {
        let ink = |index| codes(Look { ink: Colour::Index(index), ..Look::default() });
        assert_eq!((ink(1), ink(9), ink(210)), ("31".into(), "91".into(), "38;5;210".into()));
        let ground = |index| codes(Look { ground: Colour::Index(index), dim: true, ..Look::default() });
        assert_eq!((ground(1), ground(9), ground(210)), ("2;41".into(), "2;101".into(), "2;48;5;210".into()));
    }
}
