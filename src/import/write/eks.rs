//! Subnets and clusters of AWS.

use std::fmt::Write as _;

use super::Text;
use crate::import::draft::eks::{Eks, Group, Subnet, Workload};
use crate::plan::field::{quote, quote_key};
use crate::plan::{Addresses, GroupKind};
use crate::text::shown;

/// Lists of more elements have a line for each so many.
const PER_LINE: usize = 6;

impl Text<'_> {
    pub fn subnet(&mut self, subnet: &Subnet) {
        self.out.push('\n');
        self.facts(&subnet.facts);
        self.notes(&subnet.notes);
        self.out.push_str("[[subnet]]\n");
        self.key("name", &quote(&subnet.name));
        self.text("cidr", Some(subnet.cidr));
        self.text("zone", subnet.zone.as_ref());
        self.text("id", Some(&subnet.id).filter(|id| **id != subnet.name));
        self.text("role_cni", subnet.role_cni.as_ref());
        if subnet.elb {
            self.key("elb", "true");
        }
        if !subnet.other.is_empty() {
            let one = |(reason, n): &(&str, u64)| format!("{} = {n}", quote_key(reason));
            let reasons: Vec<String> = subnet.other.iter().map(one).collect();
            self.key("other", &format!("{{ {} }}", reasons.join(", ")));
        }
        self.list("used", &subnet.used.iter().map(Addresses::to_string).collect::<Vec<_>>());
    }

    pub fn eks(&mut self, cluster: &Eks) {
        self.out.push('\n');
        self.facts(&cluster.facts);
        self.notes(&cluster.findings);
        let of = shown(&cluster.name);
        self.findings.extend(cluster.findings.iter().map(|finding| format!("{of}: {}", shown(finding))));
        self.notes(&cluster.notes);
        self.out.push_str("[[cluster]]\n");
        self.key("name", &quote(&cluster.name));
        self.key("manager", &quote(crate::manager::AWS_VPC_CNI.name));
        self.text("service_cidr", cluster.service_cidr);
        self.number("system_pods", cluster.system_pods);
        self.list("control_plane_subnets", &cluster.control_plane_subnets);
        self.list("pod_subnets", &cluster.pod_subnets);
        if !cluster.env.is_empty() {
            self.out.push_str("\n[cluster.env]\n");
            cluster.env.iter().for_each(|(name, value)| self.key(&quote_key(name), &plain(value)));
        }
        cluster.groups.iter().for_each(|group| self.eks_group(group));
        cluster.workloads.iter().for_each(|workload| self.workload(workload));
    }

    fn eks_group(&mut self, group: &Group) {
        self.out.push('\n');
        self.notes(&group.notes);
        self.out.push_str("[[cluster.node_group]]\n");
        self.key("name", &quote(&group.name));
        match group.instance_types.as_slice() {
            [one] => self.key("instance_type", &quote(one)),
            several => self.list("instance_type", several),
        }
        match group.zones.as_slice() {
            [] | [_] => self.key("nodes", &group.nodes.to_string()),
            zones => {
                let one = |(zone, n): &(String, u32)| format!("{} = {n}", quote_key(zone));
                self.key("nodes", &format!("{{ {} }}", zones.iter().map(one).collect::<Vec<_>>().join(", ")));
            }
        }
        self.list("subnets", &group.subnets);
        match group.kind {
            GroupKind::Managed => {}
            GroupKind::SelfManaged => self.key("kind", "\"self-managed\""),
            GroupKind::Karpenter => self.key("kind", "\"karpenter\""),
        }
        self.number("max_pods", group.max_pods);
        self.number("max_unavailable", group.max_unavailable);
        if group.dedicated {
            self.key("dedicated", "true");
        }
        self.number("unmanaged_enis", Some(group.unmanaged_enis).filter(|n| *n > 0));
        self.number("enis", group.enis);
        self.number("ipv4_per_eni", group.ipv4_per_eni);
        self.number("vcpus", group.vcpus);
        self.text("memory", group.memory.map(bytes));
    }

    pub fn workload(&mut self, workload: &Workload) {
        self.out.push_str("\n[[cluster.workload]]\n");
        self.key("name", &quote(&workload.name));
        self.number("replicas", workload.replicas);
        self.number("peak_replicas", workload.peak);
        self.text("cpu", Some(workload.cpu).filter(|n| *n > 0).map(|n| format!("{n}m")));
        self.text("memory", Some(workload.memory).filter(|n| *n > 0).map(bytes));
        for (key, is) in [
            ("daemonset", workload.replicas.is_none()),
            ("host_network", workload.host_network),
            ("branch_eni", workload.branch),
        ] {
            if is {
                self.key(key, "true");
            }
        }
        self.list("node_groups", &workload.groups);
    }

    /// Comments that say what is so, not what is not known.
    fn facts(&mut self, facts: &[String]) {
        for fact in facts {
            let _ = writeln!(self.out, "# {}", shown(fact));
        }
    }

    /// Texts in a line, or in several; without any the key is left out.
    pub fn list(&mut self, key: &str, items: &[String]) {
        if items.is_empty() {
            return;
        }
        let lines: Vec<String> = items
            .chunks(PER_LINE)
            .map(|some| some.iter().map(|item| quote(item)).collect::<Vec<_>>().join(", "))
            .collect();
        match lines.as_slice() {
            [line] => self.key(key, &format!("[{line}]")),
            lines => self.key(key, &format!("[\n  {},\n]", lines.join(",\n  "))),
        }
    }
}

/// A variable without quotes where it means the same.
fn plain(value: &str) -> String {
    let number = value.parse::<i64>().is_ok_and(|n| n.to_string() == value);
    if number || ["true", "false"].contains(&value) { value.to_owned() } else { quote(value) }
}

/// A quantity in the largest unit that it has a whole number of.
fn bytes(n: u64) -> String {
    let units = [("Gi", 30), ("Mi", 20), ("Ki", 10)];
    match units.into_iter().find(|(_, shift)| n > 0 && n.is_multiple_of(1 << shift)) {
        Some((unit, shift)) => format!("{}{unit}", n >> shift),
        None => n.to_string(),
    }
}
