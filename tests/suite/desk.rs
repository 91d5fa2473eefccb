//! A session without a terminal: keys as text, effects done at once, files in memory, screens as text.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use podroom::app::keep::Fate;
use podroom::app::key::Key;
use podroom::app::msg::{Effect, Leave, Listing, Msg, NotSaved, Opened, Over};
use podroom::app::picker::try_type;
use podroom::app::screen;
use podroom::app::{App, update};
use podroom::file::preset::{self, Source};
use podroom::instance::Tables;
use podroom::plan::document::Document;
use podroom::simulate::{World, follow};
use podroom::term::keys::Pointer;
use podroom::view::{Look, Screen, draw, symbols::Symbols, theme::Theme};
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
    pub kept: Option<String>,
    pub settled: Vec<(u64, Fate)>,
    /// Why nothing can be kept aside.
    pub full: Option<String>,
    /// What passes only when a test says so, and what is to be said when.
    clock: Duration,
    reminder: Option<(Duration, u64)>,
    /// Runs of scenarios are asked for, and do not come.
    pub runs_are_late: bool,
    pub runs_stopped: usize,
    pub look: Look,
    /// What was copied last.
    pub copied: Option<String>,
    pointer: Pointer,
    began: Instant,
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
static LIVES: std::sync::LazyLock<std::sync::Mutex<podroom::engine::Lives>> =
    std::sync::LazyLock::new(Default::default);

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
        let (app, effects) = App::new(opened);
        let mut desk = Desk {
            start: app.text(),
            app,
            files: BTreeMap::new(),
            known: None,
            left: None,
            suspended: 0,
            tables_read: 0,
            ticks: Vec::new(),
            kept: None,
            settled: Vec::new(),
            full: None,
            clock: Duration::ZERO,
            reminder: None,
            runs_are_late: false,
            runs_stopped: 0,
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
            let msgs: Vec<Msg> = waiting.drain(..).filter_map(|effect| self.answer(effect)).collect();
            for msg in msgs {
                let another = matches!(msg, Msg::Loaded(_));
                waiting.extend(update(&mut self.app, msg));
                if another {
                    self.start = self.app.text();
                }
            }
        }
    }

    fn answer(&mut self, effect: Effect) -> Option<Msg> {
        Some(match effect {
            Effect::Quit(leave) => {
                self.left = Some(leave);
                return None;
            }
            Effect::Suspend => {
                self.suspended += 1;
                return None;
            }
            Effect::StopRun => {
                self.runs_stopped += 1;
                return None;
            }
            Effect::Copy(text) => {
                self.copied = Some(text);
                return None;
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
                return None;
            }
            Effect::Keep(text) => match self.full.clone() {
                Some(reason) => Msg::Kept(Err(reason)),
                None => {
                    self.kept = Some(text);
                    Msg::Kept(Ok(()))
                }
            },
            Effect::Forget => {
                self.kept = None;
                return None;
            }
            Effect::Settle { id, fate } => {
                self.settled.push((id, fate));
                return None;
            }
            Effect::ReadTables { .. } => {
                self.tables_read += 1;
                Msg::Tables(Ok(Arc::new(Tables::builtin())))
            }
            Effect::Percentiles { generation, answer } => {
                let mut lives = LIVES.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let percentiles = answer.evaluation.percentiles(&answer.plan, &mut lives, || true).unwrap();
                Msg::Percentiles { generation, percentiles }
            }
            Effect::Thresholds { generation, answer } => {
                let thresholds = answer.evaluation.thresholds(&answer.plan);
                Msg::Thresholds { generation, thresholds }
            }
            Effect::Try { generation, answer, tables, group, types } => {
                let trial = |name: String| (name.clone(), try_type(&answer, &tables, group, &name));
                Msg::Tried { generation, trials: types.into_iter().map(trial).collect() }
            }
            Effect::Simulate { .. } if self.runs_are_late => return None,
            Effect::Simulate { question, answer, tables, scenario, every } => {
                let world = World::new(&answer.plan, &tables, &scenario);
                let go_on = |_| ControlFlow::Continue(());
                let run = world.map(|w| Arc::new(follow(&w, 1, every, scenario.until, go_on)));
                Msg::Simulated { question, run: run.map_err(|p| p[0].message.clone()) }
            }
            Effect::Explore { question, ask, tables } => {
                let mut lives = LIVES.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let cells = (0..ask.len()).map(|i| ask.cell(i, &tables, &mut lives)).collect();
                Msg::Explored { question, cells }
            }
            Effect::Tick(play) => {
                self.ticks.push(play);
                return None;
            }
        })
    }

    fn draw(&mut self) {
        // a second time if the first told the session something new, as the terminal does
        for _ in 0..2 {
            let (app, look, screen) = (&self.app, &self.look, &mut self.screen);
            self.terminal.draw(|frame| draw(frame, app, look, screen)).expect("a test terminal");
            let (rows, end) = self.screen.drawn();
            let effects = update(&mut self.app, Msg::Drawn { rows, end });
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
