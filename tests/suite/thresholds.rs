//! Thresholds against evaluating the plan with the counts that they name.

use podroom::engine::{Evaluation, Event, What, evaluate};
use podroom::instance::Tables;
use podroom::plan::{Nodes, Plan};
use proptest::prelude::*;

use crate::naive;

fn evaluation(plan: &Plan) -> Option<Evaluation> {
    evaluate(plan, &Tables::default()).ok()
}

/// Whether the event has happened in a plan, as far as one cluster goes. Pods that are pending in `without`
/// too do not count.
fn happened(plan: &Plan, without: &Plan, event: Event, cluster: &str) -> bool {
    let report = evaluation(plan).unwrap().report;
    let none = evaluation(without).unwrap().report;
    match event {
        Event::PodPending => report
            .workloads
            .iter()
            .zip(&none.workloads)
            .any(|(now, none)| now.cluster == cluster && now.pending > none.pending),
        Event::WarmPoolShort => report
            .pools
            .iter()
            .any(|p| p.settled.short > 0 && p.settled.by.iter().any(|b| b.cluster == cluster)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn the_named_count_fails_and_one_less_does_not(plan in naive::plan()) {
        let Some(evaluation) = evaluation(&plan) else { return Ok(()) };
        for threshold in evaluation.thresholds(&plan) {
            prop_assert!(!threshold.sentence.is_empty());
            let Some(at) = threshold.at else { continue };
            let (c, name) = threshold.of.split_once('/').unwrap();
            let cluster = plan.clusters.iter().position(|x| x.name == c).unwrap();
            let with = |count: u64| {
                let mut plan = plan.clone();
                let count = u32::try_from(count).unwrap();
                match threshold.what {
                    What::Replicas => {
                        let workloads = &mut plan.clusters[cluster].workloads;
                        workloads.iter_mut().find(|w| w.name == name).unwrap().replicas = Some(count);
                    }
                    What::Nodes => {
                        let groups = &mut plan.clusters[cluster].node_groups;
                        groups.iter_mut().find(|g| g.name == name).unwrap().nodes = Nodes::Count(count);
                    }
                }
                plan
            };
            let group = plan.clusters[cluster].node_groups.iter().find(|g| g.name == name);
            // more nodes of a group whose pods are placed would carry other pods: only the others compare
            let comparable = match threshold.what {
                What::Replicas => !plan.clusters[cluster + 1..].iter().any(|c| naive::depends_on_free(&plan, c)),
                What::Nodes => {
                    plan.clusters.len() == 1
                        && plan.clusters[0].node_groups.len() == 1
                        && plan.subnets.iter().all(|s| s.role_cni.is_none())
                        && group.is_some_and(|g| g.pods.is_some() && matches!(g.nodes, Nodes::Count(_)))
                }
            };
            if comparable {
                prop_assert!(happened(&with(at), &with(0), threshold.event, c), "{:?} at {at}", threshold);
                if at > 0 {
                    prop_assert!(!happened(&with(at - 1), &with(0), threshold.event, c), "{:?} before {at}", threshold);
                }
            }
        }
    }
}
