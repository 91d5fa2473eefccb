//! Which facts are of one cluster.
//!
//! An input of kubectl is of one cluster. Two inputs are of the same one if a node or a cluster's name is in both;
//! an input that has neither is of the only cluster there is. A cluster's name stands in what describes it, in tags
//! of its nodes' network interfaces, in the labels that eksctl gives nodes, and in aws-node's `CLUSTER_NAME`.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::super::draft::unique;
use super::super::fact::{Fact, Interface, Machine, Runner};
use super::super::join::stem;
use super::super::take::harmless;
use super::{Cluster, Live};
use crate::text::listed;

/// Tag of the ENIs that the VPC CNI makes. Source: aws/amazon-vpc-cni-k8s `pkg/awsutils/awsutils.go`.
const CLUSTER_TAG: &str = "cluster.k8s.amazonaws.com/name";
/// Source: eksctl-io/eksctl `pkg/apis/eksctl.io/v1alpha5/types.go`.
const EKSCTL_LABEL: &str = "alpha.eksctl.io/cluster-name";
const CLUSTER_VARIABLE: &str = "CLUSTER_NAME";
/// What `podroom import --commands` calls a file of nodes: no name of a cluster.
const NODES: &str = "nodes";

/// Nodes that are not AWS's, and the inputs that have some.
#[derive(Default)]
pub(super) struct Others<'f> {
    /// There are clusters that are not AWS's, with nodes that are known or without.
    pub any: bool,
    pub nodes: HashSet<&'f str>,
    pub inputs: HashSet<usize>,
}

/// Shares facts out among clusters, which come in the order of the inputs. What is of clusters that are not AWS's is
/// given back.
pub(super) fn share(
    facts: Vec<(usize, Fact)>,
    names: &[String],
    others: &Others<'_>,
    live: &mut Live,
) -> Vec<(usize, Fact)> {
    let Evidence { mut same, named, with_nodes, elsewhere } = Evidence::of(&facts, others, live);
    let mut back = Vec::new();
    // inputs of one name are of one cluster
    let mut by_name: BTreeMap<&str, usize> = BTreeMap::new();
    for (input, name) in &named {
        same.join(*by_name.entry(name).or_insert(*input), *input);
    }
    let roots: BTreeSet<usize> = with_nodes.iter().map(|input| same.root(*input)).collect();
    let of_root: HashMap<usize, &str> =
        named.iter().map(|(input, name)| (same.root(*input), name.as_str())).collect();
    let only = only_match(&facts, &roots, &of_root);
    let mut build = Build::default();
    let mut left = Vec::new();
    for (input, fact) in facts {
        if elsewhere.contains(&input) {
            back.push((input, fact));
            continue;
        }
        let root = same.root(input);
        let has_nodes = roots.contains(&root);
        let only = only.as_deref().filter(|_| has_nodes);
        let name = name_of(&fact).or(of_root.get(&root).copied()).or(only).map(str::to_owned);
        match name {
            Some(name) => build.named(&name).take(fact),
            None if has_nodes => build.rooted(root, names).take(fact),
            None => left.push((input, fact)),
        }
    }
    // where there are no clusters of AWS, pods are those of the others
    if build.clusters.is_empty() && others.any {
        let runs = |(_, fact): &(usize, Fact)| matches!(fact, Fact::Pods(_) | Fact::Controllers(_));
        back.extend(left.extract_if(.., |fact| runs(fact)));
    }
    build.rest(left, live);
    build.clusters.iter_mut().for_each(Cluster::settle);
    live.clusters = build.clusters;
    back
}

/// If there is one cluster of nodes without a name, and one name without nodes: that name.
fn only_match(
    facts: &[(usize, Fact)],
    roots: &BTreeSet<usize>,
    of_root: &HashMap<usize, &str>,
) -> Option<String> {
    let taken: HashSet<&str> = of_root.values().copied().collect();
    let free: BTreeSet<&str> =
        facts.iter().filter_map(|(_, fact)| name_of(fact)).filter(|name| !taken.contains(name)).collect();
    let unnamed = roots.iter().filter(|root| !of_root.contains_key(root)).count();
    let name = free.first().filter(|_| unnamed == 1 && free.len() == 1)?;
    Some((*name).to_owned())
}

/// What inputs tell of the clusters that they are of.
#[derive(Default)]
struct Evidence {
    same: Same,
    /// The name of its cluster, by input.
    named: BTreeMap<usize, String>,
    with_nodes: BTreeSet<usize>,
    /// Inputs with nodes or pods of clusters that are not AWS's, and none of AWS's.
    elsewhere: BTreeSet<usize>,
}

