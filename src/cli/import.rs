//! `podroom import`: plans from what kind, docker, kubectl and aws have.

use std::path::{Path, PathBuf};

use clap::Args;

use super::reading::{read, refused};
use super::{Failure, Global, Outcome, tell};
use crate::file::load::path_shown;
use crate::file::save::{NotSaved, Over, save};
use crate::import::{self, Imported, Reading};
use crate::text::count;

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
/// above is passed over. Nothing is ever contacted. What the files do not say is a comment in the plan. What takes
/// addresses and is not modelled (Fargate, Auto Mode, Windows, IPv6 and more), or is left out for want of an input, has no
/// figures in it, which is told on standard error, too.
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
        let reading = read(&self.files, Reading::default(), global)?;
        let imported = reading.plan().map_err(|refusal| refused(refusal, global))?;
        for finding in &imported.findings {
            tell(&format!("warning: {finding}"));
        }
        match self.output.filter(|path| !super::input::is_standard(path)) {
            None => Ok(Outcome::Print(imported.text)),
            Some(path) => {
                write(&path, &imported)?;
                Ok(Outcome::Print(String::new()))
            }
        }
    }
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
