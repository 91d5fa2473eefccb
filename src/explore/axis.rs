//! A field that is varied, and the values that it takes.

use crate::instance::Tables;
use crate::limits;
use crate::plan::Place;
use crate::plan::document::{Document, Edit, field_of};
use crate::plan::field::{Field, FieldKind, MAX_PODS};
use crate::text::{shown, thousands};

/// A field that is varied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Axis {
    pub place: Place,
    /// As they are typed into the field; `""` is its default.
    pub values: Vec<String>,
}

/// Values that a number without one of its own is tried with.
const FROM_NOTHING: &[u64] = &[0, 1, 2, 3, 4, 5, 8, 10, 15, 20, 30, 40, 60];
/// Parts of a number's present value that it is tried with, in hundredths.
const PARTS: &[u64] = &[25, 50, 75, 90, 100, 110, 125, 150, 200, 300, 400];
/// Values of instance types that are tried without being asked for.
const TYPES: usize = 24;

impl Axis {
    /// The values that a user would try first: numbers around the present one, every choice, the types of the same
    /// family. The present value is always among them.
    ///
    /// # Errors
    ///
    /// The field has no values to go through.
    pub fn around(document: &Document, place: Place, default: &str, tables: &Tables) -> Result<Axis, String> {
        let field = Axis::is_of(document, &place, default)?;
        let now = document.value(&place).unwrap_or_default();
        let text = if now.is_empty() { default } else { &now };
        let number = number(text);
        let owned = |values: &[&str]| values.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>();
        let mut values = match field.kind {
            FieldKind::Flag => owned(&["false", "true"]),
            FieldKind::Variable if ["true", "false"].contains(&text) => owned(&["false", "true"]),
            FieldKind::Choice(choices) => owned(choices),
            FieldKind::InstanceTypes => family(text, tables),
            FieldKind::MaxPods => {
                let mut values = owned(MAX_PODS);
                values.extend(["30", "58", "110", "250"].map(str::to_owned));
                values
            }
            FieldKind::Cidr => lengths(text),
            FieldKind::Cpu | FieldKind::Memory => scaled(text),
            _ => numbers(number.unwrap_or(0), field),
        };
        if !values.contains(&now) && !values.iter().any(|v| v == text) {
            values.push(now);
        }
        Ok(Axis { place, values })
    }

    /// The field of a place, if it has values that can be gone through.
    ///
    /// # Errors
    ///
    /// Why it has none.
    pub fn is_of(document: &Document, place: &Place, default: &str) -> Result<&'static Field, String> {
        let field = varied(place)?;
        let now = document.value(place).unwrap_or_else(|| default.to_owned());
        let said = now.is_empty() || number(&now).is_some() || ["true", "false"].contains(&now.as_str());
        match field.kind {
            FieldKind::Variable if !said => {
                Err(format!("{} has no values to go through: it is {}", field.label, shown(&now)))
            }
            _ => Ok(field),
        }
    }

    /// The values of a text: a list with commas of values, ranges (`1..5`, `10..50/10` in steps) and, of instance
    /// types, patterns (`m5.*`); `default` is the field's default.
    ///
    /// # Errors
    ///
    /// What cannot be read, or what the field does not take; more than [`limits::VARIED`] values.
    pub fn typed(place: Place, text: &str, tables: &Tables) -> Result<Axis, String> {
        let field = varied(&place)?;
        let mut values: Vec<String> = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let more = match field.kind {
                _ if part == "default" => vec![String::new()],
                FieldKind::InstanceTypes if part.contains(['*', '?']) => {
                    let matching = tables.iter().filter(|t| matches(part, &t.name));
                    let names: Vec<String> = matching.map(|t| t.name.clone()).collect();
                    if names.is_empty() {
                        return Err(format!("no instance type matches \"{part}\""));
                    }
                    names
                }
                _ => range(part)?.unwrap_or_else(|| vec![part.to_owned()]),
            };
            for value in more {
                if !value.is_empty() {
                    field.parse(&value)?;
                }
                if !values.contains(&value) {
                    values.push(value);
                }
            }
            if values.len() > limits::VARIED {
                return Err(format!("more than {} values of one field", limits::VARIED));
            }
        }
        match values.is_empty() {
            true => Err(format!("no value of {}: write some, such as 1,2,4 or 0..10", field.label)),
            false => Ok(Axis { place, values }),
        }
    }

    /// The field.
    pub fn field(&self) -> Option<&'static Field> {
        field_of(&self.place)
    }

    /// The edit that gives the field one of the values.
    pub(super) fn edit(&self, index: usize) -> Result<Edit, String> {
        let field = varied(&self.place)?;
        let value = match self.values.get(index).map(String::as_str) {
            None | Some("") => None,
            Some(text) => field.parse(text)?,
        };
        Ok(Edit::Set { place: self.place.clone(), value })
    }
}

