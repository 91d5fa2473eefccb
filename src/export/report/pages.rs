//! The report as chapters of tables, charts and sentences, before it is written in any form.
//!
//! A report is to be read, whatever the size of the plan: what there is more of than a reader looks at is left out, with
//! a sentence that says so and where all of it is. What is nearest to its end stays.

use super::chart::{Chart, GrowthOf, MapOf, PoolBars};
use super::facts::Facts;
use super::inputs;
use super::part::{self, Part};
use super::why::{self, Why};
use crate::engine::{NodeGroupRow, Pointer, PoolRow, Situation, Verdict};
use crate::limits;
use crate::manager::Manager;
use crate::output::table::Table;
use crate::plan::{Place, Row};
use crate::text::{capital, count, listed, thousands};

/// Rows of a table.
const ROWS: usize = 100;
/// Rows of a table of which each figure is told.
const TOLD: usize = 8;
/// Charts of one kind, and pools of one chart.
const CHARTS: usize = 4;
const BARS: usize = 24;
/// Months between two rows.
const MONTHS: usize = 6;

/// A report.
pub struct Pages {
    pub plan: String,
    pub verdict: Verdict,
    /// What the verdict means, how it came about, and what runs out first.
    pub summary: Vec<String>,
    pub chapters: Vec<Chapter>,
    /// What the figures are by, and how to have them again.
    pub made: Vec<String>,
}

/// A part with a heading.
pub struct Chapter {
    /// For links; of podroom, never of the plan.
    pub id: &'static str,
    pub title: &'static str,
    pub blocks: Vec<Block>,
}

/// What a chapter consists of.
pub enum Block {
    Text(String),
    /// Figures of the whole plan.
    Figures(Table),
    Table(Told),
    Chart(Chart),
}

/// A table with what is said of its figures.
pub struct Told {
    pub table: Table,
    /// By row of this table.
    pub whys: Vec<Why>,
}

impl Pages {
    pub fn of(facts: &Facts) -> Pages {
        let plan = facts.plan();
        let evaluation = &facts.evaluation;
        let report = &evaluation.report;
        let mut chapters = vec![
            overview(facts),
            Chapter::new(
                "findings",
                "Findings",
                vec![cut(Part::Findings, titled(Part::Findings, facts), "finding")],
            ),
            pools(facts),
            maps(facts),
            node_groups(facts),
            workloads(facts),
            Chapter::new("thresholds", "What ends first", thresholds(facts)),
            growth(facts),
            Chapter::new(
                "variants",
                "Variants",
                vec![cut(Part::Variants, titled(Part::Variants, facts), "variant")],
            ),
            Chapter::new("inputs", "Inputs", of_inputs(facts)),
        ];
        chapters.iter_mut().for_each(|chapter| chapter.blocks.retain(|block| !block.is_empty()));
        chapters.retain(|chapter| !chapter.blocks.is_empty() || chapter.id == "findings");
        let why = evaluation.why(plan, &Pointer::Verdict);
        let mut summary = vec![format!("{}: {}.", meaning(report.verdict), why)];
        let first = crate::output::report::first(report);
        // of a plan that fails both say the same
        if !why.contains(&first) {
            summary.push(format!("First to run out: {first}."));
        }
        Pages { plan: plan.name.clone(), verdict: report.verdict, summary, chapters, made: made(facts) }
    }
}

impl Chapter {
    fn new(id: &'static str, title: &'static str, blocks: Vec<Vec<Block>>) -> Chapter {
        Chapter { id, title, blocks: blocks.into_iter().flatten().collect() }
    }
}

impl Block {
    fn is_empty(&self) -> bool {
        matches!(self, Block::Table(told) if told.table.rows.is_empty())
    }

    fn table(table: Table) -> Block {
        Block::Table(Told { table, whys: Vec::new() })
    }
}

/// What a verdict means.
pub fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Exhausted => "Pods stay pending",
        Verdict::Short => "Pods run, and pools cannot give all that nodes want",
        Verdict::AtRisk => "It works today, and not in an upgrade or after churn",
        Verdict::Fits => "It fits, today, in an upgrade and after churn",
    }
}

