//! What holds for every plan of every manager.

use std::collections::HashSet;
use std::net::IpAddr;

use ipnet::IpNet;
use podroom::engine::map::{Run, Use};
use podroom::engine::{At, Event, PoolKind, PoolRow, Situation, Threshold, What, evaluate};
use podroom::instance::Tables;
use podroom::plan::{Nodes, Plan};
use proptest::prelude::*;

use super::Seen;
use super::naive::{case, expected};

/// Both identities in every situation, maps without gaps that agree with their rows, nodes that share nothing.
pub fn check(seen: &Seen) -> Result<(), TestCaseError> {
    for (p, pool) in seen.evaluation.report.pools.iter().enumerate() {
        prop_assert_eq!(pool.usable, pool.capacity - pool.reserved);
        for situation in Situation::ALL {
            let h = pool.holding(situation);
            prop_assert_eq!(
                pool.usable + h.short,
                pool.other + h.held + h.free,
                "{} {:?}",
                &pool.name,
                situation
            );
            prop_assert!(h.short == 0 || h.free == 0);
            prop_assert_eq!(h.held, h.primary + h.assigned + h.unused);
            prop_assert!(h.stranded <= h.unused, "{} strands {}", &pool.name, h.stranded);
            let sum = |of: fn(&podroom::engine::HeldBy) -> u64| h.by.iter().map(of).sum::<u64>();
            prop_assert_eq!(
                (sum(|b| b.primary), sum(|b| b.assigned), sum(|b| b.unused)),
                (h.primary, h.assigned, h.unused),
                "{} {:?}",
                &pool.name,
                situation
            );
        }
        let runs = seen.evaluation.map(&seen.plan, p);
        whole(seen, p, &runs)?;
        agrees(seen, p, &runs)?;
    }
    rosters(seen)
}

/// The ranges that a map covers.
fn ranges(seen: &Seen, pool: &PoolRow, p: usize) -> Vec<IpNet> {
    if pool.kind == PoolKind::Network {
        // addresses of one's own choice may be outside of the ip-range
        let networks = &seen.plan.networks;
        let named = |name: &str| networks.iter().find(|n| n.name == name && n.ip_range.is_some());
        if let Some(subnet) = named(&pool.name).and_then(|n| n.subnet) {
            return vec![subnet];
        }
    }
    let _ = p;
    let cidr = pool.cidr.split(" in ").next().unwrap();
    cidr.split(',').map(|part| part.parse().unwrap()).collect()
}

/// Every address of the pool is in the map exactly once, in order.
fn whole(seen: &Seen, p: usize, runs: &[Run]) -> Result<(), TestCaseError> {
    let pool = &seen.evaluation.report.pools[p];
    let made = !(pool.kind == PoolKind::Network && pool.capacity == 0);
    let mut runs = runs.iter();
    for range in ranges(seen, pool, p).iter().filter(|_| made) {
        let (mut next, last) = (Some(range.network()), range.broadcast());
        while let Some(at) = next {
            let run = runs.next();
            prop_assert!(run.is_some_and(|run| run.range.first == at), "{} at {at}: {run:?}", pool.name);
            let end = run.unwrap().range.last;
            prop_assert!(at <= end && end <= last, "{} at {at}: {run:?}", pool.name);
            next = if end == last { None } else { Some(after(end)) };
        }
    }
    prop_assert_eq!(runs.next(), None, "{}", &pool.name);
    Ok(())
}

fn after(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(v4) => std::net::Ipv4Addr::from(u32::from(v4) + 1).into(),
        IpAddr::V6(v6) => std::net::Ipv6Addr::from(u128::from(v6) + 1).into(),
    }
}

