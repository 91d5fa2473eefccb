//! Sessions on plans of kind and Weave: what is on the plan screen and on the map, and what keys do there.

use podroom::app::screen::Screen;
use podroom::engine::Verdict;
use podroom::engine::map::Use;
use podroom::plan::Row;
use podroom::view::symbols::Symbols;
use podroom::view::theme::Theme;

use crate::desk::Desk;

#[test]
fn the_plan_screen_of_a_kind_network_that_is_too_small() {
    let mut desk = Desk::preset("kind-small-network");
    for (columns, rows) in [(80, 24), (120, 40)] {
        desk.size(columns, rows);
        insta::assert_snapshot!(format!("kind_{columns}x{rows}"), desk.screen());
    }
}

/// Presets, and the keys that lead to what is worth seeing: the network; the addresses that are in use twice.
const MAPS: [(&str, &str); 3] = [
    ("kind-small-network", "p"),
    ("kind-lost-state", "tab down down down down down down down down down down"),
    ("weave-three-peers", "tab down"),
];

#[test]
fn the_map_of_a_network_of_a_wiped_node_and_of_a_ring() {
    for (preset, turns) in MAPS {
        let mut desk = Desk::preset(preset);
        desk.turn_to(Screen::Map).keys(turns);
        for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
            desk.size(columns, rows);
            insta::assert_snapshot!(format!("map_{preset}_{columns}x{rows}"), desk.screen());
        }
    }
}

#[test]
fn the_map_in_ascii_without_colour() {
    let mut desk = Desk::preset("kind-lost-state");
    desk.look.symbols = Symbols::ASCII;
    desk.look.theme = Theme::mono();
    desk.size(80, 24).turn_to(Screen::Map).keys(MAPS[1].1);
    assert!(desk.screen().is_ascii());
    insta::assert_snapshot!("map_ascii_80x24", desk.screen());
    for (columns, rows) in [(120, 40), (60, 15), (40, 10)] {
        assert!(desk.size(columns, rows).screen().is_ascii());
    }
}

/// The title of the map, and the range that the cursor is on.
fn at(desk: &Desk) -> (String, String) {
    let screen = desk.screen();
    let title = screen.lines().find(|line| line.contains("addresses of")).expect("a title");
    let title = title.split("addresses of ").nth(1).expect("a pool");
    (title.split_whitespace().next().expect("a name").to_owned(), desk.app.why().0)
}

#[test]
fn keys_of_the_map_go_by_pools_and_runs() {
    let mut desk = Desk::preset("kind-small-network");
    // the cursor of the inputs is in the cluster, whose pool is that of its pods
    desk.turn_to(Screen::Map);
    assert_eq!(at(&desk).0, "kind/pods");
    desk.keys("p");
    let seen = |desk: &Desk| {
        let (pool, run) = at(desk);
        format!("{pool} {run}")
    };
    assert_eq!(seen(&desk), "kind 172.20.0.0");
    // in the list from run to run, to the end and no further
    desk.keys("tab");
    for (keys, run) in [
        ("down", "172.20.0.1"),
        ("down", "172.20.0.2"),
        ("up", "172.20.0.1"),
        ("up up up", "172.20.0.0"),
        ("G", "172.20.0.7"),
        ("down", "172.20.0.7"),
        ("g", "172.20.0.0"),
    ] {
        desk.keys(keys);
        assert_eq!(seen(&desk), format!("kind {run}"), "{keys}");
    }
    // from pool to pool, after the last the first; each begins at its first address
    for (key, pool) in [
        ("down n", "kind/pods 10.244.0.0"),
        ("n", "kind/services 10.96.0.0"),
        ("n", "kind 172.20.0.0"),
        ("p", "kind/services 10.96.0.0"),
        ("p", "kind/pods 10.244.0.0"),
    ] {
        desk.keys(key);
        assert_eq!(seen(&desk), pool, "{key}");
    }
    // what is under the cursor is said, and whose it is
    desk.keys("p down down w");
    assert_eq!(desk.app.why().1, "1 address, assigned: kind-control-plane of kind");
    assert!(desk.screen().contains("kind-control-plane of kind"));
    // to the input that the pool comes from
    desk.keys("enter");
    let (row, field) = desk.app.form.field().expect("a field");
    assert_eq!((desk.app.screen(), row, field.key), (Screen::Plan, Row::Network(0), "subnet"));
}

#[test]
fn the_map_opens_at_the_pool_that_is_selected() {
    let mut desk = Desk::preset("kind-small-network");
    desk.keys("tab down").turn_to(Screen::Map);
    assert_eq!(at(&desk).0, "kind/pods");
    desk.turn_to(Screen::Plan).keys("up").turn_to(Screen::Map);
    assert_eq!(at(&desk).0, "kind");
}

