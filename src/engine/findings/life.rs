//! What only a node's life shows: settings that never rest, bursts that take long, waits and calls without end.
//!
//! These run at every keystroke, so the figures are those of closed forms ([`pace`]); tests hold them to the
//! state machine.

use std::collections::BTreeMap;

use super::super::report::{PoolRow, Severity};
use super::nodes::{each, wanted};
use super::{Context, Note, Seen};
use crate::cni::pace::{self, Cycle};
use crate::cni::settle::Range;
use crate::cni::{PREFIX, Stop, Targets, settle};
use crate::engine::hold::{Cni, Part};
use crate::plan::{Place, Row};
use crate::text::{addresses, count, thousands};

impl<'a> Seen<'a> {
    fn parts(&self) -> impl Iterator<Item = (&'a Part, &'a Cni)> {
        self.outcome.parts[self.index].iter().filter_map(|part| Some((part, part.cni.as_ref()?)))
    }

    /// The part whose nodes run most pods with an address of their pool.
    fn busiest(&self) -> Option<(&'a Part, &'a Cni)> {
        self.parts().max_by_key(|(part, _)| part.running)
    }
}

pub fn never_settles(context: &Context) -> Vec<Note> {
    each(context, |seen| {
        let (name, possible) = zero_target(seen)?;
        let cycles = seen.parts().filter_map(|(p, cni)| Some((p, pace::cycle(&cni.settled)?)));
        let cycles: Vec<(&Part, Cycle)> = cycles.collect();
        let place = seen.variable(name);
        let help = format!("set {name} = 1, or WARM_IP_TARGET with MINIMUM_IP_TARGET");
        let Some((_, first)) = cycles.first() else {
            let message = format!(
                "{name} = 0: a node of {} whose addresses are all in use {}; today none is",
                seen.name(),
                takes(&possible)
            );
            return Some(Note::new(Severity::Info, place, message, help));
        };
        let nodes = cycles.iter().map(|(p, _)| p.nodes).sum();
        let calls = cycles.iter().map(|(p, cycle)| p.nodes * cycle.calls_an_hour()).sum();
        let message = format!(
            "{name} = 0: {} of {} {}{}: {} EC2 calls an hour",
            count(nodes, "node"),
            seen.name(),
            if nodes == 1 { "" } else { "never settle: each " },
            takes(first),
            thousands(calls),
        );
        Some(Note::new(Severity::Warning, place, message, help))
    })
}

/// `takes a prefix and gives it back every 35 seconds, for ever`.
fn takes(cycle: &Cycle) -> String {
    let what = if cycle.eni { "a whole ENI" } else { "a prefix" };
    format!("takes {what} and gives it back every {} seconds, for ever", cycle.period / 1_000)
}

/// The variable that makes nodes of a group cycle, and what a node with all its addresses in use would do.
fn zero_target(seen: &Seen) -> Option<(&'static str, Cycle)> {
    seen.shapes().find_map(|shape| {
        let (name, full) = match shape.node.targets {
            Targets::Enis { warm: 0 } => ("WARM_ENI_TARGET", shape.node.slots),
            Targets::Prefixes { warm: 0 } => ("WARM_PREFIX_TARGET", PREFIX),
            _ => return None,
        };
        Some((name, pace::cycle(&settle(&shape.node, full))?))
    })
}

/// Nodes that lack addresses and ask for them at every decision of the loop, without a pause.
pub fn retries(context: &Context) -> Vec<Note> {
    let mut notes = Vec::new();
    let pools = context.report.pools.iter().enumerate();
    let short: Vec<_> = pools.filter(|(_, pool)| pool.settled.is_short()).collect();
    for seen in context.groups() {
        if !short.is_empty() && seen.group.settings.subnet_discovery {
            let wanting = wanting(&seen);
            notes.extend(short.iter().filter_map(|(s, pool)| Some(dry(&seen, wanting.get(s)?, pool))));
        }
        let stuck = |Cni { node, settled, .. }: &Cni| {
            let room = node.eni_limit.saturating_sub(node.unmanaged + u64::from(node.trunk_reserved));
            !node.more_enis && settled.stop == Stop::Slots && room > 1
        };
        let parts: Vec<&Part> = seen.parts().filter(|(_, cni)| stuck(cni)).map(|(p, _)| p).collect();
        let Some(part) = parts.first() else { continue };
        let nodes: u64 = parts.iter().map(|p| p.nodes).sum();
        let message = format!(
            "{} of {} {} more addresses than the first ENI has, and no subnet may take another: {} DescribeSubnets \
             calls an hour for ever, as nothing makes the program pause",
            count(nodes, "node"),
            seen.name(),
            if nodes == 1 { "wants" } else { "want" },
            thousands(nodes * pace::TAG_CALLS_AN_HOUR)
        );
        let help = "tag another subnet of the zone with kubernetes.io/role/cni = 1, or take the tag 0 away";
        let place = Place::key(Row::Subnet(part.subnet), "role_cni");
        notes.push(Note::new(Severity::Warning, place, message, help));
    }
    notes
}

/// Of each pool the nodes of a group that have all their ENIs and may want more of it: how many, and what one that
/// holds most of it holds.
fn wanting(seen: &Seen) -> BTreeMap<usize, (u64, u64)> {
    let mut wanting: BTreeMap<usize, (u64, u64)> = BTreeMap::new();
    for (part, _) in seen.parts().filter(|(_, cni)| pace::may_lack_on_last_eni(&cni.node, &cni.settled)) {
        for take in part.takes.iter().filter(|take| take.assigned + take.unused > 0) {
            let (nodes, most) = wanting.entry(take.pool).or_default();
            (*nodes, *most) = (*nodes + part.nodes, take.held().max(*most));
        }
    }
    wanting
}

