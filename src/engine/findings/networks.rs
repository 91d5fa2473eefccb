//! Docker networks: what docker does not make, whom it refuses, what `kind create cluster` comes to.

use std::net::IpAddr;

use ipnet::IpNet;

use super::super::report::Severity;
use super::{Context, Note};
use crate::engine::networks::{Network, Refused, Who, endpoint};
use crate::ipam::Range;
use crate::ipam::docker::{self, Error, Spec, Use};
use crate::ipam::range::step;
use crate::manager::Nodes;
use crate::plan::{Place, Row};
use crate::text::{count, shown, thousands};

/// Docker does not make a network, or refuses somebody whom the plan names: the first of each network.
pub fn refused(context: &Context) -> Vec<Note> {
    let networks = context.attached.networks.iter().enumerate();
    networks
        .filter_map(|(n, network)| not_made(context, n, network).or(first_refused(context, n, network)))
        .collect()
}

fn not_made(context: &Context, n: usize, network: &Network) -> Option<Note> {
    let made = network.ranges.iter().find(|made| made.network.is_err())?;
    let error = made.network.as_ref().err()?;
    let row = context.plan.networks.get(n)?;
    // of two ranges docker looks at the first first
    let key = |six: bool| {
        if six && row.subnet.is_none_or(|s| s.addr().is_ipv4()) { "ipv6_subnet" } else { "subnet" }
    };
    let at = |key: &str| Place::key(Row::Network(n), key);
    let (place, help) = match error {
        Error::Gateway { gateway: Some(_), .. } => {
            (at("gateway"), "write an address that is free, or none: docker takes the first".to_string())
        }
        Error::Gateway { gateway: None, .. } => (
            at("subnet"),
            "it has no address for its gateway: write a larger subnet, or a gateway".to_string(),
        ),
        Error::AuxOutside { name, subnet, .. } => (
            Place::item(Row::Network(n), "aux_addresses", name),
            format!("write an address of {subnet}, or take it away"),
        ),
        Error::AuxTaken { name, .. } => (
            Place::item(Row::Network(n), "aux_addresses", name),
            "write another address, or take it away".to_string(),
        ),
        Error::SubnetBits(subnet) => (at(key(subnet.addr().is_ipv6())), format!("write {}", subnet.trunc())),
        Error::IpRange { subnet, .. } => (at("ip_range"), format!("write a range inside of {subnet}")),
        Error::PoolsFull => (at("subnet"), "write a subnet: docker has 31 of its own".to_string()),
        _ => (at("subnet"), "correct the subnet".to_string()),
    };
    let place = if row.implied { place_of(context, n) } else { place };
    let message = format!("docker does not make {}: {error}", shown(&row.name));
    Some(Note::new(Severity::Error, place, message, help))
}

/// Names and what the plan says of them.
struct Named<'p> {
    name: String,
    addresses: Vec<IpAddr>,
    place: Place,
    row: &'p crate::plan::Network,
}

fn named<'p>(context: &Context<'p>, n: usize, who: Who) -> Option<Named<'p>> {
    let row = context.plan.networks.get(n)?;
    Some(match who {
        Who::Container(i) => {
            let (name, address) = row.containers.get(i)?;
            let place = Place::item(Row::Network(n), "containers", name);
            Named { name: name.clone(), addresses: address.iter().copied().collect(), place, row }
        }
        Who::Known(c, i) => {
            let cluster = context.plan.clusters.get(c)?;
            let (name, _) = cluster.node_addresses.get(i)?;
            let of = cluster.node_addresses.iter().filter(|(other, _)| other == name);
            let place = Place::item(Row::Cluster(c), "node_addresses", name);
            Named { name: endpoint(cluster, name), addresses: of.map(|(_, a)| *a).collect(), place, row }
        }
    })
}

