//! Edits that are not saved: when they are kept aside, and how those of an earlier session are offered.

use std::time::Duration;

use podroom::app::keep::{Edits, Fate, Found, PAUSE};
use podroom::app::msg::{Leave, LeftPlan, Listing, Msg};
use podroom::file::preset;

use crate::desk::Desk;

const EXAMPLE: &str = "eks-1200-pods";
const MOMENT: Duration = Duration::from_millis(1);

fn text_of(name: &str) -> &'static str {
    preset::find(name).expect("a preset").text
}

fn on_file() -> Desk {
    Desk::file("plan.toml", text_of(EXAMPLE))
}

fn nodes(count: u32) -> String {
    text_of(EXAMPLE).replace("nodes = 30", &format!("nodes = {count}"))
}

fn edits(id: u64, text: &str) -> Edits {
    Edits { id, text: text.to_owned(), age: Duration::from_secs(300), outdated: false }
}

#[test]
fn edits_are_kept_two_seconds_after_the_last_of_them() {
    let mut desk = on_file();
    desk.keys("+").wait(PAUSE - MOMENT);
    assert_eq!(desk.edits, None);
    desk.keys("+").wait(PAUSE - MOMENT);
    assert_eq!(desk.edits, None, "another edit has begun the pause anew");
    desk.keys("j k tab").wait(MOMENT);
    assert_eq!(desk.edits, Some(nodes(32)), "looking around is no edit");
}

#[test]
fn a_field_under_edit_is_kept_as_it_is_typed() {
    let mut desk = on_file();
    desk.keys("4 0").wait(PAUSE);
    assert_eq!(desk.edits, Some(nodes(40)));
    desk.keys("esc").wait(PAUSE);
    assert_eq!(desk.edits, None, "as it is saved");
}

#[test]
fn what_is_saved_discarded_or_undone_is_no_longer_kept() {
    let mut desk = on_file();
    desk.keys("+").wait(PAUSE).keys("ctrl-s");
    assert_eq!((desk.edits.take(), desk.app.is_dirty()), (None, false));
    desk.keys("+").wait(PAUSE);
    assert_eq!(desk.edits, Some(nodes(32)));
    desk.keys("u").wait(PAUSE);
    assert_eq!(desk.edits, None);
    desk.keys("+").wait(PAUSE).keys("q d");
    assert_eq!(desk.left, Some(Leave::Done), "then the outside gives up what is kept");
}

#[test]
fn that_nothing_can_be_kept_is_said_once() {
    let mut desk = on_file();
    desk.full = Some("the disk is full".into());
    desk.keys("+").wait(PAUSE);
    assert!(desk.message().contains("the disk is full"), "{}", desk.message());
    desk.keys("+").wait(PAUSE);
    assert!(!desk.message().contains("the disk is full"), "{}", desk.message());
    assert!(desk.app.is_dirty());
    desk.full = None;
    desk.keys("+").wait(PAUSE);
    assert_eq!(desk.edits, Some(nodes(33)));
    desk.full = Some("the file system is read-only".into());
    desk.keys("+").wait(PAUSE);
    assert!(desk.message().contains("read-only"), "{}", desk.message());
}

#[test]
fn edits_of_an_earlier_session_are_shown_and_restored_as_one_change() {
    let mut desk = on_file();
    let text = nodes(44).replace("m5.8xlarge", "m5.4xlarge");
    desk.send(Msg::Found(Found { others: Vec::new(), left: vec![edits(7, &text)] }));
    insta::assert_snapshot!("offered_120x40", desk.screen());
    desk.size(80, 24);
    assert!(desk.screen().contains("r: Restore"), "{}", desk.screen());
    desk.keys("r");
    assert_eq!((desk.app.text(), desk.app.is_dirty()), (text.clone(), true));
    assert_eq!(desk.settled, [(7, Fate::Taken)]);
    assert_eq!(desk.message(), "restored edits of 5 minutes ago");
    desk.wait(PAUSE);
    assert_eq!(desk.edits, Some(text.clone()), "they are this session's now");
    desk.keys("u");
    assert_eq!((desk.app.text().as_str(), desk.app.is_dirty()), (text_of(EXAMPLE), false));
    desk.keys("U ctrl-s");
    assert_eq!(desk.files[std::path::Path::new("plan.toml")], text);
}

