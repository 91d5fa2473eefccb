//! `podroom import`: plans from what kind, docker, kubectl and aws have.

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{Failure, Global, Outcome, tell};
use crate::file::load::{self, path_shown};
use crate::file::save::{NotSaved, Over, save};
use crate::file::{diagnose, inputs};
use crate::import::{self, Imported, Reading, Refusal, Source};
use crate::limits;
use crate::text::{Ink, count, thousands};

/// Make a plan from what aws, kubectl, docker, kind and eksctl say.
///
/// Read are, in any mix, and recognised by what is in them:
///
/// - of EKS clusters: aws ec2 describe-subnets, describe-network-interfaces, describe-vpcs and
///   describe-instance-types, aws eks describe-cluster and describe-nodegroup (--output json); kubectl get nodes,
///   pods -A, and deployments,statefulsets,daemonsets,cronjobs -A (-o json); kubectl cluster-info dump; ipamd's
///   /v1/enis and metrics; eksctl's ClusterConfig; Karpenter's NodePools and EC2NodeClasses
/// - of kind clusters: their cluster YAML, docker network inspect, kubectl get nodes -o json
/// - of others: kubectl get nodes -o json, for several clusters a file each
///
/// With the network interfaces each subnet has exactly those addresses in use that others than the cluster's nodes
/// use, and says how many are free now, and for what the rest is used.
///
/// Of a directory the files that end in .json, .yaml, .yml, .prom or .metrics are read, and what is none of the
/// above is passed over. Nothing is ever contacted. What the files do not say is a comment in the plan.
#[derive(Args, Debug)]
pub struct Import {
    /// Files, directories, or - for standard input.
    #[arg(required_unless_present = "commands", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Write the plan to this file, which must not be there yet [default: standard output].
    #[arg(short, long, value_name = "PLAN")]
    output: Option<PathBuf>,
    /// Print the commands whose output is read; none of them changes anything.
    #[arg(long, conflicts_with_all = ["files", "output"])]
    commands: bool,
}

impl Import {
    pub fn run(self, global: &Global) -> Result<Outcome, Failure> {
        if self.commands {
            return Ok(Outcome::Print(import::commands()));
        }
        let ink = global.color.ink(&io::stderr());
        if self.files.iter().filter(|file| super::input::is_standard(file)).count() > 1 {
            return Err("- twice: standard input can be read once".to_owned().into());
        }
        let files = inputs::expand(&self.files)?;
        if files.len() > limits::IMPORT_FILES {
            let [files, most] = [files.len(), limits::IMPORT_FILES].map(|n| thousands(n as u64));
            return Err(format!("{files} files: at most {most} are read at once").into());
        }
        let imported = read(&files, ink)?.plan().map_err(|refusal| match refusal {
            Refusal::Lacking { message, help } => format!("{message}\nhelp: {help}").into(),
            Refusal::Plan { text, problems } => {
                rendered(diagnose::problems(&problems, "the plan that these files make", &text, ink))
            }
            // told when they were read
            Refusal::Inputs(_) => rendered(String::new()),
        })?;
        match self.output.filter(|path| !super::input::is_standard(path)) {
            None => Ok(Outcome::Print(imported.text)),
            Some(path) => {
                write(&path, &imported)?;
                Ok(Outcome::Print(String::new()))
            }
        }
    }
}

/// Reads one file after the other, so that no more than one text is held.
fn read(files: &[inputs::Input], ink: Ink) -> Result<Reading, Failure> {
    let (mut reading, mut wrong, mut passed) = (Reading::default(), String::new(), Vec::new());
    for input in files {
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

fn rendered(diagnostics: String) -> Failure {
    Failure { message: Err(diagnostics) }
}

fn write(path: &Path, imported: &Imported) -> Result<(), Failure> {
    let shown = path_shown(path);
    save(path, &imported.text, Over::Nothing).map_err(|e| match e {
        NotSaved::Failed(error) => Failure::from(error),
        NotSaved::Exists | NotSaved::Conflict => {
            format!("{shown}: there is such a file already: name another, or remove it").into()
        }
    })?;
    let all = [(imported.subnets, "subnet"), (imported.networks, "network"), (imported.clusters, "cluster")];
    let parts: Vec<String> =
        all.iter().filter(|(n, _)| *n > 0).map(|(n, what)| count(*n as u64, what)).collect();
    let notes = count(imported.notes as u64, "comment");
    tell(&format!("{shown}: {}; {notes} on what is not known", parts.join(", ")));
    Ok(())
}
