//! `[[cluster]]`.

use std::sync::Arc;

use super::group;
use super::names::Names;
use super::subnet::Subnets;
use super::table::{Got, Table};
use super::{env, managed, pod_subnets, workload};
use crate::ipam::kind;
use crate::manager::{AWS_VPC_CNI, Manager, Nodes};
use crate::plan::field::Section;
use crate::plan::field::typed::Fault;
use crate::plan::tree::Node;
use crate::plan::{Cluster, Network, Place, Placement, Plan, Row};

/// Reads the clusters into the plan.
pub(super) fn read<'a>(
    top: &mut Table<'_, 'a>,
    plan: &mut Plan,
    subnets: &Subnets<'a>,
    mut networks: Names<'a>,
) {
    let mut names = Names::new("cluster");
    for (c, node) in top.rows(Section::Cluster).iter().enumerate() {
        let cluster = one(top, plan, subnets, &mut networks, &mut names, (c, node));
        plan.clusters.extend(cluster.map(Arc::new));
    }
}

/// Reads one of the clusters, and does not look whether another has its name.
pub(super) fn again<'a>(
    top: &mut Table<'_, 'a>,
    plan: &mut Plan,
    subnets: &Subnets<'a>,
    mut networks: Names<'a>,
    c: usize,
) -> Option<Cluster> {
    let node = top.rows(Section::Cluster).get(c)?;
    one(top, plan, subnets, &mut networks, &mut Names::new("cluster"), (c, node))
}

fn one<'a>(
    top: &mut Table<'_, 'a>,
    plan: &mut Plan,
    subnets: &Subnets<'a>,
    networks: &mut Names<'a>,
    names: &mut Names<'a>,
    (c, node): (usize, &'a Node),
) -> Option<Cluster> {
    let mut table = top.reader.table(Row::Cluster(c), node)?;
    let name = names.read(&mut table);
    let manager = managed::manager(&mut table);
    let known = manager.is_some();
    let manager = manager.unwrap_or(&AWS_VPC_CNI);
    let settings = managed::settings(&mut table, manager);
    let network = network(&mut table, manager, plan, networks);
    let written = RANGES.iter().copied().filter(|key| table.node(key).is_some()).collect();
    let facts = managed::facts(&mut table, manager, &settings);
    let service_cidr = table.read("service_cidr", |value, _| {
        if !manager.is_aws() {
            return Ok(None);
        }
        let cidr = value.cidr()?;
        // the largest private range; a /0 would overlap everything
        if cidr.prefix_len() >= 8 {
            return Ok(Some(cidr));
        }
        Err(Fault::new(format!("\"{cidr}\" is larger than any private range"))
            .help("EKS has /12 to /24: write a range such as \"172.20.0.0/16\""))
    });
    let placement = table.choice("placement", &[Placement::Spread, Placement::Pack]);
    let system_pods = table.count("system_pods");
    let control_plane_subnets = subnets.names.refer(&mut table, "control_plane_subnets");
    let default_pod_subnets = subnets.names.refer(&mut table, "pod_subnets");
    let env = env::read(&mut table, c);
    let custom = env::custom_networking(&env);
    table.note_unread(manager);
    if !manager.is_aws() {
        let variables = env.iter().map(|(name, _)| Place::key(Row::Env(c), name));
        table.reader.unread.extend(variables);
    }

    let parent = group::Parent { index: c, name, system_pods: system_pods.known(2), manager, known };
    let mut groups = group::read(&mut table, &parent, subnets);
    if custom {
        pod_subnets::check(&mut table, &default_pod_subnets, &groups.facts, subnets);
    }
    let workloads = workload::read(&mut table, &parent, &mut groups.names);
    Some(Cluster {
        name: name.or("").into(),
        manager,
        written,
        settings,
        network,
        node_addresses: facts.node_addresses,
        node_ranges: facts.node_ranges,
        state_loss: facts.state_loss,
        service_cidr: service_cidr.some().flatten(),
        placement: placement.or(Placement::Spread),
        system_pods: system_pods.or(2),
        control_plane_subnets: control_plane_subnets.or(Vec::new()),
        pod_subnets: default_pod_subnets.or(Vec::new()),
        env,
        node_groups: groups.rows,
        workloads,
    })
}

/// The keys of ranges.
const RANGES: [&str; 4] = ["pod_subnet", "service_subnet", "service_cidr", "ranges"];

/// The docker network of a cluster's nodes. kind has one of its own, which it makes if the plan has none of that
/// name: docker's next subnet, and an IPv6 one that follows from the name.
/// Source: kubernetes-sigs/kind `pkg/cluster/internal/providers/docker/network.go`.
fn network<'a>(
    table: &mut Table<'_, 'a>,
    manager: &'static Manager,
    plan: &mut Plan,
    networks: &mut Names<'a>,
) -> Option<usize> {
    let named = networks.refer_one(table, "network");
    if manager.nodes != Nodes::Containers || !matches!(named, Got::Absent) {
        return named.some().filter(|_| manager.reads("network"));
    }
    let known = plan.networks.iter().position(|network| network.name == kind::NETWORK);
    known.or_else(|| {
        plan.networks.push(Network {
            name: kind::NETWORK.to_owned(),
            subnet: None,
            ip_range: None,
            gateway: None,
            aux_addresses: Vec::new(),
            ipv6_subnet: kind::free_ula(kind::NETWORK, &[]),
            containers: Vec::new(),
            implied: true,
        });
        Some(plan.networks.len() - 1)
    })
}
