//! What ipamd says of its node: its introspection (`/v1/enis`) and its metrics.
//!
//! Sources: aws/amazon-vpc-cni-k8s `pkg/ipamd/introspect.go`, `pkg/ipamd/datastore/data_store.go` (since v1.20 by
//! network card, before that without), `utils/prometheusmetrics/prometheusmetrics.go`.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::fact::{Fact, Ipamd, IpamdEni, Metrics};
use super::mistake::Mistake;
use super::take::{Take, harmless};
use super::value::{Document, Node, Table};

/// Its introspection answers on the node alone; its metrics answer through the API server, too.
pub(super) const RUN: &str = "curl -s http://localhost:61679/v1/enis > enis.json";
pub(super) const RUN_METRICS: &str =
    "kubectl get --raw /api/v1/namespaces/kube-system/pods/AWS-NODE-POD:61678/proxy/metrics > node.prom";

const ENIS: &str = "ENIs";
/// What it was called until v1.7.
const POOLS: &str = "ENIIPPools";

fn is_card(table: &Table<'_>) -> bool {
    table.get("TotalIPs").is_some() && (table.get(ENIS).is_some() || table.get(POOLS).is_some())
}

/// By network card, or the only one.
pub(super) fn is(document: &Document<'_>) -> bool {
    let Some(table) = document.table() else { return false };
    let first = || table.entries.first().and_then(|entry| entry.node.table());
    is_card(table) || first().is_some_and(|first| is_card(&first))
}

pub(super) fn read(document: &Document<'_>, take: &mut Take) {
    let Some(table) = document.table() else { return };
    let cards: Vec<Table<'_>> = match is_card(table) {
        true => vec![table.clone()],
        false => table.entries.iter().filter_map(|entry| entry.node.table()).collect(),
    };
    let mut ipamd = Ipamd::default();
    for card in &cards {
        let number = |key: &str, take: &mut Take| take.count(card, key, 0, u32::MAX).unwrap_or(0);
        ipamd.total = ipamd.total.saturating_add(number("TotalIPs", take));
        ipamd.assigned = ipamd.assigned.saturating_add(number("AssignedIPs", take));
        for key in [ENIS, POOLS] {
            let Some(enis) = take.table(card, key) else { continue };
            for entry in &enis.entries {
                match entry.node.table() {
                    Some(row) => {
                        let eni = eni(harmless(&entry.key), &row, take, &mut ipamd.latest);
                        ipamd.enis.push(eni);
                    }
                    None => take.wrong(entry.node, "an ENI", "a table"),
                }
            }
        }
    }
    take.facts.push(Fact::Ipamd(ipamd));
}

fn eni(id: String, row: &Table<'_>, take: &mut Take, latest: &mut Option<u64>) -> IpamdEni {
    let mut eni =
        IpamdEni { id, first: row.is_set("IsPrimary"), trunk: row.is_set("IsTrunk"), ..IpamdEni::default() };
    for key in ["AvailableIPv4Cidrs", "IPv4Addresses"] {
        let Some(cidrs) = take.table(row, key) else { continue };
        for entry in &cidrs.entries {
            let Some(cidr) = cidr(&entry.key) else {
                take.wrong(entry.node, &format!("the key of {key}"), "an address or a prefix");
                continue;
            };
            eni.cidrs.push(cidr);
            let Some(row) = entry.node.table() else { continue };
            match row.table("IPAddresses") {
                Some(addresses) => {
                    for entry in &addresses.entries {
                        let Ok(address) = entry.key.parse::<Ipv4Addr>() else { continue };
                        let [assigned, released] =
                            ["AssignedTime", "UnassignedTime"].map(|key| moment(entry.node, key));
                        *latest = (*latest).max(assigned).max(released);
                        match released {
                            _ if is_assigned(entry.node) => eni.assigned.push(address),
                            Some(at) => eni.released.push((address, at)),
                            None => {}
                        }
                    }
                }
                // until v1.7
                None if row.is_set("Assigned") => eni.assigned.push(cidr.addr()),
                None => {}
            }
        }
    }
    eni.assigned.sort_unstable();
    eni
}

fn cidr(text: &str) -> Option<Ipv4Net> {
    let single = || text.parse::<Ipv4Addr>().ok().map(Ipv4Net::from);
    text.parse::<Ipv4Net>().ok().or_else(single)
}

