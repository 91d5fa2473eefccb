//! `[[network]]`: docker bridge networks.

use ipnet::IpNet;

use super::names::Names;
use super::table::Table;
use crate::limits;
use crate::plan::field::Section;
use crate::plan::field::typed::{Fault, Typed};
use crate::plan::{Network, Plan, Row};

/// Reads the networks into the plan.
pub(super) fn read<'a>(top: &mut Table<'_, 'a>, plan: &mut Plan) -> Names<'a> {
    let mut names = Names::new("network");
    let rows = top.rows(Section::Network);
    if rows.len() > limits::NETWORKS {
        let message = format!("{} networks: at most {} are allowed", rows.len(), limits::NETWORKS);
        top.report("network", message, "docker has 31 by default");
        return names;
    }
    for (n, node) in rows.iter().enumerate() {
        let Some(mut table) = top.reader.table(Row::Network(n), node) else {
            names.unreadable();
            continue;
        };
        let name = names.read(&mut table);
        let subnet = table.read("subnet", |value, _| value.net());
        let inside = |net: IpNet| match subnet.some() {
            Some(subnet) if !subnet.contains(&net) => Err(value_outside(net, subnet)),
            None => Err(Fault::new(format!("{net} is given without a subnet")).help("write subnet, too")),
            _ => Ok(net),
        };
        let ip_range = table.read("ip_range", |value, _| inside(value.net()?));
        let gateway = table.read("gateway", |value, _| {
            let address = value.ip()?;
            inside(address.into()).map(|_| address)
        });
        let aux = table.read("aux_addresses", |value, _| value.pairs(Typed::ip));
        let containers = table.read("containers", |value, _| value.pairs(Typed::ip_or_auto));
        let ipv6_subnet =
            table.read("ipv6_subnet", |value, _| match value.net()? {
                net if net.addr().is_ipv6() => Ok(net),
                net => Err(Fault::new(format!("{net} is no IPv6 range"))
                    .help("write a range such as \"fd00:30::/64\"")),
            });
        plan.networks.push(Network {
            name: name.or("").to_owned(),
            subnet: subnet.some(),
            ip_range: ip_range.some(),
            gateway: gateway.some(),
            aux_addresses: owned(aux.or(Vec::new())),
            ipv6_subnet: ipv6_subnet.some(),
            containers: owned(containers.or(Vec::new())),
            implied: false,
        });
    }
    names
}

/// Docker's own texts of an aux address or a fixed address that is outside are findings: the network is
/// made, or not, when docker is asked to.
fn value_outside(net: IpNet, subnet: IpNet) -> Fault {
    Fault::new(format!("{net} is outside of the subnet {subnet}")).help("write one that is inside of it")
}

pub(super) fn owned<T>(pairs: Vec<(&str, T)>) -> Vec<(String, T)> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
