//! The mouse: double clicks, borders that are dragged; and what goes to the clipboard.

use std::time::Duration;

use podroom::app::action::ACTIONS;
use podroom::app::border::Border;
use podroom::app::key::Key;
use podroom::app::pane::Pane;
use podroom::app::screen::Screen;
use podroom::app::settings::Settings;
use podroom::file::preset;
use podroom::limits;

use crate::desk::Desk;

const EXAMPLE: &str = "eks-1200-pods";

fn example() -> Desk {
    Desk::preset(EXAMPLE)
}

fn text_of(name: &str) -> &'static str {
    preset::find(name).expect("a preset").text
}

#[test]
fn a_double_click_does_what_enter_does_and_two_slow_clicks_do_not() {
    let mut desk = example();
    desk.click_on("10.68.4.0/22").wait(Duration::from_millis(401)).click_on("10.68.4.0/22");
    assert!(desk.app.editor.is_none());
    desk.click_on("10.68.4.0/22");
    assert!(desk.app.editor.is_some());
    desk.keys("esc").wait(Duration::from_secs(1));
    // a flag: once, however fast the hand
    desk.click_on("ENABLE_PREFIX_DELEGATION").click_on("ENABLE_PREFIX_DELEGATION");
    assert_eq!(desk.message(), "ENABLE_PREFIX_DELEGATION of prod false -> true");
    desk.click_on("ENABLE_PREFIX_DELEGATION");
    assert!(desk.app.text().contains("ENABLE_PREFIX_DELEGATION = true"), "the third click is a first one");
}

#[test]
fn a_double_click_on_a_row_goes_to_its_input_and_in_a_list_chooses() {
    let mut desk = example();
    let (column, row) = desk.place_of("private-b   1,019");
    desk.click(column, row);
    assert_eq!(desk.app.focus, Pane::Pools);
    desk.click(column, row);
    assert_eq!(desk.app.focus, Pane::Inputs);
    assert_eq!(desk.app.form.field().map(|(row, _)| row), Some(podroom::plan::Row::Subnet(1)));
    desk.wait(Duration::from_secs(1)).keys("ctrl-o").click_on("does-not-fit");
    assert_eq!(desk.app.popups.len(), 1, "one click marks");
    desk.click_on("does-not-fit");
    assert_eq!(desk.app.plan().name, "does-not-fit");
}

#[test]
fn a_double_click_on_an_answer_does_nothing_to_what_lies_below() {
    let mut desk = example();
    desk.keys("+ q");
    let (column, row) = desk.place_of("c: Cancel");
    let before = desk.app.text();
    desk.click(column, row).click(column, row);
    assert_eq!((desk.app.text(), desk.app.popups.len()), (before, 0));
    assert!(desk.app.editor.is_none());
}

#[test]
fn the_border_between_panes_is_dragged_and_moved_by_keys() {
    let mut desk = example();
    let left_of = |desk: &Desk| desk.place_of("settled: every").0;
    let before = left_of(&desk);
    desk.drag((before - 2, 12), (before + 10, 20));
    assert!(left_of(&desk).abs_diff(before + 12) <= 1, "{} {before}", left_of(&desk));
    let dragged = left_of(&desk);
    desk.keys("alt-left");
    assert!(left_of(&desk) < dragged);
    // to the ends, and beyond
    for to in [0, 119] {
        let at = left_of(&desk);
        desk.drag((at - 2, 12), (to, 12));
        assert!(desk.screen().contains("inputs") && desk.screen().contains("settled"));
    }
    desk.turn_to(Screen::Simulate);
    desk.keys("alt-right");
    assert_eq!(desk.app.share(Border::Events), Some(642));
    desk.turn_to(Screen::Map).keys("alt-right");
    assert!(desk.message().contains("no panes stand side by side"), "{}", desk.message());
    // what is dragged elsewhere moves nothing
    let mut desk = example();
    desk.drag((3, 12), (50, 12));
    assert_eq!(desk.app.share(Border::Inputs), None);
}

#[test]
fn borders_between_panes_above_each_other_are_dragged_too() {
    let mut desk = example();
    for (screen, border, title) in [
        (Screen::Node, Border::Timeline, "a fresh node"),
        (Screen::Explore, Border::Pair, "WARM_IP_TARGET of prod ="),
        (Screen::Compare, Border::Differs, "what differs"),
    ] {
        desk.turn_to(screen);
        let (x, y) = desk.place_of(title);
        desk.drag((x, y - 1), (x, y - 4));
        assert_eq!(desk.place_of(title), (x, y - 3), "{screen:?}\n{}", desk.screen());
        let dragged = desk.app.share(border);
        desk.keys("ctrl-down");
        assert!(desk.app.share(border) > dragged, "{screen:?}");
    }
}

#[test]
fn a_key_moves_a_border_from_where_it_is() {
    for (size, screen, left, right, title) in [
        ((120, 40), Screen::Plan, "alt-left", "alt-right", "settled: every"),
        ((200, 60), Screen::Plan, "alt-left", "alt-right", "settled: every"),
        ((120, 40), Screen::Explore, "ctrl-up", "ctrl-down", "WARM_IP_TARGET of prod ="),
        ((120, 40), Screen::Node, "ctrl-up", "ctrl-down", "a fresh node"),
    ] {
        let mut desk = example();
        desk.size(size.0, size.1).turn_to(screen);
        let before = desk.place_of(title);
        let moved = |desk: &Desk| {
            let now = desk.place_of(title);
            (i32::from(now.0) - i32::from(before.0), i32::from(now.1) - i32::from(before.1))
        };
        let step = 1 + i32::from(if screen == Screen::Plan { size.0 } else { size.1 }) * 25 / 1_000;
        desk.keys(left);
        let (x, y) = moved(&desk);
        assert!((-step..0).contains(&(x + y)), "{screen:?} {size:?}: {x} {y}");
        // a row may be more than a step
        desk.keys(right).keys(right).keys(right);
        let (x, y) = moved(&desk);
        assert!((1..=2 * step).contains(&(x + y)), "{screen:?} {size:?}: {x} {y}");
    }
}

