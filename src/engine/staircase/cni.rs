//! The staircase of a node of the AWS VPC CNI, and its life.

use super::{Count, Kind};
use crate::cni::settle::settle_each;
use crate::cni::{Node, Settled, Stop, settle};
use crate::engine::fleet::{Group, offered, reach};
use crate::engine::hold::Part;
use crate::engine::node::row;
use crate::engine::timeline::{self, Alone};
use crate::engine::why::node as words;
use crate::plan::Plan;
use crate::text::{addresses, count, thousands};

/// What decides its holdings.
#[derive(Debug, Clone)]
pub struct Climb {
    node: Node,
    alone: Alone,
}

/// Each number of pods up to so many, on a node of a shape where the fullest one is. `None` if the group is not in
/// the plan's subnets.
pub(super) fn climb(
    plan: &Plan,
    group: &Group,
    shape: usize,
    fullest: Option<&Part>,
    most: u64,
) -> Option<(Kind, Option<&'static str>, Vec<Count>)> {
    let first = group.zones.first()?;
    let subnet = fullest.map_or(*first.subnets.first()?, |part| part.subnet);
    let zone = group.zones.iter().find(|zone| zone.subnets.contains(&subnet)).unwrap_or(first);
    let node = match fullest {
        Some(part) => part.cni.as_ref()?.node.clone(),
        None => group.node_in(shape, &reach(plan, group, zone, subnet, &offered(plan))),
    };
    let counts = settle_each(&node, most).iter().map(|settled| counted(&node, settled)).collect();
    let piece = node.prefix_mode.then_some("prefix");
    let alone = Alone::new(plan, group, shape, subnet);
    Some((Kind::Cni(Box::new(Climb { node, alone })), piece, counts))
}

fn counted(node: &Node, settled: &Settled) -> Count {
    let row = row(node, settled);
    Count {
        pods: row.pods,
        running: row.running,
        primary: row.primary,
        assigned: row.assigned,
        unused: row.unused,
        stranded: 0,
        pieces: row.prefixes,
        held_min: row.held_min,
        held_max: row.held_max,
        churned: None,
    }
}

impl Climb {
    /// What keeps the pool as large as it is.
    pub(super) fn goal(&self, pods: u64) -> String {
        words::pool(&self.node, &settle(&self.node, pods))
    }

    /// What the program does as one more pod comes: `at 30 pods free 28 < 29: ENI 3 is attached`.
    pub(super) fn growth(&self, before: u64, pods: u64) -> String {
        let (was, is) = (settle(&self.node, before), settle(&self.node, pods));
        let assigned = pods.min(was.pool);
        let here = format!("at {}", count(pods, "pod"));
        let free = format!("{here} free {}", thousands(was.pool - assigned));
        if is.slots > was.slots {
            let low = timeline::too_low(timeline::low(&self.node, was.slots, assigned));
            return format!("{here} {low}: {}", timeline::added(&self.node, was.slots, is.slots));
        }
        if is.slots < was.slots {
            let found = addresses(is.pool);
            return format!("{free}: pods that come at once find {found}, one by one they had found more");
        }
        match is.stop {
            _ if is.running < is.asked => format!("{free}: nothing is added, the pod starves"),
            Stop::Satisfied if timeline::free_wanted(&self.node) > 0 => {
                let wanted = thousands(timeline::free_wanted(&self.node));
                format!("{free}, not below {wanted}: nothing is added")
            }
            _ => format!("{free}: nothing is added"),
        }
    }

    /// The life of a fresh node that gets so many pods, and then as many as `high` if these are more.
    pub(super) fn timeline(&self, pods: u64, high: u64) -> Vec<timeline::Line> {
        let whole = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        self.alone.timeline(whole(pods), whole(high))
    }
}
