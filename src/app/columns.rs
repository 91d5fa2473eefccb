//! The columns of the live tables.

use super::pane::Pane;
use super::sheet::{Align, Column, Figures, Fullness, Sheet, Tone, fullness};
use super::situation::{Show, Situation};
use crate::engine::Finding;
use crate::engine::{
    Holding, Level, NodeGroupRow, Pointer, PoolRow, Report, Severity, Threshold, What, WithNodes, WorkloadRow,
};
use crate::explore::figure::Better;
use crate::text::{shown, signed, thousands};

const fn column(
    key: &'static str,
    name: &'static str,
    align: Align,
    least: u16,
    cell: fn(&Figures, usize) -> String,
) -> Column {
    Column {
        key,
        name,
        header: None,
        band: |_| "",
        align,
        least,
        gives_way: 0,
        cell,
        tone: |_, _| Tone::Plain,
        useful: |_| true,
        varies: false,
        better: None,
        situation: None,
    }
}

impl Column {
    /// Headed by more than its name.
    const fn headed(self, header: fn(&Figures) -> &'static str) -> Column {
        Column { header: Some(header), ..self }
    }

    const fn gives_way(self, rank: u8) -> Column {
        Column { gives_way: rank, ..self }
    }

    const fn tone(self, tone: fn(&Figures, usize) -> Tone) -> Column {
        Column { tone, ..self }
    }

    const fn useful(self, useful: fn(&Figures) -> bool) -> Column {
        Column { useful, ..self }
    }

    /// A figure of which neither more nor less is better.
    const fn varies(self) -> Column {
        Column { varies: true, ..self }
    }

    /// A figure that should grow.
    const fn more(self) -> Column {
        Column { better: Some(Better::More), varies: true, ..self }
    }

    /// A figure that should shrink.
    const fn less(self) -> Column {
        Column { better: Some(Better::Less), varies: true, ..self }
    }

    /// Only where one situation is shown.
    const fn single(self) -> Column {
        self.useful(|f| f.show != Show::All)
    }

    /// Only where all are shown, under the name of one.
    const fn beside(self, situation: Situation, band: fn(&Figures) -> &'static str) -> Column {
        Column { situation: Some(situation), band, ..self.useful(|f| f.show == Show::All) }
    }
}

use Align::{Bar, Flow, Left, Right};

#[rustfmt::skip] // a column is a line
const POOLS: &[Column] = &[
    column("held", "pool", Left, 10, |r, i| pool(r, i, |p| shown(&p.name))).headed(pools_header),
    column("capacity", "CIDR", Left, 13, |r, i| pool(r, i, |p| p.cidr.clone())).gives_way(9),
    column("usable", "usable", Right, 6, |r, i| pool(r, i, |p| thousands(p.usable))),
    column("other", "other", Right, 5, |r, i| pool(r, i, |p| thousands(p.other))).gives_way(2).tone(zero_muted_other),
    column("primary", "primary", Right, 7, |r, i| held(r, i, None, |h| thousands(h.primary))).varies().gives_way(3).single(),
    column("assigned", "assigned", Right, 8, |r, i| held(r, i, None, |h| thousands(h.assigned))).varies().gives_way(1).single(),
    column("unused", "unused", Right, 6, |r, i| held(r, i, None, |h| thousands(h.unused))).less().single(),
    column("held", "held", Right, 6, |r, i| held(r, i, None, span_of)).less().headed(|r| held_header(r, None)).single(),
    column("held_p50", "p50", Right, 6, |r, i| held(r, i, CHURNED, |h| percentile(h.p50()))).less().gives_way(6).useful(|f| f.show == Show::One(Situation::Churned)),
    column("held_p95", "p95", Right, 6, |r, i| held(r, i, CHURNED, |h| percentile(h.p95()))).less().useful(|f| f.show == Show::One(Situation::Churned)),
    column("free", "free", Right, 7, |r, i| held(r, i, None, free)).more().tone(|r, i| fullness_tone(r, i, None)).single(),
    column("blocks.free", "/28 free", Right, 8, |r, i| held(r, i, None, blocks_free)).more().gives_way(4)
        .tone(|r, i| bad_if(holding(r, i, None).is_some_and(|h| h.blocks.is_some_and(|b| b.is_short()))))
        .useful(|f| matches!(f.show, Show::One(s) if f.report.pools.iter().any(|p| p.holding(s).blocks.is_some()))),
    column("free", "in use", Bar, 10, |r, i| fill_word(r, i).to_owned()).gives_way(5).tone(|r, i| fullness_tone(r, i, None)).single(),
    column("held", "held", Right, 6, |r, i| held(r, i, SETTLED, span_of)).less().headed(|r| held_header(r, SETTLED)).beside(Situation::Settled, |_| "settled"),
    column("free", "free", Right, 7, |r, i| held(r, i, SETTLED, free)).more().tone(|r, i| fullness_tone(r, i, SETTLED)).beside(Situation::Settled, |_| "settled"),
    column("held", "held", Right, 6, |r, i| held(r, i, CHURNED, span_of)).less().headed(|r| held_header(r, CHURNED)).beside(Situation::Churned, |_| "churned"),
    column("free", "free", Right, 7, |r, i| held(r, i, CHURNED, free)).more().tone(|r, i| fullness_tone(r, i, CHURNED)).beside(Situation::Churned, |_| "churned"),
    column("held", "held", Right, 6, |r, i| held(r, i, UPGRADE, span_of)).less().headed(|r| held_header(r, UPGRADE)).beside(Situation::Upgrade, |_| "upgrade"),
    column("free", "free", Right, 7, |r, i| held(r, i, UPGRADE, free)).more().tone(|r, i| fullness_tone(r, i, UPGRADE)).beside(Situation::Upgrade, |_| "upgrade"),
];

