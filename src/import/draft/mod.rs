//! The plan before it is text.

use std::collections::HashSet;
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

use super::fact::Network;
use crate::limits;

pub(in crate::import) mod eks;

#[derive(Debug, Default)]
pub(in crate::import) struct Draft {
    pub notes: Vec<String>,
    /// Ranges of the VPC.
    pub vpc: Vec<Ipv4Net>,
    pub subnets: Vec<eks::Subnet>,
    pub networks: Vec<Network>,
    pub clusters: Vec<Cluster>,
    pub eks: Vec<eks::Eks>,
}

#[derive(Debug, Default)]
pub(in crate::import) struct Cluster {
    pub name: String,
    pub manager: &'static str,
    pub network: Option<String>,
    /// Of kind: control planes and workers.
    pub containers: Option<(u32, u32)>,
    /// At most one range of each family; empty: the manager's own.
    pub pods: Vec<IpNet>,
    pub services: Vec<IpNet>,
    pub mask_v4: Option<u32>,
    pub mask_v6: Option<u32>,
    pub max_pods: Option<u32>,
    pub groups: Vec<Group>,
    pub workloads: Vec<eks::Workload>,
    /// What is known of single nodes.
    pub nodes: Vec<Known>,
    pub notes: Vec<String>,
}

#[derive(Debug)]
pub(in crate::import) struct Group {
    pub name: String,
    pub nodes: u32,
    pub max_pods: Option<u32>,
}

/// A node, with one address and one range of each family at most.
#[derive(Debug, Clone, Default)]
pub(in crate::import) struct Known {
    pub name: String,
    pub addresses: Vec<IpAddr>,
    pub ranges: Vec<IpNet>,
}

/// A name that is not taken, like the one that is wanted.
pub(in crate::import) fn unique(taken: &mut HashSet<String>, wanted: &str) -> String {
    let mut name = wanted.to_owned();
    for n in 2.. {
        if taken.insert(name.clone()) {
            break;
        }
        let end = format!("-{n}");
        let most = limits::NAME_CHARS.saturating_sub(end.len());
        name = wanted.chars().take(most).chain(end.chars()).collect();
    }
    name
}

impl Cluster {
    /// What the nodes' ranges tell of the cluster's: the length of a node's, and where nothing else is said the
    /// smallest range that holds them all. `default` and `masks` are the manager's own: its range of pods, of each
    /// family it has, and the lengths of a node's, IPv4 and IPv6.
    pub fn learn_from_ranges(&mut self, default: &[IpNet], masks: (u8, u8)) {
        let told = !self.pods.is_empty();
        for four in [true, false] {
            let of_family = |net: &&IpNet| net.addr().is_ipv4() == four;
            let ranges: Vec<IpNet> =
                self.nodes.iter().flat_map(|node| &node.ranges).filter(of_family).copied().collect();
            let Some(first) = ranges.first() else { continue };
            self.learn_mask(&ranges, *first, masks);
            let own =
                default.iter().find(of_family).filter(|own| ranges.iter().all(|range| own.contains(range)));
            match own {
                _ if told => {}
                // without a word of the plan there is IPv4 alone
                Some(own) if !four => self.pods.push(*own),
                Some(_) => {}
                None => {
                    let cover = cover(&ranges, *first, self.nodes_stated());
                    self.pods.push(cover);
                    self.notes.push(format!(
                        "pod_subnet is not in the inputs: {cover} is the smallest range with room for those of the nodes"
                    ));
                }
            }
        }
        let six = self.pods.iter().all(|range| range.addr().is_ipv6());
        let four = self.nodes.iter().flat_map(|node| &node.ranges).any(|range| range.addr().is_ipv4());
        if !self.pods.is_empty() && six && four && !told {
            self.pods.extend(default.iter().filter(|range| range.addr().is_ipv4()));
        }
        self.without_strangers(default);
    }

    fn nodes_stated(&self) -> u64 {
        let (control_planes, workers) = self.containers.unwrap_or_default();
        let groups: u64 = self.groups.iter().map(|group| u64::from(group.nodes)).sum();
        u64::from(control_planes) + u64::from(workers) + groups
    }

    /// The length of a node's range in one family.
    fn learn_mask(&mut self, ranges: &[IpNet], first: IpNet, masks: (u8, u8)) {
        let four = first.addr().is_ipv4();
        let (slot, usual) = if four { (&mut self.mask_v4, masks.0) } else { (&mut self.mask_v6, masks.1) };
        let mask = u32::from(first.prefix_len());
        if ranges.iter().any(|range| range.prefix_len() != first.prefix_len()) {
            self.notes
                .push("the nodes' pod ranges differ in length: the plan has one length for all".to_owned());
            return;
        }
        match *slot {
            Some(other) if other != mask => {
                self.notes.push(format!("nodes have ranges of /{mask}, not of /{other}"));
            }
            None if mask != u32::from(usual) => *slot = Some(mask),
            _ => {}
        }
    }

    /// Ranges outside of the cluster's cannot be in a plan.
    fn without_strangers(&mut self, default: &[IpNet]) {
        let pods = if self.pods.is_empty() { default } else { &self.pods };
        for node in &mut self.nodes {
            node.ranges.retain(|range| {
                let inside = pods.iter().any(|pods| pods.contains(range));
                if !inside {
                    self.notes
                        .push(format!("{} has the pod range {range}, which is in no pod subnet", node.name));
                }
                inside
            });
        }
    }
}

/// The smallest range that holds them all, and as many of the first one's length as there are nodes; all of one
/// family.
fn cover(ranges: &[IpNet], first: IpNet, nodes: u64) -> IpNet {
    let mut cover = first;
    while let Some(wider) = cover.supernet() {
        let bits = first.prefix_len().saturating_sub(cover.prefix_len());
        let room = 1_u64.checked_shl(bits.into()).is_none_or(|room| room >= nodes);
        if room && ranges.iter().all(|range| cover.contains(range)) {
            break;
        }
        cover = wider;
    }
    cover
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_unique() {
        let mut taken = HashSet::new();
        let names = ["a", "a", "a-2", "a"].map(|name| unique(&mut taken, name));
        assert_eq!(names, ["a", "a-2", "a-2-2", "a-3"]);
        let long = "x".repeat(limits::NAME_CHARS);
        assert_eq!(unique(&mut taken, &long), long);
        assert_eq!(unique(&mut taken, &long).chars().count(), limits::NAME_CHARS);
    }

    #[test]
    fn the_cover_is_the_smallest() {
        let nets = |texts: &[&str]| texts.iter().map(|t| t.parse().unwrap()).collect::<Vec<IpNet>>();
        for (ranges, expected) in [
            (&["10.244.0.0/24"][..], "10.244.0.0/24"),
            (&["10.244.0.0/24", "10.244.1.0/24"], "10.244.0.0/23"),
            (&["10.244.1.0/24", "10.244.2.0/24"], "10.244.0.0/22"),
            (&["0.0.0.0/24", "255.0.0.0/24"], "0.0.0.0/0"),
            (&["fd00:10:244::/64", "fd00:10:244:3::/64"], "fd00:10:244::/62"),
        ] {
            let ranges = nets(ranges);
            assert_eq!(cover(&ranges, ranges[0], 1).to_string(), expected);
        }
        let one = nets(&["10.0.3.0/24"]);
        let of_nodes = |nodes| cover(&one, one[0], nodes).to_string();
        assert_eq!(
            [1, 2, 3, u64::MAX].map(of_nodes),
            ["10.0.3.0/24", "10.0.2.0/23", "10.0.0.0/22", "0.0.0.0/0"]
        );
    }
}
