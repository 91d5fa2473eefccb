//! The staircase of a group's node, held against the settled node of every count, and the node screen.

use podroom::app::pane::Pane;
use podroom::app::screen::Screen;
use podroom::cni::node::{Shape, Trunking};
use podroom::cni::settle::settle_each;
use podroom::cni::{Node, Settings, settle};
use podroom::engine::staircase::Point;
use podroom::engine::timeline::Line;
use podroom::engine::{Staircase, evaluate};
use podroom::file::preset;
use podroom::instance::Tables;
use podroom::plan::parse;
use podroom::view::symbols::Symbols;
use proptest::prelude::*;

use crate::desk::Desk;
use crate::naive;

fn staircases(text: &str) -> Vec<Staircase> {
    let plan = parse(text).plan.expect("a plan");
    let evaluation = evaluate(&plan, &Tables::builtin()).unwrap_or_else(|problems| panic!("{problems:?}"));
    (0..).map_while(|row| evaluation.staircase(&plan, row)).collect()
}

fn example() -> Staircase {
    staircases(preset::find("eks-1200-pods").expect("a preset").text).remove(0)
}

fn point(staircase: &Staircase, what: Point) -> Option<u64> {
    staircase.marks.iter().find(|m| m.what == what).map(|m| m.pods)
}

/// `(from, to, ENIs, held)` of each step.
fn steps(staircase: &Staircase) -> Vec<(u64, u64, u64, u64)> {
    let of = |s: &podroom::engine::staircase::Step| {
        let row = staircase.count(s.from).expect("a count");
        (s.from, s.to, row.primary, row.held())
    };
    staircase.steps.iter().map(of).collect()
}

#[test]
fn the_example_climbs_by_enis_of_29() {
    let staircase = example();
    assert_eq!(
        steps(&staircase),
        [
            (0, 0, 1, 30),
            (1, 29, 2, 60),
            (30, 58, 3, 90),
            (59, 87, 4, 120),
            (88, 116, 5, 150),
            (117, 145, 6, 180),
            (146, 174, 7, 210),
            (175, 232, 8, 240),
        ]
    );
    assert_eq!(point(&staircase, Point::Today), Some(40));
    assert_eq!(point(&staircase, Point::Least), None, "all nodes are alike");
    assert_eq!(point(&staircase, Point::Most), Some(232), "234 less 2 system pods");
}

#[test]
fn each_count_says_why_it_grows_there() {
    let staircase = example();
    let begins = |pods: u64, with: &str| {
        let why = staircase.why(pods);
        assert!(why.starts_with(with), "{pods}: {why}");
    };
    begins(0, "the empty node: ");
    begins(30, "at 30 pods free 28 < 29: ENI 3 is attached; ");
    begins(31, "at 31 pods free 56, not below 29: nothing is added; ");
    begins(232, "at 232 pods free 0: nothing is added; ");
    let prefixes = preset::find("eks-1200-pods").expect("a preset").text;
    let with = |variables: &str| staircases(&prefixes.replace("WARM_ENI_TARGET = 1", variables)).remove(0);
    let staircase = with("ENABLE_PREFIX_DELEGATION = true");
    assert!(
        staircase.why(17).starts_with("at 17 pods free 15 < 16: prefix 3 is added; "),
        "{}",
        staircase.why(17)
    );
    let staircase = with("WARM_IP_TARGET = 5");
    let why = staircase.why(25);
    assert!(why.starts_with("at 25 pods free 4 < 5: ENI 2 is attached, 1 address is added; "), "{why}");
    let staircase = with("MINIMUM_IP_TARGET = 10");
    let why = staircase.why(11);
    assert!(why.starts_with("at 11 pods free 0: nothing is added, the pod starves; "), "{why}");
    // a minimum alone wants none to be free
    let why = staircase.why(5);
    assert!(why.starts_with("at 5 pods free 5: nothing is added; "), "{why}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn steps_are_the_runs_of_counts_that_hold_the_same(plan in naive::plan()) {
        let Ok(evaluation) = evaluate(&plan, &Tables::default()) else { return Ok(()) };
        for staircase in (0..).map_while(|row| evaluation.staircase(&plan, row)) {
            let (most, mut next) = (staircase.most(), 0);
            for (i, step) in staircase.steps.iter().enumerate() {
                prop_assert_eq!(step.from, next);
                next = step.to + 1;
                let first = staircase.count(step.from).expect("a count");
                for pods in step.from..=step.to {
                    let row = staircase.count(pods).expect("a count");
                    prop_assert_eq!((row.primary, row.pool(), row.held()), (first.primary, first.pool(), first.held()));
                    prop_assert_eq!(row.held(), row.primary + row.assigned + row.unused);
                    prop_assert_eq!(staircase.step_of(pods), i);
                }
            }
            prop_assert_eq!(next, most + 1);
            for pods in 1..=most {
                let of = |pods| staircase.count(pods).expect("a count").pool();
                let says = staircase.why(pods);
                let grows = says.contains(" attached; ") || says.contains(" attached, ")
                    || says.contains(" added; ") && !says.contains("nothing is added");
                prop_assert_eq!(of(pods) > of(pods - 1), grows, "{}", says);
            }
        }
    }

    #[test]
    fn the_fullest_node_of_a_group_stands_on_its_staircase(plan in naive::plan()) {
        let Ok(evaluation) = evaluate(&plan, &Tables::default()) else { return Ok(()) };
        for (row, group) in evaluation.report.node_groups.iter().enumerate() {
            let staircase = evaluation.staircase(&plan, row).expect("a staircase");
            let Some([_, held]) = group.per_node.held else {
                prop_assert_eq!(point(&staircase, Point::Today), None);
                continue;
            };
            let today = staircase.count(staircase.today()).expect("a count");
            prop_assert_eq!(today.held() + staircase.branch, held);
        }
    }
}

