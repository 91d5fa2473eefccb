//! The real terminal: the only place that enters and leaves it, reads keys and hears signals.
//!
//! | module | what it does |
//! |---|---|
//! | [`tty`] | enters the terminal, gives it back on every way out |
//! | [`clipboard`] | the clipboard, by the terminal |
//! | [`events`] | keys and signals, as events on one channel |
//! | [`keys`] | the terminal's events as the session's messages |
//! | [`progress`] | how far a long command is, and whether it is to stop |
//! | [`worker`] | long computations, aside |
//! | [`crowd`] | many jobs of one kind, on every core |
//! | [`timer`] | says when some time has passed |
//! | [`keeper`] | what is not saved, kept in the state directory; other sessions on the file |
//! | [`outside`] | what the session asks for: files at once, computations aside |
//! | [`run`](mod@run) | the loop |

pub mod clipboard;
pub mod crowd;
pub mod events;
pub mod keeper;
pub mod keys;
pub mod outside;
pub mod progress;
pub mod run;
pub mod timer;
pub mod tty;
pub mod worker;

pub use run::{Start, run};
pub use tty::Mouse;
