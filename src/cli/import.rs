//! `podroom import`: plans from what kind, docker and kubectl have.

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{Failure, Global, Outcome, tell};
use crate::file::diagnose;
use crate::file::load::{self, path_shown};
use crate::file::save::{NotSaved, Over, save};
use crate::import::{Imported, Refusal, Source, import};
use crate::limits;
use crate::text::{count, thousands};

/// Make a plan from kind's cluster files and the output of docker and kubectl.
///
/// Read are, in any mix, and recognised by what is in them: kind's cluster YAML (several documents in a file,
/// too), `docker network inspect NETWORK...`, `kubectl get nodes -o json` of a cluster (or -o yaml), for several
/// clusters a file each. Nodes of kind clusters find their clusters by their names; other clusters are called
/// after their file.
///
/// Nothing is ever contacted. What the files do not say is a comment in the plan.
#[derive(Args, Debug)]
pub struct Import {
    /// Files, or - for standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Write the plan to this file, which must not be there yet [default: standard output].
    #[arg(short, long, value_name = "PLAN")]
    output: Option<PathBuf>,
}

impl Import {
    pub fn run(self, global: &Global) -> Result<Outcome, Failure> {
        let ink = global.color.ink(&io::stderr());
        if self.files.len() > limits::IMPORT_FILES {
            let most = thousands(limits::IMPORT_FILES as u64);
            return Err(format!("{} files: at most {most} are read at once", self.files.len()).into());
        }
        if self.files.iter().filter(|file| is_standard(file)).count() > 1 {
            return Err("- twice: standard input can be read once".to_owned().into());
        }
        let inputs: Vec<(String, String)> =
            self.files.iter().map(|path| load::input(path)).collect::<Result<_, _>>()?;
        let sources: Vec<Source> = inputs.iter().map(|(name, text)| Source { name, text }).collect();
        let imported = import(&sources).map_err(|refusal| {
            let rendered = match refusal {
                Refusal::Inputs(wrong) => wrong
                    .iter()
                    .filter_map(|(index, mistakes)| {
                        let Source { name, text } = sources.get(*index)?;
                        Some(diagnose::import_problems(mistakes, name, text, ink))
                    })
                    .collect(),
                Refusal::Plan { text, problems } => {
                    diagnose::problems(&problems, "the plan that these files make", &text, ink)
                }
            };
            Failure { message: Err(rendered) }
        })?;
        match self.output.filter(|path| !is_standard(path)) {
            None => Ok(Outcome::Print(imported.text)),
            Some(path) => {
                write(&path, &imported)?;
                Ok(Outcome::Print(String::new()))
            }
        }
    }
}

fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

fn write(path: &Path, imported: &Imported) -> Result<(), Failure> {
    let shown = path_shown(path);
    save(path, &imported.text, Over::Nothing).map_err(|e| match e {
        NotSaved::Failed(error) => Failure::from(error),
        NotSaved::Exists | NotSaved::Conflict => {
            format!("{shown}: there is such a file already: name another, or remove it").into()
        }
    })?;
    let [networks, clusters, notes] =
        [(imported.networks, "network"), (imported.clusters, "cluster"), (imported.notes, "comment")]
            .map(|(n, what)| count(n as u64, what));
    tell(&format!("{shown}: {networks}, {clusters}; {notes} on what is not known"));
    Ok(())
}
