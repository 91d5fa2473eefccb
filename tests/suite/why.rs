//! Every number can say how it came about, with its own figure in the sentence.

use podroom::engine::{Pointer, Situation, evaluate};
use podroom::instance::Tables;
use podroom::plan::Plan;
use podroom::text::thousands;
use proptest::prelude::*;

use crate::facts::{EKS, evaluated, plan};
use crate::naive;

fn why(text: &str, pointer: Pointer) -> String {
    evaluated(text).why(&plan(text), &pointer)
}

#[test]
fn sentences_of_the_cluster_that_ran_out() {
    let sentences = [
        (
            Pointer::Pool(0, "usable"),
            "1,019 usable: the 1,024 addresses of 10.68.0.0/22 less the 5 that AWS keeps",
        ),
        (Pointer::Pool(0, "held"), "900 held: 10 nodes of prod/workers x 90"),
        (
            Pointer::Pool(0, "free"),
            "119 free: 1,019 usable - 0 other - 900 held; a node more takes 90, a new ENI 30 or more",
        ),
        (
            Pointer::PoolIn(Situation::Churned, 0, "held"),
            "1,500 held: 10 nodes of prod/workers x 150; a node that once ran 106 pods and now runs 40 may keep 5 ENIs \
             and 145 addresses: an ENI with a pod is never given back",
        ),
        (
            Pointer::PoolIn(Situation::Churned, 0, "free"),
            "481 short: 0 other + 1,500 wanted by nodes - 1,019 usable",
        ),
        (
            Pointer::PoolIn(Situation::Churned, 0, "held_p95"),
            "not computed; in the worst case 1,500 are held",
        ),
        (
            Pointer::PoolIn(Situation::Upgrade, 0, "held"),
            "1,080 held: 10 nodes of prod/workers x 90 + 2 surge nodes of prod/workers x 90; a rolling upgrade of \
             prod/workers adds 6 nodes (twice its 3 zones) before the old ones go",
        ),
        (
            Pointer::PoolIn(Situation::Upgrade, 0, "unused"),
            "644 held but unused: 1,080 held - 36 primary - 400 assigned; 10 nodes of prod/workers x 47 + 2 surge nodes \
             of prod/workers x 87; a rolling upgrade of prod/workers adds 6 nodes (twice its 3 zones) before the old \
             ones go",
        ),
        (
            Pointer::Verdict,
            "all pods run and every warm pool can fill, but during an upgrade private-a is short by 61 addresses",
        ),
        (Pointer::NodeGroup(0, "max_pods"), "234 max pods: 8 ENIs x (30 - 1) addresses + 2 = 234"),
    ];
    for (pointer, sentence) in sentences {
        assert_eq!(why(EKS, pointer), sentence);
    }
}

#[test]
fn each_mode_has_its_own_reason() {
    let held =
        |variables: &str| why(&EKS.replace("WARM_ENI_TARGET = 1", variables), Pointer::NodeGroup(0, "held"));
    assert_eq!(
        held("WARM_IP_TARGET = 5"),
        "47 held: 2 ENIs + 45 addresses for pods; 40 pods + WARM_IP_TARGET=5 are 45 addresses"
    );
    assert_eq!(
        held("WARM_IP_TARGET = 2\nMINIMUM_IP_TARGET = 50"),
        "52 held: 2 ENIs + 50 addresses for pods; MINIMUM_IP_TARGET=50 asks for more than 40 pods + WARM_IP_TARGET=2"
    );
    assert_eq!(
        held("ENABLE_PREFIX_DELEGATION = true"),
        "65 held: 1 ENI + 4 prefixes x 16; 40 pods use 3 prefixes, and WARM_PREFIX_TARGET=1 grows while fewer than \
         16 addresses are free"
    );
    assert_eq!(
        held("MINIMUM_IP_TARGET = 30"),
        "32 held: 2 ENIs + 30 addresses for pods; MINIMUM_IP_TARGET=30 alone asks for no more, whatever pods there are; \
         10 of 40 pods starve"
    );
}