#[test]
fn a_double_click_needs_no_key() {
    let enter = Key::parse("enter").expect("a key");
    let mut settings = Settings::default();
    for row in 0..ACTIONS.len() {
        let others = settings.keymap.keys(row).iter().copied().filter(|key| *key != enter).collect();
        settings.keymap.set(row, others);
    }
    let mut desk = Desk::preset_with(EXAMPLE, settings);
    desk.click_on("10.68.4.0/22").keys("enter");
    assert!(desk.app.editor.is_none(), "the key means nothing any more");
    desk.wait(Duration::from_secs(1)).click_on("10.68.4.0/22").click_on("10.68.4.0/22");
    assert!(desk.app.editor.is_some());
}

#[test]
fn a_theme_that_is_clicked_shows() {
    let mut desk = example();
    desk.keys("T");
    let before = desk.app.settings().theme;
    desk.click_on("colour-blind");
    assert_ne!(desk.app.settings().theme, before);
    desk.keys("esc");
    assert_eq!(desk.app.settings().theme, before, "nothing was chosen");
}

#[test]
fn cells_rows_and_tables_are_copied() {
    let mut desk = example();
    desk.keys("tab right right y");
    assert_eq!(desk.copied.take().as_deref(), Some("1019"));
    assert_eq!(desk.message(), "copied usable of pools: 1019");
    desk.keys("Y");
    let row = desk.copied.take().expect("a row");
    assert!(row.starts_with("private-a\t10.68.0.0/22\t1019\t0\t30\t400\t470\t900\t119\t"), "{row}");
    desk.keys("/").types("private-b").keys("enter ctrl-y");
    let table = desk.copied.take().expect("a table");
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 2, "the heading and the row that is shown\n{table}");
    assert!(lines[1].starts_with("private-b\t10.68.4.0/22\t1019\t"), "{table}");
    assert_eq!(lines[0].split('\t').count(), lines[1].split('\t').count());
    assert_eq!(desk.message(), "copied 1 row of pools and their heading");
}

#[test]
fn inputs_are_copied() {
    let mut desk = example();
    desk.keys("y");
    assert_eq!(desk.copied.take().as_deref(), Some("30"));
    desk.keys("g j left y");
    assert_eq!(desk.copied.take().as_deref(), Some("10.68.0.0/22"));
    desk.keys("ctrl-y");
    let table = desk.copied.take().expect("a table");
    let lines: Vec<Vec<&str>> = table.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!((lines.len(), lines[0][0], lines[3][0]), (4, "name", "private-c"));
    assert!(lines.iter().all(|line| line.len() == lines[0].len()), "{table}");
    // a row can be pasted where it was copied
    desk.keys("Y");
    let row = desk.copied.take().expect("a row").replace("10.68.0.0/22", "10.68.12.0/22");
    desk.keys("left left");
    desk.send(podroom::app::Msg::Paste(row));
    assert_eq!(desk.app.plan().subnets[0].cidr.to_string(), "10.68.12.0/22", "{}", desk.message());
    desk.keys("G y");
    assert_eq!((desk.copied.take(), desk.message().contains("nothing here to copy")), (None, true));
}

#[test]
fn what_is_too_long_for_terminals_is_not_copied() {
    let subnets: String = (0..2_000)
        .map(|n| {
            format!(
                "[[subnet]]\nname = \"subnet-with-a-long-name-{n}\"\ncidr = \"10.{}.{}.0/24\"\n",
                100 + n / 256,
                n % 256
            )
        })
        .collect();
    let mut desk = Desk::file("p.toml", &format!("{}\n{subnets}", text_of(EXAMPLE)));
    desk.keys("tab ctrl-y");
    assert_eq!(desk.copied, None);
    assert!(desk.message().contains("not copied") && desk.message().contains("74,000"), "{}", desk.message());
    desk.keys("y");
    assert!(desk.copied.is_some_and(|text| text.len() < limits::COPY_BYTES));
}

#[test]
fn the_wheel_above_a_prompt_takes_nothing_that_is_typed() {
    let mut desk = Desk::preset("starter");
    desk.keys("S").types("left.toml").keys("esc S").types("typed.toml");
    let (x, y) = desk.place_of("typed.toml");
    desk.wheel(true, x, y);
    assert!(desk.screen().contains("typed.toml"), "{}", desk.screen());
    desk.keys("up");
    assert!(desk.screen().contains("left.toml"), "a key brings back what was left");
}

#[test]
fn a_finding_leads_as_deep_from_its_own_screen() {
    let mut desk = Desk::preset("kind-two-clusters");
    let derivation =
        |desk: &Desk| desk.app.derivation().into_iter().map(|line| line.text).collect::<Vec<String>>();
    desk.keys("tab tab tab tab tab");
    assert_eq!(desk.app.focus, Pane::Findings);
    let of_plan = derivation(&desk);
    desk.turn_to(Screen::Findings);
    assert_eq!(derivation(&desk), of_plan);
    assert!(of_plan.len() > 1, "{of_plan:?}");
}
