//! What is chosen in sessions and kept for the next: a file of the state directory.
//!
//! It has what differs from the configuration, with what the configuration said then: once that says something
//! else, it holds again. Whatever is wrong with the file, it is as if it were not there, and it is written anew.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Config, table_name};
use crate::app::arrange::{Order, Sort};
use crate::app::columns::SHEETS;
use crate::app::settings::{Settings, Welcome};
use crate::app::theme::ThemeName;
use crate::file::save::{NotSaved, Over, save};
use crate::file::{Error, dirs, load};

/// The file.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    /// Whether the hint of the first session has been seen.
    welcomed: bool,
    theme: Option<Choice<String>>,
    hidden: BTreeMap<String, Choice<BTreeSet<String>>>,
    sorted: BTreeMap<String, Sorted>,
}

/// What was chosen, and what the configuration said then.
#[derive(Debug, Serialize, Deserialize)]
struct Choice<T> {
    chosen: T,
    configured: T,
}

/// By which column a table is sorted.
#[derive(Debug, Serialize, Deserialize)]
struct Sorted {
    by: String,
    falling: bool,
}

impl<T: PartialEq> Choice<T> {
    /// What was chosen, if the configuration has not changed its mind.
    fn holds(self, configured: &T) -> Option<T> {
        (self.configured == *configured).then_some(self.chosen)
    }
}

/// Where the file is; `None` if there is no place for it.
pub fn path() -> Option<PathBuf> {
    dirs::state().map(|dir| dir.join("chosen.toml"))
}

/// Reads the file, if there is one that can be read.
pub fn read(path: &Path) -> String {
    load::configuration(path).ok().flatten().unwrap_or_default()
}

/// Writes the file, whole or not at all.
///
/// # Errors
///
/// The directory or the file cannot be written.
pub fn write(path: &Path, text: &str) -> Result<(), Error> {
    if let Some(directory) = path.parent() {
        dirs::make(directory)?;
    }
    save(path, text, Over::Anything).map(|_| ()).map_err(|e| match e {
        NotSaved::Failed(error) => error,
        NotSaved::Exists | NotSaved::Conflict => Error::file(path, "somebody else has written it"),
    })
}

/// What differs from the configuration, as the text of the file.
pub fn text(settings: &Settings, config: &Config) -> String {
    let name = |theme: ThemeName| theme.row().name.to_owned();
    let theme = settings.chosen.map(|t| Choice { chosen: name(t), configured: name(config.theme) });
    let welcomed = settings.welcome == Welcome::Past;
    let mut kept = Kept { welcomed, theme, ..Kept::default() };
    for ((sheet, table), configured) in SHEETS.iter().zip(&settings.tables).zip(&config.hidden) {
        if table.hidden != *configured {
            let choice = Choice { chosen: table.hidden.clone(), configured: configured.clone() };
            kept.hidden.insert(table_name(sheet.name), choice);
        }
        if let Some(Sort { column, order }) = &table.sort {
            let sorted = Sorted { by: column.clone(), falling: *order == Order::Falling };
            kept.sorted.insert(table_name(sheet.name), sorted);
        }
    }
    let text = toml::to_string(&kept).unwrap_or_default();
    format!("# What was chosen in sessions of podroom, which writes this file.\n{text}")
}

/// Puts what was kept on top of what the configuration says.
pub fn apply(text: &str, config: &Config, settings: &mut Settings) {
    let Kept { welcomed, theme, mut hidden, mut sorted } = toml::from_str(text).unwrap_or_default();
    settings.welcome = if welcomed { Welcome::Past } else { Welcome::Shown };
    let theme = theme.and_then(|choice| choice.holds(&config.theme.row().name.to_owned()));
    if let Some(theme) = theme.and_then(|name| ThemeName::named(&name)) {
        settings.theme = theme;
        settings.chosen = Some(theme);
    }
    for ((sheet, table), configured) in SHEETS.iter().zip(&mut settings.tables).zip(&config.hidden) {
        let knows = |id: &String| sheet.columns.iter().any(|column| column.id() == *id);
        if let Some(mut hidden) = hidden.remove(&table_name(sheet.name)).and_then(|c| c.holds(configured)) {
            hidden.retain(knows);
            table.hidden = hidden;
        }
        if let Some(Sorted { by, falling }) = sorted.remove(&table_name(sheet.name)).filter(|s| knows(&s.by))
        {
            let order = if falling { Order::Falling } else { Order::Rising };
            table.sort = Some(Sort { column: by, order });
        }
    }
}
