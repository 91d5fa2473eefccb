//! Workloads: how many pods each should have, and how a Deployment gets there.
//!
//! Source: Kubernetes, `pkg/controller/deployment/rolling.go` and `pkg/controller/controller_utils.go`
//! (which pods go first); documentation, "Deployments". Pods that are ending count no more, so that a
//! roll has more pods with addresses than `max_surge` says.

use std::collections::{HashMap, VecDeque};

use super::fleet::{Fleet, Task};
use super::pods::{Place, PodState};
use crate::plan::scenario::{Share, Start};

/// A workload.
#[derive(Debug, Default)]
pub(super) struct Load {
    pub desired: u64,
    generation: u32,
    /// Pods made from an earlier template, and from the present one; those that are ending are in neither.
    old: Vec<usize>,
    new: Vec<usize>,
    ready_old: u64,
    ready_new: u64,
    /// How it rolls, from the first time that it does.
    roll: Option<(Share, Share)>,
    queued: bool,
    pub unplaced: VecDeque<usize>,
    /// Whether some of those are gone.
    pub stale: bool,
    /// What its new pods count for.
    pub batch: Option<usize>,
}

impl Fleet<'_> {
    /// The plan's pods, where the scenario begins with them.
    pub(super) fn deploy_at_start(&mut self) {
        if self.world.scenario.start == Start::Empty {
            return;
        }
        for c in 0..self.loads.len() {
            for w in 0..self.world.own[c] {
                let Some(replicas) = self.world.plan.clusters[c].workloads[w].replicas else { continue };
                self.loads[c][w].desired = replicas.into();
                self.more(c, w, replicas.into());
                // one workload after the other, so that pods stand on their nodes in file order
                self.place_before(c, w);
            }
        }
    }

    fn place_before(&mut self, c: usize, w: usize) {
        let mut waiting = std::mem::take(&mut self.loads[c][w].unplaced);
        for ((g, index), count) in self.placers[c].put(w, waiting.len() as u64) {
            let Some(n) = self.at.get(&(c, g, index)).copied() else { continue };
            for pod in waiting.drain(..usize::try_from(count).unwrap_or(usize::MAX).min(waiting.len())) {
                self.unplaced -= 1;
                self.pods[pod].node = Some(n);
                self.pods[pod].state = PodState::Waiting;
                self.nodes[n].pods.push(pod);
                self.books.waiting[c][g] += 1;
            }
        }
        self.loads[c][w].unplaced = waiting;
    }

    /// Makes pods of a workload.
    fn more(&mut self, c: usize, w: usize, pods: u64) {
        for _ in 0..pods {
            let (batch, generation) = (self.loads[c][w].batch, self.loads[c][w].generation);
            let pod = self.new_pod(c, Place::Workload(w), None, batch);
            self.pods[pod].generation = generation;
            self.loads[c][w].new.push(pod);
            self.loads[c][w].unplaced.push_back(pod);
        }
    }

    /// A pod of a workload is ready.
    pub(super) fn is_ready(&mut self, pod: usize) {
        let own = &self.pods[pod];
        if let Place::Workload(w) = own.place {
            let load = &mut self.loads[own.cluster][w];
            let count =
                if own.generation == load.generation { &mut load.ready_new } else { &mut load.ready_old };
            *count += 1;
        }
    }

    /// A pod of a workload counts no more.
    pub(super) fn forget(&mut self, pod: usize) {
        let own = &self.pods[pod];
        let Place::Workload(w) = own.place else { return };
        let load = &mut self.loads[own.cluster][w];
        let ready = u64::from(own.state == PodState::Ready);
        if own.generation == load.generation {
            load.new.retain(|p| *p != pod);
            load.ready_new -= ready;
        } else {
            load.old.retain(|p| *p != pod);
            load.ready_old -= ready;
        }
    }

    pub(super) fn want_reconciled(&mut self, c: usize, w: usize) {
        if !self.loads[c][w].queued {
            self.loads[c][w].queued = true;
            self.at(self.now, Task::Reconcile(c, w));
        }
    }

    /// Other replicas.
    pub(super) fn scale(&mut self, c: usize, w: usize, replicas: u64, batch: usize) {
        let load = &mut self.loads[c][w];
        (load.desired, load.batch) = (replicas, Some(batch));
        self.want_reconciled(c, w);
    }

    /// A new template: all pods are old ones.
    pub(super) fn roll(&mut self, c: usize, w: usize, how: (Share, Share), batch: usize) {
        let load = &mut self.loads[c][w];
        load.generation += 1;
        load.old.append(&mut load.new);
        load.ready_old += std::mem::take(&mut load.ready_new);
        (load.roll, load.batch) = (Some(how), Some(batch));
        self.want_reconciled(c, w);
    }

    /// One step towards what a workload should have.
    pub(super) fn reconcile(&mut self, c: usize, w: usize) {
        self.loads[c][w].queued = false;
        let load = &self.loads[c][w];
        let (old, new, desired) = (load.old.len() as u64, load.new.len() as u64, load.desired);
        if old == 0 {
            if new < desired {
                self.more(c, w, desired - new);
            } else {
                self.fewer(c, w, new - desired, Which::New);
            }
        } else {
            let (surge, unavailable) = load.roll.unwrap_or((Share::DEFAULT, Share::DEFAULT));
            let surge = surge.up(desired);
            let unavailable = match (surge, unavailable.down(desired).min(desired)) {
                // a Deployment in which both round to nothing may be without one pod
                (0, 0) => 1,
                (_, n) => n,
            };
            let room = (desired + surge).saturating_sub(old + new);
            self.more(c, w, room.min(desired.saturating_sub(new)));
            if new > desired {
                self.fewer(c, w, new - desired, Which::New);
            }
            let load = &self.loads[c][w];
            let (old, new) = (load.old.len() as u64, load.new.len() as u64);
            let least = desired.saturating_sub(unavailable);
            // old pods that never got ready go first: they make nothing worse
            let most = (old + new).saturating_sub(least).saturating_sub(new - load.ready_new);
            let sick = (old - load.ready_old).min(most);
            self.fewer(c, w, sick, Which::Old);
            let load = &self.loads[c][w];
            let spare = (load.ready_old + load.ready_new).saturating_sub(least);
            self.fewer(c, w, spare.min(load.old.len() as u64), Which::Old);
        }
        self.want_places(c);
    }

    /// Pods of the present template and those of earlier ones.
    pub(super) fn generations(&self, c: usize, w: usize) -> (u64, u64) {
        let load = &self.loads[c][w];
        (load.new.len() as u64, load.old.len() as u64)
    }

    /// Deletes pods of a workload: first those that are not placed, have no address, are not ready; then those
    /// with most of their kind on their node, and of equals any.
    fn fewer(&mut self, c: usize, w: usize, pods: u64, which: Which) {
        let load = &self.loads[c][w];
        let all = if which == Which::Old { &load.old } else { &load.new };
        let count = usize::try_from(pods).unwrap_or(usize::MAX).min(all.len());
        if count == 0 {
            return;
        }
        let mut on_node: HashMap<Option<usize>, u64> = HashMap::new();
        for pod in load.old.iter().chain(&load.new) {
            *on_node.entry(self.pods[*pod].node).or_default() += 1;
        }
        let mut ranked: Vec<(PodState, u64, u64, usize)> = Vec::with_capacity(all.len());
        for &pod in all {
            let own = &self.pods[pod];
            let fewest = u64::MAX - on_node.get(&own.node).copied().unwrap_or(0);
            ranked.push((own.state, fewest, self.rng.u64(..), pod));
        }
        if count < ranked.len() {
            ranked.select_nth_unstable(count);
            ranked.truncate(count);
        }
        ranked.sort_unstable();
        let gone: std::collections::HashSet<usize> = ranked.iter().map(|r| r.3).collect();
        let ready = ranked.iter().filter(|r| r.0 == PodState::Ready).count() as u64;
        let load = &mut self.loads[c][w];
        let (list, count) = match which {
            Which::Old => (&mut load.old, &mut load.ready_old),
            Which::New => (&mut load.new, &mut load.ready_new),
        };
        list.retain(|p| !gone.contains(p));
        *count -= ready;
        // what is gone makes room for the next step
        self.want_reconciled(c, w);
        for (.., pod) in ranked {
            self.delete(pod);
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Old,
    New,
}
