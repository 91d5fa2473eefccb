//! What only other managers than the AWS VPC CNI know: docker networks, kind, lost state, stranded addresses, rings.

use std::collections::HashSet;
use std::net::IpAddr;

use super::super::report::Severity;
use super::{Context, Note};
use crate::engine::roster::Member;
use crate::engine::{brought, lost, roster};
use crate::ipam::{docker, kind};
use crate::manager::{Nodes, PoolKind};
use crate::plan::{Cluster, Place, Row};
use crate::suggest::nearest;
use crate::text::{addresses, count, excerpt, shown, thousands};

/// Docker does not make a network, or refuses a container.
pub fn refused(context: &Context) -> Vec<Note> {
    let mut notes = Vec::new();
    for (n, made) in brought::networks(context.plan).iter().enumerate() {
        let network = &context.plan.networks[n];
        for made in made {
            if let Err(text) = &made.network {
                let message = format!("docker does not make {}: {text}", shown(&network.name));
                let help = "correct the range, the gateway or the auxiliary addresses";
                notes.push(Note::new(Severity::Error, place_of(context, n), message, help));
            }
            for (container, text) in &made.refused {
                let message =
                    format!("{} gets no address of {}: {text}", shown(container), shown(&network.name));
                let help = "a larger subnet, another address, or fewer containers";
                notes.push(Note::new(Severity::Error, place_of(context, n), message, help));
            }
        }
    }
    notes
}

/// The input of a network; that of one which kind makes is the first cluster on it.
fn place_of(context: &Context, n: usize) -> Place {
    if context.plan.networks[n].implied {
        let c = context.plan.clusters.iter().position(|c| c.network == Some(n)).unwrap_or(0);
        return Place::key(Row::Cluster(c), "workers");
    }
    Place::key(Row::Network(n), "subnet")
}

/// What `kind create cluster` does, cluster by cluster: its containers start at once, so the number that gets an
/// address is certain and who gets which is not.
pub fn kind_create(context: &Context) -> Vec<Note> {
    let plan = context.plan;
    let mut notes = Vec::new();
    for (c, cluster, outcome) in
        context.all_clusters().filter(|(_, c, _)| c.manager.nodes == Nodes::Containers)
    {
        let Some(n) = cluster.network else { continue };
        let made = brought::networks(plan).into_iter().nth(n).into_iter().flatten().next();
        let Some(Ok(network)) = made.map(|made| made.network) else { continue };
        let members = roster::roster(plan, c, outcome);
        let mut got: Vec<IpAddr> = members.iter().filter_map(|m| m.addresses.first().copied()).collect();
        got.extend(roster::balancer(plan, c).first());
        let wanted =
            kind::containers(cluster.settings.control_planes.into(), cluster.settings.workers.into());
        let name = shown(&plan.networks[n].name);
        let who = format!("kind create cluster --name {}", shown(&cluster.name));
        let failed = wanted.saturating_sub(got.len() as u64);
        // it may be the balancer that gets none
        let refusal = members.iter().find_map(|m| m.refused.clone());
        let refusal = refusal.unwrap_or_else(|| network.none_left().to_string());
        if failed == 0 {
            let containers = match wanted {
                1 => "its container gets".to_string(),
                n => format!("all {} containers get", thousands(n)),
            };
            let message = format!("{who}: {containers} {} of {name}{}", runs(got), balanced(cluster));
            let help = "which container gets which is chance: they start at once";
            notes.push(Note::new(Severity::Info, Place::key(Row::Cluster(c), "workers"), message, help));
            continue;
        }
        let message = format!(
            "{who}: of {} {} of {name}, {} with \"{refusal}\"{}",
            count(wanted, "container"),
            match got.len() {
                0 => "none gets an address".to_string(),
                1 => format!("one gets {}", runs(got)),
                n => format!("{} get {}", thousands(n as u64), runs(got)),
            },
            if failed == 1 { "one fails".to_string() } else { format!("{} fail", thousands(failed)) },
            balanced(cluster)
        );
        notes.push(Note::new(
            Severity::Error,
            place_of(context, n),
            message,
            remedy(context, n, &network, failed),
        ));
    }
    notes
}

fn balanced(cluster: &Cluster) -> &'static str {
    if cluster.settings.control_planes > 1 { " (one is the load balancer of the control planes)" } else { "" }
}

/// What would let so many containers more have an address.
fn remedy(context: &Context, n: usize, network: &docker::Network, failed: u64) -> String {
    let row = &context.plan.networks[n];
    let mut ways = Vec::new();
    let aux = row.aux_addresses.len() as u64;
    if aux >= failed {
        let names: Vec<String> = row.aux_addresses.iter().map(|(name, _)| shown(name)).take(3).collect();
        ways.push(format!("take aux_addresses away ({})", names.join(", ")));
    }
    let spec = network.spec();
    let needed = network.capacity() + u128::from(failed);
    let larger = (8..spec.subnet.prefix_len()).rev().find(|prefix| {
        let wider = ipnet::IpNet::new(spec.subnet.addr(), *prefix).map(|net| net.trunc());
        let spec = wider.map(|subnet| docker::Spec { subnet, ip_range: None, ..spec.clone() });
        let made = spec.ok().and_then(|spec| docker::Network::create(spec).ok());
        made.is_some_and(|made| made.capacity() >= needed)
    });
    ways.extend(larger.map(|prefix| format!("make the subnet a /{prefix}")));
    ways.push(format!("have {} fewer", count(failed, "node")));
    ways.join(", or ")
}

