//! `kill -9` at any moment: a plan's file is the old or the new one, whole, and what is not in it is kept aside.
//!
//! What is killed is a process that does nothing else but save, keep aside, or take what was kept: this test program
//! once more, with [`FOLDER`] in its environment. PODROOM_KILLS says how often, 25 times if it does not.

use std::env;
use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use podroom::file::load::load;
use podroom::file::preset;
use podroom::file::recovery::{Of, Recoveries};
use podroom::file::save::{Over, save};
use tempfile::TempDir;

use crate::kept::kept;
use crate::pty::{Pty, podroom};

const FOLDER: &str = "PODROOM_TEST_FOLDER";
const EXAMPLE: &str = "eks-1200-pods";

fn rounds() -> u32 {
    env::var("PODROOM_KILLS").map_or(25, |n| n.parse().expect("a number"))
}

fn example() -> &'static str {
    preset::find(EXAMPLE).expect("a preset").text
}

/// The plan after so many edits: every other one is too long to be written at once.
fn text(n: u32) -> String {
    let filling = if n.is_multiple_of(2) { 0 } else { 4_000 };
    let filling = "# a line that says nothing, and takes its room in the file\n".repeat(filling);
    format!("# edit {n}\n{}{filling}# edit {n}", example())
}

/// Which of the texts it is, from its first to its last byte.
fn number(is: &str) -> u32 {
    let first = is.lines().next().and_then(|line| line.strip_prefix("# edit ")).expect("a first line");
    let n = first.parse().expect("a number");
    assert!(is == text(n), "edit {n} is not whole: {} bytes", is.len());
    n
}

/// Where a plan of mode 0600 is, behind a link, and podroom's state.
struct Place(TempDir);

impl Place {
    fn new() -> Place {
        let place = Place(tempfile::tempdir().expect("a directory"));
        fs::write(place.plan(), text(0)).expect("written");
        fs::set_permissions(place.plan(), Permissions::from_mode(0o600)).expect("a mode");
        symlink("plan.toml", place.link()).expect("a link");
        place
    }

    fn plan(&self) -> PathBuf {
        self.0.path().join("plan.toml")
    }

    fn link(&self) -> PathBuf {
        link(self.0.path())
    }

    /// The number of the plan that is there; it is as private as it was, and the link is one.
    fn saved(&self) -> u32 {
        assert!(fs::symlink_metadata(self.link()).expect("a link").is_symlink());
        let mode = fs::metadata(self.plan()).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        number(&fs::read_to_string(self.plan()).expect("a text"))
    }

    /// The files that are there besides: those that were to take the place of others, which are hidden.
    fn left_over(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.0.path()).expect("readable");
        let names = entries.map(|entry| entry.expect("one").file_name().to_string_lossy().into_owned());
        let names: Vec<String> =
            names.filter(|name| !["plan.toml", "link.toml", "state"].contains(&&name[..])).collect();
        assert!(names.iter().all(|name| name.starts_with(".podroom-")), "{names:?}");
        names.iter().map(|name| self.0.path().join(name)).collect()
    }

    /// What the next session is offered; it stays.
    fn offered(&self) -> Vec<u32> {
        let left = recoveries(self.0.path()).take(&Of::file(&self.link()));
        left.iter().map(|left| number(&left.text)).collect()
    }

    /// Runs a test of this file in a process of its own, kills it, and gives what it said last.
    fn killed_while(&self, test: &str, after: Duration) -> Option<(String, u32)> {
        let mut command = Command::new(env::current_exe().expect("this program"));
        command.args(["--exact", &format!("killed::{test}"), "--nocapture"]).env(FOLDER, self.0.path());
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
        let said = child.stdout.take().expect("its output");
        let mut said = BufReader::new(said).lines().map(|line| line.expect("text"));
        // it is at it
        let first = said.find_map(|line| step(&line));
        thread::sleep(after);
        child.kill().expect("it runs");
        child.wait().expect("it has ended");
        said.filter_map(|line| step(&line)).last().or(first)
    }
}

fn link(folder: &Path) -> PathBuf {
    folder.join("link.toml")
}

fn recoveries(folder: &Path) -> Recoveries {
    Recoveries::below(&folder.join("state"))
}