/// The field of a place, if its kind has values that can be gone through.
fn varied(place: &Place) -> Result<&'static Field, String> {
    use FieldKind as K;
    let field = field_of(place).ok_or("there is no such field")?;
    match field.kind {
        K::Count { .. } | K::Flag | K::Choice(_) | K::Other | K::Nodes | K::MaxPods | K::Rate => Ok(field),
        K::Cpu | K::Memory | K::Cidr | K::Variable | K::InstanceTypes => Ok(field),
        K::Name | K::Text | K::Texts | K::Cidrs | K::Net | K::Nets | K::Ip | K::Addressed | K::Ranged => Err(
            format!("{} has no values to go through: numbers, flags, choices and types have", field.label),
        ),
        K::Sets
        | K::StateLoss
        | K::Addresses
        | K::Reservations
        | K::Growth
        | K::Policy
        | K::Subnets
        | K::Groups => Err(format!(
            "{} has no values to go through: numbers, flags, choices and types have",
            field.label
        )),
    }
}

fn number(text: &str) -> Option<u64> {
    text.replace(',', "").parse().ok()
}

fn numbers(now: u64, field: &Field) -> Vec<String> {
    let (least, most) = match field.kind {
        FieldKind::Count { least, most } => (u64::from(least), u64::from(most)),
        FieldKind::Nodes => (0, limits::NODES.into()),
        _ => (0, u64::from(u32::MAX)),
    };
    let mut values: Vec<u64> = match now {
        0 => FROM_NOTHING.to_vec(),
        now => PARTS.iter().map(|part| now.saturating_mul(*part).div_ceil(100)).collect(),
    };
    values.retain(|value| (least..=most).contains(value));
    values.sort_unstable();
    values.dedup();
    values.iter().map(u64::to_string).collect()
}

/// A quantity times the usual parts.
fn scaled(text: &str) -> Vec<String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(digits).unwrap_or((text, ""));
    let Ok(now) = number.parse::<u64>() else { return Vec::new() };
    let mut values: Vec<u64> =
        PARTS.iter().map(|part| now.saturating_mul(*part).div_ceil(100)).filter(|v| *v > 0).collect();
    values.dedup();
    values.iter().map(|value| format!("{value}{unit}")).collect()
}

/// The same network address with other prefix lengths, as far as it is one of theirs.
fn lengths(text: &str) -> Vec<String> {
    let Ok(net) = text.parse::<ipnet::Ipv4Net>() else { return Vec::new() };
    let near = net.prefix_len().saturating_sub(4).max(16)..=(net.prefix_len() + 4).min(28);
    let nets = near.filter_map(|len| ipnet::Ipv4Net::new(net.addr(), len).ok());
    nets.filter(|other| other.network() == net.network()).map(|other| other.to_string()).collect()
}

/// The types of the family of the first type, in their order.
fn family(text: &str, tables: &Tables) -> Vec<String> {
    let first = text.split(',').next().unwrap_or_default().trim();
    let family = first.split('.').next().unwrap_or_default();
    let of_family = tables.search("").into_iter().filter(|t| t.name.split('.').next() == Some(family));
    of_family.map(|t| t.name.clone()).take(TYPES).collect()
}

