//! Pod addresses in use twice.
//!
//! An address is one pod's alone: managers give it out again only when the pod is gone. Two pods with one address are
//! what is left when a manager forgot what it had given out. Pods that use their node's network, and pods that have
//! ended, are not looked at: they share by design, or hold nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr};

use crate::import::Reading;
use crate::import::fact::{Fact, Listed, Member, Pod};
use crate::import::live::Live;
use crate::text::{addresses, count, excerpt, listed, thousands};

/// An address that several pods have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    pub cluster: String,
    pub address: IpAddr,
    /// Where its pods are.
    pub nodes: Vec<String>,
    /// Namespace and name; without the namespace where a table does not tell.
    pub pods: Vec<String>,
}

/// A node on which there are such pods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sharing {
    pub cluster: String,
    pub node: String,
    /// Pods with an address there.
    pub pods: u64,
    /// Those of them that share theirs.
    pub sharing: u64,
    /// The addresses that these have.
    pub addresses: u64,
    /// How that comes about, and what to do.
    pub sentence: String,
}

/// What is found of addresses in use twice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Twice {
    pub shared: Vec<Shared>,
    pub nodes: Vec<Sharing>,
    /// Pods that were looked at.
    pub pods: u64,
    /// What could not be told.
    pub notes: Vec<String>,
}

/// A pod that has an address.
struct Holder<'r> {
    cluster: usize,
    namespace: Option<&'r str>,
    name: &'r str,
    node: Option<&'r str>,
    address: IpAddr,
}

impl Holder<'_> {
    fn called(&self) -> String {
        self.namespace.map_or_else(|| self.name.to_owned(), |of| format!("{of}/{}", self.name))
    }
}

/// DaemonSets whose pods use their node's network wherever they run. A table of pods does not say who does.
const ON_HOST: [&str; 8] = [
    "aws-node",
    "calico-node",
    "cilium",
    "kindnet",
    "kube-flannel-ds",
    "kube-proxy",
    "ovnkube-node",
    "weave-net",
];

/// The DaemonSet of a pod, by its name: five characters behind it, of those that Kubernetes makes names of
/// (apimachinery `rand.String`).
fn daemonset_of(pod: &str) -> Option<&str> {
    let (name, hash) = pod.rsplit_once('-')?;
    let made = |c: char| "bcdfghjklmnpqrstvwxz2456789".contains(c);
    (hash.len() == 5 && hash.chars().all(made)).then_some(name)
}

/// Looks for addresses that several pods of a cluster have.
pub fn twice(reading: &Reading, live: &Live) -> Twice {
    let clusters = Clusters::of(reading, live);
    let (holders, guessed) = holders(reading, &clusters);
    let mut twice = Twice { pods: holders.len() as u64, ..Twice::default() };
    let mut by_address: BTreeMap<(usize, IpAddr), Vec<&Holder<'_>>> = BTreeMap::new();
    let mut by_node: BTreeMap<(usize, &str), OnNode<'_>> = BTreeMap::new();
    for holder in &holders {
        by_address.entry((holder.cluster, holder.address)).or_default().push(holder);
    }
    for ((cluster, address), mut pods) in by_address {
        let shares = pods.len() > 1;
        let nodes: BTreeSet<&str> = pods.iter().filter_map(|pod| pod.node).collect();
        for node in pods.iter().filter_map(|pod| pod.node) {
            let own = by_node.entry((cluster, node)).or_default();
            own.pods += 1;
            if shares {
                own.sharing += 1;
                own.shared.insert(address);
                own.elsewhere.extend(nodes.iter().copied().filter(|other| *other != node).take(NAMED));
            } else {
                own.alone.insert(address);
            }
        }
        if shares {
            pods.sort_by_key(|pod| (pod.namespace, pod.name));
            twice.shared.push(Shared {
                cluster: clusters.name(cluster),
                address,
                nodes: nodes.into_iter().map(str::to_owned).collect(),
                pods: pods.iter().map(|pod| pod.called()).collect(),
            });
        }
    }
    for ((cluster, node), own) in by_node.into_iter().filter(|(_, own)| own.sharing > 0) {
        twice.nodes.push(Sharing {
            cluster: clusters.name(cluster),
            node: node.to_owned(),
            pods: own.pods,
            sharing: own.sharing,
            addresses: own.shared.len() as u64,
            sentence: own.sentence(clusters.is_of_aws(cluster), clusters.is_kind(node)),
        });
    }
    if guessed > 0 {
        twice.notes.push(format!(
            "a table of pods does not say which of them use their node's network: {} were taken for such by name or by \
             their node's address; kubectl get pods -A -o json tells",
            count(guessed, "pod")
        ));
    }
    twice
}

