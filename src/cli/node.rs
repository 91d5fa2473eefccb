//! `podroom node`: one node, for every number of pods.

use std::fmt::Write as _;
use std::ops::RangeInclusive;

use clap::Args;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::env::{Env, InForce};
use super::{Failure, Global, Outcome, input};
use crate::engine::node::{self, NodeTable};
use crate::instance::{Hypervisor, InstanceType};
use crate::limits;
use crate::output::columns::NODE;
use crate::output::json::Rows;
use crate::output::{Format, Paper, Table, csv, json, markdown, text};
use crate::text::{excerpt, shown};

/// Print what one node holds, for each number of pods.
///
/// The node came up empty, got its pods, and its address pool settled; its subnets gave whatever it asked for.
#[derive(Args, Debug)]
pub struct Node {
    #[command(flatten)]
    shape: Shape,
    #[command(flatten)]
    env: Env,
    /// The kubelet's max pods [default: what a managed node group sets: the formula of the mode in force, at
    /// most 110 below 30 vCPU and 250 from there].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=limits::PODS_PER_NODE as i64))]
    max_pods: Option<u32>,
    /// Pods that ask for an address: a number or a range such as 0..=58 [default: 0..=MAX_PODS - 2].
    #[arg(long, value_name = "N|A..=B", value_parser = pods)]
    pods: Option<RangeInclusive<u32>>,
    #[arg(long, default_value = "table")]
    format: Format,
}

/// A type of the tables, or the two numbers that decide.
#[derive(Args, Debug)]
#[group(required = true, multiple = true)]
pub struct Shape {
    /// EC2 instance type.
    #[arg(long, value_name = "T")]
    instance_type: Option<String>,
    /// ENIs of the node, instead of a type.
    #[arg(
        long, value_name = "E", requires = "ipv4_per_eni", conflicts_with = "instance_type",
        value_parser = clap::value_parser!(u32).range(1..=limits::ENIS as i64)
    )]
    enis: Option<u32>,
    /// IPv4 addresses per ENI, its own included.
    #[arg(
        long, value_name = "I", requires = "enis", conflicts_with = "instance_type",
        value_parser = clap::value_parser!(u32).range(1..=limits::ENIS as i64)
    )]
    ipv4_per_eni: Option<u32>,
}

impl Node {
    pub fn run(self, global: &Global) -> Result<Outcome, Failure> {
        let instance = match (self.shape.enis, self.shape.ipv4_per_eni) {
            (Some(enis), Some(ipv4_per_eni)) => shape(enis, ipv4_per_eni),
            _ => input::instance(&self.shape.instance_type.unwrap_or_default(), global)?,
        };
        let env = self.env.pairs();
        let table = node::table(&instance, &env, self.max_pods, self.pods)?;
        let answer = Answer { instance: &instance, env: &env, table: &table };
        Ok(Outcome::Print(answer.print(self.format, global.color.paper())?))
    }
}

/// A type that no table has, by the numbers that decide.
fn shape(enis: u32, ipv4_per_eni: u32) -> InstanceType {
    InstanceType {
        name: format!("{enis} ENIs x {ipv4_per_eni} addresses"),
        vcpus: None,
        memory_mib: None,
        arch: Vec::new(),
        hypervisor: Hypervisor::Nitro,
        enis,
        ipv4_per_eni,
        branch_enis: None,
        usd_per_hour: None,
        note: None,
    }
}

/// `40` or `0..=58`.
fn pods(text: &str) -> Result<RangeInclusive<u32>, String> {
    let number = |text: &str| {
        text.parse().map_err(|_| format!("{} is no number of pods; give N or A..=B", excerpt(text)))
    };
    let Some((from, to)) = text.split_once("..=") else { return number(text).map(|n| n..=n) };
    let range = number(from)?..=number(to)?;
    if range.is_empty() {
        return Err(format!("{text} is empty: the first number is above the last"));
    }
    Ok(range)
}

/// What is printed: the settings in force, and the rows.
struct Answer<'a> {
    instance: &'a InstanceType,
    env: &'a [(String, String)],
    table: &'a NodeTable,
}

impl Answer<'_> {
    fn rows(&self) -> Table {
        let title = format!(
            "{}: {} ENIs, {} addresses each, max pods {}",
            self.instance.name, self.instance.enis, self.instance.ipv4_per_eni, self.table.max_pods
        );
        Table::of(title, NODE, &self.table.rows)
    }

    fn print(&self, format: Format, paper: Paper) -> Result<String, String> {
        let rows = self.rows();
        let mut out = match format {
            Format::Json => return json::write(self).map_err(|e| e.to_string()),
            Format::Csv => return Ok(csv::write(&rows)),
            Format::Table => text::write(&rows, paper),
            Format::Markdown => markdown::write(&rows),
        };
        for note in &self.table.notes {
            let _ = write!(out, "\nnote: {}\n", shown(note));
        }
        Ok(out)
    }
}

impl Serialize for Answer<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(None)?;
        map.serialize_entry("instance_type", &self.instance.name)?;
        map.serialize_entry("enis", &self.instance.enis)?;
        map.serialize_entry("ipv4_per_eni", &self.instance.ipv4_per_eni)?;
        map.serialize_entry("max_pods", &self.table.max_pods)?;
        map.serialize_entry("env", &InForce(self.env))?;
        map.serialize_entry("notes", &self.table.notes)?;
        map.serialize_entry("rows", &Rows(&self.rows()))?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pods_are_a_number_or_a_range() {
        assert_eq!(pods("40"), Ok(40..=40));
        assert_eq!(pods("0..=58"), Ok(0..=58));
        for text in ["", "..", "5..=4", "1..5", "-1", "a..=b", "4294967296"] {
            assert!(pods(text).is_err(), "{text:?}");
        }
    }
}
