//! Pictures of the screen.

use std::path::Path;

use super::App;
use super::msg::Effect;

impl App {
    /// Has a picture of the screen written: beside the plan's file, or where podroom was started.
    pub(super) fn take_picture(&mut self) {
        let beside = self.path.as_deref().and_then(Path::parent).filter(|dir| !dir.as_os_str().is_empty());
        let directory = beside.unwrap_or(Path::new(".")).to_path_buf();
        self.effects.push(Effect::Picture { directory, screen: self.screen().row().name });
    }

    /// What a picture of the screen is called.
    pub fn picture_title(&self) -> String {
        let name = match self.path() {
            Some(path) => path.to_string_lossy().into_owned(),
            None => self.plan().name.clone(),
        };
        format!("podroom: the {} screen of {name}", self.screen().row().name)
    }
}
