//! Fields varied: what comes of each pair of values, and the screen of it.

use podroom::app::aside::Kind;
use podroom::app::msg::Msg;
use podroom::app::pane::Pane;
use podroom::app::screen::Screen;
use podroom::engine::burst::Burst;
use podroom::engine::{Lives, evaluate};
use podroom::explore::{Axis, Cell, FIGURES, Question, Trials};
use podroom::file::preset;
use podroom::instance::Tables;
use podroom::plan::document::Document;
use podroom::plan::variant::place_of;
use podroom::plan::{Place, Row, parse};

use crate::desk::Desk;

const EXAMPLE: &str = "eks-1200-pods";

fn burst_of(text: &str) -> Burst {
    let plan = parse(text).plan.expect("a plan");
    evaluate(&plan, &Tables::builtin()).expect("figures").burst(&plan).expect("a warm pool")
}

/// A plan of one node that runs no pod, and then many.
fn node(instance_type: &str, peak: u32, env: &str) -> String {
    format!(
        r#"
format = 1
[[subnet]]
name = "a"
cidr = "10.0.0.0/18"
[[cluster]]
name = "c"
[cluster.env]
{env}
[[cluster.node_group]]
name = "g"
instance_type = "{instance_type}"
max_pods = {}
nodes = 1
subnets = ["a"]
pods = 0
peak_pods = {peak}
"#,
        peak + 2
    )
}

#[test]
fn a_burst_is_served_as_fast_as_the_pool_loop_grows_the_pool() {
    // 735 pods with WARM_IP_TARGET = 5 took 738 s on the real program
    let burst = burst_of(&node("p3dn.24xlarge", 735, "WARM_IP_TARGET = 5"));
    assert_eq!((burst.pods, burst.at_once, burst.never), (735, 5, 0));
    assert!((730_000..=745_000).contains(&burst.millis), "{burst:?}");
    // one warm ENI of 29 addresses, and the first one's: 58 at once
    let burst = burst_of(&node("m5.8xlarge", 100, "WARM_ENI_TARGET = 1"));
    assert_eq!((burst.pods, burst.never), (100, 0));
    assert!(burst.at_once >= 29 && burst.millis <= 30_000, "{burst:?}");
    // what is warm is enough
    let burst = burst_of(&node("m5.8xlarge", 20, "WARM_IP_TARGET = 20"));
    assert_eq!((burst.at_once, burst.never, burst.millis), (20, 0, 0));
}

#[test]
fn pods_beyond_the_enis_never_get_an_address() {
    // t3.small: 3 ENIs of 4 addresses, 9 for pods
    let burst = burst_of(&node("t3.small", 20, "WARM_IP_TARGET = 1"));
    assert_eq!((burst.pods, burst.never), (20, 11));
}

#[test]
fn a_plan_without_a_warm_pool_has_no_burst() {
    let plan = parse(preset::find("flannel").expect("a preset").text).plan.expect("a plan");
    assert_eq!(evaluate(&plan, &Tables::builtin()).expect("figures").burst(&plan), None);
}

#[test]
fn every_cell_is_what_the_plan_comes_to_with_these_values() {
    let tables = Tables::builtin();
    let document = Document::new(preset::find(EXAMPLE).expect("a preset").text).expect("a plan");
    let axis =
        |key: &str, text: &str| Axis::typed(Place::key(Row::Env(0), key), text, &tables).expect("values");
    let question = Question {
        document,
        axes: vec![axis("WARM_IP_TARGET", "default,1,8"), axis("MINIMUM_IP_TARGET", "default,45")],
    };
    let (mut trials, mut lives) = (Trials::default(), Lives::default());
    for i in 0..question.len() {
        let values = question.values(i);
        let mut text = preset::find(EXAMPLE).expect("a preset").text.to_owned();
        for (axis, value) in question.axes.iter().zip(&values) {
            if !value.is_empty() {
                let line = format!("[cluster.env]\n{} = {value}", axis.place.key);
                text = text.replacen("[cluster.env]", &line, 1);
            }
        }
        let plan = parse(&text).plan.expect("a plan");
        let mut evaluation = evaluate(&plan, &tables).expect("figures");
        evaluation.live(&plan);
        let Cell::Comes(comes) = question.cell(i, &tables, &mut trials, &mut lives) else {
            panic!("{values:?}")
        };
        let pools = &evaluation.report.pools;
        assert_eq!(comes.verdict, evaluation.report.verdict, "{values:?}");
        assert_eq!(comes.unused, pools.iter().map(|p| p.settled.unused).sum::<u64>());
        assert_eq!(comes.held, pools.iter().map(|p| p.settled.held).sum::<u64>());
        let free = pools.iter().map(|p| p.settled.free as i64 - p.settled.short as i64).min();
        assert_eq!(Some(comes.free), free);
        assert_eq!(comes.burst, evaluation.burst(&plan));
        assert_eq!(comes.held_churned, pools.iter().map(|p| p.churned.held).sum::<u64>());
        assert_eq!(comes.cents, Some(3_363_840), "30 nodes at 1.536 dollars an hour, 730 hours");
    }
}

