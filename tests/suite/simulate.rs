//! The fleet over time.

use std::ops::ControlFlow;
use std::sync::Arc;

use podroom::app::aside::Kind;
use podroom::app::msg::Msg;
use podroom::app::screen::Screen;
use podroom::engine::evaluate;
use podroom::file::preset::{self, SCENARIOS};
use podroom::instance::Tables;
use podroom::plan::{self, Plan, scenario};
use podroom::simulate::{Fleet, Run, Topic, World, follow};
use proptest::prelude::*;

use crate::desk::Desk;

fn plan_of(text: &str) -> Plan {
    let parsed = plan::parse(text);
    parsed.plan.unwrap_or_else(|| panic!("{:#?}\n{text}", parsed.problems))
}

fn preset_plan(name: &str) -> Plan {
    plan_of(preset::find(name).expect("a preset").text)
}

fn world_of(plan: &Plan, scenario: &str) -> World {
    let parsed = scenario::parse(&format!("format = 1\n{scenario}"), plan);
    let scenario = parsed.scenario.unwrap_or_else(|| panic!("{:#?}\n{scenario}", parsed.problems));
    World::new(plan, &Tables::builtin(), &scenario).unwrap_or_else(|p| panic!("{p:?}"))
}

fn run(world: &World, every: u64) -> Run {
    follow(world, 1, every, world.scenario.until, |_| ControlFlow::Continue(()))
}

/// A scenario on a plan preset, every 10 s.
fn story(plan: &str, scenario: &str) -> Run {
    run(&world_of(&preset_plan(plan), scenario), 10_000)
}

fn at(run: &Run, seconds: u64) -> &podroom::simulate::Moment {
    run.moments.iter().find(|m| m.at == seconds * 1_000).expect("a moment")
}

#[test]
fn it_begins_with_what_the_plan_says() {
    for name in
        ["eks-1200-pods", "eks-1200-pods-warm-ip", "prefix-delegation", "custom-networking", "starter"]
    {
        let plan = preset_plan(name);
        let report = evaluate(&plan, &Tables::builtin()).unwrap().report;
        let world = world_of(&plan, "until = \"1s\"");
        let first = Fleet::new(&world, 1).moment();
        for (row, pool) in report.pools.iter().zip(&first.pools) {
            let settled = &row.settled;
            assert_eq!(
                (pool.usable, pool.other, pool.held, pool.primary, pool.assigned, pool.unused, pool.free),
                (
                    row.usable,
                    row.other,
                    settled.held,
                    settled.primary,
                    settled.assigned,
                    settled.unused,
                    settled.free
                ),
                "{name} {}",
                row.name
            );
        }
        let running: u64 = report.workloads.iter().map(|w| w.running).sum();
        if running > 0 {
            assert_eq!(first.running(), running, "{name}");
        }
    }
}

#[test]
fn a_roll_surges_and_ends_where_it_began() {
    let run = story(
        "eks-1200-pods-warm-ip",
        "until = \"15m\"\n[[event]]\nat = \"1m\"\ndo = \"roll\"\nworkloads = [\"big\"]",
    );
    // a quarter of 200 come at once, as far as there is room; the old ones go once those are ready
    assert_eq!(run.batches[0].pods, 200);
    assert_eq!(run.batches[0].pending(), 0);
    let most = run.moments.iter().map(|m| m.running() + m.unplaced + m.waiting()).max().unwrap();
    assert!(most > 1_250, "{most}");
    assert_eq!(run.moments.last().unwrap().running(), 1_200);
}

#[test]
fn surge_rounds_up_and_unavailable_rounds_down() {
    let text = "format = 1\n[[subnet]]\nname = \"a\"\ncidr = \"10.0.0.0/24\"\n[[cluster]]\nname = \"c\"\nmanager = \"aws-vpc-cni\"\n\
                [[cluster.node_group]]\nname = \"g\"\ninstance_type = \"m5.2xlarge\"\nnodes = 1\nsubnets = [\"a\"]\n\
                [[cluster.workload]]\nname = \"w\"\nreplicas = 7\n";
    let roll = "ready = \"10s\"\nuntil = \"2m\"\n[[event]]\nat = \"10s\"\ndo = \"roll\"";
    let run = run(&world_of(&plan_of(text), roll), 1_000);
    // 25 % of 7: two more, one less; the old one that may go does so at once, and is replaced
    assert_eq!(at(&run, 9).running(), 7);
    assert_eq!(at(&run, 10).running(), 7 + 2 + 1);
    assert_eq!(run.moments.last().unwrap().running(), 7);
    assert_eq!((run.batches[0].pods, run.batches[0].pending()), (7, 0));
}

