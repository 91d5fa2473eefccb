//! Any keys at any size, on any screen: nothing panics, the figures stay consistent, undo leads back to the start byte
//! for byte, and redo to the end.

use std::sync::LazyLock;

use podroom::app::action::ACTIONS;
use podroom::app::key::{Code, Key, With};
use podroom::app::msg::Msg;
use podroom::app::screen::SCREENS;
use podroom::file::preset::PLANS;
use proptest::prelude::*;

use crate::desk::Desk;
use crate::fuzz::feed::is_consistent;

/// What a user could do.
#[derive(Debug, Clone)]
enum Deed {
    Key(Key),
    Types(String),
    Paste(String),
    Click(u16, u16),
    DoubleClick(u16, u16),
    Drag((u16, u16), (u16, u16)),
    Wheel(u16, u16, bool),
    Size(u16, u16),
}

/// Keys that are pressed most, beside those of every action.
const KEYS: &str = "j k h l up down left right enter enter enter esc esc tab tab shift-tab + + - > < u u U 0 1 3 9 \
                    alt-1 alt-2 alt-3 alt-4 alt-5 alt-6 alt-7 , = ctrl-w ctrl-u alt-b a b m p 2 5 7";

/// What means something in some field.
const TEXTS: &[&str] =
    &["pri", "a, ", "auto", "a=1 ", "10.0.0.0/24", "/26", "m5.", "eni", "true", "deleted=", "1..3", "999999"];

static ALL_KEYS: LazyLock<Vec<Key>> = LazyLock::new(|| {
    let of_actions = ACTIONS.iter().flat_map(|row| row.keys).copied();
    let often = KEYS.split_whitespace().chain(KEYS.split_whitespace());
    often.chain(of_actions).map(|k| Key::parse(k).expect("a key")).collect()
});

fn deed() -> impl Strategy<Value = Deed> {
    let at = || (0u16..220, 0u16..70);
    prop_oneof![
        24 => prop::sample::select(ALL_KEYS.as_slice()).prop_map(Deed::Key),
        2 => any::<char>().prop_map(|c| Deed::Key(Key { code: Code::Char(c), with: With::Nothing })),
        2 => prop::sample::select(TEXTS).prop_map(|text| Deed::Types(text.to_owned())),
        1 => "\\PC{0,20}|[a-c0-9=,./ ]{0,12}|([a-c0-9.]{0,4}[\t\n]){0,6}".prop_map(Deed::Paste),
        1 => at().prop_map(|(x, y)| Deed::Click(x, y)),
        1 => at().prop_map(|(x, y)| Deed::DoubleClick(x, y)),
        1 => (at(), at()).prop_map(|(from, to)| Deed::Drag(from, to)),
        1 => (at(), any::<bool>()).prop_map(|((x, y), up)| Deed::Wheel(x, y, up)),
        2 => prop_oneof![
            (0u16..4, 0u16..4),
            (0u16..300, 0u16..100),
            prop::sample::select(&[(1, 1), (40, 10), (79, 24), (80, 24), (120, 30), (120, 40), (200, 60)][..]),
        ]
        .prop_map(|(w, h)| Deed::Size(w, h)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn any_keys_at_any_size(
        preset in 0..PLANS.len(),
        screen in 0..SCREENS.len(),
        deeds in prop::collection::vec(deed(), 1..40),
    ) {
        let mut desk = Desk::file("plan.toml", PLANS[preset].text);
        desk.turn_to(SCREENS[screen].screen);
        for deed in deeds {
            match deed {
                Deed::Key(key) => desk.send(Msg::Key(key)),
                Deed::Types(text) => drop(desk.types(&text)),
                Deed::Paste(text) => desk.send(Msg::Paste(text)),
                Deed::Click(x, y) => drop(desk.click(x, y)),
                Deed::DoubleClick(x, y) => drop(desk.click(x, y).click(x, y)),
                Deed::Drag(from, to) => drop(desk.drag(from, to)),
                Deed::Wheel(x, y, up) => drop(desk.wheel(up, x, y)),
                Deed::Size(w, h) => drop(desk.size(w, h)),
            }
            desk.app.report().into_iter().for_each(is_consistent);
        }
        while !desk.app.popups.is_empty() || desk.app.editor.is_some() || desk.app.filter.is_some() {
            desk.keys("esc");
        }
        // the way back and forth is the same at any size
        desk.size(40, 10);
        let (start, end) = (desk.start.clone(), desk.app.text());
        let back = all(&mut desk, "u", "nothing to undo");
        prop_assert_eq!(desk.app.text(), start.as_str());
        for _ in 0..back {
            desk.keys("U");
        }
        prop_assert_eq!(desk.app.text(), end.as_str());
        let forth = back + all(&mut desk, "U", "nothing to redo");
        prop_assert_eq!(all(&mut desk, "u", "nothing to undo"), forth);
        prop_assert_eq!(desk.app.text(), start.as_str());
        desk.app.report().into_iter().for_each(is_consistent);
    }
}

/// Presses a key until there is nothing left to do with it; gives how often it did something.
fn all(desk: &mut Desk, key: &str, nothing: &str) -> usize {
    let mut done = 0;
    while desk.keys(key).message() != nothing {
        done += 1;
        assert!(done < 10_000, "{key} never ends: {}", desk.message());
    }
    done
}
