//! `[[cluster]]`.

use super::group;
use super::names::Names;
use super::subnet::Subnets;
use super::table::{Got, Table};
use super::{env, pod_subnets, workload};
use crate::plan::field::Section;
use crate::plan::field::typed::Fault;
use crate::plan::tree::Value;
use crate::plan::{Cluster, Placement, Plan, Row};

/// Reads the clusters into the plan.
pub(super) fn read<'a>(top: &mut Table<'_, 'a>, plan: &mut Plan, subnets: &Subnets<'a>) {
    let mut names = Names::new("cluster");
    for (c, node) in top.rows(Section::Cluster).iter().enumerate() {
        let Some(mut table) = top.reader.table(Row::Cluster(c), node) else { continue };
        let name = names.read(&mut table);
        manager(&mut table);
        let service_cidr = table.read("service_cidr", |value, _| {
            let cidr = value.cidr()?;
            // the largest private range; a /0 would overlap everything
            if cidr.prefix_len() >= 8 {
                return Ok(cidr);
            }
            Err(Fault::new(format!("\"{cidr}\" is larger than any private range"))
                .help("EKS has /12 to /24: write a range such as \"172.20.0.0/16\""))
        });
        let placement = table.choice("placement", &[Placement::Spread, Placement::Pack]);
        let system_pods = table.count("system_pods");
        let control_plane_subnets = subnets.names.refer(&mut table, "control_plane_subnets");
        let default_pod_subnets = subnets.names.refer(&mut table, "pod_subnets");
        let env = env::read(&mut table, c);
        let custom = env::custom_networking(&env);

        let parent = group::Parent { index: c, name, system_pods: system_pods.known(2) };
        let mut groups = group::read(&mut table, &parent, subnets);
        if custom {
            pod_subnets::check(&mut table, &default_pod_subnets, &groups.facts, subnets);
        }
        let workloads = workload::read(&mut table, &parent, &mut groups.names);
        plan.clusters.push(Cluster {
            name: name.or("").to_owned(),
            service_cidr: service_cidr.some(),
            placement: placement.or(Placement::Spread),
            system_pods: system_pods.or(2),
            control_plane_subnets: control_plane_subnets.or(Vec::new()),
            pod_subnets: default_pod_subnets.or(Vec::new()),
            env,
            node_groups: groups.rows,
            workloads,
        });
    }
}

/// Managers that later versions will model.
const LATER: &[&str] = &[
    "kind",
    "docker",
    "host-local",
    "node-cidr",
    "weave",
    "calico",
    "cilium",
    "flannel",
    "whereabouts",
    "gke",
    "aks",
    "azure-cni",
];

/// `manager = "aws-vpc-cni"`, the only one so far.
fn manager(table: &mut Table<'_, '_>) {
    if let Some(Value::String(name)) = table.node("manager").map(|n| &n.value)
        && LATER.contains(&name.as_str())
    {
        return table.report("manager", format!("\"{name}\" is not modelled yet"), "write \"aws-vpc-cni\"");
    }
    let _: Got<()> = table.choice("manager", &[()]);
}
