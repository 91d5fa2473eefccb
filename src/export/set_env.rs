//! `kubectl set env`: brings the aws-node DaemonSet to what the plan says, whatever it has now.
//!
//! Set is what the plan writes. Taken away is what would win over it if it was left from before: numbers that
//! neither the plan nor the shipped manifest sets. What the manifest sets and the plan does not write stays as it is.

use super::{Exported, Source};
use crate::cni::env::{Kind, VARIABLES, Variable};

pub(super) fn write(source: &Source<'_>) -> Result<Exported, String> {
    let cluster = source.aws()?;
    let written = |v: &Variable| cluster.env.iter().find(|(name, _)| name == v.name);
    let words = VARIABLES.iter().filter_map(|v| match written(v) {
        Some((name, value)) => Some(quote(&format!("{name}={value}"))),
        None if is_number(v) && v.manifest.is_empty() => Some(format!("{}-", v.name)),
        None => None,
    });
    let mut line = "kubectl set env daemonset aws-node -n kube-system".to_owned();
    for word in words {
        line.push(' ');
        line.push_str(&word);
    }
    line.push('\n');
    Ok(line.into())
}

fn is_number(variable: &Variable) -> bool {
    matches!(variable.kind, Kind::Count | Kind::PositiveCount)
}

/// One word of a POSIX shell.
fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-=./:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}
