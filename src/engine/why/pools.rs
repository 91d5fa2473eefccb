//! How the figures of pools came about, in each situation.

use super::{blocks, node};
use crate::engine::evaluate::Evaluation;
use crate::engine::hold::{Part, Take};
use crate::engine::outcome::{Others, cloud, manager_in};
use crate::engine::report::{HeldBy, Holding, PoolKind, PoolRow, Situation};
use crate::engine::upgrade::{At, costliest};
use crate::manager::settings::MOST;
use crate::manager::{Manager, Sharing};
use crate::plan::{GroupKind, Plan};
use crate::text::{addresses, count, shown, thousands};

impl Evaluation {
    pub(super) fn why_pool(
        &self,
        plan: &Plan,
        situation: Situation,
        row: usize,
        key: &str,
    ) -> Option<String> {
        let pool = self.report.pools.get(row)?;
        let Some(subnet) = plan.subnets.get(row) else { return self.why_brought(plan, situation, row, key) };
        let (now, cloud) = (pool.holding(situation), cloud(plan, row));
        let enis = manager_in(plan, row).is_none_or(Manager::has_enis);
        let sum = |of: fn(&Take) -> u64| self.sum(plan, situation, row, of);
        Some(match key {
            "capacity" => format!(
                "{} addresses: {} is 2^(32 - {})",
                thousands(pool.capacity),
                pool.cidr,
                subnet.cidr.prefix_len()
            ),
            "reserved" => {
                format!("{} reserved: {} keeps {} of every subnet", pool.reserved, cloud.name, cloud.which)
            }
            "usable" => format!(
                "{} usable: the {} addresses of {} less the {} that {} keeps",
                thousands(pool.usable),
                thousands(pool.capacity),
                pool.cidr,
                pool.reserved,
                cloud.name
            ),
            "other" => format!("{} other: {}", thousands(pool.other), others(plan, row)),
            "free" | "short" => balance(pool, now, key),
            "held" => {
                let range = match (now.held_min, now.held_max) {
                    (Some(least), _) => format!("; it never settles and goes down to {}", thousands(least)),
                    (_, Some(most)) => format!("; it may be up to {}", thousands(most)),
                    _ => String::new(),
                };
                let held = sum(Take::held);
                format!("{} held: {held}{range}{}", thousands(now.held), self.because(plan, situation, row))
            }
            "held_p50" | "held_p95" if !manager_in(plan, row).is_none_or(Manager::is_aws) => certain(now),
            "held_p50" | "held_p95" => {
                let (figure, share) = match key {
                    "held_p50" => (now.p50(), "half"),
                    _ => (now.p95(), "19 of 20"),
                };
                match figure {
                    Some(held) => format!(
                        "{} held or less in {share} of 1,000 runs in which chance decides which pods survive; {} in the \
                         worst case",
                        thousands(held),
                        thousands(now.held)
                    ),
                    None => format!("not computed; in the worst case {} are held", thousands(now.held)),
                }
            }
            "primary" => {
                let what = if enis { "primary, one per ENI" } else { "of the nodes themselves" };
                format!("{} {what}: {}", thousands(now.primary), sum(|t| t.primary))
            }
            "assigned" => {
                format!("{} assigned to pods: {}", thousands(now.assigned), sum(|t| t.assigned))
            }
            "unused" => format!(
                "{} held but unused: {} held - {} primary - {} assigned; {}{}",
                thousands(now.unused),
                thousands(now.held),
                thousands(now.primary),
                thousands(now.assigned),
                sum(|t| t.unused),
                self.because(plan, situation, row)
            ),
            key => {
                let key = key.strip_prefix("blocks.")?;
                blocks::why(plan, row, now.blocks.as_ref()?, key)?
            }
        })
    }

