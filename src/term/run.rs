//! The loop: wait for something to happen, tell the session, do what it asks for, draw once.
//!
//! ```text
//! keys, signals, workers -> one channel -> update -> effects, a frame
//! ```

use std::io::{self, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, channel};
use std::time::Instant;

use crossterm::event::Event as Input;
use signal_hook::consts::SIGHUP;

use super::events::{self, Event};
use super::keys::Pointer;
use super::outside;
use super::outside::Outside;
use super::tty::{Mouse, Tty};
use crate::app::msg::{Effect, Leave};
use crate::app::settings::Settings;
use crate::app::{App, Msg, update};
use crate::config::Config;
use crate::file::load::Loaded;
use crate::file::numbered;
use crate::instance::Tables;
use crate::picture::Format;
use crate::plan::Problem;
use crate::text::shown;
use crate::view::theme::{Depth, Theme};
use crate::view::{self, Look, Screen, shot};

/// What a session begins with.
pub struct Start {
    /// A plan without mistakes.
    pub loaded: Loaded,
    /// Where the plan came from, if it is in no file.
    pub origin: String,
    pub tables: Tables,
    /// Instance tables of the command line, for plans that are opened later.
    pub extra: Vec<PathBuf>,
    pub config: Config,
    pub settings: Settings,
    pub look: Look,
    pub depth: Depth,
    pub mouse: Mouse,
}

/// Something on the channel.
enum Incoming {
    Outside(Event),
    Session(Msg),
}

impl From<Event> for Incoming {
    fn from(event: Event) -> Incoming {
        Incoming::Outside(event)
    }
}

impl From<Msg> for Incoming {
    fn from(msg: Msg) -> Incoming {
        Incoming::Session(msg)
    }
}

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Left(Leave),
    Signal(i32),
}

/// What follows on something that happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// Nothing has changed.
    Wait,
    Draw,
    End(End),
}

impl Next {
    /// Both, one after the other.
    fn and(self, then: Next) -> Next {
        match (self, then) {
            (Next::End(_), _) | (_, Next::Wait) => self,
            (_, then) => then,
        }
    }
}

/// Runs a session in the terminal until it ends, and gives the exit status: 0, or 128 + n on signal n. What
/// is not saved when it ends without its user is kept aside; where, is printed.
///
/// # Errors
///
/// There is no terminal, or it refuses to be used; or the text is no plan.
pub fn run(start: Start) -> Result<ExitCode, String> {
    let (sender, inbox) = channel();
    let Start { loaded, origin, tables, extra, config, settings, look, depth, mouse } = start;
    let stamp = loaded.path.is_some().then_some(loaded.stamp);
    let opened = outside::opened(&loaded, origin, tables).map_err(|problems| Problem::first(&problems))?;
    let failed = |e: io::Error| format!("the terminal cannot be used: {e}");
    let mut outside = Outside::new(sender.clone(), extra, config, stamp).map_err(failed)?;
    outside.sit_on(&opened);
    let (mut app, effects) = App::with(opened, settings);
    events::listen::<Incoming>(sender).map_err(failed)?;
    let tty = Tty::enter(mouse).map_err(failed)?;
    let (screen, pointer) = (Screen::default(), Pointer::default());
    let desk = Desk { tty, outside: &mut outside, look, depth, screen, pointer, inbox, later: Vec::new() };
    // the session outlives a panic, so that its edits do too
    let end = catch_unwind(AssertUnwindSafe(|| desk.work(&mut app, effects)));
    let done = matches!(end, Ok(End::Left(Leave::Done)));
    let edits = (!done && app.is_dirty()).then(|| app.text());
    say_where(outside.end(edits));
    Ok(match end {
        Ok(End::Left(_)) => ExitCode::SUCCESS,
        Ok(End::Signal(n)) => ExitCode::from(128 + u8::try_from(n).unwrap_or(0)),
        // as the standard library has it
        Err(_) => ExitCode::from(101),
    })
}

/// Everything around the session.
struct Desk<'a> {
    tty: Tty,
    outside: &'a mut Outside<Incoming>,
    look: Look,
    depth: Depth,
    screen: Screen,
    pointer: Pointer,
    inbox: Receiver<Incoming>,
    /// Long computations to be begun, or stopped, once the frame is drawn: on few cores they would take turns with it.
    later: Vec<Effect>,
}

