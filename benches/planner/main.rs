//! What a user waits for at a keystroke: `cargo bench`.

mod large;
mod machine;

use criterion::{Criterion, criterion_group, criterion_main};
use podroom::engine::evaluate;
use podroom::instance::Tables;
use podroom::plan::parse;

const EKS: &str = include_str!("../../presets/plans/eks-1200-pods.toml");

fn recompute(c: &mut Criterion) {
    let tables = Tables::builtin();
    for (name, text) in [("eks-1200-pods", EKS.to_string()), ("large", large::plan(20))] {
        let plan = parse(&text).plan.unwrap_or_else(|| panic!("{name} is not a plan"));
        c.bench_function(&format!("evaluate/{name}"), |b| b.iter(|| evaluate(&plan, &tables)));
        c.bench_function(&format!("read/{name}"), |b| b.iter(|| parse(&text)));
    }
    let plan = parse(EKS).plan.unwrap_or_else(|| panic!("the example is not a plan"));
    let evaluation = evaluate(&plan, &tables).unwrap_or_else(|p| panic!("{p:?}"));
    c.bench_function("thresholds/eks-1200-pods", |b| b.iter(|| evaluation.thresholds(&plan)));
    c.bench_function("tables/builtin", |b| b.iter(Tables::builtin));
}

criterion_group!(benches, recompute, machine::machine);
criterion_main!(benches);
