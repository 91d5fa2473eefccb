//! A session without a terminal: keys as text, effects done at once, files in memory, screens as text.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use podroom::app::aside::{self, Kind};
use podroom::app::keep::Fate;
use podroom::app::key::Key;
use podroom::app::msg::{Effect, Leave, Listing, Msg, NotSaved, Opened, Over};
use podroom::app::screen;
use podroom::app::settings::Settings;
use podroom::app::{App, update};
use podroom::file::preset::{self, Source};
use podroom::instance::Tables;
use podroom::picture::Format;
use podroom::plan::document::Document;
use podroom::term::keys::Pointer;
use podroom::view::theme::{Depth, Theme};
use podroom::view::{Look, Screen, draw, shot, symbols::Symbols};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use unicode_width::UnicodeWidthStr;

/// A session, and what became of its effects.
pub struct Desk {
    pub app: App,
    /// Files by path: what is on the disk.
    pub files: BTreeMap<PathBuf, String>,
    /// The plan's file as it was read or saved last.
    known: Option<String>,
    /// The plan's text when it was opened.
    pub start: String,
    pub left: Option<Leave>,
    pub suspended: usize,
    /// How often the plan's own instance tables were read.
    pub tables_read: usize,
    /// Moments that were asked for, and have not passed.
    pub ticks: Vec<u64>,
    /// What is kept aside, and what became of edits that were found.
    pub edits: Option<String>,
    pub settled: Vec<(u64, Fate)>,
    /// Why nothing can be kept aside.
    pub full: Option<String>,
    /// What passes only when a test says so, and what is to be said when.
    clock: Duration,
    reminder: Option<(Duration, u64)>,
    /// What is asked aside and not answered.
    pub late: Option<Kind>,
    pub stopped: Vec<Kind>,
    /// Why nothing can be written.
    pub unwritable: Option<String>,
    pub look: Look,
    /// What was copied last.
    pub copied: Option<String>,
    pointer: Pointer,
    began: Instant,
    /// What was kept last for the next session.
    pub kept: Option<Settings>,
    screen: Screen,
    terminal: Terminal<TestBackend>,
}

fn opened(text: &str, path: Option<&str>, origin: &str) -> Opened {
    let document = Document::new(text).unwrap_or_else(|problems| panic!("{problems:?}"));
    Opened {
        document,
        tables: Arc::new(Tables::builtin()),
        path: path.map(PathBuf::from),
        origin: origin.to_owned(),
    }
}

/// Lives of distinct nodes, for all desks: each costs a thousand runs.
static LIVES: LazyLock<Mutex<podroom::engine::Lives>> = LazyLock::new(Default::default);

impl Desk {
    /// A session on a preset, on a screen of 120x40.
    pub fn preset(name: &str) -> Desk {
        let preset = preset::find(name).expect("a preset");
        Desk::new(opened(preset.text, None, &format!("preset {name}")))
    }

    /// A session on a file.
    pub fn file(path: &str, text: &str) -> Desk {
        let mut desk = Desk::new(opened(text, Some(path), ""));
        desk.files.insert(path.into(), text.to_owned());
        desk.known = Some(text.to_owned());
        desk
    }

    fn new(opened: Opened) -> Desk {
        Desk::with(opened, Settings::default())
    }

    /// A session on a preset, as a user likes it.
    pub fn preset_with(name: &str, settings: Settings) -> Desk {
        let preset = preset::find(name).expect("a preset");
        Desk::with(opened(preset.text, None, &format!("preset {name}")), settings)
    }

    fn with(opened: Opened, settings: Settings) -> Desk {
        let (app, effects) = App::with(opened, settings);
        let mut desk = Desk {
            start: app.text(),
            app,
            files: BTreeMap::new(),
            known: None,
            left: None,
            suspended: 0,
            tables_read: 0,
            ticks: Vec::new(),
            edits: None,
            settled: Vec::new(),
            full: None,
            clock: Duration::ZERO,
            reminder: None,
            late: None,
            stopped: Vec::new(),
            unwritable: None,
            kept: None,
            look: Look { theme: Theme::ansi(), symbols: Symbols::UNICODE },
            copied: None,
            pointer: Pointer::default(),
            began: Instant::now(),
            screen: Screen::default(),
            terminal: Terminal::new(TestBackend::new(120, 40)).expect("a test terminal"),
        };
        desk.perform(effects);
        desk.draw();
        desk
    }

    /// Another size.
    pub fn size(&mut self, columns: u16, rows: u16) -> &mut Desk {
        self.terminal = Terminal::new(TestBackend::new(columns, rows)).expect("a test terminal");
        self.screen = Screen::default();
        self.draw();
        self
    }

    /// Presses keys: names with blanks between, as in the help.
    pub fn keys(&mut self, keys: &str) -> &mut Desk {
        for name in keys.split_whitespace() {
            let key = Key::parse(name).unwrap_or_else(|| panic!("no key is called {name}"));
            self.send(Msg::Key(key));
        }
        self
    }

