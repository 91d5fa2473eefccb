//! One TOML value as what a field's kind says it is. The reader of plans and the form share these, so that
//! both say the same of a bad value.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::{Field, FieldKind, MAX_PODS};
use crate::limits;
use crate::plan::MaxPods;
use crate::plan::quantity;
use crate::plan::tree::{Node, Value};
use crate::suggest::nearest;
use crate::text::{excerpt, is_hostile, shown};

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Names the value, says what is allowed; goes on from "key: ".
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Fault {
    pub fn new(message: impl Into<String>) -> Fault {
        Fault { message: message.into(), help: None }
    }

    pub fn help(mut self, help: impl Into<String>) -> Fault {
        self.help = Some(help.into());
        self
    }

    /// The same, of an inner key.
    pub fn of(self, key: &str) -> Fault {
        Fault { message: format!("{key}: {}", self.message), ..self }
    }

    /// Message and help in one sentence.
    pub fn said(self) -> String {
        match self.help {
            Some(help) => format!("{}: {help}", self.message),
            None => self.message,
        }
    }
}

/// A value in its text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Typed<'a> {
    pub node: &'a Node,
    pub text: &'a str,
}

impl<'a> Typed<'a> {
    /// "… is not …", with what a field's kind allows.
    pub fn is_not(self, kind: FieldKind) -> Fault {
        self.is_no(&kind.allowed())
    }

    /// "… is not …".
    pub fn is_no(self, allowed: &str) -> Fault {
        let value = match &self.node.value {
            Value::String(s) => excerpt(s),
            Value::Array(_) => "a list".into(),
            Value::Table(_) => "a table".into(),
            _ => shown(&self.node.source(self.text).chars().take(60).collect::<String>()),
        };
        Fault::new(format!("{value} is not {allowed}"))
    }

    /// A whole number within bounds.
    pub fn count(self, least: u32, most: u32) -> Result<u32, Fault> {
        self.integer(least, most).ok_or_else(|| {
            let fault = self.is_not(FieldKind::Count { least, most });
            match &self.node.value {
                Value::String(s) if s.parse::<u32>().is_ok() => {
                    fault.help(format!("write {s} without quotes"))
                }
                _ => fault,
            }
        })
    }

    fn integer(self, least: u32, most: u32) -> Option<u32> {
        let Value::Integer(Some(n)) = self.node.value else { return None };
        u32::try_from(n).ok().filter(|n| (least..=most).contains(n))
    }

    pub fn flag(self) -> Result<bool, Fault> {
        match &self.node.value {
            Value::Bool(b) => Ok(*b),
            Value::String(s) if s == "true" || s == "false" => {
                Err(self.is_not(FieldKind::Flag).help(format!("write {s} without quotes")))
            }
            _ => Err(self.is_not(FieldKind::Flag)),
        }
    }