    /// The same of a pool that is no subnet.
    fn why_brought(&self, plan: &Plan, situation: Situation, row: usize, key: &str) -> Option<String> {
        let pool = self.report.pools.get(row)?;
        let brought = self.brought.get(row.checked_sub(plan.subnets.len())?)?;
        let now = pool.holding(situation);
        let sum = |of_nodes: fn(&Take) -> u64, of_own: fn(&HeldBy) -> u64| {
            let own = brought.own.as_ref().map(|own| (of_own(own), shown(&own.node_group)));
            let nodes = || self.sum(plan, situation, row, of_nodes);
            match own {
                Some((n, whose)) if now.by.iter().all(|by| by.nodes == 0) => {
                    format!("{} of {whose}", thousands(n))
                }
                Some((n, whose)) if n > 0 => format!("{} + {} of {whose}", nodes(), thousands(n)),
                _ => nodes(),
            }
        };
        let absent = match brought.absent.values().sum() {
            0 => String::new(),
            n => format!(", less {} that nodes ask for elsewhere or cannot have", thousands(n)),
        };
        // what is in nobody's share is somebody's all the same
        let shares = match (brought.sharing, now.by.is_empty()) {
            (Sharing::Handed, false) => "; all of it is in shares of the peers from the start".to_string(),
            (Sharing::Borrowed(_), false) => match self.wanted(situation, row).saturating_sub(now.held) {
                0 => String::new(),
                n => format!("; {} of that are not there, and nodes borrow what they lack", thousands(n)),
            },
            _ => String::new(),
        };
        Some(match key {
            "capacity" => format!("{} in {}{}", thousands(pool.capacity), pool.cidr, uncounted(pool)),
            "reserved" => format!("{} reserved: {}", thousands(pool.reserved), brought.because),
            "usable" => format!(
                "{} usable: the {} of {}{} less {} reserved ({})",
                thousands(pool.usable),
                thousands(pool.capacity),
                pool.cidr,
                uncounted(pool),
                thousands(pool.reserved),
                brought.because
            ),
            "other" => "0 other: everything in it is in the plan".to_string(),
            "free" | "short" => {
                format!("{}; when none is left: \"{}\"", balance(pool, now, key), brought.exhausted)
            }
            "held" => format!(
                "{} held: {}{absent}{shares}{}",
                thousands(now.held),
                sum(Take::held, HeldBy::held),
                self.because(plan, situation, row)
            ),
            "primary" if pool.kind == PoolKind::ServiceCidr => {
                format!("{} primary: the address of the API server's own service", thousands(now.primary))
            }
            "primary" => format!(
                "{} of the nodes themselves: {}",
                thousands(now.primary),
                sum(|t| t.primary, |own| own.primary)
            ),
            "assigned" => {
                let by = sum(|t| t.assigned, |own| own.assigned);
                format!("{} assigned: {by}{absent}", thousands(now.assigned))
            }
            "unused" => format!(
                "{} held but unused: {} held - {} primary - {} assigned{}{shares}",
                thousands(now.unused),
                thousands(now.held),
                thousands(now.primary),
                thousands(now.assigned),
                match now.stranded {
                    0 => String::new(),
                    n => format!("; {} of them no pod can ever have, as max pods ends first", thousands(n)),
                }
            ),
            "held_p50" | "held_p95" => certain(now),
            _ => return None,
        })
    }

    /// The group whose rolling upgrade adds most to a pool.
    pub(in crate::engine) fn costliest(&self, pool: usize) -> Option<At> {
        costliest(&self.clusters, self.report.pools.len()).get(pool).copied().flatten()
    }

    /// Addresses that nodes want of a pool, whether it has them or not.
    fn wanted(&self, situation: Situation, row: usize) -> u64 {
        let takes = |part: &Part| {
            let churn = part.churn.as_ref().filter(|_| situation == Situation::Churned);
            let takes = churn.map_or(&part.takes, |churn| &churn.takes);
            takes.iter().filter(|take| take.pool == row).map(Take::held).sum::<u64>()
        };
        let surge = (situation == Situation::Upgrade).then(|| self.costliest(row)).flatten();
        let surge = surge.map_or(0, |(c, g)| self.clusters[c].surges()[g].held(row));
        surge + self.parts().map(|(_, part)| takes(part) * part.nodes).sum::<u64>()
    }

