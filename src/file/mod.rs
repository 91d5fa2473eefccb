//! The only place that opens files.

pub mod preset;
