//! The columns of every table that is printed. Keys are stable (CSV headers, JSON keys); the order is that
//! of the CSV.

use super::addresses::RunOf;
use super::table::Align::{Flow, Left, Right};
use super::table::On::{Csv, Data, Everywhere, IfRoom, Json, Print, PrintIfAny};
use super::table::{Align, Cell, Column, On};
use crate::cni::max_pods;
use crate::engine::map::length;
use crate::engine::node::NodeRow;
use crate::engine::{
    Blocks, Finding, HeldBy, Holding, NodeGroupRow, PoolRow, Situation, Threshold, WorkloadRow,
};
use crate::instance::{Hypervisor, InstanceType};
use crate::manager::Manager;
use crate::text;

/// One column.
pub const fn column<R>(
    header: &'static str,
    key: &'static str,
    align: Align,
    on: On,
    cell: fn(&R) -> Cell,
) -> Column<R> {
    Column { header, key, align, on, cell }
}

/// A pool in one situation.
pub struct PoolIn<'a> {
    pub pool: &'a PoolRow,
    pub situation: Situation,
}

impl<'a> PoolIn<'a> {
    fn holding(&self) -> &'a Holding {
        self.pool.holding(self.situation)
    }

    /// One row per pool and situation.
    pub const COLUMNS: &'a [Column<PoolIn<'a>>] = &[
        column("pool", "pool", Left, Everywhere, |p| (&p.pool.name).into()),
        column("kind", "kind", Left, Data, |p| p.pool.kind.name().into()),
        column("cidr", "cidr", Left, IfRoom, |p| (&p.pool.cidr).into()),
        column("zone", "zone", Left, IfRoom, |p| p.pool.zone.as_ref().into()),
        column("situation", "situation", Left, Data, |p| p.situation.name().into()),
        column("capacity", "capacity", Right, Data, |p| p.pool.capacity.into()),
        column("reserved", "reserved", Right, Data, |p| p.pool.reserved.into()),
        column("other", "other", Right, Everywhere, |p| p.pool.other.into()),
        column("usable", "usable", Right, Everywhere, |p| p.pool.usable.into()),
        column("held", "held", Right, Print, |p| held(p.holding())),
        column("held", "held", Right, Data, |p| p.holding().held.into()),
        column("p50", "held_p50", Right, PrintIfAny, |p| percentile(p, Holding::p50)),
        column("p95", "held_p95", Right, PrintIfAny, |p| percentile(p, Holding::p95)),
        column("primary", "primary", Right, Everywhere, |p| p.holding().primary.into()),
        column("assigned", "assigned", Right, Everywhere, |p| p.holding().assigned.into()),
        column("unused", "unused", Right, Everywhere, |p| p.holding().unused.into()),
        column("free", "free", Right, Everywhere, |p| p.holding().free.into()),
        column("short", "short", Right, Everywhere, |p| p.holding().short.into()),
        column("/28 held", "blocks.held", Right, PrintIfAny, |p| blocks(p, |b| b.held.into())),
        column("/28 free", "blocks.free", Right, PrintIfAny, |p| {
            blocks(p, |b| span(b.scattered.free, b.free))
        }),
        column("/28 short", "blocks.short", Right, PrintIfAny, |p| {
            blocks(p, |b| span(b.short, b.scattered.short))
        }),
    ];
}

fn blocks(pool: &PoolIn, cell: fn(&Blocks) -> Cell) -> Cell {
    pool.holding().blocks.as_ref().map_or(Cell::None, cell)
}

/// A percentile of what is held after churn; a dash while it is not computed.
fn percentile(pool: &PoolIn, of: fn(&Holding) -> Option<u64>) -> Cell {
    match pool.situation {
        Situation::Churned => of(pool.holding()).map_or("-".into(), Cell::Count),
        Situation::Settled | Situation::Upgrade => Cell::None,
    }
}

/// A number, or its bounds where it varies.
fn held(h: &Holding) -> Cell {
    span(h.held_min.unwrap_or(h.held), h.held_max.unwrap_or(h.held))
}

