//! What the nodes of a plan cost.

use std::sync::Arc;

use super::evaluate::Evaluation;
use super::outcome::Outcome;

/// Hours of a month, as AWS's own price pages count them.
const HOURS: f64 = 730.0;

impl Evaluation {
    /// US dollars a month for all nodes at the prices of the instance tables (on demand, Linux, no volumes, no
    /// traffic); `None` if a node's type has no price, or there are no nodes.
    pub fn usd_a_month(&self) -> Option<f64> {
        usd_a_month(&self.clusters)
    }

    /// The same for the nodes of one cluster.
    pub fn usd_a_month_of(&self, c: usize) -> Option<f64> {
        usd_a_month(self.clusters.get(c..=c)?)
    }
}

fn usd_a_month(clusters: &[Arc<Outcome>]) -> Option<f64> {
    let mut usd = None;
    for outcome in clusters {
        for (group, parts) in outcome.groups.iter().zip(&outcome.parts) {
            for part in parts.iter().filter(|part| part.nodes > 0) {
                let shape = group.shapes.get(outcome.placed.bins.get(part.bin)?.shape)?;
                *usd.get_or_insert(0.0) += shape.usd_per_hour? * HOURS * part.nodes as f64;
            }
        }
    }
    usd
}