    /// `10 nodes of prod/workers x 90`, for every distinct node in a pool.
    fn sum(&self, plan: &Plan, situation: Situation, subnet: usize, of: fn(&Take) -> u64) -> String {
        // what each such node takes, and how many there are
        let mut terms: Vec<(String, &str, u64, u64)> = Vec::new();
        let mut add = |at: (usize, usize), kind: &'static str, each: u64, more: u64| {
            let cluster = &plan.clusters[at.0];
            let name = format!("{}/{}", cluster.name, cluster.node_groups[at.1].name);
            match terms.iter_mut().find(|(n, k, e, _)| *n == name && *k == kind && *e == each) {
                Some((.., nodes)) => *nodes += more,
                None => terms.push((name, kind, each, more)),
            }
        };
        for (at, part) in self.parts() {
            let takes = match &part.churn {
                Some(churn) if situation == Situation::Churned => &churn.takes,
                _ => &part.takes,
            };
            for take in takes.iter().filter(|t| t.pool == subnet) {
                let kind = if part.balancer > 0 { "node with the load balancer" } else { "node" };
                add(at, kind, of(take), part.nodes);
            }
        }
        if situation == Situation::Upgrade
            && let Some((c, g)) = self.costliest(subnet)
        {
            for part in &self.clusters[c].surges()[g].parts {
                for take in part.takes.iter().filter(|t| t.pool == subnet) {
                    let idle = Take { assigned: 0, unused: take.assigned + take.unused, ..*take };
                    add((c, g), "surge node", of(&idle), part.nodes);
                }
            }
        }
        let most = 6;
        let mut words: Vec<String> = terms
            .iter()
            .take(most)
            .map(|(name, kind, each, nodes)| {
                format!("{} of {name} x {}", count(*nodes, kind), thousands(*each))
            })
            .collect();
        if words.is_empty() {
            return "no node is in it".into();
        }
        if terms.len() > most {
            let rest: u64 = terms.iter().skip(most).map(|(.., each, nodes)| each * nodes).sum();
            words.push(format!("{} on others", thousands(rest)));
        }
        words.join(" + ")
    }

    /// Every part of every group, with cluster and group of it.
    fn parts(&self) -> impl Iterator<Item = ((usize, usize), &Part)> {
        let clusters = self.clusters.iter().enumerate();
        let groups = clusters.flat_map(|(c, o)| o.parts.iter().enumerate().map(move |(g, p)| ((c, g), p)));
        groups.flat_map(|(at, parts)| parts.iter().map(move |part| (at, part)))
    }

    /// What makes a situation differ from settled, in a pool: `; …`, empty for settled.
    fn because(&self, plan: &Plan, situation: Situation, subnet: usize) -> String {
        match situation {
            Situation::Settled => String::new(),
            Situation::Churned => {
                let held = |part: &Part| -> u64 {
                    let takes = part.churn.iter().flat_map(|c| &c.takes);
                    takes.filter(|t| t.pool == subnet).map(Take::held).sum()
                };
                let parts = self.parts().map(|(_, part)| (held(part), part)).filter(|(held, _)| *held > 0);
                let fullest = parts.reduce(|best, next| if next.0 > best.0 { next } else { best });
                fullest.map_or(String::new(), |(_, part)| format!("; {}", node::churned(part, subnet)))
            }
            Situation::Upgrade => {
                format!("; {}", self.surge(plan, subnet).unwrap_or("no group adds a node to it".to_string()))
            }
        }
    }

    /// `a rolling upgrade of prod/workers adds 6 nodes, twice its 3 zones, before the old ones go`
    fn surge(&self, plan: &Plan, subnet: usize) -> Option<String> {
        let (c, g) = self.costliest(subnet)?;
        let (cluster, outcome) = (plan.clusters.get(c)?, self.clusters.get(c)?);
        let (spec, group) = (cluster.node_groups.get(g)?, outcome.groups.get(g)?);
        let surge = outcome.surges().get(g)?;
        let zones = count(group.zones.len() as u64, "zone");
        let rule = match (spec.surge, spec.kind) {
            (Some(_), _) => "as the plan says".to_string(),
            (None, _) if group.managed.is_some() => format!("the default of {}", cluster.manager.title),
            (None, GroupKind::Managed) if surge.nodes as usize == 2 * group.zones.len() => {
                format!("twice its {zones}")
            }
            (None, GroupKind::Managed) => format!("its max_unavailable, at most 100; it has {zones}"),
            (None, GroupKind::SelfManaged) => "one at a time".to_string(),
            (None, GroupKind::Karpenter) => "a tenth of its nodes".to_string(),
        };
        Some(format!(
            "a rolling upgrade of {}/{} adds {} ({rule}) before the old ones go",
            cluster.name,
            spec.name,
            count(surge.nodes.into(), "node"),
        ))
    }

    /// The pool that fails worst in an upgrade or after churn.
    pub(super) fn why_at_risk(&self) -> String {
        let pools = self.report.pools.iter();
        let upgrade = pools.clone().filter(|p| p.upgrade.is_short());
        let upgrade = upgrade.reduce(|a, b| if b.upgrade.short > a.upgrade.short { b } else { a });
        if let Some(pool) = upgrade {
            let lack = match (pool.upgrade.short, &pool.upgrade.blocks) {
                (0, Some(blocks)) if blocks.short > 0 => count(blocks.short, "whole /28 block"),
                (0, Some(blocks)) => addresses(blocks.singles.short),
                (short, _) => addresses(short),
            };
            return format!("during an upgrade {} is short by {lack}", pool.name);
        }
        let missing = |p: &PoolRow| p.churned.p95().map_or(0, |held| p.balance(held).1);
        let worst = pools.map(|p| (missing(p), p)).reduce(|a, b| if b.0 > a.0 { b } else { a });
        worst.map_or(String::new(), |(missing, pool)| {
            format!("after churn {} is short by {} in one of 20 cases", pool.name, addresses(missing))
        })
    }
}

