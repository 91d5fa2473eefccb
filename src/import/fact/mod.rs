//! What an input says, before inputs are put together. Names are still as they are in the input, made harmless.
//!
//! Everything here is read once and is all that is kept of an input: its text is gone when the facts are looked at.

mod aws;
mod eksctl;
mod kubernetes;

use std::net::IpAddr;

use ipnet::IpNet;

pub use aws::{EksCluster, Interface, Ipamd, IpamdEni, Metrics, Nodegroup, Subnet, Types, Vpc, tag};
pub use eksctl::{EksctlCluster, EksctlGroup, EksctlSubnet};
pub use kubernetes::{
    Ask, AwsNode, Controller, EniConfig, Listed, Machine, Member, NodeClass, NodePool, NotModelled, Owner,
    Phase, Pod, Runner, SubnetTerm, Taint, Toleration,
};

/// One thing that an input tells of.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    Kind(KindCluster),
    Network(Network),
    Nodes(Vec<Member>),
    Pods(Vec<Pod>),
    Listed(Vec<Listed>),
    Controllers(Vec<Controller>),
    AwsNode(AwsNode),
    EniConfig(EniConfig),
    NodePool(NodePool),
    NodeClass(NodeClass),
    Subnets(Vec<Subnet>),
    Interfaces(Vec<Interface>),
    Types(Types),
    Vpcs(Vec<Vpc>),
    EksCluster(EksCluster),
    Nodegroup(Nodegroup),
    Ipamd(Ipamd),
    Metrics(Metrics),
    Eksctl(EksctlCluster),
    /// A list of AWS that ends at a page: its key.
    Cut(&'static str),
    /// What a reader of the plan should know, of nothing that is in it.
    Note(String),
}

/// A cluster that kind's own file asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KindCluster {
    /// `None` if the file leaves that to the command line.
    pub name: Option<String>,
    pub control_planes: u32,
    pub workers: u32,
    /// One range of each family at most; empty: kind's own.
    pub pods: Vec<IpNet>,
    pub services: Vec<IpNet>,
    /// Prefix length of the nodes' pod ranges.
    pub mask_v4: Option<u32>,
    pub mask_v6: Option<u32>,
    pub max_pods: Option<u32>,
    pub notes: Vec<String>,
}

/// A docker network.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Network {
    pub name: String,
    pub subnet: Option<IpNet>,
    pub ip_range: Option<IpNet>,
    pub gateway: Option<IpAddr>,
    pub aux_addresses: Vec<(String, IpAddr)>,
    /// Beside a subnet of IPv4.
    pub ipv6_subnet: Option<IpNet>,
    /// By address.
    pub containers: Vec<Container>,
    pub notes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    pub name: String,
    /// One of each family at most.
    pub addresses: Vec<IpAddr>,
}