/// Where the map tells every address, as many of each use as the row says.
fn agrees(seen: &Seen, p: usize, runs: &[Run]) -> Result<(), TestCaseError> {
    let pool = &seen.evaluation.report.pools[p];
    let (h, name) = (&pool.settled, &pool.name);
    let count = |of: &dyn Fn(&Run) -> bool| -> u64 {
        runs.iter()
            .filter(|run| of(run))
            .map(|run| u64::try_from(run.range.count()).unwrap_or(u64::MAX))
            .sum()
    };
    let used = |of: Use| count(&|run| run.of == of);
    let cluster = name.split('/').next().and_then(|c| seen.plan.clusters.iter().find(|x| *x.name == *c));
    match (pool.kind, cluster) {
        (PoolKind::Network, _) if pool.capacity > 0 => {
            let inside: Vec<IpNet> = vec![pool.cidr.parse().unwrap()];
            let within = |of: Use| count(&|run| run.of == of && inside[0].contains(&run.range.first));
            // who lacks an address of one family gives that of the other back
            let rows = seen.evaluation.report.pools.iter().filter(|row| row.kind == PoolKind::Network);
            let whole = rows.clone().count() == seen.plan.networks.len()
                || rows.clone().all(|r| r.settled.short == 0);
            if whole {
                prop_assert_eq!(within(Use::Assigned), h.assigned.min(pool.usable), "{}", name);
                prop_assert_eq!(within(Use::Reserved), pool.reserved, "{}", name);
            }
            let split = seen.plan.networks.iter().any(|n| n.ip_range.is_some());
            if whole && !split && pool.capacity < (1 << 53) - 1 {
                prop_assert_eq!(within(Use::Free), h.free, "{}", name);
            }
        }
        (PoolKind::PodCidr, Some(cluster))
            if cluster.manager.reads("ranges") && cluster.state_loss.is_none() =>
        {
            prop_assert_eq!(used(Use::Reserved) + used(Use::Primary), pool.reserved, "{}", name);
            prop_assert_eq!(used(Use::Assigned), h.assigned.min(pool.usable), "{}", name);
        }
        (PoolKind::PodCidr, Some(cluster))
            if cluster.manager.reads("node_mask") && !pool.cidr.contains(" in ") =>
        {
            if h.short > 0 || cluster.state_loss.is_some() || pool.capacity > 1 << 24 {
                return Ok(());
            }
            let service = count(&|run| run.of == Use::Reserved && run.who.starts_with("the service range"));
            prop_assert_eq!((service, used(Use::Free)), (pool.reserved, h.free), "{}", name);
            // by chance a node's own addresses and its pods' are anywhere in its range
            if used(Use::Mixed) == 0 {
                prop_assert_eq!(
                    (used(Use::Assigned), used(Use::Primary)),
                    (h.assigned, h.primary),
                    "{}",
                    name
                );
            }
        }
        (PoolKind::ServiceCidr, _) => {
            prop_assert_eq!((used(Use::Primary), used(Use::Reserved)), (1, pool.reserved), "{}", name)
        }
        (PoolKind::Ring, _) if h.by.is_empty() => prop_assert_eq!(used(Use::Free), pool.capacity, "{}", name),
        (PoolKind::Ring, _) => {
            prop_assert_eq!(used(Use::Reserved), 2, "{}", name);
            // what one peer lacks is somewhere in the shares of others
            if used(Use::Mixed) == 0 && h.short == 0 {
                let all = [Use::Primary, Use::Assigned, Use::Unused].map(used);
                prop_assert_eq!(all, [h.primary, h.assigned, h.unused], "{}", name);
            }
        }
        _ => {}
    }
    Ok(())
}

