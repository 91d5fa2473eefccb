//! A second opinion: what AWS's published calculator sheet would say of the same groups.
//!
//! The sheet (`subnet-calc.xlsx` of the EKS Best Practices Guides) knows one node's pods, the addresses of an ENI (n),
//! and one of two settings, a tab each:
//!
//! ```text
//! ENIs         = ceil(pods / n)
//! WARM_ENI tab = n x (ENIs + WARM_ENI_TARGET) + 2 a node
//! WARM_IP tab  = n x ENIs + 2 a node
//! free         = 2^(32 - prefix length) - 2 - used
//! ```

use serde::Serialize;

use super::Evaluation;
use super::fleet::Group;
use crate::cni::Targets;
use crate::plan::{Cluster, Plan};
use crate::text::{addresses, count, thousands};

/// What the sheet says of a plan, beside what is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sheet {
    pub node_groups: Vec<SheetGroup>,
    pub pools: Vec<SheetPool>,
}

/// A node group of the AWS VPC CNI that has nodes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SheetGroup {
    pub cluster: String,
    pub name: String,
    pub nodes: u64,
    /// Of its fullest node.
    pub pods: u64,
    /// The tab that its settings lead to: `WARM_ENI` or `WARM_IP`.
    pub tab: &'static str,
    /// Addresses of an ENI, its own included.
    pub n: u64,
    /// ENIs for the pods, without warm ones.
    pub enis: u64,
    /// Addresses of a node, by the sheet.
    pub per_node: u64,
    /// Addresses that its nodes really hold, settled, `[least, most]`.
    pub held: [u64; 2],
    /// Where the difference comes from.
    pub why: String,
}

/// A subnet with such nodes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SheetPool {
    pub name: String,
    /// By the sheet.
    pub used: u64,
    /// By the sheet; below 0 it is short.
    pub free: i64,
    /// Really held by nodes, settled.
    pub held: u64,
    /// Really free, settled; below 0 it is short.
    pub left: i64,
    /// Where the difference comes from.
    pub why: String,
}

/// What the sheet adds to each node for aws-node and kube-proxy, which share their node's address.
const HOST_NETWORK: u64 = 2;
/// What the sheet takes off a subnet.
const KEPT: i64 = 2;

impl Evaluation {
    /// What the sheet says of the plan's nodes as they are when settled.
    pub fn sheet(&self, plan: &Plan) -> Sheet {
        let mut node_groups = Vec::new();
        let mut rows = self.report.node_groups.iter();
        for (cluster, outcome) in plan.clusters.iter().zip(&self.clusters) {
            for (group, row) in outcome.groups.iter().zip(rows.by_ref()) {
                let (Some(pods), Some(held)) = (row.per_node.pods, row.per_node.held) else { continue };
                if cluster.manager.is_aws() && row.nodes > 0 {
                    node_groups.extend(SheetGroup::of(cluster, group, row.nodes, pods, held));
                }
            }
        }
        let pools = (0..plan.subnets.len()).filter_map(|s| self.sheet_pool(plan, s, &node_groups)).collect();
        Sheet { node_groups, pools }
    }

    /// A subnet, if pods of such nodes have addresses there: with custom networking the sheet's user fills in the
    /// subnets of the pods.
    fn sheet_pool(&self, plan: &Plan, s: usize, groups: &[SheetGroup]) -> Option<SheetPool> {
        let (pool, subnet) = (self.report.pools.get(s)?, plan.subnets.get(s)?);
        let here = pool.settled.by.iter().filter(|by| by.assigned + by.unused > 0);
        let used = here.filter_map(|by| {
            let group = groups.iter().find(|g| *g.cluster == *by.cluster && *g.name == *by.node_group)?;
            Some(group.per_node.saturating_mul(by.nodes))
        });
        let used = used.reduce(u64::saturating_add)?;
        let signed = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let free = signed(pool.capacity) - KEPT - signed(used);
        let mut why = format!(
            "the sheet says {} free: 2^{} - {KEPT} - {} used; AWS keeps {} of a subnet's addresses",
            crate::text::signed(free),
            32 - subnet.cidr.prefix_len(),
            thousands(used),
            pool.reserved
        );
        if pool.other > 0 {
            why += &format!(", {} in use by others are in no cell of it", thousands(pool.other));
        }
        why += &format!(
            ", and nodes hold {}; of upgrades and churn it says nothing: {} and {} held",
            thousands(pool.settled.held),
            thousands(pool.upgrade.held),
            thousands(pool.churned.held)
        );
        let (name, held, left) = (pool.name.clone(), pool.settled.held, pool.settled.left());
        Some(SheetPool { name, used, free, held, left, why })
    }
}