/// `saved 3`, among what the test program says itself.
fn step(line: &str) -> Option<(String, u32)> {
    let (word, n) = line.trim().split_once(' ').filter(|(word, _)| STEPS.contains(word))?;
    Some((word.to_owned(), n.parse().ok()?))
}

const STEPS: [&str; 4] = ["kept", "saved", "forgot", "took"];

/// Keeps an edit aside, saves it, gives up what was kept, for ever.
#[test]
fn keeps_and_saves() {
    let Some(folder) = env::var_os(FOLDER).map(PathBuf::from) else { return };
    let (plan, recoveries) = (link(&folder), recoveries(&folder));
    let of = Of::file(&plan);
    let loaded = load(&plan).expect("a plan");
    let (mut stamp, first) = (loaded.stamp, number(&loaded.text));
    // what was left before is seen by its user, and unwanted
    recoveries.take(&of).iter_mut().for_each(|left| left.mark.forget());
    let mut mark = recoveries.begin(&of).expect("a mark");
    println!("\nforgot {first}");
    for n in first + 1.. {
        mark.keep(&text(n)).expect("kept");
        println!("kept {n}");
        stamp = save(&plan, &text(n), Over::Unchanged(stamp)).expect("saved");
        println!("saved {n}");
        mark.forget();
        println!("forgot {n}");
    }
}

#[test]
fn saves_and_edits_are_whole_whenever_a_session_is_killed() {
    let place = Place::new();
    let mut random = fastrand::Rng::new();
    for round in 0..rounds() {
        let after = Duration::from_micros(random.u64(0..30_000));
        let (word, n) = place.killed_while("keeps_and_saves", after).expect("it was at it");
        let (saved, offered) = (place.saved(), place.offered());
        // each of the three may have been done, and not said any more
        let (least, may_be_offered): (u32, &[&[u32]]) = match word.as_str() {
            "kept" => (n - 1, &[&[n]]),
            "saved" => (n, &[&[n], &[]]),
            _ => (n, &[&[], &[n + 1]]),
        };
        let most = if word == "kept" { n } else { least };
        assert!((least..=most).contains(&saved), "round {round}: {saved} is saved after {word} {n}");
        assert!(may_be_offered.contains(&&offered[..]), "round {round}: {offered:?} after {word} {n}");
    }
    let left = place.left_over();
    println!("{} kills left {} temporary files", rounds(), left.len());
    // the next save takes them away, once it is sure that nobody is at them
    let hour = Duration::from_secs(3_600);
    for file in &left {
        let file = fs::File::options().write(true).open(file).expect("a file");
        file.set_modified(SystemTime::now() - hour).expect("a time");
    }
    save(&place.plan(), &text(0), Over::Anything).expect("saved");
    assert!(place.left_over().is_empty(), "{:?}", place.left_over());
}

/// Takes what was kept and leaves it where it is, for ever.
#[test]
fn takes_and_leaves() {
    let Some(folder) = env::var_os(FOLDER).map(PathBuf::from) else { return };
    for n in 0.. {
        assert_eq!(recoveries(&folder).take(&Of::file(&link(&folder))).len(), 1);
        println!("took {n}");
    }
}

#[test]
fn edits_are_offered_again_whenever_who_looks_at_them_is_killed() {
    let place = Place::new();
    let mut mark = recoveries(place.0.path()).begin(&Of::file(&place.link())).expect("a mark");
    mark.keep(&text(1)).expect("kept");
    drop(mark);
    let mut random = fastrand::Rng::new();
    for round in 0..rounds() {
        place.killed_while("takes_and_leaves", Duration::from_micros(random.u64(0..10_000)));
        assert_eq!(place.offered(), [1], "round {round}");
    }
}

/// Runs the program with arguments and kills it after a time; without one it ends by itself.
fn run(folder: &Path, args: &[&str], after: Option<Duration>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_podroom"));
    command.current_dir(folder).args(args).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().expect("podroom starts");
    if let Some(after) = after {
        thread::sleep(after);
        child.kill().expect("it is there until it is waited for");
    }
    let status = child.wait().expect("it has ended");
    assert!(after.is_some() || status.success(), "{args:?}");
}

