//! kind clusters: what their files ask for, with what docker and kubectl say of their nodes.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::IpAddr;

use ipnet::IpNet;

use super::draft::{Cluster, Known, unique};
use super::fact::{Container, KindCluster, Member, Network};
use crate::ipam::kind::{CLUSTER, Family, NETWORK, Part, names, split};
use crate::manager::kind::KIND;
use crate::text::{excerpt, list};

/// Clusters in the order in which they are first spoken of.
#[derive(Default)]
pub(super) struct Kinds {
    clusters: Vec<Building>,
    index: HashMap<String, usize>,
}

#[derive(Default)]
struct Building {
    name: String,
    declared: Option<KindCluster>,
    nodes: BTreeMap<Part, Known>,
    /// Containers by the network that they are in.
    containers: Vec<(String, Container)>,
    max_pods: Vec<u32>,
    notes: Vec<String>,
}

impl Kinds {
    pub fn len(&self) -> usize {
        self.clusters.len()
    }

    #[allow(clippy::indexing_slicing)] // the index has the places of this very list
    fn cluster(&mut self, name: &str) -> &mut Building {
        let next = self.clusters.len();
        let at = *self.index.entry(name.to_owned()).or_insert(next);
        if at == next {
            self.clusters.push(Building { name: name.to_owned(), ..Building::default() });
        }
        &mut self.clusters[at]
    }

    /// A cluster that a file asks for. Where the file has no name, kind takes `kind`, or what its command line
    /// says.
    pub fn declared(&mut self, declared: KindCluster, stem: &str, notes: &mut Vec<String>) {
        let wanted = declared.name.clone().unwrap_or_else(|| CLUSTER.to_owned());
        let mut name = wanted.clone();
        let known = self.index.get(&wanted).and_then(|at| self.clusters.get(*at));
        if known.is_some_and(|known| known.declared.is_some()) {
            let mut taken: HashSet<String> = self.index.keys().cloned().collect();
            name = unique(&mut taken, if declared.name.is_none() { stem } else { &wanted });
            notes.push(format!(
                "two of kind's files are of clusters called {}: the second is called {} here",
                excerpt(&wanted),
                excerpt(&name)
            ));
        }
        let cluster = self.cluster(&name);
        if declared.name.is_none() && name == wanted {
            cluster
                .notes
                .push("its file has no name: it is \"kind\", unless kind was run with --name".to_owned());
        }
        cluster.declared = Some(declared);
    }

    /// A container of a network.
    pub fn container(&mut self, network: &str, container: Container) {
        if let Some((cluster, _)) = split(&container.name) {
            let cluster = cluster.to_owned();
            self.cluster(&cluster).containers.push((network.to_owned(), container));
        }
    }

    /// A node that kubectl knows.
    pub fn member(&mut self, cluster: &str, member: Member) {
        let cluster = self.cluster(cluster);
        let part = split(&member.name).filter(|(of, _)| *of == cluster.name).map(|(_, part)| part);
        let Some(part) = part else {
            cluster.notes.push(format!(
                "the node {} is not called as kind calls its nodes: it is left out",
                excerpt(&member.name)
            ));
            return;
        };
        cluster.max_pods.extend(member.max_pods);
        cluster.node(part, &member.name, &member.addresses, &member.ranges);
    }

    /// The clusters, and the networks with the containers that turn out to be no nodes on them.
    pub fn finish(self, networks: &mut [Network]) -> Vec<Cluster> {
        self.clusters.into_iter().map(|cluster| cluster.finish(networks)).collect()
    }
}

impl Building {
    /// Adds to what is known of a node. Inputs do not overrule earlier ones.
    fn node(&mut self, part: Part, name: &str, addresses: &[IpAddr], ranges: &[IpNet]) {
        let node =
            self.nodes.entry(part).or_insert_with(|| Known { name: name.to_owned(), ..Known::default() });
        for address in addresses {
            match node.addresses.iter().find(|other| other.is_ipv4() == address.is_ipv4()) {
                None => node.addresses.push(*address),
                Some(other) if other == address => {}
                Some(other) => self.notes.push(format!(
                    "{name} has the address {other} in one input and {address} in another: {other} is taken (nodes \
                     may change addresses when docker restarts)"
                )),
            }
        }
        for range in ranges {
            match node.ranges.iter().find(|other| other.addr().is_ipv4() == range.addr().is_ipv4()) {
                None => node.ranges.push(*range),
                Some(other) if other == range => {}
                Some(other) => self.notes.push(format!(
                    "{name} has the pod range {other} in one input and {range} in another: {other} is taken"
                )),
            }
        }
    }

