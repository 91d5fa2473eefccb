//! Values with an inner form: addresses in use, reservations, rates of growth. The reader of plans and the
//! form share these.

use std::net::Ipv4Addr;

use super::FieldKind;
use super::typed::{Fault, Typed};
use crate::limits;
use crate::plan::growth::{Growth, Rate};
use crate::plan::policy::{Checked, Intolerable};
use crate::plan::quantity;
use crate::plan::range::{Addresses, Reservation, ReservationType};
use crate::plan::tree::{Entry, Node, Value};
use crate::plan::{MinFree, Policy};
use crate::suggest::nearest;
use crate::text::{excerpt, thousands};

impl<'a> Typed<'a> {
    /// `"10.0.0.17"`, `"10.0.0.32/28"` or `"10.0.0.64-10.0.0.70"`.
    pub fn addresses(self) -> Result<Addresses, Fault> {
        const ALLOWED: &str =
            "an address such as \"10.0.0.17\", a CIDR or a range such as \"10.0.0.64-10.0.0.70\"";
        let wrong = || self.is_no(ALLOWED);
        let Value::String(s) = &self.node.value else { return Err(wrong()) };
        if s.contains('/') {
            return self.cidr().map(Addresses::of);
        }
        let address = |part: &str| part.trim().parse::<Ipv4Addr>().map_err(|_| wrong());
        let (first, last) = match s.split_once('-') {
            Some((first, last)) => (address(first)?, address(last)?),
            None => (address(s)?, address(s)?),
        };
        if first > last {
            return Err(Fault::new(format!("{} ends before it begins", excerpt(s)))
                .help(format!("write \"{last}-{first}\"")));
        }
        Ok(Addresses { first, last })
    }

    /// `{ cidr = "10.0.0.128/25", type = "prefix" }`.
    pub fn reservation(self) -> Result<Reservation, Fault> {
        let Value::Table(entries) = &self.node.value else {
            return Err(self.is_no("a reservation such as { cidr = \"10.0.0.128/25\", type = \"prefix\" }"));
        };
        known(entries, &["cidr", "type"], "a reservation")?;
        let of = |key: &str| {
            let missing = || {
                Fault::new(format!("{key} is missing"))
                    .help("write { cidr = \"10.0.0.128/25\", type = \"prefix\" }")
            };
            self.inner(key).ok_or_else(missing)
        };
        let cidr = of("cidr")?.cidr().map_err(|fault| fault.of("cidr"))?;
        let kind = FieldKind::Choice(ReservationType::NAMES);
        let chosen = of("type")?.choice(kind, ReservationType::NAMES).map_err(|fault| fault.of("type"))?;
        let kind = ReservationType::ALL.get(chosen).copied().unwrap_or(ReservationType::Prefix);
        Ok(Reservation { cidr, kind })
    }

    /// `{ replicas = 5, nodes = 2.5, months = 36 }`; or all that is wrong, each with its key if it is about one.
    pub fn growth(self) -> Result<Growth, Vec<(Option<&'a str>, Fault)>> {
        let Value::Table(entries) = &self.node.value else {
            return Err(vec![(None, self.is_not(FieldKind::Growth))]);
        };
        const KEYS: &[&str] = &["replicas", "nodes", "months"];
        let (mut growth, mut faults) = (Growth::default(), Vec::new());
        for entry in entries {
            let value = Typed { node: &entry.node, text: self.text };
            let key = entry.key.as_str();
            let read = match key {
                "replicas" => value.rate().map(|rate| growth.replicas = rate),
                "nodes" => value.rate().map(|rate| growth.nodes = rate),
                "months" => value.count(1, limits::MONTHS).map(|months| growth.months = months),
                _ => known(std::slice::from_ref(entry), KEYS, "[growth]"),
            };
            let about = |fault: Fault| if KEYS.contains(&key) { fault.of(key) } else { fault };
            faults.extend(read.err().map(|fault| (Some(key), about(fault))));
        }
        if faults.is_empty() && self.inner("replicas").is_none() && self.inner("nodes").is_none() {
            let fault = Fault::new("nothing is said to grow");
            faults.push((None, fault.help("write { replicas = 5 }, or nodes, in percent a month")));
        }
        if faults.is_empty() { Ok(growth) } else { Err(faults) }
    }

