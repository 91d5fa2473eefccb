//! A file as git has it.

use std::path::Path;
use std::process::Command;

use super::Error;
use crate::limits;
use crate::text::{excerpt, shown};

/// The text of a file in a revision of the repository that it is in. Git is asked for it; nothing is written.
///
/// # Errors
///
/// There is no git, no repository, no such revision, or the file is not in it.
pub fn text(path: &Path, revision: &str) -> Result<String, Error> {
    let failed = |reason: String| Error::file(path, reason);
    let name = path.file_name().ok_or_else(|| failed("this is no file".to_owned()))?.to_string_lossy();
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // a revision is no option
    if revision.starts_with('-') || revision.contains(':') {
        return Err(failed(format!(
            "{} is no revision: name a commit, a branch or a tag",
            excerpt(revision)
        )));
    }
    let object = format!("{revision}:./{name}");
    let said = Command::new("git").arg("-C").arg(folder).args(["show", "--no-textconv", &object]).output();
    let said = said.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => failed("git is not installed: give two plans instead".to_owned()),
        _ => failed(format!("git cannot be run: {}", shown(&error.to_string()))),
    })?;
    if !said.status.success() {
        let text = String::from_utf8_lossy(&said.stderr);
        let line = text.lines().next().unwrap_or_default().trim_start_matches("fatal: ");
        return Err(failed(format!("git has no {} of it: {}", excerpt(revision), shown(line))));
    }
    if said.stdout.len() as u64 > limits::PLAN_BYTES {
        return Err(failed(format!(
            "in {} it is longer than {} bytes",
            excerpt(revision),
            limits::PLAN_BYTES
        )));
    }
    String::from_utf8(said.stdout)
        .map_err(|_| failed(format!("in {} it is no UTF-8 text", excerpt(revision))))
}
