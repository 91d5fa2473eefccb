//! Pools and pods that come off badly.

use super::super::report::{Reason, Severity};
use super::super::thresholds::Level;
use super::{Context, Note};
use crate::engine::brought;
use crate::engine::outcome::manager_in;
use crate::engine::roster;
use crate::manager::{AWS_VPC_CNI, Manager};
use crate::plan::{Cluster, Edit, Place, Row};
use crate::text::{addresses, count, stay_free, thousands};

/// Free addresses that a subnet needs for the load balancer controller to choose it.
/// Source: AWS Load Balancer Controller, "Subnet discovery".
const LOAD_BALANCER: u64 = 8;

const LARGER_NODES: &str = "add nodes or choose a larger type";
const LARGER_RANGES: &str = "add nodes, lower max_pods, or give nodes larger ranges (node_mask)";
const MORE_BLOCKS: &str = "add nodes, or raise max_blocks_per_node";
const FEWER_PODS: &str = "add nodes, or lower max_pods";

pub fn pods_pending(context: &Context) -> Vec<Note> {
    let mut notes = Vec::new();
    let report = context.report;
    let mut rows = report.workloads.iter();
    for (c, cluster, outcome) in context.all_clusters() {
        for (w, row) in (0..cluster.workloads.len()).zip(rows.by_ref()) {
            if row.pending == 0 {
                continue;
            }
            let (why, help) = match row.reason {
                Some(Reason::Cpu) => ("no node has cpu left for them", LARGER_NODES),
                Some(Reason::Memory) => ("no node has memory left for them", LARGER_NODES),
                Some(Reason::MaxPods) => ("the nodes run max pods", "add nodes or raise max_pods"),
                Some(Reason::BranchEnis) => (
                    "no node has a branch ENI left for them",
                    "set ENABLE_POD_ENI on a type with branch ENIs, or add nodes",
                ),
                Some(Reason::WarmPool) => (
                    "they are placed, but their nodes' address pools stop growing before they have one",
                    "set WARM_IP_TARGET to 1 or more beside MINIMUM_IP_TARGET",
                ),
                Some(Reason::EniLimit) => (
                    "they are placed, but their nodes' ENIs have no address slot left for them",
                    "lower max_pods to what the ENIs serve, add nodes, or choose a type with more ENIs",
                ),
                Some(Reason::NodeRange) => {
                    ("they are placed, but their nodes' ranges have no address left for them", LARGER_RANGES)
                }
                Some(Reason::BlockLimit) => {
                    ("they are placed, but their nodes may claim no more blocks", MORE_BLOCKS)
                }
                Some(Reason::NodeLimit) => (
                    "they are placed, but their nodes' manager holds no more addresses for a node",
                    FEWER_PODS,
                ),
                Some(Reason::NoNode) | None => (
                    "no node may run them",
                    "add a group that is not dedicated, or name one in node_groups; groups with pods = N run none",
                ),
            };
            // what the program says, where it is the node that lets them starve
            let starved = outcome.starved[w].first.filter(|(_, reason)| Some(*reason) == row.reason);
            let says =
                starved.map_or(String::new(), |((_, at), _)| roster::says(context.plan, c, outcome, at));
            let message = format!(
                "{} of {} of {} {} pending: {why}{says}",
                thousands(row.pending),
                count(row.replicas, "pod"),
                row.name,
                if row.pending == 1 { "is" } else { "are" }
            );
            let note = Note::new(Severity::Error, Place::row(Row::Workload(c, w)), message, help);
            let given = (row.reason == Some(Reason::NoNode)).then(|| given_pods(cluster, w)).flatten();
            notes.push(match given {
                None => note,
                Some(g) => {
                    let name = &cluster.node_groups[g].name;
                    let text = format!("take pods of {name} out: its nodes run workloads then");
                    note.fixed(
                        text,
                        Edit::Set { place: Place::key(Row::NodeGroup(c, g), "pods"), value: None },
                    )
                }
            });
        }
    }
    let mut groups = report.node_groups.iter();
    for seen in context.all_groups() {
        let Some(row) = groups.next() else { break };
        if row.pending > 0 {
            let starving = seen.outcome.parts[seen.index].iter().find(|part| part.starved() > 0);
            let at = (seen.index, starving.map_or(0, |part| part.first));
            let message = format!(
                "{} of the pods of {} starve: a node's pool has {} addresses for {} pods{}",
                thousands(row.pending),
                seen.name(),
                row.per_node.pods.map_or(0, |[least, _]| least),
                seen.spec.pods.unwrap_or(0),
                roster::says(context.plan, seen.group.cluster, seen.outcome, at)
            );
            let help = match starving.map(|part| part.limit).filter(|_| seen.group.managed.is_some()) {
                Some(Reason::NodeRange) => LARGER_RANGES,
                Some(Reason::BlockLimit) => MORE_BLOCKS,
                Some(Reason::EniLimit) => "lower pods, or choose a type with more ENIs",
                Some(_) => FEWER_PODS,
                None => {
                    "lower pods, or let the pool grow: WARM_IP_TARGET beside MINIMUM_IP_TARGET, more ENIs"
                }
            };
            notes.push(Note::new(Severity::Error, seen.key("pods"), message, help));
        }
    }
    notes
}

