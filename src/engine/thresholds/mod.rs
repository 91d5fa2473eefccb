//! The first counts that fail, exactly.
//!
//! | module | what grows |
//! |---|---|
//! | `nodes` | the nodes of a group, one at a time, each settled before the next |
//! | `replicas` | the replicas of a workload, or of all at once |
//! | `months` | everything, month by month, as `[growth]` says |
//! | [`threshold`] | what all of them come to |
//!
//! Two things are looked for: the first count with which a warm pool cannot be filled, and the first with which
//! a pod stays pending. Each says what binds, what is left then that nothing can take, and what would bind next
//! if that limit were lifted.
//!
//! Where replicas grow it is a pod of a workload, or any pod because a subnet is dry. Pods that are given with a group
//! (`pods = N`) and that their nodes' own limits leave without an address are said where nodes grow: more replicas can
//! change them, too, where nodes choose their subnet by what is free, but one way as well as the other.

mod months;
mod nodes;
mod replicas;
pub mod threshold;

pub use threshold::{At, Behind, Event, HUNDREDTHS, Level, Threshold, What, WithNodes};

use self::replicas::Probes;
use super::evaluate::Evaluation;
use crate::limits::THRESHOLD;
use crate::manager::Nodes;
use crate::plan::Plan;
use crate::text::thousands;

impl Evaluation {
    /// The first counts that fail, for every node group, for every workload that is not a DaemonSet, for all
    /// workloads of each cluster together, and for each pool in each month; the rest of the plan as it is.
    pub fn thresholds(&self, plan: &Plan) -> Vec<Threshold> {
        self.thresholds_while(plan, &|| true).unwrap_or_default()
    }

    /// The same; `go_on` is asked again and again, and `None` is the answer if it says no.
    pub fn thresholds_while(&self, plan: &Plan, go_on: &dyn Fn() -> bool) -> Option<Vec<Threshold>> {
        let mut thresholds = Vec::new();
        for (c, cluster) in plan.clusters.iter().enumerate() {
            for g in 0..cluster.node_groups.len() {
                if !go_on() {
                    return None;
                }
                // one host has no second
                if cluster.manager.nodes != Nodes::One {
                    thresholds.extend(self.nodes_thresholds(plan, c, g));
                }
            }
            thresholds.extend(Probes::new(plan, self, c).all(go_on)?);
        }
        thresholds.extend(self.month_thresholds(plan, go_on)?);
        Some(thresholds)
    }
}

/// What binds: the level, the name of what binds, and what is left of it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Limit {
    level: Level,
    name: Option<String>,
    left: Option<u64>,
}

/// What comes after a limit, as the end of a sentence.
fn behind_sentence(behind: &Option<Behind>) -> String {
    match behind {
        None => String::new(),
        Some(Behind { at: None, .. }) => "; nothing ends behind that".into(),
        Some(Behind { at: Some(at), level, limit }) => {
            let name = limit.as_deref().unwrap_or(match level {
                Level::Pool | Level::Blocks | Level::None => "the next limit",
                _ => level.words(),
            });
            let with = match (level, limit) {
                (Level::Pool | Level::None, _) | (_, None) => "",
                (other, Some(_)) => &format!(" ({})", other.words()),
            };
            format!("; behind that {name}{with} ends at {at}")
        }
    }
}

/// A threshold that is not there.
fn nothing(what: What, of: String, event: Event) -> Threshold {
    let limit = thousands(THRESHOLD.into());
    let sentence = match (what, event) {
        (What::Nodes, Event::WarmPoolShort) => format!("{of} fits {limit} nodes and more"),
        (What::Nodes, Event::PodPending) => {
            format!("no number of nodes of {of} below {limit} leaves a pod pending")
        }
        (What::Replicas, Event::PodPending) => format!("{of} runs {limit} replicas and more"),
        (What::AllReplicas, Event::PodPending) => {
            format!(
                "{of} runs {} times its replicas and more",
                thousands((THRESHOLD - 1) as u64 / HUNDREDTHS)
            )
        }
        (What::Replicas | What::AllReplicas | What::Month, _) => {
            format!(
                "no number of replicas of {of} below {limit} leaves a pool short: other limits come first"
            )
        }
    };
    Threshold {
        what,
        of,
        nodes: None,
        situation: None,
        event,
        at: None,
        level: Level::None,
        limit: None,
        left: None,
        sentence,
        behind: None,
    }
}

/// The first count that fails, found by doubling and halving from `today`; `None` if none below
/// [`THRESHOLD`] does.
fn first(today: u32, mut fails: impl FnMut(u32) -> bool) -> Option<u32> {
    let most = THRESHOLD - 1;
    let mut works = today.min(most);
    let mut fail = if fails(works) {
        if works == 0 || fails(0) {
            return Some(0);
        }
        std::mem::replace(&mut works, 0)
    } else {
        loop {
            if works == most {
                return None;
            }
            let next = works.saturating_mul(2).clamp(works + 1, most);
            if fails(next) {
                break next;
            }
            works = next;
        }
    };
    while fail - works > 1 {
        let middle = works + (fail - works) / 2;
        if fails(middle) { fail = middle } else { works = middle }
    }
    Some(fail)
}