    /// Shows another screen of the session, by its digit.
    pub fn turn_to(&mut self, screen: screen::Screen) -> &mut Desk {
        self.keys(&format!("alt-{}", screen.row().digit))
    }

    /// Types a text, character by character.
    pub fn types(&mut self, text: &str) -> &mut Desk {
        for c in text.chars() {
            self.send(Msg::Key(Key::plain(podroom::app::key::Code::Char(c))));
        }
        self
    }

    /// Clicks on a position of the screen.
    pub fn click(&mut self, column: u16, row: u16) -> &mut Desk {
        self.mouse(MouseEventKind::Down(MouseButton::Left), column, row);
        self.mouse(MouseEventKind::Up(MouseButton::Left), column, row)
    }

    /// Presses the left button at a position, moves it to another, and lets it go.
    pub fn drag(&mut self, from: (u16, u16), to: (u16, u16)) -> &mut Desk {
        self.mouse(MouseEventKind::Down(MouseButton::Left), from.0, from.1);
        self.mouse(MouseEventKind::Drag(MouseButton::Left), to.0, to.1);
        self.mouse(MouseEventKind::Up(MouseButton::Left), to.0, to.1)
    }

    /// Clicks twice.
    pub fn double_click(&mut self, column: u16, row: u16) -> &mut Desk {
        self.click(column, row).click(column, row)
    }

    /// Turns the wheel above a position: up or down.
    pub fn wheel(&mut self, up: bool, column: u16, row: u16) -> &mut Desk {
        self.mouse(if up { MouseEventKind::ScrollUp } else { MouseEventKind::ScrollDown }, column, row)
    }