/// A moment in milliseconds since 1970, as Go writes it; its zero, of the year 1, is none.
fn moment(node: Node<'_>, key: &str) -> Option<u64> {
    let text = node.at(&[key]).and_then(Node::text)?;
    let (date, time) = text.split_once('T')?;
    let mut date = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    // behind the time of day: Z, or how far the clock is ahead
    let (clock, ahead) = match time.find(['Z', '+', '-']) {
        Some(at) => time.split_at(at),
        None => (time, "Z"),
    };
    let ahead = match ahead.strip_prefix(['+', '-']) {
        None => 0,
        Some(rest) => {
            let (hours, minutes) = rest.split_once(':')?;
            let minutes = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?;
            if ahead.starts_with('-') { -minutes } else { minutes }
        }
    };
    let mut clock = clock.splitn(3, ':');
    let (hours, minutes) = (clock.next()?.parse::<i64>().ok()?, clock.next()?.parse::<i64>().ok()?);
    let seconds = clock.next()?.parse::<f64>().ok().filter(|s| (0.0..61.0).contains(s))?;
    let valid = (1970..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    if !valid || !(0..=24).contains(&hours) || !(0..60).contains(&minutes) {
        return None;
    }
    // days of the civil calendar, years beginning in March so that the leap day is the last
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 719_469;
    let minutes = (days * 24 + hours) * 60 + minutes - ahead;
    u64::try_from(minutes * 60_000 + (seconds * 1_000.0) as i64).ok()
}

/// An address that no pod has has no key and no name of a pod.
fn is_assigned(node: Node<'_>) -> bool {
    let filled = |path: &[&str]| node.at(path).and_then(Node::text).is_some_and(|text| !text.is_empty());
    ["networkName", "containerID", "ifName"].iter().any(|key| filled(&["IPAMKey", key]))
        || filled(&["IPAMMetadata", "k8sPodName"])
}

/// The gauges that are read.
type Gauge = (&'static str, fn(&mut Metrics) -> &mut u64);
const GAUGES: [Gauge; 4] = [
    ("awscni_total_ip_addresses", |m| &mut m.total),
    ("awscni_assigned_ip_addresses", |m| &mut m.assigned),
    ("awscni_eni_allocated", |m| &mut m.enis),
    ("awscni_total_ipv4_prefixes", |m| &mut m.prefixes),
];

/// Whether a text is in Prometheus's text format, with ipamd's metrics in it.
pub(super) fn is_metrics(text: &str) -> bool {
    let sample = |line: &str| line.starts_with("awscni_") || line.starts_with("# HELP awscni_");
    // they come after those of Go itself
    text.starts_with("# HELP ") && text.lines().any(sample) || text.starts_with("awscni_")
}

/// Reads metrics, of one node or of several behind each other.
///
/// Source: Prometheus, "Exposition formats".
pub(super) fn metrics(text: &str, take: &mut Take) {
    let mut metrics = Metrics::default();
    let mut at = 0_usize;
    for line in text.split_inclusive('\n') {
        let start = at;
        at = at.saturating_add(line.len());
        let Some((name, slot)) = GAUGES
            .iter()
            .find(|(name, _)| line.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '\t', '{'])))
        else {
            continue;
        };
        // labels may hold anything
        let rest = line.get(name.len()..).unwrap_or_default();
        let rest = rest.rsplit_once('}').map_or(rest, |(_, behind)| behind);
        match rest.split_whitespace().next().and_then(whole) {
            Some(value) => {
                let slot = slot(&mut metrics);
                *slot = slot.saturating_add(value);
                metrics.nodes = metrics.nodes.saturating_add(u32::from(*name == GAUGES[0].0));
            }
            None => {
                let message = format!("{name} must be a whole number");
                take.note(Mistake::new(start..start.saturating_add(line.trim_end().len()), message));
            }
        }
    }
    if metrics.nodes > 0 {
        take.facts.push(Fact::Metrics(metrics));
    } else if take.mistakes.is_empty() {
        let message = format!("metrics without {}", GAUGES[0].0);
        take.note(Mistake::new(0..0, message).help(format!("run {RUN_METRICS}")));
    }
}

/// Gauges are floating-point numbers: `1234` or `1.234e+03`.
fn whole(text: &str) -> Option<u64> {
    let value: f64 = text.parse().ok()?;
    let bound = f64::from(u32::MAX);
    ((0.0..=bound).contains(&value) && value.fract() == 0.0).then_some(value as u64)
}
