//! `growth`: of the plan, of a group's nodes, of a workload's replicas.

use super::table::{Got, Table};
use crate::plan::field::typed::Typed;
use crate::plan::tree::Value;
use crate::plan::{Growth, Rate};

const KEY: &str = "growth";

/// `[growth]`.
pub(super) fn read(top: &mut Table<'_, '_>) -> Option<Growth> {
    let node = top.node(KEY)?;
    top.typed(node).growth().map_err(|faults| top.fault_items(KEY, faults)).ok()
}

/// The rate of a row of its own.
pub(super) fn rate(table: &mut Table<'_, '_>) -> Got<Rate> {
    table.read(KEY, |value, _| Typed::rate(value))
}

/// A group whose nodes are as many as the workloads need has no growth of its own.
pub(super) fn of_nodes(table: &mut Table<'_, '_>) {
    let auto = |value: &Value| matches!(value, Value::String(s) if s == "auto");
    if table.node(KEY).is_some() && table.node("nodes").is_some_and(|n| auto(&n.value)) {
        table.report(
            KEY,
            "nodes = \"auto\" grows with the workloads",
            "remove growth, or write a number of nodes",
        );
    }
}
