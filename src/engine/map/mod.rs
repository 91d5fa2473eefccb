//! What a pool's addresses are, from the first to the last.
//!
//! Where the order in which addresses come is known, every address is told. Where it is the cloud's, a hash's or
//! chance's, only what never moves is told, and the rest in numbers.
//!
//! | module | what it draws |
//! |---|---|
//! | this one | what of subnets never moves, docker networks, services |
//! | `pods` | pod CIDRs: as a whole, or the range of each node |
//! | `ring` | the shares of peers |
//! | `subnet` | all of a subnet, each address at a place that it could have |
//!
//! For the screen there is [`Map`], of which any stretch can be counted quickly: `drawn`, `counts`, `lots`.

mod counts;
mod drawn;
mod lots;
mod pods;
mod ring;
mod subnet;

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;

pub use counts::Counts;
pub use drawn::{BLOCK, Map, Stretch, Whole};

use super::brought;
use super::evaluate::Evaluation;
use super::report::Situation;
use super::roster::{Member, roster};
use super::seats::Seats;
use crate::ipam::docker;
use crate::ipam::range::{Range, step};
use crate::ipam::services;
use crate::manager::PoolKind;
use crate::plan::{Cluster, Plan};
use crate::text::{count, thousands};

/// What an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Use {
    /// Can never be given out.
    Reserved,
    /// In use by things outside the plan.
    Other,
    /// The node's own.
    Primary,
    /// Somebody's.
    Assigned,
    /// Two pods' at once.
    Twice,
    /// Held, and nobody's.
    Unused,
    Free,
    /// Held or free: which is not the plan's to say.
    Mixed,
}

impl Use {
    /// Every use, in the order of legends.
    pub const ALL: [Use; 8] = [
        Use::Reserved,
        Use::Other,
        Use::Primary,
        Use::Assigned,
        Use::Twice,
        Use::Unused,
        Use::Free,
        Use::Mixed,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Use::Reserved => "reserved",
            Use::Other => "other",
            Use::Primary => "primary",
            Use::Assigned => "assigned",
            Use::Twice => "twice",
            Use::Unused => "unused",
            Use::Free => "free",
            Use::Mixed => "mixed",
        }
    }

    /// Its letter, so that no cell says by colour alone what it is.
    pub fn letter(self) -> &'static str {
        match self {
            Use::Reserved => "x",
            Use::Other => "o",
            Use::Primary => "p",
            Use::Assigned => "#",
            Use::Twice => "2",
            Use::Unused => "-",
            Use::Free => ".",
            Use::Mixed => "~",
        }
    }
}

/// Neighbouring addresses of one use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub range: Range,
    pub of: Use,
    /// Whose they are, or what they are for.
    pub who: String,
}

/// Runs of one pool at the most; what is behind them is one more.
pub const MOST: usize = 20_000;

impl Evaluation {
    /// The addresses of a pool for drawing: of a subnet in a situation, each node's at places that they could have; of
    /// all others settled, as [`Evaluation::map`] tells them. Empty if there is no such pool.
    pub fn drawn(&self, plan: &Plan, pool: usize, situation: Situation) -> Map {
        match self.report.pools.get(pool) {
            Some(row) if row.kind == PoolKind::Subnet => self.subnet(plan, pool, row, situation),
            _ => Map::of_runs(self.map(plan, pool)),
        }
    }

    /// The addresses of a pool, in order, without gaps; empty if there is no such pool.
    pub fn map(&self, plan: &Plan, pool: usize) -> Vec<Run> {
        let Some(row) = self.report.pools.get(pool) else { return Vec::new() };
        let brought = pool.checked_sub(plan.subnets.len()).and_then(|i| self.brought.get(i));
        let mut runs = match (row.kind, brought.and_then(|b| b.of)) {
            (PoolKind::Subnet, _) => subnet(plan, pool, &row.settled),
            (PoolKind::Network, _) => self.network(plan, pool),
            (PoolKind::ServiceCidr, Some((c, _))) => service(&plan.clusters[c], &row.cidr),
            (PoolKind::Ring, Some((c, _))) => self.ring(plan, c),
            (PoolKind::PodCidr, Some((c, i))) => self.pods(plan, c, i),
            _ => Vec::new(),
        };
        if runs.len() > MOST {
            let rest = runs.split_off(MOST);
            if let (Some(first), Some(last)) = (rest.first(), rest.last())
                && let Some(range) = Range::new(first.range.first, last.range.last)
            {
                runs.push(Run {
                    range,
                    of: Use::Mixed,
                    who: format!("{} more", count(rest.len() as u64, "range")),
                });
            }
        }
        runs
    }