    fn mouse(&mut self, kind: MouseEventKind, column: u16, row: u16) -> &mut Desk {
        let event = Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE });
        if let Some(msg) = self.pointer.msg(event, &self.screen, self.began + self.clock) {
            self.send(msg);
        }
        self
    }

    /// Clicks where a text is.
    pub fn click_on(&mut self, text: &str) -> &mut Desk {
        let (column, row) = self.place_of(text);
        self.click(column, row)
    }

    /// Column and row at which a text begins.
    pub fn place_of(&self, text: &str) -> (u16, u16) {
        let screen = self.screen();
        let (row, line) = screen.lines().enumerate().find(|(_, l)| l.contains(text)).expect("on the screen");
        let column = line.find(text).map_or(0, |at| line[..at].chars().count());
        (u16::try_from(column).expect("small"), u16::try_from(row).expect("small"))
    }

    /// Lets time pass.
    pub fn wait(&mut self, time: Duration) -> &mut Desk {
        self.clock += time;
        if let Some((_, edit)) = self.reminder.take_if(|(when, _)| *when <= self.clock) {
            self.send(Msg::Paused(edit));
        }
        self
    }

    /// Sends a message, does what it asks for, and draws.
    pub fn send(&mut self, msg: Msg) {
        let effects = update(&mut self.app, msg);
        self.perform(effects);
        self.draw();
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        let mut waiting: Vec<Effect> = effects;
        while !waiting.is_empty() {
            let mut msgs = Vec::new();
            waiting.drain(..).for_each(|effect| self.answer(effect, &mut msgs));
            for msg in msgs {
                let another = matches!(msg, Msg::Loaded(_));
                waiting.extend(update(&mut self.app, msg));
                if another {
                    self.start = self.app.text();
                }
            }
        }
    }

    fn answer(&mut self, effect: Effect, msgs: &mut Vec<Msg>) {
        msgs.push(match effect {
            Effect::Quit(leave) => {
                self.left = Some(leave);
                return;
            }
            Effect::Suspend => {
                self.suspended += 1;
                return;
            }
            Effect::Stop(kind) => {
                self.stopped.push(kind);
                return;
            }
            Effect::Copy(text) => {
                self.copied = Some(text);
                return;
            }
            Effect::Save { .. } if self.unwritable.is_some() => {
                Msg::NotSaved(NotSaved::Failed(self.unwritable.clone().unwrap_or_default()))
            }
            Effect::Save { path, text, over } => {
                let there = self.files.get(&path);
                match over {
                    Over::Nothing if there.is_some() => Msg::NotSaved(NotSaved::Exists(path)),
                    Over::OwnUnchanged if there.is_some() && there != self.known.as_ref() => {
                        Msg::NotSaved(NotSaved::Changed(path))
                    }
                    _ => {
                        self.known = Some(text.clone());
                        self.files.insert(path.clone(), text);
                        Msg::Saved(path)
                    }
                }
            }
            Effect::Load(Source::Preset(p)) => {
                Msg::Loaded(Box::new(opened(p.text, None, &format!("preset {}", p.name))))
            }
            Effect::Load(Source::File(path)) => match self.files.get(&path) {
                Some(text) => {
                    self.known = Some(text.clone());
                    Msg::Loaded(Box::new(opened(text, path.to_str(), "")))
                }
                None => Msg::NotLoaded(format!("{}: there is no such file", path.display())),
            },
            Effect::List => {
                let files = self.files.keys().cloned().collect();
                Msg::Listed(Listing { files, ..Listing::default() })
            }
            Effect::LoadEdits(mark) => {
                let path = self.files.get(&mark).cloned();
                match path {
                    Some(text) => Msg::Recovered(Box::new(opened(&text, None, "preset gone"))),
                    None => Msg::NotLoaded("these edits are gone".into()),
                }
            }
            Effect::Remind { edit, after } => {
                self.reminder = Some((self.clock + after, edit));
                return;
            }
            Effect::KeepEdits(text) => match self.full.clone() {
                Some(reason) => Msg::EditsKept(Err(reason)),
                None => {
                    self.edits = Some(text);
                    Msg::EditsKept(Ok(()))
                }
            },
            Effect::ForgetEdits => {
                self.edits = None;
                return;
            }
            Effect::Settle { id, fate } => {
                self.settled.push((id, fate));
                return;
            }
            Effect::ReadTables { .. } => {
                self.tables_read += 1;
                Msg::Tables(Ok(Arc::new(Tables::builtin())))
            }
            Effect::Theme(theme) => {
                self.look.theme = Theme::of(theme, Depth::Many);
                return;
            }
            Effect::Keep(settings) | Effect::KeepQuietly(settings) => {
                self.kept = Some(*settings);
                return;
            }
            Effect::Picture { directory, screen } => {
                let path = directory.join(format!("podroom-{screen}.svg"));
                let size = self.terminal.size().expect("a test terminal");
                let size = (size.width, size.height);
                let picture = shot::picture(&self.app, &self.look, &mut self.screen, size);
                self.files.insert(path.clone(), picture.write(Format::Svg));
                Msg::Pictured(Ok(path))
            }
            Effect::Export { path, text, over } => Msg::Exported(match self.unwritable.clone() {
                Some(reason) => Err(NotSaved::Failed(reason)),
                None if over == Over::Nothing && self.files.contains_key(&path) => {
                    Err(NotSaved::Exists(path))
                }
                None => {
                    self.files.insert(path.clone(), text);
                    Ok(path)
                }
            }),
            Effect::Tick(play) => {
                self.ticks.push(play);
                return;
            }
            Effect::Aside(task) if Some(task.kind()) == self.late => return,
            Effect::Aside(task) => return aside::compute(task, &LIVES, &|| true, &mut |msg| msgs.push(msg)),
        });
    }

    fn draw(&mut self) {
        // a second time if the first told the session something new, as the terminal does
        for _ in 0..2 {
            let (app, look, screen) = (&self.app, &self.look, &mut self.screen);
            self.terminal.draw(|frame| draw(frame, app, look, screen)).expect("a test terminal");
            let effects = update(&mut self.app, Msg::Drawn(self.screen.drawn()));
            self.perform(effects);
        }
    }

    /// What is on the screen, without the blanks at the ends of lines.
    pub fn screen(&self) -> String {
        let buffer = self.terminal.backend().buffer();
        let line = |y: u16| -> String {
            let mut text = String::new();
            let mut x = 0;
            while x < buffer.area.width {
                let symbol = buffer[(x, y)].symbol();
                text.push_str(symbol);
                // a wide character takes the cell after it, too
                x += u16::try_from(symbol.width()).unwrap_or(1).max(1);
            }
            text.trim_end().to_owned()
        };
        (0..buffer.area.height).map(|y| line(y) + "\n").collect()
    }

    /// The message line.
    pub fn message(&self) -> String {
        self.app.message.as_ref().map_or_else(String::new, |m| m.text.clone())
    }

    /// The screen as runs of one style: the text, and the style's colours and modifiers.
    pub fn styled(&self) -> Vec<(String, String)> {
        let buffer = self.terminal.backend().buffer();
        let mut runs: Vec<(String, String)> = Vec::new();
        for y in 0..buffer.area.height {
            let mut line: Vec<(String, String)> = Vec::new();
            for x in 0..buffer.area.width {
                let cell = &buffer[(x, y)];
                let colour = |c: ratatui::style::Color| match c {
                    ratatui::style::Color::Reset => String::new(),
                    other => format!("{other} "),
                };
                let modifier = format!("{:?}", cell.modifier).replace("NONE", "");
                let style = format!("{}{}{modifier}", colour(cell.fg), colour(cell.bg));
                match line.last_mut() {
                    Some((text, last)) if *last == style => text.push_str(cell.symbol()),
                    _ => line.push((cell.symbol().to_owned(), style)),
                }
            }
            runs.extend(line);
        }
        runs
    }
}
