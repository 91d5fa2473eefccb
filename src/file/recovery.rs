//! What sessions have in the state directory: each a mark that says which plan it is on, locked while it runs,
//! and beside it the edits that are not saved. So a session sees others on the same file, and edits whose session
//! has ended without its user are found again.
//!
//! ```text
//! sessions/plan.toml-1f0a9c27b3d4-4711.mark    locked by a session that runs
//! sessions/plan.toml-1f0a9c27b3d4-4711.toml    its edits: a plan like any other
//! ```
//!
//! The lock is the system's (flock): it goes with the process, however that ends, and process numbers that are
//! given out again deceive nobody.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::process;
use std::time::{Duration, SystemTime};

use tempfile::Builder;

use super::{Error, bytes_of, path_of, private_folder, reason, replace};
use crate::limits;
use crate::text::shown;

/// Most marks that are looked at.
const MOST: usize = 1_000;
/// Longest mark, in bytes: a path.
const MARK: u64 = 16 << 10;

/// Which plan a session is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    /// A file, by its absolute path without links.
    File(PathBuf),
    /// No file: where the text came from, and what it was.
    Origin { name: String, hash: String },
}

impl Of {
    /// A file, which need not be there.
    pub fn file(path: &Path) -> Of {
        let beside = || {
            let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            Some(fs::canonicalize(parent).ok()?.join(path.file_name()?))
        };
        let absolute = || std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
        Of::File(fs::canonicalize(path).ok().or_else(beside).unwrap_or_else(absolute))
    }

    /// A text that is in no file: a preset, standard input.
    pub fn origin(name: &str, text: &str) -> Of {
        Of::Origin { name: name.to_owned(), hash: hash(text.as_bytes()) }
    }

    /// What it is called in sentences.
    pub fn name(&self) -> String {
        match self {
            Of::File(path) => shown(&path.to_string_lossy()),
            Of::Origin { name, .. } => shown(name),
        }
    }

    /// The beginning of its files' names: for eyes, and a hash that tells it from others.
    fn stem(&self) -> String {
        let (name, hash) = match self {
            Of::File(path) => (path.file_name().unwrap_or_default().to_string_lossy(), hash(&bytes_of(path))),
            Of::Origin { name, hash: text } => (name.into(), hash(format!("{name}\n{text}").as_bytes())),
        };
        let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' };
        let name: String = name.chars().take(60).map(plain).collect();
        format!("{}-{hash}-", name.trim_start_matches('.'))
    }

    /// What a mark says. Every mark of a plan is as long as any other: one session's is written over another's at once,
    /// and is whole whenever that is cut off.
    fn to_mark(&self) -> Vec<u8> {
        let mut mark = format!("{:010}\n", process::id()).into_bytes();
        match self {
            Of::File(path) => {
                mark.extend_from_slice(b"file\n");
                mark.extend_from_slice(&bytes_of(path));
            }
            Of::Origin { name, hash } => mark.extend_from_slice(format!("{hash}\n{name}").as_bytes()),
        }
        mark
    }

    /// Reads a mark: process, plan.
    fn of_mark(mark: &[u8]) -> Option<(u32, Of)> {
        let mut lines = mark.splitn(3, |b| *b == b'\n');
        let process = str::from_utf8(lines.next()?).ok()?.parse().ok()?;
        let (kind, name) = (str::from_utf8(lines.next()?).ok()?, lines.next()?);
        let of = match kind {
            "file" => Of::File(path_of(name)),
            hash => Of::Origin { name: String::from_utf8_lossy(name).into_owned(), hash: hash.to_owned() },
        };
        Some((process, of))
    }
}

/// The first twelve digits of the SHA-1: no two of a user's plans have the same.
fn hash(bytes: &[u8]) -> String {
    let digits = sha1_smol::Sha1::from(bytes).digest().to_string();
    digits.chars().take(12).collect()
}

/// The marks and edits of all sessions.
#[derive(Debug, Clone)]
pub struct Recoveries {
    folder: PathBuf,
}

/// The mark of a session that runs. What it keeps stays when it goes; without edits nothing does.
#[derive(Debug)]
pub struct Mark {
    path: PathBuf,
    /// Holds the lock.
    file: File,
    keeps: bool,
}

/// Edits that a session left behind; nobody else can take them while they are held here.
#[derive(Debug)]
pub struct Left {
    pub mark: Mark,
    pub of: Of,
    pub text: String,
    /// Since they were written.
    pub age: Duration,
    /// The plan's file is there, and was written after them.
    pub outdated: bool,
}

impl Recoveries {
    /// Those below a state directory.
    pub fn below(directory: &Path) -> Recoveries {
        Recoveries { folder: directory.join("sessions") }
    }

