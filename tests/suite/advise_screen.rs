//! Advice on the explore screen: what is recommended, the size of subnets, copies.

use podroom::app::pane::Pane;
use podroom::app::screen::Screen;

use crate::desk::Desk;

fn on(pane: Pane) -> Desk {
    of("eks-1200-pods", pane)
}

/// The shorter way round: what is recommended takes an unoptimised build long.
fn of(preset: &str, pane: Pane) -> Desk {
    let mut desk = Desk::preset(preset);
    desk.turn_to(Screen::Explore);
    let way = if pane == Pane::Choices { "tab" } else { "shift-tab" };
    while desk.app.focus != pane {
        desk.keys(way);
    }
    desk
}

#[test]
fn tab_leads_through_all_advice_and_back() {
    let mut desk = of("tight-node", Pane::Choices);
    for (pane, title) in [(Pane::Sizes, "subnet sizes"), (Pane::Copies, "copies")] {
        desk.keys("tab");
        assert_eq!(desk.app.focus, pane);
        assert!(desk.screen().contains(title), "{}", desk.screen());
    }
    desk.keys("tab");
    assert_eq!(desk.app.focus, Pane::Heat);
}

#[test]
fn a_choice_is_applied_as_one_change() {
    let mut desk = on(Pane::Choices);
    let before = desk.app.text();
    desk.keys("enter");
    assert!(desk.message().contains("the plan as it is"), "{}", desk.message());
    assert_eq!(desk.app.text(), before);
    desk.keys("down enter");
    let applied = desk.app.text();
    assert!(applied.contains("WARM_IP_TARGET") || applied.contains("WARM_ENI_TARGET = 0"), "{applied}");
    // what the choice promised is what the plan holds now
    let report = desk.app.report().expect("figures");
    let held: u64 = report.pools.iter().map(|pool| pool.settled.held).sum();
    let text = podroom::text::thousands(held);
    assert!(desk.screen().contains(&text), "{held}\n{}", desk.screen());
    assert!(report.pools.iter().all(|pool| !pool.churned.is_short() && !pool.upgrade.is_short()));
    desk.keys("u");
    assert_eq!(desk.app.text(), before);
}

#[test]
fn options_decide_what_may_change() {
    let mut desk = of("tight-node", Pane::Choices);
    assert!(desk.screen().contains("max_pods, instance_type, nodes stay"), "{}", desk.screen());
    desk.keys("o").types("nodes").keys("enter esc");
    assert!(desk.screen().contains("max_pods, instance_type stay"), "{}", desk.screen());
    desk.keys("o").types("min free").keys("enter").types("200").keys("enter");
    assert!(desk.screen().contains("200 free in every pool"), "{}", desk.screen());
    desk.keys("o").types("burst").keys("enter").types("x").keys("enter");
    assert!(desk.screen().contains("a number of pods"), "{}", desk.screen());
    desk.keys("esc o").types("burst").keys("enter").types("60").keys("enter");
    assert!(desk.screen().contains("a burst of 60"), "{}", desk.screen());
}

#[test]
fn a_subnet_size_leads_to_its_subnet_and_ranges_are_asked_for() {
    let mut desk = on(Pane::Sizes);
    desk.keys("G enter");
    let place = desk.app.form.field().map(|(row, field)| (row, field.key));
    assert_eq!(place, Some((podroom::plan::Row::Subnet(2), "cidr")));
    let mut desk = on(Pane::Copies);
    assert!(desk.screen().contains("into 10.68.0.0/16"), "{}", desk.screen());
    desk.keys("o").types("into").keys("enter").types("10.80.0.0/99").keys("enter");
    assert!(desk.screen().contains("is no range such as"), "{}", desk.screen());
    desk.keys("esc o").types("into").keys("enter").types("10.80.0.0/15").keys("enter");
    assert!(desk.screen().contains("into 10.80.0.0/15"), "{}", desk.screen());
}

#[test]
fn advice_at_every_size() {
    for pane in [Pane::Choices, Pane::Sizes, Pane::Copies] {
        let mut desk = on(pane);
        for (columns, rows) in [(80, 24), (120, 40)] {
            desk.size(columns, rows);
            insta::assert_snapshot!(format!("{pane:?}_{columns}x{rows}").to_lowercase(), desk.screen());
        }
        for (columns, rows) in [(1, 1), (12, 6), (40, 10), (200, 60)] {
            desk.size(columns, rows).keys("down up w w");
        }
    }
}
