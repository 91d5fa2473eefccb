//! Figures that are known from outside: the published tables as the real program has them, the cluster that
//! ran out of addresses, and small plans whose figures can be added up by hand.

use podroom::cni::{Node, Settings, Trunking, node::Shape, settle};
use podroom::engine::{At, Evaluation, Holding, Pointer, Verdict, evaluate};
use podroom::instance::Tables;
use podroom::plan::{Plan, parse};

pub const EKS: &str = include_str!("../../presets/plans/eks-1200-pods.toml");

pub fn plan(text: &str) -> Plan {
    let parsed = parse(text);
    assert!(parsed.problems.is_empty(), "{:#?}\n{text}", parsed.problems);
    parsed.plan.unwrap()
}

pub fn evaluated(text: &str) -> Evaluation {
    evaluate(&plan(text), &Tables::builtin()).unwrap_or_else(|p| panic!("{p:#?}"))
}

fn figures(h: &Holding) -> [u64; 6] {
    [h.held, h.primary, h.assigned, h.unused, h.free, h.short]
}

fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect()
}

#[test]
fn the_cluster_that_ran_out_of_addresses() {
    let evaluation = evaluated(EKS);
    let report = &evaluation.report;
    for pool in &report.pools {
        assert_eq!((pool.capacity, pool.reserved, pool.usable), (1024, 5, 1019));
        assert_eq!(figures(&pool.settled), [900, 30, 400, 470, 119, 0], "{}", pool.name);
        let by = &pool.settled.by[0];
        assert_eq!((by.nodes, by.primary, by.assigned, by.unused), (10, 30, 400, 470));
    }
    let group = &report.node_groups[0];
    assert_eq!((group.nodes, group.max_pods), (30, 234));
    let per_node = &group.per_node;
    assert_eq!(
        (per_node.pods, per_node.enis, per_node.held, per_node.unused),
        (Some([40, 40]), Some([3, 3]), Some([90, 90]), Some([47, 47]))
    );
    assert!(report.workloads.iter().all(|w| w.pending == 0 && w.running == w.replicas));
    assert_eq!(report.verdict, Verdict::AtRisk);
    assert_eq!(
        evaluation.why(&plan(EKS), &Pointer::NodeGroup(0, "held")),
        "90 held: 3 ENIs x 30 addresses; 40 pods need 2 ENIs of 29, and WARM_ENI_TARGET=1 keeps one more"
    );
}

#[test]
fn the_same_cluster_under_other_settings() {
    let with = |variables: &str| evaluated(&EKS.replace("WARM_ENI_TARGET = 1", variables)).report;
    for pool in with("WARM_IP_TARGET = 5").pools {
        assert_eq!(pool.settled.held, 470);
    }
    for pool in with("WARM_IP_TARGET = 2\nMINIMUM_IP_TARGET = 40").pools {
        assert_eq!(pool.settled.held, 440);
    }
    assert_eq!(with("ENABLE_PREFIX_DELEGATION = true").node_groups[0].per_node.held, Some([65, 65]));
}

#[test]
fn the_34th_node_is_one_too_many() {
    let thresholds = evaluated(EKS).thresholds(&plan(EKS));
    let nodes = &thresholds[0];
    assert_eq!((nodes.at, nodes.limit.as_deref()), (Some(At::Count(34)), Some("private-a")));
    assert_eq!(
        nodes.sentence,
        "prod/workers, each node as full as today, fits 33 nodes: node 34 wants 90 addresses of private-a, which has 29 left; behind that private-b ends at 35"
    );
    // 28 of the 29 are left for pods once the node has its own
    assert_eq!((thresholds[1].at, thresholds[1].left), (Some(At::Count(34)), Some(0)));
    assert!(thresholds[1].sentence.contains("12 of 40 pods of node 34 get no address"));
}

/// The example of the EKS best practices guide: 3 x c5.large, 2 pods, 50 addresses.
#[test]
fn three_small_nodes_hold_fifty_addresses_for_two_pods() {
    let report = evaluated(
        r#"
        format = 1
        [[subnet]]
        name = "a"
        cidr = "10.0.0.0/24"
        [[cluster]]
        name = "c"
        [[cluster.node_group]]
        name = "g"
        instance_type = "c5.large"
        nodes = 3
        subnets = ["a"]
        [[cluster.workload]]
        name = "coredns"
        replicas = 2
        "#,
    )
    .report;
    assert_eq!(figures(&report.pools[0].settled)[..4], [50, 5, 2, 43]);
}

