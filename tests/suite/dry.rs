//! Where subnets end: plans small enough to reckon by hand.

use podroom::engine::{At, Event, Level, Situation, Threshold, Verdict, What};

use crate::facts::{evaluated, plan};

/// A plan of one cluster; `subnets` and `cluster` are TOML.
fn text(subnets: &str, cluster: &str) -> String {
    format!("format = 1\n{subnets}\n[[cluster]]\nname = \"c\"\nmanager = \"aws-vpc-cni\"\n{cluster}\n")
}

/// A group of m5.2xlarge: 4 ENIs of 15 addresses.
fn group(name: &str, rest: &str) -> String {
    format!("[[cluster.node_group]]\nname = \"{name}\"\ninstance_type = \"m5.2xlarge\"\n{rest}\n")
}

fn threshold(text: &str, what: What, event: Event) -> Threshold {
    let all = evaluated(text).thresholds(&plan(text));
    all.into_iter().find(|t| (t.what, t.event) == (what, event)).expect("such a threshold")
}

/// 59 usable, 31 of them reserved for prefixes: a node in secondary-IP mode that wants 45 for its 15 pods has 28.
#[test]
fn a_reservation_for_prefixes_is_no_use_to_single_addresses() {
    let subnet = "[[subnet]]\nname = \"a\"\ncidr = \"10.0.0.0/26\"\n\
                  reservations = [{ cidr = \"10.0.0.32/27\", type = \"prefix\" }]";
    let text = text(subnet, &group("g", "nodes = 1\npods = 15\nsurge = 0\nsubnets = [\"a\"]"));
    let report = evaluated(&text).report;
    assert_eq!(report.verdict, Verdict::Exhausted);
    let pool = &report.pools[0].settled;
    assert_eq!((pool.held, pool.free, pool.short), (45, 14, 0));
    assert_eq!(pool.lack(), Some((Level::Pool, 45 - 28)));
    let pending = threshold(&text, What::Nodes, Event::PodPending);
    assert_eq!((pending.at, pending.level), (Some(At::Count(1)), Level::Pool));
}

/// What prefixes are reserved no branch ENI can have: 34 of 161 are left for ENIs and branch pods.
#[test]
fn branch_pods_take_what_is_not_reserved() {
    let subnet = "[[subnet]]\nname = \"a\"\ncidr = \"10.0.0.0/24\"\nother = 90\n\
                  reservations = [{ cidr = \"10.0.0.128/25\", type = \"prefix\" }]";
    let cluster = "env = { ENABLE_POD_ENI = true, WARM_IP_TARGET = 1, MINIMUM_IP_TARGET = 1 }\n".to_string()
        + &group("g", "nodes = 3\nsubnets = [\"a\"]")
        + "[[cluster.workload]]\nname = \"w\"\nreplicas = 36\nbranch_eni = true";
    let text = text(subnet, &cluster);
    assert_eq!(evaluated(&text).report.verdict, Verdict::Exhausted);
    assert_eq!(threshold(&text, What::Nodes, Event::PodPending).at, Some(At::Count(3)));
}

/// The second node, in month 2, is the first in the second zone; a surge node is there from today on.
#[test]
fn months_know_pools_that_nodes_come_to_later() {
    let subnets = "[growth]\nnodes = 50\n[[subnet]]\nname = \"a\"\ncidr = \"10.0.0.0/24\"\nzone = \"a\"\n\
                   [[subnet]]\nname = \"b\"\ncidr = \"10.0.1.0/26\"\nzone = \"b\"";
    let text = text(subnets, &group("g", "nodes = 1\npods = 5\nsubnets = [\"a\", \"b\"]"));
    let evaluation = evaluated(&text);
    let months = evaluation.thresholds(&plan(&text));
    let month = |pool: &str, situation| {
        let of = |t: &&Threshold| t.what == What::Month && t.of == pool && t.situation == Some(situation);
        months.iter().find(of).unwrap_or_else(|| panic!("{pool} {situation:?}")).clone()
    };
    for (pool, situation) in ["a", "b"].into_iter().flat_map(|p| {
        [Situation::Settled, Situation::Churned, Situation::Upgrade].map(|situation| (p, situation))
    }) {
        let found = month(pool, situation);
        let short = |months| {
            let plan = plan(&text).after(months);
            let report =
                podroom::engine::evaluate(&plan, &podroom::instance::Tables::builtin()).unwrap().report;
            report.pools.iter().find(|p| p.name == pool).unwrap().holding(situation).is_short()
        };
        let at = u32::try_from(found.at.expect("it ends").scaled()).unwrap();
        assert!(short(at) && (at == 0 || !short(at - 1)), "{found:?}");
    }
    // 30 a node of 59: the second node of b
    assert_eq!(month("b", Situation::Settled).level, Level::Pool);
    let behind = month("b", Situation::Settled).behind.expect("a ends later");
    assert_eq!(behind.limit.as_deref(), Some("a"));
}

