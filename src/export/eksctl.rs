//! Parts of eksctl's ClusterConfig: subnets, node groups, the add-on.
//!
//! Source: eksctl-io/eksctl, `pkg/apis/eksctl.io/v1alpha5/{types,vpc}.go`.

use super::aws::{Group, Names, is_full_zone};
use super::data::{Data, Map};
use super::values::{Taker, values};
use super::{Exported, Source, json, yaml};
use crate::plan::{GroupKind, Nodes, Plan, Subnet};
use crate::text::{count, excerpt, thousands};

pub(super) fn write(source: &Source<'_>) -> Result<Exported, String> {
    let cluster = source.aws()?;
    let subnets = source.subnets(cluster, false);
    let metadata = Map::new().with("name", &*cluster.name).maybe("region", Source::region(&subnets));
    let metadata = match Source::region(&subnets) {
        Some(_) => metadata,
        None => metadata.comment("region: the zones of the plan do not say it"),
    };
    let service = cluster.service_cidr.map(|cidr| Map::new().with("serviceIPv4CIDR", cidr.to_string()));
    let mut map = Map::new()
        .comment("parts of a ClusterConfig: what the plan says of addresses")
        .with("apiVersion", "eksctl.io/v1alpha5")
        .with("kind", "ClusterConfig")
        .with("metadata", metadata)
        .maybe("kubernetesNetworkConfig", service)
        .with("vpc", vpc(source.plan(), &subnets));
    let groups = source.groups(cluster);
    let mut names = Names::new(is_of_eksctl);
    for (key, kind) in [("managedNodeGroups", GroupKind::Managed), ("nodeGroups", GroupKind::SelfManaged)] {
        let all: Vec<Map> = groups
            .iter()
            .filter(|g| g.group.kind == kind)
            .map(|g| group(g, source.plan(), &mut names))
            .collect();
        map = map.maybe(key, Some(all).filter(|all| !all.is_empty()));
    }
    for group in groups.iter().filter(|group| group.group.kind == GroupKind::Karpenter) {
        map =
            map.comment(format!("{}: Karpenter's, as --as karpenter writes it", excerpt(&group.group.name)));
    }
    let values = values(source, Taker::AddOn, &|subnet| subnet.id.as_ref().map(Data::from))?;
    let mut comments = Vec::new();
    let text = json::line(&values, &mut comments)?;
    let addon = Map::new().with("name", "vpc-cni").comments(comments);
    let empty = values.0.is_empty();
    let addon = addon.maybe("configurationValues", Some(text).filter(|text| !empty && text != "{}"));
    Ok(yaml::write(&map.with("addons", vec![addon])).into())
}

fn vpc(plan: &Plan, subnets: &[&Subnet]) -> Map {
    let mut all = Map::new();
    for subnet in subnets {
        let mut row = match &subnet.id {
            Some(id) => Map::new().with("id", id),
            None => Map::new().comment("id: the plan does not say it"),
        };
        row = row.with("cidr", subnet.cidr.to_string()).maybe("az", subnet.zone.as_ref());
        if !subnet.zone.as_deref().is_some_and(is_full_zone) {
            row = row.comment("az: wants a full name, as in us-east-1a");
        }
        all = all.with(&subnet.name, row);
    }
    let mut vpc = Map::new().comment("id: of the VPC, which the plan does not say");
    if let Some((first, more)) = plan.vpc.split_first() {
        vpc = vpc.with("cidr", first.to_string());
        let more: Vec<String> = more.iter().map(ToString::to_string).collect();
        if !more.is_empty() {
            vpc = vpc.comment(format!("further ranges of the VPC: {}", more.join(", ")));
        }
    }
    vpc.comment("the plan does not say which are public").with("subnets", Map::new().with("private", all))
}

/// Whether eksctl takes it for the name of a node group: it is part of a CloudFormation stack's.
///
/// Source: eksctl-io/eksctl issue 7137.
fn is_of_eksctl(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

fn group(row: &Group<'_>, plan: &Plan, names: &mut Names) -> Map {
    let group = row.group;
    let (name, note) = names.like(&group.name);
    let mut map = Map::new().comments(note).with("name", name);
    map = match (group.instance_types.as_slice(), group.kind) {
        ([one], _) => map.with("instanceType", one),
        (several, GroupKind::Managed) => map.with("instanceTypes", several.to_vec()),
        (several, _) => map.with("instancesDistribution", Map::new().with("instanceTypes", several.to_vec())),
    };
    map = match &group.nodes {
        Nodes::Auto { min, max } => {
            map.with("desiredCapacity", row.nodes).with("minSize", *min).with("maxSize", *max)
        }
        Nodes::ByZone(zones) => {
            let each: Vec<String> =
                zones.iter().map(|(zone, n)| format!("{zone} {}", thousands((*n).into()))).collect();
            map.comment(format!(
                "a group's nodes are spread evenly; the plan has, by zone: {}",
                each.join(", ")
            ))
            .with("desiredCapacity", row.nodes)
        }
        Nodes::Count(n) => map.with("desiredCapacity", *n),
    };
    let names: Vec<&String> =
        group.subnets.iter().filter_map(|s| Some(&plan.subnets.get(*s)?.name)).collect();
    map = map.with("subnets", names).with("privateNetworking", true);
    map = map.maybe("maxPodsPerNode", row.max_pods_to_set());
    map = match (group.max_unavailable, group.kind) {
        (Some(most), GroupKind::Managed) => map.with("updateConfig", Map::new().with("maxUnavailable", most)),
        (Some(most), _) => map.comment(format!(
            "the plan has at most {} unavailable in an upgrade: whoever replaces the nodes keeps to it",
            count(most.into(), "node")
        )),
        (None, _) => map,
    };
    if let Some(surge) = group.surge {
        let who = match group.kind {
            GroupKind::Managed => "EKS has a rule of its own",
            GroupKind::SelfManaged | GroupKind::Karpenter => "whoever replaces the nodes adds them",
        };
        map = map.comment(format!("the plan has {} more in an upgrade: {who}", count(surge.into(), "node")));
    }
    map.comments(row.notes())
}
