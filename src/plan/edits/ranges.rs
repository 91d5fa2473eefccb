//! Ranges of subnets: split into equal parts, moved to the next that is free.

use ipnet::Ipv4Net;

use super::{Refusal, SubnetList, fresh, names, set, subnet_lists};
use crate::plan::document::{Document, Edit};
use crate::plan::field::{Section, quote};
use crate::plan::{Place, Plan, Row};

/// The longest prefix that AWS takes for a subnet, and so the smallest part.
/// Source: Amazon VPC user guide, "Subnet CIDR blocks".
const LONGEST: u8 = 28;
/// The shortest.
const SHORTEST: u8 = 16;
/// Most bits by which a subnet is split at once: 64 parts.
const MOST: u8 = 6;

/// Into how many parts a subnet can be split, each with the prefix length of a part.
pub fn parts(document: &Document, row: Row) -> Vec<(u32, u8)> {
    let Row::Subnet(s) = row else { return Vec::new() };
    let Some(subnet) = document.plan().subnets.get(s) else { return Vec::new() };
    let length = subnet.cidr.prefix_len();
    (1..=MOST).filter(|bits| length + bits <= LONGEST).map(|bits| (1 << bits, length + bits)).collect()
}

/// Splits a subnet into so many equal parts, a power of two. The subnet keeps its name and becomes the first; the
/// others follow it under names of their own, in its zone, and in every list of a node group that names it. Others'
/// addresses stay with the first.
///
/// # Errors
///
/// Parts that are smaller than a subnet can be; addresses in use that lie in another part.
pub fn split(document: &Document, row: Row, into: u32) -> Result<Edit, Refusal> {
    let plan = document.plan();
    let Row::Subnet(s) = row else { return Err("only subnets can be split: move to one".to_owned()) };
    let subnet = plan.subnets.get(s).ok_or("the subnet is not there")?;
    let Some((_, length)) = parts(document, row).into_iter().find(|(parts, _)| *parts == into) else {
        return Err(format!(
            "{} cannot be split into {into}: parts of /17 to /{LONGEST}, 2 to 64 of them",
            subnet.cidr
        ));
    };
    let cidrs: Vec<Ipv4Net> = subnet.cidr.subnets(length).map_err(|e| e.to_string())?.collect();
    let place = |key: &str| Place::key(row, key);
    if document.value(&place("used")).is_some() || document.value(&place("reservations")).is_some() {
        return Err(format!(
            "{} has addresses in use or reserved: unset used and reservations first",
            subnet.name
        ));
    }
    let mut taken: Vec<String> = names(plan, Section::Subnet, 0).into_iter().map(str::to_owned).collect();
    let mut edits =
        vec![set(place("cidr"), quote(&cidrs.first().copied().unwrap_or(subnet.cidr).to_string()))];
    let mut new = Vec::with_capacity(cidrs.len());
    for (i, cidr) in cidrs.iter().enumerate().skip(1) {
        let known: Vec<&str> = taken.iter().map(String::as_str).collect();
        let name = fresh(&subnet.name, &known);
        let zone = subnet.zone.as_ref().map_or(String::new(), |zone| format!("zone = {}\n", quote(zone)));
        let body = format!("name = {}\ncidr = {}\n{zone}", quote(&name), quote(&cidr.to_string()));
        edits.push(Edit::Insert { row: Row::Subnet(s + i), body });
        taken.push(name.clone());
        new.push(name);
    }
    // pod subnets are one for each zone: those stay as they are
    let lists = subnet_lists(plan).filter(|list| list.key == "subnets" && list.subnets.contains(&s));
    edits.extend(lists.map(|SubnetList { row, key, subnets }| {
        let all = subnets.iter().flat_map(|other| {
            let own = plan.subnets.get(*other).map(|subnet| subnet.name.clone());
            own.into_iter().chain(if *other == s { new.clone() } else { Vec::new() })
        });
        let all: Vec<String> = all.map(|name| quote(&name)).collect();
        set(Place::key(row, key), format!("[{}]", all.join(", ")))
    }));
    Ok(Edit::Many(edits))
}

/// The next free range for a subnet, of a prefix length, or of its size where none is given; `None`: none is free.
pub fn free_range(plan: &Plan, row: Row, length: Option<u8>) -> Option<Ipv4Net> {
    let Row::Subnet(s) = row else { return None };
    let subnet = plan.subnets.get(s)?;
    let length = length.unwrap_or(subnet.cidr.prefix_len());
    let is_allowed = (SHORTEST..=LONGEST).contains(&length);
    super::free::next_block(plan, subnet.cidr, length).filter(|_| is_allowed)
}

/// Gives a subnet the next free range of its size: behind its own, within the range of the VPC that it lies in.
///
/// # Errors
///
/// None is free.
pub fn next_free(document: &Document, row: Row) -> Result<(Edit, Ipv4Net), Refusal> {
    let plan = document.plan();
    let Row::Subnet(s) = row else {
        return Err("only subnets have a next free range: move to one".to_owned());
    };
    let subnet = plan.subnets.get(s).ok_or("the subnet is not there")?;
    let length = subnet.cidr.prefix_len();
    let next = super::free::next_block(plan, subnet.cidr, length)
        .ok_or_else(|| format!("no other /{length} is free: widen vpc first"))?;
    Ok((set(Place::key(row, "cidr"), quote(&next.to_string())), next))
}
