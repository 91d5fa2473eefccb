//! What is seen of a node after a step.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::cni::machine::ec2::{CALLS, Calls};

/// What one run shows after a step: numbers by their short names, and lists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Obs {
    pub numbers: BTreeMap<&'static str, i64>,
    /// Addresses or prefixes on each ENI, the most first; `None` where only a part is looked at.
    pub cidrs: Option<Vec<u64>>,
    /// Pods on each of these ENIs.
    pub pods: Option<Vec<u64>>,
    /// EC2 calls since the last full look.
    pub calls: Calls,
    /// Start-up failed.
    pub init_error: bool,
}

/// The same number in every run, or the least and the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    One(i64),
    Between(i64, i64),
}

impl Value {
    fn over(values: impl Iterator<Item = i64>) -> Value {
        let (least, most) = values.fold((i64::MAX, i64::MIN), |(l, m), v| (l.min(v), m.max(v)));
        if least == most { Value::One(least) } else { Value::Between(least, most) }
    }

    /// The least and the most.
    pub fn range(self) -> (i64, i64) {
        match self {
            Value::One(n) => (n, n),
            Value::Between(least, most) => (least, most),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::One(n) => s.serialize_i64(*n),
            Value::Between(least, most) => [least, most].serialize(s),
        }
    }
}

/// What several runs show after a step. Keys are those of the `obs_keys` of the timelines' legend; where it
/// says "missing = 0", zeros are left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Spread {
    #[serde(flatten)]
    pub numbers: BTreeMap<&'static str, Value>,
    /// Runs that never settled.
    #[serde(skip_serializing_if = "is_zero")]
    pub osc: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub d: Option<Vec<u64>>,
    /// Where lists vary: how many different ones, and up to six of them with how often each came.
    #[serde(skip_serializing_if = "is_zero")]
    pub dn: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dv: Vec<(u64, Vec<u64>)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub g: Option<Vec<u64>>,
    #[serde(skip_serializing_if = "is_zero")]
    pub init_error: u64,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub api: BTreeMap<String, Value>,
}

fn is_zero(n: &u64) -> bool {
    *n == 0
}

/// Lists shown where they vary.
const LISTS: usize = 6;
/// Numbers of a full look that are shown even when they are 0.
const ALWAYS: [&str; 7] = ["a", "e", "f", "h", "n", "rdy", "s"];

impl Spread {
    /// Puts runs together.
    pub fn of<'a>(runs: impl Iterator<Item = &'a Obs> + Clone) -> Spread {
        let keys: Vec<&str> = runs.clone().flat_map(|o| o.numbers.keys().copied()).collect();
        let mut spread = Spread::default();
        for key in keys {
            // what only oscillating runs have says nothing about the others
            let own = runs.clone().filter(|o| !key.starts_with("osc_") || o.numbers.contains_key("osc_e_lo"));
            let value = Value::over(own.map(|o| o.numbers.get(key).copied().unwrap_or(0)));
            if value != Value::One(0) || ALWAYS.contains(&key) || key.starts_with("osc_") {
                spread.numbers.insert(key, value);
            }
        }
        spread.osc = runs.clone().filter(|o| o.numbers.contains_key("osc_e_lo")).count() as u64;
        spread.init_error = u64::from(runs.clone().any(|o| o.init_error));
        let mut lists: BTreeMap<&Vec<u64>, u64> = BTreeMap::new();
        for list in runs.clone().filter_map(|o| o.cidrs.as_ref()) {
            *lists.entry(list).or_default() += 1;
        }
        if lists.len() == 1 {
            spread.d = lists.keys().next().map(|l| l.to_vec());
        } else if lists.len() > 1 {
            spread.dn = lists.len() as u64;
            let mut often: Vec<(u64, Vec<u64>)> = lists.iter().map(|(l, n)| (*n, l.to_vec())).collect();
            often.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.cmp(&a.1)));
            often.truncate(LISTS);
            spread.dv = often;
        }
        let mut pods = runs.clone().map(|o| &o.pods);
        if let Some(Some(first)) = pods.next()
            && pods.all(|p| p.as_ref() == Some(first))
        {
            spread.g = Some(first.clone());
        }
        for (call, name) in CALLS {
            let made = Value::over(runs.clone().map(|o| signed(o.calls.made(call))));
            let failed = Value::over(runs.clone().map(|o| signed(o.calls.failed(call))));
            for (name, value) in [(name.to_string(), made), (format!("!{name}"), failed)] {
                if value != Value::One(0) {
                    spread.api.insert(name, value);
                }
            }
        }
        spread
    }
}

fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
