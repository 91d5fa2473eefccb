//! What pools hold after churn, by chance: 1,000 seeded lives of each distinct node on the state machine.
//!
//! A life: the node boots, settles, gets as many pods as at its high water, settles, loses all but today's number of
//! them, chosen with equal chance, and settles again. Its subnets give whatever is asked. Each of 1,000 runs of a
//! pool adds up one life of each node in it, drawn on its own; the percentiles are those of the sums.
//!
//! A life depends on little: the same node in another subnet, of another group or cluster, has the same. So
//! [`Lives`] remembers them, and while somebody types only what is new is lived.

use std::collections::HashMap;
use std::sync::Arc;

use fastrand::Rng;

use super::evaluate::Evaluation;
use super::fleet::Group;
use super::hold::{Churn, Cni, Part, Take};
use super::report::{HeldBy, Percentiles, PoolRow};
use crate::cni::machine::ec2::{Account, Subnet, SubnetId};
use crate::cni::machine::{Machine, Ms, PodId, Rest, Setup};
use crate::cni::node::Shape;
use crate::cni::{Node, Settings};
use crate::manager::Sharing;
use crate::plan::Plan;

/// Runs of a pool, and lives of a distinct node.
pub const RUNS: usize = 1_000;
/// Distinct nodes that are remembered; of more only those of this plan and of the one before. Each has some 4 kB for
/// each of its subnets.
const REMEMBERED: usize = 512;
/// Nodes of one kind in one pool that are drawn one by one. Of more the sum is drawn from the normal
/// distribution that it then has for all purposes (central limit theorem), so that a run costs no more.
const ONE_BY_ONE: u64 = 1_000;
/// The last part of a life that never settles, of which the largest holding counts.
const WINDOW: Ms = 600_000;

/// Distinct nodes and their lives.
#[derive(Debug, Default)]
pub struct Lives {
    /// Beside the lives the plan that they were asked for last.
    known: HashMap<Distinct, (Arc<Sample>, u64)>,
    /// Counts plans.
    plan: u64,
}

/// Everything that a life depends on, besides chance. Subnets are numbered in file order: the node's own, and
/// that of its pods or those that new ENIs may use besides.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Distinct {
    settings: Settings,
    shape: Shape,
    unmanaged: u64,
    max_pods: u64,
    own: SubnetId,
    pods: SubnetId,
    tags: Vec<Option<String>>,
    high: u64,
    today: u64,
}

/// Addresses that a node holds in each of its subnets, life by life.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Sample {
    subnets: usize,
    held: Vec<u32>,
}

impl Sample {
    /// Of one subnet, life by life.
    fn of(&self, subnet: usize) -> impl Iterator<Item = u64> + '_ {
        self.held.iter().skip(subnet).step_by(self.subnets.max(1)).copied().map(u64::from)
    }
}

impl Evaluation {
    /// Finds the percentiles of `churned` and puts them into the report, with what follows from them.
    pub fn live(&mut self, plan: &Plan) {
        self.live_with(plan, &mut Lives::default());
    }

    /// The same, with what is known of lives.
    pub fn live_with(&mut self, plan: &Plan, lives: &mut Lives) {
        if let Some(percentiles) = self.percentiles(plan, lives, || true) {
            self.set_percentiles(plan, &percentiles);
        }
    }

