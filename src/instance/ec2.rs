//! What `aws ec2 describe-instance-types --output json` prints, as a table.
//!
//! `{"InstanceTypes": […]}`, pages merged by the command. Everything but `InstanceType` may be absent, and unknown
//! keys are passed over. The shapes are those of the EC2 API's DescribeInstanceTypes; outputs from before it
//! knew network cards (2020) are read too. macOS hosts are passed over: they cannot be EKS nodes.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::Hypervisor;
use super::fact::{FACTS, Stated, fact, is_name};
use super::own::TWICE;
use super::problem::{Fault, written};
use crate::text::shown;

/// What to do about a text that is not the command's JSON.
pub(super) const COMMAND: &str = "save the output of: aws ec2 describe-instance-types --output json";

/// The keys of an object. The values are still text: that is how each knows its place.
type Object<'a> = BTreeMap<String, &'a RawValue>;

/// The rows of a document, and what is wrong with it.
pub(super) fn read(text: &str) -> (Vec<Stated>, Vec<Fault>) {
    let mut rows = Vec::new();
    let mut faults = Vec::new();
    let mut names = BTreeSet::new();
    let items = items(text).unwrap_or_else(|fault| {
        faults.push(fault);
        Vec::new()
    });
    for raw in items {
        let Some(row) = row(text, raw, &mut faults) else { continue };
        if !names.insert(row.name.clone()) {
            let message = format!("{} is listed twice", shown(&row.name));
            faults.push(Fault::new(row.span, message).help(TWICE));
        } else if !is_mac(&row) {
            rows.push(row);
        }
    }
    (rows, faults)
}

/// The elements of `InstanceTypes`.
fn items(text: &str) -> Result<Vec<&RawValue>, Fault> {
    let body = text.trim_start_matches('\u{feff}');
    let document: Object =
        serde_json::from_str(body).map_err(|error| syntax(text, text.len() - body.len(), &error))?;
    let Some(list) = document.get("InstanceTypes") else {
        let message = match document.contains_key("InstanceType") {
            true => "one instance type, without the list InstanceTypes around it",
            false => "no list InstanceTypes in this JSON",
        };
        return Err(Fault::new(0..0, message).help(COMMAND));
    };
    serde_json::from_str(list.get()).map_err(|_| wrong(text, "InstanceTypes", "a list", list).help(COMMAND))
}

/// A syntax error; `skipped` bytes of the text came before what was parsed.
fn syntax(text: &str, skipped: usize, error: &serde_json::Error) -> Fault {
    let whole = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let reason = whole.strip_suffix(&place).unwrap_or(&whole);
    // serde_json counts columns in bytes
    let before: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let skipped = if error.line() == 1 { skipped } else { 0 };
    let at = before.saturating_add(skipped).saturating_add(error.column().saturating_sub(1));
    Fault::new(at..at.saturating_add(1), format!("not valid JSON: {}", shown(reason))).help(COMMAND)
}

/// A value that is not what it must be.
fn wrong(text: &str, what: &str, must: &str, value: &RawValue) -> Fault {
    let span = place(text, value);
    let found = written(text, span.clone());
    Fault::new(span, format!("{what} must be {must}, not {found}"))
}

/// Where a part of a text stands in it.
fn place(text: &str, part: &RawValue) -> Range<usize> {
    let start = part.get().as_ptr().addr().saturating_sub(text.as_ptr().addr());
    start..start.saturating_add(part.get().len())
}

fn is_mac(row: &Stated) -> bool {
    row.arch.as_ref().is_some_and(|arch| arch.iter().all(|name| name.ends_with("_mac")))
}

/// One element of `InstanceTypes`; `None` if anything is wrong with it.
fn row(text: &str, raw: &RawValue, faults: &mut Vec<Fault>) -> Option<Stated> {
    let Ok(object) = serde_json::from_str::<Object>(raw.get()) else {
        faults.push(wrong(text, "an element of InstanceTypes", "an object", raw));
        return None;
    };
    let Some(name) = object.get("InstanceType") else {
        let start = place(text, raw).start;
        faults.push(Fault::new(start..start, "an element of InstanceTypes without InstanceType, its name"));
        return None;
    };
    let span = place(text, name);
    let Some(name) = serde_json::from_str::<String>(name.get()).ok().filter(|name| is_name(name)) else {
        faults.push(wrong(text, "InstanceType", "a name such as \"m5.large\"", name));
        return None;
    };
    let item = Item { text, object: &object, name: shown(&name) };
    let mut row = Stated { name, span, ..Stated::default() };
    let before = faults.len();
    for fact in FACTS.iter().filter(|fact| !fact.ec2.is_empty()) {
        let value = item.find(fact.ec2);
        faults.extend(value.and_then(|value| item.take(&mut row, fact.key, value)).err());
    }
    faults.extend(item.enis().and_then(|value| item.take(&mut row, "enis", value)).err());
    match item.hypervisor() {
        // one that we have not heard of is refused here, and so counts as not stated
        Ok(name) => _ = fact("hypervisor").map(|fact| (fact.take)(&mut row, &name.into())),
        Err(fault) => faults.push(fault),
    }
    (faults.len() == before).then_some(row)
}

