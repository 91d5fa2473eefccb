//! What is recommended, on every core, as the command does it.

use std::ops::ControlFlow;
use std::sync::Arc;

use crate::large;
use criterion::{Criterion, Throughput};
use podroom::engine::Lives;
use podroom::explore::recommend::{Allowed, Ask, Found, Must, Search};
use podroom::explore::{Axis, Question, Trials};
use podroom::instance::Tables;
use podroom::plan::document::Document;
use podroom::plan::{Place, Plan, Row, parse};
use podroom::term::crowd::in_order;

pub fn recommend(c: &mut Criterion) {
    let tables = Arc::new(Tables::builtin());
    let mut group = c.benchmark_group("recommend");
    group.sample_size(10);
    for (name, text) in [("eks-1200-pods", super::EKS.to_string()), ("large", large::plan(large::LARGE))] {
        let plan = parse(&text).plan.unwrap_or_else(|| panic!("{name} is not a plan"));
        for (what, keep) in [("settings", &["nodes", "instance_type", "max_pods"][..]), ("everything", &[])] {
            group.bench_function(format!("{name}/{what}"), |b| b.iter(|| search(&plan, &tables, keep)));
        }
    }
    group.finish();
}

/// What nobody beats: how many.
fn search(plan: &Plan, tables: &Arc<Tables>, keep: &[&str]) -> usize {
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

/// Every instance type with 64 settings.
pub fn sweep(c: &mut Criterion) {
    let tables = Tables::builtin();
    let document = Document::new(super::EKS).unwrap_or_else(|p| panic!("{p:?}"));
    let axis = |row, key: &str, values: &str| {
        Axis::typed(Place::key(row, key), values, &tables).unwrap_or_else(|e| panic!("{e}"))
    };
    let axes =
        vec![axis(Row::Env(0), "WARM_IP_TARGET", "0..63"), axis(Row::NodeGroup(0, 0), "instance_type", "*")];
    let question = Question { document, axes };
    let mut group = c.benchmark_group("sweep");
    group.sample_size(10).throughput(Throughput::Elements(question.len() as u64));
    group.bench_function("eks-1200-pods/all-types-x-64-settings", |b| {
        b.iter(|| {
            let job = |(trials, lives): &mut (Trials, Lives), i| question.cell(i, &tables, trials, lives);
            in_order(question.len(), Default::default, job, |_| ControlFlow::Continue(()));
        });
    });
    group.finish();
}
