//! The terminal as podroom needs it, and as it was: raw mode, the alternate screen, bracketed paste, the
//! mouse. Every way out goes through [`Tty::leave`]: the end of the session, errors (by `Drop`), panics (by
//! the hook) and suspension.

use std::io::{self, BufWriter, Stdout, Write as _, stdout};
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once};
use std::thread::{self, ThreadId};

use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::style::Print;
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, SetTitle,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal};

/// Puts the window's title on the terminal's stack, and takes it from there (XTWINOPS 22 and 23, xterm's control
/// sequences). Terminals without such a stack do nothing.
const KEEP_TITLE: &str = "\x1b[22;2t";
const TITLE_AS_KEPT: &str = "\x1b[23;2t";

/// Whether the terminal is ours at the moment; what must be given back once must not be given back twice.
static ENTERED: AtomicBool = AtomicBool::new(false);
static HOOK: Once = Once::new();
/// The thread that entered it.
static OWNER: Mutex<Option<ThreadId>> = Mutex::new(None);

fn is_owner(thread: ThreadId) -> bool {
    // nobody holds it for long, and nobody panics with it
    OWNER.lock().is_ok_and(|owner| *owner == Some(thread))
}

/// Whether the mouse is ours too. Without it the terminal keeps its own selection by dragging.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mouse {
    Captured,
    Left,
}

/// The terminal, entered. Dropping it gives the terminal back.
pub struct Tty {
    /// Not dropped: that would complain on standard error, and panic if that is gone with the terminal.
    terminal: ManuallyDrop<Terminal<CrosstermBackend<BufWriter<Stdout>>>>,
    mouse: Mouse,
}

impl Tty {
    /// Takes the terminal over. Output is written a frame at a time.
    ///
    /// # Errors
    ///
    /// There is no terminal, or it refuses; it is then as it was.
    pub fn enter(mouse: Mouse) -> io::Result<Tty> {
        HOOK.call_once(|| {
            let previous = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |panic| {
                // a panic elsewhere, in a worker, is caught there and ends nothing: its message would only
                // spoil the screen
                if ENTERED.load(Ordering::SeqCst) && !is_owner(thread::current().id()) {
                    return;
                }
                give_back();
                previous(panic);
            }));
        });
        if let Ok(mut owner) = OWNER.lock() {
            *owner = Some(thread::current().id());
        }
        // crossterm would write empty colours under NO_COLOR, which terminals read as "reset all": the
        // theme knows about NO_COLOR instead
        crossterm::style::force_color_output(true);
        take(mouse).inspect_err(|_| give_back())?;
        let backend = CrosstermBackend::new(BufWriter::with_capacity(64 << 10, stdout()));
        let terminal = Terminal::new(backend).inspect_err(|_| give_back())?;
        Ok(Tty { terminal: ManuallyDrop::new(terminal), mouse })
    }

    /// Draws one frame, shown as a whole.
    pub fn draw(&mut self, draw: impl FnOnce(&mut Frame)) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        self.terminal.draw(draw)?;
        queue!(self.terminal.backend_mut(), EndSynchronizedUpdate)?;
        std::io::Write::flush(self.terminal.backend_mut())
    }

    /// Puts a text on the clipboard, if the terminal does that.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), Print(super::clipboard::copy(text)))
    }

    /// Its columns and rows.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        self.terminal.size().map(|size| (size.width, size.height))
    }

    /// The title of the window.
    pub fn title(&mut self, title: &str) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), SetTitle(title))
    }

    /// Gives the terminal back and stops the process, as Ctrl-Z does; takes it again when the process is
    /// continued. The next frame is drawn whole.
    pub fn suspend(&mut self) -> io::Result<()> {
        give_back();
        signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)?;
        self.resume()
    }

    /// Takes the terminal again after something else has had it.
    pub fn resume(&mut self) -> io::Result<()> {
        take(self.mouse)?;
        self.forget()
    }

    /// Nothing is known of what is on the screen any more: all of it is drawn the next time. So it is after a change
    /// of size, even if it has the size again that it had when it was drawn: a terminal that was smaller in between
    /// has lost what did not fit.
    pub fn forget(&mut self) -> io::Result<()> {
        // a resize to the size it has clears the screen without asking the terminal for its cursor, which
        // the thread that reads the keys would answer for
        let size = self.terminal.size()?;
        self.terminal.resize(Rect::new(0, 0, size.width, size.height))
    }

    /// Gives the terminal back.
    pub fn leave(self) {
        drop(self);
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        give_back();
    }
}

fn take(mouse: Mouse) -> io::Result<()> {
    enable_raw_mode()?;
    ENTERED.store(true, Ordering::SeqCst);
    execute!(stdout(), Print(KEEP_TITLE), EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)?;
    match mouse {
        Mouse::Captured => execute!(stdout(), EnableMouseCapture),
        Mouse::Left => Ok(()),
    }
}

/// Puts everything back, as far as the terminal still listens: there is nothing to be done about errors.
fn give_back() {
    if ENTERED.swap(false, Ordering::SeqCst) {
        let _ = execute!(
            stdout(),
            EndSynchronizedUpdate,
            DisableMouseCapture,
            DisableBracketedPaste,
            LeaveAlternateScreen,
            Print(TITLE_AS_KEPT),
            cursor::Show
        );
        let _ = disable_raw_mode();
        let _ = stdout().flush();
    }
}
