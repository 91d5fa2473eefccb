//! What comes from outside, on one channel: the main loop blocks on it and uses no time while nothing
//! happens.

use std::io;
use std::sync::mpsc::Sender;
use std::thread;

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::Signals;

/// Something from outside.
#[derive(Debug)]
pub enum Event {
    /// A key, paste, click or new size.
    Terminal(crossterm::event::Event),
    /// The terminal is gone.
    HungUp,
    /// A signal that ends the session, by its number.
    End(i32),
    /// The process is to be stopped.
    Stop,
    /// It runs again.
    Continued,
    /// The terminal has another size.
    Resized,
}

/// Starts the threads that read keys and hear signals. They end with the process.
///
/// # Errors
///
/// The signals cannot be caught.
pub fn listen<T: From<Event> + Send + 'static>(to: Sender<T>) -> io::Result<()> {
    // sizes too: whoever reads keys hears of them only from its first read on, and what comes before is lost
    let mut signals = Signals::new([SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH])?;
    let heard = to.clone();
    thread::Builder::new().name("signals".into()).spawn(move || {
        for signal in &mut signals {
            let event = match signal {
                SIGTSTP => Event::Stop,
                SIGCONT => Event::Continued,
                SIGWINCH => Event::Resized,
                other => Event::End(other),
            };
            if heard.send(event.into()).is_err() {
                return;
            }
        }
    })?;
    thread::Builder::new().name("keys".into()).spawn(move || {
        loop {
            // a read that fails will not succeed again: the terminal is gone
            let event = crossterm::event::read().map_or(Event::HungUp, Event::Terminal);
            let last = matches!(event, Event::HungUp);
            if to.send(event.into()).is_err() || last {
                return;
            }
        }
    })?;
    Ok(())
}