    /// The median and the 95th percentile of what each pool holds after churn, by row of `pools`. `go_on` is asked
    /// before each life that is not known yet; `None` if it says no.
    pub fn percentiles(
        &self,
        plan: &Plan,
        lives: &mut Lives,
        mut go_on: impl FnMut() -> bool,
    ) -> Option<Vec<Percentiles>> {
        lives.plan += 1;
        // what is held without any node is there in every run
        let own = |pool: &PoolRow| pool.churned.by.iter().filter(|by| by.nodes == 0).map(HeldBy::held).sum();
        let pools = self.report.pools.iter().map(own);
        let mut sums: Vec<Vec<u64>> = pools.map(|own: u64| vec![own; RUNS]).collect();
        // nodes of a kind that were drawn in a pool already: each draws for itself
        let mut drawn: HashMap<(usize, u64), u64> = HashMap::new();
        let mut chance = |subnet: usize, kind: u64| {
            let turn = drawn.entry((subnet, kind)).or_default();
            *turn += 1;
            Rng::with_seed(kind ^ mix(subnet as u64) ^ mix(*turn << 32))
        };
        for outcome in &self.clusters {
            for part in outcome.parts.iter().flatten() {
                let Some((churn, Cni { node, .. })) = part.churn.as_ref().zip(part.cni.as_ref()) else {
                    let group = &outcome.groups[outcome.placed.bins[part.bin].group];
                    for take in after_churn(group, part) {
                        sums[take.pool].iter_mut().for_each(|sum| *sum += take.held() * part.nodes);
                    }
                    continue;
                };
                let bin = &outcome.placed.bins[part.bin];
                let group = &outcome.groups[bin.group];
                let (distinct, subnets) =
                    distinct(plan, group, bin.shape, (part, node), churn.high, bin.asking);
                let kind = distinct.seed();
                let sample = lives.of(distinct, &mut go_on)?;
                if group.settings.custom_networking || subnets.len() == 1 {
                    for (number, subnet) in subnets.into_iter().enumerate() {
                        let held: Vec<u64> = sample.of(number).collect();
                        add(&mut sums[subnet], &held, part.nodes, &mut chance(subnet, kind));
                    }
                    let home = home(group, part);
                    sums[home].iter_mut().for_each(|sum| *sum += part.branch_pods() * part.nodes);
                } else {
                    for (subnet, held) in split(part, churn, &sample) {
                        add(&mut sums[subnet], &held, part.nodes, &mut chance(subnet, kind));
                    }
                }
            }
        }
        // of what changes hands on demand somebody holds everything, as soon as there is anybody
        let rows = self.report.pools.iter().zip(&mut sums).skip(plan.subnets.len()).zip(&self.brought);
        for ((pool, sums), _) in rows.filter(|(_, brought)| brought.sharing == Sharing::Handed) {
            if pool.churned.by.iter().any(|by| by.nodes > 0) {
                sums.iter_mut().for_each(|sum| *sum = (*sum).max(pool.usable));
            }
        }
        Some(sums.into_iter().map(percentiles).collect())
    }
}

/// What a node holds of each of several subnets that its ENIs may be in, life by life: its settled holding, and
/// what it holds more in the proportion in which it can.
fn split(part: &Part, churn: &Churn, sample: &Sample) -> Vec<(usize, Vec<u64>)> {
    let settled = |s: usize| part.takes.iter().filter(|t| t.pool == s).map(Take::held).sum::<u64>();
    let room: Vec<(usize, u64)> =
        churn.takes.iter().map(|t| (t.pool, t.held().saturating_sub(settled(t.pool)))).collect();
    let all: u64 = room.iter().map(|(_, room)| room).sum();
    let lives = sample
        .held
        .chunks(sample.subnets.max(1))
        .map(|life| life.iter().copied().map(u64::from).sum::<u64>());
    let more: Vec<u64> =
        lives.map(|held| (held + part.branch_pods()).saturating_sub(part.held()).min(all)).collect();
    let share = |more: u64, room: u64| (more * room).checked_div(all).unwrap_or(0);
    room.into_iter()
        .map(|(s, room)| (s, more.iter().map(|more| settled(s) + share(*more, room)).collect()))
        .collect()
}

/// What a node of another manager than the AWS VPC CNI holds after churn: chance makes no difference, but where pods
/// that end leave something behind only if something fails.
fn after_churn<'a>(group: &Group, part: &'a Part) -> &'a [Take] {
    let certain = group.managed.as_ref().is_some_and(|managed| managed.model.is_certain());
    part.churn.as_ref().filter(|_| certain).map_or(&part.takes, |churn| &churn.takes)
}

