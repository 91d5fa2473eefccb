//! What a user types into a form as TOML.

use super::parts::reservations_to_toml;
use super::show::{quote, quote_key};
use super::{FieldKind, MAX_PODS};
use crate::plan::tree::{self, Value};

impl FieldKind {
    /// What was typed as TOML, if it can be; the check of the result finds what is wrong.
    pub(super) fn to_toml(self, text: &str) -> String {
        match self {
            FieldKind::Name | FieldKind::Text => string(text),
            FieldKind::Cidr | FieldKind::Net | FieldKind::Ip => string(text),
            FieldKind::Nets if is_array(text) => text.to_owned(),
            FieldKind::Nets => string(&text.replace(' ', "")),
            FieldKind::Addressed | FieldKind::Ranged | FieldKind::StateLoss => {
                table(text).unwrap_or_else(|| literal(text))
            }
            FieldKind::Cpu | FieldKind::Memory => string(&text.replace(' ', "")),
            FieldKind::Choice(_) => string(&text.to_lowercase()),
            FieldKind::Texts
            | FieldKind::Cidrs
            | FieldKind::Addresses
            | FieldKind::Subnets
            | FieldKind::Groups
            | FieldKind::Sets => list(text),
            FieldKind::Reservations if is_array(text) => text.to_owned(),
            FieldKind::Reservations => reservations_to_toml(text),
            FieldKind::Growth | FieldKind::Policy => table(text).unwrap_or_else(|| literal(text)),
            FieldKind::Rate => {
                let rate = text.replace(' ', "");
                if rate.ends_with('%') { string(&rate) } else { literal(&rate) }
            }
            FieldKind::InstanceTypes if text.contains([',', '[']) => list(text),
            FieldKind::InstanceTypes => string(text),
            FieldKind::Count { .. } => number(text).unwrap_or_else(|| literal(text)),
            FieldKind::Flag => match text.to_lowercase().as_str() {
                "yes" | "y" | "true" | "on" => "true".to_owned(),
                "no" | "n" | "false" | "off" => "false".to_owned(),
                _ => literal(text),
            },
            FieldKind::MaxPods => {
                let lower = text.to_lowercase();
                let name = MAX_PODS.contains(&lower.trim_matches('"'));
                number(text).unwrap_or_else(|| if name { string(&lower) } else { literal(text) })
            }
            FieldKind::Nodes if text.trim_matches('"').eq_ignore_ascii_case("auto") => quote("auto"),
            FieldKind::Other | FieldKind::Nodes => {
                number(text).or_else(|| table(text)).unwrap_or_else(|| literal(text))
            }
            FieldKind::Variable => {
                // as Kubernetes shows it; "007" and "1e3" are text, for they are no TOML integers that
                // read back the same
                let integer = text.parse::<i64>().is_ok_and(|n| n.to_string() == text);
                if integer || text == "true" || text == "false" { text.to_owned() } else { string(text) }
            }
        }
    }
}

/// A TOML string: the text itself if it is one already.
fn string(text: &str) -> String {
    let quoted = text.starts_with(['"', '\'']);
    match tree::parse_value(text).map(|n| n.value) {
        Some(Value::String(_)) if quoted => text.to_owned(),
        _ => quote(text),
    }
}

/// The text itself if it is a TOML value, else a string for the check to complain about.
fn literal(text: &str) -> String {
    if tree::parse_value(text).is_some() { text.to_owned() } else { quote(text) }
}

/// `40`, `1,000`, `1 000`, `1k`, `2M`.
fn number(text: &str) -> Option<String> {
    let (digits, zeros) = match text.char_indices().next_back()? {
        (at, 'k' | 'K') => (text.get(..at)?, "000"),
        (at, 'M') => (text.get(..at)?, "000000"),
        _ => (text, ""),
    };
    let grouped = digits.split([',', '_', ' ']).collect::<Vec<_>>();
    let (first, rest) = grouped.split_first()?;
    let all_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let well_grouped = all_digits(first) && rest.iter().all(|s| s.len() == 3 && all_digits(s));
    if !well_grouped {
        return None;
    }
    let all = format!("{}{zeros}", grouped.concat());
    let significant = all.trim_start_matches('0');
    Some(if significant.is_empty() { "0".to_owned() } else { significant.to_owned() })
}

/// `a, b, c` or a TOML array.
fn list(text: &str) -> String {
    if is_array(text) {
        return text.to_owned();
    }
    let mut items = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (item, after) = token(rest, |c| c == ',');
        if !item.is_empty() {
            items.push(string(item));
        }
        rest = after.trim_start_matches(',').trim_start();
    }
    format!("[{}]", items.join(", "))
}

fn is_array(text: &str) -> bool {
    matches!(tree::parse_value(text).map(|n| n.value), Some(Value::Array(_)))
}

/// `a=14 b=9`, with or without commas, or a TOML table.
fn table(text: &str) -> Option<String> {
    if matches!(tree::parse_value(text).map(|n| n.value), Some(Value::Table(_))) {
        return Some(text.to_owned());
    }
    let mut pairs = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (key, after) = token(rest, |c| c == '=');
        let after = after.strip_prefix('=')?.trim_start();
        let (count, after) = token(after, |c| c == ',' || c.is_whitespace());
        let key = if key.starts_with('"') { key.to_owned() } else { quote_key(key) };
        pairs.push(format!("{key} = {}", number(count).unwrap_or_else(|| literal(count))));
        rest = after.trim_start_matches(|c: char| c == ',' || c.is_whitespace());
    }
    Some(if pairs.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", pairs.join(", ")) })
}

/// The text before a separator, trimmed, and the rest from the separator on. Quotes and brackets protect separators.
fn token(text: &str, separator: impl Fn(char) -> bool) -> (&str, &str) {
    let mut quoted = false;
    let mut escaped = false;
    let mut listed = text.starts_with('[');
    let begins_quoted = text.starts_with('"') || listed;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if begins_quoted => quoted = !quoted,
            ']' if !quoted => listed = false,
            c if !quoted && !listed && separator(c) => {
                let (token, rest) = text.split_at(at);
                return (token.trim(), rest);
            }
            _ => {}
        }
    }
    (text.trim(), "")
}
