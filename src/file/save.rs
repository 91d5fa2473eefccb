//! Writing plans: all or nothing, and never over what somebody else has written.

use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::load::Stamp;
use super::{Error, beside, reason};

/// What saving may write over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// Nothing: the file must not be there yet.
    Nothing,
    /// A file with this content, as it was read or saved last; also none at all.
    Unchanged(Stamp),
    /// Whatever is there.
    Anything,
}

/// Why a plan was not written. The file is then as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotSaved {
    /// Somebody else has changed the file since it was read or saved.
    Conflict,
    /// There is such a file already.
    Exists,
    Failed(Error),
}

/// Links that are followed, as the kernel does.
const LINKS: usize = 40;

/// Writes a plan and gives the stamp for the next time. A new file beside the old one takes its place once it
/// is on the disk; it keeps the old one's mode, and links stay links.
///
/// # Errors
///
/// [`NotSaved`]; nothing is left behind.
pub fn save(path: &Path, text: &str, over: Over) -> Result<Stamp, NotSaved> {
    let fail = |reason: String| NotSaved::Failed(Error::file(path, reason));
    let target = target(path).map_err(fail)?;
    let old = match fs::metadata(&target) {
        Ok(old) => Some(old),
        Err(e) if e.kind() == io::ErrorKind::NotFound => None,
        Err(e) => return Err(fail(reason(&e))),
    };
    if let Some(old) = &old {
        if old.is_dir() {
            return Err(fail("it is a directory: name a file in it".to_owned()));
        }
        if !old.is_file() {
            return Err(fail("it is a device or a pipe: save to a file".to_owned()));
        }
        if !may_replace(&target, over).map_err(|e| fail(reason(&e)))? {
            return Err(if over == Over::Nothing { NotSaved::Exists } else { NotSaved::Conflict });
        }
        if old.permissions().readonly() {
            return Err(fail(
                "the file is read-only: save under another name, or make it writable".to_owned(),
            ));
        }
    }
    let new = write(&target, text, old.as_ref()).map_err(|e| fail(cannot_write(&target, &e)))?;
    let written = match over {
        // somebody may have been faster since the look above
        Over::Nothing => new.persist_noclobber(&target),
        Over::Unchanged(_) | Over::Anything => new.persist(&target),
    };
    match written {
        Ok(_) => {}
        Err(e) if e.error.kind() == io::ErrorKind::AlreadyExists => return Err(NotSaved::Exists),
        Err(e) => return Err(fail(reason(&e.error))),
    }
    // the name is on the disk once its directory is; not every file system can, and the file itself is there
    let _ = File::open(parent(&target)).and_then(|dir| dir.sync_all());
    Ok(Stamp::of(text.as_bytes()))
}

/// The file behind a path, links followed, whether it is there or not.
fn target(path: &Path) -> Result<PathBuf, String> {
    if path.file_name().is_none() || path.to_string_lossy().ends_with('/') {
        return Err("it names no file: write a name such as plan.toml".to_owned());
    }
    let mut target = path.to_path_buf();
    for _ in 0..LINKS {
        match fs::read_link(&target) {
            Ok(link) => target = parent(&target).join(link),
            Err(_) => return Ok(target),
        }
    }
    Err("too many links lead on from it".to_owned())
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether what is there may go.
fn may_replace(target: &Path, over: Over) -> io::Result<bool> {
    match over {
        Over::Nothing => Ok(false),
        Over::Anything => Ok(true),
        Over::Unchanged(stamp) => stamp.is_of(target),
    }
}

/// The new file beside the old one, on the disk.
fn write(target: &Path, text: &str, old: Option<&Metadata>) -> io::Result<NamedTempFile> {
    let mut new = beside::create(parent(target), new_permissions().filter(|_| old.is_none()))?;
    new.write_all(text.as_bytes())?;
    if let Some(old) = old {
        new.as_file().set_permissions(old.permissions())?;
    }
    new.as_file().sync_all()?;
    Ok(new)
}

/// What any program gives to a new file: readable and writable as far as the umask lets it.
#[cfg(unix)]
fn new_permissions() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn new_permissions() -> Option<Permissions> {
    None
}

fn cannot_write(target: &Path, error: &io::Error) -> String {
    let dir = super::load::path_shown(parent(target));
    match error.kind() {
        io::ErrorKind::NotFound => format!("the directory {dir} is not there: create it first"),
        io::ErrorKind::NotADirectory => format!("{dir} is no directory"),
        io::ErrorKind::PermissionDenied => format!("you may not write to the directory {dir}"),
        _ => reason(error),
    }
}