    /// Makes a mark for a session.
    ///
    /// # Errors
    ///
    /// The folder or the mark cannot be written.
    pub fn begin(&self, of: &Of) -> Result<Mark, Error> {
        self.make_mark(of).map_err(|e| Error::file(&self.folder, reason(&e)))
    }

    fn make_mark(&self, of: &Of) -> io::Result<Mark> {
        private_folder(&self.folder)?;
        // for its owner alone, as temporary files are
        let mut new = Builder::new().prefix(".podroom-").tempfile_in(&self.folder)?;
        new.write_all(&of.to_mark())?;
        // locked before it has its name, so that nobody takes it for one left behind; where nothing can be
        // locked, others see nothing
        let _ = new.as_file().try_lock();
        let stem = format!("{}{}", of.stem(), process::id());
        for n in 0..MOST {
            // the same process number on another machine, or before
            let more = if n == 0 { String::new() } else { format!(".{n}") };
            let path = self.folder.join(format!("{stem}{more}.mark"));
            match new.persist_noclobber(&path) {
                Ok(file) => return Ok(Mark { path, file, keeps: false }),
                Err(e) if e.error.kind() == io::ErrorKind::AlreadyExists => new = e.file,
                Err(e) => return Err(e.error),
            }
        }
        Err(io::Error::other("too many sessions have left edits of this plan"))
    }

    /// The processes of other sessions that run on a plan.
    pub fn others(&self, of: &Of) -> Vec<u32> {
        let of_mark = |path: PathBuf| Of::of_mark(&read_mark(&mut File::open(path).ok()?)?);
        let running = self.marks(&of.stem()).into_iter().filter(|path| is_locked(path));
        let mut others: Vec<u32> = running.filter_map(of_mark).map(|(process, _)| process).collect();
        others.retain(|process| *process != process::id());
        others.sort_unstable();
        others.dedup();
        others
    }

    /// Takes the edits of a plan that were left behind, the latest first.
    pub fn take(&self, of: &Of) -> Vec<Left> {
        let mut left: Vec<Left> = self
            .marks(&of.stem())
            .iter()
            .filter_map(|path| self.claim(path))
            .filter(|l| l.of == *of)
            .collect();
        left.sort_by_key(|l| l.age);
        left
    }

    /// What was left behind, of whatever plan, the latest first: its mark, plan and age.
    pub fn all(&self) -> Vec<(PathBuf, Of, Duration)> {
        // each is let go at once
        let left = self.marks("").into_iter().filter_map(|path| Some((self.claim(&path)?, path)));
        let mut all: Vec<_> = left.map(|(left, path)| (path, left.of.clone(), left.age)).collect();
        all.sort_by_key(|(_, _, age)| *age);
        all
    }

    /// Takes what a mark keeps, unless its session runs. A mark without edits goes away.
    pub fn claim(&self, path: &Path) -> Option<Left> {
        let mut file = OpenOptions::new().read(true).write(true).open(path).ok()?;
        file.try_lock().ok()?;
        let (_, of) = Of::of_mark(&read_mark(&mut file)?)?;
        let mut mark = Mark { path: path.to_path_buf(), file, keeps: false };
        let edits = mark.edits();
        match edits.try_exists() {
            // nothing is kept: the mark goes
            Ok(false) => return None,
            _ => mark.keeps = true,
        }
        let mut bytes = Vec::new();
        let written = File::open(&edits).ok()?;
        let when = written.metadata().ok()?.modified().ok()?;
        written.take(limits::PLAN_BYTES + 1).read_to_end(&mut bytes).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        // others see who has it now
        let _ = mark.file.rewind().and_then(|()| mark.file.write_all(&of.to_mark()));
        let age = SystemTime::now().duration_since(when).unwrap_or_default();
        let outdated = match &of {
            Of::File(path) => fs::metadata(path).and_then(|m| m.modified()).is_ok_and(|m| m > when),
            Of::Origin { .. } => false,
        };
        Some(Left { mark, of, text, age, outdated })
    }

    /// The marks whose names begin with something.
    fn marks(&self, stem: &str) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(&self.folder) else { return Vec::new() };
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let marks = paths.filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(stem) && name.ends_with(".mark") && !name.starts_with('.')
        });
        marks.take(MOST).collect()
    }
}

impl Mark {
    /// Writes the edits in place of those before, for the owner's eyes alone, and gives their path.
    ///
    /// # Errors
    ///
    /// They cannot be written; those before are still there.
    pub fn keep(&mut self, text: &str) -> Result<PathBuf, Error> {
        let path = self.edits();
        let folder = path.parent().unwrap_or(Path::new("."));
        replace(&path, text.as_bytes()).map_err(|e| Error::file(folder, reason(&e)))?;
        if !self.keeps {
            // the mark tells whose they are; not every file system can, and both are there
            let _ = self.file.sync_all().and_then(|()| File::open(folder)?.sync_all());
        }
        self.keeps = true;
        Ok(path)
    }

