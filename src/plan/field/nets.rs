//! Values of the address managers other than the AWS VPC CNI: ranges and addresses of either family, names with
//! an address or a range each, sets of ranges, lost state.

use std::net::IpAddr;

use ipnet::IpNet;

use super::FieldKind;
use super::parts::{at_most, known};
use super::typed::{Fault, Typed};
use crate::ipam::host_local::RangeSpec;
use crate::limits;
use crate::plan::tree::Value;
use crate::plan::{Deleted, StateLoss};
use crate::text::excerpt;

impl<'a> Typed<'a> {
    /// A range of either family: its first address and its prefix length.
    pub fn net(self) -> Result<IpNet, Fault> {
        let Value::String(s) = &self.node.value else { return Err(self.is_not(FieldKind::Net)) };
        self.range(s, FieldKind::Net)
    }

    fn range(self, s: &str, kind: FieldKind) -> Result<IpNet, Fault> {
        let net: IpNet = s.parse().map_err(|_| match s.parse::<IpAddr>() {
            Ok(_) => Fault::new(format!("{} has no prefix length", excerpt(s)))
                .help(format!("write a range such as \"{s}/{}\"", if s.contains(':') { 64 } else { 24 })),
            Err(_) => self.is_not(kind),
        })?;
        if net != net.trunc() {
            return Err(Fault::new(format!("{} has host bits set", excerpt(s)))
                .help(format!("write \"{}\", the network address", net.trunc())));
        }
        // the largest private ranges; a /0 would overlap everything
        let least = if net.addr().is_ipv4() { 8 } else { 7 };
        if net.prefix_len() < least {
            return Err(Fault::new(format!("{} is larger than any private range", excerpt(s)))
                .help(format!("write a range of /{least} or smaller")));
        }
        Ok(net)
    }

    /// `"10.244.0.0/16"`, `"10.244.0.0/16,fd00:10:244::/56"` or a list of these: at most one range of each family,
    /// the IPv4 one first.
    pub fn nets(self) -> Result<Vec<IpNet>, Fault> {
        let mut nets = match &self.node.value {
            Value::String(s) => s
                .split(',')
                .map(|part| self.range(part.trim(), FieldKind::Nets))
                .collect::<Result<Vec<_>, _>>()?,
            Value::Array(items) => items
                .iter()
                .map(|node| Typed { node, text: self.text }.net())
                .collect::<Result<Vec<_>, _>>()?,
            _ => return Err(self.is_not(FieldKind::Nets)),
        };
        nets.sort_by_key(|net| net.addr().is_ipv6());
        match nets.as_slice() {
            [] => Err(self.is_not(FieldKind::Nets)),
            [_] => Ok(nets),
            [a, b] if a.addr().is_ipv4() != b.addr().is_ipv4() => Ok(nets),
            [a, b, ..] => Err(Fault::new(format!("{a} and {b}: more than one range of a family"))
                .help("write one range, or one of IPv4 and one of IPv6")),
        }
    }

    pub fn ip(self) -> Result<IpAddr, Fault> {
        let Value::String(s) = &self.node.value else { return Err(self.is_not(FieldKind::Ip)) };
        s.parse().map_err(|_| self.is_not(FieldKind::Ip))
    }

    /// `"172.20.0.2"`, `"172.20.0.2,fd00:30::2"`: an address, or one of each family, the IPv4 one first.
    pub fn ips(self) -> Result<Vec<IpAddr>, Fault> {
        let Value::String(s) = &self.node.value else { return Err(self.is_not(FieldKind::Ip)) };
        let parsed = s.split(',').map(|part| part.trim().parse().map_err(|_| self.is_not(FieldKind::Ip)));
        let mut ips = parsed.collect::<Result<Vec<IpAddr>, Fault>>()?;
        ips.sort_by_key(IpAddr::is_ipv6);
        match ips.as_slice() {
            [_] => Ok(ips),
            [a, b] if a.is_ipv4() != b.is_ipv4() => Ok(ips),
            _ => Err(Fault::new(format!("{} has more than one address of a family", excerpt(s)))
                .help("write one address, or one of IPv4 and one of IPv6")),
        }
    }

    /// An address, or `"auto"` for one that is given out.
    pub fn ip_or_auto(self) -> Result<Option<IpAddr>, Fault> {
        match &self.node.value {
            Value::String(s) if s == "auto" => Ok(None),
            _ => {
                self.ip().map(Some).map_err(|_| self.is_no("an address such as \"172.20.0.9\", or \"auto\""))
            }
        }
    }

