//! Where nodes are, and where their pods are.

use std::collections::{BTreeMap, BTreeSet};

use super::super::draft::eks::Group;
use super::super::fact::{Interface, Machine, Member};
use super::super::live::{Cluster, Index, Live};
use super::subnets::Subnets;
use crate::text::{count, excerpt, listed};

/// Why a node that could be modelled is in no group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Left {
    Typeless,
    Nowhere,
    /// By zone.
    Unserved(String),
}

impl Left {
    pub fn says(&self, nodes: u64) -> String {
        let why = match self {
            Left::Typeless => {
                "without an instance type (the label node.kubernetes.io/instance-type)".to_owned()
            }
            Left::Nowhere => "in no subnet of the inputs".to_owned(),
            Left::Unserved(zone) => format!("in zone {}, where no input has a pod subnet", excerpt(zone)),
        };
        format!("left out, with its pods: {} {why}", count(nodes, "node"))
    }
}

/// The instance type of a node and its subnet, without which it is in no group.
pub(super) fn home<'m>(
    first_eni: Option<&Interface>,
    member: &Member,
    machine: &'m Machine,
    subnets: &Subnets,
    served: &Served,
) -> Result<(&'m str, usize), Left> {
    let place = place(first_eni, member, subnets).ok_or(Left::Nowhere)?;
    if !served.has(place, subnets) {
        return Err(Left::Unserved(subnets.zone(place).to_owned()));
    }
    Ok((machine.instance_type.as_deref().ok_or(Left::Typeless)?, place))
}

/// The subnet of a node: that of its first ENI, or the one that its address is in.
fn place(first_eni: Option<&Interface>, member: &Member, subnets: &Subnets) -> Option<usize> {
    let by_interface = first_eni.and_then(|eni| subnets.by_id(eni.subnet.as_deref()?));
    by_interface.or_else(|| member.addresses.iter().find_map(|address| subnets.with(*address)))
}

/// Puts so many nodes into each subnet.
pub(super) fn put(group: &mut Group, nodes: &BTreeMap<usize, u32>, subnets: &Subnets) {
    let mut zones: Vec<(String, u32)> = Vec::new();
    for (place, n) in nodes {
        let Some(row) = subnets.rows.get(*place) else { continue };
        group.subnets.push(row.name.clone());
        let zone = subnets.zone(*place);
        match zones.iter_mut().find(|(name, _)| name == zone) {
            Some((_, count)) => *count = count.saturating_add(*n),
            None => zones.push((zone.to_owned(), *n)),
        }
    }
    group.nodes = zones.iter().map(|(_, n)| *n).sum();
    for (zone, _) in &zones {
        let of_zone = || nodes.iter().filter(|(place, _)| subnets.zone(**place) == zone);
        let (least, most) = (of_zone().map(|(_, n)| *n).min(), of_zone().map(|(_, n)| *n).max());
        if most.unwrap_or(0).saturating_sub(least.unwrap_or(0)) > 1 {
            let name = |place: usize| subnets.rows.get(place).map_or("", |row| row.name.as_str());
            let words: Vec<String> =
                of_zone().map(|(place, n)| format!("{n} in {}", excerpt(name(*place)))).collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            group.notes.push(format!(
                "in zone {zone} its nodes are {}: the plan spreads those of a zone over its subnets by its own rule",
                listed(&words)
            ));
        }
    }
    group.zones = zones;
}

/// With custom networking: the subnets that pods are in, which are those of the nodes' further ENIs, and in other
/// zones those that the ENIConfigs name.
pub(super) fn pod_subnets(
    live: &Live,
    index: &Index<'_>,
    c: usize,
    cluster: &Cluster,
    subnets: &Subnets,
    notes: &mut Vec<String>,
) -> Vec<usize> {
    let further = |interface: &&Interface| {
        interface.device != Some(0)
            && interface.card == 0
            && !interface.is_unmanaged()
            && index.node(interface).is_some_and(|(of, _)| of == c)
    };
    let by_id = |id: Option<&str>| id.and_then(|id| subnets.by_id(id));
    let seen: BTreeSet<usize> =
        live.interfaces.iter().filter(further).filter_map(|i| by_id(i.subnet.as_deref())).collect();
    let said = cluster.eni_configs.iter().filter_map(|config| by_id(Some(&config.subnet)));
    let mut places: Vec<usize> = seen.iter().copied().collect();
    places.extend(said.filter(|place| !seen.contains(place)));
    if places.is_empty() {
        notes.push(
            "custom networking is on, and no input says where pods are: run kubectl get eniconfigs -o json, or aws \
             ec2 describe-network-interfaces"
                .to_owned(),
        );
    }
    let mut zones = BTreeSet::new();
    let mut chosen = BTreeSet::new();
    for place in places {
        let Some(row) = subnets.rows.get(place) else { continue };
        if row.zone.is_some() && zones.insert(subnets.zone(place)) {
            chosen.insert(place);
        } else {
            notes.push(format!(
                "pods are in {}, too: the plan has one pod subnet for each zone",
                excerpt(&row.name)
            ));
        }
    }
    chosen.into_iter().collect()
}

/// The zones in which nodes can have pods: a cluster with pod subnets needs one for each zone that its nodes are in.
#[derive(Debug, Default)]
pub(super) struct Served {
    /// `None`: all.
    zones: Option<BTreeSet<String>>,
}

impl Served {
    /// Those of pod subnets, if there are any.
    pub fn by(pods: &[usize], subnets: &Subnets) -> Served {
        let zones: BTreeSet<String> = pods.iter().map(|place| subnets.zone(*place).to_owned()).collect();
        Served { zones: (!zones.is_empty()).then_some(zones) }
    }

    /// Whether nodes of a subnet can have pods.
    pub fn has(&self, place: usize, subnets: &Subnets) -> bool {
        self.zones.as_ref().is_none_or(|zones| zones.contains(subnets.zone(place)))
    }
}