/// An object of the document: a type, or one of its network cards.
struct Item<'o, 'a> {
    text: &'a str,
    object: &'o Object<'a>,
    /// Of the type, for messages.
    name: String,
}

impl<'a> Item<'_, 'a> {
    fn wrong(&self, what: &str, must: &str, value: &RawValue) -> Fault {
        wrong(self.text, &format!("{what} of {}", self.name), must, value)
    }

    /// A part of the type that must be an object.
    fn parse(&self, what: &str, value: &'a RawValue) -> Result<Object<'a>, Fault> {
        serde_json::from_str(value.get()).map_err(|_| self.wrong(what, "an object", value))
    }

    /// The value at a path of one key or two; absent or null is `None`.
    fn find(&self, path: &[&str]) -> Result<Option<&'a RawValue>, Fault> {
        let there = |value: &&'a RawValue| value.get() != "null";
        match path {
            [key] => Ok(self.object.get(*key).copied().filter(there)),
            [outer, key] => {
                let Some(inner) = self.object.get(*outer).copied().filter(there) else { return Ok(None) };
                Ok(self.parse(outer, inner)?.get(*key).copied().filter(there))
            }
            _ => Ok(None),
        }
    }

    /// The same, read as what it must be.
    fn read<T: Deserialize<'a>>(&self, path: &[&str], must: &str) -> Result<Option<T>, Fault> {
        let (Some(raw), Some(what)) = (self.find(path)?, path.last()) else { return Ok(None) };
        serde_json::from_str(raw.get()).map(Some).map_err(|_| self.wrong(what, must, raw))
    }

    /// Takes a value, if there is one, as a fact.
    fn take(&self, row: &mut Stated, key: &str, value: Option<&RawValue>) -> Result<(), Fault> {
        let (Some(raw), Some(fact)) = (value, fact(key)) else { return Ok(()) };
        let value: Value = serde_json::from_str(raw.get()).unwrap_or_default();
        (fact.take)(row, &value).map_err(|must| self.wrong(fact.ec2.last().unwrap_or(&key), &must, raw))
    }

    /// ENIs of the default network card, which is found by its index, not by its position. Where there is one
    /// card at most, the total is that card's; a total over several says nothing of the default one.
    fn enis(&self) -> Result<Option<&'a RawValue>, Fault> {
        const INDEX: &str = "a whole number from 0";
        let total = self.find(&["NetworkInfo", "MaximumNetworkInterfaces"])?;
        let count: Option<u64> = self.read(&["NetworkInfo", "MaximumNetworkCards"], INDEX)?;
        let default: Option<u64> = self.read(&["NetworkInfo", "DefaultNetworkCardIndex"], INDEX)?;
        let default = default.unwrap_or(0);
        let list = ["NetworkInfo", "NetworkCards"];
        let cards: Vec<&RawValue> = self.read(&list, "a list")?.unwrap_or_default();
        let total = total.filter(|_| cards.len() <= 1 && count.is_none_or(|n| n <= 1));
        if cards.is_empty() {
            return Ok(total);
        }
        for (position, raw) in (0..).zip(cards) {
            let object = self.parse("a network card", raw)?;
            let card = Item { text: self.text, object: &object, name: self.name.clone() };
            let index: Option<u64> = card.read(&["NetworkCardIndex"], INDEX)?;
            if index.unwrap_or(position) == default {
                return Ok(card.find(&["MaximumNetworkInterfaces"])?.or(total));
            }
        }
        let span = self.find(&list)?.map_or(0..0, |cards| place(self.text, cards));
        let message = format!("NetworkCards of {} has no card {default}, its default one", self.name);
        Err(Fault::new(span, message))
    }

    /// What the API names, which is nothing for bare metal.
    fn hypervisor(&self) -> Result<String, Fault> {
        let metal: Option<bool> = self.read(&["BareMetal"], "true or false")?;
        let name: Option<String> = self.read(&["Hypervisor"], "a text")?;
        let metal = if metal == Some(true) { Hypervisor::None.name() } else { "" };
        Ok(name.unwrap_or_else(|| metal.to_string()))
    }
}
