//! Ranges that would help: an extra subnet in a free part of the VPC, or out of 100.64.0.0/10.
//!
//! Each way is tried out on the plan, in the last month that is looked at, before it is proposed:
//!
//! | way | |
//! |---|---|
//! | more subnets in the zone | nodes alternate between them |
//! | a larger pod subnet | it takes the place of one that is too small: a zone has one for its pods |
//! | custom networking | pods move to a new subnet of each zone, and the first ENI of a node serves none any more |
//!
//! A range comes out of a free part of the VPC, or else out of a new secondary range. Custom networking lowers max
//! pods, which the trial counts in: it is not proposed where pods would not run any more. After churn it is the worst
//! case that has to fit.
//!
//! A secondary range is a /16 at the most, and out of 100.64.0.0/10 AWS takes one beside every primary range;
//! 198.19.0.0/16 it refuses, whatever its own pages say. Sources: Amazon VPC user guide, "IPv4 CIDR block association
//! restrictions"; aws/aws-eks-best-practices issue 633.

use ipnet::{IpNet, Ipv4Net};

use super::{Ask, Row, When, look, need, plain};
use crate::engine::Evaluation;
use crate::engine::fleet::zone_name;
use crate::engine::ranges;
use crate::engine::space::Space;
use crate::instance::Tables;
use crate::plan::read::env::custom_networking;
use crate::plan::{Cluster, Plan};
use crate::text::shown;

/// Where a range would come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A free part of this range of the VPC.
    Vpc(Ipv4Net),
    /// A new secondary range of the VPC, out of 100.64.0.0/10.
    Secondary(Ipv4Net),
}

/// A way to more addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extra {
    /// Names of the subnets that it helps.
    pub helps: Vec<String>,
    pub subnets: Vec<New>,
    pub custom_networking: bool,
    pub sentence: String,
}

/// A new subnet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct New {
    pub cidr: Ipv4Net,
    /// The name of its zone.
    pub zone: String,
    pub source: Source,
}

/// The largest range that a VPC or a subnet of it has, and the smallest.
const LARGEST: u8 = 16;
const SMALLEST: u8 = 28;
/// Most subnets that are added to one.
const MOST: usize = 4;
/// The variable that turns custom networking on.
const CUSTOM: &str = "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG";

/// Ways that help in the last month, subnet by subnet; `None` if `go_on` says no.
///
/// # Errors
///
/// The first rule that the plan breaks.
pub(super) fn extras(
    plan: &Plan,
    tables: &Tables,
    ask: &Ask,
    rows: &[Row],
    go_on: &dyn Fn() -> bool,
) -> Result<Option<Vec<Extra>>, String> {
    let months = rows.iter().filter_map(|row| row.needs.last()).map(|need| need.month).max().unwrap_or(0);
    let mut short: Vec<usize> = rows
        .iter()
        .filter(|row| row.needs.last().is_some_and(|need| !need.suffices))
        .map(|row| row.subnet)
        .collect();
    short.dedup();
    let trial = Trial { plan, then: plan.after(months), tables, ask, months };
    let used = ranges::all(plan).into_iter().filter(|range| !matches!(range.what, ranges::What::Vpc(_)));
    let room = Room { vpc: &plan.vpc, taken: used.map(|range| range.net).collect(), new: Vec::new() };
    // what one subnet gets no other one can have; the pods of a cluster are another way to the same end
    let (mut extras, mut left) = (Vec::new(), room.clone());
    for s in &short {
        if !go_on() {
            return Ok(None);
        }
        if let Some((extra, then)) = trial.beside(*s, &left)? {
            extras.push(extra);
            left = then;
        }
    }
    for c in 0..plan.clusters.len() {
        extras.extend(trial.pods_apart(c, &short, &room)?);
    }
    Ok(Some(extras))
}

/// Whether a cluster's pods live in the pod subnets: without custom networking naming them has no effect.
fn has_pods_apart(cluster: &Cluster) -> bool {
    cluster.manager.is_aws() && custom_networking(&cluster.env)
}

/// Where there is room for new ranges.
#[derive(Debug, Clone)]
struct Room<'a> {
    vpc: &'a [Ipv4Net],
    /// Everything that a new range must stay clear of.
    taken: Vec<IpNet>,
    /// Secondary ranges that the VPC would get.
    new: Vec<Ipv4Net>,
}

