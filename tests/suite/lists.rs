//! Lists that are searched, and tables that are filtered, sorted and have their columns chosen.

use podroom::app::pane::Pane;
use podroom::app::popup::Popup;
use podroom::app::screen::Screen;
use podroom::engine::Verdict;

use crate::desk::Desk;

fn example() -> Desk {
    Desk::preset("eks-1200-pods")
}

/// The names in the list on top, best first.
fn listed(desk: &Desk) -> Vec<String> {
    match desk.app.popups.last() {
        Some(Popup::List(list)) => list.matching().map(|item| item.name.clone()).collect(),
        other => panic!("no list but {other:?}"),
    }
}

/// Keys that type a text.
fn typed(text: &str) -> String {
    let key = |c: char| if c == ' ' { "space".to_owned() } else { c.to_string() };
    text.chars().map(key).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_palette_goes_to_fields_pools_and_screens_and_does_things() {
    let mut desk = example();
    desk.keys(":").keys(&typed("warm_ip")).keys("enter");
    assert_eq!(desk.app.form.field().map(|(_, field)| field.key), Some("WARM_IP_TARGET"));
    desk.keys("3 enter");
    assert!(desk.app.text().contains("WARM_IP_TARGET = 3"));
    desk.keys("ctrl-p").keys(&typed("private-b 10.68")).keys("enter");
    assert_eq!((desk.app.focus, desk.app.cell(Pane::Pools).row), (Pane::Pools, 1));
    desk.keys(":").keys(&typed("addresses of a pool")).keys("enter");
    assert_eq!(desk.app.screen(), Screen::Map);
    desk.keys(":").keys(&typed("take the last change")).keys("enter");
    assert!(!desk.app.text().contains("WARM_IP_TARGET = 3"));
    desk.keys(":").keys(&typed("preset does-not-fit")).keys("enter");
    assert_eq!(desk.app.report().expect("figures").verdict, Verdict::Exhausted);
}

#[test]
fn the_palette_takes_an_action_to_the_screen_where_it_means_something() {
    let mut desk = example();
    desk.keys(":").keys(&typed("let the time run")).keys("enter");
    assert_eq!(desk.app.screen(), Screen::Simulate);
}

#[test]
fn what_cannot_be_done_now_says_why_and_the_list_stays() {
    let mut desk = example();
    desk.keys("?").keys(&typed("take the last change")).keys("enter");
    assert_eq!(desk.message(), "nothing to undo");
    assert_eq!(listed(&desk), ["take the last change back"]);
    desk.keys("esc");
    assert!(desk.app.popups.is_empty());
}

#[test]
fn nothing_is_chosen_where_nothing_matches() {
    let mut desk = example();
    desk.keys(":").keys(&typed("qqqq")).keys("enter");
    assert_eq!(desk.message(), "nothing matches \"qqqq\"");
}

/// The names in the palette while a text is typed.
fn found(text: &str) -> Vec<String> {
    let mut desk = example();
    desk.keys(":").keys(&typed(text));
    listed(&desk)
}

#[test]
fn actions_are_found_by_their_names() {
    assert!(found("quit")[0].starts_with("leave;"));
    assert_eq!(found("help")[0], "all keys");
    assert_eq!(found("undo")[0], "take the last change back");
    assert_eq!(found("save-as")[0], "save the plan to another path");
    let mut desk = example();
    desk.keys("?").keys(&typed("help"));
    assert_eq!(listed(&desk), ["all keys", "all keys"], "? and f1");
}

#[test]
fn rows_are_added_from_anywhere() {
    for (text, added) in [
        ("add subnet", "added subnet subnet"),
        ("new subnet", "added subnet subnet"),
        ("add workload", "added workload app"),
        ("add node group", "added node group workers-2"),
        ("add cluster", "added cluster cluster"),
    ] {
        let mut desk = example();
        desk.keys("alt-3 :").keys(&typed(text)).keys("enter");
        assert_eq!(desk.message(), added, "{text}");
        assert_eq!((desk.app.screen(), desk.app.focus), (Screen::Plan, Pane::Inputs));
        desk.keys("esc u");
        assert_eq!(desk.app.text(), example().app.text(), "one change");
    }
    let mut kind = Desk::preset("kind-small-network");
    kind.keys(":").keys(&typed("add node group"));
    assert!(!listed(&kind).contains(&"add node group".to_owned()), "its nodes are a number");
}

#[test]
fn a_field_with_a_value_is_set() {
    let mut desk = example();
    let before = desk.app.text();
    desk.keys(":").keys(&typed("WARM_IP_TARGET=3"));
    assert_eq!(listed(&desk), ["set WARM_IP_TARGET of prod to 3"]);
    desk.keys("enter");
    assert!(desk.app.text().contains("WARM_IP_TARGET = 3\n"));
    assert_eq!(desk.message(), "WARM_IP_TARGET of prod 0 -> 3");
    desk.keys(":").keys(&typed("warm_ip =")).keys("enter u u");
    assert_eq!(desk.app.text(), before, "set and unset, a change each");
    assert_eq!(found("nodes=5")[0], "set nodes of workers to 5");
    assert_eq!(found("wrmip=5")[0], "set WARM_IP_TARGET of prod to 5", "letters");
    let cidrs = ["a", "b", "c"].map(|zone| format!("set CIDR of private-{zone} to 10.0.0.0/20"));
    assert_eq!(found("cidr=10.0.0.0/20")[..3], cidrs);
    assert!(found("a=1").len() <= 20);
    desk.keys(":").keys(&typed("nodes=many")).keys("enter");
    assert!(desk.message().contains("many"), "{}", desk.message());
    assert_eq!(listed(&desk)[0], "set nodes of workers to many", "the list stays");
}

#[test]
fn a_list_stays_where_it_is_while_one_types() {
    let corner = |desk: &Desk, title: &str| {
        let screen = desk.screen();
        let line = screen.lines().position(|line| line.contains(title)).expect("a list");
        (line, screen.lines().filter(|line| line.contains('└') || line.contains('╰')).count())
    };
    for (key, title) in [(":", "do or go to"), ("?", "keys: type"), ("ctrl-o", "open a plan")] {
        let mut desk = example();
        desk.keys(key);
        let before = corner(&desk, title);
        for c in ["q", "u", "i", "t", "z"] {
            desk.keys(c);
            assert_eq!(corner(&desk, title), before, "{key} {c}");
        }
    }
}

#[test]
fn a_path_that_is_typed_can_be_opened() {
    let mut desk = example();
    desk.files.insert("other.plan".into(), "format = 1\nname = \"other\"\n".into());
    desk.keys("ctrl-o").keys(&typed("other.plan"));
    assert_eq!(listed(&desk), ["other.plan"]);
    desk.keys("enter");
    assert_eq!(desk.app.plan().name, "other");
}

#[test]
fn values_of_an_enumeration_drop_down() {
    let mut desk = example();
    desk.keys(":").keys(&typed("placement of prod")).keys("enter enter");
    assert_eq!(listed(&desk), ["spread", "pack"]);
    desk.keys("down enter");
    assert!(desk.app.text().contains("placement = \"pack\""));
    assert_eq!(desk.message(), "placement of prod spread -> pack");
}

#[test]
fn the_history_leads_back_and_forth_to_any_change() {
    let mut desk = example();
    let text = desk.app.text();
    desk.keys("3 1 enter 3 2 enter : ").keys(&typed("small replicas")).keys("enter 9 enter");
    let last = desk.app.text();
    desk.keys("H");
    assert_eq!(listed(&desk)[0], "the plan as it is");
    desk.keys("end down down down enter");
    assert_eq!(desk.app.text(), text, "the first change taken back, and all after it");
    desk.keys("H");
    assert_eq!(listed(&desk).last().map(String::as_str), Some("the plan as it is"));
    desk.keys("up up up enter");
    assert_eq!(desk.app.text(), last);
}

#[test]
fn a_filter_leaves_rows_with_its_words_and_keeps_the_cursor_on_one() {
    let mut desk = example();
    desk.keys("tab /").keys(&typed("B"));
    assert_eq!(desk.app.rows_shown(Pane::Pools), [1], "at every key");
    assert_eq!(desk.app.cell(Pane::Pools).row, 1);
    desk.keys("enter w");
    assert!(desk.screen().contains("of private-b"));
    desk.keys("w /").keys(&typed("nowhere"));
    assert_eq!(desk.app.rows_shown(Pane::Pools), [0usize; 0]);
    assert!(desk.screen().contains("no row has these words"));
    desk.keys("esc");
    assert_eq!(desk.app.rows_shown(Pane::Pools), [0, 1, 2]);
}

#[test]
fn esc_shows_all_rows_before_it_leaves_the_table() {
    let mut desk = example();
    desk.keys("tab / c enter esc");
    assert_eq!((desk.app.focus, desk.app.rows_shown(Pane::Pools).len()), (Pane::Pools, 3));
    desk.keys("esc");
    assert_eq!(desk.app.focus, Pane::Inputs);
}

#[test]
fn tables_are_sorted_by_the_selected_column_and_the_cursor_stays_on_its_row() {
    let mut desk = example();
    desk.keys("tab tab tab o");
    assert_eq!(desk.app.focus, Pane::Workloads);
    assert_eq!(desk.app.rows_shown(Pane::Workloads), [1, 0], "big before small");
    assert_eq!(desk.app.cell(Pane::Workloads).row, 0, "still on small, which is now the last");
    desk.keys("up");
    assert_eq!(desk.app.cell(Pane::Workloads).row, 1);
    desk.keys("right o");
    assert_eq!(desk.app.rows_shown(Pane::Workloads), [1, 0], "200 before 1,000");
    desk.keys("o");
    assert_eq!(desk.app.rows_shown(Pane::Workloads), [0, 1]);
    desk.keys("o");
    assert_eq!(desk.message(), "in the order of the plan");
}

#[test]
fn columns_are_hidden_and_shown_again() {
    let mut desk = example();
    desk.size(200, 60).keys("tab");
    assert!(desk.screen().contains("primary  assigned"));
    desk.keys("c").keys(&typed("primary")).keys("enter");
    let hidden = desk.app.arrangement(Pane::Pools).hidden.clone();
    assert_eq!(hidden.into_iter().collect::<Vec<_>>(), ["primary"]);
    desk.keys("esc");
    assert!(!desk.screen().contains("primary  assigned"), "{}", desk.screen());
    desk.keys("c").keys(&typed("primary")).keys("enter esc");
    assert!(desk.app.arrangement(Pane::Pools).hidden.is_empty());
}

#[test]
fn lists_and_arranged_tables_look_like_this() {
    let mut desk = example();
    desk.size(120, 40).keys(":").keys(&typed("warm"));
    insta::assert_snapshot!("palette_120x40", desk.screen());
    desk.keys("esc tab right right o /").keys(&typed("private"));
    insta::assert_snapshot!("filter_120x40", desk.screen());
    desk.keys("enter c");
    insta::assert_snapshot!("columns_120x40", desk.screen());
}
