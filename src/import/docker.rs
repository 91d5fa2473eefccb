//! What `docker network inspect` prints.
//!
//! Source of the keys: moby/moby, `api/types/network`. Containers come by their random ids, so that they are put
//! in the order of their addresses, which is the order in which docker gives them out.

use std::collections::HashSet;
use std::net::IpAddr;

use ipnet::IpNet;

use super::draft::unique;
use super::fact::{Container, Fact, Network};
use super::mistake::Mistake;
use super::take::{AN_ADDRESS, Take, address, harmless};
use super::value::{Document, Table};
use crate::text::excerpt;

pub(super) const RUN: &str = "docker network inspect kind > network.json";

/// Drivers whose networks have no addresses.
const BARE: [&str; 2] = ["host", "null"];

/// A list of networks, or one of them as `--format '{{json .}}'` prints it.
pub(super) fn is(document: &Document<'_>) -> bool {
    let first = document.list().and_then(|items| items.first()?.table());
    document.table().or(first.as_ref()).is_some_and(|table| table.get("IPAM").is_some())
}

pub(super) fn read(document: &Document<'_>, take: &mut Take) {
    for item in document.list().unwrap_or(&[document.node]) {
        match item.table() {
            Some(table) if table.get("IPAM").is_some() => one(&table, take),
            _ => take.wrong(*item, "an element of the list", "a network with IPAM"),
        }
    }
}

fn one(table: &Table<'_>, take: &mut Take) {
    let Some(name) = take.text(table, "Name") else {
        let at = table.node.span().start;
        take.note(Mistake::new(at..at, "a network without Name"));
        return;
    };
    let driver = take.text(table, "Driver").unwrap_or_default();
    if BARE.contains(&driver.as_str()) {
        let note = format!("the network {} has no addresses of its own (driver {driver})", excerpt(&name));
        take.facts.push(Fact::Note(note));
        return;
    }
    let mut network = Network { name, ..Network::default() };
    if !["", "bridge"].contains(&driver.as_str()) {
        network.notes.push(format!("its driver is {}: the plan takes it for a bridge", excerpt(&driver)));
    }
    let Some(ipam) = take.table(table, "IPAM") else { return };
    if let Some(other) = take.text(&ipam, "Driver").filter(|driver| driver != "default") {
        network
            .notes
            .push(format!("addresses come from {}: the plan takes docker's own way", excerpt(&other)));
    }
    for config in take.list(&ipam, "Config") {
        match config.table() {
            Some(config) => pool(&config, take, &mut network),
            None => take.wrong(config, "an element of Config", "a table"),
        }
    }
    if network.subnet.is_none() {
        network.subnet = network.ipv6_subnet.take();
    }
    if network.subnet.is_none() {
        network.notes.push("its subnet is not in the input: docker's next default one is taken".to_owned());
    }
    if let Some(containers) = take.table(table, "Containers") {
        read_containers(&containers, take, &mut network);
    }
    take.facts.push(Fact::Network(network));
}

/// One range of a network. A plan has one of each family.
fn pool(config: &Table<'_>, take: &mut Take, network: &mut Network) {
    let Some(subnet) = take.range(config, "Subnet") else { return };
    let gateway = take.address(config, "Gateway");
    let range = take.range(config, "IPRange");
    let aux = auxiliary(config, take);
    for (what, address) in gateway
        .map(|address| ("Gateway", address))
        .into_iter()
        .chain(range.map(|range| ("IPRange", range.addr())))
        .chain(aux.iter().map(|(_, address)| ("AuxiliaryAddresses", *address)))
    {
        if !subnet.contains(&address)
            && let Some(node) = config.get(what)
        {
            take.note(Mistake::new(node.span(), format!("{what}: {address} is not in {subnet}, its Subnet")));
        }
    }
    let slot = if subnet.addr().is_ipv4() { &mut network.subnet } else { &mut network.ipv6_subnet };
    if let Some(first) = slot {
        let first = *first;
        network.notes.push(format!("it has {subnet} beside {first}: the plan has one range of each family"));
        return;
    }
    *slot = Some(subnet);
    if subnet.addr().is_ipv4() {
        (network.gateway, network.ip_range, network.aux_addresses) = (gateway, range, aux);
    } else {
        of_ipv6(subnet, gateway, range, &aux, network);
    }
}

/// What a plan cannot say of the second range.
fn of_ipv6(
    subnet: IpNet,
    gateway: Option<IpAddr>,
    range: Option<IpNet>,
    aux: &[(String, IpAddr)],
    network: &mut Network,
) {
    let usual = crate::ipam::range::step(subnet.network(), 1);
    if let Some(gateway) = gateway.filter(|gateway| Some(*gateway) != usual) {
        network.notes.push(format!("the gateway of {subnet} is {gateway}: the plan takes its first address"));
    }
    if let Some(range) = range {
        network.notes.push(format!("addresses of {subnet} come from {range}: the plan takes all of it"));
    }
    for (name, address) in aux {
        network
            .notes
            .push(format!("{address} of {subnet} is kept for {}: the plan does not say so", excerpt(name)));
    }
}

fn auxiliary(config: &Table<'_>, take: &mut Take) -> Vec<(String, IpAddr)> {
    let Some(table) = take.table(config, "AuxiliaryAddresses") else { return Vec::new() };
    let (mut aux, mut taken) = (Vec::new(), HashSet::new());
    for entry in &table.entries {
        match entry.node.text().as_deref().and_then(address) {
            Some(address) => aux.push((unique(&mut taken, &named(&entry.key)), address)),
            None => {
                take.wrong(entry.node, &format!("the auxiliary address {}", excerpt(&entry.key)), AN_ADDRESS)
            }
        }
    }
    aux
}

/// A key as a name of the plan.
fn named(key: &str) -> String {
    match harmless(key) {
        empty if empty.is_empty() => "unnamed".to_owned(),
        name => name,
    }
}

fn read_containers(containers: &Table<'_>, take: &mut Take, network: &mut Network) {
    let mut taken = HashSet::new();
    for entry in &containers.entries {
        let Some(table) = entry.node.table() else {
            take.wrong(entry.node, "a container", "a table");
            continue;
        };
        let name = take.text(&table, "Name").unwrap_or_else(|| named(&entry.key));
        let name = unique(&mut taken, &name);
        let mut addresses = Vec::new();
        for key in ["IPv4Address", "IPv6Address"] {
            let Some(address) = take.address(&table, key) else { continue };
            if address.is_ipv4() == (key == "IPv4Address") {
                addresses.push(address);
            } else if let Some(node) = table.get(key) {
                take.wrong(
                    node,
                    key,
                    if key == "IPv4Address" { "an IPv4 address" } else { "an IPv6 address" },
                );
            }
        }
        network.containers.push(Container { name, addresses });
    }
    let place = |c: &Container| (c.addresses.is_empty(), c.addresses.first().copied(), c.name.clone());
    network.containers.sort_by_cached_key(place);
}
