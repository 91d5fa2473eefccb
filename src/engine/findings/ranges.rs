//! Address ranges: lengths, the VPC.

use ipnet::Ipv4Net;

use super::super::report::Severity;
use super::{Context, Note};
use crate::engine::outcome::cloud;
use crate::manager::AWS;
use crate::plan::{Place, Row};
use crate::text::addresses;

/// At most so many free ranges are listed.
const LISTED: usize = 8;

fn overlaps(a: &Ipv4Net, b: &Ipv4Net) -> bool {
    a.contains(b) || b.contains(a)
}

pub fn prefix_length(context: &Context) -> Vec<Note> {
    let plan = context.plan;
    let subnets = plan.subnets.iter().enumerate();
    let subnets = subnets
        .map(|(s, subnet)| (Place::key(Row::Subnet(s), "cidr"), &subnet.cidr, "subnet", cloud(plan, s)));
    let vpc = plan.vpc.iter().enumerate();
    let vpc = vpc.map(|(i, cidr)| (Place::item(Row::Plan, "vpc", i), cidr, "VPC range", &AWS));
    subnets
        .chain(vpc)
        .filter(|(_, cidr, _, cloud)| !cloud.lengths.contains(&cidr.prefix_len()))
        .map(|(place, cidr, what, cloud)| {
            let message = format!("{} refuses a {what} of /{}: {cidr}", cloud.name, cidr.prefix_len());
            let (least, most) = (cloud.lengths.start(), cloud.lengths.end());
            Note::new(Severity::Error, place, message, format!("{} allows /{least} to /{most}", cloud.name))
        })
        .collect()
}

/// 198.19.0.0/16 is listed in AWS's own pages and rejected by the API all the same.
/// Source: aws/aws-eks-best-practices issue 633.
pub fn vpc_range(context: &Context) -> Vec<Note> {
    let refused: [Ipv4Net; 2] = [net([198, 19, 0, 0], 16), net([169, 254, 0, 0], 16)];
    let vpc = context.plan.vpc.iter().enumerate();
    vpc.filter_map(|(i, cidr)| {
        let hit = refused.iter().find(|r| overlaps(r, cidr))?;
        let message = format!("AWS rejects {cidr} as a VPC range: it overlaps {hit}");
        let help = "use RFC 1918 space, or blocks of /16 and smaller of 100.64.0.0/10";
        Some(Note::new(Severity::Error, Place::item(Row::Plan, "vpc", i), message, help))
    })
    .collect()
}

pub fn outside(context: &Context) -> Vec<Note> {
    let plan = context.plan;
    if plan.vpc.is_empty() {
        return Vec::new();
    }
    let subnets = plan.subnets.iter().enumerate();
    subnets
        .filter(|(_, subnet)| !plan.vpc.iter().any(|range| range.contains(&subnet.cidr)))
        .map(|(s, subnet)| {
            let message = format!("{} {} is in none of the VPC's ranges", subnet.name, subnet.cidr);
            let help = "add its range to vpc, or move the subnet";
            Note::new(Severity::Error, Place::key(Row::Subnet(s), "cidr"), message, help)
        })
        .collect()
}

pub fn unused(context: &Context) -> Vec<Note> {
    let plan = context.plan;
    let used: Vec<Ipv4Net> = plan.subnets.iter().map(|s| s.cidr).collect();
    let mut free: Vec<Ipv4Net> =
        Ipv4Net::aggregate(&plan.vpc).into_iter().flat_map(|r| gaps(r, &used)).collect();
    if plan.vpc.is_empty() || free.is_empty() {
        return Vec::new();
    }
    free.sort_by_key(|r| (r.prefix_len(), r.network()));
    let total: u64 = free.iter().map(|r| 1u64 << (32 - r.prefix_len().min(32))).sum();
    let mut list: Vec<String> = free.iter().take(LISTED).map(Ipv4Net::to_string).collect();
    if free.len() > LISTED {
        list.push(format!("and {} smaller", free.len() - LISTED));
    }
    let message = format!("{} of the VPC are in no subnet: {}", addresses(total), list.join(", "));
    let help = "new subnets can take them";
    vec![Note::new(Severity::Info, Place::key(Row::Plan, "vpc"), message, help)]
}

/// The ranges of `range` that no used range touches.
fn gaps(range: Ipv4Net, used: &[Ipv4Net]) -> Vec<Ipv4Net> {
    let touching: Vec<Ipv4Net> = used.iter().filter(|u| overlaps(u, &range)).copied().collect();
    if touching.is_empty() {
        return vec![range];
    }
    if touching.iter().any(|u| u.contains(&range)) {
        return Vec::new();
    }
    // split in halves; a range of one address is either touched whole or not at all
    let halves = range.subnets(range.prefix_len() + 1);
    halves.map(|halves| halves.flat_map(|half| gaps(half, &touching)).collect()).unwrap_or_default()
}

fn net(octets: [u8; 4], prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(octets.into(), prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_the_complement() {
        let used = [net([10, 0, 0, 0], 18), net([10, 0, 128, 0], 17)];
        assert_eq!(gaps(net([10, 0, 0, 0], 16), &used), vec![net([10, 0, 64, 0], 18)]);
        assert_eq!(gaps(net([10, 1, 0, 0], 16), &used), vec![net([10, 1, 0, 0], 16)]);
        assert!(gaps(net([10, 0, 128, 0], 20), &used).is_empty());
    }
}
