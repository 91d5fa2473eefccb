//! Styles by role. The default uses the terminal's own sixteen colours, so that it follows the user's
//! palette, light or dark; the mono theme has no colour at all (NO_COLOR, `--color never`). The others paint
//! their own ground, in colours that every terminal of 256 has alike: 16 to 255 of xterm's palette.

use ratatui::style::{Color, Modifier, Style};

use crate::app::sheet::Tone;
use crate::app::theme::ThemeName;

/// What each part of the screen looks like.
#[derive(Debug, Clone)]
pub struct Theme {
    /// Also the ground of the screen.
    pub text: Style,
    /// What matters less: defaults, borders, disabled keys.
    pub muted: Style,
    /// Names of columns and sections.
    pub heading: Style,
    /// Titles, keys, the border of the focused pane.
    pub accent: Style,
    /// The cursor in the focused pane.
    pub cursor: Style,
    /// The row that the cursor is in.
    pub row: Style,
    /// The cursor of a pane that has not the focus.
    pub mark: Style,
    /// A field under edit.
    pub input: Style,
    /// Selected text of a field under edit.
    pub selection: Style,
    pub good: Style,
    pub warn: Style,
    pub bad: Style,
}

/// How many colours a terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// The sixteen whose look the user chooses, or fewer.
    Sixteen,
    /// 256 or more.
    Many,
}

/// The colours of a theme with a ground of its own, as indices into xterm's palette of 256.
struct Inks {
    text: u8,
    ground: u8,
    muted: u8,
    accent: u8,
    good: u8,
    warn: u8,
    bad: u8,
}

const DARK: Inks = Inks { text: 252, ground: 234, muted: 245, accent: 80, good: 114, warn: 221, bad: 210 };
const LIGHT: Inks = Inks { text: 235, ground: 231, muted: 242, accent: 24, good: 22, warn: 94, bad: 124 };
/// No red and no green: what is bad is darker than what warns, and bold.
const COLOUR_BLIND: Inks =
    Inks { text: 252, ground: 234, muted: 245, accent: 117, good: 75, warn: 228, bad: 208 };

impl Theme {
    /// The styles of a theme on a terminal with so many colours. One that has no room for a theme's own colours
    /// shows it in the sixteen.
    pub fn of(name: ThemeName, depth: Depth) -> Theme {
        match (name, depth) {
            (ThemeName::Terminal, _) | (ThemeName::Dark | ThemeName::Light, Depth::Sixteen) => Theme::ansi(),
            (ThemeName::Dark, _) => Theme::fixed(&DARK),
            (ThemeName::Light, _) => Theme::fixed(&LIGHT),
            (ThemeName::ColourBlind, Depth::Many) => Theme::fixed(&COLOUR_BLIND),
            (ThemeName::ColourBlind, Depth::Sixteen) => Theme::blue_and_yellow(),
            (ThemeName::Mono, _) => Theme::mono(),
        }
    }

    /// The terminal's own colours, of which those are used that can be read on black and on white: yellow cannot.
    pub fn ansi() -> Theme {
        let plain = Style::new();
        Theme {
            text: plain,
            muted: plain.add_modifier(Modifier::DIM),
            heading: plain.add_modifier(Modifier::BOLD),
            accent: plain.fg(Color::Cyan).add_modifier(Modifier::BOLD),
            cursor: plain.add_modifier(Modifier::REVERSED),
            row: plain.add_modifier(Modifier::BOLD),
            mark: plain.add_modifier(Modifier::UNDERLINED),
            input: plain.add_modifier(Modifier::UNDERLINED),
            selection: plain.add_modifier(Modifier::REVERSED),
            good: plain.fg(Color::Green),
            warn: plain.fg(Color::Magenta),
            bad: plain.fg(Color::Red).add_modifier(Modifier::BOLD),
        }
    }

    /// Bold, dim, reverse and underline only.
    pub fn mono() -> Theme {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        Theme { accent: bold, good: plain, warn: bold, bad: bold, ..Theme::ansi() }
    }

