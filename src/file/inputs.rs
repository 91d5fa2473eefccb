//! The files that `podroom import` reads, directories looked into.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Error, reason};
use crate::limits;
use crate::text::thousands;

/// How the files of a directory end that are read.
const ENDINGS: [&str; 5] = ["json", "yaml", "yml", "prom", "metrics"];

/// A file to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    pub path: PathBuf,
    /// It was found in a directory, and not named.
    pub found: bool,
}

/// Files as they are named, and instead of each directory the files in it and below it, by name.
///
/// # Errors
///
/// A directory that cannot be read, or with more than [`limits::IMPORT_FILES`] files.
pub fn expand(paths: &[PathBuf]) -> Result<Vec<Input>, Error> {
    let mut inputs = Vec::new();
    for path in paths {
        if path.is_dir() {
            let mut found = Vec::new();
            walk(path, 0, &mut found).map_err(|why| Error::file(path, why))?;
            inputs.extend(found.into_iter().map(|path| Input { path, found: true }));
        } else {
            inputs.push(Input { path: path.clone(), found: false });
        }
    }
    Ok(inputs)
}

fn walk(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), String> {
    // links to directories above would never end
    if depth > limits::IMPORT_DEPTH {
        return Err(format!("it has more than {} levels of directories", limits::IMPORT_DEPTH));
    }
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .map_err(|e| reason(&e))?;
    entries.sort();
    for path in entries {
        if path.is_dir() && !path.is_symlink() {
            walk(&path, depth + 1, found)?;
        } else if path
            .extension()
            .is_some_and(|ending| ENDINGS.iter().any(|e| ending.eq_ignore_ascii_case(e)))
        {
            if found.len() == limits::IMPORT_FILES {
                let most = thousands(limits::IMPORT_FILES as u64);
                return Err(format!("it has more than {most} files to read: name a part of it"));
            }
            found.push(path);
        }
    }
    Ok(())
}
