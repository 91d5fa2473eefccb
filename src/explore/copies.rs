//! The inverse: how many clusters like one of the plan, or node groups like its own, fit into ranges of addresses.
//!
//! | of what | how it is counted |
//! |---|---|
//! | the cluster, its subnets as large as they are | subnets are powers of two, so as many fit as there are addresses, in ranges that are large enough for them |
//! | the cluster, each subnet as small as it can be | the same, with the lengths of [`super::subnets`] |
//! | a node group, all of them in the same ranges, each range a subnet in a zone of its own | the first number that leaves a pool short or a pod without an address is looked for, each tried by the engine |
//!
//! Copies of a cluster share no subnet, so one of them stands for all: what is tried by the engine is whether that one
//! fits. A copy of a node group comes with the pods that run on it today.

use ipnet::Ipv4Net;

use super::recommend::Must;
use super::subnets::{self, When};
use crate::cni::Settings;
use crate::engine::{Evaluation, Lives, Placements, Situation, figures};
use crate::instance::Tables;
use crate::plan::{Cluster, NodeGroup, Nodes, Plan, Problem};
use crate::text::{addresses, count, listed, shown, thousands};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// None has addresses of another.
    pub ranges: Vec<Ipv4Net>,
    pub cluster: usize,
    pub must: Must,
}

/// How many of something fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copies {
    pub of: Of,
    pub number: u64,
    /// Whether even more would: so many are not looked for.
    pub and_more: bool,
    /// Addresses that one takes: of its subnets, of a node group held in the situation that binds first.
    pub each: u64,
    /// What one more would lack.
    pub limit: String,
    pub sentence: String,
}

/// What is copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    Cluster,
    /// With its subnets as small as they can be.
    Smallest,
    NodeGroup(String),
}

/// Copies that are looked for at the most.
pub const MOST: u64 = 10_000;

/// How many fit; `None` if `go_on` says no.
///
/// # Errors
///
/// The first rule that the plan breaks.
pub fn copies(
    plan: &Plan,
    tables: &Tables,
    ask: &Ask,
    go_on: &dyn Fn() -> bool,
) -> Result<Option<Vec<Copies>>, String> {
    let mut all = Vec::new();
    let Some(cluster) = plan.clusters.get(ask.cluster) else { return Ok(Some(all)) };
    let alone = alone(plan, ask.cluster);
    let evaluation = look(&alone, tables)?;
    all.push(clusters(&alone, cluster, &evaluation, ask));
    let runs = evaluation.report.pending() == 0;
    if let Some(smallest) = runs.then(|| smallest(&alone, cluster, tables, ask)).transpose()?.flatten() {
        all.push(smallest);
    }
    for g in 0..cluster.node_groups.len() {
        if !go_on() {
            return Ok(None);
        }
        all.extend(groups(&alone, g, &evaluation, tables, ask, go_on)?);
    }
    Ok(Some(all))
}

fn look(plan: &Plan, tables: &Tables) -> Result<Evaluation, String> {
    figures(plan, tables, &mut Placements::default()).map_err(|problems| Problem::first(&problems))
}

/// The plan with this cluster alone. Others' addresses in its subnets stay.
fn alone(plan: &Plan, c: usize) -> Plan {
    Plan { clusters: plan.clusters.get(c).cloned().into_iter().collect(), ..plan.clone() }
}

/// The subnets of the only cluster, each once.
fn own_subnets(cluster: &Cluster) -> Vec<usize> {
    let groups = cluster.node_groups.iter().flat_map(|group| group.subnets.iter().chain(&group.pod_subnets));
    let all = groups.chain(&cluster.pod_subnets).chain(&cluster.control_plane_subnets);
    let mut own: Vec<usize> = all.copied().collect();
    own.sort_unstable();
    own.dedup();
    own
}