fn overview(facts: &Facts) -> Chapter {
    let figures = vec![Block::Figures(Part::Figures.table(facts))];
    let bars = nearest(facts.pools(), BARS, least_left);
    let chart = PoolBars { pools: picked(facts.pools(), &bars) };
    let left_out = left_out(facts.pools().len(), bars.len(), "pool", "those with most left", Part::Pools);
    let charts = if bars.is_empty() { Vec::new() } else { vec![Block::Chart(Chart::Pools(chart))] };
    Chapter::new("overview", "Overview", vec![figures, charts, left_out])
}

/// What is left of a pool where it is least.
fn least_left(pool: &PoolRow) -> i64 {
    Situation::ALL.iter().map(|s| pool.holding(*s).left()).min().unwrap_or(0)
}

fn pools(facts: &Facts) -> Chapter {
    let all = facts.pools();
    let rows = nearest(all, ROWS, least_left);
    let kinds = kinds_of(all, &rows, TOLD);
    let told: Vec<usize> = kinds.iter().filter_map(|kind| kind.first().copied()).collect();
    let mut blocks = vec![Block::Text(
        "usable + short = other + held + free, and held = primary + assigned + unused. Held is what nodes want; unused \
         is what they hold without a pod."
            .to_owned(),
    )];
    blocks.extend(alike(all, &kinds));
    for situation in Situation::ALL {
        let same = |pool: &PoolRow| pool.holding(situation).held == pool.settled.held;
        let name = situation.name();
        if situation != Situation::Settled && all.iter().all(same) {
            let text =
                format!("{} ({}): the same as settled, in every pool.", capital(name), situation.doc());
            blocks.push(Block::Text(text));
            continue;
        }
        let table = part::pools(facts, situation).titled(format!("Pools, {name}: {}", situation.doc()));
        blocks.push(told_of(table, &rows, &told, |row| why::pool(facts, situation, row)));
    }
    let left_out = left_out(all.len(), rows.len(), "pool", "those with most left", Part::Pools);
    Chapter::new("pools", "Pools", vec![blocks, left_out])
}

/// Of some rows those that are nearest to their end, each with those that have the same figures.
fn kinds<K: PartialEq>(
    rows: &[usize],
    most: usize,
    figures: impl Fn(usize) -> K,
    rank: impl Fn(usize) -> i64,
) -> Vec<Vec<usize>> {
    let mut kinds: Vec<(K, Vec<usize>)> = Vec::new();
    for row in rows {
        let own = figures(*row);
        match kinds.iter_mut().find(|(figures, _)| *figures == own) {
            Some((_, kind)) => kind.push(*row),
            None => kinds.push((own, vec![*row])),
        }
    }
    let kinds: Vec<Vec<usize>> = kinds.into_iter().map(|(_, rows)| rows).collect();
    let nearest = nearest(&kinds, most, |kind| kind.first().map(|row| rank(*row)));
    picked(&kinds, &nearest)
}

/// The kinds of pools, as they are today.
fn kinds_of(all: &[PoolRow], rows: &[usize], most: usize) -> Vec<Vec<usize>> {
    let nameless = |pool: &PoolRow| PoolRow {
        name: String::new(),
        cidr: String::new(),
        zone: None,
        place: Place::row(Row::Plan),
        ..pool.clone()
    };
    let rank = |row: usize| all.get(row).map_or(0, least_left);
    kinds(rows, most, |row| all.get(row).map(nameless), rank)
}

/// Says which pools have the same figures.
fn alike<'a>(all: &'a [PoolRow], kinds: &'a [Vec<usize>]) -> impl Iterator<Item = Block> + 'a {
    kinds.iter().filter_map(|kind| {
        let names: Vec<&str> = kind.iter().filter_map(|row| Some(all.get(*row)?.name.as_str())).collect();
        let (first, others) = names.split_first().filter(|(_, others)| !others.is_empty())?;
        let have = if others.len() == 1 { "has" } else { "have" };
        Some(Block::Text(format!("{} {have} the figures of {first}, and the same reasons.", listed(others))))
    })
}

/// A table of some of its rows, with what is told of some of them.
fn told_of(table: Table, rows: &[usize], told: &[usize], why: impl Fn(usize) -> Vec<Why>) -> Block {
    let mut whys = Vec::new();
    for (at, row) in rows.iter().enumerate().filter(|(_, row)| told.contains(row)) {
        whys.extend(why(*row).into_iter().map(|why| Why { row: at, ..why }));
    }
    let picked = picked(&table.rows, rows);
    Block::Table(Told { table: Table { rows: picked, ..table }, whys })
}

