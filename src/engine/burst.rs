//! A burst: on every node at once the pods come that make it as full as it ever is, and go again.
//!
//! How full a node ever is, is the high water of `churned` ([`super::churn`]). How many of its pods start at once is
//! what the warm pool is for; the others wait for the pool loop, which grows by what the targets say every 5 s. Each
//! distinct node lives it on its own ([`crate::cni::machine`]), in subnets that give whatever is asked: what its
//! settings can do, not what a subnet refuses. Attaching an ENI takes some seconds more in a real VPC.

use std::collections::HashMap;

use fastrand::Rng;

use super::evaluate::Evaluation;
use super::timeline::{Alone, SEED};
use crate::cni::machine::{Machine, Ms, PodId};
use crate::plan::Plan;

/// What a burst comes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Burst {
    /// Pods that come, over all nodes.
    pub pods: u64,
    /// Those that have an address at once.
    pub at_once: u64,
    /// Those that never get one: their node's own limits.
    pub never: u64,
    /// Until the last of the others has an address; 0 if all have it at once.
    pub millis: Ms,
    /// EC2 calls of all nodes in an hour in which one burst comes and goes.
    pub calls: u64,
}

/// What the calls are counted over.
const HOUR: Ms = 3_600_000;

/// What one node does.
#[derive(Debug, Clone, Copy)]
struct Node {
    pods: u64,
    at_once: u64,
    never: u64,
    millis: Ms,
    calls: u64,
}

impl Evaluation {
    /// What a burst on every node comes to; `None` where no node is under the AWS VPC CNI, the only manager with a
    /// warm pool that grows by a loop.
    pub fn burst(&self, plan: &Plan) -> Option<Burst> {
        let mut known: HashMap<(usize, usize, usize, usize, u64, u64), Node> = HashMap::new();
        let mut burst: Option<Burst> = None;
        for (c, outcome) in self.clusters.iter().enumerate() {
            for (g, (group, parts)) in outcome.groups.iter().zip(&outcome.parts).enumerate() {
                for part in parts.iter().filter(|part| part.cni.is_some()) {
                    let Some(bin) = outcome.placed.bins.get(part.bin) else { continue };
                    let high = part.churn.as_ref().map_or(part.asked, |churn| churn.high).max(part.asked);
                    let key = (c, g, bin.shape, part.subnet, part.asked, high);
                    let node = *known.entry(key).or_insert_with(|| {
                        live(&Alone::new(plan, group, bin.shape, part.subnet), part.asked, high)
                    });
                    let sum = burst.get_or_insert_default();
                    sum.pods += node.pods * part.nodes;
                    sum.at_once += node.at_once * part.nodes;
                    sum.never += node.never * part.nodes;
                    sum.calls += node.calls * part.nodes;
                    sum.millis = sum.millis.max(node.millis);
                }
            }
        }
        burst
    }
}

/// A node that settles with so many pods, gets as many as `high`, and falls back once all that can have an address.
fn live(alone: &Alone, pods: u64, high: u64) -> Node {
    let burst = high - pods;
    let nothing = Node { pods: burst, at_once: 0, never: burst, millis: 0, calls: 0 };
    let count = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    let mut account = alone.account.clone();
    // a program that gives up serves no pod
    let Ok(mut machine) = Machine::start(alone.setup.clone(), 0, SEED, &mut account) else { return nothing };
    machine.rest(&mut account, |_, _| {});
    machine.add(count(pods));
    machine.rest(&mut account, |_, _| {});
    let (start, before) = (machine.now(), machine.calls().all());
    let starving = machine.waiting();
    machine.add(count(burst));
    let waiting = |machine: &Machine| machine.waiting().saturating_sub(starving);
    let at_once = burst - waiting(&machine).min(burst);
    let (mut last, mut millis) = (waiting(&machine), 0);
    while waiting(&machine) > 0
        && let Some(at) = machine.next().filter(|at| *at < start + HOUR / 2)
    {
        machine.advance(at, &mut account);
        if waiting(&machine) < last {
            (last, millis) = (waiting(&machine), machine.now() - start);
        }
    }
    let never = waiting(&machine).min(burst);
    let all = machine.running().map(|(id, _)| id);
    let mut gone: Vec<PodId> = all.chain(machine.pending()).collect();
    Rng::with_seed(SEED).shuffle(&mut gone);
    gone.truncate(usize::try_from(burst).unwrap_or(usize::MAX));
    for pod in gone {
        machine.remove(pod, &mut account);
    }
    machine.advance(start + HOUR, &mut account);
    Node { pods: burst, at_once, never, millis, calls: machine.calls().all() - before }
}
