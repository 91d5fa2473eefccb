//! Every node of a group replaced.
//!
//! A managed node group adds surge nodes, cordons all old ones once those are ready, drains as many at a time
//! as may be unavailable, has a new node for each that goes, and in the end takes away what is too many.
//! Source: Amazon EKS user guide, "Understand each phase of node updates".

use super::fleet::{Fleet, Task};
use super::nodes::State;
use super::run::{Batch, Topic};
use crate::engine::upgrade;
use crate::plan::NodeGroup;
use crate::plan::scenario::{GroupId, Style};
use crate::text::count;

/// A replacement under way.
#[derive(Debug)]
pub(super) struct Replacement {
    pub group: GroupId,
    style: Style,
    surge: usize,
    unavailable: usize,
    /// Old nodes in the beginning.
    all: usize,
    /// Old nodes that are still to be drained, the next one last.
    old: Vec<usize>,
    draining: Vec<usize>,
    /// New nodes, in the order of their launch, and those that have been asked for.
    pub launched: Vec<usize>,
    asked: usize,
    phase: Phase,
    batch: usize,
    began: super::Ms,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Up,
    Drain,
    Down,
    Over,
}

impl Replacement {
    /// Old nodes that are still there, of how many.
    pub fn left(&self) -> (u64, u64) {
        ((self.old.len() + self.draining.len()) as u64, self.all as u64)
    }

    pub fn is_over(&self) -> bool {
        self.phase == Phase::Over
    }
}

impl Fleet<'_> {
    pub(super) fn begin_replacement(
        &mut self,
        group: GroupId,
        style: Style,
        surge_asked: Option<u32>,
        unavailable: Option<u32>,
    ) {
        let (c, g) = group;
        let spec = &self.world.plan.clusters[c].node_groups[g];
        let old = self.newest(c, g);
        let unavailable = unavailable.or(spec.max_unavailable).unwrap_or(1).max(1) as usize;
        let zones = self.world.groups[c][g].zones.len();
        let surge = match style {
            Style::BlueGreen => old.len(),
            Style::Rolling => {
                let most = u32::try_from(unavailable).unwrap_or(u32::MAX);
                let spec = NodeGroup { max_unavailable: Some(most), ..spec.clone() };
                let today = u32::try_from(old.len()).unwrap_or(u32::MAX);
                surge_asked.unwrap_or_else(|| upgrade::nodes(&spec, zones, today)) as usize
            }
        };
        let what = format!("{} of {} are replaced", count(old.len() as u64, "node"), spec.name);
        let at = self.since();
        self.batches.push(Batch { what, at, pods: 0, served: 0, last: at, gone: 0 });
        let r = self.replacements.len();
        for n in &old {
            self.nodes[*n].replacement = Some(r);
        }
        self.replacements.push(Replacement {
            group,
            style,
            surge,
            unavailable,
            all: old.len(),
            old,
            draining: Vec::new(),
            launched: Vec::new(),
            asked: surge,
            phase: Phase::Up,
            batch: self.batches.len() - 1,
            began: at,
        });
        for _ in 0..surge {
            self.at(self.now, Task::Launch(c, g, Some(r)));
        }
        self.at(self.now, Task::Replace(r));
    }

    /// The next step of a replacement, if it is due.
    pub(super) fn replace(&mut self, r: usize) {
        let is = |n: usize, state: State| self.nodes[n].state == state;
        let own = &self.replacements[r];
        let launched = own.launched.len() == own.asked;
        let ready = launched
            && own.launched.iter().all(|n| !matches!(self.nodes[*n].state, State::Queued | State::Booting));
        match own.phase {
            Phase::Up if ready => {
                for n in own.old.clone() {
                    self.cordon(n);
                }
                self.replacements[r].phase = Phase::Drain;
                self.replace(r);
            }
            Phase::Drain => {
                let gone = own.draining.iter().filter(|n| is(**n, State::Gone)).count();
                let (c, g) = own.group;
                let again = if own.style == Style::Rolling { gone } else { 0 };
                let nodes = &self.nodes;
                let own = &mut self.replacements[r];
                own.draining.retain(|n| nodes[*n].state != State::Gone);
                own.asked += again;
                for _ in 0..again {
                    self.at(self.now, Task::Launch(c, g, Some(r)));
                }
                self.drain_next(r);
            }
            Phase::Down if ready => self.drain_surplus(r),
            Phase::Up | Phase::Down | Phase::Over => {}
        }
    }

    fn drain_next(&mut self, r: usize) {
        let own = &mut self.replacements[r];
        let batch = own.batch;
        let room = own.unavailable.saturating_sub(own.draining.len());
        let next: Vec<usize> = (0..room).filter_map(|_| own.old.pop()).collect();
        own.draining.extend(&next);
        if own.draining.is_empty() {
            own.phase = Phase::Down;
            return self.at(self.now, Task::Replace(r));
        }
        for n in next {
            self.drain(n, batch);
        }
    }

    /// One node that is too many after the other, the newest first.
    fn drain_surplus(&mut self, r: usize) {
        let own = &self.replacements[r];
        if own.launched.iter().any(|n| self.nodes[*n].state == State::Draining) {
            return;
        }
        let gone = own.launched.iter().filter(|n| self.nodes[**n].state == State::Gone).count();
        let newest = own.launched.iter().rev().find(|n| self.nodes[**n].state != State::Gone).copied();
        let batch = own.batch;
        match newest.filter(|_| own.style == Style::Rolling && gone < own.surge) {
            Some(n) => self.drain(n, batch),
            None => {
                let (c, g) = own.group;
                let took = crate::plan::scenario::duration(self.since() - own.began);
                self.replacements[r].phase = Phase::Over;
                let cluster = &self.world.plan.clusters[c];
                let name = format!("{}/{}", cluster.name, cluster.node_groups[g].name);
                self.note(Topic::Scenario, name, format!("all nodes are replaced, after {took}"), 1);
            }
        }
    }
}
