//! What kind's patches of kubeadm's configuration say of addresses: the length of the nodes' pod ranges and the
//! kubelet's max pods, where they are simple to read. A patch is a YAML text within the file.

use super::fact::KindCluster;
use super::take::Take;
use super::value::{Node, Table};
use super::yaml;
use crate::limits;

/// What is set by a patch.
type Set = fn(&mut KindCluster) -> &mut Option<u32>;

/// kubeadm's kind of object, the path of a value in it, its least and most, and what it sets.
///
/// Sources: kubeadm's API v1beta3 and v1beta4 (`extraArgs` as a table and as a list of names and values), the
/// kubelet's API v1beta1, flags of kube-controller-manager and kubelet.
const VALUES: &[(&str, &[&str], u32, u32, Set)] = &[
    (CLUSTER, &["controllerManager", "extraArgs", "node-cidr-mask-size"], 1, 128, |c| &mut c.mask_v4),
    (CLUSTER, &["controllerManager", "extraArgs", "node-cidr-mask-size-ipv4"], 1, 32, |c| &mut c.mask_v4),
    (CLUSTER, &["controllerManager", "extraArgs", "node-cidr-mask-size-ipv6"], 1, 128, |c| &mut c.mask_v6),
    (CLUSTER, &["controllerManager", "extraArgs", "nodeCidrMaskSize"], 1, 128, |c| &mut c.mask_v4),
    ("KubeletConfiguration", &["maxPods"], 1, limits::PODS_PER_NODE, |c| &mut c.max_pods),
    ("InitConfiguration", MAX_PODS, 1, limits::PODS_PER_NODE, |c| &mut c.max_pods),
    ("JoinConfiguration", MAX_PODS, 1, limits::PODS_PER_NODE, |c| &mut c.max_pods),
];
const CLUSTER: &str = "ClusterConfiguration";
const MAX_PODS: &[&str] = &["nodeRegistration", "kubeletExtraArgs", "max-pods"];

/// Reads the patches of a cluster or of a node.
pub(super) fn read(table: &Table<'_>, take: &mut Take, cluster: &mut KindCluster) {
    for patch in take.list(table, "kubeadmConfigPatches") {
        let Some(text) = patch.text() else {
            take.wrong(patch, "a patch", "a text of YAML");
            continue;
        };
        match yaml::documents(&text) {
            Ok(documents) => documents.iter().for_each(|tree| one(Node::Yaml(tree), cluster)),
            Err(mistake) => {
                cluster
                    .notes
                    .push(format!("a patch of kubeadm's configuration is not read: {}", mistake.message));
            }
        }
    }
    if !take.list(table, "kubeadmConfigPatchesJSON6902").is_empty() {
        cluster
            .notes
            .push("kubeadmConfigPatchesJSON6902 are not read: node mask and max pods may differ".to_owned());
    }
}

fn one(patch: Node<'_>, cluster: &mut KindCluster) {
    let Some(kind) = patch.at(&["kind"]).and_then(Node::text) else { return };
    for (of, path, least, most, set) in VALUES.iter().filter(|(of, ..)| *of == kind) {
        let Some(node) = find(patch, path) else { continue };
        let name = path.last().copied().unwrap_or(of);
        match node.count().filter(|n| (least..=most).contains(&n)) {
            None => cluster.notes.push(format!("{name} of a patch is not read: it is {}", node.described())),
            Some(value) => match set(cluster) {
                Some(other) if *other != value => {
                    let other = *other;
                    cluster.notes.push(format!(
                        "{name} is {value} in one patch and {other} in another: {other} is taken"
                    ));
                }
                unset => *unset = Some(value),
            },
        }
    }
}

/// The value at the end of a path; its last key may be that of a list of names and values.
fn find<'t>(node: Node<'t>, path: &[&str]) -> Option<Node<'t>> {
    let (last, before) = path.split_last()?;
    let args = node.at(before)?;
    if let Some(table) = args.table() {
        return table.get(last);
    }
    let named = |item: &Node<'t>| item.at(&["name"]).and_then(Node::text).is_some_and(|name| name == *last);
    args.list()?.into_iter().find(named)?.at(&["value"])
}