#[test]
fn what_commands_write_is_there_whole_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a directory");
    let at = |name: &str| folder.path().join(name);
    let data = format!("{}/tests/data/import/nodes-one.json", env!("CARGO_MANIFEST_DIR"));
    let import = ["import", &data, "-o", "out.toml"];
    let export = ["export", EXAMPLE, "--as", "toml-full", "-o", "over.toml", "--force"];
    let fmt = ["fmt", "ragged.toml"];
    let ragged = example().replace(" = ", "=");
    let ready = || {
        let _ = fs::remove_file(at("out.toml"));
        fs::write(at("over.toml"), "old").expect("written");
        fs::write(at("ragged.toml"), &ragged).expect("written");
    };
    let read = |name: &str| fs::read_to_string(at(name)).ok();
    ready();
    let start = Instant::now();
    let commands: [&[&str]; 3] = [&import, &export, &fmt];
    commands.iter().for_each(|args| run(folder.path(), args, None));
    let once = start.elapsed() / 3;
    let new = ["out.toml", "over.toml", "ragged.toml"].map(read);
    assert!(new.iter().all(Option::is_some) && new[1..] != [Some("old".to_owned()), Some(ragged.clone())]);
    let old = [None, Some("old".to_owned()), Some(ragged.clone())];
    let mut random = fastrand::Rng::new();
    for round in 0..rounds() {
        ready();
        for args in commands {
            run(folder.path(), args, Some(once.mul_f64(random.f64() * 1.2)));
        }
        let found = ["out.toml", "over.toml", "ragged.toml"].map(read);
        for (found, (old, new)) in found.iter().zip(old.iter().zip(&new)) {
            assert!(found == old || found == new, "round {round}: {found:?}");
        }
    }
}

/// The whole program: one edit after the other, some of them saved, until it is killed.
#[test]
fn a_session_that_is_killed_loses_nothing_that_was_saved_or_kept() {
    let home = tempfile::tempdir().expect("a directory");
    let plan = home.path().join("plan.toml");
    let nodes = |text: &str| -> u32 {
        let line = text.lines().find_map(|line| line.strip_prefix("nodes = ")).expect("nodes");
        let n = line.split(' ').next().expect("a number").parse().expect("a number");
        assert_eq!(text, example().replace("nodes = 30", &format!("nodes = {n}")));
        n
    };
    let mut random = fastrand::Rng::new();
    for _ in 0..rounds().div_ceil(10) {
        fs::write(&plan, example()).expect("written");
        let mut pty = Pty::run(podroom(home.path(), &["plan.toml"]), 120, 40);
        pty.shows("quit");
        let (mut n, mut known) = (30, 30);
        for _ in 0..random.u32(1..6) {
            n += 1;
            pty.types("+").shows(&format!("-> {n}"));
            if random.bool() {
                pty.types("\x13").shows("saved plan.toml");
                known = n;
            }
            thread::sleep(Duration::from_millis(random.u64(0..600)));
            // what was kept by now is there for good
            known = kept(home.path()).iter().map(|text| nodes(text)).fold(known, u32::max);
        }
        if random.bool() {
            pty.types("\x13");
            thread::sleep(Duration::from_micros(random.u64(0..20_000)));
        }
        pty.signal("KILL");
        pty.ends();
        let saved = nodes(&fs::read_to_string(&plan).expect("a plan"));
        let left: Vec<u32> = kept(home.path()).iter().map(|text| nodes(text)).collect();
        assert!(left.len() <= 1 && left.iter().all(|left| *left <= n), "{left:?}");
        assert!((30..=n).contains(&saved), "{saved}");
        let there = left.iter().copied().fold(saved, u32::max);
        assert!(there >= known, "{known} was known, and {there} is there");
        // the next session has it
        let mut pty = Pty::run(podroom(home.path(), &["plan.toml"]), 120, 40);
        if left.first().is_some_and(|left| *left != saved) {
            pty.shows("left edits of plan.toml").types("r").shows("restored edits").types("\x13");
            pty.shows("saved plan.toml");
            assert_eq!(nodes(&fs::read_to_string(&plan).expect("a plan")), left[0]);
        }
        pty.shows("quit").types("q");
        assert_eq!(pty.ends(), 0);
        assert!(kept(home.path()).is_empty());
    }
}
