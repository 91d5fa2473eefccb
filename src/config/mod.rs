//! The configuration: one table of its keys ([`KEYS`]). Reading it, the file that documents every default
//! ([`defaults`]) and the errors come from it. What is chosen in sessions and kept is in [`kept`].

pub mod defaults;
pub mod kept;
mod keys;
mod read;

use std::collections::BTreeSet;
use std::ops::Range;

use crate::app::columns::SHEETS;
use crate::app::keymap::Keymap;
use crate::app::settings::Settings;
use crate::app::theme::ThemeName;
use crate::plan::tree::Node;
use read::Reader;
pub use read::parse;

/// What a configuration says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    pub theme: ThemeName,
    pub ascii: When,
    pub mouse: bool,
    /// Columns that are not shown, of each of [`SHEETS`], by [`crate::app::sheet::Column::id`].
    pub hidden: [BTreeSet<String>; SHEETS.len()],
    pub keymap: Keymap,
}

/// When something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    Auto,
    Always,
    Never,
}

impl When {
    /// Every one with its name.
    pub const ALL: &[(When, &str)] =
        &[(When::Auto, "auto"), (When::Always, "always"), (When::Never, "never")];
}

/// One key of the file.
pub struct Key {
    pub name: &'static str,
    /// Its default as TOML; empty for a table, whose defaults are [`defaults`]' own.
    pub default: &'static str,
    /// What it says, line by line.
    pub doc: &'static str,
    read: fn(&mut Reader, &mut Config, &Node),
}

/// Every key of the file, in the order of the file that is printed.
pub const KEYS: &[Key] = &[
    Key {
        name: "theme",
        default: "\"terminal\"",
        doc: "What the screen looks like: see below. A theme that is chosen in a session is kept until this is\n\
              changed. NO_COLOR and --color never have \"mono\", whatever is here; --theme goes before all of it.",
        read: read::theme,
    },
    Key {
        name: "ascii",
        default: "\"auto\"",
        doc: "Whether ASCII alone is drawn with: \"always\", \"never\", or \"auto\", which is where the locale is not\n\
              UTF-8. --ascii goes before it.",
        read: read::ascii,
    },
    Key {
        name: "mouse",
        default: "true",
        doc: "Whether the mouse is podroom's; if not, it is the terminal's. --no-mouse goes before it.",
        read: read::mouse,
    },
    Key {
        name: "hidden",
        default: "",
        doc: "Columns that are not shown, of each table. Columns that are shown or hidden in a session are kept\n\
              until the table's line here is changed.",
        read: read::hidden,
    },
    Key {
        name: "keys",
        default: "",
        doc: "The keys of every action, where it can be done. The first of several is the one that is shown; an\n\
              action without a key, [], is still found in the palette. No key means two things in one place.",
        read: keys::read,
    },
];

/// A mistake in the file: its bytes, what it is, and what to do.
pub type Mistake = (Range<usize>, String, Option<String>);

impl Default for Config {
    /// What holds without a file.
    fn default() -> Config {
        Config {
            theme: ThemeName::default(),
            ascii: When::Auto,
            mouse: true,
            hidden: Default::default(),
            keymap: Keymap::default(),
        }
    }
}

impl Config {
    /// The settings of a session that begins.
    pub fn settings(&self) -> Settings {
        let mut settings = Settings { keymap: self.keymap.clone(), theme: self.theme, ..Settings::default() };
        for (table, hidden) in settings.tables.iter_mut().zip(&self.hidden) {
            table.hidden.clone_from(hidden);
        }
        settings
    }
}

/// What a table is called in files.
fn table_name(name: &str) -> String {
    name.replace(' ', "_")
}
