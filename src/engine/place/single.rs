//! The nodes of a cluster one by one, for who lets them come and go: the same rules on classes of one node.

use super::{Bin, Placer, Position, Used};
use crate::engine::fleet::Group;
use crate::engine::nodes::NodeSet;
use crate::engine::report::Reason;
use crate::plan::{Cluster, Placement};

impl<'a> Placer<'a> {
    /// A cluster whose nodes are to come.
    pub fn without_nodes(cluster: &'a Cluster, groups: &[Group]) -> Placer<'a> {
        Placer::empty(cluster, groups, &vec![0; groups.len()])
    }

    /// A node comes, empty.
    pub fn join(&mut self, at: Position, shape: usize) {
        let (group, index) = at;
        let nodes = NodeSet::single(index);
        let used = Used::default();
        self.bins.push(Bin { group, shape, nodes, contents: Vec::new(), asking: 0, high: None, used });
    }

    /// A node takes no more pods, or is gone.
    pub fn leave(&mut self, at: Position) {
        self.bins.retain(|bin| bin.position() != at);
    }

    /// Places pods of a workload by the cluster's rule: nodes in order, and how many pods each gets. The rest
    /// finds no node.
    pub fn put(&mut self, workload: usize, pods: u64) -> Vec<(Position, u64)> {
        // `contents` is what this call places
        for bin in &mut self.bins {
            bin.contents.clear();
        }
        match self.cluster.placement {
            Placement::Spread => self.spread(workload, pods),
            Placement::Pack => self.pack(workload, pods),
        };
        let got = |bin: &Bin| bin.contents.iter().map(|(_, n)| n).sum::<u64>();
        let mut placed: Vec<(Position, u64)> =
            self.bins.iter().map(|bin| (bin.position(), got(bin))).filter(|(_, n)| *n > 0).collect();
        placed.sort_unstable();
        placed
    }

    /// Puts one pod of a workload on a node that may run it; whether it has room.
    pub fn put_on(&mut self, at: Position, workload: usize) -> bool {
        let Some(bin) = self.bins.iter().position(|bin| bin.position() == at) else { return false };
        let fits = self.allowed[workload].contains(&at.0) && self.left(bin, workload) > 0;
        if fits {
            self.add(bin, workload, 1);
        }
        fits
    }

    /// A pod of a workload is gone from a node.
    pub fn take(&mut self, at: Position, workload: usize) {
        let spec = &self.cluster.workloads[workload];
        if let Some(bin) = self.bins.iter_mut().find(|bin| bin.position() == at) {
            let used = &mut bin.used;
            used.cpu = used.cpu.saturating_sub(spec.cpu);
            used.memory = used.memory.saturating_sub(spec.memory);
            used.pods = used.pods.saturating_sub(1);
            used.branch_enis = used.branch_enis.saturating_sub(spec.branch_enis());
        }
    }

    /// Why nodes refuse a pod of the workload: reasons, and nodes that refuse for each.
    pub fn refusals(&self, workload: usize) -> Vec<(Reason, u64)> {
        let mut counts: Vec<(Reason, u64)> = Vec::new();
        for bin in self.open(workload) {
            let spec = &self.cluster.workloads[workload];
            for reason in self.room(bin).refusals(self.bins[bin].used, spec) {
                match counts.iter_mut().find(|(r, _)| *r == reason) {
                    Some((_, nodes)) => *nodes += 1,
                    None => counts.push((reason, 1)),
                }
            }
        }
        counts
    }

    /// Nodes that take pods.
    pub fn nodes(&self) -> u64 {
        self.bins.len() as u64
    }
}
