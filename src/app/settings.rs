//! What a user has chosen of how the session looks and answers: it outlives plans, and what is chosen in the
//! session also the session.

use super::App;
use super::arrange::Arrangement;
use super::chooser::{Choice, Chooser, Item, Kind};
use super::columns;
use super::keymap::Keymap;
use super::msg::Effect;
use super::popup::Popup;
use super::theme::{THEMES, ThemeName};

/// What has been chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    pub keymap: Keymap,
    /// The theme that is in force.
    pub theme: ThemeName,
    /// The theme that was chosen in a session, this one or an earlier.
    pub chosen: Option<ThemeName>,
    /// Whether the hint of the first session is shown.
    pub welcome: Welcome,
    /// How each of [`columns::SHEETS`] is arranged.
    pub tables: [Arrangement; columns::SHEETS.len()],
}

/// What becomes of the hint that is shown until a first change is made, or it is sent away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Welcome {
    Shown,
    #[default]
    Past,
}

impl Settings {
    /// As they are for another plan: filters are about the rows of one.
    pub fn of_another_plan(mut self) -> Settings {
        for table in &mut self.tables {
            table.filter.clear();
        }
        self
    }
}

impl App {
    /// What the user has chosen.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Has what was chosen kept for the next session.
    pub(super) fn keep(&mut self) {
        self.effects.push(Effect::Keep(Box::new(self.settings.clone())));
    }

    /// The hint of the first session has done its work, for good. That it cannot be kept matters to nobody.
    pub(super) fn settle_in(&mut self) {
        if std::mem::replace(&mut self.settings.welcome, Welcome::Past) == Welcome::Shown {
            self.effects.push(Effect::KeepQuietly(Box::new(self.settings.clone())));
        }
    }

    /// Opens the list of themes, the one in force marked.
    pub(super) fn open_themes(&mut self) {
        let before = self.settings.theme;
        let item = |row: &super::theme::Row| Item::new("", row.name, Choice::Theme(row.theme)).about(row.doc);
        let items: Vec<Item> = THEMES.iter().map(item).collect();
        let marked = THEMES.iter().position(|row| row.theme == before).unwrap_or(0);
        self.popups.push(Popup::List(Chooser::new(Kind::Themes { before }, items, marked)));
    }

    /// Shows the theme that is marked in the list of themes, if that is open.
    pub(super) fn try_theme(&mut self) {
        if let Some(Popup::List(list)) = self.popups.last()
            && let Some(Choice::Theme(theme)) = list.item().map(|item| item.choice.clone())
        {
            self.show_theme(theme);
        }
    }

    pub(super) fn show_theme(&mut self, theme: ThemeName) {
        if self.settings.theme != theme {
            self.settings.theme = theme;
            self.effects.push(Effect::Theme(theme));
        }
    }

    /// Takes a theme, for the next sessions, too.
    pub(super) fn choose_theme(&mut self, theme: ThemeName) {
        self.show_theme(theme);
        self.settings.chosen = Some(theme);
        self.keep();
        self.done(format!("theme {}", theme.row().name));
    }
}
