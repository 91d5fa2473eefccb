//! eksctl's ClusterConfig.
//!
//! Source of the keys: eksctl-io/eksctl, `pkg/apis/eksctl.io/v1alpha5/{types,vpc}.go`.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::fact::{EksctlCluster, EksctlGroup, EksctlSubnet, Fact, Nodegroup};
use super::kubernetes::Meta;
use super::take::{Take, harmless};
use super::value::{Document, Node, Table};
use super::{json, yaml};
use crate::limits;
use crate::text::count;

pub(super) const RUN: &str = "the file given to eksctl create cluster -f";

pub(super) fn is(document: &Document<'_>) -> bool {
    document.version().is_some_and(|version| version.starts_with("eksctl.io/"))
}

pub(super) fn read(document: &Document<'_>, take: &mut Take) {
    let Some(table) = document.table() else { return };
    let Some(meta) = Meta::of(table, "a ClusterConfig", take) else { return };
    let mut cluster = EksctlCluster { name: meta.name, ..EksctlCluster::default() };
    if let Some(network) = take.table(table, "kubernetesNetworkConfig") {
        cluster.service_cidr = take.cidr(&network, "serviceIPv4CIDR");
        cluster.family = take.text(&network, "ipFamily").map(|family| family.to_lowercase());
    }
    cluster.auto_mode = table.table("autoModeConfig").is_some_and(|auto| auto.is_set("enabled"));
    cluster.fargate = !take.list(table, "fargateProfiles").is_empty();
    if let Some(vpc) = take.table(table, "vpc") {
        cluster.vpc = take.text(&vpc, "id");
        cluster.cidr = take.cidr(&vpc, "cidr");
        subnets(&vpc, &mut cluster, take);
    }
    if cluster.vpc.is_none() && cluster.subnets.is_empty() {
        let region = meta.table.text("region").map(|region| harmless(&region));
        make_subnets(&mut cluster, take.texts(table, "availabilityZones"), region.as_deref());
    }
    for (key, managed) in [("managedNodeGroups", true), ("nodeGroups", false)] {
        for row in take.rows(table, key) {
            cluster.groups.extend(group(&row, managed, &cluster.name, take));
        }
    }
    for addon in take.rows(table, "addons") {
        if addon.text("name").as_deref() == Some("vpc-cni") {
            cluster.env = addon_env(&addon, take);
        }
    }
    take.facts.push(Fact::Eksctl(cluster));
}

fn subnets(vpc: &Table<'_>, cluster: &mut EksctlCluster, take: &mut Take) {
    let Some(subnets) = take.table(vpc, "subnets") else { return };
    for (key, public) in [("private", false), ("public", true)] {
        let Some(all) = take.table(&subnets, key) else { continue };
        for entry in &all.entries {
            let name = harmless(&entry.key);
            let row = entry.node.table();
            let text = |key: &str| row.as_ref().and_then(|row| Some(harmless(&row.text(key)?)));
            let (id, zone) = (text("id"), text("az"));
            let cidr = row.as_ref().and_then(|row| take.cidr(row, "cidr"));
            // the name is a zone's unless there is one
            let zone = zone.or_else(|| Some(name.clone()));
            cluster.subnets.push(EksctlSubnet { name, id, cidr, zone, public });
        }
    }
}

/// The range of a VPC that eksctl makes, and the most and the least length of one.
/// Source: eksctl's user guide, "VPC configuration"; `pkg/vpc/vpc.go` (`SetSubnets`).
const RANGE: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::new(192, 168, 0, 0), 16);
const LENGTHS: std::ops::RangeInclusive<u8> = 16..=24;
/// It is cut into eight: first a public subnet for each zone, then a private one for each.
const CUT: u8 = 3;
const MOST_ZONES: usize = 4;
/// Zones that it takes where the file names none, and in the one region where it takes fewer.
const ZONES: usize = 3;
const FEWER: (&str, usize) = ("us-east-1", 2);