    /// Names with something each.
    pub fn named(self, read: impl Fn(Typed<'a>) -> Result<(), Fault>) -> Result<(), Fault> {
        self.pairs(read).map(drop)
    }

    /// Names with something each, in the order of the text.
    pub fn pairs<T>(self, read: impl Fn(Typed<'a>) -> Result<T, Fault>) -> Result<Vec<(&'a str, T)>, Fault> {
        let Value::Table(entries) = &self.node.value else { return Err(self.is_not(FieldKind::Addressed)) };
        at_most(entries.len(), limits::NAMED)?;
        let one = |e: &'a crate::plan::tree::Entry| {
            super::typed::named(&e.key)?;
            let value = read(Typed { node: &e.node, text: self.text }).map_err(|fault| fault.of(&e.key))?;
            Ok((e.key.as_str(), value))
        };
        entries.iter().map(one).collect()
    }

    /// `["10.22.0.0/16"]`: every element a set, of one range or of a list of them.
    pub fn sets(self) -> Result<Vec<Vec<RangeSpec>>, Fault> {
        let Value::Array(items) = &self.node.value else { return Err(self.is_not(FieldKind::Sets)) };
        let each = |node: &'a crate::plan::tree::Node| {
            let value = Typed { node, text: self.text };
            match &node.value {
                Value::Array(ranges) if ranges.is_empty() => Err(value.is_not(FieldKind::Sets)),
                Value::Array(ranges) => {
                    ranges.iter().map(|node| Typed { node, text: self.text }.address_range()).collect()
                }
                _ => value.address_range().map(|range| vec![range]),
            }
        };
        let sets: Vec<Vec<RangeSpec>> = items.iter().map(each).collect::<Result<_, Fault>>()?;
        if sets.is_empty() {
            return Err(self.is_not(FieldKind::Sets));
        }
        at_most(sets.iter().map(Vec::len).sum(), limits::RANGES)?;
        Ok(sets)
    }

    fn address_range(self) -> Result<RangeSpec, Fault> {
        let Value::Table(entries) = &self.node.value else {
            return self.net().map(RangeSpec::of);
        };
        known(entries, &["subnet", "range_start", "range_end", "gateway", "exclude"], "a range")?;
        let ip = |key: &str| self.inner(key).map(Typed::ip).transpose().map_err(|fault| fault.of(key));
        let missing = || Fault::new("subnet is missing").help("write { subnet = \"10.22.0.0/24\" }");
        Ok(RangeSpec {
            subnet: self.inner("subnet").ok_or_else(missing)?.net().map_err(|fault| fault.of("subnet"))?,
            range_start: ip("range_start")?,
            range_end: ip("range_end")?,
            gateway: ip("gateway")?,
            exclude: self
                .inner("exclude")
                .map_or(Ok(Vec::new()), Typed::parts)
                .map_err(|f| f.of("exclude"))?,
        })
    }

    /// `["10.22.0.0/28", "10.22.0.100/32"]`: parts of a range.
    fn parts(self) -> Result<Vec<IpNet>, Fault> {
        let Value::Array(items) = &self.node.value else {
            return Err(self.is_no("a list of ranges such as [\"10.22.0.0/28\", \"10.22.0.100/32\"]"));
        };
        at_most(items.len(), limits::RANGES)?;
        let one = |node: &'a crate::plan::tree::Node| match &node.value {
            // what the program says of a full range has the parts as they are written
            Value::String(s) if let Ok(address) = s.parse::<IpAddr>() => {
                Err(Fault::new(format!("{} has no prefix length", excerpt(s)))
                    .help(format!("write \"{}\"", IpNet::from(address))))
            }
            _ => Typed { node, text: self.text }.net(),
        };
        items.iter().map(one).collect()
    }

    /// `{ deleted = "everything", running = 10, new_pods = 20 }`.
    pub fn state_loss(self) -> Result<StateLoss, Fault> {
        let Value::Table(entries) = &self.node.value else { return Err(self.is_not(FieldKind::StateLoss)) };
        known(entries, &["node", "deleted", "running", "new_pods"], "state_loss")?;
        let deleted = match self.inner("deleted") {
            Some(value) => {
                let kind = FieldKind::Choice(Deleted::NAMES);
                let chosen = value.choice(kind, Deleted::NAMES).map_err(|fault| fault.of("deleted"))?;
                Deleted::ALL.get(chosen).copied().unwrap_or(Deleted::Everything)
            }
            None => Deleted::Everything,
        };
        let count = |key: &str| {
            let value = self.inner(key).map(|value| value.count(0, limits::PODS_PER_NODE));
            value.transpose().map_err(|fault| fault.of(key))
        };
        let node = self.inner("node").map(Typed::name).transpose().map_err(|fault| fault.of("node"))?;
        Ok(StateLoss {
            node: node.map(str::to_owned),
            deleted,
            running: count("running")?,
            new_pods: count("new_pods")?.unwrap_or(0),
        })
    }
}
