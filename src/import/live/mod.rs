//! Clusters of AWS as they are: the facts of all inputs, each thing once, each with the cluster that it belongs to.
//!
//! What is here is what was read; nothing is predicted. [`usage()`] says who uses each address of a subnet.

mod index;
mod mode;
mod owners;
mod usage;

use std::collections::{BTreeMap, HashSet};

pub use index::Index;
pub(in crate::import) use mode::is_mode;
pub use usage::{UNLISTED, USES, Usage, Use, Used, usage};

use super::fact::{
    AwsNode, Controller, EksCluster, EksctlCluster, EniConfig, Fact, Interface, Ipamd, Member, Metrics,
    NodeClass, NodePool, Nodegroup, NotModelled, Pod, Subnet, Vpc,
};
use crate::instance::InstanceType;
use crate::text::count;

/// Everything that inputs say of AWS.
#[derive(Debug, Clone, Default)]
pub struct Live {
    pub subnets: Vec<Subnet>,
    pub interfaces: Vec<Interface>,
    pub vpcs: Vec<Vpc>,
    /// As the inputs state them, on top of the built-in table.
    pub types: Vec<InstanceType>,
    pub ipamd: Vec<Ipamd>,
    pub metrics: Vec<Metrics>,
    pub clusters: Vec<Cluster>,
    /// Lists that ended at a page, by their keys.
    pub cut: Vec<&'static str>,
    /// What could not be put together.
    pub notes: Vec<String>,
}

/// A cluster whose nodes are instances of AWS.
#[derive(Debug, Clone, Default)]
pub struct Cluster {
    pub name: String,
    pub declared: Option<EksCluster>,
    pub eksctl: Option<EksctlCluster>,
    pub nodegroups: Vec<Nodegroup>,
    pub members: Vec<Member>,
    pub pods: Vec<Pod>,
    pub controllers: Vec<Controller>,
    pub aws_nodes: Vec<AwsNode>,
    pub eni_configs: Vec<EniConfig>,
    pub pools: Vec<NodePool>,
    pub classes: Vec<NodeClass>,
}

impl Live {
    /// The facts of AWS among all; the others stay, in their order, with the index of their input. `names` are those
    /// of the inputs.
    pub(super) fn of(facts: &mut Vec<(usize, Fact)>, names: &[String]) -> Live {
        let mut live = Live::default();
        let mut of_clusters = Vec::new();
        for (input, fact) in std::mem::take(facts) {
            match fact {
                Fact::Subnets(some) => live.subnets.extend(some),
                Fact::Interfaces(some) => live.interfaces.extend(some),
                Fact::Vpcs(some) => live.vpcs.extend(some),
                Fact::Types(some) => live.types.extend(some.0),
                Fact::Ipamd(one) => live.ipamd.push(one),
                Fact::Metrics(one) => live.metrics.push(one),
                Fact::Cut(key) => live.cut.push(key),
                Fact::Nodes(members) => {
                    let (own, others): (Vec<Member>, Vec<Member>) =
                        members.into_iter().partition(|member| member.machine.is_some());
                    if !own.is_empty() {
                        of_clusters.push((input, Fact::Nodes(own)));
                    }
                    if !others.is_empty() {
                        facts.push((input, Fact::Nodes(others)));
                    }
                }
                Fact::Kind(_) | Fact::Network(_) | Fact::Listed(_) | Fact::Note(_) => {
                    facts.push((input, fact))
                }
                _ => of_clusters.push((input, fact)),
            }
        }
        once(&mut live.subnets, |subnet| subnet.id.clone());
        once(&mut live.interfaces, |interface| interface.id.clone());
        once(&mut live.vpcs, |vpc| vpc.id.clone());
        once(&mut live.types, |known| known.name.clone());
        once(&mut live.cut, |key| (*key).to_owned());
        let mut others = owners::Others::default();
        for (input, fact) in facts.iter() {
            others.any |= matches!(fact, Fact::Kind(_) | Fact::Nodes(_));
            if let Fact::Nodes(members) = fact {
                others.inputs.insert(*input);
                others.nodes.extend(members.iter().map(|member| member.name.as_str()));
            }
        }
        let back = owners::share(of_clusters, names, &others, &mut live);
        facts.extend(back);
        live
    }

