//! Every subnet of the plan: who uses its addresses beside what the plan says, and where the difference comes from.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use super::causes::Room;
use super::nodes::{NodeRow, Told};
use crate::engine::{Holding, PoolKind, Report};
use crate::import::fact::Subnet;
use crate::import::live::{Index, Live, UNLISTED, USES, Usage, Use, usage};
use crate::plan::Plan;
use crate::text::{addresses, count, thousands};

/// A subnet.
#[derive(Debug, Clone)]
pub struct SubnetRow {
    pub subnet: String,
    pub cidr: String,
    pub zone: Option<String>,
    pub usable: u64,
    /// `None`: the network interfaces are not in the inputs.
    pub real: Option<Balance>,
    /// Addresses that are free by AWS's own count.
    pub counted: Option<u64>,
    /// By use, those with any.
    pub uses: Vec<(&'static str, u64)>,
    /// The plan's, settled, without what leaked.
    pub predicted: Balance,
    /// Addresses in use beyond the prediction; below 0: fewer.
    pub difference: Option<i64>,
    pub why: Vec<Told>,
    /// ENIs of the VPC CNI that are attached to nothing, and their addresses.
    pub leaked: Vec<(String, u64)>,
    /// Other ENIs that are attached to nothing.
    pub unattached: Vec<(String, u64)>,
}

/// What is used of a subnet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Balance {
    /// ENIs of nodes, without branch ENIs.
    pub enis: u64,
    /// On them.
    pub prefixes: u64,
    /// Addresses that pods have, branch ENIs' included; `None`: no input says who has them.
    pub assigned: Option<u64>,
    /// Held by nodes, and neither an ENI's own nor a pod's.
    pub unused: Option<u64>,
    /// By nodes.
    pub held: u64,
    pub other: u64,
    pub free: u64,
}

impl Balance {
    /// The plan's, where others have so many.
    fn planned(settled: &Holding, other: u64, usable: u64) -> Balance {
        Balance {
            enis: settled.primary,
            prefixes: settled.blocks.as_ref().map_or(0, |blocks| blocks.held),
            assigned: Some(settled.assigned),
            unused: Some(settled.unused),
            held: settled.held,
            other,
            free: usable.saturating_sub(other).saturating_sub(settled.held),
        }
    }

    /// What the nodes' interfaces have.
    fn real(live: &Live, usage: &Usage, other: u64, free: u64) -> Balance {
        let sum = |uses: &[Use]| -> u64 { uses.iter().map(|by| usage.count(*by)).sum() };
        let (of_enis, of_pods) = (sum(&[Use::Primary, Use::Trunk]), sum(&[Use::Workload, Use::Branch]));
        let slots = [Use::Workload, Use::Warm, Use::Secondary];
        let interfaces: BTreeSet<usize> =
            usage.used.iter().filter(|used| slots.contains(&used.by)).map(|used| used.interface).collect();
        let prefixes = |at: &usize| live.interfaces.get(*at).map_or(0, |own| own.prefixes.len() as u64);
        let known = usage.count(Use::Secondary) == 0;
        Balance {
            enis: of_enis,
            prefixes: interfaces.iter().map(prefixes).sum(),
            assigned: known.then_some(of_pods),
            unused: known.then(|| usage.count(Use::Warm)),
            held: USES.iter().filter(|(.., of_nodes)| *of_nodes).map(|(by, ..)| usage.count(*by)).sum(),
            other,
            free,
        }
    }
}

/// What the inputs say of each subnet of the plan: by its place.
pub struct Used {
    pub usages: Vec<Option<Usage>>,
    /// Free addresses as AWS counts them.
    pub counted: Vec<Option<u64>>,
    pub rooms: Vec<Option<Room>>,
}

/// Looks at every subnet once.
pub fn used(live: &Live, index: &Index<'_>, plan: &Plan) -> Used {
    let by_id: HashMap<&str, &Subnet> =
        live.subnets.iter().map(|subnet| (subnet.id.as_str(), subnet)).collect();
    let mut all = Used { usages: Vec::new(), counted: Vec::new(), rooms: Vec::new() };
    for own in &plan.subnets {
        let by_range = || live.subnets.iter().find(|subnet| subnet.cidr == Some(own.cidr));
        let subnet = own.id.as_deref().and_then(|id| by_id.get(id).copied()).or_else(by_range);
        let usage = subnet.filter(|_| !live.interfaces.is_empty()).map(|subnet| usage(live, index, subnet));
        let counted = subnet.and_then(|subnet| subnet.available).map(u64::from);
        let free = counted.into_iter().chain(usage.as_ref().map(|usage| usage.free)).min();
        all.rooms.push(free.map(|free| Room {
            name: own.name.clone(),
            free,
            blocks: usage.as_ref().map(|usage| usage.blocks),
        }));
        all.usages.push(usage);
        all.counted.push(counted);
    }
    all
}

