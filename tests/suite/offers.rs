//! What may stand in a field, while one types.

use podroom::app::popup::Popup;

use crate::desk::Desk;

/// The names that are offered.
fn offered(desk: &Desk) -> Vec<&str> {
    let offers = desk.app.editor.as_ref().and_then(|editor| editor.offers.as_ref());
    offers.map_or(Vec::new(), |offers| offers.all.iter().map(|offer| offer.text.as_str()).collect())
}

fn text(desk: &Desk) -> &str {
    desk.app.editor.as_ref().map_or("", |editor| editor.text())
}

/// Goes to a field and edits it as text.
fn edit(desk: &mut Desk, field: &str) {
    desk.keys(":").types(field).keys("enter");
    assert!(desk.app.popups.is_empty(), "{field}");
    desk.keys("i ctrl-u");
}

#[test]
fn every_field_that_names_something_offers_the_names() {
    let cases: &[(&str, &str, &str, &[&str])] = &[
        ("eks-1200-pods", "subnets of workers", "priv", &["private-a", "private-b", "private-c"]),
        ("eks-1200-pods", "subnets of workers", "private-b, ", &["private-a", "private-c"]),
        ("eks-1200-pods", "subnets of workers", "vateb", &["private-b"]),
        ("eks-1200-pods", "control plane of prod", "private-c", &[]),
        ("eks-1200-pods", "zone of private-a", "", &["b", "c"]),
        ("eks-1200-pods", "zone of private-a", "d", &[]),
        ("eks-1200-pods", "CIDR of private-a", "/24", &["10.68.12.0/24"]),
        ("eks-1200-pods", "CIDR of private-a", "10.68.1", &["10.68.12.0/22"]),
        ("eks-1200-pods", "reservations of private-a", "10.68.0.0/28 p", &["prefix"]),
        ("eks-1200-pods", "reservations of private-a", "10.68.0.0/28 prefix, ", &[]),
        ("eks-1200-pods", "VPC ranges", "10", &["10.68.0.0/16"]),
        ("eks-1200-pods", "nodes of workers", "a", &["auto", "a="]),
        ("eks-1200-pods", "nodes of workers", "a=10 ", &["b=", "c="]),
        ("eks-1200-pods", "nodes of workers", "a=1", &[]),
        ("eks-1200-pods", "max pods of workers", "e", &["eni"]),
        ("eks-1200-pods", "manager of prod", "cal", &["calico"]),
        ("eks-1200-pods", "node groups of big", "w", &["workers"]),
        ("eks-1200-pods", "ENABLE_PREFIX_DELEGATION of prod", "t", &["true"]),
        ("eks-1200-pods", "growth", "re", &["replicas="]),
        ("eks-1200-pods", "type of workers", "m5.8xl", &["m5.8xlarge"]),
        ("custom-networking", "pod subnets of workers", "pods-a, no", &["nodes-a", "nodes-b"]),
        ("kind-two-clusters", "network of a", "k", &["kind"]),
    ];
    for (preset, field, typed, expected) in cases {
        let mut desk = Desk::preset(preset);
        edit(&mut desk, field);
        match *typed {
            "" => desk.keys("down"),
            typed => desk.types(typed),
        };
        let offered = offered(&desk);
        let begins = offered.len() >= expected.len() && offered[..expected.len()] == **expected;
        assert!(begins && offered.is_empty() == expected.is_empty(), "{field} {typed:?}: {offered:?}");
    }
}

#[test]
fn lost_state_is_typed_by_its_words() {
    let mut desk = Desk::preset("kind-two-clusters");
    edit(&mut desk, "lost state of a");
    desk.types("del").keys("tab");
    assert_eq!(text(&desk), "deleted=");
    desk.types("e");
    assert_eq!(offered(&desk), ["everything"]);
    desk.keys("tab").types(" run").keys("tab").types("10 new").keys("tab").types("20").keys("enter");
    assert!(desk.app.text().contains("{ deleted = \"everything\", running = 10, new_pods = 20 }"));
}

