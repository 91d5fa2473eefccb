//! `podroom fmt`: a plan's text in one form.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;

use super::input::{is_standard, problems};
use super::{Failure, Global, Outcome};
use crate::file::load::{Loaded, load};
use crate::file::preset::{self, Source};
use crate::file::save::{NotSaved, Over, save};
use crate::plan::format::format;
use crate::text::{excerpt, shown};

/// Format plans: comments, order and meaning stay.
///
/// Writes files in place, and says which it changed; of standard input the formatted text goes to standard output.
/// One space around =, one blank line before each table, comments behind values below each other.
#[derive(Args, Debug)]
pub struct Fmt {
    /// Files, or - for standard input.
    #[arg(required = true)]
    plans: Vec<PathBuf>,
    /// Write nothing: name the files that are not formatted, with exit status 1 if there is one.
    #[arg(long)]
    check: bool,
}

impl Fmt {
    pub fn run(self, global: &Global) -> Result<Outcome, Failure> {
        let mut out = String::new();
        // all are read before one is written
        let mut formatted = Vec::with_capacity(self.plans.len());
        for path in &self.plans {
            if let Source::Preset(preset) = preset::resolve(path)? {
                return Err(
                    format!("{} is a preset, which is built in: name a file", excerpt(preset.name)).into()
                );
            }
            let loaded = load(path)?;
            let text = format(&loaded.text).ok_or_else(|| problems(&loaded, global))?;
            formatted.push((path, loaded, text));
        }
        let mut changed = false;
        for (path, loaded, text) in formatted {
            let differs = text != loaded.text;
            changed |= differs;
            match (is_standard(path), self.check) {
                (true, false) => out += &text,
                (_, check) if differs => {
                    if !check {
                        write(&loaded, path, &text)?;
                    }
                    let _ = writeln!(out, "{}", shown(&loaded.name));
                }
                _ => {}
            }
        }
        Ok(if self.check && changed { Outcome::Violated(out) } else { Outcome::Print(out) })
    }
}

fn write(loaded: &Loaded, path: &std::path::Path, text: &str) -> Result<(), Failure> {
    match save(path, text, Over::Unchanged(loaded.stamp)) {
        Ok(_) => Ok(()),
        Err(NotSaved::Failed(error)) => Err(error.into()),
        Err(NotSaved::Conflict | NotSaved::Exists) => Err(format!(
            "{} was changed by somebody else meanwhile: run podroom fmt again",
            shown(&loaded.name)
        )
        .into()),
    }
}