const SETTLED: Option<Situation> = Some(Situation::Settled);
const CHURNED: Option<Situation> = Some(Situation::Churned);
const UPGRADE: Option<Situation> = Some(Situation::Upgrade);

#[rustfmt::skip] // a column is a line
const GROUPS: &[Column] = &[
    column("held", "node group", Left, 10, |r, i| group(r, i, |g| shown(&g.name))),
    column("held", "cluster", Left, 7, |r, i| group(r, i, |g| shown(&g.cluster))).useful(several_clusters),
    column("max_pods", "type", Left, 11, |r, i| group(r, i, |g| shown(&g.instance_type))).gives_way(9).useful(|r| r.report.node_groups.iter().any(|g| !g.instance_type.is_empty())),
    column("nodes", "nodes", Right, 6, |r, i| group(r, i, |g| thousands(g.nodes))),
    column("pods", "pods/node", Right, 9, |r, i| group(r, i, |g| pair(g.per_node.pods))),
    column("enis", "ENIs", Right, 5, |r, i| group(r, i, |g| pair(g.per_node.enis))).less().useful(|r| r.report.node_groups.iter().any(|g| g.per_node.enis.is_some())),
    column("held", "held/node", Right, 9, |r, i| group(r, i, |g| pair(g.per_node.held))).less(),
    column("unused", "unused", Right, 7, |r, i| group(r, i, |g| pair(g.per_node.unused))).less(),
    column("max_pods", "max pods", Right, 8, |r, i| group(r, i, |g| thousands(g.max_pods.into()))).gives_way(1),
    column("pending", "pending", Right, 7, |r, i| group(r, i, |g| thousands(g.pending))).less()
        .tone(|r, i| bad_if(r.report.node_groups.get(i).is_some_and(|g| g.pending > 0)))
        .useful(|r| r.report.node_groups.iter().any(|g| g.pending > 0)),
];

#[rustfmt::skip] // a column is a line
const WORKLOADS: &[Column] = &[
    column("running", "workload", Left, 10, |r, i| workload(r, i, |w| shown(&w.name))),
    column("running", "cluster", Left, 7, |r, i| workload(r, i, |w| shown(&w.cluster))).useful(several_clusters),
    column("replicas", "replicas", Right, 8, |r, i| workload(r, i, |w| thousands(w.replicas))),
    column("running", "running", Right, 8, |r, i| workload(r, i, |w| thousands(w.running))).more(),
    column("pending", "pending", Right, 8, |r, i| workload(r, i, |w| thousands(w.pending))).less()
        .tone(|r, i| bad_if(r.report.workloads.get(i).is_some_and(|w| w.pending > 0))),
    column("reason", "because", Left, 11, |r, i| {
        workload(r, i, |w| w.reason.map_or_else(String::new, |x| x.name().replace('_', " ")))
    }).tone(|r, i| bad_if(r.report.workloads.get(i).is_some_and(|w| w.pending > 0))),
];

#[rustfmt::skip] // a column is a line
const THRESHOLDS: &[Column] = &[
    column("of", "with more", Left, 13, |r, i| threshold(r, i, |t| {
        let of = shown(&t.of);
        match (t.what, t.nodes, t.situation) {
            (What::Nodes | What::Replicas, ..) => format!("{} of {of}", t.what.name()),
            (What::AllReplicas, Some(WithNodes::Auto), _) => format!("replicas and nodes of {of}"),
            (What::AllReplicas, ..) => format!("all replicas of {of}"),
            (What::Month, _, situation) => {
                format!("months: {of} {}", situation.map_or("", |s| s.name()))
            }
        }
    })),
    column("event", "happens", Left, 11, |r, i| threshold(r, i, |t| t.event.words().into())).gives_way(1),
    column("at", "at", Right, 7, |r, i| threshold(r, i, |t| {
        t.at.map_or_else(|| "never".to_owned(), |at| at.to_string())
    })),
    column("level", "limited by", Left, 10, |r, i| threshold(r, i, |t| match (t.level, &t.limit) {
        (Level::Pool, Some(pool)) => shown(pool),
        (Level::Blocks, Some(pool)) => format!("/28 of {}", shown(pool)),
        (Level::None, _) => "-".into(),
        (level, _) => level.name().replace('_', " "),
    })).gives_way(2),
    column("sentence", "because", Flow, 24, |r, i| threshold(r, i, |t| shown(&t.sentence))).gives_way(9),
];