    /// A docker network: who is attached at which address.
    fn network(&self, plan: &Plan, pool: usize) -> Vec<Run> {
        let Some((n, which)) = brought::network_of(plan, pool) else { return Vec::new() };
        let Some(made) = self.attached.networks.get(n).and_then(|network| network.ranges.get(which)) else {
            return Vec::new();
        };
        let Ok(network) = &made.network else { return Vec::new() };
        let mut known: BTreeMap<IpAddr, (Use, String)> = BTreeMap::new();
        for (address, by) in network.taken() {
            known.insert(address, of_docker(by));
        }
        for (c, cluster) in plan.clusters.iter().enumerate().filter(|(_, cl)| cl.network == Some(n)) {
            for member in self.roster(plan, c) {
                for address in member.addresses.iter().filter(|a| made.range.contains(*a)) {
                    known.insert(*address, (Use::Assigned, format!("{} of {}", member.name, cluster.name)));
                }
            }
            let balancer = self.attached.clusters.get(c).map_or(&[][..], Seats::balancer);
            for address in balancer.iter().filter(|a| made.range.contains(*a)) {
                known.insert(*address, (Use::Assigned, format!("load balancer of {}", cluster.name)));
            }
        }
        let gap = match network.spec().ip_range {
            Some(range) => format!("outside of the ip-range {range}: only for addresses of one's own choice"),
            None => String::new(),
        };
        let searched = network.searched();
        fill(Range::of(made.range), known, |free| match searched.meet(&free) {
            Some(_) => (Use::Free, "the lowest is the next".to_string()),
            None => (Use::Free, gap.clone()),
        })
    }

    /// The nodes of a cluster, one by one.
    pub fn roster(&self, plan: &Plan, c: usize) -> Vec<Member> {
        self.clusters.get(c).map_or(Vec::new(), |outcome| roster(plan, &self.attached, c, outcome))
    }
}

/// What the addresses of a subnet are that never move; the others are EC2's to choose.
fn subnet(plan: &Plan, s: usize, held: &super::report::Holding) -> Vec<Run> {
    let subnet = &plan.subnets[s];
    let run = |(at, of, who): (crate::plan::Addresses, Use, &str)| Run {
        range: Range { first: at.first.into(), last: at.last.into() },
        of,
        who: who.to_string(),
    };
    let mut known: Vec<Run> = subnet::known(plan, s).into_iter().map(run).collect();
    known.sort_by_key(|run| run.range.first);
    let who = format!(
        "{} held by nodes and {} free in all; which is the cloud's to choose",
        thousands(held.held),
        thousands(held.free)
    );
    between(Range::of(IpNet::V4(subnet.cidr)), known.into_iter(), |_| (Use::Mixed, who.clone()))
}

fn of_docker(by: &docker::Use) -> (Use, String) {
    match by {
        docker::Use::Network => (Use::Reserved, "the network's own address".to_string()),
        docker::Use::Anycast => (Use::Reserved, "subnet-router anycast".to_string()),
        docker::Use::Broadcast => (Use::Reserved, "broadcast".to_string()),
        docker::Use::Gateway => (Use::Reserved, "the gateway".to_string()),
        docker::Use::Aux(name) => (Use::Reserved, format!("aux address {name}")),
        docker::Use::Endpoint(name) => (Use::Assigned, format!("container {name}")),
    }
}

