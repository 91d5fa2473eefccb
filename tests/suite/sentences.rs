//! Every sentence about every manager's plans: each has a figure, and none speaks of AWS where there is no AWS.

use podroom::engine::{Evaluation, Pointer, Situation, evaluate};
use podroom::instance::Tables;
use podroom::manager::{MANAGERS, Manager, Nodes};
use podroom::plan::{Plan, parse};

/// A plan of one cluster: so many nodes and replicas, in ranges of these lengths.
pub struct Shape {
    pub nodes: u32,
    pub replicas: u32,
    pub pods: u8,
    pub subnet: u8,
    pub more: &'static str,
}

/// One that fits, one whose ranges are too small, one whose nodes are, and one that is too small to upgrade.
pub const SHAPES: [Shape; 4] = [
    Shape { nodes: 3, replicas: 60, pods: 16, subnet: 22, more: "" },
    Shape { nodes: 40, replicas: 3_000, pods: 23, subnet: 27, more: "" },
    Shape { nodes: 2, replicas: 40, pods: 22, subnet: 22, more: "max_pods = 250\npods = 248\n" },
    Shape { nodes: 7, replicas: 150, pods: 21, subnet: 26, more: "peak_pods = 60\n" },
];

/// The plan under a manager, with only what the manager reads.
pub fn plan_of(manager: &Manager, shape: &Shape) -> String {
    // as many as the manager allows, where that is fewer
    let most = manager.most_pods.min(260);
    let more = shape.more.replace("256", &(most - 4).to_string()).replace("260", &most.to_string());
    let in_subnets = matches!(manager.nodes, Nodes::Instances | Nodes::InSubnets);
    let mut text = "format = 1\nname = \"all\"\n[growth]\nreplicas = \"10%\"\nmonths = 6\n".to_string();
    let subnet = |name: &str, second: u8| {
        format!("[[subnet]]\nname = \"{name}\"\ncidr = \"10.{second}.0.0/{}\"\nzone = \"a\"\n", shape.subnet)
    };
    if in_subnets {
        text += &subnet("nodes-a", 1);
    }
    if manager.reads("pod_subnets") {
        text += &subnet("pods-a", 2);
    }
    text += &format!("[[cluster]]\nname = \"prod\"\nmanager = \"{}\"\n", manager.name);
    if manager.reads("pod_subnet") {
        let length = if manager.reads("node_mask") { shape.pods.min(23) } else { shape.pods };
        text += &format!("pod_subnet = \"10.240.0.0/{length}\"\n");
    }
    if manager.reads("node_mask") && shape.pods > 21 {
        text += "node_mask = 26\n";
    }
    if manager.reads("pod_subnets") && !manager.is_aws() {
        text += "pod_subnets = [\"pods-a\"]\n";
    }
    if manager.reads("ranges") {
        text += &format!("ranges = [\"10.22.0.0/{}\"]\n", shape.subnet.max(24));
    }
    if manager.reads("workers") {
        text += &format!("workers = {}\n", shape.nodes);
    } else {
        let nodes = if manager.nodes == Nodes::One { 1 } else { shape.nodes };
        text += &format!("[[cluster.node_group]]\nname = \"workers\"\nnodes = {nodes}\n{more}");
        if manager.requires("instance_type") {
            text += "instance_type = \"m5.xlarge\"\n";
        }
        if in_subnets {
            text += "subnets = [\"nodes-a\"]\n";
        }
    }
    text + &format!(
        "[[cluster.workload]]\nname = \"web\"\nreplicas = {}\n[[cluster.workload]]\nname = \"agent\"\ndaemonset = true\n",
        shape.replicas
    )
}