/// The pod subnet of a node with custom networking, else its own.
fn home(group: &Group, part: &Part) -> usize {
    let zone = group.zones.iter().find(|z| z.subnets.contains(&part.subnet));
    let pods = zone.and_then(|z| z.pods).filter(|_| group.settings.custom_networking);
    pods.unwrap_or(part.subnet)
}

/// What a node's life depends on, and the plan's subnets by their numbers in it.
fn distinct(
    plan: &Plan,
    group: &Group,
    shape: usize,
    (part, node): (&Part, &Node),
    high: u64,
    today: u64,
) -> (Distinct, Vec<usize>) {
    let mut subnets = vec![part.subnet];
    let home = home(group, part);
    if home != part.subnet {
        subnets.push(home);
    } else if group.settings.subnet_discovery && !group.settings.custom_networking {
        let zone = &plan.subnets[part.subnet].zone;
        let offers = |s: &usize| {
            let subnet = &plan.subnets[*s];
            let near = *s != part.subnet && zone.is_some() && subnet.zone == *zone;
            near && subnet.role_cni.as_deref().is_some_and(|role| role != "0")
        };
        subnets.extend((0..plan.subnets.len()).filter(offers));
    }
    subnets.sort_unstable();
    let number = |subnet: usize| subnets.iter().position(|s| *s == subnet).unwrap_or(0);
    let distinct = Distinct {
        settings: group.settings.clone(),
        shape: group.shapes[shape % group.shapes.len()].shape,
        unmanaged: node.unmanaged,
        max_pods: node.max_pods,
        own: number(part.subnet),
        pods: number(home),
        tags: subnets.iter().map(|s| plan.subnets[*s].role_cni.clone()).collect(),
        high: high.max(today),
        today,
    };
    (distinct, subnets)
}

impl Lives {
    fn of(&mut self, distinct: Distinct, go_on: &mut impl FnMut() -> bool) -> Option<Arc<Sample>> {
        let plan = self.plan;
        if let Some((sample, asked)) = self.known.get_mut(&distinct) {
            *asked = plan;
            return Some(Arc::clone(sample));
        }
        if self.known.len() >= REMEMBERED {
            self.known.retain(|_, (_, asked)| *asked + 1 >= plan);
        }
        let subnets = distinct.tags.len();
        let mut held = Vec::with_capacity(RUNS * subnets);
        for run in 0..RUNS as u64 {
            if !go_on() {
                return None;
            }
            // no node holds as many as do not go into 32 bits
            held.extend(distinct.live(run).into_iter().map(|n| u32::try_from(n).unwrap_or(u32::MAX)));
        }
        let sample = Arc::new(Sample { subnets, held });
        self.known.insert(distinct, (Arc::clone(&sample), plan));
        Some(sample)
    }
}