/// The bands of a service range.
fn service(cluster: &Cluster, cidr: &str) -> Vec<Run> {
    let cidr = cluster.settings.service_subnet.iter().find(|s| s.to_string() == cidr);
    let Some(cidr) = cidr else { return Vec::new() };
    let mut known: BTreeMap<IpAddr, Run> = BTreeMap::new();
    let whole = Range::of(*cidr);
    if let Some(api) = services::api_server(*cidr) {
        let run = Run {
            range: Range { first: api, last: api },
            of: Use::Primary,
            who: "kubernetes, the API server's service".to_string(),
        };
        known.insert(api, run);
    }
    let usable = services::first_to_last(*cidr);
    let behind = usable.and_then(|usable| step(usable.last, 1)).and_then(|at| Range::new(at, whole.last));
    if let Some(range) = behind {
        known.insert(range.first, Run { range, of: Use::Reserved, who: "not given out".to_string() });
    }
    // the API server's address is the first of the band
    let band = services::static_range(*cidr).and_then(|band| Range::new(step(band.first, 1)?, band.last));
    if let Some(range) = band {
        let who = "static band: for addresses of one's own choice, and when the rest is full".to_string();
        known.insert(range.first, Run { range, of: Use::Free, who });
    }
    let who =
        format!("{} somewhere here, and free: by chance", count(cluster.settings.services.into(), "service"));
    between(whole, known.into_values(), |gap| match usable.and_then(|usable| usable.meet(&gap)) {
        None => (Use::Reserved, "not given out".to_string()),
        Some(_) => (Use::Mixed, who.clone()),
    })
}

/// A range of which some addresses are known, in order and without gaps.
fn fill(
    whole: Range,
    known: BTreeMap<IpAddr, (Use, String)>,
    gap: impl Fn(Range) -> (Use, String),
) -> Vec<Run> {
    let known = known
        .into_iter()
        .filter(|(address, _)| whole.contains(*address))
        .map(|(address, (of, who))| Run { range: Range { first: address, last: address }, of, who });
    between(whole, known, gap)
}

/// Known runs in order, and what is between them. Of runs that overlap the earlier one counts.
fn between(whole: Range, known: impl Iterator<Item = Run>, gap: impl Fn(Range) -> (Use, String)) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut next = Some(whole.first);
    let push = |runs: &mut Vec<Run>, range: Range| {
        let (of, who) = gap(range);
        runs.push(Run { range, of, who });
    };
    for run in known {
        let Some(at) = next else { break };
        if run.range.last < at {
            continue;
        }
        let first = run.range.first.max(at);
        if first > at
            && let Some(range) = before(first).and_then(|last| Range::new(at, last))
        {
            push(&mut runs, range);
        }
        let last = run.range.last.min(whole.last);
        runs.push(Run { range: Range { first, last }, ..run });
        next = step(last, 1).filter(|at| *at <= whole.last);
    }
    if let Some(range) = next.and_then(|at| Range::new(at, whole.last)) {
        push(&mut runs, range);
    }
    runs
}

/// The address before another.
fn before(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(v4) => u32::from(v4).checked_sub(1).map(|n| std::net::Ipv4Addr::from(n).into()),
        IpAddr::V6(v6) => u128::from(v6).checked_sub(1).map(|n| std::net::Ipv6Addr::from(n).into()),
    }
}

/// How many addresses a run has, for tables: more than can be counted are the most that can.
pub fn length(run: &Run) -> u64 {
    u64::try_from(run.range.count()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ipam::range::size;

    #[test]
    fn known_runs_and_what_is_between_them_are_the_whole() {
        let whole = Range::of("10.0.0.0/29".parse().unwrap());
        let run = |a: &str, b: &str| Run {
            range: Range::new(a.parse().unwrap(), b.parse().unwrap()).unwrap(),
            of: Use::Assigned,
            who: String::new(),
        };
        // the second begins inside of the first
        let known =
            vec![run("10.0.0.1", "10.0.0.3"), run("10.0.0.2", "10.0.0.4"), run("10.0.0.7", "10.0.0.7")];
        let all = between(whole, known.into_iter(), |_| (Use::Free, String::new()));
        let shown: Vec<String> = all.iter().map(|r| format!("{} {}", r.range, r.of.name())).collect();
        assert_eq!(
            shown,
            [
                "10.0.0.0 free",
                "10.0.0.1-10.0.0.3 assigned",
                "10.0.0.4 assigned",
                "10.0.0.5-10.0.0.6 free",
                "10.0.0.7 assigned"
            ]
        );
        assert_eq!(all.iter().map(|r| r.range.count()).sum::<u128>(), size("10.0.0.0/29".parse().unwrap()));
    }
}
