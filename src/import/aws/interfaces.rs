//! `aws ec2 describe-network-interfaces`.

use super::super::fact::{Fact, Interface};
use super::super::take::Take;
use super::super::value::{Node, Table};
use super::{elements, tags};

/// Length of the prefixes that EC2 gives to ENIs.
const PREFIX: u8 = 28;

pub(super) fn read(node: Node<'_>, take: &mut Take) {
    let mut interfaces = Vec::new();
    for row in elements(node, "NetworkInterfaces", take) {
        interfaces.extend(one(&row, take));
    }
    if !interfaces.is_empty() {
        take.facts.push(Fact::Interfaces(interfaces));
    }
}

fn one(row: &Table<'_>, take: &mut Take) -> Option<Interface> {
    let id = take.needed(row, "NetworkInterfaceId", "a network interface")?;
    let mut interface = Interface {
        id,
        subnet: take.text(row, "SubnetId"),
        vpc: take.text(row, "VpcId"),
        kind: take.text(row, "InterfaceType"),
        status: take.text(row, "Status"),
        description: take.text(row, "Description").unwrap_or_default(),
        primary: take.ipv4(row, "PrivateIpAddress"),
        tags: tags(row, "TagSet"),
        ..Interface::default()
    };
    for address in take.rows(row, "PrivateIpAddresses") {
        let Some(ip) = take.ipv4(&address, "PrivateIpAddress") else { continue };
        if address.is_set("Primary") || interface.primary == Some(ip) {
            interface.primary = Some(ip);
        } else {
            interface.secondary.push(ip);
        }
    }
    for prefix in take.rows(row, "Ipv4Prefixes") {
        let Some(net) = take.cidr(&prefix, "Ipv4Prefix") else { continue };
        if net.prefix_len() == PREFIX {
            interface.prefixes.push(net);
        } else if let Some(node) = prefix.get("Ipv4Prefix") {
            take.wrong(node, "Ipv4Prefix", "a /28");
        }
    }
    if let Some(attachment) = take.table(row, "Attachment") {
        interface.instance = take.text(&attachment, "InstanceId");
        interface.device = take.count(&attachment, "DeviceIndex", 0, u32::MAX);
        interface.card = take.count(&attachment, "NetworkCardIndex", 0, u32::MAX).unwrap_or(0);
    }
    Some(interface)
}
