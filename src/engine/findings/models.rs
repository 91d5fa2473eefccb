//! What managers' models make of pools that have too little.

use super::super::report::Severity;
use super::{Context, Note};
use crate::engine::hold::Take;
use crate::manager::Sharing;
use crate::text::{addresses, thousands};

/// Nodes that borrow, as there are fewer blocks than they want: no pod goes without, but it costs routes.
/// Source: Calico documentation, "IPAM: block borrowing".
pub fn borrowed(context: &Context) -> Vec<Note> {
    let rows = context.report.pools.iter().enumerate().skip(context.plan.subnets.len());
    let lent = rows.zip(context.brought).filter(|(_, pool)| matches!(pool.sharing, Sharing::Borrowed(_)));
    lent.filter_map(|((p, row), _)| {
        let parts = context.clusters.iter().flat_map(|outcome| outcome.parts.iter().flatten());
        let takes = parts.flat_map(|part| part.takes.iter().map(move |take| (take, part.nodes)));
        let wanted: u64 = takes.filter(|(take, _)| take.pool == p).map(|(take, n)| Take::held(take) * n).sum();
        let lacking = wanted.saturating_sub(row.settled.held + row.settled.short);
        let message = format!(
            "{} has {} in blocks, and nodes want blocks of {}: the last of them borrow single addresses of other \
             nodes' blocks",
            row.name,
            addresses(row.usable),
            thousands(wanted)
        );
        let help = "every borrowed address is a route of its own: a larger pod_subnet, or smaller blocks (a longer \
                    block_size), keep nodes to blocks of their own";
        (lacking > 0).then(|| Note::new(Severity::Info, row.place.clone(), message, help))
    })
    .collect()
}
