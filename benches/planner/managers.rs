//! Clusters of other address managers, generated.

use std::fmt::Write as _;

/// The text of a plan of so many clusters, 100 nodes and 3,000 pods each, their managers in turn; every tenth is a
/// kind cluster of 20 containers on one docker network.
pub fn plan(clusters: usize) -> String {
    let managers = ["flannel", "calico", "weave", "ovn-kubernetes", "cilium-cluster-pool", "k3s"];
    let mut text = String::from(
        "format = 1\nname = \"managers\"\n\n[[network]]\nname = \"kind\"\nsubnet = \"172.18.0.0/16\"\n",
    );
    for c in 0..clusters {
        let manager = managers[c % managers.len()];
        let pods = format!("pod_subnet = \"10.{}.0.0/16\"", c % 256);
        let _ = if c % 10 == 9 {
            write!(text, "\n[[cluster]]\nname = \"c{c}\"\nmanager = \"kind\"\nworkers = 20\n{pods}\n")
        } else {
            write!(
                text,
                "\n[[cluster]]\nname = \"c{c}\"\nmanager = \"{manager}\"\n{pods}\n\n[[cluster.node_group]]\n\
                 name = \"w\"\nnodes = 100\n"
            )
        };
        let _ = write!(
            text,
            "\n[[cluster.workload]]\nname = \"app\"\nreplicas = {}\n",
            if c % 10 == 9 { 300 } else { 3_000 }
        );
    }
    text
}

/// 200 docker networks of 200 containers each, most of which find no address left, and as many kind clusters.
pub fn networks() -> String {
    let mut text = String::from("format = 1\nname = \"networks\"\n");
    for n in 0..200 {
        let containers: Vec<String> = (0..200).map(|i| format!("c{i} = \"auto\"")).collect();
        let _ = write!(
            text,
            "\n[[network]]\nname = \"n{n}\"\nsubnet = \"172.20.{n}.0/28\"\ncontainers = {{ {} }}\n",
            containers.join(", ")
        );
    }
    for c in 0..200 {
        let _ = write!(
            text,
            "\n[[cluster]]\nname = \"k{c}\"\nmanager = \"kind\"\nnetwork = \"n{c}\"\ncontrol_planes = 3\nworkers = 3\n\
             pod_subnet = \"10.{c}.0.0/16\"\nservice_subnet = \"11.{c}.0.0/16\"\n"
        );
    }
    text
}