impl Desk<'_> {
    /// Works until the session ends; the terminal is given back then.
    fn work(mut self, app: &mut App, effects: Vec<Effect>) -> End {
        let mut next = self.perform(app, effects);
        loop {
            match next {
                Next::End(end) => return end,
                // a terminal that cannot be written to is gone
                Next::Draw if self.draw(app).is_err() => return End::Signal(SIGHUP),
                Next::Draw | Next::Wait => {}
            }
            for effect in self.later.drain(..) {
                self.outside.perform(effect);
            }
            let Ok(incoming) = self.inbox.recv() else { return End::Signal(SIGHUP) };
            next = self.take(app, incoming);
            // whatever else waits is drawn together
            while !matches!(next, Next::End(_)) {
                let Ok(incoming) = self.inbox.try_recv() else { break };
                next = next.and(self.take(app, incoming));
            }
        }
    }

    /// Draws a frame, and tells the session what it shows; that may change what is to be drawn.
    fn draw(&mut self, app: &mut App) -> io::Result<()> {
        self.tty.title(&format!("podroom: {}", shown(&app.plan().name)))?;
        for _ in 0..2 {
            let (look, screen) = (&self.look, &mut self.screen);
            let before = screen.drawn();
            self.tty.draw(|frame| view::draw(frame, app, look, screen))?;
            let drawn = self.screen.drawn();
            if drawn == before {
                break;
            }
            let effects = update(app, Msg::Drawn(drawn));
            self.perform(app, effects);
        }
        Ok(())
    }

    /// Writes what is on the screen to a file of its own.
    fn picture(&mut self, app: &App, directory: &Path, screen: &str) -> Result<PathBuf, String> {
        let size = self.tty.size().map_err(|e| e.to_string())?;
        let svg = shot::picture(app, &self.look, &mut self.screen, size).write(Format::Svg);
        let written = numbered::write(directory, &format!("podroom-{screen}"), "svg", &svg);
        written.map_err(|e| e.to_string())
    }

    fn take(&mut self, app: &mut App, incoming: Incoming) -> Next {
        let msg = match incoming {
            Incoming::Session(msg) => msg,
            // told by its signal
            Incoming::Outside(Event::Terminal(Input::Resize(..))) => return Next::Wait,
            Incoming::Outside(Event::Resized) => return drawn_again(self.tty.forget()),
            Incoming::Outside(Event::Terminal(event)) => {
                match self.pointer.msg(event, &self.screen, Instant::now()) {
                    Some(msg) => msg,
                    // such as a mouse that moves
                    None => return Next::Wait,
                }
            }
            Incoming::Outside(Event::HungUp) => return Next::End(End::Signal(SIGHUP)),
            Incoming::Outside(Event::End(signal)) => return Next::End(End::Signal(signal)),
            Incoming::Outside(Event::Stop) => return drawn_again(self.tty.suspend()),
            Incoming::Outside(Event::Continued) => return drawn_again(self.tty.resume()),
        };
        let effects = update(app, msg);
        self.perform(app, effects)
    }

    /// Does what the session asks for, and what it asks for because of that.
    fn perform(&mut self, app: &mut App, effects: Vec<Effect>) -> Next {
        let mut next = Next::Draw;
        let mut waiting = std::collections::VecDeque::from(effects);
        while let Some(effect) = waiting.pop_front() {
            match effect {
                Effect::Quit(leave) => return Next::End(End::Left(leave)),
                Effect::Theme(theme) => self.look.theme = Theme::of(theme, self.depth),
                Effect::Picture { directory, screen } => {
                    let written = self.picture(app, &directory, screen);
                    waiting.extend(update(app, Msg::Pictured(written)));
                }
                Effect::Suspend => next = next.and(drawn_again(self.tty.suspend())),
                Effect::Copy(text) if self.tty.copy(&text).is_err() => {
                    return Next::End(End::Signal(SIGHUP));
                }
                Effect::Copy(_) => {}
                effect @ (Effect::Aside(_) | Effect::Stop(_)) => self.later.push(effect),
                work => {
                    if let Some(msg) = self.outside.perform(work) {
                        waiting.extend(update(app, msg));
                    }
                }
            }
        }
        next
    }
}

/// After the terminal was away.
fn drawn_again(taken: io::Result<()>) -> Next {
    taken.map_or(Next::End(End::Signal(SIGHUP)), |()| Next::Draw)
}

/// Says where what is not saved is kept. The terminal is the shell's again, if it is there at all.
fn say_where(kept: Result<Option<PathBuf>, String>) {
    let said = match kept {
        Ok(None) => return,
        Ok(Some(path)) => format!(
            "edits that were not saved are in {}; they are offered when the plan is opened again",
            shown(&path.to_string_lossy())
        ),
        Err(reason) => format!("edits that were not saved are lost: {reason}"),
    };
    let _ = writeln!(io::stderr(), "podroom: {said}");
}
