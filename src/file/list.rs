//! The plan files of a directory.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::{Error, reason};

/// Most files that are listed.
const MOST: usize = 200;
/// How much of a file is looked at: its comments may be long.
const LOOK: u64 = 16 << 10;

/// The plan files of a directory, by name: what ends in `.toml` and says `format = `.
///
/// # Errors
///
/// The directory cannot be read.
pub fn plans(directory: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(directory).map_err(|e| Error::file(directory, reason(&e)))?;
    let mut plans: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "toml") && is_plan(path))
        .map(|path| path.strip_prefix(".").map(Path::to_path_buf).unwrap_or(path))
        .collect();
    plans.sort();
    plans.truncate(MOST);
    Ok(plans)
}

fn is_plan(path: &Path) -> bool {
    // a pipe would be waited for
    if !path.metadata().is_ok_and(|m| m.is_file()) {
        return false;
    }
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LOOK).read_to_end(&mut bytes));
    let text = String::from_utf8_lossy(&bytes);
    let format =
        |line: &str| line.strip_prefix("format").is_some_and(|rest| rest.trim_start().starts_with('='));
    read.is_ok() && text.lines().any(format)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plans_are_listed() {
        let dir = tempfile::tempdir().unwrap();
        let files = [
            ("b.toml", "# x\nformat = 1\n"),
            ("a.toml", "format=1"),
            ("c.toml", "[package]"),
            ("d", "format = 1"),
        ];
        for (name, text) in files {
            fs::write(dir.path().join(name), text).unwrap();
        }
        fs::create_dir(dir.path().join("e.toml")).unwrap();
        let names: Vec<_> =
            plans(dir.path()).unwrap().iter().map(|p| p.file_name().unwrap().to_owned()).collect();
        assert_eq!(names, ["a.toml", "b.toml"]);
        assert!(plans(&dir.path().join("none")).is_err());
    }
}
