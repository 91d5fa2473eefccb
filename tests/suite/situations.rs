//! The situations churned and upgrade: what is known of them, their identities, and naive references that look
//! at one node and one pod at a time.

use podroom::cni::{churn, settle};
use podroom::engine::fleet::{Group, resolve};
use podroom::engine::{Evaluation, Percentiles, PoolRow, Situation, Verdict, evaluate};
use podroom::instance::Tables;
use podroom::plan::{Cluster, GroupKind, Nodes, Plan, Workload};
use proptest::prelude::*;

use crate::facts::{EKS, evaluated, plan};
use crate::naive::{self, Node};

fn figures(pool: &PoolRow, situation: Situation) -> [u64; 6] {
    let h = pool.holding(situation);
    [h.held, h.primary, h.assigned, h.unused, h.free, h.short]
}

fn codes(evaluation: &Evaluation) -> Vec<&'static str> {
    evaluation.report.findings.iter().map(|f| f.code).collect()
}

#[test]
fn the_cluster_that_ran_out_is_at_risk() {
    let evaluation = evaluated(EKS);
    assert_eq!(evaluation.report.verdict, Verdict::AtRisk);
    for pool in &evaluation.report.pools {
        assert_eq!(figures(pool, Situation::Settled), [900, 30, 400, 470, 119, 0]);
        assert_eq!(figures(pool, Situation::Churned), [1_500, 50, 400, 1_050, 0, 481]);
        assert_eq!(figures(pool, Situation::Upgrade), [1_080, 36, 400, 644, 0, 61]);
        let by = &pool.upgrade.by;
        assert_eq!((by.len(), by[0].nodes, by[0].primary, by[0].unused), (1, 12, 36, 644));
    }
    let [upgrade, churned] = ["upgrade-short", "churned-short"]
        .map(|code| evaluation.report.findings.iter().find(|f| f.code == code).expect(code));
    assert_eq!(
        upgrade.message,
        "a rolling upgrade of prod/workers leaves private-a short by 61 addresses: of its 6 surge nodes 2 come up in \
         it and want 180 addresses, with 119 free while the old nodes hold theirs; number 2 of these finds 29 of \
         its 90"
    );
    assert!(upgrade.help.contains("waits 30 s"), "{}", upgrade.help);
    assert_eq!(
        churned.message,
        "once pods have come and gone, private-a may be short by 481 addresses in the worst case: wanted 1,500, usable \
         1,019"
    );
    assert!(!codes(&evaluation).contains(&"control-plane-upgrade"));
}

#[test]
fn percentiles_decide_on_the_verdict() {
    // one node may come up beside the others: no upgrade is short
    let text = EKS.replace("nodes = 30", "nodes = 30\nsurge = 1");
    let plan = plan(&text);
    let mut evaluation = evaluated(&text);
    assert_eq!(evaluation.report.verdict, Verdict::Fits);
    assert_eq!(evaluation.report.pools[0].churned.percentiles, Some(Percentiles::default()));
    let of = |held_p95| [Percentiles { held_p50: Some(930), held_p95: Some(held_p95) }; 3];
    evaluation.set_percentiles(&plan, &of(1_019));
    assert_eq!(evaluation.report.verdict, Verdict::Fits);
    evaluation.set_percentiles(&plan, &of(1_020));
    assert_eq!(evaluation.report.verdict, Verdict::AtRisk);
    let message = &evaluation.report.findings[0].message;
    assert!(message.contains("may be short by 1 address in one of 20 cases"), "{message}");
    let json = serde_json::to_value(&evaluation.report).unwrap();
    assert_eq!(json["pools"][0]["churned"]["held_p95"], 1_020);
    assert_eq!(json["pools"][0]["settled"].get("held_p95"), None);
}

/// What the parts of a plan that the text replaces come to: high water as held by one node of the example.
fn churned_per_node(replace: &[(&str, &str)]) -> u64 {
    let text = replace.iter().fold(EKS.to_string(), |text, (old, new)| {
        assert!(text.contains(old), "{old}");
        text.replace(old, new)
    });
    let pools = evaluated(&text).report.pools;
    let nodes: u64 = pools.iter().map(|p| p.settled.by[0].nodes).sum();
    pools.iter().map(|p| p.churned.held).sum::<u64>() / nodes
}

