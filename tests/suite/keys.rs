//! Keys: a plan, what is pressed, and what the plan and the figures are then.

use podroom::app::msg::{Leave, Msg};
use podroom::app::pane::Pane;
use podroom::engine::Verdict;
use podroom::file::preset;
use podroom::plan::{Nodes, Row};

use crate::desk::Desk;

const EXAMPLE: &str = "eks-1200-pods";

fn example() -> Desk {
    Desk::preset(EXAMPLE)
}

fn text_of(name: &str) -> &'static str {
    preset::find(name).expect("a preset").text
}

/// Free addresses of the first pool.
fn free(desk: &Desk) -> u64 {
    desk.app.report().expect("figures").pools[0].settled.free
}

#[test]
fn typing_a_number_changes_figures_at_every_key_and_the_plan_on_enter() {
    let mut desk = example();
    desk.keys("enter 3");
    assert_eq!(desk.app.report().expect("figures").node_groups[0].nodes, 3, "before Enter");
    desk.keys("1 enter");
    let group = &desk.app.report().expect("figures").node_groups[0];
    assert_eq!((group.nodes, group.per_node.held), (31, Some([90, 90])));
    assert_eq!(desk.app.text(), text_of(EXAMPLE).replace("nodes = 30", "nodes = 31"));
    assert_eq!(desk.message(), "nodes of workers 30 -> 31");
    assert_eq!(free(&desk), 29, "11 nodes of 90 in the first subnet");
}

#[test]
fn a_digit_starts_editing_a_number() {
    let mut desk = example();
    desk.keys("4 0 enter");
    assert_eq!(desk.app.plan().clusters[0].node_groups[0].nodes, Nodes::Count(40));
    assert_eq!(desk.app.report().expect("figures").verdict, Verdict::Exhausted);
}

#[test]
fn esc_leaves_a_field_as_it_was() {
    let mut desk = example();
    desk.keys("9 9");
    assert!(desk.app.is_dirty());
    desk.keys("esc");
    assert_eq!(desk.app.text(), text_of(EXAMPLE));
    assert!(!desk.app.is_dirty());
    assert_eq!(free(&desk), 119);
    desk.keys("u");
    assert_eq!(desk.message(), "nothing to undo");
}

#[test]
fn an_invalid_value_shows_the_figures_of_the_plan_as_it_is_and_enter_is_refused() {
    let mut desk = example();
    desk.keys("3 1 x enter");
    let editor = desk.app.editor.as_ref().expect("still editing");
    assert!(editor.error.as_ref().is_some_and(|e| e.contains("31x")), "{:?}", editor.error);
    assert!(desk.app.is_stale());
    assert_eq!(free(&desk), 119, "of 30 nodes: 31 is not accepted yet");
    assert!(desk.screen().contains("STALE"));
    desk.keys("backspace");
    assert_eq!(free(&desk), 29, "of 31 nodes");
    desk.keys("enter");
    assert!(desk.app.editor.is_none() && !desk.app.is_stale());
    assert_eq!(desk.app.text(), text_of(EXAMPLE).replace("nodes = 30", "nodes = 31"));
}

#[test]
fn a_value_that_the_instance_tables_refuse_is_refused() {
    let mut desk = example();
    desk.keys("left i backspace backspace enter");
    let error = desk.app.editor.as_ref().and_then(|e| e.error.clone()).expect("refused");
    assert!(error.contains("m5.8xlar"), "{error}");
    desk.keys("esc");
    assert_eq!(desk.app.text(), text_of(EXAMPLE));
}

