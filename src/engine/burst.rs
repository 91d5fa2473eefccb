//! A burst: on every node at once the pods come that make it as full as it ever is, and go again. Or so many pods
//! as somebody asks about, spread over the nodes.
//!
//! How full a node ever is, is the high water of `churned` ([`super::churn`]). How many of its pods start at once is
//! what the warm pool is for; the others wait for the pool loop, which grows by what the targets say every 5 s. Each
//! distinct node lives it on its own ([`crate::cni::machine`]), in subnets that give whatever is asked: what its
//! settings can do, not what a subnet refuses. Attaching an ENI takes some seconds more in a real VPC.
//!
//! The pods of a burst stay for ten minutes after the last of them has its address, so that the pool fills again beside
//! them; then those same pods go. What that takes of EC2 is counted over an hour.
//!
//! A burst of so many pods fills the nodes evenly: each gets as many as the others, until it is as full as it ever
//! is. Of a group that says `pods = N` nothing is known of what runs on its nodes: there max pods is what ends it.
//! Pods for which no node has room never get an address.

use std::collections::HashMap;

use super::evaluate::Evaluation;
use super::fleet::Group;
use super::hold::Part;
use super::timeline::SEED;
use crate::cni::machine::ec2::{Account, Calls, Subnet};
use crate::cni::machine::{Machine, Ms, Setup};
use crate::plan::Plan;

/// What a burst comes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Burst {
    /// Pods that come, over all nodes.
    pub pods: u64,
    /// Those that have an address at once.
    pub at_once: u64,
    /// Those that never get one: their node's own limits, or no node has room for them.
    pub never: u64,
    /// Until the last of the others has an address; 0 if all have it at once.
    pub millis: Ms,
    /// EC2 calls of all nodes in an hour in which one burst comes, stays for ten minutes, and goes.
    pub calls: u64,
}

/// What the calls are counted over.
const HOUR: Ms = 3_600_000;
/// How long the pods stay when all that can have an address have one.
const STAY: Ms = 600_000;
/// Pods that wait ask again at whole seconds.
const SECOND: Ms = 1_000;
/// Distinct nodes that are remembered; when there are more, all are forgotten.
const REMEMBERED: usize = 65_536;

/// Bursts of nodes that have been lived before: the same node in another subnet or group lives the same.
#[derive(Debug, Default)]
pub struct Bursts {
    known: HashMap<(Alike, u64, u64), Node>,
}

/// What the burst of a node depends on beside its pods. Subnets are numbered from 0 and known by their tags.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Alike {
    setup: Setup,
    tags: Vec<Option<String>>,
}

/// What one node does.
#[derive(Debug, Clone, Copy)]
struct Node {
    pods: u64,
    at_once: u64,
    never: u64,
    millis: Ms,
    calls: u64,
}

/// Nodes that are alike.
struct Site<'a> {
    part: &'a Part,
    group: &'a Group,
    shape: usize,
    /// Pods that come to each, at the most.
    room: u64,
}

impl Evaluation {
    /// What a burst on every node comes to; `None` where no node is under the AWS VPC CNI, the only manager with a
    /// warm pool that grows by a loop.
    pub fn burst(&self, plan: &Plan) -> Option<Burst> {
        self.burst_of(plan, None, None, &mut Bursts::default())
    }

    /// The same on the nodes of one cluster, or of all, and of so many pods, spread over the nodes; `None`: as many as
    /// make every node as full as it ever is.
    pub fn burst_of(
        &self,
        plan: &Plan,
        cluster: Option<usize>,
        pods: Option<u64>,
        known: &mut Bursts,
    ) -> Option<Burst> {
        let sites = self.sites(plan, cluster, pods.is_some());
        let most = sites.iter().map(|site| site.room).max()?;
        let (each, mut extra, none) = match pods {
            None => (most, 0, 0),
            Some(pods) => share(&sites, pods),
        };
        let mut burst = Burst { pods: none, never: none, ..Burst::default() };
        for site in &sites {
            // those with room for one more than the others get it, the first of them in file order
            let more = if site.room > each { extra.min(site.part.nodes) } else { 0 };
            extra -= more;
            for (nodes, come) in [(more, each + 1), (site.part.nodes - more, each)] {
                if nodes > 0 {
                    let high = site.part.asked + come.min(site.room);
                    burst.add(nodes, known.live(plan, site, high));
                }
            }
        }
        Some(burst)
    }

    /// The most pods that a burst of so many brings to one node of a cluster.
    pub fn burst_on_one(&self, plan: &Plan, cluster: usize, pods: u64) -> u64 {
        let (each, extra, _) = share(&self.sites(plan, Some(cluster), true), pods);
        each + u64::from(extra > 0)
    }