    /// Says of each list that ended at a page that it did.
    pub fn cut_short(&self) -> impl Iterator<Item = String> + '_ {
        self.cut.iter().map(|key| {
            format!(
                "the list of {key} ends at a page (NextToken): what comes behind it is missing; run it without \
                 --max-items"
            )
        })
    }

    /// Whether there is nothing of AWS.
    pub fn is_empty(&self) -> bool {
        self.subnets.is_empty()
            && self.clusters.is_empty()
            && self.interfaces.is_empty()
            && self.vpcs.is_empty()
            && self.types.is_empty()
            && self.ipamd.is_empty()
            && self.metrics.is_empty()
    }
}

/// Of several things with the same key the first.
fn once<T>(all: &mut Vec<T>, key: impl Fn(&T) -> String) {
    let mut seen = HashSet::new();
    all.retain(|one| seen.insert(key(one)));
}

impl Cluster {
    /// Says what of it is not modelled: the modes it is in, and how many nodes there are of each kind.
    pub fn not_modelled(&self) -> Vec<String> {
        let mut by: BTreeMap<NotModelled, u64> = BTreeMap::new();
        let machines = self.members.iter().filter_map(|member| member.machine.as_deref());
        machines.filter_map(|machine| machine.not_modelled).for_each(|why| *by.entry(why).or_default() += 1);
        let modes = self.modes().into_iter().map(|mode| format!("the cluster, {mode}"));
        let nodes = by.into_iter().map(|(why, n)| format!("{} of {}", count(n, "node"), why.name()));
        modes.chain(nodes).map(|what| without_figures(&what)).collect()
    }

    fn take(&mut self, fact: Fact) {
        match fact {
            Fact::Nodes(some) => self.members.extend(some),
            Fact::Pods(some) => self.pods.extend(some),
            Fact::Controllers(some) => self.controllers.extend(some),
            Fact::AwsNode(one) => self.aws_nodes.push(one),
            Fact::EniConfig(one) => self.eni_configs.push(one),
            Fact::NodePool(one) => self.pools.push(one),
            Fact::NodeClass(one) => self.classes.push(one),
            Fact::EksCluster(one) => _ = self.declared.get_or_insert(one),
            Fact::Eksctl(one) => _ = self.eksctl.get_or_insert(one),
            Fact::Nodegroup(one) => self.nodegroups.push(one),
            _ => {}
        }
    }

    /// Each thing once, as it was first said.
    pub(super) fn settle(&mut self) {
        once(&mut self.members, |member| member.name.clone());
        once(&mut self.pods, |pod| format!("{}/{}", pod.namespace, pod.name));
        let owner = |c: &Controller| format!("{}/{}/{}", c.namespace, c.owner.kind, c.owner.name);
        once(&mut self.controllers, owner);
        once(&mut self.nodegroups, |group| group.name.clone());
        once(&mut self.eni_configs, |config| config.name.clone());
        once(&mut self.pools, |pool| pool.name.clone());
        once(&mut self.classes, |class| class.name.clone());
        // the DaemonSet says what is in force for new pods
        self.aws_nodes.sort_by_key(|read| !read.daemonset);
        if !self.modes().is_empty() {
            let machines = self.members.iter_mut().filter_map(|member| member.machine.as_deref_mut());
            machines.for_each(|machine| _ = machine.not_modelled.get_or_insert(NotModelled::Mode));
        }
    }
}

/// Says that something is there of which plans have no numbers.
pub fn without_figures(what: &str) -> String {
    format!("not modelled, without figures: {what}")
}