#[test]
fn steps_are_one_change_however_many() {
    let mut desk = example();
    desk.keys("+ + > - ");
    assert_eq!(desk.message(), "nodes of workers 30 -> 41");
    assert_eq!(desk.app.report().expect("figures").node_groups[0].nodes, 41);
    desk.keys("u");
    assert_eq!(desk.message(), "undid: nodes of workers 30 -> 41");
    assert_eq!(desk.app.text(), text_of(EXAMPLE));
    desk.keys("ctrl-r");
    assert_eq!(desk.app.report().expect("figures").node_groups[0].nodes, 41);
    desk.keys("u + -");
    assert_eq!(desk.message(), "nodes of workers as before");
    assert!(!desk.app.is_dirty(), "one up and one down is no change");
}

#[test]
fn steps_do_not_reach_back_over_a_save() {
    let mut desk = Desk::file("plan.toml", text_of(EXAMPLE));
    desk.keys("+ ctrl-s + u");
    assert!(!desk.app.is_dirty());
    assert_eq!(desk.app.report().expect("figures").node_groups[0].nodes, 31);
    desk.keys("u");
    assert!(desk.app.is_dirty());
    desk.keys("U");
    assert!(!desk.app.is_dirty(), "redone to what is saved");
}

#[test]
fn flags_flip_and_variables_step() {
    let mut desk = example();
    desk.keys("g j j j j j j j j j enter");
    assert_eq!(desk.message(), "ENABLE_PREFIX_DELEGATION of prod false -> true");
    assert_eq!(desk.app.report().expect("figures").node_groups[0].per_node.held, Some([65, 65]));
    desk.keys("u k k 5 enter");
    assert_eq!(desk.app.report().expect("figures").pools[0].settled.held, 470);
    assert!(desk.app.text().contains("WARM_IP_TARGET = 5\n"));
    desk.keys("x");
    assert_eq!(desk.app.text(), text_of(EXAMPLE));
}

#[test]
fn a_type_is_picked_by_a_few_letters() {
    let mut desk = example();
    desk.keys("left enter").types("m5.2x");
    assert!(desk.screen().contains("m5.2xlarge"));
    desk.keys("enter");
    assert_eq!(*desk.app.report().expect("figures").node_groups[0].instance_type, *"m5.2xlarge");
    assert_eq!(desk.app.report().expect("figures").verdict, Verdict::Exhausted);
    desk.keys("enter esc");
    assert_eq!(desk.message(), "");
    desk.keys("u");
    assert_eq!(desk.app.text(), text_of(EXAMPLE));
}

#[test]
fn the_picker_says_what_the_plan_would_hold() {
    let mut desk = example();
    desk.keys("left enter").types("m5.24xlarge");
    // 30 nodes with two ENIs of 50 each
    let screen = desk.screen();
    let line = screen.lines().rfind(|l| l.contains("m5.24xlarge")).expect("a row");
    assert!(line.contains("3,000") && line.contains("at-risk"), "{line}");
    assert_eq!(desk.app.text(), text_of(EXAMPLE), "looking changes nothing");
}

#[test]
fn rows_are_added_duplicated_moved_deleted_and_all_of_it_undone() {
    let mut desk = example();
    desk.keys("a");
    assert_eq!(desk.app.plan().clusters[0].node_groups.len(), 2);
    desk.types("batch").keys("enter");
    assert_eq!(&*desk.app.plan().clusters[0].node_groups[1].name, "batch", "what it is called comes first");
    desk.keys("u K");
    assert_eq!(&*desk.app.plan().clusters[0].node_groups[1].name, "workers");
    desk.keys("c d d");
    assert_eq!(desk.message(), "deleted node group workers: u brings it back");
    desk.keys("u u u u u u");
    assert_eq!(desk.app.text(), text_of(EXAMPLE));
    assert!(!desk.app.is_dirty());
}

#[test]
fn a_subnet_that_is_needed_is_not_deleted_and_the_reason_is_said() {
    let mut desk = Desk::file(
        "p.toml",
        &text_of("starter").replace("subnets = [\"private-a\", \"private-b\"]", "subnets = [\"private-a\"]"),
    );
    desk.keys("g j d");
    assert!(desk.message().contains("workers"), "{}", desk.message());
    assert_eq!(desk.app.plan().subnets.len(), 2);
}