/// `1..5` or `10..50/10`, both ends included; `None` if it is no range.
fn range(text: &str) -> Result<Option<Vec<String>>, String> {
    let Some((from, rest)) = text.split_once("..") else { return Ok(None) };
    let (to, step) = rest.split_once('/').unwrap_or((rest, "1"));
    let number = |text: &str| {
        let plain = text.trim().trim_start_matches('=').replace(',', "");
        plain.parse::<u64>().map_err(|_| format!("\"{text}\" is no whole number: write a range such as 1..5"))
    };
    let (from, to, step) = (number(from)?, number(to)?, number(step)?);
    if step == 0 {
        return Err(format!("{text} has a step of 0: write at least 1, such as {from}..{to}/1"));
    }
    if from > to {
        return Err(format!("{text} falls: write it rising, {to}..{from}"));
    }
    let (span, most) = (to - from, limits::VARIED as u64);
    if span / step >= most {
        return Err(format!(
            "{text} is {} values: at most {} are tried, write a larger step, such as {from}..{to}/{}",
            thousands((span / step).saturating_add(1)),
            thousands(most),
            span / most + 1
        ));
    }
    let count = usize::try_from(step).unwrap_or(usize::MAX);
    Ok(Some((from..=to).step_by(count).map(|n| n.to_string()).collect()))
}

/// Whether a name matches a pattern in which `*` stands for anything and `?` for one character.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    // where the last `*` is, and what of the name it has taken
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == '?' || name.get(n) == Some(c) => (p, n) = (p + 1, n + 1),
            _ => match star {
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    (p, n) = (at + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Row;

    fn typed(key: &str, text: &str) -> Result<Vec<String>, String> {
        let row = if key == "instance_type" { Row::NodeGroup(0, 0) } else { Row::Env(0) };
        Axis::typed(Place::key(row, key), text, &Tables::builtin()).map(|axis| axis.values)
    }

    #[test]
    fn lists_ranges_and_patterns_become_values() {
        assert_eq!(
            typed("WARM_IP_TARGET", "1, 2,2, 8..10 ,default").unwrap(),
            ["1", "2", "8", "9", "10", ""]
        );
        assert_eq!(typed("WARM_IP_TARGET", "10..=30/10").unwrap(), ["10", "20", "30"]);
        let types = typed("instance_type", "m5.?xlarge,t3.nano").unwrap();
        assert_eq!(types, ["m5.2xlarge", "m5.4xlarge", "m5.8xlarge", "t3.nano"]);
    }

    #[test]
    fn what_is_no_list_of_values_is_refused() {
        for (text, words) in [
            ("", "no value"),
            ("5..1", "rising, 1..5"),
            ("0..9/0", "a step of 0"),
            ("1..1000000", "is 1,000,000 values: at most 2,000 are tried"),
            ("0..18446744073709551615", "at most 2,000"),
            ("a..b", "no whole number"),
        ] {
            let error = typed("WARM_IP_TARGET", text).unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
        for text in ["0..2000", "1..1000000", "0..18446744073709551615", "5..100000/7"] {
            let error = typed("WARM_IP_TARGET", text).unwrap_err();
            let (_, step) = error.rsplit_once("such as ").unwrap();
            assert!(range(step).unwrap().unwrap().len() <= limits::VARIED, "{error}");
        }
        assert!(typed("instance_type", "zz*").unwrap_err().contains("matches"));
        assert!(typed("instance_type", "m5.large,zz").is_ok(), "the tables are asked later");
    }

    #[test]
    fn patterns_match_whole_names() {
        for (pattern, name, is) in [
            ("m5.*", "m5.large", true),
            ("m5.*", "m5d.large", false),
            ("*.large", "m5.large", true),
            ("*5*a*", "m5.large", true),
            ("m5", "m5.large", false),
            ("**", "", true),
        ] {
            assert_eq!(matches(pattern, name), is, "{pattern} {name}");
        }
    }
}
