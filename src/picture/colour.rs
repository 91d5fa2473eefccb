//! Colours of a terminal, as numbers that other programs know.

/// Red, green and blue.
pub type Rgb = [u8; 3];

/// A colour of a cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Colour {
    /// What the terminal has.
    #[default]
    Default,
    /// One of xterm's palette of 256; the first sixteen are the terminal's own.
    Index(u8),
}

/// A terminal's own colours.
#[derive(Debug, PartialEq, Eq)]
pub struct Paper {
    pub ink: Rgb,
    pub ground: Rgb,
    /// The sixteen.
    pub own: [Rgb; 16],
}

/// A dark terminal.
pub const DARK: Paper = Paper {
    ink: [0xd0, 0xd0, 0xd0],
    ground: [0x1c, 0x1c, 0x1c],
    own: [
        [0x1c, 0x1c, 0x1c],
        [0xf0, 0x6c, 0x6c],
        [0x7c, 0xc8, 0x7c],
        [0xdc, 0xb8, 0x5c],
        [0x6c, 0xa4, 0xf0],
        [0xdc, 0x8c, 0xdc],
        [0x5c, 0xc8, 0xd0],
        [0xd0, 0xd0, 0xd0],
        [0x80, 0x80, 0x80],
        [0xff, 0x8c, 0x8c],
        [0x9c, 0xe0, 0x9c],
        [0xf0, 0xd0, 0x80],
        [0x8c, 0xbc, 0xff],
        [0xf0, 0xac, 0xf0],
        [0x80, 0xe0, 0xe8],
        [0xff, 0xff, 0xff],
    ],
};

/// A light terminal.
pub const LIGHT: Paper = Paper {
    ink: [0x26, 0x26, 0x26],
    ground: [0xff, 0xff, 0xff],
    own: [
        [0x26, 0x26, 0x26],
        [0xb0, 0x20, 0x20],
        [0x20, 0x70, 0x20],
        [0x80, 0x60, 0x00],
        [0x20, 0x50, 0xb0],
        [0x90, 0x20, 0x90],
        [0x00, 0x68, 0x78],
        [0xd0, 0xd0, 0xd0],
        [0x70, 0x70, 0x70],
        [0xc8, 0x30, 0x30],
        [0x30, 0x88, 0x30],
        [0x98, 0x74, 0x10],
        [0x30, 0x68, 0xc8],
        [0xa8, 0x30, 0xa8],
        [0x10, 0x80, 0x90],
        [0xff, 0xff, 0xff],
    ],
};

impl Paper {
    /// What a colour is on this paper; `default` is what the terminal has there.
    pub fn rgb(&self, colour: Colour, default: Rgb) -> Rgb {
        match colour {
            Colour::Default => default,
            Colour::Index(index) => {
                xterm(index).or_else(|| self.own.get(usize::from(index)).copied()).unwrap_or(default)
            }
        }
    }
}

/// The colours of xterm's palette beyond the sixteen: a cube of six steps for each part, then greys.
pub fn xterm(index: u8) -> Option<Rgb> {
    match index {
        0..16 => None,
        16..232 => {
            let n = index - 16;
            Some([n / 36, n / 6 % 6, n % 6].map(|step| if step == 0 { 0 } else { 55 + 40 * step }))
        }
        232.. => Some([8 + 10 * (index - 232); 3]),
    }
}

/// A colour so far on its way to another, in percent.
pub fn mixed(from: Rgb, to: Rgb, percent: u16) -> Rgb {
    let part = |a: u8, b: u8| (u16::from(a) * (100 - percent) + u16::from(b) * percent) / 100;
    let [r, g, b] = [(from[0], to[0]), (from[1], to[1]), (from[2], to[2])];
    [r, g, b].map(|(a, b)| u8::try_from(part(a, b)).unwrap_or(u8::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_palette_is_that_of_xterm() {
        // 256colres.h of xterm
        for (index, rgb) in [(16, [0; 3]), (67, [0x5f, 0x87, 0xaf]), (231, [0xff; 3]), (255, [0xee; 3])] {
            assert_eq!(xterm(index), Some(rgb));
        }
        assert_eq!(xterm(15), None);
        assert_eq!(mixed([0, 100, 255], [100, 0, 255], 50), [50, 50, 255]);
    }
}