#[test]
fn the_high_water_is_bounded_by_what_a_node_has_and_what_there_is() {
    assert_eq!(churned_per_node(&[]), 150);
    // 31,850m have room for 1,592 pods of 20m, max pods for 232: 8 ENIs, and 40 pods keep them all
    assert_eq!(churned_per_node(&[("cpu = \"300m\"", "cpu = \"20m\"")]), 240);
    // fewer small pods than one node has room for: 50 small and 5 big, of 32 slots of cpu
    assert_eq!(churned_per_node(&[("replicas = 1000", "replicas = 50")]), 90);
    let peak = "replicas = 50\npeak_replicas = 90";
    assert_eq!(churned_per_node(&[("replicas = 1000", peak)]), 150);
    assert_eq!(churned_per_node(&[("nodes = 30", "nodes = 30\npeak_pods = 58")]), 90);
    assert_eq!(churned_per_node(&[("nodes = 30", "nodes = 30\npeak_pods = 59")]), 120);
    assert_eq!(churned_per_node(&[("nodes = 30", "nodes = 30\npeak_pods = 3")]), 90, "never below today");
    let pods = "nodes = 30\npods = 40";
    assert_eq!(
        churned_per_node(&[("nodes = 30", pods)]),
        90,
        "of a group that says its pods they are the most"
    );
    assert_eq!(churned_per_node(&[("nodes = 30", &format!("{pods}\npeak_pods = 100"))]), 150);
}

#[test]
fn the_control_plane_looks_at_its_own_subnets_before_any_node_comes() {
    let without = EKS.replace("other = 0", "other = 115");
    let evaluation = evaluated(&without);
    let finding =
        evaluation.report.findings.iter().find(|f| f.code == "control-plane-upgrade").expect("refused");
    assert_eq!(
        finding.message,
        "an upgrade of the control plane of prod is refused before any node is touched: it needs 5 free addresses in \
         each of the subnets of its nodes (the plan gives no control_plane_subnets), and private-a has 4"
    );
    let own = without
        .replace("[cluster.env]", "control_plane_subnets = [\"private-b\", \"private-c\"]\n[cluster.env]");
    assert!(!codes(&evaluated(&own)).contains(&"control-plane-upgrade"));
    let short = own.replace("private-b\", \"private-c\"]\n[", "private-a\"]\n[");
    let evaluation = evaluated(&short);
    let finding =
        evaluation.report.findings.iter().find(|f| f.code == "control-plane-upgrade").expect("refused");
    // its own ENI is there already
    assert!(finding.message.ends_with("in each of its control_plane_subnets, and private-a has 3"));
}

#[test]
fn each_kind_of_group_has_its_own_surge() {
    let surge = |group: &str| -> u64 {
        let text = EKS.replace("nodes = 30", &format!("nodes = 31\n{group}"));
        let pools = evaluated(&text).report.pools;
        let nodes = |s: Situation| pools.iter().flat_map(|p| &p.holding(s).by).map(|b| b.nodes).sum::<u64>();
        nodes(Situation::Upgrade) - nodes(Situation::Settled)
    };
    assert_eq!(surge(""), 6);
    assert_eq!(surge("max_unavailable = 6"), 6);
    assert_eq!(surge("max_unavailable = 7"), 7);
    assert_eq!(surge("max_unavailable = 1000"), 100);
    assert_eq!(surge("kind = \"self-managed\""), 1);
    assert_eq!(surge("kind = \"karpenter\""), 4);
    assert_eq!(surge("kind = \"karpenter\"\nsurge = 0"), 0);
}

fn resolved(plan: &Plan) -> Option<(Evaluation, Vec<Vec<Group>>)> {
    let tables = Tables::default();
    Some((evaluate(plan, &tables).ok()?, resolve(plan, &tables).ok()?))
}

/// Plans that say how many pods and replicas there ever are, and how groups are upgraded.
fn plans() -> impl Strategy<Value = Plan> {
    let few = || prop::collection::vec(prop::option::weighted(0.3, 0..40u32), 8);
    (naive::plan(), few(), few(), few(), few(), any::<bool>()).prop_map(
        |(mut plan, pods, replicas, surge, unavailable, self_managed)| {
            for cluster in plan.clusters_mut() {
                for (g, group) in cluster.node_groups.iter_mut().enumerate() {
                    group.peak_pods = pods[g];
                    group.surge = surge[g];
                    group.max_unavailable = unavailable[g];
                    if self_managed && g == 0 {
                        group.kind = GroupKind::SelfManaged;
                    }
                }
                for (w, workload) in cluster.workloads.iter_mut().enumerate() {
                    workload.peak_replicas = replicas[w].filter(|_| !workload.daemonset);
                }
            }
            plan
        },
    )
}