/// `docs/eni-and-ip-target.md` of amazon-vpc-cni-k8s, as the real program has it: ENIs, addresses, unused.
#[test]
fn the_published_table_of_eni_and_ip_targets() {
    let small = (3, 4, 11);
    let large = (15, 50, 737);
    let eni: &[(&str, &str)] = &[("WARM_ENI_TARGET", "1")];
    let one: &[(&str, &str)] = &[("WARM_IP_TARGET", "1"), ("MINIMUM_IP_TARGET", "1")];
    let two: &[(&str, &str)] = &[("WARM_IP_TARGET", "2"), ("MINIMUM_IP_TARGET", "5")];
    let five: &[(&str, &str)] = &[("WARM_IP_TARGET", "5"), ("MINIMUM_IP_TARGET", "10")];
    let rows = [
        (small, eni, 0, (1, 3, 3)),
        (small, eni, 5, (3, 9, 4)),
        (small, eni, 9, (3, 9, 0)),
        (small, one, 0, (1, 1, 1)),
        (small, one, 5, (2, 6, 1)),
        (small, one, 9, (3, 9, 0)),
        (small, two, 0, (2, 5, 5)),
        (small, two, 5, (3, 7, 2)),
        (small, two, 9, (3, 9, 0)),
        (large, eni, 0, (1, 49, 49)),
        (large, eni, 3, (2, 98, 95)),
        (large, eni, 95, (3, 147, 52)),
        (large, five, 0, (1, 10, 10)),
        (large, five, 7, (1, 12, 5)),
        (large, five, 15, (1, 20, 5)),
        (large, five, 45, (2, 50, 5)),
    ];
    for (shape, variables, pods, expected) in rows {
        let settled = settle(&node(shape, variables), pods);
        let got = (settled.enis, settled.pool, settled.unused());
        assert_eq!(got, expected, "{shape:?} {variables:?} {pods} pods");
    }
}

/// `docs/prefix-and-ip-target.md`, as the real program has it: ENIs, prefixes, unused. Four of the rows are
/// published otherwise.
#[test]
fn the_published_table_of_prefix_and_ip_targets() {
    let small = (3, 4, 110);
    let large = (15, 50, 737);
    let prefix: &[(&str, &str)] = &[("WARM_PREFIX_TARGET", "1")];
    let one: &[(&str, &str)] = &[("WARM_IP_TARGET", "1"), ("MINIMUM_IP_TARGET", "1")];
    let seven: &[(&str, &str)] = &[("WARM_IP_TARGET", "7"), ("MINIMUM_IP_TARGET", "20")];
    let five: &[(&str, &str)] = &[("WARM_IP_TARGET", "5"), ("MINIMUM_IP_TARGET", "10")];
    let rows = [
        (small, prefix, 0, (1, 1, 16)),
        (small, prefix, 5, (1, 2, 27)),
        (small, prefix, 16, (1, 2, 16)),
        (small, prefix, 17, (1, 3, 31)),
        (small, prefix, 58, (2, 5, 22)),
        (small, one, 0, (1, 1, 16)),
        (small, one, 5, (1, 1, 11)),
        (small, one, 17, (1, 2, 15)),
        (small, one, 58, (2, 4, 6)),
        (small, seven, 0, (1, 2, 32)),
        (small, seven, 5, (1, 2, 27)),
        (small, seven, 17, (1, 2, 15)),
        (small, seven, 58, (2, 5, 22)),
        (large, prefix, 0, (1, 1, 16)),
        (large, prefix, 3, (1, 2, 29)),
        (large, prefix, 95, (1, 7, 17)),
        (large, five, 0, (1, 1, 16)),
        (large, five, 7, (1, 1, 9)),
        (large, five, 15, (1, 2, 17)),
        (large, five, 45, (1, 4, 19)),
    ];
    for (shape, variables, pods, expected) in rows {
        let mut with_prefixes = variables.to_vec();
        with_prefixes.push(("ENABLE_PREFIX_DELEGATION", "true"));
        let settled = settle(&node(shape, &with_prefixes), pods);
        let got = (settled.enis, settled.slots, settled.unused());
        assert_eq!(got, expected, "{shape:?} {variables:?} {pods} pods");
    }
}

