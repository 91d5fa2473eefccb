//! The events of a scenario.

use super::fleet::{Fleet, Task};
use super::pods::Place;
use super::run::{Batch, Topic};
use crate::cni::PREFIX;
use crate::plan::scenario::{Change, GroupId, What, WorkloadId, duration};
use crate::text::{addresses, count, thousands};

impl Fleet<'_> {
    /// An event of the scenario comes.
    pub(super) fn happen(&mut self, k: usize) {
        let world = self.world;
        if let (true, Some(id)) =
            (world.scenario.events[k].first_group, world.scenario.events[k].what.group())
        {
            let groups = world.plan.clusters[id.0].node_groups.len() as u64;
            let text = format!("the event names no node group: this is the first of {}", thousands(groups));
            self.say(self.group(id), text);
        }
        match &world.scenario.events[k].what {
            What::Deploy(workloads) => {
                let batch = self.batch(format!("deploy {}", self.workloads(workloads)));
                for &(c, w) in workloads {
                    let replicas = world.plan.clusters[c].workloads[w].replicas.unwrap_or(0);
                    self.scale(c, w, replicas.into(), batch);
                }
            }
            What::Scale { workload: (c, w), replicas } => {
                let name = self.workload((*c, *w));
                let batch = self.batch(format!("scale {name} to {}", thousands((*replicas).into())));
                self.scale(*c, *w, (*replicas).into(), batch);
            }
            What::Roll { workloads, max_surge, max_unavailable } => {
                let batch = self.batch(format!("roll {}", self.workloads(workloads)));
                for &(c, w) in workloads {
                    self.roll(c, w, (*max_surge, *max_unavailable), batch);
                }
            }
            What::Burst(_) => self.burst(k, 0),
            What::Join { group: (c, g), nodes, within } => {
                let name = self.group((*c, *g));
                let over = if *within > 0 { format!(" within {}", duration(*within)) } else { String::new() };
                self.say(name, format!("{} join{over}", count((*nodes).into(), "node")));
                for i in 0..u64::from(*nodes) {
                    let at = within.saturating_mul(i) / u64::from(*nodes);
                    self.at(self.now + at, Task::Launch(*c, *g, None));
                }
            }
            What::Drain { group: (c, g), nodes } => {
                let own = self.newest(*c, *g);
                let most = nodes.map_or(usize::MAX, |n| n as usize).min(own.len());
                let name = self.group((*c, *g));
                let more = match nodes {
                    Some(asked) if *asked as usize > most => {
                        format!(": there are no more of the {} asked for", thousands((*asked).into()))
                    }
                    _ => String::new(),
                };
                let batch = self.batch(format!("drain {} of {name}{more}", count(most as u64, "node")));
                // all are cordoned before the pods of the first look for a node
                for &n in &own[..most] {
                    self.cordon(n);
                }
                for &n in &own[..most] {
                    self.drain(n, batch);
                }
            }
            What::Replace { group, style, surge, max_unavailable } => {
                let name = self.group(*group);
                self.say(name, "its nodes are replaced".to_owned());
                self.begin_replacement(*group, *style, *surge, *max_unavailable);
            }
            What::Subnet { subnet, change, singles, blocks } => {
                self.change_subnet(*subnet, *change, (*singles).into(), (*blocks).into());
            }
        }
    }

    fn say(&mut self, of: String, text: String) {
        self.note(Topic::Scenario, of, text, 1);
    }

    /// Pods that are made from now on for one reason.
    fn batch(&mut self, what: String) -> usize {
        let at = self.since();
        self.say(self.world.scenario.name.clone(), what.clone());
        self.batches.push(Batch { what, at, pods: 0, served: 0, last: at, gone: 0 });
        self.batches.len() - 1
    }

    fn workload(&self, (c, w): WorkloadId) -> String {
        let cluster = &self.world.plan.clusters[c];
        format!("{}/{}", cluster.name, cluster.workloads[w].name)
    }

    fn workloads(&self, all: &[WorkloadId]) -> String {
        match all {
            [one] => self.workload(*one),
            all => count(all.len() as u64, "workload"),
        }
    }

    fn group(&self, (c, g): GroupId) -> String {
        let cluster = &self.world.plan.clusters[c];
        format!("{}/{}", cluster.name, cluster.node_groups[g].name)
    }

    /// A burst comes, after it has come so often.
    pub(super) fn burst(&mut self, k: usize, before: u32) {
        let world = self.world;
        let (What::Burst(burst), Some(Some((c, w)))) = (&world.scenario.events[k].what, world.jobs.get(k))
        else {
            return;
        };
        let batch = self.batch(format!("{} of {}", count(burst.pods.into(), "pod"), burst.name));
        for _ in 0..burst.pods {
            let pod = self.new_pod(*c, Place::Job(*w, burst.lives), None, Some(batch));
            self.loads[*c][*w].unplaced.push_back(pod);
        }
        self.want_places(*c);
        let times = before.saturating_add(1);
        if burst.times.is_none_or(|most| times < most) {
            self.at(self.now + burst.every, Task::Again(k, times));
        }
    }

    /// Others take addresses, as far as there are some, or give back, as far as they have some.
    fn change_subnet(&mut self, s: usize, change: Change, singles: u64, blocks: u64) {
        let subnet = &mut self.account.subnets[s];
        let asked = singles + blocks * PREFIX;
        let less = |n: u64, why: &str| {
            if n < asked { format!(", not {}: {why}", thousands(asked)) } else { String::new() }
        };
        let text = match change {
            Change::Lose => {
                let blocks = blocks.min(subnet.blocks);
                subnet.blocks -= blocks;
                let taken = subnet.take_up_to(singles) + blocks * PREFIX;
                *self.books.other(s) += taken;
                format!("others take {}{}", addresses(taken), less(taken, "there are no more"))
            }
            Change::Gain => {
                let others = *self.books.other(s);
                let blocks = blocks.min(others / PREFIX);
                let singles = singles.min(others - blocks * PREFIX);
                // what they have beyond the pool comes first: nobody gets that
                let beyond = self.books.beyond(s, subnet.free());
                match (singles + blocks * PREFIX).checked_sub(beyond) {
                    Some(free) if beyond > 0 => subnet.singles += free,
                    Some(_) => {
                        subnet.singles += singles;
                        subnet.blocks += blocks;
                    }
                    None => {}
                }
                *self.books.other(s) -= singles + blocks * PREFIX;
                let given = singles + blocks * PREFIX;
                format!("others give back {}{}", addresses(given), less(given, "they have no more"))
            }
        };
        let name = self.world.plan.subnets[s].name.clone();
        self.say(name, text);
        for n in 0..self.nodes.len() {
            if let Some(machine) = self.nodes[n].machine.as_mut() {
                machine.advance(self.now, &mut self.account);
                machine.wake();
                self.look_at(n);
            }
        }
    }
}