/// Of every address that a node shares, so many other nodes are remembered to be named.
const NAMED: usize = 8;

/// The pods of one node.
#[derive(Default)]
struct OnNode<'r> {
    pods: u64,
    sharing: u64,
    shared: BTreeSet<IpAddr>,
    alone: BTreeSet<IpAddr>,
    /// Other nodes that have one of its addresses.
    elsewhere: BTreeSet<&'r str>,
}

impl OnNode<'_> {
    fn sentence(&self, aws: bool, kind: bool) -> String {
        let figures = format!(
            "{} of its {} {} {}",
            thousands(self.sharing),
            count(self.pods, "pod"),
            if self.sharing == 1 { "shares" } else { "share" },
            addresses(self.shared.len() as u64)
        );
        let why = match (aws, self.elsewhere.is_empty()) {
            (true, _) => "ipamd gives an address to one pod alone: it lost its file of assignments \
                          (/var/run/aws-node/ipam.json), or a pod is in the list that is gone; restart these pods"
                .to_owned(),
            (false, false) => {
                let others: Vec<String> = self.elsewhere.iter().map(|name| excerpt(name)).collect();
                let others: Vec<&str> = others.iter().map(String::as_str).collect();
                format!(
                    "pods of {} have them, too: these nodes give out of one range, or of ranges that overlap; compare \
                     their podCIDR",
                    listed(&others)
                )
            }
            (false, true) => {
                let place = if kind { "/run/cni-ipam-state" } else { "/var/lib/cni/networks" };
                let again = match (self.shared.last(), self.alone.first()) {
                    (Some(last), Some(first)) if last < first => {
                        ", and they are the lowest there, as when it begins anew"
                    }
                    _ => "",
                };
                format!(
                    "host-local gives an address out twice when its files on the node ({place}) are lost while pods \
                     run{again}; restart all pods of the node, and keep that directory"
                )
            }
        };
        format!("{figures}: {why}")
    }
}

/// Every pod once, with its address; and how many of a table were taken for pods of their node's network.
fn holders<'r>(reading: &'r Reading, clusters: &Clusters<'r>) -> (Vec<Holder<'r>>, u64) {
    let mut own = Own::default();
    let mut seen: HashSet<(usize, Option<&str>, &str)> = HashSet::new();
    // so that a table that does not say its namespace is told apart
    let mut bare: HashSet<(usize, &str, IpAddr)> = HashSet::new();
    let mut all = Vec::new();
    for (input, fact) in reading.facts() {
        let cluster = clusters.of_input(input);
        match fact {
            Fact::Nodes(members) => members.iter().for_each(|member| own.member(cluster, member)),
            Fact::Pods(pods) => {
                for pod in pods.iter().filter(|pod| seen.insert((cluster, Some(&pod.namespace), &pod.name))) {
                    own.pod(cluster, pod);
                    for address in addresses_of(pod) {
                        bare.insert((cluster, &pod.name, address));
                        if !pod.is_over() && !pod.ask.host_network {
                            let (namespace, node) = (Some(pod.namespace.as_str()), pod.node.as_deref());
                            all.push(Holder { cluster, namespace, name: &pod.name, node, address });
                        }
                    }
                }
            }
            Fact::Listed(pods) => pods.iter().for_each(|pod| own.listed(cluster, pod)),
            _ => {}
        }
    }
    let mut guessed = 0;
    for (input, fact) in reading.facts() {
        let Fact::Listed(pods) = fact else { continue };
        let cluster = clusters.of_input(input);
        for pod in pods.iter().filter(|pod| !pod.over) {
            let Some(address) = pod.address else { continue };
            let known = pod.namespace.is_none() && bare.contains(&(cluster, pod.name.as_str(), address));
            if known || !seen.insert((cluster, pod.namespace.as_deref(), &pod.name)) {
                continue;
            }
            if pod.node.as_deref().is_some_and(|node| own.is(cluster, node, address)) {
                guessed += 1;
                continue;
            }
            let (namespace, node) = (pod.namespace.as_deref(), pod.node.as_deref());
            all.push(Holder { cluster, namespace, name: &pod.name, node, address });
        }
    }
    (all, guessed)
}

fn addresses_of(pod: &Pod) -> impl Iterator<Item = IpAddr> + '_ {
    let branches = pod.branches.iter().map(|address| IpAddr::V4(*address));
    pod.address.into_iter().chain(branches.filter(|address| pod.address != Some(*address)))
}

/// The addresses of the nodes themselves.
#[derive(Default)]
struct Own<'r> {
    of: HashMap<(usize, &'r str), HashSet<IpAddr>>,
}

impl<'r> Own<'r> {
    fn add(&mut self, cluster: usize, node: &'r str, address: IpAddr) {
        self.of.entry((cluster, node)).or_default().insert(address);
    }

