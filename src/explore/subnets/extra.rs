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
use crate::plan::Plan;
use crate::text::{count, listed, shown};

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
    /// The new subnets, each with the name of its zone.
    pub subnets: Vec<(Ipv4Net, String)>,
    pub source: Source,
    pub custom_networking: bool,
    pub sentence: String,
}

/// The largest range that a VPC or a subnet of it has, and the smallest.
const LARGEST: u8 = 16;
const SMALLEST: u8 = 28;
/// Most subnets that are added to one.
const MOST: u32 = 4;
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
    let mut taken: Vec<IpNet> = ranges::all(plan)
        .into_iter()
        .filter(|range| !matches!(range.what, ranges::What::Vpc(_)))
        .map(|range| range.net)
        .collect();
    let mut extras = Vec::new();
    for s in &short {
        if !go_on() {
            return Ok(None);
        }
        if let Some(extra) = trial.beside(*s, &taken)? {
            taken.extend(extra.subnets.iter().map(|(net, _)| IpNet::from(*net)));
            extras.push(extra);
        }
    }
    for c in 0..plan.clusters.len() {
        extras.extend(trial.pods_apart(c, &short, &taken)?);
    }
    Ok(Some(extras))
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
    fn beside(&self, s: usize, taken: &[IpNet]) -> Result<Option<Extra>, String> {
        let Some(subnet) = self.plan.subnets.get(s) else { return Ok(None) };
        let holds_pods = |list: &[usize]| list.contains(&s);
        let is_pods = self.plan.clusters.iter().any(|cluster| {
            holds_pods(&cluster.pod_subnets) || cluster.node_groups.iter().any(|g| holds_pods(&g.pod_subnets))
        });
        for more in 1..=if is_pods { 1 } else { MOST } {
            for length in (LARGEST..=SMALLEST).rev() {
                let Some((source, nets)) = self.room(length, more, taken, false) else { continue };
                let then = if is_pods { self.instead(s, &nets) } else { self.with(s, &nets) };
                let new = self.then.subnets.len()..then.subnets.len();
                let watched: Vec<usize> = std::iter::once(s).chain(new).collect();
                if !self.suffice(&look(&then, self.tables)?, &then, &watched) {
                    continue;
                }
                let names: Vec<String> = nets.iter().map(Ipv4Net::to_string).collect();
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                let zone = zone_name(subnet).to_owned();
                let sentence = match is_pods {
                    true => format!(
                        "{}: the pods of zone {} in {} {} instead, and it suffices{}",
                        shown(&subnet.name),
                        shown(&zone),
                        listed(&names),
                        from(source),
                        self.until()
                    ),
                    false => format!(
                        "{}: {} {} {} beside it, in zone {} and in the lists of its node groups, share its nodes, \
                         and all suffice{}",
                        shown(&subnet.name),
                        count(more.into(), "subnet"),
                        listed(&names),
                        from(source),
                        shown(&zone),
                        self.until()
                    ),
                };
                return Ok(Some(Extra {
                    helps: vec![subnet.name.clone()],
                    subnets: nets.into_iter().map(|net| (net, zone.clone())).collect(),
                    source,
                    custom_networking: false,
                    sentence,
                }));
            }
        }
        Ok(None)
    }

    /// A cluster's pods in subnets of their own.
    fn pods_apart(&self, c: usize, short: &[usize], taken: &[IpNet]) -> Result<Option<Extra>, String> {
        let Some(cluster) = self.plan.clusters.get(c).filter(|cluster| cluster.manager.is_aws()) else {
            return Ok(None);
        };
        let own: Vec<usize> = cluster.node_groups.iter().flat_map(|group| group.subnets.clone()).collect();
        let helped: Vec<usize> = short.iter().copied().filter(|s| own.contains(s)).collect();
        let already = cluster.env.iter().any(|(name, value)| name == CUSTOM && value == "true");
        let mut zones: Vec<String> = Vec::new();
        for subnet in own.iter().filter_map(|s| self.plan.subnets.get(*s)) {
            // an ENIConfig is chosen by the zone
            let Some(zone) = &subnet.zone else { return Ok(None) };
            if !zones.contains(zone) {
                zones.push(zone.clone());
            }
        }
        if helped.is_empty() || already {
            return Ok(None);
        }
        let number = u32::try_from(zones.len()).unwrap_or(u32::MAX);
        for length in (LARGEST..=SMALLEST).rev() {
            let Some((source, nets)) = self.room(length, number, taken, true) else { continue };
            let then = self.with_pods(c, &zones, &nets);
            let evaluation = look(&then, self.tables)?;
            let new = self.then.subnets.len()..then.subnets.len();
            let watched: Vec<usize> = own.iter().copied().chain(new).collect();
            if evaluation.pending_of(c) > 0 || !self.suffice(&evaluation, &then, &watched) {
                continue;
            }
            let names: Vec<String> = helped.iter().filter_map(|s| Some(self.plan.subnets.get(*s)?.name.clone())).collect();
            let texts: Vec<String> =
                nets.iter().zip(&zones).map(|(net, zone)| format!("{net} in zone {}", shown(zone))).collect();
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let sentence = format!(
                "custom networking for {}: its pods in {} {}; then all suffice{}",
                shown(&cluster.name),
                texts.join(", "),
                from(source),
                self.until()
            );
            return Ok(Some(Extra {
                helps: names,
                subnets: nets.into_iter().zip(zones).collect(),
                source,
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
                let need = pools.get(*s).and_then(|pool| need(plan, *s, pool, when, self.months, self.ask.min_free));
                need.is_none_or(|need| need.suffices)
            })
        })
    }

    /// Free ranges of a length: in a range of the VPC, or else in a new secondary range. `shared`: out of 100.64.0.0/10
    /// in any case.
    fn room(&self, length: u8, number: u32, taken: &[IpNet], shared: bool) -> Option<(Source, Vec<Ipv4Net>)> {
        let block = Ipv4Net::new([100, 64, 0, 0].into(), 10).ok()?;
        let vpc = self.plan.vpc.iter().filter(|range| !shared || block.contains(*range));
        for range in vpc {
            if let Some(nets) = free(*range, length, number, taken) {
                return Some((Source::Vpc(*range), nets));
            }
        }
        // one range for all of them
        let all = length.checked_sub(u8::try_from(number.next_power_of_two().ilog2()).ok()?)?;
        if all < LARGEST {
            return None;
        }
        let beside: Vec<IpNet> =
            taken.iter().copied().chain(self.plan.vpc.iter().map(|range| IpNet::from(*range))).collect();
        let range = free(block, all, 1, &beside)?.into_iter().next()?;
        let nets: Vec<Ipv4Net> = range.subnets(length).ok()?.take(usize::try_from(number).ok()?).collect();
        Some((Source::Secondary(range), nets))
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
            let groups = then.clusters.iter_mut().flat_map(|cluster| &mut cluster.node_groups);
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
        if let Some(cluster) = then.clusters.get_mut(c) {
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

/// Free ranges of a length in a block.
fn free(block: Ipv4Net, length: u8, number: u32, taken: &[IpNet]) -> Option<Vec<Ipv4Net>> {
    let mut space = Space::of(taken);
    // looked for from the first address of the block on
    let any = IpNet::new(std::net::Ipv4Addr::UNSPECIFIED.into(), length).ok()?;
    let mut nets = Vec::new();
    for _ in 0..number {
        let net = space.nearest(any, &[block.into()])?;
        space.take(net);
        let IpNet::V4(net) = net else { return None };
        nets.push(net);
    }
    Some(nets)
}

fn from(source: Source) -> String {
    match source {
        Source::Vpc(range) => format!("(a free part of the VPC's {range})"),
        Source::Secondary(range) => format!("(of a new secondary range {range} of the VPC)"),
    }
}
