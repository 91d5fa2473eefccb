//! Pod subnets, which matter with custom networking only: a group's own list has exactly one for each of
//! its zones; the cluster's, for groups without their own, at least one for each zone used and at most one
//! for any. Without any list at all pods get no addresses, which is a finding and no mistake.

use std::collections::{HashMap, HashSet};

use super::group::Facts;
use super::subnet::Subnets;
use super::table::{Got, Table};
use crate::plan::{Place, Row};
use crate::text::{excerpt, list};

const KEY: &str = "pod_subnets";

/// Checks a cluster with custom networking.
pub(super) fn check<'a>(
    cluster: &mut Table<'_, 'a>,
    default: &Got<Vec<usize>>,
    groups: &[Facts<'a>],
    subnets: &Subnets<'a>,
) {
    let of_cluster = match default {
        Got::Is(pods) => by_zone(cluster, cluster.row, pods, subnets),
        Got::Absent | Got::Bad => None,
    };
    let (mut lacking, mut seen) = (Vec::new(), HashSet::new());
    for group in groups {
        let own = match &group.pod_subnets {
            Got::Is(pods) if !pods.is_empty() => Some(by_zone(cluster, group.row, pods, subnets)),
            Got::Bad => continue,
            Got::Is(_) | Got::Absent => None,
        };
        let has_default = matches!(default, Got::Is(pods) if !pods.is_empty());
        if own.is_none() && !has_default {
            continue;
        }
        if !zoned(cluster, group, subnets) {
            continue;
        }
        let Some(zones) = &group.zones else { continue };
        match own {
            Some(Some(own)) => exactly(cluster, group.row, zones, &own),
            Some(None) => {}
            None => {
                let Some(of_cluster) = &of_cluster else { continue };
                for zone in zones {
                    if !of_cluster.contains_key(zone) && seen.insert(*zone) {
                        lacking.push(*zone);
                    }
                }
            }
        }
    }
    if !lacking.is_empty() {
        cluster.relate(
            Place::key(cluster.row, KEY),
            format!("{KEY}: no pod subnet in zone {}", list(&lacking)),
            "custom networking needs one in every zone with nodes",
        );
    }
}

/// The list by zone, if every one has a zone of its own.
fn by_zone<'a>(
    table: &mut Table<'_, 'a>,
    row: Row,
    pods: &[usize],
    subnets: &Subnets<'a>,
) -> Option<HashMap<&'a str, usize>> {
    let (mut zones, mut all) = (HashMap::new(), true);
    for (i, s) in pods.iter().enumerate() {
        let name = excerpt(subnets.names.name(*s).unwrap_or_default());
        let (message, help) = match subnets.zones.get(*s)? {
            Got::Bad => return None,
            Got::Absent => (
                format!("the pod subnet {name} has no zone"),
                "give it the zone of the nodes that it serves".to_owned(),
            ),
            Got::Is(zone) => {
                if zones.insert(*zone, i).is_none() {
                    continue;
                }
                (format!("{name} is a second pod subnet in zone {}", excerpt(zone)), "leave one".to_owned())
            }
        };
        table.relate(Place::item(row, KEY, i), format!("{KEY}: {message}"), help);
        all = false;
    }
    all.then_some(zones)
}

/// Whether the group's own subnets have zones, as custom networking wants.
fn zoned(table: &mut Table<'_, '_>, group: &Facts<'_>, subnets: &Subnets<'_>) -> bool {
    let Some(list) = &group.subnets else { return false };
    let mut all = true;
    for (i, s) in list.iter().enumerate() {
        if subnets.zones.get(*s) == Some(&Got::Absent) {
            let name = excerpt(subnets.names.name(*s).unwrap_or_default());
            table.relate(
                Place::item(group.row, "subnets", i),
                format!("subnets: {name} has no zone, which custom networking needs"),
                "give the subnet its zone",
            );
            all = false;
        }
    }
    all
}

/// A group's own list names the group's zones and no other.
fn exactly(table: &mut Table<'_, '_>, row: Row, zones: &[&str], own: &HashMap<&str, usize>) {
    let missing: Vec<&str> = zones.iter().copied().filter(|z| !own.contains_key(z)).collect();
    if !missing.is_empty() {
        table.relate(
            Place::key(row, KEY),
            format!("{KEY}: no pod subnet in zone {}", list(&missing)),
            "name exactly one for each zone of the group",
        );
    }
    let known: HashSet<&str> = zones.iter().copied().collect();
    let mut surplus: Vec<(usize, &str)> =
        own.iter().filter(|(z, _)| !known.contains(*z)).map(|(z, i)| (*i, *z)).collect();
    surplus.sort_unstable();
    for (i, zone) in surplus {
        table.relate(
            Place::item(row, KEY, i),
            format!("{KEY}: the group has no nodes in zone {}", excerpt(zone)),
            "name exactly one for each zone of the group",
        );
    }
}
