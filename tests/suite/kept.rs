//! Nothing is lost, in a real terminal: edits that are kept aside, offered again, and seen by others.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use podroom::file::preset;
use tempfile::TempDir;

use crate::pty::{Pty, environment, podroom, until};

const EXAMPLE: &str = "eks-1200-pods";

fn text_of(name: &str) -> &'static str {
    preset::find(name).expect("a preset").text
}

/// The texts that are kept aside below a home.
pub fn kept(home: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(home.join("state/podroom/sessions")) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("readable").path());
    let edits = paths.filter(|p| p.extension().is_some_and(|e| e == "toml") && !is_hidden(p));
    edits.filter_map(|path| fs::read_to_string(path).ok()).collect()
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

/// A directory with the example plan in `plan.toml`.
fn home() -> (TempDir, PathBuf) {
    let home = tempfile::tempdir().expect("a directory");
    let plan = home.path().join("plan.toml");
    fs::write(&plan, text_of(EXAMPLE)).expect("written");
    (home, plan)
}

/// A session that something may be offered to at once: nothing else need be seen before.
fn start(home: &Path, args: &[&str]) -> Pty {
    Pty::run(podroom(home, args), 120, 40)
}

fn open(home: &Path, args: &[&str]) -> Pty {
    let mut pty = start(home, args);
    pty.shows(" inputs ").shows("quit");
    pty
}

#[test]
fn edits_survive_a_kill_and_are_offered_again() {
    let (home, plan) = home();
    let mut pty = open(home.path(), &["plan.toml"]);
    pty.types("4").shows("was 30").types("0\r").shows("30 -> 40");
    let edited = text_of(EXAMPLE).replace("nodes = 30", "nodes = 40");
    // where the machine is slow 4 nodes are kept first
    until("the edits to be kept", || kept(home.path()).as_slice() == std::slice::from_ref(&edited));
    pty.signal("KILL");
    pty.ends();
    // looked at, and left for later
    let mut pty = start(home.path(), &["./plan.toml"]);
    pty.shows("left edits of ./plan.toml").shows("+ nodes = 40").types("l").shows("workers").types("q");
    assert_eq!(pty.ends(), 0);
    assert_eq!(kept(home.path()).as_slice(), std::slice::from_ref(&edited));
    // restored and saved
    let mut pty = start(home.path(), &["plan.toml"]);
    pty.shows("+ nodes = 40").types("r").shows("restored edits").types("\x13").shows("saved plan.toml");
    pty.types("q");
    assert_eq!(pty.ends(), 0);
    assert_eq!(fs::read_to_string(&plan).expect("readable"), edited);
    assert!(kept(home.path()).is_empty());
    let mut pty = open(home.path(), &["plan.toml"]);
    pty.types("+").shows("40 -> 41").types("qd");
    assert_eq!(pty.ends(), 0);
    assert!(kept(home.path()).is_empty(), "discarded");
}

#[test]
fn edits_of_a_preset_and_of_a_file_that_has_gone_are_found_in_the_list_of_plans() {
    let (home, plan) = home();
    for args in [&["starter"][..], &["plan.toml"]] {
        let mut pty = Pty::run(podroom(home.path(), args), 120, 40);
        pty.shows("quit").types("+").shows(" -> ").types("\x03").shows("Discard").types("\x03");
        assert_eq!(pty.ends(), 0);
        pty.is_given_back().shows("edits that were not saved are in");
    }
    fs::remove_file(&plan).expect("removed");
    let mut pty = open(home.path(), &[]);
    pty.types("\x0f")
        .shows("not saved")
        .shows("preset starter")
        .types("plan.toml")
        .shows("1 of ")
        .types("\r");
    pty.shows("opened edits that were not saved").types("\x13").shows("saved").types("q");
    assert_eq!(pty.ends(), 0);
    assert!(fs::read_to_string(&plan).expect("saved again").contains("nodes = 31"));
    assert_eq!(kept(home.path()).len(), 1);
    let mut pty = Pty::run(podroom(home.path(), &["starter"]), 120, 40);
    pty.shows("left edits of preset starter").types("d").shows("quit").types("q");
    assert_eq!(pty.ends(), 0);
    assert!(kept(home.path()).is_empty());
}