/// The first group that would run a workload if the pods of its nodes were not given as a number.
fn given_pods(cluster: &Cluster, w: usize) -> Option<usize> {
    let named = &cluster.workloads[w].node_groups;
    (0..cluster.node_groups.len()).find(|&g| {
        let group = &cluster.node_groups[g];
        group.pods.is_some() && if named.is_empty() { !group.dedicated } else { named.contains(&g) }
    })
}

const LARGER_SUBNET: &str = "a larger subnet, fewer nodes, or a lower max_pods";

/// What pods without an address hear, as far as it is known.
fn said(manager: &Manager) -> String {
    if manager.dry.is_empty() { String::new() } else { format!("pods wait with \"{}\": ", manager.dry) }
}

pub fn dry(context: &Context) -> Vec<Note> {
    let Some(dry) = context.dry else { return Vec::new() };
    let (plan, refused) = (context.plan, dry.refused);
    let (pool, place) = brought::name(plan, context.brought, refused.pool);
    let left = match (refused.left, refused.level) {
        (0, _) => String::new(),
        (n, Level::Blocks) => format!("; {}, but no whole /28", stay_free(n)),
        (n, _) => format!("; {} that it cannot take", stay_free(n)),
    };
    let message = format!(
        "{pool} {}: when nodes join one at a time, node {} of {} finds {} free and leaves {} without an \
         address{left}",
        brought::ended(plan, refused.pool),
        thousands(u64::from(dry.index) + 1),
        dry.group_name(plan),
        thousands(refused.had),
        count(dry.pending, "pod"),
    );
    let help = match (brought::exhausted(plan, context.brought, refused.pool), manager_in(plan, refused.pool))
    {
        (Some(text), _) => {
            let fewer = brought::fewer(plan, context.brought, refused.pool);
            format!("it ends with \"{text}\": a larger range, or fewer {fewer}")
        }
        (None, Some(manager)) if !manager.is_aws() => format!("{}{LARGER_SUBNET}", said(manager)),
        (None, _) => format!(
            "pods hang in ContainerCreating with \"{}\": give the group larger subnets, or let nodes hold less \
             (WARM_IP_TARGET, prefix mode)",
            AWS_VPC_CNI.dry
        ),
    };
    vec![Note::new(Severity::Error, place, message, help)]
}

pub fn short(context: &Context) -> Vec<Note> {
    let pools = context.report.pools.iter().enumerate();
    pools
        .filter(|(_, pool)| pool.settled.short > 0)
        .map(|(s, pool)| {
            let message = format!(
                "{} is short by {}: wanted {}, usable {}",
                pool.name,
                addresses(pool.settled.short),
                thousands(pool.other + pool.settled.held),
                thousands(pool.usable)
            );
            let help = match (brought::exhausted(context.plan, context.brought, s), manager_in(context.plan, s)) {
                (Some(text), _) => {
                    let fewer = brought::fewer(context.plan, context.brought, s);
                    format!("what does not fit ends with \"{text}\": a larger range, or fewer {fewer}")
                }
                (None, Some(manager)) if !manager.is_aws() => format!("{}{LARGER_SUBNET}", said(manager)),
                (None, _) => {
                    "fewer nodes, a smaller warm pool (WARM_IP_TARGET with MINIMUM_IP_TARGET), or a larger subnet"
                        .to_string()
                }
            };
            Note::new(Severity::Error, pool.place.clone(), message, help)
        })
        .collect()
}

pub fn load_balancers(context: &Context) -> Vec<Note> {
    let pools = context.report.pools.iter().zip(&context.plan.subnets).enumerate();
    pools
        .filter(|(_, (pool, subnet))| subnet.elb && pool.settled.free < LOAD_BALANCER)
        .map(|(s, (pool, _))| {
            let message = format!(
                "{} has {} free for load balancers, which need {LOAD_BALANCER}",
                pool.name,
                addresses(pool.settled.free)
            );
            let help = "give load balancers a subnet of their own, or free some addresses";
            Note::new(Severity::Warning, Place::key(Row::Subnet(s), "elb"), message, help)
        })
        .collect()
}
