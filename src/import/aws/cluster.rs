//! `aws eks describe-cluster` and `describe-nodegroup`.

use super::super::fact::{EksCluster, Fact, Nodegroup};
use super::super::take::Take;
use super::super::value::Node;
use crate::limits;

/// Node groups may be described before their cluster is: its name is all that they share.
pub(super) fn read(node: Node<'_>, take: &mut Take) {
    let Some(row) = node.table() else {
        take.wrong(node, "cluster", "a table");
        return;
    };
    let Some(name) = take.needed(&row, "name", "a cluster") else { return };
    let network = take.table(&row, "kubernetesNetworkConfig");
    let vpc = take.table(&row, "resourcesVpcConfig");
    let compute = take.table(&row, "computeConfig");
    let cluster = EksCluster {
        name,
        vpc: vpc.as_ref().and_then(|vpc| take.text(vpc, "vpcId")),
        subnets: vpc.as_ref().map_or(Vec::new(), |vpc| take.texts(vpc, "subnetIds")),
        service_cidr: network.as_ref().and_then(|network| take.cidr(network, "serviceIpv4Cidr")),
        family: network.as_ref().and_then(|network| take.text(network, "ipFamily")),
        auto_mode: compute.is_some_and(|compute| compute.is_set("enabled")),
    };
    take.facts.push(Fact::EksCluster(cluster));
}

pub(super) fn read_nodegroup(node: Node<'_>, take: &mut Take) {
    let Some(row) = node.table() else {
        take.wrong(node, "nodegroup", "a table");
        return;
    };
    let name = take.needed(&row, "nodegroupName", "a node group");
    let (Some(name), Some(cluster)) = (name, take.needed(&row, "clusterName", "a node group")) else {
        return;
    };
    let mut group = Nodegroup {
        name,
        cluster,
        instance_types: take.texts(&row, "instanceTypes"),
        subnets: take.texts(&row, "subnets"),
        ami: take.text(&row, "amiType"),
        status: take.text(&row, "status"),
        ..Nodegroup::default()
    };
    if let Some(scaling) = take.table(&row, "scalingConfig") {
        group.least = take.count(&scaling, "minSize", 0, limits::NODES);
        group.most = take.count(&scaling, "maxSize", 0, limits::NODES);
        group.desired = take.count(&scaling, "desiredSize", 0, limits::NODES);
    }
    if let Some(update) = take.table(&row, "updateConfig") {
        group.max_unavailable = take.count(&update, "maxUnavailable", 1, limits::NODES);
        group.max_unavailable_percent = take.count(&update, "maxUnavailablePercentage", 1, 100);
    }
    let keeps_away = ["NO_SCHEDULE", "NO_EXECUTE"];
    group.tainted = take
        .rows(&row, "taints")
        .iter()
        .any(|taint| taint.text("effect").is_some_and(|effect| keeps_away.contains(&effect.as_ref())));
    take.facts.push(Fact::Nodegroup(group));
}