#[rustfmt::skip] // a column is a line
const FINDINGS: &[Column] = &[
    column("severity", "finding", Left, 7, |r, i| finding(r, i, |f| f.severity.name().into())).tone(severity_tone),
    column("message", "", Flow, 24, |r, i| finding(r, i, |f| {
        let help = if f.help.is_empty() { String::new() } else { format!("; {}", f.help) };
        shown(&format!("{}{help}", f.message))
    })),
];

#[rustfmt::skip] // a column is a line
const ALL_FINDINGS: &[Column] = &[
    column("severity", "finding", Left, 7, |r, i| finding(r, i, |f| f.severity.name().into())).tone(severity_tone),
    column("code", "code", Left, 12, |r, i| finding(r, i, |f| f.code.into())).gives_way(2),
    column("at", "about", Left, 14, |r, i| finding(r, i, |f| shown(&f.at))).gives_way(1),
    column("fix", "fix", Left, 3, |r, i| finding(r, i, |f| if f.fix.is_some() { "yes".into() } else { "-".into() })).gives_way(3),
    column("message", "", Flow, 24, |r, i| finding(r, i, |f| shown(&f.message))),
];

fn severity_tone(figures: &Figures, row: usize) -> Tone {
    match figures.report.findings.get(row).map(|f| f.severity) {
        Some(Severity::Error) => Tone::Bad,
        Some(Severity::Warning) => Tone::Warn,
        _ => Tone::Muted,
    }
}

/// The live tables, in the order of their screens.
pub const SHEETS: &[Sheet] = &[
    Sheet {
        pane: Pane::Pools,
        name: "pools",
        columns: POOLS,
        rows: |r| r.pools.len(),
        pointer: Pointer::Pool,
        id: |r, i| r.pools.get(i).map_or(String::new(), |p| p.name.clone()),
        empty: "no pool",
    },
    Sheet {
        pane: Pane::Groups,
        name: "node groups",
        columns: GROUPS,
        rows: |r| r.node_groups.len(),
        pointer: Pointer::NodeGroup,
        id: |r, i| r.node_groups.get(i).map_or(String::new(), |g| format!("{}/{}", g.cluster, g.name)),
        empty: "no node group",
    },
    Sheet {
        pane: Pane::Workloads,
        name: "workloads",
        columns: WORKLOADS,
        rows: |r| r.workloads.len(),
        pointer: Pointer::Workload,
        id: |r, i| r.workloads.get(i).map_or(String::new(), |w| format!("{}/{}", w.cluster, w.name)),
        empty: "no workload",
    },
    Sheet {
        pane: Pane::Thresholds,
        name: "thresholds",
        columns: THRESHOLDS,
        rows: |r| r.thresholds.len(),
        pointer: |i, _| Pointer::Threshold(i),
        id: threshold_id,
        empty: "nothing runs out",
    },
    Sheet {
        pane: Pane::Findings,
        name: "findings",
        columns: FINDINGS,
        rows: |r| r.findings.len(),
        pointer: |i, _| Pointer::Finding(i),
        id: finding_id,
        empty: "none",
    },
    Sheet {
        pane: Pane::AllFindings,
        name: "all findings",
        columns: ALL_FINDINGS,
        rows: |r| r.findings.len(),
        pointer: |i, _| Pointer::Finding(i),
        id: finding_id,
        empty: "none: nothing to say about this plan",
    },
];

fn finding_id(report: &Report, i: usize) -> String {
    report.findings.get(i).map_or(String::new(), |f| format!("{} {}", f.code, f.at))
}

fn threshold_id(report: &Report, i: usize) -> String {
    let Some(t) = report.thresholds.get(i) else { return String::new() };
    let nodes = match t.nodes {
        Some(WithNodes::Auto) => " with nodes",
        _ => "",
    };
    let situation = t.situation.map_or(String::new(), |s| format!(" {}", s.name()));
    format!("{} of {}{nodes}{situation}, {}", t.what.name().replace('_', " "), t.of, t.event.words())
}