fn node((enis, ipv4_per_eni, max_pods): (u64, u64, u64), variables: &[(&str, &str)]) -> Node {
    let shape = Shape { enis, ipv4_per_eni, prefixes: true, trunking: Trunking::Unable };
    Node::new(&Settings::over_manifest(&env(variables)), shape, 0, max_pods)
}

/// Two pools per zone and a cluster whose parts are filled in by each test.
pub fn two_zones(subnets: &str, cluster: &str, group: &str) -> String {
    format!(
        r#"
        format = 1
        [[subnet]]
        name = "a1"
        cidr = "10.0.0.0/24"
        zone = "a"
        {subnets}
        [[subnet]]
        name = "a2"
        cidr = "10.0.1.0/24"
        zone = "a"
        [[subnet]]
        name = "b1"
        cidr = "10.0.2.0/24"
        zone = "b"
        [[subnet]]
        name = "pods-a"
        cidr = "100.64.0.0/20"
        zone = "a"
        [[subnet]]
        name = "pods-b"
        cidr = "100.64.16.0/20"
        zone = "b"
        [[cluster]]
        name = "c"
        {cluster}
        [[cluster.node_group]]
        name = "g"
        instance_type = "m5.large"
        subnets = ["a1", "b1", "a2"]
        {group}
        "#
    )
}

fn held(text: &str) -> Vec<u64> {
    evaluated(text).report.pools.iter().map(|p| p.settled.held).collect()
}

#[test]
fn nodes_go_round_the_zones_and_alternate_within() {
    // m5.large with 10 pods: 2 ENIs needed, 1 kept: 3 x 10 = 30 addresses; a1 b1 a2 b1 a1 b1 a2
    assert_eq!(held(&two_zones("", "", "nodes = 7\npods = 10")), [60, 60, 90, 0, 0]);
}

#[test]
fn a_table_fills_one_zone_after_the_other() {
    assert_eq!(held(&two_zones("", "", "nodes = { b = 1, a = 3 }\npods = 10")), [60, 30, 30, 0, 0]);
}

#[test]
fn karpenter_takes_the_subnet_with_most_free() {
    // 200 other in a1: the first two nodes of zone a go to a2, until a1 has more free
    let text = two_zones("other = 200", "", "kind = \"karpenter\"\nnodes = 8\npods = 10");
    assert_eq!(held(&text), [0, 120, 120, 0, 0]);
    // a tie goes to the first that the group lists, then they take turns
    assert_eq!(held(&two_zones("", "", "kind = \"karpenter\"\nnodes = 6\npods = 10")), [60, 30, 90, 0, 0]);
    // 251 less 100 is more than 123, and 251 less 150 is not
    let taken = |other: u32| {
        held(&format!(
            "format = 1\n[[subnet]]\nname = \"a\"\ncidr = \"10.0.0.0/24\"\nzone = \"z\"\nother = {other}\n[[subnet]]\n\
             name = \"b\"\ncidr = \"10.0.1.0/25\"\nzone = \"z\"\n[[cluster]]\nname = \"c\"\n[[cluster.node_group]]\n\
             name = \"g\"\nkind = \"karpenter\"\ninstance_type = \"m5.large\"\nsubnets = [\"a\", \"b\"]\nnodes = 1\npods = 5\n"
        ))
    };
    assert_eq!((taken(100), taken(150)), (vec![20, 0], vec![0, 20]));
}

#[test]
fn custom_networking_puts_pods_elsewhere_and_loses_an_eni() {
    let cluster =
        "pod_subnets = [\"pods-a\", \"pods-b\"]\nenv = { AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG = true }";
    let report = evaluated(&two_zones("", cluster, "nodes = 3\npods = 10")).report;
    let all: Vec<[u64; 6]> = report.pools.iter().map(|p| figures(&p.settled)).collect();
    // each node: its own address, and two ENIs of 10 in the pod subnet, 10 of 18 pod addresses in use
    assert_eq!(all[0][..4], [1, 1, 0, 0]);
    assert_eq!(all[1][..4], [1, 1, 0, 0]);
    assert_eq!(all[2][..4], [1, 1, 0, 0]);
    assert_eq!(all[3][..4], [40, 4, 20, 16]);
    assert_eq!(all[4][..4], [20, 2, 10, 8]);
    assert_eq!(report.node_groups[0].max_pods, 20);
    assert_eq!(report.pools[3].settled.by[0].nodes, 2);
}

