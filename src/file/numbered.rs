//! Files that are written over nothing: of a name that is taken the next number is.

use std::path::{Path, PathBuf};

use super::Error;
use super::save::{NotSaved, Over, save};

/// Most files of one name.
const MOST: u32 = 10_000;

/// Writes a text to a new file `STEM.ENDING` in a directory, or `STEM-2.ENDING` and so on; gives its path.
///
/// # Errors
///
/// The file cannot be written, or too many have that name.
pub fn write(directory: &Path, stem: &str, ending: &str, text: &str) -> Result<PathBuf, Error> {
    for n in 1..=MOST {
        let number = if n == 1 { String::new() } else { format!("-{n}") };
        let path = directory.join(format!("{stem}{number}.{ending}"));
        match save(&path, text, Over::Nothing) {
            Ok(_) => return Ok(path),
            Err(NotSaved::Exists | NotSaved::Conflict) => {}
            Err(NotSaved::Failed(error)) => return Err(error),
        }
    }
    Err(Error::file(directory, format!("there are {MOST} files {stem}-….{ending}: remove some")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn nothing_is_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let write = |text| write(dir.path(), "podroom-plan", "svg", text);
        assert_eq!(write("one").unwrap(), dir.path().join("podroom-plan.svg"));
        assert_eq!(write("two").unwrap(), dir.path().join("podroom-plan-2.svg"));
        assert_eq!(fs::read_to_string(dir.path().join("podroom-plan.svg")).unwrap(), "one");
        assert!(super::write(&dir.path().join("none"), "a", "svg", "").is_err());
    }
}