fn first_refused(context: &Context, n: usize, network: &Network) -> Option<Note> {
    let Refused { who, error } = network.refused.first()?;
    let named = named(context, n, *who)?;
    let none_left = |error: &Error| matches!(error, Error::NoneLeft { .. });
    let (place, help) = if none_left(error) {
        let failed = network.refused.iter().filter(|refused| none_left(&refused.error)).count() as u64;
        remedy(context, n, error, failed, "container")?
    } else {
        (named.place.clone(), other_address(network, &named, *who, error))
    };
    let more = match network.refused.len() - 1 {
        0 => String::new(),
        1 => "; one more gets none".to_string(),
        more => format!("; {} more get none", thousands(more as u64)),
    };
    let (name, row) = (shown(&named.name), shown(&named.row.name));
    let message = format!("{name} gets no address of {row}: {error}{more}");
    Some(Note::new(Severity::Error, place, message, help))
}

/// What to write where an address of one's own choice is not to be had.
fn other_address(network: &Network, named: &Named, who: Who, error: &Error) -> String {
    let made = || network.ranges.iter().filter_map(|made| made.network.as_ref().ok());
    match error {
        Error::Outside(_) => {
            let ranges: Vec<String> = network.ranges.iter().map(|made| made.range.to_string()).collect();
            format!("write an address of {}", ranges.join(" or "))
        }
        Error::Taken => {
            let whose = named.addresses.iter().find_map(|address| {
                let network = made().find(|network| network.spec().subnet.contains(address))?;
                let (_, by) = network.taken().find(|(taken, _)| taken == address)?;
                Some((address, by, network.lowest_free()))
            });
            let Some((address, by, free)) = whose else { return "write another address".to_string() };
            let by = match by {
                Use::Network => "the network's own".to_string(),
                Use::Anycast => "that of routers".to_string(),
                Use::Broadcast => "for broadcasts".to_string(),
                Use::Gateway => "the gateway's".to_string(),
                Use::Aux(name) => format!("kept for {} (aux_addresses)", shown(name)),
                Use::Endpoint(name) => format!("that of {}", shown(name)),
            };
            let auto = if matches!(who, Who::Container(_)) { ", or \"auto\"" } else { "" };
            let free = free.map_or(String::new(), |free| format!(", such as {free}"));
            format!("{address} is {by}: write another{free}{auto}")
        }
        _ => "give it another name".to_string(),
    }
}

/// The input of a network; that of one which kind makes is the first cluster on it.
fn place_of(context: &Context, n: usize) -> Place {
    if context.plan.networks.get(n).is_some_and(|network| network.implied) {
        let c = context.plan.clusters.iter().position(|c| c.network == Some(n)).unwrap_or(0);
        return Place::key(Row::Cluster(c), "workers");
    }
    Place::key(Row::Network(n), "subnet")
}

/// What `kind create cluster` does, cluster by cluster: its containers start at once, so the number that gets an
/// address is certain and who gets which is not.
pub fn kind_create(context: &Context) -> Vec<Note> {
    let mut notes = Vec::new();
    let clusters = context.all_clusters().zip(&context.attached.clusters);
    for ((c, cluster, _), seats) in clusters.filter(|((_, c, _), _)| c.manager.nodes == Nodes::Containers) {
        let Some((n, row)) = cluster.network.and_then(|n| Some((n, context.plan.networks.get(n)?))) else {
            continue;
        };
        let Some(network) = context.attached.networks.get(n) else { continue };
        if network.ranges.iter().any(|made| made.network.is_err()) {
            continue;
        }
        let (wanted, got) = (seats.wanted(), seats.got());
        let given = runs(seats.addresses(0).collect());
        let balanced = match seats.balancer {
            Some(_) => " (one is the load balancer of the control planes)",
            None => "",
        };
        let (name, who) = (shown(&row.name), format!("kind create cluster --name {}", shown(&cluster.name)));
        let Some(refusal) = seats.refusal() else {
            let containers = match wanted {
                1 => "its container gets".to_string(),
                n => format!("all {} containers get", thousands(n)),
            };
            let message = format!("{who}: {containers} {given} of {name}{balanced}");
            let help = "which container gets which is chance: they start at once";
            notes.push(Note::new(Severity::Info, Place::key(Row::Cluster(c), "workers"), message, help));
            continue;
        };
        let failed = wanted.saturating_sub(got);
        let message = format!(
            "{who}: of {} {} of {name}, {} with \"{refusal}\"{balanced}",
            count(wanted, "container"),
            match got {
                0 => "none gets an address".to_string(),
                1 => format!("one gets {given}"),
                n => format!("{} get {given}", thousands(n)),
            },
            if failed == 1 { "one fails".to_string() } else { format!("{} fail", thousands(failed)) },
        );
        let (place, help) = match refusal {
            Error::NoneLeft { .. } => remedy(context, n, refusal, failed, "node"),
            _ => None,
        }
        .unwrap_or_else(|| {
            let help = "correct the address that docker refuses".to_string();
            (Place::key(Row::Cluster(c), "node_addresses"), help)
        });
        notes.push(Note::new(Severity::Error, place, message, help));
    }
    notes
}

