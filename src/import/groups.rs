//! Clusters whose nodes are all that is known of them.

use std::collections::HashSet;

use ipnet::IpNet;

use super::draft::{Cluster, Group, Known};
use super::fact::Member;
use crate::manager::MANAGERS;

/// What is taken if the nodes show no sign of another: a range for each node, from kube-controller-manager.
const DEFAULT: &str = "kubeadm";

/// A cluster of nodes, in groups that are alike.
pub(super) fn cluster(name: String, members: Vec<Member>) -> Cluster {
    let manager = members.iter().find_map(|member| member.manager);
    let mut cluster = Cluster { name, manager: manager.unwrap_or(DEFAULT), ..Cluster::default() };
    if manager.is_none() {
        cluster.notes.push(
            "the nodes do not show who gives out their ranges: kubeadm's rules are taken, which are those of \
             kube-controller-manager"
                .to_owned(),
        );
    }
    cluster.notes.push(
        "the ranges of pods and services are not in the nodes; kubectl cluster-info dump | grep -e cluster-cidr -e \
         service-cluster-ip-range shows them for most clusters"
            .to_owned(),
    );
    let (mut groups, mut names) = (Vec::new(), HashSet::new());
    for member in members.into_iter().filter(|member| names.insert(member.name.clone())) {
        count(&mut groups, &member);
        let Member { name, addresses, ranges, .. } = member;
        cluster.nodes.push(Known { name, addresses, ranges });
    }
    cluster.groups = groups.into_iter().map(|(group, _)| group).collect();
    if let Some(manager) = MANAGERS.iter().find(|manager| manager.name == cluster.manager) {
        // pods of others do not get their addresses out of the node's range
        if !manager.reads("node_ranges") {
            cluster.nodes.iter_mut().for_each(|node| node.ranges.clear());
        }
        let own: Vec<IpNet> = manager.defaults.pod_subnet.parse().into_iter().collect();
        cluster.learn_from_ranges(&own, manager.defaults.node_mask);
    }
    cluster
}

/// Counts a node to its group. Nodes are alike if they have the same role and the same max pods.
fn count(groups: &mut Vec<(Group, bool)>, member: &Member) {
    let alike = |(group, role): &&mut (Group, bool)| {
        (*role, group.max_pods) == (member.control_plane, member.max_pods)
    };
    if let Some((group, _)) = groups.iter_mut().find(alike) {
        group.nodes = group.nodes.saturating_add(1);
        return;
    }
    let role = if member.control_plane { "control-plane" } else { "workers" };
    let first = !groups.iter().any(|(_, role)| *role == member.control_plane);
    let name = match member.max_pods {
        Some(max_pods) if !first => format!("{role}-{max_pods}"),
        None if !first => format!("{role}-unknown"),
        _ => role.to_owned(),
    };
    groups.push((Group { name, nodes: 1, max_pods: member.max_pods }, member.control_plane));
}
