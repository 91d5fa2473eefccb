//! A session that nobody sees, driven by keys: what its screen shows once everything is computed.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::app::key::Key;
use crate::app::msg::{Effect, Listing, NotSaved, Opened};
use crate::app::screen::Screen;
use crate::app::settings::Settings;
use crate::app::{App, Msg, aside, update};
use crate::engine::Lives;
use crate::file::list;
use crate::file::load::{Loaded, load_tables};
use crate::picture::Picture;
use crate::text::Ink;
use crate::view::theme::{Depth, Theme};
use crate::view::{self, Look, shot};

/// What a picture is taken of.
pub struct Shot<'a> {
    pub screen: Screen,
    /// Columns and rows.
    pub size: (u16, u16),
    /// Keys that are pressed once the screen is shown.
    pub keys: &'a [Key],
    pub look: Look,
    /// Instance tables of the command line, as sessions have them.
    pub extra: &'a [PathBuf],
}

/// Why a picture has no files.
const NO_FILES: &str = "a session for a picture neither opens nor writes files";

/// Takes a picture of a session on a plan.
pub fn take(opened: Opened, settings: Settings, shot: Shot) -> Picture {
    let (app, effects) = App::with(opened, settings);
    let lives = Mutex::default();
    let mut session = Session { app, shot, lives, screen: view::Screen::default(), left: false };
    session.perform(effects);
    let shown = Key::alt(session.shot.screen.row().digit);
    let keys: Vec<Key> = std::iter::once(shown).chain(session.shot.keys.iter().copied()).collect();
    for key in keys {
        // what a key moves by depends on what is on the screen
        session.draw();
        if !session.left {
            session.send(Msg::Key(key));
        }
    }
    session.draw()
}

struct Session<'a> {
    app: App,
    shot: Shot<'a>,
    lives: Mutex<Lives>,
    screen: view::Screen,
    left: bool,
}

impl Session<'_> {
    fn send(&mut self, msg: Msg) {
        let effects = update(&mut self.app, msg);
        self.perform(effects);
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        let mut waiting = VecDeque::from(effects);
        while let Some(effect) = waiting.pop_front() {
            let mut msgs = Vec::new();
            self.answer(effect, &mut msgs);
            for msg in msgs {
                waiting.extend(update(&mut self.app, msg));
            }
        }
    }

    /// What is answered to an effect.
    fn answer(&mut self, effect: Effect, msgs: &mut Vec<Msg>) {
        msgs.push(match effect {
            Effect::Quit(_) => {
                self.left = true;
                return;
            }
            Effect::Theme(theme) => {
                self.shot.look.theme = Theme::of(theme, Depth::Many);
                return;
            }
            Effect::Save { .. } => Msg::NotSaved(NotSaved::Failed(NO_FILES.into())),
            Effect::Load(_) | Effect::LoadEdits(_) => Msg::NotLoaded(NO_FILES.into()),
            Effect::Picture { .. } => Msg::Pictured(Err(NO_FILES.into())),
            // files of the directory alone: a picture is the same whoever takes it
            Effect::List => {
                let files = list::plans(Path::new("."));
                let refused = files.as_ref().err().map(ToString::to_string);
                Msg::Listed(Listing { files: files.unwrap_or_default(), refused, ..Listing::default() })
            }
            Effect::ReadTables { text, path } => {
                let loaded = Loaded { path, ..Loaded::of_text("the plan", text) };
                let tables = load_tables(&loaded, self.shot.extra, Ink::Plain);
                Msg::Tables(tables.map(Arc::new).map_err(|e| e.to_string()))
            }
            Effect::Aside(task) => {
                return aside::compute(task, &self.lives, &|| true, &mut |msg| msgs.push(msg));
            }
            _ => return,
        });
    }

    /// Draws as the terminal does: a second time if the first told the session something new.
    fn draw(&mut self) -> Picture {
        self.draw_once();
        self.send(Msg::Drawn(self.screen.drawn()));
        self.draw_once()
    }

    fn draw_once(&mut self) -> Picture {
        shot::picture(&self.app, &self.shot.look, &mut self.screen, self.shot.size)
    }
}