/// Spreads a number over all bits (the finalizer of splitmix64).
fn mix(n: u64) -> u64 {
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

impl Distinct {
    /// By what its draws differ from those of other nodes, so that no pool changes when another group does.
    fn seed(&self) -> u64 {
        let Shape { enis, ipv4_per_eni, .. } = self.shape;
        let parts = [enis, ipv4_per_eni, self.max_pods, self.unmanaged, self.high, self.today];
        parts.into_iter().fold(1, |seed, part| mix(seed.wrapping_mul(31).wrapping_add(part)))
    }

    /// One life: addresses held in each subnet at its end. Of a node that never settles the largest holding of
    /// its cycle.
    fn live(&self, seed: u64) -> Vec<u64> {
        let mut account = Account::default();
        for tag in &self.tags {
            account.subnets.push(Subnet {
                blocks: Subnet::PLENTY,
                singles: Subnet::PLENTY,
                role_cni: tag.clone(),
                ..Subnet::default()
            });
        }
        let before: Vec<u64> = account.subnets.iter().map(Subnet::free).collect();
        let held = |account: &Account| -> Vec<u64> {
            before.iter().zip(&account.subnets).map(|(had, s)| had.saturating_sub(s.free())).collect()
        };
        if let Some(own) = account.subnets.get_mut(self.own) {
            own.take(1 + self.unmanaged, 0);
        }
        let setup = Setup {
            settings: self.settings.clone(),
            shape: self.shape,
            unmanaged: self.unmanaged,
            max_pods: self.max_pods,
            subnet: self.own,
            pod_subnet: self.pods,
            zone: (0..self.tags.len()).collect(),
        };
        let mut rng = Rng::with_seed(seed);
        let Ok(mut node) = Machine::start(setup, 0, rng.u64(..), &mut account) else { return held(&account) };
        node.rest(&mut account, |_, _| {});
        node.add(u32::try_from(self.high).unwrap_or(u32::MAX));
        node.rest(&mut account, |_, _| {});
        for pod in goes(&node, self.today, &mut rng) {
            node.remove(pod, &mut account);
        }
        match node.rest(&mut account, |_, _| {}) {
            Rest::Settled { .. } => held(&account),
            Rest::Never => {
                let mut most = held(&account);
                let end = node.now().saturating_add(WINDOW);
                while let Some(at) = node.next().filter(|at| *at <= end) {
                    node.advance(at, &mut account);
                    for (most, now) in most.iter_mut().zip(held(&account)) {
                        *most = now.max(*most);
                    }
                }
                most
            }
        }
    }
}

/// The pods that go: those that wait, and of those that run all but so many, chosen with equal chance.
fn goes(node: &Machine, today: u64, rng: &mut Rng) -> Vec<PodId> {
    let mut running: Vec<PodId> = node.running().map(|(id, _)| id).collect();
    let mut pending: Vec<PodId> = node.pending().collect();
    rng.shuffle(&mut running);
    let stay = usize::try_from(today).unwrap_or(usize::MAX);
    // more are asked for today than can run: those go on waiting
    let waiting = stay.saturating_sub(running.len()).min(pending.len());
    let mut go = running.split_off(stay.min(running.len()));
    go.extend(pending.split_off(waiting));
    go.sort_unstable();
    go
}

/// Adds to each run the sum of so many draws.
fn add(sums: &mut [u64], held: &[u64], nodes: u64, rng: &mut Rng) {
    let (Some(least), Some(most)) = (held.iter().min(), held.iter().max()) else { return };
    if least == most {
        sums.iter_mut().for_each(|sum| *sum += least * nodes);
    } else if nodes <= ONE_BY_ONE {
        for sum in sums {
            *sum += (0..nodes).filter_map(|_| rng.choice(held)).sum::<u64>();
        }
    } else {
        let n = held.len() as f64;
        let mean = held.iter().sum::<u64>() as f64 / n;
        let variance = held.iter().map(|h| (*h as f64 - mean).powi(2)).sum::<f64>() / n;
        let nodes = nodes as f64;
        for sum in sums {
            let drawn = nodes * mean + (nodes * variance).sqrt() * normal(rng);
            *sum += drawn.clamp(*least as f64 * nodes, *most as f64 * nodes).round() as u64;
        }
    }
}

/// A draw of the standard normal distribution (Box and Muller).
fn normal(rng: &mut Rng) -> f64 {
    let radius = (-2.0 * (1.0 - rng.f64()).ln()).sqrt();
    radius * (std::f64::consts::TAU * rng.f64()).cos()
}

/// Median and 95th percentile, by nearest rank.
fn percentiles(mut sums: Vec<u64>) -> Percentiles {
    sums.sort_unstable();
    let rank = |percent: usize| sums.get((sums.len() * percent).div_ceil(100).saturating_sub(1)).copied();
    Percentiles { held_p50: rank(50), held_p95: rank(95) }
}