#[test]
fn a_new_name_is_followed_by_its_references_while_it_is_typed() {
    let mut desk = example();
    desk.keys("g j left left enter").types("front");
    assert_eq!(desk.app.plan().subnets[0].name, "front");
    desk.keys("enter");
    assert_eq!(desk.message(), "subnet private-a -> front");
    assert!(desk.app.text().contains("subnets = [\"front\", \"private-b\", \"private-c\"]"));
    desk.keys("u");
    assert_eq!(desk.app.text(), text_of(EXAMPLE));
}

#[test]
fn tab_accepts_and_edits_the_next_field() {
    let mut desk = example();
    desk.keys("G k k left enter").types("1,200").keys("tab").types("250m").keys("enter");
    let small = &desk.app.plan().clusters[0].workloads[0];
    assert_eq!((small.replicas, small.cpu), (Some(1_200), 250));
    desk.keys("u u");
    assert_eq!(desk.app.text(), text_of(EXAMPLE));
}

#[test]
fn the_rest_of_a_row_is_behind_it() {
    let mut desk = example();
    assert!(!desk.screen().contains("max pods       "));
    desk.keys("o j");
    let (row, field) = desk.app.form.field().expect("a field");
    assert_eq!((row, field.key), (Row::NodeGroup(0, 0), "min_nodes"));
    desk.keys("k O O");
    assert_eq!(desk.app.form.field().map(|(row, _)| row), Some(Row::NodeGroup(0, 0)));
}

#[test]
fn tables_lead_back_to_their_inputs() {
    let mut desk = example();
    desk.keys("tab j enter");
    assert_eq!(desk.app.focus, Pane::Inputs);
    assert_eq!(desk.app.form.field().map(|(row, _)| row), Some(Row::Subnet(1)));
    desk.keys("shift-tab shift-tab j j enter");
    let (row, field) = desk.app.form.field().expect("a field");
    assert_eq!((row, field.key), (Row::Workload(0, 0), "replicas"), "the third threshold");
}

#[test]
fn findings_lead_to_the_field_they_are_about() {
    // no finding but one: the nodes never ran more pods, and an upgrade adds none
    let text = text_of(EXAMPLE).replace("nodes = 30", "nodes = 30\nsurge = 0\npeak_pods = 40");
    let mut desk = Desk::file("p.toml", &text.replace("WARM_ENI_TARGET = 1 ", "WARM_ENI_TARGET = \"x\" "));
    desk.keys("shift-tab");
    assert_eq!(desk.app.focus, Pane::Findings);
    desk.keys("enter");
    let (row, field) = desk.app.form.field().expect("a field");
    assert_eq!((row, field.key), (Row::Env(0), "WARM_ENI_TARGET"));
}

#[test]
fn every_cell_of_every_table_says_why() {
    let mut desk = example();
    desk.keys("w");
    for pane in ["pools", "groups", "workloads", "thresholds"] {
        desk.keys("tab");
        for _ in 0..12 {
            let (title, text) = desk.app.why();
            assert!(!title.is_empty() && !text.is_empty(), "{pane}: {:?}", desk.app.pointer());
            desk.keys("right");
        }
    }
    desk.keys("esc");
    assert!(!desk.screen().contains("why:"));
}

#[test]
fn quitting_asks_only_when_something_is_not_saved() {
    let mut desk = example();
    desk.keys("q");
    assert_eq!(desk.left, Some(Leave::Done));
    let mut desk = example();
    desk.keys("+ q");
    assert_eq!(desk.left, None);
    desk.keys("esc");
    assert_eq!((desk.left, desk.app.popups.len()), (None, 0));
    desk.keys("q d");
    assert_eq!(desk.left, Some(Leave::Done));
    let mut desk = example();
    desk.keys("+ ctrl-c ctrl-c");
    assert_eq!(desk.left, Some(Leave::Recover));
    let mut desk = example();
    desk.keys("9 ctrl-c c");
    assert!(desk.app.editor.is_some(), "cancel goes back to the field");
}

