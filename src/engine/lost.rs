//! Lost state of host-local: which addresses come out twice.
//!
//! host-local remembers in files which addresses it has given out, and which was the last. When these files go
//! while pods run (a cleaned `/var/lib/cni`, a kind node whose `/run` was emptied), it gives the same addresses
//! out again, without any error.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::outcome::Outcome;
use super::report::Severity;
use super::roster::{Member, ranged};
use crate::ipam::host_local::{HostLocal, Lost, Outlook, Owner, Set};
use crate::plan::{Deleted, Plan, StateLoss};
use crate::text::{addresses, count, thousands};

/// What follows from lost state on one node.
#[derive(Debug, Clone)]
pub struct Loss {
    pub node: String,
    pub said: StateLoss,
    /// Pods that ran.
    pub running: u64,
    /// The sets out of which each pod has an address.
    pub sets: Vec<OfSet>,
    /// The new pods that get an address which another pod has, of whichever set, counted from 1.
    twice: BTreeSet<u128>,
}

/// One of the sets.
#[derive(Debug, Clone)]
pub struct OfSet {
    pub set: Set,
    /// Which addresses the pods that come after get.
    pub outlook: Outlook,
}

/// What follows from the lost state of a cluster; `None` if the plan says of none.
pub fn lost(plan: &Plan, c: usize, outcome: &Outcome) -> Option<Loss> {
    let cluster = plan.clusters.get(c)?;
    let (said, model) = (cluster.state_loss.clone()?, cluster.model()?);
    let members = ranged(plan, c, outcome);
    let member = match &said.node {
        Some(name) => members.iter().find(|m| m.name == *name)?,
        None => fullest(outcome, &members)?,
    };
    let mut plugin = HostLocal::new(&model.host_local(&member.ranges)?).ok()?;
    let pods = said.running.map_or_else(|| outcome.running(member.group, member.index), u64::from);
    let running = (0..pods)
        .take_while(|pod| plugin.add(&Owner::eth0(&format!("old{pod}")), &[]).is_ok())
        .count() as u64;
    let gone = match said.deleted {
        Deleted::Everything => Lost::Everything,
        Deleted::Addresses => Lost::AddressFiles,
        Deleted::LastReserved => Lost::LastReserved,
    };
    let sets = plugin.sets().iter().enumerate();
    let sets: Vec<OfSet> = sets
        .map(|(i, set)| Some(OfSet { set: set.clone(), outlook: plugin.outlook(i, Some(gone))? }))
        .collect::<Option<_>>()?;
    let room = sets.iter().map(|of| of.outlook.room()).min().unwrap_or(0);
    let again = sets.iter().flat_map(|of| of.outlook.again().map(|(pod, _)| pod));
    let twice = again.filter(|pod| *pod <= room).collect();
    Some(Loss { node: member.name.clone(), said, running, sets, twice })
}

/// The node that runs most pods, the first of equals.
fn fullest<'a>(outcome: &Outcome, members: &'a [Member]) -> Option<&'a Member> {
    let parts =
        outcome.parts.iter().enumerate().flat_map(|(g, parts)| parts.iter().map(move |part| (g, part)));
    let (g, part) = parts.max_by_key(|(g, part)| (part.running, std::cmp::Reverse((*g, part.first))))?;
    members.iter().find(|m| m.group == g && m.index == part.first)
}

impl Loss {
    /// New pods that get an address of every set, however many come.
    fn room(&self) -> u128 {
        self.sets.iter().map(|of| of.outlook.room()).min().unwrap_or(0)
    }

    /// Addresses, of all sets, that two pods have once the new pods of the plan have come.
    pub fn duplicates(&self) -> u64 {
        let pods = self.room().min(self.said.new_pods.into());
        let all = self.sets.iter().map(|of| of.outlook.duplicates(pods)).sum::<u128>();
        u64::try_from(all).unwrap_or(u64::MAX)
    }

    /// Of these, those that get no address at all.
    pub fn without(&self) -> u64 {
        let without = u128::from(self.said.new_pods).saturating_sub(self.room());
        u64::try_from(without).unwrap_or(u64::MAX)
    }