#[test]
fn a_click_on_a_cell_or_a_line_selects_its_run() {
    let mut desk = Desk::preset("kind-small-network");
    desk.turn_to(Screen::Map).keys("p");
    let screen = desk.screen();
    let row = screen.lines().position(|line| line.contains("xx####xx")).expect("eight cells");
    let column = screen.lines().nth(row).and_then(|line| line.find("xx####xx")).expect("eight cells");
    let column = screen.lines().nth(row).expect("a line")[..column].chars().count();
    for cell in [5u16, 0, 7, 6] {
        desk.click(u16::try_from(column).expect("small") + cell, u16::try_from(row).expect("small"));
        assert_eq!(at(&desk).1, format!("172.20.0.{cell}"));
    }
    desk.click_on("kind-worker2 of kind");
    assert_eq!(at(&desk).1, "172.20.0.4");
}

#[test]
fn an_edit_is_on_the_map_at_once() {
    let mut desk = Desk::preset("kind-small-network");
    let uses = |desk: &Desk| desk.app.map().expect("a map").counts().of(Use::Assigned);
    onto(&mut desk, Row::Network(0), "subnet");
    desk.turn_to(Screen::Map);
    assert_eq!(uses(&desk), 4);
    desk.turn_to(Screen::Plan).keys("o");
    onto(&mut desk, Row::Network(0), "aux_addresses");
    desk.keys("x").turn_to(Screen::Map);
    assert_eq!(uses(&desk), 5, "{}", desk.screen());
    desk.keys("u");
    assert_eq!(uses(&desk), 4);
}

/// Puts the cursor of the inputs on a key.
fn onto(desk: &mut Desk, row: Row, key: &str) {
    desk.keys("g");
    for _ in 0..60 {
        let here = desk.app.form.field();
        if here.is_some_and(|(at, field)| at == row && field.key == key) {
            return;
        }
        let same = here.is_some_and(|(at, _)| at == row);
        let before = here.map(|(at, field)| (at, field.key));
        desk.keys(if same { "right" } else { "down" });
        if desk.app.form.field().map(|(at, field)| (at, field.key)) == before {
            desk.keys("down");
        }
    }
    panic!("no {key} of {row:?}\n{}", desk.screen());
}

#[test]
fn a_kind_cluster_is_edited_in_the_form() {
    let mut desk = Desk::preset("kind-small-network");
    let start = desk.app.text();
    onto(&mut desk, Row::Cluster(0), "workers");
    desk.keys("+");
    assert_eq!(desk.app.plan().clusters[0].settings.workers, 5);
    assert_eq!(desk.app.report().expect("figures").pools[0].settled.held, 6);
    desk.keys("- -");
    assert_eq!(desk.app.report().expect("figures").verdict, Verdict::Fits);
    desk.keys("u u u");
    assert_eq!(desk.app.text(), start);
    // under another manager its nodes are groups: what the plan lacks is said, and nothing is lost
    onto(&mut desk, Row::Cluster(0), "manager");
    desk.keys("enter").types("weave").keys("enter");
    assert_eq!(desk.app.plan().clusters[0].manager.name, "weave", "{}", desk.screen());
    assert!(desk.app.text().contains("workers = 4"));
    desk.keys("u");
    assert_eq!(desk.app.text(), start);
}

#[test]
fn networks_are_added_renamed_and_deleted_in_the_form() {
    let text = "format = 1\nname = \"p\"\n[[network]]\nname = \"front\"\nsubnet = \"172.20.0.0/24\"\n[[cluster]]\n\
                name = \"k\"\nmanager = \"kind\"\nworkers = 1\nnetwork = \"front\"\n";
    let mut desk = Desk::file("p.toml", text);
    onto(&mut desk, Row::Network(0), "name");
    desk.keys("enter").types("back").keys("enter");
    assert_eq!(desk.message(), "network front -> back");
    assert!(desk.app.text().contains("network = \"back\""), "the cluster follows: {}", desk.app.text());
    desk.keys("a");
    assert_eq!(desk.app.plan().networks.len(), 2, "{}", desk.message());
    desk.keys("esc d");
    assert_eq!(desk.app.plan().networks.len(), 1, "{}", desk.message());
    // without a network of its own the cluster is on the one that kind makes
    onto(&mut desk, Row::Network(0), "name");
    desk.keys("d");
    assert_eq!(desk.message(), "deleted network back: u brings it back");
    assert!(!desk.app.text().contains("network"), "{}", desk.app.text());
    let networks = &desk.app.plan().networks;
    assert!(networks.len() == 1 && networks[0].implied, "{networks:?}");
    assert_eq!(desk.app.report().expect("figures").pools[0].cidr, "172.18.0.0/16");
    desk.keys("u u u u");
    assert_eq!(desk.app.text(), text);
}

#[test]
fn every_preset_of_the_documents_opens_on_its_screens() {
    for name in [
        "kind-small-network",
        "kind-small-network-fixed",
        "kind-two-clusters",
        "kind-two-clusters-apart",
        "kind-lost-state",
        "flannel",
        "host-local-bridge",
        "weave-three-peers",
        "weave-five-peers",
    ] {
        let mut desk = Desk::preset(name);
        insta::assert_snapshot!(format!("preset_{name}_120x40"), desk.screen());
        desk.turn_to(Screen::Map);
        insta::assert_snapshot!(format!("preset_{name}_map_120x40"), desk.screen());
    }
}
