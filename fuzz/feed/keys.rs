//! A session: keys, mouse, pastes and sizes as they come, each frame drawn.
//!
//! The first byte chooses the preset. Then bytes are keys much as terminals send them: characters are themselves, 09
//! Tab, 0d Enter, 1b Esc, 7f Backspace, 01 to 1a with Ctrl; 00 is a size (columns, rows), from 80 on come the keys of
//! [`NAMES`], and from [`MORE`] on what has no name.

use std::cell::Cell;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use podroom::app::key::{Code, Key, NAMES, With};
use podroom::app::msg::{Effect, Listing, Msg, Opened};
use podroom::app::{App, aside, update};
use podroom::engine::Lives;
use podroom::file::preset::{PLANS, Preset, Source};
use podroom::instance::Tables;
use podroom::plan::Document;
use podroom::term::keys::Pointer;
use podroom::text::is_hostile;
use podroom::view::symbols::Symbols;
use podroom::view::theme::{Depth, Theme};
use podroom::view::{Look, Screen, draw};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::bytes::Bytes;
use super::{is_consistent, is_small};

/// The first byte that is no key of [`NAMES`].
const MORE: u8 = 0xa0;
/// Most keys of a session, and questions of one computation aside whether to go on.
const KEYS: usize = 64;
const PATIENCE: u32 = 40;

static LIVES: LazyLock<Mutex<Lives>> = LazyLock::new(Mutex::default);
static BUILTIN: LazyLock<Arc<Tables>> = LazyLock::new(|| Arc::new(Tables::builtin()));

pub fn feed(data: &[u8]) {
    let mut bytes = Bytes(data);
    let Some(preset) = bytes.one(PLANS) else { return };
    let mut session = Session::on(preset);
    for _ in 0..KEYS {
        if bytes.is_empty() || session.ended || !is_small(session.app.plan()) {
            return;
        }
        session.next(&mut bytes);
        let text = session.app.text();
        assert!(Document::new(&text).is_ok(), "{text}");
        if let Some(report) = session.app.report() {
            is_consistent(report);
        }
    }
}

struct Session {
    app: App,
    look: Look,
    screen: Screen,
    terminal: Terminal<TestBackend>,
    pointer: Pointer,
    now: Instant,
    ended: bool,
}

fn opened(preset: &Preset) -> Opened {
    let document = Document::new(preset.text).expect("a preset is a plan");
    Opened { document, tables: BUILTIN.clone(), path: Some("plan.toml".into()), origin: String::new() }
}

fn terminal(columns: u16, rows: u16) -> Terminal<TestBackend> {
    Terminal::new(TestBackend::new(columns, rows)).expect("a test terminal cannot fail")
}

impl Session {
    fn on(preset: &Preset) -> Session {
        let (app, effects) = App::new(opened(preset));
        let mut session = Session {
            app,
            look: Look { theme: Theme::ansi(), symbols: Symbols::UNICODE },
            screen: Screen::default(),
            terminal: terminal(100, 30),
            pointer: Pointer::default(),
            now: Instant::now(),
            ended: false,
        };
        session.perform(effects);
        session.draw();
        session
    }

    /// What the next bytes say.
    fn next(&mut self, bytes: &mut Bytes<'_>) {
        let byte = bytes.byte();
        let with = |with: With, c: char| Key { code: Code::Char(c), with };
        let named = || NAMES.get(usize::from(byte.wrapping_sub(0x80))).map(|(_, code)| Key::plain(*code));
        match byte {
            0 => {
                let (columns, rows) = (bytes.byte(), bytes.byte() % 100);
                self.terminal = terminal(columns.into(), rows.into());
                self.screen = Screen::default();
                self.draw();
            }
            b'\t' => self.key(Key::plain(Code::Tab)),
            b'\r' => self.key(Key::plain(Code::Enter)),
            0x1b => self.key(Key::plain(Code::Esc)),
            0x7f => self.key(Key::plain(Code::Backspace)),
            1..=0x1a => self.key(with(With::Ctrl, char::from(byte + 0x60))),
            0x1c..=0x7e => self.key(with(With::Nothing, char::from(byte))),
            0x80..MORE => named().into_iter().for_each(|key| self.key(key)),
            MORE => self.key(with(With::Alt, char::from(bytes.byte()))),
            0xa1 => self.click(bytes),
            0xa2 => {
                let place = Bytes(bytes.0).0;
                self.click(&mut Bytes(place));
                self.click(bytes);
            }
            0xa3 => {
                self.mouse(MouseEventKind::Down(MouseButton::Left), bytes);
                self.mouse(MouseEventKind::Drag(MouseButton::Left), bytes);
                self.mouse(MouseEventKind::Up(MouseButton::Left), bytes);
            }
            0xa4 => self.mouse(MouseEventKind::ScrollUp, bytes),
            0xa5 => self.mouse(MouseEventKind::ScrollDown, bytes),
            0xa6 => {
                let cells = bytes.line().replace('\u{1e}', "\n");
                self.send(Msg::Paste(cells));
            }
            0xa7 => self.send(Msg::Tick(bytes.byte().into())),
            // letters with accents, and a wide one
            0xff => self.key(with(With::Nothing, '東')),
            other => self.key(with(With::Nothing, char::from(other))),
        }
    }