fn maps(facts: &Facts) -> Chapter {
    let plan = facts.plan();
    let all = facts.pools();
    let kinds = kinds_of(all, &nearest(all, ROWS, least_left), CHARTS);
    let drawn = |kind: &Vec<usize>| {
        let row = *kind.first()?;
        let map = facts.evaluation.drawn(plan, row, Situation::Settled);
        let pool = all.get(row)?.clone();
        (!map.is_empty()).then(|| Block::Chart(Chart::Map(Box::new(MapOf { pool, map }))))
    };
    let charts: Vec<Block> = kinds.iter().filter_map(drawn).collect();
    let alike: Vec<Block> = alike(all, &kinds).collect();
    let shown = kinds.iter().map(Vec::len).sum();
    let left_out = left_out(all.len(), shown, "pool", "those with most left", Part::Addresses);
    Chapter::new("maps", "Maps", vec![charts, alike, left_out])
}

fn node_groups(facts: &Facts) -> Chapter {
    let all = &facts.evaluation.report.node_groups;
    let held =
        |group: &NodeGroupRow| group.nodes.saturating_mul(group.per_node.held.map_or(0, |[_, most]| most));
    let by_held = |most: usize| nearest(all, most, |group| std::cmp::Reverse(held(group)));
    let (rows, told, drawn) = (by_held(ROWS), by_held(TOLD), by_held(CHARTS));
    let table = titled(Part::NodeGroups, facts);
    let mut blocks = vec![told_of(table, &rows, &told, |row| why::node_group(facts, row))];
    let stairs: Vec<_> = drawn.iter().filter_map(|row| facts.staircase(*row)).collect();
    blocks.extend(cut(Part::Nodes, part::nodes(&stairs), "row"));
    blocks.extend(stairs.into_iter().map(|of| Block::Chart(Chart::Staircase(Box::new(of)))));
    let left_out =
        left_out(all.len(), drawn.len(), "staircase", "those of groups that hold least", Part::Staircase);
    Chapter::new("node-groups", "Node groups", vec![blocks, left_out])
}

fn workloads(facts: &Facts) -> Chapter {
    let all = &facts.evaluation.report.workloads;
    let by = |most: usize| nearest(all, most, |w| std::cmp::Reverse((w.pending, w.replicas)));
    let (rows, told) = (by(ROWS), by(TOLD));
    let block = told_of(titled(Part::Workloads, facts), &rows, &told, |row| why::workload(facts, row));
    let left_out = left_out(all.len(), rows.len(), "workload", "those with fewest pods", Part::Workloads);
    Chapter::new("workloads", "Workloads", vec![vec![block], left_out])
}

fn thresholds(facts: &Facts) -> Vec<Vec<Block>> {
    let all = &facts.evaluation.report.thresholds;
    if all.is_empty() {
        return Vec::new();
    }
    let ends: Vec<usize> =
        (0..all.len()).filter(|row| all.get(*row).is_some_and(|t| t.at.is_some())).collect();
    let rows: Vec<usize> = ends.iter().copied().take(ROWS).collect();
    let mut text = "The first count that fails, the rest of the plan as it is: what binds then, and what would bind next."
        .to_owned();
    let never = all.len() - ends.len();
    if never > 0 {
        text.push_str(&format!(
            " {} below {}, nor in the months of growth, if there are any.",
            if never == 1 {
                "One more does not fail".to_owned()
            } else {
                format!("{} more do not fail", thousands(never as u64))
            },
            thousands(limits::THRESHOLD.into())
        ));
    }
    let table = told_of(titled(Part::Thresholds, facts), &rows, &[], |_| Vec::new());
    let left_out = left_out(ends.len(), rows.len(), "threshold", "those further down", Part::Thresholds);
    vec![vec![Block::Text(text), table], left_out]
}