    fn member(&mut self, cluster: usize, member: &'r Member) {
        member.addresses.iter().for_each(|address| self.add(cluster, &member.name, *address));
    }

    fn pod(&mut self, cluster: usize, pod: &'r Pod) {
        if let (true, Some(node), Some(address)) = (pod.ask.host_network, pod.node.as_deref(), pod.address) {
            self.add(cluster, node, address);
        }
    }

    /// Those that are called as such pods are: static pods by their node, too.
    fn listed(&mut self, cluster: usize, pod: &'r Listed) {
        let (Some(node), Some(address)) = (pod.node.as_deref(), pod.address) else { return };
        let is_static = pod.name.strip_suffix(node).is_some_and(|rest| rest.ends_with('-'));
        let of_host = daemonset_of(&pod.name).is_some_and(|name| ON_HOST.contains(&name));
        if is_static || of_host {
            self.add(cluster, node, address);
        }
    }

    fn is(&self, cluster: usize, node: &str, address: IpAddr) -> bool {
        let by_name = || called_after(node).map(IpAddr::V4) == Some(address);
        self.of.get(&(cluster, node)).is_some_and(|own| own.contains(&address)) || by_name()
    }
}

/// The address that a node of EC2 is called after: `ip-10-0-0-10.ec2.internal`.
fn called_after(node: &str) -> Option<Ipv4Addr> {
    let name = node.strip_prefix("ip-")?;
    name.split_once('.').map_or(name, |(host, _)| host).replace('-', ".").parse().ok()
}

/// Which inputs are of one cluster: those that name the same node.
struct Clusters<'r> {
    /// By input.
    root: Vec<usize>,
    names: HashMap<usize, String>,
    aws: HashSet<usize>,
    /// Nodes that kind runs.
    kind: HashSet<&'r str>,
    reading: &'r Reading,
}

impl<'r> Clusters<'r> {
    fn of(reading: &'r Reading, live: &Live) -> Clusters<'r> {
        let mut root: Vec<usize> = (0..=reading.names().len()).collect();
        let mut first: HashMap<&str, usize> = HashMap::new();
        let mut kind = HashSet::new();
        for (input, fact) in reading.facts() {
            for node in nodes(fact) {
                let (a, b) = (find(&root, *first.entry(node).or_insert(input)), find(&root, input));
                if let Some(up) = root.get_mut(a.max(b)) {
                    *up = a.min(b);
                }
            }
            if let Fact::Nodes(members) = fact {
                kind.extend(members.iter().filter(|m| m.kind.is_some()).map(|m| m.name.as_str()));
            }
        }
        let mut clusters = Clusters { root, names: HashMap::new(), aws: HashSet::new(), kind, reading };
        for (input, fact) in reading.facts() {
            let names: Vec<&str> = match fact {
                Fact::Pods(pods) => pods.iter().map(|pod| pod.name.as_str()).collect(),
                Fact::Listed(pods) => pods.iter().map(|pod| pod.name.as_str()).collect(),
                _ => Vec::new(),
            };
            if names.into_iter().any(|name| daemonset_of(name) == Some("aws-node")) {
                clusters.aws.insert(clusters.of_input(input));
            }
        }
        for cluster in &live.clusters {
            for member in &cluster.members {
                if let Some(input) = first.get(member.name.as_str()) {
                    let root = clusters.of_input(*input);
                    clusters.names.entry(root).or_insert_with(|| cluster.name.clone());
                    clusters.aws.insert(root);
                }
            }
        }
        clusters
    }

    fn of_input(&self, input: usize) -> usize {
        find(&self.root, input)
    }

    /// Its name, or that of its first input.
    fn name(&self, root: usize) -> String {
        self.names.get(&root).cloned().unwrap_or_else(|| self.reading.called(root))
    }

    fn is_of_aws(&self, root: usize) -> bool {
        self.aws.contains(&root)
    }

    /// By what the node says of itself, or by its name: kind calls all its nodes alike.
    fn is_kind(&self, node: &str) -> bool {
        self.kind.contains(node) || crate::ipam::kind::split(node).is_some()
    }
}

fn nodes(fact: &Fact) -> Vec<&str> {
    match fact {
        Fact::Nodes(members) => members.iter().map(|member| member.name.as_str()).collect(),
        Fact::Pods(pods) => pods.iter().filter_map(|pod| pod.node.as_deref()).collect(),
        Fact::Listed(pods) => pods.iter().filter_map(|pod| pod.node.as_deref()).collect(),
        _ => Vec::new(),
    }
}

fn find(root: &[usize], mut at: usize) -> usize {
    while let Some(up) = root.get(at).filter(|up| **up != at) {
        at = *up;
    }
    at
}
