//! The terminal contract: every way out gives the terminal back, and nothing that was typed is lost.

use std::fs;
use std::path::{Path, PathBuf};

use podroom::file::preset;
use podroom::term::Mouse;
use podroom::term::tty::Tty;
use portable_pty::CommandBuilder;
use tempfile::TempDir;

use crate::kept::kept;
use crate::pty::{Pty, environment, podroom};

const EXAMPLE: &str = "eks-1200-pods";

/// A directory with the example plan in `plan.toml`, and podroom on it.
fn on_plan() -> (TempDir, PathBuf, Pty) {
    let home = tempfile::tempdir().expect("a directory");
    let plan = home.path().join("plan.toml");
    fs::write(&plan, preset::find(EXAMPLE).expect("a preset").text).expect("written");
    let mut pty = Pty::run(podroom(home.path(), &["plan.toml"]), 120, 40);
    pty.shows("AT RISK").shows("quit");
    (home, plan, pty)
}

/// The text of the only edits that are kept aside.
fn recovered(home: &Path) -> String {
    match kept(home).as_slice() {
        [text] => text.clone(),
        texts => panic!("{texts:?}"),
    }
}

#[test]
fn it_opens_on_the_example_and_quits() {
    let home = tempfile::tempdir().expect("a directory");
    let mut pty = Pty::run(podroom(home.path(), &[]), 80, 24);
    pty.shows("preset eks-1200-pods").shows("AT RISK").shows("quit");
    pty.types("q");
    assert_eq!(pty.ends(), 0);
    pty.is_given_back();
    assert!(!home.path().join("state").exists(), "nothing was to be kept");
}

#[test]
fn a_long_simulation_says_how_far_it_is_and_stops_with_what_there_is() {
    let home = tempfile::tempdir().expect("a directory");
    // without a warm prefix a node takes one and gives it back, for ever
    let plan = "format = 1\nname = \"restless\"\n[[subnet]]\nname = \"a\"\ncidr = \"10.0.0.0/16\"\n\
                [[cluster]]\nname = \"c\"\nmanager = \"aws-vpc-cni\"\n[cluster.env]\n\
                ENABLE_PREFIX_DELEGATION = true\nWARM_PREFIX_TARGET = 0\n\
                [[cluster.node_group]]\nname = \"g\"\ninstance_type = \"m5.large\"\nnodes = 200\nsubnets = [\"a\"]\n";
    fs::write(home.path().join("plan.toml"), plan).expect("written");
    let args = ["simulate", "plan.toml", "--until", "168h", "--every", "1m", "--table", "calls"];
    let mut pty = Pty::run(podroom(home.path(), &args), 120, 40);
    pty.shows(" of 168h").types("\x03");
    assert_eq!(pty.ends(), 130);
    pty.shows("stopped at").shows("AssignPrivateIpAddresses");
}

#[test]
fn typing_changes_figures_and_saving_keeps_the_comments() {
    let (_home, plan, mut pty) = on_plan();
    pty.types("4").shows("was 30").types("0").shows("-241").types("\r").shows("nodes of workers 30 -> 40");
    pty.types("\x13").shows("saved plan.toml");
    let expected = preset::find(EXAMPLE).expect("a preset").text.replace("nodes = 30", "nodes = 40");
    assert_eq!(fs::read_to_string(plan).expect("readable"), expected);
    pty.types("q");
    assert_eq!(pty.ends(), 0);
    pty.is_given_back();
}

#[test]
fn signals_end_it_with_their_number_and_keep_the_edits() {
    for (name, status) in [("TERM", 143), ("HUP", 129), ("INT", 130)] {
        let (home, plan, mut pty) = on_plan();
        let before = fs::read_to_string(&plan).expect("readable");
        pty.types("4").shows("unsaved").types("0").shows("SHORT");
        pty.signal(name);
        assert_eq!(pty.ends(), status);
        pty.is_given_back().shows("edits that were not saved are in");
        assert_eq!(recovered(home.path()), before.replace("nodes = 30", "nodes = 40"));
        assert_eq!(fs::read_to_string(&plan).expect("readable"), before, "the plan itself is untouched");
    }
}

#[test]
fn a_signal_without_edits_leaves_nothing_behind() {
    let (home, _, mut pty) = on_plan();
    pty.signal("TERM");
    assert_eq!(pty.ends(), 143);
    pty.is_given_back();
    assert_eq!(fs::read_dir(home.path().join("state/podroom/sessions")).expect("a folder").count(), 0);
}

#[test]
fn a_closed_terminal_keeps_the_edits() {
    let (home, _, mut pty) = on_plan();
    pty.types("+").shows("30 -> 31");
    pty.close();
    assert_eq!(pty.ends(), 129);
    assert!(recovered(home.path()).contains("nodes = 31"));
}

#[test]
fn suspended_by_key_and_by_signal_it_comes_back_as_it_was() {
    let (_home, _, mut pty) = on_plan();
    pty.types("4").shows("was 30");
    pty.types("\x1a");
    pty.is_stopped().is_given_back();
    pty.signal("CONT");
    pty.until("the screen again", |s| s.alternate_screen() && s.contents().contains("was 30"));
    pty.types("2\r").shows("nodes of workers 30 -> 42");
    pty.signal("TSTP");
    pty.is_stopped().is_given_back();
    pty.signal("CONT");
    pty.until("the screen again", |s| s.alternate_screen() && s.contents().contains("private-a"));
    pty.types("u").shows("undid: nodes of workers 30 -> 42").types("q");
    assert_eq!(pty.ends(), 0);
    pty.is_given_back();
}