impl SheetGroup {
    fn of(
        cluster: &Cluster,
        group: &Group,
        nodes: u64,
        pods: [u64; 2],
        held: [u64; 2],
    ) -> Option<SheetGroup> {
        let (shape, name) = (group.shapes.first()?, &cluster.node_groups.get(group.index)?.name);
        let n = shape.shape.ipv4_per_eni.max(1);
        let most = pods[1];
        let enis = most.div_ceil(n);
        let (tab, warm) = match shape.node.targets {
            Targets::Ips { .. } => ("WARM_IP", 0),
            Targets::Enis { .. } | Targets::Prefixes { .. } => ("WARM_ENI", group.settings.warm_eni),
        };
        let per_node = enis.saturating_add(warm).saturating_mul(n).saturating_add(HOST_NETWORK);
        let mut sheet = SheetGroup {
            cluster: cluster.name.to_string(),
            name: name.to_string(),
            nodes,
            pods: most,
            tab,
            n,
            enis,
            per_node,
            held,
            why: String::new(),
        };
        sheet.why = sheet.sentence(group, pods, warm);
        Some(sheet)
    }

    fn sentence(&self, group: &Group, pods: [u64; 2], warm: u64) -> String {
        let needed = format!("{} for {}", count(self.enis, "ENI"), count(self.pods, "pod"));
        let enis = match (self.tab, warm) {
            ("WARM_ENI", warm) => format!("({needed} + {} warm)", thousands(warm)),
            _ => needed,
        };
        let [least, most] = self.held.map(thousands);
        let really = if least == most { most } else { format!("{least} to {most}") };
        let says = format!(
            "the sheet says {} a node, {} x {enis} + {HOST_NETWORK}; really {really}",
            addresses(self.per_node),
            self.n
        );
        let causes = self.causes(group, pods, warm);
        format!("{says}: {}", causes.join("; "))
    }

    /// What the sheet does not know, as far as it matters to the group.
    fn causes(&self, group: &Group, pods: [u64; 2], warm: u64) -> Vec<String> {
        let Some(shape) = group.shapes.first() else { return Vec::new() };
        let node = &shape.node;
        let mut causes = vec!["host-network pods share their node's address".to_owned()];
        let pods_of = |enis: u64| self.pods.div_ceil(enis.max(1));
        if node.prefix_mode {
            causes.push("in prefix mode nodes take /28 blocks of 16".to_owned());
        } else if let Targets::Ips { .. } = node.targets {
            causes.push("with IP targets nodes take single addresses, not whole ENIs".to_owned());
        } else if pods_of(self.n - 1) != self.enis && self.n > 1 {
            causes.push(format!(
                "an ENI serves {}, for one of its addresses is its own: {} need {}",
                count(self.n - 1, "pod"),
                count(self.pods, "pod"),
                count(pods_of(self.n - 1), "ENI")
            ));
        }
        if group.settings.custom_networking {
            causes.push("custom networking leaves the first ENI without pods".to_owned());
        }
        if self.enis.saturating_add(warm) > shape.shape.enis {
            causes.push(format!("the type has only {}", count(shape.shape.enis, "ENI")));
        }
        if group.shapes.len() > 1 {
            causes.push(format!("the group has {} types", group.shapes.len()));
        }
        if pods[0] != pods[1] {
            causes.push(format!("nodes run {} to {} pods", thousands(pods[0]), thousands(pods[1])));
        }
        causes
    }
}