/// No two nodes have the same name, address or range.
fn rosters(seen: &Seen) -> Result<(), TestCaseError> {
    let mut addresses: HashSet<(Option<usize>, IpAddr)> = HashSet::new();
    for (c, cluster) in seen.plan.clusters.iter().enumerate() {
        let roster = seen.evaluation.roster(&seen.plan, c);
        let names: HashSet<&str> = roster.iter().map(|m| m.name.as_str()).collect();
        prop_assert_eq!(names.len(), roster.len(), "{:?}", &roster);
        let mut ranges: Vec<IpNet> = roster.iter().flat_map(|m| m.ranges.iter().copied()).collect();
        ranges.sort();
        prop_assert!(ranges.windows(2).all(|two| two[0].broadcast() < two[1].network()), "{:?}", ranges);
        for range in &ranges {
            prop_assert!(cluster.settings.pod_subnet.iter().any(|pods| pods.contains(range)));
        }
        for member in &roster {
            for address in &member.addresses {
                prop_assert!(
                    addresses.insert((cluster.network, *address)),
                    "{} has {address}, too",
                    member.name
                );
            }
            let whole = cluster.manager.reads("node_mask") && member.refused.is_none();
            prop_assert!(!whole || member.ranges.len() == cluster.settings.pod_subnet.len(), "{member:?}");
            let attached = cluster.network.is_some() && member.refused.is_none();
            prop_assert!(!attached || !member.addresses.is_empty(), "{member:?}");
        }
    }
    Ok(())
}

fn with(plan: &Plan, threshold: &Threshold, count: u64) -> Plan {
    let mut plan = plan.clone();
    let count = u32::try_from(count).unwrap();
    let name = threshold.of.split_once('/').map_or("", |(_, name)| name);
    match threshold.what {
        What::Nodes => {
            let groups = &mut plan.cluster_mut(0).unwrap().node_groups;
            groups.iter_mut().find(|g| *g.name == *name).unwrap().nodes = Nodes::Count(count);
        }
        _ => {
            let workloads = &mut plan.cluster_mut(0).unwrap().workloads;
            workloads.iter_mut().find(|w| *w.name == *name).unwrap().replicas = Some(count);
        }
    }
    plan
}

