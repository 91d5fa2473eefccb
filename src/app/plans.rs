//! The dialog of plans: presets, the plan files of the directory, and any path that is typed.

use std::path::PathBuf;

use tui_input::Input;

use super::editor::Selection;
use crate::file::preset::{PLANS, Source};
use crate::text::shown;

/// The dialog.
#[derive(Debug)]
pub struct Plans {
    /// What is typed: a part of a name, or a path.
    pub input: Input,
    pub selection: Selection,
    /// Plan files of the directory; empty until they are listed.
    pub files: Vec<PathBuf>,
    /// The entry that is marked.
    pub marked: usize,
}

/// One plan that can be opened.
#[derive(Debug, Clone)]
pub struct Entry {
    pub source: Source,
    pub name: String,
    pub about: &'static str,
}

impl Plans {
    /// The dialog before the files are listed.
    pub fn new() -> Plans {
        Plans { input: Input::default(), selection: Selection::Nothing, files: Vec::new(), marked: 0 }
    }

    /// What can be opened: files and presets with what is typed in their names, then the typed path itself.
    pub fn entries(&self) -> Vec<Entry> {
        let typed = self.input.value().trim();
        let wanted = typed.to_lowercase();
        let files = self.files.iter().map(|path| Entry {
            source: Source::File(path.clone()),
            name: shown(&path.to_string_lossy()),
            about: "file",
        });
        let presets = PLANS.iter().map(|preset| Entry {
            source: Source::Preset(preset),
            name: preset.name.to_owned(),
            about: preset.title(),
        });
        let path = (!typed.is_empty()).then(|| Entry {
            source: Source::File(PathBuf::from(typed)),
            name: shown(typed),
            about: "open this path",
        });
        let named = files.chain(presets).filter(|e| e.name.to_lowercase().contains(&wanted));
        let mut entries: Vec<Entry> = named.collect();
        entries.extend(path.filter(|path| !entries.iter().any(|e| e.source == path.source)));
        entries
    }

    /// Moves the mark.
    pub fn mark(&mut self, by: isize) {
        let last = self.entries().len().saturating_sub(1);
        self.marked = self.marked.saturating_add_signed(by).min(last);
    }
}

impl Default for Plans {
    fn default() -> Plans {
        Plans::new()
    }
}
