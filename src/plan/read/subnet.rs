//! `[[subnet]]`, and the ranges of the VPC.

use std::collections::HashSet;

use ipnet::Ipv4Net;

use super::names::Names;
use super::table::{Got, Table};
use super::taken;
use crate::limits;
use crate::plan::field::Section;
use crate::plan::field::typed::Fault;
use crate::plan::tree::Value;
use crate::plan::{Plan, Row, Subnet};

/// What the rest of the plan asks of the subnets.
pub(super) struct Subnets<'a> {
    pub names: Names<'a>,
    /// By index, as [`Plan::subnets`].
    pub zones: Vec<Got<&'a str>>,
}

/// Reads the subnets into the plan.
pub(super) fn read<'a>(top: &mut Table<'_, 'a>, plan: &mut Plan) -> Subnets<'a> {
    let mut subnets = Subnets { names: Names::new("subnet"), zones: Vec::new() };
    for (s, node) in top.rows(Section::Subnet).iter().enumerate() {
        let Some(mut table) = top.reader.table(Row::Subnet(s), node) else {
            subnets.names.unreadable();
            subnets.zones.push(Got::Bad);
            continue;
        };
        let name = subnets.names.read(&mut table);
        let cidr = table.read("cidr", |value, _| value.cidr().and_then(of_aws));
        let zone = table.name("zone");
        subnets.zones.push(zone);
        plan.subnets.push(Subnet {
            name: name.or("").to_owned(),
            cidr: cidr.or(Ipv4Net::default()),
            zone: zone.some().map(str::to_owned),
            other: other(&mut table),
            used: taken::used(&mut table, cidr.some()),
            reservations: taken::reservations(&mut table, cidr.some()),
            id: table.string("id").some(),
            role_cni: table.string("role_cni").some(),
            elb: table.flag("elb").or(false),
        });
    }
    subnets
}

/// Ranges that podroom can reckon with. That AWS has only /16 to /28 is a finding, so that a plan of somebody
/// who does not know it yet still opens; larger than /8 is no private range at all.
pub fn of_aws(cidr: Ipv4Net) -> Result<Ipv4Net, Fault> {
    if cidr.prefix_len() >= 8 {
        return Ok(cidr);
    }
    Err(Fault::new(format!("\"{cidr}\" is too large: the largest range that is planned is a /8"))
        .help("write a prefix length from 8 on; subnets and ranges of an AWS VPC have 16 to 28"))
}

/// A list of ranges of the VPC.
pub(super) fn ranges(table: &mut Table<'_, '_>, key: &str) -> Vec<Ipv4Net> {
    let (mut ranges, mut seen) = (Vec::new(), HashSet::new());
    for (i, node) in table.list(key).or(&[]).iter().enumerate() {
        match table.typed(node).cidr().and_then(of_aws) {
            Ok(range) if !seen.insert(range) => {
                table.report_item(key, i, format!("\"{range}\" is in the list twice"), "remove one");
            }
            Ok(range) => ranges.push(range),
            Err(fault) => table.fault_item(key, i, fault),
        }
    }
    ranges
}

/// Addresses used by others: `8`, or with reasons.
fn other(table: &mut Table<'_, '_>) -> Vec<(String, u32)> {
    let Some(node) = table.node("other") else { return Vec::new() };
    if !matches!(node.value, Value::Table(_)) {
        let count = table.read("other", |value, kind| match value.node.value {
            Value::Integer(_) => value.count(0, limits::OTHER),
            _ => Err(value.is_not(kind)),
        });
        return count.some().map(|n| (String::new(), n)).into_iter().collect();
    }
    table.counts("other", limits::OTHER).into_iter().map(|(reason, n)| (reason.to_owned(), n)).collect()
}
