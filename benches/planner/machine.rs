//! The node's state machine: what simulations, replays and percentiles of churn are made of.

use criterion::{Criterion, Throughput};
use fastrand::Rng;
use podroom::cni::machine::ec2::{Account, Subnet};
use podroom::cni::machine::{Machine, Setup};
use podroom::cni::node::Shape;
use podroom::cni::{Settings, Trunking};
use podroom::replay::{Timeline, run};

const VECTORS: &str = include_str!("../../tests/vectors/vpc-cni.jsonl");
const HOUR: u64 = 3_600_000;

fn account() -> Account {
    let subnet = Subnet { blocks: Subnet::PLENTY, singles: Subnet::PLENTY, ..Subnet::default() };
    Account { subnets: vec![subnet], ..Account::default() }
}

/// An m5.8xlarge: 8 ENIs of 29 slots.
fn setup(env: &[(&str, &str)]) -> Setup {
    let env: Vec<(String, String)> = env.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect();
    Setup {
        settings: Settings::over_manifest(&env),
        shape: Shape { enis: 8, ipv4_per_eni: 30, prefixes: true, trunking: Trunking::Able(54) },
        unmanaged: 0,
        max_pods: 234,
        subnet: 0,
        pod_subnet: 0,
        zone: vec![0],
    }
}

fn start(setup: &Setup, seed: u64, account: &mut Account) -> Machine {
    Machine::start(setup.clone(), 0, seed, account).unwrap_or_else(|why| panic!("it does not start: {why:?}"))
}

/// A busy hour: ten pods go and come every 20 seconds. The number of events that the machine steps through.
fn busy(setup: &Setup) -> u64 {
    let mut account = account();
    let mut node = start(setup, 1, &mut account);
    let mut rng = Rng::with_seed(1);
    node.add(100);
    let mut steps = 0;
    for turn in 1..=HOUR / 20_000 {
        while let Some(at) = node.next().filter(|at| *at <= turn * 20_000) {
            node.advance(at, &mut account);
            steps += 1;
        }
        node.advance(turn * 20_000, &mut account);
        let mut running: Vec<u32> = node.running().map(|(pod, _)| pod).collect();
        rng.shuffle(&mut running);
        running.iter().take(10).for_each(|pod| _ = node.remove(*pod, &mut account));
        node.add(10);
    }
    steps
}

/// Boots, runs up to 106 pods, falls to 40 of them: what it holds then.
fn churn(setup: &Setup, seed: u64) -> u64 {
    let mut account = account();
    let mut node = start(setup, seed, &mut account);
    let mut rng = Rng::with_seed(seed);
    node.rest(&mut account, |_, _| ());
    node.add(106);
    node.rest(&mut account, |_, _| ());
    let mut pods: Vec<u32> = node.running().map(|(pod, _)| pod).collect();
    rng.shuffle(&mut pods);
    pods.iter().skip(40).for_each(|pod| _ = node.remove(*pod, &mut account));
    node.rest(&mut account, |_, _| ());
    node.view().held
}

const SETTINGS: &[(&str, &[(&str, &str)])] = &[
    ("enis", &[]),
    ("ips", &[("WARM_IP_TARGET", "5")]),
    ("prefixes", &[("ENABLE_PREFIX_DELEGATION", "true")]),
];

pub fn machine(c: &mut Criterion) {
    for (name, env) in SETTINGS {
        let setup = setup(env);
        let mut group = c.benchmark_group("node-steps");
        group.throughput(Throughput::Elements(busy(&setup)));
        group.bench_function(*name, |b| b.iter(|| busy(&setup)));
        group.finish();
        let mut group = c.benchmark_group("churn-1000-runs");
        group.sample_size(20);
        group.bench_function(*name, |b| b.iter(|| (0..1_000).map(|seed| churn(&setup, seed)).sum::<u64>()));
    }
    let timelines = Timeline::all(VECTORS).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
    let mut group = c.benchmark_group("replay");
    group.sample_size(10);
    let all = || timelines.iter().map(|timeline| run(timeline, 1).len()).sum::<usize>();
    group.throughput(Throughput::Elements(timelines.len() as u64));
    group.bench_function("vectors", |b| b.iter(all));
}
