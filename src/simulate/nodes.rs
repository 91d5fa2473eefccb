//! Instances that come and go.

use super::fleet::{Fleet, Task};
use std::collections::HashSet;

use super::pods::{Place, PodState};
use super::run::Topic;
use super::why::Refusal;
use super::{Ms, SECOND};
use crate::cni::machine::ec2::Call;
use crate::cni::machine::{Machine, Setup, Take};
use crate::engine::hold::Free;
use crate::plan::Address;
use crate::text::shown;

/// An instance that finds no address in its subnet is launched again after this.
const RETRY: Ms = 30 * SECOND;
/// A program that gives up is started again after 10 s, 20 s and so on up to 5 minutes.
/// Source: Kubernetes documentation, "Pod Lifecycle", container restarts.
const CRASH: Ms = 10 * SECOND;
const CRASH_MOST: Ms = 300 * SECOND;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Its subnet had no address for it.
    Queued,
    Booting,
    Ready,
    /// Takes no more pods.
    Cordoned,
    /// Its pods are leaving.
    Draining,
    Gone,
}

/// An instance.
#[derive(Debug)]
pub(super) struct Node {
    pub cluster: usize,
    pub group: usize,
    pub index: u32,
    pub shape: usize,
    pub zone: usize,
    pub subnet: usize,
    pub state: State,
    pub machine: Option<Machine>,
    /// When it next has something to do.
    pub due: Option<Ms>,
    /// Its pods, those that are ending too.
    pub pods: Vec<usize>,
    /// Its pods by the numbers that the machine has for them.
    pub by_id: Vec<usize>,
    /// Pods that wait for a branch ENI.
    pub branch_waiting: Vec<usize>,
    /// Branch ENIs with a pod, and those that are not yet deleted.
    pub branch: u64,
    pub branch_cooling: u64,
    /// Whether pods can be placed on it, or could be once.
    pub joined: bool,
    pub crashes: u32,
    /// The replacement that it is a part of.
    pub replacement: Option<usize>,
    /// Its own addresses, before the machine has them.
    own: u64,
    /// Subnet of its pods and branch ENIs.
    pub pods_subnet: usize,
    /// What the books say that it takes.
    pub entered: Vec<Take>,
    /// What it was refused last, if its pool has not grown since.
    pub refusal: Option<Refusal>,
}

impl Node {
    /// What it takes from its subnets.
    pub fn takes(&self) -> Vec<Take> {
        let mut takes: Vec<Take> = match &self.machine {
            Some(machine) => machine.takes().collect(),
            None if self.own > 0 => {
                vec![Take { subnet: self.subnet, primary: self.own, assigned: 0, unused: 0 }]
            }
            None => Vec::new(),
        };
        if self.branch + self.branch_cooling > 0 {
            takes.push(Take {
                subnet: self.pods_subnet,
                primary: 0,
                assigned: self.branch,
                unused: self.branch_cooling,
            });
        }
        takes
    }

    /// A node of Kubernetes that takes no pods.
    pub fn is_closed(&self) -> bool {
        self.joined && matches!(self.state, State::Cordoned | State::Draining)
    }

    pub fn position(&self) -> (usize, u32) {
        (self.group, self.index)
    }
}