impl Room<'_> {
    /// Takes so many ranges of a length: out of the VPC, or else out of new secondary ranges; `shared`: out of
    /// 100.64.0.0/10 in any case. A secondary range is as large as it can be: what is not used of it costs nothing,
    /// and a VPC has few of them.
    fn take(&mut self, length: u8, number: usize, shared: bool) -> Option<Vec<(Source, Ipv4Net)>> {
        let block = Ipv4Net::new([100, 64, 0, 0].into(), 10).ok()?;
        let mut found = Vec::with_capacity(number);
        for _ in 0..number {
            let vpc = self.vpc.iter().filter(|range| !shared || block.contains(*range));
            let known = vpc.map(|range| (Source::Vpc(*range), *range));
            let known = known.chain(self.new.iter().map(|range| (Source::Secondary(*range), *range)));
            let place =
                known.into_iter().find_map(|(source, range)| Some((source, self.free(range, length, &[])?)));
            let (source, net) = match place {
                Some(found) => found,
                None => {
                    let beside: Vec<Ipv4Net> = self.vpc.iter().chain(&self.new).copied().collect();
                    let range = self.free(block, LARGEST, &beside)?;
                    self.new.push(range);
                    (Source::Secondary(range), Ipv4Net::new(range.network(), length).ok()?)
                }
            };
            self.taken.push(net.into());
            found.push((source, net));
        }
        Some(found)
    }

    /// A range of a length in a block, clear of everything that is taken and of what it must stand beside.
    fn free(&self, block: Ipv4Net, length: u8, beside: &[Ipv4Net]) -> Option<Ipv4Net> {
        let beside = beside.iter().map(|range| IpNet::from(*range));
        let taken: Vec<IpNet> = self.taken.iter().copied().chain(beside).collect();
        // looked for from the first address of the block on
        let any = IpNet::new(std::net::Ipv4Addr::UNSPECIFIED.into(), length).ok()?;
        match Space::of(&taken).nearest(any, &[block.into()])? {
            IpNet::V4(net) => Some(net),
            IpNet::V6(_) => None,
        }
    }
}

/// The plan in the last month, with other subnets.
struct Trial<'a> {
    plan: &'a Plan,
    then: Plan,
    tables: &'a Tables,
    ask: &'a Ask,
    months: u32,
}

