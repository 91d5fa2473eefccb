//! Signs that are drawn and not written: lines, blocks and Braille dots meet between cells whatever font there is.

use std::fmt::Write as _;

/// Width and height of a cell, in the units of the picture.
pub const CELL: (f64, f64) = (8.4, 18.0);

/// What a sign is made of, as data of SVG paths.
#[derive(Debug, Default)]
pub struct Paths {
    /// Areas.
    pub filled: String,
    /// Lines.
    pub drawn: String,
    /// Lines with gaps.
    pub dashed: String,
}

/// Adds a sign whose cell begins at a point; `false` if it is to be written.
pub fn draw(paths: &mut Paths, sign: char, (x, y): (f64, f64)) -> bool {
    let (wide, high) = CELL;
    let (middle, half) = (x + wide / 2.0, y + high / 2.0);
    let (right, bottom) = (x + wide, y + high);
    let out = &mut paths.drawn;
    // writing to a string cannot fail
    let _ = match sign {
        '─' => write!(out, "M{x:.1} {half:.1}H{right:.1}"),
        '│' => write!(out, "M{middle:.1} {y:.1}V{bottom:.1}"),
        '╭' => write!(out, "M{right:.1} {half:.1}Q{middle:.1} {half:.1} {middle:.1} {bottom:.1}"),
        '╮' => write!(out, "M{x:.1} {half:.1}Q{middle:.1} {half:.1} {middle:.1} {bottom:.1}"),
        '╰' => write!(out, "M{right:.1} {half:.1}Q{middle:.1} {half:.1} {middle:.1} {y:.1}"),
        '╯' => write!(out, "M{x:.1} {half:.1}Q{middle:.1} {half:.1} {middle:.1} {y:.1}"),
        '┊' => write!(&mut paths.dashed, "M{middle:.1} {y:.1}V{bottom:.1}"),
        '█' => area(&mut paths.filled, (x, y), (wide, high)),
        '▚' => area(&mut paths.filled, (x, y), (wide / 2.0, high / 2.0))
            .and_then(|()| area(&mut paths.filled, (middle, half), (wide / 2.0, high / 2.0))),
        '░' | '▒' | '▓' => shade(&mut paths.filled, sign, (x, y)),
        '\u{2801}'..='\u{28ff}' => braille(&mut paths.filled, sign, (x, y)),
        _ => return false,
    };
    true
}

fn area(out: &mut String, (x, y): (f64, f64), (wide, high): (f64, f64)) -> std::fmt::Result {
    write!(out, "M{x:.1} {y:.1}h{wide:.1}v{high:.1}h-{wide:.1}z")
}

/// Stripes, the wider the darker the sign is.
fn shade(out: &mut String, sign: char, (x, y): (f64, f64)) -> std::fmt::Result {
    const STRIPES: u8 = 6;
    let (wide, high) = CELL;
    let apart = high / f64::from(STRIPES);
    let thick = match sign {
        '░' => apart * 0.25,
        '▒' => apart * 0.5,
        _ => apart * 0.75,
    };
    (0..STRIPES).try_for_each(|n| area(out, (x, y + apart * f64::from(n)), (wide, thick)))
}

/// The dots of a Braille sign: bits 0 to 5 column by column, 6 and 7 the lowest row (Unicode, block U+2800).
fn braille(out: &mut String, sign: char, (x, y): (f64, f64)) -> std::fmt::Result {
    const DOTS: [(u8, u8); 8] = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)];
    const SIZE: f64 = 2.0;
    let bits = u32::from(sign) - 0x2800;
    let (wide, high) = CELL;
    let dots = DOTS.iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1);
    dots.map(|(_, dot)| dot).try_for_each(|(column, row)| {
        let x = x + wide * (0.25 + 0.5 * f64::from(*column)) - SIZE / 2.0;
        let y = y + high * (0.125 + 0.25 * f64::from(*row)) - SIZE / 2.0;
        area(out, (x, y), (SIZE, SIZE))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_drawn_and_text_is_not() {
        let drawn = |sign| {
            let mut paths = Paths::default();
            draw(&mut paths, sign, (0.0, 0.0)).then_some(paths)
        };
        assert_eq!(drawn('─').unwrap().drawn, "M0.0 9.0H8.4");
        assert_eq!(drawn('█').unwrap().filled, "M0.0 0.0h8.4v18.0h-8.4z");
        // all eight dots, and one
        assert_eq!(drawn('\u{28ff}').unwrap().filled.matches('z').count(), 8);
        assert_eq!(drawn('\u{2880}').unwrap().filled, "M5.3 14.8h2.0v2.0h-2.0z");
        assert!(drawn('a').is_none() && drawn('\u{2800}').is_none());
    }
}
