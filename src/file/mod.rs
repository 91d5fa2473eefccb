//! The only place that opens files: plans and instance tables in ([`load`]), plans out ([`save`]), the plans
//! that are built in ([`preset`]) or in a directory ([`list`]), mistakes as a reader sees them ([`diagnose`]),
//! a plan as git has it ([`committed`]), where podroom's own files are ([`dirs`]), files that are never written over
//! ([`numbered`]), files that take the place of others (`beside.rs`),
//! and in the state directory what is not saved ([`recovery`]) and which files were open ([`recent`]).

mod beside;
pub mod committed;
pub mod diagnose;
pub mod dirs;
pub mod inputs;
pub mod list;
pub mod load;
pub mod numbered;
pub mod preset;
pub mod recent;
pub mod recovery;
pub mod save;

use std::fmt;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

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

/// Makes a folder that only its owner sees into, if it is not there.
fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Writes a file for its owner's eyes alone, all or nothing, over whatever is there.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    // temporary files are for their owner alone
    let mut new = beside::create(folder, None)?;
    new.write_all(bytes)?;
    new.as_file().sync_all()?;
    new.persist(path).map_err(|e| e.error)?;
    Ok(())
}

/// A path as bytes: on the systems that podroom is for, a path is nothing else.
#[cfg(unix)]
fn bytes_of(path: &Path) -> Vec<u8> {
    std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()).to_vec()
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(std::ffi::OsString::from(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(
        bytes,
    )))
}

#[cfg(not(unix))]
fn bytes_of(path: &Path) -> Vec<u8> {
    path.to_string_lossy().into_owned().into_bytes()
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}