#[test]
fn enter_gives_the_plan_the_values_of_the_pair_as_one_change() {
    let mut desk = Desk::preset(EXAMPLE);
    let before = desk.app.text();
    desk.turn_to(Screen::Explore).keys("right right down enter");
    let text = desk.app.text();
    assert!(text.contains("WARM_IP_TARGET = 2") && text.contains("MINIMUM_IP_TARGET = 1"), "{text}");
    assert_eq!(desk.message(), "WARM_IP_TARGET of prod = 2, MINIMUM_IP_TARGET of prod = 1");
    assert_eq!(desk.app.present_pair(), Some((2, 1)));
    let Some((Cell::Comes(comes), true)) = desk.app.explored(desk.app.pair_index()) else { panic!() };
    let pools = &desk.app.report().expect("figures").pools;
    assert_eq!(comes.unused, pools.iter().map(|p| p.settled.unused).sum::<u64>());
    desk.keys("u");
    assert_eq!(desk.app.text(), before);
}

#[test]
fn other_fields_and_values_are_chosen_by_name() {
    let mut desk = Desk::preset(EXAMPLE);
    desk.turn_to(Screen::Explore).keys("a").types("type of workers").keys("enter v");
    desk.types("m5.8xlarge,m5.4xlarge,r5.*").keys("enter");
    let [across, down] = desk.app.axes().expect("axes");
    assert_eq!((across.place.key.as_str(), across.values[0].as_str()), ("instance_type", "m5.8xlarge"));
    assert!(across.values.len() > 8 && across.values.iter().skip(2).all(|v| v.starts_with("r5.")));
    assert_eq!(down.place.key, "MINIMUM_IP_TARGET", "the other one stays");
    desk.keys("V").types("0..few").keys("enter");
    assert!(desk.screen().contains("\"few\" is no whole number"), "{}", desk.screen());
    assert!(!desk.app.popups.is_empty(), "asked again");
}

#[test]
fn the_ranking_begins_with_the_best_and_follows_the_figure() {
    let mut desk = Desk::preset(EXAMPLE);
    desk.turn_to(Screen::Explore).keys("tab g");
    assert_eq!(desk.app.focus, Pane::Ranking);
    for figure in FIGURES {
        let cell = |i: usize| desk.app.explored(i).expect("known").0;
        let ranking = desk.app.ranking();
        let (failing, others): (Vec<usize>, Vec<usize>) = ranking.iter().partition(|i| cell(**i).fails());
        assert_eq!(ranking, [others.clone(), failing.clone()].concat(), "what fails comes last");
        for part in [others, failing] {
            let known: Vec<i64> = part.into_iter().filter_map(|i| figure.of(cell(i))).collect();
            let mut sorted = known.clone();
            sorted.sort_unstable();
            if figure.better == podroom::explore::figure::Better::More {
                sorted.reverse();
            }
            assert_eq!(known, sorted, "{}", figure.name);
        }
        desk.keys("f");
    }
    assert_eq!(desk.app.figure().name, FIGURES[0].name, "after the last the first");
}

