//! How many nodes of one kind fit into some ranges, and what binds: the command `fit`.

use ipnet::Ipv4Net;

use super::evaluate::evaluate;
use super::report::{PoolRow, Report};
use super::thresholds::Level;
use crate::cni::Settings;
use crate::instance::{InstanceType, Tables};
use crate::limits::THRESHOLD;
use crate::manager::AWS_VPC_CNI;
use crate::plan::{Cluster, NodeGroup, Plan, Subnet};
use crate::text::{addresses, count, thousands};

/// Host-network pods of every node (aws-node, kube-proxy), the default of plans.
const SYSTEM_PODS: u32 = 2;

/// The answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    pub nodes: u64,
    pub pods: u64,
    pub pods_per_node: u64,
    pub max_pods: u32,
    pub held_per_node: u64,
    /// What binds: the pool.
    pub level: Level,
    /// The range that is short with one node more.
    pub limit: Option<String>,
    pub sentence: String,
    /// The ranges with that many nodes in them.
    pub pools: Vec<PoolRow>,
}

/// Fits managed nodes of one type, each with `pods` address-taking pods (default: as many as max pods
/// allows), round robin over the ranges, each range a zone of its own. With custom networking nodes and
/// pods share the ranges.
///
/// # Errors
///
/// More pods than a node may run; no range.
pub fn fit(
    cidrs: &[Ipv4Net],
    instance: &InstanceType,
    env: &[(String, String)],
    pods: Option<u32>,
) -> Result<Fit, String> {
    let settings = Settings::over_manifest(env);

    let most = crate::cni::max_pods::managed(instance, &settings).saturating_sub(SYSTEM_PODS.into());
    let pods = pods.unwrap_or(u32::try_from(most).unwrap_or(u32::MAX));
    let tables = Tables::only(vec![instance.clone()]);
    let plan = |nodes: u32| plan(cidrs, instance, env, pods, nodes, settings.custom_networking);
    let message = |problems: Vec<crate::plan::Problem>| {
        let texts: Vec<String> = problems.into_iter().map(|p| p.message).collect();
        texts.join("; ")
    };
    if cidrs.is_empty() {
        return Err("no range is given: say --cidr 10.0.0.0/22".into());
    }
    let empty = plan(0);
    let [threshold, _] = evaluate(&empty, &tables).map_err(message)?.nodes_thresholds(&empty, 0, 0);
    let nodes = threshold.at.map_or(u64::from(THRESHOLD), |at| at.scaled() - 1);
    let full = plan(u32::try_from(nodes).unwrap_or(u32::MAX));
    let one = plan(1);
    let mut one = evaluate(&one, &tables).map_err(message)?.report;
    let row = one.node_groups.swap_remove(0);
    let report = evaluate(&full, &tables).map_err(message)?.report;
    let running = row.per_node.pods.map_or(0, |[least, _]| least);
    let held = row.per_node.held.map_or(0, |[least, _]| least);
    let limit = threshold.limit.clone().unwrap_or_default();
    let settled = |report: &Report| report.pools.iter().find(|p| p.name == limit).map(|p| p.settled.clone());
    let free = settled(&report).map_or(0, |settled| settled.free);
    let blocks = |report: &Report| settled(report)?.blocks.filter(|_| threshold.level == Level::Blocks);
    // where no node is in there are no figures of blocks: there is what the first one finds
    let left = blocks(&report).map(|blocks| blocks.free);
    let left = left.or_else(|| blocks(&one).map(|b| (b.held + b.free).saturating_sub(b.short)));
    let wants = match left {
        Some(left) => {
            let taken = one.pools.iter().filter_map(|p| p.settled.blocks).map(|blocks| blocks.held).sum();
            let taken = count(taken, "whole /28 block");
            format!(
                "a node takes {taken}, and {limit} has {} left, with {} free",
                thousands(left),
                addresses(free)
            )
        }
        None => format!("a node holds {}, and {limit} has {} left", addresses(held), thousands(free)),
    };
    Ok(Fit {
        nodes,
        pods: nodes * running,
        pods_per_node: running,
        max_pods: row.max_pods,
        held_per_node: held,
        level: threshold.level,
        sentence: match &threshold.limit {
            Some(_) => format!(
                "{} with {} each {}: {wants}",
                count(nodes, &format!("{} node", instance.name)),
                count(running, "pod"),
                if nodes == 1 { "fits" } else { "fit" },
            ),
            None => format!("{} and more with {} each fit", count(nodes, "node"), count(running, "pod")),
        },
        limit: threshold.limit,
        pools: report.pools,
    })
}

fn plan(
    cidrs: &[Ipv4Net],
    instance: &InstanceType,
    env: &[(String, String)],
    pods: u32,
    nodes: u32,
    custom_networking: bool,
) -> Plan {
    let all: Vec<usize> = (0..cidrs.len()).collect();
    let subnets = cidrs
        .iter()
        .map(|cidr| Subnet {
            name: cidr.to_string(),
            cidr: *cidr,
            zone: Some(cidr.to_string()),
            other: Vec::new(),
            used: Vec::new(),
            reservations: Vec::new(),
            id: None,
            role_cni: None,
            elb: false,
        })
        .collect();
    let group = NodeGroup {
        instance_types: vec![instance.name.clone()],
        subnets: all.clone(),
        pods: Some(pods),
        ..NodeGroup::named("nodes", nodes)
    };
    let cluster = Cluster {
        system_pods: SYSTEM_PODS,
        pod_subnets: if custom_networking { all } else { Vec::new() },
        env: env.to_vec(),
        node_groups: vec![group],
        ..Cluster::named("fit", &AWS_VPC_CNI)
    };
    Plan { subnets, clusters: vec![cluster.into()], ..Plan::named("fit") }
}
