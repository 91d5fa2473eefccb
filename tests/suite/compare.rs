//! The baseline in the tables, and variants side by side.

use podroom::app::aside::Kind;
use podroom::app::columns::SHEETS;
use podroom::app::pane::Pane;
use podroom::app::screen::Screen;
use podroom::compare::{Line, Outcome};
use podroom::engine::evaluate;
use podroom::instance::Tables;
use podroom::output::diff::Diff;
use podroom::plan::policy::Checked;
use podroom::plan::{Plan, Variant, parse};

use crate::desk::Desk;

const EXAMPLE: &str = "eks-1200-pods";
const SHOP: &str = include_str!("../data/variants.toml");

fn shop() -> Desk {
    Desk::file("shop.toml", SHOP)
}

/// Gives the first node group other nodes, from anywhere.
fn give_nodes(desk: &mut Desk, nodes: &str) {
    desk.keys("alt-1 esc esc : ").types("nodes of workers").keys("enter").types(nodes).keys("enter");
}

#[test]
fn a_pinned_plan_is_what_tables_show_changes_against() {
    let mut desk = Desk::preset(EXAMPLE);
    let free = |desk: &Desk| desk.app.report().expect("figures").pools[0].settled.free;
    let before = free(&desk);
    desk.keys("esc tab b");
    assert!(desk.message().starts_with("pinned"), "{}", desk.message());
    assert_eq!(desk.app.pinned(), Some((EXAMPLE, false)));
    assert_eq!(desk.app.change_here(), None, "nothing has changed yet");
    give_nodes(&mut desk, "24");
    let now = free(&desk);
    assert!(now > before);
    desk.size(200, 60).keys("tab l l l l l l l l");
    assert_eq!(desk.app.focus, Pane::Pools);
    let long = format!("free of private-a, settled: {before} -> {now} (+{})", now - before);
    assert_eq!(desk.app.change_here(), Some(long.clone()));
    assert!(desk.screen().contains(&long), "{}", desk.screen());
    assert!(desk.screen().contains(&format!("{now} (+{})", now - before)), "{}", desk.screen());
    // it survives undo, and being saved
    desk.keys("u");
    assert_eq!(desk.app.change_here(), None);
    desk.keys("U S ctrl-u").types("kept.toml").keys("enter");
    assert_eq!(desk.message(), "saved kept.toml");
    assert!(desk.app.change_here().is_some());
    // pinned anew there is no change, and without a pin neither
    desk.keys("B");
    assert_eq!(desk.app.change_here(), None);
    desk.keys("b");
    assert_eq!((desk.app.pinned(), desk.message().as_str()), (None, "no longer pinned"));
}

#[test]
fn columns_do_not_move_when_a_figure_changes() {
    for (columns, rows) in [(120, 40), (200, 60)] {
        let mut desk = Desk::preset(EXAMPLE);
        desk.size(columns, rows).keys("b");
        let header = |desk: &Desk| desk.screen().lines().find(|l| l.contains("usable")).map(str::to_owned);
        let before = header(&desk);
        give_nodes(&mut desk, "24");
        assert_eq!(header(&desk), before, "{columns}x{rows}");
    }
}

#[test]
fn rows_that_come_and_go_are_said() {
    let mut desk = shop();
    desk.size(200, 60).keys("b alt-6 l l l enter alt-1");
    assert!(desk.app.text().contains("private-c"), "{}", desk.app.text());
    assert!(desk.screen().contains("private-c (new)"), "{}", desk.screen());
    desk.keys("B u");
    assert!(desk.screen().contains("gone: private-c"), "{}", desk.screen());
}

#[test]
fn a_plan_pinned_before_its_thresholds_are_known_gets_them_later() {
    let mut desk = Desk::preset(EXAMPLE);
    // the next edit comes before the thresholds of the one that is pinned
    desk.late = Some(Kind::Thresholds);
    desk.keys("+ b");
    assert!(!desk.app.thresholds_are_known());
    desk.late = None;
    desk.keys("+").size(200, 60);
    let sheet = SHEETS.iter().find(|s| s.pane == Pane::Thresholds).expect("thresholds");
    assert!(desk.app.against(sheet).is_some());
}