/// Whether an event has happened, that is not there without any node or pod.
fn happened(plan: &Plan, none: &Plan, event: Event) -> bool {
    let report = evaluate(plan, &Tables::builtin()).unwrap().report;
    let none = evaluate(none, &Tables::builtin()).unwrap().report;
    match event {
        Event::PodPending => {
            let workloads = report.workloads.iter().zip(&none.workloads);
            let groups = report.node_groups.iter().zip(&none.node_groups);
            workloads.into_iter().any(|(now, none)| now.pending > none.pending)
                || groups.into_iter().any(|(now, none)| now.pending > none.pending)
                || report.findings.iter().any(|f| f.code == "subnet-dry")
        }
        Event::WarmPoolShort => {
            // a node without a block of its own is served, but does not hold what it wants
            report.pools.iter().any(|p| p.settled.is_short() && p.settled.by.iter().any(|b| b.nodes > 0))
                || report.findings.iter().any(|f| f.code == "blocks-borrowed")
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]
    #[test]
    fn pools_hold_what_is_taken_one_address_at_a_time(case in case()) {
        let text = case.text();
        let seen = Seen::of(&text);
        let (pools, without) = expected(&case);
        for pool in &seen.evaluation.report.pools {
            let expected = pools.get(&pool.name);
            prop_assert_eq!(Some(&seen.settled(&pool.name)), expected, "{}\n{}", &pool.name, text);
        }
        prop_assert_eq!(seen.evaluation.report.pools.len(), pools.len());
        let report = &seen.evaluation.report;
        if case.manager != "kind" {
            prop_assert_eq!(report.node_groups.iter().map(|g| g.pending).sum::<u64>(), without, "{}", text);
        }
        check(&seen)?;
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    #[test]
    fn the_named_count_fails_and_one_less_does_not(case in case()) {
        let seen = Seen::of(&case.text());
        for threshold in seen.evaluation.thresholds(&seen.plan) {
            prop_assert!(!threshold.sentence.is_empty());
            let Some(at) = threshold.at.map(At::scaled) else { continue };
            let comparable = match threshold.what {
                // more nodes of kind would carry other pods, and a second group takes before the first grows
                // and who owned a share before others died, died with it
                What::Nodes => {
                    case.manager != "kind" && case.groups.len() == 1 && at < 3_000 && case.dead == 0
                }
                What::Replicas => at < 20_000,
                What::AllReplicas | What::Month => false,
            };
            if !comparable {
                continue;
            }
            let with = |count: u64| with(&seen.plan, &threshold, count);
            prop_assert!(happened(&with(at), &with(0), threshold.event), "{threshold:?}\n{}", case.text());
            if at > 0 {
                prop_assert!(!happened(&with(at - 1), &with(0), threshold.event), "{threshold:?}\n{}", case.text());
            }
        }
    }
}

/// Rows of a plan of several clusters that share a network, some of their nodes known.
fn shared() -> impl Strategy<Value = String> {
    let known = prop::collection::vec((0u8..4, 2u8..14), 0..4);
    let cluster = (1u32..4, 0u32..4, known, any::<bool>());
    let others = prop::collection::vec(prop::option::of(2u8..14), 0..3);
    (prop::collection::vec(cluster, 1..4), others, 25u8..29).prop_map(|(clusters, others, prefix)| {
        let other = |(i, at): (usize, &Option<u8>)| match at {
            Some(at) => format!("o{i} = \"172.20.0.{at}\""),
            None => format!("o{i} = \"auto\""),
        };
        let others: Vec<String> = others.iter().enumerate().map(other).collect();
        let mut text = format!(
            "format = 1\n[[network]]\nname = \"kind\"\nsubnet = \"172.20.0.0/{prefix}\"\ncontainers = {{ {} }}\n",
            others.join(", ")
        );
        let mut taken = HashSet::new();
        for (c, (control_planes, workers, known, ranged)) in clusters.iter().enumerate() {
            let name = |n: u8| ["control-plane", "worker", "worker2", "external-load-balancer"][usize::from(n)];
            let mut seen = HashSet::new();
            let known: Vec<&(u8, u8)> = known.iter().filter(|(n, _)| seen.insert(*n)).collect();
            let addresses: Vec<String> = known
                .iter()
                .filter(|(_, at)| taken.insert(*at) && !others.iter().any(|o| o.contains(&format!(".{at}\""))))
                .map(|(n, at)| format!("c{c}-{} = \"172.20.0.{at}\"", name(*n)))
                .collect();
            let ranges: Vec<String> =
                known.iter().map(|(n, at)| format!("c{c}-{} = \"10.{c}.{at}.0/24\"", name(*n))).collect();
            text += &format!(
                "[[cluster]]\nname = \"c{c}\"\nmanager = \"kind\"\ncontrol_planes = {control_planes}\nworkers = {workers}\n\
                 pod_subnet = \"10.{c}.0.0/16\"\nnode_addresses = {{ {} }}\n",
                addresses.join(", ")
            );
            let distinct: HashSet<u8> = known.iter().map(|(_, at)| *at).collect();
            if *ranged && distinct.len() == known.len() {
                text += &format!("node_ranges = {{ {} }}\n", ranges.join(", "));
            }
        }
        text
    })
}

proptest! {
    #[test]
    fn nobody_shares_an_address_on_a_shared_network(text in shared()) {
        let seen = Seen::of(&text);
        rosters(&seen)?;
        for p in 0..seen.evaluation.report.pools.len() {
            whole(&seen, p, &seen.evaluation.map(&seen.plan, p))?;
        }
        // nor with a container that is no node: all of them are on the map, each once
        let pool = seen.pool("kind");
        let runs = seen.evaluation.map(&seen.plan, seen.index("kind"));
        let assigned: u128 = runs.iter().filter(|run| run.of == Use::Assigned).map(|run| run.range.count()).sum();
        prop_assert_eq!(assigned, u128::from(pool.settled.held.min(pool.usable)), "{}\n{:#?}", text, runs);
    }
}