    fn fixed(inks: &Inks) -> Theme {
        let ink = |index| Style::new().fg(Color::Indexed(index));
        Theme {
            text: ink(inks.text).bg(Color::Indexed(inks.ground)),
            muted: ink(inks.muted),
            accent: ink(inks.accent).add_modifier(Modifier::BOLD),
            good: ink(inks.good),
            warn: ink(inks.warn),
            bad: ink(inks.bad).add_modifier(Modifier::BOLD),
            ..Theme::ansi()
        }
    }

    /// As the colour-blind theme, in the sixteen colours.
    fn blue_and_yellow() -> Theme {
        let ink = |colour| Style::new().fg(colour);
        Theme {
            text: ink(Color::Gray).bg(Color::Black),
            accent: ink(Color::White).add_modifier(Modifier::BOLD),
            good: ink(Color::LightBlue),
            warn: ink(Color::LightYellow),
            bad: ink(Color::Yellow).add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
            ..Theme::ansi()
        }
    }

    /// Everything as what matters less: figures that are about to be exchanged.
    pub fn dimmed(&self) -> Theme {
        let m = self.muted;
        Theme {
            text: m,
            muted: m,
            heading: m,
            accent: m,
            cursor: m,
            row: m,
            mark: m,
            input: m,
            selection: m,
            good: m,
            warn: m,
            bad: m,
        }
    }

    /// The style of a tone.
    pub fn tone(&self, tone: Tone) -> Style {
        match tone {
            Tone::Plain => self.text,
            Tone::Muted => self.muted,
            Tone::Good => self.good,
            Tone::Warn => self.warn,
            Tone::Bad => self.bad,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::theme::THEMES;
    use crate::picture::colour;

    fn all(t: &Theme) -> [Style; 12] {
        [
            t.text,
            t.muted,
            t.heading,
            t.accent,
            t.cursor,
            t.row,
            t.mark,
            t.input,
            t.selection,
            t.good,
            t.warn,
            t.bad,
        ]
    }

    #[test]
    fn mono_has_no_colour() {
        for depth in [Depth::Sixteen, Depth::Many] {
            for style in all(&Theme::of(ThemeName::Mono, depth)) {
                assert_eq!((style.fg, style.bg, style.underline_color), (None, None, None));
            }
        }
    }

    #[test]
    fn sixteen_colours_do_for_every_theme() {
        for row in THEMES {
            for style in all(&Theme::of(row.theme, Depth::Sixteen)) {
                for colour in [style.fg, style.bg].into_iter().flatten() {
                    assert!(!matches!(colour, Color::Indexed(_) | Color::Rgb(..)), "{}: {colour}", row.name);
                }
            }
        }
    }

    /// The contrast of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio").
    fn contrast(a: u8, b: u8) -> f64 {
        let light = |index: u8| -> f64 {
            let linear = |part: u8| match f64::from(part) / 255.0 {
                low if low <= 0.04045 => low / 12.92,
                high => ((high + 0.055) / 1.055).powf(2.4),
            };
            let [r, g, b] = colour::xterm(index).expect("beyond the sixteen");
            0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
        };
        let (a, b) = (light(a), light(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn fixed_colours_can_be_read_on_their_ground() {
        for inks in [&DARK, &LIGHT, &COLOUR_BLIND] {
            for ink in [inks.text, inks.muted, inks.accent, inks.good, inks.warn, inks.bad] {
                // what WCAG asks of text, at level AA
                assert!(contrast(ink, inks.ground) >= 4.5, "{ink} on {}", inks.ground);
            }
        }
    }

    #[test]
    fn what_is_good_warns_or_is_bad_differs_in_lightness_for_the_colour_blind() {
        let Inks { good, warn, bad, .. } = COLOUR_BLIND;
        assert!(contrast(warn, good) >= 1.5 && contrast(warn, bad) >= 1.5);
        let blue = |index| colour::xterm(index).is_some_and(|[r, _, b]| b > r);
        assert!(blue(good) && !blue(warn) && !blue(bad));
    }
}