/// Every sentence of a plan, with what it is about.
fn sentences(plan: &Plan, evaluation: &Evaluation) -> Vec<(String, String)> {
    let report = &evaluation.report;
    let mut pointers = vec![Pointer::Verdict];
    let figures = ["held", "free", "short", "primary", "assigned", "unused"];
    for (i, pool) in report.pools.iter().enumerate() {
        pointers.extend(["capacity", "reserved", "other", "usable"].map(|key| Pointer::Pool(i, key)));
        for situation in Situation::ALL {
            pointers.extend(figures.map(|key| Pointer::PoolIn(situation, i, key)));
        }
        pointers.extend(["held_p50", "held_p95"].map(|key| Pointer::PoolIn(Situation::Churned, i, key)));
        if pool.settled.blocks.is_some() {
            pointers.push(Pointer::Pool(i, "blocks.free"));
        }
    }
    for (i, group) in report.node_groups.iter().enumerate() {
        pointers.extend(
            ["nodes", "max_pods", "pods", "held", "unused", "pending"].map(|key| Pointer::NodeGroup(i, key)),
        );
        pointers.extend(group.per_node.enis.map(|_| Pointer::NodeGroup(i, "enis")));
    }
    for i in 0..report.workloads.len() {
        pointers.extend(["replicas", "running", "pending", "reason"].map(|key| Pointer::Workload(i, key)));
    }
    pointers.extend((0..report.thresholds.len()).map(Pointer::Threshold));
    pointers.extend((0..report.findings.len()).map(Pointer::Finding));
    let mut all: Vec<(String, String)> =
        pointers.iter().map(|p| (format!("{p:?}"), evaluation.why(plan, p))).collect();
    for (i, staircase) in
        (0..report.node_groups.len()).filter_map(|i| Some((i, evaluation.staircase(plan, i)?)))
    {
        for pods in [0, 1, staircase.today(), staircase.most()] {
            all.push((format!("node of group {i} with {pods}"), staircase.why(pods)));
        }
        if !staircase.manager.is_aws() {
            all.extend(staircase.rules().into_iter().map(|rule| (format!("rules of group {i}"), rule)));
        }
    }
    all.push(("first to run out".to_string(), report.first_to_run_out().unwrap_or("0").to_string()));
    all
}

/// Words of the AWS VPC CNI and of EKS.
const AWS: [&str; 12] = [
    "EKS",
    "aws",
    "VPC",
    "WARM_",
    "warm pool",
    "prefix deleg",
    "EC2",
    "m5.",
    "ENABLE_",
    "MINIMUM_IP",
    "branch",
    "trunk",
];

#[test]
fn every_sentence_has_a_figure_and_none_is_of_another_manager() {
    let mut wrong = Vec::new();
    for manager in MANAGERS {
        for (n, shape) in SHAPES.iter().enumerate() {
            let text = plan_of(manager, shape);
            let parsed = parse(&text);
            let plan = parsed.plan.unwrap_or_else(|| panic!("{text}\n{:?}", parsed.problems));
            let evaluated = evaluate(&plan, &Tables::builtin());
            let mut evaluation = evaluated.unwrap_or_else(|problems| panic!("{text}\n{problems:?}"));
            evaluation.live(&plan);
            evaluation.report.thresholds = evaluation.thresholds(&plan).into();
            for (what, sentence) in sentences(&plan, &evaluation) {
                let name = format!("{} {n} {what}: {sentence}", manager.name);
                let rule = what.starts_with("rules");
                if !sentence.contains(|c: char| c.is_ascii_digit()) && !rule {
                    wrong.push(format!("no figure: {name}"));
                }
                if ["  ", "; ;", ": ;", "()"].iter().any(|gap| sentence.contains(gap))
                    || sentence.ends_with("; ")
                {
                    wrong.push(format!("a gap: {name}"));
                }
                // Cilium ENI is on AWS: the cloud and its ENIs are its own
                let eni = sentence.contains("ENI") && !manager.has_enis();
                let cloud = sentence.contains("AWS") && manager.cloud.name != "AWS";
                if !manager.is_aws() && (eni || cloud || AWS.iter().any(|word| sentence.contains(word))) {
                    wrong.push(format!("of AWS: {name}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