/// How many times some subnets fit into ranges. Each subnet begins at a multiple of its size; with the large ones
/// first nothing between them is lost, so of each size and above only the addresses count, in the ranges that are not
/// smaller.
pub fn packed(lengths: &[u8], ranges: &[Ipv4Net]) -> u64 {
    let size = |length: u8| 1_u64 << (32 - length.min(32));
    let times = |least: &u8| {
        let wanted: u64 = lengths.iter().filter(|length| *length <= least).map(|length| size(*length)).sum();
        let largest = ranges.iter().map(Ipv4Net::prefix_len).filter(|length| length <= least);
        let there: u64 = largest.map(size).sum();
        there / wanted.max(1)
    };
    lengths.iter().map(times).min().unwrap_or(0)
}

fn clusters(plan: &Plan, cluster: &Cluster, evaluation: &Evaluation, ask: &Ask) -> Copies {
    let lengths: Vec<u8> = own_subnets(cluster)
        .iter()
        .filter_map(|s| plan.subnets.get(*s))
        .map(|subnet| subnet.cidr.prefix_len())
        .collect();
    let fault = ask.must.fault(evaluation, plan, 0, None);
    of_cluster(Of::Cluster, cluster, &lengths, ask, fault.map(|fault| fault.why))
}

/// With the smallest subnets that do; `None` where the cluster has them already, where none is large enough, or where
/// pods lack nodes, which no subnet gives them.
fn smallest(plan: &Plan, cluster: &Cluster, tables: &Tables, ask: &Ask) -> Result<Option<Copies>, String> {
    let when = ask.must.situations.iter().map(|situation| match situation {
        Situation::Settled => When::Settled,
        Situation::Churned => When::ChurnedWorst,
        Situation::Upgrade => When::Upgrade,
    });
    let question = subnets::Ask { min_free: ask.must.min_free, when: when.collect() };
    let today = Plan { growth: None, ..without_growth(plan) };
    let Some(needs) = subnets::needs(&today, tables, &question, &mut Lives::default(), &|| true)? else {
        return Ok(None);
    };
    let mut lengths = Vec::new();
    for s in own_subnets(cluster) {
        let own = needs.iter().filter(|row| row.subnet == s).filter_map(|row| row.needs.first());
        let all: Option<Vec<u8>> = own.map(|need| need.length).collect();
        let Some(all) = all else { return Ok(None) };
        let now = plan.subnets.get(s).map_or(16, |subnet| subnet.cidr.prefix_len());
        // of a subnet that no node is in nothing is known but its size
        lengths.push(all.into_iter().min().unwrap_or(now));
    }
    let now: Vec<u8> = own_subnets(cluster)
        .iter()
        .filter_map(|s| plan.subnets.get(*s))
        .map(|subnet| subnet.cidr.prefix_len())
        .collect();
    Ok((lengths != now).then(|| of_cluster(Of::Smallest, cluster, &lengths, ask, None)))
}

fn without_growth(plan: &Plan) -> Plan {
    let mut plan = plan.clone();
    for cluster in plan.clusters_mut() {
        cluster.workloads.iter_mut().for_each(|workload| workload.growth = None);
        cluster.node_groups.iter_mut().for_each(|group| group.growth = None);
    }
    plan
}

fn of_cluster(of: Of, cluster: &Cluster, lengths: &[u8], ask: &Ask, fault: Option<String>) -> Copies {
    let size = |length: u8| 1_u64 << (32 - length.min(32));
    let each: u64 = lengths.iter().map(|length| size(*length)).sum();
    let there: u64 = ask.ranges.iter().map(|range| size(range.prefix_len())).sum();
    let number = if fault.is_some() { 0 } else { packed(lengths, &ask.ranges) };
    let left = there.saturating_sub(number.saturating_mul(each));
    let ranges = ranges(ask);
    let sizes = sizes(lengths);
    let small = if of == Of::Smallest { ", its subnets as small as they can be," } else { "" };
    let name = shown(&cluster.name);
    let (limit, sentence) = match fault {
        Some(why) => {
            let sentence =
                format!("no cluster like {name} fits anywhere: not even in its own subnets, {why}");
            (why, sentence)
        }
        None => {
            let one = format!("another takes {sizes}, {}", addresses(each));
            let limit = format!("{} left in {ranges}", addresses(left));
            let sentence = format!(
                "{} like {name}{small} {} into {ranges}: each takes {sizes}, {}, and {} left",
                count(number, "cluster"),
                if number == 1 { "fits" } else { "fit" },
                addresses(each),
                if left == 1 { "1 address is".to_owned() } else { format!("{} are", addresses(left)) },
            );
            (format!("{limit}; {one}"), sentence)
        }
    };
    Copies { of, number, and_more: false, each, limit, sentence }
}