    fn finish(mut self, networks: &mut [Network]) -> Cluster {
        let network = self.take_containers(networks);
        let declared = self.declared.take();
        let is_declared = declared.is_some();
        let declared = declared.unwrap_or_default();
        let mut cluster = Cluster {
            manager: KIND.name,
            network,
            containers: Some(self.counts(&declared, is_declared)),
            pods: declared.pods,
            services: declared.services,
            mask_v4: declared.mask_v4,
            mask_v6: declared.mask_v6,
            max_pods: declared.max_pods,
            notes: declared.notes,
            ..Cluster::default()
        };
        cluster.notes.append(&mut self.notes);
        if !is_declared {
            let note = "kind's file is not among the inputs: where the nodes do not tell, kind's own ranges are taken";
            cluster.notes.push(note.to_owned());
        }
        self.max_pods.sort_unstable();
        self.max_pods.dedup();
        match (self.max_pods.as_slice(), cluster.max_pods) {
            ([], _) => {}
            ([n], None) if *n == KIND.defaults.max_pods => {}
            ([n], None) => cluster.max_pods = Some(*n),
            ([n], Some(said)) if *n == said => {}
            (some, said) => {
                let some: Vec<String> = some.iter().take(8).map(u32::to_string).collect();
                let taken = said.map_or("kind's default".to_owned(), |n| n.to_string());
                cluster
                    .notes
                    .push(format!("max pods of its nodes: {}; the plan has {taken}", some.join(", ")));
            }
        }
        cluster.nodes = self.nodes.into_values().collect();
        cluster.name = self.name;
        let families: Vec<bool> =
            cluster.nodes.iter().flat_map(|node| &node.ranges).map(|range| range.addr().is_ipv4()).collect();
        if !is_declared && families.contains(&false) {
            cluster.services = Family::Dual.service_subnets();
            cluster.services.retain(|range| families.contains(&range.addr().is_ipv4()));
        }
        cluster.learn_from_ranges(&Family::Dual.pod_subnets(), KIND.defaults.node_mask);
        cluster
    }

    /// Puts the addresses of containers on the network that kind looks at to their nodes, and those of other
    /// networks back to these.
    fn take_containers(&mut self, networks: &mut [Network]) -> Option<String> {
        let on = |name: &str| self.containers.iter().any(|(network, _)| network == name);
        let first = self.containers.first().map(|(network, _)| network.clone());
        let chosen = if on(NETWORK) { Some(NETWORK.to_owned()) } else { first };
        for (network, container) in std::mem::take(&mut self.containers) {
            if Some(&network) == chosen.as_ref() {
                if let Some((_, part)) = split(&container.name) {
                    self.node(part, &container.name, &container.addresses, &[]);
                }
            } else if let Some(other) = networks.iter_mut().find(|other| other.name == network) {
                other.containers.push(container);
            }
        }
        chosen
    }

    /// Control planes and workers: those that are asked for, and as many as the highest number in a name says.
    fn counts(&mut self, declared: &KindCluster, is_declared: bool) -> (u32, u32) {
        let (mut control_planes, mut workers) = (declared.control_planes.max(1), declared.workers);
        for part in self.nodes.keys() {
            match part {
                Part::ControlPlane(n) => control_planes = control_planes.max(*n),
                Part::Worker(n) => workers = workers.max(*n),
                // there is one before several only
                Part::LoadBalancer => control_planes = control_planes.max(2),
            }
        }
        if !is_declared {
            return (control_planes, workers);
        }
        if (control_planes, workers) != (declared.control_planes, declared.workers) {
            let (planes, others) = (declared.control_planes, declared.workers);
            self.notes.push(format!(
                "its file has {planes} control planes and {others} workers; there are more by the names of those there are"
            ));
        }
        let is_there = |name: &String| match split(name) {
            Some((_, part)) => part == Part::LoadBalancer || self.nodes.contains_key(&part),
            None => true,
        };
        let missing: Vec<String> =
            names(&self.name, control_planes.into(), workers.into()).filter(|name| !is_there(name)).collect();
        if !self.nodes.is_empty() && !missing.is_empty() {
            let names: Vec<&str> = missing.iter().map(String::as_str).collect();
            self.notes.push(format!("asked for, and in no input that has nodes: {}", list(&names)));
        }
        (control_planes, workers)
    }
}