impl Trial<'_> {
    /// More subnets beside one that is too small, as few and as small as can be.
    fn beside<'r>(&self, s: usize, room: &Room<'r>) -> Result<Option<(Extra, Room<'r>)>, String> {
        let Some(subnet) = self.plan.subnets.get(s) else { return Ok(None) };
        let holds_pods = |list: &[usize]| list.contains(&s);
        let is_pods = self.plan.clusters.iter().filter(|cluster| has_pods_apart(cluster)).any(|cluster| {
            holds_pods(&cluster.pod_subnets) || cluster.node_groups.iter().any(|g| holds_pods(&g.pod_subnets))
        });
        for more in 1..=if is_pods { 1 } else { MOST } {
            for length in (LARGEST..=SMALLEST).rev() {
                let mut left = room.clone();
                let Some(found) = left.take(length, more, false) else { continue };
                let nets: Vec<Ipv4Net> = found.iter().map(|(_, net)| *net).collect();
                let then = if is_pods { self.instead(s, &nets) } else { self.with(s, &nets) };
                let new = self.then.subnets.len()..then.subnets.len();
                let watched: Vec<usize> = std::iter::once(s).chain(new).collect();
                if !self.suffice(&look(&then, self.tables)?, &then, &watched) {
                    continue;
                }
                let zone = zone_name(subnet).to_owned();
                let (name, until) = (shown(&subnet.name), self.until());
                let (ranges, zone_shown) = (listed_with_sources(&found), shown(&zone));
                let sentence = match is_pods {
                    true => format!(
                        "{name}: the pods of zone {zone_shown} in {ranges} instead, and it suffices{until}"
                    ),
                    false => format!(
                        "{name}: {} beside it, {ranges}, in zone {zone_shown} and in the lists of its node groups; \
                         nodes alternate between them, and all suffice{until}",
                        if more == 1 { "another subnet".to_owned() } else { format!("{more} other subnets") },
                    ),
                };
                let new = |(source, cidr)| New { cidr, zone: zone.clone(), source };
                let extra = Extra {
                    helps: vec![subnet.name.clone()],
                    subnets: found.into_iter().map(new).collect(),
                    custom_networking: false,
                    sentence,
                };
                return Ok(Some((extra, left)));
            }
        }
        Ok(None)
    }

    /// A cluster's pods in subnets of their own.
    fn pods_apart(&self, c: usize, short: &[usize], room: &Room) -> Result<Option<Extra>, String> {
        let Some(cluster) = self.plan.clusters.get(c).filter(|cluster| cluster.manager.is_aws()) else {
            return Ok(None);
        };
        let own: Vec<usize> = cluster.node_groups.iter().flat_map(|group| group.subnets.clone()).collect();
        let helped: Vec<usize> = short.iter().copied().filter(|s| own.contains(s)).collect();
        let mut zones: Vec<String> = Vec::new();
        for subnet in own.iter().filter_map(|s| self.plan.subnets.get(*s)) {
            // an ENIConfig is chosen by the zone
            let Some(zone) = &subnet.zone else { return Ok(None) };
            if !zones.contains(zone) {
                zones.push(zone.clone());
            }
        }
        if helped.is_empty() || has_pods_apart(cluster) {
            return Ok(None);
        }
        for length in (LARGEST..=SMALLEST).rev() {
            let Some(found) = room.clone().take(length, zones.len(), true) else { continue };
            let nets: Vec<Ipv4Net> = found.iter().map(|(_, net)| *net).collect();
            let then = self.with_pods(c, &zones, &nets);
            let evaluation = look(&then, self.tables)?;
            let new = self.then.subnets.len()..then.subnets.len();
            let watched: Vec<usize> = own.iter().copied().chain(new).collect();
            if evaluation.pending_of(c) > 0 || !self.suffice(&evaluation, &then, &watched) {
                continue;
            }
            let helped = helped.iter().filter_map(|s| self.plan.subnets.get(*s));
            let sentence = format!(
                "custom networking for {}: its pods in {}, of zones {}; then all suffice{}",
                shown(&cluster.name),
                listed_with_sources(&found),
                shown(&zones.join(", ")),
                self.until()
            );
            let new = |((source, cidr), zone)| New { cidr, zone, source };
            return Ok(Some(Extra {
                helps: helped.map(|subnet| subnet.name.clone()).collect(),
                subnets: found.into_iter().zip(zones).map(new).collect(),
                custom_networking: true,
                sentence,
            }));
        }
        Ok(None)
    }

    /// Whether all of some subnets suffice in everything that is asked about.
    fn suffice(&self, evaluation: &Evaluation, plan: &Plan, subnets: &[usize]) -> bool {
        let pools = &evaluation.report.pools;
        subnets.iter().all(|s| {
            self.ask.when.iter().all(|when| {
                // percentiles take a thousand runs: the worst case stands for them
                let when = if *when == When::Churned { When::ChurnedWorst } else { *when };
                let need =
                    pools.get(*s).and_then(|pool| need(plan, *s, pool, when, self.months, self.ask.min_free));
                need.is_none_or(|need| need.suffices)
            })
        })
    }

    /// The plan with subnets beside one: in its zone, and wherever a node group names it.
    fn with(&self, s: usize, nets: &[Ipv4Net]) -> Plan {
        let mut then = self.then.clone();
        let Some(zone) = then.subnets.get(s).map(|subnet| zone_name(subnet).to_owned()) else { return then };
        // without a zone of its own it was named by itself: now they have it together
        then.subnets.iter_mut().skip(s).take(1).for_each(|subnet| subnet.zone = Some(zone.clone()));
        for net in nets {
            let new = then.subnets.len();
            then.subnets.push(plain(&net.to_string(), *net, Some(zone.clone())));
            let groups = then.clusters_mut().flat_map(|cluster| &mut cluster.node_groups);
            for group in groups.filter(|group| group.subnets.contains(&s)) {
                group.subnets.push(new);
            }
        }
        then
    }

    /// The plan with another pod subnet in the place of one.
    fn instead(&self, s: usize, nets: &[Ipv4Net]) -> Plan {
        let mut then = self.then.clone();
        let Some((subnet, net)) = then.subnets.get_mut(s).zip(nets.first()) else { return then };
        *subnet = plain(&subnet.name, *net, subnet.zone.clone());
        then
    }

    /// The plan with a cluster's pods in subnets of their own, one for each zone.
    fn with_pods(&self, c: usize, zones: &[String], nets: &[Ipv4Net]) -> Plan {
        let mut then = self.then.clone();
        let first = then.subnets.len();
        let new = nets.iter().zip(zones).map(|(net, zone)| plain(&net.to_string(), *net, Some(zone.clone())));
        then.subnets.extend(new);
        let pods: Vec<usize> = (first..then.subnets.len()).collect();
        if let Some(cluster) = then.cluster_mut(c) {
            cluster.env.retain(|(name, _)| name != CUSTOM);
            cluster.env.push((CUSTOM.to_owned(), "true".to_owned()));
            cluster.node_groups.iter_mut().for_each(|group| group.pod_subnets.clear());
            cluster.pod_subnets = pods;
        }
        then
    }

    fn until(&self) -> String {
        match self.months {
            0 => String::new(),
            month => format!(" to month {month}"),
        }
    }
}

/// `10.68.16.0/23 (free in the VPC's 10.68.0.0/16)`, of several with the same source that once.
fn listed_with_sources(found: &[(Source, Ipv4Net)]) -> String {
    let mut parts: Vec<(Source, Vec<String>)> = Vec::new();
    for (source, net) in found {
        match parts.last_mut().filter(|(last, _)| last == source) {
            Some((_, nets)) => nets.push(net.to_string()),
            None => parts.push((*source, vec![net.to_string()])),
        }
    }
    let part = |(source, nets): &(Source, Vec<String>)| {
        let from = match source {
            Source::Vpc(range) => format!("free in the VPC's {range}"),
            Source::Secondary(range) => format!("out of {range} as a secondary range of the VPC"),
        };
        format!("{} ({from})", nets.join(", "))
    };
    parts.iter().map(part).collect::<Vec<_>>().join(", ")
}
