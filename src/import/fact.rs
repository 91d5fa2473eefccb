//! What an input says, before inputs are put together. Names are still as they are in the input.

use std::net::IpAddr;

use ipnet::IpNet;

/// One thing that an input tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fact {
    Kind(KindCluster),
    Network(Network),
    Nodes(Vec<Member>),
    /// What a reader of the plan should know, of nothing that is in it.
    Note(String),
}

/// A cluster that kind's own file asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct KindCluster {
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
pub(super) struct Network {
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
pub(super) struct Container {
    pub name: String,
    /// One of each family at most.
    pub addresses: Vec<IpAddr>,
}

/// A node of a cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Member {
    pub name: String,
    /// The kind cluster it says it belongs to.
    pub kind: Option<String>,
    /// Its `providerID` is given.
    pub provided: bool,
    /// The address manager that it shows the signs of.
    pub manager: Option<&'static str>,
    pub control_plane: bool,
    /// Internal addresses, one of each family at most.
    pub addresses: Vec<IpAddr>,
    /// Ranges that its pods' addresses come from.
    pub ranges: Vec<IpNet>,
    pub max_pods: Option<u32>,
}
