//! Clusters of AWS before they are text.

use ipnet::Ipv4Net;

use crate::plan::{Addresses, GroupKind};

#[derive(Debug)]
pub(in crate::import) struct Subnet {
    pub name: String,
    pub cidr: Ipv4Net,
    pub zone: Option<String>,
    pub id: String,
    /// Addresses that others use, by reason.
    pub other: Vec<(&'static str, u64)>,
    pub used: Vec<Addresses>,
    pub role_cni: Option<String>,
    pub elb: bool,
    /// What is so now.
    pub facts: Vec<String>,
    pub notes: Vec<String>,
}

#[derive(Debug, Default)]
pub(in crate::import) struct Eks {
    pub name: String,
    pub service_cidr: Option<Ipv4Net>,
    /// `None`: the default.
    pub system_pods: Option<u32>,
    /// Names of subnets.
    pub control_plane_subnets: Vec<String>,
    pub pod_subnets: Vec<String>,
    pub env: Vec<(String, String)>,
    pub groups: Vec<Group>,
    pub workloads: Vec<Workload>,
    pub facts: Vec<String>,
    /// What is there, and has no figures in the plan.
    pub findings: Vec<String>,
    pub notes: Vec<String>,
}

#[derive(Debug)]
pub(in crate::import) struct Group {
    pub name: String,
    pub instance_types: Vec<String>,
    pub kind: GroupKind,
    /// By zone, in the order of the subnets.
    pub zones: Vec<(String, u32)>,
    pub nodes: u32,
    /// Names of subnets.
    pub subnets: Vec<String>,
    pub max_pods: Option<u32>,
    pub max_unavailable: Option<u32>,
    pub dedicated: bool,
    pub unmanaged_enis: u32,
    /// What the built-in table of instance types does not know, or has otherwise.
    pub enis: Option<u32>,
    pub ipv4_per_eni: Option<u32>,
    pub vcpus: Option<u32>,
    /// Bytes of which as many can be allocated as the nodes say.
    pub memory: Option<u64>,
    pub notes: Vec<String>,
}

impl Group {
    pub fn named(name: String, kind: GroupKind) -> Group {
        Group {
            name,
            instance_types: Vec::new(),
            kind,
            zones: Vec::new(),
            nodes: 0,
            subnets: Vec::new(),
            max_pods: None,
            max_unavailable: None,
            dedicated: false,
            unmanaged_enis: 0,
            enis: None,
            ipv4_per_eni: None,
            vcpus: None,
            memory: None,
            notes: Vec::new(),
        }
    }
}

#[derive(Debug)]
pub(in crate::import) struct Workload {
    pub name: String,
    /// `None`: a DaemonSet.
    pub replicas: Option<u32>,
    /// Most that there ever are.
    pub peak: Option<u32>,
    /// Millicores and bytes.
    pub cpu: u64,
    pub memory: u64,
    pub host_network: bool,
    pub branch: bool,
    /// Names of groups; empty: every one that is not dedicated.
    pub groups: Vec<String>,
}
