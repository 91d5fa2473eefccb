//! What warm targets have to do with a cluster: its nodes with their pods, and what they may still get.

use super::evaluate::Evaluation;
use super::hold::Part;
use crate::plan::Plan;

/// Nodes of a cluster that warm targets treat alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind {
    /// Pods of each that ask for an address of its pool today, and when it is as full as it ever is.
    pub asked: u64,
    pub high: u64,
    /// Pods that the kubelet admits beside the system pods, as far as ENIs have addresses for them.
    pub room: u64,
    /// The kubelet's max pods, at which a pool stops growing.
    pub max_pods: u64,
    /// ENIs for pods, and slots of each.
    pub enis: u64,
    pub slots: u64,
    /// Addresses of a slot: 16 in prefix mode.
    pub per_slot: u64,
}

impl Evaluation {
    /// The kinds of nodes of a cluster under the AWS VPC CNI, each once.
    pub fn kinds(&self, plan: &Plan, c: usize) -> Vec<Kind> {
        let groups = plan.clusters.get(c).map_or(0, |cluster| cluster.node_groups.len());
        let mut kinds: Vec<Kind> = (0..groups).flat_map(|g| self.kinds_of(plan, c, g)).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }

    /// Those of one group.
    pub fn kinds_of(&self, plan: &Plan, c: usize, g: usize) -> Vec<Kind> {
        let (Some(outcome), Some(cluster)) = (self.clusters.get(c), plan.clusters.get(c)) else {
            return Vec::new();
        };
        let (Some(group), Some(parts)) = (outcome.groups.get(g), outcome.parts.get(g)) else {
            return Vec::new();
        };
        let admitted = u64::from(group.max_pods.saturating_sub(cluster.system_pods));
        let kind = |part: &Part| {
            let node = &part.cni.as_ref()?.node;
            let high = part.churn.as_ref().map_or(part.asked, |churn| churn.high);
            Some(Kind {
                asked: part.asked,
                high: high.max(part.asked),
                room: admitted.min(node.address_limit()),
                max_pods: node.max_pods,
                enis: node.pod_enis(),
                slots: node.slots,
                per_slot: node.per_slot(),
            })
        };
        let mut kinds: Vec<Kind> = parts.iter().filter_map(kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }

    /// Nodes of a group.
    pub fn nodes_of(&self, c: usize, g: usize) -> u32 {
        self.clusters.get(c).and_then(|outcome| outcome.placed.nodes.get(g).copied()).unwrap_or(0)
    }

    /// Pods of each workload that run on the nodes of a group.
    pub fn pods_on(&self, c: usize, g: usize) -> Vec<(usize, u64)> {
        let bins = self.clusters.get(c).map_or(&[][..], |outcome| &outcome.placed.bins);
        let mut pods: Vec<(usize, u64)> = Vec::new();
        for bin in bins.iter().filter(|bin| bin.group == g) {
            for (w, each) in &bin.contents {
                let more = each * u64::from(bin.nodes.len());
                match pods.iter_mut().find(|(own, _)| own == w) {
                    Some((_, sum)) => *sum += more,
                    None => pods.push((*w, more)),
                }
            }
        }
        pods
    }

    /// Pods of a cluster that no node has room for.
    pub fn unplaced_of(&self, c: usize) -> u64 {
        let demands = self.clusters.get(c).map_or(&[][..], |outcome| &outcome.placed.workloads);
        demands.iter().map(|demand| demand.unplaced).sum()
    }

    /// Pods of a cluster that no node has room for, or that their node has no address for.
    pub fn pending_of(&self, c: usize) -> u64 {
        let Some(outcome) = self.clusters.get(c) else { return 0 };
        let unplaced = self.unplaced_of(c);
        let starved: u64 = outcome.starved.iter().map(|starved| starved.pods).sum();
        // pods that are no workload's, of groups that say how many each node runs
        let listed =
            |part: &Part| outcome.placed.bins.get(part.bin).is_some_and(|bin| !bin.contents.is_empty());
        let bare = outcome.parts.iter().flatten().filter(|part| !listed(part));
        unplaced + starved + bare.map(|part| part.starved() * part.nodes).sum::<u64>()
    }
}
