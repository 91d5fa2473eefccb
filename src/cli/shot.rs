//! `podroom shot`: a picture of a screen of the planner.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::{Failure, Global, Outcome, input, look};
use crate::app::key::Key;
use crate::app::msg::Opened;
use crate::app::screen::{SCREENS, Screen};
use crate::app::theme::ThemeName;
use crate::file::save::{NotSaved, Over, save};
use crate::limits;
use crate::picture::{FORMATS, Format};
use crate::shot::{self, Shot as Request};
use crate::text::{excerpt, thousands};
use crate::view::layout::SMALL;
use crate::view::theme::Depth;

/// Write a picture of a screen of the planner.
///
/// It is drawn as the planner draws it, once everything on it is computed, with the keys and the looks of the
/// configuration, and without what was chosen in sessions. NO_COLOR does not matter: --theme mono is without
/// colour.
#[derive(Args, Debug)]
pub struct Shot {
    /// File, preset or - [default: the preset eks-1200-pods].
    plan: Option<PathBuf>,
    /// Screen that is shown.
    #[arg(long, default_value = "plan", value_name = "NAME", value_parser = screens())]
    screen: Screen,
    /// Columns and rows of the screen.
    #[arg(long, default_value = "120x40", value_name = "CxR", value_parser = size)]
    size: (u16, u16),
    /// Keys that are pressed before, with blanks between, as in "tab down w".
    #[arg(long, default_value = "", value_parser = keys, allow_hyphen_values = true)]
    keys: Keys,
    /// File to write, over one that is there; its name says in which format: .svg, .ansi or .txt. - is standard
    /// output.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Format: by default what the file's name ends in.
    #[arg(long, value_name = "FORMAT", value_parser = formats())]
    format: Option<Format>,
}

/// Keys in a row.
#[derive(Debug, Clone)]
struct Keys(Vec<Key>);

fn screens() -> impl TypedValueParser<Value = Screen> {
    let names = SCREENS.iter().map(|row| PossibleValue::new(row.name).help(row.doc));
    let named = |name: String| SCREENS.iter().find(|row| row.name == name).map_or(Screen::Plan, |r| r.screen);
    PossibleValuesParser::new(names).map(named)
}

fn formats() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(FORMATS.iter().map(|(_, name)| PossibleValue::new(*name)))
        .map(|name| Format::named(&name).unwrap_or(Format::Svg))
}

fn size(text: &str) -> Result<(u16, u16), String> {
    let ((least_columns, least_rows), (columns, rows)) = (SMALL, limits::PICTURE);
    let parsed = text.split_once('x').and_then(|(c, r)| Some((c.parse().ok()?, r.parse().ok()?)));
    parsed.filter(|(c, r)| (least_columns..=columns).contains(c) && (least_rows..=rows).contains(r)).ok_or(
        format!("write columns x rows, as in 120x40, from {least_columns}x{least_rows} to {columns}x{rows}"),
    )
}

fn keys(text: &str) -> Result<Keys, String> {
    let keys: Result<Vec<Key>, String> = text
        .split_whitespace()
        .map(|name| {
            Key::parse(name)
                .ok_or(format!("there is no key {}: \"podroom config\" lists them", excerpt(name)))
        })
        .collect();
    match keys? {
        keys if keys.len() <= limits::PICTURE_KEYS => Ok(Keys(keys)),
        keys => {
            let [has, most] = [keys.len(), limits::PICTURE_KEYS].map(|n| thousands(n as u64));
            Err(format!("{has} keys: at most {most} are pressed"))
        }
    }
}

impl Shot {
    pub fn run(self, global: &Global) -> Result<Outcome, Failure> {
        let format = self.format()?;
        let config = look::config(global)?;
        let opened = input::open(self.plan.as_deref(), global)?;
        let document = opened.document(global)?;
        let origin = input::origin(self.plan.as_deref(), &opened.loaded);
        let path = opened.loaded.path;
        let opened = Opened { document, tables: opened.tables.into(), path, origin };
        let mut settings = config.settings();
        if global.color == super::tone::Color::Never {
            settings.theme = ThemeName::Mono;
        }
        settings.theme = global.theme.unwrap_or(settings.theme);
        let look = look::look(settings.theme, Depth::Many, &config, global, false);
        let Keys(keys) = &self.keys;
        let request = Request { screen: self.screen, size: self.size, keys, look, extra: &global.instances };
        let picture = shot::take(opened, settings, request).write(format);
        if input::is_standard(&self.output) {
            return Ok(Outcome::Print(picture));
        }
        match save(&self.output, &picture, Over::Anything) {
            Ok(_) | Err(NotSaved::Exists | NotSaved::Conflict) => Ok(Outcome::Print(String::new())),
            Err(NotSaved::Failed(error)) => Err(error.into()),
        }
    }

    fn format(&self) -> Result<Format, Failure> {
        let ending = self.output.extension().and_then(|ending| ending.to_str());
        self.format.or_else(|| Format::named(ending?)).ok_or_else(|| {
            let names: Vec<&str> = FORMATS.iter().map(|(_, name)| *name).collect();
            let file = excerpt(&self.output.to_string_lossy());
            format!("{file} does not say which format: end it in .{}, or give --format", names.join(", ."))
                .into()
        })
    }
}
