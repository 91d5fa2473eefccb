//! The clock of a fleet: nodes and tasks, each with the time of its next step.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use fastrand::Rng;

use super::books::Books;
use super::loads::Load;
use super::nodes::Node;
use super::pods::Pod;
use super::replace::Replacement;
use super::run::{Batch, Moment, Note, Run, Topic, Worst};
use super::throttle::Meter;
use super::{MINUTE, Ms, SECOND, World};
use crate::cni::machine::ec2::{Account, Calls};
use crate::cni::machine::log::Event;
use crate::engine::hold::Sites;
use crate::engine::place::Placer;
use crate::limits::SERIES_EVENTS;
use crate::text::{addresses, thousands};

/// Slowest growth of a pool: one ENI, or one address, in a turn of the loop.
const TURN: Ms = 5 * SECOND;
/// Longer than a pool that has grown takes to give surplus back, or to try again after a refusal.
const REST: Ms = 5 * MINUTE;
/// So long a subnet counts as refusing: the program of a node asks again within two minutes.
const REFUSING: Ms = 2 * MINUTE + 10 * SECOND;
/// The same event within this is counted, not told again.
const SAME: Ms = REFUSING;

/// Something that is due, in the order in which it is done at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Task {
    /// An event of the scenario.
    Event(usize),
    /// A burst comes again: event, how often it has come.
    Again(usize, u32),
    /// A node of a group is launched, perhaps for a replacement.
    Launch(usize, usize, Option<usize>),
    /// An instance that found no address tries again.
    Retry(usize),
    /// An instance has booted.
    Start(usize),
    /// A pod has ended.
    Ended(usize),
    /// Something of a node's own.
    Step(usize),
    /// Pods of a node try to get branch ENIs.
    Branch(usize),
    /// The address of a branch ENI comes back.
    BranchFree(usize),
    /// A pod is ready.
    Ready(usize),
    /// A pod has done its work.
    Done(usize),
    /// Nodes are replaced.
    Replace(usize),
    /// A workload has other pods than it should: cluster, workload.
    Reconcile(usize, usize),
    /// Pods of a cluster look for nodes.
    Place(usize),
}

/// A fleet.
#[derive(Debug)]
pub struct Fleet<'a> {
    pub(super) world: &'a World,
    pub(super) seed: u64,
    pub(super) now: Ms,
    /// When the nodes of the plan get their pods, and when the scenario begins: both have settled then.
    pub(super) filled: Ms,
    pub(super) origin: Ms,
    pub(super) account: Account,
    pub(super) books: Books,
    pub(super) placers: Vec<Placer<'a>>,
    pub(super) sites: Vec<Vec<Sites<'a>>>,
    pub(super) nodes: Vec<Node>,
    /// Where a node of a cluster stands: cluster, group, index.
    pub(super) at: HashMap<(usize, usize, u32), usize>,
    pub(super) next_index: Vec<Vec<u32>>,
    pub(super) pods: Vec<Pod>,
    pub(super) loads: Vec<Vec<Load>>,
    pub(super) placing: Vec<bool>,
    pub(super) replacements: Vec<Replacement>,
    pub(super) batches: Vec<Batch>,
    pub(super) unplaced: u64,
    pub(super) rng: Rng,
    due: BinaryHeap<Reverse<(Ms, Task)>>,
    notes: Vec<Note>,
    /// Index of the last note of a topic about something.
    last: HashMap<(Topic, String), usize>,
    more_notes: u64,
    /// Per subnet: when it refused last, and what was then free and asked.
    refused: Vec<Option<(Ms, u64, u64)>>,
    meter: Meter,
    before: Calls,
    worst: Worst,
    worst_rank: (bool, u64, bool),
    steps: u64,
}

