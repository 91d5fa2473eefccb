//! `kubectl set env`: brings the aws-node DaemonSet to what the plan says, whatever it has now.
//!
//! Set is what the plan writes. Taken away is what would win over it if it was left from before: numbers that
//! neither the plan nor the shipped manifest sets. What the manifest sets and the plan does not write stays as it is.

use super::{Exported, Source};
use crate::cni::env::{Kind, VARIABLES};
use crate::text::{excerpt, is_hostile};

pub(super) fn write(source: &Source<'_>) -> Result<Exported, String> {
    source.aws()?;
    let written = source.variables();
    let mut line = "kubectl set env daemonset aws-node -n kube-system".to_owned();
    for (name, value) in &written {
        if let Some(c) = value.chars().find(|c| is_hostile(*c)) {
            return Err(format!(
                "the value of {} has the character {} in it, which no shell line should have: set it with --as addon \
                 or --as helm",
                excerpt(name),
                c.escape_unicode()
            ));
        }
        line.push(' ');
        line.push_str(&quote(&format!("{name}={value}")));
    }
    let is_number = |kind| matches!(kind, Kind::Count | Kind::PositiveCount);
    let left = VARIABLES.iter().filter(|v| is_number(v.kind) && v.manifest.is_empty());
    for variable in left.filter(|v| written.iter().all(|(name, _)| *name != v.name)) {
        line.push(' ');
        line.push_str(variable.name);
        line.push('-');
    }
    line.push('\n');
    Ok(line.into())
}

/// One word of a POSIX shell.
fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-=./:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}