#[test]
fn a_baseline_of_another_plan_says_so() {
    let mut desk = Desk::preset(EXAMPLE);
    desk.keys("b ctrl-o").types("starter").keys("enter");
    assert_eq!(desk.app.pinned(), Some((EXAMPLE, true)));
    desk.size(200, 60);
    assert!(
        desk.screen().contains("against the baseline of eks-1200-pods, another plan"),
        "{}",
        desk.screen()
    );
    desk.keys("alt-6 n");
    assert!(desk.message().starts_with("the baseline is of another plan"), "{}", desk.message());
}

#[test]
fn what_has_changed_is_kept_as_a_variant_and_the_plan_goes_back() {
    let mut desk = Desk::file("shop.toml", SHOP);
    desk.keys("alt-6 n");
    assert!(
        desk.message().starts_with("nothing has changed since it was opened or saved"),
        "{}",
        desk.message()
    );
    give_nodes(&mut desk, "20");
    let changed = desk.app.text();
    desk.keys("alt-6 n ctrl-u").types("bigger").keys("enter");
    assert!(desk.screen().contains("there is a variant bigger already"), "{}", desk.screen());
    desk.keys("ctrl-u").types("twenty nodes").keys("enter");
    assert_eq!(desk.message(), "1 change kept as variant twenty nodes");
    let text = desk.app.text();
    assert!(text.starts_with(SHOP.trim_end()), "{text}");
    let added = "[variant.\"twenty nodes\"]\nset = { \"cluster.prod.node_group.workers.nodes\" = 20 }";
    assert!(text.contains(added), "{text}");
    assert_eq!(desk.app.variant().map(|v| v.name.as_str()), Some("twenty nodes"), "the cursor is on it");
    desk.keys("u");
    assert_eq!(desk.app.text(), changed, "one change");
    desk.keys("U");
    assert_eq!(desk.app.text(), text);
}

#[test]
fn with_a_baseline_the_plan_goes_back_to_that() {
    let mut desk = shop();
    give_nodes(&mut desk, "18");
    let pinned = desk.app.text();
    desk.keys("b alt-6 d");
    assert!(desk.message().starts_with("this is no variant"), "{}", desk.message());
    // a variant that was deleted since stays deleted
    desk.keys("l l d");
    assert_eq!(desk.message(), "variant lean deleted");
    give_nodes(&mut desk, "24");
    desk.keys("alt-6 n enter");
    let text = desk.app.text();
    assert!(text.contains("nodes = 18") && text.contains("[variant.variant]"), "{text}");
    assert!(!text.contains("[variant.lean]") && text.contains("[variant.old]"), "{text}");
    assert_eq!(parse(&text).plan.expect("a plan").clusters, parse(&pinned).plan.expect("a plan").clusters);
}

