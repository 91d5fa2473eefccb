//! What AWS's own commands say, and what ipamd says of its node.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use crate::instance::InstanceType;
use crate::plan::Addresses;

/// A subnet, as `aws ec2 describe-subnets` prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subnet {
    pub id: String,
    pub vpc: Option<String>,
    /// `None`: it has IPv6 alone.
    pub cidr: Option<Ipv4Net>,
    pub zone: Option<String>,
    /// `AvailableIpAddressCount`: addresses that AWS can still give, those that it keeps left out.
    pub available: Option<u32>,
    /// By key, in the order of the input.
    pub tags: Vec<(String, String)>,
}

/// An ENI, as `aws ec2 describe-network-interfaces` prints it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Interface {
    pub id: String,
    pub subnet: Option<String>,
    pub vpc: Option<String>,
    /// `interface`, `trunk`, `branch`, `lambda`, …; `None` in outputs from before there were types.
    pub kind: Option<String>,
    /// `available`: attached to nothing.
    pub status: Option<String>,
    pub description: String,
    /// Its own address.
    pub primary: Option<Ipv4Addr>,
    /// Secondary addresses, one by one.
    pub secondary: Vec<Ipv4Addr>,
    /// Prefixes of 16 addresses.
    pub prefixes: Vec<Ipv4Net>,
    pub instance: Option<String>,
    /// 0: the first ENI of its instance.
    pub device: Option<u32>,
    /// Network card, 0 where the input has none.
    pub card: u32,
    pub tags: Vec<(String, String)>,
}

impl Interface {
    /// The value of a tag.
    pub fn tag(&self, key: &str) -> Option<&str> {
        tag(&self.tags, key)
    }

    /// Everything it takes from its subnet.
    pub fn addresses(&self) -> impl Iterator<Item = Addresses> + '_ {
        let single = |address: Ipv4Addr| Addresses { first: address, last: address };
        let singles = self.primary.into_iter().chain(self.secondary.iter().copied()).map(single);
        singles.chain(self.prefixes.iter().map(|prefix| Addresses::of(*prefix)))
    }
}

/// The value of a tag.
pub fn tag<'t>(tags: &'t [(String, String)], key: &str) -> Option<&'t str> {
    tags.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
}

/// A VPC, as `aws ec2 describe-vpcs` prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vpc {
    pub id: String,
    /// All its IPv4 ranges, the first one first.
    pub cidrs: Vec<Ipv4Net>,
}

/// What `aws ec2 describe-instance-types` says, read on top of the built-in table.
#[derive(Debug, Clone, PartialEq)]
pub struct Types(pub Vec<InstanceType>);

/// A cluster, as `aws eks describe-cluster` prints it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EksCluster {
    pub name: String,
    pub vpc: Option<String>,
    /// Where its control plane has ENIs.
    pub subnets: Vec<String>,
    pub service_cidr: Option<Ipv4Net>,
    /// `ipv4` or `ipv6`.
    pub family: Option<String>,
    /// EKS Auto Mode runs nodes of its own.
    pub auto_mode: bool,
}

/// A managed node group, as `aws eks describe-nodegroup` prints it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Nodegroup {
    pub name: String,
    pub cluster: String,
    /// Empty: its launch template names the type.
    pub instance_types: Vec<String>,
    pub subnets: Vec<String>,
    pub least: Option<u32>,
    pub most: Option<u32>,
    pub desired: Option<u32>,
    pub max_unavailable: Option<u32>,
    pub max_unavailable_percent: Option<u32>,
    /// `AL2023_x86_64_STANDARD`, `WINDOWS_…`, `CUSTOM`.
    pub ami: Option<String>,
    pub status: Option<String>,
    /// It has taints that keep pods away that do not tolerate them.
    pub tainted: bool,
}

/// What ipamd says of one node: `http://localhost:61679/v1/enis`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ipamd {
    pub total: u32,
    pub assigned: u32,
    pub enis: Vec<IpamdEni>,
    /// The last moment that it tells of, in milliseconds since 1970: an address was assigned or released then. It was
    /// asked at that time or later.
    pub latest: Option<u64>,
}

/// An ENI as ipamd sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IpamdEni {
    pub id: String,
    pub first: bool,
    pub trunk: bool,
    /// Single addresses and prefixes for pods.
    pub cidrs: Vec<Ipv4Net>,
    /// Addresses that pods have.
    pub assigned: Vec<Ipv4Addr>,
    /// When pods released addresses that nobody has had since, in milliseconds since 1970.
    pub released: Vec<(Ipv4Addr, u64)>,
}

/// Gauges of ipamd's metrics (`http://localhost:61678/metrics`), of one node or summed up over the nodes of the
/// text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metrics {
    /// How many nodes' values there are.
    pub nodes: u32,
    pub total: u64,
    pub assigned: u64,
    pub enis: u64,
    pub prefixes: u64,
}