/// Two nodes join either group; the DaemonSet is that of the first.
#[test]
fn nodes_that_join_get_the_daemonsets_of_their_group() {
    let group = |name| {
        format!(
            "[[cluster.node_group]]\nname = \"{name}\"\ninstance_type = \"m5.large\"\nsubnets = [\"a\"]\n"
        )
    };
    let plan = plan_of(&format!(
        "format = 1\n[[subnet]]\nname = \"a\"\ncidr = \"10.0.0.0/24\"\n[[cluster]]\nname = \"c\"\n{}nodes = 1\n{}nodes = 1\n\
         [[cluster.workload]]\nname = \"d\"\ndaemonset = true\nnode_groups = [\"g\"]\n",
        group("g"),
        group("h")
    ));
    let running = |joined: &str| {
        let join = format!("[[event]]\nat = \"10s\"\ndo = \"join\"\nnodes = 2\nnode_group = \"{joined}\"");
        let run = run(&world_of(&plan, &format!("until = \"5m\"\n{join}")), 10_000);
        run.moments.last().unwrap().running()
    };
    assert_eq!((running("g"), running("h")), (3, 1));
}

#[test]
fn a_drained_node_gives_everything_back() {
    let run = story("eks-1200-pods", "until = \"10m\"\n[[event]]\nat = \"1m\"\ndo = \"drain\"\nnodes = 3");
    let (first, last) = (&run.moments[0], run.moments.last().unwrap());
    assert_eq!((first.nodes(), last.nodes()), (30, 27));
    // three nodes less, the newest: one in each subnet
    for pool in &last.pools {
        assert_eq!(pool.primary % 9, 0);
        assert_eq!(pool.other + pool.held + pool.free, pool.usable);
    }
    // their pods find a place elsewhere as far as there is cpu for them
    assert_eq!(last.running() + last.waiting() + last.unplaced, 1_200);
}

#[test]
fn nodes_of_a_dry_subnet_are_not_launched() {
    let run = story("eks-1200-pods", "until = \"10m\"\n[[event]]\nat = \"1m\"\ndo = \"join\"\nnodes = 400");
    assert!(run.notes.iter().any(|n| n.topic == Topic::Node && n.text.contains("has no address")));
    let last = run.moments.last().unwrap();
    // each that is there has an address of its own
    assert_eq!(last.nodes(), last.pools.iter().map(|p| p.primary).sum::<u64>() - 60);
    assert!(last.pools.iter().all(|p| p.free == 0 && p.held == p.usable && p.refusing));
}

#[test]
fn a_subnet_loses_addresses_and_regains_them() {
    let scenario = "until = \"10m\"\n\
                    [[event]]\nat = \"1m\"\ndo = \"subnet\"\nsubnet = \"private-a\"\nlose = 5000\n\
                    [[event]]\nat = \"2m\"\ndo = \"burst\"\npods = 600\nlives = \"20m\"\ntimes = 1\n\
                    [[event]]\nat = \"5m\"\ndo = \"subnet\"\nsubnet = \"private-a\"\ngain = 200";
    let run = story("eks-1200-pods", scenario);
    let a = |seconds| at(&run, seconds).pools[0];
    assert_eq!((a(60).free, a(60).other), (0, 119));
    assert!(a(200).refusing);
    // no more comes back than was taken; within the back-off of 120 s a node asks again
    assert_eq!(a(300).other, 0);
    assert!(a(460).held > 900, "{:?}", a(460));
}

#[test]
fn bursts_end_and_their_addresses_cool_down() {
    let scenario =
        "until = \"5m\"\n[[event]]\nat = \"1m\"\ndo = \"burst\"\npods = 10\nlives = \"20s\"\nevery = \"2m\"";
    let run = story("tight-node", scenario);
    assert_eq!(run.batches.len(), 3);
    assert_eq!(at(&run, 60).running(), 22);
    assert_eq!(at(&run, 80).running(), 12);
    assert!(run.batches.iter().take(2).all(|b| b.took() == Some(0)));
}

#[test]
fn a_rolling_replacement_keeps_the_nodes_and_surges() {
    let scenario = "until = \"1h\"\ngrace = \"5s\"\nboot = \"20s\"\n[[event]]\nat = \"1m\"\ndo = \"replace\"\nmax_unavailable = 5";
    let run = story("eks-1200-pods-warm-ip", scenario);
    let most = run.moments.iter().map(|m| m.nodes()).max().unwrap();
    // twice three zones
    assert_eq!((most, run.moments.last().unwrap().nodes()), (36, 30));
    assert!(run.notes.iter().any(|n| n.text.contains("all nodes are replaced")));
    assert_eq!(run.moments.last().unwrap().running(), 1_200);
}