#[test]
fn stopped_from_outside_it_takes_the_terminal_again() {
    let (_home, _, mut pty) = on_plan();
    pty.signal("STOP");
    pty.is_stopped();
    pty.signal("CONT");
    pty.types("+").shows("30 -> 31").types("qd");
    assert_eq!(pty.ends(), 0);
    pty.is_given_back();
}

#[test]
fn every_size_shows_what_fits() {
    let (_home, _, mut pty) = on_plan();
    pty.resize(80, 24);
    pty.until("one side", |s| !s.contents().contains("settled:") && s.contents().contains("subnet"));
    pty.types("\t").shows("assigned");
    pty.resize(39, 9);
    pty.shows("podroom needs 40x10, this is 39x9");
    pty.resize(200, 60);
    pty.shows("settled:").types("q");
    assert_eq!(pty.ends(), 0);
}

#[test]
fn a_paste_goes_into_the_field() {
    let (_home, _, mut pty) = on_plan();
    pty.types("\x1b[200~4\x1b[201~").shows("was 30");
    pty.types("\x1b[200~1\n\x1b[201~").shows("41");
    pty.types("\r").shows("30 -> 41").types("qd");
    assert_eq!(pty.ends(), 0);
}

#[test]
fn the_mouse_selects_unless_it_is_left_to_the_terminal() {
    let (home, _, mut pty) = on_plan();
    // the first pool's held: row 5, column 97, from 1
    pty.types("\x1b[<0;97;5M\x1b[<0;97;5m").shows("10 nodes of prod/workers x 90");
    pty.types("q");
    assert_eq!(pty.ends(), 0);
    let mut pty = Pty::run(podroom(home.path(), &["--no-mouse", "plan.toml"]), 120, 40);
    pty.shows("quit").until("no mouse", |s| s.mouse_protocol_mode() == vt100::MouseProtocolMode::None);
    pty.types("q");
    assert_eq!(pty.ends(), 0);
}

#[test]
fn a_plan_from_standard_input_has_its_keys_from_the_terminal() {
    let home = tempfile::tempdir().expect("a directory");
    fs::write(home.path().join("in.toml"), preset::find("starter").expect("a preset").text).expect("written");
    let mut command = CommandBuilder::new("sh");
    command.args(["-c", &format!("exec '{}' - < in.toml", env!("CARGO_BIN_EXE_podroom"))]);
    environment(&mut command, home.path());
    let mut pty = Pty::run(command, 120, 40);
    pty.shows("standard input").types("+").shows("3 -> 4");
    pty.types("\x13").shows("save the plan to").types("out.toml\r").shows("saved out.toml").types("q");
    assert_eq!(pty.ends(), 0);
    assert!(fs::read_to_string(home.path().join("out.toml")).expect("saved").contains("nodes = 4"));
}

#[test]
fn without_colour_the_cursor_is_seen_and_no_colour_is_sent() {
    let home = tempfile::tempdir().expect("a directory");
    let mut command = podroom(home.path(), &[]);
    command.env("NO_COLOR", "1");
    let mut pty = Pty::run(command, 120, 40);
    pty.shows("quit").types("q");
    assert_eq!(pty.ends(), 0);
    let bytes = String::from_utf8_lossy(&pty.bytes()).into_owned();
    assert!(bytes.contains("\x1b[7m"), "the cursor is in reverse video");
    let colours = ["[38;5;", "[48;5;", "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[36m", "\x1b[m"];
    assert_eq!(colours.iter().find(|c| bytes.contains(**c)), None);
}

#[test]
fn a_locale_without_utf8_gets_ascii() {
    let home = tempfile::tempdir().expect("a directory");
    let mut command = podroom(home.path(), &[]);
    command.env("LANG", "C");
    let mut pty = Pty::run(command, 120, 40);
    pty.shows("quit").types("?").shows("Every screen").types("\u{3}");
    assert_eq!(pty.ends(), 0);
    assert!(pty.bytes().is_ascii());
}

#[test]
fn a_plan_with_mistakes_is_not_opened() {
    let home = tempfile::tempdir().expect("a directory");
    fs::write(home.path().join("bad.toml"), "format = 1\nnodes = 3\n").expect("written");
    let mut pty = Pty::run(podroom(home.path(), &["bad.toml"]), 80, 24);
    assert_eq!(pty.ends(), 2);
    pty.shows("bad.toml:2:1");
    assert!(!String::from_utf8_lossy(&pty.bytes()).contains("\x1b[?1049h"), "the screen was never taken");
}

#[test]
fn a_panic_gives_the_terminal_back_before_its_message() {
    // this very program, in a terminal, running the test below
    let mut command = CommandBuilder::new(std::env::current_exe().expect("this program"));
    command.args(["--exact", "tty::panics_with_the_terminal", "--ignored", "--nocapture"]);
    let home = tempfile::tempdir().expect("a directory");
    environment(&mut command, home.path());
    let mut pty = Pty::run(command, 120, 40);
    assert_ne!(pty.ends(), 0);
    pty.is_given_back().shows("on purpose");
    assert!(!String::from_utf8_lossy(&pty.bytes()).contains("in a worker"));
}

#[test]
#[ignore = "run in a terminal by the test above"]
fn panics_with_the_terminal() {
    let _tty = Tty::enter(Mouse::Captured).expect("a terminal");
    let worker = std::thread::spawn(|| panic!("in a worker"));
    assert!(worker.join().is_err());
    panic!("on purpose");
}
