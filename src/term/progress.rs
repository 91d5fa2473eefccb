//! How far a long command is, on standard error if that is a terminal, and whether somebody wants it to stop.

use std::io::{self, IsTerminal, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// Nothing is said before this: most runs are over by then.
const QUIET: Duration = Duration::from_millis(500);
/// From one line to the next.
const PAUSE: Duration = Duration::from_millis(100);

/// The progress of one command.
#[derive(Debug)]
pub struct Progress {
    began: Instant,
    said: Option<Instant>,
    shown: bool,
    signal: Arc<AtomicUsize>,
}

impl Progress {
    /// From now on SIGINT and SIGTERM only ask for a stop.
    ///
    /// # Errors
    ///
    /// The signals cannot be caught.
    pub fn begin() -> io::Result<Progress> {
        let signal = Arc::new(AtomicUsize::new(0));
        for n in [SIGINT, SIGTERM] {
            flag::register_usize(n, Arc::clone(&signal), usize::try_from(n).unwrap_or(0))?;
        }
        Ok(Progress { began: Instant::now(), said: None, shown: io::stderr().is_terminal(), signal })
    }

    /// The signal that asks for a stop.
    pub fn stopped(&self) -> Option<u8> {
        u8::try_from(self.signal.load(Ordering::Relaxed)).ok().filter(|n| *n > 0)
    }

    /// Says how far it is, at most ten times a second.
    pub fn tell(&mut self, text: impl FnOnce() -> String) {
        let now = Instant::now();
        let early = now.duration_since(self.began) < QUIET;
        let often = self.said.is_some_and(|at| now.duration_since(at) < PAUSE);
        if !self.shown || early || often {
            return;
        }
        self.said = Some(now);
        let mut stderr = io::stderr().lock();
        // a closed standard error changes nothing
        let _ = write!(stderr, "\r{}\x1b[K", text()).and_then(|()| stderr.flush());
    }

    /// Takes what was said off the screen.
    pub fn end(self) {
        if self.said.is_some() {
            let mut stderr = io::stderr().lock();
            let _ = write!(stderr, "\r\x1b[K").and_then(|()| stderr.flush());
        }
    }
}
