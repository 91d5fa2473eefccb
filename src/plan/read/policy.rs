//! `[policy]`.

use super::table::Table;
use crate::plan::Policy;

const KEY: &str = "policy";

pub(super) fn read(top: &mut Table<'_, '_>) -> Option<Policy> {
    let node = top.node(KEY)?;
    top.typed(node).policy().map_err(|faults| top.fault_items(KEY, faults)).ok()
}
