//! What a user waits for at a keystroke: `cargo bench`.

mod fleet;
mod kubectl;
mod large;
mod live;
mod machine;
mod managers;
mod recommend;
mod screen;
mod search;
mod session;

use std::ops::ControlFlow;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use podroom::engine::evaluate;
use podroom::instance::Tables;
use podroom::plan::{parse, scenario};
use podroom::simulate::{World, follow};

const EKS: &str = include_str!("../../presets/plans/eks-1200-pods.toml");
const KIND: &str = include_str!("../../presets/plans/kind-small-network.toml");

fn recompute(c: &mut Criterion) {
    let tables = Tables::builtin();
    let plans = [
        ("eks-1200-pods", EKS.to_string()),
        ("large", large::plan(large::LARGE)),
        ("kind-small-network", KIND.to_string()),
        ("200-clusters-of-all-managers", managers::plan(200)),
        ("200-full-docker-networks", managers::networks()),
    ];
    for (name, text) in plans {
        let plan = parse(&text).plan.unwrap_or_else(|| panic!("{name} is not a plan"));
        c.bench_function(&format!("evaluate/{name}"), |b| b.iter(|| evaluate(&plan, &tables)));
        c.bench_function(&format!("read/{name}"), |b| b.iter(|| parse(&text)));
    }
    let plan = parse(EKS).plan.unwrap_or_else(|| panic!("the example is not a plan"));
    let evaluation = evaluate(&plan, &tables).unwrap_or_else(|p| panic!("{p:?}"));
    c.bench_function("thresholds/eks-1200-pods", |b| b.iter(|| evaluation.thresholds(&plan)));
    let plan = parse(KIND).plan.unwrap_or_else(|| panic!("the network is not a plan"));
    let evaluation = evaluate(&plan, &tables).unwrap_or_else(|p| panic!("{p:?}"));
    c.bench_function("thresholds/kind-small-network", |b| b.iter(|| evaluation.thresholds(&plan)));
    c.bench_function("tables/builtin", |b| b.iter(Tables::builtin));
}

/// 1,000 nodes over an hour, with a moment every minute; the throughput is steps of nodes.
fn simulate(c: &mut Criterion) {
    let tables = Tables::builtin();
    let plan = parse(fleet::PLAN).plan.unwrap_or_else(|| panic!("the fleet is not a plan"));
    let mut group = c.benchmark_group("simulate");
    group.sample_size(10);
    for (name, text) in [("1000-nodes-1h-idle", fleet::IDLE), ("1000-nodes-1h-busy", fleet::BUSY)] {
        let scenario =
            scenario::parse(text, &plan).scenario.unwrap_or_else(|| panic!("{name} is no scenario"));
        let world = World::new(&plan, &tables, &scenario).unwrap_or_else(|p| panic!("{p:?}"));
        let run = || follow(&world, 1, 60_000, scenario.until, |_| ControlFlow::Continue(()));
        let steps = run().steps;
        if steps > 0 {
            group.throughput(Throughput::Elements(steps));
        }
        group.bench_function(name, |b| b.iter(run));
    }
    group.finish();
}

criterion_group!(
    benches,
    recompute,
    screen::screens,
    machine::machine,
    simulate,
    live::live,
    recommend::recommend,
    recommend::sweep
);
criterion_main!(benches);