#[test]
fn every_preset_does_something_on_its_plan() {
    for preset in SCENARIOS {
        let name = scenario::plan_of(preset.text).unwrap_or_else(|| "eks-1200-pods".into());
        let plan = preset_plan(&name);
        let scenario = scenario::parse(preset.text, &plan).scenario.expect(preset.name);
        let world = World::new(&plan, &Tables::builtin(), &scenario).unwrap();
        let run = run(&world, 30_000);
        assert!(run.notes.iter().any(|n| n.topic.is_failure()), "{} shows nothing", preset.name);
        assert!(run.worst.waiting + run.worst.unplaced > 0 || run.worst.refuses.is_some(), "{}", preset.name);
    }
}

#[test]
fn the_small_pods_go_and_their_addresses_stay() {
    let preset = preset::scenario("small-then-big").unwrap();
    let plan = preset_plan("eks-1200-pods");
    let scenario = scenario::parse(preset.text, &plan).scenario.unwrap();
    let run = run(&World::new(&plan, &Tables::builtin(), &scenario).unwrap(), 10_000);
    let (worst, last) = (&run.worst, run.moments.last().unwrap());
    // 29 are free in each subnet, and an ENI needs 30
    assert_eq!(worst.refuses.map(|(_, free)| free), Some(29));
    assert!(worst.waiting > 200);
    assert!(run.notes.iter().any(|n| n.text.contains("failed to assign an IP address to container")));
    // 200 pods on 30 nodes would settle with two ENIs each, 1,800; the pods pin more
    assert_eq!(last.running(), 200);
    assert!(last.held() > 1_800, "{}", last.held());
}

#[test]
fn a_run_that_is_stopped_has_what_there_is() {
    let world = world_of(&preset_plan("starter"), "until = \"1h\"");
    let stop = |at| if at >= 60_000 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let run = follow(&world, 1, 10_000, world.scenario.until, stop);
    assert!(!run.complete);
    assert_eq!(run.moments.len(), 7);
}

/// A plan with what makes a difference, small enough to be short of something.
fn plans() -> impl Strategy<Value = String> {
    let env = prop_oneof![
        Just(""),
        Just("WARM_ENI_TARGET = 0\n"),
        Just("WARM_IP_TARGET = 2\nMINIMUM_IP_TARGET = 5\n"),
        Just("ENABLE_PREFIX_DELEGATION = true\n"),
        Just("ENABLE_POD_ENI = true\n"),
        Just("ENABLE_SUBNET_DISCOVERY = false\n"),
    ];
    (env, 1u32..5, 0u32..40, 24u32..27, any::<bool>(), 0u32..30).prop_map(|(env, nodes, replicas, len, pack, other)| {
        let placement = if pack { "pack" } else { "spread" };
        format!(
            "format = 1\n[[subnet]]\nname = \"a\"\ncidr = \"10.0.0.0/{len}\"\nzone = \"a\"\nother = {other}\n\
             [[subnet]]\nname = \"b\"\ncidr = \"10.0.1.0/{len}\"\nzone = \"b\"\n\
             reservations = [{{ cidr = \"10.0.1.32/28\", type = \"prefix\" }}]\n\
             [[cluster]]\nname = \"c\"\nmanager = \"aws-vpc-cni\"\nplacement = \"{placement}\"\n[cluster.env]\n{env}\
             [[cluster.node_group]]\nname = \"g\"\ninstance_type = \"m5.large\"\nnodes = {nodes}\nsubnets = [\"a\", \"b\"]\n\
             [[cluster.node_group]]\nname = \"own\"\ninstance_type = \"m5.large\"\nnodes = 1\npods = 3\nsubnets = [\"a\"]\n\
             [[cluster.workload]]\nname = \"w\"\nreplicas = {replicas}\ncpu = \"50m\"\n\
             [[cluster.workload]]\nname = \"v\"\nreplicas = 6\nbranch_eni = true\n\
             [[cluster.workload]]\nname = \"d\"\ndaemonset = true\n\
             [[cluster.workload]]\nname = \"h\"\nreplicas = 2\nhost_network = true\n"
        )
    })
}

