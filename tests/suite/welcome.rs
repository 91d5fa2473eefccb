//! The first session, and where one is in any.

use podroom::app::settings::{Settings, Welcome};
use podroom::config::{Config, kept};

use crate::desk::Desk;

const HINT: &str = "new here?";

/// The settings of a session that finds a text kept.
fn settings(text: &str) -> Settings {
    let config = Config::default();
    let mut settings = config.settings();
    kept::apply(text, &config, &mut settings);
    settings
}

fn newcomer() -> Desk {
    Desk::preset_with("eks-1200-pods", settings(""))
}

/// The settings of the session after this one.
fn next(desk: &Desk) -> Settings {
    settings(&desk.kept.as_ref().map_or(String::new(), |kept| kept::text(kept, &Config::default())))
}

#[test]
fn the_hint_of_the_first_session_goes_with_the_first_change_for_good() {
    let mut desk = newcomer();
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
        let screen = desk.size(columns, rows).screen();
        let line = screen.lines().find(|line| line.contains(HINT)).expect("the hint");
        assert!(line.contains("enter edits any value") && line.contains("? lists all keys"), "{line}");
        assert!(line.contains("esc hides this") && !line.contains('…'), "{line}");
    }
    desk.keys("j k tab shift-tab 3 esc");
    assert!(desk.screen().contains(HINT), "nothing has changed yet");
    assert_eq!(next(&desk).welcome, Welcome::Shown);
    desk.keys("+");
    assert!(!desk.screen().contains(HINT));
    assert_eq!(next(&desk).welcome, Welcome::Past);
    desk.keys("u");
    assert!(!desk.screen().contains(HINT));
}

#[test]
fn the_hint_of_the_first_session_is_sent_away() {
    let mut desk = newcomer();
    desk.keys("w esc");
    assert!(desk.screen().contains(HINT), "one step back at a time: the panel first");
    desk.keys("esc");
    assert!(!desk.screen().contains(HINT));
    assert_eq!(next(&desk).welcome, Welcome::Past);
    let mut desk = newcomer();
    desk.click_on(HINT);
    assert_eq!((desk.screen().contains(HINT), next(&desk).welcome), (false, Welcome::Past));
    let desk = Desk::preset("eks-1200-pods");
    assert!(!desk.screen().contains(HINT), "only where nothing is kept");
}

#[test]
fn the_first_line_says_where_one_is() {
    let mut desk =
        Desk::file("plan.toml", podroom::file::preset::find("eks-1200-pods").expect("a preset").text);
    for (keys, crumbs) in [
        ("", "plan.toml › plan › node group › workers › nodes"),
        ("g", "plan.toml › plan › plan"),
        ("tab j right right", "plan.toml › plan › pools › private-b › usable"),
        ("alt-2", "plan.toml › node › staircase › "),
        ("alt-3", "plan.toml › map › "),
        ("alt-4", "plan.toml › explore › map › WARM_IP_TARGET of prod = "),
        ("alt-5", "plan.toml › simulate › series › "),
        ("alt-6", "plan.toml › compare › "),
        ("alt-7", "plan.toml › findings › "),
        ("alt-1 esc G", "plan.toml › plan › new workload"),
    ] {
        let screen = desk.size(200, 60).keys(keys).screen();
        let line = screen.lines().next().expect("a line");
        assert!(line.contains(crumbs), "{keys}: {line}");
    }
    // what the cursor is on stays where there is less room, and so does what is to be known
    let screen = desk.keys("esc k k k k k +").size(80, 24).screen();
    let line = screen.lines().next().expect("a line");
    assert!(line.starts_with(" plan.toml › ") && line.contains("● "), "{line}");
    desk.keys(":").types("nodes of workers").keys("enter 3 x");
    let screen = desk.screen();
    let line = screen.lines().next().expect("a line");
    assert!(line.contains(" › nodes") && line.contains("STALE") && line.contains('●'), "{line}");
}