impl Fleet<'_> {
    /// The life of the plan's nodes before the scenario: in the plan's order, each settled before the next, as
    /// in the plan's own figures. Those of `unready` get no pods at first: without an address of its own, or
    /// without its program, an instance is no node that takes some. Which are found to be so is the answer.
    pub(super) fn settle(&mut self, unready: &HashSet<usize>) -> HashSet<usize> {
        for (c, groups) in self.world.nodes.iter().enumerate() {
            for (g, nodes) in groups.iter().enumerate() {
                for _ in 0..*nodes {
                    self.new_node(c, g, None);
                }
            }
        }
        let first: Vec<usize> = (0..self.nodes.len()).collect();
        for n in first.iter().filter(|n| !unready.contains(n)) {
            self.join(*n);
        }
        self.deploy_at_start();
        self.choose_times();
        let failed = first.into_iter().filter(|n| !self.settle_node(*n)).collect();
        self.now = self.origin;
        for n in 0..self.nodes.len() {
            // one that gets its addresses after all takes pods from now on
            if self.nodes[n].machine.is_some() && !self.nodes[n].joined {
                self.join(n);
                let pods = self.nodes[n].pods.clone();
                self.ask(n, &pods);
            }
            self.look_at(n);
        }
        for pod in &mut self.pods {
            if pod.state == PodState::Unplaced {
                pod.asked = self.origin;
            }
        }
        (0..self.placers.len()).for_each(|c| self.want_places(c));
        failed
    }

    /// Whether a node is ready.
    fn settle_node(&mut self, n: usize) -> bool {
        self.now = 0;
        self.find_home(n);
        if !self.take_own(n) {
            self.now = self.origin;
            self.queue(n);
            return false;
        }
        let setup = self.setup(n);
        let failed = self.failed_calls();
        let Ok(mut machine) = Machine::start_logged(setup, 0, self.seed_of(n), &mut self.account) else {
            self.now = self.origin;
            self.crash(n, failed);
            return false;
        };
        machine.advance(self.filled, &mut self.account);
        let asking: Vec<usize> =
            self.nodes[n].pods.iter().copied().filter(|p| self.pods[*p].address == Address::Pool).collect();
        machine.add(u32::try_from(asking.len()).unwrap_or(u32::MAX));
        machine.advance(self.origin, &mut self.account);
        let log = machine.take_log();
        let served: Vec<usize> =
            machine.running().filter_map(|(id, _)| asking.get(id as usize).copied()).collect();
        for (id, pod) in (0..).zip(&asking) {
            self.pods[*pod].id = Some(id);
        }
        self.now = self.origin;
        let node = &mut self.nodes[n];
        (node.by_id, node.machine, node.own) = (asking, Some(machine), 0);
        self.remember(n, &log);
        for pod in served {
            self.served_before(pod);
        }
        for pod in self.nodes[n].pods.clone() {
            match self.pods[pod].address {
                Address::Host => self.served_before(pod),
                Address::Branch => self.nodes[n].branch_waiting.push(pod),
                Address::Pool => {}
            }
        }
        self.serve_branch(n);
        true
    }

    fn new_node(&mut self, c: usize, g: usize, replacement: Option<usize>) -> usize {
        let index = self.next_index[c][g];
        self.next_index[c][g] += 1;
        let n = self.nodes.len();
        self.at.insert((c, g, index), n);
        self.nodes.push(Node {
            cluster: c,
            group: g,
            index,
            shape: index as usize % self.world.groups[c][g].shapes.len().max(1),
            zone: 0,
            subnet: 0,
            state: State::Booting,
            machine: None,
            due: None,
            pods: Vec::new(),
            by_id: Vec::new(),
            branch_waiting: Vec::new(),
            branch: 0,
            branch_cooling: 0,
            joined: false,
            crashes: 0,
            replacement,
            own: 0,
            pods_subnet: 0,
            entered: Vec::new(),
            refusal: None,
        });
        n
    }

    /// Chooses its subnet, by what is free now.
    fn find_home(&mut self, n: usize) {
        let free: Free =
            self.account.subnets.iter().map(|s| i64::try_from(s.free()).unwrap_or(i64::MAX)).collect();
        let node = &mut self.nodes[n];
        let (zone, subnet) = self.sites[node.cluster][node.group].home(node.index, &free);
        let group = &self.world.groups[node.cluster][node.group];
        let zone_of = &group.zones[zone];
        (node.zone, node.subnet) = (zone, zone_of.subnets[subnet]);
        let pods = zone_of.pods.filter(|_| group.settings.custom_networking);
        node.pods_subnet = pods.unwrap_or(node.subnet);
    }

    /// Its own addresses: its first ENI and the unmanaged ones.
    fn take_own(&mut self, n: usize) -> bool {
        let node = &self.nodes[n];
        let spec = &self.world.plan.clusters[node.cluster].node_groups[node.group];
        let own = 1 + u64::from(spec.unmanaged_enis);
        let subnet = node.subnet;
        let got = self.account.subnets[subnet].take(own, 0);
        if got {
            let (c, g) = (self.nodes[n].cluster, self.nodes[n].group);
            self.books.nodes[c][g] += 1;
            self.nodes[n].own = own;
        }
        got
    }

    fn setup(&self, n: usize) -> Setup {
        let node = &self.nodes[n];
        self.world.groups[node.cluster][node.group].setup(&self.world.plan, node.shape, node.subnet)
    }

    /// Every start of every node has a chance of its own.
    fn seed_of(&self, n: usize) -> u64 {
        let start = ((n as u64) << 16) + u64::from(self.nodes[n].crashes);
        self.seed ^ (start + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    fn group_name(&self, n: usize) -> String {
        let node = &self.nodes[n];
        let cluster = &self.world.plan.clusters[node.cluster];
        format!("{}/{}", cluster.name, cluster.node_groups[node.group].name)
    }

    /// An instance is launched.
    pub(super) fn launch(&mut self, c: usize, g: usize, replacement: Option<usize>) {
        let n = self.new_node(c, g, replacement);
        if let Some(r) = replacement {
            self.replacements[r].launched.push(n);
        }
        self.find_home(n);
        self.retry(n);
    }

    /// An instance takes its own addresses and boots, if there are any.
    pub(super) fn retry(&mut self, n: usize) {
        if self.nodes[n].state == State::Gone {
            return;
        }
        if !self.take_own(n) {
            return self.queue(n);
        }
        self.nodes[n].state = State::Booting;
        self.enter(n);
        self.at(self.now + self.world.scenario.boot, Task::Start(n));
    }

    fn queue(&mut self, n: usize) {
        self.nodes[n].state = State::Queued;
        let subnet = self.nodes[n].subnet;
        let spec = &self.world.plan.clusters[self.nodes[n].cluster].node_groups[self.nodes[n].group];
        let own = 1 + u64::from(spec.unmanaged_enis);
        self.nothing_from(subnet, own);
        self.lacked[subnet] += own;
        let name = shown(&self.world.plan.subnets[subnet].name);
        let text = format!("an instance is not launched: {name} has no address for it");
        let group = self.group_name(n);
        self.note(Topic::Node, group, text, 1);
        self.at(self.now + RETRY, Task::Retry(n));
    }

    /// Calls for addresses that have failed so far.
    fn failed_calls(&self) -> u64 {
        let calls = &self.account.calls;
        calls.failed(Call::CreateNetworkInterface) + calls.failed(Call::AssignPrivateIpAddresses)
    }

    /// The program of a node gives up; before it started, so many calls had failed.
    fn crash(&mut self, n: usize, failed_before: u64) {
        let crashes = self.nodes[n].crashes;
        self.nodes[n].crashes += 1;
        let pause = CRASH.saturating_mul(1 << crashes.min(8)).min(CRASH_MOST);
        let pods = self.nodes[n].pods_subnet;
        let failed = self.failed_calls() - failed_before;
        if failed > 0 {
            self.gave_up(pods, failed);
        }
        let name = shown(&self.world.plan.subnets[pods].name);
        let text = format!("aws-node is in CrashLoopBackOff: {name} gives no address for any pod");
        let group = self.group_name(n);
        self.note(Topic::Node, group, text, 1);
        self.enter(n);
        self.at(self.now + pause, Task::Start(n));
    }

    /// An instance has booted, or its program starts once more.
    pub(super) fn start(&mut self, n: usize) {
        if self.nodes[n].state == State::Gone {
            return;
        }
        let (setup, failed) = (self.setup(n), self.failed_calls());
        let Ok(machine) = Machine::start_logged(setup, self.now, self.seed_of(n), &mut self.account) else {
            return self.crash(n, failed);
        };
        let node = &mut self.nodes[n];
        (node.machine, node.own) = (Some(machine), 0);
        let c = node.cluster;
        if !node.joined {
            self.join(n);
        }
        self.nodes[n].state = State::Ready;
        let pods = self.nodes[n].pods.clone();
        self.ask(n, &pods);
        self.look_at(n);
        self.want_places(c);
        if let Some(r) = self.nodes[n].replacement {
            self.at(self.now, Task::Replace(r));
        }
    }

    /// A node takes pods: first those of the group's own, and its DaemonSets'.
    fn join(&mut self, n: usize) {
        let node = &mut self.nodes[n];
        (node.state, node.joined) = (State::Ready, true);
        let (c, g, at, shape) = (node.cluster, node.group, node.position(), node.shape);
        self.placers[c].join(at, shape);
        let cluster = &self.world.plan.clusters[c];
        for _ in 0..cluster.node_groups[g].pods.unwrap_or(0) {
            self.new_pod(c, Place::Group, Some(n), None);
        }
        for (w, workload) in cluster.workloads.iter().enumerate() {
            if workload.daemonset && self.placers[c].put_on(at, w) {
                self.new_pod(c, Place::DaemonSet(w), Some(n), None);
            }
        }
    }

    /// A node takes no more pods.
    pub(super) fn cordon(&mut self, n: usize) {
        let node = &mut self.nodes[n];
        if node.state != State::Ready {
            return;
        }
        node.state = State::Cordoned;
        let (c, at) = (node.cluster, node.position());
        self.placers[c].leave(at);
        if let Some(machine) = self.nodes[n].machine.as_mut() {
            machine.advance(self.now, &mut self.account);
            machine.cordon(true);
        }
        self.look_at(n);
    }

    /// A node's pods leave, except those that belong to it; then it goes.
    pub(super) fn drain(&mut self, n: usize, batch: usize) {
        match self.nodes[n].state {
            State::Gone | State::Draining => return,
            State::Queued | State::Booting => {
                let (c, at) = (self.nodes[n].cluster, self.nodes[n].position());
                self.placers[c].leave(at);
                for pod in self.nodes[n].pods.clone() {
                    self.evict(pod, batch);
                }
                return self.terminate(n);
            }
            State::Ready => self.cordon(n),
            State::Cordoned => {}
        }
        self.nodes[n].state = State::Draining;
        for pod in self.nodes[n].pods.clone() {
            self.evict(pod, batch);
        }
        self.leave_if_empty(n);
    }

    pub(super) fn leave_if_empty(&mut self, n: usize) {
        let node = &self.nodes[n];
        let stays = |p: &usize| self.pods[*p].place.is_bound();
        if node.state == State::Draining && node.pods.iter().all(stays) {
            self.terminate(n);
        }
    }

    fn terminate(&mut self, n: usize) {
        let node = &mut self.nodes[n];
        let there = node.state != State::Queued;
        node.state = State::Gone;
        let (c, g) = (node.cluster, node.group);
        match node.machine.take() {
            Some(machine) => machine.terminate(&mut self.account),
            None => self.account.subnets[node.subnet].give(node.own, 0),
        }
        let branch = node.branch + node.branch_cooling;
        self.account.subnets[node.pods_subnet].give(branch, 0);
        (node.own, node.branch, node.branch_cooling, node.due) = (0, 0, 0, None);
        for pod in std::mem::take(&mut self.nodes[n].pods) {
            self.vanish(pod);
        }
        self.books.nodes[c][g] -= u64::from(there);
        self.enter(n);
        if let Some(r) = self.nodes[n].replacement {
            self.at(self.now, Task::Replace(r));
        }
    }

    /// The newest nodes of a group that take pods, the newest first.
    pub(super) fn newest(&self, c: usize, g: usize) -> Vec<usize> {
        let own = |n: &usize| {
            let node = &self.nodes[*n];
            (node.cluster, node.group) == (c, g) && !matches!(node.state, State::Gone | State::Draining)
        };
        (0..self.nodes.len()).rev().filter(own).collect()
    }
}