/// The situation of a pool's figure; `None` where the column has none.
pub fn situation_of(figures: &Figures, sheet: &Sheet, column: &Column) -> Option<Situation> {
    (sheet.pane == Pane::Pools && column.varies).then(|| situation(figures, column.situation))
}

/// The situation that a column is of: its own, or that which is shown.
pub fn situation(figures: &Figures, own: Option<Situation>) -> Situation {
    match (own, figures.show) {
        (Some(own), _) => own,
        (None, Show::One(shown)) => shown,
        (None, Show::All) => Situation::Settled,
    }
}

fn holding<'a>(figures: &Figures<'a>, row: usize, own: Option<Situation>) -> Option<&'a Holding> {
    Some(figures.report.pools.get(row)?.holding(situation(figures, own)))
}

fn fill_word(figures: &Figures, row: usize) -> &'static str {
    let Some((pool, held)) = figures.report.pools.get(row).zip(holding(figures, row, None)) else {
        return "";
    };
    match fullness(pool, held) {
        Fullness::Roomy => "ok",
        Fullness::Low => "low",
        Fullness::Full => "FULL",
        Fullness::Short => "SHORT",
    }
}

fn fullness_tone(figures: &Figures, row: usize, own: Option<Situation>) -> Tone {
    let pool = figures.report.pools.get(row).zip(holding(figures, row, own));
    pool.map_or(Tone::Muted, |(pool, held)| match fullness(pool, held) {
        Fullness::Roomy => Tone::Good,
        Fullness::Low => Tone::Warn,
        Fullness::Full | Fullness::Short => Tone::Bad,
    })
}

fn zero_muted_other(figures: &Figures, row: usize) -> Tone {
    if figures.report.pools.get(row).is_some_and(|p| p.other == 0) { Tone::Muted } else { Tone::Plain }
}

/// What the pools are shown in: there is no room for both words.
fn pools_header(figures: &Figures) -> &'static str {
    match figures.show {
        Show::One(situation) => situation.name(),
        Show::All => "pool",
    }
}

/// `held` is wanted where it is more than there is.
fn held_header(figures: &Figures, own: Option<Situation>) -> &'static str {
    let over = |p: &PoolRow| p.holding(situation(figures, own)).held > p.usable;
    if figures.report.pools.iter().any(over) { "wanted" } else { "held" }
}

/// What stands for a figure that is not computed.
const LATER: &str = "-";

fn held(figures: &Figures, row: usize, own: Option<Situation>, text: impl Fn(&Holding) -> String) -> String {
    holding(figures, row, own).map(text).unwrap_or_default()
}

fn percentile(held: Option<u64>) -> String {
    held.map_or_else(|| LATER.to_owned(), thousands)
}

fn span_of(h: &Holding) -> String {
    span(h.held_min.unwrap_or(h.held), h.held_max.unwrap_or(h.held))
}

fn free(h: &Holding) -> String {
    signed(h.left())
}

/// Blocks that are left: what is to be expected, and the best case; below 0 where they are short.
fn blocks_free(h: &Holding) -> String {
    match h.blocks {
        None => String::new(),
        Some(b) if b.short > 0 => format!("-{}", thousands(b.short)),
        Some(b) => span(b.scattered.free, b.free),
    }
}

fn bad_if(bad: bool) -> Tone {
    if bad { Tone::Bad } else { Tone::Plain }
}

fn pair(range: Option<[u64; 2]>) -> String {
    range.map_or_else(String::new, |[least, most]| span(least, most))
}

fn span(least: u64, most: u64) -> String {
    if least == most { thousands(most) } else { format!("{}..{}", thousands(least), thousands(most)) }
}

fn several_clusters(figures: &Figures) -> bool {
    let report = figures.report;
    let mut clusters =
        report.node_groups.iter().map(|g| &g.cluster).chain(report.workloads.iter().map(|w| &w.cluster));
    let first = clusters.next();
    clusters.any(|c| Some(c) != first)
}

fn pool(figures: &Figures, row: usize, text: impl Fn(&PoolRow) -> String) -> String {
    figures.report.pools.get(row).map(text).unwrap_or_default()
}

fn group(figures: &Figures, row: usize, text: impl Fn(&NodeGroupRow) -> String) -> String {
    figures.report.node_groups.get(row).map(text).unwrap_or_default()
}

fn workload(figures: &Figures, row: usize, text: impl Fn(&WorkloadRow) -> String) -> String {
    figures.report.workloads.get(row).map(text).unwrap_or_default()
}

fn threshold(figures: &Figures, row: usize, text: impl Fn(&Threshold) -> String) -> String {
    figures.report.thresholds.get(row).map(text).unwrap_or_default()
}

fn finding(figures: &Figures, row: usize, text: impl Fn(&Finding) -> String) -> String {
    figures.report.findings.get(row).map(text).unwrap_or_default()
}