fn growth(facts: &Facts) -> Chapter {
    let title = "Growth";
    let Some(last) = facts.months.len().checked_sub(1) else {
        return Chapter::new("growth", title, Vec::new());
    };
    let all = facts.pools();
    let used = |row: &usize| {
        let of = |pools: &Vec<PoolRow>| pools.get(*row).is_some_and(|p| !p.settled.by.is_empty());
        facts.months.iter().any(of)
    };
    let at_end = |row: usize| facts.months.last().and_then(|pools| pools.get(row)).map_or(0, least_left);
    let rows: Vec<usize> = (0..all.len()).filter(used).collect();
    let mut hardest = rows.clone();
    hardest.sort_by_key(|row| (at_end(*row), *row));
    hardest.truncate(ROWS);
    hardest.sort_unstable();
    // those that grow alike have one chart
    let grown = |row| GrowthOf::new(&facts.months, row).map(|of| (of.usable, of.series));
    let kinds = kinds(&hardest, CHARTS, grown, at_end);
    let chosen: Vec<usize> = kinds.iter().filter_map(|kind| kind.first().copied()).collect();
    let shown_of: usize = kinds.iter().map(Vec::len).sum();
    let alike: Vec<Block> = alike(all, &kinds).collect();
    let charts = chosen.iter().filter_map(|row| GrowthOf::new(&facts.months, *row));
    let charts: Vec<Block> = charts.map(|of| Block::Chart(Chart::Growth(of))).collect();
    let shown = |month: usize| month.is_multiple_of(MONTHS) || month == last;
    let table = part::growth(facts, shown, |row| chosen.contains(&row));
    let every = Block::Text(format!(
        "Every {MONTHS} months of {}; podroom export PLAN --as csv --table growth has every month.",
        thousands(last as u64)
    ));
    let left_out = left_out(rows.len(), shown_of, "pool", "those with most left in the end", Part::Growth);
    Chapter::new("growth", title, vec![charts, alike, cut(Part::Growth, table, "row"), vec![every], left_out])
}

fn of_inputs(facts: &Facts) -> Vec<Vec<Block>> {
    let tables = inputs::tables(facts.document);
    tables.into_iter().map(|table| cut(Part::Inputs, table, "row")).collect()
}

/// A table that says what its rows are.
fn titled(part: Part, facts: &Facts) -> Table {
    part.table(facts).titled(capital(part.doc()))
}

/// A table, or its first rows and a sentence.
fn cut(part: Part, mut table: Table, one: &str) -> Vec<Block> {
    let all = table.rows.len();
    table.rows.truncate(ROWS);
    let rows = table.rows.len();
    let mut blocks = vec![Block::table(table)];
    blocks.extend(left_out(all, rows, one, "those further down", part));
    blocks
}

/// What is left out, and where it is.
fn left_out(all: usize, here: usize, one: &str, which: &str, part: Part) -> Vec<Block> {
    let Some(rest) = all.checked_sub(here).filter(|rest| *rest > 0) else { return Vec::new() };
    let left = format!(
        "{} of {} left out, {which}: podroom export PLAN --as csv --table {} has all.",
        thousands(rest as u64),
        count(all as u64, one),
        part.name()
    );
    vec![Block::Text(left)]
}

/// The rows with the least rank, at most so many, in their order.
fn nearest<T, K: Ord>(all: &[T], most: usize, rank: impl Fn(&T) -> K) -> Vec<usize> {
    let mut rows: Vec<(K, usize)> = all.iter().enumerate().map(|(row, of)| (rank(of), row)).collect();
    rows.sort();
    let mut rows: Vec<usize> = rows.into_iter().map(|(_, row)| row).take(most).collect();
    rows.sort_unstable();
    rows
}

fn picked<T: Clone>(all: &[T], rows: &[usize]) -> Vec<T> {
    rows.iter().filter_map(|row| all.get(*row).cloned()).collect()
}

/// By which rules the figures are, and when those were read.
fn made(facts: &Facts) -> Vec<String> {
    let mut managers: Vec<&'static Manager> = Vec::new();
    for cluster in &facts.plan().clusters {
        if !managers.contains(&cluster.manager) {
            managers.push(cluster.manager);
        }
    }
    let rules = managers
        .into_iter()
        .map(|Manager { title, source, read_on, .. }| format!("{title}: rules of {source}, read {read_on}."));
    let own = format!(
        "Made by podroom {} from the plan alone: the same plan gives the same report.",
        env!("CARGO_PKG_VERSION")
    );
    let again =
        "podroom show PLAN --why pools.NAME.free says of each figure how it came about, down to the inputs.";
    rules.chain([own, again.to_owned()]).collect()
}
