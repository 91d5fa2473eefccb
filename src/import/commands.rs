//! The commands whose output is read: what `podroom import --commands` prints.

use std::fmt::Write as _;

use super::aws::answer;
use super::kubernetes;
use super::{docker, eksctl, ipamd, kind};

/// What a command is for, and the command. All of them read only.
type Command = (&'static str, fn() -> &'static str);

const EKS: &[Command] = &[
    ("nodes: their types, zones, max pods and allocatable memory", || kubernetes::node::RUN),
    ("pods: who has which address, and what they ask for", || "kubectl get pods -A -o json > pods.json"),
    (
        "how many pods should run, and the variables of aws-node",
        || "kubectl get deployments,statefulsets,daemonsets,cronjobs -A -o json > workloads.json",
    ),
    ("with custom networking: where pods are", || "kubectl get eniconfigs -o json > eniconfigs.json"),
    ("with Karpenter", || "kubectl get nodepools,ec2nodeclasses -o json > karpenter.json"),
    ("the cluster: its VPC and the range of its services", || answer("cluster").run),
    ("each managed node group: its subnets, and how it is upgraded", || answer("nodegroup").run),
    ("subnets", || answer("Subnets").run),
    ("network interfaces: which addresses are in use, and by whom", || answer("NetworkInterfaces").run),
    ("the ranges of the VPC", || answer("Vpcs").run),
    ("instance types, for those that podroom does not know", || answer("InstanceTypes").run),
    ("what ipamd holds, on one of its nodes", || ipamd::RUN),
    ("the same in figures, by the name of a pod of aws-node", || ipamd::RUN_METRICS),
];

const OTHERS: &[Command] = &[
    ("nodes of any other cluster", || kubernetes::node::RUN),
    ("docker's networks, for kind clusters", || docker::RUN),
];

/// A shell script that changes nothing but the files that it writes.
pub fn commands() -> String {
    let mut out = String::from(
        "# Commands that read only. Run those that you can, in an empty directory, and then:\n\
         #   podroom import . -o plan.toml\n\
         # Nothing else is needed, and nothing is contacted by podroom itself.\n\
         # For one cluster: put its name for CLUSTER, and its node groups' for NAME (aws eks list-nodegroups).\n",
    );
    for (title, commands) in [("EKS", EKS), ("Other clusters", OTHERS)] {
        let _ = write!(out, "\n## {title}\n");
        for (what, command) in commands {
            let _ = write!(out, "\n# {what}\n{}\n", command());
        }
    }
    let _ = write!(
        out,
        "\n## Files that are read, too\n\n# kind: {}\n# eksctl: {}\n# Karpenter: manifests of NodePools and EC2NodeClasses\n",
        kind::RUN,
        eksctl::RUN
    );
    out
}
