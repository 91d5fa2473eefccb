//! The fleet over time.

use std::ops::ControlFlow;

use podroom::instance::Tables;
use podroom::plan::{self, Plan, scenario};
use podroom::simulate::{Fleet, Moment, Run, World, follow};
use proptest::prelude::*;

const EKS: &str = include_str!("../../presets/plans/eks-1200-pods.toml");

fn plan_of(text: &str) -> Plan {
    let parsed = plan::parse(text);
    parsed.plan.unwrap_or_else(|| panic!("{:#?}\n{text}", parsed.problems))
}

fn world(plan: &str, scenario: &str) -> World {
    let plan = plan_of(plan);
    let parsed = scenario::parse(&format!("format = 1\n{scenario}"), &plan);
    let scenario = parsed.scenario.unwrap_or_else(|| panic!("{:#?}\n{scenario}", parsed.problems));
    World::new(&plan, &Tables::builtin(), &scenario).unwrap()
}

fn run(world: &World, every: u64) -> Run {
    follow(world, 1, every, world.scenario.until, |_| ControlFlow::Continue(()))
}

#[test]
fn it_begins_with_what_the_plan_says() {
    let world = world(EKS, "until = \"1s\"");
    let first = Fleet::new(&world, 1).moment();
    for pool in &first.pools {
        assert_eq!((pool.held, pool.primary, pool.assigned, pool.unused), (900, 30, 400, 470));
        assert_eq!((pool.free, pool.short), (119, 0));
    }
}

#[test]
fn dbg() {
    let world = world(EKS, "until = \"30m\"\n[[event]]\nat = \"1m\"\ndo = \"roll\"");
    let run = run(&world, 60_000);
    for m in &run.moments {
        println!("{} nodes {} running {} waiting {} unplaced {} held {} free {:?}", m.at, m.nodes(), m.running(), m.waiting(), m.unplaced, m.held(), m.pools.iter().map(|p| p.free).collect::<Vec<_>>());
    }
    for n in &run.notes { println!("{:?}", n); }
    for n in &run.batches { println!("{:?}", n); }
    println!("{:?}", run.worst);
}