#[test]
fn a_variant_is_applied_renamed_copied_deleted_and_written() {
    let mut desk = shop();
    desk.keys("alt-6 l");
    assert_eq!(desk.app.variant().map(|v| v.name.as_str()), Some("lean"));
    desk.keys("r ctrl-u").types("thin").keys("enter");
    assert_eq!(desk.app.text(), SHOP.replace("[variant.lean]", "[variant.thin]"), "nothing else changes");
    desk.keys("u c");
    assert_eq!(desk.message(), "variant lean copied to lean-2");
    assert_eq!(desk.app.variant().map(|v| v.name.as_str()), Some("lean-2"));
    desk.keys("d");
    assert_eq!(desk.app.text().trim_end(), SHOP.trim_end());
    desk.keys("home h h h h h l e enter");
    assert_eq!(desk.message(), "written to shop-lean.toml");
    let own = parse(&desk.files[std::path::Path::new("shop-lean.toml")]).plan.expect("a plan");
    assert_eq!((own.name.as_str(), own.variants.len()), ("shop-lean", 0));
    desk.keys("e enter");
    assert!(desk.screen().contains("shop-lean.toml exists already. Overwrite it?"), "{}", desk.screen());
    desk.keys("esc");
    let before = desk.app.text();
    desk.keys("enter");
    assert_eq!(desk.message(), "variant lean is the plan now");
    assert_eq!(desk.app.plan().clusters[0].env, own.clusters[0].env);
    assert!(!desk.app.plan().variants.iter().any(|v: &Variant| v.name == "lean"));
    desk.keys("u");
    assert_eq!(desk.app.text(), before);
    // one that does not apply is not applied, and says why
    desk.keys("l l l enter");
    assert_eq!(
        desk.message(),
        "variant \"old\": no subnet is called \"private-d\": did you mean \"private-a\"?"
    );
    assert_eq!(desk.app.text(), before);
}

#[test]
fn every_cell_is_what_the_engine_says_of_that_side() {
    let mut desk = shop();
    desk.turn_to(Screen::Compare);
    assert_eq!(desk.app.sides(), ["plan", "lean", "bigger", "old"]);
    for (i, name) in desk.app.sides().iter().enumerate() {
        let ((side, outcome), fresh) = desk.app.compared(i).expect("computed");
        assert_eq!((&side.name, fresh), (name, true));
        let Ok(outcome) = outcome else {
            assert_eq!(name, "old");
            continue;
        };
        let plan = side.plan.as_ref().expect("a plan");
        let mut evaluation = evaluate(plan, &Tables::builtin()).expect("figures");
        evaluation.live(plan);
        assert_eq!(outcome.report().pools.len(), if name == "bigger" { 3 } else { 2 });
        assert_eq!(outcome.report().verdict, evaluation.report.verdict);
        assert_eq!(outcome.report().thresholds[..], evaluation.thresholds(plan));
        for pool in &evaluation.report.pools {
            for checked in [Checked::Settled, Checked::ChurnedWorst, Checked::Upgrade] {
                let h = pool.holding(checked.situation());
                let value = Line::Free(pool.name.clone(), checked).value(outcome);
                assert_eq!(value, Some(h.free as i64 - h.short as i64), "{name} {}", pool.name);
            }
        }
    }
    assert_eq!(desk.app.compared(1).expect("lean").0.0.differs, ["cluster.prod.env.WARM_IP_TARGET = 3"]);
}

#[test]
fn a_change_of_the_plan_asks_again() {
    let mut desk = shop();
    desk.turn_to(Screen::Compare);
    let held = |desk: &Desk, side: usize| match &desk.app.compared(side).expect("known").0.1 {
        Ok(outcome) => outcome.comes.held,
        Err(reason) => panic!("{reason}"),
    };
    let before = [held(&desk, 0), held(&desk, 1)];
    give_nodes(&mut desk, "17");
    desk.turn_to(Screen::Compare);
    assert!(held(&desk, 0) > before[0] && held(&desk, 1) > before[1]);
    desk.keys("b");
    assert_eq!(desk.app.sides()[..2], ["baseline", "plan"]);
}

#[test]
fn the_tables_against_a_baseline() {
    let mut desk = Desk::preset(EXAMPLE);
    desk.keys("b");
    give_nodes(&mut desk, "24");
    desk.keys("esc tab");
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
        desk.size(columns, rows);
        insta::assert_snapshot!(format!("baseline_{columns}x{rows}"), desk.screen());
    }
    desk.size(200, 60).keys("s s s");
    insta::assert_snapshot!("baseline_all_200x60", desk.screen());
}

