//! The only place that opens files: plans and instance tables in ([`load`]), plans out ([`save`]), the plans
//! that are built in ([`preset`]) or in a directory ([`list`]), mistakes as a reader sees them ([`diagnose`]),
//! where podroom's own files are ([`dirs`]), files that are never written over ([`numbered`]),
//! and what is kept of a session that ends without its user ([`recovery`]).

pub mod diagnose;
pub mod dirs;
pub mod list;
pub mod load;
pub mod numbered;
pub mod preset;
pub mod recovery;
pub mod save;

use std::fmt;
use std::io;
use std::path::Path;

use crate::text::shown;

/// Why a command cannot do what it was asked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// A file that cannot be read or written: which, and why, and what to do. Safe to print.
    File { path: String, reason: String },
    /// Mistakes in a file, already rendered by [`diagnose`], each with its own "error:".
    Rendered(String),
}

impl Error {
    pub(crate) fn file(path: &Path, reason: impl Into<String>) -> Error {
        Error::File { path: shown(&path.to_string_lossy()), reason: reason.into() }
    }
}

impl fmt::Display for Error {
    /// Without "error:" in front, except where there are several.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::File { path, reason } => write!(f, "{path}: {reason}"),
            Error::Rendered(text) => f.write_str(text.trim_end()),
        }
    }
}

impl std::error::Error for Error {}

/// What the system says, in words that tell what to do.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied: you may not open it".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only".to_owned(),
        _ => {
            // "Is a directory (os error 21)"
            let text = error.to_string();
            let text = text.split(" (os error").next().unwrap_or(&text);
            shown(&text.to_lowercase())
        }
    }
}