fn identities(plan: &Plan) -> Result<(), TestCaseError> {
    let Some((evaluation, _)) = resolved(plan) else { return Ok(()) };
    for pool in &evaluation.report.pools {
        for situation in Situation::ALL {
            let h = pool.holding(situation);
            let name = situation.name();
            prop_assert_eq!(pool.usable + h.short, pool.other + h.held + h.free, "{}", name);
            prop_assert!(h.free == 0 || h.short == 0, "{}", name);
            prop_assert_eq!(h.held, h.primary + h.assigned + h.unused, "{}", name);
            let by = |of: fn(&podroom::engine::HeldBy) -> u64| h.by.iter().map(of).sum::<u64>();
            prop_assert_eq!(
                [h.primary, h.assigned, h.unused],
                [by(|b| b.primary), by(|b| b.assigned), by(|b| b.unused)]
            );
            prop_assert!(h.held_min.is_none_or(|least| least <= h.held) && h.settles == h.held_min.is_none());
            prop_assert_eq!(h.assigned, pool.settled.assigned, "pods exist once: {}", name);
            prop_assert!(h.held >= pool.settled.held && h.primary >= pool.settled.primary, "{}", name);
        }
    }
    Ok(())
}

/// Most pool pods of a node, one pod at a time.
fn high_water(cluster: &Cluster, groups: &[Group], node: &Node) -> u64 {
    let spec = &cluster.node_groups[node.group];
    let group = &groups[node.group];
    let most = u64::from(group.max_pods - cluster.system_pods);
    let takes = |w: &Workload| !w.host_network && !w.branch_eni;
    let today = node.pods.iter().filter(|(w, _)| takes(&cluster.workloads[*w])).count() as u64;
    if let Some(pods) = spec.pods {
        let pods = u64::from(pods);
        return spec.peak_pods.map_or(pods, |peak| most.min(peak.into()).max(pods));
    }
    let shape = &group.shapes[node.shape];
    let mut full =
        Node { group: node.group, shape: node.shape, cpu: 0, memory: 0, branch: 0, pods: Vec::new() };
    for &(w, when) in &node.pods {
        if cluster.workloads[w].daemonset || !takes(&cluster.workloads[w]) {
            naive::put(&mut full, cluster, w, when);
        }
    }
    let share = |w: &Workload| {
        let part = |asked: u64, have: Option<u64>| match have {
            // a common denominator large enough that no two shares of small numbers fall together
            Some(have) if have > 0 => (asked as f64) / (have as f64),
            _ => 0.0,
        };
        part(w.cpu, shape.cpu) + part(w.memory, shape.memory)
    };
    let mut order: Vec<usize> = (0..cluster.workloads.len())
        .filter(|&w| {
            let spec = &cluster.workloads[w];
            !spec.daemonset && takes(spec) && naive::may_run(cluster, node.group, spec)
        })
        .collect();
    order.sort_by(|a, b| share(&cluster.workloads[*a]).total_cmp(&share(&cluster.workloads[*b])));
    for w in order {
        let spec = &cluster.workloads[w];
        for _ in 0..spec.peak_replicas.or(spec.replicas).unwrap_or(0) {
            if naive::room(cluster, groups, &full, spec).is_empty() {
                naive::put(&mut full, cluster, w, 0);
            }
        }
    }
    let high = full.pods.iter().filter(|(w, _)| takes(&cluster.workloads[*w])).count() as u64;
    high.min(spec.peak_pods.map_or(u64::MAX, u64::from)).max(today)
}