    /// The nodes with a warm pool; their room is that below the high water, or for a `given` number of pods below max
    /// pods where nothing else is known.
    fn sites(&self, plan: &Plan, only: Option<usize>, given: bool) -> Vec<Site<'_>> {
        let mut sites = Vec::new();
        for (c, outcome) in
            self.clusters.iter().enumerate().filter(|(c, _)| only.is_none_or(|only| only == *c))
        {
            for (g, (group, parts)) in outcome.groups.iter().zip(&outcome.parts).enumerate() {
                let Some(cluster) = plan.clusters.get(c) else { continue };
                let bare = cluster.node_groups.get(g).is_some_and(|spec| spec.pods.is_some());
                let slots = u64::from(group.max_pods.saturating_sub(cluster.system_pods));
                for part in parts.iter().filter(|part| part.cni.is_some()) {
                    let Some(bin) = outcome.placed.bins.get(part.bin) else { continue };
                    let high = part.churn.as_ref().map_or(part.asked, |churn| churn.high);
                    let high = if given && bare { high.max(slots) } else { high };
                    let room = high.saturating_sub(part.asked);
                    sites.push(Site { part, group, shape: bin.shape, room });
                }
            }
        }
        sites
    }
}

/// Of so many pods those that every node gets that has room, how many get one more, and the pods without room.
fn share(sites: &[Site], pods: u64) -> (u64, u64, u64) {
    let at = |level: u64| -> u64 {
        sites.iter().map(|site| site.room.min(level).saturating_mul(site.part.nodes)).sum()
    };
    let top = sites.iter().map(|site| site.room).max().unwrap_or(0);
    if at(top) <= pods {
        return (top, 0, pods - at(top));
    }
    // the last level that all pods fill
    let (mut full, mut over) = (0, top);
    while over - full > 1 {
        let middle = full + (over - full) / 2;
        if at(middle) <= pods { full = middle } else { over = middle }
    }
    (full, pods - at(full), 0)
}

impl Burst {
    /// Adds so many nodes.
    fn add(&mut self, nodes: u64, node: Node) {
        self.pods += node.pods * nodes;
        self.at_once += node.at_once * nodes;
        self.never += node.never * nodes;
        self.calls += node.calls * nodes;
        self.millis = self.millis.max(node.millis);
    }
}

impl Bursts {
    /// What one node of a site does that gets as many pods as `high`.
    fn live(&mut self, plan: &Plan, site: &Site, high: u64) -> Node {
        let key = (Alike::of(plan, site), site.part.asked, high);
        if let Some(node) = self.known.get(&key) {
            return *node;
        }
        let node = key.0.live(key.1, key.2);
        if self.known.len() >= REMEMBERED {
            self.known.clear();
        }
        self.known.insert(key, node);
        node
    }
}

impl Alike {
    fn of(plan: &Plan, site: &Site) -> Alike {
        let setup = site.group.setup(plan, site.shape, site.part.subnet);
        let mut subnets = setup.zone.clone();
        if !subnets.contains(&setup.pod_subnet) {
            subnets.push(setup.pod_subnet);
        }
        let number = |subnet: usize| subnets.iter().position(|s| *s == subnet).unwrap_or(0);
        let tags = subnets.iter().map(|s| plan.subnets.get(*s).and_then(|s| s.role_cni.clone())).collect();
        let mut settings = setup.settings;
        // a minimum that the pods and the warm target exceed all the time changes nothing, so that no setting is better
        // by chance than one that does the same; where max pods stops the growth what is held may differ, but is enough
        // for every pod, and nothing is taken or given back
        if settings.warm_ip > 0 && settings.minimum_ip <= site.part.asked + settings.warm_ip {
            settings.minimum_ip = 0;
        }
        let setup = Setup {
            settings,
            subnet: number(setup.subnet),
            pod_subnet: number(setup.pod_subnet),
            zone: (0..setup.zone.len()).collect(),
            ..setup
        };
        Alike { setup, tags }
    }

    /// A node that settles with so many pods, gets as many as `high`, and falls back once all that can have an
    /// address.
    fn live(&self, pods: u64, high: u64) -> Node {
        let burst = high - pods;
        let nothing = Node { pods: burst, at_once: 0, never: burst, millis: 0, calls: 0 };
        let count = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        let mut account = self.account();
        // a program that gives up serves no pod
        let Ok(mut machine) = Machine::start(self.setup.clone(), 0, SEED, &mut account) else {
            return nothing;
        };
        machine.rest(&mut account, |_, _| {});
        machine.add(count(pods));
        machine.rest(&mut account, |_, _| {});
        // the pods come when the program has just looked, so that no settings wait less by chance
        let looked = machine.next_decision().next_multiple_of(SECOND);
        machine.advance(looked, &mut account);
        let (start, before) = (machine.now(), machine.calls().all());
        let starving = machine.waiting();
        let came = machine.add(count(burst));
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
        machine.advance(machine.now() + STAY, &mut account);
        for pod in came {
            machine.remove(pod, &mut account);
        }
        machine.advance(start + HOUR, &mut account);
        Node { pods: burst, at_once, never, millis, calls: machine.calls().all() - before }
    }

    fn account(&self) -> Account {
        let plenty = |role_cni: &Option<String>| Subnet {
            blocks: Subnet::PLENTY,
            singles: Subnet::PLENTY,
            role_cni: role_cni.clone(),
            ..Subnet::default()
        };
        Account { subnets: self.tags.iter().map(plenty).collect(), calls: Calls::default() }
    }
}