#[test]
fn two_podrooms_on_one_file_notice_each_other() {
    let (home, _) = home();
    let mut first = open(home.path(), &["plan.toml"]);
    fs::create_dir(home.path().join("sub")).expect("made");
    std::os::unix::fs::symlink("../plan.toml", home.path().join("sub/link.toml")).expect("linked");
    let mut second = open(home.path(), &["sub/link.toml"]);
    second.shows("open in another podroom");
    first.types("+").shows("30 -> 31").types("\x13").shows("also open");
    second.types(">").shows("30 -> 40").types("\x13").shows("has changed on disk").types("c");
    first.types("q");
    assert_eq!(first.ends(), 0);
    second.types("+").shows("30 -> 41");
    second.until("the other to be gone", |s| !s.contents().contains("also open")).types("qd");
    assert_eq!(second.ends(), 0);
    assert_eq!(fs::read_dir(home.path().join("state/podroom/sessions")).expect("a folder").count(), 0);
}

#[test]
fn recent_files_come_first() {
    let (home, _) = home();
    fs::create_dir(home.path().join("far")).expect("made");
    fs::write(home.path().join("far/away.toml"), text_of("starter")).expect("written");
    let mut pty = Pty::run(podroom(home.path(), &["far/away.toml"]), 120, 40);
    pty.shows("quit").types("q");
    assert_eq!(pty.ends(), 0);
    let mut pty = open(home.path(), &["plan.toml"]);
    pty.types("\x0f").shows("recent").shows("far/away.toml").types("away\r").shows("opened far/away.toml");
    pty.types("q");
    assert_eq!(pty.ends(), 0);
}

#[test]
fn a_disk_that_takes_nothing_gives_a_message_and_the_edits_stay() {
    let (home, plan) = home();
    // a file where the state directory should be, and no file may grow: as full as a disk can be
    fs::write(home.path().join("state"), "").expect("written");
    let mut command = portable_pty::CommandBuilder::new("sh");
    let script = format!("trap '' XFSZ; ulimit -f 0; exec '{}' plan.toml", env!("CARGO_BIN_EXE_podroom"));
    command.args(["-c", &script]);
    environment(&mut command, home.path());
    let mut pty = Pty::run(command, 120, 40);
    pty.shows("quit").types("+").shows("30 -> 31").shows("cannot be kept aside");
    pty.types("\x13").shows("not saved: ").types("qs").shows("not saved: ").shows("unsaved");
    assert_eq!(fs::read_to_string(&plan).expect("readable"), text_of(EXAMPLE));
    pty.types("qd");
    assert_eq!(pty.ends(), 0);
}

#[test]
fn a_read_only_file_and_a_directory_that_has_gone_give_a_message_and_the_edits_stay() {
    let (home, plan) = home();
    let status = Command::new("chmod").arg("444").arg(&plan).status().expect("chmod");
    assert!(status.success());
    let mut pty = open(home.path(), &["plan.toml"]);
    pty.types("+").shows("30 -> 31").types("\x13").shows("the file is read-only").shows("unsaved");
    pty.types("Sother.toml\r").shows("saved other.toml").types("q");
    assert_eq!(pty.ends(), 0);
    let gone = home.path().join("gone");
    fs::create_dir(&gone).expect("made");
    fs::write(gone.join("plan.toml"), text_of(EXAMPLE)).expect("written");
    let mut pty = open(home.path(), &["gone/plan.toml"]);
    fs::remove_dir_all(&gone).expect("removed");
    pty.types("+").shows("30 -> 31").types("\x13").shows("the directory gone is not there").shows("unsaved");
    until("the edits to be kept", || kept(home.path()).len() == 1);
    pty.types("qd");
    assert_eq!(pty.ends(), 0);
}
