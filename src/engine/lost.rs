//! Lost state of host-local: which addresses come out twice.
//!
//! host-local remembers in files which addresses it has given out, and which was the last. When these files go
//! while pods run (a cleaned `/var/lib/cni`, a kind node whose `/run` was emptied), it gives the same addresses
//! out again, without any error.

use std::net::IpAddr;

use ipnet::IpNet;

use super::outcome::Outcome;
use super::roster::{Member, ranged};
use crate::ipam::host_local::{HostLocal, Lost, Outlook, Owner, RangeSpec};
use crate::plan::{Deleted, Plan, StateLoss};
use crate::text::{addresses, count, thousands};

/// What follows from lost state on one node.
#[derive(Debug, Clone)]
pub struct Loss {
    /// The node, and its range.
    pub node: String,
    pub range: IpNet,
    pub said: StateLoss,
    /// Pods that ran, and which addresses they have.
    pub running: Vec<IpAddr>,
    /// Which addresses the pods that come after get.
    pub outlook: Outlook,
    /// Of the new pods, those whose address another pod has.
    pub duplicates: u64,
    /// New pods that get no address at all.
    pub without: u64,
}

/// What follows from the lost state of a cluster; `None` if the plan says of none.
pub fn lost(plan: &Plan, c: usize, outcome: &Outcome) -> Option<Loss> {
    let cluster = plan.clusters.get(c)?;
    let said = cluster.state_loss.clone().filter(|_| cluster.manager.reads("state_loss"))?;
    let members = ranged(plan, c, outcome);
    let member = match &said.node {
        Some(name) => members.iter().find(|m| m.name == *name)?,
        None => fullest(outcome, &members)?,
    };
    let (node, sets) = if cluster.manager.reads("ranges") {
        (member.name.clone(), cluster.settings.ranges.clone())
    } else {
        (member.name.clone(), member.ranges.iter().map(|range| vec![RangeSpec::of(*range)]).collect())
    };
    let mut plugin = HostLocal::new(&sets).ok()?;
    let pods = said.running.map_or_else(|| outcome.running(member.group, member.index), u64::from);
    let mut running = Vec::new();
    for pod in 0..pods {
        let Ok(given) = plugin.add(&Owner::eth0(&format!("old{pod}")), &[]) else { break };
        running.extend(given.first().map(IpNet::addr));
    }
    let outlook = plugin.outlook(
        0,
        Some(match said.deleted {
            Deleted::Everything => Lost::Everything,
            Deleted::Addresses => Lost::AddressFiles,
            Deleted::LastReserved => Lost::LastReserved,
        }),
    )?;
    let new = u128::from(said.new_pods);
    Some(Loss {
        node,
        range: sets.first()?.first()?.subnet,
        said,
        running,
        duplicates: u64::try_from(outlook.duplicates(new)).unwrap_or(u64::MAX),
        without: u64::try_from(new.saturating_sub(outlook.room())).unwrap_or(u64::MAX),
        outlook,
    })
}

/// The node that runs most pods, the first of equals.
fn fullest<'a>(outcome: &Outcome, members: &'a [Member]) -> Option<&'a Member> {
    let parts =
        outcome.parts.iter().enumerate().flat_map(|(g, parts)| parts.iter().map(move |part| (g, part)));
    let (g, part) = parts.max_by_key(|(g, part)| (part.running, std::cmp::Reverse((*g, part.first))))?;
    members.iter().find(|m| m.group == g && m.index == part.first)
}

impl Loss {
    /// `on kind-worker3, where 10 pods run at 10.244.2.2-10.244.2.11, …`
    pub fn sentence(&self) -> String {
        let gone = match self.said.deleted {
            Deleted::Everything => "all of host-local's files are deleted",
            Deleted::Addresses => "host-local's address files are deleted",
            Deleted::LastReserved => "host-local's last_reserved_ip is deleted",
        };
        let twice = match (self.outlook.first_duplicate(), self.outlook.first_clean()) {
            (None, _) => ": no address comes out twice".to_string(),
            (Some((1, from)), Some((2, own))) => {
                format!(
                    ": new pod 1 gets {from}, which is in use; new pod 2 is the first with one of its own, {own}"
                )
            }
            (Some((1, from)), None) => {
                format!(": every new pod gets an address that is in use, {from} first")
            }
            (Some((1, from)), Some((clean, own))) => {
                let last = self.outlook.pod(clean - 1).map_or(from, |new| new.address);
                format!(
                    ": new pods 1 to {} get addresses that are in use, {from} to {last} in this order; new pod {} is the \
                     first with one of its own, {own}",
                    thousands128(clean - 1),
                    thousands128(clean)
                )
            }
            (Some((pod, address)), _) => {
                format!(
                    ": the first whose address is in use is new pod {}, with {address}",
                    thousands128(pod)
                )
            }
        };
        let so_far = match (self.said.new_pods, self.duplicates) {
            (0, _) => String::new(),
            (new, 0) => format!("; of {} none shares its address", count(new.into(), "new pod")),
            (new, 1) => format!("; of {} 1 address is in use twice", count(new.into(), "new pod")),
            (new, shared) => {
                format!("; of {} {} are in use twice", count(new.into(), "new pod"), addresses(shared))
            }
        };
        let without = match self.without {
            0 => String::new(),
            n => format!("; {} get none at all", count(n, "new pod")),
        };
        format!(
            "on {} {} run in {} when {gone}{twice}{so_far}{without}",
            self.node,
            count(self.running.len() as u64, "pod"),
            self.range
        )
    }

    pub fn remedy(&self) -> String {
        let restart = if self.duplicates > 0 {
            "restart all pods of the node: its files and its pods agree again then"
        } else {
            "restart the pods of the node before that happens"
        };
        format!("{restart}; keep host-local's data directory out of what is cleaned")
    }
}

fn thousands128(n: u128) -> String {
    thousands(u64::try_from(n).unwrap_or(u64::MAX))
}
