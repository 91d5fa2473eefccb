//! What is read of a live cluster, and compared.

use criterion::{Criterion, Throughput};
use podroom::audit::{Planned, audit};
use podroom::engine::{evaluate, fleet::resolve};
use podroom::import::{Reading, Source, import};
use podroom::instance::Tables;
use podroom::plan::parse;

use crate::kubectl::texts;

const NODES: usize = 5_000;
const PODS: usize = 100_000;

/// The throughput is bytes.
pub fn live(c: &mut Criterion) {
    let texts = texts(NODES, PODS);
    let sources: Vec<Source> = texts.iter().map(|(name, text)| Source { name, text }).collect();
    let mut group = c.benchmark_group("import");
    group.sample_size(10);
    group.throughput(Throughput::Bytes(texts.iter().map(|(_, text)| text.len() as u64).sum()));
    group.bench_function("5000-nodes-100000-pods", |b| {
        b.iter(|| import(&sources).unwrap_or_else(|refusal| panic!("{refusal:?}")));
    });
    group.bench_function("audit-5000-nodes-100000-pods", |b| {
        let mut reading = Reading::default();
        for source in &sources {
            reading.add(source).unwrap_or_else(|unread| panic!("{unread:?}"));
        }
        let live = reading.clone().live();
        let imported = reading.clone().plan().unwrap_or_else(|refusal| panic!("{refusal:?}"));
        let plan = parse(&imported.text).plan.unwrap_or_else(|| panic!("it is not a plan"));
        let tables = Tables::builtin();
        b.iter(|| {
            let groups = resolve(&plan, &tables).unwrap_or_else(|problems| panic!("{problems:?}"));
            let evaluation = evaluate(&plan, &tables).unwrap_or_else(|problems| panic!("{problems:?}"));
            let planned = Planned { plan: &plan, groups: &groups, evaluation: &evaluation, given: false };
            audit(&reading, &live, Some(planned))
        });
    });
    group.finish();
}
