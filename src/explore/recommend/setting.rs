//! Settings of the warm pool, and the values at which what they do can change.
//!
//! Which targets are in force is the program's precedence ([`crate::cni::Targets`]); what a target that is not in
//! force says makes no difference, so it stays as the plan has it. Beyond these values nothing changes any more, or
//! only for the worse:
//!
//! | setting | values | because |
//! |---|---|---|
//! | WARM_ENI_TARGET | 0 to the ENIs of a node | the pool ends with its ENIs |
//! | WARM_PREFIX_TARGET | 0 to the prefixes of all pods that a node ever runs | then all start at once |
//! | WARM_IP_TARGET | 1 to the pods that a burst brings to a node, and one more | then all start at once |
//! | MINIMUM_IP_TARGET | to the pods that a node ever runs, and one more | then the pool never grows |
//!
//! MINIMUM_IP_TARGET below what pods and WARM_IP_TARGET come to makes no difference once a node has settled, unless max
//! pods stops the growth before; how it got there may make one of a few EC2 calls, so it is left out only where there
//! are too many values. In prefix mode addresses come in sixteens: where there are too many values, of those between
//! two at which one prefix more is held the last is tried, by the pods of a node now and at the most.
//!
//! MINIMUM_IP_TARGET without WARM_IP_TARGET lets no pod start beyond it (`isDatastorePoolTooLow`). So that is tried
//! only where it covers all pods that the kubelet admits. Prefix mode with all targets at 0 is not supported (README of
//! the program).

use super::dimension::{Allowed, Bounds};
use super::fleet::Manned;
use crate::cni::{PREFIX, Settings};
use crate::engine::warm::Kind;
use crate::plan::{Place, Row};

/// The settings that a search changes, as the program reads them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Setting {
    pub prefix: bool,
    pub warm_eni: u64,
    pub warm_ip: u64,
    pub minimum_ip: u64,
    pub warm_prefix: u64,
}

impl Setting {
    /// What is in force.
    pub fn of(settings: &Settings) -> Setting {
        Setting {
            prefix: settings.prefixes,
            warm_eni: settings.warm_eni,
            warm_ip: settings.warm_ip,
            minimum_ip: settings.minimum_ip,
            warm_prefix: settings.warm_prefix,
        }
    }

    /// Why nobody should have it on such nodes, whatever it comes to today.
    pub fn refused(&self, kinds: &[Kind]) -> Option<&'static str> {
        let covered = |kind: &Kind| self.minimum_ip.next_multiple_of(kind.per_slot) >= kind.room;
        let prefixes = kinds.iter().any(|kind| kind.per_slot == PREFIX);
        match (self.warm_ip, self.minimum_ip) {
            (0, 0) if prefixes && self.warm_prefix == 0 => {
                Some("prefix mode with all targets at 0 is not supported")
            }
            (0, 1..) if !kinds.iter().all(covered) => {
                Some("MINIMUM_IP_TARGET without WARM_IP_TARGET lets no pod start beyond it")
            }
            _ => None,
        }
    }

    /// The variables that differ from another's, each with its value as it is typed; `""` unsets it.
    pub fn differences(&self, from: &Setting, cluster: usize) -> Vec<(Place, String)> {
        // what the program takes for unset is not written
        let target = |n: u64| if n == 0 { String::new() } else { n.to_string() };
        let all = [
            ("ENABLE_PREFIX_DELEGATION", self.prefix != from.prefix, self.prefix.to_string()),
            ("WARM_ENI_TARGET", self.warm_eni != from.warm_eni, self.warm_eni.to_string()),
            ("WARM_IP_TARGET", self.warm_ip != from.warm_ip, target(self.warm_ip)),
            ("MINIMUM_IP_TARGET", self.minimum_ip != from.minimum_ip, target(self.minimum_ip)),
            ("WARM_PREFIX_TARGET", self.warm_prefix != from.warm_prefix, self.warm_prefix.to_string()),
        ];
        let differ = all.into_iter().filter(|(_, differs, _)| *differs);
        differ.map(|(name, _, value)| (Place::key(Row::Env(cluster), name), value)).collect()
    }
}

