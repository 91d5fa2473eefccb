//! New files beside those whose place they are to take, and what is left of them where a process was killed.

use std::fs::{self, File, Permissions};
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use tempfile::{Builder, NamedTempFile};

const PREFIX: &str = ".podroom-";
/// What comes after it.
const RANDOM: usize = 6;
/// A file that is younger may be one whose process has not locked it yet.
const YOUNG: Duration = Duration::from_secs(60);
/// Most entries of a folder that are looked at.
const MOST: usize = 10_000;

/// A new file in a folder, hidden, gone with its process unless it is given another name. What earlier processes left
/// there goes too: nobody holds a lock on it.
pub(super) fn create(folder: &Path, permissions: Option<Permissions>) -> io::Result<NamedTempFile> {
    sweep(folder);
    let mut builder = Builder::new();
    builder.prefix(PREFIX).rand_bytes(RANDOM);
    if let Some(permissions) = permissions {
        builder.permissions(permissions);
    }
    let new = builder.tempfile_in(folder)?;
    // where a file system has no locks nothing is swept
    let _ = new.as_file().try_lock();
    Ok(new)
}

/// Removes what nobody will give a name any more. What cannot be removed stays: it harms nobody.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().take(MOST).flatten() {
        let name = entry.file_name();
        let ours =
            name.to_str().and_then(|name| name.strip_prefix(PREFIX)).is_some_and(|n| n.len() == RANDOM);
        if ours && is_left(&entry) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn is_left(entry: &fs::DirEntry) -> bool {
    // of the entry itself: a link is none of ours
    let Some(metadata) = entry.metadata().ok().filter(fs::Metadata::is_file) else { return false };
    let age = metadata.modified().ok().and_then(|then| SystemTime::now().duration_since(then).ok());
    age.is_some_and(|age| age >= YOUNG) && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_old_and_nobodys_goes() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let old = SystemTime::now() - YOUNG;
        let write = |name: &str, time| {
            let file = File::create(at(name)).unwrap();
            file.set_modified(time).unwrap();
            file
        };
        write(".podroom-killed", old);
        write(".podroom-longer-name", old);
        write("podroom-killed", old);
        write(".podroom-newest", SystemTime::now());
        write(".podroom-future", SystemTime::now() + YOUNG);
        let alive = write(".podroom-locked", old);
        alive.try_lock().unwrap();
        fs::create_dir(at(".podroom-folder")).unwrap();
        let new = create(folder.path(), None).unwrap();
        let left = |name: &str| at(name).exists();
        assert!(!left(".podroom-killed"));
        let others = [
            ".podroom-longer-name",
            "podroom-killed",
            ".podroom-newest",
            ".podroom-future",
            ".podroom-locked",
            ".podroom-folder",
        ];
        assert!(others.into_iter().all(left));
        // another's look at it changes nothing
        new.as_file().set_modified(old).unwrap();
        drop(create(folder.path(), None).unwrap());
        assert!(new.path().exists());
        drop(alive);
        drop(create(folder.path(), None).unwrap());
        assert!(!left(".podroom-locked"));
    }
}
