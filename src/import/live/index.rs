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
    /// By cluster: addresses that pods have from ENIs of their nodes.
    pods: Vec<HashSet<Ipv4Addr>>,
    /// Those of branch ENIs, and whether the pod is on a node that plans are made of.
    branches: HashMap<Ipv4Addr, bool>,
    fargate: HashSet<Ipv4Addr>,
    /// By ENI: addresses that ipamd says are assigned.
    ipamd: HashMap<&'l str, &'l [Ipv4Addr]>,
    /// Trunk ENIs by id, and whether their node is one that plans are made of.
    trunks: HashMap<&'l str, bool>,
}

impl<'l> Index<'l> {
    pub fn of(live: &'l Live) -> Index<'l> {
        let mut index = Index {
            live,
            instances: HashMap::new(),
            pods: Vec::new(),
            branches: HashMap::new(),
            fargate: HashSet::new(),
            ipamd: HashMap::new(),
            trunks: HashMap::new(),
        };
        for (c, cluster) in live.clusters.iter().enumerate() {
            let (mut on_fargate, mut unplanned) = (HashSet::new(), HashSet::new());
            for (m, member) in cluster.members.iter().enumerate() {
                let Some(machine) = member.machine.as_deref() else { continue };
                if let Some(instance) = &machine.instance {
                    index.instances.entry(instance).or_insert((c, m));
                }
                if !machine.is_planned() {
                    unplanned.insert(member.name.as_str());
                }
                if machine.not_modelled == Some(NotModelled::Fargate) {
                    on_fargate.insert(member.name.as_str());
                    index.fargate.extend(member.addresses.iter().filter_map(v4));
                }
            }
            let mut pods = HashSet::new();
            for pod in cluster.pods.iter().filter(|pod| !pod.is_over() && !pod.ask.host_network) {
                let on = |nodes: &HashSet<&str>| pod.node.as_deref().is_some_and(|node| nodes.contains(node));
                let addresses = pod.address.iter().filter_map(v4).chain(pod.branches.iter().copied());
                match (pod.fargate || on(&on_fargate), pod.ask.branch) {
                    (true, _) => index.fargate.extend(addresses),
                    (false, true) => {
                        index.branches.extend(addresses.map(|address| (address, !on(&unplanned))))
                    }
                    (false, false) => pods.extend(addresses),
                }
            }
            index.pods.push(pods);
        }
        for eni in live.ipamd.iter().flat_map(|ipamd| &ipamd.enis) {
            index.ipamd.entry(&eni.id).or_insert(&eni.assigned);
        }
        for interface in live.interfaces.iter().filter(|interface| interface.is_trunk()) {
            if let Some((_, _, machine)) = index.machine(interface) {
                index.trunks.insert(&interface.id, machine.is_planned());
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

    /// Whether a branch ENI is on a node that plans are made of; `None`: it is none of these clusters'.
    pub fn is_planned_branch(&self, interface: &Interface) -> Option<bool> {
        let by_trunk = interface.trunk().and_then(|trunk| self.trunks.get(trunk));
        by_trunk.or_else(|| self.branches.get(&interface.primary?)).copied()
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