/// One row per node group.
pub const NODE_GROUPS: &[Column<NodeGroupRow>] = &[
    column("cluster", "cluster", Left, Everywhere, |g| (&*g.cluster).into()),
    column("group", "node_group", Left, Everywhere, |g| (&*g.name).into()),
    column("instance type", "instance_type", Left, IfRoom, |g| (&*g.instance_type).into()),
    column("nodes", "nodes", Right, Everywhere, |g| g.nodes.into()),
    column("max pods", "max_pods", Right, Everywhere, |g| g.max_pods.into()),
    column("pods/node", "pods", Right, Print, |g| pair(g.per_node.pods)),
    column("", "pods_least", Right, Data, |g| least(g.per_node.pods)),
    column("", "pods_most", Right, Data, |g| most(g.per_node.pods)),
    column("ENIs/node", "enis", Right, PrintIfAny, |g| pair(g.per_node.enis)),
    column("", "enis_least", Right, Data, |g| least(g.per_node.enis)),
    column("", "enis_most", Right, Data, |g| most(g.per_node.enis)),
    column("held/node", "held", Right, Print, |g| pair(g.per_node.held)),
    column("", "held_least", Right, Data, |g| least(g.per_node.held)),
    column("", "held_most", Right, Data, |g| most(g.per_node.held)),
    column("unused/node", "unused", Right, Print, |g| pair(g.per_node.unused)),
    column("", "unused_least", Right, Data, |g| least(g.per_node.unused)),
    column("", "unused_most", Right, Data, |g| most(g.per_node.unused)),
    column("pending", "pending", Right, Data, |g| g.pending.into()),
];

fn pair(range: Option<[u64; 2]>) -> Cell {
    range.map_or(Cell::None, |[least, most]| span(least, most))
}

fn span(least: u64, most: u64) -> Cell {
    if least == most {
        return most.into();
    }
    format!("{}..{}", text::thousands(least), text::thousands(most)).into()
}

fn least(range: Option<[u64; 2]>) -> Cell {
    range.map(|[least, _]| least).into()
}

fn most(range: Option<[u64; 2]>) -> Cell {
    range.map(|[_, most]| most).into()
}

/// One row per workload.
pub const WORKLOADS: &[Column<WorkloadRow>] = &[
    column("cluster", "cluster", Left, Everywhere, |w| (&*w.cluster).into()),
    column("workload", "workload", Left, Everywhere, |w| (&*w.name).into()),
    column("replicas", "replicas", Right, Everywhere, |w| w.replicas.into()),
    column("running", "running", Right, Everywhere, |w| w.running.into()),
    column("pending", "pending", Right, Everywhere, |w| w.pending.into()),
    column("reason", "reason", Left, Everywhere, |w| w.reason.map(|r| r.name()).into()),
];

/// One row per threshold.
pub const THRESHOLDS: &[Column<Threshold>] = &[
    column("what", "what", Left, Everywhere, |t| t.what.name().into()),
    column("of", "of", Left, Everywhere, |t| (&t.of).into()),
    column("in", "", Left, PrintIfAny, |t| match (t.nodes, t.situation) {
        (Some(nodes), _) => format!("{} nodes", nodes.name()).into(),
        (None, Some(situation)) => situation.name().into(),
        (None, None) => Cell::None,
    }),
    column("happens", "event", Left, Print, |t| t.event.words().into()),
    column("", "event", Left, Data, |t| t.event.name().into()),
    column("fails at", "at", Right, Everywhere, |t| t.at.into()),
    column("level", "level", Left, IfRoom, |t| t.level.name().into()),
    column("limit", "limit", Left, Data, |t| t.limit.as_ref().into()),
    column("left", "left", Right, Data, |t| t.left.into()),
    column("because", "sentence", Flow, Everywhere, |t| (&t.sentence).into()),
    column("nodes", "nodes", Left, Data, |t| t.nodes.map_or(Cell::None, |n| n.name().into())),
    column("situation", "situation", Left, Data, |t| t.situation.map_or(Cell::None, |s| s.name().into())),
];

/// One row per finding.
pub const FINDINGS: &[Column<Finding>] = &[
    column("severity", "severity", Left, Everywhere, |f| f.severity.name().into()),
    column("code", "code", Left, Data, |f| f.code.into()),
    column("at", "at", Left, IfRoom, |f| (&f.at).into()),
    column("message", "message", Left, Data, |f| (&f.message).into()),
    column("help", "help", Left, Data, |f| (&f.help).into()),
    column("finding", "finding", Flow, Print, |f| {
        if f.help.is_empty() { (&f.message).into() } else { format!("{}; {}", f.message, f.help).into() }
    }),
];

/// One row per holder of a pool.
pub const HELD_BY: &[Column<HeldBy>] = &[
    column("cluster", "cluster", Left, Everywhere, |h| (&*h.cluster).into()),
    column("group", "node_group", Left, Everywhere, |h| (&*h.node_group).into()),
    column("nodes", "nodes", Right, Everywhere, |h| h.nodes.into()),
    column("primary", "primary", Right, Everywhere, |h| h.primary.into()),
    column("assigned", "assigned", Right, Everywhere, |h| h.assigned.into()),
    column("unused", "unused", Right, Everywhere, |h| h.unused.into()),
];