/// The subnets of the plan that the inputs have, beside what is used of them.
pub fn compare(live: &Live, plan: &Plan, report: &Report, used: &Used, nodes: &[NodeRow]) -> Vec<SubnetRow> {
    let mut of_nodes = vec![OfNodes::default(); plan.subnets.len()];
    for node in nodes {
        for own in &node.subnets {
            let Some(sums) = own.place.and_then(|place| of_nodes.get_mut(place)) else { continue };
            if node.difference.is_some() {
                sums.held += own.real.held;
                sums.predicted += own.predicted.unwrap_or(0);
            }
        }
    }
    let pools = report.pools.iter().filter(|pool| pool.kind == PoolKind::Subnet);
    let mut rows = Vec::new();
    for (at, (subnet, pool)) in plan.subnets.iter().zip(pools).enumerate() {
        let counted = used.counted.get(at).copied().flatten();
        let usage = used.usages.get(at).and_then(Option::as_ref);
        if counted.is_none() && usage.is_none() {
            continue;
        }
        let leaked_before: u64 = subnet
            .other
            .iter()
            .filter(|(reason, _)| reason == Use::Leaked.word())
            .map(|(_, n)| u64::from(*n))
            .sum();
        let other = pool.other.saturating_sub(leaked_before);
        let mut row = SubnetRow {
            subnet: subnet.name.clone(),
            cidr: subnet.cidr.to_string(),
            zone: subnet.zone.clone(),
            usable: pool.usable,
            real: None,
            counted,
            uses: Vec::new(),
            predicted: Balance::planned(&pool.settled, other, pool.usable),
            difference: None,
            why: Vec::new(),
            leaked: Vec::new(),
            unattached: Vec::new(),
        };
        if let Some(usage) = usage {
            let sums = of_nodes.get(at).copied().unwrap_or_default();
            judge(live, usage, sums, &subnet.other, &mut row);
        }
        rows.push(row);
    }
    rows
}

/// Sums over the nodes that are compared.
#[derive(Debug, Clone, Copy, Default)]
struct OfNodes {
    held: u64,
    predicted: u64,
}

fn judge(live: &Live, usage: &Usage, sums: OfNodes, planned: &[(String, u32)], row: &mut SubnetRow) {
    row.uses = USES.iter().map(|(by, word, _)| (*word, usage.count(*by))).filter(|(_, n)| *n > 0).collect();
    let unlisted = row.counted.map_or(0, |free| usage.free.saturating_sub(free));
    if unlisted > 0 {
        row.uses.push((UNLISTED, unlisted));
    }
    let of_others: u64 =
        USES.iter().filter(|(.., of_nodes)| !of_nodes).map(|(by, ..)| usage.count(*by)).sum();
    let real = Balance::real(live, usage, of_others + unlisted, usage.free.saturating_sub(unlisted));
    row.leaked = attached_to_nothing(live, usage, Use::Leaked);
    row.unattached = attached_to_nothing(live, usage, Use::Unattached);
    row.difference = Some(difference(real.held + real.other, row.predicted.held + row.predicted.other));
    let leaked: u64 = row.leaked.iter().map(|(_, n)| n).sum();
    let of_nodes = difference(sums.held, sums.predicted);
    let elsewhere = difference(real.held, sums.held);
    let placed = difference(sums.predicted, row.predicted.held);
    let other = difference(real.other.saturating_sub(leaked), row.predicted.other);
    for (cause, n, sentence) in [
        ("nodes", of_nodes, format!("its nodes hold {} than is predicted for them", more(of_nodes))),
        (
            "not-compared",
            elsewhere,
            format!("{} on nodes that are not compared, or whose lists do not fit together", more(elsewhere)),
        ),
        (
            "placement",
            placed,
            format!(
                "where nodes and pods are now, {} are predicted than where the plan puts them",
                more(placed)
            ),
        ),
        (
            "leaked",
            difference(leaked, 0),
            format!(
                "{} of the VPC CNI attached to nothing, with {}",
                count(row.leaked.len() as u64, "ENI"),
                addresses(leaked)
            ),
        ),
        (
            "other",
            other,
            format!("others use {} than the plan's other{}", more(other), uses(&row.uses, planned)),
        ),
    ] {
        if n != 0 {
            row.why.push(Told { cause, addresses: n, sentence });
        }
    }
    row.real = Some(real);
}

fn difference(a: u64, b: u64) -> i64 {
    i64::try_from(a).unwrap_or(i64::MAX) - i64::try_from(b).unwrap_or(i64::MAX)
}

/// `3 addresses more`.
fn more(n: i64) -> String {
    format!("{} {}", addresses(n.unsigned_abs()), if n < 0 { "fewer" } else { "more" })
}

/// The uses by others that the plan has otherwise.
fn uses(uses: &[(&'static str, u64)], planned: &[(String, u32)]) -> String {
    let of_others = |word: &str| !USES.iter().any(|(_, own, nodes)| *own == word && *nodes);
    let mut words = Vec::new();
    for (word, n) in uses.iter().filter(|(word, _)| of_others(word) && *word != Use::Leaked.word()) {
        let before: u64 =
            planned.iter().filter(|(reason, _)| reason == word).map(|(_, n)| u64::from(*n)).sum();
        if before != *n {
            words.push(format!("{word} {}", thousands(*n)));
        }
    }
    if words.is_empty() { String::new() } else { format!(" (now {})", words.join(", ")) }
}

/// Interfaces of a use, with how many addresses each has in the subnet; by their order.
fn attached_to_nothing(live: &Live, usage: &Usage, by: Use) -> Vec<(String, u64)> {
    let mut all: BTreeMap<usize, u64> = BTreeMap::new();
    for used in usage.used.iter().filter(|used| used.by == by) {
        *all.entry(used.interface).or_default() += used.addresses.count();
    }
    let id = |(at, n): (usize, u64)| Some((live.interfaces.get(at)?.id.clone(), n));
    all.into_iter().filter_map(id).collect()
}