#[test]
fn branch_pods_take_addresses_beside_the_pool() {
    let text = two_zones("", "env = { ENABLE_POD_ENI = true }", "nodes = 1")
        + "[[cluster.workload]]\nname = \"secured\"\nreplicas = 12\nbranch_eni = true\n";
    let report = evaluated(&text).report;
    // m5.large: 9 branch ENIs; ENIs: the first with 9 free addresses, WARM_ENI_TARGET=1 is met, and the trunk
    assert_eq!(figures(&report.pools[0].settled)[..4], [11 + 9, 2, 9, 9]);
    let row = &report.workloads[0];
    assert_eq!((row.running, row.pending, row.reason.map(|r| r.name())), (9, 3, Some("branch_enis")));
    assert_eq!(report.node_groups[0].per_node.enis, Some([2, 2]));
    assert_eq!(report.node_groups[0].per_node.pods, Some([0, 0]));
    assert_eq!(report.node_groups[0].per_node.held, Some([20, 20]));
    assert_eq!(report.verdict, Verdict::Exhausted);
}

#[test]
fn subnet_tags_decide_where_new_enis_go() {
    // a1 forbids: the first ENI serves no pods, and with no other tagged subnet in the zone none ever comes
    let forbids = two_zones("role_cni = \"0\"", "", "nodes = 1\npods = 5");
    let report = evaluated(&forbids).report;
    assert_eq!(figures(&report.pools[0].settled)[..4], [1, 1, 0, 0]);
    assert_eq!((report.node_groups[0].pending, report.verdict), (5, Verdict::Exhausted));
    // without discovery the first ENI serves, but no other comes
    let report = evaluated(
        &forbids.replace("name = \"c\"", "name = \"c\"\nenv = { ENABLE_SUBNET_DISCOVERY = false }"),
    );
    assert_eq!(figures(&report.report.pools[0].settled)[..4], [10, 1, 5, 4]);
    // pods-a offers itself and has most free: the two further ENIs go there
    let offered = two_zones("", "", "nodes = 1\npods = 10")
        .replace("name = \"pods-a\"", "name = \"pods-a\"\n        role_cni = \"1\"");
    let report = evaluated(&offered).report;
    assert_eq!(figures(&report.pools[0].settled)[..4], [10, 1, 9, 0]);
    assert_eq!(figures(&report.pools[3].settled)[..4], [20, 2, 1, 17]);
}

#[test]
fn auto_groups_get_the_nodes_they_need() {
    let text = two_zones("", "", "nodes = \"auto\"\nmax_nodes = 50")
        + "[[cluster.workload]]\nname = \"w\"\nreplicas = 10\ncpu = \"900m\"\n";
    // 1,930m a node: two pods each
    assert_eq!(evaluated(&text).report.node_groups[0].nodes, 5);
}

/// Adding node after node would take hours here: what is certain is added at once.
#[test]
fn auto_groups_grow_to_any_size() {
    let text = two_zones("", "", "nodes = \"auto\"\nmax_nodes = 1000000")
        + "[[cluster.workload]]\nname = \"w\"\nreplicas = 600000\ncpu = \"1200m\"\n";
    let report = evaluated(&text).report;
    assert_eq!((report.node_groups[0].nodes, report.workloads[0].pending), (600_000, 0));
}

#[test]
fn a_pool_that_never_settles_says_so() {
    let text = two_zones("", "env = { WARM_ENI_TARGET = 0 }", "nodes = 1\npods = 9");
    let pool = &evaluated(&text).report.pools[0].settled;
    assert_eq!((pool.held, pool.held_min, pool.settles), (20, Some(10), false));
    let text = two_zones(
        "",
        "env = { ENABLE_PREFIX_DELEGATION = true, WARM_PREFIX_TARGET = 2 }",
        "nodes = 1\npods = 9",
    );
    let pool = &evaluated(&text).report.pools[0].settled;
    assert_eq!((pool.held, pool.held_max, pool.settles), (1 + 3 * 16, Some(1 + 4 * 16), true));
}

#[test]
fn control_plane_enis_count_as_other_in_the_first_four_subnets() {
    let text = two_zones(
        "other = { alb = 3 }",
        "control_plane_subnets = [\"a1\", \"a2\", \"b1\", \"pods-a\", \"pods-b\"]",
        "nodes = 0",
    );
    let others: Vec<u64> = evaluated(&text).report.pools.iter().map(|p| p.other).collect();
    assert_eq!(others, [4, 1, 1, 1, 0]);
}
