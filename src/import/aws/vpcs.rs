//! `aws ec2 describe-vpcs`.

use super::super::fact::{Fact, Vpc};
use super::super::take::Take;
use super::super::value::Node;
use super::elements;

pub(super) fn read(node: Node<'_>, take: &mut Take) {
    let mut vpcs = Vec::new();
    for row in elements(node, "Vpcs", take) {
        let Some(id) = take.needed(&row, "VpcId", "a VPC") else { continue };
        let mut cidrs: Vec<_> = take.cidr(&row, "CidrBlock").into_iter().collect();
        for association in take.rows(&row, "CidrBlockAssociationSet") {
            let state = association.table("CidrBlockState").and_then(|state| state.text("State"));
            // associating, associated; those that are gone or going are no ranges of it
            if !state.is_none_or(|state| state.starts_with("associat")) {
                continue;
            }
            cidrs.extend(take.cidr(&association, "CidrBlock").filter(|cidr| !cidrs.contains(cidr)));
        }
        vpcs.push(Vpc { id, cidrs });
    }
    if !vpcs.is_empty() {
        take.facts.push(Fact::Vpcs(vpcs));
    }
}
