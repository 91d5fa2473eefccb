//! Pods on nodes, remembered: what is placed does not depend on warm targets, and who tries many of them has it placed
//! once.

use std::collections::HashMap;
use std::sync::Arc;

use super::auto::place_with_auto;
use super::churn::high_water;
use super::fleet::Group;
use super::outcome::Outcome;
use super::place::{Placed, Room};
use crate::plan::{Cluster, Nodes, Plan};

/// Clusters that are remembered; when there are more, all are forgotten.
const REMEMBERED: usize = 4_096;

/// The pods of clusters on their nodes, of plans that differ in variables, instance types, numbers of nodes and max
/// pods alone. Of any other difference it knows nothing.
#[derive(Debug, Default)]
pub struct Placements {
    known: HashMap<Key, Arc<Placed>>,
}

/// A cluster by its index, and of each group the nodes and what one of each shape has room for.
type Key = (usize, Vec<(Nodes, Vec<Room>)>);

impl Placements {
    /// The pods of every cluster on its nodes, and the high water of these; `known` is what comes of clusters already.
    pub(super) fn of(
        &mut self,
        plan: &Plan,
        fleet: &[Vec<Group>],
        known: &[Option<Arc<Outcome>>],
    ) -> Vec<Arc<Placed>> {
        let mut all = Vec::with_capacity(plan.clusters.len());
        for (c, ((cluster, groups), known)) in plan.clusters.iter().zip(fleet).zip(known).enumerate() {
            all.push(match known {
                Some(known) => Arc::clone(&known.placed),
                None => self.cluster(c, cluster, groups),
            });
        }
        all
    }

    fn cluster(&mut self, c: usize, cluster: &Cluster, groups: &[Group]) -> Arc<Placed> {
        let rooms = |group: &Group| (0..group.shapes.len()).map(|s| Room::of(cluster, group, s)).collect();
        let group = |(spec, group): (&crate::plan::NodeGroup, &Group)| (spec.nodes.clone(), rooms(group));
        let key: Key = (c, cluster.node_groups.iter().zip(groups).map(group).collect());
        if let Some(placed) = self.known.get(&key) {
            return Arc::clone(placed);
        }
        let mut placed = place_with_auto(cluster, groups);
        high_water(cluster, groups, &mut placed);
        if self.known.len() >= REMEMBERED {
            self.known.clear();
        }
        Arc::clone(self.known.entry(key).or_insert(Arc::new(placed)))
    }
}
