//! `aws ec2 describe-subnets`.

use super::super::fact::{Fact, Subnet};
use super::super::take::Take;
use super::super::value::Node;
use super::{elements, tags};
use crate::limits;

pub(super) fn read(node: Node<'_>, take: &mut Take) {
    let mut subnets = Vec::new();
    for row in elements(node, "Subnets", take) {
        let Some(id) = take.needed(&row, "SubnetId", "a subnet") else { continue };
        subnets.push(Subnet {
            id,
            vpc: take.text(&row, "VpcId"),
            cidr: take.cidr(&row, "CidrBlock"),
            zone: take.text(&row, "AvailabilityZone"),
            available: take.count(&row, "AvailableIpAddressCount", 0, limits::OTHER),
            tags: tags(&row, "Tags"),
        });
    }
    if !subnets.is_empty() {
        take.facts.push(Fact::Subnets(subnets));
    }
}