/// `3 x /22`.
fn sizes(lengths: &[u8]) -> String {
    let mut sorted = lengths.to_vec();
    sorted.sort_unstable();
    let mut parts: Vec<(u8, usize)> = Vec::new();
    for length in sorted {
        match parts.last_mut().filter(|(last, _)| *last == length) {
            Some((_, n)) => *n += 1,
            None => parts.push((length, 1)),
        }
    }
    let part =
        |(length, n): &(u8, usize)| if *n == 1 { format!("a /{length}") } else { format!("{n} x /{length}") };
    parts.iter().map(part).collect::<Vec<_>>().join(" and ")
}

fn ranges(ask: &Ask) -> String {
    let texts: Vec<String> = ask.ranges.iter().map(Ipv4Net::to_string).collect();
    listed(&texts.iter().map(String::as_str).collect::<Vec<_>>())
}

/// How many of a node group share the ranges; `None` if `go_on` says no, or it has no nodes.
fn groups(
    plan: &Plan,
    g: usize,
    evaluation: &Evaluation,
    tables: &Tables,
    ask: &Ask,
    go_on: &dyn Fn() -> bool,
) -> Result<Option<Copies>, String> {
    let Some(one) = one_group(plan, g, evaluation) else { return Ok(None) };
    let name = one.node_groups.first().map_or(String::new(), |group| shown(&group.name));
    let try_some = |n: u64| -> Result<(Evaluation, Option<String>), String> {
        let plan = sharing(&one, n, &ask.ranges);
        let evaluation = look(&plan, tables)?;
        let pending = evaluation.report.pending();
        let fault = ask.must.fault(&evaluation, &plan, 0, None).map(|fault| fault.why);
        let pending = (pending > 0).then(|| format!("{} without an address", count(pending, "pod")));
        Ok((evaluation, fault.or(pending)))
    };
    let (single, fault) = try_some(1)?;
    let held = |s: Situation| single.report.pools.iter().map(|pool| pool.holding(s).held).sum::<u64>();
    let each = held(Situation::Settled);
    let usable: u64 = single.report.pools.iter().map(|pool| pool.usable).sum();
    let most = (usable / each.max(1) + 1).clamp(2, MOST + 1);
    let (mut fits, mut fails, mut limit) = match fault {
        Some(why) => (0, 1, why),
        None => match try_some(most)?.1 {
            Some(why) => (1, most, why),
            None => (MOST, MOST + 1, String::new()),
        },
    };
    while fails - fits > 1 {
        if !go_on() {
            return Ok(None);
        }
        let middle = fits + (fails - fits) / 2;
        match try_some(middle)?.1 {
            Some(why) => (fails, limit) = (middle, why),
            None => fits = middle,
        }
    }
    let nodes = one.node_groups.first().map_or(0, |group| group.nodes.stated());
    let and_more = limit.is_empty();
    let ranges = ranges(ask);
    let sentence = match and_more {
        true => format!("{} and more node groups like {name} fit into {ranges}", thousands(fits)),
        false => format!(
            "{} like {name} {} {ranges}, {} with {} held each when settled: with one more {limit}",
            count(fits, "node group"),
            if fits == 1 { "fits into" } else { "share" },
            count(nodes.into(), "node"),
            addresses(each),
        ),
    };
    Ok(Some(Copies { of: Of::NodeGroup(name), number: fits, and_more, each, limit, sentence }))
}

