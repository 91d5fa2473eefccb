//! Plan -> what other programs read: one table of forms.
//!
//! A form is one row of [`FORMS`], written by one function of its own file, which is pure. What it cannot say is
//! a comment of its syntax; of those that have no comments a note. A form that means nothing for a plan is an
//! error that says what to do.
//!
//! | file | form |
//! |---|---|
//! | [`report`] | the report, as Markdown, HTML and JSON, and each of its tables |
//! | `toml.rs` | the plan, with only what differs from defaults, and with everything |
//! | `set_env.rs` | the command that sets the variables of the aws-node DaemonSet |
//! | `values.rs` | values of the EKS add-on (JSON) and of the aws-vpc-cni chart (YAML) |
//! | `eniconfig.rs` | ENIConfig manifests |
//! | `eksctl.rs` | parts of a ClusterConfig |
//! | `terraform.rs` | the add-on and subnets |
//! | `nodeadm.rs` | NodeConfigs: max pods |
//! | `karpenter.rs` | NodePools, EC2NodeClasses, Karpenter's own settings |
//!
//! `data.rs` is what most of them are made of, `yaml.rs`, `json.rs` and `hcl.rs` write it, `aws.rs` has what several
//! ask of an EKS cluster.
//!
//! To add one: write a file with `pub fn write(source: &Source<'_>) -> Result<Exported, String>`, and its row.

mod aws;
mod data;
mod eksctl;
mod eniconfig;
mod hcl;
mod json;
mod karpenter;
mod nodeadm;
pub mod report;
mod set_env;
mod terraform;
mod toml;
mod values;
mod yaml;

use crate::engine::Evaluation;
use crate::instance::Tables;
use crate::plan::document::Document;
use crate::plan::{Cluster, Plan};
use crate::suggest::nearest;
use crate::text::{excerpt, list, shown};

/// What a form is made of.
pub struct Source<'a> {
    /// The plan, with its text.
    pub document: &'a Document,
    pub tables: &'a Tables,
    /// Of the plan, without thresholds and percentiles: a form that has them computes them.
    pub evaluation: &'a Evaluation,
    /// Index of the cluster that is exported, by forms of one cluster.
    pub cluster: Option<usize>,
    /// The table that is asked for, of forms that have tables.
    pub table: Option<report::Part>,
}

/// What a form comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exported {
    pub text: String,
    /// What the form has no way to say, each a sentence. Safe to print.
    pub notes: Vec<String>,
}

/// What a form is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Plan,
    /// The whole plan, or one table of it.
    Tables,
    /// One cluster: the only one, or the one that is asked for.
    Cluster,
}

