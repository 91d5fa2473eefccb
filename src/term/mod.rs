//! The real terminal: the only place that enters and leaves it, reads keys and hears signals.
//!
//! | module | what it does |
//! |---|---|
//! | [`tty`] | enters the terminal, gives it back on every way out |
//! | [`events`] | keys and signals, as events on one channel |
//! | [`worker`] | long computations, aside |

pub mod events;
pub mod tty;
pub mod worker;