impl Evidence {
    fn of(facts: &[(usize, Fact)], others: &Others<'_>, live: &Live) -> Evidence {
        let of_interfaces = by_instance(&live.interfaces);
        let of_groups = by_group(facts);
        let mut told = Evidence::default();
        let mut nodes: HashMap<&str, usize> = HashMap::new();
        for (input, fact) in facts {
            let Fact::Nodes(members) = fact else { continue };
            told.with_nodes.insert(*input);
            for member in members {
                told.same.join(*nodes.entry(&member.name).or_insert(*input), *input);
                let machine = member.machine.as_deref();
                if let Some(name) = machine.and_then(|machine| said(machine, &of_interfaces, &of_groups)) {
                    told.named.entry(*input).or_insert(name);
                }
            }
        }
        told.elsewhere.extend(others.inputs.difference(&told.with_nodes.iter().copied().collect()));
        for (input, fact) in facts {
            match fact {
                Fact::Pods(pods) => {
                    let placed = || pods.iter().filter_map(|pod| pod.node.as_deref());
                    placed().filter_map(|node| nodes.get(node)).for_each(|of| told.same.join(*of, *input));
                    let own = placed().any(|node| nodes.contains_key(node));
                    if !own && placed().any(|node| others.nodes.contains(node)) {
                        told.elsewhere.insert(*input);
                    }
                }
                Fact::AwsNode(read) => {
                    if let Some(name) = read.value(CLUSTER_VARIABLE).filter(|name| !name.is_empty()) {
                        told.named.entry(*input).or_insert_with(|| name.to_owned());
                    }
                }
                _ => {}
            }
        }
        told
    }
}

/// The name of a cluster that no input says: that of its file, or of the folder of a file that is called as
/// `podroom import --commands` proposes.
fn called(path: &str) -> String {
    let name = match (stem(path), path.rsplit_once(['/', '\\'])) {
        (NODES, Some((folder, _))) => stem(folder),
        (NODES, None) => "cluster",
        (stem, _) => stem,
    };
    harmless(name)
}

/// Names of clusters by the instances that have network interfaces with their tag.
fn by_instance(interfaces: &[Interface]) -> HashMap<&str, &str> {
    interfaces.iter().filter_map(|i| Some((i.instance.as_deref()?, i.tag(CLUSTER_TAG)?))).collect()
}

/// Names of clusters by their managed node groups, where no two clusters have one of that name.
fn by_group(facts: &[(usize, Fact)]) -> HashMap<&str, &str> {
    let mut of: HashMap<&str, BTreeSet<&str>> = HashMap::new();
    for (_, fact) in facts {
        if let Fact::Nodegroup(group) = fact {
            of.entry(&group.name).or_default().insert(&group.cluster);
        }
    }
    of.into_iter().filter_map(|(name, of)| (of.len() == 1).then_some((name, of.first().copied()?))).collect()
}

/// What a node says of its cluster's name.
fn said(
    machine: &Machine,
    of_interfaces: &HashMap<&str, &str>,
    of_groups: &HashMap<&str, &str>,
) -> Option<String> {
    let group = || match &machine.runner {
        Runner::Nodegroup(name) => of_groups.get(name.as_str()).copied(),
        _ => None,
    };
    let label = machine.labels.iter().find(|(key, value)| key == EKSCTL_LABEL && !value.is_empty());
    let tag = || machine.instance.as_deref().and_then(|instance| of_interfaces.get(instance).copied());
    label.map(|(_, name)| name.as_str()).or_else(tag).or_else(group).map(str::to_owned)
}

/// The cluster that a fact names itself.
fn name_of(fact: &Fact) -> Option<&str> {
    match fact {
        Fact::EksCluster(cluster) => Some(&cluster.name),
        Fact::Eksctl(cluster) => Some(&cluster.name),
        Fact::Nodegroup(group) => Some(&group.cluster),
        _ => None,
    }
}

#[derive(Default)]
struct Build {
    clusters: Vec<Cluster>,
    by_root: HashMap<usize, usize>,
    by_name: HashMap<String, usize>,
}

#[allow(clippy::indexing_slicing)] // both indices have the places of this very list
impl Build {
    fn named(&mut self, name: &str) -> &mut Cluster {
        let next = self.clusters.len();
        let at = *self.by_name.entry(name.to_owned()).or_insert(next);
        if at == next {
            self.clusters.push(Cluster { name: name.to_owned(), ..Cluster::default() });
        }
        &mut self.clusters[at]
    }

    /// A cluster whose name is not known: it is called after its first input.
    fn rooted(&mut self, root: usize, names: &[String]) -> &mut Cluster {
        if let Some(at) = self.by_root.get(&root) {
            return &mut self.clusters[*at];
        }
        let mut taken: HashSet<String> = self.by_name.keys().cloned().collect();
        let name = unique(&mut taken, &called(names.get(root).map_or("", String::as_str)));
        self.by_root.insert(root, self.clusters.len());
        self.named(&name)
    }

    /// Facts that say nothing of their cluster.
    fn rest(&mut self, facts: Vec<(usize, Fact)>, live: &mut Live) {
        if facts.is_empty() {
            return;
        }
        if self.clusters.len() > 1 {
            let names: Vec<&str> = self.clusters.iter().map(|cluster| cluster.name.as_str()).collect();
            live.notes.push(format!(
                "there are {} clusters ({}), and some inputs do not say which one they are of: they are left out; \
                 import each cluster by itself",
                names.len(),
                listed(&names)
            ));
            return;
        }
        let name = self.clusters.first().map_or("cluster".to_owned(), |cluster| cluster.name.clone());
        facts.into_iter().for_each(|(_, fact)| self.named(&name).take(fact));
    }
}

/// Inputs that are of one cluster: each with the least of them.
#[derive(Default)]
struct Same {
    up: HashMap<usize, usize>,
}

impl Same {
    fn root(&self, mut input: usize) -> usize {
        while let Some(up) = self.up.get(&input) {
            input = *up;
        }
        input
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        if a != b {
            self.up.insert(a.max(b), a.min(b));
        }
    }
}
