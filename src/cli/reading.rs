//! What `import` and `audit` read: files and directories of what aws, kubectl, docker, kind and eksctl say.

use std::io;
use std::path::PathBuf;

use super::input::is_standard;
use super::{Failure, Global};
use crate::file::{diagnose, inputs, load};
use crate::import::{Reading, Refusal, Source};
use crate::limits;
use crate::text::{Ink, count, thousands};

/// Reads one file after the other into a reading, so that no more than one text is held.
pub fn read(paths: &[PathBuf], mut reading: Reading, global: &Global) -> Result<Reading, Failure> {
    let ink = ink(global);
    if paths.iter().filter(|path| is_standard(path)).count() > 1 {
        return Err("- twice: standard input can be read once".to_owned().into());
    }
    let files = inputs::expand(paths)?;
    if files.len() > limits::IMPORT_FILES {
        let [files, most] = [files.len(), limits::IMPORT_FILES].map(|n| thousands(n as u64));
        return Err(format!("{files} files: at most {most} are read at once").into());
    }
    let (mut wrong, mut passed) = (String::new(), Vec::new());
    for input in &files {
        let (name, text) = load::input(&input.path)?;
        let source = Source { name: &name, text: &text };
        if let Err(unread) = reading.add(&source) {
            if unread.strange && input.found {
                passed.push(name);
            } else {
                wrong.push_str(&diagnose::import_problems(&unread.mistakes, &name, &text, ink));
            }
        }
    }
    if !wrong.is_empty() {
        return Err(rendered(wrong));
    }
    if reading.is_empty() {
        let what = match passed.len() {
            0 => {
                "no file to read: a directory's files end in .json, .yaml, .yml, .prom or .metrics".to_owned()
            }
            n => format!("{}, and nothing in them that is read", count(n as u64, "file")),
        };
        return Err(format!("{what}\nhelp: podroom import --commands prints what to run").into());
    }
    if !passed.is_empty() {
        let names: Vec<&str> = passed.iter().map(String::as_str).collect();
        reading
            .note(format!("passed over, with nothing in them that is read: {}", crate::text::list(&names)));
    }
    Ok(reading)
}

/// Why what was read makes no plan.
pub fn refused(refusal: Refusal, global: &Global) -> Failure {
    match refusal {
        Refusal::Lacking { message, help } => format!("{message}\nhelp: {help}").into(),
        Refusal::Plan { text, problems } => {
            rendered(diagnose::problems(&problems, "the plan that these files make", &text, ink(global)))
        }
        // told when they were read
        Refusal::Inputs(_) => rendered(String::new()),
    }
}

/// For diagnostics, which go to standard error.
fn ink(global: &Global) -> Ink {
    global.color.ink(&io::stderr())
}

fn rendered(diagnostics: String) -> Failure {
    Failure { message: Err(diagnostics) }
}
