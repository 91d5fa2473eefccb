//! The plan files that were open last: one absolute path a line, the latest first, in the state directory.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::{Error, bytes_of, path_of, private_folder, reason, replace};

/// Most files that are remembered.
const MOST: usize = 20;
/// Most bytes that are read.
const BYTES: u64 = 256 << 10;

/// The files that were open last and are still there.
pub fn files(directory: &Path) -> Vec<PathBuf> {
    known(directory).into_iter().filter(|path| path.is_file()).collect()
}

fn known(directory: &Path) -> Vec<PathBuf> {
    let mut bytes = Vec::new();
    let read = File::open(list(directory)).and_then(|file| file.take(BYTES).read_to_end(&mut bytes));
    let lines = bytes.split(|b| *b == b'\n').filter(|line| read.is_ok() && !line.is_empty());
    lines.take(MOST).map(path_of).filter(|path| path.is_absolute()).collect()
}

/// Remembers an absolute path as the latest. Of two sessions that do so at once, one may be forgotten.
///
/// # Errors
///
/// The list cannot be written.
pub fn remember(directory: &Path, path: &Path) -> Result<(), Error> {
    let bytes = bytes_of(path);
    if bytes.contains(&b'\n') || !path.is_absolute() {
        return Ok(());
    }
    let before = known(directory);
    if before.first().is_some_and(|first| first == path) {
        return Ok(());
    }
    let mut text = bytes;
    for path in before.iter().filter(|before| *before != path).take(MOST - 1) {
        text.push(b'\n');
        text.extend(bytes_of(path));
    }
    text.push(b'\n');
    let written = private_folder(directory).and_then(|()| replace(&list(directory), &text));
    written.map_err(|e| Error::file(directory, reason(&e)))
}

fn list(directory: &Path) -> PathBuf {
    directory.join("recent")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_latest_come_first_and_only_those_that_are_there() {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join("new/state");
        let file = |n: usize| dir.path().join(format!("{n}.toml"));
        for n in 0..30 {
            fs::write(file(n), "").unwrap();
            remember(&state, &file(n)).unwrap();
        }
        remember(&state, &file(20)).unwrap();
        remember(&state, Path::new("relative.toml")).unwrap();
        fs::remove_file(file(28)).unwrap();
        let files = files(&state);
        assert_eq!(files[..3], [file(20), file(29), file(27)]);
        assert_eq!(files.len(), MOST - 1);
    }

    #[test]
    fn what_is_no_list_is_none() {
        let dir = tempfile::tempdir().unwrap();
        assert!(files(dir.path()).is_empty());
        fs::write(dir.path().join("recent"), b"\xff\x00\n\n../x\n").unwrap();
        assert!(files(dir.path()).is_empty());
        fs::create_dir(dir.path().join("2")).unwrap();
        fs::create_dir(dir.path().join("2/recent")).unwrap();
        assert!(files(&dir.path().join("2")).is_empty());
        assert!(remember(&dir.path().join("2"), Path::new("/x")).is_err());
    }
}
