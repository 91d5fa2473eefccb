//! Instance types: ENIs, addresses per ENI, cpu, memory, price.
//!
//! [`Tables`] is the built-in table (`presets/instances/aws-ec2.toml`, 1,438 types) and what was put on top
//! of it: tables in the same TOML format, or what `aws ec2 describe-instance-types --output json` prints.
//!
//! | file | what it knows |
//! |---|---|
//! | `tables.rs` | the tables: look up, list, search, put another on top |
//! | `fact.rs` | the facts that can be stated about a type, their bounds, and how a row goes on top of another |
//! | `format.rs`, `own.rs`, `ec2.rs` | the two formats, and telling them apart |
//! | `order.rs` | fuzzy search and the order of sizes |
//! | `problem.rs`, `syntax.rs` | mistakes with line and column; those of TOML's syntax |
//!
//! # Why one line a type, read when it is asked for
//!
//! Forms of the built-in table, all 1,438 types read by `toml` 1.2 in a release build (best of 100):
//!
//! | form | bytes | time | ratio |
//! |---|---|---|---|
//! | `[[instance]]` blocks, through serde into structs | 242 k | 4.6 ms | 2.6 |
//! | `m5.large = { enis = 3, … }`, through serde into structs | 234 k | 4.7 ms | 2.6 |
//! | `[[instance]]` blocks, to a `DeTable` | 242 k | 3.4 ms | 1.9 |
//! | `m5.large = { enis = 3, … }`, to a `DeTable` | 234 k | 3.6 ms | 2.0 |
//! | `[m5]` and `large = [3, 10, …]` without keys, to a `DeTable` | 88 k | 1.8 ms | 1 |
//! | `m5.large = { enis = 3, … }`, lines found and not read | 234 k | 0.15 ms | 0.1 |
//!
//! Rows without keys are the cheapest to read and the worst to write: every fact has to be there, in order.
//! So the file has keys, as users write them, and [`Tables::builtin`] only finds the lines. A type is read
//! when it is looked up, and a plan names a few; listing all of them costs what reading the file costs, once.

mod ec2;
mod fact;
mod format;
mod order;
mod own;
mod problem;
mod syntax;
mod tables;

pub use problem::TableProblem;
pub use tables::{BUILTIN, Tables};

/// Facts about one instance type. What no source states is `None`, never a guess.
#[derive(Debug, Clone, PartialEq)]
pub struct InstanceType {
    /// `m5.8xlarge`.
    pub name: String,
    /// Virtual cpus, 1 to [`crate::limits::VCPUS`].
    pub vcpus: Option<u32>,
    /// Hardware memory in MiB, before anything is kept back.
    pub memory_mib: Option<u64>,
    /// Architectures as the EC2 API names them: `x86_64`, `arm64`, `i386`. Empty: no source says.
    pub arch: Vec<String>,
    pub hypervisor: Hypervisor,
    /// ENIs on the default network card, the only one the VPC CNI uses by default; 1 to
    /// [`crate::limits::ENIS`].
    pub enis: u32,
    /// IPv4 addresses per ENI, its primary included; 1 to [`crate::limits::ENIS`].
    pub ipv4_per_eni: u32,
    /// Branch ENIs for security groups for pods: `Some(0)` is listed as unable, `None` is not listed.
    pub branch_enis: Option<u32>,
    /// On-demand Linux price, US dollars an hour in us-east-1. Indicative.
    pub usd_per_hour: Option<f64>,
    /// What a reader should know before relying on the row.
    pub note: Option<String>,
}

/// What runs below the instance; decides whether an ENI can hold /28 prefixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hypervisor {
    Nitro,
    Xen,
    /// Bare metal.
    None,
    /// No source says; counts as Nitro, with a finding.
    Unknown,
}

impl Hypervisor {
    /// Whether ENIs of the type can hold /28 prefixes: Nitro and bare metal can, and an unknown
    /// hypervisor counts as Nitro (amazon-vpc-cni-k8s, `IsPrefixDelegationSupported`).
    pub fn prefixes(self) -> bool {
        self != Hypervisor::Xen
    }

    /// As tables write it: `nitro`, `xen`, `none`, `unknown`.
    pub fn name(self) -> &'static str {
        match self {
            Hypervisor::Nitro => "nitro",
            Hypervisor::Xen => "xen",
            Hypervisor::None => "none",
            Hypervisor::Unknown => "unknown",
        }
    }
}
