//! The plan's text.

mod eks;

use std::fmt::Write as _;
use std::net::IpAddr;

use ipnet::IpNet;

use super::Imported;
use super::draft::{Cluster, Draft, Group};
use super::fact::Network;
use crate::plan::field::{quote, quote_key};
use crate::text::{shown, thousands};

pub(super) fn plan(draft: &Draft, sources: &[String]) -> Imported {
    let mut all: Vec<String> = sources.iter().take(SOURCES).map(|name| shown(name)).collect();
    let more = sources.len().saturating_sub(all.len());
    all.extend((more > 0).then(|| format!("{} more", thousands(more as u64))));
    let mut out = format!("# made by podroom import from {}\n", all.join(", "));
    let mut text = Text { out: &mut out, notes: 0, findings: Vec::new() };
    text.notes(&draft.notes);
    text.key("format", "1");
    text.key("name", &quote(name(draft)));
    text.list("vpc", &draft.vpc.iter().map(ToString::to_string).collect::<Vec<_>>());
    draft.subnets.iter().for_each(|subnet| text.subnet(subnet));
    draft.networks.iter().for_each(|network| text.network(network));
    draft.clusters.iter().for_each(|cluster| text.cluster(cluster));
    draft.eks.iter().for_each(|cluster| text.eks(cluster));
    let (notes, findings) = (text.notes, text.findings);
    Imported {
        text: out,
        networks: draft.networks.len(),
        subnets: draft.subnets.len(),
        clusters: draft.clusters.len() + draft.eks.len(),
        notes,
        findings,
    }
}

/// A plan of one thing is called like it.
fn name(draft: &Draft) -> &str {
    match (draft.clusters.as_slice(), draft.eks.as_slice(), draft.networks.as_slice()) {
        ([cluster], [], _) => &cluster.name,
        ([], [cluster], _) => &cluster.name,
        ([], [], [network]) => &network.name,
        _ => "imported",
    }
}

/// Inputs that the first line names.
const SOURCES: usize = 20;

/// Longest table that is written in a line, in characters.
const LINE: usize = 100;

struct Text<'a> {
    out: &'a mut String,
    notes: usize,
    findings: Vec<String>,
}

impl Text<'_> {
    fn notes(&mut self, notes: &[String]) {
        for note in notes {
            let _ = writeln!(self.out, "# {}", shown(note));
        }
        self.notes += notes.len();
    }

    fn key(&mut self, key: &str, value: &str) {
        let _ = writeln!(self.out, "{key} = {value}");
    }

    fn text(&mut self, key: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.key(key, &quote(&value.to_string()));
        }
    }

    fn number(&mut self, key: &str, value: Option<u32>) {
        if let Some(value) = value {
            self.key(key, &value.to_string());
        }
    }

    /// One range, or one of each family.
    fn ranges(&mut self, key: &str, ranges: &[IpNet]) {
        let mut ranges = ranges.to_vec();
        ranges.sort_by_key(|range| range.addr().is_ipv6());
        self.text(key, joined(&ranges));
    }

    /// Names with something each, in a line or, if that is long, in a table of their own; without any the key is
    /// left out. `of` is what has the tables. All other keys come before them.
    fn pairs(&mut self, of: &str, all: &[(&str, Vec<(&str, String)>)]) {
        let line = |pairs: &[(&str, String)], between: &str| -> String {
            let pairs: Vec<String> =
                pairs.iter().map(|(name, value)| format!("{} = {}", quote_key(name), quote(value))).collect();
            pairs.join(between)
        };
        let mut tables = String::new();
        for (key, pairs) in all.iter().filter(|(_, pairs)| !pairs.is_empty()) {
            let short = line(pairs, ", ");
            if short.chars().count() + key.len() <= LINE {
                self.key(key, &format!("{{ {short} }}"));
            } else {
                let _ = write!(tables, "\n[{of}.{key}]\n{}\n", line(pairs, "\n"));
            }
        }
        self.out.push_str(&tables);
    }

    fn network(&mut self, network: &Network) {
        self.out.push('\n');
        self.notes(&network.notes);
        self.out.push_str("[[network]]\n");
        self.key("name", &quote(&network.name));
        self.text("subnet", network.subnet);
        self.text("ip_range", network.ip_range);
        self.text("gateway", network.gateway);
        self.text("ipv6_subnet", network.ipv6_subnet);
        let aux = network.aux_addresses.iter().map(|(name, address)| (name.as_str(), address.to_string()));
        // a plan has one address for each
        let auto = |address: Option<&IpAddr>| address.map_or("auto".to_owned(), IpAddr::to_string);
        let containers = network.containers.iter().map(|c| (c.name.as_str(), auto(c.addresses.first())));
        self.pairs("network", &[("aux_addresses", aux.collect()), ("containers", containers.collect())]);
    }

    fn cluster(&mut self, cluster: &Cluster) {
        self.out.push('\n');
        self.notes(&cluster.notes);
        self.out.push_str("[[cluster]]\n");
        self.key("name", &quote(&cluster.name));
        self.key("manager", &quote(cluster.manager));
        self.text("network", cluster.network.as_ref());
        let (control_planes, workers) = cluster.containers.unzip();
        self.number("control_planes", control_planes);
        self.number("workers", workers);
        self.ranges("pod_subnet", &cluster.pods);
        self.ranges("service_subnet", &cluster.services);
        self.number("node_mask", cluster.mask_v4);
        self.number("node_mask_v6", cluster.mask_v6);
        self.number("max_pods", cluster.max_pods);
        let nodes = || cluster.nodes.iter();
        let addresses = nodes().filter_map(|node| Some((node.name.as_str(), joined(&node.addresses)?)));
        let ranges = nodes().filter_map(|node| Some((node.name.as_str(), joined(&node.ranges)?)));
        let tables = [("node_addresses", addresses.collect()), ("node_ranges", ranges.collect())];
        self.pairs("cluster", &tables);
        cluster.groups.iter().for_each(|group| self.group(group));
        cluster.workloads.iter().for_each(|workload| self.workload(workload));
    }

    fn group(&mut self, group: &Group) {
        self.out.push_str("\n[[cluster.node_group]]\n");
        self.key("name", &quote(&group.name));
        self.number("nodes", Some(group.nodes));
        self.number("max_pods", group.max_pods);
    }
}

/// With commas between them; `None` if there are none.
fn joined(of: &[impl ToString]) -> Option<String> {
    let texts: Vec<String> = of.iter().map(ToString::to_string).collect();
    (!texts.is_empty()).then(|| texts.join(","))
}