proptest! {
    #[test]
    fn settling_every_count_is_settling_each(
        enis in 1u64..9, slots in 1u64..20, prefixes: bool, max_pods in 0u64..300,
        warm in prop::array::uniform4(0u64..40), own in 0u64..3,
    ) {
        let names = ["WARM_IP_TARGET", "MINIMUM_IP_TARGET", "WARM_ENI_TARGET", "WARM_PREFIX_TARGET"];
        let mut env: Vec<(String, String)> =
            names.iter().zip(warm).skip(own as usize).map(|(n, w)| (n.to_string(), w.to_string())).collect();
        env.push(("ENABLE_PREFIX_DELEGATION".into(), prefixes.to_string()));
        let shape = Shape { enis, ipv4_per_eni: slots + 1, prefixes: true, trunking: Trunking::Unable };
        let node = Node::new(&Settings::over_manifest(&env), shape, 0, max_pods);
        let each: Vec<_> = (0..=max_pods).map(|pods| settle(&node, pods)).collect();
        prop_assert_eq!(settle_each(&node, max_pods), each);
    }
}

fn told(variables: &str, pods: u64) -> Vec<String> {
    let text = preset::find("eks-1200-pods").expect("a preset").text;
    let staircase = staircases(&text.replace("WARM_ENI_TARGET = 1", variables)).remove(0);
    let line = |l: Line| format!("{} {}", l.millis, l.text);
    staircase.timeline(pods).into_iter().map(line).collect()
}