fn check(plan: &Plan) -> Result<(), TestCaseError> {
    let Ok(evaluation) = evaluate(plan, &Tables::default()) else { return Ok(()) };
    let report = &evaluation.report;
    let says = |pointer: Pointer, figure: Option<u64>| {
        let sentence = evaluation.why(plan, &pointer);
        prop_assert!(!sentence.is_empty(), "{pointer:?}");
        if let Some(figure) = figure {
            prop_assert!(sentence.starts_with(&thousands(figure)), "{pointer:?} {figure}: {sentence}");
        }
        Ok(())
    };
    says(Pointer::Verdict, None)?;
    for (i, pool) in report.pools.iter().enumerate() {
        let now = &pool.settled;
        for (key, figure) in [
            ("capacity", pool.capacity),
            ("reserved", pool.reserved),
            ("other", pool.other),
            ("usable", pool.usable),
            ("held", now.held),
            ("primary", now.primary),
            ("assigned", now.assigned),
            ("unused", now.unused),
            ("short", now.short),
        ] {
            says(Pointer::Pool(i, key), Some(figure))?;
        }
    }
    for (i, pool) in report.pools.iter().enumerate() {
        for situation in Situation::ALL {
            let now = pool.holding(situation);
            for (key, figure) in [
                ("held", now.held),
                ("primary", now.primary),
                ("assigned", now.assigned),
                ("unused", now.unused),
                ("short", now.short),
            ] {
                says(Pointer::PoolIn(situation, i, key), Some(figure))?;
            }
            says(
                Pointer::PoolIn(situation, i, "free"),
                Some(if now.short > 0 { now.short } else { now.free }),
            )?;
            says(Pointer::PoolIn(situation, i, "held_p95"), None)?;
            if now.blocks.is_some() {
                says(Pointer::PoolIn(situation, i, "blocks.free"), None)?;
            }
        }
    }
    for (i, group) in report.node_groups.iter().enumerate() {
        says(Pointer::NodeGroup(i, "nodes"), Some(group.nodes))?;
        says(Pointer::NodeGroup(i, "max_pods"), Some(group.max_pods.into()))?;
        for (key, range) in [
            ("pods", group.per_node.pods),
            ("enis", group.per_node.enis),
            ("held", group.per_node.held),
            ("unused", group.per_node.unused),
        ] {
            let one =
                range.filter(|[least, most]| least == most && group.nodes == 1).map(|[figure, _]| figure);
            says(Pointer::NodeGroup(i, key), one)?;
        }
    }
    for (i, workload) in report.workloads.iter().enumerate() {
        says(Pointer::Workload(i, "replicas"), Some(workload.replicas))?;
        says(Pointer::Workload(i, "running"), Some(workload.running))?;
        says(Pointer::Workload(i, "pending"), (workload.pending > 0).then_some(workload.pending))?;
        says(Pointer::Workload(i, "reason"), None)?;
    }
    for finding in &report.findings {
        prop_assert!(!finding.message.is_empty() && !finding.help.is_empty() && !finding.at.is_empty());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn every_number_says_how_it_came_about(plan in naive::plan()) {
        check(&plan)?;
    }
}

/// Every number of a plan with what it is made of, as `podroom show --why` and the panel tell it.
fn pointers(report: &podroom::engine::Report) -> Vec<String> {
    let pools = report.pools.iter().flat_map(|p| {
        ["free", "held", "unused", "usable", "churned.held", "upgrade.short"]
            .map(|key| format!("pools.{}.{key}", p.name))
    });
    let groups = report.node_groups.iter().flat_map(|g| {
        ["held", "pods", "max_pods", "enis"].map(|key| format!("node_groups.{}/{}.{key}", g.cluster, g.name))
    });
    let workloads = report.workloads.iter().map(|w| format!("workloads.{}/{}.running", w.cluster, w.name));
    let findings = (0..report.findings.len()).map(|i| format!("findings.{i}"));
    ["verdict".to_owned()].into_iter().chain(pools).chain(groups).chain(workloads).chain(findings).collect()
}

#[test]
fn every_number_leads_down_to_inputs_that_are_there() {
    use podroom::engine::{Of, Pointer};
    for preset in podroom::file::preset::PLANS {
        let plan = podroom::plan::parse(preset.text).plan.expect("a plan");
        let tables = podroom::instance::Tables::builtin();
        let evaluation = podroom::engine::evaluate(&plan, &tables).expect("figures");
        for text in pointers(&evaluation.report) {
            let pointer = Pointer::parse(&text, &evaluation.report).expect("a number");
            let lines = evaluation.derive(&plan, &pointer);
            let Some(first) = lines.first() else {
                // nodes of other managers have no ENIs
                assert!(text.ends_with(".enis"), "{}: nothing for {text}", preset.name);
                continue;
            };
            assert_eq!(first.depth, 0);
            let mut figures = Vec::new();
            for (before, line) in lines.iter().zip(lines.iter().skip(1)) {
                assert!((1..=before.depth + 1).contains(&line.depth), "{}: {text}: {line:?}", preset.name);
            }
            for line in &lines {
                match &line.of {
                    Of::Figure(pointer, sentence) => {
                        assert!(!sentence.is_empty());
                        assert!(!figures.contains(pointer), "{}: {text}: twice: {pointer:?}", preset.name);
                        figures.push(pointer.clone());
                    }
                    Of::Input(place) => {
                        assert!(plan.name_of(place.row).is_some(), "{}: {text}: {place:?}", preset.name);
                        assert!(podroom::plan::document::field_of(place).is_some(), "{text}: {place:?}");
                    }
                }
            }
            let inputs = lines.iter().filter(|line| matches!(line.of, Of::Input(_))).count();
            let is_pool = text.starts_with("pools.") && text.ends_with(".free");
            assert!(inputs > 0 || !is_pool, "{}: {text} leads to no input", preset.name);
        }
    }
}

#[test]
fn numbers_that_are_not_there_are_told_from_those_that_are() {
    use podroom::engine::Pointer;
    let text = podroom::file::preset::find("eks-1200-pods").expect("a preset").text;
    let plan = podroom::plan::parse(text).plan.expect("a plan");
    let tables = podroom::instance::Tables::builtin();
    let report = podroom::engine::evaluate(&plan, &tables).expect("figures").report;
    for (text, words) in [
        ("nonsense", "names no number"),
        ("pools.privat-a.free", "did you mean pools.private-a.free?"),
        ("pools.privat-a.churned.held", "did you mean pools.private-a.churned.held?"),
        ("pools.privat-a", "did you mean pools.private-a.free?"),
        ("pools.private-a", "lacks the figure: write pools.private-a.free; there are free, short, held, "),
        ("workloads.prod/small", "workloads.prod/small.running"),
        ("pools.private-a.fre", "\"fre\" is no key"),
        ("pools.private-a.churned.x", "\"x\" is no key"),
        ("node_groups.prod.held", "names no row"),
        ("findings.99", "no row of findings"),
        ("", "names no number"),
    ] {
        let error = Pointer::parse(text, &report).expect_err("no number");
        assert!(error.contains(words), "{text}: {error}");
    }
}

#[test]
fn the_panel_has_the_derivation_and_its_lines_lead_there() {
    use podroom::app::pane::Pane;
    let mut desk = crate::desk::Desk::preset("eks-1200-pods");
    desk.size(120, 40).keys("tab right right right right right right w");
    insta::assert_snapshot!("derivation_120x40", desk.screen());
    desk.click_on("type of workers =");
    assert_eq!(desk.app.focus, Pane::Inputs);
    assert_eq!(desk.app.form.field().map(|(_, f)| f.key), Some("instance_type"));
    desk.keys("tab W");
    insta::assert_snapshot!("derivation_list_120x40", desk.screen());
    desk.types("running").keys("enter");
    assert_eq!(desk.app.focus, Pane::Workloads);
}
