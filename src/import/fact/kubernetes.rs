//! What kubectl says.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use ipnet::IpNet;

/// A node of a cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Member {
    pub name: String,
    /// The kind cluster it says it belongs to.
    pub kind: Option<String>,
    /// Its `providerID` is given.
    pub provided: bool,
    /// The address manager that it shows the signs of.
    pub manager: Option<&'static str>,
    pub control_plane: bool,
    /// Internal addresses, one of each family at most.
    pub addresses: Vec<IpAddr>,
    /// Ranges that its pods' addresses come from.
    pub ranges: Vec<IpNet>,
    pub max_pods: Option<u32>,
    /// Of an instance of AWS whose pods' addresses come from subnets.
    pub machine: Option<Box<Machine>>,
}

/// What a node of AWS says of itself beside that.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Machine {
    /// `i-0abc…`.
    pub instance: Option<String>,
    pub instance_type: Option<String>,
    pub zone: Option<String>,
    pub runner: Runner,
    pub not_modelled: Option<NotModelled>,
    /// Too little is known of it for a group of a plan: its type, its subnet, or where its pods are.
    pub left_out: bool,
    pub labels: Vec<(String, String)>,
    /// Taints that keep pods away, without those that come and go with a node's condition.
    pub taints: Vec<Taint>,
    pub unschedulable: bool,
    /// Millicores and bytes that pods can ask for.
    pub cpu: Option<u64>,
    pub memory: Option<u64>,
    /// Cores of the machine.
    pub vcpus: Option<u32>,
    /// Branch ENIs that it offers.
    pub branch_enis: Option<u32>,
}

impl Machine {
    /// Whether it is one of the nodes that plans are made of.
    pub fn is_planned(&self) -> bool {
        self.not_modelled.is_none() && !self.left_out
    }
}

/// Nodes whose addresses are given out by rules that podroom does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NotModelled {
    Fargate,
    AutoMode,
    Windows,
    /// The whole cluster is in a mode that plans do not model, see [`crate::import::live::Cluster::modes`].
    Mode,
}

/// Labels of such nodes. Sources: Kubernetes (`kubernetes.io/os` and its forerunner), Amazon EKS.
const LABELS: &[(&str, &str, NotModelled)] = &[
    ("eks.amazonaws.com/compute-type", "fargate", NotModelled::Fargate),
    ("eks.amazonaws.com/compute-type", "auto", NotModelled::AutoMode),
    ("kubernetes.io/os", "windows", NotModelled::Windows),
    ("beta.kubernetes.io/os", "windows", NotModelled::Windows),
];

impl NotModelled {
    /// What a node with this label is.
    pub fn by_label(key: &str, value: &str) -> Option<NotModelled> {
        LABELS.iter().find(|(of, is, _)| *of == key && *is == value).map(|(.., why)| *why)
    }

    pub fn name(self) -> &'static str {
        match self {
            NotModelled::Fargate => "Fargate",
            NotModelled::AutoMode => "Auto Mode",
            NotModelled::Windows => "Windows",
            NotModelled::Mode => "a cluster in a mode that plans do not model",
        }
    }
}

/// Who runs a node.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Runner {
    #[default]
    Nobody,
    /// A managed node group.
    Nodegroup(String),
    /// A group that eksctl made, and that is not managed.
    SelfManaged(String),
    NodePool(String),
}

/// A taint with an effect that refuses pods.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Taint {
    pub key: String,
    pub value: String,
    pub effect: String,
}

/// A pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pod {
    pub namespace: String,
    pub name: String,
    pub owner: Owner,
    /// `None`: it has not been placed.
    pub node: Option<String>,
    pub phase: Phase,
    /// It is being deleted, and holds its address until it is gone.
    pub terminating: bool,
    pub address: Option<IpAddr>,
    /// The addresses of its branch ENIs.
    pub branches: Vec<Ipv4Addr>,
    /// It is one of Fargate's, be its node known or not.
    pub fargate: bool,
    pub ask: Arc<Ask>,
}

