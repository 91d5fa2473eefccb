//! What to do, and how many addresses that gives back.

use super::causes::CAUSES;
use super::nodes::NodeRow;
use super::subnets::SubnetRow;
use crate::text::count;

/// ENIs of nobody that is known.
const UNATTACHED: &str = "unattached";

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    /// The cause that it is for.
    pub cause: &'static str,
    /// A cluster, or a subnet.
    pub of: String,
    /// Addresses that come back.
    pub addresses: u64,
    pub what: String,
    /// Nodes, or ENIs.
    pub on: Vec<String>,
}

/// Remedies for what nodes hold and what leaked, those that give most back first.
pub(super) fn of(nodes: &[NodeRow], subnets: &[SubnetRow]) -> Vec<Remedy> {
    let mut remedies: Vec<Remedy> = Vec::new();
    // a node gives no more back than it has too many: what one cause takes away is no other's to give
    let mut left: Vec<i64> = nodes.iter().map(|node| node.difference.unwrap_or(0).max(0)).collect();
    for cause in CAUSES {
        let Some(what) = cause.remedy else { continue };
        let first = remedies.len();
        for (node, left) in nodes.iter().zip(&mut left) {
            let more: i64 = node.why.iter().filter(|told| told.cause == cause.key).map(|t| t.addresses).sum();
            let more = more.min(*left);
            *left -= more.max(0);
            let Some(more) = u64::try_from(more).ok().filter(|more| *more > 0) else { continue };
            let own = remedies.get_mut(first..).unwrap_or_default().iter_mut();
            match own.into_iter().find(|remedy| remedy.of == node.cluster) {
                Some(remedy) => {
                    remedy.addresses += more;
                    remedy.on.push(node.node.clone());
                }
                None => remedies.push(Remedy {
                    cause: cause.key,
                    of: node.cluster.clone(),
                    addresses: more,
                    what: String::new(),
                    on: vec![node.node.clone()],
                }),
            }
        }
        for remedy in remedies.iter_mut().skip(first) {
            remedy.what = what(remedy.on.len() as u64);
        }
    }
    for subnet in subnets {
        for (cause, enis, which) in [
            ("leaked", &subnet.leaked, "that the VPC CNI left behind"),
            (UNATTACHED, &subnet.unattached, "attached to nothing, unless somebody needs what is there"),
        ] {
            if enis.is_empty() {
                continue;
            }
            let n = count(enis.len() as u64, "ENI");
            remedies.push(Remedy {
                cause,
                of: subnet.subnet.clone(),
                addresses: enis.iter().map(|(_, n)| n).sum(),
                what: format!(
                    "delete {n} {which}: aws ec2 delete-network-interface --network-interface-id ID"
                ),
                on: enis.iter().map(|(id, _)| id.clone()).collect(),
            });
        }
    }
    remedies.sort_by_key(|remedy| std::cmp::Reverse(remedy.addresses));
    remedies
}

/// What all of them give back, but for what somebody may still need.
pub fn total(remedies: &[Remedy]) -> u64 {
    remedies.iter().filter(|remedy| remedy.cause != UNATTACHED).map(|remedy| remedy.addresses).sum()
}