#[test]
fn a_map_that_takes_long_says_how_far_it_is_and_esc_ends_it() {
    let mut desk = Desk::preset(EXAMPLE);
    desk.late = Some(Kind::Explore);
    desk.turn_to(Screen::Explore);
    let [across, down] = desk.app.axes().expect("axes").clone();
    let all = across.values.len() * down.values.len();
    let cell = Cell::Invalid("not tried".into());
    desk.send(Msg::Explored { question: 7, cells: vec![cell.clone(); 5] });
    assert!(
        desk.screen().contains(&format!("(0 of {all} computed, esc stops)")),
        "that was another question"
    );
    desk.send(Msg::Explored { question: 1, cells: vec![cell; 9] });
    assert!(desk.screen().contains(&format!("(9 of {all} computed, esc stops)")), "{}", desk.screen());
    desk.keys("esc");
    assert_eq!((desk.stopped.as_slice(), desk.app.screen()), (&[Kind::Explore][..], Screen::Explore));
    assert!(desk.screen().contains(&format!("(stopped at 9 of {all})")), "{}", desk.screen());
    desk.keys("esc");
    assert_eq!((desk.stopped.len(), desk.app.screen()), (1, Screen::Plan), "nothing is left to stop");
}

#[test]
fn every_combination_comes_once() {
    let axis = |key: &str, values: &[&str]| Axis {
        place: Place::key(Row::Env(0), key),
        values: values.iter().map(|v| (*v).to_owned()).collect(),
    };
    let document = Document::new(preset::find(EXAMPLE).expect("a preset").text).expect("a plan");
    let axes = vec![axis("a", &["1", "2"]), axis("b", &["3"]), axis("c", &["4", "5", "6"])];
    let question = Question { document, axes };
    let all: Vec<String> = (0..question.len()).map(|i| question.values(i).concat()).collect();
    assert_eq!(all, ["134", "234", "135", "235", "136", "236"]);
}

#[test]
fn a_field_is_named_by_its_path_or_by_a_key_that_one_row_has() {
    let plan = parse(preset::find(EXAMPLE).expect("a preset").text).plan.expect("a plan");
    let place = |text: &str| place_of(&plan, text);
    assert_eq!(place("WARM_IP_TARGET"), Ok(Place::key(Row::Env(0), "WARM_IP_TARGET")));
    assert_eq!(place("cluster.prod.node_group.workers.nodes"), Ok(Place::key(Row::NodeGroup(0, 0), "nodes")));
    assert_eq!(place("name"), Ok(Place::key(Row::Plan, "name")));
    for (text, error) in [
        ("replicas", "several rows have \"replicas\": write \"cluster.prod.workload.small.replicas\", "),
        ("nods", "no row has \"nods\": did you mean nodes?"),
        ("cluster.prod.node_group.worker.nodes", "no node group is called \"worker\""),
    ] {
        let said = place(text).expect_err(text);
        assert!(said.contains(error), "{text}: {said}");
    }
}

#[test]
fn a_figure_is_found_by_its_name() {
    let mut desk = Desk::preset(EXAMPLE);
    desk.keys(":").types("explore by ec2-calls").keys("enter");
    assert_eq!((desk.app.screen(), desk.app.figure().name), (Screen::Explore, "ec2-calls"));
}

#[test]
fn a_change_of_the_plan_asks_again() {
    let mut desk = Desk::preset(EXAMPLE);
    desk.turn_to(Screen::Explore);
    let unused = |desk: &Desk| match desk.app.explored(desk.app.pair_index()) {
        Some((Cell::Comes(comes), true)) => comes.unused,
        other => panic!("{other:?}"),
    };
    assert_eq!(unused(&desk), 30 * (90 - 3 - 40), "30 nodes of 3 ENIs and 40 pods");
    desk.keys("alt-1 6 0 enter alt-4");
    assert_eq!(unused(&desk), 60 * (60 - 2 - 20), "60 nodes of 2 ENIs and 20 pods");
}

#[test]
fn every_preset_can_be_explored() {
    for preset in preset::PLANS {
        let mut desk = Desk::preset(preset.name);
        desk.turn_to(Screen::Explore).keys("right down f f f tab down w");
        assert!(desk.app.axes().is_some() || desk.app.explore_refused().is_some(), "{}", preset.name);
    }
}

#[test]
fn the_explore_screen() {
    let mut desk = Desk::preset(EXAMPLE);
    desk.turn_to(Screen::Explore);
    for (columns, rows) in [(60, 15), (80, 24), (120, 40), (200, 60)] {
        desk.size(columns, rows);
        insta::assert_snapshot!(format!("explore_{columns}x{rows}"), desk.screen());
    }
    desk.size(60, 15).keys("tab");
    insta::assert_snapshot!("ranking_60x15", desk.screen());
    desk.size(120, 40).keys("f f w");
    insta::assert_snapshot!("verdicts_120x40", desk.screen());
}