#[test]
fn the_life_of_a_node_is_told_event_by_event() {
    assert_eq!(
        told("WARM_ENI_TARGET = 1", 120),
        [
            "0 free 0 < 29, adds 29 addresses to ENI 1",
            "0 settled: 30 held",
            "10000 120 pods come",
            "10000 29 pods start, 91 wait",
            "12500 free 0 < 29, attaches ENI 2",
            "13000 29 pods start, 62 wait",
            "17500 free 0 < 29, attaches ENI 3",
            "18000 29 pods start, 33 wait",
            "22500 free 0 < 29, attaches ENI 4",
            "23000 29 pods start, 4 wait",
            "27500 free 0 < 29, attaches ENI 5",
            "28000 4 pods start",
            "32500 free 25 < 29, attaches ENI 6",
            "32500 settled: 180 held",
        ]
    );
    // up to the high water of 106 and back: three ENIs would do, pods keep four
    let lines = told("WARM_ENI_TARGET = 1", 40);
    assert_eq!(
        lines[7..],
        [
            "17500 settled: 90 held",
            "20000 66 pods come",
            "20000 47 pods start, 19 wait",
            "22500 free 0 < 29, attaches ENI 4",
            "23000 19 pods start",
            "27500 free 10 < 29, attaches ENI 5",
            "27500 settled: 150 held",
            "30000 66 pods go, 40 are left",
            "87500 detaches ENI 5, which has no pods",
            "87500 settled: 120 held, 30 more than before: pods pin ENI 2 (12 pods), ENI 3 (7 pods), ENI 4 (10 pods)",
        ]
    );
    // targets of addresses give everything back, but not the ENIs
    let lines = told("WARM_IP_TARGET = 1", 3);
    assert_eq!(
        lines[lines.len() - 3..],
        [
            "550000 103 pods go, 3 are left",
            "552500 free 104, gives 103 addresses back",
            "552500 settled: 8 held, 3 more than before: pods pin ENI 3 (1 pod), ENI 4 (1 pod); the targets keep ENI 2",
        ]
    );
    let lines = told("WARM_ENI_TARGET = 0", 29);
    assert_eq!(
        lines[4..9],
        [
            "12500 free 0, attaches ENI 2",
            "72500 detaches ENI 2, which has no pods",
            "79500 free 0, attaches ENI 3",
            "139500 detaches ENI 3, which has no pods",
            "139500 never rests: every 67 s down to 30 and up again to 60 held",
        ]
    );
    let lines = told("ENABLE_PREFIX_DELEGATION = true", 29);
    assert_eq!(lines[lines.len() - 1], "50000 settled: 129 held, 80 more than before: pods pin 7 prefixes");
    let starving = told("MINIMUM_IP_TARGET = 2", 3);
    assert!(starving.contains(&"10000 settled, 1 pod without an address: 3 held".into()), "{starving:?}");
    let dead = told("MAX_ENI = 1\nAWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG = true", 3);
    assert_eq!(dead, ["0 gives up and is started again, for ever: there is no address for any pod"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn a_life_ends_with_what_the_settled_node_holds(plan in naive::plan(), of_256 in 0u64..=256) {
        let Ok(evaluation) = evaluate(&plan, &Tables::default()) else { return Ok(()) };
        for staircase in (0..).map_while(|row| evaluation.staircase(&plan, row)) {
            let pods = staircase.most() * of_256 / 256;
            let lines = staircase.timeline(pods);
            prop_assert!(lines.is_sorted_by_key(|l| l.millis));
            let row = staircase.count(pods).expect("a count");
            let held = format!("{} held", podroom::text::thousands(row.held()));
            let found = lines.iter().any(|l| l.text.ends_with(&held) || l.text.contains("gives up"));
            prop_assert!(found || row.held_max.is_some(), "{held}: {lines:#?}");
        }
    }
}

#[test]
fn the_node_screen() {
    let mut desk = Desk::preset("eks-1200-pods");
    desk.keys("alt-2 right");
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
        desk.size(columns, rows);
        insta::assert_snapshot!(format!("node_{columns}x{rows}"), desk.screen());
    }
    // the least size: the figures at the cursor, where a chart has no room
    desk.size(40, 10);
    insta::assert_snapshot!("node_40x10", desk.screen());
    desk.size(48, 12).keys("tab");
    insta::assert_snapshot!("node_steps_48x12", desk.screen());
    desk.keys("shift-tab");
    insta::assert_snapshot!("node_chart_48x12", desk.screen());
    desk.keys("tab G tab");
    insta::assert_snapshot!("node_timeline_48x12", desk.screen());
    desk.look.symbols = Symbols::ASCII;
    desk.size(80, 24);
    assert!(desk.screen().is_ascii());
    insta::assert_snapshot!("node_ascii_80x24", desk.screen());
}

#[test]
fn screens_are_chosen_by_digit_where_no_number_is_edited_by_alt_digit_and_by_click() {
    let mut desk = Desk::preset("eks-1200-pods");
    desk.keys("2");
    assert!(desk.app.editor.is_some(), "the cursor is on a number");
    desk.keys("esc tab 2");
    assert_eq!(desk.app.screen(), Screen::Node);
    desk.keys("esc");
    assert_eq!(desk.app.focus, Pane::Pools, "back to where it was");
    desk.keys("alt-2 alt-1 shift-tab left 2");
    assert_eq!(desk.app.screen(), Screen::Node, "no number is edited in a text field");
    desk.click_on("1 plan");
    assert_eq!(desk.app.focus, Pane::Inputs);
    desk.click_on("2 node");
    assert_eq!(desk.app.screen(), Screen::Node);
    desk.keys("enter");
    assert_eq!(desk.app.focus, Pane::Inputs, "at the group's nodes");
    desk.keys("?");
    assert!(desk.screen().contains("2 alt-2"), "{}", desk.screen());
}

#[test]
fn the_cursor_walks_by_pods_and_climbs_by_steps() {
    let mut desk = Desk::preset("eks-1200-pods");
    desk.keys("alt-2");
    assert_eq!(desk.app.pods(), 40, "today");
    desk.keys("right right left");
    assert_eq!(desk.app.pods(), 41);
    desk.keys("down");
    assert_eq!(desk.app.pods(), 59);
    desk.keys("up up up up up");
    assert_eq!(desk.app.pods(), 0);
    desk.keys("left G right");
    assert_eq!(desk.app.pods(), 232);
    assert!(desk.screen().contains("232 pods: 8 ENIs + 232 (232 assigned, 0 unused) = 240 held"));
    desk.keys("g");
    assert_eq!(desk.app.pods(), 0);
    desk.click_on("59");
    assert_eq!(desk.app.pods(), 59);
    desk.keys("w");
    assert!(desk.screen().contains("why: a node of workers with 59 pods"), "{}", desk.screen());
}

#[test]
fn the_node_screen_follows_the_plan_and_the_group() {
    let text = preset::find("eks-1200-pods").expect("a preset").text;
    let second = "\n[[cluster.node_group]]\nname = \"more\"\ninstance_type = \"m5.large\"\nnodes = 2\npods = 7\n\
                  subnets = [\"private-a\"]\n";
    let mut desk = Desk::file("plan.toml", &format!("{text}{second}"));
    desk.keys("down alt-2");
    let shown = |desk: &Desk| {
        let staircase = desk.app.staircase().expect("a staircase");
        (staircase.group.clone(), staircase.instance_type.clone(), desk.app.pods())
    };
    assert_eq!(shown(&desk), ("more".into(), "m5.large".into(), 7), "the group under the cursor");
    desk.keys("n");
    assert_eq!(shown(&desk), ("workers".into(), "m5.8xlarge".into(), 40));
    desk.keys("p right");
    assert_eq!(shown(&desk), ("more".into(), "m5.large".into(), 8));
    desk.keys("enter");
    assert_eq!(desk.app.plan().clusters[0].node_groups.len(), 2);
    desk.keys("right right 9 enter alt-2");
    assert_eq!(desk.app.staircase().map(Staircase::today), Some(9));
    desk.keys("u");
    assert_eq!(desk.app.staircase().map(Staircase::today), Some(7), "undone in sight");
}

#[test]
fn the_pools_are_shown_in_each_situation_and_in_all() {
    let mut desk = Desk::preset("eks-1200-pods");
    desk.keys("tab right right right");
    assert_eq!(desk.message(), "");
    let mut seen = vec![desk.app.show.name()];
    for _ in 0..4 {
        desk.keys("s");
        seen.push(desk.app.show.name());
        assert!(!desk.message().is_empty());
    }
    assert_eq!(seen, ["settled", "churned", "upgrade", "all situations", "settled"]);
    desk.keys("s");
    assert!(desk.screen().contains("churned"), "{}", desk.screen());
    insta::assert_snapshot!("churned_120x40", desk.screen());
    desk.keys("s s");
    insta::assert_snapshot!("situations_120x40", desk.screen());
    desk.size(80, 24);
    insta::assert_snapshot!("situations_80x24", desk.screen());
}

#[test]
fn a_plan_without_node_groups_says_so() {
    let mut desk = Desk::file("plan.toml", "format = 1\nname = \"none\"\n");
    desk.keys("alt-2 right G n enter w");
    assert!(desk.screen().contains("why: a node ") && desk.screen().contains("there is no node group"));
}