impl<'a> Fleet<'a> {
    /// A fleet at the beginning of its scenario.
    pub fn new(world: &'a World, seed: u64) -> Fleet<'a> {
        let plan = &world.plan;
        let placers = plan.clusters.iter().zip(&world.groups);
        let site = |c: usize, g: usize| {
            let spec = &plan.clusters[c].node_groups[g];
            Sites::new(plan, &world.groups[c][g], spec.kind, &spec.nodes, &[])
        };
        let mut fleet = Fleet {
            world,
            seed,
            now: 0,
            filled: 0,
            origin: 0,
            account: crate::engine::join::account(&world.plan),
            books: Books::new(world),
            placers: placers.map(|(cluster, groups)| Placer::without_nodes(cluster, groups)).collect(),
            sites: world
                .groups
                .iter()
                .enumerate()
                .map(|(c, groups)| (0..groups.len()).map(|g| site(c, g)).collect())
                .collect(),
            nodes: Vec::new(),
            at: HashMap::new(),
            next_index: world.nodes.iter().map(|groups| vec![0; groups.len()]).collect(),
            pods: Vec::new(),
            loads: plan
                .clusters
                .iter()
                .map(|c| c.workloads.iter().map(|_| Load::default()).collect())
                .collect(),
            placing: vec![false; plan.clusters.len()],
            replacements: Vec::new(),
            batches: Vec::new(),
            unplaced: 0,
            rng: Rng::with_seed(seed),
            due: BinaryHeap::new(),
            notes: Vec::new(),
            last: HashMap::new(),
            more_notes: 0,
            refused: vec![None; plan.subnets.len()],
            meter: Meter::new(0, Calls::default()),
            before: Calls::default(),
            worst: Worst { at: 0, waiting: 0, unplaced: 0, refuses: None, why: String::new() },
            worst_rank: (false, 0, false),
            steps: 0,
        };
        fleet.settle();
        fleet.before = fleet.account.calls;
        fleet.meter = Meter::new(fleet.origin, fleet.before);
        for (k, event) in world.scenario.events.iter().enumerate() {
            fleet.at(fleet.origin + event.at, Task::Event(k));
        }
        fleet.look_for_worst();
        fleet
    }

    /// Chooses when the nodes of the plan get their pods, and when the scenario begins.
    pub(super) fn choose_times(&mut self) {
        let shapes = self.world.groups.iter().flatten().flat_map(|g| &g.shapes);
        let enis = shapes.map(|s| s.shape.enis).max().unwrap_or(0);
        let pods = self.nodes.iter().map(|n| n.pods.len() as u64).max().unwrap_or(0);
        self.filled = REST + TURN * enis;
        self.origin = self.filled + REST + TURN * (enis + pods);
    }

    /// Something is due at a time of the clock.
    pub(super) fn at(&mut self, time: Ms, task: Task) {
        self.due.push(Reverse((time.max(self.now), task)));
    }

    /// The time since the scenario began.
    pub(super) fn since(&self) -> Ms {
        self.now.saturating_sub(self.origin)
    }

    /// Lets everything happen up to and including a time since the beginning.
    pub fn advance(&mut self, until: Ms) {
        let until = self.origin.saturating_add(until);
        while let Some(Reverse((time, task))) = self.due.peek().copied()
            && time <= until
        {
            self.due.pop();
            self.now = time;
            self.perform(task);
            // pods that find a node at the same time are no worse moment
            if self.due.peek().is_none_or(|Reverse((next, _))| *next > time) {
                self.meter.note(self.now, self.origin, self.account.calls);
                self.look_for_worst();
            }
        }
        self.now = self.now.max(until);
    }

    fn perform(&mut self, task: Task) {
        match task {
            Task::Event(k) => self.happen(k),
            Task::Again(k, times) => self.burst(k, times),
            Task::Launch(c, g, replacement) => self.launch(c, g, replacement),
            Task::Retry(n) => self.retry(n),
            Task::Start(n) => self.start(n),
            Task::Ended(p) => self.ended(p),
            Task::Step(n) => self.step(n),
            Task::Branch(n) => self.serve_branch(n),
            Task::BranchFree(n) => self.free_branch(n),
            Task::Ready(p) => self.ready(p),
            Task::Done(p) => self.delete(p),
            Task::Replace(r) => self.replace(r),
            Task::Reconcile(c, w) => self.reconcile(c, w),
            Task::Place(c) => self.place(c),
        }
    }

    fn step(&mut self, n: usize) {
        // an entry for a time that has changed since is void
        if self.nodes[n].due != Some(self.now) {
            return;
        }
        self.nodes[n].due = None;
        self.steps += 1;
        self.look_at(n);
    }

    /// A node lets happen what is due, and what came of it is noted.
    pub(super) fn look_at(&mut self, n: usize) {
        let (now, account) = (self.now, &mut self.account);
        let node = &mut self.nodes[n];
        let Some(machine) = node.machine.as_mut() else { return self.enter(n) };
        machine.advance(now, account);
        let (log, next) = (machine.take_log(), machine.next());
        if node.due != next {
            node.due = next;
            if let Some(next) = next {
                self.at(next, Task::Step(n));
            }
        }
        for (time, event) in log {
            match event {
                Event::Served { pod, .. } => {
                    let pod = self.nodes[n].by_id.get(pod as usize).copied();
                    if let Some(pod) = pod {
                        self.served(pod, time.max(self.pods[pod].asked));
                    }
                }
                Event::Refused { subnet, asked, free, new_eni, .. } => {
                    self.refused(n, subnet, asked, free, new_eni);
                }
                _ => {}
            }
        }
        self.enter(n);
    }

    /// Enters what a node takes into the books.
    pub(super) fn enter(&mut self, n: usize) {
        let node = &mut self.nodes[n];
        let new = node.takes();
        let old = std::mem::replace(&mut node.entered, new);
        self.books.exchange((node.cluster, node.group), &old, &self.nodes[n].entered);
    }

    fn refused(&mut self, n: usize, subnet: usize, slots: u64, free: u64, new_eni: bool) {
        let node = &self.nodes[n];
        let prefixes = node.machine.as_ref().is_some_and(|m| m.node().prefix_mode);
        let asked = u64::from(new_eni) + slots * if prefixes { crate::cni::PREFIX } else { 1 };
        self.refused[subnet] = Some((self.now, free, asked));
        let name = self.world.plan.subnets[subnet].name.clone();
        let what = if new_eni { "a new ENI" } else { "an ENI" };
        let text = if prefixes {
            format!(
                "InsufficientCidrBlocks: {what} asks for {}, and {} free do not make them",
                prefixes_of(slots),
                addresses(free)
            )
        } else {
            format!(
                "InsufficientFreeAddressesInSubnet: {what} asks for {} at once, {} free",
                thousands(asked),
                thousands(free)
            )
        };
        self.note(Topic::Subnet, name, text, 1);
    }

    /// Notes something; the same again within a minute is counted.
    pub(super) fn note(&mut self, topic: Topic, of: String, text: String, count: u64) {
        let at = self.since();
        let key = (topic, of.clone());
        if topic.is_failure()
            && let Some(note) = self.last.get(&key).and_then(|i| self.notes.get_mut(*i))
            && at.saturating_sub(note.last) <= SAME
        {
            note.count += count;
            (note.last, note.text) = (at, text);
            return;
        }
        if self.notes.len() >= SERIES_EVENTS {
            self.more_notes += 1;
            return;
        }
        self.last.insert(key, self.notes.len());
        self.notes.push(Note { at, last: at, count, topic, of, text });
    }

    /// Pods that wait for an address.
    fn waiting(&self) -> u64 {
        self.books.waiting.iter().flatten().sum()
    }

    /// The subnet that refused last, if that was lately.
    fn refusing(&self) -> Option<(usize, u64, u64)> {
        let lately = |(s, r): (usize, &Option<(Ms, u64, u64)>)| {
            r.filter(|(at, ..)| self.now.saturating_sub(*at) <= REFUSING)
                .map(|(at, free, asked)| (at, s, free, asked))
        };
        let all = self.refused.iter().enumerate().filter_map(lately);
        all.max_by_key(|(at, s, ..)| (*at, Reverse(*s))).map(|(_, s, free, asked)| (s, free, asked))
    }

    fn look_for_worst(&mut self) {
        let (waiting, unplaced) = (self.waiting(), self.unplaced);
        let refuses = self.refusing();
        let rank = (refuses.is_some() && waiting > 0, waiting + unplaced, refuses.is_some());
        if rank <= self.worst_rank {
            return;
        }
        self.worst_rank = rank;
        let names = |s: usize| crate::text::shown(&self.world.plan.subnets[s].name);
        let why = match refuses.filter(|_| waiting > 0 || unplaced == 0) {
            // a refusal is the reason for two minutes: the node pauses that long, even where addresses come back
            Some((s, free, asked)) => {
                let now = self.account.subnets[s].free();
                let pause = if now > free {
                    format!(
                        "; {} are free again, but nodes that were refused pause for 120 s",
                        thousands(now)
                    )
                } else {
                    String::new()
                };
                match free {
                    0 => format!("{} was empty{pause}", names(s)),
                    free => format!(
                        "{} had {} free, useless to a node that asks for {} at once{pause}",
                        names(s),
                        addresses(free),
                        thousands(asked)
                    ),
                }
            }
            None if waiting >= unplaced => self.why_they_wait().to_owned(),
            None => "no node has room for more".to_owned(),
        };
        let refuses = refuses.filter(|_| waiting > 0 || unplaced == 0).map(|(s, free, _)| (s, free));
        self.worst = Worst { at: self.since(), waiting, unplaced, refuses, why };
    }

    /// Why most of the pods wait for an address, if no subnet refuses.
    fn why_they_wait(&self) -> &'static str {
        let mut causes = [
            (0, "nodes grow their pools step by step, one every 5 s"),
            (0, "addresses of pods that have gone cool down first"),
            (0, "every address slot of their nodes is in use"),
            (0, "branch ENIs are not there yet"),
        ];
        for node in &self.nodes {
            causes[3].0 += node.branch_waiting.len() as u64;
            let Some(machine) = node.machine.as_ref().filter(|m| m.waiting() > 0) else { continue };
            let full = machine.view().pool >= machine.node().slot_limit() * machine.node().per_slot();
            let cause = match (full, machine.cooling() > 0) {
                (_, true) => 1,
                (true, false) => 2,
                (false, false) => 0,
            };
            causes[cause].0 += machine.waiting();
        }
        causes.iter().max_by_key(|(pods, _)| *pods).map_or("", |(_, why)| why)
    }

