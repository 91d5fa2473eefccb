//! Large plans, generated.

use std::fmt::Write as _;

/// How much of everything a plan has.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub clusters: usize,
    /// Node groups of each cluster.
    pub groups: usize,
    /// Nodes of each group.
    pub nodes: usize,
    /// Workloads of each cluster.
    pub workloads: usize,
    /// Pods of each workload.
    pub replicas: usize,
    /// In all.
    pub subnets: usize,
}

/// 100,000 nodes and 1,000,000 pods.
pub const LARGE: Size =
    Size { clusters: 20, groups: 10, nodes: 500, workloads: 50, replicas: 1_000, subnets: 10 };
/// Ten times its clusters.
#[allow(dead_code)] // of the programs that have this file one has no use for it
pub const HUGE: Size = Size { clusters: 200, ..LARGE };

/// The text of a plan.
pub fn plan(size: Size) -> String {
    let types = ["m5.large", "m5.2xlarge", "c5.4xlarge", "r5.2xlarge", "m5.8xlarge"];
    let mut text = String::from("format = 1\nname = \"large\"\n");
    for s in 0..size.subnets {
        let zone = ["a", "b", "c"][s % 3];
        let _ = write!(
            text,
            "\n[[subnet]]\nname = \"subnet-{s}\"\ncidr = \"{}.{}.0.0/16\"\nzone = \"{zone}\"\n",
            10 + s / 256,
            s % 256
        );
    }
    let subnet = |n: usize| n % size.subnets;
    for c in 0..size.clusters {
        let _ = write!(text, "\n[[cluster]]\nname = \"cluster-{c}\"\n\n[cluster.env]\nWARM_ENI_TARGET = 1\n");
        for g in 0..size.groups {
            let _ = write!(
                text,
                "\n[[cluster.node_group]]\nname = \"group-{g}\"\ninstance_type = \"{}\"\nnodes = {}\n\
                 subnets = [\"subnet-{}\", \"subnet-{}\", \"subnet-{}\"]\n",
                types[g % types.len()],
                size.nodes,
                subnet(g),
                subnet(g + 1),
                subnet(g + 2)
            );
        }
        for w in 0..size.workloads {
            let _ = write!(
                text,
                "\n[[cluster.workload]]\nname = \"workload-{w}\"\nreplicas = {}\ncpu = \"{}m\"\nmemory = \"{}Mi\"\n",
                size.replicas,
                50 + 25 * (w % 13),
                64 + 32 * (w % 17)
            );
        }
    }
    text
}