    /// Printable text, maybe empty.
    pub fn string(self, kind: FieldKind) -> Result<&'a str, Fault> {
        let Value::String(s) = &self.node.value else { return Err(self.is_not(kind)) };
        printable(s)?;
        Ok(s)
    }

    /// Printable text of at least one visible character.
    pub fn name(self) -> Result<&'a str, Fault> {
        let name = self.string(FieldKind::Name)?;
        named(name)?;
        Ok(name)
    }

    /// An IPv4 range, written as AWS writes it: its first address and its prefix length.
    pub fn cidr(self) -> Result<Ipv4Net, Fault> {
        let wrong = || self.is_not(FieldKind::Cidr);
        let Value::String(s) = &self.node.value else { return Err(wrong()) };
        let net: Ipv4Net = s.parse().map_err(|_| {
            if s.parse::<Ipv6Net>().is_ok() || s.parse::<std::net::Ipv6Addr>().is_ok() {
                Fault::new(format!("{} is an IPv6 range", excerpt(s)))
                    .help("plans model IPv4: write a range such as \"10.0.0.0/22\"")
            } else if s.parse::<std::net::Ipv4Addr>().is_ok() {
                Fault::new(format!("{} has no prefix length", excerpt(s)))
                    .help(format!("write a range such as \"{s}/22\""))
            } else if let Ok(IpNet::V4(trimmed)) = s.trim().parse() {
                Fault::new(format!("{} has spaces around it", excerpt(s)))
                    .help(format!("write \"{trimmed}\""))
            } else {
                wrong()
            }
        })?;
        if net != net.trunc() {
            return Err(Fault::new(format!("{} has host bits set", excerpt(s)))
                .help(format!("write \"{}\", the network address", net.trunc())));
        }
        Ok(net)
    }

    /// One of the names of a choice, by its index.
    pub fn choice(self, kind: FieldKind, choices: &[&str]) -> Result<usize, Fault> {
        let Value::String(s) = &self.node.value else { return Err(self.is_not(kind)) };
        choices.iter().position(|c| c == s).ok_or_else(|| {
            let fault = self.is_not(kind);
            match nearest(s, choices.iter().copied()) {
                Some(name) => fault.help(format!("did you mean \"{name}\"?")),
                None => fault,
            }
        })
    }

    pub fn max_pods(self) -> Result<MaxPods, Fault> {
        match self.node.value {
            Value::String(_) => {
                let names = [MaxPods::Managed, MaxPods::Ami, MaxPods::Eni];
                let chosen = self.choice(FieldKind::MaxPods, MAX_PODS)?;
                names.get(chosen).copied().ok_or_else(|| self.is_not(FieldKind::MaxPods))
            }
            Value::Integer(_) => self.count(0, limits::PODS_PER_NODE).map(MaxPods::Fixed),
            _ => Err(self.is_not(FieldKind::MaxPods)),
        }
    }

    /// Millicores or bytes.
    pub fn quantity(self, kind: FieldKind) -> Result<u64, Fault> {
        let parse = if kind == FieldKind::Cpu { quantity::cpu } else { quantity::memory };
        match &self.node.value {
            Value::String(s) => parse(s).map_err(Fault::new),
            // the digits as written: a float would lose some
            Value::Integer(Some(n)) => parse(&n.to_string()).map_err(Fault::new),
            Value::Integer(None) | Value::Float => {
                parse(&self.node.source(self.text).replace('_', "")).map_err(Fault::new)
            }
            _ => Err(self.is_not(kind)),
        }
    }

    /// A variable as Kubernetes stores it.
    pub fn variable(self) -> Result<String, Fault> {
        match &self.node.value {
            Value::String(s) => Ok(s.clone()),
            Value::Bool(b) => Ok(b.to_string()),
            Value::Integer(Some(n)) => Ok(n.to_string()),
            _ => Err(self.is_not(FieldKind::Variable)),
        }
    }

    /// Numbers under names: zones with their nodes, reasons with their addresses.
    pub fn counts(self, most: u32) -> impl Iterator<Item = (&'a str, Result<u32, Fault>)> {
        self.node.entries().iter().map(move |e| {
            let count = Typed { node: &e.node, text: self.text }.count(0, most);
            (e.key.as_str(), named(&e.key).and(count))
        })
    }

    /// Whether the value can be that of a field, as far as can be told without the rest of the plan.
    pub fn check(self, field: &Field) -> Result<(), Fault> {
        let kind = field.kind;
        let each = |f: &dyn Fn(Typed<'a>) -> Result<(), Fault>| match &self.node.value {
            Value::Array(items) => items.iter().try_for_each(|node| f(Typed { node, text: self.text })),
            _ => Err(self.is_not(kind)),
        };
        match kind {
            FieldKind::Name => self.name().map(drop),
            FieldKind::Text => self.string(kind).map(drop),
            FieldKind::Texts | FieldKind::Subnets | FieldKind::Groups => each(&|item| item.name().map(drop)),
            FieldKind::Cidr => self.cidr().map(drop),
            FieldKind::Cidrs => each(&|item| item.cidr().map(drop)),
            FieldKind::Net => self.net().map(drop),
            FieldKind::Nets => self.nets().map(drop),
            FieldKind::Ip => self.ip().map(drop),
            FieldKind::Addressed => self.named(|v| match v.ips() {
                Ok(_) => Ok(()),
                Err(_) => v.ip_or_auto().map(drop),
            }),
            FieldKind::Ranged => self.named(|v| v.nets().map(drop)),
            FieldKind::Sets => self.sets().map(drop),
            FieldKind::StateLoss => self.state_loss().map(drop),
            FieldKind::Count { least, most } => self.count(least, most).map(drop),
            FieldKind::Flag => self.flag().map(drop),
            FieldKind::Choice(choices) => self.choice(kind, choices).map(drop),
            FieldKind::Other => match self.node.value {
                Value::Table(_) => self.counts(limits::OTHER).try_for_each(|(_, n)| n.map(drop)),
                Value::Integer(_) => self.count(0, limits::OTHER).map(drop),
                _ => Err(self.is_not(kind)),
            },
            FieldKind::Addresses => each(&|item| item.addresses().map(drop)),
            FieldKind::Reservations => each(&|item| item.reservation().map(drop)),
            FieldKind::Growth => self.growth().map(drop).or_else(first),
            FieldKind::Policy => self.policy().map(drop).or_else(first),
            FieldKind::Rate => self.rate().map(drop),
            FieldKind::InstanceTypes => match self.node.value {
                Value::String(_) => self.name().map(drop),
                _ => each(&|item| item.name().map(drop)),
            },
            FieldKind::Nodes => match &self.node.value {
                Value::Table(_) => self.counts(limits::NODES).try_for_each(|(_, n)| n.map(drop)),
                Value::Integer(_) => self.count(0, limits::NODES).map(drop),
                Value::String(s) if s == "auto" => Ok(()),
                _ => Err(self.is_not(kind)),
            },
            FieldKind::MaxPods => self.max_pods().map(drop),
            FieldKind::Cpu | FieldKind::Memory => self.quantity(kind).map(drop),
            FieldKind::Variable => self.variable().map(drop),
        }
    }
}

/// Of the faults of a table one to tell.
fn first(faults: Vec<(Option<&str>, Fault)>) -> Result<(), Fault> {
    faults.into_iter().next().map_or(Ok(()), |(_, fault)| Err(fault))
}

/// Printable text of at least one visible character.
pub(in crate::plan) fn named(s: &str) -> Result<(), Fault> {
    if s.trim().is_empty() {
        return Err(Fault::new("the name is empty").help("write at least one character"));
    }
    printable(s)
}

/// Text that can be printed, and is not too long to be.
fn printable(s: &str) -> Result<(), Fault> {
    if let Some(c) = s.chars().find(|c| is_hostile(*c)) {
        return Err(Fault::new(format!(
            "{} has the control character {} in it",
            excerpt(s),
            shown(&c.to_string())
        ))
        .help("leave control, bidirectional and invisible characters out"));
    }
    let chars = s.chars().count();
    if chars > limits::NAME_CHARS {
        return Err(Fault::new(format!(
            "{} is {chars} characters long: at most {} are allowed",
            excerpt(s),
            limits::NAME_CHARS
        )));
    }
    Ok(())
}
