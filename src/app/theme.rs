//! The themes that can be chosen: one table. What each looks like is in [`crate::view::theme`].

/// A theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ThemeName {
    #[default]
    Terminal,
    Dark,
    Light,
    ColourBlind,
    Mono,
}

/// One row of [`THEMES`].
pub struct Row {
    pub theme: ThemeName,
    /// What it is called: in files, on the command line, in lists.
    pub name: &'static str,
    /// One line for lists.
    pub doc: &'static str,
}

/// Every theme; the first is the default.
#[rustfmt::skip] // a row is a line
pub const THEMES: &[Row] = &[
    Row { theme: ThemeName::Terminal, name: "terminal", doc: "the sixteen colours of the terminal itself, light or dark" },
    Row { theme: ThemeName::Dark, name: "dark", doc: "fixed colours on a dark ground" },
    Row { theme: ThemeName::Light, name: "light", doc: "fixed colours on a light ground" },
    Row { theme: ThemeName::ColourBlind, name: "colour-blind", doc: "blue, yellow and orange on a dark ground: told apart with any eyes" },
    Row { theme: ThemeName::Mono, name: "mono", doc: "no colour: bold, dim, underlined and reversed" },
];

impl ThemeName {
    /// Its row.
    pub fn row(self) -> &'static Row {
        &THEMES[THEMES.iter().position(|row| row.theme == self).unwrap_or(0)]
    }

    /// The theme of a name.
    pub fn named(name: &str) -> Option<ThemeName> {
        THEMES.iter().find(|row| row.name == name).map(|row| row.theme)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_theme_is_found_by_its_name() {
        for row in THEMES {
            assert_eq!(ThemeName::named(row.name), Some(row.theme));
            assert_eq!(row.theme.row().name, row.name);
        }
        assert_eq!((THEMES[0].theme, ThemeName::named("neon")), (ThemeName::default(), None));
    }
}
