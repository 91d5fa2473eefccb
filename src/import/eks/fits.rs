//! Which groups a workload may run on.

use std::collections::BTreeSet;

use super::super::fact::{Ask, Runner};
use super::groups::{Grouped, Made};

/// The label that a node of a runner has, be there one or not.
fn label(runner: &Runner) -> Option<(&str, &str)> {
    match runner {
        Runner::Nodegroup(name) => Some(("eks.amazonaws.com/nodegroup", name)),
        Runner::NodePool(name) => Some(("karpenter.sh/nodepool", name)),
        Runner::SelfManaged(name) => Some(("alpha.eksctl.io/nodegroup-name", name)),
        Runner::Nobody => None,
    }
}

/// The names of the groups that pods may run on which ask for this and run on those groups now; empty: those that
/// they may run on anyway; `None`: there is no such group. What a required affinity says is told by where they run.
pub(super) fn groups(
    ask: &Ask,
    runs_on: &BTreeSet<usize>,
    daemonset: bool,
    grouped: &Grouped,
) -> Option<Vec<String>> {
    let all = || 0..grouped.groups.len();
    let own = |g: &usize| grouped.groups.get(*g).is_some_and(|made| fits(ask, made));
    let mut allowed: BTreeSet<usize> = match ask.affine && !runs_on.is_empty() {
        true => runs_on.clone(),
        false => all().filter(own).collect(),
    };
    allowed.extend(runs_on);
    let anyway = |g: &usize| daemonset || grouped.groups.get(*g).is_some_and(|made| !made.row.dedicated);
    let default: BTreeSet<usize> = all().filter(anyway).collect();
    if allowed == default {
        return Some(Vec::new());
    }
    let name = |g: &usize| Some(grouped.groups.get(*g)?.row.name.clone());
    (!allowed.is_empty()).then(|| allowed.iter().filter_map(name).collect())
}

/// Whether nodes of a group have the labels that are asked for, and taints that are tolerated alone.
fn fits(ask: &Ask, made: &Made) -> bool {
    let has = |pair: &(String, String)| {
        label(&made.runner) == Some((&pair.0, &pair.1)) || made.labels.contains(pair)
    };
    let tolerated = match made.taints.as_slice() {
        // of a group without nodes no more is known than that it has some
        [] => !made.row.dedicated || ask.tolerations.iter().any(|toleration| toleration.key.is_empty()),
        taints => taints.iter().all(|taint| ask.tolerations.iter().any(|t| t.tolerates(taint))),
    };
    tolerated && ask.selector.iter().all(has)
}
