//! A variant as TOML.

use super::Variant;
use super::value::{list, table};
use crate::plan::field::{quote, quote_key};

/// Widest line of a table in braces; a longer one gets a header, and a line for each key.
const WIDEST: usize = 100;

impl Variant {
    /// As it stands in a plan file, with headers.
    pub(in crate::plan) fn blocks(&self) -> String {
        let name = quote_key(&self.name);
        let mut out = format!("[variant.{name}]\n");
        let mut below = String::new();
        for (key, value) in self.keys() {
            let line = format!("{key} = {value}\n");
            if key != "set" || line.len() <= WIDEST {
                out.push_str(&line);
                continue;
            }
            below.push_str(&format!("\n[variant.{name}.set]\n"));
            below.extend(self.set.iter().map(|(path, value)| format!("{} = {value}\n", quote_key(path))));
        }
        out.push_str(&below);
        for row in &self.add {
            out.push_str(&format!("\n[[variant.{name}.add]]\nto = {}\n", quote(&row.to)));
            out.extend(row.keys.iter().map(|(key, value)| format!("{} = {value}\n", quote_key(key))));
        }
        out.trim_end().to_owned()
    }

    /// As it stands in a table in braces: `lean = { … }`.
    pub(in crate::plan) fn pair(&self) -> String {
        let rows = self.add.iter().map(|row| {
            let to = std::iter::once(("to", quote(&row.to)));
            table(to.chain(row.keys.iter().map(|(key, value)| (key.as_str(), value.clone()))))
        });
        let add = (!self.add.is_empty()).then(|| ("add", list(rows)));
        format!("{} = {}", quote_key(&self.name), table(self.keys().into_iter().chain(add)))
    }

    /// Everything but the rows that it adds.
    fn keys(&self) -> Vec<(&'static str, String)> {
        let strings = |texts: &[String]| list(texts.iter().map(|text| quote(text)));
        let pairs = || self.set.iter().map(|(path, value)| (path.as_str(), value.clone()));
        let orders = || self.order.iter().map(|(path, names)| (path.as_str(), strings(names)));
        let all = [
            (!self.set.is_empty(), "set", table(pairs())),
            (!self.unset.is_empty(), "unset", strings(&self.unset)),
            (!self.remove.is_empty(), "remove", strings(&self.remove)),
            (!self.order.is_empty(), "order", table(orders())),
        ];
        all.into_iter().filter(|(is, ..)| *is).map(|(_, key, value)| (key, value)).collect()
    }
}