    /// `{ min_free = "15%", situations = ["settled", "upgrade"], months = 12, findings = "errors" }`; or all that
    /// is wrong, each with its key if it is about one.
    pub fn policy(self) -> Result<Policy, Vec<(Option<&'a str>, Fault)>> {
        let Value::Table(entries) = &self.node.value else {
            return Err(vec![(None, self.is_not(FieldKind::Policy))]);
        };
        const KEYS: &[&str] = &["min_free", "situations", "months", "findings"];
        let (mut policy, mut faults) = (Policy::default(), Vec::new());
        for entry in entries {
            let value = Typed { node: &entry.node, text: self.text };
            let key = entry.key.as_str();
            let read = match key {
                "min_free" => value.min_free().map(|least| policy.min_free = least),
                "situations" => value.checked().map(|some| policy.situations = some),
                "months" => value.count(0, limits::MONTHS).map(|months| policy.months = months),
                "findings" => {
                    let names = Intolerable::NAMES;
                    let chosen = value.choice(FieldKind::Choice(names), names);
                    chosen.map(|i| policy.findings = Intolerable::ALL.get(i).copied().unwrap_or_default())
                }
                _ => known(std::slice::from_ref(entry), KEYS, "[policy]"),
            };
            let about = |fault: Fault| if KEYS.contains(&key) { fault.of(key) } else { fault };
            faults.extend(read.err().map(|fault| (Some(key), about(fault))));
        }
        if faults.is_empty() { Ok(policy) } else { Err(faults) }
    }

    /// `64` or `"15%"`.
    fn min_free(self) -> Result<MinFree, Fault> {
        let wrong = || self.is_no(MinFree::ALLOWED);
        match &self.node.value {
            Value::Integer(Some(n)) => u64::try_from(*n).map(MinFree::Count).map_err(|_| wrong()),
            Value::String(text) => text.parse().map_err(|_| wrong()),
            _ => Err(wrong()),
        }
    }

    /// `"all"`, or a list of situations: each once, in their order.
    fn checked(self) -> Result<Vec<Checked>, Fault> {
        const NAMES: &[&str] = Checked::NAMES;
        let one = |value: Typed<'a>| value.choice(FieldKind::Choice(NAMES), NAMES).map(Checked::named);
        let mut checked = match &self.node.value {
            Value::Array(items) if items.is_empty() => {
                let fault = Fault::new("no situation is checked");
                return Err(fault.help(format!("name some of {}", NAMES.join(", "))));
            }
            Value::Array(items) => {
                let each = items.iter().map(|node| one(Typed { node, text: self.text }));
                each.collect::<Result<Vec<_>, _>>()?.concat()
            }
            _ => one(self)?,
        };
        checked.sort_unstable();
        checked.dedup();
        Ok(checked)
    }

    /// Percent a month: `5`, `2.5` or `"2.5%"`.
    pub fn rate(self) -> Result<Rate, Fault> {
        let wrong = || self.is_not(FieldKind::Rate);
        let source = match &self.node.value {
            Value::Integer(_) | Value::Float => self.node.source(self.text).replace('_', ""),
            Value::String(s) => s.strip_suffix('%').ok_or_else(wrong)?.trim_end().to_owned(),
            _ => return Err(wrong()),
        };
        // digits and a point: no exponent, no hexadecimal number, no suffix
        if !source.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
            return Err(wrong());
        }
        let thousandths = quantity::cpu(&source).map_err(|_| wrong())?;
        let most = u64::from(limits::GROWTH_PERCENT) * 1_000;
        u32::try_from(thousandths).ok().filter(|n| u64::from(*n) <= most).map(Rate).ok_or_else(wrong)
    }

    pub(super) fn inner(self, key: &str) -> Option<Typed<'a>> {
        self.node.get(key).map(|node| Typed { node, text: self.text })
    }
}

/// No key but these.
pub(super) fn known(entries: &[Entry], keys: &[&str], what: &str) -> Result<(), Fault> {
    let Some(unknown) = entries.iter().find(|e| !keys.contains(&e.key.as_str())) else { return Ok(()) };
    let help = match nearest(&unknown.key, keys.iter().copied()) {
        Some(key) => format!("did you mean {key}?"),
        None => format!("the keys are {}", keys.join(", ")),
    };
    Err(Fault::new(format!("unknown key {} in {what}", excerpt(&unknown.key))).help(help))
}

/// `10.0.0.128/25 prefix, 10.0.1.0/28 explicit` as TOML.
pub(super) fn reservations_to_toml(text: &str) -> String {
    let items: Vec<String> = text
        .split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .map(|item| {
            let (cidr, kind) = item.split_once(char::is_whitespace).unwrap_or((item, ""));
            let kind = match kind.trim() {
                "" => String::new(),
                kind => format!(", type = {}", super::quote(&kind.to_lowercase())),
            };
            format!("{{ cidr = {}{kind} }}", super::quote(cidr))
        })
        .collect();
    format!("[{}]", items.join(", "))
}

/// A reservation as it is typed.
pub(super) fn show_reservation(node: &Node) -> Option<String> {
    match (&node.get("cidr")?.value, &node.get("type")?.value) {
        (Value::String(cidr), Value::String(kind)) => Some(format!("{cidr} {kind}")),
        _ => None,
    }
}

/// How many elements a list may have.
pub(in crate::plan) fn at_most(items: usize, most: usize) -> Result<(), Fault> {
    if items <= most {
        return Ok(());
    }
    let (items, most) = (thousands(items as u64), thousands(most as u64));
    Err(Fault::new(format!("{items} elements: at most {most} are allowed")))
}