#[test]
fn a_preset_asks_for_a_path_and_never_writes_over_a_file_unasked() {
    let mut desk = example();
    desk.files.insert("taken.toml".into(), "mine".into());
    desk.keys("+ q s").types("taken.toml").keys("enter");
    assert!(desk.screen().contains("exists already"));
    desk.keys("enter");
    assert_eq!(desk.files[std::path::Path::new("taken.toml")], "mine");
    assert_eq!(desk.left, None);
    desk.keys("q s").types("new.toml").keys("enter");
    assert_eq!(desk.files[std::path::Path::new("new.toml")], desk.app.text());
    assert_eq!(desk.left, Some(Leave::Done));
}

#[test]
fn a_file_that_changed_meanwhile_is_not_written_over_unasked() {
    let mut desk = Desk::file("plan.toml", text_of(EXAMPLE));
    let theirs = text_of("starter").to_owned();
    desk.files.insert("plan.toml".into(), theirs.clone());
    desk.keys("+ ctrl-s");
    assert!(desk.screen().contains("has changed on disk"));
    desk.keys("enter");
    assert_eq!(desk.files[std::path::Path::new("plan.toml")], theirs);
    assert!(desk.app.is_dirty(), "cancelled: the change is still there");
    desk.keys("ctrl-s r");
    assert_eq!(desk.app.text(), theirs);
    assert!(!desk.app.is_dirty());
    desk.files.insert("plan.toml".into(), text_of(EXAMPLE).to_owned());
    desk.keys("+ ctrl-s o");
    assert_eq!(desk.files[std::path::Path::new("plan.toml")], desk.app.text());
    assert!(!desk.app.is_dirty());
}

#[test]
fn another_plan_is_opened_by_a_part_of_its_name() {
    let mut desk = example();
    desk.keys("ctrl-o").types("does-not").keys("enter");
    assert_eq!(desk.app.plan().name, "does-not-fit");
    assert!(desk.app.path().is_none() && !desk.app.is_dirty());
    desk.keys("+ ctrl-o").types("starter").keys("enter");
    assert_eq!(desk.app.plan().name, "does-not-fit", "asks first");
    desk.keys("d");
    assert_eq!(desk.app.plan().name, "starter");
    desk.keys("ctrl-o").types("/none.toml").keys("enter");
    assert!(desk.screen().contains("there is no such file"));
    desk.keys("esc");
    assert_eq!(desk.app.plan().name, "starter");
}

#[test]
fn saving_accepts_the_field_under_edit_or_says_why_not() {
    let mut desk = Desk::file("plan.toml", text_of(EXAMPLE));
    desk.keys("3 1 ctrl-s");
    assert!(desk.files[std::path::Path::new("plan.toml")].contains("nodes = 31"));
    desk.keys("3 x ctrl-s");
    assert!(desk.message().starts_with("not saved: "), "{}", desk.message());
    assert!(desk.app.editor.is_some());
}

#[test]
fn pasted_text_goes_into_the_field_as_one_line() {
    let mut desk = example();
    desk.keys("g j left");
    desk.send(Msg::Paste(" 10.70.0.0/22 \n".into()));
    assert_eq!(desk.app.plan().subnets[0].cidr.to_string(), "10.70.0.0/22");
    desk.keys("enter");
    assert_eq!(desk.message(), "CIDR of private-a 10.68.0.0/22 -> 10.70.0.0/22");
    desk.send(Msg::Paste("x\u{1b}[2J".repeat(300_000)));
    assert!(!desk.screen().contains('\u{1b}'));
    desk.keys("esc u");
    assert_eq!(desk.app.text(), text_of(EXAMPLE));
}

