//! Pools that are short in another situation than settled, and when that shows.

use super::super::outcome::manager_in;
use super::super::report::{Holding, PoolRow, Severity};
use super::super::upgrade::{CONTROL_PLANE, costliest};
use super::{Context, Note};
use crate::manager::Manager;
use crate::plan::{Place, Row};
use crate::text::{addresses, count, listed, thousands};

/// Pools that have enough when settled: of the others that is said already.
fn sound<'a>(context: &Context<'a>) -> impl Iterator<Item = (usize, &'a PoolRow)> {
    context.report.pools.iter().enumerate().filter(|(_, pool)| !pool.settled.is_short())
}

/// What a pool lacks: addresses, or blocks of them.
fn lack(h: &Holding) -> String {
    match (h.short, &h.blocks) {
        (0, Some(blocks)) if blocks.short > 0 => count(blocks.short, "whole /28 block"),
        (0, Some(blocks)) => format!("{} outside of reservations", addresses(blocks.singles.short)),
        (short, _) => addresses(short),
    }
}

/// The surge nodes come up while the old ones still hold theirs.
pub fn upgrade(context: &Context) -> Vec<Note> {
    let mut notes = Vec::new();
    let costliest = costliest(context.clusters, context.report.pools.len());
    for (s, pool) in sound(context).filter(|(_, pool)| pool.upgrade.is_short()) {
        let Some((c, g)) = costliest.get(s).copied().flatten() else { continue };
        let (cluster, outcome) = (&context.plan.clusters[c], &context.clusters[c]);
        let surge = &outcome.surges()[g];
        let here: u64 = surge.takes(s).map(|(nodes, _)| nodes).sum();
        let message = format!(
            "a rolling upgrade of {}/{} leaves {} short by {}: of its {} {} in it and want{} {}, with {} free while the \
             old nodes hold theirs{}",
            cluster.name,
            cluster.node_groups[g].name,
            pool.name,
            lack(&pool.upgrade),
            count(surge.nodes.into(), "surge node"),
            if here == 1 { "1 comes up".to_string() } else { format!("{} come up", thousands(here)) },
            if here == 1 { "s" } else { "" },
            addresses(surge.held(s)),
            thousands(pool.settled.free),
            refused(surge.takes(s), pool.settled.free),
        );
        // a node gives nothing back before it is terminated; what a drained pod had cools down on its old node
        let cooldown = outcome.groups[g].settings.cooldown;
        let help = match cluster.manager.is_aws() {
            true => format!(
                "keep more free, or upgrade with a smaller warm pool (WARM_IP_TARGET with MINIMUM_IP_TARGET); an old \
                 node's addresses come back when it is terminated, and on the nodes that take its pods an address \
                 that was just released waits {cooldown} s"
            ),
            false => "keep more free, or upgrade fewer nodes at once (surge); an old node's addresses come back when \
                      it is gone"
                .to_string(),
        };
        notes.push(Note::new(Severity::Warning, Place::row(Row::NodeGroup(c, g)), message, help));
    }
    notes
}

/// Which of the surge nodes that come up one after another finds too little.
fn refused(nodes: impl Iterator<Item = (u64, u64)>, free: u64) -> String {
    let (mut number, mut left) = (0, free);
    for (nodes, each) in nodes.filter(|(_, each)| *each > 0) {
        let fit = (left / each).min(nodes);
        (number, left) = (number + fit, left - fit * each);
        if fit < nodes {
            let (number, left) = (thousands(number + 1), thousands(left));
            return format!("; number {number} of these finds {left} of its {}", thousands(each));
        }
    }
    String::new()
}

/// EKS looks at its subnets before it upgrades the control plane, and before any node is replaced.
pub fn control_plane(context: &Context) -> Vec<Note> {
    let mut notes = Vec::new();
    for (c, cluster, _) in context.clusters() {
        let mut subnets = cluster.control_plane_subnets.clone();
        if subnets.is_empty() {
            subnets = cluster.node_groups.iter().flat_map(|g| g.subnets.iter().copied()).collect();
        }
        let mut seen = vec![false; context.report.pools.len()];
        subnets.retain(|&s| !std::mem::replace(&mut seen[s], true));
        let pools = subnets.iter().map(|&s| &context.report.pools[s]);
        let refusing: Vec<String> = pools
            .filter(|pool| pool.settled.free < CONTROL_PLANE)
            .map(|pool| format!("{} has {}", pool.name, thousands(pool.settled.free)))
            .collect();
        if refusing.is_empty() {
            continue;
        }
        let refusing: Vec<&str> = refusing.iter().map(String::as_str).collect();
        let whose = match cluster.control_plane_subnets.is_empty() {
            true => "the subnets of its nodes (the plan gives no control_plane_subnets)",
            false => "its control_plane_subnets",
        };
        let message = format!(
            "an upgrade of the control plane of {} is refused before any node is touched: it needs \
             {CONTROL_PLANE} free addresses in each of {whose}, and {}",
            cluster.name,
            listed(&refusing)
        );
        let help = "free some addresses, or give the control plane subnets of its own";
        let place = Place::key(Row::Cluster(c), "control_plane_subnets");
        notes.push(Note::new(Severity::Warning, place, message, help));
    }
    notes
}

/// Short after churn: in one of 20 cases, or in the worst case.
pub fn churned(context: &Context) -> Vec<Note> {
    let mut notes = Vec::new();
    for (s, pool) in sound(context).filter(|(_, pool)| pool.churned.is_short()) {
        let wanted = |held: u64| thousands(pool.other + held);
        let (when, lack, wanted) = match pool.churned.p95().filter(|_| pool.is_short_at_p95()) {
            Some(held) => ("in one of 20 cases", addresses(pool.balance(held).1), wanted(held)),
            None => ("in the worst case", lack(&pool.churned), wanted(pool.churned.held)),
        };
        let message = format!(
            "once pods have come and gone, {} may be short by {lack} {when}: wanted {wanted}, usable {}",
            pool.name,
            thousands(pool.usable)
        );
        let warm = s < context.plan.subnets.len() && manager_in(context.plan, s).is_none_or(Manager::is_aws);
        let help = match warm {
            true => {
                "WARM_IP_TARGET with MINIMUM_IP_TARGET gives single addresses back; peak_pods and peak_replicas say how \
                 many pods a node ever runs"
            }
            false => "a larger range; peak_pods and peak_replicas say how many pods a node ever runs",
        };
        notes.push(Note::new(Severity::Warning, pool.place.clone(), message, help));
    }
    notes
}
