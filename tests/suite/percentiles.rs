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
