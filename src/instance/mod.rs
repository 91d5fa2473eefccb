//! Instance types: ENIs, addresses per ENI, cpu, memory, price.

/// Facts about one instance type. What no source states is `None`, never a guess.
#[derive(Debug, Clone, PartialEq)]
pub struct InstanceType {
    /// `m5.8xlarge`.
    pub name: String,
    /// Virtual cpus.
    pub vcpus: Option<u32>,
    /// Hardware memory in MiB, before anything is kept back.
    pub memory_mib: Option<u64>,
    /// Architectures as the EC2 API names them: `x86_64`, `arm64`, `i386`.
    pub arch: Vec<String>,
    pub hypervisor: Hypervisor,
    /// ENIs on the default network card, the only one the VPC CNI uses by default.
    pub enis: u32,
    /// IPv4 addresses per ENI, its primary included.
    pub ipv4_per_eni: u32,
    /// Branch ENIs for security groups for pods: `Some(0)` is listed as unable, `None` is not listed.
    pub branch_enis: Option<u32>,
    /// On-demand Linux price, US dollars an hour in us-east-1.
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
}

/// The instance types that a plan can name: the built-in table and what was put on top of it.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    types: Vec<InstanceType>,
}

impl Tables {
    /// The table that is built in.
    pub fn builtin() -> Tables {
        Tables::default()
    }

    /// A table of just these types.
    pub fn only(types: Vec<InstanceType>) -> Tables {
        Tables { types }
    }

    /// The facts about `name`.
    pub fn get(&self, name: &str) -> Option<&InstanceType> {
        self.types.iter().find(|t| t.name == name)
    }

    /// All types, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = &InstanceType> {
        self.types.iter()
    }

    /// The known name that is most like `name`, for "did you mean".
    pub fn nearest(&self, name: &str) -> Option<&str> {
        let _ = name;
        None
    }
}