    /// The fleet now.
    pub fn moment(&self) -> Moment {
        let mut pools = self.books.pools(&self.account);
        for (pool, refused) in pools.iter_mut().zip(&self.refused) {
            pool.refusing = refused.is_some_and(|(at, ..)| self.now.saturating_sub(at) <= REFUSING);
        }
        Moment {
            at: self.since(),
            pools,
            groups: self.books.groups(),
            unplaced: self.unplaced,
            calls: self.account.calls - self.before,
        }
    }

    /// What came of it all.
    pub fn finish(self, moments: Vec<Moment>, every: Ms, until: Ms, complete: bool) -> Run {
        let plan = &self.world.plan;
        let groups = plan
            .clusters
            .iter()
            .flat_map(|c| c.node_groups.iter().map(|g| (c.name.clone(), g.name.clone())).collect::<Vec<_>>());
        let mut worst = self.worst;
        if worst.waiting + worst.unplaced == 0 && worst.refuses.is_none() {
            let least = moments
                .iter()
                .flat_map(|m| m.pools.iter().enumerate().map(move |(s, p)| (p.free, m.at, s, p.usable)))
                .min();
            if let Some((free, at, s, usable)) = least {
                worst.at = at;
                worst.why = format!(
                    "{} has least left: {} free of {}",
                    crate::text::shown(&plan.subnets[s].name),
                    thousands(free),
                    thousands(usable)
                );
            }
        }
        Run {
            plan: plan.name.clone(),
            scenario: self.world.scenario.name.clone(),
            seed: self.seed,
            every,
            until,
            complete,
            pools: plan.subnets.iter().map(|s| s.name.clone()).collect(),
            groups: groups.collect(),
            moments,
            notes: self.notes,
            more_notes: self.more_notes,
            batches: self.batches,
            throttles: self.meter.actions,
            worst,
            steps: self.steps,
        }
    }
}

fn prefixes_of(n: u64) -> String {
    if n == 1 { "1 prefix".into() } else { format!("{} prefixes", thousands(n)) }
}