/// Nodes of a group that want more of a short subnet than there is, and that have all their ENIs.
fn dry(seen: &Seen, (nodes, held): &(u64, u64), pool: &PoolRow) -> Note {
    // as many of them as together want what is missing; where only blocks are missing at least one
    let nodes = pool.settled.short.div_ceil(*held).min(*nodes).max(1);
    let name = &pool.name;
    let message = format!(
        "a node of {} that has all its ENIs and finds {name} dry asks again every 5 seconds without a pause: {} failing \
         EC2 calls an hour for each ENI with room, {} for the {} that {name} is short of",
        seen.name(),
        thousands(pace::DRY_CALLS_AN_HOUR),
        thousands(nodes * pace::DRY_CALLS_AN_HOUR),
        count(nodes, "node"),
    );
    let help =
        "with ENABLE_SUBNET_DISCOVERY = false it pauses 120 seconds after a refusal; more addresses end it";
    Note::new(Severity::Warning, pool.place.clone(), message, help)
}

/// Longest wait of a pod for its address that is nothing to speak of, milliseconds: a minute, our own measure.
const PATIENCE: u64 = 60_000;

/// Targets of addresses let a pool grow by as many as they are at each decision, however many pods wait.
pub fn slow_burst(context: &Context) -> Vec<Note> {
    each(context, |seen| {
        let (part, Cni { node, .. }) = seen.busiest()?;
        let Targets::Ips { warm, .. } = node.targets else { return None };
        // a pod every 5 seconds is slow for every burst up to the high water, which today may be far below
        let slow = warm.div_ceil(node.per_slot()) * node.per_slot() < 2;
        let high =
            part.churn.as_ref().filter(|_| slow).map_or(0, |churn| churn.high.min(node.address_limit()));
        let pods = part.running.max(high);
        let wait = pace::burst(node, pods).filter(|wait| *wait > PATIENCE)?;
        let most = wanted(seen).min(node.address_limit());
        let full = pace::burst(node, most).filter(|_| pods < most);
        let full = full.map_or(String::new(), |wait| {
            format!(", of the {} that max pods allows after {} s", thousands(most), thousands(wait / 1_000))
        });
        let message = format!(
            "WARM_IP_TARGET = {warm}: a new node of {} gives out at most {} every 5 seconds; of the {} of a full node \
             the last starts after {} s{full}",
            seen.name(),
            addresses(warm.div_ceil(node.per_slot()) * node.per_slot()),
            count(pods, "pod"),
            thousands(wait / 1_000),
        );
        let help = "set MINIMUM_IP_TARGET to the pods that a node runs, or raise WARM_IP_TARGET";
        Some(Note::new(Severity::Warning, seen.variable("WARM_IP_TARGET"), message, help))
    })
}

/// A rolling update replaces so much of a Deployment at once: a quarter (`maxSurge`, `maxUnavailable`).
/// Source: Kubernetes documentation, "Deployments".
const AT_ONCE: u64 = 4;
/// Seconds of the program's own cool-down.
const COOL: u64 = 30;

/// Pods that are replaced on a node that can have no more addresses wait for those that the old ones leave.
pub fn cool_down(context: &Context) -> Vec<Note> {
    each(context, |seen| {
        let (_, Cni { settled, .. }) = seen.busiest()?;
        let replaced = settled.running.div_ceil(AT_ONCE);
        let wait = seen.group.settings.cooldown;
        let grows = settled.stop == Stop::Satisfied || settled.range != Range::Exact;
        if grows || settled.starved() > 0 || settled.unused() >= replaced || wait == 0 {
            return None;
        }
        let (free, waiting) = match settled.unused() {
            0 => ("no address".to_string(), format!("the {} new ones", thousands(replaced))),
            free => (addresses(free), format!("{} of {} new ones", replaced - free, thousands(replaced))),
        };
        let message = format!(
            "a full node of {} has {free} beside those of its {} and can have no more: when a rolling update replaces a \
             quarter of the pods there, {waiting} wait {wait} seconds or longer until an address has cooled down",
            seen.name(),
            count(settled.running, "pod"),
        );
        let severity = if wait > COOL { Severity::Warning } else { Severity::Info };
        let help =
            "run fewer pods on a node, choose a type with more addresses, or shorten IP_COOLDOWN_PERIOD";
        Some(Note::new(severity, seen.variable("IP_COOLDOWN_PERIOD"), message, help))
    })
}

/// Addresses that pods have keep their slots when a node's mode is switched, so that a full one gets no prefix.
/// With IP targets nothing ever frees those slots: an ENI goes only if others have enough free addresses.
pub fn mode_switch(context: &Context) -> Vec<Note> {
    each(context, |seen| {
        let (part, Cni { node, .. }) = seen.busiest()?;
        let full = node.slot_limit();
        let deadlocks = node.prefix_mode
            && matches!(node.targets, Targets::Ips { .. })
            && full > 0
            && part.running >= full;
        if !deadlocks {
            return None;
        }
        let message = format!(
            "prefix mode with IP targets: a node of {} that still runs in secondary-IP mode, a pod on each of its {}, \
             gets no prefix when aws-node restarts with these settings; every new pod on it stays pending, for ever",
            seen.name(),
            addresses(full),
        );
        let help =
            "when you switch a live cluster to prefix mode, replace nodes, do not restart aws-node on them";
        Some(Note::new(Severity::Info, seen.variable("ENABLE_PREFIX_DELEGATION"), message, help))
    })
}
