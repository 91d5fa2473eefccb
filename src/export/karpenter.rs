//! Karpenter's NodePools and EC2NodeClasses, and what its own settings have to be.
//!
//! Source: aws/karpenter-provider-aws v1, `pkg/apis/v1/ec2nodeclass.go`, `pkg/operator/options/options.go`
//! (`RESERVED_ENIS`, `VM_MEMORY_OVERHEAD_PERCENT`); kubernetes-sigs/karpenter `pkg/apis/v1/nodepool.go`.

use super::aws::{Group, Names, is_of_kubernetes, settings};
use super::data::Map;
use super::{Exported, Source, yaml};
use crate::plan::{Cluster, GroupKind, Nodes, Plan};
use crate::text::{count, excerpt, thousands};

/// What the hypervisor and the kernel keep of a node's memory, as plans reckon it.
const OVERHEAD: &str = "0.075";

pub(super) fn write(source: &Source<'_>) -> Result<Exported, String> {
    let cluster = source.aws()?;
    let mut groups = source.groups(cluster);
    groups.retain(|group| group.group.kind == GroupKind::Karpenter);
    if groups.is_empty() {
        return Err(format!(
            "{} has no node group of Karpenter: kind = \"karpenter\" makes one",
            excerpt(&cluster.name)
        ));
    }
    let reserved = reserved(cluster, &groups);
    let mut documents = Vec::with_capacity(2 * groups.len());
    let mut names = Names::new(is_of_kubernetes);
    for group in &groups {
        let mut lead = if documents.is_empty() { own_settings(reserved) } else { Vec::new() };
        let (name, note) = names.like(&group.group.name);
        lead.extend(note);
        documents.push(pool(group, &name, lead));
        documents.push(class(group, &name, source.plan(), reserved));
    }
    Ok(yaml::documents(&documents).into())
}

/// ENIs that serve no pods, on the nodes of the group that has most of them: that of the node under custom
/// networking, the trunk, and unmanaged ones.
fn reserved(cluster: &Cluster, groups: &[Group<'_>]) -> u64 {
    let settings = settings(cluster);
    let unmanaged = groups.iter().map(|group| u64::from(group.group.unmanaged_enis)).max().unwrap_or(0);
    u64::from(settings.custom_networking) + u64::from(settings.pod_eni) + unmanaged
}

fn own_settings(reserved: u64) -> Vec<String> {
    vec![
        "Karpenter's own settings, as values of its chart:".to_owned(),
        "settings:".to_owned(),
        format!("  reservedENIs: \"{reserved}\"    # RESERVED_ENIS: those that serve no pods"),
        format!("  vmMemoryOverheadPercent: {OVERHEAD}    # VM_MEMORY_OVERHEAD_PERCENT: as the plan reckons"),
    ]
}

fn pool(row: &Group<'_>, name: &str, lead: Vec<String>) -> Map {
    let group = row.group;
    let class = Map::new().with("group", "karpenter.k8s.aws").with("kind", "EC2NodeClass").with("name", name);
    let types = Map::new()
        .with("key", "node.kubernetes.io/instance-type")
        .with("operator", "In")
        .with("values", group.instance_types.clone());
    let spec = Map::new().with("nodeClassRef", class).with("requirements", vec![types]);
    let nodes = match group.nodes {
        Nodes::Auto { min, max } => format!(
            "the plan has {} to {}: Karpenter launches what pods need",
            thousands(min.into()),
            count(max.into(), "node")
        ),
        _ => format!("the plan has {}: Karpenter launches what pods need", count(row.nodes, "node")),
    };
    let mut notes = row.notes();
    notes.push(nodes);
    Map::new()
        .comments(lead)
        .with("apiVersion", "karpenter.sh/v1")
        .with("kind", "NodePool")
        .with("metadata", Map::new().with("name", name))
        .comments(notes)
        .with("spec", Map::new().with("template", Map::new().with("spec", spec)))
}

fn class(row: &Group<'_>, name: &str, plan: &Plan, reserved: u64) -> Map {
    let group = row.group;
    // by itself Karpenter takes the formula of secondary addresses, less the reserved ENIs
    let max_pods = row.max_pods_to_set().or((reserved > 0).then_some(row.max_pods));
    let kubelet = max_pods.map(|n| Map::new().with("maxPods", n));
    let terms: Vec<Map> = group
        .subnets
        .iter()
        .filter_map(|s| plan.subnets.get(*s))
        .map(|subnet| match &subnet.id {
            Some(id) => Map::new().with("id", id),
            None => Map::new()
                .comment("the plan has no id of it: by its tag")
                .with("tags", Map::new().with("Name", &subnet.name)),
        })
        .collect();
    Map::new()
        .with("apiVersion", "karpenter.k8s.aws/v1")
        .with("kind", "EC2NodeClass")
        .with("metadata", Map::new().with("name", name))
        .with(
            "spec",
            Map::new()
                .maybe("kubelet", kubelet)
                .with("subnetSelectorTerms", terms)
                .comment("amiSelectorTerms, role, securityGroupSelectorTerms: required, and not in the plan"),
        )
}