/// The settings that are tried on some nodes, at most so many values of a target, and whether any were left out.
pub fn settings(now: &Setting, on: &Manned, allowed: &Allowed, values: usize) -> (Vec<Setting>, bool) {
    let Manned { prefix, kinds, .. } = on;
    let (prefix, most_values) = (*prefix, values);
    let most = |of: fn(&Kind) -> u64| kinds.iter().map(of).max().unwrap_or(0);
    let some = |per_slot: u64| kinds.iter().any(|kind| kind.per_slot == per_slot);
    let (prefixes, singles) = (some(PREFIX), some(1));
    let burst = most(|kind| kind.high - kind.asked);
    let high = most(|kind| kind.high);
    let mut thinned = false;
    let mut values = |name: &str, now: u64, open: Vec<u64>| match allowed.variable(name) {
        Bounds::Kept => vec![now],
        Bounds::Given(values) => {
            values.iter().map(|value| value.parse().unwrap_or(default_of(name))).collect()
        }
        Bounds::Open => {
            let (values, thin) = thin(open, most_values);
            thinned |= thin;
            values
        }
    };
    let steps = |most: u64| match singles || usize::try_from(most).is_ok_and(|most| most < most_values) {
        true => (0..=most).collect(),
        false => sixteens(most, kinds),
    };
    let enis = values("WARM_ENI_TARGET", now.warm_eni, (0..=most(|kind| kind.enis)).collect());
    let warm_prefixes =
        values("WARM_PREFIX_TARGET", now.warm_prefix, (0..=high.div_ceil(PREFIX) + 1).collect());
    let warm = values("WARM_IP_TARGET", now.warm_ip, steps(burst + 1));
    let room = most(|kind| kind.room);
    // a pool that max pods stops may stop at its minimum already, with less
    let capped = kinds.iter().any(|kind| kind.high + burst + 1 >= kind.max_pods);
    let top = if capped { high.max(most(|kind| kind.max_pods)) } else { high } + 1;
    let least = kinds.iter().map(|kind| kind.asked).min().unwrap_or(0);
    let lowest = warm.iter().min().copied().unwrap_or(0) + least;
    let mut minima = steps(top);
    if minima.len() > most_values && !capped {
        minima.retain(|minimum| *minimum == 0 || *minimum > lowest);
    }
    minima.push(room.next_multiple_of(if prefixes { PREFIX } else { 1 }));
    minima.sort_unstable();
    minima.dedup();
    let minima = values("MINIMUM_IP_TARGET", now.minimum_ip, minima);
    let own = Setting { prefix, ..*now };
    let mut settings = Vec::new();
    for &warm_ip in &warm {
        for &minimum_ip in &minima {
            let setting = Setting { warm_ip, minimum_ip, ..own };
            if warm_ip == 0 && minimum_ip == 0 {
                // of two targets only that of the mode in force counts
                for &warm_eni in if singles { &enis[..] } else { std::slice::from_ref(&now.warm_eni) } {
                    let warm_prefixes =
                        if prefixes { &warm_prefixes[..] } else { std::slice::from_ref(&now.warm_prefix) };
                    let both = warm_prefixes.iter().map(|n| Setting { warm_eni, warm_prefix: *n, ..setting });
                    settings.extend(both.filter(|setting| setting.refused(kinds).is_none()));
                }
                continue;
            }
            if setting.refused(kinds).is_some() {
                continue;
            }
            settings.push(setting);
            // it keeps ENIs without pods, even where other targets are in force
            if prefixes && *allowed.variable("WARM_PREFIX_TARGET") == Bounds::Open && now.warm_prefix != 0 {
                settings.push(Setting { warm_prefix: 0, ..setting });
            }
        }
    }
    (settings, thinned)
}

/// What the program takes for a variable that is given as its default.
fn default_of(name: &str) -> u64 {
    let shipped = crate::cni::env::variable(name).map_or("", |variable| variable.shipped());
    shipped.parse().unwrap_or(0)
}

/// The last values before one more prefix is held: by a node's pods now, at the most, or none.
fn sixteens(most: u64, kinds: &[Kind]) -> Vec<u64> {
    let top = most.next_multiple_of(PREFIX);
    let mut values = vec![0];
    let pods = kinds.iter().flat_map(|kind| [kind.asked, kind.high]).chain([0]);
    let mut rests: Vec<u64> = pods.map(|pods| (PREFIX - pods % PREFIX) % PREFIX).collect();
    rests.sort_unstable();
    rests.dedup();
    for base in (0..=top).step_by(16) {
        values.extend(rests.iter().map(|rest| base + rest).filter(|value| *value <= top));
    }
    values.sort_unstable();
    values.dedup();
    values
}

/// At most so many of some values, in their order, and whether that leaves any out: the first half of them, and the others
/// at ever the same distance, the last one among them.
fn thin(values: Vec<u64>, most: usize) -> (Vec<u64>, bool) {
    let all = values.len();
    if all <= most {
        return (values, false);
    }
    let (first, rest) = (most / 2, most - most / 2);
    let late = (1..=rest).map(|i| first - 1 + (all - first) * i / rest);
    ((0..first).chain(late).filter_map(|at| values.get(at).copied()).collect(), true)
}
