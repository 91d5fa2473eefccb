//! Styles by role. The default uses the terminal's own sixteen colours, so that it follows the user's
//! palette, light or dark; the mono theme has no colour at all (NO_COLOR, `--color never`).

use ratatui::style::{Color, Modifier, Style};

use crate::app::sheet::Tone;

/// What each part of the screen looks like.
#[derive(Debug, Clone)]
pub struct Theme {
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

impl Theme {
    /// The terminal's own colours.
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
            warn: plain.fg(Color::Yellow),
            bad: plain.fg(Color::Red).add_modifier(Modifier::BOLD),
        }
    }

    /// Bold, dim, reverse and underline only.
    pub fn mono() -> Theme {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        Theme { accent: bold, good: plain, warn: bold, bad: bold, ..Theme::ansi() }
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

    #[test]
    fn mono_has_no_colour() {
        let t = Theme::mono();
        let all = [
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
        ];
        for style in all {
            assert_eq!((style.fg, style.bg, style.underline_color), (None, None, None));
        }
    }
}
