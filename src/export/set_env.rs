//! `kubectl set env`: brings the aws-node DaemonSet to what the plan says, whatever it has now.
//!
//! A variable that a plan does not write has the value of the shipped manifest, so each one with an effect that the
//! plan leaves out is set to that, or taken away where the manifest does not set it. Only CLUSTER_NAME stays: EKS
//! writes it, and the tags of ENIs come from it.

use super::aws::ONLY_OF_INIT;
use super::{Exported, Source};
use crate::cni::env::{Kind, VARIABLES};
use crate::text::{excerpt, is_hostile};

const COMMAND: &str = "kubectl set env daemonset aws-node -n kube-system";

pub(super) fn write(source: &Source<'_>) -> Result<Exported, String> {
    let (written, note) = source.variables()?;
    let mut notes: Vec<String> = note.into_iter().collect();
    let mut line = COMMAND.to_owned();
    for (name, value) in &written {
        if let Some(c) = value.chars().find(|c| is_hostile(*c)) {
            return Err(format!(
                "the value of {} has the character {} in it, which no shell line should have: set it with --as addon \
                 or --as helm",
                excerpt(name),
                c.escape_unicode()
            ));
        }
        let word = quote(&format!("{name}={value}"));
        if ONLY_OF_INIT.contains(name) {
            notes.push(format!("{name} is of the init container: {COMMAND} -c aws-vpc-cni-init {word}"));
            continue;
        }
        line.push(' ');
        line.push_str(&word);
    }
    let left = VARIABLES.iter().filter(|v| v.kind != Kind::Text);
    for variable in left.filter(|v| written.iter().all(|(name, _)| *name != v.name)) {
        line.push(' ');
        line.push_str(variable.name);
        match variable.manifest {
            "" => line.push('-'),
            value => line.push_str(&format!("={value}")),
        }
    }
    line.push('\n');
    Ok(Exported { text: line, notes })
}

/// One word of a POSIX shell.
fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-=./:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}
