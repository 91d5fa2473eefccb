//! A field's value as a user types it in a form, and back to TOML.
//!
//! What is typed is plainer than TOML: no quotes around names, `1k` for a thousand, `a=14 b=9` for a table.
//! Whoever types TOML is understood too. A value that the plain form cannot carry is shown as TOML.

use std::fmt::Write as _;

use super::parts::show_reservation;
use super::typed::{Fault, Typed};
use super::{Field, FieldKind};
use crate::plan::tree::{self, Node, Value};
use crate::text::{excerpt, is_hostile, thousands};

impl Field {
    /// The TOML value that a typed text means; `None` for nothing, which removes the key.
    ///
    /// # Errors
    ///
    /// What is wrong with the text and what to do, in one sentence: what is allowed, bounds included. Rules
    /// that need the rest of the plan are checked when the value is set.
    pub fn parse(&self, text: &str) -> Result<Option<String>, String> {
        let text = text.trim();
        if text.is_empty() {
            return if self.required { Err(format!("required: {}", self.kind.allowed())) } else { Ok(None) };
        }
        let toml = self.kind.to_toml(text);
        let Some(node) = tree::parse_value(&toml) else {
            return Err(format!("{} is not {}", excerpt(text), self.kind.allowed()));
        };
        Typed { node: &node, text: &toml }.check(self).map_err(Fault::said)?;
        Ok(Some(toml))
    }

    /// A TOML value as the user would type it.
    pub fn show(&self, toml: &str) -> String {
        match tree::parse_value(toml) {
            Some(node) => self.show_node(&node, toml),
            None => toml.to_owned(),
        }
    }

    pub(in crate::plan) fn show_node(&self, node: &Node, text: &str) -> String {
        match (&node.value, self.kind) {
            (Value::String(s), FieldKind::Variable) => show_text(s, is_variable),
            (Value::String(s), FieldKind::Name | FieldKind::Text) => show_text(s, |s| !s.starts_with('"')),
            (Value::String(s), FieldKind::Nets) => show_text(s, |s| !s.starts_with(['"', '\'', '[', '{'])),
            (Value::String(s), _) => show_text(s, is_item),
            (Value::Array(items), _) if items.is_empty() => "[]".to_owned(),
            // lists in lists have no plainer form
            (Value::Array(items), FieldKind::Sets | FieldKind::Nets)
                if self.kind == FieldKind::Nets
                    || items.iter().any(|i| !matches!(i.value, Value::String(_))) =>
            {
                node.source(text).to_owned()
            }
            (Value::Table(entries), _) if entries.is_empty() => "{}".to_owned(),
            (Value::Array(items), _) => {
                let items: Vec<String> = items.iter().map(|item| self.show_node(item, text)).collect();
                items.join(", ")
            }
            (Value::Table(_), FieldKind::Reservations) => {
                show_reservation(node).unwrap_or_else(|| node.source(text).to_owned())
            }
            (Value::Table(entries), _) => {
                let mut shown = String::new();
                for e in entries {
                    let comma = if shown.is_empty() { "" } else { ", " };
                    let key = show_text(&e.key, |k| is_item(k) && !k.contains('='));
                    let _ = write!(shown, "{comma}{key}={}", e.node.source(text));
                }
                shown
            }
            (Value::Integer(Some(n)), FieldKind::Count { .. } | FieldKind::Nodes | FieldKind::MaxPods) => {
                u64::try_from(*n).map_or_else(|_| n.to_string(), thousands)
            }
            (Value::Integer(Some(n)), _) => n.to_string(),
            _ => node.source(text).to_owned(),
        }
    }
}

/// Text as it is if it reads back as itself, else as TOML.
pub(super) fn show_text(s: &str, plain: impl Fn(&str) -> bool) -> String {
    if !s.is_empty() && s.trim() == s && !s.contains(is_hostile) && plain(s) {
        s.to_owned()
    } else {
        quote(s)
    }
}

/// Whether text is one element of a list when typed.
pub(super) fn is_item(s: &str) -> bool {
    !s.starts_with(['"', '\'', '[', '{']) && !s.contains(',')
}

fn is_variable(s: &str) -> bool {
    !s.starts_with('"')
}