#[test]
fn edits_are_discarded_only_when_that_is_said() {
    for (keys, fate) in [("d", Fate::Discarded), ("l", Fate::Left), ("esc", Fate::Left)] {
        let mut desk = on_file();
        desk.send(Msg::Found(Found { others: Vec::new(), left: vec![edits(1, &nodes(5))] }));
        desk.keys(keys);
        assert_eq!((desk.settled.clone(), desk.app.popups.len()), (vec![(1, fate)], 0));
        assert_eq!((desk.app.text().as_str(), desk.app.is_dirty()), (text_of(EXAMPLE), false));
    }
}

#[test]
fn of_several_the_latest_comes_first_and_each_is_compared_with_what_is_there() {
    let mut desk = on_file();
    let left = vec![edits(2, &nodes(50)), edits(1, &nodes(40))];
    desk.send(Msg::Found(Found { others: Vec::new(), left }));
    assert!(desk.screen().contains("+ nodes = 50") && desk.screen().contains("- nodes = 30"));
    desk.keys("r");
    assert!(desk.screen().contains("+ nodes = 40") && desk.screen().contains("- nodes = 50"));
    desk.keys("r u u");
    assert_eq!(desk.app.text(), text_of(EXAMPLE));
    assert_eq!(desk.settled, [(2, Fate::Taken), (1, Fate::Taken)]);
}

#[test]
fn what_is_no_plan_is_not_restored_and_stays() {
    let mut desk = on_file();
    desk.send(Msg::Found(Found { others: Vec::new(), left: vec![edits(1, "nonsense\u{1b}[2J")] }));
    assert!(!desk.screen().contains('\u{1b}'));
    desk.keys("r");
    assert_eq!(desk.settled, [(1, Fate::Left)]);
    assert!(desk.message().contains("no plan"), "{}", desk.message());
    assert_eq!(desk.app.text(), text_of(EXAMPLE));
}

#[test]
fn a_long_difference_is_scrolled() {
    let mut desk = on_file();
    let more: String = (0..200).map(|n| format!("# line {n}\n")).collect();
    desk.send(Msg::Found(Found { others: Vec::new(), left: vec![edits(1, &(more + text_of(EXAMPLE)))] }));
    assert!(desk.screen().contains("line 0") && !desk.screen().contains("line 199"));
    desk.keys("pgdn pgdn pgdn pgdn pgdn pgdn pgdn pgdn pgdn pgdn");
    assert!(desk.screen().contains("line 199") && !desk.screen().contains("line 0"));
    desk.keys("pgup enter");
    assert!(desk.app.text().starts_with("# line 0\n"));
}

#[test]
fn other_sessions_on_the_file_are_named_while_they_are_there() {
    let mut desk = on_file();
    desk.send(Msg::Found(Found { others: vec![4711], left: Vec::new() }));
    assert!(desk.message().contains("another podroom (process 4711)"), "{}", desk.message());
    desk.keys("j");
    assert!(desk.screen().contains("also open"));
    desk.send(Msg::Others(Vec::new()));
    assert!(!desk.screen().contains("also open"));
}

#[test]
fn plans_that_were_open_last_and_edits_without_a_file_are_listed() {
    let mut desk = Desk::preset(EXAMPLE);
    desk.files.insert("state/x.mark".into(), nodes(12));
    desk.keys("ctrl-o");
    let left = |name: &str, file: Option<&str>| LeftPlan {
        name: name.into(),
        age: Duration::from_secs(7_200),
        file: file.map(Into::into),
        mark: "state/x.mark".into(),
    };
    desk.send(Msg::Listed(Listing {
        recent: vec![("~/a.toml".into(), "/home/me/a.toml".into())],
        left: vec![left("~/a.toml", Some("/home/me/a.toml")), left("preset gone", None)],
        files: vec!["here.toml".into()],
        refused: None,
    }));
    let screen = desk.screen();
    let order: Vec<Option<usize>> = ["recent", "not saved", "preset gone", "here.toml", "presets"]
        .iter()
        .map(|w| screen.find(w))
        .collect();
    assert!(order.is_sorted() && order[0].is_some(), "{order:?}\n{screen}");
    desk.types("preset gone").keys("enter");
    assert_eq!((desk.app.text(), desk.app.is_dirty()), (nodes(12), true));
    desk.keys("q");
    assert_eq!(desk.left, None, "it is saved nowhere");
}