#[test]
fn clicks_select_and_double_clicks_edit() {
    let mut desk = example();
    desk.click_on("10.68.4.0/22");
    assert_eq!(desk.app.form.field().map(|(row, _)| row), Some(Row::Subnet(1)));
    assert!(desk.app.editor.is_none());
    desk.click_on("10.68.4.0/22");
    assert!(desk.app.editor.is_some());
    desk.keys("esc").click_on("470");
    assert_eq!(desk.app.focus, Pane::Pools);
    assert!(desk.app.why().0.starts_with("unused of private-a"));
    desk.click_on("help");
    assert!(desk.screen().contains("Every screen"));
}

#[test]
fn actions_that_cannot_be_done_say_why() {
    let mut desk = example();
    for (keys, reason) in [
        ("U", "nothing to redo"),
        ("]", "the plan has one cluster"),
        ("g d", "the plan is one"),
        ("x", "the default holds already"),
    ] {
        desk.keys(keys);
        assert!(desk.message().contains(reason) || keys == "x", "{keys}: {}", desk.message());
    }
    let mut desk = Desk::file("plan.toml", text_of(EXAMPLE));
    desk.keys("ctrl-s");
    assert_eq!(desk.message(), "nothing has changed here since it was saved");
}

#[test]
fn clusters_are_switched_and_their_rows_come_to_sight() {
    let mut desk = example();
    desk.keys("g j j j j j c");
    assert_eq!(desk.app.plan().clusters.len(), 2, "{}", desk.message());
    assert_eq!(desk.app.form.cluster, 1);
    assert!(desk.screen().contains("cluster 2 of 2"));
    desk.keys("]");
    assert_eq!(desk.app.form.cluster, 0);
    assert_eq!(desk.app.report().expect("figures").node_groups.len(), 2);
}

#[test]
fn suspending_works_while_a_field_is_edited() {
    let mut desk = example();
    desk.keys("9 ctrl-z");
    assert_eq!(desk.suspended, 1);
    assert!(desk.app.editor.is_some());
}

#[test]
fn instance_tables_are_read_when_the_plan_names_others() {
    let mut desk = example();
    desk.keys("g o j j enter").types("more.toml").keys("enter");
    assert_eq!(desk.app.plan().instances, ["more.toml"]);
    assert_eq!(desk.tables_read, 1, "once, not at every key");
    desk.keys("u");
    assert_eq!(desk.tables_read, 2);
    assert_eq!(desk.app.text(), text_of(EXAMPLE));
}

#[test]
fn a_plan_that_the_instance_tables_refuse_can_be_opened_and_mended() {
    let text = text_of(EXAMPLE).replace("m5.8xlarge\"", "m5.8xlrge\"");
    let mut desk = Desk::file("plan.toml", &text);
    assert!(desk.app.report().is_none());
    assert!(
        desk.screen().contains("NOT VALID") && desk.screen().contains("m5.8xlarge"),
        "says what was meant"
    );
    desk.keys("tab w ] + shift-tab");
    desk.keys("enter").types("m5.8xl").keys("enter");
    assert_eq!(desk.app.report().map(|r| r.verdict), Some(Verdict::AtRisk));
    assert!(!desk.app.is_stale());
}

#[test]
fn a_subnet_is_split_and_its_groups_go_on_in_all_parts() {
    let mut desk = example();
    desk.keys(":").types("CIDR of private-b").keys("enter |").types("4 x").keys("enter");
    assert_eq!(desk.message(), "split subnet private-b into 4");
    let plan = desk.app.plan();
    let cidrs: Vec<String> = plan.subnets.iter().map(|s| s.cidr.to_string()).collect();
    assert_eq!(
        cidrs,
        ["10.68.0.0/22", "10.68.4.0/24", "10.68.5.0/24", "10.68.6.0/24", "10.68.7.0/24", "10.68.8.0/22"]
    );
    assert!(plan.subnets[1..5].iter().all(|s| s.zone.as_deref() == Some("b")));
    assert_eq!(plan.clusters[0].node_groups[0].subnets, [0, 1, 2, 3, 4, 5]);
    desk.keys("u");
    assert_eq!(desk.app.text(), text_of(EXAMPLE));
}