/// Text as a TOML string.
pub(crate) fn quote(s: &str) -> String {
    let mut out = String::with_capacity(s.len() + 2);
    out.push('"');
    for c in s.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if is_hostile(c) => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A key as TOML: bare where it can be.
pub(crate) fn quote_key(key: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !key.is_empty() && key.chars().all(bare) { key.to_owned() } else { quote(key) }
}

#[cfg(test)]
mod tests {
    use super::super::{Section, field};
    use super::*;

    fn typed(section: Section, key: &str, text: &str) -> Result<Option<String>, String> {
        field(section, key).expect("a field").parse(text)
    }

    #[test]
    fn what_is_typed_becomes_toml() {
        use Section::{Cluster, Env, NodeGroup, Subnet, Workload};
        let cases = [
            (NodeGroup, "pods", "40", "40"),
            (NodeGroup, "pods", " 007 ", "7"),
            (Workload, "replicas", "1k", "1000"),
            (Workload, "replicas", "1,000", "1000"),
            (Workload, "replicas", "2M", "2000000"),
            (Workload, "cpu", "300m", "\"300m\""),
            (Workload, "memory", " 512Mi ", "\"512Mi\""),
            (Workload, "memory", "512 Mi", "\"512Mi\""),
            (NodeGroup, "subnets", "a, b,c", "[\"a\", \"b\", \"c\"]"),
            (NodeGroup, "subnets", "[\"a\"]", "[\"a\"]"),
            (NodeGroup, "subnets", "\"a,b\", c", "[\"a,b\", \"c\"]"),
            (NodeGroup, "nodes", "30", "30"),
            (NodeGroup, "nodes", "Auto", "\"auto\""),
            (NodeGroup, "nodes", "a=14 b=9 c=7", "{ a = 14, b = 9, c = 7 }"),
            (NodeGroup, "nodes", "a = 14, b=1k", "{ a = 14, b = 1000 }"),
            (NodeGroup, "nodes", "{ a = 14 }", "{ a = 14 }"),
            (Subnet, "other", "8", "8"),
            (Subnet, "other", "alb=8, endpoints=3", "{ alb = 8, endpoints = 3 }"),
            (Subnet, "other", "alb public=8 endpoints=3", "{ \"alb public\" = 8, endpoints = 3 }"),
            (Subnet, "elb", "yes", "true"),
            (
                Subnet,
                "used",
                "10.0.0.17, 10.0.0.32/28,10.0.0.64-10.0.0.70",
                "[\"10.0.0.17\", \"10.0.0.32/28\", \"10.0.0.64-10.0.0.70\"]",
            ),
            (
                Subnet,
                "reservations",
                "10.0.0.128/25 prefix, 10.0.0.0/28  Explicit",
                "[{ cidr = \"10.0.0.128/25\", type = \"prefix\" }, { cidr = \"10.0.0.0/28\", type = \"explicit\" }]",
            ),
            (Section::Plan, "growth", "replicas=5 nodes=2.5%", "{ replicas = 5, nodes = \"2.5%\" }"),
            (Workload, "growth", "2.5", "2.5"),
            (Workload, "growth", "2.5 %", "\"2.5%\""),
            (Subnet, "elb", "False", "false"),
            (Subnet, "zone", "a\"b", "\"a\\\"b\""),
            (Subnet, "role_cni", "1", "\"1\""),
            (NodeGroup, "max_pods", "ENI", "\"eni\""),
            (NodeGroup, "max_pods", "110", "110"),
            (NodeGroup, "instance_type", "m5.large", "\"m5.large\""),
            (NodeGroup, "instance_type", "m5.large, c5.large", "[\"m5.large\", \"c5.large\"]"),
            (Cluster, "placement", "Pack", "\"pack\""),
            (Env, "WARM_ENI_TARGET", "1", "1"),
            (Env, "WARM_ENI_TARGET", "01", "\"01\""),
            (Env, "WARM_ENI_TARGET", "\"\"", "\"\""),
            (Env, "ENABLE_PREFIX_DELEGATION", "true", "true"),
            (Env, "ENABLE_PREFIX_DELEGATION", "True", "\"True\""),
        ];
        for (section, key, text, toml) in cases {
            assert_eq!(typed(section, key, text), Ok(Some(toml.to_owned())), "{key}: {text}");
        }
        assert_eq!(typed(Subnet, "zone", "  "), Ok(None));
        for (key, text) in [
            ("reservations", "10.0.0.128/25 prefix, 10.0.0.0/28 explicit"),
            ("used", "10.0.0.17, 10.0.0.32/28, 10.0.0.64-10.0.0.70"),
        ] {
            let field = field(Subnet, key).expect("a field");
            let toml = field.parse(text).expect("valid").expect("something");
            assert_eq!(field.show(&toml), text);
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_what_is_allowed() {
        use Section::{Env, NodeGroup, Subnet, Workload};
        let cases = [
            (Subnet, "name", "", "required: a name: text of at least one character"),
            (
                Subnet,
                "cidr",
                "10.0.0.1/22",
                "\"10.0.0.1/22\" has host bits set: write \"10.0.0.0/22\", the network address",
            ),
            (Workload, "replicas", "many", "\"many\" is not a whole number from 0 to 10,000,000"),
            (Workload, "replicas", "-1", "-1 is not a whole number from 0 to 10,000,000"),
            (
                Workload,
                "replicas",
                "99999999999999999999999999999999999999999",
                "99999999999999999999999999999999999999999 is not a whole number from 0 to 10,000,000",
            ),
            (
                Workload,
                "cpu",
                "3 cores",
                "\"3cores\" is not a quantity: write cores such as \"300m\", \"1.5\" or 2",
            ),
            (Subnet, "elb", "maybe", "\"maybe\" is not true or false"),
            (
                NodeGroup,
                "kind",
                "manged",
                "\"manged\" is not \"managed\", \"self-managed\" or \"karpenter\": did you mean \"managed\"?",
            ),
            (
                Subnet,
                "used",
                "10.0.0",
                "\"10.0.0\" is not an address such as \"10.0.0.17\", a CIDR or a range such as \"10.0.0.64-10.0.0.70\"",
            ),
            (
                Subnet,
                "reservations",
                "10.0.0.0/28",
                "type is missing: write { cidr = \"10.0.0.128/25\", type = \"prefix\" }",
            ),
            (
                Subnet,
                "reservations",
                "10.0.0.0/28 pre",
                "type: \"pre\" is not \"prefix\" or \"explicit\": did you mean \"prefix\"?",
            ),
            (
                Workload,
                "growth",
                "-1%",
                "\"-1%\" is not a percentage a month from 0 to 1,000, such as 2.5 or \"2.5%\"",
            ),
            (NodeGroup, "nodes", "a=", "\"\" is not a whole number from 0 to 1,000,000"),
            (NodeGroup, "nodes", "a=1.5", "1.5 is not a whole number from 0 to 1,000,000"),
        ];
        for (section, key, text, error) in cases {
            assert_eq!(typed(section, key, text), Err(error.to_owned()), "{key}: {text}");
        }
        assert!(typed(Env, "WARM_ENI_TARGET", "anything, really").is_ok());
    }

    proptest::proptest! {
        /// Whatever can be typed is shown so that typing it again means the same.
        #[test]
        fn show_and_parse_are_inverse(text in "\\PC{0,12}|[a-c0-9=, \"'\\[\\]{}\\\\]{0,16}") {
            for field in super::super::FIELDS.iter().chain(super::super::fields(Section::Env)) {
                if let Ok(Some(toml)) = field.parse(&text) {
                    let again = field.parse(&field.show(&toml)).expect("what is shown can be typed");
                    let meaning = |toml: &str| tree::parse_value(toml).map(|n| match strip(n.value) {
                        // a list of one instance type is that type
                        Value::Array(mut one) if one.len() == 1 => one.remove(0).value,
                        // and Kubernetes stores text, however it was written
                        Value::Integer(_) | Value::Bool(_) if field.kind == FieldKind::Variable => {
                            Value::String(toml.to_owned())
                        }
                        other => other,
                    });
                    proptest::prop_assert_eq!(
                        meaning(&toml), again.as_deref().and_then(meaning), "{}: {:?}", field.key, text
                    );
                }
            }
        }
    }

    /// A value without its spans.
    fn strip(value: Value) -> Value {
        let bare = |n: Node| Node { span: 0..0, value: strip(n.value) };
        match value {
            Value::Array(items) => Value::Array(items.into_iter().map(bare).collect()),
            Value::Table(entries) => Value::Table(
                entries.into_iter().map(|e| tree::Entry { span: 0..0, node: bare(e.node), ..e }).collect(),
            ),
            other => other,
        }
    }
}
