//! Percentiles of what pools hold after churn, against the bounds that no chance can leave.

use podroom::engine::{Evaluation, Lives, Situation, evaluate};
use podroom::instance::Tables;
use proptest::prelude::*;

use crate::facts::{EKS, evaluated, plan};
use crate::naive;

fn lived(text: &str) -> Evaluation {
    let mut evaluation = evaluated(text);
    evaluation.live(&plan(text));
    evaluation
}

fn p50_p95(evaluation: &Evaluation) -> Vec<(u64, u64)> {
    let of = |pool: &podroom::engine::PoolRow| Some((pool.churned.p50()?, pool.churned.p95()?));
    evaluation.report.pools.iter().map(|pool| of(pool).expect("computed")).collect()
}

/// 106 small pods need four ENIs and leave a fifth warm. Whichever 40 survive, all four that had pods keep some,
/// but for the rarest chance, and hold 30 addresses each.
#[test]
fn a_node_of_the_example_keeps_four_of_its_five_enis() {
    let lived = lived(EKS);
    assert_eq!(p50_p95(&lived), [(1_200, 1_200); 3]);
    assert_eq!(lived.report.pools[0].churned.held, 1_500);
}

/// In prefix mode one pod pins 16 addresses: 40 of 106 survivors leave hardly a prefix without a pod.
#[test]
fn a_pod_pins_a_prefix() {
    let text = EKS.replace("WARM_ENI_TARGET = 1", "ENABLE_PREFIX_DELEGATION = true");
    let lived = lived(&text);
    let settled = lived.report.pools[0].settled.held;
    for (p50, p95) in p50_p95(&lived) {
        assert!(settled < p50 && p50 <= p95, "{settled} {p50} {p95}");
    }
}

/// With IP targets all surplus goes back: only the ENIs' own addresses can be more.
#[test]
fn ip_targets_give_everything_back() {
    let text = EKS.replace("WARM_ENI_TARGET = 1", "WARM_IP_TARGET = 2\nMINIMUM_IP_TARGET = 10");
    let lived = lived(&text);
    for (pool, (p50, p95)) in lived.report.pools.iter().zip(p50_p95(&lived)) {
        let more = pool.settled.held..=pool.settled.held + 10 * 7;
        assert!(more.contains(&p50) && more.contains(&p95), "{p50} {p95}");
    }
}

/// Lives are drawn each on its own: four times as many nodes have four times the median and twice the spread. Of 1,000
/// nodes every one is drawn, of 4,000 their sum.
#[test]
fn the_spread_grows_with_the_root_of_the_nodes() {
    let of = |nodes: u64| {
        let text = format!(
            "format = 1\n[[subnet]]\nname = \"a\"\ncidr = \"10.0.0.0/16\"\n[[cluster]]\nname = \"c\"\n[cluster.env]\n\
             ENABLE_PREFIX_DELEGATION = true\n[[cluster.node_group]]\nname = \"g\"\ninstance_type = \"m5.large\"\n\
             subnets = [\"a\"]\nnodes = {nodes}\npods = 10\npeak_pods = 80\nmax_pods = 110\n"
        );
        p50_p95(&lived(&text))[0]
    };
    let ((p50, p95), (p50_of_4, p95_of_4)) = (of(1_000), of(4_000));
    assert!(p50_of_4.abs_diff(4 * p50) < p50 / 250, "{p50} {p50_of_4}");
    let spreads = [p95 - p50, p95_of_4 - p50_of_4];
    assert!((7 * spreads[0]..9 * spreads[0]).contains(&(4 * spreads[1])), "{spreads:?}");
}

/// Pods with a branch ENI have an address each, whatever becomes of the pools.
#[test]
fn branch_pods_add_an_address_each() {
    let of = |branch: u64| {
        let text = format!(
            "format = 1\n[[subnet]]\nname = \"a\"\ncidr = \"10.0.0.0/22\"\n[[cluster]]\nname = \"c\"\n[cluster.env]\n\
             ENABLE_POD_ENI = true\n[[cluster.node_group]]\nname = \"g\"\ninstance_type = \"m5.2xlarge\"\n\
             subnets = [\"a\"]\nnodes = 4\n[[cluster.workload]]\nname = \"w\"\nreplicas = 40\ncpu = \"100m\"\n\
             [[cluster.workload]]\nname = \"b\"\nreplicas = {branch}\nbranch_eni = true\n"
        );
        p50_p95(&lived(&text))[0]
    };
    let (p50, p95) = of(0);
    assert_eq!([of(4), of(8)], [4, 8].map(|pods| (p50 + pods, p95 + pods)));
}

#[test]
fn what_is_remembered_is_what_is_lived() {
    let mut lives = Lives::default();
    let evaluation = evaluated(EKS);
    let plan = plan(EKS);
    let first = evaluation.percentiles(&plan, &mut lives, || true);
    assert!(first.is_some());
    assert_eq!(evaluation.percentiles(&plan, &mut lives, || false), first, "nothing is new");
    assert_eq!(evaluation.percentiles(&plan, &mut Lives::default(), || true), first, "the seed decides");
    assert_eq!(evaluation.percentiles(&plan, &mut Lives::default(), || false), None, "given up");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The worst case is never left, nor what the nodes hold at the least: their own addresses and their pods'.
    #[test]
    fn chance_stays_between_the_bounds(plan in naive::plan()) {
        let Ok(mut evaluation) = evaluate(&plan, &Tables::default()) else { return Ok(()) };
        evaluation.live(&plan);
        for pool in &evaluation.report.pools {
            let churned = pool.holding(Situation::Churned);
            let (p50, p95) = (churned.p50().unwrap(), churned.p95().unwrap());
            let worst = churned.held_max.unwrap_or(churned.held);
            prop_assert!(p50 <= p95 && p95 <= worst, "{p50} {p95} {worst} {pool:?}");
        }
    }
}
