//! What only other managers than the AWS VPC CNI know: lost state, stranded addresses, rings.

use super::super::report::Severity;
use super::{Context, Note};
use crate::engine::{lost, roster};
use crate::manager::PoolKind;
use crate::plan::{Place, Row};
use crate::suggest::nearest;
use crate::text::{addresses, count, excerpt, shown, thousands};

/// Addresses that two pods have at once.
pub fn lost_state(context: &Context) -> Vec<Note> {
    let mut notes = Vec::new();
    for (c, cluster, outcome) in context.all_clusters() {
        let Some(said) = &cluster.state_loss else { continue };
        let place = Place::key(Row::Cluster(c), "state_loss");
        let Some(lost) = lost::lost(context.plan, c, outcome) else {
            let members = roster::ranged(context.plan, c, outcome);
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
