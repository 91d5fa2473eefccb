//! Looking things up: which cluster's node an instance is, which addresses pods have.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr};

use super::super::fact::{Interface, Machine, Member, NotModelled};
use super::Live;

/// An index of [`Live`].
#[derive(Debug)]
pub struct Index<'l> {
    live: &'l Live,
    /// By instance id: cluster and member.
    instances: HashMap<&'l str, (usize, usize)>,
    /// By cluster: addresses that pods have from ENIs of their nodes, of branch ENIs, and of Fargate.
    pods: Vec<HashSet<Ipv4Addr>>,
    branches: Vec<HashSet<Ipv4Addr>>,
    fargate: HashSet<Ipv4Addr>,
    /// By ENI: addresses that ipamd says are assigned.
    ipamd: HashMap<&'l str, &'l [Ipv4Addr]>,
    /// Trunk ENIs by id, with the cluster of their node.
    trunks: HashMap<&'l str, usize>,
}

impl<'l> Index<'l> {
    pub fn of(live: &'l Live) -> Index<'l> {
        let mut index = Index {
            live,
            instances: HashMap::new(),
            pods: Vec::new(),
            branches: Vec::new(),
            fargate: HashSet::new(),
            ipamd: HashMap::new(),
            trunks: HashMap::new(),
        };
        for (c, cluster) in live.clusters.iter().enumerate() {
            let mut on_fargate = HashSet::new();
            for (m, member) in cluster.members.iter().enumerate() {
                let Some(machine) = member.machine.as_deref() else { continue };
                if let Some(instance) = &machine.instance {
                    index.instances.entry(instance).or_insert((c, m));
                }
                if machine.not_modelled == Some(NotModelled::Fargate) {
                    on_fargate.insert(member.name.as_str());
                    index.fargate.extend(member.addresses.iter().filter_map(v4));
                }
            }
            let (mut pods, mut branches) = (HashSet::new(), HashSet::new());
            for pod in cluster.pods.iter().filter(|pod| !pod.is_over() && !pod.ask.host_network) {
                let fargate = pod.node.as_deref().is_some_and(|node| on_fargate.contains(node));
                let of = match (fargate, pod.ask.branch) {
                    (true, _) => &mut index.fargate,
                    (false, true) => &mut branches,
                    (false, false) => &mut pods,
                };
                of.extend(pod.address.iter().filter_map(v4).chain(pod.branches.iter().copied()));
            }
            index.pods.push(pods);
            index.branches.push(branches);
        }
        for eni in live.ipamd.iter().flat_map(|ipamd| &ipamd.enis) {
            index.ipamd.entry(&eni.id).or_insert(&eni.assigned);
        }
        for interface in live.interfaces.iter().filter(|interface| interface.is_trunk()) {
            if let Some((c, _)) = index.node(interface) {
                index.trunks.insert(&interface.id, c);
            }
        }
        index
    }

    /// The node that an ENI is attached to: its cluster and its place there.
    pub fn node(&self, interface: &Interface) -> Option<(usize, usize)> {
        self.instances.get(interface.instance.as_deref()?).copied()
    }

    /// The same, with what the node says of itself.
    pub fn machine(&self, interface: &Interface) -> Option<(usize, &'l Member, &'l Machine)> {
        let (c, m) = self.node(interface)?;
        let member = self.live.clusters.get(c)?.members.get(m)?;
        Some((c, member, member.machine.as_deref()?))
    }

    /// Whether a pod of the cluster has an address of an ENI of its node's; `None`: no input says who has it.
    pub fn is_assigned(&self, cluster: usize, eni: &str, address: Ipv4Addr) -> Option<bool> {
        if let Some(assigned) = self.ipamd.get(eni) {
            return Some(assigned.binary_search(&address).is_ok());
        }
        self.live.clusters.get(cluster).filter(|cluster| !cluster.pods.is_empty())?;
        Some(self.pods.get(cluster)?.contains(&address))
    }

    /// Whether a branch ENI is one of these clusters'.
    pub fn is_branch(&self, interface: &Interface) -> bool {
        let trunk = interface.trunk().is_some_and(|trunk| self.trunks.contains_key(trunk));
        trunk || interface.primary.is_some_and(|address| self.branches.iter().any(|of| of.contains(&address)))
    }

    pub fn is_fargate(&self, address: Ipv4Addr) -> bool {
        self.fargate.contains(&address)
    }
}

fn v4(address: &IpAddr) -> Option<Ipv4Addr> {
    match address {
        IpAddr::V4(address) => Some(*address),
        IpAddr::V6(_) => None,
    }
}