/// Percentiles where nothing is left to chance.
fn certain(now: &Holding) -> String {
    format!("{} held in the worst case, and nothing of it is left to chance", thousands(now.held))
}

/// What a pool can still give, or what it lacks.
fn balance(pool: &PoolRow, now: &Holding, key: &str) -> String {
    match (now.short, key) {
        (0, "short") => format!("0 short: {} are free", thousands(now.free)),
        (0, _) => format!(
            "{} free: {} usable - {} other - {} held{}",
            thousands(now.free),
            thousands(pool.usable),
            thousands(pool.other),
            thousands(now.held),
            good_for(pool)
        ),
        (short, _) => format!(
            "{} short: {} other + {} wanted by nodes - {} usable",
            thousands(short),
            thousands(pool.other),
            thousands(now.held),
            thousands(pool.usable)
        ),
    }
}

/// What the free addresses of a pool are still good for.
fn good_for(pool: &PoolRow) -> String {
    let Some(useful) = pool.useful else { return String::new() };
    let eni = useful.eni.map(|n| format!("a new ENI {} or more", thousands(n)));
    let block = useful.block.map(|_| "a prefix an aligned /28".to_string());
    let rest: String = eni.into_iter().chain(block).map(|part| format!(", {part}")).collect();
    format!("; a node more takes {}{rest}", thousands(useful.node))
}

/// What others use, by reason; and where the plan knows more of them by address, those.
fn others(plan: &Plan, subnet: usize) -> String {
    let Some(row) = plan.subnets.get(subnet) else { return String::new() };
    let all = Others::of(plan, subnet);
    let mut words: Vec<String> = Vec::new();
    if all.used > all.stated {
        words.push(format!("{} listed in used", thousands(all.used)));
    } else {
        words.extend(row.other.iter().filter(|(_, n)| *n > 0).map(|(reason, n)| {
            let reason = if reason.is_empty() { "given by the plan" } else { reason };
            format!("{} {}", thousands((*n).into()), shown(reason))
        }));
        for cluster in &plan.clusters {
            if cluster.control_plane_subnets.iter().take(4).any(|s| *s == subnet) {
                words.push(format!("1 for the control plane of {}", cluster.name));
            }
        }
    }
    if all.explicit > 0 {
        words.push(format!("{} in explicit reservations", thousands(all.explicit)));
    }
    let known = match (all.used, all.stated) {
        (0, _) => String::new(),
        (used, stated) if used > stated && stated > 0 => {
            format!("; more than the {} that other and control planes say", thousands(stated))
        }
        (used, stated) if used <= stated => format!("; the place of {} is known", thousands(used)),
        _ => String::new(),
    };
    if words.is_empty() { "the plan gives none".into() } else { format!("{}{known}", words.join(" + ")) }
}

/// Of the largest IPv6 ranges, that not all of their addresses are counted.
fn uncounted(pool: &PoolRow) -> &'static str {
    if pool.capacity < MOST { "" } else { " (2^53 - 1: more of an IPv6 range is not counted)" }
}
