//! `[[network]]`: docker bridge networks.

use ipnet::IpNet;

use super::names::Names;
use super::subnet::Subnets;
use super::table::{Got, Table};
use crate::limits;
use crate::plan::field::Section;
use crate::plan::field::typed::{Fault, Typed};
use crate::plan::{Network, Place, Plan, Row};
use crate::text::excerpt;

/// Reads the networks into the plan. Pools are called by their names: none is called as a subnet is.
pub(super) fn read<'a>(top: &mut Table<'_, 'a>, plan: &mut Plan, subnets: &Subnets<'a>) -> Names<'a> {
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
        if let Got::Is(name) = name
            && subnets.names.has(name)
        {
            table.relate(
                Place::key(table.row, "name"),
                format!("name: a subnet is called {}", excerpt(name)),
                "pools have names of their own: rename one of them",
            );
        }
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
        if let Some(v6) = ipv6_subnet.some()
            && subnet.some().is_some_and(|subnet| subnet.addr().is_ipv6())
        {
            let message = format!("{v6} is the second IPv6 range of the network");
            table.report("ipv6_subnet", message, "write one of them, or an IPv4 range in subnet");
        }
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
