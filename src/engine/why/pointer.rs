//! Numbers of a report by name, as commands and files write them: `pools.private-a.free`.

use super::Pointer;
use crate::engine::report::{Report, Situation};
use crate::suggest::nearest;

const POOL: &[&str] = &[
    "free", "short", "held", "unused", "assigned", "primary", "other", "usable", "reserved", "capacity",
    "held_p50", "held_p95",
];
const NODE_GROUP: &[&str] = &["held", "unused", "enis", "pods", "nodes", "max_pods", "pending"];
const WORKLOAD: &[&str] = &["running", "pending", "replicas", "reason"];
/// Dots of a text at which a name that is like one may end.
const DOTS: usize = 16;

impl Pointer {
    /// The number of that name: `verdict`, `pools.NAME.KEY`, `pools.NAME.SITUATION.KEY`,
    /// `node_groups.CLUSTER/GROUP.KEY`, `workloads.CLUSTER/WORKLOAD.KEY`, `thresholds.N` and `findings.N` from 0. Keys
    /// are those of the JSON.
    ///
    /// # Errors
    ///
    /// What is not there, and what is.
    pub fn parse(text: &str, report: &Report) -> Result<Pointer, String> {
        if text == "verdict" {
            return Ok(Pointer::Verdict);
        }
        let (table, rest) = text.split_once('.').unwrap_or((text, ""));
        let index = |rows: usize| match rest.parse::<usize>() {
            Ok(row) if row < rows => Ok(row),
            _ if rest.is_empty() => Err(format!("{table} lacks a row: it has {rows}, from {table}.0 on")),
            _ => Err(format!("\"{rest}\" is no row of {table}: it has {rows}, from 0")),
        };
        match table {
            "pools" => {
                let names = report.pools.iter().map(|pool| pool.name.clone());
                let (row, key) = row(table, rest, names, POOL)?;
                let situation =
                    Situation::ALL.into_iter().find(|s| key.starts_with(&format!("{}.", s.name())));
                match situation {
                    Some(situation) => {
                        let key = key.get(situation.name().len() + 1..).unwrap_or_default();
                        Ok(Pointer::PoolIn(situation, row, of(POOL, key)?))
                    }
                    None => Ok(Pointer::Pool(row, of(POOL, key)?)),
                }
            }
            "node_groups" => {
                let names = report.node_groups.iter().map(|g| format!("{}/{}", g.cluster, g.name));
                let (row, key) = row(table, rest, names, NODE_GROUP)?;
                Ok(Pointer::NodeGroup(row, of(NODE_GROUP, key)?))
            }
            "workloads" => {
                let names = report.workloads.iter().map(|w| format!("{}/{}", w.cluster, w.name));
                let (row, key) = row(table, rest, names, WORKLOAD)?;
                Ok(Pointer::Workload(row, of(WORKLOAD, key)?))
            }
            "thresholds" => index(report.thresholds.len()).map(Pointer::Threshold),
            "findings" => index(report.findings.len()).map(Pointer::Finding),
            _ => Err(format!(
                "\"{text}\" names no number: write verdict, or one such as pools.NAME.free, node_groups.CLUSTER/GROUP.held, \
                 workloads.CLUSTER/WORKLOAD.running, thresholds.0 or findings.0"
            )),
        }
    }
}

/// The row that a text begins with the name of, and what follows; the longest name counts, for names may have dots.
fn row<'a>(
    table: &str,
    text: &'a str,
    names: impl Iterator<Item = String>,
    keys: &[&str],
) -> Result<(usize, &'a str), String> {
    let names: Vec<String> = names.collect();
    let after = |name: &String| text.strip_prefix(name.as_str())?.strip_prefix('.');
    let found = names.iter().enumerate().filter_map(|(i, name)| Some((name.len(), i, after(name)?)));
    if let Some((_, i, rest)) = found.filter(|(.., rest)| !rest.is_empty()).max_by_key(|(length, ..)| *length)
    {
        return Ok((i, rest));
    }
    let named = text.strip_suffix('.').unwrap_or(text);
    if text.is_empty()
        && let (Some(name), Some(key)) = (names.first(), keys.first())
    {
        return Err(format!("{table} lacks a row and a figure: write one such as {table}.{name}.{key}"));
    }
    if names.iter().any(|name| name == named) {
        let (text, one) = (named, keys.first().copied().unwrap_or_default());
        let all = keys.join(", ");
        return Err(format!("{table}.{text} lacks the figure: write {table}.{text}.{one}; there are {all}"));
    }
    let near = |name: &str| nearest(name, names.iter().map(String::as_str));
    // the shortest name that is like one: what follows it is meant to be the key
    let ends = text.match_indices('.').take(DOTS).filter_map(|(at, _)| text.split_at_checked(at));
    let close = ends
        .filter_map(|(name, rest)| Some(format!("{}{rest}", near(name)?)))
        .next()
        .or_else(|| Some(format!("{}.{}", near(text)?, keys.first()?)));
    let help = match (close, names.as_slice()) {
        (Some(close), _) => format!("did you mean {table}.{close}?"),
        (None, []) => format!("{table} has no rows"),
        (None, all) => {
            format!("{table} has {}", crate::text::list(&all.iter().map(String::as_str).collect::<Vec<_>>()))
        }
    };
    Err(format!("\"{text}\" names no row of {table} and a key of it: {help}"))
}

fn of(keys: &'static [&'static str], key: &str) -> Result<&'static str, String> {
    keys.iter()
        .find(|k| **k == key)
        .copied()
        .ok_or_else(|| format!("\"{key}\" is no key: there are {}", keys.join(", ")))
}
