//! Where podroom's own files are (XDG Base Directory Specification; a relative path in a variable counts as unset).

use std::env;
use std::path::{Path, PathBuf};

use super::{Error, private_folder, reason};

/// The user's configuration: `$XDG_CONFIG_HOME/podroom/config.toml`, else `~/.config/podroom/config.toml`.
pub fn config() -> Option<PathBuf> {
    directory("XDG_CONFIG_HOME", ".config").map(|dir| dir.join("config.toml"))
}

/// The directory for what podroom remembers: `$XDG_STATE_HOME/podroom`, else `~/.local/state/podroom`.
pub fn state() -> Option<PathBuf> {
    directory("XDG_STATE_HOME", ".local/state")
}

/// Makes a directory that only its owner sees into, and those above it, if it is not there.
///
/// # Errors
///
/// It cannot be made.
pub fn make(directory: &Path) -> Result<(), Error> {
    private_folder(directory).map_err(|e| Error::file(directory, reason(&e)))
}

fn directory(variable: &str, in_home: &str) -> Option<PathBuf> {
    let set = env::var_os(variable).map(PathBuf::from).filter(|dir| dir.is_absolute());
    let home = || env::var_os("HOME").filter(|h| !h.is_empty()).map(|h| Path::new(&h).join(in_home));
    set.or_else(home).map(|dir| dir.join("podroom"))
}
