//! Says when some time has passed since it was asked last.

use std::io;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

/// A thread that waits. Whoever asks again while it does is waited for from then on.
#[derive(Debug)]
pub struct Timer<T> {
    asked: Sender<(Duration, T)>,
}

impl<T: Send + 'static> Timer<T> {
    /// Starts the thread; it uses no time, and ends when the timer is dropped. `tell` gets what was asked last.
    ///
    /// # Errors
    ///
    /// The system gives no thread.
    pub fn start(tell: impl Fn(T) + Send + 'static) -> io::Result<Timer<T>> {
        let (asked, asks) = channel::<(Duration, T)>();
        thread::Builder::new().name("timer".into()).spawn(move || {
            while let Ok(mut ask) = asks.recv() {
                let told = loop {
                    match asks.recv_timeout(ask.0) {
                        Ok(newer) => ask = newer,
                        Err(RecvTimeoutError::Timeout) => break Some(ask.1),
                        Err(RecvTimeoutError::Disconnected) => break None,
                    }
                };
                if let Some(told) = told {
                    tell(told);
                }
            }
        })?;
        Ok(Timer { asked })
    }

    /// Asks to be told after some time.
    pub fn ask(&self, after: Duration, what: T) {
        // the thread lives as long as this sender
        let _ = self.asked.send((after, what));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_asked_last_is_told() {
        let (tell, told) = channel();
        let timer = Timer::start(move |n| tell.send(n).unwrap()).unwrap();
        for n in 0..5 {
            timer.ask(Duration::from_secs(3_600), n);
        }
        timer.ask(Duration::ZERO, 5);
        assert_eq!(told.recv().unwrap(), 5);
        timer.ask(Duration::from_secs(3_600), 6);
        drop(timer);
        assert!(told.recv().is_err(), "the thread has ended");
    }
}
