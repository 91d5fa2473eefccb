//! What is not saved when a session ends without its user: written to the state directory.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::save::{self, NotSaved, Over};
use super::{Error, reason};

/// The directory for what programs remember: `$XDG_STATE_HOME/podroom`, else `~/.local/state/podroom`
/// (XDG Base Directory Specification; a relative path in the variable counts as unset).
pub fn directory() -> Option<PathBuf> {
    let state = env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|dir| dir.is_absolute());
    let home = || env::var_os("HOME").filter(|h| !h.is_empty()).map(|h| Path::new(&h).join(".local/state"));
    state.or_else(home).map(|dir| dir.join("podroom"))
}

/// Makes a directory, and those above it, if it is not there.
///
/// # Errors
///
/// It cannot be made.
pub fn make(directory: &Path) -> Result<(), Error> {
    fs::create_dir_all(directory).map_err(|e| Error::file(directory, reason(&e)))
}

/// Writes a plan's text to a new file in a directory, made if it is not there, and gives its path. `name` is
/// the plan's name, or any other word for it.
///
/// # Errors
///
/// The directory or the file cannot be written.
pub fn write(directory: &Path, name: &str, text: &str) -> Result<PathBuf, Error> {
    make(directory)?;
    let plain = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    let name: String = name.chars().take(80).map(plain).collect();
    let name = name.trim_start_matches('.');
    let mut failed = Error::file(directory, "too many files of that name");
    for n in 1..1_000 {
        let path = directory.join(format!("{name}.recovered-{n}.toml"));
        match save::save(&path, text, Over::Nothing) {
            Ok(_) => return Ok(path),
            Err(NotSaved::Exists | NotSaved::Conflict) => {}
            Err(NotSaved::Failed(error)) => {
                failed = error;
                break;
            }
        }
    }
    Err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join("new/podroom");
        let first = write(&state, "../a b", "one").unwrap();
        let second = write(&state, "../a b", "two").unwrap();
        assert_eq!(first, state.join("-a-b.recovered-1.toml"));
        assert_eq!(fs::read_to_string(first).unwrap(), "one");
        assert_eq!(fs::read_to_string(second).unwrap(), "two");
    }
}
