//! What is on the screen.

use podroom::app::screen::Screen;
use podroom::file::preset;
use podroom::view::symbols::Symbols;
use podroom::view::theme::Theme;

use crate::desk::Desk;

const SIZES: [(u16, u16); 4] = [(60, 15), (80, 24), (120, 40), (200, 60)];

#[test]
fn the_main_screen() {
    let mut desk = Desk::preset("eks-1200-pods");
    for (columns, rows) in SIZES {
        desk.size(columns, rows);
        insta::assert_snapshot!(format!("main_{columns}x{rows}"), desk.screen());
    }
}

#[test]
fn the_tables_where_there_is_room_for_one_side() {
    let mut desk = Desk::preset("does-not-fit");
    desk.size(80, 24).keys("tab");
    insta::assert_snapshot!("tables_80x24", desk.screen());
    desk.size(60, 15);
    insta::assert_snapshot!("pools_60x15", desk.screen());
    desk.size(39, 10);
    assert_eq!(desk.screen().trim(), "podroom needs 40x10, this is 39x10");
}

#[test]
fn a_plan_that_does_not_fit() {
    let mut desk = Desk::preset("does-not-fit");
    insta::assert_snapshot!("does_not_fit_120x40", desk.screen());
    desk.keys("w");
    insta::assert_snapshot!("why_120x40", desk.screen());
}

#[test]
fn ascii_without_colour() {
    let mut desk = Desk::preset("custom-networking");
    desk.look.symbols = Symbols::ASCII;
    desk.look.theme = Theme::mono();
    desk.size(120, 40);
    assert!(desk.screen().is_ascii());
    insta::assert_snapshot!("ascii_120x40", desk.screen());
    desk.keys("left enter ? ");
    assert!(desk.screen().is_ascii());
    insta::assert_snapshot!("styles_mono", styles(&desk));
}

#[test]
fn the_cursor_is_seen_without_colour() {
    let mut desk = Desk::preset("starter");
    desk.look.theme = Theme::mono();
    desk.size(80, 24);
    insta::assert_snapshot!(styles(&desk));
}

/// The styles of a screen as runs: text, and what it looks like.
fn styles(desk: &Desk) -> String {
    let runs = desk.styled().into_iter().filter(|(text, style)| !text.trim().is_empty() && !style.is_empty());
    runs.map(|(text, style)| format!("{style}: {}\n", text.trim())).collect()
}

#[test]
fn a_field_under_edit_and_an_invalid_one() {
    let mut desk = Desk::preset("eks-1200-pods");
    desk.keys("right enter");
    insta::assert_snapshot!("edit_120x40", desk.screen());
    desk.types("private-a, privat-b");
    insta::assert_snapshot!("edit_invalid_120x40", desk.screen());
    desk.size(80, 24);
    insta::assert_snapshot!("edit_invalid_80x24", desk.screen());
}

#[test]
fn the_rest_of_a_row() {
    let mut desk = Desk::preset("custom-networking");
    desk.keys("o");
    insta::assert_snapshot!("open_row_120x40", desk.screen());
}

#[test]
fn the_picker() {
    let mut desk = Desk::preset("eks-1200-pods");
    desk.keys("left enter").types("c6i");
    for (columns, rows) in [(80, 24), (120, 40)] {
        desk.size(columns, rows);
        insta::assert_snapshot!(format!("picker_{columns}x{rows}"), desk.screen());
    }
}

#[test]
fn the_help() {
    let mut desk = Desk::preset("starter");
    desk.size(80, 24).keys("?");
    insta::assert_snapshot!("help_80x24", desk.screen());
    desk.keys("G");
    insta::assert_snapshot!("help_end_80x24", desk.screen());
}

#[test]
fn the_dialogs() {
    let mut desk = Desk::file("plan.toml", preset::find("starter").expect("a preset").text);
    desk.size(80, 24).keys("ctrl-o");
    insta::assert_snapshot!("open_80x24", desk.screen());
    desk.keys("esc S");
    insta::assert_snapshot!("save_as_80x24", desk.screen());
    desk.keys("esc + q");
    insta::assert_snapshot!("unsaved_80x24", desk.screen());
    desk.keys("esc");
    desk.files.insert("plan.toml".into(), String::new());
    desk.keys("ctrl-s");
    insta::assert_snapshot!("changed_80x24", desk.screen());
}

