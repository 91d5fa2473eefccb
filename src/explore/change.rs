//! Values of the fields that are tried most, as changes of a plan itself: thousands of combinations a second are
//! evaluated where an edit of the text would have to be read again.
//!
//! Only fields whose values no other rule of the plan reader looks at are here; of the others the text is edited.

use crate::cni::env::parse_count;
use crate::plan::{MaxPods, NodeGroup, Nodes, Place, Plan, Row};

/// Variables that nothing else in a plan depends on.
const VARIABLES: [&str; 6] = [
    "WARM_ENI_TARGET",
    "WARM_IP_TARGET",
    "MINIMUM_IP_TARGET",
    "WARM_PREFIX_TARGET",
    "ENABLE_PREFIX_DELEGATION",
    "MAX_ENI",
];

/// One field of a plan with another value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A variable of a cluster; `None` is what holds where it is not set.
    Variable {
        cluster: usize,
        name: &'static str,
        value: Option<String>,
    },
    Types {
        cluster: usize,
        group: usize,
        types: Vec<String>,
    },
    Nodes {
        cluster: usize,
        group: usize,
        nodes: Nodes,
    },
    MaxPods {
        cluster: usize,
        group: usize,
        max_pods: Option<MaxPods>,
    },
}

impl Change {
    /// The change that gives a field a value as it is typed, `""` for its default; `None` where only an edit of the
    /// text knows what it means.
    pub fn typed(plan: &Plan, place: &Place, text: &str) -> Option<Change> {
        if place.item.is_some() {
            return None;
        }
        match place.row {
            Row::Env(cluster) => {
                let name = VARIABLES.into_iter().find(|name| *name == place.key)?;
                plan.clusters.get(cluster)?;
                let plain = parse_count(text).is_some_and(|n| n.to_string() == text);
                let value = match text {
                    "" => None,
                    "true" | "false" => Some(text.to_owned()),
                    _ if plain => Some(text.to_owned()),
                    _ => return None,
                };
                Some(Change::Variable { cluster, name, value })
            }
            Row::NodeGroup(cluster, group) => {
                let spec = plan.clusters.get(cluster)?.node_groups.get(group)?;
                let system = plan.clusters.get(cluster)?.system_pods;
                Change::of_group(spec, system, (cluster, group), &place.key, text)
            }
            _ => None,
        }
    }

    fn of_group(
        spec: &NodeGroup,
        system: u32,
        (cluster, group): (usize, usize),
        key: &str,
        text: &str,
    ) -> Option<Change> {
        match key {
            "instance_type" if !text.is_empty() && !text.contains([',', '"', '[']) => {
                Some(Change::Types { cluster, group, types: vec![text.trim().to_owned()] })
            }
            "nodes" if matches!(spec.nodes, Nodes::Count(_)) => {
                let nodes = text.parse().ok().filter(|n| *n <= crate::limits::NODES)?;
                Some(Change::Nodes { cluster, group, nodes: Nodes::Count(nodes) })
            }
            "max_pods" => {
                // what leaves no room for the system pods, or for `pods`, the reader refuses in its own words
                let room = |n: &u32| *n >= system && spec.pods.is_none_or(|pods| pods <= *n - system);
                let max_pods = match text {
                    "" => None,
                    "managed" => Some(MaxPods::Managed),
                    "ami" => Some(MaxPods::Ami),
                    "eni" => Some(MaxPods::Eni),
                    n => {
                        let n = n.parse().ok().filter(|n| *n <= crate::limits::PODS_PER_NODE).filter(room)?;
                        Some(MaxPods::Fixed(n))
                    }
                };
                Some(Change::MaxPods { cluster, group, max_pods })
            }
            _ => None,
        }
    }

    /// The changes that give the node groups of a cluster their own types, nodes and max pods, whatever they were given
    /// before.
    pub fn back(plan: &Plan, cluster: usize) -> Vec<Change> {
        let groups = plan.clusters.get(cluster).map_or(&[][..], |cluster| &cluster.node_groups);
        let of = |(group, spec): (usize, &NodeGroup)| {
            [
                Change::Types { cluster, group, types: spec.instance_types.clone() },
                Change::Nodes { cluster, group, nodes: spec.nodes.clone() },
                Change::MaxPods { cluster, group, max_pods: spec.max_pods },
            ]
        };
        groups.iter().enumerate().flat_map(of).collect()
    }

    /// Gives the plan the value. A row that is not there is left out.
    pub fn apply(&self, plan: &mut Plan) {
        match self {
            Change::Variable { cluster, name, value } => {
                let Some(cluster) = plan.cluster_mut(*cluster) else { return };
                match (cluster.env.iter().position(|(n, _)| n == name), value) {
                    (Some(at), Some(value)) => {
                        if let Some((_, old)) = cluster.env.get_mut(at) {
                            old.clone_from(value);
                        }
                    }
                    (Some(at), None) => drop(cluster.env.remove(at)),
                    (None, Some(value)) => cluster.env.push(((*name).to_owned(), value.clone())),
                    (None, None) => {}
                }
            }
            Change::Types { cluster, group, types } => {
                if let Some(spec) = group_mut(plan, *cluster, *group) {
                    spec.instance_types.clone_from(types);
                }
            }
            Change::Nodes { cluster, group, nodes } => {
                if let Some(spec) = group_mut(plan, *cluster, *group) {
                    spec.nodes.clone_from(nodes);
                }
            }
            Change::MaxPods { cluster, group, max_pods } => {
                if let Some(spec) = group_mut(plan, *cluster, *group) {
                    spec.max_pods = *max_pods;
                }
            }
        }
    }
}

fn group_mut(plan: &mut Plan, cluster: usize, group: usize) -> Option<&mut NodeGroup> {
    plan.cluster_mut(cluster)?.node_groups.get_mut(group)
}