    fn key(&mut self, key: Key) {
        self.send(Msg::Key(key));
    }

    fn click(&mut self, bytes: &mut Bytes<'_>) {
        let (column, row) = (bytes.byte(), bytes.byte());
        self.mouse(MouseEventKind::Down(MouseButton::Left), &mut Bytes(&[column, row]));
        self.mouse(MouseEventKind::Up(MouseButton::Left), &mut Bytes(&[column, row]));
    }

    fn mouse(&mut self, kind: MouseEventKind, bytes: &mut Bytes<'_>) {
        let (column, row) = (bytes.byte().into(), bytes.byte().into());
        let event = Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE });
        self.now += Duration::from_millis(10);
        if let Some(msg) = self.pointer.msg(event, &self.screen, self.now) {
            self.send(msg);
        }
    }

    fn send(&mut self, msg: Msg) {
        let effects = update(&mut self.app, msg);
        self.perform(effects);
        self.draw();
    }

    /// Does what is asked for, as far as the session hears of it again.
    fn perform(&mut self, mut effects: Vec<Effect>) {
        while !effects.is_empty() && is_small(self.app.plan()) {
            let mut msgs = Vec::new();
            effects.drain(..).for_each(|effect| self.answer(effect, &mut msgs));
            effects.extend(msgs.into_iter().flat_map(|msg| update(&mut self.app, msg)));
        }
    }

    fn answer(&mut self, effect: Effect, msgs: &mut Vec<Msg>) {
        match effect {
            Effect::Quit(_) => self.ended = true,
            Effect::Save { path, .. } => msgs.push(Msg::Saved(path)),
            Effect::Load(Source::Preset(preset)) => msgs.push(Msg::Loaded(Box::new(opened(preset)))),
            Effect::Load(Source::File(_)) | Effect::LoadEdits(_) => {
                msgs.push(Msg::NotLoaded("there is no such file".to_owned()));
            }
            Effect::List => msgs.push(Msg::Listed(Listing::default())),
            Effect::Remind { edit, .. } => msgs.push(Msg::Paused(edit)),
            Effect::KeepEdits(_) => msgs.push(Msg::EditsKept(Ok(()))),
            Effect::ReadTables { .. } => msgs.push(Msg::Tables(Ok(BUILTIN.clone()))),
            Effect::Theme(theme) => self.look.theme = Theme::of(theme, Depth::Many),
            Effect::Export { path, .. } => msgs.push(Msg::Exported(Ok(path))),
            Effect::Aside(task) => {
                let left = Cell::new(PATIENCE);
                let go_on = || left.replace(left.get().saturating_sub(1)) > 0;
                aside::compute(task, &LIVES, &go_on, &mut |msg| msgs.push(msg));
            }
            Effect::Suspend
            | Effect::Copy(_)
            | Effect::ForgetEdits
            | Effect::Settle { .. }
            | Effect::Stop(_)
            | Effect::Keep(_)
            | Effect::KeepQuietly(_)
            | Effect::Picture { .. }
            | Effect::Tick(_) => {}
        }
    }

    fn draw(&mut self) {
        // a second time if the first told the session something new, as the terminal does
        for _ in 0..2 {
            let (app, look, screen) = (&self.app, &self.look, &mut self.screen);
            self.terminal.draw(|frame| draw(frame, app, look, screen)).expect("a test terminal cannot fail");
            let effects = update(&mut self.app, Msg::Drawn(self.screen.drawn()));
            self.perform(effects);
        }
        let cells = &self.terminal.backend().buffer().content;
        assert!(cells.iter().all(|cell| !cell.symbol().contains(is_hostile)));
    }
}
