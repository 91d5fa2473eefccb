//! A search for recommendations, on every core.

use std::ops::ControlFlow;
use std::sync::Arc;

use podroom::explore::Trials;
use podroom::explore::recommend::{Allowed, Ask, Found, Must, Search};
use podroom::instance::Tables;
use podroom::plan::Plan;
use podroom::term::crowd::in_order;

/// What stays as it is where only settings are searched.
pub const SETTINGS: &[&str] = &["nodes", "instance_type", "max_pods"];

/// What nobody beats: how many.
pub fn search(plan: &Plan, tables: &Arc<Tables>, keep: &[&str]) -> usize {
    let mut allowed = Allowed::all(0);
    keep.iter().for_each(|name| allowed.keep(plan, name).unwrap_or_else(|e| panic!("{e}")));
    // the large plan is short of addresses whatever its settings are: what fits is looked for all the same
    let ask = Ask { allowed, must: Must::default(), burst: None };
    let search = Search::new(plan, tables.clone(), ask, &|| true);
    let search = search.unwrap_or_else(|e| panic!("{e}")).unwrap_or_else(|| panic!("not stopped"));
    let mut found = Found::default();
    in_order(
        search.parts(),
        Trials::default,
        |trials, part| search.try_part(part, trials),
        |part| {
            found.add(part);
            ControlFlow::Continue(())
        },
    );
    found.front().count()
}
