//! Variants follow when a row of the plan gets another name.

use super::path::{List, Outline};
use super::value;
use super::{Addition, Variant};
use crate::plan::document::Edit;
use crate::plan::field::{FieldKind, Section, field, section};
use crate::plan::tree::{Node, Value, parse_value};
use crate::plan::{Place, Plan, Row};

/// The edits that keep the variants of a plan right when a row is renamed: in paths, in orders, and in lists of
/// subnets and node groups.
pub(in crate::plan) fn renamed(plan: &Plan, row: Row, name: &str) -> Vec<Edit> {
    let Some((list, i)) = List::of(row).filter(|_| !plan.variants.is_empty()) else { return Vec::new() };
    let before = Outline::of(plan);
    let mut after = before.clone();
    let Some(old) = before.names(list).get(i).map(|old| (*old).to_owned()) else { return Vec::new() };
    after.rename(row, name);
    let follow = Follow { before, after, row, list, old, new: name.to_owned() };
    let changed = plan.variants.iter().map(|v| (v, follow.variant(v))).filter(|(v, new)| *v != new);
    changed.map(|(v, new)| Edit::Variant { name: v.name.clone(), variant: Some(new) }).collect()
}

struct Follow {
    before: Outline,
    after: Outline,
    row: Row,
    list: List,
    old: String,
    new: String,
}

impl Follow {
    fn variant(&self, v: &Variant) -> Variant {
        let value = |(path, toml): &(String, String)| {
            let place = self.before.value(path).ok();
            let toml = place.as_ref().map_or(toml.clone(), |p| self.value(p.row, &p.key, toml));
            (self.path(path), toml)
        };
        Variant {
            name: v.name.clone(),
            remove: v.remove.iter().map(|path| self.row_path(path)).collect(),
            add: v.add.iter().map(|row| self.addition(row)).collect(),
            set: v.set.iter().map(value).collect(),
            unset: v.unset.iter().map(|path| self.path(path)).collect(),
            order: v.order.iter().map(|(path, names)| self.order(path, names)).collect(),
        }
    }

    fn path(&self, path: &str) -> String {
        let after = self.before.value(path).ok().and_then(|place| self.after.path(&place));
        after.unwrap_or_else(|| path.to_owned())
    }

    fn row_path(&self, path: &str) -> String {
        let after = self.before.row(path).ok().and_then(|row| self.after.path(&Place::row(row)));
        after.unwrap_or_else(|| path.to_owned())
    }

    fn list_path(&self, path: &str) -> String {
        let after = self.before.list(path).ok().and_then(|list| self.after.path_of(list));
        after.unwrap_or_else(|| path.to_owned())
    }

    fn order(&self, path: &str, names: &[String]) -> (String, Vec<String>) {
        let same = self.before.list(path).ok() == Some(self.list);
        let name = |name: &String| if same && *name == self.old { self.new.clone() } else { name.clone() };
        (self.list_path(path), names.iter().map(name).collect())
    }

    fn addition(&self, row: &Addition) -> Addition {
        let list = self.before.list(&row.to).ok();
        let value = |(key, toml): &(String, String)| {
            let toml = list.map_or(toml.clone(), |list| self.value(list.row(0), key, toml));
            (key.clone(), toml)
        };
        Addition { to: self.list_path(&row.to), keys: row.keys.iter().map(value).collect() }
    }

    /// A value of a row's key, in which the name may be that of the renamed row.
    fn value(&self, row: Row, key: &str, toml: &str) -> String {
        let kind = field(section(row), key).map(|field| field.kind);
        let means = match (kind, self.row, row) {
            (Some(FieldKind::Subnets), Row::Subnet(_), _) => true,
            (Some(FieldKind::Groups), Row::NodeGroup(c, _), Row::Workload(d, _)) => c == d,
            (_, Row::Network(_), _) => section(row) == Section::Cluster && key == "network",
            _ => false,
        };
        match parse_value(toml).filter(|_| means) {
            Some(mut node) => {
                self.swap(&mut node);
                value::inline(&node, toml)
            }
            None => toml.to_owned(),
        }
    }

    fn swap(&self, node: &mut Node) {
        match &mut node.value {
            Value::String(name) if *name == self.old => name.clone_from(&self.new),
            Value::Array(items) => items.iter_mut().for_each(|item| self.swap(item)),
            _ => {}
        }
    }
}
