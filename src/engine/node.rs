//! One fresh node, for each number of pods that ask for an address: the command `node`.

use std::ops::RangeInclusive;

use crate::cni::env::variable;
use crate::cni::settings::readable;
use crate::cni::settle::Range;
use crate::cni::{Node, Settings, Settled, max_pods, node::Shape, settle};
use crate::instance::InstanceType;
use crate::text::{shown, thousands};

/// What one node holds, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeTable {
    pub max_pods: u32,
    pub rows: Vec<NodeRow>,
    /// What a reader of the rows should know.
    pub notes: Vec<String>,
}

/// A settled node. Addresses unless said otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeRow {
    /// Pods that ask for an address.
    pub pods: u64,
    /// Pods that get one.
    pub running: u64,
    pub enis: u64,
    /// /28 prefixes; 0 in secondary-IP mode.
    pub prefixes: u64,
    /// Pod addresses that the node has, 16 per prefix.
    pub pool: u64,
    /// One per ENI.
    pub primary: u64,
    pub assigned: u64,
    pub unused: u64,
    pub held: u64,
    /// The least of a cycle that never settles.
    pub held_min: Option<u64>,
    /// The most where the outcome is random.
    pub held_max: Option<u64>,
    pub settles: bool,
}

/// The table of one instance type under an environment laid over the shipped manifest.
///
/// `max_pods` defaults to what a managed node group sets; `pods` to 0 ..= max pods - 2.
///
/// # Errors
///
/// More pods than max pods, or a max pods beyond [`crate::limits::PODS_PER_NODE`].
pub fn table(
    instance: &InstanceType,
    env: &[(String, String)],
    max_pods: Option<u32>,
    pods: Option<RangeInclusive<u32>>,
) -> Result<NodeTable, String> {
    let settings = Settings::over_manifest(env);
    let managed = u32::try_from(max_pods::managed(instance, &settings)).unwrap_or(u32::MAX);
    let max_pods = max_pods.unwrap_or(managed);
    if max_pods > crate::limits::PODS_PER_NODE {
        return Err(format!(
            "max pods of {max_pods} is too much: at most {} are possible",
            thousands(crate::limits::PODS_PER_NODE.into())
        ));
    }
    let pods = pods.unwrap_or(0..=max_pods.saturating_sub(2));
    if *pods.end() > max_pods {
        return Err(format!(
            "{} pods do not fit on a node: max pods is {max_pods}",
            thousands((*pods.end()).into())
        ));
    }
    if pods.is_empty() {
        return Err(format!("the range of pods {}..={} is empty", pods.start(), pods.end()));
    }
    let node = Node::new(&settings, Shape::of(instance), 0, max_pods.into());
    let rows: Vec<NodeRow> = pods.map(|n| row(&node, &settle(&node, n.into()))).collect();
    let unread = env.iter().filter_map(|(name, value)| unread(name, value));
    let notes = unread.chain(notes(instance, &settings, &node, &rows)).collect();
    Ok(NodeTable { max_pods, rows, notes })
}

/// What the program makes of a value that it cannot read.
fn unread(name: &str, value: &str) -> Option<String> {
    let known = variable(name).filter(|known| !readable(known, value))?;
    let taken = if known.code_default.is_empty() { "no limit" } else { known.code_default };
    Some(format!("{name} = \"{}\" cannot be read: the program takes {taken}", shown(value)))
}

/// A settled node as a row.
pub fn row(node: &Node, settled: &Settled) -> NodeRow {
    let end = |slots: u64, enis: u64| Some(slots * node.per_slot() + enis);
    let (held_min, held_max) = match settled.range {
        Range::Exact => (None, None),
        Range::Oscillates { slots, enis } => (end(slots, enis), None),
        Range::Random { slots, enis } => (None, end(slots, enis)),
    };
    NodeRow {
        pods: settled.asked,
        running: settled.running,
        enis: settled.enis,
        prefixes: if node.prefix_mode { settled.slots } else { 0 },
        pool: settled.pool,
        primary: settled.enis,
        assigned: settled.running,
        unused: settled.unused(),
        held: settled.held(),
        held_min,
        held_max,
        settles: held_min.is_none(),
    }
}

fn notes(instance: &InstanceType, settings: &Settings, node: &Node, rows: &[NodeRow]) -> Vec<String> {
    let mut notes = Vec::new();
    if settings.prefixes && !node.prefix_mode {
        notes.push(format!(
            "{} cannot hold prefixes (it is not a Nitro type): the node runs in secondary-IP mode",
            instance.name
        ));
    }
    if let Some(first) = rows.iter().find(|r| !r.settles) {
        notes.push(format!(
            "with {} the node never settles: it takes and gives back {} addresses again and again",
            crate::text::count(first.pods, "pod"),
            first.held - first.held_min.unwrap_or(first.held)
        ));
    }
    if let Some(first) = rows.iter().find(|r| r.running < r.pods) {
        notes.push(format!(
            "from {} on pods starve: the node's pool stops at {} addresses",
            crate::text::count(first.pods, "pod"),
            thousands(first.pool)
        ));
    }
    if rows.iter().any(|r| r.held_max.is_some()) {
        notes.push(
            "with WARM_PREFIX_TARGET of 2 and more the number of prefixes is random: held is the least, held_max \
             the most"
                .to_string(),
        );
    }
    notes
}
