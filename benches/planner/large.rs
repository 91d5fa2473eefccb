//! Large plans, generated: every cluster with 10 node groups and 50 workloads, 10 subnets in all.

use std::fmt::Write as _;

/// The text of a plan of so many clusters. Each has 5,000 nodes and 50,000 pods: 20 clusters make the large
/// plan (100,000 nodes, 1,000,000 pods), 200 the huge one.
pub fn plan(clusters: usize) -> String {
    let types = ["m5.large", "m5.2xlarge", "c5.4xlarge", "r5.2xlarge", "m5.8xlarge"];
    let mut text = String::from("format = 1\nname = \"large\"\n");
    for s in 0..10 {
        let zone = ["a", "b", "c"][s % 3];
        let _ = write!(
            text,
            "\n[[subnet]]\nname = \"subnet-{s}\"\ncidr = \"10.{s}.0.0/16\"\nzone = \"{zone}\"\n"
        );
    }
    for c in 0..clusters {
        let _ = write!(text, "\n[[cluster]]\nname = \"cluster-{c}\"\n\n[cluster.env]\nWARM_ENI_TARGET = 1\n");
        for g in 0..10 {
            let _ = write!(
                text,
                "\n[[cluster.node_group]]\nname = \"group-{g}\"\ninstance_type = \"{}\"\nnodes = 500\n\
                 subnets = [\"subnet-{}\", \"subnet-{}\", \"subnet-{}\"]\n",
                types[g % types.len()],
                g % 10,
                (g + 1) % 10,
                (g + 2) % 10
            );
        }
        for w in 0..50 {
            let _ = write!(
                text,
                "\n[[cluster.workload]]\nname = \"workload-{w}\"\nreplicas = 1000\ncpu = \"{}m\"\nmemory = \"{}Mi\"\n",
                50 + 25 * (w % 13),
                64 + 32 * (w % 17)
            );
        }
    }
    text
}