    /// Gives the edits up: they are saved, or unwanted.
    pub fn forget(&mut self) {
        // what cannot be removed is offered again
        let gone = fs::remove_file(self.edits());
        self.keeps = gone.is_err_and(|e| e.kind() != io::ErrorKind::NotFound);
    }

    fn edits(&self) -> PathBuf {
        self.path.with_extension("toml")
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        if !self.keeps {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn is_locked(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

fn read_mark(file: &mut File) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(MARK).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A plan's file, and where sessions on it leave their marks.
    fn place(dir: &Path) -> (Recoveries, Of) {
        let plan = dir.join("a plan.toml");
        fs::write(&plan, "format = 1").unwrap();
        (Recoveries::below(&dir.join("new/podroom")), Of::file(&plan))
    }

    fn files(recoveries: &Recoveries) -> Vec<PathBuf> {
        fs::read_dir(&recoveries.folder).unwrap().map(|e| e.unwrap().path()).collect()
    }

    #[test]
    fn edits_are_found_once_their_session_has_ended() {
        let dir = tempfile::tempdir().unwrap();
        let (recoveries, of) = place(dir.path());
        let mut mark = recoveries.begin(&of).unwrap();
        let path = mark.keep("one").unwrap();
        mark.keep("two").unwrap();
        assert!(recoveries.take(&of).is_empty(), "the session runs");
        drop(mark);
        let left = recoveries.take(&of);
        assert_eq!(left.iter().map(|l| l.text.as_str()).collect::<Vec<_>>(), ["two"]);
        assert!(!left[0].outdated && recoveries.take(&of).is_empty(), "taken once");
        drop(left);
        assert!(matches!(recoveries.all().as_slice(), [(_, other, _)] if *other == of));
        let mut left = recoveries.take(&of).remove(0);
        left.mark.forget();
        drop(left);
        assert!(recoveries.all().is_empty() && !path.exists());
        assert!(files(&recoveries).is_empty());
    }

    #[test]
    fn edits_are_of_one_plan_and_two_sessions_of_one_number_do_not_meet() {
        let dir = tempfile::tempdir().unwrap();
        let (recoveries, of) = place(dir.path());
        let other = Of::file(&dir.path().join("no such folder/a plan.toml"));
        let preset = Of::origin("preset starter", "format = 1");
        let mut marks: Vec<Mark> =
            [&of, &of, &other, &preset].into_iter().map(|of| recoveries.begin(of).unwrap()).collect();
        for (mark, text) in marks.iter_mut().zip(["1", "2", "other", "preset"]) {
            mark.keep(text).unwrap();
        }
        assert_eq!(files(&recoveries).len(), 8);
        drop(marks);
        let texts = |of: &Of| -> Vec<String> { recoveries.take(of).into_iter().map(|l| l.text).collect() };
        assert_eq!(texts(&of).len(), 2);
        assert_eq!(texts(&other), ["other"]);
        assert_eq!(texts(&preset), ["preset"]);
        assert!(texts(&Of::origin("preset starter", "another text")).is_empty());
    }

    #[test]
    fn one_file_has_one_mark_whatever_it_is_called() {
        let dir = tempfile::tempdir().unwrap();
        let (_, of) = place(dir.path());
        std::os::unix::fs::symlink("a plan.toml", dir.path().join("link.toml")).unwrap();
        assert_eq!(Of::file(&dir.path().join("link.toml")), of);
        assert_eq!(Of::file(&dir.path().join(".").join("a plan.toml")), of);
    }

    #[test]
    fn what_is_kept_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let (recoveries, of) = place(dir.path());
        let mut mark = recoveries.begin(&of).unwrap();
        mark.keep("secret").unwrap();
        for path in files(&recoveries) {
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{path:?}");
        }
        assert_eq!(fs::metadata(&recoveries.folder).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_mark_without_edits_and_a_mark_that_says_nothing_deceive_nobody() {
        let dir = tempfile::tempdir().unwrap();
        let (recoveries, of) = place(dir.path());
        let mark = recoveries.begin(&of).unwrap();
        let path = mark.path.clone();
        drop(mark);
        assert!(!path.exists());
        // as a session that was killed leaves it
        fs::write(&path, of.to_mark()).unwrap();
        let nonsense = path.with_file_name(format!("{}x.mark", of.stem()));
        fs::write(&nonsense, "nonsense").unwrap();
        assert!(recoveries.others(&of).is_empty() && recoveries.take(&of).is_empty());
        assert!(!path.exists() && nonsense.exists());
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let (_, of) = place(dir.path());
        let error = Recoveries::below(&dir.path().join("a plan.toml")).begin(&of).unwrap_err().to_string();
        assert!(error.contains("sessions: not a directory"), "{error}");
    }
}
