//! What a plan knows of single nodes, where it fits none or fits two.

use std::collections::HashSet;
use std::fmt::Display;

use ipnet::IpNet;

use super::super::report::Severity;
use super::{Context, Note};
use crate::engine::seats::{Whose, whose};
use crate::plan::{Place, Row};
use crate::text::{count, shown};

/// Known addresses and ranges of names that no node has.
pub fn unknown(context: &Context) -> Vec<Note> {
    let mut notes = Vec::new();
    for (c, cluster, outcome) in context.all_clusters() {
        let nobody = |names: &[&str]| -> HashSet<String> {
            let whose = whose(cluster, &outcome.placed.nodes, names.iter().copied());
            let nobody = names.iter().zip(whose).filter(|(_, whose)| *whose == Whose::Nobody);
            nobody.map(|(name, _)| (*name).to_owned()).collect()
        };
        let mut addressed: HashSet<&str> = HashSet::new();
        if !cluster.node_addresses.is_empty() {
            addressed = cluster.node_addresses.iter().map(|(name, _)| name.as_str()).collect();
            let nobody = nobody(&addressed.iter().copied().collect::<Vec<_>>());
            let all = cluster.node_addresses.iter().map(|(name, address)| (name.as_str(), address));
            let all = all.filter(|(name, _)| nobody.contains(*name));
            notes.extend(of_nobody(c, "node_addresses", "address", all));
        }
        // who has an address, too, is said already
        let ranged = cluster.node_ranges.iter().map(|(name, range)| (name.as_str(), range));
        let ranged: Vec<_> = ranged.filter(|(name, _)| !addressed.contains(name)).collect();
        if !ranged.is_empty() {
            let nobody = nobody(&ranged.iter().map(|(name, _)| *name).collect::<Vec<_>>());
            let all = ranged.into_iter().filter(|(name, _)| nobody.contains(*name));
            notes.extend(of_nobody(c, "node_ranges", "pod range", all));
        }
    }
    notes
}

fn of_nobody<'p, T: Display>(
    c: usize,
    key: &'static str,
    what: &str,
    mut all: impl Iterator<Item = (&'p str, T)>,
) -> Option<Note> {
    let (name, first) = all.next()?;
    let more = match all.map(|(name, _)| name).filter(|other| *other != name).collect::<HashSet<_>>().len() {
        0 => String::new(),
        n => format!("; the same is true of {}", count(n as u64, "other name")),
    };
    let message = format!("{} has the {what} {first}, but the plan has no such node{more}", shown(name));
    let help =
        format!("the plan has fewer nodes than were there: correct their number, or remove the {what}");
    Some(Note::new(Severity::Info, Place::item(Row::Cluster(c), key, name), message, help))
}

/// Known ranges that overlap, cluster by cluster: pods of both nodes have the same addresses.
pub fn overlapping(context: &Context) -> Vec<Note> {
    let mut notes = Vec::new();
    for (c, cluster, _) in context.all_clusters() {
        let mut ranges: Vec<(&str, IpNet)> =
            cluster.node_ranges.iter().map(|(name, range)| (name.as_str(), *range)).collect();
        // of two that overlap one is within the other, which comes first; those of one place stay in file order
        ranges.sort_by_key(|(_, range)| (range.network(), range.prefix_len()));
        let mut outer: Option<(&str, IpNet)> = None;
        let mut pairs = Vec::new();
        for (name, range) in ranges {
            match outer.filter(|(_, wide)| wide.contains(&range)) {
                Some(wide) => pairs.push(((name, range), wide)),
                None => outer = Some((name, range)),
            }
        }
        let Some(((name, range), (other, wide))) = pairs.first().copied() else { continue };
        let more = match pairs.len() - 1 {
            0 => String::new(),
            n => format!("; {}", count(n as u64, "other overlap")),
        };
        let overlaps = match range == wide {
            true => format!("is that of {}, too", shown(other)),
            false => format!("overlaps {wide} of {}", shown(other)),
        };
        let message = format!("{} has the pod range {range}, which {overlaps}{more}", shown(name));
        let help = "a range is one node's: correct one of the two";
        notes.push(Note::new(
            Severity::Error,
            Place::item(Row::Cluster(c), "node_ranges", name),
            message,
            help,
        ));
    }
    notes
}