/// What each node holds after churn, and what a rolling upgrade adds to each pool, node by node. Tags of subnets
/// are left out, and karpenter's choice among the subnets of a zone.
fn by_node(plan: &Plan) -> Result<(), TestCaseError> {
    let mut plan = plan.clone();
    plan.subnets.iter_mut().for_each(|s| s.role_cni = None);
    let groups = plan.clusters_mut().flat_map(|c| &mut c.node_groups);
    groups.filter(|g| g.kind == GroupKind::Karpenter).for_each(|g| g.subnets.truncate(1));
    for group in plan.clusters_mut().flat_map(|c| &mut c.node_groups) {
        if let Nodes::ByZone(zones) = &group.nodes {
            group.nodes = Nodes::Count(zones.iter().map(|z| z.1).sum());
        }
    }
    let Some((evaluation, fleet)) = resolved(&plan) else { return Ok(()) };
    let mut churned = 0u64;
    let mut most_added = vec![0u64; plan.subnets.len()];
    for (c, cluster) in plan.clusters.iter().enumerate() {
        let naive = naive::reference(cluster, &fleet[c]);
        for (g, spec) in cluster.node_groups.iter().enumerate() {
            let resolved = &fleet[c][g];
            let custom = resolved.settings.custom_networking;
            // per pool what a node holds when settled, and the sum of that
            let takes =
                |subnet: usize, pods: Option<usize>, node: &podroom::cni::Node, asked: u64, branch: u64| {
                    let settled = settle(node, asked);
                    let own = if custom { 1 + node.unmanaged } else { settled.held() + branch };
                    let all = settled.held() + branch;
                    (all, [(subnet, own), (pods.unwrap_or(subnet), all - own)])
                };
            let mut fullest: Option<(u64, podroom::cni::Node, u64, u64)> = None;
            let seat = |index: u32, node: &podroom::cni::Node| {
                let (subnet, pods) = naive::home(spec, resolved, index, &[0; 3]);
                let mut node = node.clone();
                if custom {
                    node.more_enis = pods.is_some();
                }
                (subnet, pods, node)
            };
            for (i, node) in naive.nodes.iter().filter(|n| n.group == g).enumerate() {
                let counts = |of: fn(&Workload) -> bool| {
                    node.pods.iter().filter(|(w, _)| of(&cluster.workloads[*w])).count() as u64
                };
                let asked = spec.pods.map_or(counts(|w| !w.host_network && !w.branch_eni), u64::from);
                let (subnet, pods, shape) = seat(i as u32, &resolved.shapes[node.shape].node);
                let branch = if shape.is_dead() { 0 } else { counts(|w| w.branch_eni) };
                churned += churn(&shape, high_water(cluster, &fleet[c], node), asked).held(&shape) + branch;
                let (held, _) = takes(subnet, pods, &shape, asked, branch);
                if fullest.as_ref().is_none_or(|best| held > best.0) {
                    fullest = Some((held, resolved.shapes[node.shape].node.clone(), asked, branch));
                }
            }
            let Some((_, shape, asked, branch)) = fullest else { continue };
            let zones = resolved.zones.len() as u32;
            let surge = spec.surge.unwrap_or(match spec.kind {
                GroupKind::Managed => (2 * zones).max(spec.max_unavailable.unwrap_or(1)).min(100),
                GroupKind::SelfManaged => 1,
                GroupKind::Karpenter => naive.counts[g].div_ceil(10),
            });
            let mut added = vec![0u64; plan.subnets.len()];
            for i in 0..surge {
                let (subnet, pods, node) = seat(naive.counts[g] + i, &shape);
                let branch = if node.is_dead() { 0 } else { branch };
                takes(subnet, pods, &node, asked, branch).1.iter().for_each(|(s, held)| added[*s] += held);
            }
            most_added.iter_mut().zip(added).for_each(|(most, added)| *most = (*most).max(added));
        }
    }
    let pools = &evaluation.report.pools;
    prop_assert_eq!(pools.iter().map(|p| p.churned.held).sum::<u64>(), churned);
    let added: Vec<u64> = pools.iter().map(|p| p.upgrade.held - p.settled.held).collect();
    prop_assert_eq!(added, most_added);
    Ok(())
}

/// The order of clusters and of subnets in the file says nothing, unless a choice depends on what is free.
fn order(plan: &Plan) -> Result<(), TestCaseError> {
    if plan.clusters.iter().any(|c| naive::depends_on_free(plan, c)) {
        return Ok(());
    }
    let mut turned = plan.clone();
    turned.clusters.reverse();
    let (Some((before, _)), Some((after, _))) = (resolved(plan), resolved(&turned)) else { return Ok(()) };
    for (a, b) in before.report.pools.iter().zip(&after.report.pools) {
        prop_assert_eq!(figures(a, Situation::Churned), figures(b, Situation::Churned));
        prop_assert_eq!(a.upgrade.held, b.upgrade.held);
        prop_assert_eq!(a.churned.settles, b.churned.settles);
    }
    prop_assert_eq!(before.report.verdict, after.report.verdict);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    #[test]
    fn every_situation_adds_up_and_none_is_below_settled(plan in plans()) {
        identities(&plan)?;
    }

    #[test]
    fn situations_equal_the_rule_for_one_node_at_a_time(plan in plans()) {
        by_node(&plan)?;
    }

    #[test]
    fn the_order_of_clusters_says_nothing(plan in plans()) {
        order(&plan)?;
    }
}
