//! The end of a run: what came of it all, and what is not finished.

use super::Ms;
use super::fleet::Fleet;
use super::nodes::State;
use super::run::{Moment, Run, Topic};
use crate::plan::Nodes;
use crate::plan::scenario::duration;
use crate::text::{count, shown, thousands};

impl Fleet<'_> {
    /// What came of it all.
    pub fn finish(self, moments: Vec<Moment>, every: Ms, until: Ms, complete: bool) -> Run {
        let remarks = self.remarks(complete);
        let plan = &self.world.plan;
        let groups = plan.clusters.iter().flat_map(|c| {
            c.node_groups.iter().map(|g| (c.name.to_string(), g.name.to_string())).collect::<Vec<_>>()
        });
        let mut worst = self.worst;
        if worst.waiting + worst.unplaced == 0 && worst.refuses.is_none() {
            let least = moments
                .iter()
                .flat_map(|m| m.pools.iter().enumerate().map(move |(s, p)| (p.free, m.at, s, p.usable, m)))
                .min_by_key(|(free, at, s, ..)| (*free, *at, *s));
            if let Some((free, at, s, usable, moment)) = least {
                (worst.at, worst.pools) = (at, moment.pools.clone());
                worst.why = format!(
                    "{} has least left: {} free of {}",
                    shown(&plan.subnets[s].name),
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
            remarks,
            steps: self.steps,
        }
    }

    /// What a reader of the figures has to know besides.
    fn remarks(&self, complete: bool) -> Vec<String> {
        let mut remarks = self.unfinished();
        let end = self.since();
        let late = self.world.scenario.events.iter().filter(|e| e.at > end).count() as u64;
        if late > 0 && complete {
            remarks.push(format!("{} after the end at {}: not reached", count(late, "event"), duration(end)));
        }
        let auto: Vec<String> = self
            .all_groups()
            .filter(|(c, g)| matches!(self.world.plan.clusters[*c].node_groups[*g].nodes, Nodes::Auto { .. }))
            .map(|id| self.name_of_group(id))
            .collect();
        let unplaced = self.notes.iter().any(|n| n.topic == Topic::FailedScheduling);
        if unplaced && !auto.is_empty() {
            remarks.push(format!(
                "nodes = \"auto\" of {}: no autoscaler is modelled, only what the scenario joins and drains",
                auto.join(", ")
            ));
        }
        remarks
    }

    fn all_groups(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let clusters = self.world.plan.clusters.iter().enumerate();
        clusters.flat_map(|(c, cluster)| (0..cluster.node_groups.len()).map(move |g| (c, g)))
    }

    fn name_of_group(&self, (c, g): (usize, usize)) -> String {
        let cluster = &self.world.plan.clusters[c];
        format!("{}/{}", shown(&cluster.name), shown(&cluster.node_groups[g].name))
    }

    fn unfinished(&self) -> Vec<String> {
        let mut all = Vec::new();
        for replacement in &self.replacements {
            let (left, of) = replacement.left();
            let name = self.name_of_group(replacement.group);
            if left > 0 {
                let (left, of) = (thousands(left), count(of, "node"));
                all.push(format!("not finished: {left} of {of} of {name} are to be replaced"));
            } else if !replacement.is_over() {
                all.push(format!("not finished: surge nodes of {name} are to go"));
            }
        }
        for (c, cluster) in self.world.plan.clusters.iter().enumerate() {
            for (w, workload) in cluster.workloads.iter().enumerate() {
                let (new, old) = self.generations(c, w);
                if old > 0 {
                    let name = format!("{}/{}", shown(&cluster.name), shown(&workload.name));
                    let (old, all_pods) = (thousands(old), count(old + new, "pod"));
                    all.push(format!("not finished: {old} of {all_pods} of {name} are to be replaced"));
                }
            }
        }
        for id in self.all_groups() {
            let in_state = |state: State| {
                let own = |n: &&super::nodes::Node| (n.cluster, n.group) == id && n.state == state;
                self.nodes.iter().filter(own).filter(|n| n.replacement.is_none()).count() as u64
            };
            let name = self.name_of_group(id);
            for (state, one, what) in [
                (State::Draining, "node", "still draining"),
                (State::Queued, "instance", "not launched: no address"),
            ] {
                let n = in_state(state);
                if n > 0 {
                    all.push(format!("not finished: {} of {name} {what}", count(n, one)));
                }
            }
        }
        all
    }
}
