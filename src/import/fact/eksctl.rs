//! What eksctl's ClusterConfig asks for.

use ipnet::Ipv4Net;

use super::Nodegroup;

/// A cluster that eksctl's own file asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EksctlCluster {
    pub name: String,
    pub vpc: Option<String>,
    pub cidr: Option<Ipv4Net>,
    pub service_cidr: Option<Ipv4Net>,
    pub family: Option<String>,
    pub auto_mode: bool,
    pub fargate: bool,
    pub subnets: Vec<EksctlSubnet>,
    /// The file names none of these: they are those that eksctl makes.
    pub made: bool,
    pub groups: Vec<EksctlGroup>,
    /// Variables of aws-node that the file sets with the add-on.
    pub env: Vec<(String, String)>,
    pub notes: Vec<String>,
}

/// A subnet that the file names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EksctlSubnet {
    /// A zone, or a name of its own.
    pub name: String,
    pub id: Option<String>,
    pub cidr: Option<Ipv4Net>,
    pub zone: Option<String>,
    pub public: bool,
}

/// A group of nodes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EksctlGroup {
    /// Its subnets are ids or names of the file's own.
    pub group: Nodegroup,
    pub managed: bool,
    /// Zones that it is to be in; empty: all of the cluster's.
    pub zones: Vec<String>,
    pub private: bool,
    pub max_pods: Option<u32>,
}