/// The only cluster with one of its groups, and the pods that run on that today; `None` without nodes.
fn one_group(plan: &Plan, g: usize, evaluation: &Evaluation) -> Option<Cluster> {
    let cluster = plan.clusters.first()?;
    let group = cluster.node_groups.get(g)?;
    let nodes = evaluation.nodes_of(0, g);
    if nodes == 0 {
        return None;
    }
    let running = evaluation.pods_on(0, g);
    let workloads = cluster.workloads.iter().enumerate().filter_map(|(w, workload)| {
        let pods = running.iter().find(|(own, _)| *own == w).map(|(_, pods)| *pods)?;
        let replicas = workload.replicas.map(|_| u32::try_from(pods).unwrap_or(u32::MAX));
        Some(crate::plan::Workload { replicas, node_groups: Vec::new(), ..workload.clone() })
    });
    let group = NodeGroup { nodes: Nodes::Count(nodes), dedicated: false, ..group.clone() };
    Some(Cluster { workloads: workloads.collect(), node_groups: vec![group], ..Cluster::clone(cluster) })
}

/// So many of a cluster in the same ranges, each range a subnet in a zone of its own.
fn sharing(one: &Cluster, n: u64, ranges: &[Ipv4Net]) -> Plan {
    let mut plan = Plan::named("copies");
    let all: Vec<usize> = (0..ranges.len()).collect();
    plan.subnets = ranges
        .iter()
        .map(|range| subnets::plain(&range.to_string(), *range, Some(range.to_string())))
        .collect();
    let pods = if Settings::over_manifest(&one.env).custom_networking { all.clone() } else { Vec::new() };
    let group =
        |group: &NodeGroup| NodeGroup { subnets: all.clone(), pod_subnets: Vec::new(), ..group.clone() };
    let copy = |i: u64| Cluster {
        name: format!("{}-{}", one.name, i + 1).into(),
        control_plane_subnets: Vec::new(),
        pod_subnets: pods.clone(),
        node_groups: one.node_groups.iter().map(group).collect(),
        ..one.clone()
    };
    plan.clusters = (0..n).map(|i| copy(i).into()).collect();
    plan
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::space::Space;
    use ipnet::IpNet;
    use proptest::prelude::*;

    /// How many times they can be placed, one after the other, the large ones first.
    fn placed(lengths: &[u8], ranges: &[Ipv4Net], times: u64) -> bool {
        let mut space = Space::of(&[]);
        let mut all: Vec<u8> = (0..times).flat_map(|_| lengths.to_vec()).collect();
        all.sort_unstable();
        // a large range is for what fits nowhere else
        let mut blocks: Vec<IpNet> = ranges.iter().map(|range| IpNet::from(*range)).collect();
        blocks.sort_by_key(|block| std::cmp::Reverse(block.prefix_len()));
        all.into_iter().all(|length| {
            let any = IpNet::new(std::net::Ipv4Addr::UNSPECIFIED.into(), length).unwrap();
            let found = space.nearest(any, &blocks);
            found.inspect(|net| space.take(*net)).is_some()
        })
    }

    proptest! {
        #[test]
        fn as_many_are_counted_as_can_be_placed(
            lengths in prop::collection::vec(24_u8..=28, 1..4),
            ranges in prop::collection::vec(22_u8..=27, 1..4),
        ) {
            let ranges: Vec<Ipv4Net> = (0..)
                .zip(&ranges)
                .map(|(i, length)| Ipv4Net::new([10, i, 0, 0].into(), *length).unwrap())
                .collect();
            let number = packed(&lengths, &ranges);
            prop_assert!(placed(&lengths, &ranges, number), "{number}");
            prop_assert!(!placed(&lengths, &ranges, number + 1), "{number}");
        }
    }
}