/// Addresses as runs: `172.20.0.2-172.20.0.5, 172.20.0.7`.
fn runs(mut all: Vec<IpAddr>) -> String {
    all.sort_unstable();
    let mut runs: Vec<crate::ipam::Range> = Vec::new();
    for address in all {
        match runs.last_mut() {
            Some(run) if crate::ipam::range::step(run.last, 1) == Some(address) => run.last = address,
            _ => runs.extend(crate::ipam::Range::new(address, address)),
        }
    }
    let words: Vec<String> = runs.iter().take(6).map(ToString::to_string).collect();
    words.join(", ") + if runs.len() > 6 { ", …" } else { "" }
}

/// Addresses that two pods have at once.
pub fn lost_state(context: &Context) -> Vec<Note> {
    let mut notes = Vec::new();
    for (c, cluster, outcome) in context.all_clusters() {
        let Some(said) = &cluster.state_loss else { continue };
        let place = Place::key(Row::Cluster(c), "state_loss");
        let Some(lost) = lost::lost(context.plan, c, outcome) else {
            let members = roster::roster(context.plan, c, outcome);
            let names = || members.iter().map(|m| m.name.as_str());
            let message = match &said.node {
                Some(name) => format!("state_loss: {} has no node {}", shown(&cluster.name), excerpt(name)),
                None => format!("state_loss: {} has no node that could lose state", shown(&cluster.name)),
            };
            let help = match said.node.as_deref().and_then(|name| nearest(name, names())) {
                Some(close) => format!("did you mean {}?", excerpt(close)),
                None => "name one of its nodes, or none: that with most pods is meant then".to_string(),
            };
            notes.push(Note::new(Severity::Error, place, message, help));
            continue;
        };
        let (severity, remedy) = lost.remedy();
        notes.push(Note::new(severity, place, lost.sentence(), remedy));
    }
    notes
}

/// Addresses of nodes' ranges that max pods keeps out of use.
pub fn stranded(context: &Context) -> Vec<Note> {
    let mut notes = Vec::new();
    for (pool, row) in context.report.pools.iter().enumerate() {
        let Some(c) = context.cluster_of(pool) else { continue };
        let stranded = row.settled.stranded;
        // where nobody chooses how large a node's range is, there is nothing to say
        let chosen = context.plan.clusters[c].manager.reads("node_mask");
        if stranded == 0 || row.settled.held == 0 || !chosen {
            continue;
        }
        let message = format!(
            "{} of the {} that nodes hold of {} can never be a pod's: max pods ends before their ranges do",
            thousands(stranded),
            addresses(row.settled.held),
            row.name
        );
        let help = "smaller ranges for nodes (a longer node_mask), or a larger max_pods";
        notes.push(Note::new(Severity::Info, Place::key(Row::Cluster(c), "node_mask"), message, help));
    }
    notes
}

/// A ring is split by powers of two, and maybe not among all peers.
pub fn ring(context: &Context) -> Vec<Note> {
    let mut notes = Vec::new();
    for (pool, row) in context.report.pools.iter().enumerate() {
        let Some(c) = context.cluster_of(pool).filter(|_| row.kind == PoolKind::Ring) else { continue };
        let nodes: u64 = row.settled.by.iter().map(|by| by.nodes).sum();
        if nodes == 0 {
            continue;
        }
        let cluster = &context.plan.clusters[c];
        let message = crate::manager::weave::split_sentence(&cluster.settings, nodes);
        let help = "shares are no limits: who has nothing left is given some of another's; with --ipalloc-init \
                    consensus peers that come late to the first allocation may be left out of the split";
        notes.push(Note::new(Severity::Info, Place::key(Row::Cluster(c), "pod_subnet"), message, help));
        if cluster.settings.dead_peers > 0 {
            let dead = cluster.settings.dead_peers.into();
            let message = format!(
                "{} of {} {}: nobody can have an address of {} until weave rmpeer takes {} over",
                count(dead, "dead peer"),
                shown(&cluster.name),
                if dead == 1 { "keeps its share" } else { "keep their shares" },
                if dead == 1 { "it" } else { "these" },
                if dead == 1 { "it" } else { "them" },
            );
            let help = "run weave rmpeer for each, on one host only: on two, both own the share and give out the same \
                        addresses";
            notes.push(Note::new(
                Severity::Warning,
                Place::key(Row::Cluster(c), "dead_peers"),
                message,
                help,
            ));
        }
    }
    notes
}

/// Nodes of a cluster that a known address or range does not fit.
pub fn facts(context: &Context) -> Vec<Note> {
    let mut notes = Vec::new();
    for (c, cluster, outcome) in context.all_clusters().filter(|(_, c, _)| !c.node_addresses.is_empty()) {
        let members = roster::roster(context.plan, c, outcome);
        let balancer = brought::balancer(cluster);
        let known: HashSet<&str> =
            members.iter().map(|m: &Member| m.name.as_str()).chain(balancer.as_deref()).collect();
        for (name, address) in &cluster.node_addresses {
            if known.contains(name.as_str()) {
                continue;
            }
            let message = format!("{} has the address {address}, but the plan has no such node", shown(name));
            let help =
                "the plan has fewer nodes than were there: correct their number, or remove the address";
            let place = Place::item(Row::Cluster(c), "node_addresses", name);
            notes.push(Note::new(Severity::Info, place, message, help));
        }
    }
    notes
}
