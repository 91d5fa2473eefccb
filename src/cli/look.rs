//! How the screen looks and answers: flags before the configuration, and that before what podroom comes with.

use std::io;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::{Failure, Global, tone};
use crate::app::settings::Settings;
use crate::app::theme::{THEMES, ThemeName};
use crate::config::{self, Config, When, kept};
use crate::file::{self, diagnose, dirs, load};
use crate::text::Ink;
use crate::view::Look;
use crate::view::symbols::Symbols;
use crate::view::theme::{Depth, Theme};

/// Themes by their names.
pub fn themes() -> impl TypedValueParser<Value = ThemeName> {
    let names = THEMES.iter().map(|row| PossibleValue::new(row.name).help(row.doc));
    PossibleValuesParser::new(names).map(|name| ThemeName::named(&name).unwrap_or_default())
}

/// The user's configuration, or what holds without one.
pub fn config(global: &Global) -> Result<Config, Failure> {
    let Some(path) = dirs::config().filter(|_| !global.no_config) else { return Ok(Config::default()) };
    let Some(text) = load::configuration(&path)? else { return Ok(Config::default()) };
    config::parse(&text).map_err(|mistakes| {
        let name = path.to_string_lossy();
        let told = diagnose::config_problems(&mistakes, &name, &text, global.color.ink(&io::stderr()));
        let hint =
            "mend it, or go on without it: --no-config; \"podroom config\" prints one with every default";
        file::Error::Rendered(format!("{}\n\n{hint}", told.trim_end())).into()
    })
}

/// The settings that a session begins with.
pub fn settings(config: &Config, global: &Global) -> Settings {
    let mut settings = config.settings();
    if let Some(path) = kept::path() {
        kept::apply(&kept::read(&path), config, &mut settings);
    }
    if global.color.ink(&io::stdout()) == Ink::Plain {
        settings.theme = ThemeName::Mono;
    }
    settings.theme = global.theme.unwrap_or(settings.theme);
    settings
}

/// A theme in the signs that are to be drawn with; `auto` says whether ASCII is drawn with if nobody says.
pub fn look(theme: ThemeName, depth: Depth, config: &Config, global: &Global, auto: bool) -> Look {
    let ascii = match config.ascii {
        _ if global.ascii => true,
        When::Always => true,
        When::Never => false,
        When::Auto => auto,
    };
    let symbols = if ascii { Symbols::ASCII } else { Symbols::UNICODE };
    Look { theme: Theme::of(theme, depth), symbols }
}

/// How many colours the terminal has.
pub fn depth() -> Depth {
    if tone::colours() >= 256 { Depth::Many } else { Depth::Sixteen }
}
