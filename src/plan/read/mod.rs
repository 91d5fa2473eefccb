//! Plan text -> [`Plan`], with every mistake at once.
//!
//! One reader lowers a tree (`tree.rs`) to a plan. It goes on after a mistake, and says nothing about
//! what only follows from one: whatever depends on a bad value is left unchecked.

mod cluster;
pub(crate) mod env;
mod group;
mod growth;
mod keys;
mod managed;
mod names;
mod network;
mod pod_subnets;
mod policy;
pub(crate) mod subnet;
pub(crate) mod syntax;
mod table;
mod taken;
mod workload;

use std::ops::Range;

use super::tree::{self, Node};
use super::{Cluster, Place, Plan, Problem, Row, scenario, variant};
use crate::limits;
pub(super) use env::custom_networking;
pub(super) use keys::header;
use table::{Got, Reader};

/// What came of a plan text.
#[derive(Debug)]
pub struct Parsed {
    /// The plan, if there is not a single problem.
    pub plan: Option<Plan>,
    /// Every mistake, in the order of the text, each with its span; at most [`limits::PROBLEMS`].
    pub problems: Vec<Problem>,
    /// With problems, but none of syntax: the plan as far as it goes, with defaults where a value is bad, for
    /// looking for more mistakes in it.
    pub draft: Option<Plan>,
    pub(super) tree: Node,
}

impl Parsed {
    /// The bytes of the text at which `place` stands: the value of a key, the header of a row, and for a key
    /// that is not there the header of its row. `None` if the row is not there.
    pub fn span(&self, place: &Place) -> Option<Range<usize>> {
        self.tree.row(place.row).or(self.tree.row(parent(place.row)))?;
        Some(self.tree.span_of(place))
    }
}

/// The row whose header stands for one that is not in the file: `[cluster.env]` is optional.
fn parent(row: Row) -> Row {
    match row {
        Row::Env(c) => Row::Cluster(c),
        other => other,
    }
}

/// Reads and checks a plan text. Never fails otherwise than by [`Parsed::problems`].
pub fn parse(text: &str) -> Parsed {
    let (tree, errors) = tree::parse(text);
    let mut draft = None;
    let (plan, problems) = if text.trim_start_matches('\u{feff}').trim().is_empty() {
        let empty = Problem::new(Place::row(Row::Plan), "the plan is empty")
            .help("a plan begins with format = 1; \"podroom presets\" lists examples");
        (None, vec![Problem { span: Some(0..0), ..empty }])
    } else if errors.is_empty() {
        let (plan, found) = read(text, &tree);
        if found.is_empty() {
            (Some(plan), Vec::new())
        } else {
            draft = Some(plan);
            (None, sorted(found.into_iter().map(|f| f.problem).collect()))
        }
    } else {
        let read = read(text, &tree).1;
        (None, syntax::problems(text, &tree, &errors, read))
    };
    Parsed { plan, problems, draft, tree }
}

/// The plan that a tree without syntax errors means, or all that is wrong with it in the order of the text.
pub(super) fn lower(text: &str, tree: &Node) -> Result<Plan, Vec<Problem>> {
    let (plan, found) = read(text, tree);
    if found.is_empty() { Ok(plan) } else { Err(sorted(found.into_iter().map(|f| f.problem).collect())) }
}

/// The plan after changes of values of one cluster, all the rest as it was before. `None` where more may have changed
/// than that, and where something is wrong: then all has to be read.
pub(super) fn again(text: &str, tree: &Node, before: &Plan, c: usize) -> Option<Plan> {
    // the AWS VPC CNI: other managers' clusters share docker networks, which are made on the way
    let own = |cluster: &Cluster| cluster.manager.model.is_none();
    let known = before.clusters.get(c).filter(|cluster| own(cluster))?;
    if !before.scenarios.is_empty() || !before.variants.is_empty() {
        return None;
    }
    let mut reader = Reader::new(text, tree);
    let mut top = reader.table(Row::Plan, tree)?;
    let mut rest = Plan::named("plan");
    let subnets = subnet::read(&mut top, &mut rest);
    let networks = network::read(&mut top, &mut rest, &subnets);
    let cluster = cluster::again(&mut top, &mut rest, &subnets, networks, c)?;
    if !reader.found.is_empty() || cluster.name != known.name || !own(&cluster) {
        return None;
    }
    let mut plan = before.clone();
    let of = |place: &Place| place.row.cluster();
    let (before, after) = plan.unread.into_iter().partition::<Vec<Place>, _>(|place| of(place) < Some(c));
    let unread = reader.unread.into_iter().filter(|place| of(place) == Some(c));
    plan.unread = before.into_iter().chain(unread).collect();
    plan.unread.extend(after.into_iter().filter(|place| of(place) > Some(c)));
    *plan.clusters.get_mut(c)? = cluster.into();
    Some(plan)
}

/// By position, each once.
fn sorted(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_by_key(|p| p.span.clone().map(|s| (s.start, s.end)));
    problems.dedup_by(|a, b| a.span == b.span && a.message == b.message);
    problems.truncate(limits::PROBLEMS);
    problems
}

/// The plan as far as it goes, with defaults where a value is bad, and what is wrong.
fn read(text: &str, tree: &Node) -> (Plan, Vec<table::Found>) {
    let mut reader = Reader::new(text, tree);
    let mut plan = Plan::named("plan");
    if let Some(mut top) = reader.table(Row::Plan, tree) {
        format(&mut top);
        plan.name = top.name("name").or("plan").to_owned();
        plan.vpc = subnet::ranges(&mut top, "vpc");
        plan.instances = top.names("instances").or(Vec::new()).iter().map(|s| (*s).to_owned()).collect();
        plan.growth = growth::read(&mut top);
        plan.policy = policy::read(&mut top);
        let subnets = subnet::read(&mut top, &mut plan);
        let networks = network::read(&mut top, &mut plan, &subnets);
        cluster::read(&mut top, &mut plan, &subnets, networks);
    }
    plan.unread = std::mem::take(&mut reader.unread);
    if let Some(node) = tree.get("scenario") {
        // names of rows that could not be read are not looked up
        let (scenarios, problems) = scenario::of_plan(text, node, &plan, reader.found.is_empty());
        plan.scenarios = scenarios;
        let found = problems.into_iter().map(|problem| table::Found { about: table::About::Value, problem });
        reader.found.extend(found);
        reader.found.truncate(limits::PROBLEMS);
    }
    if let Some(node) = tree.get("variant") {
        let (variants, problems) = variant::of_plan(text, node);
        plan.variants = variants;
        let found = problems.into_iter().map(|problem| table::Found { about: table::About::Value, problem });
        reader.found.extend(found);
        reader.found.truncate(limits::PROBLEMS);
    }
    (plan, reader.found)
}

/// `format = 1`: the only one there is.
fn format(top: &mut table::Table<'_, '_>) {
    if let Got::Is(other) = top.integer("format")
        && other != 1
    {
        top.report(
            "format",
            format!("{other} is a format that this version cannot read"),
            "write format = 1",
        );
    }
}
