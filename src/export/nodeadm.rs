//! NodeConfigs of nodeadm, which sets up the nodes of AL2023: max pods.
//!
//! Source: awslabs/amazon-eks-ami, `nodeadm/doc/examples.md` ("Defining a Max Pods Expression"),
//! `nodeadm/internal/kubelet/eni_max_pods.go`: an expression of CEL over `default_enis`, `ips_per_eni` and `max_pods`,
//! the formula of secondary addresses; `maxPods` goes before it.

use super::aws::{Group, settings};
use super::data::Map;
use super::{Exported, Source, yaml};
use crate::plan::{Cluster, GroupKind, MaxPods};
use crate::text::{excerpt, shown};

pub(super) fn write(source: &Source<'_>) -> Result<Exported, String> {
    let cluster = source.aws()?;
    let groups = source.groups(cluster);
    let documents: Vec<Map> = groups
        .iter()
        .filter(|group| group.group.kind != GroupKind::Karpenter)
        .map(|group| config(source, cluster, group))
        .collect();
    if documents.is_empty() {
        return Err(format!(
            "{} has no managed or self-managed node group: Karpenter writes the NodeConfigs of its nodes, --as karpenter",
            excerpt(&cluster.name)
        ));
    }
    Ok(yaml::documents(&documents).into())
}

fn config(source: &Source<'_>, cluster: &Cluster, group: &Group<'_>) -> Map {
    let mut spec = Map::new();
    if group.group.kind == GroupKind::SelfManaged {
        let cidr = cluster.service_cidr.map(|cidr| cidr.to_string());
        spec = spec.with(
            "cluster",
            Map::new()
                .with("name", &*cluster.name)
                .maybe("cidr", cidr)
                .comment("apiServerEndpoint, certificateAuthority: as aws eks describe-cluster has them"),
        );
    }
    let (why, kubelet) = kubelet(source, cluster, group);
    Map::new()
        .comment(format!("node group {}: {why}", shown(&group.group.name)))
        .with("apiVersion", "node.eks.aws/v1alpha1")
        .with("kind", "NodeConfig")
        .with("spec", spec.with("kubelet", kubelet))
}

/// Max pods: an expression where one says what the plan says, else the number; and why.
fn kubelet(source: &Source<'_>, cluster: &Cluster, group: &Group<'_>) -> (&'static str, Map) {
    let number = |why| (why, Map::new().with("config", Map::new().with("maxPods", group.max_pods)));
    let expression = |why, text: &str| (why, Map::new().with("maxPodsExpression", text));
    let one = group.group.instance_types.len() == 1 && !group.has_own_limits();
    match group.group.max_pods_rule() {
        MaxPods::Fixed(_) => number("the plan's own number"),
        MaxPods::Managed => number("the formula, capped as EKS caps it for managed node groups"),
        _ if !one => number("the lowest of its instance types, or of ENIs that the plan states"),
        MaxPods::Ami => expression("what nodeadm takes by itself", "max_pods"),
        MaxPods::Eni => {
            let prefixes =
                group.group.instance_types.iter().all(|name| {
                    source.tables.get(name).is_some_and(|instance| instance.hypervisor.prefixes())
                });
            let settings = settings(cluster);
            let enis = if settings.custom_networking { "(default_enis - 1)" } else { "default_enis" };
            let each = if settings.prefixes && prefixes { " * 16" } else { "" };
            expression("the formula of the mode in force", &format!("({enis} * (ips_per_eni - 1){each}) + 2"))
        }
    }
}