impl Pod {
    /// It has ended: it holds no address, and nothing of its node.
    pub fn is_over(&self) -> bool {
        self.phase == Phase::Over
    }
}

/// How far a pod has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    Pending,
    /// Or unknown: its node does not answer.
    Running,
    /// Succeeded or failed.
    Over,
}

/// A pod of a table that kubectl prints (`kubectl get pods -o wide`): what the table has of it, which is less than
/// the JSON has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// `None`: the table is of one namespace, and does not say of which.
    pub namespace: Option<String>,
    pub name: String,
    pub node: Option<String>,
    pub address: Option<IpAddr>,
    /// It has ended, and holds no address.
    pub over: bool,
}

/// What owns a pod; a Deployment is told from its ReplicaSet's name.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner {
    /// `Deployment`, `StatefulSet`, `DaemonSet`, `Job`, …; empty: nobody.
    pub kind: String,
    pub name: String,
}

/// What a pod asks of its node. Many pods ask for the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ask {
    /// Requested millicores and bytes.
    pub cpu: u64,
    pub memory: u64,
    pub host_network: bool,
    /// It has an address of a branch ENI.
    pub branch: bool,
    /// `nodeSelector`, by key.
    pub selector: Vec<(String, String)>,
    pub tolerations: Vec<Toleration>,
    /// It has a required node affinity, which is not read.
    pub affine: bool,
}

impl Ask {
    /// Whether it asks for nodes that are not modelled: no other node has these labels.
    pub fn is_modelled(&self) -> bool {
        !self.selector.iter().any(|(key, value)| NotModelled::by_label(key, value).is_some())
    }
}

/// A toleration. An empty key tolerates every key, an empty effect every effect.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Toleration {
    pub key: String,
    /// `None`: every value.
    pub value: Option<String>,
    pub effect: String,
}

impl Toleration {
    /// Source: Kubernetes, `core/v1` `Toleration.ToleratesTaint`.
    pub fn tolerates(&self, taint: &Taint) -> bool {
        (self.effect.is_empty() || self.effect == taint.effect)
            && (self.key.is_empty() || self.key == taint.key)
            && self.value.as_ref().is_none_or(|value| *value == taint.value)
    }
}

/// A Deployment, StatefulSet, DaemonSet or CronJob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Controller {
    pub namespace: String,
    pub owner: Owner,
    /// Pods that should run; for a CronJob those of one run.
    pub replicas: u32,
    pub ask: Arc<Ask>,
}

/// The aws-node DaemonSet, or those of its pods that have the same variables.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AwsNode {
    /// It is the DaemonSet itself, and not some of its pods.
    pub daemonset: bool,
    /// Where the pods are that have these variables.
    pub nodes: Vec<String>,
    /// Of the container's image.
    pub version: Option<String>,
    /// As Kubernetes stores them; `None`: the value is taken from somewhere else (`valueFrom`).
    pub env: Vec<(String, Option<String>)>,
}

impl AwsNode {
    /// The value of a variable, as far as it is known.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.env.iter().rfind(|(key, _)| key == name)?.1.as_deref()
    }
}

/// An ENIConfig of custom networking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EniConfig {
    pub name: String,
    pub subnet: String,
}

/// A NodePool of Karpenter (formerly Provisioner).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NodePool {
    pub name: String,
    /// Its EC2NodeClass.
    pub class: Option<String>,
    /// Those that its requirements name one by one; empty: they do not.
    pub instance_types: Vec<String>,
    pub max_pods: Option<u32>,
    pub tainted: bool,
    /// EKS Auto Mode runs its nodes.
    pub auto_mode: bool,
}

/// An EC2NodeClass of Karpenter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NodeClass {
    pub name: String,
    pub max_pods: Option<u32>,
    /// Of each term: the tags that a subnet must all have, or its id.
    pub subnets: Vec<SubnetTerm>,
}

/// A term of `subnetSelectorTerms`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubnetTerm {
    pub id: Option<String>,
    /// `*` for any value.
    pub tags: Vec<(String, String)>,
}
