//! The configuration with every default in it, and what each means: a file that changes nothing.

use std::fmt::Write as _;

use super::read::hideable;
use super::{KEYS, table_name};
use crate::app::action::{ACTIONS, Context};
use crate::app::columns::SHEETS;
use crate::app::key::{Key, NAMES};
use crate::app::theme::THEMES;

/// The file.
pub fn text() -> String {
    let mut out =
        "# The configuration of podroom, with its defaults: $XDG_CONFIG_HOME/podroom/config.toml, that is\n\
                   # ~/.config/podroom/config.toml where that variable is not set. Nothing has to be in it.\n"
            .to_owned();
    for key in KEYS {
        out.push('\n');
        for line in key.doc.lines() {
            let _ = writeln!(out, "# {line}");
        }
        match key.name {
            "hidden" => hidden(&mut out),
            "keys" => keys(&mut out),
            _ => {
                let _ = writeln!(out, "{} = {}", key.name, key.default);
            }
        }
        if key.name == "theme" {
            themes(&mut out);
        }
    }
    out
}

fn themes(out: &mut String) {
    let wide = THEMES.iter().map(|row| row.name.len()).max().unwrap_or(0);
    for row in THEMES {
        let _ = writeln!(out, "#   {:wide$}  {}", row.name, row.doc);
    }
}

fn hidden(out: &mut String) {
    out.push_str("[hidden]\n");
    let tables = SHEETS.iter().enumerate().filter(|(index, _)| !hideable(*index).is_empty());
    for (index, sheet) in tables {
        let mut line = "#  ".to_owned();
        for column in hideable(index) {
            let word = format!(" \"{column}\",");
            if line.len() + word.len() > 100 {
                let _ = writeln!(out, "{line}");
                line = "#  ".to_owned();
            }
            line += &word;
        }
        let _ = writeln!(out, "{}\n{} = []", line.trim_end_matches(','), table_name(sheet.name));
    }
}

fn keys(out: &mut String) {
    let names: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
    let (few, rest) = names.split_at(names.len().min(12));
    let _ = writeln!(
        out,
        "#\n# A key is a character as it is typed, or one of\n#   {},\n#   {}\n# with \"ctrl-\" or \"alt-\" before it if that is held down.",
        few.join(", "),
        rest.join(", ")
    );
    let mut before: Option<Context> = None;
    for row in ACTIONS {
        if before != Some(row.context) {
            before = Some(row.context);
            let _ = writeln!(out, "\n# {}\n[keys.{}]", row.context.title(), row.context.name());
        }
        let keys: Vec<String> = row.keys.iter().map(|key| quoted(key)).collect();
        let line = format!("{} = [{}]", row.action.name(), keys.join(", "));
        let _ = writeln!(out, "{line:40} # {}", row.doc);
    }
}

/// A key's name as TOML.
fn quoted(name: &str) -> String {
    debug_assert!(Key::parse(name).is_some());
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}
