//! The clock of a fleet: nodes and tasks, each with the time of its next step.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use fastrand::Rng;

use super::books::Books;
use super::loads::Load;
use super::nodes::Node;
use super::pods::Pod;
use super::replace::Replacement;
use super::run::{Batch, Moment, Note, Topic, Worst};
use super::throttle::Meter;
use super::{MINUTE, Ms, SECOND, World};
use crate::cni::machine::ec2::{Account, Calls};
use crate::engine::hold::Sites;
use crate::engine::place::Placer;
use crate::limits::SERIES_EVENTS;

/// Slowest growth of a pool: one ENI, or one address, in a turn of the loop.
const TURN: Ms = 5 * SECOND;
/// Longer than a pool that has grown takes to give surplus back, or to try again after a refusal.
const REST: Ms = 5 * MINUTE;
/// So long a subnet counts as refusing: the program of a node asks again within two minutes.
pub(super) const REFUSING: Ms = 2 * MINUTE + 10 * SECOND;
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
    pub(super) notes: Vec<Note>,
    /// Index of the last note of a topic about something, by what its text is but for figures.
    last: HashMap<(Topic, String, String), usize>,
    pub(super) more_notes: u64,
    /// Per subnet: when somebody got nothing from it last, what was then free, the least that was asked, and
    /// whether that was of whole /28 blocks.
    pub(super) refused: Vec<Option<(Ms, u64, u64, bool)>>,
    /// Per subnet: what calls that failed had asked for.
    pub(super) lacked: Vec<u64>,
    pub(super) meter: Meter,
    before: Calls,
    pub(super) worst: Worst,
    pub(super) worst_rank: (bool, u64, bool),
    pub(super) steps: u64,
}

impl<'a> Fleet<'a> {
    /// A fleet at the beginning of its scenario.
    pub fn new(world: &'a World, seed: u64) -> Fleet<'a> {
        // pods of a node that is not there make others take more, so that still fewer nodes may be there
        let mut unready = HashSet::new();
        let mut fleet = loop {
            let mut fleet = Fleet::blank(world, seed);
            let failed = fleet.settle(&unready);
            if failed.is_subset(&unready) {
                break fleet;
            }
            unready.extend(failed);
        };
        fleet.before = fleet.account.calls;
        fleet.meter = Meter::new(fleet.origin, fleet.before);
        for (k, event) in world.scenario.events.iter().enumerate() {
            fleet.at(fleet.origin + event.at, Task::Event(k));
        }
        fleet.look_for_worst();
        fleet
    }

    fn blank(world: &'a World, seed: u64) -> Fleet<'a> {
        let plan = &world.plan;
        let placers = plan.clusters.iter().zip(&world.groups);
        let site = |c: usize, g: usize| {
            let spec = &plan.clusters[c].node_groups[g];
            Sites::new(plan, &world.groups[c][g], spec.kind, &spec.nodes, &[])
        };
        Fleet {
            world,
            seed,
            now: 0,
            filled: 0,
            origin: 0,
            account: crate::engine::join::account(&world.plan, &[]),
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
            lacked: vec![0; plan.subnets.len()],
            meter: Meter::new(0, Calls::default()),
            before: Calls::default(),
            worst: Worst {
                at: 0,
                waiting: 0,
                unplaced: 0,
                refuses: None,
                why: String::new(),
                pools: Vec::new(),
            },
            worst_rank: (false, 0, false),
            steps: 0,
        }
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
        self.hear(n, log);
        self.enter(n);
    }

    /// Enters what a node takes into the books.
    pub(super) fn enter(&mut self, n: usize) {
        let node = &mut self.nodes[n];
        let new = node.takes();
        let old = std::mem::replace(&mut node.entered, new);
        self.books.exchange((node.cluster, node.group), &old, &self.nodes[n].entered);
    }

    /// Notes something; the same again within [`SAME`] is counted, with the figures of the last time.
    pub(super) fn note(&mut self, topic: Topic, of: String, text: String, count: u64) {
        let at = self.since();
        let key = (topic, of.clone(), kind_of(&text));
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

    /// The fleet now.
    pub fn moment(&self) -> Moment {
        let mut pools = self.books.pools(&self.account);
        for ((pool, refused), lacked) in pools.iter_mut().zip(&self.refused).zip(&self.lacked) {
            pool.refused = *lacked;
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
}

/// A text without its figures.
fn kind_of(text: &str) -> String {
    text.chars().filter(|c| !c.is_ascii_digit() && *c != ',').collect()
}