#[test]
fn tab_and_arrows_choose_and_esc_gives_back_what_was_typed() {
    let mut desk = Desk::preset("eks-1200-pods");
    let start = desk.app.text();
    desk.keys("right enter").types("pri").keys("tab");
    assert_eq!(
        (text(&desk), desk.app.plan().clusters[0].node_groups[0].subnets.as_slice()),
        ("private-a", &[0][..])
    );
    desk.keys("tab");
    assert_eq!(text(&desk), "private-b");
    assert_eq!(desk.app.plan().clusters[0].node_groups[0].subnets, [1], "previewed as if it had been typed");
    desk.keys("down down");
    assert_eq!(text(&desk), "pri", "after the last what was typed");
    desk.keys("up");
    assert_eq!(text(&desk), "private-c");
    desk.keys("esc");
    assert_eq!((text(&desk), offered(&desk).len()), ("pri", 0), "the field is still edited");
    desk.keys("down pgdn shift-tab enter");
    assert!(desk.app.editor.is_none());
    assert!(desk.app.text().contains("subnets = [\"private-b\"]"), "{}", desk.app.text());
    desk.keys("u");
    assert_eq!(desk.app.text(), start);
}

#[test]
fn in_a_list_the_item_under_the_cursor_is_completed() {
    let mut desk = Desk::preset("eks-1200-pods");
    edit(&mut desk, "subnets of workers");
    desk.types("private-a, x, private-c").keys("alt-b alt-b left left backspace").types("b");
    assert_eq!(offered(&desk), ["private-b"]);
    desk.keys("tab");
    assert_eq!(text(&desk), "private-a, private-b, private-c");
    assert_eq!(offered(&desk).len(), 0, "the only one is taken");
    desk.keys("tab");
    assert_eq!(desk.app.form.field().map(|(_, f)| f.key), Some("pods"), "and Tab goes on");
    assert_eq!(desk.message(), "", "nothing has changed");
}

#[test]
fn tab_goes_from_field_to_field_where_nothing_was_typed() {
    let mut desk = Desk::preset("eks-1200-pods");
    let start = desk.app.text();
    desk.keys("enter tab tab tab esc");
    assert_eq!(desk.app.text(), start);
    assert_eq!(desk.app.form.field().map(|(_, f)| f.key), Some("name"));
}

#[test]
fn a_suggestion_is_clicked() {
    let mut desk = Desk::preset("eks-1200-pods");
    desk.keys("right enter").types("priv").click_on("10.68.4.0/22, zone b");
    assert_eq!(text(&desk), "private-b");
    assert!(offered(&desk).is_empty());
    desk.keys("enter");
    assert_eq!(desk.app.plan().clusters[0].node_groups[0].subnets, [1]);
}

#[test]
fn suggestions_on_the_screen() {
    let mut desk = Desk::preset("eks-1200-pods");
    desk.keys("right enter").types("priv").keys("tab tab");
    insta::assert_snapshot!("offers_120x40", desk.screen());
    desk.size(80, 24);
    insta::assert_snapshot!("offers_80x24", desk.screen());
    desk.keys("esc esc left left i ctrl-u").types("m5");
    insta::assert_snapshot!("offers_types_80x24", desk.screen());
    desk.size(60, 15);
    insta::assert_snapshot!("offers_types_60x15", desk.screen());
}

#[test]
fn what_was_typed_and_left_is_gone_on_with() {
    let mut desk = Desk::preset("eks-1200-pods");
    let start = desk.app.text();
    desk.keys("3 1 x esc");
    assert_eq!(desk.message(), "nodes as before: i goes on with \"31x\"");
    assert_eq!(desk.app.text(), start);
    desk.keys("up down");
    assert!(desk.screen().contains("i goes on with \"31x\""), "{}", desk.screen());
    desk.keys("i");
    assert_eq!(text(&desk), "31x");
    assert!(desk.app.editor.as_ref().is_some_and(|editor| editor.error.is_some()));
    desk.keys("backspace enter");
    assert_eq!(desk.message(), "nodes of workers 30 -> 31");
    desk.keys("i");
    assert_eq!(text(&desk), "31", "what was accepted is not left any more");
    desk.keys("esc");
    // a row is known by its name, wherever it is
    desk.keys("4 4 esc c enter");
    assert_eq!(text(&desk), "31");
    desk.keys("esc K J k i");
    assert_eq!(text(&desk), "44");
}

#[test]
fn a_path_that_was_typed_and_left_comes_back() {
    let mut desk = Desk::preset("eks-1200-pods");
    desk.keys("S ctrl-u").types("dir/mine.toml").keys("esc");
    assert_eq!(desk.message(), "up brings \"dir/mine.toml\" back when this is asked for again");
    desk.keys("S up");
    let Some(Popup::Prompt(prompt)) = desk.app.popups.last() else { panic!("{}", desk.screen()) };
    assert_eq!(prompt.input.value(), "dir/mine.toml");
    desk.keys("enter");
    assert_eq!(desk.message(), "saved dir/mine.toml");
}