/// One row per number of pods on a node.
pub const NODE: &[Column<NodeRow>] = &[
    column("pods", "pods", Right, Everywhere, |n| n.pods.into()),
    column("running", "running", Right, Everywhere, |n| n.running.into()),
    column("ENIs", "enis", Right, Everywhere, |n| n.enis.into()),
    column("prefixes", "prefixes", Right, Everywhere, |n| n.prefixes.into()),
    column("pool", "pool", Right, Everywhere, |n| n.pool.into()),
    column("primary", "primary", Right, Everywhere, |n| n.primary.into()),
    column("assigned", "assigned", Right, Everywhere, |n| n.assigned.into()),
    column("unused", "unused", Right, Everywhere, |n| n.unused.into()),
    column("held", "held", Right, Print, |n| {
        span(n.held_min.unwrap_or(n.held), n.held_max.unwrap_or(n.held))
    }),
    column("held", "held", Right, Data, |n| n.held.into()),
    column("", "held_min", Right, Json, |n| n.held_min.into()),
    column("", "held_max", Right, Json, |n| n.held_max.into()),
    column("", "settles", Left, Json, |n| (!n.settles).then_some(false).into()),
];

impl<'a> RunOf<'a> {
    /// One row per run of a map.
    pub const COLUMNS: &'a [Column<RunOf<'a>>] = &[
        column("pool", "pool", Left, Csv, |r| (&r.pool.name).into()),
        column("first", "first", Left, Everywhere, |r| r.run.range.first.to_string().into()),
        column("last", "last", Left, Everywhere, |r| r.run.range.last.to_string().into()),
        column("number", "number", Right, Everywhere, |r| length(r.run).into()),
        column("use", "use", Left, Everywhere, |r| r.run.of.name().into()),
        column("whose", "whose", Flow, Everywhere, |r| (&r.run.who).into()),
    ];
}

/// One row per instance type.
pub const INSTANCES: &[Column<InstanceType>] = &[
    column("instance type", "instance_type", Left, Everywhere, |t| (&t.name).into()),
    column("vCPU", "vcpus", Right, Everywhere, |t| t.vcpus.into()),
    column("memory MiB", "memory_mib", Right, Everywhere, |t| t.memory_mib.into()),
    column("arch", "arch", Left, IfRoom, |t| Cell::Words(t.arch.clone())),
    column("hypervisor", "hypervisor", Left, IfRoom, |t| hypervisor(t.hypervisor)),
    column("ENIs", "max_enis", Right, Everywhere, |t| t.enis.into()),
    column("IPv4/ENI", "ipv4_per_eni", Right, Everywhere, |t| t.ipv4_per_eni.into()),
    column("max pods", "max_pods", Right, Everywhere, |t| max_pods::of(t).secondary.into()),
    column("prefix", "max_pods_prefix", Right, Everywhere, |t| max_pods::of(t).prefix.into()),
    column("custom", "max_pods_custom", Right, IfRoom, |t| max_pods::of(t).custom.into()),
    column("prefix custom", "max_pods_prefix_custom", Right, IfRoom, |t| {
        max_pods::of(t).prefix_custom.into()
    }),
    column("branch ENIs", "branch_enis", Right, IfRoom, |t| t.branch_enis.into()),
    column("USD/h", "usd_per_hour", Right, Everywhere, |t| t.usd_per_hour.map(Cell::Price).into()),
    column("note", "note", Left, Data, |t| t.note.as_ref().into()),
];

/// One row per address manager; what a cluster has to say, or what follows from its nodes' types, is empty.
pub const MANAGERS: &[Column<&Manager>] = &[
    column("manager", "manager", Left, Everywhere, |m| m.name.into()),
    column("", "title", Left, Data, |m| m.title.into()),
    column("pod subnet", "pod_subnet", Left, Everywhere, |m| stated(m.defaults.pod_subnet)),
    column("service subnet", "service_subnet", Left, Everywhere, |m| stated(m.defaults.service_subnet)),
    column("node mask", "node_mask", Right, Everywhere, |m| {
        m.reads("node_mask").then_some(u32::from(m.defaults.node_mask.0)).into()
    }),
    column("max pods", "max_pods", Right, Everywhere, |m| {
        Some(m.defaults.max_pods).filter(|most| *most > 0).into()
    }),
    column("source", "source", Left, IfRoom, |m| m.source.into()),
    column("read", "read_on", Left, IfRoom, |m| m.read_on.into()),
    column("how it gives out addresses", "doc", Flow, Everywhere, |m| m.doc.into()),
];

fn stated(default: &str) -> Cell {
    if default.is_empty() { Cell::None } else { default.into() }
}

fn hypervisor(hypervisor: Hypervisor) -> Cell {
    if hypervisor == Hypervisor::Unknown { Cell::None } else { hypervisor.name().into() }
}
