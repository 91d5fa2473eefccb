//! Pods: made, placed, served, ended.

use super::fleet::{Fleet, Task};
use super::nodes::State;
use super::run::Topic;
use super::{Ms, SECOND};
use crate::engine::Reason;
use crate::plan::Address;
use crate::text::thousands;

/// What a pod says in `kubectl describe` while it waits for an address.
const NO_ADDRESS: &str = "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for \
     sandbox: plugin type=\"aws-cni\" name=\"aws-cni\" failed (add): add cmd: failed to assign an IP address to \
     container";
/// A pod that waits for a branch ENI is looked at again after this.
const BRANCH_RETRY: Ms = 5 * SECOND;
/// A branch ENI is deleted so long after its pod has gone (`branch-eni-cooldown` of
/// aws/amazon-vpc-resource-controller-k8s).
const BRANCH_COOLDOWN: Ms = 60 * SECOND;

/// Where a pod belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// To its node: one of `pods = N`.
    Group,
    /// To its node: one of a DaemonSet.
    DaemonSet(usize),
    /// To a workload, anywhere.
    Workload(usize),
    /// To a burst: workload, how long it works.
    Job(usize, Ms),
}

impl Place {
    /// Whether it lives and dies with its node.
    pub fn is_bound(self) -> bool {
        matches!(self, Place::Group | Place::DaemonSet(_))
    }

