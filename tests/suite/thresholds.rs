//! Thresholds against evaluating the plan with the counts that they name.

use podroom::engine::{At, Evaluation, Event, Level, Threshold, What, WithNodes, evaluate};
use podroom::instance::Tables;
use podroom::plan::{Nodes, Plan};
use proptest::prelude::*;

use crate::{facts, naive};

fn evaluation(plan: &Plan) -> Option<Evaluation> {
    evaluate(plan, &Tables::default()).ok()
}

/// Whether the event has happened in a plan, as far as one cluster goes. Pods that are pending in `without`
/// too do not count, but for want of an address: then a subnet is dry whoever runs. Where replicas grow, the pods that
/// groups are given do not count.
fn happened(plan: &Plan, without: &Plan, (what, event): (What, Event), cluster: &str) -> bool {
    let report = evaluation(plan).unwrap().report;
    let none = evaluation(without).unwrap().report;
    let rows = report.workloads.iter().zip(&none.workloads);
    let groups = report.node_groups.iter().zip(&none.node_groups);
    match event {
        Event::PodPending => {
            rows.into_iter().any(|(now, none)| *now.cluster == *cluster && now.pending > none.pending)
                || groups
                    .into_iter()
                    .filter(|_| what == What::Nodes)
                    .any(|(now, none)| *now.cluster == *cluster && now.pending > none.pending)
                || report.findings.iter().any(|f| f.code == "subnet-dry")
        }
        Event::WarmPoolShort => report
            .pools
            .iter()
            .any(|p| p.settled.is_short() && p.settled.by.iter().any(|b| *b.cluster == *cluster)),
    }
}

/// The plan with a count, of what the threshold is about.
fn with(plan: &Plan, threshold: &Threshold, cluster: usize, count: u64) -> Plan {
    let mut plan = plan.clone();
    let count = u32::try_from(count).unwrap();
    let name = threshold.of.split_once('/').map_or("", |(_, name)| name);
    let workloads = &mut plan.cluster_mut(cluster).unwrap().workloads;
    match threshold.what {
        What::Replicas => workloads.iter_mut().find(|w| *w.name == *name).unwrap().replicas = Some(count),
        What::Nodes => {
            let groups = &mut plan.cluster_mut(cluster).unwrap().node_groups;
            groups.iter_mut().find(|g| *g.name == *name).unwrap().nodes = Nodes::Count(count);
        }
        What::AllReplicas => {
            for replicas in workloads.iter_mut().filter_map(|w| w.replicas.as_mut()) {
                *replicas = (u64::from(*replicas) * u64::from(count)).div_ceil(100).min(10_000_000) as u32;
            }
        }
        What::Month => plan = plan.after(count),
    }
    plan
}

/// The plan on whose nodes all replicas grow.
fn on_nodes(plan: &Plan, nodes: Option<WithNodes>, cluster: usize, today: &Evaluation) -> Plan {
    let mut plan = plan.clone();
    let name = plan.clusters[cluster].name.clone();
    let rows = today.report.node_groups.iter().filter(|g| g.cluster == name);
    for (group, row) in plan.cluster_mut(cluster).unwrap().node_groups.iter_mut().zip(rows) {
        let now = row.nodes as u32;
        match (nodes, &group.nodes) {
            (Some(WithNodes::Fixed), Nodes::Auto { .. }) => group.nodes = Nodes::Count(now),
            (Some(WithNodes::Auto), Nodes::Count(_) | Nodes::ByZone(_)) if group.pods.is_none() => {
                group.nodes = Nodes::Auto { min: now, max: now.max(1_000) };
            }
            _ => {}
        }
    }
    plan
}

