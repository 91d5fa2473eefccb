//! What is taken of a subnet: `used` and `reservations`.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::table::Table;
use crate::limits;
use crate::plan::field::parts::at_most;
use crate::plan::field::typed::{Fault, Typed};
use crate::plan::{Addresses, Reservation};

/// Addresses in use: inside the subnet, none that AWS keeps, none twice. In the order of the addresses.
pub(super) fn used(table: &mut Table<'_, '_>, subnet: Option<Ipv4Net>) -> Vec<Addresses> {
    let inside = |used: &Addresses| subnet.map_or(Ok(()), |subnet| free_to_use(used, subnet));
    let read = |value: Typed<'_>| value.addresses().and_then(|used| inside(&used).map(|()| used));
    let used = list(table, "used", limits::USED, read);
    let twice = |_: &Addresses, at: Ipv4Addr, _: &Addresses| {
        Fault::new(format!("{at} is in the list twice")).help("name each address once")
    };
    disjoint(table, "used", used, |used| *used, twice)
}

/// Addresses that something in a subnet can have: all but those that AWS keeps.
fn free_to_use(used: &Addresses, subnet: Ipv4Net) -> Result<(), Fault> {
    let whole = Addresses::of(subnet);
    if used.first < whole.first || used.last > whole.last {
        return Err(outside(used, subnet));
    }
    let kept = crate::plan::range::kept(subnet);
    let Some(at) = kept.iter().find_map(|kept| kept.meet(used)) else { return Ok(()) };
    let (first, last) = match kept.as_slice() {
        [head, tail] => (u32::from(head.last).saturating_add(1), u32::from(tail.first).saturating_sub(1)),
        _ => (1, 0),
    };
    let fault = Fault::new(format!("{at} is one of the addresses that AWS keeps of {subnet}"));
    Err(if first <= last {
        fault.help(format!("write addresses from {} to {}", Ipv4Addr::from(first), Ipv4Addr::from(last)))
    } else {
        fault.help("AWS keeps the first four and the last")
    })
}

fn outside(what: impl std::fmt::Display, subnet: Ipv4Net) -> Fault {
    Fault::new(format!("{what} is outside of the subnet {subnet}"))
        .help("correct it, or give it to the subnet that it is in")
}

/// CIDR reservations: inside the subnet, none overlapping another. In the order of the addresses.
pub(super) fn reservations(table: &mut Table<'_, '_>, subnet: Option<Ipv4Net>) -> Vec<Reservation> {
    let inside = |r: &Reservation| match subnet {
        Some(subnet) if !subnet.contains(&r.cidr) => Err(outside(r.cidr, subnet)),
        _ => Ok(()),
    };
    let read = |value: Typed<'_>| value.reservation().and_then(|r| inside(&r).map(|()| r));
    let all = list(table, "reservations", limits::RESERVATIONS, read);
    let overlap = |a: &Reservation, _: Ipv4Addr, b: &Reservation| {
        Fault::new(format!("{} overlaps {}", b.cidr, a.cidr)).help("AWS refuses reservations that overlap")
    };
    disjoint(table, "reservations", all, |r| Addresses::of(r.cidr), overlap)
}

/// The elements that can be read, with their places in the list.
fn list<T>(
    table: &mut Table<'_, '_>,
    key: &str,
    most: usize,
    read: impl Fn(Typed<'_>) -> Result<T, Fault>,
) -> Vec<(usize, T)> {
    let items = table.list(key).or(&[]);
    if let Err(fault) = at_most(items.len(), most) {
        table.fault(key, fault);
        return Vec::new();
    }
    let mut all = Vec::with_capacity(items.len());
    for (i, node) in items.iter().enumerate() {
        match read(table.typed(node)) {
            Ok(value) => all.push((i, value)),
            Err(fault) => table.fault_item(key, i, fault),
        }
    }
    all
}

/// The elements by address; of two that meet the later one in the list is reported.
fn disjoint<T>(
    table: &mut Table<'_, '_>,
    key: &str,
    mut all: Vec<(usize, T)>,
    place: impl Fn(&T) -> Addresses,
    fault: impl Fn(&T, Ipv4Addr, &T) -> Fault,
) -> Vec<T> {
    all.sort_by_key(|(i, value)| (place(value), *i));
    // sorted, an element meets an earlier one exactly if it begins before the one that reaches furthest ends
    let mut furthest: Option<&(usize, T)> = None;
    for next in &all {
        let met = furthest.and_then(|before| Some((before, place(&before.1).meet(&place(&next.1))?)));
        if let Some((before, at)) = met {
            let (first, later) = if before.0 < next.0 { (before, next) } else { (next, before) };
            table.fault_item(key, later.0, fault(&first.1, at, &later.1));
        }
        if furthest.is_none_or(|before| place(&before.1).last < place(&next.1).last) {
            furthest = Some(next);
        }
    }
    all.into_iter().map(|(_, value)| value).collect()
}