    fn workload(self) -> Option<usize> {
        match self {
            Place::Group => None,
            Place::DaemonSet(w) | Place::Workload(w) | Place::Job(w, _) => Some(w),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PodState {
    /// No node has room.
    Unplaced,
    /// On a node, without an address.
    Waiting,
    Addressed,
    Ready,
    /// Deleted, and still there.
    Ending,
    Gone,
}

/// A pod.
#[derive(Debug, Clone)]
pub(super) struct Pod {
    pub cluster: usize,
    pub place: Place,
    pub state: PodState,
    pub node: Option<usize>,
    /// Its number on the node's machine.
    pub id: Option<u32>,
    pub address: Address,
    /// When it came to its node.
    pub asked: Ms,
    /// Whether it has an address, or needs none.
    pub has: bool,
    pub batch: Option<usize>,
    /// Which template of its workload it was made from.
    pub generation: u32,
}

impl Fleet<'_> {
    pub(super) fn new_pod(
        &mut self,
        c: usize,
        place: Place,
        node: Option<usize>,
        batch: Option<usize>,
    ) -> usize {
        let spec = place.workload().map(|w| &self.world.plan.clusters[c].workloads[w]);
        let pod = self.pods.len();
        self.pods.push(Pod {
            cluster: c,
            place,
            state: PodState::Unplaced,
            node: None,
            id: None,
            address: spec.map_or(Address::Pool, crate::plan::Workload::address),
            asked: self.now,
            has: false,
            batch,
            generation: 0,
        });
        if let Some(batch) = batch {
            self.batches[batch].pods += 1;
        }
        match node {
            Some(n) => self.bind(pod, n),
            None => self.unplaced += 1,
        }
        pod
    }

    /// A pod is on a node from now on.
    fn bind(&mut self, pod: usize, n: usize) {
        let own = &mut self.pods[pod];
        (own.state, own.node, own.asked) = (PodState::Waiting, Some(n), self.now);
        let node = &mut self.nodes[n];
        node.pods.push(pod);
        self.books.waiting[node.cluster][node.group] += 1;
    }

    /// Whether a pod is on a node, without an address.
    fn waits(&self, pod: usize) -> bool {
        self.pods[pod].state == PodState::Waiting
    }

    /// Pods of a node ask for addresses.
    pub(super) fn ask(&mut self, n: usize, pods: &[usize]) {
        let new = |p: &&usize| self.waits(**p) && self.pods[**p].id.is_none();
        let of = |address: Address| -> Vec<usize> {
            pods.iter().filter(new).copied().filter(|p| self.pods[*p].address == address).collect()
        };
        let (host, pool, branch) = (of(Address::Host), of(Address::Pool), of(Address::Branch));
        for pod in host {
            self.served(pod, self.now);
        }
        let mut without: Vec<usize> = branch.clone();
        if let Some(machine) = self.nodes[n].machine.as_mut().filter(|_| !pool.is_empty()) {
            machine.advance(self.now, &mut self.account);
            let ids = machine.add(u32::try_from(pool.len()).unwrap_or(u32::MAX));
            for (id, pod) in ids.zip(&pool) {
                self.pods[*pod].id = Some(id);
                self.nodes[n].by_id.push(*pod);
            }
            self.look_at(n);
            without.extend(pool.iter().copied().filter(|p| self.waits(*p)));
        }
        if !branch.is_empty() {
            self.nodes[n].branch_waiting.extend(branch);
            self.serve_branch(n);
            without.retain(|p| self.waits(*p));
        }
        let mut names: Vec<String> = without.into_iter().map(|pod| self.name_of(pod)).collect();
        names.sort_unstable();
        for same in names.chunk_by(|a, b| a == b) {
            if let Some(name) = same.first() {
                let pods = same.len() as u64;
                self.note(Topic::FailedCreatePodSandBox, name.clone(), NO_ADDRESS.to_owned(), pods);
            }
        }
    }

    fn name_of(&self, pod: usize) -> String {
        let pod = &self.pods[pod];
        let cluster = &self.world.plan.clusters[pod.cluster];
        match (pod.place.workload(), pod.node) {
            (Some(w), _) => format!("{}/{}", cluster.name, cluster.workloads[w].name),
            (None, Some(n)) => format!("{}/{}", cluster.name, cluster.node_groups[self.nodes[n].group].name),
            (None, None) => cluster.name.to_string(),
        }
    }

    /// Pods with security groups get branch ENIs, once the trunk is there and while their subnet has addresses.
    pub(super) fn serve_branch(&mut self, n: usize) {
        let node = &self.nodes[n];
        if node.branch_waiting.is_empty() || node.state == State::Gone {
            return;
        }
        let trunk = node.machine.as_ref().is_some_and(crate::cni::machine::Machine::has_trunk);
        let subnet = node.pods_subnet;
        let waiting = std::mem::take(&mut self.nodes[n].branch_waiting);
        let mut left = Vec::new();
        for pod in waiting {
            if self.pods[pod].state != PodState::Waiting {
                continue;
            }
            if trunk && self.account.subnets[subnet].take(1, 0) {
                self.nodes[n].branch += 1;
                self.served(pod, self.now);
            } else {
                left.push(pod);
            }
        }
        if !left.is_empty() {
            self.at(self.now + BRANCH_RETRY, Task::Branch(n));
        }
        self.nodes[n].branch_waiting = left;
        self.enter(n);
    }

    pub(super) fn free_branch(&mut self, n: usize) {
        let node = &mut self.nodes[n];
        if node.state == State::Gone || node.branch_cooling == 0 {
            return;
        }
        node.branch_cooling -= 1;
        self.account.subnets[node.pods_subnet].give(1, 0);
        self.enter(n);
    }

    /// A pod has got its address.
    pub(super) fn served(&mut self, pod: usize, at: Ms) {
        if self.pods[pod].state != PodState::Waiting {
            return;
        }
        self.has_address(pod, PodState::Addressed);
        let origin = self.origin;
        if let Some(batch) = self.pods[pod].batch {
            let batch = &mut self.batches[batch];
            batch.served += 1;
            batch.last = batch.last.max(at.saturating_sub(origin));
        }
        match self.pods[pod].place {
            Place::Workload(_) => self.at(at + self.world.scenario.ready, Task::Ready(pod)),
            Place::Job(_, lives) => self.at(at + lives, Task::Done(pod)),
            Place::Group | Place::DaemonSet(_) => {}
        }
    }

    /// A pod had its address before the scenario began.
    pub(super) fn served_before(&mut self, pod: usize) {
        if self.pods[pod].state == PodState::Waiting {
            self.has_address(pod, PodState::Ready);
            self.is_ready(pod);
        }
    }

    fn has_address(&mut self, pod: usize, state: PodState) {
        let own = &mut self.pods[pod];
        (own.state, own.has) = (state, true);
        if let Some(n) = own.node {
            let (c, g) = (self.nodes[n].cluster, self.nodes[n].group);
            self.books.waiting[c][g] -= 1;
            self.books.running[c][g] += u64::from(self.pods[pod].address != Address::Host);
        }
    }

    pub(super) fn ready(&mut self, pod: usize) {
        if self.pods[pod].state == PodState::Addressed {
            self.pods[pod].state = PodState::Ready;
            self.is_ready(pod);
            if let Place::Workload(w) = self.pods[pod].place {
                self.want_reconciled(self.pods[pod].cluster, w);
            }
        }
    }

    /// A pod is deleted: at once if it never ran, else after its time to end.
    pub(super) fn delete(&mut self, pod: usize) {
        match self.pods[pod].state {
            PodState::Ending | PodState::Gone => {}
            PodState::Unplaced => {
                self.unplaced -= 1;
                self.pods[pod].state = PodState::Gone;
                if let Some(w) = self.pods[pod].place.workload() {
                    self.loads[self.pods[pod].cluster][w].stale = true;
                }
                self.unserved(pod);
            }
            PodState::Waiting => self.ended(pod),
            PodState::Addressed | PodState::Ready => {
                self.ending(pod);
                let done = matches!(self.pods[pod].place, Place::Job(..));
                let grace = if done { 0 } else { self.world.scenario.grace };
                self.at(self.now + grace, Task::Ended(pod));
            }
        }
    }

    /// A pod with an address is deleted, and still there.
    fn ending(&mut self, pod: usize) {
        let own = &mut self.pods[pod];
        own.state = PodState::Ending;
        if let Some(n) = own.node.filter(|_| own.address != Address::Host) {
            self.books.ending[self.nodes[n].cluster][self.nodes[n].group] += 1;
        }
    }

    fn unserved(&mut self, pod: usize) {
        if let Some(batch) = self.pods[pod].batch {
            self.batches[batch].gone += 1;
        }
    }

    /// A pod has ended: its address cools down, and there is room for another.
    pub(super) fn ended(&mut self, pod: usize) {
        let Some(n) = self.pods[pod].node else { return };
        if self.pods[pod].state == PodState::Gone {
            return;
        }
        let had = self.pods[pod].has;
        self.vanish(pod);
        let node = &mut self.nodes[n];
        node.pods.retain(|p| *p != pod);
        let (c, at, takes_pods) = (node.cluster, node.position(), node.state == State::Ready);
        match self.pods[pod].address {
            Address::Pool => {
                if let (Some(machine), Some(id)) = (node.machine.as_mut(), self.pods[pod].id) {
                    machine.advance(self.now, &mut self.account);
                    machine.remove(id, &mut self.account);
                }
            }
            Address::Branch if had => {
                node.branch -= 1;
                node.branch_cooling += 1;
                self.at(self.now + BRANCH_COOLDOWN, Task::BranchFree(n));
            }
            Address::Branch | Address::Host => {}
        }
        self.look_at(n);
        if takes_pods && let Some(w) = self.pods[pod].place.workload() {
            self.placers[c].take(at, w);
        }
        self.want_places(c);
        self.leave_if_empty(n);
    }

    /// A pod is no more, as far as counts go.
    pub(super) fn vanish(&mut self, pod: usize) {
        let own = &mut self.pods[pod];
        if own.state == PodState::Gone {
            return;
        }
        let ending = own.state == PodState::Ending;
        own.state = PodState::Gone;
        let (has, addressed) = (own.has, own.address != Address::Host);
        if let Some(n) = own.node {
            let (c, g) = (self.nodes[n].cluster, self.nodes[n].group);
            if has {
                self.books.running[c][g] -= u64::from(addressed);
                self.books.ending[c][g] -= u64::from(addressed && ending);
            } else {
                self.books.waiting[c][g] -= 1;
            }
        }
        if !has {
            self.unserved(pod);
        }
    }

    /// Its node is drained: a pod of a workload or a job comes again elsewhere.
    pub(super) fn evict(&mut self, pod: usize, batch: usize) {
        let (c, place) = (self.pods[pod].cluster, self.pods[pod].place);
        if self.pods[pod].state >= PodState::Ending || place.is_bound() {
            return;
        }
        match place {
            Place::Workload(w) => {
                self.forget(pod);
                self.loads[c][w].batch = Some(batch);
                self.want_reconciled(c, w);
            }
            Place::Job(w, _) => {
                let again = self.new_pod(c, place, None, Some(batch));
                self.loads[c][w].unplaced.push_back(again);
                self.want_places(c);
            }
            Place::Group | Place::DaemonSet(_) => {}
        }
        self.delete_evicted(pod);
    }

    fn delete_evicted(&mut self, pod: usize) {
        // a job's pod that is stopped early takes its time, too
        if matches!(self.pods[pod].state, PodState::Addressed | PodState::Ready) {
            self.ending(pod);
            self.at(self.now + self.world.scenario.grace, Task::Ended(pod));
        } else {
            self.delete(pod);
        }
    }

    /// Pods of a cluster look for nodes, at the end of what happens now.
    pub(super) fn want_places(&mut self, c: usize) {
        if !self.placing[c] && self.loads[c].iter().any(|load| !load.unplaced.is_empty()) {
            self.placing[c] = true;
            self.at(self.now, Task::Place(c));
        }
    }

    /// Places what can be, workloads in file order.
    pub(super) fn place(&mut self, c: usize) {
        self.placing[c] = false;
        let mut came: Vec<(usize, usize)> = Vec::new();
        for w in 0..self.loads[c].len() {
            let mut waiting = std::mem::take(&mut self.loads[c][w].unplaced);
            // a long queue is gone through only if some of it are no more
            if std::mem::take(&mut self.loads[c][w].stale) {
                waiting.retain(|p| self.pods[*p].state == PodState::Unplaced);
            }
            if waiting.is_empty() {
                continue;
            }
            for ((g, index), count) in self.placers[c].put(w, waiting.len() as u64) {
                let Some(n) = self.at.get(&(c, g, index)).copied() else { continue };
                for _ in 0..count {
                    let Some(pod) = waiting.pop_front() else { break };
                    self.unplaced -= 1;
                    self.bind(pod, n);
                    came.push((n, pod));
                }
            }
            // said once for each pod; the newest are the last
            let new = |p: &&usize| self.pods[**p].asked == self.now;
            let unsaid = waiting.iter().rev().take_while(new).count() as u64;
            if unsaid > 0 {
                self.cannot_place(c, w, unsaid);
            }
            self.loads[c][w].unplaced = waiting;
        }
        came.sort_by_key(|(n, _)| *n);
        for pods in came.chunk_by(|a, b| a.0 == b.0) {
            let own: Vec<usize> = pods.iter().map(|(_, p)| *p).collect();
            if let Some((n, _)) = pods.first() {
                self.ask(*n, &own);
            }
        }
    }

    fn cannot_place(&mut self, c: usize, w: usize, pods: u64) {
        let placer = &self.placers[c];
        let closed = self.nodes.iter().filter(|n| n.cluster == c && n.is_closed()).count() as u64;
        let nodes = placer.nodes() + closed;
        let refusals = placer.refusals(w).into_iter().map(|(reason, n)| (n, refusal(reason)));
        let all: Vec<String> = std::iter::once((closed, "node(s) were unschedulable"))
            .chain(refusals)
            .filter(|(n, _)| *n > 0)
            .map(|(n, why)| format!("{} {why}", thousands(n)))
            .collect();
        let text = match (nodes, all.as_slice()) {
            // what the scheduler says without a single node
            (0, _) => "no nodes available to schedule pods".to_owned(),
            (_, []) => format!("0/{} nodes are available: none may run it.", thousands(nodes)),
            (_, all) => format!("0/{} nodes are available: {}.", thousands(nodes), all.join(", ")),
        };
        let cluster = &self.world.plan.clusters[c];
        let name = format!("{}/{}", cluster.name, cluster.workloads[w].name);
        self.note(Topic::FailedScheduling, name, text, pods);
    }
}

/// What the scheduler calls it.
fn refusal(reason: Reason) -> &'static str {
    match reason {
        Reason::Cpu => "Insufficient cpu",
        Reason::Memory => "Insufficient memory",
        Reason::MaxPods => "Too many pods",
        Reason::BranchEnis => "Insufficient vpc.amazonaws.com/pod-eni",
        Reason::WarmPool
        | Reason::EniLimit
        | Reason::NodeRange
        | Reason::BlockLimit
        | Reason::NodeLimit
        | Reason::NoNode => "node(s) didn't match Pod's node affinity/selector",
    }
}