/// One form.
pub struct Form {
    /// As it is asked for.
    pub name: &'static str,
    /// The name of a file for it.
    pub file: &'static str,
    /// One line: what it is.
    pub doc: &'static str,
    pub scope: Scope,
    /// # Errors
    ///
    /// Why the plan has no such form, and what to do.
    pub write: fn(&Source<'_>) -> Result<Exported, String>,
}

/// The forms, in the order of the help.
#[rustfmt::skip] // a row is a line
pub const FORMS: &[Form] = &[
    row("toml", "plan.toml", Scope::Plan, toml::lean, "the plan with only what differs from defaults"),
    row("toml-full", "plan-full.toml", Scope::Plan, toml::full, "the plan with everything, defaults included"),
    row("markdown", "report.md", Scope::Plan, report::write_markdown, "a report for a pull request: tables, reasons, charts of letters"),
    row("html", "report.html", Scope::Plan, report::write_html, "a report for a design document: one file, without scripts, with charts"),
    row("json", "report.json", Scope::Tables, report::write_json, "every table of the report in one document, or one with --table"),
    row("csv", "report.csv", Scope::Tables, report::write_csv, "one table of the report: --table, by default the pools"),
    row("set-env", "set-env.sh", Scope::Cluster, set_env::write, "the kubectl set env line of the aws-node DaemonSet"),
    row("addon", "vpc-cni.json", Scope::Cluster, values::addon, "configuration values of the EKS add-on vpc-cni, JSON"),
    row("helm", "aws-vpc-cni.yaml", Scope::Cluster, values::helm, "values of the chart aws-vpc-cni"),
    row("eniconfig", "eniconfig.yaml", Scope::Cluster, eniconfig::write, "ENIConfig manifests, for custom networking"),
    row("eksctl", "eksctl.yaml", Scope::Cluster, eksctl::write, "parts of eksctl's ClusterConfig: subnets, node groups, add-on"),
    row("terraform", "vpc-cni.tf", Scope::Cluster, terraform::write, "Terraform: aws_eks_addon, aws_subnet, further ranges of the VPC"),
    row("nodeadm", "nodeconfig.yaml", Scope::Cluster, nodeadm::write, "NodeConfigs of nodeadm: max pods of each node group"),
    row("karpenter", "karpenter.yaml", Scope::Cluster, karpenter::write, "Karpenter's NodePools and EC2NodeClasses, and its settings"),
];

const fn row(
    name: &'static str,
    file: &'static str,
    scope: Scope,
    write: fn(&Source<'_>) -> Result<Exported, String>,
    doc: &'static str,
) -> Form {
    Form { name, file, doc, scope, write }
}

/// The form of a name.
pub fn form(name: &str) -> Option<&'static Form> {
    FORMS.iter().find(|form| form.name == name)
}

/// Writes a plan in a form; of a form of one cluster that of this name, or the only one.
///
/// # Errors
///
/// A cluster is to be named, or has another name; and those of the form. Safe to print.
pub fn write(form: &Form, source: &Source<'_>, cluster: Option<&str>) -> Result<Exported, String> {
    let chosen = chosen(form, source.plan(), cluster)?;
    if source.table.is_some() && form.scope != Scope::Tables {
        return Err(format!("{} is no table: leave --table out", form.name));
    }
    (form.write)(&Source { cluster: chosen, ..*source })
}

fn chosen(form: &Form, plan: &Plan, cluster: Option<&str>) -> Result<Option<usize>, String> {
    let names: Vec<&str> = plan.clusters.iter().map(|cluster| cluster.name.as_ref()).collect();
    match (form.scope, cluster, names.as_slice()) {
        (Scope::Plan | Scope::Tables, None, _) => Ok(None),
        (Scope::Plan | Scope::Tables, Some(_), _) => {
            Err(format!("{} is of the whole plan: leave --cluster out", form.name))
        }
        (Scope::Cluster, None, [_]) => Ok(Some(0)),
        (Scope::Cluster, _, []) => Err(format!("the plan has no cluster, and {} is of one", form.name)),
        (Scope::Cluster, None, names) => {
            Err(format!("{} is of one cluster, name it with --cluster: there are {}", form.name, list(names)))
        }
        (Scope::Cluster, Some(name), names) => match names.iter().position(|n| *n == name) {
            Some(c) => Ok(Some(c)),
            None => {
                let help = match nearest(name, names.iter().copied()) {
                    Some(near) => format!("did you mean {}?", excerpt(near)),
                    None => format!("there are {}", list(names)),
                };
                Err(format!("no cluster is called {}: {help}", excerpt(name)))
            }
        },
    }
}

impl<'a> Source<'a> {
    pub fn plan(&self) -> &'a Plan {
        self.document.plan()
    }

    /// The cluster of a form of one.
    fn cluster(&self) -> Result<&'a Cluster, String> {
        let found = self.cluster.and_then(|c| self.plan().clusters.get(c)).map(|cluster| &**cluster);
        found.ok_or_else(|| "the plan has no such cluster: name one with --cluster".to_owned())
    }

    /// The cluster of a form that only the AWS VPC CNI has.
    fn aws(&self) -> Result<&'a Cluster, String> {
        let cluster = self.cluster()?;
        if cluster.manager.is_aws() {
            return Ok(cluster);
        }
        let (name, manager) = (shown(&cluster.name), cluster.manager.name);
        Err(format!("{name} is a cluster of {manager}: this form is for clusters of aws-vpc-cni"))
    }
}

impl From<String> for Exported {
    fn from(text: String) -> Exported {
        Exported { text, notes: Vec::new() }
    }
}