/// Behind the resource that ends first is where the pods would end without it.
#[test]
fn behind_a_resource_is_the_next_one() {
    let of = |keys: &str| {
        let text = format!(
            "format = 1\n[[subnet]]\nname = \"a\"\ncidr = \"10.0.0.0/20\"\n[[cluster]]\nname = \"c\"\n\
             [[cluster.node_group]]\nname = \"g\"\ninstance_type = \"m5.large\"\nsubnets = [\"a\"]\nnodes = 1\n\
             [[cluster.workload]]\nname = \"w\"\nreplicas = 1\n{keys}\n"
        );
        let thresholds = facts::evaluated(&text).thresholds(&facts::plan(&text));
        let mut pending = thresholds.into_iter().filter(|t| t.event == Event::PodPending);
        let found = pending.find(|t| t.what == What::Replicas).unwrap();
        (found.at, found.behind.and_then(|behind| behind.at))
    };
    // 2 vCPU and 8 GiB, of which the kubelet keeps some
    let (cpu, memory, less) = ("cpu = \"500m\"", "memory = \"3Gi\"", "memory = \"1Gi\"");
    assert_eq!(
        (of(cpu).0, of(memory).0, of(less).0),
        (Some(At::Count(4)), Some(At::Count(3)), Some(At::Count(7)))
    );
    assert_eq!(of(&format!("{cpu}\n{memory}")), (of(memory).0, of(cpu).0));
    assert_eq!(of(&format!("{cpu}\n{less}")), (of(cpu).0, of(less).0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn the_named_count_fails_and_one_less_does_not(plan in naive::plan()) {
        let Some(evaluation) = evaluation(&plan) else { return Ok(()) };
        for threshold in evaluation.thresholds(&plan) {
            prop_assert!(!threshold.sentence.is_empty());
            prop_assert!(threshold.at.is_some() || threshold.level == Level::None, "{:?}", threshold);
            let Some(at) = threshold.at.map(At::scaled) else { continue };
            if threshold.what == What::Month {
                let short = |month| {
                    let report = super::thresholds::evaluation(&with(&plan, &threshold, 0, month)).unwrap().report;
                    let pool = report.pools.iter().find(|p| p.name == threshold.of).unwrap();
                    pool.holding(threshold.situation.unwrap()).is_short()
                };
                prop_assert!(short(at) && (at == 0 || !short(at - 1)), "{:?}", threshold);
                continue;
            }
            let name = threshold.of.split_once('/').map_or(threshold.of.as_str(), |(c, _)| c);
            let cluster = plan.clusters.iter().position(|x| *x.name == *name).unwrap();
            let base = on_nodes(&plan, threshold.nodes, cluster, &evaluation);
            let with = |count: u64| with(&base, &threshold, cluster, count);
            let group = threshold.of.split_once('/')
                .and_then(|(_, g)| plan.clusters[cluster].node_groups.iter().find(|x| *x.name == *g));
            // more nodes of a group whose pods are placed would carry other pods: only the others compare
            let comparable = match threshold.what {
                What::Nodes => {
                    plan.clusters.len() == 1
                        && plan.clusters[0].node_groups.len() == 1
                        && plan.subnets.iter().all(|s| s.role_cni.is_none())
                        && group.is_some_and(|g| g.pods.is_some() && matches!(g.nodes, Nodes::Count(_)))
                }
                _ => !plan.clusters[cluster + 1..].iter().any(|c| naive::depends_on_free(&plan, c)),
            };
            // a subnet that is dry anyway counts only for workloads that may run there
            let dry = |plan: &Plan| {
                let report = super::thresholds::evaluation(plan).unwrap().report;
                report.findings.iter().any(|f| f.code == "subnet-dry")
            };
            let comparable = comparable && !(threshold.what == What::Replicas && dry(&with(0)));
            if comparable {
                let behind = threshold.behind.as_ref().and_then(|b| b.at).map(At::scaled);
                prop_assert!(behind.is_none_or(|behind| behind >= at || threshold.level != Level::Pool), "{:?}", threshold);
                prop_assert!(happened(&with(at), &with(0), (threshold.what, threshold.event), name), "{:?} at {at}", threshold);
                if at > 0 {
                    let before = with(at - 1);
                    prop_assert!(!happened(&before, &with(0), (threshold.what, threshold.event), name), "{:?} before {at}", threshold);
                }
            }
        }
    }
}
