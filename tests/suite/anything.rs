//! Any keys at any size: nothing panics, the figures stay consistent, and undo leads back to the start.

use podroom::app::key::{Code, Key, With};
use podroom::app::msg::Msg;
use podroom::engine::Situation;
use podroom::file::preset::PLANS;
use proptest::prelude::*;

use crate::desk::Desk;

/// What a user could do.
#[derive(Debug, Clone)]
enum Deed {
    Key(Key),
    Paste(String),
    Click(u16, u16),
    Size(u16, u16),
}

/// Keys that mean something, more often than others.
const KEYS: &str = "j k h l up down left right enter enter esc tab shift-tab + - > < o O a c d i x J K u U w ? g G \
                    pgup pgdn [ ] space backspace del 0 1 3 9 / . a b m home end ctrl-s ctrl-o S q ctrl-c ctrl-z f1 \
                    ctrl-w ctrl-u alt-b alt-up alt-down , = e n p s s 1 2 2 alt-1 alt-2 alt-6 alt-6 6 b b B r";

fn deed() -> impl Strategy<Value = Deed> {
    let named: Vec<Key> = KEYS.split_whitespace().map(|k| Key::parse(k).expect("a key")).collect();
    prop_oneof![
        20 => prop::sample::select(named).prop_map(Deed::Key),
        2 => any::<char>().prop_map(|c| Deed::Key(Key { code: Code::Char(c), with: With::Nothing })),
        1 => "\\PC{0,20}|[a-c0-9=,./ ]{0,12}".prop_map(Deed::Paste),
        1 => (0u16..220, 0u16..70).prop_map(|(x, y)| Deed::Click(x, y)),
        1 => (0u16..300, 0u16..100).prop_map(|(w, h)| Deed::Size(w, h)),
    ]
}

fn check(desk: &Desk) {
    let Some(report) = desk.app.report() else { return };
    for pool in &report.pools {
        for situation in Situation::ALL {
            let h = pool.holding(situation);
            assert_eq!(pool.usable + h.short, pool.other + h.held + h.free);
            assert_eq!(h.held, h.primary + h.assigned + h.unused);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn any_keys_at_any_size(preset in 0..PLANS.len(), deeds in prop::collection::vec(deed(), 1..50)) {
        let preset = &PLANS[preset];
        let mut desk = Desk::file("plan.toml", preset.text);
        for deed in deeds {
            match deed {
                Deed::Key(key) => desk.send(Msg::Key(key)),
                Deed::Paste(text) => desk.send(Msg::Paste(text)),
                Deed::Click(x, y) => { desk.click(x, y); }
                Deed::Size(w, h) => { desk.size(w, h); }
            }
            check(&desk);
        }
        while !desk.app.popups.is_empty() {
            desk.keys("esc");
        }
        desk.keys("esc esc");
        undo_all(&mut desk);
        let start = desk.start.clone();
        prop_assert_eq!(desk.app.text(), start.as_str());
        while desk.message() != "nothing to redo" {
            desk.keys("U");
        }
        undo_all(&mut desk);
        prop_assert_eq!(desk.app.text(), start.as_str());
        check(&desk);
    }
}

fn undo_all(desk: &mut Desk) {
    while desk.message() != "nothing to undo" {
        desk.keys("u");
    }
}