/// One event of each kind, at random.
fn events() -> impl Strategy<Value = String> {
    let one = (0u32..400, 0usize..10, 1u32..40).prop_map(|(at, kind, n)| {
        let what = match kind {
            0 => format!("do = \"scale\"\nworkload = \"w\"\nreplicas = {n}"),
            1 => "do = \"roll\"".to_owned(),
            2 => format!("do = \"burst\"\npods = {n}\nlives = \"{n}s\"\nevery = \"45s\"\ntimes = 3"),
            3 => format!("do = \"join\"\nnode_group = \"g\"\nnodes = {}\nwithin = \"20s\"", n % 4 + 1),
            4 => format!("do = \"drain\"\nnode_group = \"g\"\nnodes = {}", n % 3 + 1),
            5 => "do = \"replace\"\nnode_group = \"g\"\nsurge = 2".to_owned(),
            6 => "do = \"replace\"\nnode_group = \"own\"\nstyle = \"blue-green\"".to_owned(),
            7 => format!("do = \"subnet\"\nsubnet = \"b\"\nlose = {n}\nlose_blocks = 1"),
            8 => format!("do = \"subnet\"\nsubnet = \"a\"\ngain = {n}"),
            _ => "do = \"deploy\"\nworkloads = [\"w\", \"v\"]".to_owned(),
        };
        format!("[[event]]\nat = \"{at}s\"\n{what}\n")
    });
    (prop::collection::vec(one, 0..6), any::<bool>()).prop_map(|(events, empty)| {
        let start = if empty { "empty" } else { "running" };
        format!("start = \"{start}\"\nuntil = \"15m\"\nboot = \"15s\"\ngrace = \"10s\"\n{}", events.concat())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_identities_hold_at_every_moment(plan in plans(), events in events(), seed in 0u64..4) {
        let world = world_of(&plan_of(&plan), &events);
        let mut fleet = Fleet::new(&world, seed);
        for second in 0..900 {
            fleet.advance(second * 1_000);
            let moment = fleet.moment();
            for p in &moment.pools {
                prop_assert_eq!(p.usable, p.other + p.held + p.free, "{:?} at {}", p, second);
                prop_assert_eq!(p.held, p.primary + p.assigned + p.unused);
                // no address has two users: nobody has what is not there
                prop_assert!(p.held + p.other <= p.usable || p.other > p.usable, "{:?} at {}", p, second);
                prop_assert!(p.blocks * 16 <= p.free);
            }
            let sum = |of: fn(&podroom::simulate::GroupAt) -> u64| moment.groups.iter().map(of).sum::<u64>();
            prop_assert_eq!(moment.held(), sum(|g| g.held));
            let assigned: u64 = moment.pools.iter().map(|p| p.assigned).sum();
            prop_assert_eq!(assigned, sum(|g| g.running), "a pod has one address, at {}", second);
        }
    }

    #[test]
    fn idle_time_changes_nothing(plan in plans(), events in events(), seed in 0u64..4) {
        let world = world_of(&plan_of(&plan), &events);
        let go_on = |_| ControlFlow::Continue(());
        let coarse = follow(&world, seed, 900_000, 900_000, go_on);
        let fine = follow(&world, seed, 1_000, 900_000, go_on);
        let last = fine.moments.last().cloned();
        prop_assert_eq!(coarse.moments.last(), last.as_ref());
        prop_assert_eq!(&coarse.notes, &fine.notes);
        prop_assert_eq!(&coarse.batches, &fine.batches);
        prop_assert_eq!(&coarse.throttles, &fine.throttles);
        // and the same seed is the same run
        prop_assert_eq!(follow(&world, seed, 1_000, 900_000, go_on), fine);
    }
}

#[test]
fn the_simulation_screen() {
    let mut desk = Desk::preset("eks-1200-pods");
    desk.turn_to(Screen::Simulate);
    for (columns, rows) in [(40, 10), (80, 24), (120, 40), (200, 60)] {
        desk.size(columns, rows);
        insta::assert_snapshot!(format!("simulate_{columns}x{rows}"), desk.screen());
    }
    // the moment of the second event, and the other pools
    desk.keys("tab down down down").keys("shift-tab down");
    insta::assert_snapshot!("simulate_later_120x40", desk.screen());
}

#[test]
fn a_run_is_played_scrubbed_and_exchanged() {
    let mut desk = Desk::preset("eks-1200-pods");
    desk.turn_to(Screen::Simulate).keys("right right left");
    assert_eq!(desk.app.moment().map(|(at, _)| at), Some(1));
    desk.keys("space");
    assert!(desk.app.is_playing());
    assert_eq!(desk.ticks, [1]);
    desk.send(podroom::app::Msg::Tick(1));
    assert_eq!(desk.app.moment().map(|(at, _)| at), Some(2));
    assert_eq!(desk.ticks, [1, 1]);
    // a tick of an earlier play says nothing
    desk.keys("space").send(podroom::app::Msg::Tick(1));
    assert_eq!(desk.app.moment().map(|(at, _)| at), Some(2));
    desk.keys("G");
    let last = desk.app.run().unwrap().unwrap().moments.len() - 1;
    assert_eq!(desk.app.moment().map(|(at, _)| at), Some(last));
    desk.keys("n");
    assert_eq!(desk.app.run().unwrap().unwrap().scenario, "rolling-restart");
    // written for another plan
    let mut desk = Desk::preset("starter");
    desk.turn_to(Screen::Simulate).keys("p");
    let why = desk.app.run().unwrap().unwrap_err().to_owned();
    assert!(why.contains("no workload is called") && why.contains("eks-1200-pods"), "{why}");
}

#[test]
fn an_edit_runs_the_scenario_again() {
    let mut desk = Desk::preset("eks-1200-pods");
    desk.turn_to(Screen::Simulate);
    let held = |desk: &Desk| desk.app.run().unwrap().unwrap().moments[0].held();
    assert_eq!(held(&desk), 900);
    // fewer nodes, fewer addresses
    desk.keys("esc").click_on("workers").turn_to(Screen::Simulate);
    let field = podroom::plan::Place::key(podroom::plan::Row::NodeGroup(0, 0), "nodes");
    desk.app.form.put_place(&field);
    desk.turn_to(Screen::Plan).keys("-").turn_to(Screen::Simulate);
    assert_eq!(held(&desk), 870);
}

/// A workload on a plan of two clusters, each with the groups that are named.
fn two_clusters(groups: &[&str]) -> Plan {
    let cluster = |name: &str, subnet: &str| {
        let group = |g: &&str| {
            format!(
                "[[cluster.node_group]]\nname = \"{g}\"\ninstance_type = \"m5.large\"\nnodes = 2\nsubnets = [\"{subnet}\"]\n"
            )
        };
        let groups: String = groups.iter().map(group).collect();
        format!(
            "[[cluster]]\nname = \"{name}\"\nmanager = \"aws-vpc-cni\"\n{groups}\
             [[cluster.workload]]\nname = \"w\"\nreplicas = 5\ncpu = \"50m\"\n"
        )
    };
    plan_of(&format!(
        "format = 1\n[[subnet]]\nname = \"a\"\ncidr = \"10.0.0.0/23\"\n[[subnet]]\nname = \"b\"\ncidr = \"10.0.2.0/23\"\n{}{}",
        cluster("blue", "a"),
        cluster("green", "b")
    ))
}

#[test]
fn no_pod_is_on_a_node_that_was_not_launched() {
    let run = story("does-not-fit", "until = \"1m\"");
    for moment in [&run.moments[0], run.moments.last().unwrap()] {
        // of twelve instances six find an address, and 27 pods fit on each, two of 29 being the system's
        assert_eq!(moment.nodes(), 6);
        assert_eq!(moment.running() + moment.waiting(), 6 * 27);
        assert_eq!(moment.unplaced, 340 - 6 * 27);
    }
    let text =
        |n: &podroom::simulate::Note| n.topic == Topic::FailedScheduling && n.text.starts_with("0/6 nodes");
    assert!(run.notes.iter().any(text), "{:?}", run.notes);
    assert!(
        run.remarks.iter().any(|r| r.contains("6 instances of prod/workers not launched")),
        "{:?}",
        run.remarks
    );
}

#[test]
fn the_worst_moment_says_what_its_pools_say() {
    for preset in SCENARIOS {
        let name = scenario::plan_of(preset.text).unwrap_or_else(|| "eks-1200-pods".into());
        let plan = preset_plan(&name);
        let scenario = scenario::parse(preset.text, &plan).scenario.expect(preset.name);
        let run = run(&World::new(&plan, &Tables::builtin(), &scenario).unwrap(), 30_000);
        let worst = &run.worst;
        let useless = worst.refuses.map(|(s, free)| (free, worst.pools[s].free));
        assert!(useless.is_none_or(|(said, there)| said == there), "{}: {useless:?}", preset.name);
        assert!(!worst.why.contains(" has 0 addresses"), "{}", worst.why);
        // and who is refused is counted call by call
        let told: u64 = run.notes.iter().filter(|n| n.topic == Topic::Subnet).map(|n| n.count).sum();
        assert_eq!(told, run.throttles.iter().map(|t| t.failed).sum::<u64>(), "{}", preset.name);
        for call in &run.throttles {
            let name = format!("{:?}:", call.call);
            let told: u64 = run.notes.iter().filter(|n| n.text.starts_with(&name)).map(|n| n.count).sum();
            assert_eq!(told, call.failed, "{} {name}", preset.name);
        }
    }
}

#[test]
fn nodes_that_were_refused_back_off_although_there_is_enough_again() {
    let plan = preset_plan("eks-1200-pods");
    let preset = preset::scenario("blue-green").unwrap();
    let scenario = scenario::parse(preset.text, &plan).scenario.unwrap();
    let run = run(&World::new(&plan, &Tables::builtin(), &scenario).unwrap(), 30_000);
    assert_eq!((run.worst.at, run.worst.waiting, run.worst.refuses), (240_000, 330, None));
    assert!(run.worst.why.contains("back off for 120 s"), "{}", run.worst.why);
    assert!(run.worst.pools.iter().all(|p| p.free == 360));
}

#[test]
fn quiet_runs_say_that_no_pod_ever_waited() {
    let run = story("starter", "until = \"2m\"");
    assert!(podroom::output::simulate::summary(&run)[1].starts_with("no pod ever waited; "));
}

#[test]
fn what_is_more_than_there_is_is_said() {
    let events = "until = \"10m\"\n[[event]]\nat = \"1m\"\ndo = \"subnet\"\nsubnet = \"private-a\"\nlose = 5000\n\
                  [[event]]\nat = \"2m\"\ndo = \"subnet\"\nsubnet = \"private-a\"\ngain = 6000\n\
                  [[event]]\nat = \"3m\"\ndo = \"drain\"\nnodes = 40";
    let run = story("eks-1200-pods", events);
    let texts: Vec<&str> = run.notes.iter().map(|n| n.text.as_str()).collect();
    assert!(texts.contains(&"others take 119 addresses, not 5,000: there are no more"), "{texts:?}");
    assert!(texts.contains(&"others give back 119 addresses, not 6,000: they have no more"), "{texts:?}");
    assert!(
        texts.contains(&"drain 30 nodes of prod/workers: there are no more of the 40 asked for"),
        "{texts:?}"
    );
}

#[test]
fn what_is_not_finished_is_said() {
    let events = "until = \"3m\"\n[[event]]\nat = \"1m\"\ndo = \"replace\"\n[[event]]\nat = \"2m55s\"\ndo = \"roll\"\nworkloads = [\"big\"]";
    let run = story("eks-1200-pods", events);
    let has = |text: &str| run.remarks.iter().any(|r| r.starts_with("not finished") && r.contains(text));
    assert!(has("of 30 nodes of prod/workers are to be replaced"), "{:?}", run.remarks);
    assert!(has("pods of prod/big are to be replaced"), "{:?}", run.remarks);
    let done = story("eks-1200-pods", "until = \"20m\"\n[[event]]\nat = \"1m\"\ndo = \"roll\"");
    assert_eq!(done.remarks, Vec::<String>::new());
}

#[test]
fn no_autoscaler_is_modelled_and_that_is_said() {
    let text = preset::find("tight-node").unwrap().text.replace("nodes = 1\n", "nodes = \"auto\"\n");
    let world = world_of(
        &plan_of(&text),
        "until = \"2m\"\n[[event]]\nat = \"1m\"\ndo = \"scale\"\nworkload = \"web\"\nreplicas = 200",
    );
    let run = run(&world, 10_000);
    assert!(
        run.remarks.iter().any(|r| r.contains("edge/workers") && r.contains("no autoscaler")),
        "{:?}",
        run.remarks
    );
}

#[test]
fn an_event_after_the_end_is_a_mistake() {
    let text = "format = 1\nuntil = \"5m\"\n[[event]]\nat = \"6m\"\ndo = \"roll\"\n";
    let parsed = scenario::parse(text, &preset_plan("starter"));
    let [only] = parsed.problems.as_slice() else { panic!("{:?}", parsed.problems) };
    assert!(only.message.contains("6m is after the scenario's end"), "{}", only.message);
    assert_eq!(&text[only.span.clone().unwrap()], "\"6m\"");
    // an end that is asked for on the way is no mistake: it is said
    let mut world = world_of(&preset_plan("starter"), "[[event]]\nat = \"6m\"\ndo = \"roll\"");
    world.scenario.until = 60_000;
    assert!(run(&world, 10_000).remarks[0].contains("1 event after the end at 1m: not reached"));
}

#[test]
fn scenarios_that_name_no_group_are_about_the_first_of_each_cluster() {
    let join = "until = \"3m\"\n[[event]]\nat = \"1m\"\ndo = \"join\"\nnodes = 3";
    let run_of = |groups: &[&str]| run(&world_of(&two_clusters(groups), join), 10_000);
    let nodes = |run: &Run| run.moments.last().unwrap().groups.iter().map(|g| g.nodes).collect::<Vec<_>>();
    let one = run_of(&["g"]);
    assert_eq!(nodes(&one), [5, 5]);
    assert!(!one.notes.iter().any(|n| n.text.contains("names no node group")));
    let two = run_of(&["g", "h"]);
    assert_eq!(nodes(&two), [5, 2, 5, 2]);
    assert_eq!(
        two.notes.iter().filter(|n| n.text.contains("names no node group: this is the first of 2")).count(),
        2
    );
    let text = format!("format = 1\n{join}\nnode_group = \"g\"");
    let parsed = scenario::parse(&text, &two_clusters(&["g"]));
    let help = parsed.problems[0].help.as_deref().unwrap();
    assert!(
        help.contains("cluster = \"…\"") && help.contains("\"blue\"") && help.contains("\"green\""),
        "{help}"
    );
}

#[test]
fn events_of_another_kind_are_told_apart() {
    let events = "start = \"empty\"\nuntil = \"4m\"\n[[event]]\nat = \"1s\"\ndo = \"drain\"\n[[event]]\nat = \"1m\"\ndo = \"deploy\"\n\
                  [[event]]\nat = \"70s\"\ndo = \"join\"\nnodes = 1\n\
                  [[event]]\nat = \"135s\"\ndo = \"scale\"\nworkload = \"small\"\nreplicas = 2000";
    let run = story("eks-1200-pods", events);
    let of = |n: &&podroom::simulate::Note| n.topic == Topic::FailedScheduling && n.of == "prod/small";
    let texts: Vec<&str> = run.notes.iter().filter(of).map(|n| n.text.as_str()).collect();
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert_eq!(texts[0], "no nodes available to schedule pods");
    assert!(texts[1].starts_with("0/1 nodes are available: 1 "), "{texts:?}");
}

#[test]
fn pods_that_end_are_told_from_those_that_run() {
    let run = story(
        "eks-1200-pods",
        "until = \"3m\"\n[[event]]\nat = \"1m\"\ndo = \"scale\"\nworkload = \"small\"\nreplicas = 0",
    );
    let of = |seconds| (at(&run, seconds).running(), at(&run, seconds).ending());
    assert_eq!((of(50), of(70), of(120)), ((1_200, 0), (1_200, 1_000), (200, 0)));
}

#[test]
fn a_stopped_series_goes_as_far_as_its_events() {
    let events =
        "until = \"1h\"\n[[event]]\nat = \"1m\"\ndo = \"burst\"\npods = 1\nlives = \"5s\"\nevery = \"10s\"";
    let world = world_of(&preset_plan("starter"), events);
    let stop = |at| if at >= 300_000 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let run = follow(&world, 1, 3_600_000, world.scenario.until, stop);
    let last = run.notes.iter().map(|n| n.last).max();
    assert_eq!((run.complete, last), (false, run.moments.last().map(|m| m.at)));
}

#[test]
fn what_was_refused_is_counted_by_addresses() {
    let run = story("does-not-fit", "until = \"10m\"");
    let last = run.moments.last().unwrap();
    assert!(last.pools.iter().all(|p| p.refused > 0 && p.refusing), "{:?}", last.pools);
    let quiet = story("starter", "until = \"10m\"");
    assert!(quiet.moments.last().unwrap().pools.iter().all(|p| p.refused == 0 && !p.refusing));
}

#[test]
fn a_long_queue_costs_no_more_than_what_is_done() {
    let began = std::time::Instant::now();
    let events =
        "until = \"24h\"\n[[event]]\nat = \"1m\"\ndo = \"burst\"\npods = 48\nlives = \"45s\"\ncpu = \"20m\"";
    let run = run(&world_of(&preset_plan("tight-node"), events), 3_600_000);
    assert!(run.moments.last().unwrap().unplaced > 20_000);
    // quadratic work is a hundred times this
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}

#[test]
fn lines_of_a_chart_differ_without_colour_and_have_a_legend() {
    let mut desk = Desk::preset("eks-1200-pods");
    desk.look.symbols = podroom::view::symbols::Symbols::ASCII;
    // the moment of the second event, with failures
    desk.turn_to(Screen::Simulate).size(80, 24).keys("right right right right right right right right right");
    let screen = desk.screen();
    for part in ["private-a (pool 1 of 3)", "-u usable", "*h held", "#a assigned", "x failure", "10m", "40m"]
    {
        assert!(screen.contains(part), "{part}: {screen}");
    }
    assert!(screen.lines().any(|line| line.contains("****")), "{screen}");
    assert!(screen.is_ascii(), "{screen}");
    insta::assert_snapshot!("simulate_ascii_80x24", screen);
}

#[test]
fn the_next_pool_is_a_key_away() {
    let mut desk = Desk::preset("eks-1200-pods");
    desk.turn_to(Screen::Simulate).size(80, 24);
    assert!(desk.screen().contains("s pool"), "{}", desk.screen());
    for pool in ["private-b (pool 2 of 3)", "private-c (pool 3 of 3)", "private-a (pool 1 of 3)"] {
        desk.keys("s");
        assert!(desk.screen().contains(pool), "{}", desk.screen());
    }
}

#[test]
fn why_says_how_the_figures_at_the_cursor_came_about() {
    let mut desk = Desk::preset("eks-1200-pods");
    desk.turn_to(Screen::Simulate).keys("w");
    let run = desk.app.run().unwrap().unwrap().clone();
    let worst = run.moments.iter().position(|m| m.pools[1].refusing && m.waiting() > 0).unwrap();
    desk.keys("down");
    for _ in 0..worst {
        desk.keys("right");
    }
    let (title, text) = desk.app.why();
    let p = &run.moments[worst].pools[1];
    assert!(title.starts_with("private-b at "), "{title}");
    let sum = format!(
        "{} usable = {} other + {} held + {} free; {} asked for in vain so far; held by {} ENIs",
        podroom::text::thousands(p.usable),
        p.other,
        p.held,
        p.free,
        p.refused,
        p.primary
    );
    assert!(text.starts_with(&sum), "{text}");
    let waiting =
        format!("{} pods wait for an address, because this pool refuses", run.moments[worst].waiting());
    assert!(text.contains(&waiting) && text.contains("InsufficientFreeAddressesInSubnet"), "{text}");
    insta::assert_snapshot!("simulate_why_120x40", desk.screen());
    // an event says what it means, and what to do
    desk.keys("tab");
    let (title, text) = desk.app.why();
    let note = &run.notes[desk.app.note_of_run().unwrap()];
    assert!(title.starts_with(&format!("{} of {}", note.topic.name(), note.of)), "{title}");
    assert!(text.contains(&note.text) && text.contains("What to do: "), "{text}");
    insta::assert_snapshot!("simulate_why_event_80x24", desk.size(80, 24).screen());
}

#[test]
fn a_run_does_not_play_behind_a_popup() {
    for (key, close) in [("?", "esc"), ("ctrl-o", "esc"), ("S", "esc")] {
        let mut desk = Desk::preset("eks-1200-pods");
        desk.turn_to(Screen::Simulate).keys("space").keys(key);
        assert_eq!(desk.app.popups.len(), 1);
        assert!(!desk.app.is_playing(), "{key}");
        desk.send(podroom::app::Msg::Tick(1));
        desk.keys(close);
        assert_eq!((desk.app.moment().map(|(at, _)| at), desk.ticks.len()), (Some(0), 1), "{key}");
    }
}

#[test]
fn while_a_run_is_computed_the_screen_says_which() {
    let mut desk = Desk::preset("eks-1200-pods");
    desk.late = Some(Kind::Simulate);
    desk.turn_to(Screen::Simulate).size(80, 24);
    let screen = desk.screen();
    assert!(screen.contains("computing small-then-big: 30 nodes of the plan, followed for 40m"), "{screen}");
    insta::assert_snapshot!("simulate_computing_80x24", screen);
    // the old run stays, dimmed, while another is computed
    let mut desk = Desk::preset("eks-1200-pods");
    desk.turn_to(Screen::Simulate);
    desk.late = Some(Kind::Simulate);
    desk.keys("n");
    let screen = desk.screen();
    assert!(screen.contains("scenario rolling-restart (2 of 5), computing"), "{screen}");
    assert!(screen.contains("private-a (pool 1 of 3)"), "{screen}");
    let runs = desk.styled();
    let title = runs.iter().find(|(text, _)| text.contains("private-a (pool 1 of 3)")).unwrap();
    assert_eq!(title.1, "DIM");
}

#[test]
fn a_run_that_takes_long_says_how_far_it_is_and_esc_ends_it() {
    let mut desk = Desk::preset("eks-1200-pods");
    desk.late = Some(Kind::Simulate);
    desk.turn_to(Screen::Simulate);
    desk.send(Msg::Progress { question: (1, 0), at: 600_000 });
    assert!(desk.screen().contains("computing: 10m of 40m, esc stops"), "{}", desk.screen());
    desk.send(Msg::Progress { question: (1, 3), at: 1_200_000 });
    assert!(desk.screen().contains("computing: 10m of 40m"), "that was of another question");
    desk.keys("esc");
    assert_eq!((desk.stopped.len(), desk.app.screen()), (1, Screen::Simulate));
    let scenario = scenario::parse(SCENARIOS[0].text, desk.app.plan()).scenario.expect("a scenario");
    let world = World::new(desk.app.plan(), &Tables::builtin(), &scenario).expect("a world");
    let stop = |at| if at < 600_000 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
    let run = follow(&world, 1, 60_000, scenario.until, stop);
    desk.send(Msg::Simulated { question: (1, 0), run: Ok(Arc::new(run)) });
    assert!(desk.screen().contains("stopped at 10m of 40m"), "{}", desk.screen());
    desk.keys("esc");
    assert_eq!((desk.stopped.len(), desk.app.screen()), (1, Screen::Plan), "nothing is left to stop");
}

#[test]
fn free_addresses_that_make_no_whole_block_are_useless_to_prefixes() {
    let join = "until = \"4m\"\n[[event]]\nat = \"1m\"\ndo = \"join\"\nnodes = 800";
    let run = story("prefix-delegation", join);
    assert!(
        run.worst.why.ends_with("free, useless to a node that asks for a whole /28"),
        "{}",
        run.worst.why
    );
}