/// The subnets that eksctl makes for a file that names none.
fn make_subnets(cluster: &mut EksctlCluster, mut zones: Vec<String>, region: Option<&str>) {
    let range = cluster.cidr.unwrap_or(RANGE);
    if !LENGTHS.contains(&range.prefix_len()) || zones.len() > MOST_ZONES {
        cluster.notes.push(format!(
            "its file names no subnets: how eksctl cuts {range} for {} is not known here (aws ec2 describe-subnets)",
            count(zones.len() as u64, "zone")
        ));
        return;
    }
    let told = match cluster.cidr {
        Some(_) => "its file names no subnets".to_owned(),
        None => format!("its file names no subnets and no range: eksctl's is {range}"),
    };
    cluster
        .notes
        .push(format!("{told}; eksctl cuts it into eight, a public and a private one for each zone"));
    if zones.is_empty() {
        let n = if region == Some(FEWER.0) { FEWER.1 } else { ZONES };
        zones = (1..=n).map(|n| format!("zone-{n}")).collect();
        cluster.notes.push(format!("its file names no zones: eksctl takes {n} by chance"));
    }
    let mut cut = range.subnets(range.prefix_len().saturating_add(CUT)).into_iter().flatten();
    for public in [true, false] {
        for zone in &zones {
            cluster.subnets.push(EksctlSubnet {
                name: zone.clone(),
                id: None,
                cidr: cut.next(),
                zone: Some(zone.clone()),
                public,
            });
        }
    }
    (cluster.cidr, cluster.made) = (Some(range), true);
}

fn group(row: &Table<'_>, managed: bool, cluster: &str, take: &mut Take) -> Option<EksctlGroup> {
    let name = take.needed(row, "name", "a node group")?;
    let mut instance_types = take.texts(row, "instanceTypes");
    if instance_types.is_empty() {
        instance_types.extend(take.text(row, "instanceType"));
    }
    if let Some(distribution) = take.table(row, "instancesDistribution") {
        // the type of such a group is "mixed"
        instance_types = take.texts(&distribution, "instanceTypes");
    }
    if instance_types.is_empty() && row.get("launchTemplate").is_none() {
        // Source: eksctl's `DefaultNodeType`
        instance_types.push("m5.large".to_owned());
    }
    let most = limits::NODES;
    let mut group = Nodegroup {
        name,
        cluster: cluster.to_owned(),
        instance_types,
        subnets: take.texts(row, "subnets"),
        least: take.count(row, "minSize", 0, most),
        most: take.count(row, "maxSize", 0, most),
        desired: take.count(row, "desiredCapacity", 0, most),
        ami: take.text(row, "amiFamily"),
        ..Nodegroup::default()
    };
    if let Some(update) = take.table(row, "updateConfig") {
        group.max_unavailable = take.count(&update, "maxUnavailable", 1, most);
        group.max_unavailable_percent = take.count(&update, "maxUnavailablePercentage", 1, 100);
    }
    // a list, or in older files a table of values with effects
    let effects = ["NoSchedule", "NoExecute"];
    group.tainted = row.get("taints").is_some_and(|taints| match taints.list() {
        Some(taints) => taints.iter().any(|taint| {
            taint.at(&["effect"]).and_then(Node::text).is_some_and(|e| effects.contains(&e.as_ref()))
        }),
        None => taints.table().is_some_and(|table| {
            let effect =
                |node: Node<'_>| node.text().is_some_and(|text| effects.iter().any(|e| text.ends_with(e)));
            table.entries.iter().any(|entry| effect(entry.node))
        }),
    });
    Some(EksctlGroup {
        group,
        managed,
        zones: take.texts(row, "availabilityZones"),
        private: row.is_set("privateNetworking"),
        max_pods: take.count(row, "maxPodsPerNode", 1, limits::PODS_PER_NODE),
    })
}

/// `configurationValues` of the add-on: a text of JSON or YAML with `env` in it, or that as a table.
fn addon_env(addon: &Table<'_>, take: &mut Take) -> Vec<(String, String)> {
    let Some(values) = addon.get("configurationValues") else { return Vec::new() };
    let pairs =
        |node: Node<'_>, take: &mut Take| node.table().map_or(Vec::new(), |table| take.pairs(&table, "env"));
    if values.table().is_some() {
        return pairs(values, take);
    }
    let text = values.text().unwrap_or_default();
    let text = text.trim();
    if text.starts_with('{')
        && let Ok(documents) = json::documents(text)
    {
        return documents.first().map_or(Vec::new(), |raw| pairs(Node::Json { text, raw }, take));
    }
    match yaml::documents(text) {
        Ok(documents) => documents.first().map_or(Vec::new(), |tree| pairs(Node::Yaml(tree), take)),
        Err(_) => {
            take.wrong(values, "configurationValues", "a text of JSON or YAML");
            Vec::new()
        }
    }
}