#[test]
fn a_subnet_gets_the_next_free_range_of_its_size() {
    let mut desk = example();
    desk.keys(":").types("CIDR of private-a").keys("enter n");
    assert_eq!(desk.app.plan().subnets[0].cidr.to_string(), "10.68.12.0/22");
    assert_eq!(desk.message(), "subnet private-a to the next free range, 10.68.12.0/22");
}

#[test]
fn cells_of_a_spreadsheet_fill_fields_and_add_rows_as_one_change() {
    let mut desk = example();
    desk.keys(":").types("replicas of big").keys("enter");
    desk.send(Msg::Paste("150\t2\nweb\t20\t1\n".into()));
    assert_eq!(desk.message(), "line 2: replicas: \"web\" is not a whole number from 0 to 10,000,000");
    assert_eq!(desk.app.text(), text_of(EXAMPLE));
    desk.keys(":").types("workload of big").keys("enter");
    desk.send(Msg::Paste("big\t150\t2\nweb\t20\t1\n".into()));
    assert_eq!(desk.message(), "pasted 6 cells, 1 row added");
    let workloads = &desk.app.plan().clusters[0].workloads;
    let replicas: Vec<(&str, Option<u32>)> =
        workloads.iter().map(|w| (w.name.as_ref(), w.replicas)).collect();
    assert_eq!(replicas, [("small", Some(1_000)), ("big", Some(150)), ("web", Some(20))]);
    desk.keys("u");
    assert_eq!(desk.app.text(), text_of(EXAMPLE));
}

#[test]
fn a_path_that_cannot_be_written_is_asked_for_again() {
    let mut desk = Desk::preset("starter");
    desk.unwritable = Some("there is no such directory".into());
    desk.keys("S").types("nowhere/plan.toml").keys("enter");
    assert!(desk.screen().contains("nowhere/plan.toml"), "{}", desk.screen());
    assert!(desk.screen().contains("there is no such directory"), "{}", desk.screen());
    desk.unwritable = None;
    desk.keys("enter");
    assert_eq!(desk.message(), "saved nowhere/plan.toml");
}

#[test]
fn lines_are_lines_however_a_terminal_ends_them() {
    for end in ["\n", "\r\n", "\r"] {
        let mut desk = Desk::preset("starter");
        desk.keys("home").send(Msg::Paste(["a", "b", "c"].join(end)));
        let editor = desk.app.editor.as_ref().expect("a field under edit");
        assert_eq!((editor.field.key, editor.text()), ("name", "a b c"), "{end:?}");
    }
}

#[test]
fn a_plan_that_fits_and_that_aws_would_refuse_says_so_at_the_top() {
    let text = text_of("starter").replace("10.0.1.0/24", "10.0.0.0/24");
    let desk = Desk::file("p.toml", &text);
    let errors = desk.app.report().expect("figures").errors();
    assert!(errors > 0);
    let line = desk.screen().lines().nth(1).expect("the verdict").to_owned();
    assert!(line.contains("FITS") && line.contains("1 error:"), "{line}");
    assert!(!Desk::preset("starter").screen().contains("error:"));
}

#[test]
fn a_subnet_that_nobody_uses_is_no_limit() {
    let unused = "[[subnet]]\nname = \"small\"\ncidr = \"10.0.200.0/28\"\n\n[[cluster]]";
    let text = text_of("starter").replacen("[[cluster]]", unused, 1);
    let desk = Desk::file("p.toml", &text);
    assert!(desk.screen().contains("private-a has least left"), "{}", desk.screen());
}
