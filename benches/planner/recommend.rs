//! What is recommended, on every core, as the command does it.

use std::ops::ControlFlow;
use std::sync::Arc;

use crate::large;
use crate::search::{SETTINGS, search};
use criterion::{Criterion, Throughput};
use podroom::engine::Lives;
use podroom::explore::{Axis, Question, Trials};
use podroom::instance::Tables;
use podroom::plan::document::Document;
use podroom::plan::{Place, Row, parse};
use podroom::term::crowd::in_order;

pub fn recommend(c: &mut Criterion) {
    let tables = Arc::new(Tables::builtin());
    let mut group = c.benchmark_group("recommend");
    group.sample_size(10);
    for (name, text) in [("eks-1200-pods", super::EKS.to_string()), ("large", large::plan(large::LARGE))] {
        let plan = parse(&text).plan.unwrap_or_else(|| panic!("{name} is not a plan"));
        for (what, keep) in [("settings", SETTINGS), ("everything", &[])] {
            group.bench_function(format!("{name}/{what}"), |b| b.iter(|| search(&plan, &tables, keep)));
        }
    }
    group.finish();
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