/// What would let so many containers more have an address, the smallest change first, and where.
fn remedy(context: &Context, n: usize, error: &Error, failed: u64, of: &str) -> Option<(Place, String)> {
    let row = context.plan.networks.get(n)?;
    let Error::NoneLeft { six, .. } = error else { return None };
    let mut ranges = context.attached.networks.get(n)?.ranges.iter().enumerate();
    let (i, made) = ranges.find(|(_, made)| made.range.addr().is_ipv6() == *six)?;
    let network = made.network.as_ref().ok()?;
    let spec = network.spec();
    let mut ways = Vec::new();
    let aux = spec.aux.iter().filter(|(_, address)| made.pool().contains(address));
    let aux: Vec<String> = aux.map(|(name, _)| shown(name)).collect();
    if aux.len() as u64 >= failed {
        ways.push(format!(
            "take aux_addresses away ({})",
            aux.iter().take(3).cloned().collect::<Vec<_>>().join(", ")
        ));
    }
    // who is attached by name outside of what is given out now may be inside of what would be
    let inside =
        |pool: IpNet| network.endpoints().filter(|(_, address)| pool.contains(address)).count() as u128;
    let enough = |spec: Spec| {
        let pool = spec.ip_range.unwrap_or(spec.subnet);
        let needed =
            network.capacity() + u128::from(failed) + inside(pool) - inside(made.pool()).min(inside(pool));
        docker::Network::create(spec).is_ok_and(|made| made.capacity() >= needed)
    };
    let wider = |net: IpNet, prefix: u8| IpNet::new(net.addr(), prefix).map(|net| net.trunc()).ok();
    let range = spec.ip_range.and_then(|range| {
        let prefixes = (spec.subnet.prefix_len()..range.prefix_len()).rev();
        let mut prefixes = prefixes.filter_map(|prefix| wider(range, prefix));
        prefixes.find(|range| enough(Spec { ip_range: Some(*range), ..spec.clone() }))
    });
    let least = if *six { 16 } else { 8 };
    let subnet = (least..spec.subnet.prefix_len()).rev().find(|prefix| {
        let subnet = wider(spec.subnet, *prefix);
        subnet.is_some_and(|subnet| enough(Spec { subnet, ip_range: None, ..spec.clone() }))
    });
    let key = match (range, i) {
        (Some(range), _) => {
            ways.push(format!("make the ip_range {range}"));
            "ip_range"
        }
        (None, i) => {
            let alone = if spec.ip_range.is_some() { " without ip_range" } else { "" };
            ways.extend(subnet.map(|prefix| format!("make the subnet a /{prefix}{alone}")));
            if i == 0 { "subnet" } else { "ipv6_subnet" }
        }
    };
    ways.push(format!("have {} fewer", count(failed, of)));
    let place = if row.implied { place_of(context, n) } else { Place::key(Row::Network(n), key) };
    Some((place, ways.join(", or ")))
}

/// Addresses as runs: `172.20.0.2-172.20.0.5, 172.20.0.7`.
fn runs(mut all: Vec<Range>) -> String {
    all.sort_unstable();
    let mut runs: Vec<Range> = Vec::new();
    for next in all {
        match runs.last_mut() {
            Some(run) if step(run.last, 1) == Some(next.first) => run.last = next.last,
            _ => runs.push(next),
        }
    }
    let words: Vec<String> = runs.iter().take(6).map(ToString::to_string).collect();
    words.join(", ") + if runs.len() > 6 { ", …" } else { "" }
}
