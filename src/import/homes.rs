//! Pods, and what wants them, of clusters that are not AWS's: which cluster each is of.
//!
//! A pod is where its node is. Those without a node, and Deployments and the like, are of the cluster of their input's
//! nodes or pods, or of the only one there is.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::fact::{Controller, Fact, Pod};
use crate::ipam::kind::split;
use crate::text::count;

/// A cluster that is not AWS's: of kind by its name, or another by its place among those.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Home {
    Kind(String),
    Other(usize),
}

/// The clusters of nodes and of inputs.
#[derive(Debug, Default)]
pub(super) struct Homes {
    of_node: HashMap<String, Home>,
    of_input: HashMap<usize, Home>,
    /// The clusters of kind that there are.
    kinds: HashSet<String>,
}

/// What runs in a cluster.
#[derive(Debug, Default)]
pub(super) struct Runs {
    pub pods: Vec<Pod>,
    pub controllers: Vec<Controller>,
}

impl Homes {
    pub fn of(kinds: HashSet<String>) -> Homes {
        Homes { kinds, ..Homes::default() }
    }

    /// A node of an input is in a cluster.
    pub fn node(&mut self, input: usize, name: &str, home: Home) {
        self.of_input.entry(input).or_insert_with(|| home.clone());
        self.of_node.entry(name.to_owned()).or_insert(home);
    }

    /// The cluster of a node. kind's nodes tell it by their names.
    fn of_node(&self, node: &str) -> Option<Home> {
        let by_name = || {
            let (cluster, _) = split(node).filter(|(cluster, _)| self.kinds.contains(*cluster))?;
            Some(Home::Kind(cluster.to_owned()))
        };
        self.of_node.get(node).cloned().or_else(by_name)
    }

    /// Shares pods and their owners out, and says of how many it cannot be told.
    pub fn share(mut self, facts: Vec<(usize, Fact)>, notes: &mut Vec<String>) -> BTreeMap<Home, Runs> {
        for (input, fact) in &facts {
            let Fact::Pods(pods) = fact else { continue };
            let home = pods.iter().find_map(|pod| self.of_node(pod.node.as_deref()?));
            if let Some(home) = home {
                self.of_input.entry(*input).or_insert(home);
            }
        }
        let kinds = self.kinds.iter().cloned().map(Home::Kind);
        let all: BTreeSet<Home> = self.of_node.values().cloned().chain(kinds).collect();
        let only = all.first().filter(|_| all.len() == 1);
        let mut runs: BTreeMap<Home, Runs> = BTreeMap::new();
        let mut left = 0_u64;
        for (input, fact) in facts {
            let of_input = self.of_input.get(&input).or(only);
            match fact {
                Fact::Pods(pods) => {
                    for pod in pods {
                        let own = match pod.node.as_deref() {
                            Some(node) => self.of_node(node),
                            None => of_input.cloned(),
                        };
                        match own {
                            Some(home) => runs.entry(home).or_default().pods.push(pod),
                            None => left += 1,
                        }
                    }
                }
                Fact::Controllers(some) => match of_input {
                    Some(home) => runs.entry(home.clone()).or_default().controllers.extend(some),
                    None => left += some.len() as u64,
                },
                _ => {}
            }
        }
        if left > 0 {
            notes.push(format!(
                "{} of clusters that the inputs do not tell apart, or of nodes that are in none, are left out: import \
                 each cluster by itself, with its nodes",
                count(left, "pod or workload")
            ));
        }
        runs
    }
}
