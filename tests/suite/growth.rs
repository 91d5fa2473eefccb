//! Growth of a plan's counts.

use podroom::limits;
use podroom::plan::{Growth, Nodes, Plan, Rate};

use crate::facts::plan;

fn grown(growth: &str, rows: &str) -> Plan {
    plan(&format!(
        r#"
format = 1
{growth}
[[subnet]]
name = "a"
cidr = "10.0.0.0/24"
zone = "a"
[[subnet]]
name = "b"
cidr = "10.0.1.0/24"
zone = "b"
[[cluster]]
name = "c"
[[cluster.node_group]]
name = "fixed"
instance_type = "m5.large"
nodes = 10
subnets = ["a"]
[[cluster.node_group]]
name = "zones"
instance_type = "m5.large"
nodes = {{ a = 1, b = 7 }}
subnets = ["a", "b"]
[[cluster.node_group]]
name = "auto"
instance_type = "m5.large"
nodes = "auto"
max_nodes = 5
subnets = ["a"]
[[cluster.workload]]
name = "web"
replicas = 100
peak_replicas = 200
[[cluster.workload]]
name = "agent"
daemonset = true
{rows}
"#
    ))
}

#[test]
fn rates_are_read_as_thousandths_of_a_percent() {
    let growth = |text: &str| grown(&format!("growth = {{ {text} }}"), "").growth.unwrap();
    assert_eq!(growth("replicas = 5"), Growth { replicas: Rate(5_000), nodes: Rate(0), months: 36 });
    assert_eq!(
        growth("replicas = 5.0, nodes = \"2.5%\", months = 120"),
        Growth { replicas: Rate(5_000), nodes: Rate(2_500), months: 120 }
    );
    assert_eq!(growth("nodes = 1_000").nodes, Rate(1_000_000));
    assert_eq!(grown("", "").growth, None);
}

#[test]
fn a_plan_after_some_months_has_its_counts_grown() {
    let plan = grown(
        "growth = { replicas = 10, nodes = 5 }",
        "[[cluster.workload]]\nname = \"still\"\nreplicas = 3\ngrowth = 0",
    );
    assert_eq!(plan.after(0), plan);
    let later = plan.after(2);
    let nodes: Vec<&Nodes> = later.clusters[0].node_groups.iter().map(|g| &g.nodes).collect();
    // 10 x 1.1025, 1.1025 and 7.7175, each rounded up
    assert_eq!(nodes[0], &Nodes::Count(12));
    assert_eq!(nodes[1], &Nodes::ByZone(vec![("a".into(), 2), ("b".into(), 8)]));
    assert_eq!(nodes[2], &Nodes::Auto { min: 1, max: 5 });
    let replicas: Vec<_> =
        later.clusters[0].workloads.iter().map(|w| (w.replicas, w.peak_replicas)).collect();
    assert_eq!(replicas, [(Some(121), Some(242)), (None, None), (Some(3), None)]);

    let huge = grown("growth = { replicas = 1000, nodes = 1000 }", "").after(limits::MONTHS);
    assert_eq!(huge.clusters[0].workloads[0].replicas, Some(limits::REPLICAS));
    assert_eq!(huge.clusters[0].node_groups[0].nodes, Nodes::Count(limits::NODES));
    let Nodes::ByZone(zones) = &huge.clusters[0].node_groups[1].nodes else { panic!("by zone") };
    assert_eq!(zones.iter().map(|(_, n)| *n).sum::<u32>(), limits::NODES);
}

#[test]
fn what_does_not_grow_has_no_months() {
    assert_eq!(grown("", "").months(), 0);
    assert_eq!(grown("growth = { replicas = 0, nodes = 0 }", "").months(), 0);
    assert_eq!(grown("growth = { replicas = 1 }", "").months(), 36);
    let own = "[[cluster.workload]]\nname = \"more\"\ngrowth = \"1%\"";
    assert_eq!(grown("", own).months(), 36);
    assert_eq!(grown("growth = { nodes = 0, months = 6 }", own).months(), 6);
}
