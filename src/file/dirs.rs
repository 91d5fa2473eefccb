//! Where podroom's own files are (XDG Base Directory Specification; a relative path in a variable counts as unset).

use std::env;
use std::path::{Path, PathBuf};

/// The user's configuration: `$XDG_CONFIG_HOME/podroom/config.toml`, else `~/.config/podroom/config.toml`.
pub fn config() -> Option<PathBuf> {
    directory("XDG_CONFIG_HOME", ".config").map(|dir| dir.join("config.toml"))
}

fn directory(variable: &str, in_home: &str) -> Option<PathBuf> {
    let set = env::var_os(variable).map(PathBuf::from).filter(|dir| dir.is_absolute());
    let home = || env::var_os("HOME").filter(|h| !h.is_empty()).map(|h| Path::new(&h).join(in_home));
    set.or_else(home).map(|dir| dir.join("podroom"))
}