/// All whole blocks are reserved and enough; 12 single addresses are not, for nodes with two unmanaged ENIs.
#[test]
fn single_addresses_may_end_before_blocks_do() {
    let reserved = ["10.0.0.128/25", "10.0.0.64/26", "10.0.0.32/27", "10.0.0.16/28"]
        .map(|cidr| format!("{{ cidr = \"{cidr}\", type = \"prefix\" }}"))
        .join(", ");
    let subnet = format!(
        "[growth]\nnodes = 50\n[[subnet]]\nname = \"a\"\ncidr = \"10.0.0.0/24\"\nreservations = [{reserved}]"
    );
    let cluster = "env = { ENABLE_PREFIX_DELEGATION = true }\n".to_string()
        + &group("g", "nodes = 1\nunmanaged_enis = 2\npods = 1\nsurge = 0\nsubnets = [\"a\"]");
    let text = text(&subnet, &cluster);
    for event in [Event::WarmPoolShort, Event::PodPending] {
        let nodes = threshold(&text, What::Nodes, event);
        // three addresses a node, of the 12 that are in no reservation
        assert_eq!((nodes.at, nodes.level), (Some(At::Count(5)), Level::Pool), "{nodes:?}");
        assert!(!nodes.sentence.contains("/28"), "{}", nodes.sentence);
    }
    let month = threshold(&text, What::Month, Event::WarmPoolShort);
    assert_eq!(month.level, Level::Pool);
    assert!(!month.sentence.contains("/28"), "{}", month.sentence);
}

/// What is left is left in the pool that binds.
#[test]
fn limit_and_left_are_of_one_pool() {
    let subnets = "[[subnet]]\nname = \"a\"\ncidr = \"10.0.0.0/24\"\nother = 207\n\
                   [[subnet]]\nname = \"b\"\ncidr = \"10.0.1.0/24\"\nother = 216";
    let workload = |name, group| {
        format!("[[cluster.workload]]\nname = \"{name}\"\nreplicas = 10\nnode_groups = [\"{group}\"]\n")
    };
    let cluster = group("A", "nodes = 1\nsubnets = [\"b\"]")
        + &group("B", "nodes = 1\nsubnets = [\"a\"]")
        + &workload("w", "A")
        + &workload("v", "B");
    let text = text(subnets, &cluster);
    let all = threshold(&text, What::AllReplicas, Event::WarmPoolShort);
    // with 15 pods a node wants a third ENI, 45 addresses: b has 35, a has 44
    assert_eq!((all.limit.as_deref(), all.left), (Some("b"), Some(5)), "{all:?}");
}

#[test]
fn many_zones_come_round_at_last() {
    let mut subnets = String::new();
    let mut names = Vec::new();
    for s in 0..140 {
        let zone = s / 2;
        subnets += &format!("[[subnet]]\nname = \"s{s}\"\ncidr = \"10.0.{s}.0/27\"\nzone = \"z{zone}\"\n");
        names.push(format!("\"s{s}\""));
    }
    let group = group("g", &format!("nodes = 1\npods = 3\nsubnets = [{}]", names.join(", ")));
    let nodes = threshold(&text(&subnets, &group), What::Nodes, Event::WarmPoolShort);
    // 30 a node of 27: the first one
    assert_eq!(nodes.at, Some(At::Count(1)));
    assert_eq!(nodes.behind.expect("139 more").at, Some(At::Count(2)));
}