#[test]
fn several_clusters_and_more_rows_than_fit() {
    let mut desk = Desk::file("plan.toml", &many());
    insta::assert_snapshot!("many_120x40", desk.screen());
    desk.keys("] tab tab G");
    insta::assert_snapshot!("many_groups_120x40", desk.screen());
}

/// Three clusters of six groups in twelve subnets.
fn many() -> String {
    let mut text = "format = 1\nname = \"many\"\n".to_owned();
    for i in 0..12 {
        text += &format!("[[subnet]]\nname = \"net-{i}\"\ncidr = \"10.{i}.0.0/20\"\nzone = \"{}\"\n", i % 3);
    }
    for c in 0..3 {
        text += &format!("[[cluster]]\nname = \"cluster-{c}\"\nmanager = \"aws-vpc-cni\"\n");
        for g in 0..6 {
            text += &format!(
                "[[cluster.node_group]]\nname = \"group-{g}\"\ninstance_type = \"m5.xlarge\"\nnodes = {}\npods = 20\n\
                 subnets = [\"net-{}\", \"net-{}\"]\n",
                3 + g,
                g,
                g + 1
            );
        }
    }
    text
}

#[test]
fn foreign_names_cannot_act_on_the_terminal() {
    // a plan refuses control characters; wide and combining ones may be in names
    let text = preset::find("starter").expect("a preset").text;
    let text = text.replace("private-a", "東京-ネットワーク-é").replace("workers", "größe");
    let mut desk = Desk::file("plan.toml", &text);
    for (columns, rows) in [(80, 24), (120, 40), (41, 11)] {
        desk.size(columns, rows);
        assert!(desk.screen().contains("FITS"));
    }
    insta::assert_snapshot!("wide_names_120x40", desk.size(120, 40).screen());
}

#[test]
fn names_that_begin_alike_keep_their_ends() {
    let name = "a-very-long-name-of-a-subnet-in-the-data-plane-of-zone";
    let text = preset::find("starter").expect("a preset").text;
    let text = text.replace("private-a", &format!("{name}-1")).replace("private-b", &format!("{name}-2"));
    let mut desk = Desk::file("plan.toml", &text);
    // in the inputs, and in the table of pools
    for (columns, rows, keys, times) in [(120, 40, "tab shift-tab", 2), (80, 24, "tab", 1)] {
        let screen = desk.size(columns, rows).keys(keys).screen();
        for end in ["e-1 ", "e-2 "] {
            assert_eq!(screen.matches(end).count(), times, "{end}: {screen}");
        }
        assert!(screen.contains('…'), "{screen}");
    }
    desk.size(80, 24).turn_to(Screen::Simulate);
    for end in ["e-1 (pool 1 of 2)", "e-2 (pool 2 of 2)"] {
        assert!(desk.screen().contains(end), "{}", desk.screen());
        desk.keys("s");
    }
}

#[test]
fn what_is_cut_in_a_table_or_the_header_is_read_in_full_with_w() {
    let words = |text: &str| -> String {
        text.split(|c: char| c.is_whitespace() || "│╭╮╰╯─".contains(c)).filter(|w| !w.is_empty()).collect()
    };
    for name in ["eks-1200-pods", "does-not-fit", "custom-networking"] {
        let mut desk = Desk::preset(name);
        let report = desk.app.report().expect("figures").clone();
        desk.keys("tab tab tab tab w");
        let first = report.first_to_run_out().expect("something").to_owned();
        let mut all = Vec::new();
        for _ in report.thresholds.iter() {
            all.push(words(&desk.screen()));
            desk.keys("down");
        }
        desk.keys("tab");
        for finding in &report.findings {
            let screen = words(&desk.screen());
            assert!(screen.contains(&words(&finding.message)), "{}: {}", finding.message, desk.screen());
            all.push(screen);
            desk.keys("down");
        }
        assert!(all.iter().any(|screen| screen.contains(&words(&first))), "{name}: {first}");
    }
}