#[test]
fn sides_that_take_long_are_awaited_until_esc() {
    let mut desk = Desk::preset("eks-1200-pods");
    desk.late = Some(Kind::Compare);
    desk.turn_to(Screen::Compare);
    assert!(desk.screen().contains("(0 of 1 computed, esc stops)"), "{}", desk.screen());
    desk.keys("esc");
    assert_eq!((desk.stopped.as_slice(), desk.app.screen()), (&[Kind::Compare][..], Screen::Compare));
    assert!(desk.screen().contains("(stopped at 0 of 1)"), "{}", desk.screen());
    desk.keys("esc");
    assert_eq!(desk.app.screen(), Screen::Plan);
}

#[test]
fn the_compare_screen() {
    let mut desk = shop();
    desk.turn_to(Screen::Compare).keys("l");
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
        desk.size(columns, rows);
        insta::assert_snapshot!(format!("compare_{columns}x{rows}"), desk.screen());
    }
    desk.size(60, 15).keys("l l");
    insta::assert_snapshot!("compare_60x15", desk.screen());
    desk.size(120, 40).keys("h b j j j w");
    insta::assert_snapshot!("compare_why_120x40", desk.screen());
    let mut desk = Desk::preset(EXAMPLE);
    desk.turn_to(Screen::Compare);
    insta::assert_snapshot!("compare_without_variants_120x40", desk.screen());
}

/// What `podroom diff` compares.
fn outcome(plan: Plan) -> Outcome {
    let mut evaluation = evaluate(&plan, &Tables::builtin()).expect("figures");
    evaluation.live(&plan);
    Outcome::of(plan, evaluation)
}

#[test]
fn a_pool_that_becomes_short_where_the_verdict_looks_is_worse() {
    let plan = |a: u32, b: u32| {
        let mut text = "format = 1\n".to_owned();
        for (n, name) in ["a", "b"].iter().enumerate() {
            text += &format!("[[subnet]]\nname = \"{name}\"\ncidr = \"10.0.{n}.0/24\"\nzone = \"{name}\"\n");
        }
        for (name, nodes) in [("a", a), ("b", b)] {
            text += &format!(
                "[[cluster]]\nname = \"{name}\"\n[[cluster.node_group]]\nname = \"g\"\nsubnets = [\"{name}\"]\n\
                 instance_type = \"m5.large\"\nnodes = {nodes}\n[[cluster.workload]]\nname = \"w\"\n\
                 replicas = 60\ncpu = \"100m\"\n"
            );
        }
        outcome(parse(&text).plan.expect("a plan"))
    };
    let worse = |before: &Outcome, now: &Outcome| {
        Diff { names: Default::default(), inputs: Vec::new(), outcomes: [before, now], check: true }.worse()
    };
    let short = |n: u32| Checked::ALL.map(|checked| plan(n, n).report().pools[0].is_short_in(checked));
    // settled, churned, churned-worst, upgrade
    let first = |is: fn([bool; 4]) -> bool| (4..26).find(|n| is(short(*n))).expect("so many nodes");
    let few = first(|short| short == [false; 4]);
    let worst = first(|short| short == [false, false, true, false]);
    let risky = first(|short| !short[0] && short[3]);
    let fits = plan(few, few);
    let only_worst = plan(worst, few);
    assert!(worse(&fits, &only_worst).is_empty(), "the worst case does not count");
    let one = plan(risky, few);
    let said = worse(&only_worst, &one);
    assert_eq!(said.first().map(String::as_str), Some("verdict: fits -> at-risk"));
    assert_eq!(said.last().map(String::as_str), Some("upgrade: pool a is short"));
    // the verdict stays at-risk, and one pool more is short
    let both = plan(risky, risky);
    assert_eq!(one.report().verdict, both.report().verdict);
    assert_eq!(worse(&one, &both).last().map(String::as_str), Some("upgrade: pool b is short"));
    assert!(worse(&both, &one).is_empty() && worse(&both, &both).is_empty());
    // as many as before, but another one
    assert!(!worse(&one, &plan(few, risky)).is_empty());
}
