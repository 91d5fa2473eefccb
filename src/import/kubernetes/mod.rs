//! What `kubectl get … -o json` (or `-o yaml`) prints, and manifests: a List of anything, the API's own lists
//! (NodeList, …), as `kubectl cluster-info dump` has them, or one object. Each kind is a row of `KINDS`.
//!
//! Source of the keys: the Kubernetes API (core/v1, apps/v1, batch/v1), Karpenter's (karpenter.sh/v1,
//! karpenter.k8s.aws/v1 and their betas), the VPC CNI's (crd.k8s.amazonaws.com/v1alpha1).

mod ask;
mod aws_node;
mod controller;
mod karpenter;
mod machine;
pub(super) mod node;
mod owner;
mod pod;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::fact::{Ask, AwsNode, Controller, EniConfig, Fact, Member, Pod};
use super::mistake::Mistake;
use super::take::Take;
use super::value::{Document, Node, Table};
use crate::text::{count, excerpt};

/// A kind of object.
struct Kind {
    name: &'static str,
    /// Its second argument is the kind, which elements of the API's own lists do not carry.
    read: fn(&Table<'_>, &str, &mut Take, &mut Gathered),
}

const KINDS: &[Kind] = &[
    Kind {
        name: "Node",
        read: |row, _, take, all| {
            let member = node::member(row, take);
            all.members.extend(member);
        },
    },
    Kind { name: "Pod", read: |row, _, take, all| pod::read(row, take, all) },
    Kind { name: "DaemonSet", read: controller::read },
    Kind { name: "Deployment", read: controller::read },
    Kind { name: "StatefulSet", read: controller::read },
    Kind { name: "CronJob", read: controller::read },
    Kind { name: "ENIConfig", read: |row, _, take, _| eni_config(row, take) },
    Kind { name: "NodePool", read: |row, _, take, _| karpenter::pool(row, take) },
    Kind { name: "Provisioner", read: |row, _, take, _| karpenter::pool(row, take) },
    Kind { name: "EC2NodeClass", read: |row, _, take, _| karpenter::class(row, take) },
];

fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// What the objects of a document are.
#[derive(Default)]
pub(super) struct Gathered {
    members: Vec<Member>,
    pods: Vec<Pod>,
    controllers: Vec<Controller>,
    asks: HashSet<Arc<Ask>>,
    /// What aws-node's pods say, and the place of each set of variables.
    aws_nodes: Vec<AwsNode>,
    aws_node_of: HashMap<Vec<(String, Option<String>)>, usize>,
}

impl Gathered {
    /// The same for all that ask for the same.
    fn ask(&mut self, ask: Ask) -> Arc<Ask> {
        if let Some(known) = self.asks.get(&ask) {
            return Arc::clone(known);
        }
        let ask = Arc::new(ask);
        self.asks.insert(Arc::clone(&ask));
        ask
    }
}

/// The kind of a list's elements; empty: each has its own.
fn of_list(kind: &str) -> Option<&str> {
    kind.strip_suffix("List").filter(|of| of.is_empty() || self::kind(of).is_some())
}

pub(super) fn is(document: &Document<'_>) -> bool {
    document.kind().is_some_and(|name| kind(&name).is_some() || of_list(&name).is_some())
}

pub(super) fn read(document: &Document<'_>, take: &mut Take) {
    let (Some(table), Some(name)) = (document.table(), document.kind()) else { return };
    let mut all = Gathered::default();
    match (kind(&name), of_list(&name)) {
        (Some(kind), _) => (kind.read)(table, kind.name, take, &mut all),
        (None, Some(of)) => items(table, of, take, &mut all),
        (None, None) => {}
    }
    if !all.members.is_empty() {
        node::somewhere(document.node, &all.members, take);
        take.facts.push(Fact::Nodes(all.members));
    }
    if !all.pods.is_empty() {
        take.facts.push(Fact::Pods(all.pods));
    }
    take.facts.extend(all.aws_nodes.into_iter().map(Fact::AwsNode));
    if !all.controllers.is_empty() {
        take.facts.push(Fact::Controllers(all.controllers));
    }
}

fn items(table: &Table<'_>, of: &str, take: &mut Take, all: &mut Gathered) {
    let items = take.list(table, "items");
    let start = table.node.span().start;
    if items.is_empty() {
        let (message, help) = match of {
            "Node" => ("a list without nodes: nothing to make a plan of", Some(node::RUN)),
            _ => ("an empty list of kubectl: nothing to make a plan of", None),
        };
        let mistake = Mistake::new(start..start, message);
        let help = help.map_or_else(super::look::known, |run| format!("run {run}"));
        take.empty.push(mistake.help(help));
        return;
    }
    let (mut others, mut first, mut known) = (0, None, 0);
    for item in items {
        let Some(row) = item.table() else {
            take.wrong(item, "an element of items", "an object of Kubernetes");
            continue;
        };
        // those of the API's own lists carry no kind
        let name = row.text("kind").unwrap_or(Cow::Borrowed(of));
        match kind(&name) {
            Some(kind) => {
                known += 1;
                (kind.read)(&row, kind.name, take, all);
            }
            None => {
                others += 1;
                first.get_or_insert_with(|| name.into_owned());
            }
        }
    }
    if let Some(name) = first {
        let message = match known {
            0 => format!("nothing that is read: a list of kind {}", excerpt(&name)),
            _ => format!("{} of a list, such as a {}", count(others, "element"), excerpt(&name)),
        };
        take.strange.push(Mistake::new(start..start, message).help(super::look::known()));
    }
}

/// `metadata`, and the name and namespace in it.
pub(super) struct Meta<'t> {
    pub table: Table<'t>,
    pub name: String,
    namespace: String,
}

impl<'t> Meta<'t> {
    pub fn of(row: &Table<'t>, what: &str, take: &mut Take) -> Option<Meta<'t>> {
        let metadata = take.table(row, "metadata");
        let name = metadata.as_ref().and_then(|metadata| take.text(metadata, "name"));
        let (Some(table), Some(name)) = (metadata, name) else {
            let at = row.node.span().start;
            take.note(Mistake::new(at..at, format!("{what} without metadata.name")));
            return None;
        };
        let namespace = take.text(&table, "namespace").unwrap_or_else(|| "default".to_owned());
        Some(Meta { table, name, namespace })
    }
}

/// Source: aws/amazon-vpc-cni-k8s, `pkg/apis/crd/v1alpha1/eniconfig_types.go`.
fn eni_config(row: &Table<'_>, take: &mut Take) {
    let Some(meta) = Meta::of(row, "an ENIConfig", take) else { return };
    let Some(spec) = take.table(row, "spec") else { return };
    if let Some(subnet) = take.text(&spec, "subnet") {
        take.facts.push(Fact::EniConfig(EniConfig { name: meta.name, subnet }));
    }
}

/// What is at the end of a path of tables.
fn within<'t>(row: &Table<'t>, path: &[&str], take: &mut Take) -> Option<Table<'t>> {
    let (first, rest) = path.split_first()?;
    let table = take.table(row, first)?;
    rest.iter().try_fold(table, |table, key| take.table(&table, key))
}

/// The element of a list of tables that has this name.
fn named<'t>(rows: &[Node<'t>], name: &str) -> Option<Table<'t>> {
    rows.iter().filter_map(|row| row.table()).find(|row| row.text("name").as_deref() == Some(name))
}
