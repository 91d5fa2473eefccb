//! The staircase of a node of another manager than the AWS VPC CNI: its model, asked for every number of pods.

use super::{Count, Kind};
use crate::engine::fleet::Group;
use crate::engine::hold::{Part, Take};
use crate::engine::managed::{Asked, Managed};
use crate::manager::Node;
use crate::text::{count, thousands};

/// What decides its holdings.
#[derive(Debug, Clone)]
pub struct Climb {
    /// For a node without pods.
    asked: Asked,
}

/// Each number of pods up to so many, on a node of a shape where the fullest one is; `high` are the most that one ever
/// ran.
pub(super) fn climb(
    managed: &Managed,
    group: &Group,
    shape: usize,
    fullest: Option<&Part>,
    most: u64,
    high: Option<u64>,
) -> Option<(Kind, Option<&'static str>, Vec<Count>)> {
    let first = group.zones.first()?;
    let home = fullest.map_or(*first.subnets.first()?, |part| part.subnet);
    let zone = group.zones.iter().find(|zone| zone.subnets.contains(&home)).unwrap_or(first);
    let pods_home = zone.pods.unwrap_or(home);
    let (model, empty) = (&managed.model, managed.node(group, shape, 0));
    let counted = |pods: u64| {
        let node = Node { asked: pods, ..empty };
        let settled = model.settled(&node);
        let takes = managed.takes(&settled, home, pods_home);
        let sum = |of: fn(&Take) -> u64| takes.iter().map(of).sum::<u64>();
        let churned = high.map(|high| managed.takes(&model.churned(&node, high.max(pods)), home, pods_home));
        Count {
            pods,
            running: settled.running,
            primary: sum(|take| take.primary),
            assigned: sum(|take| take.assigned),
            unused: sum(|take| take.unused),
            stranded: sum(|take| take.stranded),
            pieces: model.pieces(&settled).map_or(0, |(_, pieces)| pieces),
            held_min: None,
            held_max: None,
            churned: churned.map(|takes| takes.iter().map(Take::held).sum()),
        }
    };
    let counts = (0..=most).map(counted).collect();
    let piece = model.pieces(&model.settled(&empty)).map(|(one, _)| one);
    Some((Kind::Managed(Climb { asked: Asked { model: model.clone(), node: empty } }), piece, counts))
}

impl Climb {
    /// What makes its holding as large as it is.
    pub(super) fn goal(&self, pods: u64) -> String {
        self.asked.model.why(&Node { asked: pods, ..self.asked.node })
    }
}

impl Count {
    /// What one more pod made of a node: `at 65 pods 128 held, 64 more than before: …`.
    pub(super) fn growth(&self, before: &Count) -> String {
        let here = format!("at {} {} held", count(self.pods, "pod"), thousands(self.held()));
        let (now, was) = (self.held(), before.held());
        let starves = match self.pods - self.running {
            0 => String::new(),
            n => format!(", and {} {}", thousands(n), if n == 1 { "starves" } else { "starve" }),
        };
        let change = match (now.checked_sub(was), was - was.min(now)) {
            (Some(0), _) => "as many as before".to_string(),
            (Some(more), _) => format!("{} more than before", thousands(more)),
            (None, less) => format!("{} fewer than before", thousands(less)),
        };
        let later = match self.churned.filter(|churned| *churned != now) {
            Some(churned) => format!(" (and {} once it ran as many as it ever does)", thousands(churned)),
            None => String::new(),
        };
        format!("{here}{later}, {change}{starves}")
    }
}