    /// The new pod, counted from 1, that gets each address of a set, as far as the plan has them come.
    pub fn new_pods(&self, set: usize) -> BTreeMap<IpAddr, u128> {
        let pods = self.room().min(self.said.new_pods.into());
        let all = self.sets.get(set).into_iter().flat_map(|of| of.outlook.pods());
        (1..=pods).zip(all).map(|(n, new)| (new.address, n)).collect()
    }

    /// The addresses of a new pod: those that are in use, or all where none is.
    fn addresses(&self, pod: u128) -> String {
        let news: Vec<_> = self.sets.iter().filter_map(|of| of.outlook.pod(pod)).collect();
        let all = !self.twice.contains(&pod);
        let shown = news.iter().filter(|new| all || new.duplicate).map(|new| new.address.to_string());
        shown.collect::<Vec<_>>().join(" and ")
    }

    /// What the new pods get.
    fn order(&self) -> String {
        let Some(first) = self.twice.first().copied() else {
            return match self.room() {
                0 => ": no new pod gets an address".to_string(),
                _ => ": no address comes out twice".to_string(),
            };
        };
        let from = self.addresses(first);
        if first > 1 {
            let pod = thousands128(first);
            return format!(": the first whose address is in use is new pod {pod}, with {from}");
        }
        let shared = (1..).zip(&self.twice).take_while(|(number, pod)| number == *pod).count() as u128;
        let to = self.addresses(shared);
        let pods = match shared {
            1 => format!("new pod 1 gets {from}, which is in use"),
            n => format!(
                "new pods 1 to {} get addresses that are in use, {from} to {to} in this order",
                thousands128(n)
            ),
        };
        if shared == self.room() {
            return format!(": {pods}; after {} none is left", if shared == 1 { "it" } else { "them" });
        }
        let (next, own) = (thousands128(shared + 1), self.addresses(shared + 1));
        format!(": {pods}; new pod {next} is the first with one of its own, {own}")
    }

    /// `on kind-worker3 10 pods run in 10.244.2.0/24 when …`
    pub fn sentence(&self) -> String {
        let gone = match self.said.deleted {
            Deleted::Everything => "all of host-local's files are deleted",
            Deleted::Addresses => "host-local's address files are deleted",
            Deleted::LastReserved => "host-local's last_reserved_ip is deleted",
        };
        let so_far = match (self.said.new_pods, self.duplicates()) {
            (0, _) => String::new(),
            (new, 0) => format!("; of {} none shares its address", count(new.into(), "new pod")),
            (new, 1) => format!("; of {} 1 address is in use twice", count(new.into(), "new pod")),
            (new, shared) => {
                format!("; of {} {} are in use twice", count(new.into(), "new pod"), addresses(shared))
            }
        };
        let without = match self.without() {
            0 => String::new(),
            1 => "; 1 new pod gets none at all".to_string(),
            n => format!("; {} get none at all", count(n, "new pod")),
        };
        let first = |of: &OfSet| of.set.ranges().first().map(|range| range.subnet.to_string());
        let ranges: Vec<String> = self.sets.iter().filter_map(first).collect();
        format!(
            "on {} {} {} in {} when {gone}{}{so_far}{without}",
            self.node,
            count(self.running, "pod"),
            if self.running == 1 { "runs" } else { "run" },
            ranges.join(" and "),
            self.order(),
        )
    }

    /// How bad it is, and what to do about it: nothing where no address ever comes out twice.
    pub fn remedy(&self) -> (Severity, String) {
        let keep = "keep host-local's data directory out of what is cleaned";
        match (self.duplicates(), self.twice.len()) {
            (1.., _) => {
                let now = "restart all pods of the node: its files and its pods agree again then";
                (Severity::Error, format!("{now}; {keep}"))
            }
            (0, 1..) => {
                (Severity::Warning, format!("restart the pods of the node before that happens; {keep}"))
            }
            (0, 0) => (Severity::Info, String::new()),
        }
    }
}

fn thousands128(n: u128) -> String {
    thousands(u64::try_from(n).unwrap_or(u64::MAX))
}
